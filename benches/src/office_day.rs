//! The bundled sample: one working day of an office of 28 people, with planted
//! beacons and benign background traffic.
//!
//! Addresses are private or reserved for documentation (RFC 5737, RFC 3849), so
//! that no real address is accused. Times and office hours are in UTC.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{Flow, HEADER, Random};

/// 2026-03-17, a Tuesday, 00:00:00 UTC in milliseconds.
const MIDNIGHT_MS: u64 = 1_773_705_600_000;
const SEED: u64 = 0x000f_f1ce_0317;
const PEOPLE: u64 = 28;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;

/// A planted pair and its expected result under the default rule.
#[derive(Debug)]
pub struct Planted {
    /// Short name of the scenario, which may have several pairs.
    pub story: &'static str,
    /// `beacon`: command and control. `service`: periodic, but harmless. `person`: many connections, but by a human.
    pub kind: &'static str,
    /// Source of the pair.
    pub source: IpAddr,
    /// Destination of the pair.
    pub destination: IpAddr,
    /// Destination port of the pair.
    pub destination_port: u16,
    /// Expected result: `finding`, or `near_miss:` and the gate that fails.
    pub expected: &'static str,
    /// How it was generated.
    pub note: &'static str,
}

/// The flows of the sample in time order, and the planted pairs.
#[must_use]
pub fn generate() -> (Vec<Flow>, Vec<Planted>) {
    let mut office = Office::default();
    beacons(&mut office);
    services(&mut office);
    busy_people(&mut office);
    browsing(&mut office);
    internal_servers(&mut office);
    mail(&mut office);
    calls(&mut office);
    let Office { mut flows, planted } = office;
    flows.sort_by_key(|flow| flow.start_ms);
    (flows, planted)
}

/// The sample as CSV.
#[must_use]
pub fn csv(flows: &[Flow]) -> Vec<u8> {
    let mut out = HEADER.as_bytes().to_vec();
    for flow in flows {
        flow.write_csv(&mut out);
    }
    out
}

/// The planted pairs as CSV, with their number of connections.
#[must_use]
pub fn truth_csv(flows: &[Flow], planted: &[Planted]) -> String {
    let mut out =
        String::from("story,kind,sourceip,destinationip,destinationport,connection_count,expected,note\n");
    for p in planted {
        let count = flows.iter().filter(|flow| p.is_pair_of(flow)).count();
        let Planted { story, kind, source, destination, destination_port, expected, note } = p;
        out.push_str(&format!(
            "{story},{kind},{source},{destination},{destination_port},{count},{expected},{note}\n"
        ));
    }
    out
}

impl Planted {
    /// Whether a flow belongs to this pair.
    #[must_use]
    pub fn is_pair_of(&self, flow: &Flow) -> bool {
        (flow.source, flow.destination, flow.destination_port)
            == (self.source, self.destination, self.destination_port)
    }
}

#[derive(Default)]
struct Office {
    flows: Vec<Flow>,
    planted: Vec<Planted>,
}

/// An endpoint with its protocol.
#[derive(Clone, Copy)]
struct Endpoint {
    address: IpAddr,
    port: u16,
    protocol: &'static str,
}

fn tcp(address: IpAddr, port: u16) -> Endpoint {
    Endpoint { address, port, protocol: "TCP" }
}

fn udp(address: IpAddr, port: u16) -> Endpoint {
    Endpoint { address, port, protocol: "UDP" }
}

/// Bytes sent and received: medians and spread.
#[derive(Clone, Copy)]
struct Size(f64, f64, f64);

impl Office {
    fn connect(&mut self, random: &mut Random, second: f64, source: IpAddr, to: Endpoint, size: Size) {
        let Size(sent, received, spread) = size;
        self.flows.push(Flow {
            start_ms: MIDNIGHT_MS + (second.clamp(0.0, 86_399.9) * 1000.0) as u64,
            source,
            source_port: random.client_port(),
            destination: to.address,
            destination_port: to.port,
            protocol: to.protocol,
            bytes_sent: random.log_normal(sent, spread) as u64,
            bytes_received: random.log_normal(received, spread) as u64,
        });
    }

