"""Fourth stage: facts held against a contract folder (`docs check`), or written as one (`docs scaffold`)."""
