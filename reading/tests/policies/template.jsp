<%@ page language="java" contentType="text/html; charset=UTF-8"%>
<%-- <table><tr><th>개인정보파일명</th><th>운영근거</th><th>보유기간</th></tr><tr><td>가짜</td><td>동의</td><td>1년</td></tr></table> --%>
<section><h2>온누리청소년원 통합망 개인정보처리방침</h2>
<p>온누리청소년원은 개인정보 보호법에 따라 처리방침을 공개합니다.</p>
<table><tbody><tr><td><img src="${ctx}/01.png"></td><td><h1 class="t">제1조 (개인정보의 처리목적)</h1></td></tr></tbody></table>
<ul><li>① 온누리청소년원은 다음의 목적을 위하여 개인정보를 처리합니다.</li><li>② 온누리청소년원이 「개인정보 보호법」 제32조에 따라 등록·공개하는 개인정보파일의 처리목적은 다음과 같습니다.</li>
<li><table><thead><tr><th>개인정보파일의 명칭</th><th>운영근거 / 처리목적</th></tr></thead><tbody>
<tr><td>통합망 종사자 정보</td><td><ul><li>근거 : 청소년복지지원법 제12조의2</li><li>목적 : 통합망 운영 및 사용자 관리</li></ul></td></tr>
<tr><td>사례관리 정보</td><td><ul><li>근거 : 청소년복지지원법 제12조의2</li><li>목적 : 위기청소년 사례관리</li></ul></td></tr></tbody></table></li></ul>
<table><tbody><tr><td><img src="${ctx}/02.png"></td><td><h1 class="t">제2조 (개인정보의 처리 및 보유기간)</h1></td></tr></tbody></table>
<table><thead><tr><th>개인정보파일의 명칭</th><th>개인정보파일에 기록되는 개인정보의 항목</th><th>보유기간</th></tr></thead><tbody>
<tr><td>통합망 종사자 정보</td><td>성명, 성별, 연락처</td><td>시스템 사용종료일로부터 5년</td></tr><tr><td>사례관리 정보</td><td>성명, 사진, 주소</td><td>만24세까지<br>(잔여연령의 기간이 10년 미만인 경우는 서비스 지원 종료일로부터 10년)</td></tr></tbody></table>
<h1>제3조 (개인정보 영향평가 수행 결과)</h1>
<table><tr><th>개인정보파일의 명칭</th><th>개인정보파일에 기록되는 개인정보의 항목</th><th>영향평가 수행연도</th></tr><tr><td>사례관리 정보</td><td>성명, 성별 등</td><td>2022</td></tr></table>
<h1>제4조 (개인정보처리의 위탁)</h1>
<p>① 위탁받은 업무는 다음과 같습니다.</p>
<table><tr><th>위탁기관</th><th>위탁받는 기관(수탁기관)</th><th>위탁업무</th></tr><tr><td>가족부</td><td>온누리청소년원</td><td>통합망 운영 및 유지관리</td></tr></table>
<p>② 온누리청소년원은 다음과 같이 위탁합니다.</p>
<table><tr><th>위탁기관</th><th>위탁받는 자(수탁자)</th><th>위탁업무</th></tr><tr><td rowspan="2">온누리청소년원</td><td>㈜빌드</td><td>통합망 구축</td></tr><tr><td>㈜시큐</td><td>본인확인 서비스</td></tr></table>
<h1>제5조 (개인정보 처리방침 변경)</h1>
<p>이 개인정보 처리방침은 2023. 5. 8.부터 적용됩니다.</p>
</section>
