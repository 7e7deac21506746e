//! What a property may be. Pure: the same answer in the browser and on the server.

use rust_decimal::Decimal;

use super::types::{
    Condition, Furnished, Period, Property, PropertyForm, PropertyInput, PropertyType, Purpose, Status, Usage,
    Visibility,
};
use crate::error::AppError;
use crate::values::fields::{FieldErrors, Fields, Problem};
use crate::values::id::StaffId;
use crate::values::{money, text};
use crate::words::Lang;

/// Brazil's 26 states and the Federal District (IBGE).
pub const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];

/// Years of construction begin here.
const OLDEST: i16 = 1800;
/// And end this far ahead, for what is still on paper.
const AHEAD: i16 = 8;

/// Reads a form. `year` is the current one.
///
/// # Errors
/// [`AppError::Invalid`] with every field that does not keep to its rule, in the order of the form.
pub fn parse(form: &PropertyForm, year: i16) -> Result<PropertyInput, AppError> {
    let (input, errors) = read(form, year);
    errors.or(input)
}

/// Reads who is to look after it; nothing: it stays whose it is.
///
/// # Errors
/// [`AppError::Invalid`] for what names nobody.
pub fn parse_responsible(form: &PropertyForm) -> Result<Option<StaffId>, AppError> {
    let named = Some(form.responsible_id.trim()).filter(|id| !id.is_empty()).map(str::parse).transpose();
    named.map_err(|_| AppError::invalid("responsible_id", Problem::NotAChoice))
}

/// As [`parse`], for a form that is still being filled in: what can be read of it, and what is wrong with the rest.
pub fn read(form: &PropertyForm, year: i16) -> (PropertyInput, FieldErrors) {
    let mut p = Parser { errors: FieldErrors::default() };
    let input = PropertyInput {
        code: p.code(&form.code),
        kind: p.choice("type", &form.kind, PropertyType::parse, PropertyType::Apartment),
        usage: p.choice("usage", &form.usage, Usage::parse, Usage::Residential),
        purposes: p.purposes(&form.purposes),
        status: p.choice("status", &form.status, Status::parse, Status::Draft),
        status_reason: p.line("status_reason", &form.status_reason, 200),
        condition: p.optional("condition", &form.condition, Condition::parse),
        title: p.line("title", &form.title, 100).unwrap_or_default(),
        description: p.text("description", &form.description),
        internal_notes: p.text("internal_notes", &form.internal_notes),
        sale_price: p.price("sale_price", &form.sale_price),
        sale_price_public: form.sale_price_public != "false",
        rent: p.price("rent", &form.rent),
        rent_period: p.choice("rent_period", or(&form.rent_period, "monthly"), Period::parse, Period::Monthly),
        season_price: p.price("season_price", &form.season_price),
        condo: p.money("condo", &form.condo),
        iptu: p.money("iptu", &form.iptu),
        iptu_period: p.optional("iptu_period", &form.iptu_period, Period::parse),
        area_private: p.price("area_private", &form.area_private),
        area_total: p.price("area_total", &form.area_total),
        area_built: p.price("area_built", &form.area_built),
        area_land: p.price("area_land", &form.area_land),
        bedrooms: p.number("bedrooms", &form.bedrooms, 0, 99),
        suites: p.number("suites", &form.suites, 0, 99),
        bathrooms: p.number("bathrooms", &form.bathrooms, 0, 99),
        lavabos: p.number("lavabos", &form.lavabos, 0, 99),
        parking: p.number("parking", &form.parking, 0, 99),
        floor: p.number("floor", &form.floor, -9, 200),
        floors_total: p.number("floors_total", &form.floors_total, 0, 200),
        year_built: p.number("year_built", &form.year_built, OLDEST, year.saturating_add(AHEAD)),
        furnished: p.optional("furnished", &form.furnished, Furnished::parse),
        cep: p.cep(&form.cep),
        uf: p.state(&form.uf),
        city: p.line("city", &form.city, 100),
        neighborhood: p.line("neighborhood", &form.neighborhood, 100),
        street: p.line("street", &form.street, 160),
        number: p.line("number", &form.number, 20),
        complement: p.line("complement", &form.complement, 100),
        visibility: p.choice(
            "visibility",
            or(&form.visibility, "neighborhood"),
            Visibility::parse,
            Visibility::Neighborhood,
        ),
    };
    p.together(&input);
    (input, p.errors)
}

fn or<'a>(value: &'a str, default: &'a str) -> &'a str {
    if value.is_empty() { default } else { value }
}

