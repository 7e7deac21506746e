//! The words of properties.

/// See the module.
#[derive(Debug)]
#[expect(missing_docs, reason = "each key is its own description")]
pub struct Words {
    pub title: &'static str,
}

/// Brazilian Portuguese.
pub const PT: Words = Words { title: "Imóveis" };

/// English.
pub const EN: Words = Words { title: "Properties" };
