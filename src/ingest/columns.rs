//! Which column has which role.

use super::roles::{ROLES, Role};
use super::source_report::ColumnReport;

/// The column of each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// By role; [`NONE`] for a role without a column.
    at: [u16; ROLES],
}

pub(super) const NONE: u16 = u16::MAX;

impl Default for Columns {
    fn default() -> Self {
        Columns { at: [NONE; ROLES] }
    }
}

impl Columns {
    /// Columns at these positions.
    pub fn of(positions: &[(Role, usize)]) -> Self {
        let mut columns = Columns::default();
        for (role, at) in positions {
            columns.set(*role, *at);
        }
        columns
    }

    pub fn get(&self, role: Role) -> Option<usize> {
        self.at.get(role as usize).filter(|at| **at != NONE).map(|at| usize::from(*at))
    }

    /// The roles that have a column.
    #[inline(never)]
    pub fn used(&self) -> Vec<(Role, usize)> {
        let mut used = Vec::new();
        for role in Role::ALL {
            if let Some(at) = self.get(role) {
                used.push((role, at));
            }
        }
        used
    }

    pub fn set(&mut self, role: Role, column: usize) {
        if let Some(at) = self.at.get_mut(role as usize) {
            *at = u16::try_from(column).unwrap_or(NONE);
        }
    }

    /// The columns with a role, for the report.
    pub fn report(&self, names: &[String]) -> Vec<ColumnReport> {
        let column = |(role, at)| ColumnReport {
            role,
            column: names.get(at).cloned().unwrap_or_default(),
            position: at as u64 + 1,
        };
        self.used().into_iter().map(column).collect()
    }

    /// The names of the columns without a role.
    pub fn unused(&self, names: &[String]) -> Vec<String> {
        let used = |at: usize| self.at.iter().any(|used| usize::from(*used) == at);
        names.iter().enumerate().filter(|(at, _)| !used(*at)).map(|(_, name)| name.clone()).collect()
    }

    /// Whether any column has names of hosts or processes.
    pub fn have_names(&self) -> bool {
        [Role::Host, Role::Query, Role::Process].into_iter().any(|role| self.get(role).is_some())
    }

    /// Whether any column is typical of flows.
    pub fn any(&self) -> bool {
        self.at.get(..=Role::Direction as usize).is_some_and(|at| at.iter().any(|at| *at != NONE))
    }

    /// The roles that a row needs to be a flow, and that have no column.
    pub fn missing(&self) -> Vec<Role> {
        let has = |role| self.get(role).is_some();
        let ends: &[Role] = match has(Role::Local) && has(Role::Remote) {
            true => &[],
            false => &[Role::Source, Role::Destination],
        };
        let needed = [&[Role::Time], ends, &[Role::Port]].concat();
        needed.into_iter().filter(|role| !has(*role)).collect()
    }
}

/// A role that a flow needs, in words.
pub(super) fn needed(role: Role) -> &'static str {
    match role {
        Role::Time => "the start time",
        Role::Source => "the source address",
        Role::Destination => "the destination address",
        Role::Port => "the destination port",
        other => other.name(),
    }
}
