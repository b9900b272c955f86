//! Where requests are carried out: on threads of their own, of which some give way to all others.
//!
//! What a question computes is done in one go, often for long. On a thread of the runtime it would keep waiting whatever
//! that thread was to hear of next, so these only drive what is computed here. A partner whose senders have kept a processor
//! for more than a little of late is answered on threads which the operating system lets run when no other wants to: nobody
//! is slower for it as long as the machine has time, and nobody else waits for it when the machine has none.

use async_executor::Executor;
use domain::PartnerCode;
use futures_util::FutureExt as _;
use rustix::time::{ClockId, clock_gettime};
use std::{
    any::Any,
    collections::HashMap,
    future::poll_fn,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread::{self, available_parallelism},
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, sync::watch};
use tracing::{error, warn};

/// So much of a processor's time a partner has beside others, again and again …
const SHARE: u32 = 5;

/// … and so much at once.
const AT_ONCE: Duration = Duration::from_millis(100);

/// More is not held against it, or a long question would be for very long.
const MOST: Duration = Duration::from_secs(2);

/// Threads of each lane, for each processor: whatever takes long shares them by the operating system's turns.
const THREADS_OF_PROCESSOR: usize = 4;

/// As `nice` has it: a tenth of what others get, when they want all.
#[cfg(target_os = "linux")]
const GIVES_WAY: i32 = 10;

/// Services are as one partner.
type Whose = Option<PartnerCode>;

/// The work broke off: a fault of ours, which is in the log.
#[derive(Debug)]
pub(super) struct BrokeOff;

#[derive(Debug, Default)]
pub struct Lanes {
    /// How long each partner's work has kept processors of late, and when that was reckoned.
    efforts: Mutex<HashMap<Whose, (Duration, Instant)>>,
    /// Where nobody gives way. Each lane has threads once somebody is in it.
    ahead: OnceLock<Lane>,
    aside: OnceLock<Lane>,
}

/// Its threads end with it.
#[derive(Debug)]
struct Lane {
    executor: Arc<Executor<'static>>,
    _ends: watch::Sender<()>,
}

impl Lanes {
    /// Carries it out in its partner's lane, and notes how long it kept a processor. It ends with whoever drops this.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        partner: Option<&PartnerCode>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, BrokeOff> {
        if self.gives_way(partner, Instant::now()) {
            return self.run_aside(partner, work).await;
        }
        self.ahead.get_or_init(|| Lane::new("ahead", || ())).run(self.timed(partner.cloned(), work)).await
    }

    /// The same, of work that is known to take long: it gives way whoever's it is.
    pub(super) async fn run_aside<T: Send + 'static>(
        self: &Arc<Self>,
        partner: Option<&PartnerCode>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, BrokeOff> {
        self.aside.get_or_init(|| Lane::new("aside", give_way)).run(self.timed(partner.cloned(), work)).await
    }

    fn timed<T>(
        self: &Arc<Self>,
        whose: Whose,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send + 'static {
        let lanes = Arc::clone(self);
        let mut work = Box::pin(work);
        poll_fn(move |context| {
            let begun = time_of_thread();
            let polled = work.as_mut().poll(context);
            lanes.note(whose.as_ref(), time_of_thread().saturating_sub(begun), Instant::now());
            polled
        })
    }

    fn note(&self, whose: Option<&PartnerCode>, worked: Duration, now: Instant) {
        let mut efforts = self.efforts.lock().unwrap_or_else(PoisonError::into_inner);
        let effort = efforts.entry(whose.cloned()).or_insert((Duration::ZERO, now));
        *effort = ((left(*effort, now) + worked).min(MOST), now);
    }

    fn gives_way(&self, whose: Option<&PartnerCode>, now: Instant) -> bool {
        let efforts = self.efforts.lock().unwrap_or_else(PoisonError::into_inner);
        efforts.get(&whose.cloned()).is_some_and(|effort| left(*effort, now) > AT_ONCE)
    }
}

fn left((effort, since): (Duration, Instant), now: Instant) -> Duration {
    effort.saturating_sub(now.saturating_duration_since(since) / SHARE)
}

