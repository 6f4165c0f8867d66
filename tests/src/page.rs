//! The page through its contract with automation: `data-testid`, and state in attributes.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::Deserialize;
use serde_json::json;

use crate::{Browser, TestError};

/// How long the page may take to start, and to show what is asked for.
const START: Duration = Duration::from_secs(20);

/// One element of the page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Element {
    /// Its `data-*` attributes, without `data-`.
    pub data: BTreeMap<String, String>,
    /// Its text.
    pub text: String,
}

impl Element {
    /// An attribute, empty where it is missing.
    #[must_use]
    pub fn get(&self, attribute: &str) -> &str {
        self.data.get(attribute).map_or("", String::as_str)
    }

    /// An attribute that is a number.
    ///
    /// # Errors
    /// [`TestError::Contract`] where it is none.
    pub fn number(&self, attribute: &str) -> Result<f64, TestError> {
        self.get(attribute).parse().map_err(|_| TestError::Contract {
            testid: self.get("testid").to_owned(),
            attribute: format!("data-{attribute}"),
            found: format!("{:?}", self.data),
        })
    }
}

/// The page that a browser shows.
pub struct Page<'a> {
    pub(crate) browser: &'a Browser,
}

impl<'a> Page<'a> {
    /// Opens the page at `url`.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn open(browser: &'a Browser, url: &str) -> Result<Self, TestError> {
        browser.open(url)?;
        Ok(Self { browser })
    }

    /// The page that the browser's window shows already.
    #[must_use]
    pub fn of(browser: &'a Browser) -> Self {
        Self { browser }
    }

    /// All elements of that name, in the order of the page.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn all(&self, testid: &str) -> Result<Vec<Element>, TestError> {
        // Read all at once, so that what is seen is one moment of the page.
        let script = "return [...document.querySelectorAll(`[data-testid='${arguments[0]}']`)].map(element => ({
            data: Object.fromEntries([...element.attributes].filter(each => each.name.startsWith('data-'))
                .map(each => [each.name.slice(5), each.value])),
            text: element.textContent.trim() }));";
        Ok(serde_json::from_value(self.browser.run(script, vec![json!(testid)])?)?)
    }

    /// The first element of that name, once it satisfies `wanted`.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn wait_for(
        &self,
        testid: &str,
        after: Duration,
        wanted: impl Fn(&Element) -> bool,
    ) -> Result<Element, TestError> {
        self.browser.wait_for(testid, after, || Ok(self.all(testid)?.into_iter().find(&wanted)))
    }

    /// The engine once it can classify.
    ///
    /// # Errors
    /// [`TestError::Timeout`], at once where the engine says that it failed.
    pub fn ready(&self, after: Duration) -> Result<Element, TestError> {
        let engine = self.wait_for("engine", after, |engine| matches!(engine.get("state"), "ready" | "error"))?;
        if engine.get("state") == "error" {
            let errors = self.all("error")?;
            let page = format!("{engine:?} {errors:?}");
            let console = self.browser.last_words()?;
            return Err(TestError::Timeout { what: "a ready engine".to_owned(), after: Duration::ZERO, page, console });
        }
        Ok(engine)
    }

    /// Gives `files` to the file input of that name, all at once.
    ///
    /// # Errors
    /// Where there is no such input.
    pub fn upload(&self, testid: &str, files: &[PathBuf]) -> Result<(), TestError> {
        self.upload_to(&css(testid), files)
    }

    /// Gives `files` to the file input that `selector` selects, all at once.
    ///
    /// # Errors
    /// Where there is no such input.
    pub fn upload_to(&self, selector: &str, files: &[PathBuf]) -> Result<(), TestError> {
        // WebDriver adds to what a file input holds already; a person's choice replaces it.
        self.browser.run("document.querySelector(arguments[0]).value = '';", vec![json!(selector)])?;
        let lines: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
        self.browser.type_into(selector, &lines.join("\n"))
    }

    /// Sets the input or the choice that `selector` selects and says so to the page, as a person does who leaves it.
    ///
    /// # Errors
    /// Where there is none.
    pub fn enter(&self, selector: &str, value: &str) -> Result<(), TestError> {
        let script = "const field = document.querySelector(arguments[0]);
            field.focus();
            field.value = arguments[1];
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }));
            field.blur();";
        self.browser.run(script, vec![json!(selector), json!(value)])?;
        Ok(())
    }

    /// Clicks the first element that `selector` selects even where it is hidden from the eye, as a checkbox in its label
    /// may be.
    ///
    /// # Errors
    /// Where there is none.
    pub fn press(&self, selector: &str) -> Result<(), TestError> {
        self.browser.run("document.querySelector(arguments[0]).click();", vec![json!(selector)])?;
        Ok(())
    }

    /// Clicks the first element of that name, once there is one.
    ///
    /// # Errors
    /// [`TestError::Timeout`], and where something covers it.
    pub fn click(&self, testid: &str) -> Result<(), TestError> {
        self.wait_for(testid, START, |_| true)?;
        self.browser.click(&css(testid))
    }

    /// The predictions, once there are `count`, newest first.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn predictions(&self, count: usize, after: Duration) -> Result<Vec<Element>, TestError> {
        self.answers("prediction", count, after)
    }

    /// The answers of that name (`own-prediction`, say), once there are `count`, newest first.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn answers(&self, testid: &str, count: usize, after: Duration) -> Result<Vec<Element>, TestError> {
        self.browser.wait_for(&format!("{count} of {testid}"), after, || {
            let answered: Vec<_> =
                self.all(testid)?.into_iter().filter(|element| !element.get("label").is_empty()).collect();
            Ok((answered.len() >= count).then_some(answered))
        })
    }

    /// Does what `act` does and waits for the failure of `kind` that it leads to.
    ///
    /// # Errors
    /// What `act` returns, or [`TestError::Timeout`].
    pub fn fails_with(
        &self,
        kind: &str,
        after: Duration,
        act: impl FnOnce() -> Result<(), TestError>,
    ) -> Result<Element, TestError> {
        let before = self.all("error")?;
        act()?;
        self.browser.wait_for(&format!("the failure {kind}"), after, || {
            let now = self.all("error")?;
            // One of before may still be there, and a sentence that is said again goes to the end.
            Ok((now != before).then(|| now.into_iter().rfind(|error| error.get("kind") == kind)).flatten())
        })
    }

    /// Loads the page anew.
    ///
    /// # Errors
    /// [`TestError::Timeout`] where it does not go away.
    pub fn reload(&self) -> Result<(), TestError> {
        // WebKit's driver loses the answer of a script that navigates before it has returned.
        self.browser.run("window.isOld = true; setTimeout(() => location.reload());", vec![])?;
        let is_new = "return window.isOld !== true && document.readyState === 'complete'";
        self.browser.wait_for("the page anew", START, || Ok((self.browser.run(is_new, vec![])? == true).then_some(())))
    }

    /// The JSON in the element of that name, once it is there.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn json<T: for<'de> Deserialize<'de>>(&self, testid: &str, after: Duration) -> Result<T, TestError> {
        let element = self.wait_for(testid, after, |element| !element.text.is_empty())?;
        Ok(serde_json::from_str(&element.text)?)
    }

    /// Goes to another view, as a link does.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn go(&self, hash: &str) -> Result<(), TestError> {
        self.browser.run("location.hash = arguments[0];", vec![json!(hash)])?;
        Ok(())
    }
}

/// Selects the elements of that name.
pub(crate) fn css(testid: &str) -> String {
    format!("[data-testid='{testid}']")
}
