//! Longest-prefix match.

use std::net::IpAddr;

use ipnet::IpNet;

use super::networks::canonical;

/// No network.
const NONE: u32 = u32::MAX;

/// Longest-prefix match over networks of canonical addresses.
///
/// The networks are cut into ranges that do not overlap, each with the most specific network that contains
/// it. A look-up is a binary search. For IPv4 a table of the first bits narrows it beforehand, so that it
/// takes as long with many networks as with few.
#[derive(Debug, Default)]
pub(crate) struct PrefixTable {
    v4: Ranges<u32>,
    /// For each value of the first bits, the position of the first IPv4 range that starts there.
    first_bits: Vec<u32>,
    /// How far an IPv4 address is shifted to leave the first bits.
    shift: u32,
    v6: Ranges<u128>,
    /// The number of each given network and its position, by number. Equal networks share a number.
    numbers: Vec<(u32, u32)>,
    /// By number: the next wider network that contains this one.
    wider: Vec<u32>,
}

/// The starts of ranges, and the number of the network that owns each.
#[derive(Debug, Default)]
struct Ranges<T> {
    starts: Vec<T>,
    owners: Vec<u32>,
}

impl<T: Ord + Copy> Ranges<T> {
    /// The owner of the range that contains a value; the range is among `from..to`, or just before them.
    #[inline(always)]
    fn owner(&self, value: T, from: usize, to: usize) -> u32 {
        let after = if from == to { 0 } else { self.starts_up_to(value, from, to) };
        (from + after).checked_sub(1).and_then(|at| self.owners.get(at).copied()).unwrap_or(NONE)
    }

    #[inline(never)]
    fn starts_up_to(&self, value: T, from: usize, to: usize) -> usize {
        self.starts.get(from..to).unwrap_or_default().partition_point(|start| *start <= value)
    }
}

impl PrefixTable {
    pub fn new(networks: &[IpNet]) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (given, network) in (0_u64..).zip(networks) {
            // When sorted, wider networks come before those inside them.
            let (into, start, prefix) = match canonical(network) {
                IpNet::V4(net) => (&mut v4, u128::from(net.network().to_bits()), net.prefix_len()),
                IpNet::V6(net) => (&mut v6, net.network().to_bits(), net.prefix_len()),
            };
            into.push((start, u64::from(prefix) << 32 | given));
        }
        let mut set = PrefixTable::default();
        let ranges = set.cut(v4, 32);
        set.v4.starts = ranges.starts.iter().map(|start| *start as u32).collect();
        set.v4.owners = ranges.owners;
        set.index_first_bits();
        set.v6 = set.cut(v6, 128);
        set
    }

    /// Cuts networks into ranges and numbers them. A network is its first address, and its prefix length and
    /// position in one number.
    fn cut(&mut self, mut networks: Vec<(u128, u64)>, width: u32) -> Ranges<u128> {
        networks.sort_unstable();
        let all = u128::MAX >> (128 - width);
        let mut ranges = Ranges::<u128>::default();
        let mut open: Vec<Open> = Vec::new();
        for &(start, packed) in &networks {
            let prefix = (packed >> 32) as u32;
            let end = start | all.checked_shr(prefix).unwrap_or(0) & all;
            close(&mut open, Some(start), all, &mut ranges);
            let number = match open.last() {
                // The same network as before.
                Some(same) if same.start == start && same.end == end => same.number,
                _ => {
                    let number = self.wider.len() as u32;
                    self.wider.push(open.last().map_or(NONE, |wider| wider.number));
                    open.push(Open { start, end, number });
                    ranges.begin(start, number);
                    number
                }
            };
            self.numbers.push((number, packed as u32));
        }
        close(&mut open, None, all, &mut ranges);
        ranges
    }

    fn index_first_bits(&mut self) {
        // About one range for each value of the bits at most; most values have none.
        let bits = self.v4.starts.len().max(1).ilog2().clamp(12, 16);
        self.shift = 32 - bits;
        for (position, start) in self.v4.starts.iter().enumerate() {
            let value = start.checked_shr(self.shift).unwrap_or(0) as usize;
            if value >= self.first_bits.len() {
                self.first_bits.resize(value + 1, position as u32);
            }
        }
        self.first_bits.resize((1 << bits) + 1, self.v4.starts.len() as u32);
    }

    /// Whether a network contains a canonical address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.longest_match(address).is_some()
    }

    /// The number of the most specific network that contains a canonical address.
    pub fn longest_match(&self, address: IpAddr) -> Option<u32> {
        let number = match address {
            IpAddr::V4(v4) => self.owner_v4(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.owner(v6.to_bits(), 0, self.v6.starts.len()),
        };
        (number != NONE).then_some(number)
    }

    #[inline(always)]
    fn owner_v4(&self, value: u32) -> u32 {
        let bits = value.checked_shr(self.shift).unwrap_or(0) as usize;
        match self.first_bits.get(bits..bits + 2) {
            Some(&[from, to]) => self.v4.owner(value, from as usize, to as usize),
            _ => NONE,
        }
    }

    /// Whether a network contains an IPv4 address, given as a number.
    #[inline(always)]
    pub fn contains_v4(&self, bits: u32) -> bool {
        self.owner_v4(bits) != NONE
    }

    /// The numbers of all networks that contain a canonical address, the most specific first.
    pub fn matches(&self, address: IpAddr) -> impl Iterator<Item = u32> {
        let wider = |number: &u32| self.wider.get(*number as usize).copied().filter(|wider| *wider != NONE);
        std::iter::successors(self.longest_match(address), wider)
    }

    /// The numbers of the given networks in ascending order, each with the network's position.
    pub fn numbers(&self) -> &[(u32, u32)] {
        &self.numbers
    }
}

