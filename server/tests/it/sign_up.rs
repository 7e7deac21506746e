//! An agency signs up: form, mail, answer, progress, and in. Nothing is made before the mail was answered.

use http::{HeaderValue, StatusCode};
use sqlx::ConnectOptions as _;
use tenancy::testing::{PASSWORD, bed, new_tenant, run, superuser};
use tenancy::{OperationId, RegistryOptions};
use time::Duration;
use uuid::Uuid;

use crate::harness::{Answer, Caller, House, house, open, register};

async fn central() -> sqlx::PgConnection {
    superuser().await.database("central").connect().await.expect("superuser")
}

const GOOD: &str = "bicicleta roxa na varanda";

/// Somebody's wish for an agency that nobody else wishes for.
pub(super) struct Wish {
    pub(super) slug: String,
    pub(super) email: String,
}

impl Wish {
    pub(super) fn new() -> Self {
        let slug = format!("nova-{}", &Uuid::now_v7().simple().to_string()[16..]);
        Self { email: format!("ana@{slug}.example"), slug }
    }

    pub(super) fn form(&self) -> Vec<(&str, &str)> {
        vec![
            ("company_name", "Imobiliária Nova"),
            ("slug", &self.slug),
            ("email", &self.email),
            ("plan", "k"),
            ("billing_period", "yearly"),
            ("terms", app::sign_up::rules::TERMS_VERSION),
        ]
    }

    /// Sends the form, and reads the link in the mail that comes of it.
    async fn ask(&self, house: &House, caller: &mut Caller) -> String {
        let answer = caller.post("sign_up/request", "/cadastro", &self.form()).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        token_in(&house.mail(mail_of(&answer)).await)
    }

    async fn count(&self, table: &'static str) -> i64 {
        let mut root = central().await;
        let sql = match table {
            "companies" => "select count(*) from companies where slug = $1",
            _ => "select count(*) from sign_ups where slug = $1",
        };
        sqlx::query_scalar(sql).bind(&self.slug).fetch_one(&mut root).await.expect("counted")
    }

    async fn operation(&self) -> OperationId {
        let mut root = central().await;
        let sql = "select operation_id from sign_ups where slug = $1";
        let id: Uuid = sqlx::query_scalar(sql).bind(&self.slug).fetch_one(&mut root).await.expect("confirmed");
        id.into()
    }
}

fn from(address: [u8; 4], house: &House) -> Caller {
    let mut caller = house.stranger();
    caller.peer = Some((address, 4000).into());
    caller
}

/// Somebody on a line of their own: what others sign up for does not count against them.
pub(super) fn somebody(house: &House) -> Caller {
    let [.., a, b, c] = *Uuid::now_v7().as_bytes();
    from([10, a, b, c], house)
}

fn mail_of(answer: &Answer) -> &str {
    answer.header("location").split_once("/cadastro/enviado?mail=").expect("to the page that says so").1
}

fn token_in(mail: &str) -> String {
    let link = mail.split("http://localhost:3000/confirmar/").nth(1).unwrap_or_else(|| panic!("no link in {mail}"));
    link.chars().take_while(char::is_ascii_alphanumeric).collect()
}

async fn confirm(caller: &mut Caller, token: &str, password: &str) -> Answer {
    let form = [("token", token), ("name", "Ana Nova"), ("password", password)];
    caller.post("sign_up/confirm", &format!("/confirmar/{token}"), &form).await
}

