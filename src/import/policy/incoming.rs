//! Policies of a run: each is read, its agency settled, and what it states handed on.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use reading::policy::{LONGEST, read};

use super::{PolicyAgency, stated_by};
use crate::error::{Error, Result};
use crate::import::message::Message;
use crate::import::{AgencyScope, ImportPhase, ImportSeverity, Incoming, RegisterDocument};
use crate::store::Store;

/// Documents with their names, and what there is to say of them.
pub type Stated = (Vec<(String, RegisterDocument)>, Vec<Message>);

/// What the policies state, each as a document of the agency that the run is for, or of the one that it names.
///
/// # Errors
/// Those of the database.
pub async fn stated(store: Store, now: DateTime<Utc>, scope: AgencyScope, documents: Vec<Incoming>) -> Result<Stated> {
    let (mut stated, mut messages) = (Vec::new(), Vec::new());
    let mut agencies: HashMap<String, PolicyAgency> = HashMap::new();
    for document in documents {
        let Incoming { name, sha256, .. } = document.clone();
        let mut say = |place: Option<String>, phase, severity, code: &str, text: String| {
            messages.push(Message { document: Some(name.clone()), place, phase, severity, code: code.to_owned(), text });
        };
        // Of a longer one its beginning is read, and that is told.
        let bytes = tokio::task::spawn_blocking(move || document.read_start(LONGEST as u64 + 1).map(|bytes| read(&document.name, &bytes)));
        let policy = match bytes.await.map_err(|error| Error::internal(error.to_string()))? {
            Ok(policy) => policy,
            Err(error) => {
                say(None, ImportPhase::Read, ImportSeverity::Error, reading::sheet::code::UNREADABLE, format!("cannot be read: {error}"));
                continue;
            }
        };
        let written = policy.agency.as_ref().map(|agency| agency.text.as_str()).filter(|_| scope.stated.is_none());
        let code = match scope.settle(written) {
            Ok((code, _)) => code,
            Err((code, text)) => {
                say(None, ImportPhase::Check, ImportSeverity::Error, code, text);
                continue;
            }
        };
        if !agencies.contains_key(&code)
            && let Some(agency) = store.policy_agency(&code).await?
        {
            agencies.insert(code.clone(), agency);
        }
        let Some(agency) = agencies.get_mut(&code) else { continue };
        let read_at = store.first_read(&sha256, &agency.name).await?.unwrap_or(now);
        let (native, remarks) = stated_by(&policy, &sha256, agency, read_at);
        for remark in remarks {
            say(Some(format!("line {}", remark.line)), ImportPhase::Read, ImportSeverity::Warning, remark.code, remark.text);
        }
        stated.push((name.clone(), native));
    }
    Ok((stated, messages))
}
