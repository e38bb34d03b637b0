# versions.tcl - the test suite on every SQLite that is here.
#
#     tclsh test/versions.tcl ?FILE.test ...?
#
# Runs test/runall.tcl with the system's libsqlite3 and then with that of each
# folder build/sqlite/VERSION (see sqlites.sh), by LD_LIBRARY_PATH. Programs
# that the tests call for comparison, such as the sqlite3 shell, are started
# without it: a shell refuses a library of another version.
#
# Prints a table; without FILEs its rows also replace those between the lines
# <!-- versions --> and <!-- /versions --> of README.md. What each run printed
# is in build/sqlite/VERSION.log. Exit status 1 when anything failed.

set root [file dirname [file dirname [file normalize [info script]]]]
set folder [file join $root build sqlite]
set runall [file join $root test runall.tcl]

proc read_text {path} {
  set f [open $path]
  fconfigure $f -encoding utf-8
  set text [read $f]
  close $f
  return $text
}

proc write_text {path text} {
  set f [open $path w]
  fconfigure $f -encoding utf-8
  puts -nonewline $f $text
  close $f
}

# The version that programs get with a library folder; empty: the system's.
proc version_of {library} {
  set script {package require sqlite3; puts [sqlite3 -version]}
  return [exec env LD_LIBRARY_PATH=$library [info nameofexecutable] << $script]
}

# Run the suite: {passed failed skipped seconds}.
proc run {library version files} {
  set log [file join $::folder $version.log]
  set started [clock seconds]
  puts "SQLite $version, see [string map [list $::root/ {}] $log]"
  catch {
    exec env LD_LIBRARY_PATH=$library [info nameofexecutable] $::runall \
        {*}$files >& $log
  }
  set text [read_text $log]
  foreach line [regexp -all -inline -line {^!.*$} $text] {
    puts $line
  }
  # A suite that has not come to its end has failed.
  set passed 0
  set failed 1
  set skipped 0
  regexp -line {^(\d+) passed, (\d+) failed$} $text -> passed failed
  regexp -line { files in .* s, (\d+) skipped$} $text -> skipped
  return [list $passed $failed $skipped [expr {[clock seconds] - $started}]]
}

# Put the rows into README.md.
proc publish {rows} {
  set readme [file join $::root README.md]
  set text [read_text $readme]
  set mark {(<!-- versions -->\n).*?(<!-- /versions -->)}
  if {![regexp $mark $text]} {
    error "README.md has no place for the table"
  }
  write_text $readme [regsub $mark $text "\\1$rows\\2"]
}

set libraries {{}}
foreach path [lsort -dictionary [glob -nocomplain -directory $folder \
    */libsqlite3.so.0]] {
  lappend libraries [file dirname $path]
}
file mkdir $folder
set table "| Version | Passed | Failed | Skipped | Seconds |\n|---|---|---|---|---|\n"
set wrong 0
foreach library $libraries {
  set version [version_of $library]
  if {$library ne "" && $version ne [file tail $library]} {
    puts "! $library: this Tcl takes SQLite $version all the same"
    incr wrong
    continue
  }
  set result [run $library $version $argv]
  dict set results $version $result
  append table "| $version | [join $result { | }] |\n"
  incr wrong [lindex $result 1]
}
puts -nonewline $table
if {![llength $argv]} {
  set rows "| SQLite | Checks | Failed |\n|---|---|---|\n"
  foreach version [lsort -dictionary [dict keys $results]] {
    lassign [dict get $results $version] passed failed
    append rows "| $version | [expr {$passed + $failed}] | $failed |\n"
  }
  publish $rows
}
exit [expr {$wrong>0}]
