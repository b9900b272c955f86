//! The key that the secrets of webhooks are computed from: a file with 32 random bytes in base64, as `openssl rand
//! -base64 32` writes it. All servers of a log have the same.

use anyhow::{Context as _, Result};
use api::webhook::WebhookKey;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use engine::Entropy;
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

/// In the data directory, where none is named.
pub const FILE: &str = "webhook.key";

/// Reads the key of a file that is there.
pub fn read(path: &Path) -> Result<WebhookKey> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("could not read the key of webhooks {}", path.display()))?;
    let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.with_context(|| {
        format!("{} is not 32 bytes in base64, as `openssl rand -base64 32` writes them", path.display())
    })?;
    Ok(WebhookKey::new(&key))
}

/// The same, of a file that is made when it is absent.
pub fn read_or_make(path: &Path, entropy: &Entropy) -> Result<WebhookKey> {
    if !path.exists() {
        make(path, entropy)?;
    }
    read(path)
}

/// Another process may be making the same key at this moment: the file that is there first counts, and nobody sees half of
/// it.
fn make(path: &Path, entropy: &Entropy) -> Result<()> {
    let what = || format!("could not make the key of webhooks {}", path.display());
    if let Some(dir) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(what)?;
    }
    let unfinished = path.with_extension(format!("new-{}", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).with_context(what)?;
    let text = STANDARD.encode(entropy.bytes::<32>());
    let linked = writeln!(file, "{text}").and_then(|()| fs::hard_link(&unfinished, path));
    fs::remove_file(&unfinished).with_context(what)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error).with_context(what),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_is_private_and_is_the_same_whenever_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data").join(FILE);
        assert!(read(&path).is_err());
        read_or_make(&path, &Entropy::seeded(1)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        read_or_make(&path, &Entropy::seeded(2)).unwrap();
        // Somebody else was faster.
        make(&path, &Entropy::seeded(3)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_and_not_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        for text in ["", "secret", "c2hvcnQ=", &"00".repeat(32)] {
            fs::write(&path, text).unwrap();
            let fault = read(&path).unwrap_err().to_string();
            assert!(fault.contains("openssl rand") && !fault.contains("secret"), "{fault}");
        }
    }
}
