//! The result as tables in Markdown.

use std::fmt::Write as _;

use super::lists::{HELD_OUT, Kind, TYPOS};
use super::measure::{Row, area, at_one_percent, share_above};

/// The tables of single names and of sets.
#[must_use]
pub fn render(rows: &[Row]) -> String {
    let mut out = String::new();
    singles(&mut out, rows);
    for names in [5, 10, 20] {
        sets(&mut out, rows, names);
    }
    out
}

/// All names of a kind, in ascending order of the log-likelihood ratio.
#[must_use]
pub fn together(rows: &[Row], kind: Kind) -> Vec<i32> {
    let of_kind = rows.iter().filter(|row| row.kind == kind);
    let mut all: Vec<i32> = of_kind.flat_map(|row| row.evidence.iter().copied()).collect();
    all.sort_unstable();
    all
}

fn list<'a>(rows: &'a [Row], name: &str) -> Option<&'a Row> {
    rows.iter().find(|row| row.name == name)
}

fn singles(out: &mut String, rows: &[Row]) {
    let Some(ordinary) = list(rows, HELD_OUT) else { return };
    let bar = at_one_percent(&ordinary.evidence);
    let _ = write!(
        out,
        "\n| one name | names | area under the curve | above 1 % of the held out | mean randomness |\n\
         | --- | ---: | ---: | ---: | ---: |\n"
    );
    let mut line = |name: &str, evidence: &[i32], mean: Option<f64>| {
        let (area, share) = (area(evidence, &ordinary.evidence), share_above(evidence, bar));
        let mean = mean.map_or(String::new(), |mean| format!("{mean:.3}"));
        let _ = writeln!(out, "| {name} | {} | {area:.4} | {share:.3} | {mean} |", evidence.len());
    };
    for row in rows {
        line(row.name, &row.evidence, Some(row.mean()));
    }
    line("**all that look random**", &together(rows, Kind::Random), None);
}

fn sets(out: &mut String, rows: &[Row], names: usize) {
    let [Some(ordinary), Some(typos)] =
        [HELD_OUT, TYPOS].map(|name| list(rows, name).map(|row| row.sets(names)))
    else {
        return;
    };
    let _ = write!(
        out,
        "\n| mean of {names} names | area, beside held out | area, beside mistyped | 0.5 and more | 0.6 | 0.7 | 0.8 |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for row in rows {
        let sets = row.sets(names);
        let (beside, mistyped) = (area(&sets, &ordinary), area(&sets, &typos));
        let above = |bar: f64| sets.iter().filter(|mean| **mean >= bar).count() as f64 / sets.len() as f64;
        let _ = writeln!(
            out,
            "| {} | {beside:.4} | {mistyped:.4} | {:.4} | {:.4} | {:.4} | {:.4} |",
            row.name,
            above(0.5),
            above(0.6),
            above(0.7),
            above(0.8)
        );
    }
}
