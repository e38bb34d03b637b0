# schema.tcl - what changes to a table and comparisons of schemas cost.
#
#   tclsh test/bench/schema.tcl [-quick] [PART ...]
#
# PART is change, rebuild or compare; without one, all of them:
#
#   change   1,000,000 rows of about 110 bytes, two indexes, a child table. The
#            yardstick is the rebuild in twelve steps of SQLite's page "ALTER
#            TABLE", by the sqlite3 shell; against it migrate_table() towards
#            the same definition, in a file that knows migrate. Without a
#            backup, but for one line.
#   rebuild  the same for changes that need a copy
#   compare  schemas of 50, 500 and 2,000 tables with 15 columns, 2 indexes and
#            some views and triggers, 5 % of them changed. The yardstick is the
#            shell reading the catalogue once (sqlite_schema, table_xinfo,
#            index_list, index_xinfo, foreign_key_list). Alembic's autogenerate
#            when Debian's python3-alembic is here.
#
# Every figure but two is the median of 5 paired runs: the yardstick and we take turns
# on copies of the same file. CPU seconds, user and system, of the whole
# process; ratios carry over to other machines, seconds do not. -quick: 100,000
# rows, 3 rounds. Nothing here is a test: no figure makes it fail.

set root [file dirname [file dirname [file dirname [file normalize [info script]]]]]
set build [file join $root build]
if {[info exists env(MIGRATE_BUILD)]} {
  set build [file normalize $env(MIGRATE_BUILD)]
}
set rounds 5
set rows 1000000
if {[lindex $argv 0] eq "-quick"} {
  set rounds 3
  set rows 100000
  set argv [lrange $argv 1 end]
}
set parts [expr {[llength $argv] ? $argv : {change rebuild compare}}]
set work [file join $build bench-schema]
file delete -force $work
file mkdir $work
cd $work

proc write {file text} {
  set f [open $file w]
  fconfigure $f -translation binary
  puts -nonewline $f $text
  close $f
}

# CPU seconds of one command line, which must print no error.
proc cpu {command} {
  write time.sh "TIMEFORMAT='%U %S'\ntime ( $command ) >out.txt\n"
  set lines [split [string trim [exec bash time.sh 2>@1]] \n]
  set times [lindex $lines end]
  if {[llength $times] != 2 || [llength $lines] > 1} {
    error "$command: [join $lines \n]"
  }
  return [expr {[lindex $times 0] + [lindex $times 1]}]
}

proc median {list} {
  return [lindex [lsort -real $list] [expr {[llength $list] / 2}]]
}

# Run yardstick and contender in turns; print medians and the median of the
# ratios. `repeat` runs each so often in one measurement, for short ones. A
# contender in pairs of the same name keeps its yardstick's time.
proc pair {name setup yardstick contender must {repeat 1}} {
  set y {}
  set c {}
  set r {}
  for {set i 0} {$i < $::rounds} {incr i} {
    uplevel 1 $setup
    exec sync ;# what was copied is nobody's work
    if {$repeat > 1} {
      set ty [cpu "for i in {1..$repeat}; do $yardstick; done"]
      set tc [cpu "for i in {1..$repeat}; do $contender; done"]
    } else {
      set ty [cpu $yardstick]
      set tc [cpu $contender]
    }
    lappend y [expr {$ty / $repeat}]
    lappend c [expr {$tc / $repeat}]
    lappend r [expr {$tc / max($ty, 0.0001)}]
  }
  puts [format "%-38s %9.4f %9.4f %8.4f %7s" $name \
        [median $y] [median $c] [median $r] $must]
  flush stdout
}

#--------------------------------------------------------------------------
# change, rebuild.

# The columns of the table, and what follows them.
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

set indexes {
  CREATE INDEX t_email ON t(email);
  CREATE INDEX t_owner ON t(owner, amount);
}

