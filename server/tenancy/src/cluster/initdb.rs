//! Makes a cluster where none is: into a folder beside, then renamed, so that a crash never leaves half of one.

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::binaries::Binaries;
use super::error::{ClusterError, failed};
use super::layout::{Layout, make_folder};

/// Sorts by code point and is known to glibc; where it is missing, plain C sorts the same.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// Makes the cluster. Called under the start lock, and only when its folder does not exist.
pub(super) async fn create(layout: &Layout, binaries: &Binaries) -> Result<(), ClusterError> {
    let parent = layout.cluster.parent().expect("the cluster's folder is always joined to another");
    make_folder(parent, 0o755)?;
    remove_halves(layout, parent)?;
    let half = half_path(layout);
    fs::DirBuilder::new().mode(0o700).create(&half).map_err(failed("make the folder", &half))?;
    layout.account.give(&half)?;
    let made = fill(layout, binaries, &half).await;
    let renamed = made.and_then(|()| fs::rename(&half, &layout.cluster).map_err(failed("rename", &half)));
    if renamed.is_err() {
        // Best effort: the next start removes what is left.
        let _ = fs::remove_dir_all(&half);
        return renamed;
    }
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed("sync", parent))
}

async fn fill(layout: &Layout, binaries: &Binaries, half: &Path) -> Result<(), ClusterError> {
    let mut output = String::new();
    for locale in LOCALES {
        match run(layout, binaries, half, locale).await? {
            Ok(()) => return Ok(()),
            Err(said) => output = said,
        }
        if output.contains("No space left on device") {
            return Err(ClusterError::DiskFull { path: half.to_owned() });
        }
        if !output.contains("locale") {
            break;
        }
    }
    Err(ClusterError::Initdb { path: layout.cluster.clone(), output })
}

/// One attempt; `Ok(Err(..))` is what initdb had against it.
async fn run(
    layout: &Layout,
    binaries: &Binaries,
    half: &Path,
    locale: &str,
) -> Result<Result<(), String>, ClusterError> {
    let program = binaries.program("initdb");
    let mut command = layout.account.command(&program);
    command.arg("-D").arg(half).args(["-U", "postgres", "-E", "UTF8", "--data-checksums"]);
    command.args(["--auth-local=peer", "--auth-host=scram-sha-256", &format!("--locale={locale}")]);
    let mut command = tokio::process::Command::from(command);
    let run = command.kill_on_drop(true).output().await.map_err(|source| ClusterError::Run {
        path: program,
        account: layout.account.name.clone(),
        source,
    })?;
    if run.status.success() {
        return Ok(Ok(()));
    }
    let said = String::from_utf8_lossy(&run.stderr).trim().to_owned();
    Ok(Err(if said.is_empty() { format!("({})", run.status) } else { said }))
}

/// A new name each time: an initdb that outlived its parent must not write into a later attempt.
fn half_path(layout: &Layout) -> PathBuf {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut name = half_prefix(layout);
    name.push_str(&format!("{}-{now}", std::process::id()));
    layout.cluster.with_file_name(name)
}

fn half_prefix(layout: &Layout) -> String {
    let name = layout.cluster.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}.half-")
}

fn remove_halves(layout: &Layout, parent: &Path) -> Result<(), ClusterError> {
    let prefix = half_prefix(layout);
    for entry in fs::read_dir(parent).map_err(failed("read", parent))?.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_dir_all(entry.path()).map_err(failed("remove", &entry.path()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::super::account::Account;
    use super::*;

    #[tokio::test]
    async fn a_full_disk_has_its_sentence_and_leaves_no_half_of_a_cluster() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let initdb = dir.path().join("initdb");
        let says = "#!/bin/sh\necho 'initdb: error: could not write file: No space left on device' >&2\nexit 1\n";
        fs::write(&initdb, says).expect("written");
        // As root it is started as `postgres`, who must be able to walk in.
        for path in [dir.path(), &initdb] {
            fs::set_permissions(path, Permissions::from_mode(0o755)).expect("its mode");
        }
        let parent = dir.path().join("data");
        let account = Account::find().expect("PostgreSQL can run here");
        let layout = Layout {
            data_dir: parent.clone(),
            cluster: parent.join("postgres"),
            tag: String::new(),
            account,
            note: None,
        };
        let binaries = Binaries { folder: dir.path().into(), major: 15 };
        let error = create(&layout, &binaries).await.expect_err("there is no room").to_string();
        assert!(
            error.starts_with("the disk that holds ") && error.ends_with(" is full; make room and start again"),
            "{error}"
        );
        assert_eq!(fs::read_dir(&parent).expect("it is there").count(), 0, "nothing is left behind");
    }
}
