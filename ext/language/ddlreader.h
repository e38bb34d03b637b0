/*
** ddlreader.h - a CREATE statement while it is read.
**
** What the functions share that read one: they move the cursor and fill pDdl,
** and none says whether that went well. After a failure of the cursor, or an
** error of p, they find nothing more, and what has been found is of no use.
*/
#ifndef MIG_DDLREADER_H
#define MIG_DDLREADER_H

#include "ddlparts.h"
#include "cursor.h"

/* Belongs to migDdlRead(), for one statement. */
typedef struct MigDdlReader {
  MigCursor c;    /* first, so that commentSeen() finds the rest */
  MigContext *p;  /* its arena, and errors of memory */
  MigDdl *pDdl;   /* the parts found so far; the caller's */
  int iOwner;     /* column whose the comments here are, or MIG_OWNER_ */
  int bSeparator; /* the token being passed stands between two items */
  int iForeign;   /* the last foreign key in aConstraint, or -1 */
} MigDdlReader;

void migDdlReaderStart(MigContext *p, const char *z, i64 n, MigDdl *pOut,
                       MigDdlReader *pr);
void *migDdlReaderRoom(MigDdlReader *pr, void *a, int n, size_t nByte);
void migDdlReaderSeparator(MigDdlReader *pr);
void migDdlReaderObject(MigDdlReader *pr, MigToken *pSchema, MigToken *pName);

#endif
