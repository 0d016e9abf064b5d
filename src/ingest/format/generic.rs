//! Flows whose source is not known: what their columns and fields are is told by common names.

use super::{Format, Shape};

/// Any delimited text with a header.
pub(in crate::ingest) static DELIMITED: Format =
    Format { name: "delimited", shape: Shape::Header(""), ..Format::PLAIN };

/// Any JSON objects.
pub(super) static JSON: Format = Format { name: "json", shape: Shape::Json(""), ..Format::PLAIN };
