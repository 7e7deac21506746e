//! Which folder holds what: DATA_DIR, the cluster inside it or, where `postgres` cannot reach it, elsewhere.

use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::{ClusterError, failed};

/// Where clusters lie whose DATA_DIR the OS user `postgres` cannot reach.
const ELSEWHERE: &str = "/var/lib/sobrado";

/// The places of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// DATA_DIR, canonical.
    pub(super) data_dir: PathBuf,
    /// PostgreSQL's own folder.
    pub(super) cluster: PathBuf,
    /// Stands for DATA_DIR in names that must be short.
    pub(super) tag: String,
    /// As whom PostgreSQL runs.
    pub(super) account: Account,
    /// Said to the operator when the cluster is not in DATA_DIR.
    pub(super) note: Option<String>,
}

impl Layout {
    /// Makes DATA_DIR if need be and decides where the cluster lies. A cluster that exists stays where it is.
    pub(super) fn find(data_dir: &Path) -> Result<Self, ClusterError> {
        let account = Account::find()?;
        let data_dir = ready_data_dir(data_dir, &account)?;
        let tag = tag(&data_dir);
        let inside = data_dir.join("postgres");
        let elsewhere = Path::new(ELSEWHERE).join(&tag);
        let pointer = data_dir.join("cluster.path");
        let recorded = recorded(&pointer)?;
        let is_recorded = recorded.is_some();
        let is_elsewhere = match recorded {
            Some(recorded) if recorded == elsewhere => true,
            Some(recorded) => return Err(ClusterError::Moved { pointer, recorded, expected: elsewhere }),
            None if inside.exists() => false,
            None => account.is_other && (elsewhere.exists() || !account.reaches(&data_dir)),
        };
        if !is_elsewhere {
            return Ok(Self { data_dir, cluster: inside, tag, account, note: None });
        }
        if !is_recorded {
            fs::write(&pointer, elsewhere.as_os_str().as_bytes()).map_err(failed("write", &pointer))?;
        }
        let (place, missed) = (elsewhere.display(), data_dir.display());
        let note = format!("PostgreSQL's files lie in {place}, because its OS user `postgres` cannot reach {missed}");
        Ok(Self { data_dir, cluster: elsewhere, tag, account, note: Some(note) })
    }

    /// PostgreSQL's log.
    pub(super) fn log(&self) -> PathBuf {
        self.data_dir.join("log").join("postgres.log")
    }

    /// The major version that made the cluster; `None` when there is none yet.
    pub(super) fn version(&self) -> Result<Option<u32>, ClusterError> {
        if !self.cluster.try_exists().map_err(failed("reach", &self.cluster))? {
            return Ok(None);
        }
        let path = self.cluster.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(major) => Ok(Some(major)),
                Err(_) => Err(ClusterError::NotACluster { path: self.cluster.clone() }),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ClusterError::NotACluster { path: self.cluster.clone() })
            }
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    /// Refuses a cluster that PostgreSQL would not be allowed to open.
    pub(super) fn check_owner(&self) -> Result<(), ClusterError> {
        let owner = fs::metadata(&self.cluster).map_err(failed("read", &self.cluster))?.uid();
        if owner == self.account.uid {
            return Ok(());
        }
        Err(ClusterError::OtherOwner { path: self.cluster.clone(), owner, account: self.account.name.clone() })
    }
}

/// DATA_DIR, made if need be: closed to others, but for root passable, so that `postgres` gets to its own folder.
pub(super) fn ready_data_dir(data_dir: &Path, account: &Account) -> Result<PathBuf, ClusterError> {
    let mode = if account.is_other { 0o711 } else { 0o700 };
    make_folder(data_dir, mode)?;
    fs::canonicalize(data_dir).map_err(failed("find", data_dir))
}

/// Makes a folder and those above it; one that exists is left as it is.
pub(super) fn make_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    fs::DirBuilder::new().recursive(true).mode(mode).create(path).map_err(failed("make the folder", path))
}

fn recorded(pointer: &Path) -> Result<Option<PathBuf>, ClusterError> {
    match fs::read_to_string(pointer) {
        Ok(text) => Ok(Some(PathBuf::from(text.trim_end()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", pointer)(error)),
    }
}

/// Twelve hex digits of the path's SHA-256.
fn tag(data_dir: &Path) -> String {
    let digest = Sha256::digest(data_dir.as_os_str().as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
