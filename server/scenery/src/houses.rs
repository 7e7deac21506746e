//! Houses: under a tiled roof, modern with flat roofs, in a gated street, in the country.

use crate::Hour;
use crate::furniture::iron;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::stage::{Camera, Stage};
use crate::street;

fn wall(c: &mut Chance) -> Paint {
    Paint::new(c.of(&[0xf3efe6, 0xe9d9bb, 0xe7e3da, 0xdcb98c, 0xd8dfd6, 0xf2e3d0, 0xc9d3d6, 0xe3c3a8]), Skin::Plaster)
}

fn glass(c: &mut Chance, hour: Hour) -> Paint {
    if hour == Hour::Dusk {
        return Paint {
            colour: rgb(c.of(&[0xffc987, 0xffdba6, 0xffbf75])) * c.between(0.7, 1.0),
            skin: Skin::Glow,
            gloss: 0.0,
        };
    }
    Paint::new(c.of(&[0x2c343a, 0x3a4348, 0x8e8a82]), Skin::Glass)
}

fn window(s: &mut Stage, pane: Paint, frame: Paint, (x0, x1): (f32, f32), (y0, y1): (f32, f32), z: f32) {
    s.slab(frame, V(x0 - 0.07, y0 - 0.07, z - 0.06), V(x1 + 0.07, y0, z + 0.02));
    s.slab(frame, V(x0 - 0.07, y1, z - 0.06), V(x1 + 0.07, y1 + 0.07, z + 0.02));
    let parts = ((x1 - x0) / 0.8).round().max(1.0);
    for i in 0..=parts as u32 {
        let x = x0 + (x1 - x0) * i as f32 / parts;
        s.slab(frame, V(x - 0.03, y0, z - 0.06), V(x + 0.03, y1, z + 0.02));
    }
    s.quad(pane, V(x0, y0, z - 0.015), V(x1, y0, z - 0.015), V(x1, y1, z - 0.015), V(x0, y1, z - 0.015));
}

fn door(s: &mut Stage, wood: Paint, x: f32, z: f32) {
    s.slab(Paint::plain(0xe9e6df), V(x - 0.58, 0.0, z - 0.08), V(x + 0.58, 2.42, z));
    s.slab(wood, V(x - 0.5, 0.0, z - 0.1), V(x + 0.5, 2.34, z - 0.02));
    s.slab(iron(), V(x + 0.34, 0.8, z - 0.14), V(x + 0.38, 1.5, z - 0.1));
}

/// A roof of two slopes over a body, its ridge along x, eaves all round.
fn gable(s: &mut Stage, tiles: Paint, wall: Paint, (x0, x1): (f32, f32), (z0, z1): (f32, f32), (y, rise): (f32, f32)) {
    let (e, middle) = (0.55, (z0 + z1) / 2.0);
    let drop = rise * e / ((z1 - z0) / 2.0);
    let (a, b) = (V(x0 - e, y - drop, z0 - e), V(x1 + e, y - drop, z0 - e));
    let (c, d) = (V(x1 + e, y + rise, middle), V(x0 - e, y + rise, middle));
    s.sheet(tiles, a, b, c, d);
    s.sheet(tiles, V(x1 + e, y - drop, z1 + e), V(x0 - e, y - drop, z1 + e), d, c);
    let soffit = Paint::new(0x6b4b33, Skin::Wood);
    let down = V(0.0, -0.12, 0.0);
    s.quad(soffit, d + down, c + down, b + down, a + down);
    s.quad(Paint::plain(0xf1eee7), a + down, b + down, b, a);
    for (x, side) in [(x0, -1.0), (x1, 1.0)] {
        let (near, far) = (V(x, y, z0), V(x, y, z1));
        let top = V(x, y + rise - 0.02, middle);
        if side < 0.0 {
            s.triangle(wall, far, near, top)
        } else {
            s.triangle(wall, near, far, top)
        }
        let edge = |p: V| V(x + side * e, p.1, p.2);
        let (p, q) = (edge(a), edge(c));
        if side < 0.0 { s.quad(soffit, p + down, p, q, q + down) } else { s.quad(soffit, p + down, q + down, q, p) }
    }
}

/// Wall and gate to the street, the drive behind the gate, lawn and beds.
fn front(s: &mut Stage, c: &mut Chance, half: f32, wall: Paint, drive: (f32, f32)) {
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-half, 0.0, 0.2), V(half, 0.05, 7.0));
    s.slab(Paint::new(0xb9b2a6, Skin::Tiles(0.5)), V(drive.0, 0.0, 0.0), V(drive.1, 0.07, 6.6));
    let low = c.odds(0.55);
    let high = if low { 0.7 } else { 1.1 };
    for (a, e) in [(-half, drive.0 - 0.2), (drive.1 + 0.2, half)] {
        if e > a {
            s.slab(wall, V(a, 0.0, 0.0), V(e, high, 0.2));
            s.slab(wall.times(0.85), V(a - 0.03, high, -0.04), V(e + 0.03, high + 0.07, 0.24));
            if e - a > 1.0 {
                plants::bed(s, c, V(a + 0.4, 0.03, 0.75), V(e - 0.3, 0.03, 0.75));
            }
        }
    }
    for x in [drive.0 - 0.2, drive.1] {
        s.slab(wall, V(x, 0.0, -0.05), V(x + 0.24, 2.0, 0.25));
    }
}

