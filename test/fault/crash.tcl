# crash.tcl - power cuts: the scenarios and the loop of crash.test.
#
# Needs build/crash.so (see crash.c). A small file with tables of several kinds
# and a store, on which one call has work to do:
#
#   upgrade    three revisions, one of which rebuilds a table, with the
#              automatic backup
#   downgrade  those three, back
#   backup     a second backup, after changes
#   restore    the first backup, over changed rows and another schema
#   prune      all backups but the newest
#
# A round runs the call and closes the file; the power goes at a moment that is
# drawn evenly from all changes of files that these make, or after the last. To
# those rounds come a fifth as many with the moment among the last ten, where
# the commit is. In a part of the rounds the power goes again while the first
# reader recovers the file.
# Then the file must be before or after, as a whole: schema, rows, marks, and
# every row of every table of the store (the calls say "now", so all is known).
# After a call that reported success it must be after, where SQLite says that
# a commit is durable: in WAL with synchronous=full, with a rollback journal
# with extra (with full the folder is not synced when the journal is deleted,
# so the journal may come back). The checks must be right, and the call must
# succeed the next time.

source [file join $testdir backup_generate.tcl]
load [file join $build crash.so] Crash

set crash_now {"now":"2024-05-01T10:20:30Z"}
set crash_verbs {upgrade downgrade backup restore prune}
set crash_call(upgrade) "SELECT migrate_upgrade('r4', '{$crash_now}')"
set crash_call(downgrade) "SELECT migrate_downgrade('r1', '{$crash_now}')"
set crash_call(backup) "SELECT migrate_backup('second', '{$crash_now}')"
set crash_call(restore) "SELECT migrate_restore(1, '{$crash_now}')"
set crash_call(prune) "SELECT migrate_prune(1, '{$crash_now,\"manual\":true}')"

# How a round may be: size of pages, of the page cache (0: SQLite's own),
# synchronous (other: extra for a rollback journal, normal for WAL), and the
# disk (see "crash device").
set crash_kinds {
  {4096 0 full  1 4096}
  {1024 5 full  0 4096}
  {4096 5 other 1 512}
  {1024 0 other 1 4096}
  {4096 5 full  1 4096}
  {4096 0 other 0 4096}
  {1024 5 other 0 512}
  {1024 5 full  1 4096}
}

set crash_tables {
  CREATE TABLE plain(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT, b BLOB);
  CREATE TABLE kv(k TEXT, n INTEGER, v, PRIMARY KEY(k, n DESC)) WITHOUT ROWID;
  CREATE TABLE par(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
  CREATE TABLE kid(pid INTEGER REFERENCES par(id) ON DELETE CASCADE, w);
  CREATE INDEX pv ON plain(v) WHERE v IS NOT NULL;
  CREATE VIEW vw AS SELECT v FROM plain;
  CREATE TRIGGER tr AFTER DELETE ON plain BEGIN
    INSERT INTO kid VALUES(NULL, old.v); END;
  WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<200)
    INSERT INTO plain(v, b) SELECT 'row '||i||hex(i*i*7919), zeroblob(i%40)
    FROM n;
  INSERT INTO plain(v, b) VALUES('long', zeroblob(9000));
  INSERT INTO kv SELECT 'k'||(id%7), id, v FROM plain WHERE id<60;
  INSERT INTO par SELECT id, 'p'||id FROM plain WHERE id<40;
  INSERT INTO kid SELECT 1+id%39, v FROM plain WHERE id<80;
  PRAGMA user_version=3;
}
set crash_changes {
  DELETE FROM plain WHERE id%20=7;
  UPDATE plain SET v=v||'!' WHERE id>150;
  INSERT INTO kv VALUES('new', 1, 1);
  DROP VIEW vw;
  CREATE TABLE extra(x);
  INSERT INTO extra SELECT v FROM plain;
  PRAGMA user_version=4;
}

set crash_revisions {
  r2 {
    CREATE TABLE t2(a INTEGER PRIMARY KEY, b TEXT);
    INSERT INTO t2 SELECT id, v FROM plain WHERE id<100;
  } {
    DROP TABLE t2;
  }
  r3 {
    SELECT migrate_table('CREATE TABLE par(id INTEGER PRIMARY KEY,
      name TEXT UNIQUE CHECK(length(name)<99), note TEXT DEFAULT ''none'')');
  } {
    SELECT migrate_table('CREATE TABLE par(id INTEGER PRIMARY KEY,
      name TEXT UNIQUE)');
  }
  r4 {
    UPDATE plain SET v=v||' four' WHERE id%3=0;
    UPDATE par SET note=name||'!';
    CREATE INDEX t2b ON t2(b);
  } {
    DROP INDEX t2b;
    UPDATE plain SET v=substr(v, 1, length(v)-5) WHERE id%3=0;
  }
}

