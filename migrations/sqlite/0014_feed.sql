-- One order of everything that was perceived and of every change of state, for those who follow: filled by the very
-- transactions that make the changes, whatever operation it is. Its newest row is never removed, so that numbers only
-- grow.
CREATE TABLE feed (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event INTEGER,
  thought INTEGER,
  attempt INTEGER,
  output INTEGER,
  state TEXT,
  reason TEXT
) STRICT;

-- A request is told by its thought, and that a thought has ended by its state.
CREATE TRIGGER feed_events AFTER INSERT ON events
WHEN NEW.sense <> 'requests' AND NEW.subject NOT GLOB 'thought:*' BEGIN
  INSERT INTO feed (at, event) VALUES (NEW.at, NEW.seq);
END;
CREATE TRIGGER feed_thoughts_new AFTER INSERT ON thoughts WHEN NEW.state = 'ready' BEGIN
  INSERT INTO feed (at, thought, state, reason) VALUES (NEW.updated_at, NEW.seq, NEW.state, NEW.reason);
END;
CREATE TRIGGER feed_thoughts AFTER UPDATE OF state ON thoughts WHEN NEW.state <> OLD.state BEGIN
  INSERT INTO feed (at, thought, state, reason) VALUES (NEW.updated_at, NEW.seq, NEW.state, NEW.reason);
END;
CREATE TRIGGER feed_outputs AFTER UPDATE OF state ON outputs WHEN NEW.state <> OLD.state BEGIN
  INSERT INTO feed (at, thought, attempt, output, state, reason)
  SELECT max(t.updated_at, coalesce(NEW.applied_at, 0), coalesce(NEW.undone_at, 0)), t.seq, NEW.attempt, NEW.position,
    NEW.state, NEW.reason
  FROM thoughts t WHERE t.id = NEW.thought;
END;
