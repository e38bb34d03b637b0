# stress.tcl - many processes at work on one file, for stress.test.
#
# Sourced on both sides. The child side, procs of the namespace role, is what
# a process does until its time is over; the parent side, of the namespace
# stress, starts the processes, kills one of them now and then, and judges
# what they leave.
#
# The file. Writers number their rows: (w, n), w the process, n counted from 1.
#
#   pair_a pair_b   the same rows in both: one transaction writes them
#   loose           written by autocommit, or with a child row in leaf
#   counted         how many rows pair_b has, kept by triggers
#   quiet           written by the backup process alone, which restores it
#   log             a row for each time a script ran, with its direction
#   all_a all_b     views of the pairs, all that readers look at: revisions
#   all_loose       move rows to other tables and make the views anew
#
# Revisions r0 (no way down) to rN, each of which changes one of these tables;
# the first six are there at the start, the others are imported under way.
#
# Every process keeps a log file, a line at a time, that outlives a kill:
#
#   > WHAT            an operation begins
#   row EVENT TABLE N
#
# where EVENT is "try" (an insert begins), "ok" (its commit was reported), "no"
# (given up after BUSY: it must not be there), "del" (a delete begins), "gone"
# (it was reported). What was begun last by a process that was killed may or
# may not be there; everything else is certain.

#--------------------------------------------------------------------------
# The revisions. Those that bear the same number modulo 6 are of one kind.

namespace eval revision {
  variable first 6
}

# How many revisions of a kind there are up to k; and the last of them.
proc revision::many {k kind} {
  expr {$k<$kind ? 0 : ($k - $kind) / 6 + 1}
}
proc revision::last {k kind} {
  expr {$k<$kind ? 0 : $kind + 6 * ([many $k $kind] - 1)}
}

# Tables as they are after revision k. Columns come in front, or change places,
# so that nothing but a rebuild will do.
proc revision::pair_a {k} {
  set columns {"w INTEGER" "n INTEGER" "v INTEGER"}
  for {set i 1} {$i<=[many $k 1]} {incr i} {
    set columns [linsert $columns 0 "a$i INTEGER DEFAULT $i"]
  }
  return "CREATE TABLE pair_a([join $columns {, }],\
      CHECK(v > -[many $k 1] - 1))"
}
proc revision::pair_b {k} {
  set columns {"w INTEGER" "n INTEGER" "v INTEGER"}
  if {[many $k 6] % 2} {
    set columns [lreverse $columns]
  }
  for {set i 5} {$i<=$k} {incr i 6} {
    lappend columns "b$i INTEGER DEFAULT 7"
  }
  return "CREATE TABLE pair_b(id INTEGER PRIMARY KEY, [join $columns {, }])"
}
proc revision::loose {k {name loose}} {
  set text "CREATE TABLE ${name}(id INTEGER PRIMARY KEY, w INTEGER, n INTEGER,\
      v INTEGER, note[last $k 4] TEXT"
  for {set i 1} {$i<=[many $k 3]} {incr i} {
    append text ", l$i REAL NOT NULL DEFAULT 0.5"
  }
  return "$text)"
}
proc revision::view {k} {
  set text "CREATE VIEW all_a AS SELECT w, n, v FROM pair_a"
  for {set i 2} {$i<=$k} {incr i 6} {
    append text " UNION ALL SELECT w, n, v FROM moved$i"
  }
  return $text
}

# By hand, as SQLite's documentation of ALTER TABLE says. from and to are
# revisions.
proc revision::loose_by_hand {from to} {
  set columns "id, w, n, v, note[last $to 4]"
  for {set i 1} {$i<=min([many $from 3], [many $to 3])} {incr i} {
    append columns ", l$i"
  }
  return "PRAGMA foreign_keys=OFF;
    PRAGMA legacy_alter_table=ON;
    [loose $to loose_new];
    INSERT INTO loose_new($columns) SELECT $columns FROM loose;
    DROP TABLE loose;
    ALTER TABLE loose_new RENAME TO loose;
    CREATE INDEX loose_n ON loose(w, n);
    PRAGMA legacy_alter_table=OFF;
    PRAGMA foreign_keys=ON;"
}

