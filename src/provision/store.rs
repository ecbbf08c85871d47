//! Provisions in the tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{organization, provided_item, provision};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::graphql::{ProvidedItemFilter, ProvisionFilter};
use super::{ProvidedItem, Provision, StatedFor};
use crate::agency::agency_keys;
use crate::collected_item::ItemCategories;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::hangul;
use crate::identity::{NodeType, part_key};
use crate::legal_basis::{BasisOwner, bases_by};
use crate::organization::{Party, organization_keys};
use crate::retention::{Retention, RetentionOwner, term_rows, terms_by};
use crate::store::{Key, Kind, Listing, Order, OrderKey, Stated, Write, all_of, among, combined, exact, flag, folded_text, negated};
use crate::vocabulary::Vocabulary as _;

crate::identified!(provision);

crate::parts! {
    /// Items of a provision.
    ItemsOfProvision: provided_item, ProvisionId, provision_id;
}

/// Where a provision is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionOwner {
    /// By the registration of a file.
    Registration(Uuid),
    /// By a revision of a policy.
    PolicyRevision(Uuid),
}

impl Write {
    /// Stores the provisions that a record states.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn provisions(&mut self, owner: ProvisionOwner, agency_id: Uuid, provisions: &[Provision]) -> Result<()> {
        let (ProvisionOwner::Registration(owner_id) | ProvisionOwner::PolicyRevision(owner_id)) = owner;
        let categories = ItemCategories::bundled();
        let (mut rows, mut items, mut bases, mut terms) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (position, provision) in (0i32..).zip(provisions) {
            let id = part_key(NodeType::Provision.as_str(), owner_id, position);
            rows.push(provision::Model {
                id,
                registration_id: matches!(owner, ProvisionOwner::Registration(_)).then_some(owner_id),
                policy_revision_id: matches!(owner, ProvisionOwner::PolicyRevision(_)).then_some(owner_id),
                position,
                agency_id,
                recipient_id: self.organization(&provision.recipient).await?,
                recipient_name: provision.recipient.name.clone(),
                material: provision.material.clone(),
                purpose: provision.purpose.clone(),
                items_text: provision.items_text.clone(),
                retention_text: provision.retention.as_ref().map(|retention| retention.text.clone()),
                retention_class: provision.retention.as_ref().map(|retention| retention.class.as_str().to_owned()),
                is_outside_purpose: provision.is_outside_purpose,
                frequency: provision.frequency.clone(),
                method: provision.method.clone(),
                note: provision.note.clone(),
            });
            items.extend((0..).zip(&provision.items).map(|(position, item)| {
                let class = categories.classify(&item.name);
                provided_item::Model {
                    provision_id: id,
                    position,
                    name: item.name.clone(),
                    name_folded: hangul::folded(&item.name),
                    subject: item.subject.clone(),
                    category_code: class.category.map(str::to_owned),
                    unique_identifier: class.unique_identifier.map(|word| word.as_str().to_owned()),
                    sensitive_kind: class.sensitive_kind.map(|word| word.as_str().to_owned()),
                }
            }));
            bases.extend(self.basis_rows(BasisOwner::Provision(id), &provision.legal_bases).await?);
            terms.extend(provision.retention.iter().flat_map(|retention| term_rows(RetentionOwner::Provision(id), retention)));
        }
        self.insert::<provision::Entity>(rows).await?;
        self.insert::<provided_item::Entity>(items).await?;
        self.insert::<entity::legal_basis::Entity>(bases).await?;
        self.insert::<entity::retention_term::Entity>(terms).await
    }
}

