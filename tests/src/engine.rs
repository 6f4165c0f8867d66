//! The browsers that tests drive, and the programs that each takes.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Map, Value, json};

use crate::{Options, TestError};

/// A browser engine, and the browser it is driven in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// Chromium by chromedriver.
    #[default]
    Chromium,
    /// Firefox by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser by WebKitWebDriver: Safari's engine. Each session is ephemeral, as Safari's private windows
    /// are. It has no headless mode, so that Xvfb gives it a screen.
    WebKit,
}

/// With this set, a missing engine is a failure.
const INSIST: &str = "HEADSTART_ALL_ENGINES";

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The browser's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKitGTK",
        }
    }

    /// Whether it can be driven here. Where it cannot, that and the reason is printed, for a test that is then skipped.
    ///
    /// # Panics
    /// Where `HEADSTART_ALL_ENGINES` is set, which allows no skipping.
    #[must_use]
    pub fn is_here(self) -> bool {
        let missing = match self.programs() {
            Ok(_) => return true,
            Err(error) => error,
        };
        assert!(env::var_os(INSIST).is_none(), "{INSIST} is set, and {} cannot be driven: {missing}", self.name());
        println!("SKIPPED in {}: {missing}", self.name());
        false
    }

    /// All that is to be started.
    pub(crate) fn programs(self) -> Result<Programs, TestError> {
        let find = |variable, names| find(self, variable, names);
        Ok(match self {
            Self::Chromium => Programs {
                driver: find("HEADSTART_CHROMEDRIVER", &["chromedriver"])?,
                browser: Some(find("HEADSTART_CHROMIUM", &CHROMIUM)?),
                screen: None,
            },
            Self::Firefox => Programs {
                driver: find("HEADSTART_GECKODRIVER", &["geckodriver"])?,
                browser: Some(find("HEADSTART_FIREFOX", &["firefox-esr", "firefox"])?),
                screen: None,
            },
            // The driver knows where its own MiniBrowser lies.
            Self::WebKit => Programs {
                driver: find("HEADSTART_WEBKIT_DRIVER", &["WebKitWebDriver"])?,
                browser: None,
                screen: Some(find("HEADSTART_XVFB", &["Xvfb"])?),
            },
        })
    }

    /// The driver's command line but for its port.
    pub(crate) fn port_argument(self, port: u16) -> [String; 1] {
        [format!("--port={port}")]
    }

    /// The port in the line with which a driver says that it listens; WebKit's never says so.
    pub(crate) fn announced_port(self, line: &str) -> Option<u16> {
        let before = match self {
            Self::Chromium => "successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
            Self::WebKit => return None,
        };
        line.split_once(before)?.1.trim_end_matches('.').parse().ok()
    }

    /// What a new session is asked for with.
    ///
    /// # Errors
    /// [`TestError::OnlyChromium`] for options that the others do not have.
    pub(crate) fn capabilities(
        self,
        options: &Options,
        browser: Option<&Path>,
    ) -> Result<Map<String, Value>, TestError> {
        if self != Self::Chromium {
            self.refuse(options)?;
        }
        let capabilities = match self {
            Self::Chromium => json!({
                "goog:chromeOptions": { "binary": browser, "args": options.arguments() },
                "goog:loggingPrefs": { "browser": "ALL" },
            }),
            Self::Firefox => {
                let profile = options.profile.iter().flat_map(|folder| ["-profile".to_owned(), text(folder)]);
                let arguments: Vec<_> = ["-headless".to_owned()].into_iter().chain(profile).collect();
                json!({ "moz:firefoxOptions": { "binary": browser, "args": arguments } })
            }
            Self::WebKit => json!({}),
        };
        Ok(match capabilities {
            Value::Object(map) => map,
            _ => Map::new(),
        })
    }

    fn refuse(self, options: &Options) -> Result<(), TestError> {
        let Options { webgpu, cameras, refuse_cameras, host, before_pages, profile, engine: _ } = options;
        let asked = [
            (*webgpu, "WebGPU"),
            (*cameras > 0 || *refuse_cameras, "made-up cameras"),
            (host.is_some(), "a name for this machine"),
            (before_pages.is_some(), "a script before pages"),
            (profile.is_some() && self == Self::WebKit, "a kept profile"),
        ];
        asked.into_iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(TestError::OnlyChromium { what }))
    }
}

/// What is started for a browser.
pub(crate) struct Programs {
    pub(crate) driver: PathBuf,
    /// Left out where the driver knows it.
    pub(crate) browser: Option<PathBuf>,
    /// The X server that gives it a screen, where it needs one.
    pub(crate) screen: Option<PathBuf>,
}

impl Programs {
    /// The driver's command, on a port of that number.
    pub(crate) fn driver(&self, engine: Engine, port: u16) -> Command {
        let mut command = Command::new(&self.driver);
        command.args(engine.port_argument(port));
        command
    }
}

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program that `variable` names, or else the first of `names` on the search path or among the tools of `cargo xtask`.
fn find(engine: Engine, variable: &'static str, names: &[&'static str]) -> Result<PathBuf, TestError> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = env::split_paths(&path).collect();
    // Tests lie in `release/deps` of the target folder, programs in `release`.
    let here = env::current_exe().unwrap_or_default();
    folders.extend(here.ancestors().skip(1).take(3).map(|folder| folder.join("tools/bin")));
    let candidates = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    let missing = || TestError::NoProgram { name: names[0], packages: packages(engine), variable };
    candidates.into_iter().find(|file| file.is_file()).ok_or_else(missing)
}

/// What to do on Debian.
fn packages(engine: Engine) -> &'static str {
    match engine {
        Engine::Chromium => "apt-get install chromium chromium-driver",
        Engine::Firefox => "apt-get install firefox-esr, and cargo install --locked geckodriver",
        Engine::WebKit => "apt-get install webkit2gtk-driver xvfb",
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_say_their_port() {
        let port = |engine: Engine, line: &str| engine.announced_port(line);
        let line = "ChromeDriver was started successfully on port 38741.";
        assert_eq!(port(Engine::Chromium, line), Some(38_741));
        let line = "1795720746422\tgeckodriver\tINFO\tListening on 127.0.0.1:37935";
        assert_eq!(port(Engine::Firefox, line), Some(37_935));
        assert_eq!(port(Engine::Firefox, "Starting"), None);
    }

    #[test]
    fn what_only_chromium_has_is_refused_to_the_others() {
        let options = Options { before_pages: Some("1".to_owned()), ..Options::default() };
        assert!(Engine::Chromium.capabilities(&options, None).is_ok());
        for engine in [Engine::Firefox, Engine::WebKit] {
            let refused = engine.capabilities(&options, None);
            assert!(matches!(refused, Err(TestError::OnlyChromium { .. })));
            assert!(engine.capabilities(&Options::default(), None).is_ok());
        }
    }
}
