//! Types that a database makes itself: an enum is told by its words, a domain by the type it rests on, a composite type by
//! its attributes and a range by the type of its bounds, for that is what a reader of the data meets; a type of an extension is told without the schema that the extension was put in.

use crate::source::failure::ReadError;
use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{Row, query};
use std::collections::HashMap;

/// Domains over domains are followed so far.
const DOMAIN_DEPTH_MAX: usize = 32;
/// Composite types inside each other are followed so far.
const ROW_DEPTH_MAX: usize = 8;
/// A composite type that would be told by more is told by its name.
const ROW_BYTES_MAX: usize = 16 * 1024;

enum Note {
    /// An enum, printed as `enum('a','b')`.
    Words(String),
    /// A domain over another type.
    Domain(Domain),
    /// A composite type: its attributes in their order.
    Row(Vec<Attribute>),
    /// A range over a type, or many of them.
    Range(Range),
    /// A type of an extension in that schema, quoted as the server prints it.
    Extension(String),
}

/// What a domain adds to the type that it rests on.
struct Domain {
    /// The number of that type.
    base: i64,
    /// Of an array the number of its elements' type, else 0.
    element: i64,
    /// That type as the server prints it.
    printed: String,
    not_null: bool,
    default: Option<String>,
}

/// A range type.
struct Range {
    word: &'static str,
    /// The type of its bounds, by its number and as the server prints it.
    number: i64,
    printed: String,
}

