//! Whose tokens a server trusts, and the keys of the development issuers, which make tokens on this machine.
//!
//! A production server holds no private key: it reads the public ones that partners hand in ([`Trusted`]).
//! Every other server has an issuer for each partner, and one for services, whose private keys lie in its
//! data directory, beside the public ones that it reads.

use anyhow::{Context as _, Result, anyhow, bail};
use api::{
    auth::{AUDIENCE, Holder, Issuers, PublicKey, SERVICES},
    trust::Look,
};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{Actor, PartnerCode, Role};
use engine::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use tracing::{error, info};

const PRIVATE: &str = ".pem";
const PUBLIC: &str = ".pub.pem";

/// Keys of one issuer: each may have to be tried for a token.
const MOST_KEYS: usize = 8;

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
    iat: i64,
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
                let public = dir.join(format!("{issuer}{PUBLIC}"));
                if !public.exists() {
                    key.publish(&public)?;
                }
                keys.by_issuer.insert(issuer, key);
            }
        }
        keys.ensure(&Holder::Services)?;
        Ok(keys)
    }

    /// Makes the holder's key if there is none. A server that runs already reads it when a token wants it.
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

    /// The token that proves to be this actor, signed now. Fails when its partner has no key here.
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
            iat: Clock::System.now().timestamp(),
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

/// A directory of public keys: `THA.pub.pem` and `THA.NAME.pub.pem` for the partner THA, `services.pub.pem` and
/// `services.NAME.pub.pem` for services.
pub struct Trusted {
    dir: PathBuf,
    /// As the files were just before they were read.
    seen: Vec<Seen>,
    /// Whether the directory could not be read when it was looked at last.
    unreadable: bool,
}

/// A file, and what changes with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    name: String,
    path: PathBuf,
    inode: u64,
    length: u64,
    /// Of its content and of the rest, in nanoseconds: whoever sets one back moves the other.
    changed: [(i64, i64); 2],
}

impl Trusted {
    /// Reads the directory; fails on the first file that is no key, or when there is none.
    pub fn open(dir: &Path) -> Result<(Self, Issuers)> {
        let seen = Seen::all(dir)?;
        let (issuers, faults) = read(&seen);
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        if issuers.list().is_empty() {
            bail!(
                "there is no public key in {}, so nobody could use this server. Put a file there for each partner, such \
                 as THA.pub.pem, as `openssl pkey -pubout` writes it",
                dir.display()
            );
        }
        Ok((Self { dir: dir.to_owned(), seen, unreadable: false }, issuers))
    }

    /// Looks for what has changed since. A file that is no key, perhaps not yet, is left out and told in the
    /// log. A directory that cannot be read changes nothing: it may be back in a moment. The log tells when
    /// it goes and when it is back, and not of every look, which any token that is badly signed brings about.
    pub fn look(&mut self) -> Option<Issuers> {
        let found = Seen::all(&self.dir);
        let was_unreadable = std::mem::replace(&mut self.unreadable, found.is_err());
        let seen = match found {
            Ok(seen) => seen,
            Err(error) => {
                if !was_unreadable {
                    error!("Trusting the keys of issuers that were read before: {error:#}");
                }
                return None;
            }
        };
        if was_unreadable {
            info!("The keys of issuers can be read again");
        }
        if seen == self.seen {
            return None;
        }
        let (issuers, faults) = read(&seen);
        for fault in faults {
            error!("Leaving out a key: {fault:#}");
        }
        info!(keys = seen.len(), issuers = issuers.list().len(), "Read the keys of issuers anew");
        self.seen = seen;
        Some(issuers)
    }

    pub fn into_look(mut self) -> Look {
        Box::new(move || self.look())
    }
}

impl Seen {
    fn all(dir: &Path) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for (name, path) in files(dir, PUBLIC)? {
            let is = match fs::metadata(&path) {
                Ok(is) => is,
                // Taken away since it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    return Err(error).with_context(|| format!("could not look at {}", path.display()));
                }
            };
            let changed = [(is.mtime(), is.mtime_nsec()), (is.ctime(), is.ctime_nsec())];
            all.push(Self { name, path, inode: is.ino(), length: is.len(), changed });
        }
        Ok(all)
    }

    fn trust(&self, issuers: &mut Issuers, keys: &mut BTreeMap<String, usize>) -> Result<()> {
        let path = self.path.display();
        let issuer = self.name.split('.').next().unwrap_or_default();
        let holder = holder(issuer).with_context(|| path.to_string())?;
        let pem = fs::read_to_string(&self.path)
            .with_context(|| format!("could not read the public key {path}"))?;
        let key = PublicKey::from_pem(&pem).with_context(|| format!("could not use {path}"))?;
        let of_issuer = keys.entry(issuer.to_owned()).or_default();
        *of_issuer += 1;
        if *of_issuer > MOST_KEYS {
            bail!("{path} is one key too many: an issuer has {MOST_KEYS} at most");
        }
        Ok(issuers.trust(issuer, holder, key)?)
    }
}

