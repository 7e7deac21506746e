//! Terraces, pools, gardens, beaches and plots.

use crate::Hour;
use crate::furniture as f;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::stage::{Camera, Stage};
use crate::street;

fn wicker() -> Paint {
    Paint::new(0x7b6550, Skin::Cloth)
}

fn lounger(s: &mut Stage, cloth: Paint) {
    s.slab(Paint::new(0x8a6544, Skin::Wood), V(-0.33, 0.24, -0.95), V(0.33, 0.3, 0.95));
    s.soft(cloth, V(-0.31, 0.3, -0.93), V(0.31, 0.4, 0.35), 0.045);
    s.sheet(cloth, V(-0.31, 0.36, 0.33), V(0.31, 0.36, 0.33), V(0.31, 0.82, 0.86), V(-0.31, 0.82, 0.86));
    for (x, z) in [(-0.28, -0.85), (0.28, -0.85), (-0.28, 0.85), (0.28, 0.85)] {
        s.slab(Paint::new(0x8a6544, Skin::Wood), V(x - 0.03, 0.0, z - 0.03), V(x + 0.03, 0.26, z + 0.03));
    }
}

fn parasol(s: &mut Stage, cloth: Paint) {
    s.rod(Paint::plain(0xe9e5dc), (V(0.0, 0.0, 0.0), 0.03), (V(0.0, 2.5, 0.0), 0.03));
    let point = |i: u32| {
        let (sn, cs) = (i as f32 / 8.0 * std::f32::consts::TAU).sin_cos();
        V(sn * 1.45, 2.1, cs * 1.45)
    };
    for i in 0..8 {
        s.triangle(cloth, point(i), point(i + 1), V(0.0, 2.6, 0.0));
        s.triangle(cloth.times(0.7), point(i + 1), point(i), V(0.0, 2.58, 0.0));
    }
}

/// A glass rail along x.
fn rail(s: &mut Stage, (x0, x1): (f32, f32), z: f32) {
    s.slab(f::iron(), V(x0, 1.05, z - 0.02), V(x1, 1.1, z + 0.03));
    for i in 0..=((x1 - x0) / 1.25) as u32 {
        let x = x0 + 1.25 * i as f32;
        s.slab(f::iron(), V(x, 0.0, z), V(x + 0.035, 1.06, z + 0.02));
    }
    s.slab(f::iron(), V(x0, 0.08, z), V(x1, 0.11, z + 0.02));
}

/// The town from above, as a balcony sees it.
fn town_below(s: &mut Stage, c: &mut Chance) {
    s.at(V(0.0, -32.0, 0.0), 0.0, |s| {
        let grain = std::mem::replace(&mut s.grain, 12.0);
        s.slab(Paint::new(0x6d7a5a, Skin::Plain), V(-400.0, -1.0, 5.0), V(400.0, 0.0, 900.0));
        s.grain = grain;
        for _ in 0..64 {
            let (x, z) = (c.between(-150.0, 150.0), c.between(38.0, 230.0));
            let (wide, floors) = (c.between(10.0, 18.0), 3 + c.under(13));
            street::neighbour(s, c, (x, x + wide), (z, z + 12.0), floors);
        }
        for _ in 0..22 {
            let (x, z) = (c.between(-70.0, 70.0), c.between(26.0, 80.0));
            let (tall, size) = (c.between(6.0, 9.0), c.between(2.6, 4.0));
            plants::crown(s, c, V(x, tall, z), size, (190, 0.5));
        }
    });
}

