//! Sections: where each begins, by its heading, and which matters of Act 제30조 and Decree 제31조 it is about.

use std::collections::{HashMap, HashSet};

use super::block::{Block, Line, Span};
use super::marker::{Marker, is_sentence};
use crate::header::compact;

/// Matter that a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SectionKind {
    /// 처리 목적
    Purpose,
    /// 처리 및 보유 기간
    Retention,
    /// 처리하는 개인정보의 항목
    Items,
    /// 개인정보파일의 등록·공개
    FileRegister,
    /// 영향평가
    ImpactAssessment,
    /// 제3자 제공
    Provision,
    /// 처리위탁
    Entrustment,
    /// 파기
    Disposal,
    /// 정보주체의 권리
    Rights,
    /// 안전성 확보조치
    Safeguards,
    /// 자동 수집 장치
    AutoCollection,
    /// 개인정보 보호책임자
    Officer,
    /// 열람청구
    AccessRequest,
    /// 권익침해 구제
    Remedy,
    /// 영상정보처리기기
    VideoDevices,
    /// 처리방침 변경
    PolicyChange,
    /// 가명정보
    Pseudonymisation,
    /// 추가적인 이용·제공
    AdditionalUse,
    /// 보호수준 평가
    LevelAssessment,
    /// 민감정보의 공개 가능성
    SensitiveDisclosure,
    /// 국외 이전
    OverseasTransfer,
    /// 만 14세 미만 아동
    Children,
    /// 자동화된 결정
    AutomatedDecision,
}

/// Stretch of a document under one heading; the first has none.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) kinds: Vec<SectionKind>,
    pub(crate) heading: Option<Line>,
    pub(crate) blocks: Vec<Block>,
}

impl Part {
    pub(crate) fn is(&self, kind: SectionKind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Line(line) => Some(line),
            Block::Table(_) => None,
        })
    }

    pub(crate) fn span(&self) -> Option<Span> {
        self.heading.iter().map(|line| line.span).chain(self.blocks.iter().map(Block::span)).reduce(Span::to)
    }
}

/// Longest heading, in characters.
const LONGEST_HEADING: usize = 90;

/// What a heading is about; nothing for words that are none of it.
pub(crate) fn kinds_of(heading: &str) -> Vec<SectionKind> {
    use SectionKind as Kind;
    let words = compact(heading);
    let has = |word: &str| words.contains(word);
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    // Matters whose names hold the words of others.
    let special = [
        (has("영향평가"), Kind::ImpactAssessment),
        (has("가명정보"), Kind::Pseudonymisation),
        (any(&["추가적인이용", "추가적이용", "추가이용", "추가적인수집", "추가적으로이용"]), Kind::AdditionalUse),
        (any(&["수준진단", "수준평가", "보호수준"]), Kind::LevelAssessment),
        (has("민감정보") && has("공개"), Kind::SensitiveDisclosure),
        (any(&["국외이전", "국외로이전", "국외제공", "해외이전", "국외수집"]), Kind::OverseasTransfer),
        (any(&["영상정보", "cctv", "폐쇄회로", "영상기기"]), Kind::VideoDevices),
        (any(&["자동화된결정", "자동화된개인정보"]), Kind::AutomatedDecision),
        (any(&["자동수집", "자동으로수집", "쿠키", "cookie", "자동장치", "행태정보"]), Kind::AutoCollection),
        (any(&["14세미만", "아동의개인정보", "어린이개인정보"]), Kind::Children),
        (
            any(&[
                "방침의변경",
                "방침변경",
                "방침의개정",
                "방침개정",
                "변경에관한",
                "고지의의무",
                "고지의무",
                "방침의시행",
                "방침시행",
                "방침의적용",
                "변경이력",
                "개정이력",
                "방침의고지",
                "방침이력",
                "방침의수립",
                "변경사항",
                "변경및고지",
                "이전개인정보처리방침",
            ]) || matches!(words.as_str(), "시행일" | "시행일자" | "시행시기"),
            Kind::PolicyChange,
        ),
        (
            any(&[
                "권익침해",
                "구제방법",
                "침해구제",
                "피해구제",
                "침해에대한구제",
                "침해신고",
                "침해관련상담",
                "침해사실의신고",
                "구제절차",
                "분쟁조정",
                "고충처리기관",
            ]),
            Kind::Remedy,
        ),
    ];
    let special: Vec<Kind> = special.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind).collect();
    if !special.is_empty() {
        return special.into_iter().take(1).collect();
    }
    let mut kinds = Vec::new();
    let mut add = |is: bool, kind: Kind| {
        if is && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    let is_about_data = any(&["개인정보", "정보주체", "정보", "수집", "처리", "보유", "이용"]);
    add(has("개인정보파일") && any(&["등록", "현황", "목록", "공개", "운용", "운영", "보유"]), Kind::FileRegister);
    let is_register = has("개인정보파일");
    add(has("목적") && is_about_data && !any(&["제공목적", "위탁목적", "목적외"]), Kind::Purpose);
    add(any(&["보유기간", "이용기간", "처리기간", "보유및", "보유이용", "보존기간", "보유"]) && any(&["기간", "기한"]), Kind::Retention);
    add(any(&["항목", "수집하는개인정보", "처리하는개인정보", "개인정보의종류", "수집개인정보"]) && is_about_data && !has("고유식별정보처리"), Kind::Items);
    add(
        any(&["제3자", "제삼자", "목적외이용", "목적외의이용"]) || (has("개인정보") && has("제공") && !any(&["서비스제공", "제공받는", "목적", "항목"])),
        Kind::Provision,
    );
    add(any(&["위탁"]) && !has("재위탁"), Kind::Entrustment);
    add(has("파기"), Kind::Disposal);
    add(
        any(&["안전성", "안전조치", "안전관리", "보호조치", "보호대책", "안정성확보", "보안대책", "기술적관리적", "보호를위한기술", "안전한관리"]),
        Kind::Safeguards,
    );
    let is_access = any(&["열람청구", "열람요구", "열람등", "열람신청", "열람을청구", "열람권", "열람방법"]) || (has("열람") && any(&["부서", "접수", "담당"]));
    add(is_access && !any(&["정정삭제", "권리", "권익"]), Kind::AccessRequest);
    add(any(&["권리"]) && !is_register, Kind::Rights);
    add(
        any(&["책임자", "담당부서", "담당자", "고충처리부서", "민원서비스"])
            && (!is_access || has("보호책임자"))
            && any(&["보호", "관리책임", "개인정보", "고충", "민원"]),
        Kind::Officer,
    );
    kinds
}

