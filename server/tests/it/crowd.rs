//! Many at once: ISO-02 and ISO-13 with a random mix of agencies, AUTH-07 with a crowd at the door.

use futures::StreamExt as _;
use http::{Method, Request, StatusCode};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tenancy::testing::{PASSWORD, run};
use tower::ServiceExt as _;

use app::access::{Access, ROWS};

use crate::harness::chance::{Dice, soaking, times, turn};
use crate::harness::{Answer, Caller, House, house, open};
use crate::isolation::{Ask, Two, ask, checksum, make, two_with};
use crate::other_hosts::is_on_the_storefront;

/// Requests of the random run; in the long run as many of five million as ten minutes give.
const REQUESTS: usize = 20_000;
const AGENCIES: usize = 6;
/// Whose nothing is.
const NOBODY: usize = AGENCIES;

struct Crowd {
    all: Vec<Two>,
    canaries: Vec<String>,
}

async fn crowd(house: &House) -> Crowd {
    let mut crowd = Crowd { all: Vec::new(), canaries: Vec::new() };
    for n in 0..AGENCIES {
        let canary = format!("canário-{n}-{}", uuid::Uuid::now_v7().simple());
        crowd.all.push(two_with(house, &canary).await);
        crowd.canaries.push(canary);
    }
    crowd
}

impl Crowd {
    /// The first agency beside this one whose canary is in an answer.
    fn foreign(&self, answer: &Answer, own: Option<usize>) -> Option<usize> {
        let text = answer.text();
        (0..self.all.len()).find(|n| Some(*n) != own && text.contains(&self.canaries[*n]))
    }

    async fn checksums(&self) -> Vec<String> {
        let mut sums = Vec::new();
        for two in &self.all {
            sums.push(checksum(&two.b).await);
        }
        sums
    }
}

/// Rows that change something of the caller's own, whatever identifier they are given.
fn changes_its_own(row: &Access) -> bool {
    matches!(
        row.path,
        "/fn/auth/sign_in"
            | "/fn/auth/sign_in_operator"
            | "/sair"
            | "/fn/auth/set_language"
            | "/fn/auth/end_other_sessions"
            | "/fn/auth/propose_second_factor"
            | "/fn/properties/create"
            | "/fn/today/put_first_steps_away"
            | "/fn/billing/change"
            | "/fn/billing/cancel"
            | "/fn/billing/keep"
            | "/fn/store_settings/update_store"
            | "/fn/store_settings/update_brand"
            | "/fn/store_settings/remove_logo"
            | "/app/settings/brand/logo"
            | "/app/profile/photo/file"
            | "/fn/account/remove_photo"
            | "/fn/domains/claim"
            | "/fn/domains/clear_primary"
            | "/fn/domains/set_redirects"
            | "/fn/domains/rename"
            | "/fn/domains/set_name"
    )
}

/// One throw: somebody's session, some host, some row, some agency's identifiers. Gives whether it showed its own canary.
async fn one(house: &House, crowd: &Crowd, dice: &mut Dice) -> bool {
    let row = loop {
        let row = dice.of(ROWS);
        // Pages and photographs cost ten times what calls do, and stand on the same ground: they come up less often.
        let is_dear = row.path.starts_with("/app") && dice.below(24) > 0;
        if !is_dear && !changes_its_own(row) {
            break row;
        }
    };
    let (who, whose, at) = (dice.below(NOBODY + 1), dice.below(AGENCIES), dice.below(AGENCIES * 2));
    let mut caller: Caller = match crowd.all.get(who) {
        Some(two) => two.of_b.clone(),
        None => house.stranger(),
    };
    // Half of them come to the platform's host, the others to somebody's storefront.
    let host = crowd.all.get(at);
    if let Some(two) = host {
        caller.host = format!("{}.localhost:3000", two.b.route.slug);
    }
    // There its agency's storefront is everybody's, and nothing else is anybody's, whoever is signed in.
    let own = match host {
        Some(_) if is_on_the_storefront(row) => at,
        Some(_) => NOBODY,
        None => who,
    };
    // What is the caller's own may be changed by the caller: that would be no foreign write.
    if row.mutating && own == whose {
        return false;
    }
    let target = &crowd.all[whose];
    let request = ask(row, target);
    let answer = match (&request, dice.below(12)) {
        // A verb that nobody has thought of.
        (Ask::Page(address), 0) => caller.send(dice.of(&VERBS).clone(), address, "text/html", None).await,
        (Ask::Own | Ask::Apart, _) if row.method == "GET" => caller.get(&filled(row.path, target)).await,
        (Ask::Own | Ask::Apart, _) => {
            let fields =
                [("q", crowd.canaries[whose].as_str()), ("slug", target.b.route.slug.as_str()), ("reason", "x")];
            caller.call(row.path.trim_start_matches("/fn/"), &fields).await
        }
        _ => make(&mut caller, row.path, &request).await.expect("it is asked for something"),
    };
    if let Some(foreign) = crowd.foreign(&answer, Some(own)) {
        let what = format!("{} {} at {} for {who} with {whose}'s identifiers", row.method, row.path, caller.host);
        panic!("{what} shows {foreign}'s canary: {}", answer.status);
    }
    assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{} {}: {}", row.method, row.path, answer.text());
    crowd.canaries.get(own).is_some_and(|canary| answer.text().contains(canary.as_str()))
}

