//! Names of statutes: the known ones (`data/statutes.yaml`), the kind that an ending tells, and one key for the spellings of one name.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

use super::{StatuteKind, StatuteName};
use crate::hangul::{compact, is_hangul, is_middle_dot, normalised};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[expect(dead_code, reason = "the file's own version, for its readers")]
    version: u32,
    statutes: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    kind: StatuteKind,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

/// Known statutes by the key of their names and aliases.
struct Register {
    entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
}

// A file that does not parse is caught by a test; at run time it would be an empty register.
static REGISTER: LazyLock<Register> = LazyLock::new(|| {
    let entries = serde_saphyr::from_str::<Document>(include_str!("../../data/statutes.yaml")).unwrap_or_default().statutes;
    let by_key =
        entries.iter().enumerate().flat_map(|(at, entry)| std::iter::once(&entry.name).chain(&entry.aliases).map(move |name| (compact(name), at))).collect();
    Register { entries, by_key }
});

fn known(key: &str) -> Option<&'static Entry> {
    let register: &'static Register = &REGISTER;
    register.by_key.get(key).and_then(|at| register.entries.get(*at))
}

const SUBORDINATE: &[(&str, StatuteKind)] = &[("시행령", StatuteKind::Decree), ("시행규칙", StatuteKind::Rule)];

/// The key under which spellings of one statute are the same: letters and digits of its official name where it is known, of the written name otherwise. Spaces, brackets, case and the kind of
/// middle dot (or what a wrong encoding made of it) do not count. Not for display.
#[must_use]
pub fn canonical_statute_name(name: &str) -> String {
    let key = compact(name);
    if let Some(entry) = known(&key) {
        return compact(&entry.name);
    }
    for (ending, _) in SUBORDINATE {
        if let Some(entry) = key.strip_suffix(ending).and_then(known) {
            return compact(&entry.name) + ending;
        }
    }
    key
}

/// The statute that a name names: the official name and kind of a known one, otherwise the name without brackets and the kind that its ending tells. `None` if the text is no name of a statute.
#[must_use]
pub fn statute_named(name: &str) -> Option<StatuteName> {
    let key = compact(name);
    if let Some(entry) = known(&key) {
        return Some(StatuteName { name: entry.name.clone(), kind: entry.kind });
    }
    for (ending, kind) in SUBORDINATE {
        if let Some(entry) = key.strip_suffix(ending).and_then(known) {
            let kind = if entry.kind == StatuteKind::Ordinance { StatuteKind::Ordinance } else { *kind };
            return Some(StatuteName { name: format!("{} {ending}", entry.name), kind });
        }
    }
    let kind = kind_by_ending(&key)?;
    Some(StatuteName { name: displayed(name), kind })
}

/// The act of a decree or rule, the ordinance of its rules. `None` for an act, and for one whose act neither its name nor the register tells.
#[must_use]
pub fn parent_name(statute: &StatuteName) -> Option<StatuteName> {
    let key = compact(&statute.name);
    if let Some(parent) = known(&key).and_then(|entry| entry.parent.as_deref()) {
        return statute_named(parent);
    }
    let name = SUBORDINATE.iter().find_map(|(ending, _)| statute.name.strip_suffix(ending))?.trim_end();
    statute_named(name)
}

/// Endings that look like 법 and are no act.
const NOT_ACTS: &[&str] = &[
    "방법",
    "기법",
    "용법",
    "문법",
    "해법",
    "불법",
    "적법",
    "위법",
    "입법",
    "합법",
    "편법",
    "수법",
    "요법",
    "어법",
    "화법",
    "비법",
    "탈법",
    "범법",
    "사용법",
    "관련법",
    "관계법",
    "개별법",
    "타법",
    "동법",
    "해당법",
    "같은법",
];

/// Words before 법령, 법률, 규정 that make them general: no statute is named.
const GENERAL: &[&str] = &[
    "관련",
    "관계",
    "개별",
    "기타",
    "해당",
    "각종",
    "소관",
    "타",
    "다른",
    "동",
    "같은",
    "관계되는",
    "관련되는",
    "위",
    "이",
    "그",
    "본",
    "자체",
    "내부",
    "별도",
    "현행",
];

/// Kind by the ending of the key. `None`: no statute.
fn kind_by_ending(key: &str) -> Option<StatuteKind> {
    // A name has two syllables besides its ending at least; what is shorter and real stands in the register.
    let is_named = |ending: &str| key.strip_suffix(ending).is_some_and(|before| before.chars().count() >= 2 && !GENERAL.contains(&before));
    if NOT_ACTS.iter().any(|word| key.ends_with(word)) {
        return None;
    }
    if key.strip_suffix("시행규칙").or_else(|| key.strip_suffix("시행세칙")).is_some_and(|of| of.ends_with("조례")) || is_named("조례") {
        return Some(StatuteKind::Ordinance);
    }
    if is_named("시행령") || is_named("대통령령") || is_named("임용령") || is_named("시험령") || is_named("징계령") || is_named("훈련령") {
        return Some(StatuteKind::Decree);
    }
    if is_named("시행규칙") || is_named("부령") || is_named("총리령") {
        return Some(StatuteKind::Rule);
    }
    if is_named("규칙") {
        return Some(if begins_with_local_government(key) { StatuteKind::Ordinance } else { StatuteKind::Rule });
    }
    if is_named("법률") || is_named("법") || (is_named("법령") && key.contains("관한")) {
        return Some(StatuteKind::Act);
    }
    let is_notice = ["고시", "훈령", "예규", "지침", "규정"].iter().any(|ending| is_named(ending))
        || (key.contains("관한") && ["기준", "요령", "세칙", "편람"].iter().any(|ending| is_named(ending)));
    if is_notice {
        return Some(StatuteKind::Notice);
    }
    (is_named("협약") || is_named("조약")).then_some(StatuteKind::Other).filter(|_| key.contains("관한"))
}

