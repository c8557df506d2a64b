"""The background job: scan, plan, decode, embed, commit."""
