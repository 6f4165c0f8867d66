//! The view in which a visitor teaches the page classes of their own.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde_json::{Value, json};

use crate::{Browser, Element, Page, Pictures, TestError, Texture, page::css};

/// How long a change on the page may take that needs no engine.
const SOON: Duration = Duration::from_secs(10);

/// Keeps every state that `training` goes through: a short run is over before anyone asks a second time.
const WATCH_TRAINING: &str = "window.trainingStates = [];
    window.trainingWatch?.disconnect();
    window.trainingWatch = new MutationObserver(() => {
        const state = document.querySelector(`[data-testid='training']`)?.dataset.state;
        if (state && state !== window.trainingStates.at(-1)) window.trainingStates.push(state);
    });
    window.trainingWatch.observe(document.body, {
        subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] });";

/// Scrolls every class's photos a little further, and from the end back to the start.
const SCROLL_ON: &str = "for (const box of document.querySelectorAll(`[data-testid='class'] *`)) {
        if (box.scrollHeight <= box.clientHeight + 1 || getComputedStyle(box).overflowY === 'visible') continue;
        const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
        box.scrollTop = end ? 0 : box.scrollTop + 0.7 * box.clientHeight;
    }";

/// The label of each photo by its file's name, and the probability of that label.
pub type Answers = BTreeMap<String, (String, f64)>;

/// The teach view of a page.
pub struct Teach<'a> {
    /// The page.
    pub page: Page<'a>,
}

impl<'a> Teach<'a> {
    /// Opens the page at `url` and waits until its engine can describe photos.
    ///
    /// # Errors
    /// Those of [`Page::open`] and [`Page::ready`].
    pub fn open(browser: &'a Browser, url: &str, after: Duration) -> Result<Self, TestError> {
        let page = Page::open(browser, url)?;
        page.ready(after)?;
        let teach = Self { page };
        teach.show()?;
        Ok(teach)
    }

