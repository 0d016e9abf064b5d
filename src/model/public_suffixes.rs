//! The domain that somebody registered: one label more than the public suffix it ends with.
//!
//! Suffixes come from the public suffix list (publicsuffix.org), with its algorithm. The caller provides the list, as it
//! is too large for the module. Without it, a short built-in heuristic is used.

use std::hash::Hasher;

use crate::model::hash::{Mix, WordTable};

/// The rules of a suffix, as bits: the suffix itself is public.
const ITSELF: u64 = 1;
/// Any label before it makes a public suffix (`*.ck`).
const ANY_BEFORE: u64 = 2;
/// An exception from such a rule (`!www.ck`).
const EXCEPTION: u64 = 4;

/// Top-level domains outside of the public DNS that malware (Necurs, BazarLoader) or tests look up.
const OTHER_SUFFIXES: &str = " bazar bit coin emc lib example invalid test ";

/// Top-level domains of internal networks: RFC 6761, 6762, 7686, 8375, 9476; ICANN's .internal, .corp, .home and
/// .mail; and names that routers and offices use.
const INNER: &str =
    " alt corp home internal intranet lan local localdomain localhost mail onion private workgroup ";

/// Second-level labels that are public suffixes under the top-level domains of many countries.
const SECOND: &str =
    " ac asso co com ed edu gen go gob gouv gov govt gr gv id in info mil ne net nom or org plc sch web ";

/// Maximum length of a DNS name in its text form.
const MAX_NAME_BYTES: usize = 253;

/// The public suffix list, which determines registrable domains.
#[derive(Debug, Clone, Default)]
pub struct PublicSuffixList {
    rules: WordTable,
    version: Option<String>,
}

impl PublicSuffixList {
    /// Reads the text of the list, as published or as shipped with this crate (`hunts::domains::PUBLIC_SUFFIXES`). Rules
    /// that are not ASCII are ignored: in DNS they are written with `xn--`, as in the shipped list.
    ///
    /// An empty text is the same as [`PublicSuffixList::default`].
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

    /// The version of the list; `None` if there is no list or it has no version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// How registrable domains are determined, for a report.
    pub(crate) fn describe(&self) -> &str {
        match (self.is_loaded(), &self.version) {
            (false, _) => "built-in heuristic",
            (true, None) => "list without a version",
            (true, Some(version)) => version,
        }
    }

    /// Whether a list was given; otherwise the built-in heuristic is used.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The registrable domain of a name, in the same spelling, without a final dot.
    ///
    /// `None` for names that cannot be registered: single labels, addresses, reverse look-ups (`.arpa`), public suffixes
    /// themselves, and top-level domains that are not in the list (those of internal networks). Also for texts that are
    /// not names: longer than 253 bytes, or with an empty label.
    ///
    /// Without a list: two labels, or three if the second one is like `co` under the domain of a country; and `None` for
    /// the usual names of internal networks.
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

    /// Number of labels of the public suffix.
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

/// Number of labels of the public suffix, without a list.
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

/// A suffix as a key: two hashes and its length, which do not collide for ten thousand rules.
fn key(suffix: &str) -> (u64, u64, u64) {
    let hash = |seed| {
        let mut hash = Mix(seed);
        hash.write(suffix.as_bytes());
        hash.finish()
    };
    (hash(1), hash(2), suffix.len() as u64)
}
