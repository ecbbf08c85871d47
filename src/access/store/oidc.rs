//! Subjects of an identity provider in the table of tokens: with a row of their own once they write, so that what they do refers to them, and so that they can be shut out here too. It has neither salt nor
//! hash: nothing opens it but the provider's tokens.

use chrono::{DateTime, Utc};
use entity::{agency, api_token};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::json;

use crate::access::{AuditAction, Audited, Identity, Refused, Viewer};
use crate::error::Result;
use crate::store::{Salts, Store, Write};
use crate::vocabulary::Vocabulary as _;

impl Store {
    /// Whoever an identity provider's token is of; or why they are not let in.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oidc_viewer(&self, identity: &Identity) -> Result<Result<Viewer, Refused>> {
        Ok(self.oidc_subject(identity).await?.map(|(viewer, _)| viewer))
    }

    /// The same for whoever is about to write: noted, with their name, role and agency as they are now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oidc_writer(&self, identity: &Identity, now: DateTime<Utc>, salts: &Salts) -> Result<Result<Viewer, Refused>> {
        let (viewer, is_noted) = match self.oidc_subject(identity).await? {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        if !is_noted {
            let mut write = self.write(now, salts.clone()).await?;
            write.note_subject(identity, &viewer).await?;
            write.commit().await?;
        }
        Ok(Ok(viewer))
    }

    /// Whoever it is, and whether they are noted so.
    async fn oidc_subject(&self, identity: &Identity) -> Result<Result<(Viewer, bool), Refused>> {
        let agency = match &identity.agency {
            None => None,
            Some(code) => match agency::Entity::find().filter(agency::Column::Code.eq(code)).one(self.db()).await? {
                Some(agency) => Some(agency.id),
                None => {
                    tracing::info!(agency = code, "an access token is for an agency that the register lacks");
                    return Ok(Err(Refused::Unknown));
                }
            },
        };
        let viewer = Viewer { token: identity.key(), name: identity.name.clone(), role: identity.role, agency };
        let row = api_token::Entity::find_by_id(viewer.token).one(self.db()).await?;
        if row.as_ref().is_some_and(|row| row.revoked_at.is_some()) {
            return Ok(Err(Refused::Revoked));
        }
        let is_noted = row.is_some_and(|row| is_of(&row, &viewer));
        Ok(Ok((viewer, is_noted)))
    }
}

fn is_of(row: &api_token::Model, viewer: &Viewer) -> bool {
    row.name == viewer.name && row.role == viewer.role.as_str() && row.agency_id == viewer.agency
}

impl Write {
    async fn note_subject(&mut self, identity: &Identity, viewer: &Viewer) -> Result<()> {
        let stored = api_token::Entity::find_by_id(viewer.token).one(self.txn().await?).await?;
        // Somebody else's request may have noted them meanwhile.
        if stored.as_ref().is_some_and(|row| is_of(row, viewer)) {
            return Ok(());
        }
        let row = api_token::Model {
            id: viewer.token,
            name: viewer.name.clone(),
            role: viewer.role.as_str().to_owned(),
            agency_id: viewer.agency,
            salt: Vec::new(),
            hash: Vec::new(),
            created_at: stored.as_ref().map_or(self.now(), |row| row.created_at),
            expires_at: None,
            revoked_at: stored.as_ref().and_then(|row| row.revoked_at),
            last_used_at: Some(self.now()),
        };
        let action = if stored.is_some() { AuditAction::TokenChanged } else { AuditAction::TokenCreated };
        if stored.is_some() {
            row.into_active_model().reset_all().update(self.txn().await?).await?;
        } else {
            self.insert([row]);
        }
        let Identity { issuer, subject, name, role, agency } = identity;
        let detail = json!({"name": name, "role": role, "agency": agency, "issuer": issuer, "subject": subject});
        self.audit(Some(viewer.token), Audited { action, subject: viewer.token, detail }).await
    }
}