/// Provisions by owner, in order, of the owners whose keys stand in `column`: as they were recorded.
///
/// # Errors
/// Those of the database.
pub async fn provisions_by(db: &impl ConnectionTrait, column: provision::Column, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<Provision>>> {
    let rows = provision::Entity::find().filter(column.is_in(owners.iter().copied())).order_by_asc(provision::Column::Position).all(db).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let recipients = organization::Entity::find().filter(organization::Column::Id.is_in(rows.iter().map(|row| row.recipient_id))).all(db).await?;
    let kinds: HashMap<Uuid, String> = recipients.into_iter().map(|row| (row.id, row.kind)).collect();
    let mut items: HashMap<Uuid, Vec<ProvidedItem>> = HashMap::new();
    let item_rows = provided_item::Entity::find()
        .filter(provided_item::Column::ProvisionId.is_in(ids.clone()))
        .order_by_asc(provided_item::Column::Position)
        .all(db)
        .await?;
    for row in item_rows {
        items.entry(row.provision_id).or_default().push(ProvidedItem { name: row.name, subject: row.subject });
    }
    let mut bases = bases_by(db, entity::legal_basis::Column::ProvisionId, &ids).await?;
    let mut terms = terms_by(db, entity::retention_term::Column::ProvisionId, &ids).await?;
    let mut provisions: HashMap<Uuid, Vec<Provision>> = HashMap::new();
    for row in rows {
        let Some(owner) = row.registration_id.or(row.policy_revision_id) else { continue };
        let retention = match (row.retention_text, row.retention_class) {
            (Some(text), Some(class)) => Some(Retention { text, class: word(&class)?, terms: terms.remove(&row.id).unwrap_or_default() }),
            _ => None,
        };
        provisions.entry(owner).or_default().push(Provision {
            recipient: Party { name: row.recipient_name, kind: word(kinds.get(&row.recipient_id).map_or("", String::as_str))? },
            material: row.material,
            purpose: row.purpose,
            items: items.remove(&row.id).unwrap_or_default(),
            items_text: row.items_text,
            retention,
            legal_bases: bases.remove(&row.id).unwrap_or_default(),
            is_outside_purpose: row.is_outside_purpose,
            frequency: row.frequency,
            method: row.method,
            note: row.note,
        });
    }
    Ok(provisions)
}

/// List of provisions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProvisionListing {
    whose: Whose,
    filter: Option<Box<ProvisionFilter>>,
    today: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Register,
    Agency { includes_subordinate: bool },
    Recipient,
    Registration { stated_for: Option<Vec<StatedFor>> },
    PolicyRevision,
}

impl ProvisionListing {
    fn of(whose: Whose, today: NaiveDate) -> Self {
        Self { whose, filter: None, today }
    }

    /// Provisions in force that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn of_register(filter: Option<Box<ProvisionFilter>>, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, ..Self::of(Whose::Register, today) })
    }

    /// Provisions in force by an agency.
    #[must_use]
    pub fn of_agency(includes_subordinate: bool, today: NaiveDate) -> Self {
        Self::of(Whose::Agency { includes_subordinate }, today)
    }

    /// Provisions in force to an organization.
    #[must_use]
    pub fn of_recipient(today: NaiveDate) -> Self {
        Self::of(Whose::Recipient, today)
    }

    /// Provisions that count for a registration.
    #[must_use]
    pub fn of_registration(stated_for: Option<Vec<StatedFor>>, today: NaiveDate) -> Self {
        Self::of(Whose::Registration { stated_for }, today)
    }

    /// Provisions that a revision of a policy states.
    #[must_use]
    pub fn of_policy_revision(today: NaiveDate) -> Self {
        Self::of(Whose::PolicyRevision, today)
    }
}

