//! Captures → rows: connections in every container and any chunking, and damaged data.

// A test that cannot read its own files has failed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod made;

use beaconlens::{Detector, DetectorOptions, Pair, Report, Rule};
use beaconlens_capture::{CaptureFormat, Converter};
use made::*;
use proptest::prelude::*;

const SAMPLE: &str = "../tests/golden/pcap.json";

fn report(rows: &str) -> Report {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("made");
    detector.ingest(rows.as_bytes()).unwrap();
    detector.finish().unwrap();
    detector.evaluate(&Rule::default())
}

/// The rows of the office capture are a golden input of the engine; its golden output is next to them.
#[test]
fn the_rows_of_an_office_are_the_recorded_ones() {
    let rows = rows(&pcap(Order::Little, false, 1, &office()));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(SAMPLE, &rows).unwrap();
    }
    let recorded = std::fs::read_to_string(SAMPLE).unwrap();
    for (row, recorded) in rows.lines().zip(recorded.lines()) {
        assert_eq!(row, recorded);
    }
    assert_eq!(rows, recorded);
}

#[test]
fn every_container_gives_the_same_rows() {
    let frames = office();
    let expected = rows(&pcap(Order::Little, false, 1, &frames));
    for order in [Order::Big, Order::Little] {
        assert_eq!(rows(&pcap(order, false, 1, &frames)), expected);
        assert_eq!(rows(&pcap(order, true, 1, &frames)), expected);
        assert_eq!(rows(&pcapng(order, 1, &frames)), expected);
    }
    // With the length of the checksum in the upper bits of the link type.
    assert_eq!(rows(&pcap(Order::Little, false, 0x5000_0001, &frames)), expected);
}

#[test]
fn formats_are_detected_by_their_first_bytes() {
    let detect = |file: &[u8]| CaptureFormat::detect(&file[..CaptureFormat::DETECT_BYTES]);
    for order in [Order::Big, Order::Little] {
        assert_eq!(detect(&pcap(order, false, 1, &[])), Some(CaptureFormat::Pcap));
        assert_eq!(detect(&pcap(order, true, 1, &[])), Some(CaptureFormat::Pcap));
        assert_eq!(detect(&pcapng(order, 1, &[])), Some(CaptureFormat::Pcapng));
    }
    assert_eq!(detect(b"ElfFile\0"), Some(CaptureFormat::Evtx));
    assert_eq!(detect(b"time,src"), None);
    assert_eq!(CaptureFormat::detect(b""), None);
}

#[test]
fn sections_and_interfaces_have_their_own_clocks() {
    let frame = |port: u16| udp((CLIENT, port), (SERVER, 9999), b"x");
    let raw = |port: u16| frame(port)[14..].to_vec();
    let micros = START as u64;
    let (big, little) = (Order::Big, Order::Little);
    let file = [
        section(little),
        interface(little, 1, None),
        interface(little, 101, Some(0x80 | 20)), // 2^-20
        enhanced(little, 0, micros, &frame(1)),
        enhanced(little, 1, (micros / 1_000_000) << 20 | 1 << 19, &raw(2)),
        section(big),
        interface(big, 101, Some(3)),
        enhanced(big, 0, micros / 1000, &raw(3)),
        enhanced(big, 1, micros, &raw(4)),
        interface(big, 1, Some(0x7F)),
        enhanced(big, 1, micros, &frame(5)),
        block(big, 3, &[&big.u32(50)[..], &raw(6)].concat()),
    ]
    .concat();
    let rows = rows(&file);
    let times: Vec<&str> = rows.lines().map(|row| row.split("\"ts\":").nth(1).unwrap_or("note")).collect();
    let seconds = micros / 1_000_000;
    assert!(times[0].starts_with(&format!("{seconds}.123456")), "{rows}");
    assert!(times[1].starts_with(&format!("{seconds}.500000")), "{rows}");
    assert!(times[2].starts_with(&format!("{seconds}.123000")), "{rows}");
    assert_eq!(times[3..], ["note"], "{rows}");
    assert!(
        rows.contains("6 packets, 3 used; not used: 2 without a time, 1 of an unknown interface"),
        "{rows}"
    );
}

