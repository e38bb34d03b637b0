-- migrate:no-transaction yes
SELECT 1