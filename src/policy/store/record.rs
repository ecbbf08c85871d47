//! Recording policies and their revisions.

use std::collections::HashSet;

use entity::{
    auto_collection, disposal_method, incoming_entrustment, policy_item, policy_revision, policy_revision_data_file, policy_section, privacy_label,
    privacy_officer, privacy_policy, remedy_body, right_procedure, safeguard, video_device,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use uuid::Uuid;

use super::content::revision_contents;
use crate::collected_item::ItemCategories;
use crate::error::{Error, Result};
use crate::hangul;
use crate::identity::{NodeType, part_key};
use crate::journal::ChangeKind;
use crate::legal_basis::BasisOwner;
use crate::policy::{Content, Policy, RemedyBody};
use crate::redaction::ButErased;
use crate::registration::Recorded;
use crate::retention::{RetentionOwner, term_rows};
use crate::source::DocumentKeys;
use crate::stated::StatedBy;
use crate::store::{Write, rows_with, text_list};
use crate::vocabulary::Vocabulary as _;

impl Write {
    /// Looks up what policies are about to name, and which of them the register has: by a few statements, however many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meet_policies(&mut self, policies: &[&Policy]) -> Result<()> {
        let unmet: HashSet<Uuid> = policies.iter().map(|policy| policy.id()).filter(|id| !self.known.policies.contains_key(id)).collect();
        if unmet.is_empty() {
            return Ok(());
        }
        let stored = rows_with::<privacy_policy::Entity>(self.txn().await?, privacy_policy::Column::Id, unmet.iter().copied().collect()).await?;
        self.known.policies.extend(unmet.into_iter().map(|id| (id, false)));
        self.known.policies.extend(stored.into_iter().map(|row| (row.id, true)));
        self.meet_agencies(policies.iter().map(|policy| policy.agency.as_str())).await?;
        let contents = || policies.iter().flat_map(|policy| &policy.revisions).map(|(content, _)| content);
        self.meet_data_files(contents().flat_map(|content| &content.data_files)).await?;
        self.meet_organizations(contents().flat_map(Content::parties)).await?;
        self.meet_statutes(contents().flat_map(Content::statutes)).await
    }

    /// Records a policy with the revisions that a document states, oldest first. A revision is never changed: where a document says something else for a period than what is
    /// recorded, that is a further revision. Answers for each of the revisions whether it is new.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an agency or data file that the register lacks.
    pub async fn privacy_policy(&mut self, policy: &Policy, documents: &DocumentKeys) -> Result<Vec<Recorded>> {
        self.meet_policies(&[policy]).await?;
        let agency_id = self.agency_by_code(&policy.agency).await?;
        let name_folded = hangul::folded(&policy.title);
        let id = policy.id();
        let is_known = self.known.policies.insert(id, true) == Some(true);
        if !is_known {
            let row = privacy_policy::Model { id, agency_id, title: policy.title.clone(), name_folded };
            let content = policy_content(&row, &policy.agency);
            self.insert([row]);
            self.journal(ChangeKind::PrivacyPolicyAdded, NodeType::PrivacyPolicy, id, None, &content);
        }
        let mut stored: Vec<(Uuid, Content)> = if is_known { self.revisions_of(id).await? } else { Vec::new() };
        let mut recorded = Vec::new();
        for (index, (content, sources)) in policy.revisions.iter().enumerate() {
            let of_period = |other: &Content| is_same_period(other, content);
            let earlier = policy.revisions[..index].iter().filter(|(content, _)| of_period(content)).count();
            let stated: Vec<ButErased<'_, Content>> =
                policy.revisions.iter().map(|(content, _)| content).filter(|content| of_period(content)).map(ButErased).collect();
            let known: Vec<(Uuid, &Content)> = stored.iter().filter(|(_, content)| of_period(content)).map(|(id, content)| (*id, content)).collect();
            let contents: Vec<ButErased<'_, Content>> = known.iter().map(|(_, content)| ButErased(*content)).collect();
            let (revision, is_new) = match known_places(&contents, &stated).get(earlier) {
                Some(place) => (known[*place].0, false),
                None => (self.policy_revision(id, agency_id, stored.len(), content).await?, true),
            };
            if is_new {
                stored.push((revision, content.clone()));
            }
            if self.sources(revision, is_new, sources, documents).await? && !is_new {
                self.sources_amended(NodeType::PolicyRevision, revision).await?;
            }
            recorded.push(if is_new { Recorded::New } else { Recorded::Unchanged });
        }
        Ok(recorded)
    }

    /// Revisions of a policy with their content, in the order of recording.
    pub(super) async fn revisions_of(&mut self, policy_id: Uuid) -> Result<Vec<(Uuid, Content)>> {
        let rows = policy_revision::Entity::find()
            .filter(policy_revision::Column::PrivacyPolicyId.eq(policy_id))
            .order_by_asc(policy_revision::Column::Number)
            .all(self.txn().await?)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut contents = revision_contents(self.txn().await?, &ids).await?;
        Ok(ids.into_iter().filter_map(|id| Some((id, contents.remove(&id)?))).collect())
    }

    /// Stores a further revision of a policy that has `earlier` of them.
    async fn policy_revision(&mut self, policy_id: Uuid, agency_id: Uuid, earlier: usize, content: &Content) -> Result<Uuid> {
        let number = i32::try_from(earlier + 1).map_err(|_| Error::internal("a policy has more revisions than can be numbered"))?;
        let id = part_key(NodeType::PolicyRevision.as_str(), policy_id, number);
        let desk = content.access_desk.as_ref();
        let row = policy_revision::Model {
            id,
            privacy_policy_id: policy_id,
            number,
            recorded_at: self.now(),
            effective_from: content.effective_from,
            effective_until: content.effective_until,
            period_text: content.period_text.clone(),
            announced_on: content.announced_on,
            published_url: content.published_url.clone(),
            states_sections: content.sections.is_some(),
            has_labels: content.has_labels,
            has_auto_collection: content.has_auto_collection,
            impact_assessment_text: content.impact_assessment_text.clone(),
            video_notice_count: content.video_notice_count,
            has_access_desk: desk.is_some(),
            access_desk_department: desk.and_then(|desk| desk.department.clone()),
            access_desk_phones: text_list::stored(desk.map_or(&[], |desk| &desk.phones)),
            access_desk_email: desk.and_then(|desk| desk.email.clone()),
            access_desk_fax: desk.and_then(|desk| desk.fax.clone()),
            access_desk_address: desk.and_then(|desk| desk.address.clone()),
            disposal_procedure: content.disposal_procedure.clone(),
        };
        self.insert([row]);
        self.parts_of_revision(id, content);
        self.devices_of_revision(id, content).await?;
        self.links_of_revision(id, content).await?;
        self.provisions(StatedBy::PolicyRevision(id), agency_id, &content.provisions).await?;
        self.entrustments(StatedBy::PolicyRevision(id), agency_id, &content.entrustments).await?;
        let content = serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()))?;
        self.journal(ChangeKind::PolicyRevisionPublished, NodeType::PolicyRevision, id, None, &content);
        Ok(id)
    }

    /// Parts that belong to the revision alone.
    fn parts_of_revision(&mut self, id: Uuid, content: &Content) {
        let sections = (0..).zip(content.sections.iter().flatten()).map(|(position, section)| policy_section::Model {
            policy_revision_id: id,
            position,
            kind: section.kind.as_str().to_owned(),
            heading: section.heading.clone(),
            state: section.state.as_str().to_owned(),
        });
        let labels = (0..).zip(&content.labels).map(|(position, label)| privacy_label::Model {
            policy_revision_id: id,
            position,
            kind: label.kind.as_str().to_owned(),
            text: label.text.clone(),
        });
        let categories = ItemCategories::bundled();
        let items = (0..).zip(&content.collected_items).map(|(position, item)| {
            let class = categories.classify(&item.name);
            policy_item::Model {
                policy_revision_id: id,
                position,
                name: item.name.clone(),
                requirement: item.requirement.as_str().to_owned(),
                subject: item.subject.clone(),
                activity: item.activity.clone(),
                category_code: class.category.map(str::to_owned),
                unique_identifier: class.unique_identifier.map(|word| word.as_str().to_owned()),
                sensitive_kind: class.sensitive_kind.map(|word| word.as_str().to_owned()),
            }
        });
        let officers = (0..).zip(&content.officers).map(|(position, officer)| privacy_officer::Model {
            policy_revision_id: id,
            position,
            role: officer.role.as_str().to_owned(),
            role_text: officer.role_text.clone(),
            name: officer.name.clone(),
            is_name_withheld: officer.is_name_withheld,
            job_title: officer.position.clone(),
            grade: officer.grade.clone(),
            department: officer.department.clone(),
            phones: text_list::stored(&officer.phones),
            email: officer.email.clone(),
            fax: officer.fax.clone(),
        });
        let rights = (0..).zip(&content.rights).map(|(position, procedure)| right_procedure::Model {
            policy_revision_id: id,
            position,
            right: procedure.right.as_str().to_owned(),
            methods: text_list::stored(&procedure.methods),
            by_agent: procedure.by_agent.clone(),
            form: procedure.form.clone(),
            limits: procedure.limits.clone(),
        });
        let bodies = content.remedies.iter().map(|body| (false, body)).chain(content.appeals.iter().map(|body| (true, body)));
        let bodies = (0..).zip(bodies).map(|(position, (is_appeal, body))| body_row(id, position, is_appeal, body));
        let safeguards = (0..).zip(&content.safeguards).map(|(position, safeguard)| safeguard::Model {
            policy_revision_id: id,
            position,
            kind: safeguard.kind.as_str().to_owned(),
            measure: safeguard.measure.clone(),
        });
        let disposal = (0..).zip(&content.disposal).map(|(position, disposal)| disposal_method::Model {
            policy_revision_id: id,
            position,
            medium: disposal.medium.as_str().to_owned(),
            method: disposal.method.clone(),
        });
        let auto_collection = (0..).zip(&content.auto_collection).map(|(position, device)| auto_collection::Model {
            policy_revision_id: id,
            position,
            name: device.name.clone(),
            purpose: device.purpose.clone(),
            refusal: device.refusal.clone(),
        });
        self.insert(sections);
        self.insert(labels);
        self.insert(items);
        self.insert(officers);
        self.insert(rights);
        self.insert(bodies);
        self.insert(safeguards);
        self.insert(disposal);
        self.insert(auto_collection);
    }

    /// Video devices, with their bases and the retention of their recordings.
    async fn devices_of_revision(&mut self, id: Uuid, content: &Content) -> Result<()> {
        let (mut rows, mut bases, mut terms) = (Vec::new(), Vec::new(), Vec::new());
        for (position, device) in (0..).zip(&content.video_devices) {
            let device_id = part_key("VideoDevice", id, position);
            let retention = device.retention.as_ref();
            bases.extend(self.basis_rows(BasisOwner::VideoDevice(device_id), &device.legal_bases).await?);
            terms.extend(retention.into_iter().flat_map(|retention| term_rows(RetentionOwner::VideoDevice(device_id), retention)));
            rows.push(video_device::Model {
                id: device_id,
                policy_revision_id: id,
                position,
                kind: device.kind.as_str().to_owned(),
                count: device.count,
                location: device.location.clone(),
                purpose: device.purpose.clone(),
                hours: device.hours.clone(),
                retention_text: retention.map(|retention| retention.text.clone()),
                retention_class: retention.map(|retention| retention.class.as_str().to_owned()),
                storage_place: device.storage_place.clone(),
                managed_by: device.managed_by.clone(),
                viewing_place: device.viewing_place.clone(),
                note: device.note.clone(),
            });
        }
        self.insert(rows);
        self.insert(bases);
        self.insert(terms);
        Ok(())
    }

    /// Links to files and to the bodies that entrust.
    async fn links_of_revision(&mut self, id: Uuid, content: &Content) -> Result<()> {
        let covered = self.data_files_by_number(content.data_files.iter()).await?;
        let files = (0..).zip(covered).map(|(position, data_file_id)| policy_revision_data_file::Model { policy_revision_id: id, data_file_id, position });
        let mut incoming = Vec::new();
        for (position, entrustment) in (0..).zip(&content.entrusted_by) {
            incoming.push(incoming_entrustment::Model {
                policy_revision_id: id,
                position,
                entruster_id: self.organization(&entrustment.entruster).await?,
                entruster_name: entrustment.entruster.name.clone(),
                task: entrustment.task.clone(),
            });
        }
        self.insert(files);
        self.insert(incoming);
        Ok(())
    }
}

