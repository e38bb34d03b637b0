/*
** draw_dot.c - the graph in the languages of Graphviz and Mermaid.
**
** Both get a list of nodes and a list of edges and place them themselves. A
** node is called r and its position in the order of running, so that no id has
** to be a word of the language; what is said of it is its label. Edges lead
** from a parent up to its child, and dashed from a dependency to what needs
** it; roots are at the bottom.
**
** Escaping, in quoted labels. Graphviz: a backslash before " and \, and
** entities for &, which it would read as the beginning of one. Mermaid:
** everything but letters, digits and a few signs becomes #N; with N its
** number, because Mermaid looks for directives, styles, Markdown and formulas
** also between quotes.
**
** For b, pending, on a, which is applied, Graphviz gets, but for head and tail,
**
**   r1 [label="a (current)\nfirst", fillcolor="#dcefdc", penwidth=3];
**   r2 [label="b (head, pending)\nsecond", fillcolor="#ffffff"];
**   r1 -> r2;
*/
#include <string.h>
#include "draw_dot.h"

/* How a revision looks; a current one is applied. The order is that of
** azLook. */
typedef enum DotLook {
  DOT_PENDING,
  DOT_APPLIED,
  DOT_PARTIAL,
  DOT_CURRENT,
  DOT_NLOOK
} DotLook;

/* The look of revision i. */
static DotLook lookOf(const MigDrawing *pDrawing, int i) {
  static const DotLook aLook[] = {DOT_PENDING, DOT_APPLIED, DOT_PARTIAL};

  return migSetHas(&pDrawing->state.current, i) ? DOT_CURRENT
                                                : aLook[pDrawing->aeState[i]];
}

/* What differs between the two languages. All are constants; those that take
** numbers are formats. */
typedef struct DotLanguage {
  const char *zHead;
  const char *zNode;   /* begins a label; takes the node's number */
  const char *zBreak;  /* between its two lines */
  const char *zParent; /* an edge; takes the numbers of both ends */
  const char *zDepend;
  const char *zTail;
  const char *azLook[DOT_NLOOK]; /* ends a label and its node */
  /* Appends a text of a label. */
  void (*xText)(MigContext *p, MigText *pText, const char *z);
} DotLanguage;

/* Append a harmless text between the quotes of Graphviz. */
static void dotText(MigContext *p, MigText *pText, const char *z) {
  for (; *z; z++) {
    if (*z == '&') {
      migTextStr(p, pText, "&amp;");
    } else {
      migTextAdd(p, pText, "\\", *z == '"' || *z == '\\');
      migTextAdd(p, pText, z, 1);
    }
  }
}

/* Append a harmless text between the quotes of Mermaid. */
static void mermaidText(MigContext *p, MigText *pText, const char *z) {
  for (; *z; z++) {
    int c = (u8)*z;
    if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        migIsDigit(*z) || strchr(" .,_-()/", c)) {
      migTextAdd(p, pText, z, 1);
    } else {
      migTextF(p, pText, "#%d;", c);
    }
  }
}

static const DotLanguage dot = {
    "digraph migrations {\n"
    "  rankdir=BT;\n"
    "  node [shape=box, style=\"rounded,filled\", fontsize=11];\n",
    "  r%d [label=\"",
    "\\n",
    "  r%d -> r%d;\n",
    "  r%d -> r%d [style=dashed];\n",
    "}\n",
    {"\", fillcolor=\"#ffffff\"];\n", "\", fillcolor=\"#dcefdc\"];\n",
     "\", fillcolor=\"#fdf0d0\"];\n",
     "\", fillcolor=\"#dcefdc\", penwidth=3];\n"},
    dotText,
};

static const DotLanguage mermaid = {
    "graph BT\n"
    "  classDef pending fill:#fff,stroke:#666,color:#000\n"
    "  classDef applied fill:#dcefdc,stroke:#666,color:#000\n"
    "  classDef partial fill:#fdf0d0,stroke:#666,color:#000\n"
    "  classDef current fill:#dcefdc,stroke:#333,stroke-width:3px,color:#000\n",
    "  r%d[\"",
    "<br/>",
    "  r%d --> r%d\n",
    "  r%d -.-> r%d\n",
    "",
    {"\"]:::pending\n", "\"]:::applied\n", "\"]:::partial\n",
     "\"]:::current\n"},
    mermaidText,
};

/* The line of revision i: its title, and below that its message, if it has
** one. */
static void listNode(MigContext *p, const MigDrawing *pDrawing, int i,
                     const DotLanguage *pLanguage, MigText *pText) {
  const char *zMessage = pDrawing->azMessage[i];
  MigText title = {0, 0, 0};

  migDrawingTitle(p, pDrawing, i, 0, &title);
  /* sql-ok: a constant of this file */
  migTextF(p, pText, pLanguage->zNode, pDrawing->pGraph->aNode[i].iPosition);
  pLanguage->xText(p, pText, migTextZ(&title));
  migTextStr(p, pText, zMessage[0] ? pLanguage->zBreak : "");
  pLanguage->xText(p, pText, zMessage);
  migTextStr(p, pText, pLanguage->azLook[lookOf(pDrawing, i)]);
}

/* The edges from the n revisions at a up to revision i; zEdge is the format of
** one. */
static void listEdges(MigContext *p, const MigGraph *pGraph, int i, int n,
                      const int *a, const char *zEdge, MigText *pText) {
  int k;

  for (k = 0; k < n; k++) {
    migTextF(p, pText, zEdge, pGraph->aNode[a[k]].iPosition,
             pGraph->aNode[i].iPosition);
  }
}

/* The whole drawing: all nodes in the order of running, then all edges, so that
** none comes before its ends. */
static void list(MigContext *p, const MigDrawing *pDrawing,
                 const DotLanguage *pLanguage, MigText *pText) {
  const MigGraph *pGraph = pDrawing->pGraph;
  int k;

  migTextStr(p, pText, pLanguage->zHead);
  for (k = 0; k < pGraph->nNode && p->rc == SQLITE_OK; k++) {
    listNode(p, pDrawing, pGraph->aOrder[k], pLanguage, pText);
  }
  for (k = 0; k < pGraph->nNode && p->rc == SQLITE_OK; k++) {
    int i = pGraph->aOrder[k];
    const MigNode *pNode = &pGraph->aNode[i];
    listEdges(p, pGraph, i, pNode->nParent, pNode->aParent, pLanguage->zParent,
              pText);
    listEdges(p, pGraph, i, pNode->nDepend, pNode->aDepend, pLanguage->zDepend,
              pText);
  }
  migTextStr(p, pText, pLanguage->zTail);
}

/* Append the drawing for Graphviz, a digraph. */
void migDrawDot(MigContext *p, const MigDrawing *pDrawing, MigText *pText) {
  list(p, pDrawing, &dot, pText);
}

/* Append the drawing for Mermaid: a flow chart, because its gitGraph has no
** several roots, no merges of more than two, and no dependencies. */
void migDrawMermaid(MigContext *p, const MigDrawing *pDrawing, MigText *pText) {
  list(p, pDrawing, &mermaid, pText);
}
