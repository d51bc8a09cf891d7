//! The stored form of the objects of an event.
//!
//! JSON, compressed when it is large: an event of 10,000 partitions says much the same 10,000 times.
//! Fields may be added with a default, never renamed.

use crate::model::{EventBody, NewEvent, StorageDescriptor, Table};
use crate::store::form::object::{
    DatabaseForm, Descriptors, FunctionForm, PartitionForm, TableForm, borrowed, owned,
};
use crate::store::form::zlib::{deflate, inflate};
use crate::store::sql::failure::Failure;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Bodies above this are compressed. A zlib stream never begins with the `{` of JSON.
const PLAIN_BYTES_MAX: usize = 8 * 1024;

/// Bytes of a body at most, inflated: several times the largest message that a client may send.
const BODY_BYTES_MAX: u64 = 1024 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(tag = "body", rename_all = "snake_case")]
pub(in crate::store) enum EventForm<'a> {
    Database {
        database: DatabaseForm<'a>,
    },
    DatabaseChange {
        before: DatabaseForm<'a>,
        after: DatabaseForm<'a>,
    },
    Table {
        table: TableForm<'a>,
    },
    TableChange {
        before: TableForm<'a>,
        after: TableForm<'a>,
        is_truncate: bool,
    },
    Partitions {
        table: TableForm<'a>,
        partitions: Vec<PartitionForm<'a>>,
    },
    PartitionChange {
        table: TableForm<'a>,
        before: PartitionForm<'a>,
        after: PartitionForm<'a>,
    },
    /// Several changes of one moment, an event each, with the table once.
    PartitionChanges {
        table: TableForm<'a>,
        changes: Vec<(PartitionForm<'a>, PartitionForm<'a>)>,
    },
    Insert {
        table: TableForm<'a>,
        partition: Option<PartitionForm<'a>>,
        replace: bool,
        files: Cow<'a, [String]>,
    },
    Function {
        function: FunctionForm<'a>,
    },
    Statistics {
        partition: Option<Cow<'a, str>>,
        columns: Cow<'a, [String]>,
    },
}

/// The descriptors of an event's objects, in the order that [`body_form`] takes their numbers.
pub(in crate::store) fn descriptors_of(body: &EventBody) -> Vec<&Arc<StorageDescriptor>> {
    match body {
        EventBody::Database(_)
        | EventBody::DatabaseChange { .. }
        | EventBody::Function(_)
        | EventBody::Statistics { .. } => Vec::new(),
        EventBody::Table(table) => vec![&table.descriptor],
        EventBody::TableChange { before, after, .. } => vec![&before.descriptor, &after.descriptor],
        EventBody::Partitions { table, partitions } => {
            let own = partitions.iter().map(|partition| &partition.descriptor);
            std::iter::once(&table.descriptor).chain(own).collect()
        }
        EventBody::PartitionChange {
            table,
            before,
            after,
        } => {
            vec![&table.descriptor, &before.descriptor, &after.descriptor]
        }
        EventBody::Insert {
            table, partition, ..
        } => {
            let own = partition.iter().map(|partition| &partition.descriptor);
            std::iter::once(&table.descriptor).chain(own).collect()
        }
    }
}

/// The descriptors of events that change partitions of one table, in the order that [`changes_form`] takes their
/// numbers.
pub(in crate::store) fn descriptors_of_changes<'a>(
    table: &'a Table,
    events: &'a [NewEvent],
) -> Vec<&'a Arc<StorageDescriptor>> {
    let own = events.iter().filter_map(|event| match &event.body {
        EventBody::PartitionChange { before, after, .. } => {
            Some([&before.descriptor, &after.descriptor])
        }
        _ => None,
    });
    std::iter::once(&table.descriptor)
        .chain(own.flatten())
        .collect()
}

