/*
** connection.c - settings of the connection, changed for a while.
**
** PRAGMA foreign_keys is a silent no-op inside a transaction;
** sqlite3_db_config() is not, and it takes no memory, so these two settings
** go back on every path. Each change expires compiled statements: the caller
** arms its transaction again (migTransactionArm) after one that returned 1.
**
** A few other PRAGMAs that scripts may set take effect at once and survive a
** rollback. Their old value is read before the script sets them. Putting one
** back takes a prepare, which SQLite refuses between an interrupt or an out
** of memory and the end of the calling statement: then it stays in a list of
** the connection, and the next call of any of our functions on it tries again.
*/
#include <string.h>
#include "sql.h"
#include "connection.h"

/* On the heap: it can outlive the call. Freed when its value was put back. */
struct MigPragma {
  MigPragma *pNext;  /* remembered before it, or one that waits longer */
  const char *zName; /* checked name of a PRAGMA */
  i64 iValue;        /* as found */
};

/* Is a switch of the connection on? -1 asks without setting. */
static int configGet(sqlite3 *db, int iOption) {
  int b = 0;

  sqlite3_db_config(db, iOption, -1, &b);
  return b;
}

/* Remember the settings as they are. Takes no memory; works after an error too,
** so that a restore never finds *pSaved unset. */
void migSettingsSave(MigContext *p, MigSettingsSaved *pSaved) {
  memset(pSaved, 0, sizeof(*pSaved));
  pSaved->bForeign = configGet(p->db, SQLITE_DBCONFIG_ENABLE_FKEY);
  pSaved->bForeignNow = pSaved->bForeign;
  pSaved->bLegacy = configGet(p->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE);
  pSaved->bLegacyNow = pSaved->bLegacy;
}

/* Switch foreign-key enforcement, also after an error; 1 when that changed
** anything: compiled statements have expired. */
int migSettingsForeign(MigContext *p, MigSettingsSaved *pSaved, int bOn) {
  if (pSaved->bForeignNow == bOn) {
    return 0;
  }
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_ENABLE_FKEY, bOn, (int *)0);
  pSaved->bForeignNow = bOn;
  return 1;
}

/* The same for legacy_alter_table. */
int migSettingsLegacy(MigContext *p, MigSettingsSaved *pSaved, int bOn) {
  if (pSaved->bLegacyNow == bOn) {
    return 0;
  }
  sqlite3_db_config(p->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, bOn, (int *)0);
  pSaved->bLegacyNow = bOn;
  return 1;
}

/*
** Remember the value of a PRAGMA that a script is about to set, unless that was
** done. The name, in any case, is one of those that the script check allows;
** one that a rollback puts back, or that has a switch above, is not remembered.
*/
void migSettingsPragma(MigContext *p, MigSettingsSaved *pSaved,
                       const char *zName) {
  static const char *const azKept[] = {
      "recursive_triggers", "ignore_check_constraints",
      "secure_delete",      "cache_size",
      "temp_store",         "analysis_limit",
      "defer_foreign_keys"};
  MigPragma *pPragma;
  size_t i;

  for (pPragma = pSaved->pFirst; pPragma; pPragma = pPragma->pNext) {
    if (sqlite3_stricmp(pPragma->zName, zName) == 0) {
      return;
    }
  }
  for (i = 0; i < sizeof(azKept) / sizeof(azKept[0]); i++) {
    if (sqlite3_stricmp(azKept[i], zName) == 0) {
      i64 iValue = migQueryInt(p, 0, "PRAGMA main.\"%w\"", azKept[i]);
      pPragma = p->rc ? 0 : sqlite3_malloc64(sizeof(*pPragma));
      if (pPragma == 0) {
        migNomem(p);
      } else {
        pPragma->zName = azKept[i];
        pPragma->iValue = iValue;
        pPragma->pNext = pSaved->pFirst;
        pSaved->pFirst = pPragma;
      }
    }
  }
}

/* Compile PRAGMA count_changes: that sets it. Not being stepped it does not
** expire what else is compiled. SQLite's result. */
static int countsSet(sqlite3 *db, int bOn) {
  sqlite3_stmt *pStmt = 0;
  int rc = sqlite3_prepare_v2(
      db, bOn ? "PRAGMA count_changes=1" : "PRAGMA count_changes=0", -1, &pStmt,
      0);

  sqlite3_finalize(pStmt);
  return rc;
}

/* PRAGMA count_changes is on, with which an INSERT has a row, the number of
** rows it inserted: switch it off until the end of the call, when
** migSettingsRestoreLate() finds it so. */
void migSettingsCountsOff(MigContext *p, MigConnection *pConn) {
  int rc = p->rc ? SQLITE_OK : countsSet(p->db, 0);

  if (rc) {
    migFailDb(p, rc);
  } else if (p->rc == SQLITE_OK) {
    pConn->bCounts = 1;
  }
}

/* Put one PRAGMA back; 0 when SQLite would not. */
static int pragmaRestore(sqlite3 *db, const MigPragma *pPragma) {
  char zSql[80];

  /* it reads as 2, but is set by that number as if it were 1 */
  if (pPragma->iValue == 2 && strcmp(pPragma->zName, "secure_delete") == 0) {
    sqlite3_snprintf(sizeof(zSql), zSql, "PRAGMA main.secure_delete=fast");
  } else {
    sqlite3_snprintf(sizeof(zSql), zSql, "PRAGMA main.\"%w\"=%lld",
                     pPragma->zName, pPragma->iValue);
  }
  return sqlite3_exec(db, zSql, 0, 0, 0) == SQLITE_OK;
}

/* Put every setting back, also after an error. What SQLite does not take now
** moves to the connection's list. */
void migSettingsRestore(MigContext *p, MigConnection *pConn,
                        MigSettingsSaved *pSaved) {
  migSettingsForeign(p, pSaved, pSaved->bForeign);
  migSettingsLegacy(p, pSaved, pSaved->bLegacy);
  while (pSaved->pFirst) {
    MigPragma *pPragma = pSaved->pFirst;
    pSaved->pFirst = pPragma->pNext;
    pPragma->pNext = pConn->pRestore;
    pConn->pRestore = pPragma;
  }
  migSettingsRestoreLate(pConn);
}

/* Put back what could not be put back yet; what SQLite refuses again stays in
** the list. Reports nothing. count_changes waits until no acting call is at
** work. */
void migSettingsRestoreLate(MigConnection *pConn) {
  MigPragma **pp = &pConn->pRestore;

  if (pConn->bCounts && !pConn->bRunning) {
    pConn->bCounts = countsSet(pConn->db, 1) != SQLITE_OK;
  }
  while (*pp) {
    MigPragma *pPragma = *pp;
    if (pragmaRestore(pConn->db, pPragma)) {
      *pp = pPragma->pNext;
      sqlite3_free(pPragma);
    } else {
      pp = &pPragma->pNext;
    }
  }
}

/* The connection goes: free the list. */
void migSettingsForget(MigConnection *pConn) {
  while (pConn->pRestore) {
    MigPragma *pNext = pConn->pRestore->pNext;
    sqlite3_free(pConn->pRestore);
    pConn->pRestore = pNext;
  }
}