# Both scripts of revision k, without the line for the log.
proc revision::scripts {k} {
  set j [expr {$k - 1}]
  switch [expr {$k % 6}] {
    1 {
      set up "SELECT migrate_table('[pair_a $k]');"
      set down "SELECT migrate_table('[pair_a $j]');"
    }
    2 {
      set up "CREATE TABLE moved$k AS
          SELECT w, n, v FROM pair_a WHERE n % 5=0;
        DELETE FROM pair_a WHERE n % 5=0;
        DROP VIEW all_a; [view $k];"
      set down "DROP VIEW all_a; [view $j];
        INSERT INTO pair_a(w, n, v) SELECT w, n, v FROM moved$k;
        DROP TABLE moved$k;"
    }
    3 {
      set up [loose_by_hand $j $k]
      set down [loose_by_hand $k $j]
    }
    4 {
      set old note[last $j 4]
      set up "SELECT migrate_table('[loose $k]',
          '{\"rename\":{\"$old\":\"note$k\"}}');"
      set down "SELECT migrate_table('[loose $j]',
          '{\"rename\":{\"note$k\":\"$old\"}}');"
    }
    5 {
      set up "ALTER TABLE pair_b ADD COLUMN b$k INTEGER DEFAULT 7;
        UPDATE pair_b SET b$k = v;
        CREATE INDEX pair_b_$k ON pair_b(b$k);"
      set down "DROP INDEX pair_b_$k; ALTER TABLE pair_b DROP COLUMN b$k;"
    }
    0 {
      set up "SELECT migrate_table('[pair_b $k]');"
      set down "SELECT migrate_table('[pair_b $j]');"
    }
  }
  return [list $up $down]
}

proc revision::floor {} {
  return "CREATE TABLE log(seq INTEGER PRIMARY KEY AUTOINCREMENT,
      revision TEXT, direction TEXT);
    [pair_a 0]; CREATE INDEX pair_a_n ON pair_a(w, n);
    [pair_b 0]; CREATE INDEX pair_b_n ON pair_b(w, n);
    [loose 0]; CREATE INDEX loose_n ON loose(w, n);
    CREATE TABLE leaf(w INTEGER, n INTEGER,
      loose INTEGER NOT NULL REFERENCES loose(id) ON DELETE CASCADE);
    CREATE TABLE quiet(k INTEGER PRIMARY KEY, v TEXT);
    CREATE TABLE counted(c INTEGER);
    INSERT INTO counted VALUES(0);
    CREATE TRIGGER more AFTER INSERT ON pair_b BEGIN
      UPDATE counted SET c=c+1;
    END;
    CREATE TRIGGER less AFTER DELETE ON pair_b BEGIN
      UPDATE counted SET c=c-1;
    END;
    CREATE VIEW all_b AS SELECT w, n, v FROM pair_b;
    CREATE VIEW all_loose AS SELECT w, n, v FROM loose;
    [view 0];"
}

# Write the file of revision k, whole or not at all, as another process may be
# importing the folder. The variant tells apart texts that do the same.
proc revision::write {k {variant 0}} {
  set text "-- revision: r$k\n-- message: of kind [expr {$k % 6}]\n"
  if {$k==0} {
    append text "-- migrate:up\n[floor]\n"
  } else {
    lassign [scripts $k] up down
    append text "-- parents: r[expr {$k - 1}]\n-- migrate:up\n$up\n"
  }
  append text "INSERT INTO log(revision, direction) VALUES('r$k', 'up');\n"
  append text "-- variant $variant\n"
  if {$k} {
    append text "-- migrate:down\n$down\n"
    append text "INSERT INTO log(revision, direction) VALUES('r$k', 'down');\n"
  }
  file mkdir revisions
  set name [format "revisions/r%03d.sql" $k]
  set f [open new.[pid] w]
  puts -nonewline $f $text
  close $f
  file rename -force new.[pid] $name
}

#--------------------------------------------------------------------------
# The child side: what each operation shares.

namespace eval role {
  variable s
}

proc role::random {n} {
  expr {int(rand() * $n)}
}
proc role::pick {args} {
  lindex $args [random [llength $args]]
}

proc role::note {line} {
  variable s
  puts $s(log) $line
}

proc role::problem {what} {
  variable s
  lappend s(problems) "$s(role) $s(w): $what"
  note "! $what"
}

