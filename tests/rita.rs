//! RITA's score on the logs of RITA's own test, if present, equals the values that its test asserts.

// A test that cannot read its own files has failed.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use beaconlens::regularity::{RitaScore, rita_score};
use beaconlens::{Connection, Timestamp};

const HOUR: i64 = 3_600_000_000;

/// Some columns of a Zeek log.
fn columns<const N: usize>(text: &str, wanted: [&str; N]) -> Vec<[String; N]> {
    let names = text.lines().find_map(|line| line.strip_prefix("#fields\t")).unwrap_or_default();
    let places = wanted.map(|wanted| names.split('\t').position(|name| name == wanted));
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let fields: Vec<&str> = row.split('\t').collect();
        places.map(|place| place.and_then(|at| fields.get(at)).copied().unwrap_or_default().to_owned())
    })
    .collect()
}

/// Epoch seconds with a fraction, in microseconds, without floating point.
fn micros(text: &str) -> i64 {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<6}");
    seconds.parse::<i64>().unwrap_or(0) * 1_000_000 + fraction[..6].parse::<i64>().unwrap_or(0)
}

/// The score of a host name as RITA computes it: from connections with that TLS server name in the 24 hours
/// before the last full hour, with sizes in packet bytes.
fn score(folder: &Path, host: &str) -> Option<(usize, RitaScore)> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let conn = columns(&read("conn.log")?, ["ts", "uid", "orig_ip_bytes"]);
    let ssl = columns(&read("ssl.log")?, ["uid", "server_name"]);
    let named: HashMap<String, String> = ssl.into_iter().map(|[uid, name]| (uid, name)).collect();
    let last = conn.iter().map(|[ts, ..]| micros(ts)).max()?;
    let first = conn.iter().map(|[ts, ..]| micros(ts)).min()?.max(last - 24 * HOUR);
    let mut connections: Vec<Connection> = conn
        .iter()
        .filter(|[ts, uid, _]| {
            micros(ts) >= first - first.rem_euclid(HOUR) && named.get(uid).is_some_and(|name| name == host)
        })
        .map(|[ts, _, bytes]| {
            let start = Timestamp::from_micros(micros(ts)).unwrap();
            Connection::new(start, bytes.parse().unwrap_or(0), 0)
        })
        .collect();
    connections.sort_unstable();
    rita_score(&connections, (first, last)).map(|score| (connections.len(), score))
}

#[test]
fn scores_are_those_that_rita_asserts() {
    let shared = std::env::var_os("BEACONLENS_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/zeek-rita-proxy");
    if !folder.exists() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    let asserted = [
        ("www.honestimnotevil.com", 357, [0.979, 0.921, 0.995, 1.0, 1.0], 0.005),
        ("www.google.com", 6, [0.586, 0.48, 0.865, 0.0, 1.0], 0.0005),
    ];
    for (host, count, expected, tolerance) in asserted {
        let Some((n, score)) = score(&folder, host) else { panic!("no score for {host}") };
        assert_eq!(n, count, "{host}");
        let found = [score.score, score.timestamp, score.data_size, score.histogram, score.duration];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() <= tolerance + 1e-9, "{host}: {score:?}");
        }
    }
}
