//! Reference sets and threat lists: look-ups compared with a linear search through all entries, and published
//! lists.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "only its random numbers are needed here")]
mod flows;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use beaconlens::rule::PairSide;
use beaconlens::{CompiledLists, Destination, ReferenceSet, Rule, ThreatList};
use flows::Random;
use serde_json::{Value, json};

// ---------------------------------------------------------------------------------- linear search

/// An entry, parsed without the crate.
#[derive(Debug, Clone)]
struct Plain {
    what: What,
    port: Option<u16>,
}

#[derive(Debug, Clone)]
enum What {
    Network(IpAddr, u32),
    Name(String),
    Subdomains(String),
}

impl Plain {
    fn text(&self) -> String {
        let what = match &self.what {
            What::Network(IpAddr::V6(address), _) if self.port.is_some() => format!("[{address}]"),
            What::Network(address, bits) => format!("{address}/{bits}"),
            What::Name(name) => name.clone(),
            What::Subdomains(name) => format!("*.{name}"),
        };
        match (&self.what, self.port) {
            (What::Network(IpAddr::V4(address), _), Some(port)) => format!("{address}:{port}"),
            (_, Some(port)) => format!("{what}:{port}"),
            (_, None) => what,
        }
    }

    /// The specificity of the match; `None`: no match.
    fn matches(&self, address: Option<IpAddr>, host: Option<&str>, port: Option<u16>) -> Option<(u32, bool)> {
        if self.port.is_some() && self.port != port {
            return None;
        }
        let length = match &self.what {
            What::Network(network, bits) => {
                address.filter(|address| same_bits(*network, *address, *bits)).map(|_| *bits)
            }
            What::Name(name) => host.filter(|host| *host == name.as_str()).map(|_| 1000),
            What::Subdomains(name) => {
                host.filter(|host| host.ends_with(&format!(".{name}"))).map(|_| name.len() as u32)
            }
        };
        length.map(|length| (length, self.port.is_some()))
    }
}

/// Compares bit by bit.
fn same_bits(network: IpAddr, address: IpAddr, bits: u32) -> bool {
    let bit = |octets: &[u8], at: u32| octets[at as usize / 8] >> (7 - at % 8) & 1;
    match (network, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (0..bits).all(|at| bit(&a.octets(), at) == bit(&b.octets(), at)),
        (IpAddr::V6(a), IpAddr::V6(b)) => (0..bits).all(|at| bit(&a.octets(), at) == bit(&b.octets(), at)),
        _ => false,
    }
}

/// The best match: the most specific, then those with a port, then the first.
fn best(entries: &[Plain], destination: &Destination, port: Option<u16>) -> Option<usize> {
    let (address, host) = match destination {
        Destination::Address(address) => (Some(*address), None),
        Destination::Name(name) => (None, Some(&**name)),
    };
    let mut found: Option<(usize, (u32, bool))> = None;
    for (at, entry) in entries.iter().enumerate() {
        let Some(how) = entry.matches(address, host, port) else { continue };
        if found.is_none_or(|(_, before)| how > before) {
            found = Some((at, how));
        }
    }
    found.map(|(at, _)| at)
}

// ------------------------------------------------------------------------------------------ random

fn random_address(random: &mut Random) -> IpAddr {
    // From a small range, so that networks nest and touch.
    let low = random.next() & random.next();
    match random.below(4) {
        0 => {
            let high =
                random.pick(&[0x2001_0db8_u128 << 96, 0x2001_0db8_0001_u128 << 80, 0, u128::MAX << 16]);
            IpAddr::V6((high | u128::from(low & 0xFFFF)).into()).to_canonical()
        }
        1 => IpAddr::V4(random.pick(&[Ipv4Addr::BROADCAST, Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST])),
        _ => IpAddr::V4(Ipv4Addr::from_bits(random.pick(&[0x0A00_0000, 0xC633_6400]) | (low as u32 & 0x3FF))),
    }
}

fn random_name(random: &mut Random) -> String {
    let labels = ["a", "b", "cc", "example", "net", "x-y", "_z"];
    let count = random.between(2, 4);
    let mut name: Vec<&str> = (1..count).map(|_| random.pick(&labels)).collect();
    name.push(random.pick(&["net", "com"]));
    name.join(".")
}