# Run SQL, and hold it to its time: wait milliseconds as we were asked to, the
# busy timeout, and what the work itself may take.
proc role::sql {sql {wait 0}} {
  variable s
  set t [clock milliseconds]
  set rc [catch {uplevel 1 [list db eval $sql]} r]
  set t [expr {[clock milliseconds] - $t}]
  if {$t>$s(longest)} {
    set s(longest) $t
    set s(slowest) [string range [string trim $sql] 0 50]
  }
  if {$t > $wait + $s(busy) + $s(margin)} {
    problem "took $t ms (wait $wait): $sql"
  }
  if {$rc} {
    error $r
  }
  return $r
}

proc role::busy {message} {
  expr {$message eq "database is locked"
    || [string match "migrate: BUSY: *" $message]}
}

# One operation, counted as done, busy, or refused with a message that matches
# the pattern. Anything else is a problem. Returns 1 when it is done.
proc role::operation {name refusal script} {
  variable s
  note "> $name"
  if {![catch {uplevel 1 $script} r]} {
    dict incr s(done) $name
    return 1
  }
  if {[busy $r]} {
    incr s(locked)
    # SQLite itself, before it calls our function.
    if {$r eq "database is locked" && [string match migrate_* $name]} {
      incr s(raw)
    }
  } elseif {$refusal ne "" && [regexp $refusal $r]} {
    incr s(refused)
  } else {
    problem "$name: $r"
  }
  return 0
}

# A transaction. A COMMIT that a reader blocks is tried again.
proc role::transaction {begin script} {
  sql $begin
  if {[catch {uplevel 1 $script} r]} {
    if {[catch {sql ROLLBACK} why]} {
      problem "$why, after $r"
    }
    error $r
  }
  for {set i 0} {$i<20} {incr i} {
    if {![catch {sql COMMIT} r]} {
      return
    }
    if {![busy $r]} {
      break
    }
    after 3
  }
  sql ROLLBACK
  error $r
}

# A connection; a lock in the way is waited for.
proc role::connect {} {
  variable s
  catch {db close}
  ::sqlite3 db test.db
  db timeout $s(busy)
  ::patient ::load_migrate
  ::patient {db eval {PRAGMA foreign_keys=ON}}
  ::patient [list db eval "PRAGMA synchronous=[pick OFF NORMAL FULL]"]
}

# Options of an acting call, as JSON, and how long it may wait.
proc role::options {args} {
  switch [random 3] {
    0 {
      lappend args {"wait":0}
      set wait 0
    }
    1 {
      lappend args {"wait":5000}
      set wait 5000
    }
    2 {
      set wait 5000
    }
  }
  return [list "{[join $args ,]}" $wait]
}

# Work until the time is over; then go on, for at most half a minute, until
# something of each kind that the role must get through has been done. Returns
# what was counted.
proc role::work {role w options} {
  variable s
  array unset s
  array set s [list role $role w $w done {} locked 0 refused 0 raw 0 \
      longest 0 slowest "" problems {} n 0 kept {} loose {} variant 0]
  array set s $options
  expr {srand($s(seed) * 1000 + $w)}
  set s(log) [open log.$w w]
  fconfigure $s(log) -buffering line
  connect
  while {[clock milliseconds]<$s(end)
   || (![finished] && [clock milliseconds]<$s(end) + 30000)} {
    if {[random 100]==0} {
      connect
    }
    $role
    if {[llength $s(problems)]>5} {
      break
    }
    after [random [expr {$role eq "writer" ? 12 : 25}]]
  }
  if {$s(strict) && ![finished]} {
    problem "did not get through with [must], only with $s(done)"
  }
  catch {db close}
  close $s(log)
  set r {}
  foreach name {done locked refused raw longest slowest problems} {
    dict set r $name $s($name)
  }
  return $r
}

# What each role must get through with.
proc role::must {} {
  variable s
  dict get {
    writer {immediate autocommit deferred family delete}
    reader {snapshot statement cursor}
    runner {migrate_upgrade migrate_downgrade}
    backup {migrate_backup migrate_prune migrate_verify restore_to quiet}
    import {migrate_import migrate_check plan show}
  } $s(role)
}
proc role::finished {} {
  variable s
  foreach name [must] {
    if {![dict exists $s(done) $name]} {
      return 0
    }
  }
  return 1
}

#--------------------------------------------------------------------------
# Writers. A row that SQLite answers BUSY to is tried again under its number.

proc role::writer {} {
  variable s
  incr s(n)
  switch [random 5] {
    0 {write immediate pair {BEGIN IMMEDIATE} {}}
    1 {write deferred pair BEGIN {sql {SELECT total(v) FROM all_b}}}
    2 {write autocommit loose {} {}}
    3 {write family leaf {BEGIN IMMEDIATE} {}}
    4 {remove}
  }
}

