//! The same flows in every format give the same pairs, bytes and times. For formats other than tables: any
//! chunking gives the same report, and every row is used or skipped.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod flows;

use std::collections::BTreeSet;
use std::path::Path;

use beaconlens::{Detector, DetectorOptions, Pair, PartialResult, Report, Rule};
use flows::{Flow, HEADER, Random, SECOND, TEN_O_CLOCK, calendar, csv};
use serde_json::Value;

/// A detector that has read these chunks of one source.
fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Detector {
    let mut detector = Detector::new(DetectorOptions::new());
    detector.start_source("input");
    for chunk in chunks {
        detector.ingest(chunk).unwrap();
    }
    detector.finish().unwrap();
    detector
}

fn rule() -> Rule {
    Rule::from_json(r#"{"gates": {"min_connections": 1, "min_hours": 1}, "window": "all"}"#).unwrap()
}

/// All pairs with their counts, bytes and times.
fn pairs(detector: &Detector) -> String {
    serde_json::to_string(&detector.pairs(&rule())).unwrap()
}

fn some_flows(random: &mut Random) -> Vec<Flow> {
    (0..1 + random.below(300))
        .map(|_| Flow {
            start: TEN_O_CLOCK + random.between(0, 3600) * SECOND + random.pick(&[0, 1, 500_000, 999_999]),
            source: random.pick(&["192.0.2.7", "192.0.2.10", "2001:db8::1"]).to_owned(),
            destination: random.pick(&["203.0.113.9", "10.255.255.255", "2001:db8::9"]).to_owned(),
            port: random.pick(&[443, 6667, 53]),
            bytes_sent: random.next() % 100_000,
            bytes_received: random.next() >> (12 + random.below(50)),
        })
        .collect()
}

fn epoch(micros: i64) -> String {
    format!("{}.{:06}", micros / SECOND, micros % SECOND)
}

fn iso(micros: i64) -> String {
    calendar(micros).replace(' ', "T") + "Z"
}

// ------------------------------------------------------------------------------------------ writers

fn zeek_tsv(flows: &[Flow]) -> String {
    let mut out = "#separator \\x09\n#unset_field\t-\n#path\tconn\n#fields\tuid\tts\tid.orig_h\tid.orig_p\t\
                   id.resp_h\tid.resp_p\tproto\tservice\torig_bytes\tresp_bytes\tconn_state\n"
        .to_owned();
    for (at, f) in flows.iter().enumerate() {
        out += &format!(
            "C{at}\t{}\t{}\t50000\t{}\t{}\ttcp\t-\t{}\t{}\tSF\n",
            epoch(f.start),
            f.source,
            f.destination,
            f.port,
            f.bytes_sent,
            f.bytes_received
        );
    }
    out + "#close\t2026-03-02-11-00-00\n"
}

fn zeek_json(flows: &[Flow]) -> String {
    let line = |(at, f): (usize, &Flow)| {
        format!(
            r#"{{"ts":{},"uid":"C{at}","id.orig_h":"{}","id.orig_p":50000,"id.resp_h":"{}","id.resp_p":{},"proto":"tcp","orig_bytes":{},"resp_bytes":{},"conn_state":"SF"}}"#,
            epoch(f.start),
            f.source,
            f.destination,
            f.port,
            f.bytes_sent,
            f.bytes_received
        ) + "\n"
    };
    flows.iter().enumerate().map(line).collect()
}

fn eve(flows: &[Flow]) -> String {
    let line = |f: &Flow| {
        format!(
            r#"{{"timestamp":"2026-03-02T23:00:00.000000+0000","event_type":"flow","src_ip":"{}","src_port":50000,"dest_ip":"{}","dest_port":{},"proto":"TCP","flow":{{"bytes_toserver":{},"bytes_toclient":{},"start":"{}"}}}}"#,
            f.source,
            f.destination,
            f.port,
            f.bytes_sent,
            f.bytes_received,
            iso(f.start)
        ) + "\n"
    };
    flows.iter().map(line).collect()
}

fn argus(flows: &[Flow]) -> String {
    let mut out =
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes\n"
            .to_owned();
    for (at, f) in flows.iter().enumerate() {
        let total = f.bytes_sent + f.bytes_received;
        let time = calendar(f.start).replace('-', "/");
        // Every second flow is recorded from its responder.
        out += &match at % 2 {
            0 => format!(
                "{time},1.0,tcp,{},50000,   ->,{},{},FIN,0,0,2,{total},{}\n",
                f.source, f.destination, f.port, f.bytes_sent
            ),
            _ => format!(
                "{time},1.0,tcp,{},{},  <-,{},50000,FIN,0,0,2,{total},{}\n",
                f.destination, f.port, f.source, f.bytes_received
            ),
        };
    }
    out
}

fn argus_headerless(flows: &[Flow]) -> String {
    let with = argus(flows).replace(',', "\t");
    with.split_once('\n').unwrap().1.to_owned()
}

fn ecs(flows: &[Flow]) -> String {
    let line = |f: &Flow| {
        format!(
            r#"{{"_index":"i","_source":{{"@timestamp":"{}","event":{{"dataset":"zeek.connection"}},"source":{{"ip":"{}","bytes":{}}},"destination":{{"ip":"{}","port":{},"bytes":{}}}}}}}"#,
            iso(f.start),
            f.source,
            f.bytes_sent,
            f.destination,
            f.port,
            f.bytes_received
        ) + "\n"
    };
    flows.iter().map(line).collect()
}

fn objects(flows: &[Flow]) -> Vec<Value> {
    let object = |f: &Flow| -> Value {
        HEADER
            .iter()
            .zip(f.fields())
            .map(|(name, value)| ((*name).to_owned(), Value::String(value)))
            .collect()
    };
    flows.iter().map(object).collect()
}

fn json_lines(flows: &[Flow]) -> String {
    objects(flows).iter().map(|object| format!("{object}\n")).collect()
}

fn json_array(flows: &[Flow]) -> String {
    serde_json::to_string(&objects(flows)).unwrap()
}

fn json_wrapped(flows: &[Flow]) -> String {
    serde_json::to_string_pretty(
        &serde_json::json!({"meta": {"a": ["[", 1]}, "flows": objects(flows), "z": {}}),
    )
    .unwrap()
}

fn pairs_of_keys(flows: &[Flow]) -> String {
    let line = |f: &Flow| {
        format!(
            "<189>devname=\"fw\" logid=\"0000000013\" type=\"traffic\" eventtime={}000 srcip={} srcport=50000 \
             dstip={} dstport={} sessionid=0 proto=6 action=\"deny\" sentbyte={} rcvdbyte={}\n",
            f.start, f.source, f.destination, f.port, f.bytes_sent, f.bytes_received
        )
    };
    flows.iter().map(line).collect()
}

type Writer = fn(&[Flow]) -> String;

const WRITERS: [(&str, Writer); 10] = [
    ("zeek", zeek_tsv),
    ("zeek-json", zeek_json),
    ("suricata-eve", eve),
    ("argus", argus),
    ("argus", argus_headerless),
    ("ecs-json", ecs),
    ("json", json_lines),
    ("json", json_array),
    ("json", json_wrapped),
    ("fortigate", pairs_of_keys),
];

#[test]
fn the_same_flows_in_any_format_give_the_same_pairs() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let flows = some_flows(&mut random);
        let expected = pairs(&read([csv(&flows).as_bytes()]));
        for (format, write) in WRITERS {
            let text = write(&flows);
            let chunks = random.chunks(text.as_bytes(), 5000);
            let detector = read(chunks);
            let source = &detector.evaluate(&rule()).sources[0];
            assert_eq!(source.format, Some(format), "seed {seed}");
            assert_eq!(source.rows_used, flows.len() as u64, "seed {seed}, {format}: {source:?}");
            assert!(pairs(&detector) == expected, "seed {seed}, {format}");
        }
    }
}

