/*
** token.c - SQLite's lexical grammar as spans of a text.
**
** Tokens have the borders that SQLite's own tokenizer gives them, down to its
** corners, because what we take for a statement's end or for a comment must
** be what SQLite takes for one:
**
**   - A text ends at its length or at its first zero byte.
**   - An unterminated block comment is a comment up to the end; an
**     unterminated quote is illegal up to the end. A slash and a star that
**     end the text are two operators.
**   - A vertical tab is white space only behind other white space.
**   - A byte order mark is white space wherever a token may begin, and part
**     of the word inside one.
**   - $ and all bytes from 0x80 on continue a word; $ begins a variable.
**   - A number runs on over letters behind it, which make it illegal.
**
** Digit separators, and letters behind a hexadecimal number, are as in SQLite
** 3.46 and later; older versions cut such a run of letters and digits
** elsewhere, but never find a quote, a comment or a semicolon in it.
**
** The scan functions share a way of calling. They take the n bytes of z and an
** offset i, which the caller has found to be right for them, and return the
** offset behind the token; *pe, where there is one, becomes its type. Each
** reads a byte at most a few times, so that a text takes time by its length.
** A caller may cut a text short by a smaller n: nothing at or behind n is read.
*/
#include <string.h>
#include "token.h"
#include "text.h"

/* The byte at i; zero at the end of the text and beyond. */
static char byteAt(const char *z, i64 n, i64 i) {
  return (char)(i < n ? z[i] : 0);
}

/* What a byte can be: the sum of these. */
#define CLASS_WORD 1   /* continues a word */
#define CLASS_DIGIT 2  /* a decimal digit */
#define CLASS_HEX 4    /* a hexadecimal one */
#define CLASS_SPACE 8  /* SQLite's white space inside a run of it */
#define CLASS_FIRST 16 /* begins a word and nothing else */

/* By byte. x, X and 0xef are no CLASS_FIRST: a blob literal may begin with the
** letters, a byte order mark with the third, so scanRest() looks on. */
static const u8 aClass[256] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  8,  8,  8,  8,  8,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  8,  0,  0,  0,  1,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  7,  7,  7,  7,  7,  7,  7,  7,  7,
    7,  0,  0,  0,  0,  0,  0,  0,  21, 21, 21, 21, 21, 21, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 1,  17, 17, 0,  0,  0,  0,
    17, 0,  21, 21, 21, 21, 21, 21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 1,  17, 17, 0,  0,  0,  0,  0,  17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 1,  17, 17, 17, 17, 17, 17, 17,
    17, 17, 17, 17, 17, 17, 17, 17, 17};

/* Is the byte of one of these classes (a sum of CLASS_)? A zero byte is of
** none, so that loops end at it. */
static int isOf(char c, int eClass) {
  return aClass[(u8)c] & eClass;
}

/* Offset behind the bytes from i on that continue a word; i if there are
** none. */
static i64 skipWord(const char *z, i64 n, i64 i) {
  while (i < n && isOf(z[i], CLASS_WORD)) {
    i++;
  }
  return i;
}

/* Offset behind the decimal digits and separators from i on. Where a separator
** may stand is not looked at: SQLite does so later than in its tokenizer. */
static i64 skipDigits(const char *z, i64 n, i64 i) {
  while (isOf(byteAt(z, n, i), CLASS_DIGIT) || byteAt(z, n, i) == '_') {
    i++;
  }
  return i;
}

/* Offset behind white space; i is behind its first byte. A byte order mark ends
** it, and is a token of its own. */
static i64 scanSpace(const char *z, i64 n, i64 i) {
  while (i < n && isOf(z[i], CLASS_SPACE)) {
    i++;
  }
  return i;
}

/* Offset of the LF that ends a comment, or of the text's end; i is behind the
** dashes. A CR belongs to the comment. */
static i64 scanLineComment(const char *z, i64 n, i64 i) {
  while (byteAt(z, n, i) && z[i] != '\n') {
    i++;
  }
  return i;
}

/* Offset behind the star and slash that end a block comment, or the text's end;
** i is behind the opening ones. Comments do not nest. */
static i64 scanBlockComment(const char *z, i64 n, i64 i) {
  for (; byteAt(z, n, i); i++) {
    if (z[i] == '*' && byteAt(z, n, i + 1) == '/') {
      return i + 2;
    }
  }
  return i;
}

