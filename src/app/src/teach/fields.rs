//! What people type into the settings.

use crate::browser;
use crate::error::PageError;

/// An empty field leaves the choice to the trainer.
///
/// # Errors
/// Text that is no number between `least` and `most`.
pub(crate) fn number(text: &str, least: f64, most: f64) -> Result<Option<f64>, PageError> {
    let text = text.trim().replace(',', ".");
    if text.is_empty() {
        return Ok(None);
    }
    match browser::number(&text) {
        Some(number) if number >= least && number <= most => Ok(Some(number)),
        _ => Err(PageError::BadSetting { least, most }),
    }
}

/// The same for whole numbers.
///
/// # Errors
/// Text that is no whole number between `least` and `most`.
pub(crate) fn whole(text: &str, least: u32, most: u32) -> Result<Option<u32>, PageError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(number) if number >= least && number <= most => Ok(Some(number)),
        _ => Err(PageError::BadWholeSetting { least, most }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_choice_open() {
        assert_eq!((number(" ", 0.0, 1.0), whole("", 1, 5)), (Ok(None), Ok(None)));
    }

    #[test]
    fn numbers_are_read_and_kept_in_their_bounds() {
        assert_eq!(number("0,5", 0.0, 1.0), Ok(Some(0.5)));
        assert_eq!(number("1e-3", 0.0, 1.0), Ok(Some(0.001)));
        assert_eq!(whole(" 30 ", 1, 100), Ok(Some(30)));
        for text in ["abc", "2", "-1", "NaN", "inf"] {
            assert!(number(text, 0.0, 1.0).is_err(), "{text}");
        }
        for text in ["0", "1.5", "101", "-3", "x"] {
            assert!(whole(text, 1, 100).is_err(), "{text}");
        }
    }
}
