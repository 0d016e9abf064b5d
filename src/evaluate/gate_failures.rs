//! How many pairs fail which gates.

use super::gate_facts::{Gate, GateReport};
use super::gates::{CompiledGates, FailedGates};
use crate::rule::Rule;
use crate::text::codec::{Decoder, Encoder};

/// Numbers of pairs by the gates they failed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GateFailures {
    /// Pairs that failed the gate.
    failed: [u64; Gate::ALL.len()],
    /// Pairs that failed no other gate.
    failed_only: [u64; Gate::ALL.len()],
}

impl GateFailures {
    /// The failures of single-flow pairs that fail every counting gate; `excluded` of them fail the exclusions, too.
    pub fn of_singles(singles: u64, excluded: u64) -> Self {
        let failed = Gate::ALL.map(|gate| if gate == Gate::ExcludedDestination { excluded } else { singles });
        GateFailures { failed, failed_only: Default::default() }
    }

    pub fn add(&mut self, gates: FailedGates) {
        for (failed, gate) in self.failed.iter_mut().zip(Gate::ALL) {
            *failed += u64::from(gates.contains(gate));
        }
        if let Some(gate) = gates.only() {
            self.failed_only[gate as usize] += 1;
        }
    }

    pub fn merge(&mut self, other: GateFailures) {
        for gate in Gate::ALL.map(|gate| gate as usize) {
            self.failed[gate] += other.failed[gate];
            self.failed_only[gate] += other.failed_only[gate];
        }
    }

    /// Pairs that failed exactly one gate.
    pub fn near_misses(&self) -> u64 {
        self.failed_only.iter().sum()
    }

    pub fn reports(&self, rule: &Rule) -> Vec<GateReport> {
        let gates = CompiledGates::new(rule);
        let report = |gate| GateReport {
            gate,
            threshold: gates.threshold(gate),
            failed: self.failed[gate as usize],
            failed_only: self.failed_only[gate as usize],
        };
        Gate::ALL.map(report).into()
    }

    pub fn encode(&self, out: &mut Encoder) {
        self.failed.iter().chain(&self.failed_only).for_each(|number| out.number(*number));
    }

    pub fn decode(bytes: &mut Decoder<'_>) -> GateFailures {
        GateFailures {
            failed: Gate::ALL.map(|_| bytes.number()),
            failed_only: Gate::ALL.map(|_| bytes.number()),
        }
    }
}
