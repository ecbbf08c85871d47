//! Reading a cell of items: one pass over the text, with markers of requirement and subject, and parentheses that either list a subject's items or qualify one item.

use super::{CollectedItem, ItemCategories, ItemRequirement};
use crate::hangul::{is_middle_dot, normalised};

/// Lists nest this deep at most ("신청자(보호자(성명))"); what is deeper qualifies its item.
const DEEPEST_LIST: usize = 3;

/// The items that one cell names, in order, as written. A parenthesis lists items of a subject only if a person or group stands before it and items stand in it ("신청자(아이디,
/// 이름)"); any other qualifies its item ("성명(한글, 한자)"). A middle dot or a slash divides only where every part is an item by itself.
#[must_use]
pub fn parse(cell: &str) -> Vec<CollectedItem> {
    let text = cell.lines().map(normalised).collect::<Vec<_>>().join("\n");
    let mut reader = Reader { items: Vec::new(), requirement: ItemRequirement::Unspecified, subject: None };
    reader.read(&text, 0);
    reader.items
}

struct Reader {
    items: Vec<CollectedItem>,
    requirement: ItemRequirement,
    subject: Option<String>,
}

impl Reader {
    fn read(&mut self, text: &str, depth: usize) {
        let closings = closings(text);
        let mut start = 0;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let next = at + c.len_utf8();
            if let Some(close) = closings.get(&at).copied() {
                let inner = &text[next..close];
                let after = close + text[close..].chars().next().map_or(1, char::len_utf8);
                let before = text[start..at].trim();
                if Self::is_marker(inner, before, &text[after..], c) {
                    self.push(before);
                    self.mark(inner);
                    start = after;
                } else if c != '['
                    && depth < DEEPEST_LIST
                    && (ends_item(&text[after..]) || text[after..].starts_with(' '))
                    && Self::lists_items(without_bullet(before), inner, depth)
                {
                    self.read_list(without_bullet(before), inner, depth);
                    start = after;
                } else if let Some(requirement) = requirement_of(inner).filter(|_| ends_item(&text[after..]) && names_only_requirement(inner)) {
                    // "성명(필수), 주소(선택)": of this item alone.
                    let outer = std::mem::replace(&mut self.requirement, requirement);
                    self.push(before);
                    self.requirement = outer;
                    start = after;
                }
                at = after;
            } else if matches!(c, ':' | '：') && self.label(&text[start..at]) {
                start = next;
                at = next;
            } else if is_separator(c) {
                self.push(&text[start..at]);
                if c == '\n' && depth == 0 && self.subject.is_some() && text[next..].trim_start().starts_with(BULLETS) {
                    // A new bullet is a new paragraph: whose items the last one listed says nothing of it.
                    self.subject = None;
                }
                start = next;
                at = next;
            } else if c == '/' && text[..at].ends_with(' ') && text[next..].starts_with(' ') {
                self.push(&text[start..at]);
                start = next;
                at = next;
            } else {
                at = next;
            }
        }
        self.push(&text[start..]);
    }

    /// Items of a subject: "신청자(아이디, 이름)", "신청자정보(…)".
    fn read_list(&mut self, head: &str, inner: &str, depth: usize) {
        let subject = head.strip_suffix("정보").map_or(head, str::trim_end).to_owned();
        let outer = (self.subject.replace(subject), self.requirement);
        self.read(inner, depth + 1);
        (self.subject, self.requirement) = outer;
    }

    /// The head is a person or group, and one of what stands in the parenthesis is an item.
    fn lists_items(head: &str, inner: &str, depth: usize) -> bool {
        if !is_person(head.strip_suffix("정보").map_or(head, str::trim_end)) {
            return false;
        }
        let mut trial = Self { items: Vec::new(), requirement: ItemRequirement::Unspecified, subject: None };
        // A list in the list is not looked into: one level tells whether it is one.
        trial.read(inner, DEEPEST_LIST.max(depth));
        trial.items.iter().any(|item| is_categorised(&item.name))
    }

    /// A bracketed word that rules what follows: `[필수]`, `(관리자)` before an item, `[일반정보]` at the beginning of one.
    fn is_marker(inner: &str, before: &str, after: &str, bracket: char) -> bool {
        let begins = without_bullet(before).is_empty();
        let goes_on = !ends_item(after);
        let is_square = matches!(bracket, '[' | '【' | '<' | '＜' | '〈');
        if requirement_of(inner).is_some() && is_within(inner, 20) {
            return is_square || begins || goes_on;
        }
        if is_person(inner.trim()) {
            // "이메일 (관리자)소속": the word belongs to what follows it.
            return goes_on && (begins || is_categorised(before));
        }
        is_square && begins && goes_on && is_within(inner, 20)
    }

    /// Takes a marker's words: requirement, and the subject if one is left ("회원 필수").
    fn mark(&mut self, words: &str) {
        if let Some(requirement) = requirement_of(words) {
            self.requirement = requirement;
            self.subject = None;
        }
        let rest = without_requirement(words);
        if is_person(&rest) {
            self.subject = Some(rest);
        }
    }

    /// Whether the words before a colon are a label ("필수항목 :", "관리자 :", "개인정보 항목 :"), which is then taken.
    fn label(&mut self, words: &str) -> bool {
        const COLUMNS: &[&str] = &["항목", "일반정보", "고유식별정보", "민감정보", "개인정보", "수집정보", "기본정보", "필수정보", "선택정보", "제공정보"];
        let words = without_bullet(words.trim());
        if !is_within(words, 40) {
            return false;
        }
        let is_label = requirement_of(words).is_some() || is_person(words) || COLUMNS.iter().any(|column| words.replace(' ', "").ends_with(column));
        if is_label {
            self.mark(words);
        }
        is_label
    }

    /// Adds what stands between two separators.
    fn push(&mut self, words: &str) {
        let mut name = without_bullet(words.trim()).trim_end_matches([' ', ',', '.', ';']);
        // "필수항목 성명": the marker without brackets or colon.
        for (marker, requirement) in [
            ("필수항목 ", ItemRequirement::Required),
            ("선택항목 ", ItemRequirement::Optional),
            ("필수사항 ", ItemRequirement::Required),
            ("선택사항 ", ItemRequirement::Optional),
        ] {
            if let Some(rest) = name.strip_prefix(marker) {
                (self.requirement, self.subject) = (requirement, None);
                name = rest.trim_start();
            }
        }
        if names_only_requirement(name)
            && let Some(requirement) = requirement_of(name)
        {
            (self.requirement, self.subject) = (requirement, None);
            return;
        }
        for part in parts(name) {
            if part.chars().any(char::is_alphanumeric) {
                // A qualifier may hold a line break.
                self.items.push(CollectedItem { name: normalised(part), requirement: self.requirement, subject: self.subject.clone(), marker: None });
            }
        }
    }
}

