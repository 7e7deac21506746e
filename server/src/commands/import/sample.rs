//! Listings to measure and test with where the real ones are not: the same columns, as many rows, the same share of faults.

use std::collections::HashSet;
use std::fmt::Write as _;

/// Rows of a sample.
pub const ROWS: usize = 7_228;
/// Of these, how many stand at 0/0.
pub const AT_ZERO: usize = 483;
/// How many have latitude and longitude swapped.
pub const SWAPPED: usize = 10;
/// How many lie abroad.
pub const ABROAD: usize = 1;
/// How many have more suites than bedrooms.
pub const TOO_MANY_SUITES: usize = 4;
/// How many repeat an earlier row.
pub const REPEATS: usize = 209;
/// How many pay no condominium fee.
pub const NO_FEE: usize = 640;

const HEADER: &str = "Price,Condo,Size,Rooms,Toilets,Suites,Parking,Elevator,Furnished,Swimming Pool,New,District,Negotiation_Type,Property_Type,Latitude,Longitude";

/// Districts and where about they are, in thousandths of a degree south and west.
const DISTRICTS: [(&str, u64, u64); 24] = [
    ("Mooca", 23_560, 46_597),
    ("Moema", 23_600, 46_665),
    ("Vila Mariana", 23_589, 46_634),
    ("Morumbi", 23_600, 46_720),
    ("Cambuci", 23_564, 46_621),
    ("Pinheiros", 23_566, 46_690),
    ("Butantã", 23_570, 46_722),
    ("Vila Leopoldina", 23_528, 46_733),
    ("Brooklin", 23_618, 46_686),
    ("Perdizes", 23_535, 46_677),
    ("Tatuapé", 23_540, 46_575),
    ("Santana", 23_498, 46_627),
    ("Vila Madalena", 23_555, 46_691),
    ("Campo Belo", 23_623, 46_673),
    ("Liberdade", 23_561, 46_634),
    ("Bela Vista", 23_561, 46_647),
    ("Jardim São Luís", 23_660, 46_740),
    ("São Miguel", 23_497, 46_444),
    ("Itaquera", 23_540, 46_455),
    ("Sacomã", 23_602, 46_602),
    ("Saúde", 23_617, 46_636),
    ("Lapa", 23_527, 46_704),
    ("Casa Verde", 23_512, 46_656),
    ("Penha", 23_527, 46_542),
];

/// What is wrong with a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    AtZero,
    Swapped,
    Abroad,
    Suites,
}

/// A file of [`ROWS`] rows: the same one for the same seed.
pub fn listings(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut faults: Vec<Fault> = [
        (Fault::AtZero, AT_ZERO),
        (Fault::Swapped, SWAPPED),
        (Fault::Abroad, ABROAD),
        (Fault::Suites, TOO_MANY_SUITES),
    ]
    .into_iter()
    .flat_map(|(fault, count)| std::iter::repeat_n(fault, count))
    .collect();
    faults.resize(ROWS - REPEATS, Fault::None);
    dice.shuffle(&mut faults);
    let mut without_fee = NO_FEE;
    let mut seen = HashSet::new();
    let mut rows: Vec<String> = Vec::with_capacity(ROWS);
    let mut sound = Vec::new();
    for fault in faults {
        // The first sound ones pay no fee; repeats are taken from those that do, so that the share stays.
        let has_fee = fault != Fault::None || without_fee == 0;
        let row = loop {
            let row = row(&mut dice, fault, has_fee);
            if seen.insert(row.clone()) {
                break row;
            }
        };
        if !has_fee {
            without_fee -= 1;
        } else if fault == Fault::None {
            sound.push(row.clone());
        }
        rows.push(row);
    }
    for _ in 0..REPEATS {
        let again = dice.below(sound.len() as u64);
        rows.push(sound[again as usize].clone());
    }
    let mut text = String::from(HEADER);
    for row in rows {
        let _ = write!(text, "\r\n{row}");
    }
    text.push_str("\r\n");
    text
}

fn row(dice: &mut Dice, fault: Fault, has_fee: bool) -> String {
    let rooms = [1, 2, 2, 2, 3, 3, 4][dice.below(7) as usize];
    let suites = match fault {
        Fault::Suites => rooms + 1,
        _ => dice.below(rooms + 1),
    };
    let (toilets, parking) = (suites + 1 + dice.below(2), dice.below(3));
    let size = 24 + rooms * 18 + dice.below(40);
    let price = (size * (14 + dice.below(50))).div_ceil(50) * 50;
    let fee = if has_fee { 90 + size * (4 + dice.below(8)) } else { 0 };
    let (district, south, west) = DISTRICTS[dice.below(DISTRICTS.len() as u64) as usize];
    let (elevator, furnished) = (dice.below(10) < 3, dice.below(6) == 0);
    let (pool, new) = (dice.below(2), u64::from(dice.below(1000) == 0));
    let mut near = |about: u64| format!("-{}.{:03}{:03}", about / 1000, about % 1000, dice.below(1000));
    let (lat, lng) = (near(south), near(west));
    let (lat, lng) = match fault {
        Fault::AtZero => ("0.0".to_owned(), "0.0".to_owned()),
        Fault::Swapped => (lng, lat),
        Fault::Abroad => ("-34.625124".to_owned(), "-58.364352".to_owned()),
        Fault::None | Fault::Suites => (lat, lng),
    };
    format!(
        "{price},{fee},{size},{rooms},{toilets},{suites},{parking},{},{},{pool},{new},{district}/São Paulo,rent,apartment,{lat},{lng}",
        u64::from(elevator),
        u64::from(furnished)
    )
}

/// Splitmix64: enough for a sample, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_listings_and_another_one_others() {
        let listings_of = |seed| listings(seed);
        assert_eq!(listings_of(7), listings_of(7));
        assert_ne!(listings_of(7), listings_of(8));
    }

    #[test]
    fn a_sample_has_the_share_of_faults_that_it_says() {
        for seed in [0, 7, 2026] {
            let text = listings(seed);
            let rows: Vec<&str> = text.lines().skip(1).collect();
            assert_eq!(rows.len(), ROWS);
            let distinct: HashSet<&str> = rows.iter().copied().collect();
            assert_eq!(rows.len() - distinct.len(), REPEATS);
            assert_eq!(rows.iter().filter(|row| row.ends_with(",0.0,0.0")).count(), AT_ZERO);
            assert_eq!(rows.iter().filter(|row| row.split(',').nth(1) == Some("0")).count(), NO_FEE);
        }
    }
}