fn random_entry(random: &mut Random, ports: bool) -> Plain {
    let what = match random.below(6) {
        0 => What::Name(random_name(random)),
        1 => What::Subdomains(random_name(random)),
        _ => {
            let address = random_address(random);
            let whole = if address.is_ipv4() { 32 } else { 128 };
            let bits = random.pick(&[whole, whole, whole - 1, whole - 4, whole - 7, whole / 4, 1, 0]);
            // The text is the first address of the network.
            let address = match address {
                IpAddr::V4(a) => {
                    IpAddr::V4((a.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or(0)).into())
                }
                IpAddr::V6(a) => {
                    IpAddr::V6((a.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or(0)).into())
                }
            };
            What::Network(address, bits)
        }
    };
    let single =
        !matches!(what, What::Network(address, bits) if bits < if address.is_ipv4() { 32 } else { 128 });
    let port = (ports && single && random.one_in(2)).then(|| random.pick(&[80, 443, 6667]));
    Plain { what, port }
}

fn random_entries(random: &mut Random, ports: bool) -> Vec<Plain> {
    let count = random.pick(&[0, 1, 2, 5, 20, 100, 300]);
    let mut entries: Vec<Plain> = (0..count).map(|_| random_entry(random, ports)).collect();
    if count > 1 {
        let again = random.pick(&entries);
        entries.push(again);
    }
    entries
}

fn texts(entries: &[Plain]) -> Vec<String> {
    entries.iter().map(Plain::text).collect()
}

#[test]
fn look_ups_find_what_a_linear_search_finds() {
    let (mut looked_up, mut suppressed, mut listed) = (0, 0, 0);
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let sets: Vec<_> = (0..random.below(4)).map(|_| random_entries(&mut random, false)).collect();
        let sides: Vec<&str> =
            sets.iter().map(|_| random.pick(&["source", "destination", "either"])).collect();
        let ports: Vec<Vec<u16>> =
            sets.iter().map(|_| random.pick(&[vec![], vec![], vec![443], vec![80, 6667]])).collect();
        let lists: Vec<_> = (0..random.below(3)).map(|_| random_entries(&mut random, true)).collect();
        let document = json!({
            "reference_sets": sets.iter().enumerate().map(|(at, entries)| json!({
                "name": format!("set {at}"), "applies_to": sides[at], "ports": ports[at], "entries": texts(entries),
            })).collect::<Vec<Value>>(),
            "threat_lists": lists.iter().enumerate().map(|(at, entries)| json!({
                "name": format!("list {at}"), "entries": texts(entries),
            })).collect::<Vec<Value>>(),
        });
        let rule = Rule::from_json(&document.to_string()).unwrap();
        assert_eq!(Rule::from_json(&rule.to_json()).unwrap(), rule, "seed {seed}");
        let compiled = CompiledLists::new(&rule);
        for _ in 0..200 {
            let source = random_address(&mut random);
            let destination = match random.below(2) {
                0 => Destination::from(random_address(&mut random)),
                _ => Destination::from(random_name(&mut random).as_str()),
            };
            let port = random.pick(&[Some(80), Some(443), Some(6667), Some(22), None]);
            let what = format!("seed {seed}: {source} {destination:?} {port:?}\n{document}");
            let met = sets.iter().enumerate().filter_map(|(at, entries)| {
                let is_on_port = ports[at].is_empty() || port.is_some_and(|port| ports[at].contains(&port));
                let is_name = matches!(destination, Destination::Name(_)) && port.is_none();
                let of = |side, end: &Destination| best(entries, end, None).map(|entry| (at, side, entry));
                let of_source =
                    of(PairSide::Source, &source.into()).filter(|_| is_on_port && sides[at] != "destination");
                let of_destination = of(PairSide::Destination, &destination)
                    .filter(|_| (is_on_port || is_name) && sides[at] != "source");
                of_source.or(of_destination)
            });
            let expected: Vec<(usize, PairSide, usize)> = met.collect();
            let found: Vec<_> = compiled
                .sets_with(source, Some(&destination), port)
                .map(|hit| (hit.set, hit.side, hit.entry))
                .collect();
            assert_eq!(found, expected, "{what}");
            let first = compiled.suppressed_by(source, Some(&destination), port);
            assert_eq!(first.map(|hit| hit.set), expected.first().map(|hit| hit.0), "{what}");
            let listed_by = lists.iter().enumerate();
            let listed_by =
                listed_by.filter_map(|(at, entries)| Some((at, best(entries, &destination, port)?)));
            let expected_threats: Vec<(usize, usize)> = listed_by.collect();
            let threats: Vec<_> =
                compiled.threats_with(&destination, port).map(|hit| (hit.list, hit.entry)).collect();
            assert_eq!(threats, expected_threats, "{what}");
            looked_up += 1;
            suppressed += usize::from(first.is_some());
            listed += usize::from(!threats.is_empty());
        }
    }
    // Without a single destination, only the source can be in a set.
    let rule = Rule::from_json(
        r#"{"reference_sets": [{"name": "s", "applies_to": "either", "ports": [445], "entries": ["::/0", "10.0.0.5"]}]}"#,
    );
    let compiled = CompiledLists::new(&rule.unwrap());
    let source = |text: &str| text.parse::<IpAddr>().unwrap();
    assert!(compiled.suppressed_by(source("10.0.0.5"), None, Some(445)).is_some());
    assert!(compiled.suppressed_by(source("10.0.0.5"), None, None).is_none());
    assert!(compiled.suppressed_by(source("10.0.0.6"), None, Some(445)).is_none());
    // The comparison only means something if both results are common.
    for share in [suppressed, listed] {
        assert!(share * 5 > looked_up && share * 10 < looked_up * 9, "{share} of {looked_up}");
    }
}

