//! What crosses the wire about an agency's settings.

use serde::{Deserialize, Serialize};

use crate::values::color::Color;
use crate::values::fields::Fields;

/// Who the agency is and how it is reached, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreInput {
    /// Its name on the site.
    pub company_name: String,
    /// Its registration with the council of brokers; without one nothing is published.
    pub creci: Option<String>,
    /// What its first page begins with; empty: the house's own words.
    pub hero_title: String,
    /// What it says of itself.
    pub about: String,
    /// Telephone.
    pub phone: Option<String>,
    /// WhatsApp number.
    pub whatsapp: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Where its office is.
    pub address: Option<String>,
}

/// The agency's colours, parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrandInput {
    /// Buttons and the frame of the site.
    pub primary_color: Color,
    /// Accents.
    pub secondary_color: Color,
}

/// The forms that change the one row, each its own columns of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsForm {
    /// Name, registration and contact.
    #[default]
    Store,
    /// The colours.
    Brand,
}

impl SettingsForm {
    /// Names of its fields, which are the columns'.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Store => &["company_name", "creci", "hero_title", "about", "phone", "whatsapp", "email", "address"],
            Self::Brand => &["primary_color", "secondary_color"],
        }
    }

    /// The path of its page.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Store => "/app/settings/store",
            Self::Brand => "/app/settings/brand",
        }
    }
}

/// What one of the settings' forms begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsEditing {
    /// How often the form was saved when the edit begins.
    pub version: i32,
    /// What is saved, as the fields of both forms show it.
    pub form: Fields,
    /// What was typed into a form that was refused.
    pub typed: Option<Fields>,
    /// The logo: where it is, pixels across and down.
    pub logo: Option<(String, u32, u32)>,
}

impl SettingsEditing {
    /// What is saved in the fields of this form alone.
    pub fn only(&self, form: SettingsForm) -> Fields {
        form.fields().iter().fold(Fields::default(), |fields, name| fields.with(name, self.form.get(name)))
    }
}
