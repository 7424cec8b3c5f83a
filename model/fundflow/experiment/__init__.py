"""Many runs: replications in spawned processes, found again or extended by identity."""
