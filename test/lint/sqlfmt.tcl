# sqlfmt.tcl - no %s in SQL text without a reason.
#
#     tclsh test/lint/sqlfmt.tcl ?FILE.c ...?
#
# %s puts text into SQL as it is; names and values belong into %w, %Q or a
# binding. A literal is taken for SQL when it is an argument of migExec*,
# migPrepare* or migQuery*, or when it begins with a verb of SQL in capitals
# and is anything else's argument or an initializer. A literal with %s (or %z,
# with any width) must have a comment "sql-ok: why" on the line before its
# statement or on a line of the statement.

source [file join [file dirname [info script]] lint.tcl]

if {[llength $argv]} {
  set files $argv
} else {
  cd $root
  set files [make_value SRC]
}

set verbs {SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|REPLACE|EXPLAIN}
append verbs {|SAVEPOINT|RELEASE|ATTACH|DETACH|WITH|VALUES}
append verbs {|FROM|WHERE|ORDER|GROUP|LIMIT|JOIN|UNION|SET|AND|OR}
set literal {"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*}

# Is this literal SQL? before is the text of its statement up to it.
proc is_sql {text before} {
  if {[regexp {\mmig(Exec|Prepare|Query)\w*\s*\([^;]*$} $before]} {
    return 1
  }
  if {[regexp {\mmigFail\w*\s*\([^;]*$} $before]} {
    return 0
  }
  regsub -all {"\s*"} $text {} text
  return [regexp "^\"\\s*(?:$::verbs)\\M" $text]
}

foreach file $files {
  if {![file exists $file]} {
    continue
  }
  set raw [lint_read $file]
  set text [c_blank $raw strings]
  set lines [split $raw \n]
  set before [llength $found]
  foreach range [regexp -all -inline -indices $literal $text] {
    lassign $range a b
    set z [string range $text $a $b]
    # %% is a percent sign; the rest of a conversion follows.
    set hits [regexp -all -inline -indices \
        {%[-+ #0,!]*(?:\*|\d+)?(?:\.(?:\*|\d+))?l*[sz]} \
        [string map {%% ..} $z]]
    if {[llength $hits]==0} {
      continue
    }
    set start [string last ";" $text $a]
    foreach c {\{ \}} {
      set i [string last $c $text $a]
      if {$i>$start} {
        set start $i
      }
    }
    if {![is_sql $z [string range $text [expr {$start + 1}] [expr {$a - 1}]]]} {
      continue
    }
    # From the line before the statement to the end of the line it ends on.
    regexp -indices -start [expr {$start + 1}] {\S} $text first
    set from [line_of $text [lindex $first 0]]
    set end [string first ";" $text $b]
    set to [line_of $text [expr {$end<0 ? $b : $end}]]
    set span [join [lrange $lines [expr {$from - 2}] [expr {$to - 1}]] \n]
    if {[string first "sql-ok:" $span]<0} {
      set line [line_of $text [expr {$a + [lindex $hits 0 0]}]]
      lint_found $file $line "%s in SQL without a sql-ok comment"
    }
  }
  if {[llength $found]==$before} {
    lint_passed
  }
}
lint_finish
