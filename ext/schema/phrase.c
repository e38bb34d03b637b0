/*
** phrase.c - what differs between two definitions of a table, in words.
**
** For people: one line, names and expressions as they were written, control
** characters as blanks. What is long is cut off, with a digest of all of it, so
** that two that begin alike are not the same sentence. It says what becomes of
** the old definition, the new value first: "column a: type INTEGER, was TEXT".
**
**   constraint   UNIQUE (a, b) added
**   its rules    CHECK (a > 0): named positive, was unnamed
**   column       column b renamed to c
**   its rules    column c: DEFAULT 1 dropped
**   the table    STRICT added
*/
#include <string.h>
#include "hash.h"
#include "phrase.h"

#define SHOWN_MAX 200  /* bytes of an expression or a name that are shown */
#define SHOWN_DIGEST 4 /* bytes of the digest of one that is longer */

/* One side of a comparison: a definition that can be read. */
typedef struct Side {
  const MigDdl *pDdl;
  const MigModelTable *pTable;
} Side;

/* Append n bytes, control characters as blanks. Bytes above 0x7f pass as they
** are. */
static void sayBytes(MigContext *p, MigText *pOut, const char *z, i64 n) {
  i64 i = pOut->n;

  migTextAdd(p, pOut, z, n);
  for (; i < pOut->n && p->rc == SQLITE_OK; i++) {
    unsigned char c = (unsigned char)pOut->z[i];
    pOut->z[i] = (char)(c < ' ' || c == 0x7f ? ' ' : c);
  }
}

/* Cut off what is too long since byte iStart, at a character: what is left ends
** before one that would not fit whole. "... (89abcdef)" takes its place, the
** first bytes of the BLAKE2b of the whole text, in hexadecimal. */
static void sayCut(MigContext *p, MigText *pOut, i64 iStart) {
  i64 i = iStart + SHOWN_MAX;
  u8 aDigest[MIG_HASH_SIZE];
  char zHex[2 * SHOWN_DIGEST + 1];

  if (pOut->n <= i || p->rc) {
    return;
  }
  migHashBytes(pOut->z + iStart, pOut->n - iStart, aDigest);
  migHashHex(aDigest, SHOWN_DIGEST, zHex);
  while (i > iStart && ((unsigned char)pOut->z[i] & 0xc0) == 0x80) {
    i--;
  }
  pOut->n = i;
  migTextF(p, pOut, "... (%s)", zHex);
}

/* Append a name or another short text, on one line, cut where it is too long,
** without quotes. NULL appends nothing. */
void migNameText(MigContext *p, const char *zName, MigText *pOut) {
  i64 iStart = pOut->n;

  sayBytes(p, pOut, zName, zName ? (i64)strlen(zName) : 0);
  sayCut(p, pOut, iStart);
}

/* Append a part of a text, one blank for what is between two tokens, be it a
** comment or a line feed; nothing where they touch. It is cut where it is too
** long. */
static void saySpan(MigContext *p, MigText *pOut, const char *z, MigSpan span) {
  i64 iStart = pOut->n;
  i64 iEnd = span.iStart + span.n;
  i64 iLast = -1;
  i64 i = span.iStart;
  MigToken token;

  while (p->rc == SQLITE_OK) {
    i = migTokenSignificant(z, iEnd, i, &token);
    if (token.eType == MIG_TK_END) {
      break;
    }
    if (iLast >= 0 && token.iStart > iLast) {
      migTextStr(p, pOut, " ");
    }
    sayBytes(p, pOut, z + token.iStart, token.n);
    iLast = token.iStart + token.n;
  }
  sayCut(p, pOut, iStart);
}

/* ------------------------------------------------------------------------
** Constraints
*/

/* The word for a MigConflict. A constant. */
static const char *conflictText(int eConflict) {
  static const char *const az[] = {"ABORT", "ROLLBACK", "FAIL", "IGNORE",
                                   "REPLACE"};

  return az[eConflict];
}

