//! An explanation as plain text, for a terminal or a ticket.

use std::fmt::Write;

use super::{Explanation, GateValue, Threshold};

impl Explanation {
    /// The explanation as plain text for people, a few lines.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.sentence);
        // Writing to a string cannot fail.
        for gate in &self.gates {
            let mark = if gate.passed { "pass" } else { "FAIL" };
            let _ = writeln!(out, "  {mark}  {:<22}{}", gate.gate.name(), gate.reason);
        }
        if let Some(score) = &self.score {
            let _ = writeln!(out, "  beaconing_score {}: {}", score.value, score.reason);
        }
        if let Some(measures) = &self.measures {
            let _ = writeln!(
                out,
                "  first_seen {}, last_seen {}, {} bytes sent, {} received",
                measures.first_seen, measures.last_seen, measures.bytes_sent, measures.bytes_received
            );
        }
        if let Some(intervals) = &self.intervals {
            let _ = writeln!(out, "  median gap between connections {} s", intervals.median_seconds);
        }
        if self.flows_outside_window > 0 {
            let _ = writeln!(out, "  {} more flows outside the window", self.flows_outside_window);
        }
        out
    }
}

impl std::fmt::Display for GateValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GateValue::Count(count) => write!(f, "{count}"),
            GateValue::Address(address) => write!(f, "{address}"),
        }
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Threshold::AtLeast(count) => write!(f, "at least {count}"),
            Threshold::NoneOf(networks) if networks.is_empty() => f.write_str("no network is excluded"),
            Threshold::NoneOf(networks) => write!(f, "in none of {}", networks.join(", ")),
        }
    }
}
