/*
** file.c - a backup as a database file of its own.
**
** The file is written by a second connection, under the name <path>-part, and
** gets its name when it is complete. It holds schema and rows of a backup, or
** of the database as it is, and our tables as they are now: so it opens as a
** database with revisions. It has no backups; its applied set is that of the
** backup, and the facts in _migrate_meta are made to fit.
**
** The second connection lacks what the application has registered. In triggers
** and views that does not matter, because none of them runs; a table or an
** index that needs such a function or collation, or a module, cannot be made
** there, and then the file cannot be written.
**
** The steps, each in one place: <path>-part is made, empty, with the
** permissions of the database (fileOpen); schema, rows, indexes and triggers
** are written in one transaction (contentWrite), then our tables (storeWrite);
** after the commit the file is hashed, closed and renamed, and the folder
** synced (fileFinish). What is cut short leaves no more than a <path>-part,
** which is never taken for a backup.
**
** A file may be edited, so its hash is kept with what the store says about it.
** It is taken of what the VFS gives: by another descriptor that would be closed
** again, the locks of the process on the file would be gone (POSIX). A file
** that is read is hashed under a read lock, in the transaction that its rows
** are read in; one that was just written, before anybody knows it by its name.
** To read a file, a connection is opened that does as little as possible of
** what the file asks for.
**
** sqlite3_interrupt() does not reach a second connection. There a progress
** handler steps a statement of the caller's, which an interrupt ends.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "text.h"
#include "store.h"
#include "applied.h"
#include "revisions.h"
#include "state.h"
#include "fill.h"
#include "objects.h"
#include "partial.h"
#include "file.h"

#define HASH_BYTES 65536   /* read at a time */
#define PULSE_OPCODES 1000 /* between two looks for an interrupt */

/* The file being written. Between fileSwap() and fileSwap() the context works
** on it, and these are what belongs to the database. */
typedef struct File {
  sqlite3 *db;               /* its connection; NULL: not opened */
  struct MigCached *pCached; /* statements kept on it */
  sqlite3_stmt *pPulse;      /* of the database */
  char *zPart;               /* its name until it is whole; NULL: not made */
} File;

/* Let the context work on the file, or again on the database. Also right after
** an error; pPulse does not move. */
static void fileSwap(MigContext *p, File *pFile) {
  sqlite3 *db = p->db;
  struct MigCached *pCached = p->pCached;

  p->db = pFile->db;
  p->pCached = pFile->pCached;
  pFile->db = db;
  pFile->pCached = pCached;
}

/* ---- names ---- */

/* The time as a part of a name, 2026-01-31_12-00-00, without what file systems
** do not take. */
static char *timeName(MigContext *p, const char *zTime) {
  char *z = migStrndup(p, zTime, 19);
  int i;

  for (i = 0; z && z[i]; i++) {
    if (z[i] == 'T') {
      z[i] = '_';
    } else if (z[i] == ':') {
      z[i] = '-';
    }
  }
  return z;
}

/* Is there a file, or a backup whose file had that name, in whatever folder? If
** the latter was lost, another one must not be taken for it. */
static int nameTaken(MigContext *p, const char *zPath) {
  const char *zName = migPathName(zPath);

  return migPathKind(zPath) != MIG_PATH_NONE ||
         migQueryInt(p, 0,
                     "SELECT EXISTS(SELECT 1 FROM main._migrate_backups"
                     " WHERE substr(path, -length(%Q)) = %Q)",
                     zName, zName) != 0;
}

/* The name of the database file, its extension left out but handed over, from
** its dot on, or "". That of a database in memory is database.db. */
static char *mainBase(MigContext *p, const char **pzExtension) {
  const char *zMain = migDatabasePath(p->db);
  const char *zName;

  if (zMain[0] == 0) {
    zMain = "database.db";
  }
  zName = migPathName(zMain);
  *pzExtension = migPathExtension(zMain);
  return migStrndup(p, zName, *pzExtension - zName);
}

