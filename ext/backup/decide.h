/*
** decide.h - what has to be done to restore a backup.
**
** Nothing here writes to the database: the answer is two lists of objects, with
** marks, and a word for each table of the backup.
*/
#ifndef MIG_DECIDE_H
#define MIG_DECIDE_H

#include "chunk.h"
#include "objects.h"

/* What is done with the rows of a table. */
typedef enum MigRowsWork {
  MIG_ROWS_KEEP,    /* they are the same, or of no concern */
  MIG_ROWS_CHANGES, /* those that differ are written */
  MIG_ROWS_WHOLE    /* all are */
} MigRowsWork;

/* The first fields are the question, the others the answer, which is in the
** arena and points into the manifests. Zero-initialize. */
typedef struct MigDecision {
  MigChunks *pChunks;         /* that hold both */
  const MigManifest *pLive;   /* the database as it is, with all tables */
  const MigManifest *pWanted; /* what to restore */
  int nOnly;                  /* only these tables; 0: everything */
  const char **azOnly;        /* names, in any case */
  int bForce;                 /* go on where definitions differ */
  const char *zForce;         /* how to ask for that, for errors */
  MigItems live;              /* with bGo: to be dropped */
  MigItems wanted;            /* with bGo: to be made */
  MigRowsWork *aeRows;        /* by pWanted->aTable; of migDecideAll() */
  i64 nByte; /* of the chunks of tables that are written as a whole,
                inflated; of migDecideAll() */
} MigDecision;

void migDecideScope(MigContext *p, MigDecision *pDo);
void migDecideAll(MigContext *p, MigDecision *pDo);

int migEntrySame(const MigTableEntry *pA, const MigTableEntry *pB);

#endif
