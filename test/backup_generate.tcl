# backup_generate.tcl - random databases, random changes to them, and all that
# a database holds as one value. For the tests of backups.
#
#     gen_seed N             start over; the same N gives the same databases
#     gen_database H N       fill the empty database of handle H
#     gen_change H           change rows, objects and marks of it
#
#     db_state H             a dictionary: what -> content
#     state_differs A B      "" or where two such dictionaries differ first
#
# A database gets three to seven families of tables (gen_families below), with
# indexes, views and triggers across them. Names, values and statements are
# drawn; a statement that SQLite refuses (a constraint, a name that is taken)
# is passed over and counted in gen_count. The generator's numbers are its own,
# so every version of Tcl draws the same.

set gen_state 1
array set gen_count {ran 0 refused 0}

# Set to 1 to see the statements that were refused.
set gen_show 0

proc gen_seed {n} {
  set ::gen_state [expr {($n * 2654435761 + 12345) & 0xffffffffffffffff}]
  for {set i 0} {$i<4} {incr i} {
    gen_int 2
  }
}

# A number from 0 to n-1.
proc gen_int {n} {
  set ::gen_state [expr {
    ($::gen_state * 6364136223846793005 + 1442695040888963407)
    & 0xffffffffffffffff}]
  return [expr {($::gen_state >> 33) % $n}]
}

proc gen_chance {percent} {
  return [expr {[gen_int 100]<$percent}]
}

proc gen_pick {list} {
  if {[llength $list]==0} {
    return ""
  }
  return [lindex $list [gen_int [llength $list]]]
}

# n different elements, in random order.
proc gen_sample {list n} {
  set out {}
  while {$n>0 && [llength $list]} {
    set i [gen_int [llength $list]]
    lappend out [lindex $list $i]
    set list [lreplace $list $i $i]
    incr n -1
  }
  return $out
}

# Identifiers and texts for SQL.
proc sql_name {name} {
  return "\"[string map {\" \"\"} $name]\""
}
proc sql_text {text} {
  return "'[string map {' ''} $text]'"
}

# Run SQL that may be refused. Returns 1 when it ran.
proc gen_run {h sql} {
  if {[catch {$h eval $sql} why]} {
    incr ::gen_count(refused)
    if {$::gen_show} {
      puts "refused: $why: [string range $sql 0 300]"
    }
    return 0
  }
  incr ::gen_count(ran)
  return 1
}

#--------------------------------------------------------------------------
# Names and values.

