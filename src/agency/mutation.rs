//! Mutations on agencies: registered, renamed, merged, split, or handing functions over. For the regulator and administrators.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::graphql::Agency;
use super::store::{Registering, Renaming, Succeeded, Succeeding};
use super::{AgencyType, SuccessionKind};
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::error::Error;
use crate::graphql::Reads as _;
use crate::graphql::mutation::{Outcome, UserErrorCode, UserProblem, carried_out};
use crate::graphql::scalar::Date;
use crate::identity::{GlobalId, NodeType};

/// Who may.
const ROLES: &[Role] = &[Role::Regulator, Role::Admin];

/// Agency (공공기관) to be registered.
#[derive(Debug, InputObject)]
#[graphql(name = "AgencyInput")]
pub struct NewAgency {
    /// Standard administrative code (행정표준 기관코드): 7 characters, digits and capital letters. Left out for an operating unit without one: it gets the next code that begins with Y.
    pub code: Option<String>,
    /// Name. At most 200 characters.
    pub name: String,
    /// Short name. At most 200 characters.
    pub short_name: Option<String>,
    /// Kind.
    pub r#type: AgencyType,
    /// Global ID of the superior agency (차상위기관), which must not be abolished.
    pub parent_id: Option<ID>,
    /// Code of the region: 시도 with 2 digits, 시군구 with 5.
    pub region: Option<String>,
    /// Address of the homepage. At most 500 characters.
    pub homepage: Option<String>,
    /// Other names under which documents mention it. At most 50.
    pub aliases: Option<Vec<String>>,
}

/// New name of an agency (명칭 변경).
#[derive(Debug, InputObject)]
pub struct AgencyRenameInput {
    /// New name. At most 200 characters. The former one stays among the agency's other names.
    pub name: String,
    /// New short name; null where it has none any more. Left out: it stays.
    pub short_name: MaybeUndefined<String>,
    /// New code, where the agency gets one: then an agency with the new code and name succeeds it, takes over all of its data files and the agencies below it, and the former code points on to it.
    pub code: Option<String>,
    /// Day on which the new code holds, not in the future; today if left out. Only together with `code`.
    pub on: Option<Date>,
    /// Reason that the registrations of its data files tell. At most 500 characters. Only together with `code`.
    pub reason: Option<String>,
}

/// Reorganisation (조직 개편). In a merger and in a split the predecessors end: all of their data files go over, the agencies below them stand under the successor that takes the rest, and they become ABOLISHED.
/// In a transfer the predecessor goes on, and hands over the data files that are named.
#[derive(Debug, InputObject)]
pub struct AgencySuccessionInput {
    /// How: MERGER, SPLIT or TRANSFER.
    pub kind: SuccessionKind,
    /// Day of the reorganisation: not in the future. A data file that was amended later goes over from the day of that amendment.
    pub on: Date,
    /// Global IDs of the agencies before; one for SPLIT and TRANSFER. At most 100.
    pub predecessor_ids: Vec<ID>,
    /// Agencies after; one for MERGER and TRANSFER. At most 100.
    pub successors: Vec<AgencySuccessorInput>,
    /// Reason that the registrations of the data files tell. At most 500 characters.
    pub reason: Option<String>,
}

/// Agency that succeeds others.
#[derive(Debug, InputObject)]
pub struct AgencySuccessorInput {
    /// Global ID of the agency.
    pub agency_id: ID,
    /// Global IDs of the data files that go to it. At most 1,000. Left out: all that go to no other, in a merger all. More go over by several transfers, or to the successor that takes the rest.
    pub data_file_ids: Option<Vec<ID>>,
}

crate::payload! {
    /// What became of `agencyRegister`.
    AgencyRegisterPayload {
        /// Agency that was registered; null if it was not.
        agency: Agency,
    },
    /// Why an agency was not registered.
    AgencyRegisterUserError
}

crate::payload! {
    /// What became of `agencyRename`.
    AgencyRenamePayload {
        /// Agency as it stands: the one with the new code, where it got one. Null if there is none.
        agency: Agency,
    },
    /// Why an agency was not renamed.
    AgencyRenameUserError
}

