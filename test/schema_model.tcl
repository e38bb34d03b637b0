# schema_model.tcl - what the schema of a database says, as one Tcl value, found
# out without the extension: from SQLite's pragmas and the tokens of the stored
# texts. For the tests of comparisons and of changes to tables.
#
#     schema_model H         a dictionary: {type name} -> what it says
#     model_differs A B      "" or where two such dictionaries differ first
#     schema_broken H        the views and triggers that do not compile
#     rows_move FROM TO      fill TO, a database made from another schema, with
#                            the rows of FROM: what a person would expect
#     tables_rows H TABLES   the rows of these tables, comparable
#
# White space, comments, case of what is no string, quotes, and whether a
# constraint stands at its column or at the table, are no differences. Left out
# are SQLite's tables, shadow tables and the store.

# Names are the same apart from the case of the letters of ASCII.
proc ascii_lower {text} {
  string map {
    A a B b C c D d E e F f G g H h I i J j K k L l M m N n O o P p Q q R r
    S s T t U u V v W w X x Y y Z z
  } $text
}

set sql_token_re [join {
  {--[^\n]*}
  {/\*(?:[^*]|\*+[^*/])*\*+/}
  {/\*(?:[^*]|\*+[^*/])*\**$}
  {[ \t\r\n\f]+}
  {[xX]'[0-9a-fA-F]*'}
  {'(?:[^']|'')*'}
  {"(?:[^"]|"")*"}
  {`(?:[^`]|``)*`}
  {\[[^\]]*\]}
  {0[xX][0-9a-fA-F]+}
  {(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?}
  {[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*}
  {->>?} {\|\|} {<<} {>>} {<=} {>=} {<>} {==} {!=} {.}
} |]

# The tokens of a text, each with its kind in front: w a word, q a name in
# quotes, s a string, n a number, o anything else. Names and words are in small
# letters, names without their quotes.
proc sql_tokens {text} {
  set out {}
  foreach token [regexp -all -inline -- $::sql_token_re $text] {
    set c [string index $token 0]
    switch -glob -- $token {
      --* - /\\** {}
      [xX]'* {lappend out s[string tolower $token]}
      '* {lappend out s$token}
      \"* {
        lappend out q[ascii_lower \
            [string map {\"\" \"} [string range $token 1 end-1]]]
      }
      `* {
        lappend out q[ascii_lower \
            [string map {`` `} [string range $token 1 end-1]]]
      }
      \\\[* {lappend out q[ascii_lower [string range $token 1 end-1]]}
      [0-9]* - .[0-9]* {lappend out n[string tolower $token]}
      default {
        if {[string is space $c]} {
          continue
        }
        if {[regexp {^[A-Za-z_\u0080-\uffff]} $c]} {
          lappend out w[ascii_lower $token]
        } else {
          lappend out o$token
        }
      }
    }
  }
  return $out
}

# Tokens as a text in which quotes do not show.
proc tokens_text {tokens} {
  set out {}
  foreach token $tokens {
    if {[string index $token 0] in {w q}} {
      set token i[string range $token 1 end]
    }
    lappend out $token
  }
  return $out
}

#--------------------------------------------------------------------------
# CREATE TABLE, taken apart. A cursor over tokens: P(t) the tokens, P(i) where
# it stands.

proc p_is {args} {
  upvar #0 P P
  foreach word $args {
    if {[lindex $P(t) $P(i)] eq "w$word"} {
      return 1
    }
  }
  return 0
}

proc p_take {word} {
  upvar #0 P P
  if {[lindex $P(t) $P(i)] eq "w$word"} {
    incr P(i)
    return 1
  }
  return 0
}

proc p_op {op} {
  upvar #0 P P
  if {[lindex $P(t) $P(i)] eq "o$op"} {
    incr P(i)
    return 1
  }
  return 0
}

proc p_name {} {
  upvar #0 P P
  set token [lindex $P(t) $P(i)]
  incr P(i)
  set name [string range $token 1 end]
  if {[string index $token 0] eq "s"} {
    set name [ascii_lower [string map {'' '} [string range $name 1 end-1]]]
  }
  return $name
}

# From '(' through its ')': what is between them.
proc p_group {} {
  upvar #0 P P
  set out {}
  set depth 0
  while {$P(i)<[llength $P(t)]} {
    set token [lindex $P(t) $P(i)]
    incr P(i)
    if {$token eq "o)" && [incr depth -1]==0} {
      break
    }
    if {$depth>0} {
      lappend out $token
    }
    if {$token eq "o("} {
      incr depth
    }
  }
  return $out
}

proc p_conflict {} {
  upvar #0 P P
  if {[p_is on] && [lindex $P(t) [expr {$P(i)+1}]] eq "wconflict"} {
    incr P(i) 2
    set how [p_name]
    return [expr {$how eq "abort" ? "" : $how}]
  }
  return ""
}

# Tokens cut at the commas outside parentheses.
proc tokens_split {tokens} {
  set out {}
  set item {}
  set depth 0
  foreach token $tokens {
    if {$token eq "o," && $depth==0} {
      lappend out $item
      set item {}
      continue
    }
    incr depth [expr {($token eq "o(") - ($token eq "o)")}]
    lappend item $token
  }
  lappend out $item
  return $out
}

# A list of columns with COLLATE and DESC: {name collation desc} each.
proc terms_read {tokens} {
  set out {}
  foreach item [tokens_split $tokens] {
    set name [string range [lindex $item 0] 1 end]
    set collation ""
    set i [lsearch -exact $item wcollate]
    if {$i>=0} {
      set collation [string range [lindex $item [expr {$i+1}]] 1 end]
    }
    lappend out [list $name $collation [expr {"wdesc" in $item}]]
  }
  return $out
}

# Parentheses around all of an expression say nothing.
proc tokens_peel {tokens} {
  while {[lindex $tokens 0] eq "o("} {
    set depth 0
    set i 0
    foreach token $tokens {
      incr depth [expr {($token eq "o(") - ($token eq "o)")}]
      if {$depth==0} {
        break
      }
      incr i
    }
    if {$i!=[llength $tokens]-1} {
      break
    }
    set tokens [lrange $tokens 1 end-1]
  }
  return $tokens
}

# Behind REFERENCES. Only DEFERRABLE INITIALLY DEFERRED has an effect.
proc p_foreign {columns name} {
  upvar #0 P P
  set parent [p_name]
  set to {}
  if {[lindex $P(t) $P(i)] eq "o("} {
    set to [lmap term [terms_read [p_group]] {lindex $term 0}]
  }
  array set on {delete {} update {}}
  set match ""
  set deferred 0
  while 1 {
    if {[p_is on] && [lindex $P(t) [expr {$P(i)+1}]] in {wdelete wupdate}} {
      incr P(i)
      set event [p_name]
      set action [p_name]
      if {$action in {set no}} {
        append action " " [p_name]
      }
      set on($event) [expr {$action eq "no action" ? "" : $action}]
    } elseif {[p_take match]} {
      set match [p_name]
    } elseif {[p_is deferrable]
        || [p_is not] && [lindex $P(t) [expr {$P(i)+1}]] eq "wdeferrable"} {
      set not [p_take not]
      incr P(i)
      if {[p_take initially]} {
        set deferred [expr {[p_name] eq "deferred" && !$not}]
      }
    } else {
      break
    }
  }
  return [list foreign $columns $parent $to $on(delete) $on(update) $match \
      $deferred $name]
}

# One constraint of a column. Adds to C, the column, or to D, the table.
proc p_column_constraint {name} {
  upvar #0 P P C C D D
  if {[p_take not]} {
    p_take null
    set C(notnull) [list 1 [p_conflict]]
  } elseif {[p_take null]} {
    p_conflict
  } elseif {[p_take primary]} {
    p_take key
    set desc [p_take desc]
    p_take asc
    set conflict [p_conflict]
    set D(auto) [p_take autoincrement]
    set D(key) [list [list [list $C(name) {} $desc]] $conflict]
  } elseif {[p_take unique]} {
    lappend D(rest) [list unique [list [list $C(name) {} 0]] [p_conflict] $name]
  } elseif {[p_take check]} {
    lappend D(rest) [list check [tokens_text [tokens_peel [p_group]]] \
        [p_conflict] $name]
  } elseif {[p_take default]} {
    if {[lindex $P(t) $P(i)] eq "o("} {
      set value [tokens_peel [p_group]]
    } else {
      set value {}
      while {[p_op +]} {}
      if {[p_op -]} {
        lappend value o-
      }
      lappend value [lindex $P(t) $P(i)]
      incr P(i)
    }
    if {[lindex $value 0] eq "o+" && [llength $value]==2} {
      set value [lrange $value 1 end]
    }
    set C(default) [tokens_text $value]
  } elseif {[p_take collate]} {
    set collation [p_name]
    set C(collate) [expr {$collation eq "binary" ? "" : $collation}]
  } elseif {[p_take references]} {
    lappend D(rest) [p_foreign [list $C(name)] $name]
  } elseif {[p_is generated as]} {
    if {[p_take generated]} {
      p_take always
    }
    p_take as
    set C(as) [tokens_text [tokens_peel [p_group]]]
    lappend C(as) [expr {[p_take stored] ? "stored" : "virtual"}]
    p_take virtual
  } else {
    return 0
  }
  return 1
}

proc p_table_constraint {name} {
  upvar #0 P P D D
  if {[p_take primary]} {
    p_take key
    set terms [p_group]
    if {[lindex $terms end] eq "wautoincrement"} {
      set terms [lrange $terms 0 end-1]
      set D(auto) 1
    }
    set D(key) [list [terms_read $terms] [p_conflict]]
  } elseif {[p_take unique]} {
    set terms [terms_read [p_group]]
    lappend D(rest) [list unique $terms [p_conflict] $name]
  } elseif {[p_take check]} {
    set expr [p_group]
    lappend D(rest) [list check [tokens_text [tokens_peel $expr]] \
        [p_conflict] $name]
  } elseif {[p_take foreign]} {
    p_take key
    set columns [lmap term [terms_read [p_group]] {lindex $term 0}]
    p_take references
    lappend D(rest) [p_foreign $columns $name]
  } else {
    return 0
  }
  return 1
}

# A CREATE TABLE text as a list: columns in order; key; the other constraints,
# sorted; options.
proc table_read {sql} {
  upvar #0 P P C C D D
  array set P [list t [sql_tokens $sql] i 0]
  while {$P(i)<[llength $P(t)] && [lindex $P(t) $P(i)] ne "o("} {
    incr P(i)
  }
  set body [p_group]
  set options [lsort [lmap item [tokens_split [lrange $P(t) $P(i) end]] {
    tokens_text $item
  }]]
  array set D {key {} auto 0 rest {}}
  set columns {}
  foreach item [tokens_split $body] {
    array set P [list t $item i 0]
    unset -nocomplain C
    set isColumn [expr {![p_is constraint primary unique check foreign]}]
    if {$isColumn} {
      array set C {notnull {} default {} collate {} as {}}
      set C(name) [p_name]
      set type {}
      while {$P(i)<[llength $P(t)] && ![p_is constraint primary not null unique \
          check default collate references generated as]} {
        lappend type [lindex $P(t) $P(i)]
        incr P(i)
      }
      set C(type) [tokens_text $type]
    }
    while {$P(i)<[llength $P(t)]} {
      set name ""
      if {[p_take constraint]} {
        set name [p_name]
      }
      if {$isColumn && [p_column_constraint $name]} {
        continue
      }
      if {![p_table_constraint $name]} {
        if {$name eq ""} {
          error "cannot read [lrange $item $P(i) end] of $sql"
        }
      }
    }
    if {$isColumn} {
      lappend columns [list $C(name) $C(type) $C(notnull) $C(default) \
          $C(collate) $C(as)]
    }
  }
  return [list columns $columns key $D(key) auto $D(auto) \
      constraints [lsort $D(rest)] options $options]
}

#--------------------------------------------------------------------------
# Whole schemas.

# The columns of a key of a table WITHOUT ROWID, or STRICT, are NOT NULL also
# when they do not say so.
proc table_implied {read flags} {
  lassign $flags wr strict
  set key [dict get $read key]
  if {(!$wr && !$strict) || $key eq ""} {
    return $read
  }
  set names [lmap term [lindex $key 0] {lindex $term 0}]
  dict set read columns [lmap column [dict get $read columns] {
    lassign $column name type notnull
    if {$name in $names && $notnull eq ""
     && ($wr || $type ne "iinteger" || [llength $names]>1)} {
      lset column 2 {1 {}}
    }
    set column
  }]
}

# What the pragmas say of a table. An index that SQLite made has no name here.
proc table_pragmas {h name} {
  set q [sql_text $name]
  set columns [$h eval "
    SELECT lower(name), lower(replace(type, ' ', '')), \"notnull\", pk, hidden
      FROM pragma_table_xinfo($q) ORDER BY cid"]
  set unique {}
  $h eval "SELECT name AS i, origin AS o FROM pragma_index_list($q)
            WHERE origin<>'c'" {
    lappend unique [list $o [$h eval {
      SELECT lower(name), "desc", lower(coll) FROM pragma_index_xinfo($i)
       WHERE key ORDER BY seqno
    }]]
  }
  set foreign {}
  $h eval "SELECT id AS k, min(seq), lower(\"table\") AS t, on_update AS u,
                  on_delete AS d FROM pragma_foreign_key_list($q) GROUP BY id" {
    lappend foreign [list $t $u $d [$h eval "
      SELECT lower(\"from\"), lower(\"to\") FROM pragma_foreign_key_list($q)
       WHERE id=$k ORDER BY seq"]]
  }
  set flags [$h eval {
    SELECT wr, strict FROM pragma_table_list WHERE schema='main' AND name=$name
  }]
  return [list columns $columns unique [lsort $unique] \
      foreign [lsort $foreign] flags $flags]
}

# ASC says nothing in an index.
proc index_read {sql} {
  set tokens [sql_tokens $sql]
  tokens_text [lsearch -all -inline -not -exact $tokens wasc]
}

proc virtual_read {sql} {
  if {![regexp -nocase {\yUSING\s+([^\s(]+)\s*(?:\((.*)\))?\s*$} \
      $sql - module arguments]} {
    return $sql
  }
  return [list [ascii_lower $module] [lmap a [split $arguments ,] {
    string trim $a
  }]]
}

# Reading a text costs more than anything else here, and most come again.
proc read_once {kind sql} {
  upvar #0 read_known known
  if {![info exists known($kind,$sql)]} {
    if {[array size known]>2000} {
      unset known
    }
    set known($kind,$sql) [${kind}_read $sql]
  }
  return $known($kind,$sql)
}

proc view_read {sql} {
  tokens_text [sql_tokens $sql]
}
proc trigger_read {sql} {
  tokens_text [sql_tokens $sql]
}

# Is it one of the store's, or of SQLite?
proc model_skips {h} {
  set out [$h eval {
    SELECT name FROM main.sqlite_schema
     WHERE name GLOB 'sqlite_*' OR name GLOB '_migrate_*'
     UNION ALL
    SELECT name FROM pragma_table_list WHERE schema='main' AND type='shadow'
  }]
  return $out
}

proc schema_model {h} {
  set skip [model_skips $h]
  set out {}
  foreach {type name table sql} [$h eval {
    SELECT type, name, tbl_name, sql FROM main.sqlite_schema
     WHERE sql IS NOT NULL
  }] {
    if {$name in $skip || $table in $skip} {
      continue
    }
    set key [list $type [ascii_lower $name]]
    if {$type ne "table"} {
      dict set out $key [read_once $type $sql]
    } elseif {[regexp -nocase {^CREATE\s+VIRTUAL} $sql]} {
      dict set out $key [read_once virtual $sql]
    } else {
      set pragmas [table_pragmas $h $name]
      dict set out $key [concat [table_implied [read_once table $sql] \
          [lindex $pragmas end]] $pragmas]
    }
  }
  return $out
}

proc model_differs {a b} {
  foreach key [lsort -unique [concat [dict keys $a] [dict keys $b]]] {
    if {![dict exists $b $key]} {
      return "$key is only in the first"
    }
    if {![dict exists $a $key]} {
      return "$key is only in the second"
    }
    set x [dict get $a $key]
    set y [dict get $b $key]
    if {$x eq $y} {
      continue
    }
    if {[lindex $key 0] eq "table" && [lindex $x 0] eq "columns"
     && [lindex $y 0] eq "columns"} {
      foreach {what u} $x {what2 v} $y {
        if {$u ne $v} {
          return "$key: $what: $u <> $v"
        }
      }
    }
    return "$key: $x <> $y"
  }
  return ""
}

# Views that cannot be read, triggers that do not compile. With foreign keys
# enforced a parent that is not there would count as well.
proc schema_broken {h} {
  set out {}
  set enforced [$h config enable_fkey]
  $h config enable_fkey 0
  foreach view [$h eval {
    SELECT name FROM main.sqlite_schema WHERE type='view'
  }] {
    if {[catch {$h eval "EXPLAIN SELECT * FROM main.[sql_name $view]"} why]} {
      lappend out [list $view $why]
    }
  }
  foreach table [$h eval {
    SELECT DISTINCT tbl_name FROM main.sqlite_schema WHERE type='trigger'
  }] {
    set q main.[sql_name $table]
    set sets {}
    foreach {name hidden} [$h eval "SELECT name, hidden
        FROM pragma_table_xinfo([sql_text $table])"] {
      if {$hidden==0} {
        lappend sets "[sql_name $name]=NULL"
      }
    }
    set statements [list "INSERT INTO $q DEFAULT VALUES" "DELETE FROM $q"]
    if {[llength $sets]} {
      lappend statements "UPDATE $q SET [join $sets ,]"
    }
    foreach sql $statements {
      # A view without INSTEAD OF for this cannot be written at all.
      if {[catch {$h eval "EXPLAIN $sql"} why]
       && ![string match "cannot modify *" $why]} {
        lappend out [list $table $why]
      }
    }
  }
  $h config enable_fkey $enforced
  return $out
}

#--------------------------------------------------------------------------
# Rows.

# Columns that can be written, and all of them.
proc columns_of {h table {all 0}} {
  $h eval "SELECT name FROM pragma_table_xinfo([sql_text $table])
            WHERE $all OR hidden=0 ORDER BY cid"
}

# The column that is the rowid, in a list; {} without one.
proc rowid_column {h table} {
  set q [sql_text $table]
  set keys [$h eval "SELECT name, type FROM pragma_table_xinfo($q) WHERE pk"]
  if {[llength $keys]!=2 || ![string equal -nocase [lindex $keys 1] INTEGER]
   || [is_without_rowid $h $table]} {
    return ""
  }
  # INTEGER PRIMARY KEY DESC has an index, the others have not.
  if {[$h onecolumn "SELECT count(*) FROM pragma_index_list($q)
                      WHERE origin='pk'"]} {
    return ""
  }
  return [list [lindex $keys 0]]
}

proc in_lower {name names} {
  expr {[ascii_lower $name] in [lmap n $names {ascii_lower $n}]}
}

# Of some names the one that says the same as this, in a list; {} when there is
# none. (A name may be empty.)
proc name_find {name names} {
  foreach n $names {
    if {[ascii_lower $n] eq [ascii_lower $name]} {
      return [list $n]
    }
  }
  return {}
}

proc ordinary_tables {h} {
  set skip [model_skips $h]
  set out {}
  foreach {name sql} [$h eval {
    SELECT name, sql FROM main.sqlite_schema WHERE type='table' ORDER BY name
  }] {
    if {$name ni $skip && ![regexp -nocase {^CREATE\s+VIRTUAL} $sql]} {
      lappend out $name
    }
  }
  return $out
}

# Copy the rows of the file at path into the tables of h that they survive in.
# tables: {new old} pairs of names that differ; columns: {new column old} with
# the new table's name, of those that differ. Returns {table error} of those
# whose rows do not fit, and puts into pairsVar {new old {new old ...}} of the
# tables that were filled.
proc rows_move {path h tables columns pairsVar} {
  upvar 1 $pairsVar pairs
  set pairs {}
  set failed {}
  set triggers [$h config enable_trigger]
  $h config enable_trigger 0
  $h eval {ATTACH $path AS was}
  set skip [$h eval {
    SELECT name FROM was.sqlite_schema
     WHERE name GLOB 'sqlite_*' OR name GLOB '_migrate_*'
        OR sql LIKE 'CREATE VIRTUAL%'
  }]
  set there [$h eval {SELECT name FROM was.sqlite_schema WHERE type='table'}]
  foreach new [ordinary_tables $h] {
    set old [name_find $new $there]
    if {[dict exists $tables $new]} {
      set old [list [dict get $tables $new]]
    } elseif {$old ne "" && [lindex $old 0] in [dict values $tables]} {
      continue
    }
    if {$old eq "" || [lindex $old 0] in $skip} {
      continue
    }
    set old [lindex $old 0]
    set have [$h eval "SELECT name
        FROM pragma_table_xinfo([sql_text $old], 'was')"]
    set renames {}
    if {[dict exists $columns $new]} {
      set renames [dict get $columns $new]
    }
    set names {}
    foreach column [columns_of $h $new] {
      set from [name_find $column $have]
      if {[dict exists $renames $column]} {
        set from [list [dict get $renames $column]]
      } elseif {$from ne "" && [lindex $from 0] in [dict values $renames]} {
        continue
      }
      if {$from ne ""} {
        lappend names $column [lindex $from 0]
      }
    }
    lappend pairs [list $new $old $names]
    if {[catch {rows_copy $h $new $old $names} why]} {
      lappend failed [list $new $why]
    }
  }
  $h eval {DETACH was}
  $h config enable_trigger $triggers
  return $failed
}

# One table, or some of its rows. Rowids that no column shows are kept.
proc rows_copy {h new old names {where 1}} {
  set to {}
  set from {}
  foreach {column source} $names {
    lappend to [sql_name $column]
    lappend from [sql_name $source]
  }
  set key [rowid_column $h $new]
  set id [rowid_name $h $new]
  set idOld [was_rowid_name $h $old]
  if {$key ne "" && [dict exists $names [lindex $key 0]]} {
    set source [sql_name [dict get $names [lindex $key 0]]]
    if {[$h exists "SELECT 1 FROM was.[sql_name $old]
        WHERE $where AND $source IS NULL"]} {
      error "NULL would become a rowid"
    }
  } elseif {$id ne "" && $idOld ne ""} {
    lappend to $id
    lappend from $idOld
  }
  if {[llength $to]} {
    $h eval "INSERT OR ABORT INTO main.[sql_name $new]([join $to ,])
             SELECT [join $from ,] FROM was.[sql_name $old] WHERE $where"
  } elseif {[$h onecolumn "SELECT count(*) FROM was.[sql_name $old]"]} {
    error "no column of it is left"
  }
}

# The name by which the rowid can be read of a table in the attached file.
proc was_rowid_name {h table} {
  if {[$h onecolumn {
    SELECT wr FROM pragma_table_list WHERE schema='was' AND name=$table
  }]} {
    return ""
  }
  set columns [ascii_lower [$h eval "SELECT name
      FROM pragma_table_xinfo([sql_text $table], 'was')"]]
  foreach name {rowid _rowid_ oid} {
    if {$name ni $columns} {
      return $name
    }
  }
  return ""
}

# Rows of a table: rowid unless that is hidden or not asked for, type and value
# of each column but those left out.
proc rows_of {h table leaveOut {id 1}} {
  set columns {}
  set name [expr {$id ? [rowid_name $h $table] : ""}]
  if {$name ne ""} {
    lappend columns $name
  }
  foreach column [columns_of $h $table 1] {
    if {![in_lower $column $leaveOut]} {
      set c [sql_name $column]
      lappend columns "typeof($c)||' '||CASE WHEN typeof($c) IN ('text','blob')
          THEN hex(CAST($c AS BLOB)) ELSE quote($c) END"
    }
  }
  if {[llength $columns]==0} {
    return [$h eval "SELECT count(*) FROM main.[sql_name $table]"]
  }
  lsort [$h eval "SELECT [join $columns "||' | '||"]
                    FROM main.[sql_name $table] NOT INDEXED"]
}

# Violations of foreign keys, or why they cannot be looked for.
proc foreign_violations {h} {
  set out {}
  if {[catch {
    $h eval {PRAGMA main.foreign_key_check} row {
      lappend out [list [ascii_lower $row(table)] [ascii_lower $row(parent)]]
    }
  } why]} {
    return [list [ascii_lower $why]]
  }
  return [lsort $out]
}

proc sequence_marks {h} {
  set out {}
  if {[$h exists {SELECT 1 FROM main.sqlite_schema
                   WHERE name='sqlite_sequence'}]} {
    foreach {name seq} [$h eval {SELECT name, seq FROM main.sqlite_sequence}] {
      dict set out [ascii_lower $name] $seq
    }
  }
  return $out
}
