//! Erasing values from the tables, with the salts of the entries that told them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{
    application, application_version, change, data_file, idempotency_key, policy_revision, recommendation, redaction, registration, remedy_body, source,
};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    Set,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::place::{Place, Row, place_of};
use super::{MARK, erased_with, value_at};
use crate::access::{AuditAction, Audited, Viewer};
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::hangul;
use crate::identity::{GlobalId, NodeType, part_key};
use crate::impact_assessment::assessment_contents;
use crate::journal::ChangeKind;
use crate::journal::store::first_untrue;
use crate::policy::revision_contents;
use crate::problem::Problems;
use crate::recommendation::recommendation_contents;
use crate::registration::store::contents;
use crate::source::store::sources_content;
use crate::store::{Store, Write, text_list};
use crate::vocabulary::Vocabulary as _;

/// Erases a value from a record, and wherever the same data file or policy repeats it.
#[derive(Clone, Debug)]
pub struct Redacting {
    /// Record.
    pub record: GlobalId,
    /// Path of the value.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Act for Redacting {
    type Done = GlobalId;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<GlobalId>> {
        let refused = |path: &str, code, message: String| Ok((None, vec![UserProblem::new(path, code, message)]));
        let (of, id) = (self.record.node_type, self.record.key);
        if !matches!(of, NodeType::Registration | NodeType::PolicyRevision | NodeType::ImpactAssessment | NodeType::Recommendation) {
            let message = format!(
                "values are erased from registrations, revisions of privacy policies, impact assessments and recommendations: give the id of the record that states it, not of a {}",
                of.as_str()
            );
            return refused("nodeId", UserErrorCode::Invalid, message);
        }
        let Some(record) = record_of(write.txn().await?, of, id).await? else {
            return refused("nodeId", UserErrorCode::NotFound, "there is no such record".to_owned());
        };
        let Some(stated) = value_at(&record, &self.path) else {
            return refused(
                "path",
                UserErrorCode::NotFound,
                "the record has no value there; a path is written as `sources` and `differences` write it: officers.0.name".to_owned(),
            );
        };
        let (Some((place, _)), Some(value)) = (place_of(of, &self.path), stated.as_str()) else {
            let message = "no text stands there that can be erased: days, numbers, words of a closed set and names of bodies stay, and of a list its entries are erased one by one";
            return refused("path", UserErrorCode::Invalid, message.to_owned());
        };
        if value == MARK {
            return Ok((Some(self.record), Vec::new()));
        }
        let mut problems = Problems::default();
        let reason = problems.required_text("reason", &self.reason, 500);
        if !problems.is_empty() {
            return Ok((None, problems.found().into_iter().map(UserProblem::from).collect()));
        }
        if reason.contains(value) {
            return refused("reason", UserErrorCode::Invalid, "the reason is public, and repeats the value that is to be erased".to_owned());
        }
        let mut erased = 0;
        for sibling in write.records_beside(of, id).await? {
            let Some(record) = record_of(write.txn().await?, of, sibling).await? else { continue };
            let paths = erased_with(&record, place.pattern, value);
            if paths.is_empty() {
                continue;
            }
            if let Some(sequence) = first_untrue(write.txn().await?, sibling).await? {
                let message = format!("entry {sequence} of the journal no longer tells what is stored: `yeollam journal verify` tells more. Mend that first");
                return refused("nodeId", UserErrorCode::Conflict, message);
            }
            erased += paths.len();
            write.redact(of, sibling, &paths, &reason).await?;
        }
        write.forget_answers(value).await?;
        if of == NodeType::Registration
            && let Some(row) = registration::Entity::find_by_id(id).one(write.txn().await?).await?
        {
            write.forget_applications(row.data_file_id, value).await?;
        }
        let detail = json!({"path": self.path, "reason": reason, "values": erased});
        write.audit(Some(viewer.token), Audited { action: AuditAction::ValueRedacted, subject: id, detail }).await?;
        Ok((Some(self.record), Vec::new()))
    }
}

/// A record with where it was read, as the journal tells it when something is erased from it.
///
/// # Errors
/// Those of the database.
pub async fn record_of(db: &impl ConnectionTrait, of: NodeType, id: Uuid) -> Result<Option<Json>> {
    let content = match of {
        NodeType::Registration => contents(db, &[id]).await?.remove(&id).map(serde_json::to_value),
        NodeType::PolicyRevision => revision_contents(db, &[id]).await?.remove(&id).map(serde_json::to_value),
        NodeType::ImpactAssessment => assessment_contents(db, &[id]).await?.remove(&id).map(serde_json::to_value),
        NodeType::Recommendation => recommendation_contents(db, &[id]).await?.remove(&id).map(serde_json::to_value),
        _ => None,
    };
    let Some(mut record) = content.transpose().map_err(|error| Error::internal(error.to_string()))? else { return Ok(None) };
    let rows = source::Entity::find().filter(source::Column::NodeId.eq(id)).order_by_asc(source::Column::Position).all(db).await?;
    if let (Json::Object(fields), Json::Object(mut read)) = (&mut record, sources_content(&rows)) {
        fields.append(&mut read);
    }
    Ok(Some(record))
}