const VERBS: [Method; 5] = [Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS];

fn filled(path: &str, target: &Two) -> String {
    path.replace("{id}", &target.property).replace("{*file}", "x").replace("{version}", "x")
}

#[test]
fn a_random_crowd_sees_and_changes_only_its_own() {
    run(async {
        let _turn = turn().await;
        let mut dice = Dice::new();
        let house = house().await;
        let crowd = Arc::new(crowd(house).await);
        let before = crowd.checksums().await;
        let began = Instant::now();
        let (whole, longest) =
            if soaking() { (5_000_000, Duration::from_secs(600)) } else { (REQUESTS, Duration::MAX) };
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (crowd, mut dice) = (crowd.clone(), dice.split());
                tokio::spawn(async move {
                    let (mut asked, mut shown) = (0, 0);
                    while asked < whole / 4 && began.elapsed() < longest {
                        shown += usize::from(one(house, &crowd, &mut dice).await);
                        asked += 1;
                    }
                    (asked, shown)
                })
            })
            .collect();
        let (mut asked, mut shown) = (0, 0);
        for task in tasks {
            let (a, s) = task.await.expect("nobody saw anything foreign");
            asked += a;
            shown += s;
        }
        assert_eq!(crowd.checksums().await, before, "somebody has changed what is another's");
        assert!(shown > asked / 200, "the crowd can see: {shown} of {asked} showed the caller's own");
        println!("{asked} requests, {shown} of them showed their caller's own canary, {:.1?}", began.elapsed());
        let mut dead = 0;
        for two in &crowd.all {
            dead += usize::from(two.of_b.clone().call("auth/sessions", &[]).await.status != StatusCode::OK);
        }
        assert_eq!(dead, 0, "nobody's session was ended by another");
    });
}

/// One page of an agency's, read to its end or dropped somewhere before.
async fn stream(house: &House, crowd: &Crowd, dice: &mut Dice) -> Option<()> {
    let own = dice.below(AGENCIES);
    let two = &crowd.all[own];
    let (host, cookies) = if dice.below(2) == 0 {
        (format!("{}.localhost:3000", two.b.route.slug), String::new())
    } else {
        let cookies: Vec<String> = two.of_b.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        ("localhost:3000".to_owned(), cookies.join("; "))
    };
    let mine = format!("/app/properties/{}", two.property);
    let path = match (cookies.is_empty(), dice.below(2)) {
        (true, 0) => "/imoveis",
        (true, _) => two.listing.as_str(),
        (false, 0) => "/app/properties",
        (false, _) => mine.as_str(),
    };
    let request = Request::get(path).header("host", host).header("accept", "text/html").header("cookie", cookies);
    let asking = house.router.clone().oneshot(request.body(axum::body::Body::empty()).expect("a request"));
    // A third goes away before there is an answer, a third in the middle of it.
    let patience = Duration::from_micros(u64::try_from(dice.below(20_000)).expect("small"));
    let response = match dice.below(3) {
        0 => tokio::time::timeout(patience, asking).await.ok()?.expect("the router never fails"),
        _ => asking.await.expect("the router never fails"),
    };
    // On a machine that is too busy somebody is turned away; what they are told must be nobody's either.
    let is_turned_away = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    assert!(is_turned_away || response.status() == StatusCode::OK, "{path}: {}", response.status());
    let stops = dice.below(3) == 0;
    let mut body = response.into_body().into_data_stream();
    let mut page = Vec::new();
    while let Some(part) = body.next().await {
        page.extend_from_slice(&part.expect("a part"));
        if stops && dice.below(2) == 0 {
            break;
        }
    }
    let page = String::from_utf8_lossy(&page);
    for (n, canary) in crowd.canaries.iter().enumerate() {
        assert!(n == own || !page.contains(canary.as_str()), "{path} of {own} holds {n}'s canary");
    }
    let is_whole = !stops && !is_turned_away;
    assert!(!is_whole || page.contains(&crowd.canaries[own]), "{path} of {own} lacks its own canary");
    is_whole.then_some(())
}

