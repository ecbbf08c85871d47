//! Sheets as institutions publish them beside the plain list: what each states, and what must never become a file.

use rust_xlsxwriter::Worksheet;

use super::*;

/// Each file as `name | basis | items | retention | subjects`, cells of several rows divided by `+`.
fn files(name: &str, bytes: &[u8]) -> (Vec<String>, Survey) {
    let (survey, files) = read_all(bytes, name, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
    (files.iter().map(in_short).collect(), survey)
}

fn in_short(file: &FileRecord) -> String {
    let matters = [&[States::Basis][..], &[States::Items, States::RequiredItems, States::OptionalItems], &[States::Retention], &[States::SubjectCount]];
    let cells = matters.map(|columns| columns.iter().flat_map(|column| file.all(*column)).collect::<Vec<_>>().join(" + ").replace('\n', " "));
    format!("{} | {}", file.name.replace('\n', " "), cells.join(" | "))
}

fn rows(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            if !cell.is_empty() {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
}

#[test]
fn semicolons_in_cp949() {
    let text = "■ 개인정보파일 보유 현황;;;;;\r\n연번;개인정보파일명;보유근거;개인정보 항목;보유기간;정보주체 수\r\n1;회원 명부;\"정보주체 동의; 도서관법 제8조\";성명, 연락처;회원 탈퇴 시까지;약 3만 명\r\n2;강사 명부;소득세법 제145조;성명, 주민등록번호;5년(「소득세법」 제160조의2);１，２３４건\r\n;;;;;\r\n계;2종;;;;\r\n";
    let (files, _) = files("현황.csv", &EUC_KR.encode(text).0);
    assert_eq!(
        files,
        [
            "회원 명부 | 정보주체 동의; 도서관법 제8조 | 성명, 연락처 | 회원 탈퇴 시까지 | 약 3만 명",
            "강사 명부 | 소득세법 제145조 | 성명, 주민등록번호 | 5년(「소득세법」 제160조의2) | １，２３４건"
        ]
    );
}

#[test]
fn a_page_under_the_name_of_a_workbook() {
    let page = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\"><style>td{mso-number-format:\"\\@\"}</style></head><body>\
        <table border=1><tr><td colspan=5><b>개인정보파일 등록 현황</b></td></tr><tr><td>번호</td><td>개인정보파일의 명칭</td><td>운영 근거</td><td>개인정보 항목</td><td>보유기간</td></tr>\
        <tr><td rowspan=2>1</td><td rowspan=2>민원인<br>명부</td><td rowspan=2>민원 처리에 관한 법률 제8조</td><td>(필수) 성명, 주소</td><td rowspan=2>준영구</td></tr><tr><td>(선택) 이메일</td></tr>\
        <tr><td>2</td><td>자문위원</td><td>정보주체 동의</td><td>성명, 계좌번호</td><td>목적 달성 시까지</td></tr></table></body></html>";
    let (files, _) = files("list.xls", &EUC_KR.encode(page).0);
    assert_eq!(
        files,
        [
            "민원인 명부 | 민원 처리에 관한 법률 제8조 | (필수) 성명, 주소 + (선택) 이메일 | 준영구 | ",
            "자문위원 | 정보주체 동의 | 성명, 계좌번호 | 목적 달성 시까지 | "
        ]
    );
}

#[test]
fn unicode_text_as_spreadsheet_programs_save_it() {
    let text = "개인정보파일명\t운영근거\t수집항목\t보유기간\r\n회원 명부\t정보주체 동의\t\"성명\n연락처\"\t2년\r\n";
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(files("목록.txt.tsv", &bytes).0, ["회원 명부 | 정보주체 동의 | 성명 연락처 | 2년 | "]);
}

#[test]
fn what_stands_on_other_sheets() {
    let mut workbook = Workbook::new();
    rows(workbook.add_worksheet().set_name("표지").unwrap(), &[&["개인정보파일 관리대장"], &[], &["작성부서", "정보화담당관"], &["작성일", "2024-03-01"]]);
    let list = workbook.add_worksheet().set_name("파일목록").unwrap();
    let header: &[&str] = &["연번", "부서명", "개인정보파일명", "운영근거", "기록항목", "보유기간", "정보주체 수"];
    rows(
        list,
        &[
            &["2024년 개인정보파일 목록"],
            header,
            &["1", "세정과", "납세자 명부", "지방세기본법 제38조", "성명, 주민등록번호", "5년", "1,234건"],
            &["", "", "", "", "주소, 체납액"],
            &["2", "", "체납자 명부", "지방세징수법 제9조", "성명", "3년", ""],
            header,
            &["3", "교통과", "과태료 대상자", "도로교통법 제160조", "성명, 운전면허번호", "3년", "500"],
            &["※ 이상 3종"],
        ],
    );
    list.merge_range(2, 1, 4, 1, "세정과", &Style::new()).unwrap();
    list.merge_range(2, 2, 3, 2, "납세자 명부", &Style::new()).unwrap();
    // What is hidden by rows and columns is part of the sheet all the same; a hidden sheet is not.
    list.set_row_hidden(4).unwrap();
    rows(
        workbook.add_worksheet().set_name("영상정보처리기기").unwrap(),
        &[&["연번", "설치목적", "설치위치", "설치대수", "촬영시간", "보관기간", "보관장소"], &["1", "시설안전", "청사 현관", "4", "24시간", "30일", "당직실"]],
    );
    rows(
        workbook.add_worksheet().set_name("담당자").unwrap(),
        &[&["구분", "부서명", "직위", "성명", "연락처"], &["개인정보 보호책임자", "기획실", "실장", "홍길동", "02-100-1000"]],
    );
    rows(workbook.add_worksheet().set_name("변경이력").unwrap(), &[&["적용기간", "변경사항", "변경전", "변경후"], &["2023.1.1.~", "보유기간", "3년", "5년"]]);
    rows(
        workbook.add_worksheet().set_name("쿠키").unwrap(),
        &[&["쿠키명", "사용 목적", "수집 항목", "보유기간"], &["JSESSIONID", "로그인 유지", "세션", "브라우저 종료 시"]],
    );
    rows(
        workbook.add_worksheet().set_name("위탁").unwrap(),
        &[&["수탁업체", "위탁업무 내용", "위탁기간", "재위탁"], &["(주)가나", "시스템 운영", "2024.1.1.~2024.12.31.", "없음"]],
    );
    let hidden = workbook.add_worksheet().set_name("숨김").unwrap();
    rows(hidden, &[&["개인정보파일명", "보유기간"], &["숨은 명부", "1년"]]);
    hidden.set_hidden(true);
    let (files, survey) = files("관리대장.xlsx", &workbook.save_to_buffer().unwrap());
    assert_eq!(
        files,
        [
            "납세자 명부 | 지방세기본법 제38조 | 성명, 주민등록번호 + 주소, 체납액 | 5년 | 1,234건",
            "체납자 명부 | 지방세징수법 제9조 | 성명 | 3년 | ",
            "과태료 대상자 | 도로교통법 제160조 | 성명, 운전면허번호 | 3년 | 500"
        ],
        "{survey:#?}"
    );
}

#[test]
fn a_sheet_of_entrustments_alone_has_no_files() {
    let text = "수탁업체,위탁업무 내용,위탁기간,재위탁\n(주)가나,시스템 운영,2024.1.1.~2024.12.31.,없음\n";
    let refused = read_all(text.as_bytes(), "위탁.csv", &[]).unwrap_err();
    assert_eq!((refused.code, refused.place.map(|place| place.row)), ("NO_TABLE", Some(1)));
}

#[test]
fn forms_with_a_file_each() {
    let form = |name: &str, basis: &str, items: &str| {
        format!(
            "개인정보파일 대장\n개인정보파일의 명칭,{name}\n운영 근거,{basis}\n운영 목적,시험\n개인정보의 항목,\"{items}\"\n처리 방법,전산자료\n보유기간,3년\n정보주체의 수,약 500명\n\n"
        )
    };
    let text = form("회원 명부", "정보주체 동의", "성명, 연락처") + &form("강사 명부", "소득세법 제145조", "성명, 계좌번호");
    assert_eq!(
        files("대장.csv", text.as_bytes()).0,
        ["회원 명부 | 정보주체 동의 | 성명, 연락처 | 3년 | 약 500명", "강사 명부 | 소득세법 제145조 | 성명, 계좌번호 | 3년 | 약 500명"]
    );
}
