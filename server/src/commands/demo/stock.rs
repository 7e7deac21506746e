//! The demo's stock, made from a seed: what each agency has, in what state, and how it came there. Pure.

use app::properties::types::{PropertyForm, PropertyType};

use super::album::{Dealer, Shot};
use super::chance::Chance;
use super::mixes::{self, Mix};
use super::places::Place;
use super::texts::{self, Facts};

/// A property of the demo.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listing {
    /// What its form says now.
    pub(super) form: PropertyForm,
    /// What it said at first.
    pub(super) at_first: PropertyForm,
    pub(super) state: State,
    pub(super) is_featured: bool,
    /// Places in the agency's staff: who looks after it, who changed it last.
    pub(super) people: (usize, usize),
    /// Days ago: registered, published, changed. Minutes of the day.
    pub(super) days: (u32, u32, u32),
    pub(super) minute: u32,
    pub(super) kind: PropertyType,
    pub(super) shots: Vec<Shot>,
}

/// Where it is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Published,
    /// Begun, and not finished.
    Draft,
    /// Active, but something is missing.
    Incomplete,
    Reserved,
    Sold,
    Rented,
    Suspended,
    Archived,
}

/// The stock of an agency. `year`: of the day on which it is made.
pub(super) fn stock(slug: &str, year: u32) -> Vec<Listing> {
    let mix = mixes::of(slug);
    let c = &mut Chance::new(mix.seed);
    let (mut kinds, mut states) = (spread(mix.kinds), spread(mix.states));
    shuffle(c, &mut kinds);
    shuffle(c, &mut states);
    let total = kinds.len().min(states.len());
    let mut dealer = Dealer::default();
    let mut left = mix.featured;
    let mut all = Vec::with_capacity(total);
    for (i, (kind, state)) in kinds.into_iter().zip(states).enumerate() {
        // The last one is the newest; the oldest is about eight months old.
        let age = u32::try_from((total - i) * 240 / total).unwrap_or(1) + c.between(0, 3);
        let mut listing = listing(c, mix, &mut dealer, (kind, state), (age, year));
        if state == State::Published && left > 0 && (total - i) <= left * total / mix.featured {
            listing.is_featured = true;
            left -= 1;
        }
        all.push(listing);
    }
    all
}

fn spread<T: Copy>(counts: &[(T, usize)]) -> Vec<T> {
    counts.iter().flat_map(|(what, count)| std::iter::repeat_n(*what, *count)).collect()
}

fn shuffle<T>(c: &mut Chance, all: &mut [T]) {
    for i in (1..all.len()).rev() {
        all.swap(i, c.at(i + 1));
    }
}

fn listing(
    c: &mut Chance,
    mix: &Mix,
    dealer: &mut Dealer,
    (kind, state): (PropertyType, State),
    (age, year): (u32, u32),
) -> Listing {
    let place = &mix.places[place_for(c, mix, kind)];
    let facts = facts(c, kind, year);
    let purposes = purposes(c, kind, state, mix.by_the_sea);
    let mut form = PropertyForm {
        kind: kind.as_str().into(),
        usage: usage(kind).into(),
        purposes: purposes.iter().map(|p| (*p).to_owned()).collect(),
        status: status(state).into(),
        condition: if facts.year + 2 >= year { "new" } else { "used" }.into(),
        title: texts::title(c, &facts, place),
        description: texts::description(c, &facts, place),
        furnished: if facts.is_furnished { "yes" } else { c.of(&["no", "no", "partly"]) }.into(),
        ..PropertyForm::default()
    };
    form.status_reason = match state {
        State::Suspended => "Proprietário viajando até o fim do mês".into(),
        State::Archived => "O proprietário retirou o imóvel".into(),
        _ => String::new(),
    };
    rooms(&mut form, &facts, c);
    address(&mut form, place, c);
    values(&mut form, &facts, place, &purposes, c);
    if c.percent(40) {
        form.internal_notes = c
            .of(&[
                "Chaves na portaria, avisar com uma hora de antecedência.",
                "Proprietária prefere visitas depois das 17h.",
                "Aceita contraproposta; combinar antes com a gerência.",
                "Inquilino sai no fim do mês, visitas só com agendamento.",
            ])
            .into();
    }
    let at_first = before(c, &form, state);
    if state == State::Draft || state == State::Incomplete {
        unfinish(&mut form, c, state);
    }
    let mut shots = dealer.deal(c, kind, facts.bedrooms, mix.by_the_sea);
    if state == State::Draft {
        shots.truncate(c.at(3));
    }
    let published = age.saturating_sub(c.between(1, 3)).max(1);
    let at_first = if state == State::Draft { form.clone() } else { at_first };
    Listing {
        state,
        is_featured: false,
        people: (c.at(mix.staff), c.at(mix.staff)),
        days: (age, published, c.between(0, published.saturating_sub(1))),
        minute: c.between(9 * 60, 18 * 60),
        at_first,
        form,
        kind,
        shots,
    }
}

