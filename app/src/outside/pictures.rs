//! Photographs, logos and portraits as bytes: what is taken in, and what is made of it. No database, no files.
//!
//! Nothing of what was received is ever served: every variant is encoded anew from its pixels, so metadata (EXIF, GPS),
//! colour profiles and whatever hides behind the picture stay behind.

mod door;
mod draw;
mod header;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat};
use std::sync::Arc;
use tenancy::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::AppError;
use crate::values::fields::Problem;
use crate::values::text;

use door::Door;
pub use door::Place;
use draw::{draw_logo, draw_portrait, encode_all, flatten, turned};
use header::{MAX_ALLOC, begin};

/// The largest file that is taken.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// The most characters of a file's name that anybody is shown.
const MAX_NAME: usize = 60;
/// Widths that are made, as far as the picture reaches. The last is the master for what comes later.
pub const WIDTHS: [u32; 4] = [320, 768, 1280, 2048];
/// Pictures that may be open at once; one that needs more than its part of [`MAX_ALLOC`] is open alone.
const PLACES: u32 = 2;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its bytes are no JPEG, PNG or WebP, or its name or type says something else than its bytes.
    #[error("not a photograph")]
    NotAPhoto,
    /// A phone's HEIC, which browsers do not show.
    #[error("HEIC")]
    Heic,
    /// More than [`MAX_BYTES`].
    #[error("too large")]
    TooLarge,
    /// More pixels than a camera makes.
    #[error("too many pixels")]
    TooManyPixels,
}

impl Refused {
    /// What a person is told about a file of this name that is not taken.
    pub fn told(self, field: &str, name: &str) -> AppError {
        let name = shown(name);
        let problem = match self {
            Self::NotAPhoto => Problem::NotAPhoto(name),
            Self::Heic => Problem::Heic(name),
            Self::TooLarge => Problem::PhotoTooLarge(name),
            Self::TooManyPixels => Problem::TooManyPixels(name),
        };
        AppError::invalid(field, problem)
    }
}

/// Why nothing came of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It is not taken: that is for whoever sent it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Our work on it broke off, and nothing is known of the picture.
    #[error("the work on a picture broke off")]
    Broken,
}

impl PictureError {
    /// What a person is told about a file of this name of which nothing came.
    pub fn told(self, field: &str, name: &str) -> AppError {
        match self {
            Self::Refused(refused) => refused.told(field, name),
            Self::Broken => AppError::Internal(crate::caller::request_id()),
        }
    }
}

/// A file's name as people are shown it.
pub fn shown(name: &str) -> String {
    text::shown_name(name, MAX_NAME)
}

/// A file as a browser sends it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What the person called it.
    pub name: String,
    /// The type that the browser says it is.
    pub declared: Option<String>,
    /// The file.
    pub bytes: bytes::Bytes,
}

/// A picture that was decoded whole: it is what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
}

/// One encoded size of a picture.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// `webp` or `jpg`; a logo's is `png`.
    pub format: &'static str,
    /// The file.
    pub bytes: Bytes,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// Decodes and encodes off the async threads, so many at a time that they take 256 MB together: two, or a large one alone.
#[derive(Debug, Clone)]
pub struct Pictures {
    places: Arc<Semaphore>,
    door: Arc<Door>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES as usize)), door: Arc::default() }
    }
}

impl Pictures {
    /// Waits for one of the eight places of uploads, of which an agency has two at most: whoever holds one may read files
    /// into memory, one after the other.
    pub async fn door(&self, tenant: TenantId) -> Place {
        self.door.place(tenant).await
    }

    /// Whether these bytes are a photograph that we take, under the name and type that came with them.
    ///
    /// # Errors
    /// [`PictureError`].
    pub async fn inspect(&self, bytes: bytes::Bytes, name: &str, declared: Option<&str>) -> Result<Size, PictureError> {
        let format = format_of(&bytes, name, declared)?;
        let inspect = |(picture, orientation): (DynamicImage, _)| {
            let (width, height) = turned((picture.width(), picture.height()), orientation);
            Ok(Size { width, height })
        };
        self.open(bytes, format, inspect).await
    }

