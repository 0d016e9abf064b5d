//! The front door: bytes in, reports out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::evaluate::{self, Depth, Evaluation, Kept};
use crate::hunts::domains::PublicSuffixList;
use crate::ingest::{DetectorOptions, Sink, Source};
use crate::model::error::{Error, ErrorKind};
use crate::model::flow::{Connection, Pair};
use crate::model::pair_key::PairKey;
use crate::model::time::Timestamp;
use crate::pairs::{DatasetView, History};
use crate::report::{DroppedData, EvaluatedPair, Explanation, Report, Totals, WindowReport};
use crate::rule::Rule;
use crate::text::codec::{Reader, Writer};
use crate::text::sort::sort_by;

/// Takes flow records in, and evaluates rules over them as often as wanted.
///
/// ```
/// use beaconlens::{Detector, DetectorOptions, Rule};
///
/// let mut detector = Detector::new(DetectorOptions::new());
/// detector.start_source("flows.csv");
/// detector.ingest(b"starttime,sourceip,destinationip,destinationport\n")?;
/// for hour in 0..3 {
///     for minute in 0..10 {
///         let row = format!("2026-03-02 {hour:02}:{minute:02}:00,10.0.0.5,203.0.113.9,443\n");
///         detector.ingest(row.as_bytes())?;
///     }
/// }
/// detector.finish()?;
/// let report = detector.evaluate(&Rule::default());
/// assert_eq!(report.findings[0].connection_count, 30);
/// # Ok::<(), beaconlens::Error>(())
/// ```
#[derive(Debug)]
pub struct Detector {
    options: DetectorOptions,
    /// Those of the source that is read, if it has its own.
    own_options: Option<DetectorOptions>,
    sources: Vec<Source>,
    open: bool,
    sink: Sink,
    /// What evaluations keep for the next.
    kept: Mutex<Kept>,
    suffixes: PublicSuffixList,
}

/// How far the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of all sources so far.
    pub bytes_read: u64,
    /// Rows so far: used plus skipped.
    pub rows_read: u64,
    /// Rows that became flows.
    pub rows_used: u64,
    /// Rows that could not be used.
    pub rows_skipped: u64,
    /// Pairs so far.
    pub pairs: u64,
}

/// What one shard of a dataset found.
#[derive(Debug, Clone)]
pub struct PartialResult(Evaluation);

/// What has to be asked of every shard before the parts can be joined: how many hosts call the destinations
/// that are listed.
#[derive(Debug, Clone)]
pub struct PrevalenceQuery(evaluate::PrevalenceQuery);

/// What one shard answered.
#[derive(Debug, Clone)]
pub struct PrevalenceCounts(evaluate::PrevalenceCounts);

impl PartialResult {
    /// What these parts, of all shards, ask of every shard.
    pub fn prevalence_query(parts: &[PartialResult]) -> PrevalenceQuery {
        PrevalenceQuery(evaluate::PrevalenceQuery::of_all(parts.iter().map(|part| &part.0)))
    }

    /// The part as bytes, to be given to another worker. Their form may change with every version.
    pub fn to_bytes(&self) -> Vec<u8> {
        written(|out| self.0.write(out))
    }

    /// Reads a part that the same version wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<PartialResult, Error> {
        read(bytes, Evaluation::read).map(PartialResult)
    }
}

impl PrevalenceQuery {
    /// What has to be asked of every shard before a pair can be [explained](Detector::explain_merged).
    pub fn of_pair(pair: &Pair) -> PrevalenceQuery {
        PrevalenceQuery(evaluate::PrevalenceQuery::of_pair(pair))
    }

    /// The question as bytes, as [`PartialResult::to_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        written(|out| {
            out.list(&self.0.addresses, |address, out| out.address(*address));
            out.list(&self.0.names, |name, out| out.text(name));
        })
    }

    /// Reads a question, as [`PartialResult::from_bytes`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<PrevalenceQuery, Error> {
        read(bytes, |bytes| evaluate::PrevalenceQuery {
            addresses: bytes.list(Reader::address),
            names: bytes.list(Reader::text),
        })
        .map(PrevalenceQuery)
    }
}

impl PrevalenceCounts {
    /// The answer as bytes, as [`PartialResult::to_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        written(|out| {
            out.number(self.0.hosts);
            out.number(self.0.askers);
            out.list(&self.0.calling, |count, out| out.number(*count));
        })
    }

    /// Reads an answer, as [`PartialResult::from_bytes`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<PrevalenceCounts, Error> {
        read(bytes, |bytes| evaluate::PrevalenceCounts {
            hosts: bytes.number(),
            askers: bytes.number(),
            calling: bytes.list(Reader::number),
        })
        .map(PrevalenceCounts)
    }
}

