//! `sobrado tenant import`, the command itself.

use std::path::Path;
use std::process::{Command, Output};

use crate::import::apartments;

/// The program itself, on an installation of its own.
fn sobrado(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sobrado"));
    for variable in ["CENTRAL_DATABASE_URL", "PROVISIONER_DATABASE_URL", "FILES_URL", "SECRET_KEY", "BASE_URL"] {
        command.env_remove(variable);
    }
    command.env("SOBRADO_ENV", "test").env("DATA_DIR", data).args(arguments).output().expect("it runs")
}

#[track_caller]
fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn badly(output: &Output, expected: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(expected), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_command_imports_beside_no_server_and_takes_back() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::Builder::new().prefix("sobrado-import-").tempdir().expect("a folder");
    // As root the cluster belongs to another account, which must be able to walk in.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).expect("ours");
    let (data, list) = (folder.path().join("data"), folder.path().join("lista.csv"));
    std::fs::write(&list, apartments(3)).expect("written");
    let path = list.to_str().expect("text");
    well(&sobrado(&data, &["migrate"]));
    let create = [
        "tenant",
        "create",
        "--name",
        "ABC",
        "--slug",
        "abc",
        "--email",
        "a@abc.example",
        "--admin-email",
        "b@abc.example",
    ];
    well(&sobrado(&data, &create));
    let import = ["tenant", "import", "abc", path, "--format", "csv"];
    badly(
        &sobrado(&data, &["tenant", "import", "abc", "/nowhere.csv", "--format", "csv"]),
        "/nowhere.csv: No such file",
    );
    badly(&sobrado(&data, &["tenant", "import", "nobody", path, "--format", "csv"]), "there is no agency `nobody`");
    badly(&sobrado(&data, &["tenant", "import", "abc", path, "--format", "vrsync"]), "[possible values: csv]");
    badly(&sobrado(&data, &["tenant", "import", "abc", path, "--format", "csv", "--map", path]), "the map ");
    let looked = well(&sobrado(&data, &[&import[..], &["--dry-run"]].concat()));
    assert!(looked.contains("3 of 3 rows can come in") && looked.contains("nothing was written"), "{looked}");
    let report: serde_json::Value =
        serde_json::from_str(&well(&sobrado(&data, &[&import[..], &["--json"]].concat()))).expect("JSON");
    let batch = report["batch"].as_str().expect("a batch");
    assert_eq!((&report["imported"], &report["codes"]), (&3.into(), &serde_json::json!([["AP0001", "AP0003"]])));
    badly(
        &sobrado(&data, &import),
        &format!("the same file came in before: batch {batch}. Take that back with --undo"),
    );
    let again = well(&sobrado(&data, &[&import[..], &["--again"]].concat()));
    assert!(again.contains("AP0004 to AP0006") && again.contains("--undo takes either back"), "{again}");
    let undo = ["tenant", "import", "abc", "--undo", batch];
    badly(&sobrado(&data, &undo), "--force");
    let undo = [&undo[..], &["--force"]].concat();
    let undone = well(&sobrado(&data, &undo));
    assert!(undone.contains("3 properties are gone"), "{undone}");
    badly(&sobrado(&data, &undo), "that was done before");
}
