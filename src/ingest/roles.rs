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
}

impl Role {
    /// All roles, in the order in which they are listed.
    pub const ALL: [Role; 10] = [
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
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Names of columns that are read as this role, best first, in the form [`plain_name`] gives.
    ///
    /// From QRadar's AQL fields and its Network Activity export, Argus' `ra`, Azure Network Analytics,
    /// and the spellings that other exports of flows and connections commonly use.
    pub(super) fn aliases(self) -> &'static [&'static str] {
        match self {
            Role::Time => &[
                "starttime",
                "firstpackettime",
                "flowstarttime",
                "flowstart",
                "sessionstarttime",
                "stime",
                "firstseen",
                "first",
                "ts",
                "start",
                "begin",
                "starttimeutc",
                "utctime",
                "eventtime",
                "timestamp",
                "datetime",
                "time",
                "timegenerated",
                "timecreated",
                "logtime",
                "storagetime",
                "date",
            ],
            Role::Source => &[
                "sourceip",
                "srcip",
                "srcaddr",
                "sourceaddress",
                "sourceipaddress",
                "srcipaddr",
                "srcipaddress",
                "sipaddr",
                "ipsrc",
                "srcaddress",
                "sourceipv4",
                "sourceipv6",
                "sourcev6",
                "idorigh",
                "origip",
                "originip",
                "clientip",
                "saddr",
                "sip",
                "sa",
                "src",
                "source",
                "from",
                "ipsource",
            ],
            Role::Destination => &[
                "destinationip",
                "dstip",
                "destip",
                "dstaddr",
                "destaddr",
                "destinationaddress",
                "destinationipaddress",
                "dstipaddr",
                "dstipaddress",
                "destipaddress",
                "ipdst",
                "dstaddress",
                "destinationipv4",
                "destinationipv6",
                "destinationv6",
                "idresph",
                "respip",
                "serverip",
                "daddr",
                "dip",
                "da",
                "dst",
                "dest",
                "destination",
                "to",
                "ipdestination",
            ],
            Role::Port => &[
                "destinationport",
                "dstport",
                "destport",
                "dport",
                "dpt",
                "dstpt",
                "dp",
                "idrespp",
                "respport",
                "serverport",
                "destinationportnumber",
                "portdst",
                "tcpdstport",
                "remoteport",
                "port",
            ],
            Role::BytesSent => &[
                "bytessent",
                "sourcebytes",
                "srcbytes",
                "sentbytes",
                "bytesout",
                "outbytes",
                "origbytes",
                "bytestoserver",
                "src2dstbytes",
                "bytesfromclient",
                "sbytes",
                "ibyt",
                "sentbyte",
            ],
            Role::BytesReceived => &[
                "bytesreceived",
                "destinationbytes",
                "dstbytes",
                "destbytes",
                "receivedbytes",
                "bytesin",
                "inbytes",
                "respbytes",
                "bytestoclient",
                "dst2srcbytes",
                "bytesfromserver",
                "dbytes",
                "obyt",
                "rcvdbyte",
            ],
            Role::BytesTotal => {
                &["totalbytes", "totbytes", "bytestotal", "bytes", "bidirectionalbytes", "octets"]
            }
            Role::Local => &["vmipaddress", "localip", "localaddress", "localipaddress"],
            Role::Remote => &["allextips", "remoteip", "remoteaddress", "remoteipaddress"],
            Role::Direction => &["flowdirection", "direction"],
        }
    }
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
                assert_eq!(*alias, plain_name(alias));
                assert!(seen.insert(alias), "{alias} stands twice");
            }
        }
    }
}
