//! Imports in the tables: begun, seen at work, ended, read by whoever may; and the names of agencies that sheets give.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{agency, agency_alias, agency_ancestor, data_file, import, import_message, import_source, registration, source_document};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait as _, EntityTrait as _, JoinType, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use serde_json::json;
use uuid::Uuid;

use super::agencies::AgencyNames;
use super::message::{ImportPolicy, ImportStatus, Message};
use super::policy::PolicyAgency;
use super::run::Counts;
use crate::access::{AuditAction, Audited, Role, Viewer};
use crate::agency::AgencyStatus;
use crate::data_file::DataFileStatus;
use crate::error::Result;
use crate::graphql::word;
use crate::hangul;
use crate::identity::{NodeType, derived_key, part_key};
use crate::store::{Key, Kind, Listing, Order, OrderKey, Store, Write};
use crate::vocabulary::Vocabulary as _;

crate::identified!(import);

crate::parts! {
    /// Documents that an import read, in order.
    SourcesOfImport: import_source, ImportId, import_id;
}

/// Time after which a run that was not seen at work is taken for lost.
const LOST: TimeDelta = TimeDelta::seconds(60);

/// A document that is about to be read.
#[derive(Clone, Debug)]
pub struct ReadDocument {
    /// Name.
    pub name: String,
    /// SHA-256: 64 hexadecimal digits.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ending<'e> {
    /// Status.
    pub status: ImportStatus,
    /// What became of what the documents state.
    pub counts: Counts,
    /// What there is to say of it.
    pub messages: &'e [Message],
}

impl Write {
    /// Notes that a run begins. `viewer` is whoever sent the documents; `None` for the command line.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn import_begun(&mut self, viewer: Option<&Viewer>, policy: ImportPolicy, is_dry_run: bool, documents: &[ReadDocument]) -> Result<Uuid> {
        let id = derived_key(NodeType::Import.as_str(), &[&self.salt()]);
        let now = self.now();
        self.insert([import::Model {
            id,
            token_id: viewer.map(|viewer| viewer.token),
            agency_id: viewer.and_then(|viewer| viewer.agency),
            status: ImportStatus::Running.as_str().to_owned(),
            policy: policy.as_str().to_owned(),
            is_dry_run,
            new_count: 0,
            amended_count: 0,
            unchanged_count: 0,
            rejected_count: 0,
            started_at: now,
            seen_at: now,
            finished_at: None,
        }]);
        self.insert((0..).zip(documents).map(|(position, document)| import_source::Model {
            import_id: id,
            position,
            name: document.name.clone(),
            sha256: document.sha256.clone(),
            bytes: i64::try_from(document.bytes).unwrap_or(i64::MAX),
        }));
        let names: Vec<&str> = documents.iter().map(|document| document.name.as_str()).collect();
        let detail = json!({"policy": policy, "isDryRun": is_dry_run, "documents": names});
        self.audit(viewer.map(|viewer| viewer.token), Audited { action: AuditAction::ImportStarted, subject: id, detail }).await?;
        Ok(id)
    }

    /// Notes how a run ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn import_ended(&mut self, id: Uuid, viewer: Option<&Viewer>, ending: &Ending<'_>) -> Result<()> {
        let Ending { status, counts, messages } = ending;
        let (now, [new, amended, unchanged, rejected]) = (self.now(), counts.as_columns());
        import::Entity::update_many()
            .col_expr(import::Column::Status, Expr::val(status.as_str()))
            .col_expr(import::Column::NewCount, Expr::val(new))
            .col_expr(import::Column::AmendedCount, Expr::val(amended))
            .col_expr(import::Column::UnchangedCount, Expr::val(unchanged))
            .col_expr(import::Column::RejectedCount, Expr::val(rejected))
            .col_expr(import::Column::SeenAt, Expr::val(now))
            .col_expr(import::Column::FinishedAt, Expr::val(now))
            .filter(import::Column::Id.eq(id))
            .exec(self.txn().await?)
            .await?;
        self.insert((0..).zip(*messages).map(|(position, message)| import_message::Model {
            id: part_key("ImportMessage", id, position),
            import_id: id,
            position,
            document: message.document.clone(),
            place: message.place.clone(),
            phase: message.phase.as_str().to_owned(),
            severity: message.severity.as_str().to_owned(),
            code: message.code.clone(),
            text: message.text.clone(),
        }));
        let detail = json!({"status": status, "new": new, "amended": amended, "unchanged": unchanged, "rejected": rejected});
        self.audit(viewer.map(|viewer| viewer.token), Audited { action: AuditAction::ImportFinished, subject: id, detail }).await
    }
}

