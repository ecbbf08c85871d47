//! What every page knows besides its answer: language, labels, address, and how numbers and periods are written.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::address::Address;
use crate::answer::Term;
use crate::texts::{EN, KO, Texts};

/// Language of a page. What the register holds stays Korean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl Language {
    /// The language that an address asks for: Korean, if it does not ask for English.
    #[must_use]
    pub fn of(address: &Address) -> Self {
        if address.get("lang") == Some("en") { Self::En } else { Self::Ko }
    }

    /// As HTML names it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        if self == Self::En { "en" } else { "ko" }
    }

    /// As the schema names it.
    #[must_use]
    pub fn word(self) -> &'static str {
        if self == Self::En { "EN" } else { "KO" }
    }
}

/// Labels of the schema's enumerations, in one language.
#[derive(Clone, Debug, Default)]
pub struct Labels(HashMap<String, Vec<(String, String)>>);

#[derive(Deserialize)]
struct EnumLabel {
    value: String,
    label: String,
}

impl Labels {
    /// The document that asks for them; its variable is `language`.
    pub const DOCUMENT: &'static str = include_str!("../documents/labels.graphql");

    /// Labels from the answer to [`Self::DOCUMENT`].
    ///
    /// # Errors
    /// What the answer lacks.
    pub fn read(data: serde_json::Value) -> Result<Self, serde_json::Error> {
        let sets: HashMap<String, Vec<EnumLabel>> = serde_json::from_value(data)?;
        Ok(Self(sets.into_iter().map(|(name, words)| (name, words.into_iter().map(|word| (word.value, word.label)).collect())).collect()))
    }

    /// Words of a set with their labels, in the schema's order.
    #[must_use]
    pub fn of(&self, set: &str) -> &[(String, String)] {
        self.0.get(set).map_or(&[], Vec::as_slice)
    }
}

/// The scripts and styles of the pages, under names that change with their content.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Name below `/assets/`.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub content: &'static str,
}

impl Asset {
    /// Path of this site at which it is served.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// A style sheet and the script that goes with it.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub style: Asset,
    /// The script.
    pub script: Asset,
}

impl Assets {
    fn new([style, script]: [&'static str; 2]) -> Self {
        let asset = |ending: &str, media_type, content: &'static str| {
            let hash: String = blake3::hash(content.as_bytes()).to_hex().chars().take(16).collect();
            Asset { name: format!("{hash}.{ending}"), media_type, content }
        };
        Self { style: asset("css", "text/css; charset=utf-8", style), script: asset("js", "text/javascript; charset=utf-8", script) }
    }
}

/// Those of every page.
pub static OF_PAGES: LazyLock<Assets> = LazyLock::new(|| Assets::new([include_str!("../assets/portal.css"), include_str!("../assets/portal.js")]));

/// Those of GraphiQL, where it was built before this crate.
pub static OF_GRAPHIQL: LazyLock<Option<Assets>> = LazyLock::new(|| GRAPHIQL.map(Assets::new));

#[cfg(graphiql)]
const GRAPHIQL: Option<[&str; 2]> = Some([include_str!(concat!(env!("OUT_DIR"), "/explorer.css")), include_str!(concat!(env!("OUT_DIR"), "/explorer.js"))]);
#[cfg(not(graphiql))]
const GRAPHIQL: Option<[&str; 2]> = None;

/// All scripts and styles.
pub fn assets() -> impl Iterator<Item = &'static Asset> {
    [Some(&*OF_PAGES), OF_GRAPHIQL.as_ref()].into_iter().flatten().flat_map(|assets| [&assets.style, &assets.script])
}

/// What a page is shown with.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Texts in the language of the page.
    pub(crate) t: &'static Texts,
    /// Language of the page.
    pub(crate) language: Language,
    labels: &'a Labels,
    /// Address of the page.
    pub(crate) here: &'a Address,
    /// Paths of the style sheet and the script.
    pub(crate) style: String,
    pub(crate) script: String,
    /// What the forms of the desk carry, so that no other site can send them.
    pub(crate) secret: String,
    /// Where the server is reached, without a slash at the end.
    pub(crate) origin: &'a str,
}

impl<'a> View<'a> {
    /// A view of the page at an address, of a server that is reached at `origin`.
    #[must_use]
    pub fn new(here: &'a Address, labels: &'a Labels, origin: &'a str) -> Self {
        let language = Language::of(here);
        let [style, script] = [&OF_PAGES.style, &OF_PAGES.script].map(Asset::path);
        Self { t: if language == Language::En { &EN } else { &KO }, language, labels, here, style, script, secret: String::new(), origin }
    }

