//! The tables of an export: one for each entity, as analysts read them. Words are those of the schema, ids its global ids.

use super::field::{Dated, Field, Holds, List, Source};
use crate::identity::NodeType;

const fn field(name: &'static str, label: &'static str, holds: Holds, sql: &'static str) -> Field {
    Field { name, label, holds, sql }
}

const fn text(name: &'static str, label: &'static str, sql: &'static str) -> Field {
    field(name, label, Holds::Text, sql)
}

const fn number(name: &'static str, label: &'static str, sql: &'static str) -> Field {
    field(name, label, Holds::Integer, sql)
}

const fn flag(name: &'static str, label: &'static str, sql: &'static str) -> Field {
    field(name, label, Holds::Boolean, sql)
}

const fn day(name: &'static str, label: &'static str, sql: &'static str) -> Field {
    field(name, label, Holds::Day, sql)
}

const fn id(name: &'static str, label: &'static str, node: NodeType, sql: &'static str) -> Field {
    field(name, label, Holds::Id(node), sql)
}

const fn texts(name: &'static str, label: &'static str, sql: &'static str) -> Field {
    field(name, label, Holds::Texts, sql)
}

const fn list(name: &'static str, label: &'static str, list: &'static List) -> Field {
    field(name, label, Holds::List(list), "")
}

/// Items of a registration (수집 항목).
pub static ITEMS: List = List {
    from: "collected_item i",
    on: "i.registration_id = r.id",
    order: "i.position",
    fields: &[
        text("name", "항목", "i.name"),
        text("requirement", "필수·선택", "i.requirement"),
        text("subject", "정보주체", "i.subject"),
        text("marker", "표시", "i.marker"),
        text("category", "항목 분류", "i.category_code"),
        text("unique_identifier", "고유식별정보", "i.unique_identifier"),
        text("sensitive_kind", "민감정보", "i.sensitive_kind"),
    ],
};

/// Bases of a registration (운영 근거).
pub static BASES: List = List {
    from: "legal_basis b LEFT JOIN statute s ON s.id = b.statute_id",
    on: "b.registration_id = r.id",
    order: "b.position",
    fields: &[
        text("citation", "근거", "b.citation"),
        text("statute", "법령", "s.name"),
        text("statute_kind", "법령 종류", "s.kind"),
        text("article", "조", "b.article"),
        text("paragraph", "항", "b.paragraph"),
        text("subparagraph", "호", "b.subparagraph"),
        flag("is_consent", "동의 여부", "b.is_consent"),
        text("lawful_ground", "처리 근거", "b.lawful_ground"),
    ],
};

/// Terms of the retention period of a registration (보유기간).
static TERMS: List = List {
    from: "retention_term t",
    on: "t.registration_id = r.id",
    order: "t.position",
    fields: &[
        text("text", "보유기간", "t.text"),
        text("class", "보유기간 구분", "t.class"),
        number("min_months", "최소 개월", "t.min_months"),
        number("max_months", "최대 개월", "t.max_months"),
        number("min_days", "최소 일", "t.min_days"),
        number("max_days", "최대 일", "t.max_days"),
        text("event", "사유", "t.event"),
        text("condition", "조건", "t.condition"),
    ],
};

/// Limits to access of a registration (열람 제한).
pub static RESTRICTIONS: List = List {
    from: "access_restriction x",
    on: "x.registration_id = r.id",
    order: "x.position",
    fields: &[text("scope", "제한 범위", "x.scope"), text("ground", "제한 근거", "x.ground"), text("text", "제한 사유", "x.text")],
};

/// Recipients that a registration states (제공받는 자).
pub static RECIPIENTS: List = List {
    from: "provision p",
    on: "p.registration_id = r.id",
    order: "p.position",
    fields: &[text("recipient", "제공받는 자", "p.recipient_name"), text("purpose", "제공 목적", "p.purpose")],
};

/// Entrustments that a registration states (위탁).
pub static ENTRUSTED: List = List {
    from: "entrustment e",
    on: "e.registration_id = r.id",
    order: "e.position",
    fields: &[text("entrustee", "수탁자", "e.entrustee_name"), text("task", "위탁업무", "e.task")],
};

