//! What a subscription costs, when its periods end, and what becomes of it. Pure: facts in, an answer out; nobody else decides.
//!
//! | state | when | what it allows |
//! |---|---|---|
//! | active | nothing is seven days over | everything |
//! | past due | an invoice seven days over | everything; the owner sees a banner |
//! | suspended | an invoice 21 days over, or an operator holds the agency | the plan's page for its owner; 503 for visitors |
//! | cancelled | ended by its owner, or an invoice 60 days over | as suspended, until its data are deleted: 30 days later |
//!
//! The agency's own state ([`Status`](crate::Status)) follows from it, and what may be entered is asked of that alone. None of it
//! says a word about what visitors send: a lead that arrives is kept in every state but a closed storefront's, and counts against
//! no limit.

use rust_decimal::{Decimal, RoundingStrategy};
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

use crate::clock::{BRASILIA, day_of};

/// How many days after that of its issue an invoice is due.
pub const DUE: Duration = Duration::days(7);
/// Over for so long, the owner is told on every page.
pub const PAST_DUE: Duration = Duration::days(7);
/// Over for so long, its owners are told that the agency will be closed: three days before.
pub const WARNED: Duration = Duration::days(18);
/// Over for so long, the agency is closed.
pub const SUSPENDED: Duration = Duration::days(21);
/// Over for so long, it is given up.
pub const CANCELLED: Duration = Duration::days(60);
/// Cancelled for so long, it goes, with its data.
pub const KEPT: Duration = Duration::days(30);
/// When an invoice of this instant is due: with the last second, in Brasília, of the day that stands on it.
pub fn due(issued: OffsetDateTime) -> OffsetDateTime {
    let next = day_of(issued).saturating_add(DUE + Duration::days(1)).midnight().assume_offset(BRASILIA);
    (next - Duration::SECOND).to_offset(UtcOffset::UTC)
}

/// The most additional users that are sold without a word with the platform.
pub const MOST_ADDITIONAL: i32 = 500;

/// State of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All is well.
    Active,
    /// Somebody should pay.
    PastDue,
    /// Closed for a while.
    Suspended,
    /// Closed for good, unless somebody pays or comes back.
    Cancelled,
}

/// What the state follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// An operator has closed the agency.
    pub is_held: bool,
    /// Its owner has cancelled, and the period is over.
    pub has_ended: bool,
    /// When the oldest open invoice was due.
    pub due_since: Option<OffsetDateTime>,
}

/// Since before these an invoice must have been due for its agency to be past due, warned, suspended, cancelled: for statements.
pub(crate) fn instants(now: OffsetDateTime) -> [OffsetDateTime; 4] {
    [PAST_DUE, WARNED, SUSPENDED, CANCELLED].map(|over| now - over)
}

impl State {
    /// The state that these facts make, now.
    pub fn of(facts: Facts, now: OffsetDateTime) -> Self {
        let over = facts.due_since.map_or(Duration::ZERO, |due| now - due);
        if facts.has_ended || over >= CANCELLED {
            Self::Cancelled
        } else if facts.is_held || over >= SUSPENDED {
            Self::Suspended
        } else if over >= PAST_DUE {
            Self::PastDue
        } else {
            Self::Active
        }
    }

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored value; the schema admits no other.
    pub fn parse(value: &str) -> Self {
        match value {
            "past_due" => Self::PastDue,
            "suspended" => Self::Suspended,
            "cancelled" => Self::Cancelled,
            _ => Self::Active,
        }
    }

    /// The agency's own state, as its door knows it.
    pub const fn of_company(self) -> &'static str {
        match self {
            Self::Active | Self::PastDue => "active",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the agency may be used, and so pays for the next period.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::PastDue)
    }
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A month at a time.
    Monthly,
    /// A year at a time.
    Yearly,
}

impl Period {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }

    /// Reads what is stored, or what a form sends.
    pub fn parse(value: &str) -> Option<Self> {
        match value {
            "monthly" => Some(Self::Monthly),
            "yearly" => Some(Self::Yearly),
            _ => None,
        }
    }

    /// Months of it.
    pub const fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Yearly => 12,
        }
    }
}

