//! The rule carried back to where the flows come from: as a query in the language of a SIEM or database.
//!
//! Each language is a template and a few patterns. Which conditions there are, and in which order, is the
//! same for all, and is here.

mod aql;
mod clickhouse;
mod duckdb;
mod entries;
mod kql;
mod spl;
mod text;
mod window;

use ipnet::IpNet;

use crate::model::error::{Error, ErrorKind, quoted};
use crate::rule::networks::canonical;
use crate::rule::{AppliesTo, ListEntry, Rule};
use entries::{OfPort, Sorted};
use text::{Alternatives, Quote, Text};

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
    /// ClickHouse's SQL over a table `flows`. It reads at most 256 KB of text unless its setting
    /// `max_query_size` says more: some ten thousand entries.
    ClickHouse,
}

/// The targets, with their names and languages, in the order of [`Target`].
static TARGETS: [(Target, &str, &Language); 7] = [
    (Target::QRadar, "qradar", &aql::QRADAR),
    (Target::QRadarLiteral, "qradar-literal", &aql::LITERAL),
    (Target::Sentinel, "sentinel", &kql::SENTINEL),
    (Target::Defender, "defender", &kql::DEFENDER),
    (Target::Splunk, "splunk", &spl::LANGUAGE),
    (Target::DuckDb, "duckdb", &duckdb::LANGUAGE),
    (Target::ClickHouse, "clickhouse", &clickhouse::LANGUAGE),
];

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
        TARGETS.get(self as usize).map_or("", |target| target.1)
    }

    /// The target of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] for another name.
    pub fn from_name(name: &str) -> Result<Target, Error> {
        match TARGETS.iter().find(|target| target.1 == name) {
            Some(target) => Ok(target.0),
            None => {
                let mut known = String::new();
                for target in &TARGETS {
                    known = known + " " + target.1;
                }
                let message = format!("found target {}, expected one of{known}", quoted(name));
                Err(Error::new(ErrorKind::Options, message))
            }
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
    let mut out = Text::default();
    if let Some((_, _, language)) = TARGETS.get(target as usize) {
        let query = Query { rule, language };
        for part in language.template {
            out.pattern(part, &mut |out, place| query.place(out, place));
        }
    }
    out.0
}

/// How a language says what a rule can say. Patterns are those of [`Text::pattern`]; all may have the place
/// `#shift#`.
struct Language {
    /// In two parts, as languages may share the second.
    template: [&'static str; 2],
    and: &'static str,
    or: &'static str,
    /// Before a condition; what ends with a letter is a call.
    not: &'static str,
    /// Before the first and before each other condition on a pair.
    conditions: [&'static str; 2],
    /// A `#field#` and `#values#`.
    one_of: &'static str,
    /// A number by a condition: `#if#`, `#then#`, `#else#`.
    choose: &'static str,
    /// A branch of the score or of the threat list: `#if#`, `#then#`.
    branch: &'static str,
    /// The texts of the places `listed`, `listed_2` and `listed_3`, with `#branches#`.
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
    hours: &'static str,
    quote: Quote,
    /// Whether the address in a field is in one of these networks.
    within: fn(&mut Text, &str, &[IpNet]),
    /// Whether the host name in a field ends with that text.
    ends_with: fn(&mut Text, &str, &str),
    window: window::Words,
}

/// The fields of one end of a pair.
struct End {
    address: &'static str,
    host: Option<&'static str>,
}

/// A list of the rule.
#[derive(Clone, Copy)]
struct List<'a> {
    kind: &'static str,
    name: &'a str,
    applies_to: AppliesTo,
    entries: &'a [ListEntry],
}

struct Query<'a> {
    rule: &'a Rule,
    language: &'static Language,
}

impl Query<'_> {
    fn place(&self, out: &mut Text, place: &str) {
        let [listed, listed_2, listed_3] = self.language.listed;
        match place {
            "name" => out.harmless(self.rule.name()),
            "remarks" => self.remarks(out),
            "conditions" => self.conditions(out),
            "gates" => self.gates(out),
            "scores" => self.scores(out),
            "shift" => self.shift(out),
            "listed" => self.listed(out, listed),
            "listed_2" => self.listed(out, listed_2),
            "listed_3" => self.listed(out, listed_3),
            other => window::write(out, self.rule, &self.language.window, other),
        }
    }

    /// A pattern of the language without other places than `shift`.
    #[inline(never)]
    fn words(&self, out: &mut Text, words: &str) {
        out.pattern(words, &mut |out, _| self.shift(out));
    }

    #[inline(never)]
    fn shift(&self, out: &mut Text) {
        let minutes = i64::from(self.rule.utc_offset_minutes());
        if minutes == 0 {
            return;
        }
        out.pattern(self.language.shift, &mut |out, unit| {
            out.show(&match unit {
                "minutes" => minutes,
                "seconds" => minutes * 60,
                _ => minutes * 60_000,
            });
        });
    }

    fn sets(&self) -> impl Iterator<Item = (List<'_>, &[u16])> {
        self.rule.reference_sets().iter().map(|set| {
            let (name, entries) = (set.name(), &**set.entries());
            (List { kind: "reference set", name, applies_to: set.applies_to(), entries }, set.ports())
        })
    }

    fn threats(&self) -> impl Iterator<Item = List<'_>> {
        self.rule.threat_lists().iter().map(|list| {
            let (name, entries) = (list.name(), &**list.entries());
            List { kind: "threat list", name, applies_to: AppliesTo::Destination, entries }
        })
    }

    /// What a reader must know of the lists.
    #[inline(never)]
    fn remarks(&self, out: &mut Text) {
        for list in self.sets().map(|(list, _)| list).chain(self.threats()) {
            let sorted = Sorted::new(list.entries);
            let text = if self.is_kept(&sorted) {
                "QRadar's reference set of this name must hold the addresses of "
            } else if sorted.names > 0 && self.language.destination.host.is_none() {
                "This table has no host names; left out are those of "
            } else {
                continue;
            };
            out.pattern(self.language.remark, &mut |out, _| {
                out.push(text);
                out.push(list.kind);
                out.push(" ");
                out.harmless(list.name);
            });
        }
    }

    fn is_kept(&self, sorted: &Sorted) -> bool {
        self.language.kept_list.is_some() && sorted.only_addresses()
    }

    /// When connections count; and what a pair must not be: excluded, or in a reference set.
    #[inline(never)]
    fn conditions(&self, out: &mut Text) {
        let language = self.language;
        let [mut before, next] = language.conditions;
        let begin = out.0.len();
        out.push(before);
        let window = out.0.len();
        window::write(out, self.rule, &language.window, "condition");
        match out.since(window).is_empty() {
            true => out.0.truncate(begin),
            false => before = next,
        }
        // One by one, as in the detection's query.
        for network in self.rule.excluded_destinations().iter().map(canonical) {
            out.push(before);
            before = next;
            self.not(out, &mut |out| (language.within)(out, language.destination.address, &[network]));
        }
        for (list, ports) in self.sets() {
            let begin = out.0.len();
            out.push(before);
            let mut any = false;
            self.not(out, &mut |out| any = self.list_on(out, list, ports));
            match any {
                true => before = next,
                false => out.0.truncate(begin),
            }
        }
    }

    #[inline(never)]
    fn not(&self, out: &mut Text, condition: &mut dyn FnMut(&mut Text)) {
        out.push(self.language.not);
        let begin = out.0.len();
        condition(out);
        // A call needs no brackets, if `not` is no call itself; what is in brackets already, none either.
        let name = out.since(begin).split('(').next().unwrap_or_default();
        if !name.is_empty() && (name.contains(' ') || !self.language.not.ends_with(' ')) {
            out.bracket(begin);
        }
    }

    /// The conditions that count, or being listed.
    #[inline(never)]
    fn gates(&self, out: &mut Text) {
        let (rule, language) = (self.rule, self.language);
        let begin = out.0.len();
        self.words(out, language.connections);
        out.push(" >= ");
        let everywhere = rule.gates().min_connections;
        match rule.gates().min_connections_c2_port.filter(|_| !rule.c2_ports().is_empty()) {
            None => out.show(&everywhere),
            Some(there) => out.pattern(language.choose, &mut |out, place| match place {
                "if" => self.port_is(out, rule.c2_ports()),
                "then" => out.show(&there),
                _ => out.show(&everywhere),
            }),
        }
        out.push(language.and);
        self.words(out, language.hours);
        out.push(" >= ");
        out.show(&rule.gates().min_hours);
        if self.any_listed() {
            out.bracket(begin);
            out.push(language.or);
            out.push(language.is_listed);
            out.bracket(begin);
        }
    }

    #[inline(never)]
    fn scores(&self, out: &mut Text) {
        let (rule, language) = (self.rule, self.language);
        if !rule.c2_ports().is_empty() {
            out.pattern(language.branch, &mut |out, place| match place {
                "if" => self.port_is(out, rule.c2_ports()),
                _ => out.push("3"),
            });
        }
        out.pattern(language.branch, &mut |out, place| match place {
            "if" => {
                self.words(out, language.connections);
                out.push(" > ");
                out.show(&rule.high_volume());
            }
            _ => out.push("2"),
        });
    }

    fn any_listed(&self) -> bool {
        self.threats().any(|list| self.list_on(&mut Text::default(), list, &[]))
    }

    #[inline(never)]
    fn listed(&self, out: &mut Text, pattern: &str) {
        if !self.any_listed() {
            return;
        }
        out.pattern(pattern, &mut |out, _| {
            for list in self.threats() {
                let begin = out.0.len();
                let mut any = false;
                out.pattern(self.language.branch, &mut |out, place| match place {
                    "if" => any = self.list_on(out, list, &[]),
                    _ => self.language.quote.write(out, list.name),
                });
                if !any {
                    out.0.truncate(begin);
                }
            }
        });
    }

    /// Whether a list holds a pair, on these ports; false if there is nothing to ask.
    #[inline(never)]
    fn list_on(&self, out: &mut Text, list: List<'_>, ports: &[u16]) -> bool {
        let language = self.language;
        let sorted = Sorted::new(list.entries);
        let begin = out.0.len();
        let mut any = Alternatives::begin(out, language.or);
        for (end, other) in
            [(&language.source, AppliesTo::Destination), (&language.destination, AppliesTo::Source)]
        {
            if list.applies_to == other {
                continue;
            }
            for of_port in &sorted.by_port {
                let (before, mut next) = (out.0.len(), any);
                next.next(out);
                let written = match language.kept_list.filter(|_| sorted.only_addresses()) {
                    Some(kept) => self.kept(out, kept, list.name, end),
                    None => self.entries(out, end, of_port),
                };
                match written {
                    true => any = next,
                    false => out.0.truncate(before),
                }
            }
        }
        let any = any.end(out);
        if any && !ports.is_empty() {
            self.and_port(out, begin, ports);
        }
        any
    }

    #[inline(never)]
    fn kept(&self, out: &mut Text, pattern: &str, name: &str, end: &End) -> bool {
        out.pattern(pattern, &mut |out, place| match place {
            "name" => self.language.quote.write(out, name),
            _ => out.push(end.address),
        });
        true
    }

    /// Whether an end of a pair is in a list, by its entries about one port or about all; false if there is
    /// nothing to ask.
    #[inline(never)]
    fn entries(&self, out: &mut Text, end: &End, of_port: &OfPort) -> bool {
        let language = self.language;
        let begin = out.0.len();
        let mut any = Alternatives::begin(out, language.or);
        if !of_port.addresses.is_empty() {
            any.next(out);
            self.one_of(out, end.address, &of_port.addresses);
        }
        if !of_port.networks.is_empty() {
            any.next(out);
            (language.within)(out, end.address, &of_port.networks);
        }
        if let Some(host) = end.host {
            if !of_port.hosts.is_empty() {
                any.next(out);
                self.one_of(out, host, &of_port.hosts);
            }
            for name in &of_port.subdomains {
                any.next(out);
                (language.ends_with)(out, host, name);
            }
        }
        let any = any.end(out);
        if let (true, Some(port)) = (any, of_port.port) {
            self.and_port(out, begin, &[port]);
        }
        any
    }

    /// A condition holds, and the port is one of these.
    #[inline(never)]
    fn and_port(&self, out: &mut Text, begin: usize, ports: &[u16]) {
        out.push(self.language.and);
        self.port_is(out, ports);
        out.bracket(begin);
    }

    #[inline(never)]
    fn port_is(&self, out: &mut Text, ports: &[u16]) {
        out.pattern(self.language.one_of, &mut |out, place| match place {
            "field" => out.push(self.language.port),
            _ => out.each(ports, &mut |out, port| out.show(port)),
        });
    }

    #[inline(never)]
    fn one_of(&self, out: &mut Text, field: &str, texts: &[String]) {
        out.pattern(self.language.one_of, &mut |out, place| match place {
            "field" => out.push(field),
            _ => out.each(texts, &mut |out, text| self.language.quote.write(out, text)),
        });
    }
}
