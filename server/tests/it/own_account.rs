//! An operator's own account: name, password and e-mail address, on a page without a script and by the same functions as a
//! member's. AUTH-23, AUTH-25, AUTH-30, RL-08.

use http::StatusCode;
use tenancy::central::people::NewPerson;
use tenancy::testing::{PASSWORD, PASSWORD_HASH, run};
use time::Duration;

use crate::account::{ask, from_somewhere, reset};
use crate::domains::central;
use crate::harness::{Answer, Caller, House, ends, house, open};

const PAGE: &str = "/platform/profile";
const NEW: &str = "quinta neblina no quintal";

/// An operator who is signed in, and their e-mail address.
async fn operator(house: &House) -> (Caller, String) {
    let mut caller = house.operator().await.elsewhere();
    let email = caller.call("auth/security", &[]).await.json()["email"].as_str().expect("theirs").to_owned();
    (caller, email)
}

async fn can_sign_in(house: &House, email: &str, password: &str) -> bool {
    let fields = [("email", email), ("password", password)];
    from_somewhere(house).call("auth/sign_in_operator", &fields).await.status == StatusCode::OK
}

/// Lines of the platform's own log, and whether each names whose hand it was: of somebody's own account, by their address now.
async fn lines(email: &str, action: &str) -> Vec<bool> {
    let lines = "select coalesce(l.user_id = p.id, false) from tenant_audit_log l
        left join operators o on o.id = l.entity_id
        join people p on p.id in (l.entity_id, o.person_id)
        where p.email = $1 and l.action = $2 and l.tenant_id is null order by l.seq";
    sqlx::query_scalar(lines).bind(email).bind(action).fetch_all(&mut central().await).await.expect("read")
}

/// A form of the page, refused: the page itself is the answer, and says this.
fn says(answer: &Answer, sentence: &str) {
    let text = answer.text();
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(sentence), "{sentence}: {text}");
    assert!(text.contains("action=\"/fn/account/change_password\"") && !text.contains("<script"), "{text}");
}

#[test]
fn an_operator_changes_their_password_with_the_one_there_is_and_is_told() {
    run(async {
        let house = house().await;
        let (mut own, email) = operator(house).await;
        let (mut stranger, strangers) = operator(house).await;
        let mut elsewhere = house.stranger();
        elsewhere.call("auth/sign_in_operator", &[("email", &email), ("password", PASSWORD)]).await;
        let wrong = [("current_password", "not the password of theirs"), ("new_password", NEW)];
        says(&own.post("account/change_password", PAGE, &wrong).await, "A senha não confere.");
        // From the answer, whose address is the function's.
        let short = [("current_password", PASSWORD), ("new_password", "curta")];
        let answer = own.post("account/change_password", "/fn/account/change_password", &short).await;
        says(&answer, "Use pelo menos 15 caracteres");
        assert!(!answer.text().contains("curta"));
        let before = own.cookie(app::caller::SESSION);
        let right = [("current_password", PASSWORD), ("new_password", NEW)];
        let done = own.post("account/change_password", "/fn/account/change_password", &right).await;
        assert_eq!(done.header("location"), "/platform/profile?done=password", "{}", done.text());
        assert_ne!(own.cookie(app::caller::SESSION), before, "the session goes on under another name");
        let page = own.get(done.header("location")).await;
        assert!(page.status == StatusCode::OK && page.text().contains("Senha trocada."), "{}", page.text());
        ends(&mut elsewhere).await;
        assert!(can_sign_in(house, &email, NEW).await && !can_sign_in(house, &email, PASSWORD).await);
        let told = house.mails("account.changed", &email).await;
        assert!(told.len() == 1 && told[0].contains("Sua senha mudou") && !told[0].contains(NEW), "{told:?}");
        assert_eq!(lines(&email, "person.change_password").await, [true]);
        // Nobody else's.
        assert_eq!(stranger.call("auth/sessions", &[]).await.status, StatusCode::OK);
        assert!(can_sign_in(house, &strangers, PASSWORD).await);
        assert!(lines(&strangers, "person.change_password").await.is_empty());
    });
}

