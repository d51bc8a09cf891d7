//! Every method there is, by its path.

use super::counted::{MessageBounds, counted, message_bytes_max};
use super::failure::Failure;
use super::health::Readiness;
use super::outcome::outcome;
use super::patience::patience;
use super::services::Services;
use super::{MESSAGE_BYTES_MAX, Shared};
use crate::front::Cut;
use crate::http::{Gate, gate};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::post_service;
use axum::{Router, middleware};
use prost::Message;
use prost_types::FileDescriptorSet;
use skep_wire::DESCRIPTION;
use skep_wire::v1::alert_service_server::AlertServiceServer;
use skep_wire::v1::catalog_service_server::CatalogServiceServer;
use skep_wire::v1::database_service_server::DatabaseServiceServer;
use skep_wire::v1::discovery_service_server::DiscoveryServiceServer;
use skep_wire::v1::event_service_server::EventServiceServer;
use skep_wire::v1::freshness_service_server::FreshnessServiceServer;
use skep_wire::v1::function_service_server::FunctionServiceServer;
use skep_wire::v1::job_service_server::JobServiceServer;
use skep_wire::v1::lock_service_server::LockServiceServer;
use skep_wire::v1::partition_service_server::PartitionServiceServer;
use skep_wire::v1::source_service_server::SourceServiceServer;
use skep_wire::v1::statistics_service_server::StatisticsServiceServer;
use skep_wire::v1::table_service_server::TableServiceServer;
use std::sync::Arc;
use tonic::Status;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::server::Builder;
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt};

/// The methods that are not of `skep.v1`.
const OTHERS: [&str; 4] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// All that is answered of gRPC and, to browsers, of gRPC-Web.
pub fn router(shared: Arc<Shared>) -> Router {
    let described = FileDescriptorSet::decode(DESCRIPTION).unwrap_or_default();
    let methods = methods(&described);
    let frame = Gate {
        shared: Arc::clone(&shared.port),
        patience,
        cut,
    };
    let named = methods.iter().filter_map(|path| path.split('/').nth(1));
    let readiness = Readiness {
        shared: Arc::clone(&shared),
        services: named.map(str::to_owned).collect(),
    };
    let bounds = MessageBounds {
        bytes_max: message_bytes_max(&shared.port.budget),
        patience: shared.port.limits.request_timeout,
    };
    let counting = middleware::from_fn_with_state(bounds, counted);
    let watching = middleware::from_fn_with_state(Arc::clone(&shared.port), outcome);
    let served = services(shared, readiness).layer(counting).layer(watching);
    let served = served.map_request(|request: Request<tonic::body::Body>| request.map(Body::new));
    let served = GrpcWebLayer::new().layer(served);
    let paths = methods.iter().map(String::as_str).chain(OTHERS);
    paths
        .fold(Router::new(), |router, path| {
            router.route(path, post_service(served.clone()))
        })
        .layer(middleware::from_fn_with_state(frame, gate))
}

fn cut(cut: Cut) -> Response {
    let status = Status::from(Failure::from(cut));
    status.into_http::<tonic::body::Body>().into_response()
}

/// The paths of the methods that files describe.
fn methods(described: &FileDescriptorSet) -> Vec<String> {
    let mut paths = Vec::new();
    for file in &described.file {
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                paths.push(path);
            }
        }
    }
    paths
}

fn services(shared: Arc<Shared>, readiness: Readiness) -> Router {
    let services = Arc::new(Services(shared));
    macro_rules! served {
        ($($server:ident),*) => {
            Routes::default()$(.add_service(
                $server::from_arc(Arc::clone(&services))
                    .max_decoding_message_size(MESSAGE_BYTES_MAX)
                    .send_compressed(Gzip),
            ))*
        };
    }
    let routes = served!(
        CatalogServiceServer,
        DatabaseServiceServer,
        AlertServiceServer,
        DiscoveryServiceServer,
        EventServiceServer,
        FreshnessServiceServer,
        FunctionServiceServer,
        JobServiceServer,
        LockServiceServer,
        PartitionServiceServer,
        SourceServiceServer,
        StatisticsServiceServer,
        TableServiceServer
    );
    let mut routes = routes.add_service(HealthServer::new(readiness));
    let reflection = || {
        Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTION)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // What the details of a status are.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    // They fail for a description that cannot be read, which is compiled in and tested.
    if let (Ok(v1), Ok(v1alpha)) = (reflection().build_v1(), reflection().build_v1alpha()) {
        routes = routes.add_service(v1).add_service(v1alpha);
    }
    routes.prepare().into_axum_router()
}
