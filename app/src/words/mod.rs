//! Every word of the interface, in one typed table a language: a missing key does not compile.
//!
//! A slice keeps its own words in `words.rs`; this is where they come together.

#[cfg(not(feature = "ssr"))]
#[path = "here_browser.rs"]
mod here;
#[cfg(feature = "ssr")]
#[path = "here_server.rs"]
mod here;

pub mod common;
mod problems;
#[cfg(feature = "ssr")]
pub mod records;

use leptos::prelude::{provide_context, use_context};
use serde::{Deserialize, Serialize};

pub use problems::problem;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Brazilian Portuguese.
    #[default]
    #[serde(rename = "pt-BR")]
    Pt,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// The tag of the document (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Pt => "pt-BR",
            Self::En => "en",
        }
    }

    /// Reads a tag; none for languages that we do not speak.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.split('-').next() {
            Some("pt") => Some(Self::Pt),
            Some("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we speak (RFC 9110; quality values decide).
    pub fn negotiate(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',') {
            let (tag, params) = part.split_once(';').unwrap_or((part, ""));
            let quality = params.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(1.0_f32);
            if let Some(lang) = Self::parse(tag)
                && best.is_none_or(|(q, _)| quality > q)
            {
                best = Some((quality, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

/// The words of every slice.
#[derive(Debug)]
pub struct Words {
    /// The language they are in.
    pub lang: Lang,
    /// Words that belong to no slice.
    pub common: common::Words,
    /// Signing in and out.
    pub auth: crate::auth::words::Words,
    /// Plans and limits.
    pub billing: crate::billing::words::Words,
    /// The platform's front page.
    pub marketing: crate::marketing::words::Words,
    /// The operators' console.
    pub platform: crate::platform::words::Words,
    /// Properties.
    pub properties: crate::properties::words::Words,
    /// How the agency presents itself.
    pub store_settings: crate::store_settings::words::Words,
    /// The storefront.
    pub storefront: crate::storefront::words::Words,
    /// The first screen of the CRM.
    pub today: crate::today::words::Words,
}

static PT: Words = Words {
    lang: Lang::Pt,
    common: common::PT,
    auth: crate::auth::words::PT,
    billing: crate::billing::words::PT,
    marketing: crate::marketing::words::PT,
    platform: crate::platform::words::PT,
    properties: crate::properties::words::PT,
    store_settings: crate::store_settings::words::PT,
    storefront: crate::storefront::words::PT,
    today: crate::today::words::PT,
};

static EN: Words = Words {
    lang: Lang::En,
    common: common::EN,
    auth: crate::auth::words::EN,
    billing: crate::billing::words::EN,
    marketing: crate::marketing::words::EN,
    platform: crate::platform::words::EN,
    properties: crate::properties::words::EN,
    store_settings: crate::store_settings::words::EN,
    storefront: crate::storefront::words::EN,
    today: crate::today::words::EN,
};

/// The words of a language.
pub fn words_in(lang: Lang) -> &'static Words {
    match lang {
        Lang::Pt => &PT,
        Lang::En => &EN,
    }
}

/// The words of the page that is being made.
pub fn words() -> &'static Words {
    words_in(lang())
}

/// The language of the page that is being made, or of the call that is being answered.
pub fn lang() -> Lang {
    use_context::<Lang>().unwrap_or_else(here::lang)
}

/// Settles the language for everything below: on the server from the request, in the browser from the document.
pub fn provide_lang() {
    provide_context(here::lang());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_that_we_speak_wins() {
        assert_eq!(Lang::negotiate("pt-BR,pt;q=0.9,en;q=0.8"), Some(Lang::Pt));
        assert_eq!(Lang::negotiate("de, en;q=0.5, pt;q=0.4"), Some(Lang::En));
        assert_eq!(Lang::negotiate("de"), None);
        assert_eq!(Lang::negotiate(""), None);
    }
}
