# survive.tcl - what must survive the change of a table: small databases, the
# changes, and probes. For survive.test and for peers/runs.tcl.
#
#     survive_build P K             the database of property P, ready for
#                                   change K, as bytes for [db deserialize]
#     survive_text P K before|after the CREATE TABLE statement of table t
#     survive_probe H P K SIDE      "", or how the property is lost
#     survive_look H                all rows and objects, for
#     survive_changed H P K A E     "", or what else is not as it must be
#
# Every database has a table t(id, name, extra, age) with four rows. A property
# adds what it is about: columns, constraints, other objects. A change gives
# other parts to the table before or after it. The text of t is put together
# from the parts of both, so each property meets each change, but for the pairs
# that contradict each other (survive_excludes says why).
#
# A probe does things with the database (inserts, deletes, looks at plans) and
# returns what it saw; the property holds when that is what it says it must be.
# It runs in a transaction that is rolled back, foreign keys enforced, and may
# say {age} where the column may have another name by now. The same probe runs
# before the change, so one that is wrong by itself does not go unnoticed.

# The parts of t: the columns in their order, a column and a constraint that
# only a change has. Those of the property come before each of the two.
set survive_order {id name extra age}
set survive_parts {
  id    {id INTEGER PRIMARY KEY}
  name  {name TEXT}
  extra {extra TEXT}
  age   {age INTEGER}
  more  {}
  check {}
  options {}
}
set survive_rows {
  INSERT INTO t(id, name, extra, age) VALUES
    (1, 'ann', 'x1', 31), (2, 'bo', 'x2', 32),
    (5, 'cy', 'x5', 35), (9, 'dot', NULL, 39);
}

# A table for foreign keys that a change adds, and a row of the user's.
set survive_common {
  CREATE TABLE other(id INTEGER PRIMARY KEY);
  WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO other SELECT i FROM n;
  CREATE TABLE log(what TEXT);
  CREATE TABLE own(x);
}

# The changes: name, parts before, parts after.
set survive_kinds {
  {nullable to NOT NULL}    {} {age {age INTEGER NOT NULL}}
  {NOT NULL to nullable}    {age {age INTEGER NOT NULL}} {}
  {type}                    {} {age {age TEXT}}
  {type, same affinity}     {} {age {age INT}}
  {default}                 {} {age {age INTEGER DEFAULT 31}}
  {CHECK added}             {} {check {CONSTRAINT age_ok CHECK(age >= 1)}}
  {CHECK dropped}           {check {CONSTRAINT age_ok CHECK(age >= 1)}} {}
  {foreign key added}       {} {age {age INTEGER REFERENCES other(id)}}
  {foreign key dropped}     {age {age INTEGER REFERENCES other(id)}} {}
  {UNIQUE added}            {} {age {age INTEGER UNIQUE}}
  {UNIQUE dropped}          {age {age INTEGER UNIQUE}} {}
  {collation}               {} {extra {extra TEXT COLLATE NOCASE}}
  {column dropped in the middle} {} {extra {}}
  {columns reordered}       {} {order {id name age extra}}
  {renamed, another type}   {} {age {years TEXT}}
  {STRICT on}               {} {options STRICT}
  {STRICT off}              {options STRICT} {}
  {WITHOUT ROWID on}        {} {options {WITHOUT ROWID}}
  {WITHOUT ROWID off}       {options {WITHOUT ROWID}} {}
  {generated column added}  {} {more {twice INTEGER AS (age * 2) STORED}}
  {virtual column added}    {} {more {twice INTEGER AS (age * 2)}}
}

# Properties and changes that contradict each other: name patterns, reason.
set survive_excludes {
  AUTOINCREMENT*     {WITHOUT ROWID*} {SQLite has no AUTOINCREMENT there}
  {implicit rowid*}  {WITHOUT ROWID*} {there are no rowids there}
  {hidden rowid*}    {WITHOUT ROWID*} {there are no rowids there}
  STRICT             STRICT*          {the change is the property itself}
  {WITHOUT ROWID}    {WITHOUT ROWID*} {the change is the property itself}
}

