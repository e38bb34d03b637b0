/*
** draw_svg.c - the graph as an SVG picture, with no outside program.
**
** Rows and lanes are those of lanes.c, dependencies included, which are
** dashed. In pixels a row is ROW high and a lane LANE wide:
**
**   - a revision is a disc in its lane, full when it is applied, empty when it
**     is pending, with a core when it is partly done, in a ring when it is
**     current, and a square when it is repeatable;
**   - what goes down in a lane is a vertical line. It is written when it ends,
**     so a lane costs one path, however many rows it passes;
**   - what leaves a revision sideways runs level with it, and turns down into
**     its lane. What arrives sideways turns in ABOVE pixels higher, and what is
**     pulled into another lane runs TURN pixels lower. So lines of different
**     ends never lie upon each other;
**   - behind the last lane of the row come the id, a box for each mark and
**     label, and the message.
**
** The widths of texts are not known here. Ids and boxes are given theirs
** (textLength), so that they cannot overlap whatever the font is; messages,
** which stand last, are guessed for the width of the picture.
**
** Lines come before discs and texts in the file, so that those lie on top:
** they are collected apart. All of it takes time and bytes in proportion to
** revisions and edges.
*/
#include <string.h>
#include "lanes.h"
#include "draw_svg.h"

#define ROW 28    /* height of a row */
#define LANE 18   /* width of a lane */
#define MARGIN 18 /* around the picture, to the middle of row and lane */
#define DISC 5    /* radius of a revision */
#define RING 8    /* radius of the ring around a current one */
#define TURN 7    /* radius of a turn */
#define ABOVE 4   /* how much higher lines arrive */
#define GLYPH 8   /* width of a character of an id or message */
#define SMALL 7   /* of one in a box */
#define PAD 5     /* on both sides of it */
#define GAP 6     /* between texts */

#define NCOLOR 7 /* of lanes, in zStyle */

/* Colors that people who do not see all of them can tell apart (after Okabe
** and Ito). A dashed line is grey. */
static const char zStyle[] =
    "<style>"
    "path{fill:none;stroke-width:2}"
    ".d{stroke:#888;stroke-dasharray:4 3;stroke-width:1.5}"
    ".n{stroke-width:2}.r{fill:none;stroke:#222;stroke-width:1.5}"
    "text{font:13px monospace;fill:#222}.i{font-weight:bold}"
    ".b{font-size:11px}.pending{fill:#666}"
    "rect.m{stroke-width:1}"
    ".head{fill:#fff3bf;stroke:#c9a100}.current{fill:#d3f9d8;stroke:#2b8a3e}"
    ".state{fill:#f1f3f5;stroke:#868e96}.label{fill:#d0ebff;stroke:#1971c2}"
    ".c0{stroke:#0072b2}.c1{stroke:#d55e00}.c2{stroke:#009e73}"
    ".c3{stroke:#cc79a7}.c4{stroke:#e69f00}.c5{stroke:#56b4e9}"
    ".c6{stroke:#8a6d3b}"
    ".f0{fill:#0072b2}.f1{fill:#d55e00}.f2{fill:#009e73}"
    ".f3{fill:#cc79a7}.f4{fill:#e69f00}.f5{fill:#56b4e9}.f6{fill:#8a6d3b}"
    ".e{fill:#fff}"
    "</style>";

/* A picture being made. Zero-initialize. */
typedef struct SvgDrawing {
  const MigDrawing *pDrawing;
  MigText lines; /* paths, which lie below */
  MigText nodes; /* discs and texts, which lie above */
  int nAlloc;    /* lanes at the next two */
  int *aTop;     /* by lane: where its line has begun */
  u8 *aeLine;    /* by lane: MigLine that goes down in it */
  int iRow;      /* the current row, from 0 at the top */
  int nWidth;    /* of the picture, so far */
} SvgDrawing;

