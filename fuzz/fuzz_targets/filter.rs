//! Reads noise as a partition filter. The input's first line is the filter, the next three are the values of a
//! partition's keys. What is taken must be written and read back equal, and no partition that the filter takes may lie
//! outside of the ranges of names that it gives.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code, unused_imports)]
#[path = "../../src/filter/mod.rs"]
mod filter;
#[allow(dead_code, unused_imports)]
#[path = "../../src/hive/mod.rs"]
mod hive;
#[path = "../../src/model/column.rs"]
mod column;
/// The one noun that the filter language knows.
mod model {
    pub(crate) use super::column::Column;
}

const KEYS: [(&str, &str); 3] = [("s", "string"), ("n", "int"), ("d", "date")];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut lines = text.splitn(4, '\n');
    let Ok(expression) = filter::parse(lines.next().unwrap_or_default()) else {
        return;
    };
    let written = expression.to_string();
    assert_eq!(filter::parse(&written).as_ref(), Ok(&expression), "{written}");

    let columns = KEYS.map(|(name, data_type)| model::Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        comment: None,
    });
    let Ok(bound) = filter::PartitionFilter::bind(&expression, &columns) else {
        return;
    };
    let ranges = bound.name_ranges();
    assert!(ranges.len() <= filter::NAME_RANGES_MAX);
    assert!(ranges.windows(2).all(|two| two[0].to < two[1].from));
    let values: Vec<&str> = KEYS.iter().map(|_| lines.next().unwrap_or_default()).collect();
    let Ok(name) = hive::partition_name::make_name(&KEYS.map(|(key, _)| key), &values) else {
        return;
    };
    if bound.matches(&values) {
        let held = ranges.iter().any(|range| range.contains(&name));
        assert!(held, "{written} misses {name}");
    }
});
