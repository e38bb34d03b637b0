/*
** agenda.h - what a run is to do: its plan, and the settings it goes by.
*/
#ifndef MIG_AGENDA_H
#define MIG_AGENDA_H

#include "steps.h"

void migAgendaSettings(MigContext *p, MigRun *pRun, int bStore);
void migAgendaPlan(MigContext *p, MigRun *pRun, int bStore);
void migAgendaLook(MigContext *p, MigRun *pRun);

#endif
