//! Types that a database makes itself: an enum is told by its words and a domain by the type it rests on, for that is
//! what a reader of the data meets; a type of an extension is told without the schema that the extension was put in.

use crate::source::failure::ReadError;
use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{Row, query};
use std::collections::HashMap;

/// Domains over domains are followed so far.
const DOMAIN_DEPTH_MAX: usize = 32;

enum Note {
    /// An enum, printed as `enum('a','b')`.
    Words(String),
    /// A domain over the type of that number, as the server prints it.
    Over(i64, String),
    /// A type of an extension in that schema, quoted as the server prints it.
    Extension(String),
}

/// What is known of the types that are not the server's own, by their numbers.
pub(super) struct TypeNotes(HashMap<i64, Note>);

impl TypeNotes {
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, ReadError> {
        let mut rows = query(
            "SELECT t.oid::int8, t.typtype::text, t.typbasetype::int8,
                format_type(t.typbasetype, t.typtypmod), quote_ident(n.nspname),
                ARRAY(SELECT e.enumlabel::text
                    FROM pg_enum e
                    WHERE e.enumtypid = t.oid
                    ORDER BY e.enumsortorder)
            FROM pg_type t
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND (t.typtype IN ('d', 'e')
                    OR EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))",
        )
        .persistent(false)
        .fetch(connection);
        let mut notes = HashMap::new();
        while let Some(row) = rows.try_next().await? {
            let note = match row.try_get::<&str, _>(1)? {
                "e" => Note::Words(words(&row.try_get::<Vec<String>, _>(5)?)),
                "d" => Note::Over(row.try_get(2)?, row.try_get(3)?),
                _ => Note::Extension(row.try_get(4)?),
            };
            notes.insert(row.try_get(0)?, note);
        }
        Ok(Self(notes))
    }

    /// The text of a type: of the type `number`, an array of `element` where that is not 0, as the server prints it.
    pub(super) fn shown(&self, number: i64, element: i64, printed: String) -> String {
        if element == 0 {
            return self.resolved(number, printed);
        }
        match printed.strip_suffix("[]") {
            Some(inner) => self.resolved(element, inner.to_owned()) + "[]",
            None => self.resolved(number, printed),
        }
    }

    fn resolved(&self, number: i64, printed: String) -> String {
        let (mut number, mut printed) = (number, printed);
        for _ in 0..DOMAIN_DEPTH_MAX {
            match self.0.get(&number) {
                None => break,
                Some(Note::Words(words)) => return words.clone(),
                Some(Note::Over(base, text)) => (number, printed) = (*base, text.clone()),
                Some(Note::Extension(schema)) => {
                    let plain = printed.strip_prefix(schema.as_str());
                    return plain
                        .and_then(|rest| rest.strip_prefix('.'))
                        .map_or_else(|| printed.clone(), str::to_owned);
                }
            }
        }
        printed
    }
}

fn words(labels: &[String]) -> String {
    let quoted = labels
        .iter()
        .map(|label| format!("'{}'", label.replace('\'', "''")));
    format!("enum({})", quoted.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_what_they_hold() {
        let notes = TypeNotes(HashMap::from([
            (1, Note::Words(words(&["new".into(), "it's".into()]))),
            (2, Note::Over(1, "shop.status".to_owned())),
            (3, Note::Over(9, "character varying(80)".to_owned())),
            (4, Note::Extension("\"My types\"".to_owned())),
            (5, Note::Over(5, "shop.round".to_owned())),
        ]));
        for (number, element, printed, wanted) in [
            (1, 0, "shop.status", "enum('new','it''s')"),
            (2, 0, "shop.shown_status", "enum('new','it''s')"),
            (7, 1, "shop.status[]", "enum('new','it''s')[]"),
            (3, 0, "shop.email", "character varying(80)"),
            (4, 0, "\"My types\".citext", "citext"),
            (8, 4, "\"My types\".hstore[]", "hstore[]"),
            (5, 0, "shop.round", "shop.round"),
            (9, 0, "numeric(10,2)", "numeric(10,2)"),
        ] {
            assert_eq!(notes.shown(number, element, printed.to_owned()), wanted);
        }
    }
}
