"""What follows from decisions, whoever made them."""
