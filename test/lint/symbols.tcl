# symbols.tcl - the library exports its entry point and needs libc and zlib.
#
#     tclsh test/lint/symbols.tcl ?FILE.so?
#
# More exported names would meet those of the host program; one more library
# would be one that some machine does not have.

source [file join [file dirname [info script]] lint.tcl]

set so [lindex [concat $argv [list [file join $root build migrate.so]]] 0]
if {![file exists $so]} {
  lint_found $so 0 "not built"
  lint_finish
}

set exported {}
foreach line [split [exec nm -D --defined-only $so] \n] {
  lappend exported [lindex $line end]
}
if {$exported eq "sqlite3_migrate_init"} {
  lint_passed
} else {
  lint_found $so 0 "exports: $exported"
}

# DT_NEEDED, not ldd: what we ask for, not what that asks for.
set needed [lsort [lmap {- name} [regexp -all -inline \
    {NEEDED[^\[]*\[([^\]]+)\]} [exec readelf -d $so]] {set name}]]
foreach name $needed {
  if {![regexp {^(libc|libz|ld-linux.*)\.so\.\d+$} $name]} {
    lint_found $so 0 "needs $name"
  }
}
lint_passed
lint_finish