set gen_names [list plain Order select {a b} a.b x\"y it's {[br]} \u00fcn\u00ef \
    \u65e5\u672c MiXed a\;b --c %s {tab	x} back`q "new\nline" {} CASE \
    main values \U1F600 e\u0301 'q' /*c*/ \\ 0 1st group rowid2 Z \u00dcB \
    temp abort indexed of {   } \$1 ?1 :x @y]

# A name that is not among those given, apart from case.
proc gen_name {taken {pool ""}} {
  if {$pool eq ""} {
    set pool $::gen_names
  }
  set lower [string tolower $taken]
  for {set i 0} {$i<20} {incr i} {
    set name [gen_pick $pool]
    if {[string tolower $name] ni $lower} {
      return $name
    }
  }
  set n 1
  while {"n$n" in $lower} {
    incr n
  }
  return n$n
}

# A name for a table, index, view or trigger.
proc gen_object_name {h {pool ""}} {
  gen_name [$h eval {SELECT name FROM main.sqlite_schema}] $pool
}

set gen_integers {
  0 1 -1 2 3 5 7 100 127 128 -128 -129 255 32767 32768 -32769 8388607 8388608
  2147483647 2147483648 -2147483649 140737488355327 140737488355328
  9223372036854775807 (-9223372036854775807-1) 4294967296
}
set gen_reals {
  0.0 -0.0 1.5 -2.25 1e999 -1e999 4.9e-324 -4.9e-324 2.2250738585072014e-308
  1.7976931348623157e308 9.2e18 -9.3e18 1e15 0.1 123456789012345680.0
  3.141592653589793 (1e999-1e999)
}
set gen_texts [list '' 'a' 'A' 'text' {' pad '} '12' '1e3' '0x10' '-0' 'it''s' \
    '\"' 'NULL' '\u00fc' '\u00dc' '\u00df' '\u65e5\u672c\u8a9e' 'a\nb' \
    char(0) 'a'||char(0)||'b' 'a'||char(0) char(65279) char(65279,97) \
    char(128512) char(65534) {'the quick brown fox'} \
    {CAST(x'ff' AS TEXT)} {CAST(x'c3' AS TEXT)} {CAST(x'41c328' AS TEXT)} \
    {CAST(x'eda080' AS TEXT)} {CAST(x'f4908080' AS TEXT)} \
    {CAST(x'00d8' AS TEXT)} {CAST(x'd800' AS TEXT)} \
    {CAST(x'dc004100' AS TEXT)} {CAST(x'00dc' AS TEXT)} \
    {CAST(x'414243' AS TEXT)} {CAST(x'fffe4100' AS TEXT)} \
    {CAST(x'feff0041' AS TEXT)} {CAST(x'efbbbf61' AS TEXT)} \
    {CAST(x'c080' AS TEXT)} {CAST(zeroblob(6) AS TEXT)} \
    {CAST(x'' AS TEXT)}]
set gen_blobs {
  x'' zeroblob(0) zeroblob(1) zeroblob(17) x'00' x'ff' x'0001' x'6162'
  CAST('a'AS\ BLOB) x'000000000000000000' randomish
}
set gen_words {
  alpha beta gamma delta quick brown fox lazy dog over jumps river stone
  light window paper seven eleven table chair
}

proc gen_sentence {n} {
  set out {}
  for {set i 0} {$i<$n} {incr i} {
    lappend out [gen_pick $::gen_words]
  }
  return [join $out " "]
}

# n random bytes as a literal.
proc gen_bytes {n} {
  set out x'
  for {set i 0} {$i<$n} {incr i} {
    append out [format %02x [gen_int 256]]
  }
  return $out'
}

# A value as SQL. kind: integer real text blob any, or null.
proc gen_value {kind} {
  switch $kind {
    integer {
      if {[gen_chance 60]} {
        return [expr {[gen_int 2000] - 500}]
      }
      return [gen_pick $::gen_integers]
    }
    real {
      if {[gen_chance 40]} {
        return [expr {[gen_int 100000] / 7.0}]
      }
      return [gen_pick $::gen_reals]
    }
    text {
      if {[gen_chance 50]} {
        return [sql_text [gen_sentence [expr {1 + [gen_int 6]}]]]
      }
      return [gen_pick $::gen_texts]
    }
    blob {
      set blob [gen_pick $::gen_blobs]
      return [expr {$blob eq "randomish" ? [gen_bytes [gen_int 40]] : $blob}]
    }
    key {
      # Above the greatest rowid SQLite draws rowids at random, or has none.
      set n [gen_value integer]
      return [expr {$n eq "9223372036854775807" ? "9223372036854775000" : $n}]
    }
    null {
      return NULL
    }
  }
  return [gen_value [gen_pick {integer integer real text text blob null}]]
}

# What to draw for a column of a declared type.
proc gen_kind {type strict} {
  switch -glob [string toupper $type] {
    KEY {return [gen_pick {key key key null}]}
    INT* {set kind integer}
    REAL {set kind real}
    TEXT {set kind text}
    BLOB {set kind blob}
    default {return any}
  }
  if {$strict} {
    return [expr {[gen_chance 12] ? "null" : $kind}]
  }
  return [expr {[gen_chance 35] ? "any" : $kind}]
}

#--------------------------------------------------------------------------
# What is there.

# Ordinary tables: not virtual, not of a virtual table, not SQLite's, not the
# store's.
proc gen_tables {h} {
  set skip [$h eval {
    SELECT name FROM pragma_table_list
     WHERE schema='main' AND type IN ('shadow', 'virtual')
  }]
  set out {}
  foreach name [$h eval {
    SELECT name FROM main.sqlite_schema
     WHERE type='table' AND name NOT GLOB 'sqlite_*' ORDER BY name
  }] {
    if {$name ni $skip && ![store_owns $name]} {
      lappend out $name
    }
  }
  return $out
}

proc gen_virtual {h module} {
  $h eval {
    SELECT name FROM main.sqlite_schema
     WHERE type='table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING '||$module||'(%'
     ORDER BY name
  }
}

proc gen_objects {h type} {
  $h eval {
    SELECT name FROM main.sqlite_schema
     WHERE type=$type AND sql IS NOT NULL AND tbl_name NOT GLOB '_migrate_*'
     ORDER BY name
  }
}

# {name type} of the columns that a statement may set. Of a column that may be
# the rowid the type is KEY.
proc gen_columns {h table} {
  $h eval "SELECT name, iif(pk AND type LIKE 'INTEGER', 'KEY', type)
             FROM pragma_table_xinfo([sql_text $table])
            WHERE hidden=0 ORDER BY cid"
}

proc gen_strict {h table} {
  expr {[$h onecolumn {
    SELECT strict FROM pragma_table_list WHERE schema='main' AND name=$table
  }] eq "1"}
}

#--------------------------------------------------------------------------
# Rows.

# Does a table hold the greatest rowid? A row without one is not put there: its
# rowid would be drawn at random.
proc gen_full {h table} {
  set id [rowid_name $h $table]
  expr {$id ne "" && [$h onecolumn "SELECT max($id) FROM [sql_name $table]"]
        eq "9223372036854775807"}
}

proc gen_insert {h table n {or "OR IGNORE "}} {
  set strict [gen_strict $h $table]
  set names {}
  set types {}
  foreach {name type} [gen_columns $h $table] {
    lappend names [sql_name $name]
    lappend types $type
  }
  if {[llength $names]==0 || $n==0 || [gen_full $h $table]} {
    return
  }
  set rows {}
  for {set i 0} {$i<$n} {incr i} {
    set row {}
    foreach type $types {
      lappend row [gen_value [gen_kind $type $strict]]
    }
    lappend rows ([join $row ,])
  }
  gen_run $h "INSERT ${or}INTO main.[sql_name $table]([join $names ,])
              VALUES[join $rows ,]"
}

# A condition that holds for some rows, always for the same.
proc gen_condition {h table} {
  set column [lindex [gen_columns $h $table] 0]
  if {$column eq ""} {
    return 1
  }
  set n [expr {2 + [gen_int 4]}]
  return "(length(quote([sql_name $column])) % $n) = [gen_int $n]"
}

proc gen_delete {h table} {
  set t main.[sql_name $table]
  switch [gen_int 5] {
    0 {gen_run $h "DELETE FROM $t"}
    1 {gen_run $h "DELETE FROM $t WHERE [gen_condition $h $table]
                   AND [gen_condition $h $table]"}
    default {gen_run $h "DELETE FROM $t WHERE [gen_condition $h $table]"}
  }
}

proc gen_update {h table} {
  set t main.[sql_name $table]
  set columns [gen_columns $h $table]
  if {[llength $columns]==0} {
    return
  }
  set i [expr {2 * [gen_int [expr {[llength $columns]/2}]]}]
  lassign [lrange $columns $i $i+1] name type
  set c [sql_name $name]
  switch [gen_int 8] {
    0 {set value $c}
    1 {set value "upper($c)"}
    2 {set value "CAST($c AS REAL)"}
    3 {set value "$c || 'x'"}
    default {set value [gen_value [gen_kind $type [gen_strict $h $table]]]}
  }
  switch [gen_int 3] {
    0 {set where ""}
    default {set where " WHERE [gen_condition $h $table]"}
  }
  gen_run $h "UPDATE OR IGNORE $t SET $c = $value$where"
}

#--------------------------------------------------------------------------
# Families of tables. Each makes one or several tables with rows.

set gen_families {
  plain keys rowids gaps autoincrement without strict generated children
  unique added bulk fts5 fts5_external fts5_contentless fts4 rtree large
  onlykey odd
}

# How a column may be declared further.
proc gen_column_extras {} {
  set out ""
  if {[gen_chance 15]} {
    append out [gen_pick {
      { DEFAULT 5} { DEFAULT (1+2)} { DEFAULT 'it''s'} { DEFAULT x'00ff'}
      { DEFAULT CURRENT_TIMESTAMP} { DEFAULT (hex('a')||"b")} { DEFAULT -1.5}
      { DEFAULT NULL}
    }]
  }
  if {[gen_chance 15]} {
    append out [gen_pick {
      { COLLATE NOCASE} { COLLATE RTRIM} { COLLATE binary}
    }]
  }
  return $out
}

# A list of column definitions. typesVar: types to draw from.
proc gen_column_list {n types {taken {}}} {
  set out {}
  for {set i 0} {$i<$n} {incr i} {
    set name [gen_name $taken]
    lappend taken $name
    set extras [gen_column_extras]
    # A text in double quotes as a default is a name elsewhere.
    set extras [string map {\"b\" 'b'} $extras]
    lappend out "[sql_name $name] [gen_pick $types]$extras"
  }
  return $out
}

set gen_types {
  INTEGER TEXT BLOB REAL NUMERIC {} VARCHAR(10) DOUBLE BIGINT DATETIME {LONG TEXT}
  BOOLEAN
}

proc gen_family_plain {h} {
  set t [gen_object_name $h]
  set columns [gen_column_list [expr {1 + [gen_int 5]}] $::gen_types]
  if {[gen_chance 30]} {
    lappend columns {CHECK(1)} {CONSTRAINT "c k" CHECK(typeof('a')='text')}
  }
  gen_run $h "CREATE TABLE [sql_name $t]([join $columns ,])"
  gen_insert $h $t [gen_int 20]
}

# The ways to say what the key is.
proc gen_family_keys {h} {
  set t [gen_object_name $h]
  set columns [gen_column_list [expr {1 + [gen_int 3]}] $::gen_types {id k2}]
  switch [gen_int 8] {
    0 {set columns [linsert $columns 0 {id INTEGER PRIMARY KEY}]}
    1 {set columns [linsert $columns end {id INTEGER PRIMARY KEY}]}
    2 {set columns [linsert $columns 0 {id INTEGER PRIMARY KEY DESC}]}
    3 {set columns [linsert $columns 0 {id INT PRIMARY KEY}]}
    4 {lappend columns {"Id" integer} {PRIMARY KEY(id)}}
    5 {lappend columns {id INTEGER} {PRIMARY KEY(id DESC)}}
    6 {lappend columns {id TEXT COLLATE NOCASE} {k2} \
           {CONSTRAINT pk PRIMARY KEY(k2, id DESC) ON CONFLICT REPLACE}}
    7 {lappend columns {id INTEGER PRIMARY KEY ON CONFLICT IGNORE NOT NULL}}
  }
  gen_run $h "CREATE TABLE [sql_name $t]([join $columns ,])"
  gen_insert $h $t [gen_int 20]
}

# Columns that take the names of the rowid.
proc gen_family_rowids {h} {
  set t [gen_object_name $h]
  gen_run $h "CREATE TABLE [sql_name $t]([gen_pick {
    {rowid TEXT, b}
    {_rowid_, oid INTEGER, c TEXT}
    {"OID" REAL, "RowId"}
    {rowid, _rowid_, oid}
    {oid, rowid TEXT, _rowid_ INTEGER, v BLOB}
    {rowid INTEGER PRIMARY KEY, oid, _rowid_ TEXT}
    {_rowid_ INTEGER PRIMARY KEY AUTOINCREMENT, rowid}
    {a, rowid AS (a||'!'), oid AS (1) STORED}
    {"rowid" INTEGER PRIMARY KEY DESC, b}
    {a, rowid AS (length(a)), oid INT AS (2), _rowid_ TEXT}
  }])"
  gen_insert $h $t [gen_int 25]
  if {[gen_chance 50]} {
    gen_delete $h $t
    gen_insert $h $t [gen_int 5]
  }
}

# Rowids that no column shows.
proc gen_family_gaps {h} {
  set t [gen_object_name $h]
  gen_run $h "CREATE TABLE [sql_name $t](a, b TEXT)"
  foreach id [gen_sample {
    -9223372036854775808 -5 -1 0 1 2 3 7 100 127 128 4000 70000 2147483648
    9223372036854775806 9223372036854775807
  } [expr {3 + [gen_int 10]}]] {
    gen_run $h "INSERT INTO [sql_name $t](rowid, a, b)
                VALUES($id, [gen_value any], [gen_value text])"
  }
}

proc gen_family_autoincrement {h} {
  set t [gen_object_name $h]
  gen_run $h "CREATE TABLE [sql_name $t](
    n INTEGER PRIMARY KEY AUTOINCREMENT, v)"
  gen_insert $h $t 1
  gen_run $h "INSERT INTO [sql_name $t](v) VALUES(1), ('two'), (x'03')"
  switch [gen_int 5] {
    0 {gen_run $h "DELETE FROM [sql_name $t]"}
    1 {gen_run $h "INSERT INTO [sql_name $t] VALUES(500000, 'high');
                   DELETE FROM [sql_name $t] WHERE n=500000"}
    2 {gen_run $h "UPDATE sqlite_sequence SET seq=9000000000000000000
                    WHERE name=[sql_text $t]"}
    3 {gen_run $h "DELETE FROM sqlite_sequence WHERE name=[sql_text $t]"}
  }
}

proc gen_family_without {h} {
  set t [gen_object_name $h]
  set body [gen_pick {
    {k PRIMARY KEY, v}
    {v, k TEXT COLLATE NOCASE PRIMARY KEY, w}
    {a INTEGER, b TEXT, c BLOB, v, PRIMARY KEY(b, a DESC)}
    {a, b, c, PRIMARY KEY(c DESC, a COLLATE NOCASE, b)}
    {a TEXT COLLATE RTRIM, "b b" REAL, PRIMARY KEY("b b", a)}
    {rowid PRIMARY KEY, oid, _rowid_}
    {a INTEGER PRIMARY KEY DESC, b UNIQUE ON CONFLICT IGNORE}
    {a, b, PRIMARY KEY(a, b, a)}
    {a TEXT, b INTEGER, g AS (a||b) STORED, h AS (b+0.5), PRIMARY KEY(b, a)}
    {"select" BLOB, "a.b" INTEGER NOT NULL, PRIMARY KEY("a.b", "select" DESC)}
  }]
  gen_run $h "CREATE TABLE [sql_name $t]($body) WITHOUT ROWID[
    expr {[gen_chance 10] ? {, STRICT} : {}}]"
  for {set i [gen_int 4]} {$i>0} {incr i -1} {
    gen_insert $h $t [gen_int 10]
  }
}

proc gen_family_strict {h} {
  set t [gen_object_name $h]
  set columns {}
  foreach column [gen_column_list [expr {1 + [gen_int 4]}] {
    INT INTEGER REAL TEXT BLOB ANY ANY
  }] {
    # A default of another type would refuse every row without a value.
    lappend columns [regsub { DEFAULT .*} $column {}]
  }
  switch [gen_int 3] {
    0 {lappend columns {key INTEGER PRIMARY KEY}}
    1 {lappend columns {key ANY NOT NULL PRIMARY KEY}}
  }
  gen_run $h "CREATE TABLE [sql_name $t]([join $columns ,]) STRICT"
  for {set i [gen_int 12]} {$i>0} {incr i -1} {
    gen_insert $h $t 1
  }
}

# No function takes a blob as text here: in UTF-16 what older SQLite makes of it
# depends on how the statement got it.
proc gen_family_generated {h} {
  set t [gen_object_name $h]
  set body [gen_pick {
    {a, b TEXT, c AS (typeof(a)), d AS (length(b)) STORED}
    {s TEXT AS (upper(iif(typeof(b)='blob', hex(b), b))) STORED,
     a INTEGER PRIMARY KEY, b TEXT, u AS (s||'-'||a) VIRTUAL}
    {"x y" GENERATED ALWAYS AS (quote("select")) STORED, "select",
     "z" INT AS (1+1), n NOT NULL DEFAULT 7}
    {a INTEGER, b INTEGER, total REAL AS (a*1.0+b) STORED UNIQUE}
    {a, b AS (a), c AS (b) STORED, d AS (c)}
  }]
  gen_run $h "CREATE TABLE [sql_name $t]($body)"
  for {set i [gen_int 5]} {$i>0} {incr i -1} {
    gen_insert $h $t [gen_int 6]
  }
}

# Foreign keys: cascades, a reference to itself, to a unique column.
proc gen_family_children {h} {
  set p [gen_object_name $h]
  set c [gen_name [concat [list $p] \
      [$h eval {SELECT name FROM main.sqlite_schema}]]]
  set qp [sql_name $p]
  set qc [sql_name $c]
  gen_run $h "CREATE TABLE ${qp}(id INTEGER PRIMARY KEY, code TEXT UNIQUE,
    up INTEGER REFERENCES ${qp}(id) ON DELETE [gen_pick {
      CASCADE {SET NULL} {SET DEFAULT} RESTRICT}])"
  gen_run $h "CREATE TABLE ${qc}(id INTEGER PRIMARY KEY,
    pid INTEGER REFERENCES $qp ON DELETE CASCADE ON UPDATE CASCADE,
    code TEXT DEFAULT 'c1', v,
    CONSTRAINT \"by code\" FOREIGN KEY(code) REFERENCES ${qp}(code)
      ON DELETE SET NULL [gen_pick {{} {DEFERRABLE INITIALLY DEFERRED}}])"
  gen_run $h "INSERT INTO ${qp} VALUES(1,'c1',NULL),(2,'c2',1),(3,'c3',2),
    (10,NULL,10),(-4,'',1)"
  gen_run $h "INSERT INTO ${qc} VALUES(1,1,'c1',[gen_value any]),
    (2,2,'c1',[gen_value any]),(3,10,NULL,0),(4,NULL,'',x'')"
  if {[gen_chance 25] && ![$h onecolumn {PRAGMA foreign_keys}]} {
    # An orphan.
    gen_run $h "INSERT INTO ${qc} VALUES(50,77,'nobody',1)"
  }
}

