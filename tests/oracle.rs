//! The oracle: the SQL query that the rule expresses, run by SQLite on the same flows. Rows, columns and order
//! must be identical.
//!
//! The SQL is written from the published query and shares no code with the crate: `INCIDR` and the order of
//! addresses use `std::net`, hours and times use `strftime` of SQLite.

// A failed set-up is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod flows;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use beaconlens::report::EvaluatedPair;
use beaconlens::{Detector, DetectorOptions, Report, Rule, Timestamp};
use flows::{Flow, HEADER, HOUR, Random, SECOND, TEN_O_CLOCK, calendar, csv};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};

const DEFAULT_NETWORKS: [&str; 6] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128"];
const DEFAULT_PORTS: [u16; 13] =
    [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444];

/// The settings of a rule that the tests vary.
#[derive(Debug, Clone)]
struct Tuning {
    /// `None`: the window `all`.
    hours: Option<u32>,
    end: Option<i64>,
    utc_offset_minutes: i64,
    min_connections: u64,
    min_hours: u64,
    networks: Vec<&'static str>,
    ports: Vec<u16>,
    high_volume: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            hours: Some(24),
            end: None,
            utc_offset_minutes: 0,
            min_connections: 20,
            min_hours: 3,
            networks: DEFAULT_NETWORKS.to_vec(),
            ports: DEFAULT_PORTS.to_vec(),
            high_volume: 200,
        }
    }
}

impl Tuning {
    fn random(random: &mut Random, flows: &[Flow]) -> Self {
        let end = match random.below(4) {
            0 => Some(random.pick(flows).start + random.between(-1, 1)),
            1 => Some(TEN_O_CLOCK - random.between(-30, 30) * HOUR),
            _ => None,
        };
        Tuning {
            hours: random.pick(&[Some(24), Some(24), Some(1), Some(3), Some(6), Some(23), Some(168), None]),
            end,
            utc_offset_minutes: random.pick(&[0, 0, 60, -300, 330, 345, -570, 840, 1439, -1439]),
            min_connections: random.pick(&[20, 20, 0, 1, 2, 19, 21, 100, 201]),
            min_hours: random.pick(&[3, 3, 0, 1, 2, 4, 24, 25]),
            networks: random.pick(&[
                DEFAULT_NETWORKS.to_vec(),
                DEFAULT_NETWORKS.to_vec(),
                vec![],
                vec!["0.0.0.0/0"],
                vec!["::/0"],
                vec!["203.0.113.0/25", "203.0.113.32/27", "2001:db8::/33", "203.0.113.128/32"],
                vec!["2001:db8::9/127", "::ffff:198.51.100.0/122", "172.31.255.255/32", "10.0.0.0/7"],
            ]),
            ports: random.pick(&[
                DEFAULT_PORTS.to_vec(),
                DEFAULT_PORTS.to_vec(),
                vec![],
                vec![443, 0, 65535],
            ]),
            high_volume: random.pick(&[200, 200, 0, 5, 19, 20, 100, 101]),
        }
    }

    fn rule(&self) -> Rule {
        let window = self.hours.map_or("all".to_owned(), |hours| format!("{hours}h"));
        let end =
            self.end.map_or("null".to_owned(), |end| format!("{:?}", calendar(end).replace(' ', "T") + "Z"));
        let document = format!(
            r#"{{"window": "{window}", "end": {end}, "utc_offset_minutes": {}, "gates": {{"min_connections": {},
                 "min_hours": {}}}, "excluded_destinations": {:?}, "c2_ports": {:?}, "high_volume": {}}}"#,
            self.utc_offset_minutes,
            self.min_connections,
            self.min_hours,
            self.networks,
            self.ports,
            self.high_volume
        );
        Rule::from_json(&document).unwrap_or_else(|error| panic!("{error}: {document}"))
    }
}

// ---------------------------------------------------------------------------------------------- SQL

