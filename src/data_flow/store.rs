//! Data flows in the tables: derived by each write from what the agencies' records state, listed, followed over several hops.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::{
    collected_item, data_file, data_flow, data_flow_category, entrustment, organization, policy_revision, policy_revision_data_file, privacy_policy,
    provided_item, provision,
};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Order as Direction, Query, SelectStatement, WindowStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryResult, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::graphql::{DataFlowFilter, DataFlowOrder, DataFlowOrderField};
use super::path::Hop;
use super::{AgencyRecords, DataFlowKind, DeclaredFile, Revision, Statement};
use crate::agency::agency_keys;
use crate::collected_item::{ItemCategories, within_category};
use crate::error::{Error, Result};
use crate::graphql::day_in_korea;
use crate::identity::{NodeType, beside, node_key};
use crate::organization::organization_keys;
use crate::stated::StatedBy;
use crate::store::{
    Key, Kind, Listing, Order, OrderKey, Store, Write, all_of, among, combined, count, exact, listed_by_default, relation, rows_with, standing_organization,
};
use crate::vocabulary::Vocabulary as _;

crate::identified!(data_flow);

crate::parts! {
    /// Categories of a flow.
    CategoriesOfFlow: data_flow_category, DataFlowId, data_flow_id;
}

/// Agencies whose flows are derived together.
const AT_ONCE: usize = 200;

impl Write {
    /// Derives the flows of agencies anew, and of those whose policies cover files of theirs.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn derive_flows(&mut self, agencies: &BTreeSet<Uuid>) -> Result<()> {
        let mut all: Vec<Uuid> = agencies.iter().copied().collect();
        for agencies in all.clone().chunks(AT_ONCE) {
            let covering: Vec<Uuid> = policy_revision_data_file::Entity::find()
                .select_only()
                .column(privacy_policy::Column::AgencyId)
                .distinct()
                .join(
                    JoinType::InnerJoin,
                    relation(
                        policy_revision_data_file::Entity::belongs_to(data_file::Entity)
                            .from(policy_revision_data_file::Column::DataFileId)
                            .to(data_file::Column::Id),
                    ),
                )
                .join(
                    JoinType::InnerJoin,
                    relation(
                        policy_revision_data_file::Entity::belongs_to(policy_revision::Entity)
                            .from(policy_revision_data_file::Column::PolicyRevisionId)
                            .to(policy_revision::Column::Id),
                    ),
                )
                .join(
                    JoinType::InnerJoin,
                    relation(
                        policy_revision::Entity::belongs_to(privacy_policy::Entity)
                            .from(policy_revision::Column::PrivacyPolicyId)
                            .to(privacy_policy::Column::Id),
                    ),
                )
                .filter(data_file::Column::AgencyId.is_in(agencies.iter().copied()))
                .into_tuple()
                .all(self.txn().await?)
                .await?;
            all.extend(covering);
        }
        all.sort_unstable();
        all.dedup();
        for agencies in all.chunks(AT_ONCE) {
            Box::pin(self.derive_flows_of(agencies)).await?;
        }
        Ok(())
    }

    async fn derive_flows_of(&mut self, agencies: &[Uuid]) -> Result<()> {
        let records = records_of(self, agencies).await?;
        let of_agencies = || data_flow::Column::AgencyId.is_in(agencies.iter().copied());
        let before = Query::select().column(data_flow::Column::Id).from(data_flow::Entity).and_where(of_agencies()).take();
        data_flow_category::Entity::delete_many().filter(data_flow_category::Column::DataFlowId.in_subquery(before)).exec(self.txn().await?).await?;
        data_flow::Entity::delete_many().filter(of_agencies()).exec(self.txn().await?).await?;
        let (today, categories) = (day_in_korea(self.now()), ItemCategories::bundled().all());
        for (agency, records) in records {
            for flow in records.flows(today) {
                let first = flow.since.map(|day| day.to_string()).unwrap_or_default();
                let id = beside(agency, node_key(NodeType::DataFlow, &[&agency.to_string(), &flow.to.to_string(), flow.kind.as_str(), &first]));
                self.insert([data_flow::Model {
                    id,
                    agency_id: agency,
                    organization_id: flow.to,
                    kind: flow.kind.as_str().to_owned(),
                    data_file_count: i32::try_from(flow.sum.files).unwrap_or(i32::MAX),
                    declared_subject_count: flow.sum.subjects,
                    since: flow.since,
                    until: flow.until,
                }]);
                let codes = flow.sum.categories.iter().filter_map(|place| categories.get(*place));
                self.insert((0..).zip(codes).map(|(position, category)| data_flow_category::Model {
                    data_flow_id: id,
                    position,
                    category_code: category.code.clone(),
                }));
            }
        }
        Ok(())
    }

    /// Agencies whose records name one of the organizations.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn agencies_naming(&mut self, organizations: &[Uuid]) -> Result<Vec<Uuid>> {
        let provide: Vec<Uuid> = provision::Entity::find()
            .select_only()
            .column(provision::Column::AgencyId)
            .distinct()
            .filter(provision::Column::RecipientId.is_in(organizations.iter().copied()))
            .into_tuple()
            .all(self.txn().await?)
            .await?;
        let entrust: Vec<Uuid> = entrustment::Entity::find()
            .select_only()
            .column(entrustment::Column::AgencyId)
            .distinct()
            .filter(entrustment::Column::EntrusteeId.is_in(organizations.iter().copied()))
            .into_tuple()
            .all(self.txn().await?)
            .await?;
        Ok(provide.into_iter().chain(entrust).collect())
    }
}

