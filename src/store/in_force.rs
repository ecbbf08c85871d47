//! What is in force and may be shown: the one place that decides which files a list holds, and which revision of a policy counts on a day.
//!
//! Of two registrations or revisions that start on one day, the one recorded later wins (the higher number). A revision without a first day counts as the earliest.

use chrono::{Days, NaiveDate};
use entity::{data_file, data_flow, organization, policy_revision, policy_revision_data_file, registration};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::condition::any_of;
use super::page::{Key, Kind, Order, OrderKey};
use crate::data_flow::DataFlowKind;
use crate::stated::{StatedFor, Whose};
use crate::vocabulary::Vocabulary as _;

/// Status of the files that a list holds where its filter does not ask for a status.
const LISTED: [&str; 2] = ["REGISTERED", "DISCLOSED"];

/// Files that lists, counts and relations show: registered and disclosed ones. Destroyed and exempt files are shown only to who asks for that status.
#[must_use]
pub fn listed_by_default() -> Condition {
    Condition::all().add(Expr::col((data_file::Entity, data_file::Column::Status)).is_in(LISTED))
}

/// [`listed_by_default`] over the table of files under the name `f`, for statements that are written out.
#[must_use]
pub const fn listed_by_default_sql() -> &'static str {
    "f.status IN ('REGISTERED', 'DISCLOSED')"
}

/// [`linked_files`] over the table of files under the name `f`, of rows that may belong to none.
#[must_use]
pub const fn exempt_left_out_sql() -> &'static str {
    "(f.status IS NULL OR f.status <> 'EXEMPT')"
}

/// The registration `r` is the one in force of its file on that day.
#[must_use]
pub fn registration_in_force_sql(day: NaiveDate) -> String {
    format!(
        "r.valid_from <= '{day}' AND r.change_kind <> 'DESTRUCTION' AND NOT EXISTS (SELECT 1 FROM registration AS later WHERE later.data_file_id = r.data_file_id \
         AND later.valid_from <= '{day}' AND (later.valid_from, later.number) > (r.valid_from, r.number))"
    )
}

/// The revision `v` is the one in force of its policy on that day.
#[must_use]
pub fn revision_in_force_sql(day: NaiveDate) -> String {
    format!(
        "COALESCE(v.effective_from, '0001-01-01') <= '{day}' AND NOT EXISTS (SELECT 1 FROM policy_revision AS later \
         WHERE later.privacy_policy_id = v.privacy_policy_id AND COALESCE(later.effective_from, '0001-01-01') <= '{day}' \
         AND (COALESCE(later.effective_from, '0001-01-01'), later.number) > (COALESCE(v.effective_from, '0001-01-01'), v.number))"
    )
}

/// Keys of the registrations in force of the files that lists show.
#[must_use]
pub fn registrations_in_force() -> SelectStatement {
    Query::select().column((data_file::Entity, data_file::Column::RegistrationId)).from(data_file::Entity).cond_where(listed_by_default()).take()
}

/// Keys of the revisions in force on a day: the last one of each policy that has started.
#[must_use]
pub fn revisions_in_force(day: NaiveDate) -> SelectStatement {
    // A day is digits and dashes only, so it can stand in the text; a parameter would be written differently for each database.
    let no_later = format!(
        "NOT EXISTS (SELECT 1 FROM policy_revision AS later WHERE later.privacy_policy_id = policy_revision.privacy_policy_id \
         AND COALESCE(later.effective_from, '0001-01-01') <= '{day}' \
         AND (COALESCE(later.effective_from, '0001-01-01'), later.number) > (COALESCE(policy_revision.effective_from, '0001-01-01'), policy_revision.number))"
    );
    Query::select()
        .column((policy_revision::Entity, policy_revision::Column::Id))
        .from(policy_revision::Entity)
        .and_where(Expr::cust(format!("COALESCE(policy_revision.effective_from, '0001-01-01') <= '{day}'")))
        .and_where(Expr::cust(no_later))
        .take()
}

/// A table of provisions or of entrustments, as far as it matters whose they are.
pub struct Stated {
    /// Name of the table.
    pub table: &'static str,
    /// Every row, as selected from the table.
    pub rows: SelectStatement,
    /// Column of the recipient or entrustee.
    pub organization: &'static str,
    /// Data flows that its rows make.
    pub kind: DataFlowKind,
}

impl Stated {
    fn column(&self, name: &'static str) -> Expr {
        Expr::col((self.table, name))
    }

