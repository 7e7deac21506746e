//! What a picture says of itself before its pixels: whether it is opened at all, and how much memory it takes while it is open.

use image::{ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

use super::Refused;

/// The most pixels: larger pictures are refused from their header, before anything is decoded.
const MAX_PIXELS: u64 = 50_000_000;
/// The most memory that a picture may take, and that all that are open may take together.
pub(super) const MAX_ALLOC: u64 = 256 * 1024 * 1024;
/// The most memory that a decoder may take before the pixels. Real colour profiles have less than a tenth of it.
const MAX_ASIDE: u64 = 16 * 1024 * 1024;

/// A decoder that has read what stands before the pixels, within [`MAX_ASIDE`], and what the picture weighs: within
/// [`MAX_ALLOC`].
pub(super) fn begin(bytes: &[u8], format: ImageFormat) -> Result<(impl ImageDecoder, u64), Refused> {
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
    let weight = weight(&decoder, bytes, format);
    let is_small = u64::from(width) * u64::from(height) <= MAX_PIXELS && weight <= MAX_ALLOC;
    if is_small { Ok((decoder, weight)) } else { Err(Refused::TooManyPixels) }
}

/// The pixels as they are decoded, and what stands beside them at the worst moment. The decoders keep no limit on that.
fn weight(decoder: &impl ImageDecoder, bytes: &[u8], format: ImageFormat) -> u64 {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let color = decoder.color_type();
    let beside = match format {
        ImageFormat::Jpeg => coefficients(bytes, (width, height)),
        // Four bytes a pixel, of which those without transparency are copied (image-webp 0.2.4, decoder.rs, `read_image`);
        // an animation has a canvas too.
        ImageFormat::WebP if is_animated(bytes) => pixels * 8,
        ImageFormat::WebP => pixels * 4,
        _ => 0,
    };
    // Grey ones and those of 16 bits are copied to the colours that everything else is made from.
    let copied = match (color.bytes_per_pixel(), color.has_alpha()) {
        (3, false) | (4, true) => 0,
        (_, false) => pixels * 3,
        (_, true) => pixels * 4,
    };
    decoder.total_bytes() + beside.max(copied)
}

/// What a JPEG's decoder keeps of it beside the pixels: every coefficient in two bytes, when they come in several scans
/// (zune-jpeg 0.5.15: mcu_prog.rs, `block`; mcu.rs, `progressive_mcus`), and nothing for the others. As much as it can be,
/// when the headers cannot be followed.
fn coefficients(jpeg: &[u8], size: (u32, u32)) -> u64 {
    let several = |kind, count: usize, scanned: u8| kind == 0xc2 || usize::from(scanned) < count;
    match frame(jpeg) {
        Some((kind, components, scanned)) if several(kind, components.len() / 3, scanned) => kept(components, size),
        Some(_) => 0,
        None => kept(&[0x11; 4 * 3], size),
    }
}

/// The frame of a JPEG, baseline, extended or progressive, its components, and how many of them its first scan has (ITU-T
/// T.81, B.1.1 and B.2). Nothing when something else stands where a header belongs: decoders pass over it, each in its way.
fn frame(jpeg: &[u8]) -> Option<(u8, &[u8], u8)> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    let mut frame = None;
    loop {
        while rest.starts_with(&[0xff, 0xff]) {
            rest = &rest[1..];
        }
        let [0xff, kind @ 1..=0xff, high, low, ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = rest.get(4..length + 2)?;
        match (*kind, length) {
            (0xc0..=0xc2, _) => frame = Some((*kind, segment.get(6..)?)),
            (0xda, _) => return frame.and_then(|(kind, components)| Some((kind, components, *segment.first()?))),
            // The decoder reads one byte more of it than there is.
            (0xe0, 6) => return None,
            _ => {}
        }
        rest = &rest[length + 2..];
    }
}

/// Blocks of 64 coefficients: of each component as many in a unit as its two sampling factors say, in units that cover the
/// picture (A.1.1 and A.2.4).
fn kept(components: &[u8], (width, height): (u32, u32)) -> u64 {
    let factors = components.chunks_exact(3).map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15)));
    let (mut blocks, mut across, mut down) = (0, 1, 1);
    for (h, v) in factors {
        (blocks, across, down) = (blocks + h * v, across.max(h), down.max(v));
    }
    blocks * u64::from(width).div_ceil(8 * across) * u64::from(height).div_ceil(8 * down) * 64 * 2
}

/// Whether a WebP says that it is an animation (RFC 9649, 2.7.1).
fn is_animated(webp: &[u8]) -> bool {
    webp.get(12..16) == Some(b"VP8X") && webp.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// Whether a WebP says of its EXIF chunk that it is longer than the file. The decoder would make room for it first, up to
/// 4 GB. Chunks are four letters, a length, and as many bytes, made even (RIFF).
pub(super) fn claims_more(webp: &[u8]) -> bool {
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
