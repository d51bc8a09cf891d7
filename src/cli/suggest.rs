//! What a name that does not exist was meant to be. Only after a server has said that there is none, one page of its names is
//! asked for, and the nearest of them is told.

use super::client::{Client, PAGE_SIZE};
use super::failure::ClientError;
use super::hint;
use crate::rest::view::alert::ChannelListView;
use crate::rest::view::database::DatabaseListView;
use crate::rest::view::problem::SubjectView;
use crate::rest::view::source::SourceListView;
use crate::rest::view::table::TableListView;

/// What lists the databases.
const DATABASES: &str = "skep database list";

/// How like another a name must be to be meant, from 0 to 1.
const LIKENESS_MIN: f64 = 0.6;

/// The failure, with the name that was meant where there is one that resembles it.
pub(super) async fn suggested(client: &Client, failure: ClientError) -> ClientError {
    let ClientError::Refused(problem, None) = failure else {
        return failure;
    };
    let missing = problem.subject.clone();
    let missing = missing.filter(|_| problem.slug() == "not-found");
    let hint = match missing {
        Some(missing) => meant(client, &missing).await,
        None => hint::hint(&problem),
    };
    ClientError::Refused(problem, hint)
}

/// Which command lists what has numbers and no names.
fn listing(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "change" => "skep schema log",
        "alert" => "skep alerts list",
        "mute" => "skep alerts mutes",
        "job" => "skep job list",
        _ => return None,
    })
}

/// Where nothing resembles it, or the server does not answer any more, nothing is told.
async fn meant(client: &Client, missing: &SubjectView) -> Option<String> {
    if let Some(look) = listing(&missing.kind) {
        return Some(format!("{look} shows which there are"));
    }
    let limit = [("limit", PAGE_SIZE.to_string())];
    let database = missing.database.as_deref().unwrap_or_default();
    let (names, look): (Vec<String>, String) = match missing.kind.as_str() {
        "database" => (databases(client).await?, DATABASES.to_owned()),
        "table" => return table_meant(client, database, &missing.name).await,
        "source" => {
            let page: SourceListView = client.get(&["sources"], &limit).await.ok()?;
            let names = page.sources.into_iter().map(|one| one.name);
            (names.collect(), "skep source list".to_owned())
        }
        "channel" => {
            let page: ChannelListView = client.get(&["channels"], &[]).await.ok()?;
            let names = page.channels.into_iter().map(|one| one.name);
            (names.collect(), "skep alerts channels".to_owned())
        }
        "partition" => {
            let table = missing.table.as_deref()?;
            let name = &missing.name;
            return Some(format!(
                "skep explain-partition {database}.{table} {name} says why"
            ));
        }
        _ => return None,
    };
    let Some(nearest) = nearest(&missing.name, &names) else {
        return Some(format!("{look} shows which there are"));
    };
    Some(format!("did you mean {nearest}?"))
}

/// A table of its database, or of the one that was meant.
async fn table_meant(client: &Client, database: &str, name: &str) -> Option<String> {
    if let Some(names) = tables(client, database).await {
        return Some(match nearest(name, &names) {
            Some(table) => format!("did you mean {database}.{table}?"),
            None => format!("skep table list {database} shows which there are"),
        });
    }
    let all = databases(client).await?;
    let Some(database) = nearest(database, &all) else {
        return Some(format!(
            "there is no such database; {DATABASES} shows which there are"
        ));
    };
    let names = tables(client, database).await?;
    Some(elsewhere(database, name, &names))
}

/// What was meant by a table of a database that there is not, where another database resembles it.
fn elsewhere(database: &str, name: &str, names: &[String]) -> String {
    match nearest(name, names) {
        Some(table) => format!("did you mean {database}.{table}?"),
        None => format!("did you mean the database {database}?"),
    }
}

async fn databases(client: &Client) -> Option<Vec<String>> {
    let limit = [("limit", PAGE_SIZE.to_string())];
    let page: DatabaseListView = client.get(&["databases"], &limit).await.ok()?;
    Some(page.databases.into_iter().map(|one| one.name).collect())
}

/// `None` where the database does not exist.
async fn tables(client: &Client, database: &str) -> Option<Vec<String>> {
    let limit = [("limit", PAGE_SIZE.to_string())];
    let path = ["databases", database, "tables"];
    let page: TableListView = client.get(&path, &limit).await.ok()?;
    Some(page.tables.into_iter().map(|one| one.name).collect())
}

/// The name that resembles this one most, if one does.
pub(super) fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let likeness = |candidate: &str| strsim::jaro_winkler(&name, candidate);
    let best = names
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    let is_near = strsim::normalized_damerau_levenshtein(&name, best) >= LIKENESS_MIN
        || best.contains(&name)
        || name.contains(best.as_str());
    is_near.then_some(best)
}

#[cfg(test)]
mod tests {
    use super::{elsewhere, nearest};

    #[test]
    fn a_mistyped_database_is_told_with_its_table() {
        let names = ["orders", "visits"].map(str::to_owned);
        let meant = |name| elsewhere("t1_shop", name, &names);
        assert_eq!(meant("orders"), "did you mean t1_shop.orders?");
        assert_eq!(meant("vists"), "did you mean t1_shop.visits?");
        assert_eq!(meant("zzz"), "did you mean the database t1_shop?");
    }

    #[test]
    fn only_what_resembles_a_name_is_told() {
        let names = ["orders", "visits", "returns"].map(str::to_owned);
        assert_eq!(nearest("order", &names), Some("orders"));
        assert_eq!(nearest("ordres", &names), Some("orders"));
        assert_eq!(nearest("Visit", &names), Some("visits"));
        assert_eq!(nearest("customers", &names), None);
        assert_eq!(nearest("orders", &[]), None);
    }
}
