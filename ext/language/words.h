/*
** words.h - spans of SQL, and whether two say the same.
**
** A list of words is a text in lower case with a blank before and behind each
** word: " asc desc ".
*/
#ifndef MIG_WORDS_H
#define MIG_WORDS_H

#include "token.h"

/* Bytes of a text; n is 0 where there is nothing. */
typedef struct MigSpan {
  i64 iStart; /* offset of the first */
  i64 n;
} MigSpan;

int migWordIn(const char *z, const MigToken *pToken, const char *zList);
int migWordReserved(const char *z, const MigToken *pToken);
int migSpanSame(const char *zA, MigSpan a, const char *zB, MigSpan b);

#endif
