"""boto3 against the sandbox: it prints one fact a line for the test to compare."""

import boto3
import botocore.exceptions

eks, ec2, iam, sts = (boto3.client(name) for name in ("eks", "ec2", "iam", "sts"))


def refused(call, **parameters):
    """The error code, status, message and modelled members of a call that must fail."""
    try:
        call(**parameters)
    except botocore.exceptions.ClientError as e:
        r = e.response
        members = {k: r[k] for k in ("clusterName", "fargateProfileName") if r.get(k)}
        return r["Error"]["Code"], r["ResponseMetadata"]["HTTPStatusCode"], r["Error"]["Message"], members
    return "no error"


role = iam.get_role(RoleName="fargate-pods")["Role"]
print("trusts", role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"])
print("clusters", eks.list_clusters()["clusters"])
print("mode", eks.describe_cluster(name="demo")["cluster"]["accessConfig"]["authenticationMode"])

profile = dict(
    clusterName="demo",
    fargateProfileName="web",
    podExecutionRoleArn=role["Arn"],
    selectors=[{"namespace": "web", "labels": {"app": "api"}}],
    tags={"team": "x"},
    clientRequestToken="one",
)
made = eks.create_fargate_profile(**profile)["fargateProfile"]
print("made", made["status"], made["subnets"], made["createdAt"].year > 2000)
print("again", eks.create_fargate_profile(**profile)["fargateProfile"]["fargateProfileArn"] == made["fargateProfileArn"])
print("busy", refused(eks.create_fargate_profile, **dict(profile, fargateProfileName="api", clientRequestToken="two")))
waiter = eks.get_waiter("fargate_profile_active")
waiter.wait(clusterName="demo", fargateProfileName="web", WaiterConfig={"Delay": 0.02, "MaxAttempts": 1000})
shown = eks.describe_fargate_profile(clusterName="demo", fargateProfileName="web")["fargateProfile"]
print("shown", shown["status"], shown["selectors"], shown["tags"], shown["health"])
eks.tag_resource(resourceArn=made["fargateProfileArn"], tags={"a/b": "c"})
eks.untag_resource(resourceArn=made["fargateProfileArn"], tagKeys=["team"])
print("tags", eks.list_tags_for_resource(resourceArn=made["fargateProfileArn"])["tags"])
print("names", [n for p in eks.get_paginator("list_fargate_profiles").paginate(clusterName="demo") for n in p["fargateProfileNames"]])
print("deleted", eks.delete_fargate_profile(clusterName="demo", fargateProfileName="web")["fargateProfile"]["status"])
waiter = eks.get_waiter("fargate_profile_deleted")
waiter.wait(clusterName="demo", fargateProfileName="web", WaiterConfig={"Delay": 0.02, "MaxAttempts": 1000})
print("gone", refused(eks.describe_fargate_profile, clusterName="demo", fargateProfileName="web"))

vpc = [{"Name": "vpc-id", "Values": ["vpc-0d3e0000000000001"]}]
print("subnets", sum(len(p["Subnets"]) for p in ec2.get_paginator("describe_subnets").paginate(Filters=vpc)))
tables = [t for p in ec2.get_paginator("describe_route_tables").paginate(Filters=vpc) for t in p["RouteTables"]]
print("main", [t["RouteTableId"] for t in tables for a in t["Associations"] if a["Main"] and "SubnetId" not in a])
print("gateways", sorted({r["GatewayId"] for t in tables for r in t["Routes"] if "GatewayId" in r}))
print("no subnet", refused(ec2.describe_subnets, SubnetIds=["subnet-x"]))
print("endpoints", ec2.describe_vpc_endpoints(Filters=vpc)["VpcEndpoints"])
print("roles", [r["RoleName"] for p in iam.get_paginator("list_roles").paginate() for r in p["Roles"]])
print("policies", [p["PolicyName"] for p in iam.list_attached_role_policies(RoleName="fargate-pods")["AttachedPolicies"]])
print("no role", refused(iam.get_role, RoleName="nobody"))
print("account", sts.get_caller_identity()["Account"])
