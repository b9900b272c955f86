//! Addresses that events may be sent to. A partner names them, and this server calls them from within its own network: what
//! is not on the public Internet is refused, by its number wherever a name leads.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longest address, in bytes.
const MOST_BYTES: usize = 2_000;

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Of the public Internet, by HTTPS.
    Public,
    /// Any, also by HTTP: for receivers within the server's own network, and for tests.
    Private,
}

impl Reach {
    /// An address to send to. Fails with a sentence for whoever gave it.
    pub(crate) fn read(self, text: &str) -> Result<Url, &'static str> {
        if text.len() > MOST_BYTES {
            return Err("An address has 2000 bytes at most.");
        }
        let Ok(url) = Url::parse(text) else {
            return Err("This is no address, such as `https://example.org/accord`.");
        };
        match (url.scheme(), self) {
            ("https", _) | ("http", Self::Private) => {}
            ("http", Self::Public) => {
                return Err("Events are sent by HTTPS: the address begins with `https://`.");
            }
            _ => return Err("An address begins with `https://`."),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(
                "An address here has no name, password or fragment: what proves the sender is the signature.",
            );
        }
        let number = match url.host() {
            Some(Host::Ipv4(ip)) => Some(ip.into()),
            Some(Host::Ipv6(ip)) => Some(ip.into()),
            _ => None,
        };
        if number.is_some_and(|ip| !self.allows(ip)) {
            return Err("The address is none of the public Internet.");
        }
        Ok(url)
    }

    /// Whether this may be connected to.
    pub(crate) fn allows(self, ip: IpAddr) -> bool {
        match self {
            Self::Private => true,
            Self::Public => match ip {
                IpAddr::V4(ip) => is_public(ip),
                IpAddr::V6(ip) => is_public_v6(ip),
            },
        }
    }
}

/// By IANA's registry of special purposes: its blocks, those for examples and measurements too, are no receivers.
const SPECIAL: [(Ipv4Addr, u32); 14] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Of carriers behind NAT.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Of the link; clouds tell secrets at 169.254.169.254.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Of many at once, reserved, and of all.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

fn is_public(ip: Ipv4Addr) -> bool {
    !SPECIAL.iter().any(|(block, bits)| {
        let shift = 32 - bits;
        ip.to_bits() >> shift == block.to_bits() >> shift
    })
}

/// What is given out for the Internet is `2000::/3`. Not in it are loopback, private and link-local addresses, and
/// those that stand for one of IPv4: mapped, translated or embedded.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let is_special = match first {
        // Protocols, among them Teredo, and examples.
        0x2001 => second < 0x0200 || second == 0x0db8,
        // 6to4 embeds an address of IPv4.
        0x2002 => true,
        // Examples.
        0x3fff => second < 0x1000,
        _ => false,
    };
    first >> 13 == 1 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_public_internet_may_not_be_connected_to() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fd00:ec2::254",
        ] {
            let ip: IpAddr = private.parse().unwrap();
            assert!(!Reach::Public.allows(ip), "{private}");
            assert!(Reach::Private.allows(ip), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2400:cb00::1",
            "2a00:1450::1",
            "3fff:1000::1",
        ] {
            assert!(Reach::Public.allows(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_is_read_as_browsers_read_it_and_what_stands_for_a_private_number_is_one() {
        for good in ["https://example.org/accord?a=b", "https://example.org:8443/", "https://1.1.1.1/"] {
            assert_eq!(Reach::Public.read(good).unwrap().as_str(), good);
        }
        for private in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
        ] {
            assert_eq!(
                Reach::Public.read(private),
                Err("The address is none of the public Internet."),
                "{private}"
            );
            assert!(Reach::Private.read(private).is_ok(), "{private}");
        }
        for bad in [
            "",
            "example.org",
            "http://example.org/",
            "ftp://example.org/",
            "https://user@example.org/",
            "https://user:secret@example.org/",
            "https://example.org/#part",
            "https://",
            "file:///etc/passwd",
        ] {
            assert!(Reach::Public.read(bad).is_err(), "{bad}");
        }
        assert!(Reach::Private.read("http://127.0.0.1:8080/").is_ok());
        assert!(Reach::Private.read("file:///etc/passwd").is_err());
        let long = format!("https://example.org/{}", "a".repeat(MOST_BYTES));
        assert_eq!(Reach::Public.read(&long), Err("An address has 2000 bytes at most."));
    }
}
