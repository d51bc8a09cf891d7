//! A table in hours on the S3 server, which discovery registers.

use crate::client::{self, Client};
use crate::process::Process;
use crate::s3::S3Server;
use crate::sqs::{Sqs, created};
use anyhow::{Context, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// The table of this name in the directory of this name.
pub(crate) struct Table<'a> {
    pub(crate) skep: &'a Process,
    pub(crate) s3: &'a S3Server,
    pub(crate) name: &'static str,
}

impl Table<'_> {
    /// Makes the table, without sweeps of its own.
    pub(crate) async fn create(&self, interval: &str) -> Result<()> {
        let table = json!({
            "dbName": "default",
            "tableName": self.name,
            "tableType": "EXTERNAL_TABLE",
            "sd": {
                "cols": [{ "name": "line", "type": "string" }],
                "location": format!("s3://lake/{}", self.name),
                "inputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "serdeInfo": {
                    "serializationLib": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                },
            },
            "partitionKeys": [{ "name": "dt", "type": "string" }],
            "parameters": {
                "EXTERNAL": "TRUE",
                "skep.discovery": "on",
                "skep.discovery.layout": "{dt:%Y/%m/%d/%H}",
                "skep.discovery.interval": interval,
                "skep.discovery.window": "6h",
                "skep.discovery.sweep-interval": "off",
            },
        });
        self.ask("create_table", json!({ "tbl": table })).await?;
        Ok(())
    }

    /// The number of its partitions.
    pub(crate) async fn count(&self) -> Result<u64> {
        let asked = json!({ "db_name": "default", "tbl_name": self.name, "filter": "" });
        let count = self.ask("get_num_partitions_by_filter", asked).await?;
        count.as_u64().context("a number")
    }

    /// Writes an object for an hour that has none, tells the queue where there is one, and waits for its partition.
    pub(crate) async fn object_to_partition(
        &self,
        hours_ago: u32,
        queue: Option<&Sqs>,
    ) -> Result<Duration> {
        let path = hour_path(Timestamp::now() - SignedDuration::from_hours(i64::from(hours_ago)));
        let value = path.replace('/', "-");
        let key = format!("{}/{path}/part-0", self.name);
        let began = Instant::now();
        self.s3.put("lake", &key, "x");
        if let Some(queue) = queue {
            queue.send(created(&key, 1));
        }
        loop {
            let asked = json!({
                "db_name": "default", "tbl_name": self.name, "part_vals": [value], "max_parts": 1,
            });
            let names = self.ask("get_partition_names_ps", asked).await?;
            if names[0].as_str() == Some(&format!("dt={value}")) {
                return Ok(began.elapsed());
            }
            ensure!(began.elapsed() < PATIENCE, "{value} does not come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// One call on a thread of its own: the client blocks.
    async fn ask(&self, method: &'static str, arguments: Value) -> Result<Value> {
        let address = self.skep.thrift;
        let asked = tokio::task::spawn_blocking(move || -> Result<Value, client::Failure> {
            Client::connect(address)?.call(method, arguments)
        });
        asked
            .await?
            .map_err(|failure| anyhow::anyhow!("{method}: {failure}"))
    }
}

/// `2026/11/25/15` of a moment.
pub(crate) fn hour_path(hour: Timestamp) -> String {
    hour.strftime("%Y/%m/%d/%H").to_string()
}
