//! From what is seen to a picture: shading, then what a camera does to light.

use crate::light::Light;
use crate::maths::{V, hash, noise, step};
use crate::paint::{self, Skin};
use crate::raster::{self, NOTHING, Seen};
use crate::stage::Stage;

/// A picture as bytes, three a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue, line by line.
    pub pixels: Vec<u8>,
}

/// Takes the picture.
pub(crate) fn take(stage: &Stage, width: u32, height: u32) -> Picture {
    let (w, h) = (width as usize, height as usize);
    let seen = raster::look(stage, w, h);
    let light = Light::new(stage, if width > 600 { 44 } else { 12 });
    let baked = light.bake(&seen);
    let mut scene = Scene { stage, light: &light, baked: &baked, size: (w, h), probes: Vec::new() };
    scene.probes = scene.probe(&seen);
    let mut linear: Vec<V> = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            linear.push(scene.pixel(&seen, x, y));
        }
    }
    let halo = bloom(&linear, w, h);
    let curve = curve();
    let mut pixels = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        for x in 0..w {
            let (dx, dy) = (x as f32 / w as f32 - 0.5, y as f32 / h as f32 - 0.5);
            let dark = 1.0 - 0.42 * step(0.1, 0.62, dx * dx + dy * dy * 0.9);
            let grain = 1.0 + (hash(x as i32, y as i32, 77) - 0.5) * 0.035;
            let c = (linear[y * w + x] + halo.at(x, y) * 0.09) * (stage.exposure * dark * grain);
            for c in [c.0, c.1, c.2] {
                pixels.push(curve[((c * 512.0) as usize).min(curve.len() - 1)]);
            }
        }
    }
    Picture { width, height, pixels }
}

/// Film: shadows lifted a little, highlights rolled off (a fit by K. Narkowicz, 2015), then sRGB.
fn curve() -> Vec<u8> {
    (0..6144)
        .map(|i| {
            let x = i as f32 / 512.0 * 0.82;
            let film = (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).clamp(0.0, 1.0);
            let c = if film <= 0.003_130_8 { film * 12.92 } else { 1.055 * film.powf(1.0 / 2.4) - 0.055 };
            (c * 255.0 + 0.5) as u8
        })
        .collect()
}

#[derive(Debug)]
struct Scene<'a> {
    stage: &'a Stage,
    light: &'a Light<'a>,
    baked: &'a [V],
    size: (usize, usize),
    /// Every fourth pixel both ways: where its surface faces, and whether the sun reaches it.
    probes: Vec<(V, bool)>,
}

/// Pixels from probe to probe.
const PROBE: usize = 4;

