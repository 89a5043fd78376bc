"""Load the plugin of the contract suite."""

pytest_plugins = ["talkstack_contract.pytest_plugin"]
