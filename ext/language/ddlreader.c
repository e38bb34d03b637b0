/*
** ddlreader.c - a CREATE statement while it is read.
**
** A cursor over the text, the parts found so far, and what must be remembered
** between them. The parts grow in arrays of the arena, by powers of two; no
** count is kept beside the length, from which it follows when one is full.
**
** Comments are passed over, but for notes (note.c). Such a note belongs to the
** table when it stands before its '(', on the line of that, or behind its ')';
** to a column when it stands in it, before the comma behind it or on the line
** of that comma; else to the column that follows, or to nothing when what
** follows is a constraint of the table.
**
**   -- a note here: the table
**   CREATE TABLE t( -- the table
**     -- column a
**     a INT -- column a
**       NOT NULL, -- column a
**     -- column b
**     b INT, -- column b
**     -- nothing
**     UNIQUE (a) -- nothing
**   ); -- the table
**
** A note may stand before its column is known to be one. It is given the number
** that the next column would have, and tablebody.c takes those back whose
** column never came.
*/
#include <string.h>
#include "note.h"
#include "ddlreader.h"

/* Keep the comment if it is a note. bLine: a line has ended between it and
** the token before it. A name that is missing is kept as END, to be refused by
** whoever uses the notes. */
static void commentSeen(MigCursor *pc, const MigToken *pToken, int bLine) {
  MigDdlReader *pr = (MigDdlReader *)pc;
  MigDdl *pDdl = pr->pDdl;
  MigToken name;
  MigDdlNote *pNote;

  if (!migNoteRead(pc->z, pToken, &name)) {
    return;
  }
  pDdl->aNote = migDdlReaderRoom(pr, pDdl->aNote, pDdl->nNote, sizeof(*pNote));
  if (pDdl->aNote) {
    pNote = &pDdl->aNote[pDdl->nNote++];
    pNote->iStart = pToken->iStart;
    pNote->iColumn = pr->bSeparator && bLine ? pDdl->nColumn : pr->iOwner;
    pNote->name = name;
  }
}

/*
** Begin to read the n bytes of z into pOut, which refers to z. Both structs are
** overwritten. The cursor stands on the first token then, and notes before it
** are in pOut.
*/
void migDdlReaderStart(MigContext *p, const char *z, i64 n, MigDdl *pOut,
                       MigDdlReader *pr) {
  memset(pOut, 0, sizeof(*pOut));
  memset(pr, 0, sizeof(*pr));
  pOut->z = z;
  pOut->n = n;
  pOut->iError = -1;
  pr->p = p;
  pr->pDdl = pOut;
  pr->iOwner = MIG_OWNER_TABLE;
  pr->iForeign = -1;
  migCursorStart(&pr->c, z, n, 0);
  pr->c.xComment = commentSeen;
  migCursorNext(&pr->c);
}

/*
** Room for one more element of nByte bytes behind the n of array a, which this
** function has made and which is anything while n is 0. The array, which may
** have moved, in the arena; the new element is zero. NULL once p has an error:
** the caller then keeps NULL in the place of the array and counts nothing.
*/
void *migDdlReaderRoom(MigDdlReader *pr, void *a, int n, size_t nByte) {
  const int nFirst = 8;

  if (n == 0) {
    return migAlloc(pr->p, nFirst * (u64)nByte);
  }
  if (n >= nFirst && (n & (n - 1)) == 0) {
    return migGrow(pr->p, a, (u64)n * nByte, 2 * (u64)n * nByte);
  }
  return pr->p->rc ? 0 : a;
}

/* Pass over a token between two items of a list: the '(' before the first, or a
** comma. A note behind it on the same line is that of iOwner, one on a later
** line that of the column that comes. */
void migDdlReaderSeparator(MigDdlReader *pr) {
  pr->bSeparator = 1;
  migCursorNext(&pr->c);
  pr->bSeparator = 0;
}

/* Pass over [schema.]name, which must be there. *pSchema is set only when there
** is one: let it be END before. */
void migDdlReaderObject(MigDdlReader *pr, MigToken *pSchema, MigToken *pName) {
  migCursorName(&pr->c, pName);
  if (migCursorIs(&pr->c, MIG_TK_DOT)) {
    *pSchema = *pName;
    migCursorNext(&pr->c);
    migCursorName(&pr->c, pName);
  }
}
