//! What every request passes, outermost first.
//!
//! 1. [`request`]: an identifier, the peer behind trusted proxies, one log line at the end.
//! 2. [`panic`]: a panic becomes a page with the request's identifier; the process lives.
//! 3. [`headers`]: the security headers, on every answer.
//! 4. [`limits`]: how large a request may be and how long its answer may take.
//! 5. [`host`]: which face this is: the platform, an agency's storefront, or nobody we know.
//! 6. [`same_origin`]: what changes something comes from our own pages.
//!
//! Then the platform's face: [`session`] settles who is calling, [`guard`] sends away who may not enter, [`language`].
//! Its front pages (marketing, sign-in, console) leave without scripts: [`still`].
//! The storefront's face: [`storefront`] opens the agency, [`language`], the page cache, [`still`].

mod address;
pub mod forms;
pub mod guard;
pub mod headers;
pub mod host;
pub mod language;
mod late;
pub mod limits;
pub mod panic;
pub mod plain;
pub mod request;
pub mod same_origin;
pub mod session;
pub mod still;
pub mod storefront;
