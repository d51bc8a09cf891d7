//! Random sequences: plausible operations over a few names, so that they often meet one another.
//! The same seed gives the same sequence for ever; a failure names its seed.

use serde_json::{Value, json};

use super::sequences::{column, create_database, create_table, partition, table, with};
use super::step::{Sequence, Step, call, kept, patched};

/// A small generator of pseudo-random numbers (splitmix64): the tests need no better one, and no
/// crate's new version may change what a seed means.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits");
        usize::try_from(self.next() % end).expect("less than a length")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

const TABLES: [&str; 4] = ["t", "u", "parted", "Other"];
const DAYS: [&str; 5] = [
    "2024-01-01",
    "2024-01-02",
    "a b",
    "x/y",
    "__HIVE_DEFAULT_PARTITION__",
];
const HOURS: [&str; 4] = ["0", "7", "10", "-3"];
const FILTERS: [&str; 8] = [
    r#"ds = "2024-01-01""#,
    r#"ds > "2024-01-01" and hour < 10"#,
    "hour = 7 or hour = 10",
    r#"(ds) in ("2024-01-02", "a b")"#,
    "hour between 0 and 7",
    r#"ds != "x/y" and hour != 0"#,
    r#"ds like "2024.*""#,
    "",
];

/// A sequence of this many requests, in databases of its own.
pub(crate) fn sequence(seed: u64, count: usize) -> Sequence {
    let mut dice = Dice(seed);
    let databases = [format!("random_{seed}_a"), format!("random_{seed}_b")];
    let mut steps = vec![create_database(&databases[0])];
    while steps.len() < count {
        let database = databases[usize::from(dice.below(5) == 0)].as_str();
        match dice.below(10) {
            0 => steps.push(of_database(&mut dice, database)),
            1..=3 => of_table(&mut dice, database, &mut steps),
            _ => of_partition(&mut dice, database, &mut steps),
        }
    }
    for database in &databases {
        steps.push(call("get_all_tables", json!({ "db_name": database })));
    }
    Sequence {
        name: format!("random {seed}"),
        steps,
    }
}

fn of_database(dice: &mut Dice, database: &str) -> Step {
    match dice.below(6) {
        0 | 1 => create_database(database),
        2 => call("get_database", json!({ "name": database })),
        3 => call("get_all_tables", json!({ "db_name": database })),
        4 => call(
            "get_tables",
            json!({ "db_name": database, "pattern": dice.pick(&["*", "t|o*", "P*"]) }),
        ),
        _ => call(
            "drop_database",
            json!({ "name": database, "deleteData": true, "cascade": dice.coin() }),
        ),
    }
}

fn of_table(dice: &mut Dice, database: &str, steps: &mut Vec<Step>) {
    let name = dice.pick(&TABLES);
    let get = call("get_table", json!({ "dbname": database, "tbl_name": name }));
    match dice.below(8) {
        0..=2 => steps.push(create_table(random_table(dice, database, name))),
        3 => steps.push(get),
        4 => steps.push(call(
            "drop_table",
            json!({ "dbname": database, "name": name, "deleteData": dice.coin() }),
        )),
        5 => steps.push(call(
            "get_table_objects_by_name",
            json!({ "dbname": database, "tbl_names": TABLES }),
        )),
        _ => {
            steps.push(get.keep("table"));
            let change = random_change(dice);
            let new = patched("table", change);
            steps.push(call(
                "alter_table",
                json!({ "dbname": database, "tbl_name": name, "new_tbl": new }),
            ));
            steps.push(call(
                "get_table",
                json!({ "dbname": database, "tbl_name": name }),
            ));
        }
    }
}

fn random_table(dice: &mut Dice, database: &str, name: &str) -> Value {
    let keys = [column("ds", "string"), column("hour", "int")];
    let keys = if name == "parted" || dice.coin() {
        &keys[..]
    } else {
        &[]
    };
    let mut made = table(database, name, keys);
    if dice.below(4) == 0 {
        made = with(
            made,
            &[
                ("/tableType", json!("EXTERNAL_TABLE")),
                ("/parameters", json!({ "EXTERNAL": "TRUE", "k": "v" })),
            ],
        );
    }
    if keys.is_empty() && dice.below(4) == 0 {
        made = with(
            made,
            &[
                ("/tableType", json!("VIRTUAL_VIEW")),
                ("/viewOriginalText", json!("select 1")),
            ],
        );
    }
    made
}

fn random_change(dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => json!({ "/parameters/k": dice.pick(&["1", "2", ""]) }),
        1 => json!({ "/parameters/transient_lastDdlTime": null, "/owner": "bob" }),
        2 => json!({ "/tableName": dice.pick(&TABLES) }),
        3 => {
            json!({ "/sd/cols": [column("id", "bigint"), column("note", "string"), column("more", "int")] })
        }
        _ => {
            json!({ "/sd/cols": [column("id", dice.pick(&["bigint", "string", "int"])), column("note", "string")] })
        }
    }
}

fn of_partition(dice: &mut Dice, database: &str, steps: &mut Vec<Step>) {
    let name = if dice.below(4) == 0 {
        dice.pick(&TABLES)
    } else {
        "parted"
    };
    let values = [dice.pick(&DAYS), dice.pick(&HOURS)];
    let mut parts = || {
        let count = dice.below(3) + 1;
        (0..count)
            .map(|_| partition(database, name, &[dice.pick(&DAYS), dice.pick(&HOURS)]))
            .collect::<Vec<_>>()
    };
    let several = parts();
    let of = |method: &str, more: Value| {
        let mut args = json!({ "db_name": database, "tbl_name": name });
        let members = args.as_object_mut().expect("an object");
        members.extend(more.as_object().expect("an object").clone());
        call(method, args)
    };
    let get = of("get_partition", json!({ "part_vals": values }));
    match dice.below(14) {
        0 => steps.push(call("add_partition", json!({ "new_part": partition(database, name, &values) }))),
        1 | 2 => steps.push(call("add_partitions", json!({ "new_parts": several }))),
        3 | 4 => steps.push(call("add_partitions_req", json!({ "request": {
            "dbName": database, "tblName": name, "parts": several, "ifNotExists": dice.coin(), "needResult": true,
        } }))),
        5 => steps.push(get),
        6 => steps.push(of("get_partition_names", json!({ "max_parts": dice.pick(&[-1, 2]) }))),
        7 => steps.push(of("get_partitions", json!({ "max_parts": dice.pick(&[-1, 3]) }))),
        8 => steps.push(of("get_partitions_by_filter", json!({ "filter": dice.pick(&FILTERS), "max_parts": -1 }))),
        9 => steps.push(of("get_partition_names_ps", json!({ "part_vals": [values[0]], "max_parts": -1 }))),
        10 => steps.push(of("drop_partition", json!({ "part_vals": values, "deleteData": dice.coin() }))),
        11 => {
            steps.push(get.keep("partition"));
            let target = [dice.pick(&DAYS), dice.pick(&HOURS)];
            let new = patched("partition", json!({ "/values": target }));
            steps.push(of("rename_partition", json!({ "part_vals": values, "new_part": new })));
        }
        12 => {
            steps.push(get.keep("partition"));
            let new = patched("partition", json!({ "/parameters/k": dice.pick(&["1", "2"]), "/lastAccessTime": 5 }));
            steps.push(of("alter_partitions", json!({ "new_parts": [new] })));
            steps.push(of("get_partition", json!({ "part_vals": values })));
        }
        _ => {
            steps.push(get.keep("partition"));
            steps.push(of("alter_partition", json!({ "new_part": kept("partition") })));
        }
    }
}