/// The flows in SQLite, with the functions that the query uses.
struct Oracle {
    sql: Connection,
}

impl Oracle {
    fn new(flows: &[Flow]) -> Self {
        let sql = Connection::open_in_memory().unwrap();
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        sql.create_scalar_function("address", 1, flags, |call| {
            Ok(canonical(call.get_raw(0).as_str().unwrap()).to_string())
        })
        .unwrap();
        sql.create_scalar_function("incidr", 2, flags, |call| {
            Ok(in_cidr(call.get_raw(0).as_str().unwrap(), call.get_raw(1).as_str().unwrap()))
        })
        .unwrap();
        sql.create_scalar_function("sortable", 1, flags, |call| {
            Ok(match canonical(call.get_raw(0).as_str().unwrap()) {
                IpAddr::V4(v4) => [&[4], v4.octets().as_slice()].concat(),
                IpAddr::V6(v6) => [&[6], v6.octets().as_slice()].concat(),
            })
        })
        .unwrap();
        sql.execute_batch(
            "CREATE TABLE flows (starttime INTEGER, sourceip TEXT, destinationip TEXT, destinationport INTEGER,
                                 bytessent INTEGER, bytesreceived INTEGER);
             BEGIN",
        )
        .unwrap();
        let mut insert =
            sql.prepare("INSERT INTO flows VALUES (?, address(?), address(?), ?, ?, ?)").unwrap();
        for flow in flows {
            let bytes = (flow.bytes_sent as i64, flow.bytes_received as i64);
            insert
                .execute(params![flow.start, flow.source, flow.destination, flow.port, bytes.0, bytes.1])
                .unwrap();
        }
        drop(insert);
        sql.execute_batch("COMMIT").unwrap();
        Oracle { sql }
    }

    /// The result of the query as CSV.
    fn findings(&self, tuning: &Tuning) -> String {
        let query = format!(
            "{} WHERE {} AND {} GROUP BY sourceip, destinationip, destinationport
             HAVING COUNT(*) >= {} AND COUNT(DISTINCT {}) >= {} {ORDER}",
            select(tuning),
            last_hours(tuning),
            not_excluded(tuning),
            tuning.min_connections,
            date_format("%Y-%m-%d %H", tuning),
            tuning.min_hours,
        );
        self.csv(&query, COLUMNS)
    }

    /// Every pair in the window with the gates it failed, as CSV.
    fn pairs(&self, tuning: &Tuning) -> String {
        let query = format!(
            "WITH answer AS ({} WHERE {} GROUP BY sourceip, destinationip, destinationport)
             SELECT *, rtrim(iif({}, '', 'excluded_destination;') ||
                             iif(connection_count >= {}, '', 'min_connections;') ||
                             iif(hourly_buckets >= {}, '', 'min_hours;'), ';') AS failed_gates
             FROM answer {ORDER}",
            select(tuning),
            last_hours(tuning),
            not_excluded(tuning),
            tuning.min_connections,
            tuning.min_hours,
        );
        self.csv(&query, &format!("{COLUMNS},failed_gates"))
    }

    fn csv(&self, query: &str, header: &str) -> String {
        let mut statement = self.sql.prepare(query).unwrap_or_else(|error| panic!("{error}: {query}"));
        assert_eq!(statement.column_names().collect::<Vec<_>>().join(","), header);
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut out = header.to_owned() + "\n";
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|column| match row.get_ref(column).unwrap() {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap().to_owned(),
            });
            out += &cells.collect::<Vec<_>>().join(",");
            out.push('\n');
        }
        out
    }

    fn count(&self, what: &str, condition: &str) -> u64 {
        let query = format!("SELECT {what} FROM flows WHERE {condition}");
        self.sql.query_row(&query, [], |row| row.get::<_, i64>(0)).unwrap() as u64
    }
}

const COLUMNS: &str = "sourceip,destinationip,destinationport,connection_count,hourly_buckets,bytes_sent,\
                       bytes_received,first_seen,last_seen,beaconing_score";

