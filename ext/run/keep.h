/*
** keep.h - the files of an imported folder, kept for an export.
*/
#ifndef MIG_KEEP_H
#define MIG_KEEP_H

#include "format.h"
#include "revisions.h"

/* A folder whose files are being kept. */
typedef struct MigKeep {
  MigFolder *pFolder;      /* the caller's; bytes are read when first wanted */
  const MigImport *pFiles; /* what its loader made of it */
  int *aFirst;             /* of each revision the first of its files, or -1 */
  int *aNext;              /* of each file the next one of its revision */
  MigList anew; /* files that had changed, with the scripts as they were */
  int bLook;    /* only find out: write nothing */
} MigKeep;

void migKeepStart(MigContext *p, MigKeep *pKeep);
void migKeepFiles(MigContext *p, const MigKeep *pKeep, int i,
                  const MigRevision *pRev);
void migKeepAgain(MigContext *p, MigKeep *pKeep, int i,
                  const MigRevision *pRev);
int migKeepShared(MigContext *p, MigKeep *pKeep, int bNew);

#endif
