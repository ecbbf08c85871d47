//! How much one request may ask for. Every limit is checked before the database is touched; those that protect the parser, before it runs.

/// The limits of one request. The defaults let every ordinary query of a portal, an aggregator or an analyst through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document. A long query of a portal with fragments has 4 KiB, the usual introspection query 1.5 KiB.
    pub document_bytes: usize,
    /// Tokens of a document; a token is a name, a number, a string or a mark.
    pub tokens: usize,
    /// Depth to which brackets of all kinds nest in a document. The parser descends once for each: thousands would overflow its stack.
    pub brackets: usize,
    /// Depth to which the variables' JSON nests.
    pub variables_depth: usize,
    /// Fields above one another, fragments spread. The introspection query of the usual tools has 15.
    pub depth: usize,
    /// Selection sets above one another, those of fragments included. async-graphql itself stops at 32.
    pub selection_sets: usize,
    /// Fields of an operation, fragments spread.
    pub fields: u64,
    /// Aliases of an operation, fragments spread.
    pub aliases: u64,
    /// Fields of an operation's root, fragments spread.
    pub root_fields: u64,
    /// Directives of an operation, fragments spread.
    pub directives: u64,
    /// Fragment definitions of a document.
    pub fragments: usize,
    /// Cost of an operation; see [`crate::graphql::admission::cost`].
    pub cost: u64,
    /// Page size, the value of `first` or `last`.
    pub page: u64,
    /// Values of a facet or rows of statistics, the value of their `first`: they are small, and come whole.
    pub rows: u64,
    /// Items of a list given as an argument of a query.
    pub list_items: usize,
    /// Representations of entities that a gateway asks for at once: it cannot ask in several requests.
    pub representations: usize,
    /// Items of a list given as an argument of a mutation: a registration has up to a thousand collected items.
    pub mutation_list_items: usize,
    /// Bytes of one text in an argument.
    pub text_bytes: usize,
    /// Depth to which input objects nest in one argument.
    pub input_depth: usize,
    /// Depth to which `and`, `or` and `not` nest in one filter.
    pub filter_nesting: usize,
    /// Conditions in one filter.
    pub filter_conditions: usize,
    /// Cost of all operations of a client in a minute; 0 counts none.
    pub budget: u64,
    /// Bytes that documents take which are kept as they were read, for whoever sends them again; 0 keeps none.
    pub document_cache: usize,
    /// Whether the schema is told: by introspection, and by suggestions in messages.
    pub tells_schema: bool,
    /// Whether the schema is that of a subgraph, with what gateways of Apollo Federation ask.
    pub federates: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 32 * 1024,
            tokens: 4_000,
            brackets: 64,
            variables_depth: 32,
            depth: 20,
            selection_sets: 32,
            fields: 5_000,
            aliases: 100,
            root_fields: 50,
            directives: 100,
            fragments: 100,
            cost: 50_000,
            page: 100,
            rows: 1_000,
            list_items: 100,
            representations: 1_000,
            mutation_list_items: 1_000,
            text_bytes: 8 * 1024,
            input_depth: 16,
            filter_nesting: 5,
            filter_conditions: 100,
            budget: 0,
            document_cache: 32 << 20,
            tells_schema: true,
            federates: false,
        }
    }
}
