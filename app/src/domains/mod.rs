//! The agency's own domains and its address: claimed, proven in the DNS, served over https, let go of. What is kept of them
//! lies in the central database, whose SQL is in `tenancy`.

#[cfg(feature = "ssr")]
pub mod claims;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod pages;
pub mod parts;
#[cfg(feature = "ssr")]
pub mod rules;
pub mod server_fns;
pub mod types;
pub mod words;
