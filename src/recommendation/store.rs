//! Recommendations in the tables: lists, issuing, answering.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{agency, data_file, recommendation};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};
use serde_json::json;
use uuid::Uuid;

use super::{Content, LONGEST, RecommendationOutcome, day};
use crate::access::{AuditAction, Audited, Viewer};
use crate::data_file::DataFileStatus;
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::graphql::{day_in_korea, word};
use crate::identity::{NodeType, part_key};
use crate::journal::ChangeKind;
use crate::problem::Problems;
use crate::redaction::MARK;
use crate::registration::Recorded;
use crate::store::{Key, Kind, Listing, Order, OrderKey, Write, of_agencies};
use crate::vocabulary::Vocabulary as _;

crate::identified!(recommendation);

/// Issues a recommendation.
#[derive(Clone, Debug)]
pub struct Issuing {
    /// Data file.
    pub data_file: Uuid,
    /// Ground.
    pub ground: String,
    /// Day of issue; today where left out.
    pub issued_on: Option<NaiveDate>,
}

/// Answers a recommendation.
#[derive(Clone, Debug)]
pub struct Answering {
    /// Recommendation.
    pub id: Uuid,
    /// Reply.
    pub reply: String,
    /// Day of the reply; today where left out.
    pub answered_on: Option<NaiveDate>,
    /// What the agency does about it.
    pub outcome: RecommendationOutcome,
}

impl Act for Issuing {
    type Done = recommendation::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<recommendation::Model>> {
        let Some(file) = data_file::Entity::find_by_id(self.data_file).one(write.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("dataFileId", UserErrorCode::NotFound, "there is no such data file")]));
        };
        if file.status == DataFileStatus::Destroyed.as_str() {
            let message = "the data file was destroyed: there is nothing to improve any more";
            return Ok((None, vec![UserProblem::new("dataFileId", UserErrorCode::Conflict, message)]));
        }
        let mut problems = Problems::within_path("input");
        let ground = problems.required_text("ground", &self.ground, LONGEST);
        let issued_on = day(&mut problems, "issuedOn", self.issued_on, None, day_in_korea(write.now()));
        if !problems.is_empty() {
            return Ok((None, problems.found().into_iter().map(UserProblem::from).collect()));
        }
        let issued = write.issued_about(file.id).await?;
        // The same again: a client that did not hear the answer.
        if let Some(row) = issued.iter().find(|row| row.ground == ground && row.issued_on == issued_on) {
            return Ok((Some(row.clone()), Vec::new()));
        }
        let number = issued.last().map_or(0, |last| last.number) + 1;
        let row = recommendation::Model {
            id: part_key(NodeType::Recommendation.as_str(), file.id, number),
            data_file_id: file.id,
            number,
            agency_id: file.agency_id,
            ground,
            issued_on,
            reply: None,
            answered_on: None,
            outcome: None,
        };
        write.insert([row.clone()]);
        write.recommendation_by(&row, ChangeKind::RecommendationIssued, AuditAction::RecommendationIssued, viewer).await?;
        Ok((Some(row), Vec::new()))
    }
}

impl Act for Answering {
    type Done = recommendation::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<recommendation::Model>> {
        let Some(row) = recommendation::Entity::find_by_id(self.id).one(write.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("id", UserErrorCode::NotFound, "there is no such recommendation")]));
        };
        // Whoever operates the data file now answers: after a reorganisation, the successor.
        let file = data_file::Entity::find_by_id(row.data_file_id).one(write.txn().await?).await?;
        let file = file.ok_or_else(|| Error::internal("a recommendation is about a data file that is missing"))?;
        if !write.acts_for(viewer, file.agency_id).await? {
            return Err(Error::Forbidden);
        }
        let mut problems = Problems::within_path("input");
        let new = recommendation::Model {
            reply: Some(problems.required_text("reply", &self.reply, LONGEST)),
            answered_on: Some(day(&mut problems, "answeredOn", self.answered_on, Some(row.issued_on), day_in_korea(write.now()))),
            outcome: Some(self.outcome.as_str().to_owned()),
            ..row.clone()
        };
        if !problems.is_empty() {
            return Ok((Some(row), problems.found().into_iter().map(UserProblem::from).collect()));
        }
        if new != row {
            new.clone().into_active_model().reset_all().update(write.txn().await?).await?;
            write.recommendation_by(&new, ChangeKind::RecommendationAnswered, AuditAction::RecommendationAnswered, viewer).await?;
        }
        Ok((Some(new), Vec::new()))
    }
}

