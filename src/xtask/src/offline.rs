//! The service worker of a release: `src/app/service-worker.js` with the list of the files that it keeps.

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use crate::digest::sha256_hex;
use crate::error::XtaskError;
use crate::part::{CPU, WEBGPU};
use crate::relaxed_simd;
use crate::sources::files_below;
use crate::workspace::Workspace;

/// The service worker's file, in the sources and in `dist`.
const SCRIPT: &str = "service-worker.js";
/// Model files end with this where they are large: the engine keeps them itself.
const LARGE: &str = ".hsw";

/// Takes down what an earlier release keeps under this address, and itself: nobody wants a kept page while working on it.
const NONE: &str = "\
addEventListener(\"install\", () => skipWaiting());
addEventListener(\"activate\", (event) => {
  const folder = new URL(registration.scope).pathname;
  const forget = async (name) => name.startsWith(`headstart-page ${folder} `) && caches.delete(name);
  const forgetAll = async () => Promise.all((await caches.keys()).map(forget));
  const reload = async () => Promise.all((await clients.matchAll()).map((client) => client.navigate(client.url)));
  event.waitUntil(forgetAll().then(() => registration.unregister()).then(reload));
});
";

/// Writes the service worker of the release in `dist`, whose workers are asked for as those of `id`. It is the last that is
/// written: it holds the sums of all other files.
///
/// # Errors
/// A file that cannot be read or written.
pub(crate) fn write(workspace: &Workspace, dist: &Path, id: &str) -> Result<(), XtaskError> {
    let mut files = Vec::new();
    for path in files_below(dist)? {
        let name = path.strip_prefix(dist).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if name == SCRIPT || name.ends_with(LARGE) {
            continue;
        }
        let bytes = fs::read(&path).map_err(XtaskError::file(&path, "read"))?;
        files.push((address(&name, &bytes, id), sha256_base64(&bytes)));
    }
    files.sort();
    let source = workspace.root().join("src/app").join(SCRIPT);
    let code = fs::read_to_string(&source).map_err(XtaskError::file(&source, "read"))?;
    put(dist, &(release(&files) + "\n" + &code))
}

/// Writes a service worker that keeps nothing into `dist`.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn write_none(dist: &Path) -> Result<(), XtaskError> {
    put(dist, NONE)
}

fn put(dist: &Path, code: &str) -> Result<(), XtaskError> {
    let path = dist.join(SCRIPT);
    fs::write(&path, code).map_err(XtaskError::file(&path, "written"))
}

/// What is asked for where the file `name` is meant: the page by its folder, and with the release's number or the file's sum what
/// a cache could mistake for that of another release (`connection.rs` of the page, `load.rs` of the engine).
fn address(name: &str, bytes: &[u8], id: &str) -> String {
    let is_model = name.starts_with("models/") && [".json", ".safetensors"].iter().any(|end| name.ends_with(end));
    if name == "index.html" {
        "./".to_owned()
    } else if [CPU, WEBGPU].iter().any(|part| name.starts_with(part.name)) {
        format!("{name}?v={id}")
    } else if is_model {
        format!("{name}?sha256={}", sha256_hex(&[bytes]))
    } else {
        name.to_owned()
    }
}

/// The first line of the script. Its number is that of the files: a release that changes none is no new one.
fn release(files: &[(String, String)]) -> String {
    let entry = |(name, sum): &(String, String)| format!("\"{name}\":\"sha256-{sum}\"");
    let entries = files.iter().map(entry).collect::<Vec<_>>().join(",");
    let mut number = sha256_hex(&[entries.as_bytes()]);
    number.truncate(12);
    // Of a worker's two programs a browser runs one.
    let of_plain = |(name, _): &(String, String)| name.contains(relaxed_simd::PLAIN).then(|| name.clone());
    let plain: Vec<_> = files.iter().filter_map(of_plain).collect();
    let relaxed: Vec<_> = plain.iter().map(|name| name.replace(relaxed_simd::PLAIN, "_bg.wasm")).collect();
    let needless = format!("{} ? {plain:?} : {relaxed:?}", relaxed_simd::condition());
    format!("const RELEASE = {{\"id\":\"{number}\",\"needless\":{needless},\"files\":{{{entries}}}}};\n")
}

fn sha256_base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_as_they_are_asked_for() {
        assert_eq!(address("index.html", b"", "12"), "./");
        assert_eq!(address("icons/a.png", b"", "12"), "icons/a.png");
        assert_eq!(address("headstart-engine-cpu_bg.wasm", b"", "12"), "headstart-engine-cpu_bg.wasm?v=12");
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(address("models/a.json", b"abc", "12"), format!("models/a.json?sha256={sum}"));
        assert_eq!(address("models/LICENSES.md", b"abc", "12"), "models/LICENSES.md");
    }

    #[test]
    fn of_two_programs_a_browser_needs_one_and_of_one_all_do() {
        let names = [
            "headstart-engine-cpu_bg.wasm?v=1",
            "headstart-engine-cpu_plain.wasm?v=1",
            "headstart-engine-webgpu_bg.wasm?v=1",
        ];
        let text = release(&names.map(|name| (name.to_owned(), String::new())));
        let expected = r#"? ["headstart-engine-cpu_plain.wasm?v=1"] : ["headstart-engine-cpu_bg.wasm?v=1"],"#;
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_sum_is_written_as_browsers_read_it() {
        // The standard's example, in base64.
        assert_eq!(sha256_base64(b"abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn a_release_is_numbered_by_its_files() {
        let files = |sum: &str| [("./".to_owned(), sum.to_owned())];
        assert_eq!(release(&files("a=")), release(&files("a=")));
        assert_ne!(release(&files("a=")), release(&files("b=")));
        assert!(release(&files("a=")).ends_with("\"files\":{\"./\":\"sha256-a=\"}};\n"), "{}", release(&files("a=")));
    }
}
