//! Names of columns → their roles.

use super::columns::{Columns, needed};
use super::format::definition::Format;
use super::options::Column;
use super::roles::{Role, plain_name};

/// Assigns columns to roles: the one that the caller gives, otherwise the best name of the format, otherwise the best
/// common name.
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
        // A name that the format uses for some role is not used for others.
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
    // `date` and `time` are two columns of one time.
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

/// Further columns that the format names for a role, after the best one. Roles with a column from the caller have no
/// alternatives.
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
