//! Where versions of Hive gave one id two meanings: each older form is read as what it was.

use hms::{Decode, ExceptionKind, Protocol, WireType, args, replies, types};

use crate::value::Value;

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

/// Checks a struct of these fields under both protocols.
fn check<T: for<'a> Checked<'a>>(fields: &[(i16, Value)], check: fn(<T as Checked<'_>>::Read)) {
    for protocol in PROTOCOLS {
        let bytes = Value::Struct(fields.to_vec()).encode(protocol);
        check(protocol.decode(&bytes).expect("the older form is readable"));
    }
}

/// Names a borrowing type without its lifetime.
trait Checked<'a> {
    type Read: Decode<'a>;
}

macro_rules! checked {
    ($($marker:ident => $path:ident),*) => {$(
        struct $marker;
        impl<'a> Checked<'a> for $marker {
            type Read = types::$path<'a>;
        }
    )*};
}

checked!(
    Table => Table,
    Insert => InsertEventRequestData,
    Dynamic => AddDynamicPartitions,
    CreateDatabase => CreateDatabaseRequest,
    OpenTxns => GetOpenTxnsResponse,
    LongStats => LongColumnStatsData,
    Locks => ShowLocksResponseElement
);

#[test]
fn table_16_is_the_catalog_name_of_2_3_10() {
    check::<Table>(
        &[(1, Value::text("t")), (16, Value::text("hive"))],
        |table| {
            assert_eq!(table.cat_name, Some("hive"));
            assert_eq!(table.creation_metadata, None);
        },
    );
    let metadata = Value::Struct(vec![
        (1, Value::text("hive")),
        (2, Value::text("db")),
        (3, Value::text("mv")),
        (4, Value::Set(WireType::String, Vec::new())),
    ]);
    check::<Table>(&[(16, metadata), (17, Value::text("spark"))], |table| {
        assert_eq!(table.cat_name, Some("spark"));
        assert_eq!(table.creation_metadata.map(|it| it.tbl_name), Some("mv"));
    });
}

#[test]
fn insert_event_of_2_3_stands_one_id_lower() {
    let old = [(1, Value::texts(&["f1"])), (2, Value::texts(&["sum1"]))];
    check::<Insert>(&old, |insert| {
        assert_eq!(insert.files_added, ["f1"]);
        assert_eq!(insert.files_added_checksum, Some(vec!["sum1"]));
        assert_eq!(insert.replace, None);
    });
    let new = [
        (1, Value::Bool(true)),
        (2, Value::texts(&["f1"])),
        (3, Value::texts(&["sum1"])),
    ];
    check::<Insert>(&new, |insert| {
        assert_eq!(insert.files_added, ["f1"]);
        assert_eq!(insert.files_added_checksum, Some(vec!["sum1"]));
        assert_eq!(insert.replace, Some(true));
    });
    let without_replace = [(2, Value::texts(&["f1"]))];
    check::<Insert>(&without_replace, |insert| {
        assert_eq!(insert.files_added, ["f1"]);
    });
    let of_cdh = [(1, Value::texts(&["f1"])), (2, Value::Bool(true))];
    check::<Insert>(&of_cdh, |insert| {
        assert_eq!(insert.files_added, ["f1"]);
        assert_eq!(insert.replace, Some(true));
    });
}

#[test]
fn add_dynamic_partitions_of_2_3_stands_one_id_lower() {
    let expected = |dynamic: &types::AddDynamicPartitions| {
        assert_eq!(
            (dynamic.txnid, dynamic.dbname, dynamic.tablename),
            (5, "db", "t")
        );
        assert_eq!(dynamic.partitionnames, ["p=1"]);
        assert_eq!(
            dynamic.operation_type,
            Some(types::DataOperationType::INSERT)
        );
    };
    let old = [
        (1, Value::I64(5)),
        (2, Value::text("db")),
        (3, Value::text("t")),
        (4, Value::texts(&["p=1"])),
        (5, Value::I32(2)),
    ];
    let new = [
        (1, Value::I64(5)),
        (2, Value::I64(9)),
        (3, Value::text("db")),
        (4, Value::text("t")),
        (5, Value::texts(&["p=1"])),
        (6, Value::I32(2)),
    ];
    for protocol in PROTOCOLS {
        let bytes = Value::Struct(old.to_vec()).encode(protocol);
        let dynamic = protocol.decode(&bytes).expect("the form of 2.3");
        expected(&dynamic);
        assert_eq!(dynamic.writeid, None);
        let bytes = Value::Struct(new.to_vec()).encode(protocol);
        let dynamic = protocol.decode(&bytes).expect("the form of 3.1");
        expected(&dynamic);
        assert_eq!(dynamic.writeid, Some(9));
    }
    check::<Dynamic>(&old, |dynamic| assert_eq!(dynamic.writeid, None));
}

#[test]
fn open_txns_are_read_as_set_and_as_list() {
    let ids = vec![Value::I64(3), Value::I64(4)];
    for open in [
        Value::Set(WireType::I64, ids.clone()),
        Value::List(WireType::I64, ids),
    ] {
        check::<OpenTxns>(&[(1, Value::I64(9)), (2, open)], |open| {
            assert_eq!(open.open_txns, [3, 4]);
            assert_eq!(open.aborted_bits, None);
        });
    }
}

