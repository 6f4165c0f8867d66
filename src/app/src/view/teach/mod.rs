//! The teach view: classes with their photos on one side, training and its result on the other.

pub(super) mod button;
mod class_card;
mod classes;
mod confusion;
mod curve;
mod curves;
mod figures;
mod notices;
mod photo_grid;
pub(super) mod picker;
mod project_files;
mod recorder;
mod result;
mod scratch;
mod settings;
mod train;
mod try_it;

use self::classes::classes;
use self::curve::curve_panel;
use self::notices::notices;
use self::project_files::project_files;
use self::result::result_panel;
use self::scratch::scratch_result_panel;
use self::train::train_panel;
use self::try_it::try_it;
use crate::html::{Html, html, show};
use crate::signal::on_cleanup;
use crate::state::Page;

/// The teach view.
pub(super) fn teach() -> Html {
    let page = Page::here();
    on_cleanup(move || page.close_recorder());
    html! {
        <div class="hero">
            <h1>"Teach it something new"</h1>
            <p class="lead">
                "Name two or more things, show a few photos of each, and press Train. \
                 Seconds later it tells them apart. Your photos never leave this machine."
            </p>
        </div>
        {notices()}
        {show(move || page.teach.opened.get(), move || html! {
            <div class="teach">
                {classes()}
                <div class="teach-side">
                    {train_panel()}
                    {try_it()}
                </div>
            </div>
            {result_panel()}
            {scratch_result_panel()}
            {curve_panel()}
            {project_files()}
        })}
    }
}