/// The form of events that change partitions of one table; `ids` are the numbers of [`descriptors_of_changes`].
pub(in crate::store) fn changes_form<'a>(
    table: &'a Table,
    events: &'a [NewEvent],
    ids: &[i64],
) -> Result<EventForm<'a>, Failure> {
    let mut ids = ids.iter().copied();
    let mut next = || {
        ids.next()
            .ok_or_else(|| Failure::fault("events have more descriptors than numbers"))
    };
    let table = TableForm::new(table, next()?);
    let mut changes = Vec::with_capacity(events.len());
    for event in events {
        if let EventBody::PartitionChange { before, after, .. } = &event.body {
            let before = PartitionForm::new(before, next()?);
            changes.push((before, PartitionForm::new(after, next()?)));
        }
    }
    Ok(EventForm::PartitionChanges { table, changes })
}

/// The form of an event's objects; `ids` are the numbers of [`descriptors_of`].
pub(in crate::store) fn body_form<'a>(
    body: &'a EventBody,
    ids: &[i64],
) -> Result<EventForm<'a>, Failure> {
    let mut ids = ids.iter().copied();
    let mut next = || {
        ids.next()
            .ok_or_else(|| Failure::fault("an event has more descriptors than numbers"))
    };
    Ok(match body {
        EventBody::Database(database) => EventForm::Database {
            database: DatabaseForm::new(database),
        },
        EventBody::DatabaseChange { before, after } => EventForm::DatabaseChange {
            before: DatabaseForm::new(before),
            after: DatabaseForm::new(after),
        },
        EventBody::Table(table) => EventForm::Table {
            table: TableForm::new(table, next()?),
        },
        EventBody::TableChange {
            before,
            after,
            is_truncate,
        } => EventForm::TableChange {
            before: TableForm::new(before, next()?),
            after: TableForm::new(after, next()?),
            is_truncate: *is_truncate,
        },
        EventBody::Partitions { table, partitions } => {
            let table = TableForm::new(table, next()?);
            let forms = partitions
                .iter()
                .map(|one| Ok(PartitionForm::new(one, next()?)));
            EventForm::Partitions {
                table,
                partitions: forms.collect::<Result<_, Failure>>()?,
            }
        }
        EventBody::PartitionChange {
            table,
            before,
            after,
        } => EventForm::PartitionChange {
            table: TableForm::new(table, next()?),
            before: PartitionForm::new(before, next()?),
            after: PartitionForm::new(after, next()?),
        },
        EventBody::Insert {
            table,
            partition,
            replace,
            files,
        } => {
            let table = TableForm::new(table, next()?);
            let partition = match partition {
                Some(partition) => Some(PartitionForm::new(partition, next()?)),
                None => None,
            };
            EventForm::Insert {
                table,
                partition,
                replace: *replace,
                files: Cow::Borrowed(files),
            }
        }
        EventBody::Function(function) => EventForm::Function {
            function: FunctionForm::new(function),
        },
        EventBody::Statistics { partition, columns } => EventForm::Statistics {
            partition: borrowed(partition.as_ref()),
            columns: Cow::Borrowed(columns),
        },
    })
}

