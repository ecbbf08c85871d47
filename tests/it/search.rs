//! Finding over HTTP: pages, facets, highlights, suggestions and statistics, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::introspection::text;
use crate::harness::{Data, Server, on_both};

const ORDERS: [&str; 5] = ["RELEVANCE", "NAME", "DATA_SUBJECT_COUNT", "REGISTERED_ON", "RECORDED_AT"];

const PAGE: &str = "query ($text: String, $filter: SearchFilter, $order: SearchOrder, $first: Int, $after: String, $last: Int, $before: String) {
    search(text: $text, filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { registrationNumber name } }
    } }";

async fn page(server: &Server, variables: &Value) -> Value {
    server.query(PAGE, variables.clone()).await["search"].take()
}

fn numbers(page: &Value) -> Vec<String> {
    page["edges"].as_array().unwrap().iter().map(|edge| text(&edge["node"]["registrationNumber"]).to_owned()).collect()
}

/// Registration numbers of what a search finds, in its order.
async fn found(server: &Server, words: &str, filter: Value) -> Vec<String> {
    numbers(&page(server, &json!({"text": words, "filter": filter, "first": 100})).await)
}

fn with(base: &Value, more: Value) -> Value {
    let mut joined = base.as_object().unwrap().clone();
    joined.extend(more.as_object().unwrap().clone());
    Value::Object(joined)
}

/// All pages of a size, from one end to the other.
async fn walked(server: &Server, base: &Value, size: usize, is_backward: bool) -> Vec<String> {
    let (count, from, bound, more, others) = if is_backward {
        ("last", "before", "startCursor", "hasPreviousPage", "hasNextPage")
    } else {
        ("first", "after", "endCursor", "hasNextPage", "hasPreviousPage")
    };
    let mut pages = Vec::new();
    let mut variables = with(base, json!({count: size}));
    loop {
        let page = page(server, &variables).await;
        assert!(numbers(&page).len() <= size);
        assert_eq!(page["pageInfo"][others], json!(!pages.is_empty()), "{variables} {page:#}");
        pages.push(numbers(&page));
        if page["pageInfo"][more] == json!(false) {
            break;
        }
        variables[from] = page["pageInfo"][bound].clone();
    }
    if is_backward {
        pages.reverse();
    }
    pages.concat()
}

async fn pages_join_to_the_whole_from_both_ends(server: Server) {
    for words in ["", "명부", "가람 -구청"] {
        let mut sets = Vec::new();
        for field in ORDERS {
            let mut ways = Vec::new();
            for direction in ["ASC", "DESC"] {
                let base = json!({"text": words, "order": {"field": field, "direction": direction}});
                let whole = page(&server, &with(&base, json!({"first": 100}))).await;
                let whole_numbers = numbers(&whole);
                assert!(whole_numbers.len() > 5 && whole["totalCount"] == json!(whole_numbers.len()), "{base} {whole:#}");
                for size in [6, whole_numbers.len()] {
                    for is_backward in [false, true] {
                        assert_eq!(walked(&server, &base, size, is_backward).await, whole_numbers, "{base}, {size} in a page, backward: {is_backward}");
                    }
                }
                ways.push(whole_numbers);
            }
            ways[1].reverse();
            assert_eq!(ways[0], ways[1], "{field}: one direction is the other reversed");
            let mut set = ways.swap_remove(0);
            set.sort();
            sets.push(set);
        }
        assert!(sets.iter().all(|set| *set == sets[0]), "every order has the same files");
    }
    let none = page(&server, &json!({"first": 0})).await;
    assert_eq!(none["edges"], json!([]));
    assert!(none["totalCount"].as_u64().unwrap() > 40 && none["pageInfo"]["hasNextPage"] == json!(true), "{none}");
}

/// The orders that lists have too are the same in a search.
async fn orders_are_those_of_lists(server: Server) {
    for field in ["NAME", "DATA_SUBJECT_COUNT"] {
        let order = json!({"order": {"field": field, "direction": "DESC"}});
        let document =
            format!("{{ dataFiles(first: 100, orderBy: {{field: {field}, direction: DESC}}) {{ edges {{ node {{ registrationNumber name }} }} }} }}");
        let listed = server.query(&document, json!({})).await;
        let searched = page(&server, &with(&order, json!({"first": 100}))).await;
        assert_eq!(numbers(&searched), numbers(&listed["dataFiles"]), "{field}");
    }
}

