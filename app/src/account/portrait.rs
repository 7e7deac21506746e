//! A person's photograph: in, out, and where it is found. One a person, as their name is; each agency of theirs has the file.

use tenancy::central::people;
use uuid::Uuid;

use crate::caller::Staff;
use crate::error::AppError;
use crate::outside::files::to_hex;
use crate::outside::pictures::Upload;
use crate::state::House;
use crate::team::jobs::{catch_up, catch_up_with};
use crate::ui::portrait::Face;

/// The page about it.
pub const PAGE: &str = "/app/profile/photo";

/// Takes a photograph in, in the place of the one there is. It is drawn anew as a small square: nothing of the file itself is
/// ever served.
///
/// # Errors
/// [`AppError::Invalid`] with the file's name and what is wrong with it.
pub async fn take(house: &House, staff: &Staff, upload: Upload) -> Result<(), AppError> {
    let Upload { name, declared, bytes } = upload;
    let drawn = house.pictures.portrait(bytes, &name, declared.as_deref()).await;
    let drawn = drawn.map_err(|error| error.told("photo", &name))?;
    // Before the person has it: whatever breaks off then, the worker finds the file.
    house.files.put(staff.db.tenant(), &drawn.sha256, drawn.bytes.clone()).await?;
    people::set_photo(&house.central, &staff.by(), staff.account.person, Some(&drawn.sha256)).await?;
    later(catch_up_with(house, &staff.db, staff.account.user, Some(drawn.bytes)).await);
    Ok(())
}

/// Removes it: letters stand in its place, in every agency of the person.
///
/// # Errors
/// The database's.
pub async fn remove(house: &House, staff: &Staff) -> Result<(), AppError> {
    people::set_photo(&house.central, &staff.by(), staff.account.person, None).await?;
    later(catch_up(house, &staff.db, staff.account.user).await);
    Ok(())
}

/// The agency that they are in hears of it at once, the others by the worker.
fn later(told: Result<(), AppError>) {
    if let Err(error) = told {
        tracing::warn!(%error, "an agency's copy of a member is behind; the worker brings it up");
    }
}

/// Where somebody's photograph is found: twelve digits of its content, so that the address never has to change.
pub fn address(user: Uuid, sha256: &[u8]) -> String {
    format!("/portrait/{user}/{}.webp", to_hex(sha256).get(..12).unwrap_or_default())
}

/// What stands beside somebody's name.
pub fn face(user: Uuid, name: &str, photo: Option<&[u8]>) -> Face {
    Face { src: photo.map(|sha256| address(user, sha256)), letters: letters(name) }
}

/// The first letters of the first and the last name.
fn letters(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (words.next(), words.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_for_a_name() {
        for (name, expected) in [
            ("Ana Lima", "AL"),
            ("ana", "A"),
            ("Érica de Souza e Silva", "ÉS"),
            ("  (Bia)  o'Neil ", "BO"),
            ("-", ""),
            ("", ""),
        ] {
            assert_eq!(letters(name), expected, "{name}");
        }
    }

    #[test]
    fn an_address_is_the_members_and_its_contents() {
        let (user, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let mine = address(user, &[1; 32]);
        assert_eq!(mine, format!("/portrait/{user}/010101010101.webp"));
        assert_ne!(mine, address(other, &[1; 32]));
        assert_ne!(mine, address(user, &[2; 32]));
        assert_eq!(face(user, "Ana Lima", None), Face { src: None, letters: "AL".into() });
    }
}