const ORDER: &str = "ORDER BY beaconing_score DESC, connection_count DESC,
                     sortable(sourceip), sortable(destinationip), destinationport";

fn select(tuning: &Tuning) -> String {
    let ports: Vec<String> = tuning.ports.iter().map(u16::to_string).collect();
    format!(
        "SELECT sourceip, destinationip, destinationport,
           COUNT(*) AS connection_count,
           COUNT(DISTINCT {hour}) AS hourly_buckets,
           SUM(bytessent) AS bytes_sent, SUM(bytesreceived) AS bytes_received,
           MIN({second}) AS first_seen,
           MAX({second}) AS last_seen,
           CASE WHEN destinationport IN ({ports}) THEN 3
                WHEN COUNT(*) > {high} THEN 2 WHEN COUNT(*) > 100 THEN 1 ELSE 1 END AS beaconing_score
         FROM flows",
        hour = date_format("%Y-%m-%d %H", tuning),
        second = date_format("%Y-%m-%d %H:%M:%S", tuning),
        ports = ports.join(","),
        high = tuning.high_volume,
    )
}

/// `DATEFORMAT(starttime, …)`: SQLite counts whole seconds, and rounds towards zero.
fn date_format(format: &str, tuning: &Tuning) -> String {
    let second = "(starttime - (starttime % 1000000 + 1000000) % 1000000) / 1000000";
    format!("strftime('{format}', {second} + {}, 'unixepoch')", tuning.utc_offset_minutes * 60)
}

/// `LAST 24 HOURS`: `(end - 24 h, end]`.
fn last_hours(tuning: &Tuning) -> String {
    let end = tuning.end.map_or("(SELECT MAX(starttime) FROM flows)".to_owned(), |end| end.to_string());
    match tuning.hours {
        Some(hours) => format!("starttime <= {end} AND starttime > {end} - {hours} * 3600000000"),
        None => format!("starttime <= {end}"),
    }
}

fn not_excluded(tuning: &Tuning) -> String {
    let each = tuning.networks.iter().map(|network| format!("NOT INCIDR('{network}', destinationip)"));
    let conditions: Vec<String> = each.collect();
    if conditions.is_empty() { "TRUE".to_owned() } else { format!("({})", conditions.join(" AND ")) }
}

/// The address; an IPv4-mapped one as IPv4.
fn canonical(text: &str) -> IpAddr {
    match text.parse().unwrap() {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        v4 => v4,
    }
}

/// Whether an address is in a network.
fn in_cidr(network: &str, address: &str) -> bool {
    let (network, bits) = network.split_once('/').unwrap();
    let bits: u32 = bits.parse().unwrap();
    // A network of IPv4-mapped addresses is an IPv4 network; a wider one contains no IPv4 address.
    let network: IpAddr = network.parse().unwrap();
    let (network, bits) = match (network.is_ipv6(), bits.checked_sub(96)) {
        (true, Some(rest)) if network.to_canonical().is_ipv4() => (network.to_canonical(), rest),
        _ => (network, bits),
    };
    match (network, canonical(address)) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u32::from(network) ^ u32::from(address)).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            (u128::from(network) ^ u128::from(address)).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

// --------------------------------------------------------------------------------------- comparison

/// Reads the bytes and compares everything that the query determines.
fn compare(bytes: &[u8], flows: &[Flow], tunings: &[Tuning], random: &mut Random, what: &str) {
    let oracle = Oracle::new(flows);
    let mut detector = Detector::new(DetectorOptions::new().with_hash_seed(random.next()));
    for chunk in random.chunks(bytes, 70_000) {
        detector.ingest(chunk).unwrap();
    }
    detector.finish().unwrap();
    for tuning in tunings {
        let what = format!("{what}, {tuning:?}");
        let rule = tuning.rule();
        let report = detector.evaluate(&rule);
        assert_eq!(report.totals.rows_used, flows.len() as u64, "{what}: {:?}", report.diagnostics);
        same_lines(&oracle.findings(tuning), &report.to_query_csv(), &what);
        let pairs = oracle.pairs(tuning);
        same_lines(&pairs, &listed(&detector.pairs(&rule)), &what);
        check_gates(&pairs, tuning, &report, &what);
        check_totals(&oracle, tuning, &report, &what);
    }
}

