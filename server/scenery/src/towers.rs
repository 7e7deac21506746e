//! Blocks of flats and of offices.

use crate::Hour;
use crate::furniture::iron;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::stage::{Camera, Stage};
use crate::street;

/// A block: how it is divided and what it is made of.
struct Block {
    bays: u32,
    bay: f32,
    floors: u32,
    wall: Paint,
    accent: Paint,
    trim: Paint,
    balcony: Balcony,
    deep: f32,
}

#[derive(Clone, Copy, PartialEq)]
enum Balcony {
    None,
    /// Glass before every second bay.
    Glass,
    /// Walls before the outer bays.
    Solid,
    /// All along the front, glass.
    Terrace,
    /// Thin slabs that stand out by turns.
    Shifted,
}

const HIGH: f32 = 3.0;
/// Height of the entrance floor.
const LOBBY: f32 = 4.2;

fn materials(c: &mut Chance) -> (Paint, Paint, Paint) {
    let plaster = |hex| Paint::new(hex, Skin::Plaster);
    c.of(&[
        (plaster(0xf0ece3), plaster(0x9c8871), plaster(0xf7f5f0)),
        (plaster(0xe6ddcc), Paint::new(0x9a5a40, Skin::Bricks), plaster(0xf3efe6)),
        (plaster(0xd9dcdd), plaster(0x4f5a63), plaster(0xf2f3f3)),
        (plaster(0xefe7d8), plaster(0x7c8b78), plaster(0xfaf8f3)),
        (plaster(0xf3f1ec), Paint::new(0x7a5538, Skin::Wood), plaster(0xd8d4cb)),
        (plaster(0xd8c9b4), plaster(0x8a4f3d), plaster(0xf0e9dd)),
        (plaster(0xc6cbcc), plaster(0x31404c), plaster(0xeceeee)),
        (plaster(0xf2ebe0), plaster(0xc08a54), plaster(0xffffff)),
        (Paint::new(0xa66a4c, Skin::Bricks), plaster(0xe6e0d5), plaster(0xf4f1ea)),
        (plaster(0xe9eef0), plaster(0x3f6d87), plaster(0xffffff)),
    ])
}

fn design(c: &mut Chance, floors: (u32, u32)) -> Block {
    let (wall, accent, trim) = materials(c);
    let balcony =
        c.of(&[Balcony::None, Balcony::Glass, Balcony::Glass, Balcony::Solid, Balcony::Terrace, Balcony::Shifted]);
    let bays = 4 + c.under(3);
    Block {
        bays,
        bay: c.between(3.0, 3.6),
        floors: floors.0 + c.under(floors.1 - floors.0),
        wall,
        accent,
        trim,
        balcony,
        deep: 14.0,
    }
}

/// What shows behind a window: dark, a curtain, or light.
fn pane(c: &mut Chance, is_dark_out: bool) -> Paint {
    if is_dark_out && c.odds(0.45) {
        return Paint {
            colour: rgb(c.of(&[0xffc27a, 0xffd79c, 0xffb765])) * c.between(0.55, 1.15),
            skin: Skin::Glow,
            gloss: 0.0,
        };
    }
    Paint::new(c.of(&[0x262d33, 0x2f373d, 0x20262b, 0x8b8780, 0xa9a297]), Skin::Glass)
}

/// A window in a wall at `z` that looks towards -z.
fn window(s: &mut Stage, glass: Paint, frame: Paint, (x0, x1): (f32, f32), (y0, y1): (f32, f32), z: f32) {
    s.quad(glass, V(x0, y0, z), V(x1, y0, z), V(x1, y1, z), V(x0, y1, z));
    let parts = ((x1 - x0) / 0.9).round().max(1.0);
    for i in 0..=parts as u32 {
        let x = x0 + (x1 - x0) * i as f32 / parts;
        s.slab(frame, V(x - 0.03, y0, z - 0.05), V(x + 0.03, y1, z));
    }
    for y in [y0, y1] {
        s.slab(frame, V(x0, y - 0.03, z - 0.05), V(x1, y + 0.03, z));
    }
}

