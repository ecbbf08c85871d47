//! Finding in the schema: search with facets, suggestions, statistics.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use entity::data_file;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::document::Document;
use super::facet::Counted;
pub use super::filter::SearchFilter;
use super::highlight::highlights;
use super::query::{Found, Query};
use super::statistics::{Measures, Row, Table, Wanted};
use super::suggest::Suggested;
use super::{Dimension, FacetDimension, Hit, Search, Snapshot, StatisticsDimension, StatisticsMeasure, SuggestionKind};
use crate::data_file::graphql::DataFile;
use crate::error::Error;
use crate::graphql::connection::PageInfo;
use crate::graphql::eager::Eager;
use crate::graphql::node::{Node, node};
use crate::graphql::scalar::Count;
use crate::graphql::{Language, Reads as _};
use crate::store::{Cursor, Page, Slice, Store};
use crate::vocabulary::Vocabulary as _;

/// Most rows of statistics, and most values of a facet.
const MOST_ROWS: i32 = 1_000;
/// Most suggestions.
const MOST_SUGGESTIONS: i32 = 50;
/// Most files like a file.
const MOST_SIMILAR: i32 = 50;

crate::order! {
    SearchOrder by SearchOrderField, Relevance Desc {
        Relevance = "RELEVANCE", "관련도", "Relevance to the words", "Without words, files with more data subjects come first, by powers of two.";
        Name = "NAME", "파일명", "Name", "In dictionary order.";
        DataSubjectCount = "DATA_SUBJECT_COUNT", "정보주체 수", "Number of data subjects";
        RegisteredOn = "REGISTERED_ON", "등록일", "Day of registration";
        RecordedAt = "RECORDED_AT", "기록일시", "When the registration in force was recorded", "When the file changed last; its destruction is a change too.";
    }
}

/// Files found, a page of them, with how many there are and how they divide.
pub struct SearchConnection {
    search: Search,
    found: Arc<Found>,
    order: SearchOrder,
    page: Page,
    slice: OnceCell<Arc<Slice<Hit>>>,
}

impl SearchConnection {
    async fn slice(&self) -> Result<&Arc<Slice<Hit>>, Error> {
        let page = || async {
            let (found, order, page) = (Arc::clone(&self.found), self.order, self.page.clone());
            self.search.run(move |_| Ok(Arc::new(found.page(&order, &page)?))).await
        };
        self.slice.get_or_try_init(page).await
    }

    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<(String, Hit, DataFile)>, Error> {
        let slice = self.slice().await?;
        let rows = ctx.rows::<data_file::Entity>(slice.rows.iter().map(|(_, hit)| hit.file).collect()).await?;
        let file = |(cursor, hit): &(Cursor, Hit)| Some((cursor.to_string(), hit.clone(), DataFile::from((**rows.get(&hit.file)?).clone())));
        Ok(slice.rows.iter().filter_map(file).collect())
    }
}

/// Files found, a page of them, with how many there are and how they divide.
#[Object]
impl SearchConnection {
    /// Files of the page with their cursors and with where the words stand.
    async fn edges(&self, ctx: &Context<'_>) -> Result<Vec<Eager<SearchEdge>>> {
        let has_words = !self.found.words.is_empty();
        let edge = |(cursor, hit, node): (String, Hit, DataFile)| SearchEdge {
            cursor,
            relevance: has_words.then_some(hit.relevance),
            node,
            file: hit.file,
            found: Arc::clone(&self.found),
        };
        Ok(self.files(ctx).await?.into_iter().map(edge).map(Eager).collect())
    }

    /// Files of the page.
    async fn nodes(&self, ctx: &Context<'_>) -> Result<Vec<Eager<DataFile>>> {
        Ok(self.files(ctx).await?.into_iter().map(|(_, _, file)| Eager(file)).collect())
    }

    /// Where the page lies in what was found.
    async fn page_info(&self) -> Result<PageInfo> {
        let slice = self.slice().await?;
        Ok(PageInfo::of(slice))
    }

