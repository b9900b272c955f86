//! The directory of trusted documents.

use anyhow::{Context as _, Result, bail};
use api::documents::{Documents, FreeQueries};
use std::{fs, path::Path};

/// Reads and checks every file of the directory, but for those whose name begins with a dot. Fails on the
/// first that is no document which a client could use.
pub async fn read(dir: &Path, only: bool) -> Result<Documents> {
    let entries =
        fs::read_dir(dir).with_context(|| format!("could not read the documents in {}", dir.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path =
            entry.with_context(|| format!("could not read the documents in {}", dir.display()))?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden {
            paths.push(path);
        }
    }
    // The same fault is told first each time.
    paths.sort();
    let mut documents = Documents::default();
    for path in paths {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("could not read the document {}", path.display()))?;
        let id = documents
            .trust(&text)
            .await
            .with_context(|| format!("the document {} cannot be trusted", path.display()))?;
        tracing::info!(id, "Trusting {}", path.display());
    }
    if only {
        if documents.is_empty() {
            bail!("there is no document in {}, so this server would answer nothing", dir.display());
        }
        documents.free_queries = FreeQueries::Refused;
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fault(dir: &Path, only: bool) -> String {
        format!("{:#}", read(dir, only).await.unwrap_err())
    }

    #[tokio::test]
    async fn every_file_of_the_directory_is_a_document_and_a_faulty_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| fs::write(dir.path().join(name), text).unwrap();
        assert!(fault(dir.path(), true).await.contains("would answer nothing"));
        assert!(read(dir.path(), false).await.unwrap().is_empty());

        write("head.graphql", b"{ head { position } }");
        write("who", b"query Who { viewer { name } }");
        write(".hidden", b"no GraphQL");
        let documents = read(dir.path(), true).await.unwrap();
        assert_eq!((documents.len(), documents.free_queries), (2, FreeQueries::Refused));
        assert_eq!(read(dir.path(), false).await.unwrap().free_queries, FreeQueries::Answered);

        write("typo.graphql", b"{ haed { position } }");
        let said = fault(dir.path(), false).await;
        assert!(said.contains("typo.graphql cannot be trusted: Unknown field"), "{said}");
        write("typo.graphql", b"\xff");
        assert!(fault(dir.path(), false).await.contains("could not read the document"));
        assert!(fault(&dir.path().join("absent"), false).await.contains("could not read the documents in"));
    }
}
