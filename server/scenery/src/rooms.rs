//! Rooms: four walls, a window with the city in it, and what stands there.

use crate::furniture as f;
use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::plants;
use crate::sky::Sky;
use crate::stage::{Camera, Stage};

/// Colours that go together: wall, accent, floor, wood, cloth, two pillows.
struct Palette {
    wall: u32,
    accent: u32,
    floor: Paint,
    wood: u32,
    cloth: u32,
    pillows: [u32; 3],
}

fn palette(c: &mut Chance) -> Palette {
    let oak = Paint::new(0xb58c63, Skin::Planks(0.18)).gloss(0.45);
    let dark = Paint::new(0x7a5538, Skin::Planks(0.14)).gloss(0.5);
    let pale = Paint::new(0xcdb08a, Skin::Planks(0.2)).gloss(0.35);
    let stone = Paint::new(0xd8d2c8, Skin::Marble(1.2)).gloss(0.75);
    let tile = Paint::new(0xcfcac2, Skin::Tiles(0.9)).gloss(0.7);
    let all = [
        Palette {
            wall: 0xf0ece4,
            accent: 0xa9b3a6,
            floor: oak,
            wood: 0x7d5a3e,
            cloth: 0xb3aa9c,
            pillows: [0x6f7f6b, 0xd7c3a0, 0x8c5a44],
        },
        Palette {
            wall: 0xf2efea,
            accent: 0x5f7480,
            floor: pale,
            wood: 0x9a7650,
            cloth: 0x8b949a,
            pillows: [0xd49b4c, 0xf0ece4, 0x3f5664],
        },
        Palette {
            wall: 0xefe9e0,
            accent: 0xc9a58a,
            floor: dark,
            wood: 0x55392a,
            cloth: 0xd6cdbf,
            pillows: [0xa5563f, 0xe0c9a6, 0x5d5148],
        },
        Palette {
            wall: 0xf3f2ef,
            accent: 0x474c52,
            floor: stone,
            wood: 0x6b4c36,
            cloth: 0x6d7276,
            pillows: [0xc9b28b, 0x9aa4a8, 0xe9e5de],
        },
        Palette {
            wall: 0xf1eee9,
            accent: 0xd8cdbd,
            floor: tile,
            wood: 0xa0805c,
            cloth: 0xc2b7a6,
            pillows: [0x4f6f73, 0xcf7a4d, 0xf0ebe2],
        },
        Palette {
            wall: 0xeeeae2,
            accent: 0x7c8b6d,
            floor: oak,
            wood: 0x6f4e35,
            cloth: 0xcfc7b8,
            pillows: [0x7c8b6d, 0x3f4a3c, 0xd9b382],
        },
    ];
    let at = c.under(all.len() as u32) as usize;
    let mut all = all;
    std::mem::replace(&mut all[at], Palette { wall: 0, accent: 0, floor: oak, wood: 0, cloth: 0, pillows: [0; 3] })
}

/// A window or glass door in the far wall: from, to, sill, head.
struct Opening(f32, f32, f32, f32);

