-- What kinds of cards need beyond question and answer; what learners do to a
-- card; the day on which a sibling was answered. "Due" means one thing: what a
-- lab made due out of turn is urged.
ALTER TABLE card ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE card ADD COLUMN note TEXT NOT NULL DEFAULT '';     -- shared by siblings
ALTER TABLE card ADD COLUMN after TEXT NOT NULL DEFAULT '';    -- cards presumed, separated by line ends
ALTER TABLE card ADD COLUMN key TEXT NOT NULL DEFAULT '';      -- JSON, '' if it is empty
ALTER TABLE card ADD COLUMN buried INTEGER NOT NULL DEFAULT 0; -- the learner's day on which it comes back
ALTER TABLE card ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN rests INTEGER NOT NULL DEFAULT 0;  -- the learner's day on which a sibling was answered last

DROP INDEX card_new;
DROP INDEX card_new_of_deck;
DROP INDEX card_review;
DROP INDEX card_review_of_deck;
DROP INDEX card_step;
DROP INDEX card_urged;
DROP INDEX card_lapses;
ALTER TABLE card RENAME COLUMN reason TO urged_by;

-- The lists of the queue, each in its order. Reviews are also read whole, to
-- find those that are most likely forgotten: that needs no card but the index.
CREATE INDEX card_new ON card (ord, rests, buried, deck) WHERE present = 1 AND suspended = 0 AND urged_by = '' AND state = 0;
CREATE INDEX card_new_of_deck ON card (deck, ord, rests, buried) WHERE present = 1 AND suspended = 0 AND urged_by = '' AND state = 0;
CREATE INDEX card_review ON card (due_day, rests, buried, deck, last_day, stability) WHERE present = 1 AND suspended = 0 AND urged_by = '' AND state = 2;
CREATE INDEX card_review_of_deck ON card (deck, due_day, rests, buried, last_day, stability) WHERE present = 1 AND suspended = 0 AND urged_by = '' AND state = 2;
CREATE INDEX card_step ON card (due, deck, buried) WHERE present = 1 AND suspended = 0 AND urged_by = '' AND state IN (1, 3);
CREATE INDEX card_urged ON card (urged, deck, buried) WHERE present = 1 AND suspended = 0 AND urged_by <> '';
CREATE INDEX card_lapses ON card (lapses) WHERE present = 1 AND lapses >= 8;
CREATE INDEX card_note ON card (note) WHERE note <> '';

DROP TRIGGER log_is_never_changed;
ALTER TABLE log RENAME COLUMN reason TO urged_by;
UPDATE log SET kind = 'urge' WHERE kind = 'due';
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

-- What the learner decided. A day is the learner's day for which it holds, 0
-- is every day.
CREATE TABLE setting (
  deck  TEXT NOT NULL DEFAULT '', -- '' is every deck
  name  TEXT NOT NULL,
  day   INTEGER NOT NULL DEFAULT 0,
  value TEXT NOT NULL,
  PRIMARY KEY (deck, name, day)
) STRICT, WITHOUT ROWID;
