//! Services whose clients connect by themselves: by port, from IANA's registry and common use, and by host name, as
//! their makers publish them.

/// Host names of a service: exact, or with a dot before it a domain and all its subdomains.
struct Named {
    hosts: &'static str,
    name: &'static str,
    points: i64,
}

/// Clients look up and call these names without their user. The name is only what the client claims, so these weigh
/// less than the service of a port.
///
/// Microsoft: NCSI, and "Manage connection endpoints" of Windows. Google: AOSP's `NetworkMonitor`. Apple: HT210060,
/// "Use Apple products on enterprise networks". Mozilla: `captivedetect.canonicalURL`, `app.update.url`.
/// Distributions: the connectivity settings of their NetworkManager packages.
const NAMED: [Named; 3] = [
    Named {
        hosts: ".msftconnecttest.com .msftncsi.com connectivitycheck.gstatic.com connectivitycheck.android.com \
                clients3.google.com captive.apple.com detectportal.firefox.com connectivity-check.ubuntu.com \
                nmcheck.gnome.org network-test.debian.org fedoraproject.org ping.archlinux.org \
                networkcheck.kde.org",
        name: "by which systems and browsers check that they are online",
        points: -20,
    },
    Named {
        hosts: ".windowsupdate.com .update.microsoft.com .delivery.mp.microsoft.com \
                .prod.do.dsp.mp.microsoft.com .events.data.microsoft.com swscan.apple.com mesu.apple.com \
                aus5.mozilla.org update.googleapis.com",
        name: "by which systems and browsers are updated, or tell how they run",
        points: -15,
    },
    Named {
        hosts: "time.windows.com time.apple.com time-macos.apple.com time-ios.apple.com time.google.com \
                time.cloudflare.com ntp.ubuntu.com .pool.ntp.org",
        name: "which keeps time",
        points: -20,
    },
];

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

/// Ports of usual services; 0 where there is no port.
const USUAL: [u16; 22] = [
    0, 20, 21, 22, 25, 53, 80, 110, 143, 389, 443, 445, 465, 587, 636, 853, 993, 995, 3389, 5060, 8080, 8443,
];

/// The description of a known host, and its points.
pub(super) fn named(host: &str) -> Option<(&'static str, i64)> {
    let is = |known: &str| match known.strip_prefix('.') {
        Some(domain) => {
            host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        }
        None => host == known,
    };
    let named = NAMED.iter().find(|named| named.hosts.split(' ').any(is))?;
    Some((named.name, named.points))
}

/// The service whose clients call a port periodically.
pub(super) fn on(port: u16) -> Option<&'static Service> {
    PERIODIC.iter().find(|service| service.port == port)
}

/// Whether a port is one of a usual service.
pub(super) fn is_usual(port: u16) -> bool {
    USUAL.contains(&port) || on(port).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_by_their_full_name() {
        let points = |host| named(host).map(|(_, points)| points);
        for check in [
            "www.msftconnecttest.com",
            "msftncsi.com",
            "captive.apple.com",
            "fedoraproject.org",
            "ping.archlinux.org",
        ] {
            assert_eq!(points(check), Some(-20), "{check}");
        }
        assert_eq!(points("fe2.update.microsoft.com"), Some(-15));
        assert_eq!(points("array604.prod.do.dsp.mp.microsoft.com"), Some(-15));
        assert_eq!(points("2.debian.pool.ntp.org"), Some(-20));
        for other in [
            "",
            ".",
            "com",
            "xmsftncsi.com",
            "msftncsi.com.example.net",
            "www.captive.apple.com",
            "apple.com",
            "www.microsoft.com",
            "pool.ntp.org.example.net",
        ] {
            assert_eq!(points(other), None, "{other}");
        }
    }
}
