//! What is left to say when the page itself fails: a panic ends its code, and what is on the screen does nothing any more.

use web_sys::{Element, HtmlElement};

use crate::platform::dom::{document, window};

/// From now on a panic puts a sentence and a way out on the screen. What was noted as saved is on the disk; what was being
/// written goes on being written by the browser, which ends the transactions that were begun. What was noted and not begun is
/// lost, a moment's work: to begin another transaction here the page would have to read signals of which the code that failed may
/// hold a lock, and a photo's bytes come only to tasks, none of which runs any more.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        // Where even that fails there is nobody left to tell.
        let _ = tell();
    }));
}

fn tell() -> Option<()> {
    let document = document();
    let body = document.body()?;
    let make = |tag: &str| document.create_element(tag).ok();
    let notice = make("div")?;
    notice.set_class_name("crash");
    for (name, value) in [("role", "alert"), ("data-testid", "error"), ("data-kind", "internal")] {
        notice.set_attribute(name, value).ok()?;
    }
    let words = make("p")?;
    words.set_text_content(Some(
        "This page has failed, a mistake of ours. What was saved is safe: reload the page to go on.",
    ));
    // A link: no code of the page runs any more.
    let link = make("a")?;
    link.set_class_name("button primary");
    link.set_text_content(Some("Reload the page"));
    let location = window().location();
    let address = location.pathname().ok()? + &location.search().ok()?;
    link.set_attribute("href", &address).ok()?;
    notice.append_with_node_2(&words, &link).ok()?;
    let page: Option<Element> = document.get_element_by_id("page");
    if let Some(page) = page {
        page.set_attribute("inert", "").ok()?;
    }
    let body: &HtmlElement = &body;
    body.prepend_with_node_1(&notice).ok()
}

#[cfg(all(test, target_family = "wasm"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::ui::tests::find;

    #[wasm_bindgen_test]
    fn a_failed_page_leaves_a_sentence_and_a_way_out() {
        assert_eq!(tell(), Some(()));
        let body = document().body().unwrap();
        let notice: HtmlElement = find(&body, ".crash");
        assert_eq!(notice.get_attribute("role").as_deref(), Some("alert"));
        assert!(notice.text_content().unwrap().contains("What was saved is safe"));
        let link: HtmlElement = find(&notice, "a");
        assert_eq!(link.get_attribute("href"), window().location().pathname().ok());
        notice.remove();
    }
}
