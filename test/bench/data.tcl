# data.tcl - what the families measure on. Files are made once, in data/.

source [file join $bench mixed.tcl]

# A file of data/, made by a script that writes to $file when it is not there.
proc data_file {name script} {
  upvar 1 file file
  set file [file join $::data $name]
  if {![file exists $file]} {
    file delete -force $file.new
    set final $file
    append file .new
    uplevel 1 $script
    set file $final
    file rename $file.new $file
  }
  return $file
}

#--------------------------------------------------------------------------
# Small revisions.

# n pairs up and down. Ten at a time: 2 CREATE TABLE, 4 ADD COLUMN, 2 CREATE
# INDEX, 2 INSERT of 3 rows.
proc revisions {n} {
  set out {}
  for {set t 0} {[llength $out] < $n} {incr t 2} {
    set a t$t
    set b t[expr {$t + 1}]
    foreach x [list $a $b] {
      lappend out [list "CREATE TABLE $x\(id INTEGER PRIMARY KEY,\
        name TEXT NOT NULL, v INTEGER DEFAULT 0);" "DROP TABLE $x;"]
    }
    for {set k 0} {$k < 4} {incr k} {
      set x [lindex [list $a $b] [expr {$k % 2}]]
      lappend out [list "ALTER TABLE $x ADD COLUMN c$k TEXT DEFAULT '';" \
        "ALTER TABLE $x DROP COLUMN c$k;"]
    }
    foreach x [list $a $b] {
      lappend out [list "CREATE INDEX i_$x ON $x\(name);" "DROP INDEX i_$x;"]
    }
    foreach x [list $a $b] {
      lappend out [list \
        "INSERT INTO $x\(name, v) VALUES('a', 1), ('b', 2), ('c', 3);" \
        "DELETE FROM $x;"]
    }
  }
  return [lrange $out 0 [expr {$n - 1}]]
}

# n revisions that insert a row, the first makes the table: what SQLite does
# for each is the same, however many there are.
proc insertions {n} {
  set out [list {"CREATE TABLE t0(id INTEGER PRIMARY KEY, name TEXT);" \
    "DROP TABLE t0;"}]
  for {set i 1} {$i < $n} {incr i} {
    lappend out [list "INSERT INTO t0(name) VALUES('row $i');" \
      "DELETE FROM t0 WHERE name = 'row $i';"]
  }
  return $out
}

# A golang-migrate folder of them.
proc folder {n {kind revisions}} {
  data_file folder-$kind-$n {
    file mkdir $file
    set i 0
    foreach revision [$kind $n] {
      lassign $revision up down
      write_file [format $file/%05d_step.up.sql $i] $up\n
      write_file [format $file/%05d_step.down.sql $i] $down\n
      incr i
    }
  }
}

# The same SQL as a text for the shell: direction 0 is up, 1 is down.
proc plain_sql {n direction {kind revisions}} {
  set list [lmap revision [$kind $n] {lindex $revision $direction}]
  if {$direction} {
    set list [lreverse $list]
  }
  return "BEGIN;\n[join $list \n]\nCOMMIT;"
}

# Databases: the revisions imported; applied too; the SQL run without us.
proc imported {n {kind revisions}} {
  set folder [folder $n $kind]
  data_file imported-$kind-$n.db {
    cpu [ours $file "SELECT length(migrate_import('$folder'));"]
  }
}

proc applied {n {kind revisions}} {
  set from [imported $n $kind]
  data_file applied-$kind-$n.db {
    file copy $from $file
    cpu [ours $file "SELECT length(migrate_upgrade('head'));"]
  }
}

proc plain {n} {
  data_file plain-$n.db {
    cpu [shell $file [plain_sql $n 0]]
  }
}

#--------------------------------------------------------------------------
# Big files.

# About so many megabytes of mixed content (mixed.tcl).
proc mixed {megabytes} {
  data_file mixed-$megabytes.db {
    mixed_file $file $megabytes
  }
}

# The columns of table t, and what follows them.
set columns {
  id {INTEGER PRIMARY KEY}
  owner {INTEGER}
  name {VARCHAR(40)}
  email {TEXT}
  amount {INTEGER}
  note {TEXT}
  code {TEXT}
  flag {INTEGER DEFAULT 0}
}
set indexes {
  CREATE INDEX t_email ON t(email);
  CREATE INDEX t_owner ON t(owner, amount);
}

