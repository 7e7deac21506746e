//! What may be published as a version of a plan, and what a server may be. Pure.

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::net::Ipv6Addr;
use tenancy::central::fleet_operations::Task;
use tenancy::central::plans::{NewVersion, Plan};
use time::OffsetDateTime;

use crate::billing::features::Feature;
use crate::error::AppError;
use crate::values::day::{day_after, parse_day};
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::money;
use crate::values::text;

/// Users and properties of a plan at most: what the table's columns and a person's eye hold.
const MOST: i64 = 1_000_000;
/// Trainings at most.
const TRAININGS: i64 = 100;
/// Agencies on a server at most.
const AGENCIES: i64 = 100_000;
/// Longest role and password that PostgreSQL's own tools take with ease.
const LONGEST: u32 = 200;
/// How a server may be spoken to (libpq's `sslmode`).
const TLS: [&str; 3] = ["verify-full", "require", "prefer"];

/// A version out of the form that it was typed into. What the form does not speak of stays as it is in the version before.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, field by field.
pub fn parse_version(form: &Fields, before: &Plan, now: OffsetDateTime) -> Result<NewVersion, AppError> {
    let mut errors = FieldErrors::default();
    let price_monthly = amount(form, "price_monthly", &mut errors);
    let price_yearly = amount(form, "price_yearly", &mut errors);
    let max_users = whole(form, "max_users", (1, MOST), &mut errors);
    let max_properties = match form.get("max_properties").trim() {
        "" => None,
        _ => Some(whole(form, "max_properties", (1, MOST), &mut errors)),
    };
    let additional_user_price = amount(form, "additional_user_price", &mut errors);
    let activation_fee = amount(form, "activation_fee", &mut errors);
    let trainings = whole(form, "trainings", (0, TRAININGS), &mut errors);
    let training_price = amount(form, "training_price", &mut errors);
    let features = included(form, (trainings, training_price), before, &mut errors);
    let valid_from = begins(form.get("valid_from"), now).unwrap_or_else(|problem| {
        errors.add("valid_from", problem);
        now
    });
    errors.or(NewVersion {
        plan: before.name.clone(),
        follows: Some(before.number),
        price_monthly,
        price_yearly,
        max_users,
        max_properties,
        additional_user_price,
        activation_fee,
        features,
        valid_from,
    })
}

fn amount(form: &Fields, field: &str, errors: &mut FieldErrors) -> Decimal {
    match money::parse(form.get(field)) {
        Ok(Some(amount)) => return amount,
        Ok(None) => errors.add(field, Problem::Required),
        Err(problem) => errors.add(field, problem),
    }
    Decimal::ZERO
}

fn whole(form: &Fields, field: &str, (least, most): (i64, i64), errors: &mut FieldErrors) -> i32 {
    let raw = form.get(field).trim();
    let problem = match raw.parse::<i64>() {
        _ if raw.is_empty() => Problem::Required,
        Ok(number) if (least..=most).contains(&number) => return i32::try_from(number).unwrap_or_default(),
        Ok(_) => Problem::OutOfRange(least, most),
        Err(_) => Problem::NotANumber,
    };
    errors.add(field, problem);
    0
}

fn included(form: &Fields, (trainings, price): (i32, Decimal), before: &Plan, errors: &mut FieldErrors) -> Value {
    let mut all = before.features.as_object().cloned().unwrap_or_else(Map::new);
    let chosen = form.all("features");
    if chosen.iter().any(|key| Feature::ALL.iter().all(|feature| feature.as_str() != key)) {
        errors.add("features", Problem::NotAChoice);
    }
    for feature in Feature::ALL {
        all.insert(feature.as_str().to_owned(), Value::Bool(chosen.iter().any(|key| key == feature.as_str())));
    }
    all.insert("trainings".to_owned(), trainings.into());
    all.insert("training_price".to_owned(), format!("{price:.2}").into());
    Value::Object(all)
}

/// Today is now: what was published in the morning would otherwise be sold before it.
fn begins(day: &str, now: OffsetDateTime) -> Result<OffsetDateTime, Problem> {
    match day.trim() {
        "" => Ok(now),
        day => match parse_day(day) {
            Some(begin) if begin > now => Ok(begin),
            Some(begin) if day_after(begin) > now => Ok(now),
            _ => Err(Problem::InThePast),
        },
    }
}

