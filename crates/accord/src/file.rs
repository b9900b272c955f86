//! Files that are there under their name once they are whole.

use anyhow::{Context as _, Result};
use std::{
    fs::{File, Permissions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A file that is being written, beside the place where it is going to be: whoever looks there finds the file
/// of before, or the whole of this one. What is not finished is removed.
#[derive(Debug)]
pub struct Unfinished {
    file: NamedTempFile,
    path: PathBuf,
}

impl Unfinished {
    pub fn create(path: &Path) -> Result<Self> {
        let beside = match path.parent() {
            Some(parent) if parent != "" => parent,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new()
            // As any new file: whoever wrote it decides by umask who else may read it.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(beside)
            .with_context(|| format!("could not write {}", path.display()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    pub fn put_in_place(self) -> Result<()> {
        let Self { file, path } = self;
        file.as_file()
            .sync_all()
            .and_then(|()| Ok(file.persist(&path)?))
            .with_context(|| format!("could not put {} in place", path.display()))?;
        Ok(())
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
    use std::fs;

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

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(Unfinished::create(&dir.path().join("order")).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn who_may_read_it_is_as_of_any_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        File::create(dir.path().join("plain")).unwrap();
        put_in_place(&dir.path().join("order"), b"").unwrap();
        assert_eq!(mode("order"), mode("plain"));
    }
}
