//! Case 23, AUTH-12, AUTH-33 and ISO-20: an operator acts as a member, is seen to, changes only what was chosen, and comes back.

use http::{Method, StatusCode, header};
use serde_json::Value;
use sqlx::ConnectOptions as _;
use tenancy::central::audit::Line;
use tenancy::central::people::NewPerson;
use tenancy::relay;
use tenancy::testing::{Agency, PASSWORD, PASSWORD_HASH, bed, run, superuser};
use time::Duration;
use uuid::Uuid;

use app::access::{Audience, ROWS};

use crate::harness::{Answer, Caller, House, a_logo, a_photo, a_property, house, open, register};
use crate::isolation::checksum;

const WHY: &str = "chamado 4711: o site não mostra as fotos";

/// Somebody who runs the platform.
pub(super) struct Operator {
    pub(super) caller: Caller,
    email: String,
    id: Uuid,
    person: Uuid,
}

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

pub(super) async fn operator(house: &House) -> Operator {
    let email = format!("olga-{}@sobrado.example", Uuid::now_v7().simple());
    let new = NewPerson { name: "Olga Operadora", email: &email, password_hash: PASSWORD_HASH };
    let id = tenancy::central::operators::ensure(&house.state.house.central, &new).await.expect("added").as_uuid();
    let person = sqlx::query_scalar("select person_id from operators where id = $1").bind(id);
    let person = person.fetch_one(&mut central().await).await.expect("there");
    let mut caller = house.stranger();
    let answer = caller.call("auth/sign_in_operator", &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Operator { caller, email, id, person }
}

impl Operator {
    async fn ask(&mut self, agency: &Agency, more: &[(&str, &str)]) -> Answer {
        let user = agency.owner.to_string();
        let mut fields =
            vec![("slug", agency.route.slug.as_str()), ("user", &user), ("why", WHY), ("password", PASSWORD)];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more.iter().copied());
        self.caller.call("platform/act_as", &fields).await
    }

    /// A ticket to act as the agency's owner.
    async fn ticket(&mut self, agency: &Agency, more: &[(&str, &str)]) -> String {
        let answer = self.ask(agency, more).await;
        let led = answer.header("location").to_owned();
        assert!(
            led.starts_with(&format!("/platform/tenants/{}/act?ticket=", agency.route.slug)),
            "{led} {}",
            answer.text()
        );
        led.split("ticket=").nth(1).expect("a ticket").to_owned()
    }

    async fn begin(&mut self, agency: &Agency, ticket: &str) -> Answer {
        let user = agency.owner.to_string();
        let fields = [("slug", agency.route.slug.as_str()), ("user", &user), ("ticket", ticket)];
        self.caller.call("platform/begin_acting", &fields).await
    }

    /// Acts as the agency's owner.
    pub(super) async fn act(&mut self, agency: &Agency, more: &[(&str, &str)]) {
        let ticket = self.ticket(agency, more).await;
        let answer = self.begin(agency, &ticket).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::OK, "/app"), "{}", answer.text());
    }
}

async fn log(house: &House, agency: &Agency) -> Vec<Line> {
    tenancy::central::audit::list(&house.state.house.central, agency.route.tenant, 50).await.expect("listed")
}

/// Who stands behind the lines of an action, by the column that the log keeps it in.
async fn behind(agency: &Agency, action: &str) -> Vec<(Option<Uuid>, Option<Uuid>, Value)> {
    let lines = "select user_id, impersonator_id, changes from tenant_audit_log where tenant_id = $1 and action = $2 order by seq";
    let lines = sqlx::query_as(lines).bind(agency.route.tenant).bind(action);
    lines.fetch_all(&mut central().await).await.expect("read")
}

/// Where an agency's log ends now.
async fn end_of_log(agency: &Agency) -> i64 {
    let last = sqlx::query_scalar("select coalesce(max(seq), 0) from tenant_audit_log where tenant_id = $1");
    last.bind(agency.route.tenant).fetch_one(&mut central().await).await.expect("read")
}

/// The lines of an agency's log from there on: what was done, the account, and who stands behind it.
async fn log_after(agency: &Agency, seq: i64) -> Vec<(String, Option<Uuid>, Option<Uuid>)> {
    let lines =
        "select action, user_id, impersonator_id from tenant_audit_log where tenant_id = $1 and seq > $2 order by seq";
    let lines = sqlx::query_as(lines).bind(agency.route.tenant).bind(seq);
    lines.fetch_all(&mut central().await).await.expect("read")
}

pub(super) fn kind(answer: &Answer) -> String {
    serde_json::from_slice::<Value>(&answer.body)
        .ok()
        .and_then(|v| v["kind"].as_str().map(str::to_owned))
        .unwrap_or_default()
}

