//! Application for registration (등록 신청): Act 제32조①, Decree 제34조①. How an agency comes to a registration, its amendment, its correction, or the record of its destruction.
//!
//! An application is never public. What it leads to, when it is accepted, is an ordinary registration: it takes the same checks and the same recording as every other way in.

mod conflict;
pub mod graphql;
pub mod input;
pub mod mutation;
mod store;
mod trial;

use crate::access::{AuditAction, Role};
use crate::registration::RegistrationChangeKind;

pub use graphql::ApplicationQuery;
pub use mutation::ApplicationMutation;

crate::vocabulary! {
    /// What an application is for (신청 구분).
    pub enum ApplicationKind, filter ApplicationKindFilter {
        New = "NEW", "신규 등록", "First registration of a data file";
        Amendment = "AMENDMENT", "변경 등록", "Amendment", "A matter left out keeps its value.";
        Correction = "CORRECTION", "정정", "Correction of what is recorded", "A matter left out keeps its value.";
        Destruction = "DESTRUCTION", "파기", "Destruction of the data file", "Only `validFrom` and `reason` are stated.";
    }
}

crate::vocabulary! {
    /// How far an application is (신청 상태).
    pub enum ApplicationStatus, filter ApplicationStatusFilter {
        Draft = "DRAFT", "작성 중", "Draft";
        Submitted = "SUBMITTED", "제출", "Submitted", "The regulator has to decide.";
        Returned = "RETURNED", "보완 요구", "Returned", "`returnReason` says why; the agency edits and submits it again.";
        Accepted = "ACCEPTED", "수리", "Accepted", "What was applied for is registered.";
        Cancelled = "CANCELLED", "취소", "Cancelled";
    }
}

crate::vocabulary! {
    /// A step of an application (처리 단계).
    pub enum ApplicationAction {
        Create = "CREATE", "작성", "Drawn up";
        Update = "UPDATE", "수정", "Edited";
        Submit = "SUBMIT", "제출", "Submitted";
        Return = "RETURN", "보완 요구", "Returned";
        Accept = "ACCEPT", "수리", "Accepted";
        Cancel = "CANCEL", "취소", "Cancelled";
    }
}

/// A step that an application may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Status before.
    pub from: ApplicationStatus,
    /// Step.
    pub action: ApplicationAction,
    /// Status after.
    pub to: ApplicationStatus,
}

const fn step(from: ApplicationStatus, action: ApplicationAction, to: ApplicationStatus) -> Transition {
    Transition { from, action, to }
}

/// Every step that there is: docs/applications.md shows the same table.
pub const TRANSITIONS: [Transition; 9] = [
    step(ApplicationStatus::Draft, ApplicationAction::Update, ApplicationStatus::Draft),
    step(ApplicationStatus::Draft, ApplicationAction::Submit, ApplicationStatus::Submitted),
    step(ApplicationStatus::Draft, ApplicationAction::Cancel, ApplicationStatus::Cancelled),
    step(ApplicationStatus::Submitted, ApplicationAction::Return, ApplicationStatus::Returned),
    step(ApplicationStatus::Submitted, ApplicationAction::Accept, ApplicationStatus::Accepted),
    step(ApplicationStatus::Submitted, ApplicationAction::Cancel, ApplicationStatus::Cancelled),
    step(ApplicationStatus::Returned, ApplicationAction::Update, ApplicationStatus::Returned),
    step(ApplicationStatus::Returned, ApplicationAction::Submit, ApplicationStatus::Submitted),
    step(ApplicationStatus::Returned, ApplicationAction::Cancel, ApplicationStatus::Cancelled),
];

impl ApplicationStatus {
    /// Status after a step; `None` where the step cannot be taken.
    #[must_use]
    pub fn after(self, action: ApplicationAction) -> Option<Self> {
        TRANSITIONS.iter().find(|transition| transition.from == self && transition.action == action).map(|transition| transition.to)
    }
}

impl ApplicationAction {
    /// Roles that may take the step. An agency only for itself and those below it.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Create | Self::Update | Self::Submit | Self::Cancel => &[Role::Agency, Role::Admin],
            Self::Return | Self::Accept => &[Role::Regulator, Role::Admin],
        }
    }

    /// What the audit log tells of it.
    #[must_use]
    pub fn audited(self) -> AuditAction {
        match self {
            Self::Create => AuditAction::ApplicationCreated,
            Self::Update => AuditAction::ApplicationUpdated,
            Self::Submit => AuditAction::ApplicationSubmitted,
            Self::Return => AuditAction::ApplicationReturned,
            Self::Accept => AuditAction::ApplicationAccepted,
            Self::Cancel => AuditAction::ApplicationCancelled,
        }
    }
}

impl ApplicationKind {
    /// Kind of the registration that it leads to.
    #[must_use]
    pub fn change_kind(self) -> RegistrationChangeKind {
        match self {
            Self::New => RegistrationChangeKind::New,
            Self::Amendment => RegistrationChangeKind::Amendment,
            Self::Correction => RegistrationChangeKind::Correction,
            Self::Destruction => RegistrationChangeKind::Destruction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabulary as _;

    #[test]
    fn the_documented_table_is_the_table() {
        let document = include_str!("../../docs/applications.md");
        let rows = document.lines().filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            let [from, action, to, ..] = cells[..] else { return None };
            Some(Transition { from: ApplicationStatus::from_word(from)?, action: ApplicationAction::from_word(action)?, to: ApplicationStatus::from_word(to)? })
        });
        assert_eq!(rows.collect::<Vec<_>>(), TRANSITIONS);
    }

    #[test]
    fn what_is_decided_stays_so() {
        for word in ApplicationAction::WORDS {
            for status in [ApplicationStatus::Accepted, ApplicationStatus::Cancelled] {
                assert_eq!(status.after(word.is), None);
            }
            assert!(word.is.roles().contains(&Role::Admin) && !word.is.roles().contains(&Role::Anonymous));
        }
    }
}
