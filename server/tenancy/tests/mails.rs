//! Mails that wait: what they say lies sealed, and a row is nobody's but its own.
#![expect(clippy::disallowed_methods, reason = "a test looks behind the scenes")]

use sqlx::{ConnectOptions as _, PgConnection};
use tenancy::central::mails::{self, Letter, Mail};
use tenancy::testing::{agency, bed, run, superuser};
use tokio::sync::Mutex;
use uuid::Uuid;

/// There is one queue: who takes mails from it has it for itself.
static QUEUE: Mutex<()> = Mutex::const_new(());

async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

fn mail(to: &str) -> Mail {
    let text = "http://localhost:3000/convite/geheim";
    let letter = Letter { name: "Ana".into(), subject: "Convite".into(), text: text.into(), html: text.into() };
    Mail { tenant: None, kind: "test.mail".into(), to: to.into(), letter }
}

async fn state(root: &mut PgConnection, id: Uuid) -> String {
    let query = sqlx::query_scalar("select state from mails where id = $1");
    query.bind(id).fetch_one(root).await.expect("it is there")
}

#[test]
fn a_waiting_mail_says_nothing_to_who_reads_the_table() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let _turn = QUEUE.lock().await;
        let id = mails::queue_alone(central_db, key, &mail("ana@agencia.example")).await.expect("written");
        let mut root = central().await;
        let row: String =
            sqlx::query_scalar("select encode(sealed, 'escape') || row_to_json(mails)::text from mails where id = $1")
                .bind(id)
                .fetch_one(&mut root)
                .await
                .expect("read");
        for secret in ["geheim", "Convite", "convite"] {
            assert!(!row.contains(secret), "{row}");
        }
        let held = mails::claim(central_db, key, "w").await.expect("asked").expect("there is one");
        assert_eq!((held.id, held.mail.clone()), (id, mail("ana@agencia.example")));
        assert!(!format!("{held:?}").contains("geheim"));
        assert!(mails::finish(central_db, &held).await.expect("noted"));
    });
}

#[test]
fn a_mail_that_was_turned_to_another_is_not_sent() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let a = agency().await;
        let _turn = QUEUE.lock().await;
        let mut root = central().await;
        let turns = [
            "update mails set recipient = 'eve@evil.example' where id = $1",
            "update mails set kind = 'other.mail' where id = $1",
            "update mails set tenant_id = $2 where id = $1",
            "update mails m set sealed = o.sealed from mails o where m.id = $1 and o.id = $3",
        ];
        for turn in turns {
            let id = mails::queue_alone(central_db, key, &mail("ana@agencia.example")).await.expect("written");
            let other = mails::queue_alone(central_db, key, &mail("bia@agencia.example")).await.expect("written");
            // Every parameter is named, whichever the turn uses.
            let turn = format!("with given as (select $2::uuid, $3::uuid) {turn}");
            let turned = sqlx::query(sqlx::AssertSqlSafe(turn)).bind(id).bind(a.route.tenant).bind(other);
            assert_eq!(turned.execute(&mut root).await.expect("turned").rows_affected(), 1);
            let held = mails::claim(central_db, key, "w").await.expect("asked").expect("the next one is taken");
            assert_eq!((held.id, state(&mut root, id).await.as_str()), (other, "failed"));
            mails::finish(central_db, &held).await.expect("noted");
            assert!(mails::claim(central_db, key, "w").await.expect("asked").is_none());
        }
    });
}

#[test]
fn a_mail_whose_worker_ends_each_time_is_given_up() {
    run(async {
        let bed = bed().await;
        let (central_db, key) = (bed.deployment.central(), bed.deployment.key());
        let _turn = QUEUE.lock().await;
        let id = mails::queue_alone(central_db, key, &mail("ana@agencia.example")).await.expect("written");
        for attempt in 1..=10 {
            let held = mails::claim(central_db, key, "w").await.expect("asked").expect("there is one");
            assert_eq!((held.id, held.attempt), (id, attempt));
            assert!(mails::claim(central_db, key, "v").await.expect("asked").is_none(), "it is held");
            mails::release_leases(central_db).await.expect("released");
        }
        assert!(mails::claim(central_db, key, "w").await.expect("asked").is_none());
        assert_eq!(state(&mut central().await, id).await, "failed");
    });
}

#[test]
fn an_address_that_is_more_than_one_is_not_even_written() {
    run(async {
        let bed = bed().await;
        for bad in ["ana@a.example\r\nBcc: eve@evil.example", "ana@a.example eve@evil.example", "@a.example", "ana"] {
            assert!(
                mails::queue_alone(bed.deployment.central(), bed.deployment.key(), &mail(bad)).await.is_err(),
                "{bad}"
            );
        }
    });
}
