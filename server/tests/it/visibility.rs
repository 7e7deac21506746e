//! Whose records a role sees: all, the team's, its own. The matrix says it, the statements hold it. AZ-03.

use http::StatusCode;
use std::collections::BTreeMap;
use tenancy::testing::{Agency, run};

use app::access::{Role, Scope};

use crate::harness::{Answer, Caller, House, a_photo, a_property, house, register_as};

async fn draft(caller: &mut Caller, title: &str) -> String {
    register_as(caller, &[("title", title), ("status", "draft")]).await
}

/// Everywhere that a title could be read: pages, calls, searches, the first screen.
async fn reads(caller: &mut Caller, id: &str, title: &str) -> Vec<&'static str> {
    let mut shown = Vec::new();
    let word = title.split(' ').next().unwrap_or_default();
    let pages = [
        ("list", "/app/properties".to_owned()),
        ("search", format!("/app/properties?q={word}")),
        ("status", "/app/properties?status=draft".to_owned()),
        ("first", "/app".to_owned()),
        ("record", format!("/app/properties/{id}")),
    ];
    for (what, page) in pages {
        if caller.get(&page).await.text().contains(title) {
            shown.push(what);
        }
    }
    shown
}

async fn members(house: &House, a: &Agency, roles: &[&str]) -> Vec<Caller> {
    let mut all = Vec::new();
    for role in roles {
        all.push(house.member(a, role).await);
    }
    all
}

/// Whom the property's form offers it to: identifiers by name.
async fn team(caller: &mut Caller, id: &str) -> BTreeMap<String, String> {
    let form = caller.call("properties/edit", &[("id", id)]).await.json();
    let all = form["team"].as_array().unwrap_or_else(|| panic!("no team in {form}")).iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    all.map(|one| (text(&one[1]), text(&one[0]))).collect()
}

async fn saved(caller: &mut Caller, id: &str) -> (String, String) {
    let form = caller.call("properties/edit", &[("id", id)]).await.json();
    (form["version"].to_string(), form["form"]["responsible_id"].as_str().unwrap_or_default().to_owned())
}

/// Saves the property's form with somebody chosen.
async fn give(caller: &mut Caller, (id, title): (&str, &str), to: &str) -> Answer {
    let (version, _) = saved(caller, id).await;
    let mut fields = a_property(id, title);
    fields.extend([("version", version.as_str()), ("responsible_id", to)]);
    caller.call("properties/update", &fields).await
}

#[test]
fn the_matrix_says_whose_records_a_role_sees() {
    let of = |scope| Role::ALL.into_iter().filter(|role| role.sees() == scope).collect::<Vec<_>>();
    assert_eq!(of(Scope::All), [Role::Owner, Role::Manager, Role::Assistant, Role::Finance]);
    assert_eq!(of(Scope::Team), [Role::Broker]);
    assert_eq!(of(Scope::Own), [Role::Partner]);
}

