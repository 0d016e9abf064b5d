//! The rule carried back to where the flows come from: as a query in the language of a SIEM or database.
//!
//! Each language is a template, a few words, and functions for what it says in its own way. What has no
//! words of its own (which condition, in which order) is here.

mod aql;
mod clickhouse;
mod duckdb;
mod entries;
mod kql;
mod spl;
mod text;

use ipnet::IpNet;

use crate::error::{Error, ErrorKind};
use crate::rule::networks::canonical;
use crate::rule::{AppliesTo, Entry, Rule};
use entries::Sorted;
use text::{fill, harmless, joined};

/// A language, and the tables it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// AQL over QRadar's flows; a list that holds only addresses is QRadar's reference set of that name.
    QRadar,
    /// AQL with every entry written out.
    QRadarLiteral,
    /// KQL over Microsoft Sentinel's network sessions (ASIM).
    Sentinel,
    /// KQL over Microsoft Defender's `DeviceNetworkEvents`.
    Defender,
    /// SPL over network traffic in the fields of Splunk's Common Information Model.
    Splunk,
    /// DuckDB's SQL over a table `flows`.
    DuckDb,
    /// ClickHouse's SQL over a table `flows`.
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

    /// The target of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for another name.
    pub fn from_name(name: &str) -> Result<Target, Error> {
        Target::ALL.into_iter().find(|target| target.name() == name).ok_or_else(|| {
            let names = Target::ALL.map(Target::name).join(", ");
            Error::new(ErrorKind::Options, format!("found target {name:?}, expected one of {names}"))
        })
    }

    fn language(self) -> &'static Language {
        match self {
            Target::QRadar => &aql::QRADAR,
            Target::QRadarLiteral => &aql::LITERAL,
            Target::Sentinel => &kql::SENTINEL,
            Target::Defender => &kql::DEFENDER,
            Target::Splunk => &spl::LANGUAGE,
            Target::DuckDb => &duckdb::LANGUAGE,
            Target::ClickHouse => &clickhouse::LANGUAGE,
        }
    }
}

/// The rule as a query. Its first ten columns are those of the detection's QRadar query, in its order; with
/// threat lists there is an eleventh, `threat_list`.
///
/// The SQL forms run over a table `flows` with that query's column names, `starttime` a UTC timestamp, and
/// give the rows of [`Detector::evaluate`](crate::Detector::evaluate) in the order of the rule. Their window
/// ends at the rule's `end`, else at the table's latest `starttime`; that of the others ends now, if the rule
/// has no `end`. Host names of lists are left out, with a remark, where the table has none.
///
/// ```
/// use beaconlens::{Rule, query};
///
/// let text = query::render(&Rule::default(), query::Target::QRadar);
/// assert!(text.contains("NOT INCIDR('10.0.0.0/8', destinationip)"));
/// ```
pub fn render(rule: &Rule, target: Target) -> String {
    Query { rule, language: target.language(), remarks: Vec::new() }.render()
}

