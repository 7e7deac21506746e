//! Mails, from the line in the central database to the server that takes them, or to a file.

use sqlx::{ConnectOptions as _, PgConnection};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tenancy::central::mails::{self, Letter, Mail};
use tenancy::central::worker_name;
use tenancy::testing::run;
use tenancy::{Clock, Deployment, RegistryOptions};
use uuid::Uuid;

use app::outside::mail::{Post, Writing};
use app::state::{House, Settings};
use app::words::Lang;
use server::boot;
use server::worker::post::carry_due;

use crate::harness::process::Installation;
use crate::harness::settings;
use crate::harness::smtp::{MailServer, Says, header, readable};

fn letter(secret: &str) -> Letter {
    let writing = Writing {
        lang: Lang::Pt,
        name: "Ana Olívia".into(),
        subject: "Convite à equipe".into(),
        lines: vec!["Olá, Ana.".into()],
        link: Some(("Aceitar".into(), format!("http://localhost:3000/convite/{secret}"))),
        after: Vec::new(),
    };
    writing.write()
}

fn mail(to: &str, secret: &str) -> Mail {
    Mail { tenant: None, kind: "test.mail".into(), to: to.into(), letter: letter(secret) }
}

/// An installation's central database, and a house in it whose mails go this way.
struct Office {
    databases: Deployment,
    house: Arc<House>,
    root: PgConnection,
    // Last, so that its PostgreSQL outlives the others.
    installation: Installation,
}

impl Office {
    async fn open(way: impl FnOnce(&Installation) -> Post) -> Self {
        let installation = Installation::new().await;
        let databases = installation.databases().await;
        let settings = Settings { mail: way(&installation), ..settings() };
        let options = RegistryOptions::default();
        let files = installation.folder.join("files");
        let (state, _) =
            boot::open_state(&databases, files, settings, Clock::system(), options).await.expect("it opens");
        let superuser = databases.cluster().expect("a private cluster").superuser();
        let root = superuser.database("central").connect().await.expect("superuser");
        Self { databases, house: state.house, root, installation }
    }

    async fn queue(&self, to: &str) -> Uuid {
        mails::queue_alone(&self.house.central, &self.house.key, &mail(to, "geheim")).await.expect("written")
    }

    async fn state(&mut self, id: Uuid) -> (String, i32, bool) {
        let row = sqlx::query_as("select state, attempt, sealed is null from mails where id = $1");
        row.bind(id).fetch_one(&mut self.root).await.expect("it is there")
    }

    /// How often an open alert of this kind was raised.
    async fn alerted(&mut self, kind: &str) -> i64 {
        let count = "select coalesce(sum(count), 0)::bigint from alerts where kind = $1 and closed_at is null";
        sqlx::query_scalar(count).bind(kind).fetch_one(&mut self.root).await.expect("counted")
    }

    /// Lets everything that waits be due.
    async fn later(&mut self) {
        let due = sqlx::query("update mails set run_at = now() where state = 'queued'");
        due.execute(&mut self.root).await.expect("due");
    }

    async fn close(self) {
        self.house.registry.close().await;
        drop(self.root);
        self.databases.close().await.expect("closed");
        drop(self.installation);
    }
}

