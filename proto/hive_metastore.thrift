// The Hive Metastore protocol as skep serves it: the union of all versions from 2.3 to the newest.
//
// The code generator of the `hms` crate reads this file; it is plain Thrift IDL otherwise. Conventions:
//
// * `since` and `until` name the first and the last Hive version that has an item. Nothing said means
//   2.3 (or the version of the surrounding item) and "still there". `master` is newer than 4.1.
// * A field is `required` only where every version that has the struct requires it. `required_since`
//   marks a field that newer clients insist on: a server always fills it in, a decoder never demands it.
// * `was = "TYPE NAME until VERSION"` names an older form of the same field id. The newest form owns the
//   id; a decoder knows the older one by its wire type and puts the value into the field of that name,
//   or into NAME_older where the type differs. Once an older form is seen in a struct, the fields
//   after it whose forms share one wire type are read in their older meaning, too.
// * `old_id` is a second id under which older clients know the same argument or exception.
// * `renamed` and `returned` tell older names and return types that look alike on the wire.
// * All arguments may be absent, whatever their keyword: older clients know fewer of them.

namespace rs hms
namespace java org.apache.hadoop.hive.metastore.api
namespace py hive_metastore

// -------- Exceptions: each holds one text and nothing else

exception AlreadyExistsException {
  1: string message,
}

exception CompactionAbortedException {
  1: string message,
} (since = "4.0.0")

exception ConfigValSecurityException {
  1: string message,
}

exception IndexAlreadyExistsException {
  1: string message,
} (until = "2.3.10")

exception InvalidInputException {
  1: string message,
}

exception InvalidObjectException {
  1: string message,
}

exception InvalidOperationException {
  1: string message,
}

exception InvalidPartitionException {
  1: string message,
}

exception MetaException {
  1: string message,
}

exception NoSuchCompactionException {
  1: string message,
} (since = "4.0.0")

exception NoSuchLockException {
  1: string message,
}

exception NoSuchObjectException {
  1: string message,
}

exception NoSuchTxnException {
  1: string message,
}

exception TxnAbortedException {
  1: string message,
}

exception TxnOpenException {
  1: string message,
}

exception UnknownDBException {
  1: string message,
}

exception UnknownPartitionException {
  1: string message,
}

exception UnknownTableException {
  1: string message,
}

// -------- Building blocks: small values that several topics share

enum ClientCapability {
  TEST_CAPABILITY = 1,
  INSERT_ONLY_TABLES = 2 (since = "3.1"),
}

enum ResourceType {
  JAR = 1,
  FILE = 2,
  ARCHIVE = 3,
}

enum fb_status {
  DEAD = 0,
  STARTING = 1,
  ALIVE = 2,
  STOPPING = 3,
  STOPPED = 4,
  WARNING = 5,
}

struct AsyncOperationResp {
  1: required string id,
  2: optional string message,
  3: optional bool finished,
} (since = "master")

struct ClientCapabilities {
  1: required list<ClientCapability> values,
}

// Free properties that a client sends with a call; they are never stored.
struct EnvironmentContext {
  1: map<string,string> properties,
}

// A column: `type` is a Hive type string such as `array<struct<a:int>>`.
struct FieldSchema {
  1: string name,
  2: string type,
  3: string comment,
}

struct ObjectDictionary {
  1: required map<string,list<binary>> values,
} (since = "4.0.0")

struct Order {
  1: string col,
  2: i32 order,
}

struct PropertyGetRequest {
  1: required string nameSpace,
  2: string mapPrefix,
  3: optional string mapPredicate,
  4: optional list<string> mapSelection,
} (since = "4.0.0")

struct PropertyGetResponse {
  1: map<string,map<string,string>> properties,
} (since = "4.0.0")

struct PropertySetRequest {
  1: required string nameSpace,
  2: map<string,string> propertyMap,
} (since = "4.0.0")

struct ResourceUri {
  1: ResourceType resourceType,
  2: string uri,
}

// Columns with properties, as `get_schema` users see them; not stored.
struct Schema {
  1: list<FieldSchema> fieldSchemas,
  2: map<string,string> properties,
}

// A user-defined type; no current client stores one.
struct Type {
  1: string name,
  2: optional string type1,
  3: optional string type2,
  4: optional list<FieldSchema> fields,
}

struct Version {
  1: string version,
  2: string comments,
}

// -------- Catalogs: a catalog holds databases (3.1 and newer; older clients live in `hive`)

struct Catalog {
  1: string name,
  2: optional string description,
  3: string locationUri,
  4: optional i32 createTime (since = "4.0.0"),
  5: optional map<string,string> parameters (since = "master"),
} (since = "3.1")

struct AlterCatalogRequest {
  1: string name,
  2: Catalog newCat,
} (since = "3.1")

struct CreateCatalogRequest {
  1: Catalog catalog,
} (since = "3.1")

struct DropCatalogRequest {
  1: string name,
  2: optional bool ifExists = true (since = "4.1"),
} (since = "3.1")

struct GetCatalogRequest {
  1: string name,
} (since = "3.1")

struct GetCatalogResponse {
  1: Catalog catalog,
} (since = "3.1")

struct GetCatalogsResponse {
  1: list<string> names,
} (since = "3.1")

// -------- Data connectors: remote databases behind a JDBC-like connector (4.0.0 and newer)

struct DataConnector {
  1: string name,
  2: string type,
  3: string url,
  4: optional string description,
  5: optional map<string,string> parameters,
  6: optional string ownerName,
  7: optional PrincipalType ownerType,
  8: optional i32 createTime,
} (since = "4.0.0")

struct AlterDataConnectorRequest {
  1: required string connectorName,
  2: required DataConnector newConnector,
} (since = "4.0.1")

struct CreateDataConnectorRequest {
  1: optional DataConnector connector (required_since = "4.0.1"),
} (since = "4.0.0")

struct DropDataConnectorRequest {
  1: required string connectorName,
  2: optional bool ifNotExists,
  3: optional bool checkReferences,
} (since = "4.0.1")

struct GetDataConnectorRequest {
  1: required string connectorName,
} (since = "4.0.0")

// -------- Databases

enum DatabaseType {
  NATIVE = 1,
  REMOTE = 2,
} (since = "4.0.0")

// A namespace of tables.
struct Database {
  1: string name,
  2: string description,
  3: string locationUri,
  4: map<string,string> parameters,
  5: optional PrincipalPrivilegeSet privileges,
  6: optional string ownerName,
  7: optional PrincipalType ownerType,
  8: optional string catalogName (since = "2.3.10"),
  9: optional i32 createTime (since = "4.0.0"),
  10: optional string managedLocationUri (since = "4.0.0"),
  11: optional DatabaseType type (since = "4.0.0"),
  12: optional string connector_name (since = "4.0.0"),
  13: optional string remote_dbname (since = "4.0.0"),
}

struct AlterDatabaseRequest {
  1: required string oldDbName,
  2: required Database newDb,
} (since = "4.0.1")

struct CreateDatabaseRequest {
  1: required string databaseName,
  2: optional string description,
  3: optional string locationUri,
  4: optional map<string,string> parameters,
  5: optional PrincipalPrivilegeSet privileges,
  6: optional string ownerName,
  7: optional PrincipalType ownerType,
  8: optional string catalogName,
  9: optional i32 createTime,
  10: optional string managedLocationUri,
  11: optional DatabaseType type (was = "string type until 4.0.0"),
  12: optional string dataConnectorName,
  13: optional string remote_dbname (since = "4.0.1"),
} (since = "4.0.0")

struct DropDatabaseRequest {
  1: required string name,
  2: optional string catalogName,
  3: required bool ignoreUnknownDb,
  4: required bool deleteData,
  5: required bool cascade,
  6: optional bool softDelete = false,
  7: optional i64 txnId = 0,
  8: optional bool deleteManagedDir = true,
  9: optional string id (since = "master"),
  10: optional bool asyncDrop (since = "master"),
  11: optional bool cancel (since = "master"),
} (since = "4.0.0")

struct GetDatabaseObjectsRequest {
  1: optional string catalogName,
  2: optional string pattern,
} (since = "4.1")

struct GetDatabaseObjectsResponse {
  1: required list<Database> databases,
} (since = "4.1")

struct GetDatabaseRequest {
  1: optional string name,
  2: optional string catalogName,
  3: optional list<string> processorCapabilities,
  4: optional string processorIdentifier,
} (since = "4.0.0")

// -------- Roles and privileges

enum GrantRevokeType {
  GRANT = 1,
  REVOKE = 2,
}

enum HiveObjectType {
  GLOBAL = 1,
  DATABASE = 2,
  TABLE = 3,
  PARTITION = 4,
  COLUMN = 5,
  DATACONNECTOR = 6 (since = "4.0.0"),
}

enum PrincipalType {
  USER = 1,
  ROLE = 2,
  GROUP = 3,
}

struct GetPrincipalsInRoleRequest {
  1: required string roleName,
}

struct RolePrincipalGrant {
  1: string roleName,
  2: string principalName,
  3: PrincipalType principalType,
  4: bool grantOption,
  5: i32 grantTime,
  6: string grantorName,
  7: PrincipalType grantorPrincipalType,
}

struct GetPrincipalsInRoleResponse {
  1: required list<RolePrincipalGrant> principalGrants,
}

struct GetRoleGrantsForPrincipalRequest {
  1: required string principal_name,
  2: required PrincipalType principal_type,
}

struct GetRoleGrantsForPrincipalResponse {
  1: required list<RolePrincipalGrant> principalGrants,
}

// What a privilege is about.
struct HiveObjectRef {
  1: HiveObjectType objectType,
  2: string dbName,
  3: string objectName,
  4: list<string> partValues,
  5: string columnName,
  6: optional string catName (since = "2.3.10"),
}

struct PrivilegeGrantInfo {
  1: string privilege,
  2: i32 createTime,
  3: string grantor,
  4: PrincipalType grantorType,
  5: bool grantOption,
}

struct HiveObjectPrivilege {
  1: HiveObjectRef hiveObject,
  2: string principalName,
  3: PrincipalType principalType,
  4: PrivilegeGrantInfo grantInfo,
  5: string authorizer (since = "3.1"),
}

struct PrivilegeBag {
  1: list<HiveObjectPrivilege> privileges,
}

struct GrantRevokePrivilegeRequest {
  1: GrantRevokeType requestType,
  2: PrivilegeBag privileges,
  3: optional bool revokeGrantOption,
}

struct GrantRevokePrivilegeResponse {
  1: optional bool success,
}

struct GrantRevokeRoleRequest {
  1: GrantRevokeType requestType,
  2: string roleName,
  3: string principalName,
  4: PrincipalType principalType,
  5: optional string grantor,
  6: optional PrincipalType grantorType,
  7: optional bool grantOption,
}

struct GrantRevokeRoleResponse {
  1: optional bool success,
}

// Privileges by user, group and role.
struct PrincipalPrivilegeSet {
  1: map<string,list<PrivilegeGrantInfo>> userPrivileges,
  2: map<string,list<PrivilegeGrantInfo>> groupPrivileges,
  3: map<string,list<PrivilegeGrantInfo>> rolePrivileges,
}

struct Role {
  1: string roleName,
  2: i32 createTime,
  3: string ownerName,
}

// -------- Statistics: column statistics of tables and partitions

struct BooleanColumnStatsData {
  1: required i64 numTrues,
  2: required i64 numFalses,
  3: required i64 numNulls,
  4: optional binary bitVectors,
}

struct LongColumnStatsData {
  1: optional i64 lowValue,
  2: optional i64 highValue,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
  6: optional binary histogram (since = "4.0.0"),
}

struct DoubleColumnStatsData {
  1: optional double lowValue,
  2: optional double highValue,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
  6: optional binary histogram (since = "4.0.0"),
}

struct StringColumnStatsData {
  1: required i64 maxColLen,
  2: required double avgColLen,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
}

struct BinaryColumnStatsData {
  1: required i64 maxColLen,
  2: required double avgColLen,
  3: required i64 numNulls,
  4: optional binary bitVectors,
}

struct Decimal {
  1: required binary unscaled,
  3: required i16 scale,
}

struct DecimalColumnStatsData {
  1: optional Decimal lowValue,
  2: optional Decimal highValue,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
  6: optional binary histogram (since = "4.0.0"),
}

struct Date {
  1: required i64 daysSinceEpoch,
}

struct DateColumnStatsData {
  1: optional Date lowValue,
  2: optional Date highValue,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
  6: optional binary histogram (since = "4.0.0"),
}

struct Timestamp {
  1: required i64 secondsSinceEpoch,
} (since = "4.0.0")

struct TimestampColumnStatsData {
  1: optional Timestamp lowValue,
  2: optional Timestamp highValue,
  3: required i64 numNulls,
  4: required i64 numDVs,
  5: optional binary bitVectors,
  6: optional binary histogram,
} (since = "4.0.0")

// Statistics of one column; the member tells the type of the column.
union ColumnStatisticsData {
  1: BooleanColumnStatsData booleanStats,
  2: LongColumnStatsData longStats,
  3: DoubleColumnStatsData doubleStats,
  4: StringColumnStatsData stringStats,
  5: BinaryColumnStatsData binaryStats,
  6: DecimalColumnStatsData decimalStats,
  7: DateColumnStatsData dateStats,
  8: TimestampColumnStatsData timestampStats (since = "4.0.0"),
}

struct ColumnStatisticsObj {
  1: required string colName,
  2: required string colType,
  3: required ColumnStatisticsData statsData,
}

struct AggrStats {
  1: required list<ColumnStatisticsObj> colStats,
  2: required i64 partsFound,
  3: optional bool isStatsCompliant (since = "4.0.0"),
}

struct ColumnStatisticsDesc {
  1: required bool isTblLevel,
  2: required string dbName,
  3: required string tableName,
  4: optional string partName,
  5: optional i64 lastAnalyzed,
  6: optional string catName (since = "2.3.10"),
}

// Statistics of some columns of one table or partition.
struct ColumnStatistics {
  1: required ColumnStatisticsDesc statsDesc,
  2: required list<ColumnStatisticsObj> statsObj,
  3: optional bool isStatsCompliant (since = "4.0.0"),
  4: optional string engine = "hive" (since = "4.0.0"),
}

struct DeleteColumnStatisticsRequest {
  1: optional string cat_name,
  2: required string db_name,
  3: required string tbl_name,
  4: optional list<string> part_names,
  5: optional list<string> col_names,
  6: optional string engine = "hive",
  7: optional bool tableLevel = false,
} (since = "4.1")

struct GetRuntimeStatsRequest {
  1: required i32 maxWeight,
  2: required i32 maxCreateTime,
} (since = "3.1")

