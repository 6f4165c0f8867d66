//! Web Locks (`navigator.locks`): what one tab holds no other tab can have. They are missing outside secure contexts.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;
use js_sys::{Function, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::dom::{object, window};

#[wasm_bindgen]
extern "C" {
    /// Web-sys has it only with its unstable parts.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        granted: &Closure<dyn FnMut(JsValue) -> Promise>,
    ) -> Result<Promise, JsValue>;
}

/// A lock, held until this is dropped.
pub(crate) struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolving a promise does not fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// What became of a request.
pub(crate) enum Asked {
    /// It is held here now.
    Granted(Lock),
    /// Another tab holds it.
    Taken,
    /// The browser has no locks.
    Unsupported,
}

/// Asks for the lock of that name, at once or never. With `steal` whoever holds it loses it. `on_loss` is called where
/// another tab steals it from here.
pub(crate) async fn ask(name: &str, steal: bool, on_loss: impl FnOnce() + 'static) -> Asked {
    let Some(manager) = manager() else { return Asked::Unsupported };
    let (sender, answer) = oneshot::channel::<Option<Lock>>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let granted = {
        let sender = sender.clone();
        Closure::new(move |lock: JsValue| {
            let Some(sender) = sender.borrow_mut().take() else { return Promise::resolve(&JsValue::UNDEFINED) };
            if lock.is_null() {
                // Who does not wait any more need not know.
                let _ = sender.send(None);
                return Promise::resolve(&JsValue::UNDEFINED);
            }
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            if let Some(release) = release {
                // Dropped unheard, it is released at once.
                let _ = sender.send(Some(Lock { release }));
            }
            held
        })
    };
    let options = object(&[(if steal { "steal" } else { "ifAvailable" }, true.into())]);
    let Ok(request) = manager.request(name, &options, &granted) else { return Asked::Unsupported };
    spawn_local(async move {
        // It ends when the lock is released, and fails where it is stolen.
        let ended = JsFuture::from(request).await;
        let was_answered = sender.borrow_mut().take().is_none();
        drop(granted);
        if ended.is_err() && was_answered {
            on_loss();
        }
    });
    match answer.await {
        Ok(Some(lock)) => Asked::Granted(lock),
        Ok(None) => Asked::Taken,
        Err(_) => Asked::Unsupported,
    }
}

fn manager() -> Option<LockManager> {
    let manager = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    manager.is_object().then(|| manager.unchecked_into())
}
