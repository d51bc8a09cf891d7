//! Spans of requests, sent to a collector of OpenTelemetry (OTLP over HTTP). Where none is configured nothing is made of them.
//!
//! A span that ends is put into a bounded queue and never waited for; a thread of its own sends batches. Spans that find the queue
//! full, or a collector that does not take them, are lost.

mod sender;
mod settings;
mod span;

pub use settings::TracesSettings;
pub use span::{CallOutcome, RequestSpan, TraceHeaders};

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanBuilder, SpanKind, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use sender::{Sender, Told};
use std::sync::Arc;
use std::time::Duration;

/// Spans that wait to be sent at most.
const QUEUE_SPANS_MAX: usize = 4_096;
/// Spans of one request to the collector at most.
const BATCH_SPANS_MAX: usize = 512;
/// How long a span waits for others at most.
const BATCH_DELAY: Duration = Duration::from_secs(5);
/// How long one request to the collector may take.
const SEND_LIMIT: Duration = Duration::from_secs(5);
/// How long the last spans may take when the process ends.
const END_LIMIT: Duration = Duration::from_secs(3);

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The address is none.
    #[error("{0}")]
    Address(String),
    /// No client can be made.
    #[error("no client of the collector can be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Makes the spans of a server's requests. Cheap to clone; the default makes none.
#[derive(Debug, Clone, Default)]
pub struct Tracer {
    exporting: Option<Arc<Exporting>>,
}

#[derive(Debug)]
struct Exporting {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    propagator: TraceContextPropagator,
}

impl Tracer {
    /// A tracer that sends spans where the settings say, if they do. Called in a runtime; nothing is sent yet.
    pub fn start(settings: &TracesSettings) -> Result<Self, TracesError> {
        let Some(url) = settings.spans_url().map_err(TracesError::Address)? else {
            return Ok(Self::default());
        };
        let client = |error: Box<dyn std::error::Error + Send + Sync>| TracesError::Client(error);
        let sender = Sender::new(&url, SEND_LIMIT).map_err(|error| client(error.into()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url.as_str())
            .with_timeout(SEND_LIMIT)
            .build()
            .map_err(|error| client(error.into()))?;
        let told = Told {
            exporter,
            endpoint: url.to_string(),
        };
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE_SPANS_MAX)
            .with_max_export_batch_size(BATCH_SPANS_MAX)
            .with_scheduled_delay(BATCH_DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(told).with_batch_config(batches);
        let share = f64::from(settings.sampled_percent) / 100.0;
        let resource = Resource::builder()
            .with_service_name("skep")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.build())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                share,
            ))))
            .with_resource(resource.build())
            .build();
        Ok(Self {
            exporting: Some(Arc::new(Exporting {
                tracer: provider.tracer("skep"),
                provider,
                propagator: TraceContextPropagator::new(),
            })),
        })
    }

    /// The span of a request of HTTP, in the trace that its client sent along. Its name is that of OpenTelemetry's conventions: the
    /// method (`HTTP` where it is none that is known), and the route where one matches.
    pub fn http(
        &self,
        method: Option<&'static str>,
        route: Option<&str>,
        headers: TraceHeaders<'_>,
    ) -> RequestSpan {
        self.begun(headers, || {
            let of_method = method.unwrap_or("_OTHER");
            let mut attributes = vec![KeyValue::new("http.request.method", of_method)];
            let mut name = method.unwrap_or("HTTP").to_owned();
            if let Some(route) = route {
                attributes.push(KeyValue::new("http.route", route.to_owned()));
                name = format!("{name} {route}");
            }
            (name, attributes)
        })
    }

    /// The span of a call of Thrift. Its clients send a trace along over HTTP alone.
    pub fn thrift(&self, method: &'static str, headers: TraceHeaders<'_>) -> RequestSpan {
        self.begun(headers, || {
            let attributes = vec![
                KeyValue::new("rpc.system", "apache_thrift"),
                KeyValue::new("rpc.method", method),
            ];
            (method.to_owned(), attributes)
        })
    }

    /// `describe` is not asked where nothing is traced.
    fn begun(
        &self,
        headers: TraceHeaders<'_>,
        describe: impl FnOnce() -> (String, Vec<KeyValue>),
    ) -> RequestSpan {
        let Some(exporting) = &self.exporting else {
            return RequestSpan::default();
        };
        let parent = exporting
            .propagator
            .extract_with_context(&Context::new(), &headers);
        let (name, attributes) = describe();
        let span = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Server)
            .with_attributes(attributes)
            .start_with_context(&exporting.tracer, &parent);
        RequestSpan::new(span)
    }

    /// Sends what waits, for three seconds at most, and sends nothing after it.
    pub async fn end(&self) {
        let Some(exporting) = &self.exporting else {
            return;
        };
        let provider = exporting.provider.clone();
        // The exporter waits for its thread, and its thread for this runtime.
        let ending = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(END_LIMIT));
        // What was lost has been told.
        drop(tokio::time::timeout(END_LIMIT, ending).await);
    }
}
