//! How many tests a runner says it ran, read from the summary it prints.

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Count {
    pub fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Adds up every summary in the output of `cargo test`, nextest and
/// `node --test`; none when there is no summary in it.
pub fn tests(output: &str) -> Option<Count> {
    let mut total: Option<Count> = None;
    for line in output.lines() {
        if let Some(count) = summary(line) {
            total.get_or_insert_default().add(count);
        }
    }
    total
}

fn summary(line: &str) -> Option<Count> {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("test result: ") {
        return Some(worded(rest));
    }
    if line.starts_with("Summary [") && line.contains(" run: ") {
        return line.split_once(" run: ").map(|(_, rest)| worded(rest));
    }
    let (word, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number = number.trim().parse().ok()?;
    let mut count = Count::default();
    match word {
        "pass" => count.passed = number,
        "fail" | "cancelled" => count.failed = number,
        "skipped" | "todo" => count.skipped = number,
        _ => return None,
    }
    Some(count)
}

/// "12 passed, 1 failed": the number stands before its word.
fn worded(text: &str) -> Count {
    let words: Vec<&str> = text.split([' ', ',', ';', '.', '(', ')']).filter(|w| !w.is_empty()).collect();
    let mut count = Count::default();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<usize>() else { continue };
        match pair[1] {
            "passed" => count.passed += number,
            "failed" | "timed" => count.failed += number,
            "ignored" | "skipped" => count.skipped += number,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: usize, failed: usize, skipped: usize) -> Option<Count> {
        Some(Count { passed, failed, skipped })
    }

    #[test]
    fn cargo_test_and_its_doc_tests_add_up() {
        let text = "running 3 tests\n\
            test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.1s\n";
        assert_eq!(tests(text), count(7, 1, 4));
    }

    #[test]
    fn nextest_prints_one_summary() {
        let text = "     Summary [   0.005s] 30 tests run: 28 passed (1 slow), 2 failed, 3 skipped\n";
        assert_eq!(tests(text), count(28, 2, 3));
    }

    #[test]
    fn node_prints_a_line_for_each_outcome() {
        let text = "ℹ tests 9\nℹ suites 0\nℹ pass 6\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\n";
        assert_eq!(tests(text), count(6, 2, 1));
    }

    #[test]
    fn no_summary_is_not_zero_tests() {
        assert_eq!(tests("Checked 12 files in 5ms. No fixes applied.\n"), None);
    }
}
