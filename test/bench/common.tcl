# common.tcl - how every family of the bench measures.
#
# A family sources this file, measures in a folder of its own, and ends with
# bench_finish. Its arguments:
#
#   -quick         smaller sizes, 3 rounds instead of 5
#   -instructions  where the ratios of the rounds lie apart by more than 5 %,
#                  short workloads are counted by valgrind, once, and the
#                  ratio is that of the instructions
#   -keep          databases made for the bench stay in data/, for next time
#
# Results go to build/bench/FAMILY.txt, with -quick to build/bench/quick.
#
# CPU seconds are user and system, of a process and those it starts. The
# yardstick, we and the peers take turns on the same data, round by round; a
# ratio is taken in each round, and the figure is the median. Seconds belong
# to a machine, ratios carry over to others.
#
# No figure makes anything fail; a command that fails ends the bench.

set bench [file dirname [file normalize [info script]]]
set root [file dirname [file dirname $bench]]
set build [file join $root build]
if {[info exists env(MIGRATE_BUILD)]} {
  set build [file normalize $env(MIGRATE_BUILD)]
}
source [file join $bench figures.tcl]
package require sqlite3

set family [file rootname [file tail $argv0]]
set quick [expr {"-quick" in $argv}]
set keep [expr {"-keep" in $argv}]
set count [expr {"-instructions" in $argv && [auto_execok valgrind] ne ""}]
foreach option $argv {
  if {$option ni {-quick -instructions -keep}} {
    puts stderr "$option? only -quick, -instructions, -keep"
    exit 1
  }
}
set rounds [expr {$quick ? 3 : 5}]
set out [file join $build bench {*}[expr {$quick ? "quick" : ""}]]
set data [file join $out data]
set work [file join $out $family.work]
set results {}
file delete -force $work
file mkdir $work $data
cd $work

# One of two sizes.
proc size {full small} {
  return [expr {$::quick ? $small : $full}]
}

proc write_file {file text} {
  set f [open $file w]
  fconfigure $f -translation binary
  puts -nonewline $f [encoding convertto utf-8 $text]
  close $f
}

proc read_file {file} {
  set f [open $file]
  set text [read $f]
  close $f
  return $text
}

#--------------------------------------------------------------------------
# One command line. Its output is in out.txt then.

# A command line for the sqlite3 shell with the extension, or without.
proc ours {db args} {
  return [shell $db ".load $::build/migrate" {*}$args]
}

proc shell {db args} {
  set file [incr ::sql_files].sql
  write_file $file [join $args \n]\n
  return "sqlite3 -bail $db < $file"
}

# CPU seconds of a command line. A failure is an error, but one: ::stopped says
# that a limit has stopped it, of CPU time (cpu) or of waiting (wall).
proc cpu {command} {
  write_file time.sh "TIMEFORMAT='%3U %3S'\n
    time { $command\n} >out.txt 2>err.txt\n"
  set ::stopped ""
  if {[catch {exec bash time.sh 2>@1} times options]} {
    switch [lindex [dict get $options -errorcode] 2] {
      137 - 152 {set ::stopped cpu}
      124 {set ::stopped wall}
      default {
        error "$command\n$times\n[string range [read_file err.txt] end-999 end]"
      }
    }
  }
  if {![regexp {([\d.]+) ([\d.]+)} $times -> user system]} {
    error "$command: no times: $times"
  }
  return [expr {$user + $system}]
}

# Peak memory of a command line in MiB, "-" without GNU time.
proc peak {command} {
  if {![file executable /usr/bin/time]} {
    cpu $command
    return -
  }
  write_file peak.sh $command\n
  cpu "/usr/bin/time -f %M -o peak.txt bash peak.sh"
  return [expr {[string trim [read_file peak.txt]] / 1024.0}]
}

# Instructions of a command line, which begins with the program.
proc instructions {command} {
  cpu "valgrind --tool=callgrind --callgrind-out-file=/dev/null $command"
  if {![regexp {Collected : (\d+)} [read_file err.txt] -> n]} {
    error "$command: valgrind did not count"
  }
  return [expr {double($n)}]
}

# CPU seconds of the process alone: open a file, load, ask for 1.
proc start_cost {} {
  set command [ours :memory: "SELECT 1;"]
  return [expr {[cpu "for i in {1..40}; do $command; done"] / 40}]
}

# Microseconds of a statement in an open connection: of a process that runs it
# n times, less one that runs it once. fresh: it is prepared each time.
set loop {
  package require sqlite3
  lassign $argv file extension sql n fresh
  sqlite3 db $file
  db enable_load_extension 1
  db eval {SELECT load_extension($extension)}
  db eval $sql
  for {set i 0} {$i < $n} {incr i} {
    db eval "$sql[expr {$fresh ? " --$i" : ""}]"
  }
}

proc call_cost {file sql fresh n} {
  write_file loop.tcl $::loop
  set command "[info nameofexecutable] loop.tcl $file $::build/migrate"
  set many [cpu "$command \"$sql\" $n $fresh"]
  set once [cpu "$command \"$sql\" 0 $fresh"]
  return [expr {max($many - $once, 0.001) * 1e6 / $n}]
}

#--------------------------------------------------------------------------
# Samples and results.

# Add a sample of a contender. A key is a workload in the making.
proc sample {key who value} {
  lappend ::samples($key,$who) $value
}

