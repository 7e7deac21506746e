//! What is no stream of requests: a start, an agency in the making, and what sign-ins do to everything else.

use std::time::{Duration, Instant};

use super::installation::Installation;
use super::load;
use super::measure::FEW;
use super::seed::{PASSWORD, SMALL, create};
use super::table::{Moment, Report, median};
use super::{Failure, cost, lines};

/// How often the server is started.
const STARTS: usize = 5;
/// How many agencies are made.
const AGENCIES: usize = 20;
/// How often other pages are timed with and without sign-ins beside them, for how long, and how many in a second: a pace
/// that leaves the machine idle most of the time.
const ROUNDS: usize = 3;
const LONG: Duration = Duration::from_secs(6);
const RATE: u32 = 100;
/// When memory is looked at.
const LATER: Duration = Duration::from_secs(5);

/// W9: from the program's start to its first page, PostgreSQL running; and its memory at rest.
pub(crate) async fn start(house: &mut Installation, report: &mut Report) -> Result<(), Failure> {
    let first = lines::first_page(house);
    let mut times = Vec::new();
    for _ in 1..STARTS {
        times.push(millis(house.serve(&first).await?));
        house.stop_server().await?;
    }
    times.push(millis(house.serve(&first).await?));
    tokio::time::sleep(LATER).await;
    let memory = cost::pss(house.server()?)?;
    house.stop_server().await?;
    report.moment(Moment::at_most(
        "W9",
        "start to first page, PostgreSQL running (median of 5)",
        median(&times),
        500.0,
        "ms",
    ));
    report.moment(Moment::at_most("W9", "memory at rest (PSS)", memory, 60.0, "MB"));
    Ok(())
}

/// W5 beside the cost of one: memory five seconds after the crowd has gone, and what it does to other pages.
pub(crate) async fn sign_ins(house: &Installation, report: &mut Report) -> Result<(), Failure> {
    eprintln!("W5: other pages beside sign-ins");
    let page = lines::list(house, &lines::session(house, SMALL).await?);
    let sign_in = lines::sign_in(house, SMALL).to(house.address());
    let (mut quiet, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let alone = load::paced(house.address(), &page, RATE, LONG).await?;
        quiet.push(alone.percentile(99));
        let crowd = load::run(&sign_in, FEW, LONG + Duration::from_secs(1), 0);
        let pages = load::paced(house.address(), &page, RATE, LONG);
        let (crowd, pages) = tokio::try_join!(crowd, pages)?;
        beside.push(pages.percentile(99));
        for (what, seen) in [("pages alone", alone), ("sign-ins beside pages", crowd), ("pages beside sign-ins", pages)]
        {
            if seen.refused > 0 {
                report.thrown_away(format!("{what}: {} of {} refused", seen.refused, seen.requests));
            }
        }
    }
    tokio::time::sleep(LATER).await;
    report.moment(Moment::at_most(
        "W5",
        "memory five seconds after the sign-ins (PSS)",
        cost::pss(house.server()?)?,
        150.0,
        "MB",
    ));
    let (quiet, beside) = (median(&quiet), median(&beside));
    let name = format!("CRM list's p99 at {RATE} a second: {quiet:.1} ms alone, beside sign-ins");
    report.moment(Moment::at_most("W5", &name, beside, quiet * 1.1, "ms"));
    Ok(())
}

/// W8: from the command that makes an agency to the first page of its storefront.
pub(crate) async fn agencies(house: &Installation, report: &mut Report) -> Result<(), Failure> {
    let mut times = Vec::new();
    for n in 0..AGENCIES {
        eprintln!("W8: agency {} of {AGENCIES}", n + 1);
        let slug = format!("nova-{n}");
        let asked = lines::get(&format!("{slug}.localhost:{}", house.address().port()), "/", "");
        let began = Instant::now();
        create(house, &slug, "prime", PASSWORD).await?;
        while load::once(house.address(), &asked).await?.status != 200 {
            if began.elapsed() > Duration::from_secs(30) {
                return Err(format!("{slug} was made and is not served").into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        times.push(millis(began.elapsed()));
    }
    times.sort_by(f64::total_cmp);
    let (half, most) = (median(&times), times[(AGENCIES * 95).div_ceil(100) - 1]);
    let name = format!("new agency until its first page (20 by the command; median {half:.0} ms), p95");
    report.moment(Moment::at_most("W8", &name, most, 1_000.0, "ms"));
    Ok(())
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
