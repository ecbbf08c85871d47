//! Tokens in the tables: made, listed, revoked, looked up by what their bearer sends.

mod audit;
mod idempotency;
mod oidc;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{agency, agency_ancestor, api_token};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, Set};
use serde_json::json;
use uuid::Uuid;

use super::{AuditAction, Refused, Role, Secret, Viewer};
use crate::error::{Error, Result};
use crate::graphql::word;
use crate::store::{Store, Write};
use crate::vocabulary::Vocabulary as _;

pub use audit::{AuditListed, Audited};
pub use idempotency::IdempotentAnswer;

/// How exactly the last use of a token is known: reads are not to write each time.
const LAST_USE: TimeDelta = TimeDelta::minutes(1);

/// Whether it was told that last uses cannot be noted.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Whom it is given to.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Code of the agency, for that role.
    pub agency: Option<String>,
    /// From when it is no longer taken.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenListed {
    /// Key, by which it is revoked.
    pub id: Uuid,
    /// Whom it was given to.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Code of the agency.
    pub agency: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when it is no longer taken.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Write {
    /// Makes a token of random bits. It cannot be read back.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a name that is blank or too long, an agency that is missing, unknown or not wanted, or a time that is over.
    pub async fn new_token(&mut self, new: &NewToken) -> Result<(Uuid, Secret)> {
        let name = crate::hangul::normalised(&new.name);
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Error::input("the name of a token says whom it is given to, in 1 to 100 characters"));
        }
        if new.expires_at.is_some_and(|at| at <= self.now()) {
            return Err(Error::input("a token that has expired already is of no use: state a later day"));
        }
        let agency_id = match (new.role, &new.agency) {
            (Role::Anonymous, _) => return Err(Error::input("what is public is read without a token")),
            (Role::Agency, Some(code)) => Some(self.agency_by_code(code).await?),
            (Role::Agency, None) => return Err(Error::input("a token of the role AGENCY names the agency that it is for, by its code")),
            (Role::Regulator | Role::Admin, Some(_)) => return Err(Error::input("only a token of the role AGENCY is for an agency")),
            (Role::Regulator | Role::Admin, None) => None,
        };
        let (secret, salt) = (Secret::new(self.salt()), self.salt());
        let id = secret.id();
        let row = api_token::Model {
            id,
            name: name.clone(),
            role: new.role.as_str().to_owned(),
            agency_id,
            salt: salt.to_vec(),
            hash: secret.hash(&salt).to_vec(),
            created_at: self.now(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        self.insert([row]);
        let detail = json!({"name": name, "role": new.role, "agency": new.agency, "expiresAt": new.expires_at});
        self.audit(None, Audited { action: AuditAction::TokenCreated, subject: id, detail }).await?;
        Ok((id, secret))
    }

    /// Revokes a token: it is not taken from now on. One that was revoked stays so.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where there is no such token.
    pub async fn revoke_token(&mut self, id: Uuid) -> Result<()> {
        let Some(row) = api_token::Entity::find_by_id(id).one(self.txn().await?).await? else {
            return Err(Error::input(format!("there is no token {id}; `yeollam token list` shows all of them")));
        };
        if row.revoked_at.is_none() {
            let name = row.name.clone();
            let mut row = row.into_active_model();
            row.revoked_at = Set(Some(self.now()));
            row.update(self.txn().await?).await?;
            self.audit(None, Audited { action: AuditAction::TokenRevoked, subject: id, detail: json!({"name": name}) }).await?;
        }
        Ok(())
    }

    /// Whether an agency is another one, or below it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_at_or_below(&mut self, agency: Uuid, other: Uuid) -> Result<bool> {
        Ok(agency_ancestor::Entity::find_by_id((agency, other)).count(self.txn().await?).await? > 0)
    }
    /// Whether the viewer acts for an agency: officers for their own and those below it, the regulator and administrators for all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn acts_for(&mut self, viewer: &Viewer, agency: Uuid) -> Result<bool> {
        match (viewer.role, viewer.agency) {
            (Role::Anonymous, _) | (Role::Agency, None) => Ok(false),
            (Role::Agency, Some(own)) => self.is_at_or_below(agency, own).await,
            (Role::Regulator | Role::Admin, _) => Ok(true),
        }
    }
}

impl Store {
    /// Every token, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tokens(&self) -> Result<Vec<TokenListed>> {
        let rows = api_token::Entity::find().order_by_desc(api_token::Column::CreatedAt).order_by_asc(api_token::Column::Id).all(self.db()).await?;
        let agencies = agency::Entity::find().filter(agency::Column::Id.is_in(rows.iter().filter_map(|row| row.agency_id))).all(self.db()).await?;
        let codes: HashMap<Uuid, String> = agencies.into_iter().map(|row| (row.id, row.code)).collect();
        rows.into_iter()
            .map(|row| {
                Ok(TokenListed {
                    id: row.id,
                    name: row.name,
                    role: word(&row.role)?,
                    agency: row.agency_id.and_then(|id| codes.get(&id).cloned()),
                    created_at: row.created_at,
                    expires_at: row.expires_at,
                    revoked_at: row.revoked_at,
                    last_used_at: row.last_used_at,
                })
            })
            .collect()
    }

    /// Who bears the token; or why it is not taken.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn viewer(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Result<Viewer, Refused>> {
        let row = api_token::Entity::find_by_id(secret.id()).one(self.db()).await?;
        let Some(row) = row.filter(|row| secret.is_hashed_as(&row.salt, &row.hash)) else { return Ok(Err(Refused::Unknown)) };
        if row.revoked_at.is_some() {
            return Ok(Err(Refused::Revoked));
        }
        if let Some(at) = row.expires_at.filter(|at| *at <= now) {
            return Ok(Err(Refused::Expired(at)));
        }
        if row.last_used_at.is_none_or(|used| used + LAST_USE <= now) {
            // On its own account: who only reads does not wait for whoever writes.
            let (store, id) = (self.clone(), row.id);
            tokio::spawn(async move {
                if let Err(error) = store.token_used(id, now).await {
                    // A database that can only be read says so each time: told once, it is known.
                    if IS_TOLD.swap(true, Ordering::Relaxed) {
                        tracing::debug!(error = error.chain(), "the last use of a token was not noted");
                    } else {
                        tracing::warn!(error = error.chain(), "the last use of a token was not noted; further ones are told at the level debug");
                    }
                }
            });
        }
        Ok(Ok(Viewer { token: row.id, name: row.name, role: word(&row.role)?, agency: row.agency_id }))
    }

    async fn token_used(&self, id: Uuid, now: DateTime<Utc>) -> Result<()> {
        let _turn = self.turn_beside_the_journal().await?;
        let used = Expr::col((api_token::Entity, api_token::Column::LastUsedAt));
        api_token::Entity::update_many()
            .col_expr(api_token::Column::LastUsedAt, Expr::val(now))
            .filter(api_token::Column::Id.eq(id))
            .filter(used.clone().is_null().or(used.lt(now)))
            .exec(self.db())
            .await?;
        Ok(())
    }
}
