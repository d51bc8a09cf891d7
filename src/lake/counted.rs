//! The HTTP of the library's clients, with each request counted.

use crate::telemetry::{StoreOutcome, store_asked};
use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use std::time::Instant;

/// Makes the library's own clients, and counts what they send.
#[derive(Debug, Default)]
pub(super) struct CountedConnector(ReqwestConnector);

impl HttpConnector for CountedConnector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Counted(self.0.connect(options)?)))
    }
}

#[derive(Debug)]
struct Counted(HttpClient);

#[async_trait]
impl HttpService for Counted {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = request.method().clone();
        let began = Instant::now();
        let answered = self.0.execute(request).await;
        let status = answered
            .as_ref()
            .ok()
            .map(|answer| answer.status().as_u16());
        store_asked(method.as_str(), StoreOutcome::of(status), began.elapsed());
        answered
    }
}
