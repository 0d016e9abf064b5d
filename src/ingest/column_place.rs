//! Where a role's value is found in a row.

use super::columns::Columns;
use super::roles::Role;

/// A column by its position, from 0, or a field by its plain name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnPlace {
    Position(usize),
    Name(String),
}

impl ColumnPlace {
    pub fn of(columns: &Columns) -> Vec<(Role, ColumnPlace)> {
        columns.used().into_iter().map(|(role, at)| (role, ColumnPlace::Position(at))).collect()
    }
}
