# schema_generate.tcl - random pairs of schemas with rows, the second schema
# made from the first by random changes. For the tests of comparisons.
#
#     pair_make N ?harsh?    start over; the same N gives the same pair. Sets
#                            pair(a) and pair(b), the texts of the schemas;
#                            pair(tables), pair(columns), what got another name,
#                            as rows_move takes it; pair(kinds), the changes.
#                            harsh: with some that few rows go along with
#     pair_fill H            rows for a database of handle H at pair(a)
#     pair_mend H PATH       make the rows fit the second schema
#
# A schema is a dictionary (below); objects, columns and constraints have
# numbers that stay, and expressions name them by these: %T3% a table or view,
# %C7% a column, %S3% the name of a table as a string. So a change of a name
# reaches all that use it, and what uses something that is gone goes too
# (spec_prune). What SQLite does not take is taken out again (spec_settle).
#
# How a text is written - quotes, case of keywords, blanks, comments, a
# constraint at its column or at the table - is drawn anew each time.
#
#     t  table  name cols{column} key uniq{} check{} fk{} wr strict
#               column: name type notnull default collate as store
#               key: terms{{column collation desc}} conflict auto place
#               uniq: cols conflict name     check: expr name
#               fk: cols parent to del upd match defer name
#     i  index  name t unique terms{{expression collation desc}} where
#     v  view   name select
#     g  trigger  name on time event of{columns} when body
#     x  virtual table  name module arguments
#
# Numbers are drawn by backup_generate.tcl, which must be read before.

set spec {}
set spec_next 0
array set pair {}
array set pair_seen {}

proc spec_id {} {
  incr ::spec_next
}

# Names without a line end, which no annotation could hold.
set spec_names [lsearch -all -inline -not -regexp $gen_names {\n}]
set spec_columns [concat $spec_names {a b c id name Value rowid oid _rowid_ kind
    created_at Total}]
set spec_keywords {
  select values case main temp abort indexed of order group table check
}

# Every name that stands, of all kinds.
proc spec_taken {} {
  set out {}
  foreach kind {t i v x} {
    dict for {id object} [dict get $::spec $kind] {
      lappend out [dict get $object name]
    }
  }
  # A name that something had before it was renamed cannot be given to
  # another thing: the annotation would have two meanings.
  concat $out $::spec_old
}
set spec_old {}

proc spec_object_name {} {
  gen_name [spec_taken] $::spec_names
}
proc spec_trigger_name {} {
  set taken {}
  dict for {id g} [dict get $::spec g] {
    lappend taken [dict get $g name]
  }
  gen_name $taken $::spec_names
}
proc spec_column_name {t} {
  set taken [spec_column_old $t]
  dict for {c column} [dict get $::spec t $t cols] {
    lappend taken [dict get $column name]
  }
  gen_name $taken $::spec_columns
}
# Names that columns of a table had in the first schema.
proc spec_column_old {t} {
  set out {}
  if {[dict exists $::spec_first t $t]} {
    dict for {c column} [dict get $::spec_first t $t cols] {
      lappend out [dict get $column name]
    }
  }
  return $out
}
set spec_first {t {}}

proc spec_tables {} {
  dict keys [dict get $::spec t]
}
proc spec_pick {kind} {
  gen_pick [dict keys [dict get $::spec $kind]]
}
proc spec_cols {t} {
  dict keys [dict get $::spec t $t cols]
}
proc col {t c what} {
  dict get $::spec t $t cols $c $what
}
proc col_set {t c what value} {
  dict set ::spec t $t cols $c $what $value
}

# Columns that are not generated.
proc spec_plain {t} {
  set out {}
  foreach c [spec_cols $t] {
    if {[col $t $c as] eq ""} {
      lappend out $c
    }
  }
  return $out
}

#--------------------------------------------------------------------------
# Drawing parts.

set spec_strict_types {INT INTEGER REAL TEXT BLOB ANY}
set spec_types {
  INTEGER INTEGER TEXT TEXT REAL BLOB NUMERIC {} VARCHAR(10) VARCHAR(20) BIGINT
  DATETIME {LONG TEXT} BOOLEAN INT {DECIMAL(10, 2)} {DOUBLE PRECISION}
}

proc spec_type {t} {
  if {[dict get $::spec t $t strict]} {
    return [gen_pick $::spec_strict_types]
  }
  return [gen_pick $::spec_types]
}

# A default. kind constant: one that ADD COLUMN takes; "" for any.
proc spec_default {t type kind} {
  if {[dict get $::spec t $t strict]} {
    switch -glob -- $type {
      INT* {return [gen_pick {0 7 -3 (1+2)}]}
      REAL {return [gen_pick {0.5 2 (1.0/4)}]}
      TEXT {return [gen_pick {'' 'it''s' ('a'||'b')}]}
      BLOB {return [gen_pick {x'00ff' x''}]}
    }
  }
  if {$kind eq "constant"} {
    return [gen_pick {0 5 -1.5 'it''s' '' x'00ff' +3 'a;b' true '12'}]
  }
  return [gen_pick {0 5 (1+2) 'it''s' x'00ff' -1.5 NULL ('a'||'b') +3 '--'
      (length('abc')) hello 1e3 ('(')}]
}

proc spec_collation {} {
  gen_pick {NOCASE RTRIM NOCASE binary}
}
proc spec_conflict {} {
  gen_pick {{} {} {} {} ABORT REPLACE IGNORE FAIL ROLLBACK}
}
proc spec_constraint_name {} {
  expr {[gen_chance 70] ? "" : [gen_name {} $::spec_names]}
}

# An expression over columns of a table that most values pass.
proc spec_check {t} {
  set a %C[gen_pick [spec_cols $t]]%
  set b %C[gen_pick [spec_cols $t]]%
  gen_pick [list "length($a) < 4000 OR $a IS NULL" "$a <> 'forbidden'" \
      "$a IS NOT 77" "typeof($a) <> 'blob' OR $b IS NULL OR 1" \
      "%T$t%.$a IS NOT 78" "$a IN (1, 2, 3) OR $a IS NOT 79" \
      "coalesce($a, $b, 0) IS NOT 'x''--'" "CASE WHEN $a = 80 THEN 0 ELSE 1 END" \
      "$a <> 81 /* not 81 */"]
}

proc spec_generated {t except} {
  set columns [lsearch -all -inline -not -exact [spec_plain $t] $except]
  set a %C[gen_pick $columns]%
  set b %C[gen_pick $columns]%
  if {[llength $columns]==0} {
    return "1"
  }
  gen_pick [list "typeof($a)" "length($a)" "$a IS NULL" "quote($b)" \
      "typeof($a) || ':' || typeof($b)" "coalesce($a, $b)" "1+1"]
}

proc spec_column {t} {
  set type [spec_type $t]
  set column [dict create name [spec_column_name $t] type $type notnull {} \
      default {} collate {} as {} store virtual]
  if {[gen_chance 25]} {
    dict set column default [spec_default $t $type any]
  }
  if {[gen_chance 20]} {
    dict set column notnull [gen_pick {abort abort abort REPLACE IGNORE FAIL}]
  }
  if {[gen_chance 15]} {
    dict set column collate [spec_collation]
  }
  return $column
}

