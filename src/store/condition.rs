//! Filters as SQL. Linked objects are met by subqueries that mention no outer table, so that filters nest in each other without aliases.

use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, LikeExpr, SelectStatement, SimpleExpr};
use uuid::Uuid;

use crate::error::Result;
use crate::graphql::filter::{CountFilter, DateFilter, DateTimeFilter, IdFilter, IntFilter, StringFilter};
use crate::hangul;
use crate::identity::{GlobalId, NodeType};

/// Left side of a condition: a column or another expression.
pub type Operand = SimpleExpr;

/// Every part holds.
#[must_use]
pub fn all_of(parts: impl IntoIterator<Item = Option<Condition>>) -> Condition {
    parts.into_iter().flatten().fold(Condition::all(), Condition::add)
}

/// One part holds; with no part, nothing.
#[must_use]
pub fn any_of(parts: impl IntoIterator<Item = Condition>) -> Condition {
    // `Condition::any()` without parts is no condition at all.
    parts.into_iter().fold(Condition::any().add(Expr::val(1).eq(0)), Condition::add)
}

/// The condition does not hold; where it cannot be known (a null), it does not either.
#[must_use]
pub fn negated(condition: Condition) -> Condition {
    Condition::all().add(Expr::expr(sea_orm::sea_query::Func::coalesce([expression(condition), Expr::val(false)])).not())
}

/// A filter's own parts with its `and`, `or` and `not` lists.
///
/// # Errors
/// Those of the parts.
pub fn combined<F>(
    own: Condition,
    and: Option<&Vec<F>>,
    or: Option<&Vec<F>>,
    not: Option<&Vec<F>>,
    part: impl Fn(&F) -> Result<Condition>,
) -> Result<Condition> {
    let conditions = |list: &Vec<F>| list.iter().map(&part).collect::<Result<Vec<_>>>();
    let mut all = own;
    if let Some(list) = and {
        all = conditions(list)?.into_iter().fold(all, Condition::add);
    }
    if let Some(list) = or {
        all = all.add(any_of(conditions(list)?));
    }
    if let Some(list) = not {
        all = conditions(list)?.into_iter().map(negated).fold(all, Condition::add);
    }
    Ok(all)
}

/// Condition on a folded column.
#[must_use]
pub fn folded_text(column: Operand, filter: &StringFilter) -> Condition {
    text(column, filter, hangul::folded)
}

/// Condition on a column that holds a text as written, or a code: compared as it stands, since the databases differ in how they fold case.
#[must_use]
pub fn plain_text(column: Operand, filter: &StringFilter) -> Condition {
    text(column, filter, hangul::normalised)
}

fn text(column: Operand, filter: &StringFilter, spelling: fn(&str) -> String) -> Condition {
    let like = |pattern: String| column.clone().like(LikeExpr::new(pattern).escape('\\'));
    all_of([
        filter.eq.as_ref().map(|text| one(column.clone().eq(spelling(text)))),
        filter.r#in.as_ref().map(|texts| one(column.clone().is_in(texts.iter().map(|text| spelling(text))))),
        filter.contains.as_ref().map(|part| one(like(format!("%{}%", literal(&spelling(part)))))),
        filter.starts_with.as_ref().map(|part| one(like(format!("{}%", literal(&spelling(part)))))),
        filter.is_null.map(|is_null| absence(&column, is_null)),
    ])
}

/// A text in which LIKE finds nothing special.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Condition on a stored word: the words admitted, absence.
#[must_use]
pub fn exact(column: Operand, words: Option<Vec<&'static str>>, is_null: Option<bool>) -> Condition {
    all_of([words.map(|words| one(column.clone().is_in(words))), is_null.map(|is_null| absence(&column, is_null))])
}

/// Condition on a whole number.
#[must_use]
pub fn count(column: Operand, filter: &CountFilter) -> Condition {
    range(
        &column,
        filter.eq.map(|count| count.0),
        filter.r#in.as_ref().map(|counts| counts.iter().map(|count| count.0).collect()),
        filter.gte.map(|count| count.0),
        filter.lte.map(|count| count.0),
        filter.is_null,
    )
}

/// Condition on a small whole number.
#[must_use]
pub fn number(column: Operand, filter: &IntFilter) -> Condition {
    range(&column, filter.eq, filter.r#in.clone(), filter.gte, filter.lte, filter.is_null)
}

/// Condition on a calendar day.
#[must_use]
pub fn date(column: Operand, filter: &DateFilter) -> Condition {
    range(
        &column,
        filter.eq.map(|day| day.0),
        filter.r#in.as_ref().map(|days| days.iter().map(|day| day.0).collect()),
        filter.gte.map(|day| day.0),
        filter.lte.map(|day| day.0),
        filter.is_null,
    )
}

/// Condition on an instant.
#[must_use]
pub fn instant(column: Operand, filter: &DateTimeFilter) -> Condition {
    range(&column, None, None, filter.gte.map(|instant| instant.0), filter.lte.map(|instant| instant.0), None)
}

fn range<T: Into<sea_orm::Value>>(column: &Operand, eq: Option<T>, list: Option<Vec<T>>, gte: Option<T>, lte: Option<T>, is_null: Option<bool>) -> Condition {
    all_of([
        eq.map(|value| one(column.clone().eq(value.into()))),
        list.map(|values| one(column.clone().is_in(values.into_iter().map(Into::into).collect::<Vec<sea_orm::Value>>()))),
        gte.map(|value| one(column.clone().gte(value.into()))),
        lte.map(|value| one(column.clone().lte(value.into()))),
        is_null.map(|is_null| absence(column, is_null)),
    ])
}

/// Condition on the key of a linked object.
///
/// # Errors
/// `BAD_USER_INPUT` for an id of another type.
pub fn key(column: Operand, filter: &IdFilter, node_type: NodeType) -> Result<Condition> {
    let keys = |ids: &[async_graphql::ID]| ids.iter().map(|id| GlobalId::parse_as(id, node_type)).collect::<Result<Vec<Uuid>>>();
    Ok(all_of([
        filter.eq.as_ref().map(|id| keys(std::slice::from_ref(id))).transpose()?.map(|keys| one(column.clone().is_in(keys))),
        filter.r#in.as_ref().map(|ids| keys(ids)).transpose()?.map(|keys| one(column.clone().is_in(keys))),
    ]))
}

/// Condition on a truth value.
#[must_use]
pub fn flag(column: Operand, wanted: bool) -> Condition {
    one(column.eq(wanted))
}

/// The value is among those that the subquery selects.
#[must_use]
pub fn among(column: Operand, select: SelectStatement) -> Condition {
    one(column.in_subquery(select))
}

fn absence(column: &Operand, is_null: bool) -> Condition {
    one(if is_null { column.clone().is_null() } else { column.clone().is_not_null() })
}

fn one(expression: SimpleExpr) -> Condition {
    Condition::all().add(expression)
}

fn expression(condition: Condition) -> SimpleExpr {
    condition.into()
}

/// Conditions on linked objects, whose subquery is made for each of `some` and `none` by `select`.
///
/// # Errors
/// Those of the subqueries.
pub fn linked<F>(some: Option<&F>, none: Option<&F>, select: impl Fn(&F) -> Result<SelectStatement>) -> Result<Option<Condition>> {
    if some.is_none() && none.is_none() {
        return Ok(None);
    }
    let some = some.map(&select).transpose()?.map(|select| one(Expr::exists(select)));
    let none = none.map(&select).transpose()?.map(|select| one(Expr::not_exists(select)));
    Ok(Some(all_of([some, none])))
}
