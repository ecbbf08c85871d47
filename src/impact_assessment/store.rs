//! Impact assessments in the tables: lists, recording and amending.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{agency, data_file, impact_assessment, impact_assessment_data_file, impact_assessment_item, organization};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::graphql::{ImpactAssessmentFilter, ImpactAssessmentOrder, ImpactAssessmentOrderField};
use super::{AssessedFile, Assessment, Content, ImpactAssessmentInput};
use crate::access::{AuditAction, Audited, Viewer};
use crate::agency::agency_keys;
use crate::data_file::graphql::DataFileFilter;
use crate::difference::{FieldDifference, compare};
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::graphql::word;
use crate::identity::NodeType;
use crate::journal::ChangeKind;
use crate::organization::Party;
use crate::problem::Problems;
use crate::redaction::ButErased;
use crate::registration::Recorded;
use crate::source::DocumentKeys;
use crate::store::{
    Cut, EARLIEST, EARLIEST_SQL, Keepable, Key, Kind, Listing, Order, OrderKey, Write, all_of, among, combined, exact, key, linked_files, negated, number,
};
use crate::vocabulary::Vocabulary as _;

crate::identified!(impact_assessment);

crate::parts! {
    /// Files of an assessment, as it names them.
    FilesOfAssessment: impact_assessment_data_file, ImpactAssessmentId, impact_assessment_id;
    /// Items that an assessment names.
    ItemsOfAssessment: impact_assessment_item, ImpactAssessmentId, impact_assessment_id;
}

/// Records an assessment for an agency.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Agency.
    pub agency: Uuid,
    /// Files assessed, with their names as the assessment writes them.
    pub data_files: Vec<(Uuid, Option<String>)>,
    /// What is stated else.
    pub input: ImpactAssessmentInput,
}

impl Act for Recording {
    type Done = impact_assessment::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<impact_assessment::Model>> {
        let Some(agency) = agency::Entity::find_by_id(self.agency).one(write.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("agencyId", UserErrorCode::NotFound, "there is no such agency")]));
        };
        if !write.acts_for(viewer, agency.id).await? {
            return Err(Error::Forbidden);
        }
        let ids: Vec<Uuid> = self.data_files.iter().map(|(id, _)| *id).collect();
        let numbers = write.files_at_or_below(agency.id, &ids).await?;
        let mut input = ImpactAssessmentInput { agency: agency.code.clone(), ..self.input.clone() };
        for (place, ((_, name), number)) in self.data_files.iter().zip(numbers).enumerate() {
            let Some(registration_number) = number else {
                let message = format!("neither {} ({}) nor an agency below it has such a data file", agency.name, agency.code);
                return Ok((None, vec![UserProblem::new(&format!("input.dataFiles.{place}.dataFileId"), UserErrorCode::NotFound, message)]));
            };
            input.data_files.push(AssessedFile { registration_number, name_as_written: name.clone() });
        }
        let parties = write.parties_named(input.assessor.as_deref()).await?;
        let mut problems = Problems::within_path("input");
        let assessment = input.checked(&mut problems, &parties, &[]);
        if !problems.is_empty() {
            let named = |problem: UserProblem| UserProblem { path: problem.path.replace(".registrationNumber", ".dataFileId"), ..problem };
            return Ok((None, problems.found().into_iter().map(UserProblem::from).map(named).collect()));
        }
        let id = assessment.content.id();
        let stored = assessment_contents(write.txn().await?, &[id]).await?.remove(&id);
        // The same again stays as it was recorded, with its sources.
        if !stored.is_some_and(|stored| ButErased(&stored) == ButErased(&assessment.content)) {
            write.impact_assessment(&assessment, &DocumentKeys::new()).await?;
            let detail = serde_json::json!({"agency": agency.code, "dataFiles": assessment.content.data_files});
            write.audit(Some(viewer.token), Audited { action: AuditAction::ImpactAssessmentRecorded, subject: id, detail }).await?;
        }
        Ok((impact_assessment::Entity::find_by_id(id).one(write.txn().await?).await?, Vec::new()))
    }
}