#--------------------------------------------------------------------------
# States.

# All that the file holds, the store included.
proc crash_state {h} {
  set out [db_state $h -revisions]
  foreach table $::store_tables {
    dict set out [list store $table] [table_state $h $table]
  }
  return $out
}

# Without the store, which tells how often a call was made.
proc crash_contents {state} {
  dict filter $state script {key value} {
    expr {[lindex $key 0] ne "store"}
  }
}

# before, after or what else it is.
proc crash_which {state page} {
  foreach which {before after} {
    if {$state eq $::crash_known($which,$page)} {
      return $which
    }
  }
  return "half: from before, [
    state_differs $::crash_known(before,$page) $state]; from after, [
    state_differs $::crash_known(after,$page) $state]"
}

proc crash_error {problem} {
  if {$problem ne ""} {
    error $problem
  }
}

# What is wrong with the file of handle h but its state.
proc crash_health {h} {
  set intact [$h eval {PRAGMA integrity_check}]
  if {$intact ne "ok"} {
    return "integrity: $intact"
  }
  # The database is made by hand, so there is drift.
  $h eval {SELECT name, detail FROM migration_checks
            WHERE ok IS NOT 1 AND name<>'drift'} {
    return "$name: $detail"
  }
  return ""
}

#--------------------------------------------------------------------------
# The file before the call.

# Fill the database of handle h, up to the call.
proc crash_fill {h verb} {
  set now "{$::crash_now}"
  set none "{$::crash_now,\"backup\":false}"
  $h eval BEGIN
  $h eval {
    SELECT migrate_revision('r1', 'CREATE TABLE t1(a)', 'DROP TABLE t1',
        json_set($now, '$.id', 'r1'))
  }
  foreach {id up down} $::crash_revisions {
    $h eval {
      SELECT migrate_revision($id, $up, $down, json_set($now, '$.id', $id))
    }
  }
  $h eval $::crash_tables
  $h eval {SELECT migrate_upgrade('r1', $none)}
  if {$verb eq "downgrade"} {
    $h eval {SELECT migrate_upgrade('r4', $none)}
  } else {
    $h eval {SELECT migrate_backup('first', $now)}
    if {$verb ne "upgrade"} {
      $h eval $::crash_changes
    }
  }
  if {$verb eq "prune"} {
    $h eval {
      SELECT migrate_backup('middle', $now);
      DELETE FROM kv;
      SELECT migrate_backup('last', $now)
    }
  }
  $h eval COMMIT
}

# Save a file of that page size, in WAL with frames that were not yet put
# back, and learn the states before and after. The WAL is padded for the worst
# of the disks.
proc crash_template {verb journal page} {
  set file crash$page.db
  forcedelete_db $file
  forcedelete_db test.db
  crash device 0 4096
  open_db db test.db
  db eval "PRAGMA page_size=$page; PRAGMA journal_mode=$journal"
  crash_fill db $verb
  foreach suffix {"" -wal} {
    file delete $file$suffix
    if {[file exists test.db$suffix]} {
      file copy test.db$suffix $file$suffix
    }
  }
  set ::crash_known(before,$page) [crash_state db]
  db eval $::crash_call($verb)
  set ::crash_known(after,$page) [crash_state db]
  if {$::crash_known(before,$page) eq $::crash_known(after,$page)} {
    error "the call changes nothing"
  }
  crash_error [crash_health db]
  close_db db
}

proc crash_restore {page} {
  forcedelete_db test.db
  foreach suffix {"" -wal} {
    if {[file exists crash$page.db$suffix]} {
      file copy crash$page.db$suffix test.db$suffix
    }
  }
}

#--------------------------------------------------------------------------
# One round.

# The value of synchronous, and is a reported success durable under it?
proc crash_synchronous {journal synchronous} {
  if {$journal eq "wal"} {
    set value [expr {$synchronous eq "full" ? "full" : "normal"}]
    return [list $value [expr {$value eq "full"}]]
  }
  set value [expr {$synchronous eq "full" ? "full" : "extra"}]
  return [list $value [expr {$value eq "extra"}]]
}

# Make the call on a handle of its own, armed with the cut at the operation
# n, and close. Returns 1 when the call reported success.
proc crash_work {verb journal kind n seed} {
  lassign $kind page cache synchronous powersafe sector
  lassign [crash_synchronous $journal $synchronous] value
  crash_restore $page
  crash device $powersafe $sector
  crash arm op $n $seed
  set failed [catch {
    open_db db test.db
    db eval "PRAGMA synchronous=$value"
    if {$cache} {
      db eval "PRAGMA cache_size=$cache"
    }
    db eval $::crash_call($verb)
  } why]
  if {$failed && [crash on]} {
    error "failed with the power on: $why"
  }
  close_db db
  return [expr {!$failed}]
}