    /// Number of files found, whatever the page.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.found.count()).unwrap_or(i32::MAX)
    }

    /// How many of the files found have each value of a dimension, by dimension in the order asked. A facet ignores what the filter asks of its own dimension among the parts that are AND-ed at the top, so
    /// that a reader sees what another choice would give. At most 13.
    async fn facets(
        &self,
        #[graphql(desc = "Dimensions. At most 13.")] by: Vec<FacetDimension>,
        #[graphql(desc = "How many values of each, the most frequent first: 0 to 1000.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<Facet>> {
        if by.len() > FacetDimension::WORDS.len() {
            return Err(Error::input(format!("`by` has {} dimensions; there are {}", by.len(), FacetDimension::WORDS.len())).into());
        }
        let most = at_most("first", first, 20, MOST_ROWS)?;
        let found = Arc::clone(&self.found);
        let dimensions: Vec<Dimension> = by.iter().map(|dimension| Dimension::from(*dimension)).collect();
        let counted = self.search.run(move |_| Ok(found.facets(&dimensions, most))).await?;
        Ok(by.into_iter().zip(counted).map(|(dimension, counted)| Facet { dimension, counted, found: Arc::clone(&self.found) }).collect())
    }
}

/// File found, with its position and with where the words stand.
pub struct SearchEdge {
    cursor: String,
    node: DataFile,
    relevance: Option<i64>,
    file: Uuid,
    found: Arc<Found>,
}

/// File found, with its position and with where the words stand.
#[Object]
impl SearchEdge {
    /// Position of the file in this search and order: an argument for `after` and `before`. Opaque.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The file.
    async fn node(&self) -> Eager<&DataFile> {
        Eager(&self.node)
    }

    /// Relevance of the file to the words: a whole number, the greater the more relevant, the same on every server; null where there were no words.
    async fn score(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "weights are far below 2^53")]
        self.relevance.map(|relevance| relevance as f64)
    }

    /// Texts of the file in which the words stand. At most 70, ten of a field; empty where there were no words.
    async fn highlights(&self, ctx: &Context<'_>) -> Result<Vec<Highlight>> {
        if self.found.words.is_empty() {
            return Ok(Vec::new());
        }
        let Some(document) = ctx.load(DocumentOf { file: self.file, day: ctx.session()?.today() }).await? else { return Ok(Vec::new()) };
        let highlighted = highlights(&document, &self.found.snapshot.linked, &self.found.words);
        let fragments = |fragments: Vec<(String, bool)>| fragments.into_iter().map(|(text, is_match)| HighlightFragment { text, is_match }).collect();
        Ok(highlighted.into_iter().map(|text| Highlight { field: text.field.to_owned(), fragments: fragments(text.fragments) }).collect())
    }
}

/// Text of a file in which words of the search stand.
#[derive(Debug, SimpleObject)]
pub struct Highlight {
    /// Field that the text belongs to: `name`, `agency` (the agency and those above it), `purpose`, `collectedItems`, `legalBases`, `provisions` (names of recipients), `entrustments` (names of
    /// entrustees).
    field: String,
    /// Pieces of the text in their order; together they are the text. At most 4,001.
    fragments: Vec<HighlightFragment>,
}

/// Piece of a highlighted text.
#[derive(Debug, SimpleObject)]
pub struct HighlightFragment {
    /// The piece.
    text: String,
    /// Indicates whether a word stands here.
    is_match: bool,
}

/// Loader key: a file as the search sees it on a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DocumentOf {
    /// The file.
    pub file: Uuid,
    /// The day.
    pub day: NaiveDate,
}

impl Loader<DocumentOf> for Store {
    type Value = Arc<Document>;
    type Error = Error;

    async fn load(&self, keys: &[DocumentOf]) -> Result<HashMap<DocumentOf, Self::Value>, Error> {
        // One request has one day.
        let Some(day) = keys.first().map(|key| key.day) else { return Ok(HashMap::new()) };
        let files: Vec<Uuid> = keys.iter().map(|key| key.file).collect();
        Ok(self.documents(&files, day).await?.into_iter().map(|document| (DocumentOf { file: document.id, day }, Arc::new(document))).collect())
    }
}

/// How the files found divide in a dimension (패싯).
pub struct Facet {
    dimension: FacetDimension,
    counted: Counted,
    found: Arc<Found>,
}

/// How the files found divide in a dimension (패싯).
#[Object]
impl Facet {
    /// Dimension of the facet.
    async fn dimension(&self) -> FacetDimension {
        self.dimension
    }

    /// Values with the number of their files, the most frequent first. As many as `facets(first:)` says, at most 1,000.
    async fn values(&self) -> Vec<Eager<FacetValue>> {
        let value = |(number, count): &(u32, usize)| Eager(FacetValue { value: self.value(*number), count: *count });
        self.counted.values.iter().map(value).collect()
    }

