//! Rule × histories → report.

mod explain;
mod gates;
mod span;
mod tally;

pub(crate) use explain::explain;

use crate::flow::{AddressBook, Pair};
use crate::ingest::batch::Key;
use crate::pairs::{History, PairTable};
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
pub(crate) fn evaluate(data: Data<'_>, rule: &Rule) -> Evaluation {
    let gates = Gates::new(rule);
    let mut out = Evaluation::default();
    let (mut failed_all, mut failed_only) = ([0_u64; Gate::ALL.len()], [0_u64; Gate::ALL.len()]);
    let (mut findings, mut near) = (Vec::new(), Vec::new());
    let seen = for_each_pair(data, rule, &gates, Depth::Countable, |key, failed, tally| {
        for gate in failed.gates() {
            failed_all[gate as usize] += 1;
        }
        if let Some(gate) = failed.only() {
            failed_only[gate as usize] += 1;
        }
        if let Some(tally) = tally.filter(|_| failed.is_empty() || failed.only().is_some()) {
            let pair = data.pair(key);
            let counted = Counted { pair, tally, failed, score: tally.score(pair.port, rule) };
            if failed.is_empty() { findings.push(counted) } else { near.push(counted) }
        }
    });
    (out.pairs_in_window, out.flows_in_window) = seen;
    in_rule_order(&mut findings);
    out.findings = findings.iter().map(|counted| counted.tally.columns(&counted.pair, rule)).collect();
    out.near_miss_count = near.len() as u64;
    out.near_misses = nearest(near, rule);
    out.gates = Gate::ALL
        .into_iter()
        .map(|gate| GateReport {
            gate,
            threshold: gates.threshold(gate),
            failed: failed_all[gate as usize],
            failed_only: failed_only[gate as usize],
        })
        .collect();
    out
}

/// Every pair in the window with the gates it failed, in the order of the query.
pub(crate) fn list(data: Data<'_>, rule: &Rule) -> Vec<ListedPair> {
    let gates = Gates::new(rule);
    let mut all = Vec::new();
    for_each_pair(data, rule, &gates, Depth::Everything, |key, failed, tally| {
        if let Some(tally) = tally {
            let pair = data.pair(key);
            all.push(Counted { pair, tally, failed, score: tally.score(pair.port, rule) });
        }
    });
    in_rule_order(&mut all);
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
    Countable,
    Everything,
}

/// Calls `each` for every pair in the window with the gates it failed and its tally, which is left out
/// where [`Depth`] does not ask for it. Returns the number of pairs and of flows in the window.
fn for_each_pair(
    data: Data<'_>,
    rule: &Rule,
    gates: &Gates<'_>,
    depth: Depth,
    mut each: impl FnMut(Key, Failed, Option<Tally>),
) -> (u64, u64) {
    let (Some(span), Some(all)) = (Span::of(rule, data.span), data.span) else { return (0, 0) };
    let whole = span.covers(all);
    let (mut pairs, mut flows) = (0, 0);
    let (mut history, mut scratch, mut hours) = (History::default(), Vec::new(), Vec::new());
    for pair in data.pairs.iter() {
        let (key, count) = (pair.key(), pair.count());
        if whole && depth == Depth::Countable && gates.hopeless(count) {
            pairs += 1;
            flows += count;
            // Any number of hours up to the count fails.
            each(key, gates.failed(key.destination(), data.book, count, count), None);
            continue;
        }
        pair.read(&mut history, &mut scratch);
        if let Some(tally) = Tally::of(&history.connections, span, rule.utc_offset_minutes, &mut hours) {
            pairs += 1;
            flows += tally.connections;
            let failed = gates.failed(key.destination(), data.book, tally.connections, tally.hours);
            each(key, failed, Some(tally));
        }
    }
    (pairs, flows)
}

/// The query's order, made total by the pair.
fn in_rule_order(counted: &mut [Counted]) {
    counted.sort_unstable_by(|a, b| {
        let descending = (b.score, b.tally.connections).cmp(&(a.score, a.tally.connections));
        descending.then_with(|| a.pair.cmp(&b.pair))
    });
}

/// The near misses of each gate that lack least, then in the order of the query.
fn nearest(mut near: Vec<Counted>, rule: &Rule) -> Vec<NearMiss> {
    in_rule_order(&mut near);
    let lacking = |counted: &Counted, gate| match gate {
        Gate::MinConnections => rule.gates.min_connections - counted.tally.connections,
        Gate::MinHours => rule.gates.min_hours - counted.tally.hours,
        _ => 0,
    };
    let mut out = Vec::new();
    for gate in Gate::ALL {
        let mut of_gate: Vec<&Counted> =
            near.iter().filter(|counted| counted.failed.contains(gate)).collect();
        // Stable: keeps the order of the query among equals.
        of_gate.sort_by_key(|counted| lacking(counted, gate));
        out.extend(
            of_gate.into_iter().take(NEAR_MISSES).map(|counted| NearMiss {
                pair: counted.tally.columns(&counted.pair, rule),
                failed_gate: gate,
            }),
        );
    }
    out
}
