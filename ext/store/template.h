/*
** template.h - the setting file_template, taken apart.
*/
#ifndef MIG_TEMPLATE_H
#define MIG_TEMPLATE_H

#include "context.h"

typedef enum MigTemplateType {
  MIG_TEMPLATE_TEXT,
  MIG_TEMPLATE_REV,
  MIG_TEMPLATE_SLUG,
  MIG_TEMPLATE_EPOCH, /* seconds since 1970 */
  MIG_TEMPLATE_TIME   /* a part of the time */
} MigTemplateType;

/* One part of a template. */
typedef struct MigTemplatePart {
  MigTemplateType eType;
  const char *z; /* of a text */
  i64 n;
  int iFrom; /* of a time: its first digit in 2026-01-31T12:00:00 */
  int nDigit;
  int nWidth; /* digits at least, zeros in front */
} MigTemplatePart;

const char *migTemplateNext(MigContext *p, const char *zTemplate, const char *z,
                            MigTemplatePart *pOut);
void migTemplateCheck(MigContext *p, const char *zTemplate);

#endif
