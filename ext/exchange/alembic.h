/*
** alembic.h - texts of Alembic's offline mode being read; for the files
** alembic_*.c and format_alembic.c only.
**
** The folder's texts are read one after another into the same reader:
** alembic_text.c cuts them into sections, a section for each step, and
** alembic_form.c knows what in them Alembic itself has written. When all have
** been read alembic_revision.c makes revisions of the sections. All memory is
** the context's but the bytes of the files.
*/
#ifndef MIG_ALEMBIC_H
#define MIG_ALEMBIC_H

#include "format.h"
#include "statement.h"
#include "words.h"

/* the version table, where a project has not named another */
#define MIG_ALEMBIC_TABLE "alembic_version"

/* A row that a step moves and that its line does not name. */
typedef struct MigAlembicRow {
  const char *zId;
  i64 iByte; /* of the statement, in the section's file */
} MigAlembicRow;

/* A step of a text: one direction of a revision. */
typedef struct MigAlembicSection {
  MigFile *pFile;
  i64 iByte; /* its line */
  int bDown;
  const char *zId;      /* "" after an error */
  const char *zMessage; /* of an upgrade, "" for none */
  MigList parents;      /* as the line has them; none at a root */
  MigText script;       /* without what was taken out */
  int nMain;            /* statements that make the id a row, or take it away */
  int nOther;           /* rows that are no parents; one may be there twice */
  MigAlembicRow *aOther;
  MigStep *pStep; /* made of the upgrade; NULL until then */
} MigAlembicSection;

/* The texts being read. */
typedef struct MigAlembicReader {
  MigFolder *pFolder;
  MigFile *pFile;     /* the one that is read now; its bytes are there */
  const char *zTable; /* the version table as the text spells it, with a schema
                      ** and quotes; NULL until a statement has told */
  int n;
  MigAlembicSection *a; /* as they stand in the files */
  i64 iKeep;            /* the script of the last one is complete before this */
  int nRow;             /* statements on the version table taken out */
  int nBegin;           /* BEGIN and COMMIT taken out */
} MigAlembicReader;

/* What a statement does to the version table. */
typedef struct MigAlembicMove {
  char eVerb;      /* of CREATE, INSERT, UPDATE, DELETE, DROP; 0: none */
  MigSpan table;   /* its name, with that of a schema */
  const char *zTo; /* INSERT, UPDATE: the new row */
  const char *zOf; /* UPDATE, DELETE: the old row */
} MigAlembicMove;

/* alembic_form.c */
int migAlembicIsMessage(const char *z, i64 n);
void migAlembicRefuseMessages(MigContext *p, const MigFile *pFile, i64 i);
int migAlembicIsLine(const char *z, i64 n, i64 i, i64 *piText);
void migAlembicReadLine(MigContext *p, const MigFile *pFile, i64 i, i64 iText,
                        MigAlembicSection *pOut);
int migAlembicIsMove(MigContext *p, const char *z, const MigStatement *pSt,
                     MigAlembicMove *pMove);

/* alembic_text.c */
int migAlembicHas(const MigList *pList, const char *zId);
void migAlembicRead(MigContext *p, MigAlembicReader *pReader, MigFile *pFile);

/* alembic_revision.c */
void migAlembicMakeRevisions(MigContext *p, MigAlembicReader *pReader);

#endif
