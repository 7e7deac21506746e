//! Photographs and logos: in through one door, out through another.

use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::BytesMut;
use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;
use tenancy::TenantDb;

use app::caller::{self, Staff, Storefront, Who};
use app::error::AppError;
use app::outside::files::from_hex;
use app::outside::pictures::{MAX_BYTES, Refused, Upload};
use app::properties::db::photos;
use app::properties::photos::take;
use app::properties::types::{PhotoId, PropertyId};
use app::state::{AppState, House};
use app::store_settings::{db as settings, logo};
use app::values::fields::FieldErrors;
use app::words::Lang;

use crate::layers::plain;

/// The largest upload: ten of the largest photographs, and a little around them.
pub const UPLOAD: usize = 10 * MAX_BYTES + 64 * 1024;

/// Takes the photographs of a form in, several at once. What is good is kept, and what is not is named.
pub async fn upload(
    State(state): State<AppState>,
    Path(property): Path<PropertyId>,
    who: Option<axum::Extension<Who>>,
    request: Option<axum::Extension<caller::Request>>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let page = format!("/app/properties/{property}/photos");
    let take = async |staff: Staff, form| take_all(&state.house, &staff, property, form).await;
    received(&page, (who, request), &headers, form, take).await
}

/// Takes the logo of a form in.
pub async fn upload_logo(
    State(state): State<AppState>,
    who: Option<axum::Extension<Who>>,
    request: Option<axum::Extension<caller::Request>>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let take = async |staff: Staff, form| take_logo(&state.house, &staff, form).await;
    received("/app/settings/brand", (who, request), &headers, form, take).await
}

/// What came of a form with files: back to its page, with what was not taken in the address.
async fn received(
    page: &str,
    (who, request): (Option<axum::Extension<Who>>, Option<axum::Extension<caller::Request>>),
    headers: &HeaderMap,
    form: Result<Multipart, MultipartRejection>,
    take: impl AsyncFnOnce(Staff, Multipart) -> Result<(), AppError>,
) -> Response {
    let wants_page = caller::accepts_html(headers);
    let (Some(axum::Extension(who)), Some(axum::Extension(request))) = (who, request) else {
        return plain::error(&AppError::Unauthenticated, wants_page, Lang::Pt, "");
    };
    let id = request.id.clone();
    let outcome = match (who, form) {
        (Who::Staff { account, role, db: Ok(db) }, Ok(form)) => take(Staff { db, account, role, request }, form).await,
        (Who::Staff { .. }, Err(_)) => Err(AppError::Transport),
        _ => Err(AppError::Unauthenticated),
    };
    match (outcome, wants_page) {
        (Ok(()), true) => Redirect::to(page).into_response(),
        (Ok(()), false) => StatusCode::NO_CONTENT.into_response(),
        (Err(AppError::Invalid(errors)), true) => {
            let errors = serde_json::to_string(&errors).unwrap_or_default();
            let errors: String = form_urlencoded::byte_serialize(errors.as_bytes()).collect();
            Redirect::to(&format!("{page}?refused={errors}")).into_response()
        }
        (Err(error), _) => plain::error(&error, wants_page, Lang::Pt, &id),
    }
}

/// The first file of the form; a form without one changes nothing.
async fn take_logo(house: &Arc<House>, staff: &Staff, mut form: Multipart) -> Result<(), AppError> {
    while let Some(field) = form.next_field().await.map_err(|_| AppError::Transport)? {
        let Some(name) = field.file_name().map(str::to_owned).filter(|n| !n.is_empty()) else { continue };
        return match read(field, name.clone()).await? {
            Some(upload) => logo::take(house, staff, upload).await,
            None => Err(Refused::TooLarge.told("logo", &name)),
        };
    }
    Ok(())
}

