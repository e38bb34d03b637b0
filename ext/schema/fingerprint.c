/*
** fingerprint.c - a schema as text, stored and canonical; a fingerprint is the
** hash of the latter (drift.c).
**
** Both texts list the objects in an order that depends on nothing but the
** schema: tables, virtual tables, indexes, views, triggers, each by the lower
** case of their names, a statement followed by ";" and LF. Objects that are
** left alone (MigSkip) are not in it. Run in this order it makes the schema
** again.
**
** The plain text (migSchemaText) has the statements as they are stored, with an
** LF before the ";" when the text may end in a comment that would swallow it.
**
** The canonical text (migSchemaCanonical) says the same for statements that
** mean the same but for white space, comments, the case of keywords and names,
** and quotes around names that need none. It is made token by token:
**
**   - Between two tokens is one blank, but none before , ; ) . and none behind
**     ( and .
**   - A bare word is in lower case.
**   - A name in quotes loses them when it is an identifier and no reserved
**     word, and is in lower case then; else it stands in double quotes, in
**     lower case. In an expression, where SQLite may take "Name" for a string,
**     one in double quotes that has a capital letter stays as it is.
**   - A string in the place of a name is that name. A DEFAULT that is a bare or
**     quoted name is that string, because SQLite takes it for one.
**   - Numbers and blobs are in lower case.
**   - Strings, and the arguments of virtual tables, stay as they are.
**   - CREATE is followed by the kind and the name; TEMP, IF NOT EXISTS and the
**     schema are left out.
**
** A statement that is beyond us (model.h) stands as it is stored, with an LF
** before the ";". No token is added or left out but those named here, and
** constraints stay in their order, so a schema that says the same in another
** order has another fingerprint. From
**
**   CREATE TABLE "T" ( Id INTEGER, -- key
**     [order] DEFAULT x CHECK("Id" > 0X1F))
**   CREATE VIEW V as select "Id", 'It' from T
**
** comes
**
**   create table t (id integer, "order" default 'x' check ("Id" > 0x1f));
**   create view v as select "Id", 'It' from t;
**
** The fingerprint is BLAKE2b-256 of the canonical text in UTF-8, whatever the
** encoding of the file. It does not depend on the version of SQLite.
**
** A change of these rules changes the fingerprints of files that exist, which
** then seem to have been changed by somebody else.
*/
#include <string.h>
#include "fingerprint.h"

/* How the tokens of a part are written. */
typedef enum Part {
  PART_NAMES, /* names and keywords */
  PART_EXPR,  /* an expression */
  PART_VALUE, /* a DEFAULT without parentheses */
  PART_EXACT  /* arguments of a virtual table */
} Part;

/* A part of a statement that is not PART_NAMES. No two overlap. */
typedef struct Region {
  MigSpan span;
  Part e;
} Region;

/* A statement being written. */
typedef struct Writer {
  MigContext *p;
  const MigDdl *pDdl;
  MigText *pOut;   /* is appended to */
  int nRegion;     /* in the order of the text */
  Region *aRegion; /* in the arena */
  int bTight;      /* no blank before the next token */
} Writer;

/* ------------------------------------------------------------------------
** Parts
*/

/* Add a part behind those that are there; nothing for an empty one. */
static void regionAdd(Writer *pw, MigSpan span, Part e) {
  pw->aRegion = migModelRoom(pw->p, pw->aRegion, pw->nRegion, sizeof(Region));
  if (pw->aRegion && span.n > 0) {
    pw->aRegion[pw->nRegion].span = span;
    pw->aRegion[pw->nRegion++].e = e;
  }
}

/* Find the parts of the statement. Each kind of statement has only some of
** them, and those come in the order of its text. */
static void regionsFind(Writer *pw) {
  const MigDdl *pDdl = pw->pDdl;
  int i;

  for (i = 0; i < pDdl->nConstraint; i++) {
    const MigDdlConstraint *pCon = &pDdl->aConstraint[i];
    if (pCon->eKind == MIG_CON_CHECK || pCon->eKind == MIG_CON_GENERATED ||
        (pCon->eKind == MIG_CON_DEFAULT && pCon->bParen)) {
      regionAdd(pw, pCon->value, PART_EXPR);
    } else if (pCon->eKind == MIG_CON_DEFAULT) {
      regionAdd(pw, pCon->value, PART_VALUE);
    }
  }
  for (i = 0; i < pDdl->nTerm && pDdl->eKind == MIG_DDL_INDEX; i++) {
    if (pDdl->aTerm[i].name.eType == MIG_TK_END) {
      regionAdd(pw, pDdl->aTerm[i].expr, PART_EXPR);
    }
  }
  for (i = 0; i < pDdl->nArg; i++) {
    regionAdd(pw, pDdl->aArg[i], PART_EXACT);
  }
  regionAdd(pw, pDdl->select, PART_EXPR);
  regionAdd(pw, pDdl->where, PART_EXPR);
  if (pDdl->eKind == MIG_DDL_TRIGGER) {
    regionAdd(pw, pDdl->body, PART_EXPR);
  }
}