impl EventForm<'_> {
    /// Adds the numbers of the descriptors that the objects name.
    pub(in crate::store) fn descriptor_ids(&self, ids: &mut Vec<i64>) {
        match self {
            Self::Database { .. }
            | Self::DatabaseChange { .. }
            | Self::Function { .. }
            | Self::Statistics { .. } => {}
            Self::Table { table } => ids.push(table.descriptor),
            Self::TableChange { before, after, .. } => {
                ids.extend([before.descriptor, after.descriptor]);
            }
            Self::Partitions { table, partitions } => {
                ids.push(table.descriptor);
                ids.extend(partitions.iter().map(|partition| partition.descriptor));
            }
            Self::PartitionChange {
                table,
                before,
                after,
            } => {
                ids.extend([table.descriptor, before.descriptor, after.descriptor]);
            }
            Self::PartitionChanges { table, changes } => {
                ids.push(table.descriptor);
                let own = changes.iter();
                ids.extend(own.flat_map(|(before, after)| [before.descriptor, after.descriptor]));
            }
            Self::Insert {
                table, partition, ..
            } => {
                ids.push(table.descriptor);
                ids.extend(partition.iter().map(|partition| partition.descriptor));
            }
        }
    }

    /// The objects of each of the row's events: one, but for several changes.
    pub(in crate::store) fn into_bodies(
        self,
        descriptors: &Descriptors,
    ) -> Result<Vec<EventBody>, Failure> {
        let Self::PartitionChanges { table, changes } = self else {
            return Ok(vec![self.into_body(descriptors)?]);
        };
        let table: Arc<Table> = table.into_table(descriptors)?.into();
        let bodies = changes.into_iter().map(|(before, after)| {
            Ok(EventBody::PartitionChange {
                table: Arc::clone(&table),
                before: Box::new(before.into_partition(descriptors)?),
                after: Box::new(after.into_partition(descriptors)?),
            })
        });
        bodies.collect()
    }

    /// The objects of a form that holds one event.
    pub(in crate::store) fn into_body(
        self,
        descriptors: &Descriptors,
    ) -> Result<EventBody, Failure> {
        Ok(match self {
            Self::PartitionChanges { .. } => {
                return Err(Failure::fault("several changes are no single event"));
            }
            Self::Database { database } => EventBody::Database(database.into_database()?),
            Self::DatabaseChange { before, after } => EventBody::DatabaseChange {
                before: before.into_database()?,
                after: after.into_database()?,
            },
            Self::Table { table } => EventBody::Table(table.into_table(descriptors)?),
            Self::TableChange {
                before,
                after,
                is_truncate,
            } => EventBody::TableChange {
                before: before.into_table(descriptors)?,
                after: after.into_table(descriptors)?,
                is_truncate,
            },
            Self::Partitions { table, partitions } => {
                let own = partitions
                    .into_iter()
                    .map(|one| one.into_partition(descriptors));
                EventBody::Partitions {
                    table: table.into_table(descriptors)?.into(),
                    partitions: own.collect::<Result<_, Failure>>()?,
                }
            }
            Self::PartitionChange {
                table,
                before,
                after,
            } => EventBody::PartitionChange {
                table: table.into_table(descriptors)?.into(),
                before: Box::new(before.into_partition(descriptors)?),
                after: Box::new(after.into_partition(descriptors)?),
            },
            Self::Insert {
                table,
                partition,
                replace,
                files,
            } => EventBody::Insert {
                table: table.into_table(descriptors)?.into(),
                partition: partition
                    .map(|one| one.into_partition(descriptors).map(Box::new))
                    .transpose()?,
                replace,
                files: files.into_owned(),
            },
            Self::Function { function } => EventBody::Function(function.into_function()),
            Self::Statistics { partition, columns } => EventBody::Statistics {
                partition: owned(partition),
                columns: columns.into_owned(),
            },
        })
    }
}

/// The bytes of a row.
pub(in crate::store) fn body_bytes(form: &EventForm<'_>) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(form).map_err(Failure::fault)?;
    if plain.len() <= PLAIN_BYTES_MAX {
        return Ok(plain);
    }
    deflate(&plain)
}

/// Reads [`body_bytes`].
pub(in crate::store) fn body_of(bytes: &[u8]) -> Result<EventForm<'static>, Failure> {
    body_measured(bytes).map(|(form, _)| form)
}

/// The same, with the bytes that it has when it is not compressed.
pub(in crate::store) fn body_measured(
    bytes: &[u8],
) -> Result<(EventForm<'static>, usize), Failure> {
    let inflated;
    let plain = if bytes.first() == Some(&b'{') {
        bytes
    } else {
        inflated = inflate(bytes, BODY_BYTES_MAX)?;
        &inflated
    };
    let form = serde_json::from_slice(plain).map_err(Failure::fault)?;
    Ok((form, plain.len()))
}
