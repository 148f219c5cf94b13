//! The key directory: what must never be in a database. One root secret, from which the others are derived, and the writers' MAC
//! keys. Files are readable by their owner alone.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::{hkdf, hmac, rand};

/// A key directory that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("key file {path}: {problem}")]
    File { path: PathBuf, problem: String },
    #[error("the system gives no random numbers")]
    Random,
}

/// The keys of one data directory.
pub struct KeyDirectory {
    path: PathBuf,
    root: [u8; 32],
}

/// The key of a writer process: its id is in every row it writes.
pub struct WriterKey {
    pub id: String,
    pub key: hmac::Key,
}

impl KeyDirectory {
    /// Opens `<data_dir>/keys`, making it and its root secret at the first start.
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        let path = data_dir.join("keys");
        let fail = |problem: std::io::Error| KeyError::File { path: path.clone(), problem: problem.to_string() };
        fs::create_dir_all(path.join("writers")).map_err(fail)?;
        let file = path.join("root.key");
        if !file.exists() {
            first_secret(&file)?;
        }
        let bytes = fs::read(&file).map_err(fail)?;
        let root = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeyError::File {
            path: file,
            problem: format!("{} bytes where 32 were written", bytes.len()),
        })?;
        Ok(Self { path, root })
    }

    /// A key for one purpose; another purpose gives an unrelated key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derive(&self.root, &[], &[b"palimpseste/", purpose.as_bytes()])
    }

    /// A new MAC key for this process, kept for the ledger's signer.
    pub fn writer_key(&self) -> Result<WriterKey, KeyError> {
        let secret = random::<32>()?;
        let id = uuid::Uuid::now_v7().to_string();
        write_secret(&self.path.join("writers").join(format!("{id}.key")), &secret)?;
        Ok(WriterKey { id, key: hmac::Key::new(hmac::HMAC_SHA256, &secret) })
    }
}

/// HKDF-SHA-256, 32 bytes.
pub fn derive(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> [u8; 32] {
    struct Size;
    impl hkdf::KeyType for Size {
        fn len(&self) -> usize {
            32
        }
    }
    let mut out = [0; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    // 32 bytes are always within HKDF's limit: both steps cannot fail.
    if let Ok(okm) = prk.expand(info, Size) {
        let _ = okm.fill(&mut out);
    }
    out
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| KeyError::Random)?;
    Ok(bytes)
}

/// The root secret of a new directory. Of two processes that start at once, one wins, and both read what it wrote.
fn first_secret(file: &Path) -> Result<(), KeyError> {
    let own = file.with_extension(format!("{}.first", uuid::Uuid::now_v7()));
    write_secret(&own, &random::<32>()?)?;
    let linked = fs::hard_link(&own, file);
    let _ = fs::remove_file(&own);
    match linked {
        Err(problem) if !file.exists() => Err(KeyError::File { path: file.to_owned(), problem: problem.to_string() }),
        _ => Ok(()),
    }
}

fn write_secret(path: &Path, secret: &[u8]) -> Result<(), KeyError> {
    use std::os::unix::fs::OpenOptionsExt;
    let fail = |problem: std::io::Error| KeyError::File { path: path.to_owned(), problem: problem.to_string() };
    // Written whole under another name and synced first: a key is never half there.
    let draft = path.with_extension("new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(fail)?;
    file.write_all(secret).and_then(|()| file.sync_all()).map_err(fail)?;
    fs::rename(&draft, path).map_err(fail)?;
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent).and_then(|parent| parent.sync_all())).map_err(fail)
}