#[test]
fn a_large_set_is_built_and_searched_correctly() {
    let mut random = Random::new(7);
    let networks: Vec<(u32, u32)> = (0..100_000)
        .map(|_| {
            let bits = random.pick(&[32, 32, 24, 28, 20]);
            (random.next() as u32 & (u32::MAX << (32 - bits)), bits)
        })
        .collect();
    let text: String =
        networks.iter().map(|(first, bits)| format!("{}/{bits}\n", Ipv4Addr::from_bits(*first))).collect();
    let set = ReferenceSet::from_list("large", &text, None).unwrap();
    let rule = Rule::new().with_reference_sets([set]).unwrap();
    let compiled = CompiledLists::new(&rule);
    let nowhere = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    for _ in 0..300 {
        let address = match random.below(2) {
            0 => random.next() as u32,
            _ => random.pick(&networks).0.wrapping_add(random.pick(&[0, 1, 15, 16, u32::MAX])),
        };
        let holding = networks.iter().filter(|(first, bits)| (first ^ address).leading_zeros() >= *bits);
        let expected = holding.map(|(_, bits)| *bits).max();
        let destination = Destination::Address(Ipv4Addr::from_bits(address).into());
        let hit = compiled.suppressed_by(nowhere, Some(&destination), Some(1));
        assert_eq!(hit.map(|hit| networks[hit.entry].1), expected, "{address:x}");
    }
}

// ------------------------------------------------------------------------------------------ by hand

fn address_hit(rule: &Rule, address: &str, port: u16) -> Option<String> {
    hit_of(rule, &Destination::from(address.parse::<IpAddr>().unwrap()), port)
}

fn hit_of(rule: &Rule, destination: &Destination, port: u16) -> Option<String> {
    let hit = CompiledLists::new(rule).threat(destination, Some(port))?;
    let list = &rule.threat_lists()[hit.list];
    let entry = &list.entries()[hit.entry];
    Some(format!("{}, line {}: {entry}", list.name(), entry.line()))
}

