//! The gates that count.

use serde::Serialize;

use crate::model::error::Error;
use crate::text::json::{FromJson, JsonNode};

/// The minimum counts of a pair in the window: the query's `HAVING`.
///
/// ```
/// let gates = beaconlens::Gates::new().with_min_connections(50);
/// assert_eq!(gates.min_hours, 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gates {
    /// Minimum number of connections. Default 20.
    pub min_connections: u64,
    /// Minimum number of connections on a destination port of `c2_ports`. Default none: as on every port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_connections_c2_port: Option<u64>,
    /// Minimum number of distinct calendar hours with a connection. Default 3.
    pub min_hours: u64,
}

impl Default for Gates {
    fn default() -> Self {
        Gates { min_connections: 20, min_connections_c2_port: None, min_hours: 3 }
    }
}

impl Gates {
    /// The default gates.
    pub fn new() -> Self {
        Gates::default()
    }

    /// Sets the minimum number of connections.
    pub fn with_min_connections(mut self, connections: u64) -> Self {
        self.min_connections = connections;
        self
    }

    /// Sets the minimum number of connections on a port of `c2_ports`; none: as on every port.
    pub fn with_min_connections_c2_port(mut self, connections: Option<u64>) -> Self {
        self.min_connections_c2_port = connections;
        self
    }

    /// Sets the minimum number of distinct calendar hours.
    pub fn with_min_hours(mut self, hours: u64) -> Self {
        self.min_hours = hours;
        self
    }
}

impl FromJson for Gates {
    fn from_json(node: JsonNode<'_>) -> Result<Self, Error> {
        let (mut gates, mut fields) = (Gates::default(), node.object()?);
        fields.read("min_connections", &mut gates.min_connections)?;
        fields.read("min_connections_c2_port", &mut gates.min_connections_c2_port)?;
        fields.read("min_hours", &mut gates.min_hours)?;
        fields.finish()?;
        Ok(gates)
    }
}
