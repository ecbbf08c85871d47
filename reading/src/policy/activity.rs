//! Activities (처리 업무) that the sections on purposes, periods and items number: "1. 홈페이지 회원 가입 및 관리".
//!
//! Where a policy lists no file, they are what it discloses of its files, if they state a period or items; where it lists files, they tell purposes that its list leaves out.

use super::Read;
use super::block::{Block, Line, Span, tidy};
use super::data_file::{add, is_name, named as named_in};
use super::labelled::labelled;
use super::marker::{Marker, is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{AutomaticItems, File, Items, Policy, Requirement, Stated};
use super::table::{is_none, looks_like_basis, looks_like_retention};
use crate::header::compact;

/// Sections that number activities, in the order in which their names are trusted.
const SECTIONS: &[SectionKind] = &[SectionKind::Items, SectionKind::Retention, SectionKind::Purpose];
/// Longest purpose, in characters: a field value, not the document's prose.
const LONGEST_PURPOSE: usize = 200;

/// Point of a numbered list with the lines under it.
#[derive(Debug)]
struct Point<'a> {
    text: String,
    line: &'a Line,
    under: Vec<&'a Line>,
}

impl Point<'_> {
    fn span(&self) -> Span {
        self.under.iter().map(|line| line.span).fold(self.line.span, Span::to)
    }
}

/// Reads the activities of a policy.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    automatic_items(parts, policy);
    let mut activities: Vec<File> = Vec::new();
    for kind in SECTIONS {
        for part in parts.iter().filter(|part| part.is(*kind)) {
            let points = points(part);
            match kind {
                SectionKind::Items => points.iter().for_each(|point| items(point, &mut activities)),
                SectionKind::Retention => points.iter().for_each(|point| retention(point, &mut activities)),
                _ => points.iter().for_each(|point| purpose(point, &mut activities)),
            }
        }
    }
    if policy.files.is_empty() {
        // The order of the document, not that in which its sections were asked.
        activities.sort_by_key(|activity| activity.span);
        for activity in activities.into_iter().filter(|activity| activity.retention.is_some() || !activity.items.is_empty()) {
            add(policy, activity, false);
        }
    } else {
        add_to_listed(&activities, policy);
        purposes_of_listed(&activities, policy);
    }
    for file in &mut policy.files {
        if let Some(purpose) = file.purpose.as_ref().filter(|purpose| purpose.text.contains("14세 미만")) {
            file.includes_children = Some(purpose.clone().with(0.9));
        }
    }
}

/// The points of the list of a section: of the first style of number under its paragraphs, or, where nothing is numbered, of its first bullet that is no sentence.
fn points(part: &Read) -> Vec<Point<'_>> {
    let style_of = |line: &Line| Marker::of(&line.text).map(|marked| marked.marker.style());
    let numbered = part.part.lines().filter_map(style_of).find(|style| matches!(style, Marker::Number(_) | Marker::Letter));
    let bulleted = || part.part.lines().filter(|line| !is_sentence(&line.text)).filter_map(style_of).find(|style| matches!(style, Marker::Bullet(_)));
    let style = numbered.or_else(bulleted);
    let mut points: Vec<Point<'_>> = Vec::new();
    let mut is_open = false;
    for block in &part.part.blocks {
        let Block::Line(line) = block else {
            is_open = false;
            continue;
        };
        let marker = Marker::of(&line.text).map(|marked| marked.marker);
        if style.is_some() && style_of(line) == style {
            points.push(Point { text: unmarked(&line.text).to_owned(), line, under: Vec::new() });
            is_open = true;
        } else if matches!(marker, Some(Marker::Circled(_) | Marker::Article(_))) || line.text.starts_with('※') {
            is_open = false;
        } else if let Some(point) = points.last_mut().filter(|_| is_open) {
            point.under.push(line);
        }
    }
    points
}

/// Items under the name of an activity: "- 필수항목 : …", "- 선택항목 : …".
fn items(point: &Point<'_>, activities: &mut Vec<File>) {
    let (name, rest) = split_at_colon(&point.text);
    if !is_activity(name) {
        return;
    }
    let mut found: Vec<Items> = Vec::new();
    let mut read = |text: &str, span: Span| {
        let (label, value) = split_at_colon(unmarked(text));
        let words = compact(label);
        let requirement = if words.contains("필수") {
            Some(Requirement::Required)
        } else if words.contains("선택") {
            Some(Requirement::Optional)
        } else if words.contains("자동") {
            Some(Requirement::Automatic)
        } else {
            None
        };
        let is_label = requirement.is_some() || words.contains("항목");
        match value {
            Some(value) if is_label && !is_none(value) => found.push(Items { requirement, subject: None, stated: Stated::new(value, span).with(0.9) }),
            // "[필수] 성명, 주소"
            _ if text.trim_start_matches(['-', ' ', '·', '○']).starts_with(['[', '(', '<']) && is_label && !is_sentence(text) => {
                found.push(Items { requirement: None, subject: None, stated: Stated::new(unmarked(text), span).with(0.8) });
            }
            _ => {}
        }
    };
    if let Some(rest) = rest {
        read(rest, point.line.span);
    }
    for line in &point.under {
        read(&line.text, line.span);
    }
    if found.is_empty()
        && let Some(rest) = rest.filter(|rest| rest.split(',').count() >= 2 && !is_sentence(rest))
    {
        found.push(Items { requirement: None, subject: None, stated: Stated::new(rest, point.line.span).with(0.8) });
    }
    if !found.is_empty() {
        let file = named(activities, name, point.line.span);
        file.items.extend(found);
    }
}

