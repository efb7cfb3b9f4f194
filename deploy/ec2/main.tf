# An instance that runs one agent. 'launch iam-policy' prints agent-policy.json; docs/ec2.md has the steps before.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "subnet_id" {
  type        = string
  description = "A subnet with a way to AWS: a NAT gateway, a public address, or VPC endpoints."
}

variable "key_name" {
  type        = string
  default     = null
  description = "The key pair for ssh; none with a session manager."
}

variable "ssh_cidr" {
  type        = string
  default     = null
  description = "The addresses from which ssh is allowed; none by default."
}

variable "instance_type" {
  type    = string
  default = "t3.micro"
}

data "aws_subnet" "agent" {
  id = var.subnet_id
}

data "aws_ssm_parameter" "debian" {
  name = "/aws/service/debian/release/12/latest/amd64"
}

resource "aws_iam_role" "agent" {
  name               = "launch-agent"
  assume_role_policy = file("${path.module}/trust-policy.json")
}

resource "aws_iam_role_policy" "agent" {
  name   = "launch"
  role   = aws_iam_role.agent.id
  policy = file("${path.module}/agent-policy.json")
}

resource "aws_iam_role_policy" "package" {
  name   = "package"
  role   = aws_iam_role.agent.id
  policy = file("${path.module}/package-policy.json")
}

resource "aws_iam_instance_profile" "agent" {
  name = "launch-agent"
  role = aws_iam_role.agent.name
}

resource "aws_security_group" "agent" {
  name        = "launch-agent"
  description = "The agent of launch: nothing connects to it"
  vpc_id      = data.aws_subnet.agent.vpc_id

  egress {
    description = "AWS, the mirrors of Debian, git, the database"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  dynamic "ingress" {
    for_each = var.ssh_cidr == null ? [] : [var.ssh_cidr]
    content {
      description = "ssh"
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_instance" "agent" {
  ami                    = data.aws_ssm_parameter.debian.insecure_value
  instance_type          = var.instance_type
  subnet_id              = var.subnet_id
  key_name               = var.key_name
  vpc_security_group_ids = [aws_security_group.agent.id]
  iam_instance_profile   = aws_iam_instance_profile.agent.name
  user_data              = file("${path.module}/cloud-init.yaml")

  # IMDSv2 only, and with one hop: containers on the instance do not get the agent's role.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # The state of the agent is on this disk.
  root_block_device {
    volume_type = "gp3"
    volume_size = 16
    encrypted   = true
  }

  lifecycle {
    # A newer image or a changed file must not replace the instance with the queues and runs.
    ignore_changes = [ami, user_data]
  }

  tags = {
    Name = "launch-agent"
  }
}

output "instance_id" {
  value = aws_instance.agent.id
}
