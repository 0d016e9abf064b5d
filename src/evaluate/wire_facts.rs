//! Facts as bytes. Priorities are not among them: they follow when the results of all shards are merged.

use super::evaluation::Evaluation;
use super::gate_facts::Gate;
use super::gate_failures::GateFailures;
use super::pair_facts::{ConnectionFacts, Finding, HostBeacon, NearMiss, SetReport, Suppressed, ThreatMatch};
use crate::hunts::HuntHit;
use crate::model::time::LocalTimestamp;
use crate::pairs::EvictionStats;
use crate::regularity::{Regularity, RegularityParts, RitaScore, Thousandths};
use crate::rule::SetMatch;
use crate::text::codec::{Decoder, Encoder};

impl Evaluation {
    pub(super) fn encode(&self, out: &mut Encoder) {
        let EvictionStats { flows, pairs, max_undercount, flows_rejected } = self.evicted;
        for number in [
            self.pairs,
            self.pairs_in_window,
            self.flows_in_window,
            flows,
            pairs,
            max_undercount,
            flows_rejected,
            self.side_records_dropped,
        ] {
            out.number(number);
        }
        self.gate_failures.encode(out);
        out.list(&self.findings, encode_finding);
        out.list(&self.suppressed, |suppressed, out| {
            encode_finding(&suppressed.pair, out);
            suppressed.suppressed_by.encode(out);
        });
        out.list(&self.reference_sets, |set, out| {
            out.text(&set.name);
            out.number(set.pairs);
            out.number(set.flows);
        });
        out.list(&self.near_misses, |near_miss, out| {
            encode_finding(&near_miss.pair, out);
            out.number(near_miss.failed_gate as u64);
        });
        out.list(&self.hunts, HuntHit::encode);
        out.list(&self.host_beacons, encode_host);
    }

    pub(super) fn decode(bytes: &mut Decoder<'_>) -> Evaluation {
        Evaluation {
            pairs: bytes.number(),
            pairs_in_window: bytes.number(),
            flows_in_window: bytes.number(),
            evicted: EvictionStats {
                flows: bytes.number(),
                pairs: bytes.number(),
                max_undercount: bytes.number(),
                flows_rejected: bytes.number(),
            },
            side_records_dropped: bytes.number(),
            gate_failures: GateFailures::decode(bytes),
            findings: bytes.list(decode_finding),
            suppressed: bytes.list(|bytes| Suppressed {
                pair: decode_finding(bytes),
                suppressed_by: SetMatch::decode(bytes),
            }),
            reference_sets: bytes.list(|bytes| SetReport {
                name: bytes.text(),
                pairs: bytes.number(),
                flows: bytes.number(),
            }),
            near_misses: bytes.list(|bytes| NearMiss {
                pair: decode_finding(bytes),
                failed_gate: bytes.variant(Gate::ALL),
            }),
            hunts: bytes.list(HuntHit::decode),
            host_beacons: bytes.list(decode_host),
        }
    }
}

fn encode_finding(finding: &Finding, out: &mut Encoder) {
    out.address(finding.sourceip);
    out.address(finding.destinationip);
    out.number(finding.destinationport.into());
    encode_facts(&finding.facts, out);
    out.list(&finding.processes, |process, out| out.text(process));
}

fn decode_finding(bytes: &mut Decoder<'_>) -> Finding {
    Finding {
        sourceip: bytes.address(),
        destinationip: bytes.address(),
        destinationport: bytes.number() as u16,
        facts: decode_facts(bytes),
        processes: bytes.list(Decoder::text),
    }
}

fn encode_host(host: &HostBeacon, out: &mut Encoder) {
    out.address(host.sourceip);
    out.text(&host.host);
    out.flag(host.looked_up);
    out.option(host.suppressed_by.as_ref(), SetMatch::encode);
    encode_facts(&host.facts, out);
}