fn floor(s: &mut Stage, c: &mut Chance, b: &Block, level: u32, is_dark: bool) {
    let (y, half) = (LOBBY + HIGH * level as f32, b.bays as f32 * b.bay / 2.0);
    for bay in 0..b.bays {
        let x = -half + b.bay * bay as f32;
        let is_outer = bay == 0 || bay + 1 == b.bays;
        let has_balcony = match b.balcony {
            Balcony::None => false,
            Balcony::Glass => bay % 2 == 1,
            Balcony::Solid => is_outer,
            Balcony::Terrace => true,
            Balcony::Shifted => (bay + level).is_multiple_of(2),
        };
        let (sill, head) = if has_balcony { (0.05, 2.4) } else { (1.0, 2.35) };
        let (a, e) = if has_balcony { (0.28, b.bay - 0.28) } else { (b.bay * 0.24, b.bay * 0.76) };
        let wall = if is_outer && b.balcony != Balcony::Terrace { b.accent } else { b.wall };
        s.slab(wall, V(x, y, 0.0), V(x + a, y + HIGH, 0.3));
        s.slab(wall, V(x + e, y, 0.0), V(x + b.bay, y + HIGH, 0.3));
        s.slab(wall, V(x + a, y + head, 0.0), V(x + e, y + HIGH, 0.3));
        if sill > 0.1 {
            s.slab(wall, V(x + a, y, 0.0), V(x + e, y + sill, 0.3));
            s.slab(b.trim, V(x + a - 0.08, y + sill, -0.08), V(x + e + 0.08, y + sill + 0.06, 0.2));
        }
        window(s, pane(c, is_dark), iron(), (x + a, x + e), (y + sill, y + head), 0.2);
        if has_balcony {
            balcony(s, c, b, (x, y), is_dark);
        }
    }
    s.slab(b.trim, V(-half - 0.06, y - 0.12, -0.06), V(half + 0.06, y + 0.1, 0.3));
}

fn balcony(s: &mut Stage, c: &mut Chance, b: &Block, (x, y): (f32, f32), is_dark: bool) {
    let out = -1.5;
    let (x0, x1) = if b.balcony == Balcony::Terrace { (x, x + b.bay) } else { (x + 0.08, x + b.bay - 0.08) };
    s.slab(b.trim, V(x0, y - 0.14, out), V(x1, y + 0.06, 0.0));
    if b.balcony == Balcony::Solid || b.balcony == Balcony::Shifted && c.odds(0.3) {
        s.slab(b.wall, V(x0, y + 0.06, out), V(x1, y + 1.0, out + 0.12));
        s.slab(b.wall, V(x0, y + 0.06, out), V(x0 + 0.1, y + 1.0, 0.0));
        s.slab(b.wall, V(x1 - 0.1, y + 0.06, out), V(x1, y + 1.0, 0.0));
        s.slab(b.trim, V(x0 - 0.03, y + 1.0, out - 0.03), V(x1 + 0.03, y + 1.05, out + 0.15));
    } else {
        let glass = Paint::new(0x6d8288, Skin::Glass);
        s.quad(
            glass,
            V(x0, y + 0.1, out + 0.03),
            V(x1, y + 0.1, out + 0.03),
            V(x1, y + 1.02, out + 0.03),
            V(x0, y + 1.02, out + 0.03),
        );
        s.slab(iron(), V(x0, y + 1.02, out), V(x1, y + 1.07, out + 0.06));
        for x in [x0, (x0 + x1) / 2.0 - 0.02, x1 - 0.04] {
            s.slab(iron(), V(x, y + 0.06, out), V(x + 0.04, y + 1.05, out + 0.05));
        }
    }
    if c.odds(0.35) {
        let at = V(c.between(x0 + 0.4, x1 - 0.4), y + 0.9, out + 0.4);
        plants::crown(s, c, at, 0.34, (60, 0.1));
    }
    if is_dark && c.odds(0.5) {
        let glow = Paint { colour: rgb(0xffd9a0) * 1.6, skin: Skin::Glow, gloss: 0.0 };
        s.rod(glow, (V((x0 + x1) / 2.0, y + HIGH - 0.2, -0.7), 0.1), (V((x0 + x1) / 2.0, y + HIGH - 0.16, -0.7), 0.1));
    }
}

