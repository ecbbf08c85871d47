//! A mirror: the register of another yeollam, made from its exported journal (docs/adr/0012).
//!
//! The lines are read several times. First the chain is checked, without a write. Then the rows are stored, those that others refer to before those that refer to them: a line has what its entry told as it was
//! when the journal was exported, which may refer to what later lines bring. At last what was stored is compared with the entries' digests. All of it in one transaction.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{BufRead, Error as IoError};

use chrono::{DateTime, Utc};
use entity::{agency, agency_alias, agency_ancestor, change, impact_assessment_data_file, impact_assessment_item, organization, source};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelBehavior, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable as _, ModelTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use uuid::Uuid;

use super::content::entries_after;
use super::line::{FORMAT, Line, bytes};
use super::verify::{Proof, Unproven, check_link, hex, proven};
use crate::error::Error;
use crate::journal::ChangeKind;
use crate::store::{Salts, Store, Write};
use crate::vocabulary::Vocabulary as _;

/// Rows that are stored at once.
const BATCH: usize = 2_000;

/// Tables whose rows are stored in each reading of the lines, those that others refer to first.
const READINGS: [&[&str]; 3] = [
    &["agency", "statute", "source_document"],
    &["agency_alias", "succession", "statute_alias", "organization", "organization_name", "data_file", "privacy_policy"],
    &[
        "registration",
        "policy_revision",
        "impact_assessment",
        "collected_item",
        "access_restriction",
        "provision",
        "entrustment",
        "video_device",
        "legal_basis",
        "retention_term",
        "provided_item",
        "sub_entrustee",
        "impact_assessment_data_file",
        "impact_assessment_item",
        "recommendation",
        "redaction",
        "policy_revision_data_file",
        "policy_section",
        "privacy_label",
        "policy_item",
        "privacy_officer",
        "right_procedure",
        "remedy_body",
        "safeguard",
        "disposal_method",
        "auto_collection",
        "incoming_entrustment",
        "source",
    ],
];

/// What was mirrored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Entries that the register had already.
    pub known: i64,
    /// Entries that are new.
    pub new: i64,
    /// Sequence of the last entry now.
    pub sequence: i64,
    /// Its hash.
    pub head: [u8; 32],
}

impl fmt::Display for Mirrored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  entries             {} new, {} there already", self.new, self.known)?;
        write!(f, "  the journal goes to {}, hash {}", self.sequence, hex(&self.head))
    }
}

/// Why nothing was mirrored.
#[derive(Debug)]
pub enum Refused {
    /// The lines cannot be read.
    Unreadable(IoError),
    /// A line, by its number, with what is wrong and how to mend it.
    Line(u64, String),
    /// What the lines brought does not match their entries.
    Unproven(Unproven),
    /// The database.
    Store(Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            Self::Line(number, what) => write!(f, "line {number}: {what}"),
            Self::Unproven(Unproven::Broken(broken)) => {
                write!(
                    f,
                    "{broken}. The file was changed after it was exported, or its register is broken: `yeollam journal verify` there tells. Export it again"
                )
            }
            Self::Unproven(unproven) => unproven.fmt(f),
            Self::Store(error) => f.write_str(&error.chain()),
        }?;
        f.write_str("\nNothing was recorded.")
    }
}

