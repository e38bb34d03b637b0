/*
** migrate.h - what a C program may rely on.
**
** The interface proper is SQL: load the extension and SELECT migrate_help
** tables. This header names the entry point, the version and the limits.
*/
#ifndef MIGRATE_H
#define MIGRATE_H

#include "sqlite3.h"

#define MIGRATE_VERSION "0.1.0"

/* Format of the tables inside a database file. A file with a lower number is
** upgraded by the first call that writes it, one with a higher number is
** refused with STORE_NEWER. */
#define MIGRATE_STORE_VERSION 3

/* The oldest SQLite that loads the extension: 3.38.0. */
#define MIGRATE_SQLITE_MINIMUM 3038000

/* Limits, in bytes or pieces. More is TOO_BIG (ids and labels: BAD_ID). */
#define MIGRATE_MAX_SCRIPT 268435456  /* one script, up or down: 256 MiB */
#define MIGRATE_MAX_MESSAGE 65536     /* message of a revision */
#define MIGRATE_MAX_ID 255            /* revision id or label */
#define MIGRATE_MAX_REVISIONS 1000000 /* revisions in one file */

#ifdef __cplusplus
extern "C" {
#endif

/*
** Entry point of the loadable extension (sqlite3_load_extension, .load) and of
** the static library, where pApi is not read and may be NULL:
**
**   sqlite3_auto_extension((void (*)(void))sqlite3_migrate_init);
**
** makes every connection that is opened afterwards have it. Registers every
** function and table of migrate on db and nothing else: no file is read, no
** table is made. Returns SQLITE_OK, SQLITE_NOMEM, or SQLITE_ERROR with *pzErr
** set (free with sqlite3_free) when the SQLite library is older than
** MIGRATE_SQLITE_MINIMUM, or compiled without authorizers, incremental BLOBs or
** virtual tables.
*/
#ifdef _WIN32
__declspec(dllexport)
#else
__attribute__((visibility("default")))
#endif
    int sqlite3_migrate_init(sqlite3 *db, char **pzErr,
                             const struct sqlite3_api_routines *pApi);

#ifdef __cplusplus
}
#endif

#endif
