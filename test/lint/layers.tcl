# layers.tcl - a file uses only what lies below it.
#
#     tclsh test/lint/layers.tcl ?-root FOLDER FILE.c ...?
#
# The order of SRC in the Makefile is the order of the layers. A .h has the
# place of the .c of the same name; one without belongs to the first file of
# its folder that includes it, or to the folder's first. Reported: an #include of a header from above, a
# use of a mig* name that is defined above, a name that two files define, a .c
# beside the folders of SRC that SRC does not list, a file listed that is not
# there, and folders that interleave.

source [file join [file dirname [info script]] lint.tcl]

set base [lint_option root $root]
if {[llength $argv]} {
  set src $argv
} else {
  set src [make_value SRC]
}
cd $base

# What stands at the outermost level: {kind name index} for every definition
# of a function (kind f) or datum (d) named mig*.
proc definitions {text} {
  set result {}
  set depth 0
  set re {[{}]|\mmig[A-Z]\w*}
  foreach range [regexp -all -inline -indices $re $text] {
    lassign $range a b
    set token [string range $text $a $b]
    switch -- $token {
      \{ {incr depth}
      \} {incr depth -1}
      default {
        if {$depth==0 && [is_definition $text $a $b]} {
          lappend result $token $a
        }
      }
    }
  }
  return $result
}

# A name followed by (arguments) and an open brace, or by = (an initializer),
# is defined here. Static names are nobody else's.
proc is_definition {text a b} {
  set rest [string range $text [expr {$b + 1}] [expr {$b + 3000}]]
  if {[regexp {^\s*(\[[^\]]*\]\s*)*=} $rest]} {
    return 1
  }
  if {![regexp {^\s*\(} $rest]} {
    return 0
  }
  set depth 0
  foreach range [regexp -all -inline -indices {[()]} $rest] {
    set i [lindex $range 0]
    incr depth [expr {[string index $rest $i] eq "(" ? 1 : -1}]
    if {$depth==0} {
      return [regexp {^\s*\{} [string range $rest [expr {$i + 1}] end]]
    }
  }
  return 0
}

# Read everything.
set order 0
foreach file $src {
  if {![file exists $file]} {
    lint_found Makefile 1 "SRC lists $file, which does not exist"
    continue
  }
  set place($file) [incr order]
  set text($file) [c_blank [lint_read $file] strings]
}
set folders [lsort -unique [lmap f $src {file dirname $f}]]
foreach parent [lsort -unique [lmap f $folders {file dirname $f}]] {
  set pattern [expr {$parent eq "." ? "*/*.c" : "$parent/*/*.c"}]
  foreach file [lsort [glob -nocomplain $pattern]] {
    if {![info exists text($file)]} {
      lint_found $file 1 "not in SRC"
    }
  }
}
set homeless {}
foreach folder $folders {
  foreach file [lsort [glob -nocomplain -directory $folder *.h]] {
    set text($file) [c_blank [lint_read $file] strings]
    set header([file tail $file]) $file
    set c [file rootname $file].c
    if {[info exists place($c)]} {
      set place($file) $place($c)
    } else {
      lappend homeless $file
    }
  }
}
foreach file [array names text] {
  set includes($file) {}
  foreach {- name} [regexp -all -inline -line \
      {^[ \t]*#[ \t]*include[ \t]+"([^"]+)"} $text($file)] {
    lappend includes($file) $name
  }
}
foreach file $homeless {
  set first [expr {$order + 1}]
  set lowest $first
  foreach user [array names place [file dirname $file]/*] {
    set lowest [expr {min($lowest, $place($user))}]
    if {[file tail $file] in $includes($user) && $place($user)<$first} {
      set first $place($user)
    }
  }
  set place($file) [expr {$first>$order ? $lowest : $first}]
}

# Folders of SRC must not interleave.
set seen {}
foreach file $src {
  set folder [file dirname $file]
  if {$folder ne [lindex $seen end]} {
    if {$folder in $seen} {
      lint_found Makefile 1 "SRC returns to $folder with $file"
    }
    lappend seen $folder
  }
}

# Who defines what.
foreach file [array names text] {
  set blank [c_blank $text($file)]
  foreach {name at} [definitions $blank] {
    set line [line_of $blank $at]
    if {[info exists home($name)] && $home($name) ne $file} {
      lint_found $file $line "$name is also defined in $home($name)"
    }
    set home($name) $file
  }
}

# Who uses what.
foreach file [lsort [array names text]] {
  set before [llength $found]
  set re {#[ \t]*include[ \t]+"([^"]+)"}
  foreach {- range} [regexp -all -inline -indices $re $text($file)] {
    set name [string range $text($file) {*}$range]
    set line [line_of $text($file) [lindex $range 0]]
    if {[info exists header($name)] && $place($header($name))>$place($file)} {
      lint_found $file $line "includes $name from above"
    }
  }
  set blank [c_blank $text($file)]
  if {[string match *.c $file]} {
    foreach range [regexp -all -inline -indices {\mmig[A-Z]\w*} $blank] {
      set name [string range $blank {*}$range]
      if {[info exists home($name)] && $place($home($name))>$place($file)} {
        set line [line_of $blank [lindex $range 0]]
        lint_found $file $line "$name is defined above, in $home($name)"
      }
    }
  }
  if {[llength $found]==$before} {
    lint_passed
  }
}
lint_finish
