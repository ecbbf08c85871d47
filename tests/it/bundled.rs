//! The two documents that the register began with, 서울특별시 «몽땅정보 만능키» and 김포시: every kind of fact in them is answered.

use serde_json::{Value, json};

use crate::harness::{Data, Server, on_both};

/// Number of entries of the list at a path.
fn count(value: &Value, pointer: &str) -> usize {
    value.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no list at {pointer}: {value:#}")).len()
}

/// One field of the entries of the list at a path.
fn column<'v>(value: &'v Value, pointer: &str, field: &str) -> Vec<&'v Value> {
    value.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no list at {pointer}: {value:#}")).iter().map(|entry| &entry[field]).collect()
}

/// How many entries of a column are that word.
fn number_of(column: &[&Value], word: &str) -> usize {
    column.iter().filter(|value| **value == word).count()
}

const FILE: &str = "query ($number: String!) {
    dataFile(registrationNumber: $number) {
        name status
        registration {
            purpose includesChildrenUnder14 collectionMethod
            legalBases { citation isConsent statute { name kind } article paragraph subparagraph }
            collectedItems { name requirement subject marker uniqueIdentifier }
            retention { text class terms { class minMonths maxMonths event condition } }
            processingDepartment { name phones }
            provisions { totalCount nodes { statedFor } }
            entrustments { totalCount }
        }
        impactAssessments { nodes { year assessedItems dataFiles { totalCount } } }
    }
}";

const POLICY: &str = "query ($code: String!) {
    agency(code: $code) {
        privacyPolicies { nodes {
            revisions { nodes { effectiveFrom effectiveUntil periodText } }
            current {
                effectiveFrom hasLabels hasAutoCollection impactAssessmentText videoNoticeCount
                labels { kind text }
                sections { kind state heading }
                dataFiles { totalCount nodes { registrationNumber } }
                collectedItems { name requirement activity }
                provisions { nodes { recipientName recipient { kind } material purpose items { name subject } retention { text class } legalBases { statute { name } article } note } }
                entrustments { nodes { entrusteeName task startsOn endsOn } }
                officers { role roleText name isNameWithheld position grade department phones email fax }
                accessDesk { department phones email fax address }
                rights { right methods byAgent form limits }
                remedies { name operator task url phones address }
                appeals { name url }
                safeguards { kind measure }
                disposalProcedure
                disposal { medium method }
                autoCollection { name purpose refusal }
                videoDevices { kind count legalBases { citation } note }
            }
        } }
    }
}";

async fn file(server: &Server, number: &str) -> Value {
    server.query(FILE, json!({ "number": number })).await["dataFile"].clone()
}

/// The only policy of an agency.
async fn policy(server: &Server, code: &str) -> Value {
    let data = server.query(POLICY, json!({ "code": code })).await;
    assert_eq!(count(&data, "/agency/privacyPolicies/nodes"), 1);
    data["agency"]["privacyPolicies"]["nodes"][0].clone()
}

async fn a_unit_is_found_by_the_name_that_people_know(server: Server) {
    let query =
        r#"{ agencies(filter: {name: {contains: "몽땅정보 만능키"}}) { nodes { code name shortName aliases type parent { name } ancestors { name } } } }"#;
    let unit = json!({
        "code": "Y000001", "name": "출산에서 육아까지 몽땅정보 만능키", "shortName": "몽땅정보 만능키", "aliases": ["몽땅정보 만능키", "서울시 몽땅정보 만능키"],
        "type": "OPERATING_UNIT", "parent": {"name": "서울특별시"}, "ancestors": [{"name": "서울특별시"}],
    });
    assert_eq!(server.query(query, json!({})).await, json!({"agencies": {"nodes": [unit]}}));
}