impl Write {
    /// What the register holds of the files of an agency, for a policy or a sheet of assessments to be read with.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn policy_agency(&mut self, code: &str, name: &str) -> Result<PolicyAgency> {
        let mut agency = PolicyAgency { code: code.to_owned(), name: name.to_owned(), ..PolicyAgency::default() };
        let Some(row) = agency::Entity::find().filter(agency::Column::Code.eq(code)).one(self.txn().await?).await? else { return Ok(agency) };
        let is_in_force = data_file::Entity::belongs_to(registration::Entity).from(data_file::Column::RegistrationId).to(registration::Column::Id).into();
        let files: Vec<(String, String, String, Option<String>)> = data_file::Entity::find()
            .join(JoinType::InnerJoin, is_in_force)
            .filter(data_file::Column::AgencyId.eq(row.id))
            .filter(data_file::Column::Status.ne(DataFileStatus::Destroyed.as_str()))
            .order_by_asc(data_file::Column::RunningNumber)
            .select_only()
            .columns([data_file::Column::Name, data_file::Column::RegistrationNumber, data_file::Column::Status])
            .column(registration::Column::InformationSystem)
            .into_tuple()
            .all(self.txn().await?)
            .await?;
        for (name, number, status, system) in files {
            if let Some(system) = system {
                agency.systems.entry(hangul::compact(&system)).or_default().push(number.clone());
            }
            agency.files.insert(hangul::compact(&name), (number, word(&status)?));
        }
        // Numbers stay with their files wherever those go: the last one may be another agency's now.
        let number = Expr::col((data_file::Entity, data_file::Column::RegistrationNumber));
        let issued = data_file::Entity::find()
            .filter(number.clone().gte(format!("{code}-")).and(number.lt(format!("{code}."))))
            .order_by_desc(data_file::Column::RunningNumber)
            .one(self.txn().await?)
            .await?;
        agency.last_number = issued.map_or(0, |file| file.running_number);
        Ok(agency)
    }

    /// When a document of that content was read first, if it was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn first_read(&mut self, sha256: &str) -> Result<Option<DateTime<Utc>>> {
        let documents = source_document::Entity::find().filter(source_document::Column::Sha256.eq(sha256)).order_by_asc(source_document::Column::ReadAt);
        Ok(documents.one(self.txn().await?).await?.map(|row| row.read_at))
    }
}

