//! What a host can do wrong.

/// A fault that [`crate::Site`] commits on the files that it concerns.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The end of the paths concerned.
    pub path_end: String,
    /// What goes wrong.
    pub kind: Kind,
    /// How many requests it concerns.
    pub times: u32,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The connection breaks after that many bytes of the body.
    CutAfter(u64),
    /// Nothing more comes after that many bytes of the body, and the connection stays open.
    StallAfter(u64),
    /// The last bytes of the body, so many, never come, and the connection stays open as for the next request.
    Short(u64),
    /// One bit of that byte of the file is another.
    Flip(u64),
    /// This other file of the page comes in its place.
    Swapped(&'static str),
    /// The file ends after so many bytes, as the host tells truly.
    Ends(u64),
    /// A page saying "not found" comes with status 200, as hosts of single-page apps do, under this content type.
    Html(&'static str),
    /// That many bytes a second.
    Throttle(u64),
    /// This status and no body.
    Status(u16),
    /// Ranges are ignored: the whole file comes every time.
    NoRanges,
    /// Ranges are refused (416), whatever they ask for.
    RefusesRanges,
    /// This content type in the place of the right one.
    Type(&'static str),
    /// One more header.
    Header(&'static str, &'static str),
    /// What is compressed comes without a word of it.
    Unsaid,
}

/// The faults that are still to be committed.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The faults to commit on a request for `path`; each is one fewer to come.
    pub(crate) fn due(&mut self, path: &str) -> Vec<Kind> {
        let concerned = self.0.iter_mut().filter(|fault| fault.times > 0 && path.ends_with(&fault.path_end));
        concerned
            .map(|fault| {
                fault.times -= 1;
                fault.kind
            })
            .collect()
    }
}