/// Bytes that begin with the version.
fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::default();
    out.text(crate::VERSION);
    write(&mut out);
    out.0
}

fn read<T>(bytes: &[u8], read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, Error> {
    let mut bytes = Reader::new(bytes);
    let of_this_version = bytes.text() == crate::VERSION;
    let value = of_this_version.then(|| read(&mut bytes));
    value.filter(|_| !bytes.failed && bytes.rest.is_empty()).ok_or_else(|| {
        Error::new(
            ErrorKind::Options,
            "found bytes that were not written by a shard of this version".to_owned(),
        )
    })
}

impl Default for Detector {
    fn default() -> Self {
        Detector::new(DetectorOptions::default())
    }
}

impl Detector {
    /// A detector without flows.
    pub fn new(options: DetectorOptions) -> Self {
        let sink = Sink::new(&options);
        Detector {
            options,
            own_options: None,
            sources: Vec::new(),
            open: false,
            sink,
            kept: Mutex::default(),
            suffixes: PublicSuffixList::default(),
        }
    }

    /// Gives the public suffix list (publicsuffix.org), by which registrable domains are told; without it a rule
    /// of thumb tells them. The crate's feature `public-suffixes` brings a list: `hunts::domains::PUBLIC_SUFFIXES`.
    pub fn set_public_suffixes(&mut self, list: &str) {
        self.suffixes = PublicSuffixList::new(list);
        self.forget();
    }

    /// Whether the public suffix list would say more: names were looked up, and it was not given.
    pub fn wants_public_suffixes(&self) -> bool {
        self.sink.side.has_lookups && !self.suffixes.is_loaded()
    }

    /// Begins the next source; the one before should be [`finish`](Detector::finish)ed first, and is if
    /// it was not, without telling whether it was refused at its end.
    pub fn start_source(&mut self, name: &str) {
        // What the end of the source before may say stands in the report.
        let _ = self.finish();
        self.sources.push(Source::new(name));
        self.own_options = None;
        self.open = true;
    }

    /// As [`start_source`](Detector::start_source), for a source that is read by columns, delimiter and times
    /// of its own; everything else is as the detector's options say.
    pub fn start_source_with(&mut self, name: &str, options: DetectorOptions) {
        self.start_source(name);
        self.own_options = Some(self.options.reading_as(options));
    }

    /// Takes the next bytes of the source. Any split of its bytes gives the same result; chunks of a
    /// megabyte are read fastest. Without [`start_source`](Detector::start_source) the source is called
    /// `input 1`, and so on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFlows`](crate::ErrorKind::NotFlows) if the source is refused. The detector stays
    /// usable: further bytes of this source are refused too, and the next source can be started.
    pub fn ingest(&mut self, chunk: &[u8]) -> Result<(), Error> {
        if !self.open {
            self.start_source(&format!("input {}", self.sources.len() + 1));
        }
        self.forget();
        match self.sources.last_mut() {
            Some(source) => {
                source.ingest(chunk, self.own_options.as_ref().unwrap_or(&self.options), &mut self.sink)
            }
            None => Ok(()),
        }
    }

    /// Ends the source: reads a last line that has no line feed. Without a source it does nothing.
    ///
    /// # Errors
    ///
    /// As [`ingest`](Detector::ingest); a short source is looked at only here.
    pub fn finish(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.open) {
            return Ok(());
        }
        self.forget();
        match self.sources.last_mut() {
            Some(source) => source.finish(self.own_options.as_ref().unwrap_or(&self.options), &mut self.sink),
            None => Ok(()),
        }
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes_read: self.sink.bytes_read,
            rows_read: self.sink.rows_used + self.sink.rows_skipped,
            rows_used: self.sink.rows_used,
            rows_skipped: self.sink.rows_skipped,
            pairs: self.sink.pairs.len() as u64,
        }
    }

    /// Evaluates a rule over all that was ingested. Also in the middle of a source, whose last row may
    /// then be missing. Of a [shard](DetectorOptions::with_shard), only its own pairs.
    pub fn evaluate(&self, rule: &Rule) -> Report {
        let parts = vec![self.partial_result(rule)];
        let answers = vec![self.prevalence_counts(&PartialResult::prevalence_query(&parts))];
        self.evaluate_merged(parts, answers, rule)
    }

    /// As [`evaluate`](Detector::evaluate), but only what the query answers: of every pair the ten columns,
    /// without priority and regularity. Quicker where that is enough.
    pub fn evaluate_query(&self, rule: &Rule) -> Report {
        self.report(self.partial_query_result(rule).0, rule)
    }

    /// What a shard finds, to be joined with what the others find.
    pub fn partial_result(&self, rule: &Rule) -> PartialResult {
        PartialResult(evaluate::evaluate(self.data(), &mut self.kept(), rule, Depth::Full))
    }

    /// As [`part`](Detector::partial_result), for what [`evaluate_query`](Detector::evaluate_query) answers.
    pub fn partial_query_result(&self, rule: &Rule) -> PartialResult {
        PartialResult(evaluate::evaluate(self.data(), &mut self.kept(), rule, Depth::Query))
    }

    /// What a shard has to say of what all parts ask.
    pub fn prevalence_counts(&self, question: &PrevalenceQuery) -> PrevalenceCounts {
        PrevalenceCounts(evaluate::prevalence_counts(self.data(), &mut self.kept(), &question.0))
    }

    /// The report of a dataset that was read by several detectors, each owning a shard: what each of them found
    /// by the same rule and answered, this one too, joined. The same bytes as one detector would report. Parts
    /// [of the query](Detector::partial_query_result) need no answers.
    pub fn evaluate_merged(
        &self,
        parts: Vec<PartialResult>,
        answers: Vec<PrevalenceCounts>,
        rule: &Rule,
    ) -> Report {
        let question = if answers.is_empty() { None } else { Some(PartialResult::prevalence_query(&parts)) };
        let mut parts = parts.into_iter();
        let mut joined = parts.next().map(|part| part.0).unwrap_or_default();
        for part in parts {
            joined.join(part.0, rule);
        }
        if let Some(question) = question {
            let answers: Vec<_> = answers.into_iter().map(|answer| answer.0).collect();
            joined.prioritise(&question.0, &answers, rule);
        }
        self.report(joined, rule)
    }

    #[inline(never)]
    fn report(&self, mut evaluation: Evaluation, rule: &Rule) -> Report {
        let progress = self.progress();
        let span = self.sink.time_extent;
        let window = WindowReport::of(rule, self.sink.data_time_extent());
        Report {
            beaconlens: crate::VERSION,
            window,
            totals: Totals {
                bytes_read: progress.bytes_read,
                rows_read: progress.rows_read,
                rows_used: progress.rows_used,
                rows_skipped: progress.rows_skipped,
                flows_in_window: evaluation.flows_in_window,
                flows_outside_window: progress.rows_used
                    - evaluation.flows_in_window
                    - evaluation.left_out.flows,
                pairs: evaluation.pairs,
                pairs_in_window: evaluation.pairs_in_window,
                findings: evaluation.findings.len() as u64,
                suppressed: evaluation.suppressed.len() as u64,
                near_misses: evaluation.near_miss_count(),
                first_flow: span.map(|(first, _)| Timestamp::clamped(first)),
                last_flow: span.map(|(_, last)| Timestamp::clamped(last)),
            },
            dropped: DroppedData::of(evaluation.left_out, evaluation.names_left_out),
            gates: evaluation.gates(rule),
            findings: std::mem::take(&mut evaluation.findings),
            near_misses: evaluation.take_near_misses(),
            suppressed: std::mem::take(&mut evaluation.suppressed),
            reference_sets: std::mem::take(&mut evaluation.reference_sets),
            host_beacons: std::mem::take(&mut evaluation.host_beacons),
            hunts: std::mem::take(&mut evaluation.hunts),
            public_suffixes: self.sink.side.has_lookups.then(|| self.suffixes.describe().to_owned()),
            sources: self.sources.iter().map(Source::report).collect(),
            diagnostics: self.sink.diagnostics.report(),
            rule: rule.clone(),
        }
    }

    /// Every pair in the window with the gates it failed, in the order of the query.
    pub fn pairs(&self, rule: &Rule) -> Vec<EvaluatedPair> {
        evaluate::list(self.data(), &mut self.kept(), rule)
    }

    /// Why a pair is a finding under a rule, or why not; also for a pair that was never seen.
    pub fn explain(&self, pair: &Pair, rule: &Rule) -> Explanation {
        self.explain_merged(pair, vec![self.prevalence_counts(&PrevalenceQuery::of_pair(pair))], rule)
    }

    /// As [`explain`](Detector::explain), of the shard that owns the pair's source, with what all shards
    /// answered to the [question about it](PrevalenceQuery::of_pair). To the others the pair was never seen.
    pub fn explain_merged(&self, pair: &Pair, answers: Vec<PrevalenceCounts>, rule: &Rule) -> Explanation {
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.0).collect();
        evaluate::explain(self.data(), &mut self.kept(), &answers, pair, &self.history(pair), rule)
    }

    /// All connections of a pair in time order; none if it was never seen.
    pub fn history(&self, pair: &Pair) -> Vec<Connection> {
        let (source, destination) =
            (self.sink.addresses.find(pair.source), self.sink.addresses.find(pair.destination));
        let (Some(source), Some(destination)) = (source, destination) else { return Vec::new() };
        let Some(found) = self.sink.pairs.find(PairKey::new(source, destination, pair.port)) else {
            return Vec::new();
        };
        let mut history = History::default();
        found.read(&mut history);
        // Also by size, so that the order of rows in the input does not matter.
        sort_by(&mut history.connections, Ord::cmp);
        history.connections
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whoever panicked with it left nothing half done that is of use.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was kept of the flows so far is no longer true.
    fn forget(&mut self) {
        self.kept = Mutex::default();
    }

    fn data(&self) -> DatasetView<'_> {
        DatasetView {
            pairs: &self.sink.pairs,
            activity: &self.sink.activity,
            addresses: &self.sink.addresses,
            side: &self.sink.side.tables,
            suffixes: &self.suffixes,
            time_extent: self.sink.data_time_extent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, TimeUnit};

    const ROW: &str = "when,who,whom,gate\n2026-03-02 14:00:00,10.0.0.5,203.0.113.9,443\n";

    fn named(columns: [&str; 4]) -> DetectorOptions {
        let roles = [Role::Time, Role::Source, Role::Destination, Role::Port];
        let mut given = roles.into_iter().zip(columns);
        given
            .try_fold(DetectorOptions::new(), |options, (role, column)| options.with_column(role, column))
            .unwrap_or_default()
    }

    /// Reads sources, some by options of their own: how each ended, and the rows that were used.
    fn read(options: DetectorOptions, sources: Vec<(&str, Option<DetectorOptions>)>) -> (Vec<bool>, u64) {
        let mut detector = Detector::new(options);
        let mut taken = Vec::new();
        for (text, own) in sources {
            match own {
                Some(own) => detector.start_source_with("flows", own),
                None => detector.start_source("flows"),
            }
            let _ = detector.ingest(text.as_bytes());
            taken.push(detector.finish().is_ok());
        }
        (taken, detector.progress().rows_used)
    }

    #[test]
    fn the_default_is_a_detector_with_default_options() {
        let used = |mut detector: Detector| {
            let text = "starttime,sourceip,destinationip,destinationport\n1,10.0.0.6,203.0.113.9,443\n";
            detector.ingest(text.as_bytes()).and_then(|()| detector.finish()).map(|()| detector.progress())
        };
        let progress = used(Detector::default());
        assert_eq!(progress, used(Detector::new(DetectorOptions::new())));
        assert_eq!(progress.map(|progress| (progress.rows_used, progress.pairs)), Ok((1, 1)));
    }

    #[test]
    fn a_source_is_read_by_its_own_options_and_the_next_is_not() {
        let plain = "starttime,sourceip,destinationip,destinationport\n1,10.0.0.6,203.0.113.9,443\n";
        let own = named(["when", "who", "whom", "gate"]);
        let sources = vec![(ROW, Some(own)), (plain, None), (ROW, None)];
        assert_eq!(read(DetectorOptions::new(), sources), (vec![true, true, false], 2));
    }

    #[test]
    fn own_options_take_the_place_of_what_the_detector_reads_by() {
        let own = named(["when", "who", "whom", "gate"]);
        let other = named(["a", "b", "c", "d"]).with_time_unit(TimeUnit::Seconds);
        assert_eq!(read(other, vec![(ROW, Some(own)), (ROW, None)]), (vec![true, false], 1));
    }

    #[test]
    fn what_is_no_matter_of_reading_stays_the_detectors() {
        let own = || Some(named(["when", "who", "whom", "gate"]));
        // The same bytes again count once, unless the detector is told otherwise.
        assert_eq!(read(DetectorOptions::new(), vec![(ROW, own()), (ROW, own())]).1, 1);
        assert_eq!(read(DetectorOptions::new().with_duplicates(true), vec![(ROW, own()), (ROW, own())]).1, 2);
    }

    #[test]
    fn a_role_may_have_no_column() {
        let text = "starttime,sourceip,destinationip,destinationport,bytessent,bytes\n1,10.0.0.5,203.0.113.9,443,7,9\n";
        let sum = |column: &str| {
            let options = DetectorOptions::new().with_column(Role::BytesTotal, column).unwrap_or_default();
            let mut detector = Detector::new(options);
            let _ = detector.ingest(text.as_bytes());
            let _ = detector.finish();
            let rule = Rule::from_json(r#"{"window":"all","gates":{"min_connections":1,"min_hours":1}}"#);
            let found =
                |rule| detector.evaluate(&rule).findings.iter().map(|found| found.bytes_received).sum();
            rule.ok().map(found)
        };
        assert_eq!(sum("bytes"), Some(2));
        assert_eq!(sum("-"), Some(0_u64));
    }
}
