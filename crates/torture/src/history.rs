//! The checker: what clients saw, held against what the log holds. Pure; who gathered either is not its
//! business.
//!
//! A client's word is the measure. Whatever it was told is done must be in the log, once, where its receipt
//! says, and in the order in which clients could tell one thing from the next. What a client was never told
//! may be in the log or not: that is counted, and no fault.

use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    time::Duration,
};

/// What a command that succeeded was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub position: i64,
    pub event_ids: Vec<String>,
    pub commit_hash: String,
}

/// What came of sending a command once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    Done(Receipt),
    /// With the codes of the reasons.
    Refused(Vec<String>),
    /// An error of this code: nothing is promised.
    Error(String),
    /// No answer: the connection broke, or the client gave up.
    Unknown,
}

/// A command sent once. Instants are measured from the beginning of the experiment, by a clock that never
/// jumps.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub node: usize,
    pub sent: Duration,
    pub answered: Duration,
    pub outcome: Outcome,
}

/// A command, sent under its key until the client knew what became of it, or gave up.
#[derive(Clone, Debug, Serialize)]
pub struct Submission {
    /// Also the title that the command gives to a task, so that its effect can be counted in the log.
    pub key: String,
    /// Whether it has to be refused.
    pub invalid: bool,
    pub attempts: Vec<Attempt>,
}

/// A question for the newest position that a node knows, and perhaps for what an earlier command did.
#[derive(Clone, Debug, Serialize)]
pub struct Read {
    pub node: usize,
    pub sent: Duration,
    pub answered: Duration,
    pub position: i64,
    /// The key whose effect has to be there, and whether it was.
    pub expects: Option<(String, bool)>,
}

/// Everything that clients saw.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub submissions: Vec<Submission>,
    pub reads: Vec<Read>,
}

impl History {
    /// Of every answer that had one; a command that was answered twice has two.
    pub fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        self.submissions.iter().flat_map(Submission::receipts)
    }
}

/// What the log holds, in the order of its positions.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub commits: Vec<Commit>,
    pub events: Vec<Event>,
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub last_position: i64,
    /// 0 for the first.
    pub prev_position: i64,
    /// In microseconds since 1970.
    pub recorded_at: i64,
    pub hash: String,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub position: i64,
    pub id: String,
    pub command_id: String,
    /// The title that the event gives to something.
    pub title: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Command {
    pub key: String,
    pub id: String,
    pub position: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Acknowledged, and not in the log as the receipt says.
    Lost,
    /// In the log twice, or answered in two ways.
    Doubled,
    /// Acknowledged before another was sent, and after it in the log.
    Disordered,
    /// A node took back what it had shown, or did not show what it had acknowledged.
    Stale,
    /// Refused and carried out, or carried out and to be refused.
    Contradicted,
    /// Positions with gaps, commits that do not follow each other, a clock that went back.
    Broken,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Disordered => "disordered",
            Self::Stale => "stale",
            Self::Contradicted => "contradicted",
            Self::Broken => "broken",
        };
        f.write_str(name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub kind: Kind,
    /// One sentence.
    pub what: String,
}

/// What the checker found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Commands, however often each was sent.
    pub sent: usize,
    pub acknowledged: usize,
    pub refused: usize,
    /// Never answered and in the log.
    pub landed: usize,
    /// Never answered and not in the log.
    pub vanished: usize,
    pub faults: Vec<Fault>,
}

impl Findings {
    pub fn count(&self, kind: Kind) -> usize {
        self.faults.iter().filter(|fault| fault.kind == kind).count()
    }

    fn add(&mut self, kind: Kind, what: String) {
        self.faults.push(Fault { kind, what });
    }
}

impl Submission {
    fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Outcome::Done(receipt) => Some(receipt),
            Outcome::Refused(_) | Outcome::Error(_) | Outcome::Unknown => None,
        })
    }

    fn was_refused(&self) -> bool {
        self.attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Refused(_)))
    }

    /// When it was first sent, when it was first known to be done, and where.
    pub fn span(&self) -> Option<(Duration, Duration, i64)> {
        let sent = self.attempts.iter().map(|attempt| attempt.sent).min()?;
        let done = self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Outcome::Done(receipt) => Some((attempt.answered, receipt.position)),
            Outcome::Refused(_) | Outcome::Error(_) | Outcome::Unknown => None,
        });
        let (known, position) = done.min()?;
        Some((sent, known, position))
    }
}

