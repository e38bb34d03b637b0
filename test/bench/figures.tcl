# figures.tcl - from samples to figures, and figures as a table and a plot.
#
# Nothing here measures or reads a file, so test/bench.test can hold it to
# known answers.
#
# A result is a dict of bench_fields. In results.txt it is one line of them,
# separated by tabs, in this order:
#
#   family     the file that measured it
#   workload   what was done, with its size
#   unit       of base and ours: s (CPU, user and system), us, ms, MiB, % (of
#              the database), exponent
#   yardstick  what does the same work without us
#   base       its figure
#   ours       our figure
#   ratio      median of the paired ratios ours / base, one a round
#   spread     distance of their quartiles, divided by the median
#   by         cpu, or instructions: ratio is that of counted instructions
#   judge      ratio or ours: what must, aim and limit are compared with
#   must aim   goals
#   limit      what is physically possible, where that was measured
#   peers      other tools: NAME=FIGURE, separated by blanks, of the kind
#              that judge names; - one that is not here, >N one stopped at N
#
# "-" stands for what there is not.

set bench_fields {family workload unit yardstick base ours ratio spread by
  judge must aim limit peers}

#--------------------------------------------------------------------------
# Samples to figures.

# The value below which the part q of a list lies, between neighbours by line.
proc quantile {list q} {
  set sorted [lsort -real $list]
  set at [expr {$q * ([llength $sorted] - 1)}]
  set low [expr {int($at)}]
  set a [lindex $sorted $low]
  set b [lindex $sorted [expr {min($low + 1, [llength $sorted] - 1)}]]
  return [expr {$a + ($b - $a) * ($at - $low)}]
}

proc median {list} {
  return [quantile $list 0.5]
}

proc spread {list} {
  set middle [median $list]
  if {$middle == 0} {
    return 0
  }
  return [expr {([quantile $list 0.75] - [quantile $list 0.25]) / $middle}]
}

# The k in y = c * x^k that fits best: the slope of the line through the
# logarithms, by least squares.
proc exponent {xs ys} {
  set n [llength $xs]
  if {$n < 2 || $n != [llength $ys]} {
    error "a fit needs two lists of two or more"
  }
  set sx 0.0
  set sy 0.0
  set sxx 0.0
  set sxy 0.0
  foreach x $xs y $ys {
    set x [expr {log($x)}]
    set y [expr {log($y)}]
    set sx [expr {$sx + $x}]
    set sy [expr {$sy + $y}]
    set sxx [expr {$sxx + $x * $x}]
    set sxy [expr {$sxy + $x * $y}]
  }
  return [expr {($n * $sxy - $sx * $sy) / ($n * $sxx - $sx * $sx)}]
}

#--------------------------------------------------------------------------
# Results as text.

# Three digits that count; "-" passes.
proc digits {value} {
  if {[string match >* $value]} {
    return >[digits [string range $value 1 end]]
  }
  if {![string is double -strict $value]} {
    return $value
  }
  set size [expr {abs($value)}]
  if {$size >= 99.95} {
    return [format %.0f $value]
  } elseif {$size >= 9.995} {
    return [format %.1f $value]
  } elseif {$size >= 0.09995 || $size == 0} {
    return [format %.2f $value]
  }
  return [format %.2g $value]
}

# 10000 as 10,000.
proc thousands {n} {
  while {[regsub {^(\d+)(\d{3})} $n {\1,\2} n]} {
  }
  return $n
}

proc result_line {result} {
  return [join [lmap field $::bench_fields {dict get $result $field}] \t]
}

proc result_read {line} {
  set result {}
  foreach field $::bench_fields value [split $line \t] {
    dict set result $field $value
  }
  return $result
}

proc result_peers {result} {
  set out {}
  foreach item [dict get $result peers] {
    if {[regexp {^(.*)=(.*)$} $item -> name value]} {
      lappend out $name $value
    }
  }
  return $out
}

# What goals are compared with.
proc result_figure {result} {
  return [dict get $result [dict get $result judge]]
}

# Is a goal, must or aim, missed? Half of the last digit shown is forgiven.
proc result_misses {result goal} {
  set bound [dict get $result $goal]
  set figure [result_figure $result]
  if {$bound eq "-" || $figure eq "-"} {
    return 0
  }
  return [expr {[digits $figure] > $bound}]
}

set bench_columns {
  workload 57 yardstick 21 base 8 ours 8 unit 8 ratio 8 must 6 aim 6 limit 6
  peers 0
}

