/*
** template.c - the setting file_template, taken apart.
**
** A template is text with tokens of Alembic's in it:
**
**     %(rev)s  %(slug)s  %(epoch)s  %(year)d  %(month).2d  %(day).2d
**     %(hour).2d  %(minute).2d  %(second).2d  %%
**
** Those of numbers end in s or d and may have a width. What is made of one
** names a file below a folder, so a template begins with no '/' and has no
** part '..'.
**
**     %(year)d_%(rev).8s      is no template: a width is for numbers
**     %(year)d/%(rev)s.sql    has the parts TIME, text "/", REV, text ".sql"
*/
#include <string.h>
#include "os.h"
#include "text.h"
#include "template.h"

static const struct Token {
  const char *zName; /* between the parentheses */
  MigTemplateType eType;
  int iFrom; /* as in MigTemplatePart */
  int nDigit;
} aToken[] = {
    {"rev", MIG_TEMPLATE_REV, 0, 0},      {"slug", MIG_TEMPLATE_SLUG, 0, 0},
    {"epoch", MIG_TEMPLATE_EPOCH, 0, 0},  {"year", MIG_TEMPLATE_TIME, 0, 4},
    {"month", MIG_TEMPLATE_TIME, 5, 2},   {"day", MIG_TEMPLATE_TIME, 8, 2},
    {"hour", MIG_TEMPLATE_TIME, 11, 2},   {"minute", MIG_TEMPLATE_TIME, 14, 2},
    {"second", MIG_TEMPLATE_TIME, 17, 2},
};
#define TOKEN_COUNT ((int)(sizeof(aToken) / sizeof(aToken[0])))

/* USAGE for a template that makes no sense from z on. */
static void templateFail(MigContext *p, const char *zTemplate, const char *z) {
  migFail(p, MIG_USAGE,
          "file_template %s: '%.20s' is none of %%(rev)s %%(slug)s %%(epoch)s"
          " %%(year)d %%(month).2d %%(day).2d %%(hour).2d %%(minute).2d"
          " %%(second).2d; %%%% is a percent sign",
          zTemplate, z);
}

/* Read the token at z, which begins with "%(", into *pOut, which is zeroed.
** Returns what comes behind it, NULL when it is none. */
static const char *tokenRead(const char *z, MigTemplatePart *pOut) {
  size_t nName = strcspn(z + 2, ")");
  const char *zSpec = z + 2 + nName;
  int bNumber;
  int i = 0;

  while (i < TOKEN_COUNT && (strlen(aToken[i].zName) != nName ||
                             memcmp(aToken[i].zName, z + 2, nName) != 0)) {
    i++;
  }
  if (i == TOKEN_COUNT || *zSpec != ')') {
    return 0;
  }
  pOut->eType = aToken[i].eType;
  pOut->iFrom = aToken[i].iFrom;
  pOut->nDigit = aToken[i].nDigit;
  bNumber = pOut->eType >= MIG_TEMPLATE_EPOCH;
  zSpec++;
  zSpec += bNumber && *zSpec == '.';
  while (bNumber && migIsDigit(*zSpec) && pOut->nWidth < 10) {
    pOut->nWidth = pOut->nWidth * 10 + *zSpec++ - '0';
  }
  return *zSpec == 's' || (bNumber && *zSpec == 'd') ? zSpec + 1 : 0;
}

/* Read the part of zTemplate at z, which is the beginning at first. Returns
** what comes behind it; NULL at the end, and after USAGE for what is no token.
** Nothing is allocated: pOut points into the template. */
const char *migTemplateNext(MigContext *p, const char *zTemplate, const char *z,
                            MigTemplatePart *pOut) {
  const char *zNext;

  memset(pOut, 0, sizeof(*pOut));
  if (p->rc || *z == 0) {
    return 0;
  }
  if (z[0] == '%' && z[1] == '(') {
    zNext = tokenRead(z, pOut);
  } else {
    int bPercent = z[0] == '%';
    pOut->z = z;
    pOut->n = bPercent ? 1 : (i64)strcspn(z, "%");
    zNext = !bPercent ? z + pOut->n : z[1] == '%' ? z + 2 : 0;
  }
  if (zNext == 0) {
    templateFail(p, zTemplate, z);
  }
  return zNext;
}

/* USAGE when a template makes no sense, or leads out of the folder. NULL and ""
** are no template, and pass. */
void migTemplateCheck(MigContext *p, const char *zTemplate) {
  const char *z = zTemplate;
  MigTemplatePart part;

  while (z && *z) {
    z = migTemplateNext(p, zTemplate, z, &part);
  }
  if (p->rc == SQLITE_OK && z && *zTemplate && !migPathInside(zTemplate)) {
    migFail(p, MIG_USAGE,
            "file_template %s names no file below the folder; leave out / at"
            " the start and ..",
            zTemplate);
  }
}