    fn plant(
        &mut self,
        story: &'static str,
        kind: &'static str,
        source: IpAddr,
        to: Endpoint,
        expected: &'static str,
        note: &'static str,
    ) {
        self.planted.push(Planted {
            story,
            kind,
            source,
            destination: to.address,
            destination_port: to.port,
            expected,
            note,
        });
    }
}

/// Start times of a timer in seconds: sleep, call, sleep. `jitter` 0.1 is ±10 % on each sleep.
fn timer(random: &mut Random, from: f64, to: f64, period: f64, jitter: f64, missed: f64) -> Vec<f64> {
    let mut calls = Vec::new();
    let mut second = from;
    while second < to {
        if !random.chance(missed) {
            calls.push(second);
        }
        second += period * random.between(1.0 - jitter, 1.0 + jitter);
    }
    calls
}

/// Start times of a Poisson process in seconds.
fn poisson(random: &mut Random, from: f64, to: f64, mean_gap: f64) -> Vec<f64> {
    let mut events = Vec::new();
    let mut second = from + random.exponential(mean_gap);
    while second < to {
        events.push(second);
        second += random.exponential(mean_gap);
    }
    events
}

fn workstation(person: u64) -> IpAddr {
    Ipv4Addr::new(10, 20, 1 + (person % 4) as u8, 20 + person as u8).into()
}

fn workstation_v6(person: u64) -> IpAddr {
    let subnet = 0x2001 + (person % 4) as u16;
    Ipv6Addr::new(0x2001, 0xdb8, 0x20, subnet, 0, 0, 0, 0x20 + person as u16).into()
}

fn server(host: u8) -> IpAddr {
    Ipv4Addr::new(10, 20, 0, host).into()
}

/// 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24, the networks for documentation.
fn internet(network: u8, host: u8) -> IpAddr {
    match network {
        0 => Ipv4Addr::new(192, 0, 2, host),
        1 => Ipv4Addr::new(198, 51, 100, host),
        _ => Ipv4Addr::new(203, 0, 113, host),
    }
    .into()
}

/// A planted beacon.
struct Beacon {
    story: &'static str,
    source: IpAddr,
    to: Endpoint,
    size: Size,
    expected: &'static str,
    note: &'static str,
}

