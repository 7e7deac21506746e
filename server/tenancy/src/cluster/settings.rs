//! The three files we own in the cluster's folder: settings, who may connect, and as whom. Rewritten at each start.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, fchown};
use std::path::Path;

use super::error::{ClusterError, failed};
use super::layout::Layout;
use super::socket;

/// What postgresql.conf ends with.
const INCLUDE: &str = "include 'sobrado.conf'";

/// Socket only. Order counts: the first line that fits decides, and nothing fits anybody else.
const HBA: &str = "\
# Written by sobrado at each start.
local all postgres peer map=sobrado
local all migrator,provisioner scram-sha-256
local central central_app scram-sha-256
local sameuser +tenant_roles scram-sha-256
";

/// Nothing acknowledged is lost in a crash, and a crash with hundreds of databases is over in seconds.
const DURABLE: [(&str, &str); 4] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    // The default opens and syncs every file of every database first: minutes at 200 agencies.
    ("recovery_init_sync_method", "syncfs"),
];

const DEFAULTS: [(&str, &str); 17] = [
    ("unix_socket_permissions", "0770"),
    ("password_encryption", "scram-sha-256"),
    ("max_connections", "250"),
    ("superuser_reserved_connections", "5"),
    ("random_page_cost", "1.1"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
    // The launcher visits every database once in this time: with 500 that is a worker every 0.6 s.
    ("autovacuum_naptime", "5min"),
    ("autovacuum_max_workers", "4"),
    ("autovacuum_vacuum_cost_limit", "800"),
    ("cluster_name", "sobrado"),
];

/// What nobody else may set: with another value we would not find our own cluster, or others would.
const OURS: [&str; 9] = [
    "listen_addresses",
    "port",
    "unix_socket_directories",
    "unix_socket_permissions",
    "unix_socket_group",
    "data_directory",
    "hba_file",
    "ident_file",
    "external_pid_file",
];

/// Refuses settings that are ours or cannot be written down.
pub(super) fn check(extra: &[(String, String)]) -> Result<(), ClusterError> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    let bad = extra.iter().find(|(name, value)| {
        !is_name(name) || OURS.contains(&name.to_ascii_lowercase().as_str()) || value.chars().any(char::is_control)
    });
    match bad {
        Some((name, _)) => Err(ClusterError::Setting { name: name.clone() }),
        None => Ok(()),
    }
}

/// Writes settings, hba and ident; the two last hold even if somebody edited them.
pub(super) fn write(layout: &Layout, socket_dir: &Path, extra: &[(String, String)]) -> Result<(), ClusterError> {
    write_file(layout, "sobrado.conf", &conf(socket_dir, extra))?;
    write_file(layout, "pg_hba.conf", HBA)?;
    write_file(layout, "pg_ident.conf", &ident(layout))?;
    include(layout)
}

fn include(layout: &Layout) -> Result<(), ClusterError> {
    let path = layout.cluster.join("postgresql.conf");
    let text = fs::read_to_string(&path).map_err(failed("read", &path))?;
    if text.lines().any(|line| line.trim() == INCLUDE) {
        return Ok(());
    }
    write_file(layout, "postgresql.conf", &format!("{}\n\n{INCLUDE}\n", text.trim_end()))
}

fn conf(socket_dir: &Path, extra: &[(String, String)]) -> String {
    let shared_buffers = shared_buffers(memory());
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    all.extend(DURABLE.iter().chain(&DEFAULTS).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    all.insert("shared_buffers".to_owned(), shared_buffers);
    all.extend(extra.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
    all.insert("listen_addresses".to_owned(), String::new());
    all.insert("port".to_owned(), socket::PORT.to_string());
    all.insert("unix_socket_directories".to_owned(), format!("\"{}\"", socket_dir.display()));
    let lines = all.iter().map(|(name, value)| format!("{name} = {}\n", quoted(value)));
    format!("# Written by sobrado at each start.\n{}", lines.collect::<String>())
}

/// Us, root and `postgres` are the superuser; over a socket the kernel vouches for that.
fn ident(layout: &Layout) -> String {
    let mut names = vec![layout.account.name.as_str(), "root", "postgres"];
    names.sort_unstable();
    names.dedup();
    let lines = names.iter().map(|name| format!("sobrado \"{name}\" postgres\n"));
    format!("# Written by sobrado at each start.\n{}", lines.collect::<String>())
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

/// 256 MB, and on a small machine an eighth of what it has.
fn shared_buffers(memory: Option<u64>) -> String {
    let eighth = memory.map_or(256, |bytes| bytes / 8 / 1024 / 1024);
    format!("{}MB", eighth.clamp(16, 256))
}

/// What this machine or its container has, in bytes.
fn memory() -> Option<u64> {
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let info = fs::read_to_string("/proc/meminfo").ok();
    let total = info.and_then(|text| {
        let kb: u64 =
            text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.split_whitespace().next()?.parse().ok()?;
        Some(kb * 1024)
    });
    [limit, total].into_iter().flatten().min()
}

/// Writes beside and renames: a crash leaves the old file or the new one, and a link in its place is not followed.
fn write_file(layout: &Layout, name: &str, text: &str) -> Result<(), ClusterError> {
    let path = layout.cluster.join(name);
    let beside = layout.cluster.join(format!("{name}.new"));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed("remove", &beside)(error)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&beside).map_err(failed("write", &beside))?;
    if layout.account.is_other {
        let (uid, gid) = (layout.account.uid, layout.account.gid);
        fchown(&file, Some(uid), Some(gid)).map_err(failed("change the owner of", &beside))?;
    }
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&beside, &path)).map_err(failed("write", &path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RegistryOptions;
    use crate::central::shares;

    fn pair(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn an_extra_setting_replaces_the_default() {
        let text = conf(Path::new("/run/x"), &pair("Shared_Buffers", "1GB"));
        assert!(text.contains("shared_buffers = '1GB'\n"), "{text}");
        assert_eq!(text.matches("shared_buffers").count(), 1);
        assert!(text.contains("unix_socket_directories = '\"/run/x\"'\n"), "{text}");
    }

    #[test]
    fn what_is_ours_or_cannot_be_written_is_refused() {
        for (name, value) in [("LISTEN_addresses", "*"), ("hba_file", "/x"), ("a b", "1"), ("work_mem", "1\nport = 1")]
        {
            assert!(check(&pair(name, value)).is_err(), "{name}");
        }
        assert!(check(&pair("work_mem", "8MB")).is_ok());
        assert_eq!(quoted(r"it's \ fine"), r"'it''s \\ fine'");
    }

    #[test]
    fn there_are_connections_for_all_who_are_promised_some() {
        let number = |name: &str| {
            let (_, value) = DEFAULTS.iter().find(|(n, _)| *n == name).expect("a setting");
            value.parse::<u32>().expect("a number")
        };
        let budget = shares::budget_of(number("max_connections") - number("superuser_reserved_connections"), true);
        let wanted = [RegistryOptions::default(), RegistryOptions::one_by_one()].map(|options| options.max_connections);
        assert!(wanted.iter().sum::<u32>() <= budget, "{wanted:?} of {budget}");
    }

    #[test]
    fn a_small_machine_gets_small_buffers() {
        assert_eq!(shared_buffers(Some(512 * 1024 * 1024)), "64MB");
        assert_eq!(shared_buffers(Some(64 * 1024 * 1024)), "16MB");
        assert_eq!(shared_buffers(Some(64 * 1024 * 1024 * 1024)), "256MB");
        assert_eq!(shared_buffers(None), "256MB");
    }
}