#--------------------------------------------------------------------------
# The properties. Keys:
#
#   parts    parts of t that are not the usual ones
#   columns  further columns, before that of the change
#   constraints
#   others   SQL before t is made
#   rows     SQL instead of survive_rows
#   objects  SQL behind the rows
#   temp     SQL on each connection: TEMP objects
#   probe    Tcl script; h is the handle
#   holds    what the probe returns
#   extra    1: beyond the 23 of the comparison with other tools

set survive_properties {}

proc survive_property {name args} {
  lappend ::survive_properties $name
  set ::survive_of($name) [dict merge {
    parts {} columns {} constraints {} others {} objects {} temp {} extra 0
  } [list rows $::survive_rows] $args]
}

# What a statement returns, or its error.
proc survive_try {h sql} {
  if {[catch {$h eval $sql} r]} {
    return $r
  }
  return $r
}

# Columns of a foreign key of a table, by the column it is on.
proc survive_key {h table column} {
  $h eval {
    SELECT "table", "to", on_update, on_delete
    FROM pragma_foreign_key_list($table) WHERE "from" = $column
  }
}

survive_property {children, CASCADE} others {
  CREATE TABLE child(
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL REFERENCES t(id) ON DELETE CASCADE,
    v TEXT
  );
} objects {
  INSERT INTO child VALUES(1, 1, 'a'), (2, 1, 'b'), (3, 5, 'c'), (4, 9, 'd');
} probe {
  set r [$h eval {SELECT pid, v FROM child ORDER BY id}]
  lappend r [survive_key $h child pid]
  $h eval {DELETE FROM t WHERE id = 1}
  lappend r [$h eval {SELECT v FROM child ORDER BY id}]
} holds {1 a 1 b 5 c 9 d {t id {NO ACTION} CASCADE} {c d}}

survive_property {children, SET NULL} others {
  CREATE TABLE child(
    id INTEGER PRIMARY KEY,
    pid INTEGER REFERENCES t(id) ON DELETE SET NULL,
    v TEXT
  );
} objects {
  INSERT INTO child VALUES(1, 1, 'a'), (2, 1, 'b'), (3, 5, 'c'), (4, 9, 'd');
} probe {
  set r [$h eval {SELECT pid, v FROM child ORDER BY id}]
  lappend r [survive_key $h child pid]
  $h eval {DELETE FROM t WHERE id = 5}
  lappend r [$h eval {SELECT pid FROM child ORDER BY id}]
} holds {1 a 1 b 5 c 9 d {t id {NO ACTION} {SET NULL}} {1 1 {} 9}}

survive_property {trigger on the table} objects {
  CREATE TRIGGER t_ai AFTER INSERT ON t WHEN new.id > 0 BEGIN
    INSERT INTO log VALUES('made ' || new.name || new.age); -- it's; so
  END;
  CREATE TRIGGER t_bu BEFORE UPDATE OF age ON t BEGIN
    INSERT INTO log VALUES('aged ' || old.name);
  END;
  CREATE TRIGGER t_ad AFTER DELETE ON t BEGIN
    INSERT INTO log VALUES('gone ' || old.name);
  END;
} probe {
  $h eval {DELETE FROM log}
  $h eval {INSERT INTO t(id, name, {age}) VALUES(20, 'eve', 60)}
  $h eval {UPDATE t SET {age} = 61 WHERE id = 20}
  $h eval {UPDATE t SET name = 'eva' WHERE id = 20}
  $h eval {DELETE FROM t WHERE id = 20}
  $h eval {SELECT what FROM log ORDER BY rowid}
} holds {{made eve60} {aged eve} {gone eva}}

survive_property {trigger elsewhere} objects {
  CREATE TABLE o(id INTEGER PRIMARY KEY, tid INTEGER);
  CREATE TRIGGER o_ai AFTER INSERT ON o BEGIN
    UPDATE t SET name = name || '!' WHERE id = new.tid;
    INSERT INTO log SELECT t.name || t.age FROM t WHERE t.id = new.tid;
  END;
} probe {
  $h eval {INSERT INTO o VALUES(1, 2)}
  $h eval {SELECT name, (SELECT what FROM log) FROM t WHERE id = 2}
} holds {bo! bo!32}

