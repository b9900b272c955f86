//! Loading related rows in batches: one statement for all objects of a list, never one per item.

use crate::{Error, graph::nodes::nodes, log::standing, schedule::network::Network};
use chrono::{DateTime, Utc};
use domain::{Recorded, ids::AnnexId, metrics::Facts};
use engine::Engine;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use read_model::{
    EventFilter, EventRow, Page, Pin, ReadModel,
    assistance::{AssistanceClaimRow, CountsRow},
    coalition::{PartnerRow, PostFilter, PostRow, TenureRow},
    contribution::{ContributionFilter, ContributionRow, GroupedBy, Sums},
    execution::{GoNoGoWordRow, PhaseRow, TaskClaimRow, TaskExecutionRow},
    incident::{EmergentTaskRow, IncidentRow},
    matter::{ClockRow, MatterClaimRow},
    metrics::Part,
    operation::{
        AssignmentRow, DecidedPointRow, DeconflictionRow, OfficerRequestRow, OperationFilter, OperationRow,
        RecordedDecisionRow, TaskLabelRow,
    },
    outcome::{ForObjective, OutcomeFilter, OutcomePeriod, OutcomeRow, OutcomeSumRow, ReachedRow},
    plan::{
        AnnexRow, ConditionRow, DecisionRow, PartRow, PlanVersionRow, PlannedTaskRow, TaskFilter, TaskPlace,
        TaskVersionRow,
    },
    request::{RequestFilter, RequestRow},
    review::{FindingFilter, FindingRow, ObservationRow, ProofRow},
    sitrep::SitrepRow,
    watch::{LogEntryRow, ShiftRow, ShiftSpan},
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    future::poll_fn,
    hash::Hash,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{self, Poll, Wake, Waker},
};
use uuid::Uuid;

/// Gathers the keys that resolvers ask for at the same time and fetches them together; keeps what it has
/// fetched.
pub(crate) struct Loader<K, V> {
    fetch: Arc<Fetch<K, V>>,
    state: Mutex<State<K, V>>,
}

type Fetch<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, Error>> + Send + Sync;

/// Shared, so that whoever waits drives it: a resolver that is dropped leaves nobody hanging.
type Batch<K, V> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, V>>, Error>>>;

/// `None` once the batch is under way.
type Keys<K> = Arc<Mutex<Option<Vec<K>>>>;

struct State<K, V> {
    batches: HashMap<K, Batch<K, V>>,
    /// The batch that still takes keys.
    open: Option<(Keys<K>, Batch<K, V>)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds these locks can leave a state half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K, V> Loader<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn new<F, Fetched>(model: &ReadModel, pin: &Arc<Pin>, fetch: F) -> Self
    where
        F: Fn(ReadModel, Arc<Pin>, Vec<K>) -> Fetched + Send + Sync + 'static,
        Fetched: Future<Output = Result<HashMap<K, V>, Error>> + Send + 'static,
    {
        let (model, pin) = (model.clone(), Arc::clone(pin));
        let fetch = Arc::new(move |keys: Vec<K>| fetch(model.clone(), Arc::clone(&pin), keys).boxed());
        Self { fetch, state: Mutex::new(State { batches: HashMap::new(), open: None }) }
    }

    /// `None` when there is no such thing, or the viewer may not see it.
    pub async fn load(&self, key: K) -> Result<Option<V>, Error> {
        let batch = self.batch(&key);
        Ok(batch.await?.get(&key).cloned())
    }

    /// Those that there are, in the order of the keys.
    pub async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<V>, Error> {
        // All keys are asked for before the first is waited for.
        let batches: Vec<_> = keys.into_iter().map(|key| (self.batch(&key), key)).collect();
        let mut found = Vec::with_capacity(batches.len());
        for (batch, key) in batches {
            found.extend(batch.await?.get(&key).cloned());
        }
        Ok(found)
    }

    fn batch(&self, key: &K) -> Batch<K, V> {
        let mut state = lock(&self.state);
        if let Some(batch) = state.batches.get(key) {
            return batch.clone();
        }
        let joined = state.open.as_ref().and_then(|(keys, batch)| {
            lock(keys).as_mut()?.push(key.clone());
            Some(batch.clone())
        });
        let batch = joined.unwrap_or_else(|| {
            let keys = Arc::new(Mutex::new(Some(vec![key.clone()])));
            let batch = run(Arc::clone(&keys), Arc::clone(&self.fetch)).boxed().shared();
            state.open = Some((keys, batch.clone()));
            batch
        });
        state.batches.insert(key.clone(), batch.clone());
        batch
    }
}

impl<K, T> Loader<K, Arc<Vec<T>>>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    /// The children of a parent; none when the parent has none.
    pub async fn children(&self, key: K) -> Result<Arc<Vec<T>>, Error> {
        Ok(self.load(key).await?.unwrap_or_default())
    }
}