async fn seoul_has_its_two_files(server: Server) {
    let members = file(&server, "Y000001-1").await;
    assert_eq!((&members["name"], &members["status"]), (&json!("출산에서 육아까지 몽땅정보 만능키시스템 회원정보"), &json!("REGISTERED")));
    let registration = &members["registration"];
    assert_eq!(count(registration, "/legalBases"), 4);
    assert_eq!(registration["legalBases"][0]["isConsent"], true);
    // 동법 is the act before it.
    let basis = json!({
        "citation": "동법 시행령 제30조 제1항 제4호", "isConsent": false, "statute": {"name": "개인정보 보호법 시행령", "kind": "DECREE"},
        "article": "제30조", "paragraph": "제1항", "subparagraph": "제4호",
    });
    assert_eq!(registration["legalBases"][3], basis);
    assert_eq!(count(registration, "/collectedItems"), 11);
    let requirements = column(registration, "/collectedItems", "requirement");
    assert_eq!((number_of(&requirements, "REQUIRED"), number_of(&requirements, "OPTIONAL")), (10, 1));
    assert_eq!(number_of(&column(registration, "/collectedItems", "subject"), "관리자"), 5);
    assert_eq!(registration["retention"]["class"], "YEARS_5");
    let terms = json!([
        {"class": "UNTIL_EVENT", "minMonths": null, "maxMonths": null, "event": "회원 탈퇴", "condition": null},
        {"class": "YEARS_5", "minMonths": 60, "maxMonths": 60, "event": "만능키 서비스 지원신청", "condition": null},
    ]);
    assert_eq!(registration["retention"]["terms"], terms);
    let applications = file(&server, "Y000001-2").await;
    assert_eq!((&applications["name"], &applications["status"]), (&json!("출산에서 육아까지 몽땅정보 만능키 서비스 신청정보"), &json!("REGISTERED")));
    let registration = &applications["registration"];
    assert_eq!(count(registration, "/legalBases"), 10);
    let kinds: Vec<&Value> = registration["legalBases"].as_array().unwrap().iter().map(|basis| &basis["statute"]["kind"]).collect();
    assert_eq!((number_of(&kinds, "ACT"), number_of(&kinds, "DECREE"), number_of(&kinds, "ORDINANCE")), (6, 1, 3));
    assert_eq!(count(registration, "/collectedItems"), 13);
    let requirements = column(registration, "/collectedItems", "requirement");
    assert_eq!((number_of(&requirements, "REQUIRED"), number_of(&requirements, "OPTIONAL")), (11, 2));
    let identifiers = column(registration, "/collectedItems", "uniqueIdentifier");
    assert_eq!((number_of(&identifiers, "RESIDENT_REGISTRATION_NUMBER"), number_of(&identifiers, "ALIEN_REGISTRATION_NUMBER")), (1, 1));
    assert_eq!(registration["retention"]["text"], "만능키 서비스 지원신청 후 5년");
    for file in [members, applications] {
        // What the policy states for everything counts for each of its files.
        assert_eq!((&file["registration"]["provisions"]["totalCount"], &file["registration"]["entrustments"]["totalCount"]), (&json!(3), &json!(3)));
        assert_eq!(number_of(&column(&file, "/registration/provisions/nodes", "statedFor"), "POLICY"), 3);
        assert_eq!(file["registration"]["processingDepartment"], json!({"name": "양성평등담당관(저출생정책추진반)", "phones": ["02-2133-5323"]}));
        assert_eq!(count(&file, "/impactAssessments/nodes"), 1);
        assert_eq!(file["impactAssessments"]["nodes"][0]["year"], 2023);
        assert_eq!(file["impactAssessments"]["nodes"][0]["dataFiles"]["totalCount"], 2);
        assert_eq!(count(&file, "/impactAssessments/nodes/0/assessedItems"), 22);
    }
}

async fn seoul_hands_data_on(server: Server) {
    let policy = policy(&server, "Y000001").await;
    let current = &policy["current"];
    // Two rows of the document name three recipients.
    assert_eq!(column(current, "/provisions/nodes", "recipientName"), ["민간돌봄 서비스업체", "BGF리테일", "오아시스마켓"]);
    assert_eq!(current["provisions"]["nodes"][0]["recipient"]["kind"], "GROUP");
    assert_eq!(count(current, "/provisions/nodes/0/items"), 9);
    assert_eq!(current["provisions"]["nodes"][0]["retention"], json!({"text": "협약 종료 까지", "class": "UNTIL_EVENT"}));
    for place in ["/provisions/nodes/1", "/provisions/nodes/2"] {
        assert_eq!((count(current, &format!("{place}/items")), count(current, &format!("{place}/legalBases"))), (2, 2));
        assert_eq!(current.pointer(place).unwrap()["retention"], json!({"text": "6개월", "class": "CUSTOM"}));
    }
    let entrustments = json!([
        {"entrusteeName": "(주)인터웹", "task": "서울시 몽땅정보 만능키 시스템 운영 및 유지관리", "startsOn": "2024-01-25", "endsOn": "2024-12-31"},
        {"entrusteeName": "서울시 여성가족재단", "task": "서울시 몽땅정보 만능키 서비스 신청 및 운영 업무지원 등", "startsOn": "2024-01-01", "endsOn": "2024-12-31"},
        {"entrusteeName": "(주)파란샘", "task": "서울시 몽땅정보 만능키 시스템 하자보수", "startsOn": "2024-01-01", "endsOn": "2024-03-31"},
    ]);
    assert_eq!(current["entrustments"]["nodes"], entrustments);
}

