//! People of the platform.

use uuid::Uuid;

use super::audit;
use super::companies::By;
use super::people::{self, NewPerson};
use crate::{CentralDb, OperatorId, PersonId};

/// Makes a person an operator; harmless when they are one already.
///
/// # Errors
/// The database's.
pub async fn ensure(db: &CentralDb, new: &NewPerson<'_>) -> Result<OperatorId, sqlx::Error> {
    let mut tx = db.pool().begin().await?;
    let person = people::ensure(&mut tx, new).await?;
    let added = sqlx::query!(
        "insert into operators (id, person_id) values ($1, $2) on conflict on constraint operators_person_key do nothing",
        Uuid::now_v7(),
        person.as_uuid()
    )
    .execute(&mut *tx)
    .await?;
    let id =
        sqlx::query_scalar!(r#"select id as "id: OperatorId" from operators where person_id = $1"#, person.as_uuid())
            .fetch_one(&mut *tx)
            .await?;
    if added.rows_affected() == 1 {
        audit::append(&mut tx, audit::Event::of_platform("operator.create", "operator", id.as_uuid())).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Gives an operator another name, in every agency of theirs too, with its line in the platform's log. What is as it was is no
/// change.
///
/// # Errors
/// The database's.
pub async fn set_name(
    db: &CentralDb,
    (operator, person): (OperatorId, PersonId),
    name: &str,
    by: By,
) -> Result<(), sqlx::Error> {
    db.transact(async |tx| {
        let before = people::write_name(tx, person, name).await?;
        if before != name {
            let changes = serde_json::json!({"name": [before, name]});
            audit::append(tx, by.line(None, "operator.update", ("operator", operator.as_uuid()), changes)).await?;
        }
        Ok(())
    })
    .await
}
