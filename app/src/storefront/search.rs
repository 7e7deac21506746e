//! What a visitor looks for: the address says all of it.

use serde::{Deserialize, Serialize};

use crate::properties::filter::{Sort, each};
use crate::properties::types::{PropertyType, Purpose};
use crate::values::query;
use crate::words::Lang;

/// Pages further than this are nobody's.
const LAST_PAGE: u32 = 1_000;

/// Names and values of the contract's search address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// For sale, for rent.
    pub purpose: Option<Purpose>,
    /// Of these kinds; none: of all.
    pub kinds: Vec<PropertyType>,
    /// In this city, without accents.
    pub city: String,
    /// In this neighbourhood, without accents.
    pub neighborhood: String,
    /// At least this many reais; as it was typed.
    pub min_price: String,
    /// At most this many reais; as it was typed.
    pub max_price: String,
    /// At least this many bedrooms.
    pub bedrooms: Option<i16>,
    /// At least this many parking spaces.
    pub parking: Option<i16>,
    /// Looked for in code, title, street, neighbourhood and city, without accents.
    pub q: String,
    /// In which order.
    pub sort: Sort,
    /// Which page, counted from 1; 0 is the first too.
    pub page: u32,
}

impl Search {
    /// Reads an address; what makes no sense in it is left out.
    pub fn from_query(all: impl Fn(&str) -> Vec<String>) -> Self {
        let text = |name: &str| all(name).last().map(|value| query::clean(value)).unwrap_or_default();
        let count = |name: &str| text(name).parse().ok().filter(|n| (1..=99).contains(n));
        Self {
            purpose: Purpose::parse(&text("purpose")),
            kinds: each(&all("type"), PropertyType::parse),
            city: text("city"),
            neighborhood: text("neighborhood"),
            min_price: query::amount(&text("min_price")),
            max_price: query::amount(&text("max_price")),
            bedrooms: count("bedrooms"),
            parking: count("parking"),
            q: text("q"),
            sort: Sort::ALL.into_iter().find(|s| s.as_str() == text("sort")).unwrap_or_default(),
            page: text("page").parse().unwrap_or(1).clamp(1, LAST_PAGE),
        }
    }

    /// The search as an address could say it: what came otherwise is held to the same bounds.
    #[must_use]
    pub fn bounded(&self) -> Self {
        let (pairs, page) = (self.pairs(), self.page.to_string());
        let all = |name: &str| pairs.iter().filter(|(n, _)| *n == name).map(|(_, value)| value.clone()).collect();
        Self::from_query(|name| if name == "page" { vec![page.clone()] } else { all(name) })
    }

    /// The names and values that say this search, the page left out.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name: &'static str, value: String| {
            if !value.is_empty() {
                pairs.push((name, value));
            }
        };
        add("purpose", self.purpose.map(|v| v.as_str().to_owned()).unwrap_or_default());
        for kind in &self.kinds {
            add("type", kind.as_str().to_owned());
        }
        add("city", self.city.clone());
        add("neighborhood", self.neighborhood.clone());
        add("min_price", self.min_price.clone());
        add("max_price", self.max_price.clone());
        add("bedrooms", self.bedrooms.map(|v| v.to_string()).unwrap_or_default());
        add("parking", self.parking.map(|v| v.to_string()).unwrap_or_default());
        add("q", self.q.clone());
        add("sort", if self.sort == Sort::Newest { String::new() } else { self.sort.as_str().to_owned() });
        pairs
    }

    /// The address of a page of this search.
    pub fn path(&self, page: u32) -> String {
        let (pairs, page) = (self.pairs(), page.to_string());
        let later = (page != "1").then_some(("page", page.as_str()));
        query::address("/imoveis", pairs.iter().map(|(n, v)| (*n, v.as_str())).chain(later))
    }

    /// The address of this search without one thing that was asked for.
    pub fn path_without(&self, name: &str, value: &str) -> String {
        let pairs = self.pairs();
        let kept = pairs.iter().map(|(n, v)| (*n, v.as_str())).filter(|pair| *pair != (name, value));
        query::address("/imoveis", kept)
    }
}

/// A storefront's address in a language: English is the same address with `lang=en`.
pub fn in_lang(path: &str, lang: Lang) -> String {
    match lang {
        Lang::Pt => path.to_owned(),
        Lang::En => query::address(path, [("lang", "en")]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Search {
        Search::from_query(|name| query.iter().filter(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()).collect())
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let junk = read(&[
            ("purpose", "steal"),
            ("type", "castle"),
            ("bedrooms", "-1"),
            ("parking", "many"),
            ("sort", "best"),
            ("page", "-7"),
            ("min_price", "cheap"),
        ]);
        assert_eq!(junk, Search { page: 1, ..Search::default() });
        assert_eq!(read(&[("page", "99999999999")]).page, 1, "no number of ours");
        assert_eq!(read(&[("page", "4000")]).page, LAST_PAGE);
    }

    #[test]
    fn every_kind_is_looked_for_once_however_often_it_is_named() {
        let named: Vec<(&str, &str)> = [("type", "flat"), ("type", "loft")].repeat(3_000);
        assert_eq!(read(&named).kinds, [PropertyType::Flat, PropertyType::Loft]);
        let passed_on = Search { kinds: [PropertyType::Flat, PropertyType::Loft].repeat(3_000), ..Search::default() };
        assert_eq!(passed_on.bounded().kinds.len(), 2);
    }

    #[test]
    fn an_address_is_read_back() {
        let search = read(&[
            ("purpose", "rent"),
            ("type", "apartment"),
            ("type", "house"),
            ("neighborhood", "Água Branca"),
            ("parking", "1"),
            ("sort", "price_asc"),
            ("page", "3"),
        ]);
        assert_eq!(
            search.path(search.page),
            "/imoveis?purpose=rent&type=apartment&type=house&neighborhood=%C3%81gua%20Branca&parking=1&sort=price_asc&page=3"
        );
        assert_eq!(
            search.path_without("type", "house"),
            "/imoveis?purpose=rent&type=apartment&neighborhood=%C3%81gua%20Branca&parking=1&sort=price_asc"
        );
        assert_eq!(in_lang(&search.path(1), Lang::Pt), search.path(1));
        assert!(in_lang(&search.path(1), Lang::En).ends_with("&lang=en"));
    }
}