/// Holds what clients saw against the log.
pub fn check(history: &History, log: &Log) -> Findings {
    let mut findings = Findings { sent: history.submissions.len(), ..Findings::default() };
    check_chain(log, &mut findings);
    let index = Index::new(log);
    for submission in &history.submissions {
        check_submission(submission, &index, &mut findings);
    }
    check_order(&history.submissions, &mut findings);
    check_reads(history, &mut findings);
    findings
}

/// Positions are 1, 2, 3 …, each commit follows the one before, and the log's clock never goes back. Hashes
/// are for `accord verify`, which knows the formulas.
fn check_chain(log: &Log, findings: &mut Findings) {
    let mut last = 0;
    for event in &log.events {
        if event.position != last + 1 {
            findings.add(Kind::Broken, format!("event {} follows event {last}", event.position));
        }
        last = event.position;
    }
    let mut before =
        Commit { last_position: 0, prev_position: 0, recorded_at: i64::MIN, hash: String::new() };
    for commit in &log.commits {
        if commit.prev_position != before.last_position {
            let Commit { last_position, prev_position, .. } = commit;
            findings.add(
                Kind::Broken,
                format!(
                    "the commit that ends at {last_position} follows {prev_position}, but the one before ends at {}",
                    before.last_position
                ),
            );
        }
        if commit.recorded_at < before.recorded_at {
            let what = format!(
                "the commit that ends at {} was recorded before its predecessor",
                commit.last_position
            );
            findings.add(Kind::Broken, what);
        }
        before = commit.clone();
    }
    if before.last_position != last {
        findings.add(Kind::Broken, format!("commits end at {}, events at {last}", before.last_position));
    }
}

/// The log by what clients know of it.
struct Index<'a> {
    log: &'a Log,
    commands: HashMap<&'a str, Vec<&'a Command>>,
    events: HashMap<&'a str, &'a Event>,
    by_title: HashMap<&'a str, Vec<&'a Event>>,
}

impl<'a> Index<'a> {
    fn new(log: &'a Log) -> Self {
        let mut index =
            Self { log, commands: HashMap::new(), events: HashMap::new(), by_title: HashMap::new() };
        for command in &log.commands {
            index.commands.entry(&command.key).or_default().push(command);
        }
        for event in &log.events {
            index.events.insert(&event.id, event);
            if let Some(title) = &event.title {
                index.by_title.entry(title).or_default().push(event);
            }
        }
        index
    }

    fn commit_holding(&self, position: i64) -> Option<&'a Commit> {
        let index = self.log.commits.partition_point(|commit| commit.last_position < position);
        self.log.commits.get(index).filter(|commit| commit.prev_position < position)
    }

    /// Why a receipt is not what the log says; `None` when it is.
    fn contradiction(&self, key: &str, receipt: &Receipt) -> Option<String> {
        let Some(command) = self.commands.get(key).and_then(|commands| commands.first()) else {
            return Some("the log has no such command".to_owned());
        };
        if command.position != receipt.position {
            return Some(format!("it stands at {}, not at {}", command.position, receipt.position));
        }
        if receipt.event_ids.is_empty() {
            return Some("its receipt names no event".to_owned());
        }
        for event_id in &receipt.event_ids {
            match self.events.get(event_id.as_str()) {
                Some(event) if event.command_id == command.id => {}
                Some(event) => {
                    return Some(format!("its event {event_id} at {} is another's", event.position));
                }
                None => return Some(format!("its event {event_id} is not in the log")),
            }
        }
        match self.commit_holding(receipt.position) {
            Some(commit) if commit.hash == receipt.commit_hash => None,
            Some(_) => Some(format!("the commit that holds {} has another hash", receipt.position)),
            None => Some(format!("no commit holds {}", receipt.position)),
        }
    }
}

