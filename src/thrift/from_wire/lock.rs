//! Locks.

use super::name::database_of;
use crate::catalog::{LockFilter, LockSpec};
use crate::error::{Error, Result};
use crate::hive::partition_name;
use crate::model::{LockComponent, LockLevel, LockType, Name};
use hms::types;

/// What a client asks for. Everything about transactions but their number is ignored: there are none.
pub(in crate::thrift) fn spec(request: &types::LockRequest<'_>) -> Result<LockSpec> {
    Ok(LockSpec {
        components: request
            .component
            .iter()
            .map(component)
            .collect::<Result<_>>()?,
        transaction_id: request.txnid.unwrap_or(0),
        user: request.user.to_owned(),
        hostname: request.hostname.to_owned(),
        agent_info: Some(
            request
                .agent_info
                .unwrap_or(types::LockRequest::AGENT_INFO_DEFAULT)
                .to_owned(),
        ),
    })
}

fn component(wire: &types::LockComponent<'_>) -> Result<LockComponent> {
    let at = database_of(wire)?;
    Ok(LockComponent {
        lock_type: lock_type(wire.r#type)?,
        level: level(wire.level)?,
        catalog: at.catalog,
        database: at.database,
        table: wire.tablename.map(Name::new),
        partition: wire.partitionname.map(partition),
        operation_type: wire.operation_type.map(|kind| kind.0),
    })
}

/// Which locks a listing shows. An empty text restricts nothing, as in Hive.
pub(in crate::thrift) fn filter(request: &types::ShowLocksRequest<'_>) -> Result<LockFilter> {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let at = given(request.dbname)
        .map(|_| database_of(request))
        .transpose()?;
    Ok(LockFilter {
        catalog: at.as_ref().map(|at| at.catalog.clone()),
        database: at.map(|at| at.database),
        table: given(request.tablename).as_deref().map(Name::new),
        partition: given(request.partname).as_deref().map(partition),
        transaction_id: request.txnid.filter(|id| *id != 0),
    })
}

/// Two spellings of one partition must meet: keys are compared without case.
fn partition(name: &str) -> String {
    let (keys, values): (Vec<String>, Vec<String>) =
        partition_name::spec_of_name(name).into_iter().unzip();
    partition_name::make_name(&keys, &values).unwrap_or_else(|_| name.to_owned())
}

fn lock_type(wire: types::LockType) -> Result<LockType> {
    match wire {
        types::LockType::SHARED_READ => Ok(LockType::SharedRead),
        types::LockType::SHARED_WRITE => Ok(LockType::SharedWrite),
        types::LockType::EXCLUSIVE => Ok(LockType::Exclusive),
        types::LockType::EXCL_WRITE => Ok(LockType::ExclusiveWrite),
        types::LockType(other) => Err(Error::Invalid(format!("{other} is no type of lock"))),
    }
}

fn level(wire: types::LockLevel) -> Result<LockLevel> {
    match wire {
        types::LockLevel::DB => Ok(LockLevel::Database),
        types::LockLevel::TABLE => Ok(LockLevel::Table),
        types::LockLevel::PARTITION => Ok(LockLevel::Partition),
        types::LockLevel(other) => Err(Error::Invalid(format!("{other} is no level of a lock"))),
    }
}
