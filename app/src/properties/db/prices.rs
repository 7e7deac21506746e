//! Which of a property's prices a list means: those of the purposes that are asked for.

use rust_decimal::Decimal;
use sqlx::QueryBuilder;
use sqlx::postgres::Postgres;

use crate::properties::types::Purpose;

/// Prices of a property, as expressions on its row `p`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices(Vec<&'static str>);

impl Prices {
    /// What staff see: the prices of these purposes; none: all of them.
    pub fn of(purposes: &[Purpose]) -> Self {
        let asked = Purpose::ALL.iter().filter(|purpose| purposes.is_empty() || purposes.contains(purpose));
        Self(
            asked
                .map(|purpose| match purpose {
                    Purpose::Sale => "p.sale_price",
                    Purpose::Rent => "p.rent",
                    Purpose::Season => "p.season_price",
                })
                .collect(),
        )
    }

    /// What visitors see. A price that the agency does not show is none that they could find out by asking for it: with a
    /// purpose, for the properties of that purpose.
    pub fn shown(purpose: Option<Purpose>) -> Self {
        Self(match purpose {
            Some(Purpose::Sale) => vec!["case when p.sale_price_public then p.sale_price end"],
            Some(Purpose::Rent) => vec!["p.rent"],
            Some(Purpose::Season) => vec!["p.season_price"],
            None => vec![
                "case when p.sale_price_public and 'sale' = any(p.purposes) then p.sale_price end",
                "case when 'rent' = any(p.purposes) then p.rent end",
                "case when 'season' = any(p.purposes) then p.season_price end",
            ],
        })
    }

    /// The price that a list is sorted by: the first that there is. Of all that staff see, `properties_price_idx` holds it.
    pub fn first(&self) -> String {
        match self.0.as_slice() {
            [one] => (*one).to_owned(),
            several => format!("coalesce({})", several.join(", ")),
        }
    }

    /// Narrows a choice to what has a price between these, in reais.
    pub fn between(&self, query: &mut QueryBuilder<Postgres>, (least, most): (Option<Decimal>, Option<Decimal>)) {
        if least.is_none() && most.is_none() {
            return;
        }
        query.push(" and (false");
        for price in &self.0 {
            query.push(" or (").push(price).push(" is not null");
            for (comparison, bound) in [(" >= ", least), (" <= ", most)] {
                if let Some(bound) = bound {
                    query.push(" and ").push(price).push(comparison).push_bind(bound);
                }
            }
            query.push(")");
        }
        query.push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_has_its_own_price_and_all_of_them_the_indexed_one() {
        assert_eq!(Prices::of(&[Purpose::Rent]).first(), "p.rent");
        assert_eq!(Prices::of(&[]).first(), "coalesce(p.sale_price, p.rent, p.season_price)");
        assert_eq!(Prices::of(&[Purpose::Season, Purpose::Sale]).first(), "coalesce(p.sale_price, p.season_price)");
    }
}
