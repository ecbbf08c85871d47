//! Registrations in the tables: how one is stored and read back, the stretches of a file's history, lists of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{access_restriction, agency, collected_item, entrustment, legal_basis, provision, registration, retention_term};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::graphql::{RegistrationFilter, RegistrationOrder, RegistrationOrderField, RetentionFilter};
use super::{AccessDesk, AccessRestriction, Content, Department, RegistrationChangeKind};
use crate::agency::agency_keys;
use crate::collected_item::graphql::CollectedItemsFilter;
use crate::collected_item::{CollectedItem, item_rows};
use crate::entrustment::entrustments_by;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::hangul;
use crate::identity::NodeType;
use crate::legal_basis::graphql::LegalBasesFilter;
use crate::legal_basis::{BasisOwner, bases_by};
use crate::provision::provisions_by;
use crate::retention::{self, Retention, RetentionOwner, term_rows, terms_by};
use crate::stated::StatedBy;
use crate::store::{
    Cut, Keepable, Key, Kind, Listing, Order, OrderKey, Store, Write, all_of, among, combined, count, date, exact, flag, folded_text, instant, key, linked,
    linked_files, number, of_agencies, plain_text, rows_with, text_list,
};
use crate::vocabulary::Vocabulary as _;

crate::identified!(registration immutable);

crate::parts! {
    /// Limits to access of a registration.
    RestrictionsOfRegistration: access_restriction, RegistrationId, registration_id, immutable;
}

impl Write {
    /// Stores a registration of a file; `before` is what held before it.
    pub(crate) async fn registration(&mut self, data_file_id: Uuid, registration: &NumberedContent, before: Option<&Content>) -> Result<()> {
        let NumberedContent { id, number, content } = registration;
        let (id, number) = (*id, *number);
        let agency_id = self.agency_by_code(&content.agency).await?;
        let retention_change =
            before.and_then(|before| before.retention.as_ref()).zip(content.retention.as_ref()).and_then(|(before, after)| retention::change(before, after));
        let desk = content.access_desk.as_ref();
        let row = registration::Model {
            id,
            data_file_id,
            number,
            change_kind: content.change_kind.as_str().to_owned(),
            reason: content.reason.clone(),
            valid_from: content.valid_from,
            recorded_at: self.now(),
            registered_on: content.registered_on,
            completeness: content.completeness.as_str().to_owned(),
            agency_id,
            name: content.name.clone(),
            name_folded: hangul::folded(&content.name),
            purpose: content.purpose.clone(),
            processing_method: content.processing_method.map(|word| word.as_str().to_owned()),
            processing_method_text: content.processing_method_text.clone(),
            collection_method: content.collection_method.clone(),
            retention_text: content.retention.as_ref().map(|retention| retention.text.clone()),
            retention_class: content.retention.as_ref().map(|retention| retention.class.as_str().to_owned()),
            retention_change: retention_change.map(|word| word.as_str().to_owned()),
            data_subject_count: content.data_subject_count,
            counted_on: content.counted_on,
            processing_department: content.processing_department.as_ref().map(|department| department.name.clone()),
            processing_department_phones: text_list::stored(content.processing_department.as_ref().map_or(&[], |department| &department.phones)),
            has_access_desk: desk.is_some(),
            access_desk_department: desk.and_then(|desk| desk.department.clone()),
            access_desk_phones: text_list::stored(desk.map_or(&[], |desk| &desk.phones)),
            access_desk_email: desk.and_then(|desk| desk.email.clone()),
            access_desk_fax: desk.and_then(|desk| desk.fax.clone()),
            access_desk_address: desk.and_then(|desk| desk.address.clone()),
            information_system: content.information_system.clone(),
            includes_children_under14: content.includes_children_under14,
            operation_started_on: content.operation_started_on,
        };
        self.insert([row]);
        self.insert(item_rows(id, &content.collected_items));
        let bases = self.basis_rows(BasisOwner::Registration(id), &content.legal_bases).await?;
        self.insert(bases);
        let terms = content.retention.iter().flat_map(|retention| term_rows(RetentionOwner::Registration(id), retention));
        self.insert(terms);
        let restrictions = (0..).zip(&content.access_restrictions).map(|(position, restriction)| access_restriction::Model {
            registration_id: id,
            position,
            scope: restriction.scope.clone(),
            ground: restriction.ground.map(|word| word.as_str().to_owned()),
            text: restriction.text.clone(),
        });
        self.insert(restrictions);
        self.provisions(StatedBy::Registration(id), agency_id, &content.provisions).await?;
        self.entrustments(StatedBy::Registration(id), agency_id, &content.entrustments).await
    }
}

