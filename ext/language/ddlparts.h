/*
** ddlparts.h - the parts that a CREATE statement is taken into.
**
** Nothing is copied and nothing resolved: names are tokens (migTokenName()
** undoes their quotes), expressions are spans, which migSpanSame() compares.
** All offsets are bytes from the begin of MigDdl.z. Lists are arrays of the
** arena; what belongs to a column or constraint is a run of one of them, named
** by its first index and its length. All of it lives as long as the arena and
** the text do.
**
** Of what a statement may leave out, such as ON CONFLICT or the time of a
** trigger, the first of the enum is what holds then; so a zeroed struct says
** nothing. Flags are 0 or 1.
**
**   CREATE TABLE main.t(a INT DEFAULT -1, b REFERENCES p(x), UNIQUE (a, b))
**
**   schema  main                       aConstraint  0  DEFAULT      iColumn 0
**   name    t                                       1  FOREIGN_KEY          1
**   body    (a INT .. (a, b))                       2  UNIQUE              -1
**   aColumn 0  a  type INT  aConstraint 0 to 0
**           1  b  no type   aConstraint 1 to 1      iTableConstraint  2
**   aTerm   0  x  iParent 0, nParent 1 of aConstraint 1
**           1  a  iTerm 1, nTerm 2 of aConstraint 2
**           2  b
*/
#ifndef MIG_DDLPARTS_H
#define MIG_DDLPARTS_H

#include "words.h"

/* What is made. */
typedef enum MigDdlKind {
  MIG_DDL_TABLE,   /* also one AS SELECT */
  MIG_DDL_VIRTUAL, /* a virtual table */
  MIG_DDL_INDEX,
  MIG_DDL_VIEW,
  MIG_DDL_TRIGGER
} MigDdlKind;

/* What a constraint says. Some of these are none to SQL, but stand where one
** may stand. */
typedef enum MigConstraintKind {
  MIG_CON_NAME, /* CONSTRAINT name and nothing behind it */
  MIG_CON_NOT_NULL,
  MIG_CON_NULL, /* says nothing */
  MIG_CON_PRIMARY_KEY,
  MIG_CON_UNIQUE,
  MIG_CON_CHECK,
  MIG_CON_DEFAULT,
  MIG_CON_COLLATE,
  MIG_CON_FOREIGN_KEY, /* REFERENCES of a column, FOREIGN KEY of a table */
  MIG_CON_DEFERRABLE,  /* of the nearest foreign key before it in the table */
  MIG_CON_GENERATED
} MigConstraintKind;

/* ON CONFLICT. ABORT is also what holds when nothing is said. */
typedef enum MigConflict {
  MIG_CONFLICT_ABORT,
  MIG_CONFLICT_ROLLBACK,
  MIG_CONFLICT_FAIL,
  MIG_CONFLICT_IGNORE,
  MIG_CONFLICT_REPLACE
} MigConflict;

/* ON DELETE and ON UPDATE. NO ACTION holds when nothing is said. */
typedef enum MigAction {
  MIG_ACTION_NONE,
  MIG_ACTION_RESTRICT,
  MIG_ACTION_SET_NULL,
  MIG_ACTION_SET_DEFAULT,
  MIG_ACTION_CASCADE
} MigAction;

/* Only DEFERRABLE INITIALLY DEFERRED differs in effect from the rest. */
typedef enum MigDefer {
  MIG_DEFER_NONE,      /* nothing is said */
  MIG_DEFER_NOT,       /* NOT DEFERRABLE, whatever follows */
  MIG_DEFER_IMMEDIATE, /* DEFERRABLE [INITIALLY IMMEDIATE] */
  MIG_DEFER_DEFERRED   /* DEFERRABLE INITIALLY DEFERRED */
} MigDefer;

typedef enum MigTriggerTime {
  MIG_TIME_BEFORE, /* also when nothing is said */
  MIG_TIME_AFTER,
  MIG_TIME_INSTEAD
} MigTriggerTime;

typedef enum MigTriggerEvent {
  MIG_EVENT_INSERT,
  MIG_EVENT_UPDATE,
  MIG_EVENT_DELETE
} MigTriggerEvent;

/* One of a list of columns or expressions (terms.c). */
typedef struct MigDdlTerm {
  MigSpan all;      /* with COLLATE, ASC or DESC */
  MigSpan expr;     /* without them */
  MigToken name;    /* when the expression is one name, else END */
  MigToken collate; /* name behind COLLATE, else END; the outermost counts */
  u8 bDesc;         /* DESC; 0: ASC, or nothing */
} MigDdlTerm;

