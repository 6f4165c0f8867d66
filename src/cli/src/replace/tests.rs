use std::env;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;

/// The names in `folder`.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn kind(result: Result<(), CliError>) -> Option<ErrorKind> {
    match result {
        Err(CliError::Write { error, .. }) => Some(error.kind()),
        _ => None,
    }
}

#[test]
fn a_file_is_replaced_and_nothing_else_is_left() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("head.safetensors");
    for bytes in [&b"first"[..], b"2nd", b""] {
        check(&path).unwrap();
        replace(&path, bytes).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(names(&folder), ["head.safetensors"]);
}

#[test]
fn a_disk_that_is_full_leaves_the_old_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("index.json");
    replace(&path, b"yesterday's").unwrap();
    let result = replace_with(&path, |file| {
        file.write_all(b"half")?;
        Err(ErrorKind::StorageFull.into())
    });
    let error = result.unwrap_err();
    assert!(error.to_string().contains("index.json") && error.advice().unwrap().contains("room"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"yesterday's");
    assert_eq!(names(&folder), ["index.json"]);
}

#[test]
fn what_cannot_be_written_is_said_before_and_after() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    replace(&path, b"kept").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let nowhere = folder.path().join("no/such/folder");
    for (path, expected) in [
        (path.as_path(), ErrorKind::PermissionDenied),
        (&nowhere, ErrorKind::NotFound),
        (folder.path(), ErrorKind::IsADirectory),
    ] {
        assert_eq!(kind(check(path)), Some(expected), "{}", path.display());
        let error = replace(path, b"new").unwrap_err();
        assert!(error.advice().is_some() && error.to_string().contains(&path.display().to_string()));
        assert_eq!(kind(Err(error)), Some(expected), "{}", path.display());
    }
    assert_eq!(fs::read(&path).unwrap(), b"kept");
    assert_eq!(names(&folder), ["file"]);
}

#[cfg(unix)]
#[test]
fn permissions_links_and_streams_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (file, link) = (elsewhere.path().join("file"), folder.path().join("link"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    fs::write(&file, b"by another program").unwrap();
    // What a new file may be is the process's to say.
    let usual = mode(&file);
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    replace(&link, b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!((fs::read(&file).unwrap(), mode(&file)), (b"new".to_vec(), 0o640));
    assert_eq!(names(&elsewhere), ["file"]);
    let fresh = folder.path().join("fresh");
    replace(&fresh, b"new").unwrap();
    assert_eq!(mode(&fresh), usual);
    replace(Path::new("/dev/null"), b"gone").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

/// Tells [`writes_until_it_is_killed`] where.
const PLACE: &str = "HEADSTART_TEST_WRITES_TO";
/// So many that a file written in place would mostly be caught half written.
const MANY: usize = 4 << 20;

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn writes_until_it_is_killed() {
    let Some(path) = env::var_os(PLACE) else { return };
    for letter in [b'a', b'b'].into_iter().cycle() {
        replace(Path::new(&path), &vec![letter; MANY]).unwrap();
    }
}

#[test]
fn a_command_that_is_killed_while_it_writes_leaves_a_whole_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("head");
    for kill in 0..15 {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["--exact", "replace::tests::writes_until_it_is_killed", "--ignored"])
            .env(PLACE, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while names(&folder).is_empty() && start.elapsed() < Duration::from_secs(20) {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(10 + 3 * kill));
        writer.kill().unwrap();
        writer.wait().unwrap();
        // Killed in its first write, it leaves none.
        if let Ok(bytes) = fs::read(&path) {
            assert_eq!(bytes.len(), MANY);
            assert!(bytes.iter().all(|byte| *byte == bytes[0]));
        }
    }
    assert!(path.exists());
}
