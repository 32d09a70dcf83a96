"""Small shells: the host's programs, but only those that the real image has too."""

from labrunner.sandbox.node.image import Image

NAMES = """
[ ar arch ash awk base64 basename bunzip2 bzcat bzip2 cal cat chgrp chmod chown chroot cksum clear
cmp comm cp cpio cut date dc dd df diff dirname dmesg dos2unix du echo ed egrep env expand expr
factor fallocate false fgrep find flock fold free fsync getopt grep groups gunzip gzip head hexdump
hostid hostname id install ipcs kill killall less link ln logger logname ls md5sum mkdir mkfifo
mknod mktemp more mv nice nl nohup nproc nslookup od paste patch pgrep pidof pkill printenv printf
ps pstree pwd readlink realpath renice reset resize rev rm rmdir sed seq setsid sh sha1sum sha256sum
sha512sum shred shuf sleep sort split stat strings stty sum sync tac tail tar tee test time timeout
top touch tr true truncate tsort tty uname unexpand uniq unlink unxz unzip uptime users usleep vi
watch wc wget which who whoami xargs xxd xz xzcat yes zcat
"""

IMAGE = Image(
    name="busybox",
    patterns=(
        "docker.io/library/busybox",
        "docker.io/library/alpine",
        "public.ecr.aws/docker/library/busybox",
        "public.ecr.aws/docker/library/alpine",
        "public.ecr.aws/runecast/busybox-*",
        "gcr.io/google-containers/busybox",
        "registry.k8s.io/busybox",
        "registry.k8s.io/e2e-test-images/busybox",
    ),
    summary="the host's programs of the same names as busybox's",
    command=("sh",),
    requires=("sh",),
    only=tuple(NAMES.split()),
)
