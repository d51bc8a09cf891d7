//! Emits structs with their encoders and decoders: types, arguments and replies alike.

use std::fmt::Write as _;

use crate::{
    enums,
    idl::{Field, Kind, Older, Struct, Ty},
    names,
    types::{self, Scope},
};

/// All structs of one module; `path` stands before the names of types.
pub(crate) fn structs<'s>(
    scope: &Scope,
    path: &str,
    list: impl Iterator<Item = &'s Struct>,
) -> String {
    let mut out = String::new();
    for it in list {
        let emitter = Emitter::new(scope, path, it);
        emitter.definition(&mut out);
        emitter.defaults(&mut out);
        emitter.encoder(&mut out);
        emitter.decoder(&mut out);
    }
    out
}

struct Emitter<'s> {
    scope: &'s Scope,
    path: &'s str,
    it: &'s Struct,
    name: String,
    lifetime: &'static str,
    /// Older forms that have no field of their name and type to go to: (field name, type).
    extra: Vec<(String, &'s Older)>,
}

/// Where a value goes once it is read.
struct Target<'s> {
    field: String,
    /// The index among the required fields.
    required: Option<usize>,
    ty: &'s Ty,
}

impl<'s> Emitter<'s> {
    fn new(scope: &'s Scope, path: &'s str, it: &'s Struct) -> Self {
        let lifetime = if scope.struct_borrows(it) { "<'a>" } else { "" };
        let name = names::type_name(&it.name);
        let mut this = Self {
            scope,
            path,
            it,
            name,
            lifetime,
            extra: Vec::new(),
        };
        // Exceptions of replies all look alike, so their older forms need no field.
        if it.kind != Kind::Reply {
            for older in it.fields.iter().flat_map(|field| &field.was) {
                if this.same_field(older).is_none() {
                    this.extra
                        .push((format!("{}_older", names::snake(&older.name)), older));
                }
            }
        }
        let mut seen: Vec<String> = it.fields.iter().map(|it| names::field(&it.name)).collect();
        seen.extend(this.extra.iter().map(|(name, _)| name.clone()));
        seen.sort();
        let fields = seen.len();
        seen.dedup();
        assert_eq!(
            seen.len(),
            fields,
            "two fields of {} have one name in Rust",
            it.name
        );
        this
    }

