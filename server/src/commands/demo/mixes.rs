//! How many of what each agency has, and in what state: what is not archived counts up to what the contract says.

use app::properties::types::PropertyType as T;

use super::places::{BELO_HORIZONTE, COAST, Place, SAO_PAULO};
use super::stock::State as S;

/// What an agency deals in.
pub(super) struct Mix {
    pub(super) seed: u64,
    pub(super) places: &'static [Place],
    pub(super) kinds: &'static [(T, usize)],
    pub(super) states: &'static [(S, usize)],
    pub(super) featured: usize,
    pub(super) staff: usize,
    pub(super) by_the_sea: bool,
}

/// Sixty in São Paulo.
const CASA_AZUL: Mix = Mix {
    seed: 11,
    places: &SAO_PAULO,
    kinds: &[
        (T::Apartment, 25),
        (T::Studio, 5),
        (T::Penthouse, 3),
        (T::GardenApartment, 2),
        (T::Loft, 2),
        (T::House, 4),
        (T::Sobrado, 7),
        (T::GatedHouse, 2),
        (T::VillageHouse, 3),
        (T::Land, 2),
        (T::Office, 4),
        (T::Store, 3),
        (T::Warehouse, 2),
    ],
    states: &[
        (S::Published, 45),
        (S::Draft, 4),
        (S::Incomplete, 3),
        (S::Reserved, 2),
        (S::Sold, 2),
        (S::Rented, 3),
        (S::Suspended, 1),
        (S::Archived, 4),
    ],
    featured: 12,
    staff: 4,
    by_the_sea: false,
};

/// Twenty in Belo Horizonte.
const HORIZONTE: Mix = Mix {
    seed: 22,
    places: &BELO_HORIZONTE,
    kinds: &[
        (T::Apartment, 10),
        (T::Penthouse, 2),
        (T::Studio, 1),
        (T::House, 3),
        (T::Sobrado, 1),
        (T::GatedHouse, 1),
        (T::Land, 1),
        (T::Office, 2),
        (T::Store, 1),
    ],
    states: &[
        (S::Published, 15),
        (S::Draft, 1),
        (S::Incomplete, 1),
        (S::Reserved, 1),
        (S::Sold, 1),
        (S::Rented, 1),
        (S::Archived, 2),
    ],
    featured: 6,
    staff: 2,
    by_the_sea: false,
};

/// Ten at the coast.
const LITORAL: Mix = Mix {
    seed: 33,
    places: &COAST,
    kinds: &[(T::Apartment, 5), (T::Penthouse, 1), (T::Flat, 1), (T::House, 1), (T::GatedHouse, 2), (T::Chacara, 1)],
    states: &[(S::Published, 8), (S::Draft, 1), (S::Reserved, 1), (S::Archived, 1)],
    featured: 4,
    staff: 1,
    by_the_sea: true,
};

/// What the agency of this slug deals in.
pub(super) fn of(slug: &str) -> &'static Mix {
    match slug {
        "casa-azul" => &CASA_AZUL,
        "horizonte" => &HORIZONTE,
        _ => &LITORAL,
    }
}
