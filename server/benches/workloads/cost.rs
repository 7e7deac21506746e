//! What processes have cost: CPU time of whole trees and memory in fair shares, as the kernel counts them.

use std::collections::HashMap;
use std::fs;

use super::Failure;

/// Ticks of `/proc/*/stat` in a second: `USER_HZ` is 100 on every Linux that we know.
const MICROS_A_TICK: u64 = 10_000;

struct Process {
    parent: u32,
    ticks: u64,
}

/// CPU time in microseconds of these processes and all below them, children that have ended included.
pub(crate) fn micros(roots: &[u32]) -> Result<u64, Failure> {
    let all = processes()?;
    let below = all.iter().filter(|(pid, _)| is_below(&all, **pid, roots));
    Ok(below.map(|(_, process)| process.ticks).sum::<u64>() * MICROS_A_TICK)
}

/// A process and all below it.
pub(crate) fn tree(root: u32) -> Result<Vec<u32>, Failure> {
    let all = processes()?;
    Ok(all.keys().copied().filter(|pid| is_below(&all, *pid, &[root])).collect())
}

fn is_below(all: &HashMap<u32, Process>, mut pid: u32, roots: &[u32]) -> bool {
    while let Some(process) = all.get(&pid) {
        if roots.contains(&pid) {
            return true;
        }
        pid = process.parent;
    }
    false
}

fn processes() -> Result<HashMap<u32, Process>, Failure> {
    let mut all = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // It may have ended meanwhile.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // The name may hold spaces and brackets; what follows the last bracket does not.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|v| v.parse::<u64>().ok()).unwrap_or_default();
        let parent = u32::try_from(number(1)).unwrap_or_default();
        // utime, stime, and both of the children that were waited for (proc(5), counted from the state).
        all.insert(pid, Process { parent, ticks: (11..=14).map(number).sum() });
    }
    Ok(all)
}

/// A process's proportional share of memory, in megabytes.
pub(crate) fn pss(pid: u32) -> Result<f64, Failure> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kilobytes: f64 = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .ok_or("the kernel does not say the process's share of memory")?;
    Ok(kilobytes / 1024.0)
}

/// The machine in one line: what the figures are worth.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("{cores} cores, load average {}", load.split(' ').next().unwrap_or("unknown"))
}
