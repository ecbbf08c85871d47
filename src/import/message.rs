//! What a run has to say: of a document, of a row in it, of itself.

crate::vocabulary! {
    /// How far an import is (가져오기 상태).
    pub enum ImportStatus {
        Running = "RUNNING", "진행 중", "Running";
        Completed = "COMPLETED", "완료", "Completed", "What could be recorded is recorded; of a dry run, what would be is told.";
        Rejected = "REJECTED", "반려", "Rejected", "Nothing was recorded: the messages say why.";
        Failed = "FAILED", "실패", "Failed", "The register could not go on. What was recorded until then stays; the same documents again go on from there.";
        Interrupted = "INTERRUPTED", "중단", "Interrupted", "The server was stopped. What was recorded until then stays; the same documents again go on from there.";
    }
}

crate::vocabulary! {
    /// What becomes of a run some of whose rows cannot be recorded (오류 처리 방침).
    pub enum ImportPolicy {
        RejectAll = "REJECT_ALL", "전체 반려", "Reject all", "Nothing is recorded.";
        RejectRows = "REJECT_ROWS", "오류 행만 반려", "Reject rows", "The other rows are recorded.";
    }
}

crate::vocabulary! {
    /// What a run was doing when it had something to say (가져오기 단계).
    pub enum ImportPhase {
        Read = "READ", "읽기", "Reading the document";
        Check = "CHECK", "검사", "Checking what it states";
        Record = "RECORD", "기록", "Recording it";
    }
}

crate::vocabulary! {
    /// How serious a message is (심각도).
    pub enum ImportSeverity {
        Error = "ERROR", "오류", "Error", "Something cannot be recorded.";
        Warning = "WARNING", "경고", "Warning", "Something was left out, or taken for something that it may not be.";
        Info = "INFO", "알림", "Information", "Nothing is lost.";
    }
}

/// Stable codes of messages beyond those of problems and of readers.
pub mod code {
    /// Which agency a row is of cannot be told.
    pub const AGENCY_REQUIRED: &str = "AGENCY_REQUIRED";
    /// The register has no agency of that name.
    pub const AGENCY_NOT_FOUND: &str = "AGENCY_NOT_FOUND";
    /// Several agencies have that name.
    pub const AGENCY_AMBIGUOUS: &str = "AGENCY_AMBIGUOUS";
    /// The row is of an agency that the run is not for.
    pub const AGENCY_FORBIDDEN: &str = "AGENCY_FORBIDDEN";
    /// A file stands twice in what is imported.
    pub const DUPLICATE: &str = "DUPLICATE";
    /// A value could not be understood and was left out.
    pub const NOT_UNDERSTOOD: &str = "NOT_UNDERSTOOD";
    /// A dry run: the file would be new.
    pub const WOULD_ADD: &str = "WOULD_ADD";
    /// A dry run: the file would be amended.
    pub const WOULD_AMEND: &str = "WOULD_AMEND";
    /// A file was amended.
    pub const AMENDED: &str = "AMENDED";
    /// There are more messages than are kept.
    pub const FURTHER_MESSAGES: &str = "FURTHER_MESSAGES";
    /// The run broke off.
    pub const BROKEN_OFF: &str = "BROKEN_OFF";
}

/// One thing that a run has to say.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Document; `None` for the run as a whole.
    pub document: Option<String>,
    /// Sheet, row or line; or the path of a value.
    pub place: Option<String>,
    /// What the run was doing.
    pub phase: ImportPhase,
    /// How serious it is.
    pub severity: ImportSeverity,
    /// Stable code.
    pub code: String,
    /// What it is, and how to mend it.
    pub text: String,
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.document, &self.place) {
            // Line and column, as editors take them.
            (Some(document), Some(place)) if place.starts_with(|c: char| c.is_ascii_digit()) => write!(f, "{document}:{place}: ")?,
            (document, place) => [document, place].into_iter().flatten().try_for_each(|place| write!(f, "{place}: "))?,
        }
        write!(f, "{} ({})", self.text, self.code)
    }
}
