//! The conditions of a rule, written in a language. Which conditions there are, and in which order, is the same
//! in all languages.

use super::entries::{EntriesByPort, PortEntries};
use super::language::{EndFields, Language};
use super::target::Target;
use super::text::{Alternatives, QueryText};
use super::{aql, clickhouse, duckdb, kql, spl, window};
use crate::rule::networks::canonical;
use crate::rule::{AppliesTo, ListEntry, Rule};

/// The rule as a query. Its first ten columns are those of the detection's QRadar query, in that order. With
/// threat lists there is an eleventh, `threat_list`.
///
/// The SQL forms run over a table `flows` with that query's column names, where `starttime` is a UTC timestamp.
/// They give the rows of [`Detector::evaluate`](crate::Detector::evaluate) in the order of the rule. If the rule
/// has no `end`, their window ends at the table's latest `starttime`, and that of the other targets ends now. For
/// a table without host names, the host names of lists are left out, and a comment says so.
///
/// ```
/// use beaconlens::{Rule, query};
///
/// let text = query::render(&Rule::default(), query::Target::QRadar);
/// assert!(text.contains("NOT INCIDR('10.0.0.0/8', destinationip)"));
/// ```
pub fn render(rule: &Rule, target: Target) -> String {
    let mut out = QueryText::default();
    let query = Query { rule, language: language(target) };
    for part in query.language.template {
        out.pattern(part, &mut |out, name| query.placeholder(out, name));
    }
    out.0
}