#[test]
fn an_agency_signs_up_answers_the_mail_watches_and_is_in() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let form = ana.get("/cadastro").await.text();
        // The plans are the database's: name, price and what sets it apart.
        for part in ["Prime", "597 por mês", "4.764 por ano", "imóveis sem limite", "/termos"] {
            assert!(form.contains(part), "{part} is not in {form}");
        }
        let token = wish.ask(house, &mut ana).await;
        assert_eq!(wish.count("companies").await, 0, "nothing before the mail was answered");
        let page = ana.get(&format!("/confirmar/{token}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for part in ["Imobiliária Nova", &format!("http://{}.localhost:3000", wish.slug), "K · Anual"] {
            assert!(page.text().replace("<!>", "").contains(part), "{part} is not in {}", page.text());
        }
        assert_eq!(wish.count("companies").await, 0, "a mailbox that opens links by itself answers nothing");

        let empty = ana.call("sign_up/confirm", &[("token", &token), ("name", ""), ("password", "")]).await;
        assert_eq!(empty.json()["data"], serde_json::json!([["name", "required"], ["password", "required"]]));

        let answer = confirm(&mut ana, &token, GOOD).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, "/cadastro/andamento"));
        let waiting = ana.get("/cadastro/andamento").await.text();
        // With a script it is told, and is not loaded anew.
        let again = "<noscript><meta http-equiv=\"refresh\"";
        assert!(waiting.contains("Preparando") && waiting.contains(again), "{waiting}");
        assert!(ana.get("/app").await.status.is_redirection(), "there is no agency to be in yet");

        let id = wish.operation().await;
        let tenant = bed().await.deployment.provisioner().run_to_end(id).await.expect("made");
        house.state.house.routes.reload().await.expect("read");
        let ready = ana.call("sign_up/progress", &[]).await.json();
        let steps = ready["steps"].as_array().expect("steps");
        assert!(steps.len() == 10 && steps.iter().all(|step| step["is_done"] == true), "{ready}");
        let user = ready["enter"].as_str().expect("a door").to_owned();
        assert!(ana.get("/cadastro/andamento").await.text().contains("Entrar na imobiliária"));
        assert_eq!(ana.call("auth/choose_agency", &[("user", &user)]).await.status, StatusCode::OK);
        let today = ana.get("/app").await;
        assert_eq!(today.status, StatusCode::OK);
        assert!(today.text().contains("Primeiros passos") && today.text().contains("Imobiliária Nova"));
        // They have what they chose: the plan, and a password that opens from elsewhere too.
        let route = house.state.house.routes.by_tenant(tenant).expect("routed");
        assert_eq!(route.plan, "k");
        let typed = [("email", wish.email.as_str()), ("password", GOOD)];
        assert_eq!(house.stranger().call("auth/sign_in", &typed).await.status, StatusCode::OK);
        let terms = "select changes->'terms_version'->>1 from tenant_audit_log where tenant_id = $1 and action = 'company.sign_up'";
        let mut root = central().await;
        let accepted: String =
            sqlx::query_scalar(terms).bind(tenant.as_uuid()).fetch_one(&mut root).await.expect("kept");
        assert_eq!(accepted, app::sign_up::rules::TERMS_VERSION);
    });
}

#[test]
fn the_page_behind_the_mail_says_what_will_be_due_at_the_prices_of_then() {
    run(async {
        let (house, wish, other) = (house().await, Wish::new(), Wish::new());
        let (mut ana, mut bia) = (somebody(house), somebody(house));
        let (token, of_bia) = (wish.ask(house, &mut ana).await, other.ask(house, &mut bia).await);
        // As if another version of K had been sold when she signed up.
        let mut root = central().await;
        let version = Uuid::now_v7();
        sqlx::query("select pg_advisory_lock(7)").execute(&mut root).await.expect("one at a time");
        sqlx::query(
            "insert into subscription_plan_versions
                 (id, plan_id, number, price_monthly, price_yearly, max_users, additional_user_price, activation_fee, features, valid_from)
             select $1, p.id, (select max(number) + 1 from subscription_plan_versions v where v.plan_id = p.id), 100, 1200.5, 3, 5, 50,
                    '{}', now() + interval '900 days'
             from subscription_plans p where p.name = 'k'",
        )
        .bind(version)
        .execute(&mut root)
        .await
        .expect("made");
        sqlx::query("select pg_advisory_unlock(7)").execute(&mut root).await.expect("the next one");
        let bind = sqlx::query("update sign_ups set version_id = $2 where slug = $1").bind(&wish.slug).bind(version);
        bind.execute(&mut root).await.expect("bound");
        let page = async |caller: &mut Caller, token: &str, lang: &str| {
            let page = caller.get(&format!("/confirmar/{token}{lang}")).await;
            assert_eq!(page.status, StatusCode::OK);
            page.text().replace("<!>", "").replace('\u{a0}', " ")
        };
        let hers = page(&mut ana, &token, "").await;
        for part in ["R$ 1.200,50 por ano", "R$ 50, uma única vez", "R$ 1.250,50, com vencimento em 7 dias"] {
            assert!(hers.contains(part), "{part} is not in {hers}");
        }
        let sold = page(&mut bia, &of_bia, "").await;
        for part in ["R$ 4.764 por ano", "R$ 197, uma única vez", "R$ 4.961, com vencimento em 7 dias"] {
            assert!(sold.contains(part), "{part} is not in {sold}");
        }
        bia.headers.insert("accept-language", HeaderValue::from_static("en"));
        let english = page(&mut bia, &of_bia, "").await;
        for part in [" a year", ", once", ", due in 7 days", "First invoice"] {
            assert!(english.contains(part), "{part} is not in {english}");
        }
        confirm(&mut ana, &token, GOOD).await;
        let tenant = bed().await.deployment.provisioner().run_to_end(wish.operation().await).await.expect("made");
        let bought = "select s.version_id from tenant_subscriptions s where s.tenant_id = $1";
        let bought: Uuid = sqlx::query_scalar(bought).bind(tenant).fetch_one(&mut root).await.expect("bought");
        assert_eq!(bought, version);
    });
}

