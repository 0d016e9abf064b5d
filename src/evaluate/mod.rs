//! Rule × histories → report.

mod callers;
mod dropped;
mod explain;
mod explanation;
mod gate_facts;
mod gates;
mod hosts;
mod hunted;
mod kept;
mod lists;
mod measures;
mod order;
mod pair_facts;
mod span;
mod tally;
mod wire;

pub use dropped::DroppedData;
pub use explanation::{Explanation, IntervalBin, Intervals, PairStatus, ScoreReason, Timeline};
pub use gate_facts::{Gate, GateReport, GateResult, GateValue, Threshold};
pub use order::SortOrder;
pub use pair_facts::{
    EvaluatedPair, Finding, HostBeacon, NEAR_MISSES, NearMiss, SetReport, Suppressed, ThreatMatch,
};

pub(crate) use explain::explain;
pub(crate) use kept::Kept;
use std::cmp::Ordering;
use std::net::IpAddr;

use crate::hunts::{self, HuntHit};
use crate::model::flow::Pair;
use crate::model::hash::{WordTable, words};
use crate::model::time::HOUR;
use crate::pairs::{Chunk, DatasetView, EvictionStats, History, PairRef};
use crate::priority::{Hosts, Judged, prioritise};
use crate::regularity::Analyzer;
use crate::rule::{Rule, SetMatch};
use crate::text::codec::{Reader, Writer};
use crate::text::sort::{sort_by, sort_by_number};
use gates::{Failed, Gates};
use lists::Lists;
use measures::Measures;
use order::rule_order;
pub(crate) use span::Span;
use tally::Tally;

/// How much is said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The query's ten columns.
    Query,
    /// Regularity as well.
    Full,
}

/// What an evaluation finds out; the report adds what ingest knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evaluation {
    pub pairs: u64,
    pub pairs_in_window: u64,
    pub flows_in_window: u64,
    pub left_out: EvictionStats,
    /// Pairs that failed each gate, and those that failed no other.
    failed: [u64; Gate::ALL.len()],
    failed_only: [u64; Gate::ALL.len()],
    pub findings: Vec<Finding>,
    pub suppressed: Vec<Suppressed>,
    pub reference_sets: Vec<SetReport>,
    near_misses: Vec<(Gate, Finding)>,
    pub hunts: Vec<HuntHit>,
    pub host_beacons: Vec<HostBeacon>,
    /// Names that found no room.
    pub names_left_out: u64,
}

impl Evaluation {
    /// As bytes, for [`read`](Evaluation::read).
    pub fn write(&self, out: &mut Writer) {
        let EvictionStats { flows, pairs, max_undercount, flows_rejected } = self.left_out;
        for number in [
            self.pairs,
            self.pairs_in_window,
            self.flows_in_window,
            flows,
            pairs,
            max_undercount,
            flows_rejected,
        ] {
            out.number(number);
        }
        for number in self.failed.into_iter().chain(self.failed_only) {
            out.number(number);
        }
        out.list(&self.findings, Finding::write);
        out.list(&self.suppressed, |suppressed, out| {
            suppressed.pair.write(out);
            suppressed.suppressed_by.write(out);
        });
        out.list(&self.reference_sets, |set, out| {
            out.text(&set.name);
            out.number(set.pairs);
            out.number(set.flows);
        });
        out.list(&self.hunts, HuntHit::write);
        out.list(&self.host_beacons, HostBeacon::write);
        out.number(self.names_left_out);
        out.list(&self.near_misses, |(gate, pair), out| {
            out.number(*gate as u64);
            pair.write(out);
        });
    }

