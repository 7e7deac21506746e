//! The `<html>` document around each face, and the content security policy that belongs to it.

use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;
use std::sync::OnceLock;

use crate::routes::{App, Front, Site};
use crate::words;

/// The CRM's document: hydrated, every script with the nonce of this one answer.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    words::provide_lang();
    allow_nonce();
    view! {
        <!DOCTYPE html>
        <html lang=words::lang().tag()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HydrationScripts options=options.clone()/>
                <link rel="stylesheet" href=stylesheet(&options)/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The platform's front pages: no script at all.
pub fn front_shell(options: LeptosOptions) -> impl IntoView {
    words::provide_lang();
    stay_still();
    view! {
        <!DOCTYPE html>
        <html lang=words::lang().tag()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=stylesheet(&options)/>
                <MetaTags/>
            </head>
            <body>
                <Front/>
            </body>
        </html>
    }
}

/// As the islands' own loader does: nothing will take this page over, so its data need not travel twice.
fn stay_still() {
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
}

/// A storefront's document: no script but one file, no serialised data, the same bytes for everybody.
pub fn site_shell(options: LeptosOptions) -> impl IntoView {
    words::provide_lang();
    stay_still();
    view! {
        <!DOCTYPE html>
        <html lang=words::lang().tag() class="site" data-theme="light">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=stylesheet(&options)/>
                <MetaTags/>
            </head>
            <body>
                <Site/>
            </body>
        </html>
    }
}

/// The style sheet's address. As leptos_meta's `HashedStylesheet`, which reads the file of hashes for every page; a process
/// has one, beside its program, and it does not change.
fn stylesheet(options: &LeptosOptions) -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let hash = if options.hash_files { hash_of_css(&options.hash_file) } else { None };
        let (folder, name) = (&options.site_pkg_dir, &options.output_name);
        format!("/{folder}/{name}{}.css", hash.map(|hash| format!(".{hash}")).unwrap_or_default())
    })
}

fn hash_of_css(file: &str) -> Option<String> {
    let hashes = std::fs::read_to_string(std::env::current_exe().ok()?.parent()?.join(file)).ok()?;
    let (_, hash) = hashes.lines().filter_map(|line| line.split_once(':')).find(|(kind, _)| kind.trim() == "css")?;
    Some(hash.trim().to_owned())
}

fn allow_nonce() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}
