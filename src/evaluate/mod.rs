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
use crate::time::HOUR;
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

/// The window on that data, for the report.
pub(crate) fn window(rule: &Rule, data: Option<(i64, i64)>) -> WindowReport {
    span::report(rule, data)
}

/// Evaluates a rule.
#[inline(never)]
pub(crate) fn evaluate(data: Data<'_>, rule: &Rule) -> Evaluation {
    let gates = Gates::new(rule);
    let order = Order { data, rule };
    let mut near = NearMisses::new(order);
    let mut findings = Vec::new();
    let (mut failed_all, mut failed_only) = ([0_u64; Gate::ALL.len()], [0_u64; Gate::ALL.len()]);
    let mut counter = Counter::new(data, rule, &gates);
    counter.count_all(&mut |counted| {
        for gate in counted.failed.gates() {
            failed_all[gate as usize] += 1;
        }
        match counted.failed.only() {
            Some(gate) => {
                failed_only[gate as usize] += 1;
                near.add(gate, counted);
            }
            None if counted.failed.is_empty() => findings.push(counted),
            None => {}
        }
    });
    let Seen { pairs, flows } = counter.seen;
    let report = |gate| GateReport {
        gate,
        threshold: gates.threshold(gate),
        failed: failed_all[gate as usize],
        failed_only: failed_only[gate as usize],
    };
    let near_misses = near
        .nearest()
        .into_iter()
        .filter_map(|(failed_gate, counted)| Some(NearMiss { pair: counter.finding(counted)?, failed_gate }));
    let near_misses = near_misses.collect();
    sort(&mut findings, &|a, b| order.compare(a, b));
    Evaluation {
        findings: findings.into_iter().filter_map(|counted| counter.finding(counted)).collect(),
        near_misses,
        near_miss_count: failed_only.iter().sum(),
        gates: Gate::ALL.map(report).into(),
        flows_in_window: flows,
        pairs_in_window: pairs,
    }
}

/// Every pair in the window with the gates it failed, in the order of the query.
#[inline(never)]
pub(crate) fn list(data: Data<'_>, rule: &Rule) -> Vec<ListedPair> {
    let gates = Gates::new(rule);
    let mut all = Vec::new();
    let mut counter = Counter::new(data, rule, &gates);
    counter.count_all(&mut |counted| all.push(counted));
    let order = Order { data, rule };
    sort(&mut all, &|a, b| order.compare(a, b));
    let listed = all.into_iter().filter_map(|counted| {
        let pair = counter.finding(counted)?;
        Some(ListedPair { pair, failed_gates: counted.failed.gates().collect() })
    });
    listed.collect()
}

/// What was in the window.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    pairs: u64,
    flows: u64,
}

/// Counts the pairs' flows in the window, pair by pair.
struct Counter<'a> {
    data: Data<'a>,
    rule: &'a Rule,
    gates: &'a Gates<'a>,
    /// None without flows.
    span: Option<Span>,
    /// Whether the counts that the pairs keep are those of the window, which spares reading histories.
    kept_counts_hold: bool,
    seen: Seen,
    history: History,
    hours: Vec<i64>,
}

impl<'a> Counter<'a> {
    fn new(data: Data<'a>, rule: &'a Rule, gates: &'a Gates<'a>) -> Self {
        let span = Span::of(rule, data.span);
        Counter {
            data,
            rule,
            gates,
            span,
            kept_counts_hold: span.zip(data.span).is_some_and(|(span, all)| {
                span.covers(all) && hours_are_told_apart(all) && i64::from(rule.utc_offset_minutes) % 60 == 0
            }),
            seen: Seen::default(),
            history: History::default(),
            hours: Vec::new(),
        }
    }