impl Write {
    /// Records an assessment, or amends the one of that agency, time and files.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an agency or data file that the register lacks.
    pub async fn impact_assessment(&mut self, assessment: &Assessment, documents: &DocumentKeys) -> Result<Recorded> {
        let (id, sources) = (assessment.content.id(), &assessment.sources);
        let (recorded, content, _) = self.with_stored(assessment).await?;
        if recorded != Recorded::Unchanged {
            self.store_assessment(id, &content, recorded).await?;
            let kind = if recorded == Recorded::New { ChangeKind::ImpactAssessmentRecorded } else { ChangeKind::ImpactAssessmentAmended };
            let content = serde_json::to_value(&content).map_err(|error| Error::internal(error.to_string()))?;
            self.journal(kind, NodeType::ImpactAssessment, id, None, &content);
        }
        // A document that tells a part of it leaves the rest to those before, which stay its sources.
        let are_sources_new = if assessment.is_partial {
            self.further_sources(id, sources, documents).await?
        } else {
            self.sources(id, recorded == Recorded::New, sources, documents).await?
        };
        if are_sources_new && recorded == Recorded::Unchanged {
            self.sources_amended(NodeType::ImpactAssessment, id).await?;
        }
        Ok(recorded)
    }

    /// What recording an assessment would do, and how it would differ from what is recorded.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn assessment_compared(&mut self, assessment: &Assessment) -> Result<(Recorded, Vec<FieldDifference>)> {
        let (recorded, content, stored) = self.with_stored(assessment).await?;
        let json = |content: &Content| serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()));
        let differences = match (recorded, stored) {
            (Recorded::Amended, Some(stored)) => compare(&json(&stored)?, &json(&content)?),
            _ => Vec::new(),
        };
        Ok((recorded, differences))
    }

    /// What becomes of an assessment, the content that is to be recorded, and what is recorded of it.
    async fn with_stored(&mut self, Assessment { content, is_partial, .. }: &Assessment) -> Result<(Recorded, Content, Option<Content>)> {
        let id = content.id();
        let Some(stored) = assessment_contents(self.txn().await?, &[id]).await?.remove(&id) else {
            return Ok((Recorded::New, content.clone(), None));
        };
        let content = stored.kept_erased(content)?;
        let content = if *is_partial { content.or_as(&stored) } else { content };
        let recorded = if stored == content { Recorded::Unchanged } else { Recorded::Amended };
        Ok((recorded, content, Some(stored)))
    }

    async fn store_assessment(&mut self, id: Uuid, content: &Content, recorded: Recorded) -> Result<()> {
        let row = impact_assessment::Model {
            id,
            agency_id: self.agency_by_code(&content.agency).await?,
            year: content.year,
            assessed_from: content.assessed_from,
            assessed_until: content.assessed_until,
            trigger: content.trigger.map(|trigger| trigger.as_str().to_owned()),
            assessor_id: match &content.assessor {
                Some(assessor) => Some(self.organization(assessor).await?),
                None => None,
            },
            assessor_name: content.assessor.as_ref().map(|assessor| assessor.name.clone()),
            outcome: content.outcome.clone(),
            summary: content.summary.clone(),
            summary_url: content.summary_url.clone(),
        };
        if recorded == Recorded::New {
            self.insert([row]);
        } else {
            row.into_active_model().reset_all().update(self.txn().await?).await?;
            let before = impact_assessment_data_file::Entity::find().filter(impact_assessment_data_file::Column::ImpactAssessmentId.eq(id));
            let before = before.all(self.txn().await?).await?;
            self.unexamined.note_files(before.into_iter().map(|row| row.data_file_id));
            impact_assessment_data_file::Entity::delete_many()
                .filter(impact_assessment_data_file::Column::ImpactAssessmentId.eq(id))
                .exec(self.txn().await?)
                .await?;
            impact_assessment_item::Entity::delete_many().filter(impact_assessment_item::Column::ImpactAssessmentId.eq(id)).exec(self.txn().await?).await?;
        }
        let covered = self.data_files_by_number(content.data_files.iter().map(|file| &file.registration_number)).await?;
        let files = (0..).zip(covered).zip(&content.data_files).map(|((position, data_file_id), file)| impact_assessment_data_file::Model {
            impact_assessment_id: id,
            data_file_id,
            position,
            name_as_written: file.name_as_written.clone(),
        });
        let items = (0..).zip(&content.assessed_items);
        let items = items.map(|(position, name)| impact_assessment_item::Model { impact_assessment_id: id, position, name: name.clone() });
        self.insert(files);
        self.insert(items);
        Ok(())
    }
}

