//! Closed sets of words (enumerations): the value that the schema, the tables and the documents share, and its labels in Korean and English.
//!
//! One declaration gives the Rust type, the GraphQL enum with its descriptions, the text stored in the tables, the word read from documents, and what
//! `enumLabels` answers. Adding a value can break clients that switch over all of them: say so in the changelog.

use std::fmt;

/// A closed set of words. Implemented by [`vocabulary!`](crate::vocabulary!) only.
pub trait Vocabulary: Copy + Eq + fmt::Debug + Sized + Send + Sync + 'static {
    /// Name of the set, as in the schema.
    const NAME: &'static str;
    /// Every word of the set with its labels, in the order of declaration.
    const WORDS: &'static [Word<Self>];

    /// Word as stored and as published.
    fn as_str(self) -> &'static str {
        self.word().value
    }

    /// The word with its labels.
    #[expect(clippy::expect_used, reason = "the macro that declares the set lists every member of it")]
    fn word(self) -> &'static Word<Self> {
        Self::WORDS.iter().find(|word| word.is == self).expect("every variant is listed by the macro that declares it")
    }

    /// The member that `value` names; `None` if the set has no such word.
    fn from_word(value: &str) -> Option<Self> {
        Self::WORDS.iter().find(|word| word.value == value).map(|word| word.is)
    }
}

/// One word of a closed set.
#[derive(Debug)]
pub struct Word<T> {
    /// Member of the Rust type.
    pub is: T,
    /// Word as stored and as published, `UPPER_CASE`.
    pub value: &'static str,
    /// Korean label: the law's term where it has one.
    pub ko: &'static str,
    /// English label.
    pub en: &'static str,
    /// What the labels alone do not tell; empty if nothing.
    pub note: &'static str,
}

impl<T> Word<T> {
    /// Description in the schema: English label, Korean term, note.
    #[must_use]
    pub fn description(&self) -> String {
        let Self { en, ko, note, .. } = self;
        if note.is_empty() { format!("{en} ({ko}).") } else { format!("{en} ({ko}). {note}") }
    }
}

/// Declares a closed set of words. Each line: `Member = "VALUE", "한국어 표지", "English label";`, with a fourth text where the labels do not tell enough. `filter` names the
/// GraphQL input by which lists are filtered on the word.
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident $(, filter $filter:ident)? {
            $( $member:ident = $value:literal, $ko:literal, $en:literal $(, $note:literal)?; )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!($en, " (", $ko, ").")]
                #[serde(rename = $value)]
                $member,
            )+
        }

        impl $crate::vocabulary::Vocabulary for $name {
            const NAME: &'static str = stringify!($name);
            const WORDS: &'static [$crate::vocabulary::Word<Self>] = &[
                $( $crate::vocabulary::Word { is: $name::$member, value: $value, ko: $ko, en: $en, note: concat!($($note)?) }, )+
            ];
        }

        impl async_graphql::resolver_utils::EnumType for $name {
            fn items() -> &'static [async_graphql::resolver_utils::EnumItem<Self>] {
                &[ $( async_graphql::resolver_utils::EnumItem { name: $value, value: $name::$member } ),+ ]
            }
        }

        impl async_graphql::InputType for $name {
            type RawValueType = Self;

            fn type_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                $crate::vocabulary::register_enum::<Self>(registry, concat!($($doc, "\n"),+))
            }

            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                async_graphql::resolver_utils::parse_enum(value.unwrap_or_default())
            }

            fn to_value(&self) -> async_graphql::Value {
                async_graphql::resolver_utils::enum_value(*self)
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <Self as async_graphql::InputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok(async_graphql::resolver_utils::enum_value(*self))
            }
        }

        $(
            /// Condition on an enumerated value. Parts are AND-ed; a part left out says nothing.
            #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, async_graphql::InputObject)]
            pub struct $filter {
                /// Is this value.
                pub eq: Option<$name>,
                /// Is one of these values; an empty list matches nothing. At most 100.
                pub r#in: Option<Vec<$name>>,
                /// Is absent (`true`), or present (`false`).
                pub is_null: Option<bool>,
            }

            impl $filter {
                /// The stored words that `eq` and `in` admit; `None` where neither is given.
                #[must_use]
                pub fn words(&self) -> Option<Vec<&'static str>> {
                    use $crate::vocabulary::Vocabulary;
                    match (self.eq, &self.r#in) {
                        (None, None) => None,
                        (Some(eq), None) => Some(vec![eq.as_str()]),
                        (None, Some(list)) => Some(list.iter().map(|word| word.as_str()).collect()),
                        (Some(eq), Some(list)) => Some(list.iter().filter(|word| **word == eq).map(|word| word.as_str()).collect()),
                    }
                }
            }
        )?
    };
}

/// Adds the set to the schema's type registry, with a description for the set and for each word.
pub fn register_enum<T>(registry: &mut async_graphql::registry::Registry, doc: &str) -> String
where
    T: Vocabulary + async_graphql::InputType,
{
    use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId};

    let doc = doc.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned();
    registry.create_input_type::<T, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: T::NAME.to_owned(),
        description: Some(doc.clone()),
        enum_values: T::WORDS
            .iter()
            .map(|word| {
                let value = MetaEnumValue {
                    name: word.value.to_owned(),
                    description: Some(word.description()),
                    deprecation: Deprecation::NoDeprecated,
                    visible: None,
                    inaccessible: false,
                    tags: Vec::new(),
                    directive_invocations: Vec::new(),
                };
                (word.value.to_owned(), value)
            })
            .collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}
