//! From what a database says to what a person is told. Nobody else logs a database's error.

use tenancy::OpenError;

use super::{AppError, Clash};
use crate::outside::files::FilesError;
use crate::values::fields::Problem;

/// What passes when it is tried again (PostgreSQL's manual, appendix A): two transactions did not go together or a deadlock was
/// resolved, at this one's cost, and that three times (`TenantDb::transact`); somebody holds a lock, the statement took too long,
/// and three ways of a server that is going down or coming up.
const BUSY: [&str; 7] = ["40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03"];
/// NUL in a text, and in a text within JSON: somebody has sent it, and no text of PostgreSQL's holds it.
const UNSTORABLE: [&str; 2] = ["22021", "22P05"];

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        // Closed after it was opened: as when it is opened.
        if let sqlx::Error::Configuration(source) = &error
            && let Some(refusal) = source.downcast_ref::<OpenError>()
        {
            return refusal.clone().into();
        }
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut
            | sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::Configuration(_) => {
                tracing::warn!(error = %error, "the agency's database cannot be reached");
                return Self::Unavailable;
            }
            sqlx::Error::Database(refusal) => match (refusal.constraint(), refusal.code().as_deref()) {
                (Some("properties_code_key"), _) => return Self::Conflict(Clash::CodeTaken),
                (_, Some(code)) if BUSY.contains(&code) => {
                    tracing::warn!(error = %error, code, "the agency's database has no time now");
                    return Self::Unavailable;
                }
                (_, Some(code)) if UNSTORABLE.contains(&code) => return Self::invalid("", Problem::ControlCharacter),
                _ => {}
            },
            _ => {}
        }
        let id = crate::caller::request_id();
        tracing::error!(error = told(&error), request_id = %id, "a statement failed");
        Self::Internal(id)
    }
}

/// What the log may hold of an error: a refused value stands in the sentence of class 22, and somebody has typed it.
fn told(error: &sqlx::Error) -> String {
    match error.as_database_error().and_then(|refusal| refusal.code()) {
        Some(code) if code.starts_with("22") => format!("{code}: a value was refused"),
        _ => error.to_string(),
    }
}

impl From<FilesError> for AppError {
    fn from(error: FilesError) -> Self {
        tracing::error!(error = %error, source = ?error, "the file store refused");
        Self::Unavailable
    }
}

impl From<OpenError> for AppError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotActive(status) if status.is_closed() => Self::Suspended,
            OpenError::NotActive(_) => Self::Unavailable,
            other => {
                tracing::warn!(error = %other, "the agency's database was not opened");
                Self::Unavailable
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenancy::Status;

    #[test]
    fn an_agency_that_was_closed_meanwhile_is_closed_as_at_its_door() {
        let told = |error: OpenError| AppError::from(sqlx::Error::Configuration(Box::new(error)));
        assert_eq!(told(OpenError::NotActive(Status::Suspended)), AppError::Suspended);
        assert_eq!(told(OpenError::NotActive(Status::Moving)), AppError::Unavailable);
        assert_eq!(told(OpenError::WrongIdentity), AppError::Unavailable);
        assert_eq!(AppError::from(sqlx::Error::Configuration("another".into())), AppError::Unavailable);
    }
}