impl Listing for ProvisionListing {
    type Row = provision::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let stated = Stated { table: "provision", rows: provision::Entity::find().into_query() };
        let mut rows = match &self.whose {
            Whose::Register => stated.in_force(self.today),
            Whose::Agency { includes_subordinate } => stated.for_agencies(parents, *includes_subordinate, self.today),
            Whose::Recipient => stated.for_organizations("recipient_id", parents, self.today),
            Whose::Registration { stated_for } => stated.for_registrations(parents, stated_for.as_deref(), self.today),
            Whose::PolicyRevision => {
                let mut rows = stated.rows;
                let revision = Expr::col((provision::Entity, provision::Column::PolicyRevisionId));
                rows.expr_as(revision.clone(), "parent_id").and_where(revision.is_in(parents.iter().copied()));
                rows
            }
        };
        if let Some(Ok(condition)) = self.filter.as_deref().map(ProvisionFilter::condition) {
            rows.cond_where(condition);
        }
        rows
    }

    fn order(&self) -> Order<provision::Model> {
        // Rows of one record stay together, in its order; what a file states itself comes before what its policy states.
        let of_policy = Expr::cust("CASE WHEN registration_id IS NULL THEN 1 ELSE 0 END");
        let owner = Expr::cust("COALESCE(registration_id, policy_revision_id)");
        Order {
            name: "provisions",
            is_descending: false,
            keys: vec![
                OrderKey::expression(Kind::Number, of_policy, |row| Key::Number(row.registration_id.is_none().into())),
                OrderKey::expression(Kind::Id, owner, |row| Key::Id(row.registration_id.or(row.policy_revision_id).unwrap_or_default())),
                OrderKey::column(Kind::Number, "position", |row| Key::Number(row.position.into())),
            ],
            id: |row| row.id,
        }
    }
}

impl ProvisionFilter {
    /// The filter over the columns of `provision`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: provision::Column| Expr::col((provision::Entity, column));
        let items = |filter: &ProvidedItemFilter| {
            let keys = Query::select()
                .column((provided_item::Entity, provided_item::Column::ProvisionId))
                .from(provided_item::Entity)
                .cond_where(filter.condition()?)
                .take();
            Ok::<_, Error>(among(column(provision::Column::Id), keys))
        };
        let own = all_of([
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(provision::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.recipient.as_ref().map(|filter| Ok::<_, Error>(among(column(provision::Column::RecipientId), organization_keys(filter)?))).transpose()?,
            self.material.as_ref().map(|filter| folded_text(Func::lower(column(provision::Column::Material)).into(), filter)),
            self.purpose.as_ref().map(|filter| folded_text(Func::lower(column(provision::Column::Purpose)).into(), filter)),
            self.items.as_ref().and_then(|linked| linked.some.as_deref()).map(items).transpose()?,
            self.items.as_ref().and_then(|linked| linked.none.as_deref()).map(items).transpose()?.map(negated),
            self.retention_class.as_ref().map(|filter| exact(column(provision::Column::RetentionClass), filter.words(), filter.is_null)),
            self.is_outside_purpose.map(|wanted| flag(column(provision::Column::IsOutsidePurpose), wanted)),
            self.stated_for.as_ref().and_then(super::StatedForFilter::words).map(|words| {
                let of = |which: StatedFor| words.contains(&which.as_str());
                let file = column(provision::Column::RegistrationId).is_not_null();
                let policy = column(provision::Column::PolicyRevisionId).is_not_null();
                crate::store::any_of(
                    [(of(StatedFor::DataFile), file), (of(StatedFor::Policy), policy)]
                        .into_iter()
                        .filter(|(wanted, _)| *wanted)
                        .map(|(_, is)| Condition::all().add(is)),
                )
            }),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}

impl ProvidedItemFilter {
    /// The filter over the columns of `provided_item`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a category that the tree lacks.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: provided_item::Column| Expr::col((provided_item::Entity, column));
        Ok(all_of([
            self.name.as_ref().map(|filter| folded_text(column(provided_item::Column::NameFolded), filter)),
            self.category.as_deref().map(|code| crate::collected_item::within_category(column(provided_item::Column::CategoryCode), code)).transpose()?,
            self.unique_identifier.as_ref().map(|filter| exact(column(provided_item::Column::UniqueIdentifier), filter.words(), filter.is_null)),
            self.sensitive_kind.as_ref().map(|filter| exact(column(provided_item::Column::SensitiveKind), filter.words(), filter.is_null)),
        ]))
    }
}
