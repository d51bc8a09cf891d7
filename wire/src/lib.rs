//! The gRPC wire: the messages and services of `proto/skep/v1`, and their description for clients that ask for it. It knows no
//! catalog; only the room `grpc` knows it.

/// The messages and services.
pub mod v1 {
    tonic::include_proto!("skep.v1");
}

/// The description of all files, as reflection gives it: an encoded `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/skep.bin"));
