//! What lies before and behind every façade: pavement, street, neighbours, trees.

use crate::Hour;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::sky::Sky;
use crate::stage::Stage;

/// The sky of an hour, the sun in front of the façade.
pub(crate) fn sky(c: &mut Chance, hour: Hour) -> Sky {
    let side = if c.odds(0.5) { 1.0 } else { -1.0 };
    let (cloud, seed) = (c.between(0.32, 0.6), c.between(0.0, 9.0));
    match hour {
        Hour::Day => Sky::day(V(side * c.between(0.45, 0.8), c.between(0.6, 0.9), -0.55), cloud, seed),
        Hour::Golden => Sky::golden(V(side * c.between(0.7, 1.0), c.between(0.28, 0.4), -0.7), cloud, seed),
        Hour::Dusk => Sky::dusk(cloud, seed),
    }
}

/// How a scene of an hour is exposed.
pub(crate) fn exposure(hour: Hour) -> f32 {
    match hour {
        Hour::Day => 0.82,
        Hour::Golden => 1.08,
        Hour::Dusk => 2.9,
    }
}

/// Street, kerb and pavement. The plot begins at z = 0, the street lies before it.
pub(crate) fn ground(s: &mut Stage, walk: u32) {
    let grain = std::mem::replace(&mut s.grain, 2.5);
    s.slab(Paint::new(0x55565a, Skin::Asphalt), V(-80.0, -0.35, -40.0), V(80.0, -0.15, -3.2));
    s.slab(Paint::plain(0xb9b6af), V(-80.0, -0.3, -3.2), V(80.0, 0.0, -3.0));
    s.slab(Paint::plain(0x5f7d4a), V(-300.0, -0.5, 60.0), V(300.0, -0.2, 420.0));
    s.grain = 0.6;
    s.slab(Paint::new(walk, Skin::Paving), V(-24.0, -0.3, -3.0), V(24.0, 0.0, 0.0));
    s.grain = 2.5;
    s.slab(Paint::new(walk, Skin::Paving), V(-80.0, -0.3, -3.0), V(-24.0, 0.0, 0.0));
    s.slab(Paint::new(walk, Skin::Paving), V(24.0, -0.3, -3.0), V(80.0, 0.0, 0.0));
    s.slab(Paint::new(0x9a958c, Skin::Plaster), V(-80.0, -0.3, 0.0), V(80.0, -0.01, 60.0));
    let white = Paint::plain(0xd9d8d2);
    for i in 0..12 {
        let x = -36.0 + 6.0 * i as f32;
        s.slab(white, V(x, -0.15, -9.1), V(x + 3.0, -0.146, -8.95));
    }
    s.grain = grain;
}

/// A plain neighbour with rows of windows.
pub(crate) fn neighbour(s: &mut Stage, c: &mut Chance, (x0, x1): (f32, f32), (z0, z1): (f32, f32), floors: u32) {
    let wall = Paint::new(c.of(&[0xd8d0c2, 0xc9c4bb, 0xb9b4ae, 0xd5c7b4, 0xbfc3c5, 0xc7a98f]), Skin::Plaster);
    let tall = 3.0 * floors as f32 + 1.5;
    let grain = std::mem::replace(&mut s.grain, 4.0);
    s.slab(wall, V(x0, 0.0, z0), V(x1, tall, z1));
    s.slab(wall.times(0.8), V(x0 + 2.0, tall, z0 + 2.0), V(x1 - 2.0, tall + 2.6, z1 - 2.0));
    let pane = Paint::new(0x2d3439, Skin::Glass);
    let lit = Paint { colour: rgb(0xffcf8a) * 0.8, skin: Skin::Glow, gloss: 0.0 };
    let dark = s.sky.sun.1 <= 0.0;
    let bays = ((x1 - x0) / 2.6).floor().max(1.0);
    for floor in 0..floors {
        for bay in 0..bays as u32 {
            let x = x0 + (x1 - x0) / bays * (bay as f32 + 0.5);
            let y = 1.1 + 3.0 * floor as f32;
            let paint = if dark && c.odds(0.35) { lit } else { pane };
            s.quad(
                paint,
                V(x - 0.7, y, z0 - 0.02),
                V(x + 0.7, y, z0 - 0.02),
                V(x + 0.7, y + 1.3, z0 - 0.02),
                V(x - 0.7, y + 1.3, z0 - 0.02),
            );
        }
        // The flank that is turned to the middle of the picture.
        let flank = if x0 > 0.0 { x0 - 0.02 } else { x1 + 0.02 };
        for i in 0..3 {
            let (z, y) = (z0 + 2.0 + 3.2 * i as f32, 1.1 + 3.0 * floor as f32);
            if z + 1.2 < z1 {
                let (a, b) = if x0 > 0.0 { (z + 1.2, z) } else { (z, z + 1.2) };
                s.quad(pane, V(flank, y, a), V(flank, y, b), V(flank, y + 1.2, b), V(flank, y + 1.2, a));
            }
        }
    }
    s.grain = grain;
}

/// The town beyond, going pale.
pub(crate) fn skyline(s: &mut Stage, c: &mut Chance, from: f32, tall: f32) {
    for _ in 0..26 {
        let x = c.between(-150.0, 150.0);
        let z = from + c.between(30.0, 160.0);
        let floors = (c.between(0.3, 1.0) * tall / 3.0) as u32;
        let wide = c.between(11.0, 19.0);
        neighbour(s, c, (x, x + wide), (z, z + 12.0), floors.max(2));
    }
}

/// Trees along the pavement, leaving the middle free.
pub(crate) fn avenue(s: &mut Stage, c: &mut Chance, free: f32) {
    for side in [-1.0, 1.0] {
        let mut x = side * (free + c.between(0.0, 2.0));
        for _ in 0..2 {
            let tall = c.between(5.0, 7.5);
            plants::tree(s, c, V(x, 0.0, -1.9), tall);
            s.slab(Paint::new(0x6b5a45, Skin::Sand), V(x - 0.6, 0.0, -2.5), V(x + 0.6, 0.015, -1.3));
            x += side * c.between(6.0, 9.0);
        }
    }
}
