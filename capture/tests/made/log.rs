//! Windows event logs made by code.

#![allow(dead_code, missing_docs)]

use std::collections::HashMap;

/// A value of a record.
#[derive(Debug, Clone)]
pub enum Value {
    Text(&'static str),
    U16(u16),
    U32(u32),
    U64(u64),
    Bool(bool),
    FileTime(u64),
}

impl Value {
    fn bytes(&self) -> (u8, Vec<u8>) {
        match self {
            Value::Text(text) => (0x01, utf16(text)),
            Value::U16(number) => (0x06, number.to_le_bytes().to_vec()),
            Value::U32(number) => (0x08, number.to_le_bytes().to_vec()),
            Value::U64(number) => (0x0A, number.to_le_bytes().to_vec()),
            Value::Bool(value) => (0x0D, u32::from(*value).to_le_bytes().to_vec()),
            Value::FileTime(ticks) => (0x11, ticks.to_le_bytes().to_vec()),
        }
    }
}

/// An event: provider, number, time in microseconds since 1970, data.
#[derive(Debug, Clone)]
pub struct Made {
    pub provider: &'static str,
    pub id: u16,
    pub micros: u64,
    pub data: Vec<(&'static str, Value)>,
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Writes a part of an element.
type Part<'a> = &'a dyn Fn(&mut Chunk);

/// A chunk while it is written: names and templates are stored where they are first used.
struct Chunk {
    bytes: Vec<u8>,
    names: HashMap<String, u32>,
    templates: HashMap<(String, u16), u32>,
}

impl Chunk {
    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    /// Reserves space for a length; returns the offset after it.
    fn reserve_length(&mut self) -> usize {
        self.u32(0);
        self.bytes.len()
    }

    /// Fills in the reserved length.
    fn fill_length(&mut self, room: usize) {
        let length = (self.bytes.len() - room) as u32;
        self.bytes[room - 4..room].copy_from_slice(&length.to_le_bytes());
    }

    fn name(&mut self, name: &str) {
        if let Some(at) = self.names.get(name) {
            return self.u32(*at);
        }
        let at = self.bytes.len() as u32 + 4;
        self.names.insert(name.to_owned(), at);
        self.u32(at);
        self.u32(0);
        self.u16(name.bytes().fold(0u16, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())));
        self.u16(name.len() as u16);
        self.bytes.extend(utf16(name));
        self.u16(0);
    }

    /// `<name attribute=…>`, its content, which `content` writes, and its end.
    fn element(&mut self, name: &str, attribute: Option<(&str, Part<'_>)>, content: Part<'_>) {
        self.bytes.push(if attribute.is_some() { 0x41 } else { 0x01 });
        self.u16(0xFFFF);
        let room = self.reserve_length();
        self.name(name);
        if let Some((name, value)) = attribute {
            let room = self.reserve_length();
            self.bytes.push(0x06);
            self.name(name);
            value(self);
            self.fill_length(room);
        }
        self.bytes.push(0x02);
        content(self);
        self.bytes.push(0x04);
        self.fill_length(room);
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend([0x05, 0x01]);
        self.u16(text.len() as u16);
        self.bytes.extend(utf16(text));
    }

    fn place(&mut self, place: u16, kind: u8) {
        self.bytes.push(0x0E);
        self.u16(place);
        self.bytes.push(kind);
    }

    fn event_text(&mut self, made: &Made) {
        let data = |chunk: &mut Chunk| {
            for (place, (name, value)) in (4..).zip(&made.data) {
                let kind = value.bytes().0;
                let named = |chunk: &mut Chunk| chunk.text(name);
                chunk.element("Data", Some(("Name", &named)), &|chunk| chunk.place(place, kind));
            }
        };
        let system = |chunk: &mut Chunk| {
            chunk.element("Provider", Some(("Name", &|chunk| chunk.place(0, 0x01))), &|_| {});
            chunk.element("EventID", None, &|chunk| chunk.place(1, 0x06));
            chunk.element("TimeCreated", Some(("SystemTime", &|chunk| chunk.place(2, 0x11))), &|_| {});
            chunk.element("EventRecordID", None, &|chunk| chunk.place(3, 0x0A));
        };
        self.bytes.extend([0x0F, 1, 1, 0]);
        self.element("Event", Some(("xmlns", &|chunk| chunk.text("made"))), &|chunk| {
            chunk.element("System", None, &system);
            chunk.element("EventData", None, &data);
        });
        self.bytes.push(0x00);
    }

    fn record(&mut self, number: u64, made: &Made) {
        let start = self.bytes.len();
        let ticks = (made.micros + 11_644_473_600_000_000) * 10;
        self.bytes.extend(b"**\0\0");
        self.u32(0);
        self.bytes.extend(number.to_le_bytes());
        self.bytes.extend(ticks.to_le_bytes());
        self.bytes.extend([0x0F, 1, 1, 0, 0x0C, 1]);
        let template = (made.provider.to_owned(), made.id);
        let known = self.templates.get(&template).copied();
        let at = known.unwrap_or(self.bytes.len() as u32 + 8);
        self.u32(u32::from(made.id));
        self.u32(at);
        if known.is_none() {
            self.templates.insert(template, at);
            self.u32(0);
            self.u32(u32::from(made.id));
            self.bytes.extend([9; 12]);
            let room = self.reserve_length();
            self.event_text(made);
            self.fill_length(room);
        }
        let system = [
            Value::Text(made.provider),
            Value::U16(made.id),
            Value::FileTime(ticks),
            Value::U64(number + 1000),
        ];
        let values: Vec<_> =
            system.iter().chain(made.data.iter().map(|(_, value)| value)).map(Value::bytes).collect();
        self.u32(values.len() as u32);
        for (kind, bytes) in &values {
            self.u16(bytes.len() as u16);
            self.bytes.extend([*kind, 0]);
        }
        for (_, bytes) in values {
            self.bytes.extend(bytes);
        }
        self.bytes.push(0x00);
        self.bytes.resize(start + (self.bytes.len() - start).next_multiple_of(8) + 4, 0);
        let length = ((self.bytes.len() - start) + 4) as u32;
        self.u32(length);
        self.bytes[start + 4..start + 8].copy_from_slice(&length.to_le_bytes());
    }
}

/// A log with this number of events per chunk.
pub fn evtx(events: &[Made], per_chunk: usize) -> Vec<u8> {
    let chunks: Vec<_> = events.chunks(per_chunk).collect();
    let mut out = b"ElfFile\0".to_vec();
    out.extend(0u64.to_le_bytes());
    out.extend((chunks.len() as u64 - 1).to_le_bytes());
    out.extend((events.len() as u64 + 1).to_le_bytes());
    out.extend([128u32.to_le_bytes(), 0x0003_0001u32.to_le_bytes()].concat());
    out.extend([4096u16.to_le_bytes(), (chunks.len() as u16).to_le_bytes()].concat());
    out.resize(4096, 0);
    let mut number = 0;
    for events in chunks {
        let (names, templates) = (HashMap::new(), HashMap::new());
        let mut chunk = Chunk { bytes: b"ElfChnk\0".to_vec(), names, templates };
        let last = number + events.len() as u64;
        for bound in [number + 1, last, number + 1, last] {
            chunk.bytes.extend(bound.to_le_bytes());
        }
        chunk.u32(128);
        chunk.bytes.resize(512, 0);
        for event in events {
            number += 1;
            chunk.record(number, event);
        }
        let end = (chunk.bytes.len() as u32).to_le_bytes();
        chunk.bytes[48..52].copy_from_slice(&end);
        assert!(chunk.bytes.len() <= 65_536);
        chunk.bytes.resize(65_536, 0);
        out.extend(chunk.bytes);
    }
    out
}