/// A neighbourhood where there is such a thing.
fn place_for(c: &mut Chance, mix: &Mix, kind: PropertyType) -> usize {
    use PropertyType as T;
    let fitting: Vec<usize> = (0..mix.places.len())
        .filter(|i| {
            let name = mix.places[*i].name;
            match kind {
                T::GatedHouse => ["Alto de Pinheiros", "Butantã", "Buritis", "Jardim Acapulco"].contains(&name),
                T::Warehouse => ["Lapa", "Butantã", "Tatuapé"].contains(&name),
                T::Chacara => name == "Enseada",
                T::Land => ["Butantã", "Lapa", "Alto de Pinheiros", "Tatuapé", "Buritis"].contains(&name),
                T::Apartment | T::Flat | T::Penthouse => name != "Jardim Acapulco",
                _ => name != "Itaim Bibi" || matches!(kind, T::Office | T::Studio),
            }
        })
        .collect();
    fitting[c.at(fitting.len())]
}

fn facts(c: &mut Chance, kind: PropertyType, year: u32) -> Facts {
    use PropertyType as T;
    let bedrooms = match kind {
        T::Studio | T::Loft | T::Flat | T::Kitnet => 1,
        T::Apartment => c.between(1, 4).min(c.between(2, 4)),
        T::GardenApartment | T::VillageHouse => c.between(2, 3),
        T::Penthouse | T::House | T::Sobrado => c.between(3, 4),
        T::GatedHouse | T::Chacara => c.between(4, 5),
        _ => 0,
    };
    let area = match kind {
        T::Studio | T::Kitnet => c.between(24, 42),
        T::Loft | T::Flat => c.between(40, 68),
        T::Apartment => 26 + bedrooms * c.between(22, 31),
        T::GardenApartment => 60 + bedrooms * c.between(22, 30),
        T::Penthouse => c.between(140, 260),
        T::House | T::Sobrado | T::VillageHouse => 40 + bedrooms * c.between(32, 46),
        T::GatedHouse | T::Chacara => c.between(240, 420),
        T::Office => c.between(32, 140),
        T::Store => c.between(45, 180),
        T::Warehouse => c.between(12, 48) * 50,
        _ => c.between(25, 60) * 10,
    };
    let suites = match bedrooms {
        0 => 0,
        1 => u32::from(c.percent(30)),
        n => c.between(1, n),
    };
    let is_home = bedrooms > 0;
    let has_walls = !matches!(kind, T::Land | T::GatedLand);
    let parking = match kind {
        T::Studio | T::Loft => c.between(0, 1),
        T::Land | T::GatedLand => 0,
        T::Penthouse | T::GatedHouse | T::Chacara => c.between(2, 4),
        T::Warehouse => c.between(4, 12),
        _ => (bedrooms / 2).max(1) + u32::from(c.percent(30)),
    };
    Facts {
        kind,
        area,
        bedrooms,
        suites,
        bathrooms: if is_home { suites + 1 } else { u32::from(has_walls) * c.between(1, 3) },
        parking,
        floor: c.between(1, 16),
        year: if c.percent(25) { year - c.between(0, 5) } else { c.between(1972, year - 8) },
        is_furnished: is_home && c.percent(25),
        is_renovated: is_home && c.percent(30),
    }
}

fn purposes(c: &mut Chance, kind: PropertyType, state: State, by_the_sea: bool) -> Vec<&'static str> {
    use PropertyType as T;
    let all: &[&[&'static str]] = match (kind, state) {
        (T::Land | T::GatedLand, _) | (_, State::Sold) => &[&["sale"]],
        (_, State::Rented) => &[&["rent"]],
        _ if by_the_sea => &[&["sale"], &["season"], &["sale", "season"], &["season"], &["sale", "rent"]],
        (T::Office | T::Store | T::Warehouse, _) => &[&["rent"], &["sale", "rent"]],
        _ => &[&["sale"], &["sale"], &["sale"], &["rent"], &["sale", "rent"]],
    };
    all[c.at(all.len())].to_vec()
}

fn usage(kind: PropertyType) -> &'static str {
    use PropertyType as T;
    match kind {
        T::Office | T::Store => "commercial",
        T::Warehouse => "industrial",
        T::Chacara => "rural",
        _ => "residential",
    }
}

fn status(state: State) -> &'static str {
    match state {
        State::Published | State::Incomplete => "active",
        State::Draft => "draft",
        State::Reserved => "reserved",
        State::Sold => "sold",
        State::Rented => "rented",
        State::Suspended => "suspended",
        State::Archived => "inactive",
    }
}

