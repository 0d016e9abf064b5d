//! An event of a Windows log → a row, if it describes a connection or a DNS lookup.

use crate::binxml::{Value, Visit, utf16};
use crate::bytes::{ByteOrder, Cursor};
use crate::rows::Row;

/// Depth of nested elements.
const MAX_DEPTH: usize = 32;

/// Longer texts are truncated.
const MAX_TEXT_BYTES: usize = 512;

/// From 1601, the epoch of Windows, to 1970.
const WINDOWS_EPOCH_MICROS: u64 = 11_644_473_600_000_000;

/// Names of the `Data` elements that are read: of Sysmon's events 3 and 22, then of Windows' event 5156.
const FIELDS: [&str; 16] = [
    "UtcTime",
    "Protocol",
    "Initiated",
    "SourceIp",
    "SourcePort",
    "DestinationIp",
    "DestinationPort",
    "DestinationHostname",
    "Image",
    "QueryName",
    "QueryStatus",
    "Application",
    "Direction",
    "SourceAddress",
    "DestAddress",
    "DestPort",
];

/// The parts of an event that are used.
#[derive(Debug, Default)]
pub(crate) struct Event {
    open: Vec<Element>,
    attribute: Attribute,
    provider: String,
    id: String,
    /// `EventRecordID`. In an exported log the record itself has another number.
    number: String,
    /// Microseconds since 1970.
    time: Option<u64>,
    fields: [String; FIELDS.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Provider,
    Id,
    Number,
    Time,
    /// With the index of its name in [`FIELDS`].
    Data(usize),
    Other,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Attribute {
    #[default]
    None,
    Name,
    SystemTime,
    Other,
}

impl Visit for Event {
    fn open(&mut self, name: &str) -> Option<()> {
        self.attribute = Attribute::None;
        self.open.push(match name {
            "Provider" => Element::Provider,
            "EventID" => Element::Id,
            "EventRecordID" => Element::Number,
            "TimeCreated" => Element::Time,
            "Data" => Element::Data(FIELDS.len()),
            _ => Element::Other,
        });
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    fn attribute(&mut self, name: &str) {
        self.attribute = match name {
            "Name" => Attribute::Name,
            "SystemTime" => Attribute::SystemTime,
            _ => Attribute::Other,
        };
    }

    fn end_of_attributes(&mut self) {
        self.attribute = Attribute::None;
    }

    fn value(&mut self, value: Value<'_>) {
        let Some(element) = self.open.last_mut() else { return };
        match (*element, self.attribute) {
            (Element::Provider, Attribute::Name) => self.provider = text(value),
            (Element::Time, Attribute::SystemTime) => self.time = micros(value),
            (Element::Data(_), Attribute::Name) => {
                let name = text(value);
                let at = FIELDS.iter().position(|field| *field == name).unwrap_or(FIELDS.len());
                *element = Element::Data(at);
            }
            (Element::Id, Attribute::None) => self.id = text(value),
            (Element::Number, Attribute::None) => self.number = text(value),
            (Element::Data(at), Attribute::None) => {
                if let Some(field) = self.fields.get_mut(at)
                    && field.len() < MAX_TEXT_BYTES
                {
                    field.push_str(&text(value));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        self.attribute = Attribute::None;
        self.open.pop();
    }
}

impl Event {
    /// Writes its row; false if it is of another kind.
    pub fn emit(&self, record: u64, rows: &mut Vec<u8>) -> bool {
        match (self.provider.as_str(), self.id.as_str()) {
            ("Microsoft-Windows-Sysmon", "3") => self.emit_connection(record, rows),
            ("Microsoft-Windows-Sysmon", "22") => self.emit_lookup(record, rows),
            ("Microsoft-Windows-Security-Auditing", "5156") => self.emit_permitted(record, rows),
            _ => return false,
        }
        true
    }

    fn emit_connection(&self, record: u64, rows: &mut Vec<u8>) {
        let mut row = self.row("flow", record, rows);
        row.text("protocol", self.field("Protocol"));
        self.write_endpoint(&mut row, ["SourceIp", "SourcePort"], ["source", "source_port"]);
        self.write_endpoint(&mut row, ["DestinationIp", "DestinationPort"], ["destination", "port"]);
        let is_initiator = self.field("Initiated").eq_ignore_ascii_case("true");
        row.text("direction", if is_initiator { "out" } else { "in" });
        let host = self.field("DestinationHostname");
        if !host.is_empty() && host != "-" {
            row.text("host", host);
        }
        row.text("process", self.field("Image")).end();
    }

    fn emit_lookup(&self, record: u64, rows: &mut Vec<u8>) {
        let mut row = self.row("dns", record, rows);
        row.text("query", self.field("QueryName")).text("answer", self.field("QueryStatus"));
        row.text("process", self.field("Image")).end();
    }

    /// A connection that the Windows Filtering Platform permitted. Its documentation says that the source is the
    /// machine itself, also for inbound connections.
    fn emit_permitted(&self, record: u64, rows: &mut Vec<u8>) {
        const INBOUND: &str = "%%14592";
        let mut row = self.row("flow", record, rows);
        row.text("protocol", self.field("Protocol"));
        let (mut from, mut to) = (["source", "source_port"], ["destination", "port"]);
        let inbound = self.field("Direction") == INBOUND;
        if inbound {
            (from, to) = (to, from);
        }
        self.write_endpoint(&mut row, ["SourceAddress", "SourcePort"], from);
        self.write_endpoint(&mut row, ["DestAddress", "DestPort"], to);
        row.text("direction", if inbound { "in" } else { "out" });
        row.text("process", self.field("Application")).end();
    }

    fn write_endpoint(&self, row: &mut Row<'_>, fields: [&str; 2], names: [&str; 2]) {
        for (field, name) in fields.into_iter().zip(names) {
            row.text(name, self.field(field));
        }
    }

    /// Begins a row with the time of the event (`UtcTime` of Sysmon), otherwise the time at which it was logged.
    fn row<'o>(&self, kind: &str, record: u64, rows: &'o mut Vec<u8>) -> Row<'o> {
        let mut row = Row::new("log", kind, ("record", self.number.parse().unwrap_or(record)), rows);
        row.text("id", &self.id);
        match (self.field("UtcTime").split_once(' '), self.time) {
            (Some((date, clock)), _) => row.text("time", format_args!("{date}T{clock}Z")),
            (None, Some(micros)) => row.seconds("ts", micros),
            (None, None) => row.text("time", ""),
        };
        row
    }

    fn field(&self, name: &str) -> &str {
        let at = FIELDS.iter().position(|field| *field == name).unwrap_or(FIELDS.len());
        self.fields.get(at).map(String::as_str).unwrap_or_default()
    }
}

/// A value as text; empty for types that none of the fields has.
fn text(value: Value<'_>) -> String {
    let mut bytes = Cursor(value.bytes);
    let number = match (value.kind, value.bytes.len()) {
        (0x01, _) => return utf16(value.bytes.get(..2 * MAX_TEXT_BYTES).unwrap_or(value.bytes)),
        (0x02, _) => {
            let text = value.bytes.get(..MAX_TEXT_BYTES).unwrap_or(value.bytes);
            return String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
        }
        (0x0D, 4) => return if value.bytes == [0; 4] { "false" } else { "true" }.to_owned(),
        (0x04, 1) => bytes.u8().map(u64::from),
        (0x06, 2) => ByteOrder::Little.u16(&mut bytes).map(u64::from),
        (0x08 | 0x14, 4) => ByteOrder::Little.u32(&mut bytes).map(u64::from),
        (0x0A | 0x15, 8) => ByteOrder::Little.u64(&mut bytes),
        _ => None,
    };
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// Microseconds since 1970 of a FILETIME, which counts tenths of microseconds since 1601.
fn micros(value: Value<'_>) -> Option<u64> {
    let ticks = ByteOrder::Little.u64(&mut Cursor(value.bytes)).filter(|_| value.kind == 0x11)?;
    (ticks / 10).checked_sub(WINDOWS_EPOCH_MICROS)
}
