//! Agencies in the tables: lists, the closure of the tree, reorganisations, registration.

mod reorganise;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{agency, agency_alias, agency_ancestor, organization, succession};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _, IntoActiveModel as _, Iterable as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use serde_json::json;
use uuid::Uuid;

use super::graphql::{AgencyFilter, AgencyOrder, AgencyOrderField};
use super::{AgencyInput, AgencyStatus, SuccessionKind};
use crate::error::{Error, Result};
use crate::graphql::filter::IdFilter;
use crate::hangul;
use crate::identity::{NodeType, agency_key};
use crate::journal::ChangeKind;
use crate::organization::name_key;
use crate::registration::Recorded;
use crate::store::{Key, Kind, Listing, Order, OrderKey, Store, Write, all_of, among, combined, exact, folded_text, key, plain_text, rows_with};
use crate::vocabulary::Vocabulary as _;

pub use reorganise::{Registering, Renaming, Succeeded, Succeeding};

crate::identified!(agency kept);

/// List of agencies: those that a filter admits, or the children of an agency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AgencyListing {
    filter: Option<Box<AgencyFilter>>,
    order: AgencyOrder,
}

impl AgencyListing {
    /// Agencies that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn new(filter: Option<Box<AgencyFilter>>, order: AgencyOrder) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, order })
    }
}

