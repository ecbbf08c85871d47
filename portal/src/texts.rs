//! The pages' own words in both languages, in one table. What the register holds is never translated; labels of the schema's words come from the schema.

/// Declares the table: name, Korean, English.
macro_rules! texts {
    ($($name:ident: $ko:literal, $en:literal;)+) => {
        /// The pages' own words in one language.
        #[derive(Debug)]
        pub(crate) struct Texts {
            $(pub(crate) $name: &'static str,)+
        }

        /// Korean.
        pub(crate) static KO: Texts = Texts { $($name: $ko,)+ };

        /// English.
        pub(crate) static EN: Texts = Texts { $($name: $en,)+ };

        /// Every text in both languages, for the test that compares them.
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $ko, $en),)+];
    };
}

texts! {
    // Every page.
    site: "열람", "Yeollam";
    site_line: "공공기관 개인정보파일 등록부", "Register of public bodies’ personal-data files";
    skip: "본문으로 건너뛰기", "Skip to content";
    menu: "주 메뉴", "Main menu";
    nav_search: "파일 찾기", "Find files";
    nav_insights: "한눈에 보기", "Insights";
    nav_changes: "달라진 것", "Changes";
    nav_for_me: "나에 관한 정보", "For me";
    nav_explorer: "질의", "Explorer";
    nav_desk: "담당자", "Officers";
    other_language: "English", "한국어";
    other_language_tag: "en", "ko";
    behind_page: "이 화면의 GraphQL 질의 보기", "See the GraphQL query behind this page";
    footer_what: "개인정보 보호법 제32조에 따라 공공기관이 등록한 개인정보파일을 찾아보는 등록부입니다. 방문자에 관한 것은 남기지 않습니다.", "A register of the personal-data files that public bodies register under Article 32 of the Personal Information Protection Act. Nothing about visitors is kept.";
    schema: "스키마", "Schema";
    permanent_address: "고유 주소", "Permanent address";
    not_stated: "기재 없음", "Not stated";
    yes: "예", "Yes";
    no: "아니요", "No";
    and_more: "외 {}건", "and {} more";
    files: "건", " files";
    people: "명", " people";
    previous: "이전", "Previous";
    next: "다음", "Next";
    pages_of_list: "쪽 이동", "Pages of the list";
    you_are_here: "위치", "You are here";
    agency: "기관", "Agency";
    data_file: "개인정보파일", "Data file";
    status: "상태", "Status";
    since: "부터", "since";

    // Search.
    search_title: "개인정보파일 찾기", "Find personal-data files";
    search_intro: "공공기관이 어떤 개인정보를, 무슨 근거로, 얼마 동안 보유하고 누구에게 주는지 찾아보세요.", "Look up what personal data public bodies hold, on what basis, for how long, and to whom it goes.";
    register_holds: "지금 {agencies}개 기관의 개인정보파일 {files}건을 담고 있습니다.", "It holds {files} files of {agencies} agencies now.";
    agency_name: "기관명", "Agency";
    file_name: "개인정보파일명", "File name";
    anything: "통합 검색", "Anything";
    anything_hint: "목적, 항목, 근거 법령, 받는 곳까지 찾습니다. 초성(ㄱㅍㅅ)도 됩니다.", "Purposes, items, statutes and recipients too. Initial consonants (ㄱㅍㅅ) work.";
    search: "검색", "Search";
    search_form: "검색 조건", "Search form";
    starts: "이렇게 시작해 보세요", "Where to start";
    start_identifier: "주민등록번호를 담은 파일", "Files with resident registration numbers";
    start_health: "건강정보를 담은 파일", "Files with health data";
    start_million: "100만 명 이상의 파일", "Files of a million people or more";
    start_permanent: "영구 보관하는 파일", "Files kept for good";
    clear_all: "모두 지우기", "Clear all";
    found: "검색 결과", "Results";
    found_count: "{}건", "{} files";
    nothing_found: "조건에 맞는 개인정보파일이 없습니다.", "No data file matches.";
    nothing_found_hint: "낱말을 줄이거나 조건을 하나씩 지워 보세요. 기관명과 파일명은 일부만 적어도 됩니다.", "Use fewer words, or remove conditions one by one. A part of a name is enough.";
    narrow: "조건 좁히기", "Narrow down";
    narrow_jump: "조건 좁히기로 가기", "Go to filters";
    active_conditions: "적용한 조건", "Conditions in force";
    remove_condition: "조건 지우기", "Remove condition";
    chosen: "선택됨", "chosen";
    others: "그 밖 {}건", "{} others";
    missing: "기재 없음 {}건", "{} not stated";
    sort: "정렬", "Order";
    sort_relevance: "관련도순", "Relevance";
    sort_name: "이름순", "Name";
    sort_people: "정보주체 많은 순", "Most data subjects";
    sort_changed: "최근 변경순", "Last changed first";
    sort_new: "최근 등록순", "Newest registration";
    apply: "적용", "Apply";
    download: "결과 내려받기", "Download these results";
    feed: "새 소식 받기(Atom)", "Follow (Atom)";
    data_subjects: "정보주체", "Data subjects";
    retention: "보유기간", "Retention";
    registration_number: "등록번호", "Registration number";
    under_agency: "기관과 소속 기관", "Agency and those below";
    people_at_least: "정보주체 {}명 이상", "{} data subjects or more";
    yes_assessed: "평가함", "Assessed";
    not_assessed: "평가 기록 없음", "No assessment recorded";

    // A file.
    file_matters: "등록 사항", "Registered matters";
    contents: "이 화면의 차례", "On this page";
    destroyed_note: "파기된 파일입니다. 마지막 등록 내용을 보여 드립니다.", "This file was destroyed. Its last registered content is shown.";
    excerpt_note: "처리방침에서 옮긴 기록입니다. 방침에 없는 사항은 ‘기재 없음’으로 두며, 없다는 뜻은 아닙니다.", "Taken from a privacy policy. What it does not state is shown as not stated, which does not mean that there is none.";
    m_name: "개인정보파일의 명칭", "Name of the file";
    m_basis: "운영 근거", "Legal bases";
    m_purpose: "운영 목적", "Purpose";
    m_items: "기록되는 개인정보의 항목", "Items recorded";
    m_method: "처리방법", "Method of processing";
    m_retention: "보유기간", "Retention period";
    m_provision: "제3자 제공", "Provided to others";
    m_agency: "운용하는 공공기관", "Operating agency";
    m_count: "정보주체 수", "Number of data subjects";
    m_department: "처리 업무 담당 부서", "Department in charge";
    m_desk: "열람 요구 접수·처리 부서", "Desk for access requests";
    m_restriction: "열람 제한·거절 범위와 사유", "Limits to access, and why";
    m_entrustment: "처리 위탁", "Processing on the agency’s behalf";
    m_assessment: "개인정보 영향평가", "Impact assessment";
    m_system: "정보시스템", "Information system";
    m_children: "14세 미만 아동 포함", "Includes children under 14";
    m_collection: "수집 방법", "Way of collection";
    m_started: "운영 개시일", "In operation since";
    item: "항목", "Item";
    item_requirement: "필수 여부", "Requirement";
    item_subject: "대상", "Of whom";
    item_category: "분류", "Category";
    item_marks: "특별히 보호되는 정보", "Specially protected";
    items_caption: "기록되는 항목 {}개", "{} items recorded";
    unique_identifier: "고유식별정보", "unique identifier";
    sensitive: "민감정보", "sensitive data";
    consent: "정보주체의 동의", "Consent of the data subject";
    counted_on: "{} 기준", "as of {}";
    stated_for_policy: "처리방침 전체에 대한 내용", "stated for the whole policy";
    recipient: "받는 자", "Recipient";
    purpose: "목적", "Purpose";
    items: "항목", "Items";
    basis: "근거", "Basis";
    outside_purpose: "목적 외 제공", "outside the purpose";
    entrustee: "수탁자", "Entrusted to";
    task: "위탁 업무", "Task";
    period: "기간", "Period";
    sub_entrusted: "재위탁", "passed on to";
    assessed_year: "{}년 평가", "Assessment of {}";
    assessor: "평가기관", "Assessor";
    assessment_summary: "평가 결과 요약", "Summary of the assessment";
    no_assessment: "이 등록부에는 영향평가 기록이 없습니다.", "The register records no impact assessment.";
    findings: "점검 결과", "Findings";
    findings_careful: "등록된 내용을 규칙으로 견주어 본 참고 의견입니다. 법을 어겼다는 판단이 아니며, 실제 사정은 다를 수 있습니다.", "Indications drawn by rule from what is registered. They are no verdict that the law was broken; the facts may differ.";
    no_findings: "규칙에 걸린 것이 없습니다. 아무 문제가 없다는 보증은 아닙니다.", "No rule found anything. That is no guarantee that all is well.";
    certainty: "확실한 정도", "Certainty";
    rule: "규칙", "Rule";
    history: "변경 이력", "History";
    recorded_on: "등재일", "Recorded";
    valid_from: "시행", "In force from";
    differences: "달라진 내용", "What changed";
    before: "변경 전", "Before";
    after: "변경 후", "After";
    matter: "사항", "Matter";
    kind_of_change: "변경 유형", "Kind";
    no_differences: "등록 사항에 달라진 것이 없습니다.", "No registered matter changed.";
    how_to_ask: "내 정보를 보려면", "How to ask to see your data";
    how_intro: "누구나 이 기관에 자신의 개인정보를 열람하게 해 달라고 요구할 수 있습니다(개인정보 보호법 제35조).", "Anyone may ask this agency to see the data it holds on them (Article 35 of the Act).";
    how_where: "어디에", "Where";
    how_desk_of_policy: "등록 사항에는 접수 부서가 없어 처리방침에 적힌 곳을 보여 드립니다.", "The registration states no desk; this is the one of the privacy policy.";
    how_no_desk: "접수 부서가 적혀 있지 않습니다. 담당 부서나 기관 대표 창구에 문의하세요.", "No desk is stated. Ask the department in charge, or the agency’s front office.";
    how_how: "어떻게", "How";
    how_form: "「개인정보 처리 방법에 관한 고시」 별지 제8호서식(개인정보 열람 요구서)을 냅니다. 대리인은 별지 제11호서식(위임장)을 함께 냅니다.", "Hand in form 8 of the Notice on Personal Information Processing (request for access); a representative adds form 11 (power of attorney).";
    how_when: "기관은 10일 안에 열람하게 하거나, 늦어지는 까닭 또는 거절하는 까닭을 알려야 합니다(시행령 제41조, 제42조).", "Within 10 days the agency must grant access, or say why it is delayed or refused (Decree, Articles 41 and 42).";
    how_refusal: "거절할 수 있는 경우", "When they may refuse";
    how_refusal_intro: "다음에 해당할 때만 까닭을 알리고 열람을 제한하거나 거절할 수 있습니다(제35조 제4항).", "Only on these grounds may access be limited or refused, and the reason must be told (Article 35(4)).";
    how_remedy: "거절당했다면", "If you are refused";
    how_remedy_text: "기관에 이의를 제기할 수 있고(제38조 제5항), 개인정보 분쟁조정위원회(제43조)와 개인정보침해 신고센터(제62조, 국번 없이 118)에 도움을 구하거나 행정심판을 청구할 수 있습니다.", "You may object to the agency (Article 38(5)), turn to the Personal Information Dispute Mediation Committee (Article 43) or the infringement report centre (Article 62, telephone 118), or file an administrative appeal.";
    how_policy: "처리방침에 적힌 절차", "What the privacy policy says";
    department: "부서", "Department";
    telephone: "전화", "Telephone";
    email: "전자우편", "E-mail";
    fax: "팩스", "Fax";
    postal: "주소", "Address";
    source: "출처", "Source";
    source_place: "위치", "Place";
    read_on: "읽은 날", "Read on";
    similar: "비슷한 파일", "Similar files";
    recommendations: "개선권고", "Recommendations";
    answer: "회신", "Answer";
    policy: "개인정보 처리방침", "Privacy policy";
    unit_day: "일", " day";
    unit_days: "일", " days";
    unit_month: "개월", " month";
    unit_months: "개월", " months";
    unit_year: "년", " year";
    unit_years: "년", " years";
    at_least: "{} 이상", "at least {}";
    at_most: "{} 이내", "at most {}";
    kept_permanently: "기한 없이 계속 보관합니다(영구).", "Kept for good (permanent).";
    kept_semi_permanently: "사실상 기한 없이 보관합니다(준영구).", "Kept practically for good (semi-permanent).";
    not_kept: "보관하지 않습니다.", "Not kept.";
    kept_for_after: "‘{event}’부터 {length} 동안 보관합니다.", "Kept for {length} after ‘{event}’.";
    kept_for: "{} 동안 보관합니다.", "Kept for {}.";
    kept_until: "‘{}’까지 보관합니다.", "Kept until ‘{}’.";

    // An agency.
    agency_facts: "기관 정보", "About the agency";
    agency_code: "기관코드", "Agency code";
    agency_type: "기관유형", "Type";
    region: "지역", "Region";
    homepage: "누리집", "Homepage";
    aliases: "다른 이름", "Also called";
    subordinate: "소속 기관", "Bodies below";
    predecessors: "이전 기관", "Came from";
    successors: "이후 기관", "Became";
    abolished_note: "폐지된 기관입니다.", "This agency was abolished.";
    its_files: "개인정보파일", "Data files";
    with_subordinate: "소속 기관 포함", "With bodies below";
    own_only: "이 기관만", "This agency only";
    search_in_agency: "이 기관에서 찾기", "Search within this agency";
    no_files: "등록된 파일이 없습니다.", "No file is registered.";
    policies: "처리방침", "Privacy policies";
    policy_revisions: "개정 {}회", "{} revisions";
    in_force_from: "{}부터 시행", "in force from {}";
    flows: "주고받는 정보", "Flows of data";
    flows_out: "이 기관이 주는 곳", "Given to";
    flows_in: "이 기관이 받는 것", "Received from";
    entrusted_out: "이 기관이 맡기는 곳", "Entrusted to";
    entrusted_in: "이 기관이 맡은 것", "Entrusted with";
    no_flows: "적힌 것이 없습니다.", "None stated.";
    giver: "주는 기관", "Giver";
    peers: "같은 유형 기관과 견주기", "Against its peers";
    peers_note: "유형이 {}인 모든 기관의 지금 값과 견줍니다. 순위는 값이 큰 것부터이고, 크고 작음이 좋고 나쁨을 뜻하지는 않습니다.", "Compared with every agency of the type {}, as it is today. Places count from the greatest value; greater means neither better nor worse.";
    this_agency: "이 기관", "This agency";
    peer_measure: "비교 항목", "Measure";
    peer_rank: "순위", "Place";
    peer_place: "{count}곳 중 {rank}위", "{rank} of {count}";
    peer_median: "가운데 값", "Median";
    peer_middle: "가운데 절반", "Middle half";
    no_value: "–", "–";
    all_of_them: "전체 {}건 보기", "See all {}";
    name: "이름", "Name";
    kind: "종류", "Kind";
    on_day: "날짜", "Date";

    // Recipients and entrustees, statutes, categories, policies.
    organization: "받는 자·수탁자", "Recipient or entrustee";
    names_as_written: "문서에 쓰인 이름", "Names as written";
    is_agency: "이 등록부의 기관입니다", "It is an agency of this register";
    merged_note: "다른 이름과 같은 곳으로 합쳐졌습니다", "Merged into another name";
    receives: "받는 개인정보", "What it receives";
    entrusted_with: "맡은 업무", "What it is entrusted with";
    files_given: "이곳에 제공되는 파일 모두 찾기", "Find every file that is given to it";
    files_entrusted: "이곳에 맡겨진 파일 모두 찾기", "Find every file that it is entrusted with";
    stated_by: "적힌 곳", "Stated in";
    articles: "조문", "Articles";
    all_articles: "모든 조문", "All articles";
    of_article: "{}를 근거로 하는 파일", "Files that rest on {}";
    of_statute: "이 법령을 근거로 하는 파일", "Files that rest on it";
    parent_statute: "모법", "Enacted under";
    categories_title: "개인정보 분류", "Categories of personal data";
    categories_intro: "기록되는 항목을 분류에 따라 나누고, 그 항목을 기록하는 파일을 셉니다. 넓은 분류에는 그 아래의 파일이 함께 들어 있습니다.", "What files record, by category, with the number of files that record an item of it. A category counts the files of those below it.";
    statutes_title: "근거 법령", "Statutes";
    statutes_intro: "파일이 운영 근거로 드는 법령과, 그 법령을 드는 파일의 수입니다.", "The statutes that files rest on, and how many files do.";
    statutes_rest: "그 밖에 파일 {}건이 드는 법령은 검색으로 찾을 수 있습니다.", "Search finds the other statutes, on which {} files rest.";
    category_files: "이 분류의 항목을 기록하는 파일", "Files that record an item of it";
    narrower: "더 좁은 분류", "Narrower";
    broader: "더 넓은 분류", "Broader";
    dpv: "W3C DPV 용어", "Term of the W3C Data Privacy Vocabulary";
    search_category: "이 분류로 찾아보기", "Search by this category";
    revisions: "개정 이력", "Revisions";
    compare: "신구 대조표", "Side by side";
    compare_from: "이전 개정", "Earlier revision";
    compare_to: "이후 개정", "Later revision";
    compare_do: "견주기", "Compare";
    compare_none: "다른 점이 없거나, 한쪽은 시행 기간만 알려져 견줄 수 없습니다.", "They do not differ, or of one only the period is known, so that nothing can be compared.";
    compare_last: "지금 시행 중인 개정에서 달라진 것", "What the revision in force changed";
    revision_number: "제{}차", "No. {}";
    no_day: "시행일 기재 없음", "no day stated";
    sections: "방침의 목차", "Sections of the policy";
    officers: "개인정보 보호책임자", "Privacy officers";
    name_withheld: "이름 비공개", "name withheld";
    safeguards: "안전성 확보 조치", "Safeguards";
    rights: "정보주체의 권리", "Rights of data subjects";
    disposal: "파기", "Disposal";
    auto_collection: "자동 수집 장치", "Automatic collection";
    privacy_labels: "개인정보 처리 표시(라벨링)", "Privacy labels";
    video_devices: "영상정보처리기기", "Video devices";
    published_at: "게시된 곳", "Published at";

    // Changes.
    changes_title: "달라진 것", "Changes of the register";
    changes_intro: "새로 등록되고, 바뀌고, 파기된 개인정보파일을 최근 것부터 보여 드립니다.", "Files that were registered, amended and destroyed, the latest first.";
    no_changes: "해당하는 변경이 없습니다.", "No such change.";
    show_all: "전체 보기", "Show all";
    all_kinds: "변경 유형 고르기", "Choose kinds of change";

    // For me.
    for_me_title: "나에 관한 정보는 어디에", "Who may hold data on me";
    for_me_intro: "살아가는 모습을 몇 가지 고르면, 그런 사람의 정보를 가지고 있을 만한 기관과 열람을 요구할 곳을 보여 드립니다.", "Choose a few things about your life, and see which bodies probably hold data on people like you, and where to ask.";
    for_me_region: "사는 곳", "Where you live";
    for_me_anywhere: "고르지 않음", "Anywhere";
    for_me_life: "해당하는 것", "What applies";
    for_me_show: "보기", "Show";
    for_me_private: "이름이나 번호는 묻지 않습니다. 고른 것은 이 화면의 주소에만 담기고, 저장하거나 다른 곳에 보내지 않습니다.", "No name and no number is asked. What you choose stands in the address of this page alone; it is neither stored nor passed on.";
    for_me_careful: "파일에 적힌 항목으로 짐작한 것입니다. 실제로 내 정보가 있는지는 그 기관에 열람을 요구해야 알 수 있습니다.", "Inferred from the items that files record. Whether a body really holds data on you, only a request for access will tell.";
    life_child: "자녀가 있다", "I have children";
    life_student: "학생이거나 강좌를 듣는다", "I study or take courses";
    life_work: "일하거나 사업을 한다", "I work or run a business";
    life_income: "소득·재산·세금을 신고한다", "I declare income, assets or tax";
    life_vehicle: "차가 있다", "I have a car";
    life_home: "집을 사거나 빌린다", "I buy or rent a home";
    life_health: "건강검진이나 진료를 받는다", "I see a doctor";
    life_disability: "장애가 있다", "I have a disability";

    // Insights.
    insights_title: "한눈에 보기", "The national picture";
    by_agency_type: "기관 유형별 파일", "Files by type of agency";
    by_identifier: "고유식별정보를 담은 파일", "Files with unique identifiers";
    by_sensitive: "민감정보를 담은 파일", "Files with sensitive data";
    by_retention: "보유기간", "Retention periods";
    by_assessed: "영향평가", "Impact assessments";
    by_assessed_large: "영향평가 — 정보주체 100만 명 이상인 파일", "Impact assessments — files of a million data subjects or more";
    by_finding: "점검 결과가 많은 규칙", "Rules with the most findings";
    by_year: "해마다 등록된 파일", "Files registered each year";
    by_flow: "가장 많은 제공", "The largest flows";
    by_flow_note: "제3자 제공을 적은 파일 수를, 주는 기관의 유형과 받는 곳 열 군데로 보입니다.", "Number of files that state a provision, from types of agencies to the ten recipients that most files name.";
    by_body: "기관 사이의 흐름", "Flows between bodies";
    by_body_note: "파일이 많은 것부터 열다섯. 정보주체 수는 적어 낸 파일만 더한 것입니다.", "The fifteen of most files. Data subjects are summed over the files that declare a number.";
    recipient_or_entrustee: "받는 곳", "To";
    number_of_agencies: "기관 수", "Number of agencies";
    number_of_files: "파일 수", "Number of files";
    year: "해", "Year";
    as_table: "표로 보기", "As a table";
    no_days_stated: "등록일이 적힌 파일이 없습니다.", "No file states its day of registration.";

    // Explorer.
    explorer_title: "질의", "Explorer";
    explorer_intro: "등록부에 GraphQL로 직접 물어볼 수 있습니다. 이 누리집의 모든 화면도 이렇게 묻습니다.", "Ask the register in GraphQL yourself. Every page here asks in the same way.";
    explorer_plain: "보통 화면으로 묻고 표로 보기", "Ask on a plain page, and see a table";
    explorer_live: "스키마를 보며 쓰는 탐색기 열기", "Open the explorer with the schema beside it";
    explorer_query: "질의문", "Query";
    explorer_variables: "변수(JSON)", "Variables (JSON)";
    explorer_run: "물어보기", "Run";
    explorer_wrong: "답을 얻지 못했습니다.", "There is no full answer.";
    explorer_examples: "예제 질의", "Questions as examples";

    // The desk.
    desk_title: "담당자 창구", "Officers’ desk";
    desk_intro: "등록 신청을 쓰고, 점검받고, 내고, 처리하는 곳입니다. 발급받은 토큰이 있어야 합니다.", "Where applications are drafted, checked, handed in and decided. It needs a token.";
    desk_token: "토큰", "Token";
    desk_token_hint: "이 창구를 쓰는 동안만 쿠키 하나에 담아 둡니다. 나가기를 누르면 지웁니다.", "It is kept in one cookie while you use this desk, and deleted when you leave.";
    desk_login: "들어가기", "Enter";
    desk_logout: "나가기", "Leave";
    desk_refused: "받아들일 수 없는 토큰입니다. 기한이 지났거나 폐기되었을 수 있습니다.", "This token is not taken. It may have expired or been revoked.";
    desk_applications: "등록 신청", "Applications";
    desk_no_applications: "신청이 없습니다.", "There is no application.";
    desk_new: "새 파일 등록 신청", "Apply for a new file";
    desk_amend: "변경 신청", "Apply for a change";
    desk_destroy: "파기 신청", "Report a destruction";
    desk_destroy_intro: "파기한 개인정보파일을 알립니다. 수리되면 파기된 파일로 기록되고, 이력은 그대로 남습니다.", "Tells that a data file was destroyed. Once accepted it is recorded as destroyed, and its history stays.";
    desk_destroyed_on: "파기한 날", "Destroyed on";
    desk_destroyed_hint: "비워 두면 수리한 날로 기록됩니다.", "Left empty, it is the day of acceptance.";
    desk_destroy_reason: "파기 사유", "Reason for the destruction";
    desk_restriction_scope: "제한하는 범위", "What is withheld";
    desk_restriction_ground: "근거(법 제35조④)", "Ground (Act 제35조④)";
    desk_restriction_text: "사유", "Reason";
    desk_restrictions_hint: "빈 줄은 없는 것으로 봅니다. 줄이 모자라면 ‘점검’을 누르세요.", "Empty rows count for nothing. ‘Check’ brings more rows.";
    desk_stated: "신청한 내용", "What is applied for";
    desk_draft: "신청서", "Application form";
    desk_import: "목록 가져오기", "Import a list";
    desk_import_intro: "개인정보파일 목록(CSV, TSV, XLSX, XLS)을 한꺼번에 올립니다. 먼저 미리 점검해 보세요.", "Hand in a list of data files (CSV, TSV, XLSX, XLS) at once. Try it first.";
    desk_document: "문서", "Document";
    desk_dry_run: "미리 점검", "Try it";
    desk_record: "기록", "Record";
    desk_report: "가져오기 보고", "Report of the import";
    desk_counts: "파일 수", "Number of files";
    desk_count_new: "새로", "New";
    desk_count_amended: "바뀜", "Amended";
    desk_count_unchanged: "그대로", "Unchanged";
    desk_count_rejected: "거부", "Rejected";
    desk_messages: "알림", "Messages";
    desk_no_messages: "알릴 것이 없습니다.", "Nothing to tell.";
    desk_one_a_line: "한 줄에 하나씩 적습니다.", "One a line.";
    desk_required_items: "기록되는 항목 — 필수", "Items recorded — required";
    desk_optional_items: "기록되는 항목 — 선택", "Items recorded — optional";
    desk_items_hint: "한 줄에 하나씩 적습니다. 누구의 것인지 나누려면 ‘항목 | 대상’으로 적습니다.", "One a line; ‘item | of whom’ where it matters.";
    desk_provisions_hint: "한 줄에 하나씩 ‘받는 자 | 목적 | 항목’으로 적습니다.", "One a line: recipient | purpose | items.";
    desk_entrustments_hint: "한 줄에 하나씩 ‘수탁자 | 위탁 업무’로 적습니다.", "One a line: entrusted to | task.";
    desk_reason: "변경 사유", "Reason for the change";
    desk_check: "점검", "Check";
    desk_save: "저장", "Save";
    desk_check_result: "사전 점검", "Check before registration";
    desk_check_hint: "점검을 누르면 무엇이 등록되고 무엇이 걸리는지 보여 드립니다.", "Press ‘Check’ to see what would be registered and what stands in the way.";
    desk_as_read: "이렇게 읽었습니다", "Read as";
    desk_in_the_way: "고칠 것이 있습니다", "Something must be mended";
    desk_nothing_in_the_way: "등록에 걸리는 것이 없습니다.", "Nothing stands in the way of registration.";
    desk_edit: "고치기", "Edit";
    desk_submit: "제출", "Submit";
    desk_cancel: "신청 취소", "Withdraw";
    desk_accept: "수리", "Accept";
    desk_return: "보완 요구", "Return";
    desk_return_reason: "보완할 것", "What must be mended";
    desk_returned: "보완 요구:", "Returned:";
    desk_submitted: "제출", "submitted";
    desk_decided: "처리", "decided";
    desk_registered_as: "등록되었습니다:", "Registered as";
    desk_no_number: "숫자로 적어 주세요.", "Write a number.";
    desk_back: "돌아가기", "Back";

    // Errors.
    not_found_title: "찾는 것이 없습니다", "There is no such thing here";
    not_found_text: "‘{}’에 해당하는 것이 등록부에 없습니다. 주소를 확인하거나 검색해 보세요.", "The register has nothing at ‘{}’. Check the address, or search.";
    failed_title: "화면을 보여 드리지 못했습니다", "The page could not be shown";
    failed_input: "주소에 쓰인 조건을 이해하지 못했습니다. 조건을 지우고 다시 찾아보세요.", "A condition in the address is not understood. Remove it and try again.";
    failed_not_ready: "검색 색인을 준비하고 있습니다. 잠시 뒤 다시 열어 주세요.", "The search index is being prepared. Try again in a moment.";
    failed_server: "서버에 문제가 생겼습니다. 잠시 뒤 다시 열어 주세요.", "Something went wrong on our side. Try again later.";
    details: "자세히", "Details";
    back_to_search: "파일 찾기로", "To the search";
}

