//! The page of a demo at `/`: GraphiQL with ready tokens. All of it is in the binary.
//!
//! It gives tokens away, so it is absent unless the server was started as a demo.

use axum::{
    Router,
    http::{
        HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use std::{fmt, sync::Arc};

/// Somebody whom the page can act as.
#[derive(Clone, Debug, Serialize)]
pub struct DemoPost {
    /// As the page shows it.
    pub label: String,
    pub token: String,
}

/// What the page offers.
#[derive(Clone)]
pub struct Explorer {
    /// With fresh tokens for each visit.
    pub posts: Arc<dyn Fn() -> Vec<DemoPost> + Send + Sync>,
    /// What the editor holds at first.
    pub query: Arc<str>,
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explorer").field("query", &self.query).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Demo<'a> {
    posts: Vec<DemoPost>,
    query: &'a str,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const PAGE: &str = include_str!("../../graphiql/page.html");

/// As `build.rs` packs them.
macro_rules! packed {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"))
    };
}

const FILES: [(&str, &str, &[u8]); 6] = [
    ("/graphiql/graphiql.min.js", JAVASCRIPT, packed!("graphiql.min.js")),
    ("/graphiql/graphiql.min.css", STYLE, packed!("graphiql.min.css")),
    ("/graphiql/react.production.min.js", JAVASCRIPT, packed!("react.production.min.js")),
    ("/graphiql/react-dom.production.min.js", JAVASCRIPT, packed!("react-dom.production.min.js")),
    ("/graphiql/page.js", JAVASCRIPT, packed!("page.js")),
    ("/graphiql/page.css", STYLE, packed!("page.css")),
];

/// GraphiQL's editor sets styles as it goes; its fonts and pictures are in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub fn routes<S: Clone + Send + Sync + 'static>(explorer: &Explorer) -> Router<S> {
    let explorer = explorer.clone();
    let mut router = Router::new().route("/", get(move || async move { page(&explorer) }));
    for (path, content_type, content) in FILES {
        router = router.route(path, get(move || async move { packed(content_type, content) }));
    }
    router
}

fn page(explorer: &Explorer) -> Response {
    let demo = Demo { posts: (explorer.posts)(), query: &explorer.query };
    // No text of it may end the element that it stands in.
    let demo = serde_json::to_string(&demo).unwrap_or_default().replace('<', "\\u003c");
    let mut response = file("text/html; charset=utf-8", PAGE.replace("{{demo}}", &demo));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Every browser unpacks it.
fn packed(content_type: &'static str, content: &'static [u8]) -> Response {
    file(content_type, ([(CONTENT_ENCODING, "gzip")], content))
}

/// Asked for anew each time: after an upgrade the page and its parts belong together.
pub(super) fn file(content_type: &'static str, content: impl IntoResponse) -> Response {
    let headers =
        [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use flate2::read::GzDecoder;
    use std::{fs, io::Read as _};

    #[tokio::test]
    async fn the_page_holds_fresh_tokens_and_nothing_can_end_its_script() {
        let explorer = Explorer {
            posts: Arc::new(|| vec![DemoPost { label: "</script><b>".into(), token: "a.b.c".into() }]),
            query: "{ head { position } }".into(),
        };
        let page = page(&explorer);
        assert!(page.headers().contains_key(CONTENT_SECURITY_POLICY));
        let body = to_bytes(page.into_body(), usize::MAX).await.unwrap();
        let body = str::from_utf8(&body).unwrap();
        assert!(body.contains(r#"{"label":"\u003c/script>\u003cb>","token":"a.b.c"}"#), "{body}");
        // Everything that it loads is served from here.
        for (path, _, _) in FILES {
            assert!(body.contains(path), "{path}");
        }
        assert!(!body.contains("http"), "{body}");
    }

    #[tokio::test]
    async fn a_browser_unpacks_each_file_to_what_is_kept_here() {
        for (path, content_type, content) in FILES {
            let response = packed(content_type, content);
            assert_eq!(response.headers()[CONTENT_TYPE], content_type);
            assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let mut unpacked = String::new();
            GzDecoder::new(&body[..]).read_to_string(&mut unpacked).unwrap();
            let kept = fs::read_to_string(format!("{}{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert_eq!(unpacked, kept, "{path}");
        }
    }
}