/// A balcony with the town beyond.
pub(crate) fn balcony(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(-1.6, 1.55, -2.6), V(0.5, 1.5, 4.0), 0.85, -0.12);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour) * if hour == Hour::Dusk { 1.1 } else { 1.5 }, 0.3);
    s.sky.haze = 0.003;
    let deck = c.of(&[
        Paint::new(0x9a7350, Skin::Planks(0.14)),
        Paint::new(0xcdc6bb, Skin::Tiles(0.8)).gloss(0.3),
        Paint::new(0xb7a68f, Skin::Tiles(0.6)),
    ]);
    let wall = Paint::new(c.of(&[0xf2eee6, 0xe6ddd0, 0xd9dad7]), Skin::Plaster);
    s.slab(deck, V(-3.2, -0.2, -4.0), V(3.6, 0.0, 2.2));
    s.slab(wall, V(3.6, -0.2, -4.0), V(3.9, 2.9, 2.2));
    s.slab(Paint::plain(0xf4f2ed), V(-3.6, 2.75, -4.0), V(3.9, 3.0, 2.4));
    s.slab(wall, V(-3.4, -0.2, -4.0), V(-3.2, 2.9, -1.0));
    s.slab(wall, V(-3.4, -0.3, 2.15), V(3.9, 0.05, 2.4));
    rail(s, (-3.4, 3.6), 2.25);
    let cloth = Paint::new(c.of(&[0xe6dfd2, 0x9aa5a0, 0xc7b496]), Skin::Cloth);
    s.at(V(2.7, 0.0, -0.1), 90.0, |s| f::sofa(s, cloth, 2.0, &[0xc9793f, 0x5f7f83]));
    s.at(V(1.1, 0.0, 0.1), 0.0, |s| f::coffee_table(s, c, Paint::new(0x8a6544, Skin::Wood)));
    s.at(V(-0.4, 0.0, 1.2), 205.0, |s| f::sofa(s, wicker(), 0.84, &[]));
    plants::pot(s, c, V(3.1, 0.0, 1.6), 1.5);
    plants::pot(s, c, V(-2.8, 0.0, 1.7), 1.2);
    plants::pot(s, c, V(-2.2, 0.0, 1.8), 0.8);
    if hour == Hour::Dusk {
        s.lamp(V(-2.0, 2.74, -2.0), V(4.0, 0.0, 0.0), V(0.0, 0.0, 3.4), rgb(0xffd09a) * 0.55);
    }
    town_below(s, c);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// A pool with loungers and palms.
