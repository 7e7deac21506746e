//! What was typed into a form that the server refused: kept a week, so that a form without WASM loses nothing.

#[cfg(feature = "ssr")]
pub mod db;
pub mod server_fns;
