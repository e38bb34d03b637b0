/*
** text.c - growable text, lists of texts, JSON output, positions in a text.
**
** What grows does so by doubling: the arena takes nothing back, so n bytes
** leave at most as many again behind. A list keeps no count of its room: it is
** full whenever n is 0 or a power of two.
*/
#include <string.h>
#include "text.h"

/* Append a text, which must live as long as the list. After a failure the list
** is what it was. */
void migListAdd(MigContext *p, MigList *pList, const char *z) {
  const char **az = pList->az;
  int n = pList->n;

  if ((n & (n - 1)) == 0) { /* 0 or a power of two: full */
    u64 nOld = (u64)n * sizeof(char *);
    az = migGrow(p, az, nOld, n ? 2 * nOld : sizeof(char *));
  }
  if (p->rc == SQLITE_OK) {
    az[pList->n++] = z;
    pList->az = az;
  }
}

/* Does the list hold exactly this text, bytewise? */
int migListHas(const MigList *pList, const char *z) {
  int i;

  for (i = 0; i < pList->n; i++) {
    if (strcmp(pList->az[i], z) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Let az[i] sink to its place in a heap of n texts, the greatest on top. What
** is below i is a heap already. */
static void listSift(const char **az, int i, int n) {
  for (;;) {
    const char *z = az[i];
    int iChild = 2 * i + 1;
    if (iChild + 1 < n && strcmp(az[iChild], az[iChild + 1]) < 0) {
      iChild++;
    }
    if (iChild >= n || strcmp(z, az[iChild]) >= 0) {
      return;
    }
    az[i] = az[iChild];
    az[iChild] = z;
    i = iChild;
  }
}

/* Sort bytewise, ascending: heap sort, so that no input takes quadratic time,
** and in place. Texts that are equal stay, side by side. */
void migListSort(MigList *pList) {
  int n = pList->n;
  int i;

  for (i = n / 2 - 1; i >= 0; i--) {
    listSift(pList->az, i, n);
  }
  for (i = n - 1; i > 0; i--) {
    const char *z = pList->az[0];
    pList->az[0] = pList->az[i];
    pList->az[i] = z;
    listSift(pList->az, 0, i);
  }
}

/* Append n bytes of z, which need not be terminated; z may be NULL when n is 0.
** After failure the text is what it was. */
void migTextAdd(MigContext *p, MigText *pText, const char *z, i64 n) {
  if (p->rc) {
    return;
  }
  if (pText->n + n + 1 > pText->nAlloc) {
    i64 nNew = (pText->n + n + 1) * 2;
    char *zNew = migGrow(p, pText->z, (u64)pText->n, (u64)nNew);
    if (zNew == 0) {
      return;
    }
    pText->z = zNew;
    pText->nAlloc = nNew;
  }
  if (n) {
    memcpy(pText->z + pText->n, z, (size_t)n);
  }
  pText->n += n;
  pText->z[pText->n] = 0;
}

/* Append a zero-terminated text; nothing for NULL. */
void migTextStr(MigContext *p, MigText *pText, const char *z) {
  if (z) {
    migTextAdd(p, pText, z, (i64)strlen(z));
  }
}

/* Append a text made with sqlite3_mprintf(), whose format it is. After failure
** the text is what it was. */
void migTextF(MigContext *p, MigText *pText, const char *zFormat, ...) {
  va_list ap;
  char *z;

  if (p->rc) {
    return;
  }
  va_start(ap, zFormat);
  z = sqlite3_vmprintf(zFormat, ap);
  va_end(ap);
  if (z == 0) {
    migNomem(p);
  }
  migTextStr(p, pText, z);
  sqlite3_free(z);
}

/* Append z as a JSON string (RFC 8259), or null for NULL. Bytes above 0x7f pass
** as they are: that z is UTF-8 is the caller's to see to. */
void migTextJson(MigContext *p, MigText *pText, const char *z) {
  i64 i;
  i64 iStart = 0;

  if (z == 0) {
    migTextStr(p, pText, "null");
    return;
  }
  migTextAdd(p, pText, "\"", 1);
  for (i = 0; z[i]; i++) {
    unsigned char c = (unsigned char)z[i];
    if (c >= 0x20 && c != '"' && c != '\\') {
      continue;
    }
    migTextAdd(p, pText, z + iStart, i - iStart);
    iStart = i + 1;
    if (c == '"' || c == '\\') {
      migTextF(p, pText, "\\%c", c);
    } else if (c == '\n') {
      migTextAdd(p, pText, "\\n", 2);
    } else if (c == '\t') {
      migTextAdd(p, pText, "\\t", 2);
    } else {
      migTextF(p, pText, "\\u%04x", c);
    }
  }
  migTextAdd(p, pText, z + iStart, i - iStart);
  migTextAdd(p, pText, "\"", 1);
}

/* What was built; "" when nothing was, and never NULL. Good until the next
** append. */
const char *migTextZ(const MigText *pText) {
  return pText->z ? pText->z : "";
}

/* A copy of z from sqlite3_malloc64(), for a result that outlives the call; the
** caller frees it with sqlite3_free(). NULL for NULL and after failure. It is
** made before a commit, so that nothing can fail after it. */
char *migResultText(MigContext *p, const char *z) {
  u64 n = z ? strlen(z) + 1 : 0;
  char *zNew;

  if (p->rc || z == 0) {
    return 0;
  }
  zNew = sqlite3_malloc64(n);
  if (zNew == 0) {
    migNomem(p);
    return 0;
  }
  memcpy(zNew, z, (size_t)n);
  return zNew;
}

/* Line and column, both from 1, of byte iByte of z. Columns count UTF-8
** characters; a line ends with LF, so the CR of a CRLF is its last column. The
** bytes before iByte are walked over: not for use in a loop. */
void migPosition(const char *z, i64 iByte, int *piLine, int *piColumn) {
  int nLine = 1;
  int nColumn = 1;
  i64 i;

  for (i = 0; i < iByte; i++) {
    if (z[i] == '\n') {
      nLine++;
      nColumn = 1;
    } else if (((unsigned char)z[i] & 0xc0) != 0x80) {
      nColumn++;
    }
  }
  *piLine = nLine;
  *piColumn = nColumn;
}

/* Line, from 1, of byte i of z. It walks over all before: for messages. */
int migLineAt(const char *z, i64 i) {
  int iLine;
  int iColumn;

  migPosition(z, i, &iLine, &iColumn);
  return iLine;
}

/* Offset just after the line that holds byte i (after its LF, or n). */
i64 migLineEnd(const char *z, i64 n, i64 i) {
  const char *zEnd = i < n ? memchr(z + i, '\n', (size_t)(n - i)) : 0;

  return zEnd ? zEnd - z + 1 : n;
}

/* Compare regardless of the case of ASCII letters, as SQLite compares names:
** below 0, 0 or above 0. */
int migStrICmp(const char *zA, const char *zB) {
  return sqlite3_stricmp(zA, zB);
}

/* Is z one of n names, in any case of ASCII letters? */
int migNameAmong(int n, const char **az, const char *z) {
  int i;

  for (i = 0; i < n; i++) {
    if (migStrICmp(az[i], z) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The same for the first n bytes, n < 2^31, or up to a zero in both. */
int migStrNICmp(const char *zA, const char *zB, i64 n) {
  return sqlite3_strnicmp(zA, zB, (int)n);
}

/* SQLite's white space: space, tab, LF, FF, CR. (A vertical tab is none where a
** token begins.) */
int migIsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* An ASCII digit, in any locale. */
int migIsDigit(char c) {
  return c >= '0' && c <= '9';
}

/* The value of a text that is one to 18 ASCII digits, which fits 64 bits; -1
** for any other. */
i64 migDigitsValue(const char *z) {
  i64 v = 0;
  int n;

  for (n = 0; n < 18 && migIsDigit(z[n]); n++) {
    v = v * 10 + (z[n] - '0');
  }
  return n > 0 && z[n] == 0 ? v : -1;
}

/* An ASCII letter in lower case, as SQLite folds the case of names; any other
** byte, and -1, as it is. */
int migLower(int c) {
  return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* A copy in lower case, as a file system that ignores case sees a name; only
** letters of ASCII have one here. In the arena; NULL for NULL, or after an
** error. */
char *migStrLower(MigContext *p, const char *z) {
  char *zLow = migStrdup(p, z);
  i64 i;

  for (i = 0; zLow && zLow[i]; i++) {
    zLow[i] = (char)migLower((u8)zLow[i]);
  }
  return zLow;
}
