//! A pair as bytes, for the parts of a report that shards exchange. Its priority is not among them: that
//! is told when all parts are together.

use super::{Finding, Gate, HostBeacon, SetMatch, ThreatMatch};
use crate::bytes::{Reader, Writer};
use crate::regularity::{RegularityParts, RitaScore, Thousandths};
use crate::rule::Side;

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
        out.text(&self.first_seen);
        out.text(&self.last_seen);
        for number in [
            self.period_seconds,
            self.jitter_percent,
            self.missed_percent,
            self.active_span_seconds,
            self.significance,
        ] {
            // No number is this one.
            out.number(number.unwrap_or(f64::NAN).to_bits());
        }
        out.number(self.calls.unwrap_or(u64::MAX));
        out.text(self.verdict.as_deref().unwrap_or_default());
        if let Some(RegularityParts { timing, persistence, size }) = self.regularity_parts {
            out.number(1);
            [timing, persistence, size].iter().for_each(|part| out.number(part.0.into()));
        } else {
            out.number(0);
        }
        if let Some(RitaScore { score, timestamp, data_size, histogram, duration }) = self.rita_parts {
            out.number(1);
            [score, timestamp, data_size, histogram, duration]
                .iter()
                .for_each(|part| out.number(part.to_bits()));
        } else {
            out.number(0);
        }
        out.number(self.images.len() as u64);
        self.images.iter().for_each(|image| out.text(image));
        out.number(self.threat.is_some().into());
        if let Some(threat) = &self.threat {
            out.text(&threat.list);
            out.text(&threat.entry);
            out.number(threat.line);
            out.text(threat.remark.as_deref().unwrap_or_default());
            out.number(threat.failed_gates.iter().map(|gate| 1 << *gate as u64).sum());
        }
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> Option<Finding> {
        let mut finding = Finding {
            sourceip: bytes.address()?,
            destinationip: bytes.address()?,
            destinationport: bytes.number()? as u16,
            connection_count: bytes.number()?,
            hourly_buckets: bytes.number()?,
            bytes_sent: bytes.number()?,
            bytes_received: bytes.number()?,
            beaconing_score: bytes.number()? as u8,
            first_seen: bytes.text()?,
            last_seen: bytes.text()?,
            priority: 0,
            regularity: None,
            period_seconds: float(bytes)?,
            jitter_percent: float(bytes)?,
            missed_percent: float(bytes)?,
            active_span_seconds: float(bytes)?,
            significance: float(bytes)?,
            calls: Some(bytes.number()?).filter(|calls| *calls != u64::MAX),
            rita_score: None,
            verdict: Some(bytes.text()?).filter(|verdict| !verdict.is_empty()),
            regularity_parts: None,
            rita_parts: None,
            priority_parts: Vec::new(),
            threat: None,
            images: Vec::new(),
        };
        if bytes.number()? == 1 {
            let mut part = || Some(Thousandths(bytes.number()? as u16));
            let parts = RegularityParts { timing: part()?, persistence: part()?, size: part()? };
            finding.regularity = Some(parts.sum());
            finding.regularity_parts = Some(parts);
        }
        if bytes.number()? == 1 {
            let mut part = || Some(f64::from_bits(bytes.number()?));
            let parts = RitaScore {
                score: part()?,
                timestamp: part()?,
                data_size: part()?,
                histogram: part()?,
                duration: part()?,
            };
            finding.rita_score = Some(parts.score);
            finding.rita_parts = Some(parts);
        }
        for _ in 0..bytes.number()? {
            finding.images.push(bytes.text()?);
        }
        if bytes.number()? == 1 {
            finding.threat = Some(ThreatMatch {
                list: bytes.text()?,
                entry: bytes.text()?,
                line: bytes.number()?,
                remark: Some(bytes.text()?).filter(|remark| !remark.is_empty()),
                failed_gates: gates(bytes.number()?),
            });
        }
        Some(finding)
    }
}

impl HostBeacon {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.text(&self.host);
        out.number(self.looked_up.into());
        out.number(self.suppressed_by.is_some().into());
        if let Some(set) = &self.suppressed_by {
            set.write(out);
        }
        self.pair.write(out);
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> Option<HostBeacon> {
        Some(HostBeacon {
            host: bytes.text()?,
            looked_up: bytes.number()? == 1,
            suppressed_by: if bytes.number()? == 1 { Some(SetMatch::read(bytes)?) } else { None },
            pair: Finding::read(bytes)?,
        })
    }
}

impl SetMatch {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.text(&self.reference_set);
        out.text(&self.entry);
        out.number((self.side == Side::Source).into());
    }

    pub(crate) fn read(bytes: &mut Reader<'_>) -> Option<SetMatch> {
        let (reference_set, entry) = (bytes.text()?, bytes.text()?);
        let side = if bytes.number()? == 1 { Side::Source } else { Side::Destination };
        Some(SetMatch { reference_set, entry, side })
    }
}

/// Gates from one bit each.
fn gates(bits: u64) -> Vec<Gate> {
    Gate::ALL.into_iter().filter(|gate| bits >> *gate as u64 & 1 == 1).collect()
}

/// A number, or that there is none.
fn float(bytes: &mut Reader<'_>) -> Option<Option<f64>> {
    Some(Some(f64::from_bits(bytes.number()?)).filter(|number| !number.is_nan()))
}