fn shell(
    c: &mut Chance,
    (w, d, h): (f32, f32, f32),
    (floor, wall, accent): (Paint, Paint, Paint),
    opening: &Opening,
    camera: Camera,
) -> Stage {
    let sun = V(c.of(&[-0.55, 0.5, 0.75, -0.3]), c.between(0.5, 0.75), 0.62);
    let mut s = Stage::new(Sky::day(sun, c.between(0.3, 0.55), c.between(0.0, 9.0)), camera);
    (s.is_indoors, s.grain, s.exposure) = (true, 0.25, 1.5);
    s.sky.sun = s.sky.sun * 0.8;
    let ceiling = Paint::plain(0xf7f5f1);
    s.slab(floor, V(0.0, -0.1, 0.0), V(w, 0.0, d));
    s.slab(ceiling, V(0.0, h, 0.0), V(w, h + 0.1, d));
    s.slab(accent, V(-0.15, 0.0, 0.0), V(0.0, h, d));
    s.slab(wall, V(w, 0.0, 0.0), V(w + 0.15, h, d));
    s.slab(wall, V(0.0, 0.0, -0.15), V(w, h, 0.0));
    let Opening(x0, x1, sill, head) = *opening;
    s.slab(wall, V(0.0, 0.0, d), V(x0, h, d + 0.18));
    s.slab(wall, V(x1, 0.0, d), V(w, h, d + 0.18));
    s.slab(wall, V(x0, head, d), V(x1, h, d + 0.18));
    if sill > 0.0 {
        s.slab(wall, V(x0, 0.0, d), V(x1, sill, d + 0.18));
        s.slab(Paint::plain(0xdcd8d0).gloss(0.3), V(x0 - 0.03, sill, d - 0.05), V(x1 + 0.03, sill + 0.03, d + 0.15));
    }
    let frame = f::iron();
    let panes = ((x1 - x0) / 0.95).round().max(2.0);
    for i in 0..=panes as u32 {
        let x = x0 + (x1 - x0) * i as f32 / panes;
        s.slab(frame, V(x - 0.022, sill, d + 0.07), V(x + 0.022, head, d + 0.12));
    }
    for y in [sill + 0.03, head - 0.02] {
        s.slab(frame, V(x0, y - 0.025, d + 0.07), V(x1, y + 0.025, d + 0.12));
    }
    let base = Paint::plain(0xf4f2ee);
    s.slab(base, V(0.0, 0.0, 0.0), V(0.015, 0.1, d));
    s.slab(base, V(w - 0.015, 0.0, 0.0), V(w, 0.1, d));
    s.slab(base, V(0.0, 0.0, d - 0.015), V(x0, 0.1, d));
    s.slab(base, V(x1, 0.0, d - 0.015), V(w, 0.1, d));
    s.lamp(V(x0, sill, d + 0.05), V(0.0, head - sill, 0.0), V(x1 - x0, 0.0, 0.0), rgb(0xe6f0ff) * 3.0);
    s.lamp(V(w * 0.2, h - 0.01, d * 0.2), V(w * 0.6, 0.0, 0.0), V(0.0, 0.0, d * 0.6), rgb(0xffe9cf) * 0.42);
    spots(&mut s, w, d, h);
    city(&mut s, c, d);
    s
}

/// Lights in the ceiling.
fn spots(s: &mut Stage, w: f32, d: f32, h: f32) {
    let glow = Paint { colour: rgb(0xfff0d6) * 2.0, skin: Skin::Glow, gloss: 0.0 };
    for i in 0..3 {
        for x in [w * 0.28, w * 0.72] {
            let at = V(x, h - 0.012, d * (0.3 + 0.25 * i as f32));
            s.rod(Paint::plain(0xe8e6e2), (at, 0.06), (at + V(0.0, 0.01, 0.0), 0.06));
            s.rod(glow, (at - V(0.0, 0.004, 0.0), 0.04), (at, 0.04));
        }
    }
}