/// Prices of one version of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// A month.
    pub monthly: Decimal,
    /// A year, paid at once.
    pub yearly: Decimal,
    /// Each user beyond those included, a month.
    pub additional_user: Decimal,
}

impl Prices {
    /// The plan alone, for a whole period.
    pub const fn plan(&self, period: Period) -> Decimal {
        match period {
            Period::Monthly => self.monthly,
            Period::Yearly => self.yearly,
        }
    }

    /// One additional user, for a whole period.
    pub fn user(&self, period: Period) -> Decimal {
        self.additional_user * Decimal::from(period.months())
    }

    /// Plan and additional users, for a whole period.
    pub fn whole(&self, period: Period, additional_users: i32) -> Decimal {
        self.plan(period) + self.user(period) * Decimal::from(additional_users)
    }
}

/// What is left of a period, in days; the day that has begun counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Days left.
    pub days: i64,
    /// Days of the whole.
    pub of: i64,
}

impl Left {
    /// Of the period from `start` to `end`, at `now`.
    pub fn of(start: OffsetDateTime, end: OffsetDateTime, now: OffsetDateTime) -> Self {
        let whole = days(end - start);
        Self { days: days(end - now).clamp(0, whole), of: whole }
    }

    /// The part of an amount that these days are, to the cent, half a cent up.
    pub fn part(self, amount: Decimal) -> Decimal {
        if self.of == 0 {
            return Decimal::ZERO;
        }
        let part = amount * Decimal::from(self.days) / Decimal::from(self.of);
        part.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    }
}

fn days(time: Duration) -> i64 {
    let whole = time.whole_days();
    if time > Duration::days(whole) { whole + 1 } else { whole }
}

/// The same day and time so many months later; the month's last day where it has no such day.
pub fn months_later(at: OffsetDateTime, months: i32) -> OffsetDateTime {
    let number = at.year() * 12 + i32::from(u8::from(at.month())) - 1 + months;
    let month = u8::try_from(number.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
    let (year, month) = (number.div_euclid(12), month.unwrap_or(Month::January));
    let day = at.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).map_or(at, |date| at.replace_date(date))
}

