//! The contract as the tests see it: `proto/hive_metastore.thrift`, parsed when the tests run.
//! It must not use what the `hms` crate generated from the same file: the client stays independent.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use pilota_thrift_parser::{
    Attribute, Field as ParsedField, FileParser, FileSource, Function, Item, Path, StructLike, Ty,
};

/// A type of the IDL, with enums told apart from structs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Void,
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    String,
    Binary,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Enum(String),
    Struct(String),
}

/// A field of a struct, an argument, or a declared exception.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its number on the wire.
    pub(crate) id: i16,
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    pub(crate) ty: Type,
    /// Whether a reader must refuse the struct without it.
    pub(crate) required: bool,
}

/// A method of the service, its base service included.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    /// Its name on the wire.
    pub(crate) name: String,
    /// Its arguments.
    pub(crate) args: Vec<Field>,
    /// The type of field 0 of the result.
    pub(crate) result: Type,
    /// The exceptions it may answer with.
    pub(crate) throws: Vec<Field>,
    /// Whether no reply follows.
    pub(crate) oneway: bool,
}

/// The parsed contract.
#[derive(Debug, Default)]
pub(crate) struct Idl {
    enums: HashMap<String, BTreeMap<i32, String>>,
    structs: HashMap<String, Vec<Field>>,
    methods: BTreeMap<String, Method>,
}

impl Idl {
    /// The contract of this repository; parsed once per process.
    pub(crate) fn get() -> &'static Self {
        static IDL: OnceLock<Idl> = OnceLock::new();
        IDL.get_or_init(|| {
            // The load program is a package further down that shares this file.
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .ancestors()
                .map(|folder| folder.join("proto/hive_metastore.thrift"))
                .find(|path| path.exists())
                .expect("the package lies in the repository");
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
            Self::parse(&text)
        })
    }

    /// Parses IDL text; panics with the parser's report where it is wrong.
    pub(crate) fn parse(text: &str) -> Self {
        let file = FileParser::new(FileSource::new(text))
            .parse()
            .unwrap_or_else(|error| panic!("the IDL does not parse: {error}"));
        let mut idl = Self::default();
        for item in &file.items {
            if let Item::Enum(parsed) = item {
                let mut members = BTreeMap::new();
                for member in &parsed.values {
                    let value = member.value.expect("every enum value is written out");
                    members.insert(narrow(value.0), member.name.to_string());
                }
                idl.enums.insert(parsed.name.to_string(), members);
            }
        }
        for item in &file.items {
            match item {
                Item::Struct(parsed) => idl.add_struct(parsed),
                Item::Union(parsed) => idl.add_struct(parsed),
                Item::Exception(parsed) => idl.add_struct(parsed),
                Item::Service(service) => {
                    for function in &service.functions {
                        idl.add_method(function);
                    }
                }
                _ => {}
            }
        }
        idl
    }

    /// A method by its wire name.
    pub(crate) fn method(&self, name: &str) -> &Method {
        self.methods
            .get(name)
            .unwrap_or_else(|| panic!("the IDL has no method {name}"))
    }

    /// Every method, by name.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.methods.values()
    }

    /// The fields of a struct, union or exception.
    pub(crate) fn fields(&self, name: &str) -> &[Field] {
        self.structs
            .get(name)
            .unwrap_or_else(|| panic!("the IDL has no struct {name}"))
    }

    /// The name of an enum's value, if this value is known.
    pub(crate) fn member(&self, name: &str, value: i32) -> Option<&str> {
        self.enums[name].get(&value).map(String::as_str)
    }

    /// The value of an enum's member, if there is one of this name.
    pub(crate) fn member_value(&self, name: &str, member: &str) -> Option<i32> {
        self.enums[name]
            .iter()
            .find(|(_, known)| *known == member)
            .map(|(value, _)| *value)
    }

    fn add_struct(&mut self, parsed: &StructLike) {
        let fields = self.convert(&parsed.fields);
        self.structs.insert(parsed.name.to_string(), fields);
    }

    fn add_method(&mut self, function: &Function) {
        let method = Method {
            name: function.name.to_string(),
            args: self.convert(&function.arguments),
            result: self.ty(&function.result_type),
            throws: self.convert(&function.throws),
            oneway: function.oneway,
        };
        self.methods.insert(method.name.clone(), method);
    }

    fn convert(&self, fields: &[ParsedField]) -> Vec<Field> {
        let mut converted = Vec::with_capacity(fields.len());
        for field in fields {
            let newest = Field {
                id: i16::try_from(field.id).expect("field numbers fit 16 bits"),
                name: field.name.to_string(),
                ty: self.ty(&field.ty),
                required: field.attribute == Attribute::Required,
            };
            converted.push(newest.clone());
            for annotation in field.annotations.iter() {
                match annotation.key.as_str() {
                    "was" => converted.extend(annotation.value.split(';').map(|form| {
                        let (name, ty) = self.older_form(form.trim());
                        Field {
                            id: newest.id,
                            name,
                            ty,
                            required: false,
                        }
                    })),
                    "old_id" => converted.push(Field {
                        id: annotation.value.parse().expect("old_id is a number"),
                        ..newest.clone()
                    }),
                    _ => {}
                }
            }
        }
        converted
    }

    /// An older form of a field, written `TYPE NAME until VERSION`.
    fn older_form(&self, form: &str) -> (String, Type) {
        let mut words = form.split(' ');
        let (Some(ty), Some(name)) = (words.next(), words.next()) else {
            panic!("`{form}` is no older form of a field");
        };
        (name.to_owned(), self.named(ty))
    }

    /// A type by its spelling in an annotation: maps do not occur there.
    fn named(&self, text: &str) -> Type {
        let inner = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix('>');
        if let Some(item) = inner("list<") {
            return Type::List(Box::new(self.named(item)));
        }
        if let Some(item) = inner("set<") {
            return Type::Set(Box::new(self.named(item)));
        }
        match text {
            "bool" => Type::Bool,
            "i32" => Type::I32,
            "i64" => Type::I64,
            "string" => Type::String,
            name if self.enums.contains_key(name) => Type::Enum(name.to_owned()),
            name => Type::Struct(name.to_owned()),
        }
    }

    fn ty(&self, ty: &Ty) -> Type {
        match ty {
            Ty::Void => Type::Void,
            Ty::Bool => Type::Bool,
            Ty::Byte | Ty::I8 => Type::I8,
            Ty::I16 => Type::I16,
            Ty::I32 => Type::I32,
            Ty::I64 => Type::I64,
            Ty::Double => Type::Double,
            Ty::String => Type::String,
            Ty::Binary | Ty::Uuid => Type::Binary,
            Ty::List { value, .. } => Type::List(Box::new(self.ty(value))),
            Ty::Set { value, .. } => Type::Set(Box::new(self.ty(value))),
            Ty::Map { key, value, .. } => {
                Type::Map(Box::new(self.ty(key)), Box::new(self.ty(value)))
            }
            Ty::Path(path) => {
                let name = last_segment(path);
                if self.enums.contains_key(&name) {
                    Type::Enum(name)
                } else {
                    Type::Struct(name)
                }
            }
        }
    }
}

/// The bare name: the base service stands in an included file, whose prefix says nothing here.
fn last_segment(path: &Path) -> String {
    path.segments
        .last()
        .map(|name| name.as_str().to_owned())
        .unwrap_or_default()
}

fn narrow(value: i64) -> i32 {
    i32::try_from(value).expect("enum values fit 32 bits")
}