async fn run<K, V>(keys: Keys<K>, fetch: Arc<Fetch<K, V>>) -> Result<Arc<HashMap<K, V>>, Error> {
    others_turn().await;
    let keys = lock(&keys).take().unwrap_or_default();
    fetch(keys).await.map(Arc::new)
}

/// Waits until every future of this task has been polled. A request's resolvers are futures of one task, so
/// by then all of them have asked for what they need: batches are complete without waiting for a clock. Holds
/// on the runtime's workers, where the server executes requests; elsewhere batches are smaller.
fn others_turn() -> impl Future<Output = ()> {
    struct Turn {
        has_come: AtomicBool,
        waker: Waker,
    }

    impl Wake for Turn {
        fn wake(self: Arc<Self>) {
            self.has_come.store(true, Ordering::Release);
            self.waker.wake_by_ref();
        }
    }

    let mut turn: Option<Arc<Turn>> = None;
    poll_fn(move |context| {
        if let Some(turn) = &turn {
            // Several resolvers poll a batch: only the runtime's call counts.
            return if turn.has_come.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending };
        }
        let waiting = Arc::new(Turn { has_come: AtomicBool::new(false), waker: context.waker().clone() });
        let waker = Waker::from(Arc::clone(&waiting));
        turn = Some(waiting);
        // The runtime calls this waker once the task has been polled to its end.
        pin!(tokio::task::yield_now()).poll(&mut task::Context::from_waker(&waker))
    })
}

/// Rows by a column of theirs.
fn by<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Arc<R>> {
    rows.into_iter().map(|row| (key(&row), Arc::new(row))).collect()
}

/// Rows by their parent, in their order.
fn group<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Arc<Vec<Arc<R>>>> {
    let mut groups = HashMap::<K, Vec<Arc<R>>>::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(Arc::new(row));
    }
    groups.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect()
}

/// A page of a version's tasks.
pub(crate) type TaskPage = (Uuid, TaskFilter, Page);

/// The tasks' versions by what else is asked of them: one statement for each such question.
fn by_question<Q: Eq + Hash>(keys: Vec<(Uuid, Q)>) -> HashMap<Q, Vec<Uuid>> {
    let mut questions = HashMap::<Q, Vec<Uuid>>::new();
    for (version, question) in keys {
        questions.entry(question).or_default().push(version);
    }
    questions
}

async fn task_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<TaskPage>,
) -> Result<HashMap<TaskPage, Arc<Vec<Arc<PlannedTaskRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(version, filter, page)| (version, (filter, page))).collect();
    for ((filter, page), versions) in by_question(keys) {
        let rows = model.planned_tasks_of(&pin, &versions, &filter, &page).await?;
        pages.extend(
            group(rows, |row| row.version_id)
                .into_iter()
                .map(|(version, rows)| ((version, filter.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn task_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, TaskFilter)>,
) -> Result<HashMap<(Uuid, TaskFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, versions) in by_question(keys) {
        let counted = model.count_planned_tasks(&pin, &versions, &filter).await?;
        counts.extend(counted.into_iter().map(|(version, count)| ((version, filter.clone()), count)));
    }
    Ok(counts)
}

/// The events of such a page.
pub(crate) type Histories = Arc<Vec<Arc<EventRow>>>;

/// A page of an item's history.
pub(crate) type HistoryPage = (Uuid, EventFilter, Page<i64>);

async fn histories(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<HistoryPage>,
) -> Result<HashMap<HistoryPage, Histories>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(item, filter, page)| (item, (filter, page))).collect();
    for ((filter, page), items) in by_question(keys) {
        let mut rows = HashMap::<Uuid, Vec<Arc<EventRow>>>::new();
        for row in model.events_of(&pin, &items, &filter, &page).await? {
            rows.entry(row.item_id).or_default().push(Arc::new(row.event));
        }
        pages.extend(
            rows.into_iter().map(|(item, rows)| ((item, filter.clone(), page.clone()), Arc::new(rows))),
        );
    }
    Ok(pages)
}

/// A page of what a task has been.
pub(crate) type TaskVersionPage = (Uuid, Page<i64>);

async fn task_versions(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<TaskVersionPage>,
) -> Result<HashMap<TaskVersionPage, Arc<Vec<Arc<TaskVersionRow>>>>, Error> {
    let mut pages = HashMap::new();
    for (page, tasks) in by_question(keys) {
        let rows = model.task_versions_of(&pin, &tasks, &page).await?;
        pages.extend(
            group(rows, |row| row.task.task_id).into_iter().map(|(task, rows)| ((task, page.clone()), rows)),
        );
    }
    Ok(pages)
}

/// A page of an operation's log of decisions.
pub(crate) type RecordedDecisionPage = (Uuid, Page<i32>);

