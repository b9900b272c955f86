//! Whose tokens a server trusts, and the keys of the development issuers, which make tokens on this machine.
//!
//! A production server holds no private key: it reads the public ones that partners hand in ([`trusted`]).
//! Every other server has an issuer for each partner, and one for services, whose private keys lie in its
//! data directory.

use anyhow::{Context as _, Result, anyhow, bail};
use api::auth::{AUDIENCE, Holder, Issuers, PublicKey};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{Actor, PartnerCode, Role};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// The issuer of the tokens of services. No partner has its name: codes have no small letters.
const SERVICES: &str = "services";

const PRIVATE: &str = ".pem";
const PUBLIC: &str = ".pub.pem";

/// Development issuers: a key for each partner, and one for services.
pub struct Keys {
    /// Where new keys are kept; `None`: nowhere.
    dir: Option<PathBuf>,
    by_issuer: BTreeMap<String, Key>,
}

struct Key {
    holder: Holder,
    private: EncodingKey,
    public: PublicKey,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<&'a str>,
    roles: Vec<Role>,
}

impl Keys {
    /// Fresh keys that are kept nowhere, for these partners and for services.
    pub fn generate(partners: impl IntoIterator<Item = PartnerCode>) -> Result<Self> {
        let mut keys = Self { dir: None, by_issuer: BTreeMap::new() };
        keys.ensure(&Holder::Services)?;
        for partner in partners {
            keys.ensure(&Holder::Partner(partner))?;
        }
        Ok(keys)
    }

    /// The keys of a directory, which is made when it is absent, with one for services.
    pub fn open(dir: &Path) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(|| {
            format!("could not make the directory of keys {}; does this user own it?", dir.display())
        })?;
        let mut keys = Self { dir: Some(dir.to_owned()), by_issuer: BTreeMap::new() };
        for (issuer, path) in files(dir, PRIVATE)? {
            if !issuer.contains('.') {
                let key = Key::read(&path, holder(&issuer)?)?;
                keys.by_issuer.insert(issuer, key);
            }
        }
        keys.ensure(&Holder::Services)?;
        Ok(keys)
    }

    /// Makes the holder's key if there is none. A server that runs already trusts it from its next start on.
    pub fn ensure(&mut self, holder: &Holder) -> Result<()> {
        let issuer = issuer(holder);
        if !self.by_issuer.contains_key(issuer) {
            let key = match &self.dir {
                Some(dir) => Key::make_in(dir, holder)?,
                None => Key::new(&new_pkcs8()?, holder.clone())?,
            };
            self.by_issuer.insert(issuer.to_owned(), key);
        }
        Ok(())
    }

    /// The token that proves to be this actor. Fails when its partner has no key here.
    pub fn token(&self, actor: &Actor, expires: DateTime<Utc>) -> Result<String> {
        let (name, partner) = match actor {
            Actor::Post { partner, .. } => (partner.as_str(), Some(partner.as_str())),
            Actor::Service { .. } => (SERVICES, None),
        };
        let key = self.by_issuer.get(name).with_context(|| format!("there is no key of {name}"))?;
        let claims = Claims {
            iss: name,
            sub: actor.to_string(),
            aud: AUDIENCE,
            exp: expires.timestamp(),
            partner,
            roles: actor.roles().iter().copied().collect(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &key.private)
            .context("could not sign a token")
    }

    /// What a server has to trust for the tokens made here.
    pub fn issuers(&self) -> Result<Issuers> {
        let mut issuers = Issuers::default();
        for (name, key) in &self.by_issuer {
            issuers.trust(name, key.holder.clone(), key.public.clone())?;
        }
        Ok(issuers)
    }
}

impl Key {
    fn new(pkcs8: &[u8], holder: Holder) -> Result<Self> {
        let public = PublicKey::from_pem(&public_pem(pkcs8)?)?;
        Ok(Self { holder, private: EncodingKey::from_ed_der(pkcs8), public })
    }

    fn read(path: &Path, holder: Holder) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("could not read the private key {}", path.display()))?;
        let base64: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        STANDARD
            .decode(base64.trim())
            .map_err(anyhow::Error::from)
            .and_then(|pkcs8| Self::new(&pkcs8, holder))
            .with_context(|| {
                format!(
                    "{} is not the PEM of an Ed25519 private key; move it away, and a new one is made",
                    path.display()
                )
            })
    }

    /// Another process may be making the same key at this moment: the file that is there first counts, and
    /// nobody sees half of it.
    fn make_in(dir: &Path, holder: &Holder) -> Result<Self> {
        let issuer = issuer(holder);
        let path = dir.join(format!("{issuer}{PRIVATE}"));
        let unfinished = dir.join(format!("{issuer}.new-{}", std::process::id()));
        write_new(&unfinished, &pem("PRIVATE", &new_pkcs8()?), 0o600)?;
        let linked = fs::hard_link(&unfinished, &path);
        fs::remove_file(&unfinished).with_context(|| format!("could not remove {}", unfinished.display()))?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| format!("could not make the key {}", path.display()));
            }
            _ => {}
        }
        let key = Self::read(&path, holder.clone())?;
        key.publish(&dir.join(format!("{issuer}{PUBLIC}")))?;
        Ok(key)
    }

    /// Writes the public key beside the private one, to be handed to a server that runs elsewhere.
    fn publish(&self, path: &Path) -> Result<()> {
        fs::write(path, public_pem(self.private.as_bytes())?)
            .with_context(|| format!("could not write the public key {}", path.display()))
    }
}