/// How a line could head a section: the level that its number or bullet, or the markup, gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Markup,
    Marked(Marker),
    Bare,
}

struct Candidate {
    at: usize,
    level: Level,
    kinds: Vec<SectionKind>,
    number: Option<u32>,
}

/// The blocks with the title of an article on a line of its own, where its text begins in the same line: "제1조(처리 목적) 시는 다음의 …".
pub(crate) fn with_titles_apart(blocks: Vec<Block>) -> Vec<Block> {
    let apart = |block: Block| match block {
        Block::Line(line) => match title_end(&line.text) {
            Some(end) => {
                let title = Line { text: line.text[..end].to_owned(), ..line.clone() };
                let rest = Line { text: line.text[end..].trim_start().to_owned(), is_heading: false, starts_block: false, ..line };
                vec![Block::Line(title), Block::Line(rest)]
            }
            None => vec![Block::Line(line)],
        },
        table @ Block::Table(_) => vec![table],
    };
    blocks.into_iter().flat_map(apart).collect()
}

/// Where the title of an article ends that text follows in its line. After a citation ("제15조(수집·이용)에 따라") a particle follows, not a space.
fn title_end(text: &str) -> Option<usize> {
    let marked = Marker::of(text).filter(|marked| matches!(marked.marker, Marker::Article(_)))?;
    let open = marked.rest.chars().next().filter(|open| matches!(open, '(' | '[' | '【'))?;
    let close = marked.rest.find(match open {
        '(' => ')',
        '[' => ']',
        _ => '】',
    })?;
    let after = &marked.rest[close + marked.rest[close..].chars().next()?.len_utf8()..];
    let begins_text = after.starts_with(' ') && !after.trim().is_empty() || after.starts_with(|c| ('①'..='⑳').contains(&c));
    (begins_text && !kinds_of(&marked.rest[..close]).is_empty()).then(|| text.len() - after.len())
}