/// The columns of the query per pair, with the gates it failed.
fn listed(pairs: &[EvaluatedPair]) -> String {
    let mut out = "sourceip,destinationip,destinationport,connection_count,hourly_buckets,bytes_sent,\
                   bytes_received,first_seen,last_seen,beaconing_score,failed_gates\n"
        .to_owned();
    for EvaluatedPair { pair, failed_gates, .. } in pairs {
        let gates: Vec<&str> = failed_gates.iter().map(|gate| gate.name()).collect();
        out += &format!(
            "{},{},{},{},{},{},{},{},{},{},{}\n",
            pair.sourceip,
            pair.destinationip,
            pair.destinationport,
            pair.facts.connection_count,
            pair.facts.hourly_buckets,
            pair.facts.bytes_sent,
            pair.facts.bytes_received,
            pair.facts.first_seen,
            pair.facts.last_seen,
            pair.facts.beaconing_score,
            gates.join(";")
        );
    }
    out
}

fn same_lines(expected: &str, found: &str, what: &str) {
    if expected != found {
        let at = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
        panic!(
            "{what}\nfrom line {}\nSQL: {:?}\nus:  {:?}\n({} and {} lines)",
            at + 1,
            expected.lines().nth(at),
            found.lines().nth(at),
            expected.lines().count(),
            found.lines().count()
        );
    }
}

/// The gate counts and near misses that the report should have, computed from the list of pairs.
fn check_gates(pairs: &str, tuning: &Tuning, report: &Report, what: &str) {
    let rows: Vec<Vec<&str>> = pairs.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let number = |row: &[&str], column: usize| row[column].parse::<u64>().unwrap();
    let mut near: Vec<String> = Vec::new();
    for gate in &report.gates {
        let name = gate.gate.name();
        let failed = rows.iter().filter(|row| row[10].split(';').any(|failed| failed == name)).count();
        let mut only: Vec<&Vec<&str>> = rows.iter().filter(|row| row[10] == name).collect();
        assert_eq!((gate.failed, gate.failed_only), (failed as u64, only.len() as u64), "{what}: {name}");
        // Nearest first; equal ones in the order of the query.
        only.sort_by_key(|row| match name {
            "min_connections" => tuning.min_connections - number(row, 3),
            "min_hours" => tuning.min_hours - number(row, 4),
            _ => 0,
        });
        near.extend(only.iter().take(50).map(|row| row.join(",")));
    }
    assert_eq!(report.gates.len(), 3, "{what}");
    let found: Vec<String> = report
        .near_misses
        .iter()
        .map(|miss| {
            let pair = &miss.pair;
            format!(
                "{},{},{},{},{},{},{},{},{},{},{}",
                pair.sourceip,
                pair.destinationip,
                pair.destinationport,
                pair.facts.connection_count,
                pair.facts.hourly_buckets,
                pair.facts.bytes_sent,
                pair.facts.bytes_received,
                pair.facts.first_seen,
                pair.facts.last_seen,
                pair.facts.beaconing_score,
                miss.failed_gate.name()
            )
        })
        .collect();
    same_lines(&near.join("\n"), &found.join("\n"), what);
    let missed = rows.iter().filter(|row| !row[10].is_empty() && !row[10].contains(';')).count();
    let found = rows.iter().filter(|row| row[10].is_empty()).count();
    assert_eq!(report.totals.near_misses, missed as u64, "{what}");
    assert_eq!(report.totals.findings, found as u64, "{what}");
    assert_eq!(report.totals.pairs_in_window, rows.len() as u64, "{what}");
}

