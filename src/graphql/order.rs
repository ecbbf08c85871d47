//! Orders of lists: a field and a direction, and then the id, so that an order is total.

crate::vocabulary! {
    /// Direction of an order (정렬 방향).
    pub enum OrderDirection {
        Asc = "ASC", "오름차순", "Ascending";
        Desc = "DESC", "내림차순", "Descending";
    }
}

impl OrderDirection {
    /// Whether the greatest comes first.
    #[must_use]
    pub fn is_descending(self) -> bool {
        self == Self::Desc
    }
}

/// Declares the fields by which a list can be ordered and the input that names one of them: `Order by Fields, DEFAULT first { … }`.
#[macro_export]
macro_rules! order {
    ($order:ident by $field:ident, $default:ident $direction:ident { $($member:ident = $value:literal, $ko:literal, $en:literal $(, $note:literal)?;)+ }) => {
        $crate::vocabulary! {
            /// Field by which the list is ordered (정렬 기준).
            pub enum $field {
                $($member = $value, $ko, $en $(, $note)?;)+
            }
        }

        /// Order of the list. Rows that agree in the field follow by id, so that the order is total; where the field is absent, a row counts as least.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::InputObject)]
        pub struct $order {
            /// Field by which rows are ordered.
            pub field: $field,
            /// Direction of the order.
            pub direction: $crate::graphql::order::OrderDirection,
        }

        impl Default for $order {
            fn default() -> Self {
                Self { field: $field::$default, direction: $crate::graphql::order::OrderDirection::$direction }
            }
        }
    };
}