async fn take_all(house: &Arc<House>, staff: &Staff, id: PropertyId, mut form: Multipart) -> Result<(), AppError> {
    let mut errors = FieldErrors::default();
    while let Some(field) = form.next_field().await.map_err(|_| AppError::Transport)? {
        // An empty file input sends a part without a name.
        let Some(name) = field.file_name().map(str::to_owned).filter(|n| !n.is_empty()) else { continue };
        let taken = match read(field, name.clone()).await? {
            Some(upload) => take(house, staff, id, upload).await,
            None => Err(Refused::TooLarge.told("photos", &name)),
        };
        match taken {
            Ok(()) => {}
            Err(AppError::Invalid(wrong)) => errors.0.extend(wrong.0),
            Err(error) => return Err(error),
        }
    }
    errors.or(())
}

/// One file; none when it is too large, which is found out without keeping it.
async fn read(mut field: Field<'_>, name: String) -> Result<Option<Upload>, AppError> {
    let declared = field.content_type().map(str::to_owned);
    let mut bytes = BytesMut::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await.map_err(|_| AppError::Transport)? {
        fits = fits && bytes.len() + chunk.len() <= MAX_BYTES;
        if fits {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(fits.then(|| Upload { name, declared, bytes: bytes.freeze() }))
}

/// A photograph for the agency's own people.
pub async fn of_staff(
    State(state): State<AppState>,
    Path(address): Path<(String, String)>,
    request: Request,
) -> Response {
    match request.extensions().get::<Who>() {
        Some(Who::Staff { db: Ok(db), .. }) => answer(&state.house, db, &address, false).await,
        _ => plain::error(&AppError::Unauthenticated, true, Lang::Pt, ""),
    }
}

/// A photograph for visitors, as long as its property is published.
pub async fn of_storefront(
    State(state): State<AppState>,
    Path(address): Path<(String, String)>,
    request: Request,
) -> Response {
    match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) => answer(&state.house, db, &address, true).await,
        _ => plain::error(&AppError::NotFound, true, Lang::Pt, ""),
    }
}

/// The agency's logo for its own people.
pub async fn logo_of_staff(State(state): State<AppState>, Path(file): Path<String>, request: Request) -> Response {
    match request.extensions().get::<Who>() {
        Some(Who::Staff { db: Ok(db), .. }) => answer_logo(&state.house, db, &file).await,
        _ => plain::error(&AppError::Unauthenticated, true, Lang::Pt, ""),
    }
}

/// The agency's logo for its visitors.
pub async fn logo_of_storefront(State(state): State<AppState>, Path(file): Path<String>, request: Request) -> Response {
    match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) => answer_logo(&state.house, db, &file).await,
        _ => plain::error(&AppError::NotFound, true, Lang::Pt, ""),
    }
}

async fn answer_logo(house: &House, db: &TenantDb, file: &str) -> Response {
    if !file.strip_suffix(".png").is_some_and(are_digits) {
        return plain::error(&AppError::NotFound, true, Lang::Pt, "");
    }
    let found = async {
        let digest = settings::logo(db, &format!("/logo/{file}")).await?;
        house.files.get(db.tenant(), &digest).await?.ok_or(AppError::NotFound)
    };
    match found.await {
        Ok(bytes) => {
            let cache = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
            ([(header::CONTENT_TYPE, "image/png"), cache], bytes).into_response()
        }
        Err(error) => plain::error(&error, true, Lang::Pt, ""),
    }
}

async fn answer(house: &House, db: &TenantDb, (photo, file): &(String, String), is_visitor: bool) -> Response {
    let Some((photo, variant)) = photo.parse::<PhotoId>().ok().zip(parse(file)) else {
        return plain::error(&AppError::NotFound, true, Lang::Pt, "");
    };
    let found = async {
        let digest = photos::media(db, photo, variant, is_visitor).await?;
        let sha256 = from_hex(&digest).ok_or(AppError::NotFound)?;
        house.files.get(db.tenant(), &sha256).await?.ok_or(AppError::NotFound)
    };
    match found.await {
        Ok(bytes) => {
            let kind = if variant.1 == "webp" { "image/webp" } else { "image/jpeg" };
            let scope = if is_visitor { "public" } else { "private" };
            let cache = format!("{scope}, max-age=31536000, immutable");
            ([(header::CONTENT_TYPE, kind.to_owned()), (header::CACHE_CONTROL, cache)], bytes).into_response()
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