fn check_submission(submission: &Submission, index: &Index<'_>, findings: &mut Findings) {
    let key = submission.key.as_str();
    let commands = index.commands.get(key).map_or(0, Vec::len);
    let effects = index.by_title.get(key).map_or(0, Vec::len);
    let receipts: HashSet<&Receipt> = submission.receipts().collect();
    if let Some(what) = receipts.iter().find_map(|receipt| index.contradiction(key, receipt)) {
        findings.add(Kind::Lost, format!("{key} was acknowledged, but {what}"));
    }
    if commands > 1 || effects > 1 {
        findings.add(Kind::Doubled, format!("{key} has {commands} commands and {effects} events in the log"));
    } else if receipts.len() > 1 {
        findings.add(Kind::Doubled, format!("{key} was answered with {} different receipts", receipts.len()));
    }
    let in_log = commands > 0 || effects > 0;
    if submission.was_refused() && (in_log || !receipts.is_empty()) {
        findings.add(Kind::Contradicted, format!("{key} was refused, and carried out"));
    }
    if submission.invalid && in_log {
        findings.add(Kind::Contradicted, format!("{key} had to be refused, and is in the log"));
    }
    if !receipts.is_empty() {
        findings.acknowledged += 1;
    } else if submission.was_refused() {
        findings.refused += 1;
    } else if in_log {
        findings.landed += 1;
    } else {
        findings.vanished += 1;
    }
}

/// What was known to be done before something else was sent stands before it in the log.
fn check_order(submissions: &[Submission], findings: &mut Findings) {
    let mut by_sent: Vec<(Duration, i64, &str)> = Vec::new();
    let mut by_known: Vec<(Duration, i64, &str)> = Vec::new();
    for submission in submissions {
        if let Some((sent, known, position)) = submission.span() {
            by_sent.push((sent, position, &submission.key));
            by_known.push((known, position, &submission.key));
        }
    }
    by_sent.sort_unstable();
    by_known.sort_unstable();
    let mut known = by_known.into_iter().peekable();
    let mut newest = (0, "");
    for (sent, position, key) in by_sent {
        while let Some((_, position, key)) = known.next_if(|(known, ..)| *known < sent) {
            newest = newest.max((position, key));
        }
        if position <= newest.0 {
            let (at, before) = newest;
            let what =
                format!("{key} stands at {position}, but was sent after {before} at {at} was acknowledged");
            findings.add(Kind::Disordered, what);
        }
    }
}

