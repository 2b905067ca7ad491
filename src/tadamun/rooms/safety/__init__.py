"""Safety: what one does not want to see, and what is to be done when somebody does harm."""