impl Scene<'_> {
    fn probe(&self, seen: &Seen) -> Vec<(V, bool)> {
        let (w, h) = self.size;
        let places = (0..=h.div_ceil(PROBE)).flat_map(|j| (0..=w.div_ceil(PROBE)).map(move |i| (i * PROBE, j * PROBE)));
        places
            .map(|(x, y)| {
                let (x, y) = (x.min(w - 1), y.min(h - 1));
                let face = seen.faces[y * w + x][0];
                if face == NOTHING {
                    return (V::default(), false);
                }
                let [a, b, c] = self.stage.faces[face as usize].corners.map(|i| &self.stage.corners[i as usize]);
                let to = raster::ray(&self.stage.camera, self.size, x as f32 + 0.5, y as f32 + 0.5);
                let (far, _, _) = meet(self.stage.camera.at, to, (a.at, b.at, c.at));
                (a.normal, self.light.sun(self.stage.camera.at + to * far, a.normal, 0.5) > 0.0)
            })
            .collect()
    }

    /// The sun on a surface: where the four probes around a pixel lie on the same plane and agree, what they say.
    fn sun(&self, p: V, n: V, (x, y): (usize, usize), dither: f32) -> f32 {
        let facing = n.dot(self.stage.sky.sun_at);
        if facing <= 0.0 || self.stage.sky.sun.1 <= 0.0 {
            return 0.0;
        }
        let across = self.size.0.div_ceil(PROBE) + 1;
        let at = y / PROBE * across + x / PROBE;
        let around = [at, at + 1, at + across, at + across + 1].map(|i| self.probes[i]);
        if around.iter().all(|probe| probe.1 == around[0].1 && probe.0.dot(n) > 0.999) {
            return if around[0].1 { facing } else { 0.0 };
        }
        // At an edge: four looks, spread over the sun's disc.
        (0..4_u8).map(|i| self.light.sun(p, n, (dither + f32::from(i)) * 0.25)).sum::<f32>() * 0.25
    }

    fn pixel(&self, seen: &Seen, x: usize, y: usize) -> V {
        let faces = seen.faces[y * seen.width + x];
        let to = raster::ray(&self.stage.camera, self.size, x as f32 + 0.5, y as f32 + 0.5);
        let mut sum = V::default();
        for (i, face) in faces.iter().enumerate() {
            // Each face once, for all its samples.
            if faces[..i].contains(face) {
                continue;
            }
            let share = faces.iter().filter(|f| *f == face).count() as f32 * 0.25;
            let colour = if *face == NOTHING { self.stage.sky.look(to) } else { self.face(*face, to, (x, y)) };
            sum = sum + colour.least(V::all(6.0)) * share;
        }
        sum
    }

    fn face(&self, id: u32, to: V, (x, y): (usize, usize)) -> V {
        let stage = self.stage;
        let face = &stage.faces[id as usize];
        let [a, b, c] = face.corners.map(|i| &stage.corners[i as usize]);
        let (far, s, t) = meet(stage.camera.at, to, (a.at, b.at, c.at));
        let p = stage.camera.at + to * far;
        let r = 1.0 - s - t;
        let mut n = (a.normal * r + b.normal * s + c.normal * t).unit();
        let paint = &face.paint;
        let [la, lb, lc] = face.corners.map(|i| self.baked[i as usize]);
        let soft = if paint.skin == Skin::Leaf { la } else { la * r + lb * s + lc * t };
        let dot = far * 2.0 * stage.camera.wide / self.size.0 as f32 / n.dot(to).abs().max(0.08);
        let (colour, bent) = paint::at(paint, p, n, dot);
        let facing = n.dot(to);
        if paint.skin == Skin::Leaf && facing > 0.0 {
            n = n.mix(-to, 0.3).unit();
        }
        let dither = hash(x as i32, y as i32, 13);
        let lit = match paint.skin {
            Skin::Glow => colour,
            Skin::Glass => self.pane(colour, p, to, n, soft),
            Skin::Water => self.water(colour, p, to, bent, soft),
            Skin::Leaf => {
                // A leaf in the sun shines through, whichever way it faces.
                let sun = self.light.sun(p + stage.sky.sun_at * 0.05, stage.sky.sun_at, dither);
                let through = V(0.9, 1.0, 0.35) * 0.28 + V::all(n.dot(stage.sky.sun_at).max(0.0));
                colour * (soft + stage.sky.sun * through * sun)
            }
            _ => colour * (soft + stage.sky.sun * self.sun(p, n, (x, y), dither)),
        };
        let shown = if paint.gloss > 0.0 { self.polish(lit, paint.gloss, p, to, n, dither) } else { lit };
        if stage.is_indoors {
            return shown;
        }
        shown.mix(stage.sky.light(V(to.0, to.1.abs() * 0.4, to.2).unit()), 1.0 - (-far * stage.sky.haze).exp())
    }

    fn polish(&self, lit: V, gloss: f32, p: V, to: V, n: V, dither: f32) -> V {
        let straight = (1.0 + n.dot(to)).clamp(0.0, 1.0);
        // From 1 on it is a mirror.
        let share = if gloss >= 1.0 { 0.8 } else { gloss * (0.07 + 0.93 * straight.powi(4)) };
        if share < 0.012 {
            return lit;
        }
        let rough = if gloss >= 1.0 { 0.0 } else { (dither - 0.5) * 0.02 };
        let away = (to.mirror(n) + V(rough, rough * 0.5, -rough)).unit();
        lit.mix(self.light.mirrored(p + n * 0.02, away), share.min(0.85))
    }

    /// A window from outside: the room behind it, the world in it.
    fn pane(&self, inside: V, p: V, to: V, n: V, soft: V) -> V {
        let away = to.mirror(n);
        let straight = (1.0 + n.dot(to)).clamp(0.0, 1.0);
        let wave = V(noise(p.0 * 0.7, p.1 * 0.9) - 0.5, noise(p.1 * 0.7 + 9.0, p.0 * 0.8) - 0.5, 0.0) * 0.03;
        let away = (away + wave).unit();
        let sky = &self.stage.sky;
        // The houses across the street.
        let roofs = 0.1 + 0.16 * hash((away.0 * 7.0).floor() as i32, (away.2 * 7.0).floor() as i32, 5);
        let world = sky.look(V(away.0, away.1.abs().max(0.02), away.2).unit());
        let world = if away.1 < roofs { world.mix(sky.ground * 0.9 + sky.horizon * 0.12, 0.75) } else { world };
        let share = 0.2 + 0.8 * straight.powi(4);
        (inside * (soft * 0.5 + V::all(0.25))).mix(world, share * 0.85)
    }

    fn water(&self, deep: V, p: V, to: V, n: V, soft: V) -> V {
        let away = to.mirror(n);
        let away = V(away.0, away.1.abs().max(0.02), away.2).unit();
        let straight = (1.0 + n.dot(to)).clamp(0.0, 1.0);
        let share = 0.03 + 0.97 * straight.powi(4);
        let lines = (noise(p.0 * 3.0, p.2 * 3.0) - noise(p.0 * 3.0 + 40.0, p.2 * 3.0 + 7.0)).abs();
        let net = step(0.12, 0.0, lines) * 0.16;
        let sun = self.light.sun(p, V(0.0, 1.0, 0.0), 0.5);
        let body = deep * (soft + self.stage.sky.sun * (sun * (0.8 + net * 2.0)));
        let glint = away.dot(self.stage.sky.sun_at).max(0.0).powi(260) * 3.0;
        body.mix(self.light.mirrored(p + V(0.0, 0.05, 0.0), away), share) + self.stage.sky.sun * (glint * sun)
    }
}

