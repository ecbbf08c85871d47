//! Telephone numbers, fax numbers, e-mail and site addresses as documents write them, several in one text.

/// What a text says of how to reach somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) phones: Vec<String>,
    pub(crate) fax: Option<String>,
    pub(crate) email: Option<String>,
}

/// Reads "Tel) 02-123-4567, E-mail) a@b.kr, Fax) 02-123-4568".
pub(crate) fn contact(text: &str) -> Contact {
    // "(02) 123-4567", "02 - 123 - 4567"
    let text = &text.replace(") ", ")").replace(" - ", "-").replace("–", "-");
    let mut found = Contact { email: email(text), ..Contact::default() };
    for (start, number) in numbers(text) {
        // The word nearest before a number tells what it is; a number after another is of the same kind.
        let before: String = text[..start].chars().rev().take(14).collect::<String>().chars().rev().collect::<String>().to_lowercase();
        let fax = ["fax", "팩스", "모사전송", "f."].iter().filter_map(|word| before.rfind(word)).max();
        let phone = ["tel", "전화", "t.", "연락처", "phone"].iter().filter_map(|word| before.rfind(word)).max();
        let is_fax = fax.is_some() && fax > phone;
        if is_fax {
            found.fax.get_or_insert(number);
        } else if !found.phones.contains(&number) {
            for number in expanded(text, start, number) {
                if !found.phones.contains(&number) {
                    found.phones.push(number);
                }
            }
        }
    }
    found
}

/// Telephone numbers with where they begin: groups of digits with hyphens, dots or a parenthesis, 7 digits at least.
fn numbers(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_start = (bytes[at].is_ascii_digit() || (bytes[at] == b'(' && bytes.get(at + 1) == Some(&b'0')))
            && (at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'@'));
        if !is_start {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take(20).take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b')' | b'(')).count();
        let written = text[at..at + length].trim_end_matches(['-', '.', ')', '(']);
        let groups: Vec<&str> = written.split(['-', '.', ')', '(']).filter(|group| !group.is_empty()).collect();
        let digits: usize = groups.iter().map(|group| group.len()).sum();
        let is_number = match groups.as_slice() {
            [area, middle, last] => area.starts_with('0') && (2..=4).contains(&area.len()) && (3..=4).contains(&middle.len()) && last.len() == 4,
            [middle, last] => {
                middle.len() == 4 && last.len() == 4 && middle.starts_with('1')
                    || (3..=4).contains(&middle.len()) && last.len() == 4 && !middle.starts_with("20") && !middle.starts_with("19")
            }
            [one] => (9..=11).contains(&one.len()) && one.starts_with('0'),
            _ => false,
        };
        if is_number && digits >= 7 {
            found.push((at, groups.join("-")));
        }
        at += length.max(1);
    }
    found
}

/// "02-2133-2971~2" is two numbers.
fn expanded(text: &str, start: usize, number: String) -> Vec<String> {
    let rest = text[start..].trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | ')' | '('));
    let Some(rest) = rest.trim_start().strip_prefix(['~', '∼', '～']) else { return vec![number] };
    let digits = rest.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    let until = &rest.trim_start()[..digits];
    if !(1..=4).contains(&digits) || digits > number.len() {
        return vec![number];
    }
    let (head, tail) = number.split_at(number.len() - digits);
    match (tail.parse::<u32>(), until.parse::<u32>()) {
        (Ok(from), Ok(until)) if from < until && until - from <= 9 => (from..=until).map(|last| format!("{head}{last:0digits$}")).collect(),
        _ => vec![number],
    }
}

/// The first e-mail address.
pub(crate) fn email(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    for (at, _) in text.match_indices('@') {
        // "name @site.kr" is meant as one.
        let local: String = text[..at].trim_end_matches(' ').chars().rev().take_while(|c| is_part(*c)).collect::<Vec<_>>().into_iter().rev().collect();
        let site: String = text[at + 1..].trim_start_matches(' ').chars().take_while(|c| is_part(*c)).collect();
        let site = site.trim_end_matches('.');
        if !local.is_empty() && site.contains('.') {
            return Some(format!("{local}@{site}"));
        }
    }
    None
}

/// An address that is an office's, not a person's.
pub(crate) fn is_of_office(email: &str) -> bool {
    const OFFICES: &[&str] = &[
        "privacy",
        "cpo",
        "info",
        "admin",
        "webmaster",
        "help",
        "security",
        "contact",
        "support",
        "master",
        "pims",
        "cert",
        "csc",
        "office",
        "personal",
        "protect",
    ];
    let local = email.split('@').next().unwrap_or_default().to_ascii_lowercase();
    OFFICES.iter().any(|office| local.contains(office))
}

/// The first address of a site: with a scheme, "www.", or a name that ends as Korean sites do.
pub(crate) fn url(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '?' | '=' | '&' | '%' | '#' | '~');
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_alphanumeric()).map(|start| at + start) {
        let word: String = text[start..].chars().take_while(|c| is_part(*c)).collect();
        let address = word.trim_end_matches(['.', ':', '/', '-', '~']);
        let bare = address.trim_start_matches("https://").trim_start_matches("http://");
        let host = bare.split('/').next().unwrap_or_default();
        let is_site = address.starts_with("http") && host.contains('.')
            || host.starts_with("www.")
            || [".kr", ".com", ".net", ".org"].iter().any(|end| host.ends_with(end));
        if is_site && !text[..start].ends_with('@') && host.chars().any(|c| c.is_ascii_alphabetic()) {
            return Some(address.to_owned());
        }
        at = start + word.len().max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_reach_somebody() {
        let found = contact("Tel) 031-980-2381, E-mail)lotto @korea.kr , Fax)031-980-2090");
        assert_eq!(found, Contact { phones: vec!["031-980-2381".into()], fax: Some("031-980-2090".into()), email: Some("lotto@korea.kr".into()) });
        assert_eq!(contact("전화 : 02-2133-2971~2 - 이메일 : privacy@seoul.go.kr").phones, ["02-2133-2971", "02-2133-2972"]);
        assert_eq!(contact("(02) 123-4567").phones, ["02-123-4567"]);
        assert_eq!(contact("1833-6972, 2024-01-25, 2012.03.30").phones, ["1833-6972"]);
        assert_eq!(url("종합지원 포털(www.privacy.go.kr)").as_deref(), Some("www.privacy.go.kr"));
        assert_eq!(url("위원회(<https://www.simpan.go.kr>) 참고").as_deref(), Some("https://www.simpan.go.kr"));
        assert_eq!(url("privacy.kisa.or.kr").as_deref(), Some("privacy.kisa.or.kr"));
        assert_eq!(url("a@korea.kr"), None);
    }
}
