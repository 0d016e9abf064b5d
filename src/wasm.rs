//! The JavaScript face: converts and nothing else.
//!
//! Documents (rule, report, explanation) cross as JSON text, which is what they are: an unknown field of
//! a rule is seen, and a report in JavaScript is the report in Rust. Small values cross as objects.

use std::cell::RefCell;

use js_sys::{Error as JsError, Float64Array, JSON, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::report::SortOrder;
use crate::reports::Reports;
use crate::rule::{ReferenceSet, SkippedLines, ThreatList};
use crate::{
    Connection, DetectorOptions, Error, Explanation, Header, Pair, PartialResult, PrevalenceCounts,
    PrevalenceQuery, Rule,
};

/// Takes flow records in, and evaluates rules over them as often as wanted.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Detector {
    inner: crate::Detector,
    reports: RefCell<Reports>,
    /// Size of the memory when it was last grown ahead.
    memory_pages: usize,
}

#[wasm_bindgen]
impl Detector {
    /// A detector without flows.
    ///
    /// # Errors
    ///
    /// `E_OPTIONS`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Detector, JsError> {
        let options = DetectorOptions::from_json(&document_of(&options)?).map_err(|error| thrown(&error))?;
        let inner = crate::Detector::new(options);
        Ok(Detector { inner, reports: RefCell::default(), memory_pages: 0 })
    }

    /// Begins the next source; with options, it is read by its own.
    ///
    /// # Errors
    ///
    /// `E_OPTIONS`.
    #[wasm_bindgen(js_name = startSource)]
    pub fn start_source(&mut self, name: &str, options: JsValue) -> Result<(), JsError> {
        self.reports.get_mut().clear();
        match options.is_undefined() {
            true => self.inner.start_source(name),
            false => self.inner.start_source_with(name, source_options(&options)?),
        }
        Ok(())
    }

    /// Takes the next bytes of the source.
    ///
    /// # Errors
    ///
    /// `E_NOT_FLOWS` if the source is refused.
    pub fn ingest(&mut self, chunk: &[u8]) -> Result<(), JsError> {
        self.reports.get_mut().clear();
        self.grow_ahead();
        self.inner.ingest(chunk).map_err(|error| thrown(&error))
    }

    /// Ends the source.
    ///
    /// # Errors
    ///
    /// `E_NOT_FLOWS` if the source is refused.
    pub fn finish(&mut self) -> Result<(), JsError> {
        self.reports.get_mut().clear();
        self.inner.finish().map_err(|error| thrown(&error))
    }

    /// How far the reading is.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn progress(&self) -> Result<JsValue, JsError> {
        to_object(&self.inner.progress())
    }

    /// Evaluates a rule, given as JSON text; nothing is the default rule.
    ///
    /// # Errors
    ///
    /// `E_RULE`.
    pub fn evaluate(&self, rule: Option<String>) -> Result<JsValue, JsError> {
        self.evaluate_text("json", rule, false, None).and_then(|json| parsed(&json))
    }

    /// The unmerged result of this shard, as bytes for [`merge_partials`](Detector::merge_partials); with
    /// `only_query`, no more than the query's columns.
    ///
    /// # Errors
    ///
    /// `E_RULE`.
    #[wasm_bindgen(js_name = partialResult)]
    pub fn partial_result(&self, rule: Option<String>, only_query: bool) -> Result<Vec<u8>, JsError> {
        let rule = self.rule_of(rule.as_deref())?;
        let partial = match only_query {
            true => self.inner.partial_query_result(&rule),
            false => self.inner.partial_result(&rule),
        };
        Ok(partial.to_bytes())
    }

    /// The source counts of this shard for the destinations that a query names.
    ///
    /// # Errors
    ///
    /// `E_OPTIONS` for bytes that are no query.
    #[wasm_bindgen(js_name = prevalenceCounts)]
    pub fn prevalence_counts(&self, query: &[u8]) -> Result<Vec<u8>, JsError> {
        let query = PrevalenceQuery::from_bytes(query).map_err(|error| thrown(&error))?;
        Ok(self.inner.prevalence_counts(&query).to_bytes())
    }

    /// Merges the partial results and counts of all shards, this one included. Until more is ingested, the
    /// report of that rule is the merged one. Partial results of the query need no counts.
    ///
    /// # Errors
    ///
    /// `E_RULE`, `E_OPTIONS` for bytes that are no partial results or counts.
    #[wasm_bindgen(js_name = mergePartials)]
    pub fn merge_partials(
        &self,
        partials: Vec<Uint8Array>,
        counts: Vec<Uint8Array>,
        rule: Option<String>,
    ) -> Result<(), JsError> {
        let partials = all(&partials, PartialResult::from_bytes)?;
        let counts = all(&counts, PrevalenceCounts::from_bytes)?;
        let merged = self.reports.borrow_mut().merge(&self.inner, partials, counts, rule);
        merged.map_err(|error| thrown(&error))
    }

    /// The public suffix list (publicsuffix.org), by which registrable domains are told.
    #[wasm_bindgen(js_name = setPublicSuffixes)]
    pub fn set_public_suffixes(&mut self, list: &str) {
        self.inner.set_public_suffixes(list);
        self.reports.get_mut().clear();
    }

    /// Whether that list would say more: names were looked up, and it was not given.
    #[wasm_bindgen(js_name = wantsPublicSuffixes)]
    pub fn wants_public_suffixes(&self) -> bool {
        self.inner.wants_public_suffixes()
    }

    /// The report without its findings and suppressed pairs.
    ///
    /// # Errors
    ///
    /// `E_RULE`.
    pub fn summary(&self, rule: Option<String>) -> Result<JsValue, JsError> {
        let mut reports = self.reports.borrow_mut();
        let report =
            reports.report(&self.inner, rule, SortOrder::Rule, false).map_err(|error| thrown(&error))?;
        parsed(&report.to_summary_json())
    }

    /// The report as text: `json`, `csv` or `ndjson`; with `all`, every pair in the window; in the order
    /// `rule` (the default) or `priority`. Or `query`: CSV of what the query counts.
    ///
    /// # Errors
    ///
    /// `E_RULE`, or `E_OPTIONS` for another format or order.
    #[wasm_bindgen(js_name = evaluateText)]
    pub fn evaluate_text(
        &self,
        format: &str,
        rule: Option<String>,
        all: bool,
        order: Option<String>,
    ) -> Result<String, JsError> {
        let order = order.as_deref().unwrap_or("rule");
        let text = self.reports.borrow_mut().text(&self.inner, format, rule, all, order);
        text.map_err(|error| thrown(&error))
    }

    /// Why a pair is a finding, or why not, with what all shards answered to the question about it.
    ///
    /// # Errors
    ///
    /// `E_ADDRESS`, `E_RULE`, `E_OPTIONS` for bytes that are no counts.
    pub fn explain(
        &self,
        source: &str,
        destination: &str,
        port: f64,
        rule: Option<String>,
        counts: Vec<Uint8Array>,
    ) -> Result<JsValue, JsError> {
        let pair = pair_of(source, destination, port)?;
        parsed(&self.explanation(&pair, rule, counts)?.to_json())
    }

    /// The explanation as plain text.
    ///
    /// # Errors
    ///
    /// As [`explain`](Detector::explain).
    #[wasm_bindgen(js_name = explainText)]
    pub fn explain_text(
        &self,
        source: &str,
        destination: &str,
        port: f64,
        rule: Option<String>,
        counts: Vec<Uint8Array>,
    ) -> Result<String, JsError> {
        let pair = pair_of(source, destination, port)?;
        Ok(self.explanation(&pair, rule, counts)?.to_text())
    }

    /// All connections of a pair in time order, as columns; nothing if it was never seen.
    ///
    /// # Errors
    ///
    /// `E_ADDRESS`.
    pub fn history(&self, source: &str, destination: &str, port: f64) -> Result<JsValue, JsError> {
        let connections = self.inner.history(&pair_of(source, destination, port)?);
        if connections.is_empty() {
            return Ok(JsValue::UNDEFINED);
        }
        let column = |value: fn(&Connection) -> f64| {
            let values: Vec<f64> = connections.iter().map(value).collect();
            Float64Array::from(values.as_slice())
        };
        let gaps: Vec<f64> = std::iter::once(f64::NAN)
            .chain(
                connections
                    .windows(2)
                    .map(|two| (two[1].start.as_micros() - two[0].start.as_micros()) as f64),
            )
            .collect();
        let history = Object::new();
        for (name, values) in [
            ("startMicros", column(|c| c.start.as_micros() as f64)),
            ("gapMicros", Float64Array::from(gaps.as_slice())),
            ("bytesSent", column(|c| c.bytes_sent as f64)),
            ("bytesReceived", column(|c| c.bytes_received as f64)),
        ] {
            set(&history, name, &values);
        }
        Ok(history.into())
    }
}

