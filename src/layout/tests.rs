//! Layouts by example and by property.

use super::*;

pub(super) fn columns(keys: &[(&str, &str)]) -> Vec<Column> {
    let column = |(name, data_type): &(&str, &str)| Column {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
        comment: None,
    };
    keys.iter().map(column).collect()
}

#[test]
fn reads_and_writes() {
    let keys = columns(&[
        ("account", "string"),
        ("region", "string"),
        ("dt", "string"),
    ]);
    let layout = Layout::parse("AWSLogs/{account}/x/{region}/{dt:%Y/%m/%d}", &keys).unwrap();
    let path = "AWSLogs/12/x/eu-west-1/2019/06/08";
    let values = layout.read(path).unwrap();
    assert_eq!(values, ["12", "eu-west-1", "2019-06-08"]);
    assert_eq!(layout.write(&values).unwrap(), path);
    let w = Window {
        from_s: 1_559_990_000,
        to_s: 1_559_990_100,
    };
    assert_eq!(
        layout.children(&["AWSLogs", "12", "x", "a", "2019", "06"], &w),
        Children::Names(vec!["08".into()])
    );
    assert_eq!(layout.children(&["AWSLogs"], &w), Children::All);
}
