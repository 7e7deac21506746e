//! Mails of two agencies side by side: each goes to its own people, leads to its own addresses and knows nothing of the other. ISO-25.

use http::StatusCode;
use sqlx::{ConnectOptions as _, Row as _};
use std::collections::BTreeSet;
use tenancy::testing::{Agency, PASSWORD, run, superuser};
use time::Duration;

use crate::harness::smtp::header;
use crate::harness::{House, open};

const NEW: &str = "outra-senha-bem-comprida-2026";

/// Gives cause for every mail that an agency's people get by what they do.
async fn write_all(house: &House, agency: &Agency) {
    let slug = &agency.route.slug;
    let mut owner = house.owner(agency).await.elsewhere();
    let call = async |caller: &mut crate::harness::Caller, endpoint: &str, fields: &[(&str, &str)]| {
        let answer = caller.call(endpoint, fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{endpoint}: {}", answer.text());
    };
    call(&mut owner, "team/invite", &[("email", &format!("bia@{slug}.example")), ("role", "broker")]).await;
    let moved = format!("olga-nova@{slug}.example");
    call(&mut owner, "account/ask_email", &[("email", &moved), ("email_password", PASSWORD)]).await;
    let link = house.link("account.confirm", &moved).await;
    let token = link.rsplit('/').next().expect("a token").to_owned();
    call(&mut house.stranger().elsewhere(), "account/confirm_email", &[("token", &token)]).await;
    call(&mut house.stranger().elsewhere(), "account/ask_password", &[("email", &moved)]).await;
    let mut owner = house.signed_in(&moved).await.elsewhere();
    let phone = house.enrol(&mut owner).await;
    call(&mut owner, "auth/renew_recovery_codes", &[]).await;
    house.wait(Duration::seconds(60));
    let code = phone.code(house, 0);
    call(&mut owner, "auth/remove_second_factor", &[("password", PASSWORD), ("second_factor", &code)]).await;
    let form = [("current_password", PASSWORD), ("new_password", NEW)];
    call(&mut owner, "account/change_password", &form).await;
}

/// Mails to addresses of an agency: their kinds, agencies, recipients and texts.
async fn written(house: &House, agency: &Agency) -> Vec<(String, Option<uuid::Uuid>, String, String)> {
    let mut central = superuser().await.database("central").connect().await.expect("superuser");
    let sql = "select distinct kind, recipient, tenant_id from mails where recipient like '%@' || $1 || '.example' or tenant_id = $2";
    let rows = sqlx::query(sql).bind(&agency.route.slug).bind(agency.route.tenant);
    let mut all = Vec::new();
    for row in rows.fetch_all(&mut central).await.expect("listed") {
        let (kind, to): (String, String) = (row.get("kind"), row.get("recipient"));
        for text in house.mails(&kind, &to).await {
            all.push((kind.clone(), row.get("tenant_id"), to.clone(), text));
        }
    }
    all
}

#[test]
fn no_mail_of_an_agency_knows_anything_of_another() {
    run(async {
        let house = open(Default::default()).await;
        let (a, b) = (house.agency().await, house.agency().await);
        for agency in [&a, &b] {
            write_all(&house, agency).await;
        }
        let mut kinds = [BTreeSet::new(), BTreeSet::new()];
        for (n, (own, other)) in [(&a, &b), (&b, &a)].into_iter().enumerate() {
            for (kind, tenant, to, text) in written(&house, own).await {
                let foreign =
                    [&other.route.slug, &other.route.name, &other.email, &other.route.tenant.as_uuid().to_string()];
                // A number may be the beginning of another's.
                let says = |word: &str| {
                    text.match_indices(word)
                        .any(|(at, _)| !text[at + word.len()..].starts_with(|c: char| c.is_ascii_digit()))
                };
                assert!(foreign.iter().all(|word| !says(word)), "{kind} to {to}: {text}");
                assert!(to.ends_with(&format!("@{}.example", own.route.slug)), "{kind} goes to {to}");
                assert!(tenant.is_none_or(|tenant| tenant == own.route.tenant.as_uuid()), "{kind} to {to}");
                assert!(header(&text, "to").contains(&to), "{kind} to {to}: {text}");
                assert!(header(&text, "from").contains("localhost"), "{kind} comes from the platform: {text}");
                for address in
                    text.split("http").skip(1).filter_map(|rest| rest.split_once("://")).map(|(_, rest)| rest)
                {
                    let ours = ["localhost:3000/".to_owned(), format!("{}.localhost:3000", own.route.slug)];
                    assert!(ours.iter().any(|host| address.starts_with(host.as_str())), "{kind} leads to {address}");
                }
                kinds[n].insert(kind);
            }
        }
        assert_eq!(kinds[0], kinds[1]);
        let expected = [
            "account.changed",
            "account.confirm",
            "account.moved",
            "account.reset",
            "second_factor.codes",
            "second_factor.remove",
            "second_factor.set",
            "team.invitation",
        ];
        assert_eq!(kinds[0].iter().map(String::as_str).collect::<Vec<_>>(), expected);
    });
}
