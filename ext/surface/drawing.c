/*
** drawing.c - what all drawings of the graph show.
**
** Of a revision: its id, its labels, its marks and the first line of its
** message. Marks are words: `repeatable`, `head` (no children), `current`
** (applied, and nothing applied stands on it), `pending` or `partial`; that a
** revision is applied has no word.
**
** All texts come from a file that anyone may have written, and are made
** harmless here, for every format alike: what is left is valid UTF-8 on one
** line without control characters, and without the marks of Unicode that
** turn the direction of writing. A tab becomes a blank, and so does the CR of
** a CR LF; everything else of this kind becomes a question mark. What is
** special in a format is up to that one.
*/
#include <string.h>
#include "sql.h"
#include "utf8.h"
#include "transaction.h"
#include "show.h"
#include "migrate.h"
#include "partial.h"
#include "drawing.h"

#define NAME_SHOWN MIGRATE_MAX_ID /* characters of an id or label */
#define MESSAGE_SHOWN 72          /* of a message */
#define CUT_BACK 16               /* of them, given up to end behind a word */

/* The UTF-8 character at z, which is not its end, and in *piSize its bytes. An
** invalid byte is character -1, of one byte; so is one of a character that is
** cut off. It looks no further than the first byte that does not belong. */
int migDrawingDecode(const char *z, int *piSize) {
  const u8 *a = (const u8 *)z;
  int n = a[0] < 0x80 ? 1 : a[0] < 0xe0 ? 2 : a[0] < 0xf0 ? 3 : 4;
  int c = n == 1 ? a[0] : a[0] & (0x7f >> n);
  int i;

  *piSize = 1;
  for (i = 1; i < n; i++) {
    if ((a[i] & 0xc0) != 0x80) {
      return -1;
    }
    c = c << 6 | (a[i] & 0x3f);
  }
  if (!migIsUtf8(z, n)) {
    return -1;
  }
  *piSize = n;
  return c;
}

/* Does a character (-1: an invalid byte) do something to a terminal or a
** document other than stand there? XML does not allow the last ones. */
static int isHarmful(int c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
         (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe ||
         c == 0xffff;
}

/* Where to cut z, of which the first n bytes would fit: behind a word, if one
** ends not more than CUT_BACK bytes back. No character is split before a blank;
** n itself is between two. */
static int cutAt(const char *z, int n) {
  int i;

  for (i = n; i > n - CUT_BACK && i > 0; i--) {
    if (z[i] == ' ' && z[i - 1] != ' ') {
      return i;
    }
  }
  return n;
}

/* Make z harmless, up to its end, or the end of its line with bLine; cut to
** nMax characters, NAME_SHOWN or less, of which "..." takes three. Blanks at
** the end are left out. In the arena; NULL after a failure. */
static char *harmless(MigContext *p, const char *z, int bLine, int nMax) {
  char zOut[4 * NAME_SHOWN + 4];
  int nOut = 0;
  int nFit = 0; /* bytes of zOut that leave room for "..." */
  int n;

  for (n = 0; *z && !(bLine && *z == '\n') && n < nMax; n++) {
    int nByte;
    int c = migDrawingDecode(z, &nByte);
    nFit = n == nMax - 3 ? nOut : nFit;
    if (isHarmful(c)) {
      zOut[nOut++] = c == '\t' || (c == '\r' && z[1] == '\n') ? ' ' : '?';
    } else {
      memcpy(zOut + nOut, z, (size_t)nByte);
      nOut += nByte;
    }
    z += nByte;
  }
  z += strspn(z, " \t\r");
  if (*z && !(bLine && *z == '\n')) {
    zOut[nOut] = 0;
    nOut = cutAt(zOut, nFit);
    memcpy(zOut + nOut, "...", 3);
    nOut += 3;
  }
  while (nOut > 0 && zOut[nOut - 1] == ' ') {
    nOut--;
  }
  return migStrndup(p, zOut, nOut);
}

/* The first line of a message that is not blank; "" when all of it is. */
static char *messageLine(MigContext *p, const char *z) {
  return harmless(p, z + strspn(z, " \t\r\n"), 1, MESSAGE_SHOWN);
}

/* Ids and labels: bounded by us, but not in a file that we have not made. */
static char *name(MigContext *p, const char *z) {
  return harmless(p, z, 0, NAME_SHOWN);
}

/* The first line of every message, one read for all. */
static void messagesRead(MigContext *p, MigDrawing *pDrawing) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT revision, message FROM main._migrate_revisions");

  while (migStep(p, pStmt)) {
    const char *zId = migColumnPeek(p, pStmt, 0);
    int i = zId ? migGraphFind(pDrawing->pGraph, zId) : -1;
    const char *z = migColumnPeek(p, pStmt, 1);
    if (i >= 0 && z) {
      pDrawing->azMessage[i] = messageLine(p, z);
    }
  }
  migFinalize(p, pStmt);
}