// ------------------------------------------------------------------------------------------ chunking

/// Checks what holds for any chunking, and returns the report.
fn in_chunks(text: &[u8], seed: u64, what: &str) -> Report {
    let report = read([text]).evaluate(&rule());
    let totals = &report.totals;
    assert_eq!(totals.rows_read, totals.rows_used + totals.rows_skipped, "{what}");
    assert_eq!(report.diagnostics.iter().map(|d| d.rows).sum::<u64>(), totals.rows_skipped, "{what}");
    for example in report.diagnostics.iter().flat_map(|d| &d.examples) {
        let (before, after) = text.split_at(example.byte as usize);
        assert_eq!(example.line, 1 + before.iter().filter(|b| **b == b'\n').count() as u64, "{what}");
        let there = String::from_utf8_lossy(&after[..after.len().min(2000)]).into_owned();
        assert!(there.starts_with(&example.text), "{what}: {example:?}");
    }
    let mut random = Random::new(seed);
    for longest in [300, 7000, 50_000, 400_000] {
        let chunks = random.chunks(text, longest);
        let found = read(chunks).evaluate(&rule()).to_json();
        assert!(found == report.to_json(), "{what}, chunks to {longest}");
    }
    report
}

#[test]
fn long_inputs_of_any_format_in_any_chunks_give_the_same_report() {
    for seed in 0..3 {
        let mut random = Random::new(seed);
        let flows: Vec<Flow> = (0..25).flat_map(|_| some_flows(&mut random)).collect();
        for (format, write) in WRITERS {
            let report = in_chunks(write(&flows).as_bytes(), seed, format);
            assert_eq!(report.totals.rows_used, flows.len() as u64, "{format}");
        }
    }
}