/// What the agencies' records in force say, by as few statements for all of them.
async fn records_of(write: &mut Write, agencies: &[Uuid]) -> Result<HashMap<Uuid, AgencyRecords>> {
    let mut records: HashMap<Uuid, AgencyRecords> = agencies.iter().map(|agency| (*agency, AgencyRecords::default())).collect();
    let revisions: Vec<(Uuid, Uuid, Uuid, Option<NaiveDate>, i32)> = policy_revision::Entity::find()
        .select_only()
        .column(privacy_policy::Column::AgencyId)
        .columns([
            policy_revision::Column::Id,
            policy_revision::Column::PrivacyPolicyId,
            policy_revision::Column::EffectiveFrom,
            policy_revision::Column::Number,
        ])
        .join(
            JoinType::InnerJoin,
            relation(policy_revision::Entity::belongs_to(privacy_policy::Entity).from(policy_revision::Column::PrivacyPolicyId).to(privacy_policy::Column::Id)),
        )
        .filter(privacy_policy::Column::AgencyId.is_in(agencies.iter().copied()))
        .into_tuple()
        .all(write.txn().await?)
        .await?;
    let of_policies: Vec<Uuid> = revisions.iter().map(|revision| revision.1).collect();
    let mut owners: HashMap<Uuid, Uuid> = HashMap::new();
    for (agency, id, policy, from, number) in revisions {
        owners.insert(id, agency);
        records.entry(agency).or_default().revisions.push(Revision { id, policy, from, number });
    }
    let (provided, entrusted) = stated_by(write.txn().await?, agencies).await?;
    let of_items: HashSet<Uuid> = provided.iter().map(|row| row.id).collect();
    let mut items: HashMap<Uuid, BTreeSet<usize>> = HashMap::new();
    for row in rows_with::<provided_item::Entity>(write.txn().await?, provided_item::Column::ProvisionId, of_items.into_iter().collect()).await? {
        items.entry(row.provision_id).or_default().extend(row.category_code.as_deref().and_then(|code| ItemCategories::bundled().place(code)));
    }
    let registrations: BTreeSet<Uuid> = entrusted.iter().filter_map(|row| row.registration_id).collect();
    let collected: Vec<(Uuid, String)> = collected_item::Entity::find()
        .select_only()
        .columns([collected_item::Column::RegistrationId, collected_item::Column::CategoryCode])
        .distinct()
        .filter(collected_item::Column::RegistrationId.is_in(registrations))
        .filter(collected_item::Column::CategoryCode.is_not_null())
        .into_tuple()
        .all(write.txn().await?)
        .await?;
    let mut of_files: HashMap<Uuid, BTreeSet<usize>> = HashMap::new();
    for (registration, code) in collected {
        of_files.entry(registration).or_default().extend(ItemCategories::bundled().place(&code));
    }
    for (kind, rows) in [(DataFlowKind::Provision, provided), (DataFlowKind::Entrustment, entrusted)] {
        for row in rows {
            let Some(records) = records.get_mut(&row.agency_id) else { continue };
            let by = match (row.registration_id, row.policy_revision_id) {
                (Some(registration), _) => StatedBy::Registration(registration),
                (None, Some(revision)) => StatedBy::PolicyRevision(revision),
                (None, None) => continue,
            };
            if let (StatedBy::Registration(registration), Some(file)) = (by, row.data_file_id) {
                records.files.insert(registration, DeclaredFile { id: file, subjects: row.data_subject_count });
            }
            let of_file = || row.registration_id.and_then(|registration| of_files.get(&registration)).cloned();
            let categories = if kind == DataFlowKind::Provision { items.remove(&row.id) } else { of_file() };
            records.statements.push(Statement { kind, to: row.organization_id, by, categories: categories.unwrap_or_default() });
        }
    }
    let mut covered: Vec<(Uuid, Uuid, Option<i64>)> = Vec::new();
    for revisions in of_policies.chunks(10_000) {
        let rows = policy_revision_data_file::Entity::find()
            .select_only()
            .column(policy_revision_data_file::Column::PolicyRevisionId)
            .columns([data_file::Column::Id, data_file::Column::DataSubjectCount])
            .join(
                JoinType::InnerJoin,
                relation(
                    policy_revision_data_file::Entity::belongs_to(data_file::Entity)
                        .from(policy_revision_data_file::Column::DataFileId)
                        .to(data_file::Column::Id),
                ),
            )
            .filter(policy_revision_data_file::Column::PolicyRevisionId.is_in(revisions.iter().copied()))
            .filter(listed_by_default());
        covered.extend(rows.into_tuple::<(Uuid, Uuid, Option<i64>)>().all(write.txn().await?).await?);
    }
    for (revision, id, subjects) in covered {
        if let Some(records) = owners.get(&revision).and_then(|agency| records.get_mut(agency)) {
            records.covered.entry(revision).or_default().push(DeclaredFile { id, subjects });
        }
    }
    Ok(records)
}

