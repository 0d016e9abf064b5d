//! Numbers: plain, with a fraction or an exponent, hexadecimal ports.

use super::clean::is_unset;

/// Larger byte counts of one flow (over 9 petabytes) are treated as damage. Up to this value, JSON readers with 64-bit
/// floats read numbers exactly.
pub(crate) const MAX_BYTES: u64 = (1 << 53) - 1;

/// The unsigned number of 1 to 16 digits at `start..end` in `block`. `None` for anything else, and for a number too near
/// to the beginning of the block; the exact parser decides then.
///
/// Eight digits are converted at a time; the bytes before the number are masked to zeros.
#[inline(always)]
pub(crate) fn digits(block: &[u8], start: usize, end: usize) -> Option<u64> {
    let bytes = block.get(end.wrapping_sub(16)..end)?.first_chunk::<16>()?;
    let [high, low] = *bytes.as_chunks::<8>().0.first_chunk::<2>()?;
    let (high, low, len) = (u64::from_le_bytes(high), u64::from_le_bytes(low), end.wrapping_sub(start));
    match len {
        1..=8 => eight(low, len),
        9..=16 => Some(eight(high, len - 8)? * 100_000_000 + eight(low, 8)?),
        _ => None,
    }
}

/// The value of the last `len` (1 to 8) bytes of a word of digits, whose last byte is the highest.
#[inline(always)]
fn eight(word: u64, len: usize) -> Option<u64> {
    let before = u64::MAX >> 1 >> (8 * len - 1);
    let digits = (word & !before) | (0x3030_3030_3030_3030 & before);
    let nibbles = digits ^ 0x3030_3030_3030_3030;
    if (nibbles | nibbles.wrapping_add(0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 != 0 {
        return None;
    }
    let pairs = (nibbles.wrapping_mul(10)).wrapping_add(nibbles >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100)).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000)).wrapping_add(fours >> 32) & 0xFFFF_FFFF)
}

/// A decimal number: `(-1 if negative) × mantissa × 10^exponent`. Its absolute value is a little larger if `cut`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub negative: bool,
    mantissa: u64,
    exponent: i32,
    /// Digits after the nineteenth were dropped; not all of them were zero.
    cut: bool,
}

impl Decimal {
    /// Reads `902`, `902.0`, `-1.5E3`, `.5`, `+7`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (digits, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => (text.get(..at)?, small_integer(text.get(at + 1..)?)?),
            None => (text, 0),
        };
        let mut number = Decimal { negative, mantissa: 0, exponent, cut: false };
        let (mut seen, mut after_point) = (false, false);
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    number.push(byte - b'0', after_point)?;
                }
                b'.' if !after_point => after_point = true,
                _ => return None,
            }
        }
        seen.then_some(number)
    }

    /// Appends a digit.
    fn push(&mut self, digit: u8, after_point: bool) -> Option<()> {
        const NINETEEN_DIGITS: u64 = 1_000_000_000_000_000_000;
        if self.mantissa < NINETEEN_DIGITS {
            self.mantissa = self.mantissa * 10 + u64::from(digit);
            self.exponent = self.exponent.checked_sub(i32::from(after_point))?;
        } else {
            self.cut |= digit != 0;
            self.exponent = self.exponent.checked_add(i32::from(!after_point))?;
        }
        Some(())
    }

    /// `|value| × 10^power`, rounded down, and whether that was exact. `None` if it is too large.
    pub fn scaled(&self, power: i32) -> Option<(u64, bool)> {
        if self.mantissa == 0 {
            return Some((0, true));
        }
        let exponent = self.exponent.checked_add(power)?;
        let factor = 10_u64.checked_pow(exponent.unsigned_abs());
        match (exponent >= 0, factor) {
            (true, Some(factor)) => Some((self.mantissa.checked_mul(factor)?, !self.cut)),
            (true, None) => None,
            (false, Some(factor)) => {
                Some((self.mantissa / factor, !self.cut && self.mantissa.is_multiple_of(factor)))
            }
            (false, None) => Some((0, false)),
        }
    }

    /// The value if it is a whole number that is not negative.
    fn whole(&self) -> Option<u64> {
        match self.scaled(0)? {
            (value, true) if !self.negative || value == 0 => Some(value),
            _ => None,
        }
    }
}

/// An exponent: an optional sign and up to four digits.
fn small_integer(text: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(text).ok()?;
    if text.len() > 5 { None } else { text.parse().ok() }
}

/// A byte count from a cleaned text; an unset field is 0. Numbers such as QRadar's `0.1531169112E9` may have a fraction,
/// which is dropped.
pub(crate) fn bytes(text: &[u8]) -> Option<u64> {
    if is_unset(text) {
        return Some(0);
    }
    let value = match Decimal::parse(text) {
        Some(number) => match number.scaled(0)? {
            (value, _) if !number.negative || value == 0 => value,
            _ => return None,
        },
        None => grouped(text).or_else(|| with_unit(text))?,
    };
    (value <= MAX_BYTES).then_some(value)
}

