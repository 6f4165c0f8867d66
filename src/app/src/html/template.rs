//! Elements made from a string of HTML, and what is done to those that are marked in it.

use any_spawner::Executor;
use reactive_graph::owner::Owner;
use wasm_bindgen::prelude::*;
use web_sys::js_sys::Reflect;
use web_sys::{CharacterData, DocumentFragment, Element, HtmlElement, HtmlTemplateElement, Node};

use super::block::{Html, IntoHtml, watch};
use super::value::{Datum, IntoValue, Value};
use crate::dom::{EventKind, document, listen};
use crate::signal::{RwSignal, on_cleanup};

/// The attribute that marks an element in the string.
const MARK: &str = "_";
/// `NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT`.
const ELEMENTS_AND_COMMENTS: u32 = 0x81;

/// Elements that are being filled in, from first to last.
pub(crate) struct Template {
    content: DocumentFragment,
    marked: std::vec::IntoIter<Node>,
    element: Option<Element>,
}

impl Template {
    /// Has the browser parse `html`.
    pub(crate) fn new(html: &str) -> Self {
        let template: HtmlTemplateElement = document().create_element("template").unwrap_throw().unchecked_into();
        template.set_inner_html(html);
        let content = template.content();
        let marked = marked(&content).into_iter();
        Self { content, marked, element: None }
    }

    /// Goes on to the next marked element, which those below are about.
    pub(crate) fn element(&mut self) {
        self.element = self.marked.next().map(JsCast::unchecked_into);
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &'static str, value: impl IntoValue) {
        self.bind(set_attribute, name, value.into_value());
    }

    /// A class that is there or not.
    pub(crate) fn class(&self, name: &'static str, is: impl IntoValue) {
        self.bind(set_class, name, is.into_value());
    }

    /// A property of the style.
    pub(crate) fn style(&self, name: &'static str, value: impl IntoValue) {
        self.bind(set_style, name, value.into_value());
    }

    /// A property of the element.
    pub(crate) fn prop(&self, name: &'static str, value: impl IntoValue) {
        self.bind(set_property, name, value.into_value());
    }

    /// What to do on an event.
    pub(crate) fn on<K: EventKind>(&self, _kind: K, mut act: impl FnMut(K::Event) + 'static) {
        if let Some(element) = self.element.clone() {
            listen(element.into(), K::NAME, Box::new(move |event| act(event.unchecked_into())));
        }
    }

    /// Tells a signal the element.
    pub(crate) fn node_ref<T: JsCast + Clone + 'static>(&self, signal: RwSignal<Option<T>>) {
        signal.set(self.element.clone().map(JsCast::unchecked_into));
        on_cleanup(move || signal.set(None));
    }

    /// Puts `child` in its place.
    pub(crate) fn child(&mut self, child: impl IntoHtml) {
        self.put(child.into_html());
    }

    /// All of it.
    pub(crate) fn finish(&mut self) -> Html {
        Html::Nodes(self.content.clone())
    }

    fn put(&mut self, child: Html) {
        let Some(place) = self.marked.next() else { return };
        let place: &CharacterData = place.unchecked_ref();
        // Neither fails for a node that is in a document.
        let _ = match child {
            Html::Nothing => return place.remove(),
            Html::Text(text) => place.replace_with_with_str_1(&text),
            Html::Nodes(nodes) => place.replace_with_with_node_1(&nodes),
        };
    }

    fn bind(&self, set: fn(&Element, &str, &Datum), name: &'static str, value: Value) {
        let Some(element) = self.element.clone() else { return };
        match value {
            Value::Fixed(datum) => set(&element, name, &datum),
            Value::Live(read) => {
                let mut last = None;
                watch(Box::new(move || {
                    let datum = Some(read());
                    if last != datum {
                        datum.iter().for_each(|datum| set(&element, name, datum));
                        last = datum;
                    }
                }));
            }
        }
    }
}

/// Puts `html` into `place`, for good.
pub(crate) fn mount(place: &HtmlElement, html: impl FnOnce() -> Html) {
    // An executor that is there already is as good.
    let _ = Executor::init_wasm_bindgen();
    let owner = Owner::new();
    let _ = place.append_child(&owner.with(html).into_node());
    std::mem::forget(owner);
}

/// The marked elements and the places for children, from first to last.
fn marked(content: &DocumentFragment) -> Vec<Node> {
    let walker = document().create_tree_walker_with_what_to_show(content, ELEMENTS_AND_COMMENTS).unwrap_throw();
    let mut found = Vec::new();
    while let Ok(Some(node)) = walker.next_node() {
        match node.dyn_ref::<Element>() {
            Some(element) if !element.has_attribute(MARK) => continue,
            Some(element) => drop(element.remove_attribute(MARK)),
            None => {}
        }
        found.push(node);
    }
    found
}

// Names and values that a browser refuses do not occur in this page.

fn set_attribute(element: &Element, name: &str, datum: &Datum) {
    let _ = match datum {
        Datum::Absent => element.remove_attribute(name),
        Datum::Present => element.set_attribute(name, ""),
        Datum::Text(text) => element.set_attribute(name, text),
    };
}

fn set_class(element: &Element, name: &str, datum: &Datum) {
    let _ = element.class_list().toggle_with_force(name, *datum != Datum::Absent);
}

fn set_style(element: &Element, name: &str, datum: &Datum) {
    if let Datum::Text(text) = datum {
        let _ = element.unchecked_ref::<HtmlElement>().style().set_property(name, text);
    }
}

fn set_property(element: &Element, name: &str, datum: &Datum) {
    let value = match datum {
        Datum::Text(text) => JsValue::from_str(text),
        of => JsValue::from_bool(*of == Datum::Present),
    };
    let _ = Reflect::set(element, &name.into(), &value);
}
