//! Bytes to text: UTF-8 with or without a byte-order mark, UTF-16 with one, CP949 (EUC-KR), and what a page says of itself.

use encoding_rs::{EUC_KR, Encoding, UTF_8};

/// How far into a page its own statement of its encoding is looked for, in bytes.
const PROLOGUE: usize = 4096;

/// The text of a document, and the name of the encoding that it was read in. Bytes that are no text in it become U+FFFD: nothing is refused here.
///
/// A byte-order mark counts first, then whether the bytes are UTF-8, then what the page states (`charset=`), then CP949, in which Korean documents otherwise come.
#[must_use]
pub fn decoded(bytes: &[u8]) -> (String, &'static str) {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => stated(bytes).unwrap_or_else(|| likelier(bytes)),
    };
    let (text, encoding, _) = encoding.decode(bytes);
    (text.into_owned(), encoding.name())
}

/// The encoding that a page states in its first lines, unless that is UTF-8 and the bytes are more like CP949.
fn stated(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PROLOGUE)]).to_ascii_lowercase();
    let label = head.split("charset=").nth(1)?.trim_start_matches(['"', '\'', ' ']);
    let label: String = label.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let label = if matches!(label.as_str(), "cp949" | "ms949" | "uhc") { "euc-kr" } else { &label };
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_8)
}

/// UTF-8 with a few broken bytes, or CP949: whichever leaves less unread.
fn likelier(bytes: &[u8]) -> &'static Encoding {
    let unread = |encoding: &'static Encoding| encoding.decode_without_bom_handling(bytes).0.chars().filter(|c| *c == '\u{FFFD}').count();
    if unread(UTF_8) <= unread(EUC_KR) { UTF_8 } else { EUC_KR }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_korean_documents() {
        let text = "개인정보 처리방침 ― 샾";
        let cp949 = EUC_KR.encode(text).0.into_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let bom: Vec<u8> = [0xEF, 0xBB, 0xBF].into_iter().chain(text.bytes()).collect();
        for (bytes, name) in [(text.as_bytes().to_vec(), "UTF-8"), (bom, "UTF-8"), (cp949.clone(), "EUC-KR"), (utf16, "UTF-16LE")] {
            assert_eq!(decoded(&bytes), (text.to_owned(), name));
        }
        let page = [b"<meta charset=\"utf-8\">".as_slice(), &cp949].concat();
        assert!(decoded(&page).0.ends_with(text), "a page that says UTF-8 and is CP949");
        let broken = ["개인정보 처리방침".as_bytes(), b"\xff", "제1조(목적)".as_bytes()].concat();
        assert_eq!(decoded(&broken), ("개인정보 처리방침\u{FFFD}제1조(목적)".to_owned(), "UTF-8"));
    }
}