impl Lane {
    /// Threads that begin with this, and drive what waits for the runtime that this is called on.
    fn new(name: &str, begin: fn()) -> Self {
        let executor = Arc::new(Executor::new());
        let (ends, ended) = watch::channel(());
        for _ in 0..THREADS_OF_PROCESSOR * available_parallelism().map_or(1, usize::from) {
            let (executor, mut ended, runtime) = (Arc::clone(&executor), ended.clone(), Handle::current());
            let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
                begin();
                runtime.block_on(executor.run(async { drop(ended.changed().await) }));
            });
            if let Err(error) = started {
                warn!(%error, "A thread that carries out requests cannot be started");
            }
        }
        Self { executor, _ends: ends }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, BrokeOff> {
        let done = self.executor.spawn(AssertUnwindSafe(work).catch_unwind()).await;
        done.map_err(|failure| broke_off(failure.as_ref()))
    }
}

fn broke_off(failure: &(dyn Any + Send)) -> BrokeOff {
    let text = failure.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let failure = text.or_else(|| failure.downcast_ref::<String>().cloned()).unwrap_or_default();
    error!(%failure, "Work broke off");
    BrokeOff
}

/// Of processors, not of the clock: whoever waits for one keeps none.
fn time_of_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The calling thread's alone, on Linux; elsewhere it would be the process's.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, GIVES_WAY) {
        warn!(%error, "A thread cannot give way");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(code: &str) -> PartnerCode {
        code.parse().unwrap()
    }

    #[test]
    fn who_has_kept_a_processor_for_long_gives_way_until_it_is_made_up_for() {
        let (lanes, china, laos, now) = (Lanes::default(), partner("CHN"), partner("LAO"), Instant::now());
        let gives_way = |whose, after| lanes.gives_way(Some(whose), now + Duration::from_millis(after));
        lanes.note(Some(&china), Duration::from_millis(100), now);
        assert!(!gives_way(&china, 0));
        lanes.note(Some(&china), Duration::from_millis(100), now);
        assert!(gives_way(&china, 499) && !gives_way(&china, 500));
        assert!(!gives_way(&laos, 0), "nobody else does");
        // However long it was.
        lanes.note(Some(&china), Duration::from_secs(60), now);
        assert!(gives_way(&china, 9_499) && !gives_way(&china, 9_500));
    }

    #[test]
    fn a_share_may_be_used_for_ever() {
        let (lanes, china, mut now) = (Lanes::default(), partner("CHN"), Instant::now());
        for _ in 0..10_000 {
            lanes.note(Some(&china), Duration::from_millis(20), now);
            assert!(!lanes.gives_way(Some(&china), now));
            now += Duration::from_millis(100);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn work_is_done_in_its_partners_lane_and_breaks_off_alone() {
        let (lanes, china) = (Arc::new(Lanes::default()), partner("CHN"));
        lanes.note(Some(&china), MOST, Instant::now());
        let name = || async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            thread::current().name().map(ToOwned::to_owned)
        };
        assert_eq!(lanes.run(Some(&china), name()).await.unwrap().as_deref(), Some("aside"));
        assert_eq!(lanes.run(None, name()).await.unwrap().as_deref(), Some("ahead"));
        assert!(lanes.run(Some(&china), async { panic!("as it is meant to") }).await.is_err());
        assert!(lanes.run(None, async { panic!("as it is meant to") }).await.is_err());
        assert_eq!(lanes.run(Some(&china), name()).await.unwrap().as_deref(), Some("aside"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_nobody_waits_for_any_more_ends_in_both_lanes() {
        let (lanes, china) = (Arc::new(Lanes::default()), partner("CHN"));
        lanes.note(Some(&china), MOST, Instant::now());
        for whose in [Some(&china), None] {
            let (held, mut ended) = watch::channel(());
            let work = async move {
                let _held = held;
                std::future::pending::<()>().await;
            };
            assert!(tokio::time::timeout(Duration::from_millis(10), lanes.run(whose, work)).await.is_err());
            assert!(ended.changed().await.is_err(), "what it held is free");
        }
    }
}
