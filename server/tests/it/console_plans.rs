//! The console's plan editor: a version is looked at, published, and never changed; who has bought one keeps it.

use http::StatusCode;
use sqlx::ConnectOptions as _;
use tenancy::testing::{PASSWORD, run, superuser};
use time::Duration;
use uuid::Uuid;

use crate::harness::process::{Installation, Served};
use crate::harness::{Caller, house, open};

/// The form of a version of K as it was first sold, with these differences.
fn version<'a>(different: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("plan", "k"),
        ("price_monthly", "397"),
        ("price_yearly", "4.764"),
        ("max_users", "5"),
        ("max_properties", "500"),
        ("additional_user_price", "37"),
        ("activation_fee", "197"),
        ("trainings", "1"),
        ("training_price", "999"),
        ("valid_from", "2040-01-01"),
        ("features[]", "mobile_app"),
        ("features[]", "blog"),
    ];
    for (name, value) in different {
        match fields.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

/// The numbers of K's versions, newest first.
async fn numbers(operator: &mut Caller) -> Vec<i64> {
    let all = operator.call("platform/plans", &[]).await.json();
    let plan = all.as_array().expect("plans").iter().find(|plan| plan["name"] == "k").expect("K").clone();
    plan["versions"].as_array().expect("versions").iter().map(|v| v["number"].as_i64().expect("a number")).collect()
}

fn query(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[test]
fn a_version_is_looked_at_before_it_is_published_and_written_down_under_a_name() {
    run(async {
        let house = house().await;
        let mut operator = house.operator().await;
        let page = operator.get("/platform/plans").await.text();
        for part in ["Prime", "K2", "vendida agora", "href=\"/platform/plans/k\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let blank = operator.get("/platform/plans/k").await.text();
        assert!(blank.contains("name=\"price_monthly\"") && blank.contains("value=\"397\""), "{blank}");
        assert!(!blank.contains("Publicar a versão"), "nothing was asked for");
        assert_eq!(operator.get("/platform/plans/ouro").await.status, StatusCode::NOT_FOUND);
        let last = numbers(&mut operator).await[0];
        let wanted = version(&[("price_monthly", "450,50"), ("max_properties", "")]);
        let looked = operator.get(&format!("/platform/plans/k?{}", query(&wanted))).await.text();
        for part in
            ["R$\u{a0}397", "R$\u{a0}450,50", "ilimitados", "Vendida a partir de 01/01/2040", "Publicar a versão"]
        {
            assert!(looked.contains(part), "{part}: {looked}");
        }
        assert!(!looked.contains("R$\u{a0}4.764"), "what stays is not in the list: {looked}");
        assert_eq!(numbers(&mut operator).await[0], last, "looking publishes nothing");
        let mut form = wanted.clone();
        let follows = last.to_string();
        form.push(("follows", &follows));
        let done = operator.post("platform/publish_plan", "/platform/plans/k", &form).await;
        assert!(done.header("location").ends_with("/platform/plans"), "{}", done.text());
        assert_eq!(numbers(&mut operator).await[0], last + 1);
        let page = operator.get("/platform/plans").await.text();
        assert!(page.contains("R$\u{a0}450,50") && page.contains("ainda não vendida"), "{page}");
        let who: (Option<String>, serde_json::Value) = sqlx::query_as(
            "select p.email::text, l.changes from tenant_audit_log l left join people p on p.id = l.user_id
             where l.action = 'plan.publish_version' and (l.changes ->> 'number')::bigint = $1 and l.changes ->> 'plan' = 'k'",
        )
        .bind(last + 1)
        .fetch_one(&mut superuser().await.database("central").connect().await.expect("superuser"))
        .await
        .expect("written down");
        assert!(who.0.is_some_and(|email| email.starts_with("op-")), "under the operator's name");
        assert_eq!((&who.1["features"]["blog"], &who.1["features"]["attendance"]), (&true.into(), &false.into()));
        assert_eq!(who.1["max_properties"], serde_json::Value::Null);
        // Who began before that would not see it: refused, and nothing is overtaken.
        let late = operator.call("platform/publish_plan", &form).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let mut unsaid = wanted.clone();
        unsaid.retain(|(name, _)| *name != "follows");
        assert_eq!(operator.call("platform/publish_plan", &unsaid).await.status, StatusCode::CONFLICT);
        assert_eq!(numbers(&mut operator).await[0], last + 1);
    });
}

#[test]
fn a_refused_version_keeps_what_was_typed_and_says_what_is_wrong_where() {
    run(async {
        let house = house().await;
        let mut operator = house.operator().await;
        let before = numbers(&mut operator).await;
        let wrong = version(&[
            ("price_monthly", "de graça"),
            ("price_yearly", ""),
            ("max_users", "0"),
            ("max_properties", "muitos"),
            ("valid_from", "2020-01-01"),
        ]);
        let sentences =
            ["Digite um valor como", "Preencha este campo.", "entre 1 e", "número inteiro", "hoje ou um dia depois"];
        // Looked at, and sent to be published without having been looked at.
        let looked = operator.get(&format!("/platform/plans/k?{}", query(&wrong))).await;
        let sent = operator.post("platform/publish_plan", "/platform/plans/k", &wrong).await;
        assert_eq!((looked.status, sent.status), (StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY));
        for text in [looked.text(), sent.text()] {
            for part in sentences.into_iter().chain(["value=\"de graça\"", "value=\"muitos\"", "value=\"37\""]) {
                assert!(text.contains(part), "{part}: {text}");
            }
            let blog = text.split("<input").find(|input| input.contains("value=\"blog\"")).expect("a box");
            let other = text.split("<input").find(|input| input.contains("value=\"attendance\"")).expect("a box");
            assert!(blog.contains("checked") && !other.contains("checked"), "{blog} {other}");
            assert!(!text.contains("Publicar a versão"), "{text}");
        }
        assert_eq!(numbers(&mut operator).await, before);
    });
}

#[test]
fn who_left_the_screen_open_proves_who_they_are_and_finds_the_form_as_it_was() {
    run(async {
        // A clock of its own: ten minutes pass.
        let house = open(Default::default()).await;
        let mut operator = house.operator().await;
        let last = numbers(&mut operator).await[0].to_string();
        house.wait(Duration::minutes(11));
        let mut form = version(&[("price_monthly", "411")]);
        form.push(("follows", &last));
        let refused = operator.call("platform/publish_plan", &form).await;
        assert_eq!((refused.status, &refused.json()["kind"]), (StatusCode::FORBIDDEN, &"proof_needed".into()));
        let page = operator.post("platform/publish_plan", "/platform/plans/k", &form).await.text();
        let way = page
            .split("href=\"")
            .find_map(|rest| rest.split('"').next().filter(|l| l.starts_with("/entrar/confirmar")));
        let way = way.expect("a way to prove it").replace("&amp;", "&");
        assert!(!page.contains("Publicar a versão"), "{page}");
        let next = way.split_once("next=").expect("and back").1;
        let next: String =
            form_urlencoded::parse(format!("n={next}").as_bytes()).next().expect("a value").1.into_owned();
        let proved = operator.post("auth/prove", &way, &[("password", PASSWORD), ("next", &next)]).await;
        assert_eq!((proved.status, proved.header("location")), (StatusCode::FOUND, next.as_str()));
        let back = operator.get(&next).await.text();
        for part in ["value=\"411\"", "R$\u{a0}411", "Publicar a versão"] {
            assert!(back.contains(part), "{part}: {back}");
        }
        let done = operator.post("platform/publish_plan", "/platform/plans/k", &form).await;
        assert!(done.header("location").ends_with("/platform/plans"), "{}", done.text());
    });
}

/// An operator of an installation, signed in: their cookies.
pub async fn operator_of(at: &Installation, served: &Served) -> String {
    let email = format!("op-{}@sobrado.example", Uuid::now_v7().simple());
    let (added, said) = at.say(&["operator", "add", "--email", &email, "--name", "Olga", "--json"]).await;
    assert!(added, "{said}");
    let json = &said[said.find('{').expect("JSON")..=said.rfind('}').expect("JSON")];
    let told: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let password = told["password"].as_str().expect("a password");
    let reply = served.call("auth/sign_in_operator", "", &[("email", &email), ("password", password)]).await;
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.cookies()
}

#[test]
fn who_signs_up_is_sold_the_new_version_and_who_is_there_keeps_theirs() {
    run(async {
        // Prices are everybody's, so the installation is its own.
        let at = Installation::new().await;
        let served = at.serve(&["--no-worker"]).await;
        let cookies = operator_of(&at, &served).await;
        assert!(!served.get("/planos").await.expect("an answer").body.contains("R$\u{a0}421"));
        let mut form = version(&[("price_monthly", "421"), ("valid_from", "")]);
        form.push(("follows", "1"));
        let done = served.call("platform/publish_plan", &cookies, &form).await.expect("an answer");
        assert_eq!(done.status, 200, "{}", done.body);
        for page in ["/planos", "/cadastro"] {
            let text = served.get(page).await.expect("an answer").body;
            assert!(text.contains("421"), "{page}: {text}");
        }
        let all = served.call("platform/plans", &cookies, &[]).await.expect("an answer").body;
        let all: serde_json::Value = serde_json::from_str(&all).expect("JSON");
        let on = |plan: &str| -> Vec<String> {
            let group = all.as_array().expect("plans").iter().find(|group| group["name"] == plan).expect("the plan");
            let versions = group["versions"].as_array().expect("versions").iter();
            versions.map(|v| format!("{} {} {}", v["number"], v["standing"], v["agencies"])).collect()
        };
        assert_eq!(on("k"), ["2 \"sold\" \"0\"", "1 \"earlier\" \"0\""]);
        assert_eq!(
            on("k2"),
            [format!("1 \"sold\" \"{}\"", at.agencies.len())],
            "who is there stands on what they bought"
        );
    });
}
