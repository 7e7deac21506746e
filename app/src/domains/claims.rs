//! What an agency's people do with its domains, and what the DNS is asked for it.

use tenancy::Host;
use tenancy::central::claims::{self, ClaimError};
use tenancy::central::companies::{self, By};
use tenancy::central::domains::{self, Domain};
use tenancy::central::mails::Letter;
use tenancy::central::news::{News, Reader, Writer};
use tenancy::central::settling::{self, Finding, Look};
use tenancy::central::slugs::{self, RenameError};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rules;
use super::types::{DnsRecord, DomainRow, DomainsShown, Tone};
use super::words::{self, Told};
use crate::access::Can;
use crate::caller::Staff;
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::AppError;
use crate::outside::mail::Writing;
use crate::outside::names::NoAnswer;
use crate::state::House;
use crate::values::day::format_instant;
use crate::values::fields::Problem;
use crate::values::{slug, text};
use crate::words::{Lang, lang};

/// The path of the page.
const PAGE: &str = "/app/settings/domains";

fn by(staff: &Staff) -> By {
    staff.request.by(staff.account.user.as_uuid())
}

/// Everything that the page shows.
///
/// # Errors
/// The databases'.
pub async fn shown(house: &House, staff: &Staff, draft: Option<Uuid>) -> Result<DomainsShown, AppError> {
    let (tenant, now, lang) = (staff.db.tenant(), house.clock.now(), lang());
    let all = domains::list(&house.central, tenant, now).await?;
    // Not what the route says: it may have been changed a moment ago, and who changed it wants to see it.
    let (slug, name, redirects) = domains::chosen(&house.central, tenant).await?;
    // Without them the page still says where a host has to lead by name.
    let ours = house.names.addresses(&house.settings.base_host).await.unwrap_or_default();
    let ours: Vec<String> = ours.iter().map(ToString::to_string).collect();
    let place = Place { user: staff.id(), path: PAGE };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let home = format!("{slug}.{}", house.settings.base_host);
    let in_doubt = all.iter().filter(|domain| domain.state == "suspect");
    Ok(DomainsShown {
        warnings: in_doubt.map(|domain| words::in_doubt(&unicode(&domain.host), lang)).collect(),
        domains: all.iter().map(|domain| row(house, domain, (&all, &ours), lang)).collect(),
        home,
        address: slug,
        agency_name: name,
        may_rename: staff.role.may(Can::RenameAgency),
        redirects,
        has_primary: all.iter().any(|domain| domain.is_primary),
        typed,
    })
}

fn unicode(host: &str) -> String {
    Host::parse(host).map_or_else(|| host.to_owned(), |host| host.to_unicode())
}

fn row(house: &House, domain: &Domain, (all, ours): (&[Domain], &[String]), lang: Lang) -> DomainRow {
    let told = Told::of(&domain.state, &domain.tls_state, domain.problem.as_deref(), house.settings.https);
    let is_live = domain.state != "released";
    let mut notes = words::notes(&told, lang);
    if let (true, Some(at)) = (is_live, domain.last_checked_at) {
        notes.push(words::looked_at(&format_instant(at, lang), lang));
    }
    let twin = rules::twin(&domain.host).filter(|twin| is_live && all.iter().all(|other| other.host != *twin));
    DomainRow {
        id: domain.id,
        name: unicode(&domain.host),
        state: words::state(&domain.state, lang).to_owned(),
        tls: if matches!(domain.state.as_str(), "verified" | "suspect") {
            words::tls(&domain.tls_state, lang).to_owned()
        } else {
            String::new()
        },
        tone: tone(domain),
        tls_tone: tls_tone(&domain.tls_state),
        notes,
        records: if is_live && (domain.state != "verified" || domain.problem.is_some()) {
            records(&domain.host, &domain.token, (&house.settings.base_host, ours), domain.is_vouched)
        } else {
            Vec::new()
        },
        is_primary: domain.is_primary,
        may_be_primary: !domain.is_primary && is_fit(house, domain),
        is_live,
        twin,
    }
}

fn tone(domain: &Domain) -> Tone {
    match domain.state.as_str() {
        "verified" if domain.problem.is_none() && domain.tls_state != "failed" => Tone::Good,
        "verified" | "suspect" => Tone::Warn,
        _ => Tone::Plain,
    }
}

