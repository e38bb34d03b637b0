/*
** token.h - SQLite's lexical grammar as spans of a text.
**
** Nothing is allocated but by migTokenName(). A token is a type and a span;
** the text stays with the caller and need not be zero-terminated. No function
** but that one can fail, and none looks at a database.
**
** A text of 12 bytes,  a --b<LF>+x'61'  is the tokens
**
**   a      WORD      0, 1 byte        +       OPERATOR  6, 1 byte
**          SPACE     1, 1 byte        x'61'   BLOB      7, 5 bytes
**   --b    COMMENT   2, 3 bytes               END       12, 0 bytes
**   <LF>   SPACE     5, 1 byte
**
** Every byte up to END belongs to just one token, so that a text can be copied
** token by token.
*/
#ifndef MIG_TOKEN_H
#define MIG_TOKEN_H

#include "context.h"

/*
** The order is relied upon. END is 0, so that a zeroed token is one that is not
** there. WORD to STRING are what can be a name; WORD to NUMBER what can be the
** value of a DEFAULT; WORD to VARIABLE what can be an operand.
*/
typedef enum MigTokenType {
  MIG_TK_END,      /* end of the text, or a zero byte in it; length 0 */
  MIG_TK_SPACE,    /* white space, or a byte order mark */
  MIG_TK_COMMENT,  /* from -- to before the LF, or a block comment */
  MIG_TK_WORD,     /* bare identifier or keyword */
  MIG_TK_QUOTED,   /* "name", `name` or [name] */
  MIG_TK_STRING,   /* 'text' */
  MIG_TK_BLOB,     /* x'6162' */
  MIG_TK_NUMBER,   /* 1  .5  1e5  0xff  1_000 */
  MIG_TK_VARIABLE, /* ?1  :a  @a  $a  #a */
  MIG_TK_SEMI,
  MIG_TK_LP,
  MIG_TK_RP,
  MIG_TK_COMMA,
  MIG_TK_DOT,
  MIG_TK_OPERATOR,
  MIG_TK_ILLEGAL /* what SQLite calls an unrecognized token */
} MigTokenType;

typedef struct MigToken {
  MigTokenType eType;
  i64 iStart; /* offset of its first byte in the text */
  i64 n;      /* bytes, quotes included; 0 for END alone */
} MigToken;

i64 migTokenNext(const char *z, i64 n, i64 i, MigToken *pToken);
i64 migTokenSignificant(const char *z, i64 n, i64 i, MigToken *pToken);
int migTokenIs(const char *z, const MigToken *pToken, const char *zWord);
int migTokenIsName(const MigToken *pToken);
int migTokenNameByte(const char *z, const MigToken *pToken, i64 *pi);
int migTokenNameIs(const char *z, const MigToken *pToken, const char *zName);
char *migTokenName(MigContext *p, const char *z, const MigToken *pToken);

#endif