proc role::write {name table begin first} {
  variable s
  note "row try $table $s(n)"
  for {set i 0} {$i<200 && [llength $s(problems)]<=5} {incr i} {
    if {[operation $name {} {
      if {$begin eq ""} {
        insert_$table
      } else {
        transaction $begin {
          eval $first
          insert_$table
        }
      }
    }]} {
      note "row ok $table $s(n)"
      if {$s(n) % 5} {
        lappend s(kept) $table $s(n)
      }
      return
    }
    after [random 10]
    if {[clock milliseconds]>$s(end)} {
      break
    }
  }
  note "row no $table $s(n)"
}

proc role::insert_pair {} {
  variable s
  sql {INSERT INTO pair_a(w, n, v) VALUES($role::s(w), $role::s(n), 3)}
  sql {INSERT INTO pair_b(w, n, v) VALUES($role::s(w), $role::s(n), 3)}
}
proc role::insert_loose {} {
  sql {INSERT INTO loose(w, n, v) VALUES($role::s(w), $role::s(n), 1)}
}
proc role::insert_leaf {} {
  insert_loose
  sql {
    INSERT INTO leaf(w, n, loose)
    VALUES($role::s(w), $role::s(n), last_insert_rowid())
  }
}

# Delete an old row, unless its number is one of those that revisions move. So
# the tables stay small enough for many runs.
proc role::remove {} {
  variable s
  while {[llength $s(kept)]>200 || ([llength $s(kept)] && [random 2])} {
    set s(kept) [lassign $s(kept) table n]
    note "row del $table $n"
    if {![operation delete {} {
      transaction {BEGIN IMMEDIATE} {
        if {$table eq "pair"} {
          sql {DELETE FROM pair_a WHERE w=$role::s(w) AND n=$n}
          sql {DELETE FROM pair_b WHERE w=$role::s(w) AND n=$n}
        } else {
          sql {DELETE FROM loose WHERE w=$role::s(w) AND n=$n}
        }
      }
    }]} {
      note "row ok $table $n"
      set s(kept) [linsert $s(kept) 0 $table $n]
      return
    }
    note "row gone $table $n"
  }
}

#--------------------------------------------------------------------------
# Readers: what is committed is true at every moment.

proc role::reader {} {
  switch [random 3] {
    0 {
      operation snapshot {} {
        transaction BEGIN {
          set a [sql {SELECT count(*), total(n), total(v) FROM all_a}]
          after [random 100]
          set b [sql {SELECT count(*), total(n), total(v) FROM all_b}]
          set c [sql {SELECT c FROM counted}]
          set up [sql {
            SELECT sum(CASE direction WHEN 'up' THEN 1 ELSE -1 END) FROM log
          }]
          set applied [sql {
            SELECT count(*) FROM migrations WHERE state='applied'
          }]
          set lost [sql {
            SELECT count(*) FROM leaf WHERE loose NOT IN (SELECT id FROM loose)
          }]
        }
        if {$a ne $b || [lindex $b 0]!=$c || $up!=$applied || $lost} {
          problem "one snapshot: $a and $b, $c counted, $up runs of scripts,\
              $applied applied, $lost without parent"
        }
      }
    }
    1 {
      operation statement {} {
        set r [sql {
          SELECT (SELECT count(*) FROM all_a) - (SELECT count(*) FROM all_b),
            (SELECT c FROM counted) - (SELECT count(*) FROM pair_b)
        }]
        if {$r ne {0 0}} {
          problem "one statement: $r"
        }
      }
    }
    2 {
      operation cursor {} {
        set rows 0
        set of [sql {SELECT count(*) FROM all_loose}]
        db eval {SELECT w, n, count(*) OVER () AS of FROM all_loose} {
          if {[incr rows]==1} {
            after [random 200]
          }
        }
        if {$rows && $rows!=$of} {
          problem "a cursor over $of rows gave $rows"
        }
      }
    }
  }
}

#--------------------------------------------------------------------------
# Those who upgrade and downgrade.

# A revision that may be there, near the end more often.
proc role::somewhere {} {
  set n [lindex [sql {SELECT count(*) FROM migrations}] 0]
  return r[expr {max(0, $n - 1 - [random 8])}]
}

