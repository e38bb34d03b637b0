/*
** around.c - what a run does around a statement of a script.
**
** Settings: PRAGMA foreign_keys and legacy_alter_table are not run but obeyed
** by sqlite3_db_config(), from that statement to the script's end; every DROP
** TABLE and ALTER TABLE runs with enforcement off.
**
** Guards: before a statement is stepped, what it would touch is looked up
** (lookup.c), rows (rowguard.c) and foreign-key violations (foreign.c) of what
** it replaces are counted, and what it writes goes into the backup, where that
** is one of touched tables (touched.c).
*/
#include "sql.h"
#include "pragma.h"
#include "writeset.h"
#include "around.h"

/* ---- settings ---- */

/* Is it a statement that the run passes over, because it is obeyed otherwise,
** meant for other tools, or has nothing to do? PRAGMAs with a switch of their
** own are kept in pScript. Those that only ask for a value are run. */
int migAroundPassed(MigContext *p, MigScriptState *pScript,
                    const MigStatement *pSt) {
  const char *z = pScript->pJob->z;

  if (migStatementSkipped(z, pSt, &pScript->info)) {
    return 1;
  }
  if (pSt->eKind == MIG_ST_PRAGMA && pSt->value.eType != MIG_TK_END) {
    if (migTokenNameIs(z, &pSt->name, "foreign_keys")) {
      pScript->eForeign = migPragmaOn(z, pSt);
      return 1;
    }
    if (migTokenNameIs(z, &pSt->name, "legacy_alter_table")) {
      pScript->eLegacy = migPragmaOn(z, pSt);
      return 1;
    }
    if (migTokenNameIs(z, &pSt->name, "temp_store")) {
      return 1; /* SQLite cannot change it inside a transaction */
    }
  }
  if ((pSt->eKind == MIG_ST_DROP_TABLE || pSt->eKind == MIG_ST_DROP_VIEW) &&
      pSt->bIf &&
      (pSt->schema.eType == MIG_TK_END ||
       migTokenNameIs(z, &pSt->schema, "main"))) {
    /* SQLite would find our virtual table and refuse to drop it */
    char *zName = migTokenName(p, z, &pSt->name);
    return zName &&
           (sqlite3_strnicmp(zName, "migration_", 10) == 0 ||
            migStrICmp(zName, "migrations") == 0) &&
           !migQueryInt(p, 0,
                        "SELECT EXISTS(SELECT 1 FROM main.sqlite_schema"
                        " WHERE name=%Q COLLATE NOCASE) OR EXISTS(SELECT 1"
                        " FROM temp.sqlite_schema"
                        " WHERE name=%Q COLLATE NOCASE)",
                        zName, zName);
  }
  return 0;
}

/*
** Set enforcement and legacy mode as this statement wants them: as the script
** has said, else as the call found them. Enforcement is off for DROP TABLE,
** whose implicit DELETE would carry out actions and refuse (foreignkeys, 5),
** and for ALTER TABLE. A PRAGMA that is about to be run is remembered, to be
** put back at the end of the run. Errors: those of migLookupPragma(), without
** the place.
*/
void migAroundSettings(MigContext *p, MigExecution *pExec,
                       const MigScriptState *pScript, const MigStatement *pSt) {
  int bForeign =
      pScript->eForeign >= 0 ? pScript->eForeign : pExec->pSaved->bForeign;
  int bLegacy =
      pScript->eLegacy >= 0 ? pScript->eLegacy : pExec->pSaved->bLegacy;
  int bChanged;

  if (pSt->eKind == MIG_ST_DROP_TABLE || pSt->eKind == MIG_ST_ALTER_TABLE) {
    bForeign = 0;
  }
  bChanged = migSettingsForeign(p, pExec->pSaved, bForeign);
  bChanged |= migSettingsLegacy(p, pExec->pSaved, bLegacy);
  migLookupPragma(p, &pExec->lookup, pScript->pJob->z, pSt);
  if (p->rc == SQLITE_OK && pSt->eKind == MIG_ST_PRAGMA &&
      pSt->value.eType != MIG_TK_END) {
    char *zName = migTokenName(p, pScript->pJob->z, &pSt->name);
    if (zName) {
      migSettingsPragma(p, pExec->pSaved, zName);
      pExec->bDeferred |= migStrICmp(zName, "defer_foreign_keys") == 0;
    }
  }
  if (bChanged) {
    migTransactionArm(p, pExec->pTx);
  }
}

/* ---- guards ---- */

/* Does the rest of the script name zTable again, or make a table whose name is
** in a string? If not, no table of that name can be there at its end, and
** counting its rows would be for nothing. A rename carries the rows on, so it
** counts in any case. */
static int namedLater(const MigScriptState *pScript, const MigStatement *pSt,
                      const char *zTable) {
  const MigScriptJob *pJob = pScript->pJob;
  i64 i = pSt->iStart + pSt->nByte;
  MigToken token;

  if (pSt->eAlter == MIG_ALTER_RENAME_TABLE) {
    return 1;
  }
  do {
    i = migTokenSignificant(pJob->z, pJob->n, i, &token);
    if (migTokenNameIs(pJob->z, &token, zTable) ||
        migTokenNameIs(pJob->z, &token, "migrate_table")) {
      return 1;
    }
  } while (token.eType != MIG_TK_END);
  return 0;
}

