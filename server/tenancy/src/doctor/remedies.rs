//! What somebody does about an alert that is open.

use crate::central::alerts::{Alert, Kind};

/// In a sentence, for the line of a finding.
pub(super) fn remedy(alert: &Alert) -> String {
    // Of the platform itself there are no jobs.
    let slug = alert.agency.as_deref().unwrap_or("AGENCY");
    let Some(kind) = Kind::parse(&alert.kind) else { return "Another program raised it: look into its log".into() };
    match kind {
        Kind::Provisioning => {
            "Mend the cause: the worker goes on by itself, and at once after `sobrado operations retry`".into()
        }
        Kind::Deletion => {
            "End whoever holds on to its database: the worker goes on by itself, and at once after `sobrado operations retry`"
                .into()
        }
        Kind::Migration => "Mend the cause and run `sobrado migrate --retry-failed`".into(),
        Kind::LineRefused => "Look at the row of `refused_lines`: the log of the central database lacks it".into(),
        Kind::JobGivenUp => format!(
            "Mend the cause and run `sobrado operations retry --jobs-of {slug}`; a photograph whose card says that it cannot \
             be read is sent once more"
        ),
        Kind::JobForged => concat!(
            "Somebody has written to `jobs` in the central database (change the passwords that open it), or SECRET_KEY was ",
            "changed while jobs were waiting: they stay `parked` and are not done"
        )
        .into(),
        Kind::MailGivenUp => {
            "Nobody gets that mail any more: see that its address is right, and have whoever needs it ask for it again".into()
        }
        Kind::MailNotCarried => {
            "See that SMTP_URL names a server that takes mails, or that DATA_DIR/outbox can be written to: they go by themselves"
                .into()
        }
        Kind::LimitsUntold => "Bring its database server back: the worker tells it by itself".into(),
        Kind::UsageDrift => {
            "It was mended as it was found; when it comes again, look for who writes to that agency's counters".into()
        }
        Kind::DatabaseIdentity => {
            "Another database lies where the agency's should: it is closed until its own is there again".into()
        }
        Kind::DatabaseAway => {
            "Bring its database server back, or the agency's database on it: the worker sees by itself that it answers".into()
        }
        Kind::FleetOperation => {
            "Mend the cause; `sobrado operations list` names it, and `sobrado operations retry` has it tried again; a server that \
             was to be added is added anew"
                .into()
        }
        Kind::DomainSuspect => "Its owners were written to; `sobrado domains verify` says what their DNS lacks".into(),
        Kind::CertificateExpiring => {
            "See in the edge's log why its authority gives it none, and that the host's CAA records let it; the worker sees by itself \
             that there is a new one"
                .into()
        }
        Kind::DomainMoved => "Its owners were written to: whoever runs the DNS has proven it for another agency".into(),
    }
}
