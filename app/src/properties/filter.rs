//! What the list shows: its state is the address, and the address is its state.

use serde::{Deserialize, Serialize};

use super::types::{PropertyType, Purpose, Status};
use crate::values::query;

/// How the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Sort {
    /// Registered last first.
    #[default]
    #[serde(rename = "newest")]
    Newest,
    /// Cheapest first.
    #[serde(rename = "price_asc")]
    PriceAsc,
    /// Dearest first.
    #[serde(rename = "price_desc")]
    PriceDesc,
    /// Largest first.
    #[serde(rename = "area_desc")]
    AreaDesc,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Newest, Self::PriceAsc, Self::PriceDesc, Self::AreaDesc];

    /// The value in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::PriceAsc => "price_asc",
            Self::PriceDesc => "price_desc",
            Self::AreaDesc => "area_desc",
        }
    }
}

/// What is asked for, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PropertyFilter {
    /// Looked for in code, title, street and neighbourhood, without accents.
    pub q: String,
    /// For sale, for rent.
    pub purpose: Option<Purpose>,
    /// Of this kind.
    pub kind: Option<PropertyType>,
    /// In this state.
    pub status: Option<Status>,
    /// In this neighbourhood, without accents.
    pub neighborhood: String,
    /// At least this many reais, to buy or to rent; as it was typed.
    pub min_price: String,
    /// At most this many reais; as it was typed.
    pub max_price: String,
    /// At least this many bedrooms.
    pub bedrooms: Option<i16>,
    /// The archived ones instead of the others.
    pub archived: bool,
    /// In which order.
    pub sort: Sort,
    /// Rows after this cursor.
    pub after: Option<String>,
    /// Rows before this cursor.
    pub before: Option<String>,
}

impl PropertyFilter {
    /// Reads an address; what makes no sense in it is left out.
    pub fn from_query(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| query::clean(&get(name).unwrap_or_default());
        let some = |name: &str| Some(text(name)).filter(|v| !v.is_empty());
        let amount = |name: &str| query::amount(&text(name));
        Self {
            q: text("q"),
            purpose: some("purpose").and_then(|v| Purpose::parse(&v)),
            kind: some("type").and_then(|v| PropertyType::parse(&v)),
            status: some("status").and_then(|v| Status::parse(&v)),
            neighborhood: text("neighborhood"),
            min_price: amount("min_price"),
            max_price: amount("max_price"),
            bedrooms: text("bedrooms").parse().ok().filter(|n| (0..=99).contains(n)),
            archived: text("archived") == "yes",
            sort: Sort::ALL.into_iter().find(|s| s.as_str() == text("sort")).unwrap_or_default(),
            after: some("after"),
            before: some("before"),
        }
    }

    /// The names and values that say this filter, cursors left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name: &'static str, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                pairs.push((name, value));
            }
        };
        add("q", Some(self.q.clone()));
        add("purpose", self.purpose.map(|v| v.as_str().to_owned()));
        add("type", self.kind.map(|v| v.as_str().to_owned()));
        add("status", self.status.map(|v| v.as_str().to_owned()));
        add("neighborhood", Some(self.neighborhood.clone()));
        add("min_price", Some(self.min_price.clone()));
        add("max_price", Some(self.max_price.clone()));
        add("bedrooms", self.bedrooms.map(|v| v.to_string()));
        add("archived", self.archived.then(|| "yes".to_owned()));
        add("sort", (self.sort != Sort::Newest).then(|| self.sort.as_str().to_owned()));
        pairs
    }

    /// Whether anything is asked for beside the order.
    pub fn is_empty(&self) -> bool {
        self.pairs().iter().all(|(name, _)| matches!(*name, "sort" | "archived"))
    }

    /// The address of this filter, with one more name and value.
    pub fn href(&self, more: Option<(&str, &str)>) -> String {
        let pairs = self.pairs();
        query::address("/app/properties", pairs.iter().map(|(n, v)| (*n, v.as_str())).chain(more))
    }

    /// The address of this filter without one of its names.
    pub fn href_without(&self, name: &str) -> String {
        let get = |wanted: &str| self.pairs().into_iter().find(|(n, _)| *n == wanted && *n != name).map(|(_, v)| v);
        Self::from_query(get).href(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> PropertyFilter {
        PropertyFilter::from_query(|name| query.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let filter =
            read(&[("type", "castle"), ("bedrooms", "many"), ("min_price", "cheap"), ("sort", "best"), ("q", "  sé ")]);
        assert_eq!(filter, PropertyFilter { q: "sé".into(), ..PropertyFilter::default() });
    }

    #[test]
    fn an_address_is_read_back() {
        let filter = read(&[
            ("q", "água & luz"),
            ("type", "apartment"),
            ("bedrooms", "2"),
            ("min_price", "1500.5"),
            ("sort", "price_asc"),
        ]);
        assert_eq!(
            filter.href(None),
            "/app/properties?q=%C3%A1gua%20%26%20luz&type=apartment&min_price=1500.5&bedrooms=2&sort=price_asc"
        );
        let pairs = filter.pairs();
        let again = PropertyFilter::from_query(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()));
        assert_eq!(again, filter);
        assert_eq!(
            filter.href_without("type"),
            "/app/properties?q=%C3%A1gua%20%26%20luz&min_price=1500.5&bedrooms=2&sort=price_asc"
        );
    }
}
