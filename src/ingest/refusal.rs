//! Why a source is not read.

use super::columns::Columns;
use crate::model::error::Error;

/// Why a source is not read. Names and known roles of the columns that it seems to have are included, so that a user
/// can say which column is what.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub error: Error,
    pub names: Vec<String>,
    pub columns: Columns,
    pub delimiter: Option<u8>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal { error, names: Vec::new(), columns: Columns::default(), delimiter: None }
    }
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
