//! The rounds: each line's product, bare and floor right after each other, three times over.

use std::collections::HashSet;
use std::time::Duration;

use super::installation::Installation;
use super::lines::{Line, Side};
use super::load::{self, Target};
use super::table::Report;
use super::{Failure, cost};

/// How often all is measured and how long each time.
const ROUNDS: (usize, Duration) = (3, Duration::from_secs(6));
/// The same for a trial, which shows that everything works and no more.
const TRIAL: (usize, Duration) = (1, Duration::from_secs(1));
/// What comes before a measurement without being counted.
const WARM: Duration = Duration::from_millis(400);
/// Connections of the comparison, and of the crowd.
pub(crate) const FEW: usize = 16;
pub(crate) const MANY: usize = 64;

/// One measurement.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// CPU time a request, in microseconds.
    pub(crate) cost: f64,
    /// Latencies in milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// What was measured: line, side and connections.
pub(crate) type Key = (String, Side, usize);

/// Measures all lines so often; a run with an answer that is none is thrown away, and the report says so.
pub(crate) async fn rounds(
    house: &Installation,
    lines: &[Line],
    (report, is_trial): (&mut Report, bool),
) -> Result<(), Failure> {
    let (rounds, long) = if is_trial { TRIAL } else { ROUNDS };
    let limits = house.limits()?.0;
    // Numbers never come back, or an address would be found among the kept pages.
    let mut number = 0;
    for round in 1..=rounds {
        let mut bare = HashSet::new();
        for line in lines {
            eprintln!("round {round} of {rounds}: {} {}", line.workload, line.name);
            let mut sides = vec![(Side::Product, line.product.to(house.address()), FEW)];
            if bare.insert(line.bare) {
                sides.push((Side::Bare, bare_target(limits, line), FEW));
            }
            sides.extend(line.floor.as_ref().map(|floor| (Side::Floor, floor.request.to(limits), FEW)));
            if line.workload != "W5" {
                sides.push((Side::Product, line.product.to(house.address()), MANY));
            }
            for (side, target, connections) in sides {
                let name = if side == Side::Bare { line.bare } else { line.name };
                let figure = one(house, &target, side, (connections, long), &mut number).await?;
                match figure {
                    Ok(figure) => report.figures.entry((name.to_owned(), side, connections)).or_default().push(figure),
                    Err(why) => report.thrown_away(format!("{name}, {side:?}, {connections} connections: {why}")),
                }
            }
        }
    }
    report.lines(lines);
    Ok(())
}

fn bare_target(limits: std::net::SocketAddr, line: &Line) -> Target {
    let asked = super::lines::get("bare", &format!("/bare/{}", line.bare), "");
    Target { address: limits, request: std::sync::Arc::new(move |_| asked.clone()), least: 0 }
}

/// Warms up, measures, waits until what was written is carried, and makes out the bill. The inner error is a run to
/// throw away.
async fn one(
    house: &Installation,
    target: &Target,
    side: Side,
    (connections, long): (usize, Duration),
    number: &mut u64,
) -> Result<Result<Figure, String>, Failure> {
    let process = if side == Side::Product { house.server()? } else { house.limits()?.1 };
    let processes = [process, house.postmaster()?];
    let warm = load::run(target, connections, WARM, *number).await?;
    *number += warm.requests + MANY as u64;
    house.carried().await?;
    let before = cost::micros(&processes)?;
    let seen = load::run(target, connections, long, *number).await?;
    *number += seen.requests + MANY as u64;
    house.carried().await?;
    let spent = cost::micros(&processes)? - before;
    if seen.refused > 0 {
        let example = seen.example.unwrap_or_default();
        return Ok(Err(format!("{} of {} answers were none: {example}", seen.refused, seen.requests)));
    }
    let (p50, p99) = (seen.percentile(50), seen.percentile(99));
    Ok(Ok(Figure { cost: spent as f64 / seen.requests.max(1) as f64, p50, p99 }))
}