/* Append the columns of a key, in parentheses, as a table says them. The
** leading blank is part of it. COLLATE and DESC are shown as they are
** written. */
static void sayKey(MigContext *p, MigText *pOut, const Side *pSide,
                   const MigModelConstraint *pCon) {
  const MigDdlConstraint *pDdl = pCon->pDdl;
  int i;

  for (i = 0; i < pCon->nColumn; i++) {
    migTextStr(p, pOut, i ? ", " : " (");
    if (pDdl->iColumn >= 0) {
      migNameText(p, pSide->pTable->aColumn[pDdl->iColumn].zName, pOut);
      migTextStr(p, pOut, pDdl->bDesc ? " DESC" : "");
    } else {
      saySpan(p, pOut, pSide->pDdl->z, pSide->pDdl->aTerm[pDdl->iTerm + i].all);
    }
  }
  migTextStr(p, pOut, ")");
}

/* Append what a foreign key does on DELETE or UPDATE, the word for which is
** zEvent. NO ACTION, said or not, is not shown. */
static void sayAction(MigContext *p, MigText *pOut, const char *zEvent,
                      int eAction) {
  static const char *const az[] = {"", "RESTRICT", "SET NULL", "SET DEFAULT",
                                   "CASCADE"};

  if (eAction != MIG_ACTION_NONE) {
    migTextF(p, pOut, " ON %s %s", zEvent, az[eAction]);
  }
}

/* Append what a foreign key refers to, and how. Of DEFERRABLE only what differs
** in effect is shown. */
static void sayParent(MigContext *p, MigText *pOut, const Side *pSide,
                      const MigModelConstraint *pCon) {
  const MigDdlConstraint *pDdl = pCon->pDdl;
  int i;

  migTextStr(p, pOut, " REFERENCES ");
  migNameText(p, pCon->zParent, pOut);
  for (i = 0; i < pCon->nParent; i++) {
    migTextStr(p, pOut, i ? ", " : "(");
    migNameText(p, pCon->azParent[i], pOut);
  }
  migTextStr(p, pOut, pCon->nParent ? ")" : "");
  sayAction(p, pOut, "DELETE", pDdl->eDelete);
  sayAction(p, pOut, "UPDATE", pDdl->eUpdate);
  if (pDdl->match.eType != MIG_TK_END) {
    migTextStr(p, pOut, " MATCH ");
    sayBytes(p, pOut, pSide->pDdl->z + pDdl->match.iStart, pDdl->match.n);
  }
  migTextStr(p, pOut,
             pDdl->eDefer == MIG_DEFER_DEFERRED
                 ? " DEFERRABLE INITIALLY DEFERRED"
                 : "");
}

/* Append constraint i of a side, in the form it has at a table, without its
** name and ON CONFLICT. */
static void sayConstraint(MigContext *p, MigText *pOut, const Side *pSide,
                          int i) {
  const MigModelConstraint *pCon = &pSide->pTable->aConstraint[i];

  switch (pCon->eKind) {
  case MIG_CON_PRIMARY_KEY:
    migTextStr(p, pOut, "PRIMARY KEY");
    sayKey(p, pOut, pSide, pCon);
    break;
  case MIG_CON_UNIQUE:
    migTextStr(p, pOut, "UNIQUE");
    sayKey(p, pOut, pSide, pCon);
    break;
  case MIG_CON_FOREIGN_KEY:
    migTextStr(p, pOut, "FOREIGN KEY");
    sayKey(p, pOut, pSide, pCon);
    sayParent(p, pOut, pSide, pCon);
    break;
  default:
    migTextStr(p, pOut, "CHECK (");
    saySpan(p, pOut, pSide->pDdl->z, pCon->pDdl->value);
    migTextStr(p, pOut, ")");
    break;
  }
}

