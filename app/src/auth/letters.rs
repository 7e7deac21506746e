//! What people are told by mail of their own account: whoever changed it, they hear of it.

use tenancy::TenantId;
use tenancy::central::mails::Mail;

use super::types::News;
use super::words;
use crate::outside::mail::Writing;
use crate::words::Lang;

/// To whom a letter goes.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The agency on whose behalf; none: the platform's.
    pub tenant: Option<TenantId>,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their language.
    pub lang: Lang,
}

/// The letter. It says what happened, and the way to look after it; nothing in it opens a door.
pub fn about_second_factor(news: News, reader: &Reader, page: String) -> Mail {
    let (subject, line) = words::news(news, reader.lang);
    let writing = Writing {
        lang: reader.lang,
        name: reader.name.clone(),
        subject: subject.to_owned(),
        lines: vec![words::greeting(&reader.name, reader.lang), line.to_owned()],
        link: Some((words::second_factor(reader.lang).account.to_owned(), page)),
        after: vec![words::not_me(reader.lang).to_owned()],
    };
    Mail { tenant: reader.tenant, kind: news.name().to_owned(), to: reader.email.clone(), letter: writing.write() }
}