#[test]
fn a_brokers_draft_is_their_own_and_the_offices() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut author = house.member(&a, "broker").await;
        let id = draft(&mut author, "Rascunho secreto").await;
        let mut colleague = a_colleague(house, &a).await;
        let all = ["list", "search", "status", "first", "record"];
        assert_eq!(reads(&mut author, &id, "Rascunho secreto").await, all);
        assert_eq!(reads(&mut house.owner(&a).await, &id, "Rascunho secreto").await, all);
        for mut office in members(house, &a, &["manager", "assistant"]).await {
            assert_eq!(reads(&mut office, &id, "Rascunho secreto").await, all);
        }
        let mut partner = house.member(&a, "partner").await;
        for caller in [&mut colleague, &mut partner] {
            assert_eq!(reads(caller, &id, "Rascunho secreto").await, [""; 0]);
            let missing = uuid::Uuid::now_v7().to_string();
            let (theirs, nobodys) = (
                caller.call("properties/load", &[("id", &id)]).await,
                caller.call("properties/load", &[("id", &missing)]).await,
            );
            assert_eq!((theirs.status, theirs.bare()), (StatusCode::NOT_FOUND, nobodys.bare()));
            let list = caller.call("properties/list", &[]).await.json();
            assert_eq!(list["total"], serde_json::json!({"exactly": 0}), "nor is it counted: {list}");
        }
        // Nor does anybody change what they do not see, by whatever verb.
        let mut fields = a_property(&id, "Tomado");
        fields.push(("version", "1"));
        for (call, fields) in [
            ("properties/update", fields.as_slice()),
            ("properties/publish", &[("id", &*id)]),
            ("properties/unpublish", &[("id", &*id)]),
            ("properties/feature", &[("id", &*id), ("featured", "true")]),
            ("properties/edit", &[("id", &*id)]),
            ("properties/photos", &[("id", &*id)]),
        ] {
            assert_eq!(colleague.call(call, fields).await.status, StatusCode::NOT_FOUND, "{call}");
        }
        let photo = [("sala.jpg", "image/jpeg", a_photo(9))];
        assert_eq!(colleague.upload(&id, "application/json", &photo).await.status, StatusCode::NOT_FOUND);
        assert_eq!(author.upload(&id, "application/json", &photo).await.status, StatusCode::NO_CONTENT);
        house.make_photos(&a).await;
        let address = author.call("properties/photos", &[("id", &id)]).await.json()["photos"][0]["small"].clone();
        let address = address.as_str().expect("an address");
        assert_eq!(author.get(address).await.status, StatusCode::OK);
        assert_eq!(colleague.get(address).await.status, StatusCode::NOT_FOUND, "nor its photographs");

        // Past the draft it is the team's; a partner sees their own alone.
        let mut fields = a_property(&id, "Rascunho secreto");
        fields.push(("version", "1"));
        let saved = author.call("properties/update", &fields).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
        assert!(reads(&mut colleague, &id, "Rascunho secreto").await.contains(&"record"));
        assert_eq!(reads(&mut partner, &id, "Rascunho secreto").await, [""; 0]);
        let mut owner = house.owner(&a).await;
        let team = team(&mut owner, &id).await;
        assert_eq!(give(&mut owner, (&id, "Rascunho secreto"), &team["partner"]).await.status, StatusCode::OK);
        assert!(reads(&mut partner, &id, "Rascunho secreto").await.contains(&"record"));
        assert_eq!(give(&mut owner, (&id, "Rascunho secreto"), &team["colega"]).await.status, StatusCode::OK);
        assert_eq!(reads(&mut partner, &id, "Rascunho secreto").await, [""; 0], "it is another's now");
    });
}

/// Another broker, under the name `colega`.
async fn a_colleague(house: &House, a: &Agency) -> Caller {
    let other = tenancy::central::people::NewPerson {
        name: "colega",
        email: &format!("colega@{}.example", a.route.slug),
        password_hash: tenancy::testing::PASSWORD_HASH,
    };
    let provisioner = tenancy::testing::bed().await.deployment.provisioner();
    provisioner.add_user(a.route.tenant, &other, "broker").await.expect("added");
    house.signed_in(other.email).await
}

