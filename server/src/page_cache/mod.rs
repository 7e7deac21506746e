//! Storefront pages kept as bytes, one entry an agency and address, good for as long as the agency's content is the same.
//!
//! The content version is asked at most once a second for each agency, and at once after this process wrote something there:
//! a published change is visible within a second, whoever made it.

mod encoding;
mod kept;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use moka::future::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tenancy::{DatabaseError, TenantDb, TenantId};

use app::caller::{self, ContentVersion, Storefront};
use app::error::AppError;
use app::words::Lang;

use crate::layers::plain;
use encoding::Encoding;
use kept::{Kept, Made, keep};

/// What all kept pages together may take: with a thousand agencies the whole program is to stay under 150 MB (performance, W7).
const BYTES: u64 = 32 * 1024 * 1024;
/// How long a content version is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// Query names that change a page; all others are left out of the key, or a stranger could fill the cache with `?a=1`, `?a=2`.
const NAMES: [&str; 12] = [
    "purpose",
    "type",
    "city",
    "neighborhood",
    "min_price",
    "max_price",
    "bedrooms",
    "parking",
    "q",
    "sort",
    "page",
    "lang",
];

/// An agency's page: nothing of one agency can be found under another's key.
type PageKey = (TenantId, Lang, String);

/// Whose version is asked, and after how many commits of this process. A question that was under way when something was
/// committed is another question: its answer may be from before.
type Question = (TenantId, u64);

#[derive(Clone, Copy)]
struct Version {
    number: i64,
    asked: Instant,
}

/// The kept pages.
pub struct PageCache {
    pages: Cache<PageKey, Arc<Kept>>,
    versions: Cache<Question, Version>,
}

impl Default for PageCache {
    fn default() -> Self {
        let weigh = |key: &PageKey, page: &Arc<Kept>| {
            // Both compressed forms may come later; together they are less than half of it.
            let bytes = key.2.len() + page.body.len() * 3 / 2 + 512;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder().max_capacity(BYTES).weigher(weigh).time_to_idle(Duration::from_secs(3600)).build();
        let versions = Cache::builder().max_capacity(10_000).time_to_live(BELIEVED).build();
        Self { pages, versions }
    }
}

impl PageCache {
    async fn version(&self, db: &TenantDb) -> Result<i64, Arc<DatabaseError>> {
        // Counted before the question: what was committed by now is in its answer.
        let question = (db.tenant(), db.commits());
        self.answer(question, app::storefront::db::content_version(db)).await
    }

    /// The answer that is believed, or that of the same question when it is under way, or a new one.
    async fn answer(
        &self,
        question: Question,
        ask: impl Future<Output = Result<i64, DatabaseError>>,
    ) -> Result<i64, Arc<DatabaseError>> {
        if let Some(known) = self.versions.get(&question).await {
            if known.asked.elapsed() < BELIEVED {
                return Ok(known.number);
            }
            self.versions.invalidate(&question).await;
        }
        let ask = async {
            // It is as old as its question, however long the answer took.
            let asked = Instant::now();
            Ok(Version { number: ask.await?, asked })
        };
        Ok(self.versions.try_get_with(question, ask).await?.number)
    }
}

/// The layer. Inside the one that opened the agency.
pub async fn layer(State(cache): State<Arc<PageCache>>, mut request: Request, next: Next) -> Response {
    let db = match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) if matches!(*request.method(), Method::GET | Method::HEAD) => db.clone(),
        _ => return next.run(request).await,
    };
    let path = request.uri().path();
    if path.starts_with("/media/") || path.starts_with("/logo/") || path.starts_with("/fn/") {
        return next.run(request).await;
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    // A page names the agency's main address, and is another page when that is another.
    let at = db.route().primary_domain.as_deref().unwrap_or(&db.route().slug);
    let key = (db.tenant(), lang, format!("{at}{}", address(path, request.uri().query())));
    let version = match cache.version(&db).await {
        Ok(version) => version,
        Err(error) => {
            tracing::warn!(%error, "the content version could not be asked");
            return next.run(request).await;
        }
    };
    let asked = Asked::of(request.headers());
    if let Some(page) = cache.pages.get(&key).await.filter(|page| page.version == version) {
        return answer(&page, &asked).await;
    }
    let id = request.extensions().get::<caller::Request>().map(|request| request.id.clone()).unwrap_or_default();
    request.extensions_mut().insert(ContentVersion(version));
    // Made whole whoever asks: a router leaves an answer to HEAD without its body, and that is no page to keep. What the
    // client gets of it is the outer router's matter.
    if *request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    match keep(next.run(request).await, version).await {
        Made::Kept(page) => {
            cache.pages.insert(key, page.clone()).await;
            answer(&page, &asked).await
        }
        Made::NotKept(response) => response,
        Made::TooLarge(response) => {
            tracing::warn!(tenant = %db.tenant(), "a page is too large to be kept: it is made anew for each visitor");
            response
        }
        Made::Broken(error) => {
            tracing::error!(tenant = %db.tenant(), %error, "a page broke off while it was made");
            plain::error(&AppError::Internal(id.clone()), true, lang, &id)
        }
    }
}

/// Path and the parts of the query that change the page, in one order.
fn address(path: &str, query: Option<&str>) -> String {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| NAMES.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    // By name alone, and stably: of one name the last value counts. Encoded, so that no value can pose as another pair.
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut key = form_urlencoded::Serializer::for_suffix(format!("{path}?"), path.len() + 1);
    key.extend_pairs(pairs);
    key.finish()
}

