//! Where the programs of PostgreSQL lie, and of which version they are.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;
use crate::prepare::OLDEST;

/// One installation of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The newest usable installation; for a cluster that exists, the one of its major version.
    ///
    /// `SOBRADO_PG_BIN` is the only place looked at when it is set.
    pub(super) fn find(cluster: Option<(&Path, u32)>) -> Result<Self, ClusterError> {
        let found = match env::var_os("SOBRADO_PG_BIN").filter(|value| !value.is_empty()) {
            Some(folder) => vec![named(PathBuf::from(folder))?],
            None => installed(),
        };
        choose(found, cluster)
    }

    /// The path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The installation in `folder`, if it has both programs and they answer.
    fn inspect(folder: PathBuf) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder, major })
    }
}

fn choose(found: Vec<Binaries>, cluster: Option<(&Path, u32)>) -> Result<Binaries, ClusterError> {
    let versions = || found.iter().map(|one| one.major.to_string()).collect::<Vec<_>>().join(", ");
    if found.is_empty() {
        return Err(ClusterError::NoPrograms);
    }
    if found.iter().all(|one| one.major < OLDEST) {
        return Err(ClusterError::OldPrograms { found: versions() });
    }
    let Some((path, wanted)) = cluster else {
        return found.into_iter().max_by_key(|one| one.major).ok_or(ClusterError::NoPrograms);
    };
    let programs = versions();
    let matching = found.into_iter().find(|one| one.major == wanted);
    matching.ok_or_else(|| ClusterError::OtherVersion { path: path.to_owned(), cluster: wanted, programs })
}

fn named(folder: PathBuf) -> Result<Binaries, ClusterError> {
    Binaries::inspect(folder.clone()).ok_or(ClusterError::WrongFolder { path: folder })
}

/// Every installation: Debian's folders, newest first, then `PATH`, then what `pg_config` says.
fn installed() -> Vec<Binaries> {
    let mut found: Vec<Binaries> = debian().into_iter().filter_map(Binaries::inspect).collect();
    found.sort_by_key(|one| Reverse(one.major));
    let path = env::var_os("PATH").unwrap_or_default();
    found.extend(env::split_paths(&path).filter(|folder| folder.is_absolute()).filter_map(Binaries::inspect));
    if found.iter().all(|one| one.major < OLDEST) {
        found.extend(from_pg_config().and_then(Binaries::inspect));
    }
    found
}

fn debian() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    entries.filter_map(Result::ok).map(|entry| entry.path().join("bin")).collect()
}

fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// `postgres (PostgreSQL) 15.20 (Debian ..)` -> 15; `17beta1` -> 17.
fn major(version: &str) -> Option<u32> {
    let (_, number) = version.split_once("(PostgreSQL) ")?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(major: u32) -> Binaries {
        Binaries { folder: PathBuf::from(format!("/pg/{major}")), major }
    }

    #[test]
    fn a_version_line_gives_its_major_number() {
        assert_eq!(major("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(major("postgres: command not found"), None);
    }

    #[test]
    fn the_newest_is_taken_unless_a_cluster_wants_another() {
        let here = Path::new("/somewhere");
        assert_eq!(choose(vec![of(15), of(17)], None).expect("two will do").major, 17);
        assert_eq!(choose(vec![of(17), of(15)], Some((here, 15))).expect("15 is there").major, 15);
    }

    #[test]
    fn none_too_old_and_mismatched_programs_say_what_to_install() {
        let text = |found, cluster| choose(found, cluster).expect_err("unusable").to_string();
        assert!(text(vec![], None).contains("apt-get install postgresql"));
        assert!(text(vec![of(13)], None).contains("only 13 was found"));
        let mismatch = text(vec![of(17)], Some((Path::new("/data/postgres"), 15)));
        assert!(mismatch.contains("made by PostgreSQL 15, and here is only 17"), "{mismatch}");
    }
}
