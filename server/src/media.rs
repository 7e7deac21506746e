//! Photographs, logos and portraits: in through one door, out through another.

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::rejection::PathRejection;
use axum::extract::{Multipart, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{StatusCode, Uri, header};
use std::sync::Arc;
use tenancy::TenantDb;
use uuid::Uuid;

use app::account::portrait;
use app::caller::{self, Staff, Storefront, Who};
use app::drafts::db::{self as drafts, Draft, Place};
use app::error::AppError;
use app::outside::files::from_hex;
use app::outside::pictures::{MAX_BYTES, Refused, Upload};
use app::properties::db::photos;
use app::properties::photos::take;
use app::properties::types::{AT_ONCE, PhotoId, PropertyId};
use app::state::{AppState, House};
use app::store_settings::types::SettingsForm;
use app::store_settings::{db as settings, logo};
use app::team::db as team;
use app::values::fields::{FieldErrors, Fields, Problem};
use app::words::Lang;

use crate::layers::plain;

/// The largest upload: its files, and a little around them.
pub const UPLOAD: usize = AT_ONCE as usize + 64 * 1024;
const _: () = assert!(MAX_BYTES < UPLOAD, "a photograph fits into a form");
/// The most files that are named when they are not taken: a page says them all.
const NAMED: usize = 10;

/// A photograph's identifier and the name of one of its files.
type Address = Result<Path<(String, String)>, PathRejection>;

/// Who is shown a picture, and so whose caches may keep it: an address is never given other bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    ToStaff,
    ToVisitors,
}

impl Shown {
    const fn cache(self) -> &'static str {
        match self {
            Self::ToStaff => "private, max-age=31536000, immutable",
            Self::ToVisitors => "public, max-age=31536000, immutable",
        }
    }
}

/// What is wrong with the files of a form: the first by name, the others by number.
#[derive(Default)]
struct Refusals {
    named: FieldErrors,
    more: u32,
}

impl Refusals {
    /// Adds what is wrong with a file. The same sentence is said once.
    fn add(&mut self, wrong: FieldErrors) {
        for one in wrong.0 {
            if self.named.0.contains(&one) {
                continue;
            }
            if self.named.0.len() < NAMED { self.named.0.push(one) } else { self.more = self.more.saturating_add(1) }
        }
    }

    /// What became of the form. When it broke off, that is said after what was refused until then.
    fn or(mut self, field: &str, outcome: Result<(), AppError>) -> Result<(), AppError> {
        let last = match outcome {
            Ok(()) => FieldErrors::default(),
            Err(AppError::Invalid(last)) => last,
            Err(AppError::Unavailable | AppError::Internal(_)) if !self.named.is_empty() => {
                FieldErrors::one(field, Problem::BrokenOff)
            }
            Err(error) => return Err(error),
        };
        if self.more > 0 {
            self.named.add(field, Problem::MoreRefused(self.more));
        }
        self.named.0.extend(last.0);
        self.named.or(())
    }
}

/// What a logo's form sends along: the colours that are not saved yet.
const ALONG: [&str; 3] = ["version", "primary_color", "secondary_color"];
/// Bytes of the longest of them.
const LONGEST: usize = 64;

/// Takes the photographs of a form in, several at once. What is good is kept, and what is not is named.
pub async fn upload(
    State(state): State<AppState>,
    property: Result<Path<PropertyId>, PathRejection>,
    parts: Parts,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let Ok(Path(property)) = property else {
        return plain::error(&AppError::NotFound, caller::accepts_html(&parts.headers), lang_of(&parts), "");
    };
    let page = format!("/app/properties/{property}/photos");
    let take = async |staff: &Staff, form| (take_all(&state.house, staff, property, form).await, None);
    received((&state.house, &page), &parts, form, take).await
}

/// Takes the logo of a form in.
pub async fn upload_logo(
    State(state): State<AppState>,
    parts: Parts,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let take = async |staff: &Staff, form| {
        let mut typed = Fields::default();
        let taken = take_logo(&state.house, staff, form, &mut typed).await;
        match logo::unsaved(&state.house, staff, typed).await {
            Ok(unsaved) => (taken, unsaved),
            Err(error) => (taken.and(Err(error)), None),
        }
    };
    received((&state.house, SettingsForm::Brand.path()), &parts, form, take).await
}

/// Takes a photograph of whoever sends it in.
pub async fn upload_portrait(
    State(state): State<AppState>,
    parts: Parts,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let take = async |staff: &Staff, form| (take_portrait(&state.house, staff, form).await, None);
    received((&state.house, portrait::PAGE), &parts, form, take).await
}

