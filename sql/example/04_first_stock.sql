-- revision: first_stock
-- parents: loans
-- message: the paper list of the first spring
-- created-at: 2025-06-01T10:00:00Z
-- migrate:up
INSERT INTO member(id, name, email, joined) VALUES
  (1, 'Ada Lovelace', 'ada@shed.example', '2025-02-10'),
  (2, 'Alan Turing', 'alan@shed.example', '2025-02-10'),
  (3, 'Plato', 'plato@shed.example', '2025-03-02'),
  (4, 'Ludwig van Beethoven', 'ludwig@shed.example', '2025-03-20'),
  (5, 'Kofi Annan', 'kofi@shed.example', '2025-04-11');

INSERT INTO tool(id, name, bought, price, category) VALUES
  (1, 'Cordless drill', '2025-02-12', '129.90', 'Power'),
  (2, 'Belt sander', '2025-02-12', '84.50', 'power'),
  (3, 'Hedge shears', '2025-02-20', '31.00', 'Garden'),
  (4, 'Wheelbarrow', '2025-02-20', '75.25', ' garden '),
  (5, 'Extension ladder', '2025-03-01', '149.00', 'Access'),
  (6, 'Tile cutter', '2025-03-15', '58.80', 'Power'),
  (7, 'Post-hole digger', '2025-03-15', '42.05', 'GARDEN'),
  (8, 'Spirit level', '2025-04-01', '9.95', '');

INSERT INTO loan(id, tool_id, member_id, taken, due, returned) VALUES
  (1, 1, 1, '2025-03-01', '2025-03-08', '2025-03-07'),
  (2, 3, 2, '2025-03-05', '2025-03-12', '2025-03-15'),
  (3, 1, 4, '2025-03-22', '2025-03-29', '2025-03-29'),
  (4, 5, 5, '2025-04-02', '2025-04-04', '2025-04-09'),
  (5, 4, 3, '2025-04-06', '2025-04-13', '2025-04-12'),
  (6, 1, 1, '2025-04-12', '2025-04-19', '2025-04-18'),
  (7, 2, 5, '2025-04-20', '2025-04-27', '2025-04-29'),
  (8, 4, 1, '2025-05-03', '2025-05-10', '2025-05-10'),
  (9, 1, 2, '2025-05-17', '2025-05-24', NULL),
  (10, 7, 4, '2025-05-25', '2025-06-01', NULL);
-- migrate:down
DELETE FROM loan WHERE id <= 10;
DELETE FROM tool WHERE id <= 8;
DELETE FROM member WHERE id <= 5;