/// Contents of registrations as they were recorded, by key: one statement for each table of parts, however many registrations.
///
/// # Errors
/// Those of the database.
pub async fn contents(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>> {
    let rows = registration::Entity::find().filter(registration::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(assembled(db, rows).await?.into_iter().map(|(id, _, content)| (id, content)).collect())
}

/// A registration with its content.
#[derive(Clone, Debug)]
pub struct NumberedContent {
    /// Key.
    pub id: Uuid,
    /// Its number in the history of its file.
    pub number: i32,
    /// Content.
    pub content: Arc<Content>,
}

/// Registrations that are read together: so few that the keys of what they state, [`provision::MOST`](crate::provision::MOST) each, fit into a statement.
const READ_AT_ONCE: usize = 150;

/// The histories of files, by file.
///
/// # Errors
/// Those of the database.
pub async fn contents_of_files(db: &impl ConnectionTrait, data_files: &[Uuid]) -> Result<HashMap<Uuid, Vec<NumberedContent>>> {
    let mut rows = rows_with::<registration::Entity>(db, registration::Column::DataFileId, data_files.to_vec()).await?;
    let mut histories: HashMap<Uuid, Vec<NumberedContent>> = HashMap::new();
    while !rows.is_empty() {
        let batch = rows.split_off(rows.len().saturating_sub(READ_AT_ONCE));
        let files: HashMap<Uuid, Uuid> = batch.iter().map(|row| (row.id, row.data_file_id)).collect();
        for (id, number, content) in assembled(db, batch).await? {
            if let Some(file) = files.get(&id) {
                histories.entry(*file).or_default().push(NumberedContent { id, number, content: Arc::new(content) });
            }
        }
    }
    for history in histories.values_mut() {
        history.sort_by_key(|registration| (registration.content.valid_from, registration.number));
    }
    Ok(histories)
}

async fn assembled(db: &impl ConnectionTrait, rows: Vec<registration::Model>) -> Result<Vec<(Uuid, i32, Content)>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut items: HashMap<Uuid, Vec<CollectedItem>> = HashMap::new();
    let item_rows = collected_item::Entity::find()
        .filter(collected_item::Column::RegistrationId.is_in(ids.clone()))
        .order_by_asc(collected_item::Column::Position)
        .all(db)
        .await?;
    for row in item_rows {
        let item = CollectedItem { name: row.name, requirement: word(&row.requirement)?, subject: row.subject, marker: row.marker };
        items.entry(row.registration_id).or_default().push(item);
    }
    let mut restrictions: HashMap<Uuid, Vec<AccessRestriction>> = HashMap::new();
    let restriction_rows = access_restriction::Entity::find()
        .filter(access_restriction::Column::RegistrationId.is_in(ids.clone()))
        .order_by_asc(access_restriction::Column::Position)
        .all(db)
        .await?;
    for row in restriction_rows {
        let ground = row.ground.as_deref().map(word).transpose()?;
        restrictions.entry(row.registration_id).or_default().push(AccessRestriction { scope: row.scope, ground, text: row.text });
    }
    let mut bases = bases_by(db, legal_basis::Column::RegistrationId, &ids).await?;
    let mut terms = terms_by(db, retention_term::Column::RegistrationId, &ids).await?;
    let mut provisions = provisions_by(db, provision::Column::RegistrationId, &ids).await?;
    let mut entrustments = entrustments_by(db, entrustment::Column::RegistrationId, &ids).await?;
    let agencies = agency::Entity::find().filter(agency::Column::Id.is_in(rows.iter().map(|row| row.agency_id))).all(db).await?;
    let codes: HashMap<Uuid, String> = agencies.into_iter().map(|row| (row.id, row.code)).collect();
    let mut contents = Vec::new();
    for row in rows {
        let retention = match (row.retention_text, row.retention_class) {
            (Some(text), Some(class)) => Some(Retention { text, class: word(&class)?, terms: terms.remove(&row.id).unwrap_or_default() }),
            _ => None,
        };
        let department_phones = text_list::read(&row.processing_department_phones);
        let content = Content {
            change_kind: word(&row.change_kind)?,
            reason: row.reason,
            valid_from: row.valid_from,
            registered_on: row.registered_on,
            completeness: word(&row.completeness)?,
            agency: codes.get(&row.agency_id).cloned().unwrap_or_default(),
            name: row.name,
            purpose: row.purpose,
            legal_bases: bases.remove(&row.id).unwrap_or_default(),
            collected_items: items.remove(&row.id).unwrap_or_default(),
            processing_method: row.processing_method.as_deref().map(word).transpose()?,
            processing_method_text: row.processing_method_text,
            collection_method: row.collection_method,
            retention,
            provisions: provisions.remove(&row.id).unwrap_or_default(),
            entrustments: entrustments.remove(&row.id).unwrap_or_default(),
            data_subject_count: row.data_subject_count,
            counted_on: row.counted_on,
            processing_department: row.processing_department.map(|name| Department { name, phones: department_phones }),
            access_desk: row.has_access_desk.then(|| AccessDesk {
                department: row.access_desk_department,
                phones: text_list::read(&row.access_desk_phones),
                email: row.access_desk_email,
                fax: row.access_desk_fax,
                address: row.access_desk_address,
            }),
            access_restrictions: restrictions.remove(&row.id).unwrap_or_default(),
            information_system: row.information_system,
            includes_children_under14: row.includes_children_under14,
            operation_started_on: row.operation_started_on,
        };
        contents.push((row.id, row.number, content));
    }
    Ok(contents)
}

/// Loader key: the content of a registration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentOf(pub Uuid);

impl Loader<ContentOf> for Store {
    type Value = Arc<Content>;
    type Error = Error;

    async fn load(&self, keys: &[ContentOf]) -> Result<HashMap<ContentOf, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        Ok(contents(self.db(), &ids).await?.into_iter().map(|(id, content)| (ContentOf(id), Arc::new(content))).collect())
    }
}