/// Distance and place in a triangle; a ray past its edge is taken as at the edge.
fn meet(from: V, to: V, (a, b, c): (V, V, V)) -> (f32, f32, f32) {
    let (e, f) = (b - a, c - a);
    let p = to.cross(f);
    let det = e.dot(p);
    let inv = if det.abs() < 1e-12 { 0.0 } else { 1.0 / det };
    let t = from - a;
    let q = t.cross(e);
    let (u, v) = ((t.dot(p) * inv).clamp(0.0, 1.0), (to.dot(q) * inv).clamp(0.0, 1.0));
    let over = (u + v).max(1.0);
    (((a + (e * u + f * v) * (1.0 / over)) - from).dot(to), u / over, v / over)
}

/// Brightness spilling over, an eighth of the size.
#[derive(Debug)]
struct Halo {
    width: usize,
    height: usize,
    cells: Vec<V>,
}

const CELL: usize = 8;

fn bloom(linear: &[V], w: usize, h: usize) -> Halo {
    let (width, height) = (w.div_ceil(CELL), h.div_ceil(CELL));
    let mut cells = vec![V::default(); width * height];
    for (i, c) in linear.iter().enumerate() {
        let at = (i / w / CELL) * width + (i % w) / CELL;
        let over = (*c - V::all(0.9)).most(V::default()).least(V::all(3.0));
        cells[at] = cells[at] + over * (1.0 / (CELL * CELL) as f32);
    }
    let reach = (width / 24).max(1);
    for _ in 0..3 {
        cells = blur(&cells, width, height, reach);
    }
    Halo { width, height, cells }
}

fn blur(cells: &[V], width: usize, height: usize, reach: usize) -> Vec<V> {
    let pass = |from: &[V], along: &dyn Fn(usize, usize) -> usize, long: usize, rows: usize| {
        let mut to = vec![V::default(); from.len()];
        for row in 0..rows {
            for i in 0..long {
                let (a, b) = (i.saturating_sub(reach), (i + reach).min(long - 1));
                let sum = (a..=b).fold(V::default(), |sum, k| sum + from[along(row, k)]);
                to[along(row, i)] = sum * (1.0 / (b - a + 1) as f32);
            }
        }
        to
    };
    let across = pass(cells, &|row, i| row * width + i, width, height);
    pass(&across, &|row, i| i * width + row, height, width)
}

impl Halo {
    fn at(&self, x: usize, y: usize) -> V {
        let (fx, fy) = (x as f32 / CELL as f32 - 0.5, y as f32 / CELL as f32 - 0.5);
        let (ix, iy) = (fx.max(0.0) as usize, fy.max(0.0) as usize);
        let (tx, ty) = ((fx - ix as f32).clamp(0.0, 1.0), (fy - iy as f32).clamp(0.0, 1.0));
        let cell = |x: usize, y: usize| self.cells[y.min(self.height - 1) * self.width + x.min(self.width - 1)];
        let top = cell(ix, iy).mix(cell(ix + 1, iy), tx);
        top.mix(cell(ix, iy + 1).mix(cell(ix + 1, iy + 1), tx), ty)
    }
}
