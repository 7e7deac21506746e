//! The demo's pictures: which there are, what each shows, and which of them a property gets.

use app::properties::types::PropertyType;
use scenery::{Hour, Scene};
use std::collections::HashMap;

use super::chance::Chance;

/// A picture to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Shot {
    pub(super) scene: Scene,
    pub(super) hour: Hour,
    pub(super) seed: u64,
}

/// How many of each scene, the hours taken in turn.
const SERIES: [(Scene, u64, &[Hour]); 24] = [
    (Scene::Flats, 16, &[Hour::Day, Hour::Day, Hour::Golden, Hour::Day, Hour::Dusk]),
    (Scene::Offices, 3, &[Hour::Day, Hour::Dusk, Hour::Golden]),
    (Scene::Bungalow, 3, &[Hour::Day, Hour::Golden, Hour::Day]),
    (Scene::TwoStoreys, 5, &[Hour::Day, Hour::Golden, Hour::Day, Hour::Dusk]),
    (Scene::Modern, 4, &[Hour::Golden, Hour::Day, Hour::Dusk]),
    (Scene::Country, 1, &[Hour::Day]),
    (Scene::Shop, 3, &[Hour::Day, Hour::Golden, Hour::Day]),
    (Scene::Shed, 2, &[Hour::Day, Hour::Golden]),
    (Scene::Plot, 3, &[Hour::Day, Hour::Golden, Hour::Day]),
    (Scene::Beach, 3, &[Hour::Day, Hour::Golden, Hour::Day]),
    (Scene::Living, 6, &[Hour::Day]),
    (Scene::Dining, 2, &[Hour::Day]),
    (Scene::Kitchen, 5, &[Hour::Day]),
    (Scene::Bedroom, 6, &[Hour::Day]),
    (Scene::Bathroom, 4, &[Hour::Day]),
    (Scene::Office, 2, &[Hour::Day]),
    (Scene::Balcony, 3, &[Hour::Day, Hour::Dusk, Hour::Golden]),
    (Scene::Pool, 2, &[Hour::Day, Hour::Golden]),
    (Scene::Garden, 2, &[Hour::Day]),
    (Scene::Hall, 1, &[Hour::Day]),
    (Scene::Garage, 1, &[Hour::Day]),
    (Scene::Plan(1), 1, &[Hour::Day]),
    (Scene::Plan(2), 1, &[Hour::Day]),
    (Scene::Plan(3), 1, &[Hour::Day]),
];

/// Pictures of a property, at most.
const MOST: usize = 9;

/// Every picture of one scene.
fn series(scene: Scene) -> Vec<Shot> {
    let found = SERIES.iter().find(|(s, ..)| *s == scene);
    let (_, count, hours) = found.copied().unwrap_or((scene, 1, &[Hour::Day]));
    (0..count).zip(hours.iter().cycle()).map(|(i, hour)| Shot { scene, hour: *hour, seed: i + 1 }).collect()
}

/// What a picture shows, in words.
pub(super) fn alt(scene: Scene, kind: PropertyType) -> &'static str {
    match scene {
        Scene::Flats | Scene::Offices => "Fachada do edifício vista da rua",
        Scene::Bungalow | Scene::TwoStoreys | Scene::Modern => "Fachada da casa vista da rua",
        Scene::Country => "Casa com varanda no meio do gramado",
        Scene::Shop => "Fachada da loja com vitrine",
        Scene::Shed => "Galpão visto do pátio",
        Scene::Hall => "Interior do galpão",
        Scene::Garage => "Vagas de garagem no subsolo",
        Scene::Living => "Sala de estar",
        Scene::Dining => "Sala de jantar",
        Scene::Kitchen => "Cozinha com armários",
        Scene::Bedroom => "Quarto com janela",
        Scene::Bathroom => "Banheiro com bancada e espelho",
        Scene::Office => "Sala com estações de trabalho",
        Scene::Balcony if kind == PropertyType::Penthouse => "Terraço com vista para a cidade",
        Scene::Balcony => "Varanda com vista para a cidade",
        Scene::Pool => "Piscina com espreguiçadeiras",
        Scene::Garden => "Jardim com árvores",
        Scene::Beach => "Praia vista do imóvel",
        Scene::Plot => "Terreno visto da rua",
        Scene::Plan(_) => "Planta mobiliada",
    }
}

