-- How many events there are of which sort, and how large, and which devices gave one number to two: told at once
-- however much the log holds. Kept by the file itself, so that no way of adding or destroying can forget it.
CREATE TABLE weights (
  space INTEGER NOT NULL,
  room TEXT NOT NULL,
  kind INTEGER NOT NULL,
  events INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (space, room, kind)
) WITHOUT ROWID;
INSERT INTO weights SELECT space, room, kind, count(*), sum(length(raw)) FROM log GROUP BY space, room, kind;
CREATE TABLE twice (
  space INTEGER NOT NULL,
  device INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (device, channel, seq, space)
) WITHOUT ROWID;
INSERT INTO twice SELECT space, device, channel, seq FROM log GROUP BY space, device, channel, seq HAVING count(*) > 1;
CREATE TRIGGER log_grown AFTER INSERT ON log BEGIN
  INSERT INTO weights VALUES (new.space, new.room, new.kind, 1, length(new.raw)) ON CONFLICT DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes; END;
CREATE TRIGGER log_shrunk AFTER DELETE ON log BEGIN
  UPDATE weights SET events = events - 1, bytes = bytes - length(old.raw) WHERE space = old.space AND room = old.room AND kind = old.kind; DELETE FROM weights WHERE space = old.space AND room = old.room AND kind = old.kind AND events = 0; DELETE FROM twice WHERE device = old.device AND channel = old.channel AND seq = old.seq AND space = old.space AND 2 > (SELECT count(*) FROM log WHERE device = old.device AND channel = old.channel AND seq = old.seq AND space = old.space); END;