fn decode_host(bytes: &mut Decoder<'_>) -> HostBeacon {
    HostBeacon {
        sourceip: bytes.address(),
        host: bytes.text(),
        looked_up: bytes.flag(),
        suppressed_by: bytes.option(SetMatch::decode),
        facts: decode_facts(bytes),
    }
}

fn encode_facts(facts: &ConnectionFacts, out: &mut Encoder) {
    for number in [
        facts.connection_count,
        facts.hourly_buckets,
        facts.bytes_sent,
        facts.bytes_received,
        u64::from(facts.beaconing_score),
    ] {
        out.number(number);
    }
    out.signed(facts.first_seen.second);
    out.signed(facts.last_seen.second);
    out.option(facts.regularity.as_ref(), encode_regularity);
    out.option(facts.rita.as_ref(), |rita, out| {
        let RitaScore { score, timestamp, data_size, histogram, duration } = *rita;
        [score, timestamp, data_size, histogram, duration].iter().for_each(|part| out.fraction(*part));
    });
    out.option(facts.threat.as_ref(), encode_threat);
}

fn decode_facts(bytes: &mut Decoder<'_>) -> ConnectionFacts {
    ConnectionFacts {
        connection_count: bytes.number(),
        hourly_buckets: bytes.number(),
        bytes_sent: bytes.number(),
        bytes_received: bytes.number(),
        beaconing_score: bytes.number() as u8,
        first_seen: LocalTimestamp { second: bytes.signed() },
        last_seen: LocalTimestamp { second: bytes.signed() },
        priority: 0,
        regularity: bytes.option(decode_regularity),
        rita: bytes.option(|bytes| RitaScore {
            score: bytes.fraction(),
            timestamp: bytes.fraction(),
            data_size: bytes.fraction(),
            histogram: bytes.fraction(),
            duration: bytes.fraction(),
        }),
        priority_parts: Vec::new(),
        threat: bytes.option(decode_threat),
    }
}

fn encode_threat(threat: &ThreatMatch, out: &mut Encoder) {
    out.text(&threat.list);
    out.text(&threat.entry);
    out.number(threat.line);
    out.option(threat.comment.as_ref(), |comment, out| out.text(comment));
    out.list(&threat.failed_gates, |gate, out| out.number(*gate as u64));
}

fn decode_threat(bytes: &mut Decoder<'_>) -> ThreatMatch {
    ThreatMatch {
        list: bytes.text(),
        entry: bytes.text(),
        line: bytes.number(),
        comment: bytes.option(Decoder::text),
        failed_gates: bytes.list(|bytes| bytes.variant(Gate::ALL)),
    }
}

fn encode_regularity(regularity: &Regularity, out: &mut Encoder) {
    let RegularityParts { timing, persistence, size } = regularity.regularity_parts;
    [timing, persistence, size].iter().for_each(|part| out.number(part.0.into()));
    for number in [regularity.period_seconds, regularity.jitter_percent, regularity.missed_percent] {
        out.option(number.as_ref(), |number, out| out.fraction(*number));
    }
    out.fraction(regularity.active_span_seconds);
    out.fraction(regularity.significance);
    for number in
        [regularity.active_parts, regularity.calls, regularity.calls_on_period, regularity.connections]
    {
        out.number(number);
    }
}

fn decode_regularity(bytes: &mut Decoder<'_>) -> Regularity {
    let [timing, persistence, size] = [0; 3].map(|_| Thousandths(bytes.number() as u16));
    let parts = RegularityParts { timing, persistence, size };
    Regularity {
        regularity: parts.sum(),
        regularity_parts: parts,
        period_seconds: bytes.option(Decoder::fraction),
        jitter_percent: bytes.option(Decoder::fraction),
        missed_percent: bytes.option(Decoder::fraction),
        active_span_seconds: bytes.fraction(),
        significance: bytes.fraction(),
        active_parts: bytes.number(),
        calls: bytes.number(),
        calls_on_period: bytes.number(),
        connections: bytes.number(),
    }
}
