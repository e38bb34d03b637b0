/*
** model.h - a schema as structs.
**
** A model holds what sqlite_schema lists, each object with its stored text,
** the spans of that (ddlparts.h), and, for tables, what they say once the rules
** of SQLite are applied to them: which of several DEFAULTs counts, which
** columns a key has, what is NOT NULL without saying so.
**
** For
**
**   CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT DEFAULT 1 DEFAULT 2,
**                  UNIQUE(b, a))
**
** the table has columns a and b, iRowid 0, iPrimary 0, the DEFAULT 2 as that of
** b, and two constraints: the PRIMARY KEY of column 0, a UNIQUE of columns 1
** and 0. Its UNIQUE has an index without a text, which is among aAuto.
**
** Objects that are nobody's business to change are in it and marked (eSkip).
** Everything belongs to the arena; texts are referred to, not copied. Objects
** refer to each other by index, never by address: aObject moves while it grows.
** Names are compared apart from the case of ASCII letters, as in SQLite.
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
** among the table's constraints. An INTEGER PRIMARY KEY does not set bNotNull:
** NULL is taken there, as the wish for a number. */
typedef struct MigModelColumn {
  const char *zName;        /* quotes undone, in the case it was written */
  const char *zType;        /* as SQLite tells it; "" without one */
  const MigDdlColumn *pDdl; /* its spans, in the text of the object */
  const MigDdlConstraint *pNotNull; /* NOT NULL that was written */
  const MigDdlConstraint *pDefault;
  const MigDdlConstraint *pCollate;   /* COLLATE; without one it is BINARY */
  const MigDdlConstraint *pGenerated; /* AS (...), STORED or VIRTUAL */
  int iKey;     /* place in the PRIMARY KEY, from 1; 0: not in it */
  u8 bNotNull;  /* written, or by WITHOUT ROWID or STRICT */
  u8 eAffinity; /* a MigAffinity */
} MigModelColumn;

/* A PRIMARY KEY, UNIQUE, CHECK or foreign key, of a table or of a column. */
typedef struct MigModelConstraint {
  MigConstraintKind eKind; /* one of these four */
  const MigDdlConstraint *pDdl;
  const char *zName;   /* behind CONSTRAINT, or NULL */
  int nColumn;         /* PRIMARY KEY, UNIQUE, foreign key: its columns */
  int *aiColumn;       /* indexes into aColumn; -1: no such column. In the order
                       ** of the key; a column may be there twice */
  const char *zParent; /* foreign key: parent table */
  int nParent;         /* and its columns, when they are named */
  const char **azParent;
} MigModelConstraint;

/* What the text of an ordinary table says. Nothing in it refers to other
** objects of the schema; a parent is a name that may be nobody's. */
typedef struct MigModelTable {
  int nColumn;
  MigModelColumn *aColumn; /* in the order of the text, generated ones too */
  int nConstraint;         /* in the order of the text */
  MigModelConstraint *aConstraint;
  int iPrimary; /* the PRIMARY KEY among them, or -1 */
  int iRowid;   /* column that is the rowid, or -1 */
  u8 bAutoincrement;
} MigModelTable;

/* A row of sqlite_schema that has a text. */
typedef struct MigModelObject {
  MigDdlKind eKind;
  const char *zName;     /* as sqlite_schema has it */
  const char *zTable;    /* indexes, triggers: what they are on; else zName */
  const char *zSql;      /* as stored */
  const MigDdl *pDdl;    /* NULL: the text is beyond us; eKind then comes from
                         ** the column type, so a virtual table is a TABLE */
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

/* A schema. Zero-initialize; an empty one needs no migModelFinish(). */
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
int migModelNameSame(const char *zA, const char *zB);
int migModelColumn(const MigModelTable *pTable, const char *zName);
MigAffinity migModelAffinity(const char *zType, int bStrict);
const char *migModelKind(MigDdlKind eKind);
int migModelIsTable(const MigModelObject *pObject);
void *migModelRoom(MigContext *p, void *a, int n, u64 nByte);

#endif
