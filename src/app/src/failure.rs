//! The worker's failures in sentences for a person: what happened, and what to do.

use headstart_protocol::{Backend, Failure, Learner, LeftOutReason, SettingOutOfRange, WireError};

use crate::wording::{counted, figure, mebibytes, thousands};

/// One or two sentences: what happened, what to do.
pub(crate) fn sentence(failure: &Failure) -> String {
    let device = |backend: &Backend| match backend {
        Backend::WebGpu => "GPU",
        Backend::Cpu => "processor",
    };
    match failure {
        // Photos.
        Failure::EmptyFile => "The file is empty. Choose another one, or copy it again from where it came.".to_owned(),
        Failure::NotAnImage => "The file is not a picture. Choose a JPEG, PNG, WebP, GIF or BMP.".to_owned(),
        Failure::DamagedImage { reason } => format!(
            "The picture is damaged or cut short ({reason}). Copy it again from where it came, or choose another one."
        ),
        Failure::BlankImage => {
            "The picture shows nothing: all of it has one colour, or is transparent. If it should show \
                                something, save it anew from where it came; otherwise choose another one."
                .to_owned()
        }
        Failure::FileTooLarge { bytes, limit } => format!(
            "The file has {}, more than the {} that can be read. Save the picture smaller and try again.",
            mebibytes(*bytes),
            mebibytes(*limit)
        ),
        Failure::ImageTooLarge { size, max_side, max_pixels } => {
            let found = match size {
                Some([width, height]) => format!("it has {width}×{height} pixels"),
                None => "its header names more pixels".to_owned(),
            };
            let millions = max_pixels / 1_000_000;
            format!(
                "The picture is too large: {found}, and {max_side} a side and {millions} million in all can be read. \
                 Make it smaller and try again."
            )
        }
        Failure::UnsupportedFormat { format } => format!(
            "{format} pictures can be read neither here nor by this browser. Save it as JPEG or PNG and try again."
        ),

        // Files that ship.
        Failure::Download { file, reason } => {
            format!("{file} could not be fetched ({reason}). Check the connection and reload the page.")
        }
        Failure::WrongContent { file } => format!(
            "The host answered {file} with a web page instead of the file. Whoever hosts this site must upload the \
             folder `models` too."
        ),
        Failure::WrongHash { file } => format!(
            "{file} has arrived, but it is not the one of this release: the host has files of two releases, or a damaged \
             copy. Reload the page; if that does not help, whoever hosts this site must upload all files of one release \
             again."
        ),
        Failure::CorruptFile { file, reason } => {
            format!("{file} cannot be used: {reason}. Reload the page, or have the file replaced by one that fits.")
        }
        Failure::CorruptModel { reason } => format!(
            "A model cannot be used: {reason}. Its file was damaged, or made by another program; take another one."
        ),
        Failure::CorruptRecord { file, reason } => format!(
            "{file} could not be read as figures of a model ({reason}). The host’s copy is of another release; reload \
             the page."
        ),

        // Heads.
        Failure::CorruptHead { reason } => {
            format!("The head file cannot be opened: {reason}. Choose another one, or train the head again.")
        }
        Failure::HeadMismatch { asked } => format!(
            "The head was trained for another base, or for another input size than {asked}×{asked}. Open it without \
             `?size=`, or train it again."
        ),
        Failure::OtherBase => {
            "This head was trained on another base than this page has. Open it with the release that \
                               made it, or train it again."
                .to_owned()
        }
        Failure::HeadSize { size } => format!(
            "This head looks at photos of {size}×{size} pixels; here they can have 150×150 or 224×224. Train it again."
        ),
        Failure::NoHead { size } => {
            format!("No head for {size}×{size} ships with this page. Use `?size=150` or `?size=224`.")
        }
        Failure::HeadFeatures { features } => format!(
            "The head was trained on other features of the base (`{features}`): it is from another release. Train it \
             again."
        ),
        Failure::WrongAnswer { model, error, bound } => {
            let model = match model {
                Learner::Transfer => "head",
                Learner::Scratch => "CNN",
            };
            format!(
                "The {model} answers its own test question off by {error:.1e} where {bound:.0e} is allowed. Its file is \
                 damaged, or this device computes wrongly: try another one."
            )
        }

        // The device.
        Failure::NoWebGpu { reason } => format!(
            "The GPU could not be used ({reason}). Without `?backend=webgpu` in the address the processor takes its \
             place."
        ),
        Failure::DeviceWrong { backend, error, bound } => format!(
            "This {} computes features that are off by {error:.1e} where {bound:.0e} is allowed. Without `?backend=` in \
             the address another device may take its place.",
            device(backend)
        ),
        Failure::DeviceLost { backend, reason } => {
            format!("The {} stopped answering ({reason}). Try again, or reload the page.", device(backend))
        }

        // Training.
        Failure::TooFewClasses { found } => format!(
            "There must be at least two classes to tell apart; here there is {found}. Add another one with photos."
        ),
        Failure::EmptyClass { class } => {
            format!("The class “{class}” has no photo to learn from. Add some, or switch the class off.")
        }
        Failure::TooFewToValidate { class } => format!(
            "The class “{class}” has too few photos to hold any out for validation. Add photos taken at another moment."
        ),
        Failure::ClassNames => "Two classes have the same name, or one has none. Name each one differently.".to_owned(),
        Failure::SettingOutOfRange(SettingOutOfRange { setting, least, most }) => format!(
            "Training cannot run with this {setting}: it can be from {} to {}. Change it and train again.",
            figure(*least),
            figure(*most)
        ),
        Failure::BadSettings { reason } => {
            format!("Training cannot run with these settings: {reason}. Change them and train again.")
        }
        Failure::OtherLayers => {
            "The head to go on from has other classes or other layers than this training. Start anew instead."
                .to_owned()
        }
        Failure::TunedStart => {
            "This head was trained together with the base’s last blocks, and training cannot go on from it. Take the tick \
             off “Go on from the present head” and train again; the head stays in use until the new one is there."
                .to_owned()
        }
        Failure::PhotosMissing { .. } => {
            "The engine does not have all photos of this training any more. Start it again.".to_owned()
        }
        Failure::TooManyToTune { most } => format!(
            "The last block can be trained on {} photos at most: what it needs of more does not fit into this page’s memory. \
             Switch classes off or remove photos; the head is still in use.",
            thousands(u64::from(*most))
        ),
        Failure::NoRoomToTune { megabytes } => format!(
            "Training the last block needs {megabytes} MB of memory, and this browser gives less. Close other tabs and try again; \
             the head is still in use."
        ),
        Failure::BadDescriptors { photo } => format!(
            "The features of a photo are damaged (number {photo} of those to train on). Remove the photo and add it \
             again."
        ),
        Failure::BadExamples { reason } => {
            format!("The photos to train on do not fit together ({reason}). Reload the page and train again.")
        }
        Failure::Diverged { epoch } => {
            format!("Training diverged in epoch {epoch}: its loss is not a number. Lower the learning rate.")
        }
        Failure::StoppedEarly => {
            "Training was stopped before its first epoch was over, so there is no network yet. Train again to have one."
                .to_owned()
        }

        // Zips and projects.
        Failure::NotAZip => "This is not a zip file, or its end is missing. Download or copy it again.".to_owned(),
        Failure::DamagedZip { reason } => format!("The zip file is damaged ({reason}). Download or copy it again."),
        Failure::TooManyInZip { limit } => {
            format!("The zip file holds more than {} files. Split it into several zips.", thousands(u64::from(*limit)))
        }
        Failure::ModelInZip { file } => format!(
            "The zip file holds a trained model of another program ({file}), as Teachable Machine exports it, and no \
             photos. Download the project itself there, as a .tm file, or the samples of each class, and add those."
        ),
        Failure::ZipGone { reason } => format!(
            "The browser could not read the zip file to its end ({reason}). If it was moved or changed, pick it again."
        ),
        Failure::ZipNotWritten { reason } => {
            format!("The zip file cannot be written ({reason}). Try it again, with fewer photos if that does not help.")
        }
        Failure::NoZip => "No zip file is open. Save the project, or open the zip, again.".to_owned(),
        Failure::NewerProject { found, expected } => format!(
            "The project was saved by a newer release (format {found}; this one reads {expected}). Reload the page, so \
             that it is up to date, and open it again."
        ),
        Failure::BadProject { reason } => format!(
            "The project in the zip file cannot be opened: {reason}. Unzip the file and add its photos as folders."
        ),
        Failure::NoPhotoInProject { photos, first } => format!(
            "Not one of the {} of this project could be read out of its zip file (the first, “{}”, is {}). Your present \
             project is untouched. Download or copy the zip again.",
            counted(*photos as usize, "photo"),
            first.name,
            why_left_out(first.reason)
        ),

        // Mistakes of the program or the browser.
        Failure::NotStarted => "The engine was asked for an answer before it was started. Reload the page.".to_owned(),
        Failure::Wire(WireError::Version { .. }) => {
            "The page and its worker come from different releases. Reload the page; if that does not help, whoever hosts this \
             site must upload all files of one release again."
                .to_owned()
        }
        Failure::Wire(WireError::Malformed) => {
            "A message between the page and its worker could not be read. Reload the page.".to_owned()
        }
        Failure::Browser { reason } => format!(
            "This browser refused a step that it should allow ({reason}). Reload the page, or try another browser."
        ),
        Failure::Internal { reason } => {
            format!("The engine stopped because of a mistake of ours ({reason}). Reload the page.")
        }
    }
}