crate::payload! {
    /// What became of `agencySucceed`.
    AgencySucceedPayload {
        /// Reorganisation that was recorded; null if it was not.
        reorganisation: Reorganisation,
    },
    /// Why a reorganisation was not recorded.
    AgencySucceedUserError
}

/// Reorganisation (조직 개편) that was recorded.
#[derive(SimpleObject)]
pub struct Reorganisation {
    /// Agencies before, as they are now. At most 100.
    pub predecessors: Vec<Agency>,
    /// Agencies after. At most 100.
    pub successors: Vec<Agency>,
    /// Number of data files that went over.
    pub data_file_count: i32,
}

impl From<Succeeded> for Reorganisation {
    fn from(done: Succeeded) -> Self {
        let agencies = |rows: Vec<entity::agency::Model>| rows.into_iter().map(Agency).collect();
        Self {
            predecessors: agencies(done.predecessors),
            successors: agencies(done.successors),
            data_file_count: i32::try_from(done.moved).unwrap_or(i32::MAX),
        }
    }
}

/// Mutations on agencies.
#[derive(Default)]
pub struct AgencyMutation;

/// Mutations on agencies.
#[Object]
impl AgencyMutation {
    /// Registers an agency (기관 등록). For REGULATOR and ADMIN.
    async fn agency_register(&self, ctx: &Context<'_>, #[graphql(desc = "What is known of it.")] input: NewAgency) -> Result<AgencyRegisterPayload> {
        let viewer = viewer_as(ctx, ROLES)?;
        let act = Registering {
            agency: super::AgencyInput {
                code: input.code.unwrap_or_default(),
                name: input.name,
                short_name: input.short_name,
                r#type: input.r#type,
                status: None,
                parent: None,
                region: input.region,
                homepage: input.homepage,
                aliases: input.aliases.unwrap_or_default(),
                predecessors: Vec::new(),
                sources: Vec::new(),
            },
            parent: input.parent_id.map(|id| GlobalId::parse_as(&id, NodeType::Agency)).transpose()?,
        };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }

    /// Gives an agency another name (명칭 변경), and another code where it gets one. For REGULATOR and ADMIN.
    async fn agency_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency.")] id: ID,
        #[graphql(desc = "Its new name.")] input: AgencyRenameInput,
    ) -> Result<AgencyRenamePayload> {
        let viewer = viewer_as(ctx, ROLES)?;
        let session = ctx.session()?;
        let AgencyRenameInput { name, short_name, code, on, reason } = input;
        if code.is_none() && (on.is_some() || reason.is_some()) {
            let message = "the day and the reason are told by the registrations that a new code brings: state `code` too, or leave them out";
            let refused: Outcome<entity::agency::Model> = (None, vec![UserProblem::new("input", UserErrorCode::Invalid, message)]);
            return Ok(refused.into());
        }
        let act = Renaming {
            agency: GlobalId::parse_as(&id, NodeType::Agency)?,
            name,
            short_name: match short_name {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(name) => Some(Some(name)),
            },
            code: code.map(|code| (code, on.map_or_else(|| session.today(), |on| on.0))),
            reason,
        };
        Ok(carried_out(session, &viewer, &act).await?.into())
    }

    /// Records a merger, a split, or a transfer of functions (기관 승계): data files go over to their new agency by a registration of kind SUCCESSION each, and keep their registration numbers; former codes
    /// still resolve, and point on. For REGULATOR and ADMIN.
    async fn agency_succeed(&self, ctx: &Context<'_>, #[graphql(desc = "Who succeeds whom.")] input: AgencySuccessionInput) -> Result<AgencySucceedPayload> {
        let viewer = viewer_as(ctx, ROLES)?;
        let ids = |ids: &[ID], of: NodeType| ids.iter().map(|id| GlobalId::parse_as(id, of)).collect::<Result<Vec<_>, Error>>();
        let mut successors = Vec::new();
        for successor in &input.successors {
            let files = successor.data_file_ids.as_deref().map(|files| ids(files, NodeType::DataFile)).transpose()?;
            successors.push((GlobalId::parse_as(&successor.agency_id, NodeType::Agency)?, files));
        }
        let act =
            Succeeding { kind: input.kind, on: input.on.0, predecessors: ids(&input.predecessor_ids, NodeType::Agency)?, successors, reason: input.reason };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }
}