/// What the files hold, and what is wrong with those that are no keys.
fn read(files: &[Seen]) -> (Issuers, Vec<anyhow::Error>) {
    let (mut issuers, mut keys) = (Issuers::default(), BTreeMap::new());
    let faults = files.iter().filter_map(|file| file.trust(&mut issuers, &mut keys).err()).collect();
    (issuers, faults)
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
    use std::{
        collections::BTreeSet,
        os::unix::fs::PermissionsExt as _,
        sync::{Arc, Mutex},
    };

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
        assert_eq!(verified(&Trusted::open(&dir).unwrap().1, &token), Ok(director()));
        for name in ["THA.pem", "services.pem"] {
            assert_eq!(fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 4);
    }

    #[test]
    fn a_directory_without_public_keys_or_with_a_strange_one_is_refused() {
        let scratch = tempfile::tempdir().unwrap();
        let fault = || Trusted::open(scratch.path()).err().unwrap().to_string();
        assert!(fault().contains("no public key"));
        fs::write(scratch.path().join("THA.pub.pem"), "x").unwrap();
        assert!(fault().contains("could not use"));
        fs::rename(scratch.path().join("THA.pub.pem"), scratch.path().join("tha.pub.pem")).unwrap();
        assert!(fault().contains("tha.pub.pem"));
    }

    /// A directory of public keys, and the key pairs of one partner to put there.
    fn public_keys() -> (tempfile::TempDir, [Keys; 2]) {
        let pairs = [(); 2].map(|()| Keys::generate([partner("THA")]).unwrap());
        (tempfile::tempdir().unwrap(), pairs)
    }

    fn put(dir: &Path, name: &str, keys: &Keys) {
        keys.by_issuer["THA"].publish(&dir.join(name)).unwrap();
    }

    #[test]
    fn a_partner_has_several_keys_while_it_changes_them_and_each_counts_until_its_file_goes() {
        let (dir, [old, new]) = public_keys();
        let dir = dir.path();
        let token = |keys: &Keys| keys.token(&director(), now() + chrono::TimeDelta::hours(1)).unwrap();
        let good = |issuers: &Issuers| [&old, &new].map(|keys| verified(issuers, &token(keys)).is_ok());

        put(dir, "THA.pub.pem", &old);
        let (mut trusted, issuers) = Trusted::open(dir).unwrap();
        assert_eq!(good(&issuers), [true, false]);
        assert!(trusted.look().is_none());

        put(dir, "THA.2024.pub.pem", &new);
        assert_eq!(good(&trusted.look().unwrap()), [true, true]);
        assert!(trusted.look().is_none());

        fs::remove_file(dir.join("THA.pub.pem")).unwrap();
        assert_eq!(good(&trusted.look().unwrap()), [false, true]);
        // Written over in place, and of the same length.
        put(dir, "THA.2024.pub.pem", &old);
        assert_eq!(good(&trusted.look().unwrap()), [true, false]);
        // The last one that goes is believed no longer either.
        fs::remove_file(dir.join("THA.2024.pub.pem")).unwrap();
        assert_eq!(good(&trusted.look().unwrap()), [false, false]);
    }

    #[test]
    fn what_cannot_be_read_takes_no_other_key_with_it() {
        let (dir, [key, other]) = public_keys();
        let dir = dir.path();
        put(dir, "THA.pub.pem", &key);
        put(dir, "THA.b.pub.pem", &other);
        let (mut trusted, _) = Trusted::open(dir).unwrap();
        let token = key.token(&director(), now() + chrono::TimeDelta::hours(1)).unwrap();
        // Half of a file that is being copied.
        fs::write(dir.join("MMR.pub.pem"), "-----BEGIN PUB").unwrap();
        fs::remove_file(dir.join("THA.b.pub.pem")).unwrap();
        let issuers = trusted.look().unwrap();
        assert_eq!(verified(&issuers, &token), Ok(director()));
        assert_eq!(issuers.list().len(), 1);
        // Nothing is known of a directory that is not there.
        let gone = dir.with_extension("gone");
        fs::rename(dir, &gone).unwrap();
        assert!(trusted.look().is_none());
        fs::rename(&gone, dir).unwrap();
        assert!(trusted.look().is_none());
    }

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_directory_that_cannot_be_read_is_told_once_however_often_it_is_looked_at() {
        let (dir, [key, _]) = public_keys();
        let dir = dir.path();
        put(dir, "THA.pub.pem", &key);
        let (mut trusted, _) = Trusted::open(dir).unwrap();
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        // Beside another subscriber: of one alone `tracing` keeps what it wants, also for other threads.
        let _another = tracing::Dispatch::new(tracing_subscriber::registry());
        let _subscriber = tracing::subscriber::set_default(subscriber);
        let gone = dir.with_extension("gone");
        for _ in 0..2 {
            fs::rename(dir, &gone).unwrap();
            assert!(trusted.look().is_none() && trusted.look().is_none());
            fs::rename(&gone, dir).unwrap();
            assert!(trusted.look().is_none() && trusted.look().is_none());
        }
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let levels: Vec<_> = said.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(levels, ["ERROR", "INFO", "ERROR", "INFO"], "{said}");
    }

    #[test]
    fn an_issuer_has_a_bounded_number_of_keys() {
        let (dir, [key, _]) = public_keys();
        for number in 0..=MOST_KEYS {
            put(dir.path(), &format!("THA.{number}.pub.pem"), &key);
        }
        assert!(Trusted::open(dir.path()).err().unwrap().to_string().contains("8 at most"));
    }
}