proc gen_family_unique {h} {
  set t [gen_object_name $h]
  gen_run $h "CREATE TABLE [sql_name $t](
    a INTEGER UNIQUE ON CONFLICT [gen_pick {REPLACE IGNORE FAIL ABORT}],
    b TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'dflt',
    c CHECK(c IS NULL OR typeof(c)<>'blob' OR length(c)<1000),
    d COLLATE NOCASE,
    UNIQUE(b, d) ON CONFLICT [gen_pick {REPLACE IGNORE}])"
  for {set i [gen_int 4]} {$i>0} {incr i -1} {
    gen_insert $h $t [gen_int 9] ""
  }
  if {[gen_chance 20]} {
    gen_run $h "PRAGMA ignore_check_constraints=1;
      INSERT INTO [sql_name $t](a, b, c) VALUES(808, 'breaks it', zeroblob(1001));
      PRAGMA ignore_check_constraints=0"
  }
}

# Rows that are shorter than the table is wide now.
proc gen_family_added {h} {
  set t [gen_object_name $h]
  set q [sql_name $t]
  gen_run $h "CREATE TABLE ${q}(a INTEGER PRIMARY KEY, b)"
  gen_insert $h $t [expr {1 + [gen_int 8]}]
  gen_run $h "ALTER TABLE $q ADD COLUMN c TEXT DEFAULT 'old rows'"
  gen_insert $h $t [gen_int 4]
  gen_run $h "ALTER TABLE $q ADD COLUMN d REAL NOT NULL DEFAULT 3"
  gen_run $h "ALTER TABLE $q ADD COLUMN e AS (a||c)"
  gen_insert $h $t [gen_int 4]
}

