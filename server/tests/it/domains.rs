//! An agency's own domains through its page: claimed, proven by a real DNS, chosen, in doubt, let go of. TLS-01 to TLS-03,
//! TLS-06, TLS-09, TLS-10.

use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use tenancy::central::domains;
use tenancy::testing::{Agency, PASSWORD, run, superuser};
use time::Duration;
use uuid::Uuid;

use app::access::{Audience, ROWS};
use app::domains::jobs;
use app::state::Settings;

use crate::harness::dns::{break_names, dns, point, prove};
use crate::harness::{Answer, Caller, House, house, open, open_as, settings};

pub(super) const HERE: [u8; 4] = [127, 0, 0, 1];

pub(super) async fn central() -> PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

/// A domain that an operator vouched for.
pub(super) async fn a_domain(agency: &Agency, host: &str) -> Uuid {
    let made = sqlx::query_scalar(
        "insert into domains (id, tenant_id, host, kind, state, verify_token, verified_at, is_vouched)
         values (gen_random_uuid(), $1, $2, 'custom', 'verified', 't', now(), true) returning id",
    );
    made.bind(agency.route.tenant).bind(host).fetch_one(&mut central().await).await.expect("made")
}

/// A name that no other test has.
pub(super) fn a_host(agency: &Agency) -> String {
    format!("www.{}-{}.com.br", agency.route.slug, &Uuid::now_v7().simple().to_string()[20..])
}

/// What the page shows of a domain.
pub(super) async fn shown(caller: &mut Caller, host: &str) -> Value {
    let page = caller.call("domains/load", &[]).await.json();
    let all = page["domains"].as_array().expect("a list").clone();
    all.into_iter().rfind(|domain| domain["name"] == host).unwrap_or_else(|| panic!("{host} is not in {page}"))
}