survive_property {view over the table} objects {
  CREATE VIEW v AS SELECT id, name, age AS a FROM t WHERE age IS NOT NULL;
  CREATE VIEW vv AS SELECT name, 'age ' || a AS b FROM v;
  CREATE TRIGGER v_ii INSTEAD OF INSERT ON v BEGIN
    INSERT INTO t(id, name, age) VALUES(new.id, new.name, new.a);
  END;
} probe {
  $h eval {INSERT INTO v VALUES(20, 'eve', 60)}
  $h eval {SELECT * FROM vv ORDER BY name}
} holds {ann {age 31} bo {age 32} cy {age 35} dot {age 39} eve {age 60}}

survive_property {partial index} objects {
  CREATE UNIQUE INDEX t_part ON t(name) WHERE age <> 32;
} probe {
  list [$h eval {
    SELECT id FROM t INDEXED BY t_part WHERE {age} <> 32 AND name = 'cy'
  }] [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(20, 'bo', 60)
  }] [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(21, 'bo', 61)
  }]
} holds {5 {} {UNIQUE constraint failed: t.name}}

survive_property {expression index} objects {
  CREATE INDEX t_expr ON t(upper(name), age || '');
} probe {
  $h eval {
    SELECT id FROM t INDEXED BY t_expr
    WHERE upper(name) = 'CY' AND {age} || '' = '35'
  }
} holds 5

survive_property {index COLLATE and DESC} objects {
  CREATE INDEX t_desc ON t(name COLLATE NOCASE DESC, age DESC);
} probe {
  $h eval {
    SELECT "desc", coll FROM pragma_index_xinfo('t_desc') WHERE key = 1
  }
} holds {1 NOCASE 1 BINARY}

survive_property {column COLLATE} parts {
  name {name TEXT COLLATE NOCASE}
} objects {
  CREATE INDEX t_name ON t(name);
} probe {
  list [$h eval {SELECT id FROM t WHERE name = 'CY'}] [$h eval {
    SELECT coll FROM pragma_index_xinfo('t_name') WHERE key = 1
  }]
} holds {5 NOCASE}

survive_property {CHECK} parts {
  name {name TEXT CHECK(length(name) < 9)}
} constraints {
  {CONSTRAINT unlucky CHECK(age <> 13)}
} probe {
  list [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(20, 'eve', 13)
  }] [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(21, 'very long name', 61)
  }]
} holds {
  {CHECK constraint failed: unlucky}
  {CHECK constraint failed: length(name) < 9}
}

survive_property {UNIQUE} parts {
  name {name TEXT UNIQUE}
} constraints {
  {UNIQUE(age, name)}
} probe {
  list [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(20, 'bo', 60)
  }] [$h eval {
    SELECT count(*) FROM pragma_index_list('t') i
    WHERE origin = 'u' AND (SELECT count(*) FROM pragma_index_info(i.name)) = 2
  }]
} holds {{UNIQUE constraint failed: t.name} 1}

survive_property {UNIQUE ON CONFLICT} parts {
  name {name TEXT UNIQUE ON CONFLICT REPLACE}
} columns {
  {code TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'c'}
} probe {
  list [survive_try $h {
    INSERT INTO t(id, name, {age}) VALUES(20, 'bo', 60)
  }] [survive_try $h {
    INSERT INTO t(id, name, {age}, code) VALUES(21, 'eve', 61, NULL)
  }] [$h eval {SELECT id FROM t ORDER BY id}]
} holds {{} {} {1 5 9 20}}

survive_property {generated column} columns {
  {up TEXT AS (upper(name)) VIRTUAL}
  {len INTEGER GENERATED ALWAYS AS (length(name)) STORED}
  {older INTEGER AS (age + 1)}
} probe {
  set r [$h eval {
    SELECT hidden FROM pragma_table_xinfo('t')
    WHERE name IN ('up', 'len', 'older') ORDER BY cid
  }]
  $h eval {UPDATE t SET name = 'bob' WHERE id = 2}
  lappend r [$h eval {SELECT up, len, older FROM t ORDER BY id}]
} holds {2 3 2 {ANN 3 32 BOB 3 33 CY 2 36 DOT 3 40}}