# Enough rows for several chunks.
proc gen_family_bulk {h} {
  if {[gen_chance 50]} {
    return
  }
  set t [gen_object_name $h]
  set q [sql_name $t]
  set n [expr {300 + [gen_int 900]}]
  set key [gen_pick {{id INTEGER PRIMARY KEY,} {id TEXT PRIMARY KEY,} {id,}}]
  set tail ""
  if {$key eq {id TEXT PRIMARY KEY,} && [gen_chance 60]} {
    set tail { WITHOUT ROWID}
  }
  gen_run $h "CREATE TABLE ${q}($key v TEXT, x)$tail"
  gen_run $h "WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<$n)
    INSERT INTO $q SELECT (i * 7919) % 104729,
      'row ' || i || substr('[gen_sentence 30]', i % 50, 40 + i % 60),
      CASE i % 5 WHEN 0 THEN i * 0.5 WHEN 1 THEN zeroblob(i % 30)
        WHEN 2 THEN NULL ELSE i END FROM n"
}

set gen_easy [list docs {f t} it's \u00fcn\u00ef Select a.b x-y F1 F2 F3]

proc gen_family_fts5 {h} {
  set t [gen_object_name $h $::gen_easy]
  set q [sql_name $t]
  if {![gen_run $h "CREATE VIRTUAL TABLE $q USING fts5([gen_pick {
    {a, b} {title, "body text", prefix='2 3'} {x UNINDEXED, y}
    {a, tokenize='porter ascii', detail=none} {a, b, c, columnsize=0}
  }])"]} {
    return
  }
  gen_fill_virtual $h $t [expr {3 + [gen_int 25]}]
}

