//! Signatures of what is sent, by the Standard Webhooks specification, which receivers have libraries for:
//! HMAC-SHA-256 over id, time and body.
//!
//! No secret is kept anywhere. Each is computed from a key of the servers, the webhook's id and how often its secret was
//! replaced. Whoever reads the database learns none; whoever has the key has all.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use std::fmt;
use uuid::Uuid;

/// As the specification has secrets begin.
const PREFIX: &str = "whsec_";

/// For how long what is sent is signed with the secret before as well, so that a receiver has time to change it.
pub(crate) const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// What secrets are computed from: the same on all servers of a log.
#[derive(Clone)]
pub struct WebhookKey(hmac::Key);

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey")
    }
}

impl WebhookKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// By which keys are told apart.
    pub(crate) fn id(&self) -> String {
        let tag = hmac::sign(&self.0, b"accord webhook key id");
        hex::encode(&tag.as_ref()[..8])
    }

    /// The secret of a webhook, of this generation.
    pub(crate) fn secret(&self, webhook: Uuid, generation: i32) -> Secret {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"accord webhook secret");
        context.update(webhook.as_bytes());
        context.update(&generation.to_be_bytes());
        let mut secret = [0; 32];
        secret.copy_from_slice(context.sign().as_ref());
        Secret(secret)
    }
}

/// Known to this server and one receiver.
pub(crate) struct Secret([u8; 32]);

impl Secret {
    /// As the receiver is given it, once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// As in the header `webhook-signature`; `timestamp` in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_as_the_specification_has_it() {
        // The example of the specification's libraries.
        let raw = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &raw);
        let expected = hmac::sign(&key, b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}");
        assert_eq!(STANDARD.encode(expected), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        // Ours are longer, and are signed with in the same way.
        let secret = Secret([7; 32]);
        let raw = STANDARD.decode(secret.reveal().strip_prefix("whsec_").unwrap()).unwrap();
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &raw), b"event_1.1614265330.{}");
        assert_eq!(secret.sign("event_1", 1_614_265_330, b"{}"), format!("v1,{}", STANDARD.encode(expected)));
    }

    #[test]
    fn every_webhook_every_generation_and_every_key_has_another_secret_and_always_the_same() {
        let [one, two] = [[1; 32], [2; 32]].map(|key| WebhookKey::new(&key));
        let [a, b] = [1, 2].map(Uuid::from_u128);
        let secrets = [one.secret(a, 1), one.secret(a, 2), one.secret(b, 1), two.secret(a, 1)]
            .map(|secret| secret.reveal());
        for (index, secret) in secrets.iter().enumerate() {
            assert_eq!(secrets.iter().position(|other| other == secret), Some(index));
        }
        assert_eq!(secrets[0], WebhookKey::new(&[1; 32]).secret(a, 1).reveal());
        assert_ne!(one.id(), two.id());
        assert_eq!(one.id(), WebhookKey::new(&[1; 32]).id());
        assert_eq!(format!("{one:?}"), "WebhookKey");
    }
}