/* ------------------------------------------------------------------------
** Tokens
*/

/* Append n bytes in lower case. */
static void writeLower(Writer *pw, const char *z, i64 n) {
  i64 iStart = pw->pOut->n;
  i64 i;

  migTextAdd(pw->p, pw->pOut, z, n);
  for (i = iStart; i < pw->pOut->n && pw->p->rc == SQLITE_OK; i++) {
    pw->pOut->z[i] = (char)migLower(pw->pOut->z[i]);
  }
}

/* Is a name an identifier as tokenize.c of SQLite takes it without quotes? All
** bytes from 0x80 on count as letters. Whether it is a keyword is not asked. */
static int isPlain(const char *zName) {
  const char *z;

  for (z = zName; *z; z++) {
    int c = migLower(*z);
    if (!((c >= 'a' && c <= 'z') || c == '_' || (*z & 0x80) ||
          (z > zName && (migIsDigit(*z) || c == '$')))) {
      return 0;
    }
  }
  return z > zName;
}

/* Has a text an ASCII capital letter? */
static int hasCapital(const char *z) {
  for (; *z; z++) {
    if (*z >= 'A' && *z <= 'Z') {
      return 1;
    }
  }
  return 0;
}

/* Append zName between two quotes c, those in it doubled. */
static void writeQuoted(Writer *pw, const char *zName, char c) {
  migTextAdd(pw->p, pw->pOut, &c, 1);
  for (; *zName; zName++) {
    migTextAdd(pw->p, pw->pOut, zName, 1);
    if (*zName == c) {
      migTextAdd(pw->p, pw->pOut, &c, 1);
    }
  }
  migTextAdd(pw->p, pw->pOut, &c, 1);
}

/* Append a name that stands in quotes, or as a string in the place of one. */
static void writeName(Writer *pw, const MigToken *pToken, Part e) {
  const char *z = pw->pDdl->z;
  char *zName = migTokenName(pw->p, z, pToken);
  char *zLower;

  if (zName == 0) {
    return;
  }
  if (e == PART_EXPR && z[pToken->iStart] == '"' && hasCapital(zName)) {
    writeQuoted(pw, zName, '"');
    return;
  }
  for (zLower = zName; *zLower; zLower++) {
    *zLower = (char)migLower(*zLower);
  }
  if (isPlain(zName) && !migWordReserved(z, pToken)) {
    migTextStr(pw->p, pw->pOut, zName);
  } else {
    writeQuoted(pw, zName, '"');
  }
}

/* Is the token a name that is a string as a DEFAULT? */
static int isValueName(const char *z, const MigToken *pToken) {
  return pToken->eType == MIG_TK_QUOTED ||
         (pToken->eType == MIG_TK_WORD && !migWordReserved(z, pToken));
}

/* Append a token that stands in a part of this kind. */
static void writeToken(Writer *pw, const MigToken *pToken, Part e) {
  const char *z = pw->pDdl->z;
  int bString = pToken->eType == MIG_TK_STRING;

  if (e == PART_VALUE && isValueName(z, pToken)) {
    char *zName = migTokenName(pw->p, z, pToken);
    if (zName) {
      writeQuoted(pw, zName, '\'');
    }
  } else if (e == PART_EXACT || (bString && e != PART_NAMES)) {
    migTextAdd(pw->p, pw->pOut, z + pToken->iStart, pToken->n);
  } else if (pToken->eType == MIG_TK_QUOTED || bString) {
    writeName(pw, pToken, e);
  } else {
    writeLower(pw, z + pToken->iStart, pToken->n);
  }
}

/* Append the tokens from byte i to before iEnd, with the blanks between them.
** Regions are passed in step with the tokens, so this is linear. */
static void writeTokens(Writer *pw, i64 i, i64 iEnd) {
  const char *z = pw->pDdl->z;
  int k = 0;
  MigToken token;

  while ((i = migTokenSignificant(z, iEnd, i, &token)) <= iEnd &&
         token.eType != MIG_TK_END && pw->p->rc == SQLITE_OK) {
    Part e = PART_NAMES;
    while (k < pw->nRegion &&
           pw->aRegion[k].span.iStart + pw->aRegion[k].span.n <= token.iStart) {
      k++;
    }
    if (k < pw->nRegion && pw->aRegion[k].span.iStart <= token.iStart) {
      e = pw->aRegion[k].e;
    }
    if (!pw->bTight && token.eType != MIG_TK_COMMA &&
        token.eType != MIG_TK_RP && token.eType != MIG_TK_DOT &&
        token.eType != MIG_TK_SEMI) {
      migTextAdd(pw->p, pw->pOut, " ", 1);
    }
    writeToken(pw, &token, e);
    pw->bTight = token.eType == MIG_TK_LP || token.eType == MIG_TK_DOT;
  }
}

