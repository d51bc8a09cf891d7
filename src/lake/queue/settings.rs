//! The `storage.queue` section: whether and where buckets tell of their objects.

use serde::{Deserialize, Serialize};

/// The longest that SQS lets a receiver wait.
const WAIT_S_MAX: u64 = 20;
/// The longest that SQS hides a message.
const VISIBILITY_TIMEOUT_S_MAX: u64 = 12 * 60 * 60;

/// One queue for all buckets, called with the account of `storage.s3`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueueSettings {
    /// The URL of an SQS queue, such as `https://sqs.eu-west-1.amazonaws.com/123456789012/skep`. Unset: no queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The region that requests are signed for. Unset: the one in the URL, else that of `storage.s3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How long one request waits for a message.
    pub wait_s: u64,
    /// How long a received message is hidden from other receivers: the longest that heeding ten of them may take.
    pub visibility_timeout_s: u64,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            url: None,
            region: None,
            wait_s: WAIT_S_MAX,
            visibility_timeout_s: 300,
        }
    }
}

impl QueueSettings {
    /// The first key that cannot work, with the reason.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(text) = &self.url
            && let Err(why) = url_check(text)
        {
            return Err(("url", why));
        }
        if self.wait_s > WAIT_S_MAX {
            return Err((
                "wait_s",
                format!("SQS waits for {WAIT_S_MAX} seconds at most"),
            ));
        }
        if !(1..=VISIBILITY_TIMEOUT_S_MAX).contains(&self.visibility_timeout_s) {
            let why = format!("it must lie between 1 and {VISIBILITY_TIMEOUT_S_MAX}");
            return Err(("visibility_timeout_s", why));
        }
        Ok(())
    }

    /// The region that requests are signed for, as far as the queue's own settings tell.
    pub(super) fn region_effective(&self) -> Option<String> {
        if self.region.is_some() {
            return self.region.clone();
        }
        let url = url::Url::parse(self.url.as_deref()?).ok()?;
        let mut parts = url.host_str()?.split('.');
        (parts.next() == Some("sqs"))
            .then(|| parts.next().map(str::to_owned))
            .flatten()
            .filter(|_| parts.next() == Some("amazonaws"))
    }
}

fn url_check(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("it does not begin with http(s)://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it must not hold credentials: they belong to storage.s3".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it must end with the queue's path".to_owned());
    }
    if url.path() == "/" {
        return Err("it names no queue".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::QueueSettings;

    #[test]
    fn the_region_is_read_off_the_address_of_aws_only() {
        for (url, region) in [
            (
                "https://sqs.eu-west-1.amazonaws.com/1/skep",
                Some("eu-west-1"),
            ),
            (
                "https://sqs.cn-north-1.amazonaws.com.cn/1/skep",
                Some("cn-north-1"),
            ),
            ("http://127.0.0.1:9324/1/skep", None),
            ("https://sqs.example.org/1/skep", None),
        ] {
            let settings = QueueSettings {
                url: Some(url.to_owned()),
                ..QueueSettings::default()
            };
            assert_eq!(settings.check(), Ok(()));
            assert_eq!(settings.region_effective().as_deref(), region, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_called_is_refused() {
        for url in [
            "sqs",
            "ftp://a/b",
            "https://sqs.eu-west-1.amazonaws.com",
            "https://KEY:SECRET@host/queue",
            "https://host/queue?X-Amz-Security-Token=SECRET",
        ] {
            let settings = QueueSettings {
                url: Some(url.to_owned()),
                ..QueueSettings::default()
            };
            let (key, why) = settings.check().unwrap_err();
            assert_eq!(key, "url");
            assert!(!why.contains("SECRET"), "{why}");
        }
    }
}
