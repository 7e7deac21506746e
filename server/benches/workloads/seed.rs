//! What is in the agencies' databases: rows by SQL where there must be exactly so many, the real listings by import.

use sqlx::{Connection as _, Executor as _, PgConnection};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::installation::Installation;
use super::{Failure, sample};

/// Slug of the agency of 500 properties.
pub(crate) const SMALL: &str = "pequena";
/// Slug of its twin, which is written to: what W4 adds must not lie in the other lines' way.
pub(crate) const WRITTEN: &str = "escrita";
/// Slug of the agency of the real listings.
pub(crate) const LARGE: &str = "grande";
/// Database that the floor writes to: nobody carries its outbox, and nobody else's figures hold its cost.
pub(crate) const COPY: &str = "floor";
/// Where listings are generated, they are the same ones every time.
const SEED: u64 = 2026;
/// Password of every owner.
pub(crate) const PASSWORD: &str = "a password of the bench";

/// 500 properties: 475 published, 125 of them flats for sale with a bedroom or more, 12 on the first page, six photographs each.
const PROPERTIES: &str = "
    insert into properties
        (id, code, type, usage, purposes, status, title, description, sale_price, rent, condo, iptu, iptu_period, area_private,
         bedrooms, suites, bathrooms, parking, uf, city, neighborhood, street, responsible_id, slug)
    select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'BX' || lpad(n::text, 4, '0'),
           case when n % 19 < 5 then 'apartment' else (array['house', 'studio', 'gated_house', 'office', 'penthouse'])[1 + n % 5] end,
           'residential', case when n % 4 = 0 then array['sale', 'rent'] else array['sale'] end,
           case when n <= 475 then 'active' else 'draft' end,
           'Imóvel ' || n || ' com varanda em ' || (array['Perdizes', 'Vila Mariana', 'Moema', 'Pinheiros', 'Tatuapé'])[1 + n % 5],
           'Sala ampla, varanda e vaga; perto do metrô, do parque e das escolas do bairro. ' || repeat('Sol da manhã. ', 12),
           180000 + n * 1500, case when n % 4 = 0 then 1500 + n end, 300 + n, 1200, 'yearly', 40 + n % 160,
           1 + n % 4, 1, 1 + n % 3, n % 3, 'SP', 'São Paulo',
           (array['Perdizes', 'Vila Mariana', 'Moema', 'Pinheiros', 'Tatuapé'])[1 + n % 5] || case when n % 5 = n % 8 then '' else ' ' || n % 8 end,
           'Rua ' || n, ('01900000-0000-7000-9000-' || lpad(to_hex(1 + n % 10), 12, '0'))::uuid,
           'imovel-' || n || '-com-varanda'
    from generate_series(1, 500) n";

const PUBLISHED: &str = "
    update properties set published_at = now() - make_interval(mins => right(code, 4)::int), featured = code <= 'BX0012'
    where status = 'active'";

const PHOTOGRAPHS: &str = "
    insert into property_photos (id, property_id, position, is_cover, alt, sha256, bytes, width, height, state, variants)
    select gen_random_uuid(), p.id, i, i = 1, 'Fotografia ' || i, sha256((p.code || i)::bytea), 400000, 2048, 1365, 'ready', v.variants
    from properties p
    cross join generate_series(1, 6) i
    cross join lateral (
        select jsonb_agg(jsonb_build_object('width', w, 'height', w * 2 / 3, 'format', f,
                                            'sha256', encode(sha256((p.code || i || w || f)::bytea), 'hex')) order by w, f) as variants
        from unnest(array[320, 768, 1280, 2048]) w cross join unnest(array['jpg', 'webp']) f) v
    where p.code like 'BX%'";

const BROKERS: &str = "
    insert into staff (id, name, email)
    select ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Corretora ' || n, 'c' || n || '@pequena.example'
    from generate_series(1, 10) n";

const COUNTER: &str = "
    update usage_counters set used = (select count(*) from properties where deleted_at is null) where resource = 'properties'";

