//! A second factor in the central database: what is good once is good once, however many ask at the same time.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::ConnectOptions as _;
use tenancy::central::mails::{Letter, Mail};
use tenancy::central::second_factors::{self, Actor, Changed, Told};
use tenancy::central::sign_ins::{self, Attempt, Factor, Outcome, Verdict};
use tenancy::testing::{Agency, agency, bed, run, superuser};
use time::{Duration, OffsetDateTime};

fn mail(to: &str, kind: &str) -> Mail {
    let letter =
        Letter { name: "Olga".into(), subject: "Conta".into(), text: "Olá.".into(), html: "<p>Olá.</p>".into() };
    Mail { tenant: None, kind: kind.into(), to: to.into(), letter }
}

fn codes(from: u8) -> Vec<(String, String)> {
    (from..from + 3).map(|n| (format!("{n:04}"), format!("hash {n}"))).collect()
}

async fn set(a: &Agency, pending: &[u8], step: i64) -> Option<Changed> {
    let bed = bed().await;
    let (actor, mail) = (Actor::default(), mail(&a.email, "second_factor.set"));
    let told = Told { actor: &actor, key: bed.deployment.key(), mail: &mail };
    let now = OffsetDateTime::now_utc();
    let set =
        second_factors::confirm(bed.deployment.central(), a.person, (pending, step), &codes(0), (now, told)).await;
    set.expect("the database answers")
}

async fn enrolled() -> Agency {
    let a = agency().await;
    let central = bed().await.deployment.central();
    let now = OffsetDateTime::now_utc();
    assert!(second_factors::propose(central, a.person, b"sealed", now).await.expect("kept"));
    assert!(set(&a, b"sealed", 100).await.is_some());
    a
}

#[test]
fn what_is_confirmed_is_what_was_shown_last_and_only_once() {
    run(async {
        let (a, b) = (agency().await, agency().await);
        let central = bed().await.deployment.central();
        let now = OffsetDateTime::now_utc();
        for sealed in [b"first", b"later"] {
            assert!(second_factors::propose(central, a.person, sealed, now).await.expect("kept"));
        }
        assert!(set(&a, b"first", 100).await.is_none(), "another was shown since");
        let (one, two) = futures::join!(set(&a, b"later", 100), set(&a, b"later", 100));
        assert_eq!([one, two].iter().flatten().count(), 1);
        assert!(!second_factors::propose(central, a.person, b"again", now).await.expect("asked"), "there is one");
        let (of_a, of_b) =
            (second_factors::find(central, a.person).await, second_factors::find(central, b.person).await);
        let (of_a, of_b) = (of_a.expect("there"), of_b.expect("there"));
        assert_eq!((of_a.sealed.as_deref(), of_a.codes_left, of_a.pending), (Some(&b"later"[..]), 3, None));
        assert_eq!((of_b.sealed, of_b.codes_left), (None, 0));
    });
}

#[test]
fn a_code_and_a_recovery_code_are_taken_once_however_many_give_them() {
    run(async {
        let (a, b) = (enrolled().await, enrolled().await);
        let bed = bed().await;
        let (central, key) = (bed.deployment.central(), bed.deployment.key());
        let taken = async |step| second_factors::use_step(central, a.person, step).await.expect("asked");
        assert!(!taken(100).await, "the one that confirmed it");
        let all = futures::future::join_all((0..20).map(|_| taken(101))).await;
        assert_eq!(all.iter().filter(|taken| **taken).count(), 1);
        assert!(taken(103).await && !taken(102).await, "and none from before the last");
        assert!(second_factors::use_step(central, b.person, 101).await.expect("asked"), "another's is another's");
        let (actor, mail) = (Actor::default(), mail(&a.email, "second_factor.recovery"));
        let told = Told { actor: &actor, key, mail: &mail };
        let used = async |code| second_factors::use_code(central, a.person, code, told).await.expect("asked");
        assert!(!used(("0000", "another hash")).await);
        let all = futures::future::join_all((0..20).map(|_| used(("0000", "hash 0")))).await;
        assert_eq!(all.iter().filter(|used| **used).count(), 1);
        assert_eq!(second_factors::find(central, a.person).await.expect("there").codes_left, 2);
        assert_eq!(second_factors::find(central, b.person).await.expect("there").codes_left, 3);
    });
}

#[test]
fn who_is_told_once_is_told_since_then() {
    run(async {
        let a = agency().await;
        let central = bed().await.deployment.central();
        let first = OffsetDateTime::from_unix_timestamp(1_764_460_800).expect("a time");
        let ask = async |at| second_factors::ask(central, a.person, at).await.expect("written");
        assert_eq!(ask(first).await, first);
        assert_eq!(ask(first + Duration::days(3)).await, first, "a week is not begun anew");
    });
}

#[test]
fn what_is_told_of_a_change_lasts_with_it_or_not_at_all() {
    run(async {
        let a = enrolled().await;
        let bed = bed().await;
        let central = bed.deployment.central();
        let mut root = superuser().await.database("central").connect().await.expect("superuser");
        // The audit log refuses a name of this form, after everything else was written.
        let (actor, mail) = (Actor::default(), mail(&a.email, "No Such Form"));
        let told = Told { actor: &actor, key: bed.deployment.key(), mail: &mail };
        assert!(second_factors::remove(central, a.person, told).await.is_err());
        let held = second_factors::find(central, a.person).await.expect("there");
        assert_eq!((held.sealed.as_deref(), held.codes_left), (Some(&b"sealed"[..]), 3), "nothing has changed");
        let mails = "select count(*) from mails where recipient = $1 and kind = 'No Such Form'";
        let mails: i64 = sqlx::query_scalar(mails).bind(&a.email).fetch_one(&mut root).await.expect("counted");
        assert_eq!(mails, 0);
    });
}

#[test]
fn wrong_codes_of_strangers_and_of_a_known_device_are_counted_apart() {
    run(async {
        let bed = bed().await;
        let (central, key) = (bed.deployment.central(), bed.deployment.key());
        let (a, b) = (agency().await, agency().await);
        let at = OffsetDateTime::now_utc();
        let attempt = |email, device| Attempt {
            email,
            ip: [192, 0, 2, 77].into(),
            device,
            at,
            user_agent: None,
            request_id: None,
        };
        let known = Some(&b"a device that has signed in"[..]);
        let verdict =
            async |email, device| sign_ins::judge_code(central, key, attempt(email, device)).await.expect("judged");
        sign_ins::record(
            central,
            key,
            Attempt { at: at - Duration::HOUR, ..attempt(&a.email, known) },
            Factor::Code,
            Outcome::Passed,
        )
        .await
        .expect("written");
        for device in [None, Some(&b"some other"[..]), None, Some(&b"some other"[..]), None] {
            assert_eq!(verdict(&a.email, device).await, Verdict::Go);
            sign_ins::record(central, key, attempt(&a.email, device), Factor::Code, Outcome::Refused)
                .await
                .expect("written");
        }
        for device in [None, Some(&b"some other"[..]), Some(&b"a third"[..])] {
            assert_eq!(verdict(&a.email, device).await, Verdict::Wait(Duration::MINUTE));
        }
        assert_eq!(verdict(&a.email, known).await, Verdict::Go, "its own count stands at nought");
        assert_eq!(verdict(&b.email, None).await, Verdict::Go, "and so does another person's");
        for _ in 0..5 {
            sign_ins::record(central, key, attempt(&a.email, known), Factor::Code, Outcome::Refused)
                .await
                .expect("written");
        }
        assert_eq!(verdict(&a.email, known).await, Verdict::Wait(Duration::MINUTE), "it is not let past it");
    });
}
