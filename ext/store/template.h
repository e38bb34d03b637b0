/*
** template.h - the setting file_template, taken apart.
*/
#ifndef MIG_TEMPLATE_H
#define MIG_TEMPLATE_H

#include "context.h"

/* What a part stands for. */
typedef enum MigTemplateType {
  MIG_TEMPLATE_TEXT,  /* itself */
  MIG_TEMPLATE_REV,   /* id of the revision */
  MIG_TEMPLATE_SLUG,  /* its message, made fit for a name */
  MIG_TEMPLATE_EPOCH, /* seconds since 1970 */
  MIG_TEMPLATE_TIME   /* a part of the time */
} MigTemplateType;

/* One part of a template. Of what a type has no use for is 0. */
typedef struct MigTemplatePart {
  MigTemplateType eType;
  const char *z; /* of a text: within the template, not terminated */
  i64 n;         /* its bytes */
  int iFrom;     /* of a time: its first digit in 2026-01-31T12:00:00 */
  int nDigit;    /* and how many digits there */
  int nWidth;    /* digits at least, zeros in front */
} MigTemplatePart;

const char *migTemplateNext(MigContext *p, const char *zTemplate, const char *z,
                            MigTemplatePart *pOut);
void migTemplateCheck(MigContext *p, const char *zTemplate);

#endif
