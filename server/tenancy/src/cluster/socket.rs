//! The socket's folder: short, its own, and nobody else's.

use nix::unistd::Uid;
use std::env;
use std::fs::{self, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{ClusterError, failed};
use super::layout::{Layout, make_folder};

/// PostgreSQL's port: with no TCP it is only a part of the socket's name.
pub(super) const PORT: u16 = 5432;

/// The kernel takes 107 bytes.
const LONGEST: usize = 106;

/// Makes the folder, or checks the one that exists.
pub(super) fn ready_folder(layout: &Layout) -> Result<PathBuf, ClusterError> {
    let path = choose(layout)?;
    match fs::DirBuilder::new().mode(0o700).create(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed("make the folder", &path)(error)),
    }
    let meta = fs::symlink_metadata(&path).map_err(failed("read", &path))?;
    check(&path, &meta, &[layout.account.uid, Uid::effective().as_raw()])?;
    layout.account.give(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o770)).map_err(failed("change the mode of", &path))?;
    Ok(path)
}

/// The socket itself.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

fn choose(layout: &Layout) -> Result<PathBuf, ClusterError> {
    if layout.account.is_other {
        return own_folder(Path::new("/run/sobrado"), 0o755).map(|folder| folder.join(&layout.tag));
    }
    if let Some(runtime) = runtime_folder() {
        let folder = runtime.join("sobrado");
        if fits(&folder.join(&layout.tag)) {
            return own_folder(&folder, 0o700).map(|folder| folder.join(&layout.tag));
        }
    }
    let name = format!("sobrado-{}-{}", layout.account.uid, layout.tag);
    let candidates = [env::temp_dir().join(&name), Path::new("/tmp").join(&name)];
    let fitting = candidates.iter().find(|path| fits(path));
    fitting.cloned().ok_or_else(|| ClusterError::SocketPath { path: file(&candidates[1]) })
}

/// `$XDG_RUNTIME_DIR`, if it is what it ought to be: ours, and closed to others.
fn runtime_folder() -> Option<PathBuf> {
    let path = PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?);
    let meta = fs::symlink_metadata(&path).ok()?;
    let is_ours = meta.is_dir() && meta.uid() == Uid::effective().as_raw() && meta.mode() & 0o022 == 0;
    (path.is_absolute() && is_ours).then_some(path)
}

fn own_folder(path: &Path, mode: u32) -> Result<PathBuf, ClusterError> {
    make_folder(path, mode)?;
    let meta = fs::symlink_metadata(path).map_err(failed("read", path))?;
    check(path, &meta, &[Uid::effective().as_raw()])?;
    Ok(path.to_owned())
}

fn check(path: &Path, meta: &Metadata, owners: &[u32]) -> Result<(), ClusterError> {
    let fault = if meta.is_symlink() {
        "is a symbolic link"
    } else if !meta.is_dir() {
        "is not a folder"
    } else if !owners.contains(&meta.uid()) {
        "belongs to somebody else"
    } else if meta.mode() & 0o002 != 0 {
        "is open to everybody"
    } else {
        return Ok(());
    };
    Err(ClusterError::SocketFolder { path: path.to_owned(), fault })
}

fn fits(folder: &Path) -> bool {
    file(folder).as_os_str().len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &Path, owners: &[u32]) -> String {
        let meta = fs::symlink_metadata(path).expect("it was just made");
        check(path, &meta, owners).expect_err("it must be refused").to_string()
    }

    #[test]
    fn a_foreign_linked_or_open_folder_is_refused() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let me = Uid::effective().as_raw();
        assert!(fault(dir.path(), &[me + 1]).contains("belongs to somebody else"));
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).expect("a link");
        assert!(fault(&link, &[me]).contains("symbolic link"));
        let open = dir.path().join("open");
        fs::create_dir(&open).expect("a folder");
        fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("its mode");
        assert!(fault(&open, &[me]).contains("open to everybody"));
    }

    #[test]
    fn a_long_path_does_not_fit() {
        assert!(fits(Path::new("/run/sobrado/0123456789ab")));
        assert!(!fits(&Path::new("/tmp").join("x".repeat(100))));
    }
}
