//! Addresses that lead nowhere: INP-28, HDR-08.

use std::fs;
use tenancy::testing::run;

use crate::harness::house;

const SECRET: &str = "what lies beside the bundle";

#[test]
fn no_way_leads_out_of_a_folder() {
    run(async {
        let house = house().await;
        let a = house.agency().await;
        let home = tempfile::tempdir().expect("a folder");
        let site = home.path().join("site");
        for folder in ["pkg/inner", "fonts", "assets", ".git"] {
            fs::create_dir_all(site.join(folder)).expect("made");
        }
        fs::write(site.join("pkg/here.js"), "here").expect("written");
        for secret in [home.path().join("secret.txt"), site.join("secret.txt"), site.join(".git/config")] {
            fs::write(secret, SECRET).expect("written");
        }
        let mut platform = house.stranger_at_bundle(&site);
        let mut storefront = platform.clone();
        storefront.host = format!("{}.localhost:3000", a.route.slug);
        assert_eq!(platform.get("/pkg/here.js").await.text(), "here", "the bundle is there");
        for caller in [&mut platform, &mut storefront] {
            for folder in ["/pkg", "/fonts", "/assets", "/media/x", "/logo", "/theme", ""] {
                for way in [
                    "/../secret.txt",
                    "/../../secret.txt",
                    "/%2e%2e/secret.txt",
                    "/..%2fsecret.txt",
                    "/%2e%2e%2f%2e%2e%2fsecret.txt",
                    "/%252e%252e%252fsecret.txt",
                    "/..%5csecret.txt",
                    "/%c0%ae%c0%ae/secret.txt",
                    "//secret.txt",
                    "/%00/../secret.txt",
                    "/inner/../../secret.txt",
                    "/.git/config",
                    "/../.git/config",
                    "/secret.txt",
                    "/%2fetc/passwd",
                ] {
                    let path = format!("{folder}{way}");
                    let answer = caller.get(&path).await;
                    // What only staff may see leads a stranger to the sign-in, whatever was asked for.
                    let to_the_door = answer.status == http::StatusCode::SEE_OTHER
                        && answer.header("location").starts_with("/entrar?next=");
                    let refused = answer.status.is_client_error() || to_the_door;
                    assert!(refused, "{path} at {}: {}", caller.host, answer.status);
                    assert!(!answer.text().contains(SECRET), "{path} at {}", caller.host);
                }
            }
            // A folder is not listed, and there is nothing for those who look after the program.
            for path in ["/pkg", "/pkg/", "/pkg/inner/", "/fonts/", "/debug", "/metrics", "/.env", "/server-status"] {
                let answer = caller.get(path).await;
                assert_eq!(answer.status, http::StatusCode::NOT_FOUND, "{path} at {}", caller.host);
                assert!(!answer.text().contains("here.js"), "{path}");
            }
        }
    });
}
