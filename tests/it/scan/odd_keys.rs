//! Keys that are no paths: writers that join names with one slash too many make them. What lies beside them is found.

use super::{keys, remote, request, scan};
use skep::lake::ScanRequest;
use skep::layout::{Layout, Window};

const PARTITIONS: usize = 300;
/// Keys that cannot be read as paths, with the parts of them that are told.
const ODD: [(&str, &str); 6] = [
    ("/n=000/part", ""),
    ("n=000//part-0", "n=000/"),
    ("n=017/a//b/part-0", "n=017/a/"),
    ("n=017/a//b/part-1", "n=017/a/"),
    ("n=123/../part", "n=123/.."),
    ("n=299//part", "n=299/"),
];

#[tokio::test]
async fn what_lies_beside_keys_that_are_no_paths_is_found() {
    let each = ODD.iter().map(std::slice::from_ref);
    for odd in each.chain([&ODD[..]]) {
        look_beside(odd).await;
    }
}

async fn look_beside(odd: &[(&str, &str)]) {
    let (server, lake) = remote().await;
    let layout = Layout::hive(&keys(&["n"]));
    for number in 0..PARTITIONS {
        server.put("lake", &format!("t/n={number:03}/part"), "x");
    }
    for (key, _) in odd {
        server.put("lake", &format!("t/{key}"), "x");
    }
    let mut told: Vec<&str> = odd.iter().map(|(_, part)| *part).collect();
    told.dedup();
    for (page_keys, concurrent) in [(1_000, 1), (1_000, 8), (20, 1), (20, 8), (1, 2)] {
        server.page_keys_max(page_keys);
        let sweep = ScanRequest {
            requests_concurrent_max: concurrent,
            ..request("s3a://lake/t", &layout, None)
        };
        let before = server.requests("ListObjectsV2");
        let (found, summary) = scan(&lake, sweep).await.unwrap();
        let sent = server.requests("ListObjectsV2") - before;
        let case = format!("{odd:?}, {page_keys} keys a page, {concurrent} at once");
        assert_eq!(found.partitions.len(), PARTITIONS, "{case}");
        let mismatches: Vec<&str> = found.mismatches.keys().map(String::as_str).collect();
        assert_eq!(mismatches, told, "{case}");
        assert!(summary.complete, "{case}");
        assert_eq!(summary.requests, sent as u64, "{case}");
    }
}

#[tokio::test]
async fn a_look_at_the_window_passes_keys_that_are_no_paths() {
    let (server, lake) = remote().await;
    let layout = Layout::parse("{dt:%Y/%m/%d}", &keys(&["dt"])).unwrap();
    for key in [
        "2024/12/30/part",
        "2024/12/30//part",
        "2024/12//31/part",
        "2024/12/31/part",
        "2024//12/31/part",
    ] {
        server.put("lake", &format!("t/{key}"), "x");
    }
    // The last days of December 2024.
    let window = Window {
        from_s: 1_734_000_000,
        to_s: 1_735_689_600,
    };
    let look = request("s3a://lake/t", &layout, Some(window));
    let (found, summary) = scan(&lake, look).await.unwrap();
    let paths: Vec<&str> = found.partitions.keys().map(String::as_str).collect();
    assert_eq!(paths, ["2024/12/30", "2024/12/31"]);
    assert!(found.mismatches.contains_key("2024/12/30/"), "{found:?}");
    assert!(summary.complete);
}