/* What stands in quotes that double themselves to stand inside: ', " or `; i is
** at the opening one. */
static i64 scanQuoted(const char *z, i64 n, i64 i, MigTokenType *pe) {
  char cQuote = z[i];

  for (i++; byteAt(z, n, i); i++) {
    if (z[i] != cQuote) {
      continue;
    }
    if (byteAt(z, n, i + 1) != cQuote) {
      *pe = cQuote == '\'' ? MIG_TK_STRING : MIG_TK_QUOTED;
      return i + 1;
    }
    i++;
  }
  *pe = MIG_TK_ILLEGAL;
  return i;
}

/* [name], in which nothing can be escaped; i is at the bracket. */
static i64 scanBracket(const char *z, i64 n, i64 i, MigTokenType *pe) {
  for (i++; byteAt(z, n, i); i++) {
    if (z[i] == ']') {
      *pe = MIG_TK_QUOTED;
      return i + 1;
    }
  }
  *pe = MIG_TK_ILLEGAL;
  return i;
}

/* x'..'; i is at the x. An odd count of digits or a letter that is none
** makes it illegal up to the closing quote. */
static i64 scanBlob(const char *z, i64 n, i64 i, MigTokenType *pe) {
  i64 iDigit = i + 2;

  for (i = iDigit; isOf(byteAt(z, n, i), CLASS_HEX); i++) {
  }
  *pe = MIG_TK_BLOB;
  if (byteAt(z, n, i) != '\'' || (i - iDigit) % 2) {
    *pe = MIG_TK_ILLEGAL;
    while (byteAt(z, n, i) && z[i] != '\'') {
      i++;
    }
  }
  return byteAt(z, n, i) ? i + 1 : i;
}

/* Offset behind the exponent at i, or i when there is none. */
static i64 scanExponent(const char *z, i64 n, i64 i) {
  char c = byteAt(z, n, i);
  char cSign = byteAt(z, n, i + 1);

  if (c != 'e' && c != 'E') {
    return i;
  }
  if (isOf(cSign, CLASS_DIGIT)) {
    return skipDigits(z, n, i + 1);
  }
  if ((cSign == '+' || cSign == '-') &&
      isOf(byteAt(z, n, i + 2), CLASS_DIGIT)) {
    return skipDigits(z, n, i + 2);
  }
  return i;
}

/* Offset behind the number that begins at i with a digit, or a dot and a digit.
** Where 0x has no hexadecimal digit behind it, it is a 0 with letters. */
static i64 scanNumber(const char *z, i64 n, i64 i, MigTokenType *pe) {
  char cNext = byteAt(z, n, i + 1);
  i64 iEnd;

  if (z[i] == '0' && (cNext == 'x' || cNext == 'X') &&
      isOf(byteAt(z, n, i + 2), CLASS_HEX)) {
    for (i += 3; isOf(byteAt(z, n, i), CLASS_HEX) || byteAt(z, n, i) == '_';
         i++) {
    }
  } else {
    i = skipDigits(z, n, i);
    if (byteAt(z, n, i) == '.') {
      i = skipDigits(z, n, i + 1);
    }
    i = scanExponent(z, n, i);
  }
  iEnd = skipWord(z, n, i);
  *pe = iEnd == i ? MIG_TK_NUMBER : MIG_TK_ILLEGAL;
  return iEnd;
}

/* :a @a $a #a, with Tcl's a::b and a(index); i is at the mark. SQLite takes
** Tcl's parts behind each of the marks, and so does this. No byte of a word
** behind the mark, or an index that is not closed before white space, makes it
** illegal. */
static i64 scanVariable(const char *z, i64 n, i64 i, MigTokenType *pe) {
  int nWord = 0;
  char c;

  *pe = MIG_TK_VARIABLE;
  for (i++; (c = byteAt(z, n, i)) != 0; i++) {
    if (isOf(c, CLASS_WORD)) {
      nWord = 1;
    } else if (c == '(' && nWord) {
      do {
        i++;
        c = byteAt(z, n, i);
      } while (c && !isOf(c, CLASS_SPACE) && c != ')');
      if (c == ')') {
        i++;
      } else {
        *pe = MIG_TK_ILLEGAL;
      }
      break;
    } else if (c == ':' && byteAt(z, n, i + 1) == ':') {
      i++;
    } else {
      break;
    }
  }
  if (nWord == 0) {
    *pe = MIG_TK_ILLEGAL;
  }
  return i;
}

