//! Rule documents: damaged ones are accepted and refused as by serde_json.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "only its random numbers are needed here")]
mod flows;

use std::fs;
use std::path::Path;

use beaconlens::Rule;
use flows::Random;
use serde_json::Value;

fn documents() -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<_> = fs::read_dir(tests.join("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".rule.json"))
        .collect();
    files.sort();
    files.push(tests.join("queries/tuned.json"));
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// One or two changes, mostly such that it stays JSON.
fn damaged(random: &mut Random, text: &str) -> String {
    const PIECES: [&str; 24] = [
        " ", "\n", "\t", "\\", "\"", ",", ":", "[", "]", "{", "}", "0", "-", "1e5", "null", "true", "[]",
        "{}", "\\u0041", "\\\"", "é", "\"x\"", "#", ".5",
    ];
    let mut text = text.to_owned();
    for _ in 0..random.below(3) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = random.pick(&places);
        match random.below(4) {
            0 => drop(text.remove(at)),
            _ => text.insert_str(at, random.pick(&PIECES)),
        }
    }
    text
}

#[test]
fn damaged_documents_are_read_as_serde_json_reads_them() {
    let documents = documents();
    let (mut json, mut rules) = (0, 0);
    for seed in 0..30_000 {
        let mut random = Random::new(seed);
        let document = random.pick(&documents);
        let text = damaged(&mut random, &document);
        let found = Rule::from_json(&text);
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            assert!(found.is_err(), "seed {seed}: {text}");
            continue;
        };
        json += 1;
        match &found {
            // Spaces, escapes and the order of fields differ now; the rule must not.
            Ok(rule) => {
                rules += 1;
                assert_eq!(found, Rule::from_json(&value.to_string()), "seed {seed}: {text}");
                assert_eq!(Rule::from_json(&rule.to_json()).as_ref(), Ok(rule), "seed {seed}: {text}");
                check_values(rule, &value, &text);
            }
            Err(error) => {
                let message = error.to_string();
                let position = error.position().expect("a position");
                let before = text.get(..position.byte as usize).expect("a position in the text");
                assert_eq!(position.line, before.matches('\n').count() as u64 + 1, "{message}: {text}");
                // serde_json keeps only one of two fields with the same name.
                let twice = message.contains("found twice");
                assert!(
                    twice || Rule::from_json(&value.to_string()).is_err(),
                    "seed {seed}, {message}: {text}"
                );
            }
        }
    }
    assert!(json > 15_000 && rules > 8_000 && json - rules > 2_000, "{json} {rules}");
}

/// The values of the rule are those that serde_json reads.
fn check_values(rule: &Rule, value: &Value, text: &str) {
    let default = Rule::default();
    let number = |way: &str, or: u64| value.pointer(way).map_or(or, |value| value.as_u64().expect(text));
    assert_eq!(rule.gates().min_hours, number("/gates/min_hours", default.gates().min_hours));
    assert_eq!(
        rule.gates().min_connections,
        number("/gates/min_connections", default.gates().min_connections)
    );
    assert_eq!(rule.high_volume(), number("/high_volume", default.high_volume()));
    assert_eq!(rule.name(), value["name"].as_str().unwrap_or(default.name()));
    if let Some(ports) = value["c2_ports"].as_array() {
        let ports: Vec<u64> = ports.iter().map(|port| port.as_u64().expect(text)).collect();
        assert_eq!(rule.c2_ports().iter().map(|port| u64::from(*port)).collect::<Vec<_>>(), ports);
    }
    if let Some(sets) = value["reference_sets"].as_array() {
        for (set, value) in rule.reference_sets().iter().zip(sets) {
            assert_eq!(set.name(), value["name"].as_str().expect(text));
        }
        assert_eq!(rule.reference_sets().len(), sets.len());
    }
}