async fn cursors_of_something_else_are_refused(server: Server) {
    let cursor = |page: &Value| text(&page["pageInfo"]["endCursor"]).to_owned();
    let order = |field: &str, direction: &str| json!({"first": 3, "order": {"field": field, "direction": direction}});
    let by_name = cursor(&page(&server, &order("NAME", "ASC")).await);
    let by_relevance = cursor(&page(&server, &json!({"first": 3})).await);
    let of_list = server.query("{ dataFiles(first: 3) { pageInfo { endCursor } } }", json!({})).await;
    // A cursor is a JSON list: the order with the layout of the index, the place, the file.
    let parts: Vec<Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&by_relevance).unwrap()).unwrap();
    let forged = |place: usize, value: Value| {
        let mut parts = parts.clone();
        parts[place] = value;
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&parts).unwrap())
    };
    let (before, behind) = text(&parts[0]).rsplit_once('.').unwrap();
    let other_layout = forged(0, json!(format!("{before}.{}{}", "0".repeat(16), behind.trim_start_matches(|c: char| c != '-'))));
    let cases = [
        (order("RELEVANCE", "DESC"), by_name.clone(), "the cursor belongs to another list or order"),
        (order("NAME", "DESC"), by_name.clone(), "the cursor belongs to another list or order"),
        (order("RELEVANCE", "ASC"), by_relevance.clone(), "the cursor belongs to another list or order"),
        (order("RELEVANCE", "DESC"), other_layout, "or to an earlier layout of the search index"),
        (order("RELEVANCE", "DESC"), forged(1, json!("text")), "the cursor belongs to another list or order"),
        (order("RELEVANCE", "DESC"), forged(2, json!("no key")), "cursor"),
        (order("NAME", "ASC"), cursor(&of_list["dataFiles"]), "the cursor belongs to another list or order"),
        (order("NAME", "ASC"), "★".to_owned(), "cursor"),
        (order("NAME", "ASC"), by_name[..by_name.len() / 2].to_owned(), "cursor"),
        (order("NAME", "ASC"), String::new(), "cursor"),
    ];
    for (base, cursor, message) in cases {
        for variables in [with(&base, json!({"after": cursor})), with(&base, json!({"first": null, "last": 3, "before": cursor}))] {
            let errors = server.errors(PAGE, variables.clone()).await;
            assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{variables} {errors:#}");
            assert!(text(&errors[0]["message"]).contains(message), "{variables} {errors:#}");
        }
    }
    // And the true ones are taken.
    for (base, cursor) in [(order("NAME", "ASC"), by_name), (order("RELEVANCE", "DESC"), by_relevance)] {
        assert_eq!(numbers(&page(&server, &with(&base, json!({"after": cursor}))).await).len(), 3);
    }
}

