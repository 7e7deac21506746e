//! What a person may say of themselves. Pure: the same answer in the browser and on the server.

use super::types::ProfileInput;
use crate::error::AppError;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::{creci, phone, text};

/// Reads the form of name, telephone and registration.
///
/// # Errors
/// [`AppError::Invalid`] with every field that does not keep to its rule.
pub fn parse_profile(form: &Fields) -> Result<ProfileInput, AppError> {
    let mut errors = FieldErrors::default();
    let name =
        text::parse_name(form.get("name"), 120).map_err(|problem| errors.add("name", problem)).unwrap_or_default();
    let phone = phone::parse(form.get("phone")).map_err(|problem| errors.add("phone", problem)).unwrap_or_default();
    // A person's and a company's are written alike; which one is asked for is said.
    let creci = creci::parse(form.get("creci"));
    let creci = creci.map_err(|_| errors.add("creci", Problem::NotOwnCreci)).unwrap_or_default();
    errors.or(ProfileInput { name, phone, creci })
}

/// Reads the form of a name alone, as operators have it.
///
/// # Errors
/// [`AppError::Invalid`].
pub fn parse_own_name(form: &Fields) -> Result<String, AppError> {
    text::parse_name(form.get("name"), 120).map_err(|problem| AppError::invalid("name", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, phone: &str, creci: &str) -> Fields {
        Fields::default().with("name", name).with("phone", phone).with("creci", creci)
    }

    #[test]
    fn a_name_is_enough_and_the_rest_keeps_to_its_rule() {
        let input = parse_profile(&form("Ana", "", "")).expect("fine");
        assert_eq!(input, ProfileInput { name: "Ana".into(), phone: None, creci: None });
        let input = parse_profile(&form("Ana", "11988887777", "creci/sp 12345-f")).expect("fine");
        assert_eq!((input.phone.as_deref(), input.creci.as_deref()), (Some("(11) 98888-7777"), Some("SP 12345-F")));
        for (form, field, problem) in [
            (form("", "", ""), "name", Problem::Required),
            (form("A", "", ""), "name", Problem::TooShort(2)),
            (form("Ana\nBcc: x", "", ""), "name", Problem::ControlCharacter),
            (form("Ana", "12", ""), "phone", Problem::NotAPhone),
            (form("Ana", "", "12"), "creci", Problem::NotOwnCreci),
        ] {
            assert_eq!(parse_profile(&form), Err(AppError::invalid(field, problem)));
        }
    }
}
