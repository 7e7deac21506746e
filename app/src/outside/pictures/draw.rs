//! From a picture's pixels to what pages show. A picture lies as the camera held it until it is small: turned before, it would
//! be in memory twice.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{MulDiv, PixelType, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageEncoder as _, RgbImage, RgbaImage};
use sha2::{Digest as _, Sha256};
use std::fmt::Display;

use super::{PictureError, Variant, WIDTHS};

/// The box that a logo fits into: twice the size at which pages show it.
const LOGO: (u32, u32) = (480, 144);
/// Pixels on a side of a portrait: nearly three times what the largest place shows.
const PORTRAIT: u32 = 256;
/// The most pixels across and down that a WebP can have (RFC 9649, 2.5).
const MAX_SIDE: u32 = 16_383;
const JPEG_QUALITY: u8 = 82;
const WEBP_QUALITY: f32 = 78.0;

/// Pixels across and down of a picture once it is turned; and of one that is turned, before.
pub(super) const fn turned((across, down): (u32, u32), orientation: Orientation) -> (u32, u32) {
    use Orientation as O;
    match orientation {
        O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH => (down, across),
        O::NoTransforms | O::Rotate180 | O::FlipHorizontal | O::FlipVertical => (across, down),
    }
}

/// Every size of a photograph, upright, in both formats, smallest first.
pub(super) fn encode_all(picture: &RgbImage, orientation: Orientation) -> Result<Vec<Variant>, PictureError> {
    let sizes = sizes(turned(picture.dimensions(), orientation));
    let mut variants = Vec::with_capacity(sizes.len() * 2);
    for (width, height) in sizes {
        let from = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3);
        let lying = turned((width, height), orientation);
        let mut sized = rgb(resize(&from.map_err(broken)?, lying, PixelType::U8x3)?, lying);
        sized.apply_orientation(orientation);
        let sized = sized.as_bytes();
        for (format, bytes) in [("webp", webp(sized, width, height)?), ("jpg", jpeg(sized, width, height)?)] {
            let sha256 = Sha256::digest(&bytes).into();
            variants.push(Variant { width, height, format, bytes: bytes.into(), sha256 });
        }
    }
    Ok(variants)
}

/// The sizes of a photograph of this size: as many of [`WIDTHS`] as it reaches, and its own.
pub(super) fn sizes((across, down): (u32, u32)) -> Vec<(u32, u32)> {
    let (w, h) = (u64::from(across), u64::from(down));
    let reach = w.min(w * u64::from(MAX_SIDE) / h).max(1);
    let mut widths: Vec<u64> = WIDTHS.into_iter().map(u64::from).filter(|width| *width < reach).collect();
    if let (Some(largest), true) = (WIDTHS.last(), widths.len() < WIDTHS.len()) {
        widths.push(reach.min(u64::from(*largest)));
    }
    let pixels = |n: u64| u32::try_from(n.clamp(1, u64::from(MAX_SIDE))).expect("it was clamped");
    widths.into_iter().map(|width| (pixels(width), pixels(h * width / w))).collect()
}

/// On white where it was transparent, in the memory that it has.
pub(super) fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let (width, height) = (picture.width(), picture.height());
    let mut pixels = picture.into_rgba8().into_raw();
    let count = pixels.len() / 4;
    for at in 0..count {
        let alpha = u16::from(pixels[at * 4 + 3]);
        for color in 0..3 {
            let over = (u16::from(pixels[at * 4 + color]) * alpha + 255 * (255 - alpha) + 127) / 255;
            pixels[at * 3 + color] = over as u8;
        }
    }
    pixels.truncate(count * 3);
    RgbImage::from_raw(width, height, pixels).expect("three bytes a pixel")
}

