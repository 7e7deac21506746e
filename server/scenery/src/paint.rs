//! What surfaces are made of.

use crate::maths::{V, clouds, hash, mix, noise, rgb, step};

/// The pattern of a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Skin {
    Plain,
    /// Wall paint: hardly anything, but not nothing.
    Plaster,
    /// Boards of so many metres' width.
    Planks(f32),
    /// Squares of so many metres.
    Tiles(f32),
    /// Veined stone in slabs of so many metres.
    Marble(f32),
    Bricks,
    Cloth,
    Wood,
    /// A roof's rows.
    Roof,
    /// Sheet metal, ribs every so many metres.
    Ribs(f32),
    Grass,
    Sand,
    Paving,
    Asphalt,
    Leaf,
    /// A pane with the sky in it.
    Glass,
    Water,
    /// Shines by itself.
    Glow,
    /// Rows of books or bottles.
    Spines,
    /// A picture on a wall.
    Canvas,
}

/// A surface's make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paint {
    pub(crate) colour: V,
    pub(crate) skin: Skin,
    /// How much of what stands opposite is seen in it.
    pub(crate) gloss: f32,
}

impl Paint {
    pub(crate) fn new(hex: u32, skin: Skin) -> Self {
        Self { colour: rgb(hex), skin, gloss: 0.0 }
    }

    pub(crate) fn plain(hex: u32) -> Self {
        Self::new(hex, Skin::Plain)
    }

    pub(crate) fn gloss(self, gloss: f32) -> Self {
        Self { gloss, ..self }
    }

    pub(crate) fn times(self, k: f32) -> Self {
        Self { colour: self.colour * k, ..self }
    }
}

/// How much of a line stands at `x`, when lines of `width` come every `period` and a pixel covers `dot`.
fn line(x: f32, period: f32, width: f32, dot: f32) -> f32 {
    let off = ((x / period).fract() + 1.0).fract() * period;
    let near = off.min(period - off);
    let wide = width.max(dot);
    (1.0 - step(wide * 0.3, wide * 0.8, near)) * (width / wide)
}

/// Colour and normal at a place. `dot`: how many metres a pixel covers there.
pub(crate) fn at(paint: &Paint, p: V, n: V, dot: f32) -> (V, V) {
    let c = paint.colour;
    let (ax, ay, az) = (n.0.abs(), n.1.abs(), n.2.abs());
    let (u, v) = if ay >= ax && ay >= az {
        (p.0, p.2)
    } else if ax >= az {
        (p.2, p.1)
    } else {
        (p.0, p.1)
    };
    let colour = match paint.skin {
        Skin::Plain | Skin::Glow | Skin::Glass => c,
        Skin::Plaster => c * (0.965 + 0.07 * clouds(u * 1.3, v * 1.3, 3)),
        Skin::Planks(width) => planks(c, u, v, width, dot),
        Skin::Tiles(size) => tiles(c, (u, v), size, dot),
        Skin::Marble(size) => marble(c, (u, v), size, dot),
        Skin::Bricks => bricks(c, u, v, dot),
        Skin::Cloth => c * (0.9 + 0.2 * mix(noise(u * 90.0, v * 90.0), clouds(u * 9.0, v * 9.0, 3), 0.6)),
        Skin::Wood => {
            let grain = clouds(u * 2.2 + clouds(u * 3.0, v * 3.0, 2) * 1.2, v * 26.0, 4);
            c * (0.72 + 0.5 * grain)
        }
        Skin::Roof => {
            let row = ((v / 0.34).fract() + 1.0).fract();
            let wave = ((u / 0.22).fract() * std::f32::consts::TAU).sin() * (0.22 / (0.22 + dot * 4.0));
            let piece = hash((u / 0.22).floor() as i32, (v / 0.34).floor() as i32, 3);
            c * (0.78 + 0.16 * wave + 0.2 * piece - 0.3 * step(0.75, 1.0, row) * (0.34 / (0.34 + dot * 4.0)))
        }
        Skin::Ribs(period) => {
            let rib = ((u / period).fract() * std::f32::consts::TAU).sin() * (period / (period + dot * 5.0));
            c * (0.92 + 0.14 * rib)
        }
        Skin::Grass => {
            let blades = mix(0.5, noise(u * 31.0, v * 31.0), 1.0 / (1.0 + dot * 18.0));
            let patch = clouds(u * 0.7, v * 0.7, 4);
            c.mix(rgb(0x9a9a4c), 0.28 * patch) * (0.62 + 0.5 * blades + 0.25 * patch)
        }
        Skin::Sand => {
            c * (0.84 + 0.14 * clouds(u * 2.0, v * 2.0, 4) + 0.14 * noise(u * 60.0, v * 60.0) / (1.0 + dot * 40.0))
        }
        Skin::Paving => {
            let joint = line(u, 0.8, 0.012, dot).max(line(v, 0.8, 0.012, dot));
            let slab = hash((u / 0.8).floor() as i32, (v / 0.8).floor() as i32, 1);
            c * (0.86 + 0.1 * slab + 0.1 * clouds(u * 3.0, v * 3.0, 3)) * (1.0 - 0.35 * joint)
        }
        Skin::Asphalt => {
            c * (0.8 + 0.25 * clouds(u * 0.9, v * 0.9, 4) + 0.2 * noise(u * 40.0, v * 40.0) / (1.0 + dot * 30.0))
        }
        Skin::Leaf => {
            c * (0.75 + 0.5 * hash((p.0 * 5.0).floor() as i32, (p.1 * 5.0).floor() as i32, (p.2 * 5.0).floor() as i32))
        }
        Skin::Water => return (c, ripple(p, dot)),
        Skin::Spines => spines(u, v),
        Skin::Canvas => canvas(c, u, v),
    };
    (colour, n)
}