# Rows for a full-text table, of words.
proc gen_fill_virtual {h table n} {
  set names {}
  foreach {name type} [gen_columns $h $table] {
    lappend names [sql_name $name]
  }
  for {set i 0} {$i<$n} {incr i} {
    set row {}
    foreach name $names {
      lappend row [sql_text [gen_sentence [expr {1 + [gen_int 8]}]]]
    }
    gen_run $h "INSERT INTO [sql_name $table]([join $names ,])
                VALUES([join $row ,])"
  }
}

# The triggers are those of the documentation of FTS5.
proc gen_family_fts5_external {h} {
  set c [gen_object_name $h $::gen_easy]
  set f [gen_name [concat [list $c] \
      [$h eval {SELECT name FROM main.sqlite_schema}]] $::gen_easy]
  set qc [sql_name $c]
  set qf [sql_name $f]
  gen_run $h "CREATE TABLE ${qc}(id INTEGER PRIMARY KEY, a TEXT, b TEXT)"
  if {![gen_run $h "CREATE VIRTUAL TABLE $qf USING fts5(a, b,
      content=[sql_text $c], content_rowid='id')"]} {
    return
  }
  gen_run $h "
    CREATE TRIGGER [sql_name "$c ai"] AFTER INSERT ON $qc BEGIN
      INSERT INTO ${qf}(rowid, a, b) VALUES(new.id, new.a, new.b);
    END;
    CREATE TRIGGER [sql_name "$c ad"] AFTER DELETE ON $qc BEGIN
      INSERT INTO ${qf}($qf, rowid, a, b)
        VALUES('delete', old.id, old.a, old.b);
    END;
    CREATE TRIGGER [sql_name "$c au"] AFTER UPDATE ON $qc BEGIN
      INSERT INTO ${qf}($qf, rowid, a, b)
        VALUES('delete', old.id, old.a, old.b);
      INSERT INTO ${qf}(rowid, a, b) VALUES(new.id, new.a, new.b);
    END"
  for {set i [gen_int 15]} {$i>0} {incr i -1} {
    gen_run $h "INSERT INTO ${qc}(a, b) VALUES([sql_text [gen_sentence 4]],
                [sql_text [gen_sentence 9]])"
  }
  gen_run $h "DELETE FROM $qc WHERE id % 4 = 1"
}

proc gen_family_fts5_contentless {h} {
  set t [gen_object_name $h $::gen_easy]
  set q [sql_name $t]
  if {![gen_run $h "CREATE VIRTUAL TABLE $q USING fts5(a, b, content='')"]} {
    return
  }
  foreach id {3 -7 50 9223372036854775807} {
    gen_run $h "INSERT INTO ${q}(rowid, a, b)
      VALUES($id, [sql_text [gen_sentence 5]], [sql_text [gen_sentence 2]])"
  }
}

proc gen_family_fts4 {h} {
  set t [gen_object_name $h $::gen_easy]
  if {[gen_run $h "CREATE VIRTUAL TABLE [sql_name $t] USING [gen_pick {
    {fts4(a, b)} {fts3(body)} {fts4(a, tokenize=porter, order=desc)}
  }]"]} {
    gen_fill_virtual $h $t [gen_int 12]
  }
}

proc gen_family_rtree {h} {
  set t [gen_object_name $h $::gen_easy]
  set q [sql_name $t]
  set kind [gen_pick {
    {rtree(id, x0, x1)} {rtree(id, x0, x1, y0, y1)} {rtree_i32(id, x0, x1)}
    {rtree(id, x0, x1, y0, y1, +label TEXT, +more)}
  }]
  if {![gen_run $h "CREATE VIRTUAL TABLE $q USING $kind"]} {
    return
  }
  gen_fill_rtree $h $t [gen_int 80]
}

proc gen_fill_rtree {h table n} {
  set columns [gen_columns $h $table]
  for {set i 0} {$i<$n} {incr i} {
    set row NULL
    foreach {name type} [lrange $columns 2 end] {
      switch -glob $name {
        *0 {set low [gen_int 1000]; lappend row $low}
        *1 {lappend row [expr {$low + [gen_int 50]}]}
        default {lappend row [gen_value any]}
      }
    }
    gen_run $h "INSERT INTO [sql_name $table] VALUES([join $row ,])"
  }
}

