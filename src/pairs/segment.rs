//! The pairs of a partition with their histories, packed in order of source, destination and port.
//!
//! ```text
//! sources     one entry a source: where its pairs end
//! several     one header for each pair of several flows: where its history begins, its first and last start
//! singles     one entry for each pair of a single flow
//! histories   the flows of each pair, one pair behind the other
//! ```
//!
//! There is no pointer in it, and all pairs of a source lie together.

use std::ops::Range;

use super::history::History;
use super::pages::{BytesPlace, PagedBytes, PagedVec};
use crate::model::flow::Connection;
use crate::model::pair_key::{FlowRow, PairKey};
use crate::model::time::Timestamp;

#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(super) sources: Vec<SourceRange>,
    pub(super) several: PagedVec<MultiFlowPair>,
    pub(super) singles: PagedVec<SingleFlowPair>,
    pub(super) histories: PagedBytes,
}

/// A source, and where its pairs end in both lists; they begin where those of the source before end. An IPv4 address
/// and the number of an IPv6 address with the same bits share one: the ports of their pairs tell them apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceRange {
    pub source: u32,
    pub multi_flow_end: u32,
    pub single_flow_end: u32,
}

/// A pair of several flows, or of one with numbers of bytes beyond 32 bits.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(super) struct MultiFlowPair {
    pub destination: u32,
    /// The key's port with its bits for IPv6 ends.
    pub port: u32,
    pub count: u32,
    /// The UTC hours of the flows, each as the bit of its number modulo 32.
    pub hours: u32,
    /// Where its history is, and how many bytes it has.
    pub history: BytesPlace,
    pub history_len: u32,
    /// Start of the flow that came first, and of the one that came last.
    pub first: i64,
    pub last: i64,
}

const _: () = assert!(size_of::<MultiFlowPair>() == 40);

/// A pair of a single flow.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct SingleFlowPair {
    pub destination: u32,
    pub port: u32,
    start: [u32; 2],
    bytes_sent: u32,
    bytes_received: u32,
}

const _: () = assert!(size_of::<SingleFlowPair>() == 24);

impl SingleFlowPair {
    /// Whether a pair of only this flow can be kept so.
    #[inline(always)]
    pub fn fits(flow: &FlowRow) -> bool {
        flow.bytes_sent.max(flow.bytes_received) <= u64::from(u32::MAX)
    }

    #[inline(always)]
    pub fn new(flow: &FlowRow) -> Self {
        SingleFlowPair {
            destination: flow.key.addresses as u32,
            port: flow.key.port,
            start: [flow.start as u32, (flow.start >> 32) as u32],
            bytes_sent: flow.bytes_sent as u32,
            bytes_received: flow.bytes_received as u32,
        }
    }

    pub fn connection(&self) -> Connection {
        let [low, high] = self.start;
        Connection {
            start: Timestamp::unchecked((u64::from(high) << 32 | u64::from(low)) as i64),
            bytes_sent: self.bytes_sent.into(),
            bytes_received: self.bytes_received.into(),
        }
    }
}

/// Which pair of a segment: its place in one of the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    MultiFlow(usize),
    SingleFlow(usize),
}

/// A pair in a segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum StoredPair<'a> {
    /// With the bytes of its history, and what is behind.
    MultiFlow(&'a MultiFlowPair, &'a [u8]),
    SingleFlow(&'a SingleFlowPair),
}

impl StoredPair<'_> {
    #[inline(always)]
    pub fn key_of(self, source: u32) -> PairKey {
        let (destination, port) = match self {
            StoredPair::MultiFlow(pair, ..) => (pair.destination, pair.port),
            StoredPair::SingleFlow(pair) => (pair.destination, pair.port),
        };
        key(source, destination, port)
    }

    #[inline(always)]
    pub fn count(self) -> u32 {
        match self {
            StoredPair::MultiFlow(pair, ..) => pair.count,
            StoredPair::SingleFlow(_) => 1,
        }
    }

    pub fn read(self, history: &mut History) {
        match self {
            StoredPair::MultiFlow(pair, bytes) => history.read(bytes, pair.history_len as usize, pair.first),
            StoredPair::SingleFlow(pair) => {
                history.connections.clear();
                history.connections.push(pair.connection());
            }
        }
    }
}

#[inline(always)]
pub(super) fn key(source: u32, destination: u32, port: u32) -> PairKey {
    PairKey { addresses: u64::from(source) << 32 | u64::from(destination), port }
}

impl Segment {
    /// Bytes of memory in use.
    pub fn bytes(&self) -> usize {
        let sources = size_of_val(self.sources.as_slice());
        sources + self.several.bytes() + self.singles.bytes() + self.histories.bytes()
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.several.len() + self.singles.len()
    }

    /// Number of flows.
    pub fn flows(&self) -> u64 {
        let several = self.several.iter().map(|pair| u64::from(pair.count));
        several.sum::<u64>() + self.singles.len() as u64
    }

