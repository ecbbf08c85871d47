//! What a client may ask for in a minute, in cost: each has an account that fills up evenly, and an operation is executed if the account holds what it costs.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;
use uuid::Uuid;

/// Time in which an empty account fills up.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Accounts that are kept; whose account is forgotten has a full one.
const MOST_ACCOUNTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// The bearer of a token.
    Token(Uuid),
    /// Whoever asks from an address; of IPv6 from one network of 64 bits, which is given out as a whole.
    Address(IpAddr),
}

impl Client {
    /// The client at that address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// Accounts of all clients.
#[derive(Debug)]
pub struct Budgets {
    /// Cost that an account holds at most, and gains in a [`WINDOW`].
    limit: u64,
    accounts: Mutex<LruCache<Client, Account>>,
    refused: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Account {
    left: f64,
    at: Instant,
}

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Cost that it holds at most.
    pub limit: u64,
    /// Cost that it holds now.
    pub left: u64,
    /// Seconds until it is full again.
    pub full_in: u64,
    /// Seconds until it holds what was asked for; 0 where it did.
    pub wait: u64,
}

impl Budgets {
    /// Accounts of that size.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, accounts: Mutex::new(LruCache::new(MOST_ACCOUNTS)), refused: AtomicU64::new(0) }
    }

    /// Takes a cost from the account of a client, or tells how long that will take. What costs more than an account ever holds is taken from a full one.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "costs and seconds, between 0 and what an account holds"
    )]
    pub fn take(&self, client: Client, cost: u64, now: Instant) -> Balance {
        let limit = self.limit as f64;
        let rate = limit / WINDOW.as_secs_f64();
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.get_or_insert_mut(client, || Account { left: limit, at: now });
        account.left = (account.left + now.saturating_duration_since(account.at).as_secs_f64() * rate).min(limit);
        account.at = now;
        let cost = (cost as f64).min(limit);
        let lacks = cost - account.left;
        let wait = if lacks > 0.0 {
            self.refused.fetch_add(1, Ordering::Relaxed);
            (lacks / rate).ceil().max(1.0) as u64
        } else {
            account.left -= cost;
            0
        };
        Balance { limit: self.limit, left: account.left as u64, full_in: ((limit - account.left) / rate).ceil() as u64, wait }
    }

    /// Operations refused since the server started.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_fills_up_evenly() {
        let budgets = Budgets::new(600);
        let client = Client::at([203, 0, 113, 7].into());
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(budgets.take(client, 500, at(0)), Balance { limit: 600, left: 100, full_in: 50, wait: 0 });
        assert_eq!(budgets.take(client, 200, at(0)), Balance { limit: 600, left: 100, full_in: 50, wait: 10 });
        // Another client is not held up, and the first one only for as long as it was told.
        assert_eq!(budgets.take(Client::Token(Uuid::nil()), 600, at(0)).wait, 0);
        assert_eq!(budgets.take(client, 200, at(10)), Balance { limit: 600, left: 0, full_in: 60, wait: 0 });
        assert_eq!(budgets.take(client, 1, at(1_000_000)).left, 599);
        // More than an account holds is possible, once it is full.
        assert_eq!(budgets.take(client, 5_000, at(1_000_000)).wait, 1);
        assert_eq!(budgets.take(client, 5_000, at(2_000_000)), Balance { limit: 600, left: 0, full_in: 60, wait: 0 });
        assert_eq!(budgets.refused(), 2);
        // A clock that goes back gives nothing away.
        assert_eq!(budgets.take(client, 1, at(0)).wait, 1);
    }

    #[test]
    fn networks_of_one_customer_are_one_client() {
        let at = |address: &str| Client::at(address.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:203.0.113.7"), at("203.0.113.7"));
    }
}
