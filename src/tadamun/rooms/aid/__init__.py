"""Aid: requests and offers, mentors, a care ledger, a directory of resources."""