proc role::runner {} {
  switch [random 9] {
    0 - 1 - 2 {run migrate_upgrade head}
    3 {run migrate_upgrade +1}
    4 {run migrate_downgrade -1}
    5 - 6 {operation look {} {set to [somewhere]}
      if {[info exists to]} {
        run [pick migrate_upgrade migrate_downgrade] $to
      }
    }
    7 {
      lassign [pick {migrate_upgrade head} {migrate_upgrade +1}\
          {migrate_downgrade -1}] verb target
      run $verb $target {"dry_run":true}
    }
    8 {inside}
  }
}

# What a run may answer: the target is not on that side of where we are, the
# floor is reached, a step leaves the graph.
proc role::run {verb target args} {
  if {[random 2]} {
    lappend args {"backup":false}
  }
  if {[random 4]==0} {
    lappend args {"transaction":"each"}
  }
  lassign [options {*}$args] options wait
  operation $verb {: (RANGE|RELATIVE_RANGE|IRREVERSIBLE): } {
    sql "SELECT ${verb}(\$target, \$options)" $wait
  }
}

# The same in a transaction of the caller, which may think better of it.
proc role::inside {} {
  set begin [pick BEGIN {BEGIN IMMEDIATE}]
  set read [random 2]
  set verb [pick migrate_upgrade migrate_downgrade]
  set target [expr {$verb eq "migrate_upgrade" ? "head" : "-1"}]
  set undo [random 2]
  lassign [options] options wait
  operation inside {: (RANGE|IRREVERSIBLE): |^thought better$} {
    transaction $begin {
      if {$read} {
        sql {SELECT total(v) FROM all_a}
      }
      sql "SELECT ${verb}(\$target, \$options)" $wait
      if {$undo} {
        error "thought better"
      }
    }
  }
}

#--------------------------------------------------------------------------
# Backups. Automatic ones are dropped by every run, so one may be gone.

proc role::backup {} {
  variable s
  lassign [options] options wait
  switch [random 7] {
    0 {
      operation migrate_backup {} {
        sql {SELECT migrate_backup('by hand', $options)} $wait
      }
    }
    1 {
      operation migrate_prune {} {
        set keep [random 5]
        sql {SELECT migrate_prune($keep, $options)} $wait
      }
    }
    2 {
      lassign [options {"manual":true}] options wait
      operation migrate_prune {} {
        sql {SELECT migrate_prune(6, $options)} $wait
      }
    }
    3 {
      operation migrate_verify {} {
        sql {SELECT migrate_verify()}
      }
    }
    4 {restore_to}
    5 {
      lassign [options {"dry_run":true}] options wait
      operation restore_dry {: BACKUP_UNKNOWN: } {
        sql {SELECT migrate_restore('latest', $options)} $wait
      }
    }
    6 {
      if {$s(alone)} {
        quiet
      }
    }
  }
}

# One of the backups to a file of its own, which is then looked at.
proc role::restore_to {} {
  variable s
  set file copy.$s(w)
  file delete $file
  lassign [options "\"to\":\"$file\""] options wait
  operation restore_to {: BACKUP_UNKNOWN: } {
    set b [lindex [sql {
      SELECT backup FROM migration_backups ORDER BY random() LIMIT 1
    }] 0]
    if {$b ne ""} {
      sql {SELECT migrate_restore($b, $options)} $wait
      set what [stress::look $file]
      if {$what ne ""} {
        problem "backup $b as a file: $what"
      }
    }
  }
  file delete $file
}

# Back up, write, restore that table alone: nobody else writes it.
proc role::quiet {} {
  variable s
  set b {}
  if {![operation migrate_backup {} {
    set b [sql {SELECT migrate_backup('of quiet')} 5000]
  }]} {
    return
  }
  set before [::patient {db eval {SELECT k, v FROM quiet}}]
  while {![operation write_quiet {} {
    sql {
      INSERT INTO quiet(v) SELECT hex(randomblob(8)) FROM pair_a LIMIT 5;
    }
  }]} {
    after 1
  }
  set id $b
  operation quiet {} {
    sql {SELECT migrate_restore($id, '{"tables":["quiet"]}')} 5000
    set after [sql {SELECT k, v FROM quiet}]
    if {$after ne $before} {
      problem "quiet had $before, now has $after"
    }
  }
}

#--------------------------------------------------------------------------
# Imports, and those who only look.

proc role::import {} {
  switch [random 4] {
    0 - 1 {import_folder}
    default {show}
  }
}

