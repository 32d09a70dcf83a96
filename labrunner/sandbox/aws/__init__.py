"""AWS as far as a rehearsal has it: S3, IAM and STS, on this machine, for one run.

moto answers, in a child process; what stands in front of it here makes two things real that moto leaves
out: only a service account's own token opens its role, and what is not offered is refused in a sentence
rather than made up.
"""