/// Where each parenthesis or bracket closes, for those that do.
fn closings(text: &str) -> std::collections::HashMap<usize, usize> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut closings = std::collections::HashMap::new();
    for (at, c) in text.char_indices() {
        let opening = match c {
            '(' | '（' | '[' | '【' | '<' | '＜' | '〈' => {
                open.push((at, c));
                continue;
            }
            ')' | '）' => ['(', '（'],
            ']' => ['[', '['],
            '】' => ['【', '【'],
            '>' | '＞' => ['<', '＜'],
            '〉' => ['〈', '〈'],
            _ => continue,
        };
        if open.last().is_some_and(|(_, last)| opening.contains(last)) {
            closings.extend(open.pop().map(|(from, _)| (from, at)));
        }
    }
    closings
}

const BULLETS: [char; 15] = ['○', '●', '◦', '▪', '■', '□', '▶', '•', '※', '-', '–', '*', '☞', '◎', 'ㅇ'];

const fn is_separator(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | ';' | '\n' | '○' | '●' | '◦' | '▪' | '■' | '□' | '▶' | '•' | '※' | '◎')
}

/// The item ends here: nothing, a separator, a bracket or a closing follows.
fn ends_item(after: &str) -> bool {
    let rest = after.trim_start_matches(' ');
    rest.chars().next().is_none_or(|c| is_separator(c) || matches!(c, '[' | '【' | '<' | '/' | ')' | '.'))
        || (after.starts_with(' ') && rest.starts_with(['(', '-']))
}

