/*
** objects.h - tables, indexes, views and triggers: dropped, made, compared.
*/
#ifndef MIG_OBJECTS_H
#define MIG_OBJECTS_H

#include "items.h"
#include "transaction.h"

/* A TEMP trigger on a table or view of main. All of it is in the arena. */
typedef struct MigTempTrigger {
  MigObject object; /* as temp.sqlite_schema has it */
  i64 iOn;          /* offset in its text of the name of the table it is on */
  int bPlain;       /* no schema stands before it */
  const char *z;    /* the table or view of main */
} MigTempTrigger;

/* Some of them, in the order in which they were made. */
typedef struct MigTempTriggers {
  int n;
  MigTempTrigger *a;
} MigTempTriggers;

void migObjectsDrop(MigContext *p, MigTransaction *pTx, const MigItems *pItems);
void migObjectsMakeTables(MigContext *p, MigTransaction *pTx,
                          const MigItems *pItems);
void migObjectsMakeRest(MigContext *p, MigTransaction *pTx,
                        const MigItems *pItems);
void migObjectsMakeSystem(MigContext *p, MigTransaction *pTx,
                          const MigManifest *pManifest);
void migObjectsCheck(MigContext *p, const MigItems *pWanted, int bMore);
int migObjectThere(MigContext *p, const char *zTable);

void migObjectsReconnect(MigContext *p, MigTransaction *pTx);
void migTempTriggersRead(MigContext *p, MigTempTriggers *pTriggers);
void migTempTriggersDrop(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers);
void migTempTriggersMake(MigContext *p, MigTransaction *pTx,
                         const MigTempTriggers *pTriggers);

#endif
