//! Rows that wait to be stored, so that few statements store many of them.

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait as _, ConnectionTrait as _, DatabaseBackend, DatabaseTransaction, EntityTrait, IdenStatic as _, IntoActiveModel,
    Iterable as _, Statement, Value,
};

use crate::error::Result;

/// A row that can wait.
pub(crate) trait Row: Sized {
    /// Adds it to the rows of its table.
    fn join(self, rows: &mut Rows);
}

macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
        /// Rows of each table, in the order in which the tables refer to each other.
        #[derive(Debug, Default)]
        pub(crate) struct Rows {
            count: usize,
            $(pub $table: Vec<entity::$table::Model>,)+
        }

        $(impl Row for entity::$table::Model {
            fn join(self, rows: &mut Rows) {
                rows.count += 1;
                rows.$table.push(self);
            }
        })+

        impl Rows {
            /// Inserts what waits. Rows of one table are inserted in the order in which they came.
            pub async fn store(self, txn: &DatabaseTransaction) -> Result<()> {
                $(if !self.$table.is_empty() {
                    // Boxed: one future for each table would make that of every write too large for a thread's stack.
                    Box::pin(insert::<entity::$table::Entity>(txn, self.$table)).await?;
                })+
                Ok(())
            }

            /// How many rows wait.
            pub fn len(&self) -> usize {
                self.count
            }
        }
    };
}

tables![
    agency,
    agency_alias,
    agency_ancestor,
    succession,
    statute,
    statute_alias,
    organization,
    organization_name,
    data_file,
    registration,
    collected_item,
    privacy_policy,
    policy_revision,
    provision,
    video_device,
    legal_basis,
    retention_term,
    provided_item,
    entrustment,
    sub_entrustee,
    access_restriction,
    impact_assessment,
    impact_assessment_data_file,
    impact_assessment_item,
    recommendation,
    policy_revision_data_file,
    policy_section,
    privacy_label,
    policy_item,
    privacy_officer,
    right_procedure,
    remedy_body,
    safeguard,
    disposal_method,
    auto_collection,
    incoming_entrustment,
    source_document,
    source,
    finding,
    data_flow,
    data_flow_category,
    change,
    redaction,
    api_token,
    application,
    application_version,
    audit_entry,
    import,
    import_source,
    import_message,
];

/// Most parameters of a statement. Both databases allow more, but connections keep statements prepared, and longer ones take more memory there. Chosen, not yet measured.
const PARAMETERS: usize = 2_000;

/// Inserts rows by statements of few lengths, which connections keep prepared: full ones, an eighth of that, and of one row. Their texts are written once for all rows; to build each anew from its values takes longer
/// than SQLite takes to store them.
async fn insert<E>(txn: &DatabaseTransaction, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let full = (PARAMETERS / columns.len().max(1)).max(1);
    let mut left = rows.len();
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    for length in [full, (full / 8).max(1), 1] {
        if left < length {
            continue;
        }
        let text = text::<E>(txn.get_database_backend(), &columns, length);
        while left >= length {
            let mut values = Vec::with_capacity(length * columns.len());
            for mut row in rows.by_ref().take(length) {
                values.extend(columns.iter().map(|column| row.take(*column).into_value()).map(|value| value.unwrap_or(Value::Bool(None))));
            }
            txn.execute_raw(Statement::from_sql_and_values(txn.get_database_backend(), &text, values)).await?;
            left -= length;
        }
    }
    Ok(())
}

/// `INSERT INTO … VALUES` of so many rows.
fn text<E: EntityTrait>(backend: DatabaseBackend, columns: &[E::Column], rows: usize) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let row = |index: usize| match backend {
        DatabaseBackend::Postgres => {
            let first = index * columns.len() + 1;
            let numbers: Vec<String> = (first..first + columns.len()).map(|number| format!("${number}")).collect();
            format!("({})", numbers.join(", "))
        }
        _ => format!("({})", vec!["?"; columns.len()].join(", ")),
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO \"{}\" ({}) VALUES {}", E::default().table_name(), names.join(", "), all.join(", "))
}
