//! The lists of names to measure, from the shared data of the project.

use std::collections::HashSet;
use std::path::Path;

use beaconlens::hunts::domains::{PUBLIC_SUFFIXES, PublicSuffixList};

use super::train;
use crate::random::Random;

/// Origin of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A generator whose names look random.
    Random,
    /// A generator of syllables.
    Syllables,
    /// A generator that joins words.
    Words,
    /// People.
    Ordinary,
}

/// Names of one origin: the labels of their registrable domains, each once.
#[derive(Debug)]
pub struct List {
    /// Its name in the tables.
    pub name: &'static str,
    /// Origin of its names.
    pub kind: Kind,
    /// Its labels, in lower case.
    pub labels: Vec<String>,
}

/// The half of the popular domains that the table was not trained on; the first of all lists.
pub const HELD_OUT: &str = "popular domains, held out";

/// The same names with a typing error each: lookups of people that fail.
pub const TYPOS: &str = "the same, mistyped";

const POPULAR: &str = "toplist-alexa100k/alexa_100k.csv";

const FILES: &[(&str, Kind, &str)] = &[
    ("OpenDNS, random sample", Kind::Ordinary, "dga-andrewaeva/opendns-random-domains.txt"),
    ("OpenDNS, most asked for", Kind::Ordinary, "dga-andrewaeva/opendns-top-domains.txt"),
    ("Conficker", Kind::Random, "dga-andrewaeva/conficker_1000.txt"),
    ("CryptoLocker", Kind::Random, "dga-andrewaeva/cryptolocker_1000.txt"),
    ("Gameover Zeus", Kind::Random, "dga-andrewaeva/goz.txt"),
    ("new Gameover Zeus", Kind::Random, "dga-andrewaeva/new_goz.txt"),
    ("Zeus", Kind::Random, "dga-andrewaeva/zeus_1000.txt"),
    ("Ramdo", Kind::Random, "dga-andrewaeva/ramdo_1000.txt"),
    ("Tinba", Kind::Random, "dga-andrewaeva/tinba_1000.txt"),
    ("others", Kind::Random, "dga-andrewaeva/others_dga.txt"),
    ("Pushdo", Kind::Syllables, "dga-andrewaeva/pushdo_1000.txt"),
    ("Simda (capture)", Kind::Syllables, "zeek-ctu355-simda-dga/dns.log"),
    ("Matsnu", Kind::Words, "dga-andrewaeva/matsnu_1000.txt"),
    ("Rovnix", Kind::Words, "dga-andrewaeva/rovnix_1000.txt"),
];

/// All lists below a folder; an error names a missing file.
pub fn read(folder: &Path) -> Result<Vec<List>, String> {
    let text = |file: &str| {
        let path = folder.join(file);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let popular = text(POPULAR)?;
    let (learnt, held_out) = train::halves(&popular);
    let learnt: HashSet<String> = learnt.into_iter().map(str::to_owned).collect();
    let held_out: Vec<String> = held_out.into_iter().map(str::to_owned).collect();
    let mistyped = typos(&held_out);
    let mut lists = vec![
        List { name: HELD_OUT, kind: Kind::Ordinary, labels: held_out },
        List { name: TYPOS, kind: Kind::Ordinary, labels: mistyped },
    ];
    let suffixes = PublicSuffixList::new(PUBLIC_SUFFIXES);
    for (name, kind, file) in FILES {
        let mut labels = labels(&text(file)?, &suffixes);
        match kind {
            Kind::Ordinary => labels.retain(|label| !learnt.contains(label)),
            // The host looked up ordinary names too.
            _ if file.ends_with(".log") => labels.retain(|label| is_simda(label)),
            _ => {}
        }
        lists.push(List { name, kind: *kind, labels });
    }
    Ok(lists)
}

/// The labels of the registrable domains in a list of names, or in Zeek's `dns.log`.
fn labels(text: &str, suffixes: &PublicSuffixList) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let name = line.split('\t').nth(9).unwrap_or(line).trim();
        let label = suffixes.registrable_domain(name)?.split('.').next()?.to_ascii_lowercase();
        seen.insert(label.clone()).then_some(label)
    });
    names.collect()
}

/// Seven letters, consonant and vowel alternating, as the origin of the capture describes them.
fn is_simda(label: &str) -> bool {
    let vowel = |byte: u8| b"aeiouy".contains(&byte);
    label.len() == 7
        && label
            .bytes()
            .enumerate()
            .all(|(at, byte)| byte.is_ascii_lowercase() && vowel(byte) == (at % 2 == 1))
}

/// Omits, adds or changes one letter, or swaps two.
fn typos(labels: &[String]) -> Vec<String> {
    let mut random = Random::named(1, "typos");
    let ascii = labels.iter().filter(|label| label.len() > 1 && label.is_ascii());
    ascii.map(|label| typo(label, &mut random)).collect()
}

fn typo(label: &str, random: &mut Random) -> String {
    let mut bytes = label.as_bytes().to_vec();
    let at = random.below(bytes.len() as u64 - 1) as usize;
    let letter = b'a' + random.below(26) as u8;
    match random.below(4) {
        0 => drop(bytes.remove(at)),
        1 => bytes.insert(at, letter),
        2 => bytes[at] = letter,
        _ => bytes.swap(at, at + 1),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