/* Append a name that is another one now; NULL: none. */
static void nameText(MigContext *p, const char *zA, const char *zB,
                     MigText *pOut) {
  migTextStr(p, pOut, zB ? "named " : "unnamed");
  migNameText(p, zB, pOut);
  migTextStr(p, pOut, ", was ");
  migNameText(p, zA ? zA : "unnamed", pOut);
}

/* What is said of constraints: the new one where there is one. The indexes of
** pAlt are those of constraints. */
static void constraintText(MigContext *p, const Side *pOld, const Side *pNew,
                           const MigAlteration *pAlt, MigText *pOut) {
  const MigModelConstraint *pA =
      pAlt->iOld < 0 ? 0 : &pOld->pTable->aConstraint[pAlt->iOld];
  const MigModelConstraint *pB =
      pAlt->iNew < 0 ? 0 : &pNew->pTable->aConstraint[pAlt->iNew];

  sayConstraint(p, pOut, pB ? pNew : pOld, pB ? pAlt->iNew : pAlt->iOld);
  if (pA == 0 || pB == 0) {
    migTextStr(p, pOut, pB ? " added" : " dropped");
  } else if (pAlt->eKind == MIG_ALT_CONFLICT) {
    migTextF(p, pOut, ": ON CONFLICT %s, was %s",
             conflictText(pB->pDdl->eConflict),
             conflictText(pA->pDdl->eConflict));
  } else if (pAlt->eKind == MIG_ALT_NAME) {
    migTextStr(p, pOut, ": ");
    nameText(p, pA->zName, pB->zName, pOut);
  } else {
    migTextStr(p, pOut, ", was");
    sayKey(p, pOut, pOld, pA);
  }
}

/* ------------------------------------------------------------------------
** Columns
*/

/* Append a rule of a column, or what it is without one. zNone may be NULL:
** nothing is appended then. */
static void sayRule(MigContext *p, MigText *pOut, const Side *pSide,
                    const MigDdlConstraint *pCon, const char *zNone) {
  const char *z = pSide->pDdl->z;

  if (pCon == 0) {
    migTextStr(p, pOut, zNone);
  } else if (pCon->eKind == MIG_CON_GENERATED) {
    migTextStr(p, pOut, "(");
    saySpan(p, pOut, z, pCon->value);
    migTextStr(p, pOut, pCon->bStored ? ") STORED" : ")");
  } else if (pCon->eKind == MIG_CON_DEFAULT && pCon->bParen) {
    migTextStr(p, pOut, "(");
    saySpan(p, pOut, z, pCon->value);
    migTextStr(p, pOut, ")");
  } else {
    saySpan(p, pOut, z, pCon->value);
  }
}

/* Append a rule that is another one now; zNone: what holds without one, NULL:
** nothing. pA is the old one and pB the new one, either may be NULL, but not
** both where zNone is. */
static void ruleText(MigContext *p, const Side *pOld, const Side *pNew,
                     const MigDdlConstraint *pA, const MigDdlConstraint *pB,
                     const char *zRule, const char *zNone, MigText *pOut) {
  migTextStr(p, pOut, zRule);
  if (zNone == 0 && (pA == 0 || pB == 0)) {
    sayRule(p, pOut, pB ? pNew : pOld, pB ? pB : pA, 0);
    migTextStr(p, pOut, pB ? " added" : " dropped");
    return;
  }
  sayRule(p, pOut, pNew, pB, zNone);
  migTextStr(p, pOut, ", was ");
  sayRule(p, pOut, pOld, pA, zNone);
}

/* Append a type that is another one now. */
static void typeText(MigContext *p, const MigModelColumn *pA,
                     const MigModelColumn *pB, MigText *pOut) {
  migTextStr(p, pOut, pB->zType[0] ? "type " : "no type");
  migNameText(p, pB->zType, pOut);
  migTextStr(p, pOut, ", was ");
  migNameText(p, pA->zType[0] ? pA->zType : "none", pOut);
}

