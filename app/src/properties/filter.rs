//! What the list shows: its state is the address, and the address is its state.

use serde::{Deserialize, Serialize};

use super::types::{PropertyType, Purpose, Status};
use crate::values::query;

/// The list's path.
pub const LIST: &str = "/app/properties";

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

/// So many values of one filter are looked for; there are fewer kinds and states.
const MOST_VALUES: usize = 30;

/// What is asked for, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PropertyFilter {
    /// Words that are looked for in code, title, street and neighbourhood, without accents.
    pub q: String,
    /// For sale, for rent: for any of these; none: for all.
    pub purposes: Vec<Purpose>,
    /// Of these kinds; none: of all.
    pub kinds: Vec<PropertyType>,
    /// In these states; none: in all.
    pub statuses: Vec<Status>,
    /// In these neighbourhoods, without accents; none: in all.
    pub neighborhoods: Vec<String>,
    /// At least this many reais, for a purpose that is asked for; as it was typed.
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
    /// Reads an address, or a form; what makes no sense in it is left out. Several values of a filter repeat its name.
    pub fn from_query(all: &dyn Fn(&str) -> Vec<String>) -> Self {
        let text = |name: &str| all(name).last().map(|value| query::clean(value)).unwrap_or_default();
        let some = |name: &str| Some(text(name)).filter(|v| !v.is_empty());
        let amount = |name: &str| query::amount(&text(name));
        let place = |value: &str| Some(query::clean(value)).filter(|v| !v.is_empty());
        Self {
            q: text("q"),
            purposes: each(&all("purpose"), Purpose::parse),
            kinds: each(&all("type"), PropertyType::parse),
            statuses: each(&all("status"), Status::parse),
            neighborhoods: each(&all("neighborhood"), place),
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
        let mut add = |name: &'static str, value: &str| {
            if !value.is_empty() {
                pairs.push((name, value.to_owned()));
            }
        };
        add("q", &self.q);
        self.purposes.iter().for_each(|v| add("purpose", v.as_str()));
        self.kinds.iter().for_each(|v| add("type", v.as_str()));
        self.statuses.iter().for_each(|v| add("status", v.as_str()));
        self.neighborhoods.iter().for_each(|v| add("neighborhood", v));
        add("min_price", &self.min_price);
        add("max_price", &self.max_price);
        add("bedrooms", &self.bedrooms.map(|v| v.to_string()).unwrap_or_default());
        add("archived", if self.archived { "yes" } else { "" });
        add("sort", if self.sort == Sort::Newest { "" } else { self.sort.as_str() });
        pairs
    }

    /// Whether anything is asked for beside the order.
    pub fn is_empty(&self) -> bool {
        self.pairs().iter().all(|(name, _)| matches!(*name, "sort" | "archived"))
    }

    /// The address of this filter, with one more name and value.
    pub fn href(&self, more: Option<(&str, &str)>) -> String {
        let pairs = self.pairs();
        query::address(LIST, pairs.iter().map(|(n, v)| (*n, v.as_str())).chain(more))
    }

    /// The address of this filter without one thing that was asked for.
    pub fn href_without(&self, name: &str, value: &str) -> String {
        let pairs = self.pairs();
        query::address(LIST, pairs.iter().map(|(n, v)| (*n, v.as_str())).filter(|pair| *pair != (name, value)))
    }
}

/// The values that make sense, each once. A page says each of them again in a link without it, and each link all the others:
/// they are few, whatever an address holds.
pub fn each<T: PartialEq>(values: &[String], parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut read = Vec::new();
    for value in values.iter().filter_map(|value| parse(value)) {
        if read.len() == MOST_VALUES {
            break;
        }
        if !read.contains(&value) {
            read.push(value);
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> PropertyFilter {
        PropertyFilter::from_query(&|name| {
            query.iter().filter(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()).collect()
        })
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
            ("type", "house"),
            ("type", "house"),
            ("status", "active"),
            ("status", "sold"),
            ("neighborhood", "Sé"),
            ("neighborhood", "Brás"),
            ("bedrooms", "2"),
            ("sort", "price_asc"),
        ]);
        assert_eq!(
            filter.href(None),
            "/app/properties?q=%C3%A1gua%20%26%20luz&type=apartment&type=house&status=active&status=sold\
             &neighborhood=S%C3%A9&neighborhood=Br%C3%A1s&bedrooms=2&sort=price_asc"
        );
        let pairs = filter.pairs();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(read(&pairs), filter);
        assert_eq!(
            filter.href_without("type", "apartment"),
            "/app/properties?q=%C3%A1gua%20%26%20luz&type=house&status=active&status=sold\
             &neighborhood=S%C3%A9&neighborhood=Br%C3%A1s&bedrooms=2&sort=price_asc"
        );
    }

    #[test]
    fn a_form_that_was_left_alone_asks_for_nothing() {
        let names = ["q", "purpose", "type", "status", "neighborhood", "min_price", "max_price", "bedrooms", ""];
        let mut form: Vec<(&str, &str)> = names.map(|name| (name, "")).to_vec();
        form.push(("sort", "newest"));
        assert_eq!(read(&form).href(None), "/app/properties");
        form.push(("type", "loft"));
        assert_eq!(read(&form).href(None), "/app/properties?type=loft");
    }
}
