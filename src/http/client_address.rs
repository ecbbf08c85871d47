//! From which address a request comes: that of the connection, or, behind proxies that are trusted, the one that they tell in `X-Forwarded-For`.

use std::net::IpAddr;
use std::str::FromStr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Address of the other end of the connection, kept among a request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Addresses that begin alike, as in `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is one of these.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(address)) => (own.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits),
            (IpAddr::V6(own), IpAddr::V6(address)) => (own.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no address or network: 10.0.0.1, 10.0.0.0/8, 2001:db8::/32");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

/// The address that a request comes from, if the connection tells.
#[must_use]
pub fn of(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    let Peer(peer) = request.extensions().get::<Peer>()?;
    Some(client(*peer, request.headers(), trusted))
}

/// The address that a request comes from. Each proxy adds at the end of the header whom it heard; what stands before the first one that is not trusted may be invented.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let told: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).collect();
    let mut client = peer;
    for address in told.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        let Ok(before) = address.parse() else { break };
        client = before;
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_tells_is_believed_if_it_is_trusted() {
        let trusted: Vec<Network> = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap()).into();
        let asked = |peer: &str, told: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, told.parse().unwrap());
            client(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        for (peer, told, expected) in [
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
            ("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
            ("2001:db8::9", "6.6.6.6,2001:db9::1", "2001:db9::1"),
            ("10.1.2.3", "not an address", "10.1.2.3"),
            ("10.1.2.3", "", "10.1.2.3"),
            ("10.1.2.3", "198.51.100.1, nonsense", "10.1.2.3"),
        ] {
            assert_eq!(asked(peer, told), expected, "{peer} {told}");
        }
        assert_eq!(client([10, 0, 0, 1].into(), &HeaderMap::new(), &trusted), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn networks_are_read() {
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains([203, 0, 113, 7].into()));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(wrong.parse::<Network>().unwrap_err().contains("10.0.0.0/8"), "{wrong}");
        }
    }
}
