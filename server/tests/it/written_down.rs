//! Each change of staff's writes one line of history, and one in the platform's log: who, what, from where and with what.

use http::{HeaderValue, StatusCode, header};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};
use tenancy::testing::{Agency, run, superuser};
use tenancy::{TenantDb, relay};
use uuid::Uuid;

use app::access::{Access, Audience, ROWS};

use crate::harness::{Answer, Caller, House, a_logo, a_photo, a_property, house, on_the_storefront, root, send_logo};

const AGENT: &str = "Mozilla/5.0 (testemunha)";
const ADDRESS: &str = "203.0.113.9";

/// Something that is asked of the house.
enum Call {
    Function(&'static str, Vec<(&'static str, String)>),
    Photo,
    Logo,
}

/// How a row changes something: what makes the change possible, the change, and what it is called.
struct Change {
    before: Vec<Call>,
    call: Call,
    action: &'static str,
}

/// What there is to be changed.
struct There {
    property: String,
    /// The cover, and another.
    photos: [String; 2],
    /// Versions that forms begin from: of the property, the store and the brand.
    versions: [String; 3],
}

/// The usual form of a property.
fn form(id: &str, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let usual = a_property("", "Casa escrita").into_iter().filter(|(name, _)| *name != "id");
    usual.chain(more.iter().copied()).chain([("id", id)]).map(|(name, value)| (name, value.to_owned())).collect()
}

