//! What crosses the wire about photographs.

use serde::{Deserialize, Serialize};

use super::types::PropertyId;

crate::id! {
    /// A photograph of a property.
    PhotoId
}

/// The most bytes of photographs in one form.
pub const AT_ONCE: u32 = 250 * 1024 * 1024;

/// How far the making of a photograph's sizes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoState {
    /// They are being made.
    #[serde(rename = "waiting")]
    Waiting,
    /// They are there.
    #[serde(rename = "ready")]
    Ready,
    /// The file could not be read after all.
    #[serde(rename = "failed")]
    Failed,
}

/// A photograph as the CRM shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Which one.
    pub id: PhotoId,
    /// What it shows, in words.
    pub alt: String,
    /// Whether lists show it.
    pub is_cover: bool,
    /// Whether it can be shown.
    pub state: PhotoState,
    /// Address of its smallest size.
    pub small: Option<String>,
}

/// A photograph as visitors get it: the browser picks the size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Address of the smallest JPEG.
    pub small: String,
    /// Address of the largest JPEG.
    pub large: String,
    /// WebP addresses with their widths, as `srcset` wants them.
    pub webp: String,
    /// The same in JPEG.
    pub jpg: String,
    /// Pixels across of the largest.
    pub width: u32,
    /// Pixels down of the largest.
    pub height: u32,
    /// What it shows, in words.
    pub alt: String,
}

/// What the page of a property's photographs shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoPage {
    /// Whose they are.
    pub id: PropertyId,
    /// Its code and title.
    pub title: String,
    /// In their order.
    pub photos: Vec<Photo>,
}