/// Deals pictures out: what was dealt least comes first, and neighbours do not get the same cover.
#[derive(Debug, Default)]
pub(super) struct Dealer {
    dealt: HashMap<(Shot, bool), u32>,
    last_cover: Option<Shot>,
}

impl Dealer {
    /// The pictures of a property, the cover first, none twice.
    pub(super) fn deal(&mut self, c: &mut Chance, kind: PropertyType, rooms: u32, by_the_sea: bool) -> Vec<Shot> {
        let (covers, rest) = wanted(c, kind, rooms, by_the_sea);
        let mut shots = Vec::new();
        let choices: Vec<Shot> =
            covers.iter().flat_map(|s| series(*s)).filter(|s| Some(*s) != self.last_cover).collect();
        if let Some(cover) = self.least(&choices, true) {
            self.last_cover = Some(cover);
            shots.push(cover);
        }
        for scene in rest {
            let choices: Vec<Shot> = series(scene).into_iter().filter(|s| !shots.contains(s)).collect();
            shots.extend(self.least(&choices, false));
        }
        shots.truncate(MOST);
        shots
    }

    fn least(&mut self, choices: &[Shot], is_cover: bool) -> Option<Shot> {
        let chosen = *choices.iter().min_by_key(|s| self.dealt.get(&(**s, is_cover)).copied().unwrap_or(0))?;
        *self.dealt.entry((chosen, is_cover)).or_default() += 1;
        Some(chosen)
    }
}

/// Scenes that may be the cover, and the scenes after it.
fn wanted(c: &mut Chance, kind: PropertyType, rooms: u32, by_the_sea: bool) -> (Vec<Scene>, Vec<Scene>) {
    use PropertyType as T;
    use Scene as S;
    let plan = S::Plan(u8::try_from(rooms.clamp(1, 3)).unwrap_or(1));
    let home = |c: &mut Chance, extra: &[Scene]| {
        let mut scenes = vec![S::Living, S::Kitchen];
        scenes.extend(std::iter::repeat_n(S::Bedroom, usize::try_from(rooms.clamp(1, 2)).unwrap_or(1)));
        scenes.push(S::Bathroom);
        if rooms > 1 && c.percent(60) {
            scenes.push(S::Dining);
        }
        scenes.extend(extra);
        scenes
    };
    match kind {
        T::Apartment | T::GardenApartment | T::Duplex | T::Flat => {
            let covers = if c.percent(72) { vec![S::Flats] } else { vec![S::Living, S::Dining, S::Balcony] };
            let last =
                if by_the_sea { S::Beach } else { *[S::Pool, S::Garage, S::Garden].get(c.at(3)).unwrap_or(&S::Pool) };
            (covers, home(c, &[S::Balcony, plan, last]))
        }
        T::Penthouse => (vec![S::Balcony, S::Flats], home(c, &[S::Balcony, S::Pool])),
        T::Studio | T::Kitnet | T::Loft => {
            (vec![S::Bedroom, S::Living, S::Kitchen, S::Flats], home(c, &[S::Flats, S::Plan(1)]))
        }
        T::House | T::VillageHouse => (vec![S::Bungalow, S::TwoStoreys], home(c, &[S::Garden])),
        T::Sobrado => (vec![S::TwoStoreys], home(c, &[S::Garden, S::Garage])),
        T::GatedHouse => (vec![S::Modern], home(c, &[S::Pool, if by_the_sea { S::Beach } else { S::Garden }])),
        T::Chacara | T::Sitio | T::Farm => (vec![S::Country], home(c, &[S::Garden, S::Pool])),
        T::Land | T::GatedLand | T::Tract => (vec![S::Plot], vec![S::Plot, S::Garden]),
        T::Store | T::CommercialPoint | T::CommercialHouse => {
            (vec![S::Shop], vec![S::Office, S::Bathroom, S::Shop, S::Kitchen])
        }
        T::Warehouse | T::IndustrialArea => (vec![S::Shed], vec![S::Hall, S::Office, S::Bathroom, S::Shed]),
        _ => (vec![S::Offices], vec![S::Office, S::Office, S::Bathroom, S::Garage, S::Balcony]),
    }
}
