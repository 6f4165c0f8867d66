//! Names of zips that do not say how their letters are written: Windows writes them in the code page of its country.

use std::collections::BTreeSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, IBM866, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use oem_cp::code_table::DECODING_TABLE_CP850;

/// A code page that names are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodePage {
    /// The one of DOS in western Europe, which browsers do not know.
    Cp850,
    /// One that browsers know.
    Known(&'static Encoding),
}

/// The code pages that Windows and DOS write names in; of those that fit as well the first is taken.
const PAGES: [CodePage; 8] = [
    CodePage::Known(SHIFT_JIS),
    CodePage::Known(GBK),
    CodePage::Known(BIG5),
    CodePage::Known(EUC_KR),
    CodePage::Known(IBM866),
    CodePage::Cp850,
    CodePage::Known(WINDOWS_1252),
    CodePage::Known(WINDOWS_1251),
];

/// The most names that are looked at.
const LOOKED_AT: usize = 2_000;

impl CodePage {
    /// The code page in which `names` make the most sense, taken together: one alone is too short to tell.
    pub(crate) fn guess<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        let parts =
            names.filter(|name| !name.is_ascii()).take(LOOKED_AT).flat_map(|name| name.split(|byte| *byte == b'/'));
        let parts: BTreeSet<&[u8]> = parts.filter(|part| !part.is_ascii()).collect();
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        for part in &parts {
            detector.feed(part, false);
            detector.feed(b"\n", false);
        }
        detector.feed(b"", true);
        let detected = Self::Known(detector.guess(None, Utf8Detection::Deny));
        // The last of those that are best is taken.
        let candidates = PAGES.iter().rev().copied().chain([detected]);
        let sense = |page: Self| parts.iter().map(|part| page.sense(part)).sum::<Option<u32>>();
        candidates.max_by_key(|page| sense(*page)).unwrap_or(Self::Cp850)
    }

    /// What `name` says in it.
    pub(crate) fn read(self, name: &[u8]) -> String {
        match self {
            Self::Known(encoding) => encoding.decode_without_bom_handling(name).0.into_owned(),
            Self::Cp850 => name.iter().map(|byte| cp850(*byte)).collect(),
        }
    }

    /// How much sense `name` makes in it; none, where it cannot be written in it.
    fn sense(self, name: &[u8]) -> Option<u32> {
        match self {
            Self::Known(encoding) if !encoding.is_single_byte() => {
                encoding.decode_without_bom_handling_and_without_replacement(name)?;
                Some(sense_of_pairs(encoding, name))
            }
            // One letter a byte.
            page => Some(page.read(name).split(is_between).map(|word| page.sense_of_word(word)).sum()),
        }
    }

    /// A word makes sense if it is of one script, and has no capital letter behind a small one.
    fn sense_of_word(self, word: &str) -> u32 {
        let mut scripts = word.chars().map(script);
        let first = scripts.next().flatten();
        let is_of_one = first.is_some() && scripts.all(|script| script == first);
        let pairs = word.chars().zip(word.chars().skip(1));
        let is_cased = pairs.into_iter().all(|(a, b)| !(a.is_lowercase() && b.is_uppercase()));
        if !is_of_one || !is_cased {
            return 0;
        }
        let is_usual = |letter: &char| match self {
            Self::Cp850 => DECODING_TABLE_CP850[..FREQUENT].contains(letter),
            Self::Known(encoding) => encoding == IBM866 || encoding == WINDOWS_1251,
        };
        let of_letter = |letter: char| if is_usual(&letter) { LETTER } else { LETTER - 1 };
        let word = word.chars().filter(|letter| !letter.is_ascii());
        word.map(of_letter).sum()
    }
}

/// The first so many beyond ASCII of code page 850 are the letters of most languages of western Europe.
const FREQUENT: usize = 0x26;
/// The sense of a letter that is written in one byte, in a code page that zips are often in.
const LETTER: u32 = 10;
/// Of one that is written in two and frequent: few random bytes are.
const FREQUENT_PAIR: u32 = 21;
/// Of any other.
const PAIR: u32 = 6;

