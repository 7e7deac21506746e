//! What is dangerous asks for the password, and for the code of whoever has one, when they were given more than ten minutes ago: every
//! row of the access table, made as a call, as a form and as a page. AUTH-30.

use http::{Method, StatusCode};
use tenancy::testing::{PASSWORD, run};
use time::Duration;

use app::access::{Access, Audience, Can, Proof, ROWS};

use crate::harness::second_factor::Phone;
use crate::harness::{Caller, House, encode, open};
use crate::permissions::ask;

/// Acts that change something dangerous and ask for nothing before, each with its reason.
const EXCEPT: [(&str, &str); 12] = [
    ("/fn/domains/check", "asks the DNS, which alone decides"),
    ("/fn/billing/keep", "takes back what was asked for with proof"),
    ("/fn/platform/keep", "takes back what was asked for with proof"),
    ("/fn/platform/call_off", "takes back what was asked for with proof"),
    ("/fn/platform/resume", "opens what was closed with proof"),
    ("/fn/platform/begin_acting", "uses a ticket of a minute, which was asked for with proof"),
    ("/fn/platform/retry_operation", "makes what was asked for due"),
    ("/fn/platform/retry_job", "makes what was asked for due"),
    ("/fn/platform/close_alert", "is raised again by what goes on"),
    ("/fn/platform/end_acting", "gives a right back"),
    ("/fn/auth/prove", "is the proof"),
    ("/fn/auth/remove_second_factor", "asks for both itself, however lately they were given"),
];
/// What somebody does with their own session and settings.
const OWN: [&str; 5] = [
    "/fn/account/update_profile",
    "/fn/auth/choose_agency",
    "/fn/auth/set_language",
    "/fn/auth/end_session",
    "/fn/auth/end_other_sessions",
];

/// What a permission opens that cannot be taken back or concerns everybody: no wildcard, so that a new one is decided about here.
fn is_dangerous(can: Can) -> bool {
    match can {
        Can::WriteDomains | Can::RenameAgency | Can::ChangePlan | Can::HandOver | Can::ResetSecondFactors => true,
        Can::SeeAgency
        | Can::SeeProperties
        | Can::WriteProperties
        | Can::PublishProperties
        | Can::GiveProperties
        | Can::ArchiveProperties
        | Can::SeePlan
        | Can::SeeInvoices
        | Can::WriteSettings
        | Can::SeeAudit
        | Can::WriteTeam => false,
    }
}

#[test]
fn what_is_dangerous_says_so_in_the_table() {
    for row in ROWS {
        let named = EXCEPT.iter().any(|(path, _)| *path == row.path) || OWN.contains(&row.path);
        let takes_along = row.path.contains("export");
        assert!(row.proof.is_none() || !row.path.ends_with("/events"), "{}: a page was shown before", row.path);
        let is_dangerous = match row.audience {
            Audience::Staff(can) => is_dangerous(can),
            // Whoever runs the platform does it to everybody; and a person's own sign-in is the door to all the rest.
            Audience::Operator | Audience::SignedIn => true,
            _ => false,
        };
        let expected = takes_along || (row.mutating && is_dangerous && !named);
        let own = ["/fn/account/change_password", "/fn/account/ask_email", "/fn/team/leave"].contains(&row.path);
        assert_eq!(row.proof.is_some(), expected || own, "{} {}: say whether it asks for proof", row.method, row.path);
    }
    for (path, _) in EXCEPT {
        assert!(ROWS.iter().any(|row| row.path == path), "{path} is gone");
    }
}

/// What whoever asks for this row long after they have proved who they are is told: that they are to prove it, or something else.
async fn is_held_up(caller: &mut Caller, row: &Access) -> bool {
    let answer = ask(caller, row).await;
    // Operators sign up for nothing.
    let is_of_sign_up = row.path.contains("/sign_up/") || row.path.starts_with("/cadastro/");
    assert!(answer.status != StatusCode::UNAUTHORIZED || is_of_sign_up, "{}: nobody is signed in any more", row.path);
    let leads = answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/entrar/confirmar?");
    let says = answer.status == StatusCode::FORBIDDEN && answer.text().contains("proof_needed");
    assert!(row.method != "GET" || !says, "{}: a page leads on", row.path);
    leads || says
}

/// A new session after each act that ends one.
const ENDS: [&str; 3] = ["/sair", "/fn/auth/end_other_sessions", "/fn/auth/choose_agency"];

async fn walk(caller: &Caller, is_theirs: impl Fn(Audience) -> bool, has_second_factor: bool) -> usize {
    let mut asked = 0;
    // Events go on for minutes, and ask for nothing: the table says so.
    let ends = |row: &Access| !row.path.ends_with("/events");
    for row in ROWS.iter().filter(|row| is_theirs(row.audience) && !ENDS.contains(&row.path) && ends(row)) {
        let expected = match row.proof {
            None => false,
            Some(Proof::Both) => true,
            Some(Proof::Code) => has_second_factor,
        };
        assert_eq!(is_held_up(&mut caller.clone(), row).await, expected, "{} {}", row.method, row.path);
        asked += usize::from(expected);
    }
    asked
}

const fn of_staff(audience: Audience) -> bool {
    matches!(audience, Audience::Staff(_) | Audience::SignedIn)
}

const fn of_operators(audience: Audience) -> bool {
    matches!(audience, Audience::Operator | Audience::SignedIn)
}

