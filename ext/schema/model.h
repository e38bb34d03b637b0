/*
** model.h - a schema as structs.
**
** A model holds what sqlite_schema lists, each object with its stored text,
** the spans of that (ddl.h), and, for tables, what they say once the rules of
** SQLite are applied to them: which of several DEFAULTs counts, which columns
** a key has, what is NOT NULL without saying so.
**
** Objects that are nobody's business to change are in it and marked (eSkip).
** Everything belongs to the arena; texts are referred to, not copied.
*/
#ifndef MIG_MODEL_H
#define MIG_MODEL_H

#include "ddl.h"

/* Why an object is neither compared nor proposed for dropping. An index or a
** trigger goes with its table. */
typedef enum MigSkip {
  MIG_SKIP_NO,
  MIG_SKIP_SQLITE, /* sqlite_sequence, sqlite_stat1 and the like */
  MIG_SKIP_SHADOW, /* a table that a virtual table keeps */
  MIG_SKIP_STORE,  /* ours */
  MIG_SKIP_TOOL    /* another tool's table of versions */
} MigSkip;

/* What SQLite makes of a type: the affinity of the column. */
typedef enum MigAffinity {
  MIG_AFFINITY_BLOB, /* none; also ANY of a STRICT table */
  MIG_AFFINITY_TEXT,
  MIG_AFFINITY_NUMERIC,
  MIG_AFFINITY_INTEGER,
  MIG_AFFINITY_REAL
} MigAffinity;

/* A column of a table. Of several constraints of one kind the last counts, and
** only that is here; NULL: none. CHECK, UNIQUE, PRIMARY KEY and REFERENCES are
** among the table's constraints. */
typedef struct MigModelColumn {
  const char *zName;
  const char *zType; /* as SQLite tells it; "" without one */
  const MigDdlColumn *pDdl;
  const MigDdlConstraint *pNotNull; /* NOT NULL that was written */
  const MigDdlConstraint *pDefault;
  const MigDdlConstraint *pCollate;
  const MigDdlConstraint *pGenerated;
  int iKey;     /* place in the PRIMARY KEY, from 1; 0: not in it */
  u8 bNotNull;  /* written, or by WITHOUT ROWID or STRICT */
  u8 eAffinity; /* a MigAffinity */
} MigModelColumn;

/* A PRIMARY KEY, UNIQUE, CHECK or foreign key, of a table or of a column. */
typedef struct MigModelConstraint {
  MigConstraintKind eKind;
  const MigDdlConstraint *pDdl;
  const char *zName;   /* behind CONSTRAINT, or NULL */
  int nColumn;         /* PRIMARY KEY, UNIQUE, foreign key: its columns */
  int *aiColumn;       /* indexes into aColumn; -1: no such column */
  const char *zParent; /* foreign key: parent table */
  int nParent;         /* and its columns, when they are named */
  const char **azParent;
} MigModelConstraint;

typedef struct MigModelTable {
  int nColumn;
  MigModelColumn *aColumn;
  int nConstraint; /* in the order of the text */
  MigModelConstraint *aConstraint;
  int iPrimary; /* the PRIMARY KEY among them, or -1 */
  int iRowid;   /* column that is the rowid, or -1 */
  u8 bAutoincrement;
} MigModelTable;

typedef struct MigModelObject {
  MigDdlKind eKind;
  const char *zName;     /* as sqlite_schema has it */
  const char *zTable;    /* indexes, triggers: what they are on; else zName */
  const char *zSql;      /* as stored */
  const MigDdl *pDdl;    /* NULL: the text is beyond us */
  MigModelTable *pTable; /* tables with a pDdl */
  MigSkip eSkip;
  int iOn;      /* indexes, triggers: index of the object they are on, or -1 */
  int iFirst;   /* tables, views: the first index or trigger on it, or -1 */
  int iNext;    /* the next index or trigger on the same, or -1 */
  int iVirtual; /* shadow tables: the virtual table, else -1 */
} MigModelObject;

/* An index that SQLite makes for a PRIMARY KEY or UNIQUE; it has no text. */
typedef struct MigModelAuto {
  const char *zName;
  const char *zTable;
} MigModelAuto;

/* Zero-initialize. */
typedef struct MigModel {
  int nObject;
  MigModelObject *aObject; /* in the order of sqlite_schema */
  int nAuto;
  MigModelAuto *aAuto;
  int nSlot;  /* a power of two */
  int *aSlot; /* objects by the hash of their names, -1: free */
} MigModel;

void migModelAdd(MigContext *p, MigModel *pModel, const char *zType,
                 const char *zName, const char *zTable, const char *zSql);
void migModelShare(MigContext *p, MigModel *pModel,
                   const MigModelObject *pKnown);
void migModelFinish(MigContext *p, MigModel *pModel);

int migModelFind(const MigModel *pModel, int bTrigger, const char *zName);
int migModelColumn(const MigModelTable *pTable, const char *zName);
MigAffinity migModelAffinity(const char *zType, int bStrict);
const char *migModelKind(MigDdlKind eKind);
void *migModelRoom(MigContext *p, void *a, int n, u64 nByte);

#endif
