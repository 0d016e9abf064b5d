//! The same files read by DuckDB, whose readers of CSV and JSON know nothing of ours: flows, times and bytes
//! of every pair have to be those that beaconlens finds.

use crate::python;
use crate::tools::{Outcome, root};
use beaconlens::{Detector, Pair};
use std::path::Path;

/// A file, and the query for its flows: source, destination, port, start in microseconds, bytes sent and
/// received; `FILE` stands for its path.
const FILES: [(&str, &str); 6] = [
    ("zeek-rita-proxy/conn.log", ZEEK),
    ("zeek-ctu50-normal40/data/conn.log.labeled", ZEEK),
    (
        "zeek-json-apt29-day1/combined_zeek.log",
        "SELECT id_orig_h, id_resp_h, id_resp_p, CAST(floor(CAST(ts AS DECIMAL(30, 7)) * 1000000) AS BIGINT),
            orig_bytes, resp_bytes
         FROM read_json('FILE', format = 'newline_delimited', columns = {'@stream': 'VARCHAR', ts: 'VARCHAR',
            id_orig_h: 'VARCHAR', id_resp_h: 'VARCHAR', id_resp_p: 'INTEGER', orig_bytes: 'BIGINT',
            resp_bytes: 'BIGINT'})
         WHERE \"@stream\" = 'conn'",
    ),
    (
        "suricata-eve-ctu/test6-malicious.suricata.json",
        "SELECT src_ip, dest_ip, dest_port, epoch_us(strptime(flow.start, '%Y-%m-%dT%H:%M:%S.%f%z')),
            flow.bytes_toserver, flow.bytes_toclient
         FROM read_json('FILE', format = 'newline_delimited', columns = {event_type: 'VARCHAR',
            src_ip: 'VARCHAR', dest_ip: 'VARCHAR', dest_port: 'INTEGER',
            flow: 'STRUCT(\"start\" VARCHAR, bytes_toserver BIGINT, bytes_toclient BIGINT)'})
         WHERE event_type = 'flow'",
    ),
    (
        "sysmon-empire/covenant_dcom_iertutil.eid3-22.jsonl",
        // What a machine accepted may tell the ends the wrong way round: the port of the server is the lower.
        "SELECT if(turned, DestinationIp, SourceIp), if(turned, SourceIp, DestinationIp),
            if(turned, SourcePort, DestinationPort), epoch_us(strptime(UtcTime, '%Y-%m-%d %H:%M:%S.%f')), 0, 0
         FROM (SELECT *, Initiated = 'false' AND (SourcePort < 1024 AND DestinationPort >= 1024
                OR SourcePort < 32768 AND DestinationPort >= 32768) AS turned
            FROM read_json('FILE', format = 'newline_delimited', columns = {EventID: 'INTEGER',
                SourceIp: 'VARCHAR', DestinationIp: 'VARCHAR', SourcePort: 'INTEGER',
                DestinationPort: 'INTEGER', UtcTime: 'VARCHAR', Initiated: 'VARCHAR'})
            WHERE EventID = 3)",
    ),
    (
        "binetflow-ctu207-slow/CTU-Malware-Capture-Botnet-207-1.binetflow",
        "SELECT SrcAddr, DstAddr, CAST(coalesce(Dport, '0') AS INTEGER),
            epoch_us(strptime(StartTime, '%Y/%m/%d %H:%M:%S.%f')), CAST(SrcBytes AS BIGINT),
            CAST(TotBytes AS BIGINT) - CAST(SrcBytes AS BIGINT)
         FROM read_csv('FILE', header = true, all_varchar = true)
         WHERE Proto NOT IN ('arp', 'llc')",
    ),
];

const ZEEK: &str = "SELECT f2, f4, CAST(f5 AS INTEGER), CAST(CAST(f0 AS DECIMAL(38, 6)) * 1000000 AS BIGINT),
        CAST(f9 AS BIGINT), CAST(f10 AS BIGINT)
     FROM read_csv('FILE', delim = '\t', quote = '', comment = '#', nullstr = '-', header = false,
        all_varchar = true, null_padding = true,
        names = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10'])";

/// What the flows of a pair are: their number, earliest and latest start, bytes sent and received.
type Figures = (usize, i64, i64, u64, u64);

/// Prints one line a file; answers what is not as it should be.
pub fn run(data: &Path, read: impl Fn(&Path) -> Outcome<Detector>) -> Outcome<Vec<String>> {
    python::install(python::DUCKDB)?;
    println!("\n| file, read by DuckDB too | pairs | flows |\n|---|---:|---:|");
    let mut wrong = Vec::new();
    for (name, query) in FILES {
        let file = data.join(name);
        let detector = read(&file)?;
        let (mut pairs, mut flows) = (0, 0);
        for line in groups(query, &file)?.lines() {
            let (pair, expected) = group(line).ok_or_else(|| format!("{name}: DuckDB answered {line:?}"))?;
            let found = figures(&detector, &pair);
            if found != expected {
                wrong.push(format!("{name}: {pair:?}: DuckDB has {expected:?}, beaconlens {found:?}"));
            }
            pairs += 1;
            flows += expected.0;
        }
        println!("| {name} | {pairs} | {flows} |");
        let used = detector.evaluate_query(&beaconlens::Rule::default()).totals.rows_used;
        if used != flows as u64 || flows == 0 {
            wrong.push(format!("{name}: DuckDB has {flows} flows, beaconlens {used}"));
        }
    }
    Ok(wrong)
}

/// The flows of each pair, as DuckDB answers them.
fn groups(query: &str, file: &Path) -> Outcome<String> {
    let path = file.display().to_string().replace('\'', "''");
    let query = format!(
        "SELECT source, destination, coalesce(port, 0), count(*), min(start), max(start),
            sum(coalesce(sent, 0)), sum(coalesce(received, 0))
         FROM ({}) AS flows (source, destination, port, start, sent, received) GROUP BY ALL",
        query.replace("FILE", &path)
    );
    let script = root().join("tests/engines/groups.py");
    let output = python::command().arg(script).arg(query).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn group(line: &str) -> Option<(Pair, Figures)> {
    let [source, destination, port, flows, first, last, sent, received] =
        line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let pair = Pair::parse(source, destination, port.parse().ok()?).ok()?;
    let figures = (
        flows.parse().ok()?,
        first.parse().ok()?,
        last.parse().ok()?,
        sent.parse().ok()?,
        received.parse().ok()?,
    );
    Some((pair, figures))
}

fn figures(detector: &Detector, pair: &Pair) -> Figures {
    let history = detector.history(pair);
    let starts = || history.iter().map(|connection| connection.start);
    (
        history.len(),
        starts().min().map_or(0, beaconlens::Timestamp::as_micros),
        starts().max().map_or(0, beaconlens::Timestamp::as_micros),
        history.iter().map(|connection| connection.bytes_sent).sum(),
        history.iter().map(|connection| connection.bytes_received).sum(),
    )
}