# The cells of a result, in the order of bench_columns.
proc result_cells {result} {
  return [lmap {column width} $::bench_columns {
    set value [dict get $result $column]
    switch $column {
      base - ours {set value [digits $value]}
      ratio {
        set value [digits $value]
        if {[dict get $result by] eq "instructions"} {
          append value i
        }
      }
      peers {
        set value [join [lmap {name figure} [result_peers $result] {
          string cat $name " " [digits $figure]
        }] ", "]
      }
    }
    set value
  }]
}

# A row in fixed columns: text to the left, figures to the right.
proc table_row {cells} {
  set out ""
  foreach cell $cells {column width} $::bench_columns {
    if {$column in {workload yardstick}} {
      append out [format "%-*s " $width $cell]
    } elseif {$column eq "peers"} {
      append out " $cell"
    } else {
      append out [format "%*s " $width $cell]
    }
  }
  return [string trimright $out]
}

proc table_head {} {
  return [table_row {workload yardstick its migrate unit ratio must aim limit
    peers}]
}

# Which goals are missed, in sentences.
proc verdict {results} {
  set out {}
  foreach goal {must aim} {
    set missed {}
    set set_ 0
    foreach result $results {
      incr set_ [expr {[dict get $result $goal] ne "-"}]
      if {[result_misses $result $goal]} {
        lappend missed "  [dict get $result workload]:\
          [digits [result_figure $result]], $goal [dict get $result $goal]"
      }
    }
    lappend out "$goal: [expr {$set_ - [llength $missed]}] of $set_ reached" \
      {*}$missed
  }
  return [join $out \n]
}

# The table of the README.
proc markdown {results} {
  set out {}
  lappend out "| Workload | Against | Its | Ours | Ratio | Must | Aim | Limit\
    | Others |" "|---|---|---|---|---|---|---|---|---|"
  foreach result $results {
    lassign [result_cells $result] workload yardstick base ours unit ratio \
      must aim limit peers
    if {[dict get $result judge] eq "ours"} {
      foreach goal {must aim limit} {
        if {[set $goal] ne "-" && $unit ne "exponent"} {
          append $goal " $unit"
        }
      }
    }
    if {$unit eq "exponent"} {
      set unit ""
    }
    foreach figure {base ours} {
      if {[set $figure] ne "-"} {
        set $figure [string trimright "[set $figure] $unit"]
      }
    }
    set cells [list $workload $yardstick $base $ours $ratio $must $aim $limit \
      [string trim [join [lsearch -all -inline -not [split $peers ,] "* -"] ,]]]
    lappend out "| [join [lmap cell $cells {
      string map {us µs} [regsub {^-$} $cell {}]
    }] { | }] |"
  }
  return [join $out \n]
}

#--------------------------------------------------------------------------
# The plot: a row for every result with a ratio, on a logarithmic axis.

