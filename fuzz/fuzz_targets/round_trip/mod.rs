//! Decodes noise as the richest types; what is taken must be written and read back equal. Bytes are compared, not
//! values: a double may be no number and is then unequal to itself.

use hms::{Protocol, args, types};

/// One type. A macro, because the two messages live for different times.
macro_rules! survives {
    ($protocol:ident, $bytes:ident, $($kind:ty),* $(,)?) => {$(
        if let Ok(value) = $protocol.decode::<$kind>($bytes) {
            let mut first = Vec::new();
            $protocol.encode(&value, &mut first);
            let value = $protocol.decode::<$kind>(&first).expect("what was written can be read");
            let mut second = Vec::new();
            $protocol.encode(&value, &mut second);
            assert_eq!(first, second);
        }
    )*};
}

/// Decodes the bytes in every way.
pub(crate) fn round_trip(protocol: Protocol, bytes: &[u8]) {
    let _ = protocol.read_header(bytes);
    survives!(
        protocol,
        bytes,
        types::Table,
        types::Partition,
        types::ColumnStatistics,
        types::AddDynamicPartitions,
        types::InsertEventRequestData,
        args::CreateTableWithConstraints,
        args::AddPartitionsReq,
        args::Lock,
    );
}