/// What a node has shown or acknowledged, it shows from then on.
fn check_reads(history: &History, findings: &mut Findings) {
    // By node: when it had shown how much.
    let mut shown: BTreeMap<usize, Vec<(Duration, i64)>> = BTreeMap::new();
    for read in &history.reads {
        shown.entry(read.node).or_default().push((read.answered, read.position));
    }
    for attempt in history.submissions.iter().flat_map(|submission| &submission.attempts) {
        if let Outcome::Done(receipt) = &attempt.outcome {
            shown.entry(attempt.node).or_default().push((attempt.answered, receipt.position));
        }
    }
    // The most that had been shown by then.
    for shown in shown.values_mut() {
        shown.sort_unstable();
        let mut most = 0;
        for (_, position) in shown {
            most = most.max(*position);
            *position = most;
        }
    }
    for read in &history.reads {
        let shown = shown.get(&read.node).map_or(&[][..], Vec::as_slice);
        let before = shown.partition_point(|(answered, _)| *answered < read.sent);
        if let Some((_, most)) = before.checked_sub(1).and_then(|index| shown.get(index))
            && read.position < *most
        {
            let Read { node, position, .. } = read;
            findings
                .add(Kind::Stale, format!("node {node} answered as of {position} after it had shown {most}"));
        }
        if let Some((key, false)) = &read.expects {
            findings
                .add(Kind::Stale, format!("node {} had acknowledged {key} and did not show it", read.node));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A log of one commit for each key, and what a client saw who sent them one after the other to node 0.
    fn world(keys: &[&str]) -> (History, Log) {
        let (mut history, mut log) = (History::default(), Log::default());
        for (index, key) in keys.iter().enumerate() {
            let position = i64::try_from(index).unwrap() + 1;
            log.commits.push(Commit {
                last_position: position,
                prev_position: position - 1,
                recorded_at: position,
                hash: format!("hash of {key}"),
            });
            log.events.push(Event {
                position,
                id: format!("event of {key}"),
                command_id: format!("command of {key}"),
                title: Some((*key).to_owned()),
            });
            log.commands.push(Command { key: (*key).to_owned(), id: format!("command of {key}"), position });
            let receipt = Receipt {
                position,
                event_ids: vec![format!("event of {key}")],
                commit_hash: format!("hash of {key}"),
            };
            let sent = at(u64::try_from(index).unwrap() * 10);
            let attempt = Attempt { node: 0, sent, answered: sent + at(5), outcome: Outcome::Done(receipt) };
            history.submissions.push(Submission {
                key: (*key).to_owned(),
                invalid: false,
                attempts: vec![attempt],
            });
        }
        (history, log)
    }

    fn kinds(history: &History, log: &Log) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = check(history, log).faults.iter().map(|fault| fault.kind).collect();
        kinds.sort_unstable();
        kinds
    }

    fn outcome(history: &mut History, submission: usize) -> &mut Outcome {
        &mut history.submissions[submission].attempts[0].outcome
    }

    fn receipt(history: &mut History, submission: usize) -> &mut Receipt {
        match outcome(history, submission) {
            Outcome::Done(receipt) => receipt,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_acknowledged_once_and_stands_once_is_no_fault() {
        let (history, log) = world(&["a", "b", "c"]);
        let findings = check(&history, &log);
        assert_eq!(findings.faults, []);
        assert_eq!((findings.sent, findings.acknowledged, findings.landed), (3, 3, 0));
    }

    #[test]
    fn an_acknowledged_command_that_the_log_lacks_is_lost() {
        let (history, mut log) = world(&["a", "b", "c"]);
        log.commits.pop();
        log.events.pop();
        log.commands.pop();
        assert_eq!(kinds(&history, &log), [Kind::Lost]);
    }

    #[test]
    fn a_receipt_that_says_another_position_event_or_hash_than_the_log_is_a_loss() {
        for change in [
            |receipt: &mut Receipt| receipt.event_ids = vec!["event of nobody".to_owned()],
            |receipt: &mut Receipt| receipt.event_ids = vec!["event of a".to_owned()],
            |receipt: &mut Receipt| receipt.event_ids.clear(),
            |receipt: &mut Receipt| receipt.commit_hash = "hash of nobody".to_owned(),
        ] {
            let (mut history, log) = world(&["a", "b"]);
            change(receipt(&mut history, 1));
            assert_eq!(kinds(&history, &log), [Kind::Lost]);
        }
        let (mut history, log) = world(&["a", "b"]);
        receipt(&mut history, 1).position = 7;
        assert_eq!(kinds(&history, &log), [Kind::Lost]);
    }

    #[test]
    fn an_effect_that_stands_twice_is_doubled() {
        let (history, mut log) = world(&["a", "b"]);
        log.commits.push(Commit {
            last_position: 3,
            prev_position: 2,
            recorded_at: 3,
            hash: "third".to_owned(),
        });
        log.events.push(Event {
            position: 3,
            id: "again".to_owned(),
            command_id: "again".to_owned(),
            title: Some("b".to_owned()),
        });
        assert_eq!(kinds(&history, &log), [Kind::Doubled]);
    }

    #[test]
    fn one_key_that_is_answered_in_two_ways_is_doubled() {
        let (mut history, log) = world(&["a", "b"]);
        let mut again = history.submissions[0].attempts[0].clone();
        again.sent = at(100);
        again.answered = at(110);
        history.submissions[0].attempts.push(again);
        assert_eq!(kinds(&history, &log), []);
        let other = receipt(&mut history, 1).clone();
        history.submissions[0].attempts[1].outcome = Outcome::Done(other);
        assert_eq!(kinds(&history, &log), [Kind::Lost, Kind::Doubled]);
    }

    #[test]
    fn what_was_sent_after_an_acknowledgement_stands_after_it() {
        let (mut history, log) = world(&["a", "b"]);
        // Sent at the same time, either may come first.
        history.submissions[0].attempts[0].sent = at(0);
        history.submissions[0].attempts[0].answered = at(50);
        assert_eq!(kinds(&history, &log), []);
        // The first of the log was sent after the second had been acknowledged.
        history.submissions[0].attempts[0].sent = at(40);
        assert_eq!(kinds(&history, &log), [Kind::Disordered]);
    }

    #[test]
    fn a_command_of_unknown_fate_may_be_in_the_log_or_not() {
        let (mut history, mut log) = world(&["a", "b", "c"]);
        *outcome(&mut history, 1) = Outcome::Unknown;
        *outcome(&mut history, 2) = Outcome::Error("BUSY".to_owned());
        log.commits.pop();
        log.events.pop();
        log.commands.pop();
        let findings = check(&history, &log);
        assert_eq!(findings.faults, []);
        assert_eq!((findings.acknowledged, findings.landed, findings.vanished), (1, 1, 1));
    }

    #[test]
    fn what_was_or_had_to_be_refused_is_not_in_the_log() {
        let (mut history, mut log) = world(&["a", "b"]);
        *outcome(&mut history, 1) = Outcome::Refused(vec!["NOT_FOUND".to_owned()]);
        assert_eq!(kinds(&history, &log), [Kind::Contradicted]);
        history.submissions[1].invalid = true;
        *outcome(&mut history, 1) = Outcome::Unknown;
        assert_eq!(kinds(&history, &log), [Kind::Contradicted]);
        *outcome(&mut history, 1) = Outcome::Refused(vec!["NOT_FOUND".to_owned()]);
        log.commits.pop();
        log.events.pop();
        log.commands.pop();
        let findings = check(&history, &log);
        assert_eq!(findings.faults, []);
        assert_eq!(findings.refused, 1);
    }

    #[test]
    fn a_gap_a_broken_chain_and_a_clock_that_went_back_are_seen() {
        let (history, log) = world(&[]);
        assert_eq!(kinds(&history, &log), []);
        let (_, log) = world(&["a", "b", "c"]);
        let history = History::default();

        let mut gap = log.clone();
        gap.events.remove(1);
        assert_eq!(kinds(&history, &gap), [Kind::Broken]);
        let mut chain = log.clone();
        chain.commits[1].prev_position = 0;
        assert_eq!(kinds(&history, &chain), [Kind::Broken]);
        let mut clock = log.clone();
        clock.commits[2].recorded_at = 1;
        assert_eq!(kinds(&history, &clock), [Kind::Broken]);
        let mut end = log;
        end.commits.pop();
        assert_eq!(kinds(&history, &end), [Kind::Broken]);
    }

    #[test]
    fn a_node_that_takes_back_what_it_has_shown_or_acknowledged_is_stale() {
        let (mut history, log) = world(&["a", "b"]);
        let read = |node, sent, position| Read {
            node,
            sent: at(sent),
            answered: at(sent + 1),
            position,
            expects: None,
        };
        // Node 1 may be behind node 0; a question that was asked meanwhile may be answered either way.
        history.reads = vec![read(0, 20, 2), read(1, 20, 1), read(0, 14, 1), read(0, 30, 2)];
        assert_eq!(kinds(&history, &log), []);
        history.reads.push(read(0, 40, 1));
        assert_eq!(kinds(&history, &log), [Kind::Stale]);
        history.reads = vec![read(1, 20, 2), read(1, 30, 1)];
        assert_eq!(kinds(&history, &log), [Kind::Stale]);
        history.reads = vec![Read { expects: Some(("b".to_owned(), false)), ..read(0, 20, 2) }];
        assert_eq!(kinds(&history, &log), [Kind::Stale]);
        history.reads = vec![Read { expects: Some(("b".to_owned(), true)), ..read(0, 20, 2) }];
        assert_eq!(kinds(&history, &log), []);
    }
}