proc make_base {} {
  write base.sql "
    PRAGMA journal_mode=off;
    PRAGMA synchronous=off;
    CREATE TABLE owners(id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO owners SELECT value, 'owner ' || value
      FROM json_each('\[1,2,3,4,5,6,7\]');
    [table_text t $::columns];
    INSERT INTO t
    WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $::rows)
    SELECT i, i % 7 + 1, 'name of row ' || i * 7919 % 1000003,
           'user' || i || '@example.org', i % 1000,
           'a note of some length on ' || i, i * 31 % 1000003, i % 2 FROM n;
    $::indexes
    CREATE TABLE child(id INTEGER PRIMARY KEY,
      t INTEGER REFERENCES t(id) ON DELETE CASCADE);
    INSERT INTO child SELECT id, id FROM t WHERE id % 1000 = 0;
    PRAGMA journal_mode=delete;
  "
  exec sqlite3 base.db < base.sql
  exec sqlite3 -cmd ".load $::build/migrate" base.db {SELECT migrate_init()}
}

# The twelve steps by hand. copied: columns in the order of the new table.
proc by_hand {columns rest} {
  set names {}
  foreach {column definition} $columns {
    if {[dict exists $::columns $column]} {
      lappend names $column
    }
  }
  return "PRAGMA foreign_keys=OFF;
    BEGIN IMMEDIATE;
    [table_text new_t $columns $rest];
    INSERT INTO new_t([join $names ,]) SELECT [join $names ,] FROM t;
    DROP TABLE t;
    ALTER TABLE new_t RENAME TO t;
    $::indexes
    PRAGMA foreign_key_check;
    COMMIT;
    PRAGMA foreign_keys=ON;
  "
}