struct PartitionsStatsRequest {
  1: required string dbName,
  2: required string tblName,
  3: required list<string> colNames,
  4: required list<string> partNames,
  5: optional string catName (since = "2.3.10"),
  6: optional string validWriteIdList (since = "4.0.0"),
  7: optional string engine = "hive" (since = "4.0.0"),
}

struct PartitionsStatsResult {
  1: required map<string,list<ColumnStatisticsObj>> partStats,
  2: optional bool isStatsCompliant (since = "4.0.0"),
}

struct RuntimeStat {
  1: optional i32 createTime,
  2: required i32 weight,
  3: required binary payload,
} (since = "3.1")

struct SetPartitionsStatsRequest {
  1: required list<ColumnStatistics> colStats,
  2: optional bool needMerge,
  3: optional i64 writeId = -1 (since = "4.0.0"),
  4: optional string validWriteIdList (since = "4.0.0"),
  5: optional string engine = "hive" (since = "4.0.0"),
}

struct SetPartitionsStatsResponse {
  1: required bool result,
} (since = "4.0.0")

struct TableStatsRequest {
  1: required string dbName,
  2: required string tblName,
  3: required list<string> colNames,
  4: optional string catName (since = "3.1"),
  5: optional string validWriteIdList (since = "4.0.0"),
  6: optional string engine = "hive" (since = "4.0.0"),
  7: optional i64 id = -1 (since = "4.0.0"),
}

struct TableStatsResult {
  1: required list<ColumnStatisticsObj> tableStats,
  2: optional bool isStatsCompliant (since = "4.0.0"),
}

struct UpdateTransactionalStatsRequest {
  1: required i64 tableId,
  2: required i64 insertCount,
  3: required i64 updatedCount,
  4: required i64 deletedCount,
} (since = "4.0.0")

// -------- Constraints: primary and foreign keys, unique, not-null, default and check constraints; none of them is enforced

struct SQLCheckConstraint {
  1: string catName,
  2: string table_db,
  3: string table_name,
  4: string column_name,
  5: string check_expression,
  6: string dc_name,
  7: bool enable_cstr,
  8: bool validate_cstr,
  9: bool rely_cstr,
} (since = "3.1")

struct AddCheckConstraintRequest {
  1: required list<SQLCheckConstraint> checkConstraintCols,
} (since = "3.1")

struct SQLDefaultConstraint {
  1: string catName,
  2: string table_db,
  3: string table_name,
  4: string column_name,
  5: string default_value,
  6: string dc_name,
  7: bool enable_cstr,
  8: bool validate_cstr,
  9: bool rely_cstr,
} (since = "3.1")

struct AddDefaultConstraintRequest {
  1: required list<SQLDefaultConstraint> defaultConstraintCols,
} (since = "3.1")

struct SQLForeignKey {
  1: string pktable_db,
  2: string pktable_name,
  3: string pkcolumn_name,
  4: string fktable_db,
  5: string fktable_name,
  6: string fkcolumn_name,
  7: i32 key_seq,
  8: i32 update_rule,
  9: i32 delete_rule,
  10: string fk_name,
  11: string pk_name,
  12: bool enable_cstr,
  13: bool validate_cstr,
  14: bool rely_cstr,
  15: optional string catName (since = "3.1"),
}

struct AddForeignKeyRequest {
  1: required list<SQLForeignKey> foreignKeyCols,
}

struct SQLNotNullConstraint {
  1: string catName,
  2: string table_db,
  3: string table_name,
  4: string column_name,
  5: string nn_name,
  6: bool enable_cstr,
  7: bool validate_cstr,
  8: bool rely_cstr,
} (since = "3.1")

struct AddNotNullConstraintRequest {
  1: required list<SQLNotNullConstraint> notNullConstraintCols,
} (since = "3.1")

struct SQLPrimaryKey {
  1: string table_db,
  2: string table_name,
  3: string column_name,
  4: i32 key_seq,
  5: string pk_name,
  6: bool enable_cstr,
  7: bool validate_cstr,
  8: bool rely_cstr,
  9: optional string catName (since = "3.1"),
}

struct AddPrimaryKeyRequest {
  1: required list<SQLPrimaryKey> primaryKeyCols,
}

struct SQLUniqueConstraint {
  1: string catName,
  2: string table_db,
  3: string table_name,
  4: string column_name,
  5: i32 key_seq,
  6: string uk_name,
  7: bool enable_cstr,
  8: bool validate_cstr,
  9: bool rely_cstr,
} (since = "3.1")

struct AddUniqueConstraintRequest {
  1: required list<SQLUniqueConstraint> uniqueConstraintCols,
} (since = "3.1")

struct AllTableConstraintsRequest {
  1: required string dbName,
  2: required string tblName,
  3: required string catName,
  4: optional string validWriteIdList (until = "4.1"),
  5: optional i64 tableId = -1 (until = "4.1"),
} (since = "4.0.0")

struct SQLAllTableConstraints {
  1: optional list<SQLPrimaryKey> primaryKeys,
  2: optional list<SQLForeignKey> foreignKeys,
  3: optional list<SQLUniqueConstraint> uniqueConstraints,
  4: optional list<SQLNotNullConstraint> notNullConstraints,
  5: optional list<SQLDefaultConstraint> defaultConstraints,
  6: optional list<SQLCheckConstraint> checkConstraints,
} (since = "4.0.0")

struct AllTableConstraintsResponse {
  1: required SQLAllTableConstraints allTableConstraints,
} (since = "4.0.0")

struct CheckConstraintsRequest {
  1: required string catName,
  2: required string db_name,
  3: required string tbl_name,
  4: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  5: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
} (since = "3.1")

struct CheckConstraintsResponse {
  1: required list<SQLCheckConstraint> checkConstraints,
} (since = "3.1")

struct DefaultConstraintsRequest {
  1: required string catName,
  2: required string db_name,
  3: required string tbl_name,
  4: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  5: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
} (since = "3.1")

struct DefaultConstraintsResponse {
  1: required list<SQLDefaultConstraint> defaultConstraints,
} (since = "3.1")

struct DropConstraintRequest {
  1: required string dbname,
  2: required string tablename,
  3: required string constraintname,
  4: optional string catName (since = "3.1"),
}

struct ForeignKeysRequest {
  1: string parent_db_name,
  2: string parent_tbl_name,
  3: string foreign_db_name,
  4: string foreign_tbl_name,
  5: optional string catName (since = "3.1"),
  6: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  7: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
}

struct ForeignKeysResponse {
  1: required list<SQLForeignKey> foreignKeys,
}

struct NotNullConstraintsRequest {
  1: required string catName,
  2: required string db_name,
  3: required string tbl_name,
  4: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  5: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
} (since = "3.1")

struct NotNullConstraintsResponse {
  1: required list<SQLNotNullConstraint> notNullConstraints,
} (since = "3.1")

struct PrimaryKeysRequest {
  1: required string db_name,
  2: required string tbl_name,
  3: optional string catName (since = "3.1"),
  4: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  5: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
}

struct PrimaryKeysResponse {
  1: required list<SQLPrimaryKey> primaryKeys,
}

struct UniqueConstraintsRequest {
  1: required string catName,
  2: required string db_name,
  3: required string tbl_name,
  4: optional string validWriteIdList (since = "4.0.0", until = "4.1"),
  5: optional i64 tableId = -1 (since = "4.0.0", until = "4.1"),
} (since = "3.1")

struct UniqueConstraintsResponse {
  1: required list<SQLUniqueConstraint> uniqueConstraints,
} (since = "3.1")

// -------- Tables

enum GetTablesExtRequestFields {
  ACCESS_TYPE = 1,
  PROCESSOR_CAPABILITIES = 2,
  ALL = 2147483647,
} (since = "4.0.0")

// The serializer of a table or partition; the newer fields serve the schema registry.
struct SerDeInfo {
  1: string name,
  2: string serializationLib,
  3: map<string,string> parameters,
  4: optional string description (since = "3.1"),
  5: optional string serializerClass (since = "3.1"),
  6: optional string deserializerClass (since = "3.1"),
  7: optional SerdeType serdeType (since = "3.1"),
}

// Skewed columns and where their heavy values lie. Python clients cannot decode a non-empty location map.
struct SkewedInfo {
  1: list<string> skewedColNames,
  2: list<list<string>> skewedColValues,
  3: map<list<string>,string> skewedColValueLocationMaps,
}

// Where and how the data lies: columns, location, formats, serde, bucketing.
struct StorageDescriptor {
  1: list<FieldSchema> cols,
  2: string location,
  3: string inputFormat,
  4: string outputFormat,
  5: bool compressed,
  6: i32 numBuckets,
  7: SerDeInfo serdeInfo,
  8: list<string> bucketCols,
  9: list<Order> sortCols,
  10: map<string,string> parameters,
  11: optional SkewedInfo skewedInfo,
  12: optional bool storedAsSubDirectories,
}

struct SourceTable {
  1: required Table table,
  2: required i64 insertedCount,
  3: required i64 updatedCount,
  4: required i64 deletedCount,
} (since = "4.0.0")

// What a materialized view was built from.
struct CreationMetadata {
  1: required string catName,
  2: required string dbName,
  3: required string tblName,
  4: required set<string> tablesUsed,
  5: optional string validTxnList,
  6: optional i64 materializationTime,
  7: optional list<SourceTable> sourceTables (since = "4.0.0"),
} (since = "3.1")

// A table or view. `tableType` is `MANAGED_TABLE`, `EXTERNAL_TABLE`, `VIRTUAL_VIEW` or `MATERIALIZED_VIEW`.
struct Table {
  1: string tableName,
  2: string dbName,
  3: string owner,
  4: i32 createTime,
  5: i32 lastAccessTime,
  6: i32 retention,
  7: StorageDescriptor sd,
  8: list<FieldSchema> partitionKeys,
  9: map<string,string> parameters,
  10: string viewOriginalText,
  11: string viewExpandedText,
  12: string tableType,
  13: optional PrincipalPrivilegeSet privileges,
  14: optional bool temporary = false,
  15: optional bool rewriteEnabled,
  16: optional CreationMetadata creationMetadata (since = "3.1", was = "string catName until 2.3.10"),
  17: optional string catName (since = "3.1"),
  18: optional PrincipalType ownerType = PrincipalType.USER (since = "3.1"),
  19: optional i64 writeId = -1 (since = "4.0.0"),
  20: optional bool isStatsCompliant (since = "4.0.0"),
  21: optional ColumnStatistics colStats (since = "4.0.0"),
  22: optional i8 accessType (since = "4.0.0"),
  23: optional list<string> requiredReadCapabilities (since = "4.0.0"),
  24: optional list<string> requiredWriteCapabilities (since = "4.0.0"),
  25: optional i64 id (since = "4.0.0"),
  26: optional FileMetadata fileMetadata (since = "4.0.0"),
  27: optional ObjectDictionary dictionary (since = "4.0.0"),
  28: optional i64 txnId (since = "4.0.0"),
}

struct AlterTableRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tableName,
  4: required Table table,
  5: optional EnvironmentContext environmentContext,
  6: optional i64 writeId = -1,
  7: optional string validWriteIdList,
  8: optional list<string> processorCapabilities,
  9: optional string processorIdentifier,
  10: optional string expectedParameterKey,
  11: optional string expectedParameterValue,
} (since = "4.0.0")

struct AlterTableResponse {
} (since = "4.0.0")

struct CreateTableRequest {
  1: required Table table,
  2: optional EnvironmentContext envContext,
  3: optional list<SQLPrimaryKey> primaryKeys,
  4: optional list<SQLForeignKey> foreignKeys,
  5: optional list<SQLUniqueConstraint> uniqueConstraints,
  6: optional list<SQLNotNullConstraint> notNullConstraints,
  7: optional list<SQLDefaultConstraint> defaultConstraints,
  8: optional list<SQLCheckConstraint> checkConstraints,
  9: optional list<string> processorCapabilities,
  10: optional string processorIdentifier,
} (since = "4.0.0")

struct DropTableRequest {
  1: optional string catalogName,
  2: required string dbName,
  3: required string tableName,
  4: optional bool deleteData,
  5: optional EnvironmentContext envContext,
  6: optional bool dropPartitions,
  7: optional string id (since = "master"),
  8: optional bool asyncDrop (since = "master"),
  9: optional bool cancel (since = "master"),
} (since = "4.0.1")

struct ExtendedTableInfo {
  1: required string tblName,
  2: optional i32 accessType,
  3: optional list<string> requiredReadCapabilities,
  4: optional list<string> requiredWriteCapabilities,
} (since = "4.0.0")

struct GetFieldsRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional EnvironmentContext envContext,
  5: optional string validWriteIdList,
  6: optional i64 id = -1,
} (since = "4.0.0")

struct GetFieldsResponse {
  1: required list<FieldSchema> fields,
} (since = "4.0.0")

struct GetSchemaRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional EnvironmentContext envContext,
  5: optional string validWriteIdList,
  6: optional i64 id = -1,
} (since = "4.0.0")

struct GetSchemaResponse {
  1: required list<FieldSchema> fields,
} (since = "4.0.0")

// The form of `get_table` that 3.x and newer clients use; the only one from 4.0.1 on.
struct GetTableRequest {
  1: required string dbName,
  2: required string tblName,
  3: optional ClientCapabilities capabilities,
  4: optional string catName (since = "3.1"),
  6: optional string validWriteIdList (since = "4.0.0"),
  7: optional bool getColumnStats (since = "4.0.0"),
  8: optional list<string> processorCapabilities (since = "4.0.0"),
  9: optional string processorIdentifier (since = "4.0.0"),
  10: optional string engine = "hive" (since = "4.0.0"),
  11: optional i64 id = -1 (since = "4.0.0"),
}

struct GetTableResult {
  1: required Table table,
  2: optional bool isStatsCompliant (since = "4.0.0"),
}

struct GetTablesExtRequest {
  1: required string catalog,
  2: required string database,
  3: required string tableNamePattern,
  4: required i32 requestedFields,
  5: optional i32 limit,
  6: optional list<string> processorCapabilities,
  7: optional string processorIdentifier,
} (since = "4.0.0")

struct GetTablesRequest {
  1: required string dbName,
  2: optional list<string> tblNames,
  3: optional ClientCapabilities capabilities,
  4: optional string catName (since = "3.1"),
  5: optional list<string> processorCapabilities (since = "4.0.0"),
  6: optional string processorIdentifier (since = "4.0.0"),
  7: optional GetProjectionsSpec projectionSpec (since = "4.0.0"),
  8: optional string tablesPattern (since = "4.0.0"),
}

