//! Hunts: suspicious activity that is not the beacon of one pair. Bursts, scans, long connections, and lookups of
//! generated names.

mod activity;
mod bursts_and_scans;
mod context;
mod dga;
pub mod domains;
mod duration_text;
mod hit;
mod long_connections;
mod run;
mod time_histogram;
mod windows;
mod wire;

pub(crate) use hit::order;
pub use hit::{Hunt, HuntHit};
pub(crate) use run::{hunt, hunt_long_connections};