pub(super) async fn claim(caller: &mut Caller, host: &str) -> (String, String) {
    let answer = caller.call("domains/claim", &[("host", host)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let domain = shown(caller, host).await;
    let proof = domain["records"][0]["value"].as_str().expect("a proof").to_owned();
    (domain["id"].as_str().expect("an identifier").to_owned(), proof)
}

/// Claims a host, sets its DNS and has it looked at.
pub(super) async fn own(house: &House, caller: &mut Caller, host: &str) -> String {
    let (id, proof) = claim(caller, host).await;
    point(host, HERE).await;
    prove(host, &[&proof]).await;
    let answer = caller.call("domains/check", &[("id", &id)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(shown(caller, host).await["state"], "comprovado");
    house.state.house.routes.reload().await.expect("read");
    id
}

/// Looks again, when a look was just taken.
async fn look_again(caller: &mut Caller, id: &str) {
    let again = "update domains set last_checked_at = last_checked_at - interval '1 hour' where id = $1::uuid";
    sqlx::query(again).bind(id).execute(&mut central().await).await.expect("a while ago");
    let answer = caller.call("domains/check", &[("id", id)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

pub(super) async fn at(house: &House, host: &str) -> Answer {
    let mut visitor = house.stranger();
    visitor.host = host.to_owned();
    visitor.get("/").await
}

async fn log(agency: &Agency) -> Vec<(String, Option<Uuid>)> {
    let lines =
        "select action, user_id from tenant_audit_log where tenant_id = $1 and action like 'domain.%' order by seq";
    sqlx::query_as(lines).bind(agency.route.tenant).fetch_all(&mut central().await).await.expect("listed")
}

#[test]
fn a_domain_is_claimed_proven_and_shows_the_site() {
    run(async {
        // Its own map, which no other test reads anew.
        let house = &open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let host = a_host(&a);
        let (id, proof) = claim(&mut owner, &host).await;
        let token = proof.strip_prefix("sobrado-verify=").expect("what the contract says");
        assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "128 bits: {token}");
        let domain = shown(&mut owner, &host).await;
        assert_eq!(domain["records"][0]["name"], format!("_sobrado-verify.{host}"));
        assert_eq!(
            (&domain["records"][1]["kind"], &domain["records"][1]["value"]),
            (&"CNAME".into(), &"localhost".into())
        );
        let page = owner.get("/app/settings/domains").await.text();
        assert!(page.contains(&proof) && page.contains("aguardando o DNS"), "{page}");
        assert!(page.replace("<!>", "").contains("<dt>Tipo</dt><dd>TXT</dd>"), "{page}");
        // Nothing is in the DNS yet, then all but the second server's proof: what one alone sees counts for nothing.
        look_again(&mut owner, &id).await;
        assert!(shown(&mut owner, &host).await["notes"][0].as_str().expect("a sentence").contains("TXT"));
        point(&host, HERE).await;
        dns().await[0].prove(&host, &["v=spf1 -all", &proof]);
        look_again(&mut owner, &id).await;
        assert_eq!(shown(&mut owner, &host).await["state"], "aguardando o DNS");
        assert_eq!(at(house, &host).await.status, StatusCode::NOT_FOUND, "not before it is proven");
        dns().await[1].prove(&host, &[&proof]);
        look_again(&mut owner, &id).await;
        assert_eq!(shown(&mut owner, &host).await["state"], "comprovado");
        // Told by NOTIFY: nobody reloads anything here.
        let mut status = StatusCode::NOT_FOUND;
        for _ in 0..100 {
            let answer = at(house, &host).await;
            status = answer.status;
            if status == StatusCode::OK {
                assert!(answer.text().contains(&a.route.name) && !answer.text().contains(&b.route.name));
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(status, StatusCode::OK);
        let by_owner = Some(a.owner.as_uuid());
        assert_eq!(log(&a).await, [("domain.claim".to_owned(), by_owner), ("domain.verify".to_owned(), by_owner)]);
        assert!(!other.call("domains/load", &[]).await.text().contains(&host), "nothing of it is anybody else's");
        assert!(log(&b).await.is_empty());
    });
}

#[test]
fn a_domain_that_leads_elsewhere_is_not_taken() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        let (id, proof) = claim(&mut owner, &host).await;
        prove(&host, &[&proof]).await;
        for (to, is_ours) in [(None, false), (Some([203, 0, 113, 9]), false), (Some(HERE), true)] {
            if let Some(to) = to {
                point(&host, to).await;
            }
            look_again(&mut owner, &id).await;
            let domain = shown(&mut owner, &host).await;
            assert_eq!(domain["state"] == "comprovado", is_ours, "{to:?}: {domain}");
            let says = domain["notes"].to_string().contains("ainda não leva até nós");
            assert_eq!(says, !is_ours, "{to:?}: {domain}");
        }
    });
}

#[test]
fn what_nobody_may_claim_is_refused_with_its_sentence() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let taken = a_host(&a);
        claim(&mut owner, &taken).await;
        for (host, sentence) in [
            ("", "Preencha este campo."),
            ("casa azul", "Digite um domínio como"),
            ("10.0.0.1", "Digite um domínio como"),
            ("intranet", "Digite um domínio como"),
            ("casa.localhost", "Este domínio não pode ser de ninguém"),
            ("com.br", "Este domínio não pode ser de ninguém"),
            (taken.as_str(), "Já está em uso."),
        ] {
            let call = owner.call("domains/claim", &[("host", host)]).await;
            assert_eq!(call.status, StatusCode::UNPROCESSABLE_ENTITY, "{host}");
            assert_eq!(call.json()["data"][0][0], "host", "{host}");
            // Without JavaScript the page comes back with what was typed, and why.
            let back = owner.post("domains/claim", "/app/settings/domains", &[("host", host)]).await;
            assert!(back.status.is_redirection(), "{host}");
            let page = back.header("location").split_once("/app").map(|(_, rest)| format!("/app{rest}")).expect("ours");
            let page = owner.get(&page).await.text();
            assert!(page.contains(sentence), "{host}: {page}");
            assert!(host.is_empty() || page.contains(&format!("value=\"{host}\"")), "{host} is still there: {page}");
        }
        owner.headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        let page = owner.get("/app/settings/domains").await.text();
        assert!(page.contains("waiting for the DNS") && page.contains("Check now"), "{page}");
    });
}

#[test]
fn an_agency_claims_a_few_domains_and_no_more() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for _ in 0..3 {
            claim(&mut owner, &a_host(&a)).await;
        }
        let often = owner.call("domains/claim", &[("host", &a_host(&a))]).await;
        assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS, "{}", often.text());
        let seconds = |answer: &Answer| answer.header("retry-after").parse::<i64>().expect("seconds");
        assert!((3500..=3600).contains(&seconds(&often)), "{}", often.header("retry-after"));
        // What is left of the hour is said, on the page too.
        house.wait(Duration::minutes(40));
        assert_eq!(owner.call("auth/prove", &[("password", PASSWORD)]).await.status, StatusCode::OK);
        let often = owner.call("domains/claim", &[("host", &a_host(&a))]).await;
        assert!((1100..=1200).contains(&seconds(&often)), "{}", often.header("retry-after"));
        let back = owner.post("domains/claim", "/app/settings/domains", &[("host", &a_host(&a))]).await;
        let page = owner.get(&back.header("location").replace("http://localhost:3000", "")).await.text();
        let said = page.split("Tente de novo em ").nth(1).unwrap_or_else(|| panic!("how long is not said: {page}"));
        let said = said.split('.').next().unwrap_or_default();
        assert!(said == "20 minutos" || said == "19 minutos", "{said}");
        house.wait(Duration::minutes(21));
        assert_eq!(owner.call("auth/prove", &[("password", PASSWORD)]).await.status, StatusCode::OK);
        for _ in 0..2 {
            claim(&mut owner, &a_host(&a)).await;
        }
        let many = owner.call("domains/claim", &[("host", &a_host(&a))]).await;
        assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(many.json()["data"][0][1], serde_json::json!({"too_many_domains": 5}));
    });
}

