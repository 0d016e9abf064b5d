//! Trains the table of character pairs by which the crate scores labels.
//!
//! Every other name of a list of popular domains is used, so that the rest can measure it.

use std::collections::HashSet;

const SYMBOLS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-.";
const EDGE: usize = 37;

/// Smoothing: virtual counts added to each row, in the proportions of all characters.
const PRIOR: f64 = 20.0;

/// The maximum cost in half bits: one digit of the table.
const GREATEST: f64 = 30.0;

/// The first labels of a list `rank,domain`, without duplicates: those to train on, and those held out.
pub fn halves(list: &str) -> (Vec<&str>, Vec<&str>) {
    let mut seen = HashSet::new();
    let (mut learn, mut held_out) = (Vec::new(), Vec::new());
    for name in list.lines().filter_map(|line| line.split(',').nth(1)) {
        let label = name.split('.').next().unwrap_or_default();
        if seen.insert(label) {
            let half = if seen.len() % 2 == 1 { &mut learn } else { &mut held_out };
            half.push(label);
        }
    }
    (learn, held_out)
}

/// The table as text.
pub fn table(labels: &[&str]) -> String {
    let counts = count(labels);
    let total: f64 = counts.iter().flatten().sum();
    let overall =
        |at: usize| (counts.iter().map(|row| row[at]).sum::<f64>() + 1.0) / (total + SYMBOLS.len() as f64);
    let mut out = format!(" {}\n", String::from_utf8_lossy(SYMBOLS));
    for (row, symbol) in counts.iter().zip(SYMBOLS) {
        out.push(char::from(*symbol));
        let sum: f64 = row.iter().sum();
        for (at, count) in row.iter().enumerate() {
            let probability = (count + PRIOR * overall(at)) / (sum + PRIOR);
            let half_bits = (-2.0 * libm::log2(probability)).round().min(GREATEST);
            out.push(char::from_digit(half_bits as u32, 36).unwrap_or('?'));
        }
        out.push('\n');
    }
    out
}

fn count(labels: &[&str]) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; SYMBOLS.len()]; SYMBOLS.len()];
    for label in labels {
        let mut before = EDGE;
        for at in label.bytes().map(place).chain([EDGE]) {
            counts[before][at] += 1.0;
            before = at;
        }
    }
    counts
}

fn place(byte: u8) -> usize {
    let is_symbol = |symbol: &u8| *symbol == byte.to_ascii_lowercase();
    SYMBOLS.iter().position(is_symbol).unwrap_or(EDGE - 1)
}
