//! A flat from above, its roof taken off: what brochures call a furnished plan.

use crate::furniture as f;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::sky::Sky;
use crate::stage::{Camera, Stage};

/// Height of the walls in a plan.
const HIGH: f32 = 1.35;

fn wall(s: &mut Stage, a: (f32, f32), b: (f32, f32)) {
    let t = 0.07;
    s.slab(
        Paint::plain(0xf0ede7),
        V(a.0.min(b.0) - t, 0.0, a.1.min(b.1) - t),
        V(a.0.max(b.0) + t, HIGH, a.1.max(b.1) + t),
    );
    s.slab(
        Paint::plain(0x4a4845),
        V(a.0.min(b.0) - t, HIGH, a.1.min(b.1) - t),
        V(a.0.max(b.0) + t, HIGH + 0.01, a.1.max(b.1) + t),
    );
}

fn floor(s: &mut Stage, paint: Paint, (x0, x1): (f32, f32), (z0, z1): (f32, f32)) {
    s.slab(paint, V(x0, -0.1, z0), V(x1, 0.0, z1));
}

/// A plan with one, two or three bedrooms.
pub(crate) fn plan(seed: u64, bedrooms: u32) -> Stage {
    let c = &mut Chance::new(seed);
    let rooms = bedrooms.clamp(1, 3);
    let (w, d) = (3.3 * rooms as f32 + 4.2, 8.4);
    let eye = V(w / 2.0, 24.0, d / 2.0 - 3.2);
    let half = (w * 0.5 + 1.2).max((d * 0.5 + 0.9) * 1.5);
    let camera = Camera::look(eye, V(w / 2.0, 0.0, d / 2.0 - 0.1), half / 24.0);
    let mut sky = Sky::day(V(-0.55, 1.0, -0.5), 0.0, 0.0);
    (sky.haze, sky.sun) = (0.0, rgb(0xfff1dc) * 1.2);
    (sky.zenith, sky.horizon) = (rgb(0xf4f6f8) * 0.85, rgb(0xf4f1ec) * 0.8);
    let s = &mut Stage::new(sky, camera);
    (s.grain, s.exposure) = (0.35, 0.95);
    s.slab(Paint::plain(0xece8e0), V(-40.0, -0.3, -40.0), V(60.0, -0.12, 50.0));
    let wood = Paint::new(c.of(&[0xb58c63, 0xc7a67c, 0x9a7350]), Skin::Planks(0.2));
    let stone = Paint::new(0xd8d3ca, Skin::Tiles(0.6));
    let wet = Paint::new(c.of(&[0xb9c4c6, 0xc9c2b5, 0xaebcb4]), Skin::Tiles(0.3));
    // Day side: living room at the left, balcony before it, kitchen and laundry behind.
    floor(s, wood, (0.0, 4.2), (1.6, 5.6));
    floor(s, Paint::new(0x9a7350, Skin::Planks(0.14)), (0.0, 4.2), (0.0, 1.6));
    floor(s, stone, (0.0, 4.2), (5.6, d));
    // Night side: bedrooms in a row, corridor and bathrooms behind.
    floor(s, wood, (4.2, w), (0.0, 4.6));
    floor(s, wood, (4.2, w), (4.6, 5.6));
    floor(s, wet, (4.2, w), (5.6, d));
    shell(s, rooms, w, d);
    furnish(s, c, rooms, d);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

fn shell(s: &mut Stage, rooms: u32, w: f32, d: f32) {
    wall(s, (0.0, 1.6), (0.0, d));
    wall(s, (0.0, d), (w, d));
    wall(s, (w, 0.0), (w, d));
    wall(s, (4.2, 0.0), (4.2, 4.7));
    wall(s, (0.0, 5.6), (1.3, 5.6));
    wall(s, (2.4, 5.6), (4.2, 5.6));
    wall(s, (4.2, 5.6), (4.2, d));
    let glass = Paint::plain(0x9fb6c2);
    s.slab(glass, V(0.0, 0.0, 1.55), V(4.2, HIGH, 1.63));
    s.slab(glass, V(0.0, 0.0, -0.03), V(4.2, 0.8, 0.03));
    s.slab(glass, V(-0.03, 0.0, 0.0), V(0.03, 0.8, 1.6));
    for room in 0..rooms {
        let x = 4.2 + 3.3 * room as f32;
        wall(s, (x, 0.0), (x + 0.8, 0.0));
        wall(s, (x + 2.5, 0.0), (x + 3.3, 0.0));
        s.slab(glass, V(x + 0.8, 0.0, -0.05), V(x + 2.5, 1.0, 0.05));
        wall(s, (x + 1.0, 4.6), (x + 3.3, 4.6));
        wall(s, (x + 1.0, 5.6), (x + 3.3, 5.6));
        wall(s, (x + 3.3, 0.0), (x + 3.3, 4.6));
        wall(s, (x + 3.3, 5.6), (x + 3.3, d));
        s.slab(Paint::new(0x8a6544, Skin::Wood), V(x + 0.12, 0.0, 4.6), V(x + 0.17, HIGH, 5.4));
    }
}

fn furnish(s: &mut Stage, c: &mut Chance, rooms: u32, d: f32) {
    let cloth = Paint::new(c.of(&[0x8b949a, 0xb3aa9c, 0x6f7f6b, 0xa88468]), Skin::Cloth);
    let oak = Paint::new(0x8a6544, Skin::Wood);
    s.at(V(0.6, 0.0, 3.4), -90.0, |s| f::sofa(s, cloth, 2.1, &[0xd49b4c, 0xf0ece4]));
    s.at(V(1.75, 0.0, 3.4), 0.0, |s| f::rug(s, Paint::new(0xd9cfbf, Skin::Cloth), 1.9, 2.5));
    s.at(V(1.75, 0.014, 3.4), 90.0, |s| f::coffee_table(s, c, oak));
    s.at(V(3.2, 0.0, 4.5), 90.0, |s| f::dining(s, oak, cloth, 4));
    s.at(V(1.6, 0.0, 0.8), 0.0, |s| f::coffee_table(s, c, oak));
    for (x, turn) in [(0.7, -90.0), (2.6, 90.0)] {
        s.at(V(x, 0.0, 0.8), turn, |s| f::sofa(s, Paint::new(0xe6dfd2, Skin::Cloth), 0.8, &[]));
    }
    plants::pot(s, c, V(3.7, 0.0, 0.5), 1.1);
    plants::pot(s, c, V(0.45, 0.0, 5.1), 1.0);
    let front = Paint::plain(0xe9e5dd);
    s.at(V(2.0, 0.0, d - 0.42), 0.0, |s| {
        s.slab(front, V(-1.9, 0.0, -0.3), V(1.9, 0.86, 0.3));
        s.slab(Paint::new(0x6b6864, Skin::Marble(2.0)), V(-1.9, 0.86, -0.33), V(1.9, 0.9, 0.3));
        s.slab(Paint::plain(0x17181a), V(-0.9, 0.9, -0.2), V(-0.3, 0.91, 0.2));
        s.slab(Paint::plain(0xb9bcc0), V(0.5, 0.9, -0.18), V(1.1, 0.91, 0.18));
    });
    s.at(V(0.5, 0.0, 6.3), -90.0, |s| s.slab(Paint::plain(0xb9bcc0), V(-0.35, 0.0, -0.3), V(0.35, 1.3, 0.35)));
    for room in 0..rooms {
        let x = 4.2 + 3.3 * room as f32;
        let (wide, cover) = if room == 0 { (1.75, 0xd8d2c6) } else { (1.3, c.of(&[0xc9cfd1, 0xe3d3bf, 0xcdd6c6])) };
        let throw = Paint::new(c.of(&[0x6f7f6b, 0xd49b4c, 0x5f7f93, 0xa5563f]), Skin::Cloth);
        s.at(V(x + 1.75, 0.0, 2.1), 180.0, |s| f::bed(s, wide, (cloth, Paint::new(cover, Skin::Cloth), throw)));
        for side in [-1.0, 1.0] {
            s.at(V(x + 1.75 + side * (wide / 2.0 + 0.35), 0.0, 1.2), 180.0, |s| {
                s.slab(oak, V(-0.2, 0.0, -0.2), V(0.2, 0.5, 0.2))
            });
        }
        s.slab(Paint::new(0xb08a60, Skin::Wood), V(x + 1.2, 0.0, 3.95), V(x + 3.15, HIGH - 0.1, 4.5));
        bath(s, x, d);
    }
}

fn bath(s: &mut Stage, x: f32, d: f32) {
    let white = Paint::plain(0xf4f3f0);
    s.at(V(x + 2.3, 0.0, d - 0.5), 0.0, |s| {
        s.slab(Paint::new(0x9a7650, Skin::Wood), V(-0.6, 0.0, -0.25), V(0.6, 0.8, 0.3));
        s.soft(white, V(-0.3, 0.8, -0.2), V(0.3, 0.9, 0.2), 0.05);
    });
    s.at(V(x + 0.7, 0.0, d - 0.45), 0.0, f::toilet);
    s.slab(white, V(x + 2.3, 0.0, 5.75), V(x + 3.2, 0.06, 6.9));
    s.slab(Paint::plain(0x9fb6c2), V(x + 2.26, 0.0, 5.7), V(x + 2.3, HIGH, 6.9));
}