fn check_totals(oracle: &Oracle, tuning: &Tuning, report: &Report, what: &str) {
    const PAIRS: &str = "COUNT(DISTINCT sourceip || ' ' || destinationip || ' ' || destinationport)";
    let totals = &report.totals;
    let inside = oracle.count("COUNT(*)", &last_hours(tuning));
    assert_eq!(totals.flows_in_window, inside, "{what}");
    assert_eq!(totals.flows_outside_window, oracle.count("COUNT(*)", "TRUE") - inside, "{what}");
    assert_eq!(totals.pairs, oracle.count(PAIRS, "TRUE"), "{what}");
    assert_eq!(totals.pairs_in_window, oracle.count(PAIRS, &last_hours(tuning)), "{what}");
    let first = oracle.count("MIN(starttime)", "TRUE") as i64;
    let last = oracle.count("MAX(starttime)", "TRUE") as i64;
    let shown = |instant: Option<Timestamp>| instant.map(|instant| instant.to_string());
    assert_eq!(shown(totals.first_flow), Some(instant(first)), "{what}");
    assert_eq!(shown(totals.last_flow), Some(instant(last)), "{what}");
    let end = tuning.end.unwrap_or(last);
    let start = tuning.hours.map(|hours| instant(end - i64::from(hours) * HOUR));
    assert_eq!((shown(report.window.start), shown(report.window.end)), (start, Some(instant(end))), "{what}");
}

/// RFC 3339 with as many fraction digits as needed: none, three or six.
fn instant(micros: i64) -> String {
    let text = calendar(micros).replace(' ', "T");
    let short = text.strip_suffix("000").unwrap_or(&text);
    short.strip_suffix(".000").unwrap_or(short).to_owned() + "Z"
}

// ------------------------------------------------------------------------------------ random flows

/// Flows around every limit of the rule.
fn random_flows(random: &mut Random) -> Vec<Flow> {
    let end = TEN_O_CLOCK + random.pick(&[0, 0, 1, -1, 1_234_567, 1_800_000_000]);
    let mut flows = Vec::new();
    for _ in 0..random.between(1, 12) {
        let (source, destination) = (random_source(random), random_destination(random));
        let port = random_port(random);
        let (count, hours) = (random_count(random), random.pick(&[1, 2, 3, 3, 4, 24, 30]));
        let first = end - random.between(hours, 26.max(hours)) * HOUR;
        for number in 0..count {
            let start = match random.below(12) {
                // The limits of windows of 24 h and of one hour.
                0 => end - 24 * HOUR + random.between(-1, 1),
                1 => end - random.pick(&[0, 1, HOUR - 1, HOUR, HOUR + 1]),
                _ => within_hour(random, first + (number % hours) * HOUR),
            };
            let (bytes_sent, bytes_received) = (random_bytes(random), random_bytes(random));
            flows.push(Flow {
                start,
                source: spelled(random, &source),
                destination: spelled(random, &destination),
                port,
                bytes_sent,
                bytes_received,
            });
            if random.one_in(20) {
                let again = random.pick(&flows);
                flows.push(again);
            }
        }
    }
    random.shuffle(&mut flows);
    flows
}

/// A time in the calendar hour of `time`, often its first or last instant.
fn within_hour(random: &mut Random, time: i64) -> i64 {
    let hour = time.div_euclid(HOUR) * HOUR;
    hour + random.pick(&[0, 1, HOUR - 1, HOUR / 2, 0, 1]) * i64::from(random.one_in(2))
        + random.between(0, 3599) * SECOND * i64::from(random.one_in(2)) / 2
}

fn random_count(random: &mut Random) -> i64 {
    random.pick(&[1, 2, 3, 5, 19, 20, 21, 20, 30, 60]) + random.pick(&[0, 0, 0, 0, 0, 0, 0, 0, 80, 180])
        - random.pick(&[0, 0, 1])
}