impl Texts {
    /// Label of a field of a registration or of a policy, as the schema names it.
    pub(crate) fn of_field(&self, field: &str) -> &'static str {
        match field {
            "name" => self.m_name,
            "agency" => self.agency,
            "validFrom" => self.valid_from,
            "reason" => self.desk_reason,
            "purpose" => self.m_purpose,
            "legalBases" => self.m_basis,
            "collectedItems" => self.m_items,
            "collectionMethod" => self.m_collection,
            "processingMethod" | "processingMethodText" => self.m_method,
            "retention" => self.m_retention,
            "provisions" => self.m_provision,
            "entrustments" => self.m_entrustment,
            "dataSubjectCount" | "countedOn" => self.m_count,
            "processingDepartment" => self.m_department,
            "accessDesk" => self.m_desk,
            "accessRestrictions" => self.m_restriction,
            "informationSystem" => self.m_system,
            "includesChildrenUnder14" => self.m_children,
            "operationStartedOn" => self.m_started,
            "impactAssessmentText" => self.m_assessment,
            "title" => self.name,
            "sections" => self.sections,
            "officers" => self.officers,
            "safeguards" => self.safeguards,
            "dataFiles" => self.its_files,
            "rights" => self.rights,
            "remedies" | "appeals" => self.how_remedy,
            "disposal" | "disposalProcedure" => self.disposal,
            "autoCollection" | "hasAutoCollection" => self.auto_collection,
            "labels" | "hasLabels" => self.privacy_labels,
            "videoDevices" | "videoNoticeCount" => self.video_devices,
            "entrustedBy" => self.entrusted_in,
            "announcedOn" | "publishedUrl" => self.published_at,
            _ => self.matter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_every_text_with_the_same_places() {
        for (name, ko, en) in ALL {
            assert!(!ko.is_empty() && !en.is_empty(), "{name}");
            let places = |text: &str| {
                let mut places: Vec<String> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
                places.sort();
                places
            };
            assert_eq!(places(ko), places(en), "{name}");
        }
    }
}
