//! Which files are exported: those that a search finds, that a day saw in force, that changed since an entry of the journal.

use async_graphql::InputType as _;
use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::Format;
use crate::data_file::running_number;
use crate::error::{Error, Result};
use crate::graphql::admission::limits::Limits;
use crate::graphql::admission::schema_types::SchemaTypes;
use crate::graphql::admission::{Rules, admit};
use crate::graphql::documents::Document;
use crate::graphql::request::{GraphqlRequest, Transport};
use crate::identity::abbreviated;
use crate::search::{Query, SearchFilter};

/// A search as the schema has it: whatever it takes, an export takes, and refuses with the same words.
const SEARCH: &str = "query($text: String, $filter: SearchFilter) { search(text: $text, filter: $filter) { totalCount } }";

/// Which files are exported. What is left out asks nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Words, as `search(text:)` takes them.
    pub text: Option<String>,
    /// Filter, as `search(filter:)` takes it, in JSON.
    pub filter: Option<Json>,
    /// Files in force on that day, as they were.
    pub as_of: Option<NaiveDate>,
    /// Files that changed after that entry of the journal, whatever their status.
    pub since: Option<i64>,
    /// Files behind the one with that registration number.
    pub after: Option<String>,
}

impl Selection {
    /// Whether the selection goes with a format, and its parts with each other.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where they do not.
    pub(super) fn check(&self, format: Format) -> Result<()> {
        let searches = self.text.is_some() || self.filter.is_some();
        if format == Format::Sdl && *self != Self::default() {
            return Err(Error::input("the schema is one and the same for all files: leave text, filter, asOf, since and after out"));
        }
        if self.as_of.is_some() && searches {
            return Err(Error::input("a search knows the register as it stands, and asOf asks how it stood: leave one of them out"));
        }
        if self.as_of.is_some() && format == Format::Ndjson {
            return Err(Error::input("lines are whole files with their histories, of whatever day: leave asOf out, or take another format"));
        }
        if let Some(after) = &self.after {
            if !matches!(format, Format::Csv | Format::Ndjson) {
                return Err(Error::input(format!("`{}` cannot be gone on with behind a file; csv and ndjson can", format.name())));
            }
            if running_number(after).is_none() {
                return Err(Error::input(format!("after is \"{}\": it is the registration number of a file, 6110000-12 say", abbreviated(after))));
            }
        }
        Ok(())
    }

    /// The search that finds the files; `None` where nothing is searched.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what the schema refuses, with the path of the value.
    pub(super) fn query(&self, types: &SchemaTypes) -> Result<Option<Query>> {
        if self.text.is_none() && self.filter.is_none() {
            return Ok(None);
        }
        let mut variables = Map::new();
        variables.extend(self.text.as_ref().map(|text| ("text".to_owned(), Json::from(text.as_str()))));
        variables.extend(self.filter.as_ref().map(|filter| ("filter".to_owned(), filter.clone())));
        let request = GraphqlRequest { query: SEARCH.to_owned(), variables, ..GraphqlRequest::default() };
        let limits = Limits::default();
        let document = Document::read(SEARCH, &limits, types).map_err(|refusal| Error::internal(refusal.message))?;
        let admitted = admit(&document, &request, Transport::Post, &Rules { types, limits: &limits, argument_check: None }).map_err(|rejected| {
            Error::input(
                rejected.refusals.into_iter().map(|refusal| refusal.message.replace("The variable `$", "`").replace('$', "")).collect::<Vec<_>>().join(" "),
            )
        })?;
        let filter = match admitted.variables.get("filter") {
            Some(value) => {
                Option::<SearchFilter>::parse(Some(value.clone())).map_err(|error| Error::input(error.into_server_error(Default::default()).message))?
            }
            None => None,
        };
        Query::new(self.text.as_deref().unwrap_or_default(), SearchFilter::search_parts(filter.as_ref())?).map(Some)
    }

    /// The selection as a manifest tells it.
    #[must_use]
    pub fn as_json(&self) -> Json {
        let fields = [
            ("text", self.text.as_deref().map(Json::from)),
            ("filter", self.filter.clone()),
            ("asOf", self.as_of.map(|day| Json::from(day.to_string()))),
            ("since", self.since.map(Json::from)),
            ("after", self.after.as_deref().map(Json::from)),
        ];
        Json::Object(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    }
}
