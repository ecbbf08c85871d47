//! What every migration that creates tables shares: the dialect of its statements, and the two directions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

/// Runs the statements in the dialect of the database.
pub async fn create(manager: &SchemaManager<'_>, schema: &[&str]) -> Result<(), DbErr> {
    for statement in statements(manager.get_database_backend(), schema) {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Drops the tables, given in the order in which they were created.
pub async fn drop(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}

/// The statements in the dialect of the database. `@key` is text in binary order: Hangul syllables in code-point order are in dictionary order, on both databases.
fn statements(backend: DatabaseBackend, schema: &[&str]) -> Vec<String> {
    let types: [(&str, &str); 6] = match backend {
        DatabaseBackend::Postgres => [
            ("@key", "text COLLATE \"C\""),
            ("@uuid", "uuid"),
            ("@date", "date"),
            ("@instant", "timestamp with time zone"),
            ("@double", "double precision"),
            ("@blob", "bytea"),
        ],
        _ => [("@key", "text"), ("@uuid", "blob"), ("@date", "text"), ("@instant", "text"), ("@double", "double"), ("@blob", "blob")],
    };
    schema.iter().map(|statement| types.iter().fold((*statement).to_owned(), |text, (mark, name)| text.replace(mark, name))).collect()
}
