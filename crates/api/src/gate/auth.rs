//! Who sends a request, as a bearer token proves it: a signed word of the partner that the sender acts for.
//!
//! What a caller may do is not decided here, nor whether its post is held: that is in the log.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Actor, PartnerCode, PostCode, Role, actor::CLOCK_SERVICE};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous, decode, decode_header};
use serde::Deserialize;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// The audience of Accord's tokens.
pub const AUDIENCE: &str = "accord";

/// How far an issuer's clock may be from ours.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// Longest token, in bytes: ours have under 400.
const TOKEN_BYTES: usize = 8 * 1024;

/// The issuer of the tokens of services. No partner has its name: codes have no small letters.
pub const SERVICES: &str = "services";

/// What the subject of a service begins with.
const SERVICE: &str = "service:";

/// Whom an issuer speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The posts of one partner.
    Partner(PartnerCode),
    /// Services, such as an import.
    Services,
}

/// An Ed25519 public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: DecodingKey,
    bytes: KeyBytes,
}

type KeyBytes = [u8; 32];

/// The text is not the PEM of an Ed25519 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key in PEM (`-----BEGIN PUBLIC KEY-----`)")]
pub struct InvalidKey;

impl PublicKey {
    /// Reads what `openssl pkey -pubout` writes.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        let key = DecodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| InvalidKey)?;
        let bytes = key.try_get_as_bytes().ok().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidKey)?;
        Ok(Self { key, bytes })
    }
}

/// An issuer was named again for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer `{0}` is named for two holders: each partner needs an issuer of its own")]
pub struct IssuerTaken(String);

/// Whose tokens are trusted, and for whom.
#[derive(Clone, Debug, Default)]
pub struct Issuers {
    by_name: HashMap<String, Issuer>,
}

#[derive(Clone, Debug)]
struct Issuer {
    holder: Holder,
    /// More than one while an issuer changes its key.
    keys: Vec<PublicKey>,
}

/// Why a token proves nothing. Says what to mend, and nothing of what the token or the server holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    #[error("This needs a token: send the header `Authorization: Bearer TOKEN`.")]
    Missing,
    #[error("The header `Authorization` is not of the form `Bearer TOKEN`.")]
    NotBearer,
    #[error("The token is not a JSON Web Token signed with EdDSA, or a claim of it is of the wrong type.")]
    Malformed,
    #[error(
        "The token's issuer (`iss`) is neither a partner's code nor `services`: there is no key of any other."
    )]
    UnknownIssuer,
    #[error(
        "This server has no key of the token's issuer (`iss`), {0}. Its operator has to put {0}.pub.pem, the public half \
         of the key that signs, into the directory of keys (ACCORD_ISSUERS). No restart is needed."
    )]
    NoKey(String),
    #[error(
        "The token's signature is by none of the keys of its issuer that this server has. A new key has to be handed to \
         its operator first."
    )]
    Signature,
    #[error("The token's claim `{0}` is missing or not of the form that it should have.")]
    Claim(&'static str),
    #[error("The token is for another audience (`aud`) than `accord`.")]
    Audience,
    #[error("The token has expired. Get a new one.")]
    Expired,
    #[error("The token is not valid yet (`nbf`). Is the issuer's clock right?")]
    TooEarly,
    #[error(
        "The token is good for longer than this server takes, which is {0}. Sign one with an earlier `exp`."
    )]
    TooLong(String),
    #[error("The token claims another partner than its issuer speaks for.")]
    Partner,
    #[error(
        "The token names a role that does not exist. There are PLANNER, COMMANDER, LIAISON, WATCH, REVIEWER and ADMIN."
    )]
    Role,
}

/// Who somebody is, and for how long a token proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub actor: Actor,
    /// By the issuer's clock, which may be [`LEEWAY`] from the machine's.
    expires_at: DateTime<Utc>,
    /// When it was signed, by the same; `None` when it does not say.
    issued_at: Option<DateTime<Utc>>,
    issuer: String,
    key: KeyBytes,
}

impl Proof {
    /// For how long from `now` on, by the machine's clock.
    pub fn left(&self, now: DateTime<Utc>) -> Duration {
        (self.expires_at - now + LEEWAY).to_std().unwrap_or_default()
    }