#[test]
fn an_operator_acts_as_a_member_and_comes_back() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut olga = operator(house).await;
        let own = olga.caller.clone();
        let ticket = olga.ticket(&a, &[]).await;
        let asked = olga.caller.get(&format!("/platform/tenants/{}/act?ticket={ticket}", a.route.slug)).await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.text().contains(WHY) && asked.text().contains("Só leitura"), "{}", asked.text());
        assert_eq!(olga.begin(&a, &ticket).await.status, StatusCode::OK);
        assert_ne!(olga.caller.cookie("__Host-sobrado"), own.cookie("__Host-sobrado"), "another identifier");
        let old = own.clone().call("platform/tenants", &[]).await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED, "the old one opens nothing at once");

        for page in ["/app", "/app/properties", "/app/settings/store", "/app/settings/team"] {
            let shown = olga.caller.get(page).await;
            let text = shown.text();
            assert_eq!(shown.status, StatusCode::OK, "{page}");
            assert!(text.contains("Olga Operadora, da plataforma, vê o sistema como"), "{page} says who: {text}");
            assert!(text.contains("action=\"/fn/platform/end_acting\""), "{page} leads back");
            assert!(!text.contains(&b.route.name), "{page}");
        }
        assert_eq!(olga.caller.get("/platform/tenants").await.status, StatusCode::FORBIDDEN, "one kind at a time");
        assert_eq!(
            olga.caller.call("platform/suspend", &[("slug", &b.route.slug), ("reason", "x")]).await.status,
            StatusCode::FORBIDDEN
        );

        let acting = olga.caller.clone();
        let back = olga.caller.post("platform/end_acting", "/app", &[]).await;
        assert_eq!(back.header("location"), format!("/platform/tenants/{}", a.route.slug), "{}", back.text());
        assert_eq!(acting.clone().call("properties/list", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(olga.caller.get("/platform/tenants").await.status, StatusCode::OK, "the own session is back");
        let sheet = olga.caller.get(&format!("/platform/tenants/{}", a.route.slug)).await.text();
        assert!(sheet.contains("Olga Operadora, agindo como") && sheet.contains(WHY), "{sheet}");

        let owner = Some(a.owner.as_uuid());
        let start = behind(&a, "impersonation.start").await;
        assert_eq!(start.len(), 1);
        assert_eq!((start[0].0, start[0].1), (owner, Some(olga.person)), "both names");
        assert_eq!(start[0].2["reason"], WHY);
        let end = behind(&a, "impersonation.end").await;
        assert_eq!(end.iter().map(|l| (l.0, l.1)).collect::<Vec<_>>(), [(owner, Some(olga.person))]);
        assert!(log(house, &b).await.iter().all(|line| !line.action.starts_with("impersonation")), "nothing in B's");
        assert_eq!(olga.caller.call("platform/end_acting", &[]).await.status, StatusCode::NOT_FOUND, "nothing to end");
    });
}

/// What is sent to a row that changes something.
async fn send(caller: &mut Caller, path: &str, property: &str) -> Answer {
    match path {
        "/app/properties/{id}/photos" => {
            caller.upload(property, "application/json", &[("sala.jpg", "image/jpeg", a_photo(50))]).await
        }
        "/app/settings/brand/logo" => {
            caller.send_files(path, "application/json", "logo", &[("logo.png", "image/png", a_logo(50))]).await
        }
        _ if path.starts_with("/fn/") => {
            let mut fields = a_property(property, "Casa mudada");
            fields.extend([("version", "1"), ("lang", "en"), ("featured", "true"), ("place", "1"), ("alt", "")]);
            let nobody = Uuid::nil().to_string();
            fields.extend([
                ("user", nobody.as_str()),
                ("photo", nobody.as_str()),
                ("password", PASSWORD),
                ("email", "x@y.example"),
            ]);
            caller.call(path.trim_start_matches("/fn/"), &fields).await
        }
        _ => caller.send(Method::POST, path, "application/json", None).await,
    }
}

