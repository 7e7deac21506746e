//! Light: the sky and the lamps at every visible corner, the sun at every pixel.

use crate::maths::V;
use crate::paint::Skin;
use crate::raster::{NOTHING, Seen};
use crate::rays::{Hit, Tree};
use crate::stage::{Corner, Stage};

/// Light in a scene.
#[derive(Debug)]
pub(crate) struct Light<'a> {
    stage: &'a Stage,
    tree: Tree,
    /// Directions about a normal, more of them along it.
    round: Vec<V>,
    /// What comes from everywhere at once, so that no corner is black.
    floor: V,
}

impl<'a> Light<'a> {
    pub(crate) fn new(stage: &'a Stage, rays: usize) -> Self {
        let round = (0..rays)
            .map(|i| {
                let (height, turn) = (((i as f32 + 0.5) / rays as f32), i as f32 * 2.399_963);
                let (s, c) = turn.sin_cos();
                let wide = height.sqrt();
                V(wide * c, wide * s, (1.0 - height).sqrt())
            })
            .collect();
        let average = stage.sky.light(V(0.3, 0.6, 0.4).unit());
        let floor = if stage.is_indoors { lamps_average(stage) } else { average * 0.12 };
        Self { stage, tree: Tree::new(stage.solids.clone()), round, floor }
    }

    /// The light at every corner of a face that is seen.
    pub(crate) fn bake(&self, seen: &Seen) -> Vec<V> {
        let mut wanted = vec![false; self.stage.corners.len()];
        let mut last = NOTHING;
        for face in seen.faces.iter().flatten() {
            if *face != NOTHING && *face != last {
                last = *face;
                let face = &self.stage.faces[*face as usize];
                // A leaf has the light of its first corner.
                let corners = if face.paint.skin == Skin::Glow {
                    continue;
                } else if face.paint.skin == Skin::Leaf {
                    &face.corners[..1]
                } else {
                    &face.corners[..]
                };
                for corner in corners {
                    wanted[*corner as usize] = true;
                }
            }
        }
        let corners = self.stage.corners.iter().zip(wanted);
        corners.map(|(corner, wanted)| if wanted { self.at(corner) } else { V::default() }).collect()
    }

    fn at(&self, corner: &Corner) -> V {
        let n = corner.normal;
        let from = corner.at + n * 0.012;
        let side = if n.1.abs() > 0.9 { V(1.0, 0.0, 0.0) } else { V(0.0, 1.0, 0.0) };
        let u = side.cross(n).unit();
        let v = n.cross(u);
        let mut sum = V::default();
        for d in &self.round {
            let to = u * d.0 + v * d.1 + n * d.2;
            sum = sum
                + match self.tree.first(from, to, 60.0) {
                    Some(hit) => self.thrown_back(from + to * hit.far, &hit),
                    None if self.stage.is_indoors => self.floor,
                    None => self.stage.sky.light(to),
                };
        }
        sum * (1.0 / self.round.len() as f32) + self.lamp_light(from, n, 4)
    }

    /// What a surface gives on of the light that it gets, by a look that ignores shadows.
    fn thrown_back(&self, at: V, hit: &Hit) -> V {
        let stage = self.stage;
        let sun = if stage.is_indoors {
            V::default()
        } else {
            stage.sky.sun * (hit.normal.dot(stage.sky.sun_at).max(0.0) * 0.45)
        };
        let lamps =
            stage.lamps.iter().map(|lamp| glow(lamp.corner + lamp.u * 0.5 + lamp.v * 0.5, lamp, at, hit.normal));
        let lamps = lamps.fold(V::default(), |a, b| a + b);
        let sky = if stage.is_indoors { V::default() } else { stage.sky.light(hit.normal) * 0.5 };
        hit.colour * (self.floor + sun + sky + lamps)
    }

    fn lamp_light(&self, at: V, n: V, fine: usize) -> V {
        let mut sum = V::default();
        for lamp in &self.stage.lamps {
            for i in 0..fine * fine {
                let (s, t) = (((i % fine) as f32 + 0.5) / fine as f32, ((i / fine) as f32 + 0.5) / fine as f32);
                let from = lamp.corner + lamp.u * s + lamp.v * t;
                let light = glow(from, lamp, at, n);
                if light.1 > 0.0 {
                    let way = from - at;
                    let far = way.length();
                    if !self.tree.blocked(at, way * (1.0 / far), far - 0.03) {
                        sum = sum + light * (1.0 / (fine * fine) as f32);
                    }
                }
            }
        }
        sum
    }

    /// How much of the sun a point gets: all, nothing, or at an edge something between.
    pub(crate) fn sun(&self, at: V, n: V, dither: f32) -> f32 {
        let sky = &self.stage.sky;
        if sky.sun.1 <= 0.0 {
            return 0.0;
        }
        let facing = n.dot(sky.sun_at);
        if facing <= 0.0 {
            return 0.0;
        }
        let (s, c) = (dither * std::f32::consts::TAU).sin_cos();
        let to = (sky.sun_at + V(s, c * 0.6, -s * 0.5 + c * 0.4) * 0.007).unit();
        if self.tree.blocked(at + n * 0.015, to, 400.0) { 0.0 } else { facing }
    }

    /// What is seen in a polished surface.
    pub(crate) fn mirrored(&self, at: V, to: V) -> V {
        match self.tree.first(at, to, 60.0) {
            Some(hit) => self.thrown_back(at + to * hit.far, &hit) * 1.15,
            None if self.stage.is_indoors => self.stage.sky.light(V(to.0, to.1.abs().max(0.05), to.2)) * 1.4,
            None => self.stage.sky.look(to),
        }
    }
}

/// What one point of a lamp sends to a surface, per whole lamp.
fn glow(from: V, lamp: &crate::stage::Lamp, at: V, n: V) -> V {
    let area = lamp.u.cross(lamp.v);
    let way = from - at;
    let far = way.dot(way).max(0.04);
    let (leaving, arriving) = (-way.dot(area), way.dot(n));
    if leaving <= 0.0 || arriving <= 0.0 {
        return V::default();
    }
    lamp.colour * (leaving * arriving / (far * far * std::f32::consts::PI))
}

/// Light after many turns in a closed room: what comes in, spread over about forty square metres of bright walls.
fn lamps_average(stage: &Stage) -> V {
    let sum = stage.lamps.iter().fold(V::default(), |sum, lamp| sum + lamp.colour * lamp.u.cross(lamp.v).length());
    sum * (1.0 / 110.0)
}