/// Without bullets and numbers ("1.", "가)", "①") at its beginning.
fn without_bullet(words: &str) -> &str {
    let rest = words.trim_start_matches(|c: char| c == ' ' || BULLETS.contains(&c) || is_middle_dot(c) || ('①'..='⑳').contains(&c));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) && rest[digits..].starts_with(['.', ')']) {
        return rest[digits + 1..].trim_start();
    }
    let mut characters = rest.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), Some('.' | ')')) if "가나다라마바사아자차카타파하".contains(letter) => characters.as_str().trim_start(),
        _ => rest,
    }
}

fn requirement_of(words: &str) -> Option<ItemRequirement> {
    if words.contains("필수") {
        Some(ItemRequirement::Required)
    } else if words.contains("선택") {
        Some(ItemRequirement::Optional)
    } else if words.contains("자동") && !words.contains("자동차") && !words.contains("자동이체") {
        Some(ItemRequirement::Automatic)
    } else {
        None
    }
}

/// The words say which items are required and nothing else.
fn names_only_requirement(words: &str) -> bool {
    requirement_of(words).is_some() && !without_requirement(words).chars().any(char::is_alphanumeric)
}

/// Without 필수, 선택, 자동수집, 항목 and the like.
fn without_requirement(words: &str) -> String {
    let mut rest = words.to_owned();
    for word in ["필수", "선택", "자동", "수집", "입력", "생성", "항목", "사항", "정보", "동의", "적"] {
        if requirement_of(words).is_some() {
            rest = rest.replace(word, " ");
        }
    }
    normalised(rest.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Words for those whose data are held; a name that ends in one is a person or group ("대상아동", "기업 회원").
const PERSONS: &[&str] = &[
    "신청자",
    "신청인",
    "대상자",
    "대상아동",
    "아동",
    "보호자",
    "대리인",
    "회원",
    "관리자",
    "담당자",
    "본인",
    "배우자",
    "가족",
    "가구원",
    "구성원",
    "자녀",
    "부모",
    "학생",
    "교사",
    "교원",
    "교직원",
    "강사",
    "튜터",
    "직원",
    "임직원",
    "종사자",
    "근로자",
    "이용자",
    "사용자",
    "수급자",
    "수혜자",
    "민원인",
    "청구인",
    "위임자",
    "위임인",
    "수임자",
    "수임인",
    "대표자",
    "사업주",
    "사업자",
    "소유자",
    "세대주",
    "세대원",
    "납세자",
    "납부자",
    "체납자",
    "임차인",
    "임대인",
    "환자",
    "피해자",
    "가해자",
    "참여자",
    "참가자",
    "응시자",
    "지원자",
    "입주자",
    "방문자",
    "예약자",
    "구매자",
    "수강생",
    "교육생",
    "졸업생",
    "재학생",
    "연수생",
    "유아",
    "영유아",
    "원아",
    "청소년",
    "어르신",
    "노인",
    "장애인",
    "외국인",
    "조력자",
    "돌보미",
    "봉사자",
    "후원자",
    "추천인",
    "추천자",
    "보증인",
    "상속인",
    "개인",
    "법인",
    "단체",
    "기업",
    "양육자",
    "위원",
    "공무원",
    "신고자",
    "신고인",
    "제안자",
    "고객",
    "근무자",
    "운전자",
    "승객",
    "탑승자",
    "의뢰인",
    "의뢰자",
    "당사자",
    "책임자",
    "교육대상자",
    "수료자",
    "퇴직자",
    "채용자",
    "입소자",
    "임산부",
    "산모",
    "신생아",
    "친권자",
    "후견인",
    "동거인",
    "유족",
    "수취인",
    "발송인",
    "수령인",
    "수령자",
];

/// Whether the words name a person or group whose data are held ("대상아동", "기업 회원").
#[must_use]
pub fn is_person(words: &str) -> bool {
    let words = words.trim();
    // Long words are a description, and a list is none.
    is_within(words, 30) && !words.contains([',', '·', '/']) && PERSONS.iter().any(|person| words.ends_with(person))
}

/// At most so many characters; long texts are not counted through.
fn is_within(words: &str, characters: usize) -> bool {
    words.chars().nth(characters).is_none()
}

fn is_categorised(name: &str) -> bool {
    ItemCategories::bundled().classify(name).category.is_some()
}

/// "성명·주소", "아이디/비밀번호": parts, where each is an item by itself; otherwise the whole ("수형/선고 유무", "시·군·구명").
fn parts(name: &str) -> Vec<&str> {
    let is_divider = |c: char| c == '/' || is_middle_dot(c);
    if name.contains(['(', '（', '[']) || name.len() > 400 {
        return vec![name];
    }
    let parts: Vec<&str> = name.split(is_divider).collect();
    if parts.len() > 1 && parts.iter().all(|part| ItemCategories::bundled().is_word(part)) { parts } else { vec![name] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Items in short: "이름!" required, "이름?" optional, "이름~" automatic, "관리자:이름" with its subject.
    fn short(cell: &str) -> Vec<String> {
        parse(cell)
            .into_iter()
            .map(|item| {
                let mark = match item.requirement {
                    ItemRequirement::Required => "!",
                    ItemRequirement::Optional => "?",
                    ItemRequirement::Automatic => "~",
                    ItemRequirement::Unspecified => "",
                };
                format!("{}{}{mark}", item.subject.map(|subject| subject + ":").unwrap_or_default(), item.name)
            })
            .collect()
    }

    #[track_caller]
    fn check(cell: &str, expected: &[&str]) {
        assert_eq!(short(cell), expected, "{cell:?}");
    }

    #[test]
    fn cells_of_published_policies() {
        check(
            "[필수] 아이디, 이름, 휴대폰번호, 생년월일, 이메일 (관리자)소속(회사명), 직급, 전화번호, IP주소, 비밀번호 [선택] 가구현황",
            &[
                "아이디!",
                "이름!",
                "휴대폰번호!",
                "생년월일!",
                "이메일!",
                "관리자:소속(회사명)!",
                "관리자:직급!",
                "관리자:전화번호!",
                "관리자:IP주소!",
                "관리자:비밀번호!",
                "가구현황?",
            ],
        );
        check(
            "[회원 필수] 아이디, 이름, 이메일 (관리자) 소속(회사명), 직급 [선택] 가구현황",
            &["회원:아이디!", "회원:이름!", "회원:이메일!", "관리자:소속(회사명)!", "관리자:직급!", "가구현황?"],
        );
        check(
            "[필수] 신청자정보(아이디, 이름, 주민등록번호, 외국인등록번호, 휴대폰번호, 주소, 소득정보, 계좌번호), 대상아동정보, 육아조력자정보, 가구구성원정보 [선택] 휴대폰번호, 이메일",
            &[
                "신청자:아이디!",
                "신청자:이름!",
                "신청자:주민등록번호!",
                "신청자:외국인등록번호!",
                "신청자:휴대폰번호!",
                "신청자:주소!",
                "신청자:소득정보!",
                "신청자:계좌번호!",
                "대상아동정보!",
                "육아조력자정보!",
                "가구구성원정보!",
                "휴대폰번호?",
                "이메일?",
            ],
        );
        check("신청자(아이디, 이름), 대상아동(이름, 생년월일, 성별)", &["신청자:아이디", "신청자:이름", "대상아동:이름", "대상아동:생년월일", "대상아동:성별"]);
        check(
            "- 필수항목 : 성명, 생년월일, 아이디\n- 선택항목 : 결혼여부, 직업, 최종학력",
            &["성명!", "생년월일!", "아이디!", "결혼여부?", "직업?", "최종학력?"],
        );
        check("납세자성명, 주민등록번호, 물건지, 과세내역등", &["납세자성명", "주민등록번호", "물건지", "과세내역등"]);
        check("수형/선고 유무", &["수형/선고 유무"]);
    }

    #[test]
    fn qualifiers_stay_with_their_item() {
        for item in [
            "허가(등록)·신고 시·군·구명",
            "낚시터·낚시어선 명칭",
            "허가(등록)·신고증 번호",
            "어선번호(낚시어선에 한함)",
            "성명(한글, 한자, 영문)",
            "연락처(전화번호, 핸드폰)",
            "자격 사항(면허, 자격증)",
            "수강인구분(낚시터업자, 낚시어선업자, 선원)",
            "낚시터(낚시어선) 명칭",
            "아이핀(I-PIN)식별번호",
            "질환정보(의료진료기록, 치료관련기록, 약품조제기록)",
            "주민등록번호 또는 여권번호",
            "저서 및 주요논문",
            "소속(회사명)",
            "닉네임 또는 이름",
            "이메일(담당자)",
            "기타(전화번호:이벤트 경품 발송 시)",
        ] {
            check(item, &[item]);
        }
    }

    #[test]
    fn other_forms() {
        check("", &[]);
        check(" , ; \n-", &[]);
        check("성명(필수), 주소(선택)", &["성명!", "주소?"]);
        check("(필수) 성명, 주소 (선택) 이메일", &["성명!", "주소!", "이메일?"]);
        check("필수항목: 성명, 자동수집항목: IP주소, 쿠키", &["성명!", "IP주소~", "쿠키~"]);
        check("성명·주소·연락처", &["성명", "주소", "연락처"]);
        check("아이디/비밀번호/이름", &["아이디", "비밀번호", "이름"]);
        check("성명 / 주소", &["성명", "주소"]);
        check("1. 성명\n2. 주소\n○ 연락처 ▪ 이메일", &["성명", "주소", "연락처", "이메일"]);
        check("관리자 : 소속, 직급", &["관리자:소속", "관리자:직급"]);
        check("개인정보 항목 : 성명, 주소", &["성명", "주소"]);
        check("[일반정보] 성명, 주소\n[고유식별정보] 주민등록번호", &["성명", "주소", "주민등록번호"]);
        check("신청자(아이디,\n이름) 대상아동(이름)", &["신청자:아이디", "신청자:이름", "대상아동:이름"]);
        check("학생(성명, 보호자(성명, 연락처))", &["학생:성명", "보호자:성명", "보호자:연락처"]);
        check("성명(한글,\n한자), 주소", &["성명(한글, 한자)", "주소"]);
        check("성명, 주소(도로명", &["성명", "주소(도로명"]);
        check("성명), 주소", &["성명)", "주소"]);
        check("자동차번호, 성명", &["자동차번호", "성명"]);
    }

    #[test]
    fn long_texts_take_linear_time() {
        for text in [
            "(".repeat(100_000),
            "(".repeat(50_000) + &")".repeat(50_000),
            "신청자(".repeat(10_000) + "성명" + &")".repeat(10_000),
            "성명,".repeat(20_000),
            "/".repeat(100_000),
            "가:".repeat(30_000),
            "[필수]".repeat(10_000),
            "가(나)".repeat(15_000),
        ] {
            let _ = parse(&text);
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_from_the_cell(cell in "\\PC*|(성명|주소|신청자|관리자|회원|정보|필수|선택|자동수집|\\(|\\)|\\[|\\]|,|/|·| |:|\n|○|-|1\\.){0,24}") {
            let items = parse(&cell);
            prop_assert!(items.len() <= cell.chars().count());
            let written: Vec<char> = normalised(&cell).chars().collect();
            for item in items {
                prop_assert!(!item.name.is_empty() && normalised(&item.name) == item.name);
                prop_assert!(item.name.chars().all(|c| c == ' ' || written.contains(&c)), "{:?}", item);
            }
        }

        #[test]
        fn a_plain_list_is_read_item_by_item(names in proptest::collection::vec("(성명|주소|전화번호|이메일|생년월일|소득정보|학력|혈액형)", 0..12)) {
            let read: Vec<String> = parse(&names.join(", ")).into_iter().map(|item| item.name).collect();
            prop_assert_eq!(read, names);
        }
    }
}
