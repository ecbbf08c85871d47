//! Privacy policies as published: plain text, HTML, Markdown.