#[test]
fn the_engine_reads_the_rows() {
    let report = report(&rows(&pcap(Order::Little, false, 1, &office())));
    let source = &report.sources[0];
    assert_eq!(source.format, Some("pcap"));
    assert!(
        source.notes.iter().any(|note| note == "43 packets, 41 used; not used: 1 ARP, 1 later fragments"),
        "{:?}",
        source.notes
    );
    let skipped: Vec<_> = report.diagnostics.iter().map(|d| (d.code, d.rows)).collect();
    assert_eq!(skipped, [("host_name", 3), ("dns_query", 4), ("trailer", 1)]);
}

#[test]
fn a_beacon_in_a_capture_is_found_with_its_bytes() {
    let mut frames = Vec::new();
    for call in 0..60 {
        let (at, port) = (START + call * 300 * SECOND, 40_000 + call as u16);
        let (client, server) = ((CLIENT, port), (SERVER, 8443));
        frames.push((at, tcp(client, server, "S", 7, b"")));
        frames.push((at + 1, tcp(server, client, "SA", 7, b"")));
        frames.push((at + 2, tcp(client, server, "A", 8, &[1; 100])));
        frames.push((at + 3, tcp(server, client, "FA", 8, &[2; 50])));
        frames.push((at + 4, tcp(client, server, "FA", 108, b"")));
    }
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("beacon.pcapng");
    detector.ingest(rows(&pcapng(Order::Little, 1, &frames)).as_bytes()).unwrap();
    detector.finish().unwrap();
    let report = detector.evaluate(&Rule::default());
    let finding = &report.findings[0];
    assert_eq!((finding.facts.connection_count, finding.facts.hourly_buckets), (60, 5));
    // Three packets of 40 bytes and 100 more; two and 50.
    assert_eq!((finding.facts.bytes_sent, finding.facts.bytes_received), (60 * 220, 60 * 130));
    let history = detector.history(&Pair::parse("10.0.0.5", "203.0.113.9", 8443).unwrap());
    assert_eq!(history[1].start.as_micros(), START + 300 * SECOND);
}

/// Packets of a connection, `>` from the end that opens it, `<` from the other one; its state in Zeek's words.
#[test]
fn how_a_connection_went() {
    let cases = [
        (">S", "S0"),
        (">S >S >R", "RSTOS0"),
        (">S >F", "SH"),
        (">S <RA", "REJ"),
        (">S <SA >A", "S1"),
        (">S <SA >A >FA", "S2"),
        (">S <SA >A <FA", "S3"),
        (">S <SA >A <FA >FA", "SF"),
        (">S <SA >A <FA >FA <R", "SF"),
        (">S <SA >A >R", "RSTO"),
        (">S <SA >A <R", "RSTR"),
        ("<SA >A", "S1"),
        ("<SA >S", "S1"),
        (">A <A", "OTH"),
        ("<R", "OTH"),
    ];
    for (packets, state) in cases {
        let (client, server) = ((CLIENT, 50_000), (SERVER, 443));
        let frames: Vec<Frame> = (0..)
            .zip(packets.split(' '))
            .map(|(at, packet)| match packet.split_at(1) {
                (">", flags) => (START + at, tcp(client, server, flags, 7, b"")),
                (_, flags) => (START + at, tcp(server, client, flags, 7, b"")),
            })
            .collect();
        let rows = rows(&pcap(Order::Little, false, 1, &frames));
        let flow = rows.lines().next().unwrap();
        assert!(flow.contains(&format!("\"state\":\"{state}\"")), "{packets}: {rows}");
        assert!(flow.contains("\"source\":\"10.0.0.5\""), "{packets}: {rows}");
        assert_eq!(rows.lines().count(), 2, "{packets}: {rows}");
    }
}

