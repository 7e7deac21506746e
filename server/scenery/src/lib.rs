//! Pictures of properties, drawn: façades, rooms, gardens, plans, with light and perspective and no rights of anybody.
//!
//! A small renderer: surfaces into a depth buffer, the sky's and the lamps' light at the corners of every visible
//! surface, the sun by a ray at every pixel, then what a camera does. The same scene, hour and seed give the same bytes.

mod develop;
mod furniture;
mod houses;
mod light;
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
