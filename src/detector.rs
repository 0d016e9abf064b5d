//! The front door: bytes in, reports out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::evaluate::{
    self, Depth, EvaluatedPair, Evaluation, EvaluationCache, Explanation, PartialResult, PrevalenceCounts,
    PrevalenceQuery,
};
use crate::hunts::domains::PublicSuffixList;
use crate::ingest::{DetectorOptions, Sink, Source};
use crate::model::error::Error;
use crate::model::flow::{Connection, Pair};
use crate::model::pair_key::PairKey;
use crate::model::time::Timestamp;
use crate::model::version::VERSION;
use crate::pairs::{DatasetView, History};
use crate::report::{Report, Totals, WindowReport};
use crate::rule::Rule;

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
/// assert_eq!(report.findings[0].facts.connection_count, 30);
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
    cache: Mutex<EvaluationCache>,
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
    /// Pairs; in the middle of a source, as many as were counted when it began or at the last evaluation.
    pub pairs: u64,
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
            cache: Mutex::default(),
            suffixes: PublicSuffixList::default(),
        }
    }

    /// Sets the public suffix list (publicsuffix.org), which gives registrable domains. Without it, a built-in
    /// heuristic does. The crate's feature `public-suffixes` includes a list: `hunts::domains::PUBLIC_SUFFIXES`.
    pub fn set_public_suffixes(&mut self, list: &str) {
        self.suffixes = PublicSuffixList::new(list);
        self.clear_cache();
    }

    /// Whether the public suffix list would improve the result: names were looked up, and no list is set.
    pub fn wants_public_suffixes(&self) -> bool {
        self.sink.side.has_lookups && !self.suffixes.is_loaded()
    }

    /// Begins the next source. The previous one should be [`finish`](Detector::finish)ed first; otherwise it is
    /// finished here, and only the report shows whether it was refused.
    pub fn start_source(&mut self, name: &str) {
        // An error at the end of the previous source is in the report.
        let _ = self.finish();
        self.sources.push(Source::new(name));
        self.own_options = None;
        self.open = true;
    }

    /// The same as [`start_source`](Detector::start_source), for a source with its own columns, delimiter and times.
    /// Everything else follows the detector's options.
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
        self.clear_cache();
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
        self.clear_cache();
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
            // Pairs are counted when they are grouped, which takes too long in the middle of a source.
            pairs: if self.open { self.sink.pairs.known_len() } else { self.sink.pairs.len() } as u64,
        }
    }

    /// Evaluates a rule over everything that was ingested. It can be called in the middle of a source, whose last
    /// row may then be missing. Of a [shard](DetectorOptions::with_shard), it covers the shard's own pairs.
    pub fn evaluate(&self, rule: &Rule) -> Report {
        let partials = vec![self.partial_result(rule)];
        let counts = vec![self.prevalence_counts(&PartialResult::prevalence_query(&partials))];
        self.evaluate_merged(partials, counts, rule)
    }

    /// The same as [`evaluate`](Detector::evaluate), but only the ten columns of the query for each pair, without
    /// priority and regularity. Faster where they are enough.
    pub fn evaluate_query(&self, rule: &Rule) -> Report {
        self.report(self.partial_query_result(rule).0, rule)
    }

    /// The unmerged result of a shard.
    pub fn partial_result(&self, rule: &Rule) -> PartialResult {
        PartialResult(evaluate::evaluate(self.data(), &mut self.cache(), rule, Depth::Full))
    }

    /// The same as [`partial_result`](Detector::partial_result), with what
    /// [`evaluate_query`](Detector::evaluate_query) gives.
    pub fn partial_query_result(&self, rule: &Rule) -> PartialResult {
        PartialResult(evaluate::evaluate(self.data(), &mut self.cache(), rule, Depth::Query))
    }

    /// The source counts of a shard for the destinations of a query.
    pub fn prevalence_counts(&self, query: &PrevalenceQuery) -> PrevalenceCounts {
        evaluate::prevalence_counts(self.data(), &mut self.cache(), query)
    }

    /// The report of a dataset that several detectors read, each owning a shard: from the partial results of all
    /// shards under the same rule, this one included, and from their counts. The bytes are those of the report of
    /// one detector. Partial results [of the query](Detector::partial_query_result) need no counts.
    pub fn evaluate_merged(
        &self,
        partials: Vec<PartialResult>,
        counts: Vec<PrevalenceCounts>,
        rule: &Rule,
    ) -> Report {
        let query = (!counts.is_empty()).then(|| PartialResult::prevalence_query(&partials));
        let mut merged = PartialResult::merge(partials, rule);
        if let Some(query) = query {
            evaluate::prioritize(&mut merged, &query, &counts, rule);
        }
        self.report(merged, rule)
    }

    #[inline(never)]
    fn report(&self, evaluation: Evaluation, rule: &Rule) -> Report {
        let progress = self.progress();
        let span = self.sink.time_extent;
        let window = WindowReport::of(rule, self.sink.data_time_extent());
        Report {
            beaconlens: VERSION,
            window,
            totals: Totals {
                bytes_read: progress.bytes_read,
                rows_read: progress.rows_read,
                rows_used: progress.rows_used,
                rows_skipped: progress.rows_skipped,
                flows_in_window: evaluation.flows_in_window,
                flows_outside_window: progress.rows_used
                    - evaluation.flows_in_window
                    - evaluation.evicted.flows,
                pairs: evaluation.pairs,
                pairs_in_window: evaluation.pairs_in_window,
                findings: evaluation.findings.len() as u64,
                suppressed: evaluation.suppressed.len() as u64,
                near_misses: evaluation.near_miss_count(),
                first_flow: span.map(|(first, _)| Timestamp::clamped(first)),
                last_flow: span.map(|(_, last)| Timestamp::clamped(last)),
            },
            dropped: evaluation.dropped(),
            gates: evaluation.gate_reports(rule),
            findings: evaluation.findings,
            near_misses: evaluation.near_misses,
            suppressed: evaluation.suppressed,
            reference_sets: evaluation.reference_sets,
            host_beacons: evaluation.host_beacons,
            hunts: evaluation.hunts,
            public_suffixes: self.sink.side.has_lookups.then(|| self.suffixes.describe().to_owned()),
            sources: self.sources.iter().map(Source::report).collect(),
            diagnostics: self.sink.diagnostics.report(),
            rule: rule.clone(),
        }
    }

    /// Every pair in the window with the gates it failed, in the order of the query.
    pub fn pairs(&self, rule: &Rule) -> Vec<EvaluatedPair> {
        evaluate::all_pairs(self.data(), &mut self.cache(), rule)
    }

    /// Why a pair is a finding under a rule, or why not; also for a pair that was never seen.
    pub fn explain(&self, pair: &Pair, rule: &Rule) -> Explanation {
        self.explain_merged(pair, vec![self.prevalence_counts(&PrevalenceQuery::of_pair(pair))], rule)
    }

    /// The same as [`explain`](Detector::explain), for the shard that owns the source of the pair, with the counts
    /// of all shards for the [query of the pair](PrevalenceQuery::of_pair). Other shards have never seen the pair.
    pub fn explain_merged(&self, pair: &Pair, counts: Vec<PrevalenceCounts>, rule: &Rule) -> Explanation {
        evaluate::explain(self.data(), &mut self.cache(), &counts, pair, &self.history(pair), rule)
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
        history.connections.sort_unstable();
        history.connections
    }

    fn cache(&self) -> MutexGuard<'_, EvaluationCache> {
        // After a panic, nothing half done in the cache can be found.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called when the data changes.
    fn clear_cache(&mut self) {
        self.cache = Mutex::default();
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
        // Duplicate bytes count once, unless the options say otherwise.
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
                |rule| detector.evaluate(&rule).findings.iter().map(|found| found.facts.bytes_received).sum();
            rule.ok().map(found)
        };
        assert_eq!(sum("bytes"), Some(2));
        assert_eq!(sum("-"), Some(0_u64));
    }
}
