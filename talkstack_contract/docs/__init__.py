"""What pages of a vendor's docs promise, read by machine: each fact with its place, and an account of every line."""