#[test]
fn two_identical_sign_ups_and_twenty_answers_make_one_tenant() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let first = wish.ask(house, &mut ana).await;
        assert_eq!(wish.ask(house, &mut ana).await, first, "both mails lead to the same place");
        let mut answers = Vec::new();
        for _ in 0..20 {
            let (mut caller, token) = (house.stranger(), first.clone());
            answers.push(tokio::spawn(async move { confirm(&mut caller, &token, GOOD).await }));
        }
        let mut taken = 0;
        for answer in answers {
            let answer = answer.await.expect("no panic");
            taken += usize::from(answer.header("location") == "/cadastro/andamento");
        }
        assert_eq!(taken, 1, "who comes second is a known person, and is to sign in");
        assert_eq!((wish.count("companies").await, wish.count("sign_ups").await), (1, 1));
        let page = house.stranger().get(&format!("/confirmar/{first}")).await;
        assert!(page.text().contains("Já está confirmada"), "{}", page.text());
    });
}

#[test]
fn a_known_address_gets_the_same_page_and_another_mail() {
    run(async {
        let (house, new, known) = (house().await, Wish::new(), Wish::new());
        let agency = house.agency().await;
        let known = Wish { email: agency.email.clone(), ..known };
        let mut pages = Vec::new();
        let mut mails = Vec::new();
        for wish in [&new, &known] {
            let mut caller = somebody(house);
            let answer = caller.post("sign_up/request", "/cadastro", &wish.form()).await;
            let mail = mail_of(&answer).to_owned();
            mails.push(house.mail(&mail).await);
            let page = caller.get(&format!("/cadastro/enviado?mail={mail}")).await;
            let (status, headers, body) = page.bare();
            pages.push((status, headers, body.replace(&mail, "MAIL")));
        }
        assert_eq!(pages[0], pages[1]);
        assert!(mails[0].contains("escolher a sua senha") && mails[1].contains("já tem conta"), "{mails:?}");

        // Whoever reads the mail does not get the account: its password is asked for.
        let token = token_in(&mails[1]);
        let answer = confirm(&mut house.stranger(), &token, GOOD).await;
        assert_ne!(answer.header("location"), "/cadastro/andamento");
        assert_eq!(known.count("companies").await, 0);
        let typed = [("email", agency.email.as_str()), ("password", GOOD)];
        assert_eq!(house.stranger().call("auth/sign_in", &typed).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nor does somebody else who is signed in.
        let stranger = house.agency().await;
        let mut other = house.owner(&stranger).await;
        assert_eq!(other.call("sign_up/confirm", &[("token", &token)]).await.status, StatusCode::NOT_FOUND);
        let mut owner = house.owner(&agency).await;
        assert!(owner.get(&format!("/confirmar/{token}")).await.text().contains("Confirmar e criar"));
        assert_eq!(owner.call("sign_up/confirm", &[("token", &token)]).await.status, StatusCode::OK);
        assert_eq!(known.count("companies").await, 1);
    });
}

async fn people_with(email: &str) -> i64 {
    let people = sqlx::query_scalar("select count(*) from people where email = $1").bind(email);
    people.fetch_one(&mut central().await).await.expect("counted")
}

#[test]
fn who_is_known_signs_in_on_the_way_and_answers_for_a_second_agency() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let agency = house.agency().await;
        let wish = Wish { email: agency.email.clone(), ..wish };
        let token = wish.ask(house, &mut somebody(house)).await;
        let path = format!("/confirmar/{token}");
        let mut ana = somebody(house);
        let page = ana.get(&path).await.text();
        assert!(page.contains(&format!("href=\"/entrar?next={path}\"")) && !page.contains("new-password"), "{page}");
        let door = ana.get(&format!("/entrar?next={path}")).await.text();
        assert!(
            door.contains(&format!("name=\"next\" value=\"{path}\"")),
            "the door knows where she was going: {door}"
        );
        let typed = [("email", wish.email.as_str()), ("password", PASSWORD), ("next", path.as_str())];
        let wrong = [typed[0], ("password", "not the password of hers"), typed[2]];
        assert_eq!(ana.call("auth/sign_in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let inside = ana.call("auth/sign_in", &typed).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::OK, path.as_str()));
        assert!(ana.get(&path).await.text().contains("Confirmar e criar"));
        let answer = ana.post("sign_up/confirm", &path, &[("token", &token)]).await;
        assert_eq!(answer.header("location"), "/cadastro/andamento", "{}", answer.text());
        let id = wish.operation().await;
        bed().await.deployment.provisioner().run_to_end(id).await.expect("made");
        house.state.house.routes.reload().await.expect("read");
        let agencies = ana.call("auth/agencies", &[]).await.text();
        assert!(agencies.contains("Imobiliária Nova") && agencies.contains(&agency.route.name), "{agencies}");
        assert_eq!(people_with(&wish.email).await, 1, "one person, one password");
        assert_eq!(house.signed_in(&wish.email).await.get("/entrar/agencia").await.status, StatusCode::OK);
    });
}