/// Content of the assessments, as it was recorded: one statement for each table, however many assessments.
///
/// # Errors
/// Those of the database.
pub async fn assessment_contents(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>> {
    let rows = impact_assessment::Entity::find().filter(impact_assessment::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let agencies = agency::Entity::find().filter(agency::Column::Id.is_in(rows.iter().map(|row| row.agency_id))).all(db).await?;
    let codes: HashMap<Uuid, String> = agencies.into_iter().map(|row| (row.id, row.code)).collect();
    let assessors = organization::Entity::find().filter(organization::Column::Id.is_in(rows.iter().filter_map(|row| row.assessor_id))).all(db).await?;
    let kinds: HashMap<Uuid, String> = assessors.into_iter().map(|row| (row.id, row.kind)).collect();
    let mut files = files(db, ids).await?;
    let mut items: HashMap<Uuid, Vec<String>> = HashMap::new();
    let item_rows = impact_assessment_item::Entity::find()
        .filter(impact_assessment_item::Column::ImpactAssessmentId.is_in(ids.iter().copied()))
        .order_by_asc(impact_assessment_item::Column::Position)
        .all(db)
        .await?;
    for row in item_rows {
        items.entry(row.impact_assessment_id).or_default().push(row.name);
    }
    let mut contents = HashMap::new();
    for row in rows {
        let assessor = match (row.assessor_id, row.assessor_name) {
            (Some(id), Some(name)) => Some(Party { name, kind: word(kinds.get(&id).map_or("", String::as_str))? }),
            _ => None,
        };
        let content = Content {
            agency: codes.get(&row.agency_id).cloned().unwrap_or_default(),
            data_files: files.remove(&row.id).unwrap_or_default(),
            year: row.year,
            assessed_from: row.assessed_from,
            assessed_until: row.assessed_until,
            trigger: row.trigger.as_deref().map(word).transpose()?,
            assessor,
            assessed_items: items.remove(&row.id).unwrap_or_default(),
            outcome: row.outcome,
            summary: row.summary,
            summary_url: row.summary_url,
        };
        contents.insert(row.id, content);
    }
    Ok(contents)
}

/// Files that the assessments cover, in order.
async fn files(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<AssessedFile>>> {
    let is_file = impact_assessment_data_file::Entity::belongs_to(data_file::Entity)
        .from(impact_assessment_data_file::Column::DataFileId)
        .to(data_file::Column::Id)
        .into();
    let rows: Vec<(Uuid, String, Option<String>)> = impact_assessment_data_file::Entity::find()
        .join(JoinType::InnerJoin, is_file)
        .select_only()
        .column(impact_assessment_data_file::Column::ImpactAssessmentId)
        .column(data_file::Column::RegistrationNumber)
        .column(impact_assessment_data_file::Column::NameAsWritten)
        .filter(impact_assessment_data_file::Column::ImpactAssessmentId.is_in(ids.iter().copied()))
        .order_by_asc(impact_assessment_data_file::Column::Position)
        .into_tuple()
        .all(db)
        .await?;
    let mut files: HashMap<Uuid, Vec<AssessedFile>> = HashMap::new();
    for (assessment, registration_number, name_as_written) in rows {
        files.entry(assessment).or_default().push(AssessedFile { registration_number, name_as_written });
    }
    Ok(files)
}

/// List of assessments: those that a filter admits, or those of a data file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImpactAssessmentListing {
    filter: Option<Box<ImpactAssessmentFilter>>,
    order: ImpactAssessmentOrder,
    today: NaiveDate,
}

impl ImpactAssessmentListing {
    /// Assessments that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type in the filter.
    pub fn of_register(filter: Option<Box<ImpactAssessmentFilter>>, order: ImpactAssessmentOrder, today: NaiveDate) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition(today)?;
        }
        Ok(Self { filter, order, today })
    }

    /// Assessments that cover a data file, latest first.
    #[must_use]
    pub fn of_data_file(today: NaiveDate) -> Self {
        Self { filter: None, order: ImpactAssessmentOrder::default(), today }
    }
}