#[test]
fn a_name_that_was_sent_empty_stays_empty_beside_what_is_wrong_with_it() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        for (function, field) in [("domains/set_name", "name"), ("domains/rename", "address")] {
            let back = owner.post(function, "/app/settings/domains", &[(field, "")]).await;
            let page = owner.get(&back.header("location").replace("http://localhost:3000", "")).await.text();
            let input = page.split(&format!("name=\"{field}\"")).nth(1).and_then(|rest| rest.split('>').next());
            assert!(input.is_some_and(|input| input.contains("value=\"\"")), "{field}: {input:?} in {page}");
            assert!(page.contains("Preencha este campo."), "{field}: {page}");
        }
    });
}

#[test]
fn looks_that_people_ask_for_have_a_pause() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let (id, _) = claim(&mut owner, &a_host(&a)).await;
        let mut check = async || owner.call("domains/check", &[("id", &id)]).await;
        assert_eq!(check().await.status, StatusCode::OK);
        let soon = check().await;
        assert_eq!((soon.status, soon.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "10"));
        house.wait(Duration::seconds(11));
        assert_eq!(check().await.status, StatusCode::OK);
    });
}

#[test]
fn two_agencies_claim_one_host_and_one_owns_it() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let host = a_host(&a);
        let ((id_a, proof_a), (id_b, proof_b)) = (claim(&mut of_a, &host).await, claim(&mut of_b, &host).await);
        assert_ne!(proof_a, proof_b, "each claim has a token of its own");
        point(&host, HERE).await;
        prove(&host, &[&proof_a, &proof_b]).await;
        look_again(&mut of_a, &id_a).await;
        look_again(&mut of_b, &id_b).await;
        assert_eq!(shown(&mut of_a, &host).await["state"], "comprovado");
        let second = shown(&mut of_b, &host).await;
        assert_eq!(second["state"], "aguardando o DNS");
        assert!(
            second["notes"][0].as_str().expect("a sentence").contains("Outra imobiliária usa este domínio"),
            "{second}"
        );
        house.state.house.routes.reload().await.expect("read");
        let shows = at(house, &host).await.text();
        assert!(shows.contains(&a.route.name), "whoever proved it first has it: {shows}");
        assert!(!shows.contains(&b.route.name), "{shows}");
        // Whoever runs the DNS takes the first proof out: the second one is meant.
        prove(&host, &[&proof_b]).await;
        look_again(&mut of_b, &id_b).await;
        house.state.house.routes.reload().await.expect("read");
        assert!(at(house, &host).await.text().contains(&b.route.name), "it went over at once");
        let first = shown(&mut of_a, &host).await;
        assert_eq!((&first["state"], &first["is_live"]), (&"solto".into(), &false.into()));
        assert!(
            first["notes"][0].as_str().expect("a sentence").contains("comprovou que este domínio é dela"),
            "{first}"
        );
        let alerts = "select count(*) from alerts where kind = 'domain_moved' and tenant_id = $1 and closed_at is null";
        let alerts: i64 =
            sqlx::query_scalar(alerts).bind(a.route.tenant).fetch_one(&mut central().await).await.expect("counted");
        assert_eq!(alerts, 1, "the first owner's alert");
        assert_eq!(log(&a).await.last().map(|line| line.0.as_str()), Some("domain.release"));
    });
}