/// Divides the blocks of a document into its sections.
pub(crate) fn divided(blocks: Vec<Block>) -> Vec<Part> {
    let candidates: Vec<Candidate> = blocks
        .iter()
        .enumerate()
        .filter_map(|(at, block)| match block {
            Block::Line(line) => candidate(at, line),
            Block::Table(_) => None,
        })
        .collect();
    let contents = contents(&candidates, &blocks);
    let candidates: Vec<Candidate> = candidates.into_iter().filter(|candidate| !contents.contains(&candidate.at)).collect();
    let chosen = chosen(&candidates);
    let headings = without_contents(chosen, &blocks);
    let mut parts = vec![Part { kinds: Vec::new(), heading: None, blocks: Vec::new() }];
    let mut headings = headings.into_iter().peekable();
    for (at, block) in blocks.into_iter().enumerate() {
        if contents.contains(&at) {
            continue;
        }
        if let Some(heading) = headings.next_if(|heading| heading.at == at)
            && let Block::Line(line) = block
        {
            if heading.is_kept {
                parts.push(Part { kinds: heading.kinds, heading: Some(line), blocks: Vec::new() });
            }
            continue;
        }
        if let Some(part) = parts.last_mut() {
            part.blocks.push(block);
        }
    }
    parts
}

/// The lines of a table of contents: numbered as headings further down are that say the same, and with no text between them.
fn contents(candidates: &[Candidate], blocks: &[Block]) -> HashSet<usize> {
    let words = |candidate: &Candidate| match &blocks[candidate.at] {
        Block::Line(line) => compact(&line.text),
        Block::Table(_) => String::new(),
    };
    let mut last_of: HashMap<(u32, String), usize> = HashMap::new();
    for candidate in candidates {
        last_of.insert((candidate.number.unwrap_or_default(), words(candidate)), candidate.at);
    }
    let followed = candidates.iter().zip(candidates.iter().skip(1));
    let is_listed = |(candidate, next): &(&Candidate, &Candidate)| {
        let last = last_of.get(&(candidate.number.unwrap_or_default(), words(candidate)));
        candidate.number.is_some() && next.at == candidate.at + 1 && last.is_some_and(|last| *last > candidate.at)
    };
    let listed: HashSet<usize> = followed.filter(is_listed).map(|(candidate, _)| candidate.at).collect();
    if listed.len() >= 3 { listed } else { HashSet::new() }
}

fn candidate(at: usize, line: &Line) -> Option<Candidate> {
    let text = line.text.as_str();
    let marked = Marker::of(text);
    let is_article = matches!(marked.map(|marked| marked.marker), Some(Marker::Article(_)));
    if text.chars().count() > LONGEST_HEADING || (is_sentence(text) && !line.is_heading) {
        return None;
    }
    let words = marked.map_or(text, |marked| marked.rest);
    // "항목 : 성명, 주소" is a value, "제1조 : 처리 목적" a heading.
    let is_value = words.trim_matches([':', ' ']).contains([':', '：']) && !is_article;
    if words.is_empty() || is_value && !line.is_heading {
        return None;
    }
    let kinds = kinds_of(words);
    let level = match marked {
        Some(marked) if is_article => Level::Marked(marked.marker.style()),
        _ if line.is_heading => Level::Markup,
        Some(marked) => Level::Marked(marked.marker.style()),
        // A bare line heads a section only where it begins a block and says nothing else.
        None if line.starts_block && words.chars().count() <= 45 => Level::Bare,
        None => return None,
    };
    let is_annex = words.starts_with("별첨") || words.starts_with("부칙");
    if kinds.is_empty() && !is_article && !(level == Level::Markup) && !is_annex {
        return None;
    }
    let number = match marked.map(|marked| marked.marker) {
        Some(Marker::Article(number) | Marker::Number(number) | Marker::Parenthesis(number) | Marker::Circled(number)) => Some(number),
        _ => None,
    };
    Some(Candidate { at, level, kinds, number })
}

