//! What an agency may say of itself. Pure: the same answer in the browser and on the server.

use super::types::{BrandInput, StoreInput};
use crate::error::AppError;
use crate::values::color::Color;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::{creci, email, phone, text};

/// Reads the form of the agency's name and contact.
///
/// # Errors
/// [`AppError::Invalid`] with every field that does not keep to its rule, in the order of the form.
pub fn parse_store(form: &Fields) -> Result<StoreInput, AppError> {
    let mut errors = FieldErrors::default();
    let input = StoreInput {
        company_name: take(&mut errors, "company_name", text::parse_name(form.get("company_name"), 160)),
        creci: take(&mut errors, "creci", creci::parse(form.get("creci"))),
        hero_title: take(&mut errors, "hero_title", text::parse_line(form.get("hero_title"), 90)),
        about: take(&mut errors, "about", text::parse(form.get("about"), 3000)),
        phone: take(&mut errors, "phone", phone::parse(form.get("phone"))),
        whatsapp: take(&mut errors, "whatsapp", phone::parse(form.get("whatsapp"))),
        email: take(&mut errors, "email", mail(form.get("email"))),
        address: take(&mut errors, "address", line(form.get("address"), 200)),
    };
    errors.or(input)
}

/// Reads the form of the agency's colours.
///
/// # Errors
/// As [`parse_store`].
pub fn parse_brand(form: &Fields) -> Result<BrandInput, AppError> {
    let mut errors = FieldErrors::default();
    let mut color = |field: &str| {
        let read = Color::parse(form.get(field));
        read.map_err(|problem| errors.add(field, problem)).unwrap_or(Color::BLACK)
    };
    let input = BrandInput { primary_color: color("primary_color"), secondary_color: color("secondary_color") };
    errors.or(input)
}

fn take<T: Default>(errors: &mut FieldErrors, field: &str, read: Result<T, Problem>) -> T {
    read.map_err(|problem| errors.add(field, problem)).unwrap_or_default()
}

fn line(raw: &str, max: u32) -> Result<Option<String>, Problem> {
    text::parse_line(raw, max).map(|line| Some(line).filter(|line| !line.is_empty()))
}

fn mail(raw: &str) -> Result<Option<String>, Problem> {
    if raw.trim().is_empty() { Ok(None) } else { email::parse(raw).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> Fields {
        Fields::default().with("company_name", "Casa Azul")
    }

    #[track_caller]
    fn refused(field: &str, value: &str, problem: Problem) {
        assert_eq!(parse_store(&valid().with(field, value)), Err(AppError::invalid(field, problem)));
    }

    #[test]
    fn a_name_is_enough() {
        let input = parse_store(&valid()).expect("fine");
        assert_eq!((input.company_name.as_str(), input.creci, input.phone), ("Casa Azul", None, None));
    }

    #[test]
    fn each_field_keeps_to_its_rule() {
        refused("company_name", " ", Problem::Required);
        refused("company_name", "a", Problem::TooShort(2));
        refused("company_name", &"a".repeat(161), Problem::TooLong(160));
        refused("hero_title", "a\nb", Problem::ControlCharacter);
        refused("about", &"a".repeat(3001), Problem::TooLong(3000));
        refused("phone", "12", Problem::NotAPhone);
        refused("whatsapp", "call me", Problem::NotAPhone);
        refused("email", "ana", Problem::NotAnEmail);
        refused("address", &"a".repeat(201), Problem::TooLong(200));
        for creci in ["J", "12", "J-12345678", "<b>123</b>"] {
            refused("creci", creci, Problem::NotACreci);
        }
    }

    #[test]
    fn registrations_are_read_as_the_councils_write_them() {
        for (raw, kept) in [
            ("J-12345", "J-12345"),
            ("creci 12.345-j", "12.345-J"),
            ("CRECI/SP 12345-J", "SP 12345-J"),
            ("1234", "1234"),
        ] {
            assert_eq!(creci::parse(raw), Ok(Some(kept.to_owned())), "{raw}");
        }
    }

    #[test]
    fn colours_are_kept_in_one_form() {
        let form = Fields::default().with("primary_color", "04a").with("secondary_color", "#FFA500");
        let input = parse_brand(&form).expect("fine");
        assert_eq!(input.primary_color.to_string(), "#0044AA");
        let wrong = Fields::default().with("primary_color", "blue");
        let errors = [("primary_color", Problem::NotAColor), ("secondary_color", Problem::Required)];
        let errors = errors.map(|(field, problem)| (field.to_owned(), problem)).to_vec();
        assert_eq!(parse_brand(&wrong), Err(AppError::Invalid(FieldErrors(errors))));
    }
}
