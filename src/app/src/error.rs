//! What can go wrong on the page's side, each a sentence that says what happened and what to do.

use headstart_protocol::{ErrorKind, Failure, LeftOut, WireError};

use crate::failure::{sentence, why_left_out};
use crate::wording::{counted, figure, mebibytes, thousands};

/// What went wrong, whoever noticed: the page itself, or the worker.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum PageError {
    /// The worker could not do what it was asked.
    #[error("{}", sentence(.0))]
    Engine(Failure),
    /// The worker ended while it was at it.
    #[error("The engine stopped while it was at this. Nothing is lost: try it again.")]
    EngineStopped,
    /// `?backend=` names no device.
    #[error("The address asks for the device “{name}”, which does not exist. Use ?backend=cpu or ?backend=webgpu.")]
    UnknownBackend { name: String },
    /// WebGPU is forced and cannot be had.
    #[error("WebGPU cannot be used here: {reason}. Open the page without ?backend=webgpu to use the processor.")]
    NoWebGpu { reason: String },
    /// `?size=` names no input size.
    #[error(
        "The address asks for photos of {value} pixels, but there is no head for that. Use ?size=150 or ?size=224."
    )]
    UnknownSize { value: String },
    /// A counting parameter that is no positive number.
    #[error("The address says {name}={value}, which is not a whole number above zero. Change it or leave it out.")]
    NotANumber { name: &'static str, value: String },
    /// A counting parameter beyond its limit.
    #[error("The address says {name}={value}, and {most} is the most that makes sense. Change it or leave it out.")]
    NumberTooLarge { name: &'static str, value: u32, most: u32 },
    /// The worker's script could not be loaded, or stopped.
    #[error(
        "The part of this page that looks at photos could not start or stopped ({detail}). Try again, or reload the page."
    )]
    WorkerFailed { detail: String },
    /// The host does not serve a file of the worker as it must.
    #[error("{sentence}")]
    Host { kind: ErrorKind, sentence: String },
    /// The worker did not answer for many times as long as it usually takes.
    #[error(
        "The part of this page that looks at photos did not answer for a long time, so it was ended. Try again, or reload the page."
    )]
    WorkerHangs,
    /// A photo during which the worker stopped, twice.
    #[error(
        "The engine stopped twice while it looked at this photo, so the photo is skipped. Try a smaller copy of it."
    )]
    PhotoStopsEngine,
    /// A message that cannot be read.
    #[error("{}", of_message(.0))]
    Message(#[from] WireError),
    /// A file without bytes.
    #[error("This file is empty. If it lies in a cloud folder, download it first; otherwise pick another one.")]
    EmptyFile,
    /// A file over the limit.
    #[error("This file has {}, more than the {} that fit here. Save the photo smaller and try again.", mebibytes(*.bytes), mebibytes(*.limit))]
    FileTooLarge { bytes: u64, limit: u64 },
    /// Files and folders among those that were given that the browser does not hand over.
    #[error("{} could not be read: {}. Check who may open them, or copy them to another folder, and add them again.", files_or_folders(.paths.len()), listed(.paths, .paths.len()))]
    Unreadable { paths: Vec<String> },
    /// The browser does not hand the bytes over.
    #[error("The browser could not read this file ({detail}). If it was moved or changed, pick it again.")]
    UnreadableFile { detail: String },
    /// The saved copy of a photo is not to be had.
    #[error("The saved copy of this photo cannot be read any more. Add the photo again.")]
    SavedCopyLost,
    /// A folder was dropped.
    #[error("This is a folder. Open it and drop the photos that lie in it.")]
    Folder,
    /// Something without files was dropped.
    #[error("There is no picture in what you dropped. Save the picture to your machine and drop that file.")]
    NothingDropped,
    /// A sample picture could not be fetched.
    #[error("The sample picture could not be fetched ({detail}). Check the connection and try again.")]
    SampleFailed { detail: String },
    /// No camera.
    #[error("No camera was found. Connect one and try again, or pick a photo instead.")]
    NoCamera,
    /// The camera was refused.
    #[error(
        "The camera is blocked for this page. Allow it in the browser's settings for this site and try again, or pick a photo instead."
    )]
    CameraRefused,
    /// The camera gives no picture.
    #[error(
        "The camera gives no picture ({detail}). Close other programs that use it and try again, or pick a photo instead."
    )]
    CameraFailed { detail: String },
    /// The page is shown inside another that does not allow it the camera.
    #[error(
        "The page that this one is shown in does not allow it the camera. Open this page by itself, or pick a photo instead."
    )]
    CameraFramed,
    /// The camera is on and sends nothing.
    #[error(
        "The camera is on, but no picture has come from it for 10 seconds. Open its lid or switch it on, close other programs that use it, and try again."
    )]
    CameraSilent,
    /// The page came over plain http.
    #[error(
        "The browser gives a camera only to pages opened over https:// or from localhost. Open the page that way, or pick a photo instead."
    )]
    InsecureCamera,
    /// The browser has no canvas to make a picture with.
    #[error("This browser cannot make a picture here. Add photos from files instead.")]
    NoCanvas,
    /// A class without a name.
    #[error("A class needs a name. The name before is kept.")]
    EmptyName,
    /// A name that does not fit a card.
    #[error("This name is too long. Use {limit} letters at most; the name before is kept.")]
    LongName { limit: usize },
    /// A name that another class bears.
    #[error("There is a class “{name}” already. Choose another name; the name before is kept.")]
    TakenName { name: String },
    /// A photo that the project has already.
    #[error("“{name}” is in the class “{class}” already, so it was not added again.")]
    Duplicate { name: String, class: String },
    /// Several of them.
    #[error("{count} photos are in this project already, so they were not added again.")]
    Duplicates { count: usize },
    /// Files that are no photos among those that were added.
    #[error("{} left out: {example}.", no_photos(*.count))]
    NoPhotos { count: usize, example: String },
    /// Nothing that was added can be a photo.
    #[error(
        "No photos were found in what you added. Choose JPEG, PNG or WebP files, or folders or zips that hold some."
    )]
    NothingToAdd,
    /// A setting that is no number in its bounds.
    #[error("This is not a number from {} to {}. The setting before is kept.", figure(*.least), figure(*.most))]
    BadSetting { least: f64, most: f64 },
    /// A setting that is no whole number in its bounds.
    #[error("This is not a whole number from {least} to {most}. The setting before is kept.")]
    BadWholeSetting { least: u32, most: u32 },
    /// A run with fewer than two classes.
    #[error("Training needs two classes at least that are switched on. Add another class and give it photos.")]
    TooFewClasses,
    /// A run with a class that has nothing to learn from.
    #[error("The class “{name}” has no photos to learn from. Add some, or switch the class off, and train again.")]
    EmptyClass { name: String },
    /// A run with a class whose photos all are to validate or test on.
    #[error(
        "Your folders hold out all photos of the class “{name}”, so there is none to train on. Add some, or switch the class off, and train again."
    )]
    AllHeldOut { name: String },
    /// The worker stopped during a run.
    #[error("The engine stopped while it trained. Your photos and the last head are still here: train again.")]
    TrainingLost,
    /// Something needs the worker before it is ready.
    #[error("The engine is not ready yet. Wait until its line above says so, and try again.")]
    EngineNotReady,
    /// A second zip at the same time.
    #[error("Another zip is still being worked on. Wait until it is done and try again.")]
    ZipBusy,
    /// The worker stopped at a zip, or the browser cannot hold it.
    #[error("The engine stopped while it worked on the zip. Nothing is lost: try it again.")]
    ZipLost,
    /// A project with more photos than a zip of one may hold.
    #[error("A project’s zip holds {} photos at most. Delete some, or move classes into another project.", thousands(*.limit as u64))]
    TooManyForZip { limit: usize },
    /// Photos that the browser no longer hands over while a zip is written; the first by their names.
    #[error("The zip is without {}, which could not be read any more: {}. The rest is in it.", counted(*.count, "photo"), listed(.names, *.count))]
    MissingInZip { count: usize, names: Vec<String> },
    /// The file that the visitor chose for a zip cannot be written.
    #[error(
        "The zip could not be written into the file that you chose ({detail}). Free some space, or choose another place, and try again."
    )]
    ZipNotSaved { detail: String },
    /// Files of a zip that could not be read.
    #[error("{}", left_out(.0))]
    LeftOut(LeftOutOfZip),
    /// A project of a later release.
    #[error("This project was saved by a newer release of this page. Reload the page without its cache and try again.")]
    NewerProject,
    /// A newer release changes the database while this one is open.
    #[error(
        "A newer release of this page is open in another tab, so nothing more is saved here. Reload this tab, or save the project as a zip."
    )]
    NewerRelease,
    /// The browser's data was deleted while the page is open.
    #[error(
        "This browser deleted what this page had saved. Your project is still here and is being saved again; a zip keeps it for sure."
    )]
    StorageCleared,
    /// Another tab writes the project.
    #[error(
        "This project is open in another tab, which saves it. Here it can only be looked at. Take it over to change it."
    )]
    TakenOver,
    /// Files that were given to a project or a class that is not open any more.
    #[error("{} not added: the project or the class that they were given to is not open any more. Add them again.", were(*.count))]
    GivenElsewhere { count: usize },
    /// Another tab has a project open that is to be changed.
    #[error("This project is open in another tab. Close it there and try again.")]
    OpenElsewhere,
    /// A project cannot be left.
    #[error(
        "{} of this project are not saved yet, so it stays open. Try again in a moment; where another tab has taken it over, take it over or save it as a zip.", counted(*.count, "change")
    )]
    Unsaved { count: usize },
    /// Places of photos that cannot be read.
    #[error("{} of this project could not be opened. They are left as they are; the rest is open.", counted(*.count, "photo"))]
    UnreadablePlaces { count: usize },
    /// A large import that may not fit.
    #[error(
        "These files have {}, and this browser grants about {} more. What does not fit is not saved: make room on the disk, or save the project as a zip.", mebibytes(*.bytes), mebibytes(*.room)
    )]
    LittleRoom { bytes: u64, room: u64 },
    /// What was saved cannot be read.
    #[error("A project saved in this browser could not be opened ({detail}). It is left as it is.")]
    NotOpened { detail: String },
    /// Nothing can be saved.
    #[error(
        "Not saved: this browser does not take it ({detail}). It is tried again; save the project as a zip before you close the page."
    )]
    NotSaved { detail: String },
    /// Nothing more can be saved.
    #[error(
        "Not saved: the disk space that this browser grants is full. Delete photos, or projects for good, to make room, or save the project as a zip before you close the page."
    )]
    DiskFull,
}

