//! What a browser finds at `/` of a server: what this is, and how to ask it. And the schema, which is no secret.
//!
//! Nothing of the log is here, nor whether there is any: who reads this has no token.

use crate::http::graphiql::file;
use axum::{
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY},
    },
    response::Response,
};
use std::sync::LazyLock;

const PAGE: &str = include_str!("front.html");

/// The page loads nothing and runs nothing; its style is its own.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Printed once: whoever reads it needs no token, and it costs some milliseconds.
static SCHEMA: LazyLock<String> = LazyLock::new(crate::sdl);

pub async fn page() -> Response {
    let mut response = file("text/html; charset=utf-8", PAGE);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub async fn schema() -> Response {
    file("text/plain; charset=utf-8", SCHEMA.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_page_loads_nothing_and_leads_only_to_what_is_here() {
        let page = page().await;
        assert!(page.headers().contains_key(CONTENT_SECURITY_POLICY));
        for foreign in ["http", "//", "src=", "<script", "<link", "url("] {
            assert!(!PAGE.contains(foreign), "{foreign}");
        }
        let links: Vec<&str> =
            PAGE.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, ["/schema.graphql", "/healthz", "/readyz"]);
    }
}
