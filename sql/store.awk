# store.awk - turns the .sql files of this folder into C tables of store.c:
# store_N.sql becomes aStoreN, store.sql aStoreNow.
#
# A statement starts with a line "CREATE TABLE name(" and ends with a line
# that begins with ")" and ends with ";". Its text, without the semicolon, is
# what SQLite keeps in sqlite_schema. Comments outside statements stay here.
BEGIN { print "/* Made from sql/store*.sql by sql/store.awk. */" }
FNR == 1 {
  if( NR > 1 ) print "};"
  version = FILENAME
  sub(/.*\/store_?/, "", version)
  sub(/\.sql$/, "", version)
  printf "static const StoreTable aStore%s[] = {\n", version ? version : "Now"
}
/^CREATE TABLE / {
  name = $3
  sub(/\(.*/, "", name)
  printf "    {\"%s\",\n", name
  inside = 1
}
inside {
  line = $0
  last = line ~ /^\).*;$/
  sub(/;$/, "", line)
  gsub(/\\/, "\\\\", line)
  gsub(/"/, "\\\"", line)
  printf "     \"%s%s\"%s\n", line, last ? "" : "\\n", last ? "}," : ""
  if( last ) inside = 0
}
END { print "};" }
