//! Where the columns are that the fast path parses.

use super::layout::Layout;
use super::roles::Role;
use super::table_view::Table;
use crate::text::value::time_format::TimeUnit;

/// The positions of the columns that the fast path parses.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnPositions {
    pub time: usize,
    pub source: usize,
    pub destination: usize,
    pub port: usize,
    pub bytes_sent: Option<usize>,
    pub bytes_received: Option<usize>,
    pub duration: Option<DurationColumn>,
}

/// The column with the duration or the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct DurationColumn {
    pub column: usize,
    /// The unit of durations; none if the column has the end.
    pub unit: Option<TimeUnit>,
    /// Whether another column may have it where this one is empty.
    pub has_alternative: bool,
}

impl DurationColumn {
    fn of(layout: &Layout) -> Option<Self> {
        let unit = layout.format.duration?;
        let (duration, end) = (layout.columns.get(Role::Duration), layout.columns.get(Role::End));
        Some(match duration {
            Some(column) => {
                let has_alternative =
                    end.is_some() || layout.alternatives.iter().any(|(role, _)| *role == Role::Duration);
                DurationColumn { column, unit: Some(unit), has_alternative }
            }
            None => DurationColumn { column: end?, unit: None, has_alternative: false },
        })
    }
}

impl ColumnPositions {
    /// None where all rows need the fallback: received bytes by subtraction, local and remote ends with a direction,
    /// or a start that is computed from the end.
    pub fn of(layout: &Layout) -> Option<Self> {
        let columns = &layout.columns;
        let received = columns.get(Role::BytesReceived);
        let duration = DurationColumn::of(layout);
        if columns.get(Role::Local).is_some()
            || (received.is_none() && columns.get(Role::BytesTotal).is_some())
            || duration.is_some_and(|duration| duration.column == 0 || layout.format.time_is_end)
        {
            return None;
        }
        Some(ColumnPositions {
            duration,
            time: columns.get(Role::Time)?,
            source: columns.get(Role::Source)?,
            destination: columns.get(Role::Destination)?,
            port: columns.get(Role::Port)?,
            bytes_sent: columns.get(Role::BytesSent),
            bytes_received: received,
        })
    }

    /// Whether the rows of the table have all these columns.
    pub fn fit(&self, table: &Table<'_>) -> bool {
        let bytes = self
            .bytes_sent
            .max(self.bytes_received)
            .max(self.duration.map(|duration| duration.column))
            .unwrap_or(0);
        self.time.max(self.source).max(self.destination).max(self.port).max(bytes) < table.width()
    }
}
