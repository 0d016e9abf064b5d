//! The roles of columns, and the common names of columns.

use serde::{Serialize, Serializer};

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Start of the flow.
    Time,
    /// Address that opened the connection.
    Source,
    /// Address it went to.
    Destination,
    /// Port it went to.
    Port,
    /// Bytes the source sent.
    BytesSent,
    /// Bytes the source received.
    BytesReceived,
    /// Bytes in both directions. Without a column for received bytes, they are this less the sent bytes.
    BytesTotal,
    /// The address of the reporting machine, in records that have ends and a direction instead of source and
    /// destination.
    Local,
    /// The other end, in such records.
    Remote,
    /// Which end opened the connection, in such records: the remote end if the text begins with `I` (in, inbound),
    /// otherwise the local end.
    Direction,
    /// Time of day, where the column of the time has only the date.
    TimeOfDay,
    /// Port the source used; it distinguishes the connections of a pair.
    SourcePort,
    /// Transport protocol, by name or number.
    Protocol,
    /// Duration of the flow, in seconds unless the format has another unit.
    Duration,
    /// End of the flow; the duration is computed from it where that has no column.
    End,
    /// Name of the requested host: Host header, TLS server name, target of a CONNECT.
    Host,
    /// Name that was looked up in the DNS.
    Query,
    /// Result of the DNS lookup: a response code by name or number.
    Answer,
    /// Process that opened the connection.
    Process,
    /// Kind of record, in formats that mix kinds.
    Event,
    /// TCP flags or the state of the connection, in formats that have them.
    Flags,
    /// Identifier of the connection, in formats with several records per connection.
    Session,
    /// Method of an HTTP request.
    Method,
    /// Target of an HTTP request; of a CONNECT it is the host.
    Target,
}

/// Number of roles.
pub(super) const ROLES: usize = Role::ALL.len();

/// By its name.
impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Role {
    /// All roles, in the order in which they are listed.
    pub const ALL: [Role; 24] = [
        Role::Time,
        Role::Source,
        Role::Destination,
        Role::Port,
        Role::BytesSent,
        Role::BytesReceived,
        Role::BytesTotal,
        Role::Local,
        Role::Remote,
        Role::Direction,
        Role::TimeOfDay,
        Role::SourcePort,
        Role::Protocol,
        Role::Duration,
        Role::End,
        Role::Host,
        Role::Query,
        Role::Answer,
        Role::Process,
        Role::Event,
        Role::Flags,
        Role::Session,
        Role::Method,
        Role::Target,
    ];

    /// The name of the role in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Role::Time => "time",
            Role::Source => "source",
            Role::Destination => "destination",
            Role::Port => "port",
            Role::BytesSent => "bytes_sent",
            Role::BytesReceived => "bytes_received",
            Role::BytesTotal => "bytes_total",
            Role::Local => "local",
            Role::Remote => "remote",
            Role::Direction => "direction",
            Role::TimeOfDay => "time_of_day",
            Role::SourcePort => "source_port",
            Role::Protocol => "protocol",
            Role::Duration => "duration",
            Role::End => "end",
            Role::Host => "host",
            Role::Query => "query",
            Role::Answer => "answer",
            Role::Process => "process",
            Role::Event => "event",
            Role::Flags => "flags",
            Role::Session => "session",
            Role::Method => "method",
            Role::Target => "target",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Names of columns that are read as this role, best first, in the form [`plain_name`] gives.
    ///
    /// They come from QRadar's AQL fields and its Network Activity export, Argus' `ra`, Azure Network Analytics, and
    /// the common spellings of other exports. A format may have further names (`Format::names`).
    pub(super) fn aliases(self) -> Vec<&'static str> {
        split_words(match self {
            Role::Time => {
                "starttime firstpackettime flowstarttime flowstart sessionstarttime stime \
                 firstseen first ts start begin starttimeutc utctime eventtime timestamp datetime \
                 time timegenerated timecreated logtime storagetime date"
            }
            Role::Source => {
                "sourceip srcip srcaddr sourceaddress sourceipaddress srcipaddr srcipaddress \
                 sipaddr ipsrc srcaddress sourceipv4 sourceipv6 sourcev6 idorigh origip originip \
                 clientip saddr sip sa src source from ipsource"
            }
            Role::Destination => {
                "destinationip dstip destip dstaddr destaddr destinationaddress \
                 destinationipaddress dstipaddr dstipaddress destipaddress ipdst dstaddress \
                 destinationipv4 destinationipv6 destinationv6 idresph respip serverip daddr dip \
                 da dst dest destination to ipdestination"
            }
            Role::Port => {
                "destinationport dstport destport dport dpt dstpt dp idrespp respport serverport \
                 destinationportnumber portdst tcpdstport remoteport port"
            }
            Role::BytesSent => {
                "bytessent sourcebytes srcbytes sentbytes bytesout outbytes origbytes \
                 bytestoserver src2dstbytes bytesfromclient sbytes ibyt sentbyte"
            }
            Role::BytesReceived => {
                "bytesreceived destinationbytes dstbytes destbytes receivedbytes bytesin inbytes \
                 respbytes bytestoclient dst2srcbytes bytesfromserver dbytes obyt rcvdbyte"
            }
            Role::BytesTotal => "totalbytes totbytes bytestotal bytes bidirectionalbytes octets",
            Role::Local => "vmipaddress localip localaddress localipaddress",
            Role::Remote => "allextips remoteip remoteaddress remoteipaddress",
            Role::Direction => "flowdirection direction",
            Role::Duration => "duration dur td durationseconds elapsedtimesec",
            Role::End => "endtime lastpackettime flowendtime lastseen te ltime",
            Role::Host => "serverhostname servername sni httphost hostheader",
            Role::Query => "dnsquery dnsquestionname dnsqueryname dnsqryname queryname",
            Role::Answer => "rcodename dnsresponsecode dnsrcode dnsflagsrcode",
            Role::Process => "processexecutable processname image",
            // The meaning of these depends on the format, which has names for them.
            Role::TimeOfDay
            | Role::SourcePort
            | Role::Protocol
            | Role::Event
            | Role::Flags
            | Role::Session
            | Role::Method
            | Role::Target => "",
        })
    }
}

/// The words of a text.
#[inline(never)]
pub(super) fn split_words(text: &'static str) -> Vec<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// The name of a column without case, blanks and punctuation: `Source IP`, `source_ip` and `SourceIP` are the same.
pub(super) fn plain_name(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_plain_and_belong_to_one_role() {
        let mut seen = std::collections::HashSet::new();
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
            for alias in role.aliases() {
                assert_eq!(alias, plain_name(alias));
                assert!(seen.insert(alias), "{alias} stands twice");
            }
        }
    }
}
