# atomic.tcl - the scenario of fault.test and fault/full.test.
#
# A file with revision r0 applied and r1 (objects), r2 (data), r3 (a table
# with cascading children rebuilt) pending. An upgrade to r3, or a downgrade
# to r0, meets one fault. Then the file is before or after, as a whole:
#
#   - schema, rows and the state of every revision are those of before or
#     those of after; reported success means after; no history row is lost or
#     invented, and in a user's transaction the user's own row has come along
#     or gone along;
#   - integrity_check and foreign_key_check find nothing;
#   - the connection's switches, limits and pragmas are what they were;
#   - no statement is left prepared, no byte is left when db is closed;
#   - a transaction that stays open in autocommit is named by the error,
#     cannot be committed, and does not disturb the next call;
#   - the same call then succeeds.
#
# In mode "user" the call stands inside a BEGIN of the user, who inserted a
# row before and commits afterwards without looking.

set atomic_revisions {
  r0 {
    CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE child(
      id INTEGER PRIMARY KEY,
      pid INTEGER NOT NULL REFERENCES parent(id) ON DELETE CASCADE,
      v TEXT
    );
    INSERT INTO parent VALUES(1, 'ann'), (2, 'bo'), (3, 'cy');
    INSERT INTO child VALUES(10, 1, 'a'), (11, 1, 'b'), (12, 3, 'c');
  } {
    DROP TABLE child;
    DROP TABLE parent;
  }
  r1 {
    CREATE TABLE tag(pid INTEGER REFERENCES parent(id), word TEXT);
    CREATE INDEX child_pid ON child(pid);
    ALTER TABLE parent ADD COLUMN score INTEGER;
    CREATE TRIGGER child_new AFTER INSERT ON child BEGIN
      INSERT INTO tag VALUES(new.pid, new.v);
    END;
  } {
    DROP TRIGGER child_new;
    ALTER TABLE parent DROP COLUMN score;
    DROP INDEX child_pid;
    DROP TABLE tag;
  }
  r2 {
    UPDATE parent SET score = length(name) * 10;
    INSERT INTO child VALUES(13, 2, 'd');
  } {
    DELETE FROM tag;
    DELETE FROM child WHERE id = 13;
    UPDATE parent SET score = NULL;
  }
  r3 {
    PRAGMA foreign_keys = OFF;
    CREATE TABLE parent_new(
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      score INTEGER NOT NULL DEFAULT 0 CHECK(score >= 0)
    );
    INSERT INTO parent_new SELECT id, name, score FROM parent;
    DROP TABLE parent;
    ALTER TABLE parent_new RENAME TO parent;
    PRAGMA foreign_keys = ON;
  } {
    PRAGMA foreign_keys = OFF;
    CREATE TABLE parent_old(
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, score INTEGER
    );
    INSERT INTO parent_old SELECT id, name, score FROM parent;
    DROP TABLE parent;
    ALTER TABLE parent_old RENAME TO parent;
    PRAGMA foreign_keys = ON;
  }
}

set atomic_call(upgrade) {SELECT migrate_upgrade('r3', '{"backup":false}')}
set atomic_call(downgrade) {SELECT migrate_downgrade('r0', '{"backup":false}')}

# What both modes of a connection look like before the call.
set atomic_setup {
  PRAGMA foreign_keys=ON;
  PRAGMA recursive_triggers=ON;
  PRAGMA cache_size=50;
}
set atomic_pragmas {
  foreign_keys recursive_triggers legacy_alter_table ignore_check_constraints
  query_only cache_size temp_store secure_delete busy_timeout
  reverse_unordered_selects automatic_index cell_size_check writable_schema
  trusted_schema read_uncommitted cache_spill analysis_limit locking_mode
  synchronous journal_mode mmap_size
}

proc atomic_settings {} {
  set r [fault settings db]
  foreach name $::atomic_pragmas {
    lappend r $name [db eval "PRAGMA $name"]
  }
  return $r
}

# Schema, rows and revision states, as one text. The user's table is apart.
proc atomic_state {h} {
  set r [$h eval {
    SELECT type, name, tbl_name, sql FROM main.sqlite_schema
    WHERE name NOT GLOB '_migrate_*' AND name NOT GLOB 'sqlite_*'
    ORDER BY 1, 2
  }]
  foreach table [$h eval {
    SELECT name FROM main.sqlite_schema
    WHERE type = 'table' AND name NOT GLOB '_migrate_*'
      AND name NOT GLOB 'sqlite_*' AND name <> 'own'
    ORDER BY 1
  }] {
    lappend r $table [$h eval "SELECT rowid, * FROM \"$table\" ORDER BY 1"]
  }
  lappend r [$h eval {SELECT revision, state FROM migrations ORDER BY 1}]
  lappend r [$h eval {SELECT migrate_current()}]
  lappend r [$h eval {
    SELECT count(*) FROM migration_history WHERE outcome <> 'failed'
  }]
  return $r
}

