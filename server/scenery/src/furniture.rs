//! What stands in rooms. Each piece is built about its own origin, its front towards the viewer (-z).

use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::stage::Stage;

/// Dark metal: legs, frames, handles.
pub(crate) fn iron() -> Paint {
    Paint::plain(0x2b2c2e).gloss(0.3)
}

/// Polished metal.
pub(crate) fn chrome() -> Paint {
    Paint::plain(0xb9bcc0).gloss(1.0)
}

/// Legs at four corners.
fn legs(s: &mut Stage, paint: Paint, (w, d, h): (f32, f32, f32), thick: f32) {
    for (x, z) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
        let foot = V(x * (w / 2.0 - 0.06), 0.0, z * (d / 2.0 - 0.06));
        s.rod(paint, (foot, thick), (foot + V(0.0, h, 0.0), thick * 1.2));
    }
}

pub(crate) fn sofa(s: &mut Stage, cloth: Paint, wide: f32, pillows: &[u32]) {
    let h = wide / 2.0;
    s.soft(cloth, V(-h, 0.1, -0.45), V(h, 0.36, 0.45), 0.06);
    s.soft(cloth, V(-h, 0.2, 0.2), V(h, 0.82, 0.46), 0.1);
    for side in [-1.0, 1.0] {
        s.soft(cloth, V(side * h, 0.1, -0.45), V(side * (h - 0.2), 0.6, 0.44), 0.09);
    }
    let seats = if wide > 1.9 {
        3
    } else if wide > 1.3 {
        2
    } else {
        1
    };
    let each = (wide - 0.42) / seats as f32;
    for i in 0..seats {
        let x = -h + 0.21 + each * i as f32;
        s.soft(cloth.times(1.06), V(x + 0.008, 0.34, -0.47), V(x + each - 0.008, 0.5, 0.24), 0.06);
        s.soft(cloth.times(1.03), V(x + 0.02, 0.48, 0.06), V(x + each - 0.02, 0.88, 0.3), 0.1);
    }
    for (i, ink) in pillows.iter().enumerate() {
        let x = if i % 2 == 0 { -h + 0.46 + 0.2 * i as f32 } else { h - 0.36 - 0.2 * i as f32 };
        s.at(V(x, 0.68, 0.0), if i % 2 == 0 { 24.0 } else { -20.0 }, |s| {
            s.soft(Paint::new(*ink, Skin::Cloth), V(-0.22, -0.19, -0.08), V(0.22, 0.21, 0.09), 0.085);
        });
    }
    for x in [-h + 0.12, h - 0.12] {
        for z in [-0.36, 0.36] {
            s.rod(iron(), (V(x, 0.0, z), 0.02), (V(x, 0.12, z), 0.025));
        }
    }
}

pub(crate) fn coffee_table(s: &mut Stage, c: &mut Chance, top: Paint) {
    if c.odds(0.5) {
        s.rod(top, (V(0.0, 0.34, 0.0), 0.52), (V(0.0, 0.38, 0.0), 0.52));
        s.rod(iron(), (V(0.0, 0.0, 0.0), 0.2), (V(0.0, 0.34, 0.0), 0.06));
    } else {
        s.slab(top, V(-0.6, 0.34, -0.33), V(0.6, 0.39, 0.33));
        legs(s, iron(), (1.2, 0.66, 0.34), 0.018);
    }
    s.slab(Paint::plain(0xc9bfae), V(-0.22, 0.39, -0.12), V(0.06, 0.42, 0.1));
    s.slab(Paint::plain(0x58666b), V(-0.19, 0.42, -0.1), V(0.04, 0.45, 0.09));
    s.rod(Paint::plain(0xe6e1d8), (V(0.26, 0.39, 0.05), 0.05), (V(0.26, 0.55, 0.05), 0.035));
}

pub(crate) fn rug(s: &mut Stage, cloth: Paint, wide: f32, deep: f32) {
    s.slab(cloth, V(-wide / 2.0, 0.0, -deep / 2.0), V(wide / 2.0, 0.012, deep / 2.0));
    s.slab(
        cloth.times(0.72),
        V(-wide / 2.0 + 0.14, 0.0, -deep / 2.0 + 0.14),
        V(wide / 2.0 - 0.14, 0.014, -deep / 2.0 + 0.2),
    );
    s.slab(
        cloth.times(0.72),
        V(-wide / 2.0 + 0.14, 0.0, deep / 2.0 - 0.2),
        V(wide / 2.0 - 0.14, 0.014, deep / 2.0 - 0.14),
    );
}

