//! Legal bases and statutes in the tables.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{legal_basis, statute, statute_alias};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use serde_json::json;
use uuid::Uuid;

use super::graphql::{LegalBasisFilter, StatuteFilter, StatuteOrder, StatuteOrderField};
use super::{LegalBasis, StatuteInput, StatuteKind, StatuteName, canonical_statute_name, parent_name, statute_named};
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::identity::{NodeType, node_key, part_key};
use crate::journal::ChangeKind;
use crate::store::{Key, Kind, Listing, Order, OrderKey, Store, Write, all_of, among, combined, exact, flag, key, plain_text, rows_with};
use crate::vocabulary::Vocabulary as _;

crate::identified!(statute kept);

crate::parts! {
    /// Bases of a registration.
    BasesOfRegistration: legal_basis, RegistrationId, registration_id, immutable;
    /// Bases of a provision.
    BasesOfProvision: legal_basis, ProvisionId, provision_id;
    /// Bases of video devices.
    BasesOfVideoDevice: legal_basis, VideoDeviceId, video_device_id;
}

/// What bases belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasisOwner {
    /// Registration of a file.
    Registration(Uuid),
    /// Provision to a third party.
    Provision(Uuid),
    /// Video devices at a place.
    VideoDevice(Uuid),
}

impl Write {
    /// Rows of the bases of an owner; statutes that the register lacks are added to it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn basis_rows(&mut self, owner: BasisOwner, bases: &[LegalBasis]) -> Result<Vec<legal_basis::Model>> {
        let (BasisOwner::Registration(id) | BasisOwner::Provision(id) | BasisOwner::VideoDevice(id)) = owner;
        let mut rows = Vec::new();
        for (position, basis) in (0i32..).zip(bases) {
            let statute_id = match &basis.statute {
                Some(statute) => Some(self.statute(statute).await?),
                None => None,
            };
            rows.push(legal_basis::Model {
                id: part_key("LegalBasis", id, position),
                registration_id: matches!(owner, BasisOwner::Registration(_)).then_some(id),
                provision_id: matches!(owner, BasisOwner::Provision(_)).then_some(id),
                video_device_id: matches!(owner, BasisOwner::VideoDevice(_)).then_some(id),
                position,
                citation: basis.citation.clone(),
                statute_id,
                article: basis.article.clone(),
                paragraph: basis.paragraph.clone(),
                subparagraph: basis.subparagraph.clone(),
                is_consent: basis.is_consent,
                lawful_ground: basis.lawful_ground.map(|ground| ground.as_str().to_owned()),
            });
        }
        Ok(rows)
    }

    /// Looks up statutes that are about to be cited, with the acts that they belong to, by one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meet_statutes<'n>(&mut self, names: impl IntoIterator<Item = &'n StatuteName>) -> Result<()> {
        let keys = names.into_iter().flat_map(|name| [Some(statute_key(name)), parent_name(name).as_ref().map(statute_key)]).flatten();
        let unmet: HashSet<Uuid> = keys.filter(|key| !self.known.statutes.contains_key(key)).collect();
        if unmet.is_empty() {
            return Ok(());
        }
        let stored = rows_with::<statute::Entity>(self.lookup().await?, statute::Column::Id, unmet.iter().copied().collect()).await?;
        self.known.statutes.extend(unmet.into_iter().map(|key| (key, false)));
        self.known.statutes.extend(stored.into_iter().map(|row| (row.id, true)));
        Ok(())
    }

    /// Key of a statute, which is added where the register lacks it, with the act that it belongs to.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn statute(&mut self, name: &StatuteName) -> Result<Uuid> {
        self.meet_statutes([name]).await?;
        Ok(self.cited_statute(name))
    }

    fn cited_statute(&mut self, name: &StatuteName) -> Uuid {
        let id = statute_key(name);
        if self.known.statutes.insert(id, true) == Some(false) {
            // The name of an act leads to no further parent.
            let parent_id = parent_name(name).map(|parent| self.cited_statute(&parent));
            let row =
                statute::Model { id, name: name.name.clone(), name_folded: canonical_statute_name(&name.name), kind: name.kind.as_str().to_owned(), parent_id };
            let content = statute_content(&row, &BTreeSet::new());
            self.insert([row]);
            self.journal(ChangeKind::StatuteAdded, NodeType::Statute, id, None, &content);
        }
        id
    }

    /// Records what a document says of statutes whose names do not tell it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn stated_statutes(&mut self, inputs: &[StatuteInput]) -> Result<()> {
        let name = |input: &StatuteInput| {
            let known = statute_named(&input.name).unwrap_or(StatuteName { name: input.name.clone(), kind: StatuteKind::Other });
            StatuteName { kind: input.kind.unwrap_or(known.kind), name: known.name }
        };
        let names: Vec<StatuteName> = inputs.iter().map(name).collect();
        self.meet_statutes(&names).await?;
        let stored: Vec<Uuid> = names.iter().map(statute_key).filter(|id| self.known.statutes.get(id) == Some(&true)).collect();
        let mut aliases: HashMap<Uuid, BTreeSet<String>> = HashMap::new();
        for row in rows_with::<statute_alias::Entity>(self.txn().await?, statute_alias::Column::StatuteId, stored).await? {
            aliases.entry(row.statute_id).or_default().insert(row.name);
        }
        for (input, name) in inputs.iter().zip(&names) {
            let id = self.cited_statute(name);
            let aliases = aliases.entry(id).or_default();
            let new: Vec<&String> = input.aliases.iter().filter(|name| aliases.insert((*name).clone())).collect();
            if !new.is_empty() {
                self.insert(new.into_iter().map(|name| statute_alias::Model { statute_id: id, name: name.clone() }));
                let row = statute::Entity::find_by_id(id).one(self.txn().await?).await?;
                let row = row.ok_or_else(|| Error::internal("a statute that was amended is missing"))?;
                self.journal(ChangeKind::StatuteAmended, NodeType::Statute, id, None, &statute_content(&row, &aliases.iter().collect()));
            }
        }
        Ok(())
    }
}

