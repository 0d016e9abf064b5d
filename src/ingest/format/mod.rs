//! The known formats: how each is recognised, and what its rows describe.
//!
//! A format is one file here and one line of [`registry`]. Whatever its rows look like, they become
//! [`Fields`](super::fields::Fields), the texts of a row by role. From there on all formats are alike.

mod argus;
mod asa;
mod aws;
mod azure;
mod capture;
mod cicflowmeter;
mod cloudflare;
mod defender;
pub(super) mod definition;
mod elastic;
mod fortinet;
mod gcp;
pub(super) mod generic;
mod nfdump;
mod nfstream;
mod paloalto;
mod pfirewall;
pub(super) mod registry;
mod splunk;
mod suricata;
mod sysmon;
mod tshark;
mod zeek;