#[test]
fn streams_that_break_off_leave_nothing_for_the_next() {
    run(async {
        let _turn = turn().await;
        let mut dice = Dice::new();
        let house = house().await;
        let crowd = Arc::new(crowd(house).await);
        let (whole, at_once) = (times(10_000), 100);
        let mut complete = 0;
        for _ in 0..whole.div_ceil(at_once) {
            let streams: Vec<_> = (0..at_once)
                .map(|_| {
                    let (crowd, mut dice) = (crowd.clone(), dice.split());
                    tokio::spawn(async move { stream(house, &crowd, &mut dice).await })
                })
                .collect();
            for one in streams {
                complete += usize::from(one.await.expect("nothing foreign").is_some());
            }
        }
        assert!(complete > whole / 5, "only {complete} of {whole} were read to their end");
    });
}

#[test]
fn two_hashes_at_a_time_however_many_sign_in() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let passwords = house.state.house.passwords.clone();
        let count = u64::try_from(times(200)).expect("small");
        let crowd: Vec<_> = (0..count)
            .map(|n| {
                let (mut caller, email) = (house.stranger(), a.email.clone());
                tokio::spawn(async move {
                    // Each from its own address: here it is not the throttle that holds them up.
                    caller.peer = format!("198.18.{}.{}:1", n / 250, n % 250).parse().ok();
                    let known = n % 2 == 0;
                    let email = if known { email } else { format!("nobody{n}@crowd.example") };
                    let fields = [("email", email.as_str()), ("password", PASSWORD)];
                    let asking = caller.call("auth/sign_in", &fields);
                    // Every fourth goes away while it waits or while its hash is computed.
                    if n % 4 == 3 {
                        let _ = tokio::time::timeout(Duration::from_millis(10 + 3 * (n % 50)), asking).await;
                        return None;
                    }
                    Some((known, asking.await.status))
                })
            })
            .collect();
        let others = tokio::spawn({
            let mut visitor = house.visitor(&a);
            async move { visitor.get("/").await.status }
        });
        for one in crowd {
            let Some((known, status)) = one.await.expect("no panic") else { continue };
            let expected = if known { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            assert_eq!(status, expected);
        }
        assert_eq!(others.await.expect("no panic"), StatusCode::OK, "others are served meanwhile");
        assert!(passwords.computed() >= count / 2);
        assert_eq!(passwords.most_at_once(), passwords.places(), "every place was used, and no more");
    });
}

/// AUTH-02 in the long run: the medians of a known and an unknown e-mail address, one beside the other. Nothing is
/// asserted of time; what must be equal is counted in `sign_in`.
#[test]
fn the_medians_of_known_and_unknown_people() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let samples = if soaking() { 1_000 } else { 20 };
        let mut took = [Vec::new(), Vec::new()];
        for n in 0..samples {
            for (kind, times) in took.iter_mut().enumerate() {
                let email = if kind == 0 { a.email.clone() } else { format!("nobody{n}@median.example") };
                let mut caller = house.stranger();
                caller.peer = format!("198.19.{}.{}:1", kind * 8 + n / 250, n % 250).parse().ok();
                let began = Instant::now();
                let fields = [("email", email.as_str()), ("password", "errada errada errada")];
                let status = caller.call("auth/sign_in", &fields).await.status;
                times.push(began.elapsed());
                assert!(status == StatusCode::UNPROCESSABLE_ENTITY || status == StatusCode::TOO_MANY_REQUESTS);
                if n % 8 == 7 {
                    // The throttle forgets, so that each sample is one of a hash.
                    house.wait(time::Duration::minutes(16));
                }
            }
        }
        let [known, unknown] = took.map(|mut times| {
            times.sort();
            times[times.len() / 2]
        });
        println!("AUTH-02: medians of {samples}: known {known:.1?}, unknown {unknown:.1?}");
    });
}
