//! Options from a JSON document, as JavaScript gives them.

use super::options::DetectorOptions;
use super::roles::Role;
use crate::model::error::{Error, ErrorKind};
use crate::text::json::{FromJson, JsonDocument, JsonNode, JsonObject};
use crate::text::value::time_format::TimeUnit;

impl DetectorOptions {
    /// Reads options from a JSON document, whose fields are those of `DetectorOptions` in TypeScript.
    ///
    /// ```
    /// let options = beaconlens::DetectorOptions::from_json(r#"{"mapping": {"time": "when"}, "timeUnit": "ms"}"#)?;
    /// # Ok::<(), beaconlens::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] with the field that is unknown or out of range.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let (mut options, document) = (DetectorOptions::new(), document(text));
        let mut fields = document.root()?.object()?;
        read_source(&mut options, &mut fields)?;
        fields.with("duplicates", |node| {
            let duplicates = bool::from_json(node)?;
            change(&mut options, "duplicates", |options| Ok(options.with_duplicates(duplicates)))
        })?;
        fields.with("hashSeed", |node| {
            let seed = u64::from_json(node)?;
            change(&mut options, "hashSeed", |options| Ok(options.with_hash_seed(seed)))
        })?;
        fields.with("shard", |node| {
            let (mut index, mut of) = (0, 0);
            let mut fields = node.object()?;
            fields.read("index", &mut index)?;
            fields.read("of", &mut of)?;
            fields.finish()?;
            change(&mut options, "shard", |options| options.with_shard(index, of))
        })?;
        fields.with("maxMemoryBytes", |node| {
            let bytes = u64::from_json(node)?;
            change(&mut options, "maxMemoryBytes", |options| options.with_max_memory_bytes(bytes))
        })?;
        fields.finish()?;
        Ok(options)
    }

    /// Reads options from a JSON document that has only those of one source: columns, delimiter and times.
    ///
    /// # Errors
    ///
    /// As [`from_json`](DetectorOptions::from_json).
    pub fn for_source_from_json(text: &str) -> Result<Self, Error> {
        let (mut options, document) = (DetectorOptions::new(), document(text));
        let mut fields = document.root()?.object()?;
        read_source(&mut options, &mut fields)?;
        fields.finish()?;
        Ok(options)
    }
}

fn document(text: &str) -> JsonDocument<'_> {
    JsonDocument { text, name: "options", kind: ErrorKind::Options, hint: None }
}

fn read_source(options: &mut DetectorOptions, fields: &mut JsonObject<'_>) -> Result<(), Error> {
    fields.with("mapping", |node| read_mapping(options, node))?;
    fields.with("delimiter", |node| {
        let delimiter = node.text("one character", |text| match text.as_bytes() {
            [byte] => Some(*byte),
            _ => None,
        })?;
        change(options, "delimiter", |options| options.with_delimiter(delimiter))
    })?;
    fields.with("timeUnit", |node| {
        let unit = node.text("s, ms, us or ns", |text| match text {
            "s" => Some(TimeUnit::Seconds),
            "ms" => Some(TimeUnit::Milliseconds),
            "us" => Some(TimeUnit::Microseconds),
            "ns" => Some(TimeUnit::Nanoseconds),
            _ => None,
        })?;
        change(options, "timeUnit", |options| Ok(options.with_time_unit(unit)))
    })?;
    fields.with("utcOffsetMinutes", |node| {
        let minutes = i32::from_json(node)?;
        change(options, "utcOffsetMinutes", |options| options.with_utc_offset_minutes(minutes))
    })
}

fn read_mapping(options: &mut DetectorOptions, node: JsonNode<'_>) -> Result<(), Error> {
    let mut fields = node.object()?;
    for role in Role::ALL {
        fields.with(role.name(), |node| {
            let column = node.value::<String>("the name or the position of a column")?;
            let field = format!("mapping.{}", role.name());
            change(options, &field, |options| options.with_column(role, &column))
        })?;
    }
    fields.finish()
}

/// Changes options by a builder's method, whose error is that of a field.
fn change(
    options: &mut DetectorOptions,
    field: &str,
    change: impl FnOnce(DetectorOptions) -> Result<DetectorOptions, Error>,
) -> Result<(), Error> {
    *options = change(std::mem::take(options)).map_err(|error| error.with_field(field))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_field() {
        for (text, field) in [
            (r#"{"mapping": {"when": "a"}}"#, "mapping.when"),
            (r##"{"mapping": {"time": "#0"}}"##, "mapping.time"),
            (r#"{"delimiter": ";;"}"#, "delimiter"),
            (r#"{"delimiter": "a"}"#, "delimiter"),
            (r#"{"timeUnit": "h"}"#, "timeUnit"),
            (r#"{"utcOffsetMinutes": 1440}"#, "utcOffsetMinutes"),
            (r#"{"shard": {"index": 2, "of": 2}}"#, "shard"),
            (r#"{"shard": {"index": -1}}"#, "shard.index"),
            (r#"{"maxMemoryBytes": 1}"#, "maxMemoryBytes"),
            (r#"{"delimeter": ";"}"#, "delimeter"),
        ] {
            let error = DetectorOptions::from_json(text).err();
            let found = error.as_ref().map(|error| (error.code(), error.field()));
            assert_eq!(found, Some(("E_OPTIONS", Some(field))), "{text}");
        }
        assert!(DetectorOptions::for_source_from_json(r#"{"duplicates": true}"#).is_err());
        assert!(DetectorOptions::from_json(r#"{"duplicates": true, "hashSeed": 7}"#).is_ok());
    }
}
