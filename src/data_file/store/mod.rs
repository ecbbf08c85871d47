//! Data files in the tables: lists here, the recording of files with their histories in `record`.

mod record;

pub use record::{Drafts, RecordedFile, RecordedRegistration};

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{data_file, impact_assessment_data_file, legal_basis, policy_revision_data_file};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};
use uuid::Uuid;

use super::graphql::{DataFileFilter, DataFileOrder, DataFileOrderField};
use crate::agency::agency_keys;
use crate::collected_item::ItemCategories;
use crate::collected_item::graphql::{CollectedItemFilter, CollectedItemsFilter};
use crate::error::{Error, Result};
use crate::graphql::filter::CountFilter;
use crate::identity::{NodeType, data_file_key};
use crate::impact_assessment::graphql::ImpactAssessmentFilter;
use crate::store::{
    Cut, EARLIEST, EARLIEST_SQL, Keepable, KeptKey, Key, Kind, Listing, Operand, Order, OrderKey, Store, all_of, among, any_of, combined, count, date, exact,
    folded_text, key, linked, linked_files, listed_by_default, of_agencies, plain_text, revisions_in_force, shared,
};

crate::identified!(data_file);

/// Loader key: the file with that registration number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataFileByNumber(pub String);

impl KeptKey for DataFileByNumber {
    fn place(&self) -> Uuid {
        data_file_key(&self.0)
    }
}

impl Loader<DataFileByNumber> for Store {
    type Value = Arc<data_file::Model>;
    type Error = Error;

    async fn load(&self, keys: &[DataFileByNumber]) -> Result<HashMap<DataFileByNumber, Self::Value>> {
        let rows = self.kept_or(Some(Keepable::kept()), keys.to_vec(), async |missing: Vec<DataFileByNumber>| {
            let rows = data_file::Entity::find().filter(data_file::Column::RegistrationNumber.is_in(missing.iter().map(|key| &key.0))).all(self.db()).await?;
            Ok(rows.into_iter().map(|row| (DataFileByNumber(row.registration_number.clone()), row)).collect())
        });
        Ok(shared(rows.await?))
    }
}

/// Loader key: number of the files that lists show of an agency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataFileCount {
    /// Agency.
    pub agency: Uuid,
    /// Whether the files of agencies below it count.
    pub includes_subordinate: bool,
}

impl Loader<DataFileCount> for Store {
    type Value = i64;
    type Error = Error;

    async fn load(&self, keys: &[DataFileCount]) -> Result<HashMap<DataFileCount, i64>> {
        let mut counts = HashMap::new();
        for includes_subordinate in [false, true] {
            let agencies: Vec<Uuid> = keys.iter().filter(|key| key.includes_subordinate == includes_subordinate).map(|key| key.agency).collect();
            if agencies.is_empty() {
                continue;
            }
            counts.extend(agencies.iter().map(|agency| (DataFileCount { agency: *agency, includes_subordinate }, 0)));
            let mut select = Query::select();
            select.expr_as(Expr::col((data_file::Entity, data_file::Column::Id)).count(), "files").from(data_file::Entity).cond_where(listed_by_default());
            of_agencies(&mut select, ("data_file", "agency_id"), &agencies, includes_subordinate);
            select.group_by_col("parent_id");
            for row in self.db().query_all(&select).await? {
                counts.insert(DataFileCount { agency: row.try_get("", "parent_id")?, includes_subordinate }, row.try_get("", "files")?);
            }
        }
        Ok(counts)
    }
}

/// List of data files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataFileListing {
    whose: Whose,
    filter: Option<Box<DataFileFilter>>,
    order: DataFileOrder,
    today: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Register,
    Agency { includes_subordinate: bool },
    Statute { article: Option<String> },
    Category,
    PolicyRevision,
    ImpactAssessment,
}

impl DataFileListing {
    fn of(whose: Whose, today: NaiveDate) -> Self {
        Self { whose, filter: None, order: DataFileOrder::default(), today }
    }

