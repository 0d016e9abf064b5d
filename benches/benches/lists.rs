//! Look-ups in reference sets, natively: `cargo bench -p beaconlens-bench --bench lists`.
//!
//! The cost of a set of 100,000 networks compared with one of ten: parsing the document, compiling the set,
//! and look-ups per pair.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::fmt::Write;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use beaconlens::{AppliesTo, CompiledLists, Destination, Pair, ReferenceSet, Rule};
use beaconlens_bench::Random;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Pairs per measured look-up.
const PAIRS: usize = 100_000;

/// A rule with one set of `networks` networks, from /20 to single addresses; every tenth is IPv6.
fn rule(networks: usize, applies_to: AppliesTo) -> Rule {
    let mut random = Random::new(1);
    let mut text = String::new();
    for number in 0..networks {
        let bits = random.bits();
        let written = if number % 10 == 9 {
            let address = Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(bits) << 16);
            writeln!(text, "{address}/{}", 64 + bits % 65)
        } else {
            writeln!(
                text,
                "{}/{}",
                Ipv4Addr::from_bits(bits as u32),
                [20, 24, 28, 32][(bits >> 40) as usize % 4]
            )
        };
        assert!(written.is_ok());
    }
    let rule = ReferenceSet::from_list("bench", &text, None)
        .and_then(|set| Rule::new().with_reference_sets([set.with_applies_to(applies_to)]));
    rule.unwrap_or_else(|error| panic!("{error}"))
}

/// Pairs of internal hosts and random addresses.
fn pairs() -> Vec<Pair> {
    let mut random = Random::new(2);
    let host = |bits: u64| IpAddr::V4(Ipv4Addr::from_bits(0x0A00_0000 | (bits >> 32) as u32 & 0xFFF));
    let calls = |_| {
        let bits = random.bits();
        Pair::new(host(bits), IpAddr::V4(Ipv4Addr::from_bits(bits as u32)), 443)
    };
    (0..PAIRS).map(calls).collect()
}

fn lists(criterion: &mut Criterion) {
    let pairs = pairs();
    let mut group = criterion.benchmark_group("reference sets");
    group.sample_size(20);
    for networks in [10, 1_000, 100_000] {
        let either = rule(networks, AppliesTo::Either);
        let document = either.to_json();
        group.throughput(Throughput::Elements(networks as u64));
        group.bench_function(BenchmarkId::new("read", networks), |bencher| {
            bencher.iter(|| Rule::from_json(black_box(&document)));
        });
        group.bench_function(BenchmarkId::new("prepare", networks), |bencher| {
            bencher.iter(|| CompiledLists::new(black_box(&either)));
        });
        group.throughput(Throughput::Elements(PAIRS as u64));
        for (name, applies_to) in
            [("look up destinations", AppliesTo::Destination), ("look up both ends", AppliesTo::Either)]
        {
            let compiled = CompiledLists::new(&rule(networks, applies_to));
            group.bench_function(BenchmarkId::new(name, networks), |bencher| {
                bencher.iter(|| {
                    let hits = pairs.iter().filter_map(|pair| {
                        let destination = Destination::Address(pair.destination);
                        compiled.suppressed_by(pair.source, Some(&destination), Some(pair.port))
                    });
                    hits.count()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, lists);
criterion_main!(benches);
