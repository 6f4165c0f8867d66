//! What comparing two models reckons without a browser: the published runs, the table, and where curves stand on the screen.

pub(crate) mod facts;
pub(crate) mod learning_curve;
pub(crate) mod published;