struct GetTablesResult {
  1: required list<Table> tables,
}

// An index, gone with Hive 3.
struct Index {
  1: string indexName,
  2: string indexHandlerClass,
  3: string dbName,
  4: string origTableName,
  5: i32 createTime,
  6: i32 lastAccessTime,
  7: string indexTableName,
  8: StorageDescriptor sd,
  9: map<string,string> parameters,
  10: bool deferredRebuild,
} (until = "2.3.10")

struct Materialization {
  1: required bool sourceTablesUpdateDeleteModified,
  2: optional bool sourceTablesCompacted (since = "4.0.0", required_since = "4.0.0"),
} (since = "3.1")

struct TableMeta {
  1: required string dbName,
  2: required string tableName,
  3: required string tableType,
  4: optional string comments,
  5: optional string catName (since = "3.1"),
  6: optional string ownerName (since = "4.0.0"),
  7: optional PrincipalType ownerType (since = "4.0.0"),
}

struct TableParamsUpdate {
  1: optional string cat_name,
  2: required string db_name,
  3: required string table_name,
  4: required map<string,string> params,
  5: optional string expected_param_key,
  6: optional string expected_param_value,
} (since = "master")

struct TruncateTableRequest {
  1: required string dbName,
  2: required string tableName,
  3: optional list<string> partNames,
  4: optional i64 writeId = -1,
  5: optional string validWriteIdList,
  6: optional EnvironmentContext environmentContext,
} (since = "4.0.0")

struct TruncateTableResponse {
} (since = "4.0.0")

// -------- Partitions

enum PartitionEventType {
  LOAD_DONE = 1,
}

enum PartitionFilterMode {
  BY_NAMES = 0,
  BY_VALUES = 1,
  BY_EXPR = 2,
} (since = "4.0.0")

// One partition: `values` stand in the order of the partition keys of its table.
struct Partition {
  1: list<string> values,
  2: string dbName,
  3: string tableName,
  4: i32 createTime,
  5: i32 lastAccessTime,
  6: StorageDescriptor sd,
  7: map<string,string> parameters,
  8: optional PrincipalPrivilegeSet privileges,
  9: optional string catName (since = "2.3.10"),
  10: optional i64 writeId = -1 (since = "4.0.0"),
  11: optional bool isStatsCompliant (since = "4.0.0"),
  12: optional ColumnStatistics colStats (since = "4.0.0"),
  13: optional FileMetadata fileMetadata (since = "4.0.0"),
}

struct AddPartitionsRequest {
  1: required string dbName,
  2: required string tblName,
  3: required list<Partition> parts,
  4: required bool ifNotExists,
  5: optional bool needResult = true,
  6: optional string catName (since = "2.3.10"),
  7: optional string validWriteIdList (since = "4.0.0"),
  8: optional bool skipColumnSchemaForPartition (since = "4.0.0"),
  9: optional list<FieldSchema> partitionColSchema (since = "4.0.0"),
  10: optional EnvironmentContext environmentContext (since = "4.0.1"),
}

struct AddPartitionsResult {
  1: optional list<Partition> partitions,
  2: optional bool isStatsCompliant (since = "4.0.0"),
  3: optional list<FieldSchema> partitionColSchema (since = "4.0.0"),
}

struct AlterPartitionsRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tableName,
  4: required list<Partition> partitions,
  5: optional EnvironmentContext environmentContext,
  6: optional i64 writeId = -1,
  7: optional string validWriteIdList,
  8: optional bool skipColumnSchemaForPartition,
  9: optional list<FieldSchema> partitionColSchema,
} (since = "4.0.0")

struct AlterPartitionsResponse {
} (since = "4.0.0")

struct AppendPartitionsRequest {
  1: optional string catalogName,
  2: required string dbName,
  3: required string tableName,
  4: optional string name,
  5: optional list<string> partVals,
  6: optional EnvironmentContext environmentContext,
} (since = "4.0.1")

struct DropPartitionRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional string partName,
  5: optional list<string> partVals,
  6: optional bool deleteData,
  7: optional EnvironmentContext environmentContext,
} (since = "4.0.1")

// An expression in Kryo bytes, or a filter text, that selects partitions.
struct DropPartitionsExpr {
  1: required binary expr,
  2: optional i32 partArchiveLevel,
}

union RequestPartsSpec {
  1: list<string> names,
  2: list<DropPartitionsExpr> exprs,
}

struct DropPartitionsRequest {
  1: required string dbName,
  2: required string tblName,
  3: required RequestPartsSpec parts,
  4: optional bool deleteData,
  5: optional bool ifExists = true,
  6: optional bool ignoreProtection,
  7: optional EnvironmentContext environmentContext,
  8: optional bool needResult = true,
  9: optional string catName (since = "2.3.10"),
  10: optional bool skipColumnSchemaForPartition (since = "4.0.0"),
}

struct DropPartitionsResult {
  1: optional list<Partition> partitions,
}

struct GetPartitionNamesPsRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional list<string> partValues,
  5: optional i16 maxParts = -1,
  6: optional string validWriteIdList,
  7: optional i64 id = -1,
} (since = "4.0.0")

struct GetPartitionNamesPsResponse {
  1: required list<string> names,
} (since = "4.0.0")

struct GetPartitionRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: required list<string> partVals,
  5: optional string validWriteIdList,
  6: optional i64 id = -1,
} (since = "4.0.0")

struct GetPartitionResponse {
  1: required Partition partition,
} (since = "4.0.0")

struct GetPartitionsByFilterRequest {
  1: optional string catName,
  2: string dbName,
  3: string tblName,
  4: string filter,
  5: optional i16 maxParts = -1,
  6: optional bool skipColumnSchemaForPartition,
  7: optional string includeParamKeyPattern,
  8: optional string excludeParamKeyPattern,
} (since = "4.0.0")

struct GetPartitionsByNamesRequest {
  1: required string db_name,
  2: required string tbl_name,
  3: optional list<string> names,
  4: optional bool get_col_stats,
  5: optional list<string> processorCapabilities,
  6: optional string processorIdentifier,
  7: optional string engine = "hive",
  8: optional string validWriteIdList,
  9: optional bool getFileMetadata,
  10: optional i64 id = -1,
  11: optional bool skipColumnSchemaForPartition,
  12: optional string includeParamKeyPattern,
  13: optional string excludeParamKeyPattern,
} (since = "4.0.0")

struct GetPartitionsByNamesResult {
  1: required list<Partition> partitions,
  2: optional ObjectDictionary dictionary,
} (since = "4.0.0")

struct GetPartitionsFilterSpec {
  7: optional PartitionFilterMode filterMode,
  8: optional list<string> filters,
} (since = "4.0.0")

struct GetPartitionsPsWithAuthRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional list<string> partVals,
  5: optional i16 maxParts = -1,
  6: optional string userName,
  7: optional list<string> groupNames,
  8: optional string validWriteIdList,
  9: optional i64 id = -1,
  10: optional bool skipColumnSchemaForPartition,
  11: optional string includeParamKeyPattern,
  12: optional string excludeParamKeyPattern,
  13: optional list<string> partNames,
} (since = "4.0.0")

struct GetPartitionsPsWithAuthResponse {
  1: required list<Partition> partitions,
} (since = "4.0.0")

struct GetProjectionsSpec {
  1: list<string> fieldList,
  2: string includeParamKeyPattern,
  3: string excludeParamKeyPattern,
} (since = "4.0.0")

// Selects partitions and the fields to fill in; used by newer Hive only.
struct GetPartitionsRequest {
  1: optional string catName,
  2: string dbName,
  3: string tblName,
  4: optional bool withAuth,
  5: optional string user,
  6: optional list<string> groupNames,
  7: GetProjectionsSpec projectionSpec,
  8: GetPartitionsFilterSpec filterSpec,
  9: optional list<string> processorCapabilities,
  10: optional string processorIdentifier,
  11: optional string validWriteIdList,
} (since = "4.0.0")

struct PartitionWithoutSD {
  1: list<string> values,
  2: i32 createTime,
  3: i32 lastAccessTime,
  4: string relativePath,
  5: map<string,string> parameters,
  6: optional PrincipalPrivilegeSet privileges,
}

// Partitions that differ from a shared descriptor in a relative path only.
struct PartitionSpecWithSharedSD {
  1: list<PartitionWithoutSD> partitions,
  2: StorageDescriptor sd,
}

struct PartitionListComposingSpec {
  1: list<Partition> partitions,
}

// A group of partitions, either sharing a root path and descriptor or as a plain list.
struct PartitionSpec {
  1: string dbName,
  2: string tableName,
  3: string rootPath,
  4: optional PartitionSpecWithSharedSD sharedSDPartitionSpec,
  5: optional PartitionListComposingSpec partitionList,
  6: optional string catName (since = "2.3.10"),
  7: optional i64 writeId = -1 (since = "4.0.0"),
  8: optional bool isStatsCompliant (since = "4.0.0"),
}

struct GetPartitionsResponse {
  1: list<PartitionSpec> partitionSpec,
} (since = "4.0.0")

struct PartitionValuesRequest {
  1: required string dbName,
  2: required string tblName,
  3: required list<FieldSchema> partitionKeys,
  4: optional bool applyDistinct = true,
  5: optional string filter,
  6: optional list<FieldSchema> partitionOrder,
  7: optional bool ascending = true,
  8: optional i64 maxParts = -1,
  9: optional string catName (since = "2.3.10"),
  10: optional string validWriteIdList (since = "4.0.0"),
}

struct PartitionValuesRow {
  1: required list<string> row,
}

struct PartitionValuesResponse {
  1: required list<PartitionValuesRow> partitionValues,
}

// Asks for partitions by an expression in Kryo bytes (Hive) or a filter text in UTF-8.
struct PartitionsByExprRequest {
  1: required string dbName,
  2: required string tblName,
  3: required binary expr,
  4: optional string defaultPartitionName,
  5: optional i16 maxParts = -1,
  6: optional string catName (since = "2.3.10"),
  7: optional string order (since = "4.0.0"),
  8: optional string validWriteIdList (since = "4.0.0"),
  9: optional i64 id = -1 (since = "4.0.0"),
  10: optional bool skipColumnSchemaForPartition (since = "4.0.0"),
  11: optional string includeParamKeyPattern (since = "4.0.0"),
  12: optional string excludeParamKeyPattern (since = "4.0.0"),
}

struct PartitionsByExprResult {
  1: required list<Partition> partitions,
  2: required bool hasUnknownPartitions,
}

struct PartitionsRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tblName,
  4: optional i16 maxParts = -1,
  5: optional string validWriteIdList,
  6: optional i64 id = -1,
  7: optional bool skipColumnSchemaForPartition,
  8: optional string includeParamKeyPattern,
  9: optional string excludeParamKeyPattern,
} (since = "4.0.0")

struct PartitionsResponse {
  1: required list<Partition> partitions,
} (since = "4.0.0")

struct PartitionsSpecByExprResult {
  1: required list<PartitionSpec> partitionsSpec,
  2: required bool hasUnknownPartitions,
} (since = "4.0.0")

struct RenamePartitionRequest {
  1: optional string catName,
  2: required string dbName,
  3: required string tableName,
  4: required list<string> partVals,
  5: required Partition newPart,
  6: optional string validWriteIdList,
  7: optional i64 txnId,
  8: optional bool clonePart,
} (since = "4.0.0")

struct RenamePartitionResponse {
} (since = "4.0.0")

// -------- Functions and stored code: user functions, stored procedures and packages

enum FunctionType {
  JAVA = 1,
}

struct AddPackageRequest {
  1: string catName,
  2: string dbName,
  3: string packageName,
  4: string ownerName,
  5: string header,
  6: string body,
} (since = "4.0.0")

struct DropPackageRequest {
  1: required string catName,
  2: required string dbName,
  3: required string packageName,
} (since = "4.0.0")

// A user function and the resources that hold its code.
struct Function {
  1: string functionName,
  2: string dbName,
  3: string className,
  4: string ownerName,
  5: PrincipalType ownerType,
  6: i32 createTime,
  7: FunctionType functionType,
  8: list<ResourceUri> resourceUris,
  9: optional string catName (since = "2.3.10"),
}

struct GetAllFunctionsResponse {
  1: optional list<Function> functions,
}

struct GetFunctionsRequest {
  1: required string dbName,
  2: optional string catalogName,
  3: optional string pattern,
  4: optional bool returnNames = true,
} (since = "4.1")

struct GetFunctionsResponse {
  1: optional list<string> function_names,
  2: optional list<Function> functions,
} (since = "4.1")

struct GetPackageRequest {
  1: required string catName,
  2: required string dbName,
  3: required string packageName,
} (since = "4.0.0")

struct ListPackageRequest {
  1: required string catName,
  2: optional string dbName,
} (since = "4.0.0")

struct ListStoredProcedureRequest {
  1: required string catName,
  2: optional string dbName,
} (since = "4.0.0")

struct Package {
  1: string catName,
  2: string dbName,
  3: string packageName,
  4: string ownerName,
  5: string header,
  6: string body,
} (since = "4.0.0")

struct StoredProcedure {
  1: string name,
  2: string dbName,
  3: string catName,
  4: string ownerName,
  5: string source,
} (since = "4.0.0")

struct StoredProcedureRequest {
  1: required string catName,
  2: required string dbName,
  3: required string procName,
} (since = "4.0.0")

// -------- Notification events: the log of changes and the events that clients fire

enum EventRequestType {
  INSERT = 1,
  UPDATE = 2,
  DELETE = 3,
}

struct CmRecycleRequest {
  1: required string dataPath,
  2: required bool purge,
} (since = "3.1")

struct CmRecycleResponse {
} (since = "3.1")

struct CurrentNotificationEventId {
  1: required i64 eventId,
}

// Until 2.3.10 all fields stood one id lower and `replace` was missing; the wire type at id 1 tells the layouts apart.
struct InsertEventRequestData {
  1: optional bool replace (since = "3.1", was = "list<string> filesAdded until 2.3.10"),
  2: required list<string> filesAdded (since = "3.1", was = "list<string> filesAddedChecksum until 2.3.10; bool replace in CDH"),
  3: optional list<string> filesAddedChecksum (since = "3.1"),
  4: optional list<string> subDirectoryList (since = "4.0.0"),
  5: optional list<string> partitionVal (since = "4.0.0"),
}

union FireEventRequestData {
  1: optional InsertEventRequestData insertData,
  2: optional list<InsertEventRequestData> insertDatas (since = "4.0.0"),
  3: optional bool refreshEvent (since = "4.0.0"),
}

