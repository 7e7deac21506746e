//! What a form of a property may hold, and what is said of what it may not.

use super::*;

fn valid() -> PropertyForm {
    PropertyForm {
        kind: "apartment".into(),
        usage: "residential".into(),
        purposes: vec!["rent".into(), "sale".into()],
        status: "draft".into(),
        ..PropertyForm::default()
    }
}

#[track_caller]
fn refused(form: &PropertyForm, field: &str, problem: Problem) {
    match parse(form, 2026) {
        Err(AppError::Invalid(errors)) => assert_eq!(errors.0, [(field.to_owned(), problem)]),
        other => panic!("{field}: {other:?}"),
    }
}

#[test]
fn a_draft_needs_little() {
    let input = parse(&valid(), 2026).expect("fine");
    assert_eq!(input.purposes, [Purpose::Sale, Purpose::Rent]);
    assert_eq!((input.title.as_str(), input.bedrooms, input.condo), ("", None, None));
}

#[test]
fn unknown_is_not_zero() {
    let input = parse(&PropertyForm { condo: "0".into(), parking: "0".into(), ..valid() }, 2026).expect("fine");
    assert_eq!((input.condo, input.parking, input.suites), (Some(Decimal::ZERO), Some(0), None));
}

#[test]
fn every_field_keeps_to_its_rule() {
    let with = |change: fn(&mut PropertyForm)| {
        let mut form = valid();
        change(&mut form);
        form
    };
    refused(&with(|f| f.kind = "castle".into()), "type", Problem::NotAChoice);
    refused(&with(|f| f.kind.clear()), "type", Problem::Required);
    refused(&with(|f| f.purposes.clear()), "purposes", Problem::Required);
    refused(&with(|f| f.purposes = vec!["gift".into()]), "purposes", Problem::NotAChoice);
    refused(&with(|f| f.code = "a b".into()), "code", Problem::NotACode);
    refused(&with(|f| f.title = "x".repeat(101)), "title", Problem::TooLong(100));
    refused(&with(|f| f.description = "a\0b".into()), "description", Problem::ControlCharacter);
    refused(&with(|f| f.sale_price = "0".into()), "sale_price", Problem::NotPositive);
    refused(&with(|f| f.sale_price = "caro".into()), "sale_price", Problem::NotMoney);
    refused(&with(|f| f.bedrooms = "100".into()), "bedrooms", Problem::OutOfRange(0, 99));
    refused(&with(|f| f.bedrooms = "two".into()), "bedrooms", Problem::NotANumber);
    refused(&with(|f| f.year_built = "2035".into()), "year_built", Problem::OutOfRange(1800, 2034));
    refused(&with(|f| f.cep = "0130".into()), "cep", Problem::NotACep);
    refused(&with(|f| f.uf = "XX".into()), "uf", Problem::NotAState);
    refused(&with(|f| f.iptu = "900".into()), "iptu_period", Problem::PeriodRequired);
    refused(&with(|f| f.status = "suspended".into()), "status_reason", Problem::ReasonRequired);
    refused(
        &with(|f| {
            f.bedrooms = "2".into();
            f.suites = "3".into();
        }),
        "suites",
        Problem::MoreThan("bedrooms".into()),
    );
    refused(
        &with(|f| {
            f.floors_total = "5".into();
            f.floor = "6".into();
        }),
        "floor",
        Problem::MoreThan("floors_total".into()),
    );
}

#[test]
fn what_people_type_is_understood() {
    let form = PropertyForm {
        code: "ap12".into(),
        cep: "01310-100".into(),
        uf: "sp".into(),
        sale_price: "R$ 1.250.000,50".into(),
        area_private: "85,5".into(),
        ..valid()
    };
    let input = parse(&form, 2026).expect("fine");
    assert_eq!(input.code.as_deref(), Some("AP12"));
    assert_eq!((input.cep.as_deref(), input.uf.as_deref()), (Some("01310100"), Some("SP")));
    assert_eq!(input.sale_price, Some(Decimal::new(125_000_050, 2)));
    assert_eq!(input.area_private, Some(Decimal::new(855, 1)));
}

proptest::proptest! {
    #[test]
    fn what_is_kept_fills_its_form_and_is_read_back(
        cents in 1_i64..10_000_000_000, bedrooms in proptest::option::of(0_i16..99), title in "[A-Za-zÀ-ú ]{0,60}", lang in 0..2,
    ) {
        let lang = if lang == 0 { Lang::Pt } else { Lang::En };
        let form = PropertyForm {
            title, bedrooms: bedrooms.map(|b| b.to_string()).unwrap_or_default(),
            sale_price: money::format_number(Decimal::new(cents, 2), lang), cep: "04562380".into(), ..valid()
        };
        let input = parse(&form, 2026).expect("valid");
        let now = time::OffsetDateTime::UNIX_EPOCH;
        let property = Property {
            id: super::super::types::PropertyId(uuid::Uuid::nil()), code: "AP0001".into(), input: input.clone(), version: 1, responsible: None,
            created_at: now, updated_at: now, is_archived: false, is_published: false, is_featured: false, slug: String::new(),
        };
        let filled = form_of(&property, lang);
        proptest::prop_assert_eq!(&filled.cep, "04562-380");
        let again = parse(&filled, 2026).expect("still valid");
        proptest::prop_assert_eq!(PropertyInput { code: None, ..again }, input);
    }

    #[test]
    fn no_form_makes_it_panic(values in proptest::collection::vec(".{0,40}", 12)) {
        let v = |i: usize| values[i].clone();
        let form = PropertyForm {
            code: v(0), kind: v(1), purposes: vec![v(2)], status: v(3), title: v(4), sale_price: v(5), iptu: v(6),
            bedrooms: v(7), year_built: v(8), cep: v(9), uf: v(10), floor: v(11), ..PropertyForm::default()
        };
        let _ = parse(&form, 2026);
    }
}

#[test]
fn what_a_photograph_shows_is_said_in_one_line() {
    assert_eq!(parse_alt("  Fachada  "), Ok("Fachada".to_owned()));
    assert_eq!(parse_alt(&"ã".repeat(140)), Ok("ã".repeat(140)));
    for (alt, problem) in [("ã".repeat(141), Problem::TooLong(140)), ("a\nb".to_owned(), Problem::ControlCharacter)] {
        assert_eq!(parse_alt(&alt), Err(AppError::invalid("alt", problem)));
    }
}
