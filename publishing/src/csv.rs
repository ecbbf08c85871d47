//! Comma-separated text (RFC 4180) as spreadsheet programs open it rightly: UTF-8 with a byte-order mark, and no cell that they would take for a formula.

use std::borrow::Cow;

use reading::formula::neutralised;

/// What a text begins with, so that spreadsheet programs read it as UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Adds a row to a text.
pub fn row<'c>(text: &mut String, cells: impl IntoIterator<Item = Cow<'c, str>>) {
    let mut is_first = true;
    for cell in cells {
        if !std::mem::take(&mut is_first) {
            text.push(',');
        }
        let cell = neutralised(&cell);
        if cell.contains([',', '"', '\n', '\r']) || cell.starts_with([' ', '\t']) || cell.ends_with([' ', '\t']) {
            text.push('"');
            let mut parts = cell.split('"');
            text.push_str(parts.next().unwrap_or_default());
            for part in parts {
                text.push_str("\"\"");
                text.push_str(part);
            }
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_the_standard_has_it() {
        let mut text = String::new();
        row(&mut text, ["성명, 주소", "\"가\"", "줄\n바꿈", "", "=1+1", "'=1", "－3", "'가", " 앞"].map(Cow::Borrowed));
        assert_eq!(text, "\"성명, 주소\",\"\"\"가\"\"\",\"줄\n바꿈\",,'=1+1,''=1,'－3,'가,\" 앞\"\r\n");
    }
}
