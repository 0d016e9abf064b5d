//! The last report of a detector, for a platform that asks for several forms of it: by the text of its rule.

use crate::detector::Detector;
use crate::evaluate::{EvaluatedPair, PartialResult, PrevalenceCounts};
use crate::model::error::{Error, ErrorKind, quoted};
use crate::report::{Report, SortOrder};
use crate::rule::{Rule, RuleReader};

/// Reads rules, and keeps the last report until the flows change.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    rules: RuleReader,
    last: Option<LastReport>,
}

#[derive(Debug)]
struct LastReport {
    rule: Option<String>,
    order: SortOrder,
    /// Whether it has all scores, and not only what the query counts.
    full: bool,
    report: Report,
}

impl Reports {
    /// The rule of a document; without one, the default rule.
    pub fn rule(&mut self, text: Option<&str>) -> Result<Rule, Error> {
        text.map_or_else(|| Ok(Rule::default()), |text| self.rules.read(text))
    }

    /// The flows have changed.
    pub fn clear(&mut self) {
        self.last = None;
    }

    /// Merges the results of all shards: the report of that rule, until the flows change.
    pub fn merge(
        &mut self,
        detector: &Detector,
        partials: Vec<PartialResult>,
        counts: Vec<PrevalenceCounts>,
        rule: Option<String>,
    ) -> Result<(), Error> {
        let (parsed, full) = (self.rule(rule.as_deref())?, !counts.is_empty());
        let report = detector.evaluate_merged(partials, counts, &parsed);
        self.last = Some(LastReport { rule, order: SortOrder::Rule, full, report });
        Ok(())
    }

    /// The report of a rule in an order. Without `full` it may have only what the query counts.
    pub fn report(
        &mut self,
        detector: &Detector,
        rule: Option<String>,
        order: SortOrder,
        full: bool,
    ) -> Result<&mut Report, Error> {
        let last = match self.last.take() {
            Some(last) if last.rule == rule && (last.full || !full) => last,
            _ => {
                let parsed = self.rule(rule.as_deref())?;
                let report = if full { detector.evaluate(&parsed) } else { detector.evaluate_query(&parsed) };
                LastReport { rule, order: SortOrder::Rule, full, report }
            }
        };
        let last = self.last.insert(last);
        if last.order != order {
            last.report.sort(order);
            last.order = order;
        }
        Ok(&mut last.report)
    }

    /// The report as text: `json`, `csv` or `ndjson`; with `all`, every pair in the window; in the order `rule` or
    /// `priority`. Or `query`: CSV of what the query counts.
    pub fn text(
        &mut self,
        detector: &Detector,
        format: &str,
        rule: Option<String>,
        all: bool,
        order: &str,
    ) -> Result<String, Error> {
        let order = match order {
            "rule" => SortOrder::Rule,
            "priority" => SortOrder::Priority,
            _ => return Err(option(format!("found order {}, expected rule or priority", quoted(order)))),
        };
        if format == "query" {
            return Ok(self.report(detector, rule, SortOrder::Rule, false)?.to_query_csv());
        }
        if !matches!(format, "json" | "csv" | "ndjson") {
            let message = format!("found format {}, expected json, csv, ndjson or query", quoted(format));
            return Err(option(message));
        }
        let report = self.report(detector, rule, order, true)?;
        if !all {
            return Ok(match format {
                "json" => report.to_json(),
                "csv" => report.to_csv(),
                _ => report.to_ndjson(),
            });
        }
        let mut pairs = detector.pairs(&report.rule);
        if order != SortOrder::Rule {
            order.sort(&mut pairs, |listed| &listed.pair);
        }
        Ok(match format {
            "json" => report.to_json_with(&pairs),
            "csv" => EvaluatedPair::to_csv(&pairs),
            _ => EvaluatedPair::to_ndjson(&pairs),
        })
    }
}

fn option(message: String) -> Error {
    Error::new(ErrorKind::Options, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DetectorOptions;

    #[test]
    fn a_report_is_made_anew_when_the_rule_or_the_flows_change() {
        let mut detector = Detector::new(DetectorOptions::new());
        let (head, rows) =
            ("starttime,sourceip,destinationip,destinationport\n", "1,10.0.0.5,203.0.113.9,443\n");
        let mut reports = Reports::default();
        let mut findings = |detector: &Detector, rule: &str, full: bool| {
            let report = reports.report(detector, Some(rule.to_owned()), SortOrder::Priority, full);
            report.map(|report| report.findings.len())
        };
        let _ = detector.ingest(format!("{head}{rows}").as_bytes()).and_then(|()| detector.finish());
        let one = r#"{"window": "all", "gates": {"min_connections": 1, "min_hours": 1}}"#;
        assert_eq!(findings(&detector, one, false), Ok(1));
        assert_eq!(findings(&detector, one, true), Ok(1));
        assert_eq!(findings(&detector, "{}", true), Ok(0));
        assert!(findings(&detector, "{", true).is_err());
        assert_eq!(findings(&detector, one, true), Ok(1));
        // A merged report is that of its rule.
        let partials = vec![detector.partial_result(&Rule::default())];
        assert!(reports.merge(&detector, partials, Vec::new(), Some("{}".to_owned())).is_ok());
        let merged = reports.report(&detector, Some("{}".to_owned()), SortOrder::Rule, false);
        assert_eq!(merged.map(|report| report.findings.len()), Ok(0));
        reports.clear();
        for (format, order) in [("xml", "rule"), ("csv", "size")] {
            let error = reports.text(&detector, format, None, false, order).err();
            assert_eq!(error.map(|error| error.code()), Some("E_OPTIONS"));
        }
        let csv = reports.text(&detector, "csv", Some(one.to_owned()), true, "priority");
        assert_eq!(csv.map(|text| text.lines().count()), Ok(2));
    }
}
