//! The calendar of a table.

use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::{GetCalendarRequest, GetCalendarResponse};

/// The years that a calendar may have: a day more is a day of one still.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9998;

#[boxed]
pub(super) async fn get(
    asked: Asked,
    request: GetCalendarRequest,
) -> Result<GetCalendarResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let year = request.year.map(|year| {
        let year = i16::try_from(year).ok();
        year.filter(|year| YEARS.contains(year))
            .ok_or_else(|| Failure::field("year", "year must lie between 1 and 9998"))
    });
    let year = year.transpose()?;
    let found = asked.catalog().partition_calendar(&at, year).await?;
    Ok(to_wire::calendar(&found))
}