/// Files in the register: identity, and what holds now.
static DATA_FILES: Source = Source {
    table: "data_files",
    from: "data_file f JOIN agency a ON a.id = f.agency_id",
    key: "f.id",
    keyed_by: "data_file",
    order: "f.id",
    file: Some("f.id"),
    dated: Dated::Never,
    fields: &[
        id("id", "식별자", NodeType::DataFile, "f.id"),
        text("registration_number", "등록번호", "f.registration_number"),
        text("status", "상태", "f.status"),
        text("agency_code", "기관코드", "a.code"),
        text("name", "개인정보파일의 명칭", "f.name"),
        number("data_subject_count", "정보주체 수", "f.data_subject_count"),
        day("registered_on", "등록일", "f.registered_on"),
        id("registration_id", "현재 등록 식별자", NodeType::Registration, "f.registration_id"),
    ],
};

/// Registrations, with what they state nested.
static REGISTRATIONS: Source = Source {
    table: "registrations",
    from: "registration r JOIN data_file f ON f.id = r.data_file_id JOIN agency a ON a.id = r.agency_id",
    key: "r.data_file_id",
    keyed_by: "data_file",
    order: "r.data_file_id, r.number",
    file: Some("r.data_file_id"),
    dated: Dated::ByRegistration,
    fields: &[
        id("id", "식별자", NodeType::Registration, "r.id"),
        id("data_file_id", "개인정보파일 식별자", NodeType::DataFile, "r.data_file_id"),
        text("registration_number", "등록번호", "f.registration_number"),
        number("number", "차수", "r.number"),
        flag("is_last", "마지막 등록 여부", "(r.id = f.registration_id)"),
        text("change_kind", "변경구분", "r.change_kind"),
        text("reason", "변경사유", "r.reason"),
        day("valid_from", "시행일", "r.valid_from"),
        day(
            "valid_until",
            "종료일",
            "(SELECT MIN(next.valid_from) FROM registration next WHERE next.data_file_id = r.data_file_id AND (next.valid_from, next.number) > (r.valid_from, r.number))",
        ),
        field("recorded_at", "기록 시각", Holds::Instant, "r.recorded_at"),
        day("registered_on", "등록일", "r.registered_on"),
        text("completeness", "기재범위", "r.completeness"),
        text("agency_code", "기관코드", "a.code"),
        text("name", "개인정보파일의 명칭", "r.name"),
        text("purpose", "운영 목적", "r.purpose"),
        text("processing_method", "처리방법 구분", "r.processing_method"),
        text("processing_method_text", "처리방법", "r.processing_method_text"),
        text("collection_method", "수집방법", "r.collection_method"),
        text("retention_text", "보유기간", "r.retention_text"),
        text("retention_class", "보유기간 구분", "r.retention_class"),
        text("retention_change", "보유기간 변경", "r.retention_change"),
        number("data_subject_count", "정보주체 수", "r.data_subject_count"),
        day("counted_on", "집계일", "r.counted_on"),
        text("processing_department", "부서명", "r.processing_department"),
        texts("processing_department_phones", "부서 전화번호", "r.processing_department_phones"),
        text("access_desk_department", "열람 요구 접수·처리 부서", "r.access_desk_department"),
        texts("access_desk_phones", "열람 부서 전화번호", "r.access_desk_phones"),
        text("access_desk_email", "열람 부서 전자우편", "r.access_desk_email"),
        text("access_desk_fax", "열람 부서 팩스", "r.access_desk_fax"),
        text("access_desk_address", "열람 부서 주소", "r.access_desk_address"),
        text("information_system", "개인정보처리시스템명", "r.information_system"),
        flag("includes_children_under14", "만 14세 미만 아동 포함 여부", "r.includes_children_under14"),
        day("operation_started_on", "운영 시작일", "r.operation_started_on"),
        list("collected_items", "수집 항목", &ITEMS),
        list("legal_bases", "운영 근거", &BASES),
        list("retention_terms", "보유기간 조건", &TERMS),
        list("access_restrictions", "열람 제한", &RESTRICTIONS),
    ],
};

