//! Files that are there under their name once they are whole.

use anyhow::{Context as _, Result};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

/// A file that is being written, beside the place where it is going to be: whoever looks there finds the file
/// of before, or the whole of this one.
#[derive(Debug)]
pub struct Unfinished {
    file: File,
    at: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    pub fn create(path: &Path) -> Result<Self> {
        let mut at = path.as_os_str().to_owned();
        at.push(".part");
        let at = PathBuf::from(at);
        let file = File::create(&at).with_context(|| format!("could not write {}", at.display()))?;
        Ok(Self { file, at, path: path.to_owned() })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    pub fn put_in_place(self) -> Result<()> {
        let Self { file, at, path } = self;
        file.sync_all()
            .and_then(|()| fs::rename(&at, &path))
            .with_context(|| format!("could not put {} in place", path.display()))
    }
}

/// The same at once.
pub fn put_in_place(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = Unfinished::create(path)?;
    let mut file = unfinished.file();
    file.write_all(bytes).with_context(|| format!("could not write {}", path.display()))?;
    unfinished.put_in_place()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_once_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("order");
        fs::write(&path, "before").unwrap();
        let unfinished = Unfinished::create(&path).unwrap();
        unfinished.file().write_all(b"half").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        unfinished.put_in_place().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "half");
        put_in_place(&path, b"whole").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
