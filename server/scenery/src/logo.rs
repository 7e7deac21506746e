//! Logos: a mark and a name in strokes of one width.

use crate::maths::step;

/// A logo as bytes, four a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue and how much it covers, line by line.
    pub pixels: Vec<u8>,
}

/// What stands before the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A house.
    House,
    /// A sun on the horizon.
    Horizon,
    /// A sun over waves.
    Waves,
}

type Line = Vec<(f32, f32)>;

fn arc((x, y): (f32, f32), (rx, ry): (f32, f32), from: f32, to: f32) -> Line {
    let point = |i: u8| {
        let (s, c) = (from + (to - from) * f32::from(i) / 24.0).to_radians().sin_cos();
        (x + rx * c, y + ry * s)
    };
    (0..=24).map(point).collect()
}

/// A capital's strokes and its width, between 0 (top) and 1 (bottom).
fn letter(letter: char) -> (Vec<Line>, f32) {
    match letter {
        'A' => (vec![vec![(0.0, 1.0), (0.38, 0.0), (0.76, 1.0)], vec![(0.14, 0.66), (0.62, 0.66)]], 0.76),
        'C' => (vec![arc((0.48, 0.5), (0.48, 0.5), 48.0, 312.0)], 0.82),
        'E' => (vec![vec![(0.5, 0.0), (0.0, 0.0), (0.0, 1.0), (0.5, 1.0)], vec![(0.0, 0.5), (0.42, 0.5)]], 0.5),
        'H' => {
            (vec![vec![(0.0, 0.0), (0.0, 1.0)], vec![(0.64, 0.0), (0.64, 1.0)], vec![(0.0, 0.5), (0.64, 0.5)]], 0.64)
        }
        'I' => (vec![vec![(0.0, 0.0), (0.0, 1.0)]], 0.0),
        'L' => (vec![vec![(0.0, 0.0), (0.0, 1.0), (0.48, 1.0)]], 0.48),
        'N' => (vec![vec![(0.0, 1.0), (0.0, 0.0), (0.66, 1.0), (0.66, 0.0)]], 0.66),
        'O' => (vec![arc((0.5, 0.5), (0.5, 0.5), 0.0, 360.0)], 1.0),
        'R' => {
            let mut bowl = vec![(0.0, 1.0), (0.0, 0.0), (0.3, 0.0)];
            bowl.extend(arc((0.3, 0.26), (0.26, 0.26), -90.0, 90.0));
            bowl.push((0.0, 0.52));
            (vec![bowl, vec![(0.26, 0.52), (0.58, 1.0)]], 0.58)
        }
        'S' => {
            let mut s = arc((0.3, 0.25), (0.28, 0.25), -30.0, -270.0);
            s.extend(arc((0.3, 0.75), (0.3, 0.25), -90.0, 150.0));
            (vec![s], 0.6)
        }
        'T' => (vec![vec![(0.0, 0.0), (0.64, 0.0)], vec![(0.32, 0.0), (0.32, 1.0)]], 0.64),
        'U' => {
            let mut u = vec![(0.0, 0.0), (0.0, 0.66)];
            u.extend(arc((0.32, 0.66), (0.32, 0.34), 180.0, 0.0));
            u.push((0.64, 0.0));
            (vec![u], 0.64)
        }
        'Z' => (vec![vec![(0.0, 0.0), (0.62, 0.0), (0.0, 1.0), (0.64, 1.0)]], 0.64),
        _ => (Vec::new(), 0.3),
    }
}

/// Strokes of a mark, those in the second colour after the others.
fn strokes(mark: Mark) -> (Vec<Line>, Vec<Line>) {
    match mark {
        Mark::House => (
            vec![
                vec![(0.05, 0.52), (0.5, 0.08), (0.95, 0.52)],
                vec![(0.18, 0.44), (0.18, 0.94), (0.82, 0.94), (0.82, 0.44)],
            ],
            vec![vec![(0.5, 0.94), (0.5, 0.62)]],
        ),
        Mark::Horizon => (
            vec![vec![(0.02, 0.7), (0.98, 0.7)], vec![(0.2, 0.92), (0.8, 0.92)]],
            vec![arc((0.5, 0.66), (0.32, 0.32), 180.0, 360.0), vec![(0.5, 0.06), (0.5, 0.14)]],
        ),
        Mark::Waves => {
            let wave = |y: f32| {
                (0..=32_u8)
                    .map(|i| (f32::from(i) / 32.0, y + 0.06 * (f32::from(i) * std::f32::consts::FRAC_PI_8).sin()))
                    .collect::<Line>()
            };
            (vec![wave(0.68), wave(0.9)], vec![arc((0.5, 0.3), (0.2, 0.2), 0.0, 360.0)])
        }
    }
}

/// Draws a logo so high: the mark, then the name in capitals of which the letters of its three agencies exist.
pub fn logo(name: &str, mark: Mark, (first, second): (u32, u32), height: u32) -> Logo {
    const GAP: f32 = 0.26;
    let (mut one, two) = strokes(mark);
    let mut x = 1.35;
    for capital in name.chars() {
        let (lines, wide) = letter(capital);
        one.extend(
            lines
                .into_iter()
                .map(|line| line.into_iter().map(|(a, b)| (x + a * 0.6, 0.22 + b * 0.6)).collect::<Line>()),
        );
        x += (wide + GAP) * 0.6;
    }
    let margin = 0.08;
    let unit = height as f32 / (1.0 + 2.0 * margin);
    let width = ((x - GAP * 0.6 + 2.0 * margin) * unit).ceil() as u32;
    let mut pixels = Vec::with_capacity((width * height * 4) as usize);
    for py in 0..height {
        for px in 0..width {
            let at = ((px as f32 + 0.5) / unit - margin, (py as f32 + 0.5) / unit - margin);
            let cover = |lines: &[Line]| {
                let near =
                    lines.iter().flat_map(|l| l.windows(2)).map(|p| apart(at, p[0], p[1])).fold(f32::MAX, f32::min);
                1.0 - step(-0.6 / unit, 0.6 / unit, near - 0.045)
            };
            let (a, b) = (cover(&one), cover(&two));
            let ink = if b > a { second } else { first };
            pixels.extend([(ink >> 16) as u8, (ink >> 8) as u8, ink as u8, (a.max(b) * 255.0) as u8]);
        }
    }
    Logo { width, height, pixels }
}

/// How far a point is from a stretch.
fn apart(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
    ((p.0 - a.0 - dx * along).powi(2) + (p.1 - a.1 - dy * along).powi(2)).sqrt()
}