pub(crate) fn pool(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(-5.4, 2.1, -6.2), V(0.8, 2.0, 6.0), 0.8, -0.14);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 0.7);
    let deck = c.of(&[
        Paint::new(0xd6cfc2, Skin::Tiles(0.6)),
        Paint::new(0xa47c56, Skin::Planks(0.14)),
        Paint::new(0xc9bda9, Skin::Tiles(1.0)),
    ]);
    for (a, b) in [
        (V(-14.0, -0.3, -12.0), V(14.0, 0.0, -3.0)),
        (V(-14.0, -0.3, -3.0), V(-3.4, 0.0, 6.0)),
        (V(3.6, -0.3, -3.0), V(14.0, 0.0, 6.0)),
        (V(-14.0, -0.3, 6.0), V(14.0, 0.0, 9.0)),
    ] {
        s.slab(deck, a, b);
    }
    let edge = Paint::plain(0xe9e4da);
    for (a, b) in [
        (V(-3.6, -0.2, -3.2), V(3.8, 0.03, -2.9)),
        (V(-3.6, -0.2, 5.9), V(3.8, 0.03, 6.2)),
        (V(-3.6, -0.2, -3.0), V(-3.3, 0.03, 6.0)),
        (V(3.5, -0.2, -3.0), V(3.8, 0.03, 6.0)),
    ] {
        s.slab(edge, a, b);
    }
    s.quad(
        Paint::new(c.of(&[0x2f9fb4, 0x3aa6c4, 0x2b8fa6]), Skin::Water),
        V(-3.4, -0.1, -3.0),
        V(3.6, -0.1, -3.0),
        V(3.6, -0.1, 6.0),
        V(-3.4, -0.1, 6.0),
    );
    let grain = std::mem::replace(&mut s.grain, 3.0);
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-60.0, -0.3, 9.0), V(60.0, 0.01, 60.0));
    s.grain = grain;
    let cloth = Paint::new(c.of(&[0xf4f1ea, 0xd9a45a, 0x5f94a3]), Skin::Cloth);
    for (i, z) in [-1.0, 0.4, 3.0, 4.4].into_iter().enumerate() {
        s.at(V(5.6, 0.0, z), 90.0, |s| lounger(s, cloth));
        if i % 2 == 0 {
            s.at(V(5.7, 0.0, z + 0.7), 0.0, |s| {
                parasol(s, Paint::new(c.of(&[0xf1ece0, 0xcf6f4a, 0xe9d9b8]), Skin::Cloth))
            });
        }
    }
    plants::hedge(s, c, V(-14.0, 0.0, 9.6), V(14.0, 1.7, 10.6));
    for x in [-8.5, -4.0, 3.0, 9.0] {
        let tall = c.between(5.5, 8.0);
        let z = 8.4 + c.between(-0.4, 0.6);
        plants::palm(s, c, V(x, 0.0, z), tall);
    }
    plants::bed(s, c, V(-12.0, 0.0, 8.8), V(12.0, 0.0, 8.8));
    for i in 0..6 {
        let tall = c.between(7.0, 11.0);
        plants::tree(s, c, V(-24.0 + 9.0 * i as f32, 0.0, 18.0), tall);
    }
    street::skyline(s, c, 40.0, 54.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// Lawn, path, bench and trees.
pub(crate) fn garden(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(-3.0, 1.7, -6.0), V(0.8, 1.7, 6.0), 0.8, -0.02);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 0.8);
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-30.0, -0.3, -14.0), V(30.0, 0.0, 26.0));
    for i in 0..12 {
        let z = -8.0 + 1.25 * i as f32;
        let x = (z * 0.25).sin() * 1.1;
        s.slab(Paint::new(0xcfc8bb, Skin::Plaster), V(x - 0.62, 0.0, z), V(x + 0.62, 0.03, z + 1.0));
    }
    s.at(V(2.8, 0.0, 3.4), 24.0, |s| {
        let wood = Paint::new(0x8a6544, Skin::Wood);
        for i in 0..4 {
            s.slab(wood, V(-0.8, 0.42, -0.24 + 0.13 * i as f32), V(0.8, 0.46, -0.14 + 0.13 * i as f32));
        }
        for i in 0..3 {
            s.slab(wood, V(-0.8, 0.56 + 0.13 * i as f32, 0.28), V(0.8, 0.66 + 0.13 * i as f32, 0.32));
        }
        for x in [-0.7, 0.65] {
            s.slab(f::iron(), V(x, 0.0, -0.2), V(x + 0.05, 0.42, 0.28));
            s.slab(f::iron(), V(x, 0.4, 0.27), V(x + 0.05, 0.95, 0.31));
        }
    });
    for (a, b) in [
        (V(-7.0, 0.0, 1.0), V(-2.2, 0.0, 8.0)),
        (V(2.0, 0.0, 6.0), V(8.0, 0.0, 4.5)),
        (V(-6.0, 0.0, 9.0), V(7.0, 0.0, 9.4)),
    ] {
        plants::bed(s, c, a, b);
    }
    plants::hedge(s, c, V(-14.0, 0.0, 12.0), V(14.0, 1.5, 13.0));
    for (x, z) in [(-6.0, 6.0), (5.6, 8.0), (-1.0, 17.0), (10.0, 13.5), (-12.0, 12.0)] {
        let tall = c.between(5.0, 8.0);
        plants::tree(s, c, V(x, 0.0, z), tall);
    }
    plants::palm(s, c, V(8.0, 0.0, 6.5), 6.0);
    street::skyline(s, c, 30.0, 48.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// Sand, sea and hills, palms at the side.
pub(crate) fn beach(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let high = c.of(&[2.4, 9.0, 16.0]);
    let camera = Camera::level(V(0.0, high, -10.0), V(c.between(-5.0, 5.0), high, 40.0), 0.8, -0.1 - high * 0.008);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 3.0);
    s.slab(Paint::new(0xe3d0a8, Skin::Sand), V(-160.0, -0.5, -20.0), V(160.0, 0.0, 24.0));
    s.slab(Paint::new(0xb79f78, Skin::Sand).gloss(0.4), V(-160.0, -0.6, 24.0), V(160.0, -0.03, 29.0));
    s.quad(
        Paint::new(0x2f8a94, Skin::Water),
        V(-160.0, -0.05, 28.4),
        V(160.0, -0.05, 28.4),
        V(160.0, -0.05, 90.0),
        V(-160.0, -0.05, 90.0),
    );
    s.quad(
        Paint::new(0x1f5f7c, Skin::Water),
        V(-1500.0, -0.06, 90.0),
        V(1500.0, -0.06, 90.0),
        V(1500.0, -0.06, 2600.0),
        V(-1500.0, -0.06, 2600.0),
    );
    let foam = Paint::plain(0xf4f4f0);
    for (z, wide) in [(28.2, 0.5), (31.0, 0.7), (35.5, 0.4)] {
        for i in 0..90 {
            let x = -90.0 + 2.0 * i as f32;
            let off = (x * 0.13).sin() * 0.7 + c.between(-0.12, 0.12);
            let end = wide * c.between(0.3, 1.0);
            s.quad(
                foam,
                V(x, -0.02, z + off),
                V(x + 2.0, -0.02, z + off),
                V(x + 2.0, -0.02, z + off + end),
                V(x, -0.02, z + off + end),
            );
        }
    }
    for i in 0..9 {
        let (x, r) = (-300.0 + 75.0 * i as f32 + c.between(-20.0, 20.0), c.between(26.0, 62.0));
        s.ball(Paint::plain(0x48633f), V(x + 120.0, -r * 0.45, 620.0 + c.between(0.0, 120.0)), r);
    }
    for (x, z) in [(-9.0, 4.0), (-13.0, 9.0), (10.5, 6.0), (15.0, 12.0), (-19.0, 15.0)] {
        let tall = c.between(6.0, 9.5);
        plants::palm(s, c, V(x, 0.0, z), tall);
    }
    for (x, z) in [(-4.0, 14.0), (3.0, 17.0), (8.0, 19.5), (-10.0, 19.0)] {
        let cloth = Paint::new(c.of(&[0xd9573f, 0xf1c04d, 0x3f86a8, 0xf4efe4]), Skin::Cloth);
        s.at(V(x, 0.0, z), 0.0, |s| parasol(s, cloth));
        s.at(V(x + 0.9, 0.0, z + 0.2), 200.0, |s| lounger(s, cloth));
    }
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// A free plot, staked out, between a wall and trees.
pub(crate) fn plot(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let camera = Camera::level(V(-7.0, 2.0, -8.5), V(1.5, 2.0, 8.0), 0.78, -0.06);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 1.5);
    street::ground(s, 0xb8b2a8);
    s.slab(Paint::new(0x667540, Skin::Grass), V(-9.0, -0.2, 0.0), V(9.0, 0.06, 26.0));
    s.slab(Paint::new(0x5b7339, Skin::Grass), V(-80.0, -0.3, 26.0), V(80.0, 0.0, 60.0));
    let wall = Paint::new(c.of(&[0xcfc6b6, 0xa8694c, 0xd9d4ca]), c.of(&[Skin::Plaster, Skin::Bricks]));
    s.slab(wall, V(9.0, 0.0, 0.0), V(9.2, 2.2, 26.0));
    s.slab(wall, V(-9.2, 0.0, 0.0), V(-9.0, 1.4, 26.0));
    let stake = Paint::new(0xb08a5c, Skin::Wood);
    for i in 0..7 {
        let x = -8.6 + 2.86 * i as f32;
        s.slab(stake, V(x - 0.04, 0.0, 0.4), V(x + 0.04, 1.15, 0.48));
    }
    for y in [0.45, 0.95] {
        s.slab(stake, V(-8.6, y, 0.42), V(8.6, y + 0.07, 0.45));
    }
    for _ in 0..26 {
        let (x, z, r) = (c.between(-8.0, 8.0), c.between(2.0, 25.0), c.between(0.15, 0.4));
        plants::crown(s, c, V(x, r * 0.5, z), r, (50, 0.09));
    }
    for (x, z) in [(-6.5, 22.0), (0.5, 27.0), (7.0, 24.0), (13.0, 12.0), (-13.0, 14.0), (-3.0, 31.0), (15.0, 26.0)] {
        let tall = c.between(5.5, 9.5);
        plants::tree(s, c, V(x, 0.0, z), tall);
    }
    street::neighbour(s, c, (10.5, 22.0), (6.0, 17.0), 2);
    street::neighbour(s, c, (-24.0, -11.0), (9.0, 19.0), 1);
    street::skyline(s, c, 60.0, 44.0);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}
