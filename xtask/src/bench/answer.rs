//! The answer of a tool, in the one form in which answers are compared: the ten
//! columns of the rule, no quotes, in the rule's total order.

use std::cmp::Reverse;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::tools::Outcome;

const COLUMNS: &str = "sourceip,destinationip,destinationport,connection_count,hourly_buckets,\
bytes_sent,bytes_received,first_seen,last_seen,beaconing_score";

/// Reads an answer. Peers sort equal scores and counts by text and are sorted
/// again here; a tool that claims the rule's order is only checked.
pub fn read(path: &Path, order_is_exact: bool) -> Outcome<String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    normalised(&text, order_is_exact)
}

fn normalised(text: &str, order_is_exact: bool) -> Outcome<String> {
    let mut lines = text.lines().map(ten_columns);
    let header = lines.next().unwrap_or_default();
    if header != COLUMNS {
        return Err(format!("an answer starts with {header:?}, expected {COLUMNS:?}"));
    }
    let mut rows: Vec<(Key, String)> = lines.map(|row| Ok((Key::of(&row)?, row))).collect::<Outcome<_>>()?;
    let sorted = rows.is_sorted_by(|(a, _), (b, _)| a <= b);
    if order_is_exact && !sorted {
        return Err("the rows of an answer are not in the rule's order".to_owned());
    }
    rows.sort();
    Ok(rows.into_iter().fold(header + "\n", |text, (_, row)| text + &row + "\n"))
}

/// Says where two answers part.
pub fn compare(expected: &str, found: &str, tool: &str) -> Outcome {
    if expected == found {
        return Ok(());
    }
    let parted = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    let (expected_rows, found_rows) = (expected.lines().count(), found.lines().count());
    Err(match parted {
        Some((expected, found)) => {
            format!("{tool} answers otherwise than beaconlens\n  beaconlens: {expected}\n  {tool}: {found}")
        }
        None => format!("{tool} answers {found_rows} lines, beaconlens {expected_rows}"),
    })
}

/// Addresses, times and numbers hold no comma: quotes can simply go.
fn ten_columns(line: &str) -> String {
    line.replace('"', "").split(',').take(10).collect::<Vec<_>>().join(",")
}

type Address = (u8, u128);

/// The rule's order: score and count descending, then the pair, IPv4 before IPv6.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(Reverse<u64>, Reverse<u64>, Address, Address, u64);

impl Key {
    fn of(row: &str) -> Outcome<Self> {
        let fields: Vec<&str> = row.split(',').collect();
        let [source, destination, port, count, _, _, _, _, _, score] = fields[..] else {
            return Err(format!("a row of an answer has {} columns: {row}", fields.len()));
        };
        let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is not a number in: {row}"));
        let address = |text: &str| {
            let address: IpAddr =
                text.parse().map_err(|_| format!("{text:?} is not an address in: {row}"))?;
            Ok::<Address, String>(match address {
                IpAddr::V4(v4) => (4, Ipv4Addr::to_bits(v4).into()),
                IpAddr::V6(v6) => (6, Ipv6Addr::to_bits(v6)),
            })
        };
        Ok(Self(
            Reverse(number(score)?),
            Reverse(number(count)?),
            address(source)?,
            address(destination)?,
            number(port)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4: &str = "10.0.0.1,192.0.2.9,443,30,5,1,2,2026-03-17 00:00:00,2026-03-17 05:00:00,1";
    const LATER: &str = "10.0.0.1,192.0.2.10,443,30,5,1,2,2026-03-17 00:00:00,2026-03-17 05:00:00,1";
    const V6: &str = "2001:db8::1,2001:db8::2,443,30,5,1,2,2026-03-17 00:00:00,2026-03-17 05:00:00,1";
    const LISTED: &str = "10.9.0.1,192.0.2.9,6667,20,3,1,2,2026-03-17 00:00:00,2026-03-17 05:00:00,3";

    fn answer(rows: &[&str]) -> String {
        format!("{COLUMNS}\n{}\n", rows.join("\n"))
    }

    #[test]
    fn peers_are_sorted_as_numbers_and_beaconlens_must_be_sorted() {
        let right = answer(&[LISTED, V4, LATER, V6]);
        let textual = answer(&[LISTED, LATER, V4, V6]);
        assert_eq!(normalised(&right, true), Ok(right.clone()));
        assert_eq!(normalised(&textual, false), Ok(right));
        assert!(normalised(&textual, true).is_err_and(|message| message.contains("order")));
    }

    #[test]
    fn quotes_line_ends_and_further_columns_do_not_count() {
        let plain = answer(&[V4]);
        let other = format!("{COLUMNS},priority\r\n\"{}\",17\r\n", V4.replace(',', "\",\""));
        assert_eq!(normalised(&other, true), Ok(plain));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        assert!(normalised("", true).is_err());
        assert!(normalised(&answer(&["10.0.0.1,192.0.2.9,443"]), true).is_err());
        assert!(normalised(&answer(&[&V4.replace("192.0.2.9", "host")]), true).is_err());
    }

    #[test]
    fn a_difference_is_shown_with_its_row() {
        let (one, other) = (answer(&[V4]), answer(&[&V4.replace(",30,", ",31,")]));
        assert_eq!(compare(&one, &one, "x"), Ok(()));
        assert!(compare(&one, &other, "x").is_err_and(|message| message.contains(",31,")));
        assert!(compare(&one, &answer(&[V4, LATER]), "x").is_err_and(|message| message.contains("3 lines")));
    }
}
