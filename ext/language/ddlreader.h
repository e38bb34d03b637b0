/*
** ddlreader.h - a CREATE statement while it is read.
*/
#ifndef MIG_DDLREADER_H
#define MIG_DDLREADER_H

#include "ddlparts.h"
#include "cursor.h"

typedef struct MigDdlReader {
  MigCursor c; /* first, so that commentSeen() finds the rest */
  MigContext *p;
  MigDdl *pDdl;
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