    /// The same, whose forms carry a secret.
    #[must_use]
    pub fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }

    /// Path of the page.
    #[must_use]
    pub fn path(&self) -> &str {
        self.here.path()
    }

    /// An address of this site in the language of the page.
    pub(crate) fn at(&self, address: &Address) -> String {
        match self.language {
            Language::En => address.with("lang", "en").to_string(),
            Language::Ko => address.without(&["lang"]).to_string(),
        }
    }

    /// A path of this site in the language of the page.
    pub(crate) fn to(&self, path: &str) -> String {
        self.at(&Address::of(path))
    }

    /// Address of a thing: `agencies` and a code, say.
    pub(crate) fn thing(&self, things: &str, key: &str) -> String {
        self.at(&Address::to(&[things, key]))
    }

    /// Paths of the main menu with their names.
    pub(crate) fn menu(&self) -> [(&'static str, &'static str); 6] {
        [
            ("/", self.t.nav_search),
            ("/insights", self.t.nav_insights),
            ("/changes", self.t.nav_changes),
            ("/for-me", self.t.nav_for_me),
            ("/explorer", self.t.nav_explorer),
            ("/desk", self.t.nav_desk),
        ]
    }

    /// Searches to start from, with what they find.
    pub(crate) fn starts(&self) -> [(&'static str, &'static str); 5] {
        [
            ("/?identifier=RESIDENT_REGISTRATION_NUMBER", self.t.start_identifier),
            ("/?sensitive=HEALTH", self.t.start_health),
            ("/?people=1000000&sort=people", self.t.start_million),
            ("/?retention=PERMANENT", self.t.start_permanent),
            ("/for-me", self.t.for_me_title),
        ]
    }

    /// Whether the page is the one at a path.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.here.path() == path
    }

    /// Whether a text of the register may be a link: other schemes could run a script.
    pub(crate) fn is_link(&self, text: &str) -> bool {
        ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))
    }

    /// This page with another value of a parameter.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        self.at(&self.here.without(&["after", "before"]).with(name, value))
    }

    /// The page before or after in a list.
    pub(crate) fn page(&self, name: &str, cursor: Option<&str>) -> String {
        self.at(&self.here.without(&["after", "before"]).with(name, cursor.unwrap_or_default()))
    }

    /// This page in the other language.
    pub(crate) fn in_other_language(&self) -> String {
        match self.language {
            Language::En => self.here.without(&["lang"]).to_string(),
            Language::Ko => self.here.with("lang", "en").to_string(),
        }
    }

    /// The form that amends a file.
    pub(crate) fn amendment(&self, number: &str) -> String {
        self.at(&Address::of("/desk/draft").with("file", number))
    }

    /// The form that tells of a file's destruction.
    pub(crate) fn destruction(&self, number: &str) -> String {
        self.at(&Address::of("/desk/destruction").with("file", number))
    }

    /// The form that an application of a kind is written on in.
    pub(crate) fn writing(&self, application: &str, kind: &str) -> String {
        let form = if kind == "DESTRUCTION" { "/desk/destruction" } else { "/desk/draft" };
        self.at(&Address::of(form).with("application", application))
    }

    /// Where a document is sent. Its form is not read before the document, so that the secret stands in the address.
    pub(crate) fn importing(&self, is_dry_run: &str) -> String {
        self.at(&Address::of("/desk/import").with("csrf", &self.secret).with("dryRun", is_dry_run))
    }

    /// The console with the query behind this page.
    pub(crate) fn query(&self) -> String {
        self.at(&Address::to(&["explorer"]).with("of", &self.here.to_string()))
    }

    /// Label of a word of an enumeration; the word itself where it has none.
    pub(crate) fn label<'b>(&'b self, set: &str, word: &'b str) -> &'b str {
        self.labels.of(set).iter().find(|(value, _)| value == word).map_or(word, |(_, label)| label)
    }

    /// Words of an enumeration with their labels.
    pub(crate) fn words(&self, set: &str) -> &[(String, String)] {
        self.labels.of(set)
    }

    /// A number with marks between thousands.
    pub(crate) fn number(&self, number: impl fmt::Display) -> String {
        grouped(&number.to_string())
    }

    /// A text with something in its only place.
    pub(crate) fn fill(&self, text: &str, value: impl fmt::Display) -> String {
        text.replace("{}", &value.to_string())
    }

    /// The day of an instant.
    pub(crate) fn day<'b>(&self, instant: &'b str) -> &'b str {
        instant.get(..10).unwrap_or(instant)
    }

    /// A period of retention in plain words.
    pub(crate) fn term(&self, term: &Term) -> String {
        let span = |months: Option<i64>, days: Option<i64>| match (months, days) {
            (Some(months), _) if months > 0 => Some(self.months(months)),
            (_, Some(days)) if days > 0 => Some(format!("{}{}", self.number(days), if days == 1 { self.t.unit_day } else { self.t.unit_days })),
            _ => None,
        };
        let (least, most) = (span(term.min_months, term.min_days), span(term.max_months, term.max_days));
        let length = match (least, most) {
            (Some(least), Some(most)) if least == most => Some(least),
            (Some(least), Some(most)) => Some(format!("{least}–{most}")),
            (Some(least), None) => Some(self.t.at_least.replace("{}", &least)),
            (None, Some(most)) => Some(self.t.at_most.replace("{}", &most)),
            (None, None) => None,
        };
        let event = term.event.as_deref();
        let kept = match (term.class.as_str(), length, event) {
            ("PERMANENT", _, _) => self.t.kept_permanently.to_owned(),
            ("SEMI_PERMANENT", _, _) => self.t.kept_semi_permanently.to_owned(),
            ("NOT_RETAINED", _, _) => self.t.not_kept.to_owned(),
            (_, Some(length), Some(event)) => self.t.kept_for_after.replace("{length}", &length).replace("{event}", event),
            (_, Some(length), None) => self.t.kept_for.replace("{}", &length),
            (_, None, Some(event)) => self.t.kept_until.replace("{}", event),
            (_, None, None) => return String::new(),
        };
        match &term.condition {
            Some(condition) => format!("{kept} ({condition})"),
            None => kept,
        }
    }

    fn months(&self, months: i64) -> String {
        let (years, rest) = (months / 12, months % 12);
        let counted = |number: i64, one: &str, many: &str| format!("{number}{}", if number == 1 { one } else { many });
        match (years, rest) {
            (0, rest) => counted(rest, self.t.unit_month, self.t.unit_months),
            (years, 0) => counted(years, self.t.unit_year, self.t.unit_years),
            (years, rest) => format!("{} {}", counted(years, self.t.unit_year, self.t.unit_years), counted(rest, self.t.unit_month, self.t.unit_months)),
        }
    }

    /// What a path of a difference names: its first part by its label.
    pub(crate) fn field(&self, path: &str) -> &'static str {
        self.t.of_field(path.split('.').next().unwrap_or_default())
    }
}