/// None: it concerns the person or the screen, and no record of the agency's.
fn change(row: &Access, there: &There) -> Option<Change> {
    let id = || ("id", there.property.clone());
    let [property, store, brand] = there.versions.clone();
    let [cover, other] = &there.photos;
    let of_photo = |photo: &String, function, more: &[(&'static str, &str)]| {
        let mut fields = vec![id(), ("photo", photo.clone())];
        fields.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        (Vec::new(), Call::Function(function, fields), "property.photos")
    };
    let one = |function| Call::Function(function, vec![id()]);
    let settings = |function, fields: &[(&'static str, &str)]| {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        (Vec::new(), Call::Function(function, fields), "settings.update")
    };
    let (before, call, action) = match row.path {
        // Kept in the central database, whose log has their lines at once: `domains` looks at each of them.
        path if path.starts_with("/fn/domains/") => return None,
        "/fn/auth/reset_second_factor" | "/fn/today/put_first_steps_away" => return None,
        // Of the central database alone: their lines are looked at in `tenancy/tests/subscriptions/`.
        "/fn/billing/change" | "/fn/billing/cancel" | "/fn/billing/keep" => return None,
        // Of people the central log is told where they are: `team` and `account` count its lines.
        path if path.starts_with("/fn/team/") || path.starts_with("/fn/account/") => return None,
        "/app/profile/photo/file" => return None,
        "/app/properties/{id}/photos" => (Vec::new(), Call::Photo, "property.photos"),
        "/app/settings/brand/logo" => (Vec::new(), Call::Logo, "settings.update"),
        "/fn/properties/create" => {
            let fields = form(&Uuid::now_v7().to_string(), &[]);
            (Vec::new(), Call::Function("properties/create", fields), "property.create")
        }
        "/fn/properties/update" => {
            let fields = form(&there.property, &[("version", &property)]);
            (Vec::new(), Call::Function("properties/update", fields), "property.update")
        }
        "/fn/properties/publish" => (vec![one("properties/unpublish")], one("properties/publish"), "property.publish"),
        "/fn/properties/unpublish" => (Vec::new(), one("properties/unpublish"), "property.unpublish"),
        "/fn/properties/feature" => {
            let fields = vec![id(), ("featured", "true".to_owned())];
            (Vec::new(), Call::Function("properties/feature", fields), "property.feature")
        }
        "/fn/properties/move_photo" => of_photo(cover, "properties/move_photo", &[("place", "2")]),
        "/fn/properties/set_cover" => of_photo(other, "properties/set_cover", &[]),
        "/fn/properties/describe_photo" => of_photo(cover, "properties/describe_photo", &[("alt", "Sala")]),
        "/fn/properties/remove_photo" => of_photo(cover, "properties/remove_photo", &[]),
        "/fn/properties/archive" => (Vec::new(), one("properties/archive"), "property.archive"),
        "/fn/properties/restore" => (vec![one("properties/archive")], one("properties/restore"), "property.restore"),
        "/fn/store_settings/update_store" => {
            let name = format!("Casa {store}");
            let fields = [("company_name", name.as_str()), ("creci", "J-12345"), ("version", &store)];
            settings("store_settings/update_store", &fields)
        }
        "/fn/store_settings/update_brand" => {
            let fields = [("primary_color", "#123456"), ("secondary_color", "#FFD400"), ("version", &brand)];
            settings("store_settings/update_brand", &fields)
        }
        "/fn/store_settings/remove_logo" => settings("store_settings/remove_logo", &[]),
        other => panic!("{other} changes something: say here how, and what the change is called"),
    };
    Some(Change { before, call, action })
}

async fn make(caller: &mut Caller, there: &There, call: &Call) -> Answer {
    match call {
        Call::Function(function, fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            caller.call(function, &fields).await
        }
        Call::Photo => {
            let files = [("quarto.jpg", "image/jpeg", a_photo(31))];
            caller.upload(&there.property, "application/json", &files).await
        }
        Call::Logo => {
            let files = [("marca.png", "image/png", a_logo(77))];
            caller.send_files("/app/settings/brand/logo", "application/json", "logo", &files).await
        }
    }
}

/// What staff may change.
fn by_staff() -> impl Iterator<Item = &'static Access> {
    ROWS.iter().filter(|row| row.mutating && matches!(row.audience, Audience::Staff(_)))
}

async fn make_possible(caller: &mut Caller, there: &There, row: &Access, before: &[Call]) {
    for call in before {
        let answer = make(caller, there, call).await;
        assert!(answer.status.is_success(), "before {}: {}", row.path, answer.text());
    }
}

/// A published property with two photographs, a logo, and the versions as they are now.
async fn prepare(house: &House, agency: &Agency, owner: &mut Caller) -> There {
    let (property, photo) = on_the_storefront(house, agency, owner, "Casa com testemunhas").await;
    let answer = owner.upload(&property, "application/json", &[("cozinha.jpg", "image/jpeg", a_photo(90))]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    send_logo(owner).await;
    let record = owner.call("properties/load", &[("id", &property)]).await.json();
    let store = owner.call("store_settings/load", &[("form", "store")]).await.json();
    let brand = owner.call("store_settings/load", &[("form", "brand")]).await.json();
    let versions = [record, store, brand].map(|of| of["version"].to_string());
    let page = owner.call("properties/photos", &[("id", &property)]).await.json();
    let other = page["photos"][1]["id"].as_str().expect("a second one").to_owned();
    There { property, photos: [photo.id, other], versions }
}

/// A line of the history or of the platform's log.
#[derive(Debug, PartialEq, sqlx::FromRow)]
struct Line {
    id: Uuid,
    user_id: Option<Uuid>,
    action: String,
    entity_type: String,
    entity_id: Option<Uuid>,
    changes: serde_json::Value,
}

async fn history(db: &mut PgConnection) -> Vec<Line> {
    let lines = "select id, user_id, action, entity_type, entity_id, changes from activity_log order by id";
    sqlx::query_as(lines).fetch_all(db).await.expect("listed")
}

/// What the worker has carried, and from where it came.
async fn carried(house: &House, db: &TenantDb, central: &mut PgConnection) -> Vec<(Line, [Option<String>; 2])> {
    let house = &house.state.house;
    relay::deliver(&house.central, &house.key, db).await.expect("carried");
    let lines = "select id, user_id, action, entity_type, entity_id, changes from tenant_audit_log where tenant_id = $1 order by id";
    let lines: Vec<Line> = sqlx::query_as(lines).bind(db.tenant()).fetch_all(&mut *central).await.expect("listed");
    let from = "select host(ip_address), user_agent from tenant_audit_log where tenant_id = $1 order by id";
    let from: Vec<(Option<String>, Option<String>)> =
        sqlx::query_as(from).bind(db.tenant()).fetch_all(central).await.expect("listed");
    lines.into_iter().zip(from.into_iter().map(|(address, agent)| [address, agent])).collect()
}

#[test]
fn each_change_writes_its_activity_line_and_its_audit_line() {
    run(async {
        let house = house().await;
        let agency = house.agency().await;
        let mut owner = house.owner(&agency).await;
        owner.headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
        owner.peer = Some(format!("{ADDRESS}:4000").parse().expect("an address"));
        let route = house.state.house.routes.by_tenant(agency.route.tenant).expect("known");
        let db = house.state.house.registry.open(&route).await.expect("opened");
        let mut inside = root(&agency).await;
        let mut central = superuser().await.database("central").connect().await.expect("superuser");
        let mut changes = 0;
        for row in by_staff() {
            let there = prepare(house, &agency, &mut owner).await;
            let Some(Change { before, call, action }) = change(row, &there) else { continue };
            make_possible(&mut owner, &there, row, &before).await;
            let (lines, log) = (history(&mut inside).await, carried(house, &db, &mut central).await);
            let answer = make(&mut owner, &there, &call).await;
            assert!(answer.status.is_success(), "{}: {} {}", row.path, answer.status, answer.text());
            let mut new = history(&mut inside).await;
            new.retain(|line| lines.iter().all(|old| old.id != line.id));
            assert_eq!(new.len(), 1, "{} writes one line: {new:?}", row.path);
            let line = new.remove(0);
            assert_eq!((line.action.as_str(), line.user_id), (action, Some(agency.owner.as_uuid())), "{}", row.path);
            let mut new = carried(house, &db, &mut central).await;
            new.retain(|(line, _)| log.iter().all(|(old, _)| old.id != line.id));
            let from = [ADDRESS, AGENT].map(|text| Some(text.to_owned()));
            assert_eq!(new, [(line, from)], "{} is in the platform's log, once and whole", row.path);
            changes += 1;
        }
        assert!(changes >= 16, "only {changes} changes were looked at");
    });
}

/// Every row of every table of an agency's database.
async fn everything(db: &mut PgConnection) -> Vec<(String, String)> {
    let tables = "select tablename::text from pg_tables where schemaname = 'public' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *db).await.expect("listed");
    let rows = |table: &String| {
        format!("select '{table}', coalesce(string_agg(r::text, e'\n' order by r::text), '') from \"{table}\" r")
    };
    let all = tables.iter().map(rows).collect::<Vec<_>>().join(" union all ");
    sqlx::query_as(AssertSqlSafe(all)).fetch_all(db).await.expect("read")
}

#[test]
fn a_change_that_cannot_be_written_down_changes_nothing() {
    run(async {
        let house = house().await;
        let (agency, other) = (house.agency().await, house.agency().await);
        let mut owner = house.owner(&agency).await;
        let (mut inside, mut elsewhere) = (root(&agency).await, root(&other).await);
        let of_other = everything(&mut elsewhere).await;
        let mut changes = 0;
        for row in by_staff() {
            let there = prepare(house, &agency, &mut owner).await;
            let Some(Change { before, call, .. }) = change(row, &there) else { continue };
            make_possible(&mut owner, &there, row, &before).await;
            let was = everything(&mut inside).await;
            for book in ["outbox", "activity_log"] {
                let close = format!("alter table {book} add constraint {book}_closed_check check (false) not valid");
                inside.execute(AssertSqlSafe(close)).await.expect("no line comes in any more");
                let answer = make(&mut owner, &there, &call).await;
                assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}: {}", row.path, answer.text());
                let open = format!("alter table {book} drop constraint {book}_closed_check");
                inside.execute(AssertSqlSafe(open)).await.expect("lines come in again");
                assert_eq!(everything(&mut inside).await, was, "{} without {book} changes something", row.path);
            }
            let answer = make(&mut owner, &there, &call).await;
            assert!(answer.status.is_success(), "{}: {} {}", row.path, answer.status, answer.text());
            assert_ne!(everything(&mut inside).await, was, "{}: the same call, written down", row.path);
            changes += 1;
        }
        assert!(changes >= 16, "only {changes} changes were looked at");
        assert_eq!(everything(&mut elsewhere).await, of_other);
    });
}
