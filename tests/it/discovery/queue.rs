//! The queue of the object store's messages, from the message to the partition.

use super::fixture::World;
use crate::queue::sqs::{REGION, Sqs, created};
use crate::s3::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use skep::lake::{Queue, QueueSettings, S3Settings};
use skep::secret::Secret;
use skep::tasks::{DiscoveryQueue, Report, Task};
use skep::telemetry::Metrics;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

fn task(world: &World, server: &Sqs) -> DiscoveryQueue {
    let settings = QueueSettings {
        url: Some(server.url()),
        region: Some(REGION.to_owned()),
        wait_s: 0,
        ..QueueSettings::default()
    };
    let s3 = S3Settings {
        access_key_id: Some(Secret::new(ACCESS_KEY_ID)),
        secret_access_key: Some(Secret::new(SECRET_ACCESS_KEY)),
        ..S3Settings::default()
    };
    DiscoveryQueue {
        discovery: Arc::clone(world.discovery()),
        queue: Queue::open(&settings, &s3).unwrap().unwrap(),
        metrics: Arc::new(Metrics::new([])),
        shutdown: CancellationToken::new(),
    }
}

#[tokio::test]
async fn a_message_goes_only_after_its_partition_is_committed() {
    let world = World::quiet().await;
    let server = Sqs::start().await;
    world
        .table("t", &[("dt", "string")], &[("skep.discovery", "on")])
        .await;
    let task = task(&world, &server);
    for day in 1..=12 {
        let key = format!("t/dt={day:02}/part-0");
        world.s3.put("lake", &key, "x");
        server.send(created(&key.replace('=', "%3D"), 1));
    }
    server.send("{\"Event\": \"s3:TestEvent\"}");
    server.send(created("elsewhere/part-0", 1));
    world.s3.fail("ListObjectsV2", "dt=03", 0, 2, 503);
    let first = task.activate().await.unwrap();
    assert_eq!(
        first,
        Report {
            done: 13,
            failed: 1
        }
    );
    let names = world.names("t").await;
    assert!(!names.contains(&"dt=03".to_owned()), "{names:?}");
    server.redeliver();
    let second = task.activate().await.unwrap();
    assert_eq!(second, Report { done: 1, failed: 0 });
    server.redeliver();
    assert_eq!(task.activate().await.unwrap(), Report::default());
    assert_eq!(world.names("t").await.len(), 12);
    let text = task.metrics.to_text();
    assert!(
        text.contains("skep_discovery_partitions_total{change=\"added\"} 12"),
        "{text}"
    );
}
