/*
** schemas.c - schemas shown and compared: diff, check, dump.
**
** All of them only read, within one transaction. Results are in
** sqlite3_malloc64() memory, for the caller to free; NULL after an error. None
** needs a store, but for what names revisions.
**
** What an argument may be is told in source.c: the live schema, a file, a
** target, or a text. For a live table users(id),
**
**   migSchemasDiff(live, "CREATE TABLE users(id, name)")   adds the column
**   migSchemasCheck("CREATE TABLE users(id, name)")        DIFFERENCES
**   migSchemasCheck(NULL)                                  'ok', or DRIFT
**   migSchemasDump(NULL)                                   the CREATE TABLE
*/
#include <string.h>
#include "sql.h"
#include "catalog.h"
#include "drift.h"
#include "fingerprint.h"
#include "generate.h"
#include "store.h"
#include "waiting.h"
#include "schemas.h"

#define SHOWN 20 /* differences that a message lists */

/* The schema main of the connection, as a call would name it. */
static const MigSchemaText liveSchema = {"live", 4};

/*
** Read two schemas and compare them, as they are at one moment: under a read of
** its own, which has ended when this returns. *pOut need not be initialized,
** and means nothing after an error. The errors are those of migSourceRead()
** and FORMAT for an annotation that makes no sense.
*/
void migSchemasCompare(MigContext *p, const MigSchemaText *pFrom,
                       const MigSchemaText *pTo, MigSchemaPair *pOut) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);

  memset(pOut, 0, sizeof(*pOut));
  migCatalogRead(p, &pOut->live);
  migSourceRead(p, pFrom->z, pFrom->n, &pOut->live, &pOut->from);
  migSourceRead(p, pTo->z, pTo->n, &pOut->live, &pOut->to);
  if (p->rc == SQLITE_OK) {
    migCompare(p, &pOut->from.model, &pOut->to.model, &pOut->to.renames,
               &pOut->compare);
  }
  migFinalize(p, pRead);
}

/* The script that turns one schema into the other; "" when they are the same.
** With bPortable it holds no call of ours, and is for the sqlite3 shell, as one
** transaction. It was proven in a scratch database; UNPROVEN when none could
** be, and the errors of migSchemasCompare(). */
char *migSchemasDiff(MigContext *p, const MigSchemaText *pFrom,
                     const MigSchemaText *pTo, int bPortable) {
  MigGenerate generate;
  MigSchemaPair pair;

  memset(&generate, 0, sizeof(generate));
  migSchemasCompare(p, pFrom, pTo, &pair);
  if (p->rc == SQLITE_OK && pair.compare.n) {
    generate.pOld = &pair.from.model;
    generate.pNew = &pair.to.model;
    generate.pRenames = &pair.to.renames;
    generate.bLive = pair.from.bLive;
    generate.bPortable = generate.bShell = bPortable;
    migGenerate(p, &generate);
  }
  return migResultText(p, migTextZ(&generate.script));
}

/* DIFFERENCES, with a list of what differs, SHOWN of it at most. */
static void differencesFail(MigContext *p, const MigComparison *pCompare) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pCompare->n && i < SHOWN && p->rc == SQLITE_OK; i++) {
    migTextF(p, &text, "%s%s", i ? "; " : "",
             migDifferenceText(p, pCompare, i));
  }
  if (pCompare->n > SHOWN) {
    migTextF(p, &text, "; and %d more", pCompare->n - SHOWN);
  }
  migFail(p, MIG_DIFFERENCES,
          "the schema is not the desired one; what would make it so: %s",
          migTextZ(&text));
}

/* DRIFT, with a list of what was changed since the last run, unless nothing
** was. Without a store, or where no run has left a schema, nothing can have
** been. */
static void driftCheck(MigContext *p) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  MigText text = {0, 0, 0};
  MigList list = {0, 0};
  int i;

  if (migStoreOpen(p)) {
    migDriftFind(p, &list);
  }
  migFinalize(p, pRead);
  for (i = 0; i < list.n && i < SHOWN; i++) {
    migTextF(p, &text, "%s%s", i ? ", " : "", list.az[i]);
  }
  if (list.n > SHOWN) {
    migTextF(p, &text, ", and %d more", list.n - SHOWN);
  }
  if (list.n) {
    migFail(p, MIG_DRIFT,
            "the schema is not as the last run left it: %s; write a revision"
            " that makes these changes and stamp it, or undo them",
            migTextZ(&text));
  }
}

/* 'ok', or DIFFERENCES between the live schema and the desired one, or, with
** pDesired NULL, DRIFT since the last run; and the errors of reading either. */
char *migSchemasCheck(MigContext *p, const MigSchemaText *pDesired) {
  MigSchemaPair pair;

  if (pDesired == 0) {
    driftCheck(p);
  } else {
    migSchemasCompare(p, &liveSchema, pDesired, &pair);
    if (p->rc == SQLITE_OK && pair.compare.n) {
      differencesFail(p, &pair.compare);
    }
  }
  return migResultText(p, "ok");
}

/* A schema as SQL text: that of the file when pSource is NULL, or what it
** names. Objects that make it, in an order in which they can be made
** (migSchemaText()); "" for an empty one. */
char *migSchemasDump(MigContext *p, const MigSchemaText *pSource) {
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  MigText text = {0, 0, 0};
  MigSource source;
  MigModel model;

  migCatalogRead(p, &model);
  if (pSource == 0) {
    pSource = &liveSchema;
  }
  migSourceRead(p, pSource->z, pSource->n, &model, &source);
  if (p->rc == SQLITE_OK) {
    migSchemaText(p, &source.model, &text);
  }
  migFinalize(p, pRead);
  return migResultText(p, migTextZ(&text));
}
