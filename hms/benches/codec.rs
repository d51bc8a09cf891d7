//! How fast the codec is on the reply that matters most: `get_partitions` of 10,000 partitions with
//! 50 columns each. Prints GB of wire a second, the best of some runs; it checks nothing.
#![expect(clippy::print_stdout, reason = "the figures are for people")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hms::{
    Decode, Encode, Limits, MessageHeader, MessageKind, Protocol, Scanner, WireType, Writer, args,
    protocol::{BinaryReader, BinaryWriter, CompactReader, CompactWriter},
    replies,
    types::{FieldSchema, Partition, SerDeInfo, StorageDescriptor},
};

const PARTITIONS: usize = 10_000;
const COLUMNS: usize = 50;
const RUNS: usize = 15;

fn main() {
    let names: Vec<String> = (0..COLUMNS)
        .map(|index| format!("column_{index}"))
        .collect();
    let values: Vec<String> = (0..PARTITIONS)
        .map(|index| format!("2024-{index:05}"))
        .collect();
    let locations: Vec<String> = values
        .iter()
        .map(|value| format!("s3a://lake/sales/orders/ds={value}"))
        .collect();
    let descriptor = descriptor(&names);
    let rows: Vec<Partition<'_>> = values
        .iter()
        .zip(&locations)
        .map(|(value, location)| partition(value, location, &descriptor))
        .collect();
    let reply = replies::GetPartitions {
        success: Some(rows),
        ..Default::default()
    };
    for protocol in [Protocol::Binary, Protocol::Compact] {
        one_protocol(protocol, &reply, &descriptor);
    }
}

fn one_protocol(
    protocol: Protocol,
    reply: &replies::GetPartitions<'_>,
    descriptor: &StorageDescriptor<'_>,
) {
    let mut bytes = Vec::new();
    protocol.encode(reply, &mut bytes);
    let size = bytes.len();
    println!("{protocol:?}: a reply of {size} bytes");

    let mut out = Vec::with_capacity(size);
    report("encode from structs", size, || {
        out.clear();
        protocol.encode(black_box(reply), &mut out);
    });
    let rows = reply.success.as_deref().unwrap_or_default();
    let mut fragment = Vec::new();
    report("encode with shared fragments", size, || match protocol {
        Protocol::Binary => {
            let mut writer = BinaryWriter::with_buffer(std::mem::take(&mut fragment));
            stream(&mut writer, rows, descriptor);
            fragment = emptied(writer.into_bytes(), &bytes);
        }
        Protocol::Compact => {
            let mut writer = CompactWriter::with_buffer(std::mem::take(&mut fragment));
            stream(&mut writer, rows, descriptor);
            fragment = emptied(writer.into_bytes(), &bytes);
        }
    });
    report("decode", size, || match protocol {
        Protocol::Binary => {
            let read = replies::GetPartitions::decode(&mut BinaryReader::new(black_box(&bytes)));
            black_box(read.is_ok());
        }
        Protocol::Compact => {
            let read = replies::GetPartitions::decode(&mut CompactReader::new(black_box(&bytes)));
            black_box(read.is_ok());
        }
    });
    let call = args::AddPartitions {
        new_parts: reply.success.clone(),
    };
    let header = MessageHeader {
        name: "add_partitions",
        kind: MessageKind::Call,
        seq: 1,
    };
    let mut message = Vec::new();
    protocol.encode_message(header, &call, &mut message);
    report("scan add_partitions", message.len(), || {
        let mut scanner = Scanner::new(protocol, Limits::default());
        black_box(scanner.scan(black_box(&message)).is_ok());
    });
}

/// Keeps the room of a buffer and makes sure that it held the whole reply.
fn emptied(mut written: Vec<u8>, expected: &[u8]) -> Vec<u8> {
    assert_eq!(
        written.len(),
        expected.len(),
        "the fragments make up the same reply"
    );
    written.clear();
    written
}

fn report(what: &str, size: usize, mut work: impl FnMut()) {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits are printed")]
    let rate = size as f64 / best.as_secs_f64() / 1e9;
    println!(
        "  {what:<30} {:>9.3} ms {rate:>6.2} GB/s",
        best.as_secs_f64() * 1e3
    );
}

/// Writes the reply as a server does: what all rows share is encoded once and copied.
fn stream<W: Writer + Default>(
    writer: &mut W,
    rows: &[Partition<'_>],
    descriptor: &StorageDescriptor<'_>,
) {
    let columns = StorageDescriptor {
        cols: descriptor.cols.clone(),
        ..Default::default()
    };
    let columns = W::fragment_of(0, &columns);
    let tail = StorageDescriptor {
        cols: None,
        location: None,
        ..descriptor.clone()
    };
    let tail = W::fragment_of(2, &tail);

    let reply = writer.struct_begin();
    writer.field(0, WireType::List);
    writer.list_begin(WireType::Struct, rows.len());
    for row in rows {
        let partition = writer.struct_begin();
        writer.field(1, WireType::List);
        if let Some(values) = &row.values {
            values.encode(writer);
        }
        writer.field(2, WireType::String);
        writer.string(row.db_name.unwrap_or_default());
        writer.field(3, WireType::String);
        writer.string(row.table_name.unwrap_or_default());
        writer.field(4, WireType::I32);
        writer.i32(row.create_time.unwrap_or_default());
        writer.field(5, WireType::I32);
        writer.i32(row.last_access_time.unwrap_or_default());
        writer.field(6, WireType::Struct);
        let inner = writer.struct_begin();
        writer.fragment(&columns);
        writer.field(2, WireType::String);
        let location = row.sd.as_ref().and_then(|sd| sd.location);
        writer.string(location.unwrap_or_default());
        writer.fragment(&tail);
        writer.struct_end(inner);
        writer.field(7, WireType::Map);
        if let Some(parameters) = &row.parameters {
            parameters.encode(writer);
        }
        writer.struct_end(partition);
    }
    writer.struct_end(reply);
}

fn descriptor(names: &[String]) -> StorageDescriptor<'_> {
    let columns = names.iter().map(|name| FieldSchema {
        name: Some(name),
        r#type: Some("decimal(18,2)"),
        comment: Some("from deserializer"),
    });
    StorageDescriptor {
        cols: Some(columns.collect()),
        input_format: Some("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"),
        output_format: Some("org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"),
        compressed: Some(false),
        num_buckets: Some(-1),
        serde_info: Some(Box::new(SerDeInfo {
            name: Some("orders"),
            serialization_lib: Some("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
            parameters: Some(vec![("serialization.format", "1")]),
            ..Default::default()
        })),
        bucket_cols: Some(Vec::new()),
        sort_cols: Some(Vec::new()),
        parameters: Some(Vec::new()),
        ..Default::default()
    }
}

fn partition<'a>(
    value: &'a str,
    location: &'a str,
    descriptor: &StorageDescriptor<'a>,
) -> Partition<'a> {
    Partition {
        values: Some(vec![value]),
        db_name: Some("sales"),
        table_name: Some("orders"),
        create_time: Some(1_700_000_000),
        last_access_time: Some(0),
        sd: Some(Box::new(StorageDescriptor {
            location: Some(location),
            ..descriptor.clone()
        })),
        parameters: Some(vec![
            ("numFiles", "4"),
            ("numRows", "1000000"),
            ("totalSize", "123456789"),
            ("transient_lastDdlTime", "1700000000"),
        ]),
        ..Default::default()
    }
}