#[test]
fn who_looks_changes_nothing_and_who_may_change_changes_only_the_agencys() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let id = register(&mut house.owner(&a).await, "Casa de A").await;
        register(&mut house.owner(&b).await, "Casa de B").await;
        let mut olga = operator(house).await;
        let before = (checksum(&a).await, checksum(&b).await);
        let deployment = &bed().await.deployment;
        relay::deliver(deployment.central(), deployment.key(), &a.db).await.expect("delivered");
        let began = end_of_log(&a).await;
        let ways_out = ["/sair", "/fn/platform/end_acting"];
        for (mode, more) in [("looking", &[][..]), ("changing", &[("may_write", "true")][..])] {
            olga.act(&a, more).await;
            let (mut refused, mut open) = (0, 0);
            for row in ROWS.iter().filter(|row| row.mutating && !ways_out.contains(&row.path)) {
                let mut caller = olga.caller.clone();
                let answer = send(&mut caller, row.path, &id).await;
                let is_closed = answer.status == StatusCode::FORBIDDEN && kind(&answer) == "not_while_acting";
                let is_work = matches!(row.audience, Audience::Staff(can) if can.is_open_to_acting());
                assert_eq!(
                    is_closed,
                    mode == "looking" || !is_work,
                    "{mode} {}: {} {}",
                    row.path,
                    answer.status,
                    answer.text()
                );
                refused += usize::from(is_closed);
                open += usize::from(!is_closed);
            }
            assert!(refused >= 10, "{mode}: only {refused} rows refused");
            assert_eq!(open >= 10, mode == "changing", "{mode}: {open} rows let through");
            if mode == "looking" {
                assert_eq!((checksum(&a).await, checksum(&b).await), before, "nothing has changed");
                let page = olga.caller.post("properties/archive", "/app/properties", &[("id", &id)]).await;
                assert_eq!(page.status, StatusCode::FORBIDDEN);
                assert!(page.text().contains("Você age no lugar de outra pessoa"), "a sentence: {}", page.text());
            } else {
                assert_ne!(checksum(&a).await, before.0, "what is the agency's can be changed");
                assert_eq!(checksum(&b).await, before.1, "another agency's cannot");
            }
            assert_eq!(olga.caller.call("platform/end_acting", &[]).await.status, StatusCode::OK);
        }
        // Whatever the agency reads of it bears both names: it never looks as if its owner had been there.
        relay::deliver(deployment.central(), deployment.key(), &a.db).await.expect("delivered");
        let lines = log_after(&a, began).await;
        assert!(lines.len() >= 10, "{lines:?}");
        let one_named: Vec<_> = lines
            .iter()
            .filter(|(_, user, behind)| (*user, *behind) != (Some(a.owner.as_uuid()), Some(olga.person)))
            .collect();
        assert!(one_named.is_empty(), "{one_named:?}");
    });
}

#[test]
fn what_an_operator_changes_bears_both_names() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut olga = operator(house).await;
        olga.act(&a, &[("may_write", "true")]).await;
        let shown = olga.caller.get("/app").await.text();
        assert!(shown.contains("pode alterar dados"), "{shown}");
        register(&mut olga.caller, "Casa da operadora").await;
        let deployment = &bed().await.deployment;
        for agency in [&a, &b] {
            relay::deliver(deployment.central(), deployment.key(), &agency.db).await.expect("delivered");
        }
        let lines = behind(&a, "property.create").await;
        let names: Vec<_> = lines.iter().map(|line| (line.0, line.1)).collect();
        assert_eq!(names, [(Some(a.owner.as_uuid()), Some(olga.person))]);
        assert_eq!(behind(&b, "property.create").await, []);
        let central = deployment.central();
        let owner = tenancy::central::team::find(central, a.route.tenant, a.owner).await.expect("there");
        assert_eq!(owner.last_seen_at, None, "the owner has not been there");
        // The owner's own acts have one name.
        register(&mut house.owner(&a).await, "Casa da dona").await;
        relay::deliver(deployment.central(), deployment.key(), &a.db).await.expect("delivered");
        assert_eq!(behind(&a, "property.create").await[1].1, None);
    });
}

#[test]
fn the_agencys_owners_are_told_that_somebody_acts_and_why() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut olga = operator(house).await;
        olga.act(&a, &[]).await;
        let mails = crate::notices::told(house, "owner.acted", &a.email).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        for part in ["Olga Operadora", WHY, "apenas para ver", "http://localhost:3000/app/settings/audit"] {
            assert!(mails[0].contains(part), "{part} is not in {}", mails[0]);
        }
        assert_eq!(house.mails("owner.acted", &b.email).await.len(), 0);
        // And the log, where it stands, is the owner's to read.
        let log = house.owner(&a).await.get("/app/settings/audit").await.text();
        assert!(log.contains("Olga Operadora") && log.contains(WHY), "{log}");
    });
}

