//! The list of what may be wrong.

use std::sync::Arc;
use std::time::Duration;

use headstart_protocol::Examining;
use leptos::html::Section;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::doctor::{Doctor, DoctorState};
use super::found::{Found, Mend, photos_of};
use super::words::{Case, mend, reason, title};
use crate::project::album::{Album, Example, ExampleState};
use crate::project::training::Training;
use crate::ui::{Announcer, Button, reveal};
use crate::wording::{counted, share};

/// Thumbnails in a row, at most.
const THUMBNAILS: usize = 8;
/// Rows drawn in one task, at most: all at once would be a long one.
const PORTION: usize = 4;
/// Rows shown until the visitor asks for more.
const PAGE: usize = 40;

/// What may be wrong with the photos; nothing before the first training.
#[component]
pub(crate) fn DoctorPanel() -> impl IntoView {
    let doctor = expect_context::<Doctor>();
    let training = expect_context::<Training>();
    let is_shown = Memo::new(move |_| {
        training.result.with(Option::is_some) || doctor.state.with(|state| *state != DoctorState::Idle)
    });
    view! {
        <Show when=move || is_shown.get()>
            <Panel doctor=doctor />
        </Show>
    }
}

#[component]
fn Panel(
    /// The doctor.
    doctor: Doctor,
) -> impl IntoView {
    let panel = NodeRef::<Section>::new();
    let open = Signal::derive(move || doctor.open());
    let count = Memo::new(move |_| open.with(Vec::len));
    let can_look = Memo::new(move |_| match doctor.state.get() {
        DoctorState::Looking(_) => false,
        DoctorState::Idle | DoctorState::Failed(_) => true,
        DoctorState::Done => doctor.is_out_of_date(),
    });
    view! {
        <section
            class="panel doctor"
            aria-labelledby="doctor-title"
            node_ref=panel
            data-testid="doctor"
            data-state=move || doctor.state.with(DoctorState::name)
            data-findings=count
        >
            <div class="doctor-head">
                <h2 id="doctor-title" tabindex="-1">
                    "Data doctor"
                </h2>
                <Show when=move || can_look.get()>
                    <Button testid="look-again" class="quiet" on_press=move || doctor.look()>
                        "Look again"
                    </Button>
                </Show>
            </div>
            <p class="hint" data-testid="doctor-words">
                {move || doctor.state.with(|state| words(state, count.get()))}
            </p>
            <Rows doctor=doctor open=open panel=panel />
        </section>
    }
}

/// What the doctor does, or came to.
fn words(state: &DoctorState, open: usize) -> String {
    match state {
        DoctorState::Idle => {
            "What may be wrong with your photos is not saved with the project. Look again to see it.".to_owned()
        }
        DoctorState::Looking(None | Some(Examining { of: 0, .. })) => "Looking at your photos…".to_owned(),
        DoctorState::Looking(Some(Examining { done, of })) => {
            format!("Looking at your photos: {}", share(f64::from(*done) / f64::from(*of)))
        }
        DoctorState::Done if open == 0 => "Nothing found.".to_owned(),
        DoctorState::Done => format!(
            "{} that may be wrong, the surest of each kind first. Each is mended with one press, and Undo takes that back.",
            counted(open, "thing")
        ),
        DoctorState::Failed(error) => format!("The photos could not be looked at. {error}"),
    }
}

/// A row for each thing that may be wrong.
#[component]
fn Rows(
    /// The doctor.
    doctor: Doctor,
    /// What there is to show.
    open: Signal<Vec<Arc<Found>>>,
    /// The panel that they stand in.
    panel: NodeRef<Section>,
) -> impl IntoView {
    let count = Memo::new(move |_| open.with(Vec::len));
    let wanted = RwSignal::new(PAGE);
    let drawn = RwSignal::new(PORTION);
    Effect::new(move |_| {
        if drawn.get() < count.get().min(wanted.get()) {
            let more = move || {
                // Gone by then where the visitor has left the view.
                let _ = drawn.try_update(|drawn| *drawn += PORTION);
            };
            set_timeout(more, Duration::ZERO);
        }
    });
    let shown = move || {
        let most = drawn.get().min(wanted.get());
        open.with(|open| open.iter().take(most).cloned().collect::<Vec<_>>())
    };
    let is_looking = Memo::new(move |_| doctor.state.with(|state| matches!(state, DoctorState::Looking(_))));
    view! {
        <Show when=move || { count.get() > 0 }>
            // What was found before stays to be read, but what it is about may be different by now.
            <ul
                class="findings"
                role="list"
                aria-labelledby="doctor-title"
                aria-busy=move || is_looking.get().to_string()
            >
                <For each=shown key=|found| found.number let:found>
                    <Row doctor=doctor found=found panel=panel />
                </For>
            </ul>
            <Show when=move || { count.get() > wanted.get() }>
                <Button testid="more-findings" class="quiet" on_press=move || wanted.update(|wanted| *wanted += PAGE)>
                    {move || format!("Show {} more", count.get().saturating_sub(wanted.get()).min(PAGE))}
                </Button>
            </Show>
        </Show>
    }
}