/// One registration in the history of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Registration.
    pub id: Uuid,
    /// Its number.
    pub number: i32,
    /// First day on which it is in force.
    pub from: NaiveDate,
    /// First day on which it no longer is; `None` for the last one.
    pub until: Option<NaiveDate>,
    /// Whether it tells that the file was destroyed: then the file is not in force from its first day.
    pub is_destruction: bool,
}

/// The registrations of a file in the order in which they hold: by first day, and of one day by number.
pub type Timeline = Vec<Stretch>;

/// The stretch in force on a day.
#[must_use]
pub fn in_force_on(timeline: &[Stretch], day: NaiveDate) -> Option<&Stretch> {
    timeline.iter().rev().find(|stretch| stretch.from <= day).filter(|stretch| !stretch.is_destruction)
}

/// Loader key: the history of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimelineOfFile(pub Uuid);

impl Loader<TimelineOfFile> for Store {
    type Value = Arc<Timeline>;
    type Error = Error;

    async fn load(&self, keys: &[TimelineOfFile]) -> Result<HashMap<TimelineOfFile, Self::Value>> {
        let rows: Vec<(Uuid, Uuid, i32, NaiveDate, String)> = {
            use sea_orm::QuerySelect as _;
            registration::Entity::find()
                .select_only()
                .columns([
                    registration::Column::DataFileId,
                    registration::Column::Id,
                    registration::Column::Number,
                    registration::Column::ValidFrom,
                    registration::Column::ChangeKind,
                ])
                .filter(registration::Column::DataFileId.is_in(keys.iter().map(|key| key.0)))
                .order_by_asc(registration::Column::ValidFrom)
                .order_by_asc(registration::Column::Number)
                .into_tuple()
                .all(self.db())
                .await?
        };
        let mut timelines: HashMap<Uuid, Timeline> = HashMap::new();
        for (file, id, number, from, kind) in rows {
            let timeline = timelines.entry(file).or_default();
            if let Some(before) = timeline.last_mut() {
                before.until = Some(from);
            }
            timeline.push(Stretch { id, number, from, until: None, is_destruction: kind == RegistrationChangeKind::Destruction.as_str() });
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(timelines.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// List of registrations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegistrationListing {
    whose: Whose,
    as_of: Option<NaiveDate>,
    recorded_before: Option<DateTime<Utc>>,
    filter: Option<Box<RegistrationFilter>>,
    order: RegistrationOrder,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Register,
    Agency { includes_subordinate: bool },
    DataFile,
}

impl RegistrationListing {
    /// Registrations that the filter admits: in force on a day, known before an instant, or all of them.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn of_register(
        filter: Option<Box<RegistrationFilter>>,
        as_of: Option<NaiveDate>,
        recorded_before: Option<DateTime<Utc>>,
        order: RegistrationOrder,
    ) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { whose: Whose::Register, as_of, recorded_before, filter, order })
    }

