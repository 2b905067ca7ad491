-- What full text finds: normalised text beside two indexes over it. The indexes keep no text of their own, and are told
-- what to take out, so that with secure-delete nothing of it stays in their segments.
CREATE TABLE search (
  n INTEGER PRIMARY KEY,
  space INTEGER NOT NULL,
  topic BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  labels TEXT NOT NULL,
  words TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (space, topic)
);
CREATE VIRTUAL TABLE search_words USING fts5 (words, labels, content = '', tokenize = 'ascii', columnsize = 0);
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE search_parts USING fts5 (text, content = '', tokenize = 'trigram', detail = 'none', columnsize = 0);
-- Bytes gathered before a segment is written: a batch of thousands makes one segment instead of several.
INSERT INTO search_words (search_words, rank) VALUES ('hashsize', 8388608);
INSERT INTO search_parts (search_parts, rank) VALUES ('hashsize', 8388608);
-- Merging eight segments at a time instead of four saves a third of the writing.
INSERT INTO search_words (search_words, rank) VALUES ('automerge', 8);
INSERT INTO search_parts (search_parts, rank) VALUES ('automerge', 8);
INSERT INTO search_parts (search_parts, rank) VALUES ('secure-delete', 1);
