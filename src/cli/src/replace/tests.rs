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

#[test]
fn what_runs_that_were_killed_have_left_goes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("head");
    // The second one's process still writes; the others are not ours, or not of this file.
    let kept = ["head.unfinished-1234567890ab", "head.unfinished-notes", "head.unfinished-notes about", "tail"];
    for name in kept.into_iter().chain(["head.unfinished-abcdefghij12", "tail.unfinished-abcdefghij12"]) {
        fs::write(folder.path().join(name), b"half").unwrap();
    }
    let writes = File::open(folder.path().join(kept[0])).unwrap();
    writes.lock().unwrap();
    let mut expected = [&kept[..], &["tail.unfinished-abcdefghij12"]].concat();
    for step in [check, |path: &Path| replace(path, b"whole")] {
        fs::write(folder.path().join("head.unfinished-abcdefghij12"), b"half").unwrap();
        step(&path).unwrap();
        let mut left = names(&folder);
        left.retain(|name| name != "head");
        left.sort();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
    drop(writes);
    check(&path).unwrap();
    assert!(!names(&folder).contains(&kept[0].to_owned()));
    // An unfinished file of this process is none.
    let unfinished = begin(&path).unwrap();
    check(&path).unwrap();
    assert!(unfinished.path().exists());
}

/// Tells [`writes_where_the_folder_cannot_be_opened`] where.
#[cfg(unix)]
const UNREADABLE: &str = "HEADSTART_TEST_WRITES_UNREAD";

#[cfg(unix)]
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn writes_where_the_folder_cannot_be_opened() {
    let Some(path) = env::var_os(UNREADABLE) else { return };
    assert!(File::open(folder(Path::new(&path))).is_err());
    replace(Path::new(&path), b"new").unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_is_no_failure_where_its_folder_cannot_be_opened() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    /// Nobody: root, whom permissions do not bind, lets that user write.
    const NOBODY: u32 = 65534;
    let around = TempDir::new().unwrap();
    fs::set_permissions(around.path(), Permissions::from_mode(0o755)).unwrap();
    let (program, folder) = (around.path().join("tests"), around.path().join("folder"));
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    fs::create_dir(&folder).unwrap();
    let mut command = Command::new(&program);
    command.args(["--exact", "replace::tests::writes_where_the_folder_cannot_be_opened", "--ignored"]);
    if fs::metadata(&folder).unwrap().uid() == 0 {
        if chown(&folder, Some(NOBODY), None).is_err() {
            println!("left out: there is no other user than root here");
            return;
        }
        command.uid(NOBODY);
    }
    // Written to and gone through, but not listed.
    fs::set_permissions(&folder, Permissions::from_mode(0o300)).unwrap();
    command.env(UNREADABLE, folder.join("head")).current_dir("/");
    // A test beside this one that starts a program just then hands it the copy's descriptor, still open to be written.
    let output = loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(20)),
            output => break output.unwrap(),
        }
    };
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(fs::read(folder.join("head")).unwrap(), b"new");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
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
    // What the kills have left, each of them at most, goes with the next file.
    replace(&path, b"whole").unwrap();
    assert_eq!(names(&folder), ["head"]);
}
