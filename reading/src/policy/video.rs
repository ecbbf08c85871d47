//! Video devices (영상정보처리기기, Act 제25조): what labels and tables of their section state; and what the section on cookies says.

use super::Read;
use super::block::{Block, Span, tidy};
use super::marker::{is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{AutoCollection, Policy, VideoDevice};
use super::table::is_none;
use crate::header::compact;

/// Reads the sections on video devices and on automatic collection.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    let mut device = empty();
    let mut places: Vec<VideoDevice> = Vec::new();
    let mut is_found = false;
    for part in parts.iter().filter(|part| part.is(SectionKind::VideoDevices)) {
        for block in &part.part.blocks {
            match block {
                Block::Line(line) => {
                    if let Some((label, value)) = unmarked(&line.text).split_once([':', '：'])
                        && let Some(field) = field_of(label)
                        && !is_none(value)
                    {
                        is_found |= set(&mut device, field, value);
                        // "설치 대수, 설치 위치 : 로비 등 32대"
                        if field == Field::Count && compact(label).contains("위치") {
                            is_found |= set(&mut device, Field::Location, value);
                        }
                        device.span = line.span;
                    }
                }
                Block::Table(table) => read_table(table, &mut device, &mut places, &mut is_found),
            }
        }
        if let Some(basis) = basis_of(part)
            && device.basis.is_none()
        {
            device.basis = Some(basis.0);
            if !is_found && places.is_empty() {
                device.span = basis.1;
            }
        }
    }
    if places.is_empty() {
        if is_found || device.basis.is_some() {
            policy.video_devices.push(device);
        }
    } else {
        // What is said once holds for each place.
        for mut place in places {
            place.purpose = place.purpose.or_else(|| device.purpose.clone());
            place.basis = place.basis.or_else(|| device.basis.clone());
            place.hours = place.hours.or_else(|| device.hours.clone());
            place.retention = place.retention.or_else(|| device.retention.clone());
            place.storage_place = place.storage_place.or_else(|| device.storage_place.clone());
            place.managed_by = place.managed_by.or_else(|| device.managed_by.clone());
            policy.video_devices.push(place);
        }
    }
    cookies(parts, policy);
}

const fn empty() -> VideoDevice {
    VideoDevice {
        count: None,
        location: None,
        purpose: None,
        basis: None,
        hours: None,
        retention: None,
        storage_place: None,
        managed_by: None,
        note: None,
        span: Span::line(1),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Count,
    Location,
    Purpose,
    Basis,
    Hours,
    Retention,
    Storage,
    Manager,
}

/// What a label or header of the section states.
fn field_of(label: &str) -> Option<Field> {
    let words = compact(label);
    if words.is_empty() || words.chars().count() > 25 {
        return None;
    }
    let has = |word: &str| words.contains(word);
    Some(match () {
        () if has("대수") => Field::Count,
        () if has("위치") || has("설치장소") || has("촬영범위") || has("촬영장소") => Field::Location,
        () if has("근거") && !has("목적") => Field::Basis,
        () if has("목적") => Field::Purpose,
        () if has("촬영시간") || has("녹화시간") || has("운영시간") => Field::Hours,
        () if has("보관기간") || has("보유기간") || has("저장기간") => Field::Retention,
        () if has("보관장소") || has("저장장소") => Field::Storage,
        () if has("관리책임") || has("관리자") || has("책임자") || has("관리부서") => Field::Manager,
        () => return None,
    })
}

/// Sets what is not set yet; tells whether it did.
fn set(device: &mut VideoDevice, field: Field, value: &str) -> bool {
    let value = tidy(&value.replace('\n', " "));
    if value.is_empty() || value.chars().count() > 300 {
        return false;
    }
    let place = match field {
        Field::Count => {
            let count = count_in(&value);
            let is_new = device.count.is_none() && count.is_some();
            device.count = device.count.or(count);
            return is_new;
        }
        Field::Location => &mut device.location,
        Field::Purpose => &mut device.purpose,
        Field::Basis => &mut device.basis,
        Field::Hours => &mut device.hours,
        Field::Retention => &mut device.retention,
        Field::Storage => &mut device.storage_place,
        Field::Manager => &mut device.managed_by,
    };
    let is_new = place.is_none();
    place.get_or_insert(value);
    is_new
}

/// The only number of a text, or the first before "대".
fn count_in(text: &str) -> Option<i32> {
    let numbers: Vec<(usize, &str)> = text
        .char_indices()
        .filter(|(at, c)| c.is_ascii_digit() && !text[..*at].ends_with(|c: char| c.is_ascii_digit()))
        .map(|(at, _)| (at, &text[at..at + text[at..].bytes().take_while(u8::is_ascii_digit).count()]))
        .collect();
    let before_unit = numbers.iter().find(|(at, digits)| text[at + digits.len()..].trim_start().starts_with('대'));
    let (_, digits) = before_unit.or(if numbers.len() == 1 { numbers.first() } else { None })?;
    digits.parse().ok().filter(|count| *count < 100_000)
}

/// A table of places and numbers, or of hours and storage.
fn read_table(table: &super::block::Table, device: &mut VideoDevice, places: &mut Vec<VideoDevice>, is_found: &mut bool) {
    let Some(at) = table.rows.iter().take(3).position(|row| row.iter().filter(|cell| field_of(&cell.text).is_some()).count() >= 2) else {
        for row in table.rows.iter().filter(|row| row.len() >= 2) {
            if let Some(field) = field_of(&row[0].text) {
                *is_found |= set(device, field, &row[row.len() - 1].text);
                device.span = table.span;
            }
        }
        return;
    };
    let fields: Vec<Option<Field>> = table.rows[at].iter().map(|cell| field_of(&cell.text)).collect();
    let has_place = fields.contains(&Some(Field::Location));
    for row in &table.rows[at + 1..] {
        let words: String = row.iter().map(|cell| compact(&cell.text)).collect();
        if ["합계", "총계", "소계", "계"].iter().any(|total| row.iter().take(2).any(|cell| compact(&cell.text) == *total)) || words.is_empty() {
            continue;
        }
        let mut place = VideoDevice { span: row.iter().map(|cell| cell.span).reduce(Span::to).unwrap_or(table.span), ..empty() };
        let mut locations: Vec<&str> = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let (Some(field), Some(cell)) = (field, row.get(index)) else { continue };
            if *field == Field::Location {
                if !cell.from_left && !cell.text.is_empty() && !locations.contains(&&*cell.text) {
                    locations.push(&cell.text);
                }
            } else if !cell.text.is_empty() {
                // A bare number under the header of numbers.
                set(&mut place, *field, &cell.text);
            }
        }
        place.location = Some(locations.join(" ").replace('\n', " ")).filter(|text| !text.trim().is_empty());
        if has_place {
            if place.location.is_some() {
                places.push(place);
            }
        } else {
            device.hours = device.hours.take().or(place.hours);
            device.retention = device.retention.take().or(place.retention);
            device.storage_place = device.storage_place.take().or(place.storage_place);
            device.managed_by = device.managed_by.take().or(place.managed_by);
            device.count = device.count.or(place.count);
            device.span = place.span;
            *is_found = true;
        }
    }
}

