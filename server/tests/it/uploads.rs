//! Uploads that are many, long, broken or foreign: what a person is told, and how much waits in memory.

use axum::body::Body;
use futures::future::join_all;
use futures::stream;
use http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tenancy::testing::run;
use tokio::sync::Semaphore;

use crate::harness::{Caller, a_photo, house, register, root};

const FORM: &str = "multipart/form-data; boundary=edge";

/// The beginning of a form: the head of a part with a file.
fn head(name: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"{name}\"\r\ncontent-type: image/jpeg\r\n\r\n"
    )
}

/// What the page says of files that were not taken.
async fn told(caller: &mut Caller, address: &str) -> String {
    let page = caller.get(address).await.text();
    let alert = page.split("role=\"alert\"").nth(1).expect("a list of refusals");
    alert.split("</ul>").next().expect("its end").to_owned()
}

#[test]
fn of_a_hundred_refused_files_ten_are_named_and_the_others_counted() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa com muitas fotos").await;
        let names: Vec<String> = (0..100).map(|n| format!("planta-{n:03}.svg")).collect();
        let files: Vec<_> = names.iter().map(|n| (n.as_str(), "image/svg+xml", b"<svg/>".to_vec())).collect();
        let answer = owner.upload(&id, "application/json", &files).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let data = answer.json()["data"].clone();
        assert_eq!(data.as_array().map(Vec::len), Some(11), "{data}");
        assert_eq!(data[10][1]["more_refused"], 90);
        let answer = owner.upload(&id, "text/html", &files).await;
        let address = answer.header("location").to_owned();
        assert!(address.len() < 2048, "{} bytes", address.len());
        let list = told(&mut owner, &address).await;
        assert!(list.contains("planta-000.svg") && list.contains("planta-009.svg") && !list.contains("planta-010"));
        assert!(list.contains("E mais 90."), "{list}");
        assert!(told(&mut owner, &format!("{address}&lang=en")).await.contains("And 90 more."));
        // The longest names there are, of characters that an address writes as twelve.
        let long: Vec<String> = (0..100).map(|n| format!("{n:03}{}.svg", "\u{1f3e0}".repeat(300))).collect();
        let files: Vec<_> = long.iter().map(|n| (n.as_str(), "image/svg+xml", b"<svg/>".to_vec())).collect();
        let answer = owner.upload(&id, "text/html", &files).await;
        assert!(answer.header("location").len() < 8192, "{} bytes", answer.header("location").len());
        let list = told(&mut owner, answer.header("location")).await;
        assert!(list.contains(&format!("009{}…:", "\u{1f3e0}".repeat(56))), "{list}");
    });
}

#[test]
fn names_are_cut_short_and_cannot_turn_the_line() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa de nome comprido").await;
        let long = format!("{}.jpg", "sala ".repeat(100));
        let files = [
            (long.as_str(), "image/jpeg", a_photo(61)),
            ("contrato\u{202e}gpj.exe", "image/jpeg", a_photo(62)),
            ("\u{2066}planta\u{2069}\u{200f}.svg", "image/svg+xml", b"<svg/>".to_vec()),
        ];
        let answer = owner.upload(&id, "text/html", &files).await;
        let list = told(&mut owner, answer.header("location")).await;
        assert!(list.contains("contratogpj.exe:") && list.contains("planta.svg:"), "{list}");
        assert!(!list.contains(['\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}']));
        let names: Vec<String> =
            sqlx::query_scalar("select original_name from property_photos").fetch_all(&a.db).await.expect("read");
        assert_eq!(names, [format!("{}sala…", "sala ".repeat(11))], "nor does the history hold more");
    });
}

#[test]
fn what_was_refused_is_named_also_when_a_later_file_cannot_be_kept() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa sem tabela").await;
        let good = ("boa.jpg", "image/jpeg", a_photo(71));
        let bad = ("planta.svg", "image/svg+xml", b"<svg/>".to_vec());
        let away = "alter table property_photos rename to property_photos_away";
        sqlx::query(away).execute(&mut root(&a).await).await.expect("renamed");
        let answer = owner.upload(&id, "application/json", &[bad, good.clone()]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let data = answer.json()["data"].clone();
        assert_eq!((&data[0][1]["not_a_photo"], &data[1][1]), (&"planta.svg".into(), &"broken_off".into()), "{data}");
        let answer = owner.upload(&id, "application/json", &[good]).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "alone it is our fault as ever");
        let nobody = uuid::Uuid::now_v7().to_string();
        let back = "alter table property_photos_away rename to property_photos";
        sqlx::query(back).execute(&mut root(&a).await).await.expect("renamed");
        let files = [("planta.svg", "image/svg+xml", b"<svg/>".to_vec()), ("boa.jpg", "image/jpeg", a_photo(72))];
        let answer = owner.upload(&nobody, "application/json", &files).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "what is not there has no refusals");
    });
}