async fn what_cannot_be_searched_is_refused(server: Server) {
    let words = |count: usize| (0..count).map(|number| format!("말{number}")).collect::<Vec<_>>().join(" ");
    let statute = server.query("{ statute(name: \"가람한도법\") { id } agency(code: \"G000000\") { id } }", json!({})).await;
    let search = |arguments: &str| format!("{{ search({arguments}) {{ totalCount facets(by: [STATUS]) {{ missingCount }} }} }}");
    let id = text(&statute["statute"]["id"]);
    let cases = [
        (search(&format!("text: \"{}\"", words(33))), "`text` has 33 words; at most 32"),
        (search("first: 101"), "101"),
        (search("first: -1"), "-1"),
        (search("last: 101"), "101"),
        (search("first: 1, last: 1"), "last"),
        (search("filter: {region: {eq: \"99\"}}"), "\"99\" is not the code of a region"),
        (search("filter: {region: {in: [\"11\", \"99\"]}}"), "\"99\" is not the code of a region"),
        (search("filter: {not: [{or: [{itemCategory: {eq: \"NO_SUCH\"}}]}]}"), "\"NO_SUCH\" is not the code of an item category"),
        (search("filter: {provision: {category: \"NO_SUCH\"}}"), "\"NO_SUCH\" is not the code of an item category"),
        (search(&format!("filter: {{agency: {{eq: \"{id}\"}}}}")), "Agency"),
        (search("filter: {recipient: {in: [\"Organization_broken\"]}}"), "Organization_broken"),
        (search("filter: {article: {statute: \"★\", article: \"제1조\"}}"), "★"),
        (search("filter: {agencyType: {eq: NO_SUCH}}"), "NO_SUCH"),
        (search("filter: {noSuch: 1}"), "noSuch"),
        ("{ search { facets(by: [AGENCY], first: 1001) { otherCount } } }".to_owned(), "must be from 0 to 1000, and is 1001."),
        ("{ search { facets(by: [AGENCY], first: -1) { otherCount } } }".to_owned(), "must be from 0 to 1000, and is -1."),
        ("{ suggest(prefix: \"가\", first: 51) { text } }".to_owned(), "`first` is 51; it can be 0 to 50"),
        ("{ dataFile(registrationNumber: \"G000000-1\") { similar(first: 51) { name } } }".to_owned(), "`first` is 51; it can be 0 to 50"),
        ("{ statistics(by: []) { dataFileCount } }".to_owned(), "`by` has 0 dimensions"),
        ("{ statistics(by: [STATUS, REGION, AGENCY_TYPE, ASSESSED]) { dataFileCount } }".to_owned(), "`by` has 4 dimensions"),
        ("{ statistics(by: [STATUS, STATUS]) { dataFileCount } }".to_owned(), "names a dimension twice"),
        ("{ statistics(by: [AGENCY, STATUTE]) { dataFileCount } }".to_owned(), "thousands of values each"),
        ("{ statistics(by: [STATUS], first: 1001) { dataFileCount } }".to_owned(), "must be from 0 to 1000, and is 1001."),
    ];
    for (document, message) in cases {
        let errors = server.errors(&document, json!({})).await;
        let refused = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&text(&errors[0]["extensions"]["code"]));
        assert!(refused && text(&errors[0]["message"]).contains(message), "{document}: {message}\n{errors:#}");
    }
    // Thirty-two are searched, and an id that no object has is no error: nothing is found.
    assert_eq!(found(&server, &words(32), json!({})).await, [""; 0]);
    let unknown = text(&statute["agency"]["id"]).replace("Agency_", "Organization_");
    assert_eq!(found(&server, "", json!({"recipient": {"eq": unknown}})).await, [""; 0]);
}

async fn words_are_found_wherever_they_stand(server: Server) {
    let is_found = async |words: &str| found(&server, words, json!({})).await.contains(&"G000007-1".to_owned());
    for words in [
        "신청자 명부 07",
        "자명부07",
        "\"신청자·명부\" 07",
        "가람구청07",
        "가람특별시 07",
        "여",
        "가온정보 07",
        "건강상태 07",
        "가람시험07법",
        "시험07법 제7조",
        "가람구청 08",
        "가람구청07 -가람구청09",
    ] {
        assert_eq!(is_found(words).await, words != "여", "{words}");
    }
    for words in ["07 -건강", "07 -\"가람 특별시\"", "07 없는말", "\"07 명부\"", "★"] {
        assert!(!is_found(words).await, "{words}");
    }
    // Marks that close nothing, and words of marks alone, are no errors.
    for words in ["\"", "-", "--", "\"시험", "((", "a AND", "*", "시험~2", "name:시험", "\u{0}가", "％"] {
        server.query("query ($text: String) { search(text: $text) { totalCount } }", json!({"text": words.replace('\u{0}', "")})).await;
    }
    // The two boxes of the official portal.
    assert_eq!(found(&server, "", json!({"agencyName": "가람 구청07"})).await, ["G000007-1"]);
    assert_eq!(found(&server, "", json!({"agencyName": "가람특별시", "dataFileName": "명부 07"})).await, ["G000007-1"]);
    assert_eq!(found(&server, "", json!({"agencyName": "없는 기관", "dataFileName": "명부"})).await, [""; 0]);
    // The larger part of the name a word is, the more relevant.
    assert_eq!(page(&server, &json!({"text": "회원", "first": 1})).await["edges"][0]["node"]["name"], "회원정보");
}

