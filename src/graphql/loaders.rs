//! Loading in batches within the task of one request.
//!
//! `DataLoader` hands each batch to a spawner and waits a while for more keys. Here the spawner is a queue of the request: batches start together when the execution can get no further
//! without them, and it goes on when all of them have ended. So every key that can be known at one level is in its batch, and nothing is asked for while it is already on its way: the
//! number of statements is the same each time, however the machine is loaded.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

/// Rounds without a pause before other tasks of the thread get their turn.
const ROUNDS: usize = 64;

/// Batches of one request that wait to be started.
#[derive(Clone, Default)]
pub struct LoaderQueue {
    waiting: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

impl LoaderQueue {
    /// A spawner for `DataLoader::new` that puts batches into this queue.
    pub fn spawner(&self) -> impl Fn(BoxFuture<'static, ()>) + Send + Sync + use<> {
        let waiting = Arc::clone(&self.waiting);
        move |batch| waiting.lock().unwrap_or_else(PoisonError::into_inner).push(batch)
    }

    /// A loader whose batches go through this queue, without delay, and which remembers what it loaded until the request ends.
    pub fn loader<T>(&self, loader: T) -> DataLoader<T, HashMapCache> {
        DataLoader::with_cache(loader, self.spawner(), HashMapCache::default()).delay(Duration::ZERO)
    }

    /// Runs the future to its end, and the batches that it queues whenever it can get no further.
    pub async fn drive<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut running = FuturesUnordered::new();
        poll_fn(|context| {
            let signal = Arc::new(Signal { woken: AtomicBool::new(false), outer: context.waker().clone() });
            let waker = Waker::from(Arc::clone(&signal));
            for _ in 0..ROUNDS {
                // A round ends before the next begins: what one batch brings must not ask again for what another is still bringing.
                while !running.is_empty() {
                    if running.poll_next_unpin(context).is_pending() {
                        return Poll::Pending;
                    }
                }
                signal.woken.store(false, Ordering::Relaxed);
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                if signal.woken.load(Ordering::Relaxed) {
                    // It paused of its own accord and can get further: more keys may come.
                    continue;
                }
                running.extend(self.take());
                if running.is_empty() {
                    return Poll::Pending;
                }
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes that the execution asked to be polled again, and passes it on.
struct Signal {
    woken: AtomicBool,
    outer: Waker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.outer.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use async_graphql::dataloader::Loader;
    use futures_util::future::{join, join_all};
    use std::collections::HashMap;

    use super::*;

    /// Counts its batches.
    struct Doubles {
        batches: Arc<AtomicUsize>,
        slow: bool,
    }

    impl Loader<u32> for Doubles {
        type Value = u32;
        type Error = ();

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, ()> {
            self.batches.fetch_add(1, Ordering::SeqCst);
            if self.slow {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Ok(keys.iter().map(|key| (*key, key * 2)).collect())
        }
    }

    /// Lets the others go first, as `FuturesUnordered` does after each portion.
    async fn pause() {
        let mut is_paused = false;
        poll_fn(|context| {
            if std::mem::replace(&mut is_paused, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// A future that pauses so often, of its own accord, before it asks.
    async fn ask<T: Loader<u32, Value = u32, Error = ()>>(loader: &DataLoader<T, HashMapCache>, pauses: usize, key: u32) -> u32 {
        for _ in 0..pauses {
            pause().await;
        }
        let twice = loader.load_one(key).await.unwrap().unwrap();
        loader.load_one(twice + 10_000).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_batch_waits_for_whoever_can_still_ask() {
        for slow in [false, true] {
            let (queue, batches) = (LoaderQueue::default(), Arc::new(AtomicUsize::new(0)));
            let loader = queue.loader(Doubles { batches: Arc::clone(&batches), slow });
            // More than the thirty futures from which on `join_all` polls in portions, and some that pause.
            let asked = queue.drive(join_all((0..300).map(|key| ask(&loader, if key % 50 == 0 { 3 } else { 0 }, key)))).await;
            assert_eq!(asked[7], (14 + 10_000) * 2);
            assert_eq!(batches.load(Ordering::SeqCst), 2, "slow: {slow}");
        }
    }

    #[tokio::test]
    async fn loaders_of_unlike_speed_keep_their_levels() {
        let (queue, batches) = (LoaderQueue::default(), Arc::new(AtomicUsize::new(0)));
        let quick = queue.loader(Doubles { batches: Arc::clone(&batches), slow: false });
        let slow = queue.loader(Doubles { batches: Arc::clone(&batches), slow: true });
        let after_slow = async {
            let twice = slow.load_one(1).await.unwrap().unwrap();
            quick.load_one(twice + 500).await.unwrap()
        };
        let after_quick = join_all((0..10).map(|key| ask(&quick, 0, key)));
        queue.drive(join(after_slow, after_quick)).await;
        assert_eq!(batches.load(Ordering::SeqCst), 3, "one of the slow, and two of the quick: the second has all keys of its level");
    }

    #[tokio::test]
    async fn a_future_that_needs_no_loader_just_runs() {
        let queue = LoaderQueue::default();
        assert_eq!(
            queue
                .drive(async {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    5
                })
                .await,
            5
        );
        let many = async {
            for _ in 0..10_000 {
                pause().await;
            }
        };
        queue.drive(many).await;
    }
}