/// What stands in the form of a version before anybody has typed: the version before.
pub fn version_fields(plan: &Plan, shown: impl Fn(Decimal) -> String) -> Fields {
    let text = |key: &str| match &plan.features[key] {
        Value::String(text) => text.clone(),
        Value::Null => "0".to_owned(),
        other => other.to_string(),
    };
    let price = text("training_price").parse().map_or_else(|_| text("training_price"), &shown);
    let pairs = [
        ("price_monthly", shown(plan.price_monthly)),
        ("price_yearly", shown(plan.price_yearly)),
        ("max_users", plan.max_users.to_string()),
        ("max_properties", plan.max_properties.map(|max| max.to_string()).unwrap_or_default()),
        ("additional_user_price", shown(plan.additional_user_price)),
        ("activation_fee", shown(plan.activation_fee)),
        ("trainings", text("trainings")),
        ("training_price", price),
        ("valid_from", String::new()),
    ];
    let has = Feature::ALL.into_iter().filter(|feature| plan.has(feature.as_str()));
    let has = has.map(|feature| ("features", feature.as_str().to_owned()));
    Fields::of(pairs.into_iter().chain(has).map(|(name, value)| (name.to_owned(), value)))
}

/// A server that is to be added, and the URL of its role that makes databases: the one secret among what was typed.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong, field by field.
pub fn parse_server(form: &Fields) -> Result<(Task, String), AppError> {
    let mut errors = FieldErrors::default();
    let name = form.get("name").trim().to_owned();
    if name.is_empty() {
        errors.add("name", Problem::Required);
    } else if !tenancy::is_server_name(&name) {
        errors.add("name", Problem::NotASlug);
    }
    let host = form.get("host").trim();
    match host {
        "" => errors.add("host", Problem::Required),
        host if !is_host(host) => errors.add("host", Problem::NotAHost),
        _ => {}
    }
    let port = whole(form, "port", (1, 65_535), &mut errors);
    let mut secret = |field: &str, raw: &str| {
        let parsed = text::parse_line(raw, LONGEST);
        match parsed {
            Ok(text) if text.is_empty() => errors.add(field, Problem::Required),
            Err(problem) => errors.add(field, problem),
            // As it was typed: a password may begin or end with a space.
            Ok(_) => return raw.to_owned(),
        }
        String::new()
    };
    let (role, password) =
        (secret("role", form.get("role").trim()), secret("role_password", form.get("role_password")));
    let tls = form.get("tls");
    if !TLS.contains(&tls) {
        errors.add("tls", Problem::NotAChoice);
    }
    let address = Some(form.get("address").trim()).filter(|address| !address.is_empty());
    if address.is_some_and(|address| !is_bare_url(address)) {
        errors.add("address", Problem::NotAHost);
    }
    let capacity = capacity(form, &mut errors);
    let url = url((host, port), (&role, &password), tls);
    errors.or((Task::ServerAdd { name, address: address.map(str::to_owned), capacity }, url))
}

/// How many agencies a server takes: from how many on only when there is no other, and from how many not at all.
///
/// # Errors
/// [`AppError::Invalid`].
pub fn parse_capacity(form: &Fields) -> Result<(i32, i32), AppError> {
    let mut errors = FieldErrors::default();
    let capacity = capacity(form, &mut errors);
    errors.or(capacity)
}

fn capacity(form: &Fields, errors: &mut FieldErrors) -> (i32, i32) {
    let hard = whole(form, "hard", (0, AGENCIES), errors);
    let most = if errors.of("hard").is_none() { i64::from(hard) } else { AGENCIES };
    (whole(form, "soft", (0, most), errors), hard)
}

/// A name, an address, or the folder of a socket (libpq, 34.1.2).
fn is_host(host: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_folder = host.starts_with('/') && host.chars().all(|c| is_name(c) || c == '/');
    host.len() <= 253 && (is_folder || host.chars().all(is_name) || host.parse::<Ipv6Addr>().is_ok())
}

