//! Names of columns → their roles.

use super::columns::{Columns, needed};
use super::format::definition::Format;
use super::options::Column;
use super::roles::{Role, plain_name};

/// Which of the named columns is what: what the caller says, else the best name of the format, else the
/// best common one. And what is missing.
#[inline(never)]
pub(super) fn columns_of(
    names: &[String],
    format: &Format,
    given: &[(Role, Column)],
) -> (Columns, Vec<&'static str>) {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let named = |wanted: &str| plain.iter().position(|name| name == wanted);
    let (mut columns, names) = (Columns::default(), format.names());
    for role in Role::ALL {
        let own = || names.iter().filter(|(of, _)| *of == role).find_map(|(_, name)| named(name));
        // A name to which the format gives a role has no other.
        let free = |name: &&&str| !names.iter().any(|(_, own)| own == *name);
        let common = || role.aliases().iter().filter(free).find_map(|alias| named(alias));
        let at = match given.iter().find(|(of, _)| *of == role).map(|(_, column)| column) {
            Some(Column::At(at)) => Some(*at),
            Some(Column::Named { plain, .. }) => named(plain),
            None => own().or_else(common),
        };
        if let Some(at) = at {
            columns.set(role, at);
        }
    }
    // `date` and `time` are one time in two columns.
    if let (Some(date), Some(time)) = (named("date"), named("time"))
        && !given.iter().any(|(role, _)| *role == Role::Time)
        && columns.get(Role::Time) == Some(time)
    {
        columns.set(Role::Time, date);
        columns.set(Role::TimeOfDay, time);
    }
    let missing = columns.missing().into_iter().map(needed).collect();
    (columns, missing)
}

/// The columns that have a role by the format's names, beside the best of each role. A role whose column the
/// caller gives has no other.
pub(super) fn alternatives_of(
    plain: &[String],
    format: &Format,
    given: &[(Role, Column)],
) -> Vec<(Role, usize)> {
    let mut seen = Vec::new();
    let mut others = Vec::new();
    for (role, name) in format.names() {
        if given.iter().any(|(of, _)| *of == role) {
            continue;
        }
        if let Some(at) = plain.iter().position(|p| p == name) {
            if seen.contains(&role) {
                others.push((role, at));
            }
            seen.push(role);
        }
    }
    others
}