# Add a column, generated ones with their kind; behind column after, or last.
proc spec_column_add {t {after last}} {
  set column [spec_column $t]
  set c [spec_id]
  if {[llength [spec_plain $t]] && [gen_chance 12]} {
    dict set column as [spec_generated $t {}]
    dict set column store [gen_pick {virtual stored}]
    dict set column default {}
    dict set column notnull {}
    if {[dict get $::spec t $t strict]} {
      dict set column type ANY
    }
  }
  set cols {}
  dict for {k v} [dict get $::spec t $t cols] {
    if {$after eq "first" && [dict size $cols]==0} {
      dict set cols $c $column
    }
    dict set cols $k $v
    if {$k eq $after} {
      dict set cols $c $column
    }
  }
  dict set cols $c $column
  dict set ::spec t $t cols $cols
  return $c
}

proc spec_key {t} {
  set wr [dict get $::spec t $t wr]
  set plain [spec_plain $t]
  set key [dict create terms {} conflict [spec_conflict] auto 0 place any]
  if {!$wr && [gen_chance 55]} {
    # The rowid, mostly.
    set c [gen_pick $plain]
    col_set $t $c type [gen_pick {INTEGER INTEGER INTEGER integer INT}]
    col_set $t $c collate {}
    if {[col $t $c default] ne ""} {
      col_set $t $c default {}
    }
    set desc [gen_chance 8]
    if {$desc} {
      # Only at the column this is not the rowid.
      dict set key place [gen_pick {column table}]
    }
    dict set key terms [list [list $c {} $desc]]
    if {!$desc && [gen_chance 40] && [string toupper [col $t $c type]] eq "INTEGER"} {
      dict set key auto 1
      dict set key conflict {}
    }
    return $key
  }
  set terms {}
  foreach c [gen_sample $plain [expr {1 + [gen_int 2]}]] {
    lappend terms [list $c [expr {[gen_chance 10] ? "NOCASE" : ""}] \
        [gen_chance 15]]
  }
  dict set key terms $terms
  dict set key place [expr {[llength $terms]==1 && [lindex $terms 0 1] eq ""
      && ![lindex $terms 0 2] ? "any" : "table"}]
  return $key
}

# The columns that a foreign key may refer to; {} for none.
proc spec_parent_key {t} {
  set out {}
  set key [dict get $::spec t $t key]
  if {$key ne "" && [lsearch -glob -index 1 [dict get $key terms] ?*]<0} {
    lappend out [lmap term [dict get $key terms] {lindex $term 0}]
  }
  dict for {id u} [dict get $::spec t $t uniq] {
    lappend out [dict get $u cols]
  }
  return $out
}

proc spec_fk {t} {
  set parent [gen_pick [spec_tables]]
  if {[gen_chance 15]} {
    set parent $t
  }
  set to [gen_pick [spec_parent_key $parent]]
  set plain [spec_plain $t]
  if {[llength $to]==0 || [llength $plain]<[llength $to]} {
    return ""
  }
  dict create cols [gen_sample $plain [llength $to]] parent $parent to $to \
      del [spec_action] upd [spec_action] match [gen_pick {{} {} {} FULL}] \
      defer [gen_pick {{} {} {} {DEFERRABLE INITIALLY DEFERRED} {NOT DEFERRABLE}
                       DEFERRABLE {DEFERRABLE INITIALLY IMMEDIATE}}] \
      name [spec_constraint_name]
}
proc spec_action {} {
  gen_pick {{} {} CASCADE {SET NULL} {SET DEFAULT} RESTRICT {NO ACTION}}
}

proc spec_table {} {
  set t [spec_id]
  dict set ::spec t $t [dict create name [spec_object_name] cols {} key {} \
      uniq {} check {} fk {} wr 0 strict [gen_chance 15]]
  for {set i [expr {1 + [gen_int 5]}]} {$i>=0} {incr i -1} {
    spec_column_add $t
  }
  if {[gen_chance 15]} {
    dict set ::spec t $t wr 1
  }
  if {[dict get $::spec t $t wr] || [gen_chance 75]} {
    dict set ::spec t $t key [spec_key $t]
  }
  if {[gen_chance 35]} {
    spec_unique_add $t
  }
  for {set i [gen_int 3]} {$i>0} {incr i -1} {
    dict set ::spec t $t check [spec_id] \
        [dict create expr [spec_check $t] name [spec_constraint_name]]
  }
  return $t
}

proc spec_unique_add {t} {
  dict set ::spec t $t uniq [spec_id] [dict create \
      cols [gen_sample [spec_plain $t] [expr {1 + [gen_int 2]}]] \
      conflict [spec_conflict] name [spec_constraint_name]]
}

proc spec_fk_add {t} {
  set fk [spec_fk $t]
  if {$fk eq ""} {
    return 0
  }
  dict set ::spec t $t fk [spec_id] $fk
  return 1
}

proc spec_terms {t} {
  set terms {}
  foreach c [gen_sample [spec_cols $t] [expr {1 + [gen_int 2]}]] {
    set e %C$c%
    lappend terms [list [gen_pick [list $e $e $e "length($e)" "typeof($e)" \
        "($e IS NULL)"]] [gen_pick {{} {} {} NOCASE RTRIM}] [gen_chance 25]]
  }
  return $terms
}

proc spec_where {t} {
  set e %C[gen_pick [spec_cols $t]]%
  gen_pick [list {} {} {} "$e IS NOT NULL" "typeof($e) = 'integer' AND $e > 0"]
}

proc spec_index {{t ""}} {
  if {$t eq ""} {
    set t [spec_pick t]
  }
  if {$t eq ""} {
    return 0
  }
  dict set ::spec i [spec_id] [dict create name [spec_object_name] t $t \
      unique [gen_chance 15] terms [spec_terms $t] where [spec_where $t]]
  return 1
}

proc spec_select {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return "SELECT 1 AS one, 'a;b' AS \"two;\""
  }
  set u [spec_pick t]
  set a %C[gen_pick [spec_cols $t]]%
  set b %C[gen_pick [spec_cols $t]]%
  set c %C[gen_pick [spec_cols $u]]%
  set v [spec_pick v]
  gen_pick [list "SELECT * FROM %T$t%" "SELECT $a, $b AS two FROM %T$t%" \
      "SELECT count(*) AS n, max($a) AS m FROM %T$t% WHERE $b IS NOT NULL" \
      "SELECT x.$a AS p, y.$c AS q FROM %T$t% AS x LEFT JOIN %T$u% AS y\
       ON x.$b = y.$c" \
      "WITH w(z) AS (SELECT $a FROM %T$t%) SELECT z, 'a;b' AS \"z 2\" FROM w" \
      "SELECT %T$t%.$a AS p FROM %T$t% -- over it\nWHERE %T$t%.$b <> 'x'" \
      [expr {$v eq "" ? "SELECT 2 AS two" : "SELECT count(*) AS n FROM %T$v%"}]]
}

proc spec_view {} {
  dict set ::spec v [spec_id] [dict create name [spec_object_name] \
      select [spec_select]]
  return 1
}

