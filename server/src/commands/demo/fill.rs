//! Puts the stock into the agencies: pictures drawn once and stored for each, then all records in one transaction.

use anyhow::Context as _;
use futures::StreamExt as _;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tenancy::{Deployment, OpenError, RegistryOptions, Routes, TenantDb, TenantId};
use time::{Duration, OffsetDateTime, Time};

use app::outside::files::Files;
use app::outside::files::to_hex;
use app::outside::pictures::Pictures;
use app::properties::db::photos::StoredVariant;
use app::properties::db::seed::{self, Seed, SeedPhoto, SeedSettings, steady_id};
use app::properties::rules::parse;
use app::properties::types::{PhotoId, PropertyId};
use app::store_settings::logo;
use app::values::id::StaffId;

use super::agencies::Agency;
use super::album::{self, Shot};
use super::stock::{self, Listing, State};
use crate::worker::elsewhere;

/// Pictures under way at once; `Pictures` lets two be open.
const AT_ONCE: usize = 2;
/// Files being written at once: each is flushed to the disk.
const WRITING: usize = 16;
/// Identifiers of the demo count from here, whatever day it is: 1 January 2025.
const FIRST_DAY: i64 = 1_735_689_600;

/// A picture with everything that was made of it.
struct Drawn {
    sha256: [u8; 32],
    bytes: usize,
    size: (u32, u32),
    variants: Vec<StoredVariant>,
}

/// An agency whose stock is to be written.
struct Empty {
    agency: &'static Agency,
    db: TenantDb,
    stock: Vec<Listing>,
}

