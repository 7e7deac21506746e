//! Frames of pages.