async fn seoul_says_how_it_protects(server: Server) {
    let policy = policy(&server, "Y000001").await;
    let revisions = json!([
        {"effectiveFrom": "2023-09-01", "effectiveUntil": "2023-12-31", "periodText": "2023. 09. 01. ~ 2023. 12. 31."},
        {"effectiveFrom": "2024-01-01", "effectiveUntil": "2024-01-24", "periodText": "2024. 01. 01. ~ 2024. 01. 24."},
        {"effectiveFrom": "2024-01-25", "effectiveUntil": null, "periodText": "2024. 1. 25.부터"},
    ]);
    assert_eq!(policy["revisions"]["nodes"], revisions);
    let current = &policy["current"];
    assert_eq!((&current["effectiveFrom"], &current["dataFiles"]["totalCount"]), (&json!("2024-01-25"), &json!(2)));
    assert_eq!(column(current, "/labels", "kind"), ["PERSONAL_DATA", "PURPOSE", "RETENTION", "PROVISION", "ENTRUSTMENT", "DEPARTMENT"]);
    assert_eq!((&current["hasLabels"], &current["hasAutoCollection"]), (&json!(true), &json!(true)));
    assert_eq!(number_of(&column(current, "/sections", "state"), "STATED"), 15);
    assert_eq!(column(current, "/officers", "role"), ["PRIVACY_OFFICER", "PRIVACY_MANAGER", "DEPARTMENT"]);
    assert_eq!(column(current, "/officers", "roleText"), ["개인정보 보호책임자", "개인정보 보호담당자", "개인정보 보호 담당부서"]);
    let officer = &current["officers"][0];
    assert_eq!((&officer["name"], &officer["grade"], &officer["department"]), (&json!("박진영"), &json!("국장"), &json!("디지털정책관")));
    assert_eq!((&officer["phones"], &officer["email"]), (&json!(["02-2133-2971", "02-2133-2972"]), &json!("privacy@seoul.go.kr")));
    // Nobody else's name is kept.
    assert_eq!((&current["officers"][1]["name"], &current["officers"][1]["isNameWithheld"]), (&Value::Null, &json!(true)));
    assert_eq!(current["accessDesk"]["department"], "양성평등담당관(저출생정책추진반)");
    assert_eq!((&current["accessDesk"]["phones"], &current["accessDesk"]["email"]), (&json!(["02-2133-5323"]), &Value::Null));
    assert_eq!(column(current, "/rights", "right"), ["ACCESS", "CORRECTION", "DELETION", "SUSPENSION"]);
    assert_eq!(current["rights"][0]["methods"], json!(["서면", "전자우편"]));
    assert_eq!(column(current, "/remedies", "operator"), ["한국인터넷진흥원", "개인정보분쟁조정위원회", "대검찰청", "경찰청"]);
    assert_eq!(
        column(current, "/remedies", "phones"),
        [&json!(["국번 없이 118"]), &json!(["1833-6972"]), &json!(["국번 없이 1301"]), &json!(["국번 없이 182"])]
    );
    assert_eq!(current["appeals"], json!([{"name": "중앙행정심판위원회", "url": "https://www.simpan.go.kr"}]));
    let safeguards = column(current, "/safeguards", "kind");
    assert_eq!((number_of(&safeguards, "ADMINISTRATIVE"), number_of(&safeguards, "TECHNICAL"), number_of(&safeguards, "PHYSICAL")), (2, 5, 1));
    assert!(current["disposalProcedure"].as_str().unwrap().contains("개인정보 보호책임자 승인"));
    assert_eq!(column(current, "/disposal", "medium"), ["ELECTRONIC", "PAPER"]);
    assert_eq!(column(current, "/autoCollection", "name"), ["쿠키"]);
    assert!(current["autoCollection"][0]["refusal"].as_str().unwrap().contains("Edge"));
}

