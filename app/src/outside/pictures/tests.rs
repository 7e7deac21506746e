//! Photographs and logos: what is taken, what is refused, and how much of the machine they may have.

use super::draw::sizes;
use super::header::claims_more;
use super::*;
use image::codecs::png::PngEncoder;
use image::{ImageEncoder as _, RgbImage};
use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

async fn inspect(bytes: Vec<u8>, name: &str, declared: &str) -> Result<Size, Refused> {
    Pictures::default().inspect(bytes.into(), name, Some(declared)).await.map_err(refused)
}

fn refused(error: PictureError) -> Refused {
    match error {
        PictureError::Refused(why) => why,
        PictureError::Broken => panic!("the work on it broke off"),
    }
}

#[tokio::test]
async fn three_formats_are_taken() {
    for (format, name) in [(ImageFormat::Jpeg, "a.JPG"), (ImageFormat::Png, "a.png"), (ImageFormat::WebP, "a.webp")] {
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
        let (mut decoder, _) = begin(bytes, ImageFormat::Png).expect("a picture");
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

/// A JPEG's headers up to its data: a frame of this kind and size, of components with these sampling factors, and a scan of so
/// many of them.
fn jpeg(kind: u8, (width, height): (u16, u16), factors: &[u8], scanned: u8) -> Vec<u8> {
    let count = u8::try_from(factors.len()).expect("few");
    // A marker may be filled up (B.1.1.2).
    let mut bytes = b"\xff\xd8\xff\xff\xff".to_vec();
    bytes.extend([kind, 0, 8 + 3 * count, 8]);
    bytes.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
    bytes.push(count);
    bytes.extend((1..).zip(factors).flat_map(|(n, factor)| [n, *factor, 0]));
    bytes.extend([0xff, 0xda, 0, 6 + 2 * scanned, scanned]);
    bytes.extend((1..=scanned).flat_map(|n| [n, 0]));
    bytes.extend([0, if kind == 0xc2 { 0 } else { 63 }, 0]);
    bytes
}

#[test]
fn what_a_jpegs_decoder_keeps_beside_the_pixels_is_counted() {
    const HALF: [u8; 3] = [0x22, 0x11, 0x11];
    let weight = |kind, size, factors: &[u8], scanned| {
        let bytes = jpeg(kind, size, factors, scanned);
        begin(&bytes, ImageFormat::Jpeg).map(|(_, weight)| weight)
    };
    for (what, kind, factors, scanned, a_pixel) in [
        ("baseline", 0xc0, &HALF[..], 3, 3),
        ("baseline of full colour", 0xc0, &[0x11; 3], 3, 3),
        ("baseline in several scans", 0xc0, &HALF, 1, 6),
        ("progressive", 0xc2, &HALF, 3, 6),
        ("progressive of full colour", 0xc2, &[0x11; 3], 3, 9),
        ("grey", 0xc0, &[0x11], 1, 4),
        ("progressive and of four inks", 0xc2, &[0x11; 4], 4, 11),
    ] {
        assert_eq!(weight(kind, (6_000, 4_000), factors, scanned), Ok(a_pixel * 24_000_000), "{what}");
    }
    let large = (8_000, 6_000);
    assert_eq!(weight(0xc0, large, &HALF, 3), Ok(3 * 48_000_000), "a camera's largest");
    for (kind, scanned) in [(0xc2, 3), (0xc0, 1)] {
        assert_eq!(weight(kind, large, &HALF, scanned), Err(Refused::TooManyPixels));
    }
    // Edges are whole blocks.
    assert_eq!(weight(0xc2, (1, 1), &HALF, 3), Ok(3 + 6 * 64 * 2));
    // What comes before the frame and after the first scan says nothing of it: a preview, a phone's map of brightness.
    let weight = |bytes: &[u8]| begin(bytes, ImageFormat::Jpeg).map(|(_, weight)| weight);
    let (photo, preview) = (jpeg(0xc0, (80, 64), &HALF, 3), jpeg(0xc2, (80, 64), &[0x11], 1));
    let length = u16::try_from(preview.len() + 2).expect("short").to_be_bytes();
    let with_preview = [&photo[..2], &[0xff, 0xe1], &length, &preview, &photo[2..], &preview].concat();
    assert_eq!(weight(&with_preview), Ok(3 * 80 * 64));
    // Headers that only the decoder finds its way through may hide anything.
    for between in [&b"ab"[..], &[0xff, 0xe0, 0, 6, 0, 0, 0, 0, 0]] {
        assert_eq!(weight(&[&photo[..2], between, &photo[2..]].concat()), Ok(11 * 80 * 64), "{between:?}");
    }
}

#[tokio::test]
async fn a_large_picture_is_open_alone() {
    let pictures = Pictures::default();
    // Half of 256 MB is 44 million pixels of three bytes. The picture itself need not be there: it is not decoded before the
    // places are taken.
    for (pixels, left) in [((6_000, 4_000), 1), ((8_000, 5_500), 1), ((8_000, 5_600), 0)] {
        let bytes = jpeg(0xc0, pixels, &[0x22, 0x11, 0x11], 3);
        let taken = pictures.places_of(bytes.into(), ImageFormat::Jpeg).await.expect("they are free");
        assert_eq!(pictures.places.available_permits(), left, "{pixels:?}");
        drop(taken);
    }
    assert_eq!(pictures.places.available_permits(), PLACES as usize);
}

#[tokio::test]
async fn large_pictures_do_not_wait_for_each_other() {
    let pictures = Pictures::default();
    let large = jpeg(0xc0, (8_000, 5_600), &[0x22, 0x11, 0x11], 3);
    let all = (0..8).map(|_| async {
        let taken = pictures.places_of(large.clone().into(), ImageFormat::Jpeg).await.expect("it gets in");
        assert_eq!(pictures.places.available_permits(), 0, "alone");
        drop(taken);
    });
    futures::future::join_all(all).await;
    assert_eq!(pictures.places.available_permits(), PLACES as usize);
}

#[tokio::test]
async fn work_that_breaks_off_says_nothing_of_the_picture() {
    let pictures = Pictures::default();
    let places = pictures.wait_for(PLACES).await;
    let broken: Result<(), _> = pictures.work(places, || panic!("a decoder's own mistake")).await;
    assert_eq!(broken, Err(PictureError::Broken));
    assert!(matches!(PictureError::Broken.told("photos", "a.jpg"), AppError::Internal(_)), "it is our fault");
    assert_eq!(pictures.places.available_permits(), PLACES as usize, "its places are free again");
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
            pictures.work(pictures.wait_for(1).await, decode).await
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
    // The forsaken two may be the last to end.
    let _both = pictures.places.acquire_many(2).await.expect("never closed");
    assert_eq!((counts.0.load(Ordering::SeqCst), counts.1.load(Ordering::SeqCst)), (0, 2), "two at a time");
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

/// Every way in which a camera may have been held (EXIF, Orientation).
#[test]
fn a_picture_is_the_same_whether_it_is_turned_before_it_is_small_or_after() {
    let lying = RgbImage::from_fn(800, 500, |x, y| image::Rgb([(x / 4) as u8, (y / 3) as u8, ((x + y) / 6) as u8]));
    for value in 1..=8 {
        let orientation = Orientation::from_exif(value).expect("one of eight");
        let mut upright = DynamicImage::ImageRgb8(lying.clone());
        upright.apply_orientation(orientation);
        let upright = upright.into_rgb8();
        assert_eq!(turned(lying.dimensions(), orientation), upright.dimensions(), "orientation {value}");
        let expected = encode_all(&upright, Orientation::NoTransforms).expect("drawn");
        let variants = encode_all(&lying, orientation).expect("drawn");
        assert_eq!(variants.len(), expected.len(), "orientation {value}");
        for (variant, expected) in variants.iter().zip(&expected) {
            let of = |v: &Variant| (v.width, v.height, v.format);
            assert_eq!(of(variant), of(expected), "orientation {value}");
            let pixels = |v: &Variant| image::load_from_memory(&v.bytes).expect("a picture").into_rgb8().into_raw();
            let (one, other) = (pixels(variant), pixels(expected));
            assert_eq!(one.len(), other.len());
            let furthest = one.iter().zip(&other).map(|(a, b)| a.abs_diff(*b)).max().expect("pixels");
            assert!(furthest <= 24, "orientation {value}, {:?}: {furthest}", of(variant));
        }
        let logo = draw_logo(DynamicImage::ImageRgb8(lying.clone()), orientation).expect("drawn");
        let expected = draw_logo(DynamicImage::ImageRgb8(upright), Orientation::NoTransforms).expect("drawn");
        assert_eq!((logo.width, logo.height), (expected.width, expected.height), "orientation {value}");
    }
}

#[test]
fn a_size_is_never_longer_than_a_webp_can_be() {
    assert_eq!(sizes((4_000, 3_000)), [(320, 240), (768, 576), (1280, 960), (2048, 1536)]);
    assert_eq!(sizes((900, 600)), [(320, 213), (768, 512), (900, 600)]);
    assert_eq!(sizes((320, 10)), [(320, 10)]);
    assert_eq!(sizes((4_000, 1)), [(320, 1), (768, 1), (1280, 1), (2048, 1)]);
    assert_eq!(sizes((700, 65_535)), [(174, 16_290)]);
    assert_eq!(sizes((1, 65_535)), [(1, 16_383)]);
    let tall = RgbImage::new(4, 20_000);
    let variants = encode_all(&tall, Orientation::NoTransforms).expect("drawn");
    assert!(variants.iter().all(|v| (v.width, v.height) == (3, 15_000)) && variants.len() == 2);
}

#[test]
fn what_is_transparent_becomes_white() {
    let drawn = image::RgbaImage::from_fn(3, 2, |x, y| image::Rgba([10, 20, 30, (x * 100 + y * 55) as u8]));
    let flat = flatten(DynamicImage::ImageRgba8(drawn.clone()));
    for (from, to) in drawn.pixels().zip(flat.pixels()) {
        let alpha = u32::from(from.0[3]);
        let over = |c: u32| ((2 * (c * alpha + 255 * (255 - alpha)) + 255) / 510) as u8;
        assert_eq!(to.0, [over(10), over(20), over(30)], "{from:?}");
    }
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(1, 1, image::Rgba([10, 20, 30, 0])));
    assert_eq!(flatten(clear).get_pixel(0, 0).0, [255, 255, 255]);
}

#[tokio::test]
async fn a_logo_stays_transparent_and_carries_nothing_of_the_original() {
    let drawn = image::RgbaImage::from_fn(1200, 240, |x, _| image::Rgba([0, 74, 173, if x < 600 { 0 } else { 255 }]));
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
    assert_eq!(svg.err(), Some(Refused::NotAPhoto.into()));
}

#[tokio::test]
async fn a_portrait_is_the_square_in_the_middle_upright_and_carries_nothing_of_the_original() {
    // Red on the left, green in the middle, blue on the right: of a wide picture the middle is left.
    let wide =
        RgbImage::from_fn(900, 300, |x, _| image::Rgb([[255, 0, 0], [0, 255, 0], [0, 0, 255]][(x / 300) as usize]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    wide.write_to(&mut bytes, ImageFormat::Png).expect("written");
    let pictures = Pictures::default();
    let drawn = pictures.portrait(bytes.into_inner().into(), "eu.png", Some("image/png")).await.expect("drawn");
    assert_eq!((drawn.width, drawn.height, drawn.format), (256, 256, "webp"));
    let read = image::load_from_memory(&drawn.bytes).expect("a picture").into_rgb8();
    for (x, y) in [(4, 4), (128, 128), (251, 251)] {
        let image::Rgb([r, g, b]) = *read.get_pixel(x, y);
        assert!(g > 200 && r < 60 && b < 60, "{x},{y} is {r} {g} {b}");
    }
    // A small one stays as small as it is, and what a camera writes into it is gone.
    let small = with_exif(&photo(90, 60, ImageFormat::Jpeg));
    assert!(small.windows(4).any(|w| w == b"Exif"));
    let drawn = pictures.portrait(small.into(), "eu.jpg", Some("image/jpeg")).await.expect("drawn");
    assert_eq!((drawn.width, drawn.height), (60, 60));
    assert!(!drawn.bytes.windows(4).any(|w| w == b"Exif" || w == b"EXIF"));
    let heic = pictures.portrait(b"\0\0\0\x18ftypheic....".to_vec().into(), "eu.heic", Some("image/heic")).await;
    assert_eq!(heic.map(|_| ()).map_err(refused), Err(Refused::Heic));
}