#[test]
fn a_ticket_is_good_once_for_a_minute_and_where_it_was_given() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut olga, mut otto) = (operator(&house).await, operator(&house).await);
        let left = async || -> i64 {
            let all = sqlx::query_scalar("select count(*) from impersonation_tickets where tenant_id = any($1)");
            all.bind([a.route.tenant.as_uuid(), b.route.tenant.as_uuid()])
                .fetch_one(&mut central().await)
                .await
                .expect("read")
        };
        let refuses = |answer: Answer, why: &str| {
            assert_eq!(
                (answer.status, kind(&answer).as_str()),
                (StatusCode::FORBIDDEN, "forbidden"),
                "{why}: {}",
                answer.text()
            );
        };
        // Of another agency: refused, and gone.
        let ticket = olga.ticket(&a, &[]).await;
        refuses(olga.begin(&b, &ticket).await, "B's door");
        assert_eq!(left().await, 0);
        refuses(olga.begin(&a, &ticket).await, "it was good once");
        // As another member than was asked for.
        let ticket = olga.ticket(&a, &[]).await;
        let fields = [("slug", a.route.slug.as_str()), ("user", &b.owner.to_string()), ("ticket", &ticket)];
        refuses(olga.caller.call("platform/begin_acting", &fields).await, "somebody else");
        // In another operator's hands.
        let ticket = olga.ticket(&a, &[]).await;
        let seen = otto.caller.get(&format!("/platform/tenants/{}/act?ticket={ticket}", a.route.slug)).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND);
        assert!(seen.text().contains("Este pedido não vale mais"), "{}", seen.text());
        refuses(otto.begin(&a, &ticket).await, "another's hands");
        assert_eq!(left().await, 0);
        // In another session of the same operator.
        let ticket = olga.ticket(&a, &[]).await;
        let mut elsewhere = house.stranger();
        elsewhere.call("auth/sign_in_operator", &[("email", &olga.email), ("password", PASSWORD)]).await;
        let here = std::mem::replace(&mut olga.caller, elsewhere);
        refuses(olga.begin(&a, &ticket).await, "another session");
        olga.caller = here;
        // A second more than a minute.
        let ticket = olga.ticket(&a, &[]).await;
        house.wait(Duration::seconds(61));
        refuses(olga.begin(&a, &ticket).await, "61 seconds");
        assert_eq!(left().await, 0);
        // Two at once: one begins.
        let ticket = olga.ticket(&a, &[]).await;
        let (mut one, mut two) = (
            Operator { caller: olga.caller.clone(), ..operator(&house).await },
            Operator { caller: olga.caller.clone(), ..operator(&house).await },
        );
        let (first, second) = futures::join!(one.begin(&a, &ticket), two.begin(&a, &ticket));
        let begun = [first.status, second.status].iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(begun, 1, "{} {}", first.text(), second.text());
        assert_eq!(left().await, 0, "used up");
        assert_eq!(behind(&a, "impersonation.start").await.len(), 1);
        assert_eq!(behind(&b, "impersonation.start").await.len(), 0);
    });
}

#[test]
fn nobody_acts_without_a_reason_and_the_password_nor_as_one_of_their_own() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut olga = operator(house).await;
        let provisioner = bed().await.deployment.provisioner();
        let also = NewPerson { name: "Otto", email: &operator(house).await.email, password_hash: PASSWORD_HASH };
        let otto = provisioner.add_user(a.route.tenant, &also, "owner").await.expect("added").to_string();
        let herself = NewPerson { name: "Olga", email: &olga.email, password_hash: PASSWORD_HASH };
        let herself = provisioner.add_user(a.route.tenant, &herself, "manager").await.expect("added").to_string();
        let theirs = b.owner.to_string();
        for (field, value, problem) in [
            ("why", "curto", "too_short"),
            ("why", "         .", "too_short"),
            ("password", "errada-mas-longa-o-bastante", "wrong_password"),
            ("password", "", "wrong_password"),
            ("user", otto.as_str(), "not_a_choice"),
            ("user", herself.as_str(), "not_a_choice"),
            ("user", theirs.as_str(), "not_a_choice"),
            ("user", "ninguém", "not_a_choice"),
        ] {
            let answer = olga.ask(&a, &[(field, value)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value:?}: {}", answer.text());
            let text = answer.text();
            assert!(text.contains(field) && text.contains(problem), "{field} {value:?}: {text}");
        }
        let none = olga.ask(&a, &[("slug", "nao-existe")]).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        assert_eq!(behind(&a, "impersonation.start").await, []);
        // Without a program in the browser the page comes back as it was left, but for the password.
        let page = format!("/platform/tenants/{}", a.route.slug);
        let user = a.owner.to_string();
        let fields = [
            ("slug", a.route.slug.as_str()),
            ("user", &user),
            ("why", WHY),
            ("may_write", "true"),
            ("password", "errada-mas-longa"),
        ];
        let again = olga.caller.post("platform/act_as", &page, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
        let text = again.text();
        assert!(text.contains(WHY) && text.contains("A senha não confere."), "{text}");
        assert!(!text.contains("errada-mas-longa"), "never a password");
        let right =
            olga.caller.post("platform/act_as", &page, &[&fields[..4], &[("password", PASSWORD)]].concat()).await;
        assert!(right.header("location").contains("/act?ticket="), "{}", right.text());
    });
}

