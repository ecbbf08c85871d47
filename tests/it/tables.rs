//! Tables: what both databases' own catalogs say of them.

use sea_orm::{ActiveModelTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait, IntoActiveModel as _, Iterable as _, Statement};

use crate::harness::{Backend, Data, Server, on_both};

/// Rows of a query, each as one text.
async fn texts(server: &Server, sql: &str) -> Vec<String> {
    let backend = if server.backend == Backend::Postgres { DatabaseBackend::Postgres } else { DatabaseBackend::Sqlite };
    let rows = server.store.db().query_all_raw(Statement::from_string(backend, sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Foreign keys as `table(columns)`, and indexes with what they begin with, as the database tells them; those of rows that state a column among them, which are all that anything refers by.
async fn foreign_keys_and_indexes(server: &Server) -> (Vec<String>, Vec<String>) {
    match server.backend {
        Backend::Sqlite => (
            texts(
                server,
                "SELECT t.name || '(' || group_concat(f.\"from\", ',') || ')' FROM sqlite_master t, pragma_foreign_key_list(t.name) f
                 WHERE t.type = 'table' GROUP BY t.name, f.id ORDER BY 1",
            )
            .await,
            texts(
                server,
                "SELECT t.name || '(' || (SELECT group_concat(name, ',') FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.seqno))
                 FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table'
                 AND (i.partial = 0 OR EXISTS (SELECT 1 FROM sqlite_master m WHERE m.name = i.name AND m.sql LIKE '% IS NOT NULL'))
                 UNION ALL SELECT t.name || '(' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.pk = 1",
            )
            .await,
        ),
        Backend::Postgres => {
            let columns = |table: &str, key: &str| {
                format!(
                    "(SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest({key}) WITH ORDINALITY k(number, place) JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
                )
            };
            let foreign = format!(
                "SELECT c.conrelid::regclass || '(' || {} || ')' FROM pg_constraint c WHERE c.contype = 'f' ORDER BY 1",
                columns("c.conrelid", "c.conkey")
            );
            let indexes = format!(
                "SELECT i.indrelid::regclass || '(' || {} FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) LIKE '% IS NOT NULL)')",
                columns("i.indrelid", "i.indkey::int2[]")
            );
            (texts(server, &foreign).await, texts(server, &indexes).await)
        }
    }
}

async fn every_foreign_key_has_an_index(server: Server) {
    let (foreign_keys, indexes) = foreign_keys_and_indexes(&server).await;
    assert!(foreign_keys.len() > 30, "{foreign_keys:?}");
    let bare: Vec<&String> = foreign_keys
        .iter()
        .filter(|key| {
            let beginning = key.trim_end_matches(')');
            !indexes.iter().any(|index| index == beginning || index.starts_with(&format!("{beginning},")))
        })
        .collect();
    assert!(
        bare.is_empty(),
        "\n{bare:#?}\nhave no index that begins with them: a deletion, and each relation, would read the whole table. Indexes: {indexes:#?}"
    );
}

/// PostgreSQL orders text by the locale of the database unless told otherwise; SQLite by its bytes. Lists must be the same on both.
async fn text_is_ordered_by_its_bytes(server: Server) {
    if server.backend == Backend::Sqlite {
        let collated = texts(&server, "SELECT sql FROM sqlite_master WHERE sql LIKE '%COLLATE%'").await;
        assert!(collated.is_empty(), "{collated:?}");
        return;
    }
    let others = texts(
        &server,
        "SELECT i.indrelid::regclass || '.' || a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         JOIN LATERAL unnest(i.indkey) AS k(number) ON true JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
         LEFT JOIN pg_collation c ON c.oid = a.attcollation
         WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'seaql_migrations' AND a.attcollation <> 0 AND c.collname <> 'C' ORDER BY 1",
    )
    .await;
    assert!(others.is_empty(), "{others:?} are ordered by the locale of the database: COLLATE \"C\" in the migration");
}

/// Every table that the migrations make.
async fn tables(server: &Server) -> Vec<String> {
    let sql = match server.backend {
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1",
        Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' ORDER BY 1",
    };
    texts(server, sql).await
}

async fn columns(server: &Server, table: &str) -> Vec<String> {
    let sql = match server.backend {
        Backend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY 1"),
        Backend::Postgres => format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' ORDER BY 1"),
    };
    texts(server, &sql).await
}

async fn matches<E: EntityTrait>(server: &Server, entity: E) -> String
where
    E::Column: sea_orm::Iterable,
{
    let table = entity.table_name().to_owned();
    let mut declared: Vec<String> = E::Column::iter().map(|column| sea_orm::IdenStatic::as_str(&column).to_owned()).collect();
    declared.sort();
    let mut stored = columns(server, &table).await;
    stored.sort();
    assert_eq!(declared, stored, "columns of {table}");
    // And what stands there can be read.
    E::find().all(server.store.db()).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    table
}

macro_rules! every_entity {
    ($server:expr, $($table:ident),+ $(,)?) => { [$(matches(&$server, entity::$table::Entity).await),+] };
}

async fn entities_are_the_tables(server: Server) {
    let mut declared = every_entity!(
        server,
        access_restriction,
        agency,
        agency_alias,
        agency_ancestor,
        api_token,
        application,
        application_version,
        audit_entry,
        auto_collection,
        change,
        collected_item,
        data_file,
        data_flow,
        data_flow_category,
        disposal_method,
        entrustment,
        finding,
        idempotency_key,
        impact_assessment,
        impact_assessment_data_file,
        impact_assessment_item,
        import,
        import_message,
        import_source,
        incoming_entrustment,
        item_category,
        legal_basis,
        organization,
        organization_name,
        policy_item,
        policy_revision,
        policy_revision_data_file,
        policy_section,
        privacy_label,
        privacy_officer,
        privacy_policy,
        provided_item,
        provision,
        recommendation,
        redaction,
        region,
        registration,
        remedy_body,
        retention_term,
        right_procedure,
        safeguard,
        setting,
        source,
        source_document,
        statute,
        statute_alias,
        sub_entrustee,
        succession,
        video_device,
    );
    declared.sort();
    assert_eq!(declared.to_vec(), tables(&server).await);
}

async fn migrations_go_down_and_up_again(server: Server) {
    let shape = async |server: &Server| {
        let mut shape = Vec::new();
        for table in tables(server).await {
            shape.push((table.clone(), columns(server, &table).await));
        }
        let (foreign_keys, mut indexes) = foreign_keys_and_indexes(server).await;
        indexes.sort();
        (shape, foreign_keys, indexes)
    };
    let before = shape(&server).await;
    let status = server.store.migration_status().await.unwrap();
    assert!(!status.is_empty() && status.iter().all(|(_, is_applied)| *is_applied), "{status:?}");
    server.store.migrate_down(u32::try_from(status.len()).unwrap()).await.unwrap();
    assert_eq!(tables(&server).await, Vec::<String>::new());
    assert!(server.store.migration_status().await.unwrap().iter().all(|(_, is_applied)| !is_applied));
    server.store.migrate().await.unwrap();
    assert_eq!(shape(&server).await, before);
    // A second time changes nothing.
    server.store.migrate().await.unwrap();
    assert_eq!(shape(&server).await, before);
}

/// Indexes that only readers need are left out while a register is loaded, and come back: at the end, or when the database is opened after the load was interrupted.
async fn indexes_that_were_left_out_come_back(server: Server) {
    let names = async || match server.backend {
        Backend::Sqlite => texts(&server, "SELECT name || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1").await,
        Backend::Postgres => texts(&server, "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1").await,
    };
    let all = names().await;
    server.store.defer_indexes().await.unwrap();
    let kept = names().await;
    assert_eq!(all.len() - kept.len(), yeollam::store::ONLY_READ.len(), "each that is named is there");
    server.store.defer_indexes().await.unwrap();
    server.store.migrate().await.unwrap();
    assert_eq!(names().await, all);
    server.store.restore_indexes().await.unwrap();
    assert_eq!(names().await, all);
    // Cut off again when one of them was made.
    server.store.defer_indexes().await.unwrap();
    server.store.db().execute_unprepared("CREATE INDEX IF NOT EXISTS \"registration_agency_id\" ON \"registration\" (\"agency_id\")").await.unwrap();
    server.store.restore_indexes().await.unwrap();
    assert_eq!(names().await, all);
}

/// A register that an earlier program wrote has other ids for the same things, and is refused rather than written twice.
async fn keys_of_an_earlier_program_are_refused(server: Server) {
    let agency = entity::agency::Model {
        id: uuid::Uuid::from_u128(1),
        code: "6110000".to_owned(),
        name: "서울특별시".to_owned(),
        name_folded: "서울특별시".to_owned(),
        short_name: None,
        agency_type: "METROPOLITAN_GOVERNMENT".to_owned(),
        status: "ACTIVE".to_owned(),
        parent_id: None,
        region_code: None,
        homepage: None,
    };
    let file = entity::data_file::Model {
        id: uuid::Uuid::from_u128(2),
        registration_number: "6110000-1".to_owned(),
        running_number: 1,
        agency_id: agency.id,
        status: "REGISTERED".to_owned(),
        registration_id: uuid::Uuid::from_u128(3),
        name: "민원 처리".to_owned(),
        name_folded: "민원처리".to_owned(),
        data_subject_count: None,
        registered_on: None,
    };
    agency.into_active_model().insert(server.store.db()).await.unwrap();
    file.into_active_model().insert(server.store.db()).await.unwrap();
    let refused = server.store.migrate().await.unwrap_err().to_string();
    assert!(refused.contains("6110000-1") && refused.contains("export ndjson"), "{refused}");
}

on_both!(Data::Bundled => entities_are_the_tables, migrations_go_down_and_up_again);
on_both!(Data::Empty => every_foreign_key_has_an_index, indexes_that_were_left_out_come_back, keys_of_an_earlier_program_are_refused, text_is_ordered_by_its_bytes);
