/*
** source.c - a schema, by what a call names it.
**
**   live            schema main of the connection
**   @path           a file: an SQLite database, or a text
**   one word        a target (revision/target.h): the schema that the up
**                   scripts of these revisions and all they build on make,
**                   replayed on an empty database; repeatable revisions,
**                   which stand outside the graph, are no part of it
**   anything else   the text of a schema; an empty text is an empty schema
**
** They are tried in this order. "live" goes in any case of letters, and hides a
** revision of that name. A word holds no white space, quotes, parentheses or
** semicolon, so no text of a schema is one, but a comment without blanks can
** be. Examples: live, @schema.sql, @/backups/app.db, head, web@head, a1b2,
** CREATE TABLE t(x).
**
** Texts and revisions are made into a scratch database and read there, which is
** closed before this returns; a database file is read through a connection of
** its own, for reading only. Nothing of either reaches the user's database.
**
** The caller holds a read transaction.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "os.h"
#include "catalog.h"
#include "plan.h"
#include "replay.h"
#include "revisions.h"
#include "state.h"
#include "store.h"
#include "source.h"

/* Read the schema of a scratch database, of which much may be as in pLive. */
static void scratchRead(MigContext *p, MigScratch *pScratch,
                        const MigModel *pLive, MigModel *pModel) {
  if (pScratch && p->rc == SQLITE_OK) {
    migScratchSwap(p, pScratch);
    migCatalogReadLike(p, pLive, pModel);
    migScratchSwap(p, pScratch);
  }
}

/* ---- texts ---- */

/* The schema that a text of n bytes makes, with its annotations. zWhat is what
** messages call the text. TOO_BIG above MIGRATE_MAX_SCRIPT bytes. */
static void textRead(MigContext *p, const char *z, i64 n, const char *zWhat,
                     const MigModel *pLive, MigSource *pOut) {
  MigScratch *pScratch = migScratchOpen(p);

  if (n > MIGRATE_MAX_SCRIPT) {
    /* unreached: takes 256 MiB */
    migFail(p, MIG_TOO_BIG, "%s has more than %d bytes", zWhat,
            MIGRATE_MAX_SCRIPT);
  }
  if (p->rc == SQLITE_OK) {
    migDesiredMake(p, pScratch, z, n, zWhat, pLive, &pOut->renames);
  }
  scratchRead(p, pScratch, pLive, &pOut->model);
  migScratchClose(p, pScratch);
}

/* ---- files ---- */

/* Is the file of this connection something else than a database? SQLite reads
** its header with the first statement, not when it opens it. An empty file is a
** database. Other errors than SQLITE_NOTADB are left for the reading to meet,
** but for want of memory. */
static int isOther(MigContext *p, sqlite3 *db) {
  sqlite3_stmt *pStmt = 0;
  int rc =
      sqlite3_prepare_v2(db, "SELECT 1 FROM main.sqlite_schema", -1, &pStmt, 0);

  sqlite3_finalize(pStmt);
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  return rc == SQLITE_NOTADB;
}

/* Read the schema of the database on another connection, waiting a second for
** its locks. p works there meanwhile, with a list of kept statements of its
** own, as these belong to a connection. */
static void databaseRead(MigContext *p, sqlite3 *db, MigModel *pModel) {
  sqlite3 *dbMain = p->db;
  struct MigCached *pCached = p->pCached;

  sqlite3_busy_timeout(db, 1000);
  p->db = db;
  p->pCached = 0;
  migCatalogRead(p, pModel);
  migStatementsClose(p);
  p->db = dbMain;
  p->pCached = pCached;
}

/* The schema that the text in a file makes, without the mark of its encoding.
** FILE. */
static void fileText(MigContext *p, const char *zPath, const MigModel *pLive,
                     MigSource *pOut) {
  MigBytes bytes = migFileRead(p, zPath, MIGRATE_MAX_SCRIPT);
  i64 n = bytes.n >= 3 && memcmp(bytes.a, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const char *z;

  if (p->rc == SQLITE_OK) {
    z = migStrndup(p, (const char *)bytes.a + n, bytes.n - n);
    textRead(p, z, bytes.n - n, zPath, pLive, pOut);
  }
  sqlite3_free(bytes.a);
}

/* FILE: SQLite cannot open a file, for the reason rc. */
static void openFail(MigContext *p, const char *zPath, int rc) {
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  } else if (migPathKind(zPath) == MIG_PATH_NONE) {
    migFailRc(p, rc, MIG_FILE,
              "no file %s; check the path, which begins at the working"
              " directory of the process",
              zPath);
  } else {
    migFailRc(p, rc, MIG_FILE, "cannot read %s: %s; check who may read it",
              zPath, sqlite3_errstr(rc));
  }
}

/* The schema of a file. The path begins at the working directory of the
** process. That another file is damaged is not SQLITE_CORRUPT for the user's
** connection: FILE. */
static void fileRead(MigContext *p, const char *zPath, const MigModel *pLive,
                     MigSource *pOut) {
  sqlite3 *db = 0;
  int rc;

  if (migPathKind(zPath) == MIG_PATH_FOLDER) {
    migFail(p, MIG_FILE,
            "%s is a folder; name a file of SQL in it, or a database", zPath);
    return;
  }
  rc = sqlite3_open_v2(zPath, &db, SQLITE_OPEN_READONLY, 0);
  if (rc) {
    openFail(p, zPath, rc);
  } else if (isOther(p, db)) {
    fileText(p, zPath, pLive, pOut);
  } else {
    databaseRead(p, db, &pOut->model);
    rc = p->rc & 0xff;
    if (rc == SQLITE_CORRUPT || rc == SQLITE_IOERR) {
      migErrorClear(p);
      migFail(p, MIG_FILE,
              "%s: the database in this file %s; name a copy of it", zPath,
              rc == SQLITE_CORRUPT ? "is damaged" : "cannot be read");
    }
  }
  sqlite3_close(db);
}

