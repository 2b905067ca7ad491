"""Pictures decoded within bounds: the one door to the libraries that do it. What is said about them is the rooms'."""