    pub fn read(bytes: &mut Reader<'_>) -> Evaluation {
        Evaluation {
            pairs: bytes.number(),
            pairs_in_window: bytes.number(),
            flows_in_window: bytes.number(),
            left_out: EvictionStats {
                flows: bytes.number(),
                pairs: bytes.number(),
                max_undercount: bytes.number(),
                flows_rejected: bytes.number(),
            },
            failed: Gate::ALL.map(|_| bytes.number()),
            failed_only: Gate::ALL.map(|_| bytes.number()),
            findings: bytes.list(Finding::read),
            suppressed: bytes.list(|bytes| Suppressed {
                pair: Finding::read(bytes),
                suppressed_by: SetMatch::read(bytes),
            }),
            reference_sets: bytes.list(|bytes| SetReport {
                name: bytes.text(),
                pairs: bytes.number(),
                flows: bytes.number(),
            }),
            hunts: bytes.list(HuntHit::read),
            host_beacons: bytes.list(HostBeacon::read),
            names_left_out: bytes.number(),
            near_misses: bytes.list(|bytes| (bytes.one_of(Gate::ALL), Finding::read(bytes))),
        }
    }

    /// Adds a pair that passed the gates or is a threat: as a finding, or to what a set took out.
    fn add(&mut self, mut finding: Finding, pair: &Pair, failed: Failed, lists: &Lists<'_>) {
        finding.threat = lists.threat(pair, failed);
        match lists.suppressed(pair) {
            None => self.findings.push(finding),
            Some((set, suppressed_by)) => {
                if let Some(report) = self.reference_sets.get_mut(set) {
                    report.pairs += 1;
                    report.flows += finding.connection_count;
                }
                self.suppressed.push(Suppressed { pair: finding, suppressed_by });
            }
        }
    }

    /// Adds what is no pair.
    #[inline(never)]
    fn hunt(&mut self, data: DatasetView<'_>, kept: &mut Kept, rule: &Rule, lists: &Lists<'_>) {
        self.hunts = hunted::hits(data, kept, rule, lists);
        self.host_beacons = hosts::beacons(data, rule, lists);
        self.names_left_out = data.side.dropped_records();
    }

    /// Takes in what was found of other pairs by the same rule.
    pub fn join(&mut self, other: Evaluation, rule: &Rule) {
        self.pairs += other.pairs;
        self.pairs_in_window += other.pairs_in_window;
        self.flows_in_window += other.flows_in_window;
        self.left_out.join(other.left_out);
        for gate in Gate::ALL.map(|gate| gate as usize) {
            self.failed[gate] += other.failed[gate];
            self.failed_only[gate] += other.failed_only[gate];
        }
        self.findings.extend(other.findings);
        sort_by(&mut self.findings, rule_order);
        self.suppressed.extend(other.suppressed);
        sort_by(&mut self.suppressed, |a, b| rule_order(&a.pair, &b.pair));
        for (set, other) in self.reference_sets.iter_mut().zip(other.reference_sets) {
            set.pairs += other.pairs;
            set.flows += other.flows;
        }
        self.hunts.extend(other.hunts);
        sort_by(&mut self.hunts, hunts::order);
        self.host_beacons.extend(other.host_beacons);
        self.names_left_out += other.names_left_out;
        self.near_misses.extend(other.near_misses);
        sort_by(&mut self.near_misses, |a, b| nearer(rule, a, b));
        let mut listed = [0; Gate::ALL.len()];
        self.near_misses.retain(|(gate, _)| {
            let listed = &mut listed[*gate as usize];
            *listed += 1;
            *listed <= NEAR_MISSES
        });
    }

    /// All pairs that are listed.
    fn listed(&self) -> impl Iterator<Item = &Finding> {
        let suppressed = self.suppressed.iter().map(|suppressed| &suppressed.pair);
        self.findings.iter().chain(suppressed).chain(self.near_misses.iter().map(|(_, pair)| pair))
    }

