//! What every request passes, outermost first.
//!
//! 1. [`request`]: an identifier, the peer behind trusted proxies, one log line at the end.
//! 2. [`headers`]: the security headers, on every answer, a panic's too.
//! 3. [`panic`]: a panic becomes a page with the request's identifier; the process lives.
//! 4. [`limits`]: how large a request may be and how long its answer may take.
//! 5. [`host`]: which face this is: the platform, an agency's storefront, or nobody we know.
//! 6. [`same_origin`]: what changes something comes from our own pages.
//!
//! Then the platform's face: [`central`] sends everybody away while the central database is, [`session`] settles who is calling,
//! [`language`] in which language, [`forms`] keeps what was typed into a form that is refused, [`guard`] sends away who may not
//! enter, and by [`proof`] to their password who does something dangerous. Its pages leave by [`still`]: those of the CRM with
//! preloads that browsers accept, the front ones (marketing, sign-in, console) without scripts.
//! The storefront's face: [`storefront`] opens the agency, [`language`], the page cache, [`still`].

mod address;
pub mod central;
pub mod forms;
pub mod guard;
pub mod headers;
pub mod host;
pub mod language;
mod late;
pub mod limits;
mod owner;
pub mod panic;
pub mod plain;
pub mod proof;
pub mod request;
pub mod same_origin;
pub mod session;
pub mod still;
pub mod storefront;
