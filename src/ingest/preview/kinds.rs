//! Values → what kind of values they are.

use super::result::ColumnKind;
use crate::text::value::address::address;
use crate::text::value::number::Decimal;
use crate::text::value::time::start;
use crate::text::value::time_format::TimeReading;

impl ColumnKind {
    const ALL: [ColumnKind; 4] =
        [ColumnKind::Time, ColumnKind::Address, ColumnKind::Number, ColumnKind::Text];

    /// The kind that all values have, apart from those that stand for none.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a str>) -> ColumnKind {
        let values: Vec<&str> = values.filter(|value| !value.is_empty() && *value != "-").collect();
        let holds_all = |kind: &ColumnKind| values.iter().all(|value| kind.holds(value));
        match values.is_empty() {
            true => ColumnKind::Empty,
            false => ColumnKind::ALL.into_iter().find(holds_all).unwrap_or(ColumnKind::Text),
        }
    }

    fn holds(self, value: &str) -> bool {
        let bytes = value.as_bytes();
        match self {
            ColumnKind::Empty => value.is_empty(),
            ColumnKind::Time => is_time(bytes),
            ColumnKind::Address => address(bytes).is_some(),
            ColumnKind::Number => Decimal::parse(bytes).is_some(),
            ColumnKind::Text => true,
        }
    }

    /// A letter for signatures.
    pub(super) fn letter(self) -> char {
        match self {
            ColumnKind::Empty => '?',
            ColumnKind::Time => 't',
            ColumnKind::Address => 'a',
            ColumnKind::Number => 'n',
            ColumnKind::Text => 'x',
        }
    }
}

/// Whether a text is a time. Of numbers only those from 2001 to 2033 are, in one of the usual units: any number could
/// be a time.
fn is_time(text: &[u8]) -> bool {
    if Decimal::parse(text).is_none() {
        return start(text, TimeReading::default()).is_some();
    }
    let whole = text.split(|byte| *byte == b'.').next().unwrap_or_default();
    whole.starts_with(b"1") && matches!(whole.len(), 10 | 13 | 16 | 19)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_kind_of_all_its_values() {
        let kind = |values: &[&str]| ColumnKind::of(values.iter().copied());
        assert_eq!(kind(&["2026-03-02 10:00:00", "", "1772000000.5"]), ColumnKind::Time);
        assert_eq!(kind(&["10.0.0.5", "2001:db8::7"]), ColumnKind::Address);
        assert_eq!(kind(&["443", "-1.5"]), ColumnKind::Number);
        assert_eq!(kind(&["443", "https"]), ColumnKind::Text);
        assert_eq!(kind(&["", "-"]), ColumnKind::Empty);
    }
}