#[test]
fn a_broken_form_is_told_in_our_words_and_the_persons_language() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let mut owner = house.owner(&a).await;
        let id = register(&mut owner, "Casa do envio partido").await;
        let path = format!("/app/properties/{id}/photos");
        let cut = format!("{}<svg/>\r\n{}abc", head("planta.svg"), head("b.jpg"));
        for (body, names) in [
            (cut.clone(), true),
            ("--edge\r\nno head at all".to_owned(), false),
            ("--edge\r\ncontent-disposition: \u{1}\r\n\r\nx\r\n--edge--".to_owned(), false),
            ("nothing of a form".to_owned(), false),
        ] {
            let answer = owner.post_body(&path, "text/html", FORM, body.clone()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{body:?}: {}", answer.text());
            let address = answer.header("location").to_owned();
            let (pt, en) = (told(&mut owner, &address).await, told(&mut owner, &format!("{address}&lang=en")).await);
            assert!(pt.contains("O envio parou antes do fim."), "{body:?}: {pt}");
            assert!(en.contains("The upload stopped before its end."), "{body:?}: {en}");
            assert_eq!(pt.contains("planta.svg"), names, "what was refused until then is named: {pt}");
            let answer = owner.post_body(&path, "application/json", FORM, body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().contains("broken_off"), "{}", answer.text());
        }
        let answer =
            owner.post_body("/app/settings/brand/logo", "text/html", FORM, cut.replace("planta.svg", "")).await;
        assert!(told(&mut owner, answer.header("location")).await.contains("O envio parou antes do fim."));
        // No form of files at all, and no property: pages of ours, in the language that was asked for.
        for (path, kind, status, sentence) in [
            (format!("{path}?lang=en"), "image/jpeg", StatusCode::BAD_REQUEST, "The server could not be reached."),
            (format!("{path}?lang=pt-BR"), "image/jpeg", StatusCode::BAD_REQUEST, "Não foi possível falar"),
            (format!("{path}?lang=en"), "multipart/form-data", StatusCode::BAD_REQUEST, "The server could not"),
            ("/app/properties/casa/photos?lang=en".into(), FORM, StatusCode::NOT_FOUND, "This page does not exist"),
            ("/app/properties/%ff/photos".into(), FORM, StatusCode::NOT_FOUND, "Esta página não existe"),
        ] {
            let answer = owner.post_body(&path, "text/html", kind, "--edge--").await;
            assert_eq!(answer.status, status, "{path} {kind}");
            assert!(answer.text().contains(sentence), "{path} {kind}: {}", answer.text());
        }
    });
}

#[test]
fn eight_uploads_are_read_at_once_and_the_others_wait_at_the_door() {
    run(async {
        let house = house().await;
        let mut agencies = Vec::new();
        for _ in 0..6 {
            let a = house.agency().await;
            let mut owner = house.owner(&a).await;
            let id = register(&mut owner, "Casa de muitas mãos").await;
            agencies.push((a, owner, format!("/app/properties/{id}/photos")));
        }
        let reading = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let (gate, answered) = (Arc::new(Semaphore::new(0)), AtomicUsize::new(0));
        let uploads = (0..12_u8).map(|n| {
            let (_, owner, path) = &agencies[usize::from(n) % 6];
            let (mut owner, path) = (owner.clone(), path.clone());
            let (body, answered) = (slow(n, reading.clone(), gate.clone()), &answered);
            async move {
                let answer = owner.post_body(&path, "application/json", FORM, body).await;
                answered.fetch_add(1, Ordering::SeqCst);
                assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
            }
        });
        // One at a time is let to its end, so that all twelve would have had the time to begin.
        let opening = async {
            for n in 0..12 {
                while reading[0].load(Ordering::SeqCst) < usize::min(8, 12 - n) {
                    tokio::task::yield_now().await;
                }
                gate.add_permits(1);
                while answered.load(Ordering::SeqCst) <= n {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::join!(join_all(uploads), opening);
        assert_eq!(reading[1].load(Ordering::SeqCst), 8, "the most that were ever read at once");
        for (a, _, _) in &agencies {
            let kept = sqlx::query_scalar("select count(*) from property_photos");
            let kept: i64 = kept.fetch_one(&a.db).await.expect("counted");
            assert_eq!(kept, 2, "nobody is sent away");
        }
    });
}

#[test]
fn an_agencys_slow_uploads_do_not_keep_others_out() {
    run(async {
        let house = house().await;
        let (a, b) = (house.agency().await, house.agency().await);
        let (owner, mut other) = (house.owner(&a).await, house.owner(&b).await);
        let slow_one = register(&mut owner.clone(), "Casa de linha lenta").await;
        let quick_one = register(&mut other, "Casa de linha rápida").await;
        let reading = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let gate = Arc::new(Semaphore::new(0));
        let uploads = (0..10_u8).map(|n| {
            let (mut owner, path) = (owner.clone(), format!("/app/properties/{slow_one}/photos"));
            let body = slow(n, reading.clone(), gate.clone());
            async move { owner.post_body(&path, "application/json", FORM, body).await.status }
        });
        let others = async {
            while reading[0].load(Ordering::SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
            let files = [("sala.jpg", "image/jpeg", a_photo(81))];
            let answer = other.upload(&quick_one, "application/json", &files).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
            gate.add_permits(10);
        };
        let (answers, ()) = tokio::join!(join_all(uploads), others);
        assert_eq!(answers, [StatusCode::NO_CONTENT; 10], "and its own are all taken");
        assert_eq!(reading[1].load(Ordering::SeqCst), 2, "the most of one agency that were ever read at once");
    });
}

/// A form with one photograph that ends when the gate lets it: how many are under way is counted, and the most that were.
fn slow(shade: u8, reading: Arc<[AtomicUsize; 2]>, gate: Arc<Semaphore>) -> Body {
    let parts = stream::unfold(0, move |part| {
        let (reading, gate) = (reading.clone(), gate.clone());
        async move {
            let bytes = match part {
                0 => {
                    let now = reading[0].fetch_add(1, Ordering::SeqCst) + 1;
                    reading[1].fetch_max(now, Ordering::SeqCst);
                    let mut bytes = head(&format!("{shade}.jpg")).into_bytes();
                    bytes.extend(a_photo(shade * 20));
                    bytes
                }
                1 => {
                    gate.acquire().await.expect("never closed").forget();
                    reading[0].fetch_sub(1, Ordering::SeqCst);
                    b"\r\n--edge--\r\n".to_vec()
                }
                _ => return None,
            };
            Some((Ok::<_, std::io::Error>(bytes), part + 1))
        }
    });
    Body::from_stream(parts)
}
