//! What may be asked for. Pure.

use super::types::{Period, SignUpInput};
use crate::error::AppError;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::slug::slugify;
use crate::values::{email, text};

/// The text of the terms that is accepted today; a change of the text changes it.
pub const TERMS_VERSION: &str = "2026-12-01";
/// Reads the form.
///
/// # Errors
/// [`AppError::Invalid`] with every field that does not keep to its rule, in the order of the form.
pub fn parse(form: &Fields) -> Result<SignUpInput, AppError> {
    let mut errors = FieldErrors::default();
    let mut take = |field: &str, read: Result<String, Problem>| {
        read.map_err(|problem| errors.add(field, problem)).unwrap_or_default()
    };
    let company_name = take("company_name", text::parse_name(form.get("company_name"), 160));
    // Without a script nobody fills it in: then it is made of the name.
    let typed = Some(form.get("slug").trim()).filter(|slug| !slug.is_empty());
    let wanted = typed.map_or_else(|| slugify(&company_name), str::to_lowercase);
    let slug = take("slug", slug(&wanted, !company_name.is_empty()));
    let email = take("email", email::parse(form.get("email")));
    let plan = take("plan", one_of(form.get("plan")));
    let billing_period = Period::parse(form.get("billing_period"));
    if billing_period.is_none() {
        errors.add("billing_period", Problem::NotAChoice);
    }
    if form.get("terms") != TERMS_VERSION {
        errors.add("terms", Problem::TermsRequired);
    }
    errors.or(SignUpInput { company_name, slug, email, plan, billing_period: billing_period.unwrap_or_default() })
}

/// A name in addresses, as the central table has it. Whether the platform keeps it for itself is asked where it is taken.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::NotASlug`].
pub fn slug(wanted: &str, is_needed: bool) -> Result<String, Problem> {
    match wanted.len() {
        // Whoever has given no name is asked for that alone.
        0 if !is_needed => Ok(String::new()),
        0 => Err(Problem::Required),
        1 => Err(Problem::TooShort(2)),
        41.. => Err(Problem::TooLong(40)),
        _ if slugify(wanted) != wanted => Err(Problem::NotASlug),
        _ => Ok(wanted.to_owned()),
    }
}

/// The first name of this kind to try, when the one that was wished for is taken: a number is put behind it.
pub fn next_slug(slug: &str, number: u32) -> String {
    let end = format!("-{number}");
    let kept: String = slug.chars().take(40 - end.len()).collect();
    format!("{}{end}", kept.trim_end_matches('-'))
}

fn one_of(value: &str) -> Result<String, Problem> {
    if value.is_empty() { Err(Problem::NotAChoice) } else { Ok(value.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> Fields {
        Fields::default()
            .with("company_name", "Imobiliária São José")
            .with("email", "Ana@Sao-Jose.example")
            .with("plan", "prime")
            .with("billing_period", "yearly")
            .with("terms", TERMS_VERSION)
    }

    #[track_caller]
    fn refused(field: &str, value: &str, problem: Problem) {
        assert_eq!(parse(&valid().with(field, value)), Err(AppError::invalid(field, problem)), "{field}={value}");
    }

    #[test]
    fn an_address_is_made_of_the_name_when_none_was_chosen() {
        let input = parse(&valid()).expect("valid");
        assert_eq!(input.slug, "imobiliaria-sao-jose");
        assert_eq!((input.email.as_str(), input.billing_period), ("ana@sao-jose.example", Period::Yearly));
        assert_eq!(parse(&valid().with("slug", "SaoJose")).expect("valid").slug, "saojose");
    }

    #[test]
    fn each_field_has_its_own_problem() {
        refused("company_name", "A", Problem::TooShort(2));
        refused("slug", "São José", Problem::NotASlug);
        refused("slug", "a--b", Problem::NotASlug);
        refused("slug", "-a", Problem::NotASlug);
        refused("slug", "a", Problem::TooShort(2));
        refused("slug", &"a".repeat(41), Problem::TooLong(40));
        refused("email", "ana", Problem::NotAnEmail);
        refused("plan", "", Problem::NotAChoice);
        refused("billing_period", "weekly", Problem::NotAChoice);
        refused("terms", "", Problem::TermsRequired);
        // Who has read an older text has not accepted this one.
        refused("terms", "2020-01-01", Problem::TermsRequired);
    }

    #[test]
    fn who_gives_no_name_is_asked_for_it_alone() {
        let empty = parse(&valid().with("company_name", ""));
        assert_eq!(empty, Err(AppError::invalid("company_name", Problem::Required)));
        // A name without a letter or digit gives no address.
        assert_eq!(parse(&valid().with("company_name", "!!!")), Err(AppError::invalid("slug", Problem::Required)));
    }

    #[test]
    fn the_next_name_stays_within_forty_characters() {
        assert_eq!(next_slug("casa-azul", 2), "casa-azul-2");
        assert_eq!(next_slug(&"a".repeat(40), 12), format!("{}-12", "a".repeat(37)));
        assert_eq!(next_slug(&format!("{}-b", "a".repeat(37)), 2), format!("{}-2", "a".repeat(37)));
        // Whatever is refused here is refused to who changes an address, too.
    }
}
