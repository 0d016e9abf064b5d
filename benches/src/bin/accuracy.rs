//! Prints how well beacons are told from innocent traffic, by regularity and by RITA's score:
//! `accuracy [--pairs N] [--seeds N]`, or `accuracy --captures FOLDER` for real captures with labels.

use std::path::Path;
use std::process::ExitCode;

use beaconlens_bench::accuracy::families::{DRAWN, HELD_OUT, LISTED};
use beaconlens_bench::accuracy::measure::measure;
use beaconlens_bench::accuracy::{captures, table};

const USAGE: &str = "usage: accuracy [--pairs N] [--seeds N] | accuracy --captures FOLDER";

<<<<<<< HEAD
fn captures(dir: &std::path::Path) {
    let text = std::fs::read_to_string(dir.join("LABELS_ALL.csv")).unwrap_or_default();
    let labels = beaconlens_bench::accuracy::captures::labels(&text);
    let mut judge = Judge::default();
    let mut cache = std::collections::HashMap::new();
    for label in labels {
        let Some(pair) = label.pair else { continue };
        let file = if label.dataset.contains("ctu355") { "conn.log" } else { &label.file };
        let path = dir.join(&label.dataset).join(file);
        let scored = cache.entry(path.clone()).or_insert_with(|| {
            let pairs = beaconlens_bench::accuracy::captures::pairs(&path);
            let first = pairs.values().flatten().map(|c| c.start).min().unwrap_or(0);
            let last = pairs.values().flatten().map(|c| c.start).max().unwrap_or(0);
            pairs
                .iter()
                .map(|(pair, connections)| {
                    let r = judge.judge(connections);
                    let rita =
                        rita_score(connections, (first.max(last - 86_400_000_000), last)).map(|r| r.score);
                    (*pair, connections.len(), r, rita)
                })
                .collect::<Vec<_>>()
        });
        let Some((_, n, r, rita)) = scored.iter().find(|s| s.0 == pair) else {
            println!("{} {} {pair}: not in it ({} pairs)", label.dataset, file, scored.len());
            continue;
        };
        let of = scored.iter().filter(|s| s.2.is_some()).count();
        let rank = 1 + scored
            .iter()
            .filter(|s| s.2.as_ref().map(|r| r.regularity) > r.as_ref().map(|r| r.regularity))
            .count();
        let rita_rank = 1 + scored.iter().filter(|s| s.3 > *rita).count();
        println!("{:9} {:30} {pair:50} n {n:5} rank {rank:3} rita {rita_rank:3} ({:.3}) of {of}: {}", label.verdict, label.dataset, rita.unwrap_or(0.0),
          r.as_ref().map_or(String::new(), |j| format!("r{:.3} t{:.3} p{:.3} s{:.3} per {:8.1} jit {:5.1} miss {:4.1} span {:7.0} calls {} on {} sig {}", j.regularity.value(), j.regularity_parts.timing.value(), j.regularity_parts.persistence.value(), j.regularity_parts.size.value(), j.period_seconds.unwrap_or(0.0), j.jitter_percent.unwrap_or(0.0), j.missed_percent.unwrap_or(0.0), j.active_span_seconds, j.calls, j.calls_on_beat, j.significance)));
        if std::env::args().any(|a| a == "--above") {
            for (p, n, r, _) in scored
                .iter()
                .filter(|s| s.2.as_ref().map(|r| r.regularity) > r.as_ref().map(|r| r.regularity))
            {
                let j = r.as_ref().unwrap();
                println!(
                    "       {p:50} n {n:5} r{:.3} t{:.3} p{:.3} s{:.3} per {:8.1} jit {:5.1} miss {:4.1} span {:7.0} calls {} on {} sig {}",
                    j.regularity.value(),
                    j.regularity_parts.timing.value(),
                    j.regularity_parts.persistence.value(),
                    j.regularity_parts.size.value(),
                    j.period_seconds.unwrap_or(0.0),
                    j.jitter_percent.unwrap_or(0.0),
                    j.missed_percent.unwrap_or(0.0),
                    j.active_span_seconds,
                    j.calls,
                    j.calls_on_beat,
                    j.significance
                );
            }
=======
fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("accuracy: {message}\n{USAGE}");
            ExitCode::from(2)
>>>>>>> regularity
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<String, String> {
    let (mut pairs, mut seeds) = (50, 5);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse().map_err(|_| format!("{value} is not a number"));
        match word.as_str() {
            "--pairs" => pairs = number()?,
            "--seeds" => seeds = number()?,
            "--captures" => return ranks(Path::new(&value)),
            _ => return Err(format!("unknown argument {word}")),
        }
    }
<<<<<<< HEAD
    let verbose = std::env::args().any(|a| a == "-v");
    let seeds: u64 = if verbose { 1 } else { 5 };
    for (title, families) in [("listed", LISTED), ("held out", HELD_OUT)] {
        println!("\n## {title}\n");
        let mut rows = vec![[0.0f64; 6]; families.len()];
        let mut totals = Vec::new();
        for seed in 1..=seeds {
            let mut judge = Judge::default();
            let (mut ours, mut ritas) = (vec![], vec![]);
            for (i, family) in families.iter().enumerate() {
                let mut random = Random::named(seed, family.name);
                let pairs: Vec<Vec<Connection>> = (0..PAIRS).map(|_| family.pair(&mut random)).collect();
                let judged: Vec<_> = pairs.iter().map(|p| judge.judge(p)).collect();
                let mut least = f64::INFINITY;
                for _ in 0..3 {
                    let start = Instant::now();
                    for p in &pairs {
                        std::hint::black_box(judge.judge(p));
                    }
                    least = least.min(start.elapsed().as_secs_f64());
                }
                rows[i][4] += least * 1e6 / PAIRS as f64 / seeds as f64;
                rows[i][5] +=
                    pairs.iter().map(|p| p.len()).sum::<usize>() as f64 / PAIRS as f64 / seeds as f64;
                for (k, (p, j)) in pairs.iter().zip(&judged).enumerate() {
                    ours.push(Scored {
                        family: i,
                        beacon: family.beacon,
                        score: j.as_ref().map_or(0.0, |j| j.regularity.value()),
                    });
                    ritas.push(Scored {
                        family: i,
                        beacon: family.beacon,
                        score: rita_score(p, family.span()).map_or(0.0, |s| s.score),
                    });
                    if verbose && k < 4 {
                        if let Some(j) = j {
                            println!(
                                "  {:40} n{:5} r{:.3} t{:.3} p{:.3} s{:.3} per {:8.1} jit {:5.1} miss {:4.1} span {:7.0} calls {} on {} sig {}",
                                family.name,
                                p.len(),
                                j.regularity.value(),
                                j.regularity_parts.timing.value(),
                                j.regularity_parts.persistence.value(),
                                j.regularity_parts.size.value(),
                                j.period_seconds.unwrap_or(0.0),
                                j.jitter_percent.unwrap_or(0.0),
                                j.missed_percent.unwrap_or(0.0),
                                j.active_span_seconds,
                                j.calls,
                                j.calls_on_beat,
                                j.significance
                            );
                        }
                    }
                }
            }
            let (to, tr) = (threshold(&ours, 0.01), threshold(&ritas, 0.01));
            for i in 0..families.len() {
                rows[i][0] += recall(ours.iter().filter(|s| s.family == i), to) / seeds as f64;
                rows[i][1] += ours.iter().filter(|s| s.family == i).map(|s| s.score).sum::<f64>()
                    / PAIRS as f64
                    / seeds as f64;
                rows[i][2] += recall(ritas.iter().filter(|s| s.family == i), tr) / seeds as f64;
                rows[i][3] += ritas.iter().filter(|s| s.family == i).map(|s| s.score).sum::<f64>()
                    / PAIRS as f64
                    / seeds as f64;
            }
            let b = |s: &[Scored], t| recall(s.iter().filter(|s| s.beacon), t);
            totals.push((
                b(&ours, to),
                average_precision(&ours),
                b(&ritas, tr),
                average_precision(&ritas),
                to,
                tr,
            ));
        }
        for (family, r) in families.iter().zip(&rows) {
            println!(
                "| {:45} | {:.3} | {:.3} | {:.3} | {:.3} | {:6.1} | {:6.1} |",
                family.name, r[0], r[1], r[2], r[3], r[4], r[5]
            );
        }
        for t in totals {
            println!(
                "recall {:.4} AP {:.4} | RITA {:.4} {:.4} | thresholds {:.3} {:.3}",
                t.0, t.1, t.2, t.3, t.4, t.5
            );
        }
=======
    if pairs == 0 || seeds == 0 {
        return Err("nothing to do".to_owned());
    }
    let mut out = String::new();
    for (title, families) in [
        ("Listed", LISTED),
        ("Other parameters and kinds", HELD_OUT),
        ("Every pair its own parameters", DRAWN),
    ] {
        let outcome = measure(families, pairs as usize, seeds);
        out += &format!(
            "## {title}: {} families, {pairs} pairs each, {seeds} seeds\n{}\n",
            families.len(),
            table::render(families, &outcome)
        );
    }
    Ok(out)
}

fn ranks(folder: &Path) -> Result<String, String> {
    match captures::rank(folder) {
        ranked if ranked.is_empty() => Err(format!("no labelled pair in {}", folder.display())),
        ranked => Ok(captures::render(&ranked)),
>>>>>>> regularity
    }
}
