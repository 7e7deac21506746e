//! How often one line may look whether a name in addresses is free (ISO-29): a look is a question to the central database, and
//! many of them are a list of who is here. Counted in this process alone, for nothing is lost with it: who asks for an agency in
//! the end is counted by the central database.

use moka::future::Cache;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use time::{Duration, OffsetDateTime};

/// Looks of one line within [`WINDOW`]: whoever types, pauses and thinks again needs a dozen, and an office shares a line.
pub const MOST: u32 = 60;
const WINDOW: Duration = Duration::MINUTE;
/// Lines that are kept: some hundred bytes each.
const LINES: u64 = 20_000;

/// When a line's window began, and its looks since.
type Window = Arc<Mutex<(OffsetDateTime, u32)>>;

/// The looks of every line. Cheap to clone, and the same for all who hold one.
#[derive(Debug, Clone)]
pub struct Looks(Cache<IpAddr, Window>);

impl Default for Looks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(LINES).time_to_idle(WINDOW.unsigned_abs()).build())
    }
}

impl Looks {
    /// Counts one more look of a line, or says after how many seconds there may be one.
    pub async fn count(&self, line: IpAddr, now: OffsetDateTime) -> Option<u32> {
        let window = self.0.get_with(line, async move { Arc::new(Mutex::new((now, 0))) }).await;
        let Ok(mut window) = window.lock() else { return None };
        if now >= window.0 + WINDOW {
            *window = (now, 0);
        }
        if window.1 >= MOST {
            let left = window.0 + WINDOW - now;
            // Upwards: whoever comes back when they were told to is let through.
            let wait =
                (left.whole_seconds() + i64::from(left.subsec_nanoseconds() > 0)).clamp(1, WINDOW.whole_seconds());
            return u32::try_from(wait).ok();
        }
        window.1 += 1;
        None
    }
}
