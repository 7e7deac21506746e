//! Parts that both screens of the log show.

mod log;

pub use log::log;
