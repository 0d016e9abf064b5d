//! Queries in other languages: their exact text for a rule that uses every condition and for the default rule,
//! and that text of a user cannot end its quotes.
//!
//! `UPDATE_GOLDEN=1 cargo test --test queries` writes the texts; review the difference before committing it.
//! `tests/engines.rs` runs the two SQL forms; `tests/package/queries.test.mjs` parses the KQL.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use beaconlens::query::{Target, render};
use beaconlens::{ReferenceSet, Rule, ThreatList};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries")
}

fn tuned() -> Rule {
    Rule::from_json(&fs::read_to_string(folder().join("tuned.json")).unwrap()).unwrap()
}

#[test]
fn every_query_is_the_recorded_one() {
    for (name, rule) in [("default", Rule::default()), ("tuned", tuned())] {
        for target in Target::ALL {
            let file = folder().join(format!("{name}.{}.txt", target.name()));
            let query = render(&rule, target);
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&file, &query).unwrap();
            }
            let recorded = fs::read_to_string(&file).unwrap_or_default();
            let same = recorded.lines().zip(query.lines()).take_while(|(a, b)| a == b).count();
            assert!(
                recorded == query,
                "{name} for {}, from line {}:\n{}",
                target.name(),
                same + 1,
                query.lines().nth(same).unwrap_or_default()
            );
        }
    }
}

/// The published query of the detection, without its second, redundant branch for a score of 1.
const PUBLISHED: &str = "
SELECT sourceip, destinationip, destinationport,
  COUNT(*) AS connection_count,
  COUNT(DISTINCT DATEFORMAT(starttime, 'yyyy-MM-dd HH')) AS hourly_buckets,
  SUM(bytessent) AS bytes_sent, SUM(bytesreceived) AS bytes_received,
  MIN(DATEFORMAT(starttime, 'yyyy-MM-dd HH:mm:ss')) AS first_seen,
  MAX(DATEFORMAT(starttime, 'yyyy-MM-dd HH:mm:ss')) AS last_seen,
  CASE WHEN destinationport IN (6660,6661,6662,6663,6664,6665,6666,6667,6668,6669,6697,1080,4444) THEN 3
       WHEN COUNT(*) > 200 THEN 2 ELSE 1 END AS beaconing_score
FROM flows
WHERE NOT INCIDR('10.0.0.0/8', destinationip) AND NOT INCIDR('172.16.0.0/12', destinationip)
  AND NOT INCIDR('192.168.0.0/16', destinationip) AND NOT INCIDR('127.0.0.0/8', destinationip)
  AND NOT INCIDR('169.254.0.0/16', destinationip) AND NOT INCIDR('::1/128', destinationip)
GROUP BY sourceip, destinationip, destinationport
HAVING COUNT(*) >= 20 AND COUNT(DISTINCT DATEFORMAT(starttime, 'yyyy-MM-dd HH')) >= 3
ORDER BY beaconing_score DESC, connection_count DESC
LAST 24 HOURS";

#[test]
fn the_default_rule_for_qradar_is_the_published_query() {
    let words = |text: &str| -> Vec<String> {
        text.replace(',', ", ").split_whitespace().map(str::to_owned).collect()
    };
    for target in [Target::QRadar, Target::QRadarLiteral] {
        assert_eq!(words(&render(&Rule::default(), target)), words(PUBLISHED));
    }
}

#[test]
fn windows_of_every_kind() {
    let lines = |document: &str, target, wanted: &str| -> String {
        let query = render(&Rule::from_json(document).unwrap(), target);
        query.lines().filter(|line| line.contains(wanted)).collect::<Vec<_>>().join("\n")
    };
    let before_1970 = r#"{"window": "all", "end": "1969-12-31T23:59:58.75Z"}"#;
    assert_eq!(lines(r#"{"window": "7d"}"#, Target::QRadar, "LAST"), "LAST 168 HOURS");
    assert_eq!(lines(r#"{"window": "all"}"#, Target::QRadar, "START"), "START '1970-01-01 00:00Z'");
    let until = "START '1970-01-01 00:00Z' STOP '1970-01-01 00:00Z'";
    assert_eq!(lines(before_1970, Target::QRadar, "START"), until);
    assert!(lines(before_1970, Target::QRadar, "WHERE").contains("starttime <= -1250"));
    assert!(lines(before_1970, Target::Splunk, "where").contains("_time <= -1.250000"));
    assert!(lines(r#"{"window": "all"}"#, Target::Splunk, "earliest").contains("earliest=0 latest=now "));
    assert!(lines(r#"{"window": "6h"}"#, Target::Splunk, "earliest").contains("earliest=-6h latest=now "));
    // The start would be before the first year that has a text.
    let first_day = r#"{"window": "7d", "end": "0001-01-01T12:00:00Z"}"#;
    assert!(lines(first_day, Target::QRadar, "START").starts_with("START '0001-01-01 00:00Z'"));
    let kql = lines(r#"{"window": "6h"}"#, Target::Defender, "let ");
    assert_eq!(kql, "let window_end = now();\nlet window_start = window_end - 6h;");
}

#[test]
fn no_name_gets_out_of_its_quotes() {
    let evil = "x' OR 1=1 -- */ \" ) ``` \\' \u{2028}| delete #conditions# //";
    let set = ReferenceSet::from_list("s", "10.0.0.1", None).unwrap();
    let (list, _) = ThreatList::from_list("t", "10.0.0.2", None).unwrap();
    let named = |rule_name: &str, name: &str| {
        let rule = Rule::new().with_name(rule_name).with_reference_sets([set.clone().with_name(name)]);
        rule.unwrap().with_threat_lists([list.clone().with_name(name)]).unwrap()
    };
    let (rule, plain) = (named(&format!("{evil}\nsecond line"), evil), named("plain", "plain"));
    for target in Target::ALL {
        let (query, harmless) = (render(&rule, target), render(&plain, target));
        assert_eq!(query.lines().count(), harmless.lines().count(), "{query}");
        // Without quoted text and comments both queries are the same.
        assert_eq!(skeleton(&query, target), skeleton(&harmless, target), "{query}");
    }
}

/// A query without the content of its strings and without comments, by the syntax of each language.
fn skeleton(query: &str, target: Target) -> String {
    let (quotes, escaped, remarks): (&[char], bool, &[(&str, &str)]) = match target {
        Target::QRadar | Target::QRadarLiteral => (&['\''], false, &[("/*", "*/")]),
        Target::DuckDb => (&['\''], false, &[("/*", "*/"), ("--", "\n")]),
        Target::ClickHouse => (&['\''], true, &[("/*", "*/"), ("--", "\n")]),
        Target::Splunk => (&['"'], true, &[("```", "```")]),
        _ => (&['"'], true, &[("//", "\n")]),
    };
    let (mut out, mut rest) = (String::new(), query);
    while let Some(character) = rest.chars().next() {
        if let Some((begin, end)) = remarks.iter().find(|(begin, _)| rest.starts_with(begin)) {
            let behind = &rest[begin.len()..];
            rest = &behind[behind.find(end).expect("a remark ends") + end.len()..];
        } else if quotes.contains(&character) {
            let mut inside = rest.char_indices().skip(1).peekable();
            let end = loop {
                let (at, found) = inside.next().expect("a text ends");
                let doubled = !escaped && inside.peek().is_some_and(|(_, next)| *next == character);
                match found {
                    '\\' if escaped => drop(inside.next()),
                    _ if found == character && doubled => drop(inside.next()),
                    _ if found == character => break at + 1,
                    _ => {}
                }
            };
            out.push_str("''");
            rest = &rest[end..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}
