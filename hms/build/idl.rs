//! What the generator knows of the IDL, free of the parser's types. It knows no Rust syntax.

use crate::names;

/// The whole contract.
pub(crate) struct Idl {
    pub(crate) enums: Vec<Enum>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) consts: Vec<Const>,
    pub(crate) methods: Vec<Method>,
}

/// An enum and its members in the order of the IDL.
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) doc: Vec<String>,
    pub(crate) members: Vec<(String, i64, Versions)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Struct,
    Union,
    Exception,
    Arguments,
    Reply,
}

/// A struct, union or exception; also the arguments and the reply of a method.
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) doc: Vec<String>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) id: i16,
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) default: Option<Value>,
    /// Older forms of the same id, see the head of the IDL.
    pub(crate) was: Vec<Older>,
    pub(crate) old_id: Option<i16>,
    pub(crate) renamed: Option<String>,
    pub(crate) required_since: Option<String>,
    pub(crate) versions: Versions,
}

/// An older form of a field.
#[derive(Clone)]
pub(crate) struct Older {
    pub(crate) ty: Ty,
    pub(crate) name: String,
    /// "until 2.3.10" or "in CDH".
    pub(crate) when: String,
}

#[derive(Clone, Default)]
pub(crate) struct Versions {
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    String,
    Binary,
    List(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    /// An enum, struct, union or exception.
    Named(String),
}

#[derive(Clone)]
pub(crate) enum Value {
    Bool(bool),
    Int(i64),
    String(String),
    /// `Enum.MEMBER`
    Member(String, String),
}

pub(crate) struct Const {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) value: Value,
}

pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) doc: Vec<String>,
    pub(crate) oneway: bool,
    /// `None` is void.
    pub(crate) returns: Option<Ty>,
    pub(crate) returned: Option<String>,
    pub(crate) args: Vec<Field>,
    pub(crate) throws: Vec<Field>,
    pub(crate) versions: Versions,
}

impl Method {
    /// The arguments as a struct.
    pub(crate) fn arguments(&self) -> Struct {
        let mut doc = vec![format!("The arguments of `{}`.", self.name)];
        doc.extend(self.doc.iter().cloned());
        doc.extend(self.versions.sentence());
        Struct {
            name: names::camel(&self.name),
            kind: Kind::Arguments,
            doc,
            fields: self.args.clone(),
        }
    }

    /// The reply as a struct: the result is field 0.
    pub(crate) fn reply(&self) -> Struct {
        let mut doc = vec![format!("The reply of `{}`.", self.name)];
        doc.extend(
            self.returned
                .iter()
                .map(|older| format!("It returned {older}.")),
        );
        let success = self.returns.iter().map(|ty| Field {
            id: 0,
            name: "success".to_owned(),
            ty: ty.clone(),
            required: false,
            default: None,
            was: Vec::new(),
            old_id: None,
            renamed: None,
            required_since: None,
            versions: Versions::default(),
        });
        Struct {
            name: names::camel(&self.name),
            kind: Kind::Reply,
            doc,
            fields: success.chain(self.throws.iter().cloned()).collect(),
        }
    }
}

impl Versions {
    /// The versions in words, or nothing where there is nothing to say.
    pub(crate) fn sentence(&self) -> Option<String> {
        match (&self.since, &self.until) {
            (None, None) => None,
            (Some(since), None) => Some(format!("Since {since}.")),
            (None, Some(until)) => Some(format!("Until {until}.")),
            (Some(since), Some(until)) if since == until => Some(format!("Only in {since}.")),
            (Some(since), Some(until)) => Some(format!("From {since} until {until}.")),
        }
    }
}
