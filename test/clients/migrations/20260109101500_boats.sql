-- migrate:up
CREATE TABLE boat(
  id INTEGER PRIMARY KEY,
  name TEXT,
  berth INTEGER REFERENCES berth ON DELETE CASCADE
);
CREATE TABLE arrival(boat INTEGER, berth INTEGER);
CREATE TRIGGER boat_arrives AFTER INSERT ON boat BEGIN
  INSERT INTO arrival VALUES(new.id, new.berth);
END;

-- migrate:down
DROP TABLE boat;
DROP TABLE arrival;