impl Detector {
    fn explanation(
        &self,
        pair: &Pair,
        rule: Option<String>,
        counts: Vec<Uint8Array>,
    ) -> Result<Explanation, JsError> {
        Ok(self.inner.explain_merged(
            pair,
            all(&counts, PrevalenceCounts::from_bytes)?,
            &self.rule_of(rule.as_deref())?,
        ))
    }

    fn rule_of(&self, text: Option<&str>) -> Result<Rule, JsError> {
        self.reports.borrow_mut().rule(text).map_err(|error| thrown(&error))
    }

    /// Grows the memory by 4 MB or a twentieth whenever it had to grow: engines take long over each growth, and the
    /// allocator by itself asks for no more than it needs. What is freed here is used next.
    fn grow_ahead(&mut self) {
        const PAGE: usize = 64 * 1024;
        const LEAST: usize = 4 * 1024 * 1024;
        let pages = core::arch::wasm32::memory_size(0);
        if pages == self.memory_pages {
            return;
        }
        let mut ahead = Vec::<u8>::new();
        // If there is not that much, what is needed will tell.
        let _ = ahead.try_reserve_exact((pages * PAGE / 20).max(LEAST));
        std::hint::black_box(&ahead);
        drop(ahead);
        self.memory_pages = core::arch::wasm32::memory_size(0);
    }
}

