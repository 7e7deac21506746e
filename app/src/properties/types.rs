//! What crosses the wire about properties: their choices, rows, pages and forms.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use super::photo_types::{AT_ONCE, Photo, PhotoId, PhotoPage, PhotoState, Picture};
use crate::audit::types::HistoryLine;
use crate::values::fields::{Fields, Values};
use crate::values::id::StaffId;

crate::id! {
    /// A property of an agency.
    PropertyId
}

/// Declares a choice whose values are stored as text: with `ALL`, `as_str` and `parse`.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $value)] $variant),*
        }

        impl $name {
            /// All of them, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored value, which is the value in addresses and forms too.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $value),* }
            }

            /// Reads a stored value.
            pub fn parse(value: &str) -> Option<Self> {
                match value { $($value => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

choice! {
    /// What kind of property it is.
    #[expect(missing_docs, reason = "the stored value is the description")]
    PropertyType {
        Apartment = "apartment", GardenApartment = "garden_apartment", Penthouse = "penthouse", Duplex = "duplex", Flat = "flat",
        Kitnet = "kitnet", Studio = "studio", Loft = "loft", House = "house", Sobrado = "sobrado", GatedHouse = "gated_house",
        VillageHouse = "village_house", Land = "land", GatedLand = "gated_land", Chacara = "chacara", Sitio = "sitio", Farm = "farm",
        Office = "office", CorporateFloor = "corporate_floor", Store = "store", CommercialPoint = "commercial_point",
        MedicalOffice = "medical_office", CommercialHouse = "commercial_house", CommercialBuilding = "commercial_building",
        ResidentialBuilding = "residential_building", Warehouse = "warehouse", IndustrialArea = "industrial_area", Hotel = "hotel",
        ParkingSpace = "parking_space", Tract = "tract",
    }
}

choice! {
    /// What it may be used for.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Usage { Residential = "residential", Commercial = "commercial", Mixed = "mixed", Rural = "rural", Industrial = "industrial" }
}

choice! {
    /// What the owner wants of it. A property has one or more.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Purpose { Sale = "sale", Rent = "rent", Season = "season" }
}

choice! {
    /// Where it is on its way. Archived is not among them: that is `deleted_at`.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Status {
        Draft = "draft", Capturing = "capturing", Active = "active", Reserved = "reserved", Sold = "sold", Rented = "rented",
        Suspended = "suspended", Inactive = "inactive",
    }
}

choice! {
    /// In what condition it is.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Condition {
        New = "new", Used = "used", Launch = "launch", UnderConstruction = "under_construction", OffPlan = "off_plan",
        Renovating = "renovating",
    }
}

choice! {
    /// Whether it comes with furniture.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Furnished { No = "no", Partly = "partly", Yes = "yes" }
}

choice! {
    /// What an amount is paid for.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Period { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Yearly = "yearly", Once = "once" }
}

choice! {
    /// How much of the address visitors see.
    #[expect(missing_docs, reason = "the stored value is the description")]
    Visibility { Full = "full", Street = "street", Neighborhood = "neighborhood" }
}

/// What an input form sends: everything as it was typed, parsed in `rules`. The names are those of the table's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct PropertyForm {
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub usage: String,
    pub purposes: Vec<String>,
    pub status: String,
    pub status_reason: String,
    pub responsible_id: String,
    pub condition: String,
    pub title: String,
    pub description: String,
    pub internal_notes: String,
    pub sale_price: String,
    pub sale_price_public: String,
    pub rent: String,
    pub rent_period: String,
    pub season_price: String,
    pub condo: String,
    pub iptu: String,
    pub iptu_period: String,
    pub area_private: String,
    pub area_total: String,
    pub area_built: String,
    pub area_land: String,
    pub bedrooms: String,
    pub suites: String,
    pub bathrooms: String,
    pub lavabos: String,
    pub parking: String,
    pub floor: String,
    pub floors_total: String,
    pub year_built: String,
    pub furnished: String,
    pub cep: String,
    pub uf: String,
    pub city: String,
    pub neighborhood: String,
    pub street: String,
    pub number: String,
    pub complement: String,
    pub visibility: String,
}

/// What a person says about a property, parsed: every value keeps to its rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct PropertyInput {
    /// None: the next one of its type.
    pub code: Option<String>,
    pub kind: PropertyType,
    pub usage: Usage,
    pub purposes: Vec<Purpose>,
    pub status: Status,
    pub status_reason: Option<String>,
    pub condition: Option<Condition>,
    pub title: String,
    pub description: String,
    pub internal_notes: String,
    pub sale_price: Option<Decimal>,
    pub sale_price_public: bool,
    pub rent: Option<Decimal>,
    pub rent_period: Period,
    pub season_price: Option<Decimal>,
    pub condo: Option<Decimal>,
    pub iptu: Option<Decimal>,
    pub iptu_period: Option<Period>,
    pub area_private: Option<Decimal>,
    pub area_total: Option<Decimal>,
    pub area_built: Option<Decimal>,
    pub area_land: Option<Decimal>,
    pub bedrooms: Option<i16>,
    pub suites: Option<i16>,
    pub bathrooms: Option<i16>,
    pub lavabos: Option<i16>,
    pub parking: Option<i16>,
    pub floor: Option<i16>,
    pub floors_total: Option<i16>,
    pub year_built: Option<i16>,
    pub furnished: Option<Furnished>,
    pub cep: Option<String>,
    pub uf: Option<String>,
    pub city: Option<String>,
    pub neighborhood: Option<String>,
    pub street: Option<String>,
    pub number: Option<String>,
    pub complement: Option<String>,
    pub visibility: Visibility,
}