    /// Sum of the counts of the values that are not listed.
    async fn other_count(&self) -> i32 {
        i32::try_from(self.counted.others).unwrap_or(i32::MAX)
    }

    /// Number of files that have no value in the dimension.
    async fn missing_count(&self) -> i32 {
        i32::try_from(self.counted.missing).unwrap_or(i32::MAX)
    }
}

impl Facet {
    fn value(&self, number: u32) -> DimensionValue {
        DimensionValue { dimension: self.counted.dimension, number, found: Arc::clone(&self.found) }
    }
}

/// A value of a dimension.
struct DimensionValue {
    dimension: Dimension,
    number: u32,
    found: Arc<Found>,
}

impl DimensionValue {
    fn key(&self) -> String {
        self.dimension.key(&self.found.snapshot.linked, self.number)
    }

    fn label(&self, language: Language) -> String {
        self.dimension.label(&self.found.snapshot.linked, self.number, language)
    }

    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        match self.dimension.node(&self.found.snapshot.linked, self.number) {
            Some(id) => Ok(node(ctx, id).await?),
            None => Ok(None),
        }
    }
}

/// Value of a facet.
pub struct FacetValue {
    value: DimensionValue,
    count: usize,
}

/// Value of a facet.
#[Object]
impl FacetValue {
    /// Key of the value, as the filter on the dimension takes it: a word, a code, a global ID; a year; "true" or "false".
    async fn key(&self) -> String {
        self.value.key()
    }

    /// Name of the value for people. Names of agencies, bodies and statutes are as they are; of a region, with those around it.
    async fn label(&self, #[graphql(desc = "Language of the label.", default_with = "Language::Ko")] language: Language) -> String {
        self.value.label(language)
    }

    /// Object that the value is; null for words, years and regions.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        self.value.node(ctx).await
    }

    /// Number of files that have the value.
    async fn count(&self) -> i32 {
        i32::try_from(self.count).unwrap_or(i32::MAX)
    }
}

/// Suggestion (추천어) while a name is typed.
pub struct Suggestion(Suggested);

/// Suggestion (추천어) while a name is typed.
#[Object]
impl Suggestion {
    /// What it is.
    async fn kind(&self) -> SuggestionKind {
        self.0.kind
    }

    /// Name that is suggested.
    async fn text(&self, ctx: &Context<'_>) -> Result<String> {
        match self.0.example {
            // The index sorts by folded names; what people see is as written.
            Some(file) => Ok(ctx.row::<data_file::Entity>(file).await?.name.clone()),
            None => Ok(self.0.text.clone()),
        }
    }