/* Offset behind the operator at i, or i when none begins there. */
static i64 scanOperator(const char *z, i64 n, i64 i) {
  char c = byteAt(z, n, i + 1);

  switch (z[i]) {
  case '-':
    if (c == '>') {
      return i + 2 + (byteAt(z, n, i + 2) == '>');
    }
    return i + 1;
  case '<':
    return i + 1 + (c == '=' || c == '>' || c == '<');
  case '>':
    return i + 1 + (c == '=' || c == '>');
  case '=':
    return i + 1 + (c == '=');
  case '|':
    return i + 1 + (c == '|');
  case '!':
    return c == '=' ? i + 2 : i;
  case '+':
  case '*':
  case '/':
  case '%':
  case '&':
  case '~':
    return i + 1;
  default:
    return i;
  }
}

/* What begins with x, a byte of a word that may be a byte order mark, or a byte
** that is an operator or nothing: a lone '!' is illegal, a '|' is not. */
static i64 scanRest(const char *z, i64 n, i64 i, MigTokenType *pe) {
  i64 iEnd;

  if ((z[i] == 'x' || z[i] == 'X') && byteAt(z, n, i + 1) == '\'') {
    return scanBlob(z, n, i, pe);
  }
  if (n - i >= 3 && memcmp(z + i, "\xef\xbb\xbf", 3) == 0) {
    *pe = MIG_TK_SPACE;
    return i + 3;
  }
  if (isOf(byteAt(z, n, i), CLASS_WORD)) {
    *pe = MIG_TK_WORD;
    return skipWord(z, n, i + 1);
  }
  iEnd = scanOperator(z, n, i);
  *pe = iEnd > i ? MIG_TK_OPERATOR : MIG_TK_ILLEGAL;
  return iEnd > i ? iEnd : i + 1;
}

/* What only its second byte tells: comments, numbers and a dot. A slash and a
** star begin a comment only with a byte behind them, as in SQLite. */
static i64 scanPair(const char *z, i64 n, i64 i, MigTokenType *pe) {
  char c = byteAt(z, n, i);
  char cNext = byteAt(z, n, i + 1);

  if (c == '-' && cNext == '-') {
    *pe = MIG_TK_COMMENT;
    return scanLineComment(z, n, i + 2);
  }
  if (c == '/' && cNext == '*' && byteAt(z, n, i + 2)) {
    *pe = MIG_TK_COMMENT;
    return scanBlockComment(z, n, i + 2);
  }
  if (isOf(c, CLASS_DIGIT) || (c == '.' && isOf(cNext, CLASS_DIGIT))) {
    return scanNumber(z, n, i, pe);
  }
  if (c == '.') {
    *pe = MIG_TK_DOT;
    return i + 1;
  }
  return scanRest(z, n, i, pe);
}

/* The type of the token at i and the offset behind it, by its first byte. */
static i64 scanToken(const char *z, i64 n, i64 i, MigTokenType *pe) {
  char c = byteAt(z, n, i);

  if (isOf(c, CLASS_FIRST)) { /* most tokens are words */
    *pe = MIG_TK_WORD;
    return skipWord(z, n, i + 1);
  }
  switch (c) {
  case 0:
    *pe = MIG_TK_END;
    return i;
  case ' ':
  case '\t':
  case '\n':
  case '\f':
  case '\r':
    *pe = MIG_TK_SPACE;
    return scanSpace(z, n, i + 1);
  case ';':
    *pe = MIG_TK_SEMI;
    return i + 1;
  case '(':
    *pe = MIG_TK_LP;
    return i + 1;
  case ')':
    *pe = MIG_TK_RP;
    return i + 1;
  case ',':
    *pe = MIG_TK_COMMA;
    return i + 1;
  case '\'':
  case '"':
  case '`':
    return scanQuoted(z, n, i, pe);
  case '[':
    return scanBracket(z, n, i, pe);
  case '$':
  case '@':
  case ':':
  case '#':
    return scanVariable(z, n, i, pe);
  case '?':
    *pe = MIG_TK_VARIABLE;
    for (i++; isOf(byteAt(z, n, i), CLASS_DIGIT); i++) {
    }
    return i;
  default:
    return scanPair(z, n, i, pe);
  }
}

