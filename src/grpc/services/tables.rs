//! Tables and views.

use super::Services;
use crate::grpc::asked::Asked;
use crate::grpc::condition::IfEtag;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size, some_text};
use crate::grpc::to_wire;
use crate::kit;
use crate::search::SEARCH_CHARS_MAX;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::table_service_server::TableService;
use skep_wire::v1::{
    CreateTableRequest, CreateTableResponse, DeleteTableRequest, DeleteTableResponse,
    GetTableRequest, GetTableResponse, ListKitsRequest, ListKitsResponse, ListTablesRequest,
    ListTablesResponse, RenameTableRequest, RenameTableResponse, SearchTablesRequest,
    SearchTablesResponse, UpdateTableRequest, UpdateTableResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl TableService for Services {
    async fn list_tables(
        &self,
        request: Request<ListTablesRequest>,
    ) -> Result<Response<ListTablesResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_table(
        &self,
        request: Request<GetTableRequest>,
    ) -> Result<Response<GetTableResponse>, Status> {
        self.read(request, get).await
    }

    async fn create_table(
        &self,
        request: Request<CreateTableRequest>,
    ) -> Result<Response<CreateTableResponse>, Status> {
        self.change(request, create).await
    }

    async fn update_table(
        &self,
        request: Request<UpdateTableRequest>,
    ) -> Result<Response<UpdateTableResponse>, Status> {
        self.change(request, update).await
    }

    async fn rename_table(
        &self,
        request: Request<RenameTableRequest>,
    ) -> Result<Response<RenameTableResponse>, Status> {
        self.change(request, rename).await
    }

    async fn delete_table(
        &self,
        request: Request<DeleteTableRequest>,
    ) -> Result<Response<DeleteTableResponse>, Status> {
        self.change(request, delete).await
    }

    async fn search_tables(
        &self,
        request: Request<SearchTablesRequest>,
    ) -> Result<Response<SearchTablesResponse>, Status> {
        self.read(request, search).await
    }

    async fn list_kits(
        &self,
        request: Request<ListKitsRequest>,
    ) -> Result<Response<ListKitsResponse>, Status> {
        self.read(request, kits).await
    }
}

#[boxed]
async fn list(asked: Asked, request: ListTablesRequest) -> Result<ListTablesResponse, Failure> {
    let size = page_size(request.limit)?;
    let at = from_wire::database("database", request.database)?;
    let table_type = from_wire::table_type(request.r#type)?;
    let names = asked
        .catalog()
        .table_names(&at, some_text(&request.pattern), table_type.as_ref())
        .await?;
    let mut wanted = names
        .into_iter()
        .filter(|name| name.as_str() > request.after.as_str());
    let names: Vec<_> = wanted.by_ref().take(size).collect();
    let last = names.last().map(ToString::to_string);
    let next = last.filter(|_| wanted.next().is_some());
    let found = asked.catalog().tables_by_name(&at, &names).await?;
    let tables = found.iter().map(to_wire::table_summary).collect();
    Ok(ListTablesResponse { tables, next })
}

#[boxed]
async fn get(asked: Asked, request: GetTableRequest) -> Result<GetTableResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let found = asked.catalog().table_get(&at).await?;
    let table = Some(to_wire::table(found));
    Ok(GetTableResponse { table })
}

#[boxed]
async fn create(
    asked: Asked,
    mut request: CreateTableRequest,
) -> Result<CreateTableResponse, Failure> {
    let at = from_wire::table("name", request.name.take())?;
    let spec = from_wire::table_spec(&at, request)?;
    let table = spec
        .table(&at.database_ref())
        .map_err(from_wire::table_fault)?;
    asked.catalog().table_create(table, true).await?;
    let made = asked.catalog().table_get(&at).await?;
    let table = Some(to_wire::table(made));
    Ok(CreateTableResponse { table })
}

#[boxed]
async fn update(
    asked: Asked,
    mut request: UpdateTableRequest,
) -> Result<UpdateTableResponse, Failure> {
    let at = from_wire::table("name", request.name.take())?;
    let expected = IfEtag(std::mem::take(&mut request.etag));
    let change = from_wire::table_change(request)?;
    let changed = asked
        .catalog()
        .table_change(&at, &change, &expected)
        .await?;
    let table = Some(to_wire::table(changed));
    Ok(UpdateTableResponse { table })
}

#[boxed]
async fn rename(asked: Asked, request: RenameTableRequest) -> Result<RenameTableResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    if request.new_table.is_none() && request.new_database.is_none() {
        let why = "say the new name, the new database, or both";
        return Err(Failure::field("new_table", why));
    }
    let mut to = at.clone();
    if let Some(database) = &request.new_database {
        to.database = database.as_str().into();
    }
    if let Some(table) = &request.new_table {
        to.table = table.as_str().into();
    }
    let renamed = asked.catalog().table_move(&at, &to).await?;
    let table = Some(to_wire::table(renamed));
    Ok(RenameTableResponse { table })
}

#[boxed]
async fn delete(asked: Asked, request: DeleteTableRequest) -> Result<DeleteTableResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    asked
        .catalog()
        .table_drop(&at, request.delete_data, &IfEtag(request.etag))
        .await?;
    Ok(DeleteTableResponse {})
}

#[boxed]
async fn kits(_: Asked, _: ListKitsRequest) -> Result<ListKitsResponse, Failure> {
    let kits = kit::all().iter().map(|kit| to_wire::kit(kit)).collect();
    Ok(ListKitsResponse { kits })
}

#[boxed]
async fn search(
    asked: Asked,
    request: SearchTablesRequest,
) -> Result<SearchTablesResponse, Failure> {
    let size = page_size(request.limit)?;
    if request.text.chars().count() > SEARCH_CHARS_MAX {
        let why = format!("what is looked for has more than {SEARCH_CHARS_MAX} characters");
        return Err(Failure::field("text", why));
    }
    let catalog = from_wire::catalog(&request.catalog);
    let found = asked
        .search()
        .search_tables(&catalog, &request.text, size)
        .await?;
    let tables = found.hits.into_iter().map(to_wire::search_hit).collect();
    Ok(SearchTablesResponse {
        tables,
        has_more: found.has_more,
    })
}
