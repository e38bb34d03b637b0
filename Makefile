# Makefile - build, show, prove.
#
#   make            the extension, build/migrate.so
#   make demo       build it, then the main job in the sqlite3 shell
#   make test       all tests but the long ones, under two minutes
#   make check      test, lint and asan: before a commit
#   make lint       house rules, layout, cppcheck, clang-tidy, clang's warnings
#   make asan       the tests under AddressSanitizer and UBSan
#   make versions   the tests on other versions of SQLite (make sqlites gets
#                   them, by npm), their counts into README.md
#   make fault      every acting function x faults x kinds of connection, a
#                   sample: eight minutes; make soak: all of it, days
#   make crash      12,000 power cuts: ten minutes
#   make kill       kill -9 in the middle of every verb: a quarter of an hour
#   make valgrind   the tests under valgrind: hours
#   make coverage   which lines and branches the tests run
#   make fastpaths   all tests with short ways never taken, and always
#   make tested     what the long targets counted, into README.md
#   make hostile    files made by someone who means harm, in full size
#   make stress     ten processes at work on one file, for ten minutes
#   make fuzz       libFuzzer on every target, FUZZ_SECONDS each
#   make bench      what it costs, beside the sqlite3 shell and other tools:
#                   an hour; BENCH=-quick: five minutes; PARTS="runs backup"
#   make bench-peers  installs those tools, by apt-get and npm
#   make peers      what other tools lose in a table they change
#   make test-tools what other tools' own programs say of us; Node's are
#                   installed by npm, Debian's by apt-get
#   make clients    the programs of test/clients, in every language, on every
#                   SQLite; installs languages as test-tools does
#   make lib        the static library, build/libmigrate.a
#   make amalgamation  build/migrate-amalgamation.c and .h: all in one file
#   make install    extension, header, static library, migrate.pc into PREFIX
#                   (DESTDIR, LIBDIR, INCLUDEDIR); make uninstall
#   make dist       build/migrate-VERSION.tar.gz; make dist-check tries it
#   make cross      the extension for Linux on arm64 and for Windows
#   make test-cross the same, tried with qemu and wine
#   make npm, make python  packages in build/npm and build/python
#   make deps       look for what the above needs, install it when root
#
# All outputs go to build/ ($(B)). Checked with gcc 12.2, clang 14, cppcheck
# 2.10, SQLite 3.40.1, Tcl 8.6 (Debian 12).

# The sources in the order of the layers: a file uses only those before it,
# and folders do not interleave. test/lint/layers.tcl holds them to it.
SRC_BASE       = utf8 context sql text hash sha256 codec system os \
                 progress
SRC_LANGUAGE   = token words cursor statement directive pragma script allowed \
                 note ddlreader terms constraint tablebody ddl
SRC_STORE      = seal store template settings history writeset caller known connection \
                 veto waiting transaction
SRC_REVISION   = set graph edges topology partial name target range plan applied scripts \
                 origin revision revisions state
SRC_SCHEMA     = model catalog standin scratch scratchrow scratchfill scratchmake \
                 desired fingerprint rename \
                 tablediff finder columndiff constraintdiff alteration phrase \
                 objectsame columnpairs pairs compare fulltext order \
                 columnuse alterable alter fit \
                 editing shortrow edit native rebuild wanted ways probe reshape \
                 replay compiles loss subset prove orphans tally draft renaming \
                 tablechange generate
SRC_BACKUP     = rowcode cut layout chunk list manifest scan chunker reader diff \
                 loadstatement loadrow loadparts load fill items objects \
                 backup verify retain touched decide refill restoreapplied \
                 restoretemp restoresystem restore file
SRC_EXCHANGE   = format format_own format_plain format_golang_migrate \
                 format_dbmate format_goose format_refinery format_flyway format_diesel \
                 format_sqlx format_sql_migrate format_prisma \
                 format_drizzle format_d1 sqitch_name sqitch_conf sqitch_plan \
                 sqitch_script sqitch_write format_sqitch \
                 atlas_script atlas_sum atlas_archive format_atlas \
                 liquibase_line liquibase_property liquibase_attribute \
                 liquibase_changeset liquibase_changelog liquibase_write \
                 format_liquibase alembic_form alembic_text alembic_revision \
                 format_alembic folder direction \
                 assemble dispatch \
                 compose \
                 datetime aside versions_rows versions