/* Mark what is applied in part. What is applied as a whole stays so. */
static void partialRead(MigContext *p, MigDrawing *pDrawing) {
  MigSet partial = migPartialSet(p, pDrawing->pGraph);
  int i;

  for (i = p->rc ? -1 : migSetNext(&partial, -1); i >= 0;
       i = migSetNext(&partial, i)) {
    if (pDrawing->aeState[i] == MIG_DRAWN_PENDING) {
      pDrawing->aeState[i] = MIG_DRAWN_PARTIAL;
    }
  }
}

/* Read the graph of the file, and what is shown of it. Without a store, or
** revisions, it has no nodes. The caller holds a read transaction. After an
** error pGraph may be NULL. */
void migDrawingRead(MigContext *p, MigDrawing *pDrawing) {
  int bStore;
  int n;
  int i;

  memset(pDrawing, 0, sizeof(*pDrawing));
  bStore = migShowState(p, &pDrawing->state);
  if (p->rc) {
    return;
  }
  pDrawing->pGraph = pDrawing->state.pGraph;
  n = pDrawing->pGraph->nNode;
  pDrawing->aeState = migAlloc(p, (u64)n);
  pDrawing->azMessage = migAlloc(p, (u64)n * sizeof(char *));
  for (i = 0; i < n && p->rc == SQLITE_OK; i++) {
    pDrawing->azMessage[i] = "";
    pDrawing->aeState[i] = migSetHas(&pDrawing->state.applied, i)
                               ? MIG_DRAWN_APPLIED
                               : MIG_DRAWN_PENDING;
  }
  if (bStore && p->rc == SQLITE_OK) {
    partialRead(p, pDrawing);
    messagesRead(p, pDrawing);
  }
}

/* The id of revision i, as it may be shown; not to look anything up by. NULL
** after a failure. */
const char *migDrawingId(MigContext *p, const MigDrawing *pDrawing, int i) {
  return name(p, pDrawing->pGraph->aNode[i].zId);
}

/* Add the marks of revision i, constants, in the order in which they are said:
** repeatable or head, current, pending or partial. */
void migDrawingMarks(MigContext *p, const MigDrawing *pDrawing, int i,
                     MigList *pMarks) {
  static const char *const azState[] = {"pending", 0, "partial"};
  const MigNode *pNode = &pDrawing->pGraph->aNode[i];
  const char *zState = azState[pDrawing->aeState[i]];

  if (pNode->bRepeatable) {
    migListAdd(p, pMarks, "repeatable");
  } else if (pNode->nChild == 0) {
    migListAdd(p, pMarks, "head");
  }
  if (migSetHas(&pDrawing->state.current, i)) {
    migListAdd(p, pMarks, "current");
  }
  if (zState) {
    migListAdd(p, pMarks, zState);
  }
}

/* Add the labels that revision i declares. */
void migDrawingLabels(MigContext *p, const MigDrawing *pDrawing, int i,
                      MigList *pLabels) {
  const MigNode *pNode = &pDrawing->pGraph->aNode[i];
  int k;

  for (k = 0; k < pNode->nLabel; k++) {
    migListAdd(p, pLabels, name(p, pNode->azLabel[k]));
  }
}

/* Append texts, with zFirst before the first and ", " between them; nothing for
** an empty list. */
static void titleList(MigContext *p, MigText *pText, const MigList *pList,
                      const char *zFirst) {
  int i;

  for (i = 0; i < pList->n; i++) {
    migTextStr(p, pText, i ? ", " : zFirst);
    migTextStr(p, pText, pList->az[i]);
  }
}

/* Append "id [labels] (marks)", without the brackets of what is empty; with
** bDepends "(marks; needs ids)", with what it depends on. No newline. */
void migDrawingTitle(MigContext *p, const MigDrawing *pDrawing, int i,
                     int bDepends, MigText *pText) {
  const MigNode *pNode = &pDrawing->pGraph->aNode[i];
  MigList labels = {0, 0};
  MigList marks = {0, 0};
  MigList needs = {0, 0};
  int k;

  migDrawingLabels(p, pDrawing, i, &labels);
  migDrawingMarks(p, pDrawing, i, &marks);
  for (k = 0; bDepends && k < pNode->nDepend; k++) {
    migListAdd(p, &needs, migDrawingId(p, pDrawing, pNode->aDepend[k]));
  }
  migTextStr(p, pText, migDrawingId(p, pDrawing, i));
  titleList(p, pText, &labels, " [");
  migTextStr(p, pText, labels.n ? "]" : "");
  titleList(p, pText, &marks, " (");
  titleList(p, pText, &needs, marks.n ? "; needs " : " (needs ");
  migTextStr(p, pText, marks.n || needs.n ? ")" : "");
}
