-- migrate:no-transaction
VACUUM; ANALYZE; REINDEX t; PRAGMA journal_mode=wal; pragma optimize