//! The sky: its light and its look.

use crate::maths::{V, clouds, rgb, step};

/// A sky with a sun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sky {
    pub(crate) zenith: V,
    pub(crate) horizon: V,
    pub(crate) ground: V,
    /// Towards the sun.
    pub(crate) sun_at: V,
    pub(crate) sun: V,
    /// A bright rim about the sun, for the eye alone.
    pub(crate) rim: V,
    pub(crate) cloud: f32,
    pub(crate) cloud_colour: V,
    /// Haze: how much of a metre's view is lost.
    pub(crate) haze: f32,
    pub(crate) seed: f32,
}

impl Sky {
    /// A clear day, the sun to the left or right of the camera and behind it.
    pub(crate) fn day(sun_at: V, cloud: f32, seed: f32) -> Self {
        Self {
            zenith: rgb(0x2f6fc0) * 0.95,
            horizon: rgb(0xbfdcf2) * 1.0,
            ground: rgb(0x8a8578) * 0.5,
            sun_at: sun_at.unit(),
            sun: rgb(0xffe6c4) * 2.6,
            rim: V::default(),
            cloud,
            cloud_colour: rgb(0xffffff) * 1.25,
            haze: 0.0012,
            seed,
        }
    }

    /// Late afternoon: long warm light.
    pub(crate) fn golden(sun_at: V, cloud: f32, seed: f32) -> Self {
        Self {
            zenith: rgb(0x4a76b4) * 0.8,
            horizon: rgb(0xf6d3a8) * 0.95,
            ground: rgb(0x8a7560) * 0.4,
            sun_at: sun_at.unit(),
            sun: rgb(0xffc084) * 2.6,
            rim: rgb(0xffc890) * 0.25,
            cloud,
            cloud_colour: rgb(0xffd9b8) * 1.15,
            haze: 0.0016,
            seed,
        }
    }

    /// After sunset: blue hour with a warm rim.
    pub(crate) fn dusk(cloud: f32, seed: f32) -> Self {
        Self {
            zenith: rgb(0x26427c) * 0.55,
            horizon: rgb(0x9fb0cf) * 0.5,
            ground: rgb(0x4a4a52) * 0.22,
            sun_at: V(-0.45, 0.02, 0.85).unit(),
            sun: V::default(),
            rim: rgb(0xff9a5c) * 0.42,
            cloud,
            cloud_colour: rgb(0xc9a0a4) * 0.42,
            haze: 0.0012,
            seed,
        }
    }

    /// What a surface receives from a direction: smooth, without the sun.
    pub(crate) fn light(&self, to: V) -> V {
        if to.1 < 0.0 {
            return self.horizon.mix(self.ground, (-to.1 * 6.0).min(1.0));
        }
        self.horizon.mix(self.zenith, to.1.max(0.0).powf(0.55))
    }

    /// What the eye sees there.
    pub(crate) fn look(&self, to: V) -> V {
        let mut colour = self.light(to);
        if to.1 <= 0.0 {
            return colour;
        }
        let close = to.dot(self.sun_at).max(0.0);
        colour = colour + self.sun * (0.05 * close.powi(8) + 0.25 * close.powi(120));
        // A low sun colours the sky along the horizon.
        colour = colour + self.rim * (close.powi(3) * (1.0 - to.1.min(1.0)).powi(7));
        if self.cloud > 0.0 {
            let far = 1.0 / (to.1 + 0.16);
            let (x, y) = (to.0 * far * 1.5 + self.seed * 17.3, to.2 * far * 1.5 + self.seed * 5.1);
            let veil = clouds(x, y, 6);
            let thick = step(1.0 - self.cloud, 1.0 - self.cloud + 0.34, veil);
            let lit = clouds(x - self.sun_at.0 * 0.22, y - self.sun_at.2 * 0.22, 4);
            let white = self.cloud_colour * (0.78 + 0.5 * (veil - lit).clamp(-0.35, 0.5) + 0.1);
            colour = colour.mix(white, thick * 0.92 * step(0.0, 0.14, to.1));
        }
        colour
    }
}
