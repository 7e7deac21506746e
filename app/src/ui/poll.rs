//! Looks again, as long as something is being made elsewhere.

use leptos::prelude::*;
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls `look` a second after every change that leaves `is_waiting` true. Only in the browser.
pub fn poll_while(is_waiting: impl Fn() -> bool + 'static, look: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        if is_waiting() {
            set_timeout(look.clone(), PAUSE);
        }
    });
}
