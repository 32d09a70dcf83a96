"""What objects look like: the schemas of built-in kinds and of custom resource definitions.

`shape.py` has them in the form that everything else walks; `library.py` the built-in ones.
"""
