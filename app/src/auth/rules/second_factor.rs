//! Who has to have a second factor, and from when on.

use time::{Duration, OffsetDateTime};

use crate::access::{Access, Audience};
use crate::auth::types::Demand;

/// How long an owner may go without one.
const GRACE: Duration = Duration::days(7);

/// What somebody is, as far as this rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// Runs the platform.
    Operator,
    /// Owns the agency that they are in.
    Owner,
    /// Works for it.
    Other,
}

/// The rule: in production operators at once, owners within seven days of when they were first told. Nobody else has to, and
/// where it is no production nobody has to.
pub fn demand(
    production: bool,
    rank: Rank,
    has_one: bool,
    asked_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Demand {
    if !production || has_one {
        return Demand::Nothing;
    }
    match rank {
        Rank::Operator => Demand::Must,
        Rank::Owner => {
            let by = asked_at.unwrap_or(now) + GRACE;
            if now < by { Demand::By(by) } else { Demand::Must }
        }
        Rank::Other => Demand::Nothing,
    }
}

/// What answers somebody who has yet to have a second factor: the way to one, one's own sessions, and the way out.
const BEFORE: [&str; 10] = [
    "/app/profile",
    "/app/profile/security",
    "/platform/profile",
    "/fn/auth/security",
    "/fn/auth/propose_second_factor",
    "/fn/auth/confirm_second_factor",
    "/fn/auth/prove",
    "/fn/auth/sessions",
    "/fn/auth/end_session",
    "/fn/auth/end_other_sessions",
];

/// Whether a row answers somebody who has yet to have a second factor. What everybody may see answers them too.
pub fn is_open_before(row: &Access) -> bool {
    let is_closed = matches!(row.audience, Audience::Staff(_) | Audience::Operator | Audience::SignedIn);
    !is_closed || BEFORE.contains(&row.path) || OF_ANYBODY.contains(&row.path)
}

/// Of whoever is signed in: their language, which of their agencies they are in, and the page that asks for the password.
const OF_ANYBODY: [&str; 5] =
    ["/entrar/agencia", "/entrar/confirmar", "/fn/auth/agencies", "/fn/auth/choose_agency", "/fn/auth/set_language"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_at_once_owners_in_a_week_and_nobody_else() {
        let day = |n| OffsetDateTime::UNIX_EPOCH + Duration::days(n);
        let ask = |rank, has_one, asked: Option<i64>, now| demand(true, rank, has_one, asked.map(day), day(now));
        assert_eq!(ask(Rank::Operator, false, None, 0), Demand::Must);
        assert_eq!(ask(Rank::Operator, true, None, 0), Demand::Nothing);
        assert_eq!(ask(Rank::Owner, false, None, 0), Demand::By(day(7)));
        assert_eq!(ask(Rank::Owner, false, Some(0), 6), Demand::By(day(7)));
        assert_eq!(ask(Rank::Owner, false, Some(0), 7), Demand::Must);
        assert_eq!(ask(Rank::Owner, true, Some(0), 70), Demand::Nothing);
        assert_eq!(ask(Rank::Other, false, Some(0), 70), Demand::Nothing);
        for rank in [Rank::Operator, Rank::Owner, Rank::Other] {
            assert_eq!(demand(false, rank, false, Some(day(0)), day(70)), Demand::Nothing, "the demo goes without");
        }
    }
}