/*
** The path to write to: zPath, or, when that is a folder or ends like one,
** <name>_backup_YYYY-MM-DD_HH-MM-SS.<ext> in it for a database <name>.<ext>,
** with _2, _3 and so on before .<ext> when that is taken. zTime is as
** migTimeText() gives it. Two databases in one folder never get the same name:
** app.sqlite may be a copy of app.db, and must not delete the files of that.
**
** In the arena; NULL after an error. A zPath that is no folder is taken as it
** is, whether there is something or not: migFileWrite() refuses. Whether a name
** is taken is also looked up in the store, so p->db has our tables.
*/
char *migFileName(MigContext *p, const char *zPath, const char *zTime) {
  size_t n = strlen(zPath);
  const char *zExtension;
  char *zBase;
  char *zName;
  int i;

  if ((n == 0 || (zPath[n - 1] != '/' && zPath[n - 1] != '\\')) &&
      migPathKind(zPath) != MIG_PATH_FOLDER) {
    return migStrdup(p, zPath);
  }
  zBase = mainBase(p, &zExtension);
  zBase = migPathJoin(p, zPath,
                      migPrintf(p, "%s_backup_%s", zBase, timeName(p, zTime)));
  zName = migPrintf(p, "%s%s", zBase, zExtension);
  for (i = 2; p->rc == SQLITE_OK && nameTaken(p, zName); i++) {
    zName = migPrintf(p, "%s_%d%s", zBase, i, zExtension);
  }
  return zName;
}

/* Has this name, of a file without its folder, the form of those that
** migFileName() gives to backups of the database? Upper and lower case count. 0
** after an error. Callers delete no file with another name. */
int migFileIsBackup(MigContext *p, const char *zName) {
  static const char zForm[] = "_backup_0000-00-00_00-00-00";
  const char *zExtension;
  char *zBase = mainBase(p, &zExtension);
  size_t n = zBase ? strlen(zBase) : 0;
  const char *z = zName + n;
  int i;

  if (n == 0 || strncmp(zName, zBase, n)) {
    return 0;
  }
  for (i = 0; zForm[i]; i++, z++) {
    if (zForm[i] == '0' ? !migIsDigit(*z) : *z != zForm[i]) {
      return 0;
    }
  }
  if (z[0] == '_' && migIsDigit(z[1])) {
    for (z++; migIsDigit(*z); z++) {
    }
  }
  return strcmp(z, zExtension) == 0;
}

/* Delete a file that migFileWrite() has written, for a caller that fails behind
** it. No error when it is not there. */
void migFileRemove(const char *zPath) {
  migFileDelete(zPath);
}

/* ---- interrupts ---- */

/* Was the caller's connection interrupted? Steps pArg, a statement of it, which
** has a row unless it was; NULL counts as interrupted. The flag stays as long
** as a statement runs (SQLite's page Interrupt A Long-Running Query), and the
** one that has called us does. */
static int pulseStopped(void *pArg) {
  sqlite3_stmt *pPulse = pArg;
  int rc = sqlite3_step(pPulse);

  sqlite3_reset(pPulse);
  return rc != SQLITE_ROW;
}

/* Have an interrupt of the caller's connection end what db does. The result is
** finalized by the caller when db is closed, not before: db steps it. NULL
** after an error. */
static sqlite3_stmt *pulseStart(MigContext *p, sqlite3 *db) {
  sqlite3_stmt *pPulse = migPrepare(p, "SELECT 1");

  if (pPulse) {
    migStopWhen(db, PULSE_OPCODES, pulseStopped, pPulse);
  }
  return pPulse;
}

/* ---- open and close ---- */

/* The VFS of the database, NULL for the default one: of a database in memory
** also, whose own VFS has no files. */
static const char *mainVfs(MigContext *p) {
  const char *zMain = migDatabasePath(p->db);
  sqlite3_vfs *pVfs = 0;

  if (zMain[0]) {
    sqlite3_file_control(p->db, "main", SQLITE_FCNTL_VFS_POINTER, &pVfs);
  }
  return pVfs ? pVfs->zName : 0;
}

