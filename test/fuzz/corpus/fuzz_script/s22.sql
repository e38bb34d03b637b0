-- migrate:no-transaction
VACUUM other;