//! Pictures of properties, drawn: façades, rooms, gardens, plans, with light and perspective and no rights of anybody.
//!
//! A small renderer: surfaces into a depth buffer, the sky's and the lamps' light at the corners of every visible
//! surface, the sun by a ray at every pixel, then what a camera does. The same scene, hour and seed give the same bytes.

mod develop;
mod furniture;
mod houses;
mod light;
mod logo;
mod maths;
mod outdoors;
mod paint;
mod plan;
mod plants;
mod raster;
mod rays;
mod rooms;
mod sky;
mod stage;
mod street;
mod towers;
mod trade;

pub use develop::Picture;
pub use logo::{Logo, Mark, logo};

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scene {
    /// A block of flats from the street.
    Flats,
    /// An office block from the street.
    Offices,
    /// A house of one storey.
    Bungalow,
    /// A house of two storeys on a narrow plot.
    TwoStoreys,
    /// A modern house without a wall to the street.
    Modern,
    /// A country house on its lawn.
    Country,
    /// A shop's front.
    Shop,
    /// A shed from its yard.
    Shed,
    /// A shed from inside.
    Hall,
    /// Places for cars under a building.
    Garage,
    /// A living room.
    Living,
    /// A dining room.
    Dining,
    /// A kitchen.
    Kitchen,
    /// A bedroom.
    Bedroom,
    /// A bathroom.
    Bathroom,
    /// A room with desks.
    Office,
    /// A balcony above the town.
    Balcony,
    /// A pool.
    Pool,
    /// A garden.
    Garden,
    /// A beach and the sea.
    Beach,
    /// A free plot.
    Plot,
    /// The plan of a flat with so many bedrooms, furnished.
    Plan(u8),
}

/// When it is seen. Rooms are seen by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hour {
    /// In full light.
    Day,
    /// In the long light of the late afternoon.
    Golden,
    /// After sunset, with lamps lit.
    Dusk,
}

/// Draws a scene, three wide by two high. The seed chooses colours, materials, furniture and plants.
pub fn draw(scene: Scene, hour: Hour, seed: u64, width: u32) -> Picture {
    let stage = match scene {
        Scene::Flats => towers::flats(seed, hour),
        Scene::Offices => towers::offices(seed, hour),
        Scene::Bungalow => houses::bungalow(seed, hour),
        Scene::TwoStoreys => houses::two_storeys(seed, hour),
        Scene::Modern => houses::modern(seed, hour),
        Scene::Country => houses::country(seed, hour),
        Scene::Shop => trade::shop(seed, hour),
        Scene::Shed => trade::shed(seed, hour),
        Scene::Hall => trade::hall(seed),
        Scene::Garage => trade::garage(seed),
        Scene::Living => rooms::living(seed),
        Scene::Dining => rooms::dining(seed),
        Scene::Kitchen => rooms::kitchen(seed),
        Scene::Bedroom => rooms::bedroom(seed),
        Scene::Bathroom => rooms::bathroom(seed),
        Scene::Office => rooms::office(seed),
        Scene::Balcony => outdoors::balcony(seed, hour),
        Scene::Pool => outdoors::pool(seed, hour),
        Scene::Garden => outdoors::garden(seed, hour),
        Scene::Beach => outdoors::beach(seed, hour),
        Scene::Plot => outdoors::plot(seed, hour),
        Scene::Plan(bedrooms) => plan::plan(seed, u32::from(bedrooms)),
    };
    develop::take(&stage, width, width * 2 / 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const SCENES: [Scene; 22] = [
        Scene::Flats,
        Scene::Offices,
        Scene::Bungalow,
        Scene::TwoStoreys,
        Scene::Modern,
        Scene::Country,
        Scene::Shop,
        Scene::Shed,
        Scene::Hall,
        Scene::Garage,
        Scene::Living,
        Scene::Dining,
        Scene::Kitchen,
        Scene::Bedroom,
        Scene::Bathroom,
        Scene::Office,
        Scene::Balcony,
        Scene::Pool,
        Scene::Garden,
        Scene::Beach,
        Scene::Plot,
        Scene::Plan(2),
    ];

    /// How far the darkest and the brightest tenth of a picture are apart.
    fn contrast(picture: &Picture) -> u8 {
        let mut light: Vec<u8> = picture.pixels.chunks(3).map(|p| p[1]).collect();
        light.sort_unstable();
        light[light.len() * 9 / 10] - light[light.len() / 10]
    }

    #[test]
    fn pictures_are_the_same_every_time_and_differ_from_each_other() {
        let mut seen = HashSet::new();
        for scene in SCENES {
            for seed in [1, 2] {
                let picture = draw(scene, Hour::Day, seed, 96);
                assert_eq!((picture.width, picture.height, picture.pixels.len()), (96, 64, 96 * 64 * 3));
                assert_eq!(picture, draw(scene, Hour::Day, seed, 96), "{scene:?} {seed}");
                assert!(contrast(&picture) > 40, "{scene:?} {seed} is flat: {}", contrast(&picture));
                assert!(seen.insert(picture.pixels), "{scene:?} {seed} was drawn before");
            }
        }
        assert!(seen.len() >= 30);
    }

    #[test]
    fn the_hour_changes_the_light() {
        let light = |hour| draw(Scene::Modern, hour, 3, 96).pixels.iter().map(|p| u64::from(*p)).sum::<u64>();
        assert!(light(Hour::Day) > light(Hour::Dusk));
    }

    #[test]
    fn a_logo_is_drawn_on_nothing() {
        let logo = logo("CASA AZUL", Mark::House, (0x001d_4e89, 0x00f2_a541), 96);
        assert_eq!(logo.pixels.len(), (logo.width * logo.height * 4) as usize);
        assert_eq!(logo.pixels[3], 0, "its corner is clear");
        assert!(logo.pixels.chunks(4).any(|p| p == [0x1d, 0x4e, 0x89, 255]));
        assert!(logo.pixels.chunks(4).any(|p| p == [0xf2, 0xa5, 0x41, 255]));
    }
}