/// Provisions to third parties, of files and of policies.
static PROVISIONS: Source = Source {
    table: "provisions",
    from: "provision p JOIN agency a ON a.id = p.agency_id LEFT JOIN registration r ON r.id = p.registration_id LEFT JOIN data_file f ON f.id = r.data_file_id \
           LEFT JOIN policy_revision v ON v.id = p.policy_revision_id",
    key: "p.id",
    keyed_by: "provision",
    order: "p.id",
    file: Some("r.data_file_id"),
    dated: Dated::ByStatement,
    fields: &[
        id("id", "식별자", NodeType::Provision, "p.id"),
        id("registration_id", "등록 식별자", NodeType::Registration, "p.registration_id"),
        text("registration_number", "등록번호", "f.registration_number"),
        id("policy_revision_id", "처리방침 개정 식별자", NodeType::PolicyRevision, "p.policy_revision_id"),
        number("position", "순번", "p.position"),
        text("agency_code", "기관코드", "a.code"),
        id("recipient_id", "제공받는 자 식별자", NodeType::Organization, "p.recipient_id"),
        text("recipient_name", "제공받는 자", "p.recipient_name"),
        text("material", "제공자료", "p.material"),
        text("purpose", "제공 목적", "p.purpose"),
        text("items_text", "제공 항목", "p.items_text"),
        text("retention_text", "제공받는 자의 보유기간", "p.retention_text"),
        text("retention_class", "보유기간 구분", "p.retention_class"),
        flag("is_outside_purpose", "목적 외 제공 여부", "p.is_outside_purpose"),
        text("frequency", "제공 주기", "p.frequency"),
        text("method", "제공 방법", "p.method"),
        text("note", "비고", "p.note"),
        list(
            "items",
            "제공 항목",
            &List {
                from: "provided_item i",
                on: "i.provision_id = p.id",
                order: "i.position",
                fields: &[
                    text("name", "항목", "i.name"),
                    text("subject", "정보주체", "i.subject"),
                    text("category", "항목 분류", "i.category_code"),
                    text("unique_identifier", "고유식별정보", "i.unique_identifier"),
                    text("sensitive_kind", "민감정보", "i.sensitive_kind"),
                ],
            },
        ),
    ],
};

/// Entrustments of processing, of files and of policies.
static ENTRUSTMENTS: Source = Source {
    table: "entrustments",
    from: "entrustment e JOIN agency a ON a.id = e.agency_id LEFT JOIN registration r ON r.id = e.registration_id LEFT JOIN data_file f ON f.id = r.data_file_id \
           LEFT JOIN policy_revision v ON v.id = e.policy_revision_id",
    key: "e.id",
    keyed_by: "entrustment",
    order: "e.id",
    file: Some("r.data_file_id"),
    dated: Dated::ByStatement,
    fields: &[
        id("id", "식별자", NodeType::Entrustment, "e.id"),
        id("registration_id", "등록 식별자", NodeType::Registration, "e.registration_id"),
        text("registration_number", "등록번호", "f.registration_number"),
        id("policy_revision_id", "처리방침 개정 식별자", NodeType::PolicyRevision, "e.policy_revision_id"),
        number("position", "순번", "e.position"),
        text("agency_code", "기관코드", "a.code"),
        id("entrustee_id", "수탁자 식별자", NodeType::Organization, "e.entrustee_id"),
        text("entrustee_name", "수탁자", "e.entrustee_name"),
        text("task", "위탁업무", "e.task"),
        text("items_text", "위탁 항목", "e.items_text"),
        day("starts_on", "위탁 시작일", "e.starts_on"),
        day("ends_on", "위탁 종료일", "e.ends_on"),
        text("period_text", "위탁기간", "e.period_text"),
        list(
            "sub_entrustees",
            "재수탁자",
            &List { from: "sub_entrustee u", on: "u.entrustment_id = e.id", order: "u.position", fields: &[text("name", "재수탁자", "u.name")] },
        ),
    ],
};

/// Agencies.
static AGENCIES: Source = Source {
    table: "agencies",
    from: "agency a LEFT JOIN agency parent ON parent.id = a.parent_id",
    key: "a.id",
    keyed_by: "agency",
    order: "a.id",
    file: None,
    dated: Dated::Never,
    fields: &[
        id("id", "식별자", NodeType::Agency, "a.id"),
        text("code", "기관코드", "a.code"),
        text("name", "기관명", "a.name"),
        text("short_name", "약칭", "a.short_name"),
        text("type", "기관유형", "a.agency_type"),
        text("status", "상태", "a.status"),
        text("parent_code", "상위기관코드", "parent.code"),
        text("region_code", "지역코드", "a.region_code"),
        text("homepage", "홈페이지", "a.homepage"),
    ],
};

/// Recipients and entrustees.
static ORGANIZATIONS: Source = Source {
    table: "organizations",
    from: "organization o LEFT JOIN agency a ON a.id = o.agency_id",
    key: "o.id",
    keyed_by: "organization",
    order: "o.id",
    file: None,
    dated: Dated::Never,
    fields: &[
        id("id", "식별자", NodeType::Organization, "o.id"),
        text("name", "명칭", "o.name"),
        text("kind", "종류", "o.kind"),
        text("agency_code", "기관코드", "a.code"),
        id("merged_into_id", "통합된 명칭 식별자", NodeType::Organization, "o.merged_into_id"),
    ],
};