/// An attribute of a composite type.
struct Attribute {
    /// Quoted where that is needed.
    name: String,
    number: i64,
    /// Of an array the number of its elements' type, else 0.
    element: i64,
    /// Its type as the server prints it.
    printed: String,
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
                    ORDER BY e.enumsortorder),
                t.typnotnull, t.typdefault,
                CASE WHEN b.typcategory = 'A' THEN b.typelem::int8 ELSE 0 END
            FROM pg_type t
            JOIN pg_namespace n ON n.oid = t.typnamespace
            LEFT JOIN pg_type b ON b.oid = t.typbasetype
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND (t.typtype IN ('d', 'e')
                    OR EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))",
        )
        .persistent(false)
        .fetch(&mut *connection);
        let mut notes = HashMap::new();
        while let Some(row) = rows.try_next().await? {
            let note = match row.try_get::<&str, _>(1)? {
                "e" => Note::Words(words(&row.try_get::<Vec<String>, _>(5)?)),
                "d" => Note::Domain(Domain {
                    base: row.try_get(2)?,
                    element: row.try_get(8)?,
                    printed: row.try_get(3)?,
                    not_null: row.try_get(6)?,
                    default: row.try_get(7)?,
                }),
                _ => Note::Extension(row.try_get(4)?),
            };
            notes.insert(row.try_get(0)?, note);
        }
        drop(rows);
        let mut notes = Self(notes);
        notes.read_rows(connection).await?;
        notes.read_ranges(connection).await?;
        Ok(notes)
    }

    /// Reads over what ranges are.
    async fn read_ranges(&mut self, connection: &mut PgConnection) -> Result<(), ReadError> {
        // Releases before 14 have no types of many ranges, and no such column.
        let mut rows = query(
            "SELECT t.oid::int8, (to_jsonb(r) ->> 'rngmultitypid')::int8, r.rngsubtype::int8,
                format_type(r.rngsubtype, NULL)
            FROM pg_range r
            JOIN pg_type t ON t.oid = r.rngtypid
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')",
        )
        .persistent(false)
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let number = [Some(row.try_get::<i64, _>(0)?), row.try_get(1)?];
            for (number, word) in number.into_iter().zip(["range", "multirange"]) {
                let Some(number) = number else { continue };
                let range = Range {
                    word,
                    number: row.try_get(2)?,
                    printed: row.try_get(3)?,
                };
                self.0.entry(number).or_insert(Note::Range(range));
            }
        }
        Ok(())
    }

    /// Reads what composite types are made of; the rows of tables are such types only where a column has them.
    async fn read_rows(&mut self, connection: &mut PgConnection) -> Result<(), ReadError> {
        let mut rows = query(
            "WITH used AS (
                SELECT DISTINCT CASE WHEN e.typelem = 0 THEN e.oid ELSE e.typelem END AS id
                FROM pg_attribute u
                JOIN pg_type e ON e.oid = u.atttypid
                WHERE u.attnum > 0 AND NOT u.attisdropped
                UNION SELECT d.typbasetype FROM pg_type d WHERE d.typtype = 'd'
            )
            SELECT t.oid::int8, quote_ident(a.attname), a.atttypid::int8,
                CASE WHEN e.typcategory = 'A' THEN e.typelem::int8 ELSE 0 END,
                format_type(a.atttypid, a.atttypmod)
            FROM pg_type t
            JOIN pg_class c ON c.oid = t.typrelid
                AND (c.relkind = 'c' OR t.oid IN (SELECT used.id FROM used))
            JOIN pg_namespace n ON n.oid = t.typnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_type e ON e.oid = a.atttypid
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
                AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
            ORDER BY t.oid, a.attnum",
        )
        .persistent(false)
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let attribute = Attribute {
                name: row.try_get(1)?,
                number: row.try_get(2)?,
                element: row.try_get(3)?,
                printed: row.try_get(4)?,
            };
            let note = self.0.entry(row.try_get(0)?);
            if let Note::Row(attributes) = note.or_insert_with(|| Note::Row(Vec::new())) {
                attributes.push(attribute);
            }
        }
        Ok(())
    }

    /// Whether a type has no null because it is a domain that says so, or rests on one.
    pub(super) fn excludes_null(&self, number: i64) -> bool {
        self.domains(number).any(|domain| domain.not_null)
    }

    /// The default of a domain, of which its columns have the use where they have none. That of the domain below was copied
    /// when the domain was made, and does not follow later.
    pub(super) fn default(&self, number: i64) -> Option<String> {
        self.domains(number).next()?.default.clone()
    }

    /// The domains that a type is, the outermost first.
    fn domains(&self, number: i64) -> impl Iterator<Item = &Domain> {
        let domain = |number: i64| match self.0.get(&number) {
            Some(Note::Domain(domain)) => Some(domain),
            _ => None,
        };
        std::iter::successors(domain(number), move |outer| domain(outer.base))
            .take(DOMAIN_DEPTH_MAX)
    }

    /// The text of a type: of the type `number`, an array of `element` where that is not 0, as the server prints it.
    pub(super) fn shown(&self, number: i64, element: i64, printed: String) -> String {
        self.shown_at(number, element, printed, 0)
    }

    fn shown_at(&self, number: i64, element: i64, printed: String, depth: usize) -> String {
        if element == 0 {
            return self.resolved(number, printed, depth);
        }
        match printed.strip_suffix("[]") {
            Some(inner) => self.resolved(element, inner.to_owned(), depth) + "[]",
            None => self.resolved(number, printed, depth),
        }
    }

    fn resolved(&self, number: i64, printed: String, depth: usize) -> String {
        let (mut number, mut printed) = (number, printed);
        for _ in 0..DOMAIN_DEPTH_MAX {
            match self.0.get(&number) {
                None => break,
                Some(Note::Words(words)) => return words.clone(),
                Some(Note::Row(_) | Note::Range(_)) if depth >= ROW_DEPTH_MAX => break,
                Some(Note::Range(range)) => {
                    let inner = self.resolved(range.number, range.printed.clone(), depth + 1);
                    return format!("{}({inner})", range.word);
                }
                Some(Note::Domain(domain)) if domain.element != 0 && depth < ROW_DEPTH_MAX => {
                    let printed = domain.printed.clone();
                    return self.shown_at(domain.base, domain.element, printed, depth + 1);
                }
                Some(Note::Domain(domain)) => {
                    (number, printed) = (domain.base, domain.printed.clone());
                }
                Some(Note::Row(attributes)) => {
                    let mut shown = String::new();
                    for one in attributes {
                        let separator = if shown.is_empty() { "row(" } else { ", " };
                        shown += separator;
                        shown += &one.name;
                        shown.push(' ');
                        let text = one.printed.clone();
                        shown += &self.shown_at(one.number, one.element, text, depth + 1);
                        if shown.len() > ROW_BYTES_MAX {
                            return printed;
                        }
                    }
                    shown.push(')');
                    return shown;
                }
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

    fn over(base: i64, printed: &str) -> Note {
        Note::Domain(Domain {
            base,
            element: 0,
            printed: printed.to_owned(),
            not_null: true,
            default: Some("'x'".to_owned()),
        })
    }

    fn attribute(name: &str, number: i64, element: i64, printed: &str) -> Attribute {
        Attribute {
            name: name.to_owned(),
            number,
            element,
            printed: printed.to_owned(),
        }
    }

    #[test]
    fn types_are_told_by_what_they_hold() {
        let notes = TypeNotes(HashMap::from([
            (1, Note::Words(words(&["new".into(), "it's".into()]))),
            (2, over(1, "shop.status")),
            (3, over(9, "character varying(80)")),
            (4, Note::Extension("\"My types\"".to_owned())),
            (5, over(5, "shop.round")),
            (
                10,
                Note::Domain(Domain {
                    base: 3,
                    element: 0,
                    printed: "shop.email".to_owned(),
                    not_null: false,
                    default: None,
                }),
            ),
            (
                6,
                Note::Row(vec![
                    attribute("x", 9, 0, "integer"),
                    attribute("s", 7, 1, "shop.status[]"),
                    attribute("again", 6, 0, "shop.node"),
                ]),
            ),
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
        let node = notes.shown(6, 0, "shop.node".to_owned());
        let begin = "row(x integer, s enum('new','it''s')[], again row(x integer, ";
        assert!(node.starts_with(begin), "{node}");
        assert!(notes.excludes_null(3) && notes.excludes_null(5) && !notes.excludes_null(1));
        assert_eq!(notes.default(2).as_deref(), Some("'x'"));
        assert_eq!(
            notes.default(10),
            None,
            "that of the domain below is not its own"
        );
    }
}