    /// Goes to this view.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn show(&self) -> Result<(), TestError> {
        self.page.go("#/teach")?;
        self.page.wait_for("teach-count", SOON, |_| true)?;
        Ok(())
    }

    /// Gives the classes of an empty project these names, and makes as many as are missing.
    ///
    /// # Errors
    /// Those of [`Self::rename`] and [`Self::add_class`].
    pub fn start_with(&self, names: &[&str]) -> Result<(), TestError> {
        let there = self.class_names()?;
        for (old, new) in there.iter().zip(names).filter(|(old, new)| old != new) {
            self.rename(old, new)?;
        }
        names.iter().skip(there.len()).try_for_each(|name| self.add_class(name))
    }

    /// Gives an empty project a class for each of `kinds`, with so many photos each, and waits until all are described.
    ///
    /// # Errors
    /// Where the pictures cannot be drawn, and [`TestError::Timeout`].
    pub fn start_with_textures(
        &self,
        pictures: &Pictures,
        kinds: &[Texture],
        each: u64,
        after: Duration,
    ) -> Result<(), TestError> {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        self.start_with(&names)?;
        for kind in kinds {
            self.add_photos(kind.name(), &pictures.textures(*kind, 0..each)?)?;
        }
        self.described(kinds.len() * each as usize, after).map(drop)
    }

    /// Makes a class.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn add_class(&self, name: &str) -> Result<(), TestError> {
        let before = self.class_names()?;
        self.page.click("add-class")?;
        let new = self.page.wait_for("class", SOON, |card| !before.iter().any(|old| old == card.get("class")))?;
        self.rename(new.get("class"), name)
    }

    /// Gives the class `old` the name `new`.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn rename(&self, old: &str, new: &str) -> Result<(), TestError> {
        self.page.enter(&in_class(old, "class-name"), new)?;
        self.page.wait_for("class", SOON, |card| card.get("class") == new)?;
        Ok(())
    }

    /// The names of all classes in their order.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub fn class_names(&self) -> Result<Vec<String>, TestError> {
        Ok(self.page.all("class")?.iter().map(|card| card.get("class").to_owned()).collect())
    }

    /// Picks `files` for a class, all at once.
    ///
    /// # Errors
    /// Where there is no such class.
    pub fn add_photos(&self, class: &str, files: &[PathBuf]) -> Result<(), TestError> {
        self.page.upload_to(&in_class(class, "class-input"), files)
    }

    /// Waits until the project has that many photos and all are described.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn described(&self, photos: usize, after: Duration) -> Result<Element, TestError> {
        let photos = photos.to_string();
        self.page
            .wait_for("teach-count", after, |count| count.get("photos") == photos && count.get("described") == photos)
    }

    /// Waits until the page says that everything is saved: what was added before that survives.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn saved(&self, after: Duration) -> Result<Element, TestError> {
        self.page.wait_for("saving", after, |saving| saving.get("state") == "saved" && saving.get("unsaved") == "0")
    }

    /// The project that is open.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn open_project(&self) -> Result<Element, TestError> {
        self.page.wait_for("project", SOON, |project| project.get("open") == "true")
    }

    /// Trains, and gives back what `training` says at the run's end.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn train(&self, after: Duration) -> Result<Element, TestError> {
        let browser = self.page.browser;
        browser.run(WATCH_TRAINING, vec![])?;
        self.page.click("train")?;
        browser.wait_for("the end of a training run", after, || {
            let states = browser.run("return window.trainingStates", vec![])?;
            let states: Vec<_> = states.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let over = states.contains(&"running") && states.last() != Some(&"running");
            Ok(if over { self.page.all("training")?.into_iter().next() } else { None })
        })
    }

    /// The result over that many photos.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn result(&self, validated_on: usize) -> Result<Element, TestError> {
        let photos = validated_on.to_string();
        self.page.wait_for("result", SOON, |result| {
            result.get("model") == "transfer" && result.get("validated-on") == photos
        })
    }

    /// The first photo that satisfies `wanted`, also where it has to be scrolled to: of many photos only those in sight are
    /// in the page.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn example(&self, wanted: impl Fn(&Element) -> bool) -> Result<Element, TestError> {
        self.page.browser.wait_for("a photo", SOON, || {
            let found = self.page.all("example")?.into_iter().find(&wanted);
            if found.is_none() {
                self.page.browser.run(SCROLL_ON, vec![])?;
            }
            Ok(found)
        })
    }

    /// Opens the photos of class `label` that were answered with `answer`, and gives back their ids.
    ///
    /// # Errors
    /// [`TestError::Timeout`] where there are none.
    pub fn wrong_examples(&self, label: &str, answer: &str) -> Result<Vec<String>, TestError> {
        let cell = format!("{}[data-label={}][data-answer={}]", css("confusion-cell"), json!(label), json!(answer));
        self.page.browser.click(&cell)?;
        self.page.wait_for("wrong-example", SOON, |_| true)?;
        Ok(self.page.all("wrong-example")?.iter().map(|example| example.get("id").to_owned()).collect())
    }

    /// Moves a photo to another class by the choice beside it, in the class's card (`example`) or in the list of wrong
    /// answers (`wrong-example`).
    ///
    /// # Errors
    /// Where there is no such photo, choice or class.
    pub fn move_from(&self, list: &str, id: &str, class: &str) -> Result<(), TestError> {
        let choice = format!("{}[data-id='{id}'] {}", css(list), css("move-example"));
        let script = "const options = [...document.querySelector(arguments[0]).options];
            const named = option => option.value === arguments[1] || option.textContent.trim() === arguments[1];
            return (options.find(named) ?? options.find(option => option.textContent.includes(arguments[1]))).value;";
        let value = self.page.browser.run(script, vec![json!(choice), json!(class)])?;
        self.page.enter(&choice, value.as_str().unwrap_or_default())
    }

    /// What the visitor's own head says of `photos`, in the classify view.
    ///
    /// # Errors
    /// [`TestError::Timeout`].
    pub fn own_answers(&self, photos: &[PathBuf], after: Duration) -> Result<Answers, TestError> {
        self.page.go("#/classify")?;
        self.page.wait_for("file-input", SOON, |_| true)?;
        // Answers of before may be those of another head.
        self.page.press(&css("clear"))?;
        self.page
            .browser
            .wait_for("an empty list", SOON, || Ok(self.page.all("prediction")?.is_empty().then_some(())))?;
        self.page.upload("file-input", photos)?;
        let found = self.page.answers("own-prediction", photos.len(), after)?;
        let answer = |shown: &Element| {
            Ok((shown.get("name").to_owned(), (shown.get("label").to_owned(), shown.number("confidence")?)))
        };
        found.iter().map(answer).collect()
    }
}

/// Selects the element `testid` in the card of a class.
#[must_use]
pub fn in_class(class: &str, testid: &str) -> String {
    format!("{}[data-class={}] {}", css("class"), json!(class), css(testid))
}
