//! A browser without a window that anyone sees.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    wd::{WebDriverCompatibleCommand, WindowHandle},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Engine, TestError,
    driver::Driver,
    processes::{self, Process},
};

/// How often a page is asked whether something has come.
const POLL: Duration = Duration::from_millis(100);

/// How the browser starts. What is not said to be for all is only Chromium's.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which one, of all.
    pub engine: Engine,
    /// Offer WebGPU, on a software adapter where the machine has no other.
    pub webgpu: bool,
    /// How many made-up cameras there are, which a page gets without a question.
    pub cameras: u8,
    /// Refuse a page the cameras instead.
    pub refuse_cameras: bool,
    /// The folder that keeps what the browser remembers, of Firefox as well; a fresh one if left out.
    pub profile: Option<PathBuf>,
    /// A name that leads to this machine, as on a local network; other than `localhost` it is no secure context.
    pub host: Option<String>,
    /// A script that runs before those of each page.
    pub before_pages: Option<String>,
}

impl Options {
    /// Chromium's command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1280,900",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--use-fake-device-for-media-stream=device-count={}", self.cameras));
        let answer = if self.refuse_cameras { "=deny" } else { "" };
        arguments.push(format!("--use-fake-ui-for-media-stream{answer}"));
        if self.webgpu {
            arguments.push("--enable-unsafe-webgpu".to_owned());
        }
        if let Some(profile) = &self.profile {
            arguments.push(format!("--user-data-dir={}", profile.display()));
        }
        if let Some(host) = &self.host {
            arguments.push(format!("--host-resolver-rules=MAP {host} 127.0.0.1"));
        }
        arguments
    }
}

/// A window of a browser.
#[derive(Debug, Clone)]
pub struct Window(WindowHandle);