impl std::error::Error for Refused {}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<sea_orm::DbErr> for Refused {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Opens the lines from their beginning.
pub type Lines<'a> = dyn Fn() -> Result<Box<dyn BufRead + Send>, IoError> + Send + Sync + 'a;

impl Store {
    /// Appends an exported journal to this register, which must be empty or hold the beginning of the same journal. Everything, or nothing.
    ///
    /// # Errors
    /// What is wrong with the lines, or why they cannot follow what is here; those of the database.
    pub async fn mirror(&self, lines: &Lines<'_>, now: DateTime<Utc>, salts: Salts) -> Result<Mirrored, Refused> {
        let mut write = self.write(now, salts).await?;
        let (head, hash) = write.last_entry();
        let links = check_chain(&mut write, lines, head, hash).await?;
        if links.entries == head {
            return Ok(Mirrored { known: links.known, new: 0, sequence: head, head: hash });
        }
        let mut later = Later::default();
        for (reading, tables) in READINGS.iter().enumerate() {
            let mut batch = Batch::default();
            let mut source = Reader::new(lines)?;
            while let Some((number, mut line)) = source.next()? {
                if line.sequence <= head {
                    continue;
                }
                if reading == 0 {
                    let known = |table: &String| READINGS.iter().any(|tables| tables.contains(&table.as_str()));
                    if let Some(other) = line.rows.keys().find(|table| !known(table)) {
                        return Err(Refused::Line(
                            number,
                            format!("it has rows of `{other}`, which this version of the program does not know; use the version that exported it"),
                        ));
                    }
                }
                for table in *tables {
                    batch.add(number, table, line.rows.remove(*table).unwrap_or_default());
                }
                batch.owners.insert(line.node_id);
                if reading + 1 == READINGS.len() {
                    let entry = line.entry().ok_or_else(|| Refused::Line(number, "its digest, hash or salt is not hexadecimal".to_owned()))?;
                    if entry.kind == ChangeKind::ValueRedacted.as_str() {
                        later.erased.push((entry.registration_id.unwrap_or(entry.node_id), entry.sequence));
                    }
                    batch.entries.push(entry);
                }
                if batch.rows >= BATCH {
                    std::mem::take(&mut batch).store(&mut write, tables, &mut later).await?;
                }
            }
            batch.store(&mut write, tables, &mut later).await?;
            if reading == 0 && !later.parents.is_empty() {
                place_agencies(&mut write, &later.parents).await?;
            }
        }
        for (id, into) in later.merged {
            let merged = organization::Entity::update_many().col_expr(organization::Column::MergedIntoId, Expr::value(into));
            merged.filter(organization::Column::Id.eq(id)).exec(write.txn().await?).await?;
        }
        // What was erased there is erased here, whenever it came: the rows are, and so must be the salts.
        for (record, sequence) in later.erased {
            write.erase_salts(record, sequence).await?;
        }
        let proof = Proof { entries: head, head: hash, ..Proof::default() };
        let proof = proven(write.txn().await?, proof, i64::MAX).await.map_err(Refused::Unproven)?;
        write.commit().await?;
        self.refresh_statistics().await?;
        self.let_go().await?;
        Ok(Mirrored { known: links.known, new: proof.entries - head, sequence: proof.entries, head: proof.head })
    }
}

/// How far the lines lead.
struct Links {
    known: i64,
    entries: i64,
}

/// Checks that the lines are whole, follow each other, and follow the head of this register or agree with it.
async fn check_chain(write: &mut Write, lines: &Lines<'_>, head: i64, hash: [u8; 32]) -> Result<Links, Refused> {
    let mut source = Reader::new(lines)?;
    let mut last: Option<(i64, [u8; 32], i64)> = None;
    let (mut known, mut ours): (i64, HashMap<i64, Vec<u8>>) = (0, HashMap::new());
    while let Some((number, line)) = source.next()? {
        let refuse = |what: String| Err(Refused::Line(number, what));
        let (Some(entry), Some(before)) = (line.entry(), bytes(&line.before)) else {
            return refuse("its digest, hash or salt is not hexadecimal of 32 bytes".to_owned());
        };
        let (sequence, expected, through) = match last {
            Some(last) => last,
            None if line.sequence > head + 1 => {
                let first = line.sequence;
                return refuse(format!("it is entry {first}, and this register goes to {head}: there is a gap. Export again with `--after {head}`"));
            }
            None => (line.sequence - 1, if line.sequence == head + 1 { hash } else { before }, line.through),
        };
        if line.sequence != sequence + 1 {
            return refuse(format!("it is entry {}, and {} should follow: lines are missing or out of order. Export again", line.sequence, sequence + 1));
        }
        if line.through != through {
            return refuse(format!(
                "it is of an export through entry {}, and the lines before of one through {through}. Import one export after the other",
                line.through
            ));
        }
        if before != expected {
            if last.is_none() {
                let (before, ours) = (hex(&before), hex(&expected));
                return refuse(format!(
                    "it follows an entry {head} with the hash {before}, and entry {head} of this register has {ours}: it is the journal of another register. A mirror begins empty"
                ));
            }
            return refuse(format!("it does not follow the line before, whose hash is {}. Export again", hex(&expected)));
        }
        check_link(&entry, sequence, &before).map_err(|broken| Refused::Unproven(Unproven::Broken(broken)))?;
        if line.sequence <= head {
            if !ours.contains_key(&line.sequence) {
                let page = entries_after(write.txn().await?, sequence, head, 500).await?;
                ours = page.into_iter().map(|entry| (entry.sequence, entry.hash)).collect();
            }
            if ours.get(&line.sequence) != Some(&entry.hash) {
                let ours = ours.get(&line.sequence).map(|hash| hex(hash)).unwrap_or_default();
                return refuse(format!(
                    "entry {} has the hash {} there and {ours} here: it is the journal of another register. A mirror begins empty",
                    line.sequence, line.hash
                ));
            }
            known += 1;
        }
        last = Some((line.sequence, bytes(&line.hash).unwrap_or_default(), through));
    }
    let Some((sequence, _, through)) = last else { return Ok(Links { known, entries: head }) };
    if sequence != through {
        let what = format!("it is entry {sequence}, and the export goes through {through}: the file was cut off. Copy it whole, or export again");
        return Err(Refused::Line(source.number, what));
    }
    Ok(Links { known, entries: sequence.max(head) })
}

/// Lines one by one.
struct Reader {
    lines: Box<dyn BufRead + Send>,
    number: u64,
}

impl Reader {
    fn new(lines: &Lines<'_>) -> Result<Self, Refused> {
        Ok(Self { lines: lines().map_err(Refused::Unreadable)?, number: 0 })
    }

