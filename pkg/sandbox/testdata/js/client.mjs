// The AWS SDK for JavaScript against the sandbox: it prints one fact a line for the test to compare.
import * as cfn from "@aws-sdk/client-cloudformation";
import * as ec2 from "@aws-sdk/client-ec2";
import * as eks from "@aws-sdk/client-eks";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";

const clients = {
  eks: new eks.EKSClient({}), ec2: new ec2.EC2Client({}), iam: new iam.IAMClient({}), sts: new sts.STSClient({}),
  cfn: new cfn.CloudFormationClient({}),
};
const call = (service, Command, input = {}) => clients[service].send(new Command(input));
const say = (...facts) => console.log(...facts.map((f) => (typeof f === "string" ? f : JSON.stringify(f))));

// refused returns the name, the status and the message of a call that must fail, and whether it is the SDK's class.
async function refused(promise, Class) {
  try {
    await promise;
  } catch (e) {
    return [e.name, e.$metadata?.httpStatusCode, e.message, Class ? e instanceof Class : "untyped"];
  }
  return ["no error"];
}

const cluster = { clusterName: "demo" };
const waits = (client, input) => [{ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, input];

say("account", (await call("sts", sts.GetCallerIdentityCommand)).Account);
say("clusters", (await call("eks", eks.ListClustersCommand)).clusters);
const demo = (await call("eks", eks.DescribeClusterCommand, { name: "demo" })).cluster;
say("cluster", demo.status, demo.version, demo.accessConfig.authenticationMode, demo.createdAt instanceof Date);
say("versions", (await call("eks", eks.DescribeClusterVersionsCommand)).clusterVersions.map((v) => v.clusterVersion));

const role = (await call("iam", iam.GetRoleCommand, { RoleName: "fargate-pods" })).Role;
say("trusts", JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument)).Statement[0].Principal.Service);
const profile = {
  ...cluster, fargateProfileName: "web", podExecutionRoleArn: role.Arn, clientRequestToken: "one", tags: { team: "x" },
  selectors: [{ namespace: "web", labels: { app: "api" } }],
};
const made = (await call("eks", eks.CreateFargateProfileCommand, profile)).fargateProfile;
say("made", made.status, made.subnets, made.health.issues);
const again = (await call("eks", eks.CreateFargateProfileCommand, profile)).fargateProfile;
say("again", again.fargateProfileArn === made.fargateProfileArn);
const second = { ...profile, fargateProfileName: "api", clientRequestToken: "two" };
say("busy", await refused(call("eks", eks.CreateFargateProfileCommand, second), eks.ResourceInUseException));
const one = { ...cluster, fargateProfileName: "web" };
say("active", (await eks.waitUntilFargateProfileActive(...waits(clients.eks, one))).state);
say("shown", (await call("eks", eks.DescribeFargateProfileCommand, one)).fargateProfile.selectors);
say("bad name", await refused(call("eks", eks.CreateFargateProfileCommand, { ...second, fargateProfileName: "a b" }), eks.InvalidParameterException));
say("no cluster", await refused(call("eks", eks.ListFargateProfilesCommand, { clusterName: "none" }), eks.ResourceNotFoundException));
const resourceArn = made.fargateProfileArn;
await call("eks", eks.TagResourceCommand, { resourceArn, tags: { a: "b" } });
await call("eks", eks.UntagResourceCommand, { resourceArn, tagKeys: ["team"] });
say("tags", (await call("eks", eks.ListTagsForResourceCommand, { resourceArn })).tags);
say("entry", (await call("eks", eks.DescribeAccessEntryCommand, { ...cluster, principalArn: role.Arn })).accessEntry.type);
await call("eks", eks.CreateFargateProfileCommand, second);
await eks.waitUntilFargateProfileActive(...waits(clients.eks, { ...cluster, fargateProfileName: "api" }));
const names = [];
for await (const page of eks.paginateListFargateProfiles({ client: clients.eks, pageSize: 1 }, cluster)) {
  names.push(page.fargateProfileNames);
}
say("pages", names);
say("deleted", (await call("eks", eks.DeleteFargateProfileCommand, one)).fargateProfile.status);
say("gone", (await eks.waitUntilFargateProfileDeleted(...waits(clients.eks, one))).state);

const subnets = [];
for await (const page of ec2.paginateDescribeSubnets({ client: clients.ec2 }, { Filters: [{ Name: "vpc-id", Values: [demo.resourcesVpcConfig.vpcId] }] })) {
  subnets.push(...page.Subnets.map((s) => s.SubnetId));
}
say("subnets", subnets.length);
const tables = (await call("ec2", ec2.DescribeRouteTablesCommand, { Filters: [{ Name: "association.main", Values: ["true"] }] })).RouteTables;
say("tables", tables.map((t) => [t.RouteTableId, t.Routes.length, t.Associations[0].Main]));
say("no subnet", await refused(call("ec2", ec2.DescribeSubnetsCommand, { SubnetIds: ["subnet-x"] })));
say("dns", (await call("ec2", ec2.DescribeVpcAttributeCommand, { VpcId: demo.resourcesVpcConfig.vpcId, Attribute: "enableDnsSupport" })).EnableDnsSupport);
say("groups", (await call("ec2", ec2.DescribeSecurityGroupsCommand)).SecurityGroups.map((g) => g.GroupName));
say("zones", (await call("ec2", ec2.DescribeAvailabilityZonesCommand)).AvailabilityZones.map((z) => z.ZoneName));
say("dry", await refused(call("ec2", ec2.DescribeVpcsCommand, { DryRun: true })));

say("policies", (await call("iam", iam.ListAttachedRolePoliciesCommand, { RoleName: "fargate-pods" })).AttachedPolicies.map((p) => p.PolicyName));
say("no role", await refused(call("iam", iam.GetRoleCommand, { RoleName: "nobody" }), iam.NoSuchEntityException));
say("simulated", (await call("iam", iam.SimulatePrincipalPolicyCommand, { PolicySourceArn: role.Arn, ActionNames: ["ecr:BatchGetImage", "s3:GetObject"] })).EvaluationResults.map((r) => r.EvalDecision));

const TemplateBody = JSON.stringify({
  Resources: { R: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument)) } } },
  Outputs: { ARN: { Value: { "Fn::GetAtt": ["R", "Arn"] } } },
});
await call("cfn", cfn.CreateStackCommand, { StackName: "stack", TemplateBody, Capabilities: ["CAPABILITY_IAM"] });
await cfn.waitUntilStackCreateComplete(...waits(clients.cfn, { StackName: "stack" }));
const stack = (await call("cfn", cfn.DescribeStacksCommand, { StackName: "stack" })).Stacks[0];
say("stack", stack.StackStatus, stack.Outputs[0].OutputKey);
await call("cfn", cfn.DeleteStackCommand, { StackName: stack.StackId });
say("stack gone", (await cfn.waitUntilStackDeleteComplete(...waits(clients.cfn, { StackName: stack.StackId }))).state);
say("unknown", await refused(call("eks", eks.ListCapabilitiesCommand ?? eks.ListInsightsCommand, cluster)));
