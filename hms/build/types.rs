//! Which Rust type and which wire type a type of the IDL has.

use std::collections::{HashMap, HashSet};

use crate::{
    idl::{Idl, Struct, Ty},
    names,
};

/// What the named types are.
pub(crate) struct Scope {
    enums: HashSet<String>,
    /// Structs by name, and whether they borrow from the message.
    borrows: HashMap<String, bool>,
}

impl Scope {
    pub(crate) fn new(idl: &Idl) -> Self {
        let enums = idl.enums.iter().map(|it| it.name.clone()).collect();
        let borrows = idl
            .structs
            .iter()
            .map(|it| (it.name.clone(), false))
            .collect();
        let mut scope = Self { enums, borrows };
        // A struct borrows if a field does; repeated until nothing changes, as structs may refer to
        // each other in a circle.
        loop {
            let found: Vec<&Struct> = idl
                .structs
                .iter()
                .filter(|it| !scope.borrows[&it.name] && scope.struct_borrows(it))
                .collect();
            if found.is_empty() {
                return scope;
            }
            for it in found {
                scope.borrows.insert(it.name.clone(), true);
            }
        }
    }

    /// Whether any field of a struct borrows, older forms included.
    pub(crate) fn struct_borrows(&self, it: &Struct) -> bool {
        it.fields.iter().any(|field| {
            self.ty_borrows(&field.ty) || field.was.iter().any(|older| self.ty_borrows(&older.ty))
        })
    }

    pub(crate) fn ty_borrows(&self, ty: &Ty) -> bool {
        match ty {
            Ty::String | Ty::Binary => true,
            Ty::List(inner) | Ty::Set(inner) => self.ty_borrows(inner),
            Ty::Map(key, value) => self.ty_borrows(key) || self.ty_borrows(value),
            Ty::Named(name) => self.borrows.get(name).copied().unwrap_or(false),
            _ => false,
        }
    }

    pub(crate) fn is_enum(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Named(name) if self.enums.contains(name))
    }

    /// The Rust type; `path` stands before named types.
    pub(crate) fn rust(&self, ty: &Ty, path: &str) -> String {
        match ty {
            Ty::Bool => "bool".to_owned(),
            Ty::I8 => "i8".to_owned(),
            Ty::I16 => "i16".to_owned(),
            Ty::I32 => "i32".to_owned(),
            Ty::I64 => "i64".to_owned(),
            Ty::Double => "f64".to_owned(),
            Ty::String => "&'a str".to_owned(),
            Ty::Binary => "&'a [u8]".to_owned(),
            Ty::List(inner) | Ty::Set(inner) => format!("Vec<{}>", self.rust(inner, path)),
            Ty::Map(key, value) => {
                format!(
                    "Vec<({}, {})>",
                    self.rust(key, path),
                    self.rust(value, path)
                )
            }
            Ty::Named(name) => {
                let known = self.enums.contains(name) || self.borrows.contains_key(name);
                assert!(known, "the IDL does not define {name}");
                let lifetime = if self.ty_borrows(ty) { "<'a>" } else { "" };
                format!("{path}{}{lifetime}", names::type_name(name))
            }
        }
    }

    /// The variant of `WireType`.
    pub(crate) fn wire(&self, ty: &Ty) -> &'static str {
        match ty {
            Ty::Bool => "Bool",
            Ty::I8 => "I8",
            Ty::I16 => "I16",
            Ty::I32 => "I32",
            Ty::I64 => "I64",
            Ty::Double => "Double",
            Ty::String | Ty::Binary => "String",
            Ty::List(_) => "List",
            Ty::Set(_) => "Set",
            Ty::Map(..) => "Map",
            Ty::Named(_) if self.is_enum(ty) => "I32",
            Ty::Named(_) => "Struct",
        }
    }
}

/// The method of readers and writers for a primitive.
pub(crate) fn primitive(ty: &Ty) -> Option<&'static str> {
    Some(match ty {
        Ty::Bool => "bool",
        Ty::I8 => "i8",
        Ty::I16 => "i16",
        Ty::I32 => "i32",
        Ty::I64 => "i64",
        Ty::Double => "double",
        Ty::String => "string",
        Ty::Binary => "binary",
        _ => return None,
    })
}
