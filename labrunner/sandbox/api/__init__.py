"""The HTTP face of the sandbox's cluster: what kubectl and every other Kubernetes client talk to.

It translates between HTTP and the registry, and knows nothing of how objects are stored, validated or
acted upon, nor of how a pod runs.
"""
