//! Traces for an OpenTelemetry collector, by OTLP over HTTP (feature `otel`, docs/operating.md).
//!
//! The spans are those of `tracing` whose target is `otel`; statements are told of when they have ended, and their spans made then. What the standard variables of the environment (`OTEL_…`) say is
//! read by the SDK.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use http_body_util::Full;
use hyper::HeaderMap;
use hyper::body::Bytes;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Span as _, SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Key, KeyValue, Value, global};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::resource::{EnvResourceDetector, ResourceDetector as _, SdkProvidedResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::remote;

/// Target of the spans that are exported.
const TARGET: &str = "otel";

/// Name of what makes the spans, and of the service where `OTEL_SERVICE_NAME` gives no other.
const NAME: &str = "yeollam";

/// Longest answer of a collector, in bytes.
const LONGEST: usize = 1 << 20;

/// What exports traces, until it is finished.
#[derive(Clone, Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts to export. Must be called within the runtime.
    ///
    /// # Errors
    /// Why the environment's settings cannot be followed.
    pub fn start() -> Result<Self, String> {
        let exporter = SpanExporter::builder().with_http().with_http_client(Client(Handle::current())).build().map_err(|error| error.to_string())?;
        let named = SdkProvidedResourceDetector.detect().get(&Key::from_static_str("service.name"));
        let name = named.filter(|name| !name.as_str().starts_with("unknown_service")).unwrap_or_else(|| Value::from(NAME));
        let resource = Resource::builder_empty()
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_detector(Box::new(EnvResourceDetector::new()))
            .with_attribute(KeyValue::new("service.name", name))
            .build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        global::set_tracer_provider(provider.clone());
        Ok(Self(provider))
    }

    /// The part of the log that makes traces of spans.
    pub fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(|of| of.target() == TARGET))
    }

    /// Exports what is left.
    pub async fn finish(self) {
        let finished = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = finished {
            tracing::warn!(%error, "the last traces were not exported");
        }
    }
}

/// Makes a span of a statement that has ended now, in what its request is doing. The text has placeholders where values stood.
pub fn statement(system: &'static str, sql: &str, took: Duration, now: SystemTime) {
    let doing = Span::current().context();
    if !doing.span().span_context().is_sampled() {
        return;
    }
    let word = sql.split_whitespace().next().unwrap_or_default().to_owned();
    let attributes =
        [KeyValue::new("db.system.name", system), KeyValue::new("db.query.text", sql.to_owned()), KeyValue::new("db.operation.name", word.clone())];
    let tracer = global::tracer(NAME);
    let span = tracer.span_builder(word).with_kind(SpanKind::Client).with_start_time(now - took).with_attributes(attributes);
    span.start_with_context(&tracer, &doing).end_with_timestamp(now);
}

/// Makes a span part of the trace that a client began (W3C Trace Context).
pub fn adopt(span: &Span, headers: &HeaderMap) {
    let began = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Where the span is not exported there is nothing to be part of.
    let _ = span.set_parent(began);
}

/// Sends traces in the runtime of the server: they are exported by a thread of the SDK's own, which has none.
struct Client(Handle);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn send_bytes<'this, 'answer>(&'this self, request: Request<Bytes>) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'answer>>
    where
        'this: 'answer,
    {
        let sent = self.0.spawn(async move { remote::exchange(request.map(Full::new), None, LONGEST).await });
        Box::pin(async move {
            let (status, body) = sent.await??;
            Ok(Response::builder().status(status).body(body.into())?)
        })
    }
}