#[test]
fn whoever_works_for_nobody_any_more_answers_for_an_agency_of_their_own() {
    run(async {
        let (house, wish) = (open(RegistryOptions::default()).await, Wish::new());
        let agency = house.agency().await;
        let user = house.add_member(&agency, "broker").await.to_string();
        let wish = Wish { email: format!("broker@{}.example", agency.route.slug), ..wish };
        let owner = agency.owner.to_string();
        let sent = house.owner(&agency).await.call("team/deactivate", &[("id", &user), ("heir", &owner)]).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text());
        let mut ana = somebody(&house);
        let typed = [("email", wish.email.as_str()), ("password", PASSWORD)];
        assert_eq!(ana.call("auth/sign_in", &typed).await.header("location"), "/entrar/agencia", "nowhere to go yet");
        let mut ana = somebody(&house);
        let token = wish.ask(&house, &mut somebody(&house)).await;
        let path = format!("/confirmar/{token}");
        let wrong = [typed[0], ("password", "not the password of hers")];
        assert_eq!(ana.call("auth/sign_in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Without the way there is a page that says where it is.
        let inside = ana.call("auth/sign_in", &typed).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::OK, "/entrar/agencia"));
        assert!(ana.get("/entrar/agencia").await.text().contains("abra o link do e-mail de confirmação"));
        assert!(ana.get("/app").await.status.is_redirection(), "the agency that she has left stays closed");
        let mut ana = somebody(&house);
        let inside = ana.call("auth/sign_in", &[typed[0], typed[1], ("next", &path)]).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::OK, path.as_str()));
        let answer = ana.post("sign_up/confirm", &path, &[("token", &token)]).await;
        assert_eq!(answer.header("location"), "/cadastro/andamento", "{}", answer.text());
        // While it is being made she may go and come back.
        let mut back = somebody(&house);
        let inside = back.call("auth/sign_in", &[typed[0], typed[1], ("next", "/cadastro/andamento")]).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::OK, "/cadastro/andamento"));
        assert!(back.get("/cadastro/andamento").await.text().contains("Imobiliária Nova"));
        let id = wish.operation().await;
        bed().await.deployment.provisioner().run_to_end(id).await.expect("made");
        house.state.house.routes.reload().await.expect("read");
        let home = somebody(&house).call("auth/sign_in", &typed).await;
        assert_eq!((home.status, home.header("location")), (StatusCode::OK, "/app"));
        assert_eq!(people_with(&wish.email).await, 1);
    });
}

