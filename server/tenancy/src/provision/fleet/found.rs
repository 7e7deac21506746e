//! The agencies of a fleet as they were found, before anything is done to them.

use std::collections::BTreeSet;

use super::Fleet;
use crate::central::rollouts::Member;
use crate::doctor::sentence;
use crate::migrate::Seen;
use crate::provision::ProvisionError;

/// An agency as it was found.
pub(super) struct Found {
    pub(super) member: Member,
    pub(super) seen: Result<Seen, String>,
}

impl Found {
    fn is_behind(&self, latest: i64) -> bool {
        self.seen.as_ref().map_or(true, |seen| seen.version < latest || seen.is_busy)
    }
}

/// Who is to be migrated, on the servers that can be worked with.
pub(super) fn behind<'a>(found: &'a [Found], up: &BTreeSet<i32>, latest: i64) -> Vec<&'a Member> {
    let is_up = |found: &&Found| up.contains(&found.member.server_id);
    found.iter().filter(is_up).filter(|found| found.is_behind(latest)).map(|found| &found.member).collect()
}

/// A server cannot be worked with: its agencies are told why, and nobody else.
pub(super) fn leave_alone(found: &mut [Found], server: i32, error: &ProvisionError) {
    let why = format!("its server cannot be worked with: {}", sentence(error));
    for one in found.iter_mut().filter(|one| one.member.server_id == server) {
        one.seen = Err(why.clone());
    }
}

/// By slug: the version that it is at, or why that is not known.
pub(super) fn as_found(found: &Found) -> (String, Result<i64, String>) {
    (found.member.slug.clone(), found.seen.as_ref().map(|seen| seen.version).map_err(Clone::clone))
}

/// Agencies whose history is not this program's, when there are any: then nothing is applied anywhere.
pub(super) fn edited(found: &[Found]) -> Option<Fleet> {
    let is_edited = |found: &&Found| found.seen.as_ref().is_ok_and(|seen| !seen.edited.is_empty());
    let count = found.iter().filter(is_edited).count();
    if count == 0 {
        return None;
    }
    let agencies = found.iter().map(|one| {
        let (slug, outcome) = as_found(one);
        let edited = one.seen.as_ref().map(|seen| seen.edited.as_slice()).unwrap_or_default();
        let named = || edited.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let outcome = if edited.is_empty() {
            outcome
        } else {
            Err(format!("migration {} was another text when it was applied here", named()))
        };
        (slug, outcome)
    });
    let stopped = format!("{count} agencies have another history than this program: nothing was applied anywhere");
    Some(Fleet { agencies: agencies.collect(), stopped: Some(stopped) })
}
