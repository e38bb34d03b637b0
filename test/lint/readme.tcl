# readme.tcl - the README names everything there is, and its examples run.
#
# migration_help lists every function, table, option, setting, error code and
# directive; the columns of the tables come from PRAGMA table_xinfo. Each must
# stand in README.md as a word of its own. Every block that begins with
# ```sql run is given to the sqlite3 shell, all of them in order on one new
# database, in a folder that holds sql/ and migrate.so; it must succeed.

source [file join [file dirname [info script]] lint.tcl]
package require sqlite3

set so [file join $root build migrate.so]
if {[info exists env(MIGRATE_SO)]} {
  set so [file normalize $env(MIGRATE_SO)]
}
set readme [file join $root README.md]
foreach file [list $so $readme] {
  if {![file exists $file]} {
    lint_found $file 0 "does not exist"
    lint_finish
  }
}
set text [lint_read $readme]

sqlite3 db :memory:
db enable_load_extension 1
db eval {SELECT load_extension($so)}

# Is name in the README, not as a part of a longer word?
proc in_readme {name} {
  set start 0
  while {[set i [string first $name $::text $start]]>=0} {
    set before [string index $::text [expr {$i - 1}]]
    set after [string index $::text [expr {$i + [string length $name]}]]
    if {![string match {[A-Za-z0-9_]} $before]
     && ![string match {[A-Za-z0-9_]} $after]} {
      return 1
    }
    set start [expr {$i + 1}]
  }
  return 0
}

proc check_word {kind name} {
  if {[in_readme $name]} {
    lint_passed
  } else {
    lint_found README.md 1 "$kind $name is not mentioned"
  }
}

# The name of a thing is its text up to an argument list or a blank.
set tables {}
db eval {SELECT kind, name FROM migration_help} {
  if {![regexp {^[^(\s\[:=]+} $name word]} {
    set word $name
  }
  check_word $kind $word
  if {$kind eq "table"} {
    lappend tables $word
  }
}
foreach table [lsort -unique $tables] {
  db eval {SELECT name FROM pragma_table_xinfo($table)} {
    check_word "column $table." $name
  }
}
db close

#--------------------------------------------------------------------------
# Examples.

set folder [file join $root build readme]
file delete -force $folder
file mkdir $folder
file copy $so [file join $folder migrate.so]
file copy [file join $root sql] [file join $folder sql]
set blocks [regexp -all -inline -indices -line {^```sql run.*$} $text]
foreach range $blocks {
  set line [line_of $text [lindex $range 0]]
  set from [expr {[lindex $range 1] + 2}]
  set end [string first "\n```" $text $from]
  set sql [string range $text $from $end]
  set script [open [file join $folder block.sql] w]
  fconfigure $script -encoding utf-8
  puts $script $sql
  close $script
  if {[catch {
    exec sh -c "cd '$folder' && sqlite3 -bail -cmd '.load ./migrate' \
        readme.db <block.sql 2>&1"
  } out]} {
    lint_found README.md $line "the example fails: $out"
  } else {
    lint_passed
  }
}
file delete -force $folder
lint_finish
