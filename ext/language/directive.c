/*
** directive.c - directives: what is said to us in comments of SQL.
**
** Directives are line comments "-- migrate:WORD [argument]", found among the
** tokens, so none is read in a string or a block comment.
*/
#include <string.h>
#include "directive.h"
#include "text.h"

/* Whether a directive takes an argument. */
enum {
  ARG_NONE,
  ARG_NAME,  /* one name, quoted if it is not plain */
  ARG_LINE,  /* the rest of the line, or nothing */
  ARG_PHASE, /* a word of azPhase */
  ARG_BATCH  /* a name and a number */
};

static const struct DirectiveRule {
  const char *zWord; /* behind the colon; case counts */
  MigDirectiveType eType;
  int eArg; /* one of ARG_ */
} aDirective[] = {
    {"up", MIG_DIR_UP, ARG_LINE},
    {"down", MIG_DIR_DOWN, ARG_LINE},
    {"allow-loss", MIG_DIR_ALLOW_LOSS, ARG_NAME},
    {"no-transaction", MIG_DIR_NO_TRANSACTION, ARG_NONE},
    {"repeatable", MIG_DIR_REPEATABLE, ARG_NONE},
    {"renamed-from", MIG_DIR_RENAMED_FROM, ARG_NAME},
    {"phase", MIG_DIR_PHASE, ARG_PHASE},
    {"batch", MIG_DIR_BATCH, ARG_BATCH},
    {"check", MIG_DIR_CHECK, ARG_NAME},
};

/* The same for messages. */
static const char zDirectives[] =
    "up, down, allow-loss NAME, no-transaction, repeatable, renamed-from NAME,"
    " phase NAME, batch TABLE ROWS, check NAME";

/* The words of MigPhase. */
static const char *const azPhase[] = {"", "expand", "backfill", "contract"};

/* The phase that the n bytes of z name, or MIG_PHASE_NONE. Case counts. */
MigPhase migPhaseFind(const char *z, i64 n) {
  int i;

  for (i = MIG_PHASE_EXPAND; i <= MIG_PHASE_CONTRACT; i++) {
    if ((i64)strlen(azPhase[i]) == n && memcmp(z, azPhase[i], (size_t)n) == 0) {
      return (MigPhase)i;
    }
  }
  return MIG_PHASE_NONE;
}

/* White space inside a line. */
static int isBlank(char c) {
  return c == ' ' || c == '\t';
}

/* Offset behind "-- migrate:" if the token of z is such a comment, else 0.
** There may be blanks behind the dashes. What stands there need not be a
** directive that is known: migDirectiveRead() tells. */
i64 migDirectiveText(const char *z, const MigToken *pToken) {
  static const char zMark[] = "migrate:";
  const i64 nMark = (i64)sizeof(zMark) - 1;
  i64 iEnd = pToken->iStart + pToken->n;
  i64 i = pToken->iStart + 2;

  if (pToken->eType != MIG_TK_COMMENT || z[pToken->iStart] != '-') {
    return 0;
  }
  while (i < iEnd && isBlank(z[i])) {
    i++;
  }
  if (iEnd - i < nMark || memcmp(z + i, zMark, (size_t)nMark) != 0) {
    return 0;
  }
  return i + nMark;
}

/* The one name in the n bytes at z, in the arena without its quotes, or NULL if
** there is not just one. */
static const char *directiveName(MigContext *p, const char *z, i64 n) {
  MigToken name;
  MigToken more;
  i64 i = migTokenSignificant(z, n, 0, &name);

  migTokenSignificant(z, n, i, &more);
  return more.eType == MIG_TK_END ? migTokenName(p, z, &name) : 0;
}

/* Read a table and a number of rows, at most 18 digits, from 1. FORMAT with the
** line for anything else. */
static void directiveBatch(MigContext *p, const char *z, i64 i, i64 iEnd,
                           MigDirective *pOut) {
  MigToken name;
  MigToken rows;
  MigToken more;
  i64 k;

  i = migTokenSignificant(z, iEnd, i, &name);
  i = migTokenSignificant(z, iEnd, i, &rows);
  migTokenSignificant(z, iEnd, i, &more);
  pOut->nRow = 0;
  for (k = 0; k < rows.n && k < 18 && migIsDigit(z[rows.iStart + k]); k++) {
    pOut->nRow = 10 * pOut->nRow + (z[rows.iStart + k] - '0');
  }
  if (rows.eType == MIG_TK_END || k < rows.n || pOut->nRow == 0 ||
      more.eType != MIG_TK_END) {
    pOut->nRow = 0;
  } else {
    pOut->zArg = migTokenName(p, z, &name);
  }
  if (pOut->zArg == 0) {
    migFail(p, MIG_FORMAT,
            "line %d: migrate:batch wants a table and the number of rows of a"
            " batch behind it",
            migLineAt(z, pOut->iStart));
  }
}