    fn count_all(&mut self, each: &mut dyn FnMut(Counted<'a>)) {
        for chunk in self.data.pairs.chunks() {
            self.count_chunk(chunk, each);
        }
    }

    // A function of its own, called often: an engine that compiles in stages (as all browsers do) can then
    // go on with the better code.
    #[inline(never)]
    fn count_chunk(&mut self, chunk: impl Iterator<Item = PairRef<'a>>, each: &mut dyn FnMut(Counted<'a>)) {
        for pair in chunk {
            let counts = match self.kept_counts_hold {
                true => Some(Counts { connections: pair.count(), hours: pair.hours() }),
                false => self.tally(pair).map(|tally| tally.counts),
            };
            let Some(counts) = counts else { continue };
            self.seen.pairs += 1;
            self.seen.flows += counts.connections;
            let key = pair.key();
            let failed = self.gates.failed(key.destination(), self.data.book, counts);
            let score = self.gates.score(key.destination_port(), counts.connections);
            each(Counted { pair, counts, failed, score });
        }
    }

    /// What the query counts of a pair; none if it has no flow in the window.
    #[inline(never)]
    fn tally(&mut self, pair: PairRef<'a>) -> Option<Tally> {
        pair.read(&mut self.history);
        Tally::of(&self.history.connections, self.span?, self.rule.utc_offset_minutes, &mut self.hours)
    }

    /// The query's columns of a pair.
    fn finding(&mut self, counted: Counted<'a>) -> Option<Finding> {
        let tally = self.tally(counted.pair)?;
        Some(tally.columns(&self.data.pair(counted.pair.key()), counted.score, self.rule))
    }
}

/// Whether the hours of all data have different numbers modulo 32.
fn hours_are_told_apart((first, last): (i64, i64)) -> bool {
    last.div_euclid(HOUR) - first.div_euclid(HOUR) < 32
}

/// The orders of a report.
#[derive(Debug, Clone, Copy)]
struct Order<'a> {
    data: Data<'a>,
    rule: &'a Rule,
}

impl Order<'_> {
    /// The query's order, made total by the pair.
    fn compare(&self, a: &Counted<'_>, b: &Counted<'_>) -> Ordering {
        let descending = (b.score, b.counts.connections).cmp(&(a.score, a.counts.connections));
        descending.then_with(|| self.data.pair(a.pair.key()).cmp(&self.data.pair(b.pair.key())))
    }

    /// Which of two near misses of a gate is listed first.
    fn nearer(&self, gate: Gate, a: &Counted<'_>, b: &Counted<'_>) -> Ordering {
        let lacking = |counted: &Counted<'_>| match gate {
            Gate::ExcludedDestination => 0,
            Gate::MinConnections => {
                self.rule.gates.min_connections.saturating_sub(counted.counts.connections)
            }
            Gate::MinHours => self.rule.gates.min_hours.saturating_sub(counted.counts.hours),
        };
        lacking(a).cmp(&lacking(b)).then_with(|| self.compare(a, b))
    }
}

/// One sort for all orders: a sort is much code.
fn sort<'a>(counted: &mut [Counted<'a>], order: &dyn Fn(&Counted<'a>, &Counted<'a>) -> Ordering) {
    counted.sort_unstable_by(order);
}

/// The near misses of each gate that lack least, and of those the first in the order of the query.
struct NearMisses<'a> {
    order: Order<'a>,
    of_gate: [Vec<Counted<'a>>; Gate::ALL.len()],
    /// The last that will be listed, once there are enough.
    last: [Option<Counted<'a>>; Gate::ALL.len()],
}

impl<'a> NearMisses<'a> {
    fn new(order: Order<'a>) -> Self {
        NearMisses { order, of_gate: Default::default(), last: Default::default() }
    }

    fn add(&mut self, gate: Gate, counted: Counted<'a>) {
        let at = gate as usize;
        // There may be millions; most are no nearer than those that are kept.
        if self.last[at].as_ref().is_some_and(|last| self.order.nearer(gate, last, &counted).is_lt()) {
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
        sort(nearest, &|a, b| self.order.nearer(gate, a, b));
        nearest.truncate(NEAR_MISSES);
    }

    /// Those that are listed, gate by gate.
    fn nearest(mut self) -> Vec<(Gate, Counted<'a>)> {
        Gate::ALL.into_iter().for_each(|gate| self.keep_nearest(gate));
        let of_gate = |gate| self.of_gate[gate as usize].iter().map(move |counted| (gate, *counted));
        Gate::ALL.into_iter().flat_map(of_gate).collect()
    }
}
