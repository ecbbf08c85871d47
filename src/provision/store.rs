//! Provisions in the tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{organization, provided_item, provision};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _};
use uuid::Uuid;

use super::graphql::{ProvidedItemFilter, ProvisionFilter};
use super::{ProvidedItem, Provision};
use crate::agency::agency_keys;
use crate::collected_item::ItemCategories;
use crate::data_flow::DataFlowKind;
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::hangul;
use crate::identity::{NodeType, part_key};
use crate::legal_basis::{BasisOwner, bases_by};
use crate::organization::{Party, organization_keys};
use crate::retention::{Retention, RetentionOwner, term_rows, terms_by};
use crate::stated::{StatedBy, StatedForFilter, Whose};
use crate::store::{
    Cut, Keepable, Listing, Order, Stated, Write, all_of, among, combined, exact, flag, folded_text, linked, plain_text, record_order, stated_for,
};
use crate::vocabulary::Vocabulary as _;

crate::identified!(provision);

crate::parts! {
    /// Items of a provision.
    ItemsOfProvision: provided_item, ProvisionId, provision_id;
}

impl Write {
    /// Stores the provisions that a record states.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn provisions(&mut self, by: StatedBy, agency_id: Uuid, provisions: &[Provision]) -> Result<()> {
        let categories = ItemCategories::bundled();
        let (mut rows, mut items, mut bases, mut terms) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (position, provision) in (0i32..).zip(provisions) {
            let id = part_key(NodeType::Provision.as_str(), by.key(), position);
            rows.push(provision::Model {
                id,
                registration_id: by.registration(),
                policy_revision_id: by.policy_revision(),
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
        self.insert(rows);
        self.insert(items);
        self.insert(bases);
        self.insert(terms);
        Ok(())
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

impl ProvisionListing {
    /// Provisions of one of these, on a day.
    #[must_use]
    pub fn of(whose: Whose, today: NaiveDate) -> Self {
        Self { whose, filter: None, today }
    }

    /// Provisions in force that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn filtered(filter: Option<Box<ProvisionFilter>>, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { filter, ..Self::of(Whose::Register, today) })
    }
}

impl Listing for ProvisionListing {
    type Row = provision::Model;
    const KEPT: Option<Keepable<Cut<Self::Row>>> = Some(Keepable::kept());
    const IS_PART: bool = true;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let stated = Stated { table: "provision", rows: provision::Entity::find().into_query(), organization: "recipient_id", kind: DataFlowKind::Provision };
        let mut rows = stated.of(&self.whose, parents, self.today);
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(ProvisionFilter::condition) {
            rows.cond_where(condition);
        }
        rows
    }

    fn order(&self) -> Order<provision::Model> {
        record_order("provisions")
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
            Ok(Query::select()
                .expr(Expr::val(1))
                .from(provided_item::Entity)
                .and_where(Expr::col((provided_item::Entity, provided_item::Column::ProvisionId)).equals((provision::Entity, provision::Column::Id)))
                .cond_where(filter.condition()?)
                .take())
        };
        let own = all_of([
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(provision::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.recipient.as_ref().map(|filter| Ok::<_, Error>(among(column(provision::Column::RecipientId), organization_keys(filter)?))).transpose()?,
            self.material.as_ref().map(|filter| plain_text(column(provision::Column::Material), filter)),
            self.purpose.as_ref().map(|filter| plain_text(column(provision::Column::Purpose), filter)),
            self.items.as_ref().map(|wanted| linked(wanted.some.as_deref(), wanted.none.as_deref(), items)).transpose()?.flatten(),
            self.retention_class.as_ref().map(|filter| exact(column(provision::Column::RetentionClass), filter.words(), filter.is_null)),
            self.is_outside_purpose.map(|wanted| flag(column(provision::Column::IsOutsidePurpose), wanted)),
            self.stated_for.as_ref().and_then(StatedForFilter::words).map(|words| stated_for("provision", &words)),
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
