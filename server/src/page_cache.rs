//! Storefront pages kept as bytes, one entry an agency and address, good for as long as the agency's content is the same.
//!
//! The content version is asked at most once a second for each agency, and at once after this process wrote something there:
//! a published change is visible within a second, whoever made it.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use moka::future::Cache;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tenancy::{TenantDb, TenantId};
use tokio::sync::OnceCell;

use app::caller::{ContentVersion, Storefront};
use app::words::Lang;

/// What all kept pages together may take.
const BYTES: u64 = 64 * 1024 * 1024;
/// How long a content version is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// A page larger than this is not kept.
const LARGEST: usize = 1024 * 1024;
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

struct Kept {
    version: i64,
    etag: HeaderValue,
    kind: HeaderValue,
    body: Bytes,
    /// Made for the first who asks: most addresses of a search are asked for once.
    gzip: OnceCell<Bytes>,
    brotli: OnceCell<Bytes>,
}

#[derive(Clone, Copy)]
struct Version {
    number: i64,
    commits: u64,
    asked: Instant,
}

/// The kept pages.
#[derive(Clone)]
pub struct PageCache {
    pages: Cache<PageKey, Arc<Kept>>,
    versions: Cache<TenantId, Version>,
}

impl Default for PageCache {
    fn default() -> Self {
        let weigh = |key: &PageKey, page: &Arc<Kept>| {
            // Both compressed forms may come later; together they are less than half of it.
            let bytes = key.2.len() + page.body.len() * 3 / 2 + 512;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder().max_capacity(BYTES).weigher(weigh).time_to_idle(Duration::from_secs(3600)).build();
        Self { pages, versions: Cache::new(10_000) }
    }
}

impl PageCache {
    async fn version(&self, db: &TenantDb) -> Result<i64, Arc<tenancy::DatabaseError>> {
        let (tenant, commits) = (db.tenant(), db.commits());
        if let Some(known) = self.versions.get(&tenant).await {
            if known.commits == commits && known.asked.elapsed() < BELIEVED {
                return Ok(known.number);
            }
            self.versions.invalidate(&tenant).await;
        }
        // One question at a time for each agency, whoever waits for the answer.
        let ask = async {
            let number = app::storefront::db::content_version(db).await?;
            Ok(Version { number, commits, asked: Instant::now() })
        };
        Ok(self.versions.try_get_with(tenant, ask).await?.number)
    }
}

/// The layer. Inside the one that opened the agency.
pub async fn layer(State(cache): State<PageCache>, mut request: Request, next: Next) -> Response {
    let db = match request.extensions().get::<Storefront>() {
        Some(Storefront(Ok(db))) if matches!(*request.method(), Method::GET | Method::HEAD) => db.clone(),
        _ => return next.run(request).await,
    };
    let path = request.uri().path();
    if path.starts_with("/media/") || path.starts_with("/logo/") || path.starts_with("/fn/") {
        return next.run(request).await;
    }
    let lang = request.extensions().get::<Lang>().copied().unwrap_or_default();
    let key = (db.tenant(), lang, address(path, request.uri().query()));
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
    request.extensions_mut().insert(ContentVersion(version));
    let response = next.run(request).await;
    match keep(response, version).await {
        Ok(page) => {
            cache.pages.insert(key, page.clone()).await;
            answer(&page, &asked).await
        }
        Err(response) => response,
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

/// Takes a page in, or gives back what is not to be kept.
async fn keep(response: Response, version: i64) -> Result<Arc<Kept>, Response> {
    let cookie = response.headers().contains_key(header::SET_COOKIE);
    let kind = response.headers().get(header::CONTENT_TYPE).filter(|v| v.as_bytes().starts_with(b"text/html")).cloned();
    let Some(kind) = kind.filter(|_| response.status() == StatusCode::OK && !cookie) else { return Err(response) };
    let (parts, body) = response.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return Err(Response::from_parts(parts, Body::from("page too large")));
    };
    let etag = Sha256::digest(&body).iter().take(12).fold(String::from("\""), |mut tag, byte| {
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits are a header");
    Ok(Arc::new(Kept { version, etag, kind, body, gzip: OnceCell::new(), brotli: OnceCell::new() }))
}

/// The bytes as the compression layer would send them.
async fn compress(body: &Bytes, encoding: &'static str) -> Bytes {
    use tower::ServiceExt as _;
    let inner = body.clone();
    let service = tower::service_fn(move |_: Request| {
        let mut response = Response::new(Body::from(inner.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        async { Ok::<_, std::convert::Infallible>(response) }
    });
    let layered = tower::ServiceBuilder::new().layer(tower_http::compression::CompressionLayer::new()).service(service);
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    let response = layered.oneshot(request).await.unwrap_or_else(|never| match never {});
    axum::body::to_bytes(Body::new(response.into_body()), LARGEST).await.unwrap_or_else(|_| body.clone())
}

/// What a request says about the form that it takes.
struct Asked {
    encodings: Option<HeaderValue>,
    known: Option<HeaderValue>,
}

impl Asked {
    fn of(headers: &HeaderMap) -> Self {
        let value = |name: header::HeaderName| headers.get(name).cloned();
        Self { encodings: value(header::ACCEPT_ENCODING), known: value(header::IF_NONE_MATCH) }
    }
}

fn text(value: &Option<HeaderValue>) -> &str {
    value.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn answer(page: &Kept, asked: &Asked) -> Response {
    let (encodings, known) = (text(&asked.encodings), text(&asked.known));
    let accepts = |name: &str| encodings.split(',').any(|e| e.split(';').next().unwrap_or_default().trim() == name);
    let unchanged =
        known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == page.etag.to_str().unwrap_or("-"));
    let (body, encoding) = if unchanged {
        (Bytes::new(), None)
    } else if accepts("br") {
        (page.brotli.get_or_init(|| compress(&page.body, "br")).await.clone(), Some("br"))
    } else if accepts("gzip") {
        (page.gzip.get_or_init(|| compress(&page.body, "gzip")).await.clone(), Some("gzip"))
    } else {
        (page.body.clone(), None)
    };
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

    #[test]
    fn what_does_not_change_a_page_does_not_change_its_key() {
        assert_eq!(
            address("/imoveis", Some("utm_source=x&type=apartment")),
            address("/imoveis", Some("type=apartment&fbclid=1"))
        );
        assert_eq!(address("/imoveis", Some("type=a&bedrooms=2")), address("/imoveis", Some("bedrooms=2&type=a")));
        assert_ne!(address("/imoveis", Some("type=a")), address("/imoveis", Some("type=b")));
        assert_ne!(address("/imoveis", Some("q=a%1fpage%3D2")), address("/imoveis", Some("q=a&page=2")));
        assert_ne!(address("/imoveis", Some("q=a%26page%3D2")), address("/imoveis", Some("q=a&page=2")));
        assert_ne!(address("/imoveis", Some("q=casa&q=x")), address("/imoveis", Some("q=x&q=casa")));
    }
}
