"""Karpenter's controller: it works outside its pod, and what runs here prints the log of what it did."""

from labrunner.sandbox.node.image import Image, Script

# The controllers write the log of this pod into the node's folder; see sandbox/control/karpenter.
FOLLOW = """\
#!/bin/sh
echo "this is labrunner's emulation of Karpenter: what follows was decided here, and no instance was launched"
log="/var/log/karpenter/$POD_NAME.log"
tail -n +1 -s 0.1 -F "$log" 2>/dev/null &
trap 'kill $!; exit 0' INT TERM
wait $!
"""

IMAGE = Image(
    name="karpenter",
    patterns=("public.ecr.aws/karpenter/controller", "public.ecr.aws/karpenter/karpenter/controller"),
    summary="a shell script that prints the log of the emulated Karpenter",
    entrypoint=("karpenter",),
    programs={"karpenter": Script(FOLLOW)},
    only=("sh", "tail", "kill"),
)
