//! What stands at every door: fields that password managers understand, and a second factor that no other way goes around. AUTH-11,
//! AUTH-22.

use http::StatusCode;
use tenancy::testing::{PASSWORD, run};
use time::Duration;

use crate::harness::{Caller, open};

const NEW: &str = "outra-senha-bem-comprida-2026";

/// What the page's fields for secrets and names say that they are, in their order.
fn said(page: &str) -> Vec<String> {
    let inputs = page.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let of = |input: &str, name: &str| {
        let value = input.split(&format!("{name}=\"")).nth(1)?;
        Some(value.split('"').next().unwrap_or_default().to_owned())
    };
    for input in inputs.clone() {
        assert!(!input.contains("onpaste") && !input.contains("autocomplete=\"off\""), "{input}");
        let is_secret = of(input, "type").as_deref() == Some("password");
        assert!(!is_secret || of(input, "autocomplete").is_some(), "{input} does not say what it is");
    }
    inputs.filter_map(|input| of(input, "autocomplete")).collect()
}

async fn fields_of(caller: &mut Caller, path: &str) -> Vec<String> {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let fields = said(&answer.text());
    assert!(!answer.text().contains("dica da senha"), "{path} gives hints");
    fields
}

#[test]
fn fields_say_what_they_are_wherever_somebody_gives_a_secret() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        let bia = format!("bia@{}.example", a.route.slug);
        assert_eq!(owner.call("team/invite", &[("email", &bia), ("role", "broker")]).await.status, StatusCode::OK);
        house.stranger().elsewhere().call("account/ask_password", &[("email", &a.email)]).await;
        let (invitation, reset) =
            (house.link("team.invitation", &bia).await, house.link("account.reset", &a.email).await);
        let mut stranger = house.stranger().elsewhere();
        for (path, expected) in [
            ("/entrar", &["username", "current-password"][..]),
            ("/platform/entrar", &["username", "current-password"]),
            (&reset, &["new-password"]),
            (&invitation, &["new-password"]),
        ] {
            let fields = fields_of(&mut stranger, path).await;
            assert!(expected.iter().all(|word| fields.iter().any(|field| field == word)), "{path}: {fields:?}");
        }
        let profile = fields_of(&mut owner, "/app/profile").await;
        for word in ["current-password", "new-password"] {
            assert!(profile.iter().any(|field| field == word), "{profile:?}");
        }
        assert_eq!(fields_of(&mut owner, "/entrar/confirmar").await, ["current-password"]);
        house.enrol(&mut owner).await;
        assert_eq!(fields_of(&mut owner, "/entrar/confirmar").await, ["current-password", "one-time-code"]);
        let typed = [("email", a.email.as_str()), ("password", PASSWORD)];
        let begun = stranger.post("auth/sign_in", "/entrar", &typed).await;
        assert!(begun.header("location").starts_with("/entrar/codigo"), "{}", begun.header("location"));
        assert_eq!(fields_of(&mut stranger, "/entrar/codigo").await, ["one-time-code"]);
    });
}

#[test]
fn a_link_for_a_password_neither_lets_in_nor_goes_around_the_second_factor() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await.elsewhere();
        let phone = house.enrol(&mut owner).await;
        let mut somebody = house.stranger().elsewhere();
        somebody.call("account/ask_password", &[("email", &a.email)]).await;
        let link = house.link("account.reset", &a.email).await;
        let token = link.rsplit('/').next().expect("a token");
        let set = somebody.call("account/set_password", &[("token", token), ("new_password", NEW)]).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text());
        for path in ["auth/sessions", "auth/agencies", "properties/list"] {
            assert_eq!(
                somebody.call(path, &[]).await.status,
                StatusCode::UNAUTHORIZED,
                "{path}: the link lets nobody in"
            );
        }
        assert_eq!(owner.call("auth/sessions", &[]).await.status, StatusCode::UNAUTHORIZED, "nor keeps anybody in");
        // Whoever reads the mail has the password by now, and not the telephone.
        let typed = [("email", a.email.as_str()), ("password", NEW)];
        assert_eq!(somebody.call("auth/sign_in", &typed).await.status, StatusCode::OK);
        for path in ["auth/sessions", "auth/security", "properties/list"] {
            assert_eq!(somebody.call(path, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}: a code is awaited");
        }
        let wrong = phone.wrong_code(&house);
        assert_ne!(somebody.call("auth/sign_in_code", &[("second_factor", &wrong)]).await.status, StatusCode::OK);
        house.wait(Duration::seconds(60));
        let code = phone.code(&house, 0);
        let answer = somebody.call("auth/sign_in_code", &[("second_factor", &code)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(somebody.call("auth/sessions", &[]).await.status, StatusCode::OK);
        assert!(somebody.call("auth/security", &[]).await.json()["is_on"] == true, "it is still there");
    });
}
