//! The national picture: charts, each with the table of its numbers.

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::address::Address;
use crate::answer::{AgencyRef, Named, Rule};
use crate::chart::{self, Bar, Flow};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Most recipients of the flow diagram.
const RECIPIENTS: usize = 10;

/// The page of insights.
pub(crate) struct Insights(pub(crate) Language);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    register: Register,
    by_type: Counted,
    identifiers: Counted,
    sensitive: Counted,
    retention: Counted,
    assessed: Counted,
    large: Counted,
    years: Counted,
    recipients: Counted,
    flows: Flows,
    files_by_rule: Counted,
    finding_rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Flows {
    nodes: Vec<DataFlow>,
}

/// What goes from one agency to one recipient or entrustee.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataFlow {
    kind: String,
    data_file_count: i64,
    declared_subject_count: i64,
    from: AgencyRef,
    to: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Register {
    data_file_count: i64,
    agency_count: i64,
}

#[derive(Deserialize)]
struct Counted {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    keys: Vec<Key>,
    data_file_count: i64,
}

impl Row {
    fn key(&self, place: usize) -> &str {
        self.keys.get(place).map_or("", |key| key.key.as_str())
    }

    fn label(&self, place: usize) -> &str {
        self.keys.get(place).map_or("", |key| key.label.as_str())
    }
}

#[derive(Deserialize)]
struct Key {
    key: String,
    label: String,
}

/// A row of a table with bars.
struct Line {
    label: String,
    link: String,
    count: i64,
    /// Of the greatest, in hundredths.
    share: i64,
}

/// A table with bars.
struct Bars {
    id: &'static str,
    title: &'static str,
    note: &'static str,
    head: &'static str,
    lines: Vec<Line>,
}

struct FlowLine {
    from: String,
    to: String,
    link: String,
    count: i64,
}

/// Identifiers by type of agency.
struct Grid {
    heads: Vec<String>,
    rows: Vec<(String, Vec<i64>)>,
}

#[derive(Template)]
#[template(path = "insights.html")]
struct InsightsHtml<'a> {
    view: &'a View<'a>,
    holds: String,
    before: Vec<Bars>,
    after: Vec<Bars>,
    identifiers: Grid,
    years: Vec<Line>,
    years_chart: String,
    flows: Vec<FlowLine>,
    flows_chart: String,
    largest: Vec<DataFlow>,
}

impl Page for Insights {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../documents/insights.graphql"), serde_json::json!({"language": self.0.word()}))
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let answer: Answer = serde_json::from_value(data)?;
        let t = view.t;
        let lines = |counted: &Counted, parameter: &str| {
            let most = counted.rows.iter().map(|row| row.data_file_count).max().unwrap_or(1).max(1);
            let line = |row: &Row| Line {
                label: row.label(0).to_owned(),
                link: view.at(&Address::of("/").with(parameter, row.key(0))),
                count: row.data_file_count,
                share: row.data_file_count * 100 / most,
            };
            counted.rows.iter().map(line).collect::<Vec<_>>()
        };
        let bars = |id, title, note, head, counted, parameter| Bars { id, title, note, head, lines: lines(counted, parameter) };
        let mut years = lines(&answer.years, "year");
        years.sort_by(|a, b| a.label.cmp(&b.label));
        let columns: Vec<Bar> = years.iter().map(|line| Bar { label: line.label.chars().take(4).collect(), value: line.count }).collect();
        let (flows, flows_chart) = flows(view, &answer.recipients.rows);
        let mut rules = answer.finding_rules;
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.count));
        let most = rules.first().map_or(1, |rule| rule.count.max(1));
        let found = rules.into_iter().filter(|rule| rule.count > 0);
        let has_files = |code: &str| answer.files_by_rule.rows.iter().any(|row| row.key(0) == code);
        let findings = found.map(|rule| Line {
            label: format!("{} ({})", rule.title, rule.article),
            // Findings of a policy or of an agency concern no file that a search could find.
            link: if has_files(&rule.code) { view.at(&Address::of("/").with("finding", &rule.code)) } else { String::new() },
            count: rule.count,
            share: rule.count * 100 / most,
        });
        let page = InsightsHtml {
            view,
            holds: t
                .register_holds
                .replace("{agencies}", &view.number(answer.register.agency_count))
                .replace("{files}", &view.number(answer.register.data_file_count)),
            before: vec![bars("types", t.by_agency_type, "", t.agency_type, &answer.by_type, "type")],
            identifiers: grid(&answer.identifiers.rows),
            after: vec![
                bars("sensitive", t.by_sensitive, "", t.kind, &answer.sensitive, "sensitive"),
                bars("retention", t.by_retention, "", t.m_retention, &answer.retention, "retention"),
                bars("assessed", t.by_assessed, "", t.m_assessment, &answer.assessed, "assessed"),
                bars("large", t.by_assessed_large, "", t.m_assessment, &answer.large, "assessed"),
                Bars { id: "findings", title: t.by_finding, note: t.findings_careful, head: t.rule, lines: findings.collect() },
            ],
            years_chart: chart::columns(t.by_year, &columns),
            years,
            flows,
            flows_chart,
            largest: answer.flows.nodes,
        };
        Ok(page.render()?)
    }
}

/// Identifiers by type of agency, both in the order of their numbers of files.
fn grid(rows: &[Row]) -> Grid {
    let mut heads: Vec<(&str, &str)> = Vec::new();
    let mut types: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        for (list, place) in [(&mut heads, 0), (&mut types, 1)] {
            if !list.iter().any(|(key, _)| *key == row.key(place)) {
                list.push((row.key(place), row.label(place)));
            }
        }
    }
    let count = |head: &str, kind: &str| rows.iter().find(|row| row.key(0) == head && row.key(1) == kind).map_or(0, |row| row.data_file_count);
    let rows = types.iter().map(|(kind, label)| ((*label).to_owned(), heads.iter().map(|(head, _)| count(head, kind)).collect())).collect();
    Grid { heads: heads.into_iter().map(|(_, label)| label.to_owned()).collect(), rows }
}

/// The largest flows: from types of agencies to the recipients that most files name.
fn flows(view: &View<'_>, rows: &[Row]) -> (Vec<FlowLine>, String) {
    let mut totals: Vec<(&str, i64)> = Vec::new();
    for row in rows {
        match totals.iter_mut().find(|(key, _)| *key == row.key(1)) {
            Some((_, total)) => *total += row.data_file_count,
            None => totals.push((row.key(1), row.data_file_count)),
        }
    }
    totals.sort_by_key(|(_, total)| std::cmp::Reverse(*total));
    totals.truncate(RECIPIENTS);
    let (mut from, mut to): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let place = |names: &mut Vec<String>, name: &str| {
        names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        })
    };
    let (mut bands, mut lines) = (Vec::new(), Vec::new());
    for (recipient, _) in &totals {
        for row in rows.iter().filter(|row| row.key(1) == *recipient) {
            bands.push(Flow { from: place(&mut from, row.label(0)), to: place(&mut to, row.label(1)), value: row.data_file_count });
            let link = Address::of("/").with("type", row.key(0)).with("recipient", row.key(1));
            lines.push(FlowLine { from: row.label(0).to_owned(), to: row.label(1).to_owned(), link: view.at(&link), count: row.data_file_count });
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.count));
    let chart = chart::flows(view.t.by_flow, &from, &to, &bands);
    (lines, chart)
}
