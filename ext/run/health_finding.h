/*
** health_finding.h - a round of checks, and what it finds; for the files
** health_*.c and health.c only, but for MigHealthCall (health.h).
*/
#ifndef MIG_HEALTH_FINDING_H
#define MIG_HEALTH_FINDING_H

#include "caller.h"

#define MIG_FINDINGS_SHOWN 100 /* findings that are told, of each check */

/* Told of each result, in order, with the caller's context. eCode is MIG_NOCODE
** when the check found nothing, and zDetail then says what was looked at.
** zCheck is a constant, zDetail lasts as long as the call; neither is NULL. An
** error that it sets in p ends the round. */
typedef void (*MigHealthCall)(MigContext *p, void *pArg, const char *zCheck,
                              MigCode eCode, const char *zDetail);

/* A round of checks. */
typedef struct MigHealth {
  MigContext *p;   /* of the caller */
  MigContext work; /* of the check at work; its arena is let go row by row */
  MigConnection *pConn;
  MigHealthCall xCall; /* told of each result */
  void *pArg;          /* its argument */
  int iVersion;        /* of the store, 0: there is none */
  int bOpen;           /* rows of a script of migrate_sql() have no seals yet */
  const char *zCheck;  /* name of the check at work */
  int nFound;          /* its findings, also those that are not told */
  int nTotal;          /* those of all, likewise */
} MigHealth;

void migHealthTell(MigHealth *pHealth, MigCode eCode, const char *zDetail);
void migHealthFound(MigHealth *pHealth, MigCode eCode, const char *zFormat,
                    ...);
void migHealthCatch(MigHealth *pHealth, const char *zKind, const char *zName);
int migHealthStep(MigHealth *pHealth, sqlite3_stmt *pStmt);
const char *migHealthShown(sqlite3_stmt *pStmt, int i);

#endif