#[test]
fn it_ends_after_half_an_hour_and_the_own_session_comes_back() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut olga = operator(&house).await;
        olga.act(&a, &[]).await;
        house.wait(Duration::minutes(29));
        assert_eq!(olga.caller.get("/app").await.status, StatusCode::OK);
        let acting = olga.caller.clone();
        house.wait(Duration::seconds(61));
        assert_eq!(olga.caller.get("/app").await.status, StatusCode::FORBIDDEN, "an operator has no business there");
        assert_ne!(olga.caller.cookie("__Host-sobrado"), acting.cookie("__Host-sobrado"), "under another identifier");
        assert_eq!(olga.caller.get("/platform/tenants").await.status, StatusCode::OK);
        assert_eq!(acting.clone().call("properties/list", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(behind(&a, "impersonation.end").await.len(), 1);
        // Whoever does not come back is written down by the worker, once.
        olga.act(&a, &[]).await;
        house.wait(Duration::minutes(31));
        let central = &house.state.house.central;
        tenancy::central::impersonations::end_expired(central, house.state.house.clock.now()).await.expect("ended");
        assert_eq!(behind(&a, "impersonation.end").await.len(), 2);
        let on_time = sqlx::query_scalar(
            "select bool_and(ended_at is not null and ended_at <= expires_at) from impersonations where tenant_id = $1",
        );
        let on_time: bool = on_time.bind(a.route.tenant).fetch_one(&mut self::central().await).await.expect("read");
        assert!(on_time, "nobody acted for longer than they might, though it is written down later");
        assert_eq!(olga.caller.get("/platform/tenants").await.status, StatusCode::OK);
        assert_eq!(behind(&a, "impersonation.end").await.len(), 2);
    });
}

#[test]
fn whoever_is_no_operator_any_more_acts_as_nobody() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (mut olga, mut otto) = (operator(house).await, operator(house).await);
        olga.act(&a, &[]).await;
        otto.act(&b, &[]).await;
        let out = sqlx::query("update operators set active = false where id = $1").bind(olga.id);
        out.execute(&mut central().await).await.expect("set");
        let mut is_out = false;
        for _ in 0..100 {
            is_out = olga.caller.call("properties/list", &[]).await.status == StatusCode::UNAUTHORIZED;
            if is_out {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(is_out, "heard by NOTIFY, or forgotten after five seconds");
        assert_eq!(otto.caller.get("/app").await.status, StatusCode::OK, "another goes on");
        // Signing out ends both, and is written down.
        let gone = otto.caller.send(Method::POST, "/sair", "text/html", None).await;
        assert_eq!(gone.header("location"), "/platform/entrar");
        assert_eq!(behind(&b, "impersonation.end").await.len(), 1);
        assert_eq!(otto.caller.call("platform/tenants", &[]).await.status, StatusCode::UNAUTHORIZED);
    });
}

/// Sealing a form of a session that has ended is for its own people: an operator who also works somewhere does not come back
/// into an account that is not theirs.
#[test]
fn a_late_form_leads_no_operator_into_a_members_account() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut olga = operator(house).await;
        let also = NewPerson { name: "Olga", email: &olga.email, password_hash: PASSWORD_HASH };
        bed().await.deployment.provisioner().add_user(b.route.tenant, &also, "broker").await.expect("added");
        olga.act(&a, &[("may_write", "true")]).await;
        let mut late = olga.caller.clone();
        assert_eq!(olga.caller.call("platform/end_acting", &[]).await.status, StatusCode::OK);
        let id = Uuid::now_v7().to_string();
        let asked = late.post("properties/create", "/app/properties/new", &a_property(&id, "Casa tardia")).await;
        assert!(!asked.text().contains("name=\"late\""), "nothing waits: {}", asked.text());
        let signed = late.call("auth/sign_in", &[("email", &olga.email), ("password", PASSWORD)]).await;
        assert_eq!(signed.status, StatusCode::OK, "{}", signed.text());
        let home = late.get("/app").await.text();
        assert!(home.contains(&b.route.name) && !home.contains(&a.route.name), "her own agency: {home}");
        assert!(!late.headers.contains_key(header::REFERER));
    });
}