async fn gimpo_has_its_four_files(server: Server) {
    let files = [
        ("4090000-1", "홈페이지 회원 가입 및 관리", 0, (9, 3), 4, "UNTIL_EVENT"),
        ("4090000-2", "민원사무 처리", 0, (4, 1), 1, "YEARS_3"),
        ("4090000-3", "인감증명", 1, (0, 0), 1, "YEARS_10"),
        ("4090000-4", "주민등록", 1, (0, 0), 1, "PERMANENT"),
    ];
    for (number, name, bases, items, terms, class) in files {
        let file = file(&server, number).await;
        // No registration was seen: never passed off as one.
        assert_eq!((&file["name"], &file["status"]), (&json!(name), &json!("DISCLOSED")));
        let registration = &file["registration"];
        let requirements = column(registration, "/collectedItems", "requirement");
        assert_eq!((number_of(&requirements, "REQUIRED"), number_of(&requirements, "OPTIONAL")), items, "{name}");
        assert_eq!((count(registration, "/legalBases"), count(registration, "/collectedItems")), (bases, items.0 + items.1), "{name}");
        assert_eq!((count(registration, "/retention/terms"), &registration["retention"]["class"]), (terms, &json!(class)), "{name}");
        assert_eq!(registration["provisions"]["totalCount"], 8, "{name}");
        assert_eq!(count(&file, "/impactAssessments/nodes"), 0);
    }
    let register = file(&server, "4090000-4").await;
    assert_eq!(register["registration"]["retention"]["text"], "최소 3년~최대 영구");
    assert_eq!(register["registration"]["retention"]["terms"][0]["minMonths"], 36);
    assert_eq!(file(&server, "4090000-1").await["registration"]["includesChildrenUnder14"], true);
}

async fn gimpo_hands_data_on(server: Server) {
    let policy = policy(&server, "4090000").await;
    let current = &policy["current"];
    let recipients = ["경찰서", "세무서", "법원", "신용평가정보회사", "경찰서", "신원조회 규정이 있는 법인 또는 공공기관", "국세청", "국민건강보험공단"];
    assert_eq!(column(current, "/provisions/nodes", "recipientName"), recipients);
    let materials = column(current, "/provisions/nodes", "material");
    assert_eq!((number_of(&materials, "주민등록정보"), number_of(&materials, "가족관계정보"), number_of(&materials, "지방세정보")), (3, 2, 3));
    // A description of many bodies is none of them.
    let kinds: Vec<&Value> = current["provisions"]["nodes"].as_array().unwrap().iter().map(|provision| &provision["recipient"]["kind"]).collect();
    assert_eq!((number_of(&kinds, "GROUP"), number_of(&kinds, "PUBLIC")), (6, 2));
    assert_eq!(current["provisions"]["nodes"][3]["retention"], json!({"text": "인증 후 보유하지 않음", "class": "NOT_RETAINED"}));
    assert_eq!(current["provisions"]["nodes"][5]["note"], "※ 개인청구 불가");
    assert_eq!(count(current, "/entrustments/nodes"), 0);
    let items = column(current, "/collectedItems", "requirement");
    assert_eq!((items.len(), number_of(&items, "AUTOMATIC")), (3, 3));
}

