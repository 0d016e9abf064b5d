//! Microsoft Defender's `DeviceNetworkEvents`, exported as CSV: ends are the device's and the remote one.

use super::{Format, Shape};
use crate::ingest::diagnostics::Reason;
use crate::ingest::fields::Fields;
use crate::ingest::record::Meaning;
use crate::ingest::roles::Role;

pub(super) static CSV: Format = Format {
    name: "defender-csv",
    shape: Shape::Header(&[&["actiontype", "localip", "remoteip", "remoteport"]]),
    names: &[
        ("timestamp", Role::Time),
        ("actiontype", Role::Event),
        ("localip", Role::Source),
        ("localport", Role::SourcePort),
        ("remoteip", Role::Destination),
        ("remoteport", Role::Port),
        ("remoteurl", Role::Host),
        ("protocol", Role::Protocol),
        ("initiatingprocessfolderpath", Role::Process),
        ("initiatingprocessfilename", Role::Process),
    ],
    meaning: Some(meaning),
    notes: &["there are no byte counts in this table"],
    ..Format::PLAIN
};

fn meaning(fields: &Fields<'_>) -> Meaning {
    if fields.begins(Role::Event, "Inbound") {
        return Meaning::Reversed;
    }
    match fields.begins(Role::Event, "Connection") {
        true => Meaning::Flow,
        // Ports that listen, and what inspection found in a connection that other rows tell.
        false => Meaning::Not(Reason::OtherEvent),
    }
}