/// What came of a form with files: back to its page. What was not taken, and what was typed and not saved, is in a draft.
async fn received(
    (house, page): (&House, &str),
    parts: &Parts,
    form: Result<Multipart, MultipartRejection>,
    take: impl AsyncFnOnce(&Staff, Multipart) -> (Result<(), AppError>, Option<Fields>),
) -> Response {
    let (wants_page, lang) = (caller::accepts_html(&parts.headers), lang_of(parts));
    let extensions = &parts.extensions;
    let (Some(who), Some(request)) = (extensions.get::<Who>(), extensions.get::<caller::Request>()) else {
        return plain::error(&AppError::Unauthenticated, wants_page, lang, "");
    };
    let (request, id) = (request.clone(), &request.id);
    let told = |error: &AppError| plain::error(error, wants_page, lang, id);
    let (staff, form) = match (who.clone(), form) {
        (Who::Staff { account, role, remember, acting, db: Ok(db) }, Ok(form)) => {
            (Staff { db, account, role, remember, acting, request }, form)
        }
        (Who::Staff { .. }, Err(_)) => return told(&AppError::Transport),
        _ => return told(&AppError::Unauthenticated),
    };
    // Before the form is read at all: what has arrived is in memory with the first look at it.
    let place = house.pictures.door(staff.db.tenant()).await;
    let taken = take(&staff, form).await;
    drop(place);
    let draft = match taken {
        (Ok(()), _) if !wants_page => return StatusCode::NO_CONTENT.into_response(),
        (Ok(()), None) => return Redirect::to(page).into_response(),
        (Ok(()), Some(fields)) => Draft { fields, refusal: None },
        (Err(error @ AppError::Invalid(_)), typed) if wants_page => {
            Draft { fields: typed.unwrap_or_default(), refusal: Some(error) }
        }
        (Err(error), _) => return told(&error),
    };
    match drafts::create(&staff.db, Place { user: staff.id(), path: page }, draft, house.clock.now()).await {
        Ok(draft) => Redirect::to(&format!("{page}?draft={draft}")).into_response(),
        Err(error) => told(&AppError::from(error)),
    }
}

fn lang_of(parts: &Parts) -> Lang {
    parts.extensions.get::<Lang>().copied().unwrap_or_default()
}

/// The first file of the form; a form without one changes nothing. What was typed stands before it.
async fn take_logo(house: &Arc<House>, staff: &Staff, mut form: Multipart, typed: &mut Fields) -> Result<(), AppError> {
    let broken = |error| broken_off("logo", &error);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if let Some(name) = field.name().filter(|name| ALONG.contains(name)).map(str::to_owned) {
            let value = bytes(field, LONGEST).await.map_err(broken)?.unwrap_or_default();
            *typed = std::mem::take(typed).with(&name, &String::from_utf8_lossy(&value));
            continue;
        }
        let Some(name) = field.file_name().map(str::to_owned).filter(|n| !n.is_empty()) else { continue };
        return match read(field, name.clone()).await.map_err(broken)? {
            Some(upload) => logo::take(house, staff, upload).await,
            None => Err(Refused::TooLarge.told("logo", &name)),
        };
    }
    Ok(())
}

/// The first file of the form; a form without one changes nothing.
async fn take_portrait(house: &Arc<House>, staff: &Staff, mut form: Multipart) -> Result<(), AppError> {
    let broken = |error| broken_off("photo", &error);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let Some(name) = field.file_name().map(str::to_owned).filter(|n| !n.is_empty()) else { continue };
        return match read(field, name.clone()).await.map_err(broken)? {
            Some(upload) => portrait::take(house, staff, upload).await,
            None => Err(Refused::TooLarge.told("photo", &name)),
        };
    }
    Ok(())
}

async fn take_all(house: &Arc<House>, staff: &Staff, id: PropertyId, form: Multipart) -> Result<(), AppError> {
    let mut refusals = Refusals::default();
    let outcome = take_each(house, staff, id, (form, &mut refusals)).await;
    refusals.or("photos", outcome)
}

/// Every file of the form, until one fails for another reason than itself.
async fn take_each(
    house: &Arc<House>,
    staff: &Staff,
    id: PropertyId,
    (mut form, refusals): (Multipart, &mut Refusals),
) -> Result<(), AppError> {
    let broken = |error| broken_off("photos", &error);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        // An empty file input sends a part without a name.
        let Some(name) = field.file_name().map(str::to_owned).filter(|n| !n.is_empty()) else { continue };
        let taken = match read(field, name.clone()).await.map_err(broken)? {
            Some(upload) => take(house, staff, id, upload).await,
            None => Err(Refused::TooLarge.told("photos", &name)),
        };
        match taken {
            Ok(()) => {}
            Err(AppError::Invalid(wrong)) => refusals.add(wrong),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What a person is told when a form cannot be read to its end. The parser's own words are for the log.
fn broken_off(field: &str, error: &MultipartError) -> AppError {
    tracing::info!(error = error.body_text(), "an upload broke off");
    AppError::invalid(field, Problem::BrokenOff)
}

/// One file; none when it is too large, which is found out without keeping it.
async fn read(field: Field<'_>, name: String) -> Result<Option<Upload>, MultipartError> {
    let declared = field.content_type().map(str::to_owned);
    let bytes = bytes(field, MAX_BYTES).await?;
    Ok(bytes.map(|bytes| Upload { name, declared, bytes }))
}

/// What a field holds; none when that is more than `most` bytes.
async fn bytes(mut field: Field<'_>, most: usize) -> Result<Option<Bytes>, MultipartError> {
    let mut bytes = BytesMut::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await? {
        fits = fits && bytes.len() + chunk.len() <= most;
        if fits {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = BytesMut::new();
        }
    }
    Ok(fits.then(|| bytes.freeze()))
}

/// A photograph for the agency's own people.
pub async fn of_staff(State(state): State<AppState>, address: Address, request: Request) -> Response {
    match request.extensions().get::<Who>() {
        Some(Who::Staff { account, role, db: Ok(db), .. }) => {
            let member = (role.sees().as_str(), account.user.as_uuid());
            answer(&state.house, db, address, Some(member)).await
        }
        _ => plain::error(&AppError::Unauthenticated, true, Lang::Pt, ""),
    }
}

/// A photograph for visitors, as long as its property is published.
pub async fn of_storefront(State(state): State<AppState>, address: Address, request: Request) -> Response {
    match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) => answer(&state.house, db, address, None).await,
        _ => plain::error(&AppError::NotFound, true, Lang::Pt, ""),
    }
}

