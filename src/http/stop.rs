//! Telling connections that carry events that the server stops: they have no end of their own to wait for.

use tokio::sync::watch;

/// Tells whoever listens that the server stops.
pub struct Stopping(watch::Sender<bool>);

/// Hears that the server stops. The server waits for whoever holds one.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stopping {
    /// One who tells, and one who hears.
    pub fn new() -> (Self, Stop) {
        let (told, hears) = watch::channel(false);
        (Self(told), Stop(hears))
    }

    /// Tells everyone, and waits until nobody listens any more.
    pub async fn tell(self) {
        self.0.send_replace(true);
        self.0.closed().await;
    }
}

impl Stop {
    /// Returns when the server stops.
    pub async fn told(&mut self) {
        // An error says that the server is gone, which is a stop too.
        let _ = self.0.wait_for(|is_told| *is_told).await;
    }
}
