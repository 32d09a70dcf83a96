"""The account of a run as the real AWS CLI meets it."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from labrunner.sandbox.aws.service import Aws
from labrunner.sandbox.programs import find
from labrunner.sandbox.spec import BucketSpec, RoleSpec
from labrunner.sandbox.tokens import ISSUER, Tokens

TOKENS = Tokens.create()
BUCKETS = (BucketSpec("MINE", "lab-mine"), BucketSpec("OTHER", "lab-other"))
ROLES = (RoleSpec("ROLE", "aiml/inference", ("MINE",)),)

pytestmark = pytest.mark.sandbox


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Account:
    aws: Aws
    folder: Path
    variables: Mapping[str, str]

    async def user(self, *words: str, **environment: str) -> Ran:
        return await self._run(words, {**self.aws.environment(), **environment})

    async def pod(self, *words: str, token: str) -> Ran:
        """As in a pod of a service account whose token this is."""
        file = self.folder / "token"
        file.write_text(token)
        identity = {"AWS_ROLE_ARN": self.variables["ROLE"], "AWS_WEB_IDENTITY_TOKEN_FILE": str(file)}
        region = {"AWS_REGION": self.aws.region, "AWS_DEFAULT_REGION": self.aws.region}
        return await self._run(words, {**self.aws.pod_environment(), **region, **identity})

    async def _run(self, words: tuple[str, ...], environment: Mapping[str, str]) -> Ran:
        program = find("aws")
        assert program is not None
        process = await asyncio.create_subprocess_exec(
            str(program),
            *words,
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "AWS_PAGER": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
        )
        output, _ = await process.communicate()
        return Ran(process.returncode or 0, output.decode().strip())


@asynccontextmanager
async def account(folder: Path, *, at_once: bool = False) -> AsyncIterator[Account]:
    aws = Aws(folder / "aws", issuer=ISSUER, issuer_key=TOKENS.public_key_pem)
    variables = aws.provision(BUCKETS, ROLES)
    await aws.start(at_once=at_once)
    try:
        yield Account(aws, folder, variables)
    finally:
        await aws.stop()


def token(name: str = "inference") -> str:
    return TOKENS.issue("aiml", name, "uid", now=time.time(), audiences=("sts.amazonaws.com",))


def test_the_lab_user_owns_an_account_that_is_clearly_not_a_real_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path) as here:
            seen = await here.user(
                "sts", "get-caller-identity", "--query", "[Account, Arn]", "--output", "text"
            )
            assert seen == Ran(0, "000000000000\tarn:aws:iam::000000000000:user/workshop")

    asyncio.run(scenario())


def test_buckets_exist_and_more_can_be_made_and_filled(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "model.pt").write_bytes(bytes(range(256)) * 40_000)
        async with account(tmp_path, at_once=True) as here:
            bucket = f"s3://{here.variables['MINE']}"
            listed = await here.user("s3", "ls")
            assert here.variables["MINE"] in listed.output
            assert (await here.user("s3", "cp", "model.pt", f"{bucket}/")).code == 0
            assert (await here.user("s3", "cp", f"{bucket}/model.pt", "back.pt")).code == 0
            assert (tmp_path / "back.pt").read_bytes() == (tmp_path / "model.pt").read_bytes()
            assert (await here.user("s3", "mb", "s3://made-by-hand")).code == 0
            assert (await here.user("s3", "rb", "s3://made-by-hand")).code == 0
            assert "BucketNotEmpty" in (await here.user("s3", "rb", bucket)).output
            assert (await here.user("s3", "rb", "--force", bucket)).code == 0
            assert here.aws.take_reasons() == ()

    asyncio.run(scenario())


def test_a_pods_role_has_its_bucket_and_nothing_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "f").write_text("hello")
        async with account(tmp_path, at_once=True) as here:
            mine, other = here.variables["MINE"], here.variables["OTHER"]
            who = await here.pod("sts", "get-caller-identity", "--query", "Arn", token=token())
            assert "assumed-role/aiml-inference-" in who.output
            assert (await here.pod("s3", "cp", "f", f"s3://{mine}/", token=token())).code == 0
            assert (await here.pod("s3", "cp", f"s3://{mine}/f", "-", token=token())) == Ran(0, "hello")
            refused = await here.pod("s3", "cp", "f", f"s3://{other}/", token=token())
            assert refused.code == 1
            assert "(AccessDenied) when calling the PutObject operation" in refused.output
            assert "AccessDenied" in (await here.pod("s3", "ls", token=token())).output

    asyncio.run(scenario())


def test_another_service_accounts_token_does_not_open_the_role(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path) as here:
            seen = await here.pod("s3", "ls", f"s3://{here.variables['MINE']}", token=token("default"))
            assert seen.code == 255
            assert seen.output.endswith(
                "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: "
                "Not authorized to perform sts:AssumeRoleWithWebIdentity"
            )

    asyncio.run(scenario())


def test_wrong_keys_and_no_keys_are_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path) as here:
            wrong = await here.user("s3", "ls", AWS_SECRET_ACCESS_KEY="x" * 40)
            assert "SignatureDoesNotMatch" in wrong.output
            unsigned = await here.user("s3", "ls", "--no-sign-request", f"s3://{here.variables['MINE']}")
            assert "AccessDenied" in unsigned.output

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("eks", "list-clusters"), "GET /clusters of eks"),
        (("ec2", "describe-instances"), "DescribeInstances of ec2"),
        (("ecr", "describe-repositories"), "DescribeRepositories of ecr"),
        (("cloudformation", "list-stacks"), "ListStacks of cloudformation"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_other_services_are_refused_in_a_sentence_and_told(
    tmp_path: Path, words: tuple[str, str], asked: str
) -> None:
    async def scenario() -> None:
        async with account(tmp_path) as here:
            seen = await here.user(*words)
            assert seen.code != 0
            assert "(NotRehearsed)" in seen.output
            assert f"the rehearsal offers S3, IAM and STS only, and {asked} is not" in seen.output
            assert here.aws.take_reasons() == (f"AWS: {asked} is not offered by the rehearsal",)
            assert here.aws.take_reasons() == ()

    asyncio.run(scenario())


def test_a_setting_that_is_only_stored_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path) as here:
            policy = '{"Version": "2012-10-17", "Statement": []}'
            words = ("s3api", "put-bucket-policy", "--bucket", here.variables["MINE"], "--policy", policy)
            assert (await here.user(*words)).code == 0
            assert "policy setting is stored" in here.aws.take_reasons()[0]

    asyncio.run(scenario())


def test_a_role_made_by_hand_works_like_one_that_was_declared(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path, at_once=True) as here:
            trust = await here.user(
                *("iam", "get-role", "--role-name", here.variables["ROLE"].rpartition("/")[2]),
                *("--query", "Role.AssumeRolePolicyDocument", "--output", "json"),
            )
            made = await here.user(
                *("iam", "create-role", "--role-name", "by-hand"),
                *("--assume-role-policy-document", trust.output, "--query", "Role.Arn", "--output", "text"),
            )
            by_hand = Account(here.aws, tmp_path, {**here.variables, "ROLE": made.output})
            who = await by_hand.pod("sts", "get-caller-identity", token=token())
            assert "assumed-role/by-hand" in who.output
            listed = await by_hand.pod("s3", "ls", f"s3://{here.variables['MINE']}", token=token())
            assert "AccessDenied" in listed.output

    asyncio.run(scenario())


def test_the_answering_process_starts_only_when_it_is_needed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with account(tmp_path):
            pass
        assert not (tmp_path / "aws").exists()

    asyncio.run(scenario())


def test_names_differ_from_run_to_run(tmp_path: Path) -> None:
    def variables() -> Mapping[str, str]:
        return Aws(tmp_path, issuer=ISSUER, issuer_key="").provision(BUCKETS, ROLES)

    first, second = variables(), variables()

    assert first.keys() == second.keys() == {"MINE", "OTHER", "ROLE"}
    assert all(first[name] != second[name] for name in first)
