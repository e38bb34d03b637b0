# runs.tcl - the same change of a table, by us and by other tools.
#
#     tclsh test/peers/runs.tcl ?-show? ?TOOL ...?
#
# The 23 databases of survive.tcl; in each, column age of table t becomes NOT
# NULL by the tool's own way of migrating, foreign keys enforced. Then the
# probe of the property says what is left of it:
#
#   ok     it holds
#   LOST   the tool reported success and the property is gone
#   err    the tool reported an error; the database is as it was
#   BROKEN it reported an error, and left the database changed
#   -      the tool cannot do it here: it reported success, age is as it was
#
# With -show also what was said and seen. A tool that is not installed and
# cannot be installed is left out, and said. Python's tools are those of
# PEERS_PYTHON (/usr/bin/python3; Debian: python3-alembic, sqlite-utils), those
# of Node are installed by npm into build/peers/node. Nothing here is a test.

set testdir [file dirname [file dirname [file normalize [info script]]]]
set root [file dirname $testdir]
set build [file join $root build]
if {[info exists env(MIGRATE_BUILD)]} {
  set build [file normalize $env(MIGRATE_BUILD)]
}
set work [file join $build peers]
set here [file join $testdir peers]
package require sqlite3
source [file join $testdir survive.tcl]

set kind {nullable to NOT NULL}
set show 0
if {[lindex $argv 0] eq "-show"} {
  set show 1
  set argv [lrange $argv 1 end]
}
set properties {}
foreach property $survive_properties {
  if {![dict get $survive_of($property) extra]} {
    lappend properties $property
  }
}
set python /usr/bin/python3
if {[info exists env(PEERS_PYTHON)]} {
  set python $env(PEERS_PYTHON)
}

#--------------------------------------------------------------------------
# The tools. A proc gets the files and returns lines: versions, then "ok" or
# "err why" for each file. One that cannot run here raises an error.

proc tool_migrate {files} {
  change_ours $files 0
}

# DEFENSIVE: the stored text may not be edited, so the table is rebuilt, on an
# SQLite before 3.53 at least.
proc tool_migrate-rebuild {files} {
  change_ours $files 1
}

proc change_ours {files defensive} {
  set out [list ""]
  array set ways {}
  foreach file $files {
    sqlite3 db $file
    db enable_load_extension 1
    db eval {SELECT load_extension($::build || '/migrate.so')}
    db eval {PRAGMA foreign_keys = ON}
    db config defensive $defensive
    lset out 0 [db onecolumn {
      SELECT 'migrate ' || migrate_version() || ', SQLite ' || sqlite_version()
    }]
    set text [survive_text [property_of $file] $::kind after]
    if {[catch {db onecolumn {SELECT migrate_table($text)}} why]} {
      lappend out "err [string map {\n { }} $why]"
    } else {
      lappend out ok
      incr ways($why)
    }
    db close
  }
  lset out 0 "[lindex $out 0], ways: [array get ways]"
  return $out
}

proc run {args} {
  split [exec {*}$args 2>$::work/stderr] \n
}

proc tool_alembic {files} {
  need_python alembic python3-alembic
  run $::python $::here/run_alembic.py $::work/alembic-env {*}$files
}

proc tool_sqlite-utils {files} {
  need_python sqlite_utils sqlite-utils
  run $::python $::here/run_sqlite_utils.py {*}$files
}

proc tool_knex {files} {
  need_node
  run node $::here/run_knex.js $::work/node {*}$files
}

proc tool_drizzle-push {files} {
  need_node
  run node $::here/run_drizzle.js $::work/node push {*}$files
}

proc tool_drizzle-migrate {files} {
  need_node
  run node $::here/run_drizzle.js $::work/node migrate {*}$files
}

# Python's packages come with the system.
proc need_python {module package} {
  if {![catch {exec $::python -c "import $module" 2>@1}]} {
    return
  }
  catch {exec apt-get install -y -q --no-install-recommends $package 2>@1}
  if {[catch {exec $::python -c "import $module" 2>@1}]} {
    error "no Python module $module; sudo apt-get install $package"
  }
}

