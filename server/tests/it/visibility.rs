//! Whose records a role sees: all, the team's, its own. The matrix says it, the statements hold it. AZ-03.

use http::StatusCode;
use tenancy::testing::{Agency, run};

use app::access::{Role, Scope};

use crate::harness::{Caller, House, a_photo, a_property, house, register_as};

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
        // Another broker: one who is invited under another address.
        let other = tenancy::central::people::NewPerson {
            name: "colega",
            email: &format!("colega@{}.example", a.route.slug),
            password_hash: tenancy::testing::PASSWORD_HASH,
        };
        let provisioner = tenancy::testing::bed().await.deployment.provisioner();
        provisioner.add_user(a.route.tenant, &other, "broker").await.expect("added");
        let mut colleague = house.signed_in(other.email).await;
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
        let given = sqlx::query(
            "update properties set responsible_id = (select id from staff where name = 'partner') where id = $1::uuid",
        );
        given.bind(&id).execute(&mut crate::harness::root(&a).await).await.expect("given");
        assert!(reads(&mut partner, &id, "Rascunho secreto").await.contains(&"record"));
    });
}
