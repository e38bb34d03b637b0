# bench.tcl - what a run costs beside the sqlite3 shell doing the same work.
#
#   tclsh test/bench/bench.tcl [ROUNDS]
#
# Every figure is the median of ROUNDS (5) paired runs: the yardstick and we
# take turns on the same files. CPU seconds, user and system, of the whole
# process; ratios carry over to other machines, seconds do not. Nothing here
# is a test: no figure makes it fail.

set root [file dirname [file dirname [file dirname [file normalize [info script]]]]]
set build [file join $root build]
set rounds 5
if {[llength $argv]} {
  set rounds [lindex $argv 0]
}
set work [file join $build bench]
file delete -force $work
file mkdir $work
cd $work

proc write {file text} {
  set f [open $file w]
  fconfigure $f -translation binary
  puts -nonewline $f $text
  close $f
}

# CPU seconds of one command line.
proc cpu {command} {
  write time.sh "TIMEFORMAT='%U %S'\ntime ( $command ) >out.txt\n"
  set times [exec bash time.sh 2>@1]
  set line [lindex [split [string trim $times] \n] end]
  if {[llength $line] != 2} {
    error "$command: $times"
  }
  return [expr {[lindex $line 0] + [lindex $line 1]}]
}

proc median {list} {
  return [lindex [lsort -real $list] [expr {[llength $list] / 2}]]
}

# Run yardstick and contender in turns; print medians and the median of the
# ratios. `repeat` runs each so often in one measurement, for short ones.
proc pair {name setup yardstick contender must {repeat 1}} {
  set y {}
  set c {}
  set r {}
  for {set i 0} {$i < $::rounds} {incr i} {
    eval $setup
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
  puts [format "%-34s %9.4f %9.4f %7.2f %7.2f" $name \
        [median $y] [median $c] [median $r] $must]
  flush stdout
}

# Small revisions, ten at a time: 2 CREATE TABLE, 4 ADD COLUMN, 2 CREATE
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

# A database with n revisions imported from a golang-migrate folder, and the
# same SQL as two texts.
proc prepare {n} {
  set up {}
  set down {}
  file mkdir folder$n
  set i 0
  foreach r [revisions $n] {
    lassign $r u d
    write [format folder$n/%05d_step.up.sql $i] $u\n
    write [format folder$n/%05d_step.down.sql $i] $d\n
    lappend up $u
    set down [linsert $down 0 $d]
    incr i
  }
  write up$n.sql "BEGIN;\n[join $up \n]\nCOMMIT;\n"
  write down$n.sql "BEGIN;\n[join $down \n]\nCOMMIT;\n"
  exec sqlite3 base$n.db ".load $::build/migrate" \
    "SELECT length(migrate_import('folder$n'))"
}

proc ours {file sql} {
  return "sqlite3 $file '.load $::build/migrate' \"$sql\""
}

puts "SQLite [exec sqlite3 --version | cut -c1-7], $rounds paired rounds, CPU s"
puts [format "%-34s %9s %9s %7s %7s" workload shell migrate ratio must]

prepare 1000
pair "1,000 revisions up" {
  file delete -force plain.db
  file copy -force base1000.db ours.db
} "sqlite3 plain.db < up1000.sql" \
  [ours ours.db "SELECT length(migrate_upgrade('head', '{\\\"backup\\\":false}'))"] 1.3

exec sqlite3 plainup.db < up1000.sql
file copy -force base1000.db oursup.db
exec bash -c [ours oursup.db "SELECT length(migrate_upgrade('head'))"]
pair "1,000 revisions down" {
  file copy -force plainup.db plain.db
  file copy -force oursup.db ours.db
} "sqlite3 plain.db < down1000.sql" \
  [ours ours.db "SELECT length(migrate_downgrade('base', '{\\\"backup\\\":false}'))"] 1.3

prepare 10000
exec bash -c [ours base10000.db "SELECT length(migrate_upgrade('head'))"]
pair "nothing to do, 10,000 revisions" {} \
  "sqlite3 base10000.db 'SELECT v FROM t0 LIMIT 1'" \
  [ours base10000.db "SELECT migrate_upgrade('head')"] 1.3 20

cd $root