struct Parser {
    errors: FieldErrors,
}

impl Parser {
    fn take<T>(&mut self, field: &str, parsed: Result<T, Problem>) -> Option<T> {
        parsed.map_err(|problem| self.errors.add(field, problem)).ok()
    }

    fn code(&mut self, raw: &str) -> Option<String> {
        let code = raw.trim().to_uppercase();
        if code.is_empty() {
            return None;
        }
        self.take("code", if is_code(&code) { Ok(code) } else { Err(Problem::NotACode) })
    }

    fn choice<T>(&mut self, field: &str, raw: &str, parse: fn(&str) -> Option<T>, fallback: T) -> T {
        let problem = if raw.is_empty() { Problem::Required } else { Problem::NotAChoice };
        self.take(field, parse(raw).ok_or(problem)).unwrap_or(fallback)
    }

    fn optional<T>(&mut self, field: &str, raw: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
        if raw.is_empty() {
            return None;
        }
        self.take(field, parse(raw).ok_or(Problem::NotAChoice))
    }

    fn purposes(&mut self, raw: &[String]) -> Vec<Purpose> {
        let mut purposes = Vec::new();
        for value in raw.iter().filter(|v| !v.is_empty()) {
            match Purpose::parse(value) {
                Some(purpose) if !purposes.contains(&purpose) => purposes.push(purpose),
                Some(_) => {}
                None => self.errors.add("purposes", Problem::NotAChoice),
            }
        }
        if purposes.is_empty() && self.errors.of("purposes").is_none() {
            self.errors.add("purposes", Problem::Required);
        }
        purposes.sort_unstable();
        purposes
    }

    fn line(&mut self, field: &str, raw: &str, max: u32) -> Option<String> {
        self.take(field, text::parse_line(raw, max)).filter(|line| !line.is_empty())
    }

    fn text(&mut self, field: &str, raw: &str) -> String {
        self.take(field, text::parse(raw, 3000)).unwrap_or_default()
    }

    fn money(&mut self, field: &str, raw: &str) -> Option<Decimal> {
        self.take(field, money::parse(raw)).flatten()
    }

    fn price(&mut self, field: &str, raw: &str) -> Option<Decimal> {
        let amount = self.money(field, raw)?;
        self.take(field, if amount.is_zero() { Err(Problem::NotPositive) } else { Ok(amount) })
    }

    fn number(&mut self, field: &str, raw: &str, min: i16, max: i16) -> Option<i16> {
        let raw = raw.trim();
        if raw.is_empty() {
            return None;
        }
        let number = match raw.parse::<i64>() {
            Err(_) => Err(Problem::NotANumber),
            Ok(n) => i16::try_from(n)
                .ok()
                .filter(|n| (min..=max).contains(n))
                .ok_or(Problem::OutOfRange(min.into(), max.into())),
        };
        self.take(field, number)
    }

    fn cep(&mut self, raw: &str) -> Option<String> {
        let digits: String = raw.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
        if digits.is_empty() {
            return None;
        }
        let fine = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit());
        self.take("cep", if fine { Ok(digits) } else { Err(Problem::NotACep) })
    }

    fn state(&mut self, raw: &str) -> Option<String> {
        let uf = raw.trim().to_uppercase();
        if uf.is_empty() {
            return None;
        }
        self.take("uf", if STATES.contains(&uf.as_str()) { Ok(uf) } else { Err(Problem::NotAState) })
    }

    /// Rules between fields.
    fn together(&mut self, input: &PropertyInput) {
        if input.suites > input.bedrooms && input.bedrooms.is_some() {
            self.errors.add("suites", Problem::MoreThan("bedrooms".into()));
        }
        if input.floor > input.floors_total && input.floors_total.is_some() {
            self.errors.add("floor", Problem::MoreThan("floors_total".into()));
        }
        if input.iptu.is_some_and(|amount| !amount.is_zero())
            && input.iptu_period.is_none()
            && self.errors.of("iptu_period").is_none()
        {
            self.errors.add("iptu_period", Problem::PeriodRequired);
        }
        if matches!(input.status, Status::Suspended | Status::Inactive) && input.status_reason.is_none() {
            self.errors.add("status_reason", Problem::ReasonRequired);
        }
        if matches!(input.rent_period, Period::Once) {
            self.errors.add("rent_period", Problem::NotAChoice);
        }
        if matches!(input.iptu_period, Some(Period::Daily | Period::Weekly)) {
            self.errors.add("iptu_period", Problem::NotAChoice);
        }
    }
}