    /// Gives all that is listed its priority.
    pub fn prioritise(&mut self, question: &PrevalenceQuery, answers: &[PrevalenceCounts], rule: &Rule) {
        let near_misses = self.near_misses.iter_mut().map(|(_, pair)| pair);
        let suppressed = self.suppressed.iter_mut().map(|suppressed| &mut suppressed.pair);
        let findings = self.findings.iter_mut().chain(suppressed);
        let mut pairs: Vec<Judged<'_>> = findings.chain(near_misses).map(Judged::from).collect();
        let (hosts, of_names) = hosts(question, answers);
        prioritise(&mut pairs, &hosts, rule.priority());
        for host in &mut self.host_beacons {
            let number = question.names.binary_search(&host.host).unwrap_or(0);
            host.pair.destinationip = hosts::stand_in(number);
        }
        let mut pairs: Vec<Judged<'_>> = hosts::judged(&mut self.host_beacons).collect();
        prioritise(&mut pairs, &of_names, rule.priority());
        sort_by(&mut self.host_beacons, hosts::order);
    }

    /// Pairs that failed exactly one gate.
    pub fn near_miss_count(&self) -> u64 {
        self.failed_only.iter().sum()
    }

    /// What each gate took out.
    pub fn gates(&self, rule: &Rule) -> Vec<GateReport> {
        let gates = Gates::new(rule);
        let report = |gate| GateReport {
            gate,
            threshold: gates.threshold(gate),
            failed: self.failed[gate as usize],
            failed_only: self.failed_only[gate as usize],
        };
        Gate::ALL.map(report).into()
    }

    /// The near misses that are listed.
    pub fn take_near_misses(&mut self) -> Vec<NearMiss> {
        let near_misses = std::mem::take(&mut self.near_misses).into_iter();
        near_misses.map(|(failed_gate, pair)| NearMiss { pair, failed_gate }).collect()
    }
}

/// The order of near misses: by gate, what lacks least first, then the query's.
fn nearer(rule: &Rule, (gate_a, a): &(Gate, Finding), (gate_b, b): &(Gate, Finding)) -> Ordering {
    let lacking = |gate: Gate, pair: &Finding| {
        let counts = Counts { connections: pair.connection_count, hours: pair.hourly_buckets };
        lacking(rule, gate, pair.destinationport, counts)
    };
    let by_gate = (gate_a, lacking(*gate_a, a)).cmp(&(gate_b, lacking(*gate_b, b)));
    by_gate.then_with(|| rule_order(a, b))
}

/// How much a pair lacks to pass a gate.
fn lacking(rule: &Rule, gate: Gate, port: u16, counts: Counts) -> u64 {
    match gate {
        Gate::ExcludedDestination => 0,
        Gate::MinConnections => rule.min_connections_on(port).saturating_sub(counts.connections),
        Gate::MinHours => rule.gates().min_hours.saturating_sub(counts.hours),
    }
}

/// What the gates and the order look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub connections: u64,
    pub hours: u64,
}

/// A pair in the window, with what was counted.
#[derive(Debug, Clone, Copy)]
struct Counted<'a> {
    pair: PairRef<'a>,
    counts: Counts,
    failed: Failed,
    score: u8,
}

impl Counted<'_> {
    /// What the query's order looks at first, the highest score with the most connections as the lowest number.
    fn rank(&self) -> u32 {
        const MOST: u64 = (1 << 24) - 1;
        (i32::MAX as u32) - (u32::from(self.score) << 24 | self.counts.connections.min(MOST) as u32)
    }
}