/// What the journal tells of a redaction: where, why, and the record as it stands since.
pub fn redaction_content(row: &redaction::Model, record: &Json) -> Json {
    json!({"path": row.path, "reason": row.reason, "record": record})
}

fn owner(of: NodeType) -> &'static str {
    match of {
        NodeType::PolicyRevision => "policy_revision_id",
        NodeType::ImpactAssessment => "impact_assessment_id",
        _ => "registration_id",
    }
}

impl Write {
    /// Records that may repeat what a record says: those of the same data file or policy.
    async fn records_beside(&mut self, of: NodeType, id: Uuid) -> Result<Vec<Uuid>> {
        let txn = self.txn().await?;
        Ok(match of {
            NodeType::Registration => {
                let Some(row) = registration::Entity::find_by_id(id).one(txn).await? else { return Ok(Vec::new()) };
                let beside = registration::Entity::find().filter(registration::Column::DataFileId.eq(row.data_file_id));
                beside.order_by_asc(registration::Column::Number).all(txn).await?.into_iter().map(|row| row.id).collect()
            }
            NodeType::PolicyRevision => {
                let Some(row) = policy_revision::Entity::find_by_id(id).one(txn).await? else { return Ok(Vec::new()) };
                let beside = policy_revision::Entity::find().filter(policy_revision::Column::PrivacyPolicyId.eq(row.privacy_policy_id));
                beside.order_by_asc(policy_revision::Column::Number).all(txn).await?.into_iter().map(|row| row.id).collect()
            }
            NodeType::Recommendation => recommendation::Entity::find_by_id(id).all(txn).await?.into_iter().map(|row| row.id).collect(),
            _ => vec![id],
        })
    }

    /// Erases the texts at some paths of a record, and the salts of every entry that told of it; tells the journal.
    async fn redact(&mut self, of: NodeType, id: Uuid, paths: &[String], reason: &str) -> Result<()> {
        for path in paths {
            let Some((place, indices)) = place_of(of, path) else { return Err(Error::internal(format!("{path} has no place in the tables"))) };
            self.erase(of, id, place, &indices).await?;
        }
        let mut node = (of, id, None);
        if of == NodeType::Registration {
            let row = registration::Entity::find_by_id(id).one(self.txn().await?).await?;
            let row = row.ok_or_else(|| Error::internal("a registration that was redacted is missing"))?;
            node = (NodeType::DataFile, row.data_file_id, Some(id));
            if paths.iter().any(|path| path == "name") {
                // What lists show of the registration in force.
                data_file::Entity::update_many()
                    .col_expr(data_file::Column::Name, Expr::value(MARK))
                    .col_expr(data_file::Column::NameFolded, Expr::value(hangul::folded(MARK)))
                    .filter(data_file::Column::RegistrationId.eq(id))
                    .exec(self.txn().await?)
                    .await?;
            }
        }
        self.erase_salts(id, i64::MAX).await?;
        let record = record_of(self.txn().await?, of, id).await?.ok_or_else(|| Error::internal("a record that was redacted is missing"))?;
        for path in paths {
            let row = redaction::Model { sequence: self.last_entry().0 + 1, path: path.clone(), reason: reason.to_owned() };
            self.journal(ChangeKind::ValueRedacted, node.0, node.1, node.2, &redaction_content(&row, &record));
            self.insert([row]);
        }
        Ok(())
    }