async fn highlights_show_where_words_stand(server: Server) {
    let document = "query ($text: String) { search(text: $text, filter: {dataFileName: \"명부 07\"}) { edges { score highlights { field fragments { text isMatch } } } } }";
    let data = server.query(document, json!({"text": "\"자 명부\" 구청 07법 가온정보 -없다"})).await;
    let edge = &data["search"]["edges"][0];
    assert!(edge["score"].as_f64().unwrap() > 0.0);
    let marked = |highlight: &Value| {
        let pieces = highlight["fragments"].as_array().unwrap().iter();
        let pieces: String =
            pieces.map(|piece| if piece["isMatch"] == json!(true) { format!("<{}>", text(&piece["text"])) } else { text(&piece["text"]).to_owned() }).collect();
        format!("{}: {pieces}", text(&highlight["field"]))
    };
    let told: Vec<String> = edge["highlights"].as_array().unwrap().iter().map(marked).collect();
    assert_eq!(
        told,
        [
            "name: 시험 신청<자 명부> 07",
            "agency: 가람<구청> 07",
            "legalBases: 가람시험<07법> 제7조",
            "legalBases: 가람시험<07법> 시행령 제1조",
            "legalBases: 가람시험<07법>",
            "legalBases: 가람시험<07법> 시행령",
            "provisions: 가람<구청> 08",
            "provisions: <가온정보>(주)",
            "entrustments: 가람<구청> 08",
            "entrustments: <가온정보>(주)",
        ]
    );
    let data = server.query(document, json!({"text": ""})).await;
    assert_eq!(data["search"]["edges"][0], json!({"score": null, "highlights": []}));
}

/// Counts of a facet by key.
fn counts(facet: &Value) -> Vec<(String, u64)> {
    let mut counts: Vec<_> =
        facet["values"].as_array().unwrap().iter().map(|value| (text(&value["key"]).to_owned(), value["count"].as_u64().unwrap())).collect();
    counts.sort();
    counts
}

async fn a_facet_ignores_its_own_part_of_the_filter(server: Server) {
    let document = "query ($filter: SearchFilter) { search(filter: $filter) { totalCount
        facets(by: [AGENCY_TYPE, UNIQUE_IDENTIFIER, STATUS], first: 100) { dimension otherCount missingCount values { key label count } } } }";
    let facets = async |filter: Value| {
        let data = server.query(document, json!({"filter": filter})).await["search"].take();
        let counts: Vec<_> = data["facets"].as_array().unwrap().iter().map(counts).collect();
        (data["totalCount"].as_u64().unwrap(), counts)
    };
    let pair = |key: &str, count: u64| (key.to_owned(), count);
    let (total, all) = facets(json!({})).await;
    assert_eq!(total, 47);
    assert_eq!(all[0], [pair("BASIC_GOVERNMENT", 35), pair("METROPOLITAN_GOVERNMENT", 12)]);
    assert_eq!(all[2], [pair("DESTROYED", 3), pair("DISCLOSED", 3), pair("EXEMPT", 3), pair("REGISTERED", 44)], "statuses are counted whatever lists show");

    let (total, chosen) = facets(json!({"agencyType": {"eq": "METROPOLITAN_GOVERNMENT"}})).await;
    assert_eq!(total, 12);
    assert_eq!(chosen[0], all[0], "another choice of the same dimension is still offered");
    assert_ne!(chosen[1], all[1], "and other dimensions count what is found");
    assert_eq!(chosen[1].iter().map(|(_, count)| count).sum::<u64>() + 35, all[1].iter().map(|(_, count)| count).sum::<u64>());

    // AND-ed within `and` is the same; within `or` and `not` it belongs to no dimension.
    assert_eq!(facets(json!({"and": [{"agencyType": {"eq": "METROPOLITAN_GOVERNMENT"}}]})).await, (12, chosen.clone()));
    let (total, within) = facets(json!({"or": [{"agencyType": {"eq": "METROPOLITAN_GOVERNMENT"}}]})).await;
    assert_eq!((total, &within[0]), (12, &vec![pair("METROPOLITAN_GOVERNMENT", 12)]));

    // Two choices, each counted as if it were the only one.
    let (total, both) = facets(json!({"agencyType": {"eq": "METROPOLITAN_GOVERNMENT"}, "uniqueIdentifier": {"eq": "PASSPORT_NUMBER"}})).await;
    let passports = chosen[1].iter().find(|(key, _)| key == "PASSPORT_NUMBER").unwrap().1;
    assert_eq!(total, passports);
    assert_eq!(both[0], [pair("METROPOLITAN_GOVERNMENT", passports)]);
    assert_eq!(both[1], chosen[1]);

    // What is not listed is summed up.
    let data = server
        .query("{ search { facets(by: [AGENCY], first: 1) { otherCount missingCount values { key count node { ... on Agency { code } } } } } }", json!({}))
        .await;
    let facet = &data["search"]["facets"][0];
    assert_eq!((&facet["otherCount"], &facet["missingCount"], &facet["values"][0]["count"]), (&json!(35), &json!(0), &json!(12)));
    assert_eq!(facet["values"][0]["node"], json!({"code": "G000000"}));
    // A key is what the filter takes.
    let agency = found(&server, "", json!({"agency": {"eq": facet["values"][0]["key"]}})).await;
    assert!(agency.len() == 12 && agency.iter().all(|number| number.starts_with("G000000-")), "{agency:?}");
}