pub(crate) fn chair(s: &mut Stage, cloth: Paint, frame: Paint) {
    s.soft(cloth, V(-0.22, 0.42, -0.22), V(0.22, 0.5, 0.22), 0.035);
    s.soft(cloth, V(-0.21, 0.58, 0.17), V(0.21, 0.86, 0.23), 0.03);
    for (x, z, top) in [(-0.18, -0.18, 0.43), (0.18, -0.18, 0.43), (-0.19, 0.2, 0.8), (0.19, 0.2, 0.8)] {
        s.rod(frame, (V(x * 1.1, 0.0, z * 1.1), 0.014), (V(x, top, z), 0.018));
    }
}

pub(crate) fn dining(s: &mut Stage, top: Paint, cloth: Paint, seats: u32) {
    let long = 0.62 * (seats / 2) as f32 + 0.3;
    s.slab(top, V(-long / 2.0, 0.72, -0.45), V(long / 2.0, 0.76, 0.45));
    legs(s, iron(), (long, 0.9, 0.72), 0.024);
    for i in 0..seats / 2 {
        let x = -long / 2.0 + 0.46 + 0.62 * i as f32;
        s.at(V(x, 0.0, -0.56), 180.0, |s| chair(s, cloth, iron()));
        s.at(V(x, 0.0, 0.56), 0.0, |s| chair(s, cloth, iron()));
    }
    s.rod(Paint::plain(0xdad4c8), (V(0.0, 0.76, 0.0), 0.16), (V(0.0, 0.83, 0.0), 0.2));
    for (x, z) in [(-0.06, 0.03), (0.06, 0.02), (0.0, -0.06)] {
        s.ball(Paint::plain(0xc98a3a), V(x, 0.85, z), 0.05);
    }
}

pub(crate) fn pendant(s: &mut Stage, from: f32, to: f32, shade: u32) {
    s.rod(iron(), (V(0.0, to, 0.0), 0.006), (V(0.0, from, 0.0), 0.006));
    s.rod(Paint::plain(shade), (V(0.0, to, 0.0), 0.2), (V(0.0, to + 0.2, 0.0), 0.07));
    s.ball(Paint { colour: rgb(0xffe2b0) * 2.2, skin: Skin::Glow, gloss: 0.0 }, V(0.0, to + 0.02, 0.0), 0.06);
}

/// A wall with a television.
pub(crate) fn media(s: &mut Stage, wood: Paint, wide: f32) {
    let h = wide / 2.0;
    s.slab(wood, V(-h, 0.28, -0.2), V(h, 0.62, 0.2));
    for i in 0..3 {
        let x = -h + wide / 3.0 * i as f32;
        s.slab(wood.times(1.08), V(x + 0.012, 0.3, -0.215), V(x + wide / 3.0 - 0.012, 0.6, -0.2));
    }
    s.slab(Paint::plain(0x0d0e10).gloss(0.7), V(-0.72, 0.92, 0.12), V(0.72, 1.74, 0.17));
    s.rod(Paint::plain(0xc7b9a3), (V(h - 0.25, 0.62, 0.0), 0.07), (V(h - 0.25, 0.86, 0.0), 0.04));
    s.slab(Paint::plain(0x8d5f43), V(-h + 0.12, 0.62, -0.1), V(-h + 0.4, 0.67, 0.08));
}

pub(crate) fn bed(s: &mut Stage, wide: f32, (head, cover, throw): (Paint, Paint, Paint)) {
    let h = wide / 2.0;
    s.soft(head, V(-h - 0.12, 0.1, 0.98), V(h + 0.12, 1.15, 1.1), 0.04);
    s.slab(Paint::new(0x6b5340, Skin::Wood), V(-h, 0.08, -1.0), V(h, 0.28, 1.0));
    s.soft(Paint::new(0xf2efe9, Skin::Cloth), V(-h, 0.26, -1.02), V(h, 0.52, 1.0), 0.08);
    s.soft(cover, V(-h - 0.05, 0.3, -1.07), V(h + 0.05, 0.6, 0.42), 0.09);
    s.soft(cover.times(1.12), V(-h - 0.055, 0.48, 0.26), V(h + 0.055, 0.63, 0.5), 0.06);
    s.soft(throw, V(-h - 0.075, 0.28, -1.0), V(h + 0.075, 0.625, -0.5), 0.09);
    let pillow = Paint::new(0xf7f5f1, Skin::Cloth);
    for side in [-1.0, 1.0] {
        let x = side * wide * 0.24;
        s.soft(pillow, V(x - wide * 0.21, 0.52, 0.62), V(x + wide * 0.21, 0.82, 0.94), 0.12);
        s.soft(throw.times(1.05), V(x - 0.24, 0.54, 0.44), V(x + 0.24, 0.86, 0.62), 0.085);
    }
}

