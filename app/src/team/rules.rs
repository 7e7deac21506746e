//! Who may be invited as what. Pure: the same answer in the browser and on the server.

use crate::access::Role;
use crate::error::AppError;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::{email, text};

/// Whom to invite, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteInput {
    /// E-mail address, lower case.
    pub email: String,
    /// The role that is offered.
    pub role: Role,
}

/// Reads the form of an invitation, as somebody in this role may fill it in.
///
/// # Errors
/// [`AppError::Invalid`]; a role that they may not give is none of the choices.
pub fn parse_invite(form: &Fields, by: Role) -> Result<InviteInput, AppError> {
    let mut errors = FieldErrors::default();
    let email = email::parse(form.get("email")).map_err(|problem| errors.add("email", problem)).unwrap_or_default();
    let role = parse_role(form.get("role"), by).map_err(|problem| errors.add("role", problem)).unwrap_or(Role::Partner);
    errors.or(InviteInput { email, role })
}

/// Reads a role that somebody in this role may give.
///
/// # Errors
/// [`Problem::Required`], [`Problem::NotAChoice`].
pub fn parse_role(raw: &str, by: Role) -> Result<Role, Problem> {
    if raw.is_empty() {
        return Err(Problem::Required);
    }
    Role::parse(raw).filter(|role| by.grants(*role)).ok_or(Problem::NotAChoice)
}

/// Who may be given the records of somebody who leaves: of a partner, who works for another agency, those who run this one.
pub const fn may_inherit(from: Role, heir: Role) -> bool {
    !matches!(from, Role::Partner) || matches!(heir, Role::Owner | Role::Manager)
}

/// Reads a person's name.
///
/// # Errors
/// As [`text::parse_name`].
pub fn parse_name(raw: &str) -> Result<String, Problem> {
    text::parse_name(raw, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(email: &str, role: &str) -> Fields {
        Fields::default().with("email", email).with("role", role)
    }

    #[test]
    fn nobody_gives_a_role_as_high_as_their_own() {
        for by in Role::ALL {
            for role in Role::ALL {
                let may = match by {
                    Role::Owner => role != Role::Owner,
                    Role::Manager => !matches!(role, Role::Owner | Role::Manager),
                    _ => false,
                };
                assert_eq!(parse_role(role.as_str(), by).is_ok(), may, "{by:?} gives {role:?}");
            }
        }
    }

    #[test]
    fn a_partner_leaves_their_records_to_those_who_run_the_agency() {
        for heir in Role::ALL {
            assert!(may_inherit(Role::Broker, heir), "{heir:?}");
            assert_eq!(may_inherit(Role::Partner, heir), matches!(heir, Role::Owner | Role::Manager), "{heir:?}");
        }
    }

    #[test]
    fn an_invitation_has_an_address_and_a_role() {
        let input = parse_invite(&form(" Bia@Agencia.example", "broker"), Role::Manager).expect("fine");
        assert_eq!((input.email.as_str(), input.role), ("bia@agencia.example", Role::Broker));
        let wrong = parse_invite(&form("bia", "king"), Role::Owner);
        let errors = [("email", Problem::NotAnEmail), ("role", Problem::NotAChoice)];
        assert_eq!(wrong, Err(AppError::Invalid(FieldErrors(errors.map(|(f, p)| (f.to_owned(), p)).to_vec()))));
        assert_eq!(
            parse_invite(&form("b@a.example", ""), Role::Owner),
            Err(AppError::invalid("role", Problem::Required))
        );
    }

    #[test]
    fn a_name_is_one_line_of_two_characters_at_least() {
        assert_eq!(parse_name(" Bia  Souza "), Ok("Bia  Souza".into()));
        assert_eq!(parse_name(" "), Err(Problem::Required));
        assert_eq!(parse_name("B"), Err(Problem::TooShort(2)));
        assert_eq!(parse_name("Bia\nBcc: x"), Err(Problem::ControlCharacter));
    }
}
