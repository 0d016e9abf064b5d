//! The domain that somebody registered: one label more than the public suffix it ends with.
//!
//! PublicSuffixList are those of the public suffix list (publicsuffix.org), and by its algorithm. The list is given, as
//! it is too large for the module; without it a short built-in heuristic takes its place.

use std::hash::Hasher;

use crate::model::hash::{Mix, WordTable};

/// What the list says of a suffix; a table holds them together, as bits.
const ITSELF: u64 = 1;
/// Any label before it makes a suffix (`*.ck`).
const ANY_BEFORE: u64 = 2;
/// It is none, though such a rule says so (`!www.ck`).
const EXCEPTION: u64 = 4;

/// Not in public DNS, yet looked up by malware (Necurs, BazarLoader) or by those who test.
const OTHER_SUFFIXES: &str = " bazar bit coin emc lib example invalid test ";

/// Top-level domains of inner networks: RFC 6761, 6762, 7686, 8375, 9476; ICANN's .internal, .corp, .home and
/// .mail; and names that routers and offices use.
const INNER: &str =
    " alt corp home internal intranet lan local localdomain localhost mail onion private workgroup ";

/// Second labels that are as good as a top-level domain under a country's.
const SECOND: &str =
    " ac asso co com ed edu gen go gob gouv gov govt gr gv id in info mil ne net nom or org plc sch web ";

/// A name in DNS has at most so many bytes when it is written with dots.
const MAX_NAME_BYTES: usize = 253;

/// Knows public suffixes, and so registrable domains.
#[derive(Debug, Clone, Default)]
pub struct PublicSuffixList {
    rules: WordTable,
    version: Option<String>,
}

impl PublicSuffixList {
    /// By the public suffix list: its text as published, or as this crate ships it
    /// (`hunts::domains::PUBLIC_SUFFIXES`). Rules that are not ASCII are left out: in DNS they are
    /// spelt `xn--`, as they are in the shipped list.
    ///
    /// Any other text gives whatever rules its lines make; an empty one is no list, and so the same as
    /// [`PublicSuffixList::default`].
    ///
    /// ```
    /// use beaconlens::hunts::domains::PublicSuffixList;
    ///
    /// let suffixes = PublicSuffixList::new("uk\nco.uk\n*.ck\n!www.ck\n");
    /// assert_eq!(suffixes.registrable_domain("www.example.co.uk"), Some("example.co.uk"));
    /// assert_eq!(suffixes.registrable_domain("co.uk"), None);
    /// ```
    #[must_use]
    pub fn new(list: &str) -> PublicSuffixList {
        let mut suffixes = PublicSuffixList::default();
        for line in list.lines() {
            suffixes.read(line);
        }
        suffixes
    }

    /// What the list says of its version; `None` if it says nothing, or there is no list.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// By what registrable domains are told, for a report.
    pub(crate) fn describe(&self) -> &str {
        match (self.is_loaded(), &self.version) {
            (false, _) => "built-in heuristic",
            (true, None) => "list without a version",
            (true, Some(version)) => version,
        }
    }

    /// Whether a list was given; else the built-in heuristic is used.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The registrable domain of a name, as it is spelt there, without a dot at the end.
    ///
    /// `None` for names that nobody can register: single labels, addresses, reverse look-ups (`.arpa`), public
    /// suffixes themselves, top-level domains that are not in the list (those of inner networks), and what is no
    /// name: longer than 253 bytes, or with an empty label.
    ///
    /// Without a list: two labels, three if the second is one like `co` under a country's domain, and `None`
    /// for the usual names of inner networks.
    #[must_use]
    pub fn registrable_domain<'a>(&self, name: &'a str) -> Option<&'a str> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let top = name.rsplit('.').next()?;
        let numeric = top.bytes().all(|byte| byte.is_ascii_digit());
        let no_name = name.len() > MAX_NAME_BYTES || name.contains(':') || name.split('.').any(str::is_empty);
        if no_name || numeric || top.eq_ignore_ascii_case("arpa") {
            return None;
        }
        let labels = if self.is_loaded() { self.listed(name, top)? } else { by_heuristic(name, top)? };
        last(name, labels + 1)
    }

    fn read(&mut self, line: &str) {
        if let Some(version) = line.strip_prefix("// VERSION: ") {
            self.version = Some(version.to_owned());
        }
        let rule = line.split_whitespace().next().unwrap_or_default();
        let (rule, kind) = match rule.as_bytes() {
            [b'!', ..] => (rule.get(1..), EXCEPTION),
            [b'*', b'.', ..] => (rule.get(2..), ANY_BEFORE),
            _ => (Some(rule), ITSELF),
        };
        if let Some(rule) = rule.filter(|rule| !rule.is_empty() && !rule.starts_with("//") && rule.is_ascii())
        {
            *self.rules.entry(key(&rule.to_ascii_lowercase())).or_default() |= kind;
        }
    }

    /// How many labels the public suffix has.
    fn listed(&self, name: &str, top: &str) -> Option<usize> {
        let name = name.to_ascii_lowercase();
        let mut found = usize::from(is_in(OTHER_SUFFIXES, top));
        let mut any = false;
        for labels in 1.. {
            let Some(suffix) = last(&name, labels) else { break };
            let kind = self.rules.get(&key(suffix)).copied().unwrap_or_default();
            if kind & EXCEPTION != 0 {
                found = labels - 1;
                break;
            }
            if any || kind & ITSELF != 0 {
                found = labels;
            }
            any = kind & ANY_BEFORE != 0;
        }
        (found > 0).then_some(found)
    }
}

/// Without a list.
fn by_heuristic(name: &str, top: &str) -> Option<usize> {
    if is_in(INNER, top) {
        return None;
    }
    let second = last(name, 2)?.split('.').next()?;
    Some(1 + usize::from(top.len() == 2 && is_in(SECOND, second)))
}

/// The last labels of a name.
fn last(name: &str, labels: usize) -> Option<&str> {
    let mut end = name.len() + 1;
    for _ in 0..labels {
        let before = name.as_bytes().get(..end.checked_sub(1)?)?;
        end = before.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    }
    name.get(end..)
}

fn is_in(words: &str, word: &str) -> bool {
    words.split(' ').any(|it| it.eq_ignore_ascii_case(word))
}

/// A suffix as a key: two hashes and its length. That two of ten thousand rules meet is out of the question.
fn key(suffix: &str) -> (u64, u64, u64) {
    let hash = |seed| {
        let mut hash = Mix(seed);
        hash.write(suffix.as_bytes());
        hash.finish()
    };
    (hash(1), hash(2), suffix.len() as u64)
}
