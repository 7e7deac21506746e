//! Chance that can be repeated, and how often a test throws.

use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Mutex, MutexGuard};

/// Whether this is the long run: `make soak`.
pub fn soaking() -> bool {
    std::env::var("SOBRADO_SOAK").is_ok_and(|value| value == "1")
}

/// How often something is done of which the catalogue names so many: all of it in the long run, else a hundredth and never
/// fewer than twenty.
pub fn times(whole: usize) -> usize {
    if soaking() { whole } else { (whole / 100).max(20) }
}

static TURN: Mutex<()> = Mutex::const_new(());

/// What keeps a whole machine busy waits for its turn: two of them at once would only hold each other up.
pub async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Splitmix64: the same throws for the same seed.
pub struct Dice(u64);

impl Dice {
    /// Dice with the seed of `SOBRADO_TEST_SEED`, else of this moment. It is printed.
    pub fn new() -> Self {
        let given = std::env::var("SOBRADO_TEST_SEED").ok().and_then(|text| text.parse().ok());
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()));
        let seed = given.unwrap_or_else(now);
        println!("SOBRADO_TEST_SEED={seed}");
        Self(seed)
    }

    /// Other dice that these decide: one for each task.
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }

    /// A number below this one.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("a count");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
