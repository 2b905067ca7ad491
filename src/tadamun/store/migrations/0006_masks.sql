-- Ring keys of this person by month, one-time keys of what was said under a mask here, and openings whose proof holds.
CREATE TABLE ring_keys (
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE,
  period INTEGER NOT NULL,
  public BLOB NOT NULL,
  secret BLOB NOT NULL,
  PRIMARY KEY (space, public)
) WITHOUT ROWID;

CREATE TABLE masks (
  opening BLOB PRIMARY KEY,
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE,
  secret BLOB NOT NULL,
  scope TEXT NOT NULL,
  tag TEXT NOT NULL,
  said INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE masked (
  event BLOB PRIMARY KEY,
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE
) WITHOUT ROWID;
