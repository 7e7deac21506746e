//! Which process holds a share, so that those beside it know at once when it is gone: a program that was killed and begins again
//! is not to wait for what it had itself. On other machines, and where there is no `/proc`, the clock alone decides.

use std::fs;

/// This process as it is written down: the kernel's boot, the namespace of its number, its number, when it began.
pub(super) fn own() -> String {
    let pid = std::process::id().to_string();
    match (place(), began(&pid)) {
        (Some(place), Some(began)) => format!("{place}/{pid}/{began}"),
        _ => String::new(),
    }
}

/// Whether a process that would be seen from here is there no more.
pub(super) fn is_gone(holder: &str) -> bool {
    let mut parts = holder.rsplitn(3, '/');
    let (Some(then), Some(pid), Some(of)) = (parts.next(), parts.next(), parts.next()) else { return false };
    place().is_some_and(|here| here == of) && began(pid).as_deref() != Some(then)
}

/// Where numbers of processes mean the same.
fn place() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

/// When a process began, in the kernel's ticks; none of one that has ended, reaped or not (proc(5), `/proc/pid/stat`).
fn began(pid: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets, and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_ended_is_gone_and_nobody_else() {
        let own = own();
        assert!(!own.is_empty() && !is_gone(&own), "{own}");
        let (place, pid) = (place().expect("there is a /proc"), std::process::id());
        assert!(is_gone(&format!("{place}/{pid}/1")), "another has our number now, or had it");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("it begins");
        let id = child.id().to_string();
        let holder = format!("{place}/{id}/{}", began(&id).expect("it is there"));
        assert!(!is_gone(&holder));
        child.kill().expect("killed");
        while !is_gone(&holder) {
            std::thread::yield_now();
        }
        child.wait().expect("reaped");
        assert!(is_gone(&holder));
        for unknown in ["", "a/b", "another boot/7/9"] {
            assert!(!is_gone(unknown), "{unknown}: nobody can tell");
        }
    }
}
