//! What a new password must be (NIST SP 800-63B-4, 3.1.1.2): long, and not one that a guesser tries first. Who has to have a
//! second factor beside it is said in [`second_factor`].

pub mod second_factor;

use zxcvbn::{Score, zxcvbn};

use super::sign_in::DEMO_PASSWORD;
use crate::outside::password::MAX_BYTES;
use crate::values::fields::Problem;
use crate::values::slug::slugify;

/// Fewest characters without a second factor.
pub const SHORTEST: u32 = 15;
/// Fewest letters and digits beside the words that a guesser knows.
const OWN: usize = 5;
/// So many characters are judged; more make a password no worse.
const JUDGED: usize = 100;
/// Words that everybody's password here might be made of.
const OURS: [&str; 10] = [
    "sobrado",
    "imobiliaria",
    "imoveis",
    "corretor",
    "corretora",
    "creci",
    "agencia",
    "aluguel",
    "senha",
    "apartamento",
];

/// Judges a password that somebody has chosen. `known` is what a guesser knows of them: e-mail address, names.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::ControlCharacter`], [`Problem::WeakPassword`].
pub fn check_new_password(password: &str, known: &[&str]) -> Result<(), Problem> {
    if password.is_empty() {
        return Err(Problem::Required);
    }
    if password.chars().count() < SHORTEST as usize {
        return Err(Problem::TooShort(SHORTEST));
    }
    if password.len() > MAX_BYTES {
        return Err(Problem::TooLong(MAX_BYTES as u32));
    }
    // Nobody types one, and what cuts a text at NUL would take less than was chosen.
    if password.contains(char::is_control) {
        return Err(Problem::ControlCharacter);
    }
    let parts = known.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).filter(|part| part.len() > 2);
    let guesses: Vec<&str> = OURS.into_iter().chain(parts).chain(known.iter().copied()).collect();
    // Its expressions go back and try again: they are given little to do so with.
    let begin: String = password.chars().take(JUDGED).collect();
    let is_guessed = zxcvbn(&begin, &guesses).score() < Score::Three;
    let is_guessed = is_guessed || of_its_own(password, &guesses) < OWN;
    if is_guessed || password == DEMO_PASSWORD { Err(Problem::WeakPassword) } else { Ok(()) }
}

/// How many letters and digits a password has beside the words that a guesser knows.
fn of_its_own(password: &str, guesses: &[&str]) -> usize {
    let mut words: Vec<String> = guesses.iter().map(|word| bare(word)).filter(|word| word.len() > 2).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.iter().fold(bare(password), |rest, word| rest.replace(word, "")).chars().count()
}

/// Letters and digits alone, in lower case and without the accents of Portuguese.
fn bare(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
    let plain =
        letters.map(|c| Some(slugify(c.encode_utf8(&mut [0; 4]))).filter(|s| !s.is_empty()).unwrap_or(c.into()));
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["ana.souza@casa-azul.example", "Casa Azul Imóveis", "Ana Souza"];

    #[test]
    fn a_long_sentence_of_ones_own_is_taken() {
        for good in [
            "o gato mia às terças-feiras",
            "bicicleta roxa na varanda",
            "correct horse battery staple",
            "私の猫は火曜日に窓辺でよく鳴く",
        ] {
            assert_eq!(check_new_password(good, &KNOWN), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_short_or_guessed_first_is_refused() {
        assert_eq!(check_new_password("", &KNOWN), Err(Problem::Required));
        assert_eq!(check_new_password("kX9#mQ2$vL5!nP", &KNOWN), Err(Problem::TooShort(15)));
        assert_eq!(check_new_password(&"kX9#mQ2$".repeat(40), &KNOWN), Err(Problem::TooLong(256)));
        assert_eq!(check_new_password("bicicleta roxa\0 na varanda", &KNOWN), Err(Problem::ControlCharacter));
        // Long, and made of what everybody tries: repetitions, rows of keys, known passwords, what is known of the person.
        for weak in [
            "aaaaaaaaaaaaaaaaaaaa",
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfgh",
            "casaazulimoveis",
            "anasouzacasaazul",
            "imobiliariasobrado",
            "corretor creci senha",
            DEMO_PASSWORD,
        ] {
            assert_eq!(check_new_password(weak, &KNOWN), Err(Problem::WeakPassword), "{weak}");
        }
    }
}
