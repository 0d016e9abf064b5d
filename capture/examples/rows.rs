//! Prints the rows of a capture: `cargo run -p beaconlens-capture --example rows FILE`.

use std::io::{Read, Write};

use beaconlens_capture::{CaptureFormat, Converter};

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("no file was named"))?;
    let mut file = std::fs::File::open(path)?;
    let (mut chunk, mut rows) = (vec![0; 1 << 20], Vec::new());
    let mut converter: Option<Converter> = None;
    loop {
        let length = file.read(&mut chunk)?;
        let bytes = chunk.get(..length).unwrap_or_default();
        if converter.is_none() {
            let format = CaptureFormat::detect(bytes);
            let format = format.ok_or_else(|| std::io::Error::other("the file is not a capture"))?;
            converter = Some(Converter::new(format));
        }
        if length == 0
            && let Some(converter) = converter.take()
        {
            converter.finish(&mut rows);
            return std::io::stdout().write_all(&rows);
        }
        if let Some(converter) = &mut converter {
            converter.push(bytes, &mut rows);
        }
        std::io::stdout().write_all(&rows)?;
        rows.clear();
    }
}
