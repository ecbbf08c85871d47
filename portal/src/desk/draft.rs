//! A draft: a form in which lists are lines of text, and the input of the schema that it makes.

use askama::Template;
use serde_json::{Map, Value, json};

use super::content::{Content, stated_day};
use super::{Act, Check, Kept, Next, Own, UserError, Viewer};
use crate::address::Address;
use crate::answer::{Item, Provision, Restriction};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Fields of the form.
const FIELDS: [&str; 23] = [
    "agency",
    "dataFile",
    "number",
    "application",
    "version",
    "name",
    "purpose",
    "bases",
    "required",
    "optional",
    "collection",
    "retention",
    "method",
    "system",
    "children",
    "count",
    "department",
    "deskDepartment",
    "deskPhone",
    "provisions",
    "entrustments",
    "validFrom",
    "reason",
];

/// Fields of the form for each matter of a registration, by the name of the matter in its input. The name of a file is always stated.
const MATTERS: [(&str, &[&str]); 14] = [
    ("purpose", &["purpose"]),
    ("legalBases", &["bases"]),
    ("collectedItems", &["required", "optional"]),
    ("processingMethod", &["method"]),
    ("retention", &["retention"]),
    ("provisions", &["provisions"]),
    ("entrustments", &["entrustments"]),
    ("dataSubjectCount", &["count"]),
    ("processingDepartment", &["department"]),
    ("accessDesk", &["deskDepartment", "deskPhone"]),
    ("accessRestrictions", &[RESTRICTIONS]),
    ("collectionMethod", &["collection"]),
    ("informationSystem", &["system"]),
    ("includesChildrenUnder14", &["children"]),
];

/// Limits to access, one a line, put together from the rows of the form: scope, ground and reason with tabs between.
const RESTRICTIONS: &str = "restrictions";
/// Rows for limits to access at most, and empty ones beneath those that are filled in.
const ROWS: usize = 50;
const EMPTY_ROWS: usize = 2;

/// What a field holds of what is registered, beside what is filled in.
fn registered(field: &str) -> String {
    format!("registered.{field}")
}

/// What was filled in.
#[derive(Clone, Debug, Default)]
struct Filled(Address);

impl Filled {
    fn of(form: &Address) -> Self {
        let of_registered = MATTERS.iter().flat_map(|(_, fields)| fields.iter().map(|field| registered(field)));
        let names = FIELDS.iter().map(|name| (*name).to_owned()).chain(of_registered);
        let mut filled = Self(names.fold(Address::default(), |kept, name| kept.with(&name, form.get(&name).unwrap_or_default())));
        let rows = (0..ROWS).map(|row| ["scope", "ground", "text"].map(|part| form.get(&format!("restriction.{row}.{part}")).unwrap_or_default()));
        filled.set(RESTRICTIONS, &restriction_lines(rows));
        filled
    }

    /// Limits to access as rows of the form: those that are filled in, and a few more.
    fn restrictions(&self) -> Vec<[String; 3]> {
        let filled = self.get(RESTRICTIONS).split('\n').filter(|line| !line.is_empty());
        let mut rows: Vec<[String; 3]> = filled
            .map(|line| {
                let mut parts = line.split('\t').map(str::to_owned);
                [(); 3].map(|()| parts.next().unwrap_or_default())
            })
            .collect();
        let count = (rows.len() + EMPTY_ROWS).min(ROWS);
        rows.resize(count, Default::default());
        rows
    }

    /// What is registered, as the form takes it along: names and values.
    fn registered(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.parameters().filter(|(name, _)| name.starts_with("registered."))
    }

