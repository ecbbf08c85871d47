//! What provisions and entrustments are stated for: one file, by its registration, or a whole policy, by a revision of it. What a policy states counts for each file that it covers.

use uuid::Uuid;

use crate::vocabulary;

vocabulary! {
    /// Whom a statement on provision or entrustment is made for (기재 단위).
    pub enum StatedFor, filter StatedForFilter {
        DataFile = "DATA_FILE", "개인정보파일", "Stated for the data file", "Its registration states it.";
        Policy = "POLICY", "처리방침", "Stated for the policy", "A revision of a privacy policy states it for everything that it covers.";
    }
}

/// Record that states a provision or an entrustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedBy {
    /// Registration of a file.
    Registration(Uuid),
    /// Revision of a policy.
    PolicyRevision(Uuid),
}

impl StatedBy {
    /// Key of the record.
    #[must_use]
    pub fn key(self) -> Uuid {
        let (Self::Registration(key) | Self::PolicyRevision(key)) = self;
        key
    }

    /// Key of the registration, if it is one.
    #[must_use]
    pub fn registration(self) -> Option<Uuid> {
        matches!(self, Self::Registration(_)).then(|| self.key())
    }

    /// Key of the policy revision, if it is one.
    #[must_use]
    pub fn policy_revision(self) -> Option<Uuid> {
        matches!(self, Self::PolicyRevision(_)).then(|| self.key())
    }
}

/// Whose provisions or entrustments a list holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Those in force of the whole register.
    Register,
    /// Those in force of an agency, or of it and the agencies below it.
    Agency {
        /// Whether those of the agencies below it count too.
        includes_subordinate: bool,
    },
    /// Those in force to a recipient or entrustee.
    Organization,
    /// Those in force of which a data flow is made.
    DataFlow,
    /// Those that count for a registration.
    Registration {
        /// Only those stated for these; all if `None`.
        stated_for: Option<Vec<StatedFor>>,
    },
    /// Those that a revision of a policy states.
    PolicyRevision,
}