#[test]
fn whoever_sees_all_properties_gives_them_to_whoever_works_here() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&a).await;
        let id = draft(&mut owner, "Casa dada").await;
        let [mut partner, mut broker] = [house.member(&a, "partner").await, house.member(&a, "broker").await];
        let mut finance = house.member(&a, "finance").await;
        for caller in [&mut partner, &mut broker, &mut finance] {
            // Their agency's own database knows them from now on.
            assert_eq!(caller.get("/app").await.status, StatusCode::OK);
        }
        let mut offices = members(house, &a, &["manager", "assistant"]).await;
        for giver in std::iter::once(&mut owner).chain(&mut offices) {
            let team = team(giver, &id).await;
            assert!(team.len() >= 5 && !team.values().any(|id| *id == b.owner.to_string()), "{team:?}");
            let page = giver.get(&format!("/app/properties/{id}/edit")).await.text().replace("<!>", "");
            assert!(page.contains("name=\"responsible_id\"") && page.contains(">partner</option>"), "{page}");
            assert_eq!(give(giver, (&id, "Casa dada"), &team["partner"]).await.status, StatusCode::OK);
            assert!(reads(&mut partner, &id, "Casa dada").await.contains(&"list"));
            assert_eq!(give(giver, (&id, "Casa dada"), &team["broker"]).await.status, StatusCode::OK);
            assert_eq!(reads(&mut partner, &id, "Casa dada").await, [""; 0]);
            // What is left empty stays whose it is.
            assert_eq!(give(giver, (&id, "Casa dada"), "").await.status, StatusCode::OK);
            assert_eq!(saved(giver, &id).await.1, team["broker"]);
        }
        let page = owner.get(&format!("/app/properties/{id}")).await.text().replace("<!>", "");
        assert!(page.contains("<dt>Responsável</dt><dd>broker</dd>"), "{page}");

        // A new one is its author's unless somebody else is chosen.
        let form = owner.get("/app/properties/new").await.text();
        let me = format!("<option value=\"{}\" selected", a.owner);
        assert!(form.contains(&me), "{form}");
        let team = team(&mut owner, &id).await;
        register_as(&mut owner, &[("title", "Casa nova"), ("responsible_id", &team["partner"])]).await;
        assert!(partner.get("/app/properties").await.text().contains("Casa nova"));

        // Nobody gets what is not theirs to get: another agency's people, who has left, what is nobody.
        let (user, heir) = (team["finance"].clone(), a.owner.to_string());
        let away = owner.call("team/deactivate", &[("id", &user), ("heir", &heir)]).await;
        assert_eq!(away.status, StatusCode::OK, "{}", away.text());
        let before = saved(&mut owner, &id).await;
        let nobody = uuid::Uuid::now_v7().to_string();
        for to in [&*b.owner.to_string(), &user, &nobody, "x"] {
            let refused = give(&mut owner, (&id, "Casa tomada"), to).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}: {}", refused.text());
            assert_eq!(refused.json()["data"], serde_json::json!([["responsible_id", "not_a_choice"]]), "{to}");
            let mut fields = a_property(&id, "Casa tomada");
            fields.extend([("version", before.0.as_str()), ("responsible_id", to)]);
            let edit = format!("/app/properties/{id}/edit");
            let back = owner.post("properties/update", &edit, &fields).await;
            let page = back.header("location").split_once("/app").map(|(_, rest)| format!("/app{rest}")).expect("ours");
            let page = owner.get(&page).await.text();
            assert!(page.contains("Escolha uma das opções.") && page.contains("Casa tomada"), "{to}: {page}");
        }
        assert_eq!(saved(&mut owner, &id).await, before);
    });
}

#[test]
fn a_broker_gives_nothing_away_and_takes_nothing_from_a_colleague() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let (mut owner, mut broker) = (house.owner(&a).await, house.member(&a, "broker").await);
        let mut colleague = a_colleague(house, &a).await;
        let own = register_as(&mut broker, &[("title", "Casa do corretor")]).await;
        let theirs = register_as(&mut colleague, &[("title", "Casa da colega")]).await;
        let team = team(&mut owner, &own).await;
        let (me, other) = (team["broker"].clone(), team["colega"].clone());
        assert!(self::team(&mut broker, &own).await.is_empty(), "they are offered nobody");
        let form = broker.get(&format!("/app/properties/{own}/edit")).await.text();
        assert!(!form.contains("name=\"responsible_id\""), "nor asked");
        for (id, title, to) in [(&own, "Casa do corretor", &other), (&theirs, "Casa da colega", &me)] {
            let before = saved(&mut owner, id).await;
            assert_eq!(give(&mut broker, (id, "Casa tomada"), to).await.status, StatusCode::FORBIDDEN, "{title}");
            let mut fields = a_property(id, "Casa tomada");
            fields.extend([("version", before.0.as_str()), ("responsible_id", to)]);
            let back = broker.post("properties/update", &format!("/app/properties/{id}/edit"), &fields).await;
            let page = back.header("location").split_once("/app").map(|(_, rest)| format!("/app{rest}")).expect("ours");
            let told = broker.get(&page).await.text();
            assert!(told.contains("Seu perfil não permite isto.") && told.contains("href=\"/app\""), "{told}");
            assert_eq!(saved(&mut owner, id).await, before, "nothing has changed, the title neither");
        }
        let id = uuid::Uuid::now_v7().to_string();
        let mut fields = a_property(&id, "Casa de presente");
        fields.push(("responsible_id", &other));
        assert_eq!(broker.call("properties/create", &fields).await.status, StatusCode::FORBIDDEN);
        assert_eq!(owner.call("properties/load", &[("id", &id)]).await.status, StatusCode::NOT_FOUND);
        // Whose it is already may be said.
        assert_eq!(give(&mut broker, (&own, "Casa do corretor"), &me).await.status, StatusCode::OK);
    });
}
