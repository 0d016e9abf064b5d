//! Facts of gates.

use std::net::IpAddr;

use serde::Serialize;

/// A condition that a pair must pass to be a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gate {
    /// The destination is in none of the excluded networks.
    ExcludedDestination,
    /// Enough connections in the window.
    MinConnections,
    /// Connections in enough distinct calendar hours of the window.
    MinHours,
}

impl Gate {
    /// All gates, in the order in which they are reported.
    pub const ALL: [Gate; 3] = [Gate::ExcludedDestination, Gate::MinConnections, Gate::MinHours];

    /// The gate's name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Gate::ExcludedDestination => "excluded_destination",
            Gate::MinConnections => "min_connections",
            Gate::MinHours => "min_hours",
        }
    }
}

/// How many pairs a gate rejects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GateReport {
    /// The gate.
    pub gate: Gate,
    /// Its threshold: a number, or the excluded networks.
    pub threshold: Threshold,
    /// Pairs in the window that failed it.
    pub failed: u64,
    /// Pairs in the window that failed no other gate: its near misses.
    pub failed_only: u64,
}

/// The threshold of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Threshold {
    /// At least this number.
    AtLeast(u64),
    /// In none of these networks.
    NoneOf(Vec<String>),
}

/// The result of a gate for a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GateResult {
    /// The gate.
    pub gate: Gate,
    /// The value of the pair: a number, or the destination.
    pub value: GateValue,
    /// The threshold of the gate.
    pub threshold: Threshold,
    /// Whether the pair passed.
    pub passed: bool,
    /// The reason, in words.
    pub reason: String,
}

/// The value that a gate compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum GateValue {
    /// A number.
    Count(u64),
    /// An address.
    Address(IpAddr),
}
