//! Rules that are ready to use.

use super::{Gates, PRIVATE_NETWORKS, Rule, parsed, profile_unknown};
use crate::error::Error;

impl Rule {
    /// The names of the ready-made rules.
    pub const PROFILES: [&str; 2] = ["default", "lab"];

    /// A ready-made rule.
    ///
    /// - `default`: [`Rule::default`].
    /// - `lab`: for one's own test of the detection, which runs for minutes on one machine: loopback
    ///   addresses count, one calendar hour is enough, and so is one connection on a listed C2 port.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for another name.
    ///
    /// ```
    /// let lab = beaconlens::Rule::profile("lab")?;
    /// assert_eq!(lab.gates.min_connections_c2_port, Some(1));
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    pub fn profile(name: &str) -> Result<Rule, Error> {
        match name {
            "default" => Ok(Rule::default()),
            "lab" => Ok(Rule {
                name: "T1584.005 lab".to_owned(),
                gates: Gates { min_hours: 1, min_connections_c2_port: Some(1), ..Gates::default() },
                excluded_destinations: parsed(PRIVATE_NETWORKS.iter().filter(|net| !is_loopback(net))),
                ..Rule::default()
            }),
            _ => Err(profile_unknown(name)),
        }
    }
}

fn is_loopback(network: &str) -> bool {
    network == "127.0.0.0/8" || network == "::1/128"
}
