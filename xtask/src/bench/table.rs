//! The measurements as a table in Markdown. Medians; ratios within a round.

use super::measure::Measured;
use super::tool::{Job, Tool};

/// The table, with beaconlens in its first line.
pub fn render(tools: &[Tool], results: &[Vec<Measured>], job: &Job) -> String {
    let size = std::fs::metadata(&job.file).map_or(0, |file| file.len());
    let rounds = results.first().map_or(0, Vec::len);
    let mut lines = vec![
        format!(
            "{} rows, {:.0} MB, medians of {rounds} rounds; all answers identical.",
            grouped(job.rows),
            size as f64 / 1e6
        ),
        String::new(),
        "| tool | threads | version | CPU s | × beaconlens | CPU s after start | × beaconlens | M rows/CPU s | wall s | peak RSS MB |"
            .to_owned(),
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|".to_owned(),
    ];
    let ours = &results[0];
    for (tool, runs) in tools.iter().zip(results) {
        let query = median(runs, |run| run.query_cpu_seconds);
        lines.push(format!(
            "| {} | {} | {} | {:.2} | {:.1} | {:.2} | {:.1} | {:.2} | {:.2} | {:.0} |",
            tool.name,
            tool.threads,
            runs[0].version,
            median(runs, |run| run.cpu_seconds),
            ratio(runs, ours, |run| run.cpu_seconds),
            query,
            ratio(runs, ours, |run| run.query_cpu_seconds),
            job.rows as f64 / 1e6 / query,
            median(runs, |run| run.wall_seconds),
            median(runs, |run| run.peak_bytes as f64) / 1e6,
        ));
    }
    lines.push(String::new());
    lines.push(
        "CPU s is user and system time of the whole process; \"after start\" leaves out the interpreter and,\n\
         for the peers only, the import of their library. Peers are told the window's end: one pass is enough."
            .to_owned(),
    );
    lines.join("\n")
}

fn median(runs: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    middle(runs.iter().map(of).collect())
}

/// The median of the ratios, each taken within one round.
fn ratio(runs: &[Measured], ours: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    middle(runs.iter().zip(ours).map(|(run, our)| of(run) / of(our)).collect())
}

/// The median.
pub fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
    (values[low] + values[high]) / 2.0
}

/// Digits in groups of three.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{grouped, middle};

    #[test]
    fn the_middle_of_odd_and_even_counts() {
        assert_eq!(middle(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(middle(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn digits_in_groups_of_three() {
        assert_eq!((grouped(999), grouped(10_000_000)), ("999".to_owned(), "10,000,000".to_owned()));
    }
}
