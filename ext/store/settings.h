/*
** settings.h - settings kept in the file.
*/
#ifndef MIG_SETTINGS_H
#define MIG_SETTINGS_H

#include "context.h"

/* What the text of a value may be. */
typedef enum MigSettingType {
  MIG_SET_BOOL,     /* 0 or 1 */
  MIG_SET_INT,      /* integer between iMin and iMax */
  MIG_SET_TEXT,     /* any text */
  MIG_SET_ENUM,     /* one of the words in zWords */
  MIG_SET_TEMPLATE, /* names of files: template.h */
  MIG_SET_PATH      /* a path below the database's folder: migPathInside() */
} MigSettingType;

/* A setting. All of it is constant. */
typedef struct MigSetting {
  const char *zName; /* case counts */
  MigSettingType eType;
  const char *zDefault; /* as text, NULL for NULL */
  i64 iMin;             /* of integers: both are allowed */
  i64 iMax;
  const char *zWords; /* of enums: words separated by blanks */
  const char *zHelp;  /* one line */
} MigSetting;

int migSettingCount(void);
const MigSetting *migSettingRow(int i);
const MigSetting *migSettingFind(MigContext *p, const char *zName);

char *migSettingText(MigContext *p, int bStore, const char *zName);
i64 migSettingInt(MigContext *p, int bStore, const char *zName);
char *migSettingCheck(MigContext *p, const MigSetting *pSet, const char *z);
void migSettingWrite(MigContext *p, const MigSetting *pSet, const char *z);

#endif
