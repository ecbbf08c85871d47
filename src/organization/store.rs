//! Recipients and entrustees in the tables: lists, names, the link to the agency that one of them is.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{agency, agency_alias, organization, organization_name};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};
use serde_json::json;
use uuid::Uuid;

use super::graphql::{OrganizationFilter, OrganizationOrder, OrganizationOrderField};
use super::{OrganizationInput, OrganizationKind, Parties, Party, name_key};
use crate::access::{AuditAction, Audited, Viewer};
use crate::agency::agency_keys;
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::graphql::word;
use crate::hangul;
use crate::identity::{NodeType, node_key};
use crate::journal::ChangeKind;
use crate::store::{Key, Kind, Listing, Met, Order, OrderKey, Store, Write, all_of, among, combined, exact, key, plain_text, rows_with};
use crate::vocabulary::Vocabulary as _;

crate::identified!(organization kept);

/// Merges an organization into another one: every record that names it counts for the other. Names stay as written.
#[derive(Clone, Copy, Debug)]
pub struct Merging {
    /// Organization.
    pub id: Uuid,
    /// The other one.
    pub into: Uuid,
}

/// Lets an organization that was merged stand for itself again.
#[derive(Clone, Copy, Debug)]
pub struct Separating {
    /// Organization.
    pub id: Uuid,
}

impl Act for Merging {
    type Done = organization::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<organization::Model>> {
        let missing = |path| Ok((None, vec![UserProblem::new(path, UserErrorCode::NotFound, "there is no such organization")]));
        let Some(row) = organization::Entity::find_by_id(self.id).one(write.txn().await?).await? else { return missing("id") };
        let Some(into) = organization::Entity::find_by_id(self.into).one(write.txn().await?).await? else { return missing("intoId") };
        match write.merged(row.clone(), into).await? {
            Ok(Merged { into, moved }) => {
                for row in moved {
                    let detail = json!({"before": row.merged_into_id, "after": into});
                    write.audit(Some(viewer.token), Audited { action: AuditAction::OrganizationMerged, subject: row.id, detail }).await?;
                }
            }
            Err(why) => return Ok((Some(row), vec![UserProblem::new("intoId", UserErrorCode::Conflict, why)])),
        }
        Ok((organization::Entity::find_by_id(self.id).one(write.txn().await?).await?, Vec::new()))
    }
}

impl Act for Separating {
    type Done = organization::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<organization::Model>> {
        let Some(row) = organization::Entity::find_by_id(self.id).one(write.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("id", UserErrorCode::NotFound, "there is no such organization")]));
        };
        if let Some(before) = row.merged_into_id {
            write.merged_into(row, None).await?;
            let detail = json!({"before": before, "after": null});
            write.audit(Some(viewer.token), Audited { action: AuditAction::OrganizationSeparated, subject: self.id, detail }).await?;
        }
        Ok((organization::Entity::find_by_id(self.id).one(write.txn().await?).await?, Vec::new()))
    }
}

/// What was merged.
struct Merged {
    /// Into which organization.
    into: Uuid,
    /// Which ones, as they were before.
    moved: Vec<organization::Model>,
}

/// Why one organization cannot be merged into the other, which stands for itself.
fn why_not_merged(row: &organization::Model, into: &organization::Model) -> Option<String> {
    let is_group = |row: &organization::Model| row.kind == OrganizationKind::Group.as_str();
    if row.id == into.id {
        return Some(format!("{} cannot be merged into itself; where it was merged into the other one, separate that one first", row.name));
    }
    if is_group(row) != is_group(into) {
        let (group, body) = if is_group(row) { (row, into) } else { (into, row) };
        return Some(format!("{} is a class of bodies: it is never merged with one of them, as {} is", group.name, body.name));
    }
    match (row.agency_id, into.agency_id) {
        (Some(one), Some(other)) if one != other => Some(format!("{} and {} are two agencies", row.name, into.name)),
        (Some(_), None) => Some(format!("{} is an agency, and {} is none that the register knows: merge the latter into the former", row.name, into.name)),
        _ => None,
    }
}

