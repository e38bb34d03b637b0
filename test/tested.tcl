# tested.tcl - what the long tests counted, as a table in README.md.
#
#     tclsh test/tested.tcl BUILD/tested
#
# The folder has one folder a target of the Makefile, with the files that
# [tally] of tester.tcl writes: lines KEY COUNT FAILED SQLITE. The rows between
# the lines <!-- tested --> and <!-- /tested --> of README.md are made anew;
# of a target that has not run since, the row stays as it is. Exit status 1
# when something had failed.

package require sqlite3

# target, key, what was counted
set rows {
  fault    faults   {calls that met a fault, sampled}
  soak     faults   {calls that met a fault}
  crash    cuts     {power cuts}
  kill     kills    {processes killed at work}
  stress   races    {calls in a race}
  hostile  hostile  {hostile files}
  fuzz     fuzz     {fuzzed inputs}
  clients  cells    {hosts by versions of SQLite}
}

set root [file dirname [file dirname [file normalize [info script]]]]
set folder [lindex $argv 0]

proc read_text {path} {
  set f [open $path]
  fconfigure $f -encoding utf-8
  set text [read $f]
  close $f
  return $text
}

# 1234567 as 1,234,567
proc grouped {n} {
  while {[regsub {^(\d+)(\d{3})} $n {\1,\2} n]} {}
  return $n
}

# {count failed versions date} of a key in a target's files, or nothing.
proc counted {target key} {
  set sum 0
  set failed 0
  set versions {}
  set date 0
  foreach path [glob -nocomplain -directory $::folder/$target *.txt] {
    foreach line [split [string trim [read_text $path]] \n] {
      lassign $line name n bad version
      if {$name eq $key} {
        incr sum $n
        incr failed $bad
        lappend versions $version
        set date [expr {max($date, [file mtime $path])}]
      }
    }
  }
  if {$versions eq ""} {
    return {}
  }
  return [list $sum $failed [lsort -dictionary -unique $versions] \
      [clock format $date -format %Y-%m-%d -gmt 1]]
}

set readme [file join $root README.md]
set text [read_text $readme]
if {![regexp {<!-- tested -->\n(.*?)<!-- /tested -->} $text -> old]} {
  puts stderr "README.md has no place for the table"
  exit 1
}
set table "| Counted | How many | Failed | By | SQLite | On |\n|---|---|---|---|---|---|\n"
set wrong 0
foreach {target key what} $rows {
  set sum [counted $target $key]
  if {$sum ne ""} {
    lassign $sum n failed versions date
    incr wrong $failed
    append table "| $what | [grouped $n] | $failed | `make $target` |\
        [join $versions {, }] | $date |\n"
  } elseif {[regexp -line "^.*`make $target`.*\$" $old row]} {
    append table "$row\n"
  }
}
puts -nonewline $table
set f [open $readme w]
fconfigure $f -encoding utf-8
puts -nonewline $f [string map [list "<!-- tested -->\n$old" \
    "<!-- tested -->\n$table"] $text]
close $f
exit [expr {$wrong > 0}]
