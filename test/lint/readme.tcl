# readme.tcl - the README names everything there is, and says the same of it.
#
# migration_help lists every function, table, option, setting, error code and
# directive; the columns of the tables come from PRAGMA table_xinfo. Each must
# stand in README.md as a word of its own, with its arguments, functions or
# default as migration_help has them. test/readme.test runs the examples.

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

# The text of a chapter.
proc section_of {title} {
  set begin [string first "\n## $title\n" $::text]
  set end [string first "\n## " $::text [expr {$begin + 1}]]
  string range $::text $begin $end
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

# What both say of one thing: the usage of a function is a heading, that of a
# directive, the default of a setting, the functions of an option stand in its
# row.
proc same_words {what here there} {
  foreach word [regexp -all -inline {[A-Za-z_]\w*} $here] {
    if {![regexp "\\m$word\\M" $there]} {
      lint_found README.md 1 "$what: migration_help has \"$here\""
      return
    }
  }
  lint_passed
}
proc row_of {name} {
  regexp -line "^\\| (?:`\[^`\]+`, )?`$name`.*$" $::section row
  return [expr {[info exists row] ? $row : ""}]
}
set headings [join [regexp -all -inline -line {^### migrat.*$} $text] \n]
db eval {SELECT kind, name, usage, help FROM migration_help} {
  switch -- $kind {
    function {
      regexp {[^(]+} $usage base
      regexp -line "^### $base\\(.*$" $headings heading
      same_words $name $usage $heading
    }
    option {
      set section [section_of Options]
      same_words "option $name" $usage [lindex [split [row_of $name] |] 2]
    }
    setting {
      set section [section_of Settings]
      set standard [string trim [lindex [split [row_of $name] |] 2]]
      if {$standard eq [expr {$usage eq "" ? "NULL" : $usage}]} {
        lint_passed
      } else {
        lint_found README.md 1 "setting $name: the default is $usage"
      }
    }
    error {
      set section [section_of "Error codes"]
      same_words "error $name" $name [row_of $name]
    }
    directive {
      same_words "directive $name" $usage [section_of Scripts]
    }
  }
  # What the shell's box and column modes do not break.
  if {$kind in {function table} && [string length $help]>60} {
    lint_found README.md 1 "the help of $name has more than 60 characters"
  }
}
db close
lint_finish
