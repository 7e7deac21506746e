//! Photographs and logos as bytes: what is taken in, and what is made of it. No database, no files.
//!
//! Nothing of what was received is ever served: every variant is encoded anew from its pixels, so metadata (EXIF, GPS),
//! colour profiles and whatever hides behind the picture stay behind.

mod door;

use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;
use std::sync::Arc;
use tenancy::TenantId;
use tokio::sync::Semaphore;

use crate::error::AppError;
use crate::values::fields::Problem;
use crate::values::text;

use door::Door;
pub use door::Place;

/// The largest file that is taken.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// The most pixels: larger pictures are refused from their header, before anything is decoded.
const MAX_PIXELS: u64 = 50_000_000;
/// The most memory that a picture's pixels may take.
const MAX_ALLOC: u64 = 256 * 1024 * 1024;
/// The most memory that a decoder may take beside the pixels. Real colour profiles have less than a tenth of it.
const MAX_ASIDE: u64 = 16 * 1024 * 1024;
/// The most characters of a file's name that anybody is shown.
const MAX_NAME: usize = 60;
/// Widths that are made, as far as the picture reaches. The last is the master for what comes later.
pub const WIDTHS: [u32; 4] = [320, 768, 1280, 2048];
/// The box that a logo fits into: twice the size at which pages show it.
const LOGO: (u32, u32) = (480, 144);
const JPEG_QUALITY: u8 = 82;
const WEBP_QUALITY: f32 = 78.0;

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
    pub bytes: Vec<u8>,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// Decodes and encodes off the async threads, two at a time: a picture takes up to 256 MB while it is open.
#[derive(Debug, Clone)]
pub struct Pictures {
    places: Arc<Semaphore>,
    door: Arc<Door>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(2)), door: Arc::default() }
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
    /// [`Refused`].
    pub async fn inspect(&self, bytes: bytes::Bytes, name: &str, declared: Option<&str>) -> Result<Size, Refused> {
        let format = format_of(&bytes, name, declared)?;
        self.work(move || decode(&bytes, format).map(|p| Size { width: p.width(), height: p.height() })).await
    }

    /// A logo: as it is sent, but drawn anew, with what is transparent left so, and no larger than it is ever shown.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn logo(&self, bytes: bytes::Bytes, name: &str, declared: Option<&str>) -> Result<Variant, Refused> {
        let format = format_of(&bytes, name, declared)?;
        self.work(move || open(&bytes, format).and_then(|picture| draw_logo(picture.into_rgba8()))).await
    }

    /// Every size of a photograph, in both formats, smallest first.
    ///
    /// # Errors
    /// [`Refused`] when the bytes are none that [`Self::inspect`] took.
    pub async fn variants(&self, bytes: bytes::Bytes) -> Result<Vec<Variant>, Refused> {
        let format = sniff(&bytes)?;
        self.work(move || decode(&bytes, format).and_then(|picture| encode_all(&picture))).await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let place = self.places.clone().acquire_owned().await.expect("the semaphore is never closed");
        // The place goes along: a picture is worked on to its end also when whoever asked for it has gone.
        let working = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(place);
            outcome
        });
        working.await.unwrap_or(Err(Refused::NotAPhoto))
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

/// The picture upright, on white where it was transparent.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<RgbImage, Refused> {
    open(bytes, format).map(flatten)
}