# Values that do not fit a chunk; in few databases, some of 2 MB.
proc gen_family_large {h} {
  if {[gen_chance 45]} {
    return
  }
  set t [gen_object_name $h]
  set q [sql_name $t]
  set body [gen_pick {
    {id INTEGER PRIMARY KEY, a TEXT, b BLOB}
    {a, b}
    {k TEXT, a, b, PRIMARY KEY(k)} {a TEXT PRIMARY KEY, b BLOB}
    {a, b, g AS (length(b)) STORED}
  }]
  set tail ""
  if {[string match {*PRIMARY KEY(k)*} $body]
   || [string match {a TEXT PRI*} $body]} {
    set tail " WITHOUT ROWID"
  }
  gen_run $h "CREATE TABLE ${q}($body)$tail"
  set columns {}
  foreach {name type} [gen_columns $h $t] {
    lappend columns $name
  }
  set k [expr {"k" in $columns ? "'k'||" : "0+"}]
  set first [expr {"k" in $columns || "id" in $columns ? "i, " : ""}]
  set size [gen_pick {31990 31999 32000 32001 40000 65536 90000}]
  gen_run $h "WITH n(i) AS (VALUES(1),(2),(3))
    INSERT INTO $q SELECT $first
      substr(replace(hex(zeroblob($size/30)), '0', '[gen_sentence 3] '||i),
             i, $size),
      CASE i WHEN 1 THEN zeroblob($size) WHEN 2 THEN [gen_bytes 30] END FROM n"
  if {$::gen_huge} {
    gen_run $h "INSERT INTO ${q}([join $columns ,]) SELECT [
      expr {[llength $columns]>2 ? "77," : ""}] 'huge',
      CAST(replace(hex(zeroblob(62500)), '0', '[gen_sentence 2]12345') AS BLOB)"
    gen_run $h "INSERT INTO ${q}([join $columns ,]) SELECT [
      expr {[llength $columns]>2 ? "78," : ""}]
      replace(hex(zeroblob(50000)), '0', 'text of two MB here..'), NULL"
    if {[gen_chance 50]} {
      gen_run $h "CREATE INDEX [sql_name [gen_object_name $h]] ON ${q}(b)"
    }
  }
}

proc gen_family_onlykey {h} {
  set t [gen_object_name $h]
  gen_run $h "CREATE TABLE [sql_name $t]([gen_pick {
    {id INTEGER PRIMARY KEY} {id INTEGER PRIMARY KEY DESC}
    {id INTEGER PRIMARY KEY AUTOINCREMENT} {id PRIMARY KEY}
    {id INTEGER PRIMARY KEY, g AS (id+1)}
  }])"
  gen_insert $h $t [gen_int 30]
  if {[gen_chance 30]} {
    set t [gen_object_name $h]
    gen_run $h "CREATE TABLE [sql_name $t](id ANY PRIMARY KEY) WITHOUT ROWID"
    gen_insert $h $t [gen_int 20]
  }
}

# Names near those of the store.
proc gen_family_odd {h} {
  foreach name [gen_sample {_migrate_mine amigrate_x migrations} 2] {
    gen_run $h "CREATE TABLE ${name}(a, b)"
    gen_run $h "INSERT INTO $name VALUES(1, [gen_value any]), (2, NULL)"
  }
}

#--------------------------------------------------------------------------
# Other objects.

proc gen_index {h} {
  set table [gen_pick [gen_tables $h]]
  set columns [gen_columns $h $table]
  if {$table eq "" || [llength $columns]==0} {
    return
  }
  set c [sql_name [lindex $columns 0]]
  set d [sql_name [lindex $columns end-1]]
  set what [gen_pick [list $c "$c DESC, $d" "$c COLLATE NOCASE" \
      "length($c), $d DESC" "typeof($c)" "($c IS NULL), $d COLLATE RTRIM" \
      "lower($d)"]]
  set where [gen_pick [list "" "" " WHERE $c IS NOT NULL" \
      " WHERE typeof($d) = 'integer' AND $c > 0"]]
  set unique [expr {[gen_chance 15] ? "UNIQUE " : ""}]
  gen_run $h "CREATE ${unique}INDEX [sql_name [gen_object_name $h]]
    ON [sql_name $table]($what)$where"
}

proc gen_view {h} {
  set of [gen_pick [concat [gen_tables $h] [gen_objects $h view] {{no such}}]]
  gen_run $h "CREATE VIEW [sql_name [gen_object_name $h]] AS [gen_pick [list \
      "SELECT * FROM [sql_name $of]" \
      "SELECT count(*) AS \"how many\" FROM [sql_name $of]" \
      "WITH x(y) AS (SELECT 1) SELECT y, 'a;b' AS \";\" FROM x -- end"]]"
}

# Several on one table, each of which leaves a trace, so that their order
# shows.
proc gen_triggers {h} {
  set table [gen_pick [gen_tables $h]]
  if {$table eq "" || $table eq "trace"} {
    return
  }
  gen_run $h "CREATE TABLE IF NOT EXISTS trace(n INTEGER PRIMARY KEY, what)"
  for {set i [expr {1 + [gen_int 3]}]} {$i>0} {incr i -1} {
    set name [gen_object_name $h]
    set when [gen_pick {BEFORE AFTER}]
    set event [gen_pick {INSERT DELETE UPDATE}]
    set if [gen_pick {{} { WHEN 1} { FOR EACH ROW WHEN (SELECT 1)}}]
    gen_run $h "CREATE TRIGGER [sql_name $name] $when $event
      ON [sql_name $table]$if BEGIN
        INSERT INTO trace(what) VALUES([sql_text $name]);
        [gen_pick {{} {SELECT CASE WHEN 0 THEN RAISE(ABORT, 'no; way') END;}}]
      END"
  }
  if {[gen_chance 20]} {
    set view [gen_pick [gen_objects $h view]]
    if {$view ne ""} {
      gen_run $h "CREATE TRIGGER [sql_name [gen_object_name $h]]
        INSTEAD OF INSERT ON [sql_name $view] BEGIN
          INSERT INTO trace(what) VALUES('instead'); END"
    }
  }
}