/// Provision or entrustment, with the file of its registration, if that is in force and listed.
#[derive(FromQueryResult)]
pub struct StatedRow {
    /// Key.
    pub id: Uuid,
    /// Agency that provides or entrusts.
    pub agency_id: Uuid,
    /// Registration that states it.
    pub registration_id: Option<Uuid>,
    /// Policy revision that states it.
    pub policy_revision_id: Option<Uuid>,
    /// Order in the record.
    pub position: i32,
    /// Recipient or entrustee that stands for the one named.
    pub organization_id: Uuid,
    /// File of the registration.
    pub data_file_id: Option<Uuid>,
    /// Number of people that the file declares.
    pub data_subject_count: Option<i64>,
}

/// Provisions and entrustments of agencies: those of their registrations in force and of all revisions of their policies.
///
/// # Errors
/// Those of the database.
pub async fn stated_by(db: &impl ConnectionTrait, agencies: &[Uuid]) -> Result<(Vec<StatedRow>, Vec<StatedRow>)> {
    let stated = |table: &'static str, party: &'static str| {
        let column = |name: &'static str| Expr::col((table, name));
        let file = |column: data_file::Column| Expr::col((data_file::Entity, column));
        Query::select()
            .columns(["id", "agency_id", "registration_id", "policy_revision_id", "position"].map(|name| (table, name)))
            .expr_as(standing_organization(&format!("{table}.{party}")), "organization_id")
            .expr_as(file(data_file::Column::Id), "data_file_id")
            .expr_as(file(data_file::Column::DataSubjectCount), "data_subject_count")
            .from(table)
            .left_join(data_file::Entity, file(data_file::Column::RegistrationId).equals((table, "registration_id")).and(Expr::from(listed_by_default())))
            .and_where(column("agency_id").is_in(agencies.iter().copied()))
            .and_where(file(data_file::Column::Id).is_not_null().or(column("policy_revision_id").is_not_null()))
            .take()
    };
    let (provided, entrusted) = (stated("provision", "recipient_id"), stated("entrustment", "entrustee_id"));
    let read = |rows: Vec<QueryResult>| rows.iter().map(|row| StatedRow::from_query_result(row, "")).collect::<Result<Vec<_>, _>>();
    Ok((read(db.query_all(&provided).await?)?, read(db.query_all(&entrusted).await?)?))
}

/// List of data flows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataFlowListing {
    filter: Option<Box<DataFlowFilter>>,
    order: DataFlowOrder,
    today: NaiveDate,
}

impl DataFlowListing {
    /// Flows of today that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn new(filter: Option<Box<DataFlowFilter>>, order: DataFlowOrder, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, order, today })
    }
}

fn column(column: data_flow::Column) -> Expr {
    Expr::col((data_flow::Entity, column))
}

/// Flows of a day, from that of the last write on.
fn flowing(day: NaiveDate) -> Condition {
    let (since, until) = (column(data_flow::Column::Since), column(data_flow::Column::Until));
    Condition::all().add(since.clone().is_null().or(since.lte(day))).add(until.clone().is_null().or(until.gt(day)))
}

impl Listing for DataFlowListing {
    type Row = data_flow::Model;

