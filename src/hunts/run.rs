//! All hunts of a rule.

use super::context::HuntContext;
use super::hit::HuntHit;
use super::{activity, dga, long_connections};
use crate::pairs::DatasetView;
use crate::rule::{Rule, WindowRange};

/// The hits of all hunts of a rule in a window, in no particular order and without the sets that suppress them.
#[inline(never)]
pub(crate) fn hunt(data: DatasetView<'_>, rule: &Rule, range: WindowRange) -> Vec<HuntHit> {
    let context = HuntContext::new(data, rule, range);
    let mut hits = Vec::new();
    activity::hunt(&context, &mut hits);
    dga::hunt(&context, &mut hits);
    long_connections::hunt(&context, &mut hits);
    hits
}

/// The long connections among them. They alone depend on the excluded destinations of the rule.
pub(crate) fn hunt_long_connections(data: DatasetView<'_>, rule: &Rule, range: WindowRange) -> Vec<HuntHit> {
    let mut hits = Vec::new();
    long_connections::hunt(&HuntContext::new(data, rule, range), &mut hits);
    hits
}
