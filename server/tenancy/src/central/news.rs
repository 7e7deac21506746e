//! What an agency's owners are told by mail of its domains, in the transaction of what happened.

use super::CentralTx;
use super::mails::{self, Letter, Mail};
use crate::{Key, TenantId};

/// What happened to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is in doubt.
    Suspect,
    /// It was in doubt for long, and was let go of.
    Released,
    /// Another agency has proven that it is theirs.
    Moved,
}

impl News {
    const fn kind(self) -> &'static str {
        match self {
            Self::Suspect => "domain.suspect",
            Self::Released => "domain.release",
            Self::Moved => "domain.move",
        }
    }
}

/// An owner, as letters call them.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their language, when they have chosen one.
    pub locale: Option<String>,
}

/// Who writes the letters, and what they are sealed with.
pub struct Writer<'a> {
    /// The program's secret.
    pub key: &'a Key,
    /// What a letter says of a host.
    pub write: &'a (dyn Fn(News, &str, &Reader) -> Letter + Sync),
}

/// Writes to every owner of the agency.
pub(super) async fn tell(
    tx: &mut CentralTx,
    writer: &Writer<'_>,
    tenant: TenantId,
    (news, host): (News, &str),
) -> Result<(), sqlx::Error> {
    let owners = sqlx::query_as!(
        Reader,
        "select u.name, p.email, p.locale
         from users u
         join people p on p.id = u.person_id
         where u.company_id = $1 and u.role = 'owner' and u.active
         order by u.id",
        tenant.as_uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    for owner in owners {
        let letter = (writer.write)(news, host, &owner);
        let mail = Mail { tenant: Some(tenant), kind: news.kind().to_owned(), to: owner.email, letter };
        mails::queue(tx, writer.key, &mail).await?;
    }
    Ok(())
}