fn language(target: Target) -> &'static Language {
    match target {
        Target::QRadar => &aql::QRADAR,
        Target::QRadarLiteral => &aql::LITERAL,
        Target::Sentinel => &kql::SENTINEL,
        Target::Defender => &kql::DEFENDER,
        Target::Splunk => &spl::LANGUAGE,
        Target::DuckDb => &duckdb::LANGUAGE,
        Target::ClickHouse => &clickhouse::LANGUAGE,
    }
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
    /// Writes what a placeholder of the template stands for.
    fn placeholder(&self, out: &mut QueryText, name: &str) {
        let [listed, listed_2, listed_3] = self.language.listed;
        match name {
            "name" => out.comment_text(self.rule.name()),
            "comments" => self.comments(out),
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

    /// Writes a pattern of the language whose only placeholder is `shift`.
    fn shifted(&self, out: &mut QueryText, pattern: &str) {
        out.pattern(pattern, &mut |out, _| self.shift(out));
    }

    fn shift(&self, out: &mut QueryText) {
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

    /// What a reader must know about the lists.
    fn comments(&self, out: &mut QueryText) {
        for list in self.sets().map(|(list, _)| list).chain(self.threats()) {
            let entries = EntriesByPort::new(list.entries);
            let text = if self.is_stored(&entries) {
                "QRadar's reference set of this name must hold the addresses of "
            } else if entries.names > 0 && self.language.destination.host.is_none() {
                "This table has no host names; left out are those of "
            } else {
                continue;
            };
            out.pattern(self.language.comment, &mut |out, _| {
                out.push(text);
                out.push(list.kind);
                out.push(" ");
                out.comment_text(list.name);
            });
        }
    }

    fn is_stored(&self, entries: &EntriesByPort) -> bool {
        self.language.stored_list.is_some() && entries.only_addresses()
    }

    /// Writes the conditions on connections and pairs: the window, excluded networks and reference sets.
    fn conditions(&self, out: &mut QueryText) {
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
        // One condition per network, as in the detection's query.
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

    fn not(&self, out: &mut QueryText, condition: &mut dyn FnMut(&mut QueryText)) {
        out.push(self.language.not);
        let begin = out.0.len();
        condition(out);
        // Needed unless the condition is in brackets already, or is a function call after an operator.
        let function = out.since(begin).split('(').next().unwrap_or_default();
        if !function.is_empty() && (function.contains(' ') || !self.language.not.ends_with(' ')) {
            out.bracket(begin);
        }
    }

    /// Writes the gates that count, or that the pair is listed.
    fn gates(&self, out: &mut QueryText) {
        let (rule, language) = (self.rule, self.language);
        let begin = out.0.len();
        self.shifted(out, language.connections);
        out.push(" >= ");
        let everywhere = rule.gates().min_connections;
        match rule.gates().min_connections_c2_port.filter(|_| !rule.c2_ports().is_empty()) {
            None => out.show(&everywhere),
            Some(there) => out.pattern(language.choose, &mut |out, name| match name {
                "if" => self.port_is(out, rule.c2_ports()),
                "then" => out.show(&there),
                _ => out.show(&everywhere),
            }),
        }
        out.push(language.and);
        self.shifted(out, language.hours);
        out.push(" >= ");
        out.show(&rule.gates().min_hours);
        if self.any_listed() {
            out.bracket(begin);
            out.push(language.or);
            out.push(language.is_listed);
            out.bracket(begin);
        }
    }

    fn scores(&self, out: &mut QueryText) {
        let (rule, language) = (self.rule, self.language);
        if !rule.c2_ports().is_empty() {
            out.pattern(language.branch, &mut |out, name| match name {
                "if" => self.port_is(out, rule.c2_ports()),
                _ => out.push("3"),
            });
        }
        out.pattern(language.branch, &mut |out, name| match name {
            "if" => {
                self.shifted(out, language.connections);
                out.push(" > ");
                out.show(&rule.high_volume());
            }
            _ => out.push("2"),
        });
    }

    fn any_listed(&self) -> bool {
        self.threats().any(|list| self.list_on(&mut QueryText::default(), list, &[]))
    }

    fn listed(&self, out: &mut QueryText, pattern: &str) {
        if !self.any_listed() {
            return;
        }
        out.pattern(pattern, &mut |out, _| {
            for list in self.threats() {
                let begin = out.0.len();
                let mut any = false;
                out.pattern(self.language.branch, &mut |out, name| match name {
                    "if" => any = self.list_on(out, list, &[]),
                    _ => self.language.quote.write(out, list.name),
                });
                if !any {
                    out.0.truncate(begin);
                }
            }
        });
    }

    /// Writes the condition that a list contains a pair, on some ports. False if the language cannot express it.
    fn list_on(&self, out: &mut QueryText, list: List<'_>, ports: &[u16]) -> bool {
        let language = self.language;
        let entries = EntriesByPort::new(list.entries);
        let begin = out.0.len();
        let mut any = Alternatives::begin(out, language.or);
        for (end, other) in
            [(&language.source, AppliesTo::Destination), (&language.destination, AppliesTo::Source)]
        {
            if list.applies_to == other {
                continue;
            }
            for on_port in &entries.by_port {
                let (before, mut next) = (out.0.len(), any);
                next.next(out);
                let written = match language.stored_list.filter(|_| entries.only_addresses()) {
                    Some(pattern) => self.stored(out, pattern, list.name, end),
                    None => self.entries(out, end, on_port),
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

    fn stored(&self, out: &mut QueryText, pattern: &str, list: &str, end: &EndFields) -> bool {
        out.pattern(pattern, &mut |out, name| match name {
            "name" => self.language.quote.write(out, list),
            _ => out.push(end.address),
        });
        true
    }

    /// Writes the condition that an end of a pair is in a list, for its entries on one port or on all. False if
    /// the language cannot express it.
    fn entries(&self, out: &mut QueryText, end: &EndFields, on_port: &PortEntries) -> bool {
        let language = self.language;
        let begin = out.0.len();
        let mut any = Alternatives::begin(out, language.or);
        if !on_port.addresses.is_empty() {
            any.next(out);
            self.one_of(out, end.address, &on_port.addresses);
        }
        if !on_port.networks.is_empty() {
            any.next(out);
            (language.within)(out, end.address, &on_port.networks);
        }
        if let Some(host) = end.host {
            if !on_port.hosts.is_empty() {
                any.next(out);
                self.one_of(out, host, &on_port.hosts);
            }
            for name in &on_port.subdomains {
                any.next(out);
                (language.ends_with)(out, host, name);
            }
        }
        let any = any.end(out);
        if let (true, Some(port)) = (any, on_port.port) {
            self.and_port(out, begin, &[port]);
        }
        any
    }

    /// Adds to the condition since `begin` that the port is one of some ports.
    fn and_port(&self, out: &mut QueryText, begin: usize, ports: &[u16]) {
        out.push(self.language.and);
        self.port_is(out, ports);
        out.bracket(begin);
    }

    fn port_is(&self, out: &mut QueryText, ports: &[u16]) {
        out.pattern(self.language.one_of, &mut |out, name| match name {
            "field" => out.push(self.language.port),
            _ => out.each(ports, &mut |out, port| out.show(port)),
        });
    }

    fn one_of(&self, out: &mut QueryText, field: &str, texts: &[String]) {
        out.pattern(self.language.one_of, &mut |out, name| match name {
            "field" => out.push(field),
            _ => out.each(texts, &mut |out, text| self.language.quote.write(out, text)),
        });
    }
}
