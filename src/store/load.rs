//! Loader keys that many nouns share: a row by its id, the parts of an owner. Each relation is one key and one statement, however many rows ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter as _, QueryOrder as _, RelationDef, Value};
use uuid::Uuid;

use super::Store;
use super::kept::{Keepable, KeptKey};
use crate::error::{Error, Result};

/// A relation that is declared where it is used, as joins take it.
pub(crate) fn relation(declared: impl Into<RelationDef>) -> RelationDef {
    declared.into()
}

/// Rows that have one of the keys in `column`, however many keys: a statement takes a limited number of them.
///
/// # Errors
/// Those of the database.
pub(crate) async fn rows_with<E: EntityTrait>(db: &impl ConnectionTrait, column: E::Column, keys: Vec<impl Into<Value> + Clone>) -> Result<Vec<E::Model>> {
    let mut rows = Vec::new();
    for keys in keys.chunks(10_000) {
        rows.extend(E::find().filter(column.is_in(keys.iter().cloned())).all(db).await?);
    }
    Ok(rows)
}

/// The keys, the last one again and again until there are 1, 2, 4, 8 … of them. A database plans a statement once for each text, and the text says how many keys there are: so there are few texts.
pub(crate) fn padded(keys: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
    let mut keys: Vec<Uuid> = keys.into_iter().collect();
    // More are rare, and a statement takes a limited number.
    if let Some(last) = keys.last().copied().filter(|_| keys.len() < 1024) {
        keys.resize(keys.len().next_power_of_two(), last);
    }
    keys
}

/// Table whose rows have a derived key in `id`.
pub trait Identified: EntityTrait<Model: Clone + Send + Sync> {
    /// Column of the key.
    const ID: Self::Column;
    /// Key of a row.
    fn id(row: &Self::Model) -> Uuid;
    /// How a row is kept in memory; not at all where nothing is said.
    const KEPT: Option<Keepable<Self::Model>> = None;
}

/// Loader key: the row with that id.
pub struct ById<E>(pub Uuid, PhantomData<fn() -> E>);

/// Row of a table.
pub type RowOf<E> = <E as EntityTrait>::Model;

/// Row of a table of parts.
pub type PartRow<P> = <<P as Part>::Entity as EntityTrait>::Model;

/// Table whose rows belong to an owner and have an order in it.
pub trait Part: Sized + 'static {
    /// The table.
    type Entity: EntityTrait<Model: Clone + Send + Sync>;
    /// Column of the owner's key.
    const OWNER: <Self::Entity as EntityTrait>::Column;
    /// Column of the order within the owner.
    const POSITION: <Self::Entity as EntityTrait>::Column;
    /// Owner of a row.
    fn owner(row: &<Self::Entity as EntityTrait>::Model) -> Option<Uuid>;
    /// How the parts of an owner are kept in memory; not at all where nothing is said.
    const KEPT: Option<Keepable<Vec<PartRow<Self>>>> = None;
}

/// Loader key: the parts of an owner, in order.
pub struct Children<P>(pub Uuid, PhantomData<fn() -> P>);

macro_rules! key_of_marker {
    ($name:ident) => {
        impl<T> $name<T> {
            /// Key for that id.
            #[must_use]
            pub fn new(id: Uuid) -> Self {
                Self(id, PhantomData)
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self::new(self.0)
            }
        }

        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<T> Eq for $name<T> {}

        impl<T> std::hash::Hash for $name<T> {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    };
}

key_of_marker!(ById);
key_of_marker!(Children);

impl<E: Identified> KeptKey for ById<E> {
    /// Apart from whatever else is known of the row: many others name it, and ask for nothing but that.
    fn place(&self) -> Uuid {
        Uuid::from_u128(!self.0.as_u128())
    }
}

impl<P: Part> KeptKey for Children<P> {
    fn place(&self) -> Uuid {
        self.0
    }
}

impl<E: Identified> Loader<ById<E>> for Store {
    type Value = Arc<E::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ById<E>]) -> Result<HashMap<ById<E>, Self::Value>> {
        let rows = self.kept_or(E::KEPT, keys.to_vec(), async |missing: Vec<ById<E>>| {
            let rows = E::find().filter(E::ID.is_in(padded(missing.iter().map(|key| key.0)))).all(self.db()).await?;
            Ok(rows.into_iter().map(|row| (ById::new(E::id(&row)), row)).collect())
        });
        Ok(shared(rows.await?))
    }
}

impl<P: Part> Loader<Children<P>> for Store {
    type Value = Arc<Vec<<P::Entity as EntityTrait>::Model>>;
    type Error = Error;

    async fn load(&self, keys: &[Children<P>]) -> Result<HashMap<Children<P>, Self::Value>> {
        let parts = self.kept_or(P::KEPT, keys.to_vec(), async |missing: Vec<Children<P>>| {
            let owners = padded(missing.iter().map(|key| key.0));
            // An owner without parts is known too.
            let mut parts: HashMap<Children<P>, Vec<_>> = missing.into_iter().map(|owner| (owner, Vec::new())).collect();
            for row in P::Entity::find().filter(P::OWNER.is_in(owners)).order_by_asc(P::OWNER).order_by_asc(P::POSITION).all(self.db()).await? {
                if let Some(owner) = P::owner(&row) {
                    parts.entry(Children::new(owner)).or_default().push(row);
                }
            }
            Ok(parts)
        });
        Ok(shared(parts.await?))
    }
}

/// Values as loaders answer them: several fields may ask for one.
pub(crate) fn shared<K: Eq + Hash, V>(values: HashMap<K, V>) -> HashMap<K, Arc<V>> {
    values.into_iter().map(|(key, value)| (key, Arc::new(value))).collect()
}

/// Declares that a table's rows have a derived key in `id`; with `kept` behind the table, that they are kept in memory once they were read, with `immutable`, that this holds across the entries of the journal.
#[macro_export]
macro_rules! identified {
    ($($table:ident $($kept:ident)?),+ $(,)?) => {$(
        impl $crate::store::Identified for entity::$table::Entity {
            const ID: entity::$table::Column = entity::$table::Column::Id;
            fn id(row: &entity::$table::Model) -> uuid::Uuid {
                row.id
            }
            $(const KEPT: Option<$crate::store::Keepable<entity::$table::Model>> = Some($crate::store::Keepable::$kept());)?
        }
    )+};
}

/// Declares a relation from an owner to its parts: `Marker: table, OwnerColumn, owner_field;`, and `kept` or `immutable` behind it, as of `identified!`.
#[macro_export]
macro_rules! parts {
    ($($(#[$doc:meta])* $marker:ident: $table:ident, $column:ident, $field:ident $(, $kept:ident)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $marker {}

        impl $crate::store::Part for $marker {
            type Entity = entity::$table::Entity;
            const OWNER: entity::$table::Column = entity::$table::Column::$column;
            const POSITION: entity::$table::Column = entity::$table::Column::Position;
            fn owner(row: &entity::$table::Model) -> Option<uuid::Uuid> {
                row.$field.into()
            }
            $(const KEPT: Option<$crate::store::Keepable<Vec<entity::$table::Model>>> = Some($crate::store::Keepable::$kept());)?
        }
    )+};
}