async fn recorded_decisions(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<RecordedDecisionPage>,
) -> Result<HashMap<RecordedDecisionPage, Arc<Vec<Arc<RecordedDecisionRow>>>>, Error> {
    let mut pages = HashMap::new();
    for (page, operations) in by_question(keys) {
        let rows = model.recorded_decisions_of(&pin, &operations, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, page.clone()), rows)),
        );
    }
    Ok(pages)
}

/// A page of an operation's SITREPs.
pub(crate) type SitrepPage = (Uuid, Page<i32>);

async fn sitreps(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<SitrepPage>,
) -> Result<HashMap<SitrepPage, Arc<Vec<Arc<SitrepRow>>>>, Error> {
    let mut pages = HashMap::new();
    for (page, operations) in by_question(keys) {
        let rows = model.sitreps_of(&pin, &operations, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, page.clone()), rows)),
        );
    }
    Ok(pages)
}

/// A page of an operation's incidents: all, the open ones or the closed ones.
pub(crate) type IncidentPage = (Uuid, Option<bool>, Page);

async fn incident_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<IncidentPage>,
) -> Result<HashMap<IncidentPage, Arc<Vec<Arc<IncidentRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(operation, open, page)| (operation, (open, page))).collect();
    for ((open, page), operations) in by_question(keys) {
        let rows = model.incidents_of(&pin, &operations, open, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, open, page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn incident_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, Option<bool>)>,
) -> Result<HashMap<(Uuid, Option<bool>), i64>, Error> {
    let mut counts = HashMap::new();
    for (open, operations) in by_question(keys) {
        let counted = model.count_incidents(&pin, &operations, open).await?;
        counts.extend(counted.into_iter().map(|(operation, count)| ((operation, open), count)));
    }
    Ok(counts)
}

/// A page of an operation's requests.
pub(crate) type RequestPage = (Uuid, RequestFilter, Page);

async fn request_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<RequestPage>,
) -> Result<HashMap<RequestPage, Arc<Vec<Arc<RequestRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(operation, filter, page)| (operation, (filter, page))).collect();
    for ((filter, page), operations) in by_question(keys) {
        let rows = model.requests_of(&pin, &operations, &filter, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, filter.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn request_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, RequestFilter)>,
) -> Result<HashMap<(Uuid, RequestFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, operations) in by_question(keys) {
        let counted = model.count_requests(&pin, &operations, &filter).await?;
        counts.extend(counted.into_iter().map(|(operation, count)| ((operation, filter.clone()), count)));
    }
    Ok(counts)
}

/// A page of what is given to an operation.
pub(crate) type ContributionPage = (Uuid, ContributionFilter, Page);

async fn contribution_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<ContributionPage>,
) -> Result<HashMap<ContributionPage, Arc<Vec<Arc<ContributionRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(operation, filter, page)| (operation, (filter, page))).collect();
    for ((filter, page), operations) in by_question(keys) {
        let rows = model.contributions_of(&pin, &operations, &filter, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, filter.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn contribution_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, ContributionFilter)>,
) -> Result<HashMap<(Uuid, ContributionFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, operations) in by_question(keys) {
        let counted = model.count_contributions(&pin, &operations, &filter).await?;
        counts.extend(counted.into_iter().map(|(operation, count)| ((operation, filter.clone()), count)));
    }
    Ok(counts)
}

/// Counts of persons, at moments in the world.
async fn counts_of(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, Option<DateTime<Utc>>)>,
) -> Result<HashMap<(Uuid, Option<DateTime<Utc>>), Arc<Vec<Arc<CountsRow>>>>, Error> {
    let mut counts = HashMap::new();
    for (valid_at, operations) in by_question(keys) {
        let rows = model.counts_of(&pin, &operations, valid_at).await?;
        counts.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, valid_at), rows)),
        );
    }
    Ok(counts)
}

/// What is given to operations, added up by something.
async fn contribution_sums(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, GroupedBy)>,
) -> Result<HashMap<(Uuid, GroupedBy), Arc<Sums>>, Error> {
    let mut sums = HashMap::new();
    for (by, operations) in by_question(keys) {
        let found = model.contribution_sums(&pin, &operations, by).await?;
        sums.extend(found.into_iter().map(|(operation, sums)| ((operation, by), Arc::new(sums))));
    }
    Ok(sums)
}

/// A page of what an operation came to.
pub(crate) type OutcomePage = (Uuid, OutcomeFilter, Page);

async fn outcome_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<OutcomePage>,
) -> Result<HashMap<OutcomePage, Arc<Vec<Arc<OutcomeRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(operation, filter, page)| (operation, (filter, page))).collect();
    for ((filter, page), operations) in by_question(keys) {
        let rows = model.outcomes_of(&pin, &operations, &filter, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, filter.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn outcome_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, OutcomeFilter)>,
) -> Result<HashMap<(Uuid, OutcomeFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, operations) in by_question(keys) {
        let counted = model.count_outcomes(&pin, &operations, &filter).await?;
        counts.extend(counted.into_iter().map(|(operation, count)| ((operation, filter.clone()), count)));
    }
    Ok(counts)
}