impl Ranges<u128> {
    fn begin(&mut self, start: u128, owner: u32) {
        if self.starts.last() == Some(&start) {
            // The range before would be empty.
            self.starts.pop();
            self.owners.pop();
        }
        self.starts.push(start);
        self.owners.push(owner);
    }
}

/// A network that contains the address up to which the ranges are cut.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: u128,
    end: u128,
    number: u32,
}

/// Closes the networks that end before `start`, or all without a start. The range after a closed network belongs
/// to the network around it. The most specific open network is the last.
fn close(open: &mut Vec<Open>, start: Option<u128>, all: u128, ranges: &mut Ranges<u128>) {
    while let Some(ended) = open.pop_if(|last| start.is_none_or(|start| last.end < start)) {
        if ended.end < all {
            ranges.begin(ended.end + 1, open.last().map_or(NONE, |around| around.number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        let nets: Vec<IpNet> = texts.iter().filter_map(|t| t.parse().ok()).collect();
        assert_eq!(nets.len(), texts.len());
        nets
    }

    fn networks(texts: &[&str]) -> PrefixTable {
        PrefixTable::new(&nets(texts))
    }

    fn has(set: &PrefixTable, text: &str) -> bool {
        text.parse::<IpAddr>().is_ok_and(|address| set.contains(address.to_canonical()))
    }

    #[test]
    fn contains_the_network_and_not_its_neighbours() {
        let set = networks(&["172.16.0.0/12", "::1/128", "2001:db8::/33"]);
        for inside in ["172.16.0.0", "172.31.255.255", "::1", "2001:db8::", "2001:db8:7fff:ffff::"] {
            assert!(has(&set, inside), "{inside}");
        }
        for outside in ["172.15.255.255", "172.32.0.0", "::", "::2", "2001:db8:8000::", "0.0.0.1"] {
            assert!(!has(&set, outside), "{outside}");
        }
    }

    #[test]
    fn mapped_networks_are_ipv4_networks() {
        let set = networks(&["::ffff:198.51.100.0/120", "198.51.100.0/25", "198.51.100.7/32"]);
        assert!(has(&set, "198.51.100.255"));
        assert!(has(&set, "::ffff:198.51.100.1"));
        assert!(!has(&set, "198.51.101.0"));
        assert!(has(&networks(&["::/80"]), "::5"));
        assert!(!has(&networks(&["::/80"]), "::ffff:192.0.2.1"));
    }

    #[test]
    fn everything_and_nothing() {
        assert!(has(&networks(&["0.0.0.0/0"]), "255.255.255.255"));
        assert!(!has(&networks(&["0.0.0.0/0"]), "::1"));
        assert!(has(&networks(&["::/0"]), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assert!(!has(&networks(&[]), "10.0.0.1"));
    }

    #[test]
    fn the_most_specific_network_comes_first() {
        let texts = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "10.1.0.0/16", "10.1.2.0/25"];
        let set = networks(&texts);
        let found = |address: &str| -> Vec<usize> {
            let Ok(address) = address.parse() else { panic!("{address}") };
            let position = |number: u32| {
                set.numbers().iter().find(|numbered| numbered.0 == number).map(|found| found.1 as usize)
            };
            set.matches(address).filter_map(position).collect()
        };
        assert_eq!(found("10.1.2.3"), [3, 5, 2, 1, 0]);
        assert_eq!(found("10.1.2.128"), [2, 1, 0]);
        assert_eq!(found("10.1.3.0"), [1, 0]);
        assert_eq!(found("10.2.0.0"), [0]);
        assert_eq!(found("11.0.0.0"), [0; 0]);
        assert_eq!(set.numbers(), [(0, 0), (1, 1), (1, 4), (2, 2), (3, 5), (4, 3)]);
    }
}
