//! The language of the request, settled by the language layer.

use http::request::Parts;
use leptos::prelude::use_context;

use super::Lang;

pub(super) fn lang() -> Lang {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Lang>().copied()).unwrap_or_default()
}