/// A property as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Which one.
    pub id: PropertyId,
    /// Its code, unique in the agency and never used again.
    pub code: String,
    /// What is said about it.
    pub input: PropertyInput,
    /// Who looks after it: who registered it, where nobody was named.
    pub responsible: Option<StaffId>,
    /// Counted up by every change: an edit names the one that it began from.
    pub version: i32,
    /// When it was registered.
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
    /// Whether it is archived: it takes no place in the plan and nobody finds it by accident.
    pub is_archived: bool,
    /// Whether visitors may see it.
    pub is_published: bool,
    /// Whether the storefront's first page shows it.
    pub is_featured: bool,
    /// What its public address begins with.
    pub slug: String,
}

/// What the viewer may do with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    /// Change it and its photographs.
    pub write: bool,
    /// Put it on the storefront and take it off.
    pub publish: bool,
    /// Archive and restore it.
    pub archive: bool,
}

/// What a property's own page shows, in the viewer's language and ready to read: the browser computes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyPage {
    /// Which one.
    pub id: PropertyId,
    /// Its code.
    pub code: String,
    /// Its title, which a draft may lack.
    pub title: String,
    /// What kind it is.
    pub kind: String,
    /// Where it is on its way.
    pub status: String,
    /// Whether it is being sold or let now.
    pub is_active: bool,
    /// Whether it is archived: it takes no place in the plan and nobody finds it by accident.
    pub is_archived: bool,
    /// Counted up by every change.
    pub version: i32,
    /// What is known: groups with a heading, facts with a name and a value.
    pub facts: Vec<(String, Vec<(String, String)>)>,
    /// Longer texts with their names.
    pub texts: Vec<(String, String)>,
    /// What was done to it, newest first.
    pub history: Vec<HistoryLine>,
    /// What the viewer may do with it.
    pub may: May,
    /// Its place on the storefront.
    pub publication: Publication,
    /// Its photographs, in their order.
    pub photos: Vec<Photo>,
}

/// A property's place on the storefront.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Whether visitors may see it.
    pub is_published: bool,
    /// Whether the first page shows it.
    pub is_featured: bool,
    /// Its path there: `/imovel/{slug}-{code}`.
    pub path: String,
    /// Whether it has so few photographs that it will hardly be looked at.
    pub few_photos: bool,
    /// What it lacks; nothing: it is ready.
    pub missing: Vec<Missing>,
}

/// Something that a property lacks before visitors may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Name of the field; `creci` is not the property's but the agency's.
    pub field: String,
    /// What it is called.
    pub label: String,
    /// What is wrong with it.
    pub sentence: String,
}

/// A property on its way to the storefront.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unready {
    /// Which one.
    pub id: PropertyId,
    /// Its title, which a draft may lack.
    pub title: String,
    /// Its code.
    pub code: String,
    /// What it lacks; nothing: only somebody to publish it.
    pub missing: Vec<Missing>,
}

/// What the form of a property begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyEditing {
    /// Which one.
    pub id: PropertyId,
    /// Its code.
    pub code: String,
    /// The version that the edit begins from.
    pub version: i32,
    /// What is saved, as the fields show it.
    pub form: Fields,
    /// What was typed into a form that was refused.
    pub typed: Option<Fields>,
    /// What the form lacks as it stands.
    pub missing: Vec<Missing>,
    /// Whom it can be given to; nobody, by whoever may not.
    pub team: Vec<(String, String)>,
}

/// What the form of a property that is about to be registered begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyBlank {
    /// Its identifier: sent twice, the form makes one property.
    pub id: PropertyId,
    /// What was typed into a form that was refused, else what most begin with.
    pub form: Fields,
    /// What the form lacks as it stands.
    pub missing: Vec<Missing>,
    /// Whom it can be given to; nobody, by whoever may not.
    pub team: Vec<(String, String)>,
}

/// A line of the list, ready to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyRow {
    /// Which one.
    pub id: PropertyId,
    /// Its title, which a draft may lack.
    pub title: String,
    /// Its code and what kind it is.
    pub subtitle: String,
    /// Neighbourhood and city.
    pub place: String,
    /// To buy it, to rent it.
    pub prices: Vec<String>,
    /// Area, bedrooms, parking.
    pub size: String,
    /// Where it is on its way.
    pub status: String,
    /// Whether it is being sold or let now.
    pub is_active: bool,
    /// Address of its cover in a small size.
    pub cover: Option<String>,
    /// Whether visitors see it.
    pub is_published: bool,
    /// Who looks after it.
    pub responsible: String,
    /// When it was last changed.
    pub updated: String,
}

impl PropertyForm {
    /// The form as it was sent or kept.
    pub fn from_fields(fields: &Fields) -> Self {
        let mut map: serde_json::Map<String, serde_json::Value> = fields
            .0
            .iter()
            .map(|(name, values)| (name.clone(), values.0.first().cloned().unwrap_or_default().into()))
            .collect();
        map.insert("purposes".into(), fields.all("purposes").to_vec().into());
        serde_json::from_value(map.into()).unwrap_or_default()
    }

    /// As fields: what a page fills its inputs from.
    pub fn into_fields(self) -> Fields {
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(all) => all.into_iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(map)) => {
                Fields(map.into_iter().map(|(name, value)| (name, Values(text(value)))).collect())
            }
            _ => Fields::default(),
        }
    }
}