#[test]
fn an_address_is_held_for_a_day_and_then_anybodys() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let (wish, mut ana, mut bia) = (Wish::new(), somebody(&house), somebody(&house));
        let token = wish.ask(&house, &mut ana).await;
        let other = Wish { slug: wish.slug.clone(), email: format!("bia@{}.example", wish.slug) };
        let refused = bia.call("sign_up/request", &other.form()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["data"], serde_json::json!([["slug", "taken"]]));
        let verdict = bia.call("sign_up/check_slug", &[("slug", &wish.slug)]).await.json();
        assert_eq!(verdict["is_free"], false);
        for kept in ["www", "xn--a"] {
            let verdict = bia.call("sign_up/check_slug", &[("slug", kept)]).await.json();
            assert_eq!(verdict["is_free"], false, "{kept} is the platform's own");
        }
        let next = format!("Livre: {}-2", wish.slug);
        assert!(verdict["said"].as_str().is_some_and(|said| said.ends_with(&next)), "{verdict}");

        house.wait(Duration::hours(24));
        assert_eq!(bia.call("sign_up/check_slug", &[("slug", &wish.slug)]).await.json()["is_free"], true);
        assert_eq!(ana.get(&format!("/confirmar/{token}")).await.status, StatusCode::NOT_FOUND);
        let late = confirm(&mut ana, &token, GOOD).await;
        assert_ne!(late.header("location"), "/cadastro/andamento");
        other.ask(&house, &mut bia).await;
        assert_eq!((wish.count("sign_ups").await, wish.count("companies").await), (1, 0));
    });
}

#[test]
fn six_in_an_hour_are_too_many_from_one_line_and_to_one_address() {
    run(async {
        let house = open(RegistryOptions::default()).await;
        let mut flood = from([203, 0, 113, 7], &house);
        for n in 0..6 {
            let answer = flood.call("sign_up/request", &Wish::new().form()).await;
            let expected = if n < 5 { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(answer.status, expected, "{n}: {}", answer.text());
            if n == 5 {
                let seconds: i64 = answer.header("retry-after").parse().expect("seconds");
                assert!((3000..=3600).contains(&seconds), "{seconds}");
            }
        }
        // Whoever wants to fill somebody's mailbox comes from many lines.
        let victim = Wish::new();
        for n in 0..6 {
            let mut caller = from([203, 0, 113, 20 + n], &house);
            let wish = Wish { email: victim.email.clone(), ..Wish::new() };
            let answer = caller.call("sign_up/request", &wish.form()).await;
            assert_eq!(answer.status == StatusCode::TOO_MANY_REQUESTS, n == 5, "{n}: {}", answer.text());
        }
        house.wait(Duration::hours(1) + Duration::seconds(1));
        assert_eq!(flood.call("sign_up/request", &Wish::new().form()).await.status, StatusCode::OK);
        // Who asks for the same once more counts what was sent within the hour, and not what was sent ever.
        let (wish, mut slow) = (Wish::new(), from([203, 0, 113, 8], &house));
        for n in 0..8 {
            let answer = slow.call("sign_up/request", &wish.form()).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.text());
            house.wait(Duration::minutes(16));
        }
    });
}

#[test]
fn a_refused_form_comes_back_filled_with_what_is_wrong_beside_it() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let mut form = wish.form();
        form[2] = ("email", "ana");
        form[5] = ("terms", "");
        let page = ana.post("sign_up/request", "/cadastro", &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = page.text();
        for part in [
            "value=\"Imobiliária Nova\"",
            &format!("value=\"{}\"", wish.slug),
            "Digite um e-mail como",
            "marque que concorda",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        for chosen in ["value=\"k\"", "value=\"yearly\""] {
            let input = text.split("<input").find(|input| input.contains(chosen)).expect("a choice");
            assert!(input.contains("checked"), "{input}");
        }
        let token = wish.ask(house, &mut ana).await;
        for (password, sentence) in
            [("curta", "pelo menos 15"), ("imobiliarianova", "fácil de adivinhar"), ("", "Preencha este campo")]
        {
            let page = confirm(&mut ana, &token, password).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}: {}", page.text());
            assert!(page.text().contains(sentence) && page.text().contains("value=\"Ana Nova\""), "{}", page.text());
            assert!(
                password.is_empty() || !page.text().contains(&format!("value=\"{password}\"")),
                "no password comes back"
            );
        }
        assert_eq!(wish.count("companies").await, 0);
    });
}

