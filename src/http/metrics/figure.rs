//! Figures that something else counts or holds, as the text of metrics tells them.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// A figure read at the moment: one value, or one for each value of a label.
#[derive(Clone, Debug)]
pub struct Figure {
    name: &'static str,
    help: &'static str,
    is_counter: bool,
    label: &'static str,
    values: Vec<(&'static str, f64)>,
}

impl Figure {
    /// What only grows. Its name gets `_total` behind it.
    #[must_use]
    pub fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, help, is_counter: true, label: "", values: Vec::new() }
    }

    /// What goes up and down.
    #[must_use]
    pub fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { is_counter: false, ..Self::counter(name, help) }
    }

    /// Its value: a number, a sequence, bytes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "Prometheus keeps numbers as f64")]
    pub fn is(self, value: u64) -> Self {
        self.measures(value as f64)
    }

    /// Its value, a measure: seconds.
    #[must_use]
    pub fn measures(self, value: f64) -> Self {
        Self { values: vec![("", value)], ..self }
    }

    /// Its values, by a label.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "Prometheus keeps numbers as f64")]
    pub fn by(self, label: &'static str, values: Vec<(&'static str, u64)>) -> Self {
        Self { label, values: values.into_iter().map(|(of, value)| (of, value as f64)).collect(), ..self }
    }

    fn encode_value(&self, value: f64, encoder: MetricEncoder<'_>) -> fmt::Result {
        if self.is_counter { ConstCounter::new(value).encode(encoder) } else { ConstGauge::new(value).encode(encoder) }
    }
}

/// Figures that are written once.
#[derive(Debug)]
pub struct Figures(pub Vec<Figure>);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for figure in &self.0 {
            let kind = if figure.is_counter { ConstCounter::new(0.0).metric_type() } else { ConstGauge::new(0.0).metric_type() };
            // As the library ends the descriptions of what it counts itself.
            let help = format!("{}.", figure.help);
            let mut metric = encoder.encode_descriptor(figure.name, &help, None, kind)?;
            match figure.values.as_slice() {
                [("", value)] => figure.encode_value(*value, metric)?,
                values => {
                    for (of, value) in values {
                        figure.encode_value(*value, metric.encode_family(&[(figure.label, *of)])?)?;
                    }
                }
            }
        }
        Ok(())
    }
}