/// When the period ends that begins at `start`, one of the periods that are counted from `anchor`.
pub fn end_of_period(anchor: OffsetDateTime, start: OffsetDateTime, period: Period) -> OffsetDateTime {
    let months = |at: OffsetDateTime| at.year() * 12 + i32::from(u8::from(at.month()));
    months_later(anchor, months(start) - months(anchor) + period.months())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIME: Prices = Prices {
        monthly: Decimal::from_parts(247, 0, 0, false, 0),
        yearly: Decimal::from_parts(2964, 0, 0, false, 0),
        additional_user: Decimal::from_parts(57, 0, 0, false, 0),
    };

    fn at([year, month, day, hour, minute]: [i32; 5]) -> OffsetDateTime {
        let small = |n: i32| u8::try_from(n).expect("small");
        let month = Month::try_from(small(month)).expect("a month");
        let date = Date::from_calendar_date(year, month, small(day)).expect("a day");
        date.with_hms(small(hour), small(minute), 0).expect("a time").assume_utc()
    }

    #[test]
    fn a_state_follows_from_how_long_an_invoice_is_over() {
        let due = at([2026, 12, 1, 12, 0]);
        let none = Facts { is_held: false, has_ended: false, due_since: None };
        let owing = Facts { due_since: Some(due), ..none };
        let second = Duration::seconds(1);
        assert_eq!(State::of(none, due + Duration::days(900)), State::Active);
        for (days, before, after) in [
            (7, State::Active, State::PastDue),
            (21, State::PastDue, State::Suspended),
            (60, State::Suspended, State::Cancelled),
        ] {
            assert_eq!(State::of(owing, due + Duration::days(days) - second), before, "{days}");
            assert_eq!(State::of(owing, due + Duration::days(days)), after, "{days}");
        }
        assert_eq!(State::of(owing, due - Duration::days(3)), State::Active, "not due yet");
        assert_eq!(State::of(Facts { is_held: true, ..none }, due), State::Suspended);
        assert_eq!(State::of(Facts { is_held: true, has_ended: true, ..none }, due), State::Cancelled);
    }

    #[test]
    fn an_invoice_is_due_until_its_day_is_over_in_brasilia() {
        let due_of = |instant| due(at(instant)).to_string();
        assert_eq!(due_of([2026, 12, 1, 12, 0]), "2026-12-09 2:59:59.0 +00:00:00", "the 8th, at the end of it");
        assert_eq!(due_of([2026, 12, 1, 2, 59]), "2026-12-08 2:59:59.0 +00:00:00", "still November in Brasília");
        assert_eq!(due_of([2026, 12, 1, 3, 0]), due_of([2026, 12, 2, 2, 59]), "the same day, whatever the hour");
        assert_eq!(due_of([2027, 2, 25, 15, 0]), "2027-03-05 2:59:59.0 +00:00:00", "across the end of a month");
        assert_eq!(due_of([2026, 12, 29, 15, 0]), "2027-01-06 2:59:59.0 +00:00:00", "and of a year");
    }

    #[test]
    fn what_is_open_and_what_is_closed_is_said_in_one_place() {
        let all = [State::Active, State::PastDue, State::Suspended, State::Cancelled];
        assert_eq!(all.map(State::of_company), ["active", "active", "suspended", "cancelled"]);
        for state in all {
            assert_eq!(State::parse(state.as_str()), state);
            assert_eq!(state.is_open(), state.of_company() == "active");
        }
    }

    #[test]
    fn periods_keep_their_day_of_the_month() {
        let anchor = at([2027, 1, 31, 9, 30]);
        let mut start = anchor;
        let ends: Vec<u8> = (0..4)
            .map(|_| {
                start = end_of_period(anchor, start, Period::Monthly);
                start.day()
            })
            .collect();
        assert_eq!(ends, [28, 31, 30, 31], "the 31st does not drift to the 28th");
        assert_eq!(start.time(), anchor.time());
        let leap = at([2028, 2, 29, 0, 0]);
        assert_eq!(end_of_period(leap, leap, Period::Yearly), at([2029, 2, 28, 0, 0]));
        assert_eq!(months_later(at([2026, 12, 15, 8, 0]), 1), at([2027, 1, 15, 8, 0]));
    }

    #[test]
    fn a_part_of_a_period_is_counted_in_days_and_rounded_to_the_cent_half_up() {
        let (start, end) = (at([2026, 11, 1, 12, 0]), at([2026, 12, 1, 12, 0]));
        let left = |now| Left::of(start, end, now);
        assert_eq!(left(start), Left { days: 30, of: 30 });
        assert_eq!(left(at([2026, 11, 16, 12, 0])), Left { days: 15, of: 30 });
        assert_eq!(left(at([2026, 11, 16, 13, 0])), Left { days: 15, of: 30 }, "the day that has begun counts");
        assert_eq!(left(end + Duration::days(3)), Left { days: 0, of: 30 });
        let cents = |days, of, amount: i64| Left { days, of }.part(Decimal::from(amount)).to_string();
        assert_eq!(cents(15, 30, 150), "75");
        assert_eq!(cents(1, 31, 150), "4.84", "4.8387");
        assert_eq!(cents(1, 8, 1), "0.13", "an eighth of a real, 0.125, is rounded up");
        assert_eq!(cents(3, 8, 1), "0.38", "0.375 as well: not to the even one");
        assert_eq!(Left { days: 0, of: 0 }.part(Decimal::ONE), Decimal::ZERO);
    }

    #[test]
    fn a_year_of_an_additional_user_is_twelve_months_of_one() {
        assert_eq!(PRIME.whole(Period::Monthly, 3), Decimal::from(247 + 3 * 57));
        assert_eq!(PRIME.whole(Period::Yearly, 1), Decimal::from(2964 + 12 * 57));
    }
}
