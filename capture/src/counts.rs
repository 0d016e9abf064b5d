//! Counts of the packets that were not used, by reason, and the notes that report them.

/// Why a packet was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotUsed {
    Arp,
    NotIp,
    Fragment,
    Cut,
    Malformed,
    Link,
    NoTime,
    NoInterface,
}

impl NotUsed {
    const ALL: [(NotUsed, &'static str); 8] = [
        (NotUsed::Arp, "ARP"),
        (NotUsed::NotIp, "without IP"),
        (NotUsed::Fragment, "later fragments"),
        (NotUsed::Cut, "cut off in the headers"),
        (NotUsed::Malformed, "with impossible headers"),
        (NotUsed::Link, "of a link type that is not read"),
        (NotUsed::NoTime, "without a time"),
        (NotUsed::NoInterface, "of an unknown interface"),
    ];
}

/// What happened to the packets of a file.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub packets: u64,
    not_used: [u64; NotUsed::ALL.len()],
    /// Connections emitted before they ended, because the connection table was full.
    pub emitted_early: u64,
    /// The first link type that is not read.
    pub link: Option<u32>,
    /// Offset of the first byte that is not valid.
    pub damage: Option<u64>,
    /// The file ends within a record.
    pub missing_end: bool,
}

impl Counts {
    pub fn not_used(&mut self, reason: NotUsed) {
        if let Some(count) = self.not_used.get_mut(reason as usize) {
            *count += 1;
        }
    }

    /// One sentence per note.
    pub fn notes(&self) -> Vec<String> {
        let lost: u64 = self.not_used.iter().sum();
        let mut packets = format!("{} packets, {} used", self.packets, self.packets.saturating_sub(lost));
        let reasons = NotUsed::ALL.iter().zip(self.not_used).filter(|(_, count)| *count > 0);
        for (at, ((_, words), count)) in reasons.enumerate() {
            packets += if at == 0 { "; not used: " } else { ", " };
            packets += &format!("{count} {words}");
        }
        if let Some(link) = self.link {
            packets += &format!(" (link type {link})");
        }
        let mut notes = vec![packets];
        if self.emitted_early > 0 {
            notes.push(format!(
                "connection table full: {} were written before they ended",
                self.emitted_early
            ));
        }
        if let Some(at) = self.damage {
            notes.push(format!("the file is damaged at byte {at}; what follows was not read"));
        }
        if self.missing_end {
            notes.push("the file ends within a record, which was not read".to_owned());
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_in_the_order_of_the_enum() {
        for (at, (reason, _)) in NotUsed::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, at);
        }
    }

    #[test]
    fn notes_report_all_counts() {
        let mut counts = Counts { packets: 9, emitted_early: 2, damage: Some(7), ..Counts::default() };
        assert_eq!(Counts { packets: 9, ..Counts::default() }.notes(), ["9 packets, 9 used"]);
        counts.not_used(NotUsed::Arp);
        counts.not_used(NotUsed::Cut);
        counts.not_used(NotUsed::Arp);
        let notes = counts.notes();
        assert_eq!(notes[0], "9 packets, 6 used; not used: 2 ARP, 1 cut off in the headers");
        assert_eq!(notes.len(), 3);
    }
}
