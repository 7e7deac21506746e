//! Events that reach a browser as they happen: one's own and nobody else's, for as long as the session lasts. ISO-19, AUTH-18.

use http::{HeaderValue, Method, StatusCode};
use sqlx::ConnectOptions as _;
use std::time::Duration;
use tenancy::OperationId;
use tenancy::testing::{bed, run, superuser};
use tokio::task::JoinHandle;

use crate::harness::{Answer, Caller, House, open};

const EVENTS: &str = "/cadastro/andamento/eventos";
/// Ten times the five seconds within which a stream ends; one that nobody ends goes on for two minutes.
const SOON: Duration = Duration::from_secs(50);

/// An owner who signs up for another agency: the operation that makes it, which nobody has begun.
async fn signing_up(house: &House) -> (Caller, String, OperationId) {
    let agency = house.agency().await;
    let slug = format!("outra-{}", &uuid::Uuid::now_v7().simple().to_string()[16..]);
    let form = [
        ("company_name", "Imobiliária Outra"),
        ("slug", slug.as_str()),
        ("email", agency.email.as_str()),
        ("plan", "k"),
        ("billing_period", "yearly"),
        ("terms", app::sign_up::rules::TERMS_VERSION),
    ];
    let asked = house.stranger().elsewhere().call("sign_up/request", &form).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    let link = house.link("sign_up.request", &agency.email).await;
    let mut owner = house.owner(&agency).await.elsewhere();
    let token = link.rsplit('/').next().expect("a token");
    let answer = owner.call("sign_up/confirm", &[("token", token)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let id = sqlx::query_scalar::<_, uuid::Uuid>("select operation_id from sign_ups where slug = $1");
    let id = id.bind(&slug).fetch_one(&mut central).await.expect("confirmed");
    (owner, agency.email, id.into())
}

fn watch(caller: &Caller) -> JoinHandle<Answer> {
    let mut caller = caller.clone();
    tokio::spawn(async move { caller.get(EVENTS).await })
}

async fn ended(watching: JoinHandle<Answer>, what: &str) -> String {
    let answer = tokio::time::timeout(SOON, watching).await.unwrap_or_else(|_| panic!("{what}: the stream goes on"));
    let answer = answer.expect("no panic");
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/event-stream"), "{what}");
    answer.text()
}

/// Until whoever watches has been let in.
async fn begun() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[test]
fn a_stream_ends_with_the_session_that_asked_for_it_in_every_process() {
    run(async {
        let (here, there) = (open(Default::default()).await, open(Default::default()).await);
        let (mut owner, email, _) = signing_up(&here).await;
        there.state.house.routes.reload().await.expect("read");
        // Signed out where it was opened.
        let mut leaving = here.signed_in(&email).await.elsewhere();
        let left = watch(&leaving);
        // Ended from elsewhere, with all others of the person: a stream of each process.
        let (other, mut beyond) = (here.signed_in(&email).await.elsewhere(), there.stranger());
        beyond.cookies.clone_from(&here.signed_in(&email).await.cookies);
        let streams = [(watch(&other), "the same process"), (watch(&beyond), "another process")];
        let stays = watch(&owner);
        begun().await;
        assert!(!left.is_finished() && streams.iter().all(|(watching, _)| !watching.is_finished()));
        let out = leaving.send(Method::POST, "/sair", "text/html", Some(String::new())).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER);
        ended(left, "signed out").await;
        assert_eq!(owner.call("auth/end_other_sessions", &[]).await.status, StatusCode::OK);
        for (watching, what) in streams {
            let text = ended(watching, what).await;
            assert!(!text.contains("event: done"), "{what}: {text}");
        }
        assert!(!stays.is_finished(), "whoever ended the others goes on");
        assert_eq!(other.clone().get(EVENTS).await.status, StatusCode::SEE_OTHER, "nor is it opened anew");
        stays.abort();
    });
}

#[test]
fn what_happens_to_one_agency_reaches_nobody_of_another() {
    run(async {
        let house = open(Default::default()).await;
        let ((of_a, _, a), (mut of_b, ..)) = (signing_up(&house).await, signing_up(&house).await);
        let (watching, other) = (watch(&of_a), watch(&of_b));
        begun().await;
        bed().await.deployment.provisioner().run_to_end(a).await.expect("made");
        let text = ended(watching, "it is over").await;
        assert!(text.matches("event: step").count() == 10 && text.contains("event: done"), "{text}");
        // Whatever of A's somebody of B says to have seen, they get what is B's: the step that was taken when it was asked for.
        for seen in ["0", "3", "10", "99"] {
            of_b.headers.insert("last-event-id", HeaderValue::from_static(seen));
            let again = watch(&of_b);
            begun().await;
            assert!(!again.is_finished(), "B's is not over");
            again.abort();
        }
        of_b.headers.clear();
        of_b.send(Method::POST, "/sair", "text/html", Some(String::new())).await;
        let heard = ended(other, "B's").await;
        assert!(heard.matches("event: step").count() <= 1 && !heard.contains("event: done"), "{heard}");
    });
}
