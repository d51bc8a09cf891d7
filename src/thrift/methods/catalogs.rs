//! Catalogs: reading them. Making, changing and dropping them is not served.

use crate::model::{self, DEFAULT_CATALOG, Name};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::required;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::seconds;
use hms::{args, replies, types};

pub(in crate::thrift) static METHODS: &[Method] = methods![get_catalogs, get_catalog,];

async fn get_catalogs(call: Call<'_>) -> Answer {
    let catalogs = call.catalog().catalog_list().await?;
    let names = catalogs
        .iter()
        .map(|catalog| catalog.name.as_str())
        .collect();
    let success = Some(types::GetCatalogsResponse { names: Some(names) });
    call.reply(&replies::GetCatalogs {
        success,
        ..Default::default()
    })
}

async fn get_catalog(call: Call<'_>) -> Answer {
    let args: args::GetCatalog<'_> = call.arguments()?;
    let name = Name::new(
        required(args.cat_name, "catName")?
            .name
            .unwrap_or(DEFAULT_CATALOG),
    );
    let found = call.catalog().catalog_get(&name).await?;
    let success = Some(types::GetCatalogResponse {
        catalog: Some(Box::new(catalog(&found))),
    });
    call.reply(&replies::GetCatalog {
        success,
        ..Default::default()
    })
}

fn catalog(catalog: &model::Catalog) -> types::Catalog<'_> {
    types::Catalog {
        name: Some(catalog.name.as_str()),
        description: catalog.description.as_deref(),
        location_uri: Some(&catalog.location),
        create_time: Some(seconds(catalog.created_at)),
        parameters: None,
    }
}