/// The picture upright.
fn open(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Refused> {
    let mut decoder = begin(bytes, format)?;
    let orientation = decoder.orientation().map_err(|_| Refused::NotAPhoto)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Refused::NotAPhoto)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// A decoder that has read what stands before the pixels, within [`MAX_ASIDE`], and whose pixels fit into [`MAX_ALLOC`].
fn begin(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder, Refused> {
    if format == ImageFormat::WebP && claims_more(bytes) {
        return Err(Refused::NotAPhoto);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // Before the decoder is made: making it unfolds a PNG's colour profile, a thousandfold and more. One that does not fit
    // is passed over, as none is of use here.
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ASIDE);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| Refused::NotAPhoto)?;
    let (width, height) = decoder.dimensions();
    let is_small = u64::from(width) * u64::from(height) <= MAX_PIXELS && decoder.total_bytes() <= MAX_ALLOC;
    if is_small { Ok(decoder) } else { Err(Refused::TooManyPixels) }
}

/// Whether a WebP says of its EXIF chunk that it is longer than the file. The decoder would make room for it first, up to
/// 4 GB. Chunks are four letters, a length, and as many bytes, made even (RIFF).
fn claims_more(webp: &[u8]) -> bool {
    let mut rest = webp.get(12..).unwrap_or_default();
    while let [kind @ .., a, b, c, d] = rest.get(..8).unwrap_or_default() {
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let data = rest.get(8..).unwrap_or_default();
        if kind == b"EXIF" && length > data.len() {
            return true;
        }
        rest = data.get(length.saturating_add(length & 1)..).unwrap_or_default();
    }
    false
}

/// A PNG that fits into [`LOGO`].
fn draw_logo(picture: RgbaImage) -> Result<Variant, Refused> {
    let (across, down) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (f64::from(LOGO.0) / across).min(f64::from(LOGO.1) / down).min(1.0);
    let sized = |length: f64| ((length * scale).round() as u32).max(1);
    let (width, height) = (sized(across), sized(down));
    let mut pixels = picture.into_raw();
    let from = Image::from_slice_u8(across as u32, down as u32, &mut pixels, PixelType::U8x4);
    let mut to = Image::new(width, height, PixelType::U8x4);
    Resizer::new().resize(&from.map_err(|_| Refused::NotAPhoto)?, &mut to, None).map_err(|_| Refused::NotAPhoto)?;
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
        .write_image(&to.into_vec(), width, height, image::ExtendedColorType::Rgba8)
        .map_err(|_| Refused::NotAPhoto)?;
    let sha256 = Sha256::digest(&bytes).into();
    Ok(Variant { width, height, format: "png", bytes, sha256 })
}

fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(flat.pixels_mut()) {
        let [r, g, b, a] = from.0;
        let over = |c: u8| ((u16::from(c) * u16::from(a) + 255 * u16::from(255 - a) + 127) / 255) as u8;
        to.0 = [over(r), over(g), over(b)];
    }
    flat
}

fn encode_all(picture: &RgbImage) -> Result<Vec<Variant>, Refused> {
    let reach = picture.width();
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|w| *w < reach).collect();
    if let (Some(largest), true) = (WIDTHS.last(), widths.len() < WIDTHS.len()) {
        widths.push(reach.min(*largest));
    }
    let mut variants = Vec::with_capacity(widths.len() * 2);
    for width in widths {
        let height = (u64::from(picture.height()) * u64::from(width) / u64::from(reach)).max(1);
        let height = u32::try_from(height).map_err(|_| Refused::TooManyPixels)?;
        let sized = resize(picture, width, height)?;
        for (format, bytes) in [("webp", webp(&sized, width, height)), ("jpg", jpeg(&sized, width, height)?)] {
            let sha256 = Sha256::digest(&bytes).into();
            variants.push(Variant { width, height, format, bytes, sha256 });
        }
    }
    Ok(variants)
}

fn resize(picture: &RgbImage, width: u32, height: u32) -> Result<Vec<u8>, Refused> {
    let mut pixels = picture.as_raw().clone();
    let from = Image::from_slice_u8(picture.width(), picture.height(), &mut pixels, PixelType::U8x3);
    let mut to = Image::new(width, height, PixelType::U8x3);
    Resizer::new().resize(&from.map_err(|_| Refused::NotAPhoto)?, &mut to, None).map_err(|_| Refused::NotAPhoto)?;
    Ok(to.into_vec())
}

fn webp(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    webp::Encoder::from_rgb(pixels, width, height).encode(WEBP_QUALITY).to_vec()
}

fn jpeg(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .write_image(pixels, width, height, image::ExtendedColorType::Rgb8)
        .map_err(|_| Refused::NotAPhoto)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
