//! Pairs whose connections stay open for long.

use super::context::HuntContext;
use super::duration_text::duration_text;
use super::hit::{Hunt, HuntHit};
use crate::model::pair_key::PairKey;
use crate::pairs::TimedConnection;
use crate::rule::{LongConnectionSettings, PrefixTable};

/// Finds pairs with long connections, except to the destinations that the rule excludes.
pub(super) fn hunt(context: &HuntContext<'_>, hits: &mut Vec<HuntHit>) {
    let Some(settings) = &context.rule.hunts().long_connection else { return };
    let excluded = PrefixTable::new(context.rule.excluded_destinations());
    let mut inside = Vec::new();
    context.data.side.durations.for_each(|key, connections| {
        if excluded.contains(context.data.addresses.address(key.destination())) {
            return;
        }
        inside.clear();
        inside.extend(connections.iter().filter(|connection| context.range.contains(connection.start)));
        hits.extend(hunt_hit(context, key, &inside, settings));
    });
}

/// None if the connections are not open for longer than the threshold in total.
fn hunt_hit(
    context: &HuntContext<'_>,
    key: PairKey,
    connections: &[TimedConnection],
    settings: &LongConnectionSettings,
) -> Option<HuntHit> {
    let milliseconds = || connections.iter().map(|connection| connection.milliseconds);
    let (total, threshold) = (milliseconds().sum::<u64>(), settings.minutes.saturating_mul(60));
    if total / 1000 <= threshold {
        return None;
    }
    let times = || connections.iter().map(|connection| connection.start);
    let (count, plural) = (connections.len(), if connections.len() == 1 { "" } else { "s" });
    let text = |milliseconds: u64| duration_text(milliseconds as i64 * 1000);
    Some(HuntHit {
        hunt: Hunt::LongConnection,
        sourceip: context.data.addresses.address(key.source()),
        destinationip: Some(context.data.addresses.address(key.destination())),
        destinationport: Some(key.destination_port()),
        count: total / 1000,
        unit: Hunt::LongConnection.unit(),
        threshold,
        connection_count: count as u64,
        first_seen: context.local_time(times().min()?),
        last_seen: context.local_time(times().max()?),
        sentence: format!(
            "open for {} in {count} connection{plural}, the longest for {}",
            text(total),
            text(milliseconds().max()?)
        ),
        examples: Vec::new(),
        suppressed_by: None,
    })
}
