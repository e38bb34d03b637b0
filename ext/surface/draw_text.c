/*
** draw_text.c - the graph as lines of text, as `git log --graph` has it.
**
** Every revision is one line: the lanes, then what is to be said. The
** revision is `*` when it is applied, `o` when it is pending, `%` when it is
** partly done, `=` when it is repeatable and so outside the graph. A lane is
** two columns wide. Lines go down; they are
**
**   |    a line that passes, or goes on below a revision
**   |\   one that leaves a revision to the next lane on the right
**   |/   one that joins the lane on the left, or |_|/ one further left; the
**        lanes between, which it crosses, are | with _ on both sides
**   *-|-+-.  lines that leave a revision further to the right, or several at
**        once, drawn in its own line: | is crossed, + is joined, at . a new
**        lane begins below; the same to the left
**
** The lines of connections come below the revision's, only where they are
** needed. A revision without children that would stand right below one
** without parents, and look like its parent, has a line of its own above.
**
** Dependencies are written behind the revision, not drawn: they run across
** the branches. All is ASCII but ids, labels and messages.
**
** Thus a, applied, with b and c on it, and d, which merges these:
**
**   o   d (head, pending) merge
**   |\
**   | o c (pending) third
**   o | b (pending) second
**   |/
**   * a (current) first
*/
#include <string.h>
#include "lanes.h"
#include "draw_text.h"

/* What the lines of one drawing may take, in bytes. */
#define LINES_MAX 67108864

/* A drawing as text, being made. */
typedef struct TextDrawing {
  const MigDrawing *pDrawing;
  MigText *pText;
  i64 nLines;      /* bytes of lines so far */
  u8 *abLine;      /* by lane: a line goes down in it, below the current line */
  char *zLine;     /* the line being made */
  int nAlloc;      /* lanes at both */
  int iEnded;      /* lane at whose end the next line must not go on, or -1 */
  int bRepeatable; /* the last revision was a repeatable one */
} TextDrawing;

/* How the links of a row to one side are drawn. */
typedef struct TextSide {
  int n;         /* links */
  int iNear;     /* their lanes */
  int iFar;      /* the furthest */
  int bNew;      /* the last of them begins a lane */
  int bDiagonal; /* one line below, not in the revision's own */
} TextSide;

/* Room for n lanes, and for one line. abLine keeps what it holds, zLine does
** not. */
static void textRoom(MigContext *p, TextDrawing *pDraw, int n) {
  int nAlloc = n * 2;

  if (n <= pDraw->nAlloc) {
    return;
  }
  pDraw->abLine = migGrow(p, pDraw->abLine, (u64)pDraw->nAlloc, (u64)nAlloc);
  pDraw->zLine = migAlloc(p, (u64)nAlloc * 2);
  pDraw->nAlloc = nAlloc;
}

/* Begin a line of n lanes with what goes down in them; one column between two
** lanes is blank. */
static void lineBegin(TextDrawing *pDraw, int n) {
  int i;

  memset(pDraw->zLine, ' ', (size_t)n * 2);
  for (i = 0; i < n; i++) {
    pDraw->zLine[2 * i] = pDraw->abLine[i] ? '|' : ' ';
  }
}

/* Append the line of n lanes, as far as there is something in it, or with
** bFull all of it. */
static void lineEnd(MigContext *p, TextDrawing *pDraw, int n, int bFull) {
  int nByte = 2 * n;

  while (nByte > 0 && !bFull && pDraw->zLine[nByte - 1] == ' ') {
    nByte--;
  }
  pDraw->nLines += nByte;
  if (pDraw->nLines > LINES_MAX) {
    migFail(p, MIG_TOO_BIG,
            "more than %d bytes of lines, up to %d side by side; take"
            " migrate_graph('dot') or the table migrations",
            LINES_MAX, n);
  }
  migTextAdd(p, pDraw->pText, pDraw->zLine, nByte);
}

/* Put c into the columns of the line from iFrom to iTo that are blank. */
static void lineFill(TextDrawing *pDraw, int iFrom, int iTo, char c) {
  int i;

  for (i = iFrom; i <= iTo; i++) {
    if (pDraw->zLine[i] == ' ') {
      pDraw->zLine[i] = c;
    }
  }
}

/* The links of a row on one side. Only a single one to the next lane, or one
** that joins a lane on the left, is drawn below. */
static TextSide sideOf(const MigLaneRow *pRow, int bRight) {
  TextSide side = {0, 0, pRow->iLane, 0, 0};
  int i;

  for (i = 0; i < pRow->nLink; i++) {
    int iLane = pRow->aLink[i].iLane;
    if (bRight ? iLane > pRow->iLane : iLane < pRow->iLane) {
      side.n++;
      side.iNear = iLane;
      side.bNew = pRow->aLink[i].bNew;
      if (bRight ? iLane > side.iFar : iLane < side.iFar) {
        side.iFar = iLane;
      }
    }
  }
  side.bDiagonal =
      side.n == 1 && (side.iNear == pRow->iLane + (bRight ? 1 : -1) ||
                      (!bRight && !side.bNew));
  return side;
}