# Add a revision, or write the last one in other words. That one may be applied
# meanwhile, which is CHECKSUM; then its new text is taken by repair.
proc role::import_folder {} {
  variable s
  set n [llength [glob -directory revisions r*.sql]]
  if {$n<$s(revisions) && [random 3]==0} {
    revision::write $n
  } elseif {[random 3]==0} {
    revision::write [expr {$n - 1}] [incr s(variant)]
  }
  lassign [options {*}[pick {} {{"repair":true}}]] options wait
  operation migrate_import {: CHECKSUM: } {
    sql {SELECT migrate_import('revisions', $options)} $wait
  }
}

proc role::show {} {
  switch [random 6] {
    0 {
      operation show {} {
        sql {SELECT * FROM migrations}
        sql {SELECT count(*) FROM migration_history}
      }
    }
    1 {
      operation plan {} {
        sql {SELECT * FROM migration_plan('head')}
      }
    }
    2 {
      operation plan {} {
        sql {SELECT * FROM migration_plan('r0', 'downgrade')}
      }
    }
    3 {
      operation migrate_check {} {
        sql {SELECT migrate_check()}
      }
    }
    4 {
      operation show {} {
        sql {SELECT migrate_current(), migrate_heads(), migrate_dump()}
      }
    }
    5 {
      operation show {} {
        set bad [sql {SELECT name, detail FROM migration_checks WHERE NOT ok}]
        if {$bad ne ""} {
          problem "migration_checks: $bad"
        }
      }
    }
  }
}

#--------------------------------------------------------------------------
# Both sides: is this file, a copy or the one itself, in order? Returns what
# is wrong with it.

namespace eval stress {
  variable s
}

proc stress::look {file} {
  ::sqlite3 copy $file
  set bad {}
  if {[catch {
    foreach {what sql expected} {
      integrity {PRAGMA integrity_check} ok
      foreign-keys {PRAGMA foreign_key_check} {}
      pairs {
        SELECT (SELECT count(*) FROM all_a), (SELECT count(*) FROM all_b)
      } same
      sums {
        SELECT (SELECT total(n) || ' ' || total(v) FROM all_a),
               (SELECT total(n) || ' ' || total(v) FROM all_b)
      } same
      counted {SELECT c, (SELECT count(*) FROM pair_b) FROM counted} same
      applied {
        SELECT (SELECT sum(CASE direction WHEN 'up' THEN 1 ELSE -1 END)
            FROM log), (SELECT count(*) FROM _migrate_applied)
      } same
    } {
      set got [copy eval $sql]
      if {$expected eq "same"} {
        set expected [lindex $got 1]
        set got [lindex $got 0]
      }
      if {$got ne $expected} {
        lappend bad "$what: $got, not $expected"
      }
    }
  } r]} {
    lappend bad $r
  }
  copy close
  return [join $bad {; }]
}

#--------------------------------------------------------------------------
# The parent side.

# The processes: their roles.
set stress::cast {
  writer writer writer reader reader runner runner backup import
}

# Make the file that a round begins with.
proc stress::prepare {journal} {
  forcedelete_db test.db
  file delete -force revisions {*}[glob -nocomplain log.* copy.* new.*]
  for {set k 0} {$k<=$::revision::first} {incr k} {
    revision::write $k
  }
  open_db db test.db
  db eval "PRAGMA journal_mode=$journal"
  db eval {
    SELECT migrate_config('max_backups', 6);
    SELECT migrate_import('revisions');
    SELECT migrate_upgrade('r2', '{"backup":false}');
  }
  close_db db
}

# Have a process play a role as number w. It answers when its time is over.
proc stress::send {chan role w alone} {
  variable s
  child_send $chan [list source $::testdir/fault/stress.tcl]
  set s(role,$w) $role
  child_send $chan [list role::work $role $w [list seed $s(seed) \
      busy $s(busy) margin $s(margin) end $s(end) alone $alone \
      strict [expr {$alone && $s(busy)>0}] revisions $s(revisions)]]
  set s(playing,$chan) $w
  child_answer $chan
  fileevent $chan readable [list stress::heard $chan]
}

proc stress::heard {chan} {
  variable s
  fileevent $chan readable {}
  set w $s(playing,$chan)
  unset s(playing,$chan)
  lassign [child_answer $chan] rc r
  if {$rc} {
    lappend s(problems) "$s(role,$w) $w: $r"
  } else {
    count $s(role,$w) $r
  }
  if {[llength [array names s playing,*]]==0} {
    set s(over) 1
  }
}