#[test]
fn another_address_of_an_operators_is_confirmed_at_the_new_one_and_can_be_taken_back() {
    run(async {
        let house = house().await;
        let (mut own, old) = operator(house).await;
        let new = format!("nova-{old}");
        let fields =
            |email: &str, password: &str| [("email", email.to_owned()), ("email_password", password.to_owned())];
        for (email, password, why) in [
            ("sem arroba", PASSWORD, "Digite um e-mail como"),
            (new.as_str(), "not the password of theirs", "A senha não confere."),
        ] {
            let typed = fields(email, password);
            let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
            let answer = own.post("account/ask_email", PAGE, &typed).await;
            says(&answer, why);
            assert!(answer.text().contains(&format!("value=\"{email}\"")), "what was typed stands there");
        }
        let asked = own.post("account/ask_email", PAGE, &[("email", &new), ("email_password", PASSWORD)]).await;
        assert_eq!(asked.header("location"), "/platform/profile?done=email", "{}", asked.text());
        assert!(own.get(asked.header("location")).await.text().contains("O link foi para o novo e-mail"));
        assert!(can_sign_in(house, &old, PASSWORD).await, "until it is confirmed nothing changes");
        assert_eq!(lines(&old, "person.ask_email").await, [true]);
        let follow = |path: String| async move {
            let token = path.rsplit('/').next().unwrap_or_default().to_owned();
            house.stranger().post("account/confirm_email", &path, &[("token", &token)]).await
        };
        let confirmed = follow(house.link("account.confirm", &new).await).await;
        assert_eq!(confirmed.header("location"), "/platform/entrar?moved=1", "{}", confirmed.text());
        let door = house.stranger().get(confirmed.header("location")).await.text();
        assert!(door.contains("E-mail confirmado.") && door.contains("Console da plataforma"), "{door}");
        assert!(can_sign_in(house, &new, PASSWORD).await && !can_sign_in(house, &old, PASSWORD).await);
        assert_eq!(lines(&new, "person.change_email").await.len(), 1);
        // It was not them.
        assert!(follow(house.link("account.moved", &old).await).await.header("location").contains("/platform/entrar?"));
        ends(&mut own).await;
        assert!(can_sign_in(house, &old, PASSWORD).await && !can_sign_in(house, &new, PASSWORD).await);
        // And who has forgotten the password is led to the same door.
        ask(&mut from_somewhere(house), &old).await;
        let path = house.link("account.reset", &old).await;
        let set = reset(house, &path, NEW).await;
        assert_eq!(set.header("location"), "/platform/entrar?changed=1", "{}", set.text());
        assert!(can_sign_in(house, &old, NEW).await);
    });
}

#[test]
fn an_operators_name_is_another_everywhere_and_how_they_are_reached_stays() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        // Somebody whom an agency employs too.
        let email = format!("manager@{}.example", a.route.slug);
        house.add_member(&a, "manager").await;
        let known = NewPerson { name: "manager", email: &email, password_hash: PASSWORD_HASH };
        tenancy::central::operators::ensure(&house.state.house.central, &known).await.expect("added");
        let mut member = house.signed_in(&email).await;
        let reached = [("name", "Marta"), ("phone", "11 98888 7777"), ("creci", "12345-f")];
        assert_eq!(member.call("account/update_profile", &reached).await.status, StatusCode::OK);
        let mut own = house.stranger();
        own.call("auth/sign_in_operator", &[("email", &email), ("password", PASSWORD)]).await;
        let refused = own.post("account/update_profile", PAGE, &[("name", "M")]).await;
        says(&refused, "Use pelo menos 2 caracteres");
        assert!(refused.text().contains("value=\"M\""));
        let done = own.post("account/update_profile", PAGE, &[("name", "Marta Reis")]).await;
        assert_eq!(done.header("location"), "/platform/profile?done=details", "{}", done.text());
        let page = own.get(done.header("location")).await.text();
        assert!(page.contains("Dados guardados.") && page.contains("<dd>Marta Reis<"), "{page}");
        let kept = "select p.name || ' ' || p.phone || ' ' || p.creci || ' ' || u.name from people p
            join users u on u.person_id = p.id where p.email = $1";
        let kept: String = sqlx::query_scalar(kept).bind(&email).fetch_one(&mut central().await).await.expect("read");
        assert_eq!(kept, "Marta Reis (11) 98888-7777 12345-F Marta Reis");
        assert_eq!(lines(&email, "operator.update").await, [true]);
        // A page of the one kind that was left open while its browser came in as the other is somebody else's.
        assert_eq!(member.call("account/update_profile", &[("name", "Marta Reis")]).await.status, StatusCode::OK);
        let still = sqlx::query_scalar("select phone || ' ' || creci from people where email = $1").bind(&email);
        let still: String = still.fetch_one(&mut central().await).await.expect("read");
        assert_eq!(still, "(11) 98888-7777 12345-F");
        assert_eq!(own.call("account/update_profile", &reached).await.status, StatusCode::UNAUTHORIZED);
        // The same name again is no change; and a member's change is their agency's line as ever.
        own.call("account/update_profile", &[("name", "Marta Reis")]).await;
        assert_eq!(lines(&email, "operator.update").await.len(), 1);
        let theirs = "select count(*) from tenant_audit_log where tenant_id = $1 and action = 'member.update'";
        for (agency, count) in [(&a, 2), (&b, 0)] {
            let found = sqlx::query_scalar::<_, i64>(theirs).bind(agency.route.tenant);
            assert_eq!(found.fetch_one(&mut central().await).await.expect("counted"), count);
        }
        // What each is shown is their own.
        let (mut stranger, _) = operator(house).await;
        let shown = stranger.call("account/profile", &[]).await.text();
        assert!(!shown.contains("Marta") && !shown.contains("98888"), "{shown}");
        let mut of_b = house.owner(&b).await;
        assert!(!of_b.call("account/profile", &[]).await.text().contains("Marta"));
    });
}

