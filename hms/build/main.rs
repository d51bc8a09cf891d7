//! Turns `proto/hive_metastore.thrift` into Rust: types, arguments, replies and the method table.
//! The result goes to Cargo's output directory, so that the IDL is the only source.

mod descriptors;
mod enums;
mod idl;
mod lexer;
mod methods;
mod names;
mod places;
mod read;
mod structs;
mod types;

use std::{env, error::Error, fs, path::Path};

const IDL: &str = "../proto/hive_metastore.thrift";

#[expect(
    clippy::print_stdout,
    reason = "Cargo reads the directives of a build script there"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={IDL}");
    println!("cargo::rerun-if-changed=build");
    let idl = read::read(&fs::read_to_string(IDL)?)?;
    let scope = types::Scope::new(&idl);
    let out = env::var("OUT_DIR")?;
    let write = |name: &str, text: String| fs::write(Path::new(&out).join(name), text);

    write("enums.rs", enums::enums(&idl.enums))?;
    write("types.rs", structs::structs(&scope, "", idl.structs.iter()))?;
    write(
        "types_places.rs",
        places::places(&scope, idl.structs.iter()),
    )?;
    write("consts.rs", enums::consts(&idl.consts))?;
    let args: Vec<_> = idl.methods.iter().map(idl::Method::arguments).collect();
    write(
        "args.rs",
        structs::structs(&scope, "crate::types::", args.iter()),
    )?;
    write("args_places.rs", places::places(&scope, args.iter()))?;
    let replies: Vec<_> = idl.methods.iter().map(idl::Method::reply).collect();
    write(
        "replies.rs",
        structs::structs(&scope, "crate::types::", replies.iter()),
    )?;
    write("methods.rs", methods::methods(&idl))?;
    write(
        "descriptors.rs",
        descriptors::descriptors(&scope, &idl, &args, &replies),
    )?;
    Ok(())
}