/// How a language says what a rule can say. Patterns have places in the form of [`fill`].
struct Language {
    /// In two parts, as languages may share the second.
    template: [&'static str; 2],
    and: &'static str,
    or: &'static str,
    /// Before a condition in brackets.
    not: &'static str,
    /// Before the first and before each other condition on a pair.
    conditions: [&'static str; 2],
    /// A `#field#` and `#values#`.
    one_of: &'static str,
    /// A number by a condition: `#if#`, `#then#`, `#else#`.
    choose: &'static str,
    /// A branch of the score or of the threat list: `#if#`, `#then#`.
    branch: &'static str,
    /// The `#branches#` of the threat list; and the texts of the places `listed_2` and `listed_3`.
    listed: [&'static str; 3],
    /// That a threat list holds the pair.
    is_listed: &'static str,
    /// One remark, `#text#`.
    remark: &'static str,
    /// A list that the product itself keeps, by `#name#`, and a `#field#`.
    kept_list: Option<&'static str>,
    /// What moves a start time by the rule's offset: `#minutes#`, `#seconds#` or `#milliseconds#`.
    shift: &'static str,
    source: End,
    destination: End,
    port: &'static str,
    connections: &'static str,
    /// With the place `#shift#`.
    hours: &'static str,
    quote: fn(&str) -> String,
    /// Whether the address in a field is in one of these networks.
    within: fn(&str, &[IpNet]) -> String,
    /// Whether the host name in a field ends with that text.
    ends_with: fn(&str, &str) -> String,
    window: fn(&Rule) -> Bounds,
}

/// The rule's window, as a language says it.
#[derive(Debug, Default)]
struct Bounds {
    /// The texts of the places `from` and `until`.
    from: String,
    until: String,
    /// What the start of a connection must be, where the places do not say it.
    condition: Option<String>,
}

/// The fields of one end of a pair.
struct End {
    address: &'static str,
    host: Option<&'static str>,
}

struct Query<'a> {
    rule: &'a Rule,
    language: &'static Language,
    remarks: Vec<String>,
}

impl Query<'_> {
    fn render(mut self) -> String {
        let (rule, language) = (self.rule, self.language);
        let offset = i64::from(rule.utc_offset_minutes);
        let [minutes, seconds, milliseconds] = [1, 60, 60_000].map(|units| (offset * units).to_string());
        let units = [("minutes", &*minutes), ("seconds", &*seconds), ("milliseconds", &*milliseconds)];
        let shift = if offset == 0 { String::new() } else { fill(language.shift, &units) };
        let bounds = (language.window)(rule);
        let conditions = self.conditions(bounds.condition);
        let branches = self.threat_branches();
        let any = !branches.is_empty();
        let [listed, listed_2, listed_3] = language
            .listed
            .map(|text| if any { fill(text, &[("branches", &branches)]) } else { String::new() });
        let mut gates = self.gates(&shift);
        if any {
            gates = format!("(({gates}){}{})", language.or, language.is_listed);
        }
        let remark = |text: &String| fill(language.remark, &[("text", &harmless(text))]);
        let remarks: String = self.remarks.iter().map(remark).collect();
        let name = harmless(&format!("{:?}", rule.name));
        fill(
            &language.template.concat(),
            &[
                ("name", &name),
                ("remarks", &remarks),
                ("from", &bounds.from),
                ("until", &bounds.until),
                ("conditions", &conditions),
                ("gates", &gates),
                ("scores", &self.score_branches()),
                ("listed", &listed),
                ("listed_2", &listed_2),
                ("listed_3", &listed_3),
                ("shift", &shift),
            ],
        )
    }

    /// When connections count; and what a pair must not be: excluded, or in a reference set.
    fn conditions(&mut self, window: Option<String>) -> String {
        let rule = self.rule;
        let mut all: Vec<String> = window.into_iter().collect();
        // One by one, as in the detection's query.
        for network in rule.excluded_destinations.iter().map(canonical) {
            let excluded = (self.language.within)(self.language.destination.address, &[network]);
            all.push(self.not(&excluded));
        }
        for set in &rule.reference_sets {
            let within = self.list("reference set", &set.name, set.applies_to, &set.entries);
            let port = (!set.ports.is_empty()).then(|| self.port_is(&set.ports));
            all.extend(within.map(|within| self.not(&self.all([Some(within), port]))));
        }
        let [first, next] = self.language.conditions;
        let before = std::iter::once(first).chain(std::iter::repeat(next));
        before.zip(&all).map(|(before, condition)| format!("{before}{condition}")).collect()
    }

    fn not(&self, condition: &str) -> String {
        let not = self.language.not;
        // A call needs no brackets, if `not` is no call itself; what is in brackets already, none either.
        let name = condition.split('(').next().unwrap_or_default();
        let closed = name.is_empty() || (!name.contains(' ') && not.ends_with(' '));
        if closed { format!("{not}{condition}") } else { format!("{not}({condition})") }
    }

    /// The conditions that count.
    fn gates(&self, shift: &str) -> String {
        let (rule, language) = (self.rule, self.language);
        let everywhere = rule.gates.min_connections.to_string();
        let least = match rule.gates.min_connections_c2_port.filter(|_| !rule.c2_ports.is_empty()) {
            None => everywhere,
            Some(there) => {
                let port = self.port_is(&rule.c2_ports);
                fill(language.choose, &[("if", &port), ("then", &there.to_string()), ("else", &everywhere)])
            }
        };
        let hours = fill(language.hours, &[("shift", shift)]);
        format!("{} >= {least}{}{hours} >= {}", language.connections, language.and, rule.gates.min_hours)
    }

    fn score_branches(&self) -> String {
        let (rule, language) = (self.rule, self.language);
        let branch = |condition: &str, score| fill(language.branch, &[("if", condition), ("then", score)]);
        let listed = (!rule.c2_ports.is_empty()).then(|| branch(&self.port_is(&rule.c2_ports), "3"));
        let high = branch(&format!("{} > {}", language.connections, rule.high_volume), "2");
        listed.unwrap_or_default() + &high
    }

    fn threat_branches(&mut self) -> String {
        let (rule, mut branches) = (self.rule, String::new());
        for list in &rule.threat_lists {
            let within = self.list("threat list", &list.name, AppliesTo::Destination, &list.entries);
            let name = (self.language.quote)(&text::on_one_line(&list.name));
            if let Some(within) = within {
                branches += &fill(self.language.branch, &[("if", &within), ("then", &name)]);
            }
        }
        branches
    }

    /// Whether a list holds a pair; none if there is nothing to ask.
    fn list(&mut self, what: &str, name: &str, applies_to: AppliesTo, entries: &[Entry]) -> Option<String> {
        let language = self.language;
        let sorted = Sorted::new(entries);
        if sorted.names > 0 && language.destination.host.is_none() {
            self.remarks.push(format!(
                "Left out: the host names of {what} {name:?} ({}), as this table has none.",
                sorted.names
            ));
        }
        let kept = language.kept_list.filter(|_| sorted.only_addresses());
        if kept.is_some() {
            self.remarks.push(format!(
                "QRadar's reference set {name:?} must hold the {} addresses of {what} {name:?}.",
                entries.len()
            ));
        }
        let quoted = (language.quote)(&text::on_one_line(name));
        let mut parts = Vec::new();
        let ends = [
            (&language.source, applies_to != AppliesTo::Destination),
            (&language.destination, applies_to != AppliesTo::Source),
        ];
        for (end, _) in ends.iter().filter(|(_, wanted)| *wanted) {
            match kept {
                Some(kept) => parts.push(fill(kept, &[("name", &quoted), ("field", end.address)])),
                None => self.end(end, &sorted, &mut parts),
            }
        }
        self.any(parts)
    }

    /// The conditions of which one must hold for an end of a pair to be in a list.
    fn end(&self, end: &End, sorted: &Sorted, parts: &mut Vec<String>) {
        let language = self.language;
        for with_port in &sorted.by_port {
            let mut own = Vec::new();
            if !with_port.addresses.is_empty() {
                own.push(self.one_of(end.address, &with_port.addresses));
            }
            if !with_port.networks.is_empty() {
                own.push((language.within)(end.address, &with_port.networks));
            }
            if let Some(host) = end.host {
                if !with_port.hosts.is_empty() {
                    own.push(self.one_of(host, &with_port.hosts));
                }
                own.extend(with_port.subdomains.iter().map(|name| (language.ends_with)(host, name)));
            }
            match (with_port.port, self.any(own.clone())) {
                (Some(port), Some(own)) => parts.push(self.all([Some(own), Some(self.port_is(&[port]))])),
                _ => parts.extend(own),
            }
        }
    }

    fn port_is(&self, ports: &[u16]) -> String {
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        fill(self.language.one_of, &[("field", self.language.port), ("values", &joined(&ports, ", "))])
    }

    fn one_of(&self, field: &str, texts: &[String]) -> String {
        let values: Vec<String> = texts.iter().map(|text| (self.language.quote)(text)).collect();
        fill(self.language.one_of, &[("field", field), ("values", &joined(&values, ", "))])
    }

    fn any(&self, mut parts: Vec<String>) -> Option<String> {
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(format!("({})", joined(&parts, self.language.or))),
        }
    }

    fn all(&self, parts: [Option<String>; 2]) -> String {
        match parts {
            [Some(one), Some(other)] => format!("({one}{}{other})", self.language.and),
            [one, other] => one.or(other).unwrap_or_default(),
        }
    }
}
