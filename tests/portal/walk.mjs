// Walks the pages of a running server in a real browser: every page in both languages, on a phone and a wide screen, light and dark, with axe; and the journeys that people take: each four times, so that
// with and without JavaScript, Korean and English, phone and wide screen meet each other pair by pair.
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

// The pages' own words: name, Korean, English.
const source = readFileSync(new URL("../../portal/src/texts.rs", import.meta.url), "utf8");
const words = { ko: {}, en: {} };
for (const [, name, ko, en] of source.matchAll(/^ {4}(\w+): "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)";$/gm)) [words.ko[name], words.en[name]] = [ko, en];

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
  // GraphiQL takes the place of the plain console where there is a script and room.
  page.hasGraphiQL = isScripted && !settings.isMobile;
  page.done = async (isVisitor = true) => {
    assert.deepEqual(page.complaints, []);
    if (isVisitor) assert.deepEqual(await context.cookies(), []);
    await context.close();
  };
  return page;
}

// What axe finds within GraphiQL and only its makers can mend: the button that closes a tab stands inside the tab.
const OF_GRAPHIQL = { rules: { "nested-interactive": { enabled: false } } };

async function checked(page, name, options = {}) {
  await page.evaluate(axe);
  const found = await page.evaluate((options) => globalThis.axe.run(document, { ...options, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }), options);
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
  ["statutes", "/statutes"],
  ["category", "/categories/RESIDENT_REGISTRATION_NUMBER"],
  ["categories", "/categories"],
  ["policy", `/policies/${policy.id}`],
  ["changes", "/changes"],
  ["insights", "/insights"],
  ["for-me", "/for-me?region=11&child=1&work=1"],
  ["explorer", "/explorer?example=12"],
  ["explorer-plain", "/explorer?example=12&plain=1"],
  ["explorer-wrong", "/explorer?query=%7B&variables=%5B&plain=1"],
  ["not-found", "/agencies/0000000"],
  ["not-understood", "/?after=nonsense"],
];
const screens = {
  wide: { viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  phone: { viewport: { width: 320, height: 720 }, colorScheme: "dark", isMobile: true, hasTouch: true },
};
// Each pair of script, language and screen once.
const ways = [
  { isScripted: true, language: "ko", screen: "wide" },
  { isScripted: true, language: "en", screen: "phone" },
  { isScripted: false, language: "ko", screen: "phone" },
  { isScripted: false, language: "en", screen: "wide" },
];

if (pictures) mkdirSync(pictures, { recursive: true });
if (!process.env.WALK_ONLY) for (const [device, settings] of Object.entries(screens)) {
  for (const language of ["ko", "en"]) {
    const page = await opened(settings);
    for (const [name, path] of pages) {
      const address = language === "en" ? `${path}${path.includes("?") ? "&" : "?"}lang=en` : path;
      const response = await page.goto(origin + address);
      assert.equal(response.status(), { "not-found": 404, "not-understood": 400 }[name] ?? 200, address);
      assert.equal(await page.getAttribute("html", "lang"), language);
      const isGraphiQL = name === "explorer" && page.hasGraphiQL;
      if (isGraphiQL) await page.locator(".graphiql-response", { hasText: '"dataFileCount"' }).waitFor();
      await checked(page, `${device} ${address}`, isGraphiQL ? OF_GRAPHIQL : {});
      if (pictures && language === "ko" && !name.startsWith("not")) {
        await page.screenshot({ path: `${pictures}/${name}-${device}.jpg`, type: "jpeg", quality: 72 });
      }
    }
    // The browser itself tells of pages that are not there.
    page.complaints = page.complaints.filter((complaint) => !/status of 40[04]/.test(complaint));
    await page.done();
  }
}

// A journey gets a page, the words of its language, and a way to its addresses.
const journeys = {
  async "a file is found by the names of its agency and of itself"(page, t, to) {
    await page.goto(to("/"));
    await page.locator("#agency").fill("서울");
    await page.locator("#file").fill("회원");
    await page.getByRole("button", { name: t.search, exact: true }).click();
    await page.waitForURL(/agency=/, { waitUntil: "load" });
    assert.match(await page.locator("#found-title").textContent(), /\b1(건| files)/);
    await page.locator(".results h3 a").first().click();
    assert.match(await page.locator("h1").textContent(), /회원정보/);
    assert.equal(await page.getByRole("rowheader", { name: "아이디", exact: true }).count(), 1);
  },
  async "results are narrowed by a facet, and widened again"(page, t, to) {
    await page.goto(to("/"));
    const before = await page.locator("#found-title .count").textContent();
    await page.locator("aside a[href*='identifier=RESIDENT_REGISTRATION_NUMBER']").first().click();
    await page.waitForURL(/identifier=/, { waitUntil: "load" });
    const after = await page.locator("#found-title .count").textContent();
    assert.notEqual(after, before);
    await page.locator(".conditions a").first().click();
    await page.waitForURL((url) => !/identifier=/.test(url), { waitUntil: "load" });
    assert.equal(await page.locator("#found-title .count").textContent(), before);
  },
  async "files are narrowed by what a rule points out, in careful words"(page, t, to) {
    await page.goto(to("/"));
    const facet = page.locator("aside details", { hasText: t.findings });
    await facet.locator("summary").click();
    assert.match(await facet.textContent(), new RegExp(t.findings_careful.slice(0, 20)));
    const value = facet.locator("li a").first();
    const count = (await value.locator(".count").textContent()).trim();
    await value.click();
    await page.waitForURL(/finding=R\d\d/, { waitUntil: "load" });
    assert.equal(await page.locator("#found-title .count").textContent(), t.found_count.replace("{}", count));
    await page.locator(".results h3 a").first().click();
    assert.ok((await page.locator("#findings .findings li").count()) > 0, "the page of the file tells the same");
  },
  async "who receives what a file holds, and what else reaches it"(page, t, to) {
    await page.goto(to(`/data-files/${given.registrationNumber}`));
    const link = page.locator("#matters table a[href^='/organizations/']").first();
    const name = await link.textContent();
    await link.click();
    assert.equal(await page.locator("h1").textContent(), name);
    await page.locator("#found tbody tr").first().waitFor();
    await page.getByRole("link", { name: t.files_given }).click();
    assert.match(await page.locator("#found-title .count").textContent(), /[1-9]/);
  },
  async "from the list of categories to the files of one"(page, t, to) {
    await page.goto(to("/"));
    await page.getByRole("contentinfo").getByRole("link", { name: t.categories_title }).click();
    const row = page.locator("tbody tr").filter({ has: page.locator("a[href^='/categories/RESIDENT_REGISTRATION_NUMBER']") });
    const count = await row.locator("td").first().textContent();
    await row.getByRole("link").click();
    assert.equal(await page.locator("#found-title .count").textContent(), count);
  },
  async "two revisions of a policy side by side"(page, t, to) {
    await page.goto(to(`/policies/${policy.id}`));
    await page.getByLabel(t.compare_from).selectOption({ index: (await page.locator("#from option").count()) - 2 });
    await page.getByRole("button", { name: t.compare_do }).click();
    await page.waitForURL(/from=.*to=/, { waitUntil: "load" });
    await page.locator("table.differences tbody tr").first().waitFor();
    assert.equal(await page.getByLabel(t.compare_from).evaluate((select) => select.options.length - select.selectedIndex), 2);
  },
  async "what was found is downloaded"(page, t, to) {
    await page.goto(to("/?q=회원&type=METROPOLITAN_GOVERNMENT"));
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
  async "a visitor asks who may hold data on them"(page, t, to) {
    await page.goto(to("/"));
    await page.getByRole("navigation", { name: t.menu }).getByRole("link", { name: t.nav_for_me }).click();
    await page.getByLabel(t.for_me_region).selectOption({ label: "서울특별시" });
    await page.getByLabel(t.life_child).check();
    await page.getByRole("button", { name: t.for_me_show, exact: true }).click();
    await page.waitForURL(/child=1/, { waitUntil: "load" });
    const found = page.locator("section:has(#life-child) li");
    await found.first().waitFor();
    await found.first().getByRole("link", { name: t.how_to_ask }).click();
    assert.equal(await page.getByRole("heading", { name: t.how_to_ask }).count(), 1);
  },
  async "the query behind a page is opened, changed and asked"(page, t, to) {
    await page.goto(to("/?q=회원"));
    await page.getByRole("link", { name: t.behind_page }).click();
    if (page.hasGraphiQL) {
      await page.locator(".graphiql-response", { hasText: '"totalCount"' }).waitFor();
      await page.getByRole("link", { name: t.explorer_plain }).click();
    }
    assert.match(await page.getByLabel(t.explorer_query).inputValue(), /query Search/);
    assert.match(await page.locator("pre").textContent(), /"totalCount"/);
    await page.getByLabel(t.explorer_query).fill("{ register { agencyCount } }");
    await page.getByLabel(t.explorer_variables).fill("");
    await page.getByRole("button", { name: t.explorer_run }).click();
    await page.waitForURL(/query=/, { waitUntil: "load" });
    if (page.hasGraphiQL) assert.match(page.url(), /plain=1/);
    assert.match(await page.locator("pre").textContent(), /"agencyCount": \d+/);
    await page.locator(".examples a").nth(11).click();
    await page.locator("table tbody tr").first().waitFor();
  },
  async "the language is kept from page to page"(page, t, to) {
    const other = t === words.ko ? "en" : "ko";
    await page.goto(to("/?q=회원"));
    await page.getByRole("link", { name: t.other_language, exact: true }).click();
    assert.equal(await page.getAttribute("html", "lang"), other);
    await page.locator(".results h3 a").first().click();
    assert.equal(await page.getAttribute("html", "lang"), other);
    assert.equal(await page.getByRole("heading", { name: words[other].how_to_ask }).count(), 1);
  },
};

async function entered(page, t, to, token) {
  await page.goto(to("/desk"));
  await page.getByLabel(t.desk_token).fill(token);
  await page.getByRole("button", { name: t.desk_login }).click();
  await page.getByRole("button", { name: t.desk_logout }).waitFor();
}

// Looks at a page of the desk. Without JavaScript axe cannot run either; what it would see is the same.
async function looked(page, way, name) {
  if (!way.isScripted) return;
  await checked(page, `${way.screen} ${way.language} ${name}`);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}-${way.screen}.jpg`, type: "jpeg", quality: 72 });
}

async function labelled(type, word, language) {
  const { labels } = await asked("query ($type: String!, $language: Language!) { labels: enumLabels(type: $type, language: $language) { value label } }", { type, language: language.toUpperCase() });
  return labels.find(({ value }) => value === word).label;
}

// The draft of an officer: checked, corrected, handed in; returned and accepted by the regulator; found by everybody; at last reported as destroyed.
async function anOfficerAndTheRegulator(page, t, to, way) {
  const number = ways.indexOf(way);
  const name = `시험 ${["강좌 수강생", "도서 대출자", "주차장 이용자", "진료 예약자"][number]} 명부`;
  const look = (what) => looked(page, way, what);
  const status = async (word) => page.locator(".facts .badge", { hasText: new RegExp(`^${await labelled("ApplicationStatus", word, way.language)}$`) }).waitFor();
  await page.goto(to("/desk"));
  await page.getByLabel(t.desk_token).fill("ylm_no-such-token");
  await page.getByRole("button", { name: t.desk_login }).click();
  await page.getByRole("alert").waitFor();
  await look("desk-login");
  await entered(page, t, to, agencyToken);
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite, cookie.path], ["yeollam-desk", true, "Strict", "/desk"]);
  await look("desk");
  await page.getByRole("link", { name: t.desk_new }).click();
  await page.getByLabel(t.m_name).fill(name);
  await page.getByLabel(t.desk_required_items).fill("성명\n주민등록번호");
  await page.getByLabel(t.m_count).fill("많음");
  await page.getByRole("button", { name: t.desk_save }).click();
  await page.getByRole("alert").waitFor();
  await page.waitForLoadState("load");
  assert.ok((await page.getByRole("alert").textContent()).includes(`${t.m_count}: ${t.desk_no_number}`));
  assert.equal(await page.getByLabel(t.m_name).inputValue(), name, "what was written stays");
  await page.getByLabel(t.m_count).fill("1,200");
  await page.getByLabel(t.desk_required_items).fill("성명\n주민등록번호 | 수강생");
  // A limit to access without what is withheld: the check says so, and where.
  const limit = page.getByRole("group", { name: `${t.m_restriction} 1`, exact: true });
  await limit.getByLabel(t.desk_restriction_text).fill("조사에 방해가 됨");
  if (!way.isScripted) await page.getByRole("button", { name: t.desk_check, exact: true }).click();
  await page.locator("#check .note.grave", { hasText: t.m_restriction }).waitFor();
  await limit.getByLabel(t.desk_restriction_scope).fill("세무 조사 자료");
  await limit.getByLabel(t.desk_restriction_ground).selectOption("TAX");
  await page.getByLabel(t.m_collection).fill("누리집에서 신청");
  await page.getByLabel(t.m_system).fill("평생교육 시스템");
  await page.getByLabel(t.m_children).selectOption("true");
  if (!way.isScripted) await page.getByRole("button", { name: t.desk_check, exact: true }).click();
  await page.locator("#check .badge.identifier").first().waitFor();
  await look("desk-draft");
  assert.ok((await page.locator("#check .findings li").count()) > 0, "an identifier without a basis is pointed out");
  await page.getByLabel(t.m_retention).fill("수료 후 3년");
  await page.getByLabel(t.m_basis).fill("평생교육법 제16조");
  await page.getByRole("button", { name: t.desk_save }).click();
  await page.waitForURL(/applications/, { waitUntil: "load" });
  assert.equal(await page.locator("h1").textContent(), name);
  for (const stated of ["세무 조사 자료", "조사에 방해가 됨", "평생교육 시스템", "누리집에서 신청"]) await page.locator("dl.matters", { hasText: stated }).waitFor();
  await look("desk-application");
  const application = page.url();
  await page.getByRole("button", { name: t.desk_submit }).click();
  await status("SUBMITTED");

  await page.goto(to("/desk"));
  await page.getByRole("button", { name: t.desk_logout }).click();
  await page.getByLabel(t.desk_token).waitFor();
  assert.deepEqual(await page.context().cookies(), [], "who leaves leaves nothing behind");

  await entered(page, t, to, regulatorToken);
  await page.goto(application);
  await page.getByLabel(t.desk_return_reason).fill("담당 부서를 적어 주세요");
  await page.getByRole("button", { name: t.desk_return }).click();
  await page.getByText("담당 부서를 적어 주세요").first().waitFor();
  await page.context().clearCookies();

  await entered(page, t, to, agencyToken);
  await page.goto(application);
  await page.getByRole("link", { name: t.desk_edit }).click();
  assert.equal(await page.getByLabel(t.desk_required_items).inputValue(), "성명\n주민등록번호 | 수강생");
  assert.equal(await page.getByLabel(t.m_count).inputValue(), "1200");
  assert.equal(await limit.getByLabel(t.desk_restriction_scope).inputValue(), "세무 조사 자료");
  assert.equal(await limit.getByLabel(t.desk_restriction_ground).inputValue(), "TAX");
  assert.equal(await page.getByLabel(t.m_system).inputValue(), "평생교육 시스템");
  assert.equal(await page.getByLabel(t.m_children).inputValue(), "true");
  await page.getByLabel(t.m_department, { exact: true }).fill("평생교육과");
  await page.getByRole("button", { name: t.desk_save }).click();
  await page.waitForURL(/applications/, { waitUntil: "load" });
  await page.getByRole("button", { name: t.desk_submit }).click();
  await status("SUBMITTED");
  await page.context().clearCookies();

  const accepted = async (address) => {
    await entered(page, t, to, regulatorToken);
    await page.goto(address);
    await page.getByRole("button", { name: t.desk_accept }).click();
    await page.getByText(t.desk_registered_as).waitFor();
    await page.getByText(t.desk_registered_as).getByRole("link").click();
    await page.context().clearCookies();
  };
  await accepted(application);
  assert.equal(await page.locator("h1").textContent(), name);
  assert.match(await page.locator("#matters").textContent(), /세무 조사 자료/);
  await page.goto(to(`/?file=${encodeURIComponent(name)}`));
  assert.match(await page.locator("#found-title").textContent(), /\b1(건| files)/);

  // The file is reported as destroyed; the feed of its search tells it.
  await entered(page, t, to, agencyToken);
  await page.getByRole("link", { name: `${t.desk_destroy}: ${name}` }).click();
  await page.getByLabel(t.desk_destroy_reason).fill("보유기간이 끝남");
  await page.getByLabel(t.desk_destroyed_on).fill("2050-01-01");
  await page.getByRole("button", { name: t.desk_save }).click();
  await page.getByRole("alert").filter({ hasText: t.desk_in_the_way }).waitFor();
  assert.equal(await page.getByLabel(t.desk_destroy_reason).inputValue(), "보유기간이 끝남", "what was written stays");
  await page.getByLabel(t.desk_destroyed_on).fill("");
  await look("desk-destruction");
  await page.getByRole("button", { name: t.desk_save }).click();
  await page.waitForURL(/applications/, { waitUntil: "load" });
  await page.getByText("보유기간이 끝남").first().waitFor();
  const destruction = page.url();
  await page.getByRole("link", { name: t.desk_edit }).click();
  assert.equal(await page.getByLabel(t.desk_destroy_reason).inputValue(), "보유기간이 끝남");
  await page.goto(destruction);
  await page.getByRole("button", { name: t.desk_submit }).click();
  await status("SUBMITTED");
  await page.context().clearCookies();
  await accepted(destruction);
  await page.locator("article", { hasText: t.destroyed_note }).waitFor();
  const feed = await (await fetch(to(`/found.atom?file=${encodeURIComponent(name)}`))).text();
  assert.match(feed, new RegExp(`<title>${await labelled("RegistrationChangeKind", "DESTRUCTION", way.language)}: ${name}`));
}

// A list is tried, and its report read.
async function anOfficerImports(page, t, to, way) {
  await entered(page, t, to, agencyToken);
  await page.getByRole("link", { name: t.desk_import }).click();
  await looked(page, way, "desk-import");
  const rows = ["기관명,개인정보파일명,운영목적,보유기간,기록항목", "서울특별시,시험 목록 파일,시험,3년,성명", "서울특별시,,시험,3년,성명"];
  await page.getByLabel(t.desk_document).setInputFiles({ name: "목록.csv", mimeType: "text/csv", buffer: Buffer.from("\ufeff" + rows.join("\r\n")) });
  await page.getByRole("button", { name: t.desk_dry_run }).click();
  await page.waitForURL(/imports/, { waitUntil: "load" });
  await page.locator(".badge", { hasNotText: await labelled("ImportStatus", "RUNNING", way.language) }).first().waitFor();
  assert.equal(await page.locator("h1").textContent(), t.desk_report);
  await looked(page, way, "desk-report");
  // A form of another site has no secret.
  const refused = await page.request.post(to("/desk/draft"), { form: { action: "save", name: "x" } });
  assert.equal(refused.status(), 403);
}
if (agencyToken) {
  journeys["an officer drafts, is corrected, hands in; the regulator returns and accepts; the file is destroyed"] = anOfficerAndTheRegulator;
  journeys["an officer imports a list"] = anOfficerImports;
}

for (const way of ways) {
  const to = (path) => origin + (way.language === "en" ? `${path}${path.includes("?") ? "&" : "?"}lang=en` : path);
  for (const [name, walk] of Object.entries(journeys)) {
    const page = await opened({ isScripted: way.isScripted, ...screens[way.screen] });
    try {
      await walk(page, words[way.language], to, way);
      page.complaints = page.complaints.filter((complaint) => !/status of 40[013]/.test(complaint));
      await page.done(!name.startsWith("an officer"));
    } catch (error) {
      console.log(`${name} (${way.isScripted ? "with" : "without"} JavaScript, ${way.language}, ${way.screen}), at ${page.url()}`);
      throw error;
    }
  }
}

// GraphiQL: it comes up with what the address asks, answered; a question is chosen, asked and answered; the schema is read beside it. All of it without asking another site or bending the page's policy, or the
// page would have complained.
for (const colorScheme of ["light", "dark"]) {
  const page = await opened({ ...screens.wide, colorScheme });
  const policy = (await page.goto(`${origin}/explorer?example=12`)).headers()["content-security-policy"];
  assert.ok(!/unsafe|https?:|\*/.test(policy), policy);
  const response = page.locator(".graphiql-response");
  await response.filter({ hasText: "RETENTION_CLASS" }).waitFor();
  assert.equal(await page.locator("#graphiql .questions li").count(), 30, "the thirty questions");
  await page.getByRole("link", { name: "한 곳에 닿는 모든 것" }).click();
  await response.filter({ hasText: '"namesAsWritten"' }).waitFor();
  // What is asked is in the address, a moment after it was typed or chosen.
  await page.waitForURL(/EverythingThatReaches/);
  if (pictures && colorScheme === "dark") await page.screenshot({ path: `${pictures}/explorer-dark.jpg`, type: "jpeg", quality: 72 });
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "Query", exact: true }).click();
  await page.getByRole("link", { name: "dataFiles", exact: true }).click();
  await page.locator(".graphiql-doc-explorer", { hasText: "DataFileConnection" }).waitFor();
  await checked(page, `GraphiQL ${colorScheme}`, OF_GRAPHIQL);
  // What is written is completed from the schema.
  await page.locator(".graphiql-query-editor .CodeMirror").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("{ regi");
  await page.locator(".CodeMirror-hints li", { hasText: "register" }).first().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.type("ster { dataFileCount } ");
  await page.locator(".graphiql-tab", { hasText: "<untitled>" }).waitFor();
  await page.getByRole("button", { name: /execute query/i }).click();
  await response.filter({ hasText: '"register"' }).waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [], "nothing of it is kept in the browser");
  await page.done();
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
