//! What distinguishes one query language from another.

use ipnet::IpNet;

use super::text::{QueryText, Quote};
use super::window::WindowPatterns;

/// How a language writes the parts of a rule. Patterns are those of [`QueryText::pattern`]; in all of them
/// `#shift#` stands for the shift of start times by the rule's UTC offset.
pub(super) struct Language {
    /// The query, in two parts, since languages can share the second.
    pub template: [&'static str; 2],
    pub and: &'static str,
    pub or: &'static str,
    /// What negates a condition. If it ends with a letter, it is a function.
    pub not: &'static str,
    /// What comes before the first condition on a pair, and before each further one.
    pub conditions: [&'static str; 2],
    /// A `#field#` has one of some `#values#`.
    pub one_of: &'static str,
    /// A number that depends on a condition: `#if#`, `#then#`, `#else#`.
    pub choose: &'static str,
    /// A branch of the score or of the threat list: `#if#`, `#then#`.
    pub branch: &'static str,
    /// The patterns of `#listed#`, `#listed_2#` and `#listed_3#`, with `#branches#`.
    pub listed: [&'static str; 3],
    /// The condition that a threat list names the pair.
    pub is_listed: &'static str,
    /// A comment with `#text#`.
    pub comment: &'static str,
    /// The condition that a list in the product has the value of a `#field#`, by the list's `#name#`.
    pub stored_list: Option<&'static str>,
    /// The shift of a start time by the rule's UTC offset: `#minutes#`, `#seconds#` or `#milliseconds#`.
    pub shift: &'static str,
    pub source: EndFields,
    pub destination: EndFields,
    pub port: &'static str,
    pub connections: &'static str,
    pub hours: &'static str,
    pub quote: Quote,
    /// Writes the condition that the address in a field is in one of some networks.
    pub within: fn(&mut QueryText, &str, &[IpNet]),
    /// Writes the condition that the host name in a field ends with a text.
    pub ends_with: fn(&mut QueryText, &str, &str),
    pub window: WindowPatterns,
}

/// The fields of one end of a pair.
pub(super) struct EndFields {
    pub address: &'static str,
    pub host: Option<&'static str>,
}