/// A page of what partners noted of an operation.
pub(crate) type ObservationPage = (Uuid, Page<i32>);

async fn observations(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<ObservationPage>,
) -> Result<HashMap<ObservationPage, Arc<Vec<Arc<ObservationRow>>>>, Error> {
    let mut pages = HashMap::new();
    for (page, operations) in by_question(keys) {
        let rows = model.observations_of(&pin, &operations, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, page.clone()), rows)),
        );
    }
    Ok(pages)
}

/// A page of what the review of an operation found.
pub(crate) type FindingPage = (Uuid, FindingFilter, Page);

async fn finding_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<FindingPage>,
) -> Result<HashMap<FindingPage, Arc<Vec<Arc<FindingRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(operation, filter, page)| (operation, (filter, page))).collect();
    for ((filter, page), operations) in by_question(keys) {
        let rows = model.findings_of(&pin, &operations, &filter, &page).await?;
        pages.extend(
            group(rows, |row| row.operation_id)
                .into_iter()
                .map(|(operation, rows)| ((operation, filter.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn finding_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, FindingFilter)>,
) -> Result<HashMap<(Uuid, FindingFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, operations) in by_question(keys) {
        let counted = model.count_findings(&pin, &operations, &filter).await?;
        counts.extend(counted.into_iter().map(|(operation, count)| ((operation, filter.clone()), count)));
    }
    Ok(counts)
}

/// What operations came to, added up over a period.
async fn outcome_sums(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, OutcomePeriod)>,
) -> Result<HashMap<(Uuid, OutcomePeriod), Arc<Vec<OutcomeSumRow>>>, Error> {
    let mut sums = HashMap::<_, Vec<_>>::new();
    for (period, operations) in by_question(keys) {
        for row in model.outcome_sums(&pin, &operations, &period).await? {
            sums.entry((row.operation_id, period)).or_default().push(row);
        }
    }
    Ok(sums.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
}

/// How much was reached towards an objective by a moment.
pub(crate) type Reached = (ForObjective, Option<DateTime<Utc>>);

async fn outcomes_reached(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<Reached>,
) -> Result<HashMap<Reached, Arc<Vec<ReachedRow>>>, Error> {
    let mut by_moment = HashMap::<_, Vec<ForObjective>>::new();
    for (wanted, valid_at) in keys {
        by_moment.entry(valid_at).or_default().push(wanted);
    }
    let mut reached = HashMap::<Reached, Vec<ReachedRow>>::new();
    for (valid_at, wanted) in by_moment {
        for row in model.outcomes_reached(&pin, &wanted, valid_at).await? {
            let of = ForObjective {
                operation_id: row.operation_id,
                objective: row.objective.clone(),
                kind: row.kind.clone(),
            };
            reached.entry((of, valid_at)).or_default().push(row);
        }
    }
    Ok(reached.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect())
}

/// By the incident that they are about.
async fn requests_about(
    model: ReadModel,
    pin: Arc<Pin>,
    incidents: Vec<Uuid>,
) -> Result<HashMap<Uuid, Arc<Vec<Arc<RequestRow>>>>, Error> {
    let mut about = HashMap::<Uuid, Vec<Arc<RequestRow>>>::new();
    for row in model.requests_about(&pin, &incidents).await? {
        if let Some(incident) = row.incident_id {
            about.entry(incident).or_default().push(Arc::new(row));
        }
    }
    Ok(about.into_iter().map(|(incident, rows)| (incident, Arc::new(rows))).collect())
}

/// A page of a centre's shifts.
pub(crate) type ShiftPage = (Uuid, ShiftSpan, Page<DateTime<Utc>>);

async fn shift_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<ShiftPage>,
) -> Result<HashMap<ShiftPage, Arc<Vec<Arc<ShiftRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(centre, span, page)| (centre, (span, page))).collect();
    for ((span, page), centres) in by_question(keys) {
        let rows = model.shifts_of(&pin, &centres, span, &page).await?;
        pages.extend(
            group(rows, |row| row.centre_id)
                .into_iter()
                .map(|(centre, rows)| ((centre, span, page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn shift_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, ShiftSpan)>,
) -> Result<HashMap<(Uuid, ShiftSpan), i64>, Error> {
    let mut counts = HashMap::new();
    for (span, centres) in by_question(keys) {
        let counted = model.count_shifts(&pin, &centres, span).await?;
        counts.extend(counted.into_iter().map(|(centre, count)| ((centre, span), count)));
    }
    Ok(counts)
}

/// A page of a centre's log: of a category, or of all.
pub(crate) type LogEntryPage = (Uuid, Option<String>, Page<i32>);

async fn log_entry_pages(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<LogEntryPage>,
) -> Result<HashMap<LogEntryPage, Arc<Vec<Arc<LogEntryRow>>>>, Error> {
    let mut pages = HashMap::new();
    let keys = keys.into_iter().map(|(centre, category, page)| (centre, (category, page))).collect();
    for ((category, page), centres) in by_question(keys) {
        let rows = model.log_entries_of(&pin, &centres, category.as_deref(), &page).await?;
        pages.extend(
            group(rows, |row| row.centre_id)
                .into_iter()
                .map(|(centre, rows)| ((centre, category.clone(), page.clone()), rows)),
        );
    }
    Ok(pages)
}

async fn log_entry_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, Option<String>)>,
) -> Result<HashMap<(Uuid, Option<String>), i64>, Error> {
    let mut counts = HashMap::new();
    for (category, centres) in by_question(keys) {
        let counted = model.count_log_entries(&pin, &centres, category.as_deref()).await?;
        counts.extend(counted.into_iter().map(|(centre, count)| ((centre, category.clone()), count)));
    }
    Ok(counts)
}

async fn history_counts(
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<(Uuid, EventFilter)>,
) -> Result<HashMap<(Uuid, EventFilter), i64>, Error> {
    let mut counts = HashMap::new();
    for (filter, items) in by_question(keys) {
        let counted = model.count_events_of(&pin, &items, &filter).await?;
        counts.extend(counted.into_iter().map(|(item, count)| ((item, filter.clone()), count)));
    }
    Ok(counts)
}

/// What an event says.
pub(crate) struct Payload {
    /// As this build writes it.
    pub json: serde_json::Value,
    /// The annex whose content is in it, and whether that was attached as sensitive.
    pub annex: Option<(AnnexId, bool)>,
}

async fn consequences(
    model: ReadModel,
    pin: Arc<Pin>,
    positions: Vec<i64>,
) -> Result<HashMap<i64, Arc<Vec<Arc<EventRow>>>>, Error> {
    let mut led_to = HashMap::<i64, Vec<Arc<EventRow>>>::new();
    for row in model.consequences_of(&pin, &positions).await? {
        let row = Arc::new(row);
        for cause in row.causes.iter().filter(|cause| positions.contains(cause)) {
            led_to.entry(*cause).or_default().push(Arc::clone(&row));
        }
    }
    Ok(led_to.into_iter().map(|(cause, rows)| (cause, Arc::new(rows))).collect())
}

/// Asked only for events that have been found.
async fn payloads(
    engine: Engine,
    model: ReadModel,
    pin: Arc<Pin>,
    positions: Vec<i64>,
) -> Result<HashMap<i64, Arc<Payload>>, Error> {
    let recorded = engine.events_at(&positions).await?;
    let binding = recorded.iter().filter(|recorded| !recorded.event.bound().is_empty());
    let binding: Vec<i64> = binding.map(|recorded| recorded.at.position.0).collect();
    let (at, named): (Vec<i64>, Vec<Uuid>) = recorded
        .iter()
        .flat_map(|recorded| {
            let position = recorded.at.position.0;
            recorded.event.named_tasks().into_iter().map(move |task| (position, task.0))
        })
        .unzip();
    let posts: HashSet<(i64, String)> = match binding.as_slice() {
        [] => HashSet::new(),
        some => model.seen_bindings(&pin, some).await?.into_iter().collect(),
    };
    let tasks: HashSet<(i64, Uuid)> = match named.as_slice() {
        [] => HashSet::new(),
        some => model.seen_tasks(&pin, &at, some).await?.into_iter().collect(),
    };
    let payload = |Recorded { at, event, .. }: Recorded| {
        let position = at.position.0;
        let annex = event.annex().map(|(id, annex)| (id, annex.is_sensitive()));
        let told = event.told(
            |post| posts.contains(&(position, post.to_string())),
            |task| tasks.contains(&(position, task.0)),
        );
        let json = serde_json::from_slice(&told.encode().payload)
            .map_err(|error| Error::internal("read an event's payload", &error))?;
        Ok((position, Arc::new(Payload { json, annex })))
    };
    recorded.into_iter().map(payload).collect()
}

/// Parts of what metrics of an operation are computed from, and the present, in seconds; `None`: the past.
pub(crate) type MetricFacts = (Uuid, BTreeSet<Part>, Option<i64>);

async fn metric_facts(
    engine: Engine,
    model: ReadModel,
    pin: Arc<Pin>,
    keys: Vec<MetricFacts>,
) -> Result<HashMap<MetricFacts, Arc<Facts>>, Error> {
    let mut found = HashMap::new();
    let keys = keys.into_iter().map(|(operation, parts, now)| (operation, (parts, now))).collect();
    for ((parts, now), operations) in by_question(keys) {
        let at = match now.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) {
            Some(at) => at,
            None => engine.recorded_at(pin.position).await?,
        };
        let facts = model.metric_facts(&pin, &operations, &parts, at).await?;
        found.extend(
            facts.into_iter().map(|(operation, facts)| ((operation, parts.clone(), now), Arc::new(facts))),
        );
    }
    Ok(found)
}