fn planks(c: V, u: f32, v: f32, width: f32, dot: f32) -> V {
    let row = (u / width).floor();
    let along = v + hash(row as i32, 11, 5) * 1.7;
    let board = hash(row as i32, (along / 1.4).floor() as i32, 2);
    let grain = clouds(u * 38.0 + board * 40.0, v * 1.7 + board * 9.0, 4);
    let fade = 1.0 / (1.0 + dot * 26.0);
    let joint = line(u, width, 0.003, dot).max(line(along, 1.4, 0.003, dot));
    c * (0.8 + 0.26 * board + 0.3 * (grain - 0.5) * fade) * (1.0 - 0.5 * joint)
}

fn tiles(c: V, (u, v): (f32, f32), size: f32, dot: f32) -> V {
    let joint = line(u, size, 0.005, dot).max(line(v, size, 0.005, dot));
    let piece = hash((u / size).floor() as i32, (v / size).floor() as i32, 9);
    c * (0.965 + 0.045 * piece + 0.03 * clouds(u * 2.1, v * 2.1, 3)) * (1.0 - 0.32 * joint)
}

fn marble(c: V, (u, v): (f32, f32), size: f32, dot: f32) -> V {
    let piece = hash((u / size).floor() as i32, (v / size).floor() as i32, 4);
    let bend = clouds(u * 1.1 + piece * 31.0, v * 1.1, 5);
    let vein = 1.0 - ((bend * 5.0 + u * 0.35 + v * 0.2).fract() * 2.0 - 1.0).abs();
    let vein = step(0.86, 1.0, vein) * 0.5 * noise(u * 2.0 + 9.0, v * 2.0);
    let joint = line(u, size, 0.003, dot).max(line(v, size, 0.003, dot));
    c.mix(rgb(0x77726e), vein) * (0.93 + 0.09 * bend) * (1.0 - 0.28 * joint)
}

fn bricks(c: V, u: f32, v: f32, dot: f32) -> V {
    let row = (v / 0.075).floor();
    let shifted = u + if row as i32 & 1 == 0 { 0.0 } else { 0.115 };
    let joint = line(shifted, 0.23, 0.011, dot).max(line(v, 0.075, 0.011, dot));
    let piece = hash((shifted / 0.23).floor() as i32, row as i32, 6);
    (c * (0.72 + 0.5 * piece)).mix(rgb(0xb9b0a4), joint * 0.75)
}

fn ripple(p: V, dot: f32) -> V {
    let calm = 1.0 / (1.0 + dot * 5.0);
    let (x, z) = (p.0 * 2.6, p.2 * 2.6);
    let slope = |x: f32, z: f32| clouds(x, z, 3) + 0.4 * noise(x * 3.1, z * 3.1);
    let here = slope(x, z);
    V((slope(x + 0.15, z) - here) * 0.5 * calm, 1.0, (slope(x, z + 0.15) - here) * 0.5 * calm).unit()
}

fn spines(u: f32, v: f32) -> V {
    const INKS: [u32; 7] = [0x8d4a3b, 0x2f4858, 0xd8cfc0, 0x6b7f63, 0xb98b46, 0x40444c, 0xa9a39a];
    let at = (u / 0.045).floor();
    let shelf = (v / 0.34).floor() as i32;
    let tall = 0.55 + 0.35 * hash(at as i32, shelf, 8);
    let off = ((v / 0.34).fract() + 1.0).fract();
    let gap = hash((at / 6.0).floor() as i32, shelf, 12) < 0.3;
    if off > tall || gap {
        return rgb(0x3a342e);
    }
    let edge = ((u / 0.045).fract() + 1.0).fract();
    rgb(INKS[(hash(at as i32, shelf, 2) * 6.99) as usize])
        * (0.65 + 0.4 * step(0.0, 0.25, edge) * step(1.0, 0.75, edge))
}

fn canvas(c: V, u: f32, v: f32) -> V {
    let wash = clouds(u * 1.6 + c.0 * 9.0, v * 1.6, 4);
    let field = step(0.46, 0.5, clouds(u * 0.9 + 3.0 + c.1 * 7.0, v * 1.3, 2));
    let far = step(0.55, 0.6, clouds(u * 1.9 + 7.0, v * 0.8 + c.2 * 5.0, 2));
    rgb(0xe9e2d6).mix(c, field).mix(c * 0.35, far * 0.8) * (0.85 + 0.25 * wash)
}