    /// Rows of a list on a day; under parents, each with its parent as `parent_id`.
    #[must_use]
    pub fn of(self, whose: &Whose, parents: &[Uuid], day: NaiveDate) -> SelectStatement {
        match whose {
            Whose::Register => self.in_force(day),
            Whose::Agency { includes_subordinate } => {
                let agency_id = (self.table, "agency_id");
                let mut rows = self.in_force(day);
                of_agencies(&mut rows, agency_id, parents, *includes_subordinate);
                rows
            }
            Whose::Organization => {
                let organization = self.column(self.organization);
                // Rows that name an organization which was merged into another one are that one's.
                let standing = standing_organization(&format!("{}.{}", self.table, self.organization));
                let mut rows = self.in_force(day);
                rows.expr_as(standing, "parent_id").and_where(organization.in_subquery(with_merged(parents)));
                rows
            }
            Whose::DataFlow => {
                let flow = |column: data_flow::Column| Expr::col((data_flow::Entity, column));
                let standing = standing_organization(&format!("{}.{}", self.table, self.organization));
                let same = flow(data_flow::Column::AgencyId).equals((self.table, "agency_id")).and(flow(data_flow::Column::OrganizationId).eq(standing));
                let kind = self.kind;
                let mut rows = self.in_force(day);
                rows.expr_as(flow(data_flow::Column::Id), "parent_id")
                    .inner_join(data_flow::Entity, same)
                    .and_where(flow(data_flow::Column::Kind).eq(kind.as_str()))
                    .and_where(flow(data_flow::Column::Id).is_in(parents.iter().copied()));
                rows
            }
            Whose::Registration { stated_for } => self.for_registrations(parents, stated_for.as_deref(), day),
            Whose::PolicyRevision => {
                let revision = self.column("policy_revision_id");
                let mut rows = self.rows;
                rows.expr_as(revision.clone(), "parent_id").and_where(revision.is_in(parents.iter().copied()));
                rows
            }
        }
    }

    /// Rows in force on a day: of registrations in force, and of the revisions of policies in force.
    fn in_force(mut self, day: NaiveDate) -> SelectStatement {
        let either = Condition::any()
            .add(self.column("registration_id").in_subquery(registrations_in_force()))
            .add(self.column("policy_revision_id").in_subquery(revisions_in_force(day)));
        self.rows.cond_where(either);
        self.rows
    }

    /// Rows of each of the registrations, with the registration as `parent_id`: those that it states itself, and those of the policies that covered its file while it was in force (the last
    /// revision that began before the registration ended).
    fn for_registrations(mut self, registrations: &[Uuid], stated_for: Option<&[StatedFor]>, day: NaiveDate) -> SelectStatement {
        let wanted = |which: StatedFor| stated_for.is_none_or(|list| list.contains(&which));
        let tomorrow = day.checked_add_days(Days::new(1)).unwrap_or(day);
        let ended = format!(
            "COALESCE((SELECT MIN(next.valid_from) FROM registration AS next WHERE next.data_file_id = registration.data_file_id \
                     AND (next.valid_from, next.number) > (registration.valid_from, registration.number)), '{tomorrow}')"
        );
        let began_before_it_ended = format!("COALESCE(policy_revision.effective_from, '0001-01-01') < {ended}");
        let no_later = format!(
            "NOT EXISTS (SELECT 1 FROM policy_revision AS later WHERE later.privacy_policy_id = policy_revision.privacy_policy_id \
             AND COALESCE(later.effective_from, '0001-01-01') < {ended} \
             AND (COALESCE(later.effective_from, '0001-01-01'), later.number) > (COALESCE(policy_revision.effective_from, '0001-01-01'), policy_revision.number))"
        );
        let mut of_policies = self.rows.clone();
        of_policies
            .expr_as(Expr::col((registration::Entity, registration::Column::Id)), "parent_id")
            .inner_join(policy_revision::Entity, Expr::col((policy_revision::Entity, policy_revision::Column::Id)).equals((self.table, "policy_revision_id")))
            .inner_join(
                policy_revision_data_file::Entity,
                Expr::col((policy_revision_data_file::Entity, policy_revision_data_file::Column::PolicyRevisionId))
                    .equals((policy_revision::Entity, policy_revision::Column::Id)),
            )
            .inner_join(
                registration::Entity,
                Expr::col((registration::Entity, registration::Column::DataFileId))
                    .equals((policy_revision_data_file::Entity, policy_revision_data_file::Column::DataFileId)),
            )
            .and_where(Expr::col((registration::Entity, registration::Column::Id)).is_in(registrations.iter().copied()))
            .and_where(Expr::cust(began_before_it_ended))
            .and_where(Expr::cust(no_later));
        let of_file = self.column("registration_id").is_in(if wanted(StatedFor::DataFile) { registrations.to_vec() } else { Vec::new() });
        self.rows.expr_as(Expr::col((self.table, "registration_id")), "parent_id").and_where(of_file);
        if wanted(StatedFor::Policy) {
            self.rows.union(UnionType::All, of_policies);
        }
        self.rows
    }
}

