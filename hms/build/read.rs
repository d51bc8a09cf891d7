//! Reads the IDL with the parser crate and turns it into our own model; all our conventions about
//! annotations (told at the head of the IDL) are understood here.

use std::error::Error;

use parser::{Annotations, Attribute, ConstValue, FileParser, FileSource, Item, StructLike};
use pilota_thrift_parser as parser;

use crate::idl::{Const, Enum, Field, Idl, Kind, Method, Older, Struct, Ty, Value, Versions};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Reads the whole IDL.
pub(crate) fn read(text: &str) -> Result<Idl> {
    let source = FileSource::new(text);
    let file = FileParser { source }
        .parse()
        .map_err(|error| format!("{error}"))?;
    let mut idl = Idl {
        enums: Vec::new(),
        structs: Vec::new(),
        consts: Vec::new(),
        methods: Vec::new(),
    };
    for item in &file.items {
        match item {
            Item::Enum(it) => idl.enums.push(read_enum(it)),
            Item::Struct(it) => {
                idl.structs
                    .push(read_struct(it, Kind::Struct, &it.leading_comments)?);
            }
            Item::Union(it) => {
                idl.structs
                    .push(read_struct(it, Kind::Union, &it.leading_comments)?);
            }
            Item::Exception(it) => {
                idl.structs
                    .push(read_struct(it, Kind::Exception, &it.leading_comments)?);
            }
            Item::Constant(it) => idl.consts.push(Const {
                name: it.name.to_string(),
                ty: read_type(&it.r#type)?,
                value: read_value(&it.value)?,
            }),
            Item::Service(it) => {
                for function in &it.functions {
                    idl.methods.push(read_method(function)?);
                }
            }
            Item::Namespace(_) => {}
            other => return Err(format!("the generator does not know {other:?}").into()),
        }
    }
    idl.methods.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(idl)
}

fn note(annotations: &Annotations, key: &str) -> Option<String> {
    annotations
        .iter()
        .find(|it| it.key == key)
        .map(|it| it.value.to_string())
}

fn versions(annotations: &Annotations) -> Versions {
    Versions {
        since: note(annotations, "since"),
        until: note(annotations, "until"),
    }
}

/// The comment above an item, without headings of topics, which start with dashes.
fn comment(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim_start_matches('/').trim())
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
        .map(str::to_owned)
        .collect()
}

fn read_enum(it: &parser::Enum) -> Enum {
    let members = it.values.iter().map(|member| {
        let value = member
            .value
            .expect("every enum member has its number in the IDL");
        (
            member.name.to_string(),
            value.0,
            versions(&member.annotations),
        )
    });
    Enum {
        name: it.name.to_string(),
        doc: versions(&it.annotations).sentence().into_iter().collect(),
        members: members.collect(),
    }
}

fn read_struct(it: &StructLike, kind: Kind, comments: &str) -> Result<Struct> {
    let fields: Result<Vec<Field>> = it.fields.iter().map(read_field).collect();
    let mut fields = fields?;
    fields.sort_by_key(|field| field.id);
    let mut doc = comment(comments);
    doc.extend(versions(&it.annotations).sentence());
    Ok(Struct {
        name: it.name.to_string(),
        kind,
        doc,
        fields,
    })
}

fn read_field(it: &parser::Field) -> Result<Field> {
    let was = match note(&it.annotations, "was") {
        Some(text) => text
            .split(';')
            .map(read_older)
            .collect::<Result<Vec<Older>>>()?,
        None => Vec::new(),
    };
    let old_id = note(&it.annotations, "old_id")
        .map(|id| id.parse())
        .transpose()?;
    Ok(Field {
        id: i16::try_from(it.id)?,
        name: it.name.to_string(),
        ty: read_type(&it.ty)?,
        required: it.attribute == Attribute::Required,
        default: it.default.as_ref().map(read_value).transpose()?,
        was,
        old_id,
        renamed: note(&it.annotations, "renamed"),
        required_since: note(&it.annotations, "required_since"),
        versions: versions(&it.annotations),
    })
}

fn read_older(text: &str) -> Result<Older> {
    let mut words = text.trim().splitn(3, ' ');
    let (Some(ty), Some(name), Some(when)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{text}` is not TYPE NAME WHEN").into());
    };
    Ok(Older {
        ty: parse_type(ty),
        name: name.to_owned(),
        when: when.to_owned(),
    })
}

/// Parses a type inside an annotation, which the parser crate leaves as text.
fn parse_type(text: &str) -> Ty {
    let inside = |prefix: &str| {
        text.strip_prefix(prefix)
            .and_then(|it| it.strip_suffix('>'))
    };
    if let Some(inner) = inside("list<") {
        return Ty::List(Box::new(parse_type(inner)));
    }
    if let Some(inner) = inside("set<") {
        return Ty::Set(Box::new(parse_type(inner)));
    }
    match text {
        "bool" => Ty::Bool,
        "i16" => Ty::I16,
        "i32" => Ty::I32,
        "i64" => Ty::I64,
        "string" => Ty::String,
        "binary" => Ty::Binary,
        name => Ty::Named(name.to_owned()),
    }
}

fn read_type(it: &parser::Ty) -> Result<Ty> {
    Ok(match it {
        parser::Ty::Bool => Ty::Bool,
        parser::Ty::Byte | parser::Ty::I8 => Ty::I8,
        parser::Ty::I16 => Ty::I16,
        parser::Ty::I32 => Ty::I32,
        parser::Ty::I64 => Ty::I64,
        parser::Ty::Double => Ty::Double,
        parser::Ty::String => Ty::String,
        parser::Ty::Binary => Ty::Binary,
        parser::Ty::List { value, .. } => Ty::List(Box::new(read_type(value)?)),
        parser::Ty::Set { value, .. } => Ty::Set(Box::new(read_type(value)?)),
        parser::Ty::Map { key, value, .. } => {
            Ty::Map(Box::new(read_type(key)?), Box::new(read_type(value)?))
        }
        parser::Ty::Path(path) => Ty::Named(path.segments[0].to_string()),
        other => return Err(format!("the generator does not know the type {other:?}").into()),
    })
}

fn read_value(it: &ConstValue) -> Result<Value> {
    Ok(match it {
        ConstValue::Bool(value) => Value::Bool(*value),
        ConstValue::Int(value) => Value::Int(value.0),
        ConstValue::String(value) => Value::String(value.to_string()),
        ConstValue::Path(path) if path.segments.len() == 2 => {
            Value::Member(path.segments[0].to_string(), path.segments[1].to_string())
        }
        other => return Err(format!("the generator does not know the value {other:?}").into()),
    })
}

fn read_method(it: &parser::Function) -> Result<Method> {
    let optional = |field: Field| Field {
        required: false,
        ..field
    };
    let fields = |list: &[parser::Field]| -> Result<Vec<Field>> {
        let mut fields: Vec<Field> = list
            .iter()
            .map(|field| read_field(field).map(optional))
            .collect::<Result<_>>()?;
        fields.sort_by_key(|field| field.id);
        Ok(fields)
    };
    Ok(Method {
        name: it.name.to_string(),
        doc: comment(&it.leading_comments),
        oneway: it.oneway,
        returns: match &*it.result_type {
            parser::Ty::Void => None,
            ty => Some(read_type(ty)?),
        },
        returned: note(&it.annotations, "returned"),
        args: fields(&it.arguments)?,
        throws: fields(&it.throws)?,
        versions: versions(&it.annotations),
    })
}
