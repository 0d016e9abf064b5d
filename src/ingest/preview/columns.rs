//! The columns of the first rows → what each is read as.

use super::first_rows::FirstRows;
use super::result::{ColumnKind, Layout, PreviewColumn};
use crate::ingest::column_place::ColumnPlace;
use crate::ingest::columns::Columns;
use crate::ingest::options::{Column, DetectorOptions};
use crate::ingest::roles::{Role, plain_name};
use crate::text::value::number::port;

/// The columns, with the roles that the engine finds, changed by what the options say. Where it does not know what it
/// needs, and the options say nothing, roles are guessed from the values.
pub(super) fn columns_of(
    rows: &FirstRows,
    found: &[(Role, ColumnPlace)],
    may_guess: bool,
    options: &DetectorOptions,
) -> Vec<PreviewColumn> {
    let plain: Vec<String> = rows.names.iter().map(|name| plain_name(name)).collect();
    let mut columns: Vec<PreviewColumn> = (0..plain.len()).map(|at| column(rows, &plain, at)).collect();
    for (role, place) in found {
        let at = match place {
            ColumnPlace::Position(at) => Some(*at),
            ColumnPlace::Name(name) => plain.iter().position(|plain| plain == name),
        };
        let has_role = columns.iter().any(|column| column.role == Some(*role));
        if let Some(column) = at.and_then(|at| columns.get_mut(at))
            && column.role.is_none()
            && !has_role
        {
            column.role = Some(*role);
        }
    }
    for (role, given) in &options.columns {
        columns.iter_mut().filter(|column| column.role == Some(*role)).for_each(|column| column.role = None);
        let at = match given {
            Column::At(at) => Some(*at),
            Column::Named { plain: name, .. } => plain.iter().position(|plain| plain == name),
        };
        if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
            column.role = Some(*role);
        }
    }
    if may_guess && options.columns.is_empty() {
        guess(rows, &mut columns);
    }
    columns
}

fn column(rows: &FirstRows, plain: &[String], at: usize) -> PreviewColumn {
    let name = rows.names.get(at).cloned().unwrap_or_default();
    let own = plain.get(at).map_or("", String::as_str);
    let is_unique = !own.is_empty() && plain.iter().position(|other| other == own) == Some(at);
    let reference = match rows.layout == Layout::Json || is_unique && !name.starts_with('#') {
        true => name.clone(),
        false => format!("#{}", at + 1),
    };
    PreviewColumn { name, reference, role: None, guessed: false, kind: ColumnKind::of(rows.values(at)) }
}

/// The roles that a flow needs and none of the columns has.
pub(super) fn missing(columns: &[PreviewColumn]) -> Vec<Role> {
    let mut known = Columns::default();
    for (at, column) in columns.iter().enumerate() {
        if let Some(role) = column.role {
            known.set(role, at);
        }
    }
    known.missing()
}

/// Gives missing roles to columns whose values fit. A port is guessed only where nothing else could be it, or right
/// after the destination.
fn guess(rows: &FirstRows, columns: &mut [PreviewColumn]) {
    let missing = missing(columns);
    let free =
        |columns: &[PreviewColumn], at: usize| columns.get(at).is_some_and(|column| column.role.is_none());
    for role in missing {
        let of_kind =
            |kind: ColumnKind| columns.iter().position(|column| column.role.is_none() && column.kind == kind);
        let at = match role {
            Role::Time => of_kind(ColumnKind::Time),
            Role::Source | Role::Destination => of_kind(ColumnKind::Address),
            Role::Port => {
                let ports: Vec<usize> =
                    (0..columns.len()).filter(|at| free(columns, *at) && holds_ports(rows, *at)).collect();
                let destination = columns.iter().position(|column| column.role == Some(Role::Destination));
                let next = destination.map(|at| at + 1).filter(|at| ports.contains(at));
                if let [only] = ports.as_slice() { Some(*only) } else { next }
            }
            _ => None,
        };
        if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
            (column.role, column.guessed) = (Some(role), true);
        }
    }
}

fn holds_ports(rows: &FirstRows, column: usize) -> bool {
    let mut values = rows.values(column).filter(|value| !value.is_empty()).peekable();
    values.peek().is_some() && values.all(|value| port(value.as_bytes()).is_some())
}
