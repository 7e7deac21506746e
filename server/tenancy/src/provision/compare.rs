//! Whether every agency's schema is what a new one's would be.

use sqlx::Connection as _;

use super::{ProvisionError, Provisioner, schema, template};
use crate::central::rollouts::{self, Member};
use crate::connect::connect;
use crate::doctor::sentence;

/// How an agency's schema compares with the template.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The agency.
    pub slug: String,
    /// Each line that is different, `-` for what is missing and `+` for what is too much; or why it could not be looked at.
    pub different: Result<Vec<String>, String>,
}

impl Provisioner {
    /// Builds the templates where they are not there, and compares every agency's schema with its server's.
    ///
    /// # Errors
    /// [`ProvisionError`] when the central database or a template fails.
    pub async fn verify_template(&self) -> Result<Vec<Compared>, ProvisionError> {
        self.build_template().await?;
        let mut all = Vec::new();
        for member in rollouts::members(&self.central).await? {
            let different = self.compare(&member).await.map_err(|error| sentence(&error));
            all.push(Compared { slug: member.slug, different });
        }
        Ok(all)
    }

    async fn compare(&self, member: &Member) -> Result<Vec<String>, ProvisionError> {
        let maker = self.servers.hands(member.server_id).await?.maker;
        let owner = crate::deployment::as_owner(maker.clone().database(&member.db_name));
        let mut inside = connect(&owner.application_name("sobrado/template")).await?;
        let found = schema::describe(&mut inside).await;
        let _ = inside.close().await;
        let mut conn = connect(&maker.clone().application_name("sobrado/template")).await?;
        let different = template::compare(&mut conn, (&maker, self.history), &found?).await;
        let _ = conn.close().await;
        different
    }
}