/// One thing that may be wrong.
#[component]
fn Row(
    /// The doctor.
    doctor: Doctor,
    /// What it is.
    found: Arc<Found>,
    /// The panel that it stands in.
    panel: NodeRef<Section>,
) -> impl IntoView {
    let album = expect_context::<Album>();
    let announcer = expect_context::<Announcer>();
    let kind = found.kind;
    let found = StoredValue::new(found);
    let photos = move || {
        doctor
            .placement
            .with(|now| found.with_value(|found| found.left(now).map(|photo| photo.photo.clone()).collect::<Vec<_>>()))
    };
    let names = Memo::new(move |_| photos().iter().map(|photo| photo.name.as_str()).collect::<Vec<_>>().join(","));
    let case = Memo::new(move |_| found.with_value(|found| case(doctor, album, found)));
    let row = NodeRef::<leptos::html::Li>::new();
    // The row is gone after a press; what had the focus goes with it.
    let next = move || {
        let place = row.get_untracked().map(|row| place_of(&row)).unwrap_or_default();
        focus_row(panel, place);
    };
    let press = move || {
        let Some((mend, class)) = found.with_value(|found| Some((found.mend()?, found.class))) else { return };
        match mend {
            Mend::AddPhotos => show_class(class, "[data-testid='class-input']"),
            Mend::ShowPhotos => show_class(class, "[data-testid='class-name']"),
            Mend::Move(_) | Mend::Remove | Mend::Split => {
                next();
                return found.with_value(|found| doctor.mend(found, mend));
            }
        }
        announcer.say(format!("The class “{}”.", case.with_untracked(|case| case.class.0.clone())));
    };
    let dismiss = move || {
        next();
        found.with_value(|found| doctor.dismiss(found));
    };
    view! {
        <li class="finding" tabindex="-1" node_ref=row data-testid="finding" data-kind=kind.name() data-names=names>
            <Thumbnails photos=Signal::derive(photos) />
            <div class="finding-words">
                <h3>{title(kind)}</h3>
                <p class="finding-names">{move || names.with(|names| names.replace(',', ", "))}</p>
                <p>{move || case.with(reason)}</p>
            </div>
            <div class="finding-buttons">
                <Button testid="mend" on_press=press>
                    {move || case.with(mend)}
                </Button>
                <Button testid="dismiss" class="quiet" on_press=dismiss>
                    "It is fine"
                </Button>
            </div>
        </li>
    }
}

/// Photos as they are shown in their class, a few of them.
#[component]
fn Thumbnails(
    /// The photos.
    photos: Signal<Vec<Arc<Example>>>,
) -> impl IntoView {
    let shown = move || photos.with(|photos| photos.iter().take(THUMBNAILS).cloned().collect::<Vec<_>>());
    let more = move || photos.with(|photos| photos.len().saturating_sub(THUMBNAILS));
    let thumbnail = move |photo: Arc<Example>| {
        let (name, state) = (photo.name.clone(), RwSignal::from(photo.state.clone()));
        let address = move || {
            state.with(|state| match state {
                ExampleState::Ready(described) => Some(described.address().to_owned()),
                ExampleState::Pending | ExampleState::Failed(_) => None,
            })
        };
        view! { <img src=address alt=name.clone() title=name decoding="async" /> }
    };
    view! {
        <div class="finding-photos">
            <For each=shown key=|photo| photo.id children=thumbnail />
            {move || (more() > 0).then(|| view! { <p>{format!("and {} more", more())}</p> })}
        </div>
    }
}

/// What the words of a row need to know; tracked.
fn case(doctor: Doctor, album: Album, found: &Found) -> Case {
    let name = |id: u32| {
        album.classes.with(|classes| {
            classes.iter().find(|class| class.id == id).map(|class| class.name.get()).unwrap_or_default()
        })
    };
    doctor.placement.with(|now| Case {
        kind: found.kind,
        class: (name(found.class), photos_of(found.class, now)),
        other: found.other.map(|other| (name(other), photos_of(other, now))),
        cue: found.cue,
        answer: found.photos.first().and_then(|first| first.answer).map(|(class, sure)| (name(class), sure)),
        photos: found.left(now).count(),
    })
}

/// How many rows are before this one.
fn place_of(row: &Element) -> usize {
    std::iter::successors(row.previous_element_sibling(), Element::previous_element_sibling).count()
}

/// Once the page is drawn again, has the row at that place the focus, or the last one, or the title where there is none.
fn focus_row(panel: NodeRef<Section>, place: usize) {
    request_animation_frame(move || {
        let Some(panel) = panel.get_untracked() else { return };
        let nth = format!(".findings > :nth-child({})", place + 1);
        let found = [nth.as_str(), ".findings > :last-child", "#doctor-title"];
        let found = found.into_iter().find_map(|css| panel.query_selector(css).ok().flatten());
        focus(found);
    });
}

/// Brings a class's card on the screen and gives what `css` selects in it the focus.
fn show_class(class: u32, css: &str) {
    let Ok(Some(card)) = document().query_selector(&format!("[data-testid='class'][data-id='{class}']")) else {
        return;
    };
    focus(card.query_selector(css).ok().flatten());
    reveal(&card, f64::INFINITY);
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // What cannot have the focus does without.
        let _ = element.focus();
    }
}
