//! Emits what requests have in common: the database and the table that they are about, under one name each, however
//! the IDL spells the field.

use std::fmt::Write as _;

use crate::{
    idl::{Field, Struct, Ty},
    names,
    types::Scope,
};

const CATALOG: &[&str] = &["catName", "cat_name", "catname", "catalogName"];
const DATABASE: &[&str] = &["dbName", "db_name", "dbname", "databaseName"];
const TABLE: &[&str] = &[
    "tblName",
    "tbl_name",
    "tableName",
    "table_name",
    "tablename",
];

/// `NamesDatabase` and `NamesTable` for the structs of one module that have the fields.
pub(crate) fn places<'s>(scope: &Scope, list: impl Iterator<Item = &'s Struct>) -> String {
    let mut out = String::new();
    for it in list {
        one_struct(&mut out, scope, it);
    }
    out
}

fn one_struct(out: &mut String, scope: &Scope, it: &Struct) {
    let Some(database) = field(it, DATABASE) else {
        return;
    };
    let lifetime = if scope.struct_borrows(it) { "<'_>" } else { "" };
    let name = format!("{}{lifetime}", names::type_name(&it.name));
    let _ = writeln!(
        out,
        "impl crate::NamesDatabase for {name} {{\n    const DATABASE_FIELD: &'static str = {:?};",
        database.name
    );
    getter(out, "catalog", field(it, CATALOG));
    getter(out, "database", Some(database));
    out.push_str("}\n\n");
    if let Some(table) = field(it, TABLE) {
        let _ = writeln!(
            out,
            "impl crate::NamesTable for {name} {{\n    const TABLE_FIELD: &'static str = {:?};",
            table.name
        );
        getter(out, "table", Some(table));
        out.push_str("}\n\n");
    }
}

/// The text field of a struct that has one of these names.
fn field<'s>(it: &'s Struct, spellings: &[&str]) -> Option<&'s Field> {
    let mut found = it
        .fields
        .iter()
        .filter(|field| field.ty == Ty::String && spellings.contains(&field.name.as_str()));
    let first = found.next();
    assert!(
        found.next().is_none(),
        "{} has two fields of the names {spellings:?}",
        it.name
    );
    first
}

fn getter(out: &mut String, method: &str, field: Option<&Field>) {
    let value = match field {
        None => "None".to_owned(),
        Some(field) if field.required => format!("Some(self.{})", names::field(&field.name)),
        Some(field) => format!("self.{}", names::field(&field.name)),
    };
    let _ = writeln!(
        out,
        "    #[inline]\n    fn {method}(&self) -> Option<&str> {{\n        {value}\n    }}"
    );
}