impl Listing for ImpactAssessmentListing {
    type Row = impact_assessment::Model;
    const KEPT: Option<Keepable<Cut<Self::Row>>> = Some(Keepable::kept());
    const IS_PART: bool = true;

    fn source(&self, data_files: &[Uuid]) -> SelectStatement {
        let mut select = impact_assessment::Entity::find().into_query();
        // Checked when the list was made.
        if let Some(Ok(condition)) = self.filter.as_deref().map(|filter| filter.condition(self.today)) {
            select.cond_where(condition);
        }
        if !data_files.is_empty() {
            let covered = (impact_assessment_data_file::Entity, impact_assessment_data_file::Column::ImpactAssessmentId);
            let file = Expr::col((impact_assessment_data_file::Entity, impact_assessment_data_file::Column::DataFileId));
            select
                .expr_as(file.clone(), "parent_id")
                .inner_join(impact_assessment_data_file::Entity, Expr::col((impact_assessment::Entity, impact_assessment::Column::Id)).equals(covered))
                .and_where(file.is_in(data_files.iter().copied()));
        }
        select
    }

    fn order(&self) -> Order<impact_assessment::Model> {
        let (name, keys): (_, Vec<OrderKey<impact_assessment::Model>>) = match self.order.field {
            ImpactAssessmentOrderField::Year => (
                "impactAssessments.year",
                vec![
                    OrderKey::column_or(Kind::Number, "year", "0", |row| Key::Number(row.year.unwrap_or(0).into())),
                    OrderKey::column_or(Kind::Day, "assessed_until", EARLIEST_SQL, |row| Key::Day(row.assessed_until.unwrap_or(EARLIEST))),
                ],
            ),
        };
        Order { name, is_descending: self.order.direction.is_descending(), keys, id: |row| row.id }
    }
}

