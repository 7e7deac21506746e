//! Photographs and logos as bytes: what is taken in, and what is made of it. No database, no files.
//!
//! Nothing of what was received is ever served: every variant is encoded anew from its pixels, so metadata (EXIF, GPS),
//! colour profiles and whatever hides behind the picture stay behind.

use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::AppError;
use crate::values::fields::Problem;

/// The largest file that is taken.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// The most pixels: larger pictures are refused from their header, before anything is decoded.
const MAX_PIXELS: u64 = 50_000_000;
/// The most memory that a picture's pixels may take.
const MAX_ALLOC: u64 = 256 * 1024 * 1024;
/// The most memory that a decoder may take beside the pixels. Real colour profiles have less than a tenth of it.
const MAX_ASIDE: u64 = 16 * 1024 * 1024;
/// Uploads that may be in memory at once, of up to [`MAX_BYTES`] a file.
const AT_THE_DOOR: usize = 8;
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

/// A file's name as people are shown it: on one line, of at most 60 characters, and without the marks that turn the
/// direction of what follows (Unicode, UAX #9), behind which one ending looks like another.
pub fn shown(name: &str) -> String {
    let mut seen = name.chars().filter(|c| !c.is_control() && !turns(*c));
    let mut shown: String = seen.by_ref().take(MAX_NAME).collect();
    if seen.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Whether a character turns the direction of the text or, unseen, ends the line.
const fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    door: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(2)), door: Arc::new(Semaphore::new(AT_THE_DOOR)) }
    }
}

