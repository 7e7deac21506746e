//! Mails: how a letter becomes one, and the way it goes. By SMTP where `SMTP_URL` names a server, else as a file each.
//!
//! Nothing here is asked within a request: what is to be told is written into the central database with what causes it
//! (`tenancy::central::mails`), and the worker carries it.

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};
use std::fmt;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tenancy::central::mails::{Held, Letter, Mail, Refusal};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::words::Lang;

/// A server that says nothing for so long is away.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which way mails go.
#[derive(Clone, PartialEq, Eq)]
pub enum Post {
    /// A file each, in this folder.
    Folder(PathBuf),
    /// To the server of this address, which may hold a password.
    Smtp(String),
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Self::Smtp(_) => f.write_str("Smtp(..)"),
        }
    }
}

impl Post {
    /// Reads `smtp://user:password@host:port`, with `?tls=required` or `opportunistic`, or `smtps://` for TLS from the start.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn smtp(url: &str) -> Result<Self, String> {
        let is_smtp = url.starts_with("smtp://") || url.starts_with("smtps://");
        match AsyncSmtpTransport::<Tokio1Executor>::from_url(url) {
            Ok(_) if is_smtp => Ok(Self::Smtp(url.to_owned())),
            _ => Err("must be smtp://user:password@host:587?tls=required, or smtps://..".into()),
        }
    }

    /// Whether what goes this way can be read on the way: no TLS, to another machine.
    pub fn is_open(&self) -> bool {
        let Self::Smtp(url) = self else { return false };
        let rest = url.strip_prefix("smtp://").unwrap_or_default();
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        let is_here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|here| place.starts_with(here));
        !rest.is_empty() && !url.contains("tls=required") && !is_here
    }
}

/// Carries mails.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    from: Mailbox,
    /// What identifiers of mails end with.
    domain: String,
}

#[derive(Clone)]
enum Way {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Why a mail was not taken, and whether it may be later.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not taken: {1}")]
pub struct NotTaken(pub Refusal, pub String);

/// The way mails go cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("mails cannot be sent: {0}")]
pub struct MailError(String);

impl Mailer {
    /// Opens the way; the sender is the platform itself, at the host of its own address.
    ///
    /// # Errors
    /// [`MailError`], when the address is none, or the folder cannot be made.
    pub fn open(post: &Post, host: &str) -> Result<Self, MailError> {
        let wrong = |why: String| MailError(why);
        let way = match post {
            Post::Folder(folder) => {
                let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
                made.map_err(|error| MailError(format!("{}: {error}", folder.display())))?;
                Way::Folder(folder.clone())
            }
            Post::Smtp(url) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
                let builder = builder.map_err(|_| wrong("the server's address is none".into()))?;
                let hello = ClientId::Domain(host.to_owned());
                Way::Smtp(builder.hello_name(hello).timeout(Some(PATIENCE)).build())
            }
        };
        let address = Address::new("nao-responda", host).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { way, from: Mailbox::new(Some("Sobrado".into()), address), domain: host.to_owned() })
    }

    /// Where a mail lies after it was carried, for the pages of a machine without a mail server; none: by SMTP.
    pub fn file_of(&self, id: Uuid) -> Option<PathBuf> {
        match &self.way {
            Way::Folder(folder) => Some(folder.join(format!("{id}.eml"))),
            Way::Smtp(_) => None,
        }
    }

    /// Carries one mail.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn carry(&self, held: &Held, at: OffsetDateTime) -> Result<(), NotTaken> {
        let message = self.message(held, at).map_err(|error| NotTaken(Refusal::ForGood, error))?;
        match (&self.way, self.file_of(held.id)) {
            (Way::Smtp(server), _) => server.send(message).await.map(drop).map_err(|error| {
                let refusal = if error.is_permanent() { Refusal::ForGood } else { Refusal::ForNow };
                NotTaken(refusal, told(&error))
            }),
            (Way::Folder(_), file) => {
                let (file, bytes) = (file.unwrap_or_default(), message.formatted());
                let written = tokio::task::spawn_blocking(move || write(&file, &bytes)).await;
                let written = written.unwrap_or_else(|error| Err(std::io::Error::other(error)));
                written.map_err(|error| NotTaken(Refusal::ForNow, error.to_string()))
            }
        }
    }

    fn message(&self, held: &Held, at: OffsetDateTime) -> Result<Message, String> {
        let Mail { to, letter, .. } = &held.mail;
        let name = Some(one_line(&letter.name)).filter(|name| !name.is_empty());
        let to = Mailbox::new(name, to.parse::<Address>().map_err(|error| error.to_string())?);
        let part = |kind: ContentType, text: &str| {
            let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable);
            body.map(|body| SinglePart::builder().header(kind).body(body))
                .map_err(|_| "a part cannot be written".to_owned())
        };
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &letter.text)?)
            .singlepart(part(ContentType::TEXT_HTML, &letter.html)?);
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&letter.subject))
            .date(at.into())
            .message_id(Some(format!("<{}@{}>", held.id, self.domain)))
            // No holiday note answers what no person has written (RFC 3834, 5).
            .raw_header(automatic())
            .multipart(parts)
            .map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}

