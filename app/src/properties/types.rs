//! What crosses the wire about properties: their choices, rows, pages and forms.

use serde::{Deserialize, Serialize};

crate::id! {
    /// A property of an agency.
    PropertyId
}

crate::id! {
    /// A photograph of a property.
    PhotoId
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

/// Brazil's 26 states and the Federal District (IBGE).
pub const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];