async fn prove(house: &House, caller: &mut Caller, phone: &Phone) {
    house.wait(Duration::seconds(60));
    let code = phone.code(house, 0);
    let proved = caller.call("auth/prove", &[("password", PASSWORD), ("second_factor", &code)]).await;
    assert_eq!(proved.status, StatusCode::OK, "{}", proved.text());
}

#[test]
fn ten_minutes_after_the_proof_every_dangerous_row_asks_for_it_and_no_other() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (plain, mut guarded) = (house.owner(&a).await.elsewhere(), house.owner(&b).await.elsewhere());
        let phone = house.enrol(&mut guarded).await;
        let (operator, mut careful) = (house.operator().await.elsewhere(), house.operator().await.elsewhere());
        let own = house.enrol(&mut careful).await;
        house.wait(Duration::minutes(9));
        // Within ten minutes nobody is held up. Nothing that they ask for exists, so nothing changes by it.
        for row in ROWS.iter().filter(|row| row.proof.is_some()) {
            let mut caller = match row.audience {
                Audience::Operator => operator.clone(),
                _ => plain.clone(),
            };
            // Proposing a secret and cancelling are done at once: there is nothing to name.
            if !["/fn/auth/propose_second_factor", "/fn/billing/cancel"].contains(&row.path) {
                assert!(!is_held_up(&mut caller, row).await, "{}", row.path);
            }
        }
        house.wait(Duration::minutes(2));
        let staff = [walk(&plain, of_staff, false).await, walk(&guarded, of_staff, true).await];
        assert!(staff[0] >= 13 && staff[1] == staff[0] + 3, "{staff:?}");
        let operators = [walk(&operator, of_operators, false).await, walk(&careful, of_operators, true).await];
        assert!(operators[0] >= 5 && operators[1] == operators[0] + 3, "{operators:?}");
        // With the proof they are let through; the password alone is none of who has a second factor.
        let alone = guarded.call("auth/prove", &[("password", PASSWORD)]).await;
        assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", alone.text());
        for (caller, phone) in [(&mut guarded, &phone), (&mut careful, &own)] {
            prove(&house, caller, phone).await;
        }
        let address = guarded.call("domains/rename", &[("address", "x")]).await;
        assert_eq!(address.status, StatusCode::UNPROCESSABLE_ENTITY, "it is looked at: {}", address.text());
        let nobody = careful.call("platform/suspend", &[("slug", "x"), ("reason", "não paga há três meses")]).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND, "and this: {}", nobody.text());
    });
}

#[test]
fn who_may_not_do_it_is_told_that_and_asked_for_nothing() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let (broker, operator) = (house.member(&a, "broker").await, house.operator().await);
        house.wait(Duration::minutes(11));
        for row in ROWS.iter().filter(|row| row.proof.is_some() && row.method == "POST") {
            if let Audience::Staff(can) = row.audience {
                let mut callers = vec![operator.clone()];
                callers.extend((!app::access::Role::Broker.may(can)).then(|| broker.clone()));
                for mut caller in callers {
                    let answer = ask(&mut caller, row).await;
                    assert_eq!(answer.json()["kind"], "forbidden", "{}: {}", row.path, answer.text());
                }
            }
        }
    });
}

#[test]
fn what_was_typed_is_in_the_form_again_after_the_proof() {
    run(async {
        const PAGE: &str = "/app/settings/domains";
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        house.wait(Duration::minutes(11));
        let typed = [("host", "www.casa-typed.com.br")];
        let refused = owner.post("domains/claim", PAGE, &typed).await;
        assert_eq!(refused.status, StatusCode::FOUND, "{}", refused.text());
        let page = owner.get(refused.header("location").trim_start_matches("http://localhost:3000")).await;
        let text = page.text();
        assert!(text.contains("value=\"www.casa-typed.com.br\""), "{text}");
        let way = text.split("href=\"").find(|rest| rest.starts_with("/entrar/confirmar?")).expect("a way on");
        let way = way.split('"').next().expect("an address").to_owned();
        let form = owner.get(&way).await.text();
        let next = form.split("name=\"next\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let next = next.expect("where it leads").to_owned();
        assert!(next.starts_with(&format!("{PAGE}?draft=")), "{next}");
        let proved = owner.post("auth/prove", &way, &[("password", PASSWORD), ("next", &next)]).await;
        assert_eq!(proved.header("location"), next);
        let again = owner.get(&next).await.text();
        assert!(again.contains("value=\"www.casa-typed.com.br\""), "{again}");
        assert!(!again.contains("/entrar/confirmar"), "and nothing is wrong any more: {again}");
        assert_eq!(owner.post("domains/claim", PAGE, &typed).await.status, StatusCode::FOUND);
        assert!(owner.get(PAGE).await.text().contains("_sobrado-verify.www.casa-typed.com.br"));
    });
}

#[test]
fn a_copy_of_the_log_is_taken_after_the_proof_and_the_filter_stays() {
    run(async {
        const ASKED: &str = "/app/settings/audit/export?action=session.open&format=csv";
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        assert_eq!(owner.get(ASKED).await.header("content-type"), "text/csv; charset=utf-8");
        house.wait(Duration::minutes(11));
        for method in [Method::GET, Method::HEAD] {
            let answer = owner.send(method, ASKED, "text/html", None).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
            let next = encode(&[("next", "/app/settings/audit?action=session.open&format=csv")]);
            assert_eq!(answer.header("location"), format!("/entrar/confirmar?{next}"));
        }
        owner.call("auth/prove", &[("password", PASSWORD)]).await;
        assert_eq!(owner.get(ASKED).await.header("content-type"), "text/csv; charset=utf-8");
    });
}
