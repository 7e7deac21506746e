//! A fleet: a thousand agencies with a small stock each, made by the product's own provisioner in this process, several at
//! once.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use nix::sys::statvfs::statvfs;
use sqlx::migrate::{Migration, Migrator};
use sqlx::{Connection as _, Executor as _};
use std::path::Path;
use std::time::{Duration, Instant};
use tenancy::central::operations::NewTenant;
use tenancy::provision::Provisioner;
use tenancy::testing::PASSWORD_HASH;
use tenancy::{Deployment, DeploymentOptions, Key};

use super::Failure;
use super::installation::Installation;

/// How many agencies, and how many there are when PostgreSQL is killed for the first time.
const MANY: (usize, usize) = (1_000, 200);
/// The same for a trial.
const FEW: (usize, usize) = (40, 20);
/// Agencies in the making at once.
const AT_ONCE: usize = 8;
/// What a database takes on the disk, and the log that it is copied through, in megabytes.
const ROOM: u64 = 12;

/// Sixteen properties, all of them published, twelve on the first page.
const STOCK: &str = "
    update store_settings set creci = 'J-12345', phone = '(11) 5555-0100';
    insert into properties
        (id, code, type, usage, purposes, status, title, description, sale_price, condo, iptu, iptu_period, area_private,
         bedrooms, suites, bathrooms, parking, uf, city, neighborhood, street, slug, featured, published_at)
    select gen_random_uuid(), 'FX' || lpad(n::text, 4, '0'), (array['apartment', 'house', 'studio'])[1 + n % 3], 'residential',
           array['sale'], 'active', 'Imóvel ' || n || ' com varanda',
           'Sala ampla, varanda e vaga; perto do metrô, do parque e das escolas do bairro. ' || repeat('Sol da manhã. ', 12),
           180000 + n * 15000, 300 + n, 1200, 'yearly', 40 + n, 1 + n % 4, 1, 1 + n % 3, n % 3, 'SP', 'São Paulo',
           (array['Perdizes', 'Vila Mariana', 'Moema', 'Pinheiros', 'Tatuapé'])[1 + n % 5], 'Rua ' || n,
           'imovel-' || n || '-com-varanda', n <= 12, now() - make_interval(mins => n)
    from generate_series(1, 16) n;
    analyze properties";

/// An agency of the fleet.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) slug: String,
    pub(crate) database: String,
}

/// All of them.
pub(crate) struct Fleet {
    pub(crate) members: Vec<Member>,
    /// How many there will be, and at how many PostgreSQL is killed first.
    pub(crate) size: (usize, usize),
    /// How long the making took.
    pub(crate) making: Duration,
    schema: Schema,
}

/// At which schema the agencies begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// The product's.
    Newest,
    /// The one before its newest file: there is something to migrate.
    OneBefore,
}

impl Fleet {
    /// There are none yet, and the disk has room for all.
    pub(crate) fn begin(
        house: &Installation,
        schema: Schema,
        (wanted, is_trial): (Option<usize>, bool),
    ) -> Result<Self, Failure> {
        let (all, some) = if is_trial { FEW } else { MANY };
        let all = wanted.map_or(all, |wanted| wanted.max(4));
        let size = (all, some.min(all));
        is_room(house, size.0)?;
        Ok(Self { members: Vec::new(), size, making: Duration::ZERO, schema })
    }

    /// Makes so many more, and lets go of the databases.
    pub(crate) async fn make(&mut self, house: &Installation, count: usize) -> Result<(), Failure> {
        let began = Instant::now();
        durably(house, false).await?;
        let deployment = Deployment::open(DeploymentOptions {
            data_dir: house.data(),
            central_url: None,
            provisioner_url: None,
            key: Key::parse(&std::fs::read_to_string(house.data().join("secret_key"))?)?,
            cluster_settings: Vec::new(),
        })
        .await?;
        let provisioner = match self.schema {
            Schema::Newest => deployment.provisioner(),
            Schema::OneBefore => deployment.provisioner().of_history(one_before().await?),
        };
        provisioner.build_template().await?;
        let first = self.members.len();
        let mut made =
            stream::iter(first..first + count).map(|n| one(&provisioner, house, n)).buffer_unordered(AT_ONCE);
        while let Some(member) = made.try_next().await? {
            self.members.push(member);
            if self.members.len().is_multiple_of(100) {
                let rate = (self.members.len() - first) as f64 / began.elapsed().as_secs_f64();
                eprintln!("fleet: {} agencies, {rate:.1} a second", self.members.len());
            }
        }
        drop(made);
        deployment.close().await?;
        durably(house, true).await?;
        self.making += began.elapsed();
        Ok(())
    }
}

/// Four hundred files a database would be synchronised one by one at each checkpoint: minutes of somebody's disk that are no
/// workload here. Afterwards all of it lies on the disk as if it had been there for long.
pub(crate) async fn durably(house: &Installation, is_durable: bool) -> Result<(), Failure> {
    let mut root = house.root("postgres").await?;
    if is_durable {
        root.execute("checkpoint").await?;
        root.execute("alter system reset fsync").await?;
    } else {
        root.execute("alter system set fsync = off").await?;
    }
    root.execute("select pg_reload_conf()").await?;
    root.close().await?;
    if is_durable {
        tokio::task::spawn_blocking(nix::unistd::sync).await?;
    }
    Ok(())
}

async fn one(provisioner: &Provisioner, house: &Installation, n: usize) -> Result<Member, Failure> {
    let slug = format!("frota-{n}");
    let new = NewTenant {
        name: format!("Imobiliária {n}"),
        email: format!("contato@{slug}.example"),
        admin_name: format!("Olga {n}"),
        admin_email: format!("dona@{slug}.example"),
        admin_password_hash: PASSWORD_HASH.to_owned(),
        plan: "k".to_owned(),
        domain: None,
        slug: slug.clone(),
        person: None,
    };
    let tenant = provisioner.create(&new).await?;
    let database = format!("t_{}", tenant.as_uuid().simple());
    let mut db = house.root(&database).await?;
    db.execute(STOCK).await?;
    db.close().await?;
    Ok(Member { slug, database })
}

/// The history without its newest file.
async fn one_before() -> Result<&'static Migrator, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/tenant");
    let mut files: Vec<Migration> = Migrator::new(folder).await?.iter().cloned().collect();
    files.pop();
    let mut migrator = Migrator::with_migrations(files);
    migrator.set_locking(false).set_ignore_missing(true);
    Ok(Box::leak(Box::new(migrator)))
}

/// Refuses to begin what the disk cannot hold.
fn is_room(house: &Installation, count: usize) -> Result<(), Failure> {
    let folder = house.cluster("folder")?;
    let disk = statvfs(folder.as_str())?;
    let free = disk.blocks_available() * disk.fragment_size() / 1024 / 1024;
    let needed = count as u64 * ROOM + 2_048;
    if free < needed {
        return Err(format!(
            "{count} agencies need {needed} MB of disk where {folder} lies, and {free} MB are free: nothing of W6, W7 and W13 \
             was measured"
        )
        .into());
    }
    Ok(())
}
