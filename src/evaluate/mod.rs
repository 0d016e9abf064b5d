//! Rule × histories → report.

mod explain;
mod gates;
mod span;
mod tally;

pub(crate) use explain::explain;

use std::cmp::Ordering;

use crate::flow::{AddressBook, Pair};
use crate::ingest::batch::Key;
use crate::pairs::{History, PairRef, PairTable};
use crate::report::Finding;
use crate::report::{Gate, GateReport, ListedPair, NEAR_MISSES, NearMiss, WindowReport};
use crate::rule::Rule;
use gates::{Failed, Gates};
use span::Span;
use tally::Tally;

/// What is evaluated: the pairs, and the earliest and latest start of their flows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Data<'a> {
    pub pairs: &'a PairTable,
    pub book: &'a AddressBook,
    pub span: Option<(i64, i64)>,
}

impl Data<'_> {
    fn pair(&self, key: Key) -> Pair {
        Pair {
            source: self.book.address(key.source()),
            destination: self.book.address(key.destination()),
            port: key.destination_port(),
        }
    }
}

/// What an evaluation finds out; the report adds what ingest knows.
#[derive(Debug, Default)]
pub(crate) struct Evaluation {
    pub findings: Vec<Finding>,
    pub near_misses: Vec<NearMiss>,
    pub near_miss_count: u64,
    pub gates: Vec<GateReport>,
    pub flows_in_window: u64,
    pub pairs_in_window: u64,
}

/// A pair with what was counted.
#[derive(Debug, Clone, Copy)]
struct Counted {
    pair: Pair,
    tally: Tally,
    failed: Failed,
    score: u8,
}

/// The window on that data, for the report.
pub(crate) fn window(rule: &Rule, data: Option<(i64, i64)>) -> WindowReport {
    span::report(rule, data)
}

/// Evaluates a rule.
#[inline(never)]
pub(crate) fn evaluate(data: Data<'_>, rule: &Rule) -> Evaluation {
    let gates = Gates::new(rule);
    let mut near = NearMisses::new(rule);
    let mut findings = Vec::new();
    let (mut failed_all, mut failed_only) = ([0_u64; Gate::ALL.len()], [0_u64; Gate::ALL.len()]);
    let seen = Counter::new(data, rule, &gates, Depth::Gates).count_all(&mut |key, failed, tally| {
        for gate in failed.gates() {
            failed_all[gate as usize] += 1;
        }
        let only = failed.only();
        if let Some(gate) = only {
            failed_only[gate as usize] += 1;
        }
        let Some(tally) = tally.filter(|_| failed.is_empty() || only.is_some()) else { return };
        let pair = data.pair(key);
        let counted = Counted { pair, tally, failed, score: tally.score(pair.port, rule) };
        match only {
            Some(gate) => near.add(gate, counted),
            None => findings.push(counted),
        }
    });
    sort(&mut findings, &rule_order);
    let report = |gate| GateReport {
        gate,
        threshold: gates.threshold(gate),
        failed: failed_all[gate as usize],
        failed_only: failed_only[gate as usize],
    };
    Evaluation {
        findings: findings.iter().map(|counted| counted.tally.columns(&counted.pair, rule)).collect(),
        near_misses: near.report(),
        near_miss_count: failed_only.iter().sum(),
        gates: Gate::ALL.map(report).into(),
        flows_in_window: seen.flows,
        pairs_in_window: seen.pairs,
    }
}

/// Every pair in the window with the gates it failed, in the order of the query.
#[inline(never)]
pub(crate) fn list(data: Data<'_>, rule: &Rule) -> Vec<ListedPair> {
    let gates = Gates::new(rule);
    let mut all = Vec::new();
    Counter::new(data, rule, &gates, Depth::Everything).count_all(&mut |key, failed, tally| {
        if let Some(tally) = tally {
            let pair = data.pair(key);
            all.push(Counted { pair, tally, failed, score: tally.score(pair.port, rule) });
        }
    });
    sort(&mut all, &rule_order);
    let listed = |counted: &Counted| ListedPair {
        pair: counted.tally.columns(&counted.pair, rule),
        failed_gates: counted.failed.gates().collect(),
    };
    all.iter().map(listed).collect()
}

/// Whether pairs that cannot pass are counted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Only as far as the gates need.
    Gates,
    Everything,
}

/// What was in the window.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    pairs: u64,
    flows: u64,
}

/// Called for a pair in the window, with the gates it failed and what was counted; that is left out where
/// [`Depth`] does not ask for it.
type Each<'e> = dyn FnMut(Key, Failed, Option<Tally>) + 'e;

