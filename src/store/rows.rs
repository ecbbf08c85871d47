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

/// Most parameters of a statement. Both databases allow more, but connections keep statements prepared, and longer ones take more memory there.
const PARAMETERS: usize = 2_048;

/// Inserts rows by statements of full length, then of half of that, of a quarter …: so few lengths that connections keep all of them prepared, and so few statements that what is left over does not take longer than all
/// else. Their texts are written once for all rows; to build each anew from its values takes longer than SQLite takes to store them.
async fn insert<E>(txn: &DatabaseTransaction, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let mut length = 1 << (PARAMETERS / columns.len().max(1)).max(1).ilog2();
    let mut left = rows.len();
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    while left > 0 {
        while length > left {
            length /= 2;
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
    let rows: Vec<String> = match backend {
        DatabaseBackend::Postgres => {
            let row = |index: usize| {
                let first = index * columns.len() + 1;
                let numbers: Vec<String> = (first..first + columns.len()).map(|number| format!("${number}")).collect();
                format!("({})", numbers.join(", "))
            };
            (0..rows).map(row).collect()
        }
        _ => vec![format!("({})", vec!["?"; columns.len()].join(", ")); rows],
    };
    format!("INSERT INTO \"{}\" ({}) VALUES {}", E::default().table_name(), names.join(", "), rows.join(", "))
}

#[cfg(test)]
mod tests {
    use entity::source_document;
    use sea_orm::sea_query::Expr;
    use sea_orm::{QueryOrder as _, QuerySelect as _};
    use uuid::Uuid;

    use super::*;
    use crate::store::{PoolSettings, Store};

    #[tokio::test]
    async fn any_number_of_rows_is_stored_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("register.sqlite").display());
        let store = Store::connect(&url, &PoolSettings::default()).await.unwrap();
        store.migrate().await.unwrap();
        for count in [0_u128, 1, 2, 3, 255, 256, 257, 341, 682, 1_023, 2_049] {
            let txn = store.begin().await.unwrap();
            let mut rows = Rows::default();
            let row = |number: u128| source_document::Model {
                // Not in the order of keys.
                id: Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
                title: number.to_string(),
                publisher: "시험청".to_owned(),
                url: None,
                sha256: None,
                read_at: chrono::DateTime::UNIX_EPOCH,
            };
            (1..=count).for_each(|number| row(number).join(&mut rows));
            assert_eq!(rows.len() as u128, count);
            rows.store(&txn).await.unwrap();
            let stored = source_document::Entity::find().select_only().column(source_document::Column::Title).order_by_asc(Expr::cust("rowid"));
            let stored: Vec<String> = stored.into_tuple().all(&txn).await.unwrap();
            assert!(stored == (1..=count).map(|number| number.to_string()).collect::<Vec<_>>(), "{count}");
        }
    }
}