#[test]
fn who_watches_hears_each_step_once_and_after_a_reload_the_rest() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let token = wish.ask(house, &mut ana).await;
        confirm(&mut ana, &token, GOOD).await;
        let id = wish.operation().await;
        let watching = tokio::spawn({
            let mut ana = ana.clone();
            async move { ana.get("/cadastro/andamento/eventos").await }
        });
        bed().await.deployment.provisioner().run_to_end(id).await.expect("made");
        let answer = watching.await.expect("no panic");
        assert_eq!(answer.header("content-type"), "text/event-stream");
        let steps = |text: &str| -> Vec<String> {
            let lines = text.lines().collect::<Vec<_>>();
            let data = lines.iter().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
            data.filter(|data| *data != "-").map(str::to_owned).collect()
        };
        let all: Vec<String> = tenancy::provision::Step::ALL.iter().map(|step| step.name().to_owned()).collect();
        assert_eq!(steps(&answer.text()), all, "{}", answer.text());
        assert!(answer.text().contains("event: done\ndata: -"), "{}", answer.text());
        // The browser says what it has seen.
        ana.headers.insert("last-event-id", HeaderValue::from_static("7"));
        let rest = ana.get("/cadastro/andamento/eventos").await.text();
        assert_eq!(steps(&rest), all[7..], "{rest}");
    });
}

#[test]
fn nobody_watches_or_answers_for_another() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let token = wish.ask(house, &mut ana).await;
        confirm(&mut ana, &token, GOOD).await;
        let agency = house.agency().await;
        let mut other = house.owner(&agency).await;
        assert_eq!(other.call("sign_up/progress", &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.get("/cadastro/andamento/eventos").await.status, StatusCode::NOT_FOUND);
        let mut stranger = house.stranger();
        assert_eq!(stranger.call("sign_up/progress", &[]).await.status, StatusCode::UNAUTHORIZED);
        // A link is good as it is, and no other: neither another's identifier nor a byte more or less.
        let last = token.len() - 1;
        let turned = format!("{}{}", &token[..last], if token.ends_with('0') { '1' } else { '0' });
        let moved = format!("{}{}", Uuid::now_v7().simple(), &token[32..]);
        for bad in [turned.as_str(), &moved, &token[..last], "", "x", "é"] {
            let answer = stranger.call("sign_up/question", &[("token", bad)]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
        }
    });
}

#[test]
fn the_first_steps_go_when_they_are_done_or_put_away() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency_of(new_tenant()).await, house.agency_of(new_tenant()).await);
        let (mut of_a, mut of_b) = (house.owner(&a).await, house.owner(&b).await);
        let mut broker = house.member(&a, "broker").await;
        let done = |page: &str| {
            page.replace("<!>", "").split("Primeiros passos").nth(1).map(|rest| rest.split("is-done").count() - 1)
        };
        let before = done(&of_a.get("/app").await.text()).expect("a list");
        assert!(done(&broker.get("/app").await.text()).is_none(), "a broker sets nothing up");
        register(&mut of_a, "Casa").await;
        assert_eq!(done(&of_a.get("/app").await.text()), Some(before + 1), "the first property is one of them");
        assert_eq!(broker.call("today/put_first_steps_away", &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(of_a.call("today/put_first_steps_away", &[]).await.status, StatusCode::OK);
        assert_eq!(done(&of_a.get("/app").await.text()), None);
        assert!(done(&of_b.get("/app").await.text()).is_some(), "another agency still has its own");
    });
}