#[test]
fn a_wildcard_matches_subdomains_and_not_the_name_itself() {
    let rule = Rule::from_json(
        r#"{"threat_lists": [{"name": "names", "entries": ["*.example.com", "example.net", "*.b.example.com:443"]}]}"#,
    )
    .unwrap();
    let hit = |host: &str| hit_of(&rule, &Destination::from(host), 443);
    assert_eq!(hit("www.example.com").as_deref(), Some("names, line 1: *.example.com"));
    assert_eq!(hit("A.B.Example.COM.").as_deref(), Some("names, line 3: *.b.example.com:443"));
    assert_eq!(hit("example.net").as_deref(), Some("names, line 2: example.net"));
    for other in ["example.com", "badexample.com", "www.example.net", "com", "", "."] {
        assert_eq!(hit(other), None, "{other}");
    }
}

#[test]
fn a_port_of_a_threat_list_is_matched_and_a_wider_network_still_counts() {
    let rule = Rule::from_json(
        r#"{"threat_lists": [{"name": "c2", "entries":
            ["203.0.113.0/24", "203.0.113.9:443", "203.0.113.9:8443", "[2001:db8::9]:443"]}]}"#,
    )
    .unwrap();
    let hit = |address: &str, port| address_hit(&rule, address, port);
    assert_eq!(hit("203.0.113.9", 443).as_deref(), Some("c2, line 2: 203.0.113.9:443"));
    assert_eq!(hit("::ffff:203.0.113.9", 8443).as_deref(), Some("c2, line 3: 203.0.113.9:8443"));
    assert_eq!(hit("203.0.113.9", 80).as_deref(), Some("c2, line 1: 203.0.113.0/24"));
    assert_eq!(hit("2001:db8::9", 443).as_deref(), Some("c2, line 4: [2001:db8::9]:443"));
    assert_eq!(hit("2001:db8::9", 80), None);
}

// ------------------------------------------------------------------------------------- published lists

/// A published list of the shared data, if present.
fn published(file: &str) -> Option<String> {
    let shared = std::env::var_os("BEACONLENS_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let text = std::fs::read_to_string(shared.join("data/ti-feeds").join(file)).ok();
    if text.is_none() {
        println!("skipped: ../shared/data/ti-feeds/{file} is not here");
    }
    text
}

#[test]
fn feodo_tracker_is_read_as_published() {
    let Some(text) = published("feodotracker_ipblocklist.csv") else { return };
    let (list, skipped) = ThreatList::from_list("feodo", &text, None).unwrap();
    assert_eq!((list.entries().len(), skipped.lines), (28, 0));
    let rule = Rule::new().with_threat_lists([list]).unwrap();
    let hit = address_hit(&rule, "192.9.135.73", 1194);
    assert_eq!(hit.as_deref(), Some("feodo, line 10: 192.9.135.73:1194 # Pikabot"));
    assert_eq!(address_hit(&rule, "192.9.135.73", 443), None);
}

#[test]
fn other_published_lists_are_read_and_skipped_lines_are_counted() {
    // The numbers of lines without a comment are those in PROVENANCE.txt of the files.
    for (file, rows, most_skipped) in [
        ("c2tracker_all.txt", 2347, 0),
        ("maltrail_netsupport.txt", 4984, 60),
        ("maltrail_njrat.txt", 12320, 60),
        ("maltrail_remcos.txt", 17668, 400),
    ] {
        let Some(text) = published(file) else { continue };
        let (list, skipped) = ThreatList::from_list(file, &text, None).unwrap();
        assert_eq!(list.entries().len() + skipped.lines as usize, rows, "{file}: {:?}", skipped.first);
        assert!(skipped.lines <= most_skipped, "{file}: {} {:?}", skipped.lines, skipped.first);
        for entry in list.entries().iter().step_by(97) {
            let line = text.lines().nth(entry.line() as usize - 1).unwrap();
            let subject = entry.to_string().replace("*.", "");
            assert!(line.to_lowercase().contains(&subject), "{file}, line {}: {entry}", entry.line());
        }
    }
    let Some(text) = published("maltrail_remcos.txt") else { return };
    let (list, _) = ThreatList::from_list("remcos", &text, None).unwrap();
    let rule = Rule::new().with_threat_lists([list]).unwrap();
    assert!(address_hit(&rule, "66.63.168.35", 5888).is_some(), "known from a capture of this malware");
}
