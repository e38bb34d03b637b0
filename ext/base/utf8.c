/*
** utf8.c - well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates,
** nothing above U+10FFFF.
*/
#include "utf8.h"

/*
** How many bytes the character at z has, of which n are there, at least one:
** 1 to 4; 0 when no well-formed one begins there. A zero byte is a character
** like others.
*/
int migUtf8Size(const char *z, sqlite3_int64 n) {
  const unsigned char *a = (const unsigned char *)z;
  unsigned char c = a[0];
  int nMore = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
  int i;

  if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || nMore >= n) {
    return 0;
  }
  if ((c == 0xe0 && a[1] < 0xa0) || (c == 0xed && a[1] > 0x9f) ||
      (c == 0xf0 && a[1] < 0x90) || (c == 0xf4 && a[1] > 0x8f)) {
    return 0;
  }
  for (i = 1; i <= nMore; i++) {
    if ((a[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  return nMore + 1;
}

/* Are the n bytes at z well-formed? */
int migIsUtf8(const char *z, sqlite3_int64 n) {
  sqlite3_int64 i = 0;

  while (i < n) {
    int nSize = migUtf8Size(z + i, n - i);
    if (nSize == 0) {
      return 0;
    }
    i += nSize;
  }
  return 1;
}