/*
** Size and hash of an open database file, through its VFS. What a WAL beside it
** holds is no part of it: the files that we write have none. Errors: SQLITE,
** with SQLite's code, INTERRUPT among them; after failure pFacts means nothing.
*/
static void fileHash(MigContext *p, sqlite3 *db, sqlite3_stmt *pPulse,
                     MigFileFacts *pFacts) {
  u8 *a = p->rc ? 0 : sqlite3_malloc64(HASH_BYTES);
  sqlite3_file *pFd = 0;
  MigHash hash;
  i64 i = 0;
  int rc;

  if (a == 0) {
    migNomem(p);
    return;
  }
  migHashInit(&hash);
  rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &pFd);
  if (rc == SQLITE_OK) {
    rc = pFd->pMethods->xFileSize(pFd, &pFacts->nByte);
  }
  while (rc == SQLITE_OK && i < pFacts->nByte) {
    i64 n = pFacts->nByte - i;
    n = n < HASH_BYTES ? n : HASH_BYTES;
    rc = pulseStopped(pPulse) ? SQLITE_INTERRUPT
                              : pFd->pMethods->xRead(pFd, a, (int)n, i);
    if (rc == SQLITE_OK) {
      migHashAdd(&hash, a, n);
    }
    i += n;
  }
  migHashFinal(&hash, pFacts->aHash);
  sqlite3_free(a);
  if (rc) {
    migFailRc(p, rc, MIG_SQLITE, "%s", sqlite3_errstr(rc));
  }
}

/* Have the new connection run nothing of the schema, and write what is as it
** is: rows of shadow tables, which DEFENSIVE protects, and texts with "strings"
** in double quotes, which a stored schema may have. */
static void fileConfigure(sqlite3 *db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 1, (int *)0);
}

/*
** Create the file and begin its transaction; page size, auto_vacuum and
** encoding are those of the database, and must be set before anything is
** written. FILE when it is there or cannot be made. To be ended by fileFinish()
** also after failure.
*/
static void fileOpen(MigContext *p, const char *zPath, File *pFile) {
  const char *zMain = migDatabasePath(p->db);
  const char *zVfs = mainVfs(p);
  i64 nPage = migQueryInt(p, 4096, "PRAGMA main.page_size");
  i64 iVacuum = migQueryInt(p, 0, "PRAGMA main.auto_vacuum");
  char *zEncoding = migQueryText(p, "PRAGMA main.encoding");
  char *zPart = migPrintf(p, "%s-part", zPath);
  int rc;

  if (p->rc == SQLITE_OK && migPathKind(zPath) != MIG_PATH_NONE) {
    migFail(p, MIG_FILE, "%s is there already; choose another name", zPath);
  }
  if (!migFileCreate(p, zPart, zMain[0] ? zMain : 0)) {
    return;
  }
  pFile->zPart = zPart;
  rc = sqlite3_open_v2(zPart, &pFile->db, SQLITE_OPEN_READWRITE, zVfs);
  if (rc) {
    migFailRc(p, rc, MIG_FILE, "cannot write %s: %s; check the path", zPath,
              pFile->db ? sqlite3_errmsg(pFile->db) : "no memory");
    return;
  }
  fileConfigure(pFile->db);
  pFile->pPulse = pulseStart(p, pFile->db);
  fileSwap(p, pFile);
  migExecF(p, "PRAGMA page_size=%lld", nPage);
  migExecF(p, "PRAGMA auto_vacuum=%lld", iVacuum);
  migExecF(p, "PRAGMA encoding=%Q", zEncoding);
  migExec(p, "PRAGMA journal_mode=memory"); /* one file less to be left over */
  migExec(p, "BEGIN IMMEDIATE");
  fileSwap(p, pFile);
}