/// A browser, closed when it is dropped. Its methods wait for their answers.
pub struct Browser {
    engine: Engine,
    client: Client,
    runtime: Runtime,
    driver: Driver,
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    /// Where it or its driver is missing or does not start; [`TestError::OnlyChromium`] for an option that it does not have.
    pub fn start(options: &Options) -> Result<Self, TestError> {
        let engine = options.engine;
        let programs = engine.programs()?;
        let capabilities = engine.capabilities(options, programs.browser.as_deref())?;
        let driver = Driver::start(engine, &programs)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime
            .block_on(async {
                ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.url()).await
            })
            .map_err(|error| TestError::BrowserStart { browser: engine.name(), error })?;
        let browser = Self { engine, client, runtime, driver };
        if let Some(script) = &options.before_pages {
            browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }))?;
        }
        Ok(browser)
    }

    /// Which one it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The driver, the browser and all processes of it.
    #[must_use]
    pub fn processes(&self) -> Vec<Process> {
        self.driver.processes()
    }

    /// What can end it from another thread, in the middle of whatever it does.
    #[must_use]
    pub fn killer(&self) -> Killer {
        Killer { driver: self.driver.id() }
    }

    /// Bytes of memory that the driver and all processes of the browser take.
    #[must_use]
    pub fn memory(&self) -> u64 {
        processes::memory(self.driver.id())
    }

    /// The window that everything happens in.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn window(&self) -> Result<Window, TestError> {
        Ok(Window(self.runtime.block_on(self.client.window())?))
    }

    /// Opens a further window, in which everything happens from now on.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn add_window(&self) -> Result<Window, TestError> {
        // No tab: what a tab behind another does is slowed down.
        let window = Window(self.runtime.block_on(self.client.new_window(false))?.handle);
        self.turn_to(&window)?;
        Ok(window)
    }

    /// Closes the window that everything happens in; [`Self::turn_to`] another one then.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn close_window(&self) -> Result<(), TestError> {
        Ok(self.runtime.block_on(self.client.close_window())?)
    }

    /// Makes `window` the one in which everything happens.
    ///
    /// # Errors
    /// Where it is closed.
    pub fn turn_to(&self, window: &Window) -> Result<(), TestError> {
        Ok(self.runtime.block_on(self.client.switch_to_window(window.0.clone()))?)
    }

    /// Opens `url`.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn open(&self, url: &str) -> Result<(), TestError> {
        Ok(self.runtime.block_on(self.client.goto(url))?)
    }

    /// Runs `script` in the page (`return …;`) and gives back its value.
    ///
    /// # Errors
    /// What the script throws.
    pub fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, TestError> {
        Ok(self.runtime.block_on(self.client.execute(script, arguments))?)
    }

    /// Types `text` into the first element that `css` selects; for a file input, paths, one a line.
    ///
    /// # Errors
    /// Where there is no such element.
    pub fn type_into(&self, css: &str, text: &str) -> Result<(), TestError> {
        let client = &self.client;
        Ok(self.runtime.block_on(async { client.find(Locator::Css(css)).await?.send_keys(text).await })?)
    }

    /// Clicks the first element that `css` selects, as a person would: it must be there to be seen.
    ///
    /// # Errors
    /// Where there is no such element, or something covers it.
    pub fn click(&self, css: &str) -> Result<(), TestError> {
        let client = &self.client;
        Ok(self.runtime.block_on(async { client.find(Locator::Css(css)).await?.click().await })?)
    }

    /// A PNG of what the window shows.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn screenshot(&self) -> Result<Vec<u8>, TestError> {
        Ok(self.runtime.block_on(self.client.screenshot())?)
    }

    /// A command of the Chrome DevTools protocol.
    ///
    /// # Errors
    /// Where the browser refuses; [`TestError::OnlyChromium`] in any other.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, TestError> {
        self.only_chromium("commands of its developer tools")?;
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// What the page and its workers said on the console since the last time.
    ///
    /// # Errors
    /// Where the browser refuses; [`TestError::OnlyChromium`] in any other.
    pub fn console(&self) -> Result<Vec<String>, TestError> {
        self.only_chromium("the console's lines")?;
        let lines = self.issue("se/log", json!({ "type": "browser" }))?;
        let message = |line: &Value| line["message"].as_str().unwrap_or_default().to_owned();
        Ok(lines.as_array().into_iter().flatten().map(message).collect())
    }

    /// Asks `poll` until it has an answer. `poll` only looks: where the driver lost the answer to its script, it is asked again.
    ///
    /// # Errors
    /// What else `poll` returns; [`TestError::Timeout`], with what is known of the page, where `after` has passed.
    pub fn wait_for<T>(
        &self,
        what: &str,
        after: Duration,
        mut poll: impl FnMut() -> Result<Option<T>, TestError>,
    ) -> Result<T, TestError> {
        let start = Instant::now();
        loop {
            match poll() {
                Ok(Some(found)) => return Ok(found),
                Err(error) if !error.is_lost_answer() => return Err(error),
                Ok(None) | Err(_) => {}
            }
            if start.elapsed() > after {
                let page = self.run(STATE, vec![])?.to_string();
                return Err(TestError::Timeout { what: what.to_owned(), after, page, console: self.last_words()? });
            }
            thread::sleep(POLL);
        }
    }

    /// The console's lines for an error, as far as the browser tells them.
    pub(crate) fn last_words(&self) -> Result<String, TestError> {
        match self.console() {
            Err(TestError::OnlyChromium { .. }) => Ok(format!("what {} does not tell", self.engine.name())),
            console => Ok(console?.join("; ")),
        }
    }

    fn only_chromium(&self, what: &'static str) -> Result<(), TestError> {
        if self.engine == Engine::Chromium { Ok(()) } else { Err(TestError::OnlyChromium { what }) }
    }

    fn issue(&self, path: &'static str, body: Value) -> Result<Value, TestError> {
        let command = VendorCommand { path, body };
        Ok(self.runtime.block_on(self.client.issue_cmd(command))?)
    }
}

/// Ends a browser as a crash does.
#[derive(Debug, Clone, Copy)]
pub struct Killer {
    driver: u32,
}

impl Killer {
    /// Ends the driver and all processes of the browser without asking them (SIGKILL).
    pub fn kill(self) {
        processes::kill(&processes::tree(self.driver));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that is gone already needs no closing.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}

/// What the page says of itself, for a test that gives up.
const STATE: &str = "return [...document.querySelectorAll('[data-testid=engine], [data-testid=error]')]
    .map(element => ({ ...element.dataset, text: element.textContent }));";

/// A command of chromedriver's own: a JSON body posted below the session's address.
#[derive(Debug)]
struct VendorCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for VendorCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