pub(crate) fn nightstand(s: &mut Stage, wood: Paint) {
    s.slab(wood, V(-0.24, 0.12, -0.2), V(0.24, 0.5, 0.2));
    s.slab(wood.times(1.12), V(-0.22, 0.15, -0.212), V(0.22, 0.47, -0.2));
    legs(s, iron(), (0.5, 0.42, 0.12), 0.015);
    s.rod(Paint::plain(0xb08d57), (V(0.0, 0.5, 0.0), 0.07), (V(0.0, 0.75, 0.0), 0.02));
    s.rod(
        Paint { colour: rgb(0xffdca8) * 1.25, skin: Skin::Glow, gloss: 0.0 },
        (V(0.0, 0.75, 0.0), 0.15),
        (V(0.0, 0.96, 0.0), 0.1),
    );
}

/// Tall doors from floor to ceiling.
pub(crate) fn wardrobe(s: &mut Stage, wood: Paint, wide: f32, tall: f32) {
    let h = wide / 2.0;
    s.slab(wood.times(0.6), V(-h, 0.0, -0.28), V(h, tall, 0.3));
    let doors = (wide / 0.55).round().max(2.0);
    let each = wide / doors;
    for i in 0..doors as u32 {
        let x = -h + each * i as f32;
        s.slab(wood, V(x + 0.006, 0.08, -0.3), V(x + each - 0.006, tall - 0.02, -0.28));
        let handle = if i % 2 == 0 { x + each - 0.06 } else { x + 0.045 };
        s.slab(iron(), V(handle, 0.95, -0.32), V(handle + 0.015, 1.25, -0.3));
    }
}

/// A run of kitchen along a wall at +z: cabinets below and above, stone, hob, sink, tiles.
pub(crate) fn kitchen(s: &mut Stage, wide: f32, (front, upper, stone, splash): (Paint, Paint, Paint, Paint)) {
    let h = wide / 2.0;
    s.slab(Paint::plain(0x2a2826), V(-h, 0.0, -0.24), V(h, 0.1, 0.3));
    s.slab(front.times(0.55), V(-h, 0.1, -0.28), V(h, 0.88, 0.3));
    s.slab(stone, V(-h - 0.01, 0.88, -0.33), V(h + 0.01, 0.92, 0.3));
    s.slab(splash, V(-h, 0.92, 0.285), V(h, 1.5, 0.3));
    s.slab(upper.times(0.55), V(-h, 1.5, -0.02), V(h, 2.25, 0.3));
    let doors = (wide / 0.6).round();
    let each = wide / doors;
    for i in 0..doors as u32 {
        let x = -h + each * i as f32;
        for (low, high) in if i % 3 == 1 { [(0.12, 0.36), (0.38, 0.86)] } else { [(0.12, 0.12), (0.12, 0.86)] } {
            if high > low {
                s.slab(front, V(x + 0.006, low, -0.3), V(x + each - 0.006, high, -0.28));
                s.slab(iron(), V(x + each * 0.3, high - 0.05, -0.315), V(x + each * 0.7, high - 0.035, -0.3));
            }
        }
        s.slab(upper, V(x + 0.006, 1.51, -0.04), V(x + each - 0.006, 2.24, -0.02));
    }
    s.slab(Paint::plain(0x101113).gloss(0.8), V(-h * 0.55 - 0.3, 0.921, -0.24), V(-h * 0.55 + 0.3, 0.928, 0.22));
    s.slab(Paint::plain(0x8d9094).gloss(0.4), V(h * 0.4 - 0.32, 0.9, -0.2), V(h * 0.4 + 0.32, 0.926, 0.2));
    s.slab(Paint::plain(0x4d4f52), V(h * 0.4 - 0.28, 0.905, -0.17), V(h * 0.4 + 0.28, 0.928, 0.17));
    s.rod(chrome(), (V(h * 0.4, 0.92, 0.22), 0.014), (V(h * 0.4, 1.22, 0.22), 0.014));
    s.rod(chrome(), (V(h * 0.4, 1.21, 0.22), 0.012), (V(h * 0.4, 1.21, 0.02), 0.012));
    s.slab(
        Paint { colour: rgb(0xffe8c4) * 1.3, skin: Skin::Glow, gloss: 0.0 },
        V(-h + 0.05, 1.485, 0.12),
        V(h - 0.05, 1.498, 0.16),
    );
    s.lamp(V(-h + 0.05, 1.48, 0.1), V(wide - 0.1, 0.0, 0.0), V(0.0, 0.0, 0.12), rgb(0xffe3b8) * 2.5);
}