/// Statutes.
static STATUTES: Source = Source {
    table: "statutes",
    from: "statute s LEFT JOIN statute parent ON parent.id = s.parent_id",
    key: "s.id",
    keyed_by: "statute",
    order: "s.id",
    file: None,
    dated: Dated::Never,
    fields: &[
        id("id", "식별자", NodeType::Statute, "s.id"),
        text("name", "법령", "s.name"),
        text("kind", "법령 종류", "s.kind"),
        text("parent_name", "상위 법률", "parent.name"),
    ],
};

/// Revisions of privacy policies, with the files that they cover.
static POLICY_REVISIONS: Source = Source {
    table: "policy_revisions",
    from: "policy_revision v JOIN privacy_policy q ON q.id = v.privacy_policy_id JOIN agency a ON a.id = q.agency_id",
    key: "v.id",
    keyed_by: "policy_revision",
    order: "v.id",
    file: None,
    dated: Dated::ByRevision,
    fields: &[
        id("id", "식별자", NodeType::PolicyRevision, "v.id"),
        id("privacy_policy_id", "처리방침 식별자", NodeType::PrivacyPolicy, "v.privacy_policy_id"),
        text("title", "처리방침", "q.title"),
        text("agency_code", "기관코드", "a.code"),
        number("number", "차수", "v.number"),
        day("effective_from", "시행일", "v.effective_from"),
        day("effective_until", "종료일", "v.effective_until"),
        day("announced_on", "공고일", "v.announced_on"),
        text("published_url", "게시 주소", "v.published_url"),
        list(
            "data_files",
            "개인정보파일",
            &List {
                from: "policy_revision_data_file l JOIN data_file f ON f.id = l.data_file_id",
                on: "l.policy_revision_id = v.id",
                order: "l.position",
                fields: &[text("registration_number", "등록번호", "f.registration_number")],
            },
        ),
        list(
            "sections",
            "기재 사항",
            &List {
                from: "policy_section k",
                on: "k.policy_revision_id = v.id",
                order: "k.position",
                fields: &[text("kind", "사항", "k.kind"), text("state", "기재 상태", "k.state"), text("heading", "제목", "k.heading")],
            },
        ),
    ],
};

/// Impact assessments, with the files that they cover.
static IMPACT_ASSESSMENTS: Source = Source {
    table: "impact_assessments",
    from: "impact_assessment m JOIN agency a ON a.id = m.agency_id",
    key: "m.id",
    keyed_by: "impact_assessment",
    order: "m.id",
    file: None,
    dated: Dated::Never,
    fields: &[
        id("id", "식별자", NodeType::ImpactAssessment, "m.id"),
        text("agency_code", "기관코드", "a.code"),
        number("year", "평가연도", "m.year"),
        day("assessed_from", "평가 시작일", "m.assessed_from"),
        day("assessed_until", "평가 종료일", "m.assessed_until"),
        text("trigger", "수행 사유", "m.trigger"),
        text("assessor_name", "평가기관", "m.assessor_name"),
        text("outcome", "평가결과", "m.outcome"),
        text("summary", "요약", "m.summary"),
        text("summary_url", "요약 주소", "m.summary_url"),
        list(
            "data_files",
            "개인정보파일",
            &List {
                from: "impact_assessment_data_file l JOIN data_file f ON f.id = l.data_file_id",
                on: "l.impact_assessment_id = m.id",
                order: "l.position",
                fields: &[text("registration_number", "등록번호", "f.registration_number"), text("name_as_written", "명칭", "l.name_as_written")],
            },
        ),
    ],
};

/// Findings of every day, past and to come: one that nothing ends has no `until`.
static FINDINGS: Source = Source {
    table: "findings",
    from: "finding g JOIN agency a ON a.id = g.agency_id LEFT JOIN data_file f ON f.id = g.data_file_id",
    key: "g.id",
    keyed_by: "finding",
    order: "g.id",
    file: Some("g.data_file_id"),
    dated: Dated::ByFinding,
    fields: &[
        id("id", "식별자", NodeType::Finding, "g.id"),
        text("rule", "점검 규칙", "g.rule"),
        text("certainty", "확실성", "g.certainty"),
        text("agency_code", "기관코드", "a.code"),
        text("registration_number", "등록번호", "f.registration_number"),
        id("registration_id", "등록 식별자", NodeType::Registration, "g.registration_id"),
        id("policy_revision_id", "처리방침 개정 식별자", NodeType::PolicyRevision, "g.policy_revision_id"),
        day("since", "시작일", "g.since"),
        day("until", "해소일", "g.until"),
        text("evidence", "확인된 값", "g.evidence"),
    ],
};

