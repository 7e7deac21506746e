//! A throw-away PostgreSQL with agencies in it, made by the same steps as in production. For tests of every crate.
//!
//! One cluster a test process, on one runtime that outlives every test: connections belong to the runtime that made them.

use std::collections::VecDeque;
use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Once};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, OnceCell, mpsc};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};

use crate::central::operations::NewTenant;
use crate::central::{accounts, people};
use crate::cluster::{Cluster, ClusterOptions};
use crate::{
    Deployment, DeploymentOptions, Key, PersonId, Registry, RegistryOptions, Route, Routes, TenantDb, TenantId, UserId,
};

/// Secret of every test installation.
pub const SECRET: &str = "a secret of thirty-two characters, for tests only";
/// Password of everybody whom [`agency`] makes.
pub const PASSWORD: &str = "sobrado-demo-2026";
/// Its argon2id hash with the product's parameters, so that making an agency costs none.
pub const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29icmFkby10ZXN0LXNhbHQ$w8iLOIY1fn4Q637IrVQiQoHxaGwpIgG76BSXnWs3PuM";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime starts")
});
static BED: OnceCell<Bed> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// What has panicked last, in this process. A runtime's threads write to the captured output of the test that started them,
/// which is not shown when that one passes: whoever fails says it on their own thread.
static PANICS: std::sync::Mutex<VecDeque<(Option<tokio::task::Id>, String)>> = std::sync::Mutex::new(VecDeque::new());
/// So many of them are kept.
const KEPT: usize = 16;
static HOOK: Once = Once::new();

fn remember(panic: &std::panic::PanicHookInfo<'_>) {
    let mut all = PANICS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if all.len() == KEPT {
        all.pop_front();
    }
    all.push_back((tokio::task::try_id(), panic.to_string()));
}

/// Runs a test's future on the runtime that all tests share.
///
/// # Panics
/// As the future did, and says what that was, or else what other tasks have panicked with of late.
pub fn run<F>(test: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            remember(panic);
            usual(panic);
        }));
    });
    let task = RUNTIME.spawn(test);
    let id = task.id();
    match RUNTIME.block_on(task) {
        Ok(output) => output,
        Err(error) => {
            let all = PANICS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            let own = all.iter().any(|(task, _)| *task == Some(id));
            for (_, text) in all.iter().filter(|(task, _)| !own || *task == Some(id)) {
                eprintln!("{text}");
            }
            std::panic::resume_unwind(error.into_panic())
        }
    }
}

/// What a test process has opened.
#[derive(Debug)]
pub struct Bed {
    /// The databases.
    pub deployment: Deployment,
    /// Tenant pools.
    pub registry: Registry,
    /// The routing map, followed.
    pub routes: Routes,
    /// Whose outbox may hold something.
    pub committed: Mutex<mpsc::UnboundedReceiver<TenantId>>,
    /// The installation's folder.
    pub data_dir: PathBuf,
}

/// The process's cluster, started by the first test that asks.
pub async fn bed() -> &'static Bed {
    BED.get_or_init(open).await
}

