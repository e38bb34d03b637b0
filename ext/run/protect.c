/*
** protect.c - the automatic backup of a run.
**
** Setting auto_backup says what is taken, under the write lock and before the
** first statement of the first script:
**   full     all tables, into the store;
**   touched  schema and applied set; tables as the scripts write them
**            (touched.c). It ends with its transaction, so a run of several
**            takes a full one;
**   auto     full when the tables have at most auto_backup_limit MB, else
**            touched;
**   file     a database file in backup_dir; the store has a row about it;
**   off      none.
** Option backup overrules it. A dry run takes none. The backup is committed
** with the run's first transaction. The automatic ones beyond max_backups are
** dropped with the last, because a run that fails half-way may drop its own.
**
** The path of a file is kept relative to the folder of the database. A file
** that nobody should trust can name any path there, so only what has exactly
** the name of a backup of this database, in backup_dir, is ever deleted; and
** only after a commit of our own, because a caller's transaction may still be
** rolled back.
*/
#include <string.h>
#include "sql.h"
#include "os.h"
#include "store.h"
#include "settings.h"
#include "file.h"
#include "retain.h"
#include "protect.h"

#define MEGABYTE 1000000 /* bytes; auto_backup_limit is in these */

/* ---- which ---- */

/* Do the tables of the user have at most auto_backup_limit? Counted in pages,
** without reading them, and without the chunks of other backups. */
static int withinLimit(MigContext *p) {
  i64 nPage = migQueryInt(p, 0, "PRAGMA main.page_count") -
              migQueryInt(p, 0, "PRAGMA main.freelist_count");
  i64 nByte = nPage * migQueryInt(p, 0, "PRAGMA main.page_size") -
              migMetaCount(p, "chunk_bytes");

  return nByte <= migSettingInt(p, 1, "auto_backup_limit") * MEGABYTE;
}

/* The kind of backup to take, "full", "touched" or "file", NULL for none, also
** after an error. bNoBackup wins over bBackup. */
static const char *kindWanted(MigContext *p, const MigProtect *pProtect,
                              const MigCall *pCall) {
  const char *zMode;

  if (p->rc || pCall->bDryRun || pCall->bNoBackup) {
    return 0;
  }
  zMode = pCall->bBackup ? "full" : migSettingText(p, 1, "auto_backup");
  if (zMode == 0 || strcmp(zMode, "off") == 0) {
    return 0;
  }
  if (strcmp(zMode, "auto") == 0) {
    zMode = withinLimit(p) ? "full" : "touched";
  }
  if (strcmp(zMode, "touched") == 0 && pProtect->bParts) {
    zMode = "full";
  }
  return p->rc ? 0 : zMode;
}

/* ---- in a file ---- */

/* Make a folder inside another, level by level. zInside is relative, its parts
** parted by '/'. */
static void folderMake(MigContext *p, const char *zFolder,
                       const char *zInside) {
  size_t n = 0;

  while (p->rc == SQLITE_OK && zInside[n]) {
    char *zPart;
    n += strcspn(zInside + n, "/");
    zPart = migStrndup(p, zInside, (i64)n);
    if (zPart) {
      migFolderMake(p, migPathJoin(p, zFolder, zPart));
    }
    n += zInside[n] == '/';
  }
}

/* Copy the database to a file of its own, and name it in the backup's row. From
** then on the file is there whether the transaction is committed or not, and
** zFile remembers it for migProtectClose(). */
static void fileTake(MigContext *p, MigProtect *pProtect) {
  const char *zMain = migDatabasePath(p->db);
  char *zInside = migSettingText(p, 1, "backup_dir");
  MigBackupRow *pRow = &pProtect->backup.row;
  MigFileFacts facts;
  char *zFolder;
  char *zFile = 0;

  if (p->rc) {
    return;
  }
  if (zMain[0] == 0) {
    migFail(p, MIG_UNSUPPORTED,
            "setting auto_backup is file, and a database in memory has no"
            " folder to put one in; set auto_backup to full, or give"
            " {\"backup\":true}");
    return;
  }
  zFolder = migPathFolder(p, zMain);
  folderMake(p, zFolder, zInside);
  if (p->rc == SQLITE_OK) {
    zFile = migFileName(p, migPathJoin(p, zFolder, zInside), pRow->zCreatedAt);
  }
  if (p->rc == SQLITE_OK) {
    pRow->zPath = migPathJoin(p, zInside, migPathName(zFile));
    migFileWrite(p, zFile, &pProtect->backup.chunks, 0, &facts);
    pRow->nTable = facts.nTable;
    pRow->nRow = facts.nRow;
    pRow->nByte = facts.nByte;
    pRow->bFileHash = 1;
    memcpy(pRow->aFileHash, facts.aHash, MIG_HASH_SIZE);
  }
  if (p->rc == SQLITE_OK) {
    pProtect->zFile = zFile;
  }
}

/* Does a path that the file holds name a backup in zInside, as fileTake()
** names them? zInside is NULL after an error only. */
static int pathIsBackup(MigContext *p, const char *zInside, const char *z) {
  const char *zWanted = zInside ? migPathJoin(p, zInside, migPathName(z)) : 0;

  return zWanted && strcmp(z, zWanted) == 0 && migPathInside(z) &&
         migFileIsBackup(p, migPathName(z));
}

