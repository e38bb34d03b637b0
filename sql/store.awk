# store.awk - turns store.sql into the C table aStoreTable of store.c.
#
# A statement starts with a line "CREATE TABLE name(" and ends with a line
# that begins with ")" and ends with ";". Its text, without the semicolon, is
# what SQLite keeps in sqlite_schema. Comments outside statements stay here.
BEGIN {
  print "/* Made from sql/store.sql by sql/store.awk. */"
  print "static const struct {"
  print "  const char *zName; /* table */"
  print "  const char *zSql;  /* its text in sqlite_schema */"
  print "} aStoreTable[] = {"
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
