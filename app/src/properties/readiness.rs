//! What a property needs before visitors may see it.

use super::types::{PropertyInput, Purpose, Status};
use crate::values::fields::{FieldErrors, Problem};

/// Fewer photographs than this draw a warning, not a refusal.
pub const FEW_PHOTOS: usize = 5;
/// Characters of a title, at least.
const TITLE: u32 = 10;
/// Characters of a description, at least.
const DESCRIPTION: u32 = 50;

/// What is missing, field by field in the order of the form; nothing when it may be published.
///
/// `creci` is the agency's registration: an offer by a company must carry it (Lei 6.530/1978; Resolução COFECI 1.065/2007).
pub fn missing(input: &PropertyInput, creci: Option<&str>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if input.status != Status::Active {
        errors.add("status", Problem::NotActive);
    }
    for purpose in &input.purposes {
        let (field, known) = match purpose {
            Purpose::Sale => ("sale_price", input.sale_price.is_some() || !input.sale_price_public),
            Purpose::Rent => ("rent", input.rent.is_some()),
            Purpose::Season => ("season_price", input.season_price.is_some()),
        };
        if !known {
            errors.add(field, Problem::Required);
        }
    }
    if input.iptu.is_some_and(|amount| !amount.is_zero()) && input.iptu_period.is_none() {
        errors.add("iptu_period", Problem::PeriodRequired);
    }
    for (field, line) in [("uf", &input.uf), ("city", &input.city), ("neighborhood", &input.neighborhood)] {
        if line.is_none() {
            errors.add(field, Problem::Required);
        }
    }
    for (field, text, least) in [("title", &input.title, TITLE), ("description", &input.description, DESCRIPTION)] {
        if text.chars().count() < least as usize {
            errors.add(field, Problem::TooShort(least));
        }
    }
    if creci.is_none_or(str::is_empty) {
        errors.add("creci", Problem::Required);
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::super::rules::parse;
    use super::super::types::PropertyForm;
    use super::*;

    fn ready() -> PropertyForm {
        PropertyForm {
            kind: "apartment".into(),
            usage: "residential".into(),
            purposes: vec!["sale".into()],
            status: "active".into(),
            title: "Apartamento na praça".into(),
            description: "Sala ampla com varanda, dois quartos e vaga, perto da praça.".into(),
            sale_price: "500000".into(),
            uf: "SP".into(),
            city: "São Paulo".into(),
            neighborhood: "Perdizes".into(),
            ..PropertyForm::default()
        }
    }

    #[track_caller]
    fn lacks(change: fn(&mut PropertyForm), expected: &[(&str, Problem)]) {
        let mut form = ready();
        change(&mut form);
        let input = parse(&form, 2026).expect("it may be saved");
        let expected: Vec<_> = expected.iter().map(|(f, p)| ((*f).to_owned(), p.clone())).collect();
        assert_eq!(missing(&input, Some("J-1234")).0, expected);
    }

    #[test]
    fn everything_there_is_ready() {
        lacks(|_| {}, &[]);
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        lacks(|f| f.status = "draft".into(), &[("status", Problem::NotActive)]);
        lacks(|f| f.title = "Casa".into(), &[("title", Problem::TooShort(10))]);
        lacks(|f| f.description = "Boa.".into(), &[("description", Problem::TooShort(50))]);
        lacks(|f| f.sale_price.clear(), &[("sale_price", Problem::Required)]);
        lacks(|f| f.purposes.push("rent".into()), &[("rent", Problem::Required)]);
        lacks(|f| f.city.clear(), &[("city", Problem::Required)]);
        lacks(|f| f.neighborhood.clear(), &[("neighborhood", Problem::Required)]);
    }

    #[test]
    fn a_price_on_request_is_a_price() {
        lacks(
            |f| {
                f.sale_price.clear();
                f.sale_price_public = "false".into();
            },
            &[],
        );
    }

    #[test]
    fn an_agency_without_creci_publishes_nothing() {
        let input = parse(&ready(), 2026).expect("fine");
        assert_eq!(missing(&input, None), FieldErrors::one("creci", Problem::Required));
        assert_eq!(missing(&input, Some("")), FieldErrors::one("creci", Problem::Required));
    }
}
