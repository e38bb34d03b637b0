/*
** items.h - the objects of a schema, found by name and linked.
*/
#ifndef MIG_ITEMS_H
#define MIG_ITEMS_H

#include "manifest.h"

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

void migObjectRead(MigContext *p, sqlite3_stmt *pStmt, MigObject *pOut);
int migObjectsPlain(MigContext *p, MigManifest *pManifest);
void migObjectsRead(MigContext *p, MigManifest *pManifest);
void migItemsList(MigContext *p, const MigManifest *pManifest,
                  MigItems *pItems);
int migItemFind(const MigItems *pItems, int bTrigger, const char *zName);
int migModuleKnown(const char *z, i64 n);
int migItemSame(const MigItem *pA, const MigItem *pB);

#endif
