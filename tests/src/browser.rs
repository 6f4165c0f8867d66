//! A headless Chromium.

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
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::{
    TestError,
    chromedriver::{Chromedriver, chromium},
};

/// How often a page is asked whether something has come.
const POLL: Duration = Duration::from_millis(100);

/// How the browser starts.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Offer WebGPU, on a software adapter where the machine has no other.
    pub webgpu: bool,
    /// How many made-up cameras there are, which a page gets without a question.
    pub cameras: u8,
    /// Refuse a page the cameras instead.
    pub refuse_cameras: bool,
    /// The folder that keeps what the browser remembers; a fresh one if left out.
    pub profile: Option<PathBuf>,
    /// A name that leads to this machine, as on a local network; other than `localhost` it is no secure context.
    pub host: Option<String>,
    /// A script that runs before those of each page.
    pub before_pages: Option<String>,
}

impl Options {
    fn arguments(&self) -> Vec<String> {
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

/// A headless Chromium, closed when it is dropped. Its methods wait for their answers.
pub struct Browser {
    client: Client,
    runtime: Runtime,
    _driver: Chromedriver,
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    /// Where chromedriver or Chromium is missing or does not start.
    pub fn start(options: &Options) -> Result<Self, TestError> {
        let driver = Chromedriver::start()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut capabilities = Map::new();
        capabilities
            .insert("goog:chromeOptions".to_owned(), json!({ "binary": chromium()?, "args": options.arguments() }));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let client = runtime.block_on(async {
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.url()).await
        })?;
        let browser = Self { client, runtime, _driver: driver };
        if let Some(script) = &options.before_pages {
            browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }))?;
        }
        Ok(browser)
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
    /// Where the browser refuses.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, TestError> {
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// What the page and its workers said on the console since the last time.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn console(&self) -> Result<Vec<String>, TestError> {
        let lines = self.issue("se/log", json!({ "type": "browser" }))?;
        let message = |line: &Value| line["message"].as_str().unwrap_or_default().to_owned();
        Ok(lines.as_array().into_iter().flatten().map(message).collect())
    }

    /// Asks `poll` until it has an answer.
    ///
    /// # Errors
    /// What `poll` returns; [`TestError::Timeout`], with what is known of the page, where `after` has passed.
    pub fn wait_for<T>(
        &self,
        what: &str,
        after: Duration,
        mut poll: impl FnMut() -> Result<Option<T>, TestError>,
    ) -> Result<T, TestError> {
        let start = Instant::now();
        loop {
            if let Some(found) = poll()? {
                return Ok(found);
            }
            if start.elapsed() > after {
                let page = self.run(STATE, vec![])?.to_string();
                let console = self.console()?.join("; ");
                return Err(TestError::Timeout { what: what.to_owned(), after, page, console });
            }
            thread::sleep(POLL);
        }
    }

    fn issue(&self, path: &'static str, body: Value) -> Result<Value, TestError> {
        let command = VendorCommand { path, body };
        Ok(self.runtime.block_on(self.client.issue_cmd(command))?)
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