/// The names of the databases, and how the import went.
pub(crate) struct Seeded {
    pub(crate) small: String,
    pub(crate) written: String,
    pub(crate) large: String,
    pub(crate) imported: i64,
    pub(crate) import: Duration,
    /// Whether the listings are the real ones.
    pub(crate) is_real: bool,
}

/// Makes the agencies and what is in them.
pub(crate) async fn seed(house: &Installation, listings: Option<&Path>) -> Result<Seeded, Failure> {
    for slug in [SMALL, WRITTEN, LARGE] {
        create(house, slug, "k2", PASSWORD).await?;
    }
    let mut central = house.root("central").await?;
    let find = "select p.db_name from tenant_placements p join companies c on c.id = p.tenant_id where c.slug = $1";
    let small: String = sqlx::query_scalar(find).bind(SMALL).fetch_one(&mut central).await?;
    let written: String = sqlx::query_scalar(find).bind(WRITTEN).fetch_one(&mut central).await?;
    let large: String = sqlx::query_scalar(find).bind(LARGE).fetch_one(&mut central).await?;
    central.close().await?;
    for database in [&small, &written, &large] {
        let mut db = house.root(database).await?;
        db.execute(
            "update store_settings set creci = 'J-12345', phone = '(11) 5555-0100', email = 'contato@agencia.example'",
        )
        .await?;
        db.close().await?;
    }
    for database in [&small, &written] {
        let mut db = house.root(database).await?;
        for statement in [BROKERS, PROPERTIES, PUBLISHED, PHOTOGRAPHS, COUNTER, "vacuum analyze"] {
            db.execute(statement).await?;
        }
        db.close().await?;
    }
    let (file, is_real) = match listings {
        Some(file) => (file.to_owned(), true),
        None => (generated(house)?, false),
    };
    let began = Instant::now();
    import(house, &file).await?;
    let import = began.elapsed();
    let mut db = house.root(&large).await?;
    db.execute("vacuum analyze").await?;
    let imported = sqlx::query_scalar("select count(*) from properties where published_at is not null");
    let imported = imported.fetch_one(&mut db).await?;
    db.close().await?;
    copy(house, &small).await?;
    Ok(Seeded { small, written, large, imported, import, is_real })
}

/// The demo's listings in a file.
fn generated(house: &Installation) -> Result<PathBuf, Failure> {
    let file = house.answers().with_file_name("listings.csv");
    std::fs::write(&file, sample::listings(SEED))?;
    Ok(file)
}

/// The listings by the product's own command.
async fn import(house: &Installation, file: &Path) -> Result<(), Failure> {
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/sao-paulo-rentals-2019.toml");
    let (file, map) = (file.to_string_lossy(), map.to_string_lossy());
    let arguments = ["tenant", "import", LARGE, &file, "--format", "csv", "--map", &map, "--publish"];
    house.run(&arguments, "").await.map(drop)
}

/// An agency by the product's own command.
pub(crate) async fn create(house: &Installation, slug: &str, plan: &str, password: &str) -> Result<(), Failure> {
    let email = format!("dona@{slug}.example");
    let contact = format!("contato@{slug}.example");
    let arguments = [
        "tenant",
        "create",
        "--name",
        slug,
        "--slug",
        slug,
        "--email",
        &contact,
        "--admin-email",
        &email,
        "--plan",
        plan,
        "--admin-password-stdin",
    ];
    house.run(&arguments, password).await.map(drop)
}

/// The floor's own copy of the small agency.
async fn copy(house: &Installation, small: &str) -> Result<(), Failure> {
    let mut db = house.root("postgres").await?;
    db.execute(sqlx::AssertSqlSafe(format!("create database {COPY} template \"{small}\""))).await?;
    db.close().await?;
    let mut db: PgConnection = house.root(COPY).await?;
    db.execute("vacuum analyze").await?;
    Ok(db.close().await?)
}