/// Evaluates a rule.
#[inline(never)]
pub(crate) fn evaluate(data: DatasetView<'_>, kept: &mut Kept, rule: &Rule, depth: Depth) -> Evaluation {
    let gates = Gates::new(rule);
    let lists = kept.lists.of(rule);
    let mut near = NearMisses::new(Order { data, rule }, &lists);
    let mut findings = Vec::new();
    let mut out = Evaluation { reference_sets: lists.reports(), ..Evaluation::default() };
    let mut counter = Counter::new(data, rule, &gates, depth);
    // Most pairs have a single flow: where that is too little they need no look, once it is known how many of
    // them go to excluded networks.
    let without_singles = counter.kept_counts_hold && gates.fail_singles() && lists.threaten_nothing();
    if without_singles {
        let singles = data.pairs.singles_len() as u64;
        let excluded = kept.excluded_singles(rule, || counter.excluded_singles());
        counter.seen = Seen { pairs: singles, flows: singles };
        out.failed = Gate::ALL.map(|gate| if gate == Gate::ExcludedDestination { excluded } else { singles });
    }
    counter.count_all(without_singles, &mut |counted| {
        for (failed, gate) in out.failed.iter_mut().zip(Gate::ALL) {
            *failed += u64::from(counted.failed.contains(gate));
        }
        let only = counted.failed.only();
        if let Some(gate) = only {
            out.failed_only[gate as usize] += 1;
        }
        let found = counted.failed.is_empty() || is_threat(data, &lists, &counted);
        match only {
            _ if found => findings.push(counted),
            Some(gate) => near.add(gate, counted),
            None => {}
        }
    });
    (out.pairs_in_window, out.flows_in_window) = (counter.seen.pairs, counter.seen.flows);
    (out.pairs, out.left_out) = (data.pairs.len() as u64, data.pairs.evicted());
    kept.turn_to(counter.span, rule.utc_offset_minutes());
    let near_misses = near.nearest().into_iter();
    out.near_misses = near_misses
        .filter_map(|(gate, counted)| Some((gate, counter.finding_kept(counted, kept)?)))
        .collect();
    sort_by_number(&mut findings, Counted::rank, |a, b| Order { data, rule }.compare(a, b));
    // There may be very many: none of these should grow by doubling.
    out.findings.reserve_exact(findings.len());
    if depth == Depth::Full {
        kept.reserve(findings.len() + out.near_misses.len());
    }
    for counted in findings {
        let Some(finding) = counter.finding_kept(counted, kept) else { continue };
        out.add(finding, &data.pair(counted.pair.key()), counted.failed, &lists);
    }
    kept.settle();
    if depth == Depth::Full {
        out.hunt(data, kept, rule, &lists);
    }
    out
}

/// Whether a threat list names the pair, which is then shown whatever the counting gates say.
#[inline(always)]
fn is_threat(data: DatasetView<'_>, lists: &Lists<'_>, counted: &Counted<'_>) -> bool {
    !lists.threaten_nothing()
        && !counted.failed.is_excluded()
        && lists.threat(&data.pair(counted.pair.key()), counted.failed).is_some()
}

/// Every pair in the window with the gates it failed, in the order of the query.
#[inline(never)]
pub(crate) fn list(data: DatasetView<'_>, kept: &mut Kept, rule: &Rule) -> Vec<EvaluatedPair> {
    let gates = Gates::new(rule);
    let lists = kept.lists.of(rule);
    let mut all = Vec::new();
    let mut counter = Counter::new(data, rule, &gates, Depth::Full);
    counter.count_all(false, &mut |counted| all.push(counted));
    let order = Order { data, rule };
    sort_by_number(&mut all, Counted::rank, |a, b| order.compare(a, b));
    let listed = all.into_iter().filter_map(|counted| {
        let mut finding = counter.finding(counted)?;
        let pair = data.pair(counted.pair.key());
        finding.threat = lists.threat(&pair, counted.failed).filter(|_| !counted.failed.is_excluded());
        let suppressed_by = lists.suppressed(&pair).map(|(_, set)| set);
        Some(EvaluatedPair { pair: finding, failed_gates: counted.failed.gates().collect(), suppressed_by })
    });
    let mut listed: Vec<EvaluatedPair> = listed.collect();
    let question = PrevalenceQuery::of(listed.iter().map(|listed| &listed.pair));
    let answer = prevalence_counts(data, kept, &question);
    let mut pairs: Vec<Judged<'_>> = listed.iter_mut().map(|listed| Judged::from(&mut listed.pair)).collect();
    prioritise(&mut pairs, &hosts(&question, &[answer]).0, rule.priority());
    listed
}

