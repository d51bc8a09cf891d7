//! User-defined functions.

use crate::model::{DEFAULT_CATALOG, Name};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire;
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire;
use hms::{args, replies, types};

/// Every fault of an alter is a `MetaException`.
pub(in crate::thrift) static METHODS: &[Method] = methods![
    create_function,
    alter_function(not_found: MetaException, already_exists: MetaException, invalid_object: MetaException),
    drop_function,
    get_function,
    get_functions,
    get_functions_req,
    get_all_functions,
];

async fn create_function(call: Call<'_>) -> Answer {
    let args: args::CreateFunction<'_> = call.arguments()?;
    let function = from_wire::function::function(&required(args.func, "func")?)?;
    call.catalog().function_create(function).await?;
    call.reply(&replies::CreateFunction::default())
}

async fn alter_function(call: Call<'_>) -> Answer {
    let args: args::AlterFunction<'_> = call.arguments()?;
    let at = name::function(&args, args.func_name)?;
    let mut function = from_wire::function::function(&required(args.new_func, "newFunc")?)?;
    // Clients before Hive 3 leave the catalog out of the struct.
    function.at.catalog = at.catalog.clone();
    call.catalog().function_alter(&at, function).await?;
    call.reply(&replies::AlterFunction::default())
}

async fn drop_function(call: Call<'_>) -> Answer {
    let args: args::DropFunction<'_> = call.arguments()?;
    call.catalog()
        .function_drop(&name::function(&args, args.func_name)?)
        .await?;
    call.reply(&replies::DropFunction::default())
}

async fn get_function(call: Call<'_>) -> Answer {
    let args: args::GetFunction<'_> = call.arguments()?;
    let function = call
        .catalog()
        .function_get(&name::function(&args, args.func_name)?)
        .await?;
    call.reply(&replies::GetFunction {
        success: Some(to_wire::function::function(&function)),
        ..Default::default()
    })
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(Name::as_str).collect()
}

async fn get_functions(call: Call<'_>) -> Answer {
    let args: args::GetFunctions<'_> = call.arguments()?;
    let at = name::database_of(&args)?;
    let names = call.catalog().function_names(&at, args.pattern).await?;
    call.reply(&replies::GetFunctions {
        success: Some(texts(&names)),
        ..Default::default()
    })
}

/// Names, or whole functions where the request says so.
async fn get_functions_req(call: Call<'_>) -> Answer {
    let args: args::GetFunctionsReq<'_> = call.arguments()?;
    let request = required(args.request, "request")?;
    let at = name::database_of(&request)?;
    let names = call.catalog().function_names(&at, request.pattern).await?;
    if request.return_names.unwrap_or(true) {
        let response = types::GetFunctionsResponse {
            function_names: Some(texts(&names)),
            functions: None,
        };
        return call.reply(&replies::GetFunctionsReq {
            success: Some(response),
            ..Default::default()
        });
    }
    let mut functions = call.catalog().function_list(&at.catalog).await?;
    functions.retain(|function| {
        function.at.database == at.database && names.contains(&function.at.name)
    });
    let functions = functions.iter().map(to_wire::function::function).collect();
    let response = types::GetFunctionsResponse {
        function_names: None,
        functions: Some(functions),
    };
    call.reply(&replies::GetFunctionsReq {
        success: Some(response),
        ..Default::default()
    })
}

/// Those of the default catalog, as in Hive.
async fn get_all_functions(call: Call<'_>) -> Answer {
    let functions = call
        .catalog()
        .function_list(&Name::new(DEFAULT_CATALOG))
        .await?;
    let functions = functions.iter().map(to_wire::function::function).collect();
    let response = types::GetAllFunctionsResponse {
        functions: Some(functions),
    };
    call.reply(&replies::GetAllFunctions {
        success: Some(response),
        ..Default::default()
    })
}
