//! The entries of a list, by the kind of condition they make.

use ipnet::IpNet;

use crate::rule::{ListEntry, Subject};
use crate::text::numerals::address_text;

/// A list's entries, by port.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// In the order in which the ports come up.
    pub by_port: Vec<OfPort>,
    /// How many are host names.
    pub names: usize,
}

/// The entries about one port, or about all.
#[derive(Debug, Default)]
pub(super) struct OfPort {
    pub port: Option<u16>,
    pub addresses: Vec<String>,
    /// Networks of more than one address.
    pub networks: Vec<IpNet>,
    /// Whole names.
    pub hosts: Vec<String>,
    /// Ends of names, with the dot before.
    pub subdomains: Vec<String>,
}

impl Sorted {
    pub fn new(entries: &[ListEntry]) -> Self {
        let mut sorted = Sorted::default();
        for entry in entries {
            let port = entry.port();
            let at = match sorted.by_port.iter().position(|of_port| of_port.port == port) {
                Some(at) => at,
                None => {
                    sorted.by_port.push(OfPort { port, ..OfPort::default() });
                    sorted.by_port.len() - 1
                }
            };
            let Some(of_port) = sorted.by_port.get_mut(at) else { continue };
            match entry.subject() {
                Subject::Network(net) if net.prefix_len() == net.max_prefix_len() => {
                    of_port.addresses.push(address_text(net.addr()));
                }
                Subject::Network(net) => of_port.networks.push(*net),
                Subject::Host(name) => {
                    sorted.names += 1;
                    let names =
                        if name.starts_with('.') { &mut of_port.subdomains } else { &mut of_port.hosts };
                    names.push((**name).to_owned());
                }
            }
        }
        sorted
    }

    /// Whether a product's own list of addresses can stand for it.
    pub fn only_addresses(&self) -> bool {
        matches!(self.by_port.as_slice(),
            [all] if all.port.is_none() && all.networks.is_empty() && self.names == 0)
    }
}
