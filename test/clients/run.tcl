# run.tcl - every host on every SQLite it can have; the table in README.md.
#
#     tclsh test/clients/run.tcl ?-sqlites FOLDER? ?-readme 1?
#
# FOLDER has a folder VERSION/libsqlite3.so.0 for each SQLite, build/sqlite
# unless given; the system's comes first. Hosts that have a SQLite of their own
# run once. With -readme the table is put between <!-- hosts --> and
# <!-- /hosts -->. The exit status is 1 when a client did not do as it must.
#
# With MIGRATE_TALLY, a folder, in the environment the cells are counted there.

set testdir [file dirname [file dirname [file normalize [info script]]]]
set root [file dirname $testdir]
set build [file join $root build]
set extension [file join $build migrate.so]
source [file join $testdir clients hosts.tcl]

array set option [list -sqlites [file join $build sqlite] -readme 0]
array set option $argv
set bin [file join $build clients bin]
set work [file join $build clients work]
file mkdir $work

# Rows of the table: what is the same for several versions of SQLite is one.
set table [dict create]
set notRun {}
array set count {}

proc cell {name version result} {
  set bad [dict get $result wrong]
  set said [expr {[dict exists $result sqlite] ?
      [dict get $result sqlite] : "?"}]
  if {$version ne "" && $said ne $version} {
    lappend bad "runs on SQLite $said"
  }
  incr ::count($said)
  incr ::count($said,failed) [expr {[llength $bad]>0}]
  set verdict [expr {[llength $bad] ? "FAILED" : "ok"}]
  puts [format "%-15s %-8s %s" $name $said $verdict]
  foreach line $bad {
    puts "    $line"
  }
  foreach why [dict get $result without] {
    append verdict "; no open cursor: $why"
  }
  set host "$name | "
  foreach fact {defensive foreign_keys} {
    set $fact [expr {[dict exists $result $fact] ?
        [dict get $result $fact] : "?"}]
  }
  if {[dict exists $result host]} {
    set host [dict get $result host]
  }
  dict lappend ::table \
      [list {*}[split [string map {" | " |} $host] |] $defensive \
          $foreign_keys $verdict] $said
}

proc not_run {name why} {
  puts [format "%-15s %-8s %s" $name - "not run: $why"]
  lappend ::notRun "$name ($why)"
}

proc table_text {} {
  set text "| Host | its version | SQLite | DEFENSIVE | foreign keys | result |\n"
  append text "|---|---|---|---|---|---|\n"
  dict for {row versions} $::table {
    lassign $row host version defensive keys verdict
    append text "| $host | $version |" \
        " [join [lsort -dictionary $versions] ", "] |" \
        " $defensive | $keys | $verdict |\n"
  }
  if {[llength $::notRun]} {
    append text "\nNot run: [join $::notRun "; "].\n"
  }
  return $text
}

# Put the table between its two lines in README.md.
proc readme_write {text} {
  set file [file join $::root README.md]
  set f [open $file]
  fconfigure $f -encoding utf-8
  set readme [read $f]
  close $f
  set begin [string first "<!-- hosts -->\n" $readme]
  set end [string first "<!-- /hosts -->" $readme]
  if {$begin<0 || $end<$begin} {
    error "README.md has no lines <!-- hosts --> and <!-- /hosts -->"
  }
  incr begin [string length "<!-- hosts -->\n"]
  set f [open $file w]
  fconfigure $f -encoding utf-8
  puts -nonewline $f [string range $readme 0 $begin-1]$text
  puts -nonewline $f [string range $readme $end end]
  close $f
}

proc tally_write {} {
  if {![info exists ::env(MIGRATE_TALLY)]} {
    return
  }
  file mkdir $::env(MIGRATE_TALLY)
  set f [open [file join $::env(MIGRATE_TALLY) hosts.txt] w]
  foreach version [lsort -dictionary [array names ::count]] {
    if {[info exists ::count($version,failed)]} {
      puts $f [list cells $::count($version) $::count($version,failed) $version]
    }
  }
  close $f
}

#--------------------------------------------------------------------------

clients_compile $bin 1
set libraries [list "" ""]
foreach file [lsort -dictionary [glob -nocomplain \
    -directory $option(-sqlites) */libsqlite3.so.0]] {
  set folder [file normalize [file dirname $file]]
  lappend libraries [file tail $folder] $folder
}
foreach {name command system probe} [hosts $bin] {
  if {[llength $probe] && [lindex [command_run $probe] 0]} {
    not_run $name "not installed"
    continue
  }
  foreach {version library} $libraries {
    set result [client_run $name $command $system $work $library]
    if {[dict get $result cannot] ne ""} {
      not_run $name [dict get $result cannot]
    } else {
      cell $name $version $result
    }
    if {!$system} {
      break
    }
  }
}
lassign [command_run {php -r {echo PHP_VERSION; exit(
    method_exists("Pdo\\Sqlite", "loadExtension") ? 0 : 1);}}] status version
if {$status == 1} {
  not_run "PHP's PDO" "$version has no way to load an extension"
} elseif {$status == 0} {
  not_run "PHP's PDO" "no client yet for the loadExtension() of $version"
}

set cells 0
set failed 0
foreach version [array names count] {
  if {[info exists count($version,failed)]} {
    incr cells $count($version)
    incr failed $count($version,failed)
  }
}
if {$option(-readme)} {
  readme_write [table_text]
} else {
  puts [table_text]
}
tally_write
puts "clients: $cells cells, $failed failed"
exit [expr {$failed>0}]
