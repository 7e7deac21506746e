//! Callers, and what they are answered.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::request::Builder;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use std::net::SocketAddr;
use tower::ServiceExt as _;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Somebody with a browser's memory for cookies.
#[derive(Clone)]
pub struct Caller {
    pub(super) router: Router,
    pub host: String,
    pub cookies: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// Where the requests come from; none: this machine.
    pub peer: Option<SocketAddr>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The whole answer without what is new in every one: the request's identifier and the nonce.
    pub fn bare(&self) -> (StatusCode, Vec<String>, String) {
        let nonce = self.header("content-security-policy").split("'nonce-").nth(1);
        let nonce = nonce.and_then(|rest| rest.split('\'').next()).unwrap_or_default();
        let bare = |text: &str| {
            let new = [nonce, self.header("x-request-id")];
            new.iter().filter(|new| !new.is_empty()).fold(text.to_owned(), |text, new| text.replace(new, ""))
        };
        let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            format!("{name}: {}", bare(&String::from_utf8_lossy(value.as_bytes())))
        };
        let mut headers: Vec<String> = self.headers.iter().map(line).collect();
        headers.sort();
        (self.status, headers, bare(&self.text()))
    }

    /// The answer without what differs between any two: the request's identifier and the date.
    pub fn comparable(&self) -> (StatusCode, Vec<String>, Vec<u8>) {
        let mut names: Vec<String> = self.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (self.status, names, self.body.clone())
    }
}

impl Caller {
    /// Opens a page as a browser does.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/html", None).await
    }

    /// Calls a server function as the browser's program does.
    pub async fn call(&mut self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, &format!("/fn/{endpoint}"), "application/json", Some(encode(fields))).await
    }

    /// Posts a form as a browser without WASM does, from the page at `from`.
    pub async fn post(&mut self, endpoint: &str, from: &str, fields: &[(&str, &str)]) -> Answer {
        let referer = format!("http://{}{from}", self.host).parse().expect("a header");
        self.headers.insert(header::REFERER, referer);
        let answer = self.send(Method::POST, &format!("/fn/{endpoint}"), "text/html", Some(encode(fields))).await;
        self.headers.remove(header::REFERER);
        answer
    }

    pub async fn send(&mut self, method: Method, path: &str, accept: &str, form: Option<String>) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path).header(header::ACCEPT, accept);
        request = request.header(header::HOST, &self.host);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method != Method::GET {
            request = self.on_own_page(request);
        }
        if form.is_some() && !self.headers.contains_key(header::CONTENT_TYPE) {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(form.map_or_else(Body::empty, Body::from)).expect("a request");
        self.knock(request).await
    }

    /// Sends files to a property as the form of its photographs does.
    pub async fn upload(&mut self, property: &str, accept: &str, files: &[(&str, &str, Vec<u8>)]) -> Answer {
        self.send_files(&format!("/app/properties/{property}/photos"), accept, "photos", files).await
    }

    /// Sends files as a form does, in the field of this name.
    pub async fn send_files(
        &mut self,
        path: &str,
        accept: &str,
        field: &str,
        files: &[(&str, &str, Vec<u8>)],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, kind, bytes) in files {
            let head = format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        self.post_body(path, accept, "multipart/form-data; boundary=edge", body).await
    }

    /// Posts a body of any type.
    pub async fn post_body(&mut self, path: &str, accept: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = Request::post(path)
            .header(header::ACCEPT, accept)
            .header(header::HOST, &self.host)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind);
        request = self.on_own_page(request);
        for name in [header::USER_AGENT, header::ORIGIN, SEC_FETCH_SITE] {
            request = self.headers.get(&name).into_iter().fold(request, |request, value| request.header(&name, value));
        }
        self.knock(request.body(body.into()).expect("a request")).await
    }

    /// Says that it comes from a page of the same host, unless the caller has something else to say.
    fn on_own_page(&self, request: Builder) -> Builder {
        if self.headers.contains_key(header::ORIGIN) || self.headers.contains_key(SEC_FETCH_SITE) {
            return request;
        }
        request.header(header::ORIGIN, format!("http://{}", self.host)).header(SEC_FETCH_SITE, "same-origin")
    }

    pub async fn knock(&mut self, mut request: Request<Body>) -> Answer {
        // A request that says where it comes from comes from there.
        if let Some(peer) = self.peer.map(ConnectInfo)
            && request.extensions().get::<ConnectInfo<SocketAddr>>().is_none()
        {
            request.extensions_mut().insert(peer);
        }
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.retain(|(n, _)| n != name);
            if !value.is_empty() && !text.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = axum::body::to_bytes(body, 16 * 1024 * 1024).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
