//! Ready-made rules.

use super::definition::Rule;
use super::hunt_settings::DgaSettings;
use crate::model::error::{Error, ErrorKind, quoted};

impl Rule {
    /// The names of the ready-made rules.
    pub const PROFILES: [&str; 2] = ["default", "lab"];

    /// A ready-made rule.
    ///
    /// - `default`: [`Rule::default`].
    /// - `lab`: for a test of the detection that runs for minutes on one machine. Loopback addresses count, one
    ///   calendar hour is enough, and so are one connection on a listed C2 port and half as many generated names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) for another name.
    ///
    /// ```
    /// let lab = beaconlens::Rule::profile("lab")?;
    /// assert_eq!(lab.gates().min_connections_c2_port, Some(1));
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
                rule.hunts.excluded.clear();
                rule.hunts.dga = Some(DgaSettings::new().with_domains(50));
            }
            _ => {
                let names = Rule::PROFILES.join(" or ");
                let message = format!("found profile {}, expected {names}", quoted(name));
                return Err(Error::new(ErrorKind::Options, message));
            }
        }
        Ok(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_profile_is_as_specified() {
        let lab = r#"{"name": "T1584.005 lab", "gates": {"min_hours": 1, "min_connections_c2_port": 1},
            "excluded_destinations": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
            "hunts": {"dga": {"domains": 50}, "excluded": []}}"#;
        assert_eq!(Rule::profile("lab"), Rule::from_json(lab));
        assert_eq!(Rule::profile("default"), Ok(Rule::default()));
        let Err(error) = Rule::profile("Lab") else { panic!("no profile") };
        assert_eq!(error.to_string(), "found profile \"Lab\", expected default or lab");
        let lab = Rule::profile("lab").unwrap_or_default();
        assert_eq!((lab.min_connections_on(6667), lab.min_connections_on(443)), (1, 20));
    }
}