async fn gimpo_says_how_it_protects(server: Server) {
    let policy = policy(&server, "4090000").await;
    let revisions = json!([
        {"effectiveFrom": "2009-12-09", "effectiveUntil": "2011-12-18", "periodText": "2009. 12. 9. ~ 2011. 12. 18. 적용"},
        {"effectiveFrom": "2011-12-19", "effectiveUntil": "2012-03-29", "periodText": "2011. 12. 19. ~ 2012. 3. 29. 적용"},
        {"effectiveFrom": "2012-03-30", "effectiveUntil": null, "periodText": "2012. 3. 30.부터"},
    ]);
    assert_eq!(policy["revisions"]["nodes"], revisions);
    let current = &policy["current"];
    assert_eq!(current["dataFiles"]["totalCount"], 4);
    let state = |kind: &str| current["sections"].as_array().unwrap().iter().find(|section| section["kind"] == kind).unwrap()["state"].clone();
    assert_eq!((state("ENTRUSTMENT"), state("VIDEO_DEVICES"), state("AUTO_COLLECTION")), (json!("EMPTY"), json!("REFERRED"), json!("ABSENT")));
    // That nothing is said of cookies is not that there are none.
    assert_eq!((&current["hasLabels"], &current["hasAutoCollection"]), (&json!(false), &Value::Null));
    assert_eq!(column(current, "/officers", "role"), ["PRIVACY_OFFICER", "DEPARTMENT"]);
    let officer = json!({
        "role": "PRIVACY_OFFICER", "roleText": "개인정보 보호책임자", "name": "조성범", "isNameWithheld": false, "position": "행정지원국장", "grade": "4급",
        "department": null, "phones": ["031-980-2381"], "email": "choicey@korea.kr", "fax": "031-980-2090",
    });
    assert_eq!(current["officers"][0], officer);
    let desk = json!({"department": "정보통신담당관실", "phones": ["031-980-2381"], "email": null, "fax": "031-980-2090", "address": null});
    assert_eq!(current["accessDesk"], desk);
    assert_eq!(column(current, "/rights", "right"), ["ACCESS", "CORRECTION", "DELETION", "SUSPENSION"]);
    assert_eq!(current["rights"][3]["methods"], json!(["서면", "전화", "전자우편", "모사전송(FAX)"]));
    let remedies = ["개인정보보호 종합지원 포털", "개인정보 침해신고센터", "개인정보 분쟁조정위원회", "경찰청 사이버테러대응센터"];
    assert_eq!(column(current, "/remedies", "name"), remedies);
    assert!(column(current, "/remedies", "task").iter().all(|task| task.is_string()));
    let safeguards = column(current, "/safeguards", "kind");
    assert_eq!((number_of(&safeguards, "ADMINISTRATIVE"), number_of(&safeguards, "TECHNICAL"), number_of(&safeguards, "PHYSICAL")), (2, 4, 1));
    assert_eq!(column(current, "/disposal", "medium"), ["ELECTRONIC", "PAPER"]);
    assert!(current["disposal"][0]["method"].as_str().unwrap().contains("로우레벨포맷"));
    assert_eq!(column(current, "/videoDevices", "kind"), ["UNSPECIFIED"]);
    assert_eq!(current["videoDevices"][0]["count"], Value::Null);
    assert_eq!(current["videoDevices"][0]["legalBases"], json!([{"citation": "개인정보보호법 제25조 제1항"}]));
}

async fn what_other_institutions_say_of_their_own_is_answered(server: Server) {
    let query = "query ($code: String!) { agency(code: $code) { privacyPolicies { nodes { current {
        impactAssessmentText hasLabels labels { kind } videoNoticeCount officers { roleText }
        videoDevices { count location hours storagePlace managedBy viewingPlace legalBases { statute { name } article } retention { terms { minDays maxDays } } }
    } } } } }";
    let of =
        async |code: &str, place: usize| server.query(query, json!({ "code": code })).await["agency"]["privacyPolicies"]["nodes"][place]["current"].clone();
    let fishing = of("Y000002", 0).await;
    assert_eq!(fishing["impactAssessmentText"], "영향평가 대상에 해당되지 않음 (제4조①)");
    // It has labels, which are not known here.
    assert_eq!((&fishing["hasLabels"], &fishing["labels"]), (&json!(true), &json!([])));
    let incheon = of("Y000106", 0).await;
    assert_eq!(incheon["officers"][4]["roleText"], "분야별 보호책임자 (강사 DB)");
    assert_eq!((&incheon["videoNoticeCount"], count(&incheon, "/videoDevices")), (&json!(4), 12));
    let devices = json!([{
        "count": 22, "location": "건물로비, 주차장 등 건물 내외 주요 시설물", "hours": "24시간", "storagePlace": "당직실", "managedBy": "교육지원팀장",
        "viewingPlace": "인재개발원 교육지원과 교육지원팀",
        "legalBases": [{"statute": {"name": "개인정보 보호법"}, "article": "제25조"}, {"statute": {"name": "주차장법 시행규칙"}, "article": "제6조"}],
        "retention": {"terms": [{"minDays": 30, "maxDays": 30}]},
    }]);
    assert_eq!(of("Y000106", 1).await["videoDevices"], devices);
    let lecturers = file(&server, "Y000106-2").await;
    assert_eq!(lecturers["registration"]["collectionMethod"], "오프라인 수집 (서면 수집)");
    let relief = file(&server, "Y000006-2").await;
    let markers = column(&relief, "/registration/collectedItems", "marker");
    assert_eq!((number_of(&markers, "일반정보"), number_of(&markers, "고유식별정보"), number_of(&markers, "민감정보")), (5, 1, 3));
}

on_both!(Data::Bundled =>
    a_unit_is_found_by_the_name_that_people_know,
    seoul_has_its_two_files,
    seoul_hands_data_on,
    seoul_says_how_it_protects,
    gimpo_has_its_four_files,
    gimpo_hands_data_on,
    gimpo_says_how_it_protects,
    what_other_institutions_say_of_their_own_is_answered,
);