/* The name of the constraint NOT NULL, or NULL: it has none, or is only
** implied. In the arena. */
static const char *notNullName(MigContext *p, const Side *pSide,
                               const MigModelColumn *pColumn) {
  return pColumn->pNotNull
             ? migTokenName(p, pSide->pDdl->z, &pColumn->pNotNull->name)
             : 0;
}

/* What is said of a column that stays, behind its name. Both indexes of pAlt
** are those of columns. */
static void columnText(MigContext *p, const Side *pOld, const Side *pNew,
                       const MigAlteration *pAlt, MigText *pOut) {
  const MigModelColumn *pA = &pOld->pTable->aColumn[pAlt->iOld];
  const MigModelColumn *pB = &pNew->pTable->aColumn[pAlt->iNew];

  switch (pAlt->eKind) {
  case MIG_ALT_TYPE:
    typeText(p, pA, pB, pOut);
    break;
  case MIG_ALT_SET_NOT_NULL:
    migTextStr(p, pOut, "NOT NULL added");
    break;
  case MIG_ALT_DROP_NOT_NULL:
    migTextStr(p, pOut, "NOT NULL dropped");
    break;
  case MIG_ALT_NOT_NULL_CONFLICT:
    migTextF(p, pOut, "NOT NULL ON CONFLICT %s, was %s",
             conflictText(pB->pNotNull ? pB->pNotNull->eConflict : 0),
             conflictText(pA->pNotNull ? pA->pNotNull->eConflict : 0));
    break;
  case MIG_ALT_NOT_NULL_NAME:
    migTextStr(p, pOut, "NOT NULL ");
    nameText(p, notNullName(p, pOld, pA), notNullName(p, pNew, pB), pOut);
    break;
  case MIG_ALT_DEFAULT:
    ruleText(p, pOld, pNew, pA->pDefault, pB->pDefault, "DEFAULT ", 0, pOut);
    break;
  case MIG_ALT_COLLATE:
    ruleText(p, pOld, pNew, pA->pCollate, pB->pCollate, "COLLATE ", "BINARY",
             pOut);
    break;
  default:
    ruleText(p, pOld, pNew, pA->pGenerated, pB->pGenerated, "generated as ", 0,
             pOut);
    break;
  }
}

/* What becomes of a column, under its new name unless it goes away. */
static void columnsText(MigContext *p, const Side *pOld, const Side *pNew,
                        const MigAlteration *pAlt, MigText *pOut) {
  const MigModelTable *pTable = pAlt->iNew < 0 ? pOld->pTable : pNew->pTable;
  int i = pAlt->iNew < 0 ? pAlt->iOld : pAlt->iNew;

  migTextStr(p, pOut, "column ");
  if (pAlt->eKind == MIG_ALT_RENAME_COLUMN) {
    migNameText(p, pOld->pTable->aColumn[pAlt->iOld].zName, pOut);
    migTextStr(p, pOut, " renamed to ");
  }
  migNameText(p, pTable->aColumn[i].zName, pOut);
  if (pAlt->eKind == MIG_ALT_ADD_COLUMN) {
    migTextStr(p, pOut, " added");
  } else if (pAlt->eKind == MIG_ALT_DROP_COLUMN) {
    migTextStr(p, pOut, " dropped");
  } else if (pAlt->eKind != MIG_ALT_RENAME_COLUMN) {
    migTextStr(p, pOut, ": ");
    columnText(p, pOld, pNew, pAlt, pOut);
  }
}

/* ------------------------------------------------------------------------
** Alterations
*/

