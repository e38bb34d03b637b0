/*
** looks.c - a folder that looks as it did when it was imported last.
**
** migrate_auto() runs at every start of an application, and mostly there is
** nothing to do. Names, sizes and times of a folder's files, with what else an
** import depends on, make a fingerprint (folder.c). The one of the last import
** is a fact of _migrate_meta; as long as it holds no file has to be read. It
** is a shortcut only: without it the folder is read, and found to be known.
**
** There is one such fact a file: applications that bring different folders to
** one file each read theirs. A folder with a file that was written just now has
** no looks, "": it could be written again within the same tick of the clock.
*/
#include <string.h>
#include "sql.h"
#include "folder.h"
#include "known.h"
#include "store.h"
#include "waiting.h"
#include "looks.h"

/* Fact of _migrate_meta: what the folder that was imported last looks like. */
#define FOLDER_FACT "folder"

/* Keep what a folder looks like, in the write transaction of its import. */
void migLooksSet(MigContext *p, const char *zLooks) {
  migMetaSetText(p, FOLDER_FACT, zLooks);
}

/* Forget it, in a write transaction that changes or deletes a stored revision:
** the folder may still have it as it was. */
void migLooksForget(MigContext *p) {
  migExecF(p, "DELETE FROM main._migrate_meta WHERE name=%Q", FOLDER_FACT);
}

/*
** Find out what the folder or file zPath looks like, without reading a file of
** it: pSeen->zLooks and bSame. zFormat, as the caller gave it, and the
** placeholders are a part of the looks. Returns whether all is done: it looks
** as it did when it was imported so last, and nothing is pending. The read
** transaction is its own. FILE; a store that is not ours is an error as well.
*/
int migLooksSame(MigContext *p, const MigCall *pCall, const char *zPath,
                 const char *zFormat, const MigPlaceholders *pHolders,
                 MigImportSeen *pSeen) {
  MigList more = {0, 0};
  const char *zWas = 0;
  sqlite3_stmt *pRead;
  MigFacts facts;
  int bPending = 1;
  int i;

  migListAdd(p, &more, zFormat ? zFormat : "");
  for (i = 0; i < pHolders->n; i++) {
    migListAdd(p, &more, pHolders->azKey[i]);
    migListAdd(p, &more, pHolders->azValue[i]);
  }
  pSeen->zLooks = p->rc ? 0 : migFolderLooks(p, zPath, more.n, more.az);
  pRead = migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  if (p->rc == SQLITE_OK && migStoreOpen(p)) {
    zWas = migMetaText(p, FOLDER_FACT);
    migFactsRead(p, &facts);
    bPending = p->rc || migFactsPending(&facts, 1);
  }
  migFinalize(p, pRead);
  pSeen->bSame = p->rc == SQLITE_OK && pSeen->zLooks && pSeen->zLooks[0] &&
                 zWas && strcmp(pSeen->zLooks, zWas) == 0;
  return pSeen->bSame && !bPending;
}

/* Is zPath an empty folder, and no revision stored? So it is with the first
** release of an application. Where something is stored, an empty folder is more
** likely one that was forgotten. 0 after failure: FILE. */
int migLooksEmpty(MigContext *p, const MigCall *pCall, const char *zPath) {
  sqlite3_stmt *pRead = 0;
  int bEmpty = 0;
  MigFolder folder;

  memset(&folder, 0, sizeof(folder));
  migFolderOpen(p, &folder, zPath);
  if (p->rc == SQLITE_OK && folder.nFile == 0) {
    pRead = migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
    bEmpty = p->rc == SQLITE_OK &&
             (!migStoreOpen(p) || !migQueryInt(p, 0,
                                               "SELECT EXISTS(SELECT 1 FROM"
                                               " main._migrate_revisions)"));
  }
  migFinalize(p, pRead);
  migFolderClose(&folder);
  return bEmpty && p->rc == SQLITE_OK;
}

/*
** Keep what the folder looks like for the next time, when that is possible at
** once: it only saves reading the folder. So nothing is waited for, an error is
** none, and a transaction of the caller that has not written does not begin to.
** A busy handler that is no timeout cannot be set aside. Only when the
** transaction is not what it was before is the error reported.
*/
void migLooksKeep(MigContext *p, MigConnection *pConn,
                  const MigImportSeen *pSeen) {
  int msBusy = (int)migQueryInt(p, 0, "PRAGMA busy_timeout");
  int bAutocommit = sqlite3_get_autocommit(p->db);
  MigTransaction tx;
  MigContext work;

  if (p->rc || sqlite3_db_readonly(p->db, "main") == 1 ||
      (!bAutocommit && migTransactionState(p) != SQLITE_TXN_WRITE)) {
    return;
  }
  if (msBusy > 0) {
    sqlite3_busy_timeout(p->db, 0);
  }
  migContextInit(&work, p->db);
  migTransactionBegin(&work, &tx, pConn, 0, 0, 0);
  if (work.rc == SQLITE_OK && tx.bStore) {
    migLooksSet(&work, pSeen->zLooks);
    migStatementsClose(&work);
    migTransactionCommit(&work, &tx);
  }
  migStatementsClose(&work);
  migTransactionUndo(&work, &tx);
  if (work.rc &&
      (pConn->bVeto || sqlite3_get_autocommit(p->db) != bAutocommit)) {
    migErrorSave(&work, p);
  }
  migContextClear(&work);
  if (msBusy > 0) {
    sqlite3_busy_timeout(p->db, msBusy);
  }
}