    fn source(&self, _: &[Uuid]) -> SelectStatement {
        let mut select = data_flow::Entity::find().into_query();
        select.cond_where(flowing(self.today));
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(DataFlowFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<data_flow::Model> {
        let (name, key): (_, OrderKey<data_flow::Model>) = match self.order.field {
            DataFlowOrderField::DataFileCount => {
                ("dataFlows.files", OrderKey::column(Kind::Number, "data_file_count", |row| Key::Number(row.data_file_count.into())))
            }
            DataFlowOrderField::DeclaredSubjectCount => {
                ("dataFlows.subjects", OrderKey::column(Kind::Number, "declared_subject_count", |row| Key::Number(row.declared_subject_count)))
            }
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys: vec![key], id: |row| row.id }
    }
}

/// Flows that carry a category, or a narrower one.
fn carrying(code: &str) -> Result<Condition> {
    let category = Expr::col((data_flow_category::Entity, data_flow_category::Column::CategoryCode));
    let flows = Query::select()
        .column((data_flow_category::Entity, data_flow_category::Column::DataFlowId))
        .from(data_flow_category::Entity)
        .cond_where(within_category(category, code)?)
        .take();
    Ok(among(column(data_flow::Column::Id), flows))
}

impl DataFlowFilter {
    /// The filter over the columns of `data_flow`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or a category that the tree lacks.
    pub fn condition(&self) -> Result<Condition> {
        let own = all_of([
            self.from.as_ref().map(|filter| Ok::<_, Error>(among(column(data_flow::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.to.as_ref().map(|filter| Ok::<_, Error>(among(column(data_flow::Column::OrganizationId), organization_keys(filter)?))).transpose()?,
            self.kind.as_ref().map(|filter| exact(column(data_flow::Column::Kind), filter.words(), filter.is_null)),
            self.category.as_deref().map(carrying).transpose()?,
            self.declared_subject_count.as_ref().map(|filter| count(column(data_flow::Column::DeclaredSubjectCount), filter)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

/// Flows that are followed from an agency, at most: as many as ways can be asked for.
const WIDEST: u64 = 100;

/// Loader key: the widest flows of today from an agency, by the number of their files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FlowsOnward {
    /// Agency.
    pub agency: Uuid,
    /// Category that they carry, or a narrower one.
    pub category: Option<Arc<str>>,
    /// Today.
    pub today: NaiveDate,
}

impl Loader<FlowsOnward> for Store {
    type Value = Arc<Vec<Hop>>;
    type Error = Error;

    async fn load(&self, keys: &[FlowsOnward]) -> Result<HashMap<FlowsOnward, Self::Value>> {
        let mut agencies: HashMap<(Option<Arc<str>>, NaiveDate), Vec<Uuid>> = HashMap::new();
        for key in keys {
            agencies.entry((key.category.clone(), key.today)).or_default().push(key.agency);
        }
        let mut hops = HashMap::new();
        for ((category, today), agencies) in agencies {
            let window = WindowStatement::partition_by((data_flow::Entity, data_flow::Column::AgencyId))
                .order_by((data_flow::Entity, data_flow::Column::DataFileCount), Direction::Desc)
                .order_by((data_flow::Entity, data_flow::Column::Id), Direction::Asc)
                .take();
            let mut ranked = Query::select()
                .columns(
                    [data_flow::Column::Id, data_flow::Column::AgencyId, data_flow::Column::OrganizationId, data_flow::Column::DataFileCount]
                        .map(|column| (data_flow::Entity, column)),
                )
                .expr_as(Expr::col((organization::Entity, organization::Column::AgencyId)), "onward")
                .expr_window_as(Expr::cust("ROW_NUMBER()"), window, "place")
                .from(data_flow::Entity)
                .inner_join(
                    organization::Entity,
                    Expr::col((organization::Entity, organization::Column::Id)).equals((data_flow::Entity, data_flow::Column::OrganizationId)),
                )
                .and_where(column(data_flow::Column::AgencyId).is_in(agencies.iter().copied()))
                .cond_where(flowing(today))
                .take();
            if let Some(code) = category.as_deref() {
                ranked.cond_where(carrying(code)?);
            }
            let select = Query::select()
                .columns(["id", "agency_id", "organization_id", "data_file_count", "onward"])
                .from_subquery(ranked, Alias::new("ranked"))
                .and_where(Expr::col("place").lte(WIDEST))
                .order_by("place", Direction::Asc)
                .take();
            let mut of_agency: HashMap<Uuid, Vec<Hop>> = HashMap::new();
            for row in self.db().query_all(&select).await? {
                let (files, flow) = (row.try_get("", "data_file_count")?, row.try_get("", "id")?);
                let hop = Hop { files, flow, to: row.try_get("", "organization_id")?, onward: row.try_get("", "onward")? };
                of_agency.entry(row.try_get("", "agency_id")?).or_default().push(hop);
            }
            for agency in agencies {
                let found = Arc::new(of_agency.remove(&agency).unwrap_or_default());
                hops.insert(FlowsOnward { agency, category: category.clone(), today }, found);
            }
        }
        Ok(hops)
    }
}