    /// The field of the newest form that has the name and the Rust type of an older one.
    fn same_field(&self, older: &Older) -> Option<&'s Field> {
        let ty = self.scope.rust(&older.ty, self.path);
        self.it
            .fields
            .iter()
            .find(|it| it.name == older.name && self.scope.rust(&it.ty, self.path) == ty)
    }

    fn definition(&self, out: &mut String) {
        let mut doc = self.it.doc.clone();
        if self.it.kind == Kind::Union {
            doc.push("A union: one member is set.".to_owned());
        }
        if doc.is_empty() {
            doc.push(format!("`{}` of the IDL.", self.it.name));
        }
        let _ = writeln!(out, "/// {}", doc.join("\n///\n/// "));
        let copy = if self.it.kind == Kind::Exception {
            "Copy, "
        } else {
            ""
        };
        let _ = writeln!(out, "#[derive(Clone, {copy}Debug, Default, PartialEq)]");
        let _ = writeln!(out, "pub struct {}{} {{", self.name, self.lifetime);
        for field in &self.it.fields {
            let _ = writeln!(out, "    /// {}", self.field_doc(field));
            let ty = if field.required {
                self.scope.rust(&field.ty, self.path)
            } else {
                self.optional(&field.ty)
            };
            let _ = writeln!(out, "    pub {}: {ty},", names::field(&field.name));
        }
        for (name, older) in &self.extra {
            let ty = self.optional(&older.ty);
            let _ = writeln!(
                out,
                "    /// `{}` as it was {}; it is read, never written.\n    pub {name}: {ty},",
                older.name, older.when
            );
        }
        out.push_str("}\n\n");
    }

    /// The type of an optional field. A struct inside a type is boxed: where it is absent it takes a pointer, so that
    /// a list of structs that say little stays small. Arguments and replies, of which a message has one, hold theirs.
    fn optional(&self, ty: &Ty) -> String {
        let plain = self.scope.rust(ty, self.path);
        let one_a_message = matches!(self.it.kind, Kind::Arguments | Kind::Reply);
        if self.scope.wire(ty) == "Struct" && !one_a_message {
            format!("Option<Box<{plain}>>")
        } else {
            format!("Option<{plain}>")
        }
    }

    fn field_doc(&self, field: &Field) -> String {
        let mut doc = match (self.it.kind, field.id) {
            (Kind::Reply, 0) => "The result.".to_owned(),
            (_, id) => format!("Field {id}, `{}`.", field.name),
        };
        if let Some(versions) = field.versions.sentence() {
            let _ = write!(doc, " {versions}");
        }
        if let Some(version) = &field.required_since {
            let _ = write!(doc, " Clients from {version} on insist on it.");
        }
        if let Some(renamed) = &field.renamed {
            let _ = write!(doc, " It was `{renamed}`.");
        }
        for older in &field.was {
            let _ = write!(doc, " The id was `{}` {}.", older.name, older.when);
        }
        doc
    }

    /// The defaults of the IDL as constants.
    fn defaults(&self, out: &mut String) {
        let with_default: Vec<_> = self
            .it
            .fields
            .iter()
            .filter_map(|it| Some((it, it.default.as_ref()?)))
            .collect();
        if with_default.is_empty() {
            return;
        }
        let anonymous = if self.lifetime.is_empty() { "" } else { "<'_>" };
        let _ = writeln!(out, "impl {}{anonymous} {{", self.name);
        for (field, value) in with_default {
            let ty = match &field.ty {
                Ty::String => "&'static str".to_owned(),
                ty => self.scope.rust(ty, self.path),
            };
            let _ = writeln!(
                out,
                "    /// What an absent `{}` means by the IDL.\n    pub const {}_DEFAULT: {ty} = {};",
                field.name,
                names::snake(&field.name).to_ascii_uppercase(),
                enums::value(value, self.path)
            );
        }
        out.push_str("}\n\n");
    }

    fn impl_head(&self, out: &mut String, of: &str, head: &str) {
        let anonymous = if self.lifetime.is_empty() { "" } else { "<'_>" };
        let _ = writeln!(
            out,
            "impl crate::{of} for {}{anonymous} {{\n{head}",
            self.name
        );
    }

    fn encoder(&self, out: &mut String) {
        let wire = "    const WIRE: crate::WireType = crate::WireType::Struct;\n}\n";
        self.impl_head(out, "Wire", wire);
        let head = "    fn encode<W: crate::Writer>(&self, w: &mut W) {\n        let mark = w.struct_begin();";
        self.impl_head(out, "Encode", head);
        for field in &self.it.fields {
            let name = names::field(&field.name);
            let id = field.id;
            if field.required {
                let _ = writeln!(
                    out,
                    "        {}",
                    self.write(&field.ty, id, &format!("self.{name}"), false)
                );
            } else {
                let copied = types::primitive(&field.ty).is_some();
                let borrow = if copied { "" } else { "&" };
                let _ = writeln!(out, "        if let Some(x) = {borrow}self.{name} {{");
                let _ = writeln!(
                    out,
                    "            {}\n        }}",
                    self.write(&field.ty, id, "x", !copied)
                );
            }
        }
        out.push_str("        w.struct_end(mark);\n    }\n}\n\n");
    }

    /// The statements that write one field; `borrowed` tells whether `value` is a reference.
    fn write(&self, ty: &Ty, id: i16, value: &str, borrowed: bool) -> String {
        let wire = self.scope.wire(ty);
        match ty {
            Ty::Bool => format!("w.field_bool({id}, {value});"),
            Ty::String => format!("w.field_string({id}, {value});"),
            Ty::Set(_) => {
                let borrow = if borrowed { "" } else { "&" };
                format!(
                    "w.field({id}, crate::WireType::Set); crate::codec::write_set({borrow}{value}, w);"
                )
            }
            _ => {
                let field = format!("w.field({id}, crate::WireType::{wire});");
                match types::primitive(ty) {
                    Some(method) => format!("{field} w.{method}({value});"),
                    None => format!(
                        "{field} crate::Encode::encode({}{value}, w);",
                        if borrowed { "" } else { "&" }
                    ),
                }
            }
        }
    }

    fn decoder(&self, out: &mut String) {
        let required: Vec<&Field> = self.it.fields.iter().filter(|it| it.required).collect();
        assert!(
            required.len() < 32,
            "{} has too many required fields",
            self.it.name
        );
        let read_older =
            self.it.kind != Kind::Reply && self.it.fields.iter().any(|it| !it.was.is_empty());
        let _ = writeln!(
            out,
            "impl<'a> crate::Decode<'a> for {}{} {{\n\
             \x20   fn decode<R: crate::Reader<'a>>(r: &mut R) -> Result<Self, crate::DecodeError> {{",
            self.name, self.lifetime
        );
        let mutable = if self.it.fields.is_empty() {
            ""
        } else {
            "mut "
        };
        let _ = writeln!(out, "        let {mutable}v = Self::default();");
        if !required.is_empty() {
            out.push_str("        let mut seen = 0_u32;\n");
        }
        let same_wire = self.it.fields.iter().any(|it| self.has_guard(it));
        if read_older && same_wire {
            out.push_str("        let mut older = false;\n");
        }
        out.push_str("        let mark = r.struct_begin()?;\n");
        if self.it.fields.is_empty() {
            out.push_str(
                "        while let Some((_, wire)) = r.field_begin()? {\n            r.skip(wire)?;\n        }\n",
            );
        } else {
            out.push_str(
                "        while let Some(field) = r.field_begin()? {\n            match field {\n",
            );
            for field in &self.it.fields {
                self.arms(out, field, &required, read_older, same_wire);
            }
            out.push_str("                (_, wire) => r.skip(wire)?,\n            }\n        }\n");
        }
        out.push_str("        r.struct_end(mark);\n");
        for (index, field) in required.iter().enumerate() {
            let _ = writeln!(
                out,
                "        if seen & {} == 0 {{\n            return Err(crate::codec::missing_field(r, \"{}\", \"{}\"));\n        }}",
                1_u32 << index,
                self.it.name,
                field.name
            );
        }
        out.push_str("        Ok(v)\n    }\n}\n\n");
    }

    /// Whether an older form has the wire type of the newest one but belongs to another field.
    fn has_guard(&self, field: &Field) -> bool {
        field.was.iter().any(|older| {
            self.scope.wire(&older.ty) == self.scope.wire(&field.ty) && older.name != field.name
        })
    }

    fn arms(
        &self,
        out: &mut String,
        field: &'s Field,
        required: &[&Field],
        read_older: bool,
        same_wire: bool,
    ) {
        let index_of = |it: &Field| required.iter().position(|other| other.id == it.id);
        let newest = self.scope.wire(&field.ty);
        if read_older {
            for older in &field.was {
                let target = match self.same_field(older) {
                    Some(same) => Target {
                        field: names::field(&same.name),
                        required: index_of(same),
                        ty: &older.ty,
                    },
                    None => Target {
                        field: format!("{}_older", names::snake(&older.name)),
                        required: None,
                        ty: &older.ty,
                    },
                };
                let wire = self.scope.wire(&older.ty);
                let (guard, mark) = match (wire == newest, same_wire) {
                    (true, _) => (" if older", ""),
                    (false, true) => ("", "older = true; "),
                    (false, false) => ("", ""),
                };
                let id = field.id;
                let _ = writeln!(
                    out,
                    "                ({id}, crate::WireType::{wire}){guard} => {{ {mark}{} }}",
                    Self::read(&target)
                );
            }
        }
        let ids = match field.old_id {
            Some(old) => format!("{} | {old}", field.id),
            None => field.id.to_string(),
        };
        let target = Target {
            field: names::field(&field.name),
            required: index_of(field),
            ty: &field.ty,
        };
        let _ = writeln!(
            out,
            "                ({ids}, crate::WireType::{newest}) => {{ {} }}",
            Self::read(&target)
        );
    }

    /// The statements that read one value into its field.
    fn read(target: &Target<'_>) -> String {
        let value = match (types::primitive(target.ty), target.ty) {
            (Some(method), _) => format!("r.{method}()?"),
            (None, Ty::Set(_)) => "crate::codec::read_set(r)?".to_owned(),
            (None, _) => "crate::Decode::decode(r)?".to_owned(),
        };
        match target.required {
            Some(index) => {
                format!("v.{} = {value}; seen |= {};", target.field, 1_u32 << index)
            }
            None => format!("v.{} = Some({value});", target.field),
        }
    }
}