# The files of one direction and journal mode, at the state before the call,
# saved; and the two states that may follow.
proc atomic_template {direction journal} {
  close_db db
  forcedelete_db test.db
  open_db db test.db
  db eval "PRAGMA journal_mode=$journal"
  db eval {CREATE TABLE own(x)}
  foreach {id up down} $::atomic_revisions {
    set options "{\"id\":\"$id\"}"
    db eval {SELECT migrate_revision($id, $up, $down, $options)}
  }
  db eval {SELECT migrate_upgrade('r0', '{"backup":false}')}
  if {$direction eq "downgrade"} {
    db eval {SELECT migrate_upgrade('r3', '{"backup":false}')}
  }
  set ::atomic_before [atomic_state db]
  close_db db
  faultsim_save
  open_db db test.db
  db eval $::atomic_setup
  db eval $::atomic_call($direction)
  set ::atomic_after [atomic_state db]
  close_db db
  if {$::atomic_before eq $::atomic_after} {
    error "the call changes nothing"
  }
}

# -prep: the state before, and in mode user a transaction with a row.
proc atomic_prep {mode} {
  close_db db
  faultsim_restore_files
  open_db db test.db
  db eval $::atomic_setup
  set ::atomic_set [atomic_settings]
  if {$mode eq "user"} {
    db eval {BEGIN; INSERT INTO own VALUES(1)}
  }
  db cache flush
}

# What the file holds, through another connection: before or after.
proc atomic_look {} {
  open_db db2 test.db
  set state [atomic_state db2]
  set own [db2 eval {SELECT count(*) FROM own}]
  set failed [db2 eval {
    SELECT error FROM migration_history WHERE outcome='failed'
  }]
  set intact [db2 eval {PRAGMA integrity_check}]
  set keys [db2 eval {PRAGMA foreign_key_check}]
  close_db db2
  if {$intact ne "ok" || $keys ne ""} {
    error "integrity: $intact $keys"
  }
  if {[llength $failed]} {
    error "a history row about: $failed"
  }
  if {$state eq $::atomic_before} {
    return [list before $own]
  }
  if {$state eq $::atomic_after} {
    return [list after $own]
  }
  error "half: $state"
}

# After the call in autocommit: an open transaction must be announced and
# must not be committable.
proc atomic_end_auto {} {
  if {[fault autocommit db]} {
    return
  }
  incr ::atomic_count(open)
  if {![string match "*transaction of the failed run is open*" $::testresult]
   && ![string match "*out of memory*" $::testresult]} {
    error "a transaction is open and the error does not say so: $::testresult"
  }
  if {![catch {db eval COMMIT}]} {
    lassign [atomic_look] state
    if {$state eq "before"} {
      return
    }
    error "the transaction of a failed run could be committed: $state"
  }
}

# After the call in the user's transaction: the careless COMMIT.
proc atomic_end_user {} {
  set open [expr {![fault autocommit db]}]
  set rc [catch {db eval COMMIT} why]
  if {$::testrc==0 && $rc} {
    error "done, and then COMMIT fails: $why"
  }
  if {$open && $rc} {
    incr ::atomic_count(vetoed)
  }
  if {!$open && $rc} {
    incr ::atomic_count(rolledback)
  }
  if {![fault autocommit db]} {
    db eval ROLLBACK
  }
}

# -test: see the top of this file.
proc atomic_test {direction mode} {
  faultsim_test_result [list 0 $::testresult]
  atomic_end_$mode
  lassign [atomic_look] state own
  incr ::atomic_count($state)
  if {$::testrc==0 && $state ne "after"} {
    error "reported done, found $state"
  }
  if {$mode eq "user" && $state eq "after" && $own==0} {
    error "the run stayed, the user's row went"
  }
  set now [atomic_settings]
  if {$now ne $::atomic_set && [fault autocommit db]} {
    foreach {name a} $::atomic_set {- b} $now {
      if {$a ne $b} {
        error "setting $name was $a, is $b"
      }
    }
  }
  if {[llength [left_prepared db]]} {
    error "left prepared: [left_prepared db]"
  }
  db eval $::atomic_call($direction)
  if {![fault autocommit db]} {
    error "the next call leaves a transaction open"
  }
  lassign [atomic_look] state
  if {$state ne "after"} {
    error "the next call succeeds, found $state"
  }
  if {[llength [left_prepared db]]} {
    error "left prepared by the next call: [left_prepared db]"
  }
  db close
  if {[fault memory]!=$::T(memory) || [fault files]} {
    error "left: [fault memory] bytes, [fault files] files"
  }
}

# All faults on one scenario. Returns the points tried.
proc atomic_run {name direction mode journal points} {
  array set ::atomic_count {before 0 after 0 open 0 vetoed 0 rolledback 0}
  atomic_template $direction $journal
  set n [do_faultsim_test $name -points $points -faults {
    oom-* ioerr-* full-* interrupt progress-*
  } -prep [list atomic_prep $mode] -body [list db eval \
      $::atomic_call($direction)] -test [list atomic_test $direction $mode]]
  puts "  $name: $n points, [array get ::atomic_count]"
  return $n
}
