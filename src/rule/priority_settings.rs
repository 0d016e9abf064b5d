//! Settings of the priority.

use serde::Serialize;

use crate::model::error::Error;
use crate::text::json::{FromJson, JsonNode};

/// The thresholds of the priority's modifiers. They are checked when they become part of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PrioritySettings {
    /// A destination is rare if at most this share of the hosts calls it, in percent. Default 2.
    pub rare_percent: u64,
    /// A destination is common if at least this share of the hosts calls it, in percent. Default 50.
    pub common_percent: u64,
    /// Prevalence is not scored below this number of hosts. Default 10.
    pub min_hosts: u64,
    /// An endpoint that at least this number of hosts calls periodically is a shared service. Default 5.
    pub min_shared_sources: u64,
    /// Whether ports and host names of well-known periodic services lower the priority. Default true.
    pub known_services: bool,
}

impl Default for PrioritySettings {
    fn default() -> Self {
        PrioritySettings {
            rare_percent: 2,
            common_percent: 50,
            min_hosts: 10,
            min_shared_sources: 5,
            known_services: true,
        }
    }
}

impl PrioritySettings {
    /// The default settings.
    pub fn new() -> Self {
        PrioritySettings::default()
    }

    /// Sets the share of hosts up to which a destination is rare, 0 to 100 percent.
    pub fn with_rare_percent(mut self, percent: u64) -> Self {
        self.rare_percent = percent;
        self
    }

    /// Sets the share of hosts from which on a destination is common, 0 to 100 percent.
    pub fn with_common_percent(mut self, percent: u64) -> Self {
        self.common_percent = percent;
        self
    }

    /// Sets the minimum number of hosts for prevalence to be scored.
    pub fn with_min_hosts(mut self, hosts: u64) -> Self {
        self.min_hosts = hosts;
        self
    }

    /// Sets the minimum number of periodic sources of a shared service.
    pub fn with_min_shared_sources(mut self, sources: u64) -> Self {
        self.min_shared_sources = sources;
        self
    }

    /// Sets whether well-known periodic services lower the priority.
    pub fn with_known_services(mut self, known_services: bool) -> Self {
        self.known_services = known_services;
        self
    }
}

impl FromJson for PrioritySettings {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut settings, mut fields) = (PrioritySettings::default(), node.object()?);
        fields.read("rare_percent", &mut settings.rare_percent)?;
        fields.read("common_percent", &mut settings.common_percent)?;
        fields.read("min_hosts", &mut settings.min_hosts)?;
        fields.read("min_shared_sources", &mut settings.min_shared_sources)?;
        fields.read("known_services", &mut settings.known_services)?;
        fields.finish()?;
        Ok(settings)
    }
}