impl Store {
    /// Notes that a run is at work, and how far it is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn import_seen(&self, id: Uuid, counts: &Counts, now: DateTime<Utc>) -> Result<()> {
        let [new, amended, unchanged, rejected] = counts.as_columns();
        import::Entity::update_many()
            .col_expr(import::Column::NewCount, Expr::val(new))
            .col_expr(import::Column::AmendedCount, Expr::val(amended))
            .col_expr(import::Column::UnchangedCount, Expr::val(unchanged))
            .col_expr(import::Column::RejectedCount, Expr::val(rejected))
            .col_expr(import::Column::SeenAt, Expr::val(now))
            .filter(import::Column::Id.eq(id))
            .filter(import::Column::Status.eq(ImportStatus::Running.as_str()))
            .exec(self.db())
            .await?;
        Ok(())
    }

    /// Notes that a run is at work, however long its present step takes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn import_alive(&self, id: Uuid, now: DateTime<Utc>) -> Result<()> {
        import::Entity::update_many().col_expr(import::Column::SeenAt, Expr::val(now)).filter(import::Column::Id.eq(id)).exec(self.db()).await?;
        Ok(())
    }

    /// Marks runs as interrupted whose process is gone: nobody saw them at work for a minute. Answers how many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn interrupt_lost_imports(&self, now: DateTime<Utc>) -> Result<u64> {
        let lost = import::Column::Status.eq(ImportStatus::Running.as_str()).and(import::Column::SeenAt.lt(now - LOST));
        if import::Entity::find().filter(lost.clone()).count(self.db()).await? == 0 {
            return Ok(0);
        }
        let marked = import::Entity::update_many()
            .col_expr(import::Column::Status, Expr::val(ImportStatus::Interrupted.as_str()))
            .col_expr(import::Column::FinishedAt, Expr::val(now))
            .filter(lost)
            .exec(self.db())
            .await?;
        Ok(marked.rows_affected)
    }

    /// The import, if the viewer may see it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn import_for(&self, viewer: &Viewer, id: Uuid) -> Result<Option<import::Model>> {
        let Some(row) = import::Entity::find_by_id(id).one(self.db()).await? else { return Ok(None) };
        let is_seen = match (viewer.role, viewer.agency, row.agency_id) {
            (Role::Regulator | Role::Admin, ..) => true,
            (Role::Agency, Some(own), Some(agency)) => agency_ancestor::Entity::find_by_id((agency, own)).count(self.db()).await? > 0,
            _ => false,
        };
        Ok(Some(row).filter(|_| is_seen))
    }

    /// The names of all agencies, as sheets may give them. With `below`, which of them are that agency or below it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn agency_names(&self) -> Result<AgencyNames> {
        let rows = agency::Entity::find().all(self.db()).await?;
        let codes: HashMap<Uuid, String> = rows.iter().map(|row| (row.id, row.code.clone())).collect();
        let mut names = AgencyNames::default();
        for row in rows {
            let spellings = [Some(row.name_folded.clone()), row.short_name.as_deref().map(hangul::folded)];
            names.know(&row.code, &row.name, row.status == AgencyStatus::Active.as_str(), spellings.into_iter().flatten());
        }
        for alias in agency_alias::Entity::find().all(self.db()).await? {
            if let Some(code) = codes.get(&alias.agency_id) {
                names.also(code, alias.name_folded);
            }
        }
        Ok(names)
    }

    /// Codes of an agency and of all below it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn codes_at_or_below(&self, agency: Uuid) -> Result<HashSet<String>> {
        let below = agency_ancestor::Entity::find()
            .select_only()
            .column(agency_ancestor::Column::AgencyId)
            .filter(agency_ancestor::Column::AncestorId.eq(agency))
            .into_query();
        let rows = agency::Entity::find().filter(agency::Column::Id.in_subquery(below)).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| row.code).collect())
    }

    /// Key of the agency with that code, if there is one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn agency_coded(&self, code: &str) -> Result<Option<Uuid>> {
        Ok(agency::Entity::find().filter(agency::Column::Code.eq(code)).one(self.db()).await?.map(|row| row.id))
    }
}

/// What imports have to say, in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportMessageListing;

impl Listing for ImportMessageListing {
    type Row = import_message::Model;

    fn source(&self, imports: &[Uuid]) -> SelectStatement {
        let import = Expr::col((import_message::Entity, import_message::Column::ImportId));
        let mut select = import_message::Entity::find().into_query();
        select.expr_as(import.clone(), "parent_id").and_where(import.is_in(imports.iter().copied()));
        select
    }

    fn order(&self) -> Order<import_message::Model> {
        Order {
            name: "import.messages",
            is_descending: false,
            keys: vec![OrderKey::column(Kind::Number, "position", |row| Key::Number(row.position.into()))],
            id: |row| row.id,
        }
    }
}