#[test]
fn a_stranger_changes_nothing_of_what_a_mail_asks() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let token = wish.ask(house, &mut somebody(house)).await;
        assert_eq!(wish.ask(house, &mut somebody(house)).await, token, "the same wish has the same link");
        let mut form = wish.form();
        form[0].1 = "Imobiliária do Golpe";
        let mut stranger = somebody(house);
        let answer = stranger.post("sign_up/request", "/cadastro", &form).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        let other = token_in(&house.mail(mail_of(&answer)).await);
        assert_ne!(other, token, "another wish, another link");
        let old = stranger.call("sign_up/question", &[("token", &token)]).await;
        assert!(!old.text().contains("Golpe"), "what the first mail asks is not another's: {}", old.text());
        assert_eq!(old.status, StatusCode::NOT_FOUND);
        let new = stranger.call("sign_up/question", &[("token", &other)]).await;
        assert!(new.text().contains("Golpe"), "the mail that says so leads to it: {}", new.text());
        assert_eq!(wish.count("sign_ups").await, 1);
    });
}

#[test]
fn a_stream_ends_with_its_session_and_nobody_keeps_more_than_four() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let token = wish.ask(house, &mut ana).await;
        confirm(&mut ana, &token, GOOD).await;
        let watch = |ana: &Caller| {
            let mut ana = ana.clone();
            tokio::spawn(async move { ana.get("/cadastro/andamento/eventos").await })
        };
        let open = [watch(&ana), watch(&ana), watch(&ana), watch(&ana)];
        // All are there before another comes.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let mut fifth = StatusCode::OK;
        for _ in 0..100 {
            let asked = tokio::time::timeout(std::time::Duration::from_millis(200), watch(&ana)).await;
            if let Ok(answer) = asked {
                fifth = answer.expect("no panic").status;
                break;
            }
        }
        assert_eq!(fifth, StatusCode::TOO_MANY_REQUESTS);
        assert!(open.iter().all(|stream| !stream.is_finished()));
        assert_eq!(ana.send(http::Method::POST, "/sair", "text/html", None).await.status, StatusCode::SEE_OTHER);
        for stream in open {
            let ended = tokio::time::timeout(std::time::Duration::from_secs(60), stream).await;
            let answer = ended.expect("it ends long before the browser is to ask anew").expect("no panic");
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.text().contains("event: done"), "{}", answer.text());
        }
        assert_eq!(ana.get("/cadastro/andamento/eventos").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn an_agency_is_whose_who_has_confirmed_it_whatever_their_address_is_by_then() {
    run(async {
        let (house, wish) = (house().await, Wish::new());
        let mut ana = somebody(house);
        let token = wish.ask(house, &mut ana).await;
        confirm(&mut ana, &token, GOOD).await;
        let id = wish.operation().await;
        let mut root = central().await;
        let moved = format!("ana-nova@{}.example", wish.slug);
        sqlx::query("update people set email = $2 where email = $1")
            .bind(&wish.email)
            .bind(&moved)
            .execute(&mut root)
            .await
            .expect("moved");
        // Somebody else has the address now.
        sqlx::query("insert into people (id, email, name, password_hash) values ($1, $2, 'Outra', $3)")
            .bind(Uuid::now_v7())
            .bind(&wish.email)
            .bind(tenancy::testing::PASSWORD_HASH)
            .execute(&mut root)
            .await
            .expect("there");
        bed().await.deployment.provisioner().run_to_end(id).await.expect("made");
        let owners: Vec<(String, String)> = sqlx::query_as(
            "select p.email, u.email from users u join people p on p.id = u.person_id
             join companies c on c.id = u.company_id where c.slug = $1",
        )
        .bind(&wish.slug)
        .fetch_all(&mut root)
        .await
        .expect("read");
        assert_eq!(owners, [(moved.clone(), moved)]);
    });
}

#[test]
fn nothing_is_hashed_for_an_address_that_is_somebody_elses_by_now() {
    run(async {
        let (house, wish) = (open(RegistryOptions::default()).await, Wish::new());
        let mut ana = somebody(&house);
        let token = wish.ask(&house, &mut ana).await;
        // No way of ours leads there: it is promised. Whatever did, the answer is asked for before anything is computed.
        let other = house.agency().await;
        let taken =
            sqlx::query("update companies set slug = $1 where id = $2").bind(&wish.slug).bind(other.route.tenant);
        taken.execute(&mut crate::domains::central().await).await.expect("taken");
        let before = house.state.house.passwords.computed();
        for _ in 0..3 {
            assert_eq!(confirm(&mut ana, &token, GOOD).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(house.state.house.passwords.computed(), before);
    });
}
