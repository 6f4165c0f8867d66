//! Who writes a project: one tab at a time. A tab holds a lock for as long as it writes; where the browser has no locks the
//! tab that opened the project last writes it. In either case each transaction compares the writer's name, so that one that
//! was slow to notice writes nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_events::EventListener;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::platform::dom::pause;
use crate::platform::locks::{self, Asked, Lock};

/// How long the writer may take to write what is unsaved before the project is taken from it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a page that is left may hold on to its lock.
const UNLOADING: Duration = Duration::from_millis(1_500);
/// How often to look whether it has.
const GLANCE: Duration = Duration::from_millis(100);

/// What another tab says of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It has the project open and only reads it.
    Reading,
    /// It wants to write.
    HandOver,
    /// It writes, under this name.
    Writing(String),
}

/// What this tab may do with a project.
pub(crate) enum Claim {
    /// Write it, for as long as this is kept.
    Writer(Option<Lock>),
    /// Read it.
    Reader,
}

/// This tab among those of the same deployment.
pub(super) struct Tab {
    /// Unlike every other tab's.
    pub(super) name: String,
    /// The deployment, in the names of locks.
    deployment: String,
    channel: Option<BroadcastChannel>,
    listener: RefCell<Option<EventListener>>,
    /// Counts claims: the loss of an earlier one is no news.
    claims: Rc<Cell<u32>>,
}

impl Tab {
    /// This tab of that deployment.
    pub(super) fn new(deployment: &str) -> Self {
        let random = (js_sys::Math::random() * 2f64.powi(52)) as u64;
        Self {
            name: format!("{:x}-{random:x}", js_sys::Date::now() as u64),
            deployment: deployment.to_owned(),
            channel: BroadcastChannel::new(deployment).ok(),
            listener: RefCell::new(None),
            claims: Rc::default(),
        }
    }

    /// Has `hear` called with what other tabs say of projects.
    pub(super) fn listen(&self, hear: impl Fn(u32, Said) + 'static) {
        let Some(channel) = &self.channel else { return };
        let listener = EventListener::new(channel, "message", move |event| {
            let event: &MessageEvent = wasm_bindgen::JsCast::unchecked_ref(event);
            if let Some((project, said)) = event.data().as_string().as_deref().and_then(parsed) {
                hear(project, said);
            }
        });
        self.listener.replace(Some(listener));
    }

    /// Tells other tabs.
    pub(super) fn say(&self, project: u32, said: &Said) {
        if let Some(channel) = &self.channel {
            // Nobody need hear it.
            let _ = channel.post_message(&message(project, said).into());
        }
    }

    /// Asks to write a project. `lost` is called where another tab takes it from here.
    pub(super) async fn claim(&self, project: u32, lost: impl Fn() + Clone + 'static) -> Claim {
        // The page before in this very tab may not have let go yet.
        for _ in 0..UNLOADING.as_millis() / GLANCE.as_millis() {
            if let Some(claim) = self.claimed(project, false, lost.clone()).await {
                return claim;
            }
            pause(GLANCE).await;
        }
        Claim::Reader
    }

    /// Takes a project over from the tab that writes it, which may first write what is unsaved.
    pub(super) async fn take_over(&self, project: u32, lost: impl Fn() + Clone + 'static) -> Claim {
        self.say(project, &Said::HandOver);
        let glances = PATIENCE.as_millis() / GLANCE.as_millis();
        for _ in 0..glances {
            if let Some(claim) = self.claimed(project, false, lost.clone()).await {
                return claim;
            }
            pause(GLANCE).await;
        }
        self.claimed(project, true, lost).await.unwrap_or(Claim::Reader)
    }

    async fn claimed(&self, project: u32, steal: bool, lost: impl Fn() + 'static) -> Option<Claim> {
        self.claims.set(self.claims.get() + 1);
        let (claims, own) = (self.claims.clone(), self.claims.get());
        let lost = move || {
            if claims.get() == own {
                lost();
            }
        };
        match locks::ask(&format!("{} {project}", self.deployment), steal, lost).await {
            Asked::Granted(lock) => Some(Claim::Writer(Some(lock))),
            Asked::Taken => None,
            Asked::Unsupported => Some(Claim::Writer(None)),
        }
    }
}

fn message(project: u32, said: &Said) -> String {
    match said {
        Said::Reading => format!("reading {project}"),
        Said::HandOver => format!("hand-over {project}"),
        Said::Writing(name) => format!("writing {project} {name}"),
    }
}

fn parsed(message: &str) -> Option<(u32, Said)> {
    let mut words = message.split(' ');
    let (verb, project) = (words.next()?, words.next()?.parse().ok()?);
    let said = match verb {
        "reading" => Said::Reading,
        "hand-over" => Said::HandOver,
        "writing" => Said::Writing(words.next()?.to_owned()),
        _ => return None,
    };
    Some((project, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_understand_each_other_and_no_one_else() {
        for said in [Said::Reading, Said::HandOver, Said::Writing("1a-2b".to_owned())] {
            assert_eq!(parsed(&message(7, &said)), Some((7, said)));
        }
        for other in ["", "reading", "reading x", "shouting 7", "writing 7"] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }
}
