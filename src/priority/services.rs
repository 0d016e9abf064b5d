//! Ports of services, by the IANA's registry and common use.

/// A service whose clients call periodically by themselves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub port: u16,
    pub name: &'static str,
    pub points: i64,
}

const PERIODIC: [Service; 12] = [
    Service { port: 53, name: "DNS, called by every host all the time", points: -12 },
    Service { port: 67, name: "DHCP, renewed periodically", points: -25 },
    Service { port: 123, name: "NTP, which keeps time by polling", points: -30 },
    Service { port: 137, name: "NetBIOS name service, repeated by itself", points: -12 },
    Service { port: 138, name: "NetBIOS datagrams, repeated by themselves", points: -12 },
    Service { port: 547, name: "DHCPv6, renewed periodically", points: -25 },
    Service { port: 853, name: "DNS over TLS, called by every host all the time", points: -12 },
    Service { port: 1900, name: "SSDP, announced periodically", points: -25 },
    Service { port: 3478, name: "STUN, which keeps a path open by polling", points: -12 },
    Service { port: 5228, name: "Google's push service, kept alive periodically", points: -12 },
    Service { port: 5223, name: "Apple's push service, kept alive periodically", points: -12 },
    Service { port: 5353, name: "multicast DNS, announced periodically", points: -25 },
];

/// Ports that are no surprise.
const USUAL: [u16; 22] = [
    0, 20, 21, 22, 25, 53, 80, 110, 143, 389, 443, 445, 465, 587, 636, 853, 993, 995, 3389, 5060, 8080, 8443,
];

/// The service whose clients call that port periodically.
pub(super) fn on(port: u16) -> Option<&'static Service> {
    PERIODIC.iter().find(|service| service.port == port)
}

/// Whether the port is no surprise.
pub(super) fn is_usual(port: u16) -> bool {
    USUAL.contains(&port) || on(port).is_some()
}
