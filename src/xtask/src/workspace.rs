//! Where things are in a checkout.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::error::XtaskError;

/// A checkout of Headstart.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The checkout that this program was started from.
    ///
    /// # Errors
    /// [`XtaskError::NoWorkspace`].
    pub(crate) fn find() -> Result<Self, XtaskError> {
        // Set by `cargo run`; the constant serves a program that is started by hand.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = package.ancestors().nth(2).unwrap_or(&package).to_owned();
        if !root.join("Cargo.lock").is_file() {
            return Err(XtaskError::NoWorkspace { path: root });
        }
        let target = match env::var_os("CARGO_TARGET_DIR") {
            // Relative to where cargo was started, as cargo takes it.
            Some(folder) => env::current_dir().unwrap_or_else(|_| root.clone()).join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Tools that `cargo xtask` installs.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The native `headstart` command.
    pub(crate) fn headstart(&self) -> PathBuf {
        self.target.join("release").join(format!("headstart{}", env::consts::EXE_SUFFIX))
    }

    /// The version of the crate `name` that the lock file names.
    ///
    /// # Errors
    /// A lock file that cannot be read or has no such crate.
    pub(crate) fn locked_version(&self, name: &'static str) -> Result<String, XtaskError> {
        let path = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).map_err(XtaskError::file(&path, "read"))?;
        let start = format!("name = \"{name}\"\nversion = \"");
        let version = lock.split_once(&start).and_then(|(_, rest)| rest.split_once('"'));
        version.map(|(version, _)| version.to_owned()).ok_or(XtaskError::NotLocked { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_is_found_and_names_its_versions() {
        let workspace = Workspace::find().unwrap();
        assert!(workspace.root().join("index.html").is_file());
        assert!(workspace.locked_version("wasm-bindgen").unwrap().starts_with("0.2."));
        assert!(matches!(workspace.locked_version("no-such-crate"), Err(XtaskError::NotLocked { .. })));
    }
}
