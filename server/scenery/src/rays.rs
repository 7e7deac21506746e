//! What stands in the way of light: solids in a tree of boxes.

use crate::maths::V;

/// A rectangular body, turned about the vertical.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) centre: V,
    pub(crate) half: V,
    /// Sine and cosine of its turn.
    pub(crate) turn: (f32, f32),
}

/// Something that light does not pass.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Block(Block),
    Ball(V, f32),
    Triangle(V, V, V),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Solid {
    pub(crate) shape: Shape,
    pub(crate) colour: V,
}

/// Where a ray ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) far: f32,
    pub(crate) normal: V,
    pub(crate) colour: V,
}

/// Turns a direction about the vertical.
pub(crate) fn turned(v: V, (s, c): (f32, f32)) -> V {
    V(v.0 * c + v.2 * s, v.1, v.2 * c - v.0 * s)
}

impl Solid {
    fn bounds(&self) -> (V, V) {
        match self.shape {
            Shape::Ball(c, r) => (c - V::all(r), c + V::all(r)),
            Shape::Triangle(a, b, c) => (a.least(b).least(c) - V::all(1e-4), a.most(b).most(c) + V::all(1e-4)),
            Shape::Block(b) => {
                let (s, c) = (b.turn.0.abs(), b.turn.1.abs());
                let reach = V(b.half.0 * c + b.half.2 * s, b.half.1, b.half.2 * c + b.half.0 * s);
                (b.centre - reach, b.centre + reach)
            }
        }
    }

    /// Distance and normal of the first touch in front.
    fn meet(&self, from: V, to: V) -> Option<(f32, V)> {
        match self.shape {
            Shape::Block(b) => meet_block(&b, from, to),
            Shape::Ball(centre, r) => {
                let away = from - centre;
                let (b, c) = (away.dot(to), away.dot(away) - r * r);
                let root = b * b - c;
                let far = -b - root.max(0.0).sqrt();
                (root > 0.0 && far > 0.0).then(|| (far, (away + to * far) * (1.0 / r)))
            }
            Shape::Triangle(a, b, c) => {
                let (e, f) = (b - a, c - a);
                let p = to.cross(f);
                let det = e.dot(p);
                if det.abs() < 1e-9 {
                    return None;
                }
                let t = from - a;
                let u = t.dot(p) / det;
                let q = t.cross(e);
                let (v, far) = (to.dot(q) / det, f.dot(q) / det);
                let n = e.cross(f).unit();
                (u >= 0.0 && v >= 0.0 && u + v <= 1.0 && far > 0.0).then(|| (far, if n.dot(to) > 0.0 { -n } else { n }))
            }
        }
    }
}

fn meet_block(b: &Block, from: V, to: V) -> Option<(f32, V)> {
    let back = (-b.turn.0, b.turn.1);
    let (o, d) = (turned(from - b.centre, back), turned(to, back));
    let slab = |o: f32, d: f32, h: f32| {
        let inv = 1.0 / if d.abs() < 1e-9 { 1e-9 } else { d };
        let (a, b) = ((-h - o) * inv, (h - o) * inv);
        (a.min(b), a.max(b))
    };
    let (x, y, z) = (slab(o.0, d.0, b.half.0), slab(o.1, d.1, b.half.1), slab(o.2, d.2, b.half.2));
    let (near, far) = (x.0.max(y.0).max(z.0), x.1.min(y.1).min(z.1));
    if near > far || far <= 0.0 {
        return None;
    }
    if near <= 0.0 {
        // From within: covered at once.
        return Some((1e-4, -to));
    }
    let local = if near == x.0 {
        V(-d.0.signum(), 0.0, 0.0)
    } else if near == y.0 {
        V(0.0, -d.1.signum(), 0.0)
    } else {
        V(0.0, 0.0, -d.2.signum())
    };
    Some((near, turned(local, b.turn)))
}

#[derive(Debug)]
struct Node {
    least: V,
    most: V,
    /// Solids of a leaf, or the second child (the first follows its parent).
    from: u32,
    count: u32,
}

/// Solids in a tree.
#[derive(Debug)]
pub(crate) struct Tree {
    solids: Vec<Solid>,
    nodes: Vec<Node>,
}

impl Tree {
    pub(crate) fn new(mut solids: Vec<Solid>) -> Self {
        let mut nodes = Vec::with_capacity(solids.len());
        let count = solids.len();
        split(&mut solids, 0, count, &mut nodes);
        Self { solids, nodes }
    }

    /// The first solid within reach.
    pub(crate) fn first(&self, from: V, to: V, reach: f32) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        self.walk(from, to, reach, |solid, limit| {
            if let Some((far, normal)) = solid.meet(from, to).filter(|(far, _)| *far < *limit) {
                *limit = far;
                best = Some(Hit { far, normal, colour: solid.colour });
            }
            false
        });
        best
    }

    /// Whether anything stands within reach.
    pub(crate) fn blocked(&self, from: V, to: V, reach: f32) -> bool {
        self.walk(from, to, reach, |solid, limit| solid.meet(from, to).is_some_and(|(far, _)| far < *limit))
    }

    fn walk(&self, from: V, to: V, reach: f32, mut see: impl FnMut(&Solid, &mut f32) -> bool) -> bool {
        let safe = |d: f32| 1.0 / if d.abs() < 1e-9 { 1e-9 } else { d };
        let inverse = V(safe(to.0), safe(to.1), safe(to.2));
        let (mut stack, mut depth, mut limit) = ([0_u32; 48], 1, reach);
        if self.nodes.is_empty() {
            return false;
        }
        while depth > 0 {
            depth -= 1;
            let at = stack[depth] as usize;
            let node = &self.nodes[at];
            let (a, b) = ((node.least - from) * inverse, (node.most - from) * inverse);
            let (low, high) = (a.least(b), a.most(b));
            let (near, far) = (low.0.max(low.1).max(low.2), high.0.min(high.1).min(high.2));
            if near > far || far < 0.0 || near > limit {
                continue;
            }
            if node.count > 0 {
                for solid in &self.solids[node.from as usize..(node.from + node.count) as usize] {
                    if see(solid, &mut limit) {
                        return true;
                    }
                }
            } else {
                stack[depth] = node.from;
                stack[depth + 1] = at as u32 + 1;
                depth += 2;
            }
        }
        false
    }
}

fn split(solids: &mut [Solid], start: usize, end: usize, nodes: &mut Vec<Node>) {
    let far = V::all(f32::MAX);
    let (mut least, mut most, mut low, mut high) = (far, -far, far, -far);
    for solid in &solids[start..end] {
        let (a, b) = solid.bounds();
        let middle = (a + b) * 0.5;
        (least, most, low, high) = (least.least(a), most.most(b), low.least(middle), high.most(middle));
    }
    let at = nodes.len();
    nodes.push(Node { least, most, from: start as u32, count: (end - start) as u32 });
    if end - start <= 3 {
        return;
    }
    let wide = high - low;
    let key = |solid: &Solid| {
        let (a, b) = solid.bounds();
        let middle = a + b;
        if wide.0 >= wide.1 && wide.0 >= wide.2 {
            middle.0
        } else if wide.1 >= wide.2 {
            middle.1
        } else {
            middle.2
        }
    };
    solids[start..end].sort_by(|a, b| key(a).total_cmp(&key(b)));
    let half = usize::midpoint(start, end);
    split(solids, start, half, nodes);
    nodes[at].from = nodes.len() as u32;
    nodes[at].count = 0;
    split(solids, half, end, nodes);
}
