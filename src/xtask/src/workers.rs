//! The workers: one a device. What is made of each is kept in the target folder, to be put beside a page.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::journal::Journal;
use crate::part::Part;
use crate::program::Program;
use crate::relaxed_simd;
use crate::sources::Sources;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// A worker that is kept.
pub(crate) struct Worker<'a> {
    part: Part,
    workspace: &'a Workspace,
    folder: PathBuf,
}

impl<'a> Worker<'a> {
    /// The worker that `part` is.
    pub(crate) fn new(workspace: &'a Workspace, part: Part) -> Self {
        let folder = workspace.target().join("workers").join(part.name);
        Self { part, workspace, folder }
    }

    /// Compiles it, and writes the JavaScript around it, where either has changed.
    ///
    /// # Errors
    /// Code that does not compile.
    pub(crate) fn make(&self, journal: &mut Journal, tools: &Tools, sources: &Sources) -> Result<(), XtaskError> {
        let why = "From nothing this takes minutes: it holds the network.";
        journal.step(&format!("Compile the {}", self.part.title), why, || {
            self.part.cargo(self.workspace, "rustc").arg("--bin").arg(self.part.name).words(SCHEDULING).run()?;
            self.bind(tools, sources)
        })
    }

    /// Writes the JavaScript. A script, not a module: Firefox before 114 has no workers that are modules.
    fn bind(&self, tools: &Tools, sources: &Sources) -> Result<(), XtaskError> {
        let wasm = self.part.wasm(self.workspace);
        let bytes = fs::read(&wasm).map_err(XtaskError::file(&wasm, "read"))?;
        let sum = sha256_hex(&[&bytes, tools.wasm_bindgen.as_bytes()]);
        if self.origin("wasm").as_ref() != Some(&sum) {
            let bind = Program::new(self.workspace, tools.bin.join("wasm-bindgen"));
            let bind = bind.words("--target no-modules --no-typescript --out-name").arg(self.part.name);
            bind.arg("--out-dir").arg(&self.folder).arg(&wasm).run()?;
            self.lower()?;
        }
        // Last, so that what is interrupted counts for nothing.
        let origin = format!("wasm {sum}\nsources {}\nprotocol {}\n", sources.workers, sources.protocol);
        let path = self.folder.join(ORIGIN);
        fs::write(&path, origin).map_err(XtaskError::file(&path, "written"))
    }

    /// Writes it once more for browsers without relaxed SIMD, where it uses that.
    fn lower(&self) -> Result<(), XtaskError> {
        let (relaxed, plain) = (self.folder.join(self.wasm()), self.folder.join(self.plain()));
        let bytes = fs::read(&relaxed).map_err(XtaskError::file(&relaxed, "read"))?;
        let lowered = relaxed_simd::lowered(&bytes);
        match lowered.map_err(|problem| XtaskError::Wasm { path: relaxed, problem })? {
            Some(lowered) => fs::write(&plain, lowered).map_err(XtaskError::file(&plain, "written")),
            None if plain.exists() => fs::remove_file(&plain).map_err(XtaskError::file(&plain, "removed")),
            None => Ok(()),
        }
    }

    /// Its wasm file.
    fn wasm(&self) -> String {
        format!("{}_bg.wasm", self.part.name)
    }

    /// That for browsers without relaxed SIMD, where there are two.
    fn plain(&self) -> String {
        format!("{}{}", self.part.name, relaxed_simd::PLAIN)
    }

    /// Whether it is there, made from just these sources.
    pub(crate) fn is_of(&self, sources: &Sources) -> bool {
        self.origin("sources").as_ref() == Some(&sources.workers)
    }

    /// Whether it is there and understands a page of these sources.
    pub(crate) fn understands(&self, sources: &Sources) -> bool {
        self.origin("protocol").as_ref() == Some(&sources.protocol)
    }

    /// What it was made from, by `name`.
    fn origin(&self, name: &str) -> Option<String> {
        origin(&fs::read_to_string(self.folder.join(ORIGIN)).ok()?, name)
    }

    /// Puts its files into `dist`, whose page was built for the release `id`. Each is whole as soon as it is there, and the
    /// script that the page asks for comes last.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn put(&self, dist: &Path, id: &str) -> Result<(), XtaskError> {
        let script = format!("{}.js", self.part.name);
        let mut files = vec![script.clone(), self.wasm()];
        files.extend(Some(self.plain()).filter(|plain| self.folder.join(plain).is_file()));
        for file in &files {
            let (from, unfinished) = (self.folder.join(file), dist.join(format!("{file}.unfinished")));
            fs::copy(&from, &unfinished).map_err(XtaskError::file(&from, "copied"))?;
            fs::rename(&unfinished, dist.join(file)).map_err(XtaskError::file(&unfinished, "renamed"))?;
        }
        let path = dist.join(format!("{}_loader.js", self.part.name));
        fs::write(&path, loader(&script, &files[1..], id)).map_err(XtaskError::file(&path, "written"))
    }
}

/// LLVM leaves instructions in their order. By its own choice it brings loads forward, so that more values are alive than V8 has
/// registers for, which doubles the time of the convolution (`nn/src/conv3x3/cpu/gemm.rs`).
const SCHEDULING: &str = "-- -C llvm-args=-pre-RA-sched=source";

/// The file beside a kept worker that says what it was made from.
const ORIGIN: &str = "origin";

/// The word after `name` in `text`.
fn origin(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned)
}

/// The script that the page starts as its worker. Of two `programs` the second one is for browsers without relaxed SIMD.
fn loader(script: &str, programs: &[String], id: &str) -> String {
    let wasm = match programs {
        [relaxed, plain] => format!("{} ? \"{relaxed}\" : \"{plain}\"", relaxed_simd::condition()),
        others => format!("\"{}\"", others.concat()),
    };
    // A failed promise is no event of the worker; an error thrown on its own is.
    format!(
        "importScripts(\"./{script}?v={id}\");\n\
         const program = {wasm};\n\
         wasm_bindgen({{ module_or_path: `./${{program}}?v={id}` }}).catch((error) => setTimeout(() => {{ throw error; }}));\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_found_by_its_name() {
        let text = "wasm 12\nsources ab\nprotocol cd\n";
        assert_eq!(origin(text, "sources").unwrap(), "ab");
        assert_eq!(origin(text, "source"), None);
        assert_eq!(origin("", "wasm"), None);
    }

    #[test]
    fn the_loader_asks_for_the_release() {
        let text = loader("a.js", &["a_bg.wasm".to_owned()], "12");
        assert!(text.contains("\"./a.js?v=12\"") && text.contains("program = \"a_bg.wasm\""), "{text}");
    }

    #[test]
    fn the_loader_asks_the_browser_which_of_two() {
        let text = loader("a.js", &["a_bg.wasm".to_owned(), "a_plain.wasm".to_owned()], "12");
        assert!(
            text.contains("WebAssembly.validate(") && text.contains("? \"a_bg.wasm\" : \"a_plain.wasm\""),
            "{text}"
        );
    }
}