    /// A logo: as it is sent, but drawn anew, with what is transparent left so, and no larger than it is ever shown.
    ///
    /// # Errors
    /// [`PictureError`].
    pub async fn logo(&self, bytes: bytes::Bytes, name: &str, declared: Option<&str>) -> Result<Variant, PictureError> {
        let format = format_of(&bytes, name, declared)?;
        self.open(bytes, format, |(picture, orientation)| draw_logo(picture, orientation)).await
    }

    /// A portrait: the square in the middle of what is sent, drawn anew, no larger than it is ever shown.
    ///
    /// # Errors
    /// [`PictureError`].
    pub async fn portrait(
        &self,
        bytes: bytes::Bytes,
        name: &str,
        declared: Option<&str>,
    ) -> Result<Variant, PictureError> {
        let format = format_of(&bytes, name, declared)?;
        self.open(bytes, format, |(picture, orientation)| draw_portrait(picture, orientation)).await
    }

    /// Every size of a photograph, in both formats, smallest first.
    ///
    /// # Errors
    /// [`PictureError`]: refused when the bytes are none that [`Self::inspect`] took.
    pub async fn variants(&self, bytes: bytes::Bytes) -> Result<Vec<Variant>, PictureError> {
        let format = sniff(&bytes)?;
        self.open(bytes, format, |(picture, orientation)| encode_all(&flatten(picture), orientation)).await
    }

    /// Does this to a picture.
    async fn open<T: Send + 'static>(
        &self,
        bytes: bytes::Bytes,
        format: ImageFormat,
        work: impl FnOnce((DynamicImage, Orientation)) -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        let places = self.places_of(bytes.clone(), format).await?;
        self.work(places, move || work(decode(&bytes, format)?)).await
    }

    /// Waits for a picture's place, or for all of them when it is large. The place in which that is found out is given back
    /// before: two that kept theirs would wait for each other.
    async fn places_of(&self, bytes: bytes::Bytes, format: ImageFormat) -> Result<OwnedSemaphorePermit, PictureError> {
        let header = self.wait_for(1).await;
        let weight = self.work(header, move || Ok(begin(&bytes, format)?.1)).await?;
        Ok(self.wait_for(if weight > MAX_ALLOC / u64::from(PLACES) { PLACES } else { 1 }).await)
    }

    async fn wait_for(&self, places: u32) -> OwnedSemaphorePermit {
        self.places.clone().acquire_many_owned(places).await.expect("the semaphore is never closed")
    }

    async fn work<T: Send + 'static>(
        &self,
        places: OwnedSemaphorePermit,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        // The places go along: a picture is worked on to its end also when whoever asked for it has gone.
        let working = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(places);
            outcome
        });
        working.await.unwrap_or_else(|error| {
            // What a panic says stands in the log already, as far as it may.
            let is_panic = error.is_panic();
            tracing::error!(is_panic, "the work on a picture broke off");
            Err(PictureError::Broken)
        })
    }
}

fn sniff(bytes: &[u8]) -> Result<ImageFormat, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooLarge);
    }
    // ISO base media: four bytes of length, `ftyp`, and a brand of the HEIF family (ISO/IEC 23008-12).
    if bytes.get(4..8) == Some(b"ftyp")
        && bytes.get(8..11).is_some_and(|b| matches!(b, b"hei" | b"hev" | b"mif" | b"msf"))
    {
        return Err(Refused::Heic);
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(format),
        _ => Err(Refused::NotAPhoto),
    }
}

/// The format, when bytes, extension and declared type agree.
fn format_of(bytes: &[u8], name: &str, declared: Option<&str>) -> Result<ImageFormat, Refused> {
    let format = sniff(bytes)?;
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let fitting = extension.is_some_and(|e| format.extensions_str().contains(&e.as_str()));
    if fitting && declared.is_none_or(|d| d == format.to_mime_type()) { Ok(format) } else { Err(Refused::NotAPhoto) }
}

/// The picture as it lies in the file, and how it is to be turned.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), Refused> {
    let (mut decoder, _) = begin(bytes, format)?;
    let orientation = decoder.orientation().map_err(|_| Refused::NotAPhoto)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Refused::NotAPhoto)?;
    Ok((picture, orientation))
}

#[cfg(test)]
mod tests;
