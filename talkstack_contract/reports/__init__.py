"""Views of the record: report.html, acceptance.html, junit.xml, summary.md and the terminal."""
