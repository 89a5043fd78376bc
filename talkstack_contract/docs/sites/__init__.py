"""Pages of a site, read politely: its lists, robots.txt, a pause, and a cache that asks only for what has changed."""