# Add what a process has counted to the sums of its role.
proc stress::count {role r} {
  variable s
  dict for {name n} [dict get $r done] {
    incr s(done,$role) $n
    dict incr s(kinds) "$role $name" $n
  }
  foreach name {locked refused raw} {
    incr s($name,$role) [dict get $r $name]
  }
  if {[dict get $r longest]>$s(longest,$role)} {
    set s(longest,$role) [dict get $r longest]
    set s(slowest,$role) [dict get $r slowest]
  }
  lappend s(problems) {*}[dict get $r problems]
}

# The one process that is killed: each of its lives has another number and
# another role.
proc stress::victim {} {
  variable s
  if {[clock milliseconds] + 500 < $s(end)} {
    if {[info exists s(victim)]} {
      fileevent $s(victim) readable {}
      unset -nocomplain s(playing,$s(victim))
      child_kill $s(victim)
      incr s(kills)
    }
    set s(victim) [child_start]
    set role [lindex {writer runner backup import} [expr {int(rand()*4)}]]
    send $s(victim) $role [incr s(w)] 0
    after [expr {50 + int(rand() * 1200)}] stress::victim
  }
}

# One round: journal mode, busy timeout, milliseconds. Returns the problems.
proc stress::round {journal busy ms seed} {
  variable s
  variable cast
  prepare $journal
  set s(problems) {}
  set s(busy) $busy
  set s(seed) $seed
  set s(w) 0
  unset -nocomplain s(over) s(victim)
  expr {srand($seed)}
  set s(end) [expr {[clock milliseconds] + $ms}]
  foreach role $cast {
    send [lindex $s(children) $s(w)] $role [incr s(w)] 1
  }
  victim
  set dog [after [expr {$ms + 30000 + 2*$s(margin)}] {set stress::s(over) 0}]
  vwait stress::s(over)
  after cancel $dog
  if {!$s(over)} {
    stuck
  }
  if {[info exists s(victim)]} {
    child_stop $s(victim)
  }
  if {[llength $s(problems)]==0} {
    judge
  }
  return $s(problems)
}

# The watchdog: name those that have not come back, end them.
proc stress::stuck {} {
  variable s
  foreach name [array names s playing,*] {
    set chan [string range $name 8 end]
    set w $s($name)
    lappend s(problems) "$s(role,$w) $w has not ended, in\
        [lindex [split [string trim [contents log.$w]] \n] end]"
    fileevent $chan readable {}
    child_kill $chan
    unset s($name)
    set i [lsearch -exact $s(children) $chan]
    if {$i>=0} {
      lset s(children) $i [child_start]
    }
  }
}

proc stress::contents {file} {
  set f [open $file]
  set text [read $f]
  close $f
  return $text
}

#--------------------------------------------------------------------------
# The judgement.

proc stress::wrong {what} {
  variable s
  lappend s(problems) $what
}

proc stress::judge {} {
  set bad [look test.db]
  if {$bad ne ""} {
    wrong $bad
  }
  open_db db test.db
  judge_rows
  judge_runs
  judge_store
  judge_backups
  close_db db
}

# Every row whose commit was reported is there once, nothing else is, but for
# what a killed process was about to do.
proc stress::judge_rows {} {
  variable s
  foreach {table views} {pair {all_a all_b} loose {all_loose} leaf {leaf}} {
    foreach view $views {
      db eval "SELECT w, n FROM $view" {
        incr there($view,$w,$n)
      }
    }
  }
  for {set w 1} {$w<=$s(w)} {incr w} {
    if {![file exists log.$w]} {
      continue
    }
    unset -nocomplain event
    foreach line [split [contents log.$w] \n] {
      if {[string match "row *" $line]} {
        lassign $line - what table n
        set event($table,$n) $what
      }
    }
    foreach name [array names event] {
      lassign [split $name ,] table n
      set allowed [dict get {try {0 1} ok 1 no 0 del {0 1} gone 0} \
          $event($name)]
      foreach view [dict get {
        pair {all_a all_b} loose all_loose leaf {leaf all_loose}
      } $table] {
        set k $view,$w,$n
        set count [expr {[info exists there($k)] ? $there($k) : 0}]
        unset -nocomplain there($k)
        if {$count ni $allowed} {
          wrong "row $n of writer $w, $event($name): $count times in $view"
        }
        incr s(rows) $count
      }
    }
  }
  if {[array size there]} {
    wrong "rows that nobody wrote: [lrange [array names there] 0 5]"
  }
}