survive_property {expression default} columns {
  {made TEXT DEFAULT (lower('ABC') || '-' || 1)}
  {day TEXT DEFAULT CURRENT_DATE}
} probe {
  $h eval {INSERT INTO t(id, name, {age}) VALUES(20, 'eve', 60)}
  $h eval {
    SELECT group_concat(made), min(day GLOB '20[0-9][0-9]-[01]*') FROM t
  }
} holds {abc-1,abc-1,abc-1,abc-1,abc-1 1}

# The rows with the highest ids are gone.
survive_property {AUTOINCREMENT and its mark} parts {
  id {id INTEGER PRIMARY KEY AUTOINCREMENT}
} others {
  CREATE TABLE z(id INTEGER PRIMARY KEY AUTOINCREMENT);
  INSERT INTO z VALUES(7);
} objects {
  INSERT INTO t(id, name, age) VALUES(20, 'eve', 60);
  DELETE FROM t WHERE id = 20;
} probe {
  $h eval {INSERT INTO t(name, {age}) VALUES('eve', 60)}
  list [$h eval {SELECT id FROM t WHERE name = 'eve'}] [$h eval {
    SELECT seq FROM sqlite_sequence WHERE name = 't'
  }]
} holds {21 21}

# An external content table finds its rows by their numbers.
survive_property {implicit rowid} parts {
  id {id INTEGER}
} rows {
  INSERT INTO t(rowid, id, name, extra, age) VALUES
    (3, 1, 'ann', 'x1', 31), (7, 2, 'bo', 'x2', 32),
    (8, 5, 'cy', 'x5', 35), (40, 9, 'dot', NULL, 39);
} objects {
  CREATE VIRTUAL TABLE f USING fts5(name, content='t');
  INSERT INTO f(f) VALUES('rebuild');
} probe {
  list [$h eval {SELECT rowid, id FROM t ORDER BY rowid}] [survive_try $h {
    INSERT INTO f(f, rank) VALUES('integrity-check', 1)
  }] [survive_try $h {SELECT rowid, name FROM f WHERE f MATCH 'dot'}]
} holds {{3 1 7 2 8 5 40 9} {} {40 dot}}

survive_property {STRICT} parts {
  options STRICT
} columns {
  {n INTEGER}
} probe {
  list [$h eval {SELECT strict FROM pragma_table_list('t')}] [survive_try $h {
    UPDATE t SET n = 'abc' WHERE id = 1
  }]
} holds {1 {cannot store TEXT value in INTEGER column t.n}}

survive_property {WITHOUT ROWID} parts {
  options {WITHOUT ROWID}
} probe {
  list [$h eval {SELECT wr FROM pragma_table_list('t')}] \
      [survive_try $h {SELECT rowid FROM t}]
} holds {1 {no such column: rowid}}

survive_property {comments} parts {
  name "name TEXT /* who (it's) */ -- the name; of, a person)\n "
} constraints {
  {/* none */ -- "the last" word
  CHECK(id > 0 /* 'always' */)}
} probe {
  set sql [$h onecolumn {SELECT sql FROM sqlite_schema WHERE name = 't'}]
  lmap text {
    {/* who (it's) */} {-- the name; of, a person)} {/* none */}
    {-- "the last" word} {/* 'always' */}
  } {expr {[string first $text $sql] > 0}}
} holds {1 1 1 1 1}

