//! Trained models of other programs, which hold no photos.

use crate::names::file_name;

/// Endings of files that are models: of TensorFlow, Keras, ONNX, PyTorch and Apple.
const ENDINGS: [&str; 10] = [".tflite", ".h5", ".hdf5", ".keras", ".onnx", ".pt", ".pth", ".mlmodel", ".pb", ".ckpt"];

/// The name of a file among `paths` that is a trained model, or a part of one.
pub(crate) fn model_in<'a>(paths: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: Vec<String> = paths.map(|path| file_name(path).to_ascii_lowercase()).collect();
    // What Teachable Machine exports for the browser: each of these alone may be anything.
    let is_web = names.iter().any(|name| name == "model.json") && names.iter().any(|name| name.ends_with(".bin"));
    names
        .into_iter()
        .find(|name| (is_web && name == "model.json") || ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_of_teachable_machine_are_models() {
        let model = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            model_in(paths.iter())
        };
        for (paths, expected) in [
            (&["model.json", "weights.bin", "metadata.json"][..], Some("model.json")),
            (&["labels.txt", "model_unquant.tflite"], Some("model_unquant.tflite")),
            (&["converted_keras/keras_Model.h5", "converted_keras/labels.txt"], Some("keras_model.h5")),
            (
                &["model.savedmodel/saved_model.pb", "model.savedmodel/variables/variables.index"],
                Some("saved_model.pb"),
            ),
            (&["model.json"], None),
            (&["data.bin", "notes.txt"], None),
            (&[], None),
        ] {
            assert_eq!(model(paths).as_deref(), expected, "{paths:?}");
        }
    }
}