SRC_RUN        = lookup rowguard foreign fold batch invariant job around \
                 execute maintenance intact \
                 change protect maketable mirror drift leave steps record \
                 backfill agenda groups finish run picture repeated \
                 trial recognize source schemas stamp leaf looks author generated keep renamed mend \
                 chain differ import plainscript expand originals filenames writefiles export \
                 matchname matchhash matchkey match \
                 auto undone adopt ledger ledgerguard ledgerrevision \
                 offlineplan offlineschema offlinebody offline \
                 backups inplace backups_restore backups_downgrade configure \
                 show health_finding health_store health_database health
SRC_SURFACE    = options once wording lanes drawing draw_text draw_dot draw_svg \
                 draw arguments acting showing functions rows help \
                 backup_views schema_views views tables migrate

SRC = $(SRC_BASE:%=ext/base/%.c) \
      $(SRC_LANGUAGE:%=ext/language/%.c) \
      $(SRC_STORE:%=ext/store/%.c) \
      $(SRC_REVISION:%=ext/revision/%.c) \
      $(SRC_SCHEMA:%=ext/schema/%.c) \
      $(SRC_BACKUP:%=ext/backup/%.c) \
      $(SRC_EXCHANGE:%=ext/exchange/%.c) \
      $(SRC_RUN:%=ext/run/%.c) \
      $(SRC_SURFACE:%=ext/surface/%.c)

B      = build
CC     = gcc
JOBS   = 2
FUZZ_SECONDS = 20

OPT    = -O2 -g
WARN   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
         -Wundef -Wcast-qual -Wwrite-strings -Wvla -Wconversion \
         -Wno-sign-conversion -Wimplicit-fallthrough
INC    = -Iinclude -I$(B) $(patsubst %/,-I%,$(sort $(dir $(SRC))))
CFLAGS = -std=c11 $(OPT) -fPIC -fvisibility=hidden $(WARN) $(WERROR) $(INC) \
         $(SANITIZE)
VERSION := $(shell sed -n 's/.*MIGRATE_VERSION "\(.*\)".*/\1/p' \
             include/migrate.h)

# For what system? The compiler says. No -lsqlite3: what is called comes through
# the extension API, and -z defs makes anything else fail here, as the other
# systems do anyway. A sanitizer's runtime comes by LD_PRELOAD. On Windows zlib
# is linked in. PLATFORM is what node calls it, after process.platform and arch.
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
ARCH    := $(patsubst aarch64,arm64,$(patsubst x86_64,x64,$(firstword \
             $(subst -, ,$(MACHINE)))))
ifneq ($(findstring mingw,$(MACHINE)),)
  PLATFORM = win32-$(ARCH)
  SO       = .dll
  LINK     = -shared -static
else ifneq ($(findstring darwin,$(MACHINE)),)
  PLATFORM = darwin-$(ARCH)
  SO       = .dylib
  LINK     = -dynamiclib $(SANITIZE)
  STRIP_AS = -x
else
  PLATFORM = linux-$(ARCH)
  SO       = .so
  DEFS     = -Wl,-z,defs
  LINK     = -shared $(DEFS) $(SANITIZE)
endif