proc spec_body {t} {
  set u [spec_pick t]
  set c %C[gen_pick [spec_plain $u]]%
  set out {}
  for {set i [expr {1 + [gen_int 2]}]} {$i>0} {incr i -1} {
    lappend out [gen_pick [list "SELECT 1" \
        "UPDATE %T$u% SET $c = $c WHERE $c IS NOT $c" \
        "DELETE FROM %T$u% WHERE $c = 'never;' AND 0" \
        "INSERT OR IGNORE INTO %T$u%\($c) SELECT $c FROM %T$u% WHERE 0" \
        "SELECT CASE WHEN 0 THEN RAISE(ABORT, 'no; END') END"]]
  }
  return "[join $out {; }];"
}

proc spec_trigger {{on ""}} {
  if {$on eq ""} {
    set on [gen_pick [concat [spec_tables] [spec_tables] \
        [dict keys [dict get $::spec v]]]]
  }
  if {$on eq "" || [llength [spec_tables]]==0} {
    return 0
  }
  set view [dict exists $::spec v $on]
  set event [gen_pick {INSERT UPDATE DELETE}]
  set of {}
  set when ""
  set body [spec_body $on]
  if {!$view} {
    set c [gen_pick [spec_cols $on]]
    if {$event eq "UPDATE" && [gen_chance 40]} {
      set of [gen_sample [spec_cols $on] [expr {1 + [gen_int 2]}]]
    }
    set row [expr {$event eq "DELETE" ? "old" : "new"}]
    set when [gen_pick [list {} {} "$row.%C$c% IS NOT NULL" 1]]
    if {[gen_chance 40]} {
      set body "SELECT $row.%C$c%; $body"
    }
  }
  dict set ::spec g [spec_id] [dict create name [spec_trigger_name] on $on \
      time [expr {$view ? "INSTEAD OF" : [gen_pick {BEFORE AFTER {}}]}] \
      event $event of $of when $when body $body]
  return 1
}