/* Say in an error what it has to do with the file; its result code stays. Other
** errors, those of the database and its backups, say enough. */
static void fileExplain(MigContext *p, const char *zPath) {
  MigContext was;
  int e = p->rc & 0xff;

  if (p->rc == SQLITE_OK || p->zError == 0) {
    return;
  }
  migContextInit(&was, p->db);
  if (p->eCode == MIG_UNSUPPORTED) {
    migErrorSave(p, &was);
    migFailRc(p, was.rc, was.eCode,
              "%s; a file of its own is written without the functions,"
              " collations and modules of the application",
              was.zError + strlen("migrate: UNSUPPORTED: "));
  } else if (p->eCode == MIG_SQLITE &&
             (e == SQLITE_FULL || e == SQLITE_IOERR || e == SQLITE_CANTOPEN)) {
    migErrorSave(p, &was);
    migFailRc(p, was.rc, MIG_FILE,
              "cannot write %s: %s; check the path and the room there", zPath,
              was.zError + strlen("migrate: SQLITE: "));
  }
  sqlite3_free(was.zError);
}

/* Complete the file and give it its name; after a failure, of before or of now,
** leave nothing. Its connection is closed on every path. */
static void fileFinish(MigContext *p, const char *zPath, File *pFile,
                       MigFileFacts *pFacts) {
  if (pFile->db) {
    fileSwap(p, pFile);
    migExec(p, "COMMIT");
    migStatementsClose(p);
    fileSwap(p, pFile);
    if (p->rc == SQLITE_OK) {
      fileHash(p, pFile->db, pFile->pPulse, pFacts);
    }
    sqlite3_close(pFile->db);
    sqlite3_finalize(pFile->pPulse);
  }
  fileExplain(p, zPath);
  if (p->rc == SQLITE_OK) {
    migFileRename(p, pFile->zPart, zPath);
  }
  if (p->rc && pFile->zPart) {
    migFileDelete(pFile->zPart);
  }
}

/* ---- what is written ---- */

/* What a backup of the database would say about it, but for rows and for the
** applied set, which is copied with our tables: the tables of SQLite itself
** have entries without anything in them, by which migObjectsMakeSystem() knows
** what to make. */
static void liveManifest(MigContext *p, MigManifest *pLive) {
  const char *z = migQueryText(p, "PRAGMA main.encoding");
  sqlite3_stmt *pStmt = migPrepare(p, "SELECT name FROM main.sqlite_schema"
                                      " WHERE type = 'table'"
                                      " ORDER BY rowid");

  memset(pLive, 0, sizeof(*pLive));
  pLive->eEncoding = z && strcmp(z, "UTF-16le") == 0   ? SQLITE_UTF16LE
                     : z && strcmp(z, "UTF-16be") == 0 ? SQLITE_UTF16BE
                                                       : SQLITE_UTF8;
  pLive->iUserVersion = migQueryInt(p, 0, "PRAGMA main.user_version");
  pLive->iApplicationId = migQueryInt(p, 0, "PRAGMA main.application_id");
  while (migStep(p, pStmt)) {
    const char *zName = migColumnText(p, pStmt, 0);
    if (zName && migLayoutSystem(zName)) {
      MigTableEntry entry;
      memset(&entry, 0, sizeof(entry));
      entry.zName = zName;
      migManifestAddTable(p, pLive, &entry);
    }
  }
  migFinalize(p, pStmt);
  migObjectsRead(p, pLive);
}

/* What to fill the tables with. */
typedef struct Source {
  const MigManifest *pManifest; /* of the backup, or of liveManifest() */
  int bLive;          /* rows come from the database, else from the backup */
  MigItems items;     /* of the manifest, all of them to be made */
  MigFill fill;       /* from p->db to the file */
  MigFileFacts facts; /* of what was written so far */
} Source;

/* Fill a table from the database. The context works on that. */
static void rowsCopy(MigContext *p, Source *pSource, const char *zTable) {
  pSource->facts.nRow += migFillCopy(p, &pSource->fill, zTable);
  pSource->facts.nTable++;
}

