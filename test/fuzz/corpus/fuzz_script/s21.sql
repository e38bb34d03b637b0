-- migrate:no-transaction
VACUUM INTO 'x'