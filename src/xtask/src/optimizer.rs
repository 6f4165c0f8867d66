//! Binaryen's wasm-opt, from npm: it makes wasm files smaller. Its results are kept.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::program::Program;
use crate::workspace::Workspace;

/// The version of the npm package `binaryen`.
const BINARYEN: &str = "132.0.0";
/// What rustc's output contains beyond the first edition of wasm.
const FEATURES: &str = "--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-simd \
                        --enable-mutable-globals --enable-reference-types --enable-multivalue";

/// An installed wasm-opt.
pub(crate) struct Optimizer {
    program: PathBuf,
    kept: PathBuf,
}

impl Optimizer {
    /// Installs it where it is missing; `None`, having said so, where that cannot be done.
    ///
    /// # Errors
    /// None: a page without it works too.
    pub(crate) fn set_up(workspace: &Workspace, journal: &mut Journal) -> Option<Self> {
        let folder = workspace.tools().join("npm");
        let program = folder.join("node_modules/binaryen/bin/wasm-opt");
        let optimizer = Self { program, kept: workspace.tools().join("wasm-opt-kept") };
        if optimizer.answers(workspace) {
            return Some(optimizer);
        }
        let installed = journal.step("wasm-opt", "npm downloads the package binaryen (15 MB).", || {
            let package = folder.join("package.json");
            fs::create_dir_all(&folder).map_err(XtaskError::file(&folder, "made"))?;
            // Without one, npm would look for a package in the folders above.
            fs::write(&package, "{ \"private\": true }\n").map_err(XtaskError::file(&package, "written"))?;
            let npm = Program::new(workspace, "npm").words("install --no-audit --no-fund --ignore-scripts --prefix");
            npm.arg(&folder)
                .arg(format!("binaryen@{BINARYEN}"))
                .advice("Node.js with npm brings it (Debian: apt-get install npm).")
                .run()
        });
        match installed {
            Ok(()) if optimizer.answers(workspace) => return Some(optimizer),
            Ok(()) => println!("    wasm-opt was installed but does not run: is this Node.js too old for it?"),
            Err(error) => println!("    {error}"),
        }
        println!("    The wasm files stay as the compiler made them: larger, and otherwise the same.");
        None
    }

    /// Whether it is there, in the right version.
    fn answers(&self, workspace: &Workspace) -> bool {
        let major = BINARYEN.split('.').next().unwrap_or(BINARYEN);
        self.node(workspace).arg("--version").output().is_ok_and(|said| said.contains(&format!("version {major} ")))
    }

    fn node(&self, workspace: &Workspace) -> Program {
        Program::new(workspace, "node").arg(&self.program)
    }

    /// Optimizes each of `files` in place, at the level beside it, or takes the result that an earlier run kept.
    ///
    /// # Errors
    /// Where it fails, or a file cannot be read or written.
    pub(crate) fn optimize(&self, workspace: &Workspace, files: &[(PathBuf, &str)]) -> Result<(), XtaskError> {
        fs::create_dir_all(&self.kept).map_err(XtaskError::file(&self.kept, "made"))?;
        let mut used = BTreeSet::new();
        for (file, level) in files {
            let wasm = fs::read(file).map_err(XtaskError::file(file, "read"))?;
            let sum = sha256_hex(&[BINARYEN.as_bytes(), level.as_bytes(), FEATURES.as_bytes(), &wasm]);
            let kept = self.kept.join(format!("{sum}.wasm"));
            if kept.is_file() {
                println!("    {} is as it was: its optimized form is at hand.", name_of(file));
            } else {
                // Under another name first, so that an interrupted run keeps nothing.
                let unfinished = kept.with_extension("unfinished");
                let run = self.node(workspace).arg(level).words(FEATURES).arg(file).arg("-o").arg(&unfinished);
                run.advice("`cargo xtask build --fast` leaves it out.").run()?;
                fs::rename(&unfinished, &kept).map_err(XtaskError::file(&kept, "written"))?;
            }
            fs::copy(&kept, file).map_err(XtaskError::file(file, "written"))?;
            used.insert(kept);
        }
        self.forget_all_but(&used)
    }

    /// Deletes the results of earlier sources.
    fn forget_all_but(&self, used: &BTreeSet<PathBuf>) -> Result<(), XtaskError> {
        for entry in fs::read_dir(&self.kept).map_err(XtaskError::file(&self.kept, "read"))? {
            let path = entry.map_err(XtaskError::file(&self.kept, "read"))?.path();
            if !used.contains(&path) {
                fs::remove_file(&path).map_err(XtaskError::file(&path, "removed"))?;
            }
        }
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
