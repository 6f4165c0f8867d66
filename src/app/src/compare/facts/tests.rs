//! The table's figures with and without records.

use super::*;
use headstart_protocol::{Epoch, RunRecord};

fn column(columns: &[Column<'_>], title: &str) -> Vec<String> {
    let column = columns.iter().find(|column| format!("{}, {}", column.model, column.whose) == title).unwrap();
    Figure::ALL.map(|figure| column.cell(figure)).to_vec()
}

fn titles<'a>(columns: &[Column<'a>]) -> Vec<&'a str> {
    columns.iter().map(|column| column.model).collect()
}

fn facts() -> ModelFacts {
    let epoch = |epoch, val_accuracy| Epoch {
        epoch,
        loss: 0.5,
        accuracy: 0.8,
        val_loss: Some(0.4),
        val_accuracy,
        seconds: 3650.0 * f64::from(epoch),
    };
    ModelFacts {
        parameters: 14_718_786,
        trainable: 4098,
        bytes: 6_662_835,
        trained_on: Some(6000),
        run: Some(RunRecord {
            best_epoch: 2,
            val_accuracy: Some(0.98),
            epochs: vec![epoch(1, Some(0.9)), epoch(2, Some(0.98))],
        }),
        test: Some(TestRecord { photos: 2000, accuracy: 0.9825, reliability: None }),
    }
}

fn with_test(photos: u32, accuracy: f64) -> ModelFacts {
    ModelFacts { test: Some(TestRecord { photos, accuracy, reliability: None }), ..facts() }
}

#[test]
fn what_is_not_known_is_not_invented() {
    let columns = columns(None);
    assert_eq!(titles(&columns), [FROZEN, TUNED, TUNED_FURTHER, SCRATCH, SCRATCH]);
    for title in ["Head on the frozen base, ours", "Head and block 5, ours", "CNN from scratch, ours"] {
        assert!(column(&columns, title).iter().all(|cell| cell == NOTHING), "{title}");
    }
    let further = column(&columns, "Head and blocks 4, 5, published");
    let expected = ["19,172,673", "17,437,185", "–", "6,000", "–", "30 (23)", "9 min", "94.5 % of 2,000 photos", "–"];
    assert_eq!(further, expected);
    assert_eq!(column(&columns, "CNN from scratch, published")[0], "19,024,513");
}

#[test]
fn what_ships_is_shown() {
    let point = |learner, photos, mean| CurvePoint { learner, photos, draws: 3, mean, deviation: None };
    let curve = vec![
        point(Learner::Transfer, 1, 0.8),
        point(Learner::Transfer, 5, 0.93),
        point(Learner::Transfer, 10, 0.89),
        point(Learner::Scratch, 5, 0.6),
        point(Learner::Scratch, 3000, 0.87),
    ];
    let tuned = ModelFacts { trainable: 7_083_522, trained_on: None, bytes: 0, ..facts() };
    let shipped = Shipped { transfer: facts(), tuned: Some(tuned), curve, ..Shipped::default() };
    let columns = columns(Some(&shipped));
    let mut expected = [
        "14,718,786",
        "4,098",
        "6.7 MB",
        "6,000",
        "5",
        "2 (2)",
        "2.0 h",
        "98.0 %",
        "98.2 % (97.6 % to 98.7 %) of 2,000 photos",
    ];
    assert_eq!(column(&columns, "Head on the frozen base, ours"), expected);
    (expected[1], expected[2], expected[3], expected[4]) = ("7,083,522", NOTHING, NOTHING, NOTHING);
    assert_eq!(column(&columns, "Head and block 5, ours"), expected);
    let of_scratch = column(&columns, "CNN from scratch, ours");
    assert_eq!(of_scratch.into_iter().filter(|cell| cell != NOTHING).collect::<Vec<_>>(), ["over 3,000"]);
}

#[test]
fn a_release_without_a_tuned_model_has_no_column_for_one() {
    let shipped = Shipped { transfer: facts(), ..Shipped::default() };
    assert_eq!(titles(&columns(Some(&shipped))), [FROZEN, TUNED_FURTHER, SCRATCH, SCRATCH]);
    let records = TuningRecords { transfer: facts(), tuned: None };
    assert_eq!(titles(&tuning_columns(Some(&records))), [FROZEN, TUNED_FURTHER]);
    assert_eq!(titles(&tuning_columns(None)), [FROZEN, TUNED, TUNED_FURTHER]);
}

#[test]
fn what_tuning_gains_is_counted_on_the_same_photos() {
    let said = |photos, accuracy| gain(&TuningRecords { transfer: facts(), tuned: Some(with_test(photos, accuracy)) });
    let words = |end: &str| Some(format!("With block 5 trained, the model answers {end}"));
    assert_eq!(said(2000, 0.9875), words("10 more of the same 2,000 test photos correctly."));
    assert_eq!(said(2000, 0.9825), words("as many of the same 2,000 test photos correctly."));
    assert_eq!(said(2000, 0.98), words("5 fewer of the same 2,000 test photos correctly: it did not help."));
    assert_eq!(said(1000, 0.99), None);
    assert_eq!(gain(&TuningRecords { transfer: facts(), tuned: None }), None);
}
