/*
** draw.c - the revision graph, drawn: the formats there are.
**
** drawing.c reads the graph and makes its texts harmless; a format only appends
** text to a MigText, every line with a newline at its end.
*/
#include <string.h>
#include "waiting.h"
#include "sql.h"
#include "draw_text.h"
#include "draw_dot.h"
#include "draw_svg.h"
#include "draw.h"

/* A format by its name, in lower case. xDraw is only called for a graph that
** has revisions. */
typedef struct DrawFormat {
  const char *zName;
  void (*xDraw)(MigContext *p, const MigDrawing *pDrawing, MigText *pText);
} DrawFormat;

static const DrawFormat aFormat[] = {
    {"text", migDrawText},
    {"dot", migDrawDot},
    {"mermaid", migDrawMermaid},
    {"svg", migDrawSvg},
};

#define NFORMAT (int)(sizeof(aFormat) / sizeof(aFormat[0]))

/* The format of this name; USAGE with the names that are known. */
static const DrawFormat *formatFind(MigContext *p, const char *zName) {
  MigText known = {0, 0, 0};
  int i;

  for (i = 0; i < NFORMAT; i++) {
    if (strcmp(aFormat[i].zName, zName) == 0) {
      return &aFormat[i];
    }
    migTextF(p, &known, "%s%s", i ? ", " : "", aFormat[i].zName);
  }
  migFail(p, MIG_USAGE, "no drawing is called %s; known are %s", zName,
          migTextZ(&known));
  return 0;
}

/*
** The graph of the file as zFormat, in sqlite3_malloc64() memory, without a
** newline at its end; '' when there is no revision. Everything is read within
** one transaction. Errors: USAGE, TOO_BIG.
*/
char *migDraw(MigContext *p, const char *zFormat) {
  const DrawFormat *pFormat = p->rc ? 0 : formatFind(p, zFormat);
  sqlite3_stmt *pRead = migReadBegin(p, 0);
  MigDrawing drawing;
  MigText text = {0, 0, 0};

  migDrawingRead(p, &drawing);
  if (p->rc == SQLITE_OK && pFormat && drawing.pGraph->nNode > 0) {
    pFormat->xDraw(p, &drawing, &text);
  }
  if (p->rc == SQLITE_OK && text.n > 0) {
    text.z[text.n - 1] = 0;
  }
  migFinalize(p, pRead);
  return migResultText(p, migTextZ(&text));
}