/// What could not be read of a zip.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LeftOutOfZip {
    /// The first of them.
    pub(crate) files: Vec<LeftOut>,
    /// How many there are.
    pub(crate) count: usize,
    /// Whether they are a project's.
    pub(crate) of_project: bool,
    /// Whether anything else was in the zip.
    pub(crate) has_rest: bool,
}

/// A sentence about what could not be read of a zip.
fn left_out(zip: &LeftOutOfZip) -> String {
    let names: Vec<String> =
        zip.files.iter().map(|file| format!("{} ({})", file.name, why_left_out(file.reason))).collect();
    let rest = if zip.has_rest { "The rest was opened." } else { "There was nothing else to open." };
    format!("{} of the zip could not be read: {}. {rest}", counted(zip.count, "photo"), listed(&names, zip.count))
}

/// The first few of `count` names.
fn listed(names: &[String], count: usize) -> String {
    let named = names.len().min(NAMED);
    let words = names[..named].join(", ");
    if count > named { format!("{words} and {} more", thousands((count - named) as u64)) } else { words }
}

/// So many files or folders.
fn files_or_folders(count: usize) -> String {
    if count == 1 { "1 file or folder".to_owned() } else { format!("{} files or folders", thousands(count as u64)) }
}

/// Names in a sentence, at most.
const NAMED: usize = 8;