pub(crate) fn fridge(s: &mut Stage) {
    let steel = Paint::plain(0x9a9da1).gloss(0.35);
    s.slab(steel.times(0.5), V(-0.42, 0.02, -0.3), V(0.42, 1.86, 0.35));
    s.slab(steel, V(-0.42, 0.06, -0.35), V(0.42, 1.2, -0.3));
    s.slab(steel, V(-0.42, 1.22, -0.35), V(0.42, 1.86, -0.3));
    for (low, high) in [(0.6, 1.15), (1.28, 1.6)] {
        s.slab(iron(), V(-0.36, low, -0.39), V(-0.33, high, -0.35));
    }
}

/// An island with stools in front.
pub(crate) fn island(s: &mut Stage, wide: f32, front: Paint, stone: Paint) {
    let h = wide / 2.0;
    s.slab(front, V(-h + 0.05, 0.0, -0.2), V(h - 0.05, 0.88, 0.4));
    s.slab(stone, V(-h, 0.88, -0.45), V(h, 0.93, 0.45));
    s.slab(stone, V(-h, 0.0, -0.45), V(-h + 0.05, 0.88, 0.45));
    s.slab(stone, V(h - 0.05, 0.0, -0.45), V(h, 0.88, 0.45));
    for x in [-h * 0.5, 0.0, h * 0.5] {
        s.at(V(x, 0.0, -0.62), 180.0, |s| {
            s.soft(Paint::new(0x8a6a4c, Skin::Cloth), V(-0.19, 0.62, -0.18), V(0.19, 0.69, 0.18), 0.03);
            s.soft(Paint::new(0x8a6a4c, Skin::Cloth), V(-0.18, 0.72, 0.14), V(0.18, 0.9, 0.18), 0.02);
            legs(s, iron(), (0.42, 0.42, 0.63), 0.012);
        });
    }
    s.rod(Paint::plain(0xe9e4da), (V(h * 0.5, 0.93, 0.1), 0.1), (V(h * 0.5, 1.0, 0.1), 0.15));
}

/// Washstand with mirror, against a wall at +z.
pub(crate) fn washstand(s: &mut Stage, wide: f32, wood: Paint, stone: Paint) {
    let h = wide / 2.0;
    s.slab(wood, V(-h, 0.4, -0.2), V(h, 0.8, 0.28));
    for i in 0..2 {
        let x = -h + h * i as f32;
        s.slab(wood.times(1.1), V(x + 0.01, 0.42, -0.215), V(x + h - 0.01, 0.78, -0.2));
    }
    s.slab(stone, V(-h - 0.02, 0.8, -0.25), V(h + 0.02, 0.84, 0.28));
    s.soft(Paint::plain(0xf7f6f3).gloss(0.35), V(-0.28, 0.84, -0.18), V(0.28, 0.97, 0.18), 0.06);
    s.slab(Paint::plain(0xd2d0cb), V(-0.22, 0.965, -0.12), V(0.22, 0.972, 0.12));
    s.rod(chrome(), (V(0.0, 0.84, 0.23), 0.015), (V(0.0, 1.12, 0.23), 0.015));
    s.rod(chrome(), (V(0.0, 1.11, 0.23), 0.012), (V(0.0, 1.1, 0.1), 0.012));
    s.slab(Paint::plain(0xc9cdd0).gloss(1.0), V(-h, 1.12, 0.262), V(h, 2.05, 0.28));
    s.slab(Paint { colour: rgb(0xfff1da) * 1.7, skin: Skin::Glow, gloss: 0.0 }, V(-h, 2.06, 0.24), V(h, 2.085, 0.28));
    s.lamp(V(-h, 2.05, 0.1), V(wide, 0.0, 0.0), V(0.0, 0.0, 0.16), rgb(0xfff0d8) * 2.6);
    s.rod(Paint::plain(0x7f8f7a), (V(h - 0.14, 0.84, 0.1), 0.035), (V(h - 0.14, 1.0, 0.1), 0.03));
    s.soft(Paint::new(0xe8e2d6, Skin::Cloth), V(-h + 0.06, 0.84, -0.16), V(-h + 0.3, 0.92, 0.08), 0.03);
}