// An event told by a client, such as an insert into a table.
struct FireEventRequest {
  1: required bool successful,
  2: required FireEventRequestData data,
  3: optional string dbName,
  4: optional string tableName,
  5: optional list<string> partitionVals,
  6: optional string catName (since = "3.1"),
  7: optional map<string,string> tblParams (since = "4.0.0"),
  8: optional list<list<string>> batchPartitionValsForRefresh (since = "master"),
}

struct FireEventResponse {
  1: list<i64> eventIds (since = "4.0.0"),
}

struct GetAllWriteEventInfoRequest {
  1: required i64 txnId,
  2: optional string dbName,
  3: optional string tableName,
} (since = "4.0.0")

// One entry of the change log; `message` is JSON whose shape depends on `eventType` and `messageFormat`.
struct NotificationEvent {
  1: required i64 eventId,
  2: required i32 eventTime,
  3: required string eventType,
  4: optional string dbName,
  5: optional string tableName,
  6: required string message,
  7: optional string messageFormat,
  8: optional string catName (since = "3.1"),
}

struct NotificationEventRequest {
  1: required i64 lastEvent,
  2: optional i32 maxEvents,
  3: optional list<string> eventTypeSkipList (since = "4.0.0"),
  4: optional string catName (since = "4.0.0"),
  5: optional string dbName (since = "4.0.0"),
  6: optional list<string> tableNames (since = "4.0.0"),
  7: optional list<string> eventTypeList (since = "4.1"),
}

struct NotificationEventResponse {
  1: required list<NotificationEvent> events,
}

struct NotificationEventsCountRequest {
  1: required i64 fromEventId,
  2: required string dbName,
  3: optional string catName,
  4: optional i64 toEventId (since = "4.0.0"),
  5: optional i64 limit (since = "4.0.0"),
  6: optional list<string> tableNames (since = "4.0.0"),
} (since = "3.1")

struct NotificationEventsCountResponse {
  1: required i64 eventsCount,
} (since = "3.1")

struct WriteEventInfo {
  1: required i64 writeId,
  2: required string database,
  3: required string table,
  4: required string files,
  5: optional string partition,
  6: optional string tableObj,
  7: optional string partitionObj,
} (since = "4.0.0")

struct WriteNotificationLogRequest {
  1: required i64 txnId,
  2: required i64 writeId,
  3: required string db,
  4: required string table,
  5: required InsertEventRequestData fileInfo,
  6: optional list<string> partitionVals,
} (since = "4.0.0")

struct WriteNotificationLogBatchRequest {
  1: required string catalog,
  2: required string db,
  3: required string table,
  4: required list<WriteNotificationLogRequest> requestList,
} (since = "4.0.0")

struct WriteNotificationLogBatchResponse {
} (since = "4.0.0")

struct WriteNotificationLogResponse {
} (since = "4.0.0")

// -------- Transactions and write ids

enum DataOperationType {
  SELECT = 1,
  INSERT = 2,
  UPDATE = 3,
  DELETE = 4,
  UNSET = 5,
  NO_TXN = 6,
}

enum TxnState {
  COMMITTED = 1,
  ABORTED = 2,
  OPEN = 3,
}

enum TxnType {
  DEFAULT = 0,
  REPL_CREATED = 1,
  READ_ONLY = 2,
  COMPACTION = 3,
  MATER_VIEW_REBUILD = 4,
  SOFT_DELETE = 5,
  REBALANCE_COMPACTION = 6,
} (since = "4.0.0")

struct AbortTxnRequest {
  1: required i64 txnid,
  2: optional string replPolicy (since = "3.1"),
  3: optional TxnType txn_type (since = "4.0.0"),
  4: optional i64 errorCode (since = "4.0.0"),
}

struct AbortTxnsRequest {
  1: required list<i64> txn_ids,
  2: optional i64 errorCode (since = "4.0.0"),
}

// Until 2.3.10 there was no `writeid` and the fields from id 2 on stood one id lower; the wire type at id 2 tells the layouts apart.
struct AddDynamicPartitions {
  1: required i64 txnid,
  2: optional i64 writeid (since = "3.1", was = "string dbname until 2.3.10", required_since = "3.1"),
  3: required string dbname (since = "3.1", was = "string tablename until 2.3.10"),
  4: required string tablename (since = "3.1", was = "list<string> partitionnames until 2.3.10"),
  5: required list<string> partitionnames (since = "3.1", was = "DataOperationType operationType until 2.3.10"),
  6: optional DataOperationType operationType = DataOperationType.UNSET (since = "3.1"),
}

struct TxnToWriteId {
  1: required i64 txnId,
  2: required i64 writeId,
} (since = "3.1")

struct AllocateTableWriteIdsRequest {
  1: required string dbName,
  2: required string tableName,
  3: optional list<i64> txnIds,
  4: optional string replPolicy,
  5: optional list<TxnToWriteId> srcTxnToWriteIdList,
  6: optional bool reallocate = false (since = "4.0.0"),
} (since = "3.1")

struct AllocateTableWriteIdsResponse {
  1: required list<TxnToWriteId> txnToWriteIds,
} (since = "3.1")

struct BasicTxnInfo {
  1: required bool isnull,
  2: optional i64 time,
  3: optional i64 txnid,
  4: optional string dbname,
  5: optional string tablename,
  6: optional string partitionname,
} (since = "3.1")

struct CommitTxnKeyValue {
  1: required i64 tableId,
  2: required string key,
  3: required string value,
} (since = "4.0.0")

struct ReplLastIdInfo {
  1: required string database,
  2: required i64 lastReplId,
  3: optional string table,
  4: optional string catalog,
  5: optional list<string> partitionList,
} (since = "4.0.0")

struct CommitTxnRequest {
  1: required i64 txnid,
  2: optional string replPolicy (since = "3.1"),
  3: optional list<WriteEventInfo> writeEventInfos (since = "4.0.0"),
  4: optional ReplLastIdInfo replLastIdInfo (since = "4.0.0"),
  5: optional CommitTxnKeyValue keyValue (since = "4.0.0"),
  6: optional bool exclWriteEnabled = true (since = "4.0.0"),
  7: optional TxnType txn_type (since = "4.0.0"),
}

// One open or aborted transaction, with its owner.
struct TxnInfo {
  1: required i64 id,
  2: required TxnState state,
  3: required string user,
  4: required string hostname,
  5: optional string agentInfo = "Unknown",
  6: optional i32 heartbeatCount = 0,
  7: optional string metaInfo,
  8: optional i64 startedTime,
  9: optional i64 lastHeartbeatTime,
}

struct GetOpenTxnsInfoResponse {
  1: required i64 txn_high_water_mark,
  2: required list<TxnInfo> open_txns,
}

struct GetOpenTxnsRequest {
  1: optional list<TxnType> excludeTxnTypes,
} (since = "4.0.0")

// Clients up to 2.3.10 insist on a set at id 2, newer ones on a list; the request does not say who asks.
struct GetOpenTxnsResponse {
  1: required i64 txn_high_water_mark,
  2: required list<i64> open_txns (was = "set<i64> open_txns until 2.3.10"),
  3: optional i64 min_open_txn,
  4: optional binary abortedBits (since = "3.1", required_since = "3.1"),
}

struct GetValidWriteIdsRequest {
  1: required list<string> fullTableNames,
  2: optional string validTxnList,
  3: optional i64 writeId (since = "4.0.0"),
} (since = "3.1")

struct TableValidWriteIds {
  1: required string fullTableName,
  2: required i64 writeIdHighWaterMark,
  3: required list<i64> invalidWriteIds,
  4: optional i64 minOpenWriteId,
  5: required binary abortedBits,
} (since = "3.1")

struct GetValidWriteIdsResponse {
  1: required list<TableValidWriteIds> tblValidWriteIds,
} (since = "3.1")

struct MaxAllocatedTableWriteIdRequest {
  1: required string dbName,
  2: required string tableName,
} (since = "4.0.0")

struct MaxAllocatedTableWriteIdResponse {
  1: required i64 maxWriteId,
} (since = "4.0.0")

// Opens `num_txns` transactions at once.
struct OpenTxnRequest {
  1: required i32 num_txns,
  2: required string user,
  3: required string hostname,
  4: optional string agentInfo = "Unknown",
  5: optional string replPolicy (since = "3.1"),
  6: optional list<i64> replSrcTxnIds (since = "3.1"),
  7: optional TxnType txn_type = TxnType.DEFAULT (since = "4.0.0"),
}

struct OpenTxnsResponse {
  1: required list<i64> txn_ids,
}

struct ReplTblWriteIdStateRequest {
  1: required string validWriteIdlist,
  2: required string user,
  3: required string hostName,
  4: required string dbName,
  5: required string tableName,
  6: optional list<string> partNames,
} (since = "3.1")

struct ReplayedTxnsForPolicyResult {
  1: map<string,string> replTxnMapEntry,
} (since = "master")

struct SeedTableWriteIdsRequest {
  1: required string dbName,
  2: required string tableName,
  3: required i64 seedWriteId,
} (since = "4.0.0")

struct SeedTxnIdRequest {
  1: required i64 seedTxnId,
} (since = "4.0.0")

// -------- Locks

enum LockLevel {
  DB = 1,
  TABLE = 2,
  PARTITION = 3,
}

enum LockState {
  ACQUIRED = 1,
  WAITING = 2,
  ABORT = 3,
  NOT_ACQUIRED = 4,
}

enum LockType {
  SHARED_READ = 1,
  SHARED_WRITE = 2,
  EXCLUSIVE = 3,
  EXCL_WRITE = 4 (since = "4.0.0"),
}

struct CheckLockRequest {
  1: required i64 lockid,
  2: optional i64 txnid,
  3: optional i64 elapsed_ms,
}

struct HeartbeatRequest {
  1: optional i64 lockid,
  2: optional i64 txnid,
}

struct HeartbeatTxnRangeRequest {
  1: required i64 min,
  2: required i64 max,
}

struct HeartbeatTxnRangeResponse {
  1: required set<i64> aborted,
  2: required set<i64> nosuch,
}

// What a lock covers: a database, a table or a partition.
struct LockComponent {
  1: required LockType type,
  2: required LockLevel level,
  3: required string dbname,
  4: optional string tablename,
  5: optional string partitionname,
  6: optional DataOperationType operationType = DataOperationType.UNSET,
  7: optional bool isTransactional = false (since = "3.1", renamed = "isAcid until 2.3.10"),
  8: optional bool isDynamicPartitionWrite = false,
  9: optional string catName = "hive" (since = "master"),
}

struct LockMaterializationRebuildRequest {
  1: required string catName,
  2: required string dbName,
  3: required string tableName,
  4: required i64 txnId,
} (since = "master")

// A set of locks that is granted as a whole or not at all.
struct LockRequest {
  1: required list<LockComponent> component,
  2: optional i64 txnid,
  3: required string user,
  4: required string hostname,
  5: optional string agentInfo = "Unknown",
  6: optional bool zeroWaitReadEnabled = false (since = "4.0.0"),
  7: optional bool exclusiveCTAS = false (since = "4.0.0"),
  8: optional bool locklessReadsEnabled = false (since = "4.0.0"),
}

// The state of a lock request.
struct LockResponse {
  1: required i64 lockid,
  2: required LockState state,
  3: optional string errorMessage (since = "4.0.0"),
}

struct ShowLocksRequest {
  1: optional string dbname,
  2: optional string tablename,
  3: optional string partname,
  4: optional bool isExtended = false,
  5: optional i64 txnid (since = "4.0.0"),
  6: optional string catname = "hive" (since = "master"),
}

// A lock as `SHOW LOCKS` prints it.
struct ShowLocksResponseElement {
  1: required i64 lockid,
  2: required string dbname,
  3: optional string tablename,
  4: optional string partname,
  5: required LockState state,
  6: required LockType type,
  7: optional i64 txnid,
  8: required i64 lastheartbeat,
  9: optional i64 acquiredat,
  10: required string user,
  11: required string hostname,
  12: optional i32 heartbeatCount = 0,
  13: optional string agentInfo,
  14: optional i64 blockedByExtId,
  15: optional i64 blockedByIntId,
  16: optional i64 lockIdInternal,
  17: optional string catname (since = "master", required_since = "master"),
}

struct ShowLocksResponse {
  1: list<ShowLocksResponseElement> locks,
}

struct UnlockRequest {
  1: required i64 lockid,
}

// -------- Compaction

enum CompactionMetricsMetricType {
  NUM_OBSOLETE_DELTAS = 0,
  NUM_DELTAS = 1,
  NUM_SMALL_DELTAS = 2,
} (since = "4.0.0")

enum CompactionType {
  MINOR = 1,
  MAJOR = 2,
  REBALANCE = 3 (since = "4.0.0"),
  ABORT_TXN_CLEANUP = 4 (since = "4.0.0"),
  SMART_OPTIMIZE = 5 (since = "4.1"),
  DEFERRED_CLEANUP = 6 (since = "master"),
}

struct AbortCompactionResponseElement {
  1: required i64 compactionId,
  2: optional string status,
  3: optional string message,
} (since = "4.0.0")

struct AbortCompactResponse {
  1: required map<i64,AbortCompactionResponseElement> abortedcompacts,
} (since = "4.0.0")

struct AbortCompactionRequest {
  1: required list<i64> compactionIds,
  2: optional string type,
  3: optional string poolName,
} (since = "4.0.0")

struct CompactionInfoStruct {
  1: required i64 id,
  2: required string dbname,
  3: required string tablename,
  4: optional string partitionname,
  5: required CompactionType type,
  6: optional string runas,
  7: optional string properties,
  8: optional bool toomanyaborts,
  9: optional string state,
  10: optional string workerId,
  11: optional i64 start,
  12: optional i64 highestWriteId,
  13: optional string errorMessage,
  14: optional bool hasoldabort,
  15: optional i64 enqueueTime,
  16: optional i64 retryRetention,
  17: optional string poolname,
  18: optional i32 numberOfBuckets,
  19: optional string orderByClause,
} (since = "4.0.0")

struct CompactionMetricsDataRequest {
  1: required string dbName,
  2: required string tblName,
  3: optional string partitionName,
  4: required CompactionMetricsMetricType type,
} (since = "4.0.0")

struct CompactionMetricsDataStruct {
  1: required string dbname,
  2: required string tblname,
  3: optional string partitionname,
  4: required CompactionMetricsMetricType type,
  5: required i32 metricvalue,
  6: required i32 version,
  7: required i32 threshold,
} (since = "4.0.0")

struct CompactionMetricsDataResponse {
  1: optional CompactionMetricsDataStruct data,
} (since = "4.0.0")