/// A message that cannot be read.
fn of_message(error: &WireError) -> String {
    sentence(&Failure::Wire(error.clone()))
}

/// So many photos were.
fn were(count: usize) -> String {
    if count == 1 { "1 photo was".to_owned() } else { format!("{} were", counted(count, "photo")) }
}

/// The subject of a sentence about files that are no photos.
fn no_photos(count: usize) -> String {
    match count {
        1 => "1 file that is no photo was".to_owned(),
        many => format!("{many} files that are no photos were"),
    }
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        Self::Engine(failure)
    }
}

impl PageError {
    /// The kind, as `data-kind` names it.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Engine(failure) => failure.kind(),
            Self::UnknownBackend { .. } | Self::NoWebGpu { .. } => ErrorKind::BackendUnavailable,
            Self::UnknownSize { .. } => ErrorKind::HeadMismatch,
            Self::NotANumber { .. } | Self::NumberTooLarge { .. } => ErrorKind::Internal,
            Self::Host { kind, .. } => *kind,
            Self::WorkerFailed { .. }
            | Self::WorkerHangs
            | Self::EngineStopped
            | Self::PhotoStopsEngine
            | Self::TrainingLost
            | Self::EngineNotReady
            | Self::ZipLost => ErrorKind::WorkerFailed,
            Self::Message(WireError::Version { .. }) => ErrorKind::VersionMismatch,
            Self::Message(WireError::Malformed) => ErrorKind::WorkerFailed,
            Self::EmptyFile => ErrorKind::EmptyFile,
            Self::FileTooLarge { .. } => ErrorKind::ImageTooLarge,
            Self::UnreadableFile { .. }
            | Self::Unreadable { .. }
            | Self::SavedCopyLost
            | Self::Folder
            | Self::MissingInZip { .. } => ErrorKind::UnreadableFile,
            Self::NothingDropped | Self::NoPhotos { .. } | Self::NothingToAdd => ErrorKind::NotAnImage,
            Self::SampleFailed { .. } => ErrorKind::DownloadFailed,
            Self::NoCamera => ErrorKind::NoCamera,
            Self::CameraRefused | Self::CameraFramed => ErrorKind::CameraRefused,
            Self::CameraFailed { .. } | Self::CameraSilent | Self::NoCanvas => ErrorKind::CameraFailed,
            Self::InsecureCamera => ErrorKind::InsecureContext,
            Self::EmptyName | Self::LongName { .. } | Self::TakenName { .. } => ErrorKind::BadName,
            Self::Duplicate { .. } | Self::Duplicates { .. } => ErrorKind::Duplicate,
            Self::BadSetting { .. }
            | Self::BadWholeSetting { .. }
            | Self::TooFewClasses
            | Self::EmptyClass { .. }
            | Self::AllHeldOut { .. } => ErrorKind::CannotTrain,
            Self::ZipBusy | Self::TooManyForZip { .. } => ErrorKind::BadZip,
            Self::LeftOut(zip) if !zip.of_project => ErrorKind::BadZip,
            Self::LeftOut(_) | Self::NewerProject | Self::UnreadablePlaces { .. } => ErrorKind::BadProject,
            Self::ZipNotSaved { .. }
            | Self::NotOpened { .. }
            | Self::NotSaved { .. }
            | Self::DiskFull
            | Self::NewerRelease
            | Self::StorageCleared
            | Self::TakenOver
            | Self::OpenElsewhere
            | Self::GivenElsewhere { .. }
            | Self::Unsaved { .. }
            | Self::LittleRoom { .. } => ErrorKind::StorageFailed,
        }
    }
}

