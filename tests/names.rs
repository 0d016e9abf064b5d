//! Registrable domains, compared with the test cases of the public suffix list and with another program; and a
//! table of names with their randomness, to review.
//!
//! `UPDATE_GOLDEN=1 cargo test --test names` writes the table for the names in its first column.

#![cfg(feature = "public-suffixes")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use beaconlens::hunts::domains::{PUBLIC_SUFFIXES, PublicSuffixList, log_likelihood_ratio, randomness};
use proptest::prelude::*;
use publicsuffix::{List, Psl};

const HEADING: &str = "name | registrable domain | without a list | bits | randomness";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/names")
}

fn oracle() -> List {
    List::from_bytes(PUBLIC_SUFFIXES.as_bytes()).unwrap()
}

/// Unlisted top-level domains have no registrable domains here, except those that malware and tests use.
fn by_oracle<'a>(list: &List, name: &'a str) -> Option<&'a str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let lower = name.to_ascii_lowercase();
    let unlisted = ["bazar", "bit", "coin", "emc", "lib", "example", "invalid", "test"];
    let known = list.suffix(lower.as_bytes())?.is_known() || unlisted.contains(&lower.rsplit('.').next()?);
    let domain = list.domain(lower.as_bytes())?.as_bytes().len();
    (known && !lower.ends_with(".arpa")).then(|| &name[name.len() - domain..])
}

fn row(suffixes: &PublicSuffixList, name: &str) -> String {
    let text = |it: Option<&str>| it.unwrap_or("-").to_owned();
    let domain = suffixes.registrable_domain(name);
    let label = domain.unwrap_or(name).split('.').next().unwrap();
    let bits =
        log_likelihood_ratio(label).map_or("-".to_owned(), |bits| format!("{:.2}", f64::from(bits) / 100.0));
    let share = randomness(label).map_or("-".to_owned(), |it| format!("{:.3}", f64::from(it) / 1000.0));
    format!(
        "{name} | {} | {} | {bits} | {share}",
        text(domain),
        text(PublicSuffixList::default().registrable_domain(name))
    )
}

#[test]
fn every_name_has_its_recorded_randomness() {
    let file = folder().join("golden.txt");
    let recorded = fs::read_to_string(&file).unwrap();
    let suffixes = PublicSuffixList::new(PUBLIC_SUFFIXES);
    let names =
        recorded.lines().filter(|line| *line != HEADING).map(|line| line.split(" | ").next().unwrap());
    let rows: Vec<String> = names.map(|name| row(&suffixes, name)).collect();
    let table = format!("{HEADING}\n{}\n", rows.join("\n"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &table).unwrap();
    }
    assert_eq!(recorded, table);
}

/// The published test cases of the list, except names with an empty label or non-ASCII characters.
#[test]
fn the_list_passes_its_published_cases() {
    let suffixes = PublicSuffixList::new(PUBLIC_SUFFIXES);
    let cases = fs::read_to_string(folder().join("test_psl.txt")).unwrap();
    let mut seen = 0;
    for case in cases.lines().filter(|line| line.starts_with("checkPublicSuffix('") && line.is_ascii()) {
        let mut parts = case.split('\'').skip(1).step_by(2);
        let (name, expected) = (parts.next().unwrap(), parts.next().map(str::to_ascii_lowercase));
        let found = suffixes.registrable_domain(name).map(str::to_ascii_lowercase);
        assert_eq!(found, expected, "{name}");
        seen += 1;
    }
    assert!(seen > 60, "only {seen} cases");
}

#[test]
fn popular_domains_are_as_another_program_computes_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/toplist-alexa100k/alexa_100k.csv");
    let Ok(list) = fs::read_to_string(path) else {
        eprintln!("skipped: ../shared is not here");
        return;
    };
    let (suffixes, oracle) = (PublicSuffixList::new(PUBLIC_SUFFIXES), oracle());
    let mut thumb = 0;
    for name in list.lines().map(|line| line.split([',', '/']).nth(1).unwrap()) {
        let domain = suffixes.registrable_domain(name);
        assert_eq!(domain, by_oracle(&oracle, name), "{name}");
        thumb += usize::from(PublicSuffixList::default().registrable_domain(name) == domain);
    }
    // The built-in heuristic is right for nearly all.
    assert!(thumb > 99_000, "{thumb}");
}

#[test]
fn a_list_is_identified_by_its_version() {
    let suffixes = PublicSuffixList::new(PUBLIC_SUFFIXES);
    assert_eq!(suffixes.version(), Some("2026-10-22_08-36-41_UTC"));
    assert!(suffixes.is_loaded());
    assert!(!PublicSuffixList::default().is_loaded());
    assert!(!PublicSuffixList::new("// nothing\n\n").is_loaded());
    assert_eq!(suffixes.registrable_domain(&format!("{}example.com", "a.".repeat(121))), Some("example.com"));
    assert_eq!(suffixes.registrable_domain(&format!("{}example.com", "a.".repeat(122))), None);
}

fn name() -> impl Strategy<Value = String> {
    let rules: Vec<&str> = PUBLIC_SUFFIXES.lines().filter(|line| !line.starts_with("//")).collect();
    let labels = proptest::collection::vec("[a-cA-C0-9-]{1,3}|www|city|co|com|bazar|local", 0..4);
    (labels, proptest::sample::select(rules), any::<bool>()).prop_map(|(labels, rule, dot)| {
        let rule = rule.trim_start_matches('!').replace('*', "any");
        labels.into_iter().chain([rule]).collect::<Vec<_>>().join(".") + if dot { "." } else { "" }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn names_under_any_rule_are_as_another_program_says(names in proptest::collection::vec(name(), 50)) {
        thread_local!(static BOTH: (PublicSuffixList, List) = (PublicSuffixList::new(PUBLIC_SUFFIXES), oracle()));
        BOTH.with(|(suffixes, oracle)| {
            for name in &names {
                prop_assert_eq!(suffixes.registrable_domain(name), by_oracle(oracle, name), "{}", name);
            }
            Ok(())
        })?;
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,300}|[a-z0-9.-]{0,300}|(xn--[a-z0-9]{0,4}\\.?){0,9}") {
        for suffixes in [PublicSuffixList::default(), PublicSuffixList::new("com\n*.ck\n!www.ck"), PublicSuffixList::new(&text)] {
            if let Some(domain) = suffixes.registrable_domain(&text) {
                prop_assert!(text.trim_end_matches('.').ends_with(domain) && domain.contains('.'));
                prop_assert_eq!(suffixes.registrable_domain(domain), Some(domain));
                let upper = text.to_ascii_uppercase();
                prop_assert_eq!(suffixes.registrable_domain(&upper).map(str::to_ascii_lowercase), Some(domain.to_ascii_lowercase()));
            }
        }
        prop_assert_eq!(randomness(&text), randomness(&text.to_ascii_uppercase()));
        prop_assert_eq!(randomness(&text).is_some(), log_likelihood_ratio(&text).is_some());
    }

    #[test]
    fn more_evidence_is_no_less_randomness(a in "[a-z0-9-]{1,63}", b in "[a-z0-9-]{1,63}") {
        let [less, more] = if log_likelihood_ratio(&a) <= log_likelihood_ratio(&b) { [a, b] } else { [b, a] };
        prop_assert!(randomness(&less) <= randomness(&more) && randomness(&more) <= Some(1000));
    }
}
