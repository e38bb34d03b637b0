-- migrate:up
ALTER TABLE boat ADD COLUMN length REAL;
UPDATE boat SET length = 7.5;

-- migrate:down
ALTER TABLE boat DROP COLUMN length;