    /// Whether a file is amended, and the fields hold what is registered of it. The form shows less than is registered (of a recipient its name and purpose, say), so that what was left as it is must not be stated anew.
    fn is_as_registered(&self, fields: &[&str]) -> bool {
        self.0.get("dataFile").is_some() && fields.iter().all(|field| self.lines(field).eq(self.lines(&registered(field))))
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: &str) {
        self.0 = self.0.with(name, value);
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// The `RegistrationInput` that it makes. Of a change of a file each matter that differs from what is registered is stated, so that what was emptied is cleared; the others stay as they are.
    fn input(&self) -> Value {
        let text = |name: &str| self.0.get(name).map_or(Value::Null, Value::from);
        let parts = |line: &str| line.split('|').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let part = |parts: &[String], place: usize| parts.get(place).filter(|part| !part.is_empty()).map_or(Value::Null, |part| json!(part));
        let item = |line: &str, requirement: &str| {
            let cells = parts(line);
            json!({"name": part(&cells, 0), "subject": part(&cells, 1), "requirement": requirement})
        };
        let items = self.lines("required").map(|line| item(line, "REQUIRED")).chain(self.lines("optional").map(|line| item(line, "OPTIONAL")));
        let provisions = self.lines("provisions").map(|line| {
            let cells = parts(line);
            json!({"recipient": part(&cells, 0), "purpose": part(&cells, 1), "itemsText": part(&cells, 2)})
        });
        let entrustments = self.lines("entrustments").map(|line| {
            let cells = parts(line);
            json!({"entrustee": part(&cells, 0), "task": cells.get(1).cloned().unwrap_or_default()})
        });
        let restrictions = self.restrictions().into_iter().filter(|row| row.iter().any(|part| !part.is_empty())).map(|[scope, ground, text]| {
            let stated = |text: String| Some(text).filter(|text| !text.is_empty());
            json!({"scope": scope, "ground": stated(ground), "text": stated(text)})
        });
        let desk = json!({"department": text("deskDepartment"), "phones": self.0.get("deskPhone").into_iter().collect::<Vec<_>>()});
        let has_desk = self.0.get("deskDepartment").or(self.0.get("deskPhone")).is_some();
        let mut input = json!({
            "name": text("name"),
            "purpose": text("purpose"),
            "legalBases": self.lines("bases").map(|line| json!({"citation": line})).collect::<Vec<_>>(),
            "collectedItems": items.collect::<Vec<_>>(),
            "processingMethod": text("method"),
            "retention": self.0.get("retention").map(|text| json!({"text": text})),
            "provisions": provisions.collect::<Vec<_>>(),
            "entrustments": entrustments.collect::<Vec<_>>(),
            "dataSubjectCount": self.0.get("count").and_then(|count| count.replace(',', "").parse::<i64>().ok()),
            "processingDepartment": self.0.get("department").map(|name| json!({"name": name})),
            "accessDesk": has_desk.then_some(desk),
            "accessRestrictions": restrictions.collect::<Vec<_>>(),
            "collectionMethod": text("collection"),
            "informationSystem": text("system"),
            "includesChildrenUnder14": self.0.get("children").map(|word| word == "true"),
        });
        if let Some(matters) = input.as_object_mut() {
            for name in ["validFrom", "reason"] {
                // Of an application that is written on, what is left out would stay as it was stated.
                if self.0.get(name).is_some() || self.0.get("application").is_some() {
                    matters.insert(name.to_owned(), text(name));
                }
            }
            for (matter, _) in MATTERS.iter().filter(|(_, fields)| self.is_as_registered(fields)) {
                matters.remove(*matter);
            }
        }
        input
    }

    /// What is written in the form and cannot be read.
    fn unreadable(&self, view: &View<'_>) -> Vec<UserError> {
        if !self.has_unreadable_count() {
            return Vec::new();
        }
        vec![UserError { message: view.t.desk_no_number.to_owned(), field: Some(vec!["dataSubjectCount".to_owned()]), is_own: true }]
    }

    fn has_unreadable_count(&self) -> bool {
        self.0.get("count").is_some_and(|count| count.replace(',', "").parse::<i64>().is_err())
    }

    /// Takes over what is registered, or stated by an application, into the fields of these names.
    fn take(&mut self, content: Content, field: impl Fn(&str) -> String) {
        let lines = |lines: &mut dyn Iterator<Item = String>| lines.collect::<Vec<_>>().join("\n");
        let row = |parts: [Option<String>; 3]| {
            let row = parts.map(Option::unwrap_or_default).join(" | ");
            row.trim_end_matches([' ', '|']).to_owned()
        };
        let of = |requirement: &'static str| {
            let is_optional = requirement == "OPTIONAL";
            move |item: &&Item| (item.requirement == "OPTIONAL") == is_optional
        };
        let item = |item: &Item| row([Some(item.name.clone()), item.subject.clone(), None]);
        let desk = content.access_desk.unwrap_or_default();
        let names = |provision: &Provision| provision.items.iter().map(|item| item.name.clone()).collect::<Vec<_>>().join(", ");
        let provision = |provision: Provision| {
            let items = provision.items_text.clone().or_else(|| Some(names(&provision)));
            row([Some(provision.recipient_name), provision.purpose, items])
        };
        let restriction = |restriction: &Restriction| {
            [restriction.scope.clone(), restriction.ground.clone().unwrap_or_default(), restriction.text.clone().unwrap_or_default()]
        };
        for (name, value) in [
            (RESTRICTIONS, restriction_lines(content.access_restrictions.iter().map(restriction))),
            ("collection", content.collection_method.unwrap_or_default()),
            ("system", content.information_system.unwrap_or_default()),
            ("children", content.includes_children.map(|includes| includes.to_string()).unwrap_or_default()),
            ("name", content.name),
            ("purpose", content.purpose.unwrap_or_default()),
            ("bases", lines(&mut content.legal_bases.into_iter().map(|basis| basis.citation))),
            ("required", lines(&mut content.collected_items.iter().filter(of("REQUIRED")).map(item))),
            ("optional", lines(&mut content.collected_items.iter().filter(of("OPTIONAL")).map(item))),
            ("retention", content.retention.map(|retention| retention.text).unwrap_or_default()),
            ("method", content.processing_method.unwrap_or_default()),
            ("count", content.data_subject_count.map(|count| count.to_string()).unwrap_or_default()),
            ("department", content.processing_department.map(|department| department.name).unwrap_or_default()),
            ("deskDepartment", desk.department.unwrap_or_default()),
            ("deskPhone", desk.phones.into_iter().next().unwrap_or_default()),
            ("provisions", lines(&mut content.provisions.nodes.into_iter().map(provision))),
            (
                "entrustments",
                lines(&mut content.entrustments.nodes.into_iter().map(|entrustment| row([Some(entrustment.entrustee_name), Some(entrustment.task), None]))),
            ),
        ] {
            self.set(&field(name), &value);
        }
    }
}

