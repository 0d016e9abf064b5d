//! The products that a rule can be rendered for.

use crate::model::error::{Error, ErrorKind, quoted};

/// A query language and the table it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// AQL over QRadar's flows. A list with only addresses is QRadar's reference set of the same name.
    QRadar,
    /// AQL with every entry of every list in the query.
    QRadarLiteral,
    /// KQL over Microsoft Sentinel's network sessions (ASIM).
    Sentinel,
    /// KQL over Microsoft Defender's `DeviceNetworkEvents`.
    Defender,
    /// SPL over network traffic in the fields of Splunk's Common Information Model.
    Splunk,
    /// DuckDB's SQL over a table `flows`.
    DuckDb,
    /// ClickHouse's SQL over a table `flows`. ClickHouse reads at most 256 KB of text, some ten thousand
    /// entries, unless its setting `max_query_size` is raised.
    ClickHouse,
}

impl Target {
    /// All targets.
    pub const ALL: [Target; 7] = [
        Target::QRadar,
        Target::QRadarLiteral,
        Target::Sentinel,
        Target::Defender,
        Target::Splunk,
        Target::DuckDb,
        Target::ClickHouse,
    ];

    /// The name in commands and functions.
    pub fn name(self) -> &'static str {
        match self {
            Target::QRadar => "qradar",
            Target::QRadarLiteral => "qradar-literal",
            Target::Sentinel => "sentinel",
            Target::Defender => "defender",
            Target::Splunk => "splunk",
            Target::DuckDb => "duckdb",
            Target::ClickHouse => "clickhouse",
        }
    }

    /// The product and its language, for people.
    pub fn title(self) -> &'static str {
        match self {
            Target::QRadar => "QRadar AQL, its reference sets",
            Target::QRadarLiteral => "QRadar AQL, entries written out",
            Target::Sentinel => "Microsoft Sentinel KQL",
            Target::Defender => "Microsoft Defender KQL",
            Target::Splunk => "Splunk SPL",
            Target::DuckDb => "DuckDB SQL",
            Target::ClickHouse => "ClickHouse SQL",
        }
    }

    /// The usual extension of files with such queries.
    pub fn extension(self) -> &'static str {
        match self {
            Target::QRadar | Target::QRadarLiteral => "aql",
            Target::Sentinel | Target::Defender => "kql",
            Target::Splunk => "spl",
            Target::DuckDb | Target::ClickHouse => "sql",
        }
    }

    /// The target with a name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for a name that no target has.
    pub fn from_name(name: &str) -> Result<Target, Error> {
        Target::ALL.into_iter().find(|target| target.name() == name).ok_or_else(|| {
            let known = Target::ALL.map(Target::name).join(" ");
            Error::new(ErrorKind::Options, format!("found target {}, expected one of {known}", quoted(name)))
        })
    }
}