fn random_source(random: &mut Random) -> String {
    random
        .pick(&["10.0.0.9", "10.0.0.10", "192.0.2.1", "2001:db8::1", "::2", "fe80::1", "255.255.255.255"])
        .into()
}

fn random_port(random: &mut Random) -> u16 {
    match random.below(3) {
        0 => random.pick(&DEFAULT_PORTS),
        1 => random.pick(&[6659, 6670, 6696, 6698, 1079, 1081, 4443, 4445, 0, 65535]),
        _ => random.pick(&[80, 443, 8080]),
    }
}

fn random_destination(random: &mut Random) -> String {
    match random.below(3) {
        0 => random.pick(&INSIDE).into(),
        1 => random.pick(&OUTSIDE).into(),
        _ => random
            .pick(&["203.0.113.9", "203.0.113.64", "203.0.113.128", "198.51.100.63", "2001:db8::9"])
            .into(),
    }
}

fn random_bytes(random: &mut Random) -> u64 {
    let length = random.below(54);
    if random.one_in(2) { random.next() % 2000 } else { random.next() % (1 << length) }
}

/// First and last address of every network that the query excludes.
const INSIDE: [&str; 11] = [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
    "127.0.0.0",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.255.255",
    "::1",
];

/// The addresses before and after each.
const OUTSIDE: [&str; 14] = [
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "::",
    "::2",
    "0.0.0.1",
    "::1:0:0:1",
];

/// Sometimes another spelling of the same address.
fn spelled(random: &mut Random, address: &str) -> String {
    match address.parse().unwrap() {
        IpAddr::V4(v4) if random.one_in(6) => v4.to_ipv6_mapped().to_string(),
        IpAddr::V6(v6) if random.one_in(3) => {
            let groups = v6.segments().map(|group| format!("{group:04X}"));
            groups.join(":")
        }
        _ => address.to_owned(),
    }
}

/// The flows as a file, every row in another spelling.
fn random_file(random: &mut Random, flows: &[Flow]) -> String {
    let mut out = HEADER.join(",") + "\n";
    let quoted = random.one_in(3);
    for flow in flows {
        let mut fields = flow.fields();
        fields[0] = match random.below(4) {
            0 => calendar(flow.start).replace(' ', "T") + "Z",
            1 => calendar(flow.start).replace('-', "/"),
            2 => format!("{}.{:06}", flow.start / SECOND, flow.start % SECOND),
            _ => flow.start.to_string(),
        };
        if random.one_in(4) {
            fields[4] += ".0";
        }
        if quoted && random.one_in(2) {
            fields = fields.map(|field| format!("\"{field}\""));
        }
        out += &fields.join(",");
        out.push('\n');
    }
    out
}

#[test]
fn random_files_give_what_sql_gives() {
    for seed in 0..250 {
        let mut random = Random::new(seed);
        let flows = random_flows(&mut random);
        let file = random_file(&mut random, &flows);
        let mut tunings = vec![Tuning::default(), Tuning { hours: None, ..Tuning::default() }];
        tunings.extend((0..3).map(|_| Tuning::random(&mut random, &flows)));
        compare(file.as_bytes(), &flows, &tunings, &mut random, &format!("seed {seed}"));
    }
}