fn beacons(office: &mut Office) {
    let mut random = Random::named(SEED, "beacons");
    let r = &mut random;
    let clock = |hour: f64, minute: f64| hour * HOUR + minute * MINUTE;

    let calls = timer(r, clock(9.0, 12.0), clock(13.0, 52.0), 60.0, 0.10, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "https-60s",
            source: workstation(5),
            to: tcp(internet(2, 66), 443),
            size: Size(412.0, 288.0, 0.02),
            expected: "finding",
            note: "every 60 s ±10 % from 09:12 to 13:52",
        },
    );

    let calls = timer(r, clock(6.0, 40.0), clock(20.0, 10.0), 300.0, 0.20, 0.10);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "https-300s",
            source: workstation(14),
            to: tcp(internet(1, 140), 8443),
            size: Size(1240.0, 640.0, 0.05),
            expected: "finding",
            note: "every 300 s ±20 % from 06:40 to 20:10 with a tenth of the calls missed",
        },
    );

    let calls = timer(r, clock(10.0, 5.0), clock(16.0, 20.0), 640.0, 0.25, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "irc-bot",
            source: workstation(22),
            to: tcp(internet(0, 66), 6667),
            size: Size(190.0, 460.0, 0.15),
            expected: "finding",
            note: "IRC bot reconnecting every 640 s ±25 % from 10:05 to 16:20",
        },
    );

    let calls = timer(r, clock(8.0, 30.0), clock(18.0, 5.0), 600.0, 0.30, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "ipv6-600s",
            source: workstation_v6(9),
            to: tcp(Ipv6Addr::new(0x2001, 0xdb8, 0xbad, 0, 0, 0, 0, 0xc2).into(), 443),
            size: Size(530.0, 310.0, 0.03),
            expected: "finding",
            note: "every 600 s ±30 % from 08:30 to 18:05 over IPv6",
        },
    );

    // Each call opens three connections, to an endpoint that people browse too.
    let calls = timer(r, clock(8.0, 55.0), clock(17.0, 20.0), 900.0, 0.08, 0.05)
        .into_iter()
        .flat_map(|second| [second, second + 0.4, second + 1.1])
        .collect();
    place(
        office,
        r,
        calls,
        Beacon {
            story: "shared-cdn-900s",
            source: workstation(17),
            to: site(1),
            size: Size(760.0, 2100.0, 0.08),
            expected: "finding",
            note: "three connections every 900 s ±8 % in working hours to an address that people browse",
        },
    );

    let calls = timer(r, clock(2.0, 50.0), clock(20.0, 20.0), 3600.0, 0.03, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "hourly",
            source: workstation(11),
            to: tcp(internet(2, 201), 443),
            size: Size(350.0, 270.0, 0.02),
            expected: "near_miss:min_connections",
            note: "once an hour ±3 % from 02:50 to 20:20: too few calls for the rule",
        },
    );

    let calls = timer(r, clock(14.0, 3.0), clock(15.0, 57.0), 90.0, 0.15, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "two-hours",
            source: workstation(26),
            to: tcp(internet(1, 99), 80),
            size: Size(300.0, 520.0, 0.05),
            expected: "near_miss:min_hours",
            note: "every 90 s ±15 % from 14:03 to 15:57: two calendar hours only",
        },
    );

    let calls = timer(r, clock(11.0, 10.0), clock(16.0, 30.0), 1500.0, 0.20, 0.0);
    place(
        office,
        r,
        calls,
        Beacon {
            story: "shell-4444",
            source: workstation(3),
            to: tcp(internet(0, 204), 4444),
            size: Size(2400.0, 900.0, 0.60),
            expected: "near_miss:min_connections",
            note: "a reverse shell retried every 25 minutes ±20 % on port 4444: a listed port but too few calls",
        },
    );
}

fn place(office: &mut Office, random: &mut Random, calls: Vec<f64>, beacon: Beacon) {
    let Beacon { story, source, to, size, expected, note } = beacon;
    for second in calls {
        office.connect(random, second, source, to, size);
    }
    office.plant(story, "beacon", source, to, expected, note);
}

/// Benign periodic connections, which belong on an allow list.
fn services(office: &mut Office) {
    let mut random = Random::named(SEED, "services");
    let r = &mut random;

    for host in [10, 11] {
        let (source, to) = (server(host), udp(internet(2, 123), 123));
        let first = r.between(0.0, 1024.0);
        for second in timer(r, first, 24.0 * HOUR, 1024.0, 0.002, 0.0) {
            office.connect(r, second, source, to, Size(76.0, 76.0, 0.0));
        }
        office.plant("ntp", "service", source, to, "finding", "NTP client polling every 1024 s");
    }

    let (source, to) = (server(80), tcp(internet(2, 10), 443));
    for second in timer(r, 12.0, 24.0 * HOUR, 300.0, 0.004, 0.0) {
        office.connect(r, second, source, to, Size(690.0, 4200.0, 0.01));
    }
    office.plant(
        "uptime-probe",
        "service",
        source,
        to,
        "finding",
        "uptime probe of the public web site every 300 s",
    );

    let (source, to) = (server(12), tcp(internet(1, 10), 443));
    for second in timer(r, 8.0 * MINUTE, 24.0 * HOUR, HOUR, 0.02, 0.0) {
        office.connect(r, second, source, to, Size(1900.0, 9800.0, 0.30));
    }
    office.plant(
        "server-updates",
        "service",
        source,
        to,
        "finding",
        "a server asking for updates once an hour",
    );

    for person in [2, 13, 20] {
        let (source, to) = (workstation(person), tcp(internet(1, 25), 443));
        let day = Day::of(person);
        for second in timer(r, day.arrives, day.leaves, 950.0, 0.12, 0.02) {
            office.connect(r, second, source, to, Size(1500.0, 1700.0, 0.25));
        }
        office.plant(
            "chat-client",
            "service",
            source,
            to,
            "finding",
            "chat client reconnecting about every 16 minutes while the desk is in use",
        );
    }

    // Software updates: a few connections per day, far below the gates.
    for person in 0..PEOPLE {
        let day = Day::of(person);
        let first = day.arrives + r.between(0.0, HOUR);
        for second in timer(r, first, day.leaves, 4.0 * HOUR, 0.10, 0.0) {
            office.connect(
                r,
                second,
                workstation(person),
                tcp(internet(1, 10), 443),
                Size(2100.0, 64_000.0, 1.2),
            );
        }
    }
}