#[test]
fn the_program_carries_what_waits_to_the_server_of_smtp_url_and_forgets_what_it_said() {
    run(async {
        let server = MailServer::start().await;
        let mut installation = Installation::new().await;
        installation.variables.push(("SMTP_URL", server.url()));
        let databases = installation.databases().await;
        let waiting = mail("ana@agencia.example", "geheim");
        let id = mails::queue_alone(databases.central(), databases.key(), &waiting).await.expect("written");
        let superuser = databases.cluster().expect("a private cluster").superuser();
        let mut served = installation.serve(&[]).await;
        let mut root = superuser.database("central").connect().await.expect("superuser");
        let gone = async {
            while server.mails().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            let is_noted = "select state = 'sent' and sealed is null from mails where id = $1";
            while !sqlx::query_scalar::<_, bool>(is_noted).bind(id).fetch_one(&mut root).await.expect("asked") {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            // What is logged is written by a thread of its own.
            while !installation.log().contains("a mail was carried") {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(90), gone).await.expect("it is carried");
        let mails = server.mails();
        assert_eq!(mails.len(), 1);
        let arrived = &mails[0];
        assert_eq!(
            (arrived.from.as_str(), arrived.to.as_slice()),
            ("nao-responda@localhost", &["ana@agencia.example".to_owned()][..])
        );
        assert_eq!(arrived.header("message-id"), format!("<{id}@localhost>"));
        let text = readable(&arrived.data);
        assert!(text.contains("http://localhost:3000/convite/geheim") && text.contains("text/html"), "{text}");
        let log = installation.log();
        for secret in ["geheim", "ana@agencia.example", "Convite"] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
        served.kill().await;
        databases.close().await.expect("closed");
    });
}

#[test]
fn a_server_that_says_later_is_asked_again_and_one_that_says_never_is_not() {
    run(async {
        let server = MailServer::start().await;
        let mut office = Office::open(|_| Post::smtp(&server.url()).expect("an address")).await;
        let kept = office.queue("ana@agencia.example").await;
        server.say(&[Says::Later, Says::Nothing]);
        carry_due(&office.house).await.expect("asked");
        assert_eq!(office.state(kept).await, ("queued".into(), 1, false));
        carry_due(&office.house).await.expect("asked");
        assert_eq!((office.state(kept).await.1, server.greetings()), (1, 1), "not before its time");
        office.later().await;
        carry_due(&office.house).await.expect("asked");
        assert_eq!(office.state(kept).await, ("queued".into(), 2, false), "it hung up before it took it");
        office.later().await;
        carry_due(&office.house).await.expect("asked");
        assert_eq!(office.state(kept).await, ("sent".into(), 3, true));
        assert_eq!(server.mails().len(), 1);

        let refused = office.queue("ninguem@agencia.example").await;
        server.say(&[Says::Never]);
        carry_due(&office.house).await.expect("asked");
        assert_eq!(office.state(refused).await, ("failed".into(), 1, true), "nothing of it is kept");
        assert_eq!(office.alerted(mails::GIVEN_UP).await, 1);
        office.later().await;
        carry_due(&office.house).await.expect("asked");
        assert_eq!((server.mails().len(), office.state(refused).await.1), (1, 1));
        office.close().await;
    });
}

#[test]
fn mails_that_cannot_be_sent_raise_an_alert_which_the_next_that_goes_closes() {
    run(async {
        let server = MailServer::start().await;
        let mut office = Office::open(|_| Post::smtp(&server.url()).expect("an address")).await;
        let id = office.queue("ana@agencia.example").await;
        server.say(&[Says::Later; 4]);
        for (attempt, alerted) in [(1, 0), (2, 0), (3, 1), (4, 2)] {
            office.later().await;
            carry_due(&office.house).await.expect("asked");
            assert_eq!((office.state(id).await.1, office.alerted(mails::NOT_CARRIED).await), (attempt, alerted));
        }
        office.later().await;
        carry_due(&office.house).await.expect("asked");
        assert_eq!((office.state(id).await.0, office.alerted(mails::NOT_CARRIED).await), ("sent".to_owned(), 0));

        // Away for good: tried ten times, and then given up.
        let lost = office.queue("bia@agencia.example").await;
        server.say(&[Says::Later; 10]);
        for _ in 0..12 {
            office.later().await;
            carry_due(&office.house).await.expect("asked");
        }
        assert_eq!((office.state(lost).await, office.alerted(mails::GIVEN_UP).await), (("failed".into(), 10, true), 1));
        office.close().await;
    });
}

#[test]
fn two_who_carry_at_once_carry_each_mail_once() {
    run(async {
        let server = MailServer::start().await;
        let mut office = Office::open(|_| Post::smtp(&server.url()).expect("an address")).await;
        for n in 0..24 {
            office.queue(&format!("p{n}@agencia.example")).await;
        }
        let (a, b, c) = tokio::join!(carry_due(&office.house), carry_due(&office.house), carry_due(&office.house));
        a.and(b).and(c).expect("carried");
        let mut to: Vec<String> = server.mails().into_iter().flat_map(|mail| mail.to).collect();
        to.sort();
        to.dedup();
        assert_eq!((to.len(), server.mails().len()), (24, 24));
        let sent: i64 = sqlx::query_scalar("select count(*) from mails where state = 'sent' and attempt = 1")
            .fetch_one(&mut office.root)
            .await
            .expect("counted");
        assert_eq!(sent, 24);
        office.close().await;
    });
}

#[test]
fn what_went_before_its_worker_died_goes_once_more_under_the_same_identifier() {
    run(async {
        let server = MailServer::start().await;
        let mut office = Office::open(|_| Post::smtp(&server.url()).expect("an address")).await;
        let id = office.queue("ana@agencia.example").await;
        let (house, worker) = (office.house.clone(), worker_name());
        let held = mails::claim(&house.central, &house.key, &worker).await.expect("asked").expect("there is one");
        house.mailer.carry(&held, house.clock.now()).await.expect("taken");
        carry_due(&house).await.expect("asked");
        assert_eq!(server.mails().len(), 1, "its lease keeps it from others");
        mails::release_leases(&house.central).await.expect("released");
        carry_due(&house).await.expect("asked");
        let names: Vec<String> = server.mails().iter().map(|mail| mail.header("message-id")).collect();
        assert_eq!(names, [format!("<{id}@localhost>"), format!("<{id}@localhost>")]);
        assert!(!mails::finish(&house.central, &held).await.expect("asked"), "it is another's by now");
        assert_eq!(office.state(id).await, ("sent".into(), 2, true));
        mails::release_leases(&house.central).await.expect("released");
        carry_due(&house).await.expect("asked");
        assert_eq!(server.mails().len(), 2, "what was noted is never sent again");
        office.close().await;
    });
}

#[test]
fn without_a_mail_server_a_mail_is_a_file_that_we_alone_can_read() {
    run(async {
        let mut office = Office::open(|installation| Post::Folder(installation.folder.join("outbox"))).await;
        let id = office.queue("ana@agencia.example").await;
        carry_due(&office.house).await.expect("carried");
        assert_eq!(office.state(id).await, ("sent".into(), 1, true));
        let file = office.house.mailer.file_of(id).expect("a file");
        assert_eq!(file, office.installation.folder.join(format!("outbox/{id}.eml")));
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().expect("a folder"))), (0o600, 0o700));
        let data = std::fs::read_to_string(&file).expect("readable");
        assert!(header(&data, "to").contains("ana@agencia.example"), "{data}");
        assert!(readable(&data).contains("http://localhost:3000/convite/geheim"), "{data}");
        let names = std::fs::read_dir(file.parent().expect("a folder")).expect("listed").count();
        assert_eq!(names, 1, "no half of one beside it");
        office.close().await;
    });
}