fn automatic() -> lettre::message::header::HeaderValue {
    let name = lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted");
    lettre::message::header::HeaderValue::new(name, "auto-generated".into())
}

/// What a failure is about: the chain of its causes, with what the server said, and nothing of the mail.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// Whole or not at all: under its own name only when it is complete. Readable by us alone, for its links open doors.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let half = file.with_extension("part");
    let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(half, file)
}

/// A name or a subject, which somebody may have typed: no line of a header ends within it.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A letter before it is written: what the house's mails are made of.
#[derive(Debug, Clone)]
pub struct Writing {
    /// The language that it is in.
    pub lang: Lang,
    /// Whoever it is to; empty when nobody has said it yet.
    pub name: String,
    /// Subject.
    pub subject: String,
    /// Paragraphs above the link.
    pub lines: Vec<String>,
    /// What the link is called, and its whole address, made of `BASE_URL`.
    pub link: Option<(String, String)>,
    /// Paragraphs below the link.
    pub after: Vec<String>,
}

impl Writing {
    /// The letter as text and as plain HTML.
    pub fn write(&self) -> Letter {
        Letter { name: one_line(&self.name), subject: one_line(&self.subject), text: self.text(), html: self.html() }
    }

    fn text(&self) -> String {
        let link = self.link.iter().map(|(label, address)| format!("{label}:\n{address}"));
        let parts: Vec<String> = self.lines.iter().cloned().chain(link).chain(self.after.iter().cloned()).collect();
        format!("{}\n\n-- \nSobrado\n", parts.join("\n\n"))
    }

    fn html(&self) -> String {
        let paragraph = |line: &String| format!("<p>{}</p>", escaped(line));
        let link = self.link.iter().map(|(label, address)| {
            let (label, address) = (escaped(label), escaped(address));
            format!("<p><a href=\"{address}\" style=\"font-weight:bold\">{label}</a></p><p style=\"color:#555\">{address}</p>")
        });
        let parts: String =
            self.lines.iter().map(paragraph).chain(link).chain(self.after.iter().map(paragraph)).collect();
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"></head>\
             <body style=\"font-family:sans-serif;line-height:1.5;max-width:36em\">{parts}<p style=\"color:#555\">Sobrado</p></body></html>",
            self.lang.tag()
        )
    }
}

