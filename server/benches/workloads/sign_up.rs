//! W8 as somebody has it who signs up: from the answer to the mail until the CRM of the new agency is there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Failure;
use super::installation::Installation;
use super::lines::{get, post, storefront};
use super::load::{self, Answer};
use super::moments::millis;
use super::seed::{PASSWORD, SMALL};
use super::table::{Moment, Report, median};

/// How many agencies sign up each way, and in a trial.
const EACH: (usize, usize) = (10, 2);
/// How many databases wait for them where some do: what the program does by itself.
const PREPARED: &str = "3";
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// W8: sign-ups with a database that waits for them, and without one.
pub(crate) async fn sign_ups(house: &mut Installation, (report, is_trial): (&mut Report, bool)) -> Result<(), Failure> {
    let count = if is_trial { EACH.1 } else { EACH.0 };
    let mut number = 0;
    for (prepared, what) in [(PREPARED, "a database waits"), ("0", "none waits")] {
        house.stop_server().await?;
        house.set("PREPARED_DATABASES", prepared);
        // Five an hour from one line, and a line is what a proxy says: each comes on their own.
        house.set("TRUSTED_PROXIES", "127.0.0.1");
        house.serve(&get(&storefront(house, SMALL), "/", "")).await?;
        let mut times = Vec::new();
        while times.len() < count {
            eprintln!("W8: sign-up {} of {count}, {what}", times.len() + 1);
            let is_counted = if prepared == "0" { waiting(house).await? == 0 } else { all_wait(house).await? };
            number += 1;
            let took = one(house, number).await?;
            // What an earlier server has prepared is taken by somebody who does not count.
            if is_counted {
                times.push(millis(took));
            }
        }
        times.sort_by(f64::total_cmp);
        let name = format!(
            "sign-up: from the answer to the mail to the CRM, {what} ({count}; median {:.0} ms), slowest",
            median(&times)
        );
        report.moment(Moment::at_most("W8", &name, times[count - 1], 2_000.0, "ms"));
    }
    Ok(())
}

/// How many databases wait.
async fn waiting(house: &Installation) -> Result<i64, Failure> {
    let mut central = house.root("central").await?;
    let ready = sqlx::query_scalar("select count(*) from prepared_databases where state = 'ready'");
    Ok(ready.fetch_one(&mut central).await?)
}

/// Waits until as many wait as are to.
async fn all_wait(house: &Installation) -> Result<bool, Failure> {
    let (wanted, began) = (PREPARED.parse()?, Instant::now());
    while waiting(house).await? < wanted {
        if began.elapsed() > PATIENCE {
            return Err("no database is prepared".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(true)
}

/// Somebody with a browser, so far as cookies go.
struct Person<'a> {
    house: &'a Installation,
    host: String,
    /// The header that says on which line they come.
    line: String,
    cookies: BTreeMap<String, String>,
}

impl Person<'_> {
    /// What they send with each request.
    fn headers(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if pairs.is_empty() { String::new() } else { format!("cookie: {}\r\n", pairs.join("; ")) };
        format!("{}{cookies}", self.line)
    }

    async fn ask(&mut self, request: &str) -> Result<Answer, Failure> {
        let answer = load::once(self.house.address(), request).await?;
        if !(200..400).contains(&answer.status) {
            let what = request.lines().next().unwrap_or_default();
            return Err(format!("{what}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)).into());
        }
        for (name, value) in
            headers(&answer, "set-cookie").filter_map(|cookie| cookie.split(';').next()?.split_once('='))
        {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        let request = get(&self.host, path, &self.headers());
        self.ask(&request).await
    }

    async fn call(&mut self, name: &str, fields: &[(&str, &str)]) -> Result<Answer, Failure> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = post(&self.host, &format!("/fn/{name}"), &self.headers(), &form);
        self.ask(&request).await
    }
}

fn headers<'a>(answer: &'a Answer, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// One agency by the way of a visitor. The mail's way is not counted: people read it when they do.
async fn one(house: &Installation, number: usize) -> Result<Duration, Failure> {
    let host = format!("localhost:{}", house.address().port());
    let line = format!("x-forwarded-for: 10.0.{}.{}\r\n", number / 250, number % 250 + 1);
    let mut person = Person { house, host, line, cookies: BTreeMap::new() };
    let form = text(&person.get("/cadastro").await?);
    let terms = form.split("<input").find(|input| input.contains("name=\"terms\"")).unwrap_or_default();
    let terms = between(terms, "value=\"", "\"").ok_or("the form does not say which terms")?;
    let (slug, email) = (format!("inscrita-{number}"), format!("ana@inscrita-{number}.example"));
    let fields = [
        ("company_name", "Imobiliária Inscrita"),
        ("slug", &slug),
        ("email", &email),
        ("plan", "k"),
        ("billing_period", "yearly"),
        ("terms", terms),
    ];
    let asked = person.call("sign_up/request", &fields).await?;
    let mail = headers(&asked, "location").find_map(|place| place.split_once("mail=")).ok_or("no mail was written")?.1;
    let token = token(house, mail).await?;
    person.get(&format!("/confirmar/{token}")).await?;

    let began = Instant::now();
    person.call("sign_up/confirm", &[("token", &token), ("name", "Ana Nova"), ("password", PASSWORD)]).await?;
    // The events end with the last step.
    let mut events = String::new();
    while !events.contains("event: done") {
        if began.elapsed() > PATIENCE {
            return Err(format!("{slug} is not made: {events}").into());
        }
        events = text(&person.get("/cadastro/andamento/eventos").await?);
    }
    let progress = text(&person.call("sign_up/progress", &[]).await?);
    let user = between(&progress, "\"enter\":\"", "\"").ok_or("the agency is made and has no door")?;
    person.call("auth/choose_agency", &[("user", user)]).await?;
    let crm = person.get("/app").await?;
    let took = began.elapsed();
    if crm.status != 200 || !text(&crm).contains("Imobiliária Inscrita") {
        return Err(format!("{slug} was made, and its CRM answers {}", crm.status).into());
    }
    Ok(took)
}

/// What is behind the link of a mail, as soon as the worker has carried it.
async fn token(house: &Installation, mail: &str) -> Result<String, Failure> {
    let file = house.data().join("outbox").join(format!("{mail}.eml"));
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        // A line that was too long for a mail goes on after `=` (RFC 2045, 6.7).
        let text = std::fs::read_to_string(&file).unwrap_or_default().replace("=\r\n", "");
        if let Some((_, link)) = text.split_once("/confirmar/") {
            return Ok(link.chars().take_while(char::is_ascii_alphanumeric).collect());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the mail is not carried".into())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
