-- What decks say, and the memory derived from the log, side by side: the
-- queue is then one walk along one index. Moments are milliseconds UTC.
CREATE TABLE card (
  id         TEXT PRIMARY KEY,
  present    INTEGER NOT NULL DEFAULT 0, -- some deck has this card
  ord        INTEGER NOT NULL DEFAULT 0, -- place in its decks
  deck       TEXT NOT NULL DEFAULT '',
  front      TEXT NOT NULL DEFAULT '',
  back       TEXT NOT NULL DEFAULT '',
  source     TEXT NOT NULL DEFAULT '',
  tags       TEXT NOT NULL DEFAULT '',   -- separated by line ends
  labs       TEXT NOT NULL DEFAULT '',
  file       TEXT NOT NULL DEFAULT '',
  line       INTEGER NOT NULL DEFAULT 0,
  state      INTEGER NOT NULL DEFAULT 0, -- 0 new, 1 learning, 2 review, 3 relearning
  stability  REAL NOT NULL DEFAULT 0,
  difficulty REAL NOT NULL DEFAULT 0,
  due        INTEGER NOT NULL DEFAULT 0,
  last       INTEGER NOT NULL DEFAULT 0,
  reps       INTEGER NOT NULL DEFAULT 0,
  lapses     INTEGER NOT NULL DEFAULT 0,
  step       INTEGER NOT NULL DEFAULT 0,
  suspended  INTEGER NOT NULL DEFAULT 0,
  reason     TEXT NOT NULL DEFAULT ''
) STRICT;

-- The lists of the queue, each in its order, for all decks and for one.
CREATE INDEX card_new ON card (ord) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 0;
CREATE INDEX card_review ON card (due) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_step ON card (due, deck) WHERE present = 1 AND suspended = 0 AND reason = '' AND state IN (1, 3);
CREATE INDEX card_urged ON card (due, deck) WHERE present = 1 AND suspended = 0 AND reason <> '';
CREATE INDEX card_new_of_deck ON card (deck, ord) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 0;
CREATE INDEX card_review_of_deck ON card (deck, due) WHERE present = 1 AND suspended = 0 AND reason = '' AND state = 2;
CREATE INDEX card_lapses ON card (lapses) WHERE present = 1 AND suspended = 0 AND lapses >= 4;

-- Everything that ever happened to a card. Nothing else is the truth.
CREATE TABLE log (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  kind      TEXT NOT NULL,              -- answer, undo, suspend, resume, due
  card      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  day       INTEGER NOT NULL,           -- the learner's day, since 1970-01-01
  rating    INTEGER NOT NULL DEFAULT 0,
  took      INTEGER NOT NULL DEFAULT 0, -- milliseconds
  before    TEXT NOT NULL DEFAULT '',   -- memory as JSON
  after     TEXT NOT NULL DEFAULT '',
  algorithm TEXT NOT NULL DEFAULT '',
  undoes    INTEGER REFERENCES log (id),
  reason    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX log_card ON log (card);
CREATE UNIQUE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL;

CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE TRIGGER log_is_never_cut BEFORE DELETE ON log BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

-- Sums over the log, by day and tag; '' is all cards.
CREATE TABLE tally (
  day     INTEGER NOT NULL,
  tag     TEXT NOT NULL,
  answers INTEGER NOT NULL DEFAULT 0,
  news    INTEGER NOT NULL DEFAULT 0,
  reviews INTEGER NOT NULL DEFAULT 0,
  again   INTEGER NOT NULL DEFAULT 0,
  forgot  INTEGER NOT NULL DEFAULT 0,
  took    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tag, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX tally_day ON tally (day);

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
