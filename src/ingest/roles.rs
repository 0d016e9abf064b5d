//! What a column can be, and the names it goes by.

use serde::Serialize;

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// Bytes both ways; gives the received bytes where only the sent ones have a column.
    BytesTotal,
    /// The reporting machine's own address, in records that tell ends and direction instead of source
    /// and destination.
    Local,
    /// The other end, in such records.
    Remote,
    /// Who opened the connection, in such records: the remote end if the text begins with `I` (in,
    /// inbound), else the local end.
    Direction,
    /// Time of day, where the time's column holds only the date.
    TimeOfDay,
    /// Port the source used; tells the connections of a pair apart.
    SourcePort,
    /// Transport protocol, by name or number.
    Protocol,
    /// How long the flow took, in seconds unless its format says otherwise.
    Duration,
    /// End of the flow; gives the duration where that has no column.
    End,
    /// Name of the host that was asked for: Host header, TLS server name, target of a CONNECT.
    Host,
    /// Name that was looked up in the DNS.
    Query,
    /// What the DNS answered: a response code by name or number.
    Answer,
    /// The program that opened the connection.
    Process,
    /// What kind of record it is, in formats that mix kinds.
    Event,
    /// TCP flags or the state of the connection, in formats that have them.
    Flags,
    /// What the records of one connection have in common, in formats that tell it in several.
    Session,
    /// Method of an HTTP request.
    Method,
    /// Target of an HTTP request; the host of a CONNECT stands in it.
    Target,
}

/// Number of roles.
pub(super) const ROLES: usize = Role::ALL.len();

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
    /// From QRadar's AQL fields and its Network Activity export, Argus' `ra`, Azure Network Analytics,
    /// and the spellings that other exports of flows and connections commonly use. A format may have more
    /// (`Format::names`).
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
            // What these mean depends on the format, which names them itself.
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

/// Words as a list.
#[inline(never)]
pub(super) fn split_words(text: &'static str) -> Vec<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// A column's name without case, blanks and punctuation: `Source IP`, `source_ip` and `SourceIP` are
/// one.
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