/// What the journal tells of a policy that is new: the code of its agency, and its title.
pub fn policy_content(row: &privacy_policy::Model, agency: &str) -> serde_json::Value {
    json!({"agency": agency, "title": row.title})
}

fn body_row(policy_revision_id: Uuid, position: i32, is_appeal: bool, body: &RemedyBody) -> remedy_body::Model {
    remedy_body::Model {
        policy_revision_id,
        position,
        is_appeal,
        name: body.name.clone(),
        operator: body.operator.clone(),
        task: body.task.clone(),
        url: body.url.clone(),
        phones: text_list::stored(&body.phones),
        address: body.address.clone(),
    }
}

/// Whether two contents are of one period: they start on one day, or neither says when it started and they end on one.
pub(super) fn is_same_period(one: &Content, other: &Content) -> bool {
    one.effective_from == other.effective_from && (one.effective_from.is_some() || one.effective_until == other.effective_until)
}

/// Which of the revisions that a document states for one period are recorded already: their places among the recorded ones, for the first of them until the first that is not
/// recorded. Of a period the last one recorded applies, so the last one stated counts as recorded only where it is the last one recorded: a document that goes back to an
/// earlier wording is a further revision.
fn known_places<T: PartialEq>(recorded: &[T], stated: &[T]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    for (index, content) in stated.iter().enumerate() {
        let is_last = index + 1 == stated.len();
        let rest = recorded.get(from..).unwrap_or_default();
        let found = if is_last { rest.last().filter(|last| *last == content).map(|_| rest.len() - 1) } else { rest.iter().position(|known| known == content) };
        let Some(found) = found else { break };
        places.push(from + found);
        from += found + 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::agency::AgencyInput;
    use crate::organization::Parties;
    use crate::policy::PolicyInput;
    use crate::problem::Problems;
    use crate::store::{PoolSettings, Store};

    /// A revision that states something of everything but files.
    const WHOLE: &str = "
  - effectiveFrom: 2024-01-25
    effectiveUntil: 2024-12-31
    periodText: 2024. 1. 25.부터
    publishedUrl: https://example.go.kr/privacy
    announcedOn: 2024-01-20
    sections: [{kind: PURPOSE, heading: 제1조(목적), state: STATED}, {kind: ENTRUSTMENT, state: EMPTY}]
    hasLabels: true
    labels: [{kind: PURPOSE, text: 서비스 신청}, {kind: CHILDREN}]
    impactAssessmentText: 영향평가 대상에 해당되지 않음
    collectedItems: [{name: 방문일시, requirement: AUTOMATIC, activity: 인터넷 서비스 이용}, {name: 주민등록번호, subject: 신청자}]
    provisions:
      - {recipient: 경찰서, items: [{name: 성명}], retention: {text: 수사 종료시까지}, legalBases: [{citation: 형사소송법 제199조}]}
      - {recipient: BGF리테일, purpose: 할인쿠폰 발행, retention: {text: 6개월}}
    entrustments: [{entrustee: (주)인터웹, task: 유지관리, startsOn: 2024-01-25, endsOn: 2024-12-31, subEntrustees: [(주)파란샘]}]
    officers:
      - {role: PRIVACY_OFFICER, name: 홍길동, grade: 국장, department: 디지털정책관, phones: ['02-1', '02-2'], email: privacy@example.go.kr, fax: '02-3'}
      - {role: PRIVACY_MANAGER, roleText: 개인정보 보호담당자 (열람청구), position: 팀장, isNameWithheld: true}
    accessDesk: {department: 양성평등담당관, phones: ['02-4'], address: 서울}
    rights: [{right: ACCESS, methods: [서면, 전자우편], byAgent: 위임장, form: 별지 제8호, limits: 제35조제4항}]
    remedies: [{name: 개인정보 침해신고센터, operator: 한국인터넷진흥원, url: privacy.kisa.or.kr, phones: [국번 없이 118]}]
    appeals: [{name: 중앙행정심판위원회, address: 세종}]
    safeguards: [{kind: TECHNICAL, measure: 암호화}]
    disposal: {procedure: 승인 후 파기, methods: [{medium: PAPER, method: 파쇄}]}
    hasAutoCollection: true
    autoCollection: [{name: 쿠키, purpose: 맞춤서비스, refusal: 설정}]
    videoNoticeCount: 4
    videoDevices:
      - {kind: FIXED, count: 2, location: 로비, purpose: 시설안전, legalBases: [{citation: 개인정보 보호법 제25조}], hours: 24시간, retention: {text: 30일},
         storagePlace: 당직실, managedBy: 교육지원팀장, viewingPlace: 교육지원과, note: 방문 전 연락}
      - {note: 현황은 다른 문서}
    entrustedBy: [{entruster: 해양수산부, task: 운영}]
";

    /// A register with one agency, in a database of its own.
    async fn register(folder: &std::path::Path) -> Store {
        let store = Store::connect(&format!("sqlite:{}?mode=rwc", folder.join("register.sqlite").display()), &PoolSettings::default()).await.unwrap();
        store.migrate().await.unwrap();
        let agency: AgencyInput = serde_saphyr::from_str("{code: '6110000', name: 서울특별시, type: METROPOLITAN_GOVERNMENT}").unwrap();
        let mut write = store.write(DateTime::UNIX_EPOCH, Arc::new(|| [0; 32])).await.unwrap();
        write.agency(&agency).await.unwrap();
        write.commit().await.unwrap();
        store
    }

    /// Records a policy with these revisions. What was recorded, and how many entries the journal got.
    async fn record(store: &Store, revisions: &str) -> (Vec<Recorded>, usize) {
        let input: PolicyInput = serde_saphyr::from_str(&format!("agency: '6110000'\ntitle: 개인정보 처리방침\nrevisions:{revisions}")).unwrap();
        let mut problems = Problems::default();
        let policy = input.checked(&mut problems, &Parties::default(), &[]);
        assert!(problems.is_empty(), "{problems:?}");
        let now: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        let mut write = store.write(now, Arc::new(|| [0; 32])).await.unwrap();
        let recorded = write.privacy_policy(&policy, &DocumentKeys::new()).await.unwrap();
        let mut ids: Vec<Uuid> = policy_revision::Entity::find().all(write.txn().await.unwrap()).await.unwrap().into_iter().map(|row| row.id).collect();
        ids.sort();
        let stored = revision_contents(write.txn().await.unwrap(), &ids).await.unwrap();
        for (content, _) in &policy.revisions {
            assert!(stored.values().any(|other| other == content), "what is read back is what was recorded: {content:#?} {stored:#?}");
        }
        (recorded, write.commit().await.unwrap())
    }

    #[tokio::test]
    async fn a_policy_is_recorded_once() {
        use Recorded::{New, Unchanged};
        let folder = tempfile::tempdir().unwrap();
        let store = register(folder.path()).await;
        let dates = "\n  - {effectiveUntil: 2022-12-31}\n  - {effectiveFrom: 2023-01-01, effectiveUntil: 2024-01-24}";
        assert_eq!(record(&store, &format!("{dates}{WHOLE}")).await.0, [New, New, New]);
        assert_eq!(record(&store, &format!("{dates}{WHOLE}")).await, (vec![Unchanged, Unchanged, Unchanged], 0));
        // The document says something else for a period: a further revision, and nothing else.
        let edited = WHOLE.replace("암호화", "접근 통제");
        assert_eq!(record(&store, &format!("{dates}{edited}")).await, (vec![Unchanged, Unchanged, New], 1));
        assert_eq!(record(&store, &edited).await, (vec![Unchanged], 0));
        assert_eq!(record(&store, WHOLE).await, (vec![New], 1));
        let rows = policy_revision::Entity::find().order_by_asc(policy_revision::Column::Number).all(store.db()).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_is_recorded_of_a_period() {
        for (recorded, stated, places) in [
            ("", "a", vec![]),
            ("a", "a", vec![0]),
            ("a", "ab", vec![0]),
            ("ab", "ab", vec![0, 1]),
            ("ab", "b", vec![1]),
            ("ab", "a", vec![]),
            ("aba", "a", vec![2]),
            ("ab", "ac", vec![0]),
            ("abc", "ac", vec![0, 2]),
            ("b", "ab", vec![]),
            ("bab", "ab", vec![1, 2]),
            ("aa", "aa", vec![0, 1]),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(known_places(&letters(recorded), &letters(stated)), places, "{recorded} {stated}");
        }
    }
}