async fn networks(
    model: ReadModel,
    pin: Arc<Pin>,
    versions: Vec<Uuid>,
) -> Result<HashMap<Uuid, Arc<Network>>, Error> {
    let rows =
        model.planned_tasks_of(&pin, &versions, &TaskFilter::default(), &Page::first(i64::MAX)).await?;
    group(rows, |row| row.version_id)
        .into_iter()
        .map(|(version, rows)| Ok((version, Arc::new(Network::new(&rows)?))))
        .collect()
}

async fn assignments(
    model: ReadModel,
    pin: Arc<Pin>,
    planned_tasks: Vec<Uuid>,
) -> Result<HashMap<Uuid, Arc<Vec<Arc<AssignmentRow>>>>, Error> {
    let mut assignments = HashMap::<Uuid, Vec<Arc<AssignmentRow>>>::new();
    for (planned_task, row) in model.assignments_of(&pin, &planned_tasks).await? {
        assignments.entry(planned_task).or_default().push(Arc::new(row));
    }
    Ok(assignments.into_iter().map(|(task, rows)| (task, Arc::new(rows))).collect())
}

macro_rules! loaders {
    (
        one { $($one:ident: $one_row:ty, $one_key:ident = $one_query:ident;)* }
        many { $($many:ident: $many_row:ty, $many_key:ident = $many_query:ident;)* }
        $($nodes:ident { $(
            $node:ident: $table:literal of $node_row:ty, $id:path[$node_key:ident], $node_query:ident;
        )* })*
    ) => {
        /// The loaders of one world.
        pub(crate) struct Loaders {
            $($(pub $node_query: Loader<Uuid, Arc<$node_row>>,)*)*
            $(pub $one: Loader<Uuid, Arc<$one_row>>,)*
            $(pub $many: Loader<Uuid, Arc<Vec<Arc<$many_row>>>>,)*
            pub task_pages: Loader<TaskPage, Arc<Vec<Arc<PlannedTaskRow>>>>,
            pub task_counts: Loader<(Uuid, TaskFilter), i64>,
            /// All tasks of a version with their schedule.
            pub networks: Loader<Uuid, Arc<Network>>,
            pub task_versions: Loader<TaskVersionPage, Arc<Vec<Arc<TaskVersionRow>>>>,
            pub task_version_counts: Loader<Uuid, i64>,
            pub recorded_decisions: Loader<RecordedDecisionPage, Arc<Vec<Arc<RecordedDecisionRow>>>>,
            pub recorded_decision_counts: Loader<Uuid, i64>,
            pub sitreps: Loader<SitrepPage, Arc<Vec<Arc<SitrepRow>>>>,
            pub sitrep_counts: Loader<Uuid, i64>,
            pub incident_pages: Loader<IncidentPage, Arc<Vec<Arc<IncidentRow>>>>,
            pub incident_counts: Loader<(Uuid, Option<bool>), i64>,
            pub request_pages: Loader<RequestPage, Arc<Vec<Arc<RequestRow>>>>,
            pub request_counts: Loader<(Uuid, RequestFilter), i64>,
            pub contribution_pages: Loader<ContributionPage, Arc<Vec<Arc<ContributionRow>>>>,
            pub contribution_counts: Loader<(Uuid, ContributionFilter), i64>,
            pub counts_of: Loader<(Uuid, Option<DateTime<Utc>>), Arc<Vec<Arc<CountsRow>>>>,
            pub contribution_sums: Loader<(Uuid, GroupedBy), Arc<Sums>>,
            pub observations: Loader<ObservationPage, Arc<Vec<Arc<ObservationRow>>>>,
            pub observation_counts: Loader<Uuid, i64>,
            pub finding_pages: Loader<FindingPage, Arc<Vec<Arc<FindingRow>>>>,
            pub finding_counts: Loader<(Uuid, FindingFilter), i64>,
            pub outcome_pages: Loader<OutcomePage, Arc<Vec<Arc<OutcomeRow>>>>,
            pub outcome_counts: Loader<(Uuid, OutcomeFilter), i64>,
            pub outcome_sums: Loader<(Uuid, OutcomePeriod), Arc<Vec<OutcomeSumRow>>>,
            pub outcomes_reached: Loader<Reached, Arc<Vec<ReachedRow>>>,
            pub requests_about: Loader<Uuid, Arc<Vec<Arc<RequestRow>>>>,
            pub shift_pages: Loader<ShiftPage, Arc<Vec<Arc<ShiftRow>>>>,
            pub shift_counts: Loader<(Uuid, ShiftSpan), i64>,
            pub log_entry_pages: Loader<LogEntryPage, Arc<Vec<Arc<LogEntryRow>>>>,
            pub log_entry_counts: Loader<(Uuid, Option<String>), i64>,
            /// Where operations stood after steps of their replay.
            pub standings: Loader<(Uuid, standing::Moment), standing::Counts>,
            pub histories: Loader<HistoryPage, Histories>,
            /// By their positions.
            pub events_at: Loader<i64, Arc<EventRow>>,
            pub metric_facts: Loader<MetricFacts, Arc<Facts>>,
            pub history_counts: Loader<(Uuid, EventFilter), i64>,
            /// To the task that a planned task is a plan of.
            pub assignments_of: Loader<Uuid, Arc<Vec<Arc<AssignmentRow>>>>,
            /// What events led to, by their position.
            pub consequences: Loader<i64, Arc<Vec<Arc<EventRow>>>>,
            /// What an event says, by its position.
            pub payloads: Loader<i64, Arc<Payload>>,
            /// Every partner; there is one key.
            pub coalition: Loader<(), Arc<Vec<Arc<PartnerRow>>>>,
            /// Every operation that the viewer may see; there is one key.
            pub operations: Loader<(), Arc<Vec<Arc<OperationRow>>>>,
            /// Every liaison post; there is one key.
            pub liaison_posts: Loader<(), Arc<Vec<Arc<PostRow>>>>,
        }

        impl Loaders {
            pub fn new(engine: &Engine, pin: &Arc<Pin>) -> Self {
                let (model, engine) = (engine.read_model(), engine.clone());
                Self {
                    $($($node_query: Loader::new(model, pin, |model, pin, ids| async move {
                        Ok(by(model.$node_query(&pin, &ids).await?, |row| row.$node_key))
                    }),)*)*
                    $($one: Loader::new(model, pin, |model, pin, ids| async move {
                        Ok(by(model.$one_query(&pin, &ids).await?, |row| row.$one_key))
                    }),)*
                    $($many: Loader::new(model, pin, |model, pin, ids| async move {
                        Ok(group(model.$many_query(&pin, &ids).await?, |row| row.$many_key))
                    }),)*
                    task_pages: Loader::new(model, pin, task_pages),
                    task_counts: Loader::new(model, pin, task_counts),
                    networks: Loader::new(model, pin, networks),
                    task_versions: Loader::new(model, pin, task_versions),
                    task_version_counts: Loader::new(model, pin, |model, pin, tasks| async move {
                        Ok(model.count_task_versions(&pin, &tasks).await?.into_iter().collect())
                    }),
                    recorded_decisions: Loader::new(model, pin, recorded_decisions),
                    recorded_decision_counts: Loader::new(model, pin, |model, pin, operations| async move {
                        Ok(model.count_recorded_decisions(&pin, &operations).await?.into_iter().collect())
                    }),
                    sitreps: Loader::new(model, pin, sitreps),
                    sitrep_counts: Loader::new(model, pin, |model, pin, operations| async move {
                        Ok(model.count_sitreps(&pin, &operations).await?.into_iter().collect())
                    }),
                    incident_pages: Loader::new(model, pin, incident_pages),
                    incident_counts: Loader::new(model, pin, incident_counts),
                    request_pages: Loader::new(model, pin, request_pages),
                    request_counts: Loader::new(model, pin, request_counts),
                    contribution_pages: Loader::new(model, pin, contribution_pages),
                    contribution_counts: Loader::new(model, pin, contribution_counts),
                    counts_of: Loader::new(model, pin, counts_of),
                    contribution_sums: Loader::new(model, pin, contribution_sums),
                    observations: Loader::new(model, pin, observations),
                    observation_counts: Loader::new(model, pin, |model, pin, operations| async move {
                        Ok(model.count_observations(&pin, &operations).await?.into_iter().collect())
                    }),
                    finding_pages: Loader::new(model, pin, finding_pages),
                    finding_counts: Loader::new(model, pin, finding_counts),
                    outcome_pages: Loader::new(model, pin, outcome_pages),
                    outcome_counts: Loader::new(model, pin, outcome_counts),
                    outcome_sums: Loader::new(model, pin, outcome_sums),
                    outcomes_reached: Loader::new(model, pin, outcomes_reached),
                    requests_about: Loader::new(model, pin, requests_about),
                    shift_pages: Loader::new(model, pin, shift_pages),
                    shift_counts: Loader::new(model, pin, shift_counts),
                    log_entry_pages: Loader::new(model, pin, log_entry_pages),
                    log_entry_counts: Loader::new(model, pin, log_entry_counts),
                    standings: Loader::new(model, pin, standing::standings),
                    histories: Loader::new(model, pin, histories),
                    events_at: Loader::new(model, pin, |model, pin, positions| async move {
                        Ok(by(model.events_at(&pin, &positions).await?, |row| row.position))
                    }),
                    metric_facts: {
                        let engine = engine.clone();
                        Loader::new(model, pin, move |model, pin, keys| {
                            metric_facts(engine.clone(), model, pin, keys)
                        })
                    },
                    history_counts: Loader::new(model, pin, history_counts),
                    assignments_of: Loader::new(model, pin, assignments),
                    consequences: Loader::new(model, pin, consequences),
                    payloads: Loader::new(model, pin, move |model, pin, positions| {
                        payloads(engine.clone(), model, pin, positions)
                    }),
                    coalition: Loader::new(model, pin, |model, pin, _| async move {
                        Ok(group(model.partners(&pin, &Page::first(i64::MAX)).await?, |_| ()))
                    }),
                    operations: Loader::new(model, pin, |model, pin, _| async move {
                        let all = OperationFilter::default();
                        Ok(group(model.operations(&pin, &all, &Page::first(i64::MAX)).await?, |_| ()))
                    }),
                    liaison_posts: Loader::new(model, pin, |model, pin, _| async move {
                        let liaison = PostFilter { liaison: Some(true), ..PostFilter::default() };
                        Ok(group(model.posts(&pin, &liaison, &Page::first(i64::MAX)).await?, |_| ()))
                    }),
                }
            }
        }
    };
}

