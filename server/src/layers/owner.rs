//! Whose page Leptos is making, wherever its task wakes up.
//!
//! Leptos (`leptos_integration_utils` 0.8.9, `from_app`) writes the links that preload a lazy page's code after the page has
//! been rendered, and looks for the page in a variable of the thread. When it has waited meanwhile, that is another
//! request's, or none: the links are in another page, or in none. Here the variable travels with the task.

use leptos::prelude::Owner;
use std::future::{Future, poll_fn};
use std::pin::pin;

/// Runs `making` so that each of its steps finds the owner that the step before has left, and no other request's.
pub(super) async fn kept<T>(making: impl Future<Output = T>) -> T {
    let mut making = pin!(making);
    let mut left: Option<Owner> = None;
    poll_fn(|cx| {
        let own = left.take().unwrap_or_else(|| Owner::new_root(None));
        own.with(|| {
            let step = making.as_mut().poll(cx);
            left = Owner::current();
            step
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Path;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use http::Request;
    use leptos::prelude::*;
    use leptos::{WasmSplitManifest, prefetch_lazy_fn_on_server};
    use leptos_meta::{MetaTags, provide_meta_context};
    use std::collections::HashMap;
    use std::sync::Arc;
    use tokio::sync::Barrier;
    use tower::ServiceExt as _;

    use crate::layers::still;

    const PAGES: [&str; 4] = ["a", "b", "c", "d"];

    /// A page with the code of its own, which is rendered when all of them have begun.
    fn page(name: &'static str, begun: Arc<Barrier>) -> impl IntoView {
        let chunks = PAGES.map(|name| (name.to_owned(), vec![format!("chunk-{name}")]));
        provide_context(WasmSplitManifest(ArcStoredValue::new((
            "/pkg".into(),
            HashMap::from(chunks),
            "split.js".into(),
        ))));
        provide_meta_context();
        prefetch_lazy_fn_on_server(name);
        let body = Suspend::new(async move {
            begun.wait().await;
            name
        });
        view! {
            <!DOCTYPE html>
            <html>
                <head><MetaTags/></head>
                <body>{body}</body>
            </html>
        }
    }

    #[tokio::test]
    async fn a_lazy_page_preloads_its_own_code_whoever_else_is_served() {
        // It sets Leptos up.
        let _ = leptos_axum::generate_route_list(app::Front);
        let begun = Arc::new(Barrier::new(PAGES.len()));
        let make = async move |Path(name): Path<String>, request: axum::extract::Request| {
            let name = PAGES.into_iter().find(|page| *page == name).expect("one of them");
            leptos_axum::render_app_async_with_context(|| (), move || page(name, begun.clone()))(request).await
        };
        let router = Router::new().route("/{name}", get(make)).layer(from_fn(still::preloads));
        let ask = async |name: &str| {
            let request = Request::get(format!("/{name}")).body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("a router never fails");
            let body = axum::body::to_bytes(answer.into_body(), 100_000).await.expect("a body");
            String::from_utf8(body.to_vec()).expect("text")
        };
        // One thread for all of them: each is half done when the next one begins.
        let pages = futures::future::join_all(PAGES.map(ask)).await;
        for (name, page) in PAGES.into_iter().zip(pages) {
            for other in PAGES {
                let preloaded = page.matches(&format!("/pkg/chunk-{other}.wasm")).count();
                assert_eq!(preloaded, usize::from(name == other), "{name} preloads {other}: {page}");
            }
            assert_eq!(page.matches("/pkg/split.js").count(), 1, "{page}");
        }
    }
}