#[test]
fn long_or_damaged_json_rows_are_read_in_any_chunks() {
    let mut random = Random::new(5);
    let flows: Vec<Flow> = (0..12).flat_map(|_| some_flows(&mut random)).collect();
    let mut text = String::new();
    let mut whole = 0;
    for object in objects(&flows) {
        let long = match random.below(40) {
            0 => "\\\"{ a long \\\\ text }".repeat(random.below(4000)),
            1 if random.one_in(20) => "x".repeat(1 << 20),
            _ => "short".to_owned(),
        };
        let line = object.to_string().replacen('{', &format!("{{\"note\":\"{long}\","), 1);
        match random.below(20) {
            0 => text += &line[..random.below(line.len())],
            1 => text += "\u{FEFF}\r\n",
            _ => {
                text += &line;
                whole += u64::from(line.len() < 1 << 20);
            }
        }
        text.push('\n');
    }
    let report = in_chunks(text.as_bytes(), 6, "lines");
    assert!(report.totals.rows_used.abs_diff(whole) < 3, "{whole}: {:?}", report.totals);
    assert!(report.diagnostics.iter().any(|d| d.code == "too_long"), "{:?}", report.diagnostics);
    // The same rows as one JSON document: a damaged object damages others, but the rest is read.
    let document = format!("[{}]", text.replace('\n', ",\n"));
    in_chunks(document.as_bytes(), 7, "document");
}

#[test]
fn tuples_in_json_in_any_chunks_give_the_same_report() {
    let mut random = Random::new(8);
    let flows: Vec<Flow> = (0..15).flat_map(|_| some_flows(&mut random)).collect();
    let tuples: Vec<String> = flows
        .iter()
        .map(|f| format!("\"{},{},{},50000,{},T,O,D\"", f.start / SECOND, f.source, f.destination, f.port))
        .collect();
    let text = format!(
        r#"{{"records":[{{"properties":{{"flows":[{{"rule":"a,b","flows":[{{"flowTuples":[{}]}}]}}]}}}}]}}"#,
        tuples.join(",")
    );
    let report = in_chunks(text.as_bytes(), 9, "tuples");
    assert_eq!((report.totals.rows_used, report.totals.rows_skipped), (flows.len() as u64, 0));
}

// -------------------------------------------------------------------------------------- one-way records

/// Each flow as records of its two directions; some directions in two parts, some rows out of order.
fn one_way(random: &mut Random, flows: &[Flow]) -> String {
    let mut rows: Vec<(i64, String)> = Vec::new();
    for (at, f) in flows.iter().enumerate() {
        // Ephemeral ports, none used twice.
        let client = 32768 + at;
        let start = f.start / SECOND * SECOND;
        let mut row = |at: i64, out: bool, flags: &str, bytes: u64| {
            let (from, to) = match out {
                true => (format!("{},{},{client},{}", f.source, f.destination, f.port), ""),
                false => (format!("{},{},{},{client}", f.destination, f.source, f.port), ""),
            };
            let time = &calendar(at)[..19];
            rows.push((at, format!("{time},{time},0.000,{from},TCP,{flags},0,0,1,{bytes}{to}\n")));
        };
        let parts = random.below(3) as u64;
        row(
            start,
            true,
            if parts == 0 { "......S." } else { "...AP.S." },
            f.bytes_sent - parts.min(f.bytes_sent),
        );
        if parts > 0 && f.bytes_sent > 0 {
            row(start + 200 * SECOND, true, "...AP..F", parts.min(f.bytes_sent));
        }
        row(start + SECOND, false, "...AP.SF", f.bytes_received);
    }
    // In the order of an exporter: roughly by time.
    random.shuffle(&mut rows);
    rows.sort_by_key(|(at, _)| at / (5 * SECOND));
    let header = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n";
    rows.into_iter().fold(header.to_owned(), |text, (_, row)| text + &row)
}

