/*
** leave.h - pending revisions that a run of a folder leaves alone.
*/
#ifndef MIG_LEAVE_H
#define MIG_LEAVE_H

#include "target.h"
#include "text.h"

/* What a run of a folder is told, and what it says. Zero-initialize. */
typedef struct MigLeave {
  const char *zFolder; /* path of it, for notes */
  MigList has;         /* ids of the revisions that are in the folder */
  const char *zNotes;  /* made by migLeaveFind(): JSON texts, by commas */
} MigLeave;

MigSet migLeaveFind(MigContext *p, const MigState *pState, MigLeave *pLeave);

#endif
