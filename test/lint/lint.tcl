# lint.tcl - what the lints share. A lint reports each finding as
# "FILE:LINE: message" and ends like a test file: "NAME: n passed, m failed",
# where n counts what was looked at and found right.

set lintdir [file normalize [file dirname [info script]]]
set root [file dirname [file dirname $lintdir]]
set lint [file rootname [file tail $argv0]]
set found {}
set passed 0

proc lint_read {file} {
  set f [open $file r]
  fconfigure $f -encoding utf-8
  set text [read $f]
  close $f
  return $text
}

# Take "-NAME VALUE" off the front of argv.
proc lint_option {name default} {
  if {[lindex $::argv 0] eq "-$name"} {
    set value [lindex $::argv 1]
    set ::argv [lrange $::argv 2 end]
    return $value
  }
  return $default
}

proc lint_found {file line message} {
  lappend ::found $file
  puts "! $file:$line: $message"
}

proc lint_passed {{n 1}} {
  incr ::passed $n
}

proc lint_finish {} {
  puts "$::lint: $::passed passed, [llength $::found] failed"
  exit [expr {[llength $::found]>0}]
}

# A value of a Makefile variable, as a list. The make that runs the lints does
# not count: its job server would be looked for.
proc make_value {name} {
  unset -nocomplain ::env(MAKEFLAGS) ::env(MAKELEVEL)
  set out [exec make -s -f [file join $::root Makefile] -C $::root \
      --no-print-directory print-$name]
  return [list {*}$out]
}

# C text with comments and strings blanked, line structure kept. With
# keep=strings only the comments go, with keep=comments only the strings.
proc c_blank {text {keep {}}} {
  set out ""
  set at 0
  set re {//[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'}
  foreach range [regexp -all -inline -indices $re $text] {
    lassign $range a b
    append out [string range $text $at [expr {$a - 1}]]
    set piece [string range $text $a $b]
    set isComment [string match /* $piece]
    if {$keep eq ($isComment ? "comments" : "strings")} {
      append out $piece
    } elseif {$isComment} {
      append out [regsub -all {[^\n]} $piece " "]
    } else {
      set q [string index $piece 0]
      append out $q[string repeat . [expr {$b - $a - 1}]]$q
    }
    set at [expr {$b + 1}]
  }
  append out [string range $text $at end]
}

# The line of a character index.
proc line_of {text index} {
  return [expr {1 + [regexp -all {\n} [string range $text 0 $index-1]]}]
}