/* Fill the tables of the application, or those of SQLite; the context works on
** the database. BACKUP_DAMAGED when the backup has rows of a table that its
** schema has not. One of SQLite's that this SQLite does not make is left
** out. */
static void rowsFill(MigContext *p, File *pFile, Source *pSource, int bSystem) {
  const MigManifest *pManifest = pSource->pManifest;
  int i;

  for (i = 0; i < pManifest->nTable && p->rc == SQLITE_OK; i++) {
    const MigTableEntry *pEntry = &pManifest->aTable[i];
    int k = migItemFind(&pSource->items, 0, pEntry->zName);
    int bThere = k >= 0 && pSource->items.a[k].eKind == MIG_ITEM_TABLE;
    if (migLayoutSystem(pEntry->zName) != bSystem) {
      continue;
    }
    if (bSystem) { /* it need not have come to be */
      fileSwap(p, pFile);
      bThere = migObjectThere(p, pEntry->zName);
      fileSwap(p, pFile);
    }
    if (bThere && pSource->bLive) {
      rowsCopy(p, pSource, pEntry->zName);
    } else if (bThere) {
      migFillWhole(p, &pSource->fill, pEntry);
      pSource->facts.nRow += pEntry->nRow;
      pSource->facts.nTable++;
    } else if (!bSystem) {
      migFail(p, MIG_BACKUP_DAMAGED,
              "the backup has rows of a table %s and no such table",
              pEntry->zName);
    }
  }
  for (i = 0; i < pSource->items.n && pSource->bLive && !bSystem; i++) {
    if (pSource->items.a[i].eKind == MIG_ITEM_TABLE && p->rc == SQLITE_OK) {
      rowsCopy(p, pSource, pSource->items.a[i].pObject->zName);
    }
  }
}

/* Write schema and rows, and look whether the schema came out as it was. The
** order: tables, their rows, then indexes and triggers, which are faster to
** make behind; SQLite's own tables last, as to fill others writes
** sqlite_sequence. */
static void contentWrite(MigContext *p, File *pFile, Source *pSource) {
  const MigManifest *pManifest = pSource->pManifest;
  int i;

  migItemsList(p, pManifest, &pSource->items);
  for (i = 0; i < pSource->items.n; i++) {
    pSource->items.a[i].bGo = 1;
  }
  pSource->fill.dbTo = pFile->db;
  pSource->fill.eEncoding = pManifest->eEncoding;
  fileSwap(p, pFile);
  migObjectsMakeTables(p, 0, &pSource->items);
  fileSwap(p, pFile);
  rowsFill(p, pFile, pSource, 0);
  fileSwap(p, pFile);
  migObjectsMakeRest(p, 0, &pSource->items);
  migObjectsMakeSystem(p, 0, pManifest);
  fileSwap(p, pFile);
  rowsFill(p, pFile, pSource, 1);
  fileSwap(p, pFile);
  migExecF(p, "PRAGMA user_version=%lld", pManifest->iUserVersion);
  migExecF(p, "PRAGMA application_id=%lld", pManifest->iApplicationId);
  if (p->rc == SQLITE_OK) {
    migObjectsCheck(p, &pSource->items, 0);
  }
  fileSwap(p, pFile);
}

/* ---- our tables ---- */

/* Copy the rows of one of our tables, value by value. The file has it, as our
** tables were made there; its columns are the same, as a write transaction has
** brought the store to the version of now. */
static void storeCopy(MigContext *p, File *pFile, const char *zTable) {
  sqlite3_stmt *pFrom = migPrepareF(p, "SELECT * FROM main.\"%w\"", zTable);
  int nColumn = pFrom ? sqlite3_column_count(pFrom) : 0;
  MigText sql = {0, 0, 0};
  sqlite3_stmt *pTo;
  int i;

  for (i = 1; i <= nColumn; i++) {
    migTextF(p, &sql, "%s?%d", i > 1 ? ", " : "", i);
  }
  fileSwap(p, pFile);
  migExecF(p, "DELETE FROM main.\"%w\"", zTable);
  pTo = migPrepareF(p, "INSERT INTO main.\"%w\" VALUES(%s)", /* sql-ok: ?1.. */
                    zTable, migTextZ(&sql));
  fileSwap(p, pFile);
  while (migStep(p, pFrom)) {
    fileSwap(p, pFile);
    for (i = 0; i < nColumn && p->rc == SQLITE_OK; i++) {
      int rc = sqlite3_bind_value(pTo, i + 1, sqlite3_column_value(pFrom, i));
      if (rc) {
        migFailDb(p, rc);
      }
    }
    migRun(p, pTo);
    fileSwap(p, pFile);
  }
  migFinalize(p, pFrom);
  migFinalize(p, pTo);
}

