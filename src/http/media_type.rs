//! Which media type an answer has: the header `Accept` (RFC 9110, section 12.5.1) as GraphQL over HTTP wants it read.
//!
//! `application/json` for whoever does not say, or says `*/*`: clients from before the new media type expect it, with status 200 for every well-formed request.

use axum::http::{HeaderMap, header};

/// Media type of a GraphQL answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`: status 200 for whatever was a well-formed request.
    Json,
    /// `application/graphql-response+json`: status 400 for request errors.
    GraphqlResponse,
}

impl MediaType {
    /// As a header has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// What the client likes best; `None` if it accepts neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let ranges = ranges(headers);
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        let (json, _) = quality(&ranges, "application", "json");
        let (graphql, is_named) = quality(&ranges, "application", "graphql-response+json");
        match (json, graphql) {
            (0, 0) => None,
            (json, graphql) if graphql > json || (graphql == json && is_named) => Some(Self::GraphqlResponse),
            _ => Some(Self::Json),
        }
    }
}

/// Whether the client asks for Server-Sent Events: by name, and rather than for JSON.
pub fn wants_events(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    let (events, is_named) = quality(&ranges, "text", "event-stream");
    let json = ["json", "graphql-response+json"].map(|name| quality(&ranges, "application", name)).into_iter().filter(|(_, is_named)| *is_named);
    is_named && json.map(|(quality, _)| quality).max().unwrap_or_default() < events
}

/// Whether the client is a browser that asks for a page.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    let (html, is_named) = quality(&ranges, "text", "html");
    is_named && html > 0 && html >= quality(&ranges, "application", "json").0
}

/// Whether a request's body is JSON in UTF-8, going by `Content-Type`. Only this type is taken: a page of another site cannot send it without asking first.
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut sent = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json && parts.all(is_utf8_or_other)
}

/// Whether a parameter leaves the charset UTF-8.
fn is_utf8_or_other(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    }
}

struct Range<'h> {
    main: &'h str,
    sub: &'h str,
    /// In thousandths.
    quality: u16,
}

fn ranges(headers: &HeaderMap) -> Vec<Range<'_>> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(range).collect()
}

fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let (main, sub) = parts.next()?.split_once('/')?;
    let mut quality = 1000;
    for parameter in parts {
        if let Some(value) = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
            quality = thousandths(value)?;
        } else if !is_utf8_or_other(parameter) {
            return Some(Range { main, sub, quality: 0 });
        }
    }
    Some(Range { main, sub, quality })
}

/// A weight from 0 to 1 with at most three digits (RFC 9110, section 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let is_weight = matches!(whole, "0" | "1") && part.len() <= 3 && part.bytes().all(|digit| digit.is_ascii_digit());
    let value: u16 = is_weight.then(|| format!("{whole}{part:0<3}").parse().ok())??;
    (value <= 1000).then_some(value)
}

/// Quality of a type by the range that fits it most closely, and whether that names it.
fn quality(ranges: &[Range<'_>], main: &str, sub: &str) -> (u16, bool) {
    let closeness = |range: &Range<'_>| {
        let (is_main, is_sub) = (range.main.eq_ignore_ascii_case(main), range.sub.eq_ignore_ascii_case(sub));
        match (is_main, is_sub) {
            (true, true) => 3,
            (true, false) if range.sub == "*" => 2,
            _ if range.main == "*" && range.sub == "*" => 1,
            _ => 0,
        }
    };
    let best = ranges.iter().map(|range| (closeness(range), range.quality)).filter(|(closeness, _)| *closeness > 0).max();
    best.map_or((0, false), |(closeness, quality)| (quality, closeness == 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !value.is_empty() {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn accept_decides() {
        use MediaType::{GraphqlResponse, Json};
        for (accept, expected) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("Application/GraphQL-Response+JSON; charset=UTF-8", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0.5, application/json", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/graphql-response+json;charset=utf-16, application/json;q=0.1", Some(Json)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Json)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("application/json;q=2, text/html", None),
            ("application/json;q=0.001", Some(Json)),
            ("text/html", None),
            ("image/png, text/plain", None),
            ("application/json;q=0", None),
        ] {
            assert_eq!(MediaType::negotiate(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
    }

    #[test]
    fn a_browser_is_told_from_a_client() {
        for (accept, expected) in [("", false), ("*/*", false), ("text/html,*/*;q=0.8", true), ("application/json, text/html;q=0.5", false)] {
            assert_eq!(wants_html(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
    }

    #[test]
    fn events_are_asked_for_by_name() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("text/event-stream, */*;q=0.5", true),
            ("text/event-stream;q=0", false),
            ("text/*", false),
            ("*/*", false),
            ("application/json, text/event-stream", false),
            ("application/json;q=0.5, text/event-stream", true),
        ] {
            assert_eq!(wants_events(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_taken() {
        for (sent, expected) in [
            ("application/json", true),
            ("application/JSON; charset=\"UTF-8\"", true),
            ("application/json; charset=euc-kr", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/graphql", false),
            ("", false),
        ] {
            assert_eq!(is_json(&headers(header::CONTENT_TYPE, sent)), expected, "{sent}");
        }
    }
}
