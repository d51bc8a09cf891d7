//! Emits a description of every type for the tests: they make random values by it and send them
//! through each generated codec, so no struct is left out.

use std::fmt::Write as _;

use crate::{
    idl::{Idl, Struct, Ty},
    names,
    types::Scope,
};

/// `DESCRIPTORS` (fields by struct) and `CODECS` (the generated code by struct), as test code.
pub(crate) fn descriptors(scope: &Scope, idl: &Idl, args: &[Struct], replies: &[Struct]) -> String {
    let modules = [
        ("types", idl.structs.as_slice()),
        ("args", args),
        ("replies", replies),
    ];
    let mut out = "pub(crate) static DESCRIPTORS: &[Descriptor] = &[\n".to_owned();
    for (module, list) in &modules {
        for it in *list {
            let name = names::type_name(&it.name);
            let _ = writeln!(
                out,
                "    Descriptor {{ name: \"{module}::{name}\", round_trip: round_trip::<hms::{module}::{name}>, decode: |protocol, bytes| protocol.decode::<hms::{module}::{name}>(bytes).map(drop), fields: &["
            );
            for field in &it.fields {
                let _ = writeln!(
                    out,
                    "        Field {{ id: {}, required: {}, shape: {} }},",
                    field.id,
                    field.required,
                    shape(scope, &field.ty)
                );
            }
            out.push_str("    ] },\n");
        }
    }
    out.push_str("];\n");
    out
}

fn shape(scope: &Scope, ty: &Ty) -> String {
    match ty {
        Ty::List(inner) => format!("Shape::List(&{})", shape(scope, inner)),
        Ty::Set(inner) => format!("Shape::Set(&{})", shape(scope, inner)),
        Ty::Map(key, value) => {
            format!(
                "Shape::Map(&{}, &{})",
                shape(scope, key),
                shape(scope, value)
            )
        }
        Ty::Binary => "Shape::Binary".to_owned(),
        Ty::Named(name) if !scope.is_enum(ty) => {
            format!("Shape::Struct(\"types::{}\")", names::type_name(name))
        }
        _ => format!("Shape::{}", scope.wire(ty)),
    }
}