#[test]
fn ipv6_extension_headers_are_passed() {
    let mut frame = udp((CLIENT, 7), (SERVER, 7), b"").split_off(14 + 20);
    frame[4..6].copy_from_slice(&[0, 8]);
    let header = |next: u8, length: u16| {
        [&[0x60, 0, 0, 0][..], &length.to_be_bytes(), &[next, 64], &[0xFD; 16], &[0xFE; 16]].concat()
    };
    let hop = [43, 0, 0, 0, 0, 0, 0, 0];
    let routing = [44, 0, 0, 0, 0, 0, 0, 0];
    let first = [17, 0, 0, 1, 0, 0, 0, 9];
    let later = [17, 0, 0, 9, 0, 0, 0, 9];
    let packet = |fragment: &[u8]| [&header(0, 32)[..], &hop, &routing, fragment, &frame].concat();
    let rows = rows(&pcap(Order::Little, false, 229, &[(START, packet(&first)), (START, packet(&later))]));
    assert!(rows.contains(r#""protocol":"udp","source":"fdfd:fdfd"#), "{rows}");
    assert!(rows.contains(r#""bytes_sent":72,"#), "{rows}");
    assert!(rows.contains("2 packets, 1 used; not used: 1 later fragments"), "{rows}");
}

#[test]
fn packets_that_were_cut_short_count_what_was_sent() {
    let whole = tcp((CLIENT, 50_000), (SERVER, 443), "A", 1, &[1; 1000]);
    let frames =
        [(START, whole[..68].to_vec()), (START + 1, whole[..40].to_vec()), (START + 2, whole[..20].to_vec())];
    let rows = rows(&pcap(Order::Little, false, 1, &frames));
    assert!(rows.contains(r#""bytes_sent":1040,"#), "{rows}");
    assert!(rows.contains("3 packets, 1 used; not used: 2 cut off in the headers"), "{rows}");
}

#[test]
fn damage_is_reported_and_ends_the_reading() {
    let frames: Vec<Frame> = (0..3).map(|at| (START, udp((CLIENT, at), (SERVER, 7), b""))).collect();
    let mut file = pcap(Order::Little, false, 1, &frames);
    let record = 16 + frames[0].1.len();
    file[24 + record + 8..][..4].fill(0xFF);
    let rows = rows(&file);
    assert!(rows.contains("1 packets, 1 used"), "{rows}");
    assert!(rows.contains(&format!("the file is damaged at byte {}; what follows", 24 + record)), "{rows}");
}

#[test]
fn any_chunking_gives_the_same_rows() {
    let frames = office();
    for file in [pcap(Order::Big, true, 1, &frames), pcapng(Order::Little, 1, &frames)] {
        let expected = rows(&file);
        for piece in [1, 2, 3, 7, 16, 61, 1000, 4096] {
            assert!(rows_in(&file, piece) == expected, "{piece}");
        }
    }
}

#[test]
fn truncated_files_are_read_to_their_end() {
    let frames = office();
    for file in [pcap(Order::Little, false, 1, &frames), pcapng(Order::Big, 1, &frames)] {
        for end in 8..file.len() {
            let rows = rows(&file[..end]);
            let note = "the file ends within a record";
            assert!(rows.lines().last().unwrap().contains("\"note\""));
            assert!(
                rows.contains(note) || rows_in(&file[..end], 13) == rows,
                "{end} {rows} {}",
                rows_in(&file[..end], 13)
            );
        }
    }
}

fn rows_of(bytes: &[u8], format: CaptureFormat, piece: usize) -> String {
    let (mut converter, mut rows) = (Converter::new(format), Vec::new());
    for piece in bytes.chunks(piece) {
        converter.push(piece, &mut rows);
    }
    converter.finish(&mut rows);
    String::from_utf8(rows).unwrap()
}

proptest! {
    #[test]
    fn any_bytes_are_accepted(bytes in proptest::collection::vec(any::<u8>(), 0..600), piece in 1usize..100) {
        for format in [CaptureFormat::Pcap, CaptureFormat::Pcapng] {
            prop_assert_eq!(rows_of(&bytes, format, piece), rows_of(&bytes, format, 1 << 20));
        }
        // As the content of whole frames of every link.
        for link in [0, 1, 12, 101, 108, 113, 228, 229, 276, 300] {
            let rows = rows(&pcap(Order::Little, false, link, &[(START, bytes.clone())]));
            prop_assert!(rows.contains("1 packets"));
        }
    }

    #[test]
    fn any_damage_is_accepted(at in 0usize..8000, bytes in any::<[u8; 4]>(), piece in 1usize..100) {
        let frames = office();
        for (format, mut file) in [
            (CaptureFormat::Pcap, pcap(Order::Little, false, 1, &frames)),
            (CaptureFormat::Pcapng, pcapng(Order::Little, 1, &frames)),
        ] {
            let at = at % (file.len() - 4);
            file[at..at + 4].copy_from_slice(&bytes);
            prop_assert_eq!(rows_of(&file, format, piece), rows_of(&file, format, 1 << 20));
        }
    }
}
