-- Who opened a private channel: of a circle one says things only under what one opened oneself.
ALTER TABLE epochs ADD COLUMN maker BLOB NOT NULL DEFAULT x'';
