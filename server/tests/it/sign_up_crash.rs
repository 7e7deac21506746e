//! An agency signs up while the program is killed at every turn: after the form, in the middle of the answer to the mail, while its
//! database is made. Whatever was answered lasts, and there is exactly one agency in the end. Case 41, from the web; FLT-06.

use sqlx::PgConnection;
use std::time::Duration;
use tenancy::testing::run;

use crate::harness::chance::{Dice, times};
use crate::harness::encode;
use crate::harness::process::{Installation, Reply, Served};
use crate::restarts::central;

const PASSWORD: &str = "bicicleta roxa na varanda";

/// Somebody who signs up, from a line of their own.
struct Newcomer {
    slug: String,
    email: String,
    line: String,
    cookies: String,
}

impl Newcomer {
    fn new(n: usize) -> Self {
        let slug = format!("nova-{n}-{}", &uuid::Uuid::now_v7().simple().to_string()[20..]);
        Self {
            email: format!("ana@{slug}.example"),
            slug,
            line: format!("203.0.{}.{}", n / 250, 1 + n % 250),
            cookies: String::new(),
        }
    }

    async fn post(&mut self, served: &Served, endpoint: &str, form: &[(&str, &str)]) -> std::io::Result<Reply> {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("cookie", self.cookies.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("x-forwarded-for", self.line.as_str()),
        ];
        let reply = served.send("POST", &format!("/fn/{endpoint}"), &headers, encode(form).as_bytes()).await?;
        if !reply.cookies().is_empty() {
            self.cookies = reply.cookies();
        }
        Ok(reply)
    }

    async fn get(&self, served: &Served, path: &str) -> Reply {
        served.send("GET", path, &[("cookie", self.cookies.as_str())], b"").await.expect("an answer")
    }

    /// Sends the form: the mail's identifier.
    async fn ask(&mut self, served: &Served) -> String {
        let (slug, email) = (self.slug.clone(), self.email.clone());
        let form = [
            ("company_name", "Imobiliária Nova"),
            ("slug", slug.as_str()),
            ("email", email.as_str()),
            ("plan", "k"),
            ("billing_period", "yearly"),
            ("terms", app::sign_up::rules::TERMS_VERSION),
        ];
        let reply = self.post(served, "sign_up/request", &form).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.body);
        let to = reply.header("location");
        to.split_once("?mail=").unwrap_or_else(|| panic!("no mail in {to}: {:?}", reply.headers)).1.to_owned()
    }

    async fn confirm(&mut self, served: &Served, token: &str) -> std::io::Result<Reply> {
        let form = [("token", token), ("name", "Ana Nova"), ("password", PASSWORD)];
        self.post(served, "sign_up/confirm", &form).await
    }
}