    /// Registrations by an agency, in force on a day or all of them.
    #[must_use]
    pub fn of_agency(includes_subordinate: bool, as_of: Option<NaiveDate>) -> Self {
        Self { whose: Whose::Agency { includes_subordinate }, as_of, recorded_before: None, filter: None, order: RegistrationOrder::default() }
    }

    /// The history of a file, oldest first.
    #[must_use]
    pub fn of_data_file() -> Self {
        Self { whose: Whose::DataFile, as_of: None, recorded_before: None, filter: None, order: RegistrationOrder::default() }
    }
}

impl Listing for RegistrationListing {
    type Row = registration::Model;
    const KEPT: Option<Keepable<Cut<Self::Row>>> = Some(Keepable::kept());

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let column = |column: registration::Column| Expr::col((registration::Entity, column));
        let mut select = registration::Entity::find().into_query();
        match self.whose {
            Whose::Register => {}
            Whose::Agency { includes_subordinate } => of_agencies(&mut select, ("registration", "agency_id"), parents, includes_subordinate),
            Whose::DataFile => {
                let file = column(registration::Column::DataFileId);
                select.expr_as(file.clone(), "parent_id").and_where(file.is_in(parents.iter().copied()));
            }
        }
        // The history of a file that was found may be read whatever the file's status; lists leave exempt files out unless asked.
        if self.whose != Whose::DataFile && !self.filter.as_deref().is_some_and(RegistrationFilter::asks_for_status) {
            let file = Expr::col((entity::data_file::Entity, entity::data_file::Column::Id));
            let shown = Query::select()
                .expr(Expr::val(1))
                .from(entity::data_file::Entity)
                .and_where(file.equals((registration::Entity, registration::Column::DataFileId)))
                .cond_where(linked_files())
                .take();
            select.and_where(Expr::exists(shown));
        }
        if let Some(moment) = self.recorded_before {
            select.and_where(column(registration::Column::RecordedAt).lt(moment));
        }
        if let Some(day) = self.as_of {
            let later = |name: &'static str| Expr::col(("later", name));
            let mut superseded = Query::select();
            superseded
                .expr(Expr::val(1))
                .from_as(registration::Entity, "later")
                .and_where(later("data_file_id").equals((registration::Entity, registration::Column::DataFileId)))
                .and_where(later("valid_from").lte(day))
                .and_where(
                    Expr::tuple([later("valid_from"), later("number")])
                        .gt(Expr::tuple([column(registration::Column::ValidFrom), column(registration::Column::Number)])),
                );
            if let Some(moment) = self.recorded_before {
                superseded.and_where(later("recorded_at").lt(moment));
            }
            select
                .and_where(column(registration::Column::ValidFrom).lte(day))
                .and_where(column(registration::Column::ChangeKind).ne(RegistrationChangeKind::Destruction.as_str()))
                .and_where(Expr::not_exists(superseded));
        }
        if let Some(Ok(condition)) = self.filter.as_deref().map(RegistrationFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<registration::Model> {
        let (name, keys): (_, Vec<OrderKey<registration::Model>>) = match self.order.field {
            RegistrationOrderField::ValidFrom => (
                "registrations.valid",
                vec![
                    OrderKey::column(Kind::Day, "valid_from", |row| Key::Day(row.valid_from)),
                    OrderKey::column(Kind::Number, "number", |row| Key::Number(row.number.into())),
                ],
            ),
            RegistrationOrderField::RecordedAt => {
                ("registrations.recorded", vec![OrderKey::column(Kind::Moment, "recorded_at", |row| Key::Moment(row.recorded_at))])
            }
            RegistrationOrderField::Name => ("registrations.name", vec![OrderKey::column(Kind::Text, "name_folded", |row| Key::Text(row.name_folded.clone()))]),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

/// What the files of an agency declared on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Files in force on the day.
    pub files: i64,
    /// Those among them that declare a number of data subjects.
    pub counted_files: i64,
    /// Declared data subjects, added up.
    pub subjects: i64,
}

/// Loader key: what the files of an agency declared on a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeclaredOn {
    /// Agency.
    pub agency: Uuid,
    /// Whether the files of agencies below it count.
    pub includes_subordinate: bool,
    /// The day.
    pub day: NaiveDate,
}

impl Loader<DeclaredOn> for Store {
    type Value = Declared;
    type Error = Error;

    /// One statement for all agencies and days: a part for each day, with the registrations that a list of that day holds.
    async fn load(&self, keys: &[DeclaredOn]) -> Result<HashMap<DeclaredOn, Declared>> {
        let mut days: BTreeMap<(NaiveDate, bool), Vec<Uuid>> = BTreeMap::new();
        for key in keys {
            days.entry((key.day, key.includes_subordinate)).or_default().push(key.agency);
        }
        let days: Vec<((NaiveDate, bool), Vec<Uuid>)> = days.into_iter().collect();
        let mut declared: HashMap<DeclaredOn, Declared> = keys.iter().map(|key| (key.clone(), Declared::default())).collect();
        // A statement has a limited number of parameters and parts.
        for days in days.chunks(DAYS_AT_ONCE) {
            let parts = (0_i64..).zip(days).map(|(place, ((day, includes_subordinate), agencies))| {
                let count = Expr::col(("listed", registration::Column::DataSubjectCount));
                Query::select()
                    .expr_as(Expr::val(place), "place")
                    .column(("listed", "parent_id"))
                    .expr_as(Expr::col(("listed", registration::Column::Id)).count(), "files")
                    .expr_as(count.clone().count(), "counted_files")
                    // PostgreSQL adds up wider than it counts.
                    .expr_as(Expr::cust("CAST(COALESCE(SUM(listed.data_subject_count), 0) AS BIGINT)"), "subjects")
                    .from_subquery(RegistrationListing::of_agency(*includes_subordinate, Some(*day)).source(agencies), "listed")
                    .group_by_col(("listed", "parent_id"))
                    .take()
            });
            let Some(statement) = parts.reduce(|mut all, part| all.union(UnionType::All, part).take()) else { continue };
            for row in self.db().query_all(&statement).await? {
                let place: i64 = row.try_get("", "place")?;
                let Some(((day, includes_subordinate), _)) = usize::try_from(place).ok().and_then(|place| days.get(place)) else { continue };
                let key = DeclaredOn { agency: row.try_get("", "parent_id")?, includes_subordinate: *includes_subordinate, day: *day };
                let sums =
                    Declared { files: row.try_get("", "files")?, counted_files: row.try_get("", "counted_files")?, subjects: row.try_get("", "subjects")? };
                declared.insert(key, sums);
            }
        }
        Ok(declared)
    }
}

/// Days that one statement adds up.
const DAYS_AT_ONCE: usize = 50;

/// Conditions on what a registration owns, shared by the filters of files and of registrations.
pub struct ContentConditions<'f> {
    /// On its items.
    pub collected_items: Option<&'f CollectedItemsFilter>,
    /// On its bases.
    pub legal_bases: Option<&'f LegalBasesFilter>,
    /// On its retention period.
    pub retention: Option<&'f RetentionFilter>,
}

impl ContentConditions<'_> {
    /// The conditions, where `registration` is the key of the registration.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn condition(&self, registration: &Expr) -> Result<Option<Condition>> {
        let owned_by = |table: &'static str| {
            Query::select().expr(Expr::val(1)).from(table).and_where(Expr::col((table, "registration_id")).eq(registration.clone())).take()
        };
        let items = self
            .collected_items
            .map(|items| linked(items.some.as_ref(), items.none.as_ref(), |filter| Ok(owned_by("collected_item").cond_where(filter.condition()?).take())));
        let bases = self
            .legal_bases
            .map(|bases| linked(bases.some.as_ref(), bases.none.as_ref(), |filter| Ok(owned_by("legal_basis").cond_where(filter.condition()?).take())));
        let parts = [items.transpose()?.flatten(), bases.transpose()?.flatten(), self.retention.map(|filter| filter.condition(registration))];
        Ok(parts.iter().any(Option::is_some).then(|| all_of(parts)))
    }
}