fn escaped(text: &str) -> String {
    let entity = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(entity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(to: &str, letter: Letter) -> Held {
        let mail = Mail { tenant: None, kind: "test.mail".into(), to: to.into(), letter };
        Held { id: Uuid::now_v7(), attempt: 1, worker: "test".into(), mail }
    }

    fn draft(name: &str, subject: &str) -> Writing {
        Writing {
            lang: Lang::Pt,
            name: name.into(),
            subject: subject.into(),
            lines: vec!["Olá, <b>Ana</b> & Cia.".into()],
            link: Some(("Entrar".into(), "http://localhost:3000/convite/abc".into())),
            after: vec!["Até já.".into()],
        }
    }

    fn mailer() -> Mailer {
        Mailer::open(&Post::Smtp("smtp://localhost:1".into()), "sobrado.example").expect("a way")
    }

    #[test]
    fn what_a_form_takes_for_an_address_the_mailer_takes_too() {
        for typed in [
            "ana@casa-azul.example",
            "o'brien+casa_1@b-c.com.br",
            "!#$%&'*+-/=?^_`{|}~@x.y",
            "a,b@x.y",
            "<x@y.z>",
            "a.@x.y",
            "a@-x.y",
            "a@x_y.z",
            "a;b@x.y",
            "\"a b\"@x.y",
        ] {
            let Ok(address) = crate::values::email::parse(typed) else { continue };
            assert!(address.parse::<lettre::Address>().is_ok(), "{typed}");
        }
    }

    fn headers(held: &Held) -> String {
        let bytes = mailer().message(held, OffsetDateTime::UNIX_EPOCH).expect("a message").formatted();
        let text = String::from_utf8(bytes).expect("ascii");
        text.split_once("\r\n\r\n").expect("a body").0.to_owned()
    }

    #[test]
    fn nothing_typed_begins_a_header_of_its_own() {
        for bad in [
            "Ana\r\nBcc: eve@evil.example",
            "Ana\nBcc: eve@evil.example",
            "Ana\u{85}\r\r\nBcc: x",
            "Ana\"\r\n <eve@x.example>",
        ] {
            let head = headers(&held("ana@agencia.example", draft(bad, bad).write()));
            assert!(
                !head.to_lowercase().lines().any(|line| line.starts_with("bcc") || line.starts_with(" <eve")),
                "{head}"
            );
            // Also where the letter was not written here.
            let letter = Letter { name: bad.into(), subject: bad.into(), ..draft("", "").write() };
            let head = headers(&held("ana@agencia.example", letter));
            assert!(!head.to_lowercase().lines().any(|line| line.starts_with("bcc")), "{head}");
        }
        let injected = held("ana@agencia.example>\r\nBcc: <eve@evil.example", draft("Ana", "Oi").write());
        assert!(mailer().message(&injected, OffsetDateTime::UNIX_EPOCH).is_err(), "an address is one address");
    }

    #[test]
    fn a_letter_says_the_same_as_text_and_as_html_and_typed_markup_is_text() {
        let letter = draft("Ana", "Convite").write();
        assert!(
            letter.text.contains("Olá, <b>Ana</b> & Cia.")
                && letter.text.contains("\nhttp://localhost:3000/convite/abc")
        );
        assert!(letter.html.contains("Olá, &lt;b&gt;Ana&lt;/b&gt; &amp; Cia."), "{}", letter.html);
        assert!(letter.html.contains("href=\"http://localhost:3000/convite/abc\"") && letter.html.contains("Até já."));
    }

    #[test]
    fn a_mail_names_its_sender_and_is_known_by_its_identifier() {
        let held = held("ana@agencia.example", draft("Ana", "Convite à equipe").write());
        let head = headers(&held);
        assert!(head.contains(&format!("Message-ID: <{}@sobrado.example>", held.id)), "{head}");
        assert!(
            head.contains("nao-responda@sobrado.example") && head.contains("Auto-Submitted: auto-generated"),
            "{head}"
        );
    }

    #[test]
    fn an_address_of_a_server_is_read_and_never_shown() {
        for bad in ["localhost:25", "http://mail.example", "smtp://", ""] {
            assert!(Post::smtp(bad).is_err(), "{bad}");
        }
        let post = Post::smtp("smtps://user:hunter2@mail.example").expect("an address");
        assert!(!format!("{post:?}").contains("hunter2"));
        let open = |url: &str| Post::smtp(url).expect(url).is_open();
        assert!(open("smtp://mail.example:25") && open("smtp://u:p@mail.example?tls=opportunistic"));
        assert!(
            !open("smtp://localhost:25") && !open("smtps://mail.example") && !open("smtp://mail.example?tls=required")
        );
    }
}
