//! Rules that are ready to use.

use super::{Rule, profile_unknown};
use crate::model::error::Error;

impl Rule {
    /// The names of the ready-made rules.
    pub const PROFILES: [&str; 2] = ["default", "lab"];

    /// A ready-made rule.
    ///
    /// - `default`: [`Rule::default`].
    /// - `lab`: for one's own test of the detection, which runs for minutes on one machine: loopback
    ///   addresses count, one calendar hour is enough, and so are one connection on a listed C2 port and half as
    ///   many generated names.
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
        let mut rule = Rule::default();
        match name {
            "default" => {}
            "lab" => {
                rule.name.push_str(" lab");
                rule.gates.min_hours = 1;
                rule.gates.min_connections_c2_port = Some(1);
                rule.excluded_destinations.retain(|network| !network.addr().is_loopback());
                rule.hunts.lab();
            }
            _ => return Err(profile_unknown(name)),
        }
        Ok(rule)
    }
}