/// "N. 민원사무 처리 : 민원처리 종료 후 3년", with the exceptions listed under it.
fn retention(point: &Point<'_>, activities: &mut Vec<File>) {
    let (name, value) = split_at_colon(&point.text);
    let Some(value) = value.filter(|value| looks_like_retention(value) || value.contains("까지")) else { return };
    let mut text = value.to_owned();
    for line in &point.under {
        // Exceptions have their numbers; what is not numbered is another paragraph.
        if !matches!(Marker::of(&line.text).map(|marked| marked.marker), Some(Marker::Parenthesis(_) | Marker::Bullet(_))) || text.chars().count() > 300 {
            break;
        }
        text = format!("{text} {}", line.text.trim_start_matches(['-', ' ', '·', '○']));
    }
    // "인감증명법 제10조에 의거 개인정보 처리·보유": the statute names the activity.
    if let Some(at) = ["에 의거", "에 따른", "에 따라", "에 근거", "에 의한"].iter().find_map(|word| name.find(word)) {
        let basis = unmarked(&name[..at]);
        if looks_like_basis(basis) {
            let activity = activity_of(basis);
            if is_activity(&activity) {
                let file = named(activities, &activity, point.span());
                file.confidence = 0.7;
                file.basis = Some(Stated::new(basis, point.line.span));
                file.retention = Some(Stated::new(&text, point.span()));
            }
            return;
        }
    }
    if is_activity(name) {
        let file = named(activities, name, point.span());
        file.retention.get_or_insert_with(|| Stated::new(&text, point.span()));
    }
}

/// The matter of a statute by its name: 인감증명 of 인감증명법 제10조.
fn activity_of(basis: &str) -> String {
    let name = basis.split("제").next().unwrap_or(basis).trim();
    let name = name.trim_end_matches("시행규칙").trim_end_matches("시행령").trim_end();
    name.strip_suffix("법률").or_else(|| name.strip_suffix('법')).unwrap_or(name).trim().to_owned()
}

/// The purpose under the name of an activity, or behind it in one line.
fn purpose(point: &Point<'_>, activities: &mut Vec<File>) {
    let (name, behind) = split_at_colon(&point.text);
    let mut text: String = point
        .under
        .iter()
        .take_while(|line| !line.text.contains('→') && labelled(&line.text).is_none())
        .map(|line| unmarked(&line.text))
        .collect::<Vec<_>>()
        .join(" ");
    let mut name = name.to_owned();
    if let Some(behind) = behind {
        text = format!("{behind} {text}");
    }
    // "2. 민원사무 처리 민원인의 신원 확인, …": another section tells where the name ends.
    let run_on = activities
        .iter()
        .map(|activity| activity.name.clone())
        .filter(|known| point.text.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with(' ')))
        .max_by_key(String::len);
    if let Some(known) = run_on.filter(|known| known.len() < point.text.len() && text.trim().is_empty()) {
        point.text[known.len()..].trim().clone_into(&mut text);
        name = known;
    }
    if !is_activity(&name) {
        return;
    }
    let short = shortened(&text);
    if short.is_empty() {
        return;
    }
    let span = point.span();
    let file = named(activities, &name, span);
    file.purpose.get_or_insert_with(|| Stated::new(&short, span).with(0.9));
}

/// A purpose as a field value: without the words that every one of them ends with, cut at a comma where it is long.
pub(super) fn shortened(text: &str) -> String {
    let mut text = tidy(text);
    for end in [
        "등을 목적으로 개인정보를 처리합니다",
        "등의 목적으로 개인정보를 처리합니다",
        "를 목적으로 개인정보를 처리합니다",
        "을 목적으로 개인정보를 처리합니다",
        "의 목적으로 개인정보를 처리합니다",
        "목적으로 개인정보를 처리합니다",
        "등을 위하여 개인정보를 처리합니다",
        "위하여 개인정보를 처리합니다",
        "위해 개인정보를 처리합니다",
        "에 관련한 목적으로 개인정보를 처리합니다",
        "등의 목적으로 처리합니다",
        "등을 목적으로 처리합니다",
    ] {
        if let Some(at) = text.find(end) {
            text.truncate(at);
        }
    }
    let text = text.trim_end_matches([' ', '.', ',']).to_owned();
    if text.chars().count() <= LONGEST_PURPOSE {
        return text;
    }
    let head: String = text.chars().take(LONGEST_PURPOSE).collect();
    head.rfind([',', '·', '.']).map_or(head.clone(), |at| head[..at].to_owned())
}