/*
** Put the token at byte i of the n bytes of z into pToken and return the
** offset behind it. At the end of the text, or at a zero byte, the token is
** MIG_TK_END with length 0 and i is returned, however often it is asked. All
** of pToken is set. An illegal token has at least one byte, so that a loop over
** a text of any bytes ends.
*/
i64 migTokenNext(const char *z, i64 n, i64 i, MigToken *pToken) {
  i64 iEnd = scanToken(z, n, i, &pToken->eType);

  pToken->iStart = i;
  pToken->n = iEnd - i;
  return iEnd;
}

/* The same, passing over white space and comments. What is asked for behind the
** last token is END. */
i64 migTokenSignificant(const char *z, i64 n, i64 i, MigToken *pToken) {
  do {
    i = migTokenNext(z, n, i, pToken);
  } while (pToken->eType == MIG_TK_SPACE || pToken->eType == MIG_TK_COMMENT);
  return i;
}

/* True if the token is the bare word zWord, in any case of its ASCII letters. A
** quoted one never is: SQLite knows no keyword in quotes. z is the text that
** the token is of. */
int migTokenIs(const char *z, const MigToken *pToken, const char *zWord) {
  return pToken->eType == MIG_TK_WORD && pToken->n == (i64)strlen(zWord) &&
         migStrNICmp(z + pToken->iStart, zWord, pToken->n) == 0;
}

/* True if the token can stand where SQLite's grammar wants a name. A string
** can; which keywords cannot is left to SQLite. */
int migTokenIsName(const MigToken *pToken) {
  return pToken->eType == MIG_TK_WORD || pToken->eType == MIG_TK_QUOTED ||
         pToken->eType == MIG_TK_STRING;
}

/* The next byte of a name with its quotes undone, or -1 at its end. *pi is 0
** before the first. The token is no illegal one, so the closing quote is there,
** and each quote inside is doubled. */
int migTokenNameByte(const char *z, const MigToken *pToken, i64 *pi) {
  const char *zName = z + pToken->iStart;
  char cQuote;

  if (pToken->eType == MIG_TK_WORD) {
    return *pi < pToken->n ? (unsigned char)zName[(*pi)++] : -1;
  }
  cQuote = zName[0];
  if (cQuote == '[') {
    cQuote = ']';
  }
  if (*pi == 0) {
    *pi = 1;
  }
  if (*pi >= pToken->n - 1) {
    return -1;
  }
  if (zName[*pi] == cQuote) {
    ++*pi;
  }
  return (unsigned char)zName[(*pi)++];
}

/* True if the token is a name, bare or quoted, and equals zName, which is
** zero-terminated, but for the case of ASCII letters: the way in which SQLite
** tells names apart. Allocates nothing. */
int migTokenNameIs(const char *z, const MigToken *pToken, const char *zName) {
  i64 i = 0;
  int c;

  if (!migTokenIsName(pToken)) {
    return 0;
  }
  while ((c = migTokenNameByte(z, pToken, &i)) >= 0) {
    if (*zName == 0 || migLower(c) != migLower((unsigned char)*zName)) {
      return 0;
    }
    zName++;
  }
  return *zName == 0;
}

/*
** The name a token stands for, quotes undone, zero-terminated in the arena; its
** case is kept. NULL when the token is none, and after an error.
*/
char *migTokenName(MigContext *p, const char *z, const MigToken *pToken) {
  char *zName = migTokenIsName(pToken) ? migAlloc(p, (u64)pToken->n + 1) : 0;
  i64 nName = 0;
  i64 i = 0;
  int c;

  if (zName) {
    while ((c = migTokenNameByte(z, pToken, &i)) >= 0) {
      zName[nName++] = (char)c;
    }
  }
  return zName;
}
