"""The words that confine a process, from values alone."""

from pathlib import Path

from labrunner.sandbox.node.bubblewrap import Bind, Confinement, Fresh, Layer, Link, Seal, arguments


def test_every_confined_process_has_namespaces_of_its_own_and_ends_with_its_parent() -> None:
    words = arguments(Confinement(mounts=()))
    for word in ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"):
        assert word in words
    assert words[words.index("--cap-drop") + 1] == "ALL"
    assert "--clearenv" not in words


def test_mounts_keep_their_order() -> None:
    mounts = (
        Bind(Path("/host/root"), "/", writable=True),
        Layer((Path("/usr"), Path("/image/usr")), "/usr"),
        Link("usr/bin", "/bin"),
        Fresh("proc", "/proc"),
        Bind(Path("/host/file"), "/etc/file"),
        Seal("/"),
    )
    words = arguments(Confinement(mounts=mounts))
    first = words.index("--bind")
    assert words[first : words.index("--chdir")] == [
        *("--bind", "/host/root", "/"),
        *("--overlay-src", "/usr", "--overlay-src", "/image/usr", "--tmp-overlay", "/usr"),
        *("--symlink", "usr/bin", "/bin"),
        *("--proc", "/proc"),
        *("--ro-bind", "/host/file", "/etc/file"),
        *("--remount-ro", "/"),
    ]


def test_an_environment_replaces_the_one_outside() -> None:
    words = arguments(Confinement(mounts=(), environment={"A": "1", "B": "with space"}))
    assert words[words.index("--clearenv") :] == [
        "--clearenv",
        "--setenv",
        "A",
        "1",
        "--setenv",
        "B",
        "with space",
    ]


def test_user_name_session_and_number_are_asked_for() -> None:
    words = arguments(Confinement(mounts=(), hostname="pod", user=7, first=True, session=True))
    assert words[words.index("--uid") : words.index("--uid") + 4] == ["--uid", "7", "--gid", "7"]
    assert words[words.index("--hostname") + 1] == "pod"
    assert "--as-pid-1" in words
    assert "--new-session" in words
