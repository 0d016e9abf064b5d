//! How random a label looks: its probability as a random name compared with that as an ordinary one.
//!
//! Ordinary names are modelled by the pairs of adjacent characters in a list of popular domains. Random names are
//! modelled by the best-fitting of four untrained sources: letters, letters and digits, hexadecimal digits, or
//! alternating consonants and vowels. All numbers are integers, so every platform gives the same.

/// A cell is `-log2` of the probability that its column follows its row, in half bits: 0 to 9, then `a` to `u`.
/// Both begin with a heading; `.` is the label's beginning or end. Made from every other name of a list:
/// `cargo run -p beaconlens-bench --bin name-bits -- ../shared/data/toplist-alexa100k/alexa_100k.csv`.
static PAIRS: &[u8] = include_bytes!("bits.txt");

/// The columns of [`PAIRS`], its line break and heading included.
const WIDTH: usize = 40;

/// Letters, digits and the hyphen come before it.
const EDGE: usize = 37;
const HYPHEN: usize = 36;

/// Maximum length of a DNS label in bytes.
const MAX_LABEL_BYTES: usize = 63;

// In hundredths of a bit: log2 of the number of characters that a source draws from.
const HALF_BIT: i32 = 50;
const OF_36: i32 = 517;
const OF_26: i32 = 470;
const OF_20: i32 = 432;
const OF_16: i32 = 400;
const OF_6: i32 = 258;

/// Consonant and vowel change at 85 % of a syllable generator's steps: `-log2` of 0.85, and of the rest.
const CHANGE: i32 = 23;
const NO_CHANGE: i32 = 274;

/// Initial cost of a source that is less likely than plain letters.
const RARER: i32 = 100;

/// Cost of the end of a label from a random source; ordinary names have about the same.
const END: i32 = 330;

/// By how many bits a random source explains a label better than ordinary names do, in hundredths; negative if
/// worse. `None` where it is undefined: for an empty label, for characters other than ASCII, and for `xn--`, which
/// encodes them.
///
/// ```
/// use beaconlens::hunts::domains::log_likelihood_ratio;
///
/// assert_eq!(log_likelihood_ratio("google"), Some(-400));
/// assert_eq!(log_likelihood_ratio("xjwqpty"), Some(1580));
/// assert_eq!(log_likelihood_ratio("xn--bcher-kva"), None);
/// ```
#[must_use]
pub fn log_likelihood_ratio(label: &str) -> Option<i32> {
    let label = label.as_bytes();
    if label.is_empty()
        || !label.is_ascii()
        || label.get(..4).is_some_and(|it| it.eq_ignore_ascii_case(b"xn--"))
    {
        return None;
    }
    let mut sources = Sources::default();
    let (mut ordinary, mut before) = (0, EDGE);
    for at in label.iter().take(MAX_LABEL_BYTES).map(|byte| place(*byte)) {
        ordinary += cost(before, at);
        sources.add(before, at);
        before = at;
    }
    ordinary += cost(before, EDGE);
    Some(ordinary - sources.least() - END)
}

/// How random a label looks, in thousandths: the probability that it is random, were both as likely before it
/// was seen. 500 says nothing either way; 900 is nine to one.
///
/// ```
/// use beaconlens::hunts::domains::randomness;
///
/// assert_eq!(randomness("google"), Some(59));
/// assert_eq!(randomness("hufofpnjs"), Some(994));
/// ```
#[must_use]
pub fn randomness(label: &str) -> Option<u16> {
    let bits = log_likelihood_ratio(label)?.clamp(-1500, 1500);
    // Two to the power of the bits, straight between whole ones.
    let odds = u64::from((100 + bits.rem_euclid(100)).unsigned_abs()) << (bits.div_euclid(100) + 15);
    let even = 100 << 15;
    Some(((2000 * odds + odds + even) / (2 * (odds + even))) as u16)
}

/// The place of a character in the table; what no host name has counts as a hyphen.
fn place(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => usize::from(letter - b'a'),
        digit @ b'0'..=b'9' => usize::from(digit - b'0') + 26,
        _ => HYPHEN,
    }
}

/// What the step costs an ordinary name.
fn cost(before: usize, at: usize) -> i32 {
    let cell = PAIRS.get((before + 1) * WIDTH + at + 1).copied().unwrap_or_default();
    let half_bits = if cell < b'a' { cell.wrapping_sub(b'0') } else { cell - b'a' + 10 };
    i32::from(half_bits) * HALF_BIT
}

/// What the label costs each random source.
#[derive(Default)]
struct Sources {
    length: i32,
    /// Characters that are no letters, and those that are no hexadecimal digits.
    no_letters: i32,
    no_hex: i32,
    syllables: i32,
}

impl Sources {
    fn add(&mut self, before: usize, at: usize) {
        self.length += 1;
        self.no_letters += i32::from(at > 25);
        self.no_hex += i32::from((6..26).contains(&at) || at == HYPHEN);
        self.syllables += if vowel(at) { OF_6 } else { OF_20 };
        self.syllables += match before {
            EDGE => RARER,
            _ if vowel(before) == vowel(at) => NO_CHANGE,
            _ => CHANGE,
        };
    }

    fn least(&self) -> i32 {
        let mut least = self.length * OF_36 + RARER;
        if self.no_letters == 0 {
            least = least.min(self.length * OF_26).min(self.syllables + 2 * RARER);
        }
        if self.no_hex == 0 {
            least = least.min(self.length * OF_16 + RARER);
        }
        least
    }
}

fn vowel(at: usize) -> bool {
    matches!(at, 0 | 4 | 8 | 14 | 20 | 24)
}