// Asks for a compaction of a table or partition.
struct CompactionRequest {
  1: required string dbname,
  2: required string tablename,
  3: optional string partitionname,
  4: required CompactionType type,
  5: optional string runas,
  6: optional map<string,string> properties,
  7: optional string initiatorId (since = "4.0.0"),
  8: optional string initiatorVersion (since = "4.0.0"),
  9: optional string poolName (since = "4.0.0"),
  10: optional i32 numberOfBuckets (since = "4.0.0"),
  11: optional string orderByClause (since = "4.0.0"),
}

struct CompactionResponse {
  1: required i64 id,
  2: required string state,
  3: required bool accepted,
  4: optional string errormessage (since = "4.0.0"),
}

struct FindNextCompactRequest {
  1: optional string workerId,
  2: optional string workerVersion,
  3: optional string poolName,
} (since = "4.0.0")

struct GetLatestCommittedCompactionInfoRequest {
  1: required string dbname,
  2: required string tablename,
  3: optional list<string> partitionnames,
  4: optional i64 lastCompactionId,
} (since = "4.0.0")

struct GetLatestCommittedCompactionInfoResponse {
  1: required list<CompactionInfoStruct> compactions,
} (since = "4.0.0")

struct OptionalCompactionInfoStruct {
  1: optional CompactionInfoStruct ci,
} (since = "4.0.0")

struct ShowCompactRequest {
  1: optional i64 id (since = "4.0.0"),
  2: optional string poolName (since = "4.0.0"),
  3: optional string dbName (since = "4.0.0"),
  4: optional string tbName (since = "4.0.0"),
  5: optional string partName (since = "4.0.0"),
  6: optional CompactionType type (since = "4.0.0"),
  7: optional string state (since = "4.0.0"),
  8: optional i64 limit (since = "4.0.0"),
  9: optional string order (since = "4.0.0"),
}

struct ShowCompactResponseElement {
  1: required string dbname,
  2: required string tablename,
  3: optional string partitionname,
  4: required CompactionType type,
  5: required string state,
  6: optional string workerid,
  7: optional i64 start,
  8: optional string runAs,
  9: optional i64 hightestTxnId,
  10: optional string metaInfo,
  11: optional i64 endTime,
  12: optional string hadoopJobId = "None",
  13: optional i64 id,
  14: optional string errorMessage (since = "4.0.0"),
  15: optional i64 enqueueTime (since = "4.0.0"),
  16: optional string workerVersion (since = "4.0.0"),
  17: optional string initiatorId (since = "4.0.0"),
  18: optional string initiatorVersion (since = "4.0.0"),
  19: optional i64 cleanerStart (since = "4.0.0"),
  20: optional string poolName (since = "4.0.0"),
  21: optional i64 nextTxnId (since = "4.0.0"),
  22: optional i64 txnId (since = "4.0.0"),
  23: optional i64 commitTime (since = "4.0.0"),
  24: optional i64 hightestWriteId (since = "4.0.0"),
}

struct ShowCompactResponse {
  1: required list<ShowCompactResponseElement> compacts,
}

// -------- Schema registry: versioned schemas with serdes (3.1 and newer)

enum SchemaCompatibility {
  NONE = 1,
  BACKWARD = 2,
  FORWARD = 3,
  BOTH = 4,
} (since = "3.1")

enum SchemaType {
  HIVE = 1,
  AVRO = 2,
} (since = "3.1")

enum SchemaValidation {
  LATEST = 1,
  ALL = 2,
} (since = "3.1")

enum SchemaVersionState {
  INITIATED = 1,
  START_REVIEW = 2,
  CHANGES_REQUIRED = 3,
  REVIEWED = 4,
  ENABLED = 5,
  DISABLED = 6,
  ARCHIVED = 7,
  DELETED = 8,
} (since = "3.1")

enum SerdeType {
  HIVE = 1,
  SCHEMA_REGISTRY = 2,
} (since = "3.1")

struct ISchemaName {
  1: string catName,
  2: string dbName,
  3: string schemaName,
} (since = "3.1")

// A schema of the registry, the parent of its versions.
struct ISchema {
  1: SchemaType schemaType,
  2: string name,
  3: string catName,
  4: string dbName,
  5: SchemaCompatibility compatibility,
  6: SchemaValidation validationLevel,
  7: bool canEvolve,
  8: optional string schemaGroup,
  9: optional string description,
} (since = "3.1")

struct AlterISchemaRequest {
  1: ISchemaName name,
  3: ISchema newSchema,
} (since = "3.1")

struct SchemaVersionDescriptor {
  1: ISchemaName schema,
  2: i32 version,
} (since = "3.1")

struct FindSchemasByColsResp {
  1: list<SchemaVersionDescriptor> schemaVersions,
} (since = "3.1")

struct FindSchemasByColsRqst {
  1: optional string colName,
  2: optional string colNamespace,
  3: optional string type,
} (since = "3.1")

struct GetSerdeRequest {
  1: string serdeName,
} (since = "3.1")

struct MapSchemaVersionToSerdeRequest {
  1: SchemaVersionDescriptor schemaVersion,
  2: string serdeName,
} (since = "3.1")

struct SchemaVersion {
  1: ISchemaName schema,
  2: i32 version,
  3: i64 createdAt,
  4: list<FieldSchema> cols,
  5: optional SchemaVersionState state,
  6: optional string description,
  7: optional string schemaText,
  8: optional string fingerprint,
  9: optional string name,
  10: optional SerDeInfo serDe,
} (since = "3.1")

struct SetSchemaVersionStateRequest {
  1: SchemaVersionDescriptor schemaVersion,
  2: SchemaVersionState state,
} (since = "3.1")

// -------- Workload management: resource plans of LLAP

enum WMPoolSchedulingPolicy {
  FAIR = 1,
  FIFO = 2,
} (since = "3.1")

enum WMResourcePlanStatus {
  ACTIVE = 1,
  ENABLED = 2,
  DISABLED = 3,
} (since = "3.1")

