//! Rows that are not read as a table: how they are split, and how their fields are found.

use super::column_place::ColumnPlace;
use super::delimited_fields::DelimitedFields;
use super::diagnostics::Reason;
use super::field_names::FieldNameIndex;
use super::fields::Fields;
use super::format::definition::ExtractFields;
use super::json;
use super::key_value::read_key_value;
use super::roles::Role;
use super::row_splitter::RowSplitter;
use super::source_report::SourceReport;

/// The rows of a source.
#[derive(Debug)]
pub(super) struct Rows {
    pub splitter: RowSplitter,
    pub extractor: FieldExtractor,
}

/// How the fields of a row are found.
#[derive(Debug)]
pub(super) enum FieldExtractor {
    /// A separator between fields.
    Delimited(Box<DelimitedFields>),
    /// A JSON object.
    Json(FieldNameIndex),
    /// `key=value key="a value"`.
    KeyValue(FieldNameIndex),
    /// By code of the format.
    Custom(ExtractFields),
}

impl Rows {
    /// Finds the fields of a row.
    #[inline(always)]
    pub fn read<'a>(&mut self, row: &'a [u8], fields: &mut Fields<'a>) -> Result<(), Reason> {
        fields.clear();
        match &mut self.extractor {
            FieldExtractor::Delimited(delimited) => delimited.read(row, fields),
            FieldExtractor::Json(names) => {
                return json::read(row, names, fields).then_some(()).ok_or(Reason::Json);
            }
            FieldExtractor::KeyValue(names) => read_key_value(row, names, fields),
            FieldExtractor::Custom(extract) => return extract(row, fields),
        }
        Ok(())
    }

    /// Whether a line that could not be read is a header, which then applies to the lines that follow.
    pub fn is_header(&mut self, row: &[u8]) -> bool {
        match &mut self.extractor {
            FieldExtractor::Delimited(delimited) => delimited.is_further_header(row),
            _ => false,
        }
    }

    /// Which columns or fields are read as what.
    pub fn roles(&self) -> Vec<(Role, ColumnPlace)> {
        match &self.extractor {
            FieldExtractor::Delimited(delimited) => ColumnPlace::of(delimited.columns()),
            FieldExtractor::Json(names) | FieldExtractor::KeyValue(names) => {
                names.met().map(|(role, name)| (role, ColumnPlace::Name(name.to_owned()))).collect()
            }
            FieldExtractor::Custom(_) => Vec::new(),
        }
    }

    /// Adds what was read as what to the report.
    pub fn report(&self, report: &mut SourceReport) {
        match &self.extractor {
            FieldExtractor::Delimited(delimited) => delimited.report(report),
            FieldExtractor::Json(names) | FieldExtractor::KeyValue(names) => report.columns = names.report(),
            FieldExtractor::Custom(_) => {}
        }
    }
}
