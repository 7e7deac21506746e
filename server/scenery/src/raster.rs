//! Which face is seen where: a depth buffer with four samples a pixel.

use crate::maths::V;
use crate::paint::Skin;
use crate::stage::{Camera, Stage};

/// Nothing is seen but the sky.
pub(crate) const NOTHING: u32 = u32::MAX;
/// Where in a pixel the samples lie.
const SAMPLES: [(f32, f32); 4] = [(0.375, 0.125), (0.875, 0.375), (0.125, 0.625), (0.625, 0.875)];
const NEAR: f32 = 0.05;

/// The visible face of every sample.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) faces: Vec<[u32; 4]>,
    depths: Vec<[f32; 4]>,
}

/// A point in pixels and the inverse of its distance.
#[derive(Debug, Clone, Copy)]
struct Spot {
    x: f32,
    y: f32,
    near: f32,
}

/// The direction that a pixel looks in.
pub(crate) fn ray(camera: &Camera, (width, height): (usize, usize), x: f32, y: f32) -> V {
    let s = (x / width as f32 * 2.0 - 1.0) * camera.wide;
    let t = (1.0 - y / height as f32 * 2.0) * camera.wide * height as f32 / width as f32 + camera.shift;
    (camera.ahead + camera.right * s + camera.up * t).unit()
}

/// Looks at the whole stage.
pub(crate) fn look(stage: &Stage, width: usize, height: usize) -> Seen {
    let mut seen =
        Seen { width, height, faces: vec![[NOTHING; 4]; width * height], depths: vec![[0.0; 4]; width * height] };
    let camera = &stage.camera;
    let scale = width as f32 / (2.0 * camera.wide);
    let view: Vec<V> = stage
        .corners
        .iter()
        .map(|c| {
            let away = c.at - camera.at;
            V(away.dot(camera.right), away.dot(camera.up), away.dot(camera.ahead))
        })
        .collect();
    let spot = |v: V| {
        let near = 1.0 / v.2;
        let y = v.1 * near - camera.shift;
        Spot { x: width as f32 * 0.5 + v.0 * near * scale, y: height as f32 * 0.5 - y * scale, near }
    };
    for (id, face) in stage.faces.iter().enumerate() {
        let [a, b, c] = face.corners;
        let first = &stage.corners[a as usize];
        let is_turned_away = first.normal.dot(camera.at - first.at) <= 0.0;
        // A round body's faces go with its corners' normals: one of them facing us is enough.
        if is_turned_away && face.paint.skin != Skin::Leaf {
            let others = [b, c].iter().all(|i| {
                let corner = &stage.corners[*i as usize];
                corner.normal.dot(camera.at - corner.at) <= 0.0
            });
            if others {
                continue;
            }
        }
        let mut spots = [Spot { x: 0.0, y: 0.0, near: 0.0 }; 4];
        let count = clip([view[a as usize], view[b as usize], view[c as usize]], &mut spots, &spot);
        for i in 2..count {
            seen.fill([spots[0], spots[i - 1], spots[i]], id as u32);
        }
    }
    seen
}

/// The part of a triangle in front of the camera: none, three or four corners.
fn clip(corners: [V; 3], spots: &mut [Spot; 4], spot: &impl Fn(V) -> Spot) -> usize {
    let mut count = 0;
    for i in 0..3 {
        let (from, to) = (corners[i], corners[(i + 1) % 3]);
        if from.2 > NEAR {
            spots[count] = spot(from);
            count += 1;
        }
        if (from.2 > NEAR) != (to.2 > NEAR) && count < 4 {
            spots[count] = spot(from.mix(to, (NEAR - from.2) / (to.2 - from.2)));
            count += 1;
        }
    }
    count
}

impl Seen {
    fn fill(&mut self, [a, mut b, mut c]: [Spot; 3], id: u32) {
        let turn = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        if turn == 0.0 || !turn.is_finite() {
            return;
        }
        if turn < 0.0 {
            (b, c) = (c, b);
        }
        let area = turn.abs();
        // Inside: to the right of all three edges, a*x + b*y + c >= 0.
        let edge = |p: Spot, q: Spot| {
            let (ea, eb) = (p.y - q.y, q.x - p.x);
            (ea, eb, -(ea * p.x + eb * p.y))
        };
        let edges = [edge(a, b), edge(b, c), edge(c, a)];
        let weigh =
            |f: fn((f32, f32, f32)) -> f32| (f(edges[1]) * a.near + f(edges[2]) * b.near + f(edges[0]) * c.near) / area;
        let plane = (weigh(|e| e.0), weigh(|e| e.1), weigh(|e| e.2));
        let top = a.y.min(b.y).min(c.y).max(0.0) as usize;
        let bottom = (a.y.max(b.y).max(c.y).min(self.height as f32 - 0.01)).max(-1.0);
        if bottom < 0.0 {
            return;
        }
        for y in top..=bottom as usize {
            let (mut left, mut right) =
                (a.x.min(b.x).min(c.x).max(0.0), a.x.max(b.x).max(c.x).min(self.width as f32 - 0.01));
            for (ea, eb, ec) in edges {
                let c = ec + (eb * y as f32).max(eb * (y + 1) as f32);
                if ea > 0.0 {
                    left = left.max(-c / ea);
                } else if ea < 0.0 {
                    right = right.min(-c / ea);
                } else if c < 0.0 {
                    right = -1.0;
                }
            }
            if right < left || right < 0.0 {
                continue;
            }
            for x in left as usize..=right as usize {
                self.dots(x, y, &edges, plane, id);
            }
        }
    }

    fn dots(&mut self, x: usize, y: usize, edges: &[(f32, f32, f32); 3], plane: (f32, f32, f32), id: u32) {
        let at = y * self.width + x;
        let (faces, depths) = (&mut self.faces[at], &mut self.depths[at]);
        for (i, (sx, sy)) in SAMPLES.into_iter().enumerate() {
            let (px, py) = (x as f32 + sx, y as f32 + sy);
            let inside = edges.iter().all(|(a, b, c)| a * px + b * py + c >= 0.0);
            let near = plane.0 * px + plane.1 * py + plane.2;
            if inside && near > depths[i] {
                depths[i] = near;
                faces[i] = id;
            }
        }
    }
}
