"""Provider states: the accounts and values that cases need, what a run creates, and how it is removed again."""
