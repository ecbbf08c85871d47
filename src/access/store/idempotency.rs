//! Idempotency keys in the tables: a mutation that is sent again under its key is answered again, not carried out again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency_key;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Set};
use uuid::Uuid;

use crate::error::Result;
use crate::store::Store;

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(1);

/// After this time without an answer, or twice the deadline of a request where that is longer, the server is taken to have been stopped, and the mutation may be carried out: what it did before is not done
/// twice, for its application has another version by then, and a new application takes its id from the key.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// What is known of a mutation under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdempotentAnswer {
    /// Nothing: it is noted, and may be carried out.
    New,
    /// It was answered so.
    Answered(String),
    /// It is being carried out.
    Underway,
    /// The key was used for another document, or other variables.
    OfAnother,
}

impl Store {
    /// Notes that a mutation is carried out under a key, unless it was. `deadline` is the time after which a server gives up a request.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin_idempotent(&self, token: Uuid, key: &str, request_hash: [u8; 32], deadline: Duration, now: DateTime<Utc>) -> Result<IdempotentAnswer> {
        let _turn = self.turn_beside_the_journal().await?;
        idempotency_key::Entity::delete_many().filter(idempotency_key::Column::StartedAt.lte(now - KEPT)).exec(self.db()).await?;
        let row = idempotency_key::Model { token_id: token, key: key.to_owned(), request_hash: request_hash.to_vec(), started_at: now, answer: None };
        let primary = [idempotency_key::Column::TokenId, idempotency_key::Column::Key];
        let insert = idempotency_key::Entity::insert(row.into_active_model().reset_all());
        let inserted = insert.on_conflict(sea_orm::sea_query::OnConflict::columns(primary).do_nothing().to_owned()).exec_without_returning(self.db()).await?;
        if inserted > 0 {
            return Ok(IdempotentAnswer::New);
        }
        let Some(row) = idempotency_key::Entity::find_by_id((token, key.to_owned())).one(self.db()).await? else { return Ok(IdempotentAnswer::Underway) };
        if row.request_hash != request_hash {
            return Ok(IdempotentAnswer::OfAnother);
        }
        if let Some(answer) = row.answer {
            return Ok(IdempotentAnswer::Answered(answer));
        }
        // Of several that find it given up, one takes it over.
        let taken_over = idempotency_key::Entity::update_many()
            .col_expr(idempotency_key::Column::StartedAt, sea_orm::sea_query::Expr::val(now))
            .filter(idempotency_key::Column::TokenId.eq(token))
            .filter(idempotency_key::Column::Key.eq(key))
            .filter(idempotency_key::Column::Answer.is_null())
            .filter(idempotency_key::Column::StartedAt.lte(now - GIVEN_UP.max(deadline * 2)))
            .exec(self.db())
            .await?;
        Ok(if taken_over.rows_affected > 0 { IdempotentAnswer::New } else { IdempotentAnswer::Underway })
    }

    /// Keeps the answer of a mutation under its key; `None` forgets the key, so that it may be tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_idempotent(&self, token: Uuid, key: &str, answer: Option<String>) -> Result<()> {
        let _turn = self.turn_beside_the_journal().await?;
        let id = (token, key.to_owned());
        if answer.is_none() {
            idempotency_key::Entity::delete_by_id(id).exec(self.db()).await?;
        } else if let Some(row) = idempotency_key::Entity::find_by_id(id).one(self.db()).await? {
            let mut row = row.into_active_model();
            row.answer = Set(answer);
            row.update(self.db()).await?;
        }
        Ok(())
    }
}
