//! As whom PostgreSQL runs. It refuses root, so root starts it as the OS user `postgres`.

use nix::unistd::{Uid, User};
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::{ClusterError, failed};

/// The OS user that PostgreSQL runs as and that owns its files.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
    /// Whether we are root and have to change into it.
    pub(super) is_other: bool,
}

impl Account {
    /// Ourselves, or `postgres` when we are root.
    pub(super) fn find() -> Result<Self, ClusterError> {
        let me = Uid::effective();
        let user = if me.is_root() { User::from_name("postgres") } else { User::from_uid(me) };
        let user = user.map_err(std::io::Error::from).map_err(failed("read", Path::new("/etc/passwd")))?;
        match user {
            Some(user) => {
                Ok(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw(), name: user.name, is_other: me.is_root() })
            }
            None if me.is_root() => Err(ClusterError::NoPostgresUser),
            None => Err(ClusterError::NamelessUser { uid: me.as_raw() }),
        }
    }

    /// A command that runs as this user, in `/`, without our environment: that one holds secrets, and `PG*` in it
    /// would reach PostgreSQL as settings. As root the supplementary groups are dropped too.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("TZ", "UTC").current_dir("/");
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if self.is_other {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or folder to this user.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        if !self.is_other {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid)).map_err(failed("change the owner of", path))
    }

    /// Whether this user can reach what lies inside `folder`, judged by the mode bits of it and all above it.
    pub(super) fn reaches(&self, folder: &Path) -> bool {
        folder.ancestors().all(|step| std::fs::metadata(step).is_ok_and(|meta| self.may_enter(&meta)))
    }

    fn may_enter(&self, meta: &Metadata) -> bool {
        let bit = if meta.uid() == self.uid {
            0o100
        } else if meta.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        meta.mode() & bit != 0
    }
}