    /// Object that bears the name; null for a name that several data files bear.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        match self.0.node {
            Some(id) => Ok(node(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// Number of data files: of the agency and of those below it; that give to the body or entrust it; that rest on the statute; that record an item of the category; that bear the name.
    async fn data_file_count(&self) -> i32 {
        i32::try_from(self.0.files).unwrap_or(i32::MAX)
    }
}

/// Statistics (통계) over files found.
pub struct Statistics {
    found: Arc<Found>,
    dimensions: Vec<Dimension>,
    table: Table,
}

/// Statistics (통계) over files found.
#[Object]
impl Statistics {
    /// Rows with the greatest measures. A file counts once in each of its values; one that lacks a value in a dimension stands in no row. As many as `statistics(first:)` says, at most 1,000.
    async fn rows(&self) -> Vec<Eager<StatisticsRow>> {
        self.table.rows.iter().map(|Row { values, measures }| Eager(self.row(values, measures))).collect()
    }

    /// All other rows as one, in which each file and agency counts once; null if there are none. It has no keys.
    async fn rest(&self) -> Option<StatisticsRow> {
        self.table.rest.as_ref().map(|measures| self.row(&[], measures))
    }

    /// Number of files that were counted, those that stand in no row among them.
    async fn data_file_count(&self) -> i32 {
        i32::try_from(self.found.count()).unwrap_or(i32::MAX)
    }
}

impl Statistics {
    fn row(&self, values: &[u32], measures: &Measures) -> StatisticsRow {
        let value = |(dimension, number): (&Dimension, &u32)| DimensionValue { dimension: *dimension, number: *number, found: Arc::clone(&self.found) };
        StatisticsRow { values: self.dimensions.iter().zip(values).map(value).map(Arc::new).collect(), measures: measures.clone() }
    }
}

/// Row of statistics: files that have a value in each dimension.
pub struct StatisticsRow {
    values: Vec<Arc<DimensionValue>>,
    measures: Measures,
}

/// Row of statistics: files that have a value in each dimension.
#[Object]
impl StatisticsRow {
    /// Values of the row, in the order of `by`. At most 3.
    async fn keys(&self) -> Vec<Eager<StatisticsKey>> {
        self.values.iter().map(|value| Eager(StatisticsKey(Arc::clone(value)))).collect()
    }

    /// Number of files.
    async fn data_file_count(&self) -> i32 {
        i32::try_from(self.measures.files).unwrap_or(i32::MAX)
    }

    /// Number of files that declare a data-subject count.
    async fn counted_file_count(&self) -> i32 {
        i32::try_from(self.measures.counted_files).unwrap_or(i32::MAX)
    }

    /// Sum of the declared data-subject counts. A person who stands in several files counts in each.
    async fn declared_subject_count(&self) -> Count {
        Count(self.measures.subjects)
    }

    /// Number of different agencies that operate the files.
    async fn agency_count(&self) -> i32 {
        i32::try_from(self.measures.agencies).unwrap_or(i32::MAX)
    }
}

/// Value of a row in a dimension.
pub struct StatisticsKey(Arc<DimensionValue>);

/// Value of a row in a dimension.
#[Object]
impl StatisticsKey {
    /// Dimension.
    async fn dimension(&self) -> StatisticsDimension {
        self.0.dimension
    }

    /// Key of the value, as the filter on the dimension takes it: a word, a code, a global ID; a year, or a month as "2024-05"; "true" or "false".
    async fn key(&self) -> String {
        self.0.key()
    }

    /// Name of the value for people.
    async fn label(&self, #[graphql(desc = "Language of the label.", default_with = "Language::Ko")] language: Language) -> String {
        self.0.label(language)
    }

    /// Object that the value is; null for words, years and regions.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        self.0.node(ctx).await
    }
}

/// The number given, if it is not too great. A variable that was not given counts as none, and so does null.
fn at_most(name: &str, given: Option<i32>, default: i32, most: i32) -> Result<usize, Error> {
    let value = given.unwrap_or(default);
    if (0..=most).contains(&value) { Ok(value.unsigned_abs() as usize) } else { Err(Error::input(format!("`{name}` is {value}; it can be 0 to {most}"))) }
}

/// Files like a file, the most like it first.
///
/// # Errors
/// `BAD_USER_INPUT` for a size out of range; `NotReady` while the index is prepared.
pub async fn similar(ctx: &Context<'_>, file: Uuid, first: Option<i32>) -> Result<Vec<DataFile>> {
    let most = at_most("first", first, 10, MOST_SIMILAR)?;
    let session = ctx.session()?;
    let Some(alike) = ctx.load(SimilarTo { file, day: session.today(), most, search: session.search.clone() }).await? else { return Ok(Vec::new()) };
    let rows = ctx.rows::<data_file::Entity>(alike.to_vec()).await?;
    Ok(alike.iter().filter_map(|file| Some(DataFile::from((**rows.get(file)?).clone()))).collect())
}

/// Loader key: files like a file, at most so many. All of a request are looked for in one go, so that what is read of them comes by one statement too.
#[derive(Clone)]
pub struct SimilarTo {
    file: Uuid,
    day: NaiveDate,
    most: usize,
    search: Search,
}

impl SimilarTo {
    /// A request has one search.
    fn identity(&self) -> (Uuid, NaiveDate, usize) {
        (self.file, self.day, self.most)
    }
}

impl PartialEq for SimilarTo {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for SimilarTo {}

impl Hash for SimilarTo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl Loader<SimilarTo> for Store {
    type Value = Arc<[Uuid]>;
    type Error = Error;

