# backup.tcl - what backups cost, beside gzip, borg and restic.
#
#   tclsh test/bench/backup.tcl [-memory] [MEGABYTES [ROUNDS]]
#
# One database of mixed content (mixed.tcl; 100 MB) goes through four states,
# and every tool backs up each of them, in turns, ROUNDS (3) times from the
# beginning; figures are medians:
#
#   first       nothing was backed up before
#   1% updated  one row in a hundred of every table, spread at random
#   1% added    so many bytes of new rows
#   unchanged   the same again. borg and restic look at the file's times only
#
# Then migrate_restore() of a hundred deleted rows, and of all rows after all
# were deleted; the others give the whole file back.
#
# We keep the backup in the file, the others beside a copy that has no store.
# CPU seconds are user and system, of a process of its own; peak memory is that
# of the process (GNU time; "-" without it); "added" is what the store or
# repository grew by, in percent of the database too; "file" is the growth of
# the database file itself. With -memory only we run, on 1000 MB: that shows
# whether memory depends on the size. Nothing here is a test.

set root [file dirname [file dirname [file dirname [file normalize [info script]]]]]
set build [file join $root build]
source [file join $root test bench mixed.tcl]

set memory 0
if {[lindex $argv 0] eq "-memory"} {
  set memory 1
  set argv [lrange $argv 1 end]
}
set megabytes [expr {$memory ? 1000 : 100}]
set rounds [expr {$memory ? 1 : 3}]
if {[llength $argv]} {
  set megabytes [lindex $argv 0]
}
if {[llength $argv] > 1} {
  set rounds [lindex $argv 1]
}
set work [file join $build bench-backup]
file delete -force $work
file mkdir $work
cd $work

set env(BORG_BASE_DIR) $work/borg-home
set env(BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK) yes
set env(RESTIC_PASSWORD) bench
set env(RESTIC_CACHE_DIR) $work/restic-cache
set gnu_time [auto_execok /usr/bin/time]

#--------------------------------------------------------------------------
# Measuring.

# CPU seconds and peak MB of one command line; "-" where nothing tells.
proc measure {command} {
  set script [open time.sh w]
  puts $script "TIMEFORMAT='%U %S -'"
  if {$::gnu_time ne ""} {
    puts $script "/usr/bin/time -f '%U %S %M' -o time.txt \\"
    puts $script "bash -c \"\$1\" >out.txt 2>err.txt"
  } else {
    puts $script "{ time bash -c \"\$1\" >out.txt 2>err.txt; } 2>time.txt"
  }
  close $script
  if {[catch {exec bash time.sh $command} message]} {
    error "$command: $message\n[read_file err.txt]"
  }
  lassign [lindex [split [string trim [read_file time.txt]] \n] end] u s kb
  return [list [expr {$u + $s}] \
      [expr {$kb eq "-" ? "-" : $kb / 1024.0}]]
}

proc read_file {file} {
  set f [open $file]
  set text [read $f]
  close $f
  return $text
}

# Bytes of a file, or of all files in a folder.
proc bytes {path} {
  if {![file exists $path]} {
    return 0
  }
  return [lindex [exec du -sb $path] 0]
}

# Add a sample: CPU, peak MB, bytes added, growth of the file.
proc sample {state tool args} {
  lappend ::samples([list $state $tool]) $args
}

proc median {list} {
  return [lindex [lsort -dictionary $list] [expr {[llength $list] / 2}]]
}

# The lines of a state; the ratio is that to gzip.
proc show {state} {
  set base -
  if {[info exists ::samples([list $state gzip])]} {
    set base [median [lmap s $::samples([list $state gzip]) {lindex $s 0}]]
  }
  foreach tool $::tools {
    if {![info exists ::samples([list $state $tool])]} {
      continue
    }
    foreach i {0 1 2 3} name {cpu peak added grown} {
      set $name [median [lmap s $::samples([list $state $tool]) {lindex $s $i}]]
    }
    set ratio [expr {$base eq "-" ? "-" : $cpu / max($base, 0.001)}]
    puts [format "%-14s %-7s %8s %8s %8s %9s %8s %8s" $state $tool \
        [number $cpu %.2f] [number $ratio %.2f] [number $peak %.1f] \
        [number $added %.2f 1e6] [percent $added] [percent $grown]]
  }
}

# (expr would take the zeros off what format made.)
proc number {value format {unit 1.0}} {
  if {$value eq "-"} {
    return -
  }
  return [format $format [expr {$value / $unit}]]
}

proc percent {bytes} {
  if {$bytes eq "-"} {
    return -
  }
  return [format %.2f%% [expr {100.0 * $bytes / $::size}]]
}

#--------------------------------------------------------------------------
# The states of the database.

# Run a script with db open on a file.
proc with_db {file script} {
  sqlite3 db $file
  db eval {PRAGMA synchronous = off}
  uplevel 1 $script
  db close
}

set tables {documents events files measurements}

# One row in a hundred, by a hash of its id.
proc update_rows {file} {
  set hash "id * 48271 % 2147483647"
  set some "($hash) * ($hash) % 2147483647 % 100 = 7"
  with_db $file {
    db eval "
      BEGIN;
      UPDATE documents SET body = substr(body, 1, id % 1500) || 'edited by '
          || id || ' ' || substr(body, id % 1500 + 1) WHERE $some;
      UPDATE events SET data = replace(data, '\"ok\":true', '\"ok\":null')
          WHERE $some;
      UPDATE files SET name = 'renamed_' || name WHERE $some;
      UPDATE measurements SET value = value + 1 WHERE $some;
      COMMIT;"
  }
}

