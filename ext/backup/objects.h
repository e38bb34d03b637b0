/*
** objects.h - the tables, indexes, views and triggers of schema main.
*/
#ifndef MIG_OBJECTS_H
#define MIG_OBJECTS_H

#include "manifest.h"
#include "transaction.h"

typedef enum MigItemKind {
  MIG_ITEM_TABLE,
  MIG_ITEM_VIRTUAL, /* a virtual table */
  MIG_ITEM_INDEX,
  MIG_ITEM_VIEW,
  MIG_ITEM_TRIGGER
} MigItemKind;

/* An object, and what is to happen with it. */
typedef struct MigItem {
  const MigObject *pObject;
  MigItemKind eKind;
  int iTable;   /* item of the table or view an index or trigger is on, or -1 */
  int iVirtual; /* item of the virtual table that a table is a part of, or -1 */
  int bMaybe;   /* that is a guess, by the names */
  int bGuessed; /* of a virtual table: some tables are its parts by a guess */
  u64 uTriggers; /* of a table or view: hash of its triggers in their order */
  int bGo;       /* is to be dropped, or to be made */
  int bLeave;    /* is of no concern */
} MigItem;

/* Objects found by their names. */
typedef struct MigItems {
  int n;
  MigItem *a;
  int nSlot;  /* a power of two */
  int *aSlot; /* items by the hash of their names, -1: free */
} MigItems;

/* A TEMP trigger that is out of the way for a while. */
typedef struct MigTempTrigger {
  MigObject object;
  i64 iOn;       /* offset in its text of the table's name */
  int bPlain;    /* no schema stands before it */
  const char *z; /* the table or view of main */
} MigTempTrigger;

typedef struct MigTempTriggers {
  int n;
  MigTempTrigger *a;
} MigTempTriggers;

void migObjectsRead(MigContext *p, MigManifest *pManifest);
void migItemsList(MigContext *p, const MigManifest *pManifest,
                  MigItems *pItems);
int migItemFind(const MigItems *pItems, int bTrigger, const char *zName);
int migModuleKnown(const char *z, i64 n);
int migItemSame(const MigItem *pA, const MigItem *pB);

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
