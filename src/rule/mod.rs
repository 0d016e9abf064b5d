//! The rule: every setting of an evaluation. It is applied at evaluation, never at ingest.

mod builder;
mod check;
mod compiled_lists;
mod definition;
mod document;
mod gates;
mod hunt_settings;
mod list_entry;
mod list_text;
mod lists;
pub(crate) mod networks;
mod prefix_table;
mod priority_settings;
mod profile;
mod set_match;
mod sorted_index;
mod window;
mod window_range;

pub use compiled_lists::{CompiledLists, PairSide, SetHit, ThreatHit};
pub use definition::Rule;
pub use document::RuleReader;
pub use gates::Gates;
pub use hunt_settings::{BurstSettings, DgaSettings, HuntSettings, LongConnectionSettings, ScanSettings};
pub use list_entry::ListEntry;
pub(crate) use list_entry::Subject;
pub use list_text::SkippedLines;
pub use lists::{AppliesTo, ListEntries, ReferenceSet, ThreatList};
pub(crate) use prefix_table::PrefixTable;
pub use priority_settings::PrioritySettings;
pub use set_match::SetMatch;
pub use window::Window;
pub(crate) use window_range::WindowRange;