/* Check bytes i to iEnd as the argument of a directive and keep it. FORMAT with
** the line when they are none. */
static void directiveArg(MigContext *p, const struct DirectiveRule *pRule,
                         const char *z, i64 i, i64 iEnd, MigDirective *pOut) {
  if (pRule->eArg == ARG_NAME) {
    pOut->zArg = directiveName(p, z + i, iEnd - i);
    if (pOut->zArg == 0) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:%s wants one name behind it; put a name that "
              "is not plain in double quotes",
              migLineAt(z, pOut->iStart), pRule->zWord);
    }
  } else if (pRule->eArg == ARG_BATCH) {
    directiveBatch(p, z, i, iEnd, pOut);
  } else if (pRule->eArg == ARG_PHASE) {
    pOut->ePhase = migPhaseFind(z + i, iEnd - i);
    if (pOut->ePhase == MIG_PHASE_NONE) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:phase is expand, backfill or contract",
              migLineAt(z, pOut->iStart));
    }
  } else if (i < iEnd) {
    pOut->zArg = migStrndup(p, z + i, iEnd - i);
    if (pRule->eArg == ARG_NONE) {
      migFail(p, MIG_FORMAT,
              "line %d: migrate:%s takes no argument; remove %!.60s",
              migLineAt(z, pOut->iStart), pRule->zWord, pOut->zArg);
    }
  }
}

/* Read the directive in a comment of z; its word begins at i, where
** migDirectiveText() says. The argument belongs to the arena. FORMAT with the
** line for a word that is unknown, and for an argument too much or too little;
** pOut is of no use then. */
void migDirectiveRead(MigContext *p, const char *z, const MigToken *pToken,
                      i64 i, MigDirective *pOut) {
  i64 iEnd = pToken->iStart + pToken->n;
  i64 iWord = i;
  const char *zWord;
  size_t k;

  memset(pOut, 0, sizeof(*pOut));
  pOut->iStart = pToken->iStart;
  while (iEnd > i && (isBlank(z[iEnd - 1]) || z[iEnd - 1] == '\r')) {
    iEnd--;
  }
  while (i < iEnd && !isBlank(z[i])) {
    i++;
  }
  zWord = migStrndup(p, z + iWord, i - iWord);
  while (i < iEnd && isBlank(z[i])) {
    i++;
  }
  if (zWord == 0) {
    return;
  }
  for (k = 0; k < sizeof(aDirective) / sizeof(aDirective[0]); k++) {
    if (strcmp(zWord, aDirective[k].zWord) == 0) {
      pOut->eType = (int)aDirective[k].eType;
      directiveArg(p, &aDirective[k], z, i, iEnd, pOut);
      return;
    }
  }
  migFail(p, MIG_FORMAT,
          "line %d: unknown directive migrate:%!.60s; known are %s",
          migLineAt(z, pOut->iStart), zWord, zDirectives);
}

/*
** The directives, with what stands behind them, for a message. Constant text.
*/
const char *migDirectivesKnown(void) {
  return zDirectives;
}

/* Is there a directive of that name, n bytes at z? Case counts. */
int migDirectiveHas(const char *z, i64 n) {
  size_t i;

  for (i = 0; i < sizeof(aDirective) / sizeof(aDirective[0]); i++) {
    if ((i64)strlen(aDirective[i].zWord) == n &&
        memcmp(aDirective[i].zWord, z, (size_t)n) == 0) {
      return 1;
    }
  }
  return 0;
}

/*
** Find the next directive at or after byte *pi of the n bytes of z and move
** *pi behind it: 1, or 0 when there is none left or after an error. An unknown
** one, and an argument too much or too little, is FORMAT with its line.
*/
int migDirectiveNext(MigContext *p, const char *z, i64 n, i64 *pi,
                     MigDirective *pOut) {
  MigToken token;
  i64 i;

  memset(pOut, 0, sizeof(*pOut));
  do {
    *pi = migTokenNext(z, n, *pi, &token);
    i = migDirectiveText(z, &token);
  } while (i == 0 && token.eType != MIG_TK_END);
  if (i == 0 || p->rc) {
    return 0;
  }
  migDirectiveRead(p, z, &token, i, pOut);
  return p->rc == SQLITE_OK;
}
