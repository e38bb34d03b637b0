# api.tcl - what is called of SQLite is there in the oldest that we run on.
#
#     tclsh test/lint/api.tcl ?-header SQLITE3EXT.H? ?FILE.c ...?
#
# A loaded extension calls SQLite through a table of functions, which grows at
# its end with SQLite's versions. In an older library the later places lie
# behind the end of the table, and nothing says so: the call jumps to whatever
# is there. The header says of each place since which version it is there.

source [file join [file dirname [info script]] lint.tcl]

# File and function, and the version that the file asks for before it calls.
set checked {
  "ext/schema/scratchfill.c sqlite3_deserialize" 3039000
}

set header [lint_option header /usr/include/sqlite3ext.h]
set files $argv
if {![llength $files]} {
  cd $root
  set files [concat [make_value SRC] [lsort [glob ext/*/*.h]]]
}

# Function -> version since which the table has it. Members are in the order
# in which they came, a comment before the first of a version.
proc api_since {text} {
  regexp {struct sqlite3_api_routines \{(.*?)\n\};} $text -> body
  set version 0
  foreach member [split $body ";"] {
    if {[regexp {Version (\d+)\.(\d+)\.(\d+) and later} $member -> x y z]} {
      set version [expr {$x*1000000 + $y*1000 + $z}]
    }
    if {[regexp {\(\s*(?:SQLITE_\w+\s*)?\*\s*(\w+)\s*\)\s*\(} $member -> name]} {
      set since($name) $version
    }
  }
  set functions {}
  foreach {- function name} [regexp -all -inline \
      {#\s*define\s+(sqlite3_\w+)\s+sqlite3_api->(\w+)} $text] {
    dict set functions $function $since($name)
  }
  return $functions
}

# Is a call of a function, of that version, asked for in its file?
proc is_checked {file function version text} {
  set key "$file $function"
  return [expr {[dict exists $::checked $key]
             && [dict get $::checked $key]>=$version
             && [string first [dict get $::checked $key] $text]>=0}]
}

regexp {define MIGRATE_SQLITE_MINIMUM (\d+)} \
    [lint_read [file join $root include migrate.h]] -> minimum
if {![file exists $header]} {
  lint_found $header 0 "not there; name another with -header"
  lint_finish
}
set functions [api_since [lint_read $header]]
foreach file $files {
  set text [c_blank [lint_read $file]]
  foreach range [regexp -all -inline -indices {\msqlite3_\w+} $text] {
    set function [string range $text {*}$range]
    if {![dict exists $functions $function]} {
      continue
    }
    set version [dict get $functions $function]
    if {$version<=$minimum || [is_checked $file $function $version $text]} {
      lint_passed
    } else {
      lint_found $file [line_of $text [lindex $range 0]] \
          "$function is there since $version, we run on $minimum"
    }
  }
}
lint_finish
