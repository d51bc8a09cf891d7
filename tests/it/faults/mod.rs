//! What happens when things break: the process is killed, the database hangs or goes away.

mod crowded;
mod database_lost;
pub(crate) mod killed;
mod proxy;

pub(crate) use crowded::CrowdedServer;
pub(crate) use proxy::Proxy;
