-- A review is due on a day of the learner's, wherever that is; a step at a
-- moment. What was made due out of turn keeps the due date it has.
ALTER TABLE card ADD COLUMN due_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN last_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN urged INTEGER NOT NULL DEFAULT 0;

DROP INDEX card_review;
DROP INDEX card_review_of_deck;
DROP INDEX card_urged;
CREATE INDEX card_review ON card (due_day) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_review_of_deck ON card (deck, due_day) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_urged ON card (urged, deck) WHERE present = 1 AND suspended = 0 AND reason <> '';

DROP TRIGGER log_is_never_changed;
DROP TRIGGER log_is_never_cut;
DROP INDEX log_card;
DROP INDEX log_undoes;
ALTER TABLE log RENAME TO log_1;
CREATE INDEX log_1_undoes ON log_1 (undoes); -- dropping the table looks for each line that others refer to

-- Everything that ever happened to a card. Nothing else is the truth. Lines
-- are named by UUIDs of version 7, so that two logs can be one, and their
-- order is that of their names. toSchema2 moves the old lines here.
CREATE TABLE log (
  id        BLOB NOT NULL PRIMARY KEY,
  kind      TEXT NOT NULL,              -- answer, undo, suspend, resume, due
  card      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  day       INTEGER NOT NULL,           -- the learner's day, since 1970-01-01
  zone      TEXT NOT NULL DEFAULT '',   -- the learner's zone, '' if it is not known by a name
  utc       INTEGER NOT NULL DEFAULT 0, -- its seconds east of UTC then
  rating    INTEGER NOT NULL DEFAULT 0,
  took      INTEGER NOT NULL DEFAULT 0, -- milliseconds
  shown     TEXT NOT NULL DEFAULT '',   -- seconds of the four intervals on screen, '' if they were not written down
  before    TEXT NOT NULL DEFAULT '',   -- memory on screen, as JSON
  after     TEXT NOT NULL DEFAULT '',
  algorithm TEXT NOT NULL DEFAULT '',
  undoes    BLOB,                       -- the same answer may be taken back in two logs
  reason    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX log_card ON log (card, id);
CREATE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL;

CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE TRIGGER log_is_never_cut BEFORE DELETE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
