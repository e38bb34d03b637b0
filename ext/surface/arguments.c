/*
** arguments.c - the arguments of a call: as text, as a script, as a schema.
**
** The options are none of them: functions.c has taken them off before.
*/
#include <string.h>
#include "migrate.h"
#include "text.h"
#include "utf8.h"
#include "arguments.h"

/* The value of argument i, from 0, of zOf as text in the arena; NULL for NULL.
** Numbers and blobs are taken as text. USAGE for a zero byte, behind which the
** text would be cut. */
char *migArgValue(MigContext *p, sqlite3_value *pValue, int i,
                  const char *zOf) {
  const char *z = (const char *)sqlite3_value_text(pValue);

  if (z == 0 && sqlite3_value_type(pValue) != SQLITE_NULL) {
    migNomem(p);
  } else if (z && (i64)strlen(z) != sqlite3_value_bytes(pValue)) {
    migFail(p, MIG_USAGE, "argument %d of %s holds a zero byte", i + 1, zOf);
  }
  return migStrdup(p, z);
}

/* Argument i as text in the arena; zDefault, not copied, when absent or NULL,
** and after an error. USAGE as migArgValue(), and for what is not UTF-8. */
const char *migArgText(MigContext *p, MigArgs *pArgs, int i,
                       const char *zDefault) {
  const char *zOf = pArgs->pFunction->zName;
  char *z;

  if (p->rc || i >= pArgs->n ||
      sqlite3_value_type(pArgs->a[i]) == SQLITE_NULL) {
    return zDefault;
  }
  z = migArgValue(p, pArgs->a[i], i, zOf);
  if (z && !migIsUtf8(z, (i64)strlen(z))) {
    migFail(p, MIG_USAGE, "argument %d of %s is not UTF-8", i + 1, zOf);
  }
  return z;
}

/* Argument i as a script: *pn bytes that may hold anything, a zero byte behind.
** NULL when absent or NULL, and out of memory. Not copied: SQLite's own text of
** the argument, which stays while nothing else asks for another form of it.
** TOO_BIG. */
const char *migArgScript(MigContext *p, MigArgs *pArgs, int i, i64 *pn) {
  const char *z;

  *pn = 0;
  if (p->rc || i >= pArgs->n ||
      sqlite3_value_type(pArgs->a[i]) == SQLITE_NULL) {
    return 0;
  }
  z = (const char *)sqlite3_value_text(pArgs->a[i]);
  if (z == 0) {
    migNomem(p);
    return 0;
  }
  *pn = sqlite3_value_bytes(pArgs->a[i]);
  if (*pn > MIGRATE_MAX_SCRIPT) {
    /* unreached: takes 256 MiB */
    migFail(p, MIG_TOO_BIG, "a script has more than %d bytes",
            MIGRATE_MAX_SCRIPT);
  }
  return z;
}

/* Argument i as a schema, in the arena; NULL is USAGE. What it names, a text, a
** file or a revision, is found out by run/source.c. */
MigSchemaText migArgSchema(MigContext *p, MigArgs *pArgs, int i) {
  MigSchemaText schema;

  schema.z = migArgScript(p, pArgs, i, &schema.n);
  if (p->rc == SQLITE_OK && schema.z == 0) {
    migFail(p, MIG_USAGE,
            "argument %d of %s is a schema and may not be NULL: a text,"
            " '@file', 'live', or a revision",
            i + 1, pArgs->pFunction->zName);
  }
  /* another use of the argument may move the value's text */
  schema.z = p->rc ? 0 : migStrndup(p, schema.z, schema.n);
  return schema;
}
