//! What answers and is not skep, or not as skep answers.

use super::{Skep, shop};
use axum::http::StatusCode;
use serde_json::json;
use tokio::task::JoinHandle;

/// Something that answers every request alike, and what asks it.
async fn answering(status: StatusCode, answer: String) -> (JoinHandle<()>, Skep) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let pages = axum::Router::new().fallback(move || async move { (status, answer) });
    let serving = tokio::spawn(async move {
        axum::serve(listener, pages).await.unwrap();
    });
    (serving, Skep { server })
}

#[tokio::test(flavor = "multi_thread")]
async fn something_that_is_not_skep_is_told_as_such() {
    let (serving, skep) = answering(StatusCode::OK, "<html>another server</html>".to_owned()).await;
    let (code, text) = skep.fail(&["database", "list"]);
    assert_eq!(code, 1);
    assert!(text.contains("not as skep does"), "{text}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_next_page_was_there_before_ends() {
    let page = json!({"databases": [], "next": "a"}).to_string();
    let (serving, skep) = answering(StatusCode::OK, page).await;
    let (code, text) = skep.fail(&["database", "list"]);
    assert_eq!(code, 1);
    assert!(text.contains("read before"), "{text}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let long = "x".repeat(2 * 1024 * 1024);
    let (serving, skep) = answering(StatusCode::BAD_GATEWAY, long).await;
    let (code, text) = skep.fail(&["database", "list"]);
    assert_eq!(code, 1);
    assert!(text.contains("longer than 1 MiB"), "{text}");
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_the_port_of_thrift_is_told_so_once() {
    let (server, _skep) = shop().await;
    let skep = Skep::at(server.thrift());
    let (code, text) = skep.fail(&["database", "list"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("is it the port of Thrift?"), "{text}");
    let (_, text) = skep.fail(&["database", "list", "--server", "http://127.0.0.1:1"]);
    assert!(text.contains("skep serve starts a server"), "{text}");
    assert_eq!(text.matches("onnect").count(), 1, "{text}");
}