proc add_rows {file} {
  with_db $file {mixed_fill db [expr {$::megabytes * 1e4}] 4242}
}

proc delete_some {file} {
  with_db $file {
    db eval {DELETE FROM documents WHERE id BETWEEN 1001 AND 1100}
  }
}

proc delete_all {file} {
  with_db $file {
    foreach table $::tables {
      db eval "DELETE FROM $table"
    }
  }
}

# What must be the same after a restore.
proc content {file} {
  with_db $file {
    set sums [db eval {
      SELECT count(*), sum(id), sum(length(body)) FROM documents UNION ALL
      SELECT count(*), sum(id), sum(length(data)) FROM events UNION ALL
      SELECT count(*), sum(id), sum(length(content)) FROM files UNION ALL
      SELECT count(*), sum(id), total(value) FROM measurements
    }]
  }
  return $sums
}

#--------------------------------------------------------------------------
# The tools. Each backs up ours.db or plain.db and says what was added.

proc ours_run {sql} {
  return [measure "sqlite3 -bail ours.db '.load $::build/migrate' \"$sql\""]
}

proc backup_ours {} {
  set before [file size ours.db]
  set r [ours_run "SELECT migrate_backup()"]
  with_db ours.db {
    db enable_load_extension 1
    set extension $::build/migrate
    db eval {SELECT load_extension($extension)}
    set added [db onecolumn {
      SELECT stored_bytes FROM migration_backups ORDER BY backup DESC LIMIT 1
    }]
  }
  return [list {*}$r $added [expr {[file size ours.db] - $before}]]
}

proc backup_gzip {} {
  set r [measure "gzip -1 <plain.db >plain.db.gz"]
  return [list {*}$r [file size plain.db.gz] -]
}

proc backup_borg {} {
  if {![file exists borg]} {
    exec borg init -e none borg 2>@1
  }
  set before [bytes borg]
  set r [measure "borg create --compression zstd,3 borg::[incr ::archive] plain.db"]
  return [list {*}$r [expr {[bytes borg] - $before}] -]
}

proc backup_restic {} {
  if {![file exists restic]} {
    exec restic -r restic init 2>@1
  }
  set before [bytes restic]
  set r [measure "restic -r restic backup plain.db"]
  return [list {*}$r [expr {[bytes restic] - $before}] -]
}

proc back_up {state} {
  foreach tool $::tools {
    sample $state $tool {*}[backup_$tool]
  }
}

# Restore ours.db, which must then be as plain.db is.
proc restore_ours {state} {
  set before [file size ours.db]
  with_db ours.db {
    set backup [db onecolumn {
      SELECT max(backup) FROM _migrate_backups WHERE kind = 'manual'
    }]
  }
  set r [ours_run "SELECT migrate_restore($backup)"]
  if {[content ours.db] ne [content plain.db]} {
    error "$state: not what was backed up"
  }
  sample $state ours {*}$r - [expr {[file size ours.db] - $before}]
}

# The other tools give back the file.
proc restore_others {state} {
  array set command [list \
    gzip "gzip -dc plain.db.gz >back.db" \
    borg "borg extract --stdout borg::$::archive plain.db >back.db" \
    restic "restic -r restic dump latest /plain.db >back.db"]
  foreach tool [lrange $::tools 1 end] {
    sample $state $tool {*}[measure $command($tool)] - -
    if {[exec cmp back.db plain.db] ne ""} {
      error "$tool: not what was backed up"
    }
  }
}

#--------------------------------------------------------------------------

# All states once, from a database that has never been backed up.
proc round {} {
  file delete -force borg restic
  file copy -force base.db plain.db
  file copy -force base.db ours.db
  set ::archive 0
  back_up first
  foreach file {plain.db ours.db} {
    update_rows $file
  }
  back_up "1% updated"
  foreach file {plain.db ours.db} {
    add_rows $file
  }
  back_up "1% added"
  back_up unchanged
  delete_some ours.db
  restore_ours "100 rows back"
  delete_all ours.db
  restore_ours "all rows back"
  restore_others "all rows back"
}

set tools ours
if {!$memory} {
  foreach tool {borg restic gzip} {
    if {[auto_execok $tool] ne ""} {
      lappend tools $tool
    } else {
      puts "no $tool here, left out"
    }
  }
}
mixed_file base.db $megabytes
set size [file size base.db]
with_db base.db {
  set rows 0
  foreach table $tables {
    incr rows [db onecolumn "SELECT count(*) FROM $table"]
  }
}
puts [format "SQLite %s, %.1f MB, %d rows, median of %d rounds" \
    [lindex [exec sqlite3 --version] 0] [expr {$size / 1e6}] $rows $rounds]
for {set i 0} {$i < $rounds} {incr i} {
  round
}
puts [format "%-14s %-7s %8s %8s %8s %9s %8s %8s" state tool "CPU s" \
    "x gzip" "peak MB" "added MB" "of db" "file"]
foreach state {first "1% updated" "1% added" unchanged "100 rows back"
    "all rows back"} {
  show $state
}
cd $root
file delete -force $work
