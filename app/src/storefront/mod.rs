//! An agency's public site: plain HTML, complete without WASM, none is sent. A leaf: nobody imports it but the routes.

#[cfg(feature = "ssr")]
pub mod db;
pub mod pages;
pub mod parts;
pub mod search;
pub mod server_fns;
pub mod theme;
pub mod types;
pub mod words;
