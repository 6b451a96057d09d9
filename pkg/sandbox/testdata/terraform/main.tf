# What a module of Fargate profiles reads, makes, changes and destroys.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "team" {
  default = "a"
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_eks_cluster" "demo" {
  name = "demo"
}
data "aws_vpc" "this" {
  id = data.aws_eks_cluster.demo.vpc_config[0].vpc_id
}
data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
  filter {
    name   = "tag:Name"
    values = ["private-a", "private-b"]
  }
}
data "aws_route_table" "private" {
  subnet_id = data.aws_subnets.private.ids[0]
}
data "aws_availability_zones" "available" {
  state = "available"
}
data "aws_iam_role" "pods" {
  name = "fargate-pods"
}
data "aws_iam_policy" "pods" {
  name = "AmazonEKSFargatePodExecutionRolePolicy"
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["eks-fargate-pods.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.this.partition}:eks:us-east-1:${data.aws_caller_identity.this.account_id}:fargateprofile/demo/*"]
    }
  }
}

resource "aws_iam_role" "pods" {
  name               = "terraform-pods"
  description        = "of team ${var.team}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = { team = var.team }
}
resource "aws_iam_policy" "logs" {
  name   = "terraform-logs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "logs:PutLogEvents", Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "pods" {
  for_each = {
    pods = data.aws_iam_policy.pods.arn
    logs = aws_iam_policy.logs.arn
  }
  role       = aws_iam_role.pods.name
  policy_arn = each.value
}
resource "aws_ec2_tag" "balancers" {
  resource_id = data.aws_subnets.private.ids[0]
  key         = "kubernetes.io/role/internal-elb"
  value       = "1"
}
resource "aws_eks_fargate_profile" "this" {
  for_each               = toset(["web", "api"])
  cluster_name           = data.aws_eks_cluster.demo.name
  fargate_profile_name   = each.key
  pod_execution_role_arn = aws_iam_role.pods.arn
  subnet_ids             = data.aws_subnets.private.ids
  selector {
    namespace = each.key
    labels    = { tier = "*" }
  }
  tags = { team = var.team }
}

output "profiles" {
  value = [for p in aws_eks_fargate_profile.this : "${p.fargate_profile_name} ${p.status} ${length(p.subnet_ids)} ${p.tags.team}"]
}