/// Rows for limits to access as lines; a row of which nothing is filled in is none.
fn restriction_lines<T: AsRef<str>>(rows: impl Iterator<Item = [T; 3]>) -> String {
    let line = |row: [T; 3]| row.map(|part| part.as_ref().replace(['\t', '\n', '\r'], " ").trim().to_owned()).join("\t");
    rows.map(line).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

#[derive(Template)]
#[template(path = "desk/draft.html")]
struct DraftHtml<'a> {
    view: &'a View<'a>,
    viewer: Viewer,
    filled: &'a Filled,
    return_reason: Option<String>,
    check: Option<Check>,
    errors: Vec<UserError>,
}

impl DraftHtml<'_> {
    /// The agency from which, and from those below it, one is chosen: only a new file is not yet of one.
    fn chosen_from(&self) -> Option<&Own> {
        let is_new = self.filled.get("dataFile").is_empty() && self.filled.get("application").is_empty();
        self.viewer.agency.as_ref().filter(|_| is_new)
    }
}

/// The form, empty or filled from what there is.
pub(super) struct DraftPage {
    number: Option<String>,
    application: Option<String>,
}

impl DraftPage {
    pub(super) fn at(here: &Address) -> Self {
        Self { number: here.get("file").map(str::to_owned), application: here.get("application").map(str::to_owned) }
    }
}