# Measure a command line, `repeat` times as one.
proc take {key who command {repeat 1}} {
  if {$repeat > 1} {
    set command "for i in {1..$repeat}; do $command || exit 1; done"
  }
  sample $key $who [expr {[cpu $command] / $repeat}]
}

# A peer gets so many seconds of CPU and is waited for ten times as long; one
# that takes long is measured once, others in 3 rounds at most; with -quick all
# once.
set peer_limit [size 120 20]
set peer_once [size 20 0]

proc take_peer {key name command {repeat 1}} {
  if {[info exists ::samples($key,$name)]} {
    set taken $::samples($key,$name)
    if {[llength $taken] >= 3 || [lindex $taken 0] > $::peer_once
     || ![string is double -strict [lindex $taken 0]]} {
      return
    }
  }
  if {$repeat > 1} {
    take $key $name "( $command )" 2
    return
  }
  write_file peer.sh "ulimit -t $::peer_limit\n$command\n"
  take $key $name "timeout [expr {10 * $::peer_limit}] bash peer.sh"
  switch $::stopped {
    cpu {set ::samples($key,$name) [list >[lindex $::samples($key,$name) end]]}
    wall {set ::samples($key,$name) [list -]}
  }
}

proc sampled {key who} {
  return [info exists ::samples($key,$who)]
}

# The middle sample; one that begins with > is alone.
proc sampled_median {key who} {
  set list $::samples($key,$who)
  return [expr {[llength $list] == 1 ? [lindex $list 0] : [median $list]}]
}

# Median and spread of the ratios of two contenders, round by round.
proc sampled_ratio {key who base} {
  set ratios [lmap a $::samples($key,$who) b $::samples($key,$base) {
    expr {$a / max($b, 1e-9)}
  }]
  return [list [median $ratios] [spread $ratios]]
}

# The figures of the peers as text: ratios to the yardstick, or as they are.
proc sampled_peers {key names base} {
  set out {}
  foreach name $names {
    if {![sampled $key $name] || $::samples($key,$name) eq "-"} {
      lappend out $name=-
      continue
    }
    regexp {^(>?)(.*)$} [sampled_median $key $name] -> over value
    if {$base ne ""} {
      set value [expr {$value / max([sampled_median $key $base], 1e-9)}]
    }
    lappend out $name=$over[format %.4g $value]
  }
  return $out
}

# Keep and print a result; what is not named is "-".
proc result {workload args} {
  set result [dict create {*}[concat {*}[lmap f $::bench_fields {list $f -}]]]
  set result [dict merge $result [list family $::family workload $workload \
    unit s judge ratio by cpu peers {}] $args]
  foreach field {base ours ratio spread} {
    if {[string is double -strict [dict get $result $field]]} {
      dict set result $field [format %.6g [dict get $result $field]]
    }
  }
  if {![llength $::results]} {
    puts [table_head]
  }
  lappend ::results $result
  puts [table_row [result_cells $result]]
  flush stdout
}

# The result of a key whose samples are CPU seconds: who against base.
proc result_of {key who base workload args} {
  lassign [sampled_ratio $key $who $base] ratio spread
  result $workload base [sampled_median $key $base] \
    ours [sampled_median $key $who] ratio $ratio spread $spread {*}$args
}

# A workload from end to end. Options:
#
#   setup      script that runs before each round, in the caller's frame
#   yardstick  its name and its command line
#   ours       command line; with_backup: the same with the default backup,
#              a result of its own
#   peers      names and command lines; "" for one that is not here
#   repeat     so many times as one, for short ones
#   rounds     other than usual
#   short      1: may be counted by instructions
#   must aim limit
proc workload {name args} {
  set o [dict merge {setup {} peers {} repeat 1 short 0 must - aim - limit -} \
    [list rounds $::rounds] $args]
  dict with o {
    lassign $yardstick against command
    set contenders [list base $command ours $ours]
    if {[info exists with_backup]} {
      lappend contenders with_backup $with_backup
    }
    for {set i 0} {$i < $rounds} {incr i} {
      uplevel 1 $setup
      exec sync ;# what was copied is nobody's work
      foreach {who command} $contenders {
        take $name $who $command $repeat
      }
      foreach {peer command} $peers {
        if {$command ne ""} {
          take_peer $name $peer $command $repeat
        }
      }
    }
    set counts {}
    if {$short && $::count && [lindex [sampled_ratio $name ours base] 1] > 0.05
     && [sampled_median $name base] < 2 && [sampled_median $name ours] < 2} {
      uplevel 1 $setup
      foreach {who command} $contenders {
        dict set counts $who [instructions $command]
      }
    }
    foreach {who command} [lrange $contenders 2 end] {
      set more [list yardstick $against]
      if {$who eq "ours"} {
        lappend more must $must aim $aim limit $limit \
          peers [sampled_peers $name [dict keys $peers] base]
      }
      if {$counts ne ""} {
        lappend more by instructions ratio \
          [expr {[dict get $counts $who] / [dict get $counts base]}]
      }
      result_of $name $who base \
        [expr {$who eq "ours" ? $name : "$name, + backup"}] {*}$more
    }
  }
}

# The end of a family.
proc bench_finish {} {
  global out family results work root
  set f [open [file join $out $family.txt] w]
  fconfigure $f -encoding utf-8
  foreach result $results {
    puts $f [result_line $result]
  }
  close $f
  cd $root
  file delete -force $work
  if {!$::keep} {
    file delete -force $::data
  }
  if {![info exists ::env(MIGRATE_BENCH)]} {
    puts [verdict $results]
  }
}