/* What is there now and was not before, or the other way round, of alterations
** without indexes. A constant. */
static const char *switchText(MigAlterationKind eKind,
                              const MigTableDiff *pDiff) {
  switch (eKind) {
  case MIG_ALT_ORDER:
    return "columns in another order";
  case MIG_ALT_KEY_ORDER:
    return "keys in another order";
  case MIG_ALT_AUTOINCREMENT:
    return pDiff->pNew->pTable->bAutoincrement ? "AUTOINCREMENT added"
                                               : "AUTOINCREMENT dropped";
  case MIG_ALT_STRICT:
    return pDiff->pNew->pDdl->bStrict ? "STRICT added" : "STRICT dropped";
  case MIG_ALT_WITHOUT_ROWID:
    return pDiff->pNew->pDdl->bWithoutRowid ? "WITHOUT ROWID added"
                                            : "WITHOUT ROWID dropped";
  default:
    return "defined in another way";
  }
}

/* Alteration i in words, on one line, in the arena; "" after an error. The
** table is not named. */
const char *migAlterationText(MigContext *p, const MigTableDiff *pDiff, int i) {
  const MigAlteration *pAlt = &pDiff->a[i];
  Side sideOld = {pDiff->pOld->pDdl, pDiff->pOld->pTable};
  Side sideNew = {pDiff->pNew->pDdl, pDiff->pNew->pTable};
  MigText text = {0, 0, 0};

  switch (pAlt->eKind) {
  case MIG_ALT_PRIMARY_KEY:
  case MIG_ALT_ADD_CONSTRAINT:
  case MIG_ALT_DROP_CONSTRAINT:
  case MIG_ALT_CONFLICT:
  case MIG_ALT_NAME:
    constraintText(p, &sideOld, &sideNew, pAlt, &text);
    break;
  case MIG_ALT_ORDER:
  case MIG_ALT_KEY_ORDER:
  case MIG_ALT_AUTOINCREMENT:
  case MIG_ALT_STRICT:
  case MIG_ALT_WITHOUT_ROWID:
  case MIG_ALT_OTHER:
    migTextStr(p, &text, switchText(pAlt->eKind, pDiff));
    break;
  default:
    columnsText(p, &sideOld, &sideNew, pAlt, &text);
    break;
  }
  return migTextZ(&text);
}

/* Does alteration i take something away from what the table has, or make
** something else of it? What is only added, ordered or named does not. A rename
** of a column does not count either: its values stay. */
static int takesAway(const MigTableDiff *pDiff, int i) {
  const MigAlteration *pAlt = &pDiff->a[i];

  switch (pAlt->eKind) {
  case MIG_ALT_DEFAULT:
    return pDiff->pOld->pTable->aColumn[pAlt->iOld].pDefault != 0;
  case MIG_ALT_PRIMARY_KEY:
    return pAlt->iOld >= 0;
  case MIG_ALT_AUTOINCREMENT:
    return pDiff->pOld->pTable->bAutoincrement;
  case MIG_ALT_STRICT:
    return pDiff->pOld->pDdl->bStrict;
  case MIG_ALT_DROP_CONSTRAINT:
    return !migTableDiffImplied(pDiff, &pDiff->a[i]);
  case MIG_ALT_DROP_COLUMN:
  case MIG_ALT_TYPE:
  case MIG_ALT_DROP_NOT_NULL:
  case MIG_ALT_COLLATE:
  case MIG_ALT_GENERATED:
  case MIG_ALT_WITHOUT_ROWID:
  case MIG_ALT_OTHER:
    return 1;
  default:
    return 0;
  }
}

/* Add to pOut what the table is to lose, or have otherwise, each in the words
** of migAlterationText(). Not only loss of rows counts, but each rule that is
** dropped or becomes another one. The texts belong to the arena. */
void migAlterationLosses(MigContext *p, const MigTableDiff *pDiff,
                         MigList *pOut) {
  int i;

  for (i = 0; i < pDiff->n && p->rc == SQLITE_OK; i++) {
    if (takesAway(pDiff, i)) {
      migListAdd(p, pOut, migAlterationText(p, pDiff, i));
    }
  }
}