/*
** Files of dropped backups, to be deleted after the commit: their paths go to
** pFiles, in the arena, now, because nothing may fail then. Paths come from
** the file, which may be hostile: only what lies in backup_dir and has the name
** of a backup of this database counts. In a caller's transaction (bOwn 0)
** nothing does, as it may still be rolled back: the files stay. pDropped has
** paths as they stand in the rows, pFiles gets them from the folder of the
** database. The caller holds the write transaction.
*/
void migProtectFiles(MigContext *p, int bOwn, const MigList *pDropped,
                     MigList *pFiles) {
  const char *zMain = migDatabasePath(p->db);
  char *zInside;
  char *zFolder;
  int i;

  if (p->rc || pDropped->n == 0 || !bOwn || zMain[0] == 0) {
    return;
  }
  zFolder = migPathFolder(p, zMain);
  zInside = migSettingText(p, 1, "backup_dir");
  for (i = 0; i < pDropped->n && p->rc == SQLITE_OK; i++) {
    if (pathIsBackup(p, zInside, pDropped->az[i])) {
      migListAdd(p, pFiles, migPathJoin(p, zFolder, pDropped->az[i]));
    }
  }
}

/* Delete them, after the commit. What cannot be deleted stays, and nothing is
** said: the change is done by then. */
void migProtectDelete(const MigList *pFiles) {
  int i;

  for (i = 0; i < pFiles->n; i++) {
    migFileDelete(pFiles->az[i]);
  }
}

/* ---- the backup of a run ---- */

/*
** Take the backup, or begin one of touched tables. The caller holds the write
** transaction and has run nothing yet. Errors: those of backups, FILE, and
** UNSUPPORTED for a file beside a database in memory. migProtectClose() must
** be called on every path.
*/
void migProtectStart(MigContext *p, MigProtect *pProtect,
                     const MigCall *pCall) {
  MigBackup *pBackup = &pProtect->backup;
  const char *zKind = kindWanted(p, pProtect, pCall);

  if (zKind == 0) {
    return;
  }
  pBackup->row.zKind = zKind;
  pBackup->zProgress = pCall->zProgress;
  pProtect->bOpen = 1;
  migBackupBegin(p, pBackup, (int)migSettingInt(p, 1, "zlib_level"));
  if (p->rc) {
    return;
  }
  pProtect->iBackup = pBackup->row.iBackup;
  if (strcmp(zKind, "touched") == 0) {
    migTouchedStart(p, &pProtect->touched, pBackup);
    return;
  }
  if (strcmp(zKind, "file") == 0) {
    fileTake(p, pProtect);
  } else {
    migBackupAllTables(p, pBackup);
  }
  migBackupEnd(p, pBackup);
  pProtect->bEnded = 1;
}

/* Finish the backup, before the commit of the transaction it was begun in.
** No-op when that was done, or none is taken. One of touched tables that has
** come to hold all of them is a full one. From here on nothing is copied, so
** nothing of the user's may be written behind it in that transaction. */
void migProtectEnd(MigContext *p, MigProtect *pProtect) {
  MigBackup *pBackup = &pProtect->backup;

  if (p->rc || pProtect->iBackup == 0 || pProtect->bCommitted) {
    return;
  }
  if (!pProtect->bEnded) {
    if (pProtect->touched.bAll) {
      pBackup->row.zKind = "full";
    }
    pProtect->touched.pBackup = 0;
    migBackupEnd(p, pBackup);
    pProtect->bEnded = 1;
  }
}

/* Drop automatic backups beyond max_backups, but not this one: in the last
** transaction of the run, behind migProtectEnd(). No-op when none was taken. */
void migProtectRetain(MigContext *p, MigProtect *pProtect) {
  MigList dropped = {0, 0};
  MigChunks chunks;

  if (p->rc || pProtect->iBackup == 0) {
    return;
  }
  memset(&chunks, 0, sizeof(chunks)); /* the store may have changed since */
  migChunksOpen(p, &chunks, 1);
  migRetain(p, &chunks, migSettingInt(p, 1, "max_backups"), pProtect->iBackup,
            &dropped);
  migChunksClose(&chunks);
  migProtectFiles(p, pProtect->bOwn, &dropped, &pProtect->files);
}

/* A transaction was committed: the backup stays, and the files of those that
** were dropped go. */
void migProtectCommitted(MigProtect *pProtect) {
  if (pProtect->bEnded) {
    pProtect->bCommitted = 1;
    migProtectDelete(&pProtect->files);
    pProtect->files.n = 0;
  }
}

/* Let go of the memory; a file whose row was not committed is deleted. Works
** after any error, and may be called again. The transaction has ended by
** then. */
void migProtectClose(MigProtect *pProtect) {
  if (pProtect->bOpen) {
    migBackupClose(&pProtect->backup);
    pProtect->bOpen = 0;
  }
  if (pProtect->zFile && !pProtect->bCommitted) {
    migFileDelete(pProtect->zFile);
    pProtect->zFile = 0;
  }
}