fn set(c: &mut Chance, hour: Hour, (eye, aim): (V, V), wide: f32, shift: f32) -> Stage {
    let mut s = Stage::new(street::sky(c, hour), Camera::level(eye, aim, wide, shift));
    (s.exposure, s.grain) = (street::exposure(hour), 0.6);
    street::ground(&mut s, 0xb8b2a8);
    s
}

fn around(s: &mut Stage, c: &mut Chance, half: f32) {
    let n = (1 + c.under(2), 1 + c.under(2));
    street::neighbour(s, c, (-half - 15.0, -half - 2.6), (9.0, 18.0), n.0);
    street::neighbour(s, c, (half + 2.6, half + 15.0), (9.0, 18.0), n.1);
    for side in [-1.0, 1.0] {
        let tall = c.between(3.4, 5.4);
        plants::tree(s, c, V(side * (half + 3.4), 0.0, 3.4), tall);
        plants::hedge(s, c, V(side * (half + 1.4), 0.0, 0.1), V(side * (half + 9.0), 1.3, 0.8));
    }
    for i in 0..7 {
        let x = -26.0 + 9.0 * i as f32 + c.between(-3.0, 3.0);
        let (z, tall) = (c.between(20.0, 30.0), c.between(7.0, 12.0));
        plants::tree(s, c, V(x, 0.0, z), tall);
    }
    street::skyline(s, c, 50.0, 40.0);
}

