"""The whole story on one machine: an emulated cloud, a live repository, and a walk through its accounts."""
