"""Tadamun: communities that live on their members' own computers."""