/* Our tables whose rows are copied; the applied set is not when it comes from
** a backup. Backups and chunks never are: the file has none. */
static MigList storeNames(MigContext *p, int bApplied) {
  sqlite3_stmt *pStmt = migPrepare(p, "SELECT name FROM main.sqlite_schema"
                                      " WHERE type = 'table'"
                                      " ORDER BY rowid");
  MigList list = {0, 0};

  while (migStep(p, pStmt)) {
    char *z = migColumnText(p, pStmt, 0);
    if (z && migStoreOwnsTable(z) && migStrICmp(z, "_migrate_backups") != 0 &&
        migStrICmp(z, "_migrate_chunks") != 0 &&
        (bApplied || migStrICmp(z, "_migrate_applied") != 0)) {
      migListAdd(p, &list, z);
    }
  }
  migFinalize(p, pStmt);
  return list;
}

/* The schema that the last run has left is not the one of the backup. */
static const char zNoSchema[] =
    "DELETE FROM main._migrate_meta"
    " WHERE name IN('schema', 'schema_size', 'fingerprint')";

/* Write the applied set of the backup, less the repeatable revisions that have
** changed since. The context works on the file, which has our tables with the
** revisions of now. UNKNOWN_REVISION for one that is not among them. */
static void appliedWrite(MigContext *p, const MigManifest *pManifest) {
  MigRevision rev;
  int i;

  for (i = 0; i < pManifest->nApplied && p->rc == SQLITE_OK; i++) {
    const MigAppliedRow *pRow = &pManifest->aApplied[i];
    if (migRevisionTakes(p, pRow->zRevision, pRow->aChecksum)) {
      migAppliedAdd(p, pRow->zRevision, pRow->iRun, pRow->zAppliedAt,
                    pRow->aChecksum,
                    pRow->bFingerprint ? pRow->aFingerprint : 0);
    } else if (!migRevisionRead(p, pRow->zRevision, &rev)) {
      migFail(p, MIG_UNKNOWN_REVISION,
              "revision %s was applied then and was deleted since; add it again"
              " with that id",
              pRow->zRevision);
    }
  }
}

/* Write our tables, unless the database has none, and make the facts in
** _migrate_meta fit the file: heads, pending revisions, no chunks. */
static void storeWrite(MigContext *p, File *pFile, const Source *pSource) {
  MigList names = storeNames(p, pSource->bLive);
  MigState state;
  int i;

  if (names.n == 0 || p->rc) {
    return;
  }
  fileSwap(p, pFile);
  migStoreCreate(p);
  fileSwap(p, pFile);
  for (i = 0; i < names.n && p->rc == SQLITE_OK; i++) {
    storeCopy(p, pFile, names.az[i]);
  }
  fileSwap(p, pFile);
  if (!pSource->bLive) {
    appliedWrite(p, pSource->pManifest);
    migPartialReplace(p, &pSource->pManifest->partial,
                      &pSource->pManifest->states);
    migExec(p, zNoSchema);
  }
  if (p->rc == SQLITE_OK) {
    migStateLoad(p, &state);
  }
  if (p->rc == SQLITE_OK) {
    migStateSummarize(p, &state);
    migMetaSetInt(p, "chunk_bytes", 0);
  }
  fileSwap(p, pFile);
}

