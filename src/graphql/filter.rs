//! Operators of filters. Every filter is one input whose parts are AND-ed; a part left out says nothing, an empty list matches nothing.

use async_graphql::{ID, InputObject};

use super::scalar::{Count, Date, DateTime};

/// Condition on a text. Parts are AND-ed. Names are compared folded: in Unicode NFC, without regard to case and repeated spaces. Other texts, and codes, are compared as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct StringFilter {
    /// Is this text.
    pub eq: Option<String>,
    /// Is one of these texts; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<String>>,
    /// Contains this text.
    pub contains: Option<String>,
    /// Starts with this text.
    pub starts_with: Option<String>,
    /// Is absent (`true`), or present (`false`).
    pub is_null: Option<bool>,
}

/// Condition on a whole number. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct IntFilter {
    /// Is this number.
    pub eq: Option<i32>,
    /// Is one of these numbers; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<i32>>,
    /// Is this number or greater.
    pub gte: Option<i32>,
    /// Is this number or less.
    pub lte: Option<i32>,
    /// Is absent (`true`), or present (`false`).
    pub is_null: Option<bool>,
}

/// Condition on a count. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct CountFilter {
    /// Is this count.
    pub eq: Option<Count>,
    /// Is one of these counts; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<Count>>,
    /// Is this count or greater.
    pub gte: Option<Count>,
    /// Is this count or less.
    pub lte: Option<Count>,
    /// Is absent (`true`), or present (`false`).
    pub is_null: Option<bool>,
}

/// Condition on a calendar day. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DateFilter {
    /// Is this day.
    pub eq: Option<Date>,
    /// Is one of these days; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<Date>>,
    /// Is this day or later.
    pub gte: Option<Date>,
    /// Is this day or earlier.
    pub lte: Option<Date>,
    /// Is absent (`true`), or present (`false`).
    pub is_null: Option<bool>,
}

/// Condition on an instant. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DateTimeFilter {
    /// Is this instant or later.
    pub gte: Option<DateTime>,
    /// Is this instant or earlier.
    pub lte: Option<DateTime>,
}

/// Condition on a linked object by its id. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct IdFilter {
    /// Is the object with this id.
    pub eq: Option<ID>,
    /// Is one of the objects with these ids; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<ID>>,
}

/// Declares the input by which a list is filtered on linked objects. Filters hold each other boxed: held by value they would make every resolver's frame too large for a thread's stack.
#[macro_export]
macro_rules! linked_filter {
    ($(#[doc = $doc:literal])+ $name:ident($filter:ident)) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, async_graphql::InputObject)]
        pub struct $name {
            /// At least one of them matches; `{}` asks that there be one at all.
            pub some: Option<Box<$filter>>,
            /// Not one of them matches; `{}` asks that there be none at all.
            pub none: Option<Box<$filter>>,
        }
    };
}
