variable "name" {
  type = string
}

variable "artifacts" {
  description = "The bucket that holds what was built."
  type        = string
}

variable "topic_arn" {
  type = string
}

variable "retention_days" {
  description = "For how many days logs are kept."
  type        = number
}

variable "audit" {
  description = "Whether there is a log of its own for who did what."
  type        = bool
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/app"
  retention_in_days = var.retention_days
}

resource "aws_cloudwatch_log_group" "audit" {
  count = var.audit ? 1 : 0

  name              = "/${var.name}/audit"
  retention_in_days = var.retention_days
}

resource "aws_iam_role" "this" {
  name = "${var.name}-app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_ssm_parameter" "settings" {
  name = "/${var.name}/app/settings"
  type = "String"
  value = jsonencode({
    artifacts = var.artifacts
    topic     = var.topic_arn
    logs      = aws_cloudwatch_log_group.this.name
  })
}

output "role_arn" {
  value = aws_iam_role.this.arn
}
