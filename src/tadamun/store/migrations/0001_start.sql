-- Ids that recur in many rows of the log (devices, channels), each written once. Spaces have their own numbers.
CREATE TABLE refs (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);

CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (reason TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE spaces (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  me BLOB NOT NULL,
  device BLOB NOT NULL,
  box BLOB NOT NULL,
  status TEXT NOT NULL,
  anchor BLOB NOT NULL,
  joined_at INTEGER NOT NULL
);

CREATE TABLE epochs (
  id BLOB NOT NULL,
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE,
  scope BLOB NOT NULL,
  secret BLOB NOT NULL,
  use TEXT NOT NULL,
  channel BLOB NOT NULL,
  peer BLOB NOT NULL,
  readers BLOB NOT NULL,
  since INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  parents BLOB NOT NULL,
  event BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (space, id)
);
CREATE INDEX epochs_by_expiry ON epochs (expires_at) WHERE expires_at > 0;

CREATE TABLE prekeys (
  n INTEGER PRIMARY KEY,
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE,
  public BLOB NOT NULL,
  secret BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  UNIQUE (space, public)
);

CREATE TABLE invites (
  space INTEGER NOT NULL REFERENCES spaces (n) ON DELETE CASCADE,
  key BLOB NOT NULL,
  secret BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  PRIMARY KEY (space, key)
);

CREATE TABLE peers (
  space INTEGER NOT NULL,
  address TEXT NOT NULL,
  source TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (space, address)
) WITHOUT ROWID;

-- Every control event, raw, and the checkpoint parts that came with them.
CREATE TABLE control (n INTEGER PRIMARY KEY, space INTEGER NOT NULL, id BLOB NOT NULL, raw BLOB NOT NULL, UNIQUE (space, id));
CREATE TABLE parts (space INTEGER NOT NULL, hash BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (space, hash));

-- Everything said, as it was signed. An event that opens its own topic has topic NULL: its id says it already.
CREATE TABLE log (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  space INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  room TEXT NOT NULL,
  topic BLOB,
  verdict INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  raw BLOB NOT NULL
);
CREATE INDEX log_by_device ON log (device, channel, seq);
CREATE INDEX log_by_topic ON log (topic) WHERE topic IS NOT NULL;
CREATE INDEX log_upkeep ON log (space, kind) WHERE kind BETWEEN 3701 AND 3729;
CREATE INDEX log_waiting ON log (space) WHERE verdict = 2;
CREATE INDEX log_by_expiry ON log (expires_at) WHERE expires_at > 0;

-- Events whose parents or heads are not here yet.
CREATE TABLE parked (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  space INTEGER NOT NULL,
  device INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  raw BLOB NOT NULL
);
CREATE INDEX parked_by_device ON parked (space, device);
CREATE TABLE parked_for (missing BLOB NOT NULL, n INTEGER NOT NULL REFERENCES parked (n) ON DELETE CASCADE, PRIMARY KEY (missing, n)) WITHOUT ROWID;
CREATE INDEX parked_for_by_event ON parked_for (n);

-- What was said here and still has to be sealed into the wire store.
CREATE TABLE outbox (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  space INTEGER NOT NULL,
  epoch BLOB NOT NULL,
  raw BLOB NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