impl Pictures {
    /// Waits for one of the eight places of uploads: whoever holds one may read files into memory, one after the other.
    pub async fn door(&self) -> SemaphorePermit<'_> {
        self.door.acquire().await.expect("the semaphore is never closed")
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
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encodes");
        bytes.into_inner()
    }

    async fn inspect(bytes: Vec<u8>, name: &str, declared: &str) -> Result<Size, Refused> {
        Pictures::default().inspect(bytes.into(), name, Some(declared)).await
    }

    #[tokio::test]
    async fn three_formats_are_taken() {
        for (format, name) in [(ImageFormat::Jpeg, "a.JPG"), (ImageFormat::Png, "a.png"), (ImageFormat::WebP, "a.webp")]
        {
            let size = inspect(photo(40, 30, format), name, format.to_mime_type()).await;
            assert_eq!(size, Ok(Size { width: 40, height: 30 }), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_no_photograph_is_refused() {
        let jpeg = photo(40, 30, ImageFormat::Jpeg);
        assert_eq!(inspect(jpeg.clone(), "a.png", "image/png").await, Err(Refused::NotAPhoto), "name and bytes differ");
        assert_eq!(inspect(jpeg.clone(), "a.jpg", "image/png").await, Err(Refused::NotAPhoto), "type and bytes differ");
        assert_eq!(inspect(jpeg[..200].to_vec(), "a.jpg", "image/jpeg").await, Err(Refused::NotAPhoto), "cut short");
        for fake in ["<svg onload=alert(1)>", "<html>", "GIF89a", "%PDF-1.7", ""] {
            assert_eq!(inspect(fake.into(), "a.jpg", "image/jpeg").await, Err(Refused::NotAPhoto), "{fake}");
        }
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
        assert_eq!(inspect(heic, "IMG_1.HEIC", "image/heic").await, Err(Refused::Heic));
        assert_eq!(inspect(vec![0xff; MAX_BYTES + 1], "a.jpg", "image/jpeg").await, Err(Refused::TooLarge));
    }

    /// A PNG's header claims 50,000 by 50,000 pixels; the file has 60 bytes.
    #[tokio::test]
    async fn a_bomb_is_refused_from_its_header() {
        let png = resized(photo(1, 1, ImageFormat::Png), 50_000, 50_000);
        assert_eq!(inspect(png, "a.png", "image/png").await, Err(Refused::TooManyPixels));
    }

    /// The PNG with another size in its header.
    fn resized(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        // The header's checksum (PNG, 5.3): CRC-32 over type and data.
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        png
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
        })
    }

    /// A colour profile of 40 MB of nothing: some forty kilobytes in the file. It is passed over, and the picture taken.
    #[tokio::test]
    async fn a_bomb_in_a_colour_profile_is_not_unfolded() {
        let with_profile = |length: usize| {
            let mut bytes = Vec::new();
            let mut encoder = PngEncoder::new(&mut bytes);
            encoder.set_icc_profile(vec![0; length]).expect("PNG has profiles");
            encoder.write_image(&[90; 12], 2, 2, image::ExtendedColorType::Rgb8).expect("encodes");
            bytes
        };
        let profile = |bytes: &[u8]| {
            let mut decoder = begin(bytes, ImageFormat::Png).expect("a picture");
            decoder.icc_profile().expect("readable").map(|profile| profile.len())
        };
        assert_eq!(profile(&with_profile(500_000)), Some(500_000), "one of a printer's size is read");
        let bomb = with_profile(40 * 1024 * 1024);
        assert!(bomb.len() < 200_000, "{} bytes in the file", bomb.len());
        assert_eq!(profile(&bomb), None);
        assert_eq!(inspect(bomb, "a.png", "image/png").await, Ok(Size { width: 2, height: 2 }));
    }

    #[tokio::test]
    async fn pixels_that_do_not_fit_are_refused_from_the_header() {
        // 45 million pixels of eight bytes: fewer than a camera's, in more than 256 MB.
        let wide = DynamicImage::ImageRgba16(image::ImageBuffer::new(1, 1));
        let mut png = Cursor::new(Vec::new());
        wide.write_to(&mut png, ImageFormat::Png).expect("encodes");
        assert_eq!(
            inspect(resized(png.into_inner(), 9_000, 5_000), "a.png", "image/png").await,
            Err(Refused::TooManyPixels)
        );
    }

    /// An EXIF chunk of sixty bytes that says it has 4 GB.
    #[tokio::test]
    async fn a_chunk_that_claims_more_than_the_file_is_refused() {
        let simple = photo(40, 30, ImageFormat::WebP);
        let with_exif = |claimed: u32| {
            let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x27\0\0\x1d\0\0".to_vec();
            bytes.extend(&simple[12..]);
            bytes.extend(b"EXIF");
            bytes.extend(claimed.to_le_bytes());
            bytes.extend([0; 60]);
            let length = u32::try_from(bytes.len() - 8).expect("small");
            bytes[4..8].copy_from_slice(&length.to_le_bytes());
            bytes
        };
        assert!(!claims_more(&simple) && !claims_more(b"RIFF") && !claims_more(&with_exif(60)));
        assert!(claims_more(&with_exif(61)) && claims_more(&with_exif(u32::MAX)));
        let size = inspect(with_exif(60), "a.webp", "image/webp").await;
        assert_eq!(size, Ok(Size { width: 40, height: 30 }), "an honest one is taken");
        assert_eq!(inspect(with_exif(u32::MAX), "a.webp", "image/webp").await, Err(Refused::NotAPhoto));
    }

    #[tokio::test]
    async fn a_picture_keeps_its_place_when_whoever_asked_has_gone() {
        let pictures = Pictures::default();
        let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let (begun, mut beginnings) = tokio::sync::mpsc::unbounded_channel();
        let mut gates = Vec::new();
        let mut open_one = |pictures: Pictures| {
            let (counts, begun) = (counts.clone(), begun.clone());
            let (open, gate) = std::sync::mpsc::channel::<()>();
            gates.push(open);
            tokio::spawn(async move {
                let decode = move || {
                    counts.1.fetch_max(counts.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    begun.send(()).expect("counted");
                    // Until the gate is opened, by being dropped.
                    let _ = gate.recv();
                    counts.0.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                pictures.work(decode).await
            })
        };
        for asking in [open_one(pictures.clone()), open_one(pictures.clone())] {
            beginnings.recv().await.expect("begun");
            asking.abort();
            assert!(asking.await.is_err_and(|gone| gone.is_cancelled()));
        }
        assert_eq!(pictures.places.available_permits(), 0, "both are still being decoded");
        let others = [open_one(pictures.clone()), open_one(pictures.clone())];
        tokio::task::yield_now().await;
        gates.clear();
        for other in others {
            assert_eq!(other.await.expect("not aborted"), Ok(()));
        }
        assert_eq!((counts.0.load(Ordering::SeqCst), counts.1.load(Ordering::SeqCst)), (0, 2), "two at a time");
    }

    #[test]
    fn names_are_shown_short_and_the_way_they_are_read() {
        assert_eq!(shown("sala.jpg"), "sala.jpg");
        assert_eq!(shown("sala\u{202e}gpj.exe"), "salagpj.exe");
        assert_eq!(shown("\u{200e}a\u{2066}b\u{2069}\n\0c\u{200f}\u{2028}"), "abc");
        assert_eq!(shown(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(shown(&"é".repeat(61)), format!("{}…", "é".repeat(59)));
        assert_eq!(shown(&format!("{}\u{200e}", "é".repeat(60))), "é".repeat(60), "what is not shown does not count");
    }

    /// A JPEG with an EXIF block: camera, place, and lying on its side (orientation 6).
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"); // Orientation: 6
        tiff.extend(b"\x01\x0f\0\x02\0\0\0\x10\0\0\0\x26"); // Make, at offset 38
        tiff.extend(b"\0\0\0\0SECRET-CAMERA-1\0");
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(tiff);
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(u16::try_from(exif.len() + 2).expect("small").to_be_bytes());
        bytes.extend(exif);
        bytes.extend(&jpeg[2..]);
        bytes.extend(b"<script>polyglot</script>");
        bytes
    }

    #[tokio::test]
    async fn variants_are_upright_and_carry_nothing_of_the_original() {
        let original = with_exif(&photo(900, 600, ImageFormat::Jpeg));
        let pictures = Pictures::default();
        let size = pictures.inspect(original.clone().into(), "a.jpg", Some("image/jpeg")).await;
        assert_eq!(size, Ok(Size { width: 600, height: 900 }), "turned upright");
        let variants = pictures.variants(original.into()).await.expect("a photograph");
        let sizes: Vec<_> = variants.iter().map(|v| (v.width, v.height, v.format)).collect();
        assert_eq!(sizes, [(320, 480, "webp"), (320, 480, "jpg"), (600, 900, "webp"), (600, 900, "jpg")]);
        for variant in &variants {
            for trace in [&b"SECRET-CAMERA"[..], b"Exif", b"polyglot"] {
                assert!(!variant.bytes.windows(trace.len()).any(|w| w == trace), "{trace:?} in {}", variant.format);
            }
            let again = image::load_from_memory(&variant.bytes).expect("a picture");
            assert_eq!((again.width(), again.height()), (variant.width, variant.height));
        }
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(1, 1, image::Rgba([10, 20, 30, 0])));
        assert_eq!(flatten(clear).get_pixel(0, 0).0, [255, 255, 255]);
    }

    #[tokio::test]
    async fn a_logo_stays_transparent_and_carries_nothing_of_the_original() {
        let drawn =
            image::RgbaImage::from_fn(1200, 240, |x, _| image::Rgba([0, 74, 173, if x < 600 { 0 } else { 255 }]));
        let mut png = Cursor::new(Vec::new());
        drawn.write_to(&mut png, ImageFormat::Png).expect("encodes");
        let mut png = png.into_inner();
        png.extend(b"<script>polyglot</script>");
        let logo = Pictures::default().logo(png.into(), "logo.png", Some("image/png")).await.expect("a logo");
        assert_eq!((logo.width, logo.height, logo.format), (480, 96, "png"));
        assert!(!logo.bytes.windows(8).any(|w| w == b"polyglot"));
        let again = image::load_from_memory(&logo.bytes).expect("a picture").into_rgba8();
        assert_eq!((again.get_pixel(5, 5).0[3], again.get_pixel(470, 5).0), (0, [0, 74, 173, 255]));
        let svg = Pictures::default().logo("<svg/>".into(), "logo.svg", Some("image/svg+xml")).await;
        assert_eq!(svg.err(), Some(Refused::NotAPhoto));
    }
}