async fn open() -> Bed {
    let data_dir = tempfile::Builder::new().prefix("sobrado-test-").tempdir().expect("a temporary folder").keep();
    // As root the cluster belongs to `postgres`, who must be able to walk in.
    std::fs::set_permissions(&data_dir, std::fs::Permissions::from_mode(0o711)).expect("ours");
    let deployment = Deployment::open(DeploymentOptions {
        data_dir: data_dir.clone(),
        central_url: None,
        provisioner_url: None,
        key: Key::parse(SECRET).expect("long enough"),
        // Nothing here outlives the process; what must survive a crash has a test of its own, with the settings as they are.
        // The module that counts statements is there, as administrators like to have it: what it shows to whom is tested.
        cluster_settings: [
            ("fsync", "off"),
            ("max_connections", "400"),
            ("shared_buffers", "128MB"),
            ("shared_preload_libraries", "pg_stat_statements"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
    })
    .await
    .expect("the cluster starts");
    let cluster = deployment.cluster().expect("it is private");
    watch(cluster.pid(), &data_dir, cluster.data_directory());
    deployment.migrate_central().await.expect("the central database is migrated");
    deployment.provisioner().build_template().await.expect("the template is built");
    let options = RegistryOptions { max_connections: 60, ..RegistryOptions::default() };
    let routes = Routes::load(deployment.central()).await.expect("the routes are loaded");
    let (registry, committed) = deployment.registry(&routes, options);
    tokio::spawn(routes.clone().follow(|_| ()));
    Bed { deployment, registry, routes, committed: Mutex::new(committed), data_dir }
}

/// Another PostgreSQL beside the bed's, as an administrator hands it over: a role that makes databases, and closed doors.
#[derive(Debug)]
pub struct Another {
    /// The cluster.
    pub cluster: Cluster,
    /// The role that makes databases, with its password.
    pub url: String,
}

/// The password of [`Another`]'s role.
pub const ANOTHER_PASSWORD: &str = "hand-over-0815";

/// Makes one. It is stopped when this process is gone, or closed.
pub async fn another(name: &str) -> Another {
    let data_dir = bed().await.data_dir.join(name);
    std::fs::create_dir_all(&data_dir).expect("a folder");
    std::fs::set_permissions(&data_dir, std::fs::Permissions::from_mode(0o711)).expect("ours");
    let settings = [("fsync", "off"), ("max_connections", "300"), ("shared_buffers", "32MB")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let cluster = Cluster::open(ClusterOptions { data_dir: data_dir.clone(), settings }).await.expect("it starts");
    watch(cluster.pid(), &data_dir, cluster.data_directory());
    let mut root = cluster.superuser().connect().await.expect("superuser");
    for sql in [
        format!("create role provisioner login createdb createrole password '{ANOTHER_PASSWORD}'"),
        "grant connect on database postgres to provisioner".to_owned(),
        "revoke all on database postgres, template1 from public".to_owned(),
    ] {
        root.execute(AssertSqlSafe(sql)).await.expect("done");
    }
    let (socket, port) = (cluster.socket_dir().display(), cluster.base_options().get_port());
    let url = format!("postgres://provisioner:{ANOTHER_PASSWORD}@localhost:{port}/postgres?host={socket}");
    Another { cluster, url }
}

/// Statics are not dropped: a small watcher stops the cluster and clears up when this process is gone, however it went.
fn watch(postmaster: u32, data_dir: &Path, cluster: &Path) {
    let script = "while kill -0 \"$1\" 2>/dev/null; do sleep 0.5; done
        kill -INT \"$2\" 2>/dev/null
        for _ in $(seq 50); do kill -0 \"$2\" 2>/dev/null || break; sleep 0.2; done
        kill -QUIT \"$2\" 2>/dev/null
        rm -rf -- \"$3\"
        case \"$4\" in *sobrado*) rm -rf -- \"$4\" ;; esac";
    let _ = Command::new("setsid")
        .args(["sh", "-c", script, "watch"])
        .args([std::process::id().to_string(), postmaster.to_string()])
        .args([data_dir, cluster])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

/// An agency made for one test, with its owner.
#[derive(Debug, Clone)]
pub struct Agency {
    /// As the front door knows it.
    pub route: Arc<Route>,
    /// Its database.
    pub db: TenantDb,
    /// Its owner's person.
    pub person: PersonId,
    /// Its owner's account.
    pub owner: UserId,
    /// Its owner's e-mail address; the password is [`PASSWORD`].
    pub email: String,
}

/// What the next agency of this process is to be: a slug of its own, on plan K2.
pub fn new_tenant() -> NewTenant {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let slug = format!("agency-{}-{number}", std::process::id());
    NewTenant {
        name: format!("Imobiliária {number}"),
        email: format!("contato@{slug}.example"),
        admin_name: format!("Olga {number}"),
        admin_email: format!("olga@{slug}.example"),
        admin_password_hash: PASSWORD_HASH.to_owned(),
        plan: "k2".to_owned(),
        domain: None,
        person: None,
        slug,
    }
}

/// Makes an agency and opens its database.
pub async fn agency() -> Agency {
    agency_of(new_tenant()).await
}

/// Makes an agency as described and opens its database.
pub async fn agency_of(new: NewTenant) -> Agency {
    let bed = bed().await;
    let tenant = bed.deployment.provisioner().create(&new).await.expect("the agency is made");
    bed.routes.reload().await.expect("the routes are read");
    let route = bed.routes.by_tenant(tenant).expect("the agency is routed");
    let db = bed.registry.open(&route).await.expect("the agency's database opens");
    let central = bed.deployment.central();
    let credentials = people::find_credentials(central, &new.admin_email).await.expect("the central database answers");
    let person = credentials.expect("the owner is there").person;
    let all = accounts::memberships(central, person).await.expect("the central database answers");
    let owner = all.into_iter().find(|m| m.tenant == tenant).expect("the owner has an account").user;
    Agency { route, db, person, owner, email: new.admin_email }
}

/// Connection options that reach the private cluster as its superuser: for tests that look behind the scenes.
pub async fn superuser() -> sqlx::postgres::PgConnectOptions {
    bed().await.deployment.cluster().expect("it is private").superuser()
}

/// Connection options as an agency's own role, to whatever database: for tests that try to get out.
pub async fn as_tenant(route: &Route, database: &str) -> sqlx::postgres::PgConnectOptions {
    let bed = bed().await;
    bed.deployment
        .cluster()
        .expect("it is private")
        .base_options()
        .username(&route.placement.role_name)
        .password(&role_password(route).await)
        .database(database)
}

/// The password of an agency's own role, which is written down nowhere.
pub async fn role_password(route: &Route) -> String {
    bed().await.deployment.key().role_password(route.tenant, &route.placement)
}

/// The passwords of the house's own roles, which are written down nowhere.
pub async fn house_passwords() -> [String; 2] {
    let key = bed().await.deployment.key();
    ["provisioner", "central_app"].map(|role| key.house_password(role))
}