/// What a request says about the form that it takes.
struct Asked {
    encoding: Encoding,
    known: Option<HeaderValue>,
}

impl Asked {
    fn of(headers: &HeaderMap) -> Self {
        Self { encoding: encoding::preferred(headers), known: headers.get(header::IF_NONE_MATCH).cloned() }
    }

    /// Whether the client has the page with this tag, weak or not on either side (RFC 9110, 8.8.3.2 and 13.1.2).
    fn knows(&self, etag: &HeaderValue) -> bool {
        let Some((known, etag)) = self.known.as_ref().and_then(|known| known.to_str().ok()).zip(etag.to_str().ok())
        else {
            return false;
        };
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        known.split(',').any(|tag| opaque(tag) == opaque(etag))
    }
}

async fn answer(page: &Kept, asked: &Asked) -> Response {
    let unchanged = asked.knows(&page.etag);
    let (body, encoding) = if unchanged { (Bytes::new(), None) } else { page.in_form(asked.encoding).await };
    let mut response = Response::new(Body::from(body));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, page.etag.clone());
    headers.insert(header::CONTENT_TYPE, page.kind.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=0, must-revalidate"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::oneshot;

    #[test]
    fn what_does_not_change_a_page_does_not_change_its_key() {
        for (one, other) in [
            ("utm_source=x&type=apartment", "type=apartment&fbclid=1"),
            ("type=a&bedrooms=2", "bedrooms=2&type=a"),
            ("q=casa+azul", "q=casa%20azul"),
            ("q=%c3%a1gua", "%71=%C3%A1gua"),
            ("a=1&a=2", ""),
        ] {
            assert_eq!(address("/imoveis", Some(one)), address("/imoveis", Some(other)), "{one} and {other}");
        }
        assert_eq!(address("/imoveis", None), address("/imoveis", Some("")));
    }

    #[test]
    fn what_changes_a_page_changes_its_key() {
        for (one, other) in [
            ("type=a", "type=b"),
            ("type=a", ""),
            ("q=casa&q=x", "q=x&q=casa"),
            // A value that poses as another pair.
            ("q=a%1fpage%3D2", "q=a&page=2"),
            ("q=a%26page%3D2", "q=a&page=2"),
            ("q=a%26page=2", "q=a&page=2"),
            ("q=a%2526page%253D2", "q=a%26page%3D2"),
            ("q=a%2Bb", "q=a+b"),
            ("city=a%00", "city=a"),
        ] {
            assert_ne!(address("/imoveis", Some(one)), address("/imoveis", Some(other)), "{one} and {other}");
        }
        assert_ne!(address("/imoveis", Some("page=2")), address("/", Some("page=2")));
        // Nor can a path: what stands after it is encoded, and a question mark within it is not one of ours.
        assert_ne!(address("/imoveis%3Fpage=2", None), address("/imoveis", Some("page=2")));
    }

    #[test]
    fn a_tag_is_known_weak_or_not_on_either_side() {
        let knows = |known: &'static str, etag| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(known));
            Asked::of(&headers).knows(&HeaderValue::from_static(etag))
        };
        for etag in ["W/\"ab\"", "\"ab\""] {
            for known in ["\"ab\"", "W/\"ab\"", "\"x\", W/\"ab\"", " W/\"ab\" , \"x\""] {
                assert!(knows(known, etag), "{known} and {etag}");
            }
            for other in ["", "ab", "\"AB\"", "W/\"abc\"", "W/"] {
                assert!(!knows(other, etag), "{other} and {etag}");
            }
        }
        assert!(!Asked::of(&HeaderMap::new()).knows(&HeaderValue::from_static("W/\"ab\"")));
    }

    #[tokio::test]
    async fn who_comes_after_a_commit_does_not_join_a_question_from_before() {
        let (cache, tenant) = (Arc::new(PageCache::default()), TenantId::generate());
        let (asked, is_asked) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        // The first reader's question is under way ...
        let first = tokio::spawn({
            let cache = cache.clone();
            async move {
                let ask = async {
                    asked.send(()).expect("somebody waits");
                    Ok(answered.await.expect("an answer"))
                };
                cache.answer((tenant, 0), ask).await
            }
        });
        is_asked.await.expect("it asks");
        // ... when something is committed, and another reader comes: it would wait here for the first one's answer.
        let count = AtomicUsize::new(0);
        let ask = || async {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(2)
        };
        let second = cache.answer((tenant, 1), ask());
        let second = tokio::time::timeout(Duration::from_secs(30), second).await.expect("it asks for itself");
        assert_eq!(second.expect("answered"), 2);
        // The old answer comes last, and is nobody's but the first reader's.
        answer.send(1).expect("somebody waits");
        assert_eq!(first.await.expect("no panic").expect("answered"), 1);
        assert_eq!(cache.answer((tenant, 1), ask()).await.expect("answered"), 2);
        assert_eq!(count.into_inner(), 1, "within a second it is believed");
    }

    #[tokio::test]
    async fn many_readers_are_one_question() {
        let (cache, tenant) = (PageCache::default(), TenantId::generate());
        let count = AtomicUsize::new(0);
        let readers = (0..20).map(|_| {
            let ask = async {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(7)
            };
            cache.answer((tenant, 3), ask)
        });
        for answer in futures::future::join_all(readers).await {
            assert_eq!(answer.expect("answered"), 7);
        }
        assert_eq!(count.into_inner(), 1);
    }
}
