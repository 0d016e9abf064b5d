//! Microsoft Defender's `DeviceNetworkEvents`, exported as CSV: the ends are that of the device and the remote one.

use super::definition::{Format, Signature};
use crate::ingest::diagnostics::Reason;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::roles::Role;

pub(super) static CSV: Format = Format {
    name: "defender-csv",
    signature: Signature::Header("actiontype localip remoteip remoteport"),
    names: "time=timestamp event=actiontype source=localip source_port=localport \
            destination=remoteip host=remoteurl protocol=protocol \
            process=initiatingprocessfolderpath process=initiatingprocessfilename",
    rules: &[
        (
            Role::Event,
            "InboundConnectionAccepted InboundConnectionAttempt InboundConnectionBlocked InboundInternetScanInspected",
            RecordKind::Reversed,
        ),
        (
            Role::Event,
            "ConnectionSuccess ConnectionAttempt ConnectionFailed ConnectionRequest ConnectionFound \
             ConnectionAcknowledged",
            RecordKind::Flow,
        ),
    ],
    otherwise: RecordKind::Skip(Reason::OtherEvent),
    notes: &["there are no byte counts in this table"],
    ..Format::PLAIN
};