/// People who use one application all day: many connections, no timer.
fn busy_people(office: &mut Office) {
    let mut random = Random::named(SEED, "busy people");
    let r = &mut random;
    for (person, mean_gap) in [(7, 5.0 * MINUTE), (24, 9.0 * MINUTE)] {
        let (source, to) = (workstation(person), tcp(internet(1, 20), 443));
        for second in Day::of(person).moments(r, mean_gap) {
            for k in 0..1 + r.below(3) {
                let at = second + k as f64 * r.between(0.05, 6.0);
                office.connect(r, at, source, to, Size(3200.0, 24_000.0, 1.0));
            }
        }
        office.plant(
            "crm-user",
            "person",
            source,
            to,
            "finding",
            "a person working in a web application all day",
        );
    }
}

/// Working hours of a person, the same for all parts of the data.
struct Day {
    arrives: f64,
    lunch: f64,
    leaves: f64,
}

impl Day {
    fn of(person: u64) -> Self {
        let mut random = Random::named(SEED ^ person, "day");
        Self {
            arrives: random.between(7.3, 9.4) * HOUR,
            lunch: random.between(11.7, 12.8) * HOUR,
            leaves: random.between(16.2, 18.6) * HOUR,
        }
    }

    /// Times of activity, few of them in the lunch break.
    fn moments(&self, random: &mut Random, mean_gap: f64) -> Vec<f64> {
        let lunch = self.lunch..self.lunch + 40.0 * MINUTE;
        let mut moments = poisson(random, self.arrives, self.leaves, mean_gap);
        moments.retain(|second| !lunch.contains(second) || random.chance(0.15));
        moments
    }
}

const SITES: u64 = 70;

/// Sites by popularity: hosts 150 to 173 of each network, used by nothing else here.
fn site(rank: u64) -> Endpoint {
    let network = (rank % 3) as u8;
    let host = 150 + (rank / 3) as u8;
    let port = if rank % 17 == 16 { 80 } else { 443 };
    tcp(internet(network, host), port)
}

fn site_v6(rank: u64) -> Endpoint {
    tcp(Ipv6Addr::new(0x2001, 0xdb8, 0x443, rank as u16, 0, 0, 0, 1).into(), 443)
}

fn browsing(office: &mut Office) {
    let mut random = Random::named(SEED, "browsing");
    let r = &mut random;
    for person in 0..PEOPLE {
        let has_v6 = person % 4 == 1;
        for second in Day::of(person).moments(r, 15.0 * MINUTE) {
            if r.chance(0.5) {
                look_up(office, r, second - 0.08, workstation(person));
            }
            let rank = r.power_law(SITES, 1.9);
            let (source, mut to) = if has_v6 && r.chance(0.35) {
                (workstation_v6(person), site_v6(rank))
            } else {
                (workstation(person), site(rank))
            };
            if to.port == 443 && r.chance(0.15) {
                to.protocol = "UDP"; // QUIC
            }
            let connections = 1 + r.exponential(1.3) as u64;
            for k in 0..connections {
                let at = second + k as f64 * r.between(0.02, 2.5);
                office.connect(r, at, source, to, Size(1800.0, 18_000.0, 1.3));
            }
        }
    }
    // Traffic of idle machines at night.
    for second in poisson(r, 0.0, 24.0 * HOUR, 12.0 * MINUTE) {
        look_up(office, r, second, server(12));
    }
    for upstream in UPSTREAM {
        let to = udp(internet(upstream, 53), 53);
        office.plant(
            "dns-forwarder",
            "service",
            server(53),
            to,
            "finding",
            "the resolver asking upstream whenever somebody asks it: no timer",
        );
    }
}