#[test]
fn who_has_a_second_factor_gives_both_before_a_password_or_an_address() {
    run(async {
        let house = open(Default::default()).await;
        let (mut own, _) = operator(&house).await;
        let phone = house.enrol(&mut own).await;
        let weighty = ["/fn/account/change_password", "/fn/account/ask_email"];
        let page = own.get(PAGE).await.text();
        assert!(weighty.iter().all(|form| page.contains(form)), "they have just proved it: {page}");
        house.wait(Duration::minutes(11));
        let page = own.get(PAGE).await.text();
        assert!(!weighty.iter().any(|form| page.contains(form)), "{page}");
        assert!(page.contains("/entrar/confirmar?next=/platform/profile") && page.contains("update_profile"), "{page}");
        let change = [("current_password", PASSWORD), ("new_password", NEW)];
        let late = own.call("account/change_password", &change).await;
        assert_eq!(late.json()["kind"], "proof_needed", "{}", late.text());
        let late = own.call("account/ask_email", &[("email", "x@y.example"), ("email_password", PASSWORD)]).await;
        assert_eq!(late.json()["kind"], "proof_needed", "{}", late.text());
        let form = own.post("account/change_password", PAGE, &change).await;
        assert_eq!(form.status, StatusCode::FORBIDDEN, "{}", form.text());
        assert!(form.text().contains("/entrar/confirmar?next=/platform/profile"), "the way on: {}", form.text());
        house.wait(Duration::seconds(60));
        let given = [("password", PASSWORD), ("second_factor", &*phone.code(&house, 0)), ("next", PAGE)];
        let proved = own.post("auth/prove", "/entrar/confirmar", &given).await;
        assert_eq!(proved.header("location"), PAGE, "{}", proved.text());
        assert_eq!(own.call("account/change_password", &change).await.status, StatusCode::OK);
    });
}

#[test]
fn no_mailbox_is_flooded_by_operators_whoever_of_them_asks() {
    run(async {
        let house = house().await;
        let (mut one, email) = operator(house).await;
        let (mut other, _) = operator(house).await;
        let to = format!("alguem-{email}");
        let asked = [("email", to.as_str()), ("email_password", PASSWORD)];
        for turn in 0..3 {
            let caller = if turn == 1 { &mut other } else { &mut one };
            assert_eq!(caller.call("account/ask_email", &asked).await.status, StatusCode::OK);
        }
        let refused = other.call("account/ask_email", &asked).await;
        assert_eq!(refused.json()["data"], serde_json::json!([["email", "enough_mails"]]), "{}", refused.text());
        assert_eq!(house.mails("account.confirm", &to).await.len(), 3);
    });
}

#[test]
fn a_form_of_a_members_own_account_waits_for_them_when_their_session_has_ended() {
    run(async {
        let house = open(Default::default()).await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        house.wait(Duration::hours(13));
        let typed = [("name", "Olga Tardia"), ("phone", "11 97777 6666"), ("creci", "")];
        let late = owner.post("account/update_profile", "/app/profile", &typed).await;
        let text = late.text();
        let sealed = text.split("name=\"late\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let sealed = sealed.unwrap_or_else(|| panic!("it waits: {} {text}", late.status));
        let fields = [("email", a.email.as_str()), ("password", PASSWORD), ("late", sealed)];
        let inside = owner.post("auth/sign_in", "/entrar", &fields).await;
        let page = owner.get(inside.header("location")).await.text();
        assert!(page.contains("value=\"Olga Tardia\"") && page.contains("value=\"11 97777 6666\""), "{page}");
        // Nobody who is not in yet, and nobody at all, is answered.
        let mut nobody = house.stranger();
        for function in ["profile", "update_profile", "change_password", "ask_email"] {
            let answer = nobody.call(&format!("account/{function}"), &typed).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{function}: {}", answer.text());
        }
    });
}
