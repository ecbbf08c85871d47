// Walks the pages of a running server in a real browser: every page in both languages, on a phone and a wide screen, light and dark, with axe; and the journeys that people take, with and without JavaScript.
//
//   AGENCY_TOKEN=ylm_… REGULATOR_TOKEN=ylm_… node walk.mjs http://127.0.0.1:8000
//
// With YEOLLAM_SCREENSHOTS=FOLDER it also writes a picture of each page there. CHROMIUM names the browser, where it is not /usr/bin/chromium.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const origin = process.argv[2];
// Tokens of an agency and of the regulator, for the desk.
const [agencyToken, regulatorToken] = [process.env.AGENCY_TOKEN, process.env.REGULATOR_TOKEN];
const pictures = process.env.YEOLLAM_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

async function asked(query, variables = {}) {
  const response = await fetch(`${origin}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

// A page that fails the test where it asks another site, leaves a cookie or complains on the console.
async function opened(options = {}) {
  const { isScripted = true, ...settings } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, javaScriptEnabled: isScripted, ...settings });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) page.complaints.push(`asks ${request.url()}`);
  });
  page.done = async (isVisitor = true) => {
    assert.deepEqual(page.complaints, []);
    if (isVisitor) assert.deepEqual(await context.cookies(), []);
    await context.close();
  };
  return page;
}

async function checked(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const told = found.violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)}\n    ${failureSummary}`).join("\n    ")}`);
  assert.deepEqual(told, [], name);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(tooWide <= 0, `${name}: ${tooWide} pixels too wide`);
}

const { dataFiles, privacyPolicies } = await asked(`{
  dataFiles(filter: {registration: {}}, first: 100) { nodes { registrationNumber registration { provisions(first: 1) { nodes { recipient { id } } } } } }
  privacyPolicies(first: 20) { nodes { id revisions(first: 3) { totalCount } } }
}`);
const given = dataFiles.nodes.find(({ registration }) => registration.provisions.nodes.length > 0);
const policy = privacyPolicies.nodes.find(({ revisions }) => revisions.totalCount > 1);
const pages = [
  ["search", "/"],
  ["results", "/?q=회원"],
  ["nothing-found", "/?q=그런것은없음"],
  ["data-file", `/data-files/${given.registrationNumber}`],
  ["agency", "/agencies/6110000"],
  ["organization", `/organizations/${given.registration.provisions.nodes[0].recipient.id}`],
  ["statute", "/statutes/아동복지법"],
  ["category", "/categories/RESIDENT_REGISTRATION_NUMBER"],
  ["policy", `/policies/${policy.id}`],
  ["changes", "/changes"],
  ["insights", "/insights"],
  ["for-me", "/for-me?region=11&child=1&work=1"],
  ["explorer", "/explorer?example=12"],
  ["explorer-wrong", "/explorer?query=%7B&variables=%5B"],
  ["not-found", "/agencies/0000000"],
  ["not-understood", "/?after=nonsense"],
];
const devices = [
  ["wide", { viewport: { width: 1280, height: 860 }, colorScheme: "light" }],
  ["phone", { viewport: { width: 320, height: 720 }, colorScheme: "dark", isMobile: true, hasTouch: true }],
];

if (pictures) mkdirSync(pictures, { recursive: true });
if (!process.env.WALK_ONLY) for (const [device, settings] of devices) {
  for (const language of ["ko", "en"]) {
    const page = await opened(settings);
    for (const [name, path] of pages) {
      const address = language === "en" ? `${path}${path.includes("?") ? "&" : "?"}lang=en` : path;
      const response = await page.goto(origin + address);
      assert.equal(response.status(), { "not-found": 404, "not-understood": 400 }[name] ?? 200, address);
      assert.equal(await page.getAttribute("html", "lang"), language);
      await checked(page, `${device} ${address}`);
      if (pictures && language === "ko" && !name.startsWith("not")) {
        await page.screenshot({ path: `${pictures}/${name}-${device}.jpg`, type: "jpeg", quality: 72 });
      }
    }
    // The browser itself tells of pages that are not there.
    page.complaints = page.complaints.filter((complaint) => !/status of 40[04]/.test(complaint));
    await page.done();
  }
}

const journeys = {
  async "a file is found by the names of its agency and of itself"(page) {
    await page.goto(`${origin}/`);
    await page.locator("#agency").fill("서울");
    await page.locator("#file").fill("회원");
    await page.getByRole("button", { name: "검색", exact: true }).click();
    await page.waitForURL(/agency=/, { waitUntil: "load" });
    assert.match(await page.locator("#found-title").textContent(), /1건/);
    await page.locator(".results h3 a").first().click();
    assert.match(await page.locator("h1").textContent(), /회원정보/);
    assert.equal(await page.getByRole("rowheader", { name: "아이디", exact: true }).count(), 1);
  },
  async "results are narrowed by a facet, and widened again"(page) {
    await page.goto(`${origin}/`);
    const before = await page.locator("#found-title .count").textContent();
    await page.locator("aside a", { hasText: "주민등록번호" }).first().click();
    await page.waitForURL(/category=|identifier=/, { waitUntil: "load" });
    const after = await page.locator("#found-title .count").textContent();
    assert.notEqual(after, before);
    await page.locator(".conditions a").first().click();
    await page.waitForURL((url) => !/category=|identifier=/.test(url), { waitUntil: "load" });
    assert.equal(await page.locator("#found-title .count").textContent(), before);
  },
  async "who receives what a file holds, and what else reaches it"(page) {
    await page.goto(`${origin}/data-files/${given.registrationNumber}`);
    const link = page.locator("#matters table a[href^='/organizations/']").first();
    const name = await link.textContent();
    await link.click();
    assert.equal(await page.locator("h1").textContent(), name);
    await page.locator("#found tbody tr").first().waitFor();
    await page.getByRole("link", { name: "이곳에 제공되는 파일 모두 찾기" }).click();
    assert.notEqual(await page.locator("#found-title .count").textContent(), "0건");
  },
  async "two revisions of a policy side by side"(page) {
    await page.goto(`${origin}/policies/${policy.id}`);
    await page.getByLabel("이전 개정").selectOption({ index: (await page.locator("#from option").count()) - 2 });
    await page.getByRole("button", { name: "견주기" }).click();
    await page.waitForURL(/from=.*to=/, { waitUntil: "load" });
    await page.locator("table.differences tbody tr").first().waitFor();
    assert.equal(await page.getByLabel("이전 개정").evaluate((select) => select.options.length - select.selectedIndex), 2);
  },
  async "what was found is downloaded"(page) {
    await page.goto(`${origin}/?q=회원&type=METROPOLITAN_GOVERNMENT`);
    const link = new URL(await page.getByRole("link", { name: "CSV" }).getAttribute("href"), origin);
    assert.equal(link.pathname, "/export/csv");
    assert.equal(link.searchParams.get("text"), "회원");
    assert.deepEqual(JSON.parse(link.searchParams.get("filter")), { agencyType: { in: ["METROPOLITAN_GOVERNMENT"] } });
    for (const format of ["CSV", "XLSX"]) {
      const answer = await page.request.get(origin + (await page.getByRole("link", { name: format }).getAttribute("href")));
      assert.equal(answer.status(), 200, `${format}: ${(await answer.body()).subarray(0, 300)}`);
      assert.match(answer.headers()["content-disposition"], /attachment/);
    }
  },
  async "a visitor asks who may hold data on them"(page) {
    await page.goto(`${origin}/`);
    await page.getByRole("navigation", { name: "주 메뉴" }).getByRole("link", { name: "나에 관한 정보" }).click();
    await page.getByLabel("사는 곳").selectOption({ label: "서울특별시" });
    await page.getByLabel("자녀가 있다").check();
    await page.getByRole("button", { name: "보기", exact: true }).click();
    await page.waitForURL(/child=1/, { waitUntil: "load" });
    const found = page.locator("section:has(#life-child) li");
    await found.first().waitFor();
    await found.first().getByRole("link", { name: /내 정보를 보려면/ }).click();
    assert.equal(await page.getByRole("heading", { name: "내 정보를 보려면" }).count(), 1);
  },
  async "the query behind a page is opened, changed and asked"(page) {
    await page.goto(`${origin}/?q=회원`);
    await page.getByRole("link", { name: "이 화면의 GraphQL 질의 보기" }).click();
    assert.match(await page.getByLabel("질의문").inputValue(), /query Search/);
    assert.match(await page.locator("pre").textContent(), /"totalCount"/);
    await page.getByLabel("질의문").fill("{ register { agencyCount } }");
    await page.getByLabel("변수(JSON)").fill("");
    await page.getByRole("button", { name: "물어보기" }).click();
    await page.waitForURL(/query=/, { waitUntil: "load" });
    assert.match(await page.locator("pre").textContent(), /"agencyCount": \d+/);
  },
  async "the language is kept from page to page"(page) {
    await page.goto(`${origin}/?q=회원`);
    await page.getByRole("link", { name: "English" }).click();
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await page.locator(".results h3 a").first().click();
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.equal(await page.getByRole("heading", { name: "How to ask to see your data" }).count(), 1);
  },
};

async function entered(page, token) {
  await page.goto(`${origin}/desk`);
  await page.getByLabel("토큰").fill(token);
  await page.getByRole("button", { name: "들어가기" }).click();
  await page.getByRole("button", { name: "나가기" }).waitFor();
}

// The draft of an officer: checked, corrected, handed in; returned and accepted by the regulator; found by everybody.
async function anOfficerAndTheRegulator(page, isScripted) {
  const name = isScripted ? "시험 강좌 수강생 명부" : "시험 도서 대출자 명부";
  const look = async (what) => {
    // Without JavaScript axe cannot run either; what it would see is the same.
    if (!isScripted) return;
    await checked(page, what);
    if (pictures) await page.screenshot({ path: `${pictures}/${what}-wide.jpg`, type: "jpeg", quality: 72 });
  };
  await page.goto(`${origin}/desk`);
  await page.getByLabel("토큰").fill("ylm_no-such-token");
  await page.getByRole("button", { name: "들어가기" }).click();
  await page.getByRole("alert").waitFor();
  await look("desk-login");
  await entered(page, agencyToken);
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite, cookie.path], ["yeollam-desk", true, "Strict", "/desk"]);
  await look("desk");
  await page.getByRole("link", { name: "새 파일 등록 신청" }).click();
  await page.getByLabel("개인정보파일의 명칭").fill(name);
  await page.getByLabel("기록되는 항목 — 필수").fill("성명\n주민등록번호");
  await page.getByLabel("정보주체 수").fill("많음");
  await page.getByRole("button", { name: "저장" }).click();
  await page.getByRole("alert").waitFor();
  await page.waitForLoadState("load");
  assert.match(await page.getByRole("alert").textContent(), /정보주체 수: 숫자로/);
  assert.equal(await page.getByLabel("개인정보파일의 명칭").inputValue(), name, "what was written stays");
  await page.getByLabel("정보주체 수").fill("1,200");
  await page.getByLabel("기록되는 항목 — 필수").fill("성명\n주민등록번호 | 수강생");
  if (!isScripted) await page.getByRole("button", { name: "점검" }).click();
  await page.locator("#check .badge.identifier").first().waitFor();
  await look("desk-draft");
  assert.ok((await page.locator("#check .findings li").count()) > 0, "an identifier without a basis is pointed out");
  await page.getByLabel("보유기간").fill("수료 후 3년");
  await page.getByLabel("운영 근거").fill("평생교육법 제16조");
  await page.getByRole("button", { name: "저장" }).click();
  await page.waitForURL(/applications/, { waitUntil: "load" });
  assert.equal(await page.locator("h1").textContent(), name);
  await look("desk-application");
  const application = page.url();
  await page.getByRole("button", { name: "제출" }).click();
  await page.locator(".badge", { hasText: /^제출$/ }).waitFor();

  await page.goto(`${origin}/desk`);
  await page.getByRole("button", { name: "나가기" }).click();
  await page.getByLabel("토큰").waitFor();
  assert.deepEqual(await page.context().cookies(), [], "who leaves leaves nothing behind");

  await entered(page, regulatorToken);
  await page.goto(application);
  await page.getByLabel("보완할 것").fill("담당 부서를 적어 주세요");
  await page.getByRole("button", { name: "보완 요구" }).click();
  await page.getByText("담당 부서를 적어 주세요").first().waitFor();
  await page.context().clearCookies();

  await entered(page, agencyToken);
  await page.goto(application);
  await page.getByRole("link", { name: "고치기" }).click();
  assert.equal(await page.getByLabel("기록되는 항목 — 필수").inputValue(), "성명\n주민등록번호 | 수강생");
  assert.equal(await page.getByLabel("정보주체 수").inputValue(), "1200");
  await page.getByLabel("처리 업무 담당 부서").fill("평생교육과");
  await page.getByRole("button", { name: "저장" }).click();
  await page.waitForURL(/applications/, { waitUntil: "load" });
  await page.getByRole("button", { name: "제출" }).click();
  await page.waitForLoadState("load");
  await page.context().clearCookies();

  await entered(page, regulatorToken);
  await page.goto(application);
  await page.getByRole("button", { name: "수리" }).click();
  await page.getByText("등록되었습니다").waitFor();
  await page.getByText("등록되었습니다").getByRole("link").click();
  assert.equal(await page.locator("h1").textContent(), name);
  await page.goto(`${origin}/?file=${encodeURIComponent(name)}`);
  assert.match(await page.locator("#found-title").textContent(), /1건/);
}

// A list is tried, and its report read.
async function anOfficerImports(page, isScripted) {
  await entered(page, agencyToken);
  await page.getByRole("link", { name: "목록 가져오기" }).click();
  if (isScripted) await checked(page, "desk-import");
  const rows = ["기관명,개인정보파일명,운영목적,보유기간,기록항목", "서울특별시,시험 목록 파일,시험,3년,성명", "서울특별시,,시험,3년,성명"];
  await page.getByLabel("문서").setInputFiles({ name: "목록.csv", mimeType: "text/csv", buffer: Buffer.from("\ufeff" + rows.join("\r\n")) });
  await page.getByRole("button", { name: "미리 점검" }).click();
  await page.waitForURL(/imports/, { waitUntil: "load" });
  await page.locator(".badge", { hasNotText: "진행" }).first().waitFor();
  assert.match(await page.locator("h1").textContent(), /가져오기 보고/);
  if (isScripted) await checked(page, "desk-report");
  // A form of another site has no secret.
  const refused = await page.request.post(`${origin}/desk/draft`, { form: { action: "save", name: "x" } });
  assert.equal(refused.status(), 403);
}
if (agencyToken) {
  journeys["an officer drafts, is corrected, hands in; the regulator returns and accepts"] = anOfficerAndTheRegulator;
  journeys["an officer imports a list"] = anOfficerImports;
}

for (const isScripted of [true, false]) {
  for (const [name, walk] of Object.entries(journeys)) {
    const page = await opened({ isScripted });
    try {
      await walk(page, isScripted);
      page.complaints = page.complaints.filter((complaint) => !/status of 40[013]/.test(complaint));
      await page.done(!name.startsWith("an officer"));
    } catch (error) {
      console.log(`${name} (${isScripted ? "with" : "without"} JavaScript), at ${page.url()}`);
      throw error;
    }
  }
}

// With JavaScript alone: suggestions, by initial consonants too, by the keyboard alone.
{
  const page = await opened();
  await page.goto(`${origin}/`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#content");
  await page.locator("#agency").focus();
  await page.keyboard.type("ㅅㅇㅌ");
  await page.getByRole("option").first().waitFor();
  assert.equal(await page.getByRole("option").first().locator("span").textContent(), "서울특별시");
  await checked(page, "suggestions");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/agency=/, { waitUntil: "load" });
  assert.equal(await page.locator("#agency").inputValue(), "서울특별시");
  assert.ok(!page.url().includes("file="), "an empty field is no part of the address");
  await page.locator("#sort").selectOption("people");
  await page.waitForURL(/sort=people/, { waitUntil: "load" });
  await page.done();
}

await browser.close();
console.log("every journey was walked");