proc spec_virtual {} {
  set t [spec_pick t]
  set arguments [gen_pick {
    {fts5 {a, b}} {fts5 {title, "body text", prefix='2 3'}}
    {fts5 {x UNINDEXED, y, tokenize='porter ascii'}} {rtree {id, x0, x1}}
    {rtree {id, x0, x1, y0, y1, +label TEXT}} {fts4 {a, b}}
  }]
  if {$t ne "" && [gen_chance 40]} {
    # Without a name it would be one without content.
    if {![dict get $::spec t $t wr] && [dict get $::spec t $t name] ne ""} {
      set c [gen_pick [spec_plain $t]]
      set arguments [list fts5 "%C$c%, content=%S$t%"]
    }
  }
  lassign $arguments module list
  # Names that shadow tables cannot run into.
  set name [gen_name [spec_taken] {docs {f t} it's F1 F2 F3 Search x-y}]
  dict set ::spec x [spec_id] [dict create name $name module $module \
      arguments $list]
  return 1
}

proc spec_schema {} {
  set ::spec {t {} i {} v {} g {} x {}}
  for {set i [expr {1 + [gen_int 4]}]} {$i>0} {incr i -1} {
    spec_table
  }
  foreach t [spec_tables] {
    for {set i [gen_int 3]} {$i>0} {incr i -1} {
      spec_fk_add $t
    }
  }
  for {set i [gen_int 5]} {$i>0} {incr i -1} {
    spec_index
  }
  for {set i [gen_int 3]} {$i>0} {incr i -1} {
    spec_view
  }
  for {set i [gen_int 3]} {$i>0} {incr i -1} {
    spec_trigger
  }
  if {[gen_chance 20]} {
    spec_virtual
  }
}

#--------------------------------------------------------------------------
# What uses something that is gone.

# Do all numbers in a text stand for something?
proc spec_stands {text} {
  foreach {- kind id} [regexp -all -inline {%([TCS])(\d+)%} $text] {
    if {$kind eq "C"} {
      if {![info exists ::spec_all($id)]} {
        return 0
      }
    } elseif {![dict exists $::spec t $id] && ![dict exists $::spec v $id]} {
      return 0
    }
  }
  return 1
}

proc spec_prune {} {
  upvar #0 spec spec
  set before ""
  while {$before ne $spec} {
    set before $spec
    array unset ::spec_all
    dict for {t table} [dict get $spec t] {
      foreach c [dict keys [dict get $table cols]] {
        set ::spec_all($c) $t
      }
    }
    foreach t [spec_tables] {
      spec_prune_table $t
    }
    dict for {i index} [dict get $spec i] {
      set terms {}
      foreach term [dict get $index terms] {
        if {[spec_stands [lindex $term 0]]} {
          lappend terms $term
        }
      }
      dict set spec i $i terms $terms
      if {![spec_stands [dict get $index where]]} {
        dict set spec i $i where {}
      }
      if {![dict exists $spec t [dict get $index t]] || [llength $terms]==0} {
        dict unset spec i $i
      }
    }
    dict for {v view} [dict get $spec v] {
      if {![spec_stands [dict get $view select]]} {
        dict set spec v $v select "SELECT 3 AS three"
      }
    }
    dict for {g trigger} [dict get $spec g] {
      set of [lmap c [dict get $trigger of] {
        if {![info exists ::spec_all($c)]} continue
        set c
      }]
      dict set spec g $g of $of
      set on [dict get $trigger on]
      if {![dict exists $spec t $on] && ![dict exists $spec v $on]
       || ![spec_stands [dict get $trigger when]]
       || ![spec_stands [dict get $trigger body]]} {
        dict unset spec g $g
      }
    }
    dict for {x virtual} [dict get $spec x] {
      # The content of a full-text table has rowids.
      set arguments [dict get $virtual arguments]
      if {![spec_stands $arguments]
       || [regexp {%S(\d+)%} $arguments - t] && [dict get $spec t $t wr]} {
        dict unset spec x $x
      }
    }
  }
}

proc spec_prune_table {t} {
  upvar #0 spec spec
  foreach c [spec_cols $t] {
    if {![spec_stands [col $t $c as]]} {
      col_set $t $c as "length('gone')"
    }
  }
  set key [dict get $spec t $t key]
  if {$key ne ""} {
    set terms {}
    foreach term [dict get $key terms] {
      set c [lindex $term 0]
      if {[info exists ::spec_all($c)] && [col $t $c as] eq ""} {
        lappend terms $term
      }
    }
    dict set spec t $t key terms $terms
    if {[llength $terms]==0} {
      dict set spec t $t key {}
      dict set spec t $t wr 0
    }
  }
  foreach what {uniq fk} {
    dict for {id constraint} [dict get $spec t $t $what] {
      set names [dict get $constraint cols]
      if {$what eq "fk"} {
        if {![dict exists $spec t [dict get $constraint parent]]} {
          dict unset spec t $t fk $id
          continue
        }
        lappend names {*}[dict get $constraint to]
      }
      foreach c $names {
        if {![info exists ::spec_all($c)]} {
          dict unset spec t $t $what $id
          break
        }
      }
    }
  }
  dict for {id check} [dict get $spec t $t check] {
    if {![spec_stands [dict get $check expr]]} {
      dict unset spec t $t check $id
    }
  }
}

#--------------------------------------------------------------------------
# Writing.

set write_plain 0
proc write_name {name} {
  set ways [list [sql_name $name]]
  if {$::write_plain} {
    return [lindex $ways 0]
  }
  if {![string match {*`*} $name]} {
    lappend ways `$name`
  }
  if {![string match {*]*} $name]} {
    lappend ways "\[$name\]"
  }
  if {[regexp {^[A-Za-z_][A-Za-z0-9_]*$} $name]
   && [ascii_lower $name] ni $::spec_keywords} {
    lappend ways $name $name $name
  }
  gen_pick $ways
}

proc write_id {kind id} {
  if {$kind eq "C"} {
    return [write_name [dict get $::spec t $::spec_all($id) cols $id name]]
  }
  set object [expr {[dict exists $::spec t $id] ? [dict get $::spec t $id]
      : [dict get $::spec v $id]}]
  if {$kind eq "S"} {
    return [sql_text [dict get $object name]]
  }
  write_name [dict get $object name]
}

# A text with its numbers as names.
proc write_text {text} {
  set out ""
  set from 0
  foreach {all kind id} [regexp -all -inline -indices {%([TCS])(\d+)%} $text] {
    append out [string range $text $from [expr {[lindex $all 0]-1}]]
    append out [write_id [string range $text {*}$kind] \
        [string range $text {*}$id]]
    set from [expr {[lindex $all 1]+1}]
  }
  append out [string range $text $from end]
}

proc write_list {ids} {
  join [lmap c $ids {write_id C $c}] [gen_pick {, {, }}]
}

# Keywords of a part, in one case or the other.
proc kw {text} {
  expr {$::write_small ? [string tolower $text] : $text}
}

proc write_constraint_name {name} {
  expr {$name eq "" ? "" : "[kw CONSTRAINT] [write_name $name] "}
}
proc write_conflict {how} {
  if {$how eq "" || $how eq "abort"} {
    return ""
  }
  return " [kw "ON CONFLICT"] $how"
}

proc write_fk_tail {fk} {
  set out "[kw REFERENCES] [write_id T [dict get $fk parent]]"
  append out "([write_list [dict get $fk to]])"
  foreach {what key} {{ON DELETE} del {ON UPDATE} upd} {
    if {[dict get $fk $key] ne ""} {
      append out " [kw "$what [dict get $fk $key]"]"
    }
  }
  if {[dict get $fk match] ne ""} {
    append out " [kw MATCH] [dict get $fk match]"
  }
  if {[dict get $fk defer] ne ""} {
    append out " [kw [dict get $fk defer]]"
  }
  return $out
}

# Where the constraints stand: fills at(c), and returns those of the table.
# Several keys stay in their order, by which SQLite names their indexes.
proc write_constraints {t atVar} {
  upvar 1 $atVar at
  set keys {}
  set out {}
  set table [dict get $::spec t $t]
  set key [dict get $table key]
  set several [expr {($key ne "") + [dict size [dict get $table uniq]]>1}]
  if {$key ne ""} {
    set terms [dict get $key terms]
    set place [dict get $key place]
    if {[llength $terms]>1 || [lindex $terms 0 1] ne ""} {
      set place table
    }
    if {$place eq "any"} {
      set place [expr {$several ? "table" : [gen_pick {column table}]}]
    }
    set auto [expr {[dict get $key auto] ? " [kw AUTOINCREMENT]" : ""}]
    set conflict [write_conflict [dict get $key conflict]]
    if {$place eq "column"} {
      lassign [lindex $terms 0] c - desc
      lappend at($c) "[kw {PRIMARY KEY}][
        expr {$desc ? [kw " DESC"] : ""}]$conflict$auto"
    } else {
      set list [lmap term $terms {
        lassign $term c collation desc
        string cat [write_id C $c] \
            [expr {$collation eq "" ? "" : " [kw COLLATE] $collation"}] \
            [expr {$desc ? [kw " DESC"] : ""}]
      }]
      lappend keys "[kw {PRIMARY KEY}]([join $list ,]$auto)$conflict"
    }
  }
  dict for {id u} [dict get $table uniq] {
    set name [write_constraint_name [dict get $u name]]
    set conflict [write_conflict [dict get $u conflict]]
    set cols [dict get $u cols]
    if {[llength $cols]==1 && !$several && [gen_chance 50]} {
      lappend at($cols) "$name[kw UNIQUE]$conflict"
    } else {
      lappend keys "$name[kw UNIQUE]([write_list $cols])$conflict"
    }
  }
  dict for {id check} [dict get $table check] {
    set expr [dict get $check expr]
    set text [write_constraint_name [dict get $check name]]
    append text "[kw CHECK][gen_pick {{} { }}]([write_text $expr])"
    if {[gen_chance 50] && [regexp {%C(\d+)%} $expr - c]} {
      lappend at($c) $text
    } else {
      lappend out $text
    }
  }
  dict for {id fk} [dict get $table fk] {
    set name [write_constraint_name [dict get $fk name]]
    set cols [dict get $fk cols]
    if {[llength $cols]==1 && [gen_chance 50]} {
      lappend at($cols) "$name[write_fk_tail $fk]"
    } else {
      lappend out "$name[kw {FOREIGN KEY}]([write_list $cols])\
          [write_fk_tail $fk]"
    }
  }
  set out [gen_sample $out [llength $out]]
  set i -1
  foreach k $keys {
    set i [expr {$i + 1 + [gen_int [expr {[llength $out] - $i}]]}]
    set out [linsert $out $i $k]
  }
  return $out
}

# A column; its DEFERRABLE must stay behind its REFERENCES, so every constraint
# is one piece.
proc write_column {t c constraints} {
  set column [dict get $::spec t $t cols $c]
  set parts $constraints
  set notnull [dict get $column notnull]
  if {$notnull ne ""} {
    lappend parts "[kw {NOT NULL}][write_conflict $notnull]"
  }
  if {[dict get $column default] ne ""} {
    set default [dict get $column default]
    lappend parts "[kw DEFAULT] $default"
  }
  if {[dict get $column collate] ne ""} {
    lappend parts "[kw COLLATE] [dict get $column collate]"
  }
  if {[dict get $column as] ne ""} {
    set always [expr {[gen_chance 50] ? "[kw {GENERATED ALWAYS}] " : ""}]
    set store [dict get $column store]
    set store [expr {$store eq "virtual" && [gen_chance 50] ? "" : " [kw $store]"}]
    lappend parts "$always[kw AS] ([write_text [dict get $column as]])$store"
  }
  set out [write_name [dict get $column name]]
  foreach part [concat [list [dict get $column type]] \
      [gen_sample $parts [llength $parts]]] {
    if {$part ne ""} {
      append out " $part"
    }
  }
  return $out
}

# The annotation of what has another name in the first schema.
proc write_was {old new} {
  if {[ascii_lower $old] eq [ascii_lower $new]} {
    return ""
  }
  return "-- migrate:renamed-from [sql_name $old]"
}

proc write_table {t} {
  set table [dict get $::spec t $t]
  array unset at
  set constraints [write_constraints $t at]
  set items {}
  dict for {c column} [dict get $table cols] {
    set own [expr {[info exists at($c)] ? $at($c) : {}}]
    set was ""
    if {[dict exists $::spec_first t $t cols $c]} {
      set was [write_was [dict get $::spec_first t $t cols $c name] \
          [dict get $column name]]
    }
    if {$was eq "" && [gen_chance 6]} {
      set was [gen_pick {{-- a comment; with 'quotes"} {/* one */}}]
    }
    lappend items [write_column $t $c $own] $was
  }
  foreach constraint $constraints {
    lappend items $constraint {}
  }
  set out ""
  if {[dict exists $::spec_first t $t]} {
    set was [write_was [dict get $::spec_first t $t name] [dict get $table name]]
    if {$was ne ""} {
      append out $was \n
    }
  }
  append out "[kw {CREATE TABLE}] [write_name [dict get $table name]]("
  set between [gen_pick [list " " "\n  " "\n"]]
  set last [expr {[llength $items]/2 - 1}]
  set i 0
  foreach {item comment} $items {
    append out [expr {$i ? $between : ""}] $item [expr {$i<$last ? "," : ""}]
    if {$comment ne ""} {
      append out " $comment\n"
    }
    incr i
  }
  append out ")"
  set options {}
  if {[dict get $table wr]} {
    lappend options [kw {WITHOUT ROWID}]
  }
  if {[dict get $table strict]} {
    lappend options [kw STRICT]
  }
  append out " [join [gen_sample $options 2] {, }]"
  string trim $out
}

proc write_object {kind id} {
  set ::write_small [gen_chance 30]
  if {$kind eq "t"} {
    return [write_table $id]
  }
  set object [dict get $::spec $kind $id]
  set name [write_name [dict get $object name]]
  switch $kind {
    i {
      set terms {}
      foreach term [dict get $object terms] {
        lassign $term expr collation desc
        set text [write_text $expr]
        if {$collation ne ""} {
          append text " [kw COLLATE] $collation"
        }
        lappend terms $text[expr {$desc ? [kw " DESC"] : ""}]
      }
      set unique [expr {[dict get $object unique] ? "UNIQUE " : ""}]
      set out "[kw "CREATE ${unique}INDEX"] $name [kw ON] [
        write_id T [dict get $object t]]([join $terms [gen_pick {, {, }}]])"
      if {[dict get $object where] ne ""} {
        append out " [kw WHERE] [write_text [dict get $object where]]"
      }
    }
    v {
      set out "[kw {CREATE VIEW}] $name [kw AS][gen_pick [list " " "\n"]][
        write_text [dict get $object select]]"
    }
    g {
      set out "[kw {CREATE TRIGGER}] $name"
      foreach part {time event} {
        if {[dict get $object $part] ne ""} {
          append out " [kw [dict get $object $part]]"
        }
      }
      if {[llength [dict get $object of]]} {
        append out " [kw OF] [write_list [dict get $object of]]"
      }
      append out " [kw ON] [write_id T [dict get $object on]]"
      if {[dict get $object when] ne ""} {
        append out " [kw WHEN] [write_text [dict get $object when]]"
      }
      append out "[gen_pick [list " " "\n"]][kw BEGIN] [
        write_text [dict get $object body]] [kw END]"
    }
    x {
      # Arguments are compared as they are written.
      set ::write_plain 1
      set arguments [write_text [dict get $object arguments]]
      set ::write_plain 0
      set out "[kw {CREATE VIRTUAL TABLE}] $name [kw USING] [
        dict get $object module]($arguments)"
    }
  }
  return $out
}

# All statements: {kind id text}. Tables in any order; indexes behind theirs.
proc spec_write {} {
  set out {}
  foreach kind {t x i v g} {
    set ids [dict keys [dict get $::spec $kind]]
    foreach id [gen_sample $ids [llength $ids]] {
      lappend out [list $kind $id [write_object $kind $id]]
    }
  }
  return $out
}

proc spec_text {statements} {
  join [lmap s $statements {
    string cat [lindex $s 2] [gen_pick [list ";\n" ";\n" " ;\n\n" "\n;\n"]]
  }] ""
}

#--------------------------------------------------------------------------
# What SQLite takes.

# Write the schema and take out what SQLite refuses. Returns the statements; an
# error when a table is refused.
proc spec_settle {} {
  upvar #0 spec spec
  for {set round 0} {$round<20} {incr round} {
    spec_prune
    set statements [spec_write]
    catch {settle close}
    sqlite3_real settle :memory:
    set again 0
    settle eval BEGIN
    foreach statement $statements {
      lassign $statement kind id text
      if {[catch {settle eval $text} why]} {
        if {$kind eq "t"} {
          settle close
          error "$why: $text"
        }
        dict unset spec $kind $id
        set again 1
      }
    }
    settle eval COMMIT
    if {!$again} {
      set again [expr {[settle_keys] || [settle_objects]}]
    }
    settle close
    if {!$again} {
      return $statements
    }
  }
  error "does not settle"
}

# Foreign keys whose parent has no such key. Returns 1 when some were.
proc settle_keys {} {
  upvar #0 spec spec
  if {![catch {settle eval {PRAGMA foreign_key_check}} why]} {
    return 0
  }
  set found 0
  foreach t [spec_tables] {
    dict for {id fk} [dict get $spec t $t fk] {
      set child [dict get $spec t $t name]
      set parent [dict get $spec t [dict get $fk parent] name]
      if {$why eq "foreign key mismatch - \"$child\" referencing \"$parent\""} {
        dict unset spec t $t fk $id
        set found 1
      }
    }
  }
  if {!$found} {
    error $why
  }
  return 1
}

# Views and triggers that do not compile.
proc settle_objects {} {
  upvar #0 spec spec
  set broken [lmap b [schema_broken settle] {ascii_lower [lindex $b 0]}]
  if {[llength $broken]==0} {
    return 0
  }
  set found 0
  foreach kind {v g} {
    dict for {id object} [dict get $spec $kind] {
      set name [dict get $object name]
      if {$kind eq "g"} {
        set on [dict get $object on]
        set name [expr {[dict exists $spec t $on] ? [dict get $spec t $on name]
            : [dict get $spec v $on name]}]
      }
      if {[ascii_lower $name] in $broken} {
        dict unset spec $kind $id
        set found 1
      }
    }
  }
  return $found
}

#--------------------------------------------------------------------------
# Changes. Each returns 1 when it changed something.

proc change_add_column {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set c [spec_column_add $t \
      [gen_pick [concat last last last first [spec_cols $t]]]]
  # Without a default no row could stay.
  if {[col $t $c notnull] ne "" && [col $t $c default] in {{} NULL}
   && [gen_chance 85]} {
    col_set $t $c default [spec_default $t [col $t $c type] constant]
  }
  return 1
}
# What ADD COLUMN does by itself.
proc change_append_column {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set c [spec_column_add $t]
  if {[col $t $c as] eq ""} {
    col_set $t $c notnull [gen_pick {{} abort}]
    col_set $t $c default [spec_default $t [col $t $c type] constant]
  }
  return 1
}
proc change_drop_column {} {
  set t [spec_pick t]
  if {$t eq "" || [llength [spec_cols $t]]<2} {
    return 0
  }
  dict unset ::spec t $t cols [gen_pick [spec_cols $t]]
  return 1
}
proc change_rename_column {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set c [gen_pick [spec_cols $t]]
  col_set $t $c name [spec_column_name $t]
  return 1
}
proc change_swap_columns {} {
  set t [spec_pick t]
  if {$t eq "" || [llength [spec_cols $t]]<2} {
    return 0
  }
  lassign [gen_sample [spec_cols $t] 2] a b
  set name [col $t $a name]
  col_set $t $a name [col $t $b name]
  col_set $t $b name $name
  return 1
}
# A plain column.
proc change_pick {tVar cVar} {
  upvar 1 $tVar t $cVar c
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set c [gen_pick [spec_plain $t]]
  expr {$c ne ""}
}
proc change_type {} {
  if {![change_pick t c]} {
    return 0
  }
  foreach {x virtual} [dict get $::spec x] {
    if {[string match *%C$c%* [dict get $virtual arguments]]} {
      return 0
    }
  }
  col_set $t $c type [spec_type $t]
  return 1
}
proc change_widen {} {
  if {![change_pick t c] || [dict get $::spec t $t strict]} {
    return 0
  }
  set wider {VARCHAR(10) VARCHAR(20) VARCHAR(20) TEXT TEXT {LONG TEXT} INT BIGINT
    BIGINT INT {DOUBLE PRECISION} REAL DATETIME NUMERIC BOOLEAN NUMERIC}
  if {![dict exists $wider [col $t $c type]]} {
    return 0
  }
  col_set $t $c type [dict get $wider [col $t $c type]]
  return 1
}
proc change_not_null {} {
  if {![change_pick t c]} {
    return 0
  }
  set was [col $t $c notnull]
  col_set $t $c notnull [expr {$was eq "" ? [gen_pick {abort abort REPLACE}]
      : [gen_pick {{} {} IGNORE}]}]
  return 1
}
proc change_default {} {
  if {![change_pick t c]} {
    return 0
  }
  col_set $t $c default [expr {[gen_chance 30] ? ""
      : [spec_default $t [col $t $c type] any]}]
  return 1
}
proc change_collate {} {
  if {![change_pick t c]} {
    return 0
  }
  set new [gen_pick {{} NOCASE RTRIM}]
  if {$new eq [col $t $c collate]} {
    return 0
  }
  col_set $t $c collate $new
  return 1
}
proc change_check {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set id [gen_pick [dict keys [dict get $::spec t $t check]]]
  switch [expr {$id eq "" ? 0 : [gen_int 4]}] {
    0 {
      dict set ::spec t $t check [spec_id] [dict create expr [spec_check $t] \
          name [spec_constraint_name]]
    }
    1 {dict unset ::spec t $t check $id}
    2 {dict set ::spec t $t check $id expr [spec_check $t]}
    3 {dict set ::spec t $t check $id name [spec_constraint_name]}
  }
  return 1
}
proc change_unique {} {
  set t [spec_pick t]
  if {$t eq "" || [llength [spec_plain $t]]==0} {
    return 0
  }
  set id [gen_pick [dict keys [dict get $::spec t $t uniq]]]
  switch [expr {$id eq "" ? 0 : [gen_int 4]}] {
    0 {spec_unique_add $t}
    1 {dict unset ::spec t $t uniq $id}
    2 {dict set ::spec t $t uniq $id conflict [spec_conflict]}
    3 {dict set ::spec t $t uniq $id name [spec_constraint_name]}
  }
  return 1
}
proc change_key {} {
  set t [spec_pick t]
  if {$t eq "" || [llength [spec_plain $t]]==0} {
    return 0
  }
  if {[dict get $::spec t $t key] ne "" && [gen_chance 30]
   && ![dict get $::spec t $t wr]} {
    dict set ::spec t $t key {}
  } else {
    dict set ::spec t $t key [spec_key $t]
  }
  return 1
}
proc change_autoincrement {} {
  set t [spec_pick t]
  if {$t eq "" || [dict get $::spec t $t key] eq ""
   || [dict get $::spec t $t wr]} {
    return 0
  }
  set terms [dict get $::spec t $t key terms]
  if {[llength $terms]>1 || [lindex $terms 0 2]
   || [string toupper [col $t [lindex $terms 0 0] type]] ne "INTEGER"} {
    return 0
  }
  dict set ::spec t $t key auto [expr {![dict get $::spec t $t key auto]}]
  dict set ::spec t $t key conflict {}
  return 1
}
proc change_foreign_key {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set id [gen_pick [dict keys [dict get $::spec t $t fk]]]
  switch [expr {$id eq "" ? 0 : [gen_int 5]}] {
    0 {return [spec_fk_add $t]}
    1 {dict unset ::spec t $t fk $id}
    2 {dict set ::spec t $t fk $id del [spec_action]}
    3 {dict set ::spec t $t fk $id defer {DEFERRABLE INITIALLY DEFERRED}}
    4 {dict set ::spec t $t fk $id name [spec_constraint_name]}
  }
  return 1
}
proc change_generated {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  set c [gen_pick [spec_cols $t]]
  if {[col $t $c as] eq ""} {
    if {[gen_chance 70] || [llength [spec_plain $t]]<2} {
      return 0
    }
    col_set $t $c as [spec_generated $t $c]
    col_set $t $c store [gen_pick {virtual stored}]
    col_set $t $c default {}
    col_set $t $c notnull {}
    return 1
  }
  switch [gen_int 3] {
    0 {col_set $t $c as {}}
    1 {col_set $t $c as [spec_generated $t $c]}
    2 {
      col_set $t $c store [expr {[col $t $c store] eq "stored" ? "virtual"
          : "stored"}]
    }
  }
  return 1
}
proc change_reorder {} {
  set t [spec_pick t]
  if {$t eq "" || [llength [spec_cols $t]]<2} {
    return 0
  }
  set cols {}
  foreach c [gen_sample [spec_cols $t] 99] {
    dict set cols $c [dict get $::spec t $t cols $c]
  }
  dict set ::spec t $t cols $cols
  return 1
}
proc change_strict {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  if {[dict get $::spec t $t strict]} {
    dict set ::spec t $t strict 0
    return 1
  }
  dict set ::spec t $t strict 1
  foreach c [spec_cols $t] {
    set type [string toupper [col $t $c type]]
    if {$type ni $::spec_strict_types} {
      col_set $t $c type [switch -glob $type {
        *INT* {set - INTEGER} *CHAR* - *TEXT* {set - TEXT} *DOUB* {set - REAL}
        default {set - ANY}
      }]
    }
    if {[col $t $c default] ne ""} {
      col_set $t $c default [spec_default $t [col $t $c type] any]
    }
  }
  return 1
}
proc change_without_rowid {} {
  set t [spec_pick t]
  if {$t eq "" || [dict get $::spec t $t key] eq ""} {
    return 0
  }
  dict set ::spec t $t wr [expr {![dict get $::spec t $t wr]}]
  dict set ::spec t $t key auto 0
  return 1
}
proc change_rename_table {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  dict set ::spec t $t name [spec_object_name]
  return 1
}
proc change_swap_tables {} {
  if {[llength [spec_tables]]<2} {
    return 0
  }
  lassign [gen_sample [spec_tables] 3] a b c
  set name [dict get $::spec t $a name]
  dict set ::spec t $a name [dict get $::spec t $b name]
  if {$c ne "" && [gen_chance 50]} {
    # Around three of them.
    dict set ::spec t $b name [dict get $::spec t $c name]
    set b $c
  }
  dict set ::spec t $b name $name
  return 1
}
# One takes the name of another, which takes a new one.
proc change_chain_tables {} {
  if {[llength [spec_tables]]<2} {
    return 0
  }
  lassign [gen_sample [spec_tables] 2] a b
  set name [dict get $::spec t $b name]
  dict set ::spec t $b name [spec_object_name]
  dict set ::spec t $a name $name
  return 1
}
proc change_drop_table {} {
  set t [spec_pick t]
  if {$t eq ""} {
    return 0
  }
  dict unset ::spec t $t
  return 1
}
proc change_create_table {} {
  set t [spec_table]
  spec_fk_add $t
  return 1
}
# Something goes and a thing of another kind takes its name.
proc change_other_kind {} {
  set kind [gen_pick {t i v}]
  set id [spec_pick $kind]
  if {$id eq "" || $kind eq "t" && [llength [spec_tables]]<2} {
    return 0
  }
  set name [dict get $::spec $kind $id name]
  if {$kind eq "t" && (![dict exists $::spec_first t $id]
      || $name ne [dict get $::spec_first t $id name])} {
    return 0
  }
  dict unset ::spec $kind $id
  spec_prune
  set to [gen_pick [lsearch -all -inline -not -exact {t i v} $kind]]
  set before [dict keys [dict get $::spec $to]]
  switch $to {
    t {spec_table}
    i {spec_index}
    v {spec_view}
  }
  set new [lindex [dict keys [dict get $::spec $to]] end]
  if {$new ne "" && $new ni $before} {
    dict set ::spec $to $new name $name
  }
  return 1
}
proc change_index {} {
  set i [spec_pick i]
  switch [expr {$i eq "" ? 0 : [gen_int 6]}] {
    0 {return [spec_index]}
    1 {dict unset ::spec i $i}
    2 {
      dict set ::spec i $i terms [spec_terms [dict get $::spec i $i t]]
    }
    3 {dict set ::spec i $i where [spec_where [dict get $::spec i $i t]]}
    4 {dict set ::spec i $i unique [expr {![dict get $::spec i $i unique]}]}
    5 {
      # The same name on another table.
      set t [spec_pick t]
      dict set ::spec i $i t $t
      dict set ::spec i $i terms [spec_terms $t]
      dict set ::spec i $i where {}
    }
  }
  return 1
}
proc change_view {} {
  set v [spec_pick v]
  switch [expr {$v eq "" ? 0 : [gen_int 4]}] {
    0 {return [spec_view]}
    1 {dict unset ::spec v $v}
    2 {dict set ::spec v $v select [spec_select]}
    3 {dict set ::spec v $v name [spec_object_name]}
  }
  return 1
}
proc change_trigger {} {
  set g [spec_pick g]
  switch [expr {$g eq "" ? 0 : [gen_int 4]}] {
    0 {return [spec_trigger]}
    1 {dict unset ::spec g $g}
    2 {dict set ::spec g $g body "[spec_body {}] SELECT 'changed';"}
    3 {
      # The same name elsewhere.
      set name [dict get $::spec g $g name]
      dict unset ::spec g $g
      if {[spec_trigger]} {
        set g [lindex [dict keys [dict get $::spec g]] end]
        dict set ::spec g $g name $name
      }
    }
  }
  return 1
}
proc change_virtual {} {
  set x [spec_pick x]
  switch [expr {$x eq "" ? 0 : [gen_int 3]}] {
    0 {return [spec_virtual]}
    1 {dict unset ::spec x $x}
    2 {
      if {[dict get $::spec x $x module] ne "fts5"} {
        return 0
      }
      dict set ::spec x $x arguments \
          "[dict get $::spec x $x arguments], prefix='4'"
      if {[string match *prefix*prefix* [dict get $::spec x $x arguments]]} {
        dict unset ::spec x $x
      }
    }
  }
  return 1
}

set change_kinds [lmap p [lsort [info procs change_*]] {
  string range $p 7 end
}]
set change_kinds [lsearch -all -inline -not -exact $change_kinds pick]

#--------------------------------------------------------------------------
# A pair.

proc pair_make {n {harsh 0}} {
  upvar #0 spec spec pair pair
  gen_seed [expr {$n + 500000}]
  for {set try 0} {1} {incr try} {
    set ::spec_next 0
    set ::spec_first {t {}}
    set ::spec_old {}
    spec_schema
    if {![catch {spec_settle} first]} {
      break
    }
    if {$try>50} {
      error $first
    }
  }
  set ::spec_first $spec
  for {set try 0} {1} {incr try} {
    set spec $::spec_first
    set ::spec_old {}
    dict for {t table} [dict get $spec t] {
      lappend ::spec_old [dict get $table name]
    }
    set kinds [pair_change $harsh]
    if {![catch {spec_settle} second] && [pair_names_clear]} {
      break
    }
    if {$try>50} {
      error $second
    }
  }
  pair_renames
  set pair(a) [spec_text $first]
  set pair(b) [spec_text $second]
  set pair(kinds) $kinds
}

# Make the changes: one, some, or many; in few pairs none.
proc pair_change {harsh} {
  set n [gen_pick {0 1 1 1 1 1 1 2 2 2 3 3 4 5 8}]
  set kinds {}
  for {set i 0} {$harsh && $i<4} {incr i} {
    if {[change_pick t c]} {
      if {[gen_chance 50]} {
        col_set $t $c notnull abort
      } else {
        dict set ::spec t $t uniq [spec_id] \
            [dict create cols [list $c] conflict {} name {}]
      }
      lappend kinds harsh
    }
  }
  for {set try 0} {$n>0 && $try<100} {incr try} {
    set kind [gen_pick $::change_kinds]
    if {[change_$kind]} {
      lappend kinds $kind
      incr n -1
      spec_prune
    }
  }
  return $kinds
}

# What has another name: pair(tables), pair(columns).
proc pair_renames {} {
  upvar #0 spec spec pair pair
  set pair(tables) {}
  set pair(columns) {}
  dict for {t table} [dict get $spec t] {
    if {![dict exists $::spec_first t $t]} {
      continue
    }
    set name [dict get $table name]
    set old [dict get $::spec_first t $t name]
    if {$old ne $name} {
      dict set pair(tables) $name $old
    }
    dict for {c column} [dict get $table cols] {
      if {[dict exists $::spec_first t $t cols $c]} {
        set was [dict get $::spec_first t $t cols $c name]
        if {$was ne [dict get $column name]} {
          dict set pair(columns) $name [dict get $column name] $was
        }
      }
    }
  }
}

# An old name that an annotation gives must not be that of another thing which
# is not renamed itself.
proc pair_names_clear {} {
  upvar #0 spec spec
  set renamed {}
  set plain {}
  dict for {t table} [dict get $spec t] {
    set name [ascii_lower [dict get $table name]]
    if {[dict exists $::spec_first t $t]
     && [ascii_lower [dict get $::spec_first t $t name]] ne $name} {
      lappend renamed [ascii_lower [dict get $::spec_first t $t name]]
    } else {
      lappend plain $name
    }
    set renamedColumns {}
    set plainColumns {}
    dict for {c column} [dict get $table cols] {
      set column [ascii_lower [dict get $column name]]
      if {[dict exists $::spec_first t $t cols $c]
       && [ascii_lower [dict get $::spec_first t $t cols $c name]] ne $column} {
        lappend renamedColumns \
            [ascii_lower [dict get $::spec_first t $t cols $c name]]
      } else {
        lappend plainColumns $column
      }
    }
    foreach name $renamedColumns {
      if {$name in $plainColumns} {
        return 0
      }
    }
  }
  foreach kind {i v x} {
    dict for {id object} [dict get $spec $kind] {
      lappend plain [ascii_lower [dict get $object name]]
    }
  }
  foreach name $renamed {
    if {$name in $plain} {
      return 0
    }
  }
  return 1
}

#--------------------------------------------------------------------------
# Rows.

proc pair_value {type strict null} {
  if {$null && [gen_chance 12]} {
    return NULL
  }
  if {$strict} {
    switch -glob [string toupper $type] {
      INT* {return [gen_int 9]}
      REAL {return [gen_int 9].5}
      TEXT {return [sql_text [gen_sentence 1]]}
      BLOB {return [gen_bytes 3]}
    }
  }
  switch -glob [string toupper $type] {
    *INT* {set often [gen_int 9]}
    *CHAR* - *TEXT* {
      set often [gen_pick [list [sql_text [gen_sentence 1]] '[gen_int 20]' \
          'Abc' 'abc' {'abc  '}]]
    }
    REAL - DOUB* {set often [gen_int 9].25}
    BLOB {set often [gen_bytes 3]}
    default {set often [gen_pick [list [gen_int 9] [sql_text [gen_sentence 1]]]]}
  }
  if {[gen_chance 75]} {
    return $often
  }
  set value [gen_pick [list [gen_int 300] 1.5 2.0 '7' '1e3' {' 12'} '' x'41' \
      9007199254740993 -1 'abc' [gen_value any]]]
  expr {$value eq "NULL" && !$null ? "0" : $value}
}

# Rows for all tables; those that a constraint refuses are left out.
proc pair_fill {h} {
  $h config enable_trigger 0
  $h eval {PRAGMA foreign_keys=off}
  $h eval BEGIN
  foreach table [ordinary_tables $h] {
    set strict [gen_strict $h $table]
    set columns [$h eval "
      SELECT name, type, \"notnull\" FROM pragma_table_xinfo([sql_text $table])
       WHERE hidden=0 ORDER BY cid"]
    set names [lmap {name type notnull} $columns {sql_name $name}]
    for {set i [gen_pick {0 4 8 12 20 30}]} {$i>0} {incr i -1} {
      set values [lmap {name type notnull} $columns {
        pair_value $type $strict [expr {!$notnull}]
      }]
      gen_run $h "INSERT OR IGNORE INTO main.[sql_name $table]([join $names ,])
                  VALUES([join $values ,])"
    }
    set id [rowid_name $h $table]
    if {$id ne "" && [gen_chance 50]} {
      gen_run $h "DELETE FROM main.[sql_name $table] WHERE $id % 3 = 1
          OR $id = (SELECT max($id) FROM main.[sql_name $table])"
    }
  }
  pair_orphans $h
  $h eval COMMIT
  pair_virtual $h
  $h config enable_trigger 1
}

# Rows without a parent go.
proc pair_orphans {h} {
  for {set i 0} {$i<12} {incr i} {
    set found {}
    $h eval {PRAGMA foreign_key_check} row {
      lappend found $row(table) $row(rowid)
    }
    foreach {table rowid} $found {
      set q main.[sql_name $table]
      set id [rowid_name $h $table]
      if {$id eq "" || $rowid eq ""} {
        $h eval "DELETE FROM $q"
      } else {
        $h eval "DELETE FROM $q WHERE $id = $rowid"
      }
    }
    if {[llength $found]==0} {
      return
    }
  }
}

proc pair_virtual {h} {
  foreach {name sql} [$h eval {
    SELECT name, sql FROM main.sqlite_schema WHERE sql LIKE 'create virtual %'
  }] {
    set q [sql_name $name]
    if {[regexp -nocase {content=} $sql]} {
      gen_run $h "INSERT INTO ${q}($q) VALUES('rebuild')"
    } elseif {[regexp -nocase {rtree} $sql]} {
      gen_fill_rtree $h $name 5
    } else {
      gen_fill_virtual $h $name 5
    }
  }
}

# Delete the rows of H (the file at path) that do not fit in the second schema,
# one by one; reference makes a database of that from the file. Rows that the
# keys of others then miss go as well.
proc pair_mend {h path reference} {
  $h config enable_trigger 0
  for {set i 0} {$i<4} {incr i} {
    set misfits [{*}$reference]
    set violations [foreign_violations ref]
    if {[llength $misfits]==0 && [llength $violations]==0} {
      break
    }
    foreach misfit $misfits {
      pair_mend_table $h $path [lindex $misfit 0]
    }
    foreach violation $violations {
      set table [lindex $violation 0]
      foreach p $::pairs {
        if {[ascii_lower [lindex $p 0]] eq $table} {
          $h eval "DELETE FROM main.[sql_name [lindex $p 1]]"
        }
      }
    }
    pair_orphans $h
  }
  pair_rebuild $h
  $h config enable_trigger 1
}

proc pair_rebuild {h} {
  foreach {name sql} [$h eval {
    SELECT name, sql FROM main.sqlite_schema WHERE sql LIKE 'create virtual %'
  }] {
    if {[regexp -nocase {content=} $sql]} {
      set q [sql_name $name]
      $h eval "INSERT INTO ${q}($q) VALUES('rebuild')"
    }
  }
}

proc pair_mend_table {h path table} {
  foreach p $::pairs {
    lassign $p new old names
    if {$new ne $table} {
      continue
    }
    ref eval "DELETE FROM main.[sql_name $new]"
    set id [rowid_name $h $old]
    if {$id eq "" || [dict size $names]==0} {
      $h eval "DELETE FROM main.[sql_name $old]"
      continue
    }
    ref eval {ATTACH $path AS was}
    set doomed {}
    foreach k [$h eval "SELECT $id FROM main.[sql_name $old]"] {
      if {[catch {rows_copy ref $new $old $names "$id = $k"}]} {
        lappend doomed $k
      }
    }
    ref eval {DETACH was}
    $h eval "DELETE FROM main.[sql_name $old]
              WHERE $id IN ([join $doomed ,])"
  }
}
