export default function Privacy() {
  return (
    <div className="wrap">
      {/* <p>제1조(개인정보의 처리 목적)</p> */}
      <h2>개인정보처리방침</h2>
      <p>한결공원은 개인정보 보호법에 따라 처리방침을 공개합니다.</p>
      <h4>제1조(개인정보의 처리 목적)</h4>
      <p>공원이 개인정보 보호법 제32조에 따라 등록·공개하는 개인정보파일은 다음과 같습니다.</p>
      <Table className="base">
        <thead>
          <tr>
            <th rowSpan={2}>파일명</th>
            <th rowSpan={2}>보유근거</th>
            <th colSpan={2}>개인정보항목</th>
            <th rowSpan={2}>처리목적</th>
            <th rowSpan={2}>보유기간</th>
          </tr>
          <tr>
            <th>필수항목</th>
            <th>선택항목</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>캠핑장 예약자</td>
            <td>정보주체 동의</td>
            <td>성명, 연락처</td>
            <td>차량번호</td>
            <td>예약 확인</td>
            <td>180일</td>
          </tr>
        </tbody>
      </Table>
      <h4>제2조(개인정보 처리의 위탁)</h4>
      <p>한결공원은 위탁하지 않습니다.</p>
      <h4>제3조(처리방침의 변경)</h4>
      <p>이 처리방침은 2024년 3월 1일부터 적용됩니다.</p>
    </div>
  );
}