impl RetentionFilter {
    /// The filter over the retention period of the registration with that key.
    fn condition(&self, registration: &Expr) -> Condition {
        let term = |column: retention_term::Column| Expr::col((retention_term::Entity, column));
        let on_terms = all_of([
            self.max_months.as_ref().map(|filter| number(term(retention_term::Column::MaxMonths), filter)),
            self.min_months.as_ref().map(|filter| number(term(retention_term::Column::MinMonths), filter)),
            self.event.as_ref().map(|filter| plain_text(term(retention_term::Column::Event), filter)),
        ]);
        let has_term = (self.max_months.is_some() || self.min_months.is_some() || self.event.is_some()).then(|| {
            let select = Query::select()
                .expr(Expr::val(1))
                .from(retention_term::Entity)
                .and_where(term(retention_term::Column::RegistrationId).eq(registration.clone()))
                .cond_where(on_terms)
                .take();
            Condition::all().add(Expr::exists(select))
        });
        let class = self.class.as_ref().map(|filter| {
            let class = exact(Expr::col((registration::Entity, registration::Column::RetentionClass)), filter.words(), filter.is_null);
            let keys = Query::select().column((registration::Entity, registration::Column::Id)).from(registration::Entity).cond_where(class).take();
            among(registration.clone(), keys)
        });
        all_of([class, has_term])
    }
}

