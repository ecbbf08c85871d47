mod published;

use std::io::Cursor;

use encoding_rs::EUC_KR;
use proptest::prelude::*;
use rust_xlsxwriter::{Format as Style, Workbook};

use super::*;
use crate::header::Column as States;

fn read_all(bytes: &[u8], name: &str, mapping: &[&str]) -> Result<(Survey, Vec<FileRecord>), Unreadable> {
    let mapping = Mapping::of(&mapping.iter().map(|&mapping| mapping.to_owned()).collect::<Vec<_>>()).unwrap();
    let (mut document, limits) = (Cursor::new(bytes), Limits::default());
    let survey = survey(&mut document, name, &mapping, &limits)?;
    let mut files = Vec::new();
    read(&mut document, name, &mapping, &limits, &survey, &mut |file| {
        files.push(file);
        true
    })?;
    Ok((survey, files))
}

#[track_caller]
fn text(text: &str) -> (Survey, Vec<FileRecord>) {
    read_all(text.as_bytes(), "목록.csv", &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Name, rows and merged regions of a sheet: first row, first column, last row, last column.
type Sheet<'s> = (&'s str, &'s [&'s [&'s str]], &'s [(u32, u16, u32, u16)]);

/// A workbook of these sheets.
fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows, merged) in sheets {
        let sheet = workbook.add_worksheet().set_name(*name).unwrap();
        for (first_row, first_column, last_row, last_column) in *merged {
            sheet.merge_range(*first_row, *first_column, *last_row, *last_column, "", &Style::new()).unwrap();
        }
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                if !cell.is_empty() {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn refusal(bytes: &[u8], name: &str) -> String {
    read_all(bytes, name, &[]).unwrap_err().to_string()
}

/// What a record states, for comparison: `name | matter: value | …`.
fn told(file: &FileRecord) -> String {
    let mut parts = vec![file.name.replace('\n', "⏎")];
    for row in &file.rows {
        parts.extend(
            row.cells
                .iter()
                .filter(|(states, _)| !matches!(states, States::FileName | States::Number))
                .map(|(states, cell)| format!("{states:?}: {}", cell.replace('\n', "⏎"))),
        );
    }
    parts.join(" | ")
}

const PORTAL: &str = "개인정보파일 목록,,,,,,,,,,,
기준일: 2024.1.1,,,,,,,,,,,
기관명,부서명,담당자,개인정보파일의 명칭,개인정보파일의 운영 근거,\"개인정보파일 운영목적 \",개인정보파일에 기록되는 개인정보의 항목,개인정보의 처리방법,개인정보의 보유기간,보유수량 (정보주체 수),\"개인정보를 통상적 또는 반복적으로 제공하는 경우 그 제공받는 자\",열람요구 접수·처리 부서,
시험청,총무과,홍길동,회원 명부,정보주체 동의,회원 관리,\"성명, 연락처\",전산자료,회원 탈퇴 시,\"1,234\",없음,총무과,
시험청,교육과,홍길동,교육생 명부,지방공무원 교육훈련법 시행령 제11조,교육 운영,\"성명,
소속\",전산자료,5년,-,국세청,교육과,
";

#[test]
fn the_portals_export() {
    let expected = [
        "회원 명부 | Agency: 시험청 | Department: 총무과 | Handler: 홍길동 | Basis: 정보주체 동의 | Purpose: 회원 관리 | Items: 성명, 연락처 | ProcessingMethod: 전산자료 | Retention: 회원 탈퇴 시 | SubjectCount: 1,234 | AccessDesk: 총무과",
        "교육생 명부 | Agency: 시험청 | Department: 교육과 | Handler: 홍길동 | Basis: 지방공무원 교육훈련법 시행령 제11조 | Purpose: 교육 운영 | Items: 성명,⏎소속 | ProcessingMethod: 전산자료 | Retention: 5년 | Recipient: 국세청 | AccessDesk: 교육과",
    ];
    let utf8 = PORTAL.as_bytes().to_vec();
    let marked = [b"\xef\xbb\xbf".as_slice(), &utf8].concat();
    let cp949 = EUC_KR.encode(PORTAL).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(PORTAL.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let semicolons = utf8.clone();
    for bytes in [utf8, marked, cp949, utf16, semicolons] {
        let (survey, files) = read_all(&bytes, "목록.csv", &[]).unwrap();
        assert_eq!(files.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!((survey.files, files[1].place.to_string().as_str()), (2, "줄 5"));
        assert_eq!(survey.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [code::COLUMN_LEFT_OUT], "the persons in charge: {:?}", survey.notes);
        assert!(files.iter().all(|file| file.has_column(States::Recipient)));
    }
    let tabs: Vec<String> = PORTAL.lines().take(4).map(|line| line.replace(',', "\t")).collect();
    let (_, files) = read_all(tabs.join("\n").as_bytes(), "목록.txt", &[]).unwrap();
    assert_eq!(files[0].name, "회원 명부");
}

#[test]
fn every_layout_of_published_lists() {
    // Header, row, what is stated.
    for (header, row, expected) in [
        (
            "순번|개인정보파일의 명칭|운영근거 / 처리목적|개인정보파일에 기록되는 개인정보의 항목|보유기간",
            "1|명부|동의|성명|2년",
            "명부 | BasisAndPurpose: 동의 | Items: 성명 | Retention: 2년",
        ),
        (
            "개인정보파일 명칭|운영근거 (주민등록번호 수집 법적근거)|처리목적|개인정보파일에 기록되는 개인정보의 항목|보유기간",
            "명부|동의|관리|성명|2년",
            "명부 | Basis: 동의 | Purpose: 관리 | Items: 성명 | Retention: 2년",
        ),
        ("개인정보파일의 명칭|운영근거|보유기간", "명부|동의|2년", "명부 | Basis: 동의 | Retention: 2년"),
        ("개인정보파일의 명칭|필수항목|선택항목", "명부|성명|주소", "명부 | RequiredItems: 성명 | OptionalItems: 주소"),
        (
            "연번|파일명|처리목적|처 리 항 목|수집방법|운영근거|보유 기간|담당 부서",
            "1|명부|관리|성명|온라인|동의|2년|총무과",
            "명부 | Purpose: 관리 | Items: 성명 | CollectionMethod: 온라인 | Basis: 동의 | Retention: 2년 | Department: 총무과",
        ),
        ("순번|개인정보파일 명칭|수집근거/처리목적|개인정보항목", "1|명부|동의|성명", "명부 | BasisAndPurpose: 동의 | Items: 성명"),
        (
            "개인정보 파일명|처리목적|보유근거|수집항목|수집방법|보유기간",
            "명부|관리|동의|성명|홈페이지|2년",
            "명부 | Purpose: 관리 | Basis: 동의 | Items: 성명 | CollectionMethod: 홈페이지 | Retention: 2년",
        ),
        (
            "개인정보 파일명|보유 목적|보유 근거|항 목|보유 기간|열람요구 접수처리 부 서",
            "명부|관리|동의|성명|2년|총무과",
            "명부 | Purpose: 관리 | Basis: 동의 | Items: 성명 | Retention: 2년 | AccessDesk: 총무과",
        ),
        (
            "개인정보파일의 명칭|운영근거/처리목적|개인정보파일에 기록되는개인정보의 항목|보유기간",
            "명부|동의|성명|2년",
            "명부 | BasisAndPurpose: 동의 | Items: 성명 | Retention: 2년",
        ),
        (
            "개인정보파일명|운영목적|운영근거(수집근거)|수집항목|보유기간",
            "명부|관리|동의|성명|2년",
            "명부 | Purpose: 관리 | Basis: 동의 | Items: 성명 | Retention: 2년",
        ),
        ("순번|개인정보파일명칭|운영근거처리목적|개인정보항목|보유기간", "1|명부|동의|성명|2년", "명부 | BasisAndPurpose: 동의 | Items: 성명 | Retention: 2년"),
        ("개인정보파일명|근거|목적|주요항목|보유기간", "명부|동의|관리|성명|2년", "명부 | Basis: 동의 | Purpose: 관리 | Items: 성명 | Retention: 2년"),
        (
            "개인정보파일의 명칭|운영근거 / 처리목적|개인정보의 보유·이용 기간|처리하는 개인정보 항목",
            "명부|동의|2년|성명",
            "명부 | BasisAndPurpose: 동의 | Retention: 2년 | Items: 성명",
        ),
        (
            "연번|개인정보 파일의 명칭|부서명|개인정보파일의 운영 근거|개인정보의 처리목적|처리하는 개인정보의 항목|개인정보의 처리 및 보유기간",
            "1|명부|총무과|동의|관리|성명|2년",
            "명부 | Department: 총무과 | Basis: 동의 | Purpose: 관리 | Items: 성명 | Retention: 2년",
        ),
        (
            "개인정보파일명|처리목적|보유기간|부서|개인정보처리시스템명",
            "명부|관리|2년|총무과|회원시스템",
            "명부 | Purpose: 관리 | Retention: 2년 | Department: 총무과 | System: 회원시스템",
        ),
    ] {
        let document = [header, row].map(|line| line.split('|').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",")).join("\r\n");
        let (_, files) = text(&format!("개인정보파일 목록\r\n\r\n{document}\r\n"));
        assert_eq!(files.first().map(|file| file.place.row), Some(4), "however lines end");
        assert_eq!(files.iter().map(told).collect::<Vec<_>>(), [expected], "{header}");
        let rows: Vec<Vec<&str>> = [header, row].iter().map(|line| line.split('|').collect()).collect();
        let book = workbook(&[("목록", &[&["개인정보파일 목록"], &rows[0], &rows[1]], &[])]);
        let (_, files) = read_all(&book, "목록.xlsx", &[]).unwrap();
        assert_eq!(files.iter().map(told).collect::<Vec<_>>(), [expected], "{header}");
        assert_eq!(files[0].place.to_string(), "시트 \"목록\", 3행");
    }
}

#[test]
fn headers_of_two_rows_and_merged_cells() {
    let rows: &[&[&str]] = &[
        &["개인정보파일 등록현황"],
        &[
            "개인정보파일명",
            "운영근거",
            "운영 목적",
            "개인정보의 항목",
            "보유기간",
            "개인정보를 통상적 또는 반복적으로\n제공하는 경우",
            "",
            "",
            "열람제한개인정보범위및사유",
            "",
            "비고",
        ],
        &["", "", "", "", "", "제공받는자", "근거", "범위", "범위", "사유"],
        &["명부", "동의", "관리", "성명", "2년", "국세청", "국세기본법 시행령 제68조", "성명", "", "", ""],
        &["", "", "", "", "", "경찰서", "형사소송법 제199조", "주소"],
        &["대장", "지방세법", "부과", "성명, 주소", "영구", "-", "-", "-", "과세내역", "조세의 부과", "참고"],
    ];
    let expected = [
        "명부 | Basis: 동의 | Purpose: 관리 | Items: 성명 | Retention: 2년 | Recipient: 국세청 | ProvisionBasis: 국세기본법 시행령 제68조 | ProvisionItems: 성명 | Recipient: 경찰서 | ProvisionBasis: 형사소송법 제199조 | ProvisionItems: 주소",
        "대장 | Basis: 지방세법 | Purpose: 부과 | Items: 성명, 주소 | Retention: 영구 | RestrictionScope: 과세내역 | RestrictionReason: 조세의 부과 | Note: 참고",
    ];
    let down: Vec<(u32, u16, u32, u16)> =
        (0..5).map(|column| (1, column, 2, column)).chain([(1, 5, 1, 7), (1, 8, 1, 9), (1, 10, 2, 10), (0, 0, 0, 10)]).collect();
    // The name is merged over its two rows, the others are not.
    let with_names: Vec<(u32, u16, u32, u16)> = down.iter().copied().chain([(3, 0, 4, 0)]).collect();
    for merged in [&[][..], &down, &with_names] {
        let (survey, files) = read_all(&workbook(&[("현황", rows, merged)]), "x.xlsx", &[]).unwrap();
        assert_eq!(files.iter().map(told).collect::<Vec<_>>(), expected, "{merged:?}");
        assert_eq!(files[0].place.to_string(), "시트 \"현황\", 4-5행");
        assert_eq!(survey.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [code::COLUMN_LEFT_OUT]);
    }
    // One department for several files.
    let rows: &[&[&str]] = &[
        &["담당 부서", "파일명", "개인정보항목", "", "보유기간"],
        &["", "", "필수항목", "선택항목", ""],
        &["총무과", "가", "성명", "주소", "1년"],
        &["", "나", "성명", "", "2년"],
    ];
    let (_, files) = read_all(&workbook(&[("현황", rows, &[(0, 2, 0, 3), (2, 0, 3, 0)])]), "x.xlsx", &[]).unwrap();
    assert_eq!(
        files.iter().map(told).collect::<Vec<_>>(),
        [
            "가 | Department: 총무과 | RequiredItems: 성명 | OptionalItems: 주소 | Retention: 1년",
            "나 | Department: 총무과 | RequiredItems: 성명 | Retention: 2년"
        ]
    );
    // A group above every column.
    let (_, files) = text("순번,개인정보파일,,,비고\n,명칭,운영근거,보유기간,\n1,명부,동의,1년,\n");
    assert_eq!(told(&files[0]), "명부 | Basis: 동의 | Retention: 1년");
}

#[test]
fn the_portals_list_with_merged_cells() {
    let rows: &[&[&str]] = &[
        &["개인정보파일 목록(2025년 상반기)"],
        &[
            "연번",
            "기관명",
            "부서명",
            "개인정보파일의 명칭",
            "운영 근거",
            "운영 목적",
            "개인정보의 항목",
            "보유기간",
            "보유수량\n(정보주체 수)",
            "열람요구\n접수·처리 부서",
        ],
        &["1", "시험청", "총무과", "직원 명부", "국가공무원법 제32조", "인사 관리", "성명, 주민등록번호", "준영구", "1,204", "총무과"],
        &["2", "", "", "청사 출입자", "정보주체 동의", "출입 통제", "성명, 소속", "1년", "약 3만", ""],
        &["3", "", "교육과", "교육생 명부", "〃", "교육 운영", "성명, 소속", "5년", "", ""],
        &["총 3개 파일"],
    ];
    let merged = [(0, 0, 0, 9), (2, 1, 4, 1), (2, 2, 3, 2), (2, 9, 4, 9)];
    let (_, files) = read_all(&workbook(&[("목록", rows, &merged)]), "목록.xlsx", &[]).unwrap();
    assert_eq!(
        files.iter().map(told).collect::<Vec<_>>(),
        [
            "직원 명부 | Agency: 시험청 | Department: 총무과 | Basis: 국가공무원법 제32조 | Purpose: 인사 관리 | Items: 성명, 주민등록번호 | Retention: 준영구 | SubjectCount: 1,204 | AccessDesk: 총무과",
            "청사 출입자 | Agency: 시험청 | Department: 총무과 | Basis: 정보주체 동의 | Purpose: 출입 통제 | Items: 성명, 소속 | Retention: 1년 | SubjectCount: 약 3만 | AccessDesk: 총무과",
            "교육생 명부 | Agency: 시험청 | Department: 교육과 | Basis: 정보주체 동의 | Purpose: 교육 운영 | Items: 성명, 소속 | Retention: 5년 | AccessDesk: 총무과"
        ]
    );
}

#[test]
fn several_tables_for_one_file() {
    let expected = [
        "가 | Basis: 동의 | Purpose: 관리 | Retention: 1년 | RequiredItems: 성명 | OptionalItems: 주소",
        "나 | Basis: 조례 | Purpose: 부과 | Retention: 2년 | RequiredItems: 성명",
    ];
    let tables = "순번,개인정보파일명칭,운영근거,처리목적\n1,가,동의,관리\n2,나,조례,부과\n\n순번,개인정보파일명칭,처리,보유기간 (목적 달성시)\n1,가,전산,1년\n2,나,전산,2년\n\n순번,개인정보파일명칭,필수항목,선택항목\n1,가,성명,주소\n2,나,성명,-\n";
    let (survey, files) = text(tables);
    assert_eq!(files.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!((survey.tables.len(), files[0].place.to_string(), files[0].further[1].to_string()), (3, "줄 2".to_owned(), "줄 10".to_owned()));
    assert_eq!(survey.notes[0].code, code::UNKNOWN_COLUMN);
    assert!(survey.notes[0].message.contains("\"처리\""));
    let sheets: Vec<Vec<Vec<&str>>> = tables.split("\n\n").map(|table| table.lines().map(|line| line.split(',').collect()).collect()).collect();
    let sheets: Vec<Vec<&[&str]>> = sheets.iter().map(|sheet| sheet.iter().map(Vec::as_slice).collect()).collect();
    let book = workbook(&[("근거", &sheets[0], &[]), ("기간", &sheets[1], &[]), ("항목", &sheets[2], &[])]);
    assert_eq!(read_all(&book, "x.xlsx", &[]).unwrap().1.iter().map(told).collect::<Vec<_>>(), expected);
    // Two that say the same matters are two files, for the register to refuse.
    assert_eq!(text("파일명,근거\n가,동의\n\n파일명,근거,목적\n가,조례,관리\n").1.len(), 2);
}

#[test]
fn totals_notes_and_empty_rows_are_no_files() {
    let (survey, files) =
        text("번호,파일명,근거,보유기간\n1,가,동의,1년\n2,,,\n3,없음,,\n소계,,1건,\n※ 참고,,,\n번호,파일명,근거,보유기간\n4,나,,2년\n합계,2건,,\n,총 2개,,\n");
    assert_eq!(files.iter().map(told).collect::<Vec<_>>(), ["가 | Basis: 동의 | Retention: 1년", "나 | Retention: 2년"]);
    let notes: Vec<String> = survey.notes.iter().map(|note| format!("{}: {} {}", note.place, note.code, note.message)).collect();
    assert_eq!(notes.len(), 6, "{notes:#?}");
    assert!(notes.iter().all(|note| note.contains("ROW_LEFT_OUT")));
    // A numbered row without a name states a file whose name is missing.
    assert_eq!(text("번호,파일명,근거\n1,가,동의\n2,,조례\n").1.iter().map(told).collect::<Vec<_>>(), ["가 | Basis: 동의", " | Basis: 조례"]);
}

#[test]
fn keys_with_values() {
    let rows = "주요개인정보파일,\n개인정보파일명,회원 명부\n보유목적,회원 관리\n보유근거,정보주체 동의\n수집항목,성명\n,연락처\n보유기간,2년\n개인정보파일명,교육생 명부\n보유목적,교육\n\n";
    let expected = ["회원 명부 | Purpose: 회원 관리 | Basis: 정보주체 동의 | Items: 성명⏎연락처 | Retention: 2년", "교육생 명부 | Purpose: 교육"];
    assert_eq!(text(rows).1.iter().map(told).collect::<Vec<_>>(), expected);
    let operated = "개인정보파일 운용 주체,시험청\n개인정보파일의 명칭,명부\n개인정보파일의 보유근거,동의\n개인정보파일 항목,성명\n보유기간,1년\n개인정보파일 운용 주체,시험청\n개인정보파일의 명칭,대장\n개인정보파일의 보유근거,조례\n";
    let (_, files) = text(operated);
    assert_eq!(
        files.iter().map(told).collect::<Vec<_>>(),
        ["명부 | Agency: 시험청 | Basis: 동의 | Items: 성명 | Retention: 1년", "대장 | Agency: 시험청 | Basis: 조례"]
    );
    assert_eq!(files[1].agency.as_deref(), Some("시험청"));
    let bullets = "① 개인정보 파일명 : 명부\n- 개인정보 항목 : 성명\n- 수집방법 : 온라인\n- 보유근거 : 동의\n- 보유기간 : 2년\n";
    assert_eq!(text(bullets).1.iter().map(told).collect::<Vec<_>>(), ["명부 | Items: 성명 | CollectionMethod: 온라인 | Basis: 동의 | Retention: 2년"]);
}

#[test]
fn columns_are_mapped_by_hand() {
    let headless = "총무과,명부,관리,동의,성명,1년\n교육과,대장,교육,조례,성명,2년\n";
    let mapping = ["A=processingDepartment", "B=name", "3=purpose", "4=legalBases", "E=collectedItems", "6=retention"];
    let (_, files) = read_all(headless.as_bytes(), "x.csv", &mapping).unwrap();
    assert_eq!(
        files.iter().map(told).collect::<Vec<_>>(),
        [
            "명부 | Department: 총무과 | Purpose: 관리 | Basis: 동의 | Items: 성명 | Retention: 1년",
            "대장 | Department: 교육과 | Purpose: 교육 | Basis: 조례 | Items: 성명 | Retention: 2년"
        ]
    );
    let members = "회원구분,필수항목,선택항목,보유기간\n일반회원,성명,주소,2년\n";
    let message = refusal(members.as_bytes(), "x.csv");
    assert!(message.contains("NO_TABLE") || message.contains("none names the file: `--map \"회원구분=name\"`"), "{message}");
    assert_eq!(
        told(&read_all(members.as_bytes(), "x.csv", &["회원구분=name"]).unwrap().1[0]),
        "일반회원 | RequiredItems: 성명 | OptionalItems: 주소 | Retention: 2년"
    );
    let (survey, files) = read_all("파일명,근거,관리 번호\n명부,동의,7\n".as_bytes(), "x.csv", &["관리번호=ignore", "근거=purpose"]).unwrap();
    assert!(survey.notes.is_empty(), "{:?}", survey.notes);
    assert_eq!(told(&files[0]), "명부 | Purpose: 동의");
    let message = read_all("파일명,근거\n명부,동의\n".as_bytes(), "x.csv", &["목적=purpose"]).unwrap_err().to_string();
    assert!(message.contains("목적=purpose"), "{message}");
    for wrong in ["목적", "목적=zweck", "0=name", " =name"] {
        assert!(Mapping::default().add(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_page_that_is_called_a_sheet_is_read() {
    let page = "<html><head><meta charset=\"euc-kr\"></head><body><table border=1>\n<tr><td colspan=4>개인정보파일 목록</td></tr>\n<tr><th>기관명</th><th>개인정보파일의 명칭</th><th>개인정보파일의 운영 목적</th><th>개인정보파일에 기록되는 개인정보의 항목</th></tr>\n\
                <tr><td rowspan=2>시험청</td><td rowspan=2>회원 명부</td><td>회원 관리</td><td>성명<br>연락처</td></tr>\n<tr><td>민원 처리</td><td>주소</td></tr>\n<tr><td>시험청</td><td>교육생 명부</td><td>교육</td><td>성명</td></tr></table></body></html>";
    for bytes in [page.as_bytes().to_vec(), EUC_KR.encode(page).0.into_owned()] {
        let (_, files) = read_all(&bytes, "목록.xls", &[]).unwrap();
        let named: Vec<(&str, usize)> = files.iter().map(|file| (file.name.as_str(), file.rows.len())).collect();
        assert_eq!(named, [("회원 명부", 2), ("교육생 명부", 1)]);
        assert_eq!((files[0].agency.as_deref(), files[0].all(States::Purpose)), (Some("시험청"), vec!["회원 관리", "민원 처리"]));
        assert_eq!(files[0].place.to_string(), "줄 4-5");
    }
    let deep = format!("<table>{}", "<table><tr><td>".repeat(100_000));
    assert!(refusal(deep.as_bytes(), "x.xls").contains("no table"));
}

#[test]
fn what_is_no_sheet_is_refused_with_what_to_do() {
    for (bytes, expected) in [
        (b"".as_slice(), "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x1f\x8b\x08", "is an archive"),
        (b"<html><table><tr><td>", "no table of personal-data files was found"),
        (b"<?xml version=\"1.0\"?>", "is XML"),
        (b"PK\x03\x04 and nothing else", "is a damaged workbook"),
        (b"a,b\n1,2\n", "no table of personal-data files was found"),
        (b"a\x00b\x00,\x00", "holds NUL characters"),
        (b"\xff\xfea\x00\x00\xd8b\x00", "is no UTF-16LE text"),
        (b"\xc8\xb8\n\xed\x9a\x8c\xec\x9b\x90\xff\xff", "line 2: is no"),
    ] {
        let message = refusal(bytes, "x.csv");
        assert!(message.contains(expected), "{message}");
    }
    // Whole or cut off, and whatever wrote it.
    for (bytes, name) in
        [(b"PK\x03\x04 and nothing else".as_slice(), "처리방침.docx"), (b"PK\x03\x04", "목록.HWPX"), (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "목록.hwp")]
    {
        let message = refusal(bytes, name);
        assert!(message.starts_with("is a document of a word processor") && message.contains("save it as XLSX"), "{message}");
    }
    let mixed = ["파일명,근거\n".as_bytes(), &EUC_KR.encode("명부,동의\n").0, "대장,똠방\u{1f600}\n".as_bytes()].concat();
    assert!(refusal(&mixed, "x.csv").contains("encodings are mixed"));
}

#[test]
fn a_row_without_end_is_refused() {
    let open = format!("파일명,근거\n명부,\"{}", "동의\n".repeat(1_000_000));
    let message = refusal(open.as_bytes(), "x.csv");
    assert!(message.contains("line 2: the row that begins here has more than 4 MiB: is a quotation mark"), "{message}");
    let wide = format!("파일명,근거{}\n", ",x".repeat(300));
    assert!(refusal(wide.as_bytes(), "x.csv").contains("columns"));
    let endless = format!("파일명,근거\n명부,동의\n{}", ",가나다\n".repeat(3_000));
    assert!(refusal(endless.as_bytes(), "x.csv").contains("more than 2000 rows state one file"));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    use std::io::Write as _;
    let part = |name: &str, of: &mut dyn FnMut(&mut dyn std::io::Write)| {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"<workbook/>").unwrap();
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        of(&mut archive);
        archive.finish().unwrap().into_inner()
    };
    let tags = "<c><v>1</v></c>".repeat(70_000);
    let limits = Limits { unpacked: 8 << 20, shared_texts: 2 << 20, ..Limits::default() };
    let refused = |bytes: &[u8]| survey(&mut Cursor::new(bytes), "x.xlsx", &Mapping::default(), &limits).unwrap_err().message;
    let long = part("xl/worksheets/sheet1.xml", &mut |part| (0..20).for_each(|_| part.write_all(tags.as_bytes()).unwrap()));
    assert!(refused(&long).contains("is more than 8 MiB when it is unpacked"));
    // The archive lies of its size, in the local header and in the directory.
    let mut lying = long.clone();
    let (true_size, told_size) = (u32::try_from(20 * tags.len()).unwrap().to_le_bytes(), 100_u32.to_le_bytes());
    let places: Vec<usize> = memchr::memmem::find_iter(&long, &true_size).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| lying[*at..at + 4].copy_from_slice(&told_size));
    let message = refused(&lying);
    assert!(message.contains("is more than 8 MiB") || message.contains("damaged"), "{message}");
    let texts = part("xl/sharedStrings.xml", &mut |part| (0..3).for_each(|_| part.write_all(tags.as_bytes()).unwrap()));
    assert!(refused(&texts).contains("more than 2 MiB of text"));
    let cell = part("xl/worksheets/sheet1.xml", &mut |part| part.write_all("가".repeat(2 << 20).as_bytes()).unwrap());
    assert!(refused(&cell).contains("a cell of more than 4 MiB"));
    let announced = part("xl/sharedStrings.xml", &mut |part| part.write_all(b"<sst uniqueCount=\"4000000000\"></sst>").unwrap());
    assert!(refused(&announced).contains("announces more texts"));
    let wide = part("xl/sharedStrings.xml", &mut |part| part.write_all(b"<\0s\0s\0t\0").unwrap());
    assert!(refused(&wide).contains("not in UTF-8"));
    let other = part("word/document.xml", &mut |part| part.write_all(b"<w/>").unwrap());
    assert!(!refused(&other).is_empty());
}

#[test]
fn who_has_enough_is_not_given_more() {
    let mut taken = 0;
    let header = "파일명,근거,보유기간\n".to_owned();
    let text = header + &"명부,동의,1년\n대장,동의,1년\n".repeat(50_000);
    let mut document = Cursor::new(text.into_bytes());
    let survey = survey(&mut document, "x.csv", &Mapping::default(), &Limits::default()).unwrap();
    read(&mut document, "x.csv", &Mapping::default(), &Limits::default(), &survey, &mut |_| {
        taken += 1;
        taken < 10
    })
    .unwrap();
    assert_eq!((survey.files, taken), (100_000, 10), "a consumer that has enough is not given more");
}

/// Most memory that the process ever held, in KiB, as Linux tells it. Tests run in a process each.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn read_and_count(document: &mut (impl BufRead + Seek), name: &str) -> u64 {
    let (mapping, limits) = (Mapping::default(), Limits::default());
    let survey = survey(document, name, &mapping, &limits).unwrap();
    let mut files = 0;
    read(document, name, &mapping, &limits, &survey, &mut |_| {
        files += 1;
        true
    })
    .unwrap();
    files
}

#[test]
fn rows_of_a_text_take_no_memory() {
    use std::io::Write as _;
    let of = |rows: u64| {
        let mut file = tempfile::tempfile().unwrap();
        writeln!(file, "파일명,근거,보유기간").unwrap();
        let mut writer = std::io::BufWriter::new(&mut file);
        (0..rows).for_each(|number| writeln!(writer, "명부 {number},정보주체 동의,1년").unwrap());
        drop(writer);
        std::io::BufReader::new(file)
    };
    // What the peak counts as well is the program itself, page by page as it first runs: a short text brings those in.
    assert_eq!(read_and_count(&mut of(2_000), "x.csv"), 2_000);
    let (mut document, before) = (of(200_000), peak());
    assert_eq!(read_and_count(&mut document, "x.csv"), 200_000);
    let taken = peak() - before;
    // The rows are 7 MB.
    assert!(taken < 2 << 10, "{taken} KiB");
}

#[test]
fn a_workbook_takes_the_memory_of_its_shared_texts() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (header, column) in ["파일명", "근거", "보유기간"].into_iter().zip(0..) {
        sheet.write_string(0, column, header).unwrap();
    }
    for row in 1..=30_000 {
        sheet.write_string(row, 0, format!("명부 {row}")).unwrap().write_string(row, 1, "정보주체 동의").unwrap().write_string(row, 2, "1년").unwrap();
    }
    let mut file = tempfile::tempfile().unwrap();
    book.save_to_writer(&mut file).unwrap();
    drop(book);
    // What the writer took is the peak so far; the reader must stay below it.
    let before = peak();
    assert_eq!(read_and_count(&mut std::io::BufReader::new(file), "x.xlsx"), 30_000);
    assert_eq!(peak(), before, "rows are read with less than it took to write them");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_all(&bytes, "x.csv", &[]);
    }

    #[test]
    fn no_text_makes_it_panic(text in "([가-힣a-z,;\t\"\n:※-]|파일명|근거|목적|보유기간|없음|합계){0,80}") {
        let _ = read_all(text.as_bytes(), "x.csv", &[]);
        let _ = read_all(text.as_bytes(), "x.tsv", &["A=name", "B=purpose"]);
    }

    #[test]
    fn no_damage_to_a_workbook_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut book = workbook(&[("목록", &[&["파일명", "근거"], &["명부", "동의"]], &[(1, 0, 2, 0)])]);
        let index = at.index(book.len());
        book[index] = byte;
        let _ = read_all(&book, "x.xlsx", &[]);
        book.truncate(cut.index(book.len()));
        let _ = read_all(&book, "x.xlsx", &[]);
    }

    #[test]
    fn files_are_read_as_they_were_written(names in prop::collection::vec("[가-힣]{2,8}", 1..20)) {
        let mut document = "파일명,운영근거\n".to_owned();
        names.iter().enumerate().for_each(|(index, name)| document.push_str(&format!("{name}{index}명부,동의\n")));
        let (_, files) = read_all(document.as_bytes(), "x.csv", &[]).unwrap();
        let expected: Vec<String> = names.iter().enumerate().map(|(index, name)| format!("{name}{index}명부")).collect();
        prop_assert_eq!(files.into_iter().map(|file| file.name).collect::<Vec<_>>(), expected);
    }
}

/// A workbook of the old format, as spreadsheet programs save it.
const XLS: &[u8] = include_bytes!("list.xls");

#[test]
fn workbooks_of_the_old_format() {
    let (survey, files) = read_all(XLS, "목록.xls", &[]).unwrap();
    let expected = [
        "회원 명부 | Basis: 정보주체 동의 | SubjectCount: 1234 | RegisteredOn: 2024-01-25",
        "교육생 명부 | Basis: 지방공무원 교육훈련법 시행령 제11조 | SubjectCount: 5600",
        "시설 이용자 명부 | Basis: 조례 | Basis: 정보주체 동의",
    ];
    assert_eq!(files.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!((survey.tables.len(), files[2].place.to_string()), (1, "시트 \"목록\", 6-7행".to_owned()), "the hidden sheet is not read");
}

#[test]
fn hostile_workbooks_of_the_old_format_are_refused() {
    let limits = Limits { xls: 1 << 20, xls_cells: 1_000, ..Limits::default() };
    let refused = |bytes: &[u8]| survey(&mut Cursor::new(bytes), "x.xls", &Mapping::default(), &limits).unwrap_err().message;
    let at = |word: &[u8]| memchr::memmem::find(XLS, word).unwrap();
    // A sheet says that it has four thousand million rows; its record is 14 bytes long.
    let dimensions = at(b"\x00\x02\x0e\x00");
    for (end, expected) in [(u32::MAX, "more than 1000 cells"), (60_000, "more than 1000 cells")] {
        let mut lying = XLS.to_vec();
        lying[dimensions + 8..dimensions + 12].copy_from_slice(&end.to_le_bytes());
        let message = refused(&lying);
        assert!(message.contains(expected), "{message}");
    }
    let mut backward = XLS.to_vec();
    backward[dimensions + 4..dimensions + 8].copy_from_slice(&9_u32.to_le_bytes());
    assert!(refused(&backward).contains("damaged"));
    // Chains of sectors that bite their own tails.
    let first_table = 512 + 512 * usize::try_from(u32::from_le_bytes(XLS[76..80].try_into().unwrap())).unwrap();
    let mut circle = XLS.to_vec();
    (0..128_u32).for_each(|sector| circle[first_table + 4 * sector as usize..][..4].copy_from_slice(&sector.to_le_bytes()));
    assert!(refused(&circle).contains("damaged"));
    assert!(refused(&[XLS, &vec![0; 1 << 20]].concat()).contains("more than 1 MiB"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_damage_to_a_workbook_of_the_old_format_makes_it_panic(at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>()) {
        let mut book = XLS.to_vec();
        for (index, byte) in at {
            let index = index.index(book.len());
            book[index] = byte;
        }
        let _ = read_all(&book, "x.xls", &[]);
        book.truncate(cut.index(book.len()));
        let _ = read_all(&book, "x.xls", &[]);
    }
}
