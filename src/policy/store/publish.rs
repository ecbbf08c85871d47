//! The act of publishing a revision of a policy.

use entity::{agency, policy_revision, privacy_policy};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use uuid::Uuid;

use crate::access::{AuditAction, Audited, Viewer};
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::policy::{Policy, PolicyInput, PolicyRevisionInput};
use crate::problem::Problems;
use crate::redaction::ButErased;
use crate::registration::Recorded;
use crate::source::DocumentKeys;
use crate::store::Write;

/// Publishes a revision of a policy of an agency.
#[derive(Clone, Debug)]
pub struct Publishing {
    /// Agency.
    pub agency: Uuid,
    /// Title of the policy; the agency's only one where left out.
    pub title: Option<String>,
    /// Data files that it covers.
    pub data_files: Vec<Uuid>,
    /// What it says else.
    pub revision: PolicyRevisionInput,
}

/// Where a problem of a policy with one revision stands among the arguments.
fn told(problems: Problems) -> Vec<UserProblem> {
    let named = |problem: UserProblem| {
        let path = problem.path.strip_prefix("revisions.0.").unwrap_or(&problem.path);
        let path = path.strip_prefix("dataFiles").map_or_else(|| path.to_owned(), |rest| format!("dataFileIds{rest}"));
        UserProblem { path: format!("input.{path}"), ..problem }
    };
    problems.found().into_iter().map(UserProblem::from).map(named).collect()
}

impl Act for Publishing {
    type Done = policy_revision::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<policy_revision::Model>> {
        let problem = |path: &str, code, message: String| Ok((None, vec![UserProblem::new(path, code, message)]));
        let Some(agency) = agency::Entity::find_by_id(self.agency).one(write.txn().await?).await? else {
            return problem("agencyId", UserErrorCode::NotFound, "there is no such agency".to_owned());
        };
        if !write.acts_for(viewer, agency.id).await? {
            return Err(Error::Forbidden);
        }
        let title = match &self.title {
            Some(title) => title.clone(),
            None => {
                let known = privacy_policy::Entity::find().filter(privacy_policy::Column::AgencyId.eq(agency.id)).all(write.txn().await?).await?;
                let [only] = &known[..] else {
                    let message =
                        format!("{} ({}) has {} policies: state the title of the one that is meant, or of a new one", agency.name, agency.code, known.len());
                    return problem("input.title", UserErrorCode::Required, message);
                };
                only.title.clone()
            }
        };
        let mut revision = self.revision.clone();
        for (place, number) in write.files_at_or_below(agency.id, &self.data_files).await?.into_iter().enumerate() {
            let Some(number) = number else {
                let message = format!("neither {} ({}) nor an agency below it has such a data file", agency.name, agency.code);
                return problem(&format!("input.dataFileIds.{place}"), UserErrorCode::NotFound, message);
            };
            revision.data_files.push(number);
        }
        let entrustees = revision.entrustments.iter().flat_map(|entrustment| std::iter::once(&entrustment.entrustee).chain(&entrustment.sub_entrustees));
        let names = revision.provisions.iter().map(|provision| &provision.recipient).chain(entrustees);
        let names: Vec<&str> = names.chain(revision.entrusted_by.iter().map(|entrustment| &entrustment.entruster)).map(String::as_str).collect();
        let parties = write.parties_named(names).await?;
        let mut problems = Problems::default();
        let policy = PolicyInput { agency: agency.code.clone(), title, revisions: vec![revision] }.checked(&mut problems, &parties, &[]);
        if !problems.is_empty() {
            return Ok((None, told(problems)));
        }
        let id = policy.id();
        let row = match write.is_last_of_its_period(id, &policy).await? {
            // The same again stays as it was recorded, with its sources.
            Some(revision) => policy_revision::Entity::find_by_id(revision).one(write.txn().await?).await?,
            None => {
                let recorded = write.privacy_policy(&policy, &DocumentKeys::new()).await?;
                let last = policy_revision::Entity::find()
                    .filter(policy_revision::Column::PrivacyPolicyId.eq(id))
                    .order_by_desc(policy_revision::Column::Number)
                    .one(write.txn().await?)
                    .await?;
                let last = last.filter(|_| recorded == [Recorded::New]).ok_or_else(|| Error::internal("a revision that was just stored is missing"))?;
                let detail = json!({"agency": policy.agency, "title": policy.title, "number": last.number});
                write.audit(Some(viewer.token), Audited { action: AuditAction::PrivacyPolicyPublished, subject: last.id, detail }).await?;
                Some(last)
            }
        };
        Ok((row, Vec::new()))
    }
}

impl Write {
    /// The revision that was recorded last of the period that a policy's only revision is of, if it says the same.
    async fn is_last_of_its_period(&mut self, policy_id: Uuid, policy: &Policy) -> Result<Option<Uuid>> {
        let Some((content, _)) = policy.revisions.first() else { return Ok(None) };
        let recorded = self.revisions_of(policy_id).await?;
        let last = recorded.into_iter().rfind(|(_, other)| super::record::is_same_period(other, content));
        Ok(last.filter(|(_, last)| ButErased(last) == ButErased(content)).map(|(id, _)| id))
    }
}