#[test]
fn large_files_give_what_sql_gives() {
    for (seed, count) in [(1, 20_000), (2, 50_000)] {
        let mut random = Random::new(seed);
        let mut flows: Vec<Flow> = (0..count)
            .map(|_| {
                // Few pairs have many flows, and many have few.
                let host = random.below(40) * random.below(40) / 40;
                let service = random.below(300) * random.below(300) / 300;
                let v6 = service % 7 == 3;
                Flow {
                    start: TEN_O_CLOCK - random.between(0, 26 * HOUR / SECOND * 1000) * 1000,
                    source: format!("10.1.{}.{}", host / 8, host % 8),
                    destination: if v6 {
                        format!("2001:db8::{service:x}")
                    } else {
                        format!("198.51.100.{}", service % 250)
                    },
                    port: [443, 80, 6667, 123][service % 4],
                    bytes_sent: random_bytes(&mut random),
                    bytes_received: random.next() % 100_000,
                }
            })
            .collect();
        flows.extend_from_within(..100);
        let tunings = [
            Tuning::default(),
            Tuning { hours: Some(6), min_connections: 5, min_hours: 2, high_volume: 30, ..Tuning::default() },
            Tuning {
                hours: None,
                networks: vec!["198.51.100.0/25"],
                utc_offset_minutes: 330,
                ..Tuning::default()
            },
        ];
        compare(
            csv(&flows).as_bytes(),
            &flows,
            &tunings,
            &mut random,
            &format!("seed {seed}, {count} flows"),
        );
    }
}

/// Twenty flows in three hours: the minimum that passes the gates.
fn just_enough(destination: &str, port: u16) -> impl Iterator<Item = Flow> {
    (0..20).map(move |number| Flow {
        start: TEN_O_CLOCK - (number % 3) * HOUR,
        source: "192.0.2.1".to_owned(),
        destination: destination.to_owned(),
        port,
        bytes_sent: 1,
        bytes_received: 1,
    })
}

#[test]
fn every_excluded_network_ends_where_the_query_says() {
    let mapped = |address: &&str| {
        address.parse().map_or(String::new(), |v4: std::net::Ipv4Addr| v4.to_ipv6_mapped().to_string())
    };
    let mut addresses: Vec<String> = INSIDE.iter().chain(&OUTSIDE).map(ToString::to_string).collect();
    addresses.extend(INSIDE.iter().chain(&OUTSIDE).map(mapped).filter(|address| !address.is_empty()));
    let flows: Vec<Flow> = addresses.iter().flat_map(|address| just_enough(address, 443)).collect();
    let mut random = Random::new(0);
    compare(csv(&flows).as_bytes(), &flows, &[Tuning::default()], &mut random, "networks");
    let report = beaconlens::evaluate(csv(&flows).as_bytes(), &Rule::default()).unwrap();
    let mut found: Vec<IpAddr> = report.findings.iter().map(|finding| finding.destinationip).collect();
    let mut expected: Vec<IpAddr> = OUTSIDE.iter().map(|address| address.parse().unwrap()).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn an_ipv6_network_around_the_mapped_addresses_is_still_one() {
    let mut random = Random::new(0);
    let addresses = ["::5", "::fffe:0:5", "::ffff:0:0:5", "0.0.0.5", "::ffff:198.51.100.1", "2001:db8::1"];
    let flows: Vec<Flow> = addresses.iter().flat_map(|address| just_enough(address, 443)).collect();
    let tunings = ["::/0", "::/64", "::/80", "::fffe:0:0/95", "::ffff:0:0/96", "::ffff:0.0.0.0/97"]
        .map(|network| Tuning { networks: vec![network], ..Tuning::default() });
    compare(csv(&flows).as_bytes(), &flows, &tunings, &mut random, "wide networks");
}

#[test]
fn every_listed_port_scores_three_and_its_neighbours_do_not() {
    let mut ports: Vec<u16> = DEFAULT_PORTS.iter().flat_map(|port| [port - 1, *port, port + 1]).collect();
    ports.sort_unstable();
    ports.dedup();
    let flows: Vec<Flow> = ports.iter().flat_map(|port| just_enough("203.0.113.9", *port)).collect();
    let mut random = Random::new(0);
    compare(csv(&flows).as_bytes(), &flows, &[Tuning::default()], &mut random, "ports");
    let report = beaconlens::evaluate(csv(&flows).as_bytes(), &Rule::default()).unwrap();
    assert_eq!(report.findings.len(), ports.len());
    for finding in report.findings {
        let listed = DEFAULT_PORTS.contains(&finding.destinationport);
        assert_eq!(finding.facts.beaconing_score, if listed { 3 } else { 1 }, "{}", finding.destinationport);
    }
}

// --------------------------------------------------------------------------------------- real files

/// The flow files of the shared data, if present.
fn binetflows() -> Vec<PathBuf> {
    let shared = std::env::var_os("BEACONLENS_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let mut files = Vec::new();
    for set in std::fs::read_dir(shared.join("data")).into_iter().flatten().flatten() {
        for file in std::fs::read_dir(set.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|extension| extension == "binetflow") {
                files.push(file.path());
            }
        }
    }
    files.sort();
    files
}

/// A simple reader of Argus files: the flows, and the number of other rows.
fn read_binetflow(text: &str) -> (Vec<Flow>, u64) {
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let delimiter = if header.contains('\t') { '\t' } else { ',' };
    let names: Vec<&str> = header.split(delimiter).collect();
    let at = |name: &str| names.iter().position(|n| *n == name);
    let columns = ["StartTime", "SrcAddr", "DstAddr", "Dport"].map(|name| at(name).unwrap());
    let protocol = at("Proto").unwrap();
    let bytes = at("SrcBytes").zip(at("TotBytes"));
    let (mut flows, mut others) = (Vec::new(), 0);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(delimiter).map(str::trim).collect();
        let field = |column: usize| fields.get(column).copied().unwrap_or("?");
        // A total alone does not say how many bytes each side sent.
        let (sent, total) = bytes.map_or(("0", "0"), |(sent, total)| (field(sent), field(total)));
        match binetflow_row(columns.map(field), sent, total) {
            // ARP rows have addresses but are no flows.
            Some(flow) if field(protocol) != "arp" => flows.push(flow),
            _ => others += 1,
        }
    }
    (flows, others)
}

