//! Charts as SVG. Each stands beside a table with the same numbers, and takes its colours from the style sheet.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The accent of the light style sheet, which recolours it for the dark one.
const ACCENT: RGBColor = RGBColor(11, 85, 99);
const INK: RGBColor = RGBColor(29, 37, 41);

/// A number with its name.
pub(crate) struct Bar {
    pub label: String,
    pub value: i64,
}

/// What flows from one of the names on the left to one on the right.
pub(crate) struct Flow {
    pub from: usize,
    pub to: usize,
    pub value: i64,
}

type Drawn<E> = Result<(), DrawingAreaErrorKind<E>>;

/// Columns from left to right, each with its number and its name.
pub(crate) fn columns(name: &str, bars: &[Bar]) -> String {
    let width = 44 * u32::try_from(bars.len()).unwrap_or(1) + 20;
    drawn(name, width, 260, |area| {
        let most = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
        for (place, bar) in bars.iter().enumerate() {
            let left = 10 + 44 * place_of(place);
            let height = scaled(bar.value, most, 190);
            area.draw(&Rectangle::new([(left + 6, 225 - height), (left + 38, 225)], ACCENT.filled()))?;
            area.draw(&Text::new(bar.value.to_string(), (left + 22, 219 - height), label(12, HPos::Center, VPos::Bottom)))?;
            area.draw(&Text::new(bar.label.clone(), (left + 22, 232), label(12, HPos::Center, VPos::Top)))?;
        }
        Ok(())
    })
}

/// Bands between names on the left and names on the right, as broad as what flows.
pub(crate) fn flows(name: &str, from: &[String], to: &[String], flows: &[Flow]) -> String {
    const HEIGHT: i32 = 520;
    const GAP: i32 = 8;
    let total: i64 = flows.iter().map(|flow| flow.value).sum::<i64>().max(1);
    let most = from.len().max(to.len());
    let room = HEIGHT - GAP * place_of(most) - 20;
    let sum = |is_mine: &dyn Fn(&Flow) -> bool| flows.iter().filter(|flow| is_mine(flow)).map(|flow| flow.value).sum::<i64>();
    let starts = |names: &[String], is_left: bool| {
        let mut top = 10;
        let mut starts = Vec::new();
        for index in 0..names.len() {
            let height = scaled(sum(&|flow| (if is_left { flow.from } else { flow.to }) == index), total, room).max(8);
            starts.push((top, height));
            top += height + GAP;
        }
        starts
    };
    let (left, right) = (starts(from, true), starts(to, false));
    drawn(name, 860, 640, |area| {
        let mut used_left: Vec<i32> = left.iter().map(|(top, _)| *top).collect();
        let mut used_right: Vec<i32> = right.iter().map(|(top, _)| *top).collect();
        for (order, flow) in flows.iter().enumerate() {
            let (Some(start), Some(end)) = (used_left.get_mut(flow.from), used_right.get_mut(flow.to)) else { continue };
            let height = scaled(flow.value, total, room).max(1);
            let colour = if order.is_multiple_of(2) { ACCENT.mix(0.32) } else { ACCENT.mix(0.22) };
            area.draw(&Polygon::new(band(*start, *end, height), colour.filled()))?;
            *start += height;
            *end += height;
        }
        for (names, places, x, anchor, text_x) in [(from, &left, 230, HPos::Right, 222), (to, &right, 618, HPos::Left, 638)] {
            for (name, (top, height)) in names.iter().zip(places) {
                area.draw(&Rectangle::new([(x, *top), (x + 12, top + height)], ACCENT.filled()))?;
                area.draw(&Text::new(name.clone(), (text_x, top + height / 2), label(13, anchor, VPos::Center)))?;
            }
        }
        Ok(())
    })
}

/// The outline of a band that leaves the left at `start` and reaches the right at `end`.
fn band(start: i32, end: i32, height: i32) -> Vec<(i32, i32)> {
    const STEPS: i32 = 24;
    let (left, right) = (242, 618);
    let at = |step: i32, from: i32, to: i32| {
        let share = f64::from(step) / f64::from(STEPS);
        let eased = share * share * (3.0 - 2.0 * share);
        (left + (right - left) * step / STEPS, from + rounded(f64::from(to - from) * eased))
    };
    let upper = (0..=STEPS).map(|step| at(step, start, end));
    let lower = (0..=STEPS).rev().map(|step| at(step, start + height, end + height));
    upper.chain(lower).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "some hundreds of pixels")]
fn rounded(number: f64) -> i32 {
    number.round() as i32
}

fn place_of(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX / 64)
}

/// `value` of `most`, in pixels of `room`.
fn scaled(value: i64, most: i64, room: i32) -> i32 {
    i32::try_from(value * i64::from(room) / most).unwrap_or(room)
}

fn label(size: i32, horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK).pos(Pos::new(horizontal, vertical))
}

fn drawn(name: &str, width: u32, height: u32, draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn<std::io::Error>) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        // Memory does not refuse to be written.
        if draw(&area).and_then(|()| area.present()).is_err() {
            return String::new();
        }
    }
    text.replacen("<svg ", &format!("<svg class=\"chart\" role=\"img\" aria-label=\"{}\" ", escaped(name)), 1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_are_well_formed_whatever_they_show() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), value };
        for bars in [vec![], vec![bar("2024", 0)], vec![bar("<b>&\"", 5), bar("2025", i64::from(i32::MAX))]] {
            let svg = columns("\"<등록>\"", &bars);
            assert!(svg.starts_with("<svg class=\"chart\" role=\"img\" aria-label=\"&quot;&lt;등록>&quot;\""), "{svg}");
            assert!(svg.trim_end().ends_with("</svg>") && !svg.contains("<b>") && !svg.contains("style="), "{svg}");
        }
        let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let svg = flows(
            "흐름",
            &names(&["가", "<나>"]),
            &names(&["다"]),
            &[Flow { from: 0, to: 0, value: 3 }, Flow { from: 1, to: 0, value: 9 }, Flow { from: 7, to: 7, value: 1 }],
        );
        assert!(svg.matches("<polygon").count() == 2 && !svg.contains("<나>") && !svg.contains("style="), "{svg}");
    }
}
