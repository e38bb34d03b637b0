# readme.tcl - what the bench measured, into README.md.
#
#   tclsh test/bench/readme.tcl [-date YYYY-MM-DD] [RESULTS]
#
# The table between the lines `<!-- bench -->` is written anew from RESULTS,
# build/bench/results.txt, with the date of the run, or the one given.

set bench [file dirname [file normalize [info script]]]
source [file join $bench figures.tcl]
set root [file dirname [file dirname $bench]]
set readme [file join $root README.md]
set file [file join $root build bench results.txt]
array set head {}
if {[lindex $argv 0] eq "-date"} {
  set date [lindex $argv 1]
  set argv [lrange $argv 2 end]
}
if {[llength $argv]} {
  set file [lindex $argv 0]
}

proc read_utf8 {file} {
  set f [open $file]
  fconfigure $f -encoding utf-8
  set text [read $f]
  close $f
  return $text
}

set results {}
set versions {}
foreach line [split [string trimright [read_utf8 $file] \n] \n] {
  if {![string match #* $line]} {
    lappend results [result_read $line]
  } elseif {[regexp {^# (\S+) (.*)$} $line -> name value]
   && ![string match *\t* $line]} {
    set head($name) $value
    if {$name ni {date processor} && $value ne "-"} {
      lappend versions "$name $value"
    }
  }
}
if {![info exists date]} {
  set date $head(date)
}
set new "<!-- bench -->\n[markdown $results]\n\nMeasured $date on one core,\
  $head(processor).\n[join $versions {, }].\n<!-- bench -->"
set text [read_utf8 $readme]
if {[regsub {<!-- bench -->.*<!-- bench -->} $text \
    [string map {& \\& \\ \\\\} $new] text] != 1} {
  error "README.md has no two lines <!-- bench -->"
}
set f [open $readme w]
fconfigure $f -encoding utf-8
puts -nonewline $f $text
close $f
