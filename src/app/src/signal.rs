//! Signals with leptos's names and methods. Leptos compiles all of a signal for each type of value; here what keeps track
//! of who reads what is leptos's and compiled once, and a type adds a cell for its values. With leptos's own, the page's
//! wasm was a seventh larger.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use reactive_graph::effect::Effect;
pub(crate) use reactive_graph::graph::untrack;
use reactive_graph::owner::Owner;
use reactive_graph::signal::ArcTrigger;
use reactive_graph::traits::{Get, Notify, Track};
use send_wrapper::SendWrapper;
use wasm_bindgen::UnwrapThrowExt;

/// A value that tells who reads it when it changes. Copies name the same value, which is there as long as the page: a
/// component's own costs a few bytes each time that it is shown.
pub(crate) struct RwSignal<T: 'static>(&'static Watched<T>);

/// The same for a value that goes with those who know it.
pub(crate) struct ArcRwSignal<T>(Rc<Watched<T>>);

/// A value that follows from others, and tells who reads it only when it has become another.
pub(crate) struct Memo<T: 'static> {
    value: &'static RefCell<Option<T>>,
    /// Counts the values that differed from the one before.
    version: reactive_graph::computed::Memo<u32>,
}

/// A value that no one is told of.
pub(crate) struct StoredValue<T: 'static>(&'static RefCell<T>);

/// Makes a memo's value, given the one before. As a `dyn Fn` each would bring two more functions with it.
trait Reader<T> {
    fn read(&self, before: Option<&T>) -> T;
}

impl<T, F: Fn(Option<&T>) -> T> Reader<T> for F {
    fn read(&self, before: Option<&T>) -> T {
        self(before)
    }
}

struct Watched<T> {
    changed: ArcTrigger,
    value: RefCell<T>,
}

impl<T> Watched<T> {
    fn new(value: T) -> Self {
        Self { changed: ArcTrigger::new(), value: RefCell::new(value) }
    }

    fn replace(&self, value: T) {
        // The one before ends only when this one can be read.
        let before = self.value.replace(value);
        self.changed.notify();
        drop(before);
    }

    fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.value.borrow_mut());
        self.changed.notify();
        result
    }
}

impl<T> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Box::leak(Box::new(Watched::new(value))))
    }
}

impl<T> ArcRwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Rc::new(Watched::new(value)))
    }
}

macro_rules! methods {
    ($($signal:ident)*) => { $(
        impl<T> $signal<T> {
            /// Reads it.
            pub(crate) fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
                self.0.changed.track();
                self.with_untracked(read)
            }

            /// Reads it and is not told.
            pub(crate) fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> R {
                read(&self.0.value.borrow())
            }

            /// Reads it and is not told.
            pub(crate) fn read_untracked(&self) -> Ref<'_, T> {
                self.0.value.borrow()
            }

            /// Puts another value in its place.
            pub(crate) fn set(&self, value: T) {
                self.0.replace(value);
            }

            /// Changes it.
            pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
                self.0.change(change)
            }
        }

        impl<T: Clone> $signal<T> {
            /// Its value.
            pub(crate) fn get(&self) -> T {
                self.with(T::clone)
            }

            /// Its value, without being told.
            pub(crate) fn get_untracked(&self) -> T {
                self.with_untracked(T::clone)
            }
        }
    )* };
}

methods! { RwSignal ArcRwSignal }

impl<T: PartialEq> Memo<T> {
    /// `read` is given the value before.
    pub(crate) fn new(read: impl Fn(Option<&T>) -> T + 'static) -> Self {
        Self::of(Box::new(read))
    }

    /// Apart, so that a type has this code once.
    fn of(reader: Box<dyn Reader<T>>) -> Self {
        let value: &RefCell<Option<T>> = Box::leak(Box::new(RefCell::new(None)));
        on_cleanup(|| drop(value.take()));
        let version = version(Box::new(move || {
            let next = Some(reader.read(value.borrow().as_ref()));
            let differs = *value.borrow() != next;
            if differs {
                value.replace(next);
            }
            differs
        }));
        Self { value, version }
    }
}

impl<T> Memo<T> {
    /// Reads it.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.version.get();
        read(self.value.borrow().as_ref().unwrap_throw())
    }

    /// Its value.
    pub(crate) fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Its value, without being told.
    pub(crate) fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        untrack(|| self.get())
    }
}

/// Counts how often `read` found another value.
fn version(read: Box<dyn Fn() -> bool>) -> reactive_graph::computed::Memo<u32> {
    let read = SendWrapper::new(read);
    reactive_graph::computed::Memo::new(move |before: Option<&u32>| {
        before.copied().unwrap_or_default() + u32::from(read())
    })
}

impl<T> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Box::leak(Box::new(RefCell::new(value))))
    }

    /// Reads it.
    pub(crate) fn with_value<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.0.borrow())
    }

    /// Changes it.
    pub(crate) fn update_value<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.0.borrow_mut())
    }

    /// Puts another value in its place.
    pub(crate) fn set_value(&self, value: T) {
        self.0.replace(value);
    }

    /// Its value.
    pub(crate) fn get_value(&self) -> T
    where
        T: Clone,
    {
        self.0.borrow().clone()
    }
}

macro_rules! handles {
    ($($handle:ident)*) => { $(
        impl<T> Clone for $handle<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $handle<T> {}
    )* };
}

handles! { RwSignal Memo StoredValue }

impl<T> Clone for ArcRwSignal<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// Runs `act` once the page is as it was made, and again whenever a signal that it reads has changed.
pub(crate) fn effect(act: impl FnMut() + 'static) {
    let act: Box<dyn FnMut()> = Box::new(act);
    Effect::new(act);
}

/// Runs `act` when the component that is being made is shown no more.
pub(crate) fn on_cleanup(act: impl FnOnce() + 'static) {
    let act: SendWrapper<Box<dyn FnOnce()>> = SendWrapper::new(Box::new(act));
    Owner::on_cleanup(move || act.take()());
}