impl Page for DraftPage {
    fn ask(&self) -> Ask {
        let application = self.application.as_deref().unwrap_or("Application_AAAAAAAAAAAAAAAAAAAAAA");
        let variables = json!({
            "number": self.number.as_deref().unwrap_or_default(),
            "application": application,
            "isOfFile": self.number.is_some(),
            "isOfApplication": self.application.is_some(),
        });
        Ask::new(include_str!("../../documents/draft.graphql"), variables)
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let viewer: Viewer = serde_json::from_value(data["viewer"].take())?;
        let mut filled = Filled::default();
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (mut file, mut application) = (data["dataFile"].take(), data["application"].take());
        if (self.number.is_some() && file.is_null()) || (self.application.is_some() && application.is_null()) {
            return Err(Unshown::Nothing);
        }
        let mut return_reason = None;
        let mut content = Value::Null;
        if !file.is_null() {
            filled.set("dataFile", &of(&file["id"]));
            filled.set("number", &of(&file["registrationNumber"]));
            filled.set("agency", &of(&file["agency"]["id"]));
            filled.take(serde_json::from_value(file["registration"].clone())?, registered);
            content = file["registration"].take();
        }
        if !application.is_null() {
            filled.set("application", &of(&application["id"]));
            filled.set("version", &application["version"].to_string());
            filled.set("agency", &of(&application["agency"]["id"]));
            filled.set("dataFile", &of(&application["dataFile"]["id"]));
            filled.set("number", &of(&application["dataFile"]["registrationNumber"]));
            return_reason = application["returnReason"].as_str().map(str::to_owned);
            if !application["dataFile"].is_null() {
                filled.take(serde_json::from_value(application["dataFile"]["registration"].take())?, registered);
            }
            content = application["check"]["registration"].take();
        }
        if !content.is_null() {
            let content: Content = serde_json::from_value(content)?;
            if self.application.is_some() {
                filled.set("validFrom", stated_day(&content.valid_from, &content.recorded_at));
                filled.set("reason", content.reason.as_deref().unwrap_or_default());
            }
            filled.take(content, str::to_owned);
        }
        Ok(DraftHtml { view, viewer, filled: &filled, return_reason, check: None, errors: Vec::new() }.render()?)
    }
}

/// What the form's buttons do.
pub(super) fn act(here: &Address, form: &Address) -> Box<dyn Act> {
    let (filled, language) = (Filled::of(form), Language::of(here));
    if filled.has_unreadable_count() {
        return Box::new(Unread(filled));
    }
    if form.get("action") == Some("save") { Box::new(Save(filled)) } else { Box::new(Checking { filled, language }) }
}

/// Checks what is filled in, and shows the form again with what comes of it.
struct Checking {
    filled: Filled,
    language: Language,
}

impl Act for Checking {
    fn ask(&self) -> Ask {
        let variables = json!({
            "agency": self.filled.get("agency"),
            "dataFile": self.filled.0.get("dataFile"),
            "input": self.filled.input(),
            "language": self.language.word(),
        });
        Ask::new(include_str!("../../documents/check.graphql"), variables)
    }

    fn next(&self, view: &View<'_>, mut data: Value) -> Result<Next, Unshown> {
        let viewer = serde_json::from_value(data["viewer"].take())?;
        let check = serde_json::from_value(data["registrationCheck"].take())?;
        let page = DraftHtml { view, viewer, filled: &self.filled, return_reason: None, check: Some(check), errors: Vec::new() };
        Ok(Next::Show(page.render()?))
    }
}

/// Shows the form again with what could not be read of it.
struct Unread(Filled);

impl Act for Unread {
    fn ask(&self) -> Ask {
        super::viewer()
    }

    fn next(&self, view: &View<'_>, _: Value) -> Result<Next, Unshown> {
        let page = DraftHtml { view, viewer: Viewer::default(), filled: &self.0, return_reason: None, check: None, errors: self.0.unreadable(view) };
        Ok(Next::Show(page.render()?))
    }
}

/// Keeps the draft as an application.
struct Save(Filled);

