# reshape.tcl - the scenarios of fault_reshape.test and
# fault/reshape_full.test.
#
# A file with tables that hang together: par, with children that cascade, with
# an AUTOINCREMENT mark, indexes, triggers, a view, and doc with implicit
# rowids. One of these calls meets one fault, in the manner of atomic.tcl:
#
#   alter    migrate_table(): a column more, by ALTER TABLE
#   edit     migrate_table(): NOT NULL, a CHECK, another type of the same
#            affinity, in the stored text
#   default  migrate_table(): the default of a column that rows do not have
#            stored yet, so they are written
#   rebuild  migrate_table(): UNIQUE added, another type, a column renamed
#   script   migrate_upgrade() of a revision with all three ways
#   back     migrate_downgrade() of that revision
#   write    migrate_autogenerate(): the revision is made, proven and stored
#   auto     migrate_upgrade() of the revision that was made so
#
# Then the file is before or after, as a whole, and the connection itself sees
# it so: after an edit that was taken back it must not go on with the schema
# of the edit. What else must hold is said in atomic.tcl.

source [file join $testdir fault atomic.tcl]

set reshape_verbs {alter edit default rebuild script back write auto}

set reshape_tables {
  CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT, -- who it is
    age INTEGER,
    tag TEXT COLLATE NOCASE
  );
  CREATE TABLE kid(
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL REFERENCES par(id) ON DELETE CASCADE,
    v TEXT
  );
  CREATE TABLE doc(title TEXT, body TEXT DEFAULT 'none');
  CREATE INDEX par_age ON par(age DESC) WHERE tag IS NOT NULL;
  CREATE TABLE leaf(a);
  INSERT INTO leaf VALUES(1), (2);
  ALTER TABLE leaf ADD COLUMN b INTEGER DEFAULT 3;
  INSERT INTO leaf VALUES(3, 4);
  CREATE INDEX leaf_b ON leaf(b);
  CREATE TABLE log(what TEXT);
  CREATE TRIGGER par_ad AFTER DELETE ON par BEGIN
    INSERT INTO log VALUES('gone ' || old.name || old.age);
  END;
  CREATE VIEW elder AS SELECT name, age FROM par WHERE age > 30;
  WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO par(name, age, tag)
    SELECT 'name ' || i, i, hex(i * i) FROM n;
  DELETE FROM par WHERE id > 58;
  DELETE FROM log;
  INSERT INTO kid(pid, v) SELECT id, 'kid of ' || name FROM par;
  INSERT INTO doc(rowid, title) VALUES(3, 'three'), (9, 'nine');
}

# The texts that are asked for.
set reshape_text(alter) {CREATE TABLE doc(title TEXT, body TEXT DEFAULT 'none',
    pages INTEGER)}
set reshape_text(edit) {CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, -- who it is
    age INTEGER CHECK(age > 0),
    tag VARCHAR(20) COLLATE NOCASE
  )}
set reshape_text(default) {CREATE TABLE leaf(a, b INTEGER DEFAULT 7)}
set reshape_text(rebuild) {CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE, -- who it is
    years TEXT,
    tag TEXT COLLATE NOCASE
  )}
set reshape_text(script) {CREATE TABLE doc(title TEXT COLLATE NOCASE,
    body TEXT DEFAULT 'none', pages INTEGER) STRICT}

# SELECT migrate_table() of a text, as a statement.
proc reshape_table {text {options {}}} {
  set sql "SELECT migrate_table('[string map {' ''} [string trim $text]]'"
  if {$options ne ""} {
    append sql ", '$options'"
  }
  return "$sql)"
}

set reshape_none {{"backup":false}}
set reshape_rename {{"backup":false,"rename":{"age":"years"}}}
set reshape_up "
  [reshape_table $reshape_text(alter)];
  [reshape_table $reshape_text(edit)];
  [reshape_table $reshape_text(rebuild) {{"rename":{"age":"years"}}}];
  [reshape_table $reshape_text(script)];
"
proc reshape_stored {table} {
  regexp "CREATE TABLE ${table}\\(.*?\\);" $::reshape_tables text
  return [string trimright $text \;]
}
set reshape_down "
  [reshape_table [reshape_stored par] {{"rename":{"years":"age"}}}];
  [reshape_table [reshape_stored doc]];
"