proc table_text {name columns {rest {}}} {
  set items {}
  foreach {column definition} $columns {
    lappend items "  $column $definition"
  }
  foreach constraint $rest {
    lappend items "  $constraint"
  }
  return "CREATE TABLE $name\(\n[join $items ,\n]\n)"
}

# A table of so many rows of about 110 bytes, a parent and a child of it. The
# file knows migrate.
proc big_table {rows} {
  data_file table-$rows.db {
    cpu [ours $file "
      PRAGMA journal_mode=off;
      PRAGMA synchronous=off;
      CREATE TABLE owners(id INTEGER PRIMARY KEY, name TEXT);
      INSERT INTO owners SELECT value, 'owner ' || value
        FROM json_each('\[1,2,3,4,5,6,7\]');
      [table_text t $::columns];
      INSERT INTO t
      WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
      SELECT i, i % 7 + 1, 'name of row ' || i * 7919 % 1000003,
             'user' || i || '@example.org', i % 1000,
             'a note of some length on ' || i, i * 31 % 1000003, i % 2 FROM n;
      $::indexes
      CREATE TABLE child(id INTEGER PRIMARY KEY,
        t INTEGER REFERENCES t(id) ON DELETE CASCADE);
      INSERT INTO child SELECT id, id FROM t WHERE id % 1000 = 0;
      PRAGMA journal_mode=delete;
      SELECT migrate_init();"]
  }
}

#--------------------------------------------------------------------------
# Schemas.

# Of every twenty tables one is to be changed.
proc changed_tables {n} {
  set out {}
  for {set t 7} {$t < $n} {incr t 20} {
    lappend out $t
  }
  return $out
}

# A schema of n tables with 15 columns and 2 indexes, views and triggers; of
# those whose number is in changed, something is other.
proc schema {n {changed {}}} {
  set out ""
  for {set t 0} {$t < $n} {incr t} {
    set other [expr {[lsearch -exact -integer $changed $t] >= 0}]
    set kind [expr {$t / 20 % 4}]
    set items {"id INTEGER NOT NULL PRIMARY KEY"}
    for {set c 1} {$c < 15} {incr c} {
      set type [lindex {TEXT INTEGER REAL BLOB {VARCHAR(40)}} [expr {$c % 5}]]
      set rest [lindex {{} { NOT NULL} { DEFAULT 0} {} { COLLATE NOCASE}} \
          [expr {$c % 5}]]
      if {$other && $c == 7} {
        switch $kind {
          0 {append rest " NOT NULL"}
          1 {set rest " DEFAULT 9"}
          2 {set type NUMERIC}
          3 {continue}
        }
      }
      if {$c == 14 && $t > 0} {
        set type INTEGER
        set rest " REFERENCES t[expr {$t / 2}](id)"
      }
      lappend items "c$c $type$rest"
    }
    if {$t % 3 == 0} {
      lappend items "CHECK (c2 > 0 OR c2 IS NULL)" "UNIQUE(c1, c2)"
    }
    append out "CREATE TABLE t$t\(\n  [join $items ",\n  "]\n);\n"
    append out "CREATE INDEX i${t}a ON t$t\(c1);\n"
    append out "CREATE INDEX i${t}b ON t$t\(c2, c3 DESC) WHERE c2 > 0;\n"
    if {$t % 10 == 0} {
      append out "CREATE VIEW v$t AS SELECT id, c1, c2 FROM t$t WHERE c2 > 1;\n"
    }
    if {$t % 10 == 5} {
      append out "CREATE TRIGGER g$t AFTER INSERT ON t$t BEGIN\
          UPDATE t$t SET c2 = 1 WHERE id = new.id; END;\n"
    }
  }
  return $out
}

proc schema_db {n} {
  data_file schema-$n.db {
    cpu [shell $file "PRAGMA journal_mode=off;" BEGIN\; [schema $n] \
      COMMIT\;]
  }
}

# The shell reading the catalogue once.
set catalogue {
  SELECT * FROM sqlite_schema;
  SELECT m.name, x.* FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x
   WHERE m.type = 'table';
  SELECT m.name, l.*, x.* FROM sqlite_schema AS m,
         pragma_index_list(m.name) AS l, pragma_index_xinfo(l.name) AS x
   WHERE m.type = 'table';
  SELECT m.name, f.* FROM sqlite_schema AS m,
         pragma_foreign_key_list(m.name) AS f
   WHERE m.type = 'table';
}
