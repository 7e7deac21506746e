//! What `make` says on a machine where something is missing.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::root;

/// Runs `.make/setup` where there are these programs alone: its success, and what it said.
fn set_up(programs: &Path) -> (bool, String) {
    let mut setup = Command::new("/bin/bash");
    setup.arg(root().join(".make/setup")).arg("run").env_clear();
    // It also looks below the home folder and its cache, where there is nothing.
    let run = setup.env("PATH", programs).env("HOME", programs).env("SOBRADO_CACHE", programs).output();
    let run = run.expect("bash runs");
    (run.status.success(), String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned())
}

#[test]
fn what_is_missing_is_named_with_where_to_get_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let link = |from: &str, name: &str| symlink(from, path.join(name)).expect("a link");
    for name in ["dirname", "id", "find", "sort", "tail"] {
        let found =
            ["/usr/bin", "/bin"].map(|folder| format!("{folder}/{name}")).into_iter().find(|p| Path::new(p).exists());
        link(&found.expect("every system has it"), name);
    }
    let says = |expected: [&str; 2]| {
        let (is_well, said) = set_up(path);
        assert!(!is_well, "{said}");
        for part in expected {
            assert!(said.contains(part), "{part}: {said}");
        }
    };
    // There is no apt on this PATH: nothing is fetched, whatever the machine is.
    says(["This system has no apt.", "build-essential pkg-config"]);
    for name in ["cc", "pkg-config", "pg_config"] {
        link("/bin/true", name);
    }
    says(["Rust is missing.", "https://rustup.rs"]);
    link("/bin/true", "cargo");
    fs::create_dir_all(path.join("lib/rustlib/wasm32-unknown-unknown")).expect("a folder");
    let rustc = path.join("rustc");
    fs::write(&rustc, format!("#!/bin/sh\necho {}\n", path.display())).expect("written");
    fs::set_permissions(&rustc, Permissions::from_mode(0o755)).expect("its mode");
    says(["Node.js 20 with npm is missing.", "https://nodejs.org"]);
}