/* Where the middle of a lane is, in pixels from the left; of lane nWidth of a
** row it is where texts begin. */
static int laneX(int iLane) {
  return MARGIN + iLane * LANE;
}

/* Where the middle of the current row is, in pixels from the top. */
static int rowY(const SvgDrawing *pDraw) {
  return MARGIN + pDraw->iRow * ROW;
}

/* Room for n lanes in both arrays. After a failure one of them may be NULL. */
static void svgRoom(MigContext *p, SvgDrawing *pDraw, int n) {
  int nAlloc = n * 2;

  if (n > pDraw->nAlloc) {
    pDraw->aTop = migGrow(p, pDraw->aTop, (u64)pDraw->nAlloc * sizeof(int),
                          (u64)nAlloc * sizeof(int));
    pDraw->aeLine = migGrow(p, pDraw->aeLine, (u64)pDraw->nAlloc, (u64)nAlloc);
    pDraw->nAlloc = nAlloc;
  }
}

/* Append a harmless text, between tags; NULL is nothing. What is special in
** attributes is not escaped: none holds such a text. */
static void svgText(MigContext *p, MigText *pText, const char *z) {
  for (; z && *z; z++) {
    if (*z == '<') {
      migTextStr(p, pText, "&lt;");
    } else if (*z == '>') {
      migTextStr(p, pText, "&gt;");
    } else if (*z == '&') {
      migTextStr(p, pText, "&amp;");
    } else {
      migTextAdd(p, pText, z, 1);
    }
  }
}

/* Columns that z takes in a font of fixed width, at most: letters of other
** scripts than Latin, Greek, Cyrillic and their neighbours may take two. */
static int columns(const char *z) {
  int n = 0;

  while (*z) {
    int nByte;
    n += migDrawingDecode(z, &nByte) >= 0x1100 ? 2 : 1;
    z += nByte;
  }
  return n;
}

/* ---- lines ---- */

/* Begin a path of the kind (MigLine) and color of lane iLane; who draws it ends
** its d and the tag. */
static void pathBegin(MigContext *p, SvgDrawing *pDraw, int iLane, int eLine) {
  if (eLine == MIG_LINE_DEPEND) {
    migTextStr(p, &pDraw->lines, "<path class=\"d\" d=\"");
  } else {
    migTextF(p, &pDraw->lines, "<path class=\"c%d\" d=\"", iLane % NCOLOR);
  }
}

/* What goes down in a lane begins at y; it is drawn when its end is known. */
static void lineBegin(SvgDrawing *pDraw, int iLane, int eLine, int y) {
  pDraw->aTop[iLane] = y;
  pDraw->aeLine[iLane] = (u8)eLine;
}

/* The line of a lane ends at y. */
static void lineDown(MigContext *p, SvgDrawing *pDraw, int iLane, int y) {
  pathBegin(p, pDraw, iLane, pDraw->aeLine[iLane]);
  migTextF(p, &pDraw->lines, "M%d %dV%d\"/>\n", laneX(iLane),
           pDraw->aTop[iLane], y);
}

/* The line of lane iFrom turns at y, and runs to xTo. The path stays open,
** because it may turn once more. */
static void lineAside(MigContext *p, SvgDrawing *pDraw, int iFrom, int y,
                      int xTo) {
  int x = laneX(iFrom);

  pathBegin(p, pDraw, iFrom, pDraw->aeLine[iFrom]);
  migTextF(p, &pDraw->lines, "M%d %dV%dQ%d %d %d %dH%d", x, pDraw->aTop[iFrom],
           y - TURN, x, y, x < xTo ? x + TURN : x - TURN, y, xTo);
}