impl Write {
    /// Merges an organization into another one, with those that were merged into it, so that what an organization was merged into always stands for itself; or tells why it cannot be.
    async fn merged(&mut self, row: organization::Model, mut into: organization::Model) -> Result<Result<Merged, String>> {
        // What was merged itself stands for the one that it was merged into.
        if let Some(standing) = into.merged_into_id {
            into = organization::Entity::find_by_id(standing).one(self.txn().await?).await?.unwrap_or(into);
        }
        if row.merged_into_id == Some(into.id) {
            return Ok(Ok(Merged { into: into.id, moved: Vec::new() }));
        }
        if let Some(why) = why_not_merged(&row, &into) {
            return Ok(Err(why));
        }
        let along = organization::Entity::find().filter(organization::Column::MergedIntoId.eq(row.id)).all(self.txn().await?).await?;
        let moved: Vec<organization::Model> = std::iter::once(row).chain(along).collect();
        for row in &moved {
            self.merged_into(row.clone(), Some(into.id)).await?;
        }
        Ok(Ok(Merged { into: into.id, moved }))
    }

    /// Merges an organization into another one, or separates it, and tells the journal.
    async fn merged_into(&mut self, row: organization::Model, into: Option<Uuid>) -> Result<()> {
        let id = row.id;
        organization::Model { merged_into_id: into, ..row }.into_active_model().reset_all().update(self.txn().await?).await?;
        self.organization_changed(id, if into.is_some() { ChangeKind::OrganizationMerged } else { ChangeKind::OrganizationSeparated }).await
    }

    /// Records that a document says of which body another one is a name. Both are there.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for two that are not one body.
    pub async fn stated_merging(&mut self, name: &Party, of: &Party) -> Result<()> {
        let ids = [self.organization(name).await?, self.organization(of).await?];
        let mut rows = rows_with::<organization::Entity>(self.txn().await?, organization::Column::Id, ids.to_vec()).await?;
        let mut of_key = |id: Uuid| rows.iter().position(|row| row.id == id).map(|place| rows.swap_remove(place));
        let [Some(row), Some(into)] = [of_key(ids[0]), of_key(ids[1])] else {
            return Err(Error::input(format!("{} cannot be merged into itself; leave `mergedInto` out", name.name)));
        };
        self.merged(row, into).await?.map(|_| ()).map_err(Error::input)
    }

