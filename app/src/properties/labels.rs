//! What the choices are called, in both languages: in lists, on the storefront and in addresses alike.

use rust_decimal::Decimal;

use super::types::{Condition, Furnished, Period, PropertyType, Purpose, Status, Usage, Visibility};
use super::words::{bedrooms, parking};
use crate::values::money::{format_money, format_number};
use crate::words::{Lang, words_in};

/// `72 m²`, never broken between the two.
pub fn area(area: Decimal, lang: Lang) -> String {
    format!("{}\u{a0}m²", format_number(area, lang))
}

/// Area, bedrooms and parking on one line.
pub fn size(size: Option<Decimal>, (beds, cars): (Option<i16>, Option<i16>), lang: Lang) -> String {
    let beds = beds.filter(|n| *n > 0).map(|n| bedrooms(n, lang));
    let cars = cars.filter(|n| *n > 0).map(|n| parking(n, lang));
    [size.map(|s| area(s, lang)), beds, cars].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whether it is so.
pub fn yes_no(value: bool, lang: Lang) -> &'static str {
    let words = &words_in(lang).common;
    if value { words.yes } else { words.no }
}

/// An amount and its period: `R$ 2.100 por mês`.
pub fn price(amount: Option<Decimal>, period: &str, lang: Lang) -> Option<String> {
    amount.map(|amount| format!("{} {period}", format_money(amount, lang)).trim_end().to_owned())
}

/// Name of a kind of property: `Apartamento`.
pub const fn property_type(value: PropertyType, lang: Lang) -> &'static str {
    use PropertyType as T;
    let (pt, en) = match value {
        T::Apartment => ("Apartamento", "Apartment"),
        T::GardenApartment => ("Apartamento garden", "Garden apartment"),
        T::Penthouse => ("Cobertura", "Penthouse"),
        T::Duplex => ("Duplex", "Duplex"),
        T::Flat => ("Flat", "Serviced flat"),
        T::Kitnet => ("Kitnet", "Kitnet"),
        T::Studio => ("Studio", "Studio"),
        T::Loft => ("Loft", "Loft"),
        T::House => ("Casa", "House"),
        T::Sobrado => ("Sobrado", "Sobrado"),
        T::GatedHouse => ("Casa em condomínio", "House in a gated community"),
        T::VillageHouse => ("Casa de vila", "Village house"),
        T::Land => ("Terreno", "Land"),
        T::GatedLand => ("Terreno em condomínio", "Land in a gated community"),
        T::Chacara => ("Chácara", "Chácara"),
        T::Sitio => ("Sítio", "Sítio"),
        T::Farm => ("Fazenda", "Farm"),
        T::Office => ("Sala comercial", "Office"),
        T::CorporateFloor => ("Laje corporativa", "Corporate floor"),
        T::Store => ("Loja", "Shop"),
        T::CommercialPoint => ("Ponto comercial", "Commercial point"),
        T::MedicalOffice => ("Consultório", "Medical office"),
        T::CommercialHouse => ("Casa comercial", "Commercial house"),
        T::CommercialBuilding => ("Prédio comercial", "Commercial building"),
        T::ResidentialBuilding => ("Prédio residencial", "Residential building"),
        T::Warehouse => ("Galpão", "Warehouse"),
        T::IndustrialArea => ("Área industrial", "Industrial area"),
        T::Hotel => ("Hotel ou pousada", "Hotel or inn"),
        T::ParkingSpace => ("Vaga de garagem", "Parking space"),
        T::Tract => ("Área", "Tract of land"),
    };
    pick(pt, en, lang)
}

/// Name of a use.
pub const fn usage(value: Usage, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Usage::Residential => ("Residencial", "Residential"),
        Usage::Commercial => ("Comercial", "Commercial"),
        Usage::Mixed => ("Misto", "Mixed"),
        Usage::Rural => ("Rural", "Rural"),
        Usage::Industrial => ("Industrial", "Industrial"),
    };
    pick(pt, en, lang)
}

/// Name of a purpose.
pub const fn purpose(value: Purpose, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Purpose::Sale => ("Venda", "Sale"),
        Purpose::Rent => ("Locação", "Rent"),
        Purpose::Season => ("Temporada", "Season"),
    };
    pick(pt, en, lang)
}

/// Name of a status.
pub const fn status(value: Status, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Status::Draft => ("Rascunho", "Draft"),
        Status::Capturing => ("Em captação", "Capturing"),
        Status::Active => ("Ativo", "Active"),
        Status::Reserved => ("Reservado", "Reserved"),
        Status::Sold => ("Vendido", "Sold"),
        Status::Rented => ("Alugado", "Rented"),
        Status::Suspended => ("Suspenso", "Suspended"),
        Status::Inactive => ("Inativo", "Inactive"),
    };
    pick(pt, en, lang)
}

/// Name of a condition.
pub const fn condition(value: Condition, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Condition::New => ("Novo", "New"),
        Condition::Used => ("Usado", "Used"),
        Condition::Launch => ("Lançamento", "Launch"),
        Condition::UnderConstruction => ("Em construção", "Under construction"),
        Condition::OffPlan => ("Na planta", "Off plan"),
        Condition::Renovating => ("Em reforma", "Being renovated"),
    };
    pick(pt, en, lang)
}

/// Whether furniture comes with it.
pub const fn furnished(value: Furnished, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Furnished::No => ("Sem mobília", "Unfurnished"),
        Furnished::Partly => ("Semimobiliado", "Partly furnished"),
        Furnished::Yes => ("Mobiliado", "Furnished"),
    };
    pick(pt, en, lang)
}

/// After an amount: `/mês`.
pub const fn period(value: Period, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Period::Daily => ("por dia", "a day"),
        Period::Weekly => ("por semana", "a week"),
        Period::Monthly => ("por mês", "a month"),
        Period::Yearly => ("por ano", "a year"),
        Period::Once => ("à vista", "once"),
    };
    pick(pt, en, lang)
}

/// How much of the address is shown.
pub const fn visibility(value: Visibility, lang: Lang) -> &'static str {
    let (pt, en) = match value {
        Visibility::Full => ("Endereço completo", "Full address"),
        Visibility::Street => ("Rua e bairro", "Street and neighbourhood"),
        Visibility::Neighborhood => ("Só o bairro", "Neighbourhood only"),
    };
    pick(pt, en, lang)
}

const fn pick(pt: &'static str, en: &'static str, lang: Lang) -> &'static str {
    match lang {
        Lang::Pt => pt,
        Lang::En => en,
    }
}