/// Every table, those that others refer to first.
pub static TABLES: [&Source; 10] =
    [&AGENCIES, &ORGANIZATIONS, &STATUTES, &DATA_FILES, &REGISTRATIONS, &PROVISIONS, &ENTRUSTMENTS, &POLICY_REVISIONS, &IMPACT_ASSESSMENTS, &FINDINGS];

/// What one row a file shows of it: fields in the order of [`FileField`].
pub static FILES: Source = Source {
    table: "files",
    from: "data_file f JOIN registration r ON r.data_file_id = f.id JOIN agency a ON a.id = r.agency_id LEFT JOIN agency parent ON parent.id = a.parent_id",
    key: "f.id",
    keyed_by: "data_file",
    order: "f.id",
    file: Some("f.id"),
    dated: Dated::ByRegistration,
    fields: &[
        text("registration_number", "등록번호", "f.registration_number"),
        text("status", "상태", "f.status"),
        text("agency_code", "기관코드", "a.code"),
        text("agency_name", "기관명", "a.name"),
        text("agency_type", "기관유형", "a.agency_type"),
        text("parent_name", "상위기관", "parent.name"),
        text("region_code", "지역코드", "a.region_code"),
        text("name", "개인정보파일의 명칭", "r.name"),
        text("change_kind", "변경구분", "r.change_kind"),
        day("valid_from", "시행일", "r.valid_from"),
        day("registered_on", "등록일", "r.registered_on"),
        text("completeness", "기재범위", "r.completeness"),
        text("purpose", "운영 목적", "r.purpose"),
        text("processing_method", "처리방법 구분", "r.processing_method"),
        text("processing_method_text", "처리방법", "r.processing_method_text"),
        text("collection_method", "수집방법", "r.collection_method"),
        text("retention_text", "보유기간", "r.retention_text"),
        text("retention_class", "보유기간 구분", "r.retention_class"),
        number("data_subject_count", "정보주체 수", "r.data_subject_count"),
        text("processing_department", "부서명", "r.processing_department"),
        text("access_desk_department", "열람 요구 접수·처리 부서", "r.access_desk_department"),
        texts("access_desk_phones", "열람 부서 전화번호", "r.access_desk_phones"),
        text("information_system", "개인정보처리시스템명", "r.information_system"),
        flag("includes_children_under14", "만 14세 미만 아동 포함 여부", "r.includes_children_under14"),
        day("operation_started_on", "운영 시작일", "r.operation_started_on"),
        list("collected_items", "수집 항목", &ITEMS),
        list("legal_bases", "운영 근거", &BASES),
        list("access_restrictions", "열람 제한", &RESTRICTIONS),
        list("recipients", "제공받는 자", &RECIPIENTS),
        list("entrustments", "위탁", &ENTRUSTED),
    ],
};

/// Places of the fields of `FILES`.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the field of its name in `FILES`, which a test compares")]
pub enum FileField {
    RegistrationNumber,
    Status,
    AgencyCode,
    AgencyName,
    AgencyType,
    ParentName,
    RegionCode,
    Name,
    ChangeKind,
    ValidFrom,
    RegisteredOn,
    Completeness,
    Purpose,
    ProcessingMethod,
    ProcessingMethodText,
    CollectionMethod,
    RetentionText,
    RetentionClass,
    DataSubjectCount,
    ProcessingDepartment,
    AccessDeskDepartment,
    AccessDeskPhones,
    InformationSystem,
    IncludesChildrenUnder14,
    OperationStartedOn,
    CollectedItems,
    LegalBases,
    AccessRestrictions,
    Recipients,
    Entrustments,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_they_are_looked_for() {
        let snake = |name: String| {
            name.char_indices().fold(String::new(), |text, (at, c)| {
                let gap = if c.is_uppercase() && at > 0 { "_" } else { "" };
                text + gap + &c.to_lowercase().to_string()
            })
        };
        for (field, place) in [
            (FileField::RegistrationNumber, "registration_number"),
            (FileField::Name, "name"),
            (FileField::Purpose, "purpose"),
            (FileField::DataSubjectCount, "data_subject_count"),
            (FileField::CollectedItems, "collected_items"),
            (FileField::Entrustments, "entrustments"),
        ] {
            assert_eq!(snake(format!("{field:?}")), place);
            assert_eq!(FILES.fields[field as usize].name, place);
        }
        assert_eq!(FileField::Entrustments as usize + 1, FILES.fields.len());
    }
}
