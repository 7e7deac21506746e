//! The codes of a list.

use std::collections::{BTreeMap, HashSet};
use tenancy::{TenantDb, TenantTx};

use super::{Listing, number};
use crate::properties::rules::code_prefix;

/// A code for each: the one that was chosen, else the next ones of its prefix, in the order of the list.
///
/// In a transaction of its own: everybody who registers a property passes the prefix's row, and none of them is to wait until
/// a list has come in. Numbers that then are not used are given to nobody else, as those of what was taken back.
///
/// # Errors
/// The database's.
pub async fn reserve_codes(db: &TenantDb, listings: Vec<Listing>) -> Result<Vec<(String, Listing)>, sqlx::Error> {
    let codes = db.transact(async |tx| codes(tx, &listings).await).await?;
    Ok(codes.into_iter().zip(listings).collect())
}

async fn codes(tx: &mut TenantTx, listings: &[Listing]) -> Result<Vec<String>, sqlx::Error> {
    let chosen: HashSet<&str> = listings.iter().filter_map(|l| l.input.code.as_deref()).collect();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for listing in listings.iter().filter(|l| l.input.code.is_none()) {
        *wanted.entry(code_prefix(listing.input.kind)).or_default() += 1;
    }
    let mut free = BTreeMap::new();
    for (prefix, count) in wanted {
        free.insert(prefix, next_codes(tx, (prefix, count), &chosen).await?.into_iter());
    }
    let code = |listing: &Listing| match &listing.input.code {
        Some(code) => code.clone(),
        None => {
            let of_prefix = free.get_mut(code_prefix(listing.input.kind));
            of_prefix.and_then(Iterator::next).expect("as many were taken as there are")
        }
    };
    Ok(listings.iter().map(code).collect())
}

/// The next codes of a prefix, none that was given before. Codes that people chose are stepped over.
async fn next_codes(
    tx: &mut TenantTx,
    (prefix, count): (&str, usize),
    chosen: &HashSet<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    let mut codes = Vec::with_capacity(count);
    while codes.len() < count {
        let more = number(count - codes.len());
        let last = sqlx::query_scalar!(
            "insert into property_codes (prefix, last_number) values ($1, $2)
             on conflict on constraint property_codes_pkey do update set last_number = property_codes.last_number + $2
             returning last_number",
            prefix,
            more
        )
        .fetch_one(&mut *tx)
        .await?;
        let given: Vec<String> = (last - more + 1..=last).map(|number| format!("{prefix}{number:04}")).collect();
        let taken = sqlx::query_scalar!("select code from properties where code = any($1)", &given);
        let taken: HashSet<String> = taken.fetch_all(&mut *tx).await?.into_iter().collect();
        codes.extend(given.into_iter().filter(|code| !taken.contains(code) && !chosen.contains(code.as_str())));
    }
    Ok(codes)
}
