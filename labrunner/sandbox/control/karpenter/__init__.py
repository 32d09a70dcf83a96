"""A simulation of Karpenter: launches nodes for pods that have none, and takes empty ones away.

It understands what labs of both generations write, `Provisioner` with `AWSNodeTemplate` (v1alpha5) and
`NodePool` with `EC2NodeClass` (v1), and logs and records events in the words of the generation concerned. It
works only while the pod of the deployment karpenter/karpenter runs. No instance exists anywhere: a launched
node is an object here, with a folder for its disk.
"""