/// A whole number, written in digits, with marks between thousands.
fn grouped(number: &str) -> String {
    let digits = number.trim_start_matches('-');
    let mut written = number[..number.len() - digits.len()].to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_marks_between_thousands() {
        for written in ["0", "999", "1,000", "51,740,000", "-1,234"] {
            assert_eq!(grouped(&written.replace(',', "")), written);
        }
    }

    #[test]
    fn periods_are_told_in_plain_words() {
        let (address, labels) = (Address::of("/?lang=en"), Labels::default());
        let (english, korean) = (Address::of("/?lang=en"), Address::of("/"));
        assert_eq!(address, english);
        let view = |here| View::new(here, &labels, "");
        let term = |class: &str, months: Option<i64>, event: Option<&str>| Term {
            class: class.to_owned(),
            min_months: months,
            max_months: months,
            event: event.map(str::to_owned),
            ..Term::default()
        };
        for (term, ko, en) in [
            (term("YEARS_5", Some(60), None), "5년 동안 보관합니다.", "Kept for 5 years."),
            (term("YEARS_5", Some(60), Some("탈퇴")), "‘탈퇴’부터 5년 동안 보관합니다.", "Kept for 5 years after ‘탈퇴’."),
            (term("CUSTOM", Some(18), None), "1년 6개월 동안 보관합니다.", "Kept for 1 year 6 months."),
            (term("UNTIL_EVENT", None, Some("탈퇴")), "‘탈퇴’까지 보관합니다.", "Kept until ‘탈퇴’."),
            (term("PERMANENT", None, None), "기한 없이 계속 보관합니다(영구).", "Kept for good (permanent)."),
        ] {
            assert_eq!((view(&korean).term(&term).as_str(), view(&english).term(&term).as_str()), (ko, en));
        }
    }
}