    fn next(&mut self) -> Result<Option<(u64, Line)>, Refused> {
        let mut text = String::new();
        if self.lines.read_line(&mut text).map_err(Refused::Unreadable)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if !text.ends_with('\n') {
            return Err(Refused::Line(number, "it ends without a line break: the file was cut off. Copy it whole, or export again".to_owned()));
        }
        // Looked at first, so that the line of a later format is told from one that is broken.
        let json: Json = serde_json::from_str(&text).map_err(|error| {
            Refused::Line(number, format!("it is no JSON from column {} on. Is it a file that `yeollam journal export` wrote?", error.column()))
        })?;
        if json.get("format").and_then(Json::as_str) != Some(FORMAT) {
            return Err(Refused::Line(number, format!("its format is not `{FORMAT}`. Is it a file that `yeollam journal export` of this version wrote?")));
        }
        let line = serde_json::from_value(json).map_err(|error| Refused::Line(number, format!("it is no entry: {error}. Export again")))?;
        Ok(Some((number, line)))
    }
}

/// What is done when all rows are stored: references among rows of one table, and what was erased.
#[derive(Default)]
struct Later {
    /// Superiors of agencies.
    parents: HashMap<Uuid, Option<Uuid>>,
    /// What organizations were merged into.
    merged: Vec<(Uuid, Uuid)>,
    /// Records from which something was erased, with the entry that tells of it.
    erased: Vec<(Uuid, i64)>,
}

/// Rows that wait to be stored.
#[derive(Default)]
struct Batch {
    tables: HashMap<&'static str, Vec<(u64, Json)>>,
    rows: usize,
    /// Nodes whose parts are stored anew.
    owners: HashSet<Uuid>,
    entries: Vec<change::Model>,
}

impl Batch {
    fn add(&mut self, line: u64, table: &'static str, rows: Vec<Json>) {
        self.rows += rows.len() + 1;
        if !rows.is_empty() {
            self.tables.entry(table).or_default().extend(rows.into_iter().map(|row| (line, row)));
        }
    }