# One line: towards these columns and constraints.
proc change {name columns rest must {options {{"backup":false}}}} {
  write hand.sql [by_hand $columns $rest]
  set text [string map {' ''} [table_text t $columns $rest]]
  write ours.sql ".load $::build/migrate
    PRAGMA foreign_keys=ON;
    SELECT migrate_table('$text', '$options');
  "
  pair $name {
    file copy -force base.db hand.db
    file copy -force base.db ours.db
  } "sqlite3 -bail hand.db < hand.sql" "sqlite3 -bail ours.db < ours.sql" $must
  set f [open out.txt]
  set way [string trim [read $f]]
  close $f
  lappend ::ways "$name: $way"
}

# The columns with some of them defined otherwise.
proc columns_with {args} {
  set out $::columns
  foreach {column definition} $args {
    dict set out $column $definition
  }
  return $out
}

proc part_change {} {
  set scan 0.1
  change "NOT NULL, column without an index" \
      [columns_with name {VARCHAR(40) NOT NULL}] {} $scan
  change "  the same, with the default backup" \
      [columns_with name {VARCHAR(40) NOT NULL}] {} - {{}}
  change "NOT NULL, indexed column" \
      [columns_with email {TEXT NOT NULL}] {} 0.01
  change "CHECK" $::columns {{CHECK (amount >= 0)}} $scan
  change "foreign key" $::columns \
      {{FOREIGN KEY(owner) REFERENCES owners(id)}} $scan
  change "another default" [columns_with flag {INTEGER DEFAULT 1}] {} $scan
  change "wider VARCHAR" [columns_with name {VARCHAR(80)}] {} $scan
  change "NOT NULL, CHECK, default at once" \
      [columns_with name {VARCHAR(40) NOT NULL} flag {INTEGER DEFAULT 1}] \
      {{CHECK (amount >= 0)}} $scan
  change "column added, NOT NULL DEFAULT" \
      [columns_with added {TEXT NOT NULL DEFAULT 'x'}] {} -
  change "column dropped" [dict remove $::columns note] {} -
}

proc part_rebuild {} {
  change "UNIQUE added" $::columns {{UNIQUE(name, id)}} 1.1
  change "columns in another order" \
      [concat [lrange $::columns 0 1] [lrange $::columns 4 end] \
          [lrange $::columns 2 3]] {} 1.1
  change "TEXT to INTEGER" [columns_with code {INTEGER}] {} 1.1
}

#--------------------------------------------------------------------------
# compare.

# A schema of n tables; of those whose number is in changed, something is
# other.
proc schema {n changed} {
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

set catalogue {
  SELECT * FROM sqlite_schema;
  SELECT m.name, x.* FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x
   WHERE m.type = 'table';
  SELECT m.name, l.*, x.* FROM sqlite_schema AS m,
         pragma_index_list(m.name) AS l, pragma_index_xinfo(l.name) AS x
   WHERE m.type = 'table';
  SELECT m.name, f.* FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
   WHERE m.type = 'table';
}

proc part_compare {} {
  write catalogue.sql $::catalogue
  foreach n {50 500 2000} {
    set changed {}
    for {set t 7} {$t < $n} {incr t 20} {
      lappend changed $t
    }
    write live$n.sql "PRAGMA journal_mode=off;\nBEGIN;\n[schema $n {}]COMMIT;\n"
    exec sqlite3 live$n.db < live$n.sql
    write desired$n.sql [schema $n $changed]
    set repeat [expr {max(1, 500 / $n)}]
    set shell "sqlite3 live$n.db < catalogue.sql"
    set ours "sqlite3 -bail live$n.db '.load $::build/migrate'"
    pair "$n tables: migration_diff" {} $shell \
        "$ours \"SELECT count(*) FROM migration_diff('live', '@desired$n.sql')\"" \
        5 $repeat
    set f [open out.txt]
    set found [lindex [read $f] end]
    close $f
    if {$found != [llength $changed]} {
      puts "  found $found differences of [llength $changed]"
    }
    pair "$n tables: migrate_diff, the script" {} $shell \
        "$ours \"SELECT length(migrate_diff('live', '@desired$n.sql'))\"" \
        - $repeat
    # Long, and without a bar: once.
    set all $::rounds
    set ::rounds 1
    pair "$n tables: autogenerate, with proof" {
      file copy -force live$n.db prove.db
    } $shell "sqlite3 -bail prove.db '.load $::build/migrate'\
        \"SELECT migrate_autogenerate('x', '@desired$n.sql')\"" -
    if {$::have_alembic} {
      pair "$n tables: Alembic" {} $shell \
          "/usr/bin/python3 alembic_compare.py $n" -
    }
    set ::rounds $all
  }
}

set have_alembic [expr {![catch {
  exec /usr/bin/python3 -c "import alembic"
}]}]
if {!$have_alembic && "compare" in $parts} {
  puts "no python3-alembic here, left out"
}
# The same tables as models.
write alembic_compare.py {
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (Column, ForeignKey, Index, MetaData,
    Table, UniqueConstraint, create_engine, text, types as T)
n = int(sys.argv[1])
kinds = [T.TEXT, T.INTEGER, T.REAL, T.BLOB, lambda: T.VARCHAR(40)]
meta = MetaData()
for t in range(n):
    other, kind, items = t % 20 == 7, t // 20 % 4, []
    items.append(Column("id", T.INTEGER, primary_key=True))
    for c in range(1, 15):
        type_, null, default = kinds[c % 5](), c % 5 != 1, None
        if c % 5 == 2: default = text("0")
        if other and c == 7:
            if kind == 0: null = False
            elif kind == 1: default = text("9")
            elif kind == 2: type_ = T.NUMERIC()
            else: continue
        args = []
        if c == 14 and t > 0:
            type_, null, default = T.INTEGER(), True, None
            args = [ForeignKey("t%d.id" % (t // 2))]
        items.append(Column("c%d" % c, type_, *args, nullable=null,
            server_default=default))
    if t % 3 == 0: items.append(UniqueConstraint("c1", "c2"))
    table = Table("t%d" % t, meta, *items)
    Index("i%da" % t, table.c.c1)
    Index("i%db" % t, table.c.c2, table.c.c3.desc())
connection = create_engine("sqlite:///live%d.db" % n).connect()
context = MigrationContext.configure(connection, opts={"compare_type": True,
    "compare_server_default": True})
print(len(compare_metadata(context, meta)))
}

puts "SQLite [exec sqlite3 --version | cut -c1-7], $rounds paired rounds, CPU s"
puts [format "%-38s %9s %9s %8s %7s" "$rows rows" shell migrate ratio must]
set ways {}
if {"change" in $parts || "rebuild" in $parts} {
  make_base
}
foreach part $parts {
  part_$part
}
if {[llength $ways]} {
  puts "ways: [join $ways {; }]"
}
cd $root
file delete -force $work
