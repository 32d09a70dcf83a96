"""What the server adds to objects, or refuses, before it stores them: a file per plugin.

To add one, write its file with a function like those here and enter it in `plugins.py`.
"""