// Besides the nodes.
nodes! { loaders
    one {
        newest_tasks: PlannedTaskRow, task_id = newest_tasks_by_id;
        task_places: TaskPlace, task_id = task_places;
        task_labels: TaskLabelRow, id = task_labels_by_id;
        task_executions: TaskExecutionRow, task_id = task_executions_of;
    }
    many {
        tenures: TenureRow, post_id = tenures_of;
        officer_requests_of: OfficerRequestRow, operation_id = officer_requests_of;
        phases_of: PhaseRow, operation_id = phases_of;
        go_no_go_words_of: GoNoGoWordRow, operation_id = go_no_go_words_of;
        deconflictions_of: DeconflictionRow, operation_id = deconflictions_of;
        points_decided_of: DecidedPointRow, operation_id = points_decided_of;
        versions_of: PlanVersionRow, operation_id = plan_versions_of;
        annexes_of: AnnexRow, version_id = annexes_of;
        parts_of: PartRow, version_id = parts_of;
        plain_tasks_of: PlannedTaskRow, version_id = plain_tasks_of;
        decisions_of: DecisionRow, version_id = decisions_of;
        conditions_of: ConditionRow, decision_id = conditions_of;
        task_claims_of: TaskClaimRow, task_id = task_claims_of;
        proofs_of: ProofRow, finding_id = proofs_of;
        matter_claims_of: MatterClaimRow, matter_id = matter_claims_of;
        assistance_claims_of: AssistanceClaimRow, assistance_id = assistance_claims_of;
        clocks_on: ClockRow, matter_id = clocks_on;
        emergent_tasks_of: EmergentTaskRow, operation_id = emergent_tasks_of;
        emergent_tasks_for: EmergentTaskRow, incident_id = emergent_tasks_for;
        response_assignments: AssignmentRow, task_id = response_assignments;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::AtomicUsize;

    fn counting(calls: &Arc<AtomicUsize>) -> Loader<u32, u32> {
        let calls = Arc::clone(calls);
        let fetch = move |keys: Vec<u32>| {
            calls.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::task::yield_now().await;
                Ok(keys.into_iter().filter(|key| *key != 13).map(|key| (key, key * 2)).collect())
            }
            .boxed()
        };
        Loader { fetch: Arc::new(fetch), state: Mutex::new(State { batches: HashMap::new(), open: None }) }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_asked_for_at_the_same_time_is_fetched_at_once() {
        for asked in [2_u32, 30, 31, 500] {
            let calls = Arc::new(AtomicUsize::new(0));
            let loader = counting(&calls);
            // On a worker, as requests are executed: only there the runtime can wait for a task to be polled
            // to its end.
            let (loader, found) = tokio::spawn(async move {
                let found = join_all((0..asked).map(|key| loader.load(key % 100))).await;
                (loader, found)
            })
            .await
            .unwrap();
            assert_eq!(found[1], Ok(Some(2)));
            assert_eq!(calls.load(Ordering::Relaxed), 1, "{asked} keys");
            assert_eq!(loader.load(1).await, Ok(Some(2)));
            assert_eq!(calls.load(Ordering::Relaxed), 1, "kept");
        }
    }

    #[tokio::test]
    async fn what_is_absent_is_none_and_left_out_of_many() {
        let loader = counting(&Arc::default());
        assert_eq!(loader.load(13).await, Ok(None));
        assert_eq!(loader.load_many([4, 13, 5]).await, Ok(vec![8, 10]));
    }

    #[tokio::test]
    async fn a_resolver_that_is_dropped_leaves_nobody_waiting() {
        let loader = counting(&Arc::default());
        let mut first = Box::pin(loader.load(1));
        assert!(futures_util::poll!(&mut first).is_pending());
        let second = loader.load(2);
        drop(first);
        assert_eq!(second.await, Ok(Some(4)));
    }
}