    /// Files that the filter admits; registered and disclosed ones, where it does not ask for a status.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn of_register(filter: Option<Box<DataFileFilter>>, order: DataFileOrder, today: NaiveDate) -> Result<Self> {
        Self { order, ..Self::of(Whose::Register, today) }.filtered(filter)
    }

    /// Files of an agency, or of it and the agencies below it, that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn of_agency(includes_subordinate: bool, filter: Option<Box<DataFileFilter>>, order: DataFileOrder, today: NaiveDate) -> Result<Self> {
        Self { order, ..Self::of(Whose::Agency { includes_subordinate }, today) }.filtered(filter)
    }

    /// Files that rest on a statute, or on one of its articles.
    #[must_use]
    pub fn of_statute(article: Option<String>, today: NaiveDate) -> Self {
        Self::of(Whose::Statute { article }, today)
    }

    /// Files that record an item of a category or a narrower one.
    #[must_use]
    pub fn of_category(today: NaiveDate) -> Self {
        Self::of(Whose::Category, today)
    }

    /// Files that a revision of a policy covers, destroyed ones among them.
    #[must_use]
    pub fn of_policy_revision(today: NaiveDate) -> Self {
        Self::of(Whose::PolicyRevision, today)
    }

    /// Files that an impact assessment covers, destroyed ones among them.
    #[must_use]
    pub fn of_impact_assessment(today: NaiveDate) -> Self {
        Self::of(Whose::ImpactAssessment, today)
    }

    /// The files of each of the categories, with the category as `parent_id`. The tree is no table: one part of the statement for each category.
    fn of_categories(&self, files: &SelectStatement, categories: &[Uuid]) -> SelectStatement {
        let mut parts = categories.iter().filter_map(|key| {
            let item = CollectedItemFilter { category: Some(ItemCategories::bundled().by_key(*key)?.code.clone()), ..CollectedItemFilter::default() };
            let items = CollectedItemsFilter { some: Some(Box::new(item)), none: None };
            let condition = DataFileFilter { collected_items: Some(items), ..DataFileFilter::default() }.condition(self.today).ok()?;
            Some(files.clone().expr_as(Expr::val(*key), "parent_id").cond_where(condition).take())
        });
        let nothing = || files.clone().expr_as(Expr::val(Uuid::nil()), "parent_id").cond_where(any_of([])).take();
        let first = parts.next().unwrap_or_else(nothing);
        parts.fold(first, |mut all, part| all.union(UnionType::All, part).take())
    }

    fn filtered(self, filter: Option<Box<DataFileFilter>>) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition(self.today)?;
        }
        Ok(Self { filter, ..self })
    }
}

