//! Findings as the index reads them: which rules find something of which files on a day.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{data_file, finding, privacy_policy};
use sea_orm::sea_query::{Condition, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::grouped;
use crate::error::Result;
use crate::finding::FindingRuleCode;
use crate::finding::store::holding;
use crate::graphql::word;
use crate::store::Store;
use crate::vocabulary::Vocabulary as _;

impl Store {
    /// Rules of the findings that hold on a day and concern files, by file.
    pub(super) async fn rules_found(&self, files: &[Uuid], day: NaiveDate) -> Result<HashMap<Uuid, Vec<FindingRuleCode>>> {
        self.rules_of(Condition::all().add(finding::Column::DataFileId.is_in(files.iter().copied())), day).await
    }

    /// The same of files of agencies, by some rules.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::search) async fn rules_found_in(
        &self,
        agencies: &[Uuid],
        rules: &[FindingRuleCode],
        day: NaiveDate,
    ) -> Result<HashMap<Uuid, Vec<FindingRuleCode>>> {
        let of_rules = finding::Column::Rule.is_in(rules.iter().map(|rule| rule.as_str()));
        let mut found = HashMap::new();
        for agencies in agencies.chunks(10_000) {
            let of_agencies = finding::Column::AgencyId.is_in(agencies.iter().copied()).and(finding::Column::DataFileId.is_not_null());
            found.extend(self.rules_of(Condition::all().add(of_agencies).add(of_rules.clone()), day).await?);
        }
        Ok(found)
    }

    async fn rules_of(&self, which: Condition, day: NaiveDate) -> Result<HashMap<Uuid, Vec<FindingRuleCode>>> {
        let rows: Vec<(Uuid, String)> = finding::Entity::find()
            .select_only()
            .columns([finding::Column::DataFileId, finding::Column::Rule])
            .distinct()
            .filter(which)
            .filter(holding(day))
            .order_by_asc(finding::Column::Rule)
            .into_tuple()
            .all(self.db())
            .await?;
        Ok(grouped(rows.into_iter().map(|(file, rule)| Ok((file, word(&rule)?))).collect::<Result<Vec<_>>>()?))
    }

    /// Files of which a finding begins or ends to hold after one day and by another.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::search) async fn files_whose_findings_turned(&self, from: NaiveDate, until: NaiveDate) -> Result<Vec<Uuid>> {
        let turned = |column: finding::Column| column.gt(from).and(column.lte(until));
        let files = finding::Entity::find()
            .select_only()
            .column(finding::Column::DataFileId)
            .distinct()
            .filter(finding::Column::DataFileId.is_not_null())
            .filter(turned(finding::Column::Since).or(turned(finding::Column::Until)));
        Ok(files.into_tuple().all(self.db()).await?)
    }

    /// Agencies of files and of policies.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::search) async fn agencies_of(&self, files: &[Uuid], policies: &[Uuid]) -> Result<HashSet<Uuid>> {
        let mut agencies = HashSet::new();
        for files in files.chunks(10_000) {
            let of = data_file::Entity::find().select_only().column(data_file::Column::AgencyId).distinct();
            agencies.extend(of.filter(data_file::Column::Id.is_in(files.iter().copied())).into_tuple::<Uuid>().all(self.db()).await?);
        }
        for policies in policies.chunks(10_000) {
            let of = privacy_policy::Entity::find().select_only().column(privacy_policy::Column::AgencyId).distinct();
            agencies.extend(of.filter(privacy_policy::Column::Id.is_in(policies.iter().copied())).into_tuple::<Uuid>().all(self.db()).await?);
        }
        Ok(agencies)
    }
}