/* Append the canonical form of a statement, without a semicolon. pDdl is what
** migDdlRead() has made of it. */
void migDdlCanonical(MigContext *p, const MigDdl *pDdl, MigText *pOut) {
  static const char *const azKind[] = {"table", "virtual table", "index",
                                       "view", "trigger"};
  Writer w;

  memset(&w, 0, sizeof(w));
  w.p = p;
  w.pDdl = pDdl;
  w.pOut = pOut;
  regionsFind(&w);
  migTextF(p, pOut, "create %s%s", pDdl->bUnique ? "unique " : "",
           azKind[pDdl->eKind]);
  writeTokens(&w, pDdl->name.iStart, pDdl->all.iStart + pDdl->all.n);
}

/* ------------------------------------------------------------------------
** Schemas
*/

/* Is object A listed before object B? A kind comes before another as it does in
** MigDdlKind. */
static int isBefore(const MigModelObject *pA, const MigModelObject *pB) {
  int c;

  if (pA->eKind != pB->eKind) {
    return pA->eKind < pB->eKind;
  }
  c = migStrICmp(pA->zName, pB->zName);
  return c ? c < 0 : strcmp(pA->zName, pB->zName) < 0;
}

/* Let ai[i] sink to its place in a heap of n objects; the one that is listed
** last is on top. */
static void orderSift(const MigModel *pModel, int *ai, int i, int n) {
  for (;;) {
    int iTop = ai[i];
    int k = 2 * i + 1;
    if (k + 1 < n &&
        isBefore(&pModel->aObject[ai[k]], &pModel->aObject[ai[k + 1]])) {
      k++;
    }
    if (k >= n || !isBefore(&pModel->aObject[iTop], &pModel->aObject[ai[k]])) {
      return;
    }
    ai[i] = ai[k];
    ai[k] = iTop;
    i = k;
  }
}

/* The objects that are not left alone, in order, in *pai: how many. Sorted in
** place by a heap, so that no schema takes quadratic time. 0 after an error. */
static int orderFind(MigContext *p, const MigModel *pModel, int **pai) {
  int *ai = migAlloc(p, (u64)pModel->nObject * sizeof(int));
  int n = 0;
  int i;

  if (ai == 0) {
    return 0;
  }
  for (i = 0; i < pModel->nObject; i++) {
    if (pModel->aObject[i].eSkip == MIG_SKIP_NO) {
      ai[n++] = i;
    }
  }
  for (i = n / 2 - 1; i >= 0; i--) {
    orderSift(pModel, ai, i, n);
  }
  for (i = n - 1; i > 0; i--) {
    int k = ai[0];
    ai[0] = ai[i];
    ai[i] = k;
    orderSift(pModel, ai, 0, i);
  }
  *pai = ai;
  return n;
}

/* Might a semicolon behind the text be part of a comment? Behind the last token
** there are but comments and blanks; a -- in a block comment costs an LF. */
static int endsInComment(const MigModelObject *pObject) {
  const MigDdl *pDdl = pObject->pDdl;

  return pDdl == 0 ||
         strstr(pObject->zSql + pDdl->all.iStart + pDdl->all.n, "--") != 0;
}

/* Append all objects, each canonical or as it is stored. */
static void schemaWrite(MigContext *p, const MigModel *pModel, int bCanonical,
                        MigText *pOut) {
  int *ai = 0;
  int n = orderFind(p, pModel, &ai);
  int i;

  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pModel->aObject[ai[i]];
    if (bCanonical && pObject->pDdl) {
      migDdlCanonical(p, pObject->pDdl, pOut);
    } else {
      migTextStr(p, pOut, pObject->zSql);
      migTextStr(p, pOut, endsInComment(pObject) ? "\n" : "");
    }
    migTextAdd(p, pOut, ";\n", 2);
  }
}

/* Append the schema as it is stored, a script that makes it again; nothing for
** an empty one. Reads no database. */
void migSchemaText(MigContext *p, const MigModel *pModel, MigText *pOut) {
  schemaWrite(p, pModel, 0, pOut);
}

/* Append the canonical text of the schema. Reads no database. After an error
** what stands in pOut is no text to take a hash of. */
void migSchemaCanonical(MigContext *p, const MigModel *pModel, MigText *pOut) {
  schemaWrite(p, pModel, 1, pOut);
}
