//! Vectors, colours, chance and noise.

use std::ops::{Add, Mul, Neg, Sub};

/// A point, a direction or a linear colour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct V(pub(crate) f32, pub(crate) f32, pub(crate) f32);

impl Add for V {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl Sub for V {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1, self.2 - o.2)
    }
}

impl Mul<f32> for V {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        Self(self.0 * k, self.1 * k, self.2 * k)
    }
}

impl Mul for V {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0, self.1 * o.1, self.2 * o.2)
    }
}

impl Neg for V {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

impl V {
    pub(crate) fn all(k: f32) -> Self {
        Self(k, k, k)
    }

    pub(crate) fn dot(self, o: Self) -> f32 {
        self.0 * o.0 + self.1 * o.1 + self.2 * o.2
    }

    pub(crate) fn cross(self, o: Self) -> Self {
        Self(self.1 * o.2 - self.2 * o.1, self.2 * o.0 - self.0 * o.2, self.0 * o.1 - self.1 * o.0)
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub(crate) fn unit(self) -> Self {
        self * (1.0 / self.length().max(1e-12))
    }

    pub(crate) fn mix(self, o: Self, t: f32) -> Self {
        self + (o - self) * t
    }

    pub(crate) fn least(self, o: Self) -> Self {
        Self(self.0.min(o.0), self.1.min(o.1), self.2.min(o.2))
    }

    pub(crate) fn most(self, o: Self) -> Self {
        Self(self.0.max(o.0), self.1.max(o.1), self.2.max(o.2))
    }

    pub(crate) fn mirror(self, n: Self) -> Self {
        self - n * (2.0 * self.dot(n))
    }
}

/// A colour as designers write it, made linear.
pub(crate) fn rgb(hex: u32) -> V {
    let channel = |shift: u32| {
        let c = ((hex >> shift) & 255) as f32 / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    V(channel(16), channel(8), channel(0))
}

pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// From 0 to 1 between two edges, smoothly.
pub(crate) fn step(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Chance that can be repeated (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    pub(crate) fn between(&mut self, a: f32, b: f32) -> f32 {
        mix(a, b, self.unit())
    }

    pub(crate) fn under(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n)) as u32
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.under(all.len() as u32) as usize]
    }

    pub(crate) fn odds(&mut self, p: f32) -> bool {
        self.unit() < p
    }
}

/// A number from 0 to 1 for a place on a grid.
pub(crate) fn hash(x: i32, y: i32, z: i32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

/// Value noise in the plane, from 0 to 1.
pub(crate) fn noise(x: f32, y: f32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let (tx, ty) = (x - fx, y - fy);
    let (sx, sy) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
    let top = mix(hash(ix, iy, 7), hash(ix + 1, iy, 7), sx);
    let low = mix(hash(ix, iy + 1, 7), hash(ix + 1, iy + 1, 7), sx);
    mix(top, low, sy)
}

/// Noise upon noise, from 0 to 1.
pub(crate) fn clouds(mut x: f32, mut y: f32, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut all) = (0.0, 0.5, 0.0);
    for _ in 0..octaves {
        sum += noise(x, y) * weight;
        all += weight;
        weight *= 0.5;
        (x, y) = (x * 1.62 - y * 1.18 + 13.7, x * 1.18 + y * 1.62 + 4.1);
    }
    sum / all
}
