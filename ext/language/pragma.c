/*
** pragma.c - PRAGMAs, and what they may do.
**
** One list has all that are known. What is made of it in a script is for others
** to say (script.c, allowed.c).
*/
#include "pragma.h"
#include "text.h"

/* Source: pragma.html of SQLite 3.54. What is not here is refused, so also
** what an unknown build might do. Not here on purpose: activate_extensions,
** case_sensitive_like, parser_trace, shrink_memory, vdbe_*. */
static const struct PragmaRule {
  const char *zName;
  int flags;
} aPragma[] = {
    {"analysis_limit", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"application_id", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"auto_vacuum", MIG_PRAGMA_GET | MIG_PRAGMA_CONN | MIG_PRAGMA_MAINT},
    {"automatic_index", MIG_PRAGMA_GET},
    {"busy_timeout", MIG_PRAGMA_GET | MIG_PRAGMA_CONN},
    {"cache_size", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"cache_spill", MIG_PRAGMA_GET},
    {"cell_size_check", MIG_PRAGMA_GET},
    {"checkpoint_fullfsync", MIG_PRAGMA_GET},
    {"collation_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"compile_options", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"count_changes", MIG_PRAGMA_GET},
    {"data_version", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"database_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"default_cache_size", MIG_PRAGMA_GET},
    {"defer_foreign_keys", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"encoding", MIG_PRAGMA_GET | MIG_PRAGMA_CONN},
    {"foreign_key_check", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"foreign_key_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"foreign_keys", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"freelist_count", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"full_column_names", MIG_PRAGMA_GET},
    {"fullfsync", MIG_PRAGMA_GET},
    {"function_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"hard_heap_limit", MIG_PRAGMA_GET},
    {"ignore_check_constraints", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"incremental_vacuum", MIG_PRAGMA_MAINT},
    {"index_info", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"index_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"index_xinfo", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"integrity_check", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"journal_mode",
     MIG_PRAGMA_GET | MIG_PRAGMA_CONN | MIG_PRAGMA_MAINT | MIG_PRAGMA_ALL},
    {"journal_size_limit", MIG_PRAGMA_GET},
    {"legacy_alter_table", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"lock_status", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"locking_mode", MIG_PRAGMA_GET | MIG_PRAGMA_CONN},
    {"max_page_count", MIG_PRAGMA_GET},
    {"mmap_size", MIG_PRAGMA_GET},
    {"module_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"optimize", MIG_PRAGMA_WRITE | MIG_PRAGMA_MAINT | MIG_PRAGMA_ALL},
    {"page_count", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"page_size", MIG_PRAGMA_GET | MIG_PRAGMA_CONN | MIG_PRAGMA_MAINT},
    {"pragma_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"query_only", MIG_PRAGMA_GET},
    {"quick_check", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"read_uncommitted", MIG_PRAGMA_GET},
    {"recursive_triggers", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"reverse_unordered_selects", MIG_PRAGMA_GET},
    {"schema_version", MIG_PRAGMA_GET},
    {"secure_delete", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE | MIG_PRAGMA_ALL},
    {"short_column_names", MIG_PRAGMA_GET},
    {"soft_heap_limit", MIG_PRAGMA_GET},
    {"stats", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"synchronous", MIG_PRAGMA_GET | MIG_PRAGMA_CONN},
    {"table_info", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"table_list", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"table_xinfo", MIG_PRAGMA_GET | MIG_PRAGMA_READ},
    {"temp_store", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"threads", MIG_PRAGMA_GET},
    {"trusted_schema", MIG_PRAGMA_GET},
    {"user_version", MIG_PRAGMA_GET | MIG_PRAGMA_WRITE},
    {"wal_autocheckpoint", MIG_PRAGMA_GET},
    {"wal_checkpoint", MIG_PRAGMA_MAINT | MIG_PRAGMA_ALL},
    {"writable_schema", MIG_PRAGMA_GET},
};

/* The flags of a PRAGMA, MIG_PRAGMA_, by its name in any case; 0 for an unknown
** one. */
int migPragmaFlags(const char *z, const MigStatement *pSt) {
  size_t i;

  for (i = 0; i < sizeof(aPragma) / sizeof(aPragma[0]); i++) {
    if (migTokenNameIs(z, &pSt->name, aPragma[i].zName)) {
      return aPragma[i].flags;
    }
  }
  return 0;
}

/* True if the PRAGMA as it stands, with its value or without, only reads. */
int migPragmaReads(const char *z, const MigStatement *pSt) {
  int flags = migPragmaFlags(z, pSt);

  if (pSt->value.eType != MIG_TK_END) {
    return (flags & MIG_PRAGMA_READ) != 0;
  }
  return (flags & MIG_PRAGMA_GET) != 0;
}

/* Is the number that the n bytes at z begin with on, as SQLite reads a switch:
** decimal, or hexadecimal behind 0x, and neither 0 nor above 2^31-1? Multiples
** of 256 are off to 3.45 and on to 3.54; here they are on. */
static int numberOn(const char *z, i64 n) {
  int bHex = n > 2 && z[0] == '0' && (z[1] == 'x' || z[1] == 'X');
  i64 i = bHex ? 2 : 0;
  i64 v = 0;

  for (; i < n && v <= 0x7fffffff; i++) {
    int c = migLower(z[i]);
    if (migIsDigit(z[i])) {
      v = v * (bHex ? 16 : 10) + (c - '0');
    } else if (bHex && c >= 'a' && c <= 'f') {
      v = v * 16 + (c - 'a' + 10);
    } else {
      break;
    }
  }
  return v > 0 && v <= 0x7fffffff;
}

/* The value of a PRAGMA with two states, as SQLite reads it: on, yes, true and
** numbers other than 0, quoted or not, are on, all else is off; so is a PRAGMA
** without a value. */
int migPragmaOn(const char *z, const MigStatement *pSt) {
  const MigToken *pValue = &pSt->value;
  int nQuote = pValue->eType == MIG_TK_QUOTED || pValue->eType == MIG_TK_STRING;

  if (migTokenNameIs(z, pValue, "on") || migTokenNameIs(z, pValue, "yes") ||
      migTokenNameIs(z, pValue, "true")) {
    return 1;
  }
  return numberOn(z + pValue->iStart + nQuote, pValue->n - nQuote);
}