/* A line leaves the revision in lane iLane for another lane. Where it joins the
** line there, it ends upon it; else that line begins. */
static void lineLink(MigContext *p, SvgDrawing *pDraw, int iLane,
                     const MigLink *pLink) {
  int x = laneX(pLink->iLane);
  int y = rowY(pDraw);

  pathBegin(p, pDraw, pLink->iLane, pLink->eLine);
  migTextF(p, &pDraw->lines, "M%d %dH%dQ%d %d %d %d\"/>\n", laneX(iLane), y,
           pLink->iLane > iLane ? x - TURN : x + TURN, x, y, x, y + TURN);
  if (pLink->bNew) {
    lineBegin(pDraw, pLink->iLane, pLink->eLine, y + TURN);
  }
}

/* The lines of a row: what ends at it, then what begins. */
static void rowLines(MigContext *p, SvgDrawing *pDraw, const MigLaneRow *pRow) {
  int x = laneX(pRow->iLane);
  int y = rowY(pDraw);
  int yPulled = y + TURN;
  int i;

  if (pRow->bAbove) {
    lineDown(p, pDraw, pRow->iLane, y);
  }
  if (pRow->iArriving >= 0) {
    lineAside(p, pDraw, pRow->iArriving, y - ABOVE, x);
    migTextStr(p, &pDraw->lines, "\"/>\n");
  }
  if (pRow->eBelow != MIG_LINE_NONE) {
    lineBegin(pDraw, pRow->iLane, pRow->eBelow, y);
  }
  for (i = 0; i < pRow->nLink; i++) {
    lineLink(p, pDraw, pRow->iLane, &pRow->aLink[i]);
  }
  if (pRow->iPulled >= 0) {
    lineAside(p, pDraw, pRow->iPulled, yPulled, x + TURN);
    migTextF(p, &pDraw->lines, "Q%d %d %d %d\"/>\n", x, yPulled, x,
             yPulled + TURN);
  }
}

/* ---- revisions ---- */

/* The mark of the revision, with a ring when it is current. */
static void rowDisc(MigContext *p, SvgDrawing *pDraw, const MigLaneRow *pRow) {
  const MigDrawing *pDrawing = pDraw->pDrawing;
  MigDrawnState eState = pDrawing->aeState[pRow->iNode];
  int iColor = pRow->iLane % NCOLOR;
  int x = laneX(pRow->iLane);
  int y = rowY(pDraw);
  char *zFill = eState == MIG_DRAWN_APPLIED ? migPrintf(p, "f%d", iColor)
                                            : migStrdup(p, "e");

  if (migSetHas(&pDrawing->state.current, pRow->iNode)) {
    migTextF(p, &pDraw->nodes,
             "<circle class=\"r\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", x, y, RING);
  }
  if (pDrawing->pGraph->aNode[pRow->iNode].bRepeatable) {
    migTextF(p, &pDraw->nodes,
             "<rect class=\"n c%d %s\" x=\"%d\" y=\"%d\" width=\"%d\""
             " height=\"%d\"/>",
             iColor, zFill, x - DISC, y - DISC, 2 * DISC, 2 * DISC);
  } else {
    migTextF(p, &pDraw->nodes,
             "<circle class=\"n c%d %s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>",
             iColor, zFill, x, y, DISC);
  }
  if (eState == MIG_DRAWN_PARTIAL) {
    migTextF(p, &pDraw->nodes,
             "<circle class=\"f%d\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", iColor, x,
             y, DISC / 2);
  }
}

/* A text in a box at x, of the class zClass of zStyle. Returns where the next
** thing may stand. */
static int rowBox(MigContext *p, SvgDrawing *pDraw, int x, const char *zClass,
                  const char *z) {
  int nText = columns(z) * SMALL;
  int y = rowY(pDraw);

  migTextF(p, &pDraw->nodes,
           "<rect class=\"m %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\""
           " rx=\"4\"/><text class=\"b\" x=\"%d\" y=\"%d\" textLength=\"%d\""
           " lengthAdjust=\"spacingAndGlyphs\">",
           zClass, x, y - 8, nText + 2 * PAD, x + PAD, y + 4, nText);
  svgText(p, &pDraw->nodes, z);
  migTextStr(p, &pDraw->nodes, "</text>");
  return x + nText + 2 * PAD + GAP;
}

