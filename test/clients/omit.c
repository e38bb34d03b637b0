/*
** omit.c - the extension as a SQLite with parts compiled out would load it.
**
** An extension itself. It hands the extension in the file $OMIT_EXTENSION an
** API whose entry $OMIT is NULL, as that of a part left out is, and so are all
** entries that came after SQLite 3.38. OMIT=version: an older SQLite.
*/
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

/* The entry point of an extension ("Run-Time Loadable Extensions"). */
typedef int (*Init)(sqlite3 *, char **, const sqlite3_api_routines *);

int sqlite3_omit_init(sqlite3 *db, char **pzErr,
                      const sqlite3_api_routines *pApi);

/* The sqlite3_libversion_number() of a SQLite before the oldest that is
** served. */
static int olderVersion(void) {
  return 3037002;
}

/* The entry point. The result and the message are those of the extension in the
** file, which is never unloaded: it goes on using the API that is made here.
** That is one for the process, so all connections lack the same. */
int sqlite3_omit_init(sqlite3 *db, char **pzErr,
                      const sqlite3_api_routines *pApi) {
  static sqlite3_api_routines api;
  const char *zFile = getenv("OMIT_EXTENSION");
  const char *zOmit = getenv("OMIT");
  void *pLibrary = zFile ? dlopen(zFile, RTLD_NOW) : 0;
  Init xInit;

  SQLITE_EXTENSION_INIT2(pApi);
  if (pLibrary == 0 || zOmit == 0) {
    *pzErr = sqlite3_mprintf("OMIT_EXTENSION or OMIT is missing");
    return SQLITE_ERROR;
  }
  memcpy(&api, pApi,
         offsetof(sqlite3_api_routines, error_offset) +
             sizeof(api.error_offset));
  if (strcmp(zOmit, "version") == 0) {
    api.libversion_number = olderVersion;
  } else if (strcmp(zOmit, "progress_handler") == 0) {
    api.progress_handler = 0;
  } else if (strcmp(zOmit, "set_authorizer") == 0) {
    api.set_authorizer = 0;
  } else if (strcmp(zOmit, "blob_open") == 0) {
    api.blob_open = 0;
  } else if (strcmp(zOmit, "create_module_v2") == 0) {
    api.create_module_v2 = 0;
  }
  *(void **)&xInit = dlsym(pLibrary, "sqlite3_migrate_init");
  return xInit(db, pzErr, &api);
}