/// The agency's logo for its own people.
pub async fn logo_of_staff(State(state): State<AppState>, request: Request) -> Response {
    match request.extensions().get::<Who>() {
        Some(Who::Staff { db: Ok(db), .. }) => answer_logo(&state.house, db, request.uri(), Shown::ToStaff).await,
        _ => plain::error(&AppError::Unauthenticated, true, Lang::Pt, ""),
    }
}

/// The agency's logo for its visitors.
pub async fn logo_of_storefront(State(state): State<AppState>, request: Request) -> Response {
    match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) => answer_logo(&state.house, db, request.uri(), Shown::ToVisitors).await,
        _ => plain::error(&AppError::NotFound, true, Lang::Pt, ""),
    }
}

/// A member's photograph, for those who work with them: under the address that their row holds and no other.
pub async fn portrait(State(state): State<AppState>, request: Request) -> Response {
    let Some(Who::Staff { db: Ok(db), .. }) = request.extensions().get::<Who>() else {
        return plain::error(&AppError::Unauthenticated, true, Lang::Pt, "");
    };
    let address = request.uri().path();
    let found = async {
        let digest = team::portrait(db, address).await?;
        state.house.files.get(db.tenant(), &digest).await?.ok_or(AppError::NotFound)
    };
    match found.await {
        Ok(bytes) => {
            let cache = Shown::ToStaff.cache();
            ([(header::CONTENT_TYPE, "image/webp"), (header::CACHE_CONTROL, cache)], bytes).into_response()
        }
        Err(error) => plain::error(&error, true, Lang::Pt, ""),
    }
}

/// Under the address that the agency's row holds (`logo::address`) and no other.
async fn answer_logo(house: &House, db: &TenantDb, address: &Uri, shown: Shown) -> Response {
    let found = async {
        let digest = settings::logo(db, address.path()).await?;
        house.files.get(db.tenant(), &digest).await?.ok_or(AppError::NotFound)
    };
    match found.await {
        Ok(bytes) => {
            ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, shown.cache())], bytes).into_response()
        }
        Err(error) => plain::error(&error, true, Lang::Pt, ""),
    }
}

/// A photograph for a member of this scope, or for visitors.
async fn answer(house: &House, db: &TenantDb, address: Address, member: Option<(&str, Uuid)>) -> Response {
    let shown = if member.is_some() { Shown::ToStaff } else { Shown::ToVisitors };
    let (photo, file) = address.map(|Path(address)| address).unwrap_or_default();
    let Some((photo, variant)) = photo.parse::<PhotoId>().ok().zip(parse(&file)) else {
        return plain::error(&AppError::NotFound, true, Lang::Pt, "");
    };
    let found = async {
        let digest = photos::media(db, photo, variant, member).await?;
        let sha256 = from_hex(&digest).ok_or(AppError::NotFound)?;
        house.files.get(db.tenant(), &sha256).await?.ok_or(AppError::NotFound)
    };
    match found.await {
        Ok(bytes) => {
            let kind = if variant.1 == "webp" { "image/webp" } else { "image/jpeg" };
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, shown.cache())], bytes).into_response()
        }
        Err(error) => plain::error(&error, true, Lang::Pt, ""),
    }
}

/// `{width}-{12 hexadecimal digits}.webp` or `.jpg`.
fn parse(file: &str) -> Option<(u32, &str, &str)> {
    let (stem, format) = file.split_once('.')?;
    let (width, digits) = stem.split_once('-')?;
    let plain = width.bytes().all(|b| b.is_ascii_digit());
    (are_digits(digits) && plain && matches!(format, "webp" | "jpg")).then_some((width.parse().ok()?, format, digits))
}

/// The twelve hexadecimal digits that our addresses hold of a content's digest.
fn are_digits(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ours_are_read() {
        assert_eq!(parse("320-0123456789ab.webp"), Some((320, "webp", "0123456789ab")));
        for junk in
            ["", "320", "320-0123456789ab.png", "320-0123456789AB.webp", "+20-0123456789ab.jpg", "../../x", "1-%.jpg"]
        {
            assert_eq!(parse(junk), None, "{junk}");
        }
    }
}