proc gen_marks {h} {
  gen_run $h "PRAGMA user_version=[gen_pick {0 1 7 -1 2147483647 -2147483648}]"
  gen_run $h "PRAGMA application_id=[gen_pick {0 1 -2 1196444487 2147483647}]"
}

#--------------------------------------------------------------------------
# A database, and changes.

# n: its number; sets how the file is made, and every family comes round.
proc gen_database {h n} {
  gen_seed $n
  set ::gen_huge [expr {$n % 67 == 5}]
  $h eval "PRAGMA page_size=[gen_pick {512 1024 4096 4096 8192}]"
  $h eval "PRAGMA auto_vacuum=[gen_pick {0 0 1 2}]"
  set encoding [lindex {UTF-8 UTF-16le UTF-8 UTF-16be} [expr {$n % 4}]]
  $h eval "PRAGMA encoding='$encoding'"
  $h eval BEGIN
  set count [llength $::gen_families]
  set families [list [lindex $::gen_families [expr {$n % $count}]]]
  lappend families {*}[gen_sample $::gen_families [expr {2 + [gen_int 4]}]]
  if {$::gen_huge} {
    lappend families large large
  }
  foreach family $families {
    gen_family_$family $h
  }
  foreach {what percent times} {
    index 70 3  view 50 2  triggers 50 2  marks 60 1
  } {
    if {[gen_chance $percent]} {
      for {set i [expr {1 + [gen_int $times]}]} {$i>0} {incr i -1} {
        gen_$what $h
      }
    }
  }
  if {[gen_chance 40]} {
    gen_run $h ANALYZE
  }
  $h eval COMMIT
  gen_mend $h
}

# Values such as 1 and 1.0 in an index on an expression can make SQLite itself
# lose an entry. What a backup gives back has its indexes right.
proc gen_mend {h} {
  if {[string match *index* [$h eval {PRAGMA main.integrity_check}]]} {
    gen_run $h REINDEX
  }
}

# Change a virtual table.
proc gen_change_virtual {h} {
  set fts [gen_virtual $h fts5]
  set old [concat [gen_virtual $h fts4] [gen_virtual $h fts3]]
  set boxes [concat [gen_virtual $h rtree] [gen_virtual $h rtree_i32]]
  set t [gen_pick [concat $fts $old $boxes]]
  set q [sql_name $t]
  if {$t eq ""} {
    return
  }
  switch [gen_int 6] {
    0 {gen_run $h "DELETE FROM $q"}
    1 {
      if {$t ni $boxes} {
        gen_run $h "INSERT INTO ${q}($q) VALUES('optimize')"
      }
    }
    2 {gen_run $h "DROP TABLE $q"}
    3 {gen_run $h "ALTER TABLE $q RENAME TO [sql_name [gen_object_name $h \
          $::gen_easy]]"}
    default {
      if {$t in $boxes} {
        gen_run $h "DELETE FROM $q WHERE id % 3 = 1"
        gen_fill_rtree $h $t [gen_int 20]
      } else {
        gen_run $h "DELETE FROM $q WHERE rowid % 3 = 1"
        gen_fill_virtual $h $t [gen_int 5]
      }
    }
  }
}