    #[inline(always)]
    pub fn get(&self, place: Place) -> Option<StoredPair<'_>> {
        match place {
            Place::MultiFlow(place) => self.multi_flow(place),
            Place::SingleFlow(place) => self.singles.get(place).map(StoredPair::SingleFlow),
        }
    }

    #[inline(always)]
    fn multi_flow(&self, place: usize) -> Option<StoredPair<'_>> {
        let pair = self.several.get(place)?;
        Some(StoredPair::MultiFlow(pair, self.histories.get(pair.history)))
    }

    /// The source at a place among the sources.
    #[inline(always)]
    pub fn source(&self, at: usize) -> Option<u32> {
        self.sources.get(at).map(|range| range.source)
    }

    /// The places of its pairs of several flows, and of those of a single flow.
    pub fn places_of(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let range = self.sources.get(at)?;
        let before = at.checked_sub(1).and_then(|before| self.sources.get(before));
        let (several, singles) =
            before.map_or((0, 0), |before| (before.multi_flow_end, before.single_flow_end));
        let places = |from: u32, to: u32| from as usize..to as usize;
        Some((places(several, range.multi_flow_end), places(singles, range.single_flow_end)))
    }

    /// All pairs of several flows with their sources, in order.
    #[inline(always)]
    pub fn for_each_multi_flow<'a>(&'a self, mut each: impl FnMut(usize, u32, StoredPair<'a>)) {
        let mut place = 0;
        for range in &self.sources {
            while place < range.multi_flow_end as usize {
                if let Some(pair) = self.multi_flow(place) {
                    each(place, range.source, pair);
                }
                place += 1;
            }
        }
    }

    /// All pairs of a single flow with their sources, in order.
    #[inline(always)]
    pub fn for_each_single_flow<'a>(&'a self, mut each: impl FnMut(usize, u32, &'a SingleFlowPair)) {
        let mut place = 0;
        for range in &self.sources {
            while place < range.single_flow_end as usize {
                if let Some(pair) = self.singles.get(place) {
                    each(place, range.source, pair);
                }
                place += 1;
            }
        }
    }

    /// Where the pair of a key is.
    pub fn find(&self, wanted: PairKey) -> Option<Place> {
        let source = (wanted.addresses >> 32) as u32;
        let at = self.sources.binary_search_by_key(&source, |range| range.source).ok()?;
        let (several, singles) = self.places_of(at)?;
        let wanted = (wanted.addresses as u32, wanted.port);
        let place =
            self.several.partition_point(several.clone(), |pair| (pair.destination, pair.port) < wanted);
        let is_found = |pair: &MultiFlowPair| (pair.destination, pair.port) == wanted;
        if several.contains(&place) && self.several.get(place).is_some_and(is_found) {
            return Some(Place::MultiFlow(place));
        }
        let place =
            self.singles.partition_point(singles.clone(), |pair| (pair.destination, pair.port) < wanted);
        let is_found = |pair: &SingleFlowPair| (pair.destination, pair.port) == wanted;
        (singles.contains(&place) && self.singles.get(place).is_some_and(is_found))
            .then_some(Place::SingleFlow(place))
    }

    /// The segment without the pairs of at most `max_flows` flows.
    pub fn without(&self, max_flows: u32) -> Segment {
        let mut kept = Segment::default();
        if max_flows == 0 {
            kept.singles = self.singles.clone();
        }
        let larger = self.several.iter().filter(|pair| pair.count > max_flows).count();
        let mut place = 0;
        for range in &self.sources {
            while place < range.multi_flow_end as usize {
                if let Some(pair) = self.several.get(place).filter(|pair| pair.count > max_flows) {
                    let copied = kept.copied(self, pair);
                    kept.several.push(copied, larger);
                }
                place += 1;
            }
            kept.end_source(range.source, if max_flows == 0 { range.single_flow_end } else { 0 });
        }
        kept.histories.shrink_to_fit();
        kept
    }

    /// A pair of another segment, with its history in this one.
    fn copied(&mut self, from: &Segment, pair: &MultiFlowPair) -> MultiFlowPair {
        let len = pair.history_len as usize;
        let history = self.histories.reserve(len);
        let place = self.histories.page_mut(history.page()).get_mut(history.offset()..history.offset() + len);
        if let (Some(place), Some(bytes)) = (place, from.histories.get(pair.history).get(..len)) {
            place.copy_from_slice(bytes);
        }
        MultiFlowPair { history, ..*pair }
    }

    /// Ends the pairs of a source, if it has any.
    fn end_source(&mut self, source: u32, single_flow_end: u32) {
        let multi_flow_end = self.several.len() as u32;
        let before =
            self.sources.last().map_or((0, 0), |before| (before.multi_flow_end, before.single_flow_end));
        if before != (multi_flow_end, single_flow_end) {
            self.sources.push(SourceRange { source, multi_flow_end, single_flow_end });
        }
    }
}