/* ---- revisions ---- */

/* Replay the up scripts of a plan, in its order. SCRIPT, STORE_DAMAGED. */
static void planReplay(MigContext *p, const MigState *pState,
                       const MigPlan *pPlan, MigReplay *pReplay) {
  MigPackCache cache;
  MigRevision rev;
  int i;

  memset(&cache, 0, sizeof(cache));
  for (i = 0; i < pPlan->nStep && p->rc == SQLITE_OK; i++) {
    if (migRevisionGet(p, pState->pGraph->aNode[pPlan->aStep[i]].zId, &rev)) {
      migRevisionScripts(p, &cache, &rev);
    }
    if (p->rc == SQLITE_OK && rev.zUp) {
      migReplayScript(p, pReplay, rev.zUp, rev.nUp,
                      migPrintf(p, "revision %s (up)", rev.zId));
    }
  }
  migScriptsClose(&cache);
}

/* The schema after the revisions that a target means. It is resolved against
** what is applied, for current and +1 mean that; then it is planned by id from
** nothing. */
static void targetRead(MigContext *p, const char *zTarget,
                       const MigModel *pLive, MigSource *pOut) {
  int bStore = migStoreOpen(p);
  const char *zNames = 0;
  MigScratch *pScratch;
  MigState state;
  MigState empty;
  MigReplay replay;
  MigPlan plan;
  MigSet set;

  migStateRead(p, bStore, &state);
  set = migTargetSet(p, &state, zTarget);
  if (p->rc == SQLITE_OK) {
    zNames = migStateNames(p, &state, &set);
  }
  if (p->rc || zNames == 0 || zNames[0] == 0) {
    return; /* base: an empty schema */
  }
  set = migSetNew(p, state.pGraph->nNode);
  empty = migStateNew(p, state.pGraph, &set);
  migPlanUpgrade(p, &empty, zNames, &plan);
  pScratch = migScratchOpen(p);
  if (p->rc == SQLITE_OK) {
    memset(&replay, 0, sizeof(replay));
    migReplayOpen(p, &replay, pScratch);
    planReplay(p, &state, &plan, &replay);
  }
  scratchRead(p, pScratch, pLive, &pOut->model);
  migScratchClose(p, pScratch);
}

/* ---- all ---- */

/* Does the text look like the path of a file: does it end in .sql, or is there
** one of that name? */
static int isPath(const char *z, i64 n) {
  return n > 4 && n < 1000 && (i64)strlen(z) == n &&
         (sqlite3_stricmp(z + n - 4, ".sql") == 0 ||
          migPathKind(z) == MIG_PATH_FILE);
}

/* A path that was taken for something else: say how a file is given. Appends to
** the error; without memory it stays as it is. */
static void pathExplain(MigContext *p, const char *z, i64 n) {
  char *zWas;

  if ((p->eCode == MIG_UNKNOWN_REVISION || p->eCode == MIG_UNKNOWN_BRANCH ||
       p->eCode == MIG_USAGE || p->eCode == MIG_SCRIPT) &&
      p->zError && isPath(z, n)) {
    zWas = sqlite3_mprintf("%s, or, if a file is meant, give it as '@%s'",
                           p->zError, z);
    if (zWas) {
      sqlite3_free(p->zError);
      p->zError = zWas;
    }
  }
}

/* Is it one word: not empty, and no white space, single or double quote,
** parenthesis, semicolon or zero byte in it? */
static int isWord(const char *z, i64 n) {
  i64 i;

  for (i = 0; i < n; i++) {
    if (migIsSpace(z[i]) || strchr("'\";()", z[i])) {
      return 0;
    }
  }
  return n > 0;
}

/*
** Read the schema that the n bytes of z name; a zero byte is behind them.
** pLive is the model of schema main: what a text has unchanged need not be
** looked at again. It must live as long as pOut, which may share what is in it.
** *pOut need not be initialized; after an error it may hold a part.
**
** Errors: those of texts (SCRIPT with line and column, FORBIDDEN_STATEMENT,
** FORMAT, TOO_BIG), of targets, of scripts, FILE. Without a store there are no
** revisions.
*/
void migSourceRead(MigContext *p, const char *z, i64 n, const MigModel *pLive,
                   MigSource *pOut) {
  memset(pOut, 0, sizeof(*pOut));
  if (p->rc) {
    return;
  }
  if (n == 4 && migStrICmp(z, "live") == 0) {
    pOut->model = *pLive;
    pOut->bLive = 1;
  } else if (n > 1 && z[0] == '@') {
    fileRead(p, z + 1, pLive, pOut);
  } else if (isWord(z, n)) {
    targetRead(p, z, pLive, pOut);
  } else {
    textRead(p, z, n, "the schema", pLive, pOut);
  }
  if (p->rc && z[0] != '@') {
    pathExplain(p, z, n);
  }
}
