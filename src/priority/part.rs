//! The parts of a priority, each with its reason.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::points::{MAX_PRIORITY, MAX_REGULARITY_POINTS};
use super::prevalence::SourceShare;
use super::services::Service;

/// A part of a priority: the base or a modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriorityPart {
    /// Its stable name.
    pub name: &'static str,
    /// Points that it adds; negative points lower the priority.
    pub points: i64,
    pub(super) cause: Cause,
}

/// The data of a reason. Its text is made where it is shown, as most reasons never are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    Threat(Box<ThreatEntry>),
    /// In thousandths.
    Regularity(u16),
    Score(u8),
    Prevalence(SourceShare, DestinationKind),
    /// Number of periodic sources of the endpoint.
    Shared(u64),
    Service(&'static Service),
    /// The host and its description.
    KnownHost(Box<str>, &'static str),
    OddPort(u16),
    /// Average bytes per connection.
    SmallSize(u64),
    Limit,
}

/// An entry of a threat list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ThreatEntry {
    pub entry: String,
    pub list: String,
}

/// Which kind of destination a prevalence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DestinationKind {
    Address,
    Name,
}

impl PriorityPart {
    /// The reason, as text.
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::Threat(threat) => format!("{} is on the threat list {}", threat.entry, threat.list),
            Cause::Regularity(thousandths) => {
                let (whole, fraction) = (thousandths / 1000, thousandths % 1000);
                format!("regularity {whole}.{fraction:03} × {MAX_REGULARITY_POINTS} points")
            }
            Cause::Score(score) => format!("beaconing score {score}"),
            Cause::Prevalence(share, kind) => {
                let what = match kind {
                    DestinationKind::Address => "the destination",
                    DestinationKind::Name => "or look up the name",
                };
                format!("{} of {} hosts call {what}", share.sources, share.all_sources)
            }
            Cause::Shared(hosts) => format!("{hosts} hosts call the endpoint periodically: a service"),
            Cause::KnownHost(host, name) => format!("{host}: {name}"),
            Cause::Service(service) => format!("port {}: {}", service.port, service.name),
            Cause::OddPort(port) => format!("port {port} is of no usual service"),
            Cause::SmallSize(bytes) => format!("connections of one size, {bytes} bytes on average"),
            Cause::Limit => format!("a priority is 0 to {MAX_PRIORITY}"),
        }
    }
}

impl Serialize for PriorityPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("PriorityPart", 3)?;
        out.serialize_field("name", self.name)?;
        out.serialize_field("points", &self.points)?;
        out.serialize_field("reason", &self.reason())?;
        out.end()
    }
}