impl Listing for AgencyListing {
    type Row = agency::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let mut select = agency::Entity::find().into_query();
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(AgencyFilter::condition) {
            select.cond_where(condition);
        }
        if !parents.is_empty() {
            // Its own column `parent_id` tells pages under a parent apart.
            select.and_where(agency::Column::ParentId.is_in(parents.iter().copied()));
        }
        select
    }

    fn order(&self) -> Order<agency::Model> {
        let (name, keys): (_, Vec<OrderKey<agency::Model>>) = match self.order.field {
            AgencyOrderField::Name => ("agencies.name", vec![OrderKey::column(Kind::Text, "name_folded", |row| Key::Text(row.name_folded.clone()))]),
            AgencyOrderField::Code => ("agencies.code", vec![OrderKey::column(Kind::Text, "code", |row| Key::Text(row.code.clone()))]),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl AgencyFilter {
    /// The filter over the columns of `agency`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: agency::Column| Expr::col((agency::Entity, column));
        let own = all_of([
            self.id.as_ref().map(|filter| key(column(agency::Column::Id), filter, NodeType::Agency)).transpose()?,
            self.code.as_ref().map(|filter| plain_text(column(agency::Column::Code), filter)),
            self.name.as_ref().map(|filter| folded_text(column(agency::Column::NameFolded), filter)),
            self.alias.as_ref().map(|filter| {
                let alias = folded_text(Expr::col((agency_alias::Entity, agency_alias::Column::NameFolded)), filter);
                let agencies =
                    Query::select().column((agency_alias::Entity, agency_alias::Column::AgencyId)).from(agency_alias::Entity).cond_where(alias).take();
                among(column(agency::Column::Id), agencies)
            }),
            self.r#type.as_ref().map(|filter| exact(column(agency::Column::AgencyType), filter.words(), filter.is_null)),
            self.status.as_ref().map(|filter| exact(column(agency::Column::Status), filter.words(), filter.is_null)),
            self.region.as_ref().map(|filter| plain_text(column(agency::Column::RegionCode), filter)),
            self.parent.as_deref().map(|filter| Ok::<_, Error>(among(column(agency::Column::ParentId), ids(filter.condition()?)))).transpose()?,
            self.subordinate_to.as_ref().map(|filter| subordinate_to(column(agency::Column::Id), filter)).transpose()?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

fn ids(condition: Condition) -> SelectStatement {
    Query::select().column((agency::Entity, agency::Column::Id)).from(agency::Entity).cond_where(condition).take()
}

/// Keys of the agencies that the filter admits, as a subquery.
///
/// # Errors
/// `BAD_USER_INPUT` for an id of another type.
pub fn agency_keys(filter: &AgencyFilter) -> Result<SelectStatement> {
    Ok(ids(filter.condition()?))
}

/// The agency in `column` is one of those, or below one of them.
fn subordinate_to(column: Expr, filter: &IdFilter) -> Result<Condition> {
    let ancestors = key(Expr::col((agency_ancestor::Entity, agency_ancestor::Column::AncestorId)), filter, NodeType::Agency)?;
    let below = Query::select().column(agency_ancestor::Column::AgencyId).from(agency_ancestor::Entity).cond_where(ancestors).take();
    Ok(among(column, below))
}

/// Loader key: other names of an agency, its short name among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AliasesOfAgency(pub Uuid);

impl Loader<AliasesOfAgency> for Store {
    type Value = Arc<Vec<String>>;
    type Error = Error;

    async fn load(&self, keys: &[AliasesOfAgency]) -> Result<HashMap<AliasesOfAgency, Self::Value>> {
        let ids = keys.iter().map(|key| key.0);
        let rows = agency_alias::Entity::find()
            .filter(agency_alias::Column::AgencyId.is_in(ids))
            .order_by_asc(agency_alias::Column::NameFolded)
            .all(self.db())
            .await?;
        let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in rows {
            aliases.entry(row.agency_id).or_default().push(row.name);
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(aliases.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// Loader key: the agency's superiors, root first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AncestorsOfAgency(pub Uuid);

impl Loader<AncestorsOfAgency> for Store {
    type Value = Arc<Vec<agency::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[AncestorsOfAgency]) -> Result<HashMap<AncestorsOfAgency, Self::Value>> {
        let mut select = Query::select();
        select
            .columns(agency::Column::iter().map(|column| (agency::Entity, column)))
            .column((agency_ancestor::Entity, agency_ancestor::Column::AgencyId))
            .from(agency_ancestor::Entity)
            .inner_join(agency::Entity, Expr::col((agency::Entity, agency::Column::Id)).equals((agency_ancestor::Entity, agency_ancestor::Column::AncestorId)))
            .and_where(agency_ancestor::Column::AgencyId.is_in(keys.iter().map(|key| key.0)))
            .and_where(agency_ancestor::Column::Depth.gt(0))
            .order_by((agency_ancestor::Entity, agency_ancestor::Column::Depth), sea_orm::Order::Desc);
        let mut ancestors: HashMap<Uuid, Vec<agency::Model>> = HashMap::new();
        for row in self.db().query_all(&select).await? {
            ancestors.entry(row.try_get("", "agency_id")?).or_default().push(agency::Model::from_query_result(&row, "")?);
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(ancestors.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// Loader key: the reorganisations in which the agency is the predecessor, or the successor, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SuccessionsOfAgency {
    /// Agency.
    pub agency: Uuid,
    /// Whether its successors are wanted, rather than its predecessors.
    pub to_successors: bool,
}

impl Loader<SuccessionsOfAgency> for Store {
    type Value = Arc<Vec<succession::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[SuccessionsOfAgency]) -> Result<HashMap<SuccessionsOfAgency, Self::Value>> {
        let agencies: Vec<Uuid> = keys.iter().map(|key| key.agency).collect();
        let either = Condition::any().add(succession::Column::PredecessorId.is_in(agencies.clone())).add(succession::Column::SuccessorId.is_in(agencies));
        let rows = succession::Entity::find()
            .filter(either)
            .order_by_asc(succession::Column::SucceededOn)
            .order_by_asc(succession::Column::PredecessorId)
            .order_by_asc(succession::Column::SuccessorId)
            .all(self.db())
            .await?;
        let of = |key: &SuccessionsOfAgency| {
            rows.iter().filter(|row| key.agency == if key.to_successors { row.predecessor_id } else { row.successor_id }).cloned().collect::<Vec<_>>()
        };
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(of(key)))).collect())
    }
}

impl Write {
    /// Registers an agency, or amends the one with its code. The superior must be registered already.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a superior or region that the register lacks, or one that is subordinate to the agency itself.
    pub async fn agency(&mut self, input: &AgencyInput) -> Result<Recorded> {
        let parent_id = match &input.parent {
            Some(code) => Some(self.agency_by_code(code).await?),
            None => None,
        };
        if let Some(region) = &input.region
            && !self.has_region(region).await?
        {
            return Err(Error::input(format!("agency {}: \"{region}\" is not a region code: 2 digits for a 시도, 5 for a 시군구", input.code)));
        }
        let row = agency::Model {
            id: agency_key(&input.code),
            code: input.code.clone(),
            name: input.name.clone(),
            name_folded: hangul::folded(&input.name),
            short_name: input.short_name.clone(),
            agency_type: input.r#type.as_str().to_owned(),
            status: input.status.unwrap_or(AgencyStatus::Active).as_str().to_owned(),
            parent_id,
            region_code: input.region.clone(),
            homepage: input.homepage.clone(),
        };
        let aliases = aliases(row.id, input);
        self.meet_agencies([row.code.as_str()]).await?;
        let (mut stored, mut stored_aliases) = (None, Vec::new());
        if self.known.agencies.contains_key(&row.code) {
            stored = agency::Entity::find_by_id(row.id).one(self.txn().await?).await?;
            let of_agency = agency_alias::Entity::find().filter(agency_alias::Column::AgencyId.eq(row.id));
            stored_aliases = of_agency.order_by_asc(agency_alias::Column::NameFolded).all(self.txn().await?).await?;
        }
        let recorded = match &stored {
            None => Recorded::New,
            Some(stored) if *stored == row && stored_aliases == aliases => Recorded::Unchanged,
            Some(_) => Recorded::Amended,
        };
        let content = agency_content(&row, input.parent.as_deref(), aliases.iter());
        match recorded {
            Recorded::Unchanged => return Ok(recorded),
            Recorded::New => {
                self.insert([row.clone()]);
                self.place_new_in_tree(row.id, parent_id).await?;
                self.journal(ChangeKind::AgencyRegistered, NodeType::Agency, row.id, None, &content);
            }
            Recorded::Amended => {
                row.clone().into_active_model().reset_all().update(self.txn().await?).await?;
                if stored.is_some_and(|stored| stored.parent_id != parent_id) {
                    self.place_in_tree(row.id, parent_id).await?;
                }
                self.journal(ChangeKind::AgencyAmended, NodeType::Agency, row.id, None, &content);
                agency_alias::Entity::delete_many().filter(agency_alias::Column::AgencyId.eq(row.id)).exec(self.txn().await?).await?;
            }
        }
        self.insert(aliases);
        self.known.codes_of_none.remove(&row.code);
        self.known.agencies.insert(row.code.clone(), row.id);
        // A body that was looked up and is not stored yet may be this agency.
        self.known.organizations.retain(|_, met| !met.is_lacking);
        self.link_organizations(&row, input).await?;
        Ok(recorded)
    }

    /// Looks up agencies that are about to be named, by one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meet_agencies<'c>(&mut self, codes: impl IntoIterator<Item = &'c str>) -> Result<()> {
        let is_met = |code: &&str| self.known.agencies.contains_key(*code) || self.known.codes_of_none.contains(*code);
        let mut unmet: HashSet<&str> = codes.into_iter().filter(|code| !is_met(code)).collect();
        if !unmet.is_empty() {
            let rows = rows_with::<agency::Entity>(self.lookup().await?, agency::Column::Code, unmet.iter().copied().collect()).await?;
            rows.iter().for_each(|row| _ = unmet.remove(row.code.as_str()));
            self.known.codes_of_none.extend(unmet.into_iter().map(str::to_owned));
            self.known.agencies.extend(rows.into_iter().map(|row| (row.code, row.id)));
        }
        Ok(())
    }

    /// Key of the agency with that code.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where the register lacks it.
    pub async fn agency_by_code(&mut self, code: &str) -> Result<Uuid> {
        self.meet_agencies([code]).await?;
        let id = self.known.agencies.get(code).copied();
        id.ok_or_else(|| Error::input(lacking(code)))
    }

    /// Records that one agency succeeds another.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where the register lacks one of them.
    pub async fn agency_succession(&mut self, predecessor: &str, successor: &str, on: chrono::NaiveDate, kind: SuccessionKind) -> Result<Recorded> {
        let row = succession::Model {
            predecessor_id: self.agency_by_code(predecessor).await?,
            successor_id: self.agency_by_code(successor).await?,
            succeeded_on: on,
            kind: kind.as_str().to_owned(),
        };
        let stored = succession::Entity::find_by_id((row.predecessor_id, row.successor_id, on)).one(self.txn().await?).await?;
        if stored.as_ref() == Some(&row) {
            return Ok(Recorded::Unchanged);
        }
        let content = succession_content(&row, predecessor, successor);
        let (id, recorded) = (row.predecessor_id, if stored.is_some() { Recorded::Amended } else { Recorded::New });
        if stored.is_some() {
            row.into_active_model().reset_all().update(self.txn().await?).await?;
        } else {
            self.insert([row]);
        }
        self.journal(ChangeKind::AgencySucceeded, NodeType::Agency, id, None, &content);
        Ok(recorded)
    }

    /// Whether there is a region with that code.
    async fn has_region(&mut self, code: &str) -> Result<bool> {
        if self.known.regions.is_none() {
            let rows = entity::region::Entity::find().all(self.lookup().await?).await?;
            self.known.regions = Some(rows.into_iter().map(|row| row.code).collect());
        }
        Ok(self.known.regions.as_ref().is_some_and(|regions| regions.contains(code)))
    }

    /// Puts an agency that has nothing below it yet into the closure of the tree.
    async fn place_new_in_tree(&mut self, id: Uuid, parent_id: Option<Uuid>) -> Result<()> {
        let mut line = vec![(id, 0)];
        if let Some(parent) = parent_id {
            if !self.known.lines_of_superiors.contains_key(&parent) {
                let above = agency_ancestor::Entity::find().filter(agency_ancestor::Column::AgencyId.eq(parent)).all(self.txn().await?).await?;
                self.known.lines_of_superiors.insert(parent, above.into_iter().map(|row| (row.ancestor_id, row.depth)).collect());
            }
            line.extend(self.known.lines_of_superiors.get(&parent).into_iter().flatten().map(|(ancestor, depth)| (*ancestor, depth + 1)));
        }
        self.insert(line.iter().map(|(ancestor_id, depth)| agency_ancestor::Model { agency_id: id, ancestor_id: *ancestor_id, depth: *depth }));
        self.known.lines_of_superiors.insert(id, line);
        Ok(())
    }

    /// Puts the agency, and everything below it, under another superior in the closure of the tree.
    async fn place_in_tree(&mut self, id: Uuid, parent_id: Option<Uuid>) -> Result<()> {
        self.known.lines_of_superiors.clear();
        let subtree: Vec<(Uuid, i32)> = agency_ancestor::Entity::find()
            .filter(agency_ancestor::Column::AncestorId.eq(id))
            .all(self.txn().await?)
            .await?
            .into_iter()
            .map(|row| (row.agency_id, row.depth))
            .collect();
        if parent_id.is_some_and(|parent| subtree.iter().any(|(agency, _)| *agency == parent)) {
            return Err(Error::input("an agency cannot stand under one of its own subordinates; check `parent`"));
        }
        let above = match parent_id {
            Some(parent) => agency_ancestor::Entity::find().filter(agency_ancestor::Column::AgencyId.eq(parent)).all(self.txn().await?).await?,
            None => Vec::new(),
        };
        let mut rows = Vec::new();
        for (agency_id, depth) in subtree {
            agency_ancestor::Entity::delete_many()
                .filter(agency_ancestor::Column::AgencyId.eq(agency_id))
                .filter(agency_ancestor::Column::Depth.gt(depth))
                .exec(self.txn().await?)
                .await?;
            rows.extend(above.iter().map(|row| agency_ancestor::Model { agency_id, ancestor_id: row.ancestor_id, depth: depth + 1 + row.depth }));
        }
        self.insert(rows);
        Ok(())
    }

    /// Organizations that bear one of the agency's names become this agency.
    async fn link_organizations(&mut self, row: &agency::Model, input: &AgencyInput) -> Result<()> {
        if !self.has_organizations().await? {
            return Ok(());
        }
        let names: Vec<String> = std::iter::once(&input.name).chain(&input.short_name).chain(&input.aliases).map(|name| name_key(name)).collect();
        let unlinked: Vec<Uuid> = organization::Entity::find()
            .select_only()
            .column(organization::Column::Id)
            .filter(organization::Column::NameKey.is_in(names))
            .filter(organization::Column::Kind.eq("PUBLIC"))
            .filter(organization::Column::AgencyId.is_null())
            .filter(organization::Column::MergedIntoId.is_null())
            .into_tuple()
            .all(self.txn().await?)
            .await?;
        for id in unlinked {
            self.organization_is_agency(id, row.id).await?;
        }
        Ok(())
    }
}

/// What the journal tells of an agency: the code of its superior, and its other names in the order in which they are kept.
pub fn agency_content<'a>(row: &agency::Model, parent: Option<&str>, aliases: impl Iterator<Item = &'a agency_alias::Model>) -> serde_json::Value {
    json!({
        "code": row.code, "name": row.name, "shortName": row.short_name, "type": row.agency_type, "status": row.status,
        "parent": parent, "region": row.region_code, "homepage": row.homepage, "aliases": aliases.map(|alias| &alias.name).collect::<Vec<_>>(),
    })
}

/// What the journal tells of a reorganisation: the codes of both agencies.
pub fn succession_content(row: &succession::Model, predecessor: &str, successor: &str) -> serde_json::Value {
    json!({"predecessor": predecessor, "successor": successor, "on": row.succeeded_on, "kind": row.kind})
}

/// That the register has no agency with that code.
#[must_use]
pub fn lacking(code: &str) -> String {
    format!("the register has no agency with the code \"{code}\"; state it under `agencies`")
}

/// Other names of the agency, its short name among them, by folded name.
fn aliases(agency_id: Uuid, input: &AgencyInput) -> Vec<agency_alias::Model> {
    let names: BTreeMap<String, &String> = input.aliases.iter().chain(&input.short_name).map(|name| (hangul::folded(name), name)).collect();
    names.into_iter().map(|(name_folded, name)| agency_alias::Model { agency_id, name_folded, name: name.clone() }).collect()
}