/// What the journal tells of a statute: its other spellings in binary order.
pub fn statute_content(row: &statute::Model, aliases: &BTreeSet<&String>) -> serde_json::Value {
    json!({"name": row.name, "kind": row.kind, "aliases": aliases})
}

fn statute_key(name: &StatuteName) -> Uuid {
    node_key(NodeType::Statute, &[&canonical_statute_name(&name.name)])
}

/// Bases by owner, in order, of the owners whose keys stand in `column`.
///
/// # Errors
/// Those of the database.
pub async fn bases_by(db: &impl ConnectionTrait, column: legal_basis::Column, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<LegalBasis>>> {
    let rows = legal_basis::Entity::find().filter(column.is_in(owners.iter().copied())).order_by_asc(legal_basis::Column::Position).all(db).await?;
    let statutes = statute::Entity::find().filter(statute::Column::Id.is_in(rows.iter().filter_map(|row| row.statute_id))).all(db).await?;
    let statutes: HashMap<Uuid, statute::Model> = statutes.into_iter().map(|statute| (statute.id, statute)).collect();
    let mut bases: HashMap<Uuid, Vec<LegalBasis>> = HashMap::new();
    for row in rows {
        let Some(owner) = row.registration_id.or(row.provision_id).or(row.video_device_id) else { continue };
        let statute = match row.statute_id.and_then(|id| statutes.get(&id)) {
            Some(statute) => Some(StatuteName { name: statute.name.clone(), kind: word(&statute.kind)? }),
            None => None,
        };
        bases.entry(owner).or_default().push(LegalBasis {
            citation: row.citation,
            statute,
            article: row.article,
            paragraph: row.paragraph,
            subparagraph: row.subparagraph,
            is_consent: row.is_consent,
            lawful_ground: row.lawful_ground.as_deref().map(word).transpose()?,
        });
    }
    Ok(bases)
}

/// Loader key: the statute with that key, which a name gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatuteByKey(pub String);

impl Loader<StatuteByKey> for Store {
    type Value = Arc<statute::Model>;
    type Error = Error;

    async fn load(&self, keys: &[StatuteByKey]) -> Result<HashMap<StatuteByKey, Self::Value>> {
        let rows = statute::Entity::find().filter(statute::Column::NameFolded.is_in(keys.iter().map(|key| &key.0))).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| (StatuteByKey(row.name_folded.clone()), Arc::new(row))).collect())
    }
}

/// Loader key: other spellings of a statute's name, as documents write them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AliasesOfStatute(pub Uuid);

impl Loader<AliasesOfStatute> for Store {
    type Value = Arc<Vec<String>>;
    type Error = Error;