fn rooms(form: &mut PropertyForm, f: &Facts, c: &mut Chance) {
    use PropertyType as T;
    let text = |n: u32| if n == 0 && f.bedrooms == 0 { String::new() } else { n.to_string() };
    form.bedrooms = text(f.bedrooms);
    form.suites = text(f.suites);
    form.parking = f.parking.to_string();
    match f.kind {
        T::Land | T::GatedLand => {
            form.area_land = f.area.to_string();
            form.area_private = f.area.to_string();
            (form.condition, form.furnished, form.parking) = (String::new(), String::new(), String::new());
            return;
        }
        T::House | T::Sobrado | T::GatedHouse | T::VillageHouse | T::Chacara | T::Warehouse => {
            form.area_built = f.area.to_string();
            form.area_land = (f.area * c.between(11, 19) / 10).to_string();
        }
        _ => {
            form.area_total = (f.area * c.between(12, 15) / 10).to_string();
            form.floors_total = (f.floor + c.between(0, 6)).to_string();
            form.floor = if matches!(f.kind, T::GardenApartment | T::Store) { "0".into() } else { f.floor.to_string() };
            form.complement = match f.kind {
                T::Store => format!("Loja {}", c.between(1, 9)),
                T::Office => format!("Conjunto {}{}", f.floor, c.between(1, 4)),
                _ => format!("Apto {}{}", f.floor, c.between(1, 4)),
            };
        }
    }
    form.area_private = f.area.to_string();
    form.bathrooms = f.bathrooms.to_string();
    form.year_built = f.year.to_string();
    if f.bedrooms >= 2 && c.percent(50) {
        form.lavabos = "1".into();
    }
}

fn address(form: &mut PropertyForm, place: &Place, c: &mut Chance) {
    form.uf = place.uf.into();
    form.city = place.city.into();
    form.neighborhood = place.name.into();
    form.street = c.of(place.streets).into();
    form.number = c.between(20, 1980).to_string();
    form.cep = format!("{:05}-{:03}", place.cep, c.between(0, 99) * 10);
    form.visibility = c.of(&["neighborhood", "street", "street", "full"]).into();
}

fn values(form: &mut PropertyForm, f: &Facts, place: &Place, purposes: &[&str], c: &mut Chance) {
    use PropertyType as T;
    // Of the price of a flat, in hundredths.
    let share = match f.kind {
        T::Studio | T::Loft | T::Flat => 112,
        T::Penthouse => 118,
        T::House | T::Sobrado | T::VillageHouse => 82,
        T::GatedHouse => 95,
        T::Land | T::GatedLand => 58,
        T::Office => 88,
        T::Store => 110,
        T::Warehouse => 42,
        T::Chacara => 48,
        _ => 100,
    };
    let age = if f.is_renovated || f.year >= 2018 { 108 } else { 94 };
    let price = u64::from(place.metre) * u64::from(f.area) * share * age / 10_000 * u64::from(c.between(92, 108)) / 100;
    let price = (price / 5_000).max(1) * 5_000;
    let rounded = |amount: u64, step: u64| ((amount / step).max(1) * step).to_string();
    if purposes.contains(&"sale") {
        form.sale_price = price.to_string();
    }
    if purposes.contains(&"rent") {
        form.rent = rounded(price * u64::from(c.between(42, 52)) / 10_000, 50);
        form.rent_period = "monthly".into();
    }
    if purposes.contains(&"season") {
        form.season_price = rounded(price / 2_400 + 180, 10);
    }
    let has_condo = !matches!(f.kind, T::House | T::Sobrado | T::Land | T::Store | T::Warehouse | T::Chacara);
    if has_condo {
        form.condo = rounded(u64::from(f.area) * u64::from(c.between(9, 15)) + 180, 10);
    }
    let yearly = price * u64::from(c.between(45, 70)) / 10_000;
    if c.percent(60) {
        (form.iptu, form.iptu_period) = (rounded(yearly / 12, 1), "monthly".into());
    } else {
        (form.iptu, form.iptu_period) = (rounded(yearly, 10), "yearly".into());
    }
}

/// How it was registered, before somebody changed it: at another price, without its notes, as a draft.
fn before(c: &mut Chance, form: &PropertyForm, state: State) -> PropertyForm {
    let mut first = form.clone();
    let more = |text: &str| text.parse::<u64>().map(|n| (n * 106 / 100 / 50 * 50).to_string()).unwrap_or_default();
    match state {
        State::Published | State::Incomplete if c.percent(45) => return first,
        State::Published | State::Incomplete => {
            if first.sale_price.is_empty() {
                first.rent = more(&first.rent)
            } else {
                first.sale_price = more(&first.sale_price)
            }
            if c.percent(40) {
                first.parking.clear();
                first.internal_notes.clear();
            }
        }
        _ => {
            first.status = "active".into();
            first.status_reason.clear();
        }
    }
    first
}

/// Takes away what a person in a hurry leaves out.
fn unfinish(form: &mut PropertyForm, c: &mut Chance, state: State) {
    if state == State::Draft {
        form.description.clear();
        form.condo.clear();
        (form.iptu, form.iptu_period) = (String::new(), String::new());
        (form.number, form.cep) = (String::new(), String::new());
        return;
    }
    match c.between(0, 2) {
        0 => form.description.clear(),
        1 => (form.sale_price, form.rent, form.season_price) = (String::new(), String::new(), String::new()),
        _ => {
            form.neighborhood.clear();
            form.description = "Em breve.".into();
        }
    }
}

#[cfg(test)]
mod tests;