/// The destinations of which it has to be known how many hosts call them.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrevalenceQuery {
    pub addresses: Vec<IpAddr>,
    /// Host names, in order.
    pub names: Vec<String>,
}

impl PrevalenceQuery {
    /// What has to be asked to tell the priorities of all that is listed.
    pub fn of_all<'e>(evaluations: impl Iterator<Item = &'e Evaluation>) -> Self {
        let evaluations: Vec<&Evaluation> = evaluations.collect();
        let mut question = PrevalenceQuery::of(evaluations.iter().flat_map(|evaluation| evaluation.listed()));
        let beacons = evaluations.iter().flat_map(|evaluation| &evaluation.host_beacons);
        question.names = beacons.map(|beacon| beacon.host.clone()).collect();
        sort_by(&mut question.names, Ord::cmp);
        question.names.dedup();
        question
    }

    /// What has to be asked to tell the priority of one pair.
    pub fn of_pair(pair: &Pair) -> Self {
        PrevalenceQuery { addresses: vec![pair.destination], names: Vec::new() }
    }

    fn of<'f>(pairs: impl Iterator<Item = &'f Finding>) -> Self {
        let mut seen = WordTable::default();
        let mut is_new = |address: &IpAddr| seen.insert(words(*address, 0), 0).is_none();
        let addresses = pairs.map(|pair| pair.destinationip).filter(&mut is_new).collect();
        PrevalenceQuery { addresses, names: Vec::new() }
    }
}

/// How many hosts of a shard there are, and how many call each of the destinations, and then of the names.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrevalenceCounts {
    pub hosts: u64,
    /// Those that call or look up any name.
    pub askers: u64,
    pub calling: Vec<u64>,
}

/// Answers for the pairs at hand.
pub(crate) fn prevalence_counts(
    data: DatasetView<'_>,
    kept: &mut Kept,
    question: &PrevalenceQuery,
) -> PrevalenceCounts {
    let find = |address: &IpAddr| data.addresses.find(*address);
    kept.callers.count(data, question.addresses.iter().filter_map(find));
    let calling = |address: &IpAddr| find(address).map_or(0, |address| kept.callers.of(address));
    let mut calling: Vec<u64> = question.addresses.iter().map(calling).collect();
    let hosts = kept.callers.hosts(data);
    if question.names.is_empty() {
        return PrevalenceCounts { hosts, askers: 0, calling };
    }
    calling.extend(callers::Callers::of_names(data, &question.names));
    PrevalenceCounts { hosts, askers: callers::sources_of_names(data), calling }
}

/// The answers of all shards, each of which has sources of its own: of the destinations, and of the names.
fn hosts(
    PrevalenceQuery { addresses, names }: &PrevalenceQuery,
    answers: &[PrevalenceCounts],
) -> (Hosts, Hosts) {
    let sum = |at: usize| answers.iter().filter_map(|answer| answer.calling.get(at)).sum();
    let of = |(at, address): (usize, IpAddr)| (words(address, 0), sum(at));
    let stand_ins = (addresses.len()..).zip((0..names.len()).map(hosts::stand_in));
    let pairs = Hosts {
        all: answers.iter().map(|answer| answer.hosts).sum(),
        calling: addresses.iter().copied().enumerate().map(of).collect(),
    };
    (
        pairs,
        Hosts { all: answers.iter().map(|answer| answer.askers).sum(), calling: stand_ins.map(of).collect() },
    )
}

/// What was in the window.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    pairs: u64,
    flows: u64,
}

/// Counts the pairs' flows in the window, pair by pair.
struct Counter<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
    gates: &'a Gates<'a>,
    /// None without flows.
    span: Option<Span>,
    /// Whether the counts that the pairs keep are those of the window, which spares reading histories.
    kept_counts_hold: bool,
    seen: Seen,
    history: History,
    hours: Vec<i64>,
    analyzer: Analyzer,
    depth: Depth,
}

