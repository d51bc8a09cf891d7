import java.util.Arrays;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hadoop.hive.metastore.HiveMetaStore;
import org.apache.hadoop.hive.metastore.txn.TxnDbUtil;

/**
 * Starts the metastore of Apache Hive that comes with Spark's jars, so that a check can be proved
 * against the original. It exists because the original's automatic schema leaves out the lock
 * tables, without which no Iceberg table can be committed. Run as a single source file.
 */
public final class ReferenceMetastore {
    private ReferenceMetastore() {}

    public static void main(String[] args) throws Throwable {
        TxnDbUtil.prepDb(new HiveConf());
        HiveMetaStore.main(Arrays.copyOf(args, args.length));
    }
}