impl Write {
    /// Records a recommendation as a document states it, or the reply to one that is there.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a data file or an agency that the register lacks.
    pub async fn stated_recommendation(&mut self, stated: &Content) -> Result<Recorded> {
        let data_file_id = self.data_files_by_number([&stated.data_file]).await?.first().copied();
        let data_file_id = data_file_id.ok_or_else(|| Error::internal("a data file that was looked up is missing"))?;
        let issued = self.issued_about(data_file_id).await?;
        // What was erased is taken for the same, and stays erased.
        let says = |recorded: &str, stated: &str| recorded == stated || recorded == MARK;
        let known = issued.iter().find(|row| row.issued_on == stated.issued_on && says(&row.ground, &stated.ground));
        let replied = |row: recommendation::Model| recommendation::Model {
            reply: if row.reply.as_deref() == Some(MARK) { row.reply } else { stated.reply.clone() },
            answered_on: stated.answered_on,
            outcome: stated.outcome.map(|outcome| outcome.as_str().to_owned()),
            ..row
        };
        let number = issued.last().map_or(0, |last| last.number) + 1;
        let (recorded, row) = match known {
            // A document that does not know the reply yet takes none away.
            Some(row) if stated.outcome.is_none() || replied(row.clone()) == *row => return Ok(Recorded::Unchanged),
            Some(row) => {
                let row = replied(row.clone());
                row.clone().into_active_model().reset_all().update(self.txn().await?).await?;
                (Recorded::Amended, row)
            }
            None => {
                let row = replied(recommendation::Model {
                    id: part_key(NodeType::Recommendation.as_str(), data_file_id, number),
                    data_file_id,
                    number,
                    agency_id: self.agency_by_code(&stated.agency).await?,
                    ground: stated.ground.clone(),
                    issued_on: stated.issued_on,
                    reply: None,
                    answered_on: None,
                    outcome: None,
                });
                self.insert([row.clone()]);
                (Recorded::New, row)
            }
        };
        let is_answered = row.outcome.is_some();
        self.recommendation(&row, if is_answered { ChangeKind::RecommendationAnswered } else { ChangeKind::RecommendationIssued }).await?;
        Ok(recorded)
    }

    /// The recommendations about a data file, in the order of their numbers.
    async fn issued_about(&mut self, data_file: Uuid) -> Result<Vec<recommendation::Model>> {
        let issued = recommendation::Entity::find().filter(recommendation::Column::DataFileId.eq(data_file)).order_by_asc(recommendation::Column::Number);
        Ok(issued.all(self.txn().await?).await?)
    }

    /// Tells the journal of a recommendation as it stands now, and answers how that is.
    async fn recommendation(&mut self, row: &recommendation::Model, kind: ChangeKind) -> Result<Content> {
        let content = recommendation_contents(self.txn().await?, &[row.id]).await?.remove(&row.id);
        let content = content.ok_or_else(|| Error::internal("a recommendation that was just stored is missing"))?;
        let json = serde_json::to_value(&content).map_err(|error| Error::internal(error.to_string()))?;
        self.journal(kind, NodeType::Recommendation, row.id, None, &json);
        Ok(content)
    }

    /// Tells both logs of a recommendation that was issued or answered.
    async fn recommendation_by(&mut self, row: &recommendation::Model, kind: ChangeKind, action: AuditAction, viewer: &Viewer) -> Result<()> {
        let content = self.recommendation(row, kind).await?;
        let detail = json!({"dataFile": content.data_file, "agency": content.agency, "outcome": row.outcome});
        self.audit(Some(viewer.token), Audited { action, subject: row.id, detail }).await
    }
}

/// Contents of recommendations as they are recorded, by key: one statement for each table, however many.
///
/// # Errors
/// Those of the database.
pub async fn recommendation_contents(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Content>> {
    let rows = recommendation::Entity::find().filter(recommendation::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let agencies = agency::Entity::find().filter(agency::Column::Id.is_in(rows.iter().map(|row| row.agency_id))).all(db).await?;
    let codes: HashMap<Uuid, String> = agencies.into_iter().map(|row| (row.id, row.code)).collect();
    let files = data_file::Entity::find().filter(data_file::Column::Id.is_in(rows.iter().map(|row| row.data_file_id))).all(db).await?;
    let numbers: HashMap<Uuid, String> = files.into_iter().map(|row| (row.id, row.registration_number)).collect();
    let content = |row: recommendation::Model| {
        let content = Content {
            data_file: numbers.get(&row.data_file_id).cloned().unwrap_or_default(),
            agency: codes.get(&row.agency_id).cloned().unwrap_or_default(),
            ground: row.ground,
            issued_on: row.issued_on,
            reply: row.reply,
            answered_on: row.answered_on,
            outcome: row.outcome.as_deref().map(word).transpose()?,
        };
        Ok((row.id, content))
    };
    rows.into_iter().map(content).collect()
}

/// List of recommendations, the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecommendationListing {
    /// Those about a data file.
    OfDataFile,
    /// Those issued to an agency, or to it and the agencies below it.
    OfAgency {
        /// Whether those of the agencies below it count too.
        includes_subordinate: bool,
    },
}

impl Listing for RecommendationListing {
    type Row = recommendation::Model;

    fn source(&self, parents: &[Uuid]) -> SelectStatement {
        let mut select = recommendation::Entity::find().into_query();
        match self {
            Self::OfDataFile => {
                let file = Expr::col((recommendation::Entity, recommendation::Column::DataFileId));
                select.expr_as(file.clone(), "parent_id").and_where(file.is_in(parents.iter().copied()));
            }
            Self::OfAgency { includes_subordinate } => of_agencies(&mut select, ("recommendation", "agency_id"), parents, *includes_subordinate),
        }
        select
    }

    fn order(&self) -> Order<recommendation::Model> {
        let keys = vec![
            OrderKey::column(Kind::Day, "issued_on", |row: &recommendation::Model| Key::Day(row.issued_on)),
            OrderKey::column(Kind::Number, "number", |row: &recommendation::Model| Key::Number(row.number.into())),
        ];
        Order { name: "recommendations", is_descending: true, keys, id: |row| row.id }
    }
}
