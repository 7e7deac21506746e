//! What was typed into a form that the server refused: kept a week, so that a form without WASM loses nothing.

pub mod db;