impl<'a> Counter<'a> {
    fn new(data: DatasetView<'a>, rule: &'a Rule, gates: &'a Gates<'a>, depth: Depth) -> Self {
        let span = Span::of(rule, data.time_extent);
        Counter {
            data,
            rule,
            gates,
            span,
            kept_counts_hold: span.zip(data.time_extent).is_some_and(|(span, all)| {
                span.covers(all)
                    && hours_are_told_apart(all)
                    && i64::from(rule.utc_offset_minutes()) % 60 == 0
            }),
            seen: Seen::default(),
            history: History::default(),
            hours: Vec::new(),
            analyzer: Analyzer::default(),
            depth,
        }
    }

    fn count_all(&mut self, without_singles: bool, each: &mut dyn FnMut(Counted<'a>)) {
        for chunk in self.data.pairs.chunks().filter(|chunk| !without_singles || !chunk.is_of_singles()) {
            self.count_chunk(chunk, each);
        }
    }

    /// How many pairs of a single flow go to excluded networks.
    fn excluded_singles(&self) -> u64 {
        let singles = self.data.pairs.chunks().filter(Chunk::is_of_singles);
        singles.map(|chunk| self.excluded_in(chunk)).sum()
    }

    #[inline(never)]
    fn excluded_in(&self, chunk: Chunk<'a>) -> u64 {
        let mut excluded = 0;
        chunk.for_each(|pair| {
            excluded += u64::from(self.gates.excludes(pair.key().destination(), self.data.addresses));
        });
        excluded
    }

    // A function of its own, called often: an engine that compiles in stages (as all browsers do) can then
    // go on with the better code.
    #[inline(never)]
    fn count_chunk(&mut self, chunk: Chunk<'a>, each: &mut dyn FnMut(Counted<'a>)) {
        chunk.for_each(|pair| {
            let counts = match self.kept_counts_hold {
                true => Some(Counts { connections: pair.count(), hours: pair.hours() }),
                false => self.tally(pair).map(|tally| tally.counts),
            };
            let Some(counts) = counts else { return };
            self.seen.pairs += 1;
            self.seen.flows += counts.connections;
            let key = pair.key();
            let failed = self.gates.failed(key, self.data.addresses, counts);
            let score = self.gates.score(key.destination_port(), counts.connections);
            each(Counted { pair, counts, failed, score });
        });
    }

    /// What the query counts of a pair; none if it has no flow in the window.
    #[inline(never)]
    fn tally(&mut self, pair: PairRef<'a>) -> Option<Tally> {
        pair.read(&mut self.history);
        Tally::of(&self.history.connections, self.span?, self.rule.utc_offset_minutes(), &mut self.hours)
    }

    /// What is said of a pair, from its history.
    #[inline(never)]
    fn measures(&mut self, pair: PairRef<'a>) -> Option<Measures> {
        let (tally, span) = (self.tally(pair)?, self.span?);
        if self.depth == Depth::Query {
            return Some(Measures::only(tally));
        }
        let connections = &mut self.history.connections;
        if !self.kept_counts_hold {
            connections.retain(|connection| span.contains(connection.start.as_micros()));
        }
        sort_by(connections, Ord::cmp);
        Some(Measures::of(tally, connections, span, self.data.time_extent?, &mut self.analyzer))
    }

    /// The columns of a pair.
    fn finding(&mut self, counted: Counted<'a>) -> Option<Finding> {
        let measures = self.measures(counted.pair)?;
        Some(self.columns(counted, &measures))
    }

    /// The columns of a pair whose measures may be known.
    fn finding_kept(&mut self, counted: Counted<'a>, kept: &mut Kept) -> Option<Finding> {
        let number = counted.pair.number;
        if let Some(measures) = kept.get(number) {
            return Some(self.columns(counted, measures));
        }
        let measures = self.measures(counted.pair)?;
        let finding = self.columns(counted, &measures);
        if self.depth == Depth::Full {
            kept.add(number, measures);
        }
        Some(finding)
    }