    /// Looks up bodies that are about to be named, by a few statements, however many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meet_organizations<'p>(&mut self, parties: impl IntoIterator<Item = &'p Party>) -> Result<()> {
        let mut unmet = HashMap::new();
        for party in parties {
            let id = party_key(party);
            if !self.known.organizations.contains_key(&id) {
                unmet.entry(id).or_insert(party);
            }
        }
        if unmet.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = unmet.keys().copied().collect();
        let stored = rows_with::<organization::Entity>(self.lookup().await?, organization::Column::Id, ids.clone()).await?;
        let names = rows_with::<organization_name::Entity>(self.lookup().await?, organization_name::Column::OrganizationId, ids).await?;
        for row in stored {
            unmet.remove(&row.id);
            self.known.organizations.insert(row.id, Met { row, names: BTreeSet::new(), is_lacking: false });
        }
        for row in names {
            if let Some(met) = self.known.organizations.get_mut(&row.organization_id) {
                met.names.insert(row.name);
            }
        }
        let public = unmet.values().filter(|party| party.kind == OrganizationKind::Public);
        let agencies = self.agencies_named(public.map(|party| hangul::folded(&party.name)).collect()).await?;
        for (id, party) in unmet {
            let called = if party.kind == OrganizationKind::Public { agencies.get(&hangul::folded(&party.name)) } else { None };
            let row = organization::Model {
                id,
                name: party.name.clone(),
                name_key: name_key(&party.name),
                kind: party.kind.as_str().to_owned(),
                agency_id: called.filter(|agencies| agencies.len() == 1).and_then(|agencies| agencies.first()).copied(),
                merged_into_id: None,
            };
            self.known.organizations.insert(id, Met { row, names: BTreeSet::new(), is_lacking: true });
        }
        Ok(())
    }

    /// The agencies that bear each of the folded names.
    async fn agencies_named(&mut self, names: Vec<String>) -> Result<HashMap<String, BTreeSet<Uuid>>> {
        let mut agencies: HashMap<String, BTreeSet<Uuid>> = HashMap::new();
        if !names.is_empty() {
            for row in rows_with::<agency::Entity>(self.lookup().await?, agency::Column::NameFolded, names.clone()).await? {
                agencies.entry(row.name_folded).or_default().insert(row.id);
            }
            for row in rows_with::<agency_alias::Entity>(self.lookup().await?, agency_alias::Column::NameFolded, names).await? {
                agencies.entry(row.name_folded).or_default().insert(row.agency_id);
            }
        }
        Ok(agencies)
    }

    /// What is known of the bodies of these names.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn parties_named<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> Result<Parties> {
        let mut parties = Parties::default();
        let keys: HashSet<String> = names.into_iter().map(name_key).collect();
        for row in rows_with::<organization::Entity>(self.txn().await?, organization::Column::NameKey, keys.into_iter().collect()).await? {
            parties.know(&row.name, word(&row.kind)?);
        }
        Ok(parties)
    }

    /// Key of a body, which is added where the register lacks it and linked to the agency of its name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organization(&mut self, party: &Party) -> Result<Uuid> {
        self.meet_organizations([party]).await?;
        let id = party_key(party);
        let met = self.known.organizations.get_mut(&id).ok_or_else(|| Error::internal("an organization that was looked up is missing"))?;
        if !met.names.insert(party.name.clone()) {
            return Ok(id);
        }
        // Another spelling of a body that is there already: whoever follows the journal must hear of it.
        let (kind, added) = if mem::take(&mut met.is_lacking) {
            // The first spelling met is its name, though another one of the same key was looked up.
            met.row.name.clone_from(&party.name);
            self.known.has_organizations = Some(true);
            self.known.parties.iter_mut().for_each(|parties| Arc::make_mut(parties).know(&party.name, party.kind));
            (ChangeKind::OrganizationAdded, Some(met.row.clone()))
        } else {
            (ChangeKind::OrganizationAmended, None)
        };
        let content = organization_content(&met.row, &met.names);
        self.insert(added);
        self.insert([organization_name::Model { organization_id: id, name: party.name.clone() }]);
        self.journal(kind, NodeType::Organization, id, None, &content);
        Ok(id)
    }

    /// Whether the register has any organization.
    pub(crate) async fn has_organizations(&mut self) -> Result<bool> {
        if self.known.has_organizations.is_none() {
            self.known.has_organizations = Some(organization::Entity::find().one(self.txn().await?).await?.is_some());
        }
        Ok(self.known.has_organizations == Some(true))
    }

    /// States that an organization is an agency.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organization_is_agency(&mut self, id: Uuid, agency_id: Uuid) -> Result<()> {
        if self.known.organizations.get(&id).is_some_and(|met| met.row.agency_id == Some(agency_id)) {
            return Ok(());
        }
        let Some(row) = organization::Entity::find_by_id(id).one(self.txn().await?).await? else {
            return Err(Error::internal("an organization to be linked is missing"));
        };
        if row.agency_id == Some(agency_id) {
            return Ok(());
        }
        organization::Model { agency_id: Some(agency_id), ..row }.into_active_model().reset_all().update(self.txn().await?).await?;
        self.organization_amended(id).await
    }

    /// Tells the journal how an organization is kept now.
    async fn organization_amended(&mut self, id: Uuid) -> Result<()> {
        self.organization_changed(id, ChangeKind::OrganizationAmended).await
    }

    async fn organization_changed(&mut self, id: Uuid, kind: ChangeKind) -> Result<()> {
        self.known.organizations.remove(&id);
        let row = organization::Entity::find_by_id(id).one(self.txn().await?).await?;
        let row = row.ok_or_else(|| Error::internal("an organization that was amended is missing"))?;
        let names = organization_name::Entity::find().filter(organization_name::Column::OrganizationId.eq(id)).all(self.txn().await?).await?;
        let content = organization_content(&row, names.iter().map(|name| &name.name));
        self.journal(kind, NodeType::Organization, id, None, &content);
        Ok(())
    }

    /// Records what a document says of a body whose name does not tell it.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an agency that the register lacks.
    pub async fn stated_organization(&mut self, input: &OrganizationInput, parties: &Parties) -> Result<()> {
        let id = self.organization(&parties.party(&mut crate::problem::Problems::default(), "name", &input.name)).await?;
        if let Some(code) = &input.agency {
            let agency_id = self.agency_by_code(code).await?;
            self.organization_is_agency(id, agency_id).await?;
        }
        Ok(())
    }

    /// The bodies that the register knows, those of this write among them, so that a record names them by the same kind. All are read once, for whoever records many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known_parties(&mut self) -> Result<Arc<Parties>> {
        if let Some(parties) = &self.known.parties {
            return Ok(Arc::clone(parties));
        }
        let mut parties = Parties::default();
        for row in organization::Entity::find().all(self.txn().await?).await? {
            parties.know(&row.name, word(&row.kind)?);
        }
        Ok(Arc::clone(self.known.parties.insert(Arc::new(parties))))
    }
}

