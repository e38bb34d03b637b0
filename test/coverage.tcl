# coverage.tcl - which lines and branches of ext/ the tests have run.
#
#     tclsh test/coverage.tcl BUILD ?FILE ...?
#
# BUILD is the folder of a build with --coverage whose tests have been run, the
# target coverage of the Makefile. Prints a line a file with the shares of its
# lines and branches, as gcov counts them, then every line that no test has
# run. With FILEs only those, and also the branches that were never taken.
#
# A line that no test can reach has its reason above it or behind it, in a
# comment that begins with "unreached:". It holds for the lines that follow
# without a line that was run between. A comment whose line was run after all
# is reported too.
#
# The way out after a failure needs none: a call that reports or returns, right
# behind a condition that asks for an error or for memory that was not given.
# Each is behind one of the millions of points at which the fault suite can
# let a call fail, and that takes samples of them; make soak has them all. How
# many were not met is said in the last line.
#
# Exit status 1 when a line has no reason or a share is too
# low: 95 of 100 lines, 85 of 100 branches.

package require sqlite3

set root [file dirname [file dirname [file normalize [info script]]]]
set least_lines 95.0
set least_branches 85.0

sqlite3 db :memory:
db eval {
  CREATE TABLE line(file, n, count, PRIMARY KEY(file, n));
  CREATE TABLE branch(file, n, i, count, PRIMARY KEY(file, n, i));
}

# What gcov says of one object, added to what is there: the lines of a header
# are counted in every object that uses them.
proc load_counts {gcda} {
  set json [exec gcov --json-format --stdout --branch-probabilities $gcda \
      2>/dev/null]
  db eval {
    WITH f AS (SELECT value ->> 'file' AS file, value -> 'lines' AS lines
                 FROM json_each($json, '$.files')
                WHERE value ->> 'file' GLOB 'ext/*')
    INSERT INTO line
    SELECT file, value ->> 'line_number', value ->> 'count'
      FROM f, json_each(lines) WHERE true
        ON CONFLICT DO UPDATE SET count = max(count, excluded.count)
  }
  db eval {
    WITH f AS (SELECT value ->> 'file' AS file, value -> 'lines' AS lines
                 FROM json_each($json, '$.files')
                WHERE value ->> 'file' GLOB 'ext/*')
    INSERT INTO branch
    SELECT file, l.value ->> 'line_number', b.key, b.value ->> 'count'
      FROM f, json_each(lines) l, json_each(l.value -> 'branches') b WHERE true
        ON CONFLICT DO UPDATE SET count = count + excluded.count
  }
}

proc every_object {folder} {
  set found [glob -nocomplain -directory $folder *.gcda]
  foreach sub [glob -nocomplain -directory $folder -types d *] {
    lappend found {*}[every_object $sub]
  }
  return $found
}

proc share {part whole} {
  return [expr {$whole ? 100.0 * $part / $whole : 100.0}]
}

# The text of line n of the file that was read last.
proc source_line {n} {
  return [lindex $::source [expr {$n - 1}]]
}

# Is there a reason at line n, or in the comment that ends just above it?
proc reason_at {n} {
  if {[string match *unreached:* [source_line $n]]} {
    return 1
  }
  for {incr n -1} {[regexp {^\s*(/\*|\*\*)} [source_line $n]]} {incr n -1} {
    if {[string match *unreached:* [source_line $n]]} {
      return 1
    }
  }
  return 0
}

# Is line n the way out after a failure? iRun is the last line that was run.
proc is_exit {n run} {
  if {![regexp {^(migNomem\(.*\)|migFailDb\(p, rc\)|return\y[^;]*|break|out\.n = 0);$} \
        [string trim [source_line $n]]]} {
    return 0
  }
  while {$run > 1 && ![regexp {^\s*(\} else )?(if|while|for) \(} \
        [source_line $run]]} {
    incr run -1
  }
  set condition [join [lrange $::source [expr {$run - 1}] [expr {$n - 2}]]]
  return [regexp {\mp->rc\M|\mrc\M|== 0\M|== 0 |== 0\)|SQLITE_NOMEM} $condition]
}

# Lines of a file that were not run and have no reason; counts the others.
proc unexplained {file} {
  set f [open [file join $::root $file]]
  set ::source [split [read $f] \n]
  close $f
  set lines {}
  set excused 0
  set run 0
  db eval {SELECT n, count FROM line WHERE file=$file ORDER BY n} {
    set reason [reason_at $n]
    if {$count > 0} {
      if {$reason} {
        puts "$file:$n: was run, for all its comment says"
        incr ::stale
      }
      set excused 0
      set run $n
      continue
    }
    if {$reason} {
      set excused 1
    } elseif {!$excused && [is_exit $n $run]} {
      incr ::exits
      continue
    }
    if {$excused} {
      incr ::reasons
    } else {
      lappend lines $n
    }
  }
  return $lines
}

proc show_lines {file lines} {
  foreach n $lines {
    puts [format "%s:%d: %s" $file $n [string trim [source_line $n]]]
  }
}

proc show_branches {file} {
  db eval {
    SELECT n, count(*) AS never FROM branch WHERE file=$file AND count=0
     AND n IN (SELECT n FROM line WHERE file=$file AND count>0)
     GROUP BY n ORDER BY n
  } {
    puts [format "%s:%d: %d never taken: %s" $file $n $never \
        [string trim [source_line $n]]]
  }
}

set wanted [lassign $argv build]
foreach gcda [concat [every_object $build/obj] [every_object $build/core]] {
  load_counts $gcda
}
set stale 0
set reasons 0
set exits 0
set bad 0
set open {}
db eval {
  SELECT file, count(*) AS lines, sum(count > 0) AS run,
    (SELECT count(*) FROM branch b WHERE b.file=line.file) AS branches,
    (SELECT total(count > 0) FROM branch b WHERE b.file=line.file) AS taken
    FROM line GROUP BY file ORDER BY file
} {
  if {[llength $wanted] && $file ni $wanted} {
    continue
  }
  puts [format "%6.1f %6.1f  %s" [share $run $lines] \
      [share $taken $branches] $file]
  set lines [unexplained $file]
  incr bad [llength $lines]
  lappend open $file $lines
}
foreach {file lines} $open {
  unexplained $file
  show_lines $file $lines
  if {[llength $wanted]} {
    show_branches $file
  }
}
lassign [db eval {
  SELECT (SELECT 100.0 * sum(count > 0) / count(*) FROM line),
         (SELECT 100.0 * sum(count > 0) / count(*) FROM branch),
         (SELECT count(*) FROM line), (SELECT count(*) FROM branch)
}] lines branches nLine nBranch
puts [format "%.2f %% of %d lines, %.2f %% of %d branches;\
 %d lines not run and without a reason, with one %d, ways out of failures %d" \
    $lines $nLine $branches $nBranch $bad [expr {$reasons / 2}] \
    [expr {$exits / 2}]]
exit [expr {$bad || $stale || $lines < $least_lines
            || $branches < $least_branches}]
