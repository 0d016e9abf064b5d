//! A pair as bytes, for the parts of a report that shards exchange. Its priority is not among them: that
//! is told when all parts are together.

use super::gate_facts::Gate;
use super::pair_facts::{Finding, HostBeacon, ThreatMatch};
use crate::model::time::LocalTimestamp;
use crate::regularity::{Regularity, RegularityParts, RitaScore, Thousandths};
use crate::rule::SetMatch;
use crate::text::codec::{Reader, Writer};

impl Finding {
    /// As bytes, for [`read`](Finding::read).
    pub(crate) fn write(&self, out: &mut Writer) {
        out.address(self.sourceip);
        out.address(self.destinationip);
        for number in [
            u64::from(self.destinationport),
            self.connection_count,
            self.hourly_buckets,
            self.bytes_sent,
            self.bytes_received,
            u64::from(self.beaconing_score),
        ] {
            out.number(number);
        }
        out.number(self.first_seen.second as u64);
        out.number(self.last_seen.second as u64);
        out.some(self.regularity.as_ref(), write_regularity);
        out.some(self.rita.as_ref(), |rita, out| {
            let RitaScore { score, timestamp, data_size, histogram, duration } = *rita;
            [score, timestamp, data_size, histogram, duration].iter().for_each(|part| out.fraction(*part));
        });
        out.list(&self.processes, |image, out| out.text(image));
        out.some(self.threat.as_ref(), |threat, out| {
            out.text(&threat.list);
            out.text(&threat.entry);
            out.number(threat.line);
            out.text(threat.comment.as_deref().unwrap_or_default());
            out.number(threat.failed_gates.iter().map(|gate| 1 << *gate as u64).sum());
        });
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> Finding {
        Finding {
            sourceip: bytes.address(),
            destinationip: bytes.address(),
            destinationport: bytes.number() as u16,
            connection_count: bytes.number(),
            hourly_buckets: bytes.number(),
            bytes_sent: bytes.number(),
            bytes_received: bytes.number(),
            beaconing_score: bytes.number() as u8,
            first_seen: LocalTimestamp { second: bytes.number() as i64 },
            last_seen: LocalTimestamp { second: bytes.number() as i64 },
            priority: 0,
            regularity: bytes.some(read_regularity),
            rita: bytes.some(|bytes| RitaScore {
                score: bytes.fraction(),
                timestamp: bytes.fraction(),
                data_size: bytes.fraction(),
                histogram: bytes.fraction(),
                duration: bytes.fraction(),
            }),
            priority_parts: Vec::new(),
            processes: bytes.list(Reader::text),
            threat: bytes.some(|bytes| ThreatMatch {
                list: bytes.text(),
                entry: bytes.text(),
                line: bytes.number(),
                comment: Some(bytes.text()).filter(|comment| !comment.is_empty()),
                failed_gates: gates(bytes.number()),
            }),
        }
    }
}

impl HostBeacon {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.text(&self.host);
        out.number(self.looked_up.into());
        out.some(self.suppressed_by.as_ref(), SetMatch::write);
        self.pair.write(out);
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> HostBeacon {
        HostBeacon {
            host: bytes.text(),
            looked_up: bytes.number() == 1,
            suppressed_by: bytes.some(SetMatch::read),
            pair: Finding::read(bytes),
        }
    }
}

/// Gates from one bit each.
fn gates(bits: u64) -> Vec<Gate> {
    Gate::ALL.into_iter().filter(|gate| bits >> *gate as u64 & 1 == 1).collect()
}

fn write_regularity(of: &Regularity, out: &mut Writer) {
    let RegularityParts { timing, persistence, size } = of.regularity_parts;
    [timing, persistence, size].iter().for_each(|part| out.number(part.0.into()));
    for number in [of.period_seconds, of.jitter_percent, of.missed_percent] {
        // No number is this one.
        out.fraction(number.unwrap_or(f64::NAN));
    }
    [of.active_span_seconds, of.significance].iter().for_each(|number| out.fraction(*number));
    for number in [of.active_parts, of.calls, of.calls_on_period, of.connections] {
        out.number(number);
    }
}

fn read_regularity(bytes: &mut Reader<'_>) -> Regularity {
    let [timing, persistence, size] = [0; 3].map(|_| Thousandths(bytes.number() as u16));
    let parts = RegularityParts { timing, persistence, size };
    let [period_seconds, jitter_percent, missed_percent] =
        [0; 3].map(|_| Some(bytes.fraction()).filter(|number| !number.is_nan()));
    Regularity {
        regularity: parts.sum(),
        regularity_parts: parts,
        period_seconds,
        jitter_percent,
        missed_percent,
        active_span_seconds: bytes.fraction(),
        significance: bytes.fraction(),
        active_parts: bytes.number(),
        calls: bytes.number(),
        calls_on_period: bytes.number(),
        connections: bytes.number(),
    }
}
