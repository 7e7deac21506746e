//! A scene being built: surfaces for the eye, solids for the light, lamps, sky and camera.

use crate::maths::V;
use crate::paint::Paint;
use crate::rays::{Block, Shape, Solid, turned};
use crate::sky::Sky;

/// A corner of a surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Corner {
    pub(crate) at: V,
    pub(crate) normal: V,
}

/// Three corners in one paint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Face {
    pub(crate) corners: [u32; 3],
    pub(crate) paint: Paint,
}

/// A bright rectangle: a window's daylight or a lamp.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lamp {
    pub(crate) corner: V,
    pub(crate) u: V,
    pub(crate) v: V,
    pub(crate) colour: V,
}

/// Where the picture is taken from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    pub(crate) at: V,
    pub(crate) right: V,
    pub(crate) up: V,
    pub(crate) ahead: V,
    /// Half the picture's width at distance one.
    pub(crate) wide: f32,
    /// The lens moved up, as architects do: verticals stay vertical.
    pub(crate) shift: f32,
}

impl Camera {
    pub(crate) fn look(at: V, to: V, wide: f32) -> Self {
        let ahead = (to - at).unit();
        let up = if ahead.1.abs() > 0.99 { V(0.0, 0.0, 1.0) } else { V(0.0, 1.0, 0.0) };
        let right = up.cross(ahead).unit();
        Self { at, right, up: ahead.cross(right), ahead, wide, shift: 0.0 }
    }

    /// Level, with the lens shifted.
    pub(crate) fn level(at: V, to: V, wide: f32, shift: f32) -> Self {
        Self { shift, ..Self::look(at, V(to.0, at.1, to.2), wide) }
    }
}

/// The scene.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) corners: Vec<Corner>,
    pub(crate) faces: Vec<Face>,
    pub(crate) solids: Vec<Solid>,
    pub(crate) lamps: Vec<Lamp>,
    pub(crate) sky: Sky,
    pub(crate) camera: Camera,
    /// Indoors the sky gives light only through lamps in the windows.
    pub(crate) is_indoors: bool,
    pub(crate) exposure: f32,
    /// Longest side of a piece of surface whose light is computed at its corners.
    pub(crate) grain: f32,
    place: (V, (f32, f32)),
}

impl Stage {
    pub(crate) fn new(sky: Sky, camera: Camera) -> Self {
        Self {
            corners: Vec::new(),
            faces: Vec::new(),
            solids: Vec::new(),
            lamps: Vec::new(),
            sky,
            camera,
            is_indoors: false,
            exposure: 1.0,
            grain: 0.5,
            place: (V::default(), (0.0, 1.0)),
        }
    }

    /// Builds something around its own origin, then stands it here, turned by so many degrees.
    pub(crate) fn at(&mut self, place: V, degrees: f32, build: impl FnOnce(&mut Self)) {
        let (outer, (s, c)) = (self.place, degrees.to_radians().sin_cos());
        let (os, oc) = outer.1;
        self.place = (outer.0 + turned(place, outer.1), (s * oc + c * os, c * oc - s * os));
        build(self);
        self.place = outer;
    }

    fn world(&self, p: V) -> V {
        self.place.0 + turned(p, self.place.1)
    }

    /// A box from corner to corner.
    pub(crate) fn slab(&mut self, paint: Paint, a: V, b: V) {
        let (least, most) = (a.least(b), a.most(b));
        self.hidden(paint.colour, least, most);
        let (x, y, z) = ((least.0, most.0), (least.1, most.1), (least.2, most.2));
        self.quad(paint, V(x.0, y.1, z.0), V(x.1, y.1, z.0), V(x.1, y.1, z.1), V(x.0, y.1, z.1));
        self.quad(paint, V(x.0, y.0, z.1), V(x.1, y.0, z.1), V(x.1, y.0, z.0), V(x.0, y.0, z.0));
        self.quad(paint, V(x.0, y.0, z.0), V(x.1, y.0, z.0), V(x.1, y.1, z.0), V(x.0, y.1, z.0));
        self.quad(paint, V(x.1, y.0, z.1), V(x.0, y.0, z.1), V(x.0, y.1, z.1), V(x.1, y.1, z.1));
        self.quad(paint, V(x.0, y.0, z.1), V(x.0, y.0, z.0), V(x.0, y.1, z.0), V(x.0, y.1, z.1));
        self.quad(paint, V(x.1, y.0, z.0), V(x.1, y.0, z.1), V(x.1, y.1, z.1), V(x.1, y.1, z.0));
    }

