"""The hooks of a run by what they do: configure it, ask, report as it goes, close it, and show it in report.html.

Everything that can be decided without pytest is decided in the stages. The hooks are methods of plugins that are
registered only where items of `tests/contract` are asked for: `Asking` in every process, `Reporting` and `HtmlReport`
in the one that reports (under pytest-xdist, not in the workers).
"""