#[test]
fn database_type_of_4_0_0_is_text() {
    let old = [(1, Value::text("db")), (11, Value::text("REMOTE"))];
    check::<CreateDatabase>(&old, |request| {
        assert_eq!(request.r#type, None);
        assert_eq!(request.type_older, Some("REMOTE"));
    });
    let new = [(1, Value::text("db")), (11, Value::I32(2))];
    check::<CreateDatabase>(&new, |request| {
        assert_eq!(request.r#type, Some(types::DatabaseType::REMOTE));
    });
}

#[test]
fn bit_vectors_are_bytes() {
    let fields = [
        (3, Value::I64(0)),
        (4, Value::I64(7)),
        (5, Value::Binary(vec![0xff, 0xfe])),
    ];
    check::<LongStats>(&fields, |stats| {
        assert_eq!(stats.bit_vectors, Some(&[0xff, 0xfe][..]));
    });
}

#[test]
fn a_lock_without_a_catalog_is_readable() {
    let fields = [
        (1, Value::I64(1)),
        (2, Value::text("db")),
        (5, Value::I32(1)),
        (6, Value::I32(1)),
        (8, Value::I64(0)),
        (10, Value::text("u")),
        (11, Value::text("h")),
    ];
    check::<Locks>(&fields, |lock| assert_eq!(lock.catname, None));
}

#[test]
fn get_partition_names_1_was_meta_exception() {
    let info = hms::method("get_partition_names").expect("it is in the IDL");
    assert_eq!(
        info.exceptions[0].kind,
        ExceptionKind::NoSuchObjectException
    );
    assert_eq!(info.exceptions[0].older, Some(ExceptionKind::MetaException));
    assert_eq!(info.exceptions[1].since, "3.1");
    let exception = Value::Struct(vec![(1, Value::text("no"))]);
    let bytes = Value::Struct(vec![(1, exception)]).encode(Protocol::Binary);
    let reply: replies::GetPartitionNames = Protocol::Binary.decode(&bytes).expect("a reply");
    assert_eq!(reply.o1.and_then(|it| it.message), Some("no"));
}

#[test]
fn exceptions_without_a_number_are_minus_one() {
    let info = hms::method("create_ischema").expect("it is in the IDL");
    let throw = info.exceptions.iter().find(|it| it.id == 2).expect("o2");
    assert_eq!(
        (throw.kind, throw.old_id),
        (ExceptionKind::NoSuchObjectException, Some(-1))
    );
    let exception = Value::Struct(vec![(1, Value::text("no"))]);
    for protocol in PROTOCOLS {
        let bytes = Value::Struct(vec![(-1, exception.clone())]).encode(protocol);
        let reply: replies::CreateIschema = protocol.decode(&bytes).expect("a reply of 3.1");
        assert_eq!(reply.o2.and_then(|it| it.message), Some("no"));
    }
}

#[test]
fn exceptions_that_old_clients_do_not_know_say_since_when() {
    let info = hms::method("get_partitions_by_names").expect("it is in the IDL");
    assert_eq!(info.exceptions[2].since, "4.0.0");
    let info = hms::method("get_table_objects_by_name").expect("it is in the IDL");
    assert!(info.exceptions.iter().all(|it| it.since == "2.3.10"));
    assert_eq!(info.until, Some("4.0.0"));
}

#[test]
fn arguments_without_a_number_are_negative() {
    let fields = vec![
        (1, Value::text("pg")),
        (-1, Value::Bool(true)),
        (-2, Value::Bool(false)),
    ];
    for protocol in PROTOCOLS {
        let bytes = Value::Struct(fields.clone()).encode(protocol);
        let args: args::DropDataconnector = protocol.decode(&bytes).expect("the form of PyIceberg");
        assert_eq!(args.name, Some("pg"));
        assert_eq!(
            (args.if_not_exists, args.check_references),
            (Some(true), Some(false))
        );
    }
}

#[test]
fn replies_that_were_void_are_readable_without_a_result() {
    for protocol in PROTOCOLS {
        let reply: replies::DropTableReq = protocol.decode(&[0]).expect("a void reply");
        assert_eq!(reply, replies::DropTableReq::default());
    }
    assert!(
        !hms::method("drop_table_req")
            .expect("it is in the IDL")
            .returns_void
    );
}

#[test]
fn arguments_that_old_clients_omit_are_absent() {
    for protocol in PROTOCOLS {
        let args: args::CreateTableWithEnvironmentContext =
            protocol.decode(&[0]).expect("no argument is required");
        assert_eq!(args.environment_context, None);
    }
}

#[test]
fn max_parts_of_another_width_is_passed_over() {
    let fields = vec![(1, Value::text("db")), (3, Value::I32(2))];
    for protocol in PROTOCOLS {
        let bytes = Value::Struct(fields.clone()).encode(protocol);
        let args: args::GetPartitions = protocol.decode(&bytes).expect("a 32-bit max_parts");
        assert_eq!((args.db_name, args.max_parts), (Some("db"), None));
    }
}
