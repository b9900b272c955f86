//! Pages of which other origins may ask this server and open websockets: of none, unless they are named.
//!
//! No cookie is ever read, so nothing is allowed here that a page could do unasked: whoever wants an answer
//! still needs a token.

use axum::http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
};
use std::str::FromStr;

/// A scheme, a host, and a port unless it is the scheme's own: `https://console.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// The text is not the origin of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "give a scheme, a host, and a port only if it is not the scheme's own, as browsers write it: \
     https://console.example.org"
)]
pub struct InvalidOrigin;

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let text = text.trim().to_ascii_lowercase();
        let uri: Uri = text.parse().map_err(|_| InvalidOrigin)?;
        let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or(InvalidOrigin)?;
        let its_own = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(InvalidOrigin),
        };
        // Else a path, a name of a user, or a port that nobody can have.
        let host = authority.host();
        let written = match authority.port_u16() {
            Some(port) if port == its_own => return Err(InvalidOrigin),
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        if host.is_empty() || host == "*" || written != text {
            return Err(InvalidOrigin);
        }
        HeaderValue::try_from(text).map(Self).map_err(|_| InvalidOrigin)
    }
}

/// Those that are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<Origin>);

impl Origins {
    pub(super) fn named(&self) -> impl Iterator<Item = HeaderValue> {
        self.0.iter().map(|origin| origin.0.clone())
    }

    /// Whether a websocket may be opened with these headers. Browsers ask nobody before they open one, but say
    /// of which origin the page is; this server's own needs no name, and programs are of none.
    pub(super) fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let own = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        let is_own = host.zip(own).is_some_and(|(host, own)| host.eq_ignore_ascii_case(own));
        is_own || self.0.iter().any(|named| named.0 == *origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for good in ["https://console.example", "http://127.0.0.1:5173", "https://[::1]:8443"] {
            assert_eq!(good.parse::<Origin>().unwrap().0, good);
        }
        assert_eq!("HTTPS://Console.Example".parse::<Origin>().unwrap().0, "https://console.example");
        for bad in [
            "",
            "*",
            "null",
            "console.example",
            "https://",
            "https://*",
            "https://console.example/",
            "https://console.example/app",
            "https://console.example:443",
            "http://console.example:80",
            "https://me@console.example",
            "https://console.example:99999",
            "ftp://console.example",
            "https://ตัวอย่าง.example",
        ] {
            assert_eq!(bad.parse::<Origin>(), Err(InvalidOrigin), "{bad}");
        }
    }

    #[test]
    fn a_websocket_is_opened_by_programs_by_own_pages_and_by_those_that_are_named() {
        let origins = Origins(vec!["https://console.example".parse().unwrap()]);
        let admit = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("accord.example:8443"))]);
            headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
            origins.admit(&headers)
        };
        assert!(admit(None));
        assert!(admit(Some("https://console.example")));
        assert!(admit(Some("https://Accord.example:8443")));
        for other in ["https://accord.example", "http://console.example", "https://evil.example", "null", ""]
        {
            assert!(!admit(Some(other)), "{other}");
        }
    }
}
