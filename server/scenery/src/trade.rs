//! Shops, sheds and garages.

use crate::Hour;
use crate::furniture as f;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::stage::{Camera, Stage};
use crate::street;

fn glow(hex: u32, k: f32) -> Paint {
    Paint { colour: rgb(hex) * k, skin: Skin::Glow, gloss: 0.0 }
}

/// A shop front at street level.
pub(crate) fn shop(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let side = c.of(&[-1.0, 1.0]);
    let camera = Camera::level(V(side * 3.6, 1.65, -7.6), V(side * -0.4, 1.65, 0.0), 0.78, 0.06);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 0.5);
    street::ground(s, 0xb8b2a8);
    let front = c.of(&[
        Paint::new(0x2f3a3f, Skin::Plaster),
        Paint::new(0x8a5f3c, Skin::Wood),
        Paint::new(0xd9d2c5, Skin::Tiles(0.6)),
        Paint::new(0x9a5a40, Skin::Bricks),
        Paint::new(0x3f5f55, Skin::Plaster),
    ]);
    let upper = Paint::new(c.of(&[0xe9e2d5, 0xd9c7ac, 0xcfd3d2]), Skin::Plaster);
    // The shop is a room open to the street: floor, back wall with shelves, light.
    s.slab(Paint::new(0xcfc8bc, Skin::Tiles(0.6)).gloss(0.4), V(-4.0, -0.1, 0.0), V(4.0, 0.05, 6.0));
    s.slab(Paint::plain(0xf1eee8), V(-4.0, 0.0, 6.0), V(4.0, 3.4, 6.2));
    s.slab(Paint::plain(0xf5f3ee), V(-4.0, 3.3, 0.2), V(4.0, 3.5, 6.0));
    s.at(V(-1.6, 0.05, 5.7), 0.0, |s| f::shelves(s, Paint::new(0x9a7650, Skin::Wood), 3.6, 2.38));
    s.at(V(2.2, 0.05, 3.6), 20.0, |s| {
        s.slab(Paint::new(0x9a7650, Skin::Wood), V(-0.9, 0.0, -0.3), V(0.9, 1.0, 0.3));
        s.slab(Paint::plain(0xe9e5dd), V(-0.95, 1.0, -0.35), V(0.95, 1.05, 0.35));
    });
    s.lamp(V(-3.5, 3.29, 1.0), V(7.0, 0.0, 0.0), V(0.0, 0.0, 4.6), rgb(0xffe2b5) * 1.1);
    for x in [-2.4, 0.0, 2.4] {
        s.at(V(x, 0.0, 2.2), 0.0, |s| f::pendant(s, 3.3, 2.4, 0x2b2c2e));
    }
    for (x0, x1) in [(-4.6, -4.0), (4.0, 4.6)] {
        s.slab(front, V(x0, 0.0, -0.1), V(x1, 3.2, 6.0));
    }
    s.slab(front, V(-4.6, 3.1, -0.2), V(4.6, 4.0, 0.3));
    for i in 0..=6 {
        let x = -4.0 + 8.0 / 6.0 * i as f32;
        s.slab(f::iron(), V(x - 0.03, 0.05, 0.05), V(x + 0.03, 3.1, 0.11));
    }
    s.slab(f::iron(), V(-4.0, 2.35, 0.05), V(4.0, 2.41, 0.11));
    s.slab(front, V(-4.0, 0.0, 0.0), V(-1.34, 0.45, 0.15));
    s.slab(front, V(1.34, 0.0, 0.0), V(4.0, 0.45, 0.15));
    s.slab(glow(0xfff0d8, if hour == Hour::Dusk { 0.9 } else { 1.0 }), V(-1.5, 3.38, -0.24), V(1.5, 3.72, -0.2));
    awning(s, c);
    s.slab(upper, V(-4.6, 4.0, 0.0), V(4.6, 8.0, 8.0));
    for x in [-2.8, 0.0, 2.8] {
        s.slab(Paint::plain(0xf5f2ec), V(x - 0.75, 4.85, -0.06), V(x + 0.75, 6.75, 0.02));
        s.slab(Paint::new(0x2c343a, Skin::Glass), V(x - 0.65, 4.95, -0.07), V(x + 0.65, 6.65, 0.0));
        s.slab(Paint::plain(0xf5f2ec), V(x - 0.03, 4.95, -0.09), V(x + 0.03, 6.65, 0.0));
    }
    street::neighbour(s, c, (-19.0, -4.62), (0.1, 12.0), 3);
    street::neighbour(s, c, (4.62, 19.0), (0.1, 12.0), 3);
    plants::pot(s, c, V(-3.2, 0.0, -0.7), 1.1);
    plants::pot(s, c, V(3.2, 0.0, -0.7), 1.1);
    let tall = c.between(5.0, 6.5);
    plants::tree(s, c, V(side * -7.0, 0.0, -1.9), tall);
    street::skyline(s, c, 20.0, 40.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// A striped awning over the shop's front.
fn awning(s: &mut Stage, c: &mut Chance) {
    let stripe = c.of(&[0xb5493a, 0x2f6f62, 0x2f4f7f, 0xc98a3a]);
    for i in 0..16 {
        let x = -4.2 + 0.525 * i as f32;
        let cloth = Paint::new(if i % 2 == 0 { stripe } else { 0xf1ece0 }, Skin::Cloth);
        s.sheet(cloth, V(x, 2.55, -1.25), V(x + 0.525, 2.55, -1.25), V(x + 0.525, 3.05, -0.1), V(x, 3.05, -0.1));
        s.quad(
            cloth.times(0.55),
            V(x, 3.04, -0.1),
            V(x + 0.525, 3.04, -0.1),
            V(x + 0.525, 2.54, -1.25),
            V(x, 2.54, -1.25),
        );
        s.quad(
            cloth.times(0.9),
            V(x, 2.38, -1.25),
            V(x + 0.525, 2.38, -1.25),
            V(x + 0.525, 2.55, -1.25),
            V(x, 2.55, -1.25),
        );
    }
}

/// A shed from outside: ribs, gates, a yard.
pub(crate) fn shed(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let side = c.of(&[-1.0, 1.0]);
    let camera = Camera::level(V(side * 13.0, 2.0, -15.0), V(-side, 2.0, 10.0), 0.74, 0.08);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 1.5);
    street::ground(s, 0xb0aca4);
    s.slab(Paint::new(0x8d8a85, Skin::Asphalt), V(-22.0, -0.2, 0.0), V(22.0, 0.02, 10.0));
    let metal = Paint::new(c.of(&[0xd5d8d9, 0xb9c3c9, 0xe6e1d5]), Skin::Ribs(0.35));
    let band = Paint::new(c.of(&[0x2f5f8a, 0xc0502f, 0x3f6f4f, 0x50565b]), Skin::Ribs(0.35));
    s.slab(Paint::new(0xb9b4ab, Skin::Plaster), V(-15.0, 0.0, 9.9), V(15.0, 2.4, 34.0));
    s.slab(metal, V(-15.0, 2.4, 9.9), V(15.0, 8.0, 34.0));
    s.slab(band, V(-15.05, 7.0, 9.85), V(15.05, 8.2, 34.0));
    for x in [-10.0, -2.0, 6.0] {
        s.slab(Paint::plain(0x4c5257), V(x - 0.2, 0.0, 9.7), V(x + 4.7, 4.9, 9.95));
        s.slab(Paint::new(0xc3c8cb, Skin::Ribs(0.12)), V(x, 0.0, 9.66), V(x + 4.5, 4.7, 9.9));
        s.slab(Paint::plain(0xf1c232), V(x - 0.5, 0.0, 9.2), V(x - 0.3, 1.1, 9.4));
        s.slab(band, V(x - 0.4, 5.1, 8.6), V(x + 4.9, 5.3, 9.9));
    }
    s.slab(Paint::plain(0xe9e6df), V(11.6, 0.0, 9.7), V(14.2, 3.2, 9.95));
    s.slab(Paint::new(0x2c343a, Skin::Glass), V(11.8, 0.1, 9.66), V(14.0, 3.0, 9.8));
    for i in 0..10 {
        s.slab(
            Paint::new(0x39434a, Skin::Glass),
            V(-14.0 + 2.9 * i as f32, 5.7, 9.82),
            V(-12.0 + 2.9 * i as f32, 6.6, 9.9),
        );
    }
    for a in [-22.0, 9.0] {
        s.slab(Paint::new(0xc9c4bb, Skin::Plaster), V(a, 0.0, 0.0), V(a + 13.0, 0.6, 0.2));
        for i in 0..65 {
            s.slab(
                f::iron(),
                V(a + 0.2 * f32::from(i as u8), 0.6, 0.08),
                V(a + 0.2 * f32::from(i as u8) + 0.03, 2.2, 0.12),
            );
        }
    }
    for x in [-19.0, 19.0] {
        let tall = c.between(5.0, 7.0);
        plants::tree(s, c, V(x, 0.0, 5.0), tall);
    }
    street::skyline(s, c, 60.0, 36.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// A shed from inside: trusses, skylights, a polished floor.
pub(crate) fn hall(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(3.0, 1.8, 0.6), V(9.6, 1.8, 30.0), 0.85, 0.06);
    let s = &mut Stage::new(street::sky(c, Hour::Day), camera);
    (s.is_indoors, s.grain, s.exposure) = (true, 1.0, 1.5);
    let (w, d, h) = (18.0, 32.0, 7.5);
    s.slab(Paint::new(0xb9b6b0, Skin::Plaster).gloss(0.5), V(0.0, -0.2, 0.0), V(w, 0.0, d));
    s.slab(Paint::new(0xdadcdc, Skin::Ribs(0.4)), V(0.0, h, 0.0), V(w, h + 0.2, d));
    for (a, b) in [
        (V(-0.2, 0.0, 0.0), V(0.0, h, d)),
        (V(w, 0.0, 0.0), V(w + 0.2, h, d)),
        (V(0.0, 0.0, d), V(w, h, d + 0.2)),
        (V(0.0, 0.0, -0.2), V(w, h, 0.0)),
    ] {
        s.slab(Paint::new(0xe3e4e2, Skin::Ribs(0.4)), a, b);
    }
    for (a, b) in [
        (V(0.0, 0.0, 0.0), V(0.03, 2.2, d)),
        (V(w - 0.03, 0.0, 0.0), V(w, 2.2, d)),
        (V(0.0, 0.0, d - 0.03), V(w, 2.2, d)),
    ] {
        s.slab(Paint::new(0xcac6be, Skin::Plaster), a, b);
    }
    let steel = Paint::plain(c.of(&[0x2f5f8a, 0x5a6067, 0xb5563a]));
    for i in 0..6 {
        let z = 3.0 + 5.2 * i as f32;
        for x in [0.1, w - 0.4] {
            s.slab(steel, V(x, 0.0, z), V(x + 0.3, h, z + 0.3));
        }
        s.slab(steel, V(0.0, h - 0.9, z + 0.1), V(w, h - 0.75, z + 0.25));
        s.slab(steel, V(0.0, h - 0.15, z + 0.1), V(w, h, z + 0.25));
        for k in 0..12 {
            let x = 1.5 * f32::from(k as u8);
            let (a, b) = if k % 2 == 0 { (h - 0.85, h - 0.1) } else { (h - 0.1, h - 0.85) };
            s.rod(steel, (V(x, a, z + 0.17), 0.04), (V(x + 1.5, b, z + 0.17), 0.04));
        }
        for x in [w * 0.3, w * 0.7] {
            let light = glow(0xfdfdf6, 1.7);
            s.slab(light, V(x - 0.7, h - 0.02, z + 1.2), V(x + 0.7, h - 0.01, z + 4.2));
            s.lamp(V(x - 0.7, h - 0.03, z + 1.2), V(1.4, 0.0, 0.0), V(0.0, 0.0, 3.0), rgb(0xf6faff) * 1.5);
        }
    }
    s.slab(Paint::new(0xa9b0b4, Skin::Ribs(0.15)), V(w - 9.0, 0.0, d - 0.06), V(w - 4.0, 4.8, d));
    s.slab(Paint::plain(0xf1c232), V(5.9, 0.0, 0.5), V(6.05, 0.006, d - 1.0));
    s.slab(Paint::plain(0xf1c232), V(11.9, 0.0, 0.5), V(12.05, 0.006, d - 1.0));
    let wood = Paint::new(0xb08a5c, Skin::Wood);
    for i in 0..7 {
        let z = 9.0 + 3.0 * i as f32;
        for level in 0..1 + c.under(3) {
            let y = 1.1 * level as f32;
            s.slab(wood.times(0.8), V(0.9, y, z), V(2.1, y + 0.14, z + 1.2));
            s.slab(
                Paint::new(c.of(&[0xb8926a, 0xa8815a, 0xc2a27c]), Skin::Plaster),
                V(0.95, y + 0.14, z + 0.05),
                V(2.05, y + 1.08, z + 1.15),
            );
        }
    }
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// Places for cars under a building.
pub(crate) fn garage(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(3.4, 1.55, 0.5), V(7.6, 1.5, 20.0), 0.85, -0.08);
    let s = &mut Stage::new(street::sky(c, Hour::Day), camera);
    (s.is_indoors, s.grain, s.exposure) = (true, 0.7, 2.5);
    let (w, d, h) = (14.0, 24.0, 2.8);
    s.slab(Paint::new(0xa8a6a2, Skin::Plaster).gloss(0.5), V(0.0, -0.2, 0.0), V(w, 0.0, d));
    s.slab(Paint::plain(0xd9d8d4), V(0.0, h, 0.0), V(w, h + 0.2, d));
    let wall = Paint::new(0xe6e4de, Skin::Plaster);
    for (a, b) in [
        (V(-0.2, 0.0, 0.0), V(0.0, h, d)),
        (V(w, 0.0, 0.0), V(w + 0.2, h, d)),
        (V(0.0, 0.0, d), V(w, h, d + 0.2)),
        (V(0.0, 0.0, -0.2), V(w, h, 0.0)),
    ] {
        s.slab(wall, a, b);
    }
    let band = Paint::plain(c.of(&[0x2f6f8a, 0xd08a2f, 0x3f7f5f]));
    for (a, b) in [
        (V(0.0, 0.9, 0.0), V(0.01, 1.25, d)),
        (V(w - 0.01, 0.9, 0.0), V(w, 1.25, d)),
        (V(0.0, 0.9, d - 0.01), V(w, 1.25, d)),
    ] {
        s.slab(band, a, b);
    }
    for i in 0..9 {
        let z = 1.5 + 2.6 * i as f32;
        for (a, e) in [(0.2, 4.9), (9.1, 13.8)] {
            s.slab(Paint::plain(0xf1efe9), V(a, 0.0, z), V(e, 0.004, z + 0.1));
        }
        if i % 2 == 0 {
            for x in [4.9, 8.7] {
                s.slab(wall, V(x, 0.0, z - 0.2), V(x + 0.45, h, z + 0.4));
                s.slab(band, V(x - 0.01, 0.3, z - 0.21), V(x + 0.46, 0.6, z + 0.41));
            }
        }
        s.slab(glow(0xf8fbff, 2.2), V(6.6, h - 0.06, z), V(6.8, h - 0.03, z + 1.4));
        s.lamp(V(6.4, h - 0.07, z), V(0.6, 0.0, 0.0), V(0.0, 0.0, 1.4), rgb(0xf6faff) * 2.3);
        for x in [0.4, 13.0] {
            s.slab(Paint::plain(0x33363a), V(x, 0.0, z + 0.7), V(x + 0.15, 0.12, z + 2.2));
        }
    }
    for x in [2.0, 11.5] {
        s.rod(Paint::plain(0xc0392b), (V(x, h - 0.3, 0.0), 0.05), (V(x, h - 0.3, d), 0.05));
    }
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}
