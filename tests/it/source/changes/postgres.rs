//! What people do to a `PostgreSQL` database.

use super::Kind;

/// Run once before all kinds.
pub(super) const PREPARE: &str = "CREATE SCHEMA shop; SET search_path = shop;
    CREATE TYPE size AS ENUM ('s', 'm'); CREATE TYPE colour AS ENUM ('red', 'blue');
    CREATE TYPE colour_less AS ENUM ('red')";

/// Each over tables of its own in the schema `shop`, with column names of its own: equal tables would be taken for
/// renamed ones.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        before: "",
        after: "CREATE TABLE a_table_added (id int PRIMARY KEY, label text)",
        found: &["additive table_added shop.a_table_added"],
    },
    Kind {
        before: "CREATE TABLE b_table_dropped (dropped_id int)",
        after: "DROP TABLE b_table_dropped",
        found: &["breaking table_dropped shop.b_table_dropped"],
    },
    Kind {
        before: "CREATE TABLE c_old (renamed_id int, renamed_note text)",
        after: "ALTER TABLE c_old RENAME TO c_table_renamed",
        found: &["breaking table_renamed shop.c_table_renamed"],
    },
    Kind {
        before: "CREATE TABLE d_became_view (one int)",
        after: "DROP TABLE d_became_view; CREATE VIEW d_became_view AS SELECT 1 AS one",
        found: &[
            "risky table_kind_changed shop.d_became_view",
            "risky view_changed shop.d_became_view",
        ],
    },
    Kind {
        before: "CREATE TABLE e_table_comment (id int); COMMENT ON TABLE e_table_comment IS 'old'",
        after: "COMMENT ON TABLE e_table_comment IS 'new <!channel> *bold*'",
        found: &["additive table_comment_changed shop.e_table_comment"],
    },
    Kind {
        before: "",
        after: "CREATE VIEW f_view_added AS SELECT 1 AS viewed",
        found: &["additive table_added shop.f_view_added"],
    },
    Kind {
        before: "CREATE MATERIALIZED VIEW g_view_dropped AS SELECT 1 AS dropped_view",
        after: "DROP MATERIALIZED VIEW g_view_dropped",
        found: &["breaking table_dropped shop.g_view_dropped"],
    },
    Kind {
        before: "CREATE VIEW h_view_changed AS SELECT 1 AS x",
        after: "CREATE OR REPLACE VIEW h_view_changed AS SELECT 2 AS x",
        found: &["risky view_changed shop.h_view_changed"],
    },
    Kind {
        before: "CREATE TABLE i_column_added (id int)",
        after: "ALTER TABLE i_column_added ADD gift_note text",
        found: &["additive column_added shop.i_column_added.gift_note"],
    },
    Kind {
        before: "CREATE TABLE j_column_required (id int)",
        after: "ALTER TABLE j_column_required ADD state varchar(8) NOT NULL DEFAULT 'new'",
        found: &["additive column_added shop.j_column_required.state"],
    },
    Kind {
        before: "CREATE TABLE k_column_between (a int, z int)",
        after: "DROP TABLE k_column_between; CREATE TABLE k_column_between (a int, m date, z int)",
        found: &["risky column_added shop.k_column_between.m"],
    },
    Kind {
        before: "CREATE TABLE l_column_dropped (id int, fax text)",
        after: "ALTER TABLE l_column_dropped DROP COLUMN fax",
        found: &["breaking column_dropped shop.l_column_dropped.fax"],
    },
    Kind {
        before: "CREATE TABLE m_column_renamed (id int, customer_id bigint)",
        after: "ALTER TABLE m_column_renamed RENAME customer_id TO buyer_id",
        found: &["breaking column_renamed shop.m_column_renamed.buyer_id"],
    },
    Kind {
        before: "CREATE TABLE n_reordered (a int, b int, c int)",
        after: "DROP TABLE n_reordered; CREATE TABLE n_reordered (c int, a int, b int)",
        found: &["risky columns_reordered shop.n_reordered"],
    },
    Kind {
        before: "CREATE TABLE o_int_wider (n int)",
        after: "ALTER TABLE o_int_wider ALTER n TYPE bigint",
        found: &["breaking type_changed shop.o_int_wider.n"],
    },
    Kind {
        before: "CREATE TABLE p_int_narrower (n bigint)",
        after: "ALTER TABLE p_int_narrower ALTER n TYPE int",
        found: &["risky type_changed shop.p_int_narrower.n"],
    },
    Kind {
        before: "CREATE TABLE q_text_longer (t varchar(10))",
        after: "ALTER TABLE q_text_longer ALTER t TYPE varchar(20)",
        found: &["additive type_changed shop.q_text_longer.t"],
    },
    Kind {
        before: "CREATE TABLE r_text_shorter (t varchar(20))",
        after: "ALTER TABLE r_text_shorter ALTER t TYPE varchar(10)",
        found: &["risky type_changed shop.r_text_shorter.t"],
    },
    Kind {
        before: "CREATE TABLE s_decimal_scale (price numeric(10,2))",
        after: "ALTER TABLE s_decimal_scale ALTER price TYPE numeric(12,4)",
        found: &["breaking type_changed shop.s_decimal_scale.price"],
    },
    Kind {
        before: "CREATE TABLE t_number_to_text (price numeric(10,2))",
        after: "ALTER TABLE t_number_to_text ALTER price TYPE text",
        found: &["breaking type_changed shop.t_number_to_text.price"],
    },
    Kind {
        before: "CREATE TABLE u_text_to_number (amount text)",
        after: "ALTER TABLE u_text_to_number ALTER amount TYPE int USING amount::int",
        found: &["breaking type_changed shop.u_text_to_number.amount"],
    },
    Kind {
        before: "CREATE TABLE v_zone (at timestamp)",
        after: "ALTER TABLE v_zone ALTER at TYPE timestamptz",
        found: &["risky type_changed shop.v_zone.at"],
    },
    Kind {
        before: "CREATE TABLE w_word_added (size size)",
        after: "ALTER TYPE size ADD VALUE 'l'",
        found: &["additive type_changed shop.w_word_added.size"],
    },
    Kind {
        before: "CREATE TABLE x_word_gone (colour colour)",
        after: "ALTER TABLE x_word_gone ALTER colour TYPE colour_less USING colour::text::colour_less",
        found: &["risky type_changed shop.x_word_gone.colour"],
    },
    Kind {
        before: "CREATE TABLE y_float_wider (f real)",
        after: "ALTER TABLE y_float_wider ALTER f TYPE double precision",
        found: &["breaking type_changed shop.y_float_wider.f"],
    },
    Kind {
        before: "CREATE TABLE z_to_array (tag text)",
        after: "ALTER TABLE z_to_array ALTER tag TYPE text[] USING ARRAY[tag]",
        found: &["breaking type_changed shop.z_to_array.tag"],
    },
    Kind {
        before: "CREATE TABLE za_nullable (mail text NOT NULL)",
        after: "ALTER TABLE za_nullable ALTER mail DROP NOT NULL",
        found: &["risky nullability_changed shop.za_nullable.mail"],
    },
    Kind {
        before: "CREATE TABLE zb_required (mail text)",
        after: "ALTER TABLE zb_required ALTER mail SET NOT NULL",
        found: &["additive nullability_changed shop.zb_required.mail"],
    },
    Kind {
        before: "CREATE TABLE zc_default_set (n int)",
        after: "ALTER TABLE zc_default_set ALTER n SET DEFAULT 7",
        found: &["additive default_changed shop.zc_default_set.n"],
    },
    Kind {
        before: "CREATE TABLE zd_default_gone (at timestamp DEFAULT now())",
        after: "ALTER TABLE zd_default_gone ALTER at DROP DEFAULT",
        found: &["additive default_changed shop.zd_default_gone.at"],
    },
    Kind {
        before: "CREATE TABLE ze_column_comment (n int)",
        after: "COMMENT ON COLUMN ze_column_comment.n IS 'in cents'",
        found: &["additive column_comment_changed shop.ze_column_comment.n"],
    },
    Kind {
        before: "CREATE TABLE zf_primary_key (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a))",
        after: "ALTER TABLE zf_primary_key DROP CONSTRAINT zf_primary_key_pkey, ADD PRIMARY KEY (a, b)",
        found: &["risky primary_key_changed shop.zf_primary_key"],
    },
    Kind {
        before: "CREATE TABLE zg_unique_added (code text)",
        after: "CREATE UNIQUE INDEX zg_code ON zg_unique_added (code)",
        found: &["additive unique_key_changed shop.zg_unique_added"],
    },
    Kind {
        before: "CREATE TABLE zh_unique_gone (code text CONSTRAINT zh_code UNIQUE)",
        after: "ALTER TABLE zh_unique_gone DROP CONSTRAINT zh_code",
        found: &["risky unique_key_changed shop.zh_unique_gone"],
    },
    Kind {
        before: "CREATE TABLE zi_unique_other (a int, b int, CONSTRAINT zi_once UNIQUE (a))",
        after: "ALTER TABLE zi_unique_other DROP CONSTRAINT zi_once, ADD CONSTRAINT zi_once UNIQUE (a, b)",
        found: &["risky unique_key_changed shop.zi_unique_other"],
    },
    // PostgreSQL tells its tables and columns apart, whatever their names.
    Kind {
        before: "CREATE TABLE zj_swapped (a int, b int)",
        after: "ALTER TABLE zj_swapped RENAME a TO c; ALTER TABLE zj_swapped RENAME b TO a;
            ALTER TABLE zj_swapped RENAME c TO b",
        found: &[
            "breaking column_renamed shop.zj_swapped.b",
            "breaking column_renamed shop.zj_swapped.a",
        ],
    },
    Kind {
        before: "CREATE TABLE zk_added_anew (n int)",
        after: "ALTER TABLE zk_added_anew DROP n, ADD n int",
        found: &["risky column_replaced shop.zk_added_anew.n"],
    },
    Kind {
        before: "CREATE TABLE zl_name_taken (old int)",
        after: "ALTER TABLE zl_name_taken RENAME old TO kept; ALTER TABLE zl_name_taken ADD old int",
        found: &[
            "breaking column_renamed shop.zl_name_taken.kept",
            "additive column_added shop.zl_name_taken.old",
        ],
    },
    Kind {
        before: "CREATE TABLE zm_lookalike_old (lookalike int)",
        after: "DROP TABLE zm_lookalike_old; CREATE TABLE zm_lookalike (lookalike int)",
        found: &[
            "additive table_added shop.zm_lookalike",
            "breaking table_dropped shop.zm_lookalike_old",
        ],
    },
    // What is no change: a spelling, a new constraint, an index, a row, a right.
    Kind {
        before: "CREATE TABLE zo_orders (n int)",
        after: "CREATE TABLE _zo_orders_gho (n int); CREATE TABLE _zo_orders_ghc (id int);
            ALTER TABLE zo_orders RENAME TO _zo_orders_del; ALTER TABLE _zo_orders_gho RENAME TO zo_orders",
        found: &[],
    },
    Kind {
        before: "CREATE TABLE zn_same (n serial, t varchar)",
        after: "ALTER TABLE zn_same ADD CHECK (n > 0); CREATE INDEX ON zn_same (t);
            INSERT INTO zn_same (t) VALUES ('x'); GRANT SELECT ON zn_same TO PUBLIC",
        found: &[],
    },
];
