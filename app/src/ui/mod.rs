//! House parts.
