//! The folder that findings are written to.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;

/// A folder of repros.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The folder that was asked for, which is there and can be written to from
    /// here on; or the usual one, which is made when it is needed.
    ///
    /// # Errors
    /// If it can't be written to.
    pub(crate) fn new(asked: Option<PathBuf>) -> Result<Self, Failure> {
        let must_be = asked.is_some();
        let folder = asked.unwrap_or_else(|| PathBuf::from(USUAL));
        if must_be || folder.exists() {
            let writable = fs::create_dir_all(&folder).and_then(|()| draft(&folder).map(drop));
            writable.map_err(|error| {
                let folder = folder.display();
                Failure::BadInput(format!(
                    "findings can't be written to `{folder}`: {error}; `--out` names a folder \
                     where they can"
                ))
            })?;
        }
        Ok(Self { folder })
    }

    /// The path of the file of this name, as people are told it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file of this name, whole or not at all: when this returns, it is
    /// on the disk.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn put(&self, name: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        write(&self.folder.join(name), text)
    }
}

/// Writes the file at `path`, whole or not at all: when this returns, it is on
/// the disk.
///
/// # Errors
/// If it can't be written; then the file is as it was before.
pub(crate) fn write(path: &Path, what: impl AsRef<[u8]>) -> io::Result<()> {
    let folder = folder_of(path);
    let mut draft = draft(folder)?;
    draft.write_all(what.as_ref())?;
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    sync(folder)
}

/// Whether a file can be written at `path`, before there is anything to write.
///
/// # Errors
/// If it can't.
pub(crate) fn can_write(path: &Path) -> io::Result<()> {
    draft(folder_of(path)).map(drop)
}

/// Whether a new file can be written at `path`, which takes the place of none.
///
/// # Errors
/// If it can't, or there is something at `path`: in a sentence.
pub(crate) fn can_write_new(path: &Path) -> Result<(), String> {
    match path.symlink_metadata() {
        Ok(there) if there.is_dir() => return Err("it is a folder; name a file in it".to_owned()),
        Ok(_) => return Err("it exists already; name another, or remove it".to_owned()),
        Err(_) => {}
    }
    match path.file_name() {
        Some(_) => can_write(path).map_err(|error| error.to_string()),
        None => Err("it names no file".to_owned()),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file beside the one that it will replace, which nobody takes for a repro.
fn draft(folder: &Path) -> io::Result<NamedTempFile> {
    // Nobody knows the draft by its name, which is all that would be told.
    if !folder.is_dir() {
        let told = format!("there is no folder `{}`", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, told));
    }
    let mut builder = Builder::new();
    builder.prefix(".").suffix(".draft");
    // Whoever may read the folder may read what is in it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A new name in a folder is on the disk when the folder is.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Where findings go if nobody says.
const USUAL: &str = "pennywise-repros";