/* The boxes of a revision from x on: labels, then marks. Returns where the
** message may stand. */
static int rowMarks(MigContext *p, SvgDrawing *pDraw, int iNode, int x) {
  MigList labels = {0, 0};
  MigList marks = {0, 0};
  int i;

  migDrawingLabels(p, pDraw->pDrawing, iNode, &labels);
  migDrawingMarks(p, pDraw->pDrawing, iNode, &marks);
  for (i = 0; i < labels.n; i++) {
    x = rowBox(p, pDraw, x, "label", labels.az[i]);
  }
  for (i = 0; i < marks.n; i++) {
    const char *z = marks.az[i];
    int bOwn = strcmp(z, "head") == 0 || strcmp(z, "current") == 0;
    x = rowBox(p, pDraw, x, bOwn ? z : "state", z);
  }
  return x;
}

/* The texts of a row, behind its last lane; the picture grows to hold them. */
static void rowText(MigContext *p, SvgDrawing *pDraw, const MigLaneRow *pRow) {
  const MigDrawing *pDrawing = pDraw->pDrawing;
  const char *zMessage = pDrawing->azMessage[pRow->iNode];
  const char *zId = migDrawingId(p, pDrawing, pRow->iNode);
  int nId = zId ? columns(zId) * GLYPH : 0;
  int x = laneX(pRow->nWidth);
  int y = rowY(pDraw) + 5;

  if (p->rc) {
    return;
  }
  migTextF(p, &pDraw->nodes,
           "<text class=\"i\" x=\"%d\" y=\"%d\" textLength=\"%d\""
           " lengthAdjust=\"spacingAndGlyphs\">",
           x, y, nId);
  svgText(p, &pDraw->nodes, zId);
  migTextStr(p, &pDraw->nodes, "</text>");
  x = rowMarks(p, pDraw, pRow->iNode, x + nId + GAP);
  if (zMessage[0]) {
    migTextF(p, &pDraw->nodes, "<text x=\"%d\" y=\"%d\">", x, y);
    svgText(p, &pDraw->nodes, zMessage);
    migTextStr(p, &pDraw->nodes, "</text>");
    x += columns(zMessage) * GLYPH;
  }
  migTextStr(p, &pDraw->nodes, "\n");
  if (x + MARGIN > pDraw->nWidth) {
    pDraw->nWidth = x + MARGIN;
  }
}

/* Append the picture, as a document of its own: it refers to nothing outside.
** Its size, which comes first, is only known when all rows are drawn; that,
** too, is why they are collected. */
void migDrawSvg(MigContext *p, const MigDrawing *pDrawing, MigText *pText) {
  SvgDrawing draw;
  MigLanes lanes;
  MigLaneRow row;
  int nHeight;

  memset(&draw, 0, sizeof(draw));
  draw.pDrawing = pDrawing;
  migLanesInit(p, &lanes, pDrawing->pGraph, 1);
  while (migLanesNext(p, &lanes, &row)) {
    svgRoom(p, &draw, row.nWidth);
    if (draw.aTop && draw.aeLine) {
      rowLines(p, &draw, &row);
      rowDisc(p, &draw, &row);
      rowText(p, &draw, &row);
    }
    draw.iRow++;
  }
  nHeight = 2 * MARGIN + (draw.iRow - 1) * ROW;
  migTextF(p, pText,
           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\""
           " height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">"
           "<title>revision graph</title>%s\n"
           "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
           draw.nWidth, nHeight, draw.nWidth, nHeight, zStyle);
  migTextAdd(p, pText, migTextZ(&draw.lines), draw.lines.n);
  migTextAdd(p, pText, migTextZ(&draw.nodes), draw.nodes.n);
  migTextStr(p, pText, "</svg>\n");
}
