terraform {
  source = "${dirname(find_in_parent_folders("root.hcl"))}/modules//app"
}

dependency "artifacts" {
  config_path = "${get_terragrunt_dir()}/../../../shared/eu-west-1/artifacts"

  mock_outputs = {
    bucket = "not-made-yet"
  }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

dependency "events" {
  config_path = "${get_terragrunt_dir()}/../events"

  mock_outputs = {
    topic_arn = "arn:aws:sns:eu-west-1:000000000000:not-made-yet"
  }
  mock_outputs_allowed_terraform_commands = ["init", "validate", "plan"]
}

inputs = {
  artifacts      = dependency.artifacts.outputs.bucket
  topic_arn      = dependency.events.outputs.topic_arn
  retention_days = 7
  audit          = false
}