fn lobby(s: &mut Stage, c: &mut Chance, b: &Block, is_dark: bool) {
    let half = b.bays as f32 * b.bay / 2.0;
    s.slab(b.accent, V(-half, 0.0, 0.3), V(half, LOBBY, 0.6));
    for bay in 0..=b.bays {
        let x = -half + b.bay * bay as f32;
        s.slab(b.wall, V(x - 0.25, 0.0, -0.1), V(x + 0.25, LOBBY, 0.4));
    }
    let glow = Paint { colour: rgb(0xffd9a0) * if is_dark { 0.9 } else { 0.42 }, skin: Skin::Glow, gloss: 0.0 };
    for bay in 0..b.bays {
        let x = -half + b.bay * bay as f32;
        let glass = if bay * 2 >= b.bays - 2 && bay * 2 <= b.bays { glow } else { Paint::new(0x39434a, Skin::Glass) };
        window(s, glass, iron(), (x + 0.25, x + b.bay - 0.25), (0.1, 3.3), 0.28);
    }
    // A canopy, the path under it, beds on both sides, a low wall to the street.
    s.slab(b.trim, V(-2.4, 3.2, -3.4), V(2.4, 3.45, 0.2));
    for x in [-2.2, 2.05] {
        s.slab(b.accent, V(x, 0.0, -3.2), V(x + 0.16, 3.2, -3.0));
    }
    s.slab(Paint::new(0xcfc9bf, Skin::Tiles(0.8)), V(-1.8, 0.0, -5.0), V(1.8, 0.03, 0.3));
    for side in [-1.0, 1.0] {
        let (a, e) = (side * 2.6, side * (half + 1.5));
        s.slab(Paint::new(0x5f7d3a, Skin::Grass), V(a, 0.0, -4.6), V(e, 0.06, 0.0));
        plants::bed(s, c, V(a + side * 0.5, 0.05, -3.9), V(e, 0.05, -3.9));
        s.slab(b.wall, V(a, 0.0, -4.9), V(e + side * 2.0, 0.55, -4.7));
        for i in 0..((half + 1.5) / 0.16) as u32 {
            let x = a + side * 0.16 * i as f32;
            s.slab(iron(), V(x, 0.55, -4.82), V(x + 0.03, 2.0, -4.78));
        }
        s.slab(iron(), V(a, 1.95, -4.83), V(e + side * 1.0, 2.0, -4.77));
    }
    if is_dark {
        s.lamp(V(-half, 3.3, -1.2), V(half * 2.0, 0.0, 0.0), V(0.0, 0.0, 1.2), rgb(0xffcf94) * 0.9);
    }
}

/// Flats.
pub(crate) fn flats(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let b = design(c, (5, 14));
    let tall = LOBBY + HIGH * b.floors as f32;
    let side = c.of(&[-1.0, 1.0, 1.2, -1.2]);
    let away = 13.0 + tall * 0.84;
    let eye = V(side * away * 0.42, 1.7, -away);
    let camera = Camera::level(eye, V(side * 0.6, 1.7, 0.0), 0.72, (tall * 0.47 - 1.7) / away);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 1.2);
    s.at(V(0.0, 0.0, -4.9), 0.0, |s| street::ground(s, 0xb5b0a7));
    let is_dark = hour == Hour::Dusk;
    let half = b.bays as f32 * b.bay / 2.0;
    s.slab(b.wall, V(-half, 0.0, 0.3), V(half, tall, b.deep));
    lobby(s, c, &b, is_dark);
    for level in 0..b.floors {
        floor(s, c, &b, level, is_dark);
        flank(s, c, &b, level, is_dark);
    }
    s.slab(b.wall, V(-half, tall, -0.05), V(half, tall + 1.1, 0.2));
    s.slab(b.trim, V(-half - 0.1, tall + 1.05, -0.12), V(half + 0.1, tall + 1.2, 0.3));
    s.slab(b.wall, V(-half, tall, 0.2), V(-half + 0.2, tall + 1.1, b.deep));
    s.slab(b.wall, V(half - 0.2, tall, 0.2), V(half, tall + 1.1, b.deep));
    s.slab(b.accent, V(-half * 0.4, tall, 3.0), V(half * 0.4, tall + 4.0, 9.0));
    let (left, right) = (c.between(3.0, 7.0), c.between(3.0, 7.0));
    let storeys = (2 + c.under(7), 2 + c.under(7));
    street::neighbour(s, c, (-half - left - 14.0, -half - left), (1.0, 14.0), storeys.0);
    street::neighbour(s, c, (half + right, half + right + 14.0), (1.0, 14.0), storeys.1);
    street::skyline(s, c, 10.0, tall * 0.85);
    s.at(V(0.0, 0.0, -4.9), 0.0, |s| street::avenue(s, c, half * 0.95 + 1.0));
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

/// Windows on the sides.
fn flank(s: &mut Stage, c: &mut Chance, b: &Block, level: u32, is_dark: bool) {
    let (y, half) = (LOBBY + HIGH * level as f32, b.bays as f32 * b.bay / 2.0);
    for i in 0..3 {
        let z = 2.2 + 3.6 * i as f32;
        for side in [-1.0, 1.0] {
            let (x, glass) = (side * (half + 0.02), pane(c, is_dark));
            let (near, far) = if side < 0.0 { (z + 1.4, z) } else { (z, z + 1.4) };
            s.quad(glass, V(x, y + 1.1, near), V(x, y + 1.1, far), V(x, y + 2.3, far), V(x, y + 2.3, near));
            s.slab(b.trim, V(x - 0.05, y + 1.0, z - 0.1), V(x + side * 0.06, y + 1.08, z + 1.5));
        }
    }
}