/// The link's token in a mail that a worker has carried to its file.
async fn token_in(at: &Installation, mail: &str) -> String {
    for _ in 0..1_200 {
        let files = std::fs::read_dir(at.folder.join("outbox")).into_iter().flatten().flatten();
        let file = files.map(|file| file.path()).find(|path| path.to_string_lossy().contains(mail));
        if let Some(text) = file.and_then(|file| std::fs::read_to_string(file).ok()) {
            let text = text.replace("=\r\n", "");
            let link = text.split("/confirmar/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
            return link.chars().take_while(char::is_ascii_alphanumeric).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the mail {mail} was not carried: {}", at.log());
}

/// What there is one of, and not more, of an agency that is made.
const ONE_EACH: [(&str, &str); 7] = [
    ("agencies", "select count(*) from companies where slug = $1 and status = 'active'"),
    ("sign-ups", "select count(*) from sign_ups where slug = $1 and operation_id is not null"),
    ("operations", "select count(*) from tenant_operations o join companies c on c.id = o.tenant_id where c.slug = $1"),
    (
        "owners",
        "select count(*) from users u join companies c on c.id = u.company_id where c.slug = $1 and u.role = 'owner'",
    ),
    (
        "subscriptions",
        "select count(*) from tenant_subscriptions s join companies c on c.id = s.tenant_id where c.slug = $1",
    ),
    (
        "databases",
        "select count(*) from pg_database d join companies c on d.datname = 't_' || replace(c.id::text, '-', '') where c.slug = $1",
    ),
    (
        "roles",
        "select count(*) from pg_roles r join companies c on r.rolname = 't_' || replace(c.id::text, '-', '') where c.slug = $1",
    ),
];

async fn counted(db: &mut PgConnection, slug: &str) -> Vec<(&'static str, i64)> {
    let mut all = Vec::new();
    for (what, sql) in ONE_EACH {
        all.push((what, sqlx::query_scalar(sql).bind(slug).fetch_one(&mut *db).await.expect("counted")));
    }
    all
}

#[test]
fn whoever_signs_up_while_the_program_is_killed_gets_exactly_one_agency() {
    run(async {
        let at = Installation::new().await;
        let mut dice = Dice::new();
        let databases = at.databases().await;
        let mut db = central(&databases).await;
        for n in 0..times(500) {
            let mut ana = Newcomer::new(n + 1);
            // After the form was answered: the mail goes all the same.
            let mut served = at.serve(&[]).await;
            let mail = ana.ask(&served).await;
            served.kill().await;
            let mut served = at.serve(&[]).await;
            let token = token_in(&at, &mail).await;
            assert!(
                counted(&mut db, &ana.slug).await.iter().all(|(_, count)| *count == 0),
                "nothing before the answer"
            );
            // Somewhere between the answer to the mail and the agency: before the answer is heard, or while steps are taken.
            let pause = Duration::from_millis(dice.below(if n % 2 == 0 { 60 } else { 400 }) as u64);
            let heard = tokio::select! {
                heard = async {
                    let heard = ana.confirm(&served, &token).await;
                    tokio::time::sleep(pause).await;
                    heard.ok()
                } => heard,
                () = async {
                    tokio::time::sleep(pause).await;
                    if n % 2 == 0 {
                        return;
                    }
                    std::future::pending().await
                } => None,
            };
            served.kill().await;
            let mut served = at.serve(&[]).await;
            match heard {
                Some(reply) => assert_eq!(reply.status, 200, "{}", reply.body),
                None => {
                    // Nobody knows whether it was taken: asked again it is, once; who is known by then is to sign in.
                    let again = ana.confirm(&served, &token).await.expect("an answer");
                    if again.status != 200 {
                        let typed = [("email", ana.email.clone()), ("password", PASSWORD.to_owned())];
                        let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
                        let signed = ana.post(&served, "auth/sign_in", &typed).await.expect("an answer");
                        assert_eq!(signed.status, 200, "{} and {}", again.body, signed.body);
                    }
                }
            }
            for _ in 0..600 {
                if counted(&mut db, &ana.slug).await[0].1 == 1 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let all = counted(&mut db, &ana.slug).await;
            assert!(all.iter().all(|(_, count)| *count == 1), "{n}, after {pause:?}: {all:?}\n{}", at.log());
            // And they come in: the session that was opened with the answer outlived the program.
            let page = ana.get(&served, "/cadastro/andamento").await;
            if page.status == 200 {
                let progress = ana.post(&served, "sign_up/progress", &[]).await.expect("an answer");
                let progress: serde_json::Value = serde_json::from_str(&progress.body).expect("JSON");
                let user = progress["enter"].as_str().unwrap_or_else(|| panic!("{progress}")).to_owned();
                let chosen = ana.post(&served, "auth/choose_agency", &[("user", &user)]).await.expect("an answer");
                assert_eq!(chosen.status, 200, "{}", chosen.body);
            }
            let today = ana.get(&served, "/app").await;
            assert_eq!(today.status, 200, "{:?} {}", today.headers, today.body);
            assert!(today.body.contains("Primeiros passos") && today.body.contains("Imobiliária Nova"));
            // Waited for: the next begins where this one stood.
            served.kill().await;
        }
        let (healthy, said) = at.say(&["doctor"]).await;
        assert!(healthy, "{said}");
        drop(db);
        databases.close().await.expect("stopped");
    });
}