    async fn load(&self, keys: &[AliasesOfStatute]) -> Result<HashMap<AliasesOfStatute, Self::Value>> {
        let ids = keys.iter().map(|key| key.0);
        let rows =
            statute_alias::Entity::find().filter(statute_alias::Column::StatuteId.is_in(ids)).order_by_asc(statute_alias::Column::Name).all(self.db()).await?;
        let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in rows {
            aliases.entry(row.statute_id).or_default().push(row.name);
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(aliases.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// Loader key: the articles of a statute that files in force rest on, with the number of those files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArticlesOfStatute(pub Uuid);

impl Loader<ArticlesOfStatute> for Store {
    type Value = Arc<Vec<(String, i64)>>;
    type Error = Error;

    async fn load(&self, keys: &[ArticlesOfStatute]) -> Result<HashMap<ArticlesOfStatute, Self::Value>> {
        let basis = |column: legal_basis::Column| (legal_basis::Entity, column);
        let mut select = Query::select();
        select
            .column(basis(legal_basis::Column::StatuteId))
            .column(basis(legal_basis::Column::Article))
            .expr_as(Func::count_distinct(Expr::col((entity::data_file::Entity, entity::data_file::Column::Id))), "files")
            .from(legal_basis::Entity)
            .inner_join(
                entity::data_file::Entity,
                Expr::col((entity::data_file::Entity, entity::data_file::Column::RegistrationId)).equals(basis(legal_basis::Column::RegistrationId)),
            )
            .and_where(Expr::col(basis(legal_basis::Column::StatuteId)).is_in(keys.iter().map(|key| key.0)))
            .and_where(Expr::col(basis(legal_basis::Column::Article)).is_not_null())
            .cond_where(crate::store::listed_by_default())
            .group_by_columns([basis(legal_basis::Column::StatuteId), basis(legal_basis::Column::Article)]);
        let mut articles: HashMap<Uuid, Vec<(String, i64)>> = HashMap::new();
        for row in self.db().query_all(&select).await? {
            articles.entry(row.try_get("", "statute_id")?).or_default().push((row.try_get("", "article")?, row.try_get("", "files")?));
        }
        for list in articles.values_mut() {
            list.sort_by_key(|(article, _)| (article_number(article), article.clone()));
        }
        Ok(keys.iter().map(|key| (key.clone(), Arc::new(articles.remove(&key.0).unwrap_or_default()))).collect())
    }
}

/// Number of an article and of its branch: 제12조의2 is (12, 2). Articles are listed in the order of the law, not of their spelling.
fn article_number(article: &str) -> (u32, u32) {
    let mut numbers = article.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).map(|digits| digits.parse().unwrap_or(u32::MAX));
    (numbers.next().unwrap_or(u32::MAX), numbers.next().unwrap_or(0))
}

/// List of statutes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatuteListing {
    filter: Option<Box<StatuteFilter>>,
    order: StatuteOrder,
}

impl StatuteListing {
    /// Statutes that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn new(filter: Option<Box<StatuteFilter>>, order: StatuteOrder) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, order })
    }
}

impl Listing for StatuteListing {
    type Row = statute::Model;

    fn source(&self, _: &[Uuid]) -> SelectStatement {
        let mut select = statute::Entity::find().into_query();
        if let Some(Ok(condition)) = self.filter.as_deref().map(StatuteFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<statute::Model> {
        let (name, keys): (_, Vec<OrderKey<statute::Model>>) = match self.order.field {
            StatuteOrderField::Name => ("statutes.name", vec![OrderKey::column(Kind::Text, "name_folded", |row| Key::Text(row.name_folded.clone()))]),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl StatuteFilter {
    /// The filter over the columns of `statute`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: statute::Column| Expr::col((statute::Entity, column));
        let name = |filter: &crate::graphql::filter::StringFilter| {
            // The key has no spaces, brackets or middle dots: neither must what is compared with it.
            let spelled = crate::graphql::filter::StringFilter {
                eq: filter.eq.as_deref().map(canonical_statute_name),
                r#in: filter.r#in.as_ref().map(|names| names.iter().map(|name| canonical_statute_name(name)).collect()),
                contains: filter.contains.as_deref().map(crate::hangul::compact),
                starts_with: filter.starts_with.as_deref().map(crate::hangul::compact),
                is_null: filter.is_null,
            };
            plain_text(column(statute::Column::NameFolded), &spelled)
        };
        let own = all_of([
            self.id.as_ref().map(|filter| key(column(statute::Column::Id), filter, NodeType::Statute)).transpose()?,
            self.name.as_ref().map(name),
            self.kind.as_ref().map(|filter| exact(column(statute::Column::Kind), filter.words(), filter.is_null)),
            self.parent.as_ref().map(|filter| key(column(statute::Column::ParentId), filter, NodeType::Statute)).transpose()?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

impl LegalBasisFilter {
    /// The filter over the columns of `legal_basis`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: legal_basis::Column| Expr::col((legal_basis::Entity, column));
        let statutes = |filter: &StatuteFilter| {
            let keys = Query::select().column((statute::Entity, statute::Column::Id)).from(statute::Entity).cond_where(filter.condition()?).take();
            Ok::<_, Error>(among(column(legal_basis::Column::StatuteId), keys))
        };
        let own = all_of([
            self.statute.as_deref().map(statutes).transpose()?,
            self.article.as_ref().map(|filter| plain_text(column(legal_basis::Column::Article), filter)),
            self.paragraph.as_ref().map(|filter| plain_text(column(legal_basis::Column::Paragraph), filter)),
            self.citation.as_ref().map(|filter| plain_text(column(legal_basis::Column::Citation), filter)),
            self.is_consent.map(|wanted| flag(column(legal_basis::Column::IsConsent), wanted)),
            self.lawful_ground.as_ref().map(|filter| exact(column(legal_basis::Column::LawfulGround), filter.words(), filter.is_null)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