    async fn load(&self, keys: &[SimilarTo]) -> Result<HashMap<SimilarTo, Self::Value>, Error> {
        let Some(SimilarTo { day, search, .. }) = keys.first().cloned() else { return Ok(HashMap::new()) };
        let files: Vec<Uuid> = keys.iter().map(|key| key.file).collect();
        let documents: HashMap<Uuid, Document> = self.documents(&files, day).await?.into_iter().map(|document| (document.id, document)).collect();
        let keys = keys.to_vec();
        let look = move |snapshot: Arc<Snapshot>| {
            let alike = |key: SimilarTo| {
                let document = documents.get(&key.file)?;
                Some(snapshot.similar(document, key.most).map(|alike| (key, alike.into_iter().map(|(file, _)| file).collect())))
            };
            keys.into_iter().filter_map(alike).collect()
        };
        search.run(look).await
    }
}

/// Queries that find.
#[derive(Default)]
pub struct SearchQuery;

/// Queries that find.
#[Object]
impl SearchQuery {
    /// Data files that are found by words and conditions, with facets. Words are found by their letters, spaces and marks aside, anywhere in the name, the purpose, the names of the agency and of those above it, the
    /// items, the legal bases, the recipients and the entrustees. Several words must all be there; `"…"` is a phrase, `-word` leaves out. Without a text every file is found. What is registered
    /// now is searched; `register { indexedThrough }` says how new the index is. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a connection")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words. At most 32.")] text: Option<String>,
        #[graphql(desc = "Which files.")] filter: Option<Box<SearchFilter>>,
        #[graphql(desc = "Order of the files; by relevance, the greatest first, if left out.")] order_by: Option<SearchOrder>,
        #[graphql(desc = "Size of the page from its start: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only files behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only files before this cursor.")] before: Option<String>,
    ) -> Result<SearchConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let query = Query::new(text.as_deref().unwrap_or_default(), SearchFilter::search_parts(filter.as_deref())?)?;
        let search = ctx.session()?.search.clone();
        let found = search.run(move |snapshot| Ok(Arc::new(query.run(&snapshot)?))).await?;
        Ok(SearchConnection { search, found, order: order_by.unwrap_or_default(), page, slice: OnceCell::new() })
    }

    /// What a name that is being typed may become. Names are met by their beginning or from inside, by initial consonants (ㄱㅍㅅ for 김포시) and mixed (김ㅍ); a single letter by the beginning only. Names that begin so
    /// come first, then those with more data files. At most 50.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is typed so far.")] prefix: String,
        #[graphql(desc = "Kinds of suggestions; every kind if left out. At most 5.")] kinds: Option<Vec<SuggestionKind>>,
        #[graphql(desc = "How many: 0 to 50.", default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<Suggestion>> {
        let most = at_most("first", first, 10, MOST_SUGGESTIONS)?;
        let mut kinds = kinds.unwrap_or_else(|| SuggestionKind::WORDS.iter().map(|word| word.is).collect());
        kinds.sort_by_key(|kind| kind.as_str());
        kinds.dedup();
        let suggested = ctx.session()?.search.run(move |snapshot| snapshot.suggest(&prefix, &kinds, most)).await?;
        Ok(suggested.into_iter().map(Suggestion).collect())
    }

    /// Files, declared data subjects and agencies counted over one to three dimensions, at most one of which is AGENCY, STATUTE, RECIPIENT or ENTRUSTEE.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which files.")] filter: Option<Box<SearchFilter>>,
        #[graphql(desc = "Dimensions. At most 3.")] by: Vec<StatisticsDimension>,
        #[graphql(desc = "What rows are ranked by.", default_with = "Some(StatisticsMeasure::DataFiles)")] rank_by: Option<StatisticsMeasure>,
        #[graphql(desc = "How many rows: 0 to 1000.", default_with = "Some(50)")] first: Option<i32>,
    ) -> Result<Statistics> {
        let most = at_most("first", first, 50, MOST_ROWS)?;
        super::statistics::check(&by)?;
        let query = Query::new("", SearchFilter::search_parts(filter.as_deref())?)?;
        let selected = ctx.look_ahead();
        let is_more = ["countedFileCount", "declaredSubjectCount", "agencyCount"].iter().any(|measure| selected.field("rows").field(measure).exists());
        let wanted = if is_more || selected.field("rest").exists() { Wanted::All } else { Wanted::FilesOfRows };
        let counted = move |snapshot| {
            let found = Arc::new(query.run(&snapshot)?);
            let table = found.statistics(&by, rank_by.unwrap_or(StatisticsMeasure::DataFiles), most, wanted)?;
            Ok(Statistics { found, dimensions: by, table })
        };
        Ok(ctx.session()?.search.run(counted).await?)
    }
}
