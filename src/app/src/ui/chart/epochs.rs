//! The epochs of a run as charts and as a table.

use headstart_protocol::Epoch;
use leptos::html::Details;
use leptos::prelude::*;

use super::component::Chart;
use super::data::{Axis, Colour, Mark, Point, Scale, Series, Stroke, Unit};
use crate::ui::TableScroller;
use crate::wording::{fixed, share};

/// The x axis of a run.
const EPOCHS: Axis = Axis { title: "Epoch", scale: Scale::Linear, unit: Unit::Count };
/// The y axis of a loss.
const LOSS: Axis = Axis { title: "Cross-entropy (nats)", scale: Scale::Linear, unit: Unit::Number };
/// The y axis of an accuracy.
const ACCURACY: Axis = Axis { title: "Photos answered correctly", scale: Scale::Linear, unit: Unit::Share };

/// The look of a line, and its name in the legend.
type Look = (&'static str, Colour, Stroke);

/// A single run's lines.
const ALONE: [Look; 2] =
    [("training photos", Colour::Accent, Stroke::Solid), ("validation photos", Colour::Warm, Stroke::Dashed)];
/// The lines of this project's run beside a published one.
const OURS: [Look; 2] =
    [("training (ours)", Colour::Accent, Stroke::Solid), ("validation (ours)", Colour::Accent, Stroke::Dashed)];
/// The lines of the published one.
const PUBLISHED: [Look; 2] =
    [("training (published)", Colour::Soft, Stroke::Solid), ("validation (published)", Colour::Soft, Stroke::Dashed)];

/// What is drawn of each epoch, over the training photos and over the validation photos.
type Figures = [fn(&Epoch) -> Option<f64>; 2];

const LOSSES: Figures = [|epoch| Some(epoch.loss), |epoch| epoch.val_loss];
const ACCURACIES: Figures = [|epoch| Some(epoch.accuracy), |epoch| epoch.val_accuracy];

/// Two lines of a run; one where it has no validation photos, none where it has no epochs.
fn lines(history: &[Epoch], figures: Figures, looks: [Look; 2]) -> impl Iterator<Item = Series> {
    let line = |(figure, (name, colour, stroke)): (fn(&Epoch) -> Option<f64>, Look)| {
        let points = history.iter().filter_map(|epoch| {
            let y = figure(epoch).filter(|y| y.is_finite())?;
            Some(Point { x: f64::from(epoch.epoch), y, deviation: None })
        });
        Series { name, colour, stroke, points: points.collect() }
    };
    figures.into_iter().zip(looks).map(line).filter(|series| !series.points.is_empty())
}

/// The lines of a run and those of a published one.
fn beside(own: &[Epoch], published: &[Epoch], figures: Figures) -> Vec<Series> {
    lines(own, figures, OURS).chain(lines(published, figures, PUBLISHED)).collect()
}

fn mark(epoch: u32, words: &str) -> Mark {
    Mark { x: f64::from(epoch), label: format!("{words} {epoch}") }
}

/// Loss and accuracy over the epochs of a run, which may still grow, and a table of them. Nothing before the first epoch.
#[component]
pub(crate) fn RunCharts(
    /// The run's epochs so far.
    #[prop(into)]
    history: Signal<Vec<Epoch>>,
    /// The epoch whose parameters were kept, if it is known.
    #[prop(optional, into)]
    best: Signal<Option<u32>>,
    /// The table's name for the tests.
    testid: &'static str,
) -> impl IntoView {
    let history = Memo::new(move |_| history.get());
    let has_epochs = Memo::new(move |_| history.with(|history| !history.is_empty()));
    let drawn = move |figures| Signal::derive(move || history.with(|history| lines(history, figures, ALONE).collect()));
    let marks = Signal::derive(move || best.get().map(|epoch| mark(epoch, "best epoch")).into_iter().collect());
    view! {
        <Show when=move || has_epochs.get()>
            <div class="curves">
                <Chart title="Loss" x=EPOCHS y=LOSS series=drawn(LOSSES) marks=marks />
                <Chart title="Accuracy" x=EPOCHS y=ACCURACY series=drawn(ACCURACIES) marks=marks />
            </div>
            <EpochTable title="The curves as a table" testid=testid history=history />
        </Show>
    }
}

/// Loss and accuracy of a run of ours beside those of a published one, and a table of each.
#[component]
pub(crate) fn RunsBeside(
    /// Our run's epochs; none where they are not known.
    own: Vec<Epoch>,
    /// Our best epoch.
    own_best: Option<u32>,
    /// The published run's epochs; none where there is no such run.
    published: Vec<Epoch>,
    /// The published run's best epoch.
    published_best: Option<u32>,
) -> impl IntoView {
    let losses = beside(&own, &published, LOSSES);
    let accuracies = beside(&own, &published, ACCURACIES);
    let own_mark = own_best.filter(|_| !own.is_empty()).map(|epoch| mark(epoch, "our best epoch"));
    let marks: Vec<_> =
        own_mark.into_iter().chain(published_best.map(|epoch| mark(epoch, "published best epoch"))).collect();
    let own_table =
        (!own.is_empty()).then(|| view! { <EpochTable title="Our run as a table" history=Signal::stored(own) /> });
    let published_table = (!published.is_empty()).then(|| {
        view! { <EpochTable title="The published run as a table" history=Signal::stored(published) /> }
    });
    view! {
        <div class="curves">
            <Chart title="Loss" x=EPOCHS y=LOSS series=Signal::stored(losses) marks=Signal::stored(marks.clone()) />
            <Chart title="Accuracy" x=EPOCHS y=ACCURACY series=Signal::stored(accuracies) marks=Signal::stored(marks) />
        </div>
        {own_table}
        {published_table}
    }
}

/// A table of epochs to unfold; its rows are made when it is.
#[component]
pub(crate) fn EpochTable(
    /// The words to press.
    title: &'static str,
    /// The table's name for the tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// The epochs.
    #[prop(into)]
    history: Signal<Vec<Epoch>>,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let is_open = RwSignal::new(false);
    let toggle = move |_| is_open.set(details.get_untracked().is_some_and(|details| details.open()));
    let shown = move || if is_open.get() { history.get() } else { Vec::new() };
    // With a bit of what the row says: a run after this one has the same epochs.
    let key = |epoch: &Epoch| (epoch.epoch, epoch.loss.to_bits());
    view! {
        <details class="history" node_ref=details on:toggle=toggle>
            <summary>{title}</summary>
            <TableScroller label=title>
                <table data-testid=testid>
                    <thead>
                        <tr>
                            <th scope="col">"Epoch"</th>
                            <th scope="col">"Loss"</th>
                            <th scope="col">"Accuracy"</th>
                            <th scope="col">"Validation loss"</th>
                            <th scope="col">"Validation accuracy"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=shown key=key children=row />
                    </tbody>
                </table>
            </TableScroller>
        </details>
    }
}

fn row(epoch: Epoch) -> impl IntoView {
    let shown = |figure: Option<String>| figure.unwrap_or_else(|| "–".to_owned());
    view! {
        <tr>
            <th scope="row">{epoch.epoch}</th>
            <td>{fixed(epoch.loss, 4)}</td>
            <td>{share(epoch.accuracy)}</td>
            <td>{shown(epoch.val_loss.map(|loss| fixed(loss, 4)))}</td>
            <td>{shown(epoch.val_accuracy.map(share))}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(figures: &[(f64, Option<f64>)]) -> Vec<Epoch> {
        let epochs = (1..).zip(figures);
        epochs
            .map(|(epoch, (loss, val_loss))| Epoch {
                epoch,
                loss: *loss,
                accuracy: 0.5,
                val_loss: *val_loss,
                val_accuracy: None,
                seconds: 0.0,
            })
            .collect()
    }

    fn names(series: &[Series]) -> Vec<&'static str> {
        series.iter().map(|series| series.name).collect()
    }

    #[test]
    fn a_run_has_a_line_for_each_kind_of_photos_that_it_has() {
        let run = history(&[(1.0, Some(0.9)), (f64::NAN, Some(0.7)), (0.4, Some(0.8))]);
        let losses: Vec<_> = lines(&run, LOSSES, ALONE).collect();
        assert_eq!(names(&losses), ["training photos", "validation photos"]);
        assert_eq!(
            losses[0].points.iter().map(|point| (point.x, point.y)).collect::<Vec<_>>(),
            [(1.0, 1.0), (3.0, 0.4)]
        );
        assert_eq!(names(&lines(&run, ACCURACIES, ALONE).collect::<Vec<_>>()), ["training photos"]);
        assert_eq!(lines(&[], LOSSES, ALONE).count(), 0);
    }

    #[test]
    fn a_run_without_epochs_leaves_the_published_one_alone() {
        let published = history(&[(1.0, Some(0.5))]);
        assert_eq!(names(&beside(&[], &published, LOSSES)), ["training (published)", "validation (published)"]);
        assert_eq!(beside(&published, &published, LOSSES).len(), 4);
    }
}
