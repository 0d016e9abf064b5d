//! The fields of rows of `key=value`.

use super::field_names::{FieldCollector, FieldNameIndex};
use super::field_path::{FieldPath, VisitFields};
use super::fields::Fields;
use super::json;

/// Finds every `key=value` and `key="a \"value\""`; text between them is ignored.
#[inline(never)]
pub(super) fn read_key_value<'a>(row: &'a [u8], names: &mut FieldNameIndex, fields: &mut Fields<'a>) {
    let (mut path, mut finder) = (FieldPath::new(), FieldCollector::new(names, fields));
    let end = path.end();
    let mut rest = row;
    while let Some(equals) = rest.iter().position(|&b| b == b'=') {
        let (before, after) = rest.split_at(equals);
        let key = before.rsplit(|b| b" ,>\t".contains(b)).next().unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let (value, escaped, taken) = match after {
            [b'"', inside @ ..] => {
                let (len, escaped) = json::string(inside).unwrap_or((inside.len(), false));
                let whole = after.get(..len + 2).filter(|_| escaped);
                (whole.or(inside.get(..len)).unwrap_or_default(), escaped, len + 2)
            }
            _ => {
                let len = after.iter().position(|b| b" ,\t".contains(b)).unwrap_or(after.len());
                (after.get(..len).unwrap_or_default(), false, len)
            }
        };
        path.push(key);
        finder.value(&path, key, value, escaped);
        path.return_to(end);
        rest = after.get(taken..).unwrap_or_default();
    }
}