pub(crate) fn toilet(s: &mut Stage) {
    let white = Paint::plain(0xf6f5f2).gloss(0.35);
    s.soft(white, V(-0.18, 0.0, -0.3), V(0.18, 0.38, 0.2), 0.12);
    s.soft(white, V(-0.2, 0.36, -0.36), V(0.2, 0.43, 0.18), 0.035);
    s.soft(white, V(-0.2, 0.36, 0.14), V(0.2, 0.82, 0.32), 0.04);
}

/// A desk with a screen, its chair before it.
pub(crate) fn desk(s: &mut Stage, top: Paint, wide: f32) {
    let h = wide / 2.0;
    s.slab(top, V(-h, 0.72, -0.35), V(h, 0.75, 0.35));
    legs(s, iron(), (wide, 0.7, 0.72), 0.02);
    s.slab(Paint::plain(0x111316).gloss(0.6), V(-0.3, 0.9, 0.16), V(0.3, 1.26, 0.19));
    s.rod(iron(), (V(0.0, 0.75, 0.18), 0.02), (V(0.0, 0.95, 0.18), 0.02));
    s.slab(iron(), V(-0.12, 0.75, 0.08), V(0.12, 0.76, 0.24));
    s.slab(Paint::plain(0xdfdfdd), V(-0.2, 0.75, -0.14), V(0.2, 0.765, -0.01));
    s.at(V(0.0, 0.0, -0.6), 170.0, |s| {
        let cloth = Paint::new(0x45494f, Skin::Cloth);
        s.soft(cloth, V(-0.25, 0.44, -0.25), V(0.25, 0.53, 0.24), 0.04);
        s.soft(cloth, V(-0.23, 0.6, 0.2), V(0.23, 1.12, 0.28), 0.04);
        s.rod(iron(), (V(0.0, 0.06, 0.0), 0.03), (V(0.0, 0.45, 0.0), 0.03));
        for i in 0..5 {
            let (sn, cs) = (i as f32 * 1.2566).sin_cos();
            s.rod(iron(), (V(0.0, 0.09, 0.0), 0.018), (V(sn * 0.3, 0.04, cs * 0.3), 0.014));
        }
    });
}

/// Open shelves full of things.
pub(crate) fn shelves(s: &mut Stage, wood: Paint, wide: f32, tall: f32) {
    let h = wide / 2.0;
    s.slab(Paint::new(0xffffff, Skin::Spines), V(-h, 0.0, 0.05), V(h, tall, 0.2));
    for i in 0..=(tall / 0.34) as u32 {
        let y = 0.34 * i as f32;
        s.slab(wood, V(-h, y - 0.015, -0.12), V(h, y + 0.015, 0.2));
    }
    for x in [-h - 0.02, 0.0, h - 0.02] {
        s.slab(wood, V(x, 0.0, -0.12), V(x + 0.03, tall, 0.2));
    }
}

/// A framed picture on a wall at +z.
pub(crate) fn painting(s: &mut Stage, ink: u32, wide: f32, tall: f32) {
    s.slab(iron(), V(-wide / 2.0 - 0.02, -tall / 2.0 - 0.02, -0.02), V(wide / 2.0 + 0.02, tall / 2.0 + 0.02, 0.0));
    s.slab(Paint::plain(0xf4f1ea), V(-wide / 2.0, -tall / 2.0, -0.024), V(wide / 2.0, tall / 2.0, -0.02));
    s.slab(Paint::new(ink, Skin::Canvas), V(-wide * 0.4, -tall * 0.4, -0.028), V(wide * 0.4, tall * 0.4, -0.024));
}

/// Cloth that hangs in folds.
pub(crate) fn curtain(s: &mut Stage, cloth: Paint, (from, to): (V, V), tall: f32) {
    let folds = ((to - from).length() / 0.09).ceil();
    let along = (to - from) * (1.0 / folds);
    let out = along.unit().cross(V(0.0, 1.0, 0.0));
    let point = |i: f32| from + along * i + out * ((i * 1.9).sin() * 0.035);
    for i in 0..folds as u32 {
        let (a, b) = (point(i as f32), point(i as f32 + 1.0));
        let up = V(0.0, tall, 0.0);
        s.quad(cloth, a, b, b + up, a + up);
        s.quad(cloth, b, a, a + up, b + up);
    }
}