    /// A box that takes light away and is not drawn.
    pub(crate) fn hidden(&mut self, colour: V, least: V, most: V) {
        let (centre, half) = (self.world((least + most) * 0.5), (most - least) * 0.5);
        let shape = Shape::Block(Block { centre, half, turn: self.place.1 });
        self.solids.push(Solid { shape, colour });
    }

    /// Four corners, clockwise from outside; it faces one way and takes no light away.
    pub(crate) fn quad(&mut self, paint: Paint, a: V, b: V, c: V, d: V) {
        let (a, b, c, d) = (self.world(a), self.world(b), self.world(c), self.world(d));
        let normal = (c - a).cross(b - d).unit();
        let pieces = |l: f32| ((l / self.grain).ceil() as usize).clamp(1, 64);
        let (across, down) =
            (pieces((b - a).length().max((c - d).length())), pieces((d - a).length().max((c - b).length())));
        let first = self.corners.len() as u32;
        for j in 0..=down {
            for i in 0..=across {
                let (s, t) = (i as f32 / across as f32, j as f32 / down as f32);
                self.corners.push(Corner { at: a.mix(b, s).mix(d.mix(c, s), t), normal });
            }
        }
        self.weave(paint, first, across as u32, down as u32);
    }

    /// Faces of a grid of corners that begins at `first`.
    fn weave(&mut self, paint: Paint, first: u32, across: u32, down: u32) {
        for j in 0..down {
            for i in 0..across {
                let at = first + j * (across + 1) + i;
                let below = at + across + 1;
                self.faces.push(Face { corners: [at, at + 1, below + 1], paint });
                self.faces.push(Face { corners: [at, below + 1, below], paint });
            }
        }
    }

    /// A triangle that takes light away.
    pub(crate) fn triangle(&mut self, paint: Paint, a: V, b: V, c: V) {
        let (a, b, c) = (self.world(a), self.world(b), self.world(c));
        let normal = (c - a).cross(b - a).unit();
        let first = self.corners.len() as u32;
        self.corners.extend([a, b, c].map(|at| Corner { at, normal }));
        self.faces.push(Face { corners: [first, first + 1, first + 2], paint });
        self.solids.push(Solid { shape: Shape::Triangle(a, b, c), colour: paint.colour });
    }

    /// Four corners that take light away: a roof, a sheet.
    pub(crate) fn sheet(&mut self, paint: Paint, a: V, b: V, c: V, d: V) {
        self.quad(paint, a, b, c, d);
        let (a, b, c, d) = (self.world(a), self.world(b), self.world(c), self.world(d));
        for shape in [Shape::Triangle(a, b, c), Shape::Triangle(a, c, d)] {
            self.solids.push(Solid { shape, colour: paint.colour });
        }
    }

    /// A body with rounded edges: cushions, mattresses, basins.
    pub(crate) fn soft(&mut self, paint: Paint, a: V, b: V, radius: f32) {
        const N: u32 = 6;
        let (least, most) = (a.least(b), a.most(b));
        let (centre, half) = ((least + most) * 0.5, (most - least) * 0.5);
        let radius = radius.min(half.0).min(half.1).min(half.2);
        let inset = V::all(radius * 0.46).least(half * 0.6);
        self.hidden(paint.colour, least + inset, most - inset);
        let inner = half - V::all(radius);
        // On each side of a cube: two rows on the flat, the others round the edges.
        let grid = [-1.0, -0.86, -0.5, 0.0, 0.5, 0.86, 1.0_f32];
        let sides = [
            (V(1.0, 0.0, 0.0), V(0.0, 0.0, 1.0)),
            (V(-1.0, 0.0, 0.0), V(0.0, 0.0, 1.0)),
            (V(0.0, 0.0, 1.0), V(-1.0, 0.0, 0.0)),
            (V(0.0, 0.0, -1.0), V(-1.0, 0.0, 0.0)),
            (V(0.0, 1.0, 0.0), V(1.0, 0.0, 0.0)),
            (V(0.0, -1.0, 0.0), V(1.0, 0.0, 0.0)),
        ];
        for (out, u) in sides {
            let v = out.cross(u);
            let first = self.corners.len() as u32;
            for t in grid {
                for s in grid {
                    let cube = out + u * s + v * t;
                    // Near the edge the grid bends round; before it, it lies flat.
                    let lean = |k: f32| if k.abs() < 0.6 { 0.0 } else { k.signum() * ((k.abs() - 0.6) / 0.4).min(1.0) };
                    let normal = (out + u * lean(s) + v * lean(t)).unit();
                    let core = V(
                        cube.0.clamp(-1.0, 1.0) * inner.0,
                        cube.1.clamp(-1.0, 1.0) * inner.1,
                        cube.2.clamp(-1.0, 1.0) * inner.2,
                    );
                    let at = self.world(centre + core + normal * radius);
                    self.corners.push(Corner { at, normal: turned(normal, self.place.1) });
                }
            }
            self.weave(paint, first, N, N);
        }
    }

