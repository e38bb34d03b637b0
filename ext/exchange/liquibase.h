/*
** liquibase.h - changelogs of formatted SQL being read; for the files
** liquibase_*.c and format_liquibase.c only.
**
** The folder's changelogs are read one after another into the same reader:
** properties and counts go on, the changeset and its scripts begin anew. All
** memory is the context's but the bytes of the files.
**
** A line goes from liquibase_changelog.c, which decides what it is, to
** liquibase_attribute.c when it begins a changeset, to liquibase_property.c
** when it is a property, else into the texts of the reader. At the next
** changeset, or the end of the file, liquibase_changeset.c makes a step of
** these.
**
** Rules of the owner's are those of Liquibase's parser of formatted SQL and of
** its documentation.
*/
#ifndef MIG_LIQUIBASE_H
#define MIG_LIQUIBASE_H

#include "format.h"

/* Properties in a folder; they are searched linearly. */
#define MIG_LIQUIBASE_PROPERTIES 1000

/* The changeset being read. Texts are copies in the arena. */
typedef struct MigLiquibaseSet {
  i64 iLine;           /* where it begins in the file; -1 for none */
  const char *zAuthor; /* not empty, as the id */
  const char *zId;
  const char *zComment;   /* the last one, or NULL */
  const char *zDelimiter; /* other than ';', or NULL; a leading backslash and
                          ** 'n' want it on a line of its own */
  const char *zRollbackDelimiter; /* the same for the down script */
  const char *zMark;              /* against a transaction, or NULL */
  const char *zOut;               /* why it is left out, or NULL */
  int bRepeatable;
  int bRollback; /* there was a line of its down script */
} MigLiquibaseSet;

/* Changelogs being read. Zero-initialize, on the heap or in the arena: it is
** big. */
typedef struct MigLiquibaseReader {
  MigFolder *pFolder;
  MigFile *pFile;      /* the changelog; its bytes are read */
  MigLiquibaseSet set; /* in it */
  MigText up;          /* the lines of its script so far */
  MigText down;        /* and of its down script */
  MigText work;        /* a script being changed; good until the next one */
  int nProperty;       /* of the folder, in the order of the files */
  const char *azName[MIG_LIQUIBASE_PROPERTIES];  /* each of them once */
  const char *azValue[MIG_LIQUIBASE_PROPERTIES]; /* and what it stands for */
  i64 *aByte;  /* of each step of the folder, where its changeset begins in its
               ** own file; in the order the steps were made */
  int nByte;   /* as many as there are steps */
  int nFilter; /* contexts and labels of changesets */
  int nCheck;  /* lines of preconditions */
  int nUnset;  /* ${X} without a value */
} MigLiquibaseReader;

/* A line that begins with dashes and a word. Offsets are bytes of the file. */
typedef struct MigLiquibaseLine {
  i64 iEnd;    /* its end without white space */
  int bIndent; /* blanks before the dashes */
  int nDash;   /* 1 or 2; 0 for another line, of which only iEnd counts */
  i64 iWord;   /* where the word begins: there may be blanks before it */
  i64 nWord;   /* its letters */
} MigLiquibaseLine;

/* liquibase_line.c */
i64 migLiquibaseBlanks(const char *z, i64 i, i64 iEnd);
i64 migLiquibaseWordEnd(const char *z, i64 i, i64 iEnd);
int migLiquibaseIsLetter(char c);
MigLiquibaseLine migLiquibaseReadLine(const char *z, i64 i, i64 iEnd);
int migLiquibaseWordIs(const char *z, i64 n, const char *zWord);
int migLiquibaseLineIs(const char *z, const MigLiquibaseLine *pLine,
                       const char *zWord);

/* liquibase_property.c */
const char *migLiquibaseExpand(MigContext *p, MigLiquibaseReader *pReader,
                               const char *z, i64 *pn);
int migLiquibaseDbmsFits(const char *z, i64 n);
void migLiquibaseProperty(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                          const MigLiquibaseLine *pLine);

/* liquibase_attribute.c */
void migLiquibaseBegin(MigContext *p, MigLiquibaseReader *pReader, i64 i,
                       const MigLiquibaseLine *pLine);

/* liquibase_changeset.c */
void migLiquibaseEnd(MigContext *p, MigLiquibaseReader *pReader);

/* liquibase_changelog.c */
void migLiquibaseRead(MigContext *p, MigLiquibaseReader *pReader,
                      MigFile *pFile);

#endif
