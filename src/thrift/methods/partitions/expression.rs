//! Partitions by an expression. Hive sends its planner's tree as the bytes of a Java serializer, which nobody else can
//! read; other clients send a filter's text.
//!
//! A tree is answered with all partitions and the remark that some may not be meant: Hive then looks at each itself.

use super::{max_of, select};
use crate::catalog::PartitionSelection;
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{PartitionList, Success, Wrapped};
use hms::args;
use hms::types::PartitionsByExprRequest;

pub(in crate::thrift) static METHODS: &[Method] =
    methods![get_partitions_by_expr, get_partitions_spec_by_expr,];

/// What Hive 4 sends for "no expression".
const NO_EXPRESSION: &[u8] = &[0xFF];

/// The filter that an expression is, empty for none at all; `None` where it cannot be read.
pub(super) fn readable(expression: &[u8]) -> Option<&str> {
    if expression.is_empty() || expression == NO_EXPRESSION {
        return Some("");
    }
    let text = std::str::from_utf8(expression).ok()?;
    crate::filter::parse(text).is_ok().then_some(text)
}

/// The partitions, and whether some of them may not be meant.
async fn matching(
    call: &Call<'_>,
    request: &PartitionsByExprRequest<'_>,
) -> Result<(PartitionList, bool), Failure> {
    let at = name::table_of(request)?;
    let patterns = ParameterPatterns::new(
        request.include_param_key_pattern,
        request.exclude_param_key_pattern,
    );
    let max = max_of(request.max_parts);
    let filter = readable(request.expr);
    let selection = PartitionSelection::Filter(filter.unwrap_or_default());
    let list = select(call, &at, selection, max, patterns).await?;
    Ok((list, filter.is_none()))
}

async fn get_partitions_by_expr(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsByExpr<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let (list, has_unknown) = matching(&call, &request).await?;
    call.reply_list(list, |list| {
        Success(Wrapped {
            has_unknown: Some(has_unknown),
            ..Wrapped::new(list)
        })
    })
}

async fn get_partitions_spec_by_expr(call: Call<'_>) -> Answer {
    let args: args::GetPartitionsSpecByExpr<'_> = call.arguments()?;
    let request = required(args.req, "req")?;
    let (list, has_unknown) = matching(&call, &request).await?;
    call.reply_list(list, |list| {
        Success(Wrapped {
            has_unknown: Some(has_unknown),
            ..Wrapped::new(list.into_specs())
        })
    })
}