/* A constraint of a column or of the table. Which fields hold something depends
** on its kind; in the others tokens are END, spans and numbers 0. */
typedef struct MigDdlConstraint {
  MigConstraintKind eKind;
  int iColumn;       /* column whose it is, or -1: the table's */
  MigSpan all;       /* from CONSTRAINT, if it has that, to its last token */
  MigToken name;     /* behind CONSTRAINT, else END */
  MigSpan value;     /* CHECK, GENERATED, DEFAULT(): between the parentheses;
                     ** other DEFAULTs: the value with its sign; COLLATE: the
                     ** name as it is written */
  MigToken target;   /* FOREIGN KEY: parent table; COLLATE: collation */
  MigToken match;    /* FOREIGN KEY: behind MATCH; SQLite makes nothing of it */
  int iTerm;         /* first of its own columns in aTerm; a constraint of a */
  int nTerm;         /* column has none */
  int iParent;       /* FOREIGN KEY: first column of the parent in aTerm */
  int nParent;       /* 0: none is said, the parent's primary key is meant */
  u8 eConflict;      /* a MigConflict */
  u8 eDelete;        /* a MigAction */
  u8 eUpdate;        /* a MigAction */
  u8 eDefer;         /* a MigDefer, also of a DEFERRABLE that stands apart */
  u8 bDesc;          /* PRIMARY KEY of a column */
  u8 bAutoincrement; /* PRIMARY KEY */
  u8 bStored;        /* GENERATED */
  u8 bParen;         /* DEFAULT: the value is in parentheses */
} MigDdlConstraint;

/* A column of CREATE TABLE. */
typedef struct MigDdlColumn {
  MigSpan all; /* from its name to its last token, without a comma */
  MigToken name;
  MigSpan type;    /* as SQLite cuts it out of the text; n 0: none */
  int iConstraint; /* first of its constraints */
  int nConstraint;
} MigDdlColumn;

/* Whose a note is that belongs to no column. */
#define MIG_OWNER_TABLE (-1)
#define MIG_OWNER_NONE (-2) /* to none; it stands at a constraint */

/* A comment "-- migrate:renamed-from name" (note.c). */
typedef struct MigDdlNote {
  i64 iStart;    /* of the comment */
  int iColumn;   /* column it belongs to, or MIG_OWNER_ */
  MigToken name; /* the old name; END when there is not just one name */
} MigDdlNote;

/* A statement. Which fields hold something depends on its kind; absent tokens
** have the type MIG_TK_END. */
typedef struct MigDdl {
  MigDdlKind eKind;
  const char *z; /* the text, not copied */
  i64 n;
  MigSpan all;     /* from CREATE to the last token, without a semicolon */
  MigToken schema; /* before the name; not "temp" for CREATE TEMP */
  MigToken name;
  MigToken table;   /* indexes, triggers: what it is on */
  u8 bUnique;       /* indexes */
  u8 bStrict;       /* tables: STRICT is among the options */
  u8 bWithoutRowid; /* tables: so is WITHOUT ROWID */
  u8 eTime;         /* triggers: a MigTriggerTime */
  u8 eEvent;        /* triggers: a MigTriggerEvent */

  MigSpan body; /* tables: from '(' through ')'; triggers: BEGIN through END */
  MigSpan options; /* tables: what follows the ')' */
  MigSpan select;  /* views, CREATE TABLE AS: behind AS */
  MigSpan where;   /* indexes: behind WHERE; triggers: behind WHEN */
  MigToken module; /* virtual tables: behind USING */
  int nArg;        /* virtual tables: arguments that are not empty */
  MigSpan *aArg;

  int nColumn; /* tables */
  MigDdlColumn *aColumn;
  int nConstraint; /* of the columns, then of the table; in textual order */
  MigDdlConstraint *aConstraint;
  int iTableConstraint; /* the first of the table's own */
  int nTerm;         /* indexes: terms; views: columns; triggers: UPDATE OF; */
  MigDdlTerm *aTerm; /* tables: those of the constraints, one after another */
  int nNote;
  MigDdlNote *aNote;
  i64 iError; /* where it could not be read, else -1 */
} MigDdl;

#endif
