//! chromedriver as a child process, and the programs it needs.

use std::{
    env,
    io::{self, BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use crate::TestError;

/// A running chromedriver, stopped when it is dropped.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    /// Starts it on a port of its own choice.
    pub(crate) fn start() -> Result<Self, TestError> {
        let program = find("HEADSTART_CHROMEDRIVER", &["chromedriver"])?;
        let mut process = Command::new(program).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take().ok_or_else(|| TestError::DriverStart("it has no output".to_owned()))?;
        // From here on dropped, and so stopped, whatever happens.
        let mut driver = Self { process, port: 0 };
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(port) = announced_port(&line) {
                driver.port = port;
                break;
            }
            said += &line;
        }
        if driver.port == 0 {
            return Err(TestError::DriverStart(said));
        }
        // Read on, or it would wait for us once the pipe is full.
        thread::spawn(move || lines.for_each(drop));
        Ok(driver)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _: io::Result<()> = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port in "ChromeDriver was started successfully on port 38741."
fn announced_port(line: &str) -> Option<u16> {
    line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

/// Chromium's program.
pub(crate) fn chromium() -> Result<PathBuf, TestError> {
    find("HEADSTART_CHROMIUM", &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
}

/// The program that `variable` names, or else the first of `names` on the search path.
fn find(variable: &'static str, names: &[&'static str]) -> Result<PathBuf, TestError> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let candidates = env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    candidates.into_iter().find(|file| file.is_file()).ok_or(TestError::NoProgram { name: names[0], variable })
}