impl Act for Save {
    fn ask(&self) -> Ask {
        let Self(filled) = self;
        let mut variables = Map::new();
        variables.insert("input".to_owned(), filled.input());
        if let Some(id) = filled.0.get("application") {
            variables.insert("id".to_owned(), id.into());
            variables.insert("version".to_owned(), filled.get("version").parse::<i64>().unwrap_or_default().into());
            return Ask::new(include_str!("../../documents/application_update.graphql"), variables.into());
        }
        variables.insert("agency".to_owned(), filled.get("agency").into());
        if let Some(id) = filled.0.get("dataFile") {
            variables.insert("dataFile".to_owned(), id.into());
        }
        variables.insert("kind".to_owned(), if filled.0.get("dataFile").is_some() { "AMENDMENT" } else { "NEW" }.into());
        Ask::new(include_str!("../../documents/application_create.graphql"), variables.into())
    }

    fn next(&self, view: &View<'_>, mut data: Value) -> Result<Next, Unshown> {
        let mut filled = self.0.clone();
        let errors = match Kept::read(view, data["saved"].take())? {
            Kept::At(address) => return Ok(Next::To(address)),
            Kept::Unfinished { id, version, errors } => {
                filled.set("application", &id);
                filled.set("version", &version);
                errors
            }
            Kept::Not(errors) => errors,
        };
        let page = DraftHtml { view, viewer: Viewer::default(), filled: &filled, return_reason: None, check: None, errors };
        Ok(Next::Show(page.render()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_lists() {
        let form = Address::default()
            .with("name", "회원 명부")
            .with("required", "성명\r\n주소 | 신청자\r\n\r\n")
            .with("optional", "전화번호")
            .with("provisions", "국세청 | 과세 | 성명, 주소\n구청")
            .with("entrustments", "(주)가나 | 운영")
            .with("count", "1,200")
            .with("restriction.0.scope", "세무 조사 자료")
            .with("restriction.0.ground", "TAX")
            .with("restriction.3.text", "까닭뿐")
            .with("children", "false");
        let input = Filled::of(&form).input();
        assert_eq!(input["collectedItems"].as_array().unwrap().len(), 3);
        assert_eq!(input["collectedItems"][1], json!({"name": "주소", "subject": "신청자", "requirement": "REQUIRED"}));
        assert_eq!(input["provisions"][0], json!({"recipient": "국세청", "purpose": "과세", "itemsText": "성명, 주소"}));
        assert_eq!(input["provisions"][1]["purpose"], Value::Null);
        assert_eq!(input["entrustments"][0], json!({"entrustee": "(주)가나", "task": "운영"}));
        assert_eq!(
            input["accessRestrictions"],
            json!([{"scope": "세무 조사 자료", "ground": "TAX", "text": null}, {"scope": "", "ground": null, "text": "까닭뿐"}]),
            "what lacks its scope is refused by the register, not left out"
        );
        assert_eq!((&input["includesChildrenUnder14"], &input["informationSystem"]), (&json!(false), &Value::Null));
        assert_eq!((&input["dataSubjectCount"], &input["retention"], &input["accessDesk"]), (&json!(1200), &Value::Null, &Value::Null));
    }

    #[test]
    fn what_is_registered_and_left_as_it_is_is_not_stated_anew() {
        let form = Address::default()
            .with("dataFile", "DataFile_x")
            .with("name", "회원 명부")
            .with("provisions", "국세청 | 과세\r\n구청")
            .with("registered.provisions", "국세청 | 과세\n구청")
            .with("required", "성명")
            .with("registered.required", "성명\n주소")
            .with("registered.retention", "5년")
            .with("restriction.1.scope", "상담 기록")
            .with("registered.restrictions", "상담 기록")
            .with("children", "true");
        let stated = Filled::of(&form).input();
        assert_eq!((stated.get("provisions"), stated.get("accessDesk"), stated.get("purpose")), (None, None, None));
        assert_eq!((stated.get("accessRestrictions"), &stated["includesChildrenUnder14"]), (None, &json!(true)));
        assert_eq!((&stated["name"], stated["collectedItems"].as_array().unwrap().len(), &stated["retention"]), (&json!("회원 명부"), 1, &Value::Null));
        // Of a new file everything is stated.
        assert_eq!(Filled::of(&form.without(&["dataFile"])).input()["provisions"].as_array().unwrap().len(), 2);
    }
}