# A schema that needs all ways, a new and a dropped object.
proc reshape_desired {} {
  set text [string range $::reshape_tables 0 \
      [expr {[string first "WITH n" $::reshape_tables] - 1}]]
  set text [string map [list \
      [reshape_stored par] [string map {
        {years TEXT,} "years TEXT, -- migrate:renamed-from age\n"
      } $::reshape_text(rebuild)] \
      [reshape_stored doc] $::reshape_text(script) \
      {CREATE TABLE log} {CREATE TABLE extra(x); CREATE TABLE log} \
      par(age par(years old.age old.years {name, age} {name, years} \
      {age > 30} {years > '30'}] $text]
  return "CREATE TABLE own(x);$text"
}

set atomic_call(alter) [reshape_table $reshape_text(alter) $reshape_none]
set atomic_call(edit) [reshape_table $reshape_text(edit) $reshape_none]
set atomic_call(default) [reshape_table $reshape_text(default) $reshape_none]
set atomic_call(rebuild) [reshape_table $reshape_text(rebuild) $reshape_rename]
set atomic_call(script) {SELECT migrate_upgrade('r1', '{"backup":false}')}
set atomic_call(back) {SELECT migrate_downgrade('base', '{"backup":false}')}
set atomic_call(write) {SELECT migrate_autogenerate('wanted', $::reshape_wanted,
    '{"id":"r1"}')}
set atomic_call(auto) {SELECT migrate_upgrade('r1', '{"backup":false}')}

# The marks belong to the state too, and what the scripts are.
rename atomic_state reshape_atomic_state
proc atomic_state {h} {
  list {*}[reshape_atomic_state $h] \
      [$h eval {SELECT name, seq FROM sqlite_sequence
          WHERE name NOT GLOB '_migrate_*' ORDER BY 1}] \
      [$h eval {SELECT revision, up, down FROM migrations ORDER BY 1}]
}

# What is called next, when the file has been looked at. A revision that is
# there cannot be made again.
rename atomic_look reshape_atomic_look
proc atomic_look {} {
  set look [reshape_atomic_look]
  set ::atomic_call(next) $::atomic_call($::reshape_verb)
  if {$::reshape_verb eq "write" && [lindex $look 0] eq "after"} {
    set ::atomic_call(next) {SELECT 1}
  }
  return $look
}

# The file before the call, saved; and the two states that may follow.
proc reshape_template {verb journal} {
  set ::reshape_wanted [reshape_desired]
  close_db db
  forcedelete_db test.db
  open_db db test.db
  db eval "PRAGMA journal_mode=$journal"
  db eval {CREATE TABLE own(x); SELECT migrate_init()}
  db eval $::reshape_tables
  if {$verb in {script back}} {
    db eval {
      SELECT migrate_revision('r1', $::reshape_up, $::reshape_down,
          '{"id":"r1"}')
    }
  }
  if {$verb eq "auto"} {
    db eval $::atomic_call(write)
  }
  if {$verb eq "back"} {
    db eval $::atomic_call(script)
  }
  set ::atomic_before [atomic_state db]
  close_db db
  faultsim_save
  open_db db test.db
  db eval $::atomic_setup
  set ::reshape_way [db onecolumn $::atomic_call($verb)]
  set ::atomic_after [atomic_state db]
  close_db db
  if {$::atomic_before eq $::atomic_after} {
    error "the call changes nothing"
  }
}

# What a connection knows of the tables, from its own copy of the schema.
proc reshape_sees {h} {
  $h eval {
    SELECT t.name, c.* FROM pragma_table_list t, pragma_table_xinfo(t.name) c
    WHERE t.schema = 'main' AND t.type = 'table'
      AND t.name NOT GLOB 'sqlite_*' ORDER BY t.name, c.cid
  }
}

# -test
proc reshape_test {mode} {
  if {[fault autocommit db]} {
    open_db db2 test.db
    set other [reshape_sees db2]
    close_db db2
    set own [reshape_sees db]
    db cache flush
    if {$own ne $other} {
      error "the connection sees $own, another one $other"
    }
  }
  atomic_test next $mode
}

# All faults on one scenario. Returns the points tried.
proc reshape_run {name verb mode journal points} {
  array set ::atomic_count {before 0 after 0 open 0 vetoed 0 rolledback 0}
  set ::reshape_verb $verb
  reshape_template $verb $journal
  set n [do_faultsim_test $name -points $points -faults {
    oom-* ioerr-* full-* interrupt progress-*
  } -prep [list atomic_prep $mode] -body [list db eval \
      $::atomic_call($verb)] -test [list reshape_test $mode]]
  puts "  $name: $n points, [array get ::atomic_count]"
  return $n
}