/* The lanes of the line of a revision: its mark, and the links that are not
** diagonal. nodeText() ends it. */
static void nodeLine(MigContext *p, TextDrawing *pDraw, const MigLaneRow *pRow,
                     const TextSide *aSide) {
  static const char zMark[] = "o*%=";
  const MigNode *pNode = &pDraw->pDrawing->pGraph->aNode[pRow->iNode];
  int i;

  lineBegin(pDraw, pRow->nWidth);
  pDraw->zLine[2 * pRow->iLane] =
      zMark[pNode->bRepeatable ? 3 : pDraw->pDrawing->aeState[pRow->iNode]];
  for (i = 0; i < pRow->nLink; i++) {
    const MigLink *pLink = &pRow->aLink[i];
    if (!aSide[pLink->iLane > pRow->iLane].bDiagonal) {
      pDraw->zLine[2 * pLink->iLane] = pLink->bNew ? '.' : '+';
    }
  }
  if (!aSide[0].bDiagonal) {
    lineFill(pDraw, 2 * aSide[0].iFar, 2 * pRow->iLane, '-');
  }
  if (!aSide[1].bDiagonal) {
    lineFill(pDraw, 2 * pRow->iLane, 2 * aSide[1].iFar, '-');
  }
  lineEnd(p, pDraw, pRow->nWidth, 1);
}

/* What is said of a revision, behind its lanes. */
static void nodeText(MigContext *p, TextDrawing *pDraw, int iNode) {
  const char *zMessage = pDraw->pDrawing->azMessage[iNode];

  migDrawingTitle(p, pDraw->pDrawing, iNode, 1, pDraw->pText);
  migTextStr(p, pDraw->pText, zMessage[0] ? " " : "");
  migTextStr(p, pDraw->pText, zMessage);
  migTextAdd(p, pDraw->pText, "\n", 1);
}

/* A line that comes from lane iFrom and joins lane iTo on its left, in a line
** of their own: |/ for neighbours, |_|/ for others. */
static void lineSlash(TextDrawing *pDraw, int iFrom, int iTo) {
  lineFill(pDraw, 2 * iTo + 1, 2 * iFrom - 2, '_');
  pDraw->zLine[2 * iFrom - 1] = '/';
}

/* The line of diagonals below a revision, if there are any. What begins on
** it goes down from the next line on. Returns whether there was one. */
static int linkLine(MigContext *p, TextDrawing *pDraw, const MigLaneRow *pRow,
                    const TextSide *aSide) {
  int i;

  if (!aSide[0].bDiagonal && !aSide[1].bDiagonal && pRow->iPulled < 0) {
    return 0;
  }
  lineBegin(pDraw, pRow->nWidth);
  for (i = 0; i < 2; i++) {
    if (aSide[i].bDiagonal && aSide[i].bNew) {
      pDraw->zLine[2 * aSide[i].iNear] = ' ';
    }
  }
  if (aSide[0].bDiagonal) {
    lineSlash(pDraw, pRow->iLane, aSide[0].iNear);
  }
  if (aSide[1].bDiagonal) {
    pDraw->zLine[2 * pRow->iLane + 1] = '\\';
  }
  if (pRow->iPulled >= 0) {
    lineSlash(pDraw, pRow->iPulled, pRow->iLane);
  }
  lineEnd(p, pDraw, pRow->nWidth, 0);
  migTextAdd(p, pDraw->pText, "\n", 1);
  return 1;
}

/* A line between a revision without parents and the one without children that
** comes below it. Repeatable ones stand close together. */
static void lineBetween(MigContext *p, TextDrawing *pDraw,
                        const MigLaneRow *pRow, int bRepeatable) {
  if (pDraw->iEnded == pRow->iLane && !pRow->bAbove &&
      !(bRepeatable && pDraw->bRepeatable)) {
    lineBegin(pDraw, pRow->nWidth);
    lineEnd(p, pDraw, pRow->nWidth, 0);
    migTextAdd(p, pDraw->pText, "\n", 1);
  }
}

/* All lines of one revision: a blank one above where it needs that, its own,
** the diagonals below. Then abLine is what goes on below. */
static void textRow(MigContext *p, TextDrawing *pDraw, const MigLaneRow *pRow) {
  int bRepeatable = pDraw->pDrawing->pGraph->aNode[pRow->iNode].bRepeatable;
  TextSide aSide[2]; /* left, right */
  int i;

  textRoom(p, pDraw, pRow->nWidth);
  if (p->rc || pDraw->zLine == 0) {
    return;
  }
  lineBetween(p, pDraw, pRow, bRepeatable);
  aSide[0] = sideOf(pRow, 0);
  aSide[1] = sideOf(pRow, 1);
  nodeLine(p, pDraw, pRow, aSide);
  nodeText(p, pDraw, pRow->iNode);
  pDraw->abLine[pRow->iLane] = pRow->eBelow != MIG_LINE_NONE;
  for (i = 0; i < pRow->nLink; i++) {
    pDraw->abLine[pRow->aLink[i].iLane] = 1;
  }
  if (pRow->iPulled >= 0) {
    pDraw->abLine[pRow->iPulled] = 0;
  }
  pDraw->iEnded = -1;
  if (!linkLine(p, pDraw, pRow, aSide) && pRow->eBelow == MIG_LINE_NONE) {
    pDraw->iEnded = pRow->iLane;
  }
  pDraw->bRepeatable = bRepeatable;
}

/* Append the drawing. TOO_BIG when its lines take more than LINES_MAX bytes,
** which takes thousands side by side. */
void migDrawText(MigContext *p, const MigDrawing *pDrawing, MigText *pText) {
  TextDrawing draw;
  MigLanes lanes;
  MigLaneRow row;

  memset(&draw, 0, sizeof(draw));
  draw.pDrawing = pDrawing;
  draw.pText = pText;
  draw.iEnded = -1;
  migLanesInit(p, &lanes, pDrawing->pGraph, 0);
  while (migLanesNext(p, &lanes, &row)) {
    textRow(p, &draw, &row);
  }
}