/// Code pages of East Asia have frequent signs in rows of their own, which the first byte tells.
fn sense_of_pairs(encoding: &'static Encoding, name: &[u8]) -> u32 {
    let (mut sense, mut at) = (0, 0);
    let is_latin = |at: Option<usize>| at.and_then(|at| name.get(at)).is_some_and(u8::is_ascii_alphabetic);
    while let Some(&lead) = name.get(at) {
        let is_pair = lead >= 0x81 && !(encoding == SHIFT_JIS && (0xa0..0xe0).contains(&lead));
        let Some(&trail) = name.get(at + 1).filter(|_| is_pair) else {
            at += 1;
            continue;
        };
        let is_frequent = if encoding == SHIFT_JIS {
            // The kana, and the kanji of the first level.
            matches!((lead, trail), (0x82, 0x9f..=0xf1) | (0x83, 0x40..=0x96) | (0x88..=0x97, _))
        } else if encoding == GBK {
            matches!((lead, trail), (0xb0..=0xd7, 0xa1..))
        } else if encoding == BIG5 {
            matches!(lead, 0xa4..=0xc6)
        } else if encoding == EUC_KR {
            matches!((lead, trail), (0xb0..=0xc8, 0xa1..))
        } else {
            lead >= 0xa4
        };
        // In a Latin word they are accents of another code page.
        let is_within = at > 0 && is_latin(at.checked_sub(1)) || is_latin(Some(at + 2));
        sense += if is_frequent && !is_within { FREQUENT_PAIR } else { PAIR };
        at += 2;
    }
    sense
}

fn cp850(byte: u8) -> char {
    byte.checked_sub(0x80).map_or(char::from(byte), |high| DECODING_TABLE_CP850[usize::from(high)])
}

fn is_between(letter: char) -> bool {
    letter.is_ascii() && !letter.is_ascii_alphabetic()
}

/// The script that a letter is of; none for any other sign.
fn script(letter: char) -> Option<u8> {
    match letter {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{17f}' => Some(0),
        '\u{386}' | '\u{388}'..='\u{3ff}' => Some(1),
        '\u{400}'..='\u{4ff}' => Some(2),
        '\u{5d0}'..='\u{5ea}' => Some(3),
        '\u{620}'..='\u{64a}' => Some(4),
        '\u{e01}'..='\u{e4e}' => Some(5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_the_code_page_of_their_country() {
        let written = |encoding: &'static Encoding, names: &[&str]| -> Vec<Vec<u8>> {
            names.iter().map(|name| encoding.encode(name).0.into_owned()).collect()
        };
        for (encoding, names) in [
            (SHIFT_JIS, &["猫/0.jpg", "猫/1.jpg", "犬/0.jpg"][..]),
            (SHIFT_JIS, &["ねこ/1.jpg", "いぬ/1.jpg"]),
            (SHIFT_JIS, &["ネコ/1.jpg", "イヌ/1.jpg"]),
            (SHIFT_JIS, &["写真/赤/1.jpg", "写真/青/1.jpg"]),
            (GBK, &["小猫/1.jpg", "小狗/1.jpg"]),
            (GBK, &["苹果/1.jpg", "香蕉/1.jpg"]),
            (BIG5, &["貓/1.jpg", "狗/1.jpg"]),
            (BIG5, &["蘋果/1.jpg", "香蕉/1.jpg"]),
            (EUC_KR, &["고양이/1.jpg", "강아지/1.jpg"]),
            (IBM866, &["Кошки/1.jpg", "Собаки/1.jpg"]),
            (IBM866, &["кот/1.jpg", "пёс/1.jpg"]),
            (IBM866, &["КОТ/фото 1.jpg", "ПЕС/фото 2.jpg"]),
            (WINDOWS_1251, &["Кошки/1.jpg", "Собаки/1.jpg"]),
            (WINDOWS_1252, &["Kätzchen/1.jpg", "Hündchen/1.jpg"]),
        ] {
            let bytes = written(encoding, names);
            let page = CodePage::guess(bytes.iter().map(Vec::as_slice));
            let read: Vec<_> = bytes.iter().map(|name| page.read(name)).collect();
            assert_eq!(read, names, "{page:?}");
        }
    }

    #[test]
    fn names_of_western_europe_are_those_of_dos() {
        for names in [
            &["Kätzchen/1.jpg", "Hündchen/1.jpg"][..],
            &["Kätzchen", "Hund"],
            &["Äpfel", "Birnen"],
            &["été", "hiver"],
            &["forêt", "désert", "château"],
            &["niño", "niña"],
            &["Öl", "Übung", "Straße"],
            &["água", "coração"],
            &["räv", "björn", "älg"],
            &["fågel"],
            &["Ærø", "Øl"],
        ] {
            let byte = |letter: char| (0..=255).find(|byte| cp850(*byte) == letter).unwrap();
            let bytes: Vec<Vec<u8>> = names.iter().map(|name| name.chars().map(byte).collect()).collect();
            let page = CodePage::guess(bytes.iter().map(Vec::as_slice));
            assert_eq!(bytes.iter().map(|name| page.read(name)).collect::<Vec<_>>(), names, "{page:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_somehow() {
        for bytes in [&b"\xff\xfe\xfd/\x80.jpg"[..], b"\x81", b"", b"\xa0\xa0\xa0"] {
            let page = CodePage::guess([bytes].into_iter());
            assert_eq!(page.read(bytes).is_empty(), bytes.is_empty());
        }
    }
}