/// Houses and treetops outside, bright and pale as a camera sees them from indoors.
fn city(s: &mut Stage, c: &mut Chance, d: f32) {
    let grain = std::mem::replace(&mut s.grain, 60.0);
    for _ in 0..46 {
        let (x, far) = (c.between(-130.0, 130.0), c.between(45.0, 190.0));
        let (wide, tall) = (c.between(9.0, 20.0), c.between(-6.0, 26.0) + far * 0.06);
        let pale = rgb(c.of(&[0xcfd6dc, 0xd9d2c8, 0xbfc6cc, 0xdcd9d4, 0xc6b9ac]))
            .mix(rgb(0xcfe0f0), (far / 240.0).min(0.8))
            * 0.78;
        let face = Paint { colour: pale, skin: Skin::Glow, gloss: 0.0 };
        let z = d + far;
        s.quad(face, V(x, -30.0, z), V(x + wide, -30.0, z), V(x + wide, tall, z), V(x, tall, z));
        let shade = Paint { colour: pale * 0.8, ..face };
        for row in 0..((tall + 30.0) / 3.2) as u32 {
            let y = tall - 2.2 - 3.2 * row as f32;
            s.quad(
                shade,
                V(x + 1.0, y, z - 0.1),
                V(x + wide - 1.0, y, z - 0.1),
                V(x + wide - 1.0, y + 1.2, z - 0.1),
                V(x + 1.0, y + 1.2, z - 0.1),
            );
        }
    }
    s.grain = grain;
    for _ in 0..60 {
        let (x, far) = (c.between(-42.0, 42.0), c.between(14.0, 46.0));
        let tone = rgb(c.of(&[0x7f9a5c, 0x6f8d54, 0x8aa468, 0x92a878])) * c.between(0.5, 0.72);
        let (centre, r) = (V(x, c.between(-7.5, -2.5), d + far), c.between(1.4, 2.8));
        for _ in 0..80 {
            let (turn, out) = (c.between(0.0, std::f32::consts::TAU), c.unit().sqrt() * r);
            let at = centre + V(turn.cos() * out, turn.sin() * out, out - r);
            let light = 0.75 + 0.4 * (turn.sin() * out / r) + c.between(-0.12, 0.12);
            let (u, v) = (
                V(c.between(0.2, 0.5), c.between(-0.3, 0.3), 0.0),
                V(c.between(-0.2, 0.2), c.between(0.15, 0.35), 0.0),
            );
            s.leaf(
                Paint { colour: tone * light, skin: Skin::Glow, gloss: 0.0 },
                [at - u, at - v, at + u, at + v],
                V(0.0, 0.0, -1.0),
            );
        }
    }
}

fn walls(p: &Palette) -> (Paint, Paint, Paint) {
    (p.floor, Paint::new(p.wall, Skin::Plaster), Paint::new(p.wall, Skin::Plaster))
}

fn hang(s: &mut Stage, cloth: u32, o: &Opening, d: f32, h: f32) {
    let sheer = Paint::new(cloth, Skin::Cloth);
    f::curtain(s, sheer, (V(o.0 - 0.25, 0.02, d - 0.1), V(o.0 + 0.35, 0.02, d - 0.1)), h - 0.1);
    f::curtain(s, sheer, (V(o.1 - 0.35, 0.02, d - 0.1), V(o.1 + 0.25, 0.02, d - 0.1)), h - 0.1);
    s.slab(Paint::plain(0xf3f1ec), V(o.0 - 0.3, h - 0.12, d - 0.18), V(o.1 + 0.3, h, d - 0.02));
}

