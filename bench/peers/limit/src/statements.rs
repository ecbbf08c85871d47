//! One statement for each workload. PostgreSQL makes the JSON; nothing here looks into it.

use anyhow::Result;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use serde_json::Value;
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;

/// As many as Yeollam keeps by default.
const CONNECTIONS: usize = 16;

fn statement(workload: &str) -> Option<&'static str> {
    Some(match workload {
        "Q1" => include_str!("../statements/Q1.sql"),
        "Q2" => include_str!("../statements/Q2.sql"),
        "Q3" => include_str!("../statements/Q3.sql"),
        "Q4a" => include_str!("../statements/Q4a.sql"),
        "Q4b" => include_str!("../statements/Q4b.sql"),
        "Q4b-stated" => include_str!("../statements/Q4b-stated.sql"),
        "Q5" => include_str!("../statements/Q5.sql"),
        _ => return None,
    })
}

/// `POST /Q1` with the parameters of its statement as a JSON list of texts and whole numbers.
pub fn router(database_url: &str) -> Result<Router> {
    let manager = Manager::from_config(database_url.parse()?, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
    Ok(Router::new().route("/{workload}", post(answer)).with_state(pool))
}

async fn answer(State(pool): State<Pool>, Path(workload): Path<String>, Json(parameters): Json<Vec<Value>>) -> Response {
    let Some(sql) = statement(&workload) else { return StatusCode::NOT_FOUND.into_response() };
    match ask(&pool, sql, &parameters).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

async fn ask(pool: &Pool, sql: &str, parameters: &[Value]) -> Result<String> {
    let client = pool.get().await?;
    let prepared = client.prepare_cached(sql).await?;
    let parameters: Vec<Parameter> = parameters.iter().map(Parameter::from).collect();
    let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(Parameter::as_sql).collect();
    Ok(client.query_one(&prepared, &parameters).await?.try_get(0)?)
}

enum Parameter<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> From<&'a Value> for Parameter<'a> {
    fn from(value: &'a Value) -> Self {
        value.as_i64().map_or_else(|| Self::Text(value.as_str().unwrap_or_default()), Self::Number)
    }
}

impl Parameter<'_> {
    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number,
        }
    }
}
