//! A DNS query that waits for its response.

use crate::connection_key::{ConnectionKey, write_endpoints};
use crate::dns::{self, Message};
use crate::rows::Row;

/// A DNS query that waits for its response.
#[derive(Debug)]
pub(crate) struct PendingQuery {
    pub message: Message,
    /// Index of the end that sent it.
    pub sender: usize,
    pub time: i64,
    pub frame: u64,
}

impl PendingQuery {
    pub fn memory_bytes(&self) -> usize {
        size_of::<PendingQuery>() + self.message.name.len()
    }

    /// Writes its row, with the response code if there was a response.
    pub fn emit(&self, key: &ConnectionKey, code: Option<u8>, rows: &mut Vec<u8>) {
        let mut row = Row::new("capture", "dns", ("frame", self.frame), rows);
        row.seconds("ts", self.time.max(0) as u64);
        write_endpoints(&mut row, key, self.sender);
        row.foreign("query", &self.message.name).number("type", self.message.kind);
        match code.map(|code| (dns::code_name(code), code)) {
            Some((Some(name), _)) => row.text("answer", name).end(),
            Some((None, code)) => row.text("answer", code).end(),
            None => row.end(),
        }
    }
}
