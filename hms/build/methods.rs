//! Emits the method table and the list of exceptions.

use std::fmt::Write as _;

use crate::idl::{Field, Idl, Kind, Method, Ty};

/// `METHODS` and `ExceptionKind`.
pub(crate) fn methods(idl: &Idl) -> String {
    let mut out = String::new();
    exception_kinds(&mut out, idl);
    out.push_str(
        "/// All methods of the IDL, sorted by name.\npub static METHODS: &[MethodInfo] = &[\n",
    );
    for method in &idl.methods {
        one_method(&mut out, method);
    }
    out.push_str("];\n");
    out
}

fn exception_kinds(out: &mut String, idl: &Idl) {
    let exceptions: Vec<_> = idl
        .structs
        .iter()
        .filter(|it| it.kind == Kind::Exception)
        .collect();
    out.push_str(
        "/// The exceptions of the IDL. On the wire each is a struct with a text in field 1.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum ExceptionKind {\n",
    );
    for it in &exceptions {
        // A server writes every exception by one piece of code, which relies on this.
        let one_text =
            it.fields.len() == 1 && it.fields[0].id == 1 && it.fields[0].ty == Ty::String;
        assert!(
            one_text,
            "the exception {} is more than a text in field 1",
            it.name
        );
        let _ = writeln!(out, "    /// `{}`.\n    {},", it.name, it.name);
    }
    out.push_str(
        "}\n\nimpl ExceptionKind {\n    /// All exceptions, in the order of the IDL.\n    pub const ALL: &[Self] = &[\n",
    );
    for it in &exceptions {
        let _ = writeln!(out, "        Self::{},", it.name);
    }
    out.push_str(
        "    ];\n\n    /// The name in the IDL.\n    pub const fn name(self) -> &'static str {\n        match self {\n",
    );
    for it in &exceptions {
        let _ = writeln!(out, "            Self::{0} => \"{0}\",", it.name);
    }
    out.push_str("        }\n    }\n}\n\n");
}

fn one_method(out: &mut String, it: &Method) {
    let since = it.versions.since.as_deref().unwrap_or("2.3");
    let _ = writeln!(
        out,
        "    MethodInfo {{ name: {:?}, oneway: {}, returns_void: {}, since: {since:?}, until: {:?}, exceptions: &[",
        it.name,
        it.oneway,
        it.returns.is_none(),
        it.versions.until
    );
    for throw in &it.throws {
        let older = match throw.was.first() {
            Some(older) => format!("Some(ExceptionKind::{})", exception(&older.ty)),
            None => "None".to_owned(),
        };
        let _ = writeln!(
            out,
            "        Throw {{ id: {}, kind: ExceptionKind::{}, older: {older}, old_id: {:?}, since: {:?} }},",
            throw.id,
            exception(&throw.ty),
            throw.old_id,
            throw_since(throw, since)
        );
    }
    out.push_str("    ] },\n");
}

fn throw_since<'t>(throw: &'t Field, method: &'t str) -> &'t str {
    throw.versions.since.as_deref().unwrap_or(method)
}

fn exception(ty: &Ty) -> &str {
    match ty {
        Ty::Named(name) => name,
        _ => panic!("a method throws something that is no exception"),
    }
}
