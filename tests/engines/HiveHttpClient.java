import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hive.metastore.HiveMetaStoreClient;
import org.apache.hadoop.hive.metastore.api.Database;
import org.apache.hadoop.hive.metastore.api.FieldSchema;
import org.apache.hadoop.hive.metastore.api.NoSuchObjectException;
import org.apache.hadoop.hive.metastore.api.Partition;
import org.apache.hadoop.hive.metastore.api.SerDeInfo;
import org.apache.hadoop.hive.metastore.api.StorageDescriptor;
import org.apache.hadoop.hive.metastore.api.Table;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf.ConfVars;

/**
 * The metastore client of Hive 4 in its HTTP mode against a metastore: a database, a table and its partitions from their
 * making to their drop, in both protocols. Arguments: the title and the address. Run as a single source file.
 */
public final class HiveHttpClient {
    private static final int PARTITIONS = 500;
    private static int passed;
    private static int failed;

    private HiveHttpClient() {}

    public static void main(String[] args) throws Exception {
        long start = System.currentTimeMillis();
        for (boolean compact : new boolean[] {false, true}) {
            run(args[1], compact);
        }
        long seconds = (System.currentTimeMillis() - start) / 1000;
        System.out.printf("%s: %d passed, %d failed (%d s)%n", args[0], passed, failed, seconds);
        System.exit(failed > 0 || passed == 0 ? 1 : 0);
    }

    private static void run(String address, boolean compact) throws Exception {
        Configuration conf = MetastoreConf.newMetastoreConf();
        MetastoreConf.setVar(conf, ConfVars.THRIFT_URIS, address);
        MetastoreConf.setVar(conf, ConfVars.METASTORE_CLIENT_THRIFT_TRANSPORT_MODE, "http");
        MetastoreConf.setBoolVar(conf, ConfVars.USE_THRIFT_COMPACT_PROTOCOL, compact);
        String protocol = compact ? "compact" : "binary";
        String database = "hive4_" + protocol;
        HiveMetaStoreClient client = new HiveMetaStoreClient(conf);
        check(protocol + " database", "by a client of Hive 4", () -> {
            client.createDatabase(new Database(database, "by a client of Hive 4", null, new HashMap<>()));
            return client.getDatabase(database).getDescription();
        });
        check(protocol + " owner", System.getProperty("user.name"), () -> client.getDatabase(database).getOwnerName());
        check(protocol + " table", Collections.singletonList("t"), () -> {
            client.createTable(table(database));
            return client.getAllTables(database);
        });
        check(protocol + " partitions", PARTITIONS, () -> {
            client.add_partitions(partitions(client.getTable(database, "t")));
            return client.listPartitions(database, "t", (short) -1).size();
        });
        check(protocol + " filter", 10,
            () -> client.listPartitionsByFilter(database, "t", "dt < \"010\"", (short) -1).size());
        check(protocol + " exception", "NoSuchObjectException", () -> {
            try {
                client.getTable(database, "no_such_table");
                return "none";
            } catch (NoSuchObjectException refused) {
                return refused.getClass().getSimpleName();
            }
        });
        check(protocol + " drop", false, () -> {
            client.dropDatabase(database, true, false, true);
            return client.getAllDatabases().contains(database);
        });
        check(protocol + " end", true, () -> {
            // It calls shutdown, whose answer is empty, and must not end the metastore.
            client.close();
            HiveMetaStoreClient next = new HiveMetaStoreClient(conf);
            boolean lives = next.getAllDatabases().contains("default");
            next.close();
            return lives;
        });
    }

    private static Table table(String database) {
        StorageDescriptor sd = new StorageDescriptor();
        sd.setCols(Collections.singletonList(new FieldSchema("v", "int", null)));
        sd.setSerdeInfo(new SerDeInfo("s", "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", new HashMap<>()));
        sd.setInputFormat("org.apache.hadoop.mapred.TextInputFormat");
        sd.setOutputFormat("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat");
        sd.setParameters(new HashMap<>());
        sd.setBucketCols(new ArrayList<>());
        sd.setSortCols(new ArrayList<>());
        Table table = new Table();
        table.setDbName(database);
        table.setTableName("t");
        table.setSd(sd);
        table.setPartitionKeys(Collections.singletonList(new FieldSchema("dt", "string", null)));
        table.setParameters(new HashMap<>());
        table.setTableType("MANAGED_TABLE");
        return table;
    }

    private static List<Partition> partitions(Table table) {
        List<Partition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            StorageDescriptor sd = new StorageDescriptor(table.getSd());
            sd.setLocation(null);
            List<String> values = Collections.singletonList(String.format("%03d", number));
            partitions.add(new Partition(values, table.getDbName(), "t", 0, 0, sd, new HashMap<>()));
        }
        return partitions;
    }

    private static void check(String name, Object wanted, Callable<Object> produce) {
        String title = "hive 4 over HTTP, " + name;
        try {
            Object got = produce.call();
            if (!Objects.equals(got, wanted)) {
                throw new AssertionError("got " + got + ", want " + wanted);
            }
            passed++;
            System.out.println("ok " + title);
        } catch (Throwable failure) {
            failed++;
            System.out.println("FAIL " + title + ": " + failure);
        }
    }
}
