/*
** connection.h - settings of the connection, changed for a while.
*/
#ifndef MIG_CONNECTION_H
#define MIG_CONNECTION_H

#include "caller.h"

/* What a call found and what it has set, by migSettingsSave(). Every path ends
** with migSettingsRestore(). */
typedef struct MigSettingsSaved {
  int bForeign;      /* foreign_keys as found */
  int bForeignNow;   /* as set now */
  int bLegacy;       /* legacy_alter_table as found */
  int bLegacyNow;    /* as set now */
  MigPragma *pFirst; /* others, newest first */
} MigSettingsSaved;

void migSettingsSave(MigContext *p, MigSettingsSaved *pSaved);
int migSettingsForeign(MigContext *p, MigSettingsSaved *pSaved, int bOn);
int migSettingsLegacy(MigContext *p, MigSettingsSaved *pSaved, int bOn);
void migSettingsCountsOff(MigContext *p, MigConnection *pConn);
void migSettingsPragma(MigContext *p, MigSettingsSaved *pSaved,
                       const char *zName);
void migSettingsRestore(MigContext *p, MigConnection *pConn,
                        MigSettingsSaved *pSaved);
void migSettingsRestoreLate(MigConnection *pConn);
void migSettingsForget(MigConnection *pConn);

#endif
