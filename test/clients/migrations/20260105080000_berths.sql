-- migrate:up
-- A small harbour: where boats lie.
CREATE TABLE berth(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO berth(name) VALUES('north; by the light'), ('south');

-- migrate:down
DROP TABLE berth;