/// A number with thousands separators, as spreadsheets write it: `1,234,567`.
fn grouped(text: &[u8]) -> Option<u64> {
    let mut groups = text.split(|&b| b == b',');
    let first = groups.next()?;
    let fits = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    if !(1..=3).contains(&first.len()) || !fits(first) {
        return None;
    }
    let mut value = Decimal::parse(first)?.whole()?;
    for group in groups {
        if group.len() != 3 || !fits(group) {
            return None;
        }
        value = value.checked_mul(1000)?.checked_add(Decimal::parse(group)?.whole()?)?;
    }
    Some(value)
}

/// A rounded number with a unit of thousands, as nfdump writes it: `1.2 M`.
fn with_unit(text: &[u8]) -> Option<u64> {
    let (number, power) = match text {
        [number @ .., b' ', b'K'] => (number, 3),
        [number @ .., b' ', b'M'] => (number, 6),
        [number @ .., b' ', b'G'] => (number, 9),
        [number @ .., b' ', b'T'] => (number, 12),
        _ => return None,
    };
    let number = Decimal::parse(number).filter(|number| !number.negative)?;
    Some(number.scaled(power)?.0)
}

/// A port from a cleaned text; an unset field is 0, as in records of protocols without ports. Argus writes ICMP codes in
/// hexadecimal.
pub(crate) fn port(text: &[u8]) -> Option<u16> {
    if is_unset(text) {
        return Some(0);
    }
    if let Some(hex) = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")) {
        let hex = std::str::from_utf8(hex).ok()?;
        return if hex.starts_with('+') { None } else { u16::from_str_radix(hex, 16).ok() };
    }
    u16::try_from(Decimal::parse(text)?.whole()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fast(text: &str) -> Option<u64> {
        // The bytes before a number in its block must not matter.
        let read = |before: &str| {
            let block = format!("{before}{text}");
            digits(block.as_bytes(), before.len(), block.len())
        };
        assert_eq!(read("77777777777777777777,"), read("                     "), "{text:?}");
        read("----------------,")
    }

    #[test]
    fn plain_numbers_fast_and_exact_agree() {
        for text in ["0", "7", "42", "00012", "99999999", "123456789", "1234567890123", "9999999999999999"] {
            assert_eq!(fast(text), text.parse().ok(), "{text}");
            assert_eq!(bytes(text.as_bytes()), text.parse().ok().filter(|v| *v <= MAX_BYTES), "{text}");
        }
        for text in ["", "1a", "a1", "1.0", "-1", "+1", "12345678/", "12345678:", "12345678901234567", " 1"] {
            assert_eq!(fast(text), None, "{text}");
        }
    }

    #[test]
    fn floats_of_exports() {
        for (text, value) in [
            ("902.0", 902),
            ("0.1531169112E9", 153_116_911),
            ("1.5E3", 1500),
            ("1.531169112e+9", 1_531_169_112),
            ("3E0", 3),
            ("1500E-2", 15),
            ("1,234,567", 1_234_567),
            ("1.2 M", 1_200_000),
            ("3 G", 3_000_000_000),
            ("-0", 0),
            ("-", 0),
            ("", 0),
            ("null", 0),
        ] {
            assert_eq!(bytes(text.as_bytes()), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_byte_count() {
        for text in [
            "-1",
            "NaN",
            "inf",
            "1e400",
            "9007199254740992",
            "1,23",
            "1e",
            "e5",
            ".",
            "1..2",
            "0x10",
            "-1 M",
            " M",
        ] {
            assert_eq!(bytes(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn ports() {
        for (text, value) in
            [("443", 443), ("443.0", 443), ("0x000b", 11), ("", 0), ("-", 0), ("65535", 65535)]
        {
            assert_eq!(port(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["65536", "-1", "http", "0x1ffff", "0x", "0x+1", "80.5"] {
            assert_eq!(port(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn no_decimal_overflows() {
        let scaled = |text: &str, power| Decimal::parse(text.as_bytes()).map(|number| number.scaled(power));
        assert_eq!(scaled("99999999999999999999", 0), Some(None));
        assert_eq!(scaled("9999999999999999999", 0), Some(Some((9_999_999_999_999_999_999, true))));
        assert_eq!(scaled("0.10000000000000000555", 6), Some(Some((100_000, false))));
        assert_eq!(scaled("123456789012345678901234", -6), Some(Some((123_456_789_012_345_678, false))));
        assert_eq!(scaled("1e9999", 6), Some(None));
        assert_eq!(scaled("1e-9999", 6), Some(Some((0, false))));
        assert_eq!(scaled("0e9999", 6), Some(Some((0, true))));
        assert_eq!(scaled("1e999999", 0), None);
    }
}
