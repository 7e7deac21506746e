//! Where bytes lie: one store, a folder an agency, names made by us from the content.

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use std::path::PathBuf;
use std::sync::Arc;
use tenancy::TenantId;

/// Keeps photographs and logos. An object is named by its agency and the SHA-256 of its content, never by a visitor.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

/// The file store refused or does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the file store refused")]
pub struct FilesError(#[from] object_store::Error);

impl Files {
    /// A store in a folder, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made or entered.
    pub fn in_folder(folder: PathBuf) -> Result<Self, FilesError> {
        std::fs::create_dir_all(&folder)
            .map_err(|e| FilesError(object_store::Error::Generic { store: "file", source: Box::new(e) }))?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Keeps these bytes; the same bytes again are the same object.
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn put(&self, tenant: TenantId, sha256: &[u8], bytes: Bytes) -> Result<(), FilesError> {
        self.store.put(&path(tenant, sha256), PutPayload::from_bytes(bytes)).await?;
        Ok(())
    }

    /// The bytes, when they are there.
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn get(&self, tenant: TenantId, sha256: &[u8]) -> Result<Option<Bytes>, FilesError> {
        match self.store.get(&path(tenant, sha256)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the bytes; none there is fine.
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn remove(&self, tenant: TenantId, sha256: &[u8]) -> Result<(), FilesError> {
        match self.store.delete(&path(tenant, sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Files {
    /// Removes everything of an agency that is gone.
    ///
    /// # Errors
    /// [`FilesError`]; what was removed before stays so.
    pub async fn remove_all(&self, tenant: TenantId) -> Result<(), FilesError> {
        let mut all = self.store.list(Some(&folder(tenant)));
        while let Some(object) = all.try_next().await? {
            match self.store.delete(&object.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn folder(tenant: TenantId) -> Path {
    Path::from_iter(["tenants".to_owned(), tenant.to_string()])
}

fn path(tenant: TenantId, sha256: &[u8]) -> Path {
    folder(tenant).join(to_hex(sha256))
}

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of hexadecimal digits.
pub fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| digits.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok());
    (0..digits.len()).step_by(2).map(pair).collect()
}