# Change the schema.
proc gen_change_schema {h} {
  set table [gen_pick [gen_tables $h]]
  set q [sql_name $table]
  set column [sql_name [lindex [gen_columns $h $table] end-1]]
  switch [gen_int 13] {
    0 {gen_run $h "DROP TABLE $q"}
    1 {gen_run $h "DROP INDEX [sql_name [gen_pick [gen_objects $h index]]]"}
    2 {gen_run $h "DROP TRIGGER [sql_name [gen_pick [gen_objects $h trigger]]]"}
    3 {gen_run $h "DROP VIEW [sql_name [gen_pick [gen_objects $h view]]]"}
    4 {gen_family_[gen_pick $::gen_families] $h}
    5 {gen_index $h}
    6 {gen_view $h}
    7 {gen_triggers $h}
    8 {gen_run $h "ALTER TABLE $q ADD COLUMN [sql_name [gen_name {}]] TEXT
                   DEFAULT 'new'"}
    9 {gen_run $h "ALTER TABLE $q RENAME COLUMN $column TO
                   [sql_name [gen_name {}]]"}
    10 {gen_run $h "ALTER TABLE $q RENAME TO [sql_name [gen_object_name $h]]"}
    11 {gen_run $h "ALTER TABLE $q DROP COLUMN $column"}
    12 {
      # The same text again, in another place of the schema.
      set name [gen_pick [concat [gen_objects $h trigger] \
          [gen_objects $h view] [gen_objects $h index]]]
      foreach {type sql} [$h eval {
        SELECT type, sql FROM main.sqlite_schema WHERE name=$name
      }] {
        if {[gen_run $h "DROP $type [sql_name $name]"]} {
          gen_run $h $sql
        }
      }
    }
  }
}

proc gen_change {h} {
  for {set i [expr {2 + [gen_int 9]}]} {$i>0} {incr i -1} {
    set table [gen_pick [gen_tables $h]]
    switch [gen_pick {
      insert insert delete delete update update update schema schema schema
      virtual virtual marks stat sequence
    }] {
      insert {gen_insert $h $table [expr {1 + [gen_int 6]}]}
      delete {gen_delete $h $table}
      update {gen_update $h $table}
      schema {gen_change_schema $h}
      virtual {gen_change_virtual $h}
      marks {gen_marks $h}
      stat {
        gen_run $h [gen_pick {ANALYZE {DELETE FROM sqlite_stat1}
            {DROP TABLE sqlite_stat1}}]
      }
      sequence {
        gen_run $h [gen_pick {
          {UPDATE sqlite_sequence SET seq=seq+1000}
          {DELETE FROM sqlite_sequence}
        }]
      }
    }
  }
  gen_mend $h
}

#--------------------------------------------------------------------------
# All that a database holds.

# The tables of the store, by their exact names.
set store_tables [regexp -all -inline -line {^CREATE TABLE (\w+)\(} [
  apply {{} {
    set f [open [file join $::root sql store.sql]]
    set text [read $f]
    close $f
    return $text
  }}]]
set store_tables [lsearch -all -inline -glob $store_tables _migrate_*]

proc store_owns {name} {
  expr {[string tolower $name] in $::store_tables}
}

proc is_without_rowid {h table} {
  expr {[$h onecolumn {
    SELECT wr FROM pragma_table_list WHERE schema='main' AND name=$table
  }] eq "1"}
}

# The name by which a table's rowid can be read; "" when there is none.
proc rowid_name {h table} {
  if {[is_without_rowid $h $table]} {
    return ""
  }
  set columns {}
  foreach name [$h eval "SELECT name FROM
      pragma_table_xinfo([sql_text $table])"] {
    lappend columns [string tolower $name]
  }
  foreach name {rowid _rowid_ oid} {
    if {$name ni $columns} {
      return $name
    }
  }
  # One of them may be the key itself; else the order is all there is.
  return ""
}

# Every row: rowid, then type and value of each column; texts and blobs as the
# hex of their bytes, numbers as Tcl shows them, which is exact.
proc table_state {h table} {
  set columns {}
  set id [rowid_name $h $table]
  if {$id ne ""} {
    lappend columns $id
  }
  foreach name [$h eval "SELECT name FROM
      pragma_table_xinfo([sql_text $table]) ORDER BY cid"] {
    set c [sql_name $name]
    lappend columns "typeof($c)" \
        "CASE WHEN typeof($c) IN ('text','blob') THEN hex(CAST($c AS BLOB))
              ELSE $c END"
  }
  set order [expr {$id eq "" ? "" : " ORDER BY $id"}]
  set out [$h eval "SELECT [join $columns ,] FROM main.[sql_name $table]
                    NOT INDEXED$order"]
  if {[is_without_rowid $h $table]} {
    # SQLite reads another index of such a table when that is shorter.
    set rows {}
    set n [llength $columns]
    for {set i 0} {$i<[llength $out]} {incr i $n} {
      lappend rows [lrange $out $i [expr {$i+$n-1}]]
    }
    set out [concat {*}[lsort $rows]]
  }
  return $out
}

# What SQLite and its modules find wrong. Texts, so that a file that was wrong
# before (a row that breaks a CHECK, an orphan) must be so again.
proc checks_state {h} {
  set out [list integrity [$h eval {PRAGMA main.integrity_check}]]
  set keys {}
  # Tables of which there is no parent any more make it an error.
  if {[catch {
    $h eval {PRAGMA main.foreign_key_check} {
      lappend keys [list $table $rowid $parent $fkid]
    }
  } why]} {
    set keys $why
  }
  lappend out keys [lsort $keys]
  foreach module {fts3 fts4 fts5} {
    foreach t [gen_virtual $h $module] {
      set q [sql_name $t]
      lappend out $t [catchsql "INSERT INTO ${q}($q) VALUES('integrity-check')" \
          $h]
    }
  }
  foreach t [concat [gen_virtual $h rtree] [gen_virtual $h rtree_i32]] {
    lappend out $t [catchsql "SELECT rtreecheck('main', [sql_text $t])" $h]
  }
  return $out
}

# The names of tables whose rows count.
proc state_tables {h} {
  set out {}
  foreach {name sql} [$h eval {
    SELECT name, sql FROM main.sqlite_schema WHERE type='table' ORDER BY name
  }] {
    if {![store_owns $name]
     && ![string match -nocase {CREATE VIRTUAL *} $sql]} {
      lappend out $name
    }
  }
  return $out
}

# SQLite never drops sqlite_sequence; without rows it counts as absent.
# -revisions: also the applied set, which takes the extension.
# -checks: also what checks_state finds.
proc db_state {h args} {
  set out {}
  set objects {}
  set order {}
  foreach {type name table sql} [$h eval {
    SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid
  }] {
    if {![store_owns $table] && $name ne "sqlite_sequence"} {
      lappend objects [list $type $name $table $sql]
      if {$type eq "trigger"} {
        dict lappend order $table $name
      }
    }
  }
  dict set out schema [lsort $objects]
  dict set out triggers [lsort -stride 2 $order]
  dict set out marks [list [$h eval {PRAGMA main.user_version}] \
      [$h eval {PRAGMA main.application_id}] [$h eval {PRAGMA main.encoding}]]
  foreach table [state_tables $h] {
    set rows [table_state $h $table]
    if {$table ne "sqlite_sequence" || [llength $rows]} {
      dict set out [list table $table] $rows
    }
  }
  if {"-revisions" in $args} {
    dict set out applied [$h eval {
      SELECT revision FROM migration_revisions WHERE state<>'pending'
       ORDER BY revision
    }]
    dict set out current [$h eval {SELECT migrate_current()}]
  }
  if {"-checks" in $args} {
    dict set out checks [checks_state $h]
  }
  return $out
}

# "" when equal, else the first difference, for a reader. Keys that only one
# of them can have (applied, current, checks) count when both have them.
proc state_differs {a b} {
  foreach key [lsort -unique [concat [dict keys $a] [dict keys $b]]] {
    if {![dict exists $a $key] || ![dict exists $b $key]} {
      if {$key in {applied current checks}} {
        continue
      }
      return "$key is only in the [expr {[dict exists $a $key] ?
          {first} : {second}}]"
    }
    set x [dict get $a $key]
    set y [dict get $b $key]
    if {$x eq $y} {
      continue
    }
    set i 0
    foreach u $x v $y {
      if {$u ne $v} {
        break
      }
      incr i
    }
    return "$key, element $i of [llength $x]/[llength $y]:\
        [string range $u 0 200] <> [string range $v 0 200]\
        (before it: [string range [lrange $x $i-6 $i-1] 0 200])"
  }
  return ""
}
