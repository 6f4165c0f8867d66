//! Lists whose items stay when others come and go.

use reactive_graph::owner::Owner;
use wasm_bindgen::JsCast;
use web_sys::{CharacterData, Node};

use super::block::{Html, Span, watch};
use crate::signal::untrack;

/// One `item` for each of `each`. It is made once for each `key` and is one element, which is kept and moved.
pub(crate) fn list<T: Clone + 'static>(
    each: impl Fn() -> Vec<T> + 'static,
    key: fn(&T) -> u64,
    item: impl Fn(T) -> Html + 'static,
) -> Html {
    let mut list = List { span: Span::new(), owner: Owner::current().unwrap_or_default(), items: Vec::new() };
    let nodes = list.span.nodes.clone();
    watch(Box::new(move || {
        let all = each();
        let keys = all.iter().map(key).collect();
        list.update(keys, &|index| item(all[index].clone()));
    }));
    Html::Nodes(nodes)
}

/// What is shown.
struct List {
    span: Span,
    /// That of the items: the effect's own ends with each of its runs.
    owner: Owner,
    items: Vec<Item>,
}

struct Item {
    key: u64,
    node: Node,
    /// Ends what belongs to the item when it is dropped.
    _owner: Owner,
}

impl List {
    fn update(&mut self, keys: Vec<u64>, make: &dyn Fn(usize) -> Html) {
        self.items.retain(|item| {
            let stays = keys.contains(&item.key);
            if !stays {
                item.node.unchecked_ref::<CharacterData>().remove();
            }
            stays
        });
        // The items are taken out from the back, where the next one most often is.
        let mut before: Vec<Item> = std::mem::take(&mut self.items).into_iter().rev().collect();
        let mut next = self.span.start.next_sibling();
        for (index, key) in keys.into_iter().enumerate() {
            let item = match before.iter().rposition(|item| item.key == key) {
                Some(place) => before.remove(place),
                None => self.make(key, || make(index)),
            };
            match &next {
                Some(there) if *there == item.node => next = there.next_sibling(),
                Some(there) => self.span.insert(&item.node, there),
                None => {}
            }
            self.items.push(item);
        }
    }

    fn make(&self, key: u64, make: impl FnOnce() -> Html) -> Item {
        let owner = self.owner.child();
        // What an item reads while it is made is not what the list depends on.
        let node = owner.with(|| untrack(make)).into_node();
        Item { key, node: node.first_child().unwrap_or(node), _owner: owner }
    }
}