impl ImpactAssessmentFilter {
    /// The filter over the columns of `impact_assessment`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or a category that the tree lacks.
    pub fn condition(&self, today: NaiveDate) -> Result<Condition> {
        let column = |column: impact_assessment::Column| Expr::col((impact_assessment::Entity, column));
        let covering = |filter: &DataFileFilter| {
            let link = |column: impact_assessment_data_file::Column| (impact_assessment_data_file::Entity, column);
            let files = Query::select()
                .column((data_file::Entity, data_file::Column::Id))
                .from(data_file::Entity)
                .cond_where(linked_files())
                .cond_where(filter.condition(today)?)
                .take();
            let assessments = Query::select()
                .column(link(impact_assessment_data_file::Column::ImpactAssessmentId))
                .from(impact_assessment_data_file::Entity)
                .cond_where(among(Expr::col(link(impact_assessment_data_file::Column::DataFileId)), files))
                .take();
            Ok::<_, Error>(among(column(impact_assessment::Column::Id), assessments))
        };
        let own = all_of([
            self.id.as_ref().map(|filter| key(column(impact_assessment::Column::Id), filter, NodeType::ImpactAssessment)).transpose()?,
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(impact_assessment::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.data_files.as_ref().and_then(|files| files.some.as_deref()).map(covering).transpose()?,
            self.data_files.as_ref().and_then(|files| files.none.as_deref()).map(covering).transpose()?.map(negated),
            self.year.as_ref().map(|filter| number(column(impact_assessment::Column::Year), filter)),
            self.trigger.as_ref().map(|filter| exact(column(impact_assessment::Column::Trigger), filter.words(), filter.is_null)),
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), |filter| filter.condition(today))
    }

    /// Keys of the assessments that the filter admits, as a subquery.
    ///
    /// # Errors
    /// As [`ImpactAssessmentFilter::condition`].
    pub fn keys(&self, today: NaiveDate) -> Result<SelectStatement> {
        Ok(Query::select()
            .column((impact_assessment::Entity, impact_assessment::Column::Id))
            .from(impact_assessment::Entity)
            .cond_where(self.condition(today)?)
            .take())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::agency::AgencyInput;
    use crate::data_file::DataFileInput;
    use crate::organization::Parties;
    use crate::store::{PoolSettings, Store};

    const NOW: &str = "2026-11-22T00:00:00Z";

    /// A register with one agency that has two files, in a database of its own.
    async fn register(folder: &std::path::Path) -> Store {
        let store = Store::connect(&format!("sqlite:{}?mode=rwc", folder.join("register.sqlite").display()), &PoolSettings::default()).await.unwrap();
        store.migrate().await.unwrap();
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let mut write = store.write(now, Arc::new(|| [0; 32])).await.unwrap();
        let agency: AgencyInput = serde_saphyr::from_str("{code: '6110000', name: 서울특별시, type: METROPOLITAN_GOVERNMENT}").unwrap();
        write.agency(&agency).await.unwrap();
        for number in [1, 2] {
            let file = format!(
                "{{registrationNumber: 6110000-{number}, agency: '6110000', status: DISCLOSED, registrations: [{{validFrom: 2020-01-01, name: 파일 {number}}}]}}"
            );
            let file: DataFileInput = serde_saphyr::from_str(&file).unwrap();
            let mut files = [(&file, Problems::default())];
            write.data_files(&mut files, &Parties::default(), &DocumentKeys::new(), now.date_naive()).await.unwrap();
            assert!(files[0].1.is_empty(), "{:?}", files[0].1);
        }
        write.commit().await.unwrap();
        store
    }

    /// Records an assessment of both files. What became of it, and how many entries the journal got.
    async fn record(store: &Store, rest: &str) -> (Recorded, usize) {
        let files = "{registrationNumber: 6110000-2, nameAsWritten: 둘}, {registrationNumber: 6110000-1}";
        let input: ImpactAssessmentInput = serde_saphyr::from_str(&format!("{{agency: '6110000', dataFiles: [{files}], {rest}}}")).unwrap();
        let mut problems = Problems::default();
        let assessment = input.checked(&mut problems, &Parties::default(), &[]);
        assert!(problems.is_empty(), "{problems:?}");
        let mut write = store.write(NOW.parse().unwrap(), Arc::new(|| [0; 32])).await.unwrap();
        let recorded = write.impact_assessment(&assessment, &DocumentKeys::new()).await.unwrap();
        let ids: Vec<Uuid> = impact_assessment::Entity::find().all(write.txn().await.unwrap()).await.unwrap().into_iter().map(|row| row.id).collect();
        let stored = assessment_contents(write.txn().await.unwrap(), &ids).await.unwrap();
        assert!(stored.values().any(|content| *content == assessment.content), "what is read back is what was recorded: {assessment:#?} {stored:#?}");
        (recorded, write.commit().await.unwrap())
    }

    #[tokio::test]
    async fn an_assessment_is_recorded_once_and_amended() {
        let folder = tempfile::tempdir().unwrap();
        let store = register(folder.path()).await;
        assert_eq!(record(&store, "year: 2023, assessedItems: [이름, 주소]").await, (Recorded::New, 1));
        assert_eq!(record(&store, "year: 2023, assessedItems: [이름, 주소]").await, (Recorded::Unchanged, 0));
        // The assessor is an organization of its own, whose entry comes first.
        let amended = "year: 2023, assessedItems: [이름], assessor: (주)평가, trigger: SUBJECTS_1M, outcome: 적정";
        assert_eq!(record(&store, amended).await, (Recorded::Amended, 2));
        assert_eq!(record(&store, amended).await, (Recorded::Unchanged, 0));
        assert_eq!(record(&store, "assessedFrom: 2023-03-01, assessedUntil: 2023-05-31").await, (Recorded::New, 1));
    }
}