/// Why a file of a zip could not be read, as in “a.jpg is …”.
pub(crate) fn why_left_out(reason: LeftOutReason) -> &'static str {
    match reason {
        LeftOutReason::Damaged => "damaged",
        LeftOutReason::Encrypted => "encrypted",
        LeftOutReason::Unsupported { method } => match method {
            9 => "compressed with Deflate64",
            12 => "compressed with bzip2",
            14 => "compressed with LZMA",
            20 | 93 => "compressed with Zstandard",
            95 => "compressed with XZ",
            98 => "compressed with PPMd",
            _ => "compressed in a rare way",
        },
        LeftOutReason::TooLarge => "larger than 64 MiB",
        LeftOutReason::Bomb => "compressed as no photo is",
        LeftOutReason::BadName => "named as no photo can be",
        LeftOutReason::Duplicate => "there twice",
        LeftOutReason::Nested => "a zip within a zip within a zip",
        LeftOutReason::Missing => "missing",
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::{LeftOut, Setting};

    use super::*;

    fn all() -> Vec<Failure> {
        let reason = || "a detail".to_owned();
        let file = || "base-224.bin".to_owned();
        let class = || "cat".to_owned();
        let first = LeftOut { name: "1.jpg".to_owned(), reason: LeftOutReason::Missing };
        let setting = SettingOutOfRange { setting: Setting::Views, least: 0.0, most: 16.0 };
        vec![
            Failure::EmptyFile,
            Failure::NotAnImage,
            Failure::DamagedImage { reason: reason() },
            Failure::BlankImage,
            Failure::FileTooLarge { bytes: 70 << 20, limit: 64 << 20 },
            Failure::ImageTooLarge { size: Some([20_000, 10]), max_side: 16_384, max_pixels: 64_000_000 },
            Failure::ImageTooLarge { size: None, max_side: 16_384, max_pixels: 64_000_000 },
            Failure::UnsupportedFormat { format: "HEIC".to_owned() },
            Failure::Download { file: file(), reason: reason() },
            Failure::WrongContent { file: file() },
            Failure::WrongHash { file: file() },
            Failure::CorruptFile { file: file(), reason: reason() },
            Failure::CorruptHead { reason: reason() },
            Failure::CorruptModel { reason: reason() },
            Failure::CorruptRecord { file: file(), reason: reason() },
            Failure::HeadMismatch { asked: 150 },
            Failure::OtherBase,
            Failure::HeadSize { size: 99 },
            Failure::NoHead { size: 99 },
            Failure::HeadFeatures { features: "mean(conv5_3)".to_owned() },
            Failure::NoWebGpu { reason: reason() },
            Failure::DeviceWrong { backend: Backend::WebGpu, error: 0.25, bound: 5e-3 },
            Failure::WrongAnswer { model: Learner::Scratch, error: 0.25, bound: 1e-3 },
            Failure::DeviceLost { backend: Backend::WebGpu, reason: reason() },
            Failure::TooFewClasses { found: 1 },
            Failure::EmptyClass { class: class() },
            Failure::TooFewToValidate { class: class() },
            Failure::ClassNames,
            Failure::SettingOutOfRange(setting),
            Failure::BadSettings { reason: reason() },
            Failure::OtherLayers,
            Failure::TunedStart,
            Failure::PhotosMissing { count: 2 },
            Failure::TooManyToTune { most: 3_014 },
            Failure::NoRoomToTune { megabytes: 400 },
            Failure::BadDescriptors { photo: 3 },
            Failure::BadExamples { reason: reason() },
            Failure::Diverged { epoch: 7 },
            Failure::StoppedEarly,
            Failure::NotAZip,
            Failure::DamagedZip { reason: reason() },
            Failure::TooManyInZip { limit: 20_000 },
            Failure::ModelInZip { file: "model.json".to_owned() },
            Failure::ZipGone { reason: reason() },
            Failure::ZipNotWritten { reason: reason() },
            Failure::NoZip,
            Failure::NewerProject { found: 2, expected: 1 },
            Failure::BadProject { reason: reason() },
            Failure::NoPhotoInProject { photos: 7, first },
            Failure::NotStarted,
            Failure::Wire(WireError::Version { theirs: 4 }),
            Failure::Wire(WireError::Malformed),
            Failure::Browser { reason: reason() },
            Failure::Internal { reason: reason() },
        ]
    }

    #[test]
    fn every_failure_has_a_sentence_of_its_own_that_is_whole() {
        let sentences: Vec<String> = all().iter().map(sentence).collect();
        for (index, words) in sentences.iter().enumerate() {
            assert!(words.starts_with(|first: char| first.is_uppercase() || "“b".contains(first)), "{words}");
            assert!(words.ends_with('.') && !words.contains("  ") && !words.contains(".."), "{words}");
            assert_eq!(sentences.iter().position(|other| other == words), Some(index), "{words}");
        }
    }

    #[test]
    fn what_is_too_large_says_by_how_much() {
        let words = sentence(&Failure::FileTooLarge { bytes: 70 << 20, limit: 64 << 20 });
        assert!(words.contains("70 MiB") && words.contains("64 MiB"), "{words}");
        let size = Some([30_000, 30_000]);
        let words = sentence(&Failure::ImageTooLarge { size, max_side: 16_384, max_pixels: 64_000_000 });
        assert!(words.contains("30000×30000") && words.contains("16384") && words.contains("64 million"), "{words}");
    }

    #[test]
    fn a_lost_device_is_named() {
        let lost = |backend| sentence(&Failure::DeviceLost { backend, reason: "reset".to_owned() });
        assert!(lost(Backend::WebGpu).starts_with("The GPU stopped answering (reset)."));
        assert!(lost(Backend::Cpu).starts_with("The processor stopped answering (reset)."));
    }
}