OBJ  = $(SRC:ext/%.c=$(B)/obj/%.o)
CORE = $(SRC:ext/%.c=$(B)/core/%.o)
FUZZ = $(filter-out main,$(notdir $(basename $(wildcard test/fuzz/*.c))))
comma  = ,
MAKE_B = $(MAKE) --no-print-directory -j$(JOBS)

.PHONY: all deps demo test check lint lint-house lint-gcc lint-clang \
        lint-format lint-cppcheck lint-tidy asan fault stress soak fuzz bench \
        bench-peers peers test-tools install clean test-programs \
        lib sqlites versions clients amalgamation uninstall dist dist-check \
        cross linux-arm64 windows platform test-cross npm python \
        tested coverage valgrind crash kill fastpaths
.SUFFIXES:
.SECONDARY:

all: $(B)/migrate$(SO)

$(B)/migrate$(SO): $(OBJ)
	@echo "LINK $@"
	@$(CC) $(LINK) -o $@ $(OBJ) -lz

$(B)/obj/%.o: ext/%.c Makefile | $(B)/store_sql.h
	@mkdir -p $(@D)
	@echo "CC   $@"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# The storage tables, compiled in.
STORE_SQL = sql/store_1.sql sql/store_2.sql sql/store.sql
$(B)/store_sql.h: $(STORE_SQL) sql/store.awk
	@mkdir -p $(@D)
	@awk -f sql/store.awk $(STORE_SQL) > $@.new
	@mv $@.new $@
$(B)/obj/store/store.o $(B)/core/store/store.o: $(B)/store_sql.h

# The value of a variable, for scripts.
print-%:
	@echo $($*)

#--------------------------------------------------------------------------
# What must be installed. Without root it prints the line to run and stops.

deps:
	@CC="$(CC)" sh test/deps.sh

#--------------------------------------------------------------------------
# Demo and tests.

demo: deps
	@$(MAKE_B) all
	@rm -rf $(B)/demo && mkdir -p $(B)/demo
	@sqlite3 -bail -cmd '.load ./$(B)/migrate' $(B)/demo/demo.db \
	    < test/demo.sql

# Programs that only the tests need: the fault layer, the corpus replayers.
test-programs: all $(B)/fault.so $(B)/crash.so $(FUZZ:%=$(B)/fuzz/%-replay)

# TESTS: files for test/runall.tcl; empty means test/*.test.
test: deps
	@$(MAKE_B) test-programs
	@MIGRATE_BUILD=$(B) tclsh test/runall.tcl $(TESTS)

# Tcl says where its header and stub library are.
tcl = $(shell echo 'puts [::tcl::pkgconfig get $(1),runtime]' | tclsh)
$(B)/fault.so $(B)/crash.so: $(B)/%.so: test/fault/%.c Makefile
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) -std=c11 $(OPT) -fPIC -fvisibility=hidden $(WARN) $(WERROR) \
	    $(SANITIZE) -DUSE_TCL_STUBS -I$(call tcl,includedir) -shared \
	    -o $@ $< -L$(call tcl,libdir) \
	    -ltclstub$(shell echo 'puts $$tcl_version' | tclsh) -lsqlite3

# The same sources linked with SQLite instead of loaded into it.
$(B)/core/%.o: ext/%.c Makefile | $(B)/store_sql.h
	@mkdir -p $(@D)
	@echo "CC   $@"
	@$(CC) $(CFLAGS) -DSQLITE_CORE -MMD -MP -c -o $@ $<

$(B)/core/libmigrate.a: $(CORE)
	@rm -f $@
	@ar rc $@ $(CORE)

lib: $(B)/libmigrate.a
$(B)/libmigrate.a: $(B)/core/libmigrate.a
	@echo "AR   $@"
	@cp $< $@

$(B)/fuzz/%-replay: test/fuzz/%.c test/fuzz/main.c $(B)/core/libmigrate.a
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(CC) $(CFLAGS) -Wno-missing-prototypes -DSQLITE_CORE -o $@ \
	    test/fuzz/main.c $< $(B)/core/libmigrate.a -lsqlite3 -lz

# What the long targets counted, a folder a target, and from there into README.
TESTED = build/tested
TALLY  = rm -rf $(TESTED)/$@ && export MIGRATE_TALLY=$(CURDIR)/$(TESTED)/$@
SQLITE_VERSION = $(shell sqlite3 --version | cut -d' ' -f1)
tested:
	@tclsh test/tested.tcl $(TESTED)

# Lines and branches that the tests and the fault suite run; what they do not
# run must say why. What only other versions of SQLite run is run on those that
# are in build/sqlite.
ELSEWHERE = $(patsubst %,test/%.test,edge_schema edge_table edge_store diff \
            bug_reshape bug_surface format_drizzle clients)
coverage: deps
	@$(MAKE_B) B=build/coverage OPT='-O0 -g -DARENA_BLOCK=16' \
	    SANITIZE=--coverage test-programs
	@find build/coverage -name '*.gcda' -delete
	@export MIGRATE_BUILD=build/coverage MIGRATE_SANITIZE=--coverage \
	    TEST_TIMEOUT=900; tclsh test/runall.tcl; \
	MIGRATE_POINTS=$(FAULT_POINTS) tclsh test/runall.tcl \
	    $(FAULT_CASES:%=test/fault/full.test$(comma)%); \
	for v in $(abspath $(wildcard $(SQLITES)/*/.)); do \
	  LD_LIBRARY_PATH=$$v tclsh test/runall.tcl $(ELSEWHERE); \
	done
	@tclsh test/coverage.tcl build/coverage

check: lint test asan

# Under the sanitizers everything is several times slower; leaks are seen by
# the tests themselves, as bytes that SQLite's allocator has not got back.
RUNTIME = $(shell $(CC) -print-file-name=$(1))
asan: deps
	@$(MAKE_B) B=build/asan OPT='-O1 -g -fno-omit-frame-pointer' DEFS= \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all' \
	    test-programs
	@LD_PRELOAD='$(call RUNTIME,libasan.so) $(call RUNTIME,libubsan.so)' \
	    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	    MIGRATE_SANITIZE=-fsanitize=address,undefined \
	    MIGRATE_BUILD=build/asan MIGRATE_SLOW=1 TEST_TIMEOUT=1200 \
	    tclsh test/runall.tcl $(TESTS)

# Short ways taken never, and wherever they are allowed: all tests, and the
# fault suite.
fastpaths: deps
	@for f in 0 2; do \
	  $(MAKE_B) B=build/fast$$f OPT='$(OPT) -DARENA_BLOCK=16 -DMIG_FAST='$$f \
	      test-programs && \
	  MIGRATE_BUILD=build/fast$$f TEST_TIMEOUT=900 \
	      tclsh test/runall.tcl $(TESTS) && \
	  MIGRATE_BUILD=build/fast$$f MIGRATE_POINTS=4 tclsh test/runall.tcl \
	      -jobs $(JOBS) -timeout 3600 \
	      $(FAULT_CASES:%=test/fault/full.test$(comma)%) || exit 1; \
	done

# Under valgrind a test takes some 25 times as long. Left out: files whose work
# is done by other processes, or that wait for the clock.
VALGRIND = valgrind --quiet --leak-check=no --error-exitcode=9
valgrind: deps
	@$(MAKE_B) B=build/valgrind OPT='-O1 -g' test-programs
	@MIGRATE_BUILD=build/valgrind MIGRATE_SLOW=1 MIGRATE_POINTS=4 \
	    TEST_TIMEOUT=7200 TEST_RUNNER='$(VALGRIND)' \
	    tclsh test/runall.tcl $(or $(TESTS),$(filter-out $(patsubst \
	    %,test/%.test,kill kill_backup concurrency stress crash tools \
	    clients),$(wildcard test/*.test)))

# Other versions of SQLite, in build/sqlite/VERSION, and all tests on each.
sqlites: deps
	@CC="$(CC)" sh test/sqlites.sh

# TESTS as for test; then README.md stays as it is.
versions: sqlites
	@$(MAKE_B) test-programs
	@MIGRATE_BUILD=$(B) tclsh test/versions.tcl $(TESTS)

# Every host of test/clients on every SQLite of SQLITES. What cannot be
# installed here is named as not run.
SQLITES        = build/sqlite
CLIENTS        = better-sqlite3 node@26 @oven/bun-linux-x64 \
                 @deno/linux-x64-glibc libsql
CLIENTS_DEBIAN = python3 libdbd-sqlite3-perl php-cli php-sqlite3 ruby-sqlite3
clients: deps
	@$(MAKE_B) all $(B)/core/libmigrate.a
	-@$(MAKE_B) sqlites
	-@dpkg -s $(CLIENTS_DEBIAN) > /dev/null 2>&1 \
	  || apt-get install -y -qq $(CLIENTS_DEBIAN)
	-@test -d build/clients/node_modules \
	  || npm install --prefix build/clients --no-audit --no-fund $(CLIENTS)
	@$(TALLY) && tclsh test/clients/run.tcl -sqlites $(SQLITES) -readme 1

# 1,000 power cuts of each kind, and processes killed; a kind is a process.
crash: deps
	@$(MAKE_B) test-programs
	@$(TALLY) && MIGRATE_LONG=1 tclsh test/runall.tcl -jobs $(JOBS) \
	    -timeout 3600 $(patsubst %,test/crash.test$(comma)%,vfs file upgrade \
	    downgrade backup restore prune)

kill: deps
	@$(MAKE_B) test-programs
	@$(TALLY) && MIGRATE_LONG=1 tclsh test/runall.tcl -jobs $(JOBS) \
	    -timeout 3600 $(patsubst %,test/kill.test$(comma)%,delete wal) \
	    $(patsubst %,test/kill_backup.test$(comma)%,backup upgrade restore \
	    downgrade prune table import autogenerate)

# The fault matrix; a case of it is a process, the longest come first.
# Each allocation is one of SQLite's, so that it can fail.
# FAULT_POINTS: points of a fault in a cell. SEED moves them.
# make soak SHARE=I/N: of all points the I-th of N shares.
FAULT_CASES  = $(shell sed -n 's/^fault_case \([a-z_0-9]*\) .*/\1/p' \
    test/fault/cases.tcl | tac)
FAULT_POINTS = 8
SEED         = 1
SHARE        = 0/1
FAULT_BUILD  = B=build/small OPT='$(OPT) -DARENA_BLOCK=16'
fault: deps
	@$(MAKE_B) $(FAULT_BUILD) test-programs
	@$(TALLY) && MIGRATE_BUILD=build/small \
	    MIGRATE_POINTS=$(FAULT_POINTS) MIGRATE_SEED=$(SEED) \
	    tclsh test/runall.tcl -jobs $(JOBS) -timeout 3600 \
	    $(FAULT_CASES:%=test/fault/full.test$(comma)%)

soak: deps
	@$(MAKE_B) $(FAULT_BUILD) test-programs
	@$(TALLY) && MIGRATE_BUILD=build/small MIGRATE_LONG=1 MIGRATE_SEED=$(SEED) MIGRATE_SHARE=$(SHARE) \
	    tclsh test/runall.tcl -jobs $(JOBS) -timeout 3600000 \
	    $(FAULT_CASES:%=test/fault/full.test$(comma)%)

# HOSTILE: a regular expression, the names of some of the files.
.PHONY: hostile
hostile: deps
	@$(MAKE_B) test-programs
	@$(TALLY) && MIGRATE_LONG=1 tclsh test/runall.tcl -timeout 36000 \
	    test/hostile.test

# STRESS_SECONDS: how long, in all.
STRESS_SECONDS = 600
stress: deps
	@$(MAKE_B) test-programs
	@$(TALLY) && MIGRATE_STRESS=$(STRESS_SECONDS) tclsh test/runall.tcl \
	    -timeout $$(($(STRESS_SECONDS) + 900)) test/stress.test

TOOLS = dbmate knex better-sqlite3 drizzle-orm drizzle-kit
TOOLS_DEBIAN = python3-alembic python3-django sqitch libdbd-sqlite3-perl \
               ruby-activerecord ruby-sqlite3
test-tools: deps
	@dpkg -s $(TOOLS_DEBIAN) > /dev/null 2>&1 \
	  || apt-get install -y -qq $(TOOLS_DEBIAN)
	@test -d build/tools/node_modules \
	  || npm install --prefix build/tools --no-audit --no-fund $(TOOLS)
	@MIGRATE_TOOLS=$(CURDIR)/build/tools $(MAKE) test TESTS="test/tools.test \
	    test/export.test test/format_sqitch.test test/format_alembic.test"

# BENCH: arguments, such as -quick; PARTS: some of the families of test/bench.
# A tool that is not here is left out of the table.
bench: deps
	@$(MAKE_B) all
	@MIGRATE_BUILD=$(B) tclsh test/bench/bench.tcl \
	    $(or $(BENCH),-instructions) $(PARTS)

BENCH_DEBIAN = python3-alembic python3-django sqitch libdbd-sqlite3-perl \
               sqlite-utils borgbackup restic valgrind time
bench-peers:
	-@dpkg -s $(BENCH_DEBIAN) > /dev/null 2>&1 \
	  || apt-get install -y -qq $(BENCH_DEBIAN)
	-@test -d build/tools/node_modules \
	  || npm install --prefix build/tools --no-audit --no-fund $(TOOLS)

# PEERS: the tools to run, or -show. They are installed by npm into build/peers;
# those of Python must be there.
peers: deps
	@$(MAKE_B) all
	@tclsh test/peers/runs.tcl $(PEERS)

#--------------------------------------------------------------------------
# Fuzzing. What it finds stays in build/fuzz; a crasher that is mended joins
# test/fuzz/corpus. Every format of migrations has its own FUZZ_SECONDS.

FUZZ_FORMATS = detect \
    $(shell sed -n 's/^[^"]*"\([a-z0-9-]*\)",.* BY_.*/\1/p' \
    ext/exchange/dispatch.c)
fuzz: deps
	@$(MAKE_B) B=build/fuzzer CC=clang DEFS= OPT='-O1 -g' \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=all' \
	    $(FUZZ:%=build/fuzzer/%)
	@mkdir -p $(TESTED)/fuzz
	@for t in $(FUZZ); do \
	  mkdir -p build/fuzzer/found/$$t test/fuzz/corpus/$$t; \
	  dict=$$(ls test/fuzz/$$t.dict 2>/dev/null); \
	  case $$t in fuzz_import) formats="$(FUZZ_FORMATS)";; \
	    *) formats=all;; esac; \
	  for f in $$formats; do \
	    echo "== $$t $$f"; \
	    FUZZ_FORMAT=$$f ASAN_OPTIONS=detect_leaks=1 build/fuzzer/$$t \
	        -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
	        $${dict:+-dict=$$dict} \
	        -print_final_stats=1 -artifact_prefix=$(CURDIR)/build/fuzzer/$$t- \
	        build/fuzzer/found/$$t test/fuzz/corpus/$$t \
	        > build/fuzzer/$$t.log 2>&1; bad=$$?; \
	    n=$$(sed -n 's/^stat::number_of_executed_units: *//p' \
	        build/fuzzer/$$t.log); \
	    echo "$$n inputs"; \
	    echo "fuzz $${n:-0} $$((bad != 0)) $(SQLITE_VERSION)" \
	        > $(TESTED)/fuzz/$$t-$$f.txt; \
	    test $$bad = 0 || { tail -40 build/fuzzer/$$t.log; exit 1; }; \
	  done || exit 1; \
	done

build/fuzzer/%: test/fuzz/%.c $(B)/core/libmigrate.a
	@echo "LINK $@"
	@$(CC) $(CFLAGS) -fsanitize=fuzzer -Wno-missing-prototypes -DSQLITE_CORE \
	    -o $@ $< $(B)/core/libmigrate.a -lsqlite3 -lz

#--------------------------------------------------------------------------
# House rules. What is not installed is left out, and said.

lint: lint-house lint-gcc lint-clang lint-format lint-cppcheck lint-tidy
	@echo "lint: ok"

need = @if ! command -v $(1) >/dev/null 2>&1; then \
         echo "lint: no $(1) here, left out"; exit 0; fi;
CFILES = $(SRC) $(wildcard ext/*/*.h include/*.h test/fuzz/*.c \
         test/fault/*.c)

lint-house: all
	@for l in layers sqlfmt api symbols readme; do \
	  tclsh test/lint/$$l.tcl || bad=1; done; test -z "$$bad"

lint-gcc:
	@$(MAKE_B) B=build/werror CC=gcc WERROR=-Werror all \
	    build/werror/fault.so build/werror/crash.so

lint-clang:
	$(call need,clang) \
	$(MAKE_B) B=build/clang CC=clang WERROR=-Werror all \
	    build/clang/fault.so build/clang/crash.so

lint-format:
	$(call need,clang-format) clang-format --dry-run -Werror $(CFILES)

lint-cppcheck: $(B)/store_sql.h
	$(call need,cppcheck) \
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
	    --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
	    -DSQLITE_CORE $(INC) $(SRC)

TIDY = -*,clang-analyzer-*,bugprone-*,cert-*,misc-redundant-expression,\
       misc-unused-parameters,readability-misleading-indentation,\
       -bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,\
       -clang-analyzer-security.insecureAPI.*,-cert-dcl37-c,-cert-dcl51-cpp,\
       -cert-err33-c,-bugprone-suspicious-string-compare,\
       -bugprone-implicit-widening-of-multiplication-result,\
       -bugprone-sizeof-expression
lint-tidy: $(B)/store_sql.h
	$(call need,clang-tidy) \
	clang-tidy --quiet --warnings-as-errors='*' \
	    --checks='$(subst $() ,,$(TIDY))' $(SRC) -- $(CFLAGS) 2>/dev/null

#--------------------------------------------------------------------------

# Installed and packed.

PREFIX     = /usr/local
LIBDIR     = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
INSTALLED  = $(LIBDIR)/sqlite3/migrate$(SO) $(LIBDIR)/libmigrate.a \
             $(LIBDIR)/pkgconfig/migrate.pc $(INCLUDEDIR)/migrate.h

# The pkg-config file is for the static library; its variable "extension" is
# the path of what is loaded.
install: all lib
	@mkdir -p $(B)
	@sed -e 's|@PREFIX@|$(PREFIX)|' \
	    -e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' \
	    -e 's|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' -e 's|@SO@|$(SO)|' \
	    -e 's|@VERSION@|$(VERSION)|' ext/package/migrate.pc.in \
	    > $(B)/migrate.pc
	install -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	install -m 644 $(B)/migrate$(SO) $(DESTDIR)$(LIBDIR)/sqlite3/
	install -m 644 $(B)/libmigrate.a $(DESTDIR)$(LIBDIR)/
	install -m 644 $(B)/migrate.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	install -m 644 include/migrate.h $(DESTDIR)$(INCLUDEDIR)/

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

amalgamation: $(B)/migrate-amalgamation.c $(B)/migrate-amalgamation.h
AMALGAMATE = ext/package/amalgamate.awk
HEADERS    = $(wildcard ext/*/*.h include/*.h) $(B)/store_sql.h
$(B)/migrate-amalgamation.c: $(SRC) $(HEADERS) $(AMALGAMATE) Makefile
	@awk -f $(AMALGAMATE) -v version=$(VERSION) -v headers='$(HEADERS)' \
	    $(SRC) > $@.new
	@mv $@.new $@
$(B)/migrate-amalgamation.h: include/migrate.h
	@mkdir -p $(@D)
	@cp $< $@

dist:
	@sh ext/package/dist.sh $(VERSION) $(B)

# Unpacked elsewhere it builds, works, and packs itself again to the same bytes.
dist-check: dist
	@rm -rf $(B)/dist-check && mkdir -p $(B)/dist-check
	@tar xzf $(B)/migrate-$(VERSION).tar.gz -C $(B)/dist-check
	@cd $(B)/dist-check/migrate-$(VERSION) && \
	    $(MAKE_B) B=build CC=$(CC) demo dist && \
	    $(MAKE_B) B=build CC=$(CC) TESTS='test/run.test test/graph.test' test
	@cmp $(B)/migrate-$(VERSION).tar.gz \
	    $(B)/dist-check/migrate-$(VERSION)/build/migrate-$(VERSION).tar.gz
	@echo "dist-check: ok"

# The extension by itself, without what only a debugger needs.
PLATFORMS = build/platforms
platform: $(PLATFORMS)/$(PLATFORM)/migrate$(SO)
$(PLATFORMS)/$(PLATFORM)/migrate$(SO): $(B)/migrate$(SO)
	@mkdir -p $(@D)
	@echo "STRIP $@"
	@$(shell $(CC) -print-prog-name=strip) $(STRIP_AS) -o $@ $<

# Other systems, by Debian's compilers for them. SQLite's headers are the same
# everywhere, those of this system are taken, but not its others.
CROSS = build/cross
cross: linux-arm64 windows
linux-arm64 windows: $(CROSS)/sqlite3.h $(CROSS)/sqlite3ext.h
linux-arm64:
	@sh test/deps.sh $@
	@$(MAKE_B) B=$(CROSS)/$@ CC='aarch64-linux-gnu-gcc -I$(CROSS)' platform
windows:
	@sh test/deps.sh $@
	@$(MAKE_B) B=$(CROSS)/$@ CC='x86_64-w64-mingw32-gcc -I$(CROSS)' platform
$(CROSS)/%.h:
	@mkdir -p $(@D)
	@cp "$$(echo '#include <$(@F)>' | $(CC) -M -x c - | tr ' ' '\n' \
	    | grep '/$(@F)$$')" $@

test-cross: cross
	@tclsh test/clients/cross.tcl $(PLATFORMS) $(CROSS)

# Packages, with every platform that has been built; make cross before.
npm python: platform
	@sh ext/package/pack.sh $@ $(VERSION) $(PLATFORMS) build/$@

clean:
	rm -rf build

-include $(OBJ:.o=.d) $(CORE:.o=.d)
