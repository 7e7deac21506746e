//! Which files the rows need, and who may put and remove files meanwhile.
//!
//! Files are named by their content, so that one file may be several photographs'. Two rules keep it as long as one of them
//! needs it: whoever puts files keeps removers out from before the first until the rows are committed; whoever removes some
//! keeps everybody out from before the rows are asked until the files are gone. Both locks are one for the whole agency, as
//! two different originals may have sizes in common, and both come first in a transaction, before any row is held.

use tenancy::TenantTx;

/// Keeps removers out until this transaction ends: its files may be put before its rows. Others may put theirs.
///
/// # Errors
/// The database's.
pub async fn keep_removers_out(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtextextended('files of photographs', 0))")
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps out until this transaction ends whoever puts files or removes some: what [`unneeded`] says stays true.
///
/// # Errors
/// The database's.
pub async fn keep_everybody_out(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('files of photographs', 0))").execute(tx).await?;
    Ok(())
}

/// Those of these files, by their SHA-256 in hexadecimal, that are no original which waits for its sizes, no size of a
/// photograph, no logo and no portrait.
///
/// # Errors
/// The database's.
pub async fn unneeded(tx: &mut TenantTx, digests: &[String]) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select d.digest as "digest!"
           from unnest($1::text[]) as d (digest)
           where not exists (
                   select from property_photos where sha256 = decode(d.digest, 'hex') and state = 'waiting')
             and not exists (
                   select from property_photos
                   where variants @> jsonb_build_array(jsonb_build_object('sha256', d.digest)))
             and not exists (select from store_settings where logo_sha256 = decode(d.digest, 'hex'))
             and not exists (select from staff where photo_sha256 = decode(d.digest, 'hex'))"#,
        digests
    )
    .fetch_all(tx)
    .await
}