#[test]
fn a_domain_that_was_let_go_of_is_held_for_who_had_it() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let host = a_host(&a);
        let id = own(&house, &mut of_a, &host).await;
        assert_eq!(at(&house, &host).await.status, StatusCode::OK);
        let unsure = of_a.call("domains/release", &[("id", &id)]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unsure.json()["data"][0][0], "confirmed");
        let done = of_a.call("domains/release", &[("id", &id), ("confirmed", "true")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(at(&house, &host).await.status, StatusCode::NOT_FOUND, "at once");
        let refused = of_b.call("domains/claim", &[("host", &host)]).await;
        assert_eq!(refused.json()["data"][0][1], "quarantined", "{}", refused.text());
        let (_, again) = claim(&mut of_a, &host).await;
        assert!(!again.is_empty(), "who had it may have it back");
        house.wait(Duration::days(31));
        let (mut of_b, _) = (house.owner(&b).await, of_b);
        let (id, proof) = claim(&mut of_b, &host).await;
        look_again(&mut of_b, &id).await;
        assert_eq!(shown(&mut of_b, &host).await["state"], "aguardando o DNS", "the old record proves nothing");
        prove(&host, &[&proof]).await;
        look_again(&mut of_b, &id).await;
        assert_eq!(shown(&mut of_b, &host).await["state"], "comprovado");
    });
}

/// The daily look, as the worker takes it.
async fn a_day_later(house: &House, id: &str) {
    house.wait(Duration::days(1));
    let all = domains::list_all(&house.state.house.central).await.expect("listed");
    let domain = all.into_iter().find(|domain| domain.id.to_string() == id).expect("it is there");
    jobs::recheck(&house.state.house, domain).await.expect("looked at");
}

#[test]
fn a_dns_that_does_not_answer_changes_nothing() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        let id = own(&house, &mut owner, &host).await;
        break_names(&host, true).await;
        for _ in 0..5 {
            a_day_later(&house, &id).await;
        }
        let mut owner = house.owner(&a).await;
        let domain = shown(&mut owner, &host).await;
        assert_eq!(domain["state"], "comprovado");
        assert!(domain["notes"][0].as_str().expect("a sentence").contains("O DNS não respondeu"), "{domain}");
        break_names(&host, false).await;
        a_day_later(&house, &id).await;
        let mut owner = house.owner(&a).await;
        assert!(!shown(&mut owner, &host).await["notes"].to_string().contains("não respondeu"));
    });
}