fn is_bare_url(address: &str) -> bool {
    let rest = address.strip_prefix("postgres://").or_else(|| address.strip_prefix("postgresql://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.len() <= 300 && !rest.contains(['@', ' ', '\n']))
}

/// A libpq URL (34.1.1.2). What may stand for something else in it is written in percents.
fn url((host, port): (&str, i32), (role, password): (&str, &str), tls: &str) -> String {
    let (role, password) = (in_percents(role), in_percents(password));
    if host.starts_with('/') {
        let folder = in_percents(host);
        return format!("postgres://{role}:{password}@localhost:{port}/postgres?host={folder}&sslmode={tls}");
    }
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    format!("postgres://{role}:{password}@{host}:{port}/postgres?sslmode={tls}")
}

fn in_percents(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::Duration;
    use uuid::Uuid;

    fn plan() -> Plan {
        Plan {
            id: Uuid::nil(),
            version: Uuid::nil(),
            number: 3,
            name: "k".into(),
            display_name: "K".into(),
            price_monthly: Decimal::from(397),
            price_yearly: Decimal::from(4764),
            max_users: 5,
            max_properties: Some(500),
            additional_user_price: Decimal::from(37),
            activation_fee: Decimal::from(197),
            features: json!({"trainings": 1, "training_price": "999.00", "blog": true, "of_tomorrow": 7}),
        }
    }

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_796_050_000).expect("30 November 2026")
    }

    fn fields() -> Fields {
        version_fields(&plan(), |amount| amount.to_string())
    }

    #[track_caller]
    fn wrong<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> Vec<(String, Problem)> {
        match outcome {
            Err(AppError::Invalid(errors)) => errors.0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_nobody_touched_is_the_version_before() {
        let new = parse_version(&fields(), &plan(), now()).expect("fine");
        let before = plan();
        assert_eq!((new.price_monthly, new.price_yearly), (before.price_monthly, before.price_yearly));
        assert_eq!((new.max_users, new.max_properties, new.follows), (5, Some(500), Some(3)));
        assert_eq!((&new.features["blog"], &new.features["vip_support"]), (&json!(true), &json!(false)));
        assert_eq!((&new.features["training_price"], &new.features["of_tomorrow"]), (&json!("999.00"), &json!(7)));
        assert_eq!(new.valid_from, now());
    }

    #[test]
    fn each_wrong_field_of_a_version_is_told() {
        let form = fields()
            .with("price_monthly", "de graça")
            .with("price_yearly", "")
            .with("max_users", "0")
            .with("max_properties", "muitos")
            .with("trainings", "101")
            .with("features", "voar")
            .with("valid_from", "2020-01-01");
        let told = wrong(parse_version(&form, &plan(), now()));
        let of = |field: &str| told.iter().find(|(name, _)| name == field).map(|(_, problem)| problem.clone());
        assert_eq!(of("price_monthly"), Some(Problem::NotMoney));
        assert_eq!(of("price_yearly"), Some(Problem::Required));
        assert_eq!(of("max_users"), Some(Problem::OutOfRange(1, MOST)));
        assert_eq!(of("max_properties"), Some(Problem::NotANumber));
        assert_eq!(of("trainings"), Some(Problem::OutOfRange(0, TRAININGS)));
        assert_eq!(of("features"), Some(Problem::NotAChoice));
        assert_eq!(of("valid_from"), Some(Problem::InThePast));
        assert_eq!(told.len(), 7, "{told:?}");
        let unlimited = parse_version(&fields().with("max_properties", " "), &plan(), now()).expect("fine");
        assert_eq!(unlimited.max_properties, None);
    }

    #[test]
    fn a_version_begins_now_or_at_a_later_midnight() {
        assert_eq!(begins("2026-11-30", now()), Ok(now()), "today");
        assert_eq!(begins("2026-11-29", now()), Err(Problem::InThePast));
        assert_eq!(begins("amanhã", now()), Err(Problem::InThePast));
        let tomorrow = begins("2026-12-01", now()).expect("a day");
        assert!(tomorrow > now() && tomorrow - now() < Duration::days(1));
    }

    fn server() -> Fields {
        let pairs = [
            ("name", "sp-2"),
            ("host", "db.example"),
            ("port", "5433"),
            ("role", "maker"),
            ("role_password", " p@ss/w:rd"),
            ("tls", "verify-full"),
            ("soft", "10"),
            ("hard", "20"),
        ];
        Fields::of(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn a_servers_url_says_what_was_typed_and_nothing_else() {
        let (task, url) = parse_server(&server()).expect("fine");
        assert_eq!(url, "postgres://maker:%20p%40ss%2Fw%3Ard@db.example:5433/postgres?sslmode=verify-full");
        assert_eq!(task, Task::ServerAdd { name: "sp-2".into(), address: None, capacity: (10, 20) });
        let (_, url) = parse_server(&server().with("host", "/run/pg")).expect("fine");
        assert!(url.ends_with("@localhost:5433/postgres?host=%2Frun%2Fpg&sslmode=verify-full"), "{url}");
        let (_, url) = parse_server(&server().with("host", "::1")).expect("fine");
        assert!(url.contains("@[::1]:5433/"), "{url}");
    }

    #[test]
    fn each_wrong_field_of_a_server_is_told() {
        for (field, value, problem) in [
            ("name", "SP 2", Problem::NotASlug),
            ("name", "", Problem::Required),
            ("host", "db.example/crm?user=x", Problem::NotAHost),
            ("port", "0", Problem::OutOfRange(1, 65_535)),
            ("role", "", Problem::Required),
            ("role_password", "", Problem::Required),
            ("tls", "disable", Problem::NotAChoice),
            ("address", "postgres://a:b@c", Problem::NotAHost),
            ("soft", "21", Problem::OutOfRange(0, 20)),
            ("hard", "x", Problem::NotANumber),
        ] {
            let told = wrong(parse_server(&server().with(field, value)));
            assert_eq!(told, [(field.to_owned(), problem)], "{field} {value}");
        }
    }
}