impl Listing for DataFileListing {
    type Row = data_file::Model;
    const KEPT: Option<Keepable<Cut<Self::Row>>> = Some(Keepable::kept());

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let mut select = data_file::Entity::find().into_query();
        let mut joined = |table: &'static str, owner: &'static str| {
            let owner = Expr::col((table, owner));
            select
                .expr_as(owner.clone(), "parent_id")
                .inner_join(table, Expr::col((table, "data_file_id")).equals((data_file::Entity, data_file::Column::Id)))
                .and_where(owner.is_in(parents.iter().copied()))
                .cond_where(linked_files());
        };
        match &self.whose {
            Whose::PolicyRevision => joined("policy_revision_data_file", "policy_revision_id"),
            Whose::ImpactAssessment => joined("impact_assessment_data_file", "impact_assessment_id"),
            Whose::Register | Whose::Agency { .. } | Whose::Statute { .. } | Whose::Category => {
                if !self.filter.as_deref().is_some_and(DataFileFilter::asks_for_status) {
                    select.cond_where(listed_by_default());
                }
            }
        }
        match &self.whose {
            Whose::Agency { includes_subordinate } => of_agencies(&mut select, ("data_file", "agency_id"), parents, *includes_subordinate),
            Whose::Statute { article } => {
                let statute = Expr::col((legal_basis::Entity, legal_basis::Column::StatuteId));
                // A file that cites several articles of a statute stands in the list once.
                select
                    .distinct()
                    .expr_as(statute.clone(), "parent_id")
                    .inner_join(
                        legal_basis::Entity,
                        Expr::col((legal_basis::Entity, legal_basis::Column::RegistrationId)).equals((data_file::Entity, data_file::Column::RegistrationId)),
                    )
                    .and_where(statute.is_in(parents.iter().copied()));
                if let Some(article) = article {
                    select.and_where(legal_basis::Column::Article.eq(article));
                }
            }
            Whose::Category => return self.of_categories(&select, parents),
            _ => {}
        }
        if let Some(Ok(condition)) = self.filter.as_deref().map(|filter| filter.condition(self.today)) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<data_file::Model> {
        let (name, keys): (_, Vec<OrderKey<data_file::Model>>) = match self.order.field {
            DataFileOrderField::Name => ("dataFiles.name", vec![OrderKey::column(Kind::Text, "name_folded", |row| Key::Text(row.name_folded.clone()))]),
            DataFileOrderField::DataSubjectCount => (
                "dataFiles.subjects",
                vec![OrderKey::column_or(Kind::Number, "data_subject_count", "-1", |row| Key::Number(row.data_subject_count.unwrap_or(-1)))],
            ),
            DataFileOrderField::RegisteredOn => (
                "dataFiles.registered",
                vec![OrderKey::column_or(Kind::Day, "registered_on", EARLIEST_SQL, |row| Key::Day(row.registered_on.unwrap_or(EARLIEST)))],
            ),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl DataFileFilter {
    /// Whether the filter says which statuses it wants: then no status is left out for it.
    fn asks_for_status(&self) -> bool {
        let lists = [&self.and, &self.or, &self.not];
        self.status.is_some() || lists.into_iter().flatten().flatten().any(Self::asks_for_status)
    }

    /// The filter over the columns of `data_file`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or a category that the tree lacks.
    pub fn condition(&self, today: NaiveDate) -> Result<Condition> {
        let column = |column: data_file::Column| Expr::col((data_file::Entity, column));
        let registration = || column(data_file::Column::RegistrationId);
        let own = all_of([
            self.id.as_ref().map(|filter| key(column(data_file::Column::Id), filter, NodeType::DataFile)).transpose()?,
            self.registration_number.as_ref().map(|filter| plain_text(column(data_file::Column::RegistrationNumber), filter)),
            self.name.as_ref().map(|filter| folded_text(column(data_file::Column::NameFolded), filter)),
            self.status.as_ref().map(|filter| exact(column(data_file::Column::Status), filter.words(), filter.is_null)),
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(data_file::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.data_subject_count.as_ref().map(|filter| subjects(column(data_file::Column::DataSubjectCount), filter)),
            self.registered_on.as_ref().map(|filter| date(column(data_file::Column::RegisteredOn), filter)),
            self.registration.as_ref().map(|filter| Ok::<_, Error>(among(registration(), filter.keys()?))).transpose()?,
            self.content().condition(&registration())?,
            stated(self.provisions.as_ref().map(|linked| (linked.some.as_ref(), linked.none.as_ref())), "provision", today, |filter| filter.condition())?,
            stated(self.entrustments.as_ref().map(|linked| (linked.some.as_ref(), linked.none.as_ref())), "entrustment", today, |filter| filter.condition())?,
            self.impact_assessments
                .as_ref()
                .map(|assessments| {
                    linked(assessments.some.as_ref(), assessments.none.as_ref(), |filter| {
                        let link = |column: impact_assessment_data_file::Column| Expr::col((impact_assessment_data_file::Entity, column));
                        let mut links = Query::select();
                        links
                            .expr(Expr::val(1))
                            .from(impact_assessment_data_file::Entity)
                            .and_where(link(impact_assessment_data_file::Column::DataFileId).equals((data_file::Entity, data_file::Column::Id)));
                        // Any assessment will do: then it need not be looked up.
                        if **filter != ImpactAssessmentFilter::default() {
                            links.cond_where(among(link(impact_assessment_data_file::Column::ImpactAssessmentId), filter.keys(today)?));
                        }
                        Ok(links)
                    })
                })
                .transpose()?
                .flatten(),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), |filter| filter.condition(today))
    }
}

/// Condition on the number of data subjects. At least so many is said of the expression that the index is on: none stated counts as less than any number there.
fn subjects(column: Operand, filter: &CountFilter) -> Condition {
    let at_least = filter.gte.filter(|least| least.0 >= 0);
    let rest = CountFilter { gte: filter.gte.filter(|_| at_least.is_none()), ..filter.clone() };
    let stated = at_least.map(|least| Condition::all().add(Expr::cust("COALESCE(\"data_file\".\"data_subject_count\", -1)").gte(least.0)));
    all_of([Some(count(column, &rest)), stated])
}

/// Conditions on what counts for a file: what its registration states, and what the policies in force that cover it state.
fn stated<F>(
    wanted: Option<(Option<&F>, Option<&F>)>,
    table: &'static str,
    today: NaiveDate,
    condition: impl Fn(&F) -> Result<Condition>,
) -> Result<Option<Condition>> {
    let Some((some, none)) = wanted else { return Ok(None) };
    let column = |name: &'static str| Expr::col((table, name));
    let covers = |column: policy_revision_data_file::Column| (policy_revision_data_file::Entity, column);
    let exists = |filter: &F| {
        let of_file = Query::select()
            .expr(Expr::val(1))
            .from(table)
            .and_where(column("registration_id").equals((data_file::Entity, data_file::Column::RegistrationId)))
            .cond_where(condition(filter)?)
            .take();
        let of_policy = Query::select()
            .expr(Expr::val(1))
            .from(table)
            .inner_join(policy_revision_data_file::Entity, column("policy_revision_id").equals(covers(policy_revision_data_file::Column::PolicyRevisionId)))
            .and_where(Expr::col(covers(policy_revision_data_file::Column::DataFileId)).equals((data_file::Entity, data_file::Column::Id)))
            .and_where(column("policy_revision_id").in_subquery(revisions_in_force(today)))
            .cond_where(condition(filter)?)
            .take();
        Ok::<_, Error>(any_of([of_file, of_policy].map(|select| Condition::all().add(Expr::exists(select)))))
    };
    let some = some.map(exists).transpose()?;
    let none = none.map(exists).transpose()?.map(|condition| Condition::all().add(SimpleExpr::from(condition).not()));
    Ok(Some(all_of([some, none])))
}