/*
** Write a backup, which must hold all tables, to the new file zPath; with
** pManifest NULL, the database as it is. pChunks is open, and is only read. The
** caller holds a transaction, in which the backup may have been taken: reading
** is all that is done in it. With pFacts, which may be NULL, it is told what
** the file holds. The file is complete and synced when this returns, and does
** not depend on how the transaction ends: a caller that undoes it deletes the
** file (migFileRemove()).
**
** Errors: FILE when the path, or <path>-part, is taken or cannot be written,
** UNSUPPORTED when the schema needs what only the application has,
** UNKNOWN_REVISION, and those of migFillWhole(). After a failure no file is
** left, and pFacts means nothing.
*/
void migFileWrite(MigContext *p, const char *zPath, MigChunks *pChunks,
                  const MigManifest *pManifest, MigFileFacts *pFacts) {
  MigManifest live;
  Source source;
  File file;

  memset(&file, 0, sizeof(file));
  memset(&source, 0, sizeof(source));
  source.pManifest = pManifest;
  source.fill.pChunks = pChunks;
  if (pManifest == 0) {
    liveManifest(p, &live);
    source.pManifest = &live;
    source.bLive = 1;
  }
  fileOpen(p, zPath, &file);
  if (p->rc == SQLITE_OK) {
    contentWrite(p, &file, &source);
  }
  if (p->rc == SQLITE_OK) {
    storeWrite(p, &file, &source);
  }
  fileFinish(p, zPath, &file, &source.facts);
  if (pFacts) {
    *pFacts = source.facts;
  }
}

/* ---- reading one ---- */

/* Have the connection run and write as little as possible: SQLite's page
** Defense Against The Dark Arts. */
static void readerConfigure(sqlite3 *db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)0);
}

/* Are our tables in the file, and tables as we make them? BACKUP_DAMAGED when
** not; STORE_NEWER stays. db is the connection to the file; statements that the
** context keeps for it are finalized here. */
static void readerStore(MigContext *p, const char *zPath, sqlite3 *db) {
  struct MigCached *pCached = p->pCached;
  sqlite3 *dbMain = p->db;
  MigContext error;
  int bStore;

  p->db = db;
  p->pCached = 0;
  bStore = migStoreOpen(p) > 0;
  migStatementsClose(p);
  p->db = dbMain;
  p->pCached = pCached;
  if (p->rc == SQLITE_OK && !bStore) {
    migFail(p, MIG_BACKUP_DAMAGED, "%s has no _migrate_ tables", zPath);
  } else if (p->eCode == MIG_STORE_DAMAGED && p->zError) {
    migContextInit(&error, p->db);
    migErrorSave(p, &error);
    migFail(p, MIG_BACKUP_DAMAGED, "%s is no backup of ours: %s", zPath,
            error.zError + strlen("migrate: STORE_DAMAGED: "));
    sqlite3_free(error.zError);
  }
}

/*
** Open a file that migFileWrite() has written, to read it in one transaction:
** pReader->facts has its size and hash, which the caller compares with what the
** store knows. pReader is zeroed before, and the caller closes it by
** migFileClose(), also after an error. Errors: FILE when it cannot be read,
** STORE_NEWER, BACKUP_DAMAGED when it is no database with revisions. The file
** may be anyone's: its views and triggers do not run, and what it holds is not
** trusted.
*/
void migFileOpen(MigContext *p, const char *zPath, MigFileReader *pReader) {
  int rc;

  if (p->rc) {
    return;
  }
  rc = sqlite3_open_v2(zPath, &pReader->db, SQLITE_OPEN_READONLY, mainVfs(p));
  if (rc == SQLITE_OK) {
    readerConfigure(pReader->db);
    pReader->pPulse = pulseStart(p, pReader->db);
    rc = sqlite3_exec(pReader->db, "BEGIN; SELECT 1 FROM sqlite_schema", 0, 0,
                      0);
  }
  if (rc) {
    migFailRc(p, rc, MIG_FILE, "%s cannot be read: %s; put the file back",
              zPath, sqlite3_errstr(rc));
  }
  fileHash(p, pReader->db, pReader->pPulse, &pReader->facts);
  if (p->rc == SQLITE_OK) {
    readerStore(p, zPath, pReader->db);
  }
}

/* End the transaction and close the file. Also right for what is zeroed. */
void migFileClose(MigFileReader *pReader) {
  sqlite3_close(pReader->db);
  sqlite3_finalize(pReader->pPulse);
  memset(pReader, 0, sizeof(*pReader));
}
