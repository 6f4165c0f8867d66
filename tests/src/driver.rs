//! A WebDriver server as a child process, with the screen that its browser needs.

use std::{
    io::{self, BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Engine, TestError,
    engine::Programs,
    processes::{self, Process},
};

/// How long a driver may take until it listens.
const START: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// A running driver. When it is dropped it is stopped, and whatever it has started.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    // After the process, which needs it.
    _screen: Option<Screen>,
}

impl Driver {
    /// Starts it on a free port.
    pub(crate) fn start(engine: Engine, programs: &Programs) -> Result<Self, TestError> {
        let screen = programs.screen.as_deref().map(Screen::start).transpose()?;
        // WebKit's does not say which port it took.
        let port = if engine == Engine::WebKit { free_port()? } else { 0 };
        let mut command = programs.driver(engine, port);
        if let Some(screen) = &screen {
            command.env("DISPLAY", &screen.display).env("GDK_BACKEND", "x11");
        }
        let failed = |why: String| TestError::DriverStart { browser: engine.name(), why };
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take().ok_or_else(|| failed("it has no output".to_owned()))?;
        // From here on dropped, and so stopped, whatever happens.
        let mut driver = Self { process, port, _screen: screen };
        let mut lines = BufReader::new(output).lines();
        if port == 0 {
            let mut said = String::new();
            for line in lines.by_ref() {
                let line = line?;
                if let Some(port) = engine.announced_port(&line) {
                    driver.port = port;
                    break;
                }
                said += &line;
            }
            if driver.port == 0 {
                return Err(failed(said));
            }
        }
        // Read on, or it would wait for us once the pipe is full.
        thread::spawn(move || lines.for_each(drop));
        driver.listens().ok_or_else(|| failed("it does not listen".to_owned()))?;
        Ok(driver)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The driver itself, and all that was started by it.
    pub(crate) fn processes(&self) -> Vec<Process> {
        processes::tree(self.id())
    }

    /// Waits until it takes connections; `None` where it ended or does not in time.
    fn listens(&mut self) -> Option<()> {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if start.elapsed() > START || !matches!(self.process.try_wait(), Ok(None)) {
                return None;
            }
            thread::sleep(POLL);
        }
        Some(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        processes::kill(&self.processes());
        // It may have ended by itself.
        let _ = self.process.wait();
    }
}

/// An X server without a monitor, until it is dropped.
struct Screen {
    process: Child,
    display: String,
}

impl Screen {
    fn start(program: &Path) -> Result<Self, TestError> {
        // It chooses a display that is free, and says which on the standard output.
        let mut command = Command::new(program);
        command.args(["-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take();
        let mut screen = Self { process, display: String::new() };
        let mut number = String::new();
        if let Some(output) = output {
            BufReader::new(output).read_line(&mut number)?;
        }
        if number.trim().is_empty() {
            let why = "Xvfb has no display for it".to_owned();
            return Err(TestError::DriverStart { browser: Engine::WebKit.name(), why });
        }
        screen.display = format!(":{}", number.trim());
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _: io::Result<()> = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A driver stands for any program: this one listens nowhere, and starts another.
    #[test]
    fn what_a_driver_started_is_stopped_with_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & wait"]);
        let driver = Driver { process: command.spawn().unwrap(), port: 1, _screen: None };
        let start = Instant::now();
        while driver.processes().len() < 2 {
            assert!(start.elapsed() < START, "the shell started nothing");
            thread::sleep(POLL);
        }
        let all = driver.processes();
        assert!(all.iter().all(Process::is_running));
        drop(driver);
        while all.iter().any(Process::is_running) {
            assert!(start.elapsed() < START, "still there: {all:?}");
            thread::sleep(POLL);
        }
    }
}