/// Offices behind glass.
pub(crate) fn offices(seed: u64, hour: Hour) -> Stage {
    let c = &mut Chance::new(seed);
    let (floors, half, deep) = (6 + c.under(7), c.between(10.0, 14.0), 18.0);
    let tall = 4.6 + 3.6 * floors as f32;
    let away = 15.0 + tall * 0.88;
    let side = c.of(&[-1.0, 1.0]);
    let camera =
        Camera::level(V(side * away * 0.5, 1.7, -away), V(side * 1.0, 1.7, 0.0), 0.72, (tall * 0.47 - 1.7) / away);
    let s = &mut Stage::new(street::sky(c, hour), camera);
    (s.exposure, s.grain) = (street::exposure(hour), 1.5);
    s.at(V(0.0, 0.0, -4.0), 0.0, |s| street::ground(s, 0xc2beb6));
    let metal = Paint::plain(c.of(&[0x8f979c, 0x3a4147, 0xd5d7d8, 0x7c6a54])).gloss(0.2);
    let stone = Paint::new(c.of(&[0xd8d3ca, 0x6f6a66, 0xb9a88f]), Skin::Tiles(1.2));
    let inks: &[u32] = c.of(&[&[0x1d3440, 0x223a46], &[0x2a3236, 0x30393d], &[0x243a36, 0x2c423d]]);
    s.slab(stone, V(-half, 0.0, 0.1), V(half, tall, deep));
    for level in 0..floors {
        let y = 4.6 + 3.6 * level as f32;
        for bay in 0..(half * 2.0 / 1.6) as u32 {
            let x = -half + 1.6 * bay as f32;
            let is_lit = hour == Hour::Dusk && c.odds(0.5);
            let glass = if is_lit { pane(c, true) } else { Paint::new(c.of(inks), Skin::Glass) };
            s.quad(glass, V(x, y, 0.0), V(x + 1.6, y, 0.0), V(x + 1.6, y + 3.6, 0.0), V(x, y + 3.6, 0.0));
            s.slab(metal, V(x - 0.04, y, -0.14), V(x + 0.04, y + 3.6, 0.02));
        }
        s.slab(metal, V(-half, y - 0.25, -0.1), V(half, y + 0.25, 0.05));
        for (x, near, far) in [(-half - 0.02, deep, 0.2), (half + 0.02, 0.2, deep)] {
            s.quad(
                Paint::new(inks[0], Skin::Glass),
                V(x, y + 0.5, near),
                V(x, y + 0.5, far),
                V(x, y + 3.2, far),
                V(x, y + 3.2, near),
            );
        }
    }
    s.slab(stone, V(-half - 0.2, 0.0, -0.3), V(-half + 1.2, tall + 1.2, 0.3));
    s.slab(stone, V(half - 1.2, 0.0, -0.3), V(half + 0.2, tall + 1.2, 0.3));
    s.slab(stone, V(-half, tall, -0.2), V(half, tall + 1.2, 0.3));
    s.slab(metal, V(-5.0, 3.6, -4.0), V(5.0, 3.9, 0.1));
    for x in [-4.6, 4.4] {
        s.rod(metal, (V(x, 0.0, -3.6), 0.14), (V(x, 3.6, -3.6), 0.14));
    }
    let warm =
        Paint { colour: rgb(0xffdfae) * if hour == Hour::Dusk { 0.9 } else { 0.4 }, skin: Skin::Glow, gloss: 0.0 };
    window(s, warm, iron(), (-5.0, 5.0), (0.1, 3.5), 0.05);
    for side in [-1.0, 1.0] {
        window(
            s,
            Paint::new(inks[0], Skin::Glass),
            iron(),
            (if side < 0.0 { 1.2 - half } else { 5.2 }, if side < 0.0 { -5.2 } else { half - 1.2 }),
            (0.1, 4.2),
            0.04,
        );
        plants::bed(s, c, V(side * 5.6, 0.0, -1.2), V(side * (half - 0.5), 0.0, -1.2));
    }
    let storeys = (4 + c.under(8), 4 + c.under(8));
    street::neighbour(s, c, (-half - 22.0, -half - 6.0), (2.0, 16.0), storeys.0);
    street::neighbour(s, c, (half + 6.0, half + 22.0), (2.0, 16.0), storeys.1);
    street::skyline(s, c, 14.0, tall);
    s.at(V(0.0, 0.0, -4.0), 0.0, |s| street::avenue(s, c, half + 0.5));
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}