impl RegistrationFilter {
    fn asks_for_status(&self) -> bool {
        let lists = [&self.and, &self.or, &self.not];
        self.status.is_some() || lists.into_iter().flatten().flatten().any(Self::asks_for_status)
    }

    /// Keys of the registrations that the filter admits, as a subquery.
    ///
    /// # Errors
    /// As [`Self::condition`].
    pub fn keys(&self) -> Result<SelectStatement> {
        Ok(Query::select().column((registration::Entity, registration::Column::Id)).from(registration::Entity).cond_where(self.condition()?).take())
    }

    /// The filter over the columns of `registration`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or a category that the tree lacks.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: registration::Column| Expr::col((registration::Entity, column));
        let status = self.status.as_ref().map(|filter| {
            let status = exact(Expr::col((entity::data_file::Entity, entity::data_file::Column::Status)), filter.words(), filter.is_null);
            let keys =
                Query::select().column((entity::data_file::Entity, entity::data_file::Column::Id)).from(entity::data_file::Entity).cond_where(status).take();
            among(column(registration::Column::DataFileId), keys)
        });
        let own = all_of([
            status,
            self.data_file.as_ref().map(|filter| key(column(registration::Column::DataFileId), filter, NodeType::DataFile)).transpose()?,
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(registration::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.name.as_ref().map(|filter| folded_text(column(registration::Column::NameFolded), filter)),
            self.purpose.as_ref().map(|filter| plain_text(column(registration::Column::Purpose), filter)),
            self.change_kind.as_ref().map(|filter| exact(column(registration::Column::ChangeKind), filter.words(), filter.is_null)),
            self.reason.as_ref().map(|filter| plain_text(column(registration::Column::Reason), filter)),
            self.valid_from.as_ref().map(|filter| date(column(registration::Column::ValidFrom), filter)),
            self.recorded_at.as_ref().map(|filter| instant(column(registration::Column::RecordedAt), filter)),
            self.completeness.as_ref().map(|filter| exact(column(registration::Column::Completeness), filter.words(), filter.is_null)),
            self.processing_method.as_ref().map(|filter| exact(column(registration::Column::ProcessingMethod), filter.words(), filter.is_null)),
            self.retention_change.as_ref().map(|filter| exact(column(registration::Column::RetentionChange), filter.words(), filter.is_null)),
            self.data_subject_count.as_ref().map(|filter| count(column(registration::Column::DataSubjectCount), filter)),
            self.includes_children_under14.map(|wanted| flag(column(registration::Column::IncludesChildrenUnder14), wanted)),
            self.has_access_desk.map(|wanted| flag(column(registration::Column::HasAccessDesk), wanted)),
            self.content().condition(&column(registration::Column::Id))?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