/// The issuers of a directory of public keys, `THA.pub.pem` for the partner THA and `services.pub.pem` for
/// services.
pub fn trusted(dir: &Path) -> Result<Issuers> {
    let mut issuers = Issuers::default();
    for (issuer, path) in files(dir, PUBLIC)? {
        let pem = fs::read_to_string(&path)
            .with_context(|| format!("could not read the public key {}", path.display()))?;
        let key = PublicKey::from_pem(&pem).with_context(|| format!("could not use {}", path.display()))?;
        issuers.trust(&issuer, holder(&issuer).with_context(|| path.display().to_string())?, key)?;
    }
    if issuers.list().is_empty() {
        bail!(
            "there is no public key in {}, so nobody could use this server. Put a file there for each partner, such as \
             THA.pub.pem, as `openssl pkey -pubout` writes it",
            dir.display()
        );
    }
    Ok(issuers)
}

fn issuer(holder: &Holder) -> &str {
    match holder {
        Holder::Partner(partner) => partner.as_str(),
        Holder::Services => SERVICES,
    }
}

fn holder(issuer: &str) -> Result<Holder> {
    match issuer {
        SERVICES => Ok(Holder::Services),
        code => Ok(Holder::Partner(
            PartnerCode::new(code).with_context(|| format!("`{code}` names no issuer of keys"))?,
        )),
    }
}

/// The files whose name ends so, by what comes before that.
fn files(dir: &Path, ending: &str) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(dir).with_context(|| format!("could not read the keys in {}", dir.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("could not read the keys in {}", dir.display()))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(ending));
        if let Some(name) = name {
            found.push((name.to_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

fn new_pkcs8() -> Result<Vec<u8>> {
    let unspecified = |_| anyhow!("could not make an Ed25519 key");
    let pair = Ed25519KeyPair::generate().map_err(unspecified)?;
    Ok(pair.to_pkcs8v1().map_err(unspecified)?.as_ref().to_vec())
}

fn public_pem(pkcs8: &[u8]) -> Result<String> {
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
        .map_err(|rejected| anyhow!("not an Ed25519 key in PKCS #8: {rejected}"))?;
    let public: PublicKeyX509Der =
        pair.public_key().as_der().map_err(|_| anyhow!("could not write the public key"))?;
    Ok(pem("PUBLIC", public.as_ref()))
}

fn pem(kind: &str, der: &[u8]) -> String {
    // An Ed25519 key fits on one line.
    format!("-----BEGIN {kind} KEY-----\n{}\n-----END {kind} KEY-----\n", STANDARD.encode(der))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .with_context(|| format!("could not write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, os::unix::fs::PermissionsExt as _};

    use domain::PostCode;

    use super::*;

    fn partner(code: &str) -> PartnerCode {
        PartnerCode::new(code).unwrap()
    }

    fn director() -> Actor {
        let roles = BTreeSet::from([Role::Commander, Role::Reviewer]);
        Actor::Post { post: PostCode::new("THA-01").unwrap(), partner: partner("THA"), roles }
    }

    fn import() -> Actor {
        Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn verified(issuers: &Issuers, token: &str) -> Result<Actor, api::auth::Unauthenticated> {
        issuers.actor(Some(format!("Bearer {token}").as_bytes()), now())
    }

    #[test]
    fn a_token_proves_its_actor_until_it_expires() {
        let keys = Keys::generate([partner("THA")]).unwrap();
        let issuers = keys.issuers().unwrap();
        for actor in [director(), import()] {
            let token = keys.token(&actor, now() + chrono::TimeDelta::hours(1)).unwrap();
            assert_eq!(verified(&issuers, &token), Ok(actor.clone()));
            let old = keys.token(&actor, now() - chrono::TimeDelta::hours(1)).unwrap();
            assert!(verified(&issuers, &old).is_err());
        }
        assert!(Keys::generate([]).unwrap().token(&director(), now()).is_err());
    }

    #[test]
    fn keys_stay_in_their_directory_and_the_private_ones_are_private() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("keys");
        let mut keys = Keys::open(&dir).unwrap();
        keys.ensure(&Holder::Partner(partner("THA"))).unwrap();
        let token = keys.token(&director(), now()).unwrap();

        assert_eq!(verified(&Keys::open(&dir).unwrap().issuers().unwrap(), &token), Ok(director()));
        // The public half alone does for a server elsewhere.
        assert_eq!(verified(&trusted(&dir).unwrap(), &token), Ok(director()));
        for name in ["THA.pem", "services.pem"] {
            assert_eq!(fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 4);
    }

    #[test]
    fn a_directory_without_public_keys_or_with_a_strange_one_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        assert!(trusted(scratch.path()).err().unwrap().to_string().contains("no public key"));
        fs::write(scratch.path().join("tha.pub.pem"), "x").unwrap();
        assert!(trusted(scratch.path()).is_err());
    }
}
