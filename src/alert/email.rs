//! E-mail, by an SMTP server: a letter of text and HTML to all recipients. The connection is encrypted unless its address
//! says otherwise, and a password never goes over one that is not.

use super::letter::{Letter, parts};
use super::mask::{decoded, masked};
use super::post::causes;
use super::{Alerter, POST_TIMEOUT, Part, SendError};
use crate::model::Notice;
use crate::secret::Secret;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::Path;
use std::time::Duration;

/// Recipients of one channel at most.
pub(super) const RECIPIENTS_MAX: usize = 100;
/// A letter a second is what every server takes.
const PAUSE: Duration = Duration::from_secs(1);
/// Characters of a server's answer that are shown.
const ANSWER_CHARS_MAX: usize = 200;

/// People who get letters.
#[derive(Debug, Clone)]
pub struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// The address of the server with its password, as it was set and as it is sent.
    secrets: Vec<Secret>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Email {
    /// Letters by way of a server: `smtps://USER:PASSWORD@HOST:465` for TLS from the start, `smtp://USER:PASSWORD@HOST:587`
    /// for STARTTLS, and `smtp://HOST:25?tls=none` for neither. `ca_file` holds certificates in PEM by which the server is
    /// known too. The error names the key, and never holds the address.
    pub fn new(
        url: &Secret,
        from: &str,
        to: &[String],
        ca_file: Option<&Path>,
    ) -> Result<Self, (&'static str, String)> {
        let from = mailbox(from).map_err(|why| ("from", why))?;
        if to.is_empty() || to.len() > RECIPIENTS_MAX {
            return Err(("to", format!("1 to {RECIPIENTS_MAX} addresses")));
        }
        let to = to.iter().map(|one| mailbox(one).map_err(|why| ("to", why)));
        let to = to.collect::<Result<Vec<_>, _>>()?;
        let transport = transport(url, ca_file)?;
        Ok(Self {
            transport,
            secrets: secrets(url),
            from,
            to,
        })
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no address such as data@example.org"))
}

fn transport(
    url: &Secret,
    ca_file: Option<&Path>,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, (&'static str, String)> {
    let refused = |why: &str| ("url", why.to_owned());
    let form = "it must be smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587";
    let parsed = url::Url::parse(url.reveal()).map_err(|_| refused(form))?;
    let host = parsed.host_str().ok_or_else(|| refused(form))?;
    let is_plain = match (parsed.scheme(), parsed.query()) {
        ("smtp" | "smtps", None) => false,
        ("smtp", Some("tls=none")) => true,
        ("smtp" | "smtps", Some(_)) => {
            return Err(refused("its only parameter is tls=none, with smtp://"));
        }
        _ => return Err(refused(form)),
    };
    let user = decoded(parsed.username());
    let password = parsed.password().map(decoded);
    if is_plain && password.is_some() {
        return Err(refused("a password is not sent without TLS"));
    }
    crate::crypto::provider_install();
    let (port, tls) = if is_plain {
        (25, Tls::None)
    } else {
        let parameters = parameters(host, ca_file)?;
        match parsed.scheme() {
            "smtps" => (465, Tls::Wrapper(parameters)),
            _ => (587, Tls::Required(parameters)),
        }
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(parsed.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(POST_TIMEOUT));
    if let Some(password) = password {
        builder = builder.credentials(Credentials::new(user, password));
    }
    Ok(builder.build())
}

fn parameters(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, (&'static str, String)> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let file = path.display();
        let bytes = std::fs::read(path)
            .map_err(|error| ("ca_file", format!("{file} cannot be read: {error}")))?;
        let certificate = Certificate::from_pem(&bytes)
            .map_err(|error| ("ca_file", format!("{file} holds no certificates: {error}")))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|error| ("ca_file", format!("TLS cannot be prepared: {error}")))
}

/// What a server may say of its address: what SMTP sends of it too.
fn secrets(url: &Secret) -> Vec<Secret> {
    let mut secrets = vec![url.clone()];
    if let Ok(parsed) = url::Url::parse(url.reveal()) {
        let user = decoded(parsed.username());
        let password = decoded(parsed.password().unwrap_or_default());
        if !password.is_empty() {
            secrets.push(Secret::new(format!("\0{user}\0{password}")));
        }
    }
    secrets
}

impl Alerter for Email {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        let refused = |why: String| SendError::Refused(why);
        let letter: Letter =
            serde_json::from_str(&part.body).map_err(|error| refused(error.to_string()))?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(letter.subject);
        for one in &self.to {
            message = message.to(one.clone());
        }
        let message = message
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|error| refused(error.to_string()))?;
        let sent = tokio::time::timeout(POST_TIMEOUT, self.transport.send(message)).await;
        let Ok(sent) = sent else {
            let why = format!("no answer within {} s", POST_TIMEOUT.as_secs());
            return Err(SendError::Unavailable(why));
        };
        sent.map(drop).map_err(|error| {
            let secrets: Vec<&Secret> = self.secrets.iter().collect();
            let why = masked(&causes(&error), &secrets);
            let why = super::text::shown(&why, ANSWER_CHARS_MAX);
            // A permanent answer (5xx) is the server's last word; anything else may pass.
            if error.is_permanent() {
                SendError::Refused(why)
            } else {
                SendError::Unavailable(why)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Email;
    use crate::secret::Secret;

    fn fault(url: &str, from: &str, to: &[&str]) -> Option<(&'static str, String)> {
        let to: Vec<String> = to.iter().map(|one| (*one).to_owned()).collect();
        Email::new(&Secret::new(url), from, &to, None).err()
    }

    #[test]
    fn what_is_wrong_is_named_by_its_key_and_shows_no_password() {
        let to = ["data@example.org", "Lake Team <lake@example.org>"];
        let from = "skep <skep@example.org>";
        let url = "smtp://ann:hunter2@mail.example.org";
        assert_eq!(fault(url, from, &to), None);
        let many = ["a@example.org"; 101];
        for (url, from, to, key) in [
            ("mail.example.org", from, &to[..], "url"),
            ("https://ann:hunter2@mail.example.org", from, &to, "url"),
            ("smtp://ann:hunter2@mail?tls=none", from, &to, "url"),
            ("smtps://ann:hunter2@mail?tls=none", from, &to, "url"),
            (url, "skep", &to, "from"),
            (url, from, &["data@"], "to"),
            (url, from, &[], "to"),
            (url, from, &many, "to"),
        ] {
            let (found, why) =
                fault(url, from, to).unwrap_or_else(|| panic!("{url} {from} {to:?}"));
            assert_eq!(found, key, "{why}");
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