/* Count the rows of a table that is about to be dropped or renamed, unless call
** or script allow it to lose some. No-op for other statements. */
static void guardRows(MigContext *p, MigExecution *pExec,
                      MigScriptState *pScript, const MigStatement *pSt,
                      const char *zTable) {
  int bDrop = pSt->eKind == MIG_ST_DROP_TABLE;
  int bRename = pSt->eAlter == MIG_ALTER_RENAME_TABLE;

  if ((bDrop || bRename) && namedLater(pScript, pSt, zTable) &&
      !migNameAmong(pExec->nAllowLoss, pExec->azAllowLoss, zTable) &&
      !migNameAmong(pScript->info.nAllowLoss, pScript->info.azAllowLoss,
                    zTable)) {
    migRowGuardBefore(p, &pScript->guard, zTable);
  }
}

/* Do writes need watching? Enforcement is off, or the script has put it off:
** then SQLite would forget violations when the setting goes back. Or it was
** off: SQLite counts violations of deferred keys up and down, and a parent that
** comes for a row which was not counted makes it forget another row. */
static int foreignWatched(const MigExecution *pExec) {
  return pExec->foreign.bAny && (!pExec->pSaved->bForeignNow ||
                                 pExec->bDeferred || pExec->foreign.bOff);
}

/* Is it an ADD COLUMN that refers to nothing? That cannot violate anything. By
** the word REFERENCES, outside quotes. */
static int addsPlainColumn(const char *z, const MigStatement *pSt) {
  i64 iEnd = pSt->iStart + pSt->nByte;
  i64 i = pSt->iStart;
  MigToken token;

  if (pSt->eAlter != MIG_ALTER_ADD) {
    return 0;
  }
  do {
    i = migTokenSignificant(z, iEnd, i, &token);
    if (migTokenIs(z, &token, "references")) {
      return 0;
    }
  } while (token.eType != MIG_TK_END);
  return 1;
}

/* A dropped index can be the one that a foreign key needs: the parent's key
** must be unique (foreignkeys, 3). Watch its table. Whether enforcement is on
** or off: DROP INDEX does not look. */
static void guardIndex(MigContext *p, MigExecution *pExec, const char *z,
                       const MigStatement *pSt) {
  char *zIndex = migTokenName(p, z, &pSt->name);
  char *zTable = migQueryText(p,
                              "SELECT tbl_name FROM main.sqlite_schema WHERE"
                              " type='index' AND name=%Q COLLATE NOCASE",
                              zIndex);

  if (zTable) {
    migForeignWatch(p, &pExec->foreign, zTable);
  }
}

/*
** Watch the foreign keys around the tables that a statement writes while
** foreignWatched(); zTable is the one that it is about, NULL when
** that was not wanted or is not of main. Where there are no triggers, and
** enforcement is off and foreign-key actions with it, a write of rows reaches
** no other table. Else the compiled statement is asked what it writes.
*/
static void guardForeign(MigContext *p, MigExecution *pExec, const char *z,
                         const MigStatement *pSt, const char *zTable,
                         sqlite3_stmt *pStmt) {
  MigWriteset set;
  MigList tables;
  int i;

  if (pExec->foreign.bAny && pSt->eKind == MIG_ST_DROP_INDEX) {
    guardIndex(p, pExec, z, pSt);
    return;
  }
  if (!foreignWatched(pExec) || addsPlainColumn(z, pSt)) {
    return;
  }
  switch (pSt->eKind) {
  case MIG_ST_ALTER_TABLE:
  case MIG_ST_DROP_TABLE:
    pExec->foreign.bOff |= pSt->eKind == MIG_ST_DROP_TABLE;
    if (zTable) {
      migForeignWatch(p, &pExec->foreign, zTable);
    }
    break;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    pExec->foreign.bOff |= !pExec->pSaved->bForeignNow;
    if (!pExec->bTriggers && !pExec->pSaved->bForeignNow && zTable) {
      migForeignWatch(p, &pExec->foreign, zTable);
      break;
    }
    migWritesetRead(p, pStmt, &set);
    tables = migWritesetTables(p, &set);
    for (i = 0; i < tables.n && p->rc == SQLITE_OK; i++) {
      migForeignWatch(p, &pExec->foreign, tables.az[i]);
    }
    break;
  default:
    break;
  }
}

/* Is the name of the statement's table wanted by one of the guards? */
int migAroundTableWanted(const MigExecution *pExec, const MigStatement *pSt) {
  switch (pSt->eKind) {
  case MIG_ST_DROP_TABLE:
  case MIG_ST_ALTER_TABLE:
    return 1;
  case MIG_ST_INSERT:
  case MIG_ST_UPDATE:
  case MIG_ST_DELETE:
    return foreignWatched(pExec);
  default:
    return 0;
  }
}

/* What is looked up, counted and backed up before a statement is stepped; it is
** compiled as pStmt. zTable: the table that it replaces, or NULL. Errors:
** FORBIDDEN_STATEMENT, with the place, and those of the backup; then it must
** not be stepped. */
void migAroundBefore(MigContext *p, MigExecution *pExec,
                     MigScriptState *pScript, const MigStatement *pSt,
                     const char *zTable, sqlite3_stmt *pStmt) {
  const char *z = pScript->pJob->z;

  migLookupCheck(p, &pExec->lookup, z, pSt, pStmt);
  if (zTable) {
    guardRows(p, pExec, pScript, pSt, zTable);
  }
  guardForeign(p, pExec, z, pSt, zTable, pStmt);
  migTransactionCheck(p, pExec->pTx, "a function or collation of the schema");
  migJobErrorLocate(p, pScript, pSt->iStart);
  migTouchedBefore(p, pExec->pTouched, z, pSt, pStmt);
}