fn begins_with_local_government(key: &str) -> bool {
    const PROVINCES: &[&str] = &["경기도", "강원도", "충청북도", "충청남도", "전라북도", "전라남도", "경상북도", "경상남도", "제주도"];
    ["특별시", "광역시", "특별자치시", "특별자치도", "교육청"].iter().any(|word| key.contains(word))
        || PROVINCES.iter().any(|province| key.starts_with(province))
        || {
            // "김포시 … 규칙", "송파구 … 규칙": two or three syllables and 시, 군, 구.
            key.chars().take(4).skip(2).any(|c| matches!(c, '시' | '군' | '구')) && !key.starts_with("학교")
        }
}

/// The name as shown: no brackets, one kind of middle dot, also where a wrong encoding left a question mark between two syllables.
fn displayed(name: &str) -> String {
    let line = normalised(name);
    let mut shown = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    let mut last = ' ';
    while let Some(c) = characters.next() {
        let is_lost_dot = c == '?' && is_hangul(last) && characters.peek().is_some_and(|next| is_hangul(*next));
        if is_lost_dot || is_middle_dot(c) {
            shown.push('·');
        } else if !is_bracket(c) {
            shown.push(c);
        }
        last = c;
    }
    normalised(&shown)
}

/// Brackets in which names of statutes stand.
pub(super) const fn is_bracket(c: char) -> bool {
    matches!(c, '「' | '」' | '『' | '』' | '｢' | '｣' | '《' | '》' | '〈' | '〉' | '<' | '>' | '“' | '”' | '"' | '‘' | '’' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<(&str, StatuteKind)>) {
        assert_eq!(statute_named(name), expected.map(|(name, kind)| StatuteName { name: name.to_owned(), kind }), "{name:?}");
    }

    #[test]
    fn the_register_is_read() {
        assert!(serde_saphyr::from_str::<Document>(include_str!("../../data/statutes.yaml")).is_ok());
        assert!(REGISTER.entries.len() > 100);
        let names: usize = REGISTER.entries.iter().map(|entry| 1 + entry.aliases.len()).sum();
        assert_eq!(REGISTER.by_key.len(), names, "a name or alias stands twice");
        for parent in REGISTER.entries.iter().filter_map(|entry| entry.parent.as_ref()) {
            assert!(known(&compact(parent)).is_some(), "{parent}");
        }
    }

    #[test]
    fn names() {
        use StatuteKind::{Act, Decree, Notice, Ordinance, Rule};
        for (name, expected) in [
            ("개인정보보호법", Some(("개인정보 보호법", Act))),
            ("「개인정보 보호법」 시행령", Some(("개인정보 보호법 시행령", Decree))),
            ("초?중등교육법", Some(("초·중등교육법", Act))),
            ("초 · 중등교육법시행규칙", Some(("초·중등교육법 시행규칙", Rule))),
            ("저출산ㆍ고령사회기본법", Some(("저출산·고령사회기본법", Act))),
            ("민원처리에 관한법률시행령", Some(("민원 처리에 관한 법률 시행령", Decree))),
            ("공공기록물 관리에 관한 법령", Some(("공공기록물 관리에 관한 법률", Act))),
            ("환경오염피해 배상책임 및 구제에 과한 법률 시행령", Some(("환경오염피해 배상책임 및 구제에 관한 법률 시행령", Decree))),
            ("가상?사물법", Some(("가상·사물법", Act))),
            ("김포시 어린이집 운영 규칙", Some(("김포시 어린이집 운영 규칙", Ordinance))),
            ("학생건강기록부등전산처리및관리지침", Some(("학생건강기록부 등 전산처리 및 관리지침", Notice))),
            ("2017년도 정부산하 공공기관 기록물관리지침", Some(("2017년도 정부산하 공공기관 기록물관리지침", Notice))),
            ("수집방법", None),
            ("관련 법령", None),
            ("관련 법률", None),
            ("암호화된 DB활용", None),
            ("학교운영위원회운영계획", None),
            ("", None),
        ] {
            check(name, expected);
        }
    }

    #[test]
    fn keys_and_parents() {
        assert_eq!(canonical_statute_name("개인정보보호법"), canonical_statute_name("「개인정보 보호법」"));
        assert_eq!(canonical_statute_name("청탁금지법 시행령"), canonical_statute_name("부정청탁 및 금품등 수수의 금지에 관한 법률시행령"));
        assert_ne!(canonical_statute_name("개인정보보호법"), canonical_statute_name("개인정보보호법 시행령"));
        let parent = |name: &str| statute_named(name).as_ref().and_then(parent_name).map(|statute| statute.name);
        assert_eq!(parent("낚시관리 및 육성법 시행규칙").as_deref(), Some("낚시 관리 및 육성법"));
        assert_eq!(parent("공무원임용령").as_deref(), Some("국가공무원법"));
        assert_eq!(parent("개인정보 보호법"), None);
    }
}
