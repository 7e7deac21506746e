//! Trees, palms, hedges, pots.

use crate::maths::{Chance, V, rgb};
use crate::paint::{Paint, Skin};
use crate::stage::Stage;

/// Greens that stand beside each other.
const GREENS: [u32; 5] = [0x4d6b2c, 0x5d7d35, 0x3f5f2f, 0x6f8a3d, 0x48703a];

fn green(c: &mut Chance) -> Paint {
    Paint { colour: rgb(c.of(&GREENS)) * c.between(0.8, 1.15), skin: Skin::Leaf, gloss: 0.0 }
}

fn direction(c: &mut Chance) -> V {
    let (y, turn) = (c.between(-1.0, 1.0), c.between(0.0, std::f32::consts::TAU));
    let wide = (1.0 - y * y).sqrt();
    V(wide * turn.cos(), y, wide * turn.sin())
}

/// Leaves on a ball, denser outside; the inside takes light away.
pub(crate) fn crown(s: &mut Stage, c: &mut Chance, centre: V, radius: f32, (leaves, size): (u32, f32)) {
    let tone = green(c);
    s.shade_ball(tone.colour * 0.6, centre, radius * 0.72);
    for _ in 0..leaves {
        let out = direction(c);
        let at = centre + out * (radius * c.between(0.62, 1.08)) * 1.0;
        let u = direction(c) * (size * c.between(0.6, 1.2));
        let v = direction(c).cross(u).unit() * (size * c.between(0.35, 0.7));
        let paint = tone.times(c.between(0.75, 1.25));
        s.leaf(paint, [at - u, at + v, at + u, at - v], (out + V(0.0, 0.25, 0.0)).unit());
    }
}

/// A street tree.
pub(crate) fn tree(s: &mut Stage, c: &mut Chance, at: V, tall: f32) {
    let bark = Paint::new(0x6b5644, Skin::Wood);
    let lean = c.between(-0.25, 0.25);
    let fork = at + V(lean, tall * 0.5, lean * 0.5);
    s.rod(bark, (at, tall * 0.028), (fork, tall * 0.02));
    let balls = 5 + c.under(3);
    for i in 0..balls {
        let turn = i as f32 / balls as f32 * std::f32::consts::TAU + c.between(-0.3, 0.3);
        let wide = tall * c.between(0.12, 0.24);
        let centre = fork + V(turn.cos() * wide, tall * c.between(0.1, 0.34), turn.sin() * wide);
        s.rod(bark, (fork - V(0.0, 0.2, 0.0), tall * 0.013), (centre, tall * 0.005));
        let radius = tall * c.between(0.15, 0.21);
        crown(s, c, centre, radius, (300, (tall * 0.022).max(0.1)));
    }
}

/// A palm.
pub(crate) fn palm(s: &mut Stage, c: &mut Chance, at: V, tall: f32) {
    let bark = Paint::new(0x8a7560, Skin::Wood);
    let lean = V(c.between(-0.12, 0.12), 0.0, c.between(-0.08, 0.08)) * tall;
    let bend = |t: f32| at + V(0.0, tall * t, 0.0) + lean * (t * t);
    for i in 0..7 {
        let (a, b) = (i as f32 / 7.0, (i + 1) as f32 / 7.0);
        s.rod(bark, (bend(a), 0.17 - a * 0.05), (bend(b), 0.16 - b * 0.05));
    }
    let top = bend(1.0);
    for i in 0..17 {
        let turn = i as f32 * 2.4 + c.between(-0.2, 0.2);
        let (reach, rise) = (tall * c.between(0.24, 0.32), c.between(-0.1, 0.9));
        let out = V(turn.cos(), 0.0, turn.sin());
        let side = V(-out.2, 0.0, out.0);
        let curve = |t: f32| top + out * (reach * t) + V(0.0, reach * (rise * t - (0.75 + rise * 0.5) * t * t), 0.0);
        let tone = Paint::new(0x58783a, Skin::Leaf).times(c.between(0.75, 1.25));
        for k in 1..16 {
            let t = k as f32 / 16.0;
            let long = reach * 0.3 * (1.0 - (t - 0.4).abs() * 1.1).max(0.15);
            for way in [-1.0, 1.0] {
                let base = curve(t);
                let tip = base + side * (way * long) + out * (long * 0.5) - V(0.0, long * 0.55, 0.0);
                let wide = (curve(t + 0.045) - base) * 0.8;
                s.leaf(tone, [base, base + wide, tip, tip], V(side.0 * way * 0.3, 0.9, side.2 * way * 0.3).unit());
            }
        }
    }
    s.shade_ball(rgb(0x3c4a28), top - V(0.0, 0.1, 0.0), tall * 0.07);
}

