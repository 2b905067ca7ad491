-- Full text by the number in the log of the event that opens a topic: no index of random ids is needed for it, which a
-- large backlog would write anew with every transaction. name: of a topic that no event opens; its number is negative.
DROP TABLE search_words;
DROP TABLE search_parts;
DROP TABLE search;
CREATE TABLE search (
  n INTEGER PRIMARY KEY,
  space INTEGER NOT NULL,
  name TEXT,
  created_at INTEGER NOT NULL,
  labels TEXT NOT NULL,
  words TEXT NOT NULL,
  text TEXT NOT NULL
);
CREATE UNIQUE INDEX search_by_name ON search (space, name) WHERE name IS NOT NULL;
CREATE VIRTUAL TABLE search_words USING fts5 (words, labels, content = '', tokenize = 'ascii', columnsize = 0);
CREATE VIRTUAL TABLE search_parts USING fts5 (text, content = '', tokenize = 'trigram', detail = 'none', columnsize = 0);
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);
INSERT INTO search_parts (search_parts, rank) VALUES ('secure-delete', 1);
INSERT INTO search_words (search_words, rank) VALUES ('hashsize', 8388608);
INSERT INTO search_parts (search_parts, rank) VALUES ('hashsize', 8388608);
INSERT INTO search_words (search_words, rank) VALUES ('automerge', 8);
INSERT INTO search_parts (search_parts, rank) VALUES ('automerge', 8);
-- The views are made anew, and full text with them.
DELETE FROM meta WHERE key = 'views';