/// Name before a colon, and what stands behind it.
fn split_at_colon(text: &str) -> (&str, Option<&str>) {
    match text.split_once([':', '：']) {
        Some((name, value)) => (name.trim(), Some(value.trim()).filter(|value| !value.is_empty())),
        None => (text.trim(), None),
    }
}

/// A name of an activity: short words, neither a sentence nor a heading of the list itself.
fn is_activity(name: &str) -> bool {
    let words = compact(name);
    is_name(name)
        && words.chars().count() <= 40
        && !["자동", "예외", "다음", "필수", "선택", "쿠키", "관계법령", "수집방법", "수집하는", "처리하는개인정보", "보유기간", "보유및이용"]
            .iter()
            .any(|word| words.contains(word))
}

fn named<'a>(activities: &'a mut Vec<File>, name: &str, span: Span) -> &'a mut File {
    let name = name.trim_matches(['<', '>', '[', ']', '【', '】', ' ']);
    let key = compact(name);
    let at = activities.iter().position(|activity| compact(&activity.name) == key).unwrap_or_else(|| {
        activities.push(File { name: tidy(name), span: Some(span), confidence: 0.8, ..File::default() });
        activities.len() - 1
    });
    let activity = &mut activities[at];
    // It stands where it is named first.
    activity.span = activity.span.map(|before| before.min(span));
    activity
}

/// What the sections say of listed files by their very names, where the list leaves it out.
fn add_to_listed(activities: &[File], policy: &mut Policy) {
    for activity in activities {
        let Some(file) = named_in(policy, &activity.name) else { continue };
        file.purpose = file.purpose.take().or_else(|| activity.purpose.clone());
        file.retention = file.retention.take().or_else(|| activity.retention.clone());
        if file.items.is_empty() {
            file.items.clone_from(&activity.items);
        }
    }
}

/// Purposes of listed files that state none: of the activities whose names share the most with theirs, where that leaves no choice.
fn purposes_of_listed(activities: &[File], policy: &mut Policy) {
    let with_purpose: Vec<&File> = activities.iter().filter(|activity| activity.purpose.is_some()).collect();
    let without: Vec<usize> = (0..policy.files.len()).filter(|at| policy.files[*at].purpose.is_none()).collect();
    if with_purpose.is_empty() || without.len() != with_purpose.len() || without.len() > 20 {
        return;
    }
    // What all the names share tells none of them apart.
    let pairs = |name: &str| -> std::collections::HashSet<(char, char)> {
        let words: Vec<char> = compact(name).chars().collect();
        words.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let names: Vec<_> = with_purpose.iter().map(|activity| pairs(&activity.name)).collect();
    let mut taken = vec![false; names.len()];
    let mut found = Vec::new();
    for at in &without {
        let own = pairs(&policy.files[*at].name);
        let mut scores: Vec<(usize, usize)> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (own.intersection(name).filter(|pair| names.len() == 1 || !names.iter().all(|name| name.contains(pair))).count(), index))
            .collect();
        scores.sort_unstable_by(|a, b| b.cmp(a));
        let is_clear = scores.first().is_some_and(|best| best.0 >= 1 && scores.get(1).is_none_or(|second| second.0 < best.0) && !taken[best.1]);
        if !is_clear {
            return;
        }
        taken[scores[0].1] = true;
        found.push((*at, scores[0].1));
    }
    for (at, index) in found {
        policy.files[at].purpose = with_purpose[index].purpose.clone().map(|purpose| purpose.with(0.7));
    }
}

/// "인터넷 서비스 이용과정에서 … 자동으로 생성되어 수집될 수 있습니다." with its points.
fn automatic_items(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is(SectionKind::Items)) {
        let lines: Vec<&Line> = part.part.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let words = compact(&line.text);
            if !(words.contains("자동으로생성") || words.contains("자동생성") || words.contains("자동으로수집") || words.contains("자동수집"))
                || words.contains("거부")
            {
                continue;
            }
            let activity =
                unmarked(&line.text).split("에서").next().filter(|head| head.chars().count() < 30 && head.len() < unmarked(&line.text).len()).map(tidy);
            let (_, behind) = split_at_colon(&line.text);
            if let Some(behind) = behind.filter(|behind| !is_sentence(behind) && !is_none(behind)) {
                policy.automatic_items.push(AutomaticItems { stated: Stated::new(behind, line.span), activity: None });
                continue;
            }
            for line in lines[at + 1..]
                .iter()
                .take_while(|line| {
                    matches!(Marker::of(&line.text).map(|marked| marked.marker), Some(Marker::Bullet(_) | Marker::Parenthesis(_))) && !is_sentence(&line.text)
                })
                .take(20)
            {
                let text = unmarked(&line.text);
                let text = split_at_colon(text).1.unwrap_or(text);
                policy.automatic_items.push(AutomaticItems { stated: Stated::new(text, line.span), activity: activity.clone() });
            }
        }
    }
}