pub(crate) fn living(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (c.between(4.6, 5.4), c.between(5.6, 6.8), 2.75);
    let mirrored = c.odds(0.5);
    let (eye, aim) = if mirrored { (w - 0.5, w * 0.36) } else { (0.5, w * 0.64) };
    let camera = Camera::level(V(eye, 1.32, 0.25), V(aim, 1.3, d), 0.86, -0.05);
    let o = Opening(0.9, w - 0.9, 0.0, 2.35);
    let (floor, wall, _) = walls(&p);
    let s = &mut shell(c, (w, d, h), (floor, wall, wall), &o, camera);
    hang(s, 0xefe9de, &o, d, h);
    let (left, right) = if mirrored { (w, 0.0) } else { (0.0, w) };
    let inward = if mirrored { -1.0 } else { 1.0 };
    let z = d * 0.58;
    // The television on the near side, the sofa opposite, a rug between.
    s.at(V(right - inward * 0.55, 0.0, z), 90.0 * inward, |s| {
        f::sofa(s, Paint::new(p.cloth, Skin::Cloth), 2.3, &p.pillows)
    });
    s.at(V(left + inward * 0.24, 0.0, z), -90.0 * inward, |s| f::media(s, Paint::new(p.wood, Skin::Wood), 2.2));
    s.slab(
        Paint::new(p.accent, Skin::Plaster),
        V(left - inward * 0.01, 0.1, z - 1.4),
        V(left + inward * 0.02, h, z + 1.4),
    );
    s.at(V(w * 0.52, 0.0, z), 0.0, |s| {
        f::rug(s, Paint::new(0xcfc4b2, Skin::Cloth), 2.3, 2.9);
        s.at(V(0.0, 0.012, 0.0), 90.0, |s| f::coffee_table(s, c, Paint::new(p.wood, Skin::Wood).gloss(0.2)));
    });
    s.at(V(w * 0.5, 0.0, d - 1.0), if mirrored { 160.0 } else { 200.0 }, |s| {
        f::sofa(s, Paint::new(p.pillows[0], Skin::Cloth), 0.86, &[])
    });
    s.at(V(right - inward * 0.02, 1.65, z), 90.0 * inward, |s| f::painting(s, p.pillows[2], 1.2, 0.8));
    plants::pot(s, c, V(left + inward * 0.45, 0.0, d - 0.5), 1.5);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

pub(crate) fn dining(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (4.6, 5.2, 2.75);
    let camera = Camera::level(V(w - 0.5, 1.45, 0.25), V(w * 0.3, 1.4, d), 0.82, -0.08);
    let o = Opening(1.2, w - 0.5, 0.0, 2.35);
    let (floor, wall, _) = walls(&p);
    let s = &mut shell(c, (w, d, h), (floor, wall, Paint::new(p.accent, Skin::Plaster)), &o, camera);
    hang(s, 0xf2eee6, &o, d, h);
    s.at(V(w * 0.5, 0.0, d * 0.58), 90.0, |s| {
        f::dining(s, Paint::new(p.wood, Skin::Wood).gloss(0.25), Paint::new(p.cloth, Skin::Cloth), 6)
    });
    for z in [-0.55, 0.0, 0.55] {
        s.at(V(w * 0.5, 0.0, d * 0.58 + z), 0.0, |s| f::pendant(s, h, 1.62, p.pillows[2]));
    }
    s.at(V(0.22, 0.0, d * 0.55), -90.0, |s| {
        s.slab(Paint::new(p.wood, Skin::Wood), V(-0.9, 0.2, -0.22), V(0.9, 0.82, 0.2));
        s.rod(Paint::plain(0xd8cfc0), (V(-0.5, 0.82, 0.0), 0.09), (V(-0.5, 1.15, 0.0), 0.05));
        s.rod(Paint::plain(0x8d5f43), (V(-0.25, 0.82, 0.0), 0.06), (V(-0.25, 1.0, 0.0), 0.06));
    });
    s.at(V(0.02, 1.7, d * 0.55), -90.0, |s| f::painting(s, p.pillows[0], 1.0, 1.0));
    plants::pot(s, c, V(w - 0.45, 0.0, d - 0.6), 1.4);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

pub(crate) fn bedroom(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (c.between(3.9, 4.5), c.between(4.4, 5.0), 2.7);
    let camera = Camera::level(V(w * 0.34, 1.4, 0.22), V(w * 0.62, 1.3, d), 0.92, -0.08);
    let o = Opening(0.9, w - 1.1, 0.9, 2.3);
    let floor = if c.odds(0.7) { Paint::new(0xbf9a70, Skin::Planks(0.18)).gloss(0.4) } else { p.floor };
    let s = &mut shell(
        c,
        (w, d, h),
        (floor, Paint::new(p.wall, Skin::Plaster), Paint::new(p.wall, Skin::Plaster)),
        &o,
        camera,
    );
    hang(s, 0xe9e2d6, &o, d, h);
    let cover = Paint::new(c.of(&[0xe9e4da, 0xd8d2c6, 0xc9cfd1, 0xeeeae4]), Skin::Cloth);
    let z = d * 0.52;
    s.slab(Paint::new(p.accent, Skin::Plaster), V(w - 0.02, 0.0, z - 1.7), V(w + 0.01, h, z + 1.7));
    s.at(V(w - 1.15, 0.0, z), 90.0, |s| {
        f::bed(s, 1.65, (Paint::new(p.cloth, Skin::Cloth), cover, Paint::new(p.pillows[0], Skin::Cloth)));
        for x in [-1.2, 1.2] {
            s.at(V(x, 0.0, 0.85), 0.0, |s| f::nightstand(s, Paint::new(p.wood, Skin::Wood)));
        }
        s.at(V(0.0, 1.75, 1.12), 0.0, |s| f::painting(s, p.pillows[1], 1.3, 0.62));
    });
    s.at(V(w - 1.6, 0.0, z), 0.0, |s| f::rug(s, Paint::new(0xd6ccbb, Skin::Cloth), 2.4, 2.5));
    s.at(V(0.32, 0.0, d - 1.35), -90.0, |s| f::wardrobe(s, Paint::new(p.wood, Skin::Wood).times(1.25), 2.2, 2.45));
    plants::pot(s, c, V(w - 0.4, 0.0, d - 0.4), 1.1);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

pub(crate) fn kitchen(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (c.between(4.0, 4.6), c.between(4.4, 5.2), 2.65);
    let camera = Camera::level(V(w - 0.45, 1.45, 0.2), V(w * 0.28, 1.3, d), 0.86, -0.08);
    let o = Opening(w - 1.9, w - 0.3, 0.95, 2.25);
    let floor = if c.odds(0.5) { p.floor } else { Paint::new(0xd5d0c7, Skin::Tiles(0.8)).gloss(0.7) };
    let s = &mut shell(
        c,
        (w, d, h),
        (floor, Paint::new(p.wall, Skin::Plaster), Paint::new(p.wall, Skin::Plaster)),
        &o,
        camera,
    );
    let front = c.of(&[
        Paint::plain(0xf1efea),
        Paint::plain(0x5d6f68),
        Paint::plain(0x3f4a55),
        Paint::new(0xa0784f, Skin::Wood),
        Paint::plain(0xcfc6b6),
    ]);
    let upper = c.of(&[Paint::plain(0xf4f2ee), Paint::new(0xb08a60, Skin::Wood), Paint::plain(0xe3ddd2)]);
    let stone = Paint::new(c.of(&[0xe9e6e0, 0x3b3a39, 0xcfc8be]), Skin::Marble(2.4)).gloss(0.5);
    let splash = Paint::new(c.of(&[0xf1efea, 0xd9e0dc, 0xc9d3d6, 0xe6d9c6]), Skin::Tiles(0.15)).gloss(0.4);
    s.at(V(0.32, 0.0, d * 0.56), -90.0, |s| f::kitchen(s, d - 1.5, (front, upper, stone, splash)));
    s.at(V(0.45, 0.0, d - 0.46), -90.0, f::fridge);
    if c.odds(0.6) {
        s.at(V(w * 0.62, 0.0, d * 0.6), 90.0, |s| f::island(s, 1.9, front, stone));
        for z in [-0.45, 0.45] {
            s.at(V(w * 0.62, 0.0, d * 0.6 + z), 0.0, |s| f::pendant(s, h, 1.65, 0x2f3133));
        }
    } else {
        s.at(V(w * 0.66, 0.0, d * 0.62), 90.0, |s| {
            f::dining(s, Paint::new(p.wood, Skin::Wood).gloss(0.2), Paint::new(p.cloth, Skin::Cloth), 4)
        });
        s.at(V(w * 0.66, 0.0, d * 0.62), 0.0, |s| f::pendant(s, h, 1.6, p.pillows[2]));
    }
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

pub(crate) fn bathroom(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (2.9, 3.4, 2.55);
    let camera = Camera::level(V(0.3, 1.4, 0.08), V(w * 0.68, 1.3, d), 0.95, -0.1);
    let o = Opening(0.35, 1.35, 1.45, 2.2);
    let tile = Paint::new(c.of(&[0xe4dfd6, 0xd5dad8, 0xcfc4b5, 0xdfe3e4]), Skin::Tiles(0.6)).gloss(0.35);
    let feature = c.of(&[
        Paint::new(0xd9d4cc, Skin::Marble(1.2)).gloss(0.4),
        Paint::new(0x6f8a86, Skin::Tiles(0.1)).gloss(0.45),
        Paint::new(0xb9a58c, Skin::Tiles(0.2)).gloss(0.35),
        Paint::new(0x4d5a66, Skin::Tiles(0.15)).gloss(0.4),
    ]);
    let floor = Paint::new(c.of(&[0xbdb6ab, 0xa8a39b, 0xd2ccc2]), Skin::Tiles(0.6)).gloss(0.55);
    let s = &mut shell(c, (w, d, h), (floor, tile, tile), &o, camera);
    s.slab(feature, V(w - 0.012, 0.0, 0.0), V(w + 0.01, h, d));
    s.lamp(V(0.4, h - 0.02, 0.6), V(w - 0.8, 0.0, 0.0), V(0.0, 0.0, d - 1.2), rgb(0xfff2e2) * 0.75);
    s.at(V(w - 0.3, 0.0, d * 0.42), 90.0, |s| {
        f::washstand(
            s,
            1.3,
            Paint::new(p.wood, Skin::Wood).times(1.2),
            Paint::new(0xeeebe6, Skin::Marble(2.0)).gloss(0.4),
        );
    });
    s.at(V(w - 0.5, 0.0, d - 0.7), 90.0, f::toilet);
    // The shower: a curb, a frame, a rail and its head.
    s.slab(Paint::plain(0xd9d5ce), V(0.0, 0.0, d - 1.15), V(1.5, 0.05, d - 1.08));
    for (a, b) in [
        (V(1.48, 0.05, d - 1.12), V(1.48, 2.1, d - 1.12)),
        (V(0.75, 0.05, d - 1.12), V(0.75, 2.1, d - 1.12)),
        (V(0.0, 2.1, d - 1.12), V(1.5, 2.1, d - 1.12)),
    ] {
        s.rod(f::chrome(), (a, 0.016), (b, 0.016));
    }
    s.rod(f::chrome(), (V(0.02, 2.1, d - 0.5), 0.014), (V(0.3, 2.1, d - 0.5), 0.014));
    s.rod(f::chrome(), (V(0.3, 2.06, d - 0.5), 0.12), (V(0.3, 2.08, d - 0.5), 0.1));
    s.slab(f::chrome(), V(0.01, 1.0, d - 0.6), V(0.05, 1.06, d - 0.4));
    s.soft(Paint::new(p.pillows[1], Skin::Cloth), V(0.02, 0.95, 1.0), V(0.08, 1.6, 1.45), 0.02);
    s.rod(f::chrome(), (V(0.06, 1.6, 0.95), 0.01), (V(0.06, 1.6, 1.5), 0.01));
    s.at(V(w * 0.5, 0.0, d * 0.4), 0.0, |s| f::rug(s, Paint::new(0xe6e0d5, Skin::Cloth), 0.6, 0.9));
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}

pub(crate) fn office(seed: u64) -> Stage {
    let c = &mut Chance::new(seed);
    let p = palette(c);
    let (w, d, h) = (6.2, 6.6, 2.8);
    let camera = Camera::level(V(0.5, 1.5, 0.2), V(w * 0.66, 1.4, d), 0.9, -0.05);
    let o = Opening(0.2, w - 0.2, 0.75, 2.65);
    let floor = c.of(&[
        Paint::new(0x8d8f92, Skin::Cloth),
        Paint::new(0xc9c4bc, Skin::Tiles(0.6)).gloss(0.5),
        Paint::new(0xb08a62, Skin::Planks(0.2)).gloss(0.3),
    ]);
    let s = &mut shell(c, (w, d, h), (floor, Paint::plain(0xf1f0ed), Paint::new(p.accent, Skin::Plaster)), &o, camera);
    for (i, z) in [1.9, 3.7, 5.4].into_iter().enumerate() {
        s.at(V(w - 1.6, 0.0, z), 180.0 + 90.0, |s| f::desk(s, Paint::new(0xd9c6a6, Skin::Wood), 1.5));
        if i > 0 {
            s.at(V(2.6, 0.0, z), 90.0, |s| f::desk(s, Paint::new(0xd9c6a6, Skin::Wood), 1.5));
        }
    }
    s.at(V(0.2, 0.0, d * 0.62), -90.0, |s| f::shelves(s, Paint::new(p.wood, Skin::Wood), 2.6, 2.04));
    plants::pot(s, c, V(w - 0.5, 0.0, d - 0.5), 1.5);
    std::mem::replace(s, Stage::new(s.sky, s.camera))
}