survive_property {DEFERRABLE and actions} others {
  CREATE TABLE owner(id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO owner VALUES(1, 'one'), (2, 'two');
} columns {
  {own_id INTEGER DEFAULT 2 REFERENCES owner(id) ON UPDATE CASCADE
    ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED}
} objects {
  UPDATE t SET own_id = 1 WHERE id < 3;
} probe {
  set r [list [survive_key $h t own_id]]
  $h eval {DELETE FROM owner WHERE id = 1}
  $h eval {UPDATE owner SET id = 22 WHERE id = 2}
  lappend r [$h eval {SELECT own_id FROM t ORDER BY id}]
  lappend r [survive_try $h {
    UPDATE t SET own_id = 99 WHERE id = 1
  }] [survive_try $h COMMIT]
} holds {
  {owner id CASCADE {SET NULL}} {{} {} 22 22}
  {} {FOREIGN KEY constraint failed}
}

survive_property {self-reference} columns {
  {boss INTEGER REFERENCES t(id) ON DELETE SET NULL}
} objects {
  UPDATE t SET boss = CASE id WHEN 2 THEN 1 WHEN 5 THEN 1 WHEN 9 THEN 5 END;
} probe {
  set r [list [survive_key $h t boss]]
  lappend r [$h eval {SELECT boss FROM t ORDER BY id}]
  $h eval {DELETE FROM t WHERE id = 1}
  lappend r [$h eval {SELECT boss FROM t ORDER BY id}]
  lappend r [survive_try $h {UPDATE t SET boss = 99 WHERE id = 2}]
} holds {
  {t id {NO ACTION} {SET NULL}} {{} 1 1 5} {{} {} 5}
  {FOREIGN KEY constraint failed}
}

# Rows of sqlite_schema that cannot be made by hand.
proc survive_schema_row {type name table sql} {
  return "
    PRAGMA writable_schema = ON;
    INSERT INTO sqlite_schema VALUES('$type', '$name', '$table', 0, '$sql');
    PRAGMA writable_schema = OFF;
  "
}

survive_property {unknown module} objects [survive_schema_row \
    table ghost ghost {CREATE VIRTUAL TABLE ghost USING nosuch(a, b)}
] probe {
  list [$h eval {SELECT sql FROM sqlite_schema WHERE name = 'ghost'}] \
      [survive_try $h {SELECT * FROM ghost}] \
      [$h eval {SELECT count(*) FROM t}]
} holds {
  {{CREATE VIRTUAL TABLE ghost USING nosuch(a, b)}} {no such module: nosuch} 4
}

survive_property {broken view} objects {
  CREATE VIEW broken AS SELECT nosuch FROM gone;
  CREATE TABLE o(id INTEGER PRIMARY KEY);
  CREATE TRIGGER o_ai AFTER INSERT ON o BEGIN INSERT INTO gone VALUES(1); END;
} probe {
  list [$h eval {SELECT sql FROM sqlite_schema WHERE name = 'broken'}] \
      [survive_try $h {SELECT * FROM broken}] \
      [survive_try $h {INSERT INTO o VALUES(1)}] \
      [$h eval {SELECT count(*) FROM t}]
} holds {
  {{CREATE VIEW broken AS SELECT nosuch FROM gone}}
  {no such table: main.gone} {no such table: main.gone} 4
}

# Beyond the 23.

survive_property {TEMP trigger} extra 1 temp {
  CREATE TEMP TRIGGER t_temp AFTER INSERT ON main.t BEGIN
    INSERT INTO log VALUES('temp ' || new.name); -- it's
  END;
} probe {
  $h eval {INSERT INTO t(id, name, {age}) VALUES(20, 'eve', 60)}
  list [$h eval {SELECT what FROM log}] [$h eval {
    SELECT sql LIKE 'CREATE TRIGGER t_temp AFTER INSERT ON main.t BEGIN%it''s%'
    FROM sqlite_temp_schema WHERE name = 't_temp'
  }]
} holds {{{temp eve}} 1}

survive_property {CHECK that names its table} extra 1 constraints {
  {CONSTRAINT unlucky CHECK(t.age <> 13)}
} probe {
  survive_try $h {INSERT INTO t(id, name, {age}) VALUES(20, 'eve', 13)}
} holds {CHECK constraint failed: unlucky}

survive_property {AUTOINCREMENT, table empty} extra 1 parts {
  id {id INTEGER PRIMARY KEY AUTOINCREMENT}
} objects {
  DELETE FROM t;
} probe {
  $h eval {INSERT INTO t(name, {age}) VALUES('eve', 60)}
  list [$h eval {SELECT id FROM t}] [$h eval {
    SELECT seq FROM sqlite_sequence WHERE name = 't'
  }]
} holds {10 10}

survive_property {hidden rowid} extra 1 parts {
  id {id INTEGER}
} columns {
  {"rowid" TEXT} {oid TEXT}
} rows {
  INSERT INTO t(_rowid_, id, name, extra, age) VALUES
    (3, 1, 'ann', 'x1', 31), (7, 2, 'bo', 'x2', 32),
    (8, 5, 'cy', 'x5', 35), (40, 9, 'dot', NULL, 39);
} objects {
  UPDATE t SET "rowid" = 'r' || id;
} probe {
  $h eval {SELECT _rowid_, "rowid", id FROM t ORDER BY _rowid_}
} holds {3 r1 1 7 r2 2 8 r5 5 40 r9 9}

survive_property {view over an unknown module} extra 1 objects "
  [survive_schema_row \
      table ghost ghost {CREATE VIRTUAL TABLE ghost USING nosuch(a, b)}]
  [survive_schema_row \
      view over over {CREATE VIEW over AS SELECT a, name FROM ghost, t}]
" probe {
  list [$h eval {
    SELECT sql FROM sqlite_schema WHERE name IN ('ghost', 'over') ORDER BY name
  }] [survive_try $h {SELECT * FROM over}] [$h eval {SELECT count(*) FROM t}]
} holds {
  {{CREATE VIRTUAL TABLE ghost USING nosuch(a, b)}\
   {CREATE VIEW over AS SELECT a, name FROM ghost, t}}
  {no such module: nosuch} 4
}