proc xml {text} {
  return [string map {& &amp; < &lt; > &gt; \" &quot;} $text]
}

# Where a ratio lies; the axis goes from 0.001 to 1000.
proc plot_x {ratio} {
  set ratio [expr {min(max($ratio, 0.001), 1000.0)}]
  return [format %.1f [expr {390 + (log10($ratio) + 3) * 90}]]
}

proc plot_dot {class x y title} {
  return "<circle class=\"$class\" cx=\"$x\" cy=\"$y\"\
    r=\"[expr {$class eq {us} ? 5 : 4}]\"><title>[xml $title]</title></circle>"
}

# A row: must as a line upright, limit as a triangle, peers, and we on top; with
# the default backup we are a ring.
proc plot_row {result y} {
  set out {}
  lappend out "<text class=\"name\" x=\"378\" y=\"[expr {$y + 4}]\">[xml \
    [dict get $result workload]]</text>" \
    "<line class=\"row\" x1=\"390\" x2=\"930\" y1=\"$y\" y2=\"$y\"/>"
  if {[dict get $result judge] eq "ratio"} {
    if {[string is double -strict [dict get $result must]]} {
      set x [plot_x [dict get $result must]]
      lappend out "<line class=\"must\" x1=\"$x\" x2=\"$x\"\
        y1=\"[expr {$y - 8}]\" y2=\"[expr {$y + 8}]\"/>"
    }
    if {[string is double -strict [dict get $result limit]]} {
      set x [plot_x [dict get $result limit]]
      lappend out "<path class=\"limit\" d=\"M$x [expr {$y + 1}]l5\
        8h-10z\"/>"
    }
    foreach {name figure} [result_peers $result] {
      set number [string trimleft $figure >]
      if {[string is double -strict $number]} {
        set class [lindex [split [string tolower $name] " "] 0]
        lappend out [plot_dot "peer $class" [plot_x $number] $y \
          "$name [digits $figure]"]
      }
    }
  }
  set ratio [dict get $result ratio]
  if {[dict exists $result backup]} {
    set backup [dict get $result backup]
    lappend out [plot_dot backup [plot_x $backup] $y \
      "migrate, with the default backup [digits $backup]"]
  }
  lappend out [plot_dot us [plot_x $ratio] $y "migrate [digits $ratio]"] \
    "<text class=\"figure\" x=\"980\" y=\"[expr {$y + 4}]\">[digits \
    $ratio]</text>"
  return [join $out \n]
}

# The colour of every peer.
set plot_colours {
  alembic #e07b00 django #0a7d54 dbmate #8e44ad knex #c2185b sqitch #795548
  sqlite-utils #546e7a borg #00838f restic #b71c1c gzip #9e9d24
}

proc plot_axis {top bottom} {
  set out {}
  foreach ratio {0.001 0.01 0.1 1 10 100 1000} {
    set x [plot_x $ratio]
    set class [expr {$ratio == 1 ? "one" : "grid"}]
    lappend out "<line class=\"$class\" x1=\"$x\" x2=\"$x\" y1=\"$top\"\
      y2=\"$bottom\"/>" "<text class=\"tick\" x=\"$x\"\
      y=\"[expr {$top - 6}]\">$ratio</text>"
  }
  return [join $out \n]
}

# What the marks mean, for those that occur.
proc plot_legend {results y} {
  set out [list [plot_dot us 40 $y migrate] \
    "<text x=\"50\" y=\"[expr {$y + 4}]\">migrate</text>" \
    "<line class=\"must\" x1=\"115\" x2=\"115\" y1=\"[expr {$y - 8}]\"\
      y2=\"[expr {$y + 8}]\"/>" \
    "<text x=\"123\" y=\"[expr {$y + 4}]\">must</text>" \
    "<path class=\"limit\" d=\"M168 [expr {$y - 4}]l5 8h-10z\"/>" \
    "<text x=\"178\" y=\"[expr {$y + 4}]\">limit</text>" \
    [plot_dot backup 224 $y "migrate, with the default backup"] \
    "<text x=\"234\" y=\"[expr {$y + 4}]\">with backup</text>"]
  set x 320
  set seen {}
  foreach result $results {
    foreach {name figure} [result_peers $result] {
      if {$name ni $seen && $figure ne "-"} {
        lappend seen $name
        lappend out [plot_dot "peer [string tolower $name]" $x $y $name] \
          "<text x=\"[expr {$x + 9}]\" y=\"[expr {$y + 4}]\">[xml \
          $name]</text>"
        incr x [expr {26 + 7 * [string length $name]}]
      }
    }
  }
  return [join $out \n]
}

# The results that have a row; what the default backup makes of one is in the
# row of that without.
proc plot_rows {results} {
  set rows {}
  foreach result $results {
    set ratio [dict get $result ratio]
    if {![string is double -strict $ratio] || $ratio <= 0} {
      continue
    }
    if {[string match "*, + backup" [dict get $result workload]]} {
      set row [lindex $rows end]
      dict set row backup $ratio
      lset rows end $row
    } else {
      lappend rows $result
    }
  }
  return $rows
}

proc plot {results title} {
  set rows [plot_rows $results]
  set gaps [llength [lsort -unique [lmap row $rows {dict get $row family}]]]
  set bottom [expr {90 + 20 * [llength $rows] + 10 * max($gaps - 1, 0)}]
  set style {
    text{font:12px sans-serif;fill:#222} .name,.figure{text-anchor:end}
    .tick{text-anchor:middle;fill:#666} h1,.title{font:bold 15px sans-serif}
    .row{stroke:#eee} .grid{stroke:#ddd} .one{stroke:#888;stroke-width:1.5}
    .must{stroke:#d00;stroke-width:2} .limit{fill:#222}
    .us{fill:#1565c0;stroke:#fff} .backup{fill:#fff;stroke:#1565c0}
    .peer{fill:#999;stroke:#fff}
  }
  foreach {name colour} $::plot_colours {
    append style " .$name{fill:$colour}"
  }
  set out [list "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\"\
    height=\"[expr {$bottom + 10}]\"\
    viewBox=\"0 0 1000 [expr {$bottom + 10}]\">" \
    "<style>[string trim [regsub -all {\s+} $style { }]]</style>" \
    "<rect width=\"1000\" height=\"[expr {$bottom + 10}]\" fill=\"#fff\"/>" \
    "<text class=\"title\" x=\"16\" y=\"24\">[xml $title]</text>" \
    [plot_legend $rows 48] [plot_axis 80 $bottom]]
  set y 94
  set family ""
  foreach result $rows {
    if {[dict get $result family] ne $family} {
      incr y [expr {$family eq "" ? 0 : 10}]
      set family [dict get $result family]
    }
    lappend out [plot_row $result $y]
    incr y 20
  }
  return "[join $out \n]\n</svg>\n"
}