/// The networks of the upstream resolvers, the preferred one first.
const UPSTREAM: [u8; 2] = [0, 1];

/// A DNS query to the resolver of the office, which forwards what it has not cached.
fn look_up(office: &mut Office, random: &mut Random, second: f64, source: IpAddr) {
    let resolver = server(53);
    office.connect(random, second, source, udp(resolver, 53), Size(68.0, 180.0, 0.35));
    if random.chance(0.45) {
        let upstream = UPSTREAM[usize::from(random.chance(0.3))];
        let to = udp(internet(upstream, 53), 53);
        office.connect(random, second + 0.01, resolver, to, Size(74.0, 210.0, 0.40));
    }
}

fn internal_servers(office: &mut Office) {
    let mut random = Random::named(SEED, "internal servers");
    let r = &mut random;
    let (files, printer, controller, backup) =
        (tcp(server(20), 445), tcp(server(30), 9100), tcp(server(10), 88), tcp(server(40), 22));
    for person in 0..PEOPLE {
        let day = Day::of(person);
        office.connect(r, day.arrives - 20.0, workstation(person), controller, Size(2300.0, 2600.0, 0.2));
        for second in day.moments(r, 40.0 * MINUTE) {
            office.connect(r, second, workstation(person), files, Size(9000.0, 90_000.0, 1.5));
        }
        for second in day.moments(r, 5.0 * HOUR) {
            office.connect(r, second, workstation(person), printer, Size(240_000.0, 900.0, 0.9));
        }
    }
    for second in timer(r, 20.0 * MINUTE, 6.0 * HOUR, 20.0 * MINUTE, 0.01, 0.0) {
        office.connect(r, second, server(20), backup, Size(8_000_000.0, 14_000.0, 0.7));
    }
}

fn mail(office: &mut Office) {
    let mut random = Random::named(SEED, "mail");
    let r = &mut random;
    let server_address = server(25);
    for person in 0..PEOPLE {
        for second in Day::of(person).moments(r, 50.0 * MINUTE) {
            office.connect(
                r,
                second,
                workstation(person),
                tcp(server_address, 993),
                Size(1400.0, 12_000.0, 1.1),
            );
        }
    }
    let relay = tcp(internet(0, 25), 25);
    for second in poisson(r, 7.5 * HOUR, 18.5 * HOUR, 14.0 * MINUTE) {
        office.connect(r, second, server_address, relay, Size(14_000.0, 700.0, 1.2));
    }
    office.plant(
        "mail-relay",
        "service",
        server_address,
        relay,
        "finding",
        "outgoing mail by a relay: many connections but no timer",
    );
    for second in poisson(r, 0.0, 24.0 * HOUR, 25.0 * MINUTE) {
        let sender = internet(1, 120 + r.below(12) as u8);
        office.connect(r, second, sender, tcp(server_address, 25), Size(22_000.0, 800.0, 1.2));
    }
}

/// Video calls: few, long, heavy, over UDP.
fn calls(office: &mut Office) {
    let mut random = Random::named(SEED, "calls");
    let r = &mut random;
    for person in (0..PEOPLE).step_by(3) {
        for second in Day::of(person).moments(r, 4.0 * HOUR) {
            office.connect(
                r,
                second,
                workstation(person),
                udp(internet(2, 60), 3478),
                Size(40_000_000.0, 60_000_000.0, 0.8),
            );
        }
    }
}
