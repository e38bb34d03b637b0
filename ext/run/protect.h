/*
** protect.h - the automatic backup of a run.
*/
#ifndef MIG_PROTECT_H
#define MIG_PROTECT_H

#include "call.h"
#include "touched.h"

/*
** The automatic backup of one acting call. Zero-initialize, then fill the first
** two, and of backup.row the fields zCreatedAt, zAction, iRun and zRevisions,
** and backup.pTx. The walk:
**
**   migProtectStart()        in the first transaction, before anything runs
**   ...                      touched is told what is written
**   migProtectEnd()          at the end of that transaction
**   migProtectRetain()       at the end of the last one, perhaps the same
**   migProtectCommitted()    behind each commit
**   migProtectClose()        on every path
*/
typedef struct MigProtect {
  int bOwn;           /* the transaction is ours to commit */
  int bParts;         /* the run has several transactions, or none */
  MigBackup backup;   /* open while bOpen */
  MigTouched touched; /* its pBackup is NULL unless tables are taken as they
                         are written */
  i64 iBackup;        /* number of the backup, 0: none */
  int bOpen;          /* backup was begun, and holds memory */
  int bEnded;         /* its row is written */
  int bCommitted;     /* it stays */
  char *zFile;        /* the file that was written, or NULL; in the arena */
  MigList files;      /* to be deleted after the commit: of dropped backups */
} MigProtect;

void migProtectStart(MigContext *p, MigProtect *pProtect, const MigCall *pCall);
void migProtectEnd(MigContext *p, MigProtect *pProtect);
void migProtectRetain(MigContext *p, MigProtect *pProtect);
void migProtectCommitted(MigProtect *pProtect);
void migProtectClose(MigProtect *pProtect);
void migProtectFiles(MigContext *p, int bOwn, const MigList *pDropped,
                     MigList *pFiles);
void migProtectDelete(const MigList *pFiles);

#endif
