//! From what a database says to what a person is told. Nobody else logs a database's error.

use tenancy::OpenError;

use super::{AppError, Clash};
use crate::outside::files::FilesError;

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut
            | sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::Configuration(_) => {
                tracing::warn!(error = %error, "the agency's database cannot be reached");
                return Self::Unavailable;
            }
            sqlx::Error::Database(refusal) => match refusal.constraint() {
                Some("properties_code_key") => return Self::Conflict(Clash::CodeTaken),
                _ if refusal.code().as_deref() == Some("57P01") => return Self::Unavailable,
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
            OpenError::NotActive(tenancy::Status::Suspended | tenancy::Status::Cancelled) => Self::Suspended,
            OpenError::NotActive(_) => Self::Unavailable,
            other => {
                tracing::warn!(error = %other, "the agency's database was not opened");
                Self::Unavailable
            }
        }
    }
}
