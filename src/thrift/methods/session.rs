//! What belongs to the connection: who the client is, and which settings it asks for or sets.

use crate::error::Error;
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::required;
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use hms::{args, replies};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    set_ugi,
    get_config_value,
    setMetaConf => set_meta_conf,
    getMetaConf => get_meta_conf,
    flushCache => flush_cache,
];

/// The keys that a connection may set (Hive 3 and later). `setMetaConf` of others is refused.
const SESSION_KEYS: [&str; 6] = [
    "try.direct.sql",
    "partition.name.whitelist.pattern",
    "client.capability.check",
    "disallow.incompatible.col.type.changes",
    "expression.proxy",
    "client.socket.timeout",
];

async fn set_ugi(call: Call<'_>) -> Answer {
    let args: args::SetUgi<'_> = call.arguments()?;
    let user = required(args.user_name, "user_name")?;
    let groups = strings(args.group_names.as_deref());
    call.conversation
        .introduce(&call.shared.authenticator, user, &groups)?;
    let names = groups.iter().map(String::as_str).collect();
    call.reply(&replies::SetUgi {
        success: Some(names),
        ..Default::default()
    })
}

async fn get_config_value(call: Call<'_>) -> Answer {
    let args: args::GetConfigValue<'_> = call.arguments()?;
    let Some(key) = args.name else {
        return call.reply(&replies::GetConfigValue {
            success: args.default_value,
            ..Default::default()
        });
    };
    let value = call.catalog().config_value(key).await?;
    call.reply(&replies::GetConfigValue {
        success: value.as_deref().or(args.default_value),
        ..Default::default()
    })
}

async fn set_meta_conf(call: Call<'_>) -> Answer {
    let args: args::SetMetaConf<'_> = call.arguments()?;
    let key = session_key(required(args.key, "key")?)?;
    call.conversation
        .configure(key, required(args.value, "value")?)?;
    call.reply(&replies::SetMetaConf::default())
}

async fn get_meta_conf(call: Call<'_>) -> Answer {
    let args: args::GetMetaConf<'_> = call.arguments()?;
    let key = session_key(required(args.key, "key")?)?;
    let value = match call.conversation.configured(key) {
        Some(value) => value,
        None => call
            .catalog()
            .config_value(&format!("metastore.{key}"))
            .await?
            .unwrap_or_default(),
    };
    call.reply(&replies::GetMetaConf {
        success: Some(&value),
        ..Default::default()
    })
}

/// The key without its family, where a connection may set it.
fn session_key(key: &str) -> Result<&str, Error> {
    let name = key
        .trim_start_matches("hive.")
        .trim_start_matches("metastore.");
    if SESSION_KEYS.contains(&name) {
        return Ok(name);
    }
    Err(Error::Invalid(format!("Invalid configuration key {key}")))
}

/// Nothing is cached between a client and the database that a flush could make newer.
async fn flush_cache(call: Call<'_>) -> Answer {
    call.reply(&replies::FlushCache::default())
}