# The scripts ran as the history says, and none twice.
proc stress::judge_runs {} {
  variable s
  set log [db eval {SELECT revision, direction FROM log ORDER BY seq}]
  set history [db eval {
    SELECT revision, CASE action WHEN 'upgrade' THEN 'up' ELSE 'down' END
      FROM migration_history
     WHERE action IN ('upgrade', 'downgrade') AND revision IS NOT NULL
       AND outcome='done'
     ORDER BY seq
  }]
  if {$log ne $history} {
    wrong "the scripts ran as $log, the history says $history"
  }
  array set last {}
  foreach {revision direction} $log {
    set up [expr {[info exists last($revision)] && $last($revision) eq "up"}]
    if {$up==($direction eq "up")} {
      wrong "$revision ran $direction twice"
    }
    set last($revision) $direction
  }
  foreach {revision state} [db eval {SELECT revision, state FROM migrations}] {
    set up [expr {[info exists last($revision)] && $last($revision) eq "up"}]
    if {$up!=($state eq "applied")} {
      wrong "$revision is $state"
    }
  }
  incr s(scripts) [expr {[llength $log] / 2}]
}

# All that migration_checks looks at, and everyone had his way.
proc stress::judge_store {} {
  set bad [db eval {SELECT name, detail FROM migration_checks WHERE NOT ok}]
  if {$bad ne ""} {
    wrong "migration_checks: $bad"
  }
  set failed [db eval {
    SELECT action, error FROM migration_history WHERE outcome<>'done'
  }]
  if {$failed ne ""} {
    wrong "in the history: $failed"
  }
}

# Every backup becomes a file that is in order; the last one the file itself.
# Revisions that were written in other words since then came back as applied
# with the old ones, which is said.
proc stress::judge_backups {} {
  variable s
  foreach b [db eval {SELECT backup FROM migration_backups}] {
    file delete copy.0
    if {[catch {
      db eval {SELECT migrate_restore($b, '{"to":"copy.0"}')}
    } r]} {
      wrong "backup $b: $r"
      continue
    }
    set bad [look copy.0]
    if {$bad ne ""} {
      wrong "backup $b: $bad"
    }
    incr s(backups)
  }
  file delete copy.0
  if {[catch {
    db eval {SELECT migrate_restore('latest')}
    db eval {SELECT name, detail FROM migration_checks WHERE NOT ok} {
      if {$name ne "applied" || ![string match "*other scripts*" $detail]} {
        error "$name: $detail"
      }
    }
  } r]} {
    wrong "in place: $r"
  }
  set bad [look test.db]
  if {$bad ne ""} {
    wrong "in place: $bad"
  }
}

# Begin: the processes, which serve all rounds, and empty sums.
proc stress::begin {margin revisions} {
  variable s
  variable cast
  array set s [list margin $margin revisions $revisions kills 0 kinds {} \
      rows 0 scripts 0 backups 0 raws 0 children {}]
  foreach role [lsort -unique $cast] {
    foreach name {done locked refused raw longest} {
      set s($name,$role) 0
    }
    set s(slowest,$role) ""
  }
  foreach role $cast {
    lappend s(children) [child_start]
  }
}

proc stress::end {} {
  variable s
  foreach chan $s(children) {
    child_stop $chan
  }
}

# What has been done, a line for each role. Returns the sum.
proc stress::report {} {
  variable s
  variable cast
  set sum 0
  foreach role [lsort -unique $cast] {
    puts "  $role: $s(done,$role) done, $s(locked,$role) busy,\
        $s(refused,$role) refused, longest $s(longest,$role) ms\
        ([regsub -all {\s+} $s(slowest,$role) { }])"
    incr s(raws) $s(raw,$role)
    incr sum [expr {$s(done,$role) + $s(locked,$role) + $s(refused,$role)}]
  }
  if {[info exists ::env(MIGRATE_VERBOSE)]} {
    dict for {kind n} $s(kinds) {
      puts "    $kind: $n"
    }
  }
  puts "  $s(scripts) scripts run, $s(rows) rows and $s(backups) backups\
      looked at, $s(kills) processes killed"
  return $sum
}
