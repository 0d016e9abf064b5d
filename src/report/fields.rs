//! How facts are serialized: flat, with the fields that a list adds.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::regularity::Regularity;

use crate::evaluate::{ConnectionFacts, EvaluatedPair, Finding, HostBeacon, NearMiss, Suppressed};

impl Finding {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("sourceip", &self.sourceip)?;
        map.serialize_entry("destinationip", &self.destinationip)?;
        map.serialize_entry("destinationport", &self.destinationport)?;
        self.facts.fields(map)?;
        if !self.processes.is_empty() {
            map.serialize_entry("processes", &self.processes)?;
        }
        Ok(())
    }
}

impl ConnectionFacts {
    #[inline(never)]
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("connection_count", &self.connection_count)?;
        map.serialize_entry("hourly_buckets", &self.hourly_buckets)?;
        map.serialize_entry("bytes_sent", &self.bytes_sent)?;
        map.serialize_entry("bytes_received", &self.bytes_received)?;
        map.serialize_entry("first_seen", &self.first_seen)?;
        map.serialize_entry("last_seen", &self.last_seen)?;
        map.serialize_entry("beaconing_score", &self.beaconing_score)?;
        map.serialize_entry("priority", &self.priority)?;
        let (of, rita) = (self.regularity.as_ref(), self.rita.as_ref());
        map.serialize_entry("regularity", &of.map(|of| of.regularity))?;
        map.serialize_entry("period_seconds", &of.and_then(|of| of.period_seconds))?;
        map.serialize_entry("jitter_percent", &of.and_then(|of| of.jitter_percent))?;
        map.serialize_entry("missed_percent", &of.and_then(|of| of.missed_percent))?;
        map.serialize_entry("active_span_seconds", &of.map(|of| of.active_span_seconds))?;
        map.serialize_entry("calls", &of.map(|of| of.calls))?;
        map.serialize_entry("significance", &of.map(|of| of.significance))?;
        map.serialize_entry("rita_score", &rita.map(|rita| rita.score))?;
        map.serialize_entry("verdict", &of.map(Regularity::verdict))?;
        map.serialize_entry("regularity_parts", &of.map(|of| of.regularity_parts))?;
        map.serialize_entry("rita_parts", &rita)?;
        map.serialize_entry("priority_parts", &self.priority_parts)?;
        map.serialize_entry("threat", &self.threat)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.fields(&mut map)?;
        map.end()
    }
}

impl Serialize for HostBeacon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("sourceip", &self.sourceip)?;
        map.serialize_entry("host", &self.host)?;
        map.serialize_entry("looked_up", &self.looked_up)?;
        self.facts.fields(&mut map)?;
        map.serialize_entry("suppressed_by", &self.suppressed_by)?;
        map.end()
    }
}

impl Serialize for NearMiss {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.pair.fields(&mut map)?;
        map.serialize_entry("failed_gate", &self.failed_gate)?;
        map.end()
    }
}

impl Serialize for Suppressed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.pair.fields(&mut map)?;
        map.serialize_entry("suppressed_by", &self.suppressed_by)?;
        map.end()
    }
}

impl Serialize for EvaluatedPair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.pair.fields(&mut map)?;
        map.serialize_entry("failed_gates", &self.failed_gates)?;
        map.serialize_entry("suppressed_by", &self.suppressed_by)?;
        map.end()
    }
}