#[test]
fn a_domain_in_doubt_is_served_on_told_and_after_a_fortnight_let_go_of() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        let id = own(&house, &mut owner, &host).await;
        let alerts = async || {
            let open =
                "select count(*) from alerts where kind = 'domain_suspect' and tenant_id = $1 and closed_at is null";
            sqlx::query_scalar::<_, i64>(open)
                .bind(a.route.tenant)
                .fetch_one(&mut central().await)
                .await
                .expect("counted")
        };
        let state = async || {
            let state = sqlx::query_scalar::<_, String>("select state from domains where id = $1::uuid").bind(&id);
            state.fetch_one(&mut central().await).await.expect("read")
        };
        point(&host, [203, 0, 113, 9]).await;
        // What people look at themselves is no daily look: pressing a button thrice puts nothing in doubt.
        for _ in 0..4 {
            look_again(&mut owner, &id).await;
        }
        assert_eq!((state().await.as_str(), alerts().await), ("verified", 0));
        for expected in ["verified", "verified", "suspect"] {
            a_day_later(&house, &id).await;
            assert_eq!(state().await, expected);
        }
        house.state.house.routes.reload().await.expect("read");
        assert_eq!((at(&house, &host).await.status, alerts().await), (StatusCode::OK, 1), "it is served on, and told");
        let mut owner = house.owner(&a).await;
        let page = owner.get("/app/settings/domains").await.text();
        assert!(page.contains(&format!("{host} está em dúvida")) && page.contains("em dúvida"), "{page}");
        // It is mended, and then not again.
        point(&host, HERE).await;
        a_day_later(&house, &id).await;
        assert_eq!((state().await.as_str(), alerts().await), ("verified", 0));
        point(&host, [203, 0, 113, 9]).await;
        for _ in 0..3 {
            a_day_later(&house, &id).await;
        }
        for _ in 0..13 {
            a_day_later(&house, &id).await;
            assert_eq!(state().await, "suspect");
        }
        a_day_later(&house, &id).await;
        assert_eq!((state().await.as_str(), alerts().await), ("released", 0));
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(at(&house, &host).await.status, StatusCode::NOT_FOUND);
        let mails = "select kind, recipient from mails where tenant_id = $1 order by id";
        let mails: Vec<(String, String)> =
            sqlx::query_as(mails).bind(a.route.tenant).fetch_all(&mut central().await).await.expect("listed");
        let to_owner = |kind: &str| (kind.to_owned(), a.email.clone());
        assert_eq!(mails, ["domain.suspect", "domain.suspect", "domain.release"].map(to_owner), "once each time");
        let last = log(&a).await.into_iter().map(|line| line.0).collect::<Vec<_>>();
        assert!(last.ends_with(&["domain.suspect".to_owned(), "domain.release".to_owned()]), "{last:?}");
    });
}

#[test]
fn a_main_domain_has_answered_over_https_first() {
    run(async {
        let https = Settings {
            base_url: "https://sobrado.com.br".into(),
            base_host: "sobrado.com.br".into(),
            base_port: String::new(),
            https: true,
            ..settings()
        };
        point("sobrado.com.br", HERE).await;
        let house = open_as(Default::default(), https).await;
        let a = house.agency().await;
        let mut owner = house.stranger();
        owner.host = "sobrado.com.br".into();
        owner.headers.insert(header::ORIGIN, HeaderValue::from_static("https://sobrado.com.br"));
        let fields = [("email", a.email.as_str()), ("password", tenancy::testing::PASSWORD)];
        assert_eq!(owner.call("auth/sign_in", &fields).await.status, StatusCode::OK);
        let host = a_host(&a);
        let id = own(&house, &mut owner, &host).await;
        let domain = shown(&mut owner, &host).await;
        assert_eq!((&domain["may_be_primary"], &domain["tls"]), (&false.into(), &"sem certificado".into()), "{domain}");
        let early = owner.call("domains/set_primary", &[("id", &id)]).await;
        assert_eq!(early.json()["data"][0], serde_json::json!(["primary", "not_over_https"]), "{}", early.text());
        let now = house.state.house.clock.now();
        domains::set_tls(&house.state.house.central, id.parse().expect("an identifier"), "active", now)
            .await
            .expect("noted");
        assert_eq!(owner.call("domains/set_primary", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(owner.call("domains/set_redirects", &[("redirects", "true")]).await.status, StatusCode::OK);
        house.state.house.routes.reload().await.expect("read");
        let under_ours = format!("{}.sobrado.com.br", a.route.slug);
        let moved = at(&house, &under_ours).await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (StatusCode::PERMANENT_REDIRECT, &*format!("https://{host}/"))
        );
        // Better two addresses than one that does not answer.
        domains::set_tls(&house.state.house.central, id.parse().expect("an identifier"), "failed", now)
            .await
            .expect("noted");
        house.state.house.routes.reload().await.expect("read");
        assert_eq!(at(&house, &under_ours).await.status, StatusCode::OK);
    });
}

#[test]
fn other_hosts_lead_to_the_main_one_when_that_is_wanted() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let www = a_host(&a);
        let apex = www.strip_prefix("www.").expect("it has one").to_owned();
        let (id, other) = (own(house, &mut owner, &www).await, own(house, &mut owner, &apex).await);
        assert_ne!(id, other);
        let home = format!("{}.localhost:3000", a.route.slug);
        let statuses = async || {
            house.state.house.routes.reload().await.expect("read");
            [at(house, &www).await.status, at(house, &apex).await.status, at(house, &home).await.status]
                .map(|s| s.as_u16())
        };
        assert_eq!(owner.call("domains/set_redirects", &[("redirects", "true")]).await.status, StatusCode::OK);
        assert_eq!(statuses().await, [200, 200, 200], "without a main one there is nowhere to lead to");
        assert_eq!(owner.call("domains/set_primary", &[("id", &id)]).await.status, StatusCode::OK);
        assert_eq!(statuses().await, [200, 308, 308]);
        let mut visitor = house.stranger();
        visitor.host.clone_from(&home);
        let moved = visitor.get("/imoveis?q=casa%20azul&page=2").await;
        assert_eq!(moved.header("location"), format!("https://{www}/imoveis?q=casa%20azul&page=2"));
        assert_eq!(moved.header("cache-control"), "no-store", "an agency may change its mind");
        assert_eq!(owner.call("domains/set_redirects", &[("redirects", "false")]).await.status, StatusCode::OK);
        assert_eq!(statuses().await, [200, 200, 200]);
        assert_eq!(owner.call("domains/set_redirects", &[("redirects", "true")]).await.status, StatusCode::OK);
        assert_eq!(owner.call("domains/clear_primary", &[]).await.status, StatusCode::OK);
        assert_eq!(statuses().await, [200, 200, 200]);
        assert_eq!(shown(&mut owner, &www).await["is_primary"], false);
    });
}

