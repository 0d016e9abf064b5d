//! The result as tables in Markdown.

use std::fmt::Write as _;

use super::families::Family;
use super::measure::{Outcome, Row, Totals};

/// The tables of one set of families.
#[must_use]
pub fn render(families: &[Family], outcome: &Outcome) -> String {
    let mut out = String::new();
    for (beacon, head, rate) in [(true, "beacons", "found"), (false, "benign traffic", "false alarms")] {
        let _ = write!(
            out,
            "\n| {head} | connections | {rate} | {rate}, RITA | regularity | RITA's score | µs a pair |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        );
        for (family, row) in families.iter().zip(&outcome.rows).filter(|(family, _)| family.beacon == beacon)
        {
            line(&mut out, family.name, row);
        }
    }
    let _ = write!(out, "\n| over all, {} seeds | regularity | RITA's score |\n| --- | ---: | ---: |\n", {
        outcome.ours.recall.len()
    });
    let mut total = |name: &str, of: fn(&Totals) -> &Vec<f64>, digits: usize| {
        let (ours, rita) = (spread(of(&outcome.ours), digits), spread(of(&outcome.rita), digits));
        let _ = writeln!(out, "| {name} | {ours} | {rita} |");
    };
    total("beacons found at 1 % false alarms", |totals| &totals.recall, 3);
    total("average precision", |totals| &totals.precision, 4);
    let beacons = || families.iter().zip(&outcome.rows).filter(|(family, _)| family.beacon);
    let minimum = |of: fn(&Row) -> &Vec<f64>| beacons().map(|(_, row)| mean(of(row))).fold(1.0, f64::min);
    let (ours, rita) = (minimum(|row| &row.found), minimum(|row| &row.found_by_rita));
    let _ = writeln!(out, "| beacons found in the worst family | {ours:.2} | {rita:.2} |");
    out
}

fn line(out: &mut String, name: &str, row: &Row) {
    let Row { found, found_by_rita, regularity, rita, connections, micros } = row;
    let (found, by_rita) = (mean(found), mean(found_by_rita));
    let (regularity, rita, micros) = (mean(regularity), mean(rita), mean(micros));
    let connections = mean(connections);
    let _ = writeln!(
        out,
        "| {name} | {connections:.0} | {found:.2} | {by_rita:.2} | {regularity:.2} | {rita:.2} | {micros:.0} |"
    );
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

/// Mean, minimum and maximum over several runs.
fn spread(runs: &[f64], digits: usize) -> String {
    let minimum = runs.iter().copied().fold(f64::INFINITY, f64::min);
    let maximum = runs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{:.digits$} ({minimum:.digits$} to {maximum:.digits$})", mean(runs))
}
