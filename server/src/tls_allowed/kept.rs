//! What the routing map says of each name, in a file of `DATA_DIR`: for a program that starts while the central database is away
//! (TLS-07). Names alone, which whoever asks the DNS and the edge knows too.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tenancy::Host;
use tokio_util::sync::CancellationToken;

use app::state::House;

use super::{Standing, by_routes};

/// It is written no more often.
const PAUSE: Duration = Duration::from_secs(1);

/// Names, and what was known of each.
#[derive(Debug, Default, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Kept(BTreeMap<String, Standing>);

impl Kept {
    /// What a program of before has kept; nothing when it has kept nothing that can be read.
    pub fn read(data_dir: &Path) -> Self {
        let path = file(data_dir);
        let read = fs::read(&path).and_then(|text| Ok(serde_json::from_slice(&text)?));
        read.unwrap_or_else(|error| {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "the names that were kept cannot be read");
            }
            Self::default()
        })
    }

    /// What the map says now of every name that it has.
    fn of(house: &House) -> Self {
        let base = &house.settings.base_host;
        let mut names = BTreeMap::new();
        for route in house.routes.all() {
            let places = std::iter::once(&route.slug).chain(&route.former_slugs).map(|slug| format!("{slug}.{base}"));
            for host in places.chain(route.domains.iter().cloned()).filter_map(|name| Host::parse(&name)) {
                names.insert(host.as_str().to_owned(), by_routes(house, &host));
            }
        }
        names.retain(|_, standing| *standing != Standing::Unknown);
        Self(names)
    }

    pub(super) fn standing(&self, name: &str) -> Standing {
        self.0.get(name).copied().unwrap_or(Standing::Unknown)
    }

    /// Writes beside and renames: a crash leaves the old file or the new one.
    fn write(&self, data_dir: &Path) -> io::Result<()> {
        let path = file(data_dir);
        let beside = path.with_extension("new");
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    }
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("tls-names.json")
}

/// Keeps what the map says until the token is cancelled, and once more then. What cannot be written is tried with the next map.
pub async fn keep(house: Arc<House>, data_dir: PathBuf, stop: CancellationToken) {
    let mut renewed = house.routes.renewed();
    let mut written = None;
    loop {
        let names = Kept::of(&house);
        if written.as_ref() != Some(&names) {
            let (folder, copy) = (data_dir.clone(), names.clone());
            match tokio::task::spawn_blocking(move || copy.write(&folder)).await {
                Ok(Ok(())) => written = Some(names),
                Ok(Err(error)) => tracing::warn!(%error, "the names that an edge may ask for were not kept"),
                Err(_) => {}
            }
        }
        if stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = async { tokio::time::sleep(PAUSE).await; drop(renewed.changed().await) } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_was_kept_is_read_again_and_what_is_torn_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Kept::read(folder.path()), Kept::default(), "nothing was kept yet");
        let names = [("www.casa-azul.com.br", Standing::Known), ("casa-azul.localhost", Standing::Own)];
        let kept = Kept(names.map(|(name, standing)| (name.to_owned(), standing)).into());
        // What a crash left half written, open to everybody, is not written into.
        let beside = file(folder.path()).with_extension("new");
        fs::write(&beside, "{\"half").expect("written");
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o666)).expect("ours");
        for _ in 0..2 {
            kept.write(folder.path()).expect("written");
        }
        let read = Kept::read(folder.path());
        assert_eq!((&read, read.standing("www.casa-azul.com.br")), (&kept, Standing::Known));
        assert_eq!(read.standing("scanner.com.br"), Standing::Unknown);
        let mode = fs::metadata(file(folder.path())).expect("there").permissions().mode();
        assert_eq!((mode & 0o777, beside.exists()), (0o600, false));
        fs::write(file(folder.path()), "{\"www.casa-azul.com.br\":\"kno").expect("written");
        assert_eq!(Kept::read(folder.path()), Kept::default());
    }
}
