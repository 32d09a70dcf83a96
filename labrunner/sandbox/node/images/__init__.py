"""The images that every sandbox has, a file a family. Order matters: the first that matches is taken."""

from labrunner.sandbox.node.image import Image
from labrunner.sandbox.node.images import (
    awscli,
    busybox,
    curl,
    karpenter,
    kubectl,
    neuron,
    neuron_device_plugin,
    pause,
    python,
    shells,
    web,
)

IMAGES: tuple[Image, ...] = (
    pause.IMAGE,
    busybox.IMAGE,
    shells.DEBIAN,
    shells.AMAZON_LINUX,
    python.IMAGE,
    curl.IMAGE,
    awscli.IMAGE,
    kubectl.IMAGE,
    web.NGINX,
    web.HTTPD,
    neuron.NEURON,
    neuron.NEURONX,
    neuron_device_plugin.IMAGE,
    karpenter.IMAGE,
)
