//! Emits enums and constants.

use std::fmt::Write as _;

use crate::{
    idl::{Const, Enum, Ty, Value},
    names,
};

/// All enums, each a newtype over its number.
pub(crate) fn enums(list: &[Enum]) -> String {
    list.iter().map(one_enum).collect()
}

fn one_enum(it: &Enum) -> String {
    let name = names::type_name(&it.name);
    let mut out = format!(
        "/// The enum `{}`; a value that no version knows survives.\n",
        it.name
    );
    for line in &it.doc {
        let _ = writeln!(out, "///\n/// {line}");
    }
    let _ = write!(
        out,
        "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub struct {name}(pub i32);\n\nimpl {name} {{\n"
    );
    let mut to_name = String::new();
    let mut from_name = String::new();
    for (member, value, versions) in &it.members {
        let versions = versions
            .sentence()
            .map(|text| format!(" {text}"))
            .unwrap_or_default();
        let _ = writeln!(out, "    /// `{member}`.{versions}");
        let _ = writeln!(out, "    pub const {member}: Self = Self({value});");
        let _ = writeln!(to_name, "            {value} => Some(\"{member}\"),");
        let _ = writeln!(
            from_name,
            "            \"{member}\" => Some(Self({value})),"
        );
    }
    let _ = write!(
        out,
        "\n    /// The name in the IDL, if the value is known.\n\
         \x20   pub const fn name(self) -> Option<&'static str> {{\n        match self.0 {{\n\
         {to_name}            _ => None,\n        }}\n    }}\n\n\
         \x20   /// The value of a name of the IDL.\n\
         \x20   pub fn from_name(name: &str) -> Option<Self> {{\n        match name {{\n\
         {from_name}            _ => None,\n        }}\n    }}\n}}\n\n\
         impl crate::Wire for {name} {{\n\
         \x20   const WIRE: crate::WireType = crate::WireType::I32;\n}}\n\n\
         impl crate::Encode for {name} {{\n    #[inline]\n\
         \x20   fn encode<W: crate::Writer>(&self, writer: &mut W) {{\n        writer.i32(self.0);\n    }}\n}}\n\n\
         impl<'a> crate::Decode<'a> for {name} {{\n    #[inline]\n\
         \x20   fn decode<R: crate::Reader<'a>>(reader: &mut R) -> Result<Self, crate::DecodeError> {{\n\
         \x20       reader.i32().map(Self)\n    }}\n}}\n\n"
    );
    out
}

/// All constants.
pub(crate) fn consts(list: &[Const]) -> String {
    let mut out = String::new();
    for it in list {
        let ty = match it.ty {
            Ty::String => "&str",
            Ty::I8 => "i8",
            _ => panic!(
                "the constant {} has a type that the generator does not know",
                it.name
            ),
        };
        let _ = writeln!(out, "/// `{}` of the IDL.", it.name);
        let _ = writeln!(
            out,
            "pub const {}: {ty} = {};",
            it.name,
            value(&it.value, "")
        );
    }
    out
}

/// A value in Rust; `path` stands before enums.
pub(crate) fn value(it: &Value, path: &str) -> String {
    match it {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::String(value) => format!("{value:?}"),
        Value::Member(name, member) => format!("{path}{}::{member}", names::type_name(name)),
    }
}