#[test]
fn directions_and_parts_of_connections_are_one_flow() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut flows = some_flows(&mut random);
        flows.iter_mut().for_each(|flow| flow.start = flow.start / SECOND * SECOND);
        let text = one_way(&mut random, &flows);
        let report = in_chunks(text.as_bytes(), seed, "one-way");
        assert_eq!(report.sources[0].format, Some("nfdump-csv"));
        assert_eq!(report.totals.rows_used, flows.len() as u64, "seed {seed}: {:?}", report.diagnostics);
        let expected = pairs(&read([csv(&flows).as_bytes()]));
        assert!(pairs(&read([text.as_bytes()])) == expected, "seed {seed}");
    }
}

/// Connections in Sysmon form, of several pairs and processes; some do not name the process.
fn sysmon(random: &mut Random) -> Vec<String> {
    let row = |at: usize, random: &mut Random| {
        let image = match random.below(12) {
            0 => String::new(),
            number => format!(r#""Image":"C:\\tools\\{}.exe","#, number * 7919 % 100),
        };
        format!(
            r#"{{"EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","UtcTime":"2026-03-02 10:{:02}:{:02}.{:03}",{image}"Protocol":"tcp","Initiated":true,"SourceIp":"192.0.2.{}","SourcePort":{},"DestinationIp":"203.0.113.9","DestinationPort":{}}}"#,
            at / 3600 % 60,
            at / 60 % 60,
            at % 1000,
            1 + random.below(5),
            1024 + at,
            443 + random.below(2),
        )
    };
    (0..400).map(|at| row(at, random)).collect()
}

#[test]
fn processes_do_not_depend_on_the_order_of_rows_chunks_or_shards() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut rows = sysmon(&mut random);
        let text = rows.join("\n") + "\n";
        let one = read([text.as_bytes()]);
        let report = one.evaluate(&rule());
        // As a simple reader finds them.
        let events: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        for finding in &report.findings {
            let of_pair = |row: &&Value| {
                row["SourceIp"] == finding.sourceip.to_string()
                    && row["DestinationPort"] == finding.destinationport
            };
            let images = events.iter().filter(of_pair).filter_map(|row| row["Image"].as_str());
            let expected: Vec<&str> = images.collect::<BTreeSet<_>>().into_iter().take(4).collect();
            assert_eq!(finding.processes, expected, "seed {seed}");
            let pair = Pair::new(finding.sourceip, finding.destinationip, finding.destinationport);
            let explained = one.explain(&pair, &rule()).measures.unwrap();
            assert_eq!(explained.processes, expected, "seed {seed}");
        }
        assert!(report.findings.iter().any(|finding| finding.processes.len() == 4), "seed {seed}");
        in_chunks(text.as_bytes(), seed, "processes");
        let shards = (0..3).map(|index| {
            let mut shard = Detector::new(DetectorOptions::new().with_shard(index, 3).unwrap());
            shard.start_source("input");
            shard.ingest(text.as_bytes()).unwrap();
            shard.finish().unwrap();
            shard
        });
        let shards: Vec<Detector> = shards.collect();
        let parts = shards
            .iter()
            .map(|shard| PartialResult::from_bytes(&shard.partial_result(&rule()).to_bytes()).unwrap());
        let parts: Vec<PartialResult> = parts.collect();
        let question = PartialResult::prevalence_query(&parts);
        let answers = shards.iter().map(|shard| shard.prevalence_counts(&question)).collect();
        let joined = shards[1].evaluate_merged(parts, answers, &rule());
        assert_eq!(joined.findings, report.findings, "seed {seed}");
        random.shuffle(&mut rows);
        let shuffled = read([(rows.join("\n") + "\n").as_bytes()]).evaluate(&rule());
        assert_eq!(shuffled.findings, report.findings, "seed {seed}");
    }
}

#[test]
fn the_process_of_a_recorded_attack_is_reported() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/sysmon-empire/empire_dllinjection.eid3-22.jsonl");
    let Ok(text) = std::fs::read(&file) else {
        eprintln!("skipped: no ../shared/data");
        return;
    };
    let pair = Pair::parse("172.18.39.5", "10.10.10.5", 80).unwrap();
    let explained = read([text.as_slice()]).explain(&pair, &rule());
    let powershell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    assert_eq!(explained.measures.unwrap().processes, [powershell]);
}