/// A clipped hedge.
pub(crate) fn hedge(s: &mut Stage, c: &mut Chance, a: V, b: V) {
    let (least, most) = (a.least(b), a.most(b));
    let inset = V(0.06, 0.06, 0.06);
    let tone = green(c);
    s.slab(Paint { skin: Skin::Plain, ..tone.times(0.45) }, least + V(0.06, 0.0, 0.06), most - inset);
    let size = most - least;
    let leaves = ((size.0 * size.1 + size.2 * size.1 + size.0 * size.2) * 90.0).min(1600.0) as u32;
    for _ in 0..leaves {
        let (fx, fy, fz) = (c.unit(), c.unit(), c.unit());
        let (place, out) = match c.under(4) {
            0 | 1 => (V(fx, fy, 0.0), V(0.0, 0.3, -1.0)),
            2 => (V(fx, 1.0, fz), V(0.0, 1.0, 0.0)),
            _ => (V(if fx < 0.5 { 0.0 } else { 1.0 }, fy, fz), V(if fx < 0.5 { -1.0 } else { 1.0 }, 0.3, 0.0)),
        };
        let at = least + place * size;
        let u = direction(c) * 0.11;
        let v = direction(c).cross(u).unit() * 0.07;
        s.leaf(tone.times(c.between(0.75, 1.3)), [at - u, at + v, at + u, at - v], out.unit());
    }
}

/// Low bushes and flowers along a line.
pub(crate) fn bed(s: &mut Stage, c: &mut Chance, from: V, to: V) {
    let long = (to - from).length();
    let count = (long / 0.55).ceil() as u32;
    for i in 0..count {
        let at = from.mix(to, (i as f32 + c.between(0.2, 0.8)) / count as f32);
        let r = c.between(0.24, 0.42);
        crown(s, c, at + V(0.0, r * 0.7, 0.0), r, (110, 0.07));
        if c.odds(0.4) {
            let bloom = Paint::new(c.of(&[0xd9566b, 0xe8a33d, 0xf0e6ef, 0xb45cc0]), Skin::Leaf);
            for _ in 0..14 {
                let p = at + V(0.0, r * 0.8, 0.0) + direction(c) * r;
                let (u, v) = (direction(c) * 0.035, direction(c) * 0.035);
                s.leaf(bloom, [p - u, p + v, p + u, p - v], V(0.0, 1.0, 0.0));
            }
        }
    }
}

/// A plant with broad leaves in a pot.
pub(crate) fn pot(s: &mut Stage, c: &mut Chance, at: V, tall: f32) {
    let clay = Paint::plain(c.of(&[0xd9d4cb, 0x8c8a86, 0xb87a56, 0x3f4144]));
    s.rod(clay, (at, tall * 0.11), (at + V(0.0, tall * 0.28, 0.0), tall * 0.15));
    let from = at + V(0.0, tall * 0.26, 0.0);
    for i in 0..26 {
        let turn = i as f32 * 2.4;
        let (reach, rise) = (tall * c.between(0.16, 0.36), tall * c.between(0.2, 0.72));
        let out = V(turn.cos(), 0.0, turn.sin());
        let tip = from + out * reach + V(0.0, rise, 0.0);
        let middle = from + out * (reach * 0.45) + V(0.0, rise * 0.8, 0.0);
        let side = V(-out.2, 0.0, out.0) * (tall * c.between(0.035, 0.06));
        let paint = Paint::new(0x47692f, Skin::Leaf).times(c.between(0.7, 1.35));
        let lit = (out * 0.4 + V(0.0, 1.0, 0.0)).unit();
        s.leaf(paint, [tip, middle + side, from, middle - side], lit);
    }
}