struct WMNullablePool {
  1: required string resourcePlanName,
  2: required string poolPath,
  3: optional double allocFraction,
  4: optional i32 queryParallelism,
  5: optional string schedulingPolicy,
  6: optional bool isSetSchedulingPolicy,
  7: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMAlterPoolRequest {
  1: optional WMNullablePool pool,
  2: optional string poolPath,
} (since = "3.1")

struct WMAlterPoolResponse {
} (since = "3.1")

struct WMNullableResourcePlan {
  1: optional string name,
  2: optional WMResourcePlanStatus status,
  4: optional i32 queryParallelism,
  5: optional bool isSetQueryParallelism,
  6: optional string defaultPoolPath,
  7: optional bool isSetDefaultPoolPath,
  8: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMAlterResourcePlanRequest {
  1: optional string resourcePlanName,
  2: optional WMNullableResourcePlan resourcePlan,
  3: optional bool isEnableAndActivate,
  4: optional bool isForceDeactivate,
  5: optional bool isReplace,
  6: optional string ns (since = "4.0.0"),
} (since = "3.1")

// A named set of pools, triggers and mappings.
struct WMResourcePlan {
  1: required string name,
  2: optional WMResourcePlanStatus status,
  3: optional i32 queryParallelism,
  4: optional string defaultPoolPath,
  5: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMPool {
  1: required string resourcePlanName,
  2: required string poolPath,
  3: optional double allocFraction,
  4: optional i32 queryParallelism,
  5: optional string schedulingPolicy,
  6: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMMapping {
  1: required string resourcePlanName,
  2: required string entityType,
  3: required string entityName,
  4: optional string poolPath,
  5: optional i32 ordering,
  6: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMTrigger {
  1: required string resourcePlanName,
  2: required string triggerName,
  3: optional string triggerExpression,
  4: optional string actionExpression,
  5: optional bool isInUnmanaged,
  6: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMPoolTrigger {
  1: required string pool,
  2: required string trigger,
  3: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMFullResourcePlan {
  1: required WMResourcePlan plan,
  2: required list<WMPool> pools,
  3: optional list<WMMapping> mappings,
  4: optional list<WMTrigger> triggers,
  5: optional list<WMPoolTrigger> poolTriggers,
} (since = "3.1")

struct WMAlterResourcePlanResponse {
  1: optional WMFullResourcePlan fullResourcePlan,
} (since = "3.1")

struct WMAlterTriggerRequest {
  1: optional WMTrigger trigger,
} (since = "3.1")

struct WMAlterTriggerResponse {
} (since = "3.1")

struct WMCreateOrDropTriggerToPoolMappingRequest {
  1: optional string resourcePlanName,
  2: optional string triggerName,
  3: optional string poolPath,
  4: optional bool drop,
  5: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMCreateOrDropTriggerToPoolMappingResponse {
} (since = "3.1")

struct WMCreateOrUpdateMappingRequest {
  1: optional WMMapping mapping,
  2: optional bool update,
} (since = "3.1")

struct WMCreateOrUpdateMappingResponse {
} (since = "3.1")

struct WMCreatePoolRequest {
  1: optional WMPool pool,
} (since = "3.1")

struct WMCreatePoolResponse {
} (since = "3.1")

struct WMCreateResourcePlanRequest {
  1: optional WMResourcePlan resourcePlan,
  2: optional string copyFrom,
} (since = "3.1")

struct WMCreateResourcePlanResponse {
} (since = "3.1")

struct WMCreateTriggerRequest {
  1: optional WMTrigger trigger,
} (since = "3.1")

struct WMCreateTriggerResponse {
} (since = "3.1")

struct WMDropMappingRequest {
  1: optional WMMapping mapping,
} (since = "3.1")

struct WMDropMappingResponse {
} (since = "3.1")

struct WMDropPoolRequest {
  1: optional string resourcePlanName,
  2: optional string poolPath,
  3: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMDropPoolResponse {
} (since = "3.1")

struct WMDropResourcePlanRequest {
  1: optional string resourcePlanName,
  2: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMDropResourcePlanResponse {
} (since = "3.1")

struct WMDropTriggerRequest {
  1: optional string resourcePlanName,
  2: optional string triggerName,
  3: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMDropTriggerResponse {
} (since = "3.1")

struct WMGetActiveResourcePlanRequest {
  1: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMGetActiveResourcePlanResponse {
  1: optional WMFullResourcePlan resourcePlan,
} (since = "3.1")

struct WMGetAllResourcePlanRequest {
  1: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMGetAllResourcePlanResponse {
  1: optional list<WMResourcePlan> resourcePlans,
} (since = "3.1")

struct WMGetResourcePlanRequest {
  1: optional string resourcePlanName,
  2: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMGetResourcePlanResponse {
  1: optional WMFullResourcePlan resourcePlan,
} (since = "3.1")

struct WMGetTriggersForResourePlanRequest {
  1: optional string resourcePlanName,
  2: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMGetTriggersForResourePlanResponse {
  1: optional list<WMTrigger> triggers,
} (since = "3.1")

struct WMValidateResourcePlanRequest {
  1: optional string resourcePlanName,
  2: optional string ns (since = "4.0.0"),
} (since = "3.1")

struct WMValidateResourcePlanResponse {
  1: optional list<string> errors,
  2: optional list<string> warnings,
} (since = "3.1")

// -------- Scheduled queries and replication metrics

enum QueryState {
  INITED = 0,
  EXECUTING = 1,
  FAILED = 2,
  FINISHED = 3,
  TIMED_OUT = 4,
  AUTO_DISABLED = 5,
} (since = "4.0.0")

enum ScheduledQueryMaintenanceRequestType {
  CREATE = 1,
  ALTER = 2,
  DROP = 3,
} (since = "4.0.0")

struct GetReplicationMetricsRequest {
  1: optional i64 scheduledExecutionId,
  2: optional string policy,
  3: optional i64 dumpExecutionId,
} (since = "4.0.0")

struct ReplicationMetrics {
  1: required i64 scheduledExecutionId,
  2: required string policy,
  3: required i64 dumpExecutionId,
  4: optional string metadata,
  5: optional string progress,
  6: optional string messageFormat,
} (since = "4.0.0")

struct ReplicationMetricList {
  1: required list<ReplicationMetrics> replicationMetricList,
} (since = "4.0.0")

struct ScheduledQueryKey {
  1: required string scheduleName,
  2: required string clusterNamespace,
} (since = "4.0.0")

struct ScheduledQuery {
  1: required ScheduledQueryKey scheduleKey,
  2: optional bool enabled,
  4: optional string schedule,
  5: optional string user,
  6: optional string query,
  7: optional i32 nextExecution,
} (since = "4.0.0")

struct ScheduledQueryMaintenanceRequest {
  1: required ScheduledQueryMaintenanceRequestType type,
  2: required ScheduledQuery scheduledQuery,
} (since = "4.0.0")

struct ScheduledQueryPollRequest {
  1: required string clusterNamespace,
} (since = "4.0.0")

struct ScheduledQueryPollResponse {
  1: optional ScheduledQueryKey scheduleKey,
  2: optional i64 executionId,
  3: optional string query,
  4: optional string user,
} (since = "4.0.0")

struct ScheduledQueryProgressInfo {
  1: required i64 scheduledExecutionId,
  2: required QueryState state,
  3: required string executorQueryId,
  4: optional string errorMessage,
} (since = "4.0.0")

// -------- File metadata cache

enum FileMetadataExprType {
  ORC_SARG = 1,
}

struct CacheFileMetadataRequest {
  1: required string dbName,
  2: required string tblName,
  3: optional string partName,
  4: optional bool isAllParts,
}

struct CacheFileMetadataResult {
  1: required bool isSupported,
}

struct ClearFileMetadataRequest {
  1: required list<i64> fileIds,
}

struct ClearFileMetadataResult {
}

struct FileMetadata {
  1: i8 type = 1,
  2: i8 version = 1,
  3: list<binary> data,
} (since = "4.0.0")

struct GetFileMetadataByExprRequest {
  1: required list<i64> fileIds,
  2: required binary expr,
  3: optional bool doGetFooters,
  4: optional FileMetadataExprType type,
}

struct MetadataPpdResult {
  1: optional binary metadata,
  2: optional binary includeBitset,
}

struct GetFileMetadataByExprResult {
  1: required map<i64,MetadataPpdResult> metadata,
  2: required bool isSupported,
}

struct GetFileMetadataRequest {
  1: required list<i64> fileIds,
}

struct GetFileMetadataResult {
  1: required map<i64,binary> metadata,
  2: required bool isSupported,
}

struct PutFileMetadataRequest {
  1: required list<i64> fileIds,
  2: required list<binary> metadata,
  3: optional FileMetadataExprType type,
}

struct PutFileMetadataResult {
}

// -------- Property keys: names that clients and server use in parameter maps

const i8 ACCESSTYPE_NONE = 1  // since 4.0.0
const i8 ACCESSTYPE_READONLY = 2  // since 4.0.0
const i8 ACCESSTYPE_READWRITE = 8  // since 4.0.0
const i8 ACCESSTYPE_WRITEONLY = 4  // since 4.0.0
const string BUCKET_COUNT = "bucket_count"
const string BUCKET_FIELD_NAME = "bucket_field_name"
const string CTAS_LEGACY_CONFIG = "create_table_as_external"  // since 4.0.0
const string DDL_TIME = "transient_lastDdlTime"
const string DEFAULT_TABLE_TYPE = "defaultTableType"  // since 4.0.0
const string DRUID_CONFIG_PREFIX = "druid."  // since 4.0.0, until 4.1
const string EXPECTED_PARAMETER_KEY = "expected_parameter_key"  // since 2.3.10
const string EXPECTED_PARAMETER_VALUE = "expected_parameter_value"  // since 2.3.10
const string FIELD_TO_DIMENSION = "field_to_dimension"
const string FILE_INPUT_FORMAT = "file.inputformat"
const string FILE_OUTPUT_FORMAT = "file.outputformat"
const string HIVE_FILTER_FIELD_LAST_ACCESS = "hive_filter_field_last_access__"
const string HIVE_FILTER_FIELD_OWNER = "hive_filter_field_owner__"
const string HIVE_FILTER_FIELD_PARAMS = "hive_filter_field_params__"
const string HIVE_FILTER_FIELD_TABLE_NAME = "hive_filter_field_tableName__"  // since 4.0.0
const string HIVE_FILTER_FIELD_TABLE_TYPE = "hive_filter_field_tableType__"  // since 4.0.0
const string IF_PURGE = "ifPurge"  // since 4.0.0
const string IS_ARCHIVED = "is_archived"
const string IS_IMMUTABLE = "immutable"
const string JDBC_CONFIG_PREFIX = "hive.sql."  // since 4.0.0
const string META_TABLE_COLUMNS = "columns"
const string META_TABLE_COLUMN_TYPES = "columns.types"
const string META_TABLE_DB = "db"
const string META_TABLE_LOCATION = "location"
const string META_TABLE_NAME = "name"
const string META_TABLE_PARTITION_COLUMNS = "partition_columns"
const string META_TABLE_PARTITION_COLUMN_TYPES = "partition_columns.types"
const string META_TABLE_SERDE = "serde"
const string META_TABLE_STORAGE = "storage_handler"
const string NO_AUTO_COMPACT = "no_auto_compaction"  // since 4.0.0
const string NO_CLEANUP = "no_cleanup"  // since 4.0.0
const string ORIGINAL_LOCATION = "original_location"
const string PARTITION_TRANSFORM_SPEC = "partition_transform_spec"  // since 4.0.0
const string TABLE_BUCKETING_VERSION = "bucketing_version"  // since 3.1
const string TABLE_IS_CTAS = "created_with_ctas"  // since 4.0.0
const string TABLE_IS_CTLT = "created_with_ctlt"  // since 4.0.0
const string TABLE_IS_TRANSACTIONAL = "transactional"
const string TABLE_NO_AUTO_COMPACT = "no_auto_compaction"  // until 3.1
const string TABLE_TRANSACTIONAL_PROPERTIES = "transactional_properties"
const string TXN_ID = "txnId"  // since 4.0.0
const string WRITE_ID = "writeId"  // since 4.0.0

// -------- Services

// The base service of fb303: status, counters, options.
service FacebookService {
  i64 aliveSince(),
  i64 getCounter(1: optional string key),
  map<string,i64> getCounters(),
  string getCpuProfile(1: optional i32 profileDurationInSec),
  string getName(),
  string getOption(1: optional string key),
  map<string,string> getOptions(),
  fb_status getStatus(),
  string getStatusDetails(),
  string getVersion(),
  oneway void reinitialize(),
  void setOption(1: optional string key, 2: optional string value),
  // Java clients send it when they close; it must not stop anything.
  oneway void shutdown(),
}

// All calls of the metastore.
service ThriftHiveMetastore extends FacebookService {

  // -- Building blocks
  void flushCache(),
  string getMetaConf(1: optional string key) throws (1: MetaException o1),
  // Reads a setting; a name outside the allowed prefixes is refused.
  string get_config_value(1: optional string name, 2: optional string defaultValue)
    throws (1: ConfigValSecurityException o1),
  string get_metastore_db_uuid() throws (1: MetaException o1) (since = "3.1"),
  PropertyGetResponse get_properties(1: optional PropertyGetRequest req)
    throws (1: MetaException e1, 2: NoSuchObjectException e2) (since = "4.0.0"),
  void setMetaConf(1: optional string key, 2: optional string value) throws (1: MetaException o1),
  bool set_properties(1: optional PropertySetRequest req)
    throws (1: MetaException e1, 2: NoSuchObjectException e2) (since = "4.0.0"),
  // The first call of most Java clients: user and groups; answers the effective groups.
  list<string> set_ugi(1: optional string user_name, 2: optional list<string> group_names)
    throws (1: MetaException o1),

  // -- Catalogs
  void alter_catalog(1: optional AlterCatalogRequest rqst)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  void create_catalog(1: optional CreateCatalogRequest catalog)
    throws (1: AlreadyExistsException o1, 2: InvalidObjectException o2, 3: MetaException o3) (since = "3.1"),
  void drop_catalog(1: optional DropCatalogRequest catName)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  GetCatalogResponse get_catalog(1: optional GetCatalogRequest catName)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  GetCatalogsResponse get_catalogs() throws (1: MetaException o1) (since = "3.1"),

  // -- Data connectors
  void alter_dataconnector(1: optional string name, 2: optional DataConnector connector)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0", until = "4.0.0"),
  void alter_dataconnector_req(1: optional AlterDataConnectorRequest alterReq)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.1"),
  void create_dataconnector(1: optional DataConnector connector)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3) (since = "4.0.0", until = "4.0.0"),
  void create_dataconnector_req(1: optional CreateDataConnectorRequest connectorReq)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3) (since = "4.0.1"),
  // Development builds (and PyIceberg 0.12) sent two arguments without numbers: -1 and -2.
  void drop_dataconnector(
    1: optional string name,
    2: optional bool ifNotExists (old_id = "-1"),
    3: optional bool checkReferences (old_id = "-2"))
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "4.0.0", until = "4.0.0"),
  void drop_dataconnector_req(1: optional DropDataConnectorRequest dropDcReq)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "4.0.1"),
  DataConnector get_dataconnector_req(1: optional GetDataConnectorRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.0"),
  list<string> get_dataconnectors() throws (1: MetaException o1) (since = "4.0.0"),

  // -- Databases
  void alter_database(1: optional string dbname, 2: optional Database db)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  void alter_database_req(1: optional AlterDatabaseRequest alterDbReq)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.1"),
  void create_database(1: optional Database database)
    throws (1: AlreadyExistsException o1, 2: InvalidObjectException o2, 3: MetaException o3),
  void create_database_req(1: optional CreateDatabaseRequest createDatabaseRequest)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3) (since = "4.0.1"),
  void drop_database(1: optional string name, 2: optional bool deleteData, 3: optional bool cascade)
    throws (1: NoSuchObjectException o1, 2: InvalidOperationException o2, 3: MetaException o3),
  // Returns nothing to older clients, which skip the struct they are sent.
  AsyncOperationResp drop_database_req(1: optional DropDatabaseRequest req)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "4.0.0", returned = "void until 4.1"),
  list<string> get_all_databases() throws (1: MetaException o1),
  Database get_database(1: optional string name) throws (1: NoSuchObjectException o1, 2: MetaException o2),
  Database get_database_req(1: optional GetDatabaseRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.0"),
  list<string> get_databases(1: optional string pattern) throws (1: MetaException o1),
  GetDatabaseObjectsResponse get_databases_req(1: optional GetDatabaseObjectsRequest request)
    throws (1: MetaException o1) (since = "4.1"),

  // -- User-defined types
  bool create_type(1: optional Type type)
    throws (1: AlreadyExistsException o1, 2: InvalidObjectException o2, 3: MetaException o3),
  bool drop_type(1: optional string type) throws (1: MetaException o1, 2: NoSuchObjectException o2),
  Type get_type(1: optional string name) throws (1: MetaException o1, 2: NoSuchObjectException o2),
  map<string,Type> get_type_all(1: optional string name) throws (1: MetaException o2),

  // -- Tables
  Index add_index(1: optional Index new_index, 2: optional Table index_table)
    throws (
      1: InvalidObjectException o1,
      2: AlreadyExistsException o2,
      3: MetaException o3) (until = "2.3.10"),
  void alter_index(
    1: optional string dbname,
    2: optional string base_tbl_name,
    3: optional string idx_name,
    4: optional Index new_idx)
    throws (1: InvalidOperationException o1, 2: MetaException o2) (until = "2.3.10"),
  void alter_table(1: optional string dbname, 2: optional string tbl_name, 3: optional Table new_tbl)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  AlterTableResponse alter_table_req(1: optional AlterTableRequest req)
    throws (1: InvalidOperationException o1, 2: MetaException o2) (since = "4.0.0"),
  void alter_table_with_cascade(
    1: optional string dbname,
    2: optional string tbl_name,
    3: optional Table new_tbl,
    4: optional bool cascade)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  // Iceberg commits here; `expected_parameter_key` makes it a compare-and-swap.
  void alter_table_with_environment_context(
    1: optional string dbname,
    2: optional string tbl_name,
    3: optional Table new_tbl,
    4: optional EnvironmentContext environment_context)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  void create_table(1: optional Table tbl)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4),
  void create_table_req(1: optional CreateTableRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4) (since = "4.0.0"),
  void create_table_with_constraints(
    1: optional Table tbl,
    2: optional list<SQLPrimaryKey> primaryKeys,
    3: optional list<SQLForeignKey> foreignKeys,
    4: optional list<SQLUniqueConstraint> uniqueConstraints (since = "3.1"),
    5: optional list<SQLNotNullConstraint> notNullConstraints (since = "3.1"),
    6: optional list<SQLDefaultConstraint> defaultConstraints (since = "3.1"),
    7: optional list<SQLCheckConstraint> checkConstraints (since = "3.1"))
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4),
  void create_table_with_environment_context(
    1: optional Table tbl,
    2: optional EnvironmentContext environment_context)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4),
  bool drop_index_by_name(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string index_name,
    4: optional bool deleteData)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (until = "2.3.10"),
  void drop_table(1: optional string dbname, 2: optional string name, 3: optional bool deleteData)
    throws (1: NoSuchObjectException o1, 2: MetaException o3),
  // Returns nothing to older clients, which skip the struct they are sent.
  AsyncOperationResp drop_table_req(1: optional DropTableRequest dropTableReq)
    throws (1: NoSuchObjectException o1, 2: MetaException o3) (since = "4.0.1", returned = "void until 4.1"),
  void drop_table_with_environment_context(
    1: optional string dbname,
    2: optional string name,
    3: optional bool deleteData,
    4: optional EnvironmentContext environment_context)
    throws (1: NoSuchObjectException o1, 2: MetaException o3),
  list<Table> get_all_materialized_view_objects_for_rewriting()
    throws (1: MetaException o1) (since = "4.0.0"),
  list<string> get_all_tables(1: optional string db_name) throws (1: MetaException o1),
  list<FieldSchema> get_fields(1: optional string db_name, 2: optional string table_name)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3),
  GetFieldsResponse get_fields_req(1: optional GetFieldsRequest req)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3) (since = "4.0.0"),
  list<FieldSchema> get_fields_with_environment_context(
    1: optional string db_name,
    2: optional string table_name,
    3: optional EnvironmentContext environment_context)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3),
  Index get_index_by_name(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string index_name)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (until = "2.3.10"),
  list<string> get_index_names(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i16 max_indexes = -1)
    throws (1: MetaException o2) (until = "2.3.10"),
  list<Index> get_indexes(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i16 max_indexes = -1)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (until = "2.3.10"),
  Materialization get_materialization_invalidation_info(
    1: optional CreationMetadata creation_metadata,
    2: optional string validTxnList)
    throws (1: MetaException o1, 2: InvalidOperationException o2, 3: UnknownDBException o3) (since = "3.1"),
  list<string> get_materialized_views_for_rewriting(1: optional string db_name)
    throws (1: MetaException o1) (since = "3.1"),
  list<FieldSchema> get_schema(1: optional string db_name, 2: optional string table_name)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3),
  GetSchemaResponse get_schema_req(1: optional GetSchemaRequest req)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3) (since = "4.0.0"),
  list<FieldSchema> get_schema_with_environment_context(
    1: optional string db_name,
    2: optional string table_name,
    3: optional EnvironmentContext environment_context)
    throws (1: MetaException o1, 2: UnknownTableException o2, 3: UnknownDBException o3),
  // Gone in 4.0.1, yet the only form that 2.3 clients and PyIceberg call.
  Table get_table(1: optional string dbname, 2: optional string tbl_name)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (until = "4.0.0"),
  list<TableMeta> get_table_meta(
    1: optional string db_patterns,
    2: optional string tbl_patterns,
    3: optional list<string> tbl_types)
    throws (1: MetaException o1),
  list<string> get_table_names_by_filter(
    1: optional string dbname,
    2: optional string filter,
    3: optional i16 max_tables = -1)
    throws (1: MetaException o1, 2: InvalidOperationException o2, 3: UnknownDBException o3),
  // Gone in 4.0.1; 2.3 and 3.1 clients know none of its exceptions.
  list<Table> get_table_objects_by_name(1: optional string dbname, 2: optional list<string> tbl_names)
    throws (
      1: MetaException o1 (since = "2.3.10", until = "2.3.10"),
      2: InvalidOperationException o2 (since = "2.3.10", until = "2.3.10"),
      3: UnknownDBException o3 (since = "2.3.10", until = "2.3.10")) (until = "4.0.0"),
  GetTablesResult get_table_objects_by_name_req(1: optional GetTablesRequest req)
    throws (1: MetaException o1, 2: InvalidOperationException o2, 3: UnknownDBException o3),
  GetTableResult get_table_req(1: optional GetTableRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<string> get_tables(1: optional string db_name, 2: optional string pattern)
    throws (1: MetaException o1),
  list<string> get_tables_by_type(
    1: optional string db_name,
    2: optional string pattern,
    3: optional string tableType)
    throws (1: MetaException o1),
  list<ExtendedTableInfo> get_tables_ext(1: optional GetTablesExtRequest req)
    throws (1: MetaException o1) (since = "4.0.0"),
  Table translate_table_dryrun(1: optional CreateTableRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4) (since = "4.0.0"),
  void truncate_table(
    1: optional string dbName,
    2: optional string tableName,
    3: optional list<string> partNames)
    throws (1: MetaException o1) (since = "3.1"),
  TruncateTableResponse truncate_table_req(1: optional TruncateTableRequest req)
    throws (1: MetaException o1) (since = "4.0.0"),
  void update_creation_metadata(
    1: optional string catName,
    2: optional string dbname,
    3: optional string tbl_name,
    4: optional CreationMetadata creation_metadata)
    throws (1: MetaException o1, 2: InvalidOperationException o2, 3: UnknownDBException o3) (since = "3.1"),
  void update_table_params(1: optional list<TableParamsUpdate> updates)
    throws (1: MetaException o1) (since = "master"),

  // -- Partitions
  Partition add_partition(1: optional Partition new_part)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  Partition add_partition_with_environment_context(
    1: optional Partition new_part,
    2: optional EnvironmentContext environment_context)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  i32 add_partitions(1: optional list<Partition> new_parts)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  i32 add_partitions_pspec(1: optional list<PartitionSpec> new_parts)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  AddPartitionsResult add_partitions_req(1: optional AddPartitionsRequest request)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  void alter_partition(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional Partition new_part)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  void alter_partition_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional Partition new_part,
    4: optional EnvironmentContext environment_context)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  void alter_partitions(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<Partition> new_parts)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  AlterPartitionsResponse alter_partitions_req(1: optional AlterPartitionsRequest req)
    throws (1: InvalidOperationException o1, 2: MetaException o2) (since = "4.0.0"),
  void alter_partitions_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<Partition> new_parts,
    4: optional EnvironmentContext environment_context)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  Partition append_partition(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  Partition append_partition_by_name(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  Partition append_partition_by_name_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name,
    4: optional EnvironmentContext environment_context)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  Partition append_partition_req(1: optional AppendPartitionsRequest appendPartitionsReq)
    throws (
      1: InvalidObjectException o1,
      2: AlreadyExistsException o2,
      3: MetaException o3) (since = "4.0.1"),
  Partition append_partition_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional EnvironmentContext environment_context)
    throws (1: InvalidObjectException o1, 2: AlreadyExistsException o2, 3: MetaException o3),
  bool drop_partition(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional bool deleteData)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  bool drop_partition_by_name(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name,
    4: optional bool deleteData)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  bool drop_partition_by_name_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name,
    4: optional bool deleteData,
    5: optional EnvironmentContext environment_context)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  bool drop_partition_req(1: optional DropPartitionRequest dropPartitionReq)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.1"),
  bool drop_partition_with_environment_context(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional bool deleteData,
    5: optional EnvironmentContext environment_context)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  DropPartitionsResult drop_partitions_req(1: optional DropPartitionsRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  Partition exchange_partition(
    1: optional map<string,string> partitionSpecs,
    2: optional string source_db,
    3: optional string source_table_name,
    4: optional string dest_db,
    5: optional string dest_table_name)
    throws (
      1: MetaException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: InvalidInputException o4),
  list<Partition> exchange_partitions(
    1: optional map<string,string> partitionSpecs,
    2: optional string source_db,
    3: optional string source_table_name,
    4: optional string dest_db,
    5: optional string dest_table_name)
    throws (
      1: MetaException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: InvalidInputException o4),
  list<string> fetch_partition_names_req(1: optional PartitionsRequest partitionReq)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.1"),
  i32 get_num_partitions_by_filter(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string filter)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<PartitionSpec> get_part_specs_by_filter(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string filter,
    4: optional i32 max_parts = -1)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  Partition get_partition(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  Partition get_partition_by_name(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  // To a 2.3 client the exception at 1 reads as MetaException.
  list<string> get_partition_names(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i16 max_parts = -1)
    throws (
      1: NoSuchObjectException o1 (was = "MetaException o2 until 2.3.10"),
      2: MetaException o2 (since = "3.1")),
  list<string> get_partition_names_ps(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional i16 max_parts = -1)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  GetPartitionNamesPsResponse get_partition_names_ps_req(1: optional GetPartitionNamesPsRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  list<string> get_partition_names_req(1: optional PartitionsByExprRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  GetPartitionResponse get_partition_req(1: optional GetPartitionRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  PartitionValuesResponse get_partition_values(1: optional PartitionValuesRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  Partition get_partition_with_auth(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional string user_name,
    5: optional list<string> group_names)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<Partition> get_partitions(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i16 max_parts = -1)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  // `expr` is a Kryo object from Hive, or text.
  PartitionsByExprResult get_partitions_by_expr(1: optional PartitionsByExprRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  // `filter` is the partition filter language.
  list<Partition> get_partitions_by_filter(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string filter,
    4: optional i16 max_parts = -1)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<Partition> get_partitions_by_filter_req(1: optional GetPartitionsByFilterRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  // Clients before 4.0.0 do not know the exception at 3.
  list<Partition> get_partitions_by_names(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> names)
    throws (1: MetaException o1, 2: NoSuchObjectException o2, 3: InvalidObjectException o3 (since = "4.0.0")),
  GetPartitionsByNamesResult get_partitions_by_names_req(1: optional GetPartitionsByNamesRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2, 3: InvalidObjectException o3) (since = "4.0.0"),
  list<Partition> get_partitions_ps(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional i16 max_parts = -1)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<Partition> get_partitions_ps_with_auth(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional i16 max_parts = -1,
    5: optional string user_name,
    6: optional list<string> group_names)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  GetPartitionsPsWithAuthResponse get_partitions_ps_with_auth_req(
    1: optional GetPartitionsPsWithAuthRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  list<PartitionSpec> get_partitions_pspec(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i32 max_parts = -1)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  PartitionsResponse get_partitions_req(1: optional PartitionsRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.0"),
  PartitionsSpecByExprResult get_partitions_spec_by_expr(1: optional PartitionsByExprRequest req)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  list<Partition> get_partitions_with_auth(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional i16 max_parts = -1,
    4: optional string user_name,
    5: optional list<string> group_names)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  GetPartitionsResponse get_partitions_with_specs(1: optional GetPartitionsRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  bool isPartitionMarkedForEvent(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional map<string,string> part_vals,
    4: optional PartitionEventType eventType)
    throws (
      1: MetaException o1,
      2: NoSuchObjectException o2,
      3: UnknownDBException o3,
      4: UnknownTableException o4,
      5: UnknownPartitionException o5,
      6: InvalidPartitionException o6),
  void markPartitionForEvent(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional map<string,string> part_vals,
    4: optional PartitionEventType eventType)
    throws (
      1: MetaException o1,
      2: NoSuchObjectException o2,
      3: UnknownDBException o3,
      4: UnknownTableException o4,
      5: UnknownPartitionException o5,
      6: InvalidPartitionException o6),
  bool partition_name_has_valid_characters(
    1: optional list<string> part_vals,
    2: optional bool throw_exception)
    throws (1: MetaException o1),
  map<string,string> partition_name_to_spec(1: optional string part_name) throws (1: MetaException o1),
  list<string> partition_name_to_vals(1: optional string part_name) throws (1: MetaException o1),
  void rename_partition(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional list<string> part_vals,
    4: optional Partition new_part)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  RenamePartitionResponse rename_partition_req(1: optional RenamePartitionRequest req)
    throws (1: InvalidOperationException o1, 2: MetaException o2) (since = "4.0.0"),

  // -- Statistics
  void add_runtime_stats(1: optional RuntimeStat stat) throws (1: MetaException o1) (since = "3.1"),
  bool delete_column_statistics_req(1: optional DeleteColumnStatisticsRequest req)
    throws (
      1: NoSuchObjectException o1,
      2: MetaException o2,
      3: InvalidObjectException o3,
      4: InvalidInputException o4) (since = "4.1"),
  bool delete_partition_column_statistics(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name,
    4: optional string col_name,
    5: optional string engine (since = "4.0.0"))
    throws (
      1: NoSuchObjectException o1,
      2: MetaException o2,
      3: InvalidObjectException o3,
      4: InvalidInputException o4),
  bool delete_table_column_statistics(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string col_name,
    4: optional string engine (since = "4.0.0"))
    throws (
      1: NoSuchObjectException o1,
      2: MetaException o2,
      3: InvalidObjectException o3,
      4: InvalidInputException o4),
  list<string> find_columns_with_stats(1: optional CompactionInfoStruct cr) (since = "4.0.0"),
  AggrStats get_aggr_stats_for(1: optional PartitionsStatsRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  ColumnStatistics get_partition_column_statistics(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string part_name,
    4: optional string col_name)
    throws (
      1: NoSuchObjectException o1,
      2: MetaException o2,
      3: InvalidInputException o3,
      4: InvalidObjectException o4),
  PartitionsStatsResult get_partitions_statistics_req(1: optional PartitionsStatsRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  list<RuntimeStat> get_runtime_stats(1: optional GetRuntimeStatsRequest rqst)
    throws (1: MetaException o1) (since = "3.1"),
  ColumnStatistics get_table_column_statistics(
    1: optional string db_name,
    2: optional string tbl_name,
    3: optional string col_name)
    throws (
      1: NoSuchObjectException o1,
      2: MetaException o2,
      3: InvalidInputException o3,
      4: InvalidObjectException o4),
  TableStatsResult get_table_statistics_req(1: optional TableStatsRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  bool set_aggr_stats_for(1: optional SetPartitionsStatsRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: InvalidInputException o4),
  bool update_partition_column_statistics(1: optional ColumnStatistics stats_obj)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: InvalidInputException o4),
  SetPartitionsStatsResponse update_partition_column_statistics_req(1: optional SetPartitionsStatsRequest req)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: InvalidInputException o4) (since = "4.0.0"),
  bool update_table_column_statistics(1: optional ColumnStatistics stats_obj)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: InvalidInputException o4),
  SetPartitionsStatsResponse update_table_column_statistics_req(1: optional SetPartitionsStatsRequest req)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: InvalidInputException o4) (since = "4.0.0"),
  void update_transaction_statistics(1: optional UpdateTransactionalStatsRequest req)
    throws (1: MetaException o1) (since = "4.0.0"),

  // -- Constraints
  void add_check_constraint(1: optional AddCheckConstraintRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void add_default_constraint(1: optional AddDefaultConstraintRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void add_foreign_key(1: optional AddForeignKeyRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  void add_not_null_constraint(1: optional AddNotNullConstraintRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void add_primary_key(1: optional AddPrimaryKeyRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),
  void add_unique_constraint(1: optional AddUniqueConstraintRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void drop_constraint(1: optional DropConstraintRequest req)
    throws (1: NoSuchObjectException o1, 2: MetaException o3),
  AllTableConstraintsResponse get_all_table_constraints(1: optional AllTableConstraintsRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  CheckConstraintsResponse get_check_constraints(1: optional CheckConstraintsRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "3.1"),
  DefaultConstraintsResponse get_default_constraints(1: optional DefaultConstraintsRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "3.1"),
  ForeignKeysResponse get_foreign_keys(1: optional ForeignKeysRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  NotNullConstraintsResponse get_not_null_constraints(1: optional NotNullConstraintsRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "3.1"),
  PrimaryKeysResponse get_primary_keys(1: optional PrimaryKeysRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  UniqueConstraintsResponse get_unique_constraints(1: optional UniqueConstraintsRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "3.1"),

  // -- Functions and stored code
  void add_package(1: optional AddPackageRequest request) throws (1: MetaException o1) (since = "4.0.0"),
  void alter_function(1: optional string dbName, 2: optional string funcName, 3: optional Function newFunc)
    throws (1: InvalidOperationException o1, 2: MetaException o2),
  void create_function(1: optional Function func)
    throws (
      1: AlreadyExistsException o1,
      2: InvalidObjectException o2,
      3: MetaException o3,
      4: NoSuchObjectException o4),
  void create_stored_procedure(1: optional StoredProcedure proc)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "4.0.0"),
  void drop_function(1: optional string dbName, 2: optional string funcName)
    throws (1: NoSuchObjectException o1, 2: MetaException o3),
  void drop_package(1: optional DropPackageRequest request) throws (1: MetaException o1) (since = "4.0.0"),
  void drop_stored_procedure(1: optional StoredProcedureRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  Package find_package(1: optional GetPackageRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  GetAllFunctionsResponse get_all_functions() throws (1: MetaException o1),
  list<string> get_all_packages(1: optional ListPackageRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  list<string> get_all_stored_procedures(1: optional ListStoredProcedureRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  Function get_function(1: optional string dbName, 2: optional string funcName)
    throws (1: MetaException o1, 2: NoSuchObjectException o2),
  list<string> get_functions(1: optional string dbName, 2: optional string pattern)
    throws (1: MetaException o1),
  GetFunctionsResponse get_functions_req(1: optional GetFunctionsRequest request)
    throws (1: MetaException o1) (since = "4.1"),
  StoredProcedure get_stored_procedure(1: optional StoredProcedureRequest request)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),

  // -- Roles and privileges
  bool create_role(1: optional Role role) throws (1: MetaException o1),
  bool drop_role(1: optional string role_name) throws (1: MetaException o1),
  GetPrincipalsInRoleResponse get_principals_in_role(1: optional GetPrincipalsInRoleRequest request)
    throws (1: MetaException o1),
  PrincipalPrivilegeSet get_privilege_set(
    1: optional HiveObjectRef hiveObject,
    2: optional string user_name,
    3: optional list<string> group_names)
    throws (1: MetaException o1),
  GetRoleGrantsForPrincipalResponse get_role_grants_for_principal(
    1: optional GetRoleGrantsForPrincipalRequest request)
    throws (1: MetaException o1),
  list<string> get_role_names() throws (1: MetaException o1),
  bool grant_privileges(1: optional PrivilegeBag privileges) throws (1: MetaException o1),
  GrantRevokePrivilegeResponse grant_revoke_privileges(1: optional GrantRevokePrivilegeRequest request)
    throws (1: MetaException o1),
  GrantRevokeRoleResponse grant_revoke_role(1: optional GrantRevokeRoleRequest request)
    throws (1: MetaException o1),
  bool grant_role(
    1: optional string role_name,
    2: optional string principal_name,
    3: optional PrincipalType principal_type,
    4: optional string grantor,
    5: optional PrincipalType grantorType,
    6: optional bool grant_option)
    throws (1: MetaException o1),
  list<HiveObjectPrivilege> list_privileges(
    1: optional string principal_name,
    2: optional PrincipalType principal_type,
    3: optional HiveObjectRef hiveObject)
    throws (1: MetaException o1),
  list<Role> list_roles(1: optional string principal_name, 2: optional PrincipalType principal_type)
    throws (1: MetaException o1),
  GrantRevokePrivilegeResponse refresh_privileges(
    1: optional HiveObjectRef objToRefresh,
    2: optional string authorizer,
    3: optional GrantRevokePrivilegeRequest grantRequest)
    throws (1: MetaException o1) (since = "3.1"),
  bool revoke_privileges(1: optional PrivilegeBag privileges) throws (1: MetaException o1),
  bool revoke_role(
    1: optional string role_name,
    2: optional string principal_name,
    3: optional PrincipalType principal_type)
    throws (1: MetaException o1),

  // -- Delegation tokens and master keys
  i32 add_master_key(1: optional string key) throws (1: MetaException o1),
  bool add_token(1: optional string token_identifier, 2: optional string delegation_token),
  void cancel_delegation_token(1: optional string token_str_form) throws (1: MetaException o1),
  list<string> get_all_token_identifiers(),
  string get_delegation_token(
    1: optional string token_owner,
    2: optional string renewer_kerberos_principal_name)
    throws (1: MetaException o1),
  list<string> get_master_keys(),
  string get_token(1: optional string token_identifier),
  bool remove_master_key(1: optional i32 key_seq),
  bool remove_token(1: optional string token_identifier),
  i64 renew_delegation_token(1: optional string token_str_form) throws (1: MetaException o1),
  void update_master_key(1: optional i32 seq_number, 2: optional string key)
    throws (1: NoSuchObjectException o1, 2: MetaException o2),

  // -- Notification events
  WriteNotificationLogResponse add_write_notification_log(1: optional WriteNotificationLogRequest rqst) (since = "4.0.0"),
  WriteNotificationLogBatchResponse add_write_notification_log_in_batch(
    1: optional WriteNotificationLogBatchRequest rqst) (since = "4.0.0"),
  CmRecycleResponse cm_recycle(1: optional CmRecycleRequest request)
    throws (1: MetaException o1) (since = "3.1"),
  FireEventResponse fire_listener_event(1: optional FireEventRequest rqst),
  list<WriteEventInfo> get_all_write_event_info(1: optional GetAllWriteEventInfoRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  CurrentNotificationEventId get_current_notificationEventId(),
  NotificationEventResponse get_next_notification(1: optional NotificationEventRequest rqst),
  NotificationEventsCountResponse get_notification_events_count(
    1: optional NotificationEventsCountRequest rqst) (since = "3.1"),

  // -- Transactions and write ids
  void abort_txn(1: optional AbortTxnRequest rqst) throws (1: NoSuchTxnException o1),
  void abort_txns(1: optional AbortTxnsRequest rqst) throws (1: NoSuchTxnException o1),
  // Tells which partitions a transaction has written to.
  void add_dynamic_partitions(1: optional AddDynamicPartitions rqst)
    throws (1: NoSuchTxnException o1, 2: TxnAbortedException o2),
  void add_write_ids_to_min_history(1: optional i64 txnId, 2: optional map<string,i64> writeIds)
    throws (1: MetaException o2) (since = "4.0.0"),
  AllocateTableWriteIdsResponse allocate_table_write_ids(1: optional AllocateTableWriteIdsRequest rqst)
    throws (1: NoSuchTxnException o1, 2: TxnAbortedException o2, 3: MetaException o3) (since = "3.1"),
  void commit_txn(1: optional CommitTxnRequest rqst)
    throws (1: NoSuchTxnException o1, 2: TxnAbortedException o2),
  i64 get_latest_txnid_in_conflict(1: optional i64 txnId) throws (1: MetaException o1) (since = "4.0.0"),
  MaxAllocatedTableWriteIdResponse get_max_allocated_table_write_id(
    1: optional MaxAllocatedTableWriteIdRequest rqst)
    throws (1: MetaException o1) (since = "4.0.0"),
  // See GetOpenTxnsResponse about the two forms of its reply.
  GetOpenTxnsResponse get_open_txns(),
  GetOpenTxnsInfoResponse get_open_txns_info(),
  GetOpenTxnsResponse get_open_txns_req(1: optional GetOpenTxnsRequest getOpenTxnsRequest) (since = "4.0.0"),
  ReplayedTxnsForPolicyResult get_replayed_txns_for_policy(1: optional string policyName)
    throws (1: MetaException o1) (since = "master"),
  GetValidWriteIdsResponse get_valid_write_ids(1: optional GetValidWriteIdsRequest rqst)
    throws (1: NoSuchTxnException o1, 2: MetaException o2) (since = "3.1"),
  OpenTxnsResponse open_txns(1: optional OpenTxnRequest rqst),
  void repl_tbl_writeid_state(1: optional ReplTblWriteIdStateRequest rqst) (since = "3.1"),
  void seed_txn_id(1: optional SeedTxnIdRequest rqst) throws (1: MetaException o1) (since = "4.0.0"),
  void seed_write_id(1: optional SeedTableWriteIdsRequest rqst)
    throws (1: MetaException o1) (since = "4.0.0"),

  // -- Locks
  LockResponse check_lock(1: optional CheckLockRequest rqst)
    throws (1: NoSuchTxnException o1, 2: TxnAbortedException o2, 3: NoSuchLockException o3),
  LockResponse get_lock_materialization_rebuild(
    1: optional string dbName,
    2: optional string tableName,
    3: optional i64 txnId) (since = "3.1"),
  LockResponse get_lock_materialization_rebuild_req(1: optional LockMaterializationRebuildRequest req) (since = "master"),
  void heartbeat(1: optional HeartbeatRequest ids)
    throws (1: NoSuchLockException o1, 2: NoSuchTxnException o2, 3: TxnAbortedException o3),
  bool heartbeat_lock_materialization_rebuild(
    1: optional string dbName,
    2: optional string tableName,
    3: optional i64 txnId) (since = "3.1"),
  bool heartbeat_lock_materialization_rebuild_req(1: optional LockMaterializationRebuildRequest req) (since = "master"),
  HeartbeatTxnRangeResponse heartbeat_txn_range(1: optional HeartbeatTxnRangeRequest txns),
  // Iceberg takes its table locks here.
  LockResponse lock(1: optional LockRequest rqst)
    throws (1: NoSuchTxnException o1, 2: TxnAbortedException o2),
  ShowLocksResponse show_locks(1: optional ShowLocksRequest rqst),
  void unlock(1: optional UnlockRequest rqst) throws (1: NoSuchLockException o1, 2: TxnOpenException o2),

  // -- Compaction
  AbortCompactResponse abort_Compactions(1: optional AbortCompactionRequest rqst) (since = "4.0.0"),
  void compact(1: optional CompactionRequest rqst),
  CompactionResponse compact2(1: optional CompactionRequest rqst),
  OptionalCompactionInfoStruct find_next_compact(1: optional string workerId)
    throws (1: MetaException o1) (since = "4.0.0"),
  OptionalCompactionInfoStruct find_next_compact2(1: optional FindNextCompactRequest rqst)
    throws (1: MetaException o1) (since = "4.0.0"),
  GetLatestCommittedCompactionInfoResponse get_latest_committed_compaction_info(
    1: optional GetLatestCommittedCompactionInfoRequest rqst) (since = "4.0.0"),
  void mark_cleaned(1: optional CompactionInfoStruct cr) throws (1: MetaException o1) (since = "4.0.0"),
  void mark_compacted(1: optional CompactionInfoStruct cr) throws (1: MetaException o1) (since = "4.0.0"),
  void mark_failed(1: optional CompactionInfoStruct cr) throws (1: MetaException o1) (since = "4.0.0"),
  void mark_refused(1: optional CompactionInfoStruct cr) throws (1: MetaException o1) (since = "4.0.0"),
  void remove_compaction_metrics_data(1: optional CompactionMetricsDataRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  void set_hadoop_jobid(1: optional string jobId, 2: optional i64 cq_id) (since = "4.0.0"),
  ShowCompactResponse show_compact(1: optional ShowCompactRequest rqst),
  bool submit_for_cleanup(1: optional CompactionRequest o1, 2: optional i64 o2, 3: optional i64 o3)
    throws (1: MetaException o1) (since = "4.0.0"),
  bool update_compaction_metrics_data(1: optional CompactionMetricsDataStruct data)
    throws (1: MetaException o1) (since = "4.0.0"),
  void update_compactor_state(1: optional CompactionInfoStruct cr, 2: optional i64 txn_id) (since = "4.0.0"),

  // -- Schema registry
  void add_schema_version(1: optional SchemaVersion schemaVersion)
    throws (1: AlreadyExistsException o1, 2: NoSuchObjectException o2, 3: MetaException o3) (since = "3.1"),
  void add_serde(1: optional SerDeInfo serde)
    throws (1: AlreadyExistsException o1, 2: MetaException o2) (since = "3.1"),
  void alter_ischema(1: optional AlterISchemaRequest rqst)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  // The exception o2 had no number in 3.1, which means -1 on the wire.
  void create_ischema(1: optional ISchema schema)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2 (old_id = "-1"),
      3: MetaException o3) (since = "3.1"),
  void drop_ischema(1: optional ISchemaName name)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  void drop_schema_version(1: optional SchemaVersionDescriptor schemaVersion)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  ISchema get_ischema(1: optional ISchemaName name)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  list<SchemaVersion> get_schema_all_versions(1: optional ISchemaName schemaName)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  SchemaVersion get_schema_latest_version(1: optional ISchemaName schemaName)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  SchemaVersion get_schema_version(1: optional SchemaVersionDescriptor schemaVersion)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  FindSchemasByColsResp get_schemas_by_cols(1: optional FindSchemasByColsRqst rqst)
    throws (1: MetaException o1) (since = "3.1"),
  SerDeInfo get_serde(1: optional GetSerdeRequest rqst)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void map_schema_version_to_serde(1: optional MapSchemaVersionToSerdeRequest rqst)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  void set_schema_version_state(1: optional SetSchemaVersionStateRequest rqst)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),

  // -- Workload management
  WMAlterResourcePlanResponse alter_resource_plan(1: optional WMAlterResourcePlanRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  WMAlterPoolResponse alter_wm_pool(1: optional WMAlterPoolRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: MetaException o4) (since = "3.1"),
  WMAlterTriggerResponse alter_wm_trigger(1: optional WMAlterTriggerRequest request)
    throws (1: NoSuchObjectException o1, 2: InvalidObjectException o2, 3: MetaException o3) (since = "3.1"),
  WMCreateOrDropTriggerToPoolMappingResponse create_or_drop_wm_trigger_to_pool_mapping(
    1: optional WMCreateOrDropTriggerToPoolMappingRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: MetaException o4) (since = "3.1"),
  WMCreateOrUpdateMappingResponse create_or_update_wm_mapping(
    1: optional WMCreateOrUpdateMappingRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: MetaException o4) (since = "3.1"),
  WMCreateResourcePlanResponse create_resource_plan(1: optional WMCreateResourcePlanRequest request)
    throws (1: AlreadyExistsException o1, 2: InvalidObjectException o2, 3: MetaException o3) (since = "3.1"),
  WMCreatePoolResponse create_wm_pool(1: optional WMCreatePoolRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: MetaException o4) (since = "3.1"),
  WMCreateTriggerResponse create_wm_trigger(1: optional WMCreateTriggerRequest request)
    throws (
      1: AlreadyExistsException o1,
      2: NoSuchObjectException o2,
      3: InvalidObjectException o3,
      4: MetaException o4) (since = "3.1"),
  WMDropResourcePlanResponse drop_resource_plan(1: optional WMDropResourcePlanRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  WMDropMappingResponse drop_wm_mapping(1: optional WMDropMappingRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  WMDropPoolResponse drop_wm_pool(1: optional WMDropPoolRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  WMDropTriggerResponse drop_wm_trigger(1: optional WMDropTriggerRequest request)
    throws (
      1: NoSuchObjectException o1,
      2: InvalidOperationException o2,
      3: MetaException o3) (since = "3.1"),
  WMGetActiveResourcePlanResponse get_active_resource_plan(1: optional WMGetActiveResourcePlanRequest request)
    throws (1: MetaException o2) (since = "3.1"),
  WMGetAllResourcePlanResponse get_all_resource_plans(1: optional WMGetAllResourcePlanRequest request)
    throws (1: MetaException o1) (since = "3.1"),
  WMGetResourcePlanResponse get_resource_plan(1: optional WMGetResourcePlanRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  WMGetTriggersForResourePlanResponse get_triggers_for_resourceplan(
    1: optional WMGetTriggersForResourePlanRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),
  WMValidateResourcePlanResponse validate_resource_plan(1: optional WMValidateResourcePlanRequest request)
    throws (1: NoSuchObjectException o1, 2: MetaException o2) (since = "3.1"),

  // -- Scheduled queries and replication metrics
  void add_replication_metrics(1: optional ReplicationMetricList replicationMetricList)
    throws (1: MetaException o1) (since = "4.0.0"),
  ReplicationMetricList get_replication_metrics(1: optional GetReplicationMetricsRequest rqst)
    throws (1: MetaException o1) (since = "4.0.0"),
  ScheduledQuery get_scheduled_query(1: optional ScheduledQueryKey scheduleKey)
    throws (1: MetaException o1, 2: NoSuchObjectException o2) (since = "4.0.0"),
  void scheduled_query_maintenance(1: optional ScheduledQueryMaintenanceRequest request)
    throws (
      1: MetaException o1,
      2: NoSuchObjectException o2,
      3: AlreadyExistsException o3,
      4: InvalidInputException o4) (since = "4.0.0"),
  ScheduledQueryPollResponse scheduled_query_poll(1: optional ScheduledQueryPollRequest request)
    throws (1: MetaException o1) (since = "4.0.0"),
  void scheduled_query_progress(1: optional ScheduledQueryProgressInfo info)
    throws (1: MetaException o1, 2: InvalidOperationException o2) (since = "4.0.0"),

  // -- File metadata cache
  CacheFileMetadataResult cache_file_metadata(1: optional CacheFileMetadataRequest req),
  ClearFileMetadataResult clear_file_metadata(1: optional ClearFileMetadataRequest req),
  GetFileMetadataResult get_file_metadata(1: optional GetFileMetadataRequest req),
  GetFileMetadataByExprResult get_file_metadata_by_expr(1: optional GetFileMetadataByExprRequest req),
  PutFileMetadataResult put_file_metadata(1: optional PutFileMetadataRequest req),
}
