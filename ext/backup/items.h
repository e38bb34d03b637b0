/*
** items.h - the objects of a schema, found by name and linked.
**
** Items are the objects of a manifest, one each and in its order, with what
** they have to do with each other. A restore has two such lists, of the
** database as it is and of the backup, and marks in them what goes and what
** comes (decide.c); then these are carried out (objects.c).
*/
#ifndef MIG_ITEMS_H
#define MIG_ITEMS_H

#include "manifest.h"

/* What an object is, by its type and its text. */
typedef enum MigItemKind {
  MIG_ITEM_TABLE,   /* an ordinary table, shadow tables included */
  MIG_ITEM_VIRTUAL, /* a virtual table */
  MIG_ITEM_INDEX,
  MIG_ITEM_VIEW,
  MIG_ITEM_TRIGGER
} MigItemKind;

/* An object, and what is to happen with it. Items are named by their index. */
typedef struct MigItem {
  const MigObject *pObject; /* of the manifest */
  MigItemKind eKind;
  int iTable;   /* item of the table or view an index or trigger is on, or -1 */
  int iVirtual; /* item of the virtual table that a table is a part of, or -1 */
  int bMaybe;   /* that is a guess, by the names */
  int bGuessed; /* of a virtual table: some tables are its parts by a guess */
  u64 uTriggers; /* of a table or view: hash of the names and texts of its
                    triggers in their order; 0 without any */
  int bGo;       /* is to be dropped, or to be made; 0 at first, as bLeave is */
  int bLeave;    /* is of no concern */
} MigItem;

/* Objects found by their names. Both arrays are in the arena. */
typedef struct MigItems {
  int n;
  MigItem *a; /* by aObject of the manifest */
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
