//! Flows of unknown products, whose columns and fields are recognised by common names.

use super::definition::{Format, Signature};

/// Any delimited text with a header.
pub(in crate::ingest) static DELIMITED: Format =
    Format { name: "delimited", signature: Signature::Header(""), ..Format::PLAIN };

/// Any JSON objects.
pub(in crate::ingest) static JSON: Format =
    Format { name: "json", signature: Signature::Json(""), ..Format::PLAIN };
