//! An installation of its own, for tests that count what a whole server has, or stop it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, PgConnection};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tenancy::cluster::{Cluster, ClusterOptions};
use tenancy::testing::{SECRET, bed, new_tenant};
use tenancy::{Deployment, DeploymentOptions, Key, Route, Routes};

/// It, with agencies in it that nobody has opened.
pub struct Apart {
    pub deployment: Deployment,
    pub routes: Routes,
    pub agencies: Vec<Arc<Route>>,
    data_dir: PathBuf,
    settings: Vec<(String, String)>,
}

impl Apart {
    pub async fn new(name: &str, max_connections: u32, agencies: usize) -> Self {
        let data_dir = bed().await.data_dir.join(name);
        std::fs::create_dir_all(&data_dir).expect("a folder");
        std::fs::set_permissions(&data_dir, std::fs::Permissions::from_mode(0o711)).expect("ours");
        let connections = max_connections.to_string();
        let settings = [("fsync", "off"), ("shared_buffers", "32MB"), ("max_connections", connections.as_str())];
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = DeploymentOptions {
            data_dir: data_dir.clone(),
            central_url: None,
            provisioner_url: None,
            key: Key::parse(SECRET).expect("long enough"),
            cluster_settings: settings.clone(),
        };
        let deployment = Deployment::open(options).await.expect("the cluster starts");
        deployment.migrate_central().await.expect("migrated");
        deployment.provisioner().build_template().await.expect("built");
        for _ in 0..agencies {
            deployment.provisioner().create(&new_tenant()).await.expect("made");
        }
        let routes = Routes::load(deployment.central()).await.expect("read");
        tokio::spawn(routes.clone().follow(|_| ()));
        let agencies = routes.all();
        Self { deployment, routes, agencies, data_dir, settings }
    }

    pub async fn root(&self, database: &str) -> PgConnection {
        let superuser = self.deployment.cluster().expect("it is private").superuser();
        superuser.database(database).connect().await.expect("superuser")
    }

    /// Ends PostgreSQL as an administrator does, and waits until it has.
    pub async fn stop_postgres(&self) {
        let pid = self.deployment.cluster().expect("it is private").pid();
        let pid = Pid::from_raw(i32::try_from(pid).expect("small"));
        kill(pid, Signal::SIGINT).expect("told");
        while kill(pid, None).is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts it again.
    pub async fn start_postgres(&self) -> Cluster {
        let options = ClusterOptions { data_dir: self.data_dir.clone(), settings: self.settings.clone() };
        Cluster::open(options).await.expect("it starts again")
    }
}