async fn names_are_suggested_while_they_are_typed(server: Server) {
    let suggest = async |prefix: &str, kinds: Value| {
        let document = "query ($prefix: String!, $kinds: [SuggestionKind!]) { suggest(prefix: $prefix, kinds: $kinds, first: 3) { kind text dataFileCount node { __typename } } }";
        server.query(document, json!({"prefix": prefix, "kinds": kinds})).await["suggest"].take()
    };
    let texts = |suggested: &Value| suggested.as_array().unwrap().iter().map(|one| text(&one["text"]).to_owned()).collect::<Vec<_>>();
    for nothing in ["★", "", " ", "…", "없는이름"] {
        assert_eq!(suggest(nothing, Value::Null).await, json!([]), "{nothing:?}");
    }
    for typed in ["가람특", "ㄱㄹㅌㅂㅅ", "가ㄹㅌ", "가람 특별", "ㄱㄹㅌ", "람특별"] {
        let suggested = suggest(typed, json!(["AGENCY"])).await;
        assert_eq!(suggested, json!([{"kind": "AGENCY", "text": "가람특별시", "dataFileCount": 47, "node": {"__typename": "Agency"}}]), "{typed}");
    }
    // A syllable that is not finished, and the name as written of what is found folded.
    assert_eq!(texts(&suggest("회원저", json!(["DATA_FILE"])).await), ["회원정보"]);
    assert_eq!(texts(&suggest("CCTV", json!(["DATA_FILE"])).await), ["cctv 보관대장"], "the exempt one is not listed");
    // Two files bear one name, written in two ways.
    let both = suggest("abc", json!(["DATA_FILE"])).await;
    assert_eq!((both.as_array().unwrap().len(), &both[0]["dataFileCount"], &both[0]["node"]), (1, &json!(2), &Value::Null), "{both}");
    assert_eq!(suggest("health", json!(["ITEM_CATEGORY"])).await[0]["kind"], "ITEM_CATEGORY");
    assert_eq!(texts(&suggest("ㄱㄹㅎㄷㅂ", json!(["STATUTE"])).await), ["가람한도법"]);
    let bodies = suggest("가온정보", json!(["ORGANIZATION"])).await;
    assert_eq!(
        (&bodies[0]["text"], &bodies[0]["dataFileCount"]),
        (&json!("가온정보(주)"), &json!(36)),
        "a file to which it is recipient and entrustee counts once: {bodies}"
    );
    // A kind named twice is asked once; none is asked of no kind.
    assert_eq!(texts(&suggest("회원저", json!(["DATA_FILE", "DATA_FILE"])).await), ["회원정보"]);
    assert_eq!(suggest("가", json!([])).await, json!([]));
}

