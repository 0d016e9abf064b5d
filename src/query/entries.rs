//! The entries of a list, grouped by the condition that they become.

use ipnet::IpNet;

use crate::rule::{ListEntry, Subject};

/// A list's entries, by port.
#[derive(Debug, Default)]
pub(super) struct EntriesByPort {
    /// In order of the first entry for each port.
    pub by_port: Vec<PortEntries>,
    /// The number of host names.
    pub names: usize,
}

/// The entries for one port, or for all ports.
#[derive(Debug, Default)]
pub(super) struct PortEntries {
    pub port: Option<u16>,
    pub addresses: Vec<String>,
    /// Networks of more than one address.
    pub networks: Vec<IpNet>,
    /// Full host names.
    pub hosts: Vec<String>,
    /// Names whose subdomains are meant, with a dot before them.
    pub subdomains: Vec<String>,
}

impl EntriesByPort {
    pub fn new(entries: &[ListEntry]) -> Self {
        let mut grouped = EntriesByPort::default();
        for entry in entries {
            let port = entry.port();
            let at = match grouped.by_port.iter().position(|on_port| on_port.port == port) {
                Some(at) => at,
                None => {
                    grouped.by_port.push(PortEntries { port, ..PortEntries::default() });
                    grouped.by_port.len() - 1
                }
            };
            let Some(on_port) = grouped.by_port.get_mut(at) else { continue };
            match entry.subject() {
                Subject::Network(net) if net.prefix_len() == net.max_prefix_len() => {
                    on_port.addresses.push(net.addr().to_string());
                }
                Subject::Network(net) => on_port.networks.push(*net),
                Subject::Host(name) => {
                    grouped.names += 1;
                    let names =
                        if name.starts_with('.') { &mut on_port.subdomains } else { &mut on_port.hosts };
                    names.push((**name).to_owned());
                }
            }
        }
        grouped
    }

    /// Whether a list of addresses in the product can have the same content.
    pub fn only_addresses(&self) -> bool {
        matches!(self.by_port.as_slice(),
            [all] if all.port.is_none() && all.networks.is_empty() && self.names == 0)
    }
}