#--------------------------------------------------------------------------
# Texts and databases.

# Why a property is left out of a change; "" when it is not.
proc survive_excluded {property kind} {
  foreach {p k why} $::survive_excludes {
    if {[string match $p $property] && [string match $k $kind]} {
      return $why
    }
  }
  return ""
}

# The parts of a change: before or after.
proc survive_kind {kind side} {
  foreach {name before after} $::survive_kinds {
    if {$name eq $kind} {
      return [expr {$side eq "before" ? $before : $after}]
    }
  }
  error "no change is called $kind"
}

# What column age is called.
proc survive_age {kind side} {
  set age [lindex [dict get [dict merge $::survive_parts \
      [survive_kind $kind $side]] age] 0]
  return $age
}

proc survive_text {property kind side} {
  set of $::survive_of($property)
  set kind_parts [survive_kind $kind $side]
  set own [dict get $of parts]
  set parts [dict merge $::survive_parts $own $kind_parts]
  set order $::survive_order
  if {[dict exists $parts order]} {
    set order [dict get $parts order]
  }
  set list [lmap name $order {dict get $parts $name}]
  lappend list {*}[dict get $of columns] [dict get $parts more] \
      {*}[dict get $of constraints] [dict get $parts check]
  set list [lmap part $list {expr {$part eq "" ? [continue] : $part}}]
  set options {}
  foreach from [list $own $kind_parts] {
    if {[dict exists $from options] && [dict get $from options] ne ""} {
      lappend options [dict get $from options]
    }
  }
  set text "CREATE TABLE t(\n  [join $list ",\n  "]\n)[join $options ", "]"
  set age [survive_age $kind $side]
  return [regsub -all {\mage\M} $text $age]
}

# The database, at the state before the change. Put into a file or through
# [db deserialize], which also makes SQLite read the schema afresh.
proc survive_build {property kind} {
  set of $::survive_of($property)
  sqlite3 survive_h :memory:
  survive_h eval $::survive_common
  survive_h eval [dict get $of others]
  survive_h eval [survive_text $property $kind before]
  survive_h eval [dict get $of rows]
  survive_h eval [dict get $of objects]
  set bytes [survive_h serialize]
  survive_h close
  return $bytes
}

#--------------------------------------------------------------------------
# Looking.

# Run the probe of a property. Returns "", or what it saw instead.
proc survive_probe {h property kind side} {
  set of $::survive_of($property)
  set script [string map [list "{age}" [survive_age $kind $side]] \
      [dict get $of probe]]
  set keys [$h onecolumn {PRAGMA foreign_keys}]
  $h eval {PRAGMA foreign_keys = ON; BEGIN}
  set rc [catch $script saw]
  catch {$h eval ROLLBACK}
  $h eval "PRAGMA foreign_keys = $keys"
  if {$rc} {
    return "error: $saw"
  }
  if {[list {*}$saw] ne [list {*}[dict get $of holds]]} {
    return "saw [list {*}$saw]"
  }
  return ""
}

