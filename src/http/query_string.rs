//! Query strings as forms write them (`application/x-www-form-urlencoded` of the URL standard), strictly: a name given twice, a broken escape or bytes that are not UTF-8 are errors.

/// Most parameters of a query string: each is compared with those before it.
const MOST: usize = 32;

/// Names and values of a query string.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn parse(query: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decode(name)?;
        if pairs.len() == MOST {
            return Err(format!("The query string has more than {MOST} parameters."));
        }
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(format!("The parameter `{}` is given twice. Give it once.", shown(&name)));
        }
        let value = decode(value).map_err(|what| format!("The parameter `{}`: {what}", shown(&name)))?;
        pairs.push((name, value));
    }
    Ok(pairs)
}

fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(digit), rest.next().and_then(digit)) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return Err("The query string has a `%` without two hexadecimal digits after it.".to_owned()),
            },
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| "The query string is not UTF-8.".to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("query=%7B+a+%7D&x&&variables=%EC%97%B4"), Ok(vec![pair("query", "{ a }"), pair("x", ""), pair("variables", "열")]));
        assert_eq!(parse("a=1&%61=2"), Err("The parameter `a` is given twice. Give it once.".to_owned()));
        assert_eq!(parse(&(0..40).map(|n| format!("p{n}&")).collect::<String>()), Err("The query string has more than 32 parameters.".to_owned()));
        for broken in ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%ff"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }
}
