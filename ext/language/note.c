/*
** note.c - comments that say what something was called before.
**
**   -- migrate:renamed-from name
**
** stands on a line of its own or behind something, with blanks before the word
** and white space behind it. Only the comment of two dashes is one; the name
** is a name as SQL has it, bare or in quotes; only a comment may follow it. A
** note without just one name is a note all the same, so that it can be refused:
** to pass over it would drop a column and its rows. What a note belongs to is
** for others to say (ddlreader.c).
**
**   --migrate:renamed-from a            a note: a
**   -- migrate:renamed-from "a b"       a note: "a b"
**   -- migrate:renamed-from a -- why    a note: a
**   -- migrate:renamed-from a b         a note without a name
**   -- migrate:renamed-from             a note without a name
**   -- migrate:renamed-fromage a        none
**   -- see migrate:renamed-from a       none
**   -- Migrate:renamed-from a           none: case counts
*/
#include <string.h>
#include "note.h"
#include "text.h"

/*
** Is the token of z a note? Then *pName is the one name behind it, or END when
** there is none or more than that; for what is no note, *pName is left alone.
** The name is a span of z, with its quotes. Nothing is allocated or reported:
** what a note without a name means is for the caller to say.
*/
int migNoteRead(const char *z, const MigToken *pToken, MigToken *pName) {
  static const char zMark[] = "migrate:renamed-from";
  const i64 nMark = (i64)sizeof(zMark) - 1;
  i64 iEnd = pToken->iStart + pToken->n;
  i64 i = pToken->iStart + 2;
  MigToken more;

  if (pToken->eType != MIG_TK_COMMENT || z[pToken->iStart] != '-') {
    return 0;
  }
  while (i < iEnd && (z[i] == ' ' || z[i] == '\t')) {
    i++;
  }
  if (iEnd - i < nMark || memcmp(z + i, zMark, (size_t)nMark) != 0 ||
      (iEnd - i > nMark && !migIsSpace(z[i + nMark]))) {
    return 0;
  }
  i = migTokenSignificant(z, iEnd, i + nMark, pName);
  migTokenSignificant(z, iEnd, i, &more);
  if (!migTokenIsName(pName) || more.eType != MIG_TK_END) {
    memset(pName, 0, sizeof(*pName));
  }
  return 1;
}