# The rows of t by id, one list a row: number, name, extra, age.
proc survive_look_rows {h} {
  set columns [$h eval {SELECT name FROM pragma_table_info('t')}]
  set age [expr {"years" in $columns ? "years" : "age"}]
  set extra [expr {"extra" in $columns ? "extra" : "NULL"}]
  set rows {}
  $h eval "SELECT id AS a, name AS b, $extra AS c, $age AS d,
      typeof($age) AS e FROM t ORDER BY id" {
    lappend rows [list $a $b $c $d $e]
  }
  return $rows
}

# Objects but t itself and ours; the rows of ordinary tables but t; the marks.
proc survive_look {h} {
  set objects {}
  $h eval {
    SELECT type, name, tbl_name, sql FROM main.sqlite_schema
    WHERE name <> 't' AND name NOT GLOB '_migrate_*'
      AND name NOT GLOB 'sqlite_*' ORDER BY 1, 2
  } {
    dict set objects $name [list $type $tbl_name $sql]
  }
  set rows {}
  foreach table [$h eval {
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type IN ('table', 'shadow')
      AND name NOT GLOB '_migrate_*' AND name NOT GLOB 'sqlite_*'
      AND name NOT IN ('t', 'own') ORDER BY name
  }] {
    dict set rows $table [$h eval "SELECT * FROM \"$table\""]
  }
  if {[$h exists {
    SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'
  }]} {
    dict set rows sqlite_sequence [$h eval {
      SELECT name, seq FROM sqlite_sequence
      WHERE name NOT GLOB '_migrate_*' ORDER BY name
    }]
  }
  return [dict create t [survive_look_rows $h] objects $objects rows $rows \
      sql [$h onecolumn {SELECT sql FROM sqlite_schema WHERE name = 't'}] \
      temp [$h eval {SELECT name, sql FROM sqlite_temp_schema}]]
}

# What such a look must be after the change. SQLite itself says what becomes
# of the texts that name a renamed column, where it can.
proc survive_expect {bytes property kind look} {
  dict set look sql [survive_text $property $kind after]
  set rows {}
  foreach row [dict get $look t] {
    lassign $row id name extra age type
    if {$kind eq "column dropped in the middle"} {
      set extra ""
    }
    if {$kind in {type {renamed, another type}}} {
      set type text
    }
    lappend rows [list $id $name $extra $age $type]
  }
  dict set look t $rows
  if {[survive_age $kind before] ne [survive_age $kind after]} {
    sqlite3 survive_h :memory:
    survive_h deserialize $bytes
    if {![catch {survive_h eval {ALTER TABLE t RENAME COLUMN age TO years}}]} {
      dict set look objects [dict get [survive_look survive_h] objects]
    }
    survive_h close
  }
  return $look
}

# "", or the first thing in which a look differs from the one expected.
proc survive_changed {look expected} {
  foreach what {sql t temp} {
    if {[dict get $look $what] ne [dict get $expected $what]} {
      return "$what: [dict get $look $what]"
    }
  }
  foreach what {objects rows} {
    set a [dict get $expected $what]
    set b [dict get $look $what]
    foreach name [lsort -unique [concat [dict keys $a] [dict keys $b]]] {
      if {![dict exists $b $name]} {
        return "$what: $name is gone"
      }
      if {![dict exists $a $name]} {
        return "$what: $name is new"
      }
      if {[dict get $a $name] ne [dict get $b $name]} {
        return "$what: $name: [dict get $b $name]"
      }
    }
  }
  return ""
}

# What SQLite finds wrong with the file.
proc survive_unsound {h} {
  foreach check {integrity_check foreign_key_check} good {ok {}} {
    set r [survive_try $h "PRAGMA $check"]
    if {$r ne $good} {
      return "$check: $r"
    }
  }
  return ""
}