/// What has to be asked of every shard to explain a pair.
///
/// # Errors
///
/// `E_ADDRESS`.
#[wasm_bindgen(js_name = prevalenceQueryOf)]
pub fn prevalence_query_of(source: &str, destination: &str, port: f64) -> Result<Vec<u8>, JsError> {
    Ok(PrevalenceQuery::of_pair(&pair_of(source, destination, port)?).to_bytes())
}

/// What the parts of all shards ask of every shard.
///
/// # Errors
///
/// `E_OPTIONS` for bytes that are no parts.
#[wasm_bindgen(js_name = prevalenceQuery)]
pub fn prevalence_query(partials: Vec<Uint8Array>) -> Result<Vec<u8>, JsError> {
    Ok(PartialResult::prevalence_query(&all(&partials, PartialResult::from_bytes)?).to_bytes())
}

fn all<T>(bytes: &[Uint8Array], read: impl Fn(&[u8]) -> Result<T, Error>) -> Result<Vec<T>, JsError> {
    let read = bytes.iter().map(|bytes| read(&bytes.to_vec()));
    read.collect::<Result<_, _>>().map_err(|error| thrown(&error))
}

/// The format of a packet capture or event log that begins with these bytes: `pcap`, `pcapng` or `evtx`.
#[wasm_bindgen(js_name = captureFormat)]
pub fn capture_format(head: &[u8]) -> Option<String> {
    crate::CaptureFormat::detect(head).map(|format| format.name().to_owned())
}

/// The version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    crate::VERSION.to_owned()
}

/// Names and limits of the engine.
///
/// # Errors
///
/// None in practice.
#[wasm_bindgen]
pub fn constants() -> Result<JsValue, JsError> {
    to_object(&crate::Constants::new())
}

/// A ready-made rule, by name.
///
/// # Errors
///
/// `E_OPTIONS` for another name.
#[wasm_bindgen(js_name = profileRule)]
pub fn profile_rule(name: &str) -> Result<JsValue, JsError> {
    parsed(&Rule::profile(name).map_err(|error| thrown(&error))?.to_json())
}

/// Checks a rule document and fills in the defaults.
///
/// # Errors
///
/// `E_RULE`.
#[wasm_bindgen(js_name = parseRule)]
pub fn parse_rule(text: String) -> Result<JsValue, JsError> {
    parsed(&rule_of(Some(&text))?.to_json())
}

fn rule_of(text: Option<&str>) -> Result<Rule, JsError> {
    match text {
        Some(text) => Rule::from_json(text).map_err(|error| thrown(&error)),
        None => Ok(Rule::default()),
    }
}