# The number of operations when nothing goes wrong.
proc crash_operations {verb journal kind} {
  crash_work $verb $journal $kind 0 0
  lassign [crash count] operations
  crash settle
  return $operations
}

# The first reader comes, and the power goes again.
proc crash_recovery {seed} {
  crash arm op [expr {1 + [gen_int [gen_pick {3 15 80}]]}] $seed
  catch {
    sqlite3 db test.db
    db eval {SELECT count(*) FROM sqlite_schema}
  }
  close_db db
  crash cut
  crash settle
}

# Each backup that is there can be restored.
proc crash_restorable {} {
  foreach n [db eval {SELECT backup FROM migration_backups}] {
    db eval BEGIN
    set failed [catch {db eval {SELECT migrate_restore($n)}} why]
    db eval ROLLBACK
    if {$failed} {
      error "restore of $n: $why"
    }
  }
}

# Look at what is left, with the power back; bDone: must it be after? Returns
# before or after; an error says what is wrong.
proc crash_look {verb page bDone bRestore} {
  open_db db test.db
  set which [crash_which [crash_state db] $page]
  crash_error [crash_health db]
  if {$which ni {before after}} {
    error $which
  }
  if {$bDone && $which ne "after"} {
    error "reported done, found before"
  }
  if {$bRestore} {
    crash_restorable
  }
  db eval {PRAGMA synchronous=off}
  db eval $::crash_call($verb)
  set state [crash_state db]
  set known $::crash_known(after,$page)
  if {$which eq "after"} {
    set state [crash_contents $state]
    set known [crash_contents $known]
  }
  if {$state ne $known} {
    error "the next call succeeds, then: [state_differs $known $state]"
  }
  crash_error [crash_health db]
  return $which
}

# Round i, whose cut is a late one when late is 1. Returns before or after; an
# error tells what is wrong.
proc crash_round {verb journal seed i late} {
  set kind [lindex $::crash_kinds [expr {$i % [llength $::crash_kinds]}]]
  lassign $kind page - synchronous
  lassign [crash_synchronous $journal $synchronous] - durable
  set seed [zlib crc32 "$seed $verb $journal $i"]
  gen_seed $seed
  set end [expr {$::crash_count($kind) + 1}]
  set n [expr {$late ? $end - [gen_int 10] : 1 + [gen_int $end]}]
  set done [crash_work $verb $journal $kind $n $seed]
  crash cut
  set fates [crash settle]
  incr ::crash_tally(cuts)
  incr ::crash_tally(done) $done
  foreach {fate many} $fates {
    incr ::crash_tally($fate) $many
  }
  set again 0
  while {$again<3 && [gen_chance 30]} {
    crash_recovery [incr seed 1000000007]
    incr again
    incr ::crash_tally(cuts)
    incr ::crash_tally(again)
  }
  set failed [catch {
    crash_look $verb $page [expr {$done && $durable}] [expr {$i%20==0}]
  } which]
  catch {db eval ROLLBACK}
  close_db db
  if {$failed} {
    error "round $i ($kind), cut at operation $n of\
        $::crash_count($kind), $again more while it was recovered,\
        [expr {$done ? {reported done} : {not done}}]: $which"
  }
  incr ::crash_tally($which)
  incr ::crash_tally(lost) [expr {$done && $which eq "before"}]
  return $which
}

# The rounds of one scenario; only: the one round to make, or "".
proc crash_run {verb journal seed rounds {only ""}} {
  array unset ::crash_tally
  array set ::crash_tally {
    cuts 0 before 0 after 0 done 0 again 0 lost 0 there 0 absent 0 torn 0
  }
  close_db db
  foreach page {1024 4096} {
    crash_template $verb $journal $page
  }
  foreach kind $::crash_kinds {
    set ::crash_count($kind) [crash_operations $verb $journal $kind]
  }
  set problems {}
  for {set i 0} {$i<$rounds + $rounds/5} {incr i} {
    if {$only in [list {} $i] && [catch {
      crash_round $verb $journal $seed $i [expr {$i>=$rounds}]
    } why]} {
      lappend problems $why
    }
  }
  foreach why [lrange $problems 0 9] {
    test_failed $verb-$journal "before or after" "seed $seed, $why"
  }
  if {[llength $problems]==0} {
    test_passed $verb-$journal
  }
  tally cuts $::crash_tally(cuts) [llength $problems]
  set out "seed $seed, operations"
  foreach kind $::crash_kinds {
    append out " $::crash_count($kind)"
  }
  foreach {name label} {
    cuts cuts again {of them in a recovery} before before after after
    done {reported done} lost {of which before} there {operations there}
    absent absent torn torn
  } {
    append out ", $label $::crash_tally($name)"
  }
  puts "  crash $verb $journal: $out"
  return $problems
}
