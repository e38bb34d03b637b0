/*
** text.h - growable text, lists of texts, JSON output, positions in a text.
**
** Offsets and lengths are in bytes. Nothing here takes a locale into account.
*/
#ifndef MIG_TEXT_H
#define MIG_TEXT_H

#include "context.h"

/* A text being built. Zero-initialize. The bytes belong to the arena. */
typedef struct MigText {
  char *z;    /* zero-terminated once anything was appended */
  i64 n;      /* bytes without the terminator */
  i64 nAlloc; /* bytes at z */
} MigText;

/* A list of texts. Zero-initialize. The array belongs to the arena. */
typedef struct MigList {
  int n;
  const char **az; /* the texts are not the list's */
} MigList;

void migListAdd(MigContext *p, MigList *pList, const char *z);
int migListHas(const MigList *pList, const char *z);
void migListSort(MigList *pList);

void migTextAdd(MigContext *p, MigText *pText, const char *z, i64 n);
void migTextStr(MigContext *p, MigText *pText, const char *z);
void migTextF(MigContext *p, MigText *pText, const char *zFormat, ...);
void migTextJson(MigContext *p, MigText *pText, const char *z);
const char *migTextZ(const MigText *pText);
char *migResultText(MigContext *p, const char *z);

void migPosition(const char *z, i64 iByte, int *piLine, int *piColumn);
int migLineAt(const char *z, i64 i);
i64 migLineEnd(const char *z, i64 n, i64 i);
int migStrICmp(const char *zA, const char *zB);
int migNameAmong(int n, const char **az, const char *z);
int migStrNICmp(const char *zA, const char *zB, i64 n);
int migIsSpace(char c);
int migIsDigit(char c);
i64 migDigitsValue(const char *z);
int migLower(int c);
char *migStrLower(MigContext *p, const char *z);

#endif