    /// Stores the rows of the tables in their order, then the entries.
    async fn store(mut self, write: &mut Write, tables: &[&'static str], later: &mut Later) -> Result<(), Refused> {
        let owners: Vec<Uuid> = self.owners.into_iter().collect();
        for table in tables {
            let rows = self.tables.remove(table).unwrap_or_default();
            /// Stores the rows of the table that bears this name. Parts of what is amended are stored anew: those that are no longer there go.
            macro_rules! stored {
                ($($name:ident $(replaces $column:ident)?),+ $(,)?) => {
                    match *table {
                        $(stringify!($name) => {
                            $(for owners in owners.chunks(BATCH) {
                                $name::Entity::delete_many().filter($name::Column::$column.is_in(owners.iter().copied())).exec(write.txn().await?).await?;
                            })?
                            upsert::<entity::$name::Entity>(write.txn().await?, parsed::<entity::$name::Entity>(table, rows)?).await?;
                        })+
                        // So may an organization be merged into one.
                        "organization" => {
                            let mut organizations = parsed::<organization::Entity>(table, rows)?;
                            for row in &mut organizations {
                                later.merged.extend(row.merged_into_id.take().map(|into| (row.id, into)));
                            }
                            upsert::<organization::Entity>(write.txn().await?, organizations).await?;
                        }
                        // An agency may stand under one that a later line brings: they are placed when all are there.
                        _ => {
                            let mut agencies = parsed::<agency::Entity>(table, rows)?;
                            for row in &mut agencies {
                                later.parents.insert(row.id, row.parent_id.take());
                            }
                            upsert::<agency::Entity>(write.txn().await?, agencies).await?;
                        }
                    }
                };
            }
            stored!(
                agency_alias replaces AgencyId, succession, statute, statute_alias, organization_name, data_file, registration, collected_item,
                privacy_policy, policy_revision, provision, video_device, legal_basis, retention_term, provided_item, entrustment, sub_entrustee,
                access_restriction, impact_assessment, impact_assessment_data_file replaces ImpactAssessmentId,
                impact_assessment_item replaces ImpactAssessmentId, recommendation, redaction, policy_revision_data_file, policy_section, privacy_label, policy_item, privacy_officer,
                right_procedure, remedy_body, safeguard, disposal_method, auto_collection, incoming_entrustment, source_document, source replaces NodeId,
            );
        }
        write.append(self.entries)?;
        Ok(())
    }
}

/// The rows that JSON objects state.
fn parsed<E>(table: &str, rows: Vec<(u64, Json)>) -> Result<Vec<E::Model>, Refused>
where
    E: EntityTrait,
    E::Model: DeserializeOwned,
{
    let parse = |(line, row)| serde_json::from_value(row).map_err(|error| Refused::Line(line, format!("a row of `{table}` cannot be read: {error}")));
    rows.into_iter().map(parse).collect()
}

/// Inserts rows, or puts them in the place of those with the same key.
async fn upsert<E>(db: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<(), Refused>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let keys: Vec<E::Column> = E::PrimaryKey::iter().map(sea_orm::PrimaryKeyToColumn::into_column).collect();
    let is_key = |column: &E::Column| keys.iter().any(|key| key.as_column_ref() == column.as_column_ref());
    let others: Vec<E::Column> = E::Column::iter().filter(|column| !is_key(column)).collect();
    let mut conflict = OnConflict::columns(keys.clone());
    if others.is_empty() {
        conflict.do_nothing();
    } else {
        conflict.update_columns(others);
    }
    // One statement cannot store a row twice: the last one counts.
    let mut places = HashMap::new();
    let mut distinct: Vec<E::Model> = Vec::with_capacity(rows.len());
    for row in rows {
        let key: Vec<_> = keys.iter().map(|key| row.get(*key)).collect();
        let place = *places.entry(format!("{key:?}")).or_insert(distinct.len());
        if place == distinct.len() {
            distinct.push(row);
        } else {
            distinct[place] = row;
        }
    }
    let mut rows = distinct.into_iter().map(|row| sea_orm::ActiveModelTrait::reset_all(row.into_active_model())).peekable();
    let rows_in_statement = 30_000 / E::Column::iter().count().max(1);
    while rows.peek().is_some() {
        let batch: Vec<E::ActiveModel> = rows.by_ref().take(rows_in_statement).collect();
        E::insert_many(batch).on_conflict(conflict.clone()).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Puts agencies under their superiors, and makes the closure of the tree anew.
async fn place_agencies(write: &mut Write, parents: &HashMap<Uuid, Option<Uuid>>) -> Result<(), Refused> {
    for (id, parent) in parents.iter().filter(|(_, parent)| parent.is_some()) {
        agency::Entity::update_many()
            .col_expr(agency::Column::ParentId, Expr::value(*parent))
            .filter(agency::Column::Id.eq(*id))
            .exec(write.txn().await?)
            .await?;
    }
    let agencies = agency::Entity::find().order_by_asc(agency::Column::Code).all(write.txn().await?).await?;
    let superiors: HashMap<Uuid, Option<Uuid>> = agencies.iter().map(|row| (row.id, row.parent_id)).collect();
    let mut rows = Vec::new();
    for agency in &agencies {
        let (mut ancestor, mut depth) = (Some(agency.id), 0);
        // No tree is deeper than it has agencies: a circle ends there, and is found when the content is compared.
        while let Some(id) = ancestor.filter(|_| usize::try_from(depth).is_ok_and(|depth| depth <= agencies.len())) {
            rows.push(agency_ancestor::Model { agency_id: agency.id, ancestor_id: id, depth });
            ancestor = superiors.get(&id).copied().flatten();
            depth += 1;
        }
    }
    agency_ancestor::Entity::delete_many().exec(write.txn().await?).await?;
    write.insert(rows);
    Ok(())
}
