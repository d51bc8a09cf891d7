//! `[traces]`: where spans of requests are sent.

use serde::{Deserialize, Serialize};
use url::Url;

/// The path of spans below the address of a collector.
const SPANS_PATH: &str = "/v1/traces";
/// What is told where an address is none.
const WANTED: &str = "it is to be the collector's address with its scheme, such as http://host:4318, where it takes OTLP over \
                      HTTP (OTLP over gRPC, by default on port 4317, is not spoken)";
/// All of a hundred.
const PERCENT_MAX: u8 = 100;

/// `[traces]` in the configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TracesSettings {
    /// The address of a collector of OpenTelemetry, which takes OTLP over HTTP: `http://127.0.0.1:4318`. Unset: nothing is traced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<String>,
    /// Of a hundred requests that begin a trace, how many are traced. Who sends a trace along has decided it.
    pub sampled_percent: u8,
}

impl Default for TracesSettings {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            sampled_percent: PERCENT_MAX,
        }
    }
}

impl TracesSettings {
    /// The key of the value that cannot work, and why.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.sampled_percent > PERCENT_MAX {
            return Err(("sampled_percent", "it is more than 100".to_owned()));
        }
        let url = self.spans_url().map_err(|why| ("otlp_endpoint", why))?;
        drop(url);
        Ok(())
    }

    /// Where spans are sent, if they are. The error says what is wrong with the address.
    pub(super) fn spans_url(&self) -> Result<Option<Url>, String> {
        let Some(text) = &self.otlp_endpoint else {
            return Ok(None);
        };
        // Without its scheme an address is read as a relative one, or its host as a scheme.
        let is_http = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let Some(mut url) = Url::parse(text).ok().filter(is_http) else {
            return Err(WANTED.to_owned());
        };
        if !url.username().is_empty() || url.password().is_some() {
            let why =
                "it must not hold credentials: the variable OTEL_EXPORTER_OTLP_HEADERS is for them";
            return Err(why.to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it must end with its path".to_owned());
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if !path.ends_with(SPANS_PATH) {
            url.set_path(&format!("{path}{SPANS_PATH}"));
        }
        Ok(Some(url))
    }
}

#[cfg(test)]
mod tests {
    use super::TracesSettings;

    fn at(text: &str) -> TracesSettings {
        TracesSettings {
            otlp_endpoint: Some(text.to_owned()),
            ..TracesSettings::default()
        }
    }

    #[test]
    fn the_path_of_spans_is_put_behind_the_address() {
        for (text, url) in [
            ("http://c:4318", "http://c:4318/v1/traces"),
            ("http://c:4318/", "http://c:4318/v1/traces"),
            ("https://c/otlp", "https://c/otlp/v1/traces"),
            ("http://c:4318/v1/traces", "http://c:4318/v1/traces"),
        ] {
            let found = at(text).spans_url().expect("an address");
            assert_eq!(found.expect("one").as_str(), url);
        }
        assert_eq!(TracesSettings::default().spans_url(), Ok(None));
    }

    #[test]
    fn an_address_without_its_scheme_is_told_what_one_looks_like() {
        for text in [
            "localhost:4317",
            "127.0.0.1:4317",
            "collector",
            "",
            "//c:4318",
            "http:",
        ] {
            let (key, why) = at(text).check().expect_err(text);
            assert_eq!(key, "otlp_endpoint");
            assert!(why.contains("http://host:4318"), "{text}: {why}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "collector",
            "grpc://c:4317",
            "http://u:p@c",
            "http://c?key=1",
        ] {
            let refused = at(text).check();
            assert!(matches!(refused, Err(("otlp_endpoint", _))), "{text}");
        }
        let mut settings = TracesSettings::default();
        assert_eq!(settings.check(), Ok(()));
        settings.sampled_percent = 101;
        assert!(matches!(settings.check(), Err(("sampled_percent", _))));
    }
}
