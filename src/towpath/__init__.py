"""Towpath walks changes to infrastructure and applications through many AWS accounts, one tier at a time."""
