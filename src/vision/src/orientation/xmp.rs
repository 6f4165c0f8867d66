//! The orientation in an XMP packet.

/// What `tiff:Orientation` says, as an attribute or an element, from 1 to 8.
pub(super) fn orientation(packet: &[u8]) -> Option<u8> {
    const NAME: &[u8] = b"tiff:Orientation";
    packet.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME).find_map(|(at, _)| {
        let rest = packet[at + NAME.len()..].trim_ascii_start();
        let value = match rest.strip_prefix(b"=") {
            Some(quoted) => {
                quoted.trim_ascii_start().strip_prefix(b"\"").or_else(|| quoted.trim_ascii_start().strip_prefix(b"'"))
            }
            None => rest.strip_prefix(b">"),
        };
        let (digit, after) = value?.trim_ascii_start().split_first()?;
        let alone = !after.first().is_some_and(u8::is_ascii_digit);
        (alone && (b'1'..=b'8').contains(digit)).then_some(digit - b'0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_attribute_and_as_element() {
        assert_eq!(orientation(br#"<rdf:Description tiff:Orientation="6" tiff:Make="x"/>"#), Some(6));
        assert_eq!(orientation(b"<rdf:Description tiff:Orientation = '8'/>"), Some(8));
        assert_eq!(orientation(b"<tiff:Orientation>3</tiff:Orientation>"), Some(3));
        assert_eq!(orientation(b"<tiff:Orientation>\n 3 </tiff:Orientation>"), Some(3));
    }

    #[test]
    fn nothing_else() {
        for packet in [
            "",
            "tiff:Orientation",
            "tiff:Orientation=\"",
            "tiff:Orientation=\"9\"",
            "tiff:Orientation=\"16\"",
            "Orientation=\"6\"",
        ] {
            assert_eq!(orientation(packet.as_bytes()), None, "{packet}");
        }
    }
}