    fn columns(&self, counted: Counted<'a>, measures: &Measures) -> Finding {
        let key = counted.pair.key();
        let mut finding = measures.columns(&self.data.pair(key), counted.score, self.rule);
        finding.processes = self.data.side.processes(key);
        finding
    }
}

/// Whether the hours of all data have different numbers modulo 32.
fn hours_are_told_apart((first, last): (i64, i64)) -> bool {
    last.div_euclid(HOUR) - first.div_euclid(HOUR) < 32
}

/// The orders of a report.
#[derive(Debug, Clone, Copy)]
struct Order<'a> {
    data: DatasetView<'a>,
    rule: &'a Rule,
}

impl Order<'_> {
    /// As [`rule_order`].
    fn compare(&self, a: &Counted<'_>, b: &Counted<'_>) -> Ordering {
        let descending = (b.score, b.counts.connections).cmp(&(a.score, a.counts.connections));
        let (a, b, book) = (a.pair.key(), b.pair.key(), self.data.addresses);
        let sources = || book.compare(a.source(), b.source());
        let destinations = || book.compare(a.destination(), b.destination());
        let ports = || a.destination_port().cmp(&b.destination_port());
        descending.then_with(sources).then_with(destinations).then_with(ports)
    }

    /// As [`nearer`], of two near misses of one gate.
    fn nearer(&self, gate: Gate, a: &Counted<'_>, b: &Counted<'_>) -> Ordering {
        let lacking = |counted: &Counted<'_>| {
            lacking(self.rule, gate, counted.pair.key().destination_port(), counted.counts)
        };
        lacking(a).cmp(&lacking(b)).then_with(|| self.compare(a, b))
    }
}

/// The near misses of each gate that lack least, and of those the first in the order of the query.
struct NearMisses<'a> {
    order: Order<'a>,
    lists: &'a Lists<'a>,
    of_gate: [Vec<Counted<'a>>; Gate::ALL.len()],
    /// The last that will be listed, once there are enough.
    last: [Option<Counted<'a>>; Gate::ALL.len()],
}

impl<'a> NearMisses<'a> {
    fn new(order: Order<'a>, lists: &'a Lists<'a>) -> Self {
        NearMisses { order, lists, of_gate: Default::default(), last: Default::default() }
    }

    fn add(&mut self, gate: Gate, counted: Counted<'a>) {
        let at = gate as usize;
        // There may be millions; most are no nearer than those that are kept.
        if self.last[at].as_ref().is_some_and(|last| self.order.nearer(gate, last, &counted).is_lt()) {
            return;
        }
        // What a set takes out is not missed.
        if !self.lists.suppress_nothing()
            && self.lists.suppressed(&self.order.data.pair(counted.pair.key())).is_some()
        {
            return;
        }
        self.of_gate[at].push(counted);
        if self.of_gate[at].len() >= 4 * NEAR_MISSES {
            self.keep_nearest(gate);
            self.last[at] = self.of_gate[at].last().copied();
        }
    }

    #[inline(never)]
    fn keep_nearest(&mut self, gate: Gate) {
        let nearest = &mut self.of_gate[gate as usize];
        let order = self.order;
        sort_by(nearest, |a, b| order.nearer(gate, a, b));
        nearest.truncate(NEAR_MISSES);
    }

    /// Those that are listed, gate by gate.
    fn nearest(mut self) -> Vec<(Gate, Counted<'a>)> {
        Gate::ALL.into_iter().for_each(|gate| self.keep_nearest(gate));
        let of_gate = |gate| self.of_gate[gate as usize].iter().map(move |counted| (gate, *counted));
        Gate::ALL.into_iter().flat_map(of_gate).collect()
    }
}
