# backup.tcl - the scenarios of fault_backup.test and fault/backup_full.test.
#
# A file with tables of several kinds, a revision applied, one pending, and
# backups. One of these calls meets one fault, in the manner of atomic.tcl:
#
#   backup   a second backup
#   file     the same, written to a file of its own as well
#   restore  the first backup, over changed rows and another schema
#   prune    all but the newest
#   upgrade  the pending revision, with its automatic touched backup
#   undo     downgrade from the backup, {"restore":true}
#
# Then the file is before or after, as a whole: user tables, marks, revisions,
# the rows of _migrate_backups and _migrate_chunks to the byte (the calls say
# "now", so they are known), and the number of history rows. Every backup that
# is there verifies. What else must hold is said in atomic.tcl.

source [file join $testdir fault atomic.tcl]
source [file join $testdir backup_generate.tcl]

set backup_now {"now":"2024-05-01T10:20:30Z"}
set backup_verbs {backup file restore prune upgrade undo}
set backup_call(backup) "SELECT migrate_backup('second', '{$backup_now}')"
set backup_call(file) "SELECT migrate_backup('second',
    '{$backup_now,\"to\":\"out.db\"}')"
set backup_call(restore) "SELECT migrate_restore(1, '{$backup_now}')"
set backup_call(prune) "SELECT migrate_prune(1, '{$backup_now,\"manual\":true}')"
set backup_call(upgrade) "SELECT migrate_upgrade('r2', '{$backup_now}')"
set backup_call(undo) "SELECT migrate_downgrade('r1',
    '{$backup_now,\"restore\":true,\"allow_loss\":\[\"plain\",\"kid\",\"t1\"\]}')"

set backup_tables {
  CREATE TABLE plain(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT, b BLOB);
  CREATE TABLE kv(k TEXT, n INTEGER, v, PRIMARY KEY(k, n DESC)) WITHOUT ROWID;
  CREATE TABLE par(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
  CREATE TABLE kid(pid INTEGER REFERENCES par(id) ON DELETE CASCADE, w);
  CREATE INDEX pv ON plain(v) WHERE v IS NOT NULL;
  CREATE VIEW vw AS SELECT v FROM plain;
  CREATE TRIGGER tr AFTER DELETE ON plain BEGIN
    INSERT INTO kid VALUES(NULL, old.v); END;
  WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<400)
    INSERT INTO plain(v, b) SELECT 'row '||i||hex(i*i*7919), zeroblob(i%40)
    FROM n;
  INSERT INTO plain(v, b) VALUES('long', zeroblob(40000));
  INSERT INTO kv VALUES('a', 1, 1.5), ('a', 2, NULL), ('b', 1, x'00');
  INSERT INTO par VALUES(1, 'x'), (2, 'y');
  INSERT INTO kid VALUES(1, 'one'), (2, 'two');
  PRAGMA user_version=3;
}
set backup_changes {
  DELETE FROM plain WHERE id%100=7;
  UPDATE plain SET v=v||'!' WHERE id=250;
  INSERT INTO kv VALUES('new', 1, 1);
  DROP VIEW vw;
  CREATE TABLE extra(x);
  INSERT INTO extra VALUES(1);
  DROP TABLE par;
  PRAGMA user_version=4;
}

# Everything but the user's own row; the store's rows as they are stored.
proc backup_state {h} {
  set out {}
  dict for {key value} [db_state $h -revisions] {
    if {$key ne {table own}} {
      dict set out $key $value
    }
  }
  foreach table {_migrate_backups _migrate_chunks _migrate_meta} {
    dict set out [list store $table] [table_state $h $table]
  }
  dict set out history [$h eval {
    SELECT count(*) FROM migration_history WHERE outcome <> 'failed'
  }]
  return $out
}

# The user tables and revisions of such a state.
proc backup_contents {state} {
  dict filter $state script {key value} {
    expr {[lindex $key 0] ne "store" && $key ne "history"}
  }
}