async fn statistics_count_each_file_once_in_each_value(server: Server) {
    let document =
        "query ($by: [StatisticsDimension!]!, $filter: SearchFilter, $first: Int) { statistics(by: $by, filter: $filter, first: $first) { dataFileCount
        rows { keys { dimension key } dataFileCount countedFileCount declaredSubjectCount agencyCount } rest { keys { key } dataFileCount agencyCount } } }";
    let data = server.query(document, json!({"by": ["AGENCY_TYPE"], "first": 1})).await["statistics"].take();
    assert_eq!(data["dataFileCount"], 47);
    let alike: i64 = (1001..=1035).sum();
    assert_eq!(
        data["rows"],
        json!([{"keys": [{"dimension": "AGENCY_TYPE", "key": "BASIC_GOVERNMENT"}], "dataFileCount": 35, "countedFileCount": 35, "declaredSubjectCount": alike, "agencyCount": 35}])
    );
    assert_eq!(data["rest"], json!({"keys": [], "dataFileCount": 12, "agencyCount": 1}));
    // A file with two identifiers counts in both rows, a file without one in none.
    let data = server.query(document, json!({"by": ["UNIQUE_IDENTIFIER", "AGENCY_TYPE"]})).await["statistics"].take();
    let cells: Vec<(Vec<&str>, u64)> = data["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["keys"].as_array().unwrap().iter().map(|key| text(&key["key"])).collect(), row["dataFileCount"].as_u64().unwrap()))
        .collect();
    assert_eq!(cells[0], (vec!["RESIDENT_REGISTRATION_NUMBER", "BASIC_GOVERNMENT"], 35));
    assert!(cells[1..].iter().all(|(keys, _)| keys[1] == "METROPOLITAN_GOVERNMENT"), "{cells:?}");
    assert!(data["rest"].is_null());
    // A variable that is not given, or null, asks for nothing.
    let open = "query ($first: Int, $rank: StatisticsMeasure, $kinds: [SuggestionKind!]) { statistics(by: [STATUS], first: $first, rankBy: $rank) { rows { dataFileCount } }
        suggest(prefix: \"가람특\", first: $first, kinds: $kinds) { text } search(first: $first) { facets(by: [STATUS], first: $first) { values { count } } } }";
    assert_eq!(server.query(open, json!({})).await, server.query(open, json!({"first": null, "rank": null, "kinds": null})).await);
}

async fn similar_files_have_things_in_common(server: Server) {
    let data = server
        .query("{ dataFile(registrationNumber: \"G000007-1\") { similar(first: 5) { registrationNumber name } } none: dataFile(registrationNumber: \"G000007-1\") { similar(first: 0) { name } } }", json!({}))
        .await;
    let similar = data["dataFile"]["similar"].as_array().unwrap();
    assert_eq!(similar.len(), 5);
    assert!(similar.iter().all(|file| text(&file["name"]).starts_with("시험 신청자 명부") && file["registrationNumber"] != "G000007-1"), "{similar:?}");
    assert_eq!(data["none"]["similar"], json!([]));
}

/// A page costs the same statements for three files and for thirty, whatever is selected below.
async fn a_page_costs_the_same_for_three_and_for_thirty(server: Server) {
    let document = "query ($n: Int!) { search(text: \"명부\", filter: {agencyType: {eq: BASIC_GOVERNMENT}}, first: $n) { totalCount
        facets(by: [AGENCY_TYPE, REGION, UNIQUE_IDENTIFIER, RETENTION_CLASS]) { values { key label count } }
        edges { cursor highlights { field fragments { text } } node { name agency { name ancestors { name } } impactAssessments(first: 1) { nodes { year } }
          registration { collectedItems { name } legalBases { statute { name } } provisions(first: 2) { nodes { recipient { name } } } } } } } }";
    let (few, many) = (server.observed(document, json!({"n": 3})).await, server.observed(document, json!({"n": 30})).await);
    assert_eq!((few.0["search"]["edges"].as_array().unwrap().len(), many.0["search"]["edges"].as_array().unwrap().len()), (3, 30));
    assert_eq!(few.1.len(), many.1.len(), "{:#?}\n{:#?}", few.1, many.1);
    // Without a selection that shows a file the tables are not asked at all.
    let counted = server.observed("{ search(text: \"명부\") { totalCount pageInfo { endCursor } facets(by: [AGENCY_TYPE, RETENTION_CLASS]) { values { key label count } } } statistics(by: [STATUS]) { dataFileCount } }", json!({})).await;
    assert_eq!(counted.1, [""; 0]);
    for (list, name) in [
        ("facets(by: [AGENCY], first: $n) { values { node { ... on Agency { name region { name } } } } }", "search"),
        ("edges { node { similar(first: 3) { name } } }", "search(first: $n)"),
    ] {
        let document = format!("query ($n: Int!) {{ {name} {{ {list} }} }}");
        let (few, many) = (server.observed(&document, json!({"n": 3})).await.1, server.observed(&document, json!({"n": 30})).await.1);
        assert_eq!(few.len(), many.len(), "{document}\n{few:#?}\n{many:#?}");
    }
}

on_both!(
    Data::Generated => pages_join_to_the_whole_from_both_ends, orders_are_those_of_lists, cursors_of_something_else_are_refused, what_cannot_be_searched_is_refused,
    words_are_found_wherever_they_stand, highlights_show_where_words_stand, a_facet_ignores_its_own_part_of_the_filter, names_are_suggested_while_they_are_typed,
    statistics_count_each_file_once_in_each_value, similar_files_have_things_in_common, a_page_costs_the_same_for_three_and_for_thirty,
);
