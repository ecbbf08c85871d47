// What people ask of a register, with words and numbers drawn from it.
import { send } from './program.mjs';

const DETAIL = `query($number: String!) { dataFile(registrationNumber: $number) { name status agency { name ancestors { name } } registration { purpose dataSubjectCount
  legalBases { citation statute { name } } collectedItems { name category { label } uniqueIdentifier } retention { text class } accessDesk { department phones }
  provisions(first: 20) { nodes { recipient { name } purpose items { name } } } entrustments(first: 20) { nodes { entrustee { name } task } } } impactAssessments(first: 5) { nodes { year } } } }`;
const SEARCH = `query($text: String) { search(text: $text, first: 20) { totalCount nodes { name registrationNumber agency { name } }
  facets(by: [AGENCY_TYPE, REGION, ITEM_CATEGORY], first: 10) { dimension values { key label count } } } }`;
const LIST = 'query($code: String!) { agency(code: $code) { name dataFiles(first: 20) { totalCount nodes { name registrationNumber } } } }';
const STATISTICS = 'query($text: String) { statistics(filter: {dataFileName: $text}, by: [RETENTION_CLASS, AGENCY_TYPE]) { rows { keys { key label } dataFileCount } } }';
const SUGGEST = 'query($text: String!) { suggest(prefix: $text) { kind text dataFileCount } }';
const SAMPLE = 'query($text: String) { search(text: $text, first: 50) { nodes { name registrationNumber agency { code } } } }';

/** Questions by kind: each call of one gives the next, with other variables. */
export async function questions(url) {
  const files = [];
  for (const text of '가나다라마바사아자차카타파하구도서시원정회민') {
    const answer = JSON.parse((await ask(url, { query: SAMPLE, variables: { text } })).text);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    files.push(...answer.data.search.nodes);
  }
  if (files.length < 50) throw new Error(`the register is too small: ${files.length} files found`);
  let drawn = 0;
  const draw = () => files[(drawn += 7) % files.length];
  const word = () => {
    const { name } = draw();
    const at = drawn % Math.max(1, name.length - 2);
    return name.slice(at, at + 2);
  };
  return {
    'detail page': () => ({ query: DETAIL, variables: { number: draw().registrationNumber } }),
    search: () => ({ query: SEARCH, variables: { text: word() } }),
    list: () => ({ query: LIST, variables: { code: draw().agency.code } }),
    statistics: () => ({ query: STATISTICS, variables: { text: word() } }),
    suggestion: () => ({ query: SUGGEST, variables: { text: word().slice(0, 1) } }),
  };
}

/** Sends a GraphQL request. */
export function ask(url, request, { headers = {}, agent } = {}) {
  return send(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(request), agent });
}
