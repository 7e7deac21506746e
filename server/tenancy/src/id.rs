//! One newtype per noun, so that swapped arguments do not compile. All are UUID v7 made by the server.

use std::fmt;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, serde::Serialize, serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, later in order than the ones before it.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The plain UUID, for columns and log lines.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

id! {
    /// An agency.
    TenantId,
    /// A human being with one password, whatever agencies employ them.
    PersonId,
    /// A person's account in one agency.
    UserId,
    /// A person's account with the platform itself.
    OperatorId,
    /// Somebody's wish for an agency.
    SignUpId,
    /// Something being done to an agency, step by step.
    OperationId,
}
