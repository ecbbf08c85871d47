//! A revision of a policy against what is registered: which files, recipients and entrustees the one names and the other does not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{data_file, organization, policy_revision, policy_revision_data_file, policy_section, privacy_policy};
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use crate::data_flow::store::{StatedRow, stated_by};
use crate::difference::FieldDifference;
use crate::error::{Error, Result};
use crate::policy::register::{Named, Records, differences};
use crate::policy::{PolicySectionKind, SectionState};
use crate::store::{Store, listed_by_default, relation, rows_with};
use crate::vocabulary::Vocabulary as _;

/// Loader key: what a revision states and the register lacks, and the reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgainstRegister(pub Uuid);

fn file(row: &data_file::Model) -> Named {
    Named { key: row.id, name: format!("{} ({})", row.name, row.registration_number) }
}

impl Loader<AgainstRegister> for Store {
    type Value = Arc<Vec<FieldDifference>>;
    type Error = Error;

    async fn load(&self, keys: &[AgainstRegister]) -> Result<HashMap<AgainstRegister, Self::Value>> {
        let revisions: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let owners: Vec<(Uuid, Uuid)> = policy_revision::Entity::find()
            .select_only()
            .column(policy_revision::Column::Id)
            .column(privacy_policy::Column::AgencyId)
            .join(
                JoinType::InnerJoin,
                relation(
                    policy_revision::Entity::belongs_to(privacy_policy::Entity).from(policy_revision::Column::PrivacyPolicyId).to(privacy_policy::Column::Id),
                ),
            )
            .filter(policy_revision::Column::Id.is_in(revisions.iter().copied()))
            .into_tuple()
            .all(self.db())
            .await?;
        let agencies: Vec<Uuid> = owners.iter().map(|(_, agency)| *agency).collect::<HashSet<_>>().into_iter().collect();
        let told: HashSet<(Uuid, String)> = rows_with::<policy_section::Entity>(self.db(), policy_section::Column::PolicyRevisionId, revisions.clone())
            .await?
            .into_iter()
            .filter(|row| [SectionState::Stated, SectionState::Empty].map(SectionState::as_str).contains(&row.state.as_str()))
            .map(|row| (row.policy_revision_id, row.kind))
            .collect();
        let links = policy_revision_data_file::Entity::find()
            .filter(policy_revision_data_file::Column::PolicyRevisionId.is_in(revisions.iter().copied()))
            .order_by_asc(policy_revision_data_file::Column::Position)
            .all(self.db())
            .await?;
        let named = rows_with::<data_file::Entity>(self.db(), data_file::Column::Id, links.iter().map(|link| link.data_file_id).collect()).await?;
        let named: HashMap<Uuid, data_file::Model> = named.into_iter().map(|row| (row.id, row)).collect();
        let of_agencies = data_file::Column::AgencyId.is_in(agencies.iter().copied());
        let registered = data_file::Entity::find()
            .filter(of_agencies.or(data_file::Column::Id.is_in(named.keys().copied())))
            .filter(listed_by_default())
            .order_by_asc(data_file::Column::RunningNumber)
            .all(self.db())
            .await?;
        let (provided, entrusted) = stated_by(self.db(), &agencies).await?;
        let bodies: HashSet<Uuid> = provided.iter().chain(&entrusted).map(|row| row.organization_id).collect();
        let bodies = rows_with::<organization::Entity>(self.db(), organization::Column::Id, bodies.into_iter().collect()).await?;
        let bodies: HashMap<Uuid, String> = bodies.into_iter().map(|row| (row.id, row.name)).collect();
        let mut found = HashMap::new();
        for (revision, agency) in owners {
            let is_told = |kind: PolicySectionKind| told.contains(&(revision, kind.as_str().to_owned()));
            let covered: Vec<&data_file::Model> =
                links.iter().filter(|link| link.policy_revision_id == revision).filter_map(|link| named.get(&link.data_file_id)).collect();
            // The agency's own files, and those of others that the revision covers.
            let covered_keys: HashSet<Uuid> = covered.iter().map(|row| row.id).collect();
            let is_covered = |file: &data_file::Model| covered_keys.contains(&file.id);
            let of_either: Vec<&data_file::Model> = registered.iter().filter(|row| row.agency_id == agency || is_covered(row)).collect();
            let concerned: HashSet<Uuid> = of_either.iter().filter(|row| covered.is_empty() || is_covered(row)).map(|row| row.id).collect();
            let parties = |rows: &[StatedRow], of: &dyn Fn(&StatedRow) -> bool| -> Vec<Named> {
                let mut rows: Vec<&StatedRow> = rows.iter().filter(|row| of(row)).collect();
                rows.sort_by_key(|row| (row.registration_id, row.position));
                rows.into_iter().map(|row| Named { key: row.organization_id, name: bodies.get(&row.organization_id).cloned().unwrap_or_default() }).collect()
            };
            let by_policy = |row: &StatedRow| row.policy_revision_id == Some(revision);
            let by_files = |row: &StatedRow| row.data_file_id.is_some_and(|file| concerned.contains(&file));
            let records = [
                Records {
                    path: "dataFiles",
                    stated: covered.iter().map(|row| file(row)).collect(),
                    registered: of_either.iter().map(|row| file(row)).collect(),
                    is_told: is_told(PolicySectionKind::FileRegister) || !covered.is_empty(),
                },
                Records {
                    path: "provisions",
                    stated: parties(&provided, &by_policy),
                    registered: parties(&provided, &by_files),
                    is_told: is_told(PolicySectionKind::Provision),
                },
                Records {
                    path: "entrustments",
                    stated: parties(&entrusted, &by_policy),
                    registered: parties(&entrusted, &by_files),
                    is_told: is_told(PolicySectionKind::Entrustment),
                },
            ];
            found.insert(AgainstRegister(revision), Arc::new(records.iter().flat_map(differences).collect()));
        }
        Ok(found)
    }
}