#[cfg(test)]
mod tests {
    use headstart_protocol::LeftOutReason;

    use super::*;

    fn zip(names: &[&str], count: usize, has_rest: bool) -> PageError {
        let file = |name: &&str| LeftOut { name: (*name).to_owned(), reason: LeftOutReason::Damaged };
        PageError::LeftOut(LeftOutOfZip { files: names.iter().map(file).collect(), count, of_project: true, has_rest })
    }

    #[test]
    fn what_could_not_be_read_is_named() {
        assert_eq!(
            zip(&["a.jpg", "b.jpg"], 2, true).to_string(),
            "2 photos of the zip could not be read: a.jpg (damaged), b.jpg (damaged). The rest was opened."
        );
        assert_eq!(
            zip(&["a.jpg"], 1, false).to_string(),
            "1 photo of the zip could not be read: a.jpg (damaged). There was nothing else to open."
        );
        let unreadable = PageError::Unreadable { paths: vec!["a/b.jpg".to_owned(), "c".to_owned()] }.to_string();
        assert!(unreadable.starts_with("2 files or folders could not be read: a/b.jpg, c. "), "{unreadable}");
        let many = zip(&["a"; 20], 1234, true).to_string();
        assert!(many.starts_with("1,234 photos") && many.contains(" and 1,226 more. "), "{many}");
    }
}