/// Fills what is empty. What people have changed or archived since stays as it is.
pub(super) async fn fill(
    deployment: &Deployment,
    folder: PathBuf,
    tenants: &[(&'static Agency, TenantId)],
    (now, width): (OffsetDateTime, u32),
) -> anyhow::Result<()> {
    let routes = Routes::load(deployment.central()).await.context("the routes cannot be read")?;
    let (registry, mut committed) = deployment.registry(&routes, RegistryOptions::one_by_one());
    let year = u32::try_from(now.year()).unwrap_or_default();
    let mut empty = Vec::new();
    for (agency, tenant) in tenants {
        let Some(route) = routes.by_tenant(*tenant) else { continue };
        let db = match registry.open(&route).await {
            Ok(db) => db,
            // A suspended agency is left alone.
            Err(OpenError::NotActive(_)) => continue,
            Err(error) => return Err(error).with_context(|| format!("{} was not opened", agency.slug)),
        };
        if !seed::is_there(&db, PropertyId(id_of(agency.slug, "property", 0))).await? {
            empty.push(Empty { agency, db, stock: stock::stock(agency.slug, year) });
        }
    }
    if !empty.is_empty() {
        let files = Files::in_folder(folder).context("the folder for files cannot be made")?;
        let album = draw(&files, &empty, width).await?;
        for one in &empty {
            write(&files, one, &album, now).await.with_context(|| format!("{} was not filled", one.agency.slug))?;
            let archived = one.stock.iter().filter(|home| home.state == State::Archived).count();
            let count = one.stock.len() - archived;
            eprintln!("  {:<22} {count} properties and {archived} archived ones", one.agency.name);
        }
    }
    elsewhere::tell(deployment.central(), None, &mut committed).await;
    registry.close().await;
    Ok(())
}

/// Draws every picture that is needed, and stores it for those who need it.
async fn draw(files: &Files, empty: &[Empty], width: u32) -> anyhow::Result<BTreeMap<Shot, Drawn>> {
    let mut needed = BTreeMap::<Shot, BTreeSet<TenantId>>::new();
    for one in empty {
        for shot in one.stock.iter().flat_map(|listing| &listing.shots) {
            needed.entry(*shot).or_default().insert(one.db.tenant());
        }
    }
    eprintln!("Drawing {} pictures for the demo, once.", needed.len());
    let pictures = Pictures::default();
    let mut album = BTreeMap::new();
    let total = needed.len();
    let work = needed.into_iter().map(|(shot, tenants)| picture(files, &pictures, (shot, width), tenants));
    let mut done = futures::stream::iter(work).buffer_unordered(AT_ONCE + 1);
    while let Some(result) = done.next().await {
        let (shot, drawn) = result?;
        album.insert(shot, drawn);
        if album.len() % 20 == 0 {
            eprintln!("  {} of {total}", album.len());
        }
    }
    Ok(album)
}

async fn picture(
    files: &Files,
    pictures: &Pictures,
    (shot, width): (Shot, u32),
    tenants: BTreeSet<TenantId>,
) -> anyhow::Result<(Shot, Drawn)> {
    let (original, size) = tokio::task::spawn_blocking(move || encode(shot, width)).await??;
    let (sha256, bytes) = (Sha256::digest(&original).into(), original.len());
    let made = pictures.variants(original.into()).await?;
    let mut variants = Vec::with_capacity(made.len());
    let mut writes = Vec::with_capacity(made.len() * tenants.len());
    for variant in made {
        let (sha256, bytes) = (variant.sha256, variant.bytes);
        let (width, height, format) = (variant.width, variant.height, variant.format.to_owned());
        variants.push(StoredVariant { width, height, format, sha256: to_hex(&sha256) });
        writes.extend(tenants.iter().map(|tenant| (*tenant, sha256, bytes.clone())));
    }
    let writing =
        writes.into_iter().map(|(tenant, sha256, bytes)| async move { files.put(tenant, &sha256, bytes).await });
    let mut writing = futures::stream::iter(writing).buffer_unordered(WRITING);
    while let Some(written) = writing.next().await {
        written?;
    }
    drop(writing);
    Ok((shot, Drawn { sha256, bytes, size, variants }))
}

fn encode(shot: Shot, width: u32) -> anyhow::Result<(Vec<u8>, (u32, u32))> {
    let drawn = scenery::draw(shot.scene, shot.hour, shot.seed, width);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 94).write_image(
        &drawn.pixels,
        drawn.width,
        drawn.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok((bytes, (drawn.width, drawn.height)))
}

/// All records of an agency, together or not at all: a crash leaves nothing half done.
async fn write(files: &Files, one: &Empty, album: &BTreeMap<Shot, Drawn>, now: OffsetDateTime) -> anyhow::Result<()> {
    let staff = people(one).await?;
    let settings = settings(files, one).await?;
    let fill = one.db.transact(async |tx| {
        seed::settings(tx, &settings).await?;
        for (i, listing) in one.stock.iter().enumerate() {
            let seed = record(one.agency.slug, (i, listing), album, (&staff, now))?;
            seed::insert(tx, &seed).await?;
        }
        Ok(())
    });
    fill.await
}

/// The agency's people in the order of its description; who has left is stood in for by the owner.
async fn people(one: &Empty) -> anyhow::Result<Vec<StaffId>> {
    let there = seed::staff(&one.db).await?;
    let id = |email: &str| there.iter().find(|(e, _)| e == email).map(|(_, id)| *id);
    let owner = id(one.agency.owner.email).or(there.first().map(|(_, id)| *id)).context("nobody works there")?;
    let others = one.agency.staff.iter().map(|person| id(person.email).unwrap_or(owner));
    Ok(std::iter::once(owner).chain(others).collect())
}

async fn settings(files: &Files, one: &Empty) -> anyhow::Result<SeedSettings> {
    let (agency, face) = (one.agency, &one.agency.face);
    let ink = |colour: &str| u32::from_str_radix(colour.trim_start_matches('#'), 16);
    let drawn = scenery::logo(face.wordmark, face.mark, (ink(face.primary_color)?, ink(face.secondary_color)?), 96);
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&drawn.pixels, drawn.width, drawn.height, ExtendedColorType::Rgba8)?;
    let sha256: [u8; 32] = Sha256::digest(&png).into();
    files.put(one.db.tenant(), &sha256, png.into()).await?;
    Ok(SeedSettings {
        creci: face.creci,
        about: face.about,
        phone: face.phone,
        whatsapp: face.whatsapp,
        email: agency.email,
        address: face.address,
        primary_color: face.primary_color,
        secondary_color: face.secondary_color,
        hero_title: face.hero_title,
        logo: (logo::address(&sha256), sha256, (i32::try_from(drawn.width)?, i32::try_from(drawn.height)?)),
    })
}

/// A property with its past, counted back from today.
fn record(
    slug: &str,
    (i, listing): (usize, &Listing),
    album: &BTreeMap<Shot, Drawn>,
    (staff, now): (&[StaffId], OffsetDateTime),
) -> anyhow::Result<Seed> {
    let year = i16::try_from(now.year())?;
    // Minutes count from the beginning of the day: the same day gives the same past.
    let today = now.replace_time(Time::MIDNIGHT);
    let ago = |days: u32, later: i64| {
        let at = today - Duration::days(i64::from(days) + 1) + Duration::minutes(i64::from(listing.minute) + later);
        at.min(now - Duration::minutes(1))
    };
    let (created, published, changed) = listing.days;
    let read = |form| parse(form, year).map_err(|e| anyhow::anyhow!("{slug} {i}: {e:?}"));
    let photos = listing.shots.iter().enumerate().map(|(n, shot)| {
        let drawn: &Drawn = album.get(shot).context("every picture of the stock was drawn")?;
        Ok(SeedPhoto {
            id: PhotoId(id_of(slug, "photo", i * 100 + n)),
            alt: album::alt(shot.scene, listing.kind).to_owned(),
            name: format!("foto-{:02}.jpg", n + 1),
            sha256: drawn.sha256,
            bytes: drawn.bytes,
            size: drawn.size,
            variants: drawn.variants.clone(),
        })
    });
    let is_public = listing.state == State::Published;
    Ok(Seed {
        id: PropertyId(id_of(slug, "property", i)),
        input: read(&listing.form)?,
        at_first: read(&listing.at_first)?,
        responsible: staff[listing.people.0 % staff.len()],
        created_at: ago(created, 0),
        published: is_public.then(|| (ago(published, 35), listing.is_featured)),
        archived_at: (listing.state == State::Archived).then(|| ago(changed, 90)),
        changed: (staff[listing.people.1 % staff.len()], ago(changed, 80)),
        photos: photos.collect::<anyhow::Result<_>>()?,
    })
}

/// An identifier that is the same in every run, later for what was registered later.
fn id_of(slug: &str, what: &str, n: usize) -> uuid::Uuid {
    let digest = Sha256::digest(format!("{slug}/{what}/{n}"));
    let mut ten = [0; 10];
    ten.copy_from_slice(&digest[..10]);
    let at = OffsetDateTime::from_unix_timestamp(FIRST_DAY).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    steady_id(at + Duration::minutes(i64::try_from(n).unwrap_or_default()), ten)
}