fn binetflow_row([time, source, destination, port]: [&str; 4], sent: &str, total: &str) -> Option<Flow> {
    let (sent, total): (u64, u64) = (sent.parse().ok()?, total.parse().ok()?);
    let port = match port.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok()?,
        None if port.is_empty() => 0,
        None => port.parse().ok()?,
    };
    source.parse::<IpAddr>().ok()?;
    destination.parse::<IpAddr>().ok()?;
    Some(Flow {
        start: binetflow_time(time)?,
        source: source.to_owned(),
        destination: destination.to_owned(),
        port,
        bytes_sent: sent,
        bytes_received: total - sent,
    })
}

/// `2018/01/09 19:02:30.123456`, by counting days.
fn binetflow_time(text: &str) -> Option<i64> {
    let numbers: Vec<i64> =
        text.split(['/', ' ', ':', '.']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, day, hour, minute, second, micros] = numbers[..] else { return None };
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let before: i64 = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30][..month as usize - 1].iter().sum();
    let leap_day = i64::from(month > 2) * (leaps(year) - leaps(year - 1));
    let days = (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + before + leap_day + day - 1;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * SECOND + micros)
}

#[test]
fn real_files_give_what_sql_gives() {
    let files = binetflows();
    if files.is_empty() {
        println!("skipped: ../shared/data is not here");
    }
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let (flows, others) = read_binetflow(&String::from_utf8_lossy(&bytes));
        let report = beaconlens::evaluate(&bytes, &Rule::default()).unwrap();
        assert_eq!(
            (report.totals.rows_used, report.totals.rows_skipped),
            (flows.len() as u64, others),
            "{file:?}"
        );
        let tunings = [
            Tuning::default(),
            Tuning { hours: None, ..Tuning::default() },
            Tuning { hours: None, min_connections: 2, min_hours: 1, networks: vec![], ..Tuning::default() },
            Tuning {
                hours: Some(1),
                min_hours: 1,
                utc_offset_minutes: -345,
                high_volume: 50,
                ..Tuning::default()
            },
        ];
        compare(&bytes, &flows, &tunings, &mut Random::new(3), &format!("{file:?}"));
    }
}
