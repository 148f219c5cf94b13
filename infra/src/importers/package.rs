//! What a school holds in its hands: a folder, one file, several, a `.zip` or a `.tgz`.
//!
//! The files come out one at a time as streams, always in the same order, so that an import can read a package twice:
//! a pupil may name a relative defined forty files later. Names inside an archive are only ever shown, never opened nor
//! written, so an archive full of `../../` is harmless. Files of another kind (the DTD, a note, a spreadsheet) are
//! passed over and counted; links are not followed. Calendars (`.ics`) are handed over like XML files.

#[cfg(test)]
mod spec;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

/// Deepest folder entered: exports hold one or two levels.
const FOLDER_DEPTH_MAX: usize = 8;

/// Why a package, or what it holds, cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A path that is absent, or may not be read.
    #[error("{name} cannot be read: {source}")]
    Unreadable {
        /// The path as given.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// An archive that is cut, damaged, or protected by a password.
    #[error("the archive {name} is damaged or of an unknown kind: {source}")]
    Archive {
        /// The path as given.
        name: String,
        /// What the decompression says.
        source: io::Error,
    },
}

/// What went by while a package was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// XML files and calendars handed over.
    pub files: u64,
    /// Other files, passed over.
    pub skipped: u64,
}

enum Kind {
    Plain,
    Gzipped,
    Zip,
    Tar,
    GzippedTar,
    Other,
}

/// Hands every XML file and calendar of these paths to `each`, with its name and its bytes, and stops at the first error of either.
///
/// Paths go in the order given, folders and `.zip` entries by name, `.tgz` entries as the archive has them. The name is
/// the path inside the folder or archive. `each` may leave a file before its end.
pub fn for_each_file<E: From<PackageError>>(
    paths: &[impl AsRef<Path>],
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<(), E>,
) -> Result<Contents, E> {
    let mut opening = Opening { each: &mut each, contents: Contents::default() };
    for path in paths {
        let path = path.as_ref();
        let described = std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
        if described.is_dir() {
            for (name, file) in files_of(path)? {
                opening.file(&name, &file)?;
            }
        } else {
            opening.file(&base_name(path), path)?;
        }
    }
    Ok(opening.contents)
}

struct Opening<'e, F> {
    each: &'e mut F,
    contents: Contents,
}

impl<F> Opening<'_, F> {
    fn file<E: From<PackageError>>(&mut self, name: &str, path: &Path) -> Result<(), E>
    where
        F: FnMut(&str, &mut dyn Read) -> Result<(), E>,
    {
        let open = || File::open(path).map(BufReader::new).map_err(|source| unreadable(path, source));
        match kind_of(name) {
            Kind::Other => self.contents.skipped += 1,
            Kind::Plain => self.plain(name, &mut open()?)?,
            Kind::Gzipped => self.plain(name, &mut MultiGzDecoder::new(open()?))?,
            Kind::Zip => self.zip(path, open()?)?,
            Kind::Tar => self.tar(path, &mut open()?)?,
            Kind::GzippedTar => self.tar(path, &mut MultiGzDecoder::new(open()?))?,
        }
        Ok(())
    }

    fn plain<E>(&mut self, name: &str, input: &mut dyn Read) -> Result<(), E>
    where
        F: FnMut(&str, &mut dyn Read) -> Result<(), E>,
    {
        self.contents.files += 1;
        (self.each)(name, input)
    }

    fn zip<E: From<PackageError>>(&mut self, path: &Path, input: BufReader<File>) -> Result<(), E>
    where
        F: FnMut(&str, &mut dyn Read) -> Result<(), E>,
    {
        let mut archive = ZipArchive::new(input).map_err(|error| damaged(path, error.into()))?;
        let mut entries: Vec<(String, usize)> = (0..archive.len())
            .filter_map(|index| Some((archive.name_for_index(index)?.to_owned(), index)))
            .filter(|(name, _)| !name.ends_with('/'))
            .collect();
        entries.sort();
        for (name, index) in entries {
            if !matches!(kind_of(&name), Kind::Plain) {
                self.contents.skipped += 1;
                continue;
            }
            let mut entry = archive.by_index(index).map_err(|error| damaged(path, error.into()))?;
            self.plain(&shown(&name), &mut entry)?;
        }
        Ok(())
    }

    fn tar<E: From<PackageError>>(&mut self, path: &Path, input: &mut dyn Read) -> Result<(), E>
    where
        F: FnMut(&str, &mut dyn Read) -> Result<(), E>,
    {
        let mut archive = tar::Archive::new(&mut *input);
        for entry in archive.entries().map_err(|source| damaged(path, source))? {
            let mut entry = entry.map_err(|source| damaged(path, source))?;
            if entry.header().entry_type().is_dir() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            match kind_of(&name) {
                Kind::Plain if entry.header().entry_type().is_file() => {
                    self.plain(&shown(&name), &mut entry)?;
                }
                _ => self.contents.skipped += 1,
            }
        }
        // Only the end of the compressed stream holds its checksum and proves that the transfer was whole.
        io::copy(input, &mut io::sink()).map_err(|source| damaged(path, source))?;
        Ok(())
    }
}

fn unreadable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Unreadable { name: base_name(path), source }
}

fn damaged(path: &Path, source: io::Error) -> PackageError {
    PackageError::Archive { name: base_name(path), source }
}

fn base_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    shown(&name.to_string_lossy())
}

/// A name fit for a message: an archive may hold anything.
fn shown(name: &str) -> String {
    name.strip_prefix("./").unwrap_or(name).chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// By the end of the name alone: an office document is a `.zip` too.
fn kind_of(name: &str) -> Kind {
    let name = name.to_lowercase();
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if own.starts_with('.') || name.starts_with("__macosx/") {
        return Kind::Other;
    }
    let kinds = [
        (".xml", Kind::Plain),
        (".ics", Kind::Plain),
        (".xml.gz", Kind::Gzipped),
        (".zip", Kind::Zip),
        (".tar", Kind::Tar),
        (".tgz", Kind::GzippedTar),
        (".tar.gz", Kind::GzippedTar),
    ];
    kinds.into_iter().find(|(end, _)| own.ends_with(end)).map_or(Kind::Other, |(_, kind)| kind)
}

/// The files of a folder and of the folders in it, each with its path from there, in the order of these paths.
fn files_of(folder: &Path) -> Result<Vec<(String, PathBuf)>, PackageError> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), folder.to_path_buf(), 0)];
    while let Some((prefix, folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|source| unreadable(&folder, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&folder, source))?;
            let kind = entry.file_type().map_err(|source| unreadable(&entry.path(), source))?;
            let name = format!("{prefix}{}", shown(&entry.file_name().to_string_lossy()));
            if kind.is_dir() && depth < FOLDER_DEPTH_MAX {
                folders.push((format!("{name}/"), entry.path(), depth + 1));
            } else if kind.is_file() {
                found.push((name, entry.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}