/// "개인정보보호법 제25조 제1항에 따라 영상정보처리기기를 … 설치 운영합니다": the basis that the section cites.
fn basis_of(part: &Read) -> Option<(String, Span)> {
    part.part.lines().find_map(|line| {
        let at = line.text.find("제25조")?;
        if !compact(&line.text).contains("설치") {
            return None;
        }
        let before = &line.text[..at];
        let name = ["개인정보 보호법", "개인정보보호법"].into_iter().find(|name| before.contains(name))?;
        let rest = &line.text[at..];
        let paragraph = rest.find('항').filter(|end| *end < 20).map_or("제25조", |end| &rest[..end + '항'.len_utf8()]);
        Some((tidy(&format!("{name} {paragraph}")), line.span))
    })
}

/// Whether cookies are used, what for, and how to refuse them.
fn cookies(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is(SectionKind::AutoCollection)) {
        let mut device = AutoCollection { name: "쿠키".to_owned(), purpose: None, refusal: None, span: part.part.span().unwrap_or(Span::line(1)) };
        let mut refusals: Vec<String> = Vec::new();
        // A table of the cookies that there are.
        let has_table = part.tables().any(|(_, grid)| grid.headers.iter().any(|header| compact(header).contains("쿠키")));
        let mut is_used = has_table.then_some(true);
        for line in part.part.lines() {
            let words = compact(&line.text);
            let is_of_cookies = words.contains("쿠키") || words.contains("cookie");
            if is_used.is_none() && (is_of_cookies || words.contains("자동으로수집하는장치")) {
                if ["사용하지않", "운영하지않", "설치하지않", "이용하지않", "수집하지않"].iter().any(|word| words.contains(word)) {
                    is_used = Some(false);
                } else if is_of_cookies
                    && ["사용합니다", "사용하고", "이용합니다", "운용합니다", "운영합니다", "사용할수"].iter().any(|word| words.contains(word))
                {
                    is_used = Some(true);
                }
            }
            if let Some((label, value)) = unmarked(&line.text).split_once([':', '：'])
                && compact(label).contains("목적")
                && device.purpose.is_none()
            {
                device.purpose = Some(super::activity::shortened(value));
            }
            if line.text.contains('→') || line.text.contains('>') && words.contains("설정") {
                let text = unmarked(&line.text);
                if !is_sentence(text) || text.contains('→') {
                    refusals.push(tidy(text.split_once([':', '：']).map_or(text, |(_, value)| value)));
                }
            }
        }
        if is_used == Some(true) || (is_used.is_none() && device.purpose.is_some()) {
            device.refusal = (!refusals.is_empty()).then(|| refusals.join("; ").chars().take(500).collect());
            policy.has_auto_collection = Some(true);
            policy.auto_collection.push(device);
        } else if is_used == Some(false) {
            policy.has_auto_collection = Some(false);
        }
    }
}