    /// Puts the mark in the place of one text.
    async fn erase(&mut self, of: NodeType, id: Uuid, place: &Place, indices: &[i32]) -> Result<()> {
        let first = indices.first().copied().unwrap_or_default();
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let part = |owner: &'static str, key: Uuid, position: i32| Condition::all().add(column(owner).eq(key)).add(column("position").eq(position));
        let row = match place.row {
            Row::Own => Condition::all().add(column("id").eq(id)),
            Row::Part => part(owner(of), id, first),
            Row::PartOf(kind, owner) => part(owner, part_key(kind, id, first), indices.get(1).copied().unwrap_or_default()),
            Row::Source => part("node_id", id, first),
            Row::Body { is_appeal } => {
                // Bodies to appeal to are kept behind the others.
                let others = remedy_body::Entity::find()
                    .filter(remedy_body::Column::PolicyRevisionId.eq(id))
                    .filter(remedy_body::Column::IsAppeal.eq(false))
                    .count(self.txn().await?)
                    .await?;
                let before = if is_appeal { i32::try_from(others).unwrap_or(i32::MAX) } else { 0 };
                part("policy_revision_id", id, before.saturating_add(first))
            }
        };
        let mut erased = MARK.to_owned();
        if place.is_list() {
            let select = Query::select().column(Alias::new(place.column)).from(Alias::new(place.table)).cond_where(row.clone()).take();
            let stored =
                self.txn().await?.query_one(&select).await?.ok_or_else(|| Error::internal(format!("{} lacks the row of {}", place.table, place.pattern)))?;
            let mut texts = text_list::read(&stored.try_get::<String>("", place.column)?);
            let last = indices.last().and_then(|index| texts.get_mut(usize::try_from(*index).ok()?));
            MARK.clone_into(last.ok_or_else(|| Error::internal(format!("{} lacks the text of {}", place.table, place.pattern)))?);
            erased = text_list::stored(&texts);
        }
        let mut update = Query::update();
        update.table(Alias::new(place.table)).value(Alias::new(place.column), erased).cond_where(row);
        if place.is_folded() {
            update.value(Alias::new("name_folded"), hangul::folded(MARK));
        }
        let done = self.txn().await?.execute(&update).await?;
        if done.rows_affected() != 1 {
            return Err(Error::internal(format!("{} has {} rows for {}", place.table, done.rows_affected(), place.pattern)));
        }
        Ok(())
    }

    /// Erases the salts of the entries before `before` that told of a record: what they told can no longer be guessed from their digests.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn erase_salts(&mut self, record: Uuid, before: i64) -> Result<()> {
        let told = Condition::any().add(change::Column::RegistrationId.eq(record)).add(change::Column::NodeId.eq(record));
        change::Entity::update_many()
            .col_expr(change::Column::Salt, Expr::value(None::<Vec<u8>>))
            .filter(told)
            .filter(change::Column::Sequence.lt(before))
            .exec(self.txn().await?)
            .await?;
        Ok(())
    }

    /// Erases a value from the answers that are kept for mutations that come again.
    async fn forget_answers(&mut self, value: &str) -> Result<()> {
        let quoted = Json::from(value).to_string();
        let rows = idempotency_key::Entity::find().filter(idempotency_key::Column::Answer.is_not_null()).all(self.txn().await?).await?;
        for row in rows {
            let Some(answer) = row.answer.as_ref().filter(|answer| answer.contains(&quoted)) else { continue };
            let erased = answer.replace(&quoted, &Json::from(MARK).to_string());
            let mut row = row.into_active_model();
            row.answer = Set(Some(erased));
            row.update(self.txn().await?).await?;
        }
        Ok(())
    }

    /// Erases a value from the applications for a data file.
    async fn forget_applications(&mut self, data_file: Uuid, value: &str) -> Result<()> {
        let rows = application::Entity::find().filter(application::Column::DataFileId.eq(data_file)).all(self.txn().await?).await?;
        for row in rows {
            let versions = application_version::Entity::find().filter(application_version::Column::ApplicationId.eq(row.id)).all(self.txn().await?).await?;
            for version in versions {
                let input = without(&version.input, value)?;
                let mut version = version.into_active_model();
                version.input = Set(input);
                version.update(self.txn().await?).await?;
            }
            let input = without(&row.input, value)?;
            let mut row = row.into_active_model();
            row.input = Set(input);
            row.update(self.txn().await?).await?;
        }
        Ok(())
    }
}

/// What an application states, with the mark in the place of each text that is the value.
fn without(input: &str, value: &str) -> Result<String> {
    fn walk(json: &mut Json, value: &str) {
        match json {
            Json::String(text) if hangul::normalised(text) == value => MARK.clone_into(text),
            Json::Array(entries) => entries.iter_mut().for_each(|entry| walk(entry, value)),
            Json::Object(fields) => fields.values_mut().for_each(|field| walk(field, value)),
            _ => {}
        }
    }
    let mut json: Json = serde_json::from_str(input).map_err(|error| Error::internal(format!("the input of an application cannot be read: {error}")))?;
    walk(&mut json, value);
    Ok(json.to_string())
}

impl Store {
    /// The last entry of the journal that erases something; 0 if there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn last_erasure(&self) -> Result<i64> {
        Ok(redaction::Entity::find().order_by_desc(redaction::Column::Sequence).one(self.db()).await?.map_or(0, |row| row.sequence))
    }
}

/// Loader key: what the entry with that sequence tells of a redaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RedactionBySequence(pub i64);

impl Loader<RedactionBySequence> for Store {
    type Value = redaction::Model;
    type Error = Error;

    async fn load(&self, keys: &[RedactionBySequence]) -> Result<HashMap<RedactionBySequence, Self::Value>> {
        let rows = redaction::Entity::find().filter(redaction::Column::Sequence.is_in(keys.iter().map(|key| key.0))).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| (RedactionBySequence(row.sequence), row)).collect())
    }
}
