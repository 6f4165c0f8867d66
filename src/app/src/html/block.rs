//! Finished markup, and markup that is made anew when signals change.

use std::borrow::Cow;

use reactive_graph::effect::RenderEffect;
use wasm_bindgen::JsCast;
use web_sys::{CharacterData, DocumentFragment, Node};

use crate::dom::document;
use crate::signal::{Memo, RwSignal, on_cleanup, untrack};

/// Markup that is to be put somewhere.
pub(crate) enum Html {
    Nothing,
    Text(Cow<'static, str>),
    Nodes(DocumentFragment),
}

impl Html {
    /// What is in its one element.
    pub(crate) fn unwrapped(self) -> Self {
        let nodes = document().create_document_fragment();
        if let Some(element) = self.into_node().first_child() {
            while let Some(child) = element.first_child() {
                append(&nodes, &child);
            }
        }
        Self::Nodes(nodes)
    }

    /// All of it as one node.
    pub(super) fn into_node(self) -> Node {
        match self {
            Self::Nothing => document().create_document_fragment().into(),
            Self::Text(text) => document().create_text_node(&text).into(),
            Self::Nodes(nodes) => nodes.into(),
        }
    }
}

/// What may stand in braces as a child.
pub(crate) trait IntoHtml {
    fn into_html(self) -> Html;
}

impl IntoHtml for Html {
    fn into_html(self) -> Html {
        self
    }
}

impl IntoHtml for &'static str {
    fn into_html(self) -> Html {
        Html::Text(Cow::Borrowed(self))
    }
}

impl IntoHtml for String {
    fn into_html(self) -> Html {
        Html::Text(Cow::Owned(self))
    }
}

impl IntoHtml for u32 {
    fn into_html(self) -> Html {
        self.to_string().into_html()
    }
}

impl IntoHtml for usize {
    fn into_html(self) -> Html {
        self.to_string().into_html()
    }
}

impl<T: IntoHtml> IntoHtml for Option<T> {
    fn into_html(self) -> Html {
        self.map_or(Html::Nothing, T::into_html)
    }
}

impl<T: IntoHtml, const N: usize> IntoHtml for [T; N] {
    fn into_html(self) -> Html {
        self.into_iter().collect()
    }
}

/// One after the other.
impl<T: IntoHtml> FromIterator<T> for Html {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Self {
        let nodes = document().create_document_fragment();
        all.into_iter().for_each(|one| append(&nodes, &one.into_html().into_node()));
        Self::Nodes(nodes)
    }
}

impl<F: Fn() -> T + 'static, T: IntoHtml> IntoHtml for F {
    fn into_html(self) -> Html {
        block(Box::new(move || self().into_html()))
    }
}

macro_rules! signals {
    ($($signal:ident)*) => { $(
        impl<T: IntoHtml + Clone + 'static> IntoHtml for $signal<T> {
            fn into_html(self) -> Html {
                (move || self.get()).into_html()
            }
        }
    )* };
}

signals! { RwSignal Memo }

/// What `html` makes, while `when` holds.
pub(crate) fn show<T: IntoHtml>(when: impl Fn() -> bool + 'static, html: impl Fn() -> T + 'static) -> Html {
    // So that a change of what is read that changes nothing does not make it anew.
    let when = Memo::new(move |_| when());
    (move || when.get().then(|| untrack(&html))).into_html()
}

/// Runs `act` now and whenever a signal that it reads has changed, until the owner is done with.
pub(crate) fn watch(mut act: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_| act());
    on_cleanup(move || drop(effect));
}

/// Markup that `make` makes anew.
fn block(make: Box<dyn Fn() -> Html>) -> Html {
    let span = Span::new();
    let nodes = span.nodes.clone();
    // A text that stays a text stays the same node, which matters to who reads along.
    let mut last: Option<(Cow<'static, str>, Node)> = None;
    watch(Box::new(move || match (make(), &mut last) {
        (Html::Text(text), Some((before, node))) => {
            if text != *before {
                node.set_node_value(Some(&text));
                *before = text;
            }
        }
        (Html::Text(text), last) => {
            let node = Html::Text(text.clone()).into_node();
            span.fill(&node);
            *last = Some((text, node));
        }
        (html, last) => {
            span.fill(&html.into_node());
            *last = None;
        }
    }));
    Html::Nodes(nodes)
}

/// A place among other nodes, between two comments.
pub(super) struct Span {
    /// Both comments, until they are put somewhere.
    pub(super) nodes: DocumentFragment,
    pub(super) start: Node,
    pub(super) end: Node,
}

impl Span {
    pub(super) fn new() -> Self {
        let nodes = document().create_document_fragment();
        let [start, end] = [(); 2].map(|()| document().create_comment("").into());
        append(&nodes, &start);
        append(&nodes, &end);
        Self { nodes, start, end }
    }

    /// Puts `node` in the place of all that is there.
    fn fill(&self, node: &Node) {
        while let Some(old) = self.end.previous_sibling().filter(|old| *old != self.start) {
            old.unchecked_into::<CharacterData>().remove();
        }
        self.insert(node, &self.end);
    }

    /// Puts `node` before `next`, which is one of those in it.
    pub(super) fn insert(&self, node: &Node, next: &Node) {
        if let Some(parent) = self.end.parent_node() {
            // Does not fail: `next` has this parent.
            let _ = parent.insert_before(node, Some(next));
        }
    }
}

fn append(nodes: &DocumentFragment, node: &Node) {
    // Does not fail: a fragment takes any node of a page.
    let _ = nodes.append_child(node);
}