/// Reads what a photograph is said to show.
///
/// # Errors
/// [`AppError::Invalid`] when it is no single line, or longer than 140 characters.
pub fn parse_alt(alt: &str) -> Result<String, AppError> {
    text::parse_line(alt, 140).map_err(|problem| AppError::invalid("alt", problem))
}

/// Whether this can be a property's code: 2 to 20 of A to Z and 0 to 9.
pub fn is_code(code: &str) -> bool {
    (2..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Where visitors find a property: its code ends the address and says which one it is.
pub fn public_path(slug: &str, code: &str) -> String {
    if slug.is_empty() { format!("/imovel/{code}") } else { format!("/imovel/{slug}-{code}") }
}

/// What the form of a new property begins with: what most of them are.
pub fn blank_form() -> Fields {
    Fields::default()
        .with("type", "apartment")
        .with("usage", "residential")
        .with("status", "draft")
        .with("sale_price_public", "true")
        .with("rent_period", "monthly")
        .with("visibility", "neighborhood")
}

/// A property as its form shows it.
pub fn form_of(property: &Property, lang: Lang) -> PropertyForm {
    let i = &property.input;
    let money = |amount: Option<Decimal>| amount.map(|a| money::format_number(a, lang)).unwrap_or_default();
    let number = |n: Option<i16>| n.map(|n| n.to_string()).unwrap_or_default();
    let line = |text: &Option<String>| text.clone().unwrap_or_default();
    PropertyForm {
        code: property.code.clone(),
        kind: i.kind.as_str().into(),
        usage: i.usage.as_str().into(),
        purposes: i.purposes.iter().map(|p| p.as_str().to_owned()).collect(),
        status: i.status.as_str().into(),
        status_reason: line(&i.status_reason),
        responsible_id: property.responsible.map(|member| member.to_string()).unwrap_or_default(),
        condition: i.condition.map_or("", Condition::as_str).into(),
        title: i.title.clone(),
        description: i.description.clone(),
        internal_notes: i.internal_notes.clone(),
        sale_price: money(i.sale_price),
        sale_price_public: if i.sale_price_public { "true" } else { "false" }.into(),
        rent: money(i.rent),
        rent_period: i.rent_period.as_str().into(),
        season_price: money(i.season_price),
        condo: money(i.condo),
        iptu: money(i.iptu),
        iptu_period: i.iptu_period.map_or("", Period::as_str).into(),
        area_private: money(i.area_private),
        area_total: money(i.area_total),
        area_built: money(i.area_built),
        area_land: money(i.area_land),
        bedrooms: number(i.bedrooms),
        suites: number(i.suites),
        bathrooms: number(i.bathrooms),
        lavabos: number(i.lavabos),
        parking: number(i.parking),
        floor: number(i.floor),
        floors_total: number(i.floors_total),
        year_built: number(i.year_built),
        furnished: i.furnished.map_or("", Furnished::as_str).into(),
        cep: i.cep.as_deref().map(format_cep).unwrap_or_default(),
        uf: line(&i.uf),
        city: line(&i.city),
        neighborhood: line(&i.neighborhood),
        street: line(&i.street),
        number: line(&i.number),
        complement: line(&i.complement),
        visibility: i.visibility.as_str().into(),
    }
}

/// `04562-380`; what is no CEP stays as it is.
pub fn format_cep(cep: &str) -> String {
    cep.split_at_checked(5).map_or_else(|| cep.to_owned(), |(area, rest)| format!("{area}-{rest}"))
}

/// The two letters that a code of this kind begins with when nobody chooses one.
pub const fn code_prefix(kind: PropertyType) -> &'static str {
    use PropertyType as T;
    match kind {
        T::Apartment | T::GardenApartment | T::Duplex => "AP",
        T::Penthouse => "CO",
        T::Flat | T::Kitnet | T::Studio | T::Loft => "FL",
        T::House | T::GatedHouse | T::VillageHouse => "CA",
        T::Sobrado => "SO",
        T::Land | T::GatedLand | T::Tract => "TE",
        T::Chacara | T::Sitio | T::Farm => "RU",
        T::Office | T::CorporateFloor | T::MedicalOffice => "SA",
        T::Store | T::CommercialPoint | T::CommercialHouse => "LO",
        T::CommercialBuilding | T::ResidentialBuilding | T::Hotel => "PR",
        T::Warehouse | T::IndustrialArea => "GA",
        T::ParkingSpace => "VA",
    }
}

#[cfg(test)]
mod tests;
