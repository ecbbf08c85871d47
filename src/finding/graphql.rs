//! Findings in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, data_file, finding, policy_revision, registration};

use super::store::{FindingListing, FindingsOfRules};
use super::{Certainty, CertaintyFilter, Evidence, FindingRuleCode, FindingRuleCodeFilter, message};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::data_file::graphql::{DataFile, DataFileFilter};
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::filter::{DateFilter, IdFilter};
use crate::graphql::node::Node;
use crate::graphql::scalar::{Count, Date};
use crate::graphql::{Language, Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::policy::graphql::PolicyRevision;
use crate::registration::graphql::Registration;
use crate::store::Page;
use crate::vocabulary::Vocabulary as _;

/// What one of the law's rules says of a registration, a revision of a policy or an agency (점검 결과), computed from what is public. It is no judgement.
#[derive(Clone)]
pub struct Finding(pub finding::Model);

impl From<finding::Model> for Finding {
    fn from(row: finding::Model) -> Self {
        Self(row)
    }
}

impl Finding {
    fn evidence_read(&self) -> Result<Vec<Evidence>, Error> {
        serde_json::from_str(&self.0.evidence).map_err(|error| Error::internal(format!("the evidence of a finding cannot be read: {error}")))
    }
}

/// What one of the law's rules says of a registration, a revision of a policy or an agency (점검 결과), computed from what is public. It is no judgement.
#[Object]
impl Finding {
    /// Global ID of the finding: the same as long as the rule says it of the same place.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Finding, self.0.id).into()
    }

    /// Rule of the finding.
    async fn rule(&self) -> Result<FindingRule> {
        Ok(FindingRule(word(&self.0.rule)?))
    }

    /// Agency concerned.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// What the finding is about: a registration, a policy revision, or the agency.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Node> {
        Ok(if let Some(id) = self.0.registration_id {
            Node::Registration(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone()))
        } else if let Some(id) = self.0.policy_revision_id {
            Node::PolicyRevision(PolicyRevision::from((*ctx.row::<policy_revision::Entity>(id).await?).clone()))
        } else {
            Node::Agency(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
        })
    }

    /// Data file concerned; null where the finding is about no single one.
    async fn data_file(&self, ctx: &Context<'_>) -> Result<Option<DataFile>> {
        match self.0.data_file_id {
            Some(id) => Ok(Some(DataFile((*ctx.row::<data_file::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// How certain the finding is.
    async fn certainty(&self) -> Result<Certainty> {
        Ok(word(&self.0.certainty)?)
    }

    /// First day on which the finding holds.
    async fn since(&self) -> Date {
        Date(self.0.since)
    }

    /// First day on which the finding no longer holds; null as long as nothing changes.
    async fn until(&self) -> Option<Date> {
        self.0.until.map(Date)
    }

    /// What the finding says, in careful words.
    async fn message(&self, #[graphql(desc = "Language of the message; Korean if left out.")] language: Option<Language>) -> Result<String> {
        Ok(message(word(&self.0.rule)?, word(&self.0.certainty)?, &self.evidence_read()?, language.unwrap_or(Language::Ko)))
    }

    /// Values that show it, each with its path in the subject: `entrustments.0.endsOn: 2024-12-31`. At most 1,000.
    async fn evidence(&self) -> Result<Vec<String>> {
        Ok(self.evidence_read()?.iter().map(ToString::to_string).collect())
    }
}

/// Rule of the law that is computed for every data file, policy and agency (점검 규칙).
#[derive(Clone, Copy)]
pub struct FindingRule(pub FindingRuleCode);

/// Rule of the law that is computed for every data file, policy and agency (점검 규칙).
#[Object]
impl FindingRule {
    /// Code of the rule.
    async fn code(&self) -> FindingRuleCode {
        self.0
    }

    /// What the rule looks for.
    async fn title(&self, #[graphql(desc = "Language of the title; Korean if left out.")] language: Option<Language>) -> &str {
        let word = self.0.word();
        if language == Some(Language::En) { word.en } else { word.ko }
    }

    /// Articles that the rule rests on: of the Personal Information Protection Act (개인정보 보호법) and its Enforcement Decree (시행령).
    async fn article(&self) -> &str {
        self.0.article()
    }

    /// Number of findings of the rule that hold on a day.
    async fn count(&self, ctx: &Context<'_>, #[graphql(desc = "Day on which they hold; today if left out.")] as_of: Option<Date>) -> Result<Count> {
        let day = as_of.map_or(ctx.session()?.today(), |day| day.0);
        let counts = ctx.load(FindingsOfRules(day)).await?;
        Ok(Count(counts.and_then(|counts| counts.get(self.0.as_str()).copied()).unwrap_or_default()))
    }
}

crate::connections! {
    FindingConnection, FindingEdge: Finding from finding;
}

/// Conditions on findings. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct FindingFilter {
    /// Rule of the finding.
    pub rule: Option<FindingRuleCodeFilter>,
    /// How certain the finding is.
    pub certainty: Option<CertaintyFilter>,
    /// Agency concerned; `{subordinateTo: …}` is an agency with those below it.
    pub agency: Option<Box<AgencyFilter>>,
    /// Data file concerned.
    pub data_file: Option<Box<DataFileFilter>>,
    /// What the finding is about: ids of registrations, policy revisions, data files or agencies.
    pub subject_id: Option<IdFilter>,
    /// First day on which the finding holds.
    pub since: Option<DateFilter>,
    /// First day on which the finding no longer holds.
    pub until: Option<DateFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<FindingFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<FindingFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<FindingFilter>>,
}

crate::order! {
    FindingOrder by FindingOrderField, Since Desc {
        Since = "SINCE", "발생일", "First day on which it holds";
        Rule = "RULE", "규칙", "Rule", "Within a rule by the first day.";
    }
}

/// Queries on findings.
#[derive(Default)]
pub struct FindingQuery;

/// Queries on findings.
#[Object]
impl FindingQuery {
    /// Findings of the law's rules that hold on a day, latest first if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which findings.")] filter: Option<Box<FindingFilter>>,
        #[graphql(desc = "Day on which they hold; today if left out.")] as_of: Option<Date>,
        #[graphql(desc = "Whether findings of every day are wanted, past and to come; `asOf` is left out then. No if left out.")] includes_ended: Option<bool>,
        #[graphql(desc = "In which order; latest first if left out.")] order_by: Option<FindingOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let today = ctx.session()?.today();
        let day = match (as_of, includes_ended) {
            (Some(_), Some(true)) => {
                return Err(Error::input("`asOf` asks for the findings of one day, `includesEnded` for those of every day; leave one of them out").into());
            }
            (_, Some(true)) => None,
            (as_of, _) => Some(as_of.map_or(today, |day| day.0)),
        };
        let listing = FindingListing::of_register(filter, day, order_by.unwrap_or_default(), today, &ctx.session()?.store)?;
        Ok(FindingConnection(Paged::load(ctx, listing, None, page).await?))
    }

    /// The rules, in the order of their codes. At most 18.
    async fn finding_rules(&self) -> Vec<FindingRule> {
        FindingRuleCode::WORDS.iter().map(|word| FindingRule(word.is)).collect()
    }
}
