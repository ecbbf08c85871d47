//! Loading in batches within the task of one request.
//!
//! `DataLoader` hands each batch to a spawner and waits a while for more keys. Here the spawner is a queue of the request: batches start when the execution can get no further without
//! them and none is running. So every key that can be known at one level is in its batch, however the machine is loaded, and the number of statements is the same each time.

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
                signal.woken.store(false, Ordering::Relaxed);
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Poll::Ready(output);
                }
                if signal.woken.load(Ordering::Relaxed) {
                    // It paused of its own accord and can get further: more keys may come.
                    continue;
                }
                if running.is_empty() {
                    running.extend(self.take());
                }
                let mut is_further = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(context) {
                    is_further = true;
                }
                if !is_further && !signal.woken.load(Ordering::Relaxed) {
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