fn pair_of(source: &str, destination: &str, port: f64) -> Result<Pair, JsError> {
    // As a JavaScript number, so that 65579 is an error and not port 43.
    if port.fract() != 0.0 || !(0.0..=f64::from(u16::MAX)).contains(&port) {
        let found: js_sys::JsString = js_sys::Number::from(port).to_string_with_radix(10).unwrap_or_default();
        let found = String::from(found);
        return Err(thrown(&bad_option(format!(
            "found port {found}, expected a whole number from 0 to {}",
            u16::MAX
        ))));
    }
    let port = port as u16;
    Pair::parse(source, destination, port).map_err(|error| thrown(&error))
}

fn parsed(json: &str) -> Result<JsValue, JsError> {
    JSON::parse(json).map_err(|error| error.unchecked_into())
}

/// Options as a JSON document: a conversion of the object by serde would not report unknown options.
fn document_of(options: &JsValue) -> Result<String, JsError> {
    if options.is_undefined() || options.is_null() {
        return Ok("{}".to_owned());
    }
    JSON::stringify(options).map(String::from).map_err(|error| error.unchecked_into())
}

fn source_options(options: &JsValue) -> Result<DetectorOptions, JsError> {
    DetectorOptions::for_source_from_json(&document_of(options)?).map_err(|error| thrown(&error))
}

fn bad_option(message: String) -> Error {
    Error::new(crate::ErrorKind::Options, message)
}

/// An error as a JavaScript `Error` with properties.
fn thrown(error: &Error) -> JsError {
    let out = JsError::new(error.message());
    out.set_name("BeaconlensError");
    set(&out, "code", &error.code().into());
    if let Some(position) = error.position() {
        set(&out, "line", &(position.line as f64).into());
        set(&out, "byte", &(position.byte as f64).into());
    }
    if let Some(field) = error.field() {
        set(&out, "field", &field.into());
    }
    if let Some(hint) = error.hint() {
        set(&out, "hint", &hint.into());
    }
    out
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a property of an object that was made here cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

/// The first rows of a file and what its columns are read as. `header` is the line of the row that names them, 0 if
/// none does, and undefined if it is to be found.
///
/// # Errors
///
/// `E_OPTIONS`.
#[wasm_bindgen]
pub fn preview(head: &[u8], header: Option<u32>, options: JsValue) -> Result<JsValue, JsError> {
    let header = match header {
        None => Header::Found,
        Some(0) => Header::Absent,
        Some(line) => Header::Line(line.into()),
    };
    to_object(&crate::preview(head, header, &source_options(&options)?))
}

fn to_object(value: &impl Serialize) -> Result<JsValue, JsError> {
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&plain).map_err(|error| JsError::new(&error.to_string()))
}

/// The rule as a query for that target.
///
/// # Errors
///
/// `E_RULE`, or `E_OPTIONS` for another target.
#[wasm_bindgen(js_name = renderQuery)]
pub fn render_query(target: &str, rule: Option<String>) -> Result<String, JsError> {
    let target = crate::query::Target::from_name(target).map_err(|error| thrown(&error))?;
    Ok(crate::query::render(&rule_of(rule.as_deref())?, target))
}

/// A reference set or a threat list from the text of a list, as the only list of a rule, and the lines that were
/// skipped.
///
/// # Errors
///
/// `E_RULE` with the line.
#[wasm_bindgen(js_name = parseList)]
pub fn parse_list(threats: bool, name: &str, text: &str, column: Option<String>) -> Result<JsValue, JsError> {
    let (rule, skipped) =
        rule_with_list(threats, name, text, column.as_deref()).map_err(|error| thrown(&error))?;
    let out = Object::new();
    set(&out, "rule", &parsed(&rule.to_json())?);
    set(&out, "skipped", &skipped.lines.into());
    if let Some((line, text)) = skipped.first {
        set(&out, "line", &line.into());
        set(&out, "text", &text.into());
    }
    Ok(out.into())
}

fn rule_with_list(
    threats: bool,
    name: &str,
    text: &str,
    column: Option<&str>,
) -> Result<(Rule, SkippedLines), Error> {
    if threats {
        let (list, skipped) = ThreatList::from_list(name, text, column)?;
        Ok((Rule::new().with_threat_lists([list])?, skipped))
    } else {
        let set = ReferenceSet::from_list(name, text, column)?;
        Ok((Rule::new().with_reference_sets([set])?, SkippedLines::default()))
    }
}