/// Counts the pairs' flows in the window, pair by pair.
struct Counter<'a> {
    data: Data<'a>,
    gates: &'a Gates<'a>,
    depth: Depth,
    utc_offset_minutes: i32,
    /// None without flows.
    span: Option<Span>,
    /// Whether every flow is in the window.
    whole: bool,
    seen: Seen,
    history: History,
    hours: Vec<i64>,
}

impl<'a> Counter<'a> {
    fn new(data: Data<'a>, rule: &Rule, gates: &'a Gates<'a>, depth: Depth) -> Self {
        let span = Span::of(rule, data.span);
        let whole = span.zip(data.span).is_some_and(|(span, all)| span.covers(all));
        Counter {
            data,
            gates,
            depth,
            utc_offset_minutes: rule.utc_offset_minutes,
            span,
            whole,
            seen: Seen::default(),
            history: History::default(),
            hours: Vec::new(),
        }
    }

    fn count_all(mut self, each: &mut Each<'_>) -> Seen {
        if let Some(span) = self.span {
            for chunk in self.data.pairs.chunks() {
                self.count_chunk(chunk, span, each);
            }
        }
        self.seen
    }

    // A function of its own, called often: an engine that compiles in stages (as all browsers do) can then
    // go on with the better code.
    #[inline(never)]
    fn count_chunk(&mut self, chunk: impl Iterator<Item = PairRef<'a>>, span: Span, each: &mut Each<'_>) {
        for pair in chunk {
            let (key, count) = (pair.key(), pair.count());
            if self.whole && self.depth == Depth::Gates && self.gates.hopeless(count) {
                self.seen.pairs += 1;
                self.seen.flows += count;
                // Any number of hours up to the count fails.
                each(key, self.gates.failed(key.destination(), self.data.book, count, count), None);
                continue;
            }
            pair.read(&mut self.history);
            let connections = &self.history.connections;
            let tally = Tally::of(connections, span, self.utc_offset_minutes, &mut self.hours);
            if let Some(tally) = tally {
                self.seen.pairs += 1;
                self.seen.flows += tally.connections;
                let (destination, book) = (key.destination(), self.data.book);
                let failed = self.gates.failed(destination, book, tally.connections, tally.hours);
                each(key, failed, Some(tally));
            }
        }
    }
}

/// The query's order, made total by the pair.
fn rule_order(a: &Counted, b: &Counted) -> Ordering {
    let descending = (b.score, b.tally.connections).cmp(&(a.score, a.tally.connections));
    descending.then_with(|| a.pair.cmp(&b.pair))
}

/// One sort for all orders: a sort is much code.
fn sort(counted: &mut [Counted], order: &dyn Fn(&Counted, &Counted) -> Ordering) {
    counted.sort_unstable_by(order);
}

/// The near misses of each gate that lack least, and of those the first in the order of the query.
struct NearMisses<'a> {
    rule: &'a Rule,
    of_gate: [Vec<Counted>; Gate::ALL.len()],
    /// The last that will be listed, once there are enough.
    last: [Option<Counted>; Gate::ALL.len()],
}

impl<'a> NearMisses<'a> {
    fn new(rule: &'a Rule) -> Self {
        NearMisses { rule, of_gate: Default::default(), last: Default::default() }
    }

    fn add(&mut self, gate: Gate, counted: Counted) {
        let at = gate as usize;
        // There may be millions; most are no nearer than those that are kept.
        if self.last[at].as_ref().is_some_and(|last| nearer(self.rule, gate, last, &counted).is_lt()) {
            return;
        }
        self.of_gate[at].push(counted);
        if self.of_gate[at].len() >= 4 * NEAR_MISSES {
            self.keep_nearest(gate);
            self.last[at] = self.of_gate[at].last().copied();
        }
    }

    fn keep_nearest(&mut self, gate: Gate) {
        let nearest = &mut self.of_gate[gate as usize];
        sort(nearest, &|a, b| nearer(self.rule, gate, a, b));
        nearest.truncate(NEAR_MISSES);
    }

    fn report(mut self) -> Vec<NearMiss> {
        let mut out = Vec::new();
        for failed_gate in Gate::ALL {
            self.keep_nearest(failed_gate);
            out.extend(self.of_gate[failed_gate as usize].iter().map(|counted| NearMiss {
                pair: counted.tally.columns(&counted.pair, self.rule),
                failed_gate,
            }));
        }
        out
    }
}

/// Which of two near misses of a gate is listed first.
fn nearer(rule: &Rule, gate: Gate, a: &Counted, b: &Counted) -> Ordering {
    let lacking = |counted: &Counted| match gate {
        Gate::ExcludedDestination => 0,
        Gate::MinConnections => rule.gates.min_connections.saturating_sub(counted.tally.connections),
        Gate::MinHours => rule.gates.min_hours.saturating_sub(counted.tally.hours),
    };
    lacking(a).cmp(&lacking(b)).then_with(|| rule_order(a, b))
}