/// What the journal tells of an organization: its names as documents write them, in binary order.
pub fn organization_content<'a>(row: &organization::Model, names: impl IntoIterator<Item = &'a String>) -> serde_json::Value {
    let names: BTreeSet<&String> = names.into_iter().collect();
    json!({"name": row.name, "kind": row.kind, "agency": row.agency_id, "names": names, "mergedInto": row.merged_into_id})
}

fn party_key(party: &Party) -> Uuid {
    node_key(NodeType::Organization, &[party.kind.as_str(), &name_key(&party.name)])
}

/// Loader key: the names of an organization, as documents write them, with those of the organizations merged into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamesOfOrganization(pub Uuid);

impl Loader<NamesOfOrganization> for Store {
    type Value = Arc<Vec<String>>;
    type Error = Error;

    async fn load(&self, keys: &[NamesOfOrganization]) -> Result<HashMap<NamesOfOrganization, Self::Value>> {
        let is_merged =
            organization_name::Entity::belongs_to(organization::Entity).from(organization_name::Column::OrganizationId).to(organization::Column::Id).into();
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let either = Condition::any().add(organization::Column::Id.is_in(ids.clone())).add(organization::Column::MergedIntoId.is_in(ids));
        let rows: Vec<(Uuid, Option<Uuid>, String)> = organization_name::Entity::find()
            .join(JoinType::InnerJoin, is_merged)
            .select_only()
            .columns([organization::Column::Id, organization::Column::MergedIntoId])
            .column(organization_name::Column::Name)
            .filter(either)
            .into_tuple()
            .all(self.db())
            .await?;
        let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
        for (id, into, name) in rows {
            for owner in std::iter::once(id).chain(into) {
                names.entry(owner).or_default().push(name.clone());
            }
        }
        // Sorted here, in binary order, since the databases collate this column differently.
        for names in names.values_mut() {
            names.sort();
            names.dedup();
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(names.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// Loader key: the organization that an agency is, as a recipient or entrustee of others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationOfAgency(pub Uuid);

impl Loader<OrganizationOfAgency> for Store {
    type Value = Arc<organization::Model>;
    type Error = Error;

    async fn load(&self, keys: &[OrganizationOfAgency]) -> Result<HashMap<OrganizationOfAgency, Self::Value>> {
        let rows = organization::Entity::find()
            .filter(organization::Column::AgencyId.is_in(keys.iter().map(|key| key.0)))
            .filter(organization::Column::MergedIntoId.is_null())
            .order_by_desc(organization::Column::NameKey)
            .all(self.db())
            .await?;
        // An agency mentioned by several names has several organizations until they are unified; the first by name stands for it.
        Ok(rows.into_iter().filter_map(|row| Some((OrganizationOfAgency(row.agency_id?), Arc::new(row)))).collect())
    }
}

/// Loader key: the organizations of that normalised name, whatever their kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationsByName(pub String);

impl Loader<OrganizationsByName> for Store {
    type Value = Arc<Vec<organization::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[OrganizationsByName]) -> Result<HashMap<OrganizationsByName, Self::Value>> {
        let rows = organization::Entity::find()
            .filter(organization::Column::NameKey.is_in(keys.iter().map(|key| &key.0)))
            .order_by_asc(organization::Column::Id)
            .all(self.db())
            .await?;
        let of = |key: &OrganizationsByName| rows.iter().filter(|row| row.name_key == key.0).cloned().collect::<Vec<_>>();
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(of(key)))).collect())
    }
}