/// A PNG that fits into [`LOGO`].
pub(super) fn draw_logo(picture: DynamicImage, orientation: Orientation) -> Result<Variant, PictureError> {
    let lying = (picture.width(), picture.height());
    let (across, down) = turned(lying, orientation);
    let (across, down) = (f64::from(across), f64::from(down));
    let scale = (f64::from(LOGO.0) / across).min(f64::from(LOGO.1) / down).min(1.0);
    let sized = |length: f64| ((length * scale).round() as u32).max(1);
    let mut logo = shrink(picture, turned((sized(across), sized(down)), orientation))?;
    logo.apply_orientation(orientation);
    let (logo, mut bytes) = (logo.into_rgba8(), Vec::new());
    let (width, height) = logo.dimensions();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
        .write_image(&logo, width, height, image::ExtendedColorType::Rgba8)
        .map_err(broken)?;
    let sha256 = Sha256::digest(&bytes).into();
    Ok(Variant { width, height, format: "png", bytes: bytes.into(), sha256 })
}

/// A WebP of the square in the picture's middle, at most [`PORTRAIT`] on a side.
pub(super) fn draw_portrait(picture: DynamicImage, orientation: Orientation) -> Result<Variant, PictureError> {
    let picture = flatten(picture);
    let (width, height) = picture.dimensions();
    let square = width.min(height);
    let side = square.min(PORTRAIT);
    let from = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(broken)?;
    let (left, top) = (f64::from((width - square) / 2), f64::from((height - square) / 2));
    let options = ResizeOptions::new().use_alpha(false).crop(left, top, f64::from(square), f64::from(square));
    let mut to = Image::new(side, side, PixelType::U8x3);
    Resizer::new().resize(&from, &mut to, &options).map_err(broken)?;
    let mut portrait = rgb(to.into_vec(), (side, side));
    portrait.apply_orientation(orientation);
    let bytes = webp(portrait.as_bytes(), side, side)?;
    let sha256 = Sha256::digest(&bytes).into();
    Ok(Variant { width: side, height: side, format: "webp", bytes: bytes.into(), sha256 })
}

/// The picture at this size. What is transparent weighs nothing in it: colours are multiplied before, and divided after, in
/// the memory that they have.
fn shrink(picture: DynamicImage, to: (u32, u32)) -> Result<DynamicImage, PictureError> {
    let (width, height) = (picture.width(), picture.height());
    if (width, height) == to {
        return Ok(picture);
    }
    if !picture.color().has_alpha() {
        let picture = picture.into_rgb8();
        let from = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(broken)?;
        return Ok(rgb(resize(&from, to, PixelType::U8x3)?, to));
    }
    let mut pixels = picture.into_rgba8().into_raw();
    let mut from = Image::from_slice_u8(width, height, &mut pixels, PixelType::U8x4).map_err(broken)?;
    MulDiv::new().multiply_alpha_inplace(&mut from).map_err(broken)?;
    let mut pixels = resize(&from, to, PixelType::U8x4)?;
    let mut sized = Image::from_slice_u8(to.0, to.1, &mut pixels, PixelType::U8x4).map_err(broken)?;
    MulDiv::new().divide_alpha_inplace(&mut sized).map_err(broken)?;
    Ok(DynamicImage::ImageRgba8(RgbaImage::from_raw(to.0, to.1, pixels).expect("four bytes a pixel")))
}

fn resize(
    from: &impl fast_image_resize::IntoImageView,
    (width, height): (u32, u32),
    kind: PixelType,
) -> Result<Vec<u8>, PictureError> {
    let mut to = Image::new(width, height, kind);
    Resizer::new().resize(from, &mut to, &ResizeOptions::new().use_alpha(false)).map_err(broken)?;
    Ok(to.into_vec())
}

fn rgb(pixels: Vec<u8>, (width, height): (u32, u32)) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).expect("three bytes a pixel"))
}

fn webp(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, PictureError> {
    let encoded = webp::Encoder::from_rgb(pixels, width, height).encode_simple(false, WEBP_QUALITY);
    Ok(encoded.map_err(|error| broken(format!("{error:?}")))?.to_vec())
}

fn jpeg(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .write_image(pixels, width, height, image::ExtendedColorType::Rgb8)
        .map_err(broken)?;
    Ok(bytes)
}

/// What was decoded is a picture: that it cannot be drawn is no fault of whoever sent it.
fn broken(error: impl Display) -> PictureError {
    tracing::error!(%error, "a picture could not be drawn");
    PictureError::Broken
}