/// One storey under tiles, with a porch.
pub(crate) fn bungalow(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let side = c.of(&[-1.0, 1.0]);
    let s = &mut set(c, hour, (V(side * 6.5, 1.75, -8.5), V(-side * 0.4, 1.75, 6.0)), 0.72, 0.06);
    let (w, tiles) = (wall(c), Paint::new(c.of(&[0xb5653f, 0xa85a3a, 0x8c5a45, 0x6f6a66]), Skin::Roof));
    let frame = c.of(&[Paint::plain(0xf4f2ec), Paint::new(0x6f4a30, Skin::Wood), iron()]);
    s.slab(w, V(-6.0, 0.0, 6.5), V(6.0, 3.0, 15.0));
    s.slab(w.times(0.72), V(-6.03, 0.0, 6.46), V(6.03, 0.5, 6.6));
    gable(s, tiles, w, (-6.0, 6.0), (6.5, 15.0), (3.0, 2.3));
    // The porch stands before the left part under a roof of its own.
    let porch = side * 3.1;
    s.slab(Paint::new(0xb98a66, Skin::Tiles(0.4)), V(porch - 2.6, 0.0, 3.9), V(porch + 2.6, 0.2, 6.5));
    s.sheet(
        tiles,
        V(porch - 3.0, 2.5, 3.5),
        V(porch + 3.0, 2.5, 3.5),
        V(porch + 3.0, 3.25, 6.7),
        V(porch - 3.0, 3.25, 6.7),
    );
    s.slab(Paint::new(0x6b4b33, Skin::Wood), V(porch - 2.8, 2.3, 3.85), V(porch + 2.8, 2.48, 4.05));
    for x in [-2.5, 0.0, 2.5] {
        s.slab(Paint::new(0x6b4b33, Skin::Wood), V(porch + x - 0.09, 0.2, 3.86), V(porch + x + 0.09, 2.35, 4.04));
    }
    door(s, Paint::new(0x7a4f33, Skin::Wood), porch - side * 1.2, 6.5);
    let pane = glass(c, hour);
    window(s, pane, frame, (porch + side * 1.2 - 0.8, porch + side * 1.2 + 0.8), (1.0, 2.3), 6.5);
    for x in [-side * 1.8, -side * 4.4] {
        window(s, pane, frame, (x - 0.9, x + 0.9), (1.0, 2.3), 6.5);
    }
    front(s, c, 7.6, w, (-side * 3.0 - 1.5, -side * 3.0 + 1.5));
    s.at(V(0.0, 0.0, 0.0), 0.0, |s| plants::pot(s, c, V(porch - side * 0.2, 0.2, 4.4), 1.1));
    let tall = c.between(4.0, 5.5);
    plants::tree(s, c, V(side * 7.2, 0.0, 3.0), tall);
    around(s, c, 8.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// Two storeys on a narrow plot: garage below, balcony above.
pub(crate) fn two_storeys(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let side = c.of(&[-1.0, 1.0]);
    let s = &mut set(c, hour, (V(side * 6.0, 1.75, -10.5), V(side * -0.3, 1.75, 5.0)), 0.68, 0.17);
    let (w, accent) = (
        wall(c),
        c.of(&[
            Paint::new(0x9c5d42, Skin::Bricks),
            Paint::new(0x8f8b84, Skin::Tiles(0.5)),
            Paint::new(0x7a5538, Skin::Wood),
            Paint::new(0x6f7f7a, Skin::Plaster),
        ]),
    );
    let frame = c.of(&[Paint::plain(0xf4f2ec), iron(), Paint::new(0x6f4a30, Skin::Wood)]);
    let tiles = Paint::new(c.of(&[0xa85a3a, 0x7d6a60, 0x8c5a45, 0x5f5d5c]), Skin::Roof);
    let half = 4.2;
    s.slab(w, V(-half, 0.0, 5.5), V(half, 6.2, 15.0));
    if c.odds(0.6) {
        gable(s, tiles, w, (-half, half), (5.5, 15.0), (6.2, 1.9));
    } else {
        s.slab(w, V(-half - 0.1, 6.2, 5.3), V(half + 0.1, 7.1, 15.0));
        s.slab(Paint::plain(0xe3dfd6), V(-half - 0.2, 7.1, 5.2), V(half + 0.2, 7.2, 15.1));
    }
    // Garage with a gate of slats, the upper room standing out over it.
    let g = side * -1.7;
    s.slab(accent, V(g - 2.5, 3.0, 4.3), V(g + 2.5, 6.0, 5.6));
    s.slab(Paint::plain(0x2f2a26), V(g - 2.2, 0.1, 5.42), V(g + 2.2, 2.6, 5.5));
    for i in 0..12 {
        let y = 0.15 + 0.205 * i as f32;
        s.slab(Paint::new(0x8a6a4a, Skin::Wood), V(g - 2.2, y, 5.36), V(g + 2.2, y + 0.17, 5.42));
    }
    let pane = glass(c, hour);
    window(s, pane, frame, (g - 1.5, g + 1.5), (3.7, 5.4), 4.3);
    let x = side * 2.5;
    door(s, Paint::new(0x6f4a30, Skin::Wood), x - side * 0.4, 5.5);
    window(s, pane, frame, (x - 1.1, x + 1.1), (3.35, 5.5), 5.5);
    s.slab(Paint::plain(0xeae6de), V(x - 1.6, 2.85, 4.2), V(x + 1.6, 3.05, 5.5));
    let rail = Paint::new(0x71858b, Skin::Glass);
    s.quad(rail, V(x - 1.6, 3.1, 4.25), V(x + 1.6, 3.1, 4.25), V(x + 1.6, 4.05, 4.25), V(x - 1.6, 4.05, 4.25));
    s.slab(iron(), V(x - 1.6, 4.05, 4.2), V(x + 1.6, 4.1, 4.28));
    front(s, c, 5.2, w, (g - 2.2, g + 2.2));
    around(s, c, 5.4);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// White volumes, wood and glass, lawn to the street without a wall.
pub(crate) fn modern(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let side = c.of(&[-1.0, 1.0]);
    let s = &mut set(c, hour, (V(side * 9.0, 1.75, -11.0), V(side * -0.6, 1.75, 7.0)), 0.72, 0.1);
    let white = Paint::new(c.of(&[0xf5f3ee, 0xe9e4da, 0xdedad2, 0xcfc7b9]), Skin::Plaster);
    let wood = c.of(&[
        Paint::new(0x8a5f3c, Skin::Wood),
        Paint::new(0x77736c, Skin::Tiles(0.9)),
        Paint::new(0x5a4a3e, Skin::Wood),
        Paint::new(0x54595c, Skin::Plaster),
    ]);
    let pane = glass(c, hour);
    s.slab(white, V(-7.0, 0.0, 7.5), V(7.0, 3.1, 17.0));
    s.slab(wood, V(side * 0.6, 0.0, 7.3), V(side * 3.4, 3.1, 7.6));
    // The upper volume hangs over the garage.
    let (u0, u1) = (side * -7.4, side * 2.6);
    s.slab(white, V(u0, 3.3, 5.46), V(u1, 6.6, 16.0));
    s.slab(wood, V(u0 + side * 0.5, 3.6, 5.36), V(u1 - side * 0.5, 6.3, 5.45));
    s.slab(Paint::plain(0xe8e4dc), V(side * -7.2, 3.1, 5.6), V(side * 7.2, 3.32, 17.0));
    s.slab(white, V(u0, 3.3, 4.9), V(u1, 3.55, 5.5));
    s.slab(white, V(u0, 6.35, 4.9), V(u1, 6.7, 5.5));
    for x in [u0, u1 - side * 0.25] {
        s.slab(white, V(x, 3.3, 4.9), V(x + side * 0.25, 6.6, 5.5));
    }
    for (a, e) in [(-6.4, -4.2), (-2.6, 1.6)] {
        let (x0, x1) = (a * side, e * side);
        window(s, pane, iron(), (x0.min(x1), x0.max(x1)), (3.9, 6.0), 5.34);
    }
    door(s, Paint::new(0x5a3d28, Skin::Wood), side * 2.0, 7.3);
    let (x0, x1) = (side * 3.8, side * 6.7);
    window(s, pane, iron(), (x0.min(x1), x0.max(x1)), (0.15, 2.7), 7.5);
    s.slab(Paint::plain(0x4a4d50), V(side * -6.6, 0.1, 7.42), V(side * -1.2, 2.6, 7.5));
    for i in 0..8 {
        let y = 0.12 + 0.31 * i as f32;
        s.slab(wood.times(1.1), V(side * -6.6, y, 7.36), V(side * -1.2, y + 0.28, 7.42));
    }
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-12.0, 0.0, 0.0), V(12.0, 0.06, 8.0));
    s.slab(Paint::new(0xb5b0a6, Skin::Tiles(0.9)), V(side * -6.6, 0.0, 0.0), V(side * -1.2, 0.09, 7.5));
    for i in 0..7 {
        let z = 0.4 + 1.05 * i as f32;
        s.slab(Paint::plain(0xd5d0c6), V(side * 1.3, 0.0, z), V(side * 2.7, 0.1, z + 0.8));
    }
    plants::bed(s, c, V(side * 3.6, 0.05, 6.7), V(side * 7.4, 0.05, 6.7));
    plants::bed(s, c, V(side * -0.6, 0.05, 5.4), V(side * 0.6, 0.05, 6.8));
    plants::palm(s, c, V(side * 8.3, 0.0, 3.6), 5.6);
    let tall = c.between(3.6, 5.0);
    plants::tree(s, c, V(side * -9.4, 0.0, 5.0), tall);
    plants::hedge(s, c, V(-12.5, 0.0, 8.2), V(-8.0, 1.6, 9.0));
    plants::hedge(s, c, V(8.0, 0.0, 8.2), V(12.5, 1.6, 9.0));
    around(s, c, 13.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// A long house with a veranda on a wide lawn.
pub(crate) fn country(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(-8.5, 1.9, -8.5), V(0.6, 1.9, 10.0), 0.72, 0.05);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 0.9);
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-120.0, -0.4, -60.0), V(120.0, 0.0, 200.0));
    let (w, tiles) = (wall(c), Paint::new(0xa85a3a, Skin::Roof));
    let wood = Paint::new(0x6b4b33, Skin::Wood);
    s.slab(w, V(-9.0, 0.0, 7.0), V(9.0, 3.1, 15.0));
    gable(s, tiles, w, (-9.0, 9.0), (7.0, 15.0), (3.1, 2.6));
    s.slab(Paint::new(0xb07a55, Skin::Tiles(0.4)), V(-9.6, 0.0, 4.0), V(9.6, 0.25, 7.0));
    s.sheet(tiles, V(-9.9, 2.5, 3.6), V(9.9, 2.5, 3.6), V(9.9, 3.3, 7.1), V(-9.9, 3.3, 7.1));
    for i in 0..7 {
        let x = -9.2 + 3.06 * i as f32;
        s.slab(wood, V(x - 0.1, 0.25, 4.0), V(x + 0.1, 2.5, 4.2));
    }
    s.slab(wood, V(-9.4, 2.32, 3.98), V(9.4, 2.5, 4.22));
    let pane = glass(c, hour);
    for x in [-7.0, -3.8, 3.8, 7.0] {
        window(s, pane, Paint::plain(0x2f5f78), (x - 0.8, x + 0.8), (0.95, 2.3), 7.0);
    }
    door(s, wood, 0.0, 7.0);
    s.slab(Paint::new(0xb9ab93, Skin::Sand), V(-1.1, 0.0, -40.0), V(1.1, 0.02, 4.0));
    plants::bed(s, c, V(-9.0, 0.0, 3.4), V(-1.6, 0.0, 3.4));
    plants::bed(s, c, V(1.6, 0.0, 3.4), V(9.0, 0.0, 3.4));
    for _ in 0..16 {
        let (x, z, tall) = (c.between(-60.0, 60.0), c.between(19.0, 60.0), c.between(7.0, 13.0));
        plants::tree(s, c, V(x, 0.0, z), tall);
    }
    plants::tree(s, c, V(13.5, 0.0, 3.0), 7.5);
    plants::palm(s, c, V(-13.0, 0.0, 6.0), 7.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}