/// The candidates of the level that heads the sections: articles where there are, otherwise the level that names the most different matters.
fn chosen(candidates: &[Candidate]) -> Vec<&Candidate> {
    let distinct = |level: Level| {
        let mut kinds: Vec<SectionKind> =
            candidates.iter().filter(|candidate| candidate.level == level).flat_map(|candidate| candidate.kinds.iter().copied()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    };
    let mut levels: Vec<Level> = Vec::new();
    for candidate in candidates {
        if !levels.contains(&candidate.level) {
            levels.push(candidate.level);
        }
    }
    let article = Level::Marked(Marker::Article(0));
    let articles = candidates.iter().filter(|candidate| candidate.level == article && !candidate.kinds.is_empty()).count();
    let best = if articles >= 2 {
        Some(article)
    } else {
        // The first of those that name as many: what comes later stands under it.
        levels.iter().copied().max_by_key(|level| (distinct(*level), std::cmp::Reverse(levels.iter().position(|other| other == level))))
    };
    let Some(best) = best.filter(|best| distinct(*best) >= 2 || candidates.len() <= 2 || *best == Level::Markup) else {
        return candidates.iter().filter(|candidate| !candidate.kinds.is_empty() && candidate.level != Level::Bare).collect();
    };
    let is_numbered = matches!(best, Level::Marked(Marker::Number(_) | Marker::Parenthesis(_) | Marker::Circled(_)));
    let mut last = 0;
    candidates
        .iter()
        .filter(|candidate| {
            if candidate.level != best {
                // Markup beside articles: an annex, or a section that has no number.
                return candidate.level == Level::Markup && !candidate.kinds.is_empty() && best != article;
            }
            if best == article {
                return true;
            }
            if is_numbered {
                // Numbers that begin again count what stands under a heading.
                let number = candidate.number.unwrap_or_default();
                let goes_on = number > last && number <= last + 3 || (number == 1 && last == 0);
                if goes_on && !candidate.kinds.is_empty() {
                    last = number;
                    return true;
                }
                return false;
            }
            !candidate.kinds.is_empty() || candidate.level == Level::Markup
        })
        .collect()
}

struct Heading {
    at: usize,
    kinds: Vec<SectionKind>,
    is_kept: bool,
}

/// The headings without those of a table of contents: followed by nothing, and found again further down.
fn without_contents(chosen: Vec<&Candidate>, blocks: &[Block]) -> Vec<Heading> {
    let name = |candidate: &Candidate| match &blocks[candidate.at] {
        Block::Line(line) => compact(&line.text),
        Block::Table(_) => String::new(),
    };
    let names: Vec<String> = chosen.iter().map(|candidate| name(candidate)).collect();
    let mut last_of: HashMap<&str, usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        last_of.insert(name, index);
    }
    let mut in_contents = false;
    chosen
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let next = chosen.get(index + 1).map_or(blocks.len(), |next| next.at);
            let is_bare = next - candidate.at <= 1;
            let comes_again = last_of.get(names[index].as_str()).is_some_and(|last| *last > index);
            // The last of them is followed by the text that the contents stand before.
            in_contents = comes_again && (is_bare || in_contents);
            Heading { at: candidate.at, kinds: candidate.kinds.clone(), is_kept: !in_contents }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SectionKind::*;

    #[test]
    fn matters_of_headings() {
        for (heading, kinds) in [
            ("개인정보의 처리목적, 처리 및 보유기간, 처리 개인정보 항목", vec![Purpose, Retention, Items]),
            ("개인정보파일의 등록 및 공개", vec![FileRegister]),
            ("개인정보의 제3자 제공에 관한 사항", vec![Provision]),
            ("개인정보처리의 위탁", vec![Entrustment]),
            ("개인정보 영향평가 수행 결과", vec![ImpactAssessment]),
            ("정보주체와 법정대리인의 권리·의무 및 행사방법", vec![Rights]),
            ("개인정보의 파기절차 및 방법", vec![Disposal]),
            ("개인정보의 안전성 확보조치", vec![Safeguards]),
            ("개인정보 자동 수집 장치의 설치·운영 및 거부에 관한 사항", vec![AutoCollection]),
            ("개인정보 보호책임자", vec![Officer]),
            ("개인정보 열람청구를 접수·처리하는 부서", vec![AccessRequest]),
            ("권익침해 구제방법", vec![Remedy]),
            ("영상정보처리기기 설치 운영", vec![VideoDevices]),
            ("개인정보 처리방침 변경", vec![PolicyChange]),
            ("가명정보 처리에 관한 사항", vec![Pseudonymisation]),
            ("개인정보의 추가적인 이용·제공 판단기준", vec![AdditionalUse]),
            ("개인정보 관리수준진단 결과", vec![LevelAssessment]),
            ("처리하는 개인정보의 항목", vec![Items]),
            ("개인정보의 처리 및 보유기간", vec![Retention]),
            ("홈페이지 회원 가입 및 관리", vec![]),
            ("파기절차", vec![Disposal]),
        ] {
            assert_eq!(kinds_of(heading), kinds, "{heading}");
        }
    }
}