# Those of Node go into build/peers/node, once.
proc need_node {} {
  set folder $::work/node
  set packages {better-sqlite3 knex drizzle-kit drizzle-orm}
  if {[auto_execok node] eq "" || [auto_execok npm] eq ""} {
    error "no node and npm"
  }
  file mkdir $folder
  if {![file exists $folder/package.json]} {
    set f [open $folder/package.json w]
    puts $f {{"private":true}}
    close $f
  }
  foreach package $packages {
    if {![file exists $folder/node_modules/$package/package.json]} {
      puts "  npm install $packages"
      if {[catch {
        exec npm install --prefix $folder --no-audit --no-fund \
            --loglevel=error {*}$packages 2>@1
      } why]} {
        error "npm: [lindex [split $why \n] 0]"
      }
      break
    }
  }
}

#--------------------------------------------------------------------------

proc property_of {file} {
  lindex $::properties [expr {[file rootname [file tail $file]] - 1}]
}

# Fresh databases for a tool. Returns their names.
proc make_files {tool} {
  set folder [file join $::work db $tool]
  file delete -force $folder
  file mkdir $folder
  set files {}
  foreach property $::properties {
    set file [file join $folder [expr {[llength $files] + 1}].db]
    set f [open $file wb]
    puts -nonewline $f [survive_build $property $::kind]
    close $f
    lappend files $file
  }
  return $files
}

# A file as it was before the tool came: its looks, without version tables.
proc look_at {file} {
  sqlite3 db $file
  set rc [catch {survive_look db} look]
  db close
  if {$rc} {
    return "error: $look"
  }
  foreach what {objects rows} {
    dict set look $what [dict filter [dict get $look $what] script {name -} {
      expr {![string match alembic_version $name]
          && ![string match *knex_migrations* $name]
          && ![string match *__drizzle_migrations $name]}
    }]
  }
  # Tools that number their own rows add marks for them.
  if {[dict exists $look rows sqlite_sequence]} {
    set marks {}
    foreach {name seq} [dict get $look rows sqlite_sequence] {
      if {$name in {t z}} {
        lappend marks $name $seq
      }
    }
    dict set look rows sqlite_sequence $marks
    if {$marks eq ""} {
      dict unset look rows sqlite_sequence
    }
  }
  return $look
}

# What is left of the property: one word, and what was seen.
proc judge {file property before said} {
  if {[string match err* $said]} {
    set now [look_at $file]
    if {$now eq $before} {
      return [list err $said]
    }
    return [list BROKEN "$said; then: $now"]
  }
  sqlite3 db $file
  set done [survive_try db {
    SELECT "notnull" FROM pragma_table_info('t') WHERE name = 'age'
  }]
  set seen [survive_probe db $property $::kind after]
  if {$seen eq ""} {
    set seen [survive_unsound db]
  }
  db close
  if {$done ne "1" && $seen eq ""} {
    return [list - "age is as it was"]
  }
  return [list [expr {$seen eq "" ? "ok" : "LOST"}] $seen]
}

# All of a tool, into the table.
proc measure {tool} {
  set files [make_files $tool]
  set looks [lmap file $files {look_at $file}]
  if {[catch {tool_$tool $files} lines]} {
    puts "  $tool: left out: [lindex [split $lines \n] 0]"
    return
  }
  lappend ::measured $tool
  puts "  $tool: [lindex $lines 0]"
  if {[llength $lines]!=[llength $files] + 1} {
    puts "  $tool: [llength $lines] lines for [llength $files] files"
  }
  set ok 0
  foreach file $files property $::properties look $looks \
      said [lrange $lines 1 end] {
    lassign [judge $file $property $look $said] word seen
    set ::table($property,$tool) $word
    incr ok [expr {$word eq "ok"}]
    if {$::show && $word ne "ok"} {
      puts "    $property: $word: [string range $seen 0 300]"
    }
  }
  set ::table(sum,$tool) $ok
}

file mkdir $work
set order {
  migrate migrate-rebuild alembic sqlite-utils knex drizzle-push drizzle-migrate
}
set measured {}
puts "column age of table t: nullable to NOT NULL, foreign keys enforced"
foreach tool [expr {[llength $argv] ? $argv : $order}] {
  measure $tool
}
puts ""
proc row {title cells} {
  puts "| [format %-26s $title] | [join [lmap cell $cells {
    format %-15s $cell
  }] " | "] |"
}
row property $measured
row [string repeat - 26] [lmap tool $measured {string repeat - 15}]
foreach property $properties {
  row $property [lmap tool $measured {set table($property,$tool)}]
}
row "kept, of [llength $properties]" [lmap tool $measured {
  set table(sum,$tool)
}]