/// List of organizations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationListing {
    filter: Option<Box<OrganizationFilter>>,
    order: OrganizationOrder,
}

impl OrganizationListing {
    /// Organizations that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn new(filter: Option<Box<OrganizationFilter>>, order: OrganizationOrder) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, order })
    }
}

impl Listing for OrganizationListing {
    type Row = organization::Model;

    fn source(&self, _: &[Uuid]) -> SelectStatement {
        let mut select = organization::Entity::find().into_query();
        select.and_where(stands_for_itself());
        if let Some(Ok(condition)) = self.filter.as_deref().map(OrganizationFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<organization::Model> {
        let (name, keys): (_, Vec<OrderKey<organization::Model>>) = match self.order.field {
            OrganizationOrderField::Name => ("organizations.name", vec![OrderKey::column(Kind::Text, "name_key", |row| Key::Text(row.name_key.clone()))]),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl OrganizationFilter {
    /// The filter over the columns of `organization`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: organization::Column| Expr::col((organization::Entity, column));
        let name = |filter: &crate::graphql::filter::StringFilter| {
            // The key has no spaces and one spelling of a company's legal form: so must what is compared with it.
            let spelled = crate::graphql::filter::StringFilter {
                eq: filter.eq.as_deref().map(name_key),
                r#in: filter.r#in.as_ref().map(|names| names.iter().map(|name| name_key(name)).collect()),
                contains: filter.contains.as_deref().map(|part| hangul::folded(part).replace(' ', "")),
                starts_with: filter.starts_with.as_deref().map(|part| hangul::folded(part).replace(' ', "")),
                is_null: filter.is_null,
            };
            plain_text(column(organization::Column::NameKey), &spelled)
        };
        let own = all_of([
            self.id.as_ref().map(|filter| Ok::<_, Error>(named_so(key(column(organization::Column::Id), filter, NodeType::Organization)?))).transpose()?,
            self.name.as_ref().map(|filter| named_so(name(filter))),
            self.kind.as_ref().map(|filter| exact(column(organization::Column::Kind), filter.words(), filter.is_null)),
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(organization::Column::AgencyId), agency_keys(filter)?))).transpose()?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

fn stands_for_itself() -> Expr {
    Expr::col((organization::Entity, organization::Column::MergedIntoId)).is_null()
}

/// The organization itself is so, or one that was merged into it.
fn named_so(condition: Condition) -> Condition {
    let standing = "COALESCE(organization.merged_into_id, organization.id)";
    let keys = Query::select().expr(Expr::cust(standing)).from(organization::Entity).cond_where(condition).take();
    among(Expr::col((organization::Entity, organization::Column::Id)), keys)
}

/// Keys of the organizations that the filter admits and of those that were merged into them, as a subquery. One select after the other, so that each is answered from its index.
///
/// # Errors
/// `BAD_USER_INPUT` for an id of another type.
pub fn organization_keys(filter: &OrganizationFilter) -> Result<SelectStatement> {
    let id = (organization::Entity, organization::Column::Id);
    let mut keys = Query::select().column(id).from(organization::Entity).and_where(stands_for_itself()).cond_where(filter.condition()?).take();
    let into = Expr::col((organization::Entity, organization::Column::MergedIntoId));
    let merged = Query::select().column(id).from(organization::Entity).and_where(into.in_subquery(keys.clone())).take();
    keys.union(UnionType::All, merged);
    Ok(keys)
}