fn tls_tone(state: &str) -> Tone {
    match state {
        "active" => Tone::Good,
        "failed" => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// Whether a domain can be the agency's address: proven, and where the platform is on https, answering over it.
fn is_fit(house: &House, domain: &Domain) -> bool {
    domain.state == "verified" && (!house.settings.https || domain.tls_state == "active")
}

/// What is to be set in a domain's DNS: the proof, and where it leads. A registered name cannot be an alias.
fn records(host: &str, token: &str, (platform, ours): (&str, &[String]), is_vouched: bool) -> Vec<DnsRecord> {
    let record = |kind: &str, name: String, value: String| DnsRecord { kind: kind.to_owned(), name, value };
    let mut records = Vec::new();
    if !is_vouched {
        records.push(record("TXT", format!("_sobrado-verify.{host}"), claims::proof(token)));
    }
    if !rules::is_apex(host) {
        records.push(record("CNAME", host.to_owned(), platform.to_owned()));
        return records;
    }
    let kind = |address: &String| if address.contains(':') { "AAAA" } else { "A" };
    records.extend(ours.iter().map(|address| record(kind(address), host.to_owned(), address.clone())));
    records
}

/// Claims a host for the agency.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong with it, [`AppError::TooMany`].
pub async fn claim(house: &House, staff: &Staff, host: &str) -> Result<(), AppError> {
    let host = rules::parse_host(host, &house.settings.base_host).map_err(|why| AppError::invalid("host", why))?;
    let mut token = [0; 16];
    getrandom::fill(&mut token).map_err(|_| AppError::Unavailable)?;
    let token = crate::outside::files::to_hex(&token);
    let (tenant, now) = (staff.db.tenant(), house.clock.now());
    let claimed = claims::create(&house.central, tenant, &host, &token, now, by(staff)).await;
    claimed.map(drop).map_err(|error| match error {
        ClaimError::Own => AppError::invalid("host", Problem::Taken),
        ClaimError::Quarantined => AppError::invalid("host", Problem::Quarantined),
        ClaimError::TooMany => AppError::invalid("host", Problem::TooManyDomains(claims::MOST)),
        ClaimError::TooOften(seconds) => AppError::TooMany(seconds),
        ClaimError::Database(error) => error.into(),
    })
}

/// Looks at a domain's DNS now, and draws the conclusion.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::TooMany`] when it was looked at a moment ago.
pub async fn check(house: &House, staff: &Staff, id: Uuid) -> Result<(), AppError> {
    let (tenant, now) = (staff.db.tenant(), house.clock.now());
    let domain = find(house, tenant, id, now).await?;
    if domain.state == "released" {
        return Err(AppError::NotFound);
    }
    if !claims::take_turn(&house.central, id, now).await? && !house.settings.only_counts {
        return Err(AppError::TooMany(u32::try_from(claims::PAUSE.whole_seconds()).unwrap_or(10)));
    }
    settle(house, &domain, false, by(staff)).await?;
    if domain.tls_state == "failed" {
        // Whoever asks has mended something: the edge is asked anew.
        domains::set_tls(&house.central, id, "none", OffsetDateTime::UNIX_EPOCH).await?;
    }
    Ok(())
}

async fn find(house: &House, tenant: tenancy::TenantId, id: Uuid, now: OffsetDateTime) -> Result<Domain, AppError> {
    let all = domains::list(&house.central, tenant, now).await?;
    all.into_iter().find(|domain| domain.id == id).ok_or(AppError::NotFound)
}

/// Asks the DNS of a domain, and draws the conclusion.
///
/// # Errors
/// The database's; a DNS that does not answer is none.
pub async fn settle(house: &House, domain: &Domain, is_daily: bool, by: By) -> Result<(), AppError> {
    let asked = ask(house, domain).await;
    let (finding, proofs) = asked.unwrap_or((Finding::NoAnswer, Vec::new()));
    let look = Look { finding, proofs, is_daily };
    let writer = Writer { key: &house.key, write: &|news, host, reader| letter(house, news, host, reader) };
    settling::settle(&house.central, domain.id, &look, house.clock.now(), (by, &writer)).await?;
    Ok(())
}

/// What an owner is told by mail.
fn letter(house: &House, news: News, host: &str, reader: &Reader) -> Letter {
    let lang = reader.locale.as_deref().and_then(Lang::parse).unwrap_or_default();
    let news = match news {
        News::Suspect => words::News::Suspect,
        News::Released => words::News::Released,
        News::Moved => words::News::Moved,
    };
    let (subject, lines) = words::letter(news, &unicode(host), lang);
    let link = (words::letter_link(lang).to_owned(), format!("{}{PAGE}", house.settings.base_url));
    Writing { lang, name: reader.name.clone(), subject, lines, link: Some(link), after: Vec::new() }.write()
}

async fn ask(house: &House, domain: &Domain) -> Result<(Finding, Vec<String>), NoAnswer> {
    let name = format!("_sobrado-verify.{}", domain.host);
    let (ours, there, proofs) = futures::try_join!(
        house.names.addresses(&house.settings.base_host),
        house.names.addresses(&domain.host),
        house.names.texts(&name)
    )?;
    let is_proven = domain.is_vouched || proofs.contains(&claims::proof(&domain.token));
    let finding = match (is_proven, !there.is_empty() && there.is_subset(&ours)) {
        (false, _) => Finding::NoProof,
        // One address that is not ours is enough for some visitors to go astray, and for no certificate.
        (true, false) => Finding::PointsElsewhere,
        (true, true) => Finding::Fine,
    };
    Ok((finding, proofs))
}

/// Makes a domain the agency's address; none: its place under the platform's host.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Invalid`] when it is not ready for that.
pub async fn choose(house: &House, staff: &Staff, id: Option<Uuid>) -> Result<(), AppError> {
    let (tenant, now) = (staff.db.tenant(), house.clock.now());
    if let Some(id) = id {
        find(house, tenant, id, now).await?;
    }
    let chosen = domains::set_primary(&house.central, tenant, id, house.settings.https, by(staff)).await?;
    if chosen { Ok(()) } else { Err(AppError::invalid("primary", Problem::NotOverHttps)) }
}

/// Lets the agency's other hosts lead to its main domain, or show the site themselves.
///
/// # Errors
/// The database's.
pub async fn redirect(house: &House, staff: &Staff, is_on: bool) -> Result<(), AppError> {
    Ok(domains::set_redirects(&house.central, staff.db.tenant(), is_on, by(staff)).await?)
}

/// Lets go of a domain, when the person has said that they mean it.
///
/// # Errors
/// [`AppError::Invalid`] when they have not, [`AppError::NotFound`].
pub async fn release(house: &House, staff: &Staff, id: Uuid, is_confirmed: bool) -> Result<(), AppError> {
    let (tenant, now) = (staff.db.tenant(), house.clock.now());
    find(house, tenant, id, now).await?;
    if !is_confirmed {
        return Err(AppError::invalid("confirmed", Problem::NotConfirmed));
    }
    let released = claims::release(&house.central, tenant, id, now, by(staff)).await?;
    if released { Ok(()) } else { Err(AppError::NotFound) }
}

/// Gives the agency another name in addresses. The one that it had leads there for 90 days.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong with it.
pub async fn rename(house: &House, staff: &Staff, address: &str) -> Result<(), AppError> {
    let wrong = |problem| AppError::invalid("address", problem);
    let address = address.trim().to_lowercase();
    if address.is_empty() {
        return Err(wrong(Problem::Required));
    }
    if !(2..=40).contains(&address.len()) || slug::slugify(&address) != address {
        return Err(wrong(Problem::NotASlug));
    }
    match slugs::rename(&house.central, &house.key, (staff.db.tenant(), &address), by(staff)).await {
        Ok(_) => Ok(()),
        Err(RenameError::Taken) => Err(wrong(Problem::Taken)),
        Err(RenameError::Reserved) => Err(wrong(Problem::Reserved)),
        Err(RenameError::TooOften) => Err(wrong(Problem::TooManyRenames)),
        Err(RenameError::Invalid) => Err(wrong(Problem::NotASlug)),
        Err(RenameError::NotFound) => Err(AppError::NotFound),
        Err(RenameError::Database(error)) => Err(error.into()),
    }
}

/// Gives the agency another name for people. The site's is another one, and says what it said.
///
/// # Errors
/// [`AppError::Invalid`] with what is wrong with it.
pub async fn set_name(house: &House, staff: &Staff, name: &str) -> Result<(), AppError> {
    let name = text::parse_name(name, 160).map_err(|why| AppError::invalid("name", why))?;
    let known = companies::set_name(&house.central, (staff.db.tenant(), &name), by(staff)).await?;
    known.map(drop).ok_or(AppError::NotFound)
}
