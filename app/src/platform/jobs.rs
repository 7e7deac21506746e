//! What is done for operators behind the pages.

use tenancy::central::alert_mails::{self, News, Reader};

use super::{labels, words};
use crate::error::AppError;
use crate::outside::mail::Writing;
use crate::state::House;
use crate::words::Lang;

/// Writes to operators about alerts that they have not heard of. Gives how many mails wait for it.
///
/// # Errors
/// The database's.
pub async fn tell_of_alerts(house: &House) -> Result<usize, AppError> {
    let address = format!("{}/platform/health", house.settings.base_url);
    let write = |reader: &Reader, news: &[News]| {
        let lang = reader.locale.as_deref().and_then(Lang::parse).unwrap_or_default();
        let line = |news: &News| labels::alert_line(&news.kind, news.open, news.count, lang);
        let writing = Writing {
            lang,
            name: reader.name.clone(),
            subject: labels::alerts_subject(lang).to_owned(),
            lines: news.iter().map(line).collect(),
            link: Some((words::console(lang).health.to_owned(), address.clone())),
            after: Vec::new(),
        };
        writing.write()
    };
    Ok(alert_mails::tell(&house.central, &house.key, house.clock.now(), write).await?)
}
