"""Every operation that the sandbox serves, called by boto3 and checked against botocore's model of its answer.

boto3 itself passes over what it does not know; here an unknown member, a wrong type, a value outside an enumeration
and a missing required member are faults. It prints the names of the operations that were checked, or the faults.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

# What EC2 itself answers although its model does not have it: the AWS CLI's reference has "State": "available" in its
# examples of describe-vpc-endpoints and describe-internet-gateways.
BEYOND_THE_MODEL = (
    "ec2:DescribeVpcEndpoints.vpcEndpointSet[0].state: 'available'",
    "ec2:DescribeInternetGateways.internetGatewaySet[0].attachmentSet[0].state: 'available'",
)

faults = []
checked = set()


def fault(where, text):
    if not f"{where}: {text}".startswith(BEYOND_THE_MODEL):
        faults.append(f"{where}: {text}")


def check_scalar(shape, where, value, from_json):
    if from_json:
        wanted = {"boolean": bool, "integer": int, "long": int, "timestamp": (int, float), "double": (int, float)}.get(shape.type_name, str)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            fault(where, f"{value!r} is no {shape.type_name}")
            return
    elif shape.type_name == "boolean" and value not in ("true", "false"):
        fault(where, f"{value!r} is no boolean")
    elif shape.type_name in ("integer", "long") and not value.lstrip("-").isdigit():
        fault(where, f"{value!r} is no {shape.type_name}")
    if shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        fault(where, f"{value!r} is none of {shape.enum}")


def check_required(shape, where, present):
    for name in shape.required_members:
        if name not in present:
            fault(where, f"the required member {name} is missing")


def check_json(shape, where, value):
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return fault(where, f"{value!r} is no structure")
        names = {m.serialization.get("name", n): n for n, m in shape.members.items()}
        for key, item in value.items():
            if key not in names:
                fault(where, f"the model has no member {key}")
            else:
                check_json(shape.members[names[key]], f"{where}.{key}", item)
        check_required(shape, where, [names.get(key) for key in value])
    elif shape.type_name == "list":
        if not isinstance(value, list):
            return fault(where, f"{value!r} is no list")
        for i, item in enumerate(value):
            check_json(shape.member, f"{where}[{i}]", item)
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            return fault(where, f"{value!r} is no map")
        for key, item in value.items():
            check_json(shape.value, f"{where}.{key}", item)
    else:
        check_scalar(shape, where, value, True)


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def check_xml(shape, where, element, ignored=()):
    if shape.type_name == "structure":
        names = {m.serialization.get("name", n): n for n, m in shape.members.items()}
        seen = []
        for child in element:
            name = local(child)
            if name in ignored:
                continue
            if name not in names:
                fault(where, f"the model has no member {name}")
                continue
            if names[name] in seen:
                fault(where, f"{name} is there twice")
            seen.append(names[name])
            check_xml(shape.members[names[name]], f"{where}.{name}", child)
        check_required(shape, where, seen)
    elif shape.type_name == "list":
        wanted = shape.member.serialization.get("name", "member")
        for i, child in enumerate(element):
            if local(child) != wanted:
                fault(where, f"the list holds {local(child)}, not {wanted}")
            check_xml(shape.member, f"{where}[{i}]", child)
    elif shape.type_name == "map":
        fault(where, "maps in XML are not known to this check")
    else:
        check_scalar(shape, where, element.text or "", False)


def check(model, http_response, **_):
    where = f"{model.service_model.endpoint_prefix}:{model.name}"
    body = http_response.content
    shape = model.output_shape
    protocol = model.metadata["protocol"]
    if http_response.status_code >= 300:
        if protocol == "rest-json":
            code = http_response.headers["X-Amzn-ErrorType"]
            check_json(model.service_model.shape_for(code), f"{where} {code}", json.loads(body))
        return
    checked.add(where)
    if protocol == "rest-json":
        answer = json.loads(body)
        if shape is None:
            return
        check_json(shape, where, answer)
        return
    root = ElementTree.fromstring(body)
    if local(root) != model.name + "Response":
        fault(where, f"the answer is a {local(root)}")
    if shape is None:
        return
    if protocol == "ec2":
        check_xml(shape, where, root, ignored=("requestId", "return"))
        return
    wrapper = shape.serialization.get("resultWrapper")
    results = [child for child in root if local(child) == wrapper]
    if len(results) != 1 or [local(child) for child in root if child not in results] != ["ResponseMetadata"]:
        fault(where, f"the answer holds {[local(child) for child in root]}, not {wrapper} and ResponseMetadata")
        return
    check_xml(shape, where, results[0])


clients = {}
for service in ("eks", "ec2", "iam", "sts", "cloudformation"):
    clients[service] = boto3.client(service)
    clients[service].meta.events.register(f"after-call.{clients[service].meta.service_model.service_id.hyphenize()}", lambda model, http_response, **kw: check(model, http_response))


def call(service, operation, **parameters):
    return getattr(clients[service], xform_name(operation))(**parameters)


def refused(service, operation, code, **parameters):
    try:
        call(service, operation, **parameters)
        fault(f"{service}:{operation}", f"it is not refused with {code}")
    except ClientError as e:
        if e.response["Error"]["Code"] != code:
            fault(f"{service}:{operation}", f"it is refused with {e}, not {code}")


SUBNET = "subnet-0aaa0000000000001"
VPC = "vpc-0d3e0000000000001"
ROLE = "arn:aws:iam::111122223333:role/fargate-pods"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]})

# Before the first profile, with which EKS makes the role itself.
call("iam", "CreateServiceLinkedRole", AWSServiceName="eks-fargate.amazonaws.com")

# EKS
call("eks", "ListClusters")
call("eks", "DescribeCluster", name="demo")
call("eks", "DescribeClusterVersions")
call("eks", "ListFargateProfiles", clusterName="demo")
profile = call("eks", "CreateFargateProfile", clusterName="demo", fargateProfileName="web", podExecutionRoleArn=ROLE, tags={"a": "b"},
               selectors=[{"namespace": "web", "labels": {"app": "api"}}, {"namespace": "jobs", "labels": {}}])["fargateProfile"]
call("eks", "DescribeFargateProfile", clusterName="demo", fargateProfileName="web")
call("eks", "ListTagsForResource", resourceArn=profile["fargateProfileArn"])
call("eks", "TagResource", resourceArn=profile["fargateProfileArn"], tags={"c": "d"})
call("eks", "UntagResource", resourceArn=profile["fargateProfileArn"], tagKeys=["c"])
# What is refused has the members of the exception in the model, in the right types.
again = dict(clusterName="demo", podExecutionRoleArn=ROLE, selectors=[{"namespace": "web"}])
refused("eks", "CreateFargateProfile", "ResourceInUseException", fargateProfileName="web", **again)
refused("eks", "CreateFargateProfile", "InvalidParameterException", fargateProfileName="-", **again)
refused("eks", "CreateFargateProfile", "ResourceNotFoundException", fargateProfileName="web", **{**again, "clusterName": "none"})
refused("eks", "DescribeFargateProfile", "ResourceNotFoundException", clusterName="demo", fargateProfileName="none")
refused("eks", "ListTagsForResource", "NotFoundException", resourceArn=profile["fargateProfileArn"] + "x")
refused("eks", "UpdateClusterConfig", "InvalidParameterException", name="demo", deletionProtection=True)
call("eks", "DeleteFargateProfile", clusterName="demo", fargateProfileName="web")
call("eks", "CreateCluster", name="new", roleArn=ROLE, resourcesVpcConfig={"subnetIds": [SUBNET]}, accessConfig={"authenticationMode": "API"})
update = call("eks", "UpdateClusterConfig", name="new", resourcesVpcConfig={"endpointPrivateAccess": True})["update"]
call("eks", "ListUpdates", name="new")
call("eks", "DescribeUpdate", name="new", updateId=update["id"])
call("eks", "CreateAccessEntry", clusterName="new", principalArn=ROLE)
call("eks", "ListAccessEntries", clusterName="new")
call("eks", "DescribeAccessEntry", clusterName="new", principalArn=ROLE)
call("eks", "UpdateAccessEntry", clusterName="new", principalArn=ROLE, kubernetesGroups=["g"])
call("eks", "DeleteAccessEntry", clusterName="new", principalArn=ROLE)
call("eks", "DeleteCluster", name="new")
call("eks", "ListNodegroups", clusterName="demo")
call("eks", "DescribeNodegroup", clusterName="demo", nodegroupName="general")
call("eks", "ListAddons", clusterName="demo")
call("eks", "DescribeAddon", clusterName="demo", addonName="coredns")
refused("eks", "DescribeAddon", "ResourceNotFoundException", clusterName="demo", addonName="none")
call("eks", "ListPodIdentityAssociations", clusterName="demo")

# EC2
call("ec2", "CreateTags", Resources=[SUBNET], Tags=[{"Key": "a", "Value": "b"}])
for operation in ("DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeVpcEndpoints", "DescribeNatGateways",
                  "DescribeInternetGateways", "DescribeSecurityGroups", "DescribeAvailabilityZones", "DescribeRegions", "DescribeNetworkInterfaces", "DescribeTags"):
    call("ec2", operation)
    # Every filter of which the model's documentation speaks is taken, and tag:KEY where there is tag.
    members = clients["ec2"].meta.service_model.operation_model(operation).input_shape.members
    parameter = "Filters" if "Filters" in members else "Filter"
    documented = re.findall(r"<li>\s*<p>\s*<code>([^<]+)</code>", members[parameter].documentation)
    if not documented:
        fault(operation, "no filter is found in the documentation")
    for name in documented + ["tag:k"] * ("tag" in documented):
        try:
            call("ec2", operation, **{parameter: [{"Name": name, "Values": ["x"]}]})
        except ClientError as e:
            fault(f"ec2:{operation}", f"the filter {name}: {e}")
for attribute in ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"):
    call("ec2", "DescribeVpcAttribute", VpcId=VPC, Attribute=attribute)
call("ec2", "DeleteTags", Resources=[SUBNET], Tags=[{"Key": "a"}])

# IAM
call("iam", "CreateRole", RoleName="made", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
call("iam", "GetRole", RoleName="made")
call("iam", "ListRoles")
call("iam", "UpdateRole", RoleName="made", Description="x")
call("iam", "UpdateRoleDescription", RoleName="made", Description="y")
call("iam", "ListInstanceProfilesForRole", RoleName="made")
call("iam", "UpdateAssumeRolePolicy", RoleName="made", PolicyDocument=TRUST)
call("iam", "TagRole", RoleName="made", Tags=[{"Key": "c", "Value": "d"}])
call("iam", "ListRoleTags", RoleName="made")
call("iam", "UntagRole", RoleName="made", TagKeys=["c"])
call("iam", "PutRolePolicy", RoleName="made", PolicyName="inline", PolicyDocument=POLICY)
call("iam", "GetRolePolicy", RoleName="made", PolicyName="inline")
call("iam", "ListRolePolicies", RoleName="made")
call("iam", "SimulatePrincipalPolicy", PolicySourceArn="arn:aws:iam::111122223333:role/made", ActionNames=["s3:GetObject"])
call("iam", "DeleteRolePolicy", RoleName="made", PolicyName="inline")
policy = call("iam", "CreatePolicy", PolicyName="own", PolicyDocument=POLICY, Description="x")["Policy"]
call("iam", "GetPolicy", PolicyArn=policy["Arn"])
call("iam", "GetPolicyVersion", PolicyArn=policy["Arn"], VersionId="v1")
call("iam", "ListPolicies")
call("iam", "ListPolicyVersions", PolicyArn=policy["Arn"])
call("iam", "PutRolePermissionsBoundary", RoleName="made", PermissionsBoundary=policy["Arn"])
call("iam", "DeleteRolePermissionsBoundary", RoleName="made")
call("iam", "AttachRolePolicy", RoleName="made", PolicyArn=policy["Arn"])
call("iam", "ListAttachedRolePolicies", RoleName="made")
call("iam", "DetachRolePolicy", RoleName="made", PolicyArn=policy["Arn"])
call("iam", "DeletePolicy", PolicyArn=policy["Arn"])
call("sts", "AssumeRole", RoleArn="arn:aws:iam::111122223333:role/made", RoleSessionName="session")
call("iam", "DeleteRole", RoleName="made")

# STS and CloudFormation
call("sts", "GetCallerIdentity")
call("sts", "GetAccessKeyInfo", AccessKeyId="AKIASANDBOX000000000")
template = {"Description": "x", "Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": json.loads(TRUST)}}},
            "Outputs": {"O": {"Value": {"Fn::GetAtt": ["R", "Arn"]}, "Export": {"Name": "e"}}}}
call("cloudformation", "CreateStack", StackName="stack", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"], Tags=[{"Key": "a", "Value": "b"}],
     ClientRequestToken="token", EnableTerminationProtection=True)
call("cloudformation", "DescribeStacks", StackName="stack")
call("cloudformation", "DescribeStackEvents", StackName="stack")
call("cloudformation", "UpdateTerminationProtection", StackName="stack", EnableTerminationProtection=False)
call("cloudformation", "DeleteStack", StackName="stack")
call("cloudformation", "ListStacks")

for text in faults:
    print("fault", text)
for name in sorted(checked):
    print(name)
sys.exit(1 if faults else 0)
