//! What was typed into a form, and what is wrong with it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values by field name, as they were typed; a set has several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, Values>);

/// What was typed into one field: one value, or those of a set. On the wire one value is a text, several are a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(pub Vec<String>);

impl Serialize for Values {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            all => serializer.collect_seq(all),
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> serde::de::Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Values, E> {
        Ok(Values(vec![one.to_owned()]))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Values, E> {
        Ok(Values::default())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut all: A) -> Result<Values, A::Error> {
        let mut values = Vec::new();
        while let Some(one) = all.next_element::<String>()? {
            values.push(one);
        }
        Ok(Values(values))
    }
}

impl Fields {
    /// What a form sends, pair by pair. A set's inputs are called `purposes[]`; the field is `purposes`.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = Self::default();
        for (name, value) in pairs {
            fields.0.entry(name.trim_end_matches("[]").to_owned()).or_default().0.push(value);
        }
        fields
    }

    /// The field's value, or the empty string.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    /// All values of a set.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], |values| values.0.as_slice())
    }

    /// The same with one field set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), Values(vec![value.to_owned()]));
        self
    }
}

/// One thing that is wrong with one field. The sentence is chosen in the person's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It must be filled in.
    Required,
    /// Fewer characters than this.
    TooShort(u32),
    /// More characters than this.
    TooLong(u32),
    /// It is not a number.
    NotANumber,
    /// It is not an amount of money.
    NotMoney,
    /// It must be more than zero.
    NotPositive,
    /// Outside these bounds, both included.
    OutOfRange(i64, i64),
    /// None of the values on offer.
    NotAChoice,
    /// It does not look like an e-mail address.
    NotAnEmail,
    /// It does not look like a telephone number.
    NotAPhone,
    /// It does not look like a CEP, eight digits.
    NotACep,
    /// None of Brazil's 27 states.
    NotAState,
    /// It holds a character that cannot be stored.
    ControlCharacter,
    /// Letters A to Z and digits only, 2 to 20 of them.
    NotACode,
    /// It does not look like an agency's registration.
    NotACreci,
    /// It does not look like a person's own registration.
    NotOwnCreci,
    /// It must stay while properties are published.
    NeededWhilePublished,
    /// Not a colour of the form #RRGGBB.
    NotAColor,
    /// More than the field it is part of: suites beyond bedrooms, a floor above the roof.
    MoreThan(String),
    /// It belongs to another record.
    Taken,
    /// A day that is over.
    InThePast,
    /// A reason must be given with this status.
    ReasonRequired,
    /// E-mail address and password do not belong together.
    WrongCredentials,
    /// It is not their password, where nothing but that was asked for.
    WrongPassword,
    /// They are a member already.
    AlreadyMember,
    /// Nobody who owns the agency would be left.
    LastOwner,
    /// It is no code that is good now.
    WrongCode,
    /// The password or the code is wrong, and nobody says which.
    WrongTogether,
    /// The time for giving a code is over.
    StepOver,
    /// Only the platform may do this to such a person.
    AskThePlatform,
    /// An agency's data are being deleted: no payment keeps them any more.
    TooLateToPay,
    /// Only with the status `active`.
    NotActive,
    /// The file of this name is no JPEG, PNG or WebP photograph.
    NotAPhoto(String),
    /// The file of this name is HEIC, which browsers do not show.
    Heic(String),
    /// The file of this name has more than 25 MB.
    PhotoTooLarge(String),
    /// The file of this name has more than 50 million pixels.
    TooManyPixels(String),
    /// So many files more were not taken, and are not named.
    MoreRefused(u32),
    /// The files stopped coming, or could not be kept, before the last.
    BrokenOff,
    /// More photographs than this.
    TooManyPhotos(u32),
    /// An amount needs its period.
    PeriodRequired,
    /// It is no name of the public DNS.
    NotADomain,
    /// It is no name of a machine, nor an address.
    NotAHost,
    /// A domain that is nobody's, or the platform's own.
    NobodysDomain,
    /// It was another agency's until recently.
    Quarantined,
    /// More domains than this.
    TooManyDomains(u32),
    /// It does not answer over https yet.
    NotOverHttps,
    /// It is done only when somebody says that they mean it.
    NotConfirmed,
    /// A password that a guesser tries early.
    WeakPassword,
    /// Lower-case letters and digits, joined by single dashes.
    NotASlug,
    /// A name that the platform keeps for itself.
    Reserved,
    /// The terms of use must be accepted.
    TermsRequired,
    /// It costs another amount by now.
    PriceChanged,
    /// A name that programs would make a link of.
    LinkInName,
    /// The address was sent enough for now.
    EnoughMails,
    /// More open invitations than this.
    TooManyInvitations(u32),
    /// The agency's address has changed often enough for now.
    TooManyRenames,
}

/// What is wrong, field by field, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldErrors(pub Vec<(String, Problem)>);

impl FieldErrors {
    /// One field with one problem.
    pub fn one(field: &str, problem: Problem) -> Self {
        Self(vec![(field.to_owned(), problem)])
    }

    /// Adds a problem.
    pub fn add(&mut self, field: &str, problem: Problem) {
        self.0.push((field.to_owned(), problem));
    }

    /// The first problem of a field.
    pub fn of(&self, field: &str) -> Option<&Problem> {
        self.0.iter().find(|(f, _)| f == field).map(|(_, p)| p)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, when nothing is wrong.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`] with every problem.
    pub fn or<T>(self, value: T) -> Result<T, crate::error::AppError> {
        if self.is_empty() { Ok(value) } else { Err(crate::error::AppError::Invalid(self)) }
    }
}