    /// A round bar, or a cone, from one end to the other.
    pub(crate) fn rod(&mut self, paint: Paint, (from, thick): (V, f32), (to, thin): (V, f32)) {
        let sides: u32 = if thick.max(thin) > 0.12 { 20 } else { 10 };
        let (from, to) = (self.world(from), self.world(to));
        let along = (to - from).unit();
        let u = if along.1.abs() > 0.9 { V(1.0, 0.0, 0.0) } else { along.cross(V(0.0, 1.0, 0.0)).unit() };
        let v = along.cross(u);
        let first = self.corners.len() as u32;
        for (end, radius) in [(to, thin), (from, thick)] {
            for i in 0..=sides {
                let (s, c) = (i as f32 / sides as f32 * std::f32::consts::TAU).sin_cos();
                let normal = u * c + v * s;
                self.corners.push(Corner { at: end + normal * radius, normal });
            }
        }
        self.weave(paint, first, sides, 1);
        for (end, radius, normal) in [(to, thin, along), (from, thick, -along)] {
            let middle = self.corners.len() as u32;
            self.corners.push(Corner { at: end, normal });
            for i in 0..=sides {
                let (s, c) = (i as f32 / sides as f32 * std::f32::consts::TAU).sin_cos();
                self.corners.push(Corner { at: end + (u * c + v * s) * radius, normal });
            }
            self.faces.extend((1..=sides).map(|i| Face { corners: [middle, middle + i, middle + i + 1], paint }));
        }
        if along.1.abs() > 0.9 {
            let (half, r) = (V((thick + thin) * 0.36, (to - from).length() * 0.5, (thick + thin) * 0.36), self.place.1);
            let shape = Shape::Block(Block { centre: (from + to) * 0.5, half, turn: r });
            self.solids.push(Solid { shape, colour: paint.colour });
        }
    }

    /// A ball.
    pub(crate) fn ball(&mut self, paint: Paint, centre: V, radius: f32) {
        const ROUND: u32 = 18;
        let centre = self.world(centre);
        let first = self.corners.len() as u32;
        for j in 0..=ROUND / 2 {
            let (sj, cj) = (j as f32 / (ROUND / 2) as f32 * std::f32::consts::PI).sin_cos();
            for i in 0..=ROUND {
                let (si, ci) = (i as f32 / ROUND as f32 * std::f32::consts::TAU).sin_cos();
                let normal = V(sj * ci, cj, sj * si);
                self.corners.push(Corner { at: centre + normal * radius, normal });
            }
        }
        self.weave(paint, first, ROUND, ROUND / 2);
        self.solids.push(Solid { shape: Shape::Ball(centre, radius * 0.97), colour: paint.colour });
    }

    /// A small free piece that is seen from both sides: a leaf. Its light comes from `normal`.
    pub(crate) fn leaf(&mut self, paint: Paint, ring: [V; 4], normal: V) {
        let first = self.corners.len() as u32;
        let normal = turned(normal, self.place.1);
        for at in ring {
            let at = self.world(at);
            self.corners.push(Corner { at, normal });
        }
        self.faces.push(Face { corners: [first, first + 1, first + 2], paint });
        self.faces.push(Face { corners: [first, first + 2, first + 3], paint });
    }

    /// A ball that takes light away and is not drawn: the inside of a tree's crown.
    pub(crate) fn shade_ball(&mut self, colour: V, centre: V, radius: f32) {
        let centre = self.world(centre);
        self.solids.push(Solid { shape: Shape::Ball(centre, radius), colour });
    }

    /// Daylight or a lamp: a rectangle that shines towards `u` x `v`.
    pub(crate) fn lamp(&mut self, corner: V, u: V, v: V, colour: V) {
        let lamp = Lamp { corner: self.world(corner), u: turned(u, self.place.1), v: turned(v, self.place.1), colour };
        self.lamps.push(lamp);
    }
}