/// The organization whose key stands in a column, or the one that it was merged into.
#[must_use]
pub fn standing_organization(column: &str) -> Expr {
    Expr::cust(format!("COALESCE((SELECT named.merged_into_id FROM organization AS named WHERE named.id = {column}), {column})"))
}

/// Keys of organizations, and of those that were merged into them. One select after the other, so that each is answered from its index.
fn with_merged(organizations: &[Uuid]) -> SelectStatement {
    let select = |column: organization::Column| {
        Query::select().column(organization::Column::Id).from(organization::Entity).and_where(Expr::col(column).is_in(organizations.iter().copied())).take()
    };
    let mut keys = select(organization::Column::Id);
    keys.union(UnionType::All, select(organization::Column::MergedIntoId));
    keys
}

/// Row of a table of provisions or of entrustments.
pub trait StatedRow: 'static {
    /// Registration that states it.
    fn registration(&self) -> Option<Uuid>;
    /// Revision of a policy that states it.
    fn policy_revision(&self) -> Option<Uuid>;
    /// Place in that record.
    fn position(&self) -> i32;
    /// Key.
    fn key(&self) -> Uuid;
}

macro_rules! stated_rows {
    ($($table:ident),+) => {$(
        impl StatedRow for entity::$table::Model {
            fn registration(&self) -> Option<Uuid> {
                self.registration_id
            }

            fn policy_revision(&self) -> Option<Uuid> {
                self.policy_revision_id
            }

            fn position(&self) -> i32 {
                self.position
            }

            fn key(&self) -> Uuid {
                self.id
            }
        }
    )+};
}

stated_rows!(provision, entrustment);

/// Order of provisions and entrustments: rows of one record stay together, in its order; what files state themselves comes before what policies state.
pub fn record_order<R: StatedRow>(name: &'static str) -> Order<R> {
    let of_policy = Expr::cust("CASE WHEN registration_id IS NULL THEN 1 ELSE 0 END");
    let record = Expr::cust("COALESCE(registration_id, policy_revision_id)");
    let keys = vec![
        OrderKey::expression(Kind::Number, of_policy, |row: &R| Key::Number(row.registration().is_none().into())),
        OrderKey::expression(Kind::Id, record, |row: &R| Key::Id(row.registration().or(row.policy_revision()).unwrap_or_default())),
        OrderKey::column(Kind::Number, "position", |row: &R| Key::Number(row.position().into())),
    ];
    Order { name, is_descending: false, keys, id: StatedRow::key }
}

/// The rows that are stated for one of these.
#[must_use]
pub fn stated_for(table: &'static str, words: &[&'static str]) -> Condition {
    let column = |which: StatedFor| match which {
        StatedFor::DataFile => "registration_id",
        StatedFor::Policy => "policy_revision_id",
    };
    let wanted = [StatedFor::DataFile, StatedFor::Policy].into_iter().filter(|which| words.contains(&which.as_str()));
    any_of(wanted.map(|which| Condition::all().add(Expr::col((table, column(which))).is_not_null())))
}

/// Narrows rows to those of the agencies, which stand in `column`, with the agency as `parent_id`; those of the agencies below it too, if wanted.
pub fn of_agencies(rows: &mut SelectStatement, column: (&'static str, &'static str), agencies: &[Uuid], includes_subordinate: bool) {
    let agencies = agencies.iter().copied();
    if includes_subordinate {
        let ancestor = Expr::col((entity::agency_ancestor::Entity, entity::agency_ancestor::Column::AncestorId));
        rows.expr_as(ancestor.clone(), "parent_id")
            .inner_join(entity::agency_ancestor::Entity, Expr::col((entity::agency_ancestor::Entity, entity::agency_ancestor::Column::AgencyId)).equals(column))
            .and_where(ancestor.is_in(agencies));
    } else {
        rows.expr_as(Expr::col(column), "parent_id").and_where(Expr::col(column).is_in(agencies));
    }
}

/// Files that another object names (a policy, an assessment): destroyed ones too, since they are part of its history; exempt ones are not shown.
#[must_use]
pub fn linked_files() -> Condition {
    Condition::all().add(Expr::col((data_file::Entity, data_file::Column::Status)).ne("EXEMPT"))
}