# The state before the call, saved, and the one after it.
proc backup_template {verb mode journal} {
  close_db db
  forcedelete_db test.db
  forcedelete_db out.db
  open_db db test.db
  db eval "PRAGMA journal_mode=$journal"
  set now "{$::backup_now}"
  set r1 "{$::backup_now,\"id\":\"r1\"}"
  set r2 "{$::backup_now,\"id\":\"r2\"}"
  db eval {
    CREATE TABLE own(x);
    SELECT migrate_config('auto_backup', 'touched', $now);
    SELECT migrate_revision('one', 'CREATE TABLE t1(a)', 'DROP TABLE t1', $r1);
    SELECT migrate_revision('two', 'UPDATE kv SET v=7; CREATE TABLE t2(a);
      DELETE FROM plain WHERE id<50; INSERT INTO t1 VALUES(1)', NULL, $r2);
  }
  db eval $::backup_tables
  set none "{$::backup_now,\"backup\":false}"
  db eval {SELECT migrate_upgrade('r1', $none);
           SELECT migrate_backup('first', $now)}
  if {$verb in {restore prune}} {
    db eval $::backup_changes
  }
  if {$verb eq "prune"} {
    db eval {SELECT migrate_backup('middle', $now); DELETE FROM kv;
             SELECT migrate_backup('last', $now)}
  }
  if {$verb eq "undo"} {
    db eval {SELECT migrate_upgrade('r2', $now);
             INSERT INTO plain(v) VALUES('written later')}
  }
  set ::backup_before [backup_state db]
  close_db db
  faultsim_save
  atomic_prep $mode
  db eval $::backup_call($verb)
  if {$mode eq "user"} {
    db eval COMMIT
  }
  set ::backup_after [backup_state db]
  close_db db
  forcedelete_db out.db
  if {$::backup_before eq $::backup_after} {
    error "the call changes nothing"
  }
}

# What the file holds, through another connection: {before|after own-rows}.
proc backup_look {} {
  open_db db2 test.db
  set state [backup_state db2]
  set own [expr {[catch {db2 eval {SELECT count(*) FROM own}} n] ? 0 : $n}]
  # The database is made by hand, so there is drift.
  catch {db2 onecolumn {
    SELECT coalesce((SELECT name||': '||detail FROM migration_checks
                      WHERE ok IS NOT 1 AND name<>'drift' LIMIT 1), 'ok')
  }} why
  set verify [expr {$why ne "ok"}]
  set keys [db2 eval {SELECT quote(error) FROM migration_history
                       WHERE outcome='failed'}]
  set intact [db2 eval {PRAGMA integrity_check}]
  close_db db2
  if {$intact ne "ok"} {
    error "integrity: $intact"
  }
  if {[llength $keys]} {
    error "a history row about: $keys"
  }
  # A database whose parent table was dropped has a finding of its own.
  if {$verify && ![string match "*FOREIGN_KEY*" $why]
   && ![string match "*foreign*par*" $why]} {
    error "verify: $why"
  }
  set before [state_differs $::backup_before $state]
  if {$before eq ""} {
    return [list before $own]
  }
  set after [state_differs $::backup_after $state]
  if {$after eq ""} {
    return [list after $own]
  }
  error "half: from before, $before; from after, $after"
}

# After the call in autocommit: an open transaction must be announced and
# must not be committable.
proc backup_end_auto {} {
  if {[fault autocommit db]} {
    return
  }
  incr ::backup_count(open)
  if {![string match "*transaction of the failed run is open*" $::testresult]
   && ![string match "*out of memory*" $::testresult]} {
    error "a transaction is open and the error does not say so: $::testresult"
  }
  if {![catch {db eval COMMIT}]} {
    lassign [backup_look] state
    if {$state eq "before"} {
      return
    }
    error "the transaction of a failed call could be committed: $state"
  }
}

# After the call in the user's transaction: the careless COMMIT.
proc backup_end_user {} {
  set open [expr {![fault autocommit db]}]
  set rc [catch {db eval COMMIT} why]
  if {$::testrc==0 && $rc} {
    error "done, and then COMMIT fails: $why"
  }
  if {$open && $rc} {
    incr ::backup_count(vetoed)
  }
  if {!$open && $rc} {
    incr ::backup_count(rolledback)
  }
  if {![fault autocommit db]} {
    db eval ROLLBACK
  }
}

# The standalone file is there, whole, exactly when the backup is. When the
# disk itself does not answer, a file that cannot be deleted stays.
proc backup_file_test {verb mode state} {
  if {$verb ne "file"} {
    return
  }
  if {$state eq "after" && $mode eq "auto" && ![file exists out.db]} {
    error "the backup is there, its file is not"
  }
  if {$state eq "before" && $mode eq "auto" && [file exists out.db]
   && ![string match ioerr-* $::testfault]} {
    error "the file is there, its backup is not"
  }
  if {[llength [glob -nocomplain out.db-*]]
   && ![string match *-persistent $::testfault]
   && ![string match ioerr-* $::testfault]} {
    error "left: [glob -nocomplain out.db-*]"
  }
  if {[file exists out.db] && $::testrc==0} {
    sqlite3 db2 out.db
    set intact [db2 eval {PRAGMA integrity_check}]
    set tables [db2 eval {SELECT count(*) FROM plain}]
    close_db db2
    if {$intact ne "ok" || $tables!=401} {
      error "the file: $intact, $tables rows"
    }
  }
  foreach left [glob -nocomplain out.db*] {
    file delete $left
  }
}

# The same call again. What was done already is done once more.
proc backup_again {verb state} {
  db eval $::backup_call($verb)
  if {![fault autocommit db]} {
    error "the next call leaves a transaction open"
  }
  foreach left [glob -nocomplain out.db*] {
    file delete $left
  }
  open_db db2 test.db
  set now [backup_state db2]
  close_db db2
  set d [state_differs [backup_contents $::backup_after] \
      [backup_contents $now]]
  if {$state eq "before" && $d eq "" && $::backup_exact} {
    set d [state_differs $::backup_after $now]
  }
  if {$d ne ""} {
    error "the next call succeeds, then: $d"
  }
}

# -test: see the top of this file.
proc backup_test {verb mode} {
  faultsim_test_result [list 0 $::testresult]
  backup_end_$mode
  lassign [backup_look] state own
  incr ::backup_count($state)
  if {$::testrc==0 && $state ne "after"} {
    error "reported done, found $state"
  }
  if {$mode eq "user" && $state eq "after" && $own==0
   && $verb ne "restore"} {
    error "the call stayed, the user's row went"
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
  backup_file_test $verb $mode $state
  # In the user's mode the row of the user makes another backup.
  set ::backup_exact [expr {$mode eq "auto"}]
  backup_again $verb $state
  if {[llength [left_prepared db]]} {
    error "left prepared by the next call: [left_prepared db]"
  }
  db close
  if {[fault memory]!=$::T(memory) || [fault files]} {
    error "left: [fault memory] bytes, [fault files] files"
  }
}

# -prep
proc backup_prep {mode} {
  foreach left [glob -nocomplain out.db*] {
    file delete $left
  }
  atomic_prep $mode
}

# All faults on one scenario. Returns the points tried.
proc backup_run {name verb mode journal points} {
  array set ::backup_count {before 0 after 0 open 0 vetoed 0 rolledback 0}
  backup_template $verb $mode $journal
  set n [do_faultsim_test $name -points $points -faults {
    oom-* ioerr-* full-* interrupt progress-*
  } -prep [list backup_prep $mode] -body [list db eval \
      $::backup_call($verb)] -test [list backup_test $verb $mode]]
  puts "  $name: $n points, [array get ::backup_count]"
  return $n
}
