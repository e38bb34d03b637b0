-- revision: one_shed
-- parents: tool_state, late_fees
-- message: catalogue and people come together
-- created-at: 2025-06-21T08:00:00Z

-- A merge: it has two parents and nothing to run.
