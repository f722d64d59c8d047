# What every unit has in common: where its state is kept, and how the provider gets into its account.
locals {
  root         = dirname(find_in_parent_folders("root.hcl"))
  common       = read_terragrunt_config("${local.root}/common.hcl").locals
  account_name = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.account_name
  region       = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals.region
  account_id   = jsondecode(file("${local.root}/accounts.json"))[local.account_name].id
}

remote_state {
  backend = "s3"

  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }

  config = {
    bucket         = "${local.common.organisation}-state-${local.account_name}"
    key            = "${path_relative_to_include()}/terraform.tfstate"
    region         = local.region
    encrypt        = true
    use_lockfile   = true
    use_path_style = true
  }
}

generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOF
    provider "aws" {
      region                  = "${local.region}"
      max_retries             = 3
      s3_use_path_style       = true
      skip_metadata_api_check = true

      assume_role {
        role_arn     = "arn:aws:iam::${local.account_id}:role/infrastructure"
        session_name = "terraform"
      }

      default_tags {
        tags = {
          account    = "${local.account_name}"
          managed-by = "towpath"
        }
      }
    }
  EOF
}

inputs = {
  name = "${local.common.organisation}-${local.account_name}"
}