#[test]
fn a_change_of_domains_that_cannot_be_written_down_changes_nothing() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let host = a_host(&a);
        let id = own(house, &mut owner, &host).await;
        let everything = async || {
            let all = "select coalesce(string_agg(d::text, e'\n' order by d.id), '') || (select slug || name || redirects_hosts from companies where id = $1)
                from (select id, host, state, is_primary, released_at from domains where tenant_id = $1) d";
            sqlx::query_scalar::<_, String>(all)
                .bind(a.route.tenant)
                .fetch_one(&mut central().await)
                .await
                .expect("read")
        };
        let other = a_host(&a);
        let address = format!("{}-nova", a.route.slug);
        let changes = [
            ("claim", vec![("host", other.as_str())], "domain.claim"),
            ("set_primary", vec![("id", id.as_str())], "domain.primary"),
            ("clear_primary", Vec::new(), "domain.primary"),
            ("set_redirects", vec![("redirects", "true")], "domain.redirects"),
            ("release", vec![("id", id.as_str()), ("confirmed", "true")], "domain.release"),
            ("rename", vec![("address", address.as_str())], "tenant.rename"),
            ("set_name", vec![("name", "Outro Nome Imóveis")], "tenant.set_name"),
        ];
        let name = format!("closed_{}", a.route.tenant.as_uuid().simple());
        for (function, fields, action) in &changes {
            let before = everything().await;
            let close = format!(
                "alter table tenant_audit_log add constraint {name} check (tenant_id <> '{}') not valid",
                a.route.tenant.as_uuid()
            );
            central().await.execute(AssertSqlSafe(close)).await.expect("no line of theirs comes in");
            let answer = owner.call(&format!("domains/{function}"), fields).await;
            let open = format!("alter table tenant_audit_log drop constraint {name}");
            central().await.execute(AssertSqlSafe(open)).await.expect("lines come in again");
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{function}: {}", answer.text());
            assert_eq!(everything().await, before, "{function} changes something");
            assert_eq!(owner.call(&format!("domains/{function}"), fields).await.status, StatusCode::OK, "{function}");
            assert_ne!((everything().await, *function), (before, "claim"), "the same call, written down");
            let last = "select action, user_id, ip_address is not null from tenant_audit_log where tenant_id = $1 order by seq desc limit 1";
            let last: (String, Option<Uuid>, bool) =
                sqlx::query_as(last).bind(a.route.tenant).fetch_one(&mut central().await).await.expect("a line");
            assert_eq!(last, ((*action).to_owned(), Some(a.owner.as_uuid()), true), "{function}");
        }
        let all = ROWS.iter().filter(|row| row.mutating && row.path.starts_with("/fn/domains/"));
        assert!(all.clone().all(|row| matches!(row.audience, Audience::Staff(_))));
        // Looks write a line when something comes of them; the others are all here.
        assert_eq!(all.count(), changes.len() + 1);
    });
}