    /// Fails when it is good for longer than this: from when it was signed, and in any case from now on.
    pub(crate) fn hold(&self, longest: TimeDelta, now: DateTime<Utc>) -> Result<(), Unauthenticated> {
        let life = self.issued_at.map_or(TimeDelta::zero(), |issued_at| self.expires_at - issued_at);
        if life > longest || self.expires_at - now > longest + LEEWAY {
            return Err(Unauthenticated::TooLong(in_words(longest)));
        }
        Ok(())
    }
}

/// `24 hours`, in the largest unit that has a whole number.
pub fn in_words(span: TimeDelta) -> String {
    let seconds = span.num_seconds();
    let (number, unit) = match seconds {
        _ if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
        _ if seconds % 60 == 0 => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[derive(Deserialize)]
struct Unverified {
    iss: Option<String>,
}

/// Absence and wrong types are told apart from each other nowhere, so each is read as it comes.
#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    /// Seconds since 1970.
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
    partner: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Issuers {
    /// Trusts an issuer's key. Further keys of the same issuer and holder are trusted beside the first.
    pub fn trust(&mut self, issuer: &str, holder: Holder, key: PublicKey) -> Result<(), IssuerTaken> {
        match self.by_name.get_mut(issuer) {
            None => {
                self.by_name.insert(issuer.to_owned(), Issuer { holder, keys: vec![key] });
            }
            Some(known) if known.holder == holder => known.keys.push(key),
            Some(_) => return Err(IssuerTaken(issuer.to_owned())),
        }
        Ok(())
    }

    /// Names and holders, by name.
    pub fn list(&self) -> Vec<(&str, &Holder)> {
        let mut all: Vec<_> =
            self.by_name.iter().map(|(name, issuer)| (name.as_str(), &issuer.holder)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Who sent a request with this `Authorization` header, at `now` by the machine's clock.
    pub fn actor(&self, authorization: Option<&[u8]>, now: DateTime<Utc>) -> Result<Actor, Unauthenticated> {
        self.prove(authorization, now).map(|proof| proof.actor)
    }

    /// The same, and until when that is proved.
    pub fn prove(&self, authorization: Option<&[u8]>, now: DateTime<Utc>) -> Result<Proof, Unauthenticated> {
        let header = authorization.ok_or(Unauthenticated::Missing)?;
        let header = str::from_utf8(header).map_err(|_| Unauthenticated::NotBearer)?;
        let (scheme, token) = header.split_once(' ').ok_or(Unauthenticated::NotBearer)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Unauthenticated::NotBearer);
        }
        self.verify(token.trim_matches(' '), now)
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Proof, Unauthenticated> {
        if token.len() > TOKEN_BYTES {
            return Err(Unauthenticated::Malformed);
        }
        // A header that asks for an algorithm is not believed: there is one, and what a token says is held
        // against it.
        let header = decode_header(token).map_err(|_| Unauthenticated::Malformed)?;
        if header.alg != Algorithm::EdDSA || header.crit.is_some() {
            return Err(Unauthenticated::Malformed);
        }
        // Read before it is verified only to find the key; read again below from what that key signed.
        let unverified: Unverified =
            dangerous::insecure_decode_claims(token).map_err(|_| Unauthenticated::Malformed)?;
        let name = unverified.iss.ok_or(Unauthenticated::Claim("iss"))?;
        let issuer = self.by_name.get(&name).ok_or_else(|| unknown(&name))?;
        let (claims, key) = issuer.claims(token)?;
        if claims.iss.as_ref() != Some(&name) {
            return Err(Unauthenticated::Claim("iss"));
        }
        let (issued_at, expires_at) = claims.check_times_and_audience(now)?;
        Ok(Proof { actor: claims.actor(&issuer.holder)?, expires_at, issued_at, issuer: name, key })
    }

    /// Whether the key that has proved this is still trusted.
    pub(crate) fn still_prove(&self, proof: &Proof) -> bool {
        let issuer = self.by_name.get(&proof.issuer);
        issuer.is_some_and(|issuer| issuer.keys.iter().any(|key| key.bytes == proof.key))
    }
}

fn unknown(issuer: &str) -> Unauthenticated {
    if issuer == SERVICES || PartnerCode::new(issuer).is_ok() {
        Unauthenticated::NoKey(issuer.to_owned())
    } else {
        Unauthenticated::UnknownIssuer
    }
}

impl Issuer {
    /// What one of the issuer's keys has signed, and which.
    fn claims(&self, token: &str) -> Result<(Claims, KeyBytes), Unauthenticated> {
        // Only the signature is the library's matter: its checks of times read a clock of their own.
        let mut signature_only = Validation::new(Algorithm::EdDSA);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        for key in &self.keys {
            match decode::<Claims>(token, &key.key, &signature_only) {
                Ok(decoded) => return Ok((decoded.claims, key.bytes)),
                Err(error) if matches!(error.kind(), jsonwebtoken::errors::ErrorKind::InvalidSignature) => {}
                Err(_) => return Err(Unauthenticated::Malformed),
            }
        }
        Err(Unauthenticated::Signature)
    }
}

impl Claims {
    /// From when and until when the token is good.
    fn check_times_and_audience(
        &self,
        now: DateTime<Utc>,
    ) -> Result<(Option<DateTime<Utc>>, DateTime<Utc>), Unauthenticated> {
        match &self.aud {
            Some(Audience::One(audience)) if audience == AUDIENCE => {}
            Some(Audience::Many(audiences)) if audiences.iter().any(|audience| audience == AUDIENCE) => {}
            Some(_) => return Err(Unauthenticated::Audience),
            None => return Err(Unauthenticated::Claim("aud")),
        }
        let instant =
            |name, seconds| DateTime::from_timestamp(seconds, 0).ok_or(Unauthenticated::Claim(name));
        let expires_at = instant("exp", self.exp.ok_or(Unauthenticated::Claim("exp"))?)?;
        if now - expires_at >= LEEWAY {
            return Err(Unauthenticated::Expired);
        }
        if let Some(seconds) = self.nbf
            && instant("nbf", seconds)? - now > LEEWAY
        {
            return Err(Unauthenticated::TooEarly);
        }
        let issued_at = self.iat.map(|seconds| instant("iat", seconds)).transpose()?;
        Ok((issued_at, expires_at))
    }

    fn actor(self, holder: &Holder) -> Result<Actor, Unauthenticated> {
        let subject = self.sub.ok_or(Unauthenticated::Claim("sub"))?;
        let roles: BTreeSet<Role> = self
            .roles
            .iter()
            .map(|role| role.parse())
            .collect::<Result<_, _>>()
            .map_err(|_| Unauthenticated::Role)?;
        match holder {
            Holder::Partner(partner) => {
                let claimed = self.partner.ok_or(Unauthenticated::Claim("partner"))?;
                if claimed != partner.as_str() {
                    return Err(Unauthenticated::Partner);
                }
                let post = PostCode::new(&subject).map_err(|_| Unauthenticated::Claim("sub"))?;
                Ok(Actor::Post { post, partner: partner.clone(), roles })
            }
            Holder::Services => {
                if self.partner.is_some() {
                    return Err(Unauthenticated::Partner);
                }
                // What fell due is told by the server itself.
                let name = service_name(&subject).filter(|name| *name != CLOCK_SERVICE);
                Ok(Actor::Service { name: name.ok_or(Unauthenticated::Claim("sub"))?.to_owned(), roles })
            }
        }
    }
}

/// Of a service as events name it, such as `service:import`; `None` for what is none.
pub(crate) fn service_name(actor: &str) -> Option<&str> {
    actor.strip_prefix(SERVICE).filter(|name| is_service_name(name))
}

/// A small letter, then small letters, digits and hyphens; 32 at most.
pub fn is_service_name(name: &str) -> bool {
    name.len() <= 32
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    // Made for these tests with `openssl genpkey -algorithm ed25519`; they guard nothing.
    const THA_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIFCGVE7Ab2mfMi91062i2naCDTMkgFkXKNcue2okOTX6";
    const THA_PUBLIC: &str = "MCowBQYDK2VwAyEAoBu8BgI6HM4rxbaCc1hVFEe7R6dUnreYly3bneb8Kac=";
    const MMR_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEIMl6NVC3E9Dtp0xQ7ya2jWykIMeCqWNgQ4fCn2URqcgO";
    const MMR_PUBLIC: &str = "MCowBQYDK2VwAyEACyBxadqeuyqSLQCqEItNxLLBZsj0BriwflH+Uil+PKo=";
    const SERVICES_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEICCvz6gGGXumXy9JbSu/rgPegozItGpUIKVpBCW1ZioL";
    const SERVICES_PUBLIC: &str = "MCowBQYDK2VwAyEALHr96abkUh5Hm8I5xcvShlYciw2LhZBVavo3Z06dJ4s=";

    const NOW: i64 = 1_700_000_000;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }

    fn pem(kind: &str, base64: &str) -> String {
        format!("-----BEGIN {kind} KEY-----\n{base64}\n-----END {kind} KEY-----\n")
    }

    fn public(base64: &str) -> PublicKey {
        PublicKey::from_pem(&pem("PUBLIC", base64)).unwrap()
    }

    fn issuers() -> Issuers {
        let partner = |code| Holder::Partner(PartnerCode::new(code).unwrap());
        let mut issuers = Issuers::default();
        issuers.trust("tha", partner("THA"), public(THA_PUBLIC)).unwrap();
        issuers.trust("mmr", partner("MMR"), public(MMR_PUBLIC)).unwrap();
        issuers.trust("services", Holder::Services, public(SERVICES_PUBLIC)).unwrap();
        issuers
    }

    fn claims() -> Value {
        json!({
            "iss": "tha", "sub": "THA-01", "aud": "accord", "exp": NOW + 60,
            "partner": "THA", "roles": ["COMMANDER", "PLANNER"],
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn without(name: &str) -> Value {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    fn signed(claims: &Value, private: &str) -> String {
        let key = EncodingKey::from_ed_pem(pem("PRIVATE", private).as_bytes()).unwrap();
        encode(&Header::new(Algorithm::EdDSA), claims, &key).unwrap()
    }

    fn verify(claims: &Value) -> Result<Actor, Unauthenticated> {
        issuers().verify(&signed(claims, THA_PRIVATE), now()).map(|proof| proof.actor)
    }

    fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    #[test]
    fn a_post_of_a_partner_is_known_by_its_partners_signature() {
        let actor = verify(&claims()).unwrap();
        let Actor::Post { post, partner, roles } = &actor else { panic!("{actor:?}") };
        assert_eq!((post.as_str(), partner.as_str()), ("THA-01", "THA"));
        assert_eq!(*roles, BTreeSet::from([Role::Commander, Role::Planner]));
        // Others may be meant as well, and a token without roles only reads.
        assert!(verify(&with("aud", json!(["other", "accord"]))).is_ok());
        assert!(verify(&without("roles")).unwrap().roles().is_empty());
    }

    #[test]
    fn a_service_has_no_partner() {
        let service = json!({
            "iss": "services", "sub": "service:import", "aud": "accord", "exp": NOW + 60, "roles": ["ADMIN"],
        });
        let verify = |claims: &Value| {
            issuers().verify(&signed(claims, SERVICES_PRIVATE), now()).map(|proof| proof.actor)
        };
        assert_eq!(verify(&service).unwrap().to_string(), "service:import");

        let mut with_partner = service.clone();
        with_partner["partner"] = json!("THA");
        assert_eq!(verify(&with_partner), Err(Unauthenticated::Partner));
        for subject in ["THA-01", "service:", "service:Import", "service:a b", "import"] {
            let mut other = service.clone();
            other["sub"] = json!(subject);
            assert_eq!(verify(&other), Err(Unauthenticated::Claim("sub")), "{subject}");
        }
    }

    #[test]
    fn an_issuer_speaks_for_its_own_partner_only() {
        assert_eq!(verify(&with("partner", json!("MMR"))), Err(Unauthenticated::Partner));
        assert_eq!(verify(&without("partner")), Err(Unauthenticated::Claim("partner")));
        // A partner cannot make services, nor tokens in another issuer's name.
        assert_eq!(verify(&with("sub", json!("service:import"))), Err(Unauthenticated::Claim("sub")));
        assert_eq!(verify(&with("iss", json!("mmr"))), Err(Unauthenticated::Signature));
        assert_eq!(verify(&with("iss", json!("services"))), Err(Unauthenticated::Signature));
        assert_eq!(verify(&with("iss", json!("elsewhere"))), Err(Unauthenticated::UnknownIssuer));
        let forged = signed(&claims(), MMR_PRIVATE);
        assert_eq!(issuers().verify(&forged, now()), Err(Unauthenticated::Signature));
    }

    #[test]
    fn no_other_algorithm_is_believed() {
        use base64::{Engine, engine::general_purpose::STANDARD};
        for alg in ["none", "None", "nOnE", "HS256", "RS256", "ES256"] {
            let token = unsigned(&json!({ "typ": "JWT", "alg": alg }), &claims(), "");
            assert_eq!(issuers().verify(&token, now()), Err(Unauthenticated::Malformed), "{alg}");
        }
        // The public key as a shared secret, in each form that an attacker could guess.
        let der = STANDARD.decode(THA_PUBLIC).unwrap();
        for secret in [pem("PUBLIC", THA_PUBLIC).as_bytes(), &der, &der[der.len() - 32..]] {
            let key = EncodingKey::from_secret(secret);
            let token = encode(&Header::new(Algorithm::HS256), &claims(), &key).unwrap();
            assert_eq!(issuers().verify(&token, now()), Err(Unauthenticated::Malformed));
            // … and the same signature under the right algorithm's name.
            let signature = token.rsplit_once('.').unwrap().1;
            let token = unsigned(&json!({ "typ": "JWT", "alg": "EdDSA" }), &claims(), signature);
            assert_eq!(issuers().verify(&token, now()), Err(Unauthenticated::Signature));
        }
        let critical = unsigned(&json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }), &claims(), "");
        assert_eq!(issuers().verify(&critical, now()), Err(Unauthenticated::Malformed));
    }

    #[test]
    fn a_changed_claim_breaks_the_signature() {
        let token = signed(&claims(), THA_PRIVATE);
        let signature = token.rsplit_once('.').unwrap().1;
        let changed =
            unsigned(&json!({ "typ": "JWT", "alg": "EdDSA" }), &with("sub", json!("THA-02")), signature);
        assert_eq!(issuers().verify(&changed, now()), Err(Unauthenticated::Signature));
        assert_eq!(issuers().verify(&format!("{token}A"), now()), Err(Unauthenticated::Signature));
        assert_eq!(
            issuers().verify(token.trim_end_matches(signature), now()),
            Err(Unauthenticated::Signature)
        );
    }

    #[test]
    fn times_count_with_half_a_minute_of_leeway() {
        assert!(verify(&with("exp", json!(NOW - 29))).is_ok());
        assert_eq!(verify(&with("exp", json!(NOW - 30))), Err(Unauthenticated::Expired));
        assert!(verify(&with("nbf", json!(NOW + 30))).is_ok());
        assert_eq!(verify(&with("nbf", json!(NOW + 31))), Err(Unauthenticated::TooEarly));
        assert_eq!(verify(&with("exp", json!(i64::MAX))), Err(Unauthenticated::Claim("exp")));
    }

    #[test]
    fn a_token_is_good_for_no_longer_than_tokens_may_be() {
        let hold = |claims: &Value, later: i64| {
            let proof = issuers().verify(&signed(claims, THA_PRIVATE), now())?;
            proof.hold(TimeDelta::hours(1), now() + TimeDelta::seconds(later))
        };
        let too_long = || Err(Unauthenticated::TooLong("1 hour".to_owned()));
        assert_eq!(hold(&with("exp", json!(NOW + 3_630)), 0), Ok(()));
        assert_eq!(hold(&with("exp", json!(NOW + 3_631)), 0), too_long());
        // Nor does it become good in its last hour, if it says when it was signed.
        let mut old = with("exp", json!(NOW + 3_700));
        assert_eq!(hold(&old, 3_600), Ok(()));
        old["iat"] = json!(NOW);
        assert_eq!(hold(&old, 3_600), too_long());
        assert_eq!(verify(&with("iat", json!(i64::MAX))), Err(Unauthenticated::Claim("iat")));
        assert_eq!(
            ["24 hours", "90 minutes", "1 second"],
            [86_400, 5_400, 1].map(|s| in_words(TimeDelta::seconds(s)))
        );
    }

    #[test]
    fn who_has_no_key_here_is_told_which_and_what_to_do() {
        let said = |issuer: &str| verify(&with("iss", json!(issuer))).unwrap_err();
        assert_eq!(said("NLD"), Unauthenticated::NoKey("NLD".to_owned()));
        assert!(said("NLD").to_string().contains("NLD.pub.pem"), "{}", said("NLD"));
        // What is no code is not said again.
        assert_eq!(said("<b>"), Unauthenticated::UnknownIssuer);
    }

    #[test]
    fn a_token_proves_for_as_long_as_it_is_accepted() {
        let left = |expires: i64, later: i64| {
            let proof = issuers().verify(&signed(&with("exp", json!(expires)), THA_PRIVATE), now()).unwrap();
            proof.left(now() + TimeDelta::seconds(later)).as_secs()
        };
        assert_eq!(left(NOW + 60, 0), 90);
        assert_eq!(left(NOW - 29, 0), 1);
        assert_eq!(left(NOW - 29, 5), 0);
        // To the end of years.
        assert!(left(253_402_300_799, 0) > 0);
    }

    #[test]
    fn what_is_required_is_missed() {
        for name in ["iss", "sub", "aud", "exp"] {
            assert_eq!(verify(&without(name)), Err(Unauthenticated::Claim(name)), "{name}");
            assert_eq!(verify(&with(name, Value::Null)), Err(Unauthenticated::Claim(name)), "{name}");
            let other = verify(&with(name, json!({ "odd": true })));
            assert_eq!(other, Err(Unauthenticated::Malformed), "{name}");
        }
        assert_eq!(verify(&with("aud", json!("other"))), Err(Unauthenticated::Audience));
        assert_eq!(verify(&with("aud", json!([]))), Err(Unauthenticated::Audience));
        assert_eq!(verify(&with("sub", json!("tha 01"))), Err(Unauthenticated::Claim("sub")));
        assert_eq!(verify(&with("roles", json!(["COMMANDER", "KING"]))), Err(Unauthenticated::Role));
        assert_eq!(verify(&with("roles", json!(["commander"]))), Err(Unauthenticated::Role));
        assert_eq!(verify(&with("roles", json!("COMMANDER"))), Err(Unauthenticated::Malformed));
    }

    #[test]
    fn the_header_carries_one_bearer_token() {
        let token = signed(&claims(), THA_PRIVATE);
        let actor = |header: &str| issuers().actor(Some(header.as_bytes()), now()).map(drop);
        assert_eq!(issuers().actor(None, now()), Err(Unauthenticated::Missing));
        assert_eq!(actor(&format!("Bearer {token}")), Ok(()));
        assert_eq!(actor(&format!("bearer  {token}")), Ok(()));
        assert_eq!(actor(&token), Err(Unauthenticated::NotBearer));
        assert_eq!(actor("Basic dXNlcjpwYXNz"), Err(Unauthenticated::NotBearer));
        for nonsense in
            ["Bearer ", "Bearer a", "Bearer a.b.c", "Bearer ..", &format!("Bearer {}", "a".repeat(9_000))]
        {
            assert_eq!(actor(nonsense), Err(Unauthenticated::Malformed), "{nonsense}");
        }
    }

    #[test]
    fn an_issuer_may_change_its_key_but_not_its_holder() {
        let mut issuers = issuers();
        let tha = Holder::Partner(PartnerCode::new("THA").unwrap());
        issuers.trust("tha", tha, public(MMR_PUBLIC)).unwrap();
        for private in [THA_PRIVATE, MMR_PRIVATE] {
            assert!(issuers.verify(&signed(&claims(), private), now()).is_ok());
        }
        assert!(issuers.trust("tha", Holder::Services, public(MMR_PUBLIC)).is_err());
        assert!(issuers.verify(&signed(&claims(), SERVICES_PRIVATE), now()).is_err());
    }

    #[test]
    fn only_ed25519_public_keys_are_keys() {
        let private = pem("PRIVATE", THA_PRIVATE);
        for text in ["", "nonsense", &private, &pem("PUBLIC", "AAAA"), THA_PUBLIC] {
            assert_eq!(PublicKey::from_pem(text).unwrap_err(), InvalidKey, "{text}");
        }
    }
}
