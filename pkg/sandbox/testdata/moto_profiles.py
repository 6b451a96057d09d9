"""What moto's tests of Fargate profiles (tests/test_eks/test_eks.py) ask, asked of the sandbox.

Each method has the name of moto's test. Where AWS's documented behaviour is another, the method says so and asks for
AWS's; docs/sandbox.md lists those. The world must allow 200 profiles a cluster, take no time for transitions, and have
a cluster "failed" that is not ACTIVE and has ten profiles.
"""

import datetime
import itertools
import json
import unittest

import boto3
from botocore.exceptions import ClientError

SMALL, MEDIUM, LARGE = 10, 20, 200
SUBNETS = ["subnet-0aaa0000000000001", "subnet-0aaa0000000000002"]
SELECTORS = [{"namespace": "profile-namespace"}]
TAGS = {"hello": "world"}
EXISTS = "A Fargate Profile already exists with this name in this cluster."
NEEDS_SELECTOR = "Fargate Profile requires at least one selector."
NEEDS_NAMESPACE = "Fargate Profile must have at least one selector with at least one namespace value."
TOO_MANY_LABELS = "Request contains Selector with more than 5 Label pairs"

eks, iam = boto3.client("eks"), boto3.client("iam")
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks-fargate-pods.amazonaws.com"}}
ROLE = iam.create_role(RoleName="any-cluster", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
numbers = itertools.count()


def new_cluster():
    return eks.create_cluster(name=f"cluster-{next(numbers)}", roleArn=ROLE, resourcesVpcConfig={"subnetIds": SUBNETS})["cluster"]["name"]


def create(cluster, name, **more):
    return eks.create_fargate_profile(**{"clusterName": cluster, "fargateProfileName": name, "podExecutionRoleArn": ROLE, "selectors": SELECTORS, **more})["fargateProfile"]


def filled(count, **more):
    """A new cluster with profiles, made in another order than that of their names."""
    cluster = new_cluster()
    names = [f"profile-{i * 7 % count:03d}" for i in range(count)]
    for name in names:
        create(cluster, name, **more)
    return cluster, names


def listed(cluster, **page):
    return eks.list_fargate_profiles(clusterName=cluster, **page)


class Moto(unittest.TestCase):
    def refused(self, code, message, call, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        error = caught.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]), (code, message))

    def test_list_fargate_profile_returns_empty_by_default(self):
        self.assertEqual(listed(new_cluster())["fargateProfileNames"], [])

    def test_list_fargate_profile_returns_sorted_fargate_profile_names(self):
        cluster, names = filled(SMALL)
        self.assertNotEqual(names, sorted(names))
        self.assertEqual(listed(cluster)["fargateProfileNames"], sorted(names))

    def test_list_fargate_profile_returns_default_max_results(self):
        cluster, names = filled(LARGE)
        self.assertEqual(listed(cluster)["fargateProfileNames"], sorted(names)[:100])

    def test_list_fargate_profile_returns_custom_max_results(self):
        """moto takes 200; AWS at most 100, so two pages have them."""
        cluster, names = filled(LARGE)
        with self.assertRaises(ClientError) as caught:
            listed(cluster, maxResults=LARGE)
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidParameterException")
        first = listed(cluster, maxResults=100)
        rest = listed(cluster, maxResults=100, nextToken=first["nextToken"])
        self.assertEqual(first["fargateProfileNames"] + rest["fargateProfileNames"], sorted(names))
        self.assertNotIn("nextToken", rest)

    def test_list_fargate_profile_returns_second_page_results(self):
        cluster, names = filled(MEDIUM)
        token = listed(cluster, maxResults=10)["nextToken"]
        self.assertEqual(listed(cluster, nextToken=token)["fargateProfileNames"], sorted(names)[10:])

    def test_list_fargate_profile_returns_custom_second_page_results(self):
        cluster, names = filled(MEDIUM)
        token = listed(cluster, maxResults=10)["nextToken"]
        self.assertEqual(listed(cluster, maxResults=3, nextToken=token)["fargateProfileNames"], sorted(names)[10:13])

    def test_create_fargate_profile_throws_exception_when_cluster_not_found(self):
        self.refused("ResourceNotFoundException", "No cluster found for name: none.", create, cluster="none", name="web")

    def test_create_fargate_profile_throws_exception_when_fargate_profile_already_exists(self):
        cluster, names = filled(SMALL)
        self.refused("ResourceInUseException", EXISTS, create, cluster=cluster, name=names[3])
        self.assertEqual(len(listed(cluster)["fargateProfileNames"]), SMALL)

    def test_create_fargate_profile_throws_exception_when_cluster_not_active(self):
        self.refused("InvalidRequestException", "Cluster 'failed' is not in ACTIVE status", create, cluster="failed", name="web")
        self.assertEqual(len(listed("failed")["fargateProfileNames"]), SMALL)

    def test_create_fargate_profile_generates_valid_profile_arn(self):
        cluster, names = filled(1)
        arn = eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=names[0])["fargateProfile"]["fargateProfileArn"]
        uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        self.assertRegex(arn, f"^arn:aws:eks:us-east-1:111122223333:fargateprofile/{cluster}/{names[0]}/{uuid}$")

    def test_create_fargate_profile_generates_valid_created_timestamp(self):
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
        made = create(new_cluster(), "web")["createdAt"]
        self.assertTrue(before <= made <= datetime.datetime.now(datetime.timezone.utc))

    def test_create_fargate_profile_saves_provided_parameters(self):
        cluster, names = filled(1, subnets=SUBNETS, tags=TAGS)
        shown = eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=names[0])["fargateProfile"]
        for key, value in dict(podExecutionRoleArn=ROLE, selectors=SELECTORS, subnets=SUBNETS, tags=TAGS, status="ACTIVE").items():
            self.assertEqual(shown[key], value)

    def test_describe_fargate_profile_throws_exception_when_cluster_not_found(self):
        self.refused("ResourceNotFoundException", "No cluster found for name: none.", eks.describe_fargate_profile, clusterName="none", fargateProfileName="web")

    def test_describe_fargate_profile_throws_exception_when_profile_not_found(self):
        cluster, _ = filled(1)
        self.refused("ResourceNotFoundException", "No Fargate Profile found with name: none.", eks.describe_fargate_profile, clusterName=cluster, fargateProfileName="none")

    def test_delete_fargate_profile_removes_deleted_fargate_profile(self):
        """moto removes it at once; here that is a deletion that takes no time."""
        cluster, names = filled(SMALL)
        eks.delete_fargate_profile(clusterName=cluster, fargateProfileName=names[4])
        self.assertEqual(listed(cluster)["fargateProfileNames"], sorted(set(names) - {names[4]}))

    def test_delete_fargate_profile_returns_deleted_fargate_profile(self):
        """moto shows it ACTIVE; AWS shows it DELETING."""
        cluster, names = filled(SMALL, subnets=SUBNETS, tags=TAGS)
        shown = eks.delete_fargate_profile(clusterName=cluster, fargateProfileName=names[4])["fargateProfile"]
        for key, value in dict(podExecutionRoleArn=ROLE, selectors=SELECTORS, subnets=SUBNETS, tags=TAGS, status="DELETING").items():
            self.assertEqual(shown[key], value)

    def test_delete_fargate_profile_throws_exception_when_cluster_not_found(self):
        self.refused("ResourceNotFoundException", "No cluster found for name: none.", eks.delete_fargate_profile, clusterName="none", fargateProfileName="web")

    def test_delete_fargate_profile_throws_exception_when_fargate_profile_not_found(self):
        cluster, _ = filled(1)
        self.refused("ResourceNotFoundException", "No Fargate Profile found with name: none.", eks.delete_fargate_profile, clusterName=cluster, fargateProfileName="none")

    def test_create_fargate_throws_exception_when_no_selectors_provided(self):
        self.refused("InvalidParameterException", NEEDS_SELECTOR, eks.create_fargate_profile, clusterName=new_cluster(), fargateProfileName="web", podExecutionRoleArn=ROLE)

    def test_create_fargate_selectors(self):
        """moto's namespace has an underscore, which AWS refuses; the namespace here has a hyphen."""
        cluster = new_cluster()
        namespace = {"namespace": "namespace-1"}
        labelled = lambda count: {"labels": {f"label_{i}": str(i) for i in range(count)}}
        for number, (selectors, message) in enumerate([
            ([namespace], None),
            ([{**namespace, "labels": {}}], None),
            ([{**namespace, **labelled(1)}], None),
            ([{**namespace, **labelled(5)}], None),
            ([namespace, namespace], None),
            ([], NEEDS_SELECTOR),
            ([{}], NEEDS_NAMESPACE),
            ([labelled(1)], NEEDS_NAMESPACE),
            ([{**namespace, **labelled(6)}], TOO_MANY_LABELS),
            ([namespace, {}], NEEDS_NAMESPACE),
            ([{}, namespace], NEEDS_NAMESPACE),
            ([{}, {}], NEEDS_NAMESPACE),
            ([namespace, {**namespace, **labelled(6)}], TOO_MANY_LABELS),
            ([{"namespace": "namespace_1"}], "The namespace provided is invalid."),
        ]):
            with self.subTest(selectors=selectors):
                if message:
                    self.refused("InvalidParameterException", message, create, cluster=cluster, name="refused", selectors=selectors)
                    continue
                made = create(cluster, f"made-{number}", selectors=selectors)
                self.assertEqual((made["clusterName"], made["podExecutionRoleArn"], made["selectors"]), (cluster, ROLE, selectors))


if __name__ == "__main__":
    unittest.main()
