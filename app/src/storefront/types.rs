//! What the public pages show.

use serde::{Deserialize, Serialize};

use crate::properties::types::{Picture, PropertyType};

/// An agency as its visitors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its registration with the council of brokers (Lei 6.530/1978).
    pub creci: Option<String>,
    /// What it says of itself.
    pub about: String,
    /// Telephone, as it is written.
    pub phone: Option<String>,
    /// WhatsApp number, as it is written.
    pub whatsapp: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Where its office is.
    pub address: Option<String>,
    /// What its first page begins with; empty: the house's own words.
    pub hero_title: String,
    /// Its logo.
    pub logo: Option<Logo>,
    /// Address of the style sheet of its colours.
    pub theme: String,
    /// Its own address, without a slash at the end.
    pub url: String,
}

impl Store {
    /// Address of the picture that stands for a page with these cards on it: the first cover, else the logo.
    pub fn picture(&self, cards: &[Card]) -> Option<String> {
        let cover = cards.iter().find_map(|card| card.cover.as_ref()).map(|cover| &cover.large);
        cover.or(self.logo.as_ref().map(|logo| &logo.src)).map(|path| format!("{}{path}", self.url))
    }
}

/// An agency's logo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Where it is.
    pub src: String,
    /// Pixels across, as it is shown.
    pub width: u32,
    /// Pixels down, as it is shown.
    pub height: u32,
}

/// A property among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Where it is: `/imovel/{slug}-{code}`.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What kind of property it is.
    pub kind: String,
    /// Neighbourhood and city.
    pub place: String,
    /// What it costs, one line a purpose.
    pub prices: Vec<String>,
    /// Area, bedrooms and parking on one line.
    pub size: String,
    /// Its cover.
    pub cover: Option<Picture>,
}

/// What the search form offers: only what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Kinds of property, the most frequent first.
    pub kinds: Vec<PropertyType>,
    /// Neighbourhoods.
    pub neighborhoods: Vec<String>,
    /// Cities.
    pub cities: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// This page's.
    pub cards: Vec<Card>,
    /// How many there are in all.
    pub total: i64,
    /// On how many pages.
    pub pages: u32,
    /// When there is nothing: what else there is.
    pub others: Vec<Card>,
}

/// What the first page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandingPage {
    /// Whose it is.
    pub store: Store,
    /// What the form offers.
    pub choices: Choices,
    /// At most twelve.
    pub featured: Vec<Card>,
}

/// What the search page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// Whose it is.
    pub store: Store,
    /// What the form offers.
    pub choices: Choices,
    /// What was found.
    pub found: Found,
}

/// What a property's public page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Its code.
    pub code: String,
    /// The one address that it has.
    pub path: String,
    /// What kind of property it is.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Where it is, as exactly as the agency wants it.
    pub place: String,
    /// What it is offered for.
    pub purposes: Vec<String>,
    /// Purpose and price.
    pub prices: Vec<(String, String)>,
    /// What comes on top: name and amount.
    pub costs: Vec<(String, String)>,
    /// Area, bedrooms and parking on one line.
    pub size: String,
    /// Name and value.
    pub facts: Vec<(String, String)>,
    /// What the agency says of it.
    pub description: String,
    /// Its photographs, the cover first.
    pub pictures: Vec<Picture>,
    /// Properties like it.
    pub similar: Vec<Card>,
}

/// A property's page and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingPage {
    /// Whose it is.
    pub store: Store,
    /// The property.
    pub listing: Listing,
}
