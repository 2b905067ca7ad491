"""Stories: long texts of a space, in several languages, and the deliberate act of making one public."""
